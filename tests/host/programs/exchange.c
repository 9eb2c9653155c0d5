/* Two programs that exchange files by renaming them.
 *
 *   exchange send COUNT     writes COUNT files, each whole before it has its name in `mail`
 *   exchange receive COUNT  takes them in their order, checks every byte, answers each with another
 *
 * Whoever finds a file that is torn fails; whoever finds none waits. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST = 70000 };

static unsigned char content[LARGEST];

/* Files differ in length and in every byte: some are small, some of more than a page. */
static size_t fill(unsigned char *bytes, uint32_t number, uint32_t salt) {
    size_t length = 1 + (number * 7919u + salt) % LARGEST;
    uint32_t state = number * 2654435761u + salt;
    for (size_t i = 0; i < length; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = state >> 24;
    }
    return length;
}

static void fail(const char *what, const char *name) {
    fprintf(stderr, "%s: %s (%s)\n", name, what, strerror(errno));
    exit(1);
}

static void put(const char *name, const char *temporary, uint32_t number, uint32_t salt) {
    size_t length = fill(content, number, salt);
    int file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file < 0) fail("cannot be created", temporary);
    for (size_t done = 0; done < length;) {
        size_t piece = length - done < 1000 ? length - done : 1000;
        ssize_t written = write(file, content + done, piece);
        if (written <= 0) fail("cannot be written", temporary);
        done += written;
    }
    if (close(file) != 0 || rename(temporary, name) != 0) fail("cannot be sent", name);
}

static void take(const char *name, uint32_t number, uint32_t salt) {
    static unsigned char found[LARGEST + 1];
    int file = -1;
    while ((file = open(name, O_RDONLY)) < 0) {
        if (errno != ENOENT) fail("cannot be opened", name);
        sched_yield();
    }
    size_t length = fill(content, number, salt), done = 0;
    for (ssize_t got; (got = read(file, found + done, sizeof found - done)) > 0;) done += got;
    if (done != length || memcmp(found, content, length) != 0) fail("is torn", name);
    if (close(file) != 0 || unlink(name) != 0) fail("cannot be removed", name);
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    uint32_t count = atoi(argv[2]);
    char name[32];
    mkdir("mail", 0755);
    for (uint32_t number = 0; number < count; number++) {
        snprintf(name, sizeof name, "mail/%u", number);
        if (strcmp(argv[1], "send") == 0) {
            put(name, "sending", number, 1);
            continue;
        }
        take(name, number, 1);
        snprintf(name, sizeof name, "mail/%u.answer", number);
        put(name, "answering", number, 2);
    }
    for (uint32_t number = 0; number < count && strcmp(argv[1], "send") == 0; number++) {
        snprintf(name, sizeof name, "mail/%u.answer", number);
        take(name, number, 2);
    }
    printf("%s files\n", argv[2]);
    return 0;
}
