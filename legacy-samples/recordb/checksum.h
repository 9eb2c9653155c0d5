#ifndef CHECKSUM_H
#define CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#define CHECKSUM_SEED 0xcbf29ce484222325u

/* 64-bit FNV-1a over `length` bytes, continuing from `seed`. */
uint64_t checksum(uint64_t seed, const void *bytes, size_t length);

#endif
