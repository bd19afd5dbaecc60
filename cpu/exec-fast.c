/* SPDX-License-Identifier: Apache-2.0 */
/* The fast instance: no hooks; handlers jump to each other. */
#define INSTANCE(name) fast_##name
/* Without optimisation, or with a sanitizer, gcc makes calls of tail calls and the stack would grow. */
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(HYPSCOPE_NO_TAIL_CALLS)
#define TAIL_CALLS 1
#else
#define TAIL_CALLS 0
#endif
#define STEPPING 0
#define TIMED 0

#include "cpu/exec.inc"

const struct handlers fast_instance = {fast_handlers, fast_fuse, simd_handler};

void fast_enter(struct pe *c, const struct slot *s, int64_t n)
{
#if TAIL_CALLS
    (void)((handler_fn)s->fn)(c, s, n);
#else
    while (s != NULL) {
        s = ((handler_fn)s->fn)(c, s, &n);
    }
#endif
}
