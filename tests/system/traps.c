/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every trap control against every register and instruction. The state to start from lets everything through; then one control at
 * a time is set, and each access whose outcome changes is a line. Last come random settings of all of them together.
 */
#include "harness.h"

/* The registers that hold controls. */
struct controls {
    u64 hcr, sctlr_el2, sctlr_el1, cptr, mdcr, cnthctl, hstr, cpacr, cntkctl, pmuserenr, mdscr, ich_hcr, oslar;
};

struct mode {
    const char *name;
    unsigned el;
    u64 hcr;
    bool vhe;
};

static const struct mode modes[] = {
    { "el0", 0, HCR_BASE, false },
    { "el1", 1, HCR_BASE, false },
    { "el2", 2, HCR_BASE, false },
    { "el0.tge", 0, HCR_BASE | BIT(HCR_TGE), false },
    { "el0.e2h", 0, HCR_BASE | BIT(HCR_E2H), true },
    { "el1.e2h", 1, HCR_BASE | BIT(HCR_E2H), true },
    { "el2.e2h", 2, HCR_BASE | BIT(HCR_E2H), true },
    { "el0.host", 0, HCR_HOST, true },
    { "el2.host", 2, HCR_HOST, true },
    { "el1.virt", 1, HCR_BASE | BIT(HCR_IMO) | BIT(HCR_FMO), false },
};

/* ---- accesses: reads and writes of every register, then instructions ---- */

extern const u32 trap_insns[], trap_insns_end[];

static const char *const insn_names[] = {
    "SMC", "HVC", "FMOV", "LDR_Q", "FMOV_X", "DC_ZVA", "DAIFSET", "DAIFCLR", "SPSEL_IMM", "PAN_IMM", "UAO_IMM", "ISB", "ESB", "ERET", "DCPS1",
    "HLT", "DRPS", "S3_7_c15_c15_7.r", "S3_7_c15_c15_7.w", "S3_0_c11_c0_7.r", "S1_0_c11_c0_7", "S1_7_c15_c15_7", "WFE", "YIELD", "SEV", "DSB",
    "LDXR", "CLREX", "UNALLOCATED_IMM", "SVC",
};

enum { N_INSNS = ARRAY_LEN(insn_names), N_ACC = 2 * N_REGS + N_INSNS };

static u64 write_value[N_REGS];

static const void *access_code(unsigned a)
{
    return a < N_REGS ? stub_read(a) : a < 2 * N_REGS ? stub_write(a - N_REGS) : &trap_insns[(a - 2 * N_REGS) * 2];
}

static void say_access(unsigned a)
{
    if (a < 2 * N_REGS) {
        say("%s.%c", regs[a % N_REGS].name, a < N_REGS ? 'r' : 'w');
    } else {
        say("%s", insn_names[a - 2 * N_REGS]);
    }
}

/* ERET would use what EL1 has in ELR; HVC and SMC without effect are what they are. */
static bool skipped(unsigned a, const struct mode *m)
{
    return a >= 2 * N_REGS && m->el != 0 && a - 2 * N_REGS == 13;
}

/* ---- controls ---- */

static void open_all(struct controls *c, const struct mode *m)
{
    const u64 el0 = BIT(26) | BIT(18) | BIT(16) | BIT(15) | BIT(14);        /* UCI nTWE nTWI UCT DZE */
    bool e2h = (m->hcr & BIT(HCR_E2H)) != 0;
    *c = (struct controls){
        .hcr = m->hcr, .sctlr_el2 = SCTLR_EL2_BASE | el0, .sctlr_el1 = SCTLR_EL1_BASE | el0 | BIT(9), .cptr = e2h ? 0x300000 : 0x33ff,
        .mdcr = 6, .cnthctl = e2h ? 0xf03 : 3, .cpacr = 0x300000, .cntkctl = 0x303, .pmuserenr = 15,
    };
}

static void apply(const struct controls *c, struct probe *p)
{
    p->hcr = c->hcr;
    p->sctlr_el2 = c->sctlr_el2;
    WR(sctlr_el1, c->sctlr_el1);
    WR(cptr_el2, c->cptr);
    WR(mdcr_el2, c->mdcr);
    WR(cnthctl_el2, c->cnthctl);
    WR(hstr_el2, c->hstr);
    WR(cpacr_el1, c->cpacr);
    WR(cntkctl_el1, c->cntkctl);
    WR(pmuserenr_el0, c->pmuserenr);
    WR(mdscr_el1, c->mdscr);
    WR(ich_hcr_el2, c->ich_hcr);
    WR(oslar_el1, c->oslar);
    WR(vbar_el1, el1_vectors);
    if (c->hcr & BIT(HCR_HCD)) {
        p->hcr |= BIT(HCR_TSC);
        probe_end_by_smc(p);
    }
}

static void run(const struct controls *c, const struct mode *m, unsigned a, struct probe *p, struct outcome *o)
{
    probe_init(p, m->el, access_code(a));
    apply(c, p);
    p->x[0] = a >= N_REGS && a < 2 * N_REGS ? write_value[a - N_REGS] : UINT64_C(0x84000000);
    p->x[2] = (u64)(uintptr_t)image_end;
    *o = probe_go(p);
    if (o->el == 0 && a >= N_REGS) {
        /* put back what the access may have changed for the accesses to come */
        WR(spsr_el1, 0x3c5);
        WR(csselr_el1, 0);
    }
}

/* What a write of each register writes: what it has, so that nothing changes. */
static void learn(const struct controls *c, const struct mode *m)
{
    for (unsigned i = 0; i < N_REGS; i++) {
        struct probe p;
        struct outcome o;
        unsigned enc = regs[i].enc;
        write_value[i] = 0;
        if (regs[i].cls == CLS_op) {
            write_value[i] = (u64)(uintptr_t)image_end;
        } else if (enc == ENC_ICC_EOIR0_EL1 || enc == ENC_ICC_EOIR1_EL1 || enc == ENC_ICC_DIR_EL1) {
            write_value[i] = 1023;
        } else {
            run(c, m, i, &p, &o);
            write_value[i] = o.el == 0 ? p.x[0] : 0;
        }
    }
}

/* ---- one control at a time ---- */

struct memory {
    u32 esr;
    u32 where;
};

static struct memory baseline[N_ACC];
static const struct mode *cur;

static struct memory remember(const struct outcome *o)
{
    return (struct memory){ o->esr, o->el << 8 | o->vec };
}

/* Sets of register classes; what is not of the set that a control is about is looked at here and there only. */
#define SET(cls) (1u << CLS_##cls)
enum { SET_INSNS = 1 << 30, SET_ALL = ~0, SET_NONE = 0 };

static bool of_set(unsigned a, unsigned set)
{
    return a < 2 * N_REGS ? (set >> regs[a % N_REGS].cls & 1) != 0 : (set & SET_INSNS) != 0;
}

static void all_accesses(const struct controls *c, const char *control, unsigned n, bool first, unsigned set)
{
    for (unsigned a = 0; a < N_ACC; a++) {
        struct probe p;
        struct outcome o;
        if (skipped(a, cur) || (!of_set(a, set) && a % 16 != n % 16)) {
            continue;
        }
        run(c, cur, a, &p, &o);
        struct memory r = remember(&o);
        if (!first && r.esr == baseline[a].esr && r.where == baseline[a].where) {
            continue;
        }
        say("%s.%s", cur->name, control);
        if (!first) {
            say("%d", n);
        }
        say(".");
        say_access(a);
        say_outcome(&p, &o, 0);
        say("\n");
        if (first) {
            baseline[a] = r;
        }
    }
}

static void bits_of(const struct controls *open, const char *name, u64 *reg, struct controls *c, u64 bits, bool on,
                    unsigned set)
{
    for (unsigned b = 0; b < 64; b++) {
        if ((bits >> b & 1) != 0) {
            *c = *open;
            *reg = on ? *reg | BIT(b) : *reg & ~BIT(b);
            all_accesses(c, name, b, false, set);
        }
    }
}

static void values_of(const struct controls *open, const char *name, u64 *reg, struct controls *c, u64 field, unsigned shift, unsigned first,
                      unsigned last, unsigned set)
{
    for (unsigned v = first; v <= last; v++) {
        *c = *open;
        *reg = (*reg & ~field) | (u64)v << shift;
        all_accesses(c, name, v, false, set);
    }
}

static void one_at_a_time(const struct controls *open)
{
    struct controls c;
    bool e2h = (open->hcr & BIT(HCR_E2H)) != 0;
    /* not VM, DC (stage 2), TGE, RW, E2H */
    const u64 never = BIT(HCR_VM) | BIT(HCR_DC) | BIT(HCR_TGE) | BIT(HCR_RW) | BIT(HCR_E2H);
    const u64 traps = BIT(HCR_TID0) | BIT(HCR_TID1) | BIT(HCR_TID2) | BIT(HCR_TID3) | BIT(HCR_TSC) | BIT(HCR_TIDCP) | BIT(HCR_TACR) |
                      BIT(HCR_TSW) | BIT(HCR_TPCP) | BIT(HCR_TPU) | BIT(HCR_TTLB) | BIT(HCR_TVM) | BIT(HCR_TDZ) | BIT(HCR_HCD) |
                      BIT(HCR_TRVM) | BIT(HCR_TLOR) | BIT(HCR_TERR) | BIT(HCR_IMO) | BIT(HCR_FMO) | BIT(HCR_AMO);
    const unsigned fp = SET(fp) | SET(el1sys) | SET(el2cfg) | SET_INSNS, sys = SET(op) | SET(gp) | SET(id) | SET_INSNS;
    bits_of(open, "HCR", &c.hcr, &c, traps & ~open->hcr, true, SET_ALL);
    bits_of(open, "HCR", &c.hcr, &c, ~(traps | never | open->hcr), true, SET_NONE);
    bits_of(open, "CPTR", &c.cptr, &c, e2h ? BIT(28) | BIT(30) | BIT(31) : 0x80100500, true, fp);
    bits_of(open, "CPTR", &c.cptr, &c, e2h ? 0 : 0x5feffa00, true, SET_NONE);
    if (e2h) {
        values_of(open, "CPTR_FPEN", &c.cptr, &c, 0x300000, 20, 0, 2, fp);
    }
    bits_of(open, "MDCR", &c.mdcr, &c, 0xfffffff0, true, SET(debug) | SET(pmu));
    values_of(open, "MDCR_HPMN", &c.mdcr, &c, 31, 0, 1, 5, SET(pmu));
    bits_of(open, "CNTHCTL", &c.cnthctl, &c, 0xfff & open->cnthctl, false, SET(timer));
    bits_of(open, "CNTHCTL_on", &c.cnthctl, &c, 0xfff & ~open->cnthctl & ~UINT64_C(0xfc), true, SET(timer));
    bits_of(open, "HSTR", &c.hstr, &c, 0xffff, true, SET_NONE);
    bits_of(open, "SCTLR1", &c.sctlr_el1, &c, BIT(26) | BIT(15) | BIT(14) | BIT(9), false, sys);
    bits_of(open, "SCTLR2", &c.sctlr_el2, &c, BIT(26) | BIT(15) | BIT(14), false, sys);
    values_of(open, "CPACR_FPEN", &c.cpacr, &c, 0x300000, 20, 0, 2, fp);
    bits_of(open, "CPACR", &c.cpacr, &c, BIT(28), true, fp);
    values_of(open, "CNTKCTL", &c.cntkctl, &c, 0x303, 0, 0, 2, SET(timer));
    values_of(open, "CNTKCTL_T", &c.cntkctl, &c, 0x303, 8, 0, 2, SET(timer));
    values_of(open, "PMUSERENR", &c.pmuserenr, &c, 15, 0, 0, 14, SET(pmu));
    bits_of(open, "MDSCR", &c.mdscr, &c, BIT(12) | BIT(13) | BIT(15), true, SET(debug));
    bits_of(open, "ICH_HCR", &c.ich_hcr, &c, 0x7c01, true, SET(vgic));
    values_of(open, "OSLAR", &c.oslar, &c, 1, 0, 1, 1, SET(debug));
}

/* ---- WFI: with nothing pending it is trapped, with something pending it does not wait ---- */

static void wfi(const struct controls *c, const char *name, const void *code, bool pending)
{
    struct probe p;
    probe_init(&p, cur->el, code);
    apply(c, &p);
    p.x[0] = 0;
    if (pending) {
        p.hcr |= BIT(HCR_AMO) | BIT(HCR_VSE);       /* a virtual SError wakes EL0 and EL1, masked or not */
    }
    struct outcome o = probe_go(&p);
    say("%s.%s", cur->name, name);
    say_outcome(&p, &o, SHOW_ELR);
    say("\n");
}

extern const u32 insn_wfi[], insn_wfe_twice[];

static void waits(const struct controls *open)
{
    struct controls c = *open;
    if (cur->el == 2) {
        return;
    }
    bool host = (open->hcr & BIT(HCR_TGE)) != 0 && (open->hcr & BIT(HCR_E2H)) != 0;
    if (!host) {
        if ((c.hcr & BIT(HCR_TGE)) == 0) {
            wfi(&c, "wfi.pending", insn_wfi, true);
        }
        c.hcr |= BIT(HCR_TWI) | BIT(HCR_TWE);
        wfi(&c, "TWI.wfi", insn_wfi, false);
        wfi(&c, "TWE.wfe", insn_wfe_twice, false);
        if ((c.hcr & BIT(HCR_TGE)) == 0) {
            wfi(&c, "TWI.wfi.pending", insn_wfi, true);
        }
        c.sctlr_el1 &= ~(BIT(16) | BIT(18));
        wfi(&c, "TWI+nTWI.wfi", insn_wfi, false);
        wfi(&c, "TWE+nTWE.wfe", insn_wfe_twice, false);
    }
    c = *open;
    if (cur->el == 0) {
        c.sctlr_el1 &= ~(BIT(16) | BIT(18));
        c.sctlr_el2 &= ~(BIT(16) | BIT(18));
        wfi(&c, "nTWI.wfi", insn_wfi, false);
        wfi(&c, "nTWE.wfe", insn_wfe_twice, false);
    }
}

/* ---- all together, at random ---- */

static void randomise(struct controls *c, const struct mode *m)
{
    open_all(c, m);
    bool e2h = (m->hcr & BIT(HCR_E2H)) != 0;
    const u64 hcr_bits = BIT(HCR_TID1) | BIT(HCR_TID2) | BIT(HCR_TID3) | BIT(HCR_TSC) | BIT(HCR_TIDCP) | BIT(HCR_TACR) | BIT(HCR_TSW) |
                         BIT(HCR_TPCP) | BIT(HCR_TPU) | BIT(HCR_TTLB) | BIT(HCR_TVM) | BIT(HCR_TRVM) | BIT(HCR_TDZ) | BIT(HCR_TLOR) |
                         BIT(HCR_TERR) | BIT(HCR_IMO) | BIT(HCR_FMO) | BIT(HCR_AMO);
    c->hcr |= rng() & rng() & hcr_bits;
    c->sctlr_el1 ^= rng() & (BIT(26) | BIT(15) | BIT(14) | BIT(9));
    c->sctlr_el2 ^= rng() & (BIT(26) | BIT(15) | BIT(14));
    c->cptr = e2h ? (rng() & 0x80000000) | (rng() & 3) << 20 : 0x33ff | (rng() & 0x80000400);
    c->mdcr = (rng() & rng() & 0xf60) | 6;
    c->cnthctl = e2h ? rng() & 0xf03 : rng() & 3;
    c->hstr = rng() & 0xbfef;
    c->cpacr = (rng() & 3) << 20;
    c->cntkctl = rng() & 0x303;
    c->pmuserenr = rng() & 15;
    c->mdscr = rng() & BIT(12);
    c->ich_hcr = rng() & rng() & 0x5c00;
}

static void random_settings(unsigned settings, unsigned accesses)
{
    for (unsigned s = 0; s < settings; s++) {
        struct controls c;
        randomise(&c, cur);
        for (unsigned k = 0; k < accesses; k++) {
            unsigned a = (unsigned)rng_below(N_ACC);
            struct probe p;
            struct outcome o;
            /* what is not there at this EL whatever is set is dull */
            if (skipped(a, cur) || (baseline[a].where != 0 && esr_ec(baseline[a].esr) == 0)) {
                continue;
            }
            run(&c, cur, a, &p, &o);
            say("%s.random%d.%d.", cur->name, s, k);
            say_access(a);
            say_outcome(&p, &o, 0);
            say("\n");
        }
    }
}

void group_traps(void)
{
    rng_seed(2);
    for (unsigned m = 0; m < ARRAY_LEN(modes); m++) {
        struct controls open;
        if (modes[m].vhe && !has_vhe()) {
            continue;
        }
        cur = &modes[m];
        base_state();
        open_all(&open, cur);
        learn(&open, cur);
        all_accesses(&open, "open", 0, true, SET_ALL);
        one_at_a_time(&open);
        waits(&open);
        random_settings(12, 300);
    }
}
