#include "file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void fail(const char *what) {
    fprintf(stderr, "texttools: %s: %s\n", what, strerror(errno));
    exit(1);
}

FILE *open_file(const char *path, const char *mode) {
    FILE *file = fopen(path, mode);
    if (!file)
        fail(path);
    return file;
}

void close_file(FILE *file, const char *path) {
    if (fclose(file) != 0)
        fail(path);
}
