/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watchpoints: when they count, which states, accesses and bytes they match, and what the syndrome says. FAR_ELx may hold any
 * address from the lowest one that the access has up to the highest watched one of it; "f=in" says that it does.
 */
#include "debug.h"

extern const struct piece pieces_watch[], pieces_watch_lse[], pieces_watch_none[], pieces_watch_own[];

enum { READ = 1, WRITE = 2 };

/* The bytes that each of pieces_watch[] and pieces_watch_lse[] accesses: from X2 + offset, and how */
struct access {
    int8_t offset;
    uint8_t size, kind;
};

static const struct access accesses[] = {
    { 0, 1, READ }, { 0, 2, READ }, { 0, 4, READ }, { 0, 8, READ }, { 0, 1, WRITE }, { 0, 2, WRITE }, { 0, 4, WRITE }, { 0, 8, WRITE },
    { 8, 8, READ }, { -8, 8, WRITE }, { 0, 4, READ }, { 0, 4, WRITE }, { 0, 16, READ }, { 0, 16, WRITE }, { 0, 8, READ }, { 0, 8, WRITE },
    { 0, 8, READ }, { 0, 16, READ }, { 0, 8, READ }, { 0, 8, WRITE }, { 0, 1, READ }, { 0, 2, WRITE }, { 0, 16, READ }, { 0, 16, WRITE },
    { 0, 8, READ }, { 0, 2, WRITE }, { 0, 32, READ }, { 0, 32, WRITE }, { 0, 16, READ }, { 0, 16, WRITE }, { 0, 64, READ }, { 0, 64, WRITE },
    { 0, 32, READ }, { 0, 6, WRITE }, { 0, 16, READ }, { 0, 8, READ }, { 0, 8, WRITE }, { 0, 1, READ }, { 0, 2, WRITE }, { 0, 8, READ },
    { 0, 16, READ }, { 0, 8, READ | WRITE },
};

static const struct access lse_accesses[] = {
    { 0, 8, READ | WRITE }, { 0, 4, READ | WRITE }, { 0, 1, READ | WRITE }, { 0, 8, READ | WRITE }, { 0, 16, READ | WRITE },
    { 0, 2, READ | WRITE },
};

enum { LDR_X = 3, STR_X = 7, LDTR_X = 18, STTR_X = 19 };

static unsigned char data[512] __attribute__((aligned(512)));

static u64 middle(void)
{
    return (u64)(uintptr_t)data + 256;
}

/* EL1 and EL0 with a stage 2 that makes memory Normal, so that accesses need not be aligned; the others see Device memory. */
static bool normal_memory(const struct world *w)
{
    return w->el < 2 && (w->hcr & BIT(HCR_TGE)) == 0;
}

static void start(struct probe *p, const struct world *w, const struct piece *code)
{
    probe_init(p, w->el, code->code);
    p->hcr = w->hcr;
    if (normal_memory(w)) {
        stage2_on();
        p->hcr |= BIT(HCR_VM) | BIT(HCR_DC);
    }
    WR(cptr_el2, w->hcr & BIT(HCR_E2H) ? 0x300000 : 0x33ff);
    WR(sctlr_el1, SCTLR_EL1_BASE | BIT(26) | BIT(14));
    p->sctlr_el2 |= BIT(26) | BIT(14);
    WR(contextidr_el1, 0x1111);
    if (has_vhe()) {
        WR(s3_4_c13_c0_1, 0x2222);
    }
    p->x[2] = middle();
}

/* Everything enabled and routed to EL2; [first, last]: where FAR may be. */
static void finish(struct probe *p, const struct outcome *o, u64 first, u64 last)
{
    unsigned ec = esr_ec(o->esr);
    bool watch = o->el != 0 && (ec == 0x34 || ec == 0x35);
    debug_off();
    say_outcome(p, o, SHOW_ELR | (watch ? SHOW_NO_FAR : 0));
    if (watch && o->far >= first && o->far <= last) {
        say(" f=in");
    } else if (watch) {
        say(" f=%x, not in %x to %x", o->far, first, last);
    }
    say("\n");
}

static struct outcome run(struct probe *p)
{
    settings_apply(p, SET_ENABLE | SET_KDE | SET_TDE, BIT(MDSCR_MDE));
    return probe_go(p);
}

static void settings(const struct world *w)
{
    for (unsigned s = 0; s < N_SETTINGS; s++) {
        struct probe p;
        start(&p, w, &pieces_watch[s & 1 ? STR_X : LDR_X]);
        watchpoint(s % N_WRP, middle(), CR_EVERYWHERE | 0xff << CR_BAS | 3 << CR_LSC);
        settings_apply(&p, s, BIT(MDSCR_MDE));
        struct outcome o = probe_go(&p);
        say("watch.%s.", w->name);
        say_settings(s);
        finish(&p, &o, middle(), middle() + 7);
    }
}

/* See debug-break.c: the combinations that are not reserved. LDTR and STTR count as accesses of EL0, but with PSTATE.UAO at EL1. */
static void states(const struct world *w)
{
    static const unsigned which[] = { LDR_X, STR_X, LDTR_X, STTR_X };
    for (unsigned n = 0; n < 64; n++) {
        unsigned hmc = n >> 2 & 1, pxc = n & 3, ssc = hmc != 0 && pxc == 0 ? 3 : 0, lsc = n >> 3 & 3;
        bool e = n % 7 != 0, uao = n >= 32, flat = lsc != 2;
        if ((hmc == 0 && pxc == 0) || (hmc != 0 && pxc == 2) || (uao && !has_vhe())) {
            continue;
        }
        for (unsigned k = 0; k < ARRAY_LEN(which); k++) {
            struct probe p;
            start(&p, w, &pieces_watch[which[k]]);
            p.spsr |= uao ? BIT(23) : 0;
            p.hcr = flat ? w->hcr : p.hcr;
            watchpoint(n % N_WRP, middle(), e | pxc << CR_PXC | lsc << CR_LSC | 0xff << CR_BAS | hmc << CR_HMC | ssc << CR_SSC);
            struct outcome o = run(&p);
            say("state.watch.%s.hmc%d.pac%d.lsc%d%s%s%s.%s", w->name, hmc, pxc, lsc, e ? "" : ".off", uao ? ".uao" : "",
                flat || !normal_memory(w) ? "" : ".s2", pieces_watch[which[k]].name);
            finish(&p, &o, middle(), middle() + 7);
        }
    }
}

/* ---- bytes ---- */

/* A value and a control that watch one run of bytes (BAS without gaps) or an aligned block (MASK); the run's ends. */
static u64 random_bytes(u64 *value, u64 *first, u64 *last)
{
    unsigned k = (unsigned)rng_below(8);
    if (k == 0) {
        unsigned mask = 3 + (unsigned)rng_below(5);
        u64 base = (middle() + rng_below(128) - 64) & ~(BIT(mask) - 1);
        *value = *first = base;
        *last = base + BIT(mask) - 1;
        return UINT64_C(0xff) << CR_BAS | (u64)mask << CR_MASK;
    }
    unsigned n = k == 1 ? 4 : 8, from = (unsigned)rng_below(n), len = 1 + (unsigned)rng_below(n - from);
    u64 base = middle() + 8 * rng_below(4) - 16 + (n == 4 ? 4 : 0);
    *value = base;
    *first = base + from;
    *last = *first + len - 1;
    return (BIT(len) - 1) << from << CR_BAS;
}

/* One access against one watchpoint, both at random */
static void bytes(const struct world *w, unsigned n, const struct piece *table, const struct access *list, unsigned count)
{
    unsigned i = (unsigned)rng_below(count), lsc = 1 + (unsigned)rng_below(3);
    u64 value, first, last, control = random_bytes(&value, &first, &last);
    u64 addr = middle() + rng_below(32) - 16;
    const struct access *a = &list[i];
    bool needs_alignment = (a->kind == (READ | WRITE)) || !normal_memory(w);
    struct probe p;
    if (needs_alignment || rng_below(3) == 0) {
        addr &= ~UINT64_C(15);
    }
    start(&p, w, &table[i]);
    p.x[2] = addr;
    watchpoint(n % N_WRP, value, control | CR_EVERYWHERE | (u64)lsc << CR_LSC);
    struct outcome o = run(&p);
    u64 lowest = addr + (u64)(int64_t)a->offset, highest = lowest + a->size - 1;
    say("bytes.%s.%d.%s.at%x.watch%x-%x.lsc%d", w->name, n, table[i].name, lowest & 0xfff, first & 0xfff, last & 0xfff, lsc);
    finish(&p, &o, lowest, highest < last ? highest : last);
}

/* Masks of every size, near and far from the access */
static void masks(const struct world *w)
{
    for (unsigned mask = 3; mask < 32; mask++) {
        for (unsigned k = 0; k < 3; k++) {
            struct probe p;
            u64 base = (middle() & ~(BIT(mask) - 1)) + (k == 1 ? BIT(mask) : k == 2 ? 0 - BIT(mask) : 0);
            start(&p, w, &pieces_watch[LDR_X]);
            p.x[2] = middle() + 8;
            watchpoint(mask % N_WRP, base, CR_EVERYWHERE | 3 << CR_LSC | 0xff << CR_BAS | (u64)mask << CR_MASK);
            struct outcome o = run(&p);
            say("mask.%s.%d.%s", w->name, mask, k == 0 ? "in" : k == 1 ? "above" : "below");
            finish(&p, &o, middle() + 8, middle() + 15);
        }
    }
}

/* Several watchpoints; what decides is whether any matches. Each access once more with every byte around it watched. */
static void everything(const struct world *w, const struct piece *table, const struct access *list)
{
    for (unsigned i = 0; table[i].name != NULL; i++) {
        for (unsigned lsc = 0; lsc < 4; lsc++) {
            struct probe p;
            u64 lowest = middle() + (list != NULL ? (u64)(int64_t)list[i].offset : 0), size = list != NULL ? list[i].size : 64;
            start(&p, w, &table[i]);
            for (unsigned n = 0; n < N_WRP; n++) {
                watchpoint(n, middle() - 128 + 64 * n, CR_EVERYWHERE | (u64)lsc << CR_LSC | 0xff << CR_BAS | UINT64_C(6) << CR_MASK);
            }
            struct outcome o = run(&p);
            say("all.%s.%s.lsc%d", w->name, table[i].name, lsc);
            finish(&p, &o, lowest, lowest + size - 1);
        }
    }
}

/* ---- links and priorities ---- */

static void links(const struct world *w)
{
    for (unsigned n = 0; n < 16; n++) {
        struct probe p;
        unsigned bp = N_BRP - 1 - (n & 1);
        bool host = (w->hcr & BIT(HCR_E2H)) != 0 && (w->el == 2 || (w->hcr & BIT(HCR_TGE)) != 0);
        start(&p, w, &pieces_watch[n & 8 ? STR_X : LDR_X]);
        watchpoint(n & 3, middle(), CR_EVERYWHERE | 3 << CR_LSC | 0xff << CR_BAS | BIT(CR_WT) | (u64)bp << CR_LBN);
        breakpoint(bp, (host ? 0x2222 : 0x1111) ^ (n >> 1 & 1), (n >> 2 & 1) | CR_BAS_ALL | 3 << CR_BT);
        struct outcome o = run(&p);
        say("link.watch.%s.%d.%s.%s.%s", w->name, bp, n & 2 ? "x" : "=", n & 4 ? "on" : "off", n & 8 ? "store" : "load");
        finish(&p, &o, middle(), middle() + 7);
    }
}

/* Alignment, translation and stage 2 come before a watchpoint, an External abort of the access after it. */
static void order(const struct world *w)
{
    static const struct {
        const char *name;
        u64 addr;
        bool stage2;
    } places[] = {
        { "hole", 0x0b000000, false }, { "unaligned", 0x40000001, false }, { "huge", UINT64_C(0x0004000000000000), false },
        { "s2", UINT64_C(0x80001238), true }, { "s2.unaligned", UINT64_C(0x80001239), true },
    };
    static const unsigned which[] = { LDR_X, STR_X };
    for (unsigned n = 0; n < ARRAY_LEN(places); n++) {
        for (unsigned k = 0; k < ARRAY_LEN(which); k++) {
            struct probe p;
            start(&p, w, &pieces_watch[which[k]]);
            p.hcr = w->hcr | (places[n].stage2 ? BIT(HCR_VM) | BIT(HCR_DC) : 0);
            p.x[2] = places[n].addr;
            watchpoint(1, places[n].addr & ~UINT64_C(7), CR_EVERYWHERE | 3 << CR_LSC | 0xff << CR_BAS);
            struct outcome o = run(&p);
            say("order.watch.%s.%s.%s", w->name, places[n].name, pieces_watch[which[k]].name);
            finish(&p, &o, places[n].addr, places[n].addr | 7);
        }
    }
}

void debug_watchpoints(void)
{
    for (unsigned k = 0; k < N_WORLDS; k++) {
        const struct world *w = &worlds[k];
        if (world_missing(w)) {
            continue;
        }
        settings(w);
        states(w);
        for (unsigned n = 0; n < 400; n++) {
            bytes(w, n, pieces_watch, accesses, ARRAY_LEN(accesses));
        }
        for (unsigned n = 400; n < 480 && has_vhe(); n++) {
            bytes(w, n, pieces_watch_lse, lse_accesses, ARRAY_LEN(lse_accesses));
        }
        masks(w);
        everything(w, pieces_watch, accesses);
        everything(w, pieces_watch_none, NULL);
        everything(w, pieces_watch_own, NULL);
        if (has_vhe()) {
            everything(w, pieces_watch_lse, lse_accesses);
        }
        links(w);
        order(w);
        base_state();
    }
}
