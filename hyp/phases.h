/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the instructions (and cycles) of a world switch go: from each guest exit to the next entry, by state class of
 * what is moved and by symbol. A consumer of an instruction-level trace: INSN with its effects REG and MEM, exception
 * entries and ERETs. The rule by which an instruction belongs to a class is in doc/trace-phases.md.
 */
#ifndef HYPSCOPE_HYP_PHASES_H
#define HYPSCOPE_HYP_PHASES_H

#include "sim/base/bits.h"
#include "sim/base/record.h"
#include "traces/esr.h"

#include <stdio.h>

struct phases;

enum phases_kind {
    PHASES_OTHER, PHASES_LOAD, PHASES_STORE, PHASES_MRS, PHASES_MSR, PHASES_SYS, PHASES_BARRIER,
    PHASES_MOVE             /* from one general register to another */
};

/* What matters of an instruction. */
struct phases_insn {
    uint8_t kind;           /* enum phases_kind */
    bool fp;                /* a load or store of V registers */
    uint8_t bytes;          /* of each register loaded or stored */
    uint8_t n;              /* general registers loaded, stored, read or written: 0..2 in rt */
    uint8_t rt[2];          /* 31: the zero register */
    uint8_t from;           /* PHASES_MOVE */
    uint8_t cls;            /* MRS, MSR, SYS: state class of the register, numbered as in events.def */
};

/* words of the class of a SYSREG record; rows: the classes, barriers, control, the host below EL2, what is not in the trace */
enum { PHASES_CLASSES = 13, PHASES_ROWS = PHASES_CLASSES + 4, PHASES_DIRS = 2, PHASES_REASON = 128,
       PHASES_COUNTERS = 64 };

/* Parts of a switch in time. The host has taken over below EL2, and at EL2 where HCR_EL2.{E2H,TGE} are 1. Without it all is PHASES_EXIT. */
enum phases_part {
    PHASES_EXIT,            /* until the host takes over */
    PHASES_HOST,            /* until it is left for the last time, with what it calls EL2 for */
    PHASES_ENTRY, PHASES_PARTS
};

/* A switch that is known as a whole */
struct phases_switch {
    const char *reason;     /* of the exit */
    bool host;              /* the host was seen in it */
    const uint64_t *sums;   /* of the counters: [PHASES_PARTS][PHASES_ROWS][PHASES_DIRS][n_counters] */
};

struct phases_opts {
    bool json;              /* an object a line instead of tables */
    bool cycles;            /* a timing model ran: tables of cycles beside those of instructions */
    bool no_symbols;        /* leave out the table by symbol */
    const char *reason;     /* only switches whose exit has this reason, as `switches` counts them; NULL: all */
    /* Take an instruction apart; `redirected`: at EL2 with HCR_EL2.E2H, where names of EL1 registers mean EL2's. */
    void (*insn)(void *opaque, uint32_t opcode, bool redirected, struct phases_insn *out);
    void *insn_opaque;
    /* Address to name: writes "name+0x10" and returns true, or returns false. NULL: no symbols. */
    bool (*symbol)(void *opaque, uint64_t va, char *buf, size_t len);
    void *symbol_opaque;
    struct esr_names names; /* of system registers */
    /* More that is counted of each instruction. `counters` fills what `n_counters` running counters were when the record was made (of an
       instruction: before it), at most PHASES_COUNTERS. `on_switch` is told the sums of each switch, after the next entry or in phases_close. 0: none. */
    unsigned n_counters;
    void (*counters)(void *opaque, const struct rec *r, uint64_t *now);
    void *counters_opaque;
    void (*on_switch)(void *opaque, const struct phases_switch *s);
    void *switch_opaque;
};

/* Tables that are written to `out` by phases_finish. The options are copied; strings are kept by pointer. NULL: no memory. */
struct phases *phases_new(FILE *out, const struct phases_opts *opts);
/* Where records go: those of REC_USUAL's exceptions and ERETs, INSN, REG, MEM. Valid until phases_free. */
const struct rec_sink *phases_sink(struct phases *p);
/* What is open is forgotten: records are missing from here on. */
void phases_forget_open(struct phases *p);
/* The end of the records: the last switches count too. false: there was no memory. */
bool must_check phases_close(struct phases *p);
/* phases_close, and write the tables. false: something could not be written, or no memory. Call once. */
bool must_check phases_finish(struct phases *p);
/* "GP registers"; does the row tell saving from restoring? */
const char *phases_row_name(unsigned row);
bool phases_row_has_dirs(unsigned row);
void phases_free(struct phases *p);

/* Switches counted so far (those with an entry after the exit and the right reason), and instructions seen. */
uint64_t phases_switches(const struct phases *p);
uint64_t phases_insns(const struct phases *p);

#endif
