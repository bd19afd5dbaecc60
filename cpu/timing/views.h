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

enum view_side { VIEW_READ, VIEW_WRITE, VIEW_FETCH };

/* Views are numbered from 1: 0 is none. */
enum { VIEW_SET_SHIFT = 11, VIEWS = (UTLB_CONTEXTS << VIEW_SET_SHIFT) + 1 };
_Static_assert(2 * UTLB_D + UTLB_I <= 1 << VIEW_SET_SHIFT && VIEWS <= UINT16_MAX, "views have numbers of 16 bits");
_Static_assert(offsetof(struct utlb_d, tag) == offsetof(struct utlb_i, tag) && offsetof(struct utlb_set, w) == UTLB_D * sizeof(struct utlb_d) &&
               offsetof(struct utlb_set, i) == 2 * UTLB_D * sizeof(struct utlb_d), "sides follow each other");

struct view {
    uint64_t page;              /* physical page that `known` is about */
    uint64_t known;             /* lines that need no look while the page is open: each one's way in L1 cites this view */
    uint16_t owner, next;       /* entry of the modelled micro-TLB that opens it, plus one (0: none), and the next view of that */
    uint32_t pad[3];            /* 32 bytes */
};

/* A view, and its lines as the fast path sees them. 0: none */
struct view_ref {
    unsigned id;
    struct utlb_lines *lines;
};

bool must_check views_init(struct timing *t);
void views_free(struct timing *t);
/* An entry of a micro-TLB goes. */
void views_close(struct timing *t, struct tlb_entry *e);
/* The line of the way needs a look again. */
void views_forget(struct timing *t, struct way *w);
/* The careful half of view_open(): another physical page, another entry. */
void view_move(struct timing *t, struct utlb_model *u, struct tlb_entry *e, unsigned id, uint64_t page);

/* The view of va's entry in a set of the host's micro-TLB, whose first one is `base` + 1 */
static inline struct view_ref view_of(struct utlb_set *set, unsigned base, enum view_side side, uint64_t va)
{
    unsigned at = (unsigned)side * UTLB_D + utlb_index(va);
    if ((&set->r[0] + at)->tag != (va & PAGE_MASK)) {
        return (struct view_ref){0, NULL};
    }
    return (struct view_ref){base + at + 1, &set->lines[at]};
}

static inline unsigned view_base(const struct timing *t, const struct utlb_set *set)
{
    return (unsigned)(set - t->pe->upool->set) << VIEW_SET_SHIFT;
}

/* The page of the view is translated to pa by entry e of the micro-TLB (NULL: translation is off): what is known of it counts. */
static inline void view_open(struct timing *t, struct utlb_model *u, struct tlb_entry *e, struct view_ref r, uint64_t pa)
{
    struct view *v = &t->views[r.id];
    unsigned owner = e != NULL ? (unsigned)(e - u->e) + 1 : 0;
    if (v->page == pa >> PAGE_SHIFT && v->owner == 0 && e != NULL) {
        v->owner = (uint16_t)owner;
        v->next = e->views;
        e->views = (uint16_t)r.id;
    } else if (unlikely(v->page != pa >> PAGE_SHIFT || v->owner != owner)) {
        view_move(t, u, e, r.id, pa >> PAGE_SHIFT);
    }
    r.lines->missing = ~v->known;
}

static inline void view_forget(struct timing *t, unsigned id, uint64_t bit)
{
    unsigned at = id - 1;
    if (id != 0) {
        t->views[id].known &= ~bit;
        t->pe->upool->set[at >> VIEW_SET_SHIFT].lines[at & ones64(VIEW_SET_SHIFT)].missing |= bit;
    }
}

/* The line of the way is known in an open view: from now on it needs no look. `cite`: 0 for fetches and loads, 1 for stores. */
static inline void view_know(struct timing *t, struct way *w, unsigned cite, struct view_ref r)
{
    uint64_t bit = BIT64(w->line & 63);
    if (unlikely(w->cite[cite] != r.id)) {
        view_forget(t, w->cite[cite], bit);
        w->cite[cite] = (uint16_t)r.id;
    }
    t->views[r.id].known |= bit;
    r.lines->missing &= ~bit;
}

#endif
