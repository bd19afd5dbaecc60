/* SPDX-License-Identifier: Apache-2.0 */
/* Inside cpu/timing/pipe*.c. */
#ifndef HYPSCOPE_CPU_TIMING_PIPE_INT_H
#define HYPSCOPE_CPU_TIMING_PIPE_INT_H

#include "cpu/timing/pipe.h"
#include "sim/base/bits.h"

enum {
    PIPE_UNITS = 16,        /* units of all resources together */
    PIPE_USES = 8,          /* resources that a class uses */
    PIPE_READS = 24,        /* rows of [forward] */
    PIPE_WINDOW = 256,      /* largest window, in operations */
    PIPE_HORIZON = 256,     /* cycles for which the units of out-of-order cores are booked */
    PIPE_LATENCY = 250      /* largest latency */
};

/* Kinds of sources that parameters tell apart */
enum pipe_read_kind {
    READ_SRC, READ_SRC2, READ_SHIFTED, READ_EXTENDED, READ_ACC, READ_MERGE, READ_ADDR, READ_INDEX, READ_DATA, READ_COND, READ_KINDS
};

/* A row of [forward]: by how many cycles a source is needed later than at issue, by the group of the result */
enum { PIPE_GROUPS = 32 };
struct pipe_read {
    const char *name;
    uint8_t later[PIPE_GROUPS][READ_KINDS];
};

struct pipe_use {
    uint16_t units;         /* one of these, as bits */
    uint8_t cycles;
};

struct pipe_class {
    bool known;
    bool first, last;       /* begins a cycle, ends it */
    bool ooo;               /* may complete before older instructions */
    uint8_t latency, second, base;
    uint8_t uops;
    uint8_t group;          /* of its results */
    uint8_t read;           /* row of [forward], 0: none */
    uint8_t n_uses;         /* the fewer units to choose from, the earlier */
    struct pipe_use use[PIPE_USES];
};

/* A set of registers */
struct pipe_regs {
    uint64_t word[2];
};
_Static_assert(OPD_REGS <= 128, "a bit each");

static inline void pipe_regs_add(struct pipe_regs *r, unsigned reg)
{
    r->word[reg / 64] |= UINT64_C(1) << reg % 64;
}

static inline bool pipe_regs_have(const struct pipe_regs *r, unsigned reg)
{
    return (r->word[reg / 64] >> reg % 64 & 1) != 0;
}

static inline bool pipe_regs_any(const struct pipe_regs *r)
{
    return (r->word[0] | r->word[1]) != 0;
}

/* Takes out the one with the lowest number. */
static inline unsigned pipe_regs_next(struct pipe_regs *r)
{
    unsigned w = r->word[0] == 0;
    unsigned reg = 64 * w + (unsigned)__builtin_ctzll(r->word[w]);
    r->word[w] &= r->word[w] - 1;
    return reg;
}

/* What is in flight, in cycles from the one in which the next instruction may issue (out of order: be dispatched) */
struct pipe_state {
    uint16_t slots;                     /* of that cycle that are taken */
    uint16_t written;                   /* in order: when the youngest result is written */
    struct pipe_regs live;              /* registers of which a result is in flight */
    uint8_t group[OPD_REGS + 1];        /* of it; 0 when there is none */
    uint16_t ready[OPD_REGS + 1];       /* of those; 0 when there is none */
    uint16_t unit[PIPE_UNITS];          /* free from this cycle on (out of order: when that is beyond the horizon) */
    /* out of order */
    struct pipe_regs seen;              /* of those in flight: read or written by the run that is in progress */
    uint16_t used;                      /* units that its instructions could take */
    uint16_t waited;                    /* of those: one had to wait for them */
    bool moved;                         /* it has come to another cycle than that in which it began */
    uint16_t n_window;                  /* operations in the window */
    uint16_t decoded;                   /* instructions of that cycle */
    uint16_t n_words;                   /* of `booked`, that are not all zero */
    uint16_t leave[PIPE_WINDOW];        /* when each leaves, the oldest first */
    uint64_t booked[PIPE_UNITS][PIPE_HORIZON / 64]; /* cycles in which a unit is taken */
};

struct pipe {
    bool ooo, ordered_results;
    unsigned width, window, n_units;
    unsigned decode;                    /* out of order: instructions dispatched a cycle */
    unsigned n_pools;                   /* out of order: units that no class tells apart */
    uint16_t pool[PIPE_UNITS];
    struct pipe_class cls[TC_COUNT];
    struct pipe_read read[PIPE_READS];
    unsigned n_reads;
    /* states by number, packed (no two forms of one state), and a hash table of them */
    uint64_t *word;
    size_t n_words, words_room;
    uint32_t *first_word;               /* of each state, and where the next one will be */
    uint32_t *hash_of;
    uint32_t *drain;                    /* of each, pipe_state_drain() plus one; 0: not known yet */
    uint32_t *bucket;                   /* number + 1, 0: empty */
    unsigned n_states, generation;
    struct pipe_memo *memo;             /* 1 << PIPE_MEMO_BITS */
    uint64_t n_blocks;
    uint64_t runs, computed;
};

/* Cycles from `now` to `at`, within what a state can hold */
static inline uint16_t pipe_left(int at, int now)
{
    return (uint16_t)(at <= now ? 0 : at - now > UINT16_MAX ? UINT16_MAX : at - now);
}

/* The result of a register is there in `ready` cycles; 0: it is. */
static inline void pipe_state_reg(struct pipe_state *s, unsigned reg, unsigned ready, unsigned group)
{
    uint64_t bit = UINT64_C(1) << reg % 64;
    s->ready[reg] = (uint16_t)ready;
    s->group[reg] = (uint8_t)(ready != 0 ? group : 0);
    s->live.word[reg / 64] = (s->live.word[reg / 64] & ~bit) | (ready != 0 ? bit : 0);
}

bool pipe_read_params(struct pipe *p, struct timing_params *params, struct timing_error *err);
/* From *s, run the instructions; *s becomes the exit state; returns cycles. `slot` becomes the schedule; it may be NULL. */
unsigned pipe_run_in_order(const struct pipe *p, const struct pipe_insn *insn, unsigned n, struct pipe_state *s, struct pipe_slot *slot);
/* The same in ticks; `ends`: a run ends with the last instruction, and the state is rounded. */
unsigned pipe_run_ooo(const struct pipe *p, const struct pipe_insn *insn, unsigned n, bool ends, struct pipe_state *s, struct pipe_slot *slots);
void pipe_find_pools(struct pipe *p);
void pipe_wait_in_order(const struct pipe *p, struct pipe_state *s, unsigned cycles);
void pipe_wait_ooo(const struct pipe *p, struct pipe_state *s, unsigned cycles);

/* When a source of a class may be read: at what is left of its latency, less what it is needed later */
static inline int pipe_source_ready(const struct pipe *p, const struct pipe_class *c, const struct pipe_source *src, int ready,
                                    unsigned group)
{
    return ready - p->read[c->read].later[group][src->kind];
}

#endif
