/* The lines of a text, without their newlines. */
#ifndef LINES_H
#define LINES_H

#include <stddef.h>
#include <stdio.h>

struct lines {
    char **text;
    size_t count;
    size_t room;
};

/* Appends every line of `stream`. */
void lines_read(struct lines *lines, FILE *stream);
void lines_sort(struct lines *lines);
void lines_free(struct lines *lines);

/* Next line of `stream` in `*line` (grown as needed), newline cut off; NULL at the end. */
char *next_line(char **line, size_t *room, FILE *stream);

#endif
