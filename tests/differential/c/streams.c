/* Files through stdio: modes, positions, buffers, what is pushed back. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "observe.h"

static void modes(void) {
    topic("modes");
    static const char *const modes[] = {"r",  "w",  "a",  "r+",  "w+",  "a+",  "rb",
                                        "wb", "ab", "r+b", "wx", "w+x", "rb+", "wbx"};
    static const char *const names[] = {"old", "new", "directory", "old/x", "absent/x"};
    NEED(mkdir("directory", 0755));
    for (size_t name = 0; name < sizeof names / sizeof *names; name++)
        for (size_t mode = 0; mode < sizeof modes / sizeof *modes; mode++) {
            write_file("old", "0123456789");
            unlink("new");
            FILE *stream = fopen(names[name], modes[mode]);
            observe("fopen %s %s: %s", names[name], modes[mode], outcome(stream ? 0 : -1));
            if (!stream || name == 2) {
                if (stream)
                    fclose(stream);
                continue;
            }
            char bytes[8] = "";
            size_t count = fread(bytes, 1, 3, stream);
            observe("read %zu %s, at its end %d, failed %d", count, bytes, feof(stream) != 0,
                    ferror(stream) != 0);
            clearerr(stream);
            fseek(stream, 0, SEEK_CUR);
            count = fwrite("WXYZ", 1, 4, stream);
            observe("flush %s", outcome(fflush(stream)));
            observe("failed %d, at %ld", ferror(stream) != 0, ftell(stream));
            fclose(stream);
            observe_path(names[name]);
        }
    NEED(rmdir("directory"));
    NEED(unlink("old"));
    unlink("new");
}

static void positions(void) {
    topic("positions");
    FILE *stream = fopen("file", "w+");
    for (int i = 0; i < 3000; i++)
        fprintf(stream, "line %d\n", i);
    NUMBER(ftell(stream));
    OUTCOME(fseek(stream, 10, SEEK_SET));
    char line[32];
    observe("%s", fgets(line, sizeof line, stream) ? line : "nothing");
    NUMBER(ftell(stream));
    OUTCOME(fseek(stream, -12, SEEK_END));
    observe("%s", fgets(line, sizeof line, stream) ? line : "nothing");
    observe("%s", fgets(line, sizeof line, stream) ? line : "nothing");
    observe("%s", fgets(line, sizeof line, stream) ? line : "nothing");
    observe("at its end %d", feof(stream) != 0);
    OUTCOME(fseek(stream, -100000, SEEK_CUR));
    OUTCOME(fseek(stream, -1, SEEK_SET));
    NUMBER(ftell(stream));
    rewind(stream);
    observe("at its end %d", feof(stream) != 0);
    fpos_t place;
    OUTCOME(fseek(stream, 777, SEEK_SET));
    OUTCOME(fgetpos(stream, &place));
    OUTCOME(fseek(stream, 20000, SEEK_CUR));
    OUTCOME(fsetpos(stream, &place));
    NUMBER(ftell(stream));
    OUTCOME(fseek(stream, 100000, SEEK_SET));
    NUMBER(fgetc(stream) == EOF);
    NUMBER(fputc('!', stream));
    OUTCOME(fflush(stream));
    NUMBER(ftello(stream));
    OUTCOME(fclose(stream));
    observe_path("file");
    NEED(unlink("file"));
}

static void changes_of_direction(void) {
    topic("reading and writing in turns");
    write_file("file", "0123456789abcdefghij");
    FILE *stream = fopen("file", "r+");
    char bytes[8] = "";
    NUMBER(fread(bytes, 1, 4, stream));
    OUTCOME(fseek(stream, 0, SEEK_CUR));
    NUMBER(fwrite("WXYZ", 1, 4, stream));
    OUTCOME(fseek(stream, 0, SEEK_CUR));
    NUMBER(fread(bytes, 1, 4, stream));
    observe("%s", bytes);
    OUTCOME(fflush(stream));
    NUMBER(ftell(stream));
    NUMBER(lseek(fileno(stream), 0, SEEK_CUR));
    OUTCOME(fseek(stream, -2, SEEK_END));
    NUMBER(fwrite("!!!!", 1, 4, stream));
    rewind(stream);
    NUMBER(fread(bytes, 1, 7, stream));
    observe("%s", bytes);
    OUTCOME(fclose(stream));
    observe_path("file");

    stream = fopen("file", "a+");
    NUMBER(fread(bytes, 1, 2, stream));
    OUTCOME(fseek(stream, 5, SEEK_SET));
    NUMBER(fwrite("end", 1, 3, stream));
    OUTCOME(fflush(stream));
    NUMBER(ftell(stream));
    OUTCOME(fclose(stream));
    observe_path("file");
    NEED(unlink("file"));
}

static void pushing_back(void) {
    topic("ungetc");
    write_file("file", "abcdef");
    FILE *stream = fopen("file", "r");
    NUMBER(fgetc(stream));
    NUMBER(ungetc('X', stream));
    NUMBER(ftell(stream));
    NUMBER(fgetc(stream));
    NUMBER(fgetc(stream));
    NUMBER(ungetc('Y', stream));
    OUTCOME(fseek(stream, 1, SEEK_CUR));
    NUMBER(fgetc(stream));
    while (fgetc(stream) != EOF)
        ;
    observe("at its end %d", feof(stream) != 0);
    NUMBER(ungetc('Z', stream));
    observe("at its end %d", feof(stream) != 0);
    NUMBER(fgetc(stream));
    NUMBER(fgetc(stream) == EOF);
    OUTCOME(fclose(stream));
    NEED(unlink("file"));
}

static long long size_of(const char *path) {
    struct stat status;
    return stat(path, &status) ? -1 : (long long)status.st_size;
}

static void buffering(void) {
    topic("setvbuf");
    static char buffer[5000];
    FILE *stream = fopen("file", "w");
    OUTCOME(setvbuf(stream, buffer, _IOFBF, sizeof buffer));
    fputs("not yet written", stream);
    NUMBER(size_of("file"));
    OUTCOME(fflush(stream));
    NUMBER(size_of("file"));
    OUTCOME(fclose(stream));
    stream = fopen("file", "w");
    OUTCOME(setvbuf(stream, NULL, _IONBF, 0));
    fputs("at once", stream);
    NUMBER(size_of("file"));
    OUTCOME(fclose(stream));
    stream = fopen("file", "w");
    OUTCOME(setvbuf(stream, buffer, _IOLBF, sizeof buffer));
    fputs("up to here\n", stream);
    NUMBER(size_of("file"));
    fputs("and no more", stream);
    NUMBER(size_of("file"));
    OUTCOME(fclose(stream));
    NUMBER(size_of("file"));
    NEED(unlink("file"));
}

static void reopening(void) {
    topic("freopen and fdopen");
    write_file("one", "the first");
    write_file("two", "the second");
    FILE *stream = fopen("one", "r");
    char bytes[16] = "";
    NUMBER(fread(bytes, 1, 3, stream));
    stream = freopen("two", "r+", stream);
    POINTER(stream);
    NUMBER(fread(bytes, 1, 6, stream));
    observe("%s", bytes);
    OUTCOME(fclose(stream));
    POINTER(fopen("absent", "r"));
    int fd = NEED(open("two", O_RDWR | O_APPEND));
    stream = fdopen(fd, "a");
    POINTER(stream);
    fprintf(stream, " and %d more", 7);
    NUMBER(ftell(stream));
    OUTCOME(fclose(stream));
    OUTCOME(close(fd));
    observe_path("two");
    NEED(unlink("one"));
    NEED(unlink("two"));
}

static void lines(void) {
    topic("lines and numbers");
    FILE *stream = fopen("file", "w+");
    for (int i = 0; i < 100; i++)
        fprintf(stream, "%d %.3f %s\n", i * i, i / 8.0, i % 2 ? "odd" : "even");
    fputs("the last without an end", stream);
    rewind(stream);
    int number, sum = 0, count = 0;
    double fraction;
    char word[8];
    while (fscanf(stream, "%d %lf %7s", &number, &fraction, word) == 3) {
        sum += number + (int)(fraction * 8) + word[0];
        count++;
    }
    observe("%d lines, sum %d", count, sum);
    rewind(stream);
    char *line = NULL;
    size_t size = 0;
    ssize_t length, longest = 0;
    for (count = 0; (length = getline(&line, &size, stream)) > 0; count++)
        longest = length > longest ? length : longest;
    observe("%d lines, the longest has %zd bytes", count, longest);
    free(line);
    OUTCOME(fclose(stream));
    NEED(unlink("file"));
}

static void large_blocks(void) {
    topic("large blocks");
    static char block[300000], back[300000];
    FILE *stream = fopen("file", "w+");
    uint64_t state = 7;
    size_t total = 0;
    for (int i = 0; i < 40; i++) {
        size_t length = next_random(&state) % (i % 4 ? 2000 : sizeof block);
        fill_pattern(block, length, total, 3);
        total += fwrite(block, 1, length, stream);
    }
    rewind(stream);
    size_t same = 0, count;
    for (size_t place = 0; (count = fread(back, 1, 65537, stream)) > 0; place += count) {
        fill_pattern(block, count, place, 3);
        same += memcmp(block, back, count) == 0 ? count : 0;
    }
    observe("%zu bytes written, %zu the same", total, same);
    OUTCOME(fclose(stream));
    observe_path("file");
    NEED(unlink("file"));
}

static void removed(void) {
    topic("a removed file");
    FILE *stream = fopen("file", "w+");
    fputs("kept", stream);
    OUTCOME(remove("file"));
    fputs(" until closed", stream);
    rewind(stream);
    char line[32];
    observe("%s", fgets(line, sizeof line, stream) ? line : "nothing");
    NUMBER(size_of("file"));
    OUTCOME(fclose(stream));
    OUTCOME(remove("file"));
}

int main(void) {
    modes();
    positions();
    changes_of_direction();
    pushing_back();
    buffering();
    reopening();
    lines();
    large_blocks();
    removed();
    return 0;
}
