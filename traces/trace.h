/* SPDX-License-Identifier: Apache-2.0 */
/* What a trace file says about itself, and the numbers of its format. traces/FORMAT.md describes it byte by byte. */
#ifndef HYPSCOPE_TRACES_TRACE_H
#define HYPSCOPE_TRACES_TRACE_H

#include "sim/base/err.h"
#include "sim/base/record.h"

#define TRACE_VERSION 2
#define TRACE_MAX_PES 8
#define TRACE_MAX_IMAGES 32

struct trace_header {
    unsigned format;            /* version of the format: TRACE_VERSION; the writer fills it */
    const char *hypscope;       /* version of the program that recorded */
    const char *model;          /* CPU model */
    unsigned n_pes;             /* 1..TRACE_MAX_PES */
    uint32_t ns_per_insn;       /* guest time of an instruction without a timing model */
    uint64_t clock_hz;          /* what struct rec.cycle counts: this many a second; 0: units of one instruction */
    bool time_by_cycles;        /* guest time is cycles at that rate; else instructions at ns_per_insn */
    uint64_t kinds;             /* set of REC_BIT that was recorded */
    uint32_t classes;           /* of REC_SYSREG: set of 1 << class */
    const char *filter;         /* other filters, as they were given; "" none */
    const char *command;        /* what of the command line the guest can see */
    const char *images[TRACE_MAX_IMAGES];   /* what was loaded: name, length and CRC-32 in words */
    unsigned n_images;
};

/* What a REG or MEM record has of its own; it shares the rest with the INSN record before it. */
struct rec_effect {
    uint8_t kind;               /* REC_REG or REC_MEM */
    uint8_t type;
    uint32_t d;
    uint64_t a, b, c;
};

/* The whole record of an effect of the instruction `insn` */
static inline void rec_of_effect(struct rec *r, const struct rec *insn, const struct rec_effect *e)
{
    *r = *insn;
    r->kind = e->kind;
    r->type = e->type;
    r->a = e->a;
    r->b = e->b;
    r->c = e->c;
    r->d = e->d;
}

struct trace_symbol {
    uint64_t va, size;          /* size 0: not known */
    const char *name;
};

#endif
