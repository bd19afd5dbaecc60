/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the semantics of scalar and of vector floating point share: register access, the element operations in the
 * shapes that the instruction families take, and the binding of a family to its rows.
 */
#ifndef HYPSCOPE_CPU_SEM_FP_H
#define HYPSCOPE_CPU_SEM_FP_H

#include "cpu/fp.h"
#include "cpu/pe.h"

/* Families are compiled once for every row, with the row's constants. */
#define FP_FAMILY static inline __attribute__((always_inline)) bool

typedef uint64_t fp_op1(const struct fp_ctx *c, enum fp_fmt f, uint64_t a);
typedef uint64_t fp_op2(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b);
typedef uint64_t fp_op3(const struct fp_ctx *c, enum fp_fmt f, uint64_t d, uint64_t a, uint64_t b);

/* Binds a family to the three rows NAME_h, NAME_s and NAME_d; the other arguments are the family's constants. */
#define V_HSD(name, family, ...) \
    bool v_##name##_h(struct pe *pe, uint32_t insn) { return family(pe, insn, FP_H, __VA_ARGS__); } \
    bool v_##name##_s(struct pe *pe, uint32_t insn) { return family(pe, insn, FP_S, __VA_ARGS__); } \
    bool v_##name##_d(struct pe *pe, uint32_t insn) { return family(pe, insn, FP_D, __VA_ARGS__); }

static inline struct fp_ctx fp_ctx_of(struct pe *pe)
{
    struct fp_ctx c = { pe->fpcr, &pe->fpsr };

    return c;
}

/* Register fields of an instruction word */
static inline unsigned insn_rd(uint32_t insn) { return insn & 31; }
static inline unsigned insn_rn(uint32_t insn) { return insn >> 5 & 31; }
static inline unsigned insn_ra(uint32_t insn) { return insn >> 10 & 31; }
static inline unsigned insn_rm(uint32_t insn) { return insn >> 16 & 31; }

static inline uint64_t vreg_elem(const union vreg *v, enum fp_fmt f, unsigned i)
{
    switch (f) {
    case FP_H:
        return v->h[i];
    case FP_S:
        return v->s[i];
    case FP_D:
        break;
    }
    return v->d[i];
}

static inline void vreg_set_elem(union vreg *v, enum fp_fmt f, unsigned i, uint64_t val)
{
    switch (f) {
    case FP_H:
        v->h[i] = (uint16_t)val;
        break;
    case FP_S:
        v->s[i] = (uint32_t)val;
        break;
    case FP_D:
        v->d[i] = val;
        break;
    }
}

static inline uint64_t fp_reg(const struct pe *pe, unsigned n, enum fp_fmt f)
{
    return vreg_elem(&pe->v[n], f, 0);
}

/* Writes a scalar and clears the rest of the register. */
static inline void fp_set_reg(struct pe *pe, unsigned d, uint64_t val)
{
    pe->v[d].d[0] = val;
    pe->v[d].d[1] = 0;
}

/* Elements in a vector: bit 30 is Q. */
static inline unsigned fp_elements(uint32_t insn, enum fp_fmt f)
{
    return (insn >> 30 & 1 ? 16u : 8u) >> f;
}

static inline uint64_t fp_mask(enum fp_fmt f, bool set)
{
    return set ? ones64(fp_bits(f)) : 0;
}

/* ---- element operations ---- */

static inline uint64_t op_fabs(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    (void)c;
    return fp_abs(f, a);
}

static inline uint64_t op_fneg(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    (void)c;
    return fp_neg(f, a);
}

static inline uint64_t op_fmov(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    (void)c;
    (void)f;
    return a;
}

static inline uint64_t op_frintn(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    return fp_round_int(c, f, a, FPR_TIEEVEN, false);
}

static inline uint64_t op_frintp(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    return fp_round_int(c, f, a, FPR_POSINF, false);
}

static inline uint64_t op_frintm(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    return fp_round_int(c, f, a, FPR_NEGINF, false);
}

static inline uint64_t op_frintz(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    return fp_round_int(c, f, a, FPR_ZERO, false);
}

static inline uint64_t op_frinta(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    return fp_round_int(c, f, a, FPR_TIEAWAY, false);
}

static inline uint64_t op_frintx(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    return fp_round_int(c, f, a, fp_rmode(c), true);
}

static inline uint64_t op_frinti(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    return fp_round_int(c, f, a, fp_rmode(c), false);
}

/* FNMUL: the product of NaNs is negated like any other. */
static inline uint64_t op_fnmul(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    return fp_neg(f, fp_mul(c, f, a, b));
}

#endif
