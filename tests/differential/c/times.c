/* Which times an operation moves, and what setting them does. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "observe.h"

static const struct timespec LONG_AGO[2] = {{.tv_sec = 1000, .tv_nsec = 1},
                                            {.tv_sec = 2000, .tv_nsec = 999999999}};

static int is_later(struct timespec left, struct timespec right) {
    return left.tv_sec > right.tv_sec ||
           (left.tv_sec == right.tv_sec && left.tv_nsec > right.tv_nsec);
}

/* Lets time pass, until a change can be told from the one before. */
static void wait_for_tick(void) {
    struct stat before, now;
    write_file("tick", "");
    NEED(stat("tick", &before));
    do {
        write_file("tick", "x");
        NEED(stat("tick", &now));
    } while (!is_later(now.st_mtim, before.st_mtim));
    NEED(unlink("tick"));
}

/* The inodes that an operation may change: two directories, a file and a link. */
static const char *const WATCHED[] = {"w", "w/d", "w/file", "w/link", "w/twin"};
enum { WATCHED_COUNT = sizeof WATCHED / sizeof *WATCHED };
static int watched[WATCHED_COUNT];
static struct stat before[WATCHED_COUNT];

static void set_up(void) {
    NEED(mkdir("w", 0755));
    NEED(mkdir("w/d", 0755));
    write_file("w/file", "content");
    NEED(link("w/file", "w/twin"));
    NEED(symlink("file", "w/link"));
    write_file("w/other", "other");
    for (int i = 0; i < WATCHED_COUNT; i++) {
        watched[i] = i == 3 ? -1 : NEED(open(WATCHED[i], O_RDONLY));
        NEED(utimensat(AT_FDCWD, WATCHED[i], LONG_AGO, AT_SYMLINK_NOFOLLOW));
    }
    wait_for_tick();
    for (int i = 0; i < WATCHED_COUNT; i++)
        NEED(lstat(WATCHED[i], &before[i]));
}

/* Prints which times of which inodes the operation moved, as `m` and `c`, and starts anew. */
static void report(const char *operation, long long result) {
    char line[256];
    snprintf(line, sizeof line, "%s: %s;", operation, outcome(result));
    for (int i = 0; i < WATCHED_COUNT; i++) {
        struct stat now;
        int gone = i == 3 ? lstat(WATCHED[i], &now) : fstat(watched[i], &now);
        if (gone)
            continue;
        int modified = now.st_mtim.tv_sec != before[i].st_mtim.tv_sec;
        int changed = is_later(now.st_ctim, before[i].st_ctim);
        if (modified || changed)
            snprintf(line + strlen(line), sizeof line - strlen(line), " %s %s%s", WATCHED[i],
                     modified ? "m" : "", changed ? "c" : "");
        if (i != 3)
            close(watched[i]);
    }
    observe("%s", line);
    remove_tree("w");
    set_up();
}

#define MOVES(call) report(#call, (call))

static int with_file(int (*operation)(int fd)) {
    int fd = NEED(open("w/file", O_RDWR)), result = operation(fd);
    close(fd);
    return result;
}

static int write_bytes(int fd) {
    return (int)write(fd, "xy", 2);
}

static int write_nothing(int fd) {
    return (int)write(fd, "", 0);
}

static int read_bytes(int fd) {
    char bytes[4];
    return (int)read(fd, bytes, 4);
}

static int cut(int fd) {
    return ftruncate(fd, 3);
}

static int cut_to_the_same(int fd) {
    return ftruncate(fd, 7);
}

static int extend(int fd) {
    return ftruncate(fd, 70000);
}

static int sync_all(int fd) {
    return fsync(fd);
}

static int set_now(int fd) {
    return futimens(fd, NULL);
}

static int set_nothing(int fd) {
    const struct timespec omit[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_nsec = UTIME_OMIT}};
    return futimens(fd, omit);
}

static void moved_times(void) {
    topic("times an operation moves");
    set_up();
    MOVES(0);
    MOVES(with_file(write_bytes));
    MOVES(with_file(write_nothing));
    MOVES(with_file(read_bytes));
    MOVES(with_file(cut));
    MOVES(with_file(cut_to_the_same));
    MOVES(with_file(extend));
    MOVES(with_file(sync_all));
    MOVES(with_file(set_now));
    MOVES(with_file(set_nothing));
    MOVES(close(open("w/file", O_RDWR)));
    MOVES(close(open("w/file", O_WRONLY | O_CREAT, 0644)));
    MOVES(close(open("w/file", O_WRONLY | O_TRUNC)));
    MOVES(close(open("w/new", O_WRONLY | O_CREAT, 0644)));
    MOVES(open("w/file", O_WRONLY | O_CREAT | O_EXCL, 0644));
    MOVES(truncate("w/file", 3));
    MOVES(mkdir("w/new", 0755));
    MOVES(mkdir("w/d", 0755));
    MOVES(rmdir("w/d"));
    MOVES(symlink("x", "w/new"));
    MOVES(link("w/file", "w/d/new"));
    MOVES(link("w/link", "w/d/new"));
    MOVES(unlink("w/file"));
    MOVES(unlink("w/link"));
    MOVES(unlink("w/other"));
    MOVES(rename("w/file", "w/new"));
    MOVES(rename("w/file", "w/d/new"));
    MOVES(rename("w/file", "w/twin"));
    MOVES(rename("w/other", "w/file"));
    MOVES(rename("w/link", "w/d/link"));
    MOVES(rename("w/d", "w/e"));
    MOVES(rename("w/absent", "w/e"));
    MOVES(rename("w/d", "w/file"));
    MOVES(access("w/file", R_OK));
    remove_tree("w");
}

static void show(const char *what, const char *path, int flags) {
    struct stat status;
    NEED(fstatat(AT_FDCWD, path, &status, flags));
    observe("%s: %lld.%09ld %lld.%09ld", what, (long long)status.st_atim.tv_sec,
            (long)status.st_atim.tv_nsec, (long long)status.st_mtim.tv_sec,
            (long)status.st_mtim.tv_nsec);
}

static void setting(void) {
    topic("setting times");
    write_file("file", "x");
    NEED(symlink("file", "link"));
    NEED(mkdir("d", 0755));
    OUTCOME(utimensat(AT_FDCWD, "file", LONG_AGO, 0));
    show("file", "file", 0);
    const struct timespec only_access[2] = {{.tv_sec = 3000}, {.tv_nsec = UTIME_OMIT}};
    OUTCOME(utimensat(AT_FDCWD, "file", only_access, 0));
    show("access only", "file", 0);
    const struct timespec only_modification[2] = {{.tv_nsec = UTIME_OMIT},
                                                  {.tv_sec = 4000, .tv_nsec = 123456789}};
    OUTCOME(utimensat(AT_FDCWD, "link", only_modification, 0));
    show("modification only, through a link", "file", 0);
    const struct timespec both[2] = {{.tv_sec = 5000}, {.tv_sec = 6000}};
    OUTCOME(utimensat(AT_FDCWD, "link", both, AT_SYMLINK_NOFOLLOW));
    show("the link", "link", AT_SYMLINK_NOFOLLOW);
    show("its target", "file", 0);
    OUTCOME(utimensat(AT_FDCWD, "d", both, 0));
    show("directory", "d", 0);
    int fd = NEED(open("file", O_RDONLY));
    OUTCOME(futimens(fd, both));
    show("by a read-only descriptor", "file", 0);
    OUTCOME(set_nothing(fd));
    show("left alone", "file", 0);
    const struct timespec now[2] = {{.tv_nsec = UTIME_NOW}, {.tv_sec = 7000}};
    OUTCOME(futimens(fd, now));
    struct stat status;
    NEED(fstat(fd, &status));
    observe("access now %d, modification %lld", status.st_atim.tv_sec > 1000000000,
            (long long)status.st_mtim.tv_sec);
    OUTCOME(set_now(fd));
    NEED(fstat(fd, &status));
    observe("both now and the same: %d",
            status.st_mtim.tv_sec > 1000000000 &&
                !is_later(status.st_atim, status.st_mtim) &&
                !is_later(status.st_mtim, status.st_atim));
    const struct timespec invalid[2] = {{.tv_sec = 1, .tv_nsec = 1000000000}, {.tv_sec = 1}};
    OUTCOME(futimens(fd, invalid));
    const struct timespec far[2] = {{.tv_sec = 4102444800}, {.tv_sec = 7258118400}};
    OUTCOME(futimens(fd, far));
    show("in the years 2100 and 2200", "file", 0);
    OUTCOME(utimensat(AT_FDCWD, "absent", both, 0));
    OUTCOME(utimensat(AT_FDCWD, "file/", both, 0));
    OUTCOME(futimens(-1, both));
    close(fd);
    OUTCOME(rename("file", "renamed"));
    show("renaming keeps them", "renamed", 0);
    NEED(unlink("renamed"));
    NEED(unlink("link"));
    NEED(rmdir("d"));
}

static void order(void) {
    topic("order");
    struct stat earlier, later;
    write_file("first", "1");
    wait_for_tick();
    write_file("second", "2");
    NEED(stat("first", &earlier));
    NEED(stat("second", &later));
    observe("what is written later is later: %d", is_later(later.st_mtim, earlier.st_mtim));
    wait_for_tick();
    write_file("first", "1");
    NEED(stat("first", &earlier));
    observe("and the other way round: %d", is_later(earlier.st_mtim, later.st_mtim));
    observe("change is not before modification: %d", !is_later(earlier.st_mtim, earlier.st_ctim));
    int never_back = 1;
    for (int i = 0; i < 1000; i++) {
        struct stat last = earlier;
        write_file("first", "again");
        NEED(stat("first", &earlier));
        never_back &= !is_later(last.st_mtim, earlier.st_mtim);
    }
    observe("a thousand writes never go back: %d", never_back);
    NEED(unlink("first"));
    NEED(unlink("second"));
}

int main(void) {
    moved_times();
    setting();
    order();
    return 0;
}
