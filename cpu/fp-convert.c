/* SPDX-License-Identifier: Apache-2.0 */
/* Conversion between formats, and to and from integers and fixed-point numbers. */
#include "cpu/fp.h"
#include "cpu/fp-internal.h"

/*
 * The magnitude man * 2^(exp - 63), exp < 64, as an integer and what is lost: rem in units of 2^-64, bit 0 of it
 * standing for everything below too.
 */
static uint64_t fp_split(int exp, uint64_t man, uint64_t *rem)
{
    if (exp < 0) {
        *rem = fp_shr_jam(man, (unsigned)(-1 - exp));
        return 0;
    }
    *rem = exp == 63 ? 0 : man << (exp + 1);
    return man >> (63 - exp);
}

uint64_t fp_round_int(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, enum fp_rounding rm, bool exact)
{
    const struct fp_fmt_info *i = &fp_fmts[f];
    struct fp_val v = fp_unpack(c, f, a);
    uint64_t n, rem;
    unsigned lz;

    if (v.type >= FPT_QNAN) {
        return fp_process_nan(c, f, a);
    }
    if (v.type == FPT_ZERO) {
        return fp_sign_bit(f, v.sign);
    }
    if (v.type == FPT_INF || v.exp >= i->fbits) {
        return a;
    }
    n = fp_split(v.exp, v.man, &rem);
    n += fp_round_up(rm, v.sign, n & 1, rem, BIT64(63));
    if (rem && exact) {
        fp_raise(c, FPSR_IXC);
    }
    if (n == 0) {
        return fp_sign_bit(f, v.sign);
    }
    lz = (unsigned)__builtin_clzll(n);
    return fp_round(c, f, v.sign, 63 - (int)lz, n << lz, FPR_ZERO);
}

/* SatQ of a result that is out of range */
static uint64_t fp_saturate(const struct fp_ctx *c, bool sign, bool is_unsigned, unsigned m)
{
    fp_raise(c, FPSR_IOC);
    if (is_unsigned) {
        return sign ? 0 : ones64(m);
    }
    return sign ? BIT64(m - 1) : ones64(m - 1);
}

uint64_t fp_to_fixed(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, unsigned fbits, bool is_unsigned,
                     enum fp_rounding rm, unsigned m)
{
    struct fp_val v = fp_unpack(c, f, a);
    uint64_t n, rem, max;

    if (v.type >= FPT_QNAN) {
        fp_raise(c, FPSR_IOC);
        return 0;
    }
    if (v.type == FPT_ZERO) {
        return 0;
    }
    if (v.type == FPT_INF || v.exp + (int)fbits >= 64) {
        return fp_saturate(c, v.sign, is_unsigned, m);
    }
    n = fp_split(v.exp + (int)fbits, v.man, &rem);
    n += fp_round_up(rm, v.sign, n & 1, rem, BIT64(63));
    if (is_unsigned) {
        max = v.sign ? 0 : ones64(m);
    } else {
        max = ones64(m - 1) + v.sign;
    }
    if (n > max) {
        return fp_saturate(c, v.sign, is_unsigned, m);
    }
    if (rem) {
        fp_raise(c, FPSR_IXC);
    }
    return (v.sign ? -n : n) & ones64(m);
}

uint64_t fp_from_fixed(const struct fp_ctx *c, enum fp_fmt f, uint64_t v, unsigned fbits, bool is_unsigned,
                       enum fp_rounding rm)
{
    bool sign = !is_unsigned && v >> 63;
    uint64_t man = sign ? -v : v;
    unsigned lz;

    if (man == 0) {
        return 0;
    }
    lz = (unsigned)__builtin_clzll(man);
    return fp_round(c, f, sign, 63 - (int)(lz + fbits), man << lz, rm);
}

/* FPConvertNaN: the leading bits of the fraction are kept, and the NaN is quiet. */
static uint64_t fp_convert_nan(enum fp_fmt to, enum fp_fmt from, uint64_t a)
{
    uint64_t frac = (a & ones64(fp_fmts[from].fbits)) << (52 - fp_fmts[from].fbits);

    return fp_sign_bit(to, fp_sign(from, a)) | fp_default_nan(to) | frac >> (52 - fp_fmts[to].fbits);
}

/* FPUnpackCV of a half-precision number in the alternative format: the largest exponent is one as any other. */
static struct fp_val fp_unpack_ahp(const struct fp_ctx *c, uint64_t a)
{
    struct fp_val v;

    if ((a & 0x7c00) != 0x7c00) {
        return fp_unpack(c, FP_H, a);
    }
    v.type = FPT_NONZERO;
    v.sign = fp_sign(FP_H, a);
    v.exp = 16;
    v.man = BIT64(63) | (a & 0x3ff) << 53;
    return v;
}

uint64_t fp_convert(const struct fp_ctx *c, enum fp_fmt to, enum fp_fmt from, uint64_t a, enum fp_rounding rm)
{
    /* FPUnpackCV and FPRoundCV do without FZ16. */
    const struct fp_ctx cv = { c->fpcr & ~FPCR_FZ16, c->fpsr };
    bool ahp = c->fpcr & FPCR_AHP, to_ahp = ahp && to == FP_H;
    struct fp_val v = ahp && from == FP_H ? fp_unpack_ahp(&cv, a) : fp_unpack(&cv, from, a);

    switch (v.type) {
    case FPT_ZERO:
        return fp_sign_bit(to, v.sign);
    case FPT_INF:
        if (to_ahp) {
            fp_raise(c, FPSR_IOC);
            return fp_sign_bit(FP_H, v.sign) | 0x7fff;
        }
        return fp_infinity(to, v.sign);
    case FPT_QNAN:
    case FPT_SNAN:
        if (to_ahp || v.type == FPT_SNAN) {
            fp_raise(c, FPSR_IOC);
        }
        if (to_ahp) {
            return fp_sign_bit(FP_H, v.sign);
        }
        return c->fpcr & FPCR_DN ? fp_default_nan(to) : fp_convert_nan(to, from, a);
    case FPT_NONZERO:
        break;
    }
    return fp_round_base(&cv, to, v.sign, v.exp, v.man, rm, fp_flushes(&cv, to), to_ahp);
}

uint64_t fp_expand_imm(enum fp_fmt f, uint8_t imm8)
{
    const struct fp_fmt_info *i = &fp_fmts[f];
    unsigned rep = i->ebits - 3u;
    uint64_t b = bit32(imm8, 6);
    uint64_t exp = (b ^ 1) << (i->ebits - 1) | (b ? ones64(rep) : 0) << 2 | bits32(imm8, 5, 4);

    return fp_sign_bit(f, imm8 >> 7) | exp << i->fbits | (uint64_t)(imm8 & 15) << (i->fbits - 4);
}
