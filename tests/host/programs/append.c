/* append NUMBER COUNT: adds COUNT lines to `log`, each in two pieces of one write. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    int file = open("log", O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (file < 0) return 3;
    for (int count = 0; count < atoi(argv[2]); count++) {
        char head[64], tail[600];
        snprintf(head, sizeof head, "<%s %d ", argv[1], count);
        size_t length = 1 + (size_t)count % 500;
        memset(tail, 'x', length);
        strcpy(tail + length, ">\n");
        struct iovec line[2] = {{head, strlen(head)}, {tail, length + 2}};
        if (writev(file, line, 2) != (ssize_t)(line[0].iov_len + line[1].iov_len)) return 4;
    }
    return 0;
}
