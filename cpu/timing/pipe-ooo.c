/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Out-of-order cores, mechanistic: operations are dispatched in order, `width` a cycle, into a window of `window`
 * operations; they leave it in order, the cycle after they have completed. In between each issues in the first cycle
 * in which its sources are there and its units free; units are booked in program order, so that of two that could take
 * a unit in the same cycle the older one gets it. Registers are renamed without limit.
 *
 * A run is computed so, exactly, and may be cut anywhere. At its end the state is rounded to a form of which there are few, because
 * interval analysis says that little of it matters to what follows (Eyerman, Eeckhout, Karkhanis, Smith, A Mechanistic Performance Model
 * for Superscalar Out-of-Order Processors, 2009): see round_state().
 */
#include "cpu/timing/pipe-int.h"

#include <string.h>

/* Bookings are kept by cycle modulo 64 * RING, from the word that `base` is in to the one that the horizon ends in. */
enum { RING = 8 };
_Static_assert(PIPE_HORIZON + 64 <= 64 * RING, "no two cycles within the horizon are the same bit");

/* Absolute cycles from the block's entry */
struct flight {
    int now;                /* of dispatch */
    unsigned slots, decoded; /* operations, instructions dispatched in it */
    struct pipe_regs live;  /* registers that `ready` and `group` are known of; the others are there */
    struct pipe_regs seen;  /* of those: read or written in this run */
    int ready[OPD_REGS];
    uint8_t group[OPD_REGS];
    int base;               /* bookings are for PIPE_HORIZON cycles from this one on */
    unsigned busy;          /* units that have bookings: of these the following is known */
    unsigned used;          /* units that instructions of this run could take */
    unsigned waited;        /* of those: one had to wait for them */
    bool moved;             /* dispatch has come to another cycle than that in which the run began */
    uint64_t booked[PIPE_UNITS][RING];
    int beyond[PIPE_UNITS]; /* end of the last booking that began beyond the horizon */
    int end[PIPE_UNITS];    /* of the last booking of all */
    int furthest;           /* end of the last booking that began beyond the horizon, of any unit */
    int leave[PIPE_WINDOW]; /* a ring */
    unsigned head, n;
};

static uint64_t *word_of(struct flight *f, unsigned u, int cycle)
{
    return &f->booked[u][(unsigned)cycle / 64 % RING];
}

/* The horizon moves to the cycle of dispatch. What comes into sight is taken as far as bookings reached beyond it. */
static void move_horizon(struct flight *f)
{
    int from = f->base, sight = from + PIPE_HORIZON;
    f->base = f->now;
    for (int w = from / 64, n = 0; w < f->now / 64 && n < RING; w++, n++) {
        for (unsigned left = f->busy; left != 0; left &= left - 1) {
            *word_of(f, (unsigned)__builtin_ctz(left), 64 * w) = 0;
        }
    }
    if (likely(f->furthest <= sight)) {
        return;
    }
    for (unsigned left = f->busy; left != 0; left &= left - 1) {
        unsigned u = (unsigned)__builtin_ctz(left);
        for (int c = sight > f->now ? sight : f->now; c < f->now + PIPE_HORIZON && c < f->beyond[u]; c++) {
            *word_of(f, u, c) |= UINT64_C(1) << c % 64;
        }
    }
}

/* Unit u gets its first booking. */
static void make_busy(struct flight *f, unsigned u)
{
    if ((f->busy >> u & 1) == 0) {
        f->busy |= 1u << u;
        f->beyond[u] = f->end[u] = 0;
        memset(f->booked[u], 0, sizeof(f->booked[u]));
    }
}

static void take_off(const struct pipe *p, struct flight *f, const struct pipe_state *s)
{
    f->now = f->base = f->furthest = 0;
    f->slots = s->slots;
    f->decoded = s->decoded;
    f->live = s->live;
    f->seen = s->seen;
    f->used = s->used;
    f->waited = s->waited;
    f->moved = s->moved;
    f->busy = 0;
    f->head = 0;
    f->n = s->n_window;
    for (struct pipe_regs left = s->live; pipe_regs_any(&left);) {
        unsigned i = pipe_regs_next(&left);
        f->ready[i] = s->ready[i];
        f->group[i] = s->group[i];
    }
    for (unsigned i = 0; i < f->n; i++) {
        f->leave[i] = s->leave[i];
    }
    for (unsigned u = 0; u < p->n_units; u++) {
        if (s->unit[u] != 0) {
            make_busy(f, u);
            f->beyond[u] = f->end[u] = s->unit[u];
            f->furthest = s->unit[u] > f->furthest ? s->unit[u] : f->furthest;
        }
        for (unsigned i = 0; i < s->n_words; i++) {
            if (s->booked[u][i] != 0) {
                make_busy(f, u);
                f->booked[u][i] = s->booked[u][i];
                int end = (int)(64 * i) + 64 - __builtin_clzll(s->booked[u][i]);
                f->end[u] = end > f->end[u] ? end : f->end[u];
            }
        }
    }
}

static void land_regs(const struct flight *f, struct pipe_state *s)
{
    s->live = s->seen = (struct pipe_regs){{0}};
    for (struct pipe_regs left = f->live; pipe_regs_any(&left);) {
        unsigned i = pipe_regs_next(&left);
        if (f->ready[i] > f->now + 1) { /* issue follows dispatch by a cycle: what is ready then waits for nothing */
            pipe_state_reg(s, i, pipe_left(f->ready[i], f->now), f->group[i]);
            if (pipe_regs_have(&f->seen, i)) {
                pipe_regs_add(&s->seen, i);
            }
        }
    }
}

/* The bookings of a unit from cycle f->now + 1 on, by cycle from f->now */
static void future(const struct flight *f, unsigned u, uint64_t word[PIPE_HORIZON / 64])
{
    const uint64_t *ring = f->booked[u];
    unsigned first = (unsigned)f->now / 64, bits = (unsigned)f->now % 64;
    for (unsigned i = 0; i < PIPE_HORIZON / 64; i++) {
        uint64_t lo = ring[(first + i) % RING], hi = ring[(first + i + 1) % RING];
        word[i] = bits == 0 ? lo : lo >> bits | hi << (64 - bits);
    }
    word[0] &= ~UINT64_C(1);
}

static void land(const struct pipe *p, struct flight *f, struct pipe_state *s)
{
    s->slots = (uint16_t)f->slots;
    s->decoded = (uint16_t)f->decoded;
    s->used = (uint16_t)f->used;
    s->waited = (uint16_t)f->waited;
    s->moved = f->moved;
    land_regs(f, s);
    unsigned k = 0;
    while (k < f->n && f->leave[(f->head + k) % PIPE_WINDOW] <= f->now) {
        k++;
    }
    for (s->n_window = 0; k < f->n; k++) {
        s->leave[s->n_window++] = pipe_left(f->leave[(f->head + k) % PIPE_WINDOW], f->now);
    }
    move_horizon(f);
    s->n_words = 0;
    memset(s->booked, 0, p->n_units * sizeof(s->booked[0]));
    memset(s->unit, 0, sizeof(s->unit));
    for (unsigned left = f->busy; left != 0; left &= left - 1) {
        unsigned u = (unsigned)__builtin_ctz(left), n = PIPE_HORIZON / 64;
        future(f, u, s->booked[u]);
        while (n > s->n_words && s->booked[u][n - 1] == 0) {
            n--;
        }
        s->n_words = (uint16_t)(n > s->n_words ? n : s->n_words);
        s->unit[u] = pipe_left(f->beyond[u], f->now);
    }
}

/* ---- the end of a run ---- */

/* Units that no class tells apart are a pool. */
void pipe_find_pools(struct pipe *p)
{
    p->n_pools = 0;
    for (unsigned left = (1u << p->n_units) - 1; left != 0; left &= ~p->pool[p->n_pools++]) {
        unsigned u = (unsigned)__builtin_ctz(left), same = left;
        for (unsigned c = 0; c < TC_COUNT; c++) {
            for (unsigned k = 0; k < p->cls[c].n_uses; k++) {
                unsigned units = p->cls[c].use[k].units;
                same &= (units >> u & 1) != 0 ? units : ~units;
            }
        }
        p->pool[p->n_pools] = (uint16_t)same;
    }
}

/* Time from the block's entry in units of 1/decode cycle: how far dispatch has come */
static int ticks(const struct pipe *p, const struct flight *f)
{
    unsigned by_slots = (f->slots * p->decode + p->width - 1) / p->width;
    return f->now * (int)p->decode + (int)(by_slots > f->decoded ? by_slots : f->decoded);
}

enum {
    COARSE = 4,     /* cycles to which what this run had nothing to do with is rounded */
    FLAGS_LATE = 5, /* cycles by which flags must be late: what reads them sets them itself, nearly always */
    CAP_MAX = 60
};

/* Ticks by which the units of pool k are booked beyond tick t: the sum over its units. Less than a cycle a unit is nothing unless the run
   had to wait for them: what was dispatched last issues a cycle later, in the best case. */
static int backlog(const struct pipe *p, const struct flight *f, unsigned k, int t)
{
    int sum = 0, n = __builtin_popcount(p->pool[k]), q = (int)p->decode;
    for (unsigned left = p->pool[k] & f->busy; left != 0; left &= left - 1) {
        unsigned u = (unsigned)__builtin_ctz(left);
        uint64_t word[PIPE_HORIZON / 64];
        int booked = 0;
        if (f->end[u] <= f->now + 1) {
            continue;
        }
        future(f, u, word);
        for (unsigned i = 0; i < PIPE_HORIZON / 64; i++) {
            booked += __builtin_popcountll(word[i]);
        }
        booked = f->beyond[u] > f->now + PIPE_HORIZON ? f->beyond[u] - f->now : booked;
        int late = (f->now + booked) * q - t;
        sum += late > 0 ? late : 0;
    }
    return sum < n * q && (f->waited & p->pool[k]) == 0 ? 0 : sum;
}

enum rounding { COARSELY, NEAREST, UP };

/* Ticks to cycles */
static unsigned to_cycles(const struct pipe *p, int ticks_, enum rounding how)
{
    unsigned n = (unsigned)(ticks_ > 0 ? ticks_ : 0);
    switch (how) {
    case COARSELY: return n / p->decode / COARSE * COARSE;
    case NEAREST: return (2 * n + p->decode) / (2 * p->decode);
    default: return (n + p->decode - 1) / p->decode;
    }
}

/* A pool's backlog of so many cycles becomes one of each of its units, without gaps. */
static void spread(unsigned pool, unsigned cycles, struct pipe_state *s)
{
    for (unsigned left = pool, n = (unsigned)__builtin_popcount(pool); left != 0; left &= left - 1, n--) {
        unsigned mine = (cycles + n - 1) / n;
        s->booked[__builtin_ctz(left)][0] = ones64(mine) << 1;
        s->n_words = mine != 0 ? 1 : s->n_words;
        cycles -= mine;
    }
}

/*
 * The state after a run, rounded. Time is exact, in ticks, of which a cycle has as many as instructions are dispatched in it: what
 * follows is dispatched from the next tick on, as if a cycle began there. What is late against that:
 *
 * - results, in whole cycles, to the nearest, or up by a run that takes less than a cycle; those that the run has neither read nor
 *   written down to a multiple of four, so that they do not make it differ by what happened long before it; flags that are less than
 *   five cycles late are not;
 * - the units of a pool that no class tells apart, together: the sum of their bookings, to the nearest or, if the run has not used
 *   them, down to a multiple of four, one after the other from now on; less than a cycle a unit is nothing unless the run had to wait;
 * - the window is empty, but what is late may not be so by more cycles than it takes to fill: dispatch waits until it is not.
 *
 * What bounds a loop, a chain or a pool, gets later with each turn until that bound; so loops take what bounds them.
 * Returns the time.
 */
static int round_state(const struct pipe *p, struct flight *f, struct pipe_state *s)
{
    int t = ticks(p, f), q = (int)p->decode, late[PIPE_UNITS], most = 0;
    enum rounding fine = f->moved ? NEAREST : UP;
    unsigned cap = p->window / p->decode < CAP_MAX ? p->window / p->decode : CAP_MAX;
    move_horizon(f);
    for (unsigned k = 0; k < p->n_pools; k++) {
        late[k] = (f->busy & p->pool[k]) == 0 ? 0 : backlog(p, f, k, t);
        int each = late[k] / __builtin_popcount(p->pool[k]);
        most = each > most ? each : most;
    }
    for (struct pipe_regs left = f->live; pipe_regs_any(&left);) {
        int reg_late = (f->ready[pipe_regs_next(&left)] - 1) * q - t;
        most = reg_late > most ? reg_late : most;
    }
    int wait = most > (int)cap * q ? most - (int)cap * q : 0;
    t += wait;
    memset(s, 0, offsetof(struct pipe_state, leave));
    for (unsigned u = 0; u < p->n_units; u++) {
        s->booked[u][0] = 0;
    }
    for (struct pipe_regs left = f->live; pipe_regs_any(&left);) {
        unsigned i = pipe_regs_next(&left), cycles = to_cycles(p, (f->ready[i] - 1) * q - t, pipe_regs_have(&f->seen, i) ? fine : COARSELY);
        if (cycles != 0 && (i != OPD_NZCV || cycles >= FLAGS_LATE)) {
            pipe_state_reg(s, i, cycles + 1, f->group[i]);
        }
    }
    for (unsigned k = 0; k < p->n_pools; k++) {
        int n = __builtin_popcount(p->pool[k]);
        spread(p->pool[k], to_cycles(p, late[k] - wait * n, (f->used & p->pool[k]) != 0 ? NEAREST : COARSELY), s);
    }
    return t;
}

/* ---- instructions ---- */

/* Only the first cycle is looked at: what is booked later in the unit's time was booked by older instructions that wait for
   sources, and a real unit is not kept free for them. */
static bool unit_free(struct flight *f, unsigned u, int at, unsigned cycles)
{
    unsigned from = (unsigned)(at - f->base);
    if ((f->busy >> u & 1) == 0 || at >= f->end[u]) {
        return true;
    }
    if (from + cycles > PIPE_HORIZON && at < f->beyond[u]) {
        return false;
    }
    return from >= PIPE_HORIZON || (*word_of(f, u, at) >> at % 64 & 1) == 0;
}

static void book(struct flight *f, unsigned u, int at, unsigned cycles)
{
    make_busy(f, u);
    for (int c = at; c < at + (int)cycles && c < f->base + PIPE_HORIZON; c++) {
        *word_of(f, u, c) |= UINT64_C(1) << c % 64;
    }
    f->end[u] = at + (int)cycles > f->end[u] ? at + (int)cycles : f->end[u];
    if (at + (int)cycles > f->base + PIPE_HORIZON) {
        f->beyond[u] = at + (int)cycles;
        f->furthest = f->beyond[u] > f->furthest ? f->beyond[u] : f->furthest;
    }
}

/* A unit among `units` that is free, in the order in which the parameters define them: what few classes need comes last.
   -1: none. `taken`: by another use of the same instruction */
static int choose_unit(struct flight *f, unsigned units, unsigned taken, int at, unsigned cycles)
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
static bool choose_units(struct flight *f, const struct pipe_class *c, int at, int unit[PIPE_USES])
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
    int unit[PIPE_USES], first = at;
    while (!choose_units(f, c, at, unit)) {
        at++;
    }
    for (unsigned k = 0; k < c->n_uses; k++) {
        book(f, (unsigned)unit[k], at, c->use[k].cycles);
        f->used |= c->use[k].units;
        f->waited |= at != first ? c->use[k].units : 0;
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
    if (f->now != f->base) {
        move_horizon(f);
    }
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

/* The cycle from which all sources are there, not before c */
static int sources(const struct pipe *p, struct flight *f, const struct pipe_insn *in, int c, struct pipe_slot *slot)
{
    for (unsigned k = 0; k < in->n_src; k++) {
        unsigned reg = in->src[k].reg;
        if (pipe_regs_have(&f->live, reg)) {
            hold(slot, &c, pipe_source_ready(p, in->cls, &in->src[k], f->ready[reg], f->group[reg]), PIPE_STALL_OPERAND, reg);
            pipe_regs_add(&f->seen, reg);
        }
    }
    return c;
}

unsigned pipe_run_ooo(const struct pipe *p, const struct pipe_insn *insn, unsigned n, bool ends, struct pipe_state *s, struct pipe_slot *slots)
{
    struct flight f;
    struct pipe_slot unwanted, *slot = &unwanted;
    take_off(p, &f, s);
    int from = ticks(p, &f);
    for (unsigned i = 0; i < n; i++) {
        const struct pipe_insn *in = &insn[i];
        const struct pipe_class *cls = in->cls;
        slot = slots != NULL ? &slots[i] : slot;
        *slot = (struct pipe_slot){.reg = OPD_NONE};
        dispatch(p, &f, cls, slot);
        int ready = sources(p, &f, in, f.now + 1, slot), c = book_units(&f, cls, ready);
        hold(slot, &ready, c, PIPE_STALL_UNIT, OPD_NONE);
        slot->issue = c;
        slot->done = c + cls->latency;
        for (unsigned k = 0; k < in->n_dst; k++) {
            unsigned reg = in->dst[k].reg;
            f.ready[reg] = c + in->dst[k].latency;
            f.group[reg] = cls->group;
            pipe_regs_add(&f.live, reg);
            pipe_regs_add(&f.seen, reg);
        }
        enter_window(p, &f, cls, c + (cls->latency > cls->second ? cls->latency : cls->second) + 1);
    }
    f.moved |= f.now > 0;
    if (ends) {
        return (unsigned)(round_state(p, &f, s) - from);
    }
    land(p, &f, s);
    return (unsigned)(ticks(p, &f) - from);
}

void pipe_wait_ooo(const struct pipe *p, struct pipe_state *s, unsigned cycles)
{
    struct flight f;
    take_off(p, &f, s);
    if (cycles != 0) {
        f.now += cycles > UINT16_MAX ? UINT16_MAX : (int)cycles;
        f.slots = f.decoded = 0;
    }
    land(p, &f, s);
}
