/*
 * Exercises data integrity: random operations on several files at once, each checked against a
 * model of the same files in memory.
 *
 *     fsx [SEED [OPERATIONS [SIZE]]]
 *
 * runs OPERATIONS on files of up to SIZE bytes, and prints what was done and what is left, which
 * depends on the arguments alone. At the first difference it prints the last operations and ends
 * with status 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "observe.h"

enum {
    NAMES = 6,
    DESCRIPTIONS = 8,
    LONGEST_TRANSFER = 200000,
    BUFFERS = 5,
    /* Bytes around what was written that are read back with it. */
    MARGIN = 32,
    LOGGED = 40,
};

/* --- the model ---------------------------------------------------------------------------- */

/* A file: what it must hold, and who keeps it. */
struct inode {
    unsigned char *bytes;
    size_t size, room;
    unsigned names, descriptions;
};

struct description {
    int fd;
    struct inode *inode;
    size_t position;
    int access, appends;
};

static struct inode *names[NAMES];
/* Closed ones have no inode. */
static struct description descriptions[DESCRIPTIONS];

static size_t largest;
static uint64_t sequence;

static size_t below(size_t limit) {
    return limit ? (size_t)(next_random(&sequence) % limit) : 0;
}

static int one_in(unsigned chances) {
    return below(chances) == 0;
}

static void resize(struct inode *inode, size_t size) {
    if (size > inode->room) {
        inode->room = size + size / 4 + 256;
        inode->bytes = realloc(inode->bytes, inode->room);
        if (!inode->bytes) {
            fprintf(stderr, "fsx: no memory for the model of a file of %zu bytes\n", size);
            exit(1);
        }
    }
    if (size > inode->size)
        memset(inode->bytes + inode->size, 0, size - inode->size);
    inode->size = size;
}

static void release(struct inode *inode) {
    if (inode->names || inode->descriptions)
        return;
    free(inode->bytes);
    free(inode);
}

/* --- the log ------------------------------------------------------------------------------ */

struct event {
    const char *operation;
    int subject;
    long long first, second;
};

static struct event events[LOGGED];
static unsigned long event_count;

static void note(const char *operation, int subject, long long first, long long second) {
    events[event_count++ % LOGGED] = (struct event){operation, subject, first, second};
}

static _Noreturn void fail(const char *what, long long expected, long long found) {
    const char *error = outcome(-1);
    fflush(stdout);
    unsigned long first = event_count > LOGGED ? event_count - LOGGED : 0;
    for (unsigned long i = first; i < event_count; i++) {
        const struct event *event = &events[i % LOGGED];
        fprintf(stderr, "%lu: %s %d: %lld %lld\n", i, event->operation, event->subject,
                event->first, event->second);
    }
    fprintf(stderr, "fsx: %s: expected %lld, found %lld", what, expected, found);
    fprintf(stderr, found < 0 ? " (%s)\n" : "\n", error);
    exit(1);
}

static void expect(const char *what, long long expected, long long found) {
    if (found != expected)
        fail(what, expected, found);
}

/* --- checks ------------------------------------------------------------------------------- */

static void name_of(char *path, int name) {
    snprintf(path, 8, "f%d", name);
}

static void expect_bytes(const struct inode *inode, size_t offset, const unsigned char *found,
                         size_t length) {
    if (memcmp(inode->bytes + offset, found, length) == 0)
        return;
    for (size_t i = 0; i < length; i++)
        if (inode->bytes[offset + i] != found[i]) {
            note("differs at", -1, (long long)(offset + i), (long long)length);
            fail("content", inode->bytes[offset + i], found[i]);
        }
}

static void check_status(const struct inode *inode, const struct stat *status) {
    expect("size", (long long)inode->size, (long long)status->st_size);
    expect("links", inode->names, (long long)status->st_nlink);
}

/* Reads a range back by the descriptor, which must be readable. */
static void check_range(int fd, const struct inode *inode, size_t offset, size_t length) {
    static unsigned char found[LONGEST_TRANSFER + 2 * MARGIN + 1];
    size_t start = offset > MARGIN ? offset - MARGIN : 0;
    size_t wanted = offset + length + MARGIN - start;
    size_t there = start >= inode->size ? 0 : inode->size - start;
    size_t expected = wanted < there ? wanted : there;
    expect("bytes read back", (long long)expected, pread(fd, found, wanted, (off_t)start));
    expect_bytes(inode, start, found, expected);
}

static void check_description(const struct description *description, size_t offset,
                              size_t length) {
    struct stat status;
    expect("fstat", 0, fstat(description->fd, &status));
    check_status(description->inode, &status);
    if (description->access != O_WRONLY)
        check_range(description->fd, description->inode, offset, length);
}

static void check_name(int name) {
    char path[8];
    struct stat status;
    name_of(path, name);
    if (!names[name]) {
        expect("stat of an absent name", -1, stat(path, &status));
        expect("errno of an absent name", ENOENT, errno);
        return;
    }
    expect("stat", 0, stat(path, &status));
    check_status(names[name], &status);
}

static void check_whole(int name) {
    char path[8];
    name_of(path, name);
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        fail("open", 0, fd);
    for (size_t offset = 0; offset < names[name]->size; offset += LONGEST_TRANSFER)
        check_range(fd, names[name], offset, LONGEST_TRANSFER);
    check_range(fd, names[name], names[name]->size, 1);
    expect("close", 0, close(fd));
}

/* Checks a whole file now and then, so that the cost stays in proportion to the operations. */
static void check_one_in_turn(void) {
    static size_t credit;
    static int next;
    credit += 2048;
    if (!names[next]) {
        next = (next + 1) % NAMES;
    } else if (credit >= names[next]->size) {
        credit -= names[next]->size;
        note("whole", next, (long long)names[next]->size, 0);
        check_whole(next);
        next = (next + 1) % NAMES;
    }
}

/* --- choices ------------------------------------------------------------------------------ */

/* A place in a file: anywhere, near its end, or near a boundary of pages. */
static size_t choose_offset(const struct inode *inode) {
    static const size_t boundaries[] = {512, 4096, 65536};
    size_t offset;
    switch (below(4)) {
    case 0:
        offset = below(largest);
        break;
    case 1:
        offset = inode->size + below(64);
        offset = offset > 32 ? offset - 32 : 0;
        break;
    case 2: {
        size_t boundary = boundaries[below(3)];
        offset = boundary * (1 + below(largest / boundary + 1));
        offset -= below(2) ? below(40) : 0;
        break;
    }
    default:
        offset = below(inode->size + 1);
    }
    return offset < largest ? offset : below(largest);
}

static size_t choose_length(size_t offset) {
    static const size_t limits[] = {8, 100, 5000, 70000, LONGEST_TRANSFER};
    size_t limit = limits[below(one_in(8) ? 5 : 3)];
    size_t room = largest - offset;
    return below((limit < room ? limit : room) + 1);
}

static struct description *choose_description(int access) {
    size_t start = below(DESCRIPTIONS);
    for (size_t i = 0; i < DESCRIPTIONS; i++) {
        struct description *description = &descriptions[(start + i) % DESCRIPTIONS];
        if (description->inode && (description->access == access || description->access == O_RDWR))
            return description;
    }
    return NULL;
}

static int number_of(const struct description *description) {
    return (int)(description - descriptions);
}

/* Bytes that are hard to confuse with others. */
static const unsigned char *random_bytes(size_t length) {
    static unsigned char pool[LONGEST_TRANSFER * 2];
    static int filled;
    if (!filled) {
        uint64_t state = 1;
        for (size_t i = 0; i < sizeof pool; i++)
            pool[i] = (unsigned char)(next_random(&state) >> 32);
        filled = 1;
    }
    return pool + below(sizeof pool - length);
}

/* Cuts a buffer into pieces, some of them empty. */
static int cut_into_pieces(struct iovec *list, unsigned char *bytes, size_t length) {
    int count = 1 + (int)below(BUFFERS);
    for (int i = 0; i < count; i++) {
        size_t piece = i + 1 == count ? length : below(length + 1);
        list[i] = (struct iovec){.iov_base = bytes, .iov_len = piece};
        bytes += piece;
        length -= piece;
    }
    return count;
}

/* --- operations on descriptors ------------------------------------------------------------ */

static void transfer_in(int at_position, int in_pieces) {
    static unsigned char found[LONGEST_TRANSFER];
    struct description *description = choose_description(O_RDONLY);
    if (!description)
        return;
    const struct inode *inode = description->inode;
    size_t offset = at_position ? description->position : choose_offset(inode);
    size_t length = choose_length(offset < largest ? offset : largest);
    size_t there = offset >= inode->size ? 0 : inode->size - offset;
    size_t expected = length < there ? length : there;
    struct iovec list[BUFFERS];
    int count = cut_into_pieces(list, found, length), fd = description->fd;
    ssize_t result;
    note(in_pieces ? "readv" : "read", number_of(description), (long long)offset,
         (long long)length);
    if (at_position)
        result = in_pieces ? readv(fd, list, count) : read(fd, found, length);
    else
        result = in_pieces ? preadv(fd, list, count, (off_t)offset)
                           : pread(fd, found, length, (off_t)offset);
    expect("bytes read", (long long)expected, result);
    expect_bytes(inode, offset, found, expected);
    if (at_position)
        description->position += expected;
}

static void transfer_out(int at_position, int in_pieces) {
    static unsigned char bytes[LONGEST_TRANSFER];
    struct description *description = choose_description(O_WRONLY);
    if (!description)
        return;
    struct inode *inode = description->inode;
    size_t offset = at_position ? description->position : choose_offset(inode);
    size_t target = description->appends ? inode->size : offset;
    size_t length = choose_length(target < largest ? target : largest);
    struct iovec list[BUFFERS];
    memcpy(bytes, random_bytes(length), length);
    int count = cut_into_pieces(list, bytes, length), fd = description->fd;
    ssize_t result;
    note(in_pieces ? "writev" : "write", number_of(description), (long long)target,
         (long long)length);
    if (at_position)
        result = in_pieces ? writev(fd, list, count) : write(fd, bytes, length);
    else
        result = in_pieces ? pwritev(fd, list, count, (off_t)offset)
                           : pwrite(fd, bytes, length, (off_t)offset);
    expect("bytes written", (long long)length, result);
    if (length) {
        if (target + length > inode->size)
            resize(inode, target + length);
        memcpy(inode->bytes + target, bytes, length);
        if (at_position)
            description->position = target + length;
    }
    check_description(description, target, length);
}

static void read_at_position(void) {
    transfer_in(1, one_in(4));
}

static void read_at_offset(void) {
    transfer_in(0, one_in(4));
}

static void write_at_position(void) {
    transfer_out(1, one_in(4));
}

static void write_at_offset(void) {
    transfer_out(0, one_in(4));
}

static void seek(void) {
    struct description *description = choose_description(O_RDONLY);
    if (!description)
        return;
    size_t target = choose_offset(description->inode);
    static const int origins[] = {SEEK_SET, SEEK_CUR, SEEK_END};
    int origin = origins[below(3)];
    long long offset = (long long)target;
    offset -= origin == SEEK_CUR ? (long long)description->position : 0;
    offset -= origin == SEEK_END ? (long long)description->inode->size : 0;
    note("lseek", number_of(description), offset, origin);
    expect("position", (long long)target, lseek(description->fd, (off_t)offset, origin));
    description->position = target;
}

static void cut(void) {
    struct description *description = choose_description(O_WRONLY);
    if (!description)
        return;
    struct inode *inode = description->inode;
    size_t before = inode->size, size = one_in(6) ? 0 : choose_offset(inode);
    note("ftruncate", number_of(description), (long long)before, (long long)size);
    expect("ftruncate", 0, ftruncate(description->fd, (off_t)size));
    resize(inode, size);
    check_description(description, size < before ? size : before, 2 * MARGIN);
}

static void set_appending(void) {
    struct description *description = choose_description(O_WRONLY);
    if (!description)
        return;
    description->appends = one_in(2);
    note("fcntl", number_of(description), description->appends, 0);
    expect("fcntl", 0, fcntl(description->fd, F_SETFL, description->appends ? O_APPEND : 0));
}

static void sync_one(void) {
    struct description *description = choose_description(O_WRONLY);
    if (!description)
        return;
    note("fsync", number_of(description), 0, 0);
    expect("fsync", 0, one_in(2) ? fsync(description->fd) : fdatasync(description->fd));
}

static void close_description(struct description *description) {
    note("close", number_of(description), 0, 0);
    expect("close", 0, close(description->fd));
    description->inode->descriptions--;
    release(description->inode);
    description->inode = NULL;
}

/* --- operations on names ------------------------------------------------------------------ */

static void open_name(void) {
    static const int modes[] = {O_RDONLY, O_WRONLY, O_RDWR, O_RDWR};
    struct description *description = &descriptions[below(DESCRIPTIONS)];
    int name = (int)below(NAMES), access = modes[below(4)];
    int flags = access == O_RDONLY ? 0 : O_CREAT;
    flags |= access != O_RDONLY && one_in(12) ? O_TRUNC : 0;
    flags |= access != O_RDONLY && one_in(4) ? O_APPEND : 0;
    if (description->inode)
        close_description(description);
    char path[8];
    name_of(path, name);
    note("open", name, access, flags);
    int fd = open(path, access | flags, 0644);
    if (!names[name] && !(flags & O_CREAT)) {
        expect("open of an absent name", -1, fd);
        return;
    }
    if (fd < 0)
        fail("open", 0, fd);
    if (!names[name]) {
        names[name] = calloc(1, sizeof *names[name]);
        if (!names[name])
            abort();
        names[name]->names = 1;
    }
    if (flags & O_TRUNC)
        resize(names[name], 0);
    *description = (struct description){.fd = fd, .inode = names[name], .access = access,
                                        .appends = (flags & O_APPEND) != 0};
    names[name]->descriptions++;
    check_description(description, 0, 2 * MARGIN);
}

static void close_one(void) {
    struct description *description = &descriptions[below(DESCRIPTIONS)];
    if (description->inode)
        close_description(description);
}

/* Takes a name from its file in the model. */
static void forget(int name) {
    struct inode *inode = names[name];
    names[name] = NULL;
    if (inode) {
        inode->names--;
        release(inode);
    }
}

static void rename_one(void) {
    int from = (int)below(NAMES), to = (int)below(NAMES);
    char old[8], new[8];
    name_of(old, from);
    name_of(new, to);
    note("rename", from, to, 0);
    int there = names[from] != NULL;
    expect("rename", there ? 0 : -1, rename(old, new));
    /* Two names of one file are left alone. */
    if (there && names[from] != names[to]) {
        forget(to);
        names[to] = names[from];
        names[from] = NULL;
    }
    check_name(from);
    check_name(to);
}

static void link_one(void) {
    int from = (int)below(NAMES), to = (int)below(NAMES);
    char old[8], new[8];
    name_of(old, from);
    name_of(new, to);
    note("link", from, to, 0);
    int possible = names[from] && !names[to];
    expect("link", possible ? 0 : -1, link(old, new));
    if (possible) {
        names[to] = names[from];
        names[to]->names++;
    }
    check_name(from);
    check_name(to);
}

static void unlink_one(void) {
    int name = (int)below(NAMES);
    char path[8];
    name_of(path, name);
    note("unlink", name, 0, 0);
    expect("unlink", names[name] ? 0 : -1, unlink(path));
    forget(name);
    check_name(name);
}

static void truncate_name(void) {
    int name = (int)below(NAMES);
    if (!names[name])
        return;
    char path[8];
    name_of(path, name);
    size_t size = choose_offset(names[name]);
    note("truncate", name, (long long)names[name]->size, (long long)size);
    expect("truncate", 0, truncate(path, (off_t)size));
    resize(names[name], size);
    check_name(name);
}

/* --- the run ------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    void (*run)(void);
    unsigned weight;
} OPERATIONS[] = {
    {"read", read_at_position, 14},   {"pread", read_at_offset, 14},
    {"write", write_at_position, 14}, {"pwrite", write_at_offset, 14},
    {"lseek", seek, 8},               {"ftruncate", cut, 5},
    {"fcntl", set_appending, 2},      {"fsync", sync_one, 1},
    {"open", open_name, 10},          {"close", close_one, 4},
    {"rename", rename_one, 3},        {"link", link_one, 2},
    {"unlink", unlink_one, 2},        {"truncate", truncate_name, 2},
};
enum { OPERATION_COUNT = sizeof OPERATIONS / sizeof *OPERATIONS };
static unsigned long done[OPERATION_COUNT];

static void run_one(unsigned weights) {
    size_t choice = below(weights);
    int operation = 0;
    while (choice >= OPERATIONS[operation].weight)
        choice -= OPERATIONS[operation++].weight;
    OPERATIONS[operation].run();
    done[operation]++;
    check_one_in_turn();
}

static void print_files(void) {
    for (int name = 0; name < NAMES; name++) {
        char path[8];
        name_of(path, name);
        if (names[name]) {
            check_whole(name);
            observe_path(path);
        }
    }
}

static unsigned long long argument(int argc, char **argv, int index, unsigned long long otherwise) {
    if (index >= argc)
        return otherwise;
    char *end;
    unsigned long long value = strtoull(argv[index], &end, 10);
    if (*end || !value) {
        fprintf(stderr, "fsx: %s is not a positive number; usage: fsx [SEED [OPERATIONS [SIZE]]]\n",
                argv[index]);
        exit(2);
    }
    return value;
}

int main(int argc, char **argv) {
    sequence = argument(argc, argv, 1, 1);
    unsigned long long operations = argument(argc, argv, 2, 100000);
    largest = (size_t)argument(argc, argv, 3, 262144);
    unsigned weights = 0;
    for (int i = 0; i < OPERATION_COUNT; i++)
        weights += OPERATIONS[i].weight;
    for (unsigned long long i = 0; i < operations; i++)
        run_one(weights);
    for (int i = 0; i < OPERATION_COUNT; i++)
        observe("%s %lu", OPERATIONS[i].name, done[i]);
    print_files();
    for (int i = 0; i < DESCRIPTIONS; i++)
        if (descriptions[i].inode)
            close_description(&descriptions[i]);
    observe("fsx: %llu operations on files of up to %zu bytes, no difference", operations, largest);
    return 0;
}
