/* SPDX-License-Identifier: Apache-2.0 */
/* The stepping instance: returns after each instruction. For debug exceptions, exact stops, and as the reference that the fast
   instance is compared with. */
#define INSTANCE(name) step_##name
#define STEPPING 1
#define TIMED 0
#define EXEC_PART 0

#include "cpu/exec.inc"

void step_one(struct pe *c, const struct slot *s)
{
    run_one(c, s);
}
