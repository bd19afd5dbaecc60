/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stretches of straight code cost, by the state of the pipeline in which they are entered: one direct-mapped table of a pipeline,
 * which the timed instance asks at once when a run was entered in another state than the last time. What is not in it is computed, so
 * that losing an entry changes no result.
 */
#ifndef HYPSCOPE_CPU_TIMING_PIPE_MEMO_H
#define HYPSCOPE_CPU_TIMING_PIPE_MEMO_H

#include <stdint.h>

/* The code is named by a number that never comes again for other code (never 0): places of struct pipe_block are below
   PIPE_PLACES, all others are the caller's. */
struct pipe_memo {
    uint64_t place;         /* 0: nothing */
    uint16_t entry, exit;   /* states, plus one */
    uint32_t ticks;
};
_Static_assert(sizeof(struct pipe_memo) == 16, "an entry is in one cache line");

enum { PIPE_MEMO_BITS = 17 };
#define PIPE_PLACES (UINT64_C(1) << 22)

static inline uint64_t pipe_memo_index(uint64_t place, unsigned entry)
{
    return ((place ^ (uint64_t)entry << 44) * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - PIPE_MEMO_BITS);
}

/* What is remembered, or NULL */
static inline const struct pipe_memo *pipe_memo_find(const struct pipe_memo *memos, uint64_t place, unsigned entry)
{
    const struct pipe_memo *m = &memos[pipe_memo_index(place, entry)];
    return m->place == place && m->entry == entry ? m : NULL;
}

#endif
