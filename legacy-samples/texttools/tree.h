/* Tools over every file below a directory, in byte order of their paths. */
#ifndef TREE_H
#define TREE_H

/* Prints the paths below `path`, directories with a trailing slash. */
void tree_list(const char *path);

/* Prints `path:line:text` for every line below `path` that contains `text`. */
void tree_grep(const char *text, const char *path);

/* Removes `path` and everything below it. */
void tree_remove(const char *path);

#endif
