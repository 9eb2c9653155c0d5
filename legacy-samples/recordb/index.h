/* The index file: a hash table of fixed 16-byte slots with linear probing. */
#ifndef INDEX_H
#define INDEX_H

#include <stdbool.h>
#include <stdint.h>

/* Creates `name` below `dir` with every slot empty and returns its descriptor. */
int index_create(int dir, const char *name);

/* Stores the data file offset of `key` in `*offset`; false when the key is absent. */
bool index_find(int index, uint32_t key, uint64_t *offset);

/* Adds `key`, or changes its offset when it is there already. */
void index_set(int index, uint32_t key, uint64_t offset);

/* Turns the slot of `key` into a tombstone, so that later slots of its probe stay reachable. */
void index_remove(int index, uint32_t key);

#endif
