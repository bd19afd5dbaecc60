/* SPDX-License-Identifier: Apache-2.0 */
/* The stepping instance: returns after each instruction. For debug exceptions, exact stops, and as the reference that the fast
   instance is compared with. */
#define INSTANCE(name) step_##name
#define TAIL_CALLS 0
#define STEPPING 1
#define TIMED 0

#include "cpu/exec.inc"

void step_one(struct pe *c, const struct slot *s)
{
    const struct code_page *p = code_page_of(c->slots_base);
    handler_fn fn = (handler_fn)step_handlers[p->hid[s - c->slots_base]];
    int64_t left = c->n;
    int64_t n = left - s->run;
    const struct slot *next = fn(c, s, &n);
    if (next != NULL) {
        c->pc = c->page_va + (uint64_t)(next - c->slots_base) * 4;
        c->n = left - 1;
        c->s = NULL;
    }
}
