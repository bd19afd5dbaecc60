/* SPDX-License-Identifier: Apache-2.0 */
/* What the devices share: sub-word register access, digests, pseudorandom numbers. */
#ifndef HYPSCOPE_SIM_DEV_H
#define HYPSCOPE_SIM_DEV_H

#include "sim/base/bits.h"

#include <zlib.h>

/* Bytes [off & 3, +size) of the 32-bit register at off & ~3 whose value is reg; an 8-byte read has zeroes above. */
static inline uint64_t dev_part(uint32_t reg, uint64_t off, unsigned size)
{
    return (reg >> (8 * (off & 3))) & ones64(8 * size);
}

/* Continue a zlib crc32 with a number in little-endian form, so that the digest has no padding and no host order. */
static inline uint32_t digest_u64(uint32_t crc, uint64_t v)
{
    uint8_t b[8];
    for (unsigned i = 0; i < 8; i++) {
        b[i] = (uint8_t)(v >> (8 * i));
    }
    return (uint32_t)crc32(crc, b, sizeof(b));
}

static inline uint32_t digest_bytes(uint32_t crc, const void *p, size_t len)
{
    return len == 0 ? crc : (uint32_t)crc32_z(crc, p, len);
}

/* splitmix64 of Steele, Lea, Flood: "Fast splittable pseudorandom number generators" (OOPSLA 2014). */
static inline uint64_t splitmix64(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

#endif
