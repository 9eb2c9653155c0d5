/*
 * Random operations on few names, so that directories, links and descriptors of both get into
 * every relation to each other.
 *
 *     churn [SEED [OPERATIONS]]
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "observe.h"

/*
 * Paths climb three times at most, and links never, so that no path leaves this directory's
 * parents. Slashes and dots in it are there to be walked.
 */
static const char BASE[] = "r/r/r/r";

enum { HELD = 4, PATH_SIZE = 96 };

static uint64_t sequence;
/* Directories that are held open while their names come and go; -1 is none. */
static int held[HELD] = {-1, -1, -1, -1};

static unsigned below(unsigned limit) {
    return (unsigned)(next_random(&sequence) % limit);
}

static int one_in(unsigned chances) {
    return below(chances) == 0;
}

/* A path of one to four components. */
static void choose_path(char *path, unsigned climbs, int may_end_in_slash) {
    static const char *const names[] = {"a", "b", "c", "d"};
    unsigned count = 1 + below(below(3) ? 2 : 4);
    for (unsigned i = 0; i < count; i++) {
        const char *name = names[below(4)];
        if (one_in(12))
            name = ".";
        if (climbs && one_in(10)) {
            name = "..";
            climbs--;
        }
        strcat(path, name);
        if (i + 1 < count)
            strcat(path, one_in(20) ? "//" : "/");
    }
    if (may_end_in_slash && one_in(12))
        strcat(path, "/");
}

/* Where a path starts: at the base, or at a held directory, which it does not leave. */
struct start {
    int fd;
    char path[PATH_SIZE];
};

static struct start choose(int may_end_in_slash) {
    unsigned holder = below(HELD * 2);
    struct start start = {.fd = AT_FDCWD, .path = ""};
    if (holder < HELD && held[holder] >= 0) {
        start.fd = held[holder];
        choose_path(start.path, 0, may_end_in_slash);
    } else {
        snprintf(start.path, PATH_SIZE, "%s/", BASE);
        choose_path(start.path, 3, may_end_in_slash);
    }
    return start;
}

static int holder_of(const struct start *start) {
    for (int i = 0; i < HELD; i++)
        if (start->fd == held[i])
            return i;
    return -1;
}

static void report(const char *operation, const struct start *start, long long result) {
    const char *answer = outcome(result);
    observe("%s %d %s: %s %lld", operation, holder_of(start), start->path, answer, result);
}

static void report_two(const char *operation, const struct start *from, const struct start *to,
                       long long result) {
    const char *answer = outcome(result);
    observe("%s %d %s to %d %s: %s", operation, holder_of(from), from->path, holder_of(to),
            to->path, answer);
}

/* --- operations --------------------------------------------------------------------------- */

static void make_directory(void) {
    struct start start = choose(1);
    report("mkdir", &start, mkdirat(start.fd, start.path, 0755));
}

static void remove_directory(void) {
    struct start start = choose(1);
    report("rmdir", &start, unlinkat(start.fd, start.path, AT_REMOVEDIR));
}

static void remove_file(void) {
    struct start start = choose(1);
    report("unlink", &start, unlinkat(start.fd, start.path, 0));
}

static void move(void) {
    struct start from = choose(1), to = choose(1);
    report_two("rename", &from, &to, renameat(from.fd, from.path, to.fd, to.path));
}

static void link_file(void) {
    struct start from = choose(1), to = choose(1);
    report_two("link", &from, &to, linkat(from.fd, from.path, to.fd, to.path, 0));
}

static void link_symbolically(void) {
    char target[PATH_SIZE] = "";
    choose_path(target, 0, 1);
    struct start start = choose(0);
    int result = symlinkat(target, start.fd, start.path);
    observe("symlink %s at %d %s: %s", target, holder_of(&start), start.path, outcome(result));
}

static void write_some(void) {
    static const int flags[] = {O_CREAT, O_CREAT | O_EXCL, O_CREAT | O_TRUNC, O_APPEND, O_TRUNC,
                                O_CREAT | O_NOFOLLOW};
    unsigned choice = below(6);
    struct start start = choose(1);
    int fd = openat(start.fd, start.path, O_WRONLY | flags[choice], 0644);
    const char *answer = outcome(fd);
    observe("write %u %d %s: %s", choice, holder_of(&start), start.path, answer);
    if (fd >= 0) {
        char text[8];
        int length = snprintf(text, sizeof text, "%u", below(10000));
        NEED(write(fd, text, (size_t)length));
        close(fd);
    }
}

static void read_some(void) {
    static const int flags[] = {0, O_DIRECTORY, O_NOFOLLOW, O_DIRECTORY | O_NOFOLLOW};
    unsigned choice = below(4);
    struct start start = choose(1);
    int fd = openat(start.fd, start.path, O_RDONLY | flags[choice]);
    const char *answer = outcome(fd);
    observe("open %u %d %s: %s", choice, holder_of(&start), start.path, answer);
    if (fd >= 0) {
        observe_descriptor("it is", fd);
        close(fd);
    }
}

static void look(void) {
    int flags = one_in(2) ? AT_SYMLINK_NOFOLLOW : 0;
    struct start start = choose(1);
    struct stat status;
    int result = fstatat(start.fd, start.path, &status, flags);
    report(flags ? "lstat" : "stat", &start, result);
    if (result == 0)
        observe("it has %u links and is kind %u", (unsigned)status.st_nlink,
                S_ISDIR(status.st_mode) ? 2u : S_ISLNK(status.st_mode) ? 1u : 0u);
}

static void read_target(void) {
    struct start start = choose(1);
    char target[PATH_SIZE];
    ssize_t length = readlinkat(start.fd, start.path, target, sizeof target);
    report("readlink", &start, length);
}

static void hold(void) {
    unsigned holder = below(HELD);
    struct start start = choose(1);
    int fd = openat(start.fd, start.path, O_RDONLY | O_DIRECTORY);
    report("hold", &start, fd < 0 ? -1 : (long long)holder);
    if (fd < 0)
        return;
    if (held[holder] >= 0)
        close(held[holder]);
    held[holder] = fd;
}

static void observe_held(void) {
    unsigned holder = below(HELD);
    if (held[holder] >= 0)
        observe_descriptor("held", held[holder]);
}

static void observe_tree(void) {
    const char *tree = tree_below(BASE);
    observe("tree %016llx", (unsigned long long)digest(DIGEST_START, tree, strlen(tree)));
}

static const struct {
    void (*run)(void);
    unsigned weight;
} OPERATIONS[] = {
    {make_directory, 12}, {remove_directory, 6}, {remove_file, 6}, {move, 14},
    {link_file, 6},       {link_symbolically, 6}, {write_some, 10}, {read_some, 8},
    {look, 8},            {read_target, 4},       {hold, 5},        {observe_held, 3},
    {observe_tree, 4},
};
enum { OPERATION_COUNT = sizeof OPERATIONS / sizeof *OPERATIONS };

int main(int argc, char **argv) {
    sequence = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    unsigned long operations = argc > 2 ? strtoul(argv[2], NULL, 10) : 10000;
    unsigned weights = 0;
    for (int i = 0; i < OPERATION_COUNT; i++)
        weights += OPERATIONS[i].weight;
    for (size_t length = 1; length < sizeof BASE; length += 2) {
        char path[sizeof BASE];
        snprintf(path, sizeof path, "%.*s", (int)length, BASE);
        NEED(mkdir(path, 0755));
    }
    for (unsigned long i = 0; i < operations; i++) {
        unsigned choice = below(weights);
        int operation = 0;
        while (choice >= OPERATIONS[operation].weight)
            choice -= OPERATIONS[operation++].weight;
        OPERATIONS[operation].run();
    }
    observe("%s", tree_below(BASE));
    return 0;
}
