/*
 * Where a wrapped program is meant to see something else than on Linux, or a libc for WASI does;
 * the reasons stand beside what is expected, in tests/differential.rs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "observe.h"

static void names(void) {
    observe("create a name that is not UTF-8: %s",
            outcome(open("w/\xff\xfe", O_WRONLY | O_CREAT, 0644)));
    observe("make a directory of such a name: %s", outcome(mkdir("w/\xc3(", 0755)));
    observe("link to such a target: %s", outcome(symlink("\xff", "w/to-bytes")));
    struct stat status;
    observe("look for such a name: %s", outcome(stat("w/\x80", &status)));
}

static void leaving(void) {
    struct stat status;
    int w = NEED(open("w", O_RDONLY | O_DIRECTORY));
    observe("leave a descriptor's directory: %s", outcome(fstatat(w, "../w", &status, 0)));
    NEED(symlinkat("../w/file", w, "out"));
    observe("leave it through a link: %s", outcome(fstatat(w, "out", &status, 0)));
    observe("link to an absolute path: %s", outcome(symlinkat("/absent", w, "absolute")));
    close(w);
}

static void opening(void) {
    int fd = open("w/file", O_RDONLY | O_CREAT, 0644);
    observe("write what was opened with O_RDONLY and O_CREAT: %s", outcome(write(fd, "y", 1)));
    close(fd);
    fd = open("w/file", O_RDONLY | O_TRUNC);
    observe("write what was opened with O_RDONLY and O_TRUNC: %s", outcome(write(fd, "y", 1)));
    close(fd);
    observe("open a file with O_DIRECTORY and O_TRUNC: %s",
            outcome(open("w/file", O_WRONLY | O_DIRECTORY | O_TRUNC)));
    observe("symbolic link over a file with a slash: %s", outcome(symlink("x", "w/file/")));
}

static void linking(void) {
    NEED(symlink("file", "w/link"));
    observe("hard link through a symbolic link: %s",
            outcome(linkat(AT_FDCWD, "w/link", AT_FDCWD, "w/hard", AT_SYMLINK_FOLLOW)));
}

static void directories(void) {
    int directory = NEED(open("w", O_RDONLY | O_DIRECTORY));
    observe("seek in a directory: %s", outcome(lseek(directory, 0, SEEK_SET)));
    observe("cut a directory: %s", outcome(ftruncate(directory, 0)));
    close(directory);
}

static void offsets(void) {
    char byte;
    int fd = NEED(open("w/file", O_RDWR));
    observe("read at the largest offset: %s", outcome(pread(fd, &byte, 1, INT64_MAX)));
    observe("write at the largest offset: %s", outcome(pwrite(fd, "x", 1, INT64_MAX)));
    close(fd);
}

static void starting(void) {
    struct stat status;
    observe("a directory for temporary files at the start: %s", outcome(stat("tmp", &status)));
    observe("the empty path: %s", outcome(stat("", &status)));
}

int main(void) {
    starting();
    NEED(mkdir("w", 0755));
    write_file("w/file", "x");
    names();
    leaving();
    opening();
    linking();
    directories();
    offsets();
    return 0;
}
