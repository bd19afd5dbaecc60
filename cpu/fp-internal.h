/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the floating-point library share. */
#ifndef HYPSCOPE_CPU_FP_INTERNAL_H
#define HYPSCOPE_CPU_FP_INTERNAL_H

#include "cpu/fp.h"

__extension__ typedef unsigned __int128 fp_u128;

struct fp_fmt_info {
    uint8_t fbits;      /* F: bits of the fraction field */
    uint8_t ebits;      /* E: bits of the exponent field */
    int16_t min_exp;    /* exponent of the smallest normal number */
};

static const struct fp_fmt_info fp_fmts[4] = {
    [FP_H] = { 10, 5, -14 },
    [FP_S] = { 23, 8, -126 },
    [FP_D] = { 52, 11, -1022 },
};

/* FPType. Denormal numbers are NONZERO too. */
enum fp_type { FPT_ZERO, FPT_NONZERO, FPT_INF, FPT_QNAN, FPT_SNAN };

/* An unpacked operand. NONZERO: the value is man * 2^(exp - 63), and bit 63 of man is set. */
struct fp_val {
    enum fp_type type;
    bool sign;
    int exp;
    uint64_t man;
};

static inline void fp_raise(const struct fp_ctx *c, uint32_t flags)
{
    *c->fpsr |= flags;
}

static inline uint64_t fp_sign_bit(enum fp_fmt f, bool sign)
{
    return (uint64_t)sign << (fp_bits(f) - 1);
}

static inline bool fp_sign(enum fp_fmt f, uint64_t a)
{
    return (a >> (fp_bits(f) - 1)) & 1;
}

static inline uint64_t fp_infinity(enum fp_fmt f, bool sign)
{
    return fp_sign_bit(f, sign) | ones64(fp_fmts[f].ebits) << fp_fmts[f].fbits;
}

static inline uint64_t fp_max_normal(enum fp_fmt f, bool sign)
{
    return fp_infinity(f, sign) - 1;
}

static inline uint64_t fp_default_nan(enum fp_fmt f)
{
    return fp_infinity(f, false) | BIT64(fp_fmts[f].fbits - 1);
}

static inline bool fp_is_nan(enum fp_fmt f, uint64_t a)
{
    return fp_abs(f, a) > fp_infinity(f, false);
}

static inline bool fp_is_qnan(enum fp_fmt f, uint64_t a)
{
    return fp_abs(f, a) >= fp_default_nan(f);
}

static inline bool fp_is_snan(enum fp_fmt f, uint64_t a)
{
    return fp_is_nan(f, a) && !fp_is_qnan(f, a);
}

/* Are denormal numbers of this format flushed to zero? */
static inline bool fp_flushes(const struct fp_ctx *c, enum fp_fmt f)
{
    return c->fpcr & (f == FP_H ? FPCR_FZ16 : FPCR_FZ);
}

/* The flush of a denormal input, which FPUnpackBase does: for half precision it is silent. */
static inline uint64_t fp_flush_input(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    uint64_t mag = fp_abs(f, a);

    if (unlikely(mag != 0 && mag < BIT64(fp_fmts[f].fbits) && fp_flushes(c, f))) {
        if (f != FP_H) {
            fp_raise(c, FPSR_IDC);
        }
        return a ^ mag;
    }
    return a;
}

/* man shifted right by n >= 0, all bits that are lost ORed into bit 0 */
static inline uint64_t fp_shr_jam(uint64_t man, unsigned n)
{
    if (n == 0) {
        return man;
    }
    if (n > 63) {
        return man != 0;
    }
    return man >> n | (man << (64 - n) != 0);
}

/* Is the magnitude to be rounded up? rem: what is lost, in units where `half` is half of the last place kept. */
static inline bool fp_round_up(enum fp_rounding rm, bool sign, bool odd, uint64_t rem, uint64_t half)
{
    switch (rm) {
    case FPR_TIEEVEN:
        return rem > half || (rem == half && odd);
    case FPR_POSINF:
        return rem && !sign;
    case FPR_NEGINF:
        return rem && sign;
    case FPR_TIEAWAY:
        return rem >= half;
    case FPR_ZERO:
    case FPR_ODD:
        break;
    }
    return false;
}

/* FPUnpack */
struct fp_val fp_unpack(const struct fp_ctx *c, enum fp_fmt f, uint64_t a);
/* FPRound of man * 2^(exp - 63): bit 63 of man is set, bit 0 stands for everything below too. */
uint64_t fp_round(const struct fp_ctx *c, enum fp_fmt f, bool sign, int exp, uint64_t man, enum fp_rounding rm);
/* The same with the controls given: fz flushes denormal results, ahp means the alternative half-precision format. */
uint64_t fp_round_base(const struct fp_ctx *c, enum fp_fmt f, bool sign, int exp, uint64_t man, enum fp_rounding rm,
                       bool fz, bool ahp);
/* FPProcessNaN: a is a NaN */
uint64_t fp_process_nan(const struct fp_ctx *c, enum fp_fmt f, uint64_t a);
/* FPProcessNaNs: one of them is a NaN at least */
uint64_t fp_process_nans(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b);
/* Raises InvalidOp and gives the default NaN. */
uint64_t fp_invalid(const struct fp_ctx *c, enum fp_fmt f);

#endif
