/* SPDX-License-Identifier: Apache-2.0 */
/* The stepping form of the timed instance: the same cycles, one instruction at a time. */
#define INSTANCE(name) timed_step_##name
#define TAIL_CALLS 0
#define STEPPING 1
#define TIMED 1

#include "cpu/exec.inc"

bool timed_step_one(struct pe *c, const struct slot *s)
{
    if (!timing_enter_step(c->timing, s, c->pc)) {
        return false;
    }
    const struct code_page *p = code_page_of(c->slots_base);
    handler_fn fn = (handler_fn)timed_step_handlers[p->hid[s - c->slots_base]];
    int64_t left = c->n;
    int64_t n = left - s->run;
    const struct slot *next = fn(c, s, &n);
    if (next != NULL) {
        c->pc = c->page_va + (uint64_t)(next - c->slots_base) * 4;
        c->n = left - 1;
        c->s = NULL;
    }
    return true;
}
