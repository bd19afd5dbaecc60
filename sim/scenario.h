/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scenarios: text files that make something happen at an exact instruction of
 * a machine and say what must come of it. The format is in doc/scenarios.md.
 *
 *   scenario-yaml*.c  file to struct scenario
 *   scenario-expr.c   expressions
 *   scenario-event.c  does a record match an event? records in words
 *   scenario-pos.c    positions: when is it time?
 *   scenario-do.c     stimuli
 *   scenario-run.c    a machine, its positions, stimuli and expectations
 *   scenario-report.c what did not hold, and what was seen
 *   scenario-sweep.c  one run for each instruction of a range
 */
#ifndef HYPSCOPE_SIM_SCENARIO_H
#define HYPSCOPE_SIM_SCENARIO_H

#include "sim/base/bits.h"
#include "sim/base/record.h"
#include "sim/boot.h"
#include "sim/base/err.h"
#include "sim/machine.h"

#include <stdio.h>

struct pe;
struct symbols;
struct scn_run;

/* ---- memory of a file: freed as a whole ---- */

struct scn_arena {
    struct scn_chunk *chunks;
};

/* Zeroed; NULL: the host has no memory. */
void *scn_alloc(struct scn_arena *a, size_t len);
char *scn_strndup(struct scn_arena *a, const char *s, size_t len);
void scn_arena_free(struct scn_arena *a);

/* ---- expressions ---- */

enum scn_op {
    XO_NUM, XO_NAME, XO_X, XO_SP, XO_PC, XO_SYSREG, XO_PSTATE, XO_PENDING, XO_WORLD, XO_ENTERING, XO_INSN, XO_INSNS, XO_TIME, XO_CYCLES,
    XO_MEM, XO_PHYS, XO_SLICE,
    XO_NEG, XO_INV, XO_NOT,
    XO_OR, XO_AND, XO_EQ, XO_NE, XO_LT, XO_LE, XO_GT, XO_GE, XO_BOR, XO_XOR, XO_BAND, XO_SHL, XO_SHR, XO_ADD, XO_SUB, XO_MUL,
};

/* Parsing, binding and evaluation go down an expression by recursion, and a name is evaluated as often as it is used. */
#define SCN_EXPR_MAX 10000

struct scn_expr {
    uint8_t op;                 /* enum scn_op */
    uint8_t arg;                /* register number, bytes of memory, world, PSTATE field */
    uint8_t hi, lo;             /* XO_SLICE */
    uint16_t sr;                /* XO_SYSREG: enum sr_id */
    uint32_t size;              /* parts of it, at most SCN_EXPR_MAX; names count as what they stand for once they are bound */
    uint64_t num;
    const char *name;           /* XO_NAME, until it is bound */
    struct scn_expr *a, *b;
};

/* A name for a number. */
struct scn_define {
    const char *name;
    struct scn_expr *e;
};

/* What names stand for: the scenario's definitions, then symbols. */
struct scn_names {
    const struct scn_define *defines;
    unsigned n_defines;
    const struct symbols *symbols;      /* may be NULL */
};

/* Parse. NULL: *err says what was expected (without a place). */
struct scn_expr *scn_expr_parse(struct scn_arena *a, const char *text, struct err *err);
/* Replace names by numbers. false: *err names one that stands for nothing. */
bool must_check scn_expr_bind(struct scn_expr *e, const struct scn_names *names, struct err *err);
/* Can it be computed without a PE, once bound? */
bool scn_expr_constant(const struct scn_expr *e);
/* The value in the PE's present state; pe may be NULL for a constant. Memory that is not there reads as 0. Reads of state have
   no effect on it. */
uint64_t scn_expr_eval(const struct scn_expr *e, const struct pe *pe);
/* Write the values of the registers and memory that the expression uses: "X0 = 0x1, ESR_EL2 = 0x2". */
void scn_expr_explain(FILE *f, const struct scn_expr *e, const struct pe *pe);
/* Is the instruction at the PE's PC an ERET at EL2 that enters a guest? */
bool scn_entering(const struct pe *pe);
/* The instruction word at the PE's PC, 0 when it cannot be fetched. */
uint32_t scn_insn(const struct pe *pe);
/* Translate an address as data of the PE's present state, without effect. */
bool scn_translate(const struct pe *pe, uint64_t va, uint64_t *pa);
/* enum sr_id of a register's name in any case, -1: none */
int scn_sysreg_find(const char *name, size_t len);

/* An expression that must be constant, and its value after binding. */
struct scn_value {
    struct scn_expr *e;         /* NULL: not given */
    uint64_t v;
    unsigned line;
};

/* ---- events ---- */

enum scn_kind {
    EV_EXIT, EV_ENTRY, EV_EXCEPTION, EV_ERET, EV_PENDED, EV_DEFERRED, EV_MASK, EV_READ, EV_WRITE, EV_BARRIER, EV_WFI, EV_WFE, EV_PSCI,
    EV_EXECUTE, EV_RAISED,
};

/* Kinds of records that a scenario makes itself, beside enum rec_kind. */
enum { REC_EXECUTE = REC_KIND_COUNT, REC_RAISED };
_Static_assert(REC_RAISED < 64, "a set of kinds is a 64-bit mask");
enum { BARRIER_ESB = 3 }; /* scn_event.barrier; ISB, DSB and DMB as in REC_BARRIER */

enum scn_virtual { VIRT_ANY, VIRT_PHYSICAL, VIRT_VIRTUAL };

struct scn_event {
    uint8_t kind;               /* enum scn_kind */
    unsigned line;
    unsigned n;                 /* the n-th one; 0 not given */
    const char *text;           /* as written */
    const char *reason;
    int type, ec, from, el, world, pe, barrier;     /* -1: any */
    enum scn_virtual virt;
    uint8_t daif_mask, daif_value;                  /* PSTATE after the event */
    uint8_t change_mask, change_value;              /* EV_MASK: bits that changed, and to what */
    struct scn_value esr, iss, far, ipa, vector, value, pc_low, pc_high;
    int reg;                    /* encoding of a system register, -1: any */
    const char *id;             /* EV_RAISED */
    struct scn_expr *cond;
};

bool must_check scn_event_bind(struct scn_event *ev, const struct scn_names *names, const char *file, struct err *err);
/* pe: the PE that the record is of. `ids`: of the stimuli, by number, for REC_RAISED. */
bool scn_event_match(const struct scn_event *ev, const struct rec *r, const struct pe *pe, const char *const *ids);
/* Of the same kind, whatever the filters say? */
bool scn_event_same_kind(const struct scn_event *ev, const struct rec *r);
/* The record in words, on one line. */
void scn_rec_text(FILE *f, const struct rec *r, const struct symbols *symbols, const char *const *ids);
/* The text of an address: "0x1234 <name+0x4>" */
void scn_va_text(FILE *f, const struct symbols *symbols, uint64_t va);

/* ---- positions ---- */

enum scn_stage_kind { STAGE_START, STAGE_SYMBOL, STAGE_INSNS, STAGE_CYCLES, STAGE_TIME, STAGE_EVENT, STAGE_WHEN };

struct scn_stage {
    enum scn_stage_kind kind;
    unsigned line;
    unsigned n;                 /* at least 1 */
    uint64_t plus;
    int pe;                     /* -1: any */
    struct scn_value addr;
    uint64_t count;             /* instructions, cycles or nanoseconds */
    struct scn_event ev;
    struct scn_expr *when;
};

struct scn_pos {
    struct scn_stage *stage;
    unsigned n_stages;          /* 0: not given */
    const char *text;
    /* how far the run has come; see scenario-pos.c */
    unsigned at;
    unsigned seen;
    bool hit, done;
    unsigned hit_pe;
    uint64_t left;
    uint64_t target;
    uint32_t was_true;          /* a bit for each PE */
    struct event *clock_event;
};

/* ---- stimuli ---- */

enum scn_stimulus_kind { DO_SERROR, DO_VSERROR, DO_ABORT, DO_IRQ, DO_FIQ, DO_TIMER, DO_LR, DO_SET, DO_POKE };
enum scn_level { LEVEL_PULSE, LEVEL_HIGH, LEVEL_LOW };

struct scn_set {
    const char *name;
    unsigned line;
    struct scn_value value;
};

struct scn_stimulus {
    enum scn_stimulus_kind kind;
    const char *id, *text;
    unsigned line;
    unsigned number;            /* among those of the run */
    int pe;                     /* -1: where the position is */
    struct scn_pos at;
    struct scn_value value;     /* ISS, INTID, list register, value of a poke */
    struct scn_value addr;
    bool physical, as_serror, force;
    uint8_t access;             /* bit 0 reads, bit 1 writes */
    uint64_t size;
    enum scn_level level;
    unsigned timer;             /* 0 physical, 1 virtual, 2 hyp, 3 hyp-virtual */
    unsigned lr;
    struct scn_set *sets;
    unsigned n_sets;
};

/* ---- expectations ---- */

enum scn_expect_kind {
    WANT_EVENT, WANT_NEVER, WANT_COUNT, WANT_ORDER, WANT_WITHIN, WANT_CHECK, WANT_CONSOLE, WANT_NO_CONSOLE, WANT_STOP, WANT_EXIT_CODE,
};

/* Beyond enum machine_stop. */
enum { STOP_UNTIL = 100, STOP_ANY };

#define SCN_NOWHERE UINT64_MAX

struct scn_expect {
    enum scn_expect_kind kind;
    unsigned line;
    const char *text;           /* as written */
    struct scn_event *ev;
    unsigned n_ev;
    uint64_t min, max;          /* WANT_COUNT, WANT_WITHIN (instructions) */
    uint64_t min_ns, max_ns, min_cycles, max_cycles;
    const char *string;
    struct scn_expr *expr;
    struct scn_pos at;
    int pe;
    int stop;
    struct scn_value code;
    /* what was seen */
    uint64_t seen;              /* matches; WANT_ORDER: how many of the list */
    uint64_t seen_in_step;      /* WANT_ORDER: matches of the one that is waited for */
    uint64_t since_insns, since_ns, since_cycles, took_insns, took_ns, took_cycles;
    bool broken;                /* cannot hold any more */
    uint64_t focus;             /* number of the record to show the surroundings of, SCN_NOWHERE: none */
    struct rec alike[3];        /* the latest records of the same kind */
    uint64_t n_alike;
    bool checked;               /* WANT_CHECK: done; `seen` says with what result */
    char *detail;               /* WANT_CHECK: values */
};

/* ---- sweeps ---- */

struct scn_outcome {
    const char *name;
    struct scn_expect *expect;
    unsigned n_expect;
};

/* A part of the range: from where an address is reached, or from behind an event, to the next part. */
struct scn_part {
    unsigned line;
    struct scn_value from;      /* the first part has neither */
    bool by_event;
    struct scn_event after;
    const char *about;
    const char **allow;         /* names of outcomes */
    unsigned n_allow;
};

struct scn_sweep {
    bool given;
    unsigned line;
    struct scn_pos from, to;
    struct scn_stimulus *raise;
    unsigned n_raise;
    struct scn_outcome *outcomes;
    unsigned n_outcomes;
    const char **allow;
    unsigned n_allow;
    struct scn_part *parts;
    unsigned n_parts;
    uint64_t insns;             /* a point runs at most this long; 0: as the scenario's limits say */
};

/* ---- a scenario, and a file of them ---- */

#define SCN_MAX_CPUS 8

struct scn_symbol_file {
    const char *path;
    struct scn_value offset;
};

struct scenario {
    const char *name, *about;
    const char *file;           /* for messages */
    unsigned line;
    struct machine_config machine;
    const char *cpus[SCN_MAX_CPUS];
    unsigned n_cpus;
    struct boot_config boot;
    const char *image;
    unsigned image_line;
    const char *drive;
    const char *input;
    struct scn_symbol_file *symbols;
    unsigned n_symbols;
    const char **requires_files;
    unsigned n_requires;
    struct scn_define *defines;
    unsigned n_defines;
    struct machine_limits limits;
    bool limit_given;
    struct scn_pos until;
    struct scn_stimulus *stimuli;
    unsigned n_stimuli;
    struct scn_expect *expect;
    unsigned n_expect;
    struct scn_sweep sweep;
};

struct scn_file {
    struct scn_arena arena;
    const char *path;
    struct scenario *scenarios;
    unsigned n_scenarios;
};

#define SCN_DEFAULT_INSNS UINT64_C(100000000)
/* A point of a sweep runs at most this long, unless the file has limits. */
#define SCN_SWEEP_INSNS UINT64_C(10000000)

/* Read a file. NULL: *err is one line, "FILE:LINE: what was expected". Scenarios with several CPU models come as one each. */
struct scn_file *scn_file_read(const char *path, struct err *err);
/* The same from text; `path` is for messages and for relative paths. */
struct scn_file *scn_file_parse(const char *path, const char *text, size_t len, struct err *err);
void scn_file_free(struct scn_file *f);

/* ---- running ---- */

struct trace_opts;

/* An embedded program by its name, which only the command has. */
struct scn_image {
    const char *name;
    const unsigned char *bytes;
    size_t len;
};

struct scn_env {
    bool (*find_image)(const char *name, struct scn_image *img);
    unsigned jobs;              /* of a sweep */
    const struct trace_opts *trace; /* scn_run() records the run; NULL: it does not */
};

enum scn_status { SCN_PASS, SCN_FAIL, SCN_SKIP, SCN_ERROR };

struct scn_result {
    enum scn_status status;
    char *text;                 /* what to tell the person, lines; free() it; may be NULL */
    uint64_t insns, time_ns;
    uint32_t hash;              /* of the final state */
    unsigned points;            /* of a sweep */
};

/* Run a scenario once, in this process. Its structures hold the run's state: parse anew for another run. */
void scn_run(struct scenario *s, const struct scn_env *env, struct scn_result *res);
/* Run its sweeps, with a process for each point; the table is in res->text. */
void scn_sweep(struct scenario *s, const struct scn_env *env, struct scn_result *res);

#endif
