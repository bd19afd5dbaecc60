/* SPDX-License-Identifier: Apache-2.0 */
/* What the two sides of the floating-point comparison exchange: both are little-endian and 64-bit. */
#ifndef FP_CASE_H
#define FP_CASE_H

#include <stdint.h>

/* Registers that an instruction under test may use: V0..V3 and V31, X0..X3. V4..V30 are read only: see fp_fill. */
enum { FP_VREGS = 5, FP_XREGS = 4 };

struct fp_state {
    uint64_t v[FP_VREGS][2];
    uint64_t x[FP_XREGS];
    uint32_t fpcr, fpsr;
    uint32_t nzcv;      /* bits 31:28 */
    uint32_t word;      /* index of the instruction word */
};

/* The stream: this, n_words instruction words, n_cases states. The answer: n_cases states. */
struct fp_header {
    uint32_t n_words;
    uint32_t n_cases;
};

/* Contents of doubleword i of the read-only registers (i = 2 * register + half). */
static inline uint64_t fp_fill(unsigned i)
{
    static const uint64_t corner[8] = {
        0x3c00bc007e007d01, 0x3f80000080000001, 0x3ff0000000000000, 0x7fc00001ff800001,
        0x0001800003ff0400, 0x7f7fffff00800000, 0x7ff0000000000001, 0xc00921fb54442d18,
    };

    return i & 8 ? corner[i & 7] : i * UINT64_C(0x9e3779b97f4a7c15) ^ corner[i & 7];
}

#endif
