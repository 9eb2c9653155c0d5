#include "journal.h"

#include <stdlib.h>

#include "file.h"

enum { PATH_SIZE = 256 };

FILE *journal_open(const char *path) {
    char name[PATH_SIZE];
    snprintf(name, sizeof name, "%s/journal", path);
    FILE *journal = fopen(name, "a");
    if (!journal)
        fail(name);
    return journal;
}

void journal_write(FILE *journal, const char *change, uint32_t key, unsigned length) {
    if (fprintf(journal, "%s %u %u\n", change, (unsigned)key, length) < 0)
        fail("journal");
}

FILE *journal_rotate(FILE *journal, const char *path, unsigned number) {
    char from[PATH_SIZE], to[PATH_SIZE];
    snprintf(from, sizeof from, "%s/journal", path);
    snprintf(to, sizeof to, "%s/journal.%u", path, number);
    if (fclose(journal) != 0 || rename(from, to) != 0)
        fail(to);
    return journal_open(path);
}

unsigned journal_lines(const char *path, const char *name) {
    char full[PATH_SIZE];
    snprintf(full, sizeof full, "%s/%s", path, name);
    FILE *journal = fopen(full, "r");
    if (!journal)
        fail(full);
    unsigned lines = 0;
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, journal) > 0)
        lines++;
    free(line);
    fclose(journal);
    return lines;
}
