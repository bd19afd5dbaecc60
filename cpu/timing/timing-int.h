/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of cpu/timing. */
#ifndef HYPSCOPE_TIMING_INT_H
#define HYPSCOPE_TIMING_INT_H

#include "cpu/timing/pipe.h"
#include "cpu/timing/timing.h"

_Static_assert(TIMING_EMPTY == PIPE_EMPTY + 1, "keys are numbers of states, plus one");

/* memory.c: an access of the instruction at s, through entries of `set` of the host's micro-TLB */
void timing_data(struct timing *t, const struct slot *s, uint64_t va, unsigned size, enum access_kind kind, struct utlb_set *set);
/* A dirty line goes from L1D to L2. */
void timing_write_back(struct timing *t, uint64_t line);
/* Wait until the store buffer is empty. */
void timing_drain_stores(struct timing *t, const struct slot *s);
/* timing.c: the cycle in which the instruction at s is done, what it waits for aside */
uint64_t timing_time_of(const struct timing *t, const struct slot *s);
/* What the run in progress was charged, or stepping the instruction */
uint32_t timing_charged(const struct timing *t);
/* timing.c: the pipeline's states are numbered anew, and PEs keep theirs. */
void timing_forget_states(struct timing *t);
/* cost.c: the next one when it is not remembered */
uint32_t timing_cost_anew(const struct timing *t, const struct slot *s, unsigned n, uint16_t key, uint16_t *next);
/* n instructions from slot s on, entered in a state: ticks and the state after them. Pure, and straight code may be cut
   anywhere: cost(a + b) = cost(a) + cost(b after a). */
static inline uint32_t timing_cost(const struct timing *t, const struct slot *s, unsigned n, uint16_t key, uint16_t *next)
{
    const struct pipe_memo *m = timing_memo(t, s, n, key);
    if (likely(m != NULL)) {
        *next = m->exit;
        return m->ticks;
    }
    return timing_cost_anew(t, s, n, key, next);
}
/* Cycles that the load at s may be late before an instruction of its run needs what it brings. */
unsigned timing_slack(const struct timing *t, const struct slot *s);
bool must_check timing_memory_init(struct timing *t);
void timing_memory_free(struct timing *t);

#endif
