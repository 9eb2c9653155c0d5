/* Open file descriptions and their numbers: sharing, renumbering, flags, lives of removed files. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __wasi__
#include <wasi/libc.h>
#else
#include <sys/resource.h>
#endif

#include "observe.h"

enum { MANY = 5000 };

/* Moves a descriptor to the number of another open one, which is closed. */
static int renumber(int from, int to) {
#ifdef __wasi__
    return __wasilibc_fd_renumber(from, to);
#else
    if (fcntl(to, F_GETFD) < 0 || dup2(from, to) < 0)
        return -1;
    return from == to ? 0 : close(from);
#endif
}

static void allow_many_descriptors(void) {
#ifndef __wasi__
    struct rlimit limit;
    NEED(getrlimit(RLIMIT_NOFILE, &limit));
    limit.rlim_cur = limit.rlim_max;
    if (limit.rlim_max < MANY + 16) {
        fprintf(stderr, "descriptors: needs %d open files, raise the hard limit (ulimit -Hn)\n",
                MANY + 16);
        exit(1);
    }
    NEED(setrlimit(RLIMIT_NOFILE, &limit));
#endif
}

static void numbers(void) {
    topic("numbers");
    int first = NEED(open("a", O_RDWR | O_CREAT, 0644));
    int second = NEED(open("b", O_RDWR | O_CREAT, 0644));
    int third = NEED(open("c", O_RDWR | O_CREAT, 0644));
    observe("numbers follow each other: %d", second == first + 1 && third == second + 1);
    close(second);
    close(first);
    int again = NEED(open("a", O_RDONLY));
    observe("the lowest free number is next: %d", again == first);
    OUTCOME(close(again));
    OUTCOME(close(again));
    OUTCOME(close(third));
    OUTCOME(close(-1));
    OUTCOME(close(1 << 20));
    char byte;
    OUTCOME(read(again, &byte, 1));
    OUTCOME(write(again, &byte, 1));
    OUTCOME(lseek(again, 0, SEEK_SET));
    OUTCOME(fsync(again));
    OUTCOME(ftruncate(again, 0));
    OUTCOME(fcntl(again, F_GETFL));
    struct stat status;
    OUTCOME(fstat(again, &status));
    OUTCOME(fstat(-1, &status));
    NEED(unlink("a"));
    NEED(unlink("b"));
    NEED(unlink("c"));
}

static void renumbering(void) {
    topic("renumbering");
    write_file("from", "0123456789");
    write_file("to", "abcdefghij");
    int from = NEED(open("from", O_RDWR | O_APPEND));
    int to = NEED(open("to", O_RDWR));
    char bytes[5] = "";
    NEED(lseek(from, 4, SEEK_SET));
    NEED(read(to, bytes, 3));
    OUTCOME(renumber(from, to));
    OUTCOME(fcntl(from, F_GETFL));
    NUMBER(lseek(to, 0, SEEK_CUR));
    observe("still appends: %d", (fcntl(to, F_GETFL) & O_APPEND) != 0);
    NUMBER(read(to, bytes, 4));
    observe("read %s", bytes);
    NUMBER(write(to, "XY", 2));
    NUMBER(lseek(to, 0, SEEK_CUR));
    OUTCOME(renumber(to, to));
    OUTCOME(renumber(from, to));
    OUTCOME(renumber(to, from));
    observe_descriptor("renumbered", to);
    int directory = NEED(open(".", O_RDONLY | O_DIRECTORY));
    OUTCOME(renumber(directory, to));
    struct stat status;
    OUTCOME(fstatat(to, "from", &status, 0));
    OUTCOME(read(to, bytes, 1));
    close(to);
    observe_path("from");
    observe_path("to");
    NEED(unlink("from"));
    NEED(unlink("to"));
}

/* Redirects as a shell does: a file over a standard stream. */
static void standard_streams(void) {
    topic("standard streams");
    int log = NEED(open("log", O_WRONLY | O_CREAT | O_APPEND, 0644));
    OUTCOME(renumber(log, STDERR_FILENO));
    NUMBER(write(STDERR_FILENO, "written, ", 9));
    NUMBER(fprintf(stderr, "%s", "printed"));
    observe_path("log");
    write_file("input", "17 apples\n");
    int input = NEED(open("input", O_RDONLY));
    OUTCOME(renumber(input, STDIN_FILENO));
    int count;
    char what[8];
    NUMBER(scanf("%d %7s", &count, what));
    observe("%d %s", count, what);
    OUTCOME(close(STDIN_FILENO));
    char byte;
    OUTCOME(read(STDIN_FILENO, &byte, 1));
    int lowest = NEED(open("input", O_RDONLY));
    NUMBER(lowest);
    OUTCOME(close(STDERR_FILENO));
    OUTCOME(write(STDERR_FILENO, "x", 1));
    NEED(unlink("log"));
    NEED(unlink("input"));
}

static void positions(void) {
    topic("positions");
    write_file("shared", "0123456789");
    int left = NEED(open("shared", O_RDWR));
    int right = NEED(open("shared", O_RDWR));
    char bytes[8] = "";
    NUMBER(read(left, bytes, 3));
    NUMBER(lseek(right, 0, SEEK_CUR));
    NUMBER(write(right, "ABCDEF", 6));
    NUMBER(read(left, bytes, 3));
    observe("each has its own: %s", bytes);
    NUMBER(read(right, bytes, 8));
    observe("reads behind what it wrote: %.4s", bytes);
    NUMBER(write(right, "!", 1));
    NUMBER(lseek(right, -2, SEEK_END));
    NUMBER(read(right, bytes, 8));
    observe("%.2s", bytes);
    close(left);
    close(right);
    observe_path("shared");
    NEED(unlink("shared"));
}

static void flags(void) {
    topic("flags");
    write_file("file", "0123456789");
    static const int modes[] = {O_RDONLY, O_WRONLY, O_RDWR};
    for (int i = 0; i < 3; i++) {
        int fd = NEED(open("file", modes[i]));
        observe("mode %d: access mode is kept %d, appends %d", i,
                (fcntl(fd, F_GETFL) & O_ACCMODE) == modes[i],
                (fcntl(fd, F_GETFL) & O_APPEND) != 0);
        close(fd);
    }
    int fd = NEED(open("file", O_RDWR));
    NUMBER(write(fd, "a", 1));
    OUTCOME(fcntl(fd, F_SETFL, O_APPEND));
    observe("appends %d", (fcntl(fd, F_GETFL) & O_APPEND) != 0);
    NUMBER(write(fd, "z", 1));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    NUMBER(lseek(fd, 2, SEEK_SET));
    NUMBER(write(fd, "y", 1));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    OUTCOME(fcntl(fd, F_SETFL, 0));
    NUMBER(lseek(fd, 2, SEEK_SET));
    NUMBER(write(fd, "c", 1));
    OUTCOME(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK));
    observe("appends %d, does not block %d", (fcntl(fd, F_GETFL) & O_APPEND) != 0,
            (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    NUMBER(write(fd, "x", 1));
    observe("a file is no terminal: %d", isatty(fd));
    close(fd);
    observe_path("file");
    static const int synchronous[] = {O_SYNC, O_DSYNC, O_NONBLOCK};
    for (int i = 0; i < 3; i++) {
        fd = OUTCOME(open("file", O_RDWR | synchronous[i]));
        observe("flag %d is kept: %d", i,
                (fcntl(fd, F_GETFL) & synchronous[i]) == synchronous[i]);
        NUMBER(write(fd, "s", 1));
        close(fd);
    }
    NEED(unlink("file"));
}

static void access_modes(void) {
    topic("access modes");
    write_file("file", "0123456789");
    char bytes[4];
    int reader = NEED(open("file", O_RDONLY)), writer = NEED(open("file", O_WRONLY));
    OUTCOME(write(reader, "w", 1));
    OUTCOME(write(reader, "w", 0));
    OUTCOME(pwrite(reader, "w", 1, 0));
    OUTCOME(ftruncate(reader, 3));
    OUTCOME(read(writer, bytes, 1));
    OUTCOME(read(writer, bytes, 0));
    OUTCOME(pread(writer, bytes, 1, 0));
    OUTCOME(ftruncate(writer, 8));
    OUTCOME(fsync(reader));
    OUTCOME(fdatasync(reader));
    OUTCOME(fsync(writer));
    const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 2000}};
    OUTCOME(futimens(reader, times));
    int directory = NEED(open(".", O_RDONLY));
    OUTCOME(read(directory, bytes, 1));
    OUTCOME(pread(directory, bytes, 1, 0));
    OUTCOME(write(directory, bytes, 1));
    OUTCOME(pwrite(directory, bytes, 1, 0));
    OUTCOME(fsync(directory));
    OUTCOME(fdatasync(directory));
    OUTCOME(openat(directory, "file", O_RDONLY));
    OUTCOME(openat(reader, "file", O_RDONLY));
    OUTCOME(openat(reader, "file/x", O_RDONLY));
    close(reader);
    close(writer);
    close(directory);
    observe_path("file");
    NEED(unlink("file"));
}

static void removed_files(void) {
    topic("removed files");
    write_file("file", "0123456789");
    int fd = NEED(open("file", O_RDWR));
    struct stat before, after;
    NEED(fstat(fd, &before));
    OUTCOME(unlink("file"));
    NEED(fstat(fd, &after));
    observe("same inode %d, %u links", before.st_ino == after.st_ino, (unsigned)after.st_nlink);
    NUMBER(pwrite(fd, "removed", 7, 5));
    OUTCOME(ftruncate(fd, 100));
    write_file("file", "another");
    NEED(stat("file", &after));
    observe("another inode under the name: %d", before.st_ino != after.st_ino);
    observe_descriptor("removed", fd);
    observe_path("file");
    close(fd);

    int old = NEED(open("file", O_RDWR));
    write_file("new", "replaces it");
    OUTCOME(rename("new", "file"));
    observe_descriptor("replaced", old);
    NUMBER(write(old, "ANOTHER and longer", 18));
    observe_descriptor("replaced", old);
    observe_path("file");
    close(old);
    NEED(unlink("file"));

    OUTCOME(mkdir("directory", 0755));
    int directory = NEED(open("directory", O_RDONLY | O_DIRECTORY));
    OUTCOME(rmdir("directory"));
    OUTCOME(openat(directory, "file", O_WRONLY | O_CREAT, 0644));
    OUTCOME(mkdirat(directory, "sub", 0755));
    OUTCOME(symlinkat("x", directory, "link"));
    struct stat status;
    OUTCOME(fstat(directory, &status));
    OUTCOME(fstatat(directory, ".", &status, 0));
    OUTCOME(fstatat(directory, "file", &status, 0));
    OUTCOME(openat(directory, ".", O_RDONLY | O_DIRECTORY));
    OUTCOME(openat(directory, ".", O_WRONLY));
    OUTCOME(mkdirat(directory, ".", 0755));
    OUTCOME(linkat(directory, ".", AT_FDCWD, "link", 0));
    OUTCOME(unlinkat(directory, ".", AT_REMOVEDIR));
    OUTCOME(unlinkat(directory, ".", 0));
    OUTCOME(symlinkat("x", directory, "."));
    OUTCOME(renameat(directory, ".", AT_FDCWD, "back"));
    OUTCOME(faccessat(directory, ".", F_OK, 0));
    OUTCOME(fsync(directory));
    OUTCOME(mkdir("directory", 0755));
    OUTCOME(openat(directory, "file", O_WRONLY | O_CREAT, 0644));
    close(directory);
    OUTCOME(rmdir("directory"));
}

static void moved_directories(void) {
    topic("descriptors of directories that move");
    OUTCOME(mkdir("old", 0755));
    OUTCOME(mkdir("old/sub", 0755));
    OUTCOME(mkdir("elsewhere", 0755));
    int sub = NEED(open("old/sub", O_RDONLY | O_DIRECTORY));
    int file = openat(sub, "file", O_RDWR | O_CREAT, 0644);
    OUTCOME(rename("old/sub", "elsewhere/moved"));
    NUMBER(write(file, "follows", 7));
    OUTCOME(mkdirat(sub, "made-later", 0755));
    OUTCOME(renameat(sub, "file", sub, "renamed"));
    OUTCOME(linkat(sub, "renamed", sub, "twin", 0));
    observe("%s", tree_below("elsewhere"));
    OUTCOME(renameat(sub, "renamed", AT_FDCWD, "old/back"));
    OUTCOME(unlinkat(sub, "made-later", AT_REMOVEDIR));
    OUTCOME(unlinkat(sub, "twin", AT_REMOVEDIR));
    OUTCOME(unlinkat(sub, "twin", 0));
    observe("%s", tree_below("old"));
    close(sub);
    close(file);
    remove_tree("old");
    remove_tree("elsewhere");
}

static void many(void) {
    topic("many open files");
    static int fds[MANY];
    allow_many_descriptors();
    NEED(mkdir("many", 0755));
    for (int i = 0; i < MANY; i++) {
        char name[32];
        snprintf(name, sizeof name, "many/%d", i);
        fds[i] = need(name, open(name, O_RDWR | O_CREAT | O_EXCL, 0644));
        need(name, write(fds[i], name, strlen(name)));
    }
    int rising = 1;
    for (int i = 1; i < MANY; i++)
        rising &= fds[i] > fds[i - 1];
    observe("%d files are open, their numbers rise: %d", MANY, rising);
    uint64_t state = DIGEST_START;
    for (int i = 0; i < MANY; i++) {
        char bytes[32];
        ssize_t count = pread(fds[i], bytes, sizeof bytes, 0);
        state = digest(state, bytes, (size_t)need("pread", count));
    }
    observe("digest of all: %016llx", (unsigned long long)state);
    for (int i = 1; i < MANY; i += 2)
        close(fds[i]);
    int again = NEED(open("many/0", O_RDONLY));
    observe("the lowest free number is next: %d", again == fds[1]);
    close(again);
    for (int i = 0; i < MANY; i += 2)
        close(fds[i]);
    remove_tree("many");
}

static void polling(void) {
    topic("poll");
    write_file("file", "x");
    int fd = NEED(open("file", O_RDWR));
    struct pollfd both = {.fd = fd, .events = POLLRDNORM | POLLWRNORM};
    NUMBER(poll(&both, 1, -1));
    observe("readable %d, writable %d", (both.revents & POLLRDNORM) != 0,
            (both.revents & POLLWRNORM) != 0);
    struct pollfd reads[2] = {{.fd = fd, .events = POLLRDNORM}, {.fd = fd, .events = POLLWRNORM}};
    NUMBER(poll(reads, 2, 1000));
    observe("readable %d, writable %d", (reads[0].revents & POLLRDNORM) != 0,
            (reads[1].revents & POLLWRNORM) != 0);
    NUMBER(poll(NULL, 0, 0));
    close(fd);
    NEED(unlink("file"));
}

int main(void) {
    numbers();
    renumbering();
    positions();
    flags();
    access_modes();
    removed_files();
    moved_directories();
    many();
    polling();
    standard_streams();
    return 0;
}
