/* How paths are walked: links, limits, the working directory. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "observe.h"

static char root[PATH_MAX];

static int exists(const char *path) {
    struct stat status;
    return stat(path, &status);
}

static void chains(void) {
    topic("chains of links");
    NEED(mkdir("w", 0755));
    write_file("w/0", "target");
    for (int i = 1; i <= 42; i++) {
        char name[16], target[16];
        snprintf(name, sizeof name, "w/%d", i);
        snprintf(target, sizeof target, "%d", i - 1);
        NEED(symlink(target, name));
    }
    for (int i = 38; i <= 42; i++) {
        char name[16];
        snprintf(name, sizeof name, "w/%d", i);
        observe("%d links: stat %s", i, outcome(exists(name)));
        observe("%d links: open %s", i, outcome(open(name, O_RDWR | O_CREAT, 0644)));
        observe("%d links: truncate %s", i, outcome(truncate(name, 6)));
    }
    NEED(mkdir("w/directory", 0755));
    NEED(symlink("directory", "w/step"));
    NEED(symlink("../step", "w/directory/step"));
    char path[1024] = "w/step";
    for (int i = 1; i < 42; i++) {
        strcat(path, "/step");
        if (i >= 37)
            observe("%d links in one path: %s", i + 1, outcome(exists(path)));
    }
    remove_tree("w");
}

static void winding(void) {
    topic("dots, slashes and links in the middle");
    NEED(mkdir("w", 0755));
    NEED(mkdir("w/a", 0755));
    NEED(mkdir("w/a/b", 0755));
    write_file("w/a/b/file", "found");
    NEED(symlink("a/b", "w/in"));
    NEED(symlink("../b/../b/./file", "w/a/b/round"));
    NEED(symlink("in/../../in//round", "w/far"));
    NEED(symlink("./.", "w/here"));
    NEED(symlink("a/b/", "w/slash"));
    NEED(symlink("a/b/file/", "w/bad-slash"));
    static const char *const paths[] = {
        "w/in/file",       "w//in///file",        "./w/./in/./file",  "w/in/../b/file",
        "w/in/../in/file", "w/a/b/round",         "w/far",            "w/here/here/here/in/file",
        "w/slash/file",    "w/bad-slash",         "w/a/../../w/in",   "w/file/../in/file",
        "w/a/b/file/.",    "w/a/b/file/..",       "w/absent/../in",   "w/in/./..",
        "w/.",             "w/a/b/../..",         "w/slash",          "w/slash/",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct stat status;
        int result = stat(paths[i], &status);
        observe("%s: %s%s", paths[i], outcome(result),
                result < 0 ? "" : S_ISDIR(status.st_mode) ? ", directory" : ", file");
    }
    remove_tree("w");
}

static void limits(void) {
    topic("limits");
    static char name[300], path[5000];
    memset(name, 'n', sizeof name);
    NEED(mkdir("w", 0755));
    write_file("w/file", "found");
    for (int length = 254; length <= 257; length++) {
        snprintf(path, sizeof path, "w/%.*s", length, name);
        observe("a name of %d bytes: open %s", length,
                outcome(open(path, O_WRONLY | O_CREAT, 0644)));
        observe("a name of %d bytes: stat %s", length, outcome(exists(path)));
        observe("a name of %d bytes: rename %s", length, outcome(rename("w/file", path)));
        observe("a name of %d bytes: link %s", length, outcome(link(path, "w/file")));
        observe("a name of %d bytes: unlink %s", length, outcome(unlink(path)));
        observe("a name of %d bytes: mkdir %s", length, outcome(mkdir(path, 0755)));
        observe("a name of %d bytes: rmdir %s", length, outcome(rmdir(path)));
        observe("a name of %d bytes: symlink %s", length, outcome(symlink("x", path)));
        observe("a name of %d bytes: unlink %s", length, outcome(unlink(path)));
        strcat(path, "/x");
        observe("below a name of %d bytes: stat %s", length, outcome(exists(path)));
    }
    /* Umlauts of two bytes: bytes count, not characters. */
    for (int count = 127; count <= 128; count++) {
        strcpy(path, "w/");
        for (int i = 0; i < count; i++)
            strcat(path, "\xc3\xa4");
        observe("%d umlauts: %s", count, outcome(mkdir(path, 0755)));
    }
    for (int length = 4094; length <= 4097; length++) {
        strcpy(path, "w");
        while (strlen(path) < (size_t)length - strlen("/./file"))
            strcat(path, "/.");
        while (strlen(path) < (size_t)length - strlen("file"))
            strcat(path, "/");
        strcat(path, "file");
        observe("a path of %zu bytes: stat %s", strlen(path), outcome(exists(path)));
        observe("a path of %zu bytes: open %s", strlen(path), outcome(open(path, O_RDONLY)));
    }
    static const int lengths[] = {1, 255, 256, 4094, 4095, 4096};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        static char target[5000], back[5000];
        memset(target, 't', (size_t)lengths[i]);
        target[lengths[i]] = 0;
        int made = symlink(target, "w/link");
        observe("a target of %d bytes: symlink %s", lengths[i], outcome(made));
        if (made < 0)
            continue;
        ssize_t length = readlink("w/link", back, sizeof back);
        observe("comes back %d", length == lengths[i] && memcmp(back, target, (size_t)length) == 0);
        observe("followed: %s", outcome(exists("w/link")));
        NEED(unlink("w/link"));
    }
    remove_tree("w");
}

static void reading_links(void) {
    topic("readlink");
    NEED(mkdir("w", 0755));
    NEED(symlink("the/target", "w/link"));
    char bytes[17];
    for (size_t size = 1; size <= 16; size += 3) {
        memset(bytes, '#', sizeof bytes);
        ssize_t length = readlink("w/link", bytes, size);
        observe("%zu bytes of room: %zd, %.16s", size, length, bytes);
    }
    NUMBER(readlink("w", bytes, 8));
    NUMBER(readlink("w/absent", bytes, 8));
    NUMBER(readlink("w/link/", bytes, 8));
    observe_path("w/link");
    OUTCOME(link("w/link", "w/twin"));
    observe_path("w/twin");
    remove_tree("w");
}

static void working_directory(void) {
    topic("the working directory");
    NEED(mkdir("w", 0755));
    NEED(mkdir("w/a", 0755));
    NEED(mkdir("w/b", 0755));
    write_file("w/a/file", "in a");
    write_file("w/b/file", "in b, which is longer");
    char path[PATH_MAX];
    OUTCOME(chdir("w/a"));
    observe("below the start: %s", getcwd(path, sizeof path) + strlen(root));
    observe_path("file");
    /* A libc for WASI gives the steps back as they were made, so getcwd is not asked here. */
    OUTCOME(chdir("../b"));
    observe_path("file");
    OUTCOME(rename("file", "../a/moved"));
    OUTCOME(exists("../a/moved"));
    write_file("here", "new");
    OUTCOME(chdir("absent"));
    OUTCOME(chdir("here"));
    OUTCOME(exists("here"));
    POINTER(getcwd(path, 2));
    OUTCOME(chdir("../.."));
    observe("%s", tree_below("w"));
    OUTCOME(chdir(*root ? root : "/"));
    OUTCOME(exists("w/b/here"));
    remove_tree("w");
}

static void absolute(void) {
    topic("absolute paths");
    NEED(mkdir("w", 0755));
    char path[PATH_MAX + 16], resolved[PATH_MAX];
    snprintf(path, sizeof path, "%s/w/file", root);
    write_file(path, "absolute");
    observe_path("w/file");
    OUTCOME(exists(path));
    snprintf(path, sizeof path, "%s//./w//file", root);
    OUTCOME(exists(path));
    snprintf(path, sizeof path, "%s/w/file/", root);
    OUTCOME(exists(path));
    NEED(symlink("w", "to-w"));
    static const char *const paths[] = {"w/file",  "to-w/file", "w/../to-w", "./w/./file",
                                        "absent",  "w/absent",  "w/file/x",  "to-w//"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char *real = realpath(paths[i], resolved);
        observe("realpath %s: %s", paths[i], real ? real + strlen(root) : outcome(-1));
    }
    NEED(unlink("to-w"));
    remove_tree("w");
}

static void checking_access(void) {
    topic("access");
    NEED(mkdir("w", 0755));
    write_file("w/file", "x");
    NEED(symlink("absent", "w/dangling"));
    static const int modes[] = {F_OK, R_OK, W_OK, R_OK | W_OK};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        observe("mode %zu: %s", i, outcome(access("w/file", modes[i])));
        observe("mode %zu: %s", i, outcome(access("w", modes[i])));
        observe("mode %zu: %s", i, outcome(access("w/dangling", modes[i])));
        observe("mode %zu: %s", i, outcome(access("w/absent", modes[i])));
        observe("mode %zu: %s", i, outcome(access("w/file/x", modes[i])));
    }
    OUTCOME(access("w", X_OK));
    OUTCOME(access("w/file", 64));
    OUTCOME(faccessat(AT_FDCWD, "w/file", R_OK, 0));
    remove_tree("w");
}

int main(void) {
    if (!getcwd(root, sizeof root))
        return 1;
    /* The root of everything is the empty prefix. */
    if (strcmp(root, "/") == 0)
        *root = 0;
    chains();
    winding();
    limits();
    reading_links();
    working_directory();
    absolute();
    checking_access();
    return 0;
}
