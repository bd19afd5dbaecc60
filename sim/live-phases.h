/* SPDX-License-Identifier: Apache-2.0 */
/* hyp/phases.h on a running machine: single instructions are looked at between a guest exit and the next entry, no others. */
#ifndef HYPSCOPE_SIM_LIVE_PHASES_H
#define HYPSCOPE_SIM_LIVE_PHASES_H

#include "hyp/phases.h"
#include "sim/machine.h"

struct live_phases;

/* Look at `m`, which is not started, until live_phases_close. Takes the probes of its PEs. The member `insn` of the options is filled
   here. Tables go to `out`, which stays the caller's. NULL: *err. */
struct live_phases *live_phases_open(FILE *out, struct machine *m, const struct phases_opts *opts, struct err *err);
/* Write the tables. false: something could not be written, or no memory. Call once. */
bool must_check live_phases_finish(struct live_phases *p);
void live_phases_free(struct live_phases *p);

#endif
