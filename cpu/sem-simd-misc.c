/* SPDX-License-Identifier: Apache-2.0 */
/* Advanced SIMD two-register miscellaneous (vector and scalar) and across lanes. */
#include "cpu/simd.h"

/* ---- one source, element by element (the shapes for three registers: these operations do not use b) ---- */
bool v_abs_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(abs)); }
bool v_abs_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(abs)); }
bool v_abs_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(abs)); }
bool v_neg_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(neg)); }
bool v_neg_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(neg)); }
bool v_neg_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(neg)); }
bool v_cmeq0_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(cmeq0)); }
bool v_cmeq0_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(cmeq0)); }
bool v_cmeq0_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(cmeq0)); }
bool v_cmgt0_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(cmgt0)); }
bool v_cmgt0_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(cmgt0)); }
bool v_cmgt0_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(cmgt0)); }
bool v_cmge0_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(cmge0)); }
bool v_cmge0_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(cmge0)); }
bool v_cmge0_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(cmge0)); }
bool v_cmlt0_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(cmlt0)); }
bool v_cmlt0_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(cmlt0)); }
bool v_cmlt0_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(cmlt0)); }
bool v_cmle0_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(cmle0)); }
bool v_cmle0_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(cmle0)); }
bool v_cmle0_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, D(cmle0)); }
bool v_sqabs_v(struct pe *pe, uint32_t insn) { return same_sat(pe, insn, BHS(sqabs)); }
bool v_sqabs_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(sqabs)); }
bool v_sqabs_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, BHSD(sqabs)); }
bool v_sqneg_v(struct pe *pe, uint32_t insn) { return same_sat(pe, insn, BHS(sqneg)); }
bool v_sqneg_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(sqneg)); }
bool v_sqneg_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, BHSD(sqneg)); }
bool v_suqadd_v(struct pe *pe, uint32_t insn) { return same_sat(pe, insn, BHS(suqadd)); }
bool v_suqadd_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(suqadd)); }
bool v_suqadd_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, BHSD(suqadd)); }
bool v_usqadd_v(struct pe *pe, uint32_t insn) { return same_sat(pe, insn, BHS(usqadd)); }
bool v_usqadd_2d(struct pe *pe, uint32_t insn) { return same(pe, insn, D(usqadd)); }
bool v_usqadd_sc(struct pe *pe, uint32_t insn) { return scalar(pe, insn, BHSD(usqadd)); }
bool v_cls_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(cls)); }
bool v_clz_v(struct pe *pe, uint32_t insn) { return same(pe, insn, BHS(clz)); }

/* ---- bits and bytes within 64 ---- */
static simd_inline bool each64(struct pe *pe, uint32_t insn, uint64_t (*f)(uint64_t))
{
    const union vreg *n = &pe->v[simd_rn(insn)];
    if (simd_q(insn) == 0) {
        return simd_put64(pe, insn, f(n->d[0]));
    }
    uint64_t lo = f(n->d[0]);
    return simd_put128(pe, insn, lo, f(n->d[1]));
}

/* neighbouring groups of `width` bits change places; `mask` has the lower group of each pair */
static inline uint64_t swap_groups(uint64_t v, unsigned width, uint64_t mask)
{
    return (v >> width & mask) | (v & mask) << width;
}

#define MASK_1 UINT64_C(0x5555555555555555)
#define MASK_2 UINT64_C(0x3333333333333333)
#define MASK_4 UINT64_C(0x0f0f0f0f0f0f0f0f)
#define MASK_8 UINT64_C(0x00ff00ff00ff00ff)
#define MASK_16 UINT64_C(0x0000ffff0000ffff)

static uint64_t not_64(uint64_t v) { return ~v; }
static uint64_t rev16_b(uint64_t v) { return swap_groups(v, 8, MASK_8); }
static uint64_t rev32_h(uint64_t v) { return swap_groups(v, 16, MASK_16); }
static uint64_t rev64_s(uint64_t v) { return v >> 32 | v << 32; }
static uint64_t rev32_b(uint64_t v) { return rev64_s(__builtin_bswap64(v)); }
static uint64_t rev64_b(uint64_t v) { return __builtin_bswap64(v); }
static uint64_t rev64_h(uint64_t v) { return rev64_s(rev32_h(v)); }

static uint64_t rbit_b(uint64_t v)
{
    return swap_groups(swap_groups(swap_groups(v, 1, MASK_1), 2, MASK_2), 4, MASK_4);
}

static uint64_t cnt_b(uint64_t v)
{
    v -= v >> 1 & MASK_1;
    v = (v & MASK_2) + (v >> 2 & MASK_2);
    return (v + (v >> 4)) & MASK_4;
}

bool v_not_v(struct pe *pe, uint32_t insn) { return each64(pe, insn, not_64); }
bool v_rbit_v(struct pe *pe, uint32_t insn) { return each64(pe, insn, rbit_b); }
bool v_cnt_v(struct pe *pe, uint32_t insn) { return each64(pe, insn, cnt_b); }
bool v_rev16_v(struct pe *pe, uint32_t insn) { return each64(pe, insn, rev16_b); }

bool v_rev32_v(struct pe *pe, uint32_t insn)
{
    return simd_size(insn) == 0 ? each64(pe, insn, rev32_b) : each64(pe, insn, rev32_h);
}

bool v_rev64_v(struct pe *pe, uint32_t insn)
{
    switch (simd_size(insn)) {
    case 0: return each64(pe, insn, rev64_b);
    case 1: return each64(pe, insn, rev64_h);
    default: return each64(pe, insn, rev64_s);
    }
}

/* ---- pairs to a wide element ---- */
static simd_inline bool pairs_long(struct pe *pe, uint32_t insn, simd_wop_8 *f8, simd_wop_16 *f16, simd_wop_32 *f32)
{
    union vreg *r = &pe->v[simd_rd(insn)];
    const union vreg *n = &pe->v[simd_rn(insn)];
    switch (simd_size(insn)) {
    case 0: map_pairs_long_8(r, n, f8); break;
    case 1: map_pairs_long_16(r, n, f16); break;
    default: map_pairs_long_32(r, n, f32); break;
    }
    return simd_done(pe, insn);
}

bool v_saddlp_v(struct pe *pe, uint32_t insn) { return pairs_long(pe, insn, LONG_BHS(saddl)); }
bool v_uaddlp_v(struct pe *pe, uint32_t insn) { return pairs_long(pe, insn, LONG_BHS(uaddl)); }
bool v_sadalp_v(struct pe *pe, uint32_t insn) { return pairs_long(pe, insn, LONG_BHS(sadalp)); }
bool v_uadalp_v(struct pe *pe, uint32_t insn) { return pairs_long(pe, insn, LONG_BHS(uadalp)); }

/* ---- narrow, and shift left long by the element size ---- */
static simd_inline bool narrow(struct pe *pe, uint32_t insn, simd_nop_8 *f8, simd_nop_16 *f16, simd_nop_32 *f32)
{
    const union vreg *n = &pe->v[simd_rn(insn)];
    uint32_t qc = 0;
    uint64_t r;
    switch (simd_size(insn)) {
    case 0: r = map_narrow_8(n, NULL, 0, FROM_B, &qc, f8); break;
    case 1: r = map_narrow_16(n, NULL, 0, FROM_B, &qc, f16); break;
    default: r = map_narrow_32(n, NULL, 0, FROM_B, &qc, f32); break;
    }
    simd_qc(pe, qc);
    return simd_put_part(pe, insn, r);
}

static simd_inline bool narrow_scalar(struct pe *pe, uint32_t insn, simd_nop_8 *f8, simd_nop_16 *f16, simd_nop_32 *f32)
{
    const union vreg *n = &pe->v[simd_rn(insn)];
    uint32_t qc = 0;
    uint64_t r;
    switch (simd_size(insn)) {
    case 0: r = f8(n->h[0], 0, &qc); break;
    case 1: r = f16(n->s[0], 0, &qc); break;
    default: r = f32(n->d[0], 0, &qc); break;
    }
    simd_qc(pe, qc);
    return simd_put64(pe, insn, r);
}

bool v_xtn_v(struct pe *pe, uint32_t insn) { return narrow(pe, insn, NARROW(xtn)); }
bool v_sqxtn_v(struct pe *pe, uint32_t insn) { return narrow(pe, insn, NARROW(sqxtn)); }
bool v_sqxtn_sc(struct pe *pe, uint32_t insn) { return narrow_scalar(pe, insn, NARROW(sqxtn)); }
bool v_uqxtn_v(struct pe *pe, uint32_t insn) { return narrow(pe, insn, NARROW(uqxtn)); }
bool v_uqxtn_sc(struct pe *pe, uint32_t insn) { return narrow_scalar(pe, insn, NARROW(uqxtn)); }
bool v_sqxtun_v(struct pe *pe, uint32_t insn) { return narrow(pe, insn, NARROW(sqxtun)); }
bool v_sqxtun_sc(struct pe *pe, uint32_t insn) { return narrow_scalar(pe, insn, NARROW(sqxtun)); }

bool v_shll_v(struct pe *pe, uint32_t insn)
{
    union vreg *r = &pe->v[simd_rd(insn)];
    union simd_half n = { .d = { pe->v[simd_rn(insn)].d[simd_q(insn)] } };
    switch (simd_size(insn)) {
    case 0: map_long_8(r, r, &n, NULL, 8, FROM_B, NULL, w_ushll_8); break;
    case 1: map_long_16(r, r, &n, NULL, 16, FROM_B, NULL, w_ushll_16); break;
    default: map_long_32(r, r, &n, NULL, 32, FROM_B, NULL, w_ushll_32); break;
    }
    return true;
}

/* ---- across lanes ---- */
static simd_inline bool across(struct pe *pe, uint32_t insn, simd_op_8 *f8, simd_op_16 *f16, simd_op_32 *f32,
                               simd_op_64 *f64)
{
    const union vreg *n = &pe->v[simd_rn(insn)];
    unsigned q = simd_q(insn);
    (void)f64;
    switch (simd_size(insn)) {
    case 0: return simd_put64(pe, insn, reduce_8(n, 8u << q, f8));
    case 1: return simd_put64(pe, insn, reduce_16(n, 4u << q, f16));
    default: return simd_put64(pe, insn, reduce_32(n, 4, f32));
    }
}

bool v_addv_v(struct pe *pe, uint32_t insn) { return across(pe, insn, BHS(add)); }
bool v_addv_4s(struct pe *pe, uint32_t insn) { return across(pe, insn, BHS(add)); }
bool v_smaxv_v(struct pe *pe, uint32_t insn) { return across(pe, insn, BHS(smax)); }
bool v_smaxv_4s(struct pe *pe, uint32_t insn) { return across(pe, insn, BHS(smax)); }
bool v_sminv_v(struct pe *pe, uint32_t insn) { return across(pe, insn, BHS(smin)); }
bool v_sminv_4s(struct pe *pe, uint32_t insn) { return across(pe, insn, BHS(smin)); }
bool v_umaxv_v(struct pe *pe, uint32_t insn) { return across(pe, insn, BHS(umax)); }
bool v_umaxv_4s(struct pe *pe, uint32_t insn) { return across(pe, insn, BHS(umax)); }
bool v_uminv_v(struct pe *pe, uint32_t insn) { return across(pe, insn, BHS(umin)); }
bool v_uminv_4s(struct pe *pe, uint32_t insn) { return across(pe, insn, BHS(umin)); }

/* The sum is as wide as two elements: cut to that. */
bool v_uaddlv_v(struct pe *pe, uint32_t insn)
{
    const union vreg *n = &pe->v[simd_rn(insn)];
    uint32_t sum = 0;
    if (simd_size(insn) == 0) {
        for (unsigned i = 0; i < 8u << simd_q(insn); i++) {
            sum += n->b[i];
        }
        return simd_put64(pe, insn, (uint16_t)sum);
    }
    for (unsigned i = 0; i < 4u << simd_q(insn); i++) {
        sum += n->h[i];
    }
    return simd_put64(pe, insn, sum);
}

bool v_saddlv_v(struct pe *pe, uint32_t insn)
{
    const union vreg *n = &pe->v[simd_rn(insn)];
    int32_t sum = 0;
    if (simd_size(insn) == 0) {
        for (unsigned i = 0; i < 8u << simd_q(insn); i++) {
            sum += (int8_t)n->b[i];
        }
        return simd_put64(pe, insn, (uint16_t)sum);
    }
    for (unsigned i = 0; i < 4u << simd_q(insn); i++) {
        sum += (int16_t)n->h[i];
    }
    return simd_put64(pe, insn, (uint32_t)sum);
}

bool v_uaddlv_4s(struct pe *pe, uint32_t insn)
{
    const union vreg *n = &pe->v[simd_rn(insn)];
    return simd_put64(pe, insn, (uint64_t)n->s[0] + n->s[1] + n->s[2] + n->s[3]);
}

bool v_saddlv_4s(struct pe *pe, uint32_t insn)
{
    const union vreg *n = &pe->v[simd_rn(insn)];
    int64_t sum = (int64_t)(int32_t)n->s[0] + (int32_t)n->s[1] + (int32_t)n->s[2] + (int32_t)n->s[3];
    return simd_put64(pe, insn, (uint64_t)sum);
}
