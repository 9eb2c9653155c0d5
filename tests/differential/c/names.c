/* Every call that takes a path, on every kind of name: what it answers, and what it leaves. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "observe.h"

/* Names in the world below, and paths through it that fail on the way. */
static const char *const PLACES[] = {
    "w/absent",       "w/file",        "w/twin",       "w/other",       "w/empty",
    "w/full",         "w/to-file",     "w/to-full",    "w/to-empty",    "w/dangling",
    "w/loop",         "w/full/inner",  "w/full/new",   "w/full/sub",    "w/to-full/inner",
    "w/to-full/new",  "w/file/x",      "w/absent/x",   "w/dangling/x",  "w/loop/x",
    "w/full/.",       "w/full/..",     "w/full/sub/..", "w/absent/..",  "w/file/..",
    "w/absent/",      "w/file/",       "w/empty/",     "w/full/",       "w/to-file/",
    "w/to-full/",     "w/dangling/",   "w/loop/",      "w/full/sub///", "w//full//.//inner",
};
enum { PLACE_COUNT = sizeof PLACES / sizeof *PLACES };

static void make_world(void) {
    NEED(mkdir("w", 0755));
    write_file("w/file", "one");
    NEED(link("w/file", "w/twin"));
    write_file("w/other", "two");
    NEED(mkdir("w/empty", 0755));
    NEED(mkdir("w/full", 0755));
    NEED(mkdir("w/full/sub", 0755));
    write_file("w/full/inner", "three");
    NEED(symlink("file", "w/to-file"));
    NEED(symlink("full", "w/to-full"));
    NEED(symlink("empty", "w/to-empty"));
    NEED(symlink("nowhere", "w/dangling"));
    NEED(symlink("loop", "w/loop"));
}

/* Prints the answer, and the world if it has changed; makes it anew then. */
static void report(const char *call, const char *first, const char *second, int result) {
    static char before[2048];
    const char *answer = outcome(result);
    char line[512];
    if (second)
        snprintf(line, sizeof line, "%s %s %s: %s", call, first, second, answer);
    else
        snprintf(line, sizeof line, "%s %s: %s", call, first, answer);
    const char *now = tree_below("w");
    if (!*before) {
        remove_tree("w");
        make_world();
        snprintf(before, sizeof before, "%s", tree_below("w"));
        return;
    }
    if (strcmp(before, now) == 0) {
        observe("%s", line);
        return;
    }
    observe("%s; %s", line, now);
    remove_tree("w");
    make_world();
}

static int try_rename(const char *from, const char *to) {
    return rename(from, to);
}

static int try_link(const char *from, const char *to) {
    return link(from, to);
}

static int try_mkdir(const char *path) {
    return mkdir(path, 0755);
}

static int try_stat(const char *path) {
    struct stat status;
    return stat(path, &status);
}

static int try_lstat(const char *path) {
    struct stat status;
    return lstat(path, &status);
}

static int try_readlink(const char *path) {
    char target[64];
    return (int)readlink(path, target, sizeof target);
}

static int try_access(const char *path) {
    return access(path, R_OK);
}

static int try_opendir(const char *path) {
    DIR *directory = opendir(path);
    return directory ? closedir(directory) : -1;
}

static int try_truncate(const char *path) {
    return truncate(path, 2);
}

static int try_times(const char *path) {
    const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 2}};
    return utimensat(AT_FDCWD, path, times, 0);
}

static int try_times_of_link(const char *path) {
    const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 2}};
    return utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

static int try_remove(const char *path) {
    return remove(path);
}

static const struct {
    const char *name;
    int (*call)(const char *path);
} ON_ONE[] = {
    {"stat", try_stat},           {"lstat", try_lstat},
    {"readlink", try_readlink},   {"access", try_access},
    {"opendir", try_opendir},     {"truncate", try_truncate},
    {"utimensat", try_times},     {"utimensat-nofollow", try_times_of_link},
    {"mkdir", try_mkdir},         {"rmdir", rmdir},
    {"unlink", unlink},           {"remove", try_remove},
};

/* A link over a file with a slash behind it is in deviations.c. */
static void observe_symlink(const char *target, const char *path) {
    struct stat status;
    char bare[64];
    snprintf(bare, sizeof bare, "%s", path);
    size_t length = strlen(bare);
    if (bare[length - 1] == '/') {
        while (bare[length - 1] == '/')
            bare[--length] = 0;
        if (lstat(bare, &status) == 0 && !S_ISDIR(status.st_mode))
            return;
    }
    report("symlink", target, path, symlink(target, path));
}

int main(void) {
    make_world();
    report("", "", "", 0);
    topic("one path");
    for (size_t call = 0; call < sizeof ON_ONE / sizeof *ON_ONE; call++)
        for (int i = 0; i < PLACE_COUNT; i++)
            report(ON_ONE[call].name, PLACES[i], NULL, ON_ONE[call].call(PLACES[i]));

    topic("symbolic links");
    for (int i = 0; i < PLACE_COUNT; i++)
        observe_symlink("anything", PLACES[i]);
    for (int i = 0; i < PLACE_COUNT; i++)
        observe_symlink("../loop/./x", PLACES[i]);

    topic("two paths");
    for (int from = 0; from < PLACE_COUNT; from++)
        for (int to = 0; to < PLACE_COUNT; to++) {
            report("rename", PLACES[from], PLACES[to], try_rename(PLACES[from], PLACES[to]));
            report("link", PLACES[from], PLACES[to], try_link(PLACES[from], PLACES[to]));
        }
    remove_tree("w");
    return 0;
}
