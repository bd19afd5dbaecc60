/* SPDX-License-Identifier: Apache-2.0 */
/* Following masks, SErrors and the registers that show them, record by record. windows-text.c writes. */
#include "hyp/windows-int.h"

#include "hyp/switches.h"

#include <stdlib.h>
#include <string.h>

enum { HCR_AMO_BIT = 5, HCR_TGE_BIT = 27, HCR_E2H_BIT = 34 };

/* Instructions that have been executed when the record's effect holds. An MSR is told of before it retires. */
static uint64_t after(const struct rec *r)
{
    return r->icount + (r->kind == REC_MASK ? 1 : 0);
}

/* The same without the instruction that has the effect: it is no longer in a window that it ends. */
static uint64_t before(const struct rec *r)
{
    return r->icount - (r->kind == REC_ERET ? 1 : 0);
}

struct win_place *win_place_of(struct windows *w, unsigned bit, uint64_t pc)
{
    for (unsigned i = 0; i < w->n_places; i++) {
        if (w->places[i].bit == bit && w->places[i].pc == pc) {
            return &w->places[i];
        }
    }
    if (w->n_places == WIN_MAX_PLACES) {
        w->places[WIN_MAX_PLACES - 1].pc = 0; /* the rest together */
        return &w->places[WIN_MAX_PLACES - 1];
    }
    struct win_place *p = &w->places[w->n_places++];
    *p = (struct win_place){.bit = (uint8_t)bit, .pc = pc, .min = UINT64_MAX};
    return p;
}

/* ---- windows ---- */

static void close_window(struct windows *w, struct win_pe *p, unsigned bit, const struct rec *r)
{
    struct win_open *o = &p->open[bit];
    uint64_t insns = before(r) > o->since ? before(r) - o->since : 0;
    struct win_place *place = win_place_of(w, bit, o->pc);
    o->is_open = false;
    place->count++;
    place->insns += insns;
    place->min = insns < place->min ? insns : place->min;
    place->max = insns > place->max ? insns : place->max;
    place->taken += r->kind == REC_EXC_ENTRY && r->type != 0;
    if (bit == WIN_BIT_A) {
        w->n.windows_a++;
        p->had_window = true;
    }
    win_show_window(w, p, bit, o, r, insns);
}

/* The masks after this record, at EL2 between an exit and the next entry */
static void follow_masks(struct windows *w, struct win_pe *p, const struct rec *r)
{
    for (unsigned bit = 0; bit < 4; bit++) {
        if ((w->opts.bits & (1u << bit)) == 0) {
            continue;
        }
        bool opens = p->outside && r->el == 2 && (r->daif & (1u << bit)) == 0;
        struct win_open *o = &p->open[bit];
        if (o->is_open && (!opens || (r->kind == REC_EXC_ENTRY && r->el == 2))) {
            close_window(w, p, bit, r);
        }
        if (opens && !o->is_open) {
            *o = (struct win_open){.is_open = true, .pc = r->pc, .since = after(r)};
        }
    }
}

/* ---- SErrors ---- */

/* Would an SError that becomes pending now have to wait? (the table of masking and routing of asynchronous exceptions) */
static bool is_masked(const struct rec *r, bool virt)
{
    bool a = (r->daif & (1u << WIN_BIT_A)) != 0, tge = bit64(r->hcr, HCR_TGE_BIT);
    if (virt) {
        return r->el == 2 || tge || !bit64(r->hcr, HCR_AMO_BIT) || a;
    }
    bool to2 = bit64(r->hcr, HCR_AMO_BIT) || tge;
    if (r->el == 2) {
        return !to2 || a;
    }
    return to2 && !(tge && bit64(r->hcr, HCR_E2H_BIT)) ? false : a;
}

static void pended(struct windows *w, struct win_pe *p, const struct rec *r)
{
    struct win_serror *s = &p->serror[r->b != 0];
    w->n.pended++;
    *s = (struct win_serror){.pending = true, .masked = is_masked(r, r->b != 0), .world = world_of(r->el, r->hcr, r->vttbr),
                             .insns = r->icount, .ns = r->time_ns, .iss = r->a};
    w->masked += s->masked;
    win_show_pended(w, p, s, r);
}

static void settle(struct windows *w, enum world raised, enum world accounted, uint64_t insns)
{
    struct win_flow *f = &w->flow[raised][accounted];
    f->min = f->count == 0 || insns < f->min ? insns : f->min;
    f->max = insns > f->max ? insns : f->max;
    f->sum += insns;
    f->count++;
}

static void taken(struct windows *w, struct win_pe *p, const struct rec *r)
{
    struct win_serror *s = &p->serror[r->type == 6];
    enum world world = world_of(r->from_el, r->hcr, r->vttbr);
    w->n.taken++;
    if (s->pending) {
        settle(w, s->world, world, r->icount - s->insns);
    }
    win_show_taken(w, p, s, r, world);
    s->pending = false;
}

static void deferred(struct windows *w, struct win_pe *p, const struct rec *r)
{
    struct win_serror *s = &p->serror[r->b != 0];
    enum world world = world_of(r->el, r->hcr, r->vttbr);
    w->n.deferred++;
    if (s->pending) {
        settle(w, s->world, world, r->icount - s->insns);
    }
    win_show_deferred(w, p, s, r, world);
    s->pending = false;
    s->deferred = true;
    s->deferred_insns = r->icount;
}

static void count_read(struct windows *w, const struct rec *r)
{
    unsigned i = 0;
    while (i < w->n_readers && (w->readers[i].enc != r->a || w->readers[i].pc != r->pc)) {
        i++;
    }
    if (i == WIN_MAX_PLACES) {
        i--;
        w->readers[i].pc = 0; /* the rest together */
    } else if (i == w->n_readers) {
        w->readers[w->n_readers++] = (struct win_reader){.enc = (uint16_t)r->a, .pc = r->pc};
    }
    w->readers[i].count++;
    w->readers[i].set += r->a == WIN_ENC_ISR ? r->b != 0 : bit64(r->b, 31);
}

/* ISR_EL1, DISR_EL1, VDISR_EL2 were read, or the latter written */
static void looked(struct windows *w, struct win_pe *p, const struct rec *r)
{
    bool disr = r->a == WIN_ENC_DISR || r->a == WIN_ENC_VDISR;
    struct win_serror *s = &p->serror[r->a == WIN_ENC_VDISR];
    if (r->kind == REC_SYSREG) {
        if (disr && bit64(r->c, 31) && !bit64(r->b, 31)) {
            win_show_cleared(w, p, r);
        }
        return;
    }
    bool consumed = disr && bit64(r->b, 31) && s->deferred;
    w->n.reads++;
    count_read(w, r);
    w->n.consumed += consumed;
    win_show_read(w, p, s, r, consumed);
    s->deferred = s->deferred && !consumed;
}

/* ---- the observer ---- */

static void guest_exit(struct windows *w, struct win_pe *p, const struct rec *r)
{
    w->n.exits++;
    p->outside = true;
    p->had_window = false;
    p->exit = *r;
}

static void guest_entry(struct windows *w, struct win_pe *p)
{
    w->n.exits_with_window += p->outside && p->had_window;
    w->entered += p->outside;
    p->outside = false;
}

static void put(void *opaque, const struct rec *r)
{
    struct windows *w = opaque;
    struct win_pe *p = &w->pes[r->pe % WIN_MAX_PES];
    switch (r->kind) {
    case REC_EXC_ENTRY:
        if (rec_is_guest_exit(r)) {
            guest_exit(w, p, r);
        }
        if (r->type == 3 || r->type == 6) {
            taken(w, p, r);
        }
        follow_masks(w, p, r);
        break;
    case REC_ERET:
        follow_masks(w, p, r);
        if (rec_is_guest_entry(r)) {
            guest_entry(w, p);
        }
        break;
    case REC_MASK: follow_masks(w, p, r); break;
    case REC_SERROR_PENDED: pended(w, p, r); break;
    case REC_SERROR_DEFERRED: deferred(w, p, r); break;
    case REC_SYSREG: case REC_SYSREG_READ:
        if (r->a == WIN_ENC_ISR || r->a == WIN_ENC_DISR || r->a == WIN_ENC_VDISR) {
            looked(w, p, r);
        }
        break;
    default: break;
    }
}

struct windows *windows_new(FILE *out, const struct windows_opts *opts)
{
    struct windows *w = calloc(1, sizeof(*w));
    if (w == NULL) {
        return NULL;
    }
    w->out = out;
    w->opts = *opts;
    w->opts.bits = opts->bits == 0 ? 1u << WIN_BIT_A : opts->bits;
    w->sink = (struct rec_sink){.put = put, .opaque = w};
    return w;
}

const struct rec_sink *windows_sink(struct windows *w)
{
    return &w->sink;
}

void windows_free(struct windows *w)
{
    free(w);
}

struct windows_counts windows_counts(const struct windows *w)
{
    return w->n;
}
