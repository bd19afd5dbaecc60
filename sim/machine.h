/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine: PEs, interrupt controller, board and run loop, as the command
 * and the public library see it. Nothing here prints, exits, or looks at the
 * host's clock or signals; what depends on the host comes in by callbacks.
 */
#ifndef HYPSCOPE_SIM_MACHINE_H
#define HYPSCOPE_SIM_MACHINE_H

#include "sim/base/bits.h"
#include "sim/base/bus.h"
#include "sim/base/clock.h"
#include "sim/base/record.h"
#include "sim/board.h"
#include "sim/base/err.h"

#include <stdio.h>

struct machine;
struct pe;

#define MACHINE_MAX_PES 8
#define MACHINE_MARK_HLT 0x4d00

struct machine_config {
    const char *model;          /* a name that machine_models() lists */
    unsigned n_pes;             /* 1..8 */
    uint64_t ram_size;          /* bytes, a multiple of 4096, at least 1 MiB */
    unsigned el;                /* EL of entry: 2, or 1 for a machine without EL2 (PSCI by HVC then) */
    uint32_t ns_per_insn;       /* guest nanoseconds an instruction takes, at least 1 */
    uint32_t quantum;           /* instructions a PE runs before the next one's turn; 0: the default */
    /* Model the time that instructions take: the name of a core that machine_timing_names() lists; or a parameter file. Both NULL:
       every instruction takes ns_per_insn. */
    const char *timing, *timing_file;
    bool timing_later;          /* begin without it: machine_set_timing() */
    bool clock_insns;           /* with a timing model: guest time is instructions all the same, cycles are only counted */
    bool stepping;              /* run every instruction in the stepping instance: slower, same results */
    bool strict;                /* stop at the first report (access to nothing there, not implemented) */
    bool semihosting;           /* HLT #0xf000 is a semihosting call, else UNDEFINED */
    bool marks;                 /* HLT #0x4d00 + n, n 0..255, is a mark for the trace (REC_MARK) and does nothing else; else
                                   UNDEFINED */
    struct board_config board;  /* devices; board.console_out is where the console's bytes go */

    void *opaque;               /* of the callbacks below, each of which may be NULL */
    /* A message for the person: one line without newline, with PC and EL where known. */
    void (*report)(void *opaque, const char *line);
    /* Called by machine_run between two quanta, every few million instructions, so that the host
       can look at its keyboard. machine_console_input and machine_request_stop may be called from it. */
    void (*poll)(void *opaque);
    /* Every PE waits. next_ns is the guest time of the next event (TIME_NEVER: none will come).
       May sleep, may call machine_console_input or machine_request_stop; returns true when input was given
       or a stop requested. NULL, or false with TIME_NEVER, is a deadlock; otherwise time skips to next_ns. */
    bool (*idle)(void *opaque, uint64_t now_ns, uint64_t next_ns);
};

enum machine_stop {
    STOP_POWER_OFF,     /* PSCI SYSTEM_OFF, semihosting exit */
    STOP_RESET,         /* PSCI SYSTEM_RESET */
    STOP_MAX_INSNS,
    STOP_MAX_TIME,
    STOP_DEADLOCK,      /* every PE waits or is off and no event is to come */
    STOP_INTERRUPTED,   /* machine_request_stop */
    STOP_STRICT,        /* a report in a strict machine */
    STOP_ERROR,         /* the simulator cannot go on; the reason has been reported */
};

/* 0 means no limit. A run that is stopped by a limit or by request can be continued by another call, and ends
   in the same state as one that was never stopped. */
struct machine_limits {
    uint64_t max_insns;     /* total of all PEs since power-on */
    uint64_t max_time_ns;   /* guest time since power-on */
};

/* Build a powered-off machine with empty RAM and its devices on the bus. NULL: *err says why. The configuration is
   copied, the strings in it are not kept. */
struct machine *machine_new(const struct machine_config *cfg, struct err *err);
void machine_free(struct machine *m);

/* Power PE 0 on: reset state at the configured EL with DAIF masked, PC = entry, X0 = x0, everything else 0. */
void machine_start(struct machine *m, uint64_t entry, uint64_t x0);
/* Run until something ends it. */
enum machine_stop machine_run(struct machine *m, const struct machine_limits *limits);
/* From a probe or a record sink: make machine_run return STOP_INTERRUPTED before the next instruction. */
void machine_stop_here(struct machine *m);
/* Make machine_run return STOP_INTERRUPTED soon. May be called from a signal handler or another thread. */
void machine_request_stop(struct machine *m);

struct bus *machine_bus(struct machine *m);
struct clock *machine_clock(struct machine *m);
struct board *machine_board(struct machine *m);
unsigned machine_n_pes(const struct machine *m);
struct pe *machine_pe(struct machine *m, unsigned i);

uint64_t machine_icount(const struct machine *m);               /* instructions retired, all PEs */
uint64_t machine_pe_icount(const struct machine *m, unsigned i);
uint64_t machine_time_ns(const struct machine *m);              /* guest time */
unsigned machine_exit_code(const struct machine *m);            /* of STOP_POWER_OFF: what the guest gave, else 0 */

/* How instructions are timed in a machine with a timing model. Warming: caches, TLBs and predictors of the model see what is executed,
   but nothing is counted, and guest time is that of a machine without a model. */
enum machine_timing { MACHINE_UNTIMED, MACHINE_WARMING, MACHINE_TIMED };
/* From the next instruction on; guest time and the cycles of records go on where they are. Not inside machine_run. After
   MACHINE_TIMED only MACHINE_UNTIMED, and nothing after that. false: no host memory. */
bool must_check machine_set_timing(struct machine *m, enum machine_timing how);
/* The timing model of a PE, also after it was stopped; NULL: there was none yet. */
struct timing;
const struct timing *machine_pe_timing(const struct machine *m, unsigned i);
enum probe_user { PROBE_USER_TRACING, PROBE_USER_PHASES, PROBE_USER_STAT, PROBE_USER_SPAN, PROBE_USERS };
/* Let a user (enum probe_user) see instructions, as pe_set_probe(); users do not disturb each other. */
void machine_set_probe(struct machine *m, unsigned pe, unsigned user, void (*fn)(void *opaque, struct pe *pe), void *opaque,
                       const uint64_t *pages, unsigned n);

/* A byte typed at the console, now. Kept in order until the UART has room. */
void machine_console_input(struct machine *m, uint8_t byte);

/* Address to name, for reports and printed state: writes "name+0x10" and returns true, or returns false.
   `sym` may be NULL. Valid until replaced. */
struct symbolizer {
    bool (*name)(void *opaque, uint64_t va, char *buf, size_t len);
    void *opaque;
};
void machine_set_symbolizer(struct machine *m, const struct symbolizer *sym);

/* Listen to every PE's records; NULL: nobody listens any more. Observers never change the machine. */
void machine_set_rec_sink(struct machine *m, const struct rec_sink *sink);
/* One more listener, called after those before it. false: there are MACHINE_MAX_SINKS already. */
bool must_check machine_add_rec_sink(struct machine *m, const struct rec_sink *sink);
#define MACHINE_MAX_SINKS 8

/* The full register state of every PE, as text. */
void machine_print_state(const struct machine *m, FILE *f);
/* CRC-32 of the whole guest-visible state: PEs, RAM, GIC, timers, devices. Equal runs give equal values. */
uint32_t machine_hash(const struct machine *m);

/* Names and titles of the CPU models, in order; NULL name ends. */
struct machine_model { const char *name; const char *title; };
const struct machine_model *machine_models(void);
/* "a, b, c" of the cores with a timing model. */
void machine_timing_names(char *buf, size_t len);
bool machine_model_has_vhe(const char *name);

#endif
