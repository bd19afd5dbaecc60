/* SPDX-License-Identifier: Apache-2.0 */
/* The fast instance: no hooks; handlers jump to each other. */
#define INSTANCE(name) fast_##name
#define STEPPING 0
#define TIMED 0
#define EXEC_PART 0

#include "cpu/exec.inc"

const struct handlers fast_instance = {fast_handlers, fast_fuse, simd_handler};

void fast_enter(struct pe *c, const struct slot *s, int64_t n)
{
    run_from(c, s, n);
}
