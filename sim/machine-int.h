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
    unsigned n_sinks;
    struct rec_sink fan_out;     /* what the PEs see: hands a record to every sink */
    struct symbolizer symbolizer;

    struct pe *running;          /* the PE whose turn it is, NULL between turns */
    uint64_t time_ns;            /* guest time at the beginning of the round */
    bool stopping;
    enum machine_stop stop;
    unsigned exit_code;
    atomic_bool stop_request;

    uint64_t reported[REPORT_PLACES]; /* places that a message was given for, to say it once */
    unsigned n_reported;
};

#endif
