/* A reproducible sequence of operations, checked against a copy of the table in memory. */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include "table.h"

enum { KEYS = 1500 };

struct workload {
    struct table *table;
    const char *path;
    unsigned inserted, updated, moved, deleted, read, compactions;
    uint64_t reclaimed;
};

/* Runs `operations` operations on the table, whose directory is called `path`. */
void workload_run(struct workload *workload, unsigned operations);

#endif
