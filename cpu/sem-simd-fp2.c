/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Semantics of Advanced SIMD floating point with one register operand: arithmetic, comparison with zero, estimates,
 * conversions; and FMOV (vector, immediate). Rows in cpu/a64-simd-fp.tbl, named as in sem-simd-fp.c.
 */
#include "cpu/sem-fp.h"
#include "a64-v.h"

/* ---- element operations ---- */

static inline uint64_t op_cmeq0(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    return fp_mask(f, fp_compare_eq(c, f, a, 0));
}

static inline uint64_t op_cmge0(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    return fp_mask(f, fp_compare_ge(c, f, a, 0));
}

static inline uint64_t op_cmgt0(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    return fp_mask(f, fp_compare_gt(c, f, a, 0));
}

static inline uint64_t op_cmle0(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    return fp_mask(f, fp_compare_ge(c, f, 0, a));
}

static inline uint64_t op_cmlt0(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    return fp_mask(f, fp_compare_gt(c, f, 0, a));
}

/* ---- two registers ---- */

FP_FAMILY fp_two(struct pe *pe, uint32_t insn, enum fp_fmt f, unsigned n, fp_op1 *op)
{
    const struct fp_ctx c = fp_ctx_of(pe);
    const union vreg *a = &pe->v[insn_rn(insn)];
    union vreg r = { .d = { 0, 0 } };

    for (unsigned i = 0; i < n; i++) {
        vreg_set_elem(&r, f, i, op(&c, f, vreg_elem(a, f, i)));
    }
    pe->v[insn_rd(insn)] = r;
    return true;
}

FP_FAMILY fp_v2(struct pe *pe, uint32_t insn, enum fp_fmt f, fp_op1 *op)
{
    return fp_two(pe, insn, f, fp_elements(insn, f), op);
}

FP_FAMILY fp_a2(struct pe *pe, uint32_t insn, enum fp_fmt f, fp_op1 *op)
{
    return fp_two(pe, insn, f, 1, op);
}

V_HSD(FABS_v, fp_v2, op_fabs)
V_HSD(FNEG_v, fp_v2, op_fneg)
V_HSD(FSQRT_v, fp_v2, fp_sqrt)
V_HSD(FRINTN_v, fp_v2, op_frintn)
V_HSD(FRINTP_v, fp_v2, op_frintp)
V_HSD(FRINTM_v, fp_v2, op_frintm)
V_HSD(FRINTZ_v, fp_v2, op_frintz)
V_HSD(FRINTA_v, fp_v2, op_frinta)
V_HSD(FRINTX_v, fp_v2, op_frintx)
V_HSD(FRINTI_v, fp_v2, op_frinti)
V_HSD(FRECPE_v, fp_v2, fp_recip_estimate)
V_HSD(FRSQRTE_v, fp_v2, fp_rsqrt_estimate)
V_HSD(FCMEQ_vz, fp_v2, op_cmeq0)
V_HSD(FCMGE_vz, fp_v2, op_cmge0)
V_HSD(FCMGT_vz, fp_v2, op_cmgt0)
V_HSD(FCMLE_vz, fp_v2, op_cmle0)
V_HSD(FCMLT_vz, fp_v2, op_cmlt0)

V_HSD(FRECPE_a, fp_a2, fp_recip_estimate)
V_HSD(FRSQRTE_a, fp_a2, fp_rsqrt_estimate)
V_HSD(FRECPX_a, fp_a2, fp_recpx)
V_HSD(FCMEQ_az, fp_a2, op_cmeq0)
V_HSD(FCMGE_az, fp_a2, op_cmge0)
V_HSD(FCMGT_az, fp_a2, op_cmgt0)
V_HSD(FCMLE_az, fp_a2, op_cmle0)
V_HSD(FCMLT_az, fp_a2, op_cmlt0)

static uint64_t op_urecpe(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    (void)c;
    (void)f;
    return fp_unsigned_recip_estimate((uint32_t)a);
}

static uint64_t op_ursqrte(const struct fp_ctx *c, enum fp_fmt f, uint64_t a)
{
    (void)c;
    (void)f;
    return fp_unsigned_rsqrt_estimate((uint32_t)a);
}

bool v_URECPE(struct pe *pe, uint32_t insn) { return fp_v2(pe, insn, FP_S, op_urecpe); }
bool v_URSQRTE(struct pe *pe, uint32_t insn) { return fp_v2(pe, insn, FP_S, op_ursqrte); }

/* ---- to and from integers of the element's size ---- */

FP_FAMILY fp_vec_to_int(struct pe *pe, uint32_t insn, enum fp_fmt f, unsigned n, unsigned fbits, bool is_unsigned,
                        enum fp_rounding rm)
{
    const struct fp_ctx c = fp_ctx_of(pe);
    const union vreg *a = &pe->v[insn_rn(insn)];
    union vreg r = { .d = { 0, 0 } };

    for (unsigned i = 0; i < n; i++) {
        vreg_set_elem(&r, f, i, fp_to_fixed(&c, f, vreg_elem(a, f, i), fbits, is_unsigned, rm, fp_bits(f)));
    }
    pe->v[insn_rd(insn)] = r;
    return true;
}

FP_FAMILY fp_vec_from_int(struct pe *pe, uint32_t insn, enum fp_fmt f, unsigned n, unsigned fbits, bool is_unsigned)
{
    const struct fp_ctx c = fp_ctx_of(pe);
    const union vreg *a = &pe->v[insn_rn(insn)];
    union vreg r = { .d = { 0, 0 } };

    for (unsigned i = 0; i < n; i++) {
        uint64_t v = vreg_elem(a, f, i);

        v = is_unsigned ? v : (uint64_t)sext64(v, fp_bits(f));
        vreg_set_elem(&r, f, i, fp_from_fixed(&c, f, v, fbits, is_unsigned, fp_rmode(&c)));
    }
    pe->v[insn_rd(insn)] = r;
    return true;
}

/* Fraction bits: twice the element's size less immh:immb */
static inline unsigned fp_shift_fbits(uint32_t insn, enum fp_fmt f)
{
    return 2 * fp_bits(f) - bits32(insn, 22, 16);
}

FP_FAMILY fp_v_to(struct pe *pe, uint32_t insn, enum fp_fmt f, bool is_unsigned, enum fp_rounding rm)
{
    return fp_vec_to_int(pe, insn, f, fp_elements(insn, f), 0, is_unsigned, rm);
}

FP_FAMILY fp_a_to(struct pe *pe, uint32_t insn, enum fp_fmt f, bool is_unsigned, enum fp_rounding rm)
{
    return fp_vec_to_int(pe, insn, f, 1, 0, is_unsigned, rm);
}

FP_FAMILY fp_v_tofix(struct pe *pe, uint32_t insn, enum fp_fmt f, bool is_unsigned)
{
    return fp_vec_to_int(pe, insn, f, fp_elements(insn, f), fp_shift_fbits(insn, f), is_unsigned, FPR_ZERO);
}

FP_FAMILY fp_a_tofix(struct pe *pe, uint32_t insn, enum fp_fmt f, bool is_unsigned)
{
    return fp_vec_to_int(pe, insn, f, 1, fp_shift_fbits(insn, f), is_unsigned, FPR_ZERO);
}

FP_FAMILY fp_v_from(struct pe *pe, uint32_t insn, enum fp_fmt f, bool is_unsigned)
{
    return fp_vec_from_int(pe, insn, f, fp_elements(insn, f), 0, is_unsigned);
}

FP_FAMILY fp_a_from(struct pe *pe, uint32_t insn, enum fp_fmt f, bool is_unsigned)
{
    return fp_vec_from_int(pe, insn, f, 1, 0, is_unsigned);
}

FP_FAMILY fp_v_fromfix(struct pe *pe, uint32_t insn, enum fp_fmt f, bool is_unsigned)
{
    return fp_vec_from_int(pe, insn, f, fp_elements(insn, f), fp_shift_fbits(insn, f), is_unsigned);
}

FP_FAMILY fp_a_fromfix(struct pe *pe, uint32_t insn, enum fp_fmt f, bool is_unsigned)
{
    return fp_vec_from_int(pe, insn, f, 1, fp_shift_fbits(insn, f), is_unsigned);
}

V_HSD(FCVTNS_v, fp_v_to, false, FPR_TIEEVEN)
V_HSD(FCVTNU_v, fp_v_to, true, FPR_TIEEVEN)
V_HSD(FCVTPS_v, fp_v_to, false, FPR_POSINF)
V_HSD(FCVTPU_v, fp_v_to, true, FPR_POSINF)
V_HSD(FCVTMS_v, fp_v_to, false, FPR_NEGINF)
V_HSD(FCVTMU_v, fp_v_to, true, FPR_NEGINF)
V_HSD(FCVTZS_v, fp_v_to, false, FPR_ZERO)
V_HSD(FCVTZU_v, fp_v_to, true, FPR_ZERO)
V_HSD(FCVTAS_v, fp_v_to, false, FPR_TIEAWAY)
V_HSD(FCVTAU_v, fp_v_to, true, FPR_TIEAWAY)
V_HSD(SCVTF_v, fp_v_from, false)
V_HSD(UCVTF_v, fp_v_from, true)
V_HSD(FCVTZS_vf, fp_v_tofix, false)
V_HSD(FCVTZU_vf, fp_v_tofix, true)
V_HSD(SCVTF_vf, fp_v_fromfix, false)
V_HSD(UCVTF_vf, fp_v_fromfix, true)

V_HSD(FCVTNS_a, fp_a_to, false, FPR_TIEEVEN)
V_HSD(FCVTNU_a, fp_a_to, true, FPR_TIEEVEN)
V_HSD(FCVTPS_a, fp_a_to, false, FPR_POSINF)
V_HSD(FCVTPU_a, fp_a_to, true, FPR_POSINF)
V_HSD(FCVTMS_a, fp_a_to, false, FPR_NEGINF)
V_HSD(FCVTMU_a, fp_a_to, true, FPR_NEGINF)
V_HSD(FCVTZS_a, fp_a_to, false, FPR_ZERO)
V_HSD(FCVTZU_a, fp_a_to, true, FPR_ZERO)
V_HSD(FCVTAS_a, fp_a_to, false, FPR_TIEAWAY)
V_HSD(FCVTAU_a, fp_a_to, true, FPR_TIEAWAY)
V_HSD(SCVTF_a, fp_a_from, false)
V_HSD(UCVTF_a, fp_a_from, true)
V_HSD(FCVTZS_af, fp_a_tofix, false)
V_HSD(FCVTZU_af, fp_a_tofix, true)
V_HSD(SCVTF_af, fp_a_fromfix, false)
V_HSD(UCVTF_af, fp_a_fromfix, true)

/* ---- between formats: Q selects the half of the register that is read or written ---- */

/* FCVTL: from `from` to the next wider format */
FP_FAMILY fp_long(struct pe *pe, uint32_t insn, enum fp_fmt from)
{
    const struct fp_ctx c = fp_ctx_of(pe);
    const union vreg *a = &pe->v[insn_rn(insn)];
    enum fp_fmt to = (enum fp_fmt)(from + 1);
    unsigned n = 8u >> from, base = insn >> 30 & 1 ? n : 0;
    union vreg r;

    for (unsigned i = 0; i < n; i++) {
        vreg_set_elem(&r, to, i, fp_convert(&c, to, from, vreg_elem(a, from, base + i), fp_rmode(&c)));
    }
    pe->v[insn_rd(insn)] = r;
    return true;
}

/* FCVTN, FCVTXN: to `to` from the next wider format; writing the lower half clears the upper one */
FP_FAMILY fp_narrow(struct pe *pe, uint32_t insn, enum fp_fmt to, bool odd)
{
    const struct fp_ctx c = fp_ctx_of(pe);
    const union vreg *a = &pe->v[insn_rn(insn)];
    enum fp_fmt from = (enum fp_fmt)(to + 1);
    enum fp_rounding rm = odd ? FPR_ODD : fp_rmode(&c);
    unsigned n = 8u >> to;
    bool upper = insn >> 30 & 1;
    union vreg r = { .d = { 0, 0 } };

    for (unsigned i = 0; i < n; i++) {
        vreg_set_elem(&r, to, i, fp_convert(&c, to, from, vreg_elem(a, from, i), rm));
    }
    if (upper) {
        pe->v[insn_rd(insn)].d[1] = r.d[0];
    } else {
        pe->v[insn_rd(insn)] = r;
    }
    return true;
}

bool v_FCVTL_hs(struct pe *pe, uint32_t insn) { return fp_long(pe, insn, FP_H); }
bool v_FCVTL_sd(struct pe *pe, uint32_t insn) { return fp_long(pe, insn, FP_S); }
bool v_FCVTN_sh(struct pe *pe, uint32_t insn) { return fp_narrow(pe, insn, FP_H, false); }
bool v_FCVTN_ds(struct pe *pe, uint32_t insn) { return fp_narrow(pe, insn, FP_S, false); }
bool v_FCVTXN_v(struct pe *pe, uint32_t insn) { return fp_narrow(pe, insn, FP_S, true); }

bool v_FCVTXN_a(struct pe *pe, uint32_t insn)
{
    const struct fp_ctx c = fp_ctx_of(pe);

    fp_set_reg(pe, insn_rd(insn), fp_convert(&c, FP_S, FP_D, fp_reg(pe, insn_rn(insn), FP_D), FPR_ODD));
    return true;
}

/* ---- FMOV (vector, immediate) ---- */

FP_FAMILY fp_vmov_imm(struct pe *pe, uint32_t insn, enum fp_fmt f, int unused)
{
    uint64_t v = fp_expand_imm(f, (uint8_t)(bits32(insn, 18, 16) << 5 | bits32(insn, 9, 5)));
    union vreg r = { .d = { 0, 0 } };
    unsigned n = fp_elements(insn, f);

    (void)unused;
    for (unsigned i = 0; i < n; i++) {
        vreg_set_elem(&r, f, i, v);
    }
    pe->v[insn_rd(insn)] = r;
    return true;
}

V_HSD(FMOV_vi, fp_vmov_imm, 0)
