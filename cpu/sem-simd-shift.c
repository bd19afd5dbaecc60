/* SPDX-License-Identifier: Apache-2.0 */
/* Advanced SIMD shift by immediate, vector and scalar. */
#include "cpu/simd.h"

/* immh:immb is 2 * esize - shift to the right, esize + shift to the left; its top bit gives esize. */
static inline unsigned imm7(uint32_t insn) { return bits32(insn, 22, 16); }
static inline unsigned imm_size(uint32_t insn) { return 28 - (unsigned)__builtin_clz(imm7(insn)); }

static inline unsigned shift_right(uint32_t insn, unsigned size) { return (16u << size) - imm7(insn); }
static inline unsigned shift_left(uint32_t insn, unsigned size) { return imm7(insn) - (8u << size); }

#define SHAPE_ARGS simd_op_8 *f8, simd_op_16 *f16, simd_op_32 *f32, simd_op_64 *f64

/* 0 from the macros means that only 64-bit elements are left */
static simd_inline unsigned size_of(uint32_t insn, simd_op_32 *f32)
{
    return f32 == NULL ? 3 : imm_size(insn);
}

static simd_inline bool right(struct pe *pe, uint32_t insn, SHAPE_ARGS)
{
    unsigned size = size_of(insn, f32);
    return simd_map(pe, insn, size, FROM_B, shift_right(insn, size), false, f8, f16, f32, f64);
}

static simd_inline bool left(struct pe *pe, uint32_t insn, SHAPE_ARGS)
{
    unsigned size = size_of(insn, f32);
    return simd_map(pe, insn, size, FROM_B, shift_left(insn, size), false, f8, f16, f32, f64);
}

static simd_inline bool left_sat(struct pe *pe, uint32_t insn, SHAPE_ARGS)
{
    unsigned size = size_of(insn, f32);
    return simd_map(pe, insn, size, FROM_B, shift_left(insn, size), true, f8, f16, f32, f64);
}

static simd_inline bool scalar_right(struct pe *pe, uint32_t insn, SHAPE_ARGS)
{
    unsigned size = size_of(insn, f32);
    return simd_map_scalar(pe, insn, size, FROM_B, shift_right(insn, size), f8, f16, f32, f64);
}

static simd_inline bool scalar_left(struct pe *pe, uint32_t insn, SHAPE_ARGS)
{
    unsigned size = size_of(insn, f32);
    return simd_map_scalar(pe, insn, size, FROM_B, shift_left(insn, size), f8, f16, f32, f64);
}

bool v_sshr_v(struct pe *pe, uint32_t insn) { return right(pe, insn, BHS(sshr)); }
bool v_sshr_2d(struct pe *pe, uint32_t insn) { return right(pe, insn, D(sshr)); }
bool v_sshr_sc(struct pe *pe, uint32_t insn) { return scalar_right(pe, insn, D(sshr)); }
bool v_ushr_v(struct pe *pe, uint32_t insn) { return right(pe, insn, BHS(ushr)); }
bool v_ushr_2d(struct pe *pe, uint32_t insn) { return right(pe, insn, D(ushr)); }
bool v_ushr_sc(struct pe *pe, uint32_t insn) { return scalar_right(pe, insn, D(ushr)); }
bool v_ssra_v(struct pe *pe, uint32_t insn) { return right(pe, insn, BHS(ssra)); }
bool v_ssra_2d(struct pe *pe, uint32_t insn) { return right(pe, insn, D(ssra)); }
bool v_ssra_sc(struct pe *pe, uint32_t insn) { return scalar_right(pe, insn, D(ssra)); }
bool v_usra_v(struct pe *pe, uint32_t insn) { return right(pe, insn, BHS(usra)); }
bool v_usra_2d(struct pe *pe, uint32_t insn) { return right(pe, insn, D(usra)); }
bool v_usra_sc(struct pe *pe, uint32_t insn) { return scalar_right(pe, insn, D(usra)); }
bool v_srshr_v(struct pe *pe, uint32_t insn) { return right(pe, insn, BHS(srshr)); }
bool v_srshr_2d(struct pe *pe, uint32_t insn) { return right(pe, insn, D(srshr)); }
bool v_srshr_sc(struct pe *pe, uint32_t insn) { return scalar_right(pe, insn, D(srshr)); }
bool v_urshr_v(struct pe *pe, uint32_t insn) { return right(pe, insn, BHS(urshr)); }
bool v_urshr_2d(struct pe *pe, uint32_t insn) { return right(pe, insn, D(urshr)); }
bool v_urshr_sc(struct pe *pe, uint32_t insn) { return scalar_right(pe, insn, D(urshr)); }
bool v_srsra_v(struct pe *pe, uint32_t insn) { return right(pe, insn, BHS(srsra)); }
bool v_srsra_2d(struct pe *pe, uint32_t insn) { return right(pe, insn, D(srsra)); }
bool v_srsra_sc(struct pe *pe, uint32_t insn) { return scalar_right(pe, insn, D(srsra)); }
bool v_ursra_v(struct pe *pe, uint32_t insn) { return right(pe, insn, BHS(ursra)); }
bool v_ursra_2d(struct pe *pe, uint32_t insn) { return right(pe, insn, D(ursra)); }
bool v_ursra_sc(struct pe *pe, uint32_t insn) { return scalar_right(pe, insn, D(ursra)); }
bool v_sri_v(struct pe *pe, uint32_t insn) { return right(pe, insn, BHS(sri)); }
bool v_sri_2d(struct pe *pe, uint32_t insn) { return right(pe, insn, D(sri)); }
bool v_sri_sc(struct pe *pe, uint32_t insn) { return scalar_right(pe, insn, D(sri)); }
bool v_shl_v(struct pe *pe, uint32_t insn) { return left(pe, insn, BHS(shl)); }
bool v_shl_2d(struct pe *pe, uint32_t insn) { return left(pe, insn, D(shl)); }
bool v_shl_sc(struct pe *pe, uint32_t insn) { return scalar_left(pe, insn, D(shl)); }
bool v_sli_v(struct pe *pe, uint32_t insn) { return left(pe, insn, BHS(sli)); }
bool v_sli_2d(struct pe *pe, uint32_t insn) { return left(pe, insn, D(sli)); }
bool v_sli_sc(struct pe *pe, uint32_t insn) { return scalar_left(pe, insn, D(sli)); }
bool v_sqshl_imm_v(struct pe *pe, uint32_t insn) { return left_sat(pe, insn, BHS(sqshl)); }
bool v_sqshl_imm_2d(struct pe *pe, uint32_t insn) { return left(pe, insn, D(sqshl)); }
bool v_sqshl_imm_sc(struct pe *pe, uint32_t insn) { return scalar_left(pe, insn, BHSD(sqshl)); }
bool v_uqshl_imm_v(struct pe *pe, uint32_t insn) { return left_sat(pe, insn, BHS(uqshl)); }
bool v_uqshl_imm_2d(struct pe *pe, uint32_t insn) { return left(pe, insn, D(uqshl)); }
bool v_uqshl_imm_sc(struct pe *pe, uint32_t insn) { return scalar_left(pe, insn, BHSD(uqshl)); }
bool v_sqshlu_v(struct pe *pe, uint32_t insn) { return left_sat(pe, insn, BHS(sqshlu)); }
bool v_sqshlu_2d(struct pe *pe, uint32_t insn) { return left(pe, insn, D(sqshlu)); }
bool v_sqshlu_sc(struct pe *pe, uint32_t insn) { return scalar_left(pe, insn, BHSD(sqshlu)); }

/* ---- narrow ---- */
static simd_inline bool narrow(struct pe *pe, uint32_t insn, simd_nop_8 *f8, simd_nop_16 *f16, simd_nop_32 *f32)
{
    const union vreg *n = &pe->v[simd_rn(insn)];
    unsigned size = imm_size(insn), shift = shift_right(insn, size);
    uint32_t qc = 0;
    uint64_t r;
    switch (size) {
    case 0: r = map_narrow_8(n, NULL, (uint16_t)shift, FROM_B, &qc, f8); break;
    case 1: r = map_narrow_16(n, NULL, shift, FROM_B, &qc, f16); break;
    default: r = map_narrow_32(n, NULL, shift, FROM_B, &qc, f32); break;
    }
    simd_qc(pe, qc);
    return simd_put_part(pe, insn, r);
}

static simd_inline bool narrow_scalar(struct pe *pe, uint32_t insn, simd_nop_8 *f8, simd_nop_16 *f16, simd_nop_32 *f32)
{
    const union vreg *n = &pe->v[simd_rn(insn)];
    unsigned size = imm_size(insn), shift = shift_right(insn, size);
    uint32_t qc = 0;
    uint64_t r;
    switch (size) {
    case 0: r = f8(n->h[0], (uint16_t)shift, &qc); break;
    case 1: r = f16(n->s[0], shift, &qc); break;
    default: r = f32(n->d[0], shift, &qc); break;
    }
    simd_qc(pe, qc);
    return simd_put64(pe, insn, r);
}

bool v_shrn_v(struct pe *pe, uint32_t insn) { return narrow(pe, insn, NARROW(shrn)); }
bool v_rshrn_v(struct pe *pe, uint32_t insn) { return narrow(pe, insn, NARROW(rshrn)); }
bool v_sqshrn_v(struct pe *pe, uint32_t insn) { return narrow(pe, insn, NARROW(sqshrn)); }
bool v_sqshrn_sc(struct pe *pe, uint32_t insn) { return narrow_scalar(pe, insn, NARROW(sqshrn)); }
bool v_uqshrn_v(struct pe *pe, uint32_t insn) { return narrow(pe, insn, NARROW(uqshrn)); }
bool v_uqshrn_sc(struct pe *pe, uint32_t insn) { return narrow_scalar(pe, insn, NARROW(uqshrn)); }
bool v_sqrshrn_v(struct pe *pe, uint32_t insn) { return narrow(pe, insn, NARROW(sqrshrn)); }
bool v_sqrshrn_sc(struct pe *pe, uint32_t insn) { return narrow_scalar(pe, insn, NARROW(sqrshrn)); }
bool v_uqrshrn_v(struct pe *pe, uint32_t insn) { return narrow(pe, insn, NARROW(uqrshrn)); }
bool v_uqrshrn_sc(struct pe *pe, uint32_t insn) { return narrow_scalar(pe, insn, NARROW(uqrshrn)); }
bool v_sqshrun_v(struct pe *pe, uint32_t insn) { return narrow(pe, insn, NARROW(sqshrun)); }
bool v_sqshrun_sc(struct pe *pe, uint32_t insn) { return narrow_scalar(pe, insn, NARROW(sqshrun)); }
bool v_sqrshrun_v(struct pe *pe, uint32_t insn) { return narrow(pe, insn, NARROW(sqrshrun)); }
bool v_sqrshrun_sc(struct pe *pe, uint32_t insn) { return narrow_scalar(pe, insn, NARROW(sqrshrun)); }

/* ---- long ---- */
static simd_inline bool left_long(struct pe *pe, uint32_t insn, simd_wop_8 *f8, simd_wop_16 *f16, simd_wop_32 *f32)
{
    union vreg *r = &pe->v[simd_rd(insn)];
    union simd_half n = { .d = { pe->v[simd_rn(insn)].d[simd_q(insn)] } };
    unsigned size = imm_size(insn), shift = shift_left(insn, size);
    switch (size) {
    case 0: map_long_8(r, r, &n, NULL, (uint8_t)shift, FROM_B, NULL, f8); break;
    case 1: map_long_16(r, r, &n, NULL, (uint16_t)shift, FROM_B, NULL, f16); break;
    default: map_long_32(r, r, &n, NULL, shift, FROM_B, NULL, f32); break;
    }
    return true;
}

bool v_sshll_v(struct pe *pe, uint32_t insn) { return left_long(pe, insn, LONG_BHS(sshll)); }
bool v_ushll_v(struct pe *pe, uint32_t insn) { return left_long(pe, insn, LONG_BHS(ushll)); }
