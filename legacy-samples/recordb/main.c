/*
 * A small record store, driven by a reproducible workload.
 *
 *     recordb [OPERATIONS [STATUS]]
 *
 * runs OPERATIONS (default 7000), verifies what is on disk, cleans up and exits with STATUS.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directory.h"
#include "file.h"
#include "journal.h"
#include "workload.h"

static const char PATH[] = "records";

static void print_workload(const struct workload *workload, unsigned operations) {
    printf("%u operations on %d keys: %u inserted, %u updated in place, %u moved, %u deleted, %u read\n",
           operations, KEYS, workload->inserted, workload->updated, workload->moved,
           workload->deleted, workload->read);
    printf("%u compactions reclaimed %" PRIu64 " bytes\n", workload->compactions,
           workload->reclaimed);
}

static void print_table(const struct table *table) {
    printf("%u live and %u dead records in %" PRIu64 " bytes\n", (unsigned)table->live,
           (unsigned)table->dead, file_size(table->data));
    printf("digest %016" PRIx64 "\n", table_verify(table));
}

static void print_directory(const struct directory *directory) {
    unsigned lines = 0;
    for (unsigned i = 0; i < directory->count; i++) {
        printf("file %s\n", directory->names[i]);
        if (strncmp(directory->names[i], "journal", 7) == 0)
            lines += journal_lines(PATH, directory->names[i]);
    }
    printf("%u changes in the journals\n", lines);
}

int main(int argc, char **argv) {
    unsigned operations = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 7000;
    int status = argc > 2 ? atoi(argv[2]) : 0;
    if (mkdir(PATH, 0755) != 0)
        fail(PATH);
    int dir = open_at(AT_FDCWD, PATH, O_RDONLY | O_DIRECTORY);
    struct table table;
    table_create(&table, dir);
    struct workload workload = {.table = &table, .path = PATH};
    workload_run(&workload, operations);
    print_workload(&workload, operations);
    print_table(&table);

    struct directory directory;
    directory_scan(&directory, PATH);
    print_directory(&directory);
    table_close(&table);
    close(dir);
    directory_remove(&directory, PATH);
    printf("exit status %d\n", status);
    return status;
}
