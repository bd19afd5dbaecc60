/* SPDX-License-Identifier: Apache-2.0 */
/* Software step: when it is active, what it reports, and what each kind of instruction makes of it. */
#include "debug.h"

extern const struct piece pieces_plain[], pieces_memory[], pieces_step[];
extern const u32 debug_nops[], debug_walk[], debug_walk_end[], debug_eret[], debug_mdscr[];

static u64 scratch[32] __attribute__((aligned(256)));

enum { SHOW_ALL = SHOW_ELR | SHOW_SPSR | SHOW_PSTATE };

static void start(struct probe *p, const struct world *w, const void *code, bool spsr_ss)
{
    probe_init(p, w->el, code);
    p->hcr = w->hcr;
    WR(cptr_el2, w->hcr & BIT(HCR_E2H) ? 0x300000 : 0x33ff);
    p->spsr |= spsr_ss ? BIT(SPSR_SS) : 0;
    p->x[0] = UINT64_C(0x84000000);
    p->x[1] = p->x[4] = 0;
    p->x[2] = p->x[3] = (u64)(uintptr_t)scratch;
    p->x[5] = p->lr + 1;
    p->x[6] = p->lr + 2;
    p->x[7] = p->lr + 3;
}

/* All the settings, from every state: does the step happen, and where does it go? */
static void settings(const struct world *w)
{
    for (unsigned ss = 0; ss < 2; ss++) {
        for (unsigned s = 0; s < N_SETTINGS; s++) {
            struct probe p;
            start(&p, w, debug_nops, ss != 0);
            settings_apply(&p, s, BIT(MDSCR_SS));
            struct outcome o = probe_go(&p);
            settings_undo();
            say("step.%s.ss%d.", w->name, ss);
            say_settings(s);
            say_outcome(&p, &o, SHOW_ALL);
            say(o.el == 0 ? " s=%x\n" : "\n", o.spsr);
        }
    }
}

/*
 * After an instruction that was stepped has taken an exception, and step is active where that went, whether the syndrome is valid
 * is left open (SoftwareStep_DidNotStep).
 */
static void say_step(const struct probe *p, struct outcome *o)
{
    unsigned ec = esr_ec(o->esr);
    u64 vectors = o->elr - (u64)(uintptr_t)el1_vectors;
    bool elsewhere = o->el != 0 && (ec == 0x32 || ec == 0x33) && vectors < 0x800;
    if (elsewhere) {
        o->esr &= ~UINT32_C(0x1000040);
        o->spsr &= ~UINT64_C(0xf0000000);       /* an entry leaves the flags alone, but nobody may rely on it */
    }
    say_outcome(p, o, (ec == 0x22 ? 0 : SHOW_ELR) | SHOW_SPSR | SHOW_PSTATE);
    if (o->el == 0) {
        say(" s=%x", o->spsr);
    }
    say("\n");
}

static void pieces(const struct world *w, const char *kind, const struct piece *s, u64 offset)
{
    static const unsigned variants[] = { SET_ENABLE, SET_ENABLE | SET_TDE, SET_ENABLE | SET_TDE | SET_KDE, SET_ENABLE | SET_KDE };
    for (; s->name != NULL; s++) {
        for (unsigned v = 0; v < ARRAY_LEN(variants); v++) {
            struct probe p;
            if (!(w->el == 2 && variants[v] & SET_KDE) && v >= 2 && w->el != 1) {
                continue;                       /* KDE matters to the EL that debug exceptions go to */
            }
            if (s->name[0] == 'b' && s->name[1] == 'r' && s->name[2] == '\0') {
                continue;                       /* into data */
            }
            start(&p, w, s->code, true);
            WR(sctlr_el1, SCTLR_EL1_BASE | BIT(26) | BIT(15) | BIT(14) | BIT(9) | BIT(16) | BIT(18));
            p.sctlr_el2 |= BIT(26) | BIT(15) | BIT(14) | BIT(16) | BIT(18);
            p.x[2] += offset;
            settings_apply(&p, variants[v], BIT(MDSCR_SS));
            struct outcome o = probe_go(&p);
            settings_undo();
            say("%s.%s.%s.", kind, w->name, s->name);
            say_settings(variants[v]);
            say_step(&p, &o);
        }
    }
    base_state();
    debug_off();
}

/* A program, an instruction at a time: EL2 sets PSTATE.SS again after each. */
static void walk(const struct world *w, u64 x0)
{
    struct probe p;
    if (w->el == 2) {
        return;
    }
    start(&p, w, debug_walk, true);
    p.x[0] = x0;
    for (unsigned k = 0; k < 64; k++) {
        settings_apply(&p, SET_ENABLE | SET_TDE, BIT(MDSCR_SS));
        probe_go(&p);
        settings_undo();
        bool step = esr_ec((u32)p.esr2) == 0x32 && p.vec == 8;
        say("walk.%s.%x.%d", w->name, x0, k);
        if (!step || p.spsr2 >> 2 & 1) {
            say(" %x\n", step ? 0 : p.esr2);    /* EL1 has it */
            break;
        }
        say(" %x e=%x s=%x x=%x,%x\n", p.esr2, p.elr2 - (u64)(uintptr_t)debug_walk, p.spsr2, p.x[0], p.x[1]);
        p.pc = p.elr2;
        p.spsr = p.spsr2 | BIT(SPSR_SS);
    }
}

/* PSTATE.IL and a misaligned PC with a step pending or active */
static void order(const struct world *w)
{
    for (unsigned n = 0; n < 16; n++) {
        struct probe p;
        start(&p, w, debug_nops, (n & 1) != 0);
        p.spsr |= n & 2 ? BIT(20) : 0;
        p.pc += n & 4 ? 2 : 0;
        settings_apply(&p, SET_ENABLE | SET_TDE | SET_KDE, BIT(MDSCR_SS) | (n & 8 ? BIT(MDSCR_MDE) : 0));
        breakpoint(1, p.pc & ~UINT64_C(3), CR_EVERYWHERE | CR_BAS_ALL);
        struct outcome o = probe_go(&p);
        debug_off();
        say("order.%s.%s%s%s%s", w->name, n & 1 ? "ss" : "pending", n & 2 ? ".il" : "", n & 4 ? ".pc2" : "", n & 8 ? ".breakpoint" : "");
        say_outcome(&p, &o, SHOW_ALL);
        say("\n");
    }
}

/* An exception return from EL1 with each combination of what decides about PSTATE.SS afterwards */
static void returns(const struct world *w)
{
    if (w->el != 1) {
        return;
    }
    for (unsigned n = 0; n < 512; n++) {
        struct probe p;
        start(&p, w, debug_eret, (n & 1) != 0);
        /* to EL0t, EL1h, or to what is illegal */
        static const u64 modes[] = { 0, 5, 9, 0x0e };
        u64 spsr = modes[n >> 1 & 3] | (n & 8 ? BIT(SPSR_SS) : 0) | (n & 16 ? BIT(SPSR_D) : 0) | 0x1c0;
        unsigned s = SET_ENABLE | (n & 32 ? SET_KDE : 0) | (n & 64 ? SET_TDE : 0) | (n & 128 ? SET_D : 0) | (n & 256 ? SET_OSLK : 0);
        p.lr = (u64)(uintptr_t)((spsr & 15) == 0 ? exit_svc : exit_hvc);
        WR(spsr_el1, spsr);
        WR(elr_el1, debug_nops);
        settings_apply(&p, s, BIT(MDSCR_SS));
        struct outcome o = probe_go(&p);
        settings_undo();
        say("return.%s.ss%d.m%x.s%d.d%d.", w->name, n & 1, modes[n >> 1 & 3], n >> 3 & 1, n >> 4 & 1);
        say_settings(s);
        say_step(&p, &o);
    }
}

/* EL1 and EL2 switch step on and off for themselves: MSR MDSCR_EL1, MSR DAIF */
static void by_itself(const struct world *w)
{
    if (w->el == 0) {
        return;
    }
    for (unsigned n = 0; n < 64; n++) {
        struct probe p;
        start(&p, w, debug_mdscr, (n & 1) != 0);
        unsigned s = (n & 2 ? SET_ENABLE : 0) | SET_KDE | (n & 4 ? SET_TDE : 0) | (n & 8 ? SET_D : 0);
        p.x[0] = BIT(MDSCR_KDE) | (n & 16 ? BIT(MDSCR_SS) : 0);
        p.x[1] = n & 32 ? BIT(SPSR_D) : 0;
        settings_apply(&p, s, BIT(MDSCR_SS));
        struct outcome o = probe_go(&p);
        settings_undo();
        say("self.%s.ss%d.", w->name, n & 1);
        say_settings(s);
        say(".then%s%s", n & 16 ? "_on" : "_off", n & 32 ? "_d" : "");
        say_step(&p, &o);
    }
}

void debug_step(void)
{
    for (unsigned k = 0; k < N_WORLDS; k++) {
        const struct world *w = &worlds[k];
        if (world_missing(w)) {
            continue;
        }
        settings(w);
        pieces(w, "over", pieces_step, 0);
        pieces(w, "raise", pieces_plain, 0);
        pieces(w, "memory", pieces_memory, 0);
        pieces(w, "unaligned", pieces_memory, 4);
        walk(w, 3);
        walk(w, 0);
        order(w);
        returns(w);
        by_itself(w);
    }
}
