#include "script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "filters.h"
#include "lines.h"
#include "tree.h"

/* A command and its operands; absent operands are NULL. */
struct command {
    const char *name;
    const char *first;
    const char *second;
};

static void copy_text(FILE *script, const char *path, const char *mode) {
    FILE *file = open_file(path, mode);
    char *line = NULL;
    size_t room = 0;
    while (next_line(&line, &room, script) && strcmp(line, ".") != 0)
        fprintf(file, "%s\n", line);
    free(line);
    close_file(file, path);
}

static void run_filter(filter *run, const char *from, const char *to) {
    FILE *in = open_file(from, "r");
    FILE *out = to ? open_file(to, "w") : stdout;
    run(in, out);
    close_file(in, from);
    if (to)
        close_file(out, to);
}

static void run_unary(FILE *script, struct command command) {
    if (strcmp(command.name, "mkdir") == 0) {
        if (mkdir(command.first, 0755) != 0)
            fail(command.first);
    } else if (strcmp(command.name, "write") == 0) {
        copy_text(script, command.first, "w");
    } else if (strcmp(command.name, "append") == 0) {
        copy_text(script, command.first, "a");
    } else if (strcmp(command.name, "list") == 0) {
        tree_list(command.first);
    } else if (strcmp(command.name, "remove") == 0) {
        tree_remove(command.first);
    } else {
        errno = EINVAL;
        fail(command.name);
    }
}

static void run_binary(struct command command) {
    if (strcmp(command.name, "move") == 0) {
        if (rename(command.first, command.second) != 0)
            fail(command.first);
    } else if (strcmp(command.name, "grep") == 0) {
        tree_grep(command.first, command.second);
    } else {
        errno = EINVAL;
        fail(command.name);
    }
}

void script_run(FILE *script) {
    char *line = NULL;
    size_t room = 0;
    while (next_line(&line, &room, script)) {
        printf("> %s\n", line);
        char *words = line;
        struct command command = {.name = strsep(&words, " ")};
        command.first = strsep(&words, " ");
        command.second = strsep(&words, " ");
        if (!command.first) {
            errno = EINVAL;
            fail(command.name);
        }
        filter *run = filter_named(command.name);
        if (run)
            run_filter(run, command.first, command.second);
        else if (command.second)
            run_binary(command);
        else
            run_unary(script, command);
    }
    free(line);
}
