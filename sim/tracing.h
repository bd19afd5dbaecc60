/* SPDX-License-Identifier: Apache-2.0 */
/* Recording a run of a machine into a trace file: `hypscope run --trace`. */
#ifndef HYPSCOPE_SIM_TRACING_H
#define HYPSCOPE_SIM_TRACING_H

#include "sim/boot.h"
#include "sim/machine.h"
#include "sim/symbols.h"
#include "sim/timed-span.h"

#define TRACING_MAX_FILTERS 8

struct trace_opts {
    const char *file;           /* NULL: no trace */
    const char *kinds;          /* NULL: default */
    const char *filter[TRACING_MAX_FILTERS];
    unsigned n_filters;
    bool marks;                 /* the guest may switch recording off and on */
    const struct timed_opts *timed;     /* for the header: which part of the run is timed; NULL: all, if any */
    const char *input;          /* for the header: file of console input; NULL: none */
};

struct tracing;

/* Begin to record `m`, which has been loaded and not started. `s` may be NULL. Adds a listener to the machine. NULL: *err. */
struct tracing *tracing_open(const struct trace_opts *o, struct machine *m, const struct machine_config *mc, const struct boot_config *bc,
                             const struct symbols *s, struct err *err);
/* Before running. 0: run on. Else: run the machine until so many instructions have been retired in all, and call it again: nothing
   has to be watched before that. */
uint64_t tracing_begin(struct tracing *t);
/* Has writing failed? Then the run has been asked to stop. */
bool tracing_failed(const struct tracing *t);
/* Finish the file and free. false: *err says what could not be written. NULL is fine. */
bool must_check tracing_close(struct tracing *t, struct err *err);

#endif
