/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest time and the event queue.
 *
 * Time is counted in nanoseconds of guest time from power-on. It is derived
 * from retired instructions (or, later, modelled cycles): never from the host.
 * The queue is ordered by (time, priority, insertion), so that two events due
 * at the same time always fire in the same order.
 */
#ifndef HYPSCOPE_BASE_CLOCK_H
#define HYPSCOPE_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define TIME_NEVER UINT64_MAX

struct clock;

/* An event is embedded in its owner; the queue never allocates for it. */
struct event {
    uint64_t when_ns;     /* due time; meaningful while queued */
    uint64_t seq;         /* insertion order, breaks ties */
    uint32_t prio;        /* lower fires first at equal time */
    uint32_t queued;      /* 1 while in the queue */
    struct event *next;   /* queue link */
    void (*fire)(void *opaque, uint64_t now_ns);
    void *opaque;
    const char *name;     /* for messages and traces */
};

struct clock {
    uint64_t now_ns;      /* the time of the PE that is executing, brought up to date
                             before any device, timer or GIC code runs */
    uint64_t seq;
    struct event *head;   /* sorted list: a handful of events are ever queued */
    /* Called when an event is queued that is due before all others, so that the
       run loop can shorten its budget. May be NULL. */
    void (*earlier)(void *opaque, uint64_t when_ns);
    void *earlier_opaque;
};

/* Prepare an event; it is not queued. */
void event_init(struct event *e, const char *name, uint32_t prio,
                void (*fire)(void *opaque, uint64_t now_ns), void *opaque);
/* (Re)queue the event for an absolute time in ns. A time in the past fires at the next run of the queue. */
void event_schedule(struct clock *c, struct event *e, uint64_t when_ns);
/* Take the event out of the queue; harmless when it is not queued. */
void event_cancel(struct clock *c, struct event *e);
/* Due time of the first event in ns, TIME_NEVER when the queue is empty. */
static inline uint64_t clock_next(const struct clock *c)
{
    return c->head ? c->head->when_ns : TIME_NEVER;
}
/* Fire everything due at or before now_ns, in order; now_ns is set first. */
void clock_run(struct clock *c, uint64_t now_ns);

#endif
