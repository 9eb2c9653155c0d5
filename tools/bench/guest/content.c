// Times reading files that are there, and prints "NAME NANOSECONDS" lines.
//
//   content read FILE        4 KiB after 4 KiB, and at random; copies of as many bytes
//   content open DIR FILES   open, fstat, read and close of DIR/d<i % 100>/file<i> for random i
//
// The same source is built natively and for wasm32-wasi.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 4096, OPENS = 200000, NAME = 256 };

static volatile size_t block_size = BLOCK;
static _Alignas(BLOCK) unsigned char block[BLOCK];

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void report(const char *name, uint64_t start, uint64_t operations) {
    printf("%s %.1f\n", name, (double)(now() - start) / (double)operations);
}

static uint32_t next_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void reads(const char *name) {
    struct stat seen;
    int fd = open(name, O_RDONLY);
    if (fd < 0 || fstat(fd, &seen) != 0) fail(name);
    size_t blocks = (size_t)seen.st_size / BLOCK;
    size_t passes = blocks < 65536 ? 65536 / blocks : 1;
    // The first pass takes the file's pages from the host, and makes the copy.
    unsigned char *memory = malloc((blocks + 1) * BLOCK);
    if (!memory) fail("malloc");
    // Half a block apart: addresses that nearly agree modulo 4096 copy slowly.
    unsigned char *copy = memory + (BLOCK / 2 - (uintptr_t)memory) % BLOCK;
    for (size_t i = 0; i < blocks; i++)
        if (read(fd, copy + i * BLOCK, BLOCK) != BLOCK) fail("read");

    uint64_t start = now();
    for (size_t pass = 0; pass < passes; pass++)
        for (size_t i = 0; i < blocks; i++) memcpy(block, copy + i * BLOCK, block_size);
    report("memcpy", start, passes * blocks);
    start = now();
    for (size_t pass = 0; pass < passes; pass++) {
        if (lseek(fd, 0, SEEK_SET) != 0) fail("lseek");
        for (size_t i = 0; i < blocks; i++)
            if (read(fd, block, BLOCK) != BLOCK) fail("read");
    }
    report("read", start, passes * blocks);

    uint32_t random = 1;
    start = now();
    for (size_t i = 0; i < passes * blocks; i++)
        memcpy(block, copy + (size_t)(next_random(&random) % (blocks - 1)) * BLOCK + 123, block_size);
    report("memcpy-random", start, passes * blocks);
    random = 1;
    start = now();
    for (size_t i = 0; i < passes * blocks; i++) {
        off_t offset = (off_t)(next_random(&random) % (blocks - 1)) * BLOCK + 123;
        if (pread(fd, block, BLOCK, offset) != BLOCK) fail("pread");
    }
    report("read-random", start, passes * blocks);
}

static void opens(const char *directory, uint32_t files, const char *label) {
    uint32_t random = 1;
    uint64_t start = now();
    for (size_t i = 0; i < OPENS; i++) {
        uint32_t file = next_random(&random) % files;
        char name[NAME];
        struct stat seen;
        snprintf(name, sizeof name, "%s/d%u/file%u", directory, file % 100, file);
        int fd = open(name, O_RDONLY);
        if (fd < 0 || fstat(fd, &seen) != 0) fail(name);
        if (read(fd, block, BLOCK) != seen.st_size || close(fd) != 0) fail(name);
    }
    report(label, start, OPENS);
}

int main(int argc, char **argv) {
    if (argc == 3 && !strcmp(argv[1], "read")) {
        reads(argv[2]);
    } else if (argc == 4 && !strcmp(argv[1], "open")) {
        uint32_t files = (uint32_t)atoi(argv[3]);
        opens(argv[2], files, "open-first");
        opens(argv[2], files, "open-again");
    } else {
        return 2;
    }
    return 0;
}
