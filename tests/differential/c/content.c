/* What files hold: reads, writes, positions, holes, cuts, buffers in lists. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "observe.h"

static int create(void) {
    return NEED(open("file", O_RDWR | O_CREAT | O_TRUNC, 0644));
}

static long long size_of(int fd) {
    struct stat status;
    NEED(fstat(fd, &status));
    return (long long)status.st_size;
}

static void seeking(void) {
    topic("lseek");
    int fd = create();
    NEED(write(fd, "0123456789", 10));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    NUMBER(lseek(fd, 0, SEEK_END));
    NUMBER(lseek(fd, -4, SEEK_END));
    NUMBER(lseek(fd, -7, SEEK_CUR));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    NUMBER(lseek(fd, -1, SEEK_SET));
    NUMBER(lseek(fd, -11, SEEK_END));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    NUMBER(lseek(fd, 1000, SEEK_END));
    NUMBER(lseek(fd, 0, 99));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    char byte = '#';
    NUMBER(read(fd, &byte, 1));
    observe("untouched %c, size %lld", byte, size_of(fd));
    NUMBER(lseek(fd, 5000000000, SEEK_SET));
    NUMBER(read(fd, &byte, 1));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    observe("size %lld", size_of(fd));
    close(fd);
}

static void reading(void) {
    topic("read");
    int fd = create();
    NEED(write(fd, "0123456789", 10));
    char bytes[17] = "################";
    NUMBER(pread(fd, bytes, 16, 4));
    observe("%.16s", bytes);
    NUMBER(pread(fd, bytes, 4, 10));
    NUMBER(pread(fd, bytes, 4, 11));
    NUMBER(pread(fd, bytes, 0, 0));
    NUMBER(pread(fd, bytes, 4, -1));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    NUMBER(pread(fd, bytes, 4, 4000000000000));
    NUMBER(read(fd, bytes, 0));
    NUMBER(lseek(fd, 8, SEEK_SET));
    NUMBER(read(fd, bytes, 16));
    NUMBER(read(fd, bytes, 16));
    close(fd);
}

static void writing(void) {
    topic("write");
    int fd = create();
    NUMBER(pwrite(fd, "abc", 3, 5));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    NUMBER(write(fd, "", 0));
    NUMBER(pwrite(fd, "", 0, 1000));
    observe("size %lld", size_of(fd));
    NUMBER(pwrite(fd, "x", 1, -1));
    NUMBER(write(fd, "01", 2));
    NUMBER(lseek(fd, 20, SEEK_SET));
    NUMBER(write(fd, "end", 3));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    close(fd);
    observe_path("file");
}

static void appending(void) {
    topic("append");
    int fd = create();
    NEED(write(fd, "0123456789", 10));
    close(fd);
    fd = NEED(open("file", O_RDWR | O_APPEND));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    NUMBER(write(fd, "a", 1));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    NUMBER(lseek(fd, 3, SEEK_SET));
    char bytes[4] = "";
    NUMBER(read(fd, bytes, 2));
    observe("%s", bytes);
    NUMBER(write(fd, "b", 1));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    int other = NEED(open("file", O_WRONLY | O_APPEND));
    NUMBER(write(other, "c", 1));
    NUMBER(write(fd, "d", 1));
    OUTCOME(ftruncate(fd, 2));
    NUMBER(write(other, "e", 1));
    NUMBER(write(fd, "", 0));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    /* Linux appends; POSIX would have it write at the offset. */
    NUMBER(pwrite(fd, "f", 1, 0));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    close(other);
    close(fd);
    observe_path("file");
}

static void cutting(void) {
    topic("truncate");
    static char page[70000];
    memset(page, 'p', sizeof page);
    int fd = create();
    NEED(write(fd, page, sizeof page));
    static const off_t sizes[] = {69999, 65537, 65536, 65535, 4097, 4096, 10,  4096,
                                  65536, 65537, 1,     0,     200000, 131072, 131071, 3};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        NEED(ftruncate(fd, sizes[i]));
        observe_descriptor("cut", fd);
    }
    OUTCOME(ftruncate(fd, -1));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    NUMBER(write(fd, "behind the end", 14));
    observe_descriptor("written behind a cut", fd);
    close(fd);
    OUTCOME(truncate("file", 5));
    OUTCOME(truncate("file", -1));
    OUTCOME(truncate("absent", 5));
    OUTCOME(truncate(".", 5));
    observe_path("file");

    /* What was cut off must not come back. */
    fd = create();
    NEED(write(fd, page, sizeof page));
    NEED(ftruncate(fd, 100));
    NEED(ftruncate(fd, 70000));
    observe_descriptor("cut and grown", fd);
    NEED(ftruncate(fd, 0));
    NEED(pwrite(fd, "x", 1, 69999));
    observe_descriptor("emptied and written at its end", fd);
    close(fd);
}

static void holes(void) {
    topic("holes");
    int fd = create();
    static const off_t places[] = {0, 4095, 65535, 65536, 1000000, 1048575, 9999999};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        NEED(pwrite(fd, "!", 1, places[i]));
    observe_descriptor("sparse", fd);
    NEED(ftruncate(fd, 70000));
    NEED(ftruncate(fd, 9999999));
    observe_descriptor("cut and grown", fd);
    static char zeros[3000000];
    NUMBER(pread(fd, zeros, sizeof zeros, 100000));
    int clean = 1;
    for (size_t i = 0; i < sizeof zeros; i++)
        clean &= zeros[i] == 0;
    observe("holes are zeros: %d", clean);
    close(fd);
}

static void lists(void) {
    topic("lists of buffers");
    enum { LONGEST = 1024 };
    static char bytes[LONGEST + 1][7];
    static struct iovec list[LONGEST + 1];
    size_t total = 0;
    for (int i = 0; i <= LONGEST; i++) {
        fill_pattern(bytes[i], 7, (uint64_t)i * 7, 9);
        list[i].iov_base = bytes[i];
        list[i].iov_len = (size_t)i % 8;
        total += i < LONGEST ? list[i].iov_len : 0;
    }
    int fd = create();
    observe("all together %zu bytes", total);
    NUMBER(writev(fd, list, LONGEST));
    NUMBER(writev(fd, list, LONGEST + 1));
    NUMBER(writev(fd, list, 0));
    NUMBER(writev(fd, list, 1));
    NUMBER(writev(fd, list + 2, 3));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    observe_descriptor("written", fd);
    NUMBER(pwritev(fd, list + 6, 2, 3));
    NUMBER(pwritev(fd, list, 9, 100000));
    NUMBER(lseek(fd, 0, SEEK_CUR));
    observe_descriptor("written at places", fd);
    memset(bytes, 0, sizeof bytes);
    NUMBER(preadv(fd, list, LONGEST, 1));
    observe("digest %016llx", (unsigned long long)digest(DIGEST_START, bytes, sizeof bytes));
    NUMBER(preadv(fd, list, LONGEST + 1, 1));
    NUMBER(lseek(fd, -5, SEEK_END));
    memset(bytes, '#', sizeof bytes);
    NUMBER(readv(fd, list + 1, 7));
    observe("digest %016llx", (unsigned long long)digest(DIGEST_START, bytes, sizeof bytes));
    NUMBER(readv(fd, list + 1, 7));
    NUMBER(readv(fd, list, 0));
    NUMBER(preadv(fd, list, 2, -1));
    close(fd);

    fd = NEED(open("file", O_RDWR | O_APPEND));
    NUMBER(writev(fd, list + 1, 3));
    NUMBER(lseek(fd, 0, SEEK_CUR) == size_of(fd));
    close(fd);
    observe_path("file");
}

static void allocation(void) {
    topic("posix_fallocate");
    int fd = create();
    static const struct {
        off_t offset, length;
    } ranges[] = {{0, 100}, {10, 10}, {90, 20}, {65000, 2000}, {0, 1}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        int error = posix_fallocate(fd, ranges[i].offset, ranges[i].length);
        observe("%lld %lld: %d, size %lld", (long long)ranges[i].offset,
                (long long)ranges[i].length, error, size_of(fd));
    }
    observe("negative: %d", posix_fallocate(fd, -1, 10) == EINVAL);
    observe("nothing: %d", posix_fallocate(fd, 0, 0) == EINVAL);
    observe_descriptor("allocated", fd);
    observe("advice: %d", posix_fadvise(fd, 0, 100, POSIX_FADV_RANDOM));
    observe("no advice: %d", posix_fadvise(fd, 0, 100, 77) == EINVAL);
    observe("negative length: %d", posix_fadvise(fd, 0, -1, POSIX_FADV_NORMAL) == EINVAL);
    close(fd);
    fd = NEED(open("file", O_RDONLY));
    observe("read-only: %d", posix_fallocate(fd, 0, 10) == EBADF);
    close(fd);
}

int main(void) {
    seeking();
    reading();
    writing();
    appending();
    cutting();
    holes();
    lists();
    allocation();
    NEED(unlink("file"));
    return 0;
}
