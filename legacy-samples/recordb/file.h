#ifndef FILE_H
#define FILE_H

#include <stddef.h>
#include <stdint.h>

/* Prints `what` and errno to stderr and exits with status 1. */
_Noreturn void fail(const char *what);

/* Opens `name` below the directory `dir`; fails the program when it cannot. */
int open_at(int dir, const char *name, int flags);

/* Transfer exactly `length` bytes at `offset`; a short transfer fails the program. */
void read_at(int file, void *bytes, size_t length, uint64_t offset);
void write_at(int file, const void *bytes, size_t length, uint64_t offset);

uint64_t file_size(int file);

#endif
