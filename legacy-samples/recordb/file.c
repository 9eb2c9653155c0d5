#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void fail(const char *what) {
    fprintf(stderr, "recordb: %s: %s\n", what, strerror(errno));
    exit(1);
}

int open_at(int dir, const char *name, int flags) {
    int file = openat(dir, name, flags, 0644);
    if (file < 0)
        fail(name);
    return file;
}

void read_at(int file, void *bytes, size_t length, uint64_t offset) {
    if (pread(file, bytes, length, (off_t)offset) != (ssize_t)length)
        fail("pread");
}

void write_at(int file, const void *bytes, size_t length, uint64_t offset) {
    if (pwrite(file, bytes, length, (off_t)offset) != (ssize_t)length)
        fail("pwrite");
}

uint64_t file_size(int file) {
    struct stat status;
    if (fstat(file, &status) != 0)
        fail("fstat");
    return (uint64_t)status.st_size;
}
