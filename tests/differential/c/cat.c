/*
 * Prints files and what is beside them.
 *
 *     cat FILE...
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "observe.h"

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        char content[4096];
        int fd = open(argv[i], O_RDONLY);
        ssize_t length = fd < 0 ? -1 : read(fd, content, sizeof content);
        observe("%s: %s %.*s", argv[i], outcome(length), length < 0 ? 0 : (int)length, content);
        close(fd);
    }
    observe("here: %s", tree_below("."));
    return 0;
}
