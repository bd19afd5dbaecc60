/* SPDX-License-Identifier: Apache-2.0 */
/* What phases.c (following values) and phases-text.c (tables) share. */
#ifndef HYPSCOPE_HYP_PHASES_INT_H
#define HYPSCOPE_HYP_PHASES_INT_H

#include "hyp/phases.h"

enum {
    ROW_GP = 0, ROW_FP = 1,         /* the first PHASES_CLASSES rows are the classes */
    ROW_BARRIER = PHASES_CLASSES, ROW_CONTROL, ROW_HOST, ROW_UNSEEN, ROWS = PHASES_ROWS,
    DIR_SAVE = 0, DIR_RESTORE = 1, DIRS = PHASES_DIRS,
    MAX_SYMBOLS = 32768, SYMBOL_SLOTS = 2 * MAX_SYMBOLS, PC_CACHE = 16384,
    MAX_PENDING = 32, TAGS = 65536, MAX_PES = 256,
};

struct count {
    uint64_t n, cycles;
};

/* What an instruction cost, and in which part of the switch */
struct cost {
    struct count count;
    unsigned part;                  /* enum phases_part */
    const uint64_t *more;           /* struct phases_opts.counters; NULL: there are none */
};

/* One switch, by row and direction */
struct tally {
    struct count by[ROWS][DIRS];
};

/* Over switches. A switch without it counts as 0. */
struct stat {
    struct count sum, min, max;
    uint64_t in;                    /* switches that had any */
};

struct sym {
    char *name;
    struct stat stat;
};

/* A load, or an MRS of class GP, whose value has not been used yet: what it was for is known later. */
struct pending {
    uint8_t refs;                   /* registers that still hold it; 0: free */
    bool mrs;
    uint8_t part;
    uint64_t cycles;                /* and phases_pe.of_pending */
};

/* What a place in memory holds of a switch's values */
struct tag {
    uint64_t addr;
    uint8_t taint;                  /* 1 + class of the value stored there; 0: none */
    uint8_t reg;                    /* which register was stored */
    bool candidate, lead;           /* may be a register of the host's; the first one of its instruction */
    uint8_t part;
    uint32_t sw;                    /* in which switch */
    uint32_t visit;                 /* phases_pe.visit then */
    uint64_t cycles;                /* of the store, with `lead`; and phases_pe.of_tag */
};

/* The instruction whose effects are arriving */
struct current {
    bool valid, below;              /* below: not at EL2 */
    struct phases_insn i;
    uint32_t sym;
    uint32_t written;               /* general registers, as a mask */
    unsigned n_addr;
    uint64_t addr[2];
    uint64_t cycle;
};

struct phases_pe {
    bool outside, wanted, held_valid;
    uint32_t sw;                    /* number of the switch */
    uint64_t exit_icount, exit_cycle, seen;
    struct tally now, held;         /* held: the switch before, which may yet learn what its stores were for */
    struct current cur;
    uint8_t taint[32];              /* 1 + class whose value the register holds */
    int8_t pending_of[32];          /* -1: none */
    struct pending pending[MAX_PENDING];
    struct tag *tags;               /* [TAGS], by address */
    struct count *sym_now;          /* by symbol, of this switch */
    uint32_t *touched;
    size_t n_touched, sym_cap;
    unsigned part;                  /* of the switch: what comes after the host is its entry, until the host is seen again */
    bool host, held_host;           /* the host was seen in this switch */
    uint32_t visit, held_visit;     /* how often it was left in this switch */
    char why[PHASES_REASON], held_why[PHASES_REASON];
    /* Counters, opts.n_counters of each; NULL: there are none */
    uint64_t *sum, *held_sum;       /* [PHASES_PARTS][ROWS][DIRS] */
    uint64_t *of_pending, *of_tag;  /* [MAX_PENDING], [TAGS] */
    uint64_t *begun;                /* when the current instruction began; before the first one, at the exit */
    uint64_t *spent;                /* by the instruction that is over */
};

struct phases {
    FILE *out;
    struct phases_opts opts;
    struct rec_sink sink;
    bool failed;                    /* no memory */
    struct phases_pe *pes[MAX_PES];
    struct sym *syms;               /* [0] is "(no symbol)", [1] "(others)" */
    size_t n_syms;
    uint32_t *slots;                /* [SYMBOL_SLOTS]: number of a symbol + 1 */
    struct { uint64_t pc; uint32_t sym; bool used; } *cache;    /* [PC_CACHE] */
    uint64_t switches, insns;
    struct stat row[ROWS], dir[ROWS][DIRS], total;
};

/* Number of the symbol (function) at pc */
uint32_t phases_sym(struct phases *p, uint64_t pc);
/* One more switch's value */
void stat_add(struct stat *s, const struct count *c, uint64_t switches_before);

#endif
