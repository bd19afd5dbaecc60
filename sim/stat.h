/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a timed run cost: cycles, instructions, stalls by cause, misses; for the
 * whole run, for each world, and for exits from guests by reason, from the exit
 * to the next entry, by phase (exit, host, entry) and by state class, as
 * hyp/phases.h has them. An observer: it changes nothing.
 */
#ifndef HYPSCOPE_SIM_STAT_H
#define HYPSCOPE_SIM_STAT_H

#include "sim/machine.h"
#include "traces/esr.h"

struct stat_report;

/* Observe a machine with a timing model, which is not started. NULL: *err. `out` is not closed by stat_free. */
struct stat_report *stat_new(FILE *out, struct machine *m, bool json, const struct esr_names *names, struct err *err);
/* Only a part of the run is timed: it begins, it ended. */
void stat_begin(struct stat_report *s);
void stat_end(struct stat_report *s);
/* Write the report. false: something could not be written. Call once. */
bool must_check stat_finish(struct stat_report *s);
void stat_free(struct stat_report *s);

#endif
