/* SPDX-License-Identifier: Apache-2.0 */
/* hyp/phases.h on a running machine: single instructions are looked at between a guest exit and the next entry, no others. */
#ifndef HYPSCOPE_SIM_LIVE_PHASES_H
#define HYPSCOPE_SIM_LIVE_PHASES_H

#include "cpu/timing/timing.h"
#include "hyp/phases.h"
#include "sim/machine.h"

struct live_phases;

/* Counters of the timing model: struct timing_counts as numbers */
enum { LIVE_PHASES_COUNTERS = sizeof(struct timing_counts) / sizeof(uint64_t) };

/* Look at `m`, which is not started. `user` of its probes is ours. The member `insn` of the options is filled here, and `counters` when
   n_counters is LIVE_PHASES_COUNTERS and not 0. Tables go to `out`, which stays the caller's. NULL: *err. */
struct live_phases *live_phases_open(FILE *out, struct machine *m, enum probe_user user, const struct phases_opts *opts, struct err *err);
/* Look from now on, or do not, as at first. A switch that is open then does not count. Not inside machine_run. */
void live_phases_watch(struct live_phases *p, bool on);
/* phases_close. Call once, and not with live_phases_finish. */
bool must_check live_phases_close(struct live_phases *p);
/* Write the tables. false: something could not be written, or no memory. Call once. */
bool must_check live_phases_finish(struct live_phases *p);
void live_phases_free(struct live_phases *p);

#endif
