/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Semantics of Advanced SIMD floating point: instructions with two or three vector operands, by element, pairwise,
 * across lanes (rows in cpu/a64-simd-fp.tbl). Row names: _v vector, _a scalar, _e vector by element, _ae scalar by
 * element; then the element size.
 */
#include "cpu/sem-fp.h"
#include "a64-v.h"

/* ---- element operations that are no function of the library by themselves ---- */

static inline uint64_t op_fmla(const struct fp_ctx *c, enum fp_fmt f, uint64_t d, uint64_t a, uint64_t b)
{
    return fp_muladd(c, f, d, a, b);
}

static inline uint64_t op_fmls(const struct fp_ctx *c, enum fp_fmt f, uint64_t d, uint64_t a, uint64_t b)
{
    return fp_muladd(c, f, d, fp_neg(f, a), b);
}

static inline uint64_t op_fabd(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    return fp_abs(f, fp_sub(c, f, a, b));
}

static inline uint64_t op_fcmeq(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    return fp_mask(f, fp_compare_eq(c, f, a, b));
}

static inline uint64_t op_fcmge(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    return fp_mask(f, fp_compare_ge(c, f, a, b));
}

static inline uint64_t op_fcmgt(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    return fp_mask(f, fp_compare_gt(c, f, a, b));
}

static inline uint64_t op_facge(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    return op_fcmge(c, f, fp_abs(f, a), fp_abs(f, b));
}

static inline uint64_t op_facgt(const struct fp_ctx *c, enum fp_fmt f, uint64_t a, uint64_t b)
{
    return op_fcmgt(c, f, fp_abs(f, a), fp_abs(f, b));
}

/* ---- three registers of the same kind ---- */

FP_FAMILY fp_three(struct pe *pe, uint32_t insn, enum fp_fmt f, unsigned n, fp_op2 *op)
{
    const struct fp_ctx c = fp_ctx_of(pe);
    const union vreg *a = &pe->v[insn_rn(insn)], *b = &pe->v[insn_rm(insn)];
    union vreg r = { .d = { 0, 0 } };

    for (unsigned i = 0; i < n; i++) {
        vreg_set_elem(&r, f, i, op(&c, f, vreg_elem(a, f, i), vreg_elem(b, f, i)));
    }
    pe->v[insn_rd(insn)] = r;
    return true;
}

FP_FAMILY fp_v3(struct pe *pe, uint32_t insn, enum fp_fmt f, fp_op2 *op)
{
    return fp_three(pe, insn, f, fp_elements(insn, f), op);
}

FP_FAMILY fp_a3(struct pe *pe, uint32_t insn, enum fp_fmt f, fp_op2 *op)
{
    return fp_three(pe, insn, f, 1, op);
}

V_HSD(FADD_v, fp_v3, fp_add)
V_HSD(FSUB_v, fp_v3, fp_sub)
V_HSD(FMUL_v, fp_v3, fp_mul)
V_HSD(FMULX_v, fp_v3, fp_mulx)
V_HSD(FDIV_v, fp_v3, fp_div)
V_HSD(FABD_v, fp_v3, op_fabd)
V_HSD(FMAX_v, fp_v3, fp_max)
V_HSD(FMIN_v, fp_v3, fp_min)
V_HSD(FMAXNM_v, fp_v3, fp_maxnum)
V_HSD(FMINNM_v, fp_v3, fp_minnum)
V_HSD(FCMEQ_v, fp_v3, op_fcmeq)
V_HSD(FCMGE_v, fp_v3, op_fcmge)
V_HSD(FCMGT_v, fp_v3, op_fcmgt)
V_HSD(FACGE_v, fp_v3, op_facge)
V_HSD(FACGT_v, fp_v3, op_facgt)
V_HSD(FRECPS_v, fp_v3, fp_recip_step)
V_HSD(FRSQRTS_v, fp_v3, fp_rsqrt_step)

V_HSD(FMULX_a, fp_a3, fp_mulx)
V_HSD(FABD_a, fp_a3, op_fabd)
V_HSD(FCMEQ_a, fp_a3, op_fcmeq)
V_HSD(FCMGE_a, fp_a3, op_fcmge)
V_HSD(FCMGT_a, fp_a3, op_fcmgt)
V_HSD(FACGE_a, fp_a3, op_facge)
V_HSD(FACGT_a, fp_a3, op_facgt)
V_HSD(FRECPS_a, fp_a3, fp_recip_step)
V_HSD(FRSQRTS_a, fp_a3, fp_rsqrt_step)

/* with the destination as the addend */
FP_FAMILY fp_v3acc(struct pe *pe, uint32_t insn, enum fp_fmt f, fp_op3 *op)
{
    const struct fp_ctx c = fp_ctx_of(pe);
    const union vreg *a = &pe->v[insn_rn(insn)], *b = &pe->v[insn_rm(insn)], *d = &pe->v[insn_rd(insn)];
    union vreg r = { .d = { 0, 0 } };
    unsigned n = fp_elements(insn, f);

    for (unsigned i = 0; i < n; i++) {
        vreg_set_elem(&r, f, i, op(&c, f, vreg_elem(d, f, i), vreg_elem(a, f, i), vreg_elem(b, f, i)));
    }
    pe->v[insn_rd(insn)] = r;
    return true;
}

V_HSD(FMLA_v, fp_v3acc, op_fmla)
V_HSD(FMLS_v, fp_v3acc, op_fmls)

/* ---- by element ---- */

/* The element of Vm: its index is H:L:M, H:L or H by size, and the bits that are left extend Rm. */
static inline uint64_t fp_indexed(const struct pe *pe, uint32_t insn, enum fp_fmt f)
{
    unsigned h = bit32(insn, 11), l = bit32(insn, 21), m = bit32(insn, 20), rm = insn_rm(insn);

    switch (f) {
    case FP_H:
        return pe->v[rm & 15].h[h << 2 | l << 1 | m];
    case FP_S:
        return pe->v[rm].s[h << 1 | l];
    case FP_D:
        break;
    }
    return pe->v[rm].d[h];
}

FP_FAMILY fp_elem(struct pe *pe, uint32_t insn, enum fp_fmt f, unsigned n, fp_op2 *op)
{
    const struct fp_ctx c = fp_ctx_of(pe);
    const union vreg *a = &pe->v[insn_rn(insn)];
    uint64_t b = fp_indexed(pe, insn, f);
    union vreg r = { .d = { 0, 0 } };

    for (unsigned i = 0; i < n; i++) {
        vreg_set_elem(&r, f, i, op(&c, f, vreg_elem(a, f, i), b));
    }
    pe->v[insn_rd(insn)] = r;
    return true;
}

FP_FAMILY fp_elem_acc(struct pe *pe, uint32_t insn, enum fp_fmt f, unsigned n, fp_op3 *op)
{
    const struct fp_ctx c = fp_ctx_of(pe);
    const union vreg *a = &pe->v[insn_rn(insn)], *d = &pe->v[insn_rd(insn)];
    uint64_t b = fp_indexed(pe, insn, f);
    union vreg r = { .d = { 0, 0 } };

    for (unsigned i = 0; i < n; i++) {
        vreg_set_elem(&r, f, i, op(&c, f, vreg_elem(d, f, i), vreg_elem(a, f, i), b));
    }
    pe->v[insn_rd(insn)] = r;
    return true;
}

FP_FAMILY fp_ve(struct pe *pe, uint32_t insn, enum fp_fmt f, fp_op2 *op)
{
    return fp_elem(pe, insn, f, fp_elements(insn, f), op);
}

FP_FAMILY fp_ae(struct pe *pe, uint32_t insn, enum fp_fmt f, fp_op2 *op)
{
    return fp_elem(pe, insn, f, 1, op);
}

FP_FAMILY fp_ve_acc(struct pe *pe, uint32_t insn, enum fp_fmt f, fp_op3 *op)
{
    return fp_elem_acc(pe, insn, f, fp_elements(insn, f), op);
}

FP_FAMILY fp_ae_acc(struct pe *pe, uint32_t insn, enum fp_fmt f, fp_op3 *op)
{
    return fp_elem_acc(pe, insn, f, 1, op);
}

V_HSD(FMUL_e, fp_ve, fp_mul)
V_HSD(FMULX_e, fp_ve, fp_mulx)
V_HSD(FMLA_e, fp_ve_acc, op_fmla)
V_HSD(FMLS_e, fp_ve_acc, op_fmls)
V_HSD(FMUL_ae, fp_ae, fp_mul)
V_HSD(FMULX_ae, fp_ae, fp_mulx)
V_HSD(FMLA_ae, fp_ae_acc, op_fmla)
V_HSD(FMLS_ae, fp_ae_acc, op_fmls)

/* ---- pairwise and across lanes ---- */

/* Neighbours of Vn, then of Vm */
FP_FAMILY fp_pair(struct pe *pe, uint32_t insn, enum fp_fmt f, fp_op2 *op)
{
    const struct fp_ctx c = fp_ctx_of(pe);
    const union vreg *a = &pe->v[insn_rn(insn)], *b = &pe->v[insn_rm(insn)];
    union vreg r = { .d = { 0, 0 } };
    unsigned n = fp_elements(insn, f);

    for (unsigned i = 0; i < n; i++) {
        const union vreg *v = i < n / 2 ? a : b;
        unsigned k = 2 * (i % (n / 2));

        vreg_set_elem(&r, f, i, op(&c, f, vreg_elem(v, f, k), vreg_elem(v, f, k + 1)));
    }
    pe->v[insn_rd(insn)] = r;
    return true;
}

FP_FAMILY fp_pair_a(struct pe *pe, uint32_t insn, enum fp_fmt f, fp_op2 *op)
{
    const struct fp_ctx c = fp_ctx_of(pe);
    const union vreg *a = &pe->v[insn_rn(insn)];

    fp_set_reg(pe, insn_rd(insn), op(&c, f, vreg_elem(a, f, 0), vreg_elem(a, f, 1)));
    return true;
}

V_HSD(FADDP_v, fp_pair, fp_add)
V_HSD(FMAXP_v, fp_pair, fp_max)
V_HSD(FMINP_v, fp_pair, fp_min)
V_HSD(FMAXNMP_v, fp_pair, fp_maxnum)
V_HSD(FMINNMP_v, fp_pair, fp_minnum)
V_HSD(FADDP_a, fp_pair_a, fp_add)
V_HSD(FMAXP_a, fp_pair_a, fp_max)
V_HSD(FMINP_a, fp_pair_a, fp_min)
V_HSD(FMAXNMP_a, fp_pair_a, fp_maxnum)
V_HSD(FMINNMP_a, fp_pair_a, fp_minnum)

/* Reduce: the halves first, then both results. Level by level this combines neighbours. */
FP_FAMILY fp_across(struct pe *pe, uint32_t insn, enum fp_fmt f, fp_op2 *op)
{
    const struct fp_ctx c = fp_ctx_of(pe);
    union vreg r = pe->v[insn_rn(insn)];

    for (unsigned n = fp_elements(insn, f) / 2; n > 0; n /= 2) {
        for (unsigned i = 0; i < n; i++) {
            vreg_set_elem(&r, f, i, op(&c, f, vreg_elem(&r, f, 2 * i), vreg_elem(&r, f, 2 * i + 1)));
        }
    }
    fp_set_reg(pe, insn_rd(insn), vreg_elem(&r, f, 0));
    return true;
}

bool v_FMAXV_h(struct pe *pe, uint32_t insn) { return fp_across(pe, insn, FP_H, fp_max); }
bool v_FMINV_h(struct pe *pe, uint32_t insn) { return fp_across(pe, insn, FP_H, fp_min); }
bool v_FMAXNMV_h(struct pe *pe, uint32_t insn) { return fp_across(pe, insn, FP_H, fp_maxnum); }
bool v_FMINNMV_h(struct pe *pe, uint32_t insn) { return fp_across(pe, insn, FP_H, fp_minnum); }
bool v_FMAXV_s(struct pe *pe, uint32_t insn) { return fp_across(pe, insn, FP_S, fp_max); }
bool v_FMINV_s(struct pe *pe, uint32_t insn) { return fp_across(pe, insn, FP_S, fp_min); }
bool v_FMAXNMV_s(struct pe *pe, uint32_t insn) { return fp_across(pe, insn, FP_S, fp_maxnum); }
bool v_FMINNMV_s(struct pe *pe, uint32_t insn) { return fp_across(pe, insn, FP_S, fp_minnum); }
