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

/* A row of [forward]: by how many cycles a source is needed later than at issue, of results of which groups. The first
   clause that has the result's group counts. */
enum { PIPE_CLAUSES = 3 };
struct pipe_read {
    const char *name;
    unsigned n;
    uint8_t advance[PIPE_CLAUSES][READ_KINDS];
    uint32_t from[PIPE_CLAUSES];    /* bits of groups */
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

struct pipe_source {
    uint8_t reg, kind;              /* enum pipe_read_kind */
    const struct pipe_read *read;
};

struct pipe_dest {
    uint8_t reg, latency;
};

struct pipe_insn {
    const struct pipe_class *cls;
    uint8_t n_src, n_dst;
    uint8_t first_result;   /* latency of the result that is there first */
    bool load;
    struct pipe_source src[OPD_MAX];
    struct pipe_dest dst[OPD_MAX];
};

/* What is in flight, in cycles from the one in which the next instruction may issue (out of order: be dispatched) */
struct pipe_state {
    uint16_t slots;                     /* of that cycle that are taken */
    uint16_t written;                   /* in order: when the youngest result is written */
    uint8_t group[OPD_REGS + 1];        /* of the result in flight; 0 when there is none */
    uint16_t ready[OPD_REGS + 1];
    uint16_t unit[PIPE_UNITS];          /* free from this cycle on (out of order: when that is beyond the horizon) */
    /* out of order */
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
    struct pipe_memo *memo;             /* what blocks remember beyond a few states each */
    uint32_t n_blocks;
    uint64_t runs, computed;
};

/* Cycles from `now` to `at`, within what a state can hold */
static inline uint16_t pipe_left(int at, int now)
{
    return (uint16_t)(at <= now ? 0 : at - now > UINT16_MAX ? UINT16_MAX : at - now);
}

bool pipe_read_params(struct pipe *p, struct timing_params *params, struct timing_error *err);
/* From *s, run the block; *s becomes the exit state; returns cycles. slot may be NULL. */
unsigned pipe_run_in_order(const struct pipe *p, const struct pipe_insn *insn, unsigned n, struct pipe_state *s, struct pipe_slot *slot);
unsigned pipe_run_ooo(const struct pipe *p, const struct pipe_insn *insn, unsigned n, struct pipe_state *s, struct pipe_slot *slot);
void pipe_wait_in_order(const struct pipe *p, struct pipe_state *s, unsigned cycles);
void pipe_wait_ooo(const struct pipe *p, struct pipe_state *s, unsigned cycles);

/* When a source may be read: at what is left of its latency, less what it is needed later */
static inline int pipe_source_ready(const struct pipe_source *src, int ready, unsigned group)
{
    const struct pipe_read *r = src->read;
    for (unsigned i = 0; i < r->n; i++) {
        if ((r->from[i] >> group & 1) != 0) {
            return ready - r->advance[i][src->kind];
        }
    }
    return ready;
}

#endif
