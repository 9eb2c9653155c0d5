/* Two programs that exchange files by renaming them.
 *
 *   exchange send COUNT     writes COUNT files, each whole before it has its name in `mail`
 *   exchange receive COUNT  takes them in their order, checks every byte, answers each with another
 *
 * Each waits for the other; whoever finds a file that is torn, or none for too long, fails. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST = 70000, PATIENCE = 200000000 };

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
    for (long tries = 0; (file = open(name, O_RDONLY)) < 0; tries++) {
        if (errno != ENOENT || tries > PATIENCE) fail("does not come", name);
    }
    size_t length = fill(content, number, salt), done = 0;
    for (ssize_t got; (got = read(file, found + done, sizeof found - done)) > 0;) done += got;
    if (done != length || memcmp(found, content, length) != 0) fail("is torn", name);
    if (close(file) != 0 || unlink(name) != 0) fail("cannot be removed", name);
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    int sends = strcmp(argv[1], "send") == 0;
    mkdir("mail", 0755);
    for (uint32_t number = 0; number < (uint32_t)atoi(argv[2]); number++) {
        char there[32], back[32];
        snprintf(there, sizeof there, "mail/%u", number);
        snprintf(back, sizeof back, "mail/%u.answer", number);
        if (sends) {
            put(there, "sending", number, 1);
            take(back, number, 2);
        } else {
            take(there, number, 1);
            put(back, "answering", number, 2);
        }
    }
    printf("%s files\n", argv[2]);
    return 0;
}
