/* A table of variable-length records: `data` holds them, `index` finds them by key. */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stdint.h>

enum { VALUE_MAX = 480 };

struct table {
    int dir;
    int data;
    int index;
    uint32_t live;
    uint32_t dead;
};

enum table_put { PUT_INSERTED, PUT_IN_PLACE, PUT_MOVED };

/* Creates an empty table in the directory `dir`, which stays the caller's. */
void table_create(struct table *table, int dir);
void table_close(struct table *table);

/* Length of the value of `key`, read into `value` (VALUE_MAX bytes); -1 when there is none. */
int table_get(const struct table *table, uint32_t key, void *value);

/* Overwrites in place while the record's capacity allows, otherwise appends a new record. */
enum table_put table_put(struct table *table, uint32_t key, const void *value, uint16_t length);

/* Leaves a tombstone in the data file; false when there was no such key. */
bool table_delete(struct table *table, uint32_t key);

/* Copies the live records to new files and renames those over the old; returns bytes saved. */
uint64_t table_compact(struct table *table);

/* Reads the data file from start to end, checks every record, and returns a digest of the live. */
uint64_t table_verify(const struct table *table);

#endif
