/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the timed instance does besides executing. In the other instances every
 * hook is nothing. Included by exec.inc, in whose handlers c, s and N are.
 */
#if TIMED
#include "cpu/timing/timing.h"

/* The run at s is entered: charge it. false: something needs a look, and nothing was charged. */
static inline __attribute__((always_inline)) bool hook_enter(struct pe *c, const struct slot *s)
{
    struct timing *t = c->timing;
    const struct block *b = block_of(s);
    uint64_t now = t->cycles + b->cycles;
    if (unlikely(b->key != t->key) || unlikely(timing_missing(t, b)) || unlikely(now >= t->limit)) {
        return false;
    }
    t->start = s;
    t->cycles = now;
    t->key = b->next;
    t->ops += b->ops;
    return true;
}
#define HOOK_ENTER(s)                                 \
    do {                                              \
        if (unlikely(!hook_enter(c, s))) {            \
            return timed_enter_slow(c, s, PASS_N);    \
        }                                             \
    } while (0)

/* A load or store through entry e, at an offset in its page, that may cost something is paid for and then tried again, or goes the
   careful way: when its line is missing, or it reaches into the next one. */
#define HOOK_DATA_r(bytes, op) HOOK_DATA(read, bytes, op)
#define HOOK_DATA_w(bytes, op) HOOK_DATA(write, bytes, op)
#define HOOK_DATA(kind, bytes, op)                                                                  \
    do {                                                                                            \
        if (unlikely((utlb_lines(e)->missing >> (at >> LINE_SHIFT) & 1) != 0) ||                    \
            (unlikely((at & ((bytes) - 1)) != 0) && (at & 63) > 64 - (bytes))) {                    \
            return timed_pay_##kind(c, s, PASS_N, OP_##op | (unsigned)(bytes) << 16, e, at);        \
        }                                                                                           \
    } while (0)
#define HOOK_ACCESS(va, bytes, kind) timing_access(c->timing, s, va, bytes, kind)
#define HOOK_LEAVE timing_settle(c->timing, s)
#define HOOK_SYSTEM(op) timing_system(c->timing, s, op)
#define HOOK_REGISTER(write) timing_register(c->timing, s, write)
/* Before a system operation that is done without calling anything: may it be? Then, with it: its cost. */
#define HOOK_FITS(write) (!STEPPING && timing_fits(c->timing, timing_register_cost(c->timing, s, write)))
static inline __attribute__((always_inline)) void hook_paid(struct timing *t, const struct slot *s, bool write)
{
    t->counts.event[TE_SYSREG]++;
    timing_stall(t, STALL_SYSTEM, timing_register_cost(t, s, write));
}
#define HOOK_PAID(write) hook_paid(c->timing, s, write)
#define HOOK_FITS_PSTATE (!STEPPING && timing_fits(c->timing, c->timing->p->sys.msr_pstate))
#define HOOK_PAID_PSTATE timing_stall(c->timing, STALL_SYSTEM, c->timing->p->sys.msr_pstate)
#define HOOK_BARRIER(dsb) timing_barrier(c->timing, s, dsb)
#define HOOK_ISB timing_isb(c->timing, s)
#define HOOK_VCALL(word) hook_vcall(c, s, word)

/* Another page of code: that of entry e of the host's micro-TLB */
static inline __attribute__((always_inline)) void hook_page(struct pe *c, const struct utlb_i *e)
{
    struct timing *t = c->timing;
    t->missing = utlb_lines(e)->missing;
    t->pc_base = utlb_lines(e)->pc_base;
}
#define HOOK_PAGE(e) hook_page(c, e)
/* Keeps gcc from computing the place of the entry's lines apart from that of the entry. */
#define HOOK_ENTRY(e) __asm__("" : "+r"(e))

/* ---- branches ---- */

static inline void hook_mispredict(struct timing *t)
{
    t->mispredicts++;
    t->cycles += t->penalty;
    t->key = TIMING_EMPTY;
}

/* The counter k of a conditional branch was not as sure of the outcome as it gets. */
static inline void hook_train(struct timing *t, uint8_t *k, bool taken)
{
    unsigned was = *k;
    *k = (uint8_t)(taken ? was + (was < 3) : was - (was > 0));
    if (taken != (was >= 2)) {
        hook_mispredict(t);
    }
}

/* The place of a branch in a table: PC >> 2 and more */
static inline uint64_t hook_place(const struct timing *t, const struct slot *s)
{
    return ((uintptr_t)s >> 4) + t->pc_base;
}

/* Two-bit counters, selected by address and global history: the number of the one of the branch at s */
static inline __attribute__((always_inline)) uint64_t hook_cond(struct pe *c, const struct slot *s, bool taken)
{
    struct timing *t = c->timing;
    uint64_t history = t->history;
    t->history = 2 * history + taken;
    return (uint32_t)(hook_place(t, s) ^ (history & t->history_mask)) & t->bht_mask;
}
#define HOOK_COND(taken, how)                                   \
    do {                                                        \
        uint64_t k_ = hook_cond(c, s, taken);                   \
        if (unlikely(c->timing->bht[k_] != ((taken) ? 3 : 0))) { \
            return timed_train_##how(c, s, PASS_N, k_);         \
        }                                                       \
    } while (0)

/* BL, BLR: the return address onto the return stack */
static inline void hook_call(struct pe *c, uint64_t link)
{
    struct timing *t = c->timing;
    t->ras[++t->ras_top & t->ras_mask] = link;
}

static inline void hook_return(struct pe *c, uint64_t target)
{
    struct timing *t = c->timing;
    if (unlikely(t->ras[t->ras_top-- & t->ras_mask] != target)) {
        hook_mispredict(t);
    }
}

/* BR, BLR: the last target from the same place */
static inline void hook_indirect(struct pe *c, const struct slot *s, uint64_t target)
{
    struct timing *t = c->timing;
    uint64_t *e = &t->btb[hook_place(t, s) & t->btb_mask];
    if (unlikely(*e != target)) {
        hook_mispredict(t);
        *e = target;
    }
}

#define HOOK_CALL hook_call(c, c->x[30])
#define HOOK_RETURN(target) hook_return(c, target)
#define HOOK_INDIRECT(target) hook_indirect(c, s, target)

/* Structure loads and stores */
static inline void hook_vcall(struct pe *c, const struct slot *s, uint32_t word)
{
    if (unlikely((word & 0xbe000000) == 0x0c000000)) {
        timing_structure(c->timing, s, word);
    }
}

#else
#define HOOK_ENTER(s) (void)0
#define HOOK_PAGE(e) (void)0
#define HOOK_ENTRY(e) (void)0
#define HOOK_DATA_r(bytes, op) (void)0
#define HOOK_DATA_w(bytes, op) (void)0
#define HOOK_ACCESS(va, bytes, kind) (void)0
#define HOOK_LEAVE (void)0
#define HOOK_SYSTEM(op) (void)0
#define HOOK_REGISTER(write) (void)0
#define HOOK_FITS(write) SHORT_CUTS
#define HOOK_PAID(write) (void)0
#define HOOK_FITS_PSTATE SHORT_CUTS
#define HOOK_PAID_PSTATE (void)0
#define HOOK_BARRIER(dsb) (void)0
#define HOOK_ISB (void)0
#define HOOK_VCALL(word) (void)0
#define HOOK_COND(taken, how) (void)0
#define HOOK_CALL (void)0
#define HOOK_RETURN(target) (void)0
#define HOOK_INDIRECT(target) (void)0
#endif
