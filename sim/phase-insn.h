/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions as hyp/phases.h wants them, from the tables of the core. */
#ifndef HYPSCOPE_SIM_PHASE_INSN_H
#define HYPSCOPE_SIM_PHASE_INSN_H

#include "hyp/phases.h"

/* The callback of struct phases_opts; opaque is not used. */
void phase_insn(void *opaque, uint32_t opcode, bool redirected, struct phases_insn *out);

#endif
