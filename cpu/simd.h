/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the Advanced SIMD semantics share: operands of an instruction word, the
 * operations on elements (simd-ops.h, once for each element size), and the
 * shapes: functions that take the operations of all sizes as constant arguments
 * and are inlined, so that an instruction is one line and has no indirect call.
 */
#ifndef HYPSCOPE_CPU_SIMD_H
#define HYPSCOPE_CPU_SIMD_H

#include "cpu/pe.h"
#include "a64-v.h"           /* generated: bool v_NAME(struct pe *pe, uint32_t insn) */

#define simd_inline inline __attribute__((always_inline))

/* 64 bits of a register; d[0] so that LANE[0] reads the same at every size */
union simd_half {
    uint64_t d[1];
    uint32_t s[2];
    uint16_t h[4];
    uint8_t b[8];
};

/* Where the second operand of a loop comes from: the elements of Rm, or one value for all */
enum simd_from { FROM_RM, FROM_B };

#define ESIZE 8
#define LANE b
#define UNS uint8_t
#define SGN int8_t
#define PRO uint32_t
#define WUNS uint16_t
#define WSGN int16_t
#define WLANE h
#include "cpu/simd-ops.h"

#define ESIZE 16
#define LANE h
#define UNS uint16_t
#define SGN int16_t
#define PRO uint32_t
#define WUNS uint32_t
#define WSGN int32_t
#define WLANE s
#include "cpu/simd-ops.h"

#define ESIZE 32
#define LANE s
#define UNS uint32_t
#define SGN int32_t
#define PRO uint32_t
#define WUNS uint64_t
#define WSGN int64_t
#define WLANE d
#include "cpu/simd-ops.h"

#define ESIZE 64
#define LANE d
#define UNS uint64_t
#define SGN int64_t
#define PRO uint64_t
#include "cpu/simd-ops.h"

/* The operations of several sizes as arguments of a shape; 0 where the size does not exist. */
#define BHS(op) e_##op##_8, e_##op##_16, e_##op##_32, 0
#define HS(op) 0, e_##op##_16, e_##op##_32, 0
#define BHSD(op) e_##op##_8, e_##op##_16, e_##op##_32, e_##op##_64
#define D(op) 0, 0, 0, e_##op##_64
#define LONG_BHS(op) w_##op##_8, w_##op##_16, w_##op##_32
#define LONG_HS(op) 0, w_##op##_16, w_##op##_32
#define NARROW(op) n_##op##_8, n_##op##_16, n_##op##_32

/* ---- fields of the instruction word ---- */
static inline unsigned simd_rd(uint32_t insn) { return insn & 31; }
static inline unsigned simd_rn(uint32_t insn) { return bits32(insn, 9, 5); }
static inline unsigned simd_rm(uint32_t insn) { return bits32(insn, 20, 16); }
static inline unsigned simd_size(uint32_t insn) { return bits32(insn, 23, 22); }
static inline unsigned simd_q(uint32_t insn) { return bit32(insn, 30); }

/* ---- results ---- */
static inline void simd_qc(struct pe *pe, uint32_t qc)
{
    if (unlikely(qc != 0)) {
        pe->fpsr |= UINT32_C(1) << 27;
    }
}

/* Registers are written by one store of 16 bytes: a 16-byte load that follows two stores of 8 would have to wait for
   them. */
typedef uint64_t simd_u64x2 __attribute__((vector_size(16), may_alias));

static inline void simd_store(union vreg *v, uint64_t lo, uint64_t hi)
{
    *(simd_u64x2 *)v = (simd_u64x2){ lo, hi };
}

static inline bool simd_put128(struct pe *pe, uint32_t insn, uint64_t lo, uint64_t hi)
{
    simd_store(&pe->v[simd_rd(insn)], lo, hi);
    return true;
}

/* V[d] = value, zero-extended */
static inline bool simd_put64(struct pe *pe, uint32_t insn, uint64_t value)
{
    return simd_put128(pe, insn, value, 0);
}

/* The register was written as 128 bits: drop the upper half when Q is 0. */
static inline bool simd_done(struct pe *pe, uint32_t insn)
{
    if (simd_q(insn) == 0) {
        simd_put64(pe, insn, pe->v[simd_rd(insn)].d[0]);
    }
    return true;
}

/* 8 narrowed bytes: the lower half and zeros, or (xxx2 forms) only the upper half */
static inline bool simd_put_part(struct pe *pe, uint32_t insn, uint64_t value)
{
    if (simd_q(insn) == 0) {
        return simd_put64(pe, insn, value);
    }
    pe->v[simd_rd(insn)].d[1] = value;
    return true;
}

/* A size<1:0> element of v, zero-extended */
static inline uint64_t simd_element(const union vreg *v, unsigned size, unsigned index)
{
    switch (size) {
    case 0: return v->b[index];
    case 1: return v->h[index];
    case 2: return v->s[index];
    default: return v->d[index];
    }
}

static inline void simd_set_element(union vreg *v, unsigned size, unsigned index, uint64_t value)
{
    switch (size) {
    case 0: v->b[index] = (uint8_t)value; break;
    case 1: v->h[index] = (uint16_t)value; break;
    case 2: v->s[index] = (uint32_t)value; break;
    default: v->d[index] = value; break;
    }
}

/* 64 bits full of one element; bits of v above the element are ignored */
static inline uint64_t simd_replicate(uint64_t v, unsigned size)
{
    switch (size) {
    case 0: return (uint8_t)v * UINT64_C(0x0101010101010101);
    case 1: return (uint16_t)v * UINT64_C(0x0001000100010001);
    case 2: return (uint32_t)v * UINT64_C(0x0000000100000001);
    default: return v;
    }
}

/* The second operand of "by element" instructions, size 1 or 2: index is H:L:M or H:L, Rm has 4 or 5 bits. */
static inline uint64_t simd_indexed(const struct pe *pe, uint32_t insn)
{
    unsigned h = bit32(insn, 11), l = bit32(insn, 21), m = bit32(insn, 20), rm = bits32(insn, 19, 16);
    if (simd_size(insn) == 1) {
        return pe->v[rm].h[h << 2 | l << 1 | m];
    }
    return pe->v[m << 4 | rm].s[h << 1 | l];
}

/* ---- shapes: same size of source and result ---- */

/* All elements of V[d], by size. `exact`: only as many elements as Q says, for operations that report QC. */
static simd_inline bool simd_map(struct pe *pe, uint32_t insn, unsigned size, enum simd_from from, uint64_t b,
                                 bool exact, simd_op_8 *f8, simd_op_16 *f16, simd_op_32 *f32, simd_op_64 *f64)
{
    union vreg *r = &pe->v[simd_rd(insn)];
    const union vreg *n = &pe->v[simd_rn(insn)], *m = &pe->v[simd_rm(insn)];
    unsigned scale = exact ? 1 - simd_q(insn) : 0;
    uint32_t qc = 0;
    if (f8 != NULL && size == 0) {
        map_8(r, n, m, (uint8_t)b, from, 16 >> scale, &qc, f8);
    } else if (f16 != NULL && size == 1) {
        map_16(r, n, m, (uint16_t)b, from, 8 >> scale, &qc, f16);
    } else if (f32 != NULL && size == 2) {
        map_32(r, n, m, (uint32_t)b, from, 4 >> scale, &qc, f32);
    } else if (f64 != NULL) {
        map_64(r, n, m, b, from, 2, &qc, f64);
    }
    simd_qc(pe, qc);
    return simd_done(pe, insn);
}

/* Element 0 only, the rest of the register zero */
static simd_inline bool simd_map_scalar(struct pe *pe, uint32_t insn, unsigned size, enum simd_from from, uint64_t b,
                                        simd_op_8 *f8, simd_op_16 *f16, simd_op_32 *f32, simd_op_64 *f64)
{
    const union vreg *d = &pe->v[simd_rd(insn)], *n = &pe->v[simd_rn(insn)], *m = &pe->v[simd_rm(insn)];
    uint32_t qc = 0;
    uint64_t r = 0;
    if (f8 != NULL && size == 0) {
        r = f8(d->b[0], n->b[0], from == FROM_RM ? m->b[0] : (uint8_t)b, &qc);
    } else if (f16 != NULL && size == 1) {
        r = f16(d->h[0], n->h[0], from == FROM_RM ? m->h[0] : (uint16_t)b, &qc);
    } else if (f32 != NULL && size == 2) {
        r = f32(d->s[0], n->s[0], from == FROM_RM ? m->s[0] : (uint32_t)b, &qc);
    } else if (f64 != NULL) {
        r = f64(d->d[0], n->d[0], from == FROM_RM ? m->d[0] : b, &qc);
    }
    simd_qc(pe, qc);
    return simd_put64(pe, insn, r);
}

/* Three registers (with one source, Rm is not looked at and what it names is not used). */
static simd_inline bool same(struct pe *pe, uint32_t insn, simd_op_8 *f8, simd_op_16 *f16, simd_op_32 *f32,
                             simd_op_64 *f64)
{
    return simd_map(pe, insn, f8 == NULL && f16 == NULL ? 3 : simd_size(insn), FROM_RM, 0, false,
                    f8, f16, f32, f64);
}

/* The same for operations that may saturate */
static simd_inline bool same_sat(struct pe *pe, uint32_t insn, simd_op_8 *f8, simd_op_16 *f16, simd_op_32 *f32,
                                 simd_op_64 *f64)
{
    return simd_map(pe, insn, simd_size(insn), FROM_RM, 0, true, f8, f16, f32, f64);
}

static simd_inline bool scalar(struct pe *pe, uint32_t insn, simd_op_8 *f8, simd_op_16 *f16, simd_op_32 *f32,
                               simd_op_64 *f64)
{
    return simd_map_scalar(pe, insn, simd_size(insn), FROM_RM, 0, f8, f16, f32, f64);
}

#endif
