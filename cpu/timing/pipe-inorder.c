/* SPDX-License-Identifier: Apache-2.0 */
/* In-order issue: each instruction in the first cycle in which nothing holds it, never before an older one. */
#include "cpu/timing/pipe-int.h"

/* Absolute cycles from the block's entry */
struct flight {
    int now;                        /* cycle in which the last instruction issued */
    unsigned slots;                 /* taken in it */
    int written;                    /* when the youngest result is written */
    int ready[OPD_REGS], unit[PIPE_UNITS];
    uint8_t group[OPD_REGS];
    int16_t loader[OPD_REGS];       /* instruction whose load the register waits for, -1 */
};

static void take_off(const struct pipe *p, struct flight *f, const struct pipe_state *s)
{
    f->now = 0;
    f->slots = s->slots;
    f->written = s->written;
    for (unsigned i = 0; i < OPD_REGS; i++) {
        f->ready[i] = s->ready[i];
        f->group[i] = s->group[i];
        f->loader[i] = -1;
    }
    for (unsigned i = 0; i < p->n_units; i++) {
        f->unit[i] = s->unit[i];
    }
}

static void land(const struct pipe *p, const struct flight *f, struct pipe_state *s)
{
    s->slots = (uint16_t)f->slots;
    s->written = pipe_left(f->written, f->now);
    for (unsigned i = 0; i < OPD_REGS; i++) {
        s->ready[i] = pipe_left(f->ready[i], f->now);
        s->group[i] = s->ready[i] != 0 ? f->group[i] : 0;
    }
    for (unsigned i = 0; i < p->n_units; i++) {
        s->unit[i] = pipe_left(f->unit[i], f->now);
    }
}

/* Held until cycle `at` by `why`: remembers the last cause. */
static void hold(struct pipe_slot *slot, int *c, int at, enum pipe_stall why, unsigned reg)
{
    if (at > *c) {
        slot->stall = (uint8_t)why;
        slot->reg = (uint8_t)reg;
        *c = at;
    }
}

/* The unit that is free first. Of those that are free now it is the lowest: a state does not tell since when. */
static int free_unit(const struct flight *f, unsigned units)
{
    int best = -1, best_at = 0;
    for (unsigned u = 0; units >> u != 0; u++) {
        int at = f->unit[u] > f->now ? f->unit[u] : f->now;
        if ((units >> u & 1) != 0 && (best < 0 || at < best_at)) {
            best = (int)u;
            best_at = at;
        }
    }
    return best;
}

/* The first use of what a load brings limits how late it may be. */
static void note_use(const struct flight *f, const struct pipe_source *src, int c, struct pipe_slot *slots)
{
    int l = f->loader[src->reg];
    if (l >= 0) {
        int slack = c - pipe_source_ready(src, f->ready[src->reg], f->group[src->reg]);
        slack = slack < 0 ? 0 : slack;
        slots[l].slack = (uint8_t)(slack < slots[l].slack ? slack : slots[l].slack);
    }
}

/* Operations beyond the cycle's slots go on in the following cycles, with nothing beside them. */
static void take_slots(const struct pipe *p, struct flight *f, const struct pipe_class *c)
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

static void issue(const struct pipe *p, struct flight *f, const struct pipe_insn *in, int c, int index)
{
    const struct pipe_class *cls = in->cls;
    for (unsigned k = 0; k < cls->n_uses; k++) {
        int u = free_unit(f, cls->use[k].units);
        f->unit[u] = (f->unit[u] > c ? f->unit[u] : c) + cls->use[k].cycles;
    }
    for (unsigned k = 0; k < in->n_dst; k++) {
        unsigned reg = in->dst[k].reg;
        f->ready[reg] = c + in->dst[k].latency;
        f->group[reg] = cls->group;
        f->loader[reg] = (int16_t)(in->load && in->dst[k].latency >= cls->latency ? index : -1);
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

static int earliest(const struct pipe *p, struct flight *f, const struct pipe_insn *in, struct pipe_slot *slot, struct pipe_slot *slots)
{
    const struct pipe_class *cls = in->cls;
    int c = f->now;
    if ((cls->uops <= p->width && f->slots + cls->uops > p->width) || (cls->first && f->slots != 0)) {
        hold(slot, &c, f->now + 1, PIPE_STALL_SLOTS, OPD_NONE);
    }
    for (unsigned k = 0; k < in->n_src; k++) {
        unsigned reg = in->src[k].reg;
        hold(slot, &c, pipe_source_ready(&in->src[k], f->ready[reg], f->group[reg]), PIPE_STALL_OPERAND, reg);
    }
    for (unsigned k = 0; k < cls->n_uses; k++) {
        hold(slot, &c, f->unit[free_unit(f, cls->use[k].units)], PIPE_STALL_UNIT, OPD_NONE);
    }
    if (p->ordered_results && !cls->ooo) {
        hold(slot, &c, f->written - in->first_result, PIPE_STALL_ORDER, OPD_NONE);
    }
    for (unsigned k = 0; k < in->n_src; k++) {
        note_use(f, &in->src[k], c, slots);
    }
    return c;
}

unsigned pipe_run_in_order(const struct pipe *p, const struct pipe_insn *insn, unsigned n, struct pipe_state *s, struct pipe_slot *slot)
{
    struct flight f;
    take_off(p, &f, s);
    for (unsigned i = 0; i < n; i++) {
        struct pipe_slot *o = &slot[i];
        int before = f.now;
        *o = (struct pipe_slot){.reg = OPD_NONE, .slack = 255};
        int c = earliest(p, &f, &insn[i], o, slot);
        o->issue = c;
        o->waited = pipe_left(c, before);
        o->done = c + insn[i].cls->latency;
        issue(p, &f, &insn[i], c, (int)i);
    }
    /* what is not used in this block must be there at its end at the latest */
    for (unsigned i = 0; i < n; i++) {
        if (slot[i].slack == 255 && insn[i].load) {
            int slack = pipe_left(f.now, slot[i].done);
            slot[i].slack = (uint8_t)(slack < 255 ? slack : 255);
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
    for (unsigned i = 0; i < OPD_REGS; i++) {
        s->ready[i] = pipe_left(s->ready[i], c);
        s->group[i] = s->ready[i] != 0 ? s->group[i] : 0;
    }
    for (unsigned i = 0; i < p->n_units; i++) {
        s->unit[i] = pipe_left(s->unit[i], c);
    }
}
