/* SPDX-License-Identifier: Apache-2.0 */
/* Self-hosted debug: what all kinds of debug exceptions share, BRK, and the locks. */
#include "debug.h"

extern const u32 debug_nops[], debug_brk[];

void debug_off(void)
{
    WR(oslar_el1, 0);
    WR(osdlr_el1, 0);
    WR(mdscr_el1, 0);
    WR(mdcr_el2, 6);
    for (unsigned n = 0; n < N_BRP; n++) {
        breakpoint(n, 0, 0);
    }
    for (unsigned n = 0; n < N_WRP; n++) {
        watchpoint(n, 0, 0);
    }
    ISB();
}

#define PAIR(n, kind) \
    case n: \
        WR(dbg##kind##vr##n##_el1, value); \
        WR(dbg##kind##cr##n##_el1, control); \
        break

void breakpoint(unsigned n, u64 value, u64 control)
{
    switch (n) {
    PAIR(0, b);
    PAIR(1, b);
    PAIR(2, b);
    PAIR(3, b);
    PAIR(4, b);
    PAIR(5, b);
    }
}

void watchpoint(unsigned n, u64 value, u64 control)
{
    switch (n) {
    PAIR(0, w);
    PAIR(1, w);
    PAIR(2, w);
    PAIR(3, w);
    }
}

void settings_apply(struct probe *p, unsigned settings, u64 enable)
{
    WR(mdscr_el1, (settings & SET_ENABLE ? enable : 0) | (settings & SET_KDE ? BIT(MDSCR_KDE) : 0));
    WR(mdcr_el2, 6 | (settings & SET_TDE ? BIT(MDCR_TDE) : 0));
    p->spsr = (p->spsr & ~BIT(SPSR_D)) | (settings & SET_D ? BIT(SPSR_D) : 0);
    WR(oslar_el1, (settings & SET_OSLK) != 0);
    WR(osdlr_el1, (settings & SET_DLK) != 0);
}

void settings_undo(void)
{
    WR(mdscr_el1, 0);
    WR(mdcr_el2, 6);
    WR(oslar_el1, 0);
    WR(osdlr_el1, 0);
    ISB();
}

void say_settings(unsigned settings)
{
    static const char *const names[] = { "on", "kde", "tde", "d", "oslk", "dlk" };
    bool any = false;
    for (unsigned b = 0; b < ARRAY_LEN(names); b++) {
        if ((settings >> b & 1) != 0) {
            say(any ? "+%s" : "%s", names[b]);
            any = true;
        }
    }
    if (!any) {
        say("none");
    }
}

/* A software breakpoint instruction is always one; only where it goes depends on the settings. */
static void brk(const struct world *w)
{
    for (unsigned s = 0; s < N_SETTINGS; s++) {
        struct probe p;
        probe_init(&p, w->el, debug_brk);
        p.hcr = w->hcr;
        settings_apply(&p, s, BIT(MDSCR_MDE));
        struct outcome o = probe_go(&p);
        settings_undo();
        say("brk.%s.", w->name);
        say_settings(s);
        say_outcome(&p, &o, SHOW_ELR | SHOW_SPSR | SHOW_PSTATE);
        say("\n");
    }
}

/* The locks as registers: what OSLSR_EL1 and MDSCR_EL1 say with each of them */
static void locks(void)
{
    static const u64 patterns[] = { 0, ~UINT64_C(0), 0x6ce0f041, 0x12345678, 0x5555, 0xaaaa };
    for (unsigned n = 0; n < 8; n++) {
        WR(oslar_el1, n & 1);
        WR(osdlr_el1, n >> 1 & 1);
        WR(oslar_el1, (n >> 2 & 1) ? ~UINT64_C(0) - 1 + (n & 1) : n & 1);
        ISB();
        say("lock.%d oslsr=%x osdlr=%x\n", n, RD(oslsr_el1), RD(osdlr_el1));
    }
    for (unsigned k = 0; k < ARRAY_LEN(patterns); k++) {
        WR(oslar_el1, 1);
        WR(mdscr_el1, patterns[k]);
        ISB();
        u64 locked = RD(mdscr_el1);
        WR(oslar_el1, 0);
        ISB();
        u64 open = RD(mdscr_el1);
        WR(mdscr_el1, patterns[k] ^ (BIT(MDSCR_KDE) | BIT(MDSCR_MDE)));
        ISB();
        say("lock.mdscr%d.locked %x\n", k, locked);
        say("lock.mdscr%d.opened %x\n", k, open & 0xf001);
        say("lock.mdscr%d.open %x\n", k, RD(mdscr_el1) & 0xb001);
    }
    debug_off();
    for (unsigned k = 0; k < 16; k++) {
        u64 set = rng() & 0xff, clear = rng() & 0xff;
        WR(dbgclaimclr_el1, 0xff);
        WR(dbgclaimset_el1, set);
        ISB();
        say("claim.%d set=%x", k, RD(dbgclaimclr_el1));
        WR(dbgclaimclr_el1, clear);
        ISB();
        say(" clear=%x all=%x\n", RD(dbgclaimclr_el1) ^ (set & ~clear), RD(dbgclaimset_el1));
    }
    WR(dbgclaimclr_el1, 0xff);
}

void group_debug(void)
{
    rng_seed(8);
    debug_off();
    locks();
    for (unsigned k = 0; k < N_WORLDS; k++) {
        if (!world_missing(&worlds[k])) {
            brk(&worlds[k]);
        }
    }
    debug_step();
    debug_breakpoints();
    debug_watchpoints();
    debug_off();
}
