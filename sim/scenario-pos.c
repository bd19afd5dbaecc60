/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Positions. Each goes through its stages; the last one fires the action
 * before the next instruction. A probe is set for every instruction, for some
 * pages or not at all, as the stages that are waited for need it.
 */
#include "sim/scenario-int.h"

#include <stdlib.h>
#include <string.h>

static bool on_pe(const struct scn_stage *st, const struct pe *pe)
{
    return st->pe < 0 || (unsigned)st->pe == pe->id;
}

static void clock_fired(void *opaque, uint64_t now_ns);

struct clock_wait {
    struct event event;
    struct scn_run *r;
    struct scn_action *a;
};

static struct pe *stage_pe(const struct scn_run *r, const struct scn_stage *st)
{
    return r->m->pes[st->pe >= 0 && (unsigned)st->pe < r->m->n_pes ? st->pe : 0];
}

/* The present stage begins to be waited for. */
static void begin_stage(struct scn_run *r, struct scn_action *a)
{
    struct scn_pos *p = a->pos;
    const struct scn_stage *st = &p->stage[p->at];
    p->seen = 0;
    p->hit = false;
    p->was_true = 0;
    if (st->kind == STAGE_INSNS) {
        p->target = pe_icount(stage_pe(r, st)) + st->count;
        if (r->m->running != NULL && r->m->n_pes == 1) { /* on with a limit that ends just there */
            r->restart = true;
            machine_stop_here(r->m);
        }
    } else if (st->kind == STAGE_CYCLES) {
        p->target = pe_cycle(stage_pe(r, st)) + st->count;
    } else if (st->kind == STAGE_TIME) {
        struct clock_wait *w = (struct clock_wait *)p->clock_event;
        if (w == NULL) {
            w = calloc(1, sizeof(*w));
            if (w == NULL) {
                abort(); /* a few bytes */
            }
            p->clock_event = &w->event;
        }
        w->r = r;
        w->a = a;
        event_init(&w->event, "scenario", 0, clock_fired, w);
        event_schedule(&r->m->clock, &w->event, machine_time_ns(r->m) + st->count);
    }
}

/* The present stage is complete, before the next instruction of pe. */
static void complete(struct scn_run *r, struct scn_action *a, struct pe *pe)
{
    struct scn_pos *p = a->pos;
    p->hit = false;
    p->at++;
    if (p->at < p->n_stages) {
        begin_stage(r, a);
        return;
    }
    p->done = true;
    a->fire(r, pe, a->arg);
}

static void hit(struct scn_pos *p, const struct pe *pe)
{
    p->hit = true;
    p->hit_pe = pe->id;
    p->left = p->stage[p->at].plus;
}

/* Time has come. No PE has its turn: a waiting PE gets the stimulus at once. */
static void clock_fired(void *opaque, uint64_t now_ns)
{
    struct clock_wait *w = opaque;
    struct scn_run *r = w->r;
    struct scn_pos *p = w->a->pos;
    const struct scn_stage *st = &p->stage[p->at];
    struct pe *pe = stage_pe(r, st);
    hit(p, pe);
    if (p->left == 0) {
        pe->time_base_ns = now_ns;
        r->in_clock = true;
        complete(r, w->a, pe);
        r->in_clock = false;
    }
    scn_pos_arm(r);
}

/* Is the PE at this address, or where the code that was linked there runs? */
static bool at_address(const struct scn_run *r, const struct pe *pe, uint64_t va)
{
    return pe->pc == va || symbols_link(r->symbols, pe->pc) == va;
}

/* Is the instruction at the PE's PC the stage's? */
static bool stage_at(const struct scn_run *r, struct scn_pos *p, const struct scn_stage *st, const struct pe *pe)
{
    switch (st->kind) {
    case STAGE_START:
        return true;
    case STAGE_SYMBOL:
        return at_address(r, pe, st->addr.v) && on_pe(st, pe) && ++p->seen >= st->n;
    case STAGE_CYCLES:
        return (st->pe < 0 ? pe->id == 0 : on_pe(st, pe)) && pe_cycle(pe) >= p->target;
    case STAGE_INSNS:
        return (st->pe < 0 ? pe->id == 0 : on_pe(st, pe)) && pe_icount(pe) >= p->target;
    case STAGE_WHEN: {
        uint32_t bit = 1u << pe->id;
        bool now = on_pe(st, pe) && scn_expr_eval(st->when, pe) != 0, before = (p->was_true & bit) != 0;
        p->was_true = now ? p->was_true | bit : p->was_true & ~bit;
        return now && !before && ++p->seen >= st->n;
    }
    default:
        return false;
    }
}

void scn_pos_probe(struct scn_run *r, struct pe *pe)
{
    bool changed = false;
    for (unsigned i = 0; i < r->n_actions; i++) {
        struct scn_pos *p = r->actions[i].pos;
        if (p->done) {
            continue;
        }
        if (!p->hit && stage_at(r, p, &p->stage[p->at], pe)) {
            hit(p, pe);
            changed = true;
        }
        if (!p->hit || p->hit_pe != pe->id) {
            continue;
        }
        if (p->left == 0) {
            complete(r, &r->actions[i], pe);
            changed = true;
        } else {
            p->left--;
        }
    }
    if (changed) {
        scn_pos_arm(r);
    }
}

void scn_pos_record(struct scn_run *r, const struct rec *rec, struct pe *pe)
{
    bool changed = false;
    for (unsigned i = 0; i < r->n_actions; i++) {
        struct scn_pos *p = r->actions[i].pos;
        if (p->done || p->hit) {
            continue;
        }
        const struct scn_stage *st = &p->stage[p->at];
        if (st->kind != STAGE_EVENT || !on_pe(st, pe) || !scn_record_matches(r, &st->ev, rec, pe) || ++p->seen < st->n) {
            continue;
        }
        changed = true;
        hit(p, pe);
        if (p->left == 0 && p->at + 1 < p->n_stages) {
            complete(r, &r->actions[i], pe); /* the next stage may be an event of the same instruction */
        }
    }
    if (changed) {
        scn_pos_arm(r);
    }
}

bool scn_pos_idle(struct scn_run *r)
{
    bool any = false;
    for (unsigned i = 0; i < r->n_actions; i++) {
        struct scn_pos *p = r->actions[i].pos;
        if (!p->done && p->hit && p->left == 0) {
            struct pe *pe = r->m->pes[p->hit_pe];
            pe->time_base_ns = r->m->time_ns;
            complete(r, &r->actions[i], pe);
            any = true;
        }
    }
    if (any) {
        scn_pos_arm(r);
    }
    return any;
}

void scn_pos_begin(struct scn_run *r)
{
    for (unsigned i = 0; i < r->n_actions; i++) {
        struct scn_pos *p = r->actions[i].pos;
        p->at = 0;
        p->done = false;
        begin_stage(r, &r->actions[i]);
    }
    scn_pos_arm(r);
}

uint64_t scn_pos_next_insns(const struct scn_run *r)
{
    uint64_t next = UINT64_MAX;
    for (unsigned i = 0; i < r->n_actions; i++) {
        const struct scn_pos *p = r->actions[i].pos;
        if (!p->done && p->stage[p->at].kind == STAGE_INSNS && p->target < next && p->target > machine_icount(r->m)) {
            next = p->target;
        }
    }
    return next;
}

/* Does the stage need to see every instruction? */
static bool needs_all(const struct scn_run *r, const struct scn_pos *p)
{
    const struct scn_stage *st = &p->stage[p->at];
    if (p->hit || st->kind == STAGE_START || st->kind == STAGE_WHEN || st->kind == STAGE_CYCLES) {
        return true;
    }
    /* with one PE the run is stopped just there; with several that would change their turns */
    return st->kind == STAGE_INSNS && (r->m->n_pes > 1 || machine_icount(r->m) >= p->target);
}

static bool add_page(uint64_t *pages, unsigned *n, uint64_t va)
{
    uint64_t page = va & ~UINT64_C(0xfff);
    for (unsigned i = 0; i < *n; i++) {
        if (pages[i] == page) {
            return true;
        }
    }
    if (*n == PE_PROBE_PAGES) {
        return false;
    }
    pages[(*n)++] = page;
    return true;
}

static bool add_pages(const struct scn_run *r, uint64_t *pages, unsigned *n, uint64_t va)
{
    uint64_t places[SYMBOLS_ALIASES + 1];
    unsigned count = symbols_places(r->symbols, va, places);
    bool ok = true;
    for (unsigned i = 0; i < count; i++) {
        ok = ok && add_page(pages, n, places[i]);
    }
    return ok;
}

static void on_probe(void *opaque, struct pe *pe)
{
    struct scn_run *r = opaque;
    for (unsigned i = 0; i < r->n_watch; i++) {
        if (at_address(r, pe, r->watch[i]->value.v)) {
            scn_own_record(r, REC_EXECUTE, pe, 0);
            break;
        }
    }
    scn_pos_probe(r, pe);
    if (r->each != NULL) {
        r->each(r, pe);
    }
}

void scn_pos_arm(struct scn_run *r)
{
    bool all = r->each != NULL;
    uint64_t pages[PE_PROBE_PAGES];
    unsigned n = 0;
    for (unsigned i = 0; i < r->n_actions; i++) {
        const struct scn_pos *p = r->actions[i].pos;
        if (p->done) {
            continue;
        }
        all = all || needs_all(r, p) ||
              (p->stage[p->at].kind == STAGE_SYMBOL && !add_pages(r, pages, &n, p->stage[p->at].addr.v));
    }
    for (unsigned i = 0; i < r->n_watch && !all; i++) {
        all = !add_pages(r, pages, &n, r->watch[i]->value.v);
    }
    bool want = all || n != 0;
    n = all ? 0 : n;
    if (want == r->probing && n == r->n_pages && memcmp(pages, r->pages, n * sizeof(pages[0])) == 0) {
        return;
    }
    r->probing = want;
    r->n_pages = n;
    memcpy(r->pages, pages, n * sizeof(pages[0]));
    for (unsigned i = 0; i < r->m->n_pes; i++) {
        pe_set_probe(r->m->pes[i], want ? on_probe : NULL, r, pages, n);
    }
}
