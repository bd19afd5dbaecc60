/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacking, rounding, NaNs, and the arithmetic operations in integers. */
#include "cpu/fp.h"
#include "cpu/fp-fast.h"
#include "cpu/fp-internal.h"

/* An exact intermediate value man * 2^(exp - 125), man < 2^127, not normalised; zero is man == 0. */
struct fp_wide {
    bool sign;
    int exp;
    fp_u128 man;
};

struct fp_val fp_unpack(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    const struct fp_fmt_info *i = &fp_fmts[f];
    uint64_t frac;
    unsigned biased;
    struct fp_val v = { .type = FPT_NONZERO };

    a = fp_flush_input(c, f, a);
    frac = a & ones64(i->fbits);
    biased = (unsigned)(a >> i->fbits) & (unsigned)ones64(i->ebits);
    v.sign = fp_sign(f, a);
    if (biased == ones64(i->ebits)) {
        v.type = frac == 0 ? FPT_INF : frac >> (i->fbits - 1) ? FPT_QNAN : FPT_SNAN;
    } else if (biased != 0) {
        v.exp = (int)biased - 1 + i->min_exp;
        v.man = BIT64(63) | frac << (63 - i->fbits);
    } else if (frac == 0) {
        v.type = FPT_ZERO;
    } else {
        unsigned lz = (unsigned)__builtin_clzll(frac);

        v.exp = i->min_exp + 63 - i->fbits - (int)lz;
        v.man = frac << lz;
    }
    return v;
}

/* Overflow in FPRoundBase */
static uint64_t fp_overflow(const struct fp_ctx *c, enum fp_fmt f, bool sign, enum fp_rounding rm)
{
    bool to_inf = rm == FPR_TIEEVEN || (rm == FPR_POSINF && !sign) || (rm == FPR_NEGINF && sign);

    fp_raise(c, FPSR_OFC | FPSR_IXC);
    return to_inf ? fp_infinity(f, sign) : fp_max_normal(f, sign);
}

uint64_t fp_round_base(const struct fp_ctx *c, enum fp_fmt f, bool sign, int exp, uint64_t man, enum fp_rounding rm,
                       bool fz, bool ahp)
{
    const struct fp_fmt_info *i = &fp_fmts[f];
    unsigned drop = 63 - i->fbits;
    uint64_t bits, rem;
    int biased = exp - i->min_exp + 1;

    if (unlikely(biased <= 0)) {
        if (fz) {
            fp_raise(c, FPSR_UFC);
            return fp_sign_bit(f, sign);
        }
        man = fp_shr_jam(man, (unsigned)(1 - biased));
        bits = man >> drop;
        rem = man & ones64(drop);
        if (rem) {
            fp_raise(c, FPSR_UFC);
        }
    } else {
        /* The leading bit of the significand adds the one that the exponent field lacks. A product's exponent is below
           2048, so that even an overflowing double fits 64 bits here. */
        bits = ((uint64_t)(biased - 1) << i->fbits) + (man >> drop);
        rem = man & ones64(drop);
    }
    bits += fp_round_up(rm, sign, bits & 1, rem, BIT64(drop - 1));
    if (rm == FPR_ODD && rem) {
        bits |= 1;
    }
    if (unlikely(ahp)) {
        if (bits >> (i->ebits + i->fbits)) {
            fp_raise(c, FPSR_IOC);
            return fp_sign_bit(f, sign) | ones64(i->ebits + i->fbits);
        }
    } else if (unlikely(bits >= fp_infinity(f, false))) {
        return fp_overflow(c, f, sign, rm);
    }
    if (rem) {
        fp_raise(c, FPSR_IXC);
    }
    return fp_sign_bit(f, sign) | bits;
}

uint64_t fp_round(const struct fp_ctx *c, enum fp_fmt f, bool sign, int exp, uint64_t man, enum fp_rounding rm)
{
    return fp_round_base(c, f, sign, exp, man, rm, fp_flushes(c, f), false);
}

uint64_t fp_process_nan(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    if (fp_is_snan(f, a)) {
        fp_raise(c, FPSR_IOC);
        a |= BIT64(fp_fmts[f].fbits - 1);
    }
    return c->fpcr & FPCR_DN ? fp_default_nan(f) : a;
}

uint64_t fp_process_nans(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    if (fp_is_snan(f, a)) {
        return fp_process_nan(c, f, a);
    }
    if (fp_is_snan(f, b)) {
        return fp_process_nan(c, f, b);
    }
    return fp_process_nan(c, f, fp_is_nan(f, a) ? a : b);
}

/* FPProcessNaNs3: one of them is a NaN at least */
static uint64_t fp_process_nans3(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b, uint64_t d)
{
    if (fp_is_snan(f, a)) {
        return fp_process_nan(c, f, a);
    }
    if (fp_is_snan(f, b)) {
        return fp_process_nan(c, f, b);
    }
    if (fp_is_snan(f, d) || !fp_is_nan(f, a)) {
        return fp_process_nans(c, f, b, d);
    }
    return fp_process_nan(c, f, a);
}

uint64_t fp_invalid(const struct fp_ctx *c, enum fp_fmt f)
{
    fp_raise(c, FPSR_IOC);
    return fp_default_nan(f);
}

static inline bool fp_val_nan(const struct fp_val *v)
{
    return v->type >= FPT_QNAN;
}

/* ---- sums of exact values ---- */

static struct fp_wide fp_widen(const struct fp_val *v)
{
    struct fp_wide w = { .sign = v->sign, .exp = v->exp, .man = (fp_u128)v->man << 62 };

    return w;
}

/* The exact product of two finite values. Significands have at most 53 bits, so nothing is lost by the shift. */
static struct fp_wide fp_product(const struct fp_val *a, const struct fp_val *b)
{
    struct fp_wide w = { .sign = a->sign ^ b->sign, .exp = a->exp + b->exp, .man = (fp_u128)a->man * b->man >> 1 };

    return w;
}

static fp_u128 fp_shr_jam128(fp_u128 man, int n)
{
    if (n == 0) {
        return man;
    }
    if (n > 127) {
        return man != 0;
    }
    return man >> n | (man << (128 - n) != 0);
}

/*
 * a + b, multiplied by 2^scale and rounded. An exact zero takes its sign from the rounding mode: the caller has dealt
 * with two zeros of one sign. Bits are lost in aligning only where the exponents differ so much that at most two
 * leading bits cancel, so that the jammed bit stays far below the place of rounding.
 */
static uint64_t fp_round_sum(const struct fp_ctx *c, enum fp_fmt f, struct fp_wide a, struct fp_wide b, int scale)
{
    enum fp_rounding rm = fp_rmode(c);
    struct fp_wide r;
    uint64_t hi, lo;
    unsigned lz;

    if (a.man == 0) {
        a.exp = b.exp;
    } else if (b.man == 0) {
        b.exp = a.exp;
    }
    if (a.exp >= b.exp) {
        b.man = fp_shr_jam128(b.man, a.exp - b.exp);
        r.exp = a.exp;
    } else {
        a.man = fp_shr_jam128(a.man, b.exp - a.exp);
        r.exp = b.exp;
    }
    if (a.sign == b.sign) {
        r.sign = a.sign;
        r.man = a.man + b.man;
    } else {
        r.sign = a.man >= b.man ? a.sign : b.sign;
        r.man = a.man >= b.man ? a.man - b.man : b.man - a.man;
    }
    hi = (uint64_t)(r.man >> 64);
    lo = (uint64_t)r.man;
    if (hi == 0 && lo == 0) {
        return fp_sign_bit(f, rm == FPR_NEGINF);
    }
    lz = hi ? (unsigned)__builtin_clzll(hi) : 64 + (unsigned)__builtin_clzll(lo);
    r.man <<= lz;
    hi = (uint64_t)(r.man >> 64) | ((uint64_t)r.man != 0);
    return fp_round(c, f, r.sign, r.exp + 2 - (int)lz + scale, hi, rm);
}

/* ---- operations ---- */

uint64_t fp_add(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    struct fp_val x, y;
    uint64_t r;

    if (likely(fp_fast_add(c, f, a, b, &r))) {
        return r;
    }
    x = fp_unpack(c, f, a);
    y = fp_unpack(c, f, b);
    if (fp_val_nan(&x) || fp_val_nan(&y)) {
        return fp_process_nans(c, f, a, b);
    }
    if (x.type == FPT_INF || y.type == FPT_INF) {
        if (x.type == y.type && x.sign != y.sign) {
            return fp_invalid(c, f);
        }
        return fp_infinity(f, x.type == FPT_INF ? x.sign : y.sign);
    }
    if (x.type == FPT_ZERO && y.type == FPT_ZERO && x.sign == y.sign) {
        return fp_sign_bit(f, x.sign);
    }
    return fp_round_sum(c, f, fp_widen(&x), fp_widen(&y), 0);
}

uint64_t fp_sub(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    /* FPSub passes a NaN through with its own sign. */
    if (unlikely(fp_is_nan(f, b))) {
        (void)fp_flush_input(c, f, a);
        return fp_process_nans(c, f, a, b);
    }
    return fp_add(c, f, a, fp_neg(f, b));
}

static uint64_t fp_mul_base(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b, bool mulx)
{
    struct fp_val x = fp_unpack(c, f, a), y = fp_unpack(c, f, b);
    bool sign = x.sign ^ y.sign;
    fp_u128 p;
    unsigned lz;

    if (fp_val_nan(&x) || fp_val_nan(&y)) {
        return fp_process_nans(c, f, a, b);
    }
    if (x.type == FPT_INF || y.type == FPT_INF) {
        if (x.type != FPT_ZERO && y.type != FPT_ZERO) {
            return fp_infinity(f, sign);
        }
        return mulx ? fp_sign_bit(f, sign) | BIT64(fp_bits(f) - 2) : fp_invalid(c, f);
    }
    if (x.type == FPT_ZERO || y.type == FPT_ZERO) {
        return fp_sign_bit(f, sign);
    }
    p = (fp_u128)x.man * y.man;
    lz = !(p >> 127);
    p <<= lz;
    return fp_round(c, f, sign, x.exp + y.exp + 1 - (int)lz, (uint64_t)(p >> 64) | ((uint64_t)p != 0), fp_rmode(c));
}

uint64_t fp_mul(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    uint64_t r;

    return likely(fp_fast_mul(c, f, a, b, &r)) ? r : fp_mul_base(c, f, a, b, false);
}

uint64_t fp_mulx(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    uint64_t r;

    return likely(fp_fast_mul(c, f, a, b, &r)) ? r : fp_mul_base(c, f, a, b, true);
}

uint64_t fp_div(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    struct fp_val x, y;
    uint64_t r, q;
    fp_u128 num;
    unsigned low;
    bool sign;

    if (likely(fp_fast_div(c, f, a, b, &r))) {
        return r;
    }
    x = fp_unpack(c, f, a);
    y = fp_unpack(c, f, b);
    sign = x.sign ^ y.sign;
    if (fp_val_nan(&x) || fp_val_nan(&y)) {
        return fp_process_nans(c, f, a, b);
    }
    if (x.type == y.type && x.type != FPT_NONZERO) {
        return fp_invalid(c, f);
    }
    if (x.type == FPT_INF || y.type == FPT_ZERO) {
        fp_raise(c, x.type == FPT_INF ? 0 : FPSR_DZC);
        return fp_infinity(f, sign);
    }
    if (x.type == FPT_ZERO || y.type == FPT_INF) {
        return fp_sign_bit(f, sign);
    }
    /* a quotient of exactly 64 bits */
    low = x.man < y.man;
    num = (fp_u128)x.man << (63 + low);
    q = (uint64_t)(num / y.man);
    q |= (fp_u128)q * y.man != num;
    return fp_round(c, f, sign, x.exp - y.exp - (int)low, q, fp_rmode(c));
}

/* floor(sqrt(v)); *inexact: there is a remainder */
static uint64_t fp_isqrt(fp_u128 v, bool *inexact)
{
    fp_u128 rem = 0, root = 0;

    for (unsigned i = 0; i < 64; i++) {
        rem = rem << 2 | v >> 126;
        v <<= 2;
        root <<= 1;
        if (rem > root << 1) {
            rem -= root << 1 | 1;
            root |= 1;
        }
    }
    *inexact = rem != 0;
    return (uint64_t)root;
}

uint64_t fp_sqrt(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    struct fp_val x;
    uint64_t r;
    bool inexact;
    int odd;

    if (likely(fp_fast_sqrt(c, f, a, &r))) {
        return r;
    }
    x = fp_unpack(c, f, a);
    if (fp_val_nan(&x)) {
        return fp_process_nan(c, f, a);
    }
    if (x.type == FPT_ZERO) {
        return fp_sign_bit(f, x.sign);
    }
    if (x.sign) {
        return fp_invalid(c, f);
    }
    if (x.type == FPT_INF) {
        return a;
    }
    odd = x.exp & 1;
    r = fp_isqrt((fp_u128)x.man << (63 + odd), &inexact);
    return fp_round(c, f, false, (x.exp - odd) / 2, r | inexact, fp_rmode(c));
}

uint64_t fp_muladd(const struct fp_ctx *c, enum fp_fmt f, uint64_t addend, uint64_t a, uint64_t b)
{
    struct fp_val z, x, y;
    bool invalid, sign, inf;
    uint64_t r;

    if (likely(fp_fast_muladd(c, f, addend, a, b, &r))) {
        return r;
    }
    z = fp_unpack(c, f, addend);
    x = fp_unpack(c, f, a);
    y = fp_unpack(c, f, b);
    invalid = (x.type == FPT_INF && y.type == FPT_ZERO) || (x.type == FPT_ZERO && y.type == FPT_INF);
    if (fp_val_nan(&z) || fp_val_nan(&x) || fp_val_nan(&y)) {
        return z.type == FPT_QNAN && invalid ? fp_invalid(c, f) : fp_process_nans3(c, f, addend, a, b);
    }
    sign = x.sign ^ y.sign;
    inf = x.type == FPT_INF || y.type == FPT_INF;
    if (invalid || (inf && z.type == FPT_INF && z.sign != sign)) {
        return fp_invalid(c, f);
    }
    if (inf || z.type == FPT_INF) {
        return fp_infinity(f, inf ? sign : z.sign);
    }
    if (z.type == FPT_ZERO && (x.type == FPT_ZERO || y.type == FPT_ZERO) && z.sign == sign) {
        return fp_sign_bit(f, sign);
    }
    return fp_round_sum(c, f, fp_widen(&z), fp_product(&x, &y), 0);
}

/* The reciprocal steps: k - a * b, times 2^scale. k is given as a significand of 64 bits with exponent 1. */
static uint64_t fp_step(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b, uint64_t k, int scale)
{
    const struct fp_val kv = { .type = FPT_NONZERO, .exp = 1, .man = k };
    struct fp_val x, y;

    a = fp_neg(f, a);   /* before NaNs are looked at: a NaN is passed on with its sign changed */
    x = fp_unpack(c, f, a);
    y = fp_unpack(c, f, b);
    if (fp_val_nan(&x) || fp_val_nan(&y)) {
        return fp_process_nans(c, f, a, b);
    }
    if (x.type == FPT_INF || y.type == FPT_INF) {
        if (x.type != FPT_ZERO && y.type != FPT_ZERO) {
            return fp_infinity(f, x.sign ^ y.sign);
        }
        x.type = y.type = FPT_ZERO;
        x.man = 0;
    }
    return fp_round_sum(c, f, fp_widen(&kv), fp_product(&x, &y), scale);
}

uint64_t fp_recip_step(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    return fp_step(c, f, a, b, UINT64_C(1) << 63, 0);
}

uint64_t fp_rsqrt_step(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    return fp_step(c, f, a, b, UINT64_C(3) << 62, -1);
}
