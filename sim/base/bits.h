/* SPDX-License-Identifier: Apache-2.0 */
/* Bit helpers with the meaning of the Arm ARM's pseudocode functions. */
#ifndef HYPSCOPE_BASE_BITS_H
#define HYPSCOPE_BASE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define must_check __attribute__((warn_unused_result))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define BIT64(n) (UINT64_C(1) << (n))

/* v<hi:lo> */
static inline uint64_t bits64(uint64_t v, unsigned hi, unsigned lo)
{
    return (v >> lo) & (~UINT64_C(0) >> (63 - (hi - lo)));
}

/* v<hi:lo> of an instruction word */
static inline uint32_t bits32(uint32_t v, unsigned hi, unsigned lo)
{
    return (v >> lo) & (~UINT32_C(0) >> (31 - (hi - lo)));
}

static inline uint32_t bit32(uint32_t v, unsigned n)
{
    return (v >> n) & 1;
}

static inline uint64_t bit64(uint64_t v, unsigned n)
{
    return (v >> n) & 1;
}

/* Ones(n): n in 0..64 */
static inline uint64_t ones64(unsigned n)
{
    return n >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;
}

/* SignExtend(v<n-1:0>, 64), n in 1..64 */
static inline int64_t sext64(uint64_t v, unsigned n)
{
    return (int64_t)(v << (64 - n)) >> (64 - n);
}

/* ROR(v, n) of 64 bits, any n */
static inline uint64_t ror64(uint64_t v, unsigned n)
{
    n &= 63;
    return (v >> n) | (v << ((64 - n) & 63));
}

/* ROR(v, n) of 32 bits, any n */
static inline uint32_t ror32(uint32_t v, unsigned n)
{
    n &= 31;
    return (v >> n) | (v << ((32 - n) & 31));
}

/* v with field <hi:lo> replaced by f */
static inline uint64_t set_bits64(uint64_t v, unsigned hi, unsigned lo, uint64_t f)
{
    uint64_t m = ones64(hi - lo + 1) << lo;
    return (v & ~m) | ((f << lo) & m);
}

#endif
