/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's own state, shared by machine.c and machine-state.c. */
#ifndef HYPSCOPE_SIM_MACHINE_INT_H
#define HYPSCOPE_SIM_MACHINE_INT_H

#include "cpu/pe.h"
#include "gic/gic.h"
#include "sim/machine.h"
#include "sim/psci.h"
#include "sim/semihost.h"

#include <stdatomic.h>

#define REPORT_PLACES 256

struct probe_want {
    void (*fn)(void *opaque, struct pe *pe);
    void *opaque;
    unsigned n_pages;            /* 0: every instruction */
    uint64_t page[PE_PROBE_PAGES];
};

struct machine {
    struct machine_config cfg;
    struct bus bus;
    struct clock clock;
    struct gic *gic;
    struct gicif gicif;
    struct board *board;
    struct code_cache *code;
    struct pe *pes[MACHINE_MAX_PES];
    unsigned n_pes;
    struct pe_host host;
    struct psci psci;
    struct semihost semihost;
    struct rec_sink sinks[MACHINE_MAX_SINKS];
    bool stepping;              /* cfg.stepping, or somebody listens to what only that instance tells */
    unsigned n_sinks;
    bool tells_repeats;             /* a sink wants the walks too that a REC_TLB_FILL tells of */
    struct rec_sink fan_out;     /* what the PEs see: hands a record to every sink */
    struct symbolizer symbolizer;

    struct pe *running;          /* the PE whose turn it is, NULL between turns */
    uint64_t time_ns;            /* guest time at the beginning of the round */
    uint32_t time_frac;          /* and the rest of it, in 1/mhz of a nanosecond (timing model with a clock of cycles) */
    struct timing_machine *timing; /* NULL: none */
    bool timed;                  /* the timed instance runs */
    struct timing *parked[MACHINE_MAX_PES]; /* models of a machine that is not timed any more, for what they counted */
    struct probe_want probes[MACHINE_MAX_PES][PROBE_USERS];
    uint64_t insns_left;         /* instructions that a turn may have by the limits */
    bool stopping;
    enum machine_stop stop;
    unsigned exit_code;
    atomic_bool stop_request;

    uint64_t reported[REPORT_PLACES]; /* places that a message was given for, to say it once */
    unsigned n_reported;
};

/* ---- machine-timing.c: a tick is an instruction, or a cycle with a timing model whose clock is cycles ---- */

/* The handlers that code pages are to be decoded for. */
const struct handlers *machine_instance(const struct machine *m);
/* Make the timing model that the configuration asks for. And drop it. */
bool must_check machine_timing_new(struct machine *m, struct err *err);
void machine_timing_free(struct machine *m);
/* A PE that waited goes on at the machine's time. */
void machine_wake_time(const struct machine *m, struct pe *pe);
/* Ticks until a time, UINT64_MAX for never. */
uint64_t machine_ticks_until(const struct machine *m, uint64_t when_ns);
/* The machine's time goes on. */
void machine_advance(struct machine *m, uint64_t ticks);
/* Guest time is cycles, now. */
bool machine_by_cycles(const struct machine *m);
/* A PE's turn of so many cycles; returns how far it is from the beginning of the round. */
uint64_t machine_timed_turn(struct machine *m, struct pe *pe, uint64_t cycles);
/* Is another PE able to run? (machine.c) */
bool machine_company(struct machine *m, const struct pe *pe);

#endif
