/* open with every combination of flags on every kind of name, and what the descriptor allows. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "observe.h"

static const char *const PLACES[] = {
    "w/absent",   "w/file",     "w/directory",   "w/to-file",  "w/to-directory", "w/dangling",
    "w/loop",     "w/file/x",   "w/absent/x",    "w/absent/",  "w/file/",        "w/directory/",
    "w/to-file/", "w/to-directory/", "w/dangling/", "w/loop/", "w/directory/.",  "w/directory/..",
    "w/to-directory/new", "w/to-absent",
};
enum { PLACE_COUNT = sizeof PLACES / sizeof *PLACES };

static const struct {
    int bit;
    const char *name;
} FLAGS[] = {
    {O_CREAT, "|O_CREAT"},         {O_EXCL, "|O_EXCL"},         {O_TRUNC, "|O_TRUNC"},
    {O_DIRECTORY, "|O_DIRECTORY"}, {O_NOFOLLOW, "|O_NOFOLLOW"}, {O_APPEND, "|O_APPEND"},
};
enum { FLAG_COUNT = sizeof FLAGS / sizeof *FLAGS };

static const struct {
    int mode;
    const char *name;
} ACCESS[] = {{O_RDONLY, "O_RDONLY"}, {O_WRONLY, "O_WRONLY"}, {O_RDWR, "O_RDWR"}};

static void make_world(void) {
    NEED(mkdir("w", 0755));
    NEED(mkdir("w/directory", 0755));
    write_file("w/file", "content");
    NEED(symlink("file", "w/to-file"));
    NEED(symlink("directory", "w/to-directory"));
    NEED(symlink("nowhere/at/all", "w/dangling"));
    NEED(symlink("made", "w/to-absent"));
    NEED(symlink("loop", "w/loop"));
}

/*
 * Left out: O_CREAT with O_DIRECTORY, which Linux refuses since 6.4 only; O_EXCL without O_CREAT,
 * which POSIX does not define; and what deviations.c observes.
 */
static int is_defined(int access, int flags) {
    int create = flags & O_CREAT, truncate = flags & O_TRUNC;
    if ((flags & O_DIRECTORY) && (create || truncate))
        return 0;
    if ((flags & O_EXCL) && !create)
        return 0;
    return access != O_RDONLY || (!create && !truncate);
}

static void name_flags(char *text, size_t size, const char *access, int flags) {
    snprintf(text, size, "%s", access);
    for (int i = 0; i < FLAG_COUNT; i++)
        if (flags & FLAGS[i].bit)
            snprintf(text + strlen(text), size - strlen(text), "%s", FLAGS[i].name);
}

/* What can be done with the descriptor: reading a byte, writing two, cutting. */
static void use(char *text, size_t size, int fd) {
    char byte;
    const char *reads = outcome(read(fd, &byte, 1));
    snprintf(text, size, ", read %s", reads);
    const char *writes = outcome(write(fd, "WR", 2));
    snprintf(text + strlen(text), size - strlen(text), ", write %s", writes);
    snprintf(text + strlen(text), size - strlen(text), ", at %lld",
             (long long)lseek(fd, 0, SEEK_CUR));
    const char *cuts = outcome(ftruncate(fd, 8));
    snprintf(text + strlen(text), size - strlen(text), ", ftruncate %s", cuts);
}

static void observe_open(const char *place, int access, const char *access_name, int flags) {
    static char before[1024];
    char flag_names[128], used[128] = "";
    struct stat status;
    name_flags(flag_names, sizeof flag_names, access_name, flags);
    int fd = open(place, access | flags, 0644);
    const char *answer = outcome(fd);
    if (fd >= 0) {
        NEED(fstat(fd, &status));
        /* What a directory answers to reading and seeking has its own lines. */
        if (S_ISDIR(status.st_mode))
            snprintf(used, sizeof used, ", directory");
        else
            use(used, sizeof used, fd);
        close(fd);
    }
    const char *after = tree_below("w");
    if (!*before)
        snprintf(before, sizeof before, "%s", after);
    int changed = strcmp(before, after) != 0;
    observe("open %s %s: %s%s%s%s", place, flag_names, answer, used, changed ? "; " : "",
            changed ? after : "");
    if (changed) {
        remove_tree("w");
        make_world();
    }
}

int main(void) {
#ifndef __wasi__
    /* Takes rights from others, and nothing from what is observed here. */
    umask(077);
#endif
    make_world();
    for (int place = 0; place < PLACE_COUNT; place++)
        for (int access = 0; access < 3; access++)
            for (int set = 0; set < 1 << FLAG_COUNT; set++) {
                int flags = 0;
                for (int i = 0; i < FLAG_COUNT; i++)
                    if (set & (1 << i))
                        flags |= FLAGS[i].bit;
                if (is_defined(ACCESS[access].mode, flags))
                    observe_open(PLACES[place], ACCESS[access].mode, ACCESS[access].name, flags);
            }
    remove_tree("w");
    return 0;
}
