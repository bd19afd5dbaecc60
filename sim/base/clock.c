/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/base/clock.h"

#include <stddef.h>

void event_init(struct event *e, const char *name, uint32_t prio,
                void (*fire)(void *opaque, uint64_t now_ns), void *opaque)
{
    *e = (struct event){.prio = prio, .fire = fire, .opaque = opaque, .name = name};
}

void event_cancel(struct clock *c, struct event *e)
{
    if (!e->queued) {
        return;
    }
    for (struct event **p = &c->head; *p != NULL; p = &(*p)->next) {
        if (*p == e) {
            *p = e->next;
            break;
        }
    }
    e->queued = 0;
    e->next = NULL;
}

static bool fires_before(const struct event *a, const struct event *b)
{
    if (a->when_ns != b->when_ns) {
        return a->when_ns < b->when_ns;
    }
    if (a->prio != b->prio) {
        return a->prio < b->prio;
    }
    return a->seq < b->seq;
}

void event_schedule(struct clock *c, struct event *e, uint64_t when_ns)
{
    event_cancel(c, e);
    e->when_ns = when_ns;
    e->seq = c->seq++;
    e->queued = 1;
    struct event **p = &c->head;
    while (*p != NULL && fires_before(*p, e)) {
        p = &(*p)->next;
    }
    e->next = *p;
    *p = e;
    if (c->head == e && c->earlier != NULL) {
        c->earlier(c->earlier_opaque, when_ns);
    }
}

void clock_run(struct clock *c, uint64_t now_ns)
{
    if (now_ns > c->now_ns) {
        c->now_ns = now_ns;
    }
    while (c->head != NULL && c->head->when_ns <= now_ns) {
        struct event *e = c->head;
        c->head = e->next;
        e->next = NULL;
        e->queued = 0;
        e->fire(e->opaque, now_ns);
    }
}
