#include "checksum.h"

uint64_t checksum(uint64_t seed, const void *bytes, size_t length) {
    const unsigned char *byte = bytes;
    while (length--)
        seed = (seed ^ *byte++) * 0x100000001b3u;
    return seed;
}
