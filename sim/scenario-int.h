/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario while it runs: shared by scenario-run.c and its parts. */
#ifndef HYPSCOPE_SIM_SCENARIO_INT_H
#define HYPSCOPE_SIM_SCENARIO_INT_H

#include "sim/machine-int.h"
#include "sim/scenario.h"
#include "sim/symlearn.h"
#include "sim/tracing.h"

/* Records that are kept for reports: the latest of these. */
#define SCN_LOG 262144

/* What is done when a position is reached. */
struct scn_action {
    struct scn_pos *pos;
    /* before the next instruction of pe; it may change the machine */
    void (*fire)(struct scn_run *r, struct pe *pe, void *arg);
    void *arg;
};

struct scn_run {
    struct scenario *s;
    const struct scn_env *env;
    struct machine *m;
    struct symbols *symbols;
    struct symbolizer symbolizer;
    struct symlearn learn;
    struct scn_names names;
    struct rec_sink sink;
    struct scn_stage start;             /* the position of stimuli that name none */
    struct scn_action *actions;
    unsigned n_actions;
    const char **ids;                   /* of the stimuli, by number */
    unsigned n_ids;
    struct scn_event **watch;           /* `execute` events, whose addresses the probe looks at */
    unsigned n_watch;
    bool barriers;                      /* an ISB, DSB or DMB is waited for */

    struct scn_expect *expect;          /* what is looked for now */
    unsigned n_expect;
    struct scn_outcome *outcomes;       /* of a point of a sweep */
    unsigned n_outcomes;

    struct rec *log;
    uint64_t n_log;                     /* records seen; record i is at log[i % SCN_LOG] */
    uint64_t last_raised;               /* number of the record of the latest stimulus, SCN_NOWHERE */

    char *console;
    size_t console_len, console_cap;
    size_t input_pos;
    FILE *notes;                        /* messages of the machine, for the report */

    bool probing;                       /* a probe is set, for these pages (0: every instruction) */
    unsigned n_pages;
    uint64_t pages[PE_PROBE_PAGES];
    bool restart;                       /* the run loop must look at its limits */
    bool until;                         /* stop: `until` was reached */
    bool in_clock;                      /* called from the event queue: no PE has its turn */
    int stop;                           /* enum machine_stop, STOP_UNTIL */
    struct tracing *tracing;            /* NULL: the run is not recorded */
    struct machine_limits limits;       /* of the present machine_run(), which looks at them again and again */
    void (*each)(struct scn_run *r, struct pe *pe);    /* sweep: called before every instruction */
    void (*on_record)(struct scn_run *r, const struct rec *rec, const struct pe *pe);  /* sweep: called for every record */
    struct sweep *sweep;
};

/* ---- scenario-pos.c ---- */

/* Get the positions of all actions going. */
void scn_pos_begin(struct scn_run *r);
/* A record was made. */
void scn_pos_record(struct scn_run *r, const struct rec *rec, struct pe *pe);
/* An instruction is about to be executed. */
void scn_pos_probe(struct scn_run *r, struct pe *pe);
/* Every PE waits: what would fire before the next instruction fires now. true: something did. */
bool scn_pos_idle(struct scn_run *r);
/* Set the probes that the positions need now. */
void scn_pos_arm(struct scn_run *r);
/* The first count of instructions at which the run has to be looked at, UINT64_MAX: none. */
uint64_t scn_pos_next_insns(const struct scn_run *r);

/* ---- scenario-do.c ---- */

bool must_check scn_stimulus_bind(struct scn_run *r, struct scn_stimulus *d, struct err *err);
/* Give the stimulus, now, on pe. */
void scn_stimulus_give(struct scn_run *r, struct scn_stimulus *d, struct pe *pe);

/* ---- scenario-run.c ---- */

/* Do something at a position, from scn_pos_begin() on. */
bool must_check scn_add_action(struct scn_run *r, struct scn_pos *p, void (*fire)(struct scn_run *, struct pe *, void *), void *arg,
                               struct err *err);
/* WANT_CHECK without a position: now. */
void scn_check_at_end(struct scn_run *r, struct scn_expect *x, unsigned n);
bool must_check scn_value_bind(struct scn_run *r, struct scn_value *v, struct err *err);
/* Build, load, bind. SCN_PASS: ready to run; else *err says why not (SCN_SKIP: what is absent). */
enum scn_status scn_prepare(struct scn_run *r, struct scenario *s, const struct scn_env *env, struct err *err);
/* Run to the end. */
void scn_go(struct scn_run *r);
void scn_release(struct scn_run *r);
/* Put a record of our own into the log and before the expectations. */
void scn_own_record(struct scn_run *r, unsigned kind, const struct pe *pe, uint64_t a);
/* Does the record match? The event's `pc' is where the code was linked, or where it runs. */
bool scn_record_matches(const struct scn_run *r, const struct scn_event *ev, const struct rec *rec, const struct pe *pe);
/* Start to look for these expectations, from now on. */
void scn_expect_begin(struct scn_expect *x, unsigned n);
/* Does it hold, after the run? */
bool scn_expect_holds(const struct scn_run *r, const struct scn_expect *x);

/* ---- scenario-report.c ---- */

/* What did not hold and what was seen. */
void scn_report_failure(FILE *f, const struct scn_run *r, const struct scn_expect *x);
void scn_report_end(FILE *f, const struct scn_run *r);
const char *scn_stop_text(int stop);

#endif
