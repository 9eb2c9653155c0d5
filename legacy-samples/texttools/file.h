#ifndef FILE_H
#define FILE_H

#include <stdio.h>

/* Prints `what` and errno to stderr and exits with status 1. */
_Noreturn void fail(const char *what);

/* fopen and fclose that fail the program when they cannot. */
FILE *open_file(const char *path, const char *mode);
void close_file(FILE *file, const char *path);

#endif
