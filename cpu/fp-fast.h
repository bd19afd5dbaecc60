/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short cuts through the host's floating point for single and double precision. Each gives a result only where result
 * and flags are certain to equal those of the integer code in fp.c: round to nearest, operands that are normal
 * numbers or zeros (so FZ and DN have no effect), a result that is zero without underflow or a normal number away
 * from the smallest one (so tininess cannot arise). Inexactness is computed, or known to be in FPSR.IXC already. The
 * host's rounding mode and flags are neither read nor written.
 *
 * Wants strict IEEE arithmetic in the operands' own format; other hosts get no short cuts. Contraction to fused
 * operations cannot change anything here: the only product that is added to something is exact.
 */
#ifndef HYPSCOPE_CPU_FP_FAST_H
#define HYPSCOPE_CPU_FP_FAST_H

#include <float.h>
#include <string.h>
#include "cpu/fp-internal.h"

#if (defined(__SSE2__) || defined(__aarch64__)) && FLT_EVAL_METHOD == 0 && !defined(__FAST_MATH__) \
    && !defined(HYPSCOPE_FP_NO_FAST)
#define FP_FAST 1
#else
#define FP_FAST 0
#endif

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

static inline float fp_to_host_s(uint64_t a)
{
    uint32_t w = (uint32_t)a;
    float x;

    memcpy(&x, &w, sizeof(x));
    return x;
}

static inline uint64_t fp_from_host_s(float x)
{
    uint32_t w;

    memcpy(&w, &x, sizeof(w));
    return w;
}

static inline double fp_to_host_d(uint64_t a)
{
    double x;

    memcpy(&x, &a, sizeof(x));
    return x;
}

static inline uint64_t fp_from_host_d(double x)
{
    uint64_t a;

    memcpy(&a, &x, sizeof(a));
    return a;
}

/* a normal number or zero */
static inline bool fp_fast_operand(enum fp_fmt f, uint64_t a)
{
    uint64_t mag = fp_abs(f, a);

    return mag - BIT64(fp_fmts[f].fbits) < fp_infinity(f, false) - BIT64(fp_fmts[f].fbits) || mag == 0;
}

/* a normal number of at least twice the smallest one */
static inline bool fp_fast_result(enum fp_fmt f, uint64_t a)
{
    return fp_abs(f, a) - (BIT64(fp_fmts[f].fbits) << 1) < fp_infinity(f, false) - (BIT64(fp_fmts[f].fbits) << 1);
}

static inline bool fp_fast_mode(const struct fp_ctx *c)
{
    return FP_FAST && !(c->fpcr & FPCR_RMODE);
}

static inline bool fp_ixc(const struct fp_ctx *c)
{
    return *c->fpsr & FPSR_IXC;
}

static inline void fp_fast_inexact(const struct fp_ctx *c, bool inexact)
{
    if (inexact) {
        fp_raise(c, FPSR_IXC);
    }
}

/* Is s = a + b, rounded to nearest, inexact? (Knuth's exact error of a sum) */
static inline bool fp_sum_inexact_s(float a, float b, float s)
{
    float t = s - a;

    return (a - (s - t)) + (b - t) != 0.0f;
}

static inline bool fp_sum_inexact_d(double a, double b, double s)
{
    double t = s - a;

    return (a - (s - t)) + (b - t) != 0.0;
}

static inline bool fp_fast_add(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b, uint64_t *res)
{
    bool inexact;
    uint64_t r;

    if (!fp_fast_mode(c) || f == FP_H || !fp_fast_operand(f, a) || !fp_fast_operand(f, b)) {
        return false;
    }
    if (f == FP_S) {
        float x = fp_to_host_s(a), y = fp_to_host_s(b), s = x + y;

        r = fp_from_host_s(s);
        inexact = !fp_ixc(c) && fp_sum_inexact_s(x, y, s);
    } else {
        double x = fp_to_host_d(a), y = fp_to_host_d(b), s = x + y;

        r = fp_from_host_d(s);
        inexact = !fp_ixc(c) && fp_sum_inexact_d(x, y, s);
    }
    if (!fp_fast_result(f, r) && fp_abs(f, r) != 0) {
        return false;
    }
    fp_fast_inexact(c, inexact);
    *res = r;
    return true;
}

static inline bool fp_fast_mul(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b, uint64_t *res)
{
    bool inexact = false;
    uint64_t r;

    if (!fp_fast_mode(c) || f == FP_H || !fp_fast_operand(f, a) || !fp_fast_operand(f, b)) {
        return false;
    }
    if (f == FP_S) {
        double p = (double)fp_to_host_s(a) * (double)fp_to_host_s(b);
        float s = (float)p;

        r = fp_from_host_s(s);
        inexact = (double)s != p;
    } else if (fp_ixc(c)) {
        r = fp_from_host_d(fp_to_host_d(a) * fp_to_host_d(b));
    } else {
        return false;
    }
    if (!fp_fast_result(f, r)) {
        return false;
    }
    fp_fast_inexact(c, inexact);
    *res = r;
    return true;
}

static inline bool fp_fast_div(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b, uint64_t *res)
{
    bool inexact = false;
    uint64_t r;

    if (!fp_fast_mode(c) || f == FP_H || !fp_fast_operand(f, a) || !fp_fast_operand(f, b) || fp_abs(f, b) == 0) {
        return false;
    }
    if (f == FP_S) {
        float x = fp_to_host_s(a), y = fp_to_host_s(b), q = x / y;

        r = fp_from_host_s(q);
        inexact = (double)q * (double)y != (double)x;
    } else if (fp_ixc(c)) {
        r = fp_from_host_d(fp_to_host_d(a) / fp_to_host_d(b));
    } else {
        return false;
    }
    if (!fp_fast_result(f, r)) {
        return false;
    }
    fp_fast_inexact(c, inexact);
    *res = r;
    return true;
}

/* The host's square root instruction. The C library's function could set errno. */
static inline double fp_host_sqrt(double x)
{
#if defined(__SSE2__)
    __m128d v = _mm_set_sd(x);

    return _mm_cvtsd_f64(_mm_sqrt_sd(v, v));
#elif defined(__aarch64__)
    return vget_lane_f64(vsqrt_f64(vdup_n_f64(x)), 0);
#else
    return x;
#endif
}

static inline bool fp_fast_sqrt(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t *res)
{
    if (!fp_fast_mode(c) || f == FP_H || fp_sign(f, a) || !fp_fast_operand(f, a) || a == 0) {
        return false;
    }
    if (f == FP_S) {
        /* Rounding the root to double first is harmless: no root of a 24-bit number lies that near to a midpoint. */
        double x = (double)fp_to_host_s(a);
        float r = (float)fp_host_sqrt(x);

        *res = fp_from_host_s(r);
        fp_fast_inexact(c, (double)r * (double)r != x);
        return true;
    }
    if (!fp_ixc(c)) {
        return false;
    }
    *res = fp_from_host_d(fp_host_sqrt(fp_to_host_d(a)));
    return true;
}

/* The host's fused multiply-add of doubles, an instruction where there is one: asked for when running, as a program for any x86-64
   cannot take it for granted. The result is the same with it and without. */
#if defined(__FMA__) || defined(__aarch64__)
static inline bool fp_host_fma(void)
{
    return true;
}

static inline double fp_host_muladd(double a, double b, double addend)
{
    return __builtin_fma(a, b, addend);
}
#elif defined(__x86_64__)
static inline bool fp_host_fma(void)
{
    return __builtin_cpu_supports("fma");
}

static inline __attribute__((target("fma"))) double fp_host_muladd(double a, double b, double addend)
{
    return __builtin_fma(a, b, addend);
}
#else
static inline bool fp_host_fma(void)
{
    return false;
}

static inline double fp_host_muladd(double a, double b, double addend)
{
    return a * b + addend;
}
#endif

static inline bool fp_fast_muladd_s(const struct fp_ctx *c, uint64_t addend, uint64_t a, uint64_t b, uint64_t *res)
{
    double p = (double)fp_to_host_s(a) * (double)fp_to_host_s(b);   /* exact */
    double x = (double)fp_to_host_s(addend), s = p + x;
    float r = (float)s;
    uint64_t bits = fp_from_host_s(r);

    if (fp_abs(FP_S, bits) == 0 && s == 0.0) {
        *res = bits;
        return true;
    }
    /* Rounding twice is wrong only when the first rounding ends on a midpoint of the second. */
    if (!fp_fast_result(FP_S, bits) || (fp_from_host_d(s) & ones64(29)) == BIT64(28)) {
        return false;
    }
    fp_fast_inexact(c, (double)r != s || (!fp_ixc(c) && fp_sum_inexact_d(p, x, s)));
    *res = bits;
    return true;
}

static inline bool fp_fast_muladd(const struct fp_ctx *c, enum fp_fmt f, uint64_t addend, uint64_t a, uint64_t b,
                                  uint64_t *res)
{
    if (!fp_fast_mode(c) || f == FP_H || !fp_fast_operand(f, addend) || !fp_fast_operand(f, a)
        || !fp_fast_operand(f, b)) {
        return false;
    }
    if (f == FP_S) {
        return fp_fast_muladd_s(c, addend, a, b, res);
    }
    if (fp_host_fma() && fp_ixc(c)) {
        uint64_t r = fp_from_host_d(fp_host_muladd(fp_to_host_d(a), fp_to_host_d(b), fp_to_host_d(addend)));

        if (fp_fast_result(f, r)) {
            *res = r;
            return true;
        }
    }
    return false;
}

#endif
