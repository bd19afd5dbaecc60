/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advanced SIMD three same and three same extra, vector and scalar: one line an
 * encoding; the operations are in simd-ops.h.
 */
#include "cpu/simd.h"

/* ---- add, subtract, multiply ---- */
bool v_add_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(add)); }
bool v_add_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(add)); }
bool v_add_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(add)); }
bool v_sub_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(sub)); }
bool v_sub_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(sub)); }
bool v_sub_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(sub)); }
bool v_mul_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(mul)); }
bool v_mla_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(mla)); }
bool v_mls_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(mls)); }
bool v_pmul_v(struct pe *pe, uint32_t insn) { return same(pe, insn, e_pmul_8, 0, 0, 0); }
bool v_sabd_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(sabd)); }
bool v_uabd_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(uabd)); }
bool v_saba_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(saba)); }
bool v_uaba_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(uaba)); }
bool v_shadd_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(shadd)); }
bool v_uhadd_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(uhadd)); }
bool v_srhadd_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(srhadd)); }
bool v_urhadd_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(urhadd)); }
bool v_shsub_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(shsub)); }
bool v_uhsub_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(uhsub)); }
/* ---- compare, minimum, maximum ---- */
bool v_cmeq_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(cmeq)); }
bool v_cmeq_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(cmeq)); }
bool v_cmeq_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(cmeq)); }
bool v_cmgt_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(cmgt)); }
bool v_cmgt_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(cmgt)); }
bool v_cmgt_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(cmgt)); }
bool v_cmge_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(cmge)); }
bool v_cmge_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(cmge)); }
bool v_cmge_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(cmge)); }
bool v_cmhi_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(cmhi)); }
bool v_cmhi_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(cmhi)); }
bool v_cmhi_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(cmhi)); }
bool v_cmhs_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(cmhs)); }
bool v_cmhs_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(cmhs)); }
bool v_cmhs_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(cmhs)); }
bool v_cmtst_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(cmtst)); }
bool v_cmtst_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(cmtst)); }
bool v_cmtst_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(cmtst)); }
bool v_smax_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(smax)); }
bool v_smin_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(smin)); }
bool v_umax_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(umax)); }
bool v_umin_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(umin)); }
/* ---- shift by register ---- */
bool v_sshl_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(sshl)); }
bool v_sshl_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(sshl)); }
bool v_sshl_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(sshl)); }
bool v_ushl_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(ushl)); }
bool v_ushl_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(ushl)); }
bool v_ushl_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(ushl)); }
bool v_srshl_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(srshl)); }
bool v_srshl_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(srshl)); }
bool v_srshl_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(srshl)); }
bool v_urshl_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(urshl)); }
bool v_urshl_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(urshl)); }
bool v_urshl_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(urshl)); }
/* ---- saturating ---- */
bool v_sqadd_v(struct pe *pe, uint32_t insn) { return same_sat(pe, insn, BHS(sqadd)); }
bool v_sqadd_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(sqadd)); }
bool v_sqadd_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, BHSD(sqadd)); }
bool v_uqadd_v(struct pe *pe, uint32_t insn) { return same_sat(pe, insn, BHS(uqadd)); }
bool v_uqadd_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(uqadd)); }
bool v_uqadd_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, BHSD(uqadd)); }
bool v_sqsub_v(struct pe *pe, uint32_t insn) { return same_sat(pe, insn, BHS(sqsub)); }
bool v_sqsub_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(sqsub)); }
bool v_sqsub_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, BHSD(sqsub)); }
bool v_uqsub_v(struct pe *pe, uint32_t insn) { return same_sat(pe, insn, BHS(uqsub)); }
bool v_uqsub_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(uqsub)); }
bool v_uqsub_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, BHSD(uqsub)); }
bool v_sqshl_v(struct pe *pe, uint32_t insn) { return same_sat(pe, insn, BHS(sqshl)); }
bool v_sqshl_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(sqshl)); }
bool v_sqshl_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, BHSD(sqshl)); }
bool v_uqshl_v(struct pe *pe, uint32_t insn) { return same_sat(pe, insn, BHS(uqshl)); }
bool v_uqshl_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(uqshl)); }
bool v_uqshl_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, BHSD(uqshl)); }
bool v_sqrshl_v(struct pe *pe, uint32_t insn) { return same_sat(pe, insn, BHS(sqrshl)); }
bool v_sqrshl_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(sqrshl)); }
bool v_sqrshl_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, BHSD(sqrshl)); }
bool v_uqrshl_v(struct pe *pe, uint32_t insn) { return same_sat(pe, insn, BHS(uqrshl)); }
bool v_uqrshl_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(uqrshl)); }
bool v_uqrshl_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, BHSD(uqrshl)); }
bool v_sqdmulh_v(struct pe *pe, uint32_t insn) { return same_sat(pe, insn, HS(sqdmulh)); }
bool v_sqdmulh_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, HS(sqdmulh)); }
bool v_sqrdmulh_v(struct pe *pe, uint32_t insn) { return same_sat(pe, insn, HS(sqrdmulh)); }
bool v_sqrdmulh_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, HS(sqrdmulh)); }
bool v_sqrdmlah_v(struct pe *pe, uint32_t insn) { return same_sat(pe, insn, HS(sqrdmlah)); }
bool v_sqrdmlah_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, HS(sqrdmlah)); }
bool v_sqrdmlsh_v(struct pe *pe, uint32_t insn) { return same_sat(pe, insn, HS(sqrdmlsh)); }
bool v_sqrdmlsh_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, HS(sqrdmlsh)); }

/* ---- logical ---- */
#define LOGICAL(name, expr)                                                  \
    bool v_##name(struct pe *pe, uint32_t insn)                              \
    {                                                                        \
        union vreg *r = &pe->v[simd_rd(insn)];                               \
        const union vreg *pn = &pe->v[simd_rn(insn)];                        \
        const union vreg *pm = &pe->v[simd_rm(insn)];                        \
        _Pragma("GCC ivdep")                                                 \
        for (unsigned i = 0; i < 2; i++) {                                   \
            uint64_t d = r->d[i], n = pn->d[i], m = pm->d[i];                \
            (void)d;                                                         \
            r->d[i] = expr;                                                  \
        }                                                                    \
        return simd_done(pe, insn);                                          \
    }
LOGICAL(and_v, n & m)
LOGICAL(bic_v, n & ~m)
LOGICAL(orr_v, n | m)
LOGICAL(orn_v, n | ~m)
LOGICAL(eor_v, n ^ m)
LOGICAL(bsl_v, m ^ ((m ^ n) & d))
LOGICAL(bit_v, d ^ ((d ^ n) & m))
LOGICAL(bif_v, d ^ ((d ^ n) & ~m))

/* ---- pairwise: the pairs of Rn, then those of Rm ---- */
static simd_inline uint64_t pairs(const union vreg *v, unsigned size, simd_op_8 *f8, simd_op_16 *f16, simd_op_32 *f32)
{
    switch (size) {
    case 0: return pairs_8(v, f8);
    case 1: return pairs_16(v, f16);
    default: return pairs_32(v, f32);
    }
}

static simd_inline bool pairwise(struct pe *pe, uint32_t insn, simd_op_8 *f8, simd_op_16 *f16, simd_op_32 *f32,
                                 simd_op_64 *f64)
{
    const union vreg *n = &pe->v[simd_rn(insn)], *m = &pe->v[simd_rm(insn)];
    unsigned size = simd_size(insn);
    (void)f64;
    if (simd_q(insn) == 0) {
        union vreg both = { .d = { n->d[0], m->d[0] } };
        return simd_put64(pe, insn, pairs(&both, size, f8, f16, f32));
    }
    uint64_t lo = pairs(n, size, f8, f16, f32);
    return simd_put128(pe, insn, lo, pairs(m, size, f8, f16, f32));
}

bool v_addp_v(struct pe *pe, uint32_t insn) { return pairwise(pe, insn, BHS(add)); }
bool v_smaxp_v(struct pe *pe, uint32_t insn) { return pairwise(pe, insn, BHS(smax)); }
bool v_sminp_v(struct pe *pe, uint32_t insn) { return pairwise(pe, insn, BHS(smin)); }
bool v_umaxp_v(struct pe *pe, uint32_t insn) { return pairwise(pe, insn, BHS(umax)); }
bool v_uminp_v(struct pe *pe, uint32_t insn) { return pairwise(pe, insn, BHS(umin)); }

bool v_addp_2d(struct pe *pe, uint32_t insn)
{
    const union vreg *n = &pe->v[simd_rn(insn)], *m = &pe->v[simd_rm(insn)];
    return simd_put128(pe, insn, n->d[0] + n->d[1], m->d[0] + m->d[1]);
}

bool v_addp_sc(struct pe *pe, uint32_t insn)
{
    const union vreg *n = &pe->v[simd_rn(insn)];
    return simd_put64(pe, insn, n->d[0] + n->d[1]);
}

/* ---- dot product ---- */
bool v_sdot_v(struct pe *pe, uint32_t insn)
{
    union vreg *r = &pe->v[simd_rd(insn)];
    union vreg n = pe->v[simd_rn(insn)], m = pe->v[simd_rm(insn)];
    for (unsigned i = 0; i < 16; i++) {
        r->s[i / 4] += (uint32_t)((int8_t)n.b[i] * (int8_t)m.b[i]);
    }
    return simd_done(pe, insn);
}

bool v_udot_v(struct pe *pe, uint32_t insn)
{
    union vreg *r = &pe->v[simd_rd(insn)];
    union vreg n = pe->v[simd_rn(insn)], m = pe->v[simd_rm(insn)];
    for (unsigned i = 0; i < 16; i++) {
        r->s[i / 4] += (uint32_t)n.b[i] * m.b[i];
    }
    return simd_done(pe, insn);
}
