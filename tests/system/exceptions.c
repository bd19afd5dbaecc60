/* SPDX-License-Identifier: Apache-2.0 */
/* Every class of exception from every Exception level under every routing: syndrome, addresses, saved state, vector, new PSTATE. */
#include "harness.h"

extern const struct piece pieces_plain[], pieces_sp[], pieces_memory[];
extern const u32 eret_el1[], insn_nop[], insn_isr[], insn_esb[], insn_set_daif[];

enum { SHOW_ALL = SHOW_ELR | SHOW_SPSR | SHOW_PSTATE };

static char scratch[256] __attribute__((aligned(256)));

static void report(const char *what, const struct world *w, const char *name, const struct probe *p, const struct outcome *o, unsigned show)
{
    say("%s.%s.%s", what, w->name, name);
    say_outcome(p, o, show);
    say("\n");
}

static void init(struct probe *p, const struct world *w, const void *pc)
{
    probe_init(p, w->el, pc);
    p->hcr = w->hcr;
    if (w->hcr & BIT(HCR_E2H)) {
        WR(cptr_el2, 0x300000);
    } else {
        WR(cptr_el2, 0x33ff);
    }
    p->x[0] = UINT64_C(0x84000000);
    p->x[1] = p->x[4] = p->x[5] = 0;
    p->x[2] = p->x[3] = (u64)(uintptr_t)scratch;
}

/* ---- instructions that raise something, or do not ---- */

static void plain(const struct world *w)
{
    static const struct {
        const char *name;
        u64 hcr, mdcr;
    } variants[] = {
        { "plain", 0, 6 }, { "tsc", BIT(HCR_TSC), 6 }, { "tde", 0, 6 | BIT(8) }, { "hcd", BIT(HCR_HCD) | BIT(HCR_TSC), 6 },
        { "tidcp", BIT(HCR_TIDCP), 6 },
    };
    for (unsigned v = 0; v < ARRAY_LEN(variants); v++) {
        for (const struct piece *s = pieces_plain; s->name != NULL; s++) {
            struct probe p;
            WR(vbar_el1, el1_vectors);
            init(&p, w, s->code);
            p.x[5] = p.lr + 1;
            p.x[6] = p.lr + 2;
            p.x[7] = p.lr + 3;
            p.hcr |= variants[v].hcr;
            WR(mdcr_el2, variants[v].mdcr);
            if (variants[v].hcr & BIT(HCR_HCD)) {
                probe_end_by_smc(&p);
            }
            struct outcome o = probe_go(&p);
            bool odd = esr_ec(o.esr) == 0x22;
            report(variants[v].name, w, s->name, &p, &o, odd ? SHOW_SPSR | SHOW_PSTATE : SHOW_ALL);
            WR(mdcr_el2, 6);
            WR(vbar_el1, el1_vectors);
        }
    }
}

/* PSTATE.IL, and a PC that is not aligned */
static void bad_state(const struct world *w)
{
    static const struct {
        const char *name;
        u64 spsr;
        unsigned pc;
    } variants[] = {
        { "il", BIT(20), 0 }, { "pc1", 0, 1 }, { "pc2", 0, 2 }, { "pc3", 0, 3 }, { "il.pc2", BIT(20), 2 }, { "il.nzcv", 0xf0100000, 0 },
    };
    for (unsigned v = 0; v < ARRAY_LEN(variants); v++) {
        struct probe p;
        init(&p, w, insn_nop);
        p.spsr |= variants[v].spsr;
        p.pc += variants[v].pc;
        struct outcome o = probe_go(&p);
        report("state", w, variants[v].name, &p, &o, SHOW_ALL);
    }
}

/* ---- SP and data alignment ---- */

static void stacks(const struct world *w)
{
    for (unsigned v = 0; v < 16; v++) {
        for (const struct piece *s = pieces_sp; s->name != NULL; s++) {
            struct probe p;
            u64 sp = (u64)(uintptr_t)scratch + 64 + ((v & 3) == 0 ? 0 : (v & 3) * 4);
            u64 sa = (v & 4 ? BIT(3) : 0) | (v & 8 ? BIT(4) : 0);
            init(&p, w, s->code);
            WR(sp_el0, sp);
            WR(sp_el1, sp);
            p.sp = w->el == 2 ? sp : 0;
            p.sctlr_el2 = (p.sctlr_el2 & ~UINT64_C(0x18)) | sa;
            WR(sctlr_el1, SCTLR_EL1_BASE | sa);
            p.x[4] = 8;
            struct outcome o = probe_go(&p);
            say("sp%x.sa%d.%s.%s", sp & 15, v >> 2, w->name, s->name);
            say_outcome(&p, &o, SHOW_ELR);
            say("\n");
        }
    }
    base_state();
}

static void alignment(const struct world *w)
{
    for (unsigned v = 0; v < 8; v++) {
        for (const struct piece *s = pieces_memory; s->name != NULL; s++) {
            struct probe p;
            init(&p, w, s->code);
            p.x[2] += 64 + (v & 1 ? 1 : 0) + (v & 2 ? 4 : 0);
            p.sctlr_el2 |= v & 4 ? 2 : 0;
            WR(sctlr_el1, SCTLR_EL1_BASE | BIT(26) | BIT(14) | (v & 4 ? 2 : 0));
            p.sctlr_el2 |= BIT(26) | BIT(14);
            if (s->name[0] == 'b' && s->name[1] == 'r') {
                continue;
            }
            struct outcome o = probe_go(&p);
            say("align%d.%s.%s", v, w->name, s->name);
            say_outcome(&p, &o, SHOW_ELR);
            say("\n");
        }
    }
    base_state();
}

/* ---- aborts: nothing there, too large an address, stage 2 ---- */

static void aborts(const struct world *w)
{
    static const struct {
        const char *name;
        u64 addr, hcr;
    } variants[] = {
        { "hole", 0x0b000000, 0 }, { "hole.tea", 0x0b000000, BIT(HCR_TEA) }, { "huge", UINT64_C(0x0004000000000000), 0 },
        { "huge.top", UINT64_C(0xfffff00000000008), 0 }, { "s2", UINT64_C(0x80001238), BIT(HCR_VM) }, { "s2.range", UINT64_C(0x10087654320), BIT(HCR_VM) },
        { "s2.dc", UINT64_C(0x80001238), BIT(HCR_VM) | BIT(HCR_DC) }, { "s2.unaligned", UINT64_C(0x80001239), BIT(HCR_VM) | BIT(HCR_DC) },
    };
    for (unsigned v = 0; v < ARRAY_LEN(variants); v++) {
        if ((variants[v].hcr & BIT(HCR_TEA)) != 0 && !has_vhe()) {
            continue;
        }
        for (const struct piece *s = pieces_memory; s->name != NULL; s++) {
            struct probe p;
            stage2_on();
            init(&p, w, s->code);
            p.hcr |= variants[v].hcr;
            p.x[2] = variants[v].addr;
            WR(sctlr_el1, SCTLR_EL1_BASE | BIT(26) | BIT(14));
            p.sctlr_el2 |= BIT(26) | BIT(14);
            struct outcome o = probe_go(&p);
            bool jump = s->name[0] == 'b' && s->name[1] == 'r';
            report(variants[v].name, w, s->name, &p, &o, jump ? 0 : SHOW_ELR);
        }
    }
    base_state();
}

/* ---- exception return ---- */

static void returns(void)
{
    static const u64 hcrs[] = { HCR_BASE, HCR_BASE | BIT(HCR_TGE), HCR_BASE | BIT(HCR_E2H), HCR_HOST };
    for (unsigned h = 0; h < ARRAY_LEN(hcrs); h++) {
        if ((hcrs[h] & BIT(HCR_E2H)) != 0 && !has_vhe()) {
            continue;
        }
        for (unsigned m = 0; m < 32; m++) {
            for (unsigned from = 1; from <= 2; from++) {
                struct probe p;
                if (m == 16 || (from == 1 && (hcrs[h] & BIT(HCR_TGE)) != 0)) {
                    continue;       /* EL0 using AArch32 is legal on the peer; there is no EL1 with TGE */
                }
                u64 spsr = 0xf03003c0 | m;
                probe_init(&p, from, from == 1 ? (const void *)eret_el1 : insn_nop);
                p.hcr = hcrs[h];
                if (from == 2) {
                    spsr &= ~BIT(20);
                    p.spsr = spsr;
                    p.lr = (u64)(uintptr_t)exit_svc;
                } else {
                    p.x[0] = spsr & ~BIT(20);
                    p.x[1] = (u64)(uintptr_t)insn_nop;
                    p.lr = (u64)(uintptr_t)exit_svc;
                }
                struct outcome o = probe_go(&p);
                say("eret.el%d.hcr%d.m%d", from, h, m);
                say_outcome(&p, &o, SHOW_SPSR | SHOW_PSTATE);
                if (o.el == 0) {
                    say(" s=%x", o.spsr);
                }
                say("\n");
            }
        }
    }
}

/* ---- PSTATE on entry ---- */

static void entries(void)
{
    static const char *const names[] = { "svc", "hvc", "udf", "brk", "smc" };
    for (unsigned k = 0; k < 1500; k++) {
        const struct world *w = &worlds[rng_below(N_WORLDS)];
        struct probe p;
        u64 r = rng();
        const char *name = names[rng_below(ARRAY_LEN(names))];
        const struct piece *s = pieces_plain;
        u64 sctlr1 = rng(), sctlr2 = rng();
        if (world_missing(w)) {
            continue;
        }
        while (s->name[0] != name[0] || s->name[1] != name[1] || s->name[2] != name[2]) {
            s++;
        }
        init(&p, w, s->code);
        p.hcr |= BIT(HCR_TSC);
        u64 flags = 0xf00003c0u | (has_vhe() ? BIT(12) | BIT(22) | BIT(23) : 0);
        p.spsr = (r & flags) | (p.spsr & 15) | (w->el != 0 && (r & 1) == 0 ? 0 : w->el != 0);
        p.spsr &= ~(u64)(w->el != 0 && (r & 1) == 0 ? 1 : 0);
        if (!has_vhe()) {
            sctlr1 = sctlr2 = 0;
        }
        WR(sctlr_el1, SCTLR_EL1_BASE ^ (sctlr1 & (BIT(23) | BIT(44))));
        p.sctlr_el2 ^= sctlr2 & (BIT(23) | BIT(44));
        struct outcome o = probe_go(&p);
        say("entry%d.%s.%s", k, w->name, s->name);
        say_outcome(&p, &o, SHOW_ALL);
        say("\n");
    }
    base_state();
}

/* ---- interrupts and SErrors ---- */

enum { P_IRQ = 1, P_FIQ = 2, P_VI = 4, P_VF = 8, P_VSE = 16 };

static void set_pending(struct probe *p, unsigned pending)
{
    gic_quiet();
    if (pending & P_IRQ) {
        gic_pend_sgi(3, 1, 0x40);
    }
    if (pending & P_FIQ) {
        gic_pend_sgi(4, 0, 0x40);
    }
    p->hcr |= (pending & P_VI ? BIT(HCR_VI) : 0) | (pending & P_VF ? BIT(HCR_VF) : 0) | (pending & P_VSE ? BIT(HCR_VSE) : 0);
}

static void asynchronous(void)
{
    gic_setup();
    for (unsigned wi = 0; wi < N_WORLDS; wi++) {
        const struct world *w = &worlds[wi];
        if (world_missing(w)) {
            continue;
        }
        for (unsigned route = 0; route < 8; route++) {
            for (unsigned one = 0; one < 5; one++) {
                for (unsigned daif = 0; daif < 16; daif++) {
                    struct probe p;
                    init(&p, w, insn_nop);
                    p.hcr |= (u64)route << HCR_FMO;
                    p.spsr = (p.spsr & 15) | daif << 6;
                    if (has_vhe()) {
                        WR(s3_4_c5_c2_3, 0x1123456);
                    }
                    set_pending(&p, 1u << one);
                    struct outcome o = probe_go(&p);
                    say("async.%s.route%d.%s.daif%x", w->name, route, (const char *[]){ "irq", "fiq", "vi", "vf", "vse" }[one], (u64)daif);
                    say_outcome(&p, &o, SHOW_ALL);
                    say(" vse=%d\n", (unsigned)(p.hcr_out >> HCR_VSE & 1));
                }
            }
        }
    }
    gic_quiet();
}

/* ISR_EL1 and whether anything is taken, for sets of pending things: which one comes first is IMPLEMENTATION DEFINED */
static void several(void)
{
    for (unsigned k = 0; k < 1500; k++) {
        const struct world *w = &worlds[rng_below(N_WORLDS)];
        struct probe p;
        unsigned pending = (unsigned)rng_below(32), route = (unsigned)rng_below(8), daif = (unsigned)rng_below(16);
        if (world_missing(w)) {
            continue;
        }
        if (w->el != 0) {
            init(&p, w, insn_isr);
            p.hcr |= (u64)route << HCR_FMO;
            set_pending(&p, pending);
            struct outcome o = probe_go(&p);
            say("isr%d.%s.route%d.pending%x", k, w->name, route, (u64)pending);
            say_outcome(&p, &o, 0);
            say(o.el == 0 ? " %x\n" : "\n", p.x[0]);
        }
        init(&p, w, insn_nop);
        p.hcr |= (u64)route << HCR_FMO;
        p.spsr = (p.spsr & 15) | daif << 6;
        set_pending(&p, pending);
        struct outcome o = probe_go(&p);
        say("some%d.%s.route%d.pending%x.daif%x %d %x\n", k, w->name, route, (u64)pending, (u64)daif, o.el, o.el != 0 ? o.spsr : 0);
    }
    gic_quiet();
}

/* ESB with a virtual SError pending */
static void esb(void)
{
    for (unsigned wi = 0; has_vhe() && wi < N_WORLDS; wi++) {
        for (unsigned v = 0; v < 8; v++) {
            const struct world *w = &worlds[wi];
            struct probe p;
            init(&p, w, insn_esb);
            p.hcr |= (v & 1 ? BIT(HCR_AMO) : 0) | (v & 2 ? BIT(HCR_VSE) : 0);
            p.spsr = (v & 4 ? p.spsr & ~BIT(8) : p.spsr);
            WR(s3_4_c5_c2_3, 0x1123456);
            WR(s3_0_c12_c1_1, 0);
            WR(s3_4_c12_c1_1, 0);
            struct outcome o = probe_go(&p);
            say("esb.%s.%d", w->name, v);
            say_outcome(&p, &o, SHOW_ELR);
            say(" x0=%x vse=%d vdisr=%x\n", o.el == 0 ? p.x[0] : 0, (unsigned)(p.hcr_out >> HCR_VSE & 1), RD(s3_4_c12_c1_1));
        }
    }
}

/* Interrupts that become unmasked by an instruction are taken right after it. */
static void unmasking(void)
{
    for (unsigned wi = 1; wi < N_WORLDS; wi++) {
        const struct world *w = &worlds[wi];
        if (w->el == 0 || world_missing(w)) {
            continue;
        }
        for (unsigned daif = 0; daif < 16; daif++) {
            struct probe p;
            init(&p, w, insn_set_daif);
            p.x[0] = daif << 6;
            p.hcr |= w->el == 2 ? BIT(HCR_IMO) | BIT(HCR_FMO) : 0;
            set_pending(&p, P_IRQ);
            struct outcome o = probe_go(&p);
            say("unmask.%s.%x", w->name, (u64)daif);
            say_outcome(&p, &o, SHOW_ELR | SHOW_SPSR);
            say("\n");
        }
    }
    gic_quiet();
}

/* ---- the local monitor: an exception return clears it, and so does CLREX ---- */

extern const struct piece pieces_monitor[];

static void monitor(const struct world *w)
{
    for (const struct piece *s = pieces_monitor; s->name != NULL; s++) {
        struct probe p;
        init(&p, w, s->code);
        p.x[1] = 0x55;
        p.x[4] = 7;
        memset(scratch, 0x33, sizeof(scratch));
        struct outcome o = probe_go(&p);
        if (o.el != 0) {
            /* SVC: back to the instruction after it, by an exception return */
            p.pc = o.elr;
            p.spsr = o.spsr;
            o = probe_go(&p);
        }
        say("monitor.%s.%s", w->name, s->name);
        say_outcome(&p, &o, SHOW_ELR);
        say(" status=%x %x\n", p.x[4], *(u64 *)(void *)scratch);
    }
}

void group_exceptions(void)
{
    rng_seed(3);
    for (unsigned wi = 0; wi < N_WORLDS; wi++) {
        const struct world *w = &worlds[wi];
        if (world_missing(w)) {
            continue;
        }
        plain(w);
        bad_state(w);
        stacks(w);
        alignment(w);
        aborts(w);
        monitor(w);
    }
    returns();
    entries();
    asynchronous();
    several();
    unmasking();
    esb();
}
