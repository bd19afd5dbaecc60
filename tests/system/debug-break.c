/* SPDX-License-Identifier: Apache-2.0 */
/* Breakpoints: when they count, which states and addresses they match, and contexts. */
#include "debug.h"

extern const u32 debug_nops[], debug_udf[], debug_jump[];

enum { BT_LINKED_ADDRESS = 1 };
enum { VMID = 7, CONTEXT1 = 0x1111, CONTEXT2 = 0x2222 };

static void start(struct probe *p, const struct world *w, const void *code)
{
    probe_init(p, w->el, code);
    p->hcr = w->hcr;
    WR(contextidr_el1, CONTEXT1);
    if (has_vhe()) {
        WR(s3_4_c13_c0_1, CONTEXT2);            /* CONTEXTIDR_EL2 */
    }
    WR(vttbr_el2, (u64)VMID << 48);
}

/* Run with everything enabled and routed to EL2, and say where the breakpoint was met. */
static bool run(struct probe *p)
{
    settings_apply(p, SET_ENABLE | SET_KDE | SET_TDE, BIT(MDSCR_MDE));
    struct outcome o = probe_go(p);
    debug_off();
    say_outcome(p, &o, SHOW_ELR | SHOW_SPSR);
    return esr_ec(o.esr) == 0x30 || esr_ec(o.esr) == 0x31;
}

static void go(struct probe *p)
{
    run(p);
    say("\n");
}

static void settings(const struct world *w)
{
    for (unsigned s = 0; s < N_SETTINGS; s++) {
        struct probe p;
        start(&p, w, debug_nops);
        breakpoint(s % N_BRP, (u64)(uintptr_t)&debug_nops[1], CR_EVERYWHERE | CR_BAS_ALL);
        settings_apply(&p, s, BIT(MDSCR_MDE));
        struct outcome o = probe_go(&p);
        debug_off();
        say("break.%s.", w->name);
        say_settings(s);
        say_outcome(&p, &o, SHOW_ELR | SHOW_SPSR | SHOW_PSTATE);
        say("\n");
    }
}

/*
 * HMC, SSC and PMC that select something without EL3 and without Secure EL2; the others are reserved (CheckValidStateMatch), and so
 * is 0, 0, 0, which selects modes of AArch32.
 */
static bool state_valid(unsigned hmc, unsigned ssc, unsigned pxc)
{
    return hmc == 0 ? ssc == 0 && pxc != 0 : (ssc == 0 && (pxc & 1) != 0) || (ssc == 3 && pxc == 0);
}

static void states(const struct world *w)
{
    for (unsigned n = 0; n < 64; n++) {
        unsigned hmc = n >> 5, ssc = n >> 3 & 3, pxc = n >> 1 & 3, e = n & 1;
        struct probe p;
        if (e == 1 && !state_valid(hmc, ssc, pxc)) {
            continue;
        }
        start(&p, w, debug_nops);
        breakpoint(n % N_BRP, (u64)(uintptr_t)&debug_nops[2], e | pxc << CR_PXC | CR_BAS_ALL | hmc << CR_HMC | ssc << CR_SSC);
        say("state.%s.hmc%d.ssc%d.pmc%d.%s", w->name, hmc, ssc, pxc, e ? "on" : "off");
        go(&p);
    }
}

/* Several at once, all over the code: the first one in the order of execution counts */
static void addresses(const struct world *w)
{
    for (unsigned k = 0; k < 60; k++) {
        struct probe p;
        u64 bits = 0;
        start(&p, w, debug_nops);
        for (unsigned n = 0; n < N_BRP; n++) {
            unsigned at = (unsigned)rng_below(12), flip = (unsigned)rng_below(4);
            u64 value = (u64)(uintptr_t)&debug_nops[at % 8 - (at >= 8 ? 4 : 0)];
            value ^= flip == 0 ? BIT(2 + rng_below(46)) : 0;
            bits = bits << 8 | at << 4 | flip;
            breakpoint(n, value, (CR_EVERYWHERE & ~BIT(CR_E)) | (rng_below(3) != 0) | CR_BAS_ALL);
        }
        say("address.%s.%d.%x", w->name, k, bits);
        go(&p);
    }
}

/* What comes before a breakpoint, and what after it */
static void order(const struct world *w)
{
    static const struct {
        const char *name;
        u64 target, hcr;
    } jumps[] = {
        { "hole", 0x0b000000, 0 }, { "huge", UINT64_C(0x0004000000000000), 0 }, { "s2", UINT64_C(0x80001238), BIT(HCR_VM) },
    };
    struct probe p;
    start(&p, w, debug_udf);
    breakpoint(0, (u64)(uintptr_t)debug_udf, CR_EVERYWHERE | CR_BAS_ALL);
    say("order.break.%s.udf", w->name);
    go(&p);
    for (unsigned n = 0; n < 8; n++) {
        start(&p, w, debug_nops);
        p.pc += n & 1 ? 2 : 0;
        p.spsr |= n & 2 ? BIT(20) : 0;
        breakpoint(3, (u64)(uintptr_t)debug_nops, CR_EVERYWHERE | CR_BAS_ALL);
        if (n & 4) {
            breakpoint(3, (u64)(uintptr_t)debug_nops + 4, CR_EVERYWHERE | CR_BAS_ALL);
        }
        say("order.break.%s.%s%s%s", w->name, n & 1 ? "pc2" : "pc0", n & 2 ? ".il" : "", n & 4 ? ".next" : "");
        go(&p);
    }
    for (unsigned n = 0; n < ARRAY_LEN(jumps); n++) {
        start(&p, w, debug_jump);
        stage2_on();
        p.hcr |= jumps[n].hcr;
        p.x[2] = jumps[n].target;
        breakpoint(2, jumps[n].target, CR_EVERYWHERE | CR_BAS_ALL);
        say("order.break.%s.%s", w->name, jumps[n].name);
        go(&p);
    }
}

/* ---- contexts ---- */

/* A value of DBGBVR<n>_EL1 for a context: its low and its high half right or wrong */
static u64 context_value(unsigned type, unsigned wrong, bool host)
{
    u64 low = (type >> 1) == 1 && host ? CONTEXT2 : CONTEXT1;
    u64 high = (type & 12) == 12 ? CONTEXT2 : VMID;
    return (low ^ (wrong & 1)) | (high ^ (wrong >> 1)) << 32;
}

static bool type_exists(unsigned type)
{
    unsigned t = type & 14;
    return t != 0 && t != 4 && (has_vhe() || t == 2 || t == 8 || t == 10);
}

static bool in_host(const struct world *w)
{
    return (w->hcr & BIT(HCR_E2H)) != 0 && (w->el == 2 || (w->el == 0 && (w->hcr & BIT(HCR_TGE)) != 0));
}

/* AArch64.BreakpointValueMatch() for a context: the peer has few of these types, so the rule stands here. */
static bool context_matches(const struct world *w, unsigned type, unsigned wrong, bool host)
{
    bool guest = w->el < 2 && !in_host(w), low = (wrong & 1) == 0, high = (wrong & 2) == 0;
    switch (type & 14) {
    case 2:
        return low && (in_host(w) ? host : guest && !host);
    case 6:
        return guest && low;
    case 8:
        return guest && high;
    case 10:
        return guest && low && high;
    case 12:
        return high;
    default:
        return guest && low && high;
    }
}

/* Breakpoints that match a context, by themselves and linked to an address */
static void contexts(const struct world *w)
{
    for (unsigned type = 2; type < 16; type++) {
        for (unsigned n = 0; type_exists(type) && n < 16; n++) {
            struct probe p;
            unsigned bp = N_BRP - 1 - (n >> 2 & 1);
            bool host = (n & 8) != 0;
            u64 value = context_value(type, n & 3, host);
            start(&p, w, debug_nops);
            if ((type & 1) != 0) {
                breakpoint(n % 4, (u64)(uintptr_t)&debug_nops[3], CR_EVERYWHERE | CR_BAS_ALL | (u64)BT_LINKED_ADDRESS << CR_BT | bp << CR_LBN);
                breakpoint(bp, value, BIT(CR_E) | CR_BAS_ALL | type << CR_BT);
            } else {
                breakpoint(bp, value, CR_EVERYWHERE | CR_BAS_ALL | type << CR_BT);
            }
            say("context.%s.type%x.%s%s%s.%d", w->name, (u64)type, n & 1 ? "x" : "=", n & 2 ? "x" : "=", host ? ".host" : "", bp);
            bool hit = run(&p);
            say(" rule=%s\n", hit == context_matches(w, type, n & 3, host) ? "yes" : "no");
        }
    }
}

/* The link: to one that is off, and that is on */
static void links(const struct world *w)
{
    for (unsigned n = 0; n < 16; n++) {
        struct probe p;
        unsigned bp = N_BRP - 1 - (n & 1);
        start(&p, w, debug_nops);
        breakpoint(1, (u64)(uintptr_t)&debug_nops[n >> 3], CR_EVERYWHERE | CR_BAS_ALL | (u64)BT_LINKED_ADDRESS << CR_BT | bp << CR_LBN);
        breakpoint(bp, context_value(3, n >> 1 & 1, in_host(w)), (n >> 2 & 1) | CR_BAS_ALL | 3 << CR_BT);
        say("link.%s.%d.%s.%s", w->name, bp, n & 2 ? "x" : "=", n & 4 ? "on" : "off");
        say(".at%d", n >> 3);
        go(&p);
    }
}

void debug_breakpoints(void)
{
    for (unsigned k = 0; k < N_WORLDS; k++) {
        const struct world *w = &worlds[k];
        if (world_missing(w)) {
            continue;
        }
        settings(w);
        states(w);
        addresses(w);
        order(w);
        contexts(w);
        links(w);
    }
    base_state();
}
