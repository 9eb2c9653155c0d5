#include "table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checksum.h"
#include "file.h"
#include "index.h"

static const char MAGIC[8] = "recordb";

struct table_header {
    char magic[sizeof MAGIC];
    uint32_t live;
    uint32_t dead;
};

struct record {
    uint32_t key;
    uint16_t capacity;
    uint16_t length;
    uint32_t tombstone;
    uint32_t reserved;
    uint64_t checksum;
};

static void write_header(const struct table *table) {
    struct table_header header = {.live = table->live, .dead = table->dead};
    memcpy(header.magic, MAGIC, sizeof MAGIC);
    write_at(table->data, &header, sizeof header, 0);
}

static void create_files(struct table *table, const char *data, const char *index) {
    table->data = open_at(table->dir, data, O_RDWR | O_CREAT | O_EXCL);
    table->index = index_create(table->dir, index);
    table->live = table->dead = 0;
    write_header(table);
}

void table_create(struct table *table, int dir) {
    table->dir = dir;
    create_files(table, "data", "index");
}

void table_close(struct table *table) {
    if (close(table->data) != 0 || close(table->index) != 0)
        fail("close");
}

int table_get(const struct table *table, uint32_t key, void *value) {
    uint64_t offset;
    if (!index_find(table->index, key, &offset))
        return -1;
    struct record record;
    read_at(table->data, &record, sizeof record, offset);
    read_at(table->data, value, record.length, offset + sizeof record);
    return record.length;
}

static void append(struct table *table, uint32_t key, const void *value, uint16_t length) {
    uint64_t offset = file_size(table->data);
    struct record record = {
        .key = key,
        /* Room to grow in place, rounded so that the next record stays aligned. */
        .capacity = (uint16_t)((length + length / 4 + 7) & ~7),
        .length = length,
        .checksum = checksum(CHECKSUM_SEED, value, length),
    };
    write_at(table->data, &record, sizeof record, offset);
    write_at(table->data, value, length, offset + sizeof record);
    if (ftruncate(table->data, (off_t)(offset + sizeof record + record.capacity)) != 0)
        fail("ftruncate");
    index_set(table->index, key, offset);
    table->live++;
}

static void bury(struct table *table, uint64_t offset, struct record record) {
    record.tombstone = 1;
    write_at(table->data, &record, sizeof record, offset);
    table->live--;
    table->dead++;
}

enum table_put table_put(struct table *table, uint32_t key, const void *value, uint16_t length) {
    uint64_t offset;
    enum table_put put = PUT_INSERTED;
    if (index_find(table->index, key, &offset)) {
        struct record record;
        read_at(table->data, &record, sizeof record, offset);
        if (length <= record.capacity) {
            record.length = length;
            record.checksum = checksum(CHECKSUM_SEED, value, length);
            write_at(table->data, value, length, offset + sizeof record);
            write_at(table->data, &record, sizeof record, offset);
            return PUT_IN_PLACE;
        }
        bury(table, offset, record);
        put = PUT_MOVED;
    }
    append(table, key, value, length);
    write_header(table);
    return put;
}

bool table_delete(struct table *table, uint32_t key) {
    uint64_t offset;
    if (!index_find(table->index, key, &offset))
        return false;
    struct record record;
    read_at(table->data, &record, sizeof record, offset);
    bury(table, offset, record);
    index_remove(table->index, key);
    write_header(table);
    return true;
}

static void sync_and_rename(const struct table *table) {
    if (fsync(table->data) != 0 || fsync(table->index) != 0)
        fail("fsync");
    if (renameat(table->dir, "data.tmp", table->dir, "data") != 0 ||
        renameat(table->dir, "index.tmp", table->dir, "index") != 0)
        fail("rename");
}

uint64_t table_compact(struct table *table) {
    struct table compacted = {.dir = table->dir};
    create_files(&compacted, "data.tmp", "index.tmp");
    uint64_t size = file_size(table->data), offset = sizeof(struct table_header);
    while (offset < size) {
        struct record record;
        unsigned char value[VALUE_MAX];
        read_at(table->data, &record, sizeof record, offset);
        read_at(table->data, value, record.length, offset + sizeof record);
        if (!record.tombstone)
            append(&compacted, record.key, value, record.length);
        offset += sizeof record + record.capacity;
    }
    write_header(&compacted);
    sync_and_rename(&compacted);
    table_close(table);
    *table = compacted;
    return size - file_size(table->data);
}

static void expect(bool holds, const char *rule) {
    if (holds)
        return;
    errno = EIO;
    fail(rule);
}

uint64_t table_verify(const struct table *table) {
    struct table_header header;
    read_at(table->data, &header, sizeof header, 0);
    expect(memcmp(header.magic, MAGIC, sizeof MAGIC) == 0, "magic");
    uint32_t live = 0, dead = 0;
    uint64_t digest = CHECKSUM_SEED, size = file_size(table->data), offset = sizeof header;
    while (offset < size) {
        struct record record;
        unsigned char value[VALUE_MAX];
        read_at(table->data, &record, sizeof record, offset);
        read_at(table->data, value, record.length, offset + sizeof record);
        expect(checksum(CHECKSUM_SEED, value, record.length) == record.checksum, "checksum");
        uint64_t indexed;
        bool found = index_find(table->index, record.key, &indexed) && indexed == offset;
        expect(found == !record.tombstone, "index and data agree");
        if (record.tombstone) {
            dead++;
        } else {
            live++;
            digest = checksum(checksum(digest, &record.key, sizeof record.key), value, record.length);
        }
        offset += sizeof record + record.capacity;
    }
    expect(live == header.live && dead == header.dead, "header counts");
    return digest;
}
