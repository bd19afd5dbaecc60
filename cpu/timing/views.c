/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu/timing/views.h"

#include <stdlib.h>

bool views_init(struct timing *t)
{
    utlb_flush_all(t->pe->upool); /* nothing is known of what is there */
    t->pool = t->pe->upool;
    t->views = calloc(VIEWS, sizeof(t->views[0]));
    return t->views != NULL;
}

void views_free(struct timing *t)
{
    free(t->views);
    t->views = NULL;
}

void view_move(struct timing *t, struct utlb_model *u, struct tlb_entry *e, unsigned id, uint64_t page)
{
    struct view *v = &t->views[id];
    if (v->page != page) {
        v->page = page;
        v->known = 0;
    }
    if (v->owner != 0) {
        uint16_t *p = &u->e[v->owner - 1].views;
        while (*p != id) {
            p = &t->views[*p].next;
        }
        *p = v->next;
    }
    v->owner = 0;
    if (e != NULL) {
        v->owner = (uint16_t)(e - u->e + 1);
        v->next = e->views;
        e->views = (uint16_t)id;
    }
}

void timing_page(struct timing *t)
{
    const struct pe *pe = t->pe;
    const struct utlb_i *e = &pe->dt->i[utlb_index(pe->page_va)];
    bool open = e->tag == pe->page_va && e->slots == pe->slots_base;
    t->missing = open ? utlb_lines(e)->missing : UINT64_MAX;
    t->context = utlb_plan(pe)->ctx & TCTX_MASK;
    t->pc_base = (pe->page_va >> 2) - ((uintptr_t)pe->slots_base >> 4);
}
