/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The four timers of the PE: conditions, offsets, TimerValue arithmetic, names, access controls, interrupt lines and waking.
 *
 * Nothing here depends on how much time has passed: the physical count is taken to be below 2^36 (18 minutes) as long as the
 * harness runs, and every offset and distance is larger; where a count is read, it is checked against one read before and after.
 */
#include "harness.h"

#define GICR_SGI UINT64_C(0x080b0000)
#define NEAR_BITS 38                    /* the smallest distance and offset, in bits */

struct timer {
    const char *name;
    unsigned cval, tval, ctl, ppi;
    bool offset;                        /* CNTVOFF_EL2 counts */
    bool vhe;
};

enum { PHYS, VIRT, HYP, HYP_VIRT, N_TIMERS };

static const struct timer timers[N_TIMERS] = {
    { "cntp", ENC_CNTP_CVAL_EL0, ENC_CNTP_TVAL_EL0, ENC_CNTP_CTL_EL0, 30, false, false },
    { "cntv", ENC_CNTV_CVAL_EL0, ENC_CNTV_TVAL_EL0, ENC_CNTV_CTL_EL0, 27, true, false },
    { "cnthp", ENC_CNTHP_CVAL_EL2, ENC_CNTHP_TVAL_EL2, ENC_CNTHP_CTL_EL2, 26, false, false },
    { "cnthv", ENC_CNTHV_CVAL_EL2, ENC_CNTHV_TVAL_EL2, ENC_CNTHV_CTL_EL2, 28, false, true },
};

enum { ALL_PPIS = 1 << 30 | 1 << 27 | 1 << 26 | 1 << 28 };

/* Every name of the timers */
static const struct name {
    const char *name;
    unsigned enc;
} names[] = {
    { "CNTP_CVAL_EL0", ENC_CNTP_CVAL_EL0 }, { "CNTP_TVAL_EL0", ENC_CNTP_TVAL_EL0 }, { "CNTP_CTL_EL0", ENC_CNTP_CTL_EL0 },
    { "CNTV_CVAL_EL0", ENC_CNTV_CVAL_EL0 }, { "CNTV_TVAL_EL0", ENC_CNTV_TVAL_EL0 }, { "CNTV_CTL_EL0", ENC_CNTV_CTL_EL0 },
    { "CNTHP_CVAL_EL2", ENC_CNTHP_CVAL_EL2 }, { "CNTHP_TVAL_EL2", ENC_CNTHP_TVAL_EL2 }, { "CNTHP_CTL_EL2", ENC_CNTHP_CTL_EL2 },
    { "CNTHV_CVAL_EL2", ENC_CNTHV_CVAL_EL2 }, { "CNTHV_TVAL_EL2", ENC_CNTHV_TVAL_EL2 }, { "CNTHV_CTL_EL2", ENC_CNTHV_CTL_EL2 },
    { "CNTP_CVAL_EL02", ENC_CNTP_CVAL_EL02 }, { "CNTP_TVAL_EL02", ENC_CNTP_TVAL_EL02 }, { "CNTP_CTL_EL02", ENC_CNTP_CTL_EL02 },
    { "CNTV_CVAL_EL02", ENC_CNTV_CVAL_EL02 }, { "CNTV_TVAL_EL02", ENC_CNTV_TVAL_EL02 }, { "CNTV_CTL_EL02", ENC_CNTV_CTL_EL02 },
    { "CNTPCT_EL0", ENC_CNTPCT_EL0 }, { "CNTVCT_EL0", ENC_CNTVCT_EL0 }, { "CNTFRQ_EL0", ENC_CNTFRQ_EL0 },
    { "CNTVOFF_EL2", ENC_CNTVOFF_EL2 }, { "CNTHCTL_EL2", ENC_CNTHCTL_EL2 }, { "CNTKCTL_EL1", ENC_CNTKCTL_EL1 },
    { "CNTKCTL_EL12", ENC_CNTKCTL_EL12 },
};

enum { NAMES_OF_TIMERS = 18 };          /* the first ones: CVAL, TVAL, CTL of each */

/* Read or write from a world where nothing is trapped. */
static struct outcome reach_name(const struct world *at, unsigned enc, bool write, u64 *val)
{
    struct probe p;
    probe_init(&p, at->el, write ? stub_write(reg_index(enc)) : stub_read(reg_index(enc)));
    p.hcr = at->hcr;
    p.x[0] = *val;
    WR(cntkctl_el1, 0x303);
    WR(cnthctl_el2, at->hcr & BIT(HCR_E2H) ? 0xf03 : 3);
    struct outcome o = probe_go(&p);
    WR(cnthctl_el2, 3);
    *val = p.x[0];
    return o;
}

static u64 access(const struct world *at, unsigned enc, bool write, u64 val)
{
    struct outcome o = reach_name(at, enc, write, &val);
    return o.el == 0 ? val : ~UINT64_C(0) - esr_ec(o.esr);
}

static u64 read2(unsigned enc)
{
    return access(&worlds[WORLD_EL2], enc, false, 0);
}

static void write2(unsigned enc, u64 val)
{
    access(&worlds[WORLD_EL2], enc, true, val);
}

static u64 now(const struct timer *t, u64 offset)
{
    ISB();
    return RD(cntpct_el0) - (t->offset ? offset : 0);
}

static unsigned line(const struct timer *t)
{
    DSB();
    return (unsigned)(mmio_rd(GICR_SGI + 0x200) >> t->ppi & 1);
}

static bool missing(bool vhe)
{
    return vhe && !has_vhe();
}

static void off(void)
{
    for (unsigned i = 0; i < N_TIMERS; i++) {
        if (!missing(timers[i].vhe)) {
            write2(timers[i].ctl, 0);
        }
    }
    WR(cntvoff_el2, 0);
    ISB();
}

/* ---- the condition ---- */

static const u64 offsets[] = {
    0, BIT(NEAR_BITS), BIT(62) + 0x12345, BIT(63), UINT64_C(0) - BIT(NEAR_BITS), UINT64_C(0) - BIT(61) - 0x9876, BIT(51),
};

/* CompareValue as a distance from the count (which is within 2^36 above -offset), or as it is */
static const struct distance {
    const char *name;
    u64 val;
    bool absolute;
} distances[] = {
    { "past38", UINT64_C(0) - BIT(NEAR_BITS), false }, { "past50", UINT64_C(0) - BIT(50), false }, { "past62", UINT64_C(0) - BIT(62), false },
    { "half", BIT(63), false }, { "ahead38", BIT(NEAR_BITS), false }, { "ahead50", BIT(50), false }, { "ahead62", BIT(62) - 7, false },
    { "zero", 0, true }, { "last", ~UINT64_C(0), true }, { "middle", BIT(63), true }, { "top31", BIT(31) << 32, true },
    { "first40", BIT(40), true },
};

/* Where the count is within 2^37 of the value, the result depends on the time. */
static bool too_near(u64 count, u64 cval)
{
    u64 d = cval > count ? cval - count : count - cval;
    return d < BIT(37) && cval != 0;
}

static void condition(const struct timer *t, u64 offset, const struct distance *d, unsigned n)
{
    u64 base = t->offset ? UINT64_C(0) - offset : 0;
    u64 cval = d->absolute ? d->val : base + d->val;
    if (too_near(base, cval)) {
        return;
    }
    for (unsigned ctl = 0; ctl < 4; ctl++) {
        WR(cntvoff_el2, offset);
        write2(t->cval, cval);
        write2(t->ctl, ctl | (n % 3 == 0 ? ~UINT64_C(7) : 0) | (n % 5 == 0 ? 4 : 0));
        u64 read = read2(t->ctl);
        say("%s.off%d.%s.ctl%d %x line=%d cval=%x\n", t->name, n, d->name, ctl, ctl & 1 ? read : read & ~UINT64_C(4), line(t), read2(t->cval));
        write2(t->ctl, ctl ^ 2);
        say("%s.off%d.%s.ctl%d.imask line=%d\n", t->name, n, d->name, ctl, line(t));
        write2(t->ctl, ctl ^ 1);
        say("%s.off%d.%s.ctl%d.enable line=%d\n", t->name, n, d->name, ctl, line(t));
    }
    write2(t->ctl, 1);
    write2(t->cval, ~cval);
    if (!too_near(base, ~cval)) {
        u64 read = read2(t->ctl);
        say("%s.off%d.%s.inverse %x line=%d\n", t->name, n, d->name, read, line(t));
    }
    off();
}

/* Moving the offset moves the condition of CNTV, and of no other. */
static void moved_offset(const struct timer *t, const struct distance *d)
{
    if (too_near(0, d->val)) {
        return;
    }
    write2(t->cval, d->val);
    write2(t->ctl, 1);
    for (unsigned n = 0; n < ARRAY_LEN(offsets); n++) {
        if (too_near(UINT64_C(0) - offsets[n], d->val)) {
            continue;
        }
        WR(cntvoff_el2, offsets[n]);
        ISB();
        u64 read = read2(t->ctl);
        say("moved.%s.%s.off%d %x line=%d\n", t->name, d->name, n, read, line(t));
    }
    off();
}

static void conditions(void)
{
    for (unsigned i = 0; i < N_TIMERS; i++) {
        if (missing(timers[i].vhe)) {
            continue;
        }
        for (unsigned d = 0; d < ARRAY_LEN(distances); d++) {
            for (unsigned n = 0; n < ARRAY_LEN(offsets); n++) {
                if (timers[i].offset || n < 2) {
                    condition(&timers[i], offsets[n], &distances[d], n);
                }
            }
            moved_offset(&timers[i], &distances[d]);
        }
    }
}

/* ---- TimerValue ---- */

/* It is CompareValue - count as a signed number of 32 bits, both ways. */
static void timer_value(const struct timer *t, unsigned n)
{
    static const u32 values[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x10000000, 0xf0000000, 0x40000000, 0xc0000000 };
    u64 offset = offsets[n % ARRAY_LEN(offsets)];
    u32 v = n % 10 == 9 ? (u32)rng() : values[n % 10];
    WR(cntvoff_el2, offset);
    u64 before = now(t, offset);
    write2(t->tval, v | (rng() << 32));
    u64 after = now(t, offset), cval = read2(t->cval);
    u64 want = (u64)(int64_t)(int32_t)v;
    say("%s.tval%d.%x written=%d", t->name, n, (u64)v, cval - (before + want) <= after - before);
    u64 c = now(t, offset) + want + (rng() << 32);      /* what is above the 32 bits does not matter */
    write2(t->cval, c);
    before = now(t, offset);
    u64 read = read2(t->tval);
    after = now(t, offset);
    say(" read=%d high=%x\n", (u32)((u32)(c - before) - (u32)read) <= after - before, read >> 32);
    off();
}

/* ---- what each name means in each world ---- */

/* Which offset a read of the counters has */
static void counters(const struct world *at, unsigned n)
{
    u64 offset = offsets[1 + n % (ARRAY_LEN(offsets) - 1)];
    WR(cntvoff_el2, offset);
    u64 before = now(&timers[PHYS], 0), v = access(at, ENC_CNTVCT_EL0, false, 0), p = access(at, ENC_CNTPCT_EL0, false, 0);
    u64 after = now(&timers[PHYS], 0);
    say("count.%s.%d cntvct=%s cntpct=%s\n", at->name, n,
        v - before <= after - before ? "physical" : v + offset - before <= after - before ? "virtual" : "other",
        p - before <= after - before ? "physical" : "other");
    off();
}

/* A word for a CompareValue: as it was put there, written as TimerValue with which count, or another one */
static const char *cval_word(u64 c, u64 put, u64 before, u64 after, u64 offset)
{
    if (c == put) {
        return "put";
    }
    if (c == 0) {
        return NULL;
    }
    return c - (before + 0x1000) <= after - before ? "physical" : c + offset - (before + 0x1000) <= after - before ? "virtual" : "other";
}

/* Write a name from a world, and see which timer changed and how; read it there. */
static void reach(const struct world *at, const struct name *nm, unsigned kind)
{
    static const u64 puts[] = { UINT64_C(0x123456789abcdef), 0x1000, 3 };
    u64 offset = BIT(44), val = puts[kind];
    WR(cntvoff_el2, offset);
    for (unsigned i = 0; i < N_TIMERS; i++) {
        if (!missing(timers[i].vhe)) {
            write2(timers[i].cval, 0);
        }
    }
    u64 before = now(&timers[PHYS], 0);
    struct probe dummy = { 0 };
    struct outcome o = reach_name(at, nm->enc, true, &val);
    u64 after = now(&timers[PHYS], 0);
    say("reach.%s.%s.w", at->name, nm->name);
    say_outcome(&dummy, &o, 0);
    for (unsigned i = 0; i < N_TIMERS; i++) {
        if (missing(timers[i].vhe)) {
            continue;
        }
        const char *w = cval_word(read2(timers[i].cval), puts[0], before, after, offset);
        u64 ctl = read2(timers[i].ctl) & 3;
        if (w != NULL || ctl != 0) {
            say(" %s:%s:%x", timers[i].name, w != NULL ? w : "0", ctl);
        }
    }
    say("\n");
    /* each timer has another distance: a read of TVAL says which one it is, and whether with the offset */
    for (unsigned i = 0; i < N_TIMERS; i++) {
        if (!missing(timers[i].vhe)) {
            write2(timers[i].cval, kind == 0 ? 0xa00 + i : before + 0x100000000 * (i + 1) + 0x40000000 * (i + 1));
            write2(timers[i].ctl, i % 3 + 1);
        }
    }
    before = now(&timers[PHYS], 0);
    o = reach_name(at, nm->enc, false, &val);
    after = now(&timers[PHYS], 0);
    say("reach.%s.%s.r", at->name, nm->name);
    say_outcome(&dummy, &o, 0);
    if (o.el == 0) {
        /* up to 0x10000000 ticks may have passed since; the offset is a multiple of 2^32, which TVAL cannot show */
        say(" %x", kind == 1 ? ((u32)val + (u32)(after - before) + 0x10000000) >> 30 : kind == 2 ? val & ~UINT64_C(4) : val);
    }
    say("\n");
    off();
}

static void meanings(void)
{
    for (unsigned k = 0; k < N_WORLDS; k++) {
        if (world_missing(&worlds[k])) {
            continue;
        }
        for (unsigned n = 0; n < 12; n++) {
            counters(&worlds[k], n);
        }
        for (unsigned n = 0; n < NAMES_OF_TIMERS; n++) {
            reach(&worlds[k], &names[n], n % 3);
        }
    }
}

/* ---- access controls: CNTHCTL_EL2 and CNTKCTL_EL1 together ---- */

static void controls(void)
{
    for (unsigned k = 0; k < 6000; k++) {
        const struct world *at = &worlds[rng_below(N_WORLDS)];
        const struct name *nm = &names[rng_below(ARRAY_LEN(names))];
        bool write = rng_below(2) != 0;
        u64 cnthctl = rng() & (at->hcr & BIT(HCR_E2H) ? 0xf03 : 3), cntkctl = rng() & 0x303;
        struct probe p;
        if (world_missing(at)) {
            continue;
        }
        probe_init(&p, at->el, write ? stub_write(reg_index(nm->enc)) : stub_read(reg_index(nm->enc)));
        p.hcr = at->hcr;
        WR(cntkctl_el1, cntkctl);
        WR(cnthctl_el2, cnthctl);
        struct outcome o = probe_go(&p);
        say("control%d.%s.h%x.k%x.%s.%c", k, at->name, cnthctl, cntkctl, nm->name, write ? 'w' : 'r');
        say_outcome(&p, &o, 0);
        say("\n");
        if (write && o.el == 0) {
            WR(cnthctl_el2, 3);
            off();
        }
    }
    base_state();
    gic_setup();
}

/* ---- lines at the GIC ---- */

static void ppis_on(void)
{
    gic_setup();
    mmio_wr(GICR_SGI + 0xc04, 0);                   /* PPIs are level-sensitive */
    mmio_wr(GICR_SGI + 0x100, ALL_PPIS);
    off();
}

static void set_level(const struct timer *t, bool up)
{
    write2(t->cval, 0);
    write2(t->ctl, up);
}

/* Pending and active state of a timer's PPI as its line goes up and down, with all that software can do to it */
static void line_sequence(unsigned seq)
{
    const struct timer *t = &timers[rng_below(has_vhe() ? N_TIMERS : HYP_VIRT)];
    bool edge = rng_below(3) == 0;
    u32 held = 1023;
    ppis_on();
    mmio_wr(GICR_SGI + 0xc04, edge ? 2u << 2 * (t->ppi - 16) : 0);
    for (unsigned k = 0; k < 24; k++) {
        const char *what;
        u64 v = 0;
        switch (rng_below(10)) {
        case 0: case 1: set_level(t, true); what = "up"; break;
        case 2: case 3: set_level(t, false); what = "down"; break;
        case 4: write2(t->ctl, 3); what = "mask"; break;
        case 5: mmio_wr(GICR_SGI + 0x200, 1u << t->ppi); what = "ispendr"; break;
        case 6: mmio_wr(GICR_SGI + 0x280, 1u << t->ppi); what = "icpendr"; break;
        case 7:
            write2(t->cval, rng_below(2) ? ~UINT64_C(0) : 0);
            what = "cval";
            break;
        case 8:
            v = RD(icc_iar1_el1);
            what = "iar";
            held = v == t->ppi ? t->ppi : held;
            break;
        default:
            if (held != 1023) {
                WR(icc_eoir1_el1, held);
                held = 1023;
            }
            what = "eoir";
        }
        ISB();
        DSB();
        say("line%d.%s.%s.%d.%s %x p=%x a=%x isr=%x hppi=%x\n", seq, t->name, edge ? "edge" : "level", k, what, v,
            mmio_rd(GICR_SGI + 0x200) & ALL_PPIS, mmio_rd(GICR_SGI + 0x300) & ALL_PPIS, RD(isr_el1), RD(icc_hppir1_el1));
    }
    if (held != 1023) {
        WR(icc_eoir1_el1, held);
    }
    off();
    mmio_wr(GICR_SGI + 0xc04, 0);
    gic_quiet();
}

/* ---- interrupts, and waking ---- */

extern const u32 insn_timer_wfi[], insn_timer_wfe[];

/* WFI with a timer that is due (or will be soon): what ends it. Where the interrupt is masked the WFI ends and the probe goes on. */
static void wake(const struct world *at, const struct timer *t, unsigned variant)
{
    bool later = (variant & 1) != 0, masked = (variant & 2) != 0, routed = (variant & 4) != 0, ticks_tval = (variant & 8) != 0;
    struct probe p;
    ppis_on();
    probe_init(&p, at->el, insn_timer_wfi);
    p.hcr = at->hcr | (routed ? BIT(HCR_IMO) : 0);
    p.spsr = masked ? p.spsr : p.spsr & ~UINT64_C(0x80);
    WR(sctlr_el1, SCTLR_EL1_BASE | BIT(16) | BIT(18));
    p.sctlr_el2 |= BIT(16) | BIT(18);
    u64 due = now(t, 0) + (later ? 20000 : 0);
    if (ticks_tval) {
        write2(t->tval, later ? 20000 : 0);
    } else {
        write2(t->cval, due);
    }
    write2(t->ctl, 1);
    struct outcome o = probe_go(&p);
    say("wake.%s.%s.%s.%s%s%s", at->name, t->name, later ? "later" : "due", masked ? "masked" : "open", routed ? ".imo" : "",
        ticks_tval ? ".tval" : "");
    say_outcome(&p, &o, SHOW_SPSR | SHOW_PSTATE | (later ? 0 : SHOW_ELR));
    bool in_time = now(t, 0) >= due;
    u64 iar = RD(icc_iar1_el1);
    /* how far it came when an interrupt took it out is a matter of speed */
    say(" x1=%x due=%d ctl=%x line=%d iar=%x\n", later && o.el != 0 ? 0 : p.x[1], in_time, read2(t->ctl), line(t), iar);
    if (iar < 1020) {
        WR(icc_eoir1_el1, iar);
    }
    off();
    gic_quiet();
}

/* A masked timer does not wake: another one does, later. */
static void masked_does_not_wake(const struct timer *t, unsigned n)
{
    const struct timer *other = &timers[t == &timers[HYP] ? PHYS : HYP];
    const struct world *at = &worlds[n % 3];
    struct probe p;
    ppis_on();
    probe_init(&p, at->el, insn_timer_wfi);
    WR(sctlr_el1, SCTLR_EL1_BASE | BIT(16) | BIT(18));
    write2(t->cval, 0);
    write2(t->ctl, n < 3 ? 3 : 2);
    u64 due = now(other, 0) + 40000;
    write2(other->cval, due);
    write2(other->ctl, 1);
    struct outcome o = probe_go(&p);
    say("sleeps.%s.%s.%d", at->name, t->name, n);
    say_outcome(&p, &o, SHOW_ELR);
    say(" due=%d line=%d other=%d\n", now(other, 0) >= due, line(t), line(other));
    off();
    gic_quiet();
}

/* The event stream ends a WFE. */
static void event_stream(const struct world *at, unsigned n)
{
    struct probe p;
    base_state();
    probe_init(&p, at->el, insn_timer_wfe);
    p.hcr = at->hcr;
    WR(sctlr_el1, SCTLR_EL1_BASE | BIT(16) | BIT(18));
    p.sctlr_el2 |= BIT(16) | BIT(18);
    u64 stream = 1 << 2 | (n & 1) << 3 | (u64)(n >> 1) << 4;
    bool by_el2 = (n & 2) != 0;
    WR(cntkctl_el1, by_el2 ? 0 : stream);
    WR(cnthctl_el2, by_el2 ? stream | 3 : 3);
    struct outcome o = probe_go(&p);
    say("stream.%s.%d", at->name, n);
    say_outcome(&p, &o, SHOW_ELR);
    say(" x1=%x\n", p.x[1]);
}

void group_timers(void)
{
    rng_seed(7);
    ppis_on();
    WR(icc_igrpen0_el1, 0);
    WR(icc_igrpen1_el1, 0);
    conditions();
    for (unsigned i = 0; i < N_TIMERS; i++) {
        for (unsigned n = 0; n < 70 && !missing(timers[i].vhe); n++) {
            timer_value(&timers[i], n);
        }
    }
    meanings();
    controls();
    for (unsigned seq = 0; seq < 60; seq++) {
        line_sequence(seq);
    }
    for (unsigned k = 0; k < N_WORLDS; k++) {
        if (world_missing(&worlds[k])) {
            continue;
        }
        for (unsigned i = 0; i < N_TIMERS; i++) {
            for (unsigned v = 0; v < 16 && !missing(timers[i].vhe); v++) {
                wake(&worlds[k], &timers[i], v);
            }
        }
        for (unsigned n = 0; n < 14; n++) {
            event_stream(&worlds[k], n);
        }
    }
    for (unsigned i = 0; i < N_TIMERS; i++) {
        for (unsigned n = 0; n < 6 && !missing(timers[i].vhe); n++) {
            masked_does_not_wake(&timers[i], n);
        }
    }
    ppis_on();
    mmio_wr(GICR_SGI + 0x180, ALL_PPIS);
    gic_quiet();
}
