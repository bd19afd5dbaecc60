/* SPDX-License-Identifier: Apache-2.0 */
/* In-order issue: each instruction in the first cycle in which nothing holds it, never before an older one. */
#include "cpu/timing/pipe-int.h"

#include <string.h>

/* Absolute cycles from the block's entry */
struct flight {
    int now;                        /* cycle in which the last instruction issued */
    unsigned slots;                 /* taken in it */
    int written;                    /* when the youngest result is written */
    int unit[PIPE_UNITS];
    struct pipe_regs live;          /* those with a result at entry, or written since */
    int ready[OPD_REGS];
    uint8_t group[OPD_REGS];
};

/* What only a schedule tells; nobody asks when slot is NULL. */
struct notes {
    struct pipe_slot *slot;
    int16_t loader[OPD_REGS];       /* instruction whose load the register waits for, -1 */
};

static void take_off(const struct pipe *p, struct flight *f, const struct pipe_state *s)
{
    f->now = 0;
    f->slots = s->slots;
    f->written = s->written;
    f->live = s->live;
    memset(f->ready, 0, sizeof(f->ready));
    memset(f->group, 0, sizeof(f->group));
    for (struct pipe_regs left = s->live; pipe_regs_any(&left);) {
        unsigned i = pipe_regs_next(&left);
        f->ready[i] = s->ready[i];
        f->group[i] = s->group[i];
    }
    for (unsigned i = 0; i < p->n_units; i++) {
        f->unit[i] = s->unit[i];
    }
}

static void land(const struct pipe *p, const struct flight *f, struct pipe_state *s)
{
    s->slots = (uint16_t)f->slots;
    s->written = pipe_left(f->written, f->now);
    for (struct pipe_regs left = f->live; pipe_regs_any(&left);) {
        unsigned i = pipe_regs_next(&left);
        pipe_state_reg(s, i, pipe_left(f->ready[i], f->now), f->group[i]);
    }
    for (unsigned i = 0; i < p->n_units; i++) {
        s->unit[i] = pipe_left(f->unit[i], f->now);
    }
}

/* Held until cycle `at` by `why`: remembers the last cause. */
static inline void hold(struct pipe_slot *slot, int *c, int at, enum pipe_stall why, unsigned reg)
{
    if (at > *c) {
        if (slot != NULL) {
            slot->stall = (uint8_t)why;
            slot->reg = (uint8_t)reg;
        }
        *c = at;
    }
}

/* The unit that is free first. Of those that are free now it is the lowest: a state does not tell since when. */
static inline unsigned free_unit(const struct flight *f, unsigned units)
{
    unsigned best = (unsigned)__builtin_ctz(units);
    for (units &= units - 1; units != 0 && f->unit[best] > f->now; units &= units - 1) {
        unsigned u = (unsigned)__builtin_ctz(units);
        best = f->unit[u] < f->unit[best] ? u : best;
    }
    return best;
}

/* The first use of what a load brings limits how late it may be. */
static void note_use(struct notes *n, unsigned reg, int c, int ready)
{
    int l = n->loader[reg];
    if (l >= 0) {
        int slack = c < ready ? 0 : c - ready;
        n->slot[l].slack = (uint8_t)(slack < n->slot[l].slack ? slack : n->slot[l].slack);
    }
}

/* Operations beyond the cycle's slots go on in the following cycles, with nothing beside them. */
static inline void take_slots(const struct pipe *p, struct flight *f, const struct pipe_class *c)
{
    unsigned room = p->width - f->slots;
    if (c->uops <= room) {
        f->slots = c->last ? p->width : f->slots + c->uops;
        return;
    }
    unsigned carry = c->uops - room;
    for (f->now++; carry > p->width; f->now++) {
        carry -= p->width;
    }
    f->slots = c->last ? p->width : carry;
}

static inline void issue(const struct pipe *p, struct flight *f, const struct pipe_insn *in, int c)
{
    const struct pipe_class *cls = in->cls;
    for (unsigned k = 0; k < cls->n_uses; k++) {
        unsigned u = free_unit(f, cls->use[k].units);
        f->unit[u] = (f->unit[u] > c ? f->unit[u] : c) + cls->use[k].cycles;
    }
    for (unsigned k = 0; k < in->n_dst; k++) {
        unsigned reg = in->dst[k].reg;
        f->ready[reg] = c + in->dst[k].latency;
        f->group[reg] = cls->group;
        pipe_regs_add(&f->live, reg);
    }
    if (!cls->ooo) {
        f->written = c + (cls->latency > cls->second ? cls->latency : cls->second);
    }
    if (c > f->now) {
        f->now = c;
        f->slots = 0;
    }
    take_slots(p, f, cls);
}

static inline int earliest(const struct pipe *p, const struct flight *f, const struct pipe_insn *in, struct pipe_slot *slot)
{
    const struct pipe_class *cls = in->cls;
    int c = f->now;
    if ((cls->uops <= p->width && f->slots + cls->uops > p->width) || (cls->first && f->slots != 0)) {
        hold(slot, &c, f->now + 1, PIPE_STALL_SLOTS, OPD_NONE);
    }
    for (unsigned k = 0; k < in->n_src; k++) {
        unsigned reg = in->src[k].reg;
        hold(slot, &c, pipe_source_ready(p, cls, &in->src[k], f->ready[reg], f->group[reg]), PIPE_STALL_OPERAND, reg);
    }
    for (unsigned k = 0; k < cls->n_uses; k++) {
        hold(slot, &c, f->unit[free_unit(f, cls->use[k].units)], PIPE_STALL_UNIT, OPD_NONE);
    }
    if (p->ordered_results && !cls->ooo) {
        hold(slot, &c, f->written - in->first_result, PIPE_STALL_ORDER, OPD_NONE);
    }
    return c;
}

/* The i-th instruction: its row of the schedule, and the slack of the loads before it. */
static void schedule(const struct pipe *p, struct notes *n, struct flight *f, const struct pipe_insn *in, unsigned i)
{
    const struct pipe_class *cls = in->cls;
    struct pipe_slot *slot = &n->slot[i];
    int before = f->now;
    *slot = (struct pipe_slot){.reg = OPD_NONE, .slack = 255};
    int c = earliest(p, f, in, slot);
    slot->issue = c;
    slot->waited = pipe_left(c, before);
    slot->done = c + cls->latency;
    for (unsigned k = 0; k < in->n_src; k++) {
        unsigned reg = in->src[k].reg;
        note_use(n, reg, c, pipe_source_ready(p, cls, &in->src[k], f->ready[reg], f->group[reg]));
    }
    for (unsigned k = 0; k < in->n_dst; k++) {
        n->loader[in->dst[k].reg] = (int16_t)(in->load && in->dst[k].latency >= cls->latency ? (int)i : -1);
    }
    issue(p, f, in, c);
}

unsigned pipe_run_in_order(const struct pipe *p, const struct pipe_insn *insn, unsigned n, struct pipe_state *s, struct pipe_slot *slot)
{
    struct flight f;
    take_off(p, &f, s);
    if (slot == NULL) {
        for (unsigned i = 0; i < n; i++) {
            issue(p, &f, &insn[i], earliest(p, &f, &insn[i], NULL));
        }
    } else {
        struct notes notes = {.slot = slot};
        memset(notes.loader, 0xff, sizeof(notes.loader));
        for (unsigned i = 0; i < n; i++) {
            schedule(p, &notes, &f, &insn[i], i);
        }
        /* what is not used in this block must be there at its end at the latest */
        for (unsigned i = 0; i < n; i++) {
            if (slot[i].slack == 255 && insn[i].load) {
                int slack = pipe_left(f.now, slot[i].done);
                slot[i].slack = (uint8_t)(slack < 255 ? slack : 255);
            }
        }
    }
    land(p, &f, s);
    return (unsigned)f.now;
}

void pipe_wait_in_order(const struct pipe *p, struct pipe_state *s, unsigned cycles)
{
    if (cycles == 0) {
        return;
    }
    int c = cycles > UINT16_MAX ? UINT16_MAX : (int)cycles;
    s->slots = 0;
    s->written = pipe_left(s->written, c);
    for (struct pipe_regs left = s->live; pipe_regs_any(&left);) {
        unsigned i = pipe_regs_next(&left);
        pipe_state_reg(s, i, pipe_left(s->ready[i], c), s->group[i]);
    }
    for (unsigned i = 0; i < p->n_units; i++) {
        s->unit[i] = pipe_left(s->unit[i], c);
    }
}
