/* SPDX-License-Identifier: Apache-2.0 */
/* Semantics of the scalar floating-point instructions (rows in cpu/a64-fp.tbl). */
#include "cpu/sem-fp.h"
#include "a64-v.h"

/* ConditionHolds */
static bool condition_holds(const struct pe *pe, unsigned cond)
{
    bool n = pe_flag_n(pe), z = pe_flag_z(pe), c = pe_flag_c(pe), v = pe_flag_v(pe), r = true;

    switch (cond >> 1) {
    case 0:
        r = z;
        break;
    case 1:
        r = c;
        break;
    case 2:
        r = n;
        break;
    case 3:
        r = v;
        break;
    case 4:
        r = c && !z;
        break;
    case 5:
        r = n == v;
        break;
    case 6:
        r = n == v && !z;
        break;
    case 7:
        return true;
    }
    return r != (cond & 1);
}

/* ---- data processing ---- */

FP_FAMILY fp_1src(struct pe *pe, uint32_t insn, enum fp_fmt f, fp_op1 *op)
{
    const struct fp_ctx c = fp_ctx_of(pe);

    fp_set_reg(pe, insn_rd(insn), op(&c, f, fp_reg(pe, insn_rn(insn), f)));
    return true;
}

V_HSD(FMOV_r, fp_1src, op_fmov)
V_HSD(FABS, fp_1src, op_fabs)
V_HSD(FNEG, fp_1src, op_fneg)
V_HSD(FSQRT, fp_1src, fp_sqrt)
V_HSD(FRINTN, fp_1src, op_frintn)
V_HSD(FRINTP, fp_1src, op_frintp)
V_HSD(FRINTM, fp_1src, op_frintm)
V_HSD(FRINTZ, fp_1src, op_frintz)
V_HSD(FRINTA, fp_1src, op_frinta)
V_HSD(FRINTX, fp_1src, op_frintx)
V_HSD(FRINTI, fp_1src, op_frinti)

FP_FAMILY fp_2src(struct pe *pe, uint32_t insn, enum fp_fmt f, fp_op2 *op)
{
    const struct fp_ctx c = fp_ctx_of(pe);

    fp_set_reg(pe, insn_rd(insn), op(&c, f, fp_reg(pe, insn_rn(insn), f), fp_reg(pe, insn_rm(insn), f)));
    return true;
}

V_HSD(FMUL, fp_2src, fp_mul)
V_HSD(FDIV, fp_2src, fp_div)
V_HSD(FADD, fp_2src, fp_add)
V_HSD(FSUB, fp_2src, fp_sub)
V_HSD(FMAX, fp_2src, fp_max)
V_HSD(FMIN, fp_2src, fp_min)
V_HSD(FMAXNM, fp_2src, fp_maxnum)
V_HSD(FMINNM, fp_2src, fp_minnum)
V_HSD(FNMUL, fp_2src, op_fnmul)

/* neg_a: the addend is negated; neg_n: the product, by its first factor. Both before NaNs are looked at. */
FP_FAMILY fp_3src(struct pe *pe, uint32_t insn, enum fp_fmt f, bool neg_a, bool neg_n)
{
    const struct fp_ctx c = fp_ctx_of(pe);
    uint64_t a = fp_reg(pe, insn_ra(insn), f), n = fp_reg(pe, insn_rn(insn), f), m = fp_reg(pe, insn_rm(insn), f);

    a = neg_a ? fp_neg(f, a) : a;
    n = neg_n ? fp_neg(f, n) : n;
    fp_set_reg(pe, insn_rd(insn), fp_muladd(&c, f, a, n, m));
    return true;
}

V_HSD(FMADD, fp_3src, false, false)
V_HSD(FMSUB, fp_3src, false, true)
V_HSD(FNMADD, fp_3src, true, true)
V_HSD(FNMSUB, fp_3src, true, false)

FP_FAMILY fp_mov_imm(struct pe *pe, uint32_t insn, enum fp_fmt f, int unused)
{
    (void)unused;
    fp_set_reg(pe, insn_rd(insn), fp_expand_imm(f, (uint8_t)bits32(insn, 20, 13)));
    return true;
}

V_HSD(FMOV_i, fp_mov_imm, 0)

/* ---- comparison and selection ---- */

FP_FAMILY fp_cmp(struct pe *pe, uint32_t insn, enum fp_fmt f, bool zero, bool signal)
{
    const struct fp_ctx c = fp_ctx_of(pe);
    uint64_t m = zero ? 0 : fp_reg(pe, insn_rm(insn), f);

    pe_set_nzcv(pe, fp_compare(&c, f, fp_reg(pe, insn_rn(insn), f), m, signal) << 28);
    return true;
}

V_HSD(FCMP, fp_cmp, false, false)
V_HSD(FCMP_z, fp_cmp, true, false)
V_HSD(FCMPE, fp_cmp, false, true)
V_HSD(FCMPE_z, fp_cmp, true, true)

FP_FAMILY fp_ccmp(struct pe *pe, uint32_t insn, enum fp_fmt f, bool signal)
{
    if (condition_holds(pe, bits32(insn, 15, 12))) {
        return fp_cmp(pe, insn, f, false, signal);
    }
    pe_set_nzcv(pe, bits32(insn, 3, 0) << 28);
    return true;
}

V_HSD(FCCMP, fp_ccmp, false)
V_HSD(FCCMPE, fp_ccmp, true)

FP_FAMILY fp_csel(struct pe *pe, uint32_t insn, enum fp_fmt f, int unused)
{
    bool holds = condition_holds(pe, bits32(insn, 15, 12));

    (void)unused;
    fp_set_reg(pe, insn_rd(insn), fp_reg(pe, holds ? insn_rn(insn) : insn_rm(insn), f));
    return true;
}

V_HSD(FCSEL, fp_csel, 0)

/* ---- conversion between formats ---- */

FP_FAMILY fp_cvt(struct pe *pe, uint32_t insn, enum fp_fmt to, enum fp_fmt from)
{
    const struct fp_ctx c = fp_ctx_of(pe);

    fp_set_reg(pe, insn_rd(insn), fp_convert(&c, to, from, fp_reg(pe, insn_rn(insn), from), fp_rmode(&c)));
    return true;
}

bool v_FCVT_sd(struct pe *pe, uint32_t insn) { return fp_cvt(pe, insn, FP_D, FP_S); }
bool v_FCVT_sh(struct pe *pe, uint32_t insn) { return fp_cvt(pe, insn, FP_H, FP_S); }
bool v_FCVT_ds(struct pe *pe, uint32_t insn) { return fp_cvt(pe, insn, FP_S, FP_D); }
bool v_FCVT_dh(struct pe *pe, uint32_t insn) { return fp_cvt(pe, insn, FP_H, FP_D); }
bool v_FCVT_hs(struct pe *pe, uint32_t insn) { return fp_cvt(pe, insn, FP_S, FP_H); }
bool v_FCVT_hd(struct pe *pe, uint32_t insn) { return fp_cvt(pe, insn, FP_D, FP_H); }

/* ---- conversion to and from general-purpose registers; bit 31 selects X ---- */

static inline void set_gpr(struct pe *pe, unsigned d, uint64_t val)
{
    pe->x[d == X_ZR ? X_SINK : d] = val;
}

/* A W register's value is extended here: a signed conversion wants its sign. */
static inline uint64_t gpr_operand(const struct pe *pe, uint32_t insn, bool is_unsigned)
{
    uint64_t v = pe->x[insn_rn(insn)];

    if (insn >> 31) {
        return v;
    }
    return is_unsigned ? (uint32_t)v : (uint64_t)(int64_t)(int32_t)v;
}

FP_FAMILY fp_to_gpr(struct pe *pe, uint32_t insn, enum fp_fmt f, unsigned fbits, bool is_unsigned,
                    enum fp_rounding rm)
{
    const struct fp_ctx c = fp_ctx_of(pe);
    uint64_t v = fp_to_fixed(&c, f, fp_reg(pe, insn_rn(insn), f), fbits, is_unsigned, rm, insn >> 31 ? 64 : 32);

    set_gpr(pe, insn_rd(insn), v);
    return true;
}

FP_FAMILY fp_to_int(struct pe *pe, uint32_t insn, enum fp_fmt f, bool is_unsigned, enum fp_rounding rm)
{
    return fp_to_gpr(pe, insn, f, 0, is_unsigned, rm);
}

/* fixed point: 64 - scale fraction bits */
FP_FAMILY fp_to_fix(struct pe *pe, uint32_t insn, enum fp_fmt f, bool is_unsigned)
{
    return fp_to_gpr(pe, insn, f, 64 - bits32(insn, 15, 10), is_unsigned, FPR_ZERO);
}

FP_FAMILY fp_from_gpr(struct pe *pe, uint32_t insn, enum fp_fmt f, unsigned fbits, bool is_unsigned)
{
    const struct fp_ctx c = fp_ctx_of(pe);
    uint64_t v = gpr_operand(pe, insn, is_unsigned);

    fp_set_reg(pe, insn_rd(insn), fp_from_fixed(&c, f, v, fbits, is_unsigned, fp_rmode(&c)));
    return true;
}

FP_FAMILY fp_from_int(struct pe *pe, uint32_t insn, enum fp_fmt f, bool is_unsigned)
{
    return fp_from_gpr(pe, insn, f, 0, is_unsigned);
}

FP_FAMILY fp_from_fix(struct pe *pe, uint32_t insn, enum fp_fmt f, bool is_unsigned)
{
    return fp_from_gpr(pe, insn, f, 64 - bits32(insn, 15, 10), is_unsigned);
}

V_HSD(FCVTNS_g, fp_to_int, false, FPR_TIEEVEN)
V_HSD(FCVTNU_g, fp_to_int, true, FPR_TIEEVEN)
V_HSD(FCVTPS_g, fp_to_int, false, FPR_POSINF)
V_HSD(FCVTPU_g, fp_to_int, true, FPR_POSINF)
V_HSD(FCVTMS_g, fp_to_int, false, FPR_NEGINF)
V_HSD(FCVTMU_g, fp_to_int, true, FPR_NEGINF)
V_HSD(FCVTZS_g, fp_to_int, false, FPR_ZERO)
V_HSD(FCVTZU_g, fp_to_int, true, FPR_ZERO)
V_HSD(FCVTAS_g, fp_to_int, false, FPR_TIEAWAY)
V_HSD(FCVTAU_g, fp_to_int, true, FPR_TIEAWAY)
V_HSD(SCVTF_g, fp_from_int, false)
V_HSD(UCVTF_g, fp_from_int, true)
V_HSD(FCVTZS_fw, fp_to_fix, false)
V_HSD(FCVTZS_fx, fp_to_fix, false)
V_HSD(FCVTZU_fw, fp_to_fix, true)
V_HSD(FCVTZU_fx, fp_to_fix, true)
V_HSD(SCVTF_fw, fp_from_fix, false)
V_HSD(SCVTF_fx, fp_from_fix, false)
V_HSD(UCVTF_fw, fp_from_fix, true)
V_HSD(UCVTF_fx, fp_from_fix, true)

/* ---- FMOV between register files ---- */

/* mask: the bits that move */
FP_FAMILY fp_mov_to_gpr(struct pe *pe, uint32_t insn, uint64_t mask)
{
    set_gpr(pe, insn_rd(insn), pe->v[insn_rn(insn)].d[0] & mask);
    return true;
}

FP_FAMILY fp_mov_from_gpr(struct pe *pe, uint32_t insn, uint64_t mask)
{
    fp_set_reg(pe, insn_rd(insn), pe->x[insn_rn(insn)] & mask);
    return true;
}

bool v_FMOV_ws(struct pe *pe, uint32_t insn) { return fp_mov_to_gpr(pe, insn, UINT32_MAX); }
bool v_FMOV_sw(struct pe *pe, uint32_t insn) { return fp_mov_from_gpr(pe, insn, UINT32_MAX); }
bool v_FMOV_xd(struct pe *pe, uint32_t insn) { return fp_mov_to_gpr(pe, insn, UINT64_MAX); }
bool v_FMOV_dx(struct pe *pe, uint32_t insn) { return fp_mov_from_gpr(pe, insn, UINT64_MAX); }
bool v_FMOV_gh(struct pe *pe, uint32_t insn) { return fp_mov_to_gpr(pe, insn, UINT16_MAX); }
bool v_FMOV_hg(struct pe *pe, uint32_t insn) { return fp_mov_from_gpr(pe, insn, UINT16_MAX); }

/* Vn.D[1]: the other half of the register stays. */
bool v_FMOV_xv(struct pe *pe, uint32_t insn)
{
    set_gpr(pe, insn_rd(insn), pe->v[insn_rn(insn)].d[1]);
    return true;
}

bool v_FMOV_vx(struct pe *pe, uint32_t insn)
{
    pe->v[insn_rd(insn)].d[1] = pe->x[insn_rn(insn)];
    return true;
}
