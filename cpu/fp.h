/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Floating-point arithmetic as the Arm ARM's pseudocode defines it (shared/functions/float), for half, single and
 * double precision. Operands and results are bit patterns, zero-extended to 64 bits. The functions depend on nothing
 * but their arguments and change nothing but the cumulative flags in *fpsr.
 *
 * Without FEAT_AFP: FPCR.{AH, FIZ, NEP} are zero and tininess is detected before rounding. FPCR's trap enables are
 * RAZ/WI. Names follow the pseudocode: fp_recip_step is FPRecipStepFused, and so on.
 */
#ifndef HYPSCOPE_CPU_FP_H
#define HYPSCOPE_CPU_FP_H

#include "sim/base/bits.h"

/* Precisions: log2 of the size in bytes. */
enum fp_fmt { FP_H = 1, FP_S = 2, FP_D = 3 };

/* FPRounding: the first four as in FPCR.RMode. TIEAWAY: only for conversions to integers; ODD: only for fp_convert. */
enum fp_rounding { FPR_TIEEVEN = 0, FPR_POSINF = 1, FPR_NEGINF = 2, FPR_ZERO = 3, FPR_TIEAWAY = 4, FPR_ODD = 5 };

/* FPCR */
#define FPCR_AHP (UINT32_C(1) << 26)
#define FPCR_DN (UINT32_C(1) << 25)
#define FPCR_FZ (UINT32_C(1) << 24)
#define FPCR_RMODE_SHIFT 22
#define FPCR_RMODE (UINT32_C(3) << FPCR_RMODE_SHIFT)
#define FPCR_FZ16 (UINT32_C(1) << 19)

/* FPSR: cumulative exception flags */
#define FPSR_IOC (UINT32_C(1) << 0)
#define FPSR_DZC (UINT32_C(1) << 1)
#define FPSR_OFC (UINT32_C(1) << 2)
#define FPSR_UFC (UINT32_C(1) << 3)
#define FPSR_IXC (UINT32_C(1) << 4)
#define FPSR_IDC (UINT32_C(1) << 7)

struct fp_ctx {
    uint32_t fpcr;
    uint32_t *fpsr;
};

static inline unsigned fp_bits(enum fp_fmt f)
{
    return 8u << f;
}

/* FPRoundingMode */
static inline enum fp_rounding fp_rmode(const struct fp_ctx *c)
{
    return (enum fp_rounding)((c->fpcr & FPCR_RMODE) >> FPCR_RMODE_SHIFT);
}

static inline uint64_t fp_neg(enum fp_fmt f, uint64_t a)
{
    return a ^ BIT64(fp_bits(f) - 1);
}

static inline uint64_t fp_abs(enum fp_fmt f, uint64_t a)
{
    return a & ~BIT64(fp_bits(f) - 1);
}

/* ---- arithmetic (fp.c): FPAdd, FPSub, FPMul, FPMulX, FPDiv, FPSqrt; FPMulAdd is addend + a * b, fused ---- */
uint64_t fp_add(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b);
uint64_t fp_sub(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b);
uint64_t fp_mul(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b);
uint64_t fp_mulx(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b);
uint64_t fp_div(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b);
uint64_t fp_sqrt(const struct fp_ctx *c, enum fp_fmt f, uint64_t a);
uint64_t fp_muladd(const struct fp_ctx *c, enum fp_fmt f, uint64_t addend, uint64_t a, uint64_t b);
/* FPRecipStepFused: 2 - a * b. FPRSqrtStepFused: (3 - a * b) / 2. */
uint64_t fp_recip_step(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b);
uint64_t fp_rsqrt_step(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b);

/* ---- comparison and selection (fp-compare.c) ---- */
/* FPCompare: N, Z, C, V in bits 3 to 0. signal: a quiet NaN is an invalid operation too (FCMPE). */
unsigned fp_compare(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b, bool signal);
bool fp_compare_eq(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b);
bool fp_compare_ge(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b);
bool fp_compare_gt(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b);
uint64_t fp_max(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b);
uint64_t fp_min(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b);
uint64_t fp_maxnum(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b);
uint64_t fp_minnum(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b);

/* ---- estimates (fp-estimate.c) ---- */
uint64_t fp_recip_estimate(const struct fp_ctx *c, enum fp_fmt f, uint64_t a);
uint64_t fp_rsqrt_estimate(const struct fp_ctx *c, enum fp_fmt f, uint64_t a);
uint64_t fp_recpx(const struct fp_ctx *c, enum fp_fmt f, uint64_t a);
uint32_t fp_unsigned_recip_estimate(uint32_t a);   /* UnsignedRecipEstimate, 32 bits */
uint32_t fp_unsigned_rsqrt_estimate(uint32_t a);   /* UnsignedRSqrtEstimate, 32 bits */

/* ---- conversion (fp-convert.c) ---- */
/* FPRoundInt: to an integral value in the same format. exact: Inexact is signalled (FRINTX). */
uint64_t fp_round_int(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, enum fp_rounding rm, bool exact);
/* FPToFixed: to a fixed-point number of m (16, 32 or 64) bits, fbits of them fractional; zero-extended from m. */
uint64_t fp_to_fixed(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, unsigned fbits, bool is_unsigned,
                     enum fp_rounding rm, unsigned m);
/* FixedToFP: from an integer extended to 64 bits according to its signedness, fbits of it fractional. */
uint64_t fp_from_fixed(const struct fp_ctx *c, enum fp_fmt f, uint64_t v, unsigned fbits, bool is_unsigned,
                       enum fp_rounding rm);
/* FPConvert between two different formats, alternative half precision (FPCR.AHP) included. */
uint64_t fp_convert(const struct fp_ctx *c, enum fp_fmt to, enum fp_fmt from, uint64_t a, enum fp_rounding rm);
/* VFPExpandImm */
uint64_t fp_expand_imm(enum fp_fmt f, uint8_t imm8);

#endif
