/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of single instructions and their effects on registers and memory (INSN, REG, MEM), from a probe before each
 * instruction: what it will read is taken then, what it wrote at the next one. The core has no hook for it, and
 * without a probe nothing is slower.
 */
#ifndef HYPSCOPE_SIM_TRACE_INSN_H
#define HYPSCOPE_SIM_TRACE_INSN_H

#include "sim/machine.h"
#include "traces/trace.h"

struct insn_trace;

/* Who gets the records, in order for each PE. Effects come together when there is a function for them (not NULL). */
struct insn_trace_to {
    void (*emit)(void *opaque, const struct rec *r);
    void (*effects)(void *opaque, const struct rec *insn, const struct rec_effect *e, unsigned n);
    void *opaque;
};

/* NULL: no memory. */
struct insn_trace *insn_trace_new(struct machine *m, const struct insn_trace_to *to);
void insn_trace_free(struct insn_trace *t);
/* A PE is about to execute the instruction at its PC: call it from a probe (pe_set_probe). */
void insn_trace_probe(struct insn_trace *t, struct pe *pe);
/* Another record of this PE is about to be handed on: what came before it is emitted first. */
void insn_trace_before(struct insn_trace *t, const struct rec *r);
/* Emit what is held back of all PEs: at the end, and when no probe is to come for a while. */
void insn_trace_flush(struct insn_trace *t);

#endif
