#include "observe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The numbers of errors differ between systems, their names do not. */
static const char *error_name(int error) {
    static const struct {
        int number;
        const char *name;
    } names[] = {
        {EACCES, "EACCES"},     {EAGAIN, "EAGAIN"},       {EBADF, "EBADF"},
        {EBUSY, "EBUSY"},       {EEXIST, "EEXIST"},       {EFAULT, "EFAULT"},
        {EFBIG, "EFBIG"},       {EILSEQ, "EILSEQ"},       {EINVAL, "EINVAL"},
        {EIO, "EIO"},           {EISDIR, "EISDIR"},       {ELOOP, "ELOOP"},
        {EMFILE, "EMFILE"},     {EMLINK, "EMLINK"},       {ENAMETOOLONG, "ENAMETOOLONG"},
        {ENODEV, "ENODEV"},     {ENOENT, "ENOENT"},       {ENOMEM, "ENOMEM"},
        {ENOSPC, "ENOSPC"},     {ENOSYS, "ENOSYS"},       {ENOTDIR, "ENOTDIR"},
        {ENOTEMPTY, "ENOTEMPTY"}, {ENOTSOCK, "ENOTSOCK"}, {ENOTSUP, "ENOTSUP"},
        {ENOTTY, "ENOTTY"},     {ENXIO, "ENXIO"},         {EOVERFLOW, "EOVERFLOW"},
        {EPERM, "EPERM"},       {ERANGE, "ERANGE"},       {EROFS, "EROFS"},
        {ESPIPE, "ESPIPE"},     {EXDEV, "EXDEV"},
#ifdef ENOTCAPABLE
        {ENOTCAPABLE, "ENOTCAPABLE"},
#endif
    };
    static char other[24];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].number == error)
            return names[i].name;
    snprintf(other, sizeof other, "error %d", error);
    return other;
}

const char *outcome(long long result) {
    return result < 0 ? error_name(errno) : "ok";
}

long long observe_number(const char *call, long long result) {
    if (result < 0)
        observe("%s = %s", call, error_name(errno));
    else
        observe("%s = %lld", call, result);
    return result;
}

int observe_outcome(const char *call, long long result) {
    observe("%s: %s", call, outcome(result));
    return (int)result;
}

void *observe_pointer(const char *call, void *result) {
    observe("%s: %s", call, outcome(result ? 0 : -1));
    return result;
}

void observe(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

void topic(const char *name) {
    observe("== %s", name);
}

int need(const char *step, long long result) {
    if (result < 0) {
        fflush(stdout);
        fprintf(stderr, "%s: %s\n", step, strerror(errno));
        exit(1);
    }
    return (int)result;
}

static uint64_t digest_of(int fd) {
    static char block[1 << 16];
    uint64_t state = DIGEST_START;
    ssize_t count;
    for (off_t offset = 0; (count = pread(fd, block, sizeof block, offset)) > 0; offset += count)
        state = digest(state, block, (size_t)count);
    NEED(count);
    return state;
}

static void print_status(const char *what, const struct stat *status, int fd) {
    if (S_ISDIR(status->st_mode))
        observe("%s: directory, %u links", what, (unsigned)status->st_nlink);
    else
        observe("%s: file, %lld bytes, %u links, digest %016" PRIx64, what,
                (long long)status->st_size, (unsigned)status->st_nlink, digest_of(fd));
}

void observe_path(const char *path) {
    struct stat status;
    if (lstat(path, &status) != 0) {
        observe("%s: %s", path, outcome(-1));
        return;
    }
    if (S_ISLNK(status.st_mode)) {
        char target[4096];
        ssize_t length = readlink(path, target, sizeof target);
        NEED(length);
        observe("%s: link, %lld bytes, %u links, to %.*s", path, (long long)status.st_size,
                (unsigned)status.st_nlink, (int)length, target);
        return;
    }
    int fd = NEED(open(path, O_RDONLY));
    print_status(path, &status, fd);
    close(fd);
}

void observe_descriptor(const char *what, int fd) {
    struct stat status;
    if (fstat(fd, &status) != 0)
        observe("%s: %s", what, outcome(-1));
    else
        print_status(what, &status, fd);
}

/* --- trees -------------------------------------------------------------------------------- */

struct text {
    char *bytes;
    size_t length, size;
};

static void append(struct text *text, const char *bytes, size_t length) {
    if (text->length + length + 1 > text->size) {
        text->size = (text->length + length + 1) * 2;
        text->bytes = realloc(text->bytes, text->size);
        if (!text->bytes)
            abort();
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = 0;
}

static void append_content(struct text *text, const char *path, const struct stat *status) {
    char content[256], links[32];
    int fd = NEED(open(path, O_RDONLY));
    ssize_t length = read(fd, content, sizeof content);
    NEED(length);
    close(fd);
    append(text, "=", 1);
    append(text, content, (size_t)length);
    if (status->st_nlink != 1)
        append(text, links,
               (size_t)snprintf(links, sizeof links, "*%u", (unsigned)status->st_nlink));
}

static void append_target(struct text *text, const char *path) {
    char target[256];
    ssize_t length = readlink(path, target, sizeof target);
    NEED(length);
    append(text, "->", 2);
    append(text, target, (size_t)length);
}

static int is_entry(const struct dirent *entry) {
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* `strcoll`, which alphasort may use, is another order elsewhere. */
static int by_bytes(const struct dirent **left, const struct dirent **right) {
    return strcmp((*left)->d_name, (*right)->d_name);
}

static void append_tree(struct text *text, const char *directory, size_t skip) {
    struct dirent **entries;
    int count = NEED(scandir(directory, &entries, is_entry, by_bytes));
    for (int i = 0; i < count; i++) {
        char path[1024];
        struct stat status;
        snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
        free(entries[i]);
        NEED(lstat(path, &status));
        if (text->length)
            append(text, " ", 1);
        append(text, path + skip, strlen(path + skip));
        if (S_ISDIR(status.st_mode)) {
            append(text, "/", 1);
            append_tree(text, path, skip);
        } else if (S_ISLNK(status.st_mode)) {
            append_target(text, path);
        } else {
            append_content(text, path, &status);
        }
    }
    free(entries);
}

const char *tree_below(const char *directory) {
    static struct text text;
    text.length = 0;
    append(&text, "", 0);
    append_tree(&text, directory, strlen(directory) + 1);
    return text.bytes;
}

void write_file(const char *path, const char *text) {
    int fd = need(path, open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644));
    NEED(write(fd, text, strlen(text)));
    close(fd);
}

void remove_tree(const char *directory) {
    struct dirent **entries;
    int count = need(directory, scandir(directory, &entries, is_entry, by_bytes));
    for (int i = 0; i < count; i++) {
        char path[1024];
        struct stat status;
        snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
        free(entries[i]);
        NEED(lstat(path, &status));
        if (S_ISDIR(status.st_mode))
            remove_tree(path);
        else
            need(path, unlink(path));
    }
    free(entries);
    need(directory, rmdir(directory));
}

/* --- bytes -------------------------------------------------------------------------------- */

uint64_t digest(uint64_t state, const void *bytes, size_t length) {
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < length; i++)
        state = (state ^ byte[i]) * UINT64_C(0x100000001b3);
    return state;
}

uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

void fill_pattern(void *bytes, size_t length, uint64_t offset, uint32_t seed) {
    unsigned char *byte = bytes;
    for (size_t i = 0; i < length; i++) {
        uint64_t place = offset + i;
        byte[i] = (unsigned char)((place * 31 + (place >> 8) * 7 + (place >> 16) + seed) | 1);
    }
}
