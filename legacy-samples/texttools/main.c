/*
 * Text tools over a tree of files, or over standard input.
 *
 *     texttools < SCRIPT        runs the script (script.h)
 *     texttools FILTER...       sends stdin through the filters (filters.h) to stdout
 */
#include <stdio.h>
#include <string.h>

#include "file.h"
#include "filters.h"
#include "script.h"

/* Runs the filters one after another, with files between them in place of pipes. */
static int run_pipeline(int count, char **names) {
    FILE *in = stdin;
    for (int i = 0; i < count; i++) {
        filter *run = filter_named(names[i]);
        if (!run) {
            fprintf(stderr, "texttools: no filter is called %s\n", names[i]);
            return 2;
        }
        FILE *out = i + 1 < count ? open_file("between", "w+") : stdout;
        run(in, out);
        if (in != stdin)
            close_file(in, "between");
        /* The name may go: the next filter reads through the open descriptor. */
        if (out != stdout && remove("between") != 0)
            fail("between");
        if (out != stdout)
            rewind(out);
        in = out;
    }
    return 0;
}

int main(int argc, char **argv) {
    if (argc > 1)
        return run_pipeline(argc - 1, argv + 1);
    script_run(stdin);
    return 0;
}
