#include "lines.h"

#include <stdlib.h>
#include <string.h>

#include "file.h"

char *next_line(char **line, size_t *room, FILE *stream) {
    ssize_t length = getline(line, room, stream);
    if (length < 0)
        return NULL;
    if (length > 0 && (*line)[length - 1] == '\n')
        (*line)[length - 1] = '\0';
    return *line;
}

void lines_read(struct lines *lines, FILE *stream) {
    char *line = NULL;
    size_t room = 0;
    while (next_line(&line, &room, stream)) {
        if (lines->count == lines->room) {
            lines->room = lines->room ? lines->room * 2 : 64;
            lines->text = realloc(lines->text, lines->room * sizeof *lines->text);
        }
        char *copy = lines->text ? strdup(line) : NULL;
        if (!copy)
            fail("lines");
        lines->text[lines->count++] = copy;
    }
    free(line);
}

static int by_bytes(const void *left, const void *right) {
    return strcmp(*(char *const *)left, *(char *const *)right);
}

void lines_sort(struct lines *lines) {
    if (lines->count > 1)
        qsort(lines->text, lines->count, sizeof *lines->text, by_bytes);
}

void lines_free(struct lines *lines) {
    for (size_t i = 0; i < lines->count; i++)
        free(lines->text[i]);
    free(lines->text);
    *lines = (struct lines){0};
}
