#include "filters.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"

static void cat(FILE *in, FILE *out) {
    char block[1000];
    for (size_t length; (length = fread(block, 1, sizeof block, in)) > 0;)
        fwrite(block, 1, length, out);
}

/* Lines, words and bytes, as wc prints them. */
static void count(FILE *in, FILE *out) {
    unsigned lines = 0, words = 0, bytes = 0;
    int previous = ' ';
    for (int c; (c = getc(in)) != EOF; previous = c) {
        bytes++;
        lines += c == '\n';
        words += !isspace(c) && isspace(previous);
    }
    fprintf(out, "%u %u %u\n", lines, words, bytes);
}

static void sort(FILE *in, FILE *out) {
    struct lines lines = {0};
    lines_read(&lines, in);
    lines_sort(&lines);
    for (size_t i = 0; i < lines.count; i++)
        fprintf(out, "%s\n", lines.text[i]);
    lines_free(&lines);
}

static void upper(FILE *in, FILE *out) {
    for (int c; (c = getc(in)) != EOF;)
        putc(toupper(c), out);
}

/* Runs of equal lines, each once with its length, as `uniq -c` prints them. */
static void uniq(FILE *in, FILE *out) {
    struct lines lines = {0};
    lines_read(&lines, in);
    for (size_t first = 0, next; first < lines.count; first = next) {
        for (next = first + 1; next < lines.count; next++)
            if (strcmp(lines.text[first], lines.text[next]) != 0)
                break;
        fprintf(out, "%u %s\n", (unsigned)(next - first), lines.text[first]);
    }
    lines_free(&lines);
}

/* One word of letters a line, in lower case. */
static void words(FILE *in, FILE *out) {
    int previous = '\n';
    for (int c; (c = getc(in)) != EOF;) {
        int written = isalpha(c) ? tolower(c) : '\n';
        if (written != '\n' || previous != '\n')
            putc(written, out);
        previous = written;
    }
    if (previous != '\n')
        putc('\n', out);
}

filter *filter_named(const char *name) {
    static const struct {
        const char *name;
        filter *run;
    } filters[] = {
        {"cat", cat}, {"count", count}, {"sort", sort}, {"upper", upper}, {"uniq", uniq}, {"words", words},
    };
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        if (strcmp(filters[i].name, name) == 0)
            return filters[i].run;
    return NULL;
}
