/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_TIMING_GEN_H
#define TEST_TIMING_GEN_H

#include <stdint.h>

enum { BLOCK_MAX = 48, BLOCK_KINDS = 12 };

struct block {
    unsigned n;
    uint32_t word[BLOCK_MAX];
    const char *kind;       /* what it is made of: "alu", "load"... */
};

/* n blocks, the i-th of kind i % BLOCK_KINDS; the same for the same seed. To be freed. */
struct block *make_blocks(unsigned n, uint64_t seed);

#endif
