/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cache maintenance in the modelled caches: by address to the point of coherency (memory) or of unification (L2), by set and way,
 * and of instruction caches. The time that it takes is the row cache_op; here is what it changes. By address it reaches the caches
 * of all PEs, which are one Inner Shareable domain; by set and way those of the PE and L2.
 */
#include "cpu/sysreg.h"
#include "cpu/timing/timing-int.h"
#include "cpu/timing/views.h"

/* The line that an address is in, by a walk that changes nothing. false: it is not mapped. */
static bool line_of(const struct timing *t, uint64_t va, uint64_t *line)
{
    struct pe *pe = t->pe;
    struct mmu_steps st;
    struct mmu_res res;
    struct mmu_req req = { .va = va, .acc = ACC_READ, .el = pe->el };
    mmu_walk_steps(pe->tlb, pe->bus, pe->id, &pe->mfeat, &pe->regs, &req, &res, &st);
    *line = res.pa >> LINE_SHIFT;
    return res.fault.type == FAULT_NONE || res.fault.type == FAULT_PERMISSION;
}

/* ---- data ---- */

static void l1d_way(struct timing *t, struct way *w, unsigned how)
{
    views_forget(t, w); /* a store makes it dirty again */
    if ((how & MAINT_CLEAN) != 0 && (w->flags & WAY_DIRTY) != 0) {
        timing_write_back(t, w->line);
        w->flags &= (uint8_t)~WAY_DIRTY;
    }
    if ((how & MAINT_INVALIDATE) != 0) {
        cache_drop(&t->l1d, w);
    }
}

static void l2_way(struct timing *t, struct way *w, unsigned how)
{
    if ((how & MAINT_CLEAN) != 0 && (w->flags & WAY_DIRTY) != 0) {
        t->counts.event[TE_L2_WB]++;
        w->flags &= (uint8_t)~WAY_DIRTY;
    }
    if ((how & MAINT_INVALIDATE) != 0) {
        cache_drop(&t->m->l2, w);
    }
}

void timing_dc_line(struct timing *t, uint64_t va, unsigned how)
{
    uint64_t line;
    if (!line_of(t, va, &line)) {
        return;
    }
    for (unsigned i = 0; i < t->m->n_pes; i++) {
        struct timing *o = t->m->pes[i];
        struct way *w = o == NULL ? NULL : cache_peek(&o->l1d, line);
        if (w != NULL) {
            l1d_way(o, w, how);
        }
    }
    struct way *w = (how & MAINT_POU) != 0 ? NULL : cache_peek(&t->m->l2, line);
    if (w != NULL) {
        l2_way(t, w, how);
    }
}

/* The operand has sets and ways as CCSIDR_EL1 tells them. Where the modelled cache has others, the same part of it is meant, so that
   going over all of them goes over all of it. */
void timing_dc_set_way(struct timing *t, uint64_t operand, unsigned how)
{
    unsigned level = bits64(operand, 3, 1);
    if (level > 1) {
        return;
    }
    struct cache *c = level == 0 ? &t->l1d : &t->m->l2;
    uint32_t id = t->pe->model->ccsidr[2 * level];
    uint32_t sets = (id >> 13 & 0x7fff) + 1, ways = (id >> 3 & 0x3ff) + 1, line_shift = (id & 7) + 4;
    unsigned way_bits = ways > 1 ? 32 - (unsigned)__builtin_clz(ways - 1) : 0;
    uint64_t set = ((uint32_t)operand & ones64(32 - way_bits)) >> line_shift, way = way_bits != 0 ? (uint32_t)operand >> (32 - way_bits) : 0;
    if (set >= sets || way >= ways) {
        return; /* CONSTRAINED UNPREDICTABLE: a NOP ("Data cache maintenance instructions (DC*) by set/way") */
    }
    uint64_t all = (uint64_t)sets * ways, have = (uint64_t)(c->set_mask + 1) * c->n_ways, at = way * sets + set;
    for (uint64_t i = at * have / all; i < (at + 1) * have / all; i++) {
        struct way *w = &c->ways[cache_set(c, i) + i / (c->set_mask + 1)];
        if (w->line != LINE_NONE) {
            (level == 0 ? l1d_way : l2_way)(t, w, how);
        }
    }
}

/* ---- instructions ---- */

/* What follows in the run in progress has been fetched: the first fetch that misses is after the next branch or exception. */
static void l1i_way(struct timing *t, struct way *w)
{
    views_forget(t, w);
    cache_drop(&t->l1i, w);
    t->missing = UINT64_MAX;
}

void timing_ic_line(struct timing *t, uint64_t va)
{
    uint64_t line;
    if (!line_of(t, va, &line)) {
        return;
    }
    for (unsigned i = 0; i < t->m->n_pes; i++) {
        struct timing *o = t->m->pes[i];
        struct way *w = o == NULL ? NULL : cache_peek(&o->l1i, line);
        if (w != NULL) {
            l1i_way(o, w);
        }
    }
}

void timing_ic_all(struct timing *t, bool all_pes)
{
    for (unsigned i = 0; i < t->m->n_pes; i++) {
        struct timing *o = t->m->pes[i];
        if (o == NULL || (o != t && !all_pes)) {
            continue;
        }
        for (uint32_t k = 0; k < (o->l1i.set_mask + 1) * o->l1i.stride; k++) {
            if (o->l1i.ways[k].line != LINE_NONE) {
                l1i_way(o, &o->l1i.ways[k]);
            }
        }
    }
}
