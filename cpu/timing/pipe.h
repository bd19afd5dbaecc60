/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pipeline of a modelled core: cycles of straight-line code when every access hits and every branch is predicted.
 * Misses, mispredictions and system operations are added by others.
 *
 * A block of decoded instructions is a function of the pipeline's state: state at entry -> cycles, state at exit. A
 * state is what is still in flight, relative to the cycle in which the next instruction may issue: latencies, busy
 * units, slots taken. Equal states are one number, so that the outcome is remembered by code and entry state
 * (pipe-memo.h). What is remembered is what would be computed; forgetting it changes no result. Out-of-order cores round the state
 * at the end of a run of straight code (pipe-ooo.c); inside one it is exact, so that it may be cut anywhere.
 *
 * In-order cores: instructions issue in program order, as early as slots, operands, units and the order of completion
 * allow. Out-of-order cores are mechanistic: dispatch in order at a width, into a window that instructions leave in
 * order when they have completed; each issues when its operands and ports allow, the oldest first.
 *
 * Arithmetic is on integers; the same on every host.
 */
#ifndef HYPSCOPE_CPU_TIMING_PIPE_H
#define HYPSCOPE_CPU_TIMING_PIPE_H

#include "cpu/timing/classes.h"
#include "cpu/timing/params.h"
#include "cpu/timing/pipe-memo.h"

struct features;
struct pipe;
struct pipe_block;
struct pipe_class;

/* An instruction in the form that the pipeline works on */
struct pipe_source {
    uint8_t reg, kind;              /* enum pipe_read_kind */
};
struct pipe_dest {
    uint8_t reg, latency;
};
struct pipe_insn {
    const struct pipe_class *cls;
    uint8_t n_src, n_dst;
    uint8_t first_result;           /* latency of the result that is there first */
    bool load;
    struct pipe_source src[OPD_MAX];
    struct pipe_dest dst[OPD_MAX];
};

/* Why an instruction did not issue earlier: what held it last */
enum pipe_stall {
    PIPE_STALL_NONE,
    PIPE_STALL_SLOTS,       /* the cycle's slots were taken, or it must be first in a cycle */
    PIPE_STALL_OPERAND,     /* a source was not there yet */
    PIPE_STALL_UNIT,        /* its unit was busy */
    PIPE_STALL_ORDER,       /* results must be written in order */
    PIPE_STALL_WINDOW,      /* out of order: no room in the window */
    PIPE_STALLS
};
const char *pipe_stall_name(enum pipe_stall s);

/* One instruction in a schedule. Cycles count from the block's entry. */
struct pipe_slot {
    int32_t issue;          /* cycle of issue */
    int32_t done;           /* cycle from which its (last) result is there */
    uint16_t waited;        /* cycles it waited for `stall` */
    uint8_t stall;          /* enum pipe_stall */
    uint8_t reg;            /* OPERAND: the register it waited for */
    /* Of loads: by how many cycles more the data may be late before anything in this block waits for them. */
    uint8_t slack;
};

/* The model that the parameters describe ([pipeline], [resources], [classes], [forward]). NULL and *err when they do not. */
struct pipe *pipe_new(struct timing_params *params, struct timing_error *err);
void pipe_free(struct pipe *p);
bool pipe_out_of_order(const struct pipe *p);
/* Operations that can begin in a cycle */
unsigned pipe_width(const struct pipe *p);
/* Time is counted in ticks, of which a cycle has so many: in order one, out of order as many as instructions are dispatched in it. */
unsigned pipe_ticks(const struct pipe *p);

/* `feat` as in operands_of(). */
void pipe_insn_make(const struct pipe *p, uint32_t word, const struct features *feat, struct pipe_insn *in);
/* A block of n instructions, without branches except at its end (not checked). `feat` as in operands_of(). A run of straight code
   ends with it; with `part` it goes on. It makes a difference to out-of-order cores only, whose state is rounded there. */
struct pipe_block *pipe_block_new(const struct pipe *p, const uint32_t *words, unsigned n, const struct features *feat);
struct pipe_block *pipe_block_part(const struct pipe *p, const uint32_t *words, unsigned n, const struct features *feat);
void pipe_block_free(struct pipe_block *b);
unsigned pipe_block_length(const struct pipe_block *b);

/* States are numbers below 65535; PIPE_EMPTY is the state with nothing in flight. There can be too many of them: when
   pipe_states_many() says so, whoever keeps numbers calls pipe_forget() when it suits, with the states that it still needs,
   and gives up all others. If nobody does, it happens in the midst of a call at last: pipe_memory_use().generation is
   another one then, and only the state that the call set is valid. */
enum { PIPE_EMPTY = 0 };
/* Ticks from entry in *state of n instructions until the one after them could issue; *state becomes the state then. Computed, and
   remembered for `place` (pipe-memo.h) unless that is 0. `ends`: a run of straight code ends with the last of them. */
unsigned pipe_run(struct pipe *p, uint64_t place, const struct pipe_insn *insn, unsigned n, bool ends, unsigned *state);
/* Where that is remembered: 1 << PIPE_MEMO_BITS entries, at the same address as long as the pipeline lives */
const struct pipe_memo *pipe_memos(const struct pipe *p);
/* The same for a block: remembered or computed. */
unsigned pipe_block_run(struct pipe *p, struct pipe_block *b, unsigned *state);
/* The same with the schedule, slot[0..n-1], which is computed anew. */
unsigned pipe_block_schedule(struct pipe *p, struct pipe_block *b, unsigned *state, struct pipe_slot *slot);
/* In order: by how many cycles the result of the first of n instructions, a load, may be late before one of the others is held up,
   from the empty pipeline. What they do not use must be there at their end. */
unsigned pipe_slack(const struct pipe *p, const struct pipe_insn *insn, unsigned n);
/* The state after `cycles` in which nothing issued (a stall). */
void pipe_state_wait(struct pipe *p, unsigned *state, unsigned cycles);
/* Cycles, not ticks, until everything in flight has completed */
unsigned pipe_state_drain(const struct pipe *p, unsigned state);

/* Are there so many states that they should be forgotten soon? Forget them but for n, *keep[0] to *keep[n-1], which get their
   new numbers. */
bool pipe_states_many(const struct pipe *p);
void pipe_forget(struct pipe *p, unsigned *const *keep, unsigned n);

/* How well remembering works */
struct pipe_memory {
    uint64_t runs, computed;    /* of blocks; of those, computed and not remembered */
    unsigned states, generation;
};
struct pipe_memory pipe_memory_use(const struct pipe *p);

/* ---- what a class costs, for tables and microbenchmarks ---- */
struct pipe_cost {
    unsigned latency, second, base; /* of the result, of a pair's second register, of a written-back base */
    unsigned uops;
    unsigned interval;              /* cycles its busiest unit is taken */
};
struct pipe_cost pipe_class_cost(const struct pipe *p, enum timing_class c);

#endif
