// Times single file operations and prints "NAME NANOSECONDS" lines.
//
//   ops [MEBIBYTES]    size of the file that is read and written, 1 by default
//
// `memcpy` is the baseline: the same bytes in the same order from a buffer of the same size.
// The same source is built natively and for wasm32-wasi.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 4096, FILES = 2000 };

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

static void copies(size_t blocks, size_t passes) {
    unsigned char *memory = malloc((blocks + 1) * BLOCK);
    if (!memory) fail("malloc");
    memset(memory, 1, (blocks + 1) * BLOCK);
    // Half a block apart: addresses that nearly agree modulo 4096 copy slowly.
    unsigned char *source = memory + (BLOCK / 2 - (uintptr_t)memory) % BLOCK;
    uint64_t start = now();
    for (size_t pass = 0; pass < passes; pass++)
        for (size_t i = 0; i < blocks; i++) memcpy(block, source + i * BLOCK, block_size);
    report("memcpy-in", start, passes * blocks);
    start = now();
    for (size_t pass = 0; pass < passes; pass++)
        for (size_t i = 0; i < blocks; i++) memcpy(source + i * BLOCK, block, block_size);
    report("memcpy-out", start, passes * blocks);
    uint32_t random = 1;
    start = now();
    for (size_t i = 0; i < passes * blocks; i++)
        memcpy(block, source + (size_t)(next_random(&random) % (blocks - 1)) * BLOCK + 123, block_size);
    report("memcpy-random", start, passes * blocks);
    free(memory);
}

static void transfers(size_t blocks, size_t passes) {
    int fd = open("data", O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0) fail("open");
    // The first pass takes fresh memory from the host; like the baseline, it is not timed.
    uint64_t start = 0;
    for (size_t pass = 0; pass <= passes; pass++) {
        if (pass == 1) start = now();
        if (lseek(fd, 0, SEEK_SET) != 0) fail("lseek");
        for (size_t i = 0; i < blocks; i++)
            if (write(fd, block, BLOCK) != BLOCK) fail("write");
    }
    report("write-4k", start, passes * blocks);
    start = now();
    for (size_t pass = 0; pass < passes; pass++) {
        if (ftruncate(fd, 0) != 0) fail("ftruncate");
        if (lseek(fd, 0, SEEK_SET) != 0) fail("lseek");
        for (size_t i = 0; i < blocks; i++)
            if (write(fd, block, BLOCK) != BLOCK) fail("write");
    }
    report("rewrite-4k", start, passes * blocks);
    start = now();
    for (size_t pass = 0; pass < passes; pass++) {
        if (lseek(fd, 0, SEEK_SET) != 0) fail("lseek");
        for (size_t i = 0; i < blocks; i++)
            if (read(fd, block, BLOCK) != BLOCK) fail("read");
    }
    report("read-4k", start, passes * blocks);
    uint32_t random = 1;
    start = now();
    for (size_t i = 0; i < passes * blocks; i++) {
        off_t offset = (off_t)(next_random(&random) % (blocks - 1)) * BLOCK + 123;
        if (pread(fd, block, BLOCK, offset) != BLOCK) fail("pread");
    }
    report("pread-4k-random", start, passes * blocks);
    close(fd);
    unlink("data");
}

static void names(void) {
    static char name[FILES][16];
    struct stat stat_buffer;
    mkdir("dir", 0700);
    for (int i = 0; i < FILES; i++) snprintf(name[i], sizeof name[i], "dir/%d", i);
    uint64_t start = now();
    for (int i = 0; i < FILES; i++) {
        int fd = open(name[i], O_WRONLY | O_CREAT, 0600);
        if (fd < 0 || write(fd, "x", 1) != 1 || close(fd) != 0) fail("create");
    }
    report("create-write-close", start, FILES);
    start = now();
    for (int i = 0; i < 20 * FILES; i++)
        if (stat("dir/7", &stat_buffer) != 0) fail("stat");
    report("stat", start, 20 * FILES);
    start = now();
    for (int i = 0; i < 20 * FILES; i++) {
        int fd = open("dir/7", O_RDONLY);
        if (fd < 0 || close(fd) != 0) fail("open");
    }
    report("open-close", start, 20 * FILES);
    start = now();
    for (int i = 0; i < FILES; i++)
        if (unlink(name[i]) != 0) fail("unlink");
    report("unlink", start, FILES);
    rmdir("dir");
}

int main(int argc, char **argv) {
    size_t mebibytes = argc > 1 ? (size_t)atoi(argv[1]) : 1;
    size_t blocks = mebibytes * (1 << 20) / BLOCK;
    size_t passes = blocks < 65536 ? 65536 / blocks : 1;
    copies(blocks, passes);
    transfers(blocks, passes);
    names();
    return 0;
}
