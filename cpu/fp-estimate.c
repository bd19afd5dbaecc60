/* SPDX-License-Identifier: Apache-2.0 */
/* Reciprocal and reciprocal square root estimates. */
#include "cpu/fp.h"
#include "cpu/fp-internal.h"

/* RecipEstimate: a in 256..511 stands for 0.5..1.0; the result in 256..511 for 1.0..2.0 */
static unsigned recip_estimate(unsigned a)
{
    a = a * 2 + 1;
    return ((1u << 19) / a + 1) / 2;
}

/* RecipSqrtEstimate: a in 128..511 stands for 0.25..1.0; the result in 256..511 for 1.0..2.0 */
static unsigned recip_sqrt_estimate(unsigned a)
{
    unsigned b = 512;

    if (a < 256) {
        a = a * 2 + 1;
    } else {
        a = ((a >> 1 << 1) + 1) * 2;
    }
    while (a * (b + 1) * (b + 1) < 1u << 28) {
        b++;
    }
    return (b + 1) / 2;
}

uint32_t fp_unsigned_recip_estimate(uint32_t a)
{
    return a >> 31 ? recip_estimate(a >> 23) << 23 : UINT32_MAX;
}

uint32_t fp_unsigned_rsqrt_estimate(uint32_t a)
{
    return a >> 30 ? recip_sqrt_estimate(a >> 23) << 23 : UINT32_MAX;
}

uint64_t fp_recip_estimate(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    const struct fp_fmt_info *i = &fp_fmts[f];
    struct fp_val v = fp_unpack(c, f, a);
    enum fp_rounding rm = fp_rmode(c);
    uint64_t sign = fp_sign_bit(f, v.sign), frac;
    int exp;

    if (v.type >= FPT_QNAN) {
        return fp_process_nan(c, f, a);
    }
    if (v.type == FPT_INF) {
        return sign;
    }
    if (v.type == FPT_ZERO) {
        fp_raise(c, FPSR_DZC);
        return fp_infinity(f, v.sign);
    }
    if (v.exp < i->min_exp - 2) {
        /* below 2^-16, 2^-128, 2^-1024: the reciprocal is out of range */
        bool to_inf = rm == FPR_TIEEVEN || (rm == FPR_POSINF && !v.sign) || (rm == FPR_NEGINF && v.sign);

        fp_raise(c, FPSR_OFC | FPSR_IXC);
        return to_inf ? fp_infinity(f, v.sign) : fp_max_normal(f, v.sign);
    }
    if (fp_flushes(c, f) && v.exp >= -i->min_exp) {
        fp_raise(c, FPSR_UFC);
        return sign;
    }
    /* the estimate's 8 fraction bits with the leading one, and the exponent field of the result */
    frac = recip_estimate((unsigned)(v.man >> 55));
    exp = -v.exp - i->min_exp;
    if (exp > 0) {
        return sign | (uint64_t)exp << i->fbits | (frac & 0xff) << (i->fbits - 8);
    }
    return sign | frac << (i->fbits - 8) >> (1 - exp);
}

uint64_t fp_rsqrt_estimate(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    const struct fp_fmt_info *i = &fp_fmts[f];
    struct fp_val v = fp_unpack(c, f, a);
    unsigned odd = v.exp & 1;
    uint64_t est;
    int exp;

    if (v.type >= FPT_QNAN) {
        return fp_process_nan(c, f, a);
    }
    if (v.type == FPT_ZERO) {
        fp_raise(c, FPSR_DZC);
        return fp_infinity(f, v.sign);
    }
    if (v.sign) {
        return fp_invalid(c, f);
    }
    if (v.type == FPT_INF) {
        return 0;
    }
    /* 0.5..1.0 times an even power of two, or 0.25..0.5 */
    est = recip_sqrt_estimate((unsigned)(v.man >> (odd ? 55 : 56)));
    exp = -(v.exp + 2 - (int)odd) / 2;
    return (uint64_t)(exp + 1 - i->min_exp) << i->fbits | (est & 0xff) << (i->fbits - 8);
}

uint64_t fp_recpx(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    const struct fp_fmt_info *i = &fp_fmts[f];
    uint64_t mask = ones64(i->ebits), exp = a >> i->fbits & mask, sign = fp_sign_bit(f, fp_sign(f, a));

    if (fp_is_nan(f, a)) {
        return fp_process_nan(c, f, a);
    }
    (void)fp_flush_input(c, f, a);
    return sign | (exp == 0 ? mask - 1 : ~exp & mask) << i->fbits;
}
