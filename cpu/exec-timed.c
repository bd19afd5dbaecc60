/* SPDX-License-Identifier: Apache-2.0 */
/* The timed instance: the fast one with the hooks of the timing model. */
#define INSTANCE(name) timed_##name
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(HYPSCOPE_NO_TAIL_CALLS)
#define TAIL_CALLS 1
#else
#define TAIL_CALLS 0
#endif
#define STEPPING 0
#define TIMED 1

#include "cpu/exec.inc"

const struct handlers timed_instance = {timed_handlers, timed_fuse, NULL};

void timed_enter(struct pe *c, const struct slot *s, int64_t n)
{
#if TAIL_CALLS
    (void)((handler_fn)s->fn)(c, s, n);
#else
    while (s != NULL) {
        s = ((handler_fn)s->fn)(c, s, &n);
    }
#endif
}
