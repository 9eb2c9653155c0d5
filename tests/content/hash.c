// Prints what there is to see of a tree, one line for each name: kind, links, seconds and
// nanoseconds of the last modification, size, FNV-1a over the content in 8-byte steps, path.
//
//   hash DIR
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1 << 16, PATH = 4096 };

static void fail(const char *what) {
    perror(what);
    exit(1);
}

// The last step may have fewer bytes, which count as the low ones of a number.
static uint64_t hash_bytes(uint64_t hash, const unsigned char *bytes, size_t len) {
    for (size_t at = 0; at < len; at += 8) {
        uint64_t word = 0;
        for (size_t i = at; i < len && i < at + 8; i++) word |= (uint64_t)bytes[i] << (i - at) * 8;
        hash = (hash ^ word) * 0x100000001b3u;
    }
    return hash;
}

static uint64_t hash_file(const char *path, off_t size) {
    static unsigned char chunk[CHUNK];
    uint64_t hash = 0xcbf29ce484222325u;
    int fd = open(path, O_RDONLY);
    if (fd < 0) fail(path);
    off_t seen = 0;
    for (;;) {
        size_t filled = 0;
        ssize_t count;
        while ((count = read(fd, chunk + filled, CHUNK - filled)) > 0) filled += (size_t)count;
        if (count < 0) fail(path);
        if (filled == 0) break;
        hash = hash_bytes(hash, chunk, filled);
        seen += (off_t)filled;
    }
    close(fd);
    if (seen != size) {
        fprintf(stderr, "%s: %lld bytes of %lld\n", path, (long long)seen, (long long)size);
        exit(1);
    }
    return hash;
}

static void show(const char *path, const char *below) {
    struct stat seen;
    if (lstat(path, &seen) != 0) fail(path);
    char kind = 'd';
    long long size = 0;
    uint64_t hash = 0;
    if (S_ISLNK(seen.st_mode)) {
        char target[PATH];
        ssize_t len = readlink(path, target, sizeof target);
        if (len < 0) fail(path);
        kind = 'l';
        size = len;
        hash = hash_bytes(0xcbf29ce484222325u, (unsigned char *)target, (size_t)len);
    } else if (S_ISREG(seen.st_mode)) {
        kind = 'f';
        size = seen.st_size;
        hash = hash_file(path, seen.st_size);
    }
    unsigned long long links = kind == 'f' ? (unsigned long long)seen.st_nlink : 1;
    printf("%c %llu %lld.%09ld %lld %016llx %s\n", kind, links, (long long)seen.st_mtim.tv_sec,
           (long)seen.st_mtim.tv_nsec, size, (unsigned long long)hash, below);
}

static void walk(const char *directory, size_t root) {
    DIR *stream = opendir(directory);
    if (!stream) fail(directory);
    struct dirent *entry;
    while ((entry = readdir(stream))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        char path[PATH];
        int len = snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        if (len >= (int)sizeof path) fail("path");
        show(path, path + root);
        struct stat seen;
        if (lstat(path, &seen) == 0 && S_ISDIR(seen.st_mode)) walk(path, root);
    }
    closedir(stream);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: hash DIR\n");
        return 2;
    }
    walk(argv[1], strlen(argv[1]) + 1);
    return 0;
}
