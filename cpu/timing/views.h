/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which accesses need no look: those to a line that L1 has (as the most recently used way of its set where that matters; for
 * stores dirty) on a page that the micro-TLB has. Such an access changes nothing in the model and costs nothing.
 *
 * The answer is kept beside the entries of the host's micro-TLB, where the fast paths are already: struct utlb_lines. Here is
 * the other direction, so that it stays true. A view is what the model knows of the page of one such entry: a way of L1 names
 * the views that its line is known in, and an entry of the micro-TLB those that its page is open in. A view that lost its page
 * keeps its lines: when the page is back they are known again. Entries of the host's micro-TLB come and go without being missed:
 * a new one begins with nothing known, and views that are not up to date are only ever told to forget.
 */
#ifndef HYPSCOPE_TIMING_VIEWS_H
#define HYPSCOPE_TIMING_VIEWS_H

#include "cpu/timing/timing.h"
#include "cpu/utlb.h"

/* A view has the number of its entry: where that is in the pool of sets, in units of 16 bytes, from 1. 0: none. The view for stores of an
   address follows that for loads at a fixed distance. */
enum { VIEWS = UTLB_CONTEXTS * sizeof(struct utlb_set) / sizeof(struct utlb_d) + 1, VIEW_TO_WRITE = UTLB_D };
_Static_assert(VIEWS <= UINT16_MAX, "views have numbers of 16 bits");
_Static_assert(offsetof(struct uctx_pool, set) == 0 && sizeof(struct utlb_set) % sizeof(struct utlb_d) == 0 &&
               sizeof(struct utlb_i) == sizeof(struct utlb_d) && sizeof(struct utlb_lines) == sizeof(struct utlb_d) &&
               offsetof(struct utlb_set, w) - offsetof(struct utlb_set, r) == VIEW_TO_WRITE * sizeof(struct utlb_d), "units of entries");

struct view {
    uint64_t page;              /* physical page that `known` is about */
    uint64_t known;             /* lines that need no look while the page is open: each one's way in L1 cites this view */
    uint16_t owner, next;       /* entry of the modelled micro-TLB that opens it, plus one (0: none), and the next view of that */
    uint16_t tlb;               /* where the main TLB had the page */
    uint16_t pad[5];            /* 32 bytes */
};

bool must_check views_init(struct timing *t);
void views_free(struct timing *t);
/* The careful half of view_open(): another physical page, another entry. */
void view_move(struct timing *t, struct utlb_model *u, struct tlb_entry *e, unsigned id, uint64_t page);

/* The view of an entry of the host's micro-TLB */
static inline unsigned view_of(const struct timing *t, const void *entry)
{
    return (unsigned)(((uintptr_t)entry - (uintptr_t)t->pool) / sizeof(struct utlb_d)) + 1;
}

/* The lines of a view as the fast path sees them, beside its entry */
static inline struct utlb_lines *view_lines(const struct timing *t, unsigned id)
{
    return utlb_lines((struct utlb_d *)t->pool + id - 1);
}

/* Is the page of the view open, and something known of it? Then the view is about the page of its entry. */
static inline bool view_current(const struct timing *t, unsigned id)
{
    return view_lines(t, id)->missing != UINT64_MAX;
}

/* The physical line of an address in the page of a view that is current */
static inline uint64_t view_line(const struct timing *t, unsigned id, uint64_t va)
{
    return t->views[id].page << (PAGE_SHIFT - LINE_SHIFT) | bits64(va, PAGE_SHIFT - 1, LINE_SHIFT);
}

/* Is the line of an address in the page one that needs a look? */
static inline bool view_missing(const struct timing *t, unsigned id, uint64_t va)
{
    return (view_lines(t, id)->missing >> (va >> LINE_SHIFT & 63) & 1) != 0;
}

/* The page of the view, which is closed, is opened by entry e of the micro-TLB: what is known of it counts. */
static inline void view_link(struct timing *t, const struct utlb_model *u, struct tlb_entry *e, unsigned id)
{
    struct view *v = &t->views[id];
    v->owner = (uint16_t)(e - u->e + 1);
    v->next = e->views;
    e->views = (uint16_t)id;
    view_lines(t, id)->missing = ~v->known;
}

/* The page of the view is translated to pa by entry e of the micro-TLB (NULL: translation is off): what is known of it counts. */
static inline void view_open(struct timing *t, struct utlb_model *u, struct tlb_entry *e, unsigned id, uint64_t pa)
{
    struct view *v = &t->views[id];
    unsigned owner = e != NULL ? (unsigned)(e - u->e) + 1 : 0;
    if (v->page != pa >> PAGE_SHIFT || v->owner != owner) {
        view_move(t, u, e, id, pa >> PAGE_SHIFT);
    }
    view_lines(t, id)->missing = ~v->known;
}

/* An entry of a micro-TLB goes. */
static inline void views_close(struct timing *t, struct tlb_entry *e)
{
    for (unsigned id = e->views; id != 0; id = t->views[id].next) {
        t->views[id].owner = 0;
        view_lines(t, id)->missing = UINT64_MAX;
    }
    e->views = 0;
}

static inline void view_forget(struct timing *t, unsigned id, uint64_t bit)
{
    if (id != 0) {
        t->views[id].known &= ~bit;
        view_lines(t, id)->missing |= bit;
    }
}

/* The line of the way needs a look again. */
static inline void views_forget(struct timing *t, struct way *w)
{
    uint64_t bit = BIT64(w->line & 63);
    view_forget(t, w->cite[0], bit);
    view_forget(t, w->cite[1], bit);
    w->cite[0] = w->cite[1] = 0;
}

/* The line of the way is known in an open view: from now on it needs no look. `cite`: 0 for fetches and loads, 1 for stores. */
static inline void view_know(struct timing *t, struct way *w, unsigned cite, unsigned id)
{
    uint64_t bit = BIT64(w->line & 63);
    if (w->cite[cite] != id) {
        view_forget(t, w->cite[cite], bit);
        w->cite[cite] = (uint16_t)id;
    }
    t->views[id].known |= bit;
    view_lines(t, id)->missing &= ~bit;
}

#endif
