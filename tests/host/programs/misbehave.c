/* misbehave HOW: what a program should not do, to see that it harms no other. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wasi/api.h>

/* Computes for ever. */
static void loop(void) {
    for (volatile int i = 0;; i++) {}
}

/* Takes memory until there is no more. */
static void allocate(void) {
    static char *volatile last;
    for (;;) {
        last = malloc(1 << 20);
        if (last != NULL) memset(last, 1, 1 << 20);
    }
}

/* Opens files until it may not, and then goes on trying. */
static void descriptors(void) {
    long refused = 0;
    while (refused < 1000) {
        if (open("many", O_RDWR | O_CREAT, 0644) < 0) refused += errno == EMFILE;
    }
}

/* Makes files until it may not, and then goes on trying. */
static void files(void) {
    char name[32];
    long refused = 0;
    for (long number = 0; refused < 1000; number++) {
        snprintf(name, sizeof name, "many%ld", number);
        int file = open(name, O_RDWR | O_CREAT, 0644);
        if (file < 0) refused += errno == EDQUOT || errno == ENOSPC;
        else close(file);
    }
}

/* Writes until there is no room, and then goes on trying. */
static void bytes(void) {
    static char block[1 << 16];
    int file = open("large", O_RDWR | O_CREAT, 0644);
    long refused = 0;
    while (refused < 1000) {
        if (write(file, block, sizeof block) < 0) refused += errno == EDQUOT || errno == ENOSPC;
    }
}

/* Passes pointers, numbers and lengths of all kinds to all functions that take them. */
static void garbage(void) {
    static const uint32_t values[] = {0, 1, 3, 7, 4095, 65536, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff};
    enum { VALUES = sizeof values / sizeof *values };
    for (int one = 0; one < VALUES; one++) {
        for (int two = 0; two < VALUES; two++) {
            for (int fd = 0; fd < 6; fd++) {
                void *pointer = (void *)(uintptr_t)values[one];
                uint32_t number = values[two];
                if (fd != 1 && fd != 2) {
                    (void)__wasi_fd_write(fd, pointer, number, pointer);
                }
                (void)__wasi_fd_pread(fd, pointer, number, UINT64_MAX - number, pointer);
                (void)__wasi_fd_pwrite(fd, pointer, number, UINT64_MAX - number, pointer);
                (void)__wasi_fd_readdir(fd, pointer, number, UINT64_MAX, pointer);
                (void)__wasi_fd_filestat_set_size(fd, UINT64_MAX);
                (void)__wasi_fd_allocate(fd, UINT64_MAX, number);
                (void)__wasi_fd_seek(fd, INT64_MIN, number, pointer);
                (void)__wasi_fd_prestat_get(number, pointer);
            }
            (void)__wasi_random_get((void *)(uintptr_t)values[one], values[two]);
            (void)__wasi_poll_oneoff((void *)(uintptr_t)values[one], (void *)(uintptr_t)values[one],
                                     values[two] | 1, (void *)(uintptr_t)values[one]);
            (void)__wasi_fd_close(100 + values[two]);
        }
    }
}

/* Writes and holds a file without a name, and dies. */
static void die(void) {
    static char block[1 << 16];
    int file = open("held", O_RDWR | O_CREAT, 0644);
    unlink("held");
    write(file, block, sizeof block);
    __builtin_trap();
}

/* Prints without end. */
static void print(void) {
    static char block[1 << 12];
    memset(block, 'x', sizeof block);
    for (;;) write(1, block, sizeof block);
}

/* Writes a file and waits for ever. */
static void fill_and_wait(void) {
    static char block[1 << 16];
    int file = open("large", O_RDWR | O_CREAT, 0644);
    write(file, block, sizeof block);
    for (;;) sleep(1000);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*run)(void);
    } ways[] = {
        {"loop", loop},   {"allocate", allocate}, {"descriptors", descriptors}, {"files", files},
        {"bytes", bytes}, {"garbage", garbage},   {"die", die},                 {"print", print},
        {"fill-and-wait", fill_and_wait},
    };
    if (argc != 2) return 2;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (strcmp(argv[1], ways[i].name) == 0) {
            ways[i].run();
            return 0;
        }
    }
    return 2;
}
