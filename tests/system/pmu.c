/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The performance monitors: which counters count where (filters, enables, MDCR_EL2.HPMN, HPME and HPMD), what they count where that
 * is exact (instructions of a loop, software increments), overflow and its interrupt. Of cycles only whether any were counted.
 */
#include "harness.h"

#define GICR_SGI UINT64_C(0x080b0000)

enum { N_COUNTERS = 6, CYCLES = 31, PPI = 23 };
enum { SW_INCR = 0, INST_RETIRED = 8, CPU_CYCLES = 0x11 };
enum { MDCR_HPME = 7, MDCR_HPMD = 17, PMCR_E = 1, PMCR_P = 2, PMCR_C = 4, PMCR_DP = 32, PMCR_LC = 64 };
enum { FILTER_P = 31, FILTER_U = 30, FILTER_NSH = 27 };

extern const u32 insn_pmu_span[], insn_pmu_spin[], insn_pmu_swinc[];

static void counter_wr(unsigned n, u64 v)
{
    WR(pmselr_el0, n);
    ISB();
    WR(pmxevcntr_el0, v);
}

static u64 counter_rd(unsigned n)
{
    WR(pmselr_el0, n);
    ISB();
    return RD(pmxevcntr_el0);
}

/* PMEVTYPER<n>_EL0, or PMCCFILTR_EL0 for CYCLES */
static void type_wr(unsigned n, u64 v)
{
    WR(pmselr_el0, n);
    ISB();
    WR(pmxevtyper_el0, v);
}

static void quiet(void)
{
    WR(mdcr_el2, N_COUNTERS);
    WR(pmcr_el0, PMCR_LC | PMCR_P | PMCR_C);
    WR(pmcntenclr_el0, UINT32_MAX);
    WR(pmintenclr_el1, UINT32_MAX);
    WR(pmovsclr_el0, UINT32_MAX);
    for (unsigned n = 0; n < N_COUNTERS; n++) {
        type_wr(n, SW_INCR);
    }
    type_wr(CYCLES, 0);
    WR(pmuserenr_el0, 15);
    ISB();
}

static u64 filter_bits(unsigned f)
{
    return (f & 1 ? BIT(FILTER_P) : 0) | (f & 2 ? BIT(FILTER_U) : 0) | (f & 4 ? BIT(FILTER_NSH) : 0);
}

/* ---- who counts where ---- */

struct setting {
    unsigned filter[4];         /* of the cycle counter, and of the counters 0, 1 and 3 */
    u64 mdcr, pmcr;
};

static struct setting random_setting(void)
{
    struct setting s;
    for (unsigned i = 0; i < 4; i++) {
        s.filter[i] = (unsigned)rng_below(8);
    }
    s.mdcr = (1 + rng_below(6)) | (rng() & BIT(MDCR_HPME)) | (has_vhe() ? rng() & BIT(MDCR_HPMD) : 0);
    s.pmcr = PMCR_LC | (rng_below(4) != 0 ? PMCR_E : 0) | (has_vhe() ? rng() & PMCR_DP : 0);
    return s;
}

struct counted {
    u64 cycles, insns, event_cycles, upper;
};

/* The loop, `around` times at the world's EL: how far did the counters come? Number 3 is switched on from EL2, the others there. */
static struct outcome span(const struct world *w, const struct setting *s, u64 around, struct counted *c)
{
    struct probe p;
    quiet();
    type_wr(CYCLES, filter_bits(s->filter[0]));
    type_wr(0, filter_bits(s->filter[1]) | INST_RETIRED);
    type_wr(1, filter_bits(s->filter[2]) | CPU_CYCLES);
    /* not at EL2 on the way there and back: only for a probe at EL2, which switches it by itself */
    type_wr(3, (filter_bits(s->filter[3]) & ~(w->el == 2 ? 0 : BIT(FILTER_NSH))) | INST_RETIRED);
    probe_init(&p, w->el, insn_pmu_span);
    p.hcr = w->hcr;
    p.x[0] = BIT(CYCLES) | 3 | (w->el == 2 ? 8 : 0);
    p.x[1] = around;
    WR(pmccntr_el0, 0);
    WR(pmcntenset_el0, w->el == 2 ? 0 : 8);
    WR(mdcr_el2, s->mdcr);
    WR(pmcr_el0, s->pmcr);
    struct outcome o = probe_go(&p);
    WR(pmcr_el0, PMCR_LC);
    WR(mdcr_el2, N_COUNTERS);
    ISB();
    *c = (struct counted){ RD(pmccntr_el0), counter_rd(0), counter_rd(1), counter_rd(3) };
    return o;
}

static void who_counts(const struct world *w, unsigned n)
{
    struct setting s = random_setting();
    struct counted a, b;
    /* counter 1 is EL2's with HPMN = 1: EL0 and EL1 cannot switch it */
    if (w->el < 2 && (s.mdcr & 31) < 2) {
        s.mdcr += 2;
    }
    span(w, &s, 100, &a);
    struct outcome o = span(w, &s, 400, &b);
    struct probe dummy = { 0 };
    say("count.%s.%d.f%d%d%d%d.mdcr%x.pmcr%x", w->name, n, s.filter[0], s.filter[1], s.filter[2], s.filter[3], s.mdcr, s.pmcr);
    say_outcome(&dummy, &o, 0);
    /* 300 times around more are 600 instructions */
    say(" cycles=%s insns=%x event_cycles=%s upper=%x\n", b.cycles > a.cycles ? "more" : b.cycles == 0 ? "none" : "some", b.insns - a.insns,
        b.event_cycles > a.event_cycles ? "more" : b.event_cycles == 0 ? "none" : "some", b.upper - a.upper);
}

/* ---- software increments ---- */

static void increments(const struct world *w, unsigned n)
{
    struct probe p;
    unsigned f[N_COUNTERS];
    u64 mask = rng() & 0x3f, on = rng() & rng() & 0x3f, bits = 0;
    quiet();
    for (unsigned i = 0; i < N_COUNTERS; i++) {
        f[i] = (unsigned)rng_below(8);
        bits = bits << 4 | f[i];
        type_wr(i, filter_bits(f[i]) | (rng_below(6) == 0 ? CPU_CYCLES : SW_INCR));
        counter_wr(i, rng_below(2) ? 0xfffffffe : 0x100 * i);
    }
    on |= rng_below(2) ? 0x3f : 0;
    /* of what counts cycles, nothing: it is not switched on */
    for (unsigned i = 0; i < N_COUNTERS; i++) {
        WR(pmselr_el0, i);
        ISB();
        on &= (RD(pmxevtyper_el0) & 0x3ff) == CPU_CYCLES ? ~BIT(i) : ~UINT64_C(0);
    }
    probe_init(&p, w->el, insn_pmu_swinc);
    p.hcr = w->hcr;
    p.x[0] = mask;
    p.x[1] = 1 + rng_below(4);
    u64 times = p.x[1], e = rng_below(5) != 0;
    WR(pmcntenset_el0, on);
    WR(pmcr_el0, PMCR_LC | e);
    struct outcome o = probe_go(&p);
    WR(pmcr_el0, PMCR_LC);
    say("swinc.%s.%d.f%x.on%x.mask%x.x%x.e%x", w->name, n, bits, on, mask, times, e);
    say_outcome(&p, &o, 0);
    for (unsigned i = 0; i < N_COUNTERS; i++) {
        say(" %x", counter_rd(i));
    }
    say(" ovs=%x\n", RD(pmovsclr_el0));
}

/* ---- overflow, interrupt, resets: sequences ---- */

/* CheckForPMUOverflow(): an overflow that is enabled, of a counter that PMCR_EL0.E or MDCR_EL2.HPME switches on */
static bool interrupt_due(void)
{
    u64 mdcr = RD(mdcr_el2), guest = (BIT(mdcr & 31) - 1) | BIT(CYCLES);
    u64 on = (RD(pmcr_el0) & PMCR_E ? guest : 0) | (mdcr & BIT(MDCR_HPME) ? 0x3f & ~guest : 0);
    return (RD(pmovsset_el0) & RD(pmintenset_el1) & on) != 0;
}

static unsigned line(void)
{
    DSB();
    return (unsigned)(mmio_rd(GICR_SGI + 0x200) >> PPI & 1);
}

static const char *step(u64 *v)
{
    unsigned n = (unsigned)rng_below(N_COUNTERS);
    *v = rng() & (0x3f | BIT(CYCLES));
    switch (rng_below(13)) {
    case 0: case 1: case 2:
        *v &= 0x3f;
        WR(pmswinc_el0, *v);
        return "swinc";
    case 3:
        WR(pmovsset_el0, *v);
        return "ovsset";
    case 4:
        WR(pmovsclr_el0, *v);
        return "ovsclr";
    case 5:
        WR(pmintenset_el1, *v);
        return "intenset";
    case 6:
        WR(pmintenclr_el1, *v);
        return "intenclr";
    case 7:
        *v &= 0x3f;
        WR(pmcntenset_el0, *v);
        return "cntenset";
    case 8:
        *v &= 0x3f;
        WR(pmcntenclr_el0, *v);
        return "cntenclr";
    case 9: case 10:
        counter_wr(n, UINT32_MAX - (*v & 1));
        *v = n << 4 | (*v & 1);
        return "near";
    case 11:
        *v = (rng() & 7) | PMCR_LC;
        WR(pmcr_el0, *v);
        return "pmcr";
    default:
        *v = (rng() & BIT(MDCR_HPME)) | (1 + rng_below(6));
        WR(mdcr_el2, *v);
        return "mdcr";
    }
}

static void overflow(unsigned seq)
{
    quiet();
    mmio_wr(GICR_SGI + 0x100, 1u << PPI);
    for (unsigned n = 0; n < N_COUNTERS; n++) {
        type_wr(n, SW_INCR | BIT(FILTER_NSH));
    }
    WR(pmcr_el0, PMCR_LC | PMCR_E);
    WR(pmcntenset_el0, 0x3f);
    for (unsigned k = 0; k < 40; k++) {
        u64 v;
        const char *what = step(&v);
        ISB();
        say("overflow.%d.%d.%s %x ovs=%x int=%x on=%x pmcr=%x line=%d", seq, k, what, v, RD(pmovsset_el0), RD(pmintenset_el1), RD(pmcntenset_el0),
            RD(pmcr_el0) & 0xf829, line());
        for (unsigned n = 0; n < N_COUNTERS; n++) {
            say(" %x", counter_rd(n));
        }
        say(" rule=%s\n", line() == interrupt_due() ? "yes" : "no");
    }
    quiet();
}

/* The cycle counter overflows after the loop has run long enough, not before, and wherever it may count */
static void cycle_overflow(const struct world *w, unsigned n)
{
    struct probe p;
    bool soon = (n & 1) != 0, taken = (n & 2) != 0, counts = (n & 4) != 0;
    quiet();
    gic_setup();
    mmio_wr(GICR_SGI + 0x100, 1u << PPI);
    type_wr(CYCLES, counts ? BIT(FILTER_NSH) : filter_bits(3));
    WR(pmccntr_el0, soon ? UINT64_C(0) - 20000 : UINT64_C(0) - BIT(50));
    WR(pmintenset_el1, BIT(CYCLES));
    probe_init(&p, w->el, insn_pmu_spin);
    p.hcr = w->hcr | (w->el == 2 ? BIT(HCR_IMO) : 0);
    p.spsr &= taken ? ~UINT64_C(0x80) : ~UINT64_C(0);
    p.x[1] = 50000;
    WR(pmcntenset_el0, BIT(CYCLES));
    WR(pmcr_el0, PMCR_LC | PMCR_E);
    struct outcome o = probe_go(&p);
    WR(pmcntenclr_el0, BIT(CYCLES));
    ISB();
    u64 iar = RD(icc_iar1_el1);
    say("cycles.%s.%s.%s.%s", w->name, soon ? "soon" : "far", taken ? "open" : "masked", counts ? "counted" : "filtered");
    say_outcome(&p, &o, SHOW_SPSR);
    say(" ovs=%x iar=%x line=%d done=%d\n", RD(pmovsset_el0), iar, line(), p.x[1] == 0);
    WR(pmcr_el0, PMCR_LC | PMCR_E);
    WR(pmovsclr_el0, UINT32_MAX);
    if (iar < 1020) {
        WR(icc_eoir1_el1, iar);
    }
    say("cycles.%s.%d.cleared line=%d\n", w->name, n, line());
    gic_quiet();
}

/* ---- the split by MDCR_EL2.HPMN ---- */

static u64 access(const struct world *w, unsigned enc, bool write, u64 val)
{
    struct probe p;
    probe_init(&p, w->el, write ? stub_write(reg_index(enc)) : stub_read(reg_index(enc)));
    p.hcr = w->hcr;
    p.x[0] = val;
    struct outcome o = probe_go(&p);
    return o.el == 0 ? p.x[0] : ~UINT64_C(0) - esr_ec(o.esr);
}

/* What EL0 and EL1 see and change of the counters that are EL2's: nothing. EL2 itself is not concerned. */
static void split(const struct world *w, unsigned hpmn)
{
    static const struct {
        const char *name;
        unsigned set, clear;
    } pairs[] = {
        { "cnten", ENC_PMCNTENSET_EL0, ENC_PMCNTENCLR_EL0 }, { "ovs", ENC_PMOVSSET_EL0, ENC_PMOVSCLR_EL0 },
        { "inten", ENC_PMINTENSET_EL1, ENC_PMINTENCLR_EL1 },
    };
    u64 seen = (w->el == 2 ? 0x3f : BIT(hpmn) - 1) | BIT(CYCLES), all = 0x3f | BIT(CYCLES);
    quiet();
    WR(mdcr_el2, hpmn);
    u64 n = access(w, ENC_PMCR_EL0, false, 0) >> 11 & 31;
    say("split.%s.hpmn%d.n %x rule=%s\n", w->name, hpmn, n, n == (w->el == 2 ? N_COUNTERS : hpmn) ? "yes" : "no");
    for (unsigned i = 0; i < ARRAY_LEN(pairs); i++) {
        if (w->el == 0 && i == 2) {
            continue;
        }
        quiet();
        WR(mdcr_el2, hpmn);
        access(w, pairs[i].set, true, UINT32_MAX);
        u64 after_set = access(&worlds[WORLD_EL2], pairs[i].set, false, 0);
        access(&worlds[WORLD_EL2], pairs[i].set, true, UINT32_MAX);
        u64 read = access(w, pairs[i].clear, false, 0);
        access(w, pairs[i].clear, true, UINT32_MAX);
        u64 after_clear = access(&worlds[WORLD_EL2], pairs[i].clear, false, 0);
        say("split.%s.hpmn%d.%s %x %x %x rule=%s\n", w->name, hpmn, pairs[i].name, after_set, read, after_clear,
            after_set == seen && read == seen && after_clear == (all & ~seen) ? "yes" : "no");
    }
    /* PMCR_EL0.P and software increments */
    quiet();
    for (unsigned i = 0; i < N_COUNTERS; i++) {
        counter_wr(i, 0x10 + i);
        type_wr(i, SW_INCR | BIT(FILTER_NSH));
    }
    WR(pmcntenset_el0, 0x3f);
    WR(mdcr_el2, hpmn | BIT(MDCR_HPME));
    access(w, ENC_PMCR_EL0, true, PMCR_LC | PMCR_P | PMCR_E);
    bool right = true;
    for (unsigned i = 0; i < N_COUNTERS; i++) {
        right = right && counter_rd(i) == ((seen >> i & 1) != 0 ? 0 : 0x10 + i);
    }
    say("split.%s.hpmn%d.reset %x %x %x %x %x %x", w->name, hpmn, counter_rd(0), counter_rd(1), counter_rd(2), counter_rd(3), counter_rd(4),
        counter_rd(5));
    say(" rule=%s\n", right ? "yes" : "no");
    for (unsigned i = 0; i < N_COUNTERS; i++) {
        counter_wr(i, 0);
    }
    access(w, ENC_PMSWINC_EL0, true, 0x3f);
    right = true;
    for (unsigned i = 0; i < N_COUNTERS; i++) {
        right = right && counter_rd(i) == (seen >> i & 1);
    }
    say("split.%s.hpmn%d.swinc %x %x %x %x %x %x", w->name, hpmn, counter_rd(0), counter_rd(1), counter_rd(2), counter_rd(3), counter_rd(4),
        counter_rd(5));
    say(" rule=%s\n", right ? "yes" : "no");
    quiet();
}

void group_pmu(void)
{
    rng_seed(9);
    gic_setup();
    mmio_wr(GICR_SGI + 0xc04, 0);
    for (unsigned k = 0; k < N_WORLDS; k++) {
        const struct world *w = &worlds[k];
        if (world_missing(w)) {
            continue;
        }
        for (unsigned n = 0; n < 150; n++) {
            who_counts(w, n);
        }
        for (unsigned n = 0; n < 80; n++) {
            increments(w, n);
        }
        for (unsigned n = 0; n < 8; n++) {
            cycle_overflow(w, n);
        }
        for (unsigned hpmn = 1; hpmn <= N_COUNTERS; hpmn++) {
            split(w, hpmn);
        }
    }
    for (unsigned seq = 0; seq < 40; seq++) {
        overflow(seq);
    }
    quiet();
    mmio_wr(GICR_SGI + 0x180, 1u << PPI);
    gic_quiet();
}
