/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/timed-span.h"

#include "cpu/pe.h"
#include "hyp/switches.h"

#include <stdlib.h>
#include <string.h>

/* What happens when the condition that is waited for has come. */
enum stage { WAIT_WARM, WAIT_FROM, WAIT_TO, STAGES };

struct timed_span {
    struct machine *m;
    struct filter_cond cond[STAGES];    /* WHEN_NONE: it has come */
    enum stage stage;                   /* STAGES: nothing is waited for */
    uint64_t left;                      /* how often the condition has to be met */
    uint64_t warm;
    bool hit;
    void (*changed)(void *opaque, bool counting);
    void *opaque;
};

static const char *const option[STAGES] = { "--timed-from", "--timed-from", "--timed-to" };

/* ---- conditions ---- */

static bool by_place(const struct timed_span *s)
{
    return s->stage < STAGES && s->cond[s->stage].when == WHEN_PC;
}

static void come(struct timed_span *s)
{
    if (--s->left == 0) {
        s->hit = true;
        machine_stop_here(s->m);
    }
}

static void on_probe(void *opaque, struct pe *pe)
{
    struct timed_span *s = opaque;
    if (!s->hit && by_place(s) && pe->pc == s->cond[s->stage].range.first) {
        come(s);
    }
}

static void on_record(void *opaque, const struct rec *r)
{
    struct timed_span *s = opaque;
    const struct filter_cond *c = &s->cond[s->stage < STAGES ? s->stage : 0];
    bool is = false;
    if (s->hit || s->stage == STAGES) {
        return;
    }
    if (c->when == WHEN_MARK) {
        is = r->kind == REC_MARK && r->a == c->value;
    } else if (c->when == WHEN_EVENT) {
        is = c->value == REC_GUEST_ENTRY ? rec_is_guest_entry(r) : c->value == REC_GUEST_EXIT ? rec_is_guest_exit(r) : r->kind == c->value;
    }
    if (is) {
        come(s);
    }
}

/* ---- stages ---- */

/* Wait for the condition of the stage, or for none. */
static void wait_for(struct timed_span *s, enum stage stage)
{
    s->stage = stage;
    s->hit = false;
    s->left = stage < STAGES ? s->cond[stage].times : 0;
    for (unsigned i = 0; i < machine_n_pes(s->m); i++) {
        const uint64_t *page = &s->cond[stage < STAGES ? stage : 0].range.first;
        machine_set_probe(s->m, i, PROBE_USER_SPAN, by_place(s) ? on_probe : NULL, s, page, 1);
    }
}

/* The condition that was waited for has come. false: no host memory. */
static bool advance(struct timed_span *s)
{
    switch (s->stage) {
    case WAIT_WARM:
        if (s->cond[WAIT_FROM].when == WHEN_NONE) { /* so many instructions after this */
            s->cond[WAIT_FROM] = (struct filter_cond){ .when = WHEN_INSNS, .value = machine_icount(s->m) + s->warm, .times = 1 };
        }
        wait_for(s, WAIT_FROM);
        return machine_set_timing(s->m, MACHINE_WARMING);
    case WAIT_FROM:
        if (!machine_set_timing(s->m, MACHINE_TIMED)) {
            return false;
        }
        s->changed(s->opaque, true);
        wait_for(s, s->cond[WAIT_TO].when != WHEN_NONE ? WAIT_TO : STAGES);
        return true;
    case WAIT_TO:
        s->changed(s->opaque, false);
        wait_for(s, STAGES);
        return machine_set_timing(s->m, MACHINE_UNTIMED);
    default:
        return true;
    }
}

/* Has a count or a time come? */
static bool due(const struct timed_span *s)
{
    const struct filter_cond *c = &s->cond[s->stage < STAGES ? s->stage : 0];
    return s->stage < STAGES && ((c->when == WHEN_INSNS && machine_icount(s->m) >= c->value) ||
                                 (c->when == WHEN_TIME && machine_time_ns(s->m) >= c->value));
}

enum machine_stop timed_span_run(struct timed_span *s, const struct machine_limits *limits)
{
    for (;;) {
        struct machine_limits l = *limits;
        const struct filter_cond *c = &s->cond[s->stage < STAGES ? s->stage : 0];
        if (s->hit || due(s)) {
            if (!advance(s)) {
                return STOP_ERROR;
            }
            continue;
        }
        if (s->stage < STAGES && c->when == WHEN_INSNS && (l.max_insns == 0 || c->value < l.max_insns)) {
            l.max_insns = c->value;
        }
        if (s->stage < STAGES && c->when == WHEN_TIME && (l.max_time_ns == 0 || c->value < l.max_time_ns)) {
            l.max_time_ns = c->value;
        }
        enum machine_stop why = machine_run(s->m, &l);
        bool ours = (why == STOP_INTERRUPTED && s->hit) ||
                    (why == STOP_MAX_INSNS && l.max_insns != limits->max_insns) ||
                    (why == STOP_MAX_TIME && l.max_time_ns != limits->max_time_ns);
        if (!ours) {
            return why;
        }
    }
}

const char *timed_span_missed(const struct timed_span *s)
{
    return s != NULL && s->stage < STAGES ? option[s->stage] : NULL;
}

/* ---- options ---- */

static bool parse(const char *opt, const char *text, const struct filter_names *names, struct filter_cond *c, struct err *err)
{
    const uint64_t derived = REC_BIT(REC_WORLD) | REC_BIT(REC_INSN) | REC_BIT(REC_REG) | REC_BIT(REC_MEM);
    if (!filter_condition(text, names, c) || c->when == WHEN_CYCLE || (c->when == WHEN_EVENT && (BIT64(c->value) & derived) != 0)) {
        return err_set(err, "%s %s: expected insns:N, time:NS, pc:PLACE (an address, or a name that the symbols have), event:KIND or "
                       "mark:N; after the last three :N for the n-th time", opt, text);
    }
    return true;
}

/* Which condition ends which stage. */
static void plan(struct timed_span *s, const struct timed_opts *o)
{
    const struct filter_cond from = s->cond[WAIT_FROM];
    s->warm = o->warm;
    if (o->warm_all) {
        s->cond[WAIT_WARM] = (struct filter_cond){ .when = WHEN_INSNS, .times = 1 }; /* at once */
    } else if (o->warm != 0 && from.when == WHEN_INSNS) {
        s->cond[WAIT_WARM] = from;
        s->cond[WAIT_WARM].value = from.value > o->warm ? from.value - o->warm : 0;
    } else if (o->warm != 0) {
        s->cond[WAIT_WARM] = from;
        s->cond[WAIT_FROM].when = WHEN_NONE; /* known when it comes */
    }
}

static uint64_t kinds_needed(const struct timed_span *s)
{
    uint64_t kinds = 0;
    for (unsigned i = 0; i < STAGES; i++) {
        const struct filter_cond *c = &s->cond[i];
        kinds |= c->when == WHEN_MARK ? REC_BIT(REC_MARK) : 0;
        if (c->when == WHEN_EVENT) {
            kinds |= c->value == REC_GUEST_ENTRY ? REC_BIT(REC_ERET) : c->value == REC_GUEST_EXIT ? REC_BIT(REC_EXC_ENTRY) : BIT64(c->value);
        }
    }
    return kinds;
}

struct timed_span *timed_span_new(struct machine *m, const struct timed_opts *o, const struct filter_names *names,
                                  void (*changed)(void *opaque, bool counting), void *opaque, struct err *err)
{
    struct timed_span *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        err_set(err, "--timed-from: out of memory");
        return NULL;
    }
    s->m = m;
    s->changed = changed;
    s->opaque = opaque;
    if ((o->from != NULL && !parse("--timed-from", o->from, names, &s->cond[WAIT_FROM], err)) ||
        (o->to != NULL && !parse("--timed-to", o->to, names, &s->cond[WAIT_TO], err))) {
        free(s);
        return NULL;
    }
    plan(s, o);
    const struct rec_sink sink = { .put = on_record, .opaque = s, .kinds = kinds_needed(s), .classes = UINT32_MAX };
    if (sink.kinds != 0 && !machine_add_rec_sink(m, &sink)) {
        err_set(err, "--timed-from: too many observers");
        free(s);
        return NULL;
    }
    wait_for(s, s->cond[WAIT_WARM].when != WHEN_NONE ? WAIT_WARM : s->cond[WAIT_FROM].when != WHEN_NONE ? WAIT_FROM : WAIT_TO);
    return s;
}

void timed_span_free(struct timed_span *s)
{
    free(s);
}
