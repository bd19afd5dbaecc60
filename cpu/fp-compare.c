/* SPDX-License-Identifier: Apache-2.0 */
/* Comparison, maximum and minimum. */
#include "cpu/fp.h"
#include "cpu/fp-internal.h"

/* Maps numbers to integers in the same order; -0 comes right below +0. */
static inline int64_t fp_key(enum fp_fmt f, uint64_t a)
{
    int64_t mag = (int64_t)fp_abs(f, a);

    return fp_sign(f, a) ? -1 - mag : mag;
}

static inline bool fp_both_zero(enum fp_fmt f, uint64_t a, uint64_t b)
{
    return fp_abs(f, a | b) == 0;
}

/* Flushes both and tells whether they can be compared; raises InvalidOp if not and a signal is due. */
static bool fp_ordered(const struct fp_ctx *c, enum fp_fmt f, uint64_t *a, uint64_t *b, bool signal)
{
    *a = fp_flush_input(c, f, *a);
    *b = fp_flush_input(c, f, *b);
    if (likely(!fp_is_nan(f, *a) && !fp_is_nan(f, *b))) {
        return true;
    }
    if (signal || fp_is_snan(f, *a) || fp_is_snan(f, *b)) {
        fp_raise(c, FPSR_IOC);
    }
    return false;
}

unsigned fp_compare(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b, bool signal)
{
    if (!fp_ordered(c, f, &a, &b, signal)) {
        return 3;
    }
    if (a == b || fp_both_zero(f, a, b)) {
        return 6;
    }
    return fp_key(f, a) < fp_key(f, b) ? 8 : 2;
}

bool fp_compare_eq(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    return fp_ordered(c, f, &a, &b, false) && (a == b || fp_both_zero(f, a, b));
}

bool fp_compare_ge(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    return fp_ordered(c, f, &a, &b, true) && (fp_key(f, a) >= fp_key(f, b) || fp_both_zero(f, a, b));
}

bool fp_compare_gt(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    return fp_ordered(c, f, &a, &b, true) && fp_key(f, a) > fp_key(f, b) && !fp_both_zero(f, a, b);
}

static uint64_t fp_select(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b, bool max)
{
    a = fp_flush_input(c, f, a);
    b = fp_flush_input(c, f, b);
    if (unlikely(fp_is_nan(f, a) || fp_is_nan(f, b))) {
        return fp_process_nans(c, f, a, b);
    }
    return (fp_key(f, a) > fp_key(f, b)) == max ? a : b;
}

uint64_t fp_max(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    return fp_select(c, f, a, b, true);
}

uint64_t fp_min(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    return fp_select(c, f, a, b, false);
}

/* FPMaxNum, FPMinNum: one quiet NaN counts as the infinity that loses. */
static uint64_t fp_select_num(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b, bool max)
{
    bool qa = fp_is_qnan(f, a), qb = fp_is_qnan(f, b);

    if (unlikely(qa != qb)) {
        if (qa) {
            a = fp_infinity(f, max);
        } else {
            b = fp_infinity(f, max);
        }
    }
    return fp_select(c, f, a, b, max);
}

uint64_t fp_maxnum(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    return fp_select_num(c, f, a, b, true);
}

uint64_t fp_minnum(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    return fp_select_num(c, f, a, b, false);
}
