/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads and stores: the lists that the fast handlers (exec-ldst.inc) and the
 * careful path (ldst.c) are both made from, so that neither can lack a form.
 */
#ifndef HYPSCOPE_CPU_LDST_H
#define HYPSCOPE_CPU_LDST_H

#include "cpu/slot.h"

__extension__ typedef unsigned __int128 u128;

/* X(row prefix, mode, type in memory, type that the register gets) */
#define LS_LOADS(X, M)                                                                     \
    X(LDRB, M, uint8_t, uint64_t) X(LDRH, M, uint16_t, uint64_t)                           \
    X(LDR_W, M, uint32_t, uint64_t) X(LDR_X, M, uint64_t, uint64_t)                        \
    X(LDRSB_X, M, int8_t, int64_t) X(LDRSB_W, M, int8_t, uint32_t)                         \
    X(LDRSH_X, M, int16_t, int64_t) X(LDRSH_W, M, int16_t, uint32_t)                       \
    X(LDRSW, M, int32_t, int64_t)
#define LS_STORES(X, M)                                                                    \
    X(STRB, M, uint8_t, _) X(STRH, M, uint16_t, _) X(STR_W, M, uint32_t, _) X(STR_X, M, uint64_t, _)
#define LS_VLOADS(X, M)                                                                    \
    X(LDR_VB, M, uint8_t, _) X(LDR_VH, M, uint16_t, _) X(LDR_VS, M, uint32_t, _)           \
    X(LDR_VD, M, uint64_t, _) X(LDR_VQ, M, u128, _)
#define LS_VSTORES(X, M)                                                                   \
    X(STR_VB, M, uint8_t, _) X(STR_VH, M, uint16_t, _) X(STR_VS, M, uint32_t, _)           \
    X(STR_VD, M, uint64_t, _) X(STR_VQ, M, u128, _)

/* Modes of single-register forms; `t` has general registers only */
#define LS_MODES(X, LIST) LIST(X, off) LIST(X, ur) LIST(X, post) LIST(X, pre) LIST(X, reg)
#define LS_ALL_LOADS(X) LS_MODES(X, LS_LOADS) LS_LOADS(X, t)
#define LS_ALL_STORES(X) LS_MODES(X, LS_STORES) LS_STORES(X, t)
#define LS_ALL_VLOADS(X) LS_MODES(X, LS_VLOADS)
#define LS_ALL_VSTORES(X) LS_MODES(X, LS_VSTORES)

/* Pairs: X(row prefix, mode, type, register type) */
#define LP_MODES(X, LIST) LIST(X, off) LIST(X, post) LIST(X, pre)
#define LP_LOADS(X, M) X(LDP_W, M, uint32_t, uint64_t) X(LDP_X, M, uint64_t, uint64_t) X(LDPSW, M, int32_t, int64_t)
#define LP_STORES(X, M) X(STP_W, M, uint32_t, _) X(STP_X, M, uint64_t, _)
#define LP_VLOADS(X, M) X(LDP_VS, M, uint32_t, _) X(LDP_VD, M, uint64_t, _) X(LDP_VQ, M, u128, _)
#define LP_VSTORES(X, M) X(STP_VS, M, uint32_t, _) X(STP_VD, M, uint64_t, _) X(STP_VQ, M, u128, _)
#define LP_ALL_LOADS(X) LP_MODES(X, LP_LOADS) X(LDNP_W, np, uint32_t, uint64_t) X(LDNP_X, np, uint64_t, uint64_t)
#define LP_ALL_STORES(X) LP_MODES(X, LP_STORES) X(STNP_W, np, uint32_t, _) X(STNP_X, np, uint64_t, _)
#define LP_ALL_VLOADS(X) LP_MODES(X, LP_VLOADS) X(LDNP_VS, np, uint32_t, _) X(LDNP_VD, np, uint64_t, _) X(LDNP_VQ, np, u128, _)
#define LP_ALL_VSTORES(X) LP_MODES(X, LP_VSTORES) X(STNP_VS, np, uint32_t, _) X(STNP_VD, np, uint64_t, _) X(STNP_VQ, np, u128, _)

#define LL_LOADS(X) X(LDR_W, lit, uint32_t, uint64_t) X(LDR_X, lit, uint64_t, uint64_t) X(LDRSW, lit, int32_t, int64_t)
#define LL_VLOADS(X) X(LDR_VS, lit, uint32_t, _) X(LDR_VD, lit, uint64_t, _) X(LDR_VQ, lit, u128, _)

/* Exclusive, ordered and atomic rows: X(name, size in bytes, kind of LA_*) */
#define LA_SIZES(X, P, K) X(P##_B, 1, K) X(P##_H, 2, K) X(P##_W, 4, K) X(P##_X, 8, K)
#define LA_ROWS(X)                                                                         \
    LA_SIZES(X, LDXR, LA_LDX) LA_SIZES(X, LDAXR, LA_LDX) LA_SIZES(X, STXR, LA_STX)         \
    LA_SIZES(X, STLXR, LA_STX) LA_SIZES(X, LDAR, LA_LDO) LA_SIZES(X, LDLAR, LA_LDO)        \
    LA_SIZES(X, LDAPR, LA_LDO) LA_SIZES(X, STLR, LA_STO) LA_SIZES(X, STLLR, LA_STO)        \
    LA_SIZES(X, CAS, LA_CAS) LA_SIZES(X, LDADD, LA_ADD) LA_SIZES(X, LDCLR, LA_CLR)         \
    LA_SIZES(X, LDEOR, LA_EOR) LA_SIZES(X, LDSET, LA_SET) LA_SIZES(X, LDSMAX, LA_SMAX)     \
    LA_SIZES(X, LDSMIN, LA_SMIN) LA_SIZES(X, LDUMAX, LA_UMAX) LA_SIZES(X, LDUMIN, LA_UMIN) \
    LA_SIZES(X, SWP, LA_SWP)                                                               \
    X(LDXP_W, 4, LA_LDXP) X(LDXP_X, 8, LA_LDXP) X(LDAXP_W, 4, LA_LDXP) X(LDAXP_X, 8, LA_LDXP) \
    X(STXP_W, 4, LA_STXP) X(STXP_X, 8, LA_STXP) X(STLXP_W, 4, LA_STXP) X(STLXP_X, 8, LA_STXP) \
    X(CASP_W, 4, LA_CASP) X(CASP_X, 8, LA_CASP)

enum la_kind {
    LA_LDX, LA_STX, LA_LDO, LA_STO, LA_CAS, LA_ADD, LA_CLR, LA_EOR, LA_SET, LA_SMAX, LA_SMIN, LA_UMAX, LA_UMIN, LA_SWP,
    LA_LDXP, LA_STXP, LA_CASP,
};

/* MemAtomic(): the new value; old and operand are zero-extended from `size` bytes */
static inline uint64_t ldst_combine(enum la_kind kind, unsigned size, uint64_t old, uint64_t op)
{
    int64_t so = sext64(old, size * 8), sp = sext64(op, size * 8);
    switch (kind) {
    case LA_ADD: return old + op;
    case LA_CLR: return old & ~op;
    case LA_EOR: return old ^ op;
    case LA_SET: return old | op;
    case LA_SMAX: return so > sp ? old : op;
    case LA_SMIN: return so < sp ? old : op;
    case LA_UMAX: return old > op ? old : op;
    case LA_UMIN: return old < op ? old : op;
    default: return op;
    }
}

/* The careful path of any single-register, pair or literal form: alignment, SP alignment, FP access, page crossing, faults
   with their syndrome, devices, watchpoints. false: exception raised, nothing written. */
bool must_check ldst_slow(struct pe *pe, const struct slot *s, unsigned op);
/* The fast path missed for an access at va whose other checks are done: can it be opened? true: try again, it will hit. false: the
   careful path must decide. */
bool mem_refill(struct pe *pe, uint64_t va, bool write);
/* What the instruction at s of the same forms accesses, before it is executed. */
struct ldst_where {
    uint64_t va;
    uint32_t bytes;             /* both registers of a pair */
    bool load;
};
struct ldst_where ldst_where(const struct pe *pe, const struct slot *s, unsigned op);
/* Exclusive, ordered and atomic forms. */
bool must_check ldst_atomic(struct pe *pe, const struct slot *s, unsigned size, enum la_kind kind);
/* DC ZVA: zero the 64-byte block that holds va. */
bool must_check ldst_zva(struct pe *pe, uint64_t va);
/* Forget the exclusive reservation of this PE (CLREX, exception return). */
void pe_clear_monitor(struct pe *pe);
/* Another agent writes [pa, pa+len): reservations of other PEs on it are lost, and they get an event. `writer` NULL: a device. */
void monitors_note_write(struct pe *any, const struct pe *writer, uint64_t pa, uint64_t len);
/* This PE stops running while it holds a reservation: make stores of others look (called by the machine when it turns to
   another PE). */
void pe_guard_monitor(struct pe *pe);

#endif
