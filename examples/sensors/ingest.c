/* ingest BATCHES: what a gateway at some sensors does. Readings go to a temporary file; a batch that is
 * full gets its name in `spool`, whole. The last one is followed by `spool/end`. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { SENSORS = 4, READINGS = 250 };

/* In thousandths of a degree; the same each time. */
static int reading(int sensor, uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return 18000 + sensor * 1500 + (int)(*state >> 20);
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void rename_into_place(const char *name) {
    if (rename("spool/.batch", name) != 0) fail(name);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: ingest BATCHES\n");
        return 2;
    }
    if (mkdir("spool", 0755) != 0 && errno != EEXIST) fail("spool");
    uint32_t state = 42;
    int batches = atoi(argv[1]);
    for (int batch = 0; batch <= batches; batch++) {
        FILE *file = fopen("spool/.batch", "w");
        if (file == NULL) fail("spool/.batch");
        for (int i = 0; i < READINGS && batch < batches; i++) {
            int sensor = i % SENSORS;
            fprintf(file, "%d,%d\n", sensor, reading(sensor, &state));
        }
        if (fclose(file) != 0) fail("spool/.batch");
        char name[32];
        snprintf(name, sizeof name, batch < batches ? "spool/%06d.csv" : "spool/end", batch);
        rename_into_place(name);
    }
    printf("%d batches\n", batches);
    return 0;
}
