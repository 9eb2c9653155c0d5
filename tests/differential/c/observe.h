/*
 * What a program observes of its file system, a line each: what was asked, and what came back.
 *
 * The programs of this folder are built natively and for wasm32-wasi and print the same lines. So
 * no line holds what differs between two runs or machines: the number of a descriptor or inode, a
 * time, the size of a directory.
 */
#ifndef OBSERVE_H
#define OBSERVE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Prints the call and its result, or the name of errno if that is negative; gives the result. */
#define NUMBER(call) observe_number(#call, (call))
/* The same, but prints `ok` for all that is not negative. */
#define OUTCOME(call) observe_outcome(#call, (call))
/* The same for a call that gives a pointer. */
#define POINTER(call) observe_pointer(#call, (call))

long long observe_number(const char *call, long long result);
int observe_outcome(const char *call, long long result);
void *observe_pointer(const char *call, void *result);

/* Prints a line. */
void observe(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A heading above the lines that follow. */
void topic(const char *name);

/* `ok`, or the name of errno if the result is negative. */
const char *outcome(long long result);

/* Ends the program if the result is negative: for steps that are not what is being observed. */
int need(const char *step, long long result);
#define NEED(call) need(#call, (call))

/* Prints kind, size, link count and digest, or target, of what is at the path. */
void observe_path(const char *path);

/* The same of a descriptor; its position stays. */
void observe_descriptor(const char *what, int fd);

/*
 * All that is below the directory, sorted, as `file=content*links directory/ link->target`; the
 * link counts of files that have one name are left out.
 */
const char *tree_below(const char *directory);

/* Creates or replaces a file that holds the text. */
void write_file(const char *path, const char *text);

/* Removes the directory with all that is below it. */
void remove_tree(const char *directory);

/* A digest of bytes, to be continued; starts with DIGEST_START. */
#define DIGEST_START UINT64_C(0xcbf29ce484222325)
uint64_t digest(uint64_t state, const void *bytes, size_t length);

/* The next of a fixed sequence of numbers; never seed with 0. */
uint64_t next_random(uint64_t *state);

/* Bytes that depend on the seed and on their place in the file. */
void fill_pattern(void *bytes, size_t length, uint64_t offset, uint32_t seed);

#endif
