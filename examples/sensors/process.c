/* process: takes the batches of `ingest` as they come, in any order, and writes `report.csv` at the end.
 * A batch that was taken is removed, so that the spool does not grow. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SENSORS = 4 };

static struct {
    long count, sum;
    int lowest, highest;
} of[SENSORS];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void take(const char *name) {
    char path[300];
    snprintf(path, sizeof path, "spool/%s", name);
    FILE *file = fopen(path, "r");
    if (file == NULL) fail(path);
    int sensor, value;
    while (fscanf(file, "%d,%d\n", &sensor, &value) == 2) {
        if (sensor < 0 || sensor >= SENSORS) continue;
        if (of[sensor].count == 0 || value < of[sensor].lowest) of[sensor].lowest = value;
        if (of[sensor].count == 0 || value > of[sensor].highest) of[sensor].highest = value;
        of[sensor].count++;
        of[sensor].sum += value;
    }
    fclose(file);
    if (unlink(path) != 0) fail(path);
}

/* Takes what is there. Says whether the end was seen before that, so that nothing can follow. */
static int look(long *taken) {
    int is_end = access("spool/end", F_OK) == 0;
    DIR *spool = opendir("spool");
    if (spool == NULL) {
        if (errno == ENOENT) return 0;
        fail("spool");
    }
    for (struct dirent *entry; (entry = readdir(spool)) != NULL;) {
        const char *suffix = strrchr(entry->d_name, '.');
        if (entry->d_name[0] == '.' || suffix == NULL || strcmp(suffix, ".csv") != 0) continue;
        take(entry->d_name);
        ++*taken;
    }
    closedir(spool);
    return is_end;
}

int main(void) {
    long taken = 0;
    while (!look(&taken)) usleep(1000);
    FILE *report = fopen("report.csv", "w");
    if (report == NULL) fail("report.csv");
    fprintf(report, "sensor,readings,lowest,mean,highest\n");
    for (int sensor = 0; sensor < SENSORS; sensor++) {
        long mean = of[sensor].count == 0 ? 0 : of[sensor].sum / of[sensor].count;
        fprintf(report, "%d,%ld,%d,%ld,%d\n", sensor, of[sensor].count, of[sensor].lowest, mean,
                of[sensor].highest);
    }
    if (fclose(report) != 0) fail("report.csv");
    printf("%ld batches\n", taken);
    return 0;
}
