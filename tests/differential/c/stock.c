/*
 * What the stock preview 1 adapter gets wrong and the shim does not; what each prints is in
 * tests/differential.rs. With an argument: a path that makes the adapter trap.
 */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "observe.h"

enum { MANY = 200 };

static void descriptors(void) {
    int fds[MANY];
    int count = 0;
    while (count < MANY && (fds[count] = open("w/file", O_RDONLY)) >= 0) count++;
    observe("open a file 200 times: %s", count == MANY ? "ok" : outcome(-1));
    while (count > 0) close(fds[--count]);
}

static void buffers(void) {
    int fd = NEED(open("w/file", O_RDWR));
    struct iovec pieces[] = {{"ab", 2}, {"cd", 2}};
    observe("write two buffers at once: %zd", writev(fd, pieces, 2));
    char one[2], two[2];
    struct iovec rooms[] = {{one, 2}, {two, 2}};
    NEED((int)lseek(fd, 0, SEEK_SET));
    observe("read into two buffers at once: %zd", readv(fd, rooms, 2));
    close(fd);
}

static void space(void) {
    int fd = NEED(open("w/file", O_RDWR));
    observe("allocate space: %s", posix_fallocate(fd, 0, 100) == 0 ? "ok" : "refused");
    close(fd);
    int directory = NEED(open("w", O_RDONLY | O_DIRECTORY));
    observe("synchronise a directory: %s", outcome(fsync(directory)));
    close(directory);
}

int main(int count, char **arguments) {
    (void)arguments;
    NEED(mkdir("w", 0755));
    write_file("w/file", "four");
    if (count > 1) {
        observe("look for a name that is not UTF-8: %s", outcome(access("w/\x80", F_OK)));
        return 0;
    }
    descriptors();
    buffers();
    space();
    return 0;
}
