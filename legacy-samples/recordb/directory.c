#include "directory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

static int by_name(const void *left, const void *right) {
    return strcmp(left, right);
}

void directory_scan(struct directory *directory, const char *path) {
    DIR *stream = opendir(path);
    if (!stream)
        fail(path);
    directory->count = 0;
    for (struct dirent *entry; (entry = readdir(stream));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (directory->count == FILES_MAX || strlen(entry->d_name) >= NAME_SIZE) {
            errno = EOVERFLOW;
            fail(path);
        }
        strcpy(directory->names[directory->count++], entry->d_name);
    }
    closedir(stream);
    qsort(directory->names, directory->count, NAME_SIZE, by_name);
}

void directory_remove(const struct directory *directory, const char *path) {
    for (unsigned i = 0; i < directory->count; i++) {
        char name[NAME_SIZE * 2];
        snprintf(name, sizeof name, "%s/%s", path, directory->names[i]);
        if (unlink(name) != 0)
            fail(name);
    }
    if (rmdir(path) != 0)
        fail(path);
}
