/* SPDX-License-Identifier: Apache-2.0 */
/* The stepping form of the timed instance: the same cycles, one instruction at a time. */
#define INSTANCE(name) timed_step_##name
#define STEPPING 1
#define TIMED 1
#define EXEC_PART 0

#include "cpu/exec.inc"

bool timed_step_one(struct pe *c, const struct slot *s)
{
    if (!timing_enter_step(c->timing, s, c->pc)) {
        return false;
    }
    run_one(c, s);
    return true;
}
