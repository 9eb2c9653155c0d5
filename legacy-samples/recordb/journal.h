/* The journal: one line of text per change, kept in `journal` and rotated to `journal.<n>`. */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <stdint.h>
#include <stdio.h>

/* Opens the journal of the directory `path` for appending. */
FILE *journal_open(const char *path);
void journal_write(FILE *journal, const char *change, uint32_t key, unsigned length);

/* Closes `journal`, renames its file to `journal.<number>` and opens an empty one. */
FILE *journal_rotate(FILE *journal, const char *path, unsigned number);

/* Number of lines in the journal file `name` of the directory `path`. */
unsigned journal_lines(const char *path, const char *name);

#endif
