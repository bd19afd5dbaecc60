/* SPDX-License-Identifier: Apache-2.0 */
/* The timed instance: the fast one with the hooks of the timing model. */
#define INSTANCE(name) timed_##name
#define STEPPING 0
#define TIMED 1
#define EXEC_PART 0

#include "cpu/exec.inc"

const struct handlers timed_instance = {timed_handlers, timed_fuse, NULL};

void timed_enter(struct pe *c, const struct slot *s, int64_t n)
{
    run_from(c, s, n);
}
