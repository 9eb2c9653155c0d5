/* Large files: random access to 64 MiB, copies, and writing beyond 4 GiB. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "observe.h"

enum { BLOCK = 1 << 16, BLOCKS = 1024 };

static const off_t GIB = 1 << 30;

static void copy(const char *from, const char *to, size_t length) {
    static char bytes[1000003];
    int source = NEED(open(from, O_RDONLY));
    int target = NEED(open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644));
    ssize_t count;
    while ((count = read(source, bytes, length)) > 0)
        NEED(write(target, bytes, (size_t)count));
    NEED(count);
    close(source);
    close(target);
}

static void create_large(void) {
    static char block[BLOCK];
    int fd = NEED(open("large", O_WRONLY | O_CREAT | O_EXCL, 0644));
    for (int i = 0; i < BLOCKS; i++) {
        fill_pattern(block, BLOCK, (uint64_t)i * BLOCK, 1);
        NEED(write(fd, block, BLOCK));
    }
    close(fd);
    observe_path("large");
}

static void random_access(void) {
    topic("random access");
    static char bytes[200000];
    uint64_t state = 42, sum = DIGEST_START;
    int fd = NEED(open("large", O_RDWR));
    for (int i = 0; i < 3000; i++) {
        off_t offset = (off_t)(next_random(&state) % ((uint64_t)BLOCK * BLOCKS));
        size_t length = next_random(&state) % (i % 10 ? 5000 : sizeof bytes);
        if (i % 3 == 0) {
            fill_pattern(bytes, length, (uint64_t)offset, (uint32_t)i);
            NEED(pwrite(fd, bytes, length, offset));
        } else {
            ssize_t count = pread(fd, bytes, length, offset);
            sum = digest(sum, bytes, (size_t)need("pread", count));
            sum = digest(sum, &count, 4);
        }
    }
    close(fd);
    observe("digest of what was read %016llx", (unsigned long long)sum);
    observe_path("large");
}

static void copying(void) {
    topic("copies");
    copy("large", "copy", 4096);
    observe_path("copy");
    copy("copy", "large", 1000003);
    observe_path("large");
    NEED(truncate("large", 12345678));
    copy("large", "copy", 65536);
    observe_path("copy");
    NEED(unlink("copy"));
    NEED(unlink("large"));
}

static void beyond_4_gib(void) {
    topic("beyond 4 GiB");
    int fd = NEED(open("far", O_RDWR | O_CREAT, 0644));
    NUMBER(pwrite(fd, "low", 3, 4 * GIB - 2));
    NUMBER(lseek(fd, 0, SEEK_END));
    NUMBER(write(fd, "end", 3));
    NUMBER(lseek(fd, 5 * GIB, SEEK_SET));
    NUMBER(write(fd, "high", 4));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    char bytes[8] = "";
    NUMBER(pread(fd, bytes, 6, 4 * GIB - 2));
    observe("%s", bytes);
    NUMBER(pread(fd, bytes, 8, 5 * GIB + 2));
    observe("%.2s", bytes);
    memset(bytes, '#', sizeof bytes);
    NUMBER(pread(fd, bytes, 8, 3 * GIB));
    observe("a hole reads as zeros: %d", memcmp(bytes, "\0\0\0\0\0\0\0\0", 8) == 0);
    struct stat status;
    NEED(stat("far", &status));
    observe("size %lld", (long long)status.st_size);
    OUTCOME(ftruncate(fd, 6 * GIB));
    NUMBER(lseek(fd, -1, SEEK_END));
    NUMBER(read(fd, bytes, 8));
    OUTCOME(ftruncate(fd, 4 * GIB + 1));
    NUMBER(lseek(fd, 0, SEEK_END));
    NUMBER(pread(fd, bytes, 8, 4 * GIB - 2));
    observe("%.3s", bytes);
    int appending = NEED(open("far", O_WRONLY | O_APPEND));
    NUMBER(write(appending, "more", 4));
    NUMBER(lseek(appending, 0, SEEK_CUR));
    close(appending);
    FILE *stream = fdopen(fd, "r+");
    OUTCOME(fseeko(stream, 4 * GIB + 1, SEEK_SET));
    observe("fgets %s", fgets(bytes, sizeof bytes, stream) ? bytes : "nothing");
    NUMBER(ftello(stream));
    OUTCOME(fclose(stream));
    NEED(unlink("far"));
}

int main(void) {
    create_large();
    random_access();
    copying();
    beyond_4_gib();
    return 0;
}
