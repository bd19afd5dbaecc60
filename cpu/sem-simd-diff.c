/* SPDX-License-Identifier: Apache-2.0 */
/* Advanced SIMD three different, and vector or scalar x indexed element. */
#include "cpu/simd.h"

/* ---- shapes ---- */

/* Wide result of the halves that Q selects */
static simd_inline bool long_op(struct pe *pe, uint32_t insn, enum simd_from from, uint64_t b,
                                simd_wop_8 *f8, simd_wop_16 *f16, simd_wop_32 *f32)
{
    union vreg *r = &pe->v[simd_rd(insn)];
    union vreg n = pe->v[simd_rn(insn)]; /* copies: narrow elements move */
    unsigned q = simd_q(insn), size = simd_size(insn);
    union simd_half hn = { .d = { n.d[q] } }, hm = { .d = { pe->v[simd_rm(insn)].d[q] } };
    uint32_t qc = 0;
    if (f8 != NULL && size == 0) {
        map_long_8(r, &n, &hn, &hm, (uint8_t)b, from, &qc, f8);
    } else if (size == 1) {
        map_long_16(r, &n, &hn, &hm, (uint16_t)b, from, &qc, f16);
    } else {
        map_long_32(r, &n, &hn, &hm, (uint32_t)b, from, &qc, f32);
    }
    simd_qc(pe, qc);
    return true;
}

static simd_inline bool three_long(struct pe *pe, uint32_t insn, simd_wop_8 *f8, simd_wop_16 *f16, simd_wop_32 *f32)
{
    return long_op(pe, insn, FROM_RM, 0, f8, f16, f32);
}

static simd_inline bool elem_long(struct pe *pe, uint32_t insn, simd_wop_8 *f8, simd_wop_16 *f16, simd_wop_32 *f32)
{
    return long_op(pe, insn, FROM_B, simd_indexed(pe, insn), f8, f16, f32);
}

/* One wide result, of size 1 or 2 */
static simd_inline bool long_scalar(struct pe *pe, uint32_t insn, uint64_t b, simd_wop_16 *f16, simd_wop_32 *f32)
{
    const union vreg *d = &pe->v[simd_rd(insn)], *n = &pe->v[simd_rn(insn)];
    uint32_t qc = 0;
    uint64_t r;
    if (simd_size(insn) == 1) {
        r = f16(d->s[0], 0, n->h[0], (uint16_t)b, &qc);
    } else {
        r = f32(d->d[0], 0, n->s[0], (uint32_t)b, &qc);
    }
    simd_qc(pe, qc);
    return simd_put64(pe, insn, r);
}

static simd_inline bool scalar_long(struct pe *pe, uint32_t insn, simd_wop_8 *f8, simd_wop_16 *f16, simd_wop_32 *f32)
{
    (void)f8;
    return long_scalar(pe, insn, pe->v[simd_rm(insn)].d[0], f16, f32);
}

static simd_inline bool scalar_elem_long(struct pe *pe, uint32_t insn, simd_wop_8 *f8, simd_wop_16 *f16,
                                         simd_wop_32 *f32)
{
    (void)f8;
    return long_scalar(pe, insn, simd_indexed(pe, insn), f16, f32);
}

static simd_inline bool three_narrow(struct pe *pe, uint32_t insn, simd_nop_8 *f8, simd_nop_16 *f16, simd_nop_32 *f32)
{
    const union vreg *n = &pe->v[simd_rn(insn)], *m = &pe->v[simd_rm(insn)];
    switch (simd_size(insn)) {
    case 0: return simd_put_part(pe, insn, map_narrow_8(n, m, 0, FROM_RM, NULL, f8));
    case 1: return simd_put_part(pe, insn, map_narrow_16(n, m, 0, FROM_RM, NULL, f16));
    default: return simd_put_part(pe, insn, map_narrow_32(n, m, 0, FROM_RM, NULL, f32));
    }
}

static simd_inline bool elem(struct pe *pe, uint32_t insn, simd_op_8 *f8, simd_op_16 *f16, simd_op_32 *f32,
                             simd_op_64 *f64)
{
    return simd_map(pe, insn, simd_size(insn), FROM_B, simd_indexed(pe, insn), false, f8, f16, f32, f64);
}

static simd_inline bool elem_sat(struct pe *pe, uint32_t insn, simd_op_8 *f8, simd_op_16 *f16, simd_op_32 *f32,
                                 simd_op_64 *f64)
{
    return simd_map(pe, insn, simd_size(insn), FROM_B, simd_indexed(pe, insn), true, f8, f16, f32, f64);
}

static simd_inline bool scalar_elem(struct pe *pe, uint32_t insn, simd_op_8 *f8, simd_op_16 *f16, simd_op_32 *f32,
                                    simd_op_64 *f64)
{
    return simd_map_scalar(pe, insn, simd_size(insn), FROM_B, simd_indexed(pe, insn), f8, f16, f32, f64);
}

/* ---- three different ---- */
bool v_saddl_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(saddl)); }
bool v_uaddl_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(uaddl)); }
bool v_saddw_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(saddw)); }
bool v_uaddw_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(uaddw)); }
bool v_ssubl_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(ssubl)); }
bool v_usubl_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(usubl)); }
bool v_ssubw_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(ssubw)); }
bool v_usubw_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(usubw)); }
bool v_sabal_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(sabal)); }
bool v_uabal_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(uabal)); }
bool v_sabdl_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(sabdl)); }
bool v_uabdl_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(uabdl)); }
bool v_smlal_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(smlal)); }
bool v_umlal_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(umlal)); }
bool v_smlsl_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(smlsl)); }
bool v_umlsl_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(umlsl)); }
bool v_smull_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(smull)); }
bool v_umull_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_BHS(umull)); }
bool v_sqdmlal_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_HS(sqdmlal)); }
bool v_sqdmlal_sc(struct pe *pe, uint32_t insn) { return scalar_long(pe, insn, LONG_HS(sqdmlal)); }
bool v_sqdmlsl_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_HS(sqdmlsl)); }
bool v_sqdmlsl_sc(struct pe *pe, uint32_t insn) { return scalar_long(pe, insn, LONG_HS(sqdmlsl)); }
bool v_sqdmull_v(struct pe *pe, uint32_t insn) { return three_long(pe, insn, LONG_HS(sqdmull)); }
bool v_sqdmull_sc(struct pe *pe, uint32_t insn) { return scalar_long(pe, insn, LONG_HS(sqdmull)); }
bool v_addhn_v(struct pe *pe, uint32_t insn) { return three_narrow(pe, insn, NARROW(addhn)); }
bool v_raddhn_v(struct pe *pe, uint32_t insn) { return three_narrow(pe, insn, NARROW(raddhn)); }
bool v_subhn_v(struct pe *pe, uint32_t insn) { return three_narrow(pe, insn, NARROW(subhn)); }
bool v_rsubhn_v(struct pe *pe, uint32_t insn) { return three_narrow(pe, insn, NARROW(rsubhn)); }

/* 8 polynomial products of bytes */
bool v_pmull_v(struct pe *pe, uint32_t insn)
{
    union vreg *r = &pe->v[simd_rd(insn)];
    unsigned q = simd_q(insn);
    union simd_half n = { .d = { pe->v[simd_rn(insn)].d[q] } }, m = { .d = { pe->v[simd_rm(insn)].d[q] } };
    map_long_8(r, r, &n, &m, 0, FROM_RM, NULL, w_pmull_8);
    return true;
}

/* PolynomialMult of 64-bit values, four bits of m at a time */
bool v_pmull_1q(struct pe *pe, uint32_t insn)
{
    unsigned q = simd_q(insn);
    uint64_t n = pe->v[simd_rn(insn)].d[q], m = pe->v[simd_rm(insn)].d[q];
    unsigned __int128 multiple[16] = { 0, n };
    for (unsigned i = 2; i < 16; i += 2) {
        multiple[i] = multiple[i / 2] << 1;
        multiple[i + 1] = multiple[i] ^ n;
    }
    unsigned __int128 r = 0;
    for (int i = 60; i >= 0; i -= 4) {
        r = r << 4 ^ multiple[m >> i & 15];
    }
    return simd_put128(pe, insn, (uint64_t)r, (uint64_t)(r >> 64));
}

/* ---- by element ---- */
bool v_mul_ve(struct pe *pe, uint32_t insn) { return elem(pe, insn, HS(mul)); }
bool v_mla_ve(struct pe *pe, uint32_t insn) { return elem(pe, insn, HS(mla)); }
bool v_mls_ve(struct pe *pe, uint32_t insn) { return elem(pe, insn, HS(mls)); }
bool v_smull_ve(struct pe *pe, uint32_t insn) { return elem_long(pe, insn, LONG_HS(smull)); }
bool v_umull_ve(struct pe *pe, uint32_t insn) { return elem_long(pe, insn, LONG_HS(umull)); }
bool v_smlal_ve(struct pe *pe, uint32_t insn) { return elem_long(pe, insn, LONG_HS(smlal)); }
bool v_umlal_ve(struct pe *pe, uint32_t insn) { return elem_long(pe, insn, LONG_HS(umlal)); }
bool v_smlsl_ve(struct pe *pe, uint32_t insn) { return elem_long(pe, insn, LONG_HS(smlsl)); }
bool v_umlsl_ve(struct pe *pe, uint32_t insn) { return elem_long(pe, insn, LONG_HS(umlsl)); }
bool v_sqdmulh_ve(struct pe *pe, uint32_t insn) { return elem_sat(pe, insn, HS(sqdmulh)); }
bool v_sqdmulh_sce(struct pe *pe, uint32_t insn) { return scalar_elem(pe, insn, HS(sqdmulh)); }
bool v_sqrdmulh_ve(struct pe *pe, uint32_t insn) { return elem_sat(pe, insn, HS(sqrdmulh)); }
bool v_sqrdmulh_sce(struct pe *pe, uint32_t insn) { return scalar_elem(pe, insn, HS(sqrdmulh)); }
bool v_sqrdmlah_ve(struct pe *pe, uint32_t insn) { return elem_sat(pe, insn, HS(sqrdmlah)); }
bool v_sqrdmlah_sce(struct pe *pe, uint32_t insn) { return scalar_elem(pe, insn, HS(sqrdmlah)); }
bool v_sqrdmlsh_ve(struct pe *pe, uint32_t insn) { return elem_sat(pe, insn, HS(sqrdmlsh)); }
bool v_sqrdmlsh_sce(struct pe *pe, uint32_t insn) { return scalar_elem(pe, insn, HS(sqrdmlsh)); }
bool v_sqdmull_ve(struct pe *pe, uint32_t insn) { return elem_long(pe, insn, LONG_HS(sqdmull)); }
bool v_sqdmull_sce(struct pe *pe, uint32_t insn) { return scalar_elem_long(pe, insn, LONG_HS(sqdmull)); }
bool v_sqdmlal_ve(struct pe *pe, uint32_t insn) { return elem_long(pe, insn, LONG_HS(sqdmlal)); }
bool v_sqdmlal_sce(struct pe *pe, uint32_t insn) { return scalar_elem_long(pe, insn, LONG_HS(sqdmlal)); }
bool v_sqdmlsl_ve(struct pe *pe, uint32_t insn) { return elem_long(pe, insn, LONG_HS(sqdmlsl)); }
bool v_sqdmlsl_sce(struct pe *pe, uint32_t insn) { return scalar_elem_long(pe, insn, LONG_HS(sqdmlsl)); }

bool v_sdot_ve(struct pe *pe, uint32_t insn)
{
    union vreg *r = &pe->v[simd_rd(insn)];
    union vreg n = pe->v[simd_rn(insn)];
    union simd_half m = { .s = { (uint32_t)simd_indexed(pe, insn) } };
    for (unsigned i = 0; i < 16; i++) {
        r->s[i / 4] += (uint32_t)((int8_t)n.b[i] * (int8_t)m.b[i % 4]);
    }
    return simd_done(pe, insn);
}

bool v_udot_ve(struct pe *pe, uint32_t insn)
{
    union vreg *r = &pe->v[simd_rd(insn)];
    union vreg n = pe->v[simd_rn(insn)];
    union simd_half m = { .s = { (uint32_t)simd_indexed(pe, insn) } };
    for (unsigned i = 0; i < 16; i++) {
        r->s[i / 4] += (uint32_t)n.b[i] * m.b[i % 4];
    }
    return simd_done(pe, insn);
}
