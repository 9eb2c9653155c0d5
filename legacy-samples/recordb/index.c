#include "index.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "file.h"

enum { SLOTS = 4096 };
enum slot_use { EMPTY, USED, REMOVED };

struct slot {
    uint32_t key;
    uint32_t use;
    uint64_t offset;
};

int index_create(int dir, const char *name) {
    int index = open_at(dir, name, O_RDWR | O_CREAT | O_EXCL);
    /* The hole reads as zeros, and a slot of zeros is EMPTY. */
    if (ftruncate(index, SLOTS * sizeof(struct slot)) != 0)
        fail("ftruncate");
    return index;
}

/* Number of the slot that holds `key`, or of the empty slot that ends its probe. */
static uint32_t probe(int index, uint32_t key, struct slot *slot) {
    uint32_t number = key * 2654435761u % SLOTS;
    for (uint32_t steps = 0; steps < SLOTS; steps++) {
        read_at(index, slot, sizeof *slot, number * sizeof *slot);
        if (slot->use == EMPTY || (slot->use == USED && slot->key == key))
            return number;
        number = (number + 1) % SLOTS;
    }
    errno = ENOSPC;
    fail("index");
}

bool index_find(int index, uint32_t key, uint64_t *offset) {
    struct slot slot;
    probe(index, key, &slot);
    *offset = slot.offset;
    return slot.use == USED;
}

void index_set(int index, uint32_t key, uint64_t offset) {
    struct slot slot;
    uint32_t number = probe(index, key, &slot);
    slot = (struct slot){.key = key, .use = USED, .offset = offset};
    write_at(index, &slot, sizeof slot, number * sizeof slot);
}

void index_remove(int index, uint32_t key) {
    struct slot slot;
    uint32_t number = probe(index, key, &slot);
    if (slot.use == EMPTY)
        return;
    slot.use = REMOVED;
    write_at(index, &slot, sizeof slot, number * sizeof slot);
}
