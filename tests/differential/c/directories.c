/* Reading directories: order, positions, and what happens to readers of what changes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "observe.h"

enum { MANY = 10000 };

static void create(const char *directory, const char *name) {
    char path[600];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    write_file(path, name);
}

static int by_bytes(const struct dirent **left, const struct dirent **right) {
    return strcmp((*left)->d_name, (*right)->d_name);
}

static int starts_with_f(const struct dirent *entry) {
    return entry->d_name[0] == 'f';
}

static const char *kind(unsigned char type) {
    switch (type) {
    case DT_REG: return "file";
    case DT_DIR: return "directory";
    case DT_LNK: return "link";
    default: return "other";
    }
}

static void kinds(void) {
    topic("kinds and inodes");
    NEED(mkdir("d", 0755));
    NEED(mkdir("d/sub", 0755));
    create("d", "file");
    create("d", "f\xc3\xb6n");
    create("d", "with space");
    create("d", ".hidden");
    NEED(link("d/file", "d/twin"));
    NEED(symlink("nowhere", "d/dangling"));
    struct dirent **entries;
    int count = NEED(scandir("d", &entries, NULL, by_bytes));
    for (int i = 0; i < count; i++) {
        struct stat status;
        char path[600];
        snprintf(path, sizeof path, "d/%s", entries[i]->d_name);
        NEED(lstat(path, &status));
        observe("%s: %s, the inode of lstat %d", entries[i]->d_name, kind(entries[i]->d_type),
                entries[i]->d_ino == status.st_ino);
        free(entries[i]);
    }
    free(entries);
    count = NEED(scandir("d", &entries, starts_with_f, by_bytes));
    for (int i = 0; i < count; i++) {
        observe("filtered: %s", entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    OUTCOME(scandir("d/file", &entries, NULL, by_bytes));
    OUTCOME(scandir("absent", &entries, NULL, by_bytes));
    POINTER(opendir("d/file"));
    POINTER(opendir("d/dangling"));
    int file = NEED(open("d/file", O_RDONLY));
    POINTER(fdopendir(file));
    POINTER(fdopendir(-1));
    close(file);
    remove_tree("d");
}

static void parents(void) {
    topic("parents");
    NEED(mkdir("d", 0755));
    NEED(mkdir("d/sub", 0755));
    NEED(mkdir("d/other", 0755));
    struct stat directory, other;
    NEED(stat("d", &directory));
    NEED(stat("d/other", &other));
    DIR *stream = opendir("d/sub");
    for (struct dirent *entry; (entry = readdir(stream));)
        if (strcmp(entry->d_name, "..") == 0)
            observe("the parent is d: %d", entry->d_ino == directory.st_ino);
    NEED(rename("d/sub", "d/other/sub"));
    rewinddir(stream);
    for (struct dirent *entry; (entry = readdir(stream));)
        if (strcmp(entry->d_name, "..") == 0)
            observe("after a move it is d/other: %d", entry->d_ino == other.st_ino);
    closedir(stream);
    remove_tree("d");
}

static int read_names(DIR *stream, char names[][16], int limit) {
    int count = 0;
    memset(names, 0, (size_t)limit * 16);
    for (struct dirent *entry; count < limit && (entry = readdir(stream));)
        snprintf(names[count++], 16, "%.15s", entry->d_name);
    return count;
}

static void positions(void) {
    topic("telldir, seekdir and rewinddir");
    enum { FILES = 300 };
    static char first[FILES + 3][16], again[FILES + 3][16];
    NEED(mkdir("d", 0755));
    for (int i = 0; i < FILES; i++) {
        char name[16];
        snprintf(name, sizeof name, "name-%d", i);
        create("d", name);
    }
    DIR *stream = opendir("d");
    NUMBER(read_names(stream, first, FILES + 3));
    observe("the end stays the end: %d", readdir(stream) == NULL);
    rewinddir(stream);
    NUMBER(read_names(stream, again, FILES + 3));
    observe("the same order: %d", memcmp(first, again, sizeof first) == 0);

    rewinddir(stream);
    NUMBER(read_names(stream, again, 100));
    long place = telldir(stream);
    int rest = NUMBER(read_names(stream, again, FILES + 3));
    seekdir(stream, place);
    static char rest_again[FILES + 3][16];
    NUMBER(read_names(stream, rest_again, FILES + 3));
    observe("seekdir goes back: %d", memcmp(again, rest_again, (size_t)rest * 16) == 0);
    seekdir(stream, place);
    observe("telldir tells where: %d", telldir(stream) == place);
    readdir(stream);
    observe("and moves on: %d", telldir(stream) != place);

    create("d", "created-later");
    rewinddir(stream);
    NUMBER(read_names(stream, again, FILES + 3));
    NEED(unlink("d/name-7"));
    rewinddir(stream);
    NUMBER(read_names(stream, again, FILES + 3));
    OUTCOME(closedir(stream));
    remove_tree("d");
}

static void removing_while_reading(void) {
    topic("removing while reading");
    NEED(mkdir("many", 0755));
    for (int i = 0; i < MANY; i++) {
        char path[64];
        snprintf(path, sizeof path, "many/some-name-that-is-not-short-%d", i);
        int fd = need(path, open(path, O_WRONLY | O_CREAT | O_EXCL, 0644));
        close(fd);
    }
    int count = 0, removed = 0;
    DIR *stream = opendir("many");
    for (struct dirent *entry; (entry = readdir(stream)); count++) {
        if (entry->d_name[0] == '.')
            continue;
        removed += unlinkat(dirfd(stream), entry->d_name, 0) == 0;
    }
    closedir(stream);
    observe("%d entries, %d removed", count, removed);
    OUTCOME(rmdir("many"));
}

static void renaming_while_reading(void) {
    topic("moving the directory while reading it");
    enum { FILES = 500 };
    NEED(mkdir("before", 0755));
    for (int i = 0; i < FILES; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", i);
        create("before", name);
    }
    static char names[FILES + 3][16];
    DIR *stream = opendir("before");
    NUMBER(read_names(stream, names, 200));
    NEED(rename("before", "after"));
    NUMBER(read_names(stream, names, FILES));
    rewinddir(stream);
    NUMBER(read_names(stream, names, FILES + 3));
    OUTCOME(openat(dirfd(stream), "17", O_RDONLY));
    closedir(stream);
    remove_tree("after");
}

static void removed_directory(void) {
    topic("reading a removed directory");
    NEED(mkdir("gone", 0755));
    DIR *stream = opendir("gone");
    NEED(rmdir("gone"));
    static char names[3][16];
    errno = 0;
    rewinddir(stream);
    NUMBER(read_names(stream, names, 3));
    POINTER(opendir("gone"));
    closedir(stream);
}

static void long_names(void) {
    topic("long names");
    char name[256];
    NEED(mkdir("long", 0755));
    for (int length = 1; length <= 255; length += 2) {
        memset(name, 'a' + length % 26, (size_t)length);
        name[length] = 0;
        create("long", name);
    }
    struct dirent **entries;
    uint64_t state = DIGEST_START;
    int count = NUMBER(scandir("long", &entries, NULL, by_bytes));
    for (int i = 0; i < count; i++) {
        state = digest(state, entries[i]->d_name, strlen(entries[i]->d_name) + 1);
        free(entries[i]);
    }
    free(entries);
    observe("digest %016llx", (unsigned long long)state);
    remove_tree("long");
}

static void link_counts(void) {
    topic("link counts of directories");
    NEED(mkdir("d", 0755));
    observe_path("d");
    NEED(mkdir("d/a", 0755));
    NEED(mkdir("d/b", 0755));
    NEED(mkdir("d/b/c", 0755));
    create("d", "file");
    NEED(symlink("a", "d/link"));
    observe_path("d");
    observe_path("d/b");
    NEED(rename("d/b/c", "d/c"));
    observe_path("d");
    observe_path("d/b");
    NEED(rename("d/c", "d/a"));
    observe_path("d");
    NEED(rmdir("d/b"));
    observe_path("d");
    remove_tree("d");
}

static void deep(void) {
    topic("a deep tree");
    enum { DEPTH = 300 };
    int at = NEED(open(".", O_RDONLY | O_DIRECTORY));
    for (int i = 0; i < DEPTH; i++) {
        NEED(mkdirat(at, "deeper", 0755));
        int next = NEED(openat(at, "deeper", O_RDONLY | O_DIRECTORY));
        close(at);
        at = next;
    }
    int fd = NEED(openat(at, "bottom", O_WRONLY | O_CREAT, 0644));
    close(fd);
    close(at);
    char path[DEPTH * 7 + 8] = "";
    for (int i = 0; i < DEPTH; i++)
        strcat(path, "deeper/");
    strcat(path, "bottom");
    observe_path(path);
    NEED(unlink(path));
    for (int i = DEPTH; i > 0; i--) {
        path[i * 7 - 1] = 0;
        NEED(rmdir(path));
    }
}

int main(void) {
    kinds();
    parents();
    positions();
    removing_while_reading();
    renaming_while_reading();
    removed_directory();
    long_names();
    link_counts();
    deep();
    return 0;
}
