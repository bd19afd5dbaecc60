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
    uint64_t pc = c->page_va + (uint64_t)(s - c->slots_base) * 4;
    uint64_t first = pc >> LINE_SHIFT, last = (pc + s->run * 4u - 4) >> LINE_SHIFT, now = t->cycles + b->cycles;
    if (unlikely(b->key != t->key || last - first > 1 || t->fetch[first & (FILTER - 1)] != (first | t->ctx) ||
                 t->fetch[last & (FILTER - 1)] != (last | t->ctx) || now >= t->limit)) {
        return false;
    }
    t->start = s;
    t->start_key = t->key;
    t->start_cycles = b->cycles;
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

/* A load or store that may cost something is paid for and then tried again, or goes the careful way. */
#define HOOK_DATA_r(bytes, op) HOOK_DATA(read, bytes, op)
#define HOOK_DATA_w(bytes, op) HOOK_DATA(write, bytes, op)
#define HOOK_DATA(filter, bytes, op)                                                        \
    do {                                                                                    \
        if (unlikely(c->timing->filter[(va >> LINE_SHIFT) & (FILTER - 1)] !=                \
                     ((va + (bytes) - 1) >> LINE_SHIFT | c->timing->ctx))) {                \
            return timed_pay_##filter(c, s, PASS_N, OP_##op, va, bytes);                    \
        }                                                                                   \
    } while (0)
#define HOOK_ACCESS(va, bytes, kind) timing_access(c->timing, s, va, bytes, kind)
#define HOOK_LEAVE timing_settle(c->timing, s)
#define HOOK_SYSTEM(op) timing_system(c->timing, s, op)
#define HOOK_VCALL(word) hook_vcall(c, s, word)

/* ---- branches ---- */

static inline void hook_mispredict(struct timing *t)
{
    t->mispredicts++;
    t->cycles += t->penalty;
    t->key = TIMING_EMPTY;
}

/* Two-bit counters, selected by address and global history */
static inline __attribute__((always_inline)) void hook_cond(struct pe *c, const struct slot *s, bool taken)
{
    struct timing *t = c->timing;
    uint64_t pc = c->page_va + (uint64_t)(s - c->slots_base) * 4;
    uint8_t *k = &t->bht[((pc >> 2) ^ (t->history & t->history_mask)) & t->bht_mask];
    t->history = t->history << 1 | taken;
    t->branches++;
    if (taken) {
        if (unlikely(*k < 2)) {
            hook_mispredict(t);
        }
        *k = (uint8_t)(*k + (*k < 3));
    } else {
        if (unlikely(*k >= 2)) {
            hook_mispredict(t);
        }
        *k = (uint8_t)(*k - (*k > 0));
    }
}

/* BL, BLR: the return address onto the return stack */
static inline void hook_call(struct pe *c, uint64_t link)
{
    struct timing *t = c->timing;
    t->ras[++t->ras_top & t->ras_mask] = link;
}

static inline void hook_return(struct pe *c, uint64_t target)
{
    struct timing *t = c->timing;
    t->branches++;
    if (unlikely(t->ras[t->ras_top-- & t->ras_mask] != target)) {
        hook_mispredict(t);
    }
}

/* BR, BLR: the last target from the same place */
static inline void hook_indirect(struct pe *c, const struct slot *s, uint64_t target)
{
    struct timing *t = c->timing;
    uint64_t pc = c->page_va + (uint64_t)(s - c->slots_base) * 4;
    uint64_t *e = &t->btb[(pc >> 2) & t->btb_mask];
    t->branches++;
    if (unlikely(*e != target)) {
        hook_mispredict(t);
        *e = target;
    }
}

#define HOOK_COND(taken) hook_cond(c, s, taken)
#define HOOK_DIRECT (c->timing->branches++)
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
#define HOOK_DATA_r(bytes, op) (void)0
#define HOOK_DATA_w(bytes, op) (void)0
#define HOOK_ACCESS(va, bytes, kind) (void)0
#define HOOK_LEAVE (void)0
#define HOOK_SYSTEM(op) (void)0
#define HOOK_VCALL(word) (void)0
#define HOOK_COND(taken) (void)0
#define HOOK_DIRECT (void)0
#define HOOK_CALL (void)0
#define HOOK_RETURN(target) (void)0
#define HOOK_INDIRECT(target) (void)0
#endif
