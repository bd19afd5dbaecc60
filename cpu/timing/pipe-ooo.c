/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Out-of-order cores, mechanistic: operations are dispatched in order, `width` a cycle, into a window of `window`
 * operations; they leave it in order, the cycle after they have completed. In between each issues in the first cycle
 * in which its sources are there and its units free; units are booked in program order, so that of two that could take
 * a unit in the same cycle the older one gets it. Registers are renamed without limit.
 */
#include "cpu/timing/pipe-int.h"

#include <string.h>

enum { WORDS = PIPE_HORIZON / 64 };

/* Absolute cycles from the block's entry; bookings begin with cycle `base`. */
struct flight {
    int now;                /* of dispatch */
    unsigned slots, decoded; /* operations, instructions dispatched in it */
    int ready[OPD_REGS];
    uint8_t group[OPD_REGS + 1];
    int base;
    uint64_t booked[PIPE_UNITS][WORDS];
    int beyond[PIPE_UNITS]; /* end of the last booking that began beyond the horizon */
    int last;               /* end of the last booking of all */
    unsigned n_units;
    int leave[PIPE_WINDOW]; /* a ring */
    unsigned head, n;
};

/* Bookings from `by` cycles later on; n words are not zero. */
static void shift_words(uint64_t *w, unsigned n, unsigned by)
{
    unsigned words = by / 64, bits = by % 64;
    for (unsigned i = 0; i < n; i++) {
        uint64_t lo = i + words < n ? w[i + words] : 0;
        uint64_t hi = i + words + 1 < n ? w[i + words + 1] : 0;
        w[i] = bits == 0 ? lo : lo >> bits | hi << (64 - bits);
    }
}

/* Words of bookings that may not be zero */
static unsigned words_of(const struct flight *f)
{
    unsigned n = f->last <= f->base ? 0 : (unsigned)(f->last - f->base + 63) / 64;
    return n < WORDS ? n : WORDS;
}

/* The horizon moves to the cycle of dispatch. What comes into sight is taken as far as bookings reached beyond it. */
static void move_horizon(struct flight *f)
{
    unsigned by = (unsigned)(f->now - f->base), n = words_of(f);
    if (by == 0) {
        return;
    }
    f->base = f->now;
    for (unsigned u = 0; u < f->n_units; u++) {
        if (n == 1 && by < 64) {
            f->booked[u][0] >>= by;
        } else {
            shift_words(f->booked[u], n, by);
        }
        int end = f->beyond[u] - f->base;
        unsigned from = by < PIPE_HORIZON ? PIPE_HORIZON - by : 0;
        for (unsigned i = from; i < PIPE_HORIZON && (int)i < end; i++) {
            f->booked[u][i / 64] |= UINT64_C(1) << (i % 64);
        }
    }
}

static void take_off(const struct pipe *p, struct flight *f, const struct pipe_state *s)
{
    f->now = f->base = 0;
    f->slots = s->slots;
    f->decoded = s->decoded;
    f->head = 0;
    f->n = s->n_window;
    f->n_units = p->n_units;
    f->last = 64 * s->n_words;
    memcpy(f->booked, s->booked, p->n_units * sizeof(f->booked[0]));
    memcpy(f->group, s->group, sizeof(f->group));
    for (unsigned i = 0; i < OPD_REGS; i++) {
        f->ready[i] = s->ready[i];
    }
    for (unsigned i = 0; i < f->n; i++) {
        f->leave[i] = s->leave[i];
    }
    for (unsigned i = 0; i < p->n_units; i++) {
        f->beyond[i] = s->unit[i];
        f->last = s->unit[i] > f->last ? s->unit[i] : f->last;
    }
}

static void land(struct flight *f, struct pipe_state *s)
{
    s->slots = (uint16_t)f->slots;
    s->decoded = (uint16_t)f->decoded;
    for (unsigned i = 0; i < OPD_REGS; i++) {
        /* issue follows dispatch by a cycle: what is ready then waits for nothing */
        bool waits = f->ready[i] > f->now + 1;
        pipe_state_reg(s, i, waits ? pipe_left(f->ready[i], f->now) : 0, f->group[i]);
    }
    unsigned k = 0;
    while (k < f->n && f->leave[(f->head + k) % PIPE_WINDOW] <= f->now) {
        k++;
    }
    for (s->n_window = 0; k < f->n; k++) {
        s->leave[s->n_window++] = pipe_left(f->leave[(f->head + k) % PIPE_WINDOW], f->now);
    }
    move_horizon(f);
    unsigned n = words_of(f);
    uint64_t any = 0;
    for (s->n_words = 0; n > s->n_words; n = any == 0 ? n - 1 : n) {
        any = 0;
        for (unsigned u = 0; u < f->n_units; u++) {
            any |= f->booked[u][n - 1];
        }
        s->n_words = any != 0 ? (uint16_t)n : 0;
    }
    for (unsigned u = 0; u < f->n_units; u++) {
        s->unit[u] = pipe_left(f->beyond[u], f->now);
        memcpy(s->booked[u], f->booked[u], s->n_words * sizeof(s->booked[u][0]));
    }
}

/* Only the first cycle is looked at: what is booked later in the unit's time was booked by older instructions that wait for
   sources, and a real unit is not kept free for them. */
static bool unit_free(const struct flight *f, unsigned u, int at, unsigned cycles)
{
    unsigned from = (unsigned)(at - f->base);
    if (from + cycles > PIPE_HORIZON && at < f->beyond[u]) {
        return false;
    }
    return from >= PIPE_HORIZON || (f->booked[u][from / 64] >> (from % 64) & 1) == 0;
}

static void book(struct flight *f, unsigned u, int at, unsigned cycles)
{
    unsigned from = (unsigned)(at - f->base);
    for (unsigned i = from; i < from + cycles && i < PIPE_HORIZON; i++) {
        f->booked[u][i / 64] |= UINT64_C(1) << (i % 64);
    }
    if (from + cycles > PIPE_HORIZON) {
        f->beyond[u] = at + (int)cycles;
    }
    f->last = at + (int)cycles > f->last ? at + (int)cycles : f->last;
}

/* A unit among `units` that is free, in the order in which the parameters define them: what few classes need comes last.
   -1: none. `taken`: by another use of the same instruction */
static int choose_unit(const struct flight *f, unsigned units, unsigned taken, int at, unsigned cycles)
{
    for (unsigned left = units & ~taken; left != 0; left &= left - 1) {
        unsigned u = (unsigned)__builtin_ctz(left);
        if (unit_free(f, u, at, cycles)) {
            return (int)u;
        }
    }
    return -1;
}

/* All units of the class at cycle `at`: chosen in unit[]; false when one is busy. */
static bool choose_units(const struct flight *f, const struct pipe_class *c, int at, int unit[PIPE_USES])
{
    unsigned taken = 0;
    for (unsigned k = 0; k < c->n_uses; k++) {
        unit[k] = choose_unit(f, c->use[k].units, taken, at, c->use[k].cycles);
        if (unit[k] < 0) {
            return false;
        }
        taken |= 1u << unit[k];
    }
    return true;
}

/* Books the units from the first possible cycle, which is returned. */
static int book_units(struct flight *f, const struct pipe_class *c, int at)
{
    int unit[PIPE_USES];
    while (!choose_units(f, c, at, unit)) {
        at++;
    }
    for (unsigned k = 0; k < c->n_uses; k++) {
        book(f, (unsigned)unit[k], at, c->use[k].cycles);
    }
    return at;
}

static void hold(struct pipe_slot *slot, int *c, int at, enum pipe_stall why, unsigned reg)
{
    if (at > *c) {
        slot->stall = (uint8_t)why;
        slot->reg = (uint8_t)reg;
        slot->waited = pipe_left(at, *c);
        *c = at;
    }
}

/* Room in the dispatch group and in the window */
static void dispatch(const struct pipe *p, struct flight *f, const struct pipe_class *c, struct pipe_slot *slot)
{
    int d = f->now;
    unsigned first = c->uops < p->width ? c->uops : p->width, need = c->uops < p->window ? c->uops : p->window;
    if (f->slots + first > p->width || f->decoded == p->decode) {
        d++;
    }
    while (f->n + need > p->window) {
        hold(slot, &d, f->leave[f->head], PIPE_STALL_WINDOW, OPD_NONE);
        f->head = (f->head + 1) % PIPE_WINDOW;
        f->n--;
    }
    if (d > f->now) {
        f->now = d;
        f->slots = f->decoded = 0;
    }
    move_horizon(f);
}

static void enter_window(const struct pipe *p, struct flight *f, const struct pipe_class *c, int leaves)
{
    unsigned need = c->uops < p->window ? c->uops : p->window;
    if (f->n != 0) {
        int last = f->leave[(f->head + f->n - 1) % PIPE_WINDOW];
        leaves = leaves > last ? leaves : last;
    }
    for (unsigned i = 0; i < need; i++) {
        f->leave[(f->head + f->n++) % PIPE_WINDOW] = leaves;
    }
    f->slots += c->uops;
    f->decoded++;
    for (; f->slots > p->width; f->slots -= p->width) {
        f->now++;
        f->decoded = 0;
    }
}

unsigned pipe_run_ooo(const struct pipe *p, const struct pipe_insn *insn, unsigned n, struct pipe_state *s, struct pipe_slot *slot)
{
    struct flight f;
    take_off(p, &f, s);
    for (unsigned i = 0; i < n; i++) {
        const struct pipe_insn *in = &insn[i];
        const struct pipe_class *cls = in->cls;
        slot[i] = (struct pipe_slot){.reg = OPD_NONE};
        dispatch(p, &f, cls, &slot[i]);
        int c = f.now + 1;
        for (unsigned k = 0; k < in->n_src; k++) {
            unsigned reg = in->src[k].reg;
            hold(&slot[i], &c, pipe_source_ready(p, cls, &in->src[k], f.ready[reg], f.group[reg]), PIPE_STALL_OPERAND, reg);
        }
        int ready = c;
        c = book_units(&f, cls, c);
        hold(&slot[i], &ready, c, PIPE_STALL_UNIT, OPD_NONE);
        slot[i].issue = c;
        slot[i].done = c + cls->latency;
        for (unsigned k = 0; k < in->n_dst; k++) {
            f.ready[in->dst[k].reg] = c + in->dst[k].latency;
            f.group[in->dst[k].reg] = cls->group;
        }
        enter_window(p, &f, cls, c + (cls->latency > cls->second ? cls->latency : cls->second) + 1);
    }
    land(&f, s);
    return (unsigned)f.now;
}

void pipe_wait_ooo(const struct pipe *p, struct pipe_state *s, unsigned cycles)
{
    struct flight f;
    take_off(p, &f, s);
    if (cycles != 0) {
        f.now += cycles > UINT16_MAX ? UINT16_MAX : (int)cycles;
        f.slots = f.decoded = 0;
    }
    land(&f, s);
}
