/* SPDX-License-Identifier: Apache-2.0 */
/* Advanced SIMD copy, extract, table lookup, permute and modified immediate. */
#include "cpu/simd.h"

/* V[d] = 64 bits, twice when Q is 1 */
static simd_inline bool put_replicated(struct pe *pe, uint32_t insn, uint64_t v)
{
    return simd_q(insn) != 0 ? simd_put128(pe, insn, v, v) : simd_put64(pe, insn, v);
}

/* ---- copy: the lowest set bit of imm5 gives the size, the bits above it the index ---- */
static inline unsigned copy_size(uint32_t insn) { return (unsigned)__builtin_ctz(insn >> 16); }
static inline unsigned copy_index(uint32_t insn) { return bits32(insn, 20, 16) >> copy_size(insn) >> 1; }

static inline uint64_t copy_source(const struct pe *pe, uint32_t insn)
{
    return simd_element(&pe->v[simd_rn(insn)], copy_size(insn), copy_index(insn));
}

/* X[d] = value; writes to XZR are discarded */
static inline bool put_general(struct pe *pe, uint32_t insn, uint64_t value)
{
    if (simd_rd(insn) != X_ZR) {
        pe->x[simd_rd(insn)] = value;
    }
    return true;
}

static simd_inline bool dup_element(struct pe *pe, uint32_t insn)
{
    return put_replicated(pe, insn, simd_replicate(copy_source(pe, insn), copy_size(insn)));
}

static simd_inline bool dup_general(struct pe *pe, uint32_t insn)
{
    return put_replicated(pe, insn, simd_replicate(pe->x[simd_rn(insn)], copy_size(insn)));
}

bool v_dup_ve(struct pe *pe, uint32_t insn) { return dup_element(pe, insn); }
bool v_dup_ve_2d(struct pe *pe, uint32_t insn) { return dup_element(pe, insn); }
bool v_dup_sce(struct pe *pe, uint32_t insn) { return simd_put64(pe, insn, copy_source(pe, insn)); }
bool v_dup_gen(struct pe *pe, uint32_t insn) { return dup_general(pe, insn); }
bool v_dup_gen_2d(struct pe *pe, uint32_t insn) { return dup_general(pe, insn); }
bool v_umov_w(struct pe *pe, uint32_t insn) { return put_general(pe, insn, copy_source(pe, insn)); }
bool v_umov_x(struct pe *pe, uint32_t insn) { return put_general(pe, insn, copy_source(pe, insn)); }

bool v_smov_x(struct pe *pe, uint32_t insn)
{
    return put_general(pe, insn, (uint64_t)sext64(copy_source(pe, insn), 8u << copy_size(insn)));
}

bool v_smov_w(struct pe *pe, uint32_t insn)
{
    return put_general(pe, insn, (uint32_t)sext64(copy_source(pe, insn), 8u << copy_size(insn)));
}

bool v_ins_gen(struct pe *pe, uint32_t insn)
{
    simd_set_element(&pe->v[simd_rd(insn)], copy_size(insn), copy_index(insn), pe->x[simd_rn(insn)]);
    return true;
}

bool v_ins_ve(struct pe *pe, uint32_t insn)
{
    unsigned size = copy_size(insn);
    uint64_t v = simd_element(&pe->v[simd_rn(insn)], size, bits32(insn, 14, 11) >> size);
    simd_set_element(&pe->v[simd_rd(insn)], size, copy_index(insn), v);
    return true;
}

/* ---- extract ---- */

/* 64 bits of hi:lo from bit `shift` on, shift in 0..63 */
static inline uint64_t extract64(uint64_t hi, uint64_t lo, unsigned shift)
{
    return lo >> shift | hi << 1 << (63 - shift);
}

bool v_ext_16b(struct pe *pe, uint32_t insn)
{
    const union vreg *n = &pe->v[simd_rn(insn)], *m = &pe->v[simd_rm(insn)];
    unsigned imm4 = bits32(insn, 14, 11), shift = (imm4 & 7) * 8;
    if (imm4 < 8) {
        uint64_t lo = extract64(n->d[1], n->d[0], shift);
        return simd_put128(pe, insn, lo, extract64(m->d[0], n->d[1], shift));
    }
    uint64_t lo = extract64(m->d[0], n->d[1], shift);
    return simd_put128(pe, insn, lo, extract64(m->d[1], m->d[0], shift));
}

bool v_ext_8b(struct pe *pe, uint32_t insn)
{
    unsigned shift = bits32(insn, 13, 11) * 8;
    return simd_put64(pe, insn, extract64(pe->v[simd_rm(insn)].d[0], pe->v[simd_rn(insn)].d[0], shift));
}

/* ---- table lookup: V[n], V[n + 1 modulo 32] ... as one table of bytes ---- */
static simd_inline bool table(struct pe *pe, uint32_t insn, bool keep)
{
    union vreg tab[4];
    union vreg *r = &pe->v[simd_rd(insn)], index = pe->v[simd_rm(insn)], out;
    unsigned regs = bits32(insn, 14, 13) + 1;
    const uint8_t *bytes = (const uint8_t *)tab;
    for (unsigned i = 0; i < regs; i++) {
        tab[i] = pe->v[(simd_rn(insn) + i) & 31];
    }
    for (unsigned i = 0; i < 16; i++) {
        out.b[i] = index.b[i] < regs * 16 ? bytes[index.b[i]] : keep ? r->b[i] : 0;
    }
    *r = out;
    return simd_done(pe, insn);
}

bool v_tbl_v(struct pe *pe, uint32_t insn) { return table(pe, insn, false); }
bool v_tbx_v(struct pe *pe, uint32_t insn) { return table(pe, insn, true); }

/* ---- permute ---- */
static simd_inline bool zip(struct pe *pe, uint32_t insn, unsigned size, unsigned part)
{
    const union vreg *n = &pe->v[simd_rn(insn)], *m = &pe->v[simd_rm(insn)];
    unsigned q = simd_q(insn), half = part & q;
    union simd_half a = { .d = { n->d[half] } }, b = { .d = { m->d[half] } };
    union vreg r;
    switch (size) {
    case 0: interleave_8(&r, &a, &b); break;
    case 1: interleave_16(&r, &a, &b); break;
    case 2: interleave_32(&r, &a, &b); break;
    default: interleave_64(&r, &a, &b); break;
    }
    return q != 0 ? simd_put128(pe, insn, r.d[0], r.d[1]) : simd_put64(pe, insn, r.d[part]);
}

static simd_inline uint64_t every_second(const union vreg *v, unsigned size, unsigned part)
{
    switch (size) {
    case 0: return every_second_8(v, part);
    case 1: return every_second_16(v, part);
    case 2: return every_second_32(v, part);
    default: return v->d[part];
    }
}

static simd_inline bool uzp(struct pe *pe, uint32_t insn, unsigned size, unsigned part)
{
    const union vreg *n = &pe->v[simd_rn(insn)], *m = &pe->v[simd_rm(insn)];
    if (simd_q(insn) == 0) {
        union vreg both = { .d = { n->d[0], m->d[0] } };
        return simd_put64(pe, insn, every_second(&both, size, part));
    }
    uint64_t lo = every_second(n, size, part);
    return simd_put128(pe, insn, lo, every_second(m, size, part));
}

static simd_inline bool trn(struct pe *pe, uint32_t insn, unsigned size, unsigned part)
{
    const union vreg *n = &pe->v[simd_rn(insn)], *m = &pe->v[simd_rm(insn)];
    union vreg r;
    switch (size) {
    case 0: transpose_8(&r, n, m, part); break;
    case 1: transpose_16(&r, n, m, part); break;
    case 2: transpose_32(&r, n, m, part); break;
    default: transpose_64(&r, n, m, part); break;
    }
    pe->v[simd_rd(insn)] = r;
    return simd_done(pe, insn);
}

bool v_zip1_v(struct pe *pe, uint32_t insn) { return zip(pe, insn, simd_size(insn), 0); }
bool v_zip1_2d(struct pe *pe, uint32_t insn) { return zip(pe, insn, 3, 0); }
bool v_zip2_v(struct pe *pe, uint32_t insn) { return zip(pe, insn, simd_size(insn), 1); }
bool v_zip2_2d(struct pe *pe, uint32_t insn) { return zip(pe, insn, 3, 1); }
bool v_uzp1_v(struct pe *pe, uint32_t insn) { return uzp(pe, insn, simd_size(insn), 0); }
bool v_uzp1_2d(struct pe *pe, uint32_t insn) { return uzp(pe, insn, 3, 0); }
bool v_uzp2_v(struct pe *pe, uint32_t insn) { return uzp(pe, insn, simd_size(insn), 1); }
bool v_uzp2_2d(struct pe *pe, uint32_t insn) { return uzp(pe, insn, 3, 1); }
bool v_trn1_v(struct pe *pe, uint32_t insn) { return trn(pe, insn, simd_size(insn), 0); }
bool v_trn1_2d(struct pe *pe, uint32_t insn) { return trn(pe, insn, 3, 0); }
bool v_trn2_v(struct pe *pe, uint32_t insn) { return trn(pe, insn, simd_size(insn), 1); }
bool v_trn2_2d(struct pe *pe, uint32_t insn) { return trn(pe, insn, 3, 1); }

/* ---- modified immediate: AdvSIMDExpandImm ---- */
static inline uint64_t imm8(uint32_t insn) { return bits32(insn, 18, 16) << 5 | bits32(insn, 9, 5); }

static inline uint64_t imm_32(uint32_t insn)
{
    return (imm8(insn) << 8 * bits32(insn, 14, 13)) * UINT64_C(0x0000000100000001);
}

static inline uint64_t imm_16(uint32_t insn)
{
    return (imm8(insn) << 8 * bit32(insn, 13)) * UINT64_C(0x0001000100010001);
}

/* shifted left with ones coming in */
static inline uint64_t imm_msl(uint32_t insn)
{
    unsigned shift = 8u << bit32(insn, 12);
    return (imm8(insn) << shift | ones64(shift)) * UINT64_C(0x0000000100000001);
}

/* each bit becomes a byte */
static inline uint64_t imm_64(uint32_t insn)
{
    uint64_t spread = imm8(insn) * UINT64_C(0x0101010101010101) & UINT64_C(0x8040201008040201);
    /* a byte that is not zero becomes 0xff */
    spread = (spread + UINT64_C(0x7f7f7f7f7f7f7f7f)) | spread;
    return (spread >> 7 & UINT64_C(0x0101010101010101)) * 0xff;
}

static inline bool orr_imm(struct pe *pe, uint32_t insn, uint64_t imm)
{
    const union vreg *r = &pe->v[simd_rd(insn)];
    return simd_put128(pe, insn, r->d[0] | imm, simd_q(insn) != 0 ? r->d[1] | imm : 0);
}

static inline bool bic_imm(struct pe *pe, uint32_t insn, uint64_t imm)
{
    const union vreg *r = &pe->v[simd_rd(insn)];
    return simd_put128(pe, insn, r->d[0] & ~imm, simd_q(insn) != 0 ? r->d[1] & ~imm : 0);
}

bool v_movi_8(struct pe *pe, uint32_t insn) { return put_replicated(pe, insn, imm8(insn) * UINT64_C(0x0101010101010101)); }
bool v_movi_16(struct pe *pe, uint32_t insn) { return put_replicated(pe, insn, imm_16(insn)); }
bool v_movi_32(struct pe *pe, uint32_t insn) { return put_replicated(pe, insn, imm_32(insn)); }
bool v_movi_64(struct pe *pe, uint32_t insn) { return put_replicated(pe, insn, imm_64(insn)); }
bool v_movi_msl(struct pe *pe, uint32_t insn) { return put_replicated(pe, insn, imm_msl(insn)); }
bool v_mvni_16(struct pe *pe, uint32_t insn) { return put_replicated(pe, insn, ~imm_16(insn)); }
bool v_mvni_32(struct pe *pe, uint32_t insn) { return put_replicated(pe, insn, ~imm_32(insn)); }
bool v_mvni_msl(struct pe *pe, uint32_t insn) { return put_replicated(pe, insn, ~imm_msl(insn)); }
bool v_orr_vi16(struct pe *pe, uint32_t insn) { return orr_imm(pe, insn, imm_16(insn)); }
bool v_orr_vi32(struct pe *pe, uint32_t insn) { return orr_imm(pe, insn, imm_32(insn)); }
bool v_bic_vi16(struct pe *pe, uint32_t insn) { return bic_imm(pe, insn, imm_16(insn)); }
bool v_bic_vi32(struct pe *pe, uint32_t insn) { return bic_imm(pe, insn, imm_32(insn)); }
