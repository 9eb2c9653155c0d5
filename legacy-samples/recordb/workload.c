#include "workload.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "file.h"
#include "journal.h"

enum { COMPACT_EVERY = 1500 };

struct expected {
    int length;
    unsigned char value[VALUE_MAX];
};

static struct expected model[KEYS];

/* xorshift32, so that every platform draws the same numbers. */
static uint32_t draw(uint32_t below) {
    static uint32_t state = 2463534242u;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % below;
}

static void put(struct workload *workload, FILE *journal, uint32_t key) {
    struct expected *expected = &model[key];
    expected->length = (int)(1 + draw(VALUE_MAX));
    for (int i = 0; i < expected->length; i++)
        expected->value[i] = (unsigned char)draw(256);
    switch (table_put(workload->table, key, expected->value, (uint16_t)expected->length)) {
    case PUT_INSERTED:
        workload->inserted++;
        break;
    case PUT_IN_PLACE:
        workload->updated++;
        break;
    case PUT_MOVED:
        workload->moved++;
        break;
    }
    journal_write(journal, "put", key, (unsigned)expected->length);
}

static void delete(struct workload *workload, FILE *journal, uint32_t key) {
    if (table_delete(workload->table, key) != (model[key].length >= 0)) {
        errno = EIO;
        fail("delete");
    }
    if (model[key].length < 0)
        return;
    model[key].length = -1;
    workload->deleted++;
    journal_write(journal, "delete", key, 0);
}

static void check(struct workload *workload, uint32_t key) {
    unsigned char value[VALUE_MAX];
    int length = table_get(workload->table, key, value);
    if (length != model[key].length ||
        (length > 0 && memcmp(value, model[key].value, (size_t)length) != 0)) {
        errno = EIO;
        fail("value read back");
    }
    workload->read++;
}

static FILE *compact(struct workload *workload, FILE *journal) {
    workload->compactions++;
    workload->reclaimed += table_compact(workload->table);
    return journal_rotate(journal, workload->path, workload->compactions);
}

void workload_run(struct workload *workload, unsigned operations) {
    for (uint32_t key = 0; key < KEYS; key++)
        model[key].length = -1;
    FILE *journal = journal_open(workload->path);
    for (unsigned operation = 1; operation <= operations; operation++) {
        uint32_t key = draw(KEYS), choice = draw(10);
        if (choice < 5)
            put(workload, journal, key);
        else if (choice < 7)
            delete(workload, journal, key);
        else
            check(workload, key);
        if (operation % COMPACT_EVERY == 0)
            journal = compact(workload, journal);
    }
    if (fclose(journal) != 0)
        fail("journal");
    for (uint32_t key = 0; key < KEYS; key++)
        check(workload, key);
}
