/* What lies in the table's directory. */
#ifndef DIRECTORY_H
#define DIRECTORY_H

enum { FILES_MAX = 64, NAME_SIZE = 64 };

struct directory {
    unsigned count;
    char names[FILES_MAX][NAME_SIZE];
};

/* Reads the names in the directory `path`, without `.` and `..`, in byte order. */
void directory_scan(struct directory *directory, const char *path);

/* Removes the listed files and then the directory itself. */
void directory_remove(const struct directory *directory, const char *path);

#endif
