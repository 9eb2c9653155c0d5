/* pipeline: applies the steps in /etc/pipeline.conf to every image in /in and writes the results to /out.
 * Images are binary PPM. Steps, one a line: `gray`, `invert`, `blur RADIUS`, `halve`. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CHANNELS = 3, LARGEST = 1 << 14, STEPS = 16 };

struct image {
    int width, height;
    unsigned char *pixels;
};

struct step {
    char name[16];
    int amount;
};

static void fail(const char *what, const char *why) {
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static unsigned char *allocate(int width, int height) {
    unsigned char *pixels = calloc((size_t)width * height, CHANNELS);
    if (pixels == NULL) fail("image", "too large for the memory there is");
    return pixels;
}

static struct image load(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail(path, strerror(errno));
    struct image image;
    int most;
    if (fscanf(file, "P6 %d %d %d", &image.width, &image.height, &most) != 3 || fgetc(file) == EOF ||
        most != 255 || image.width < 1 || image.width > LARGEST || image.height < 1 ||
        image.height > LARGEST) {
        fail(path, "not a binary PPM of 8 bits");
    }
    image.pixels = allocate(image.width, image.height);
    size_t size = (size_t)image.width * image.height * CHANNELS;
    if (fread(image.pixels, 1, size, file) != size) fail(path, "ends early");
    fclose(file);
    return image;
}

static void save(const char *path, const struct image *image) {
    FILE *file = fopen(path, "wb");
    if (file == NULL) fail(path, strerror(errno));
    fprintf(file, "P6\n%d %d\n255\n", image->width, image->height);
    size_t size = (size_t)image->width * image->height * CHANNELS;
    if (fwrite(image->pixels, 1, size, file) != size || fclose(file) != 0) fail(path, strerror(errno));
}

static unsigned char *at(const struct image *image, int x, int y) {
    return image->pixels + ((size_t)y * image->width + x) * CHANNELS;
}

static void gray(struct image *image) {
    for (int i = 0; i < image->width * image->height; i++) {
        unsigned char *pixel = image->pixels + (size_t)i * CHANNELS;
        memset(pixel, (299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2]) / 1000, CHANNELS);
    }
}

static void invert(struct image *image) {
    for (int i = 0; i < image->width * image->height * CHANNELS; i++) image->pixels[i] ^= 0xff;
}

static void blur(struct image *image, int radius) {
    struct image blurred = {image->width, image->height, allocate(image->width, image->height)};
    for (int y = 0; y < image->height; y++) {
        for (int x = 0; x < image->width; x++) {
            for (int channel = 0; channel < CHANNELS; channel++) {
                long sum = 0, count = 0;
                for (int dy = -radius; dy <= radius; dy++) {
                    for (int dx = -radius; dx <= radius; dx++) {
                        int u = x + dx, v = y + dy;
                        if (u < 0 || u >= image->width || v < 0 || v >= image->height) continue;
                        sum += at(image, u, v)[channel];
                        count++;
                    }
                }
                at(&blurred, x, y)[channel] = sum / count;
            }
        }
    }
    free(image->pixels);
    *image = blurred;
}

static void halve(struct image *image) {
    struct image half = {(image->width + 1) / 2, (image->height + 1) / 2, NULL};
    half.pixels = allocate(half.width, half.height);
    for (int y = 0; y < half.height; y++) {
        for (int x = 0; x < half.width; x++) memcpy(at(&half, x, y), at(image, 2 * x, 2 * y), CHANNELS);
    }
    free(image->pixels);
    *image = half;
}

static void apply(const struct step *step, struct image *image) {
    if (strcmp(step->name, "gray") == 0) gray(image);
    else if (strcmp(step->name, "invert") == 0) invert(image);
    else if (strcmp(step->name, "blur") == 0) blur(image, step->amount);
    else if (strcmp(step->name, "halve") == 0) halve(image);
    else fail(step->name, "no such step");
}

static int configuration(struct step *steps) {
    FILE *file = fopen("/etc/pipeline.conf", "r");
    if (file == NULL) fail("/etc/pipeline.conf", strerror(errno));
    int count = 0;
    char line[64];
    while (count < STEPS && fgets(line, sizeof line, file) != NULL) {
        struct step *step = &steps[count];
        step->amount = 1;
        if (line[0] != '#' && sscanf(line, "%15s %d", step->name, &step->amount) >= 1) count++;
    }
    fclose(file);
    return count;
}

int main(void) {
    struct step steps[STEPS];
    int count = configuration(steps);
    if (mkdir("/out", 0755) != 0 && errno != EEXIST) fail("/out", strerror(errno));
    DIR *in = opendir("/in");
    if (in == NULL) fail("/in", strerror(errno));
    for (struct dirent *entry; (entry = readdir(in)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        char from[300], to[300];
        snprintf(from, sizeof from, "/in/%s", entry->d_name);
        snprintf(to, sizeof to, "/out/%s", entry->d_name);
        struct image image = load(from);
        for (int i = 0; i < count; i++) apply(&steps[i], &image);
        save(to, &image);
        printf("%s: %d x %d after %d steps\n", entry->d_name, image.width, image.height, count);
        free(image.pixels);
    }
    closedir(in);
    return 0;
}
