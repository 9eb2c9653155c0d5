#include "tree.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "lines.h"

enum { PATH_SIZE = 512 };

typedef void visit(const char *path, const char *text);

static int not_dots(const struct dirent *entry) {
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_name(const struct dirent **left, const struct dirent **right) {
    return strcmp((*left)->d_name, (*right)->d_name);
}

/* Calls `enter` on a directory before its entries and `leave` after them; either may be NULL. */
static void walk(const char *path, visit *enter, visit *file, visit *leave, const char *text) {
    struct stat status;
    if (lstat(path, &status) != 0)
        fail(path);
    if (!S_ISDIR(status.st_mode)) {
        file(path, text);
        return;
    }
    if (enter)
        enter(path, text);
    struct dirent **entries;
    int count = scandir(path, &entries, not_dots, by_name);
    if (count < 0)
        fail(path);
    for (int i = 0; i < count; i++) {
        char below[PATH_SIZE];
        snprintf(below, sizeof below, "%s/%s", path, entries[i]->d_name);
        walk(below, enter, file, leave, text);
        free(entries[i]);
    }
    free(entries);
    if (leave)
        leave(path, text);
}

static void print_directory(const char *path, const char *text) {
    (void)text;
    printf("%s/\n", path);
}

static void print_file(const char *path, const char *text) {
    (void)text;
    puts(path);
}

void tree_list(const char *path) {
    walk(path, print_directory, print_file, NULL, NULL);
}

static void grep_file(const char *path, const char *text) {
    FILE *file = open_file(path, "r");
    char *line = NULL;
    size_t room = 0;
    for (unsigned number = 1; next_line(&line, &room, file); number++)
        if (strstr(line, text))
            printf("%s:%u:%s\n", path, number, line);
    free(line);
    close_file(file, path);
}

void tree_grep(const char *text, const char *path) {
    walk(path, NULL, grep_file, NULL, text);
}

static void remove_file(const char *path, const char *text) {
    (void)text;
    if (unlink(path) != 0)
        fail(path);
}

static void remove_directory(const char *path, const char *text) {
    (void)text;
    if (rmdir(path) != 0)
        fail(path);
}

void tree_remove(const char *path) {
    walk(path, NULL, remove_file, remove_directory, NULL);
}
