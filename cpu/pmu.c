/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PMUv3. The registers are in pe->sr[]; counters are brought up to date when
 * somebody looks, before the EL changes and before a control changes. Nothing
 * happens while no counter is enabled.
 *
 * Without a timing model a cycle is a nanosecond of guest time (a clock of
 * 1 GHz). With one whose cycles are guest time, counters show what the model
 * counts (cpu/timing/events.c), and more events are there; a PE that waits in
 * WFI or WFE counts no cycles, as its clock is stopped.
 */
#include "cpu/timing/timing.h"
#include "sysreg-decls.h"

#include <stdlib.h>

enum { PMCR_E = 1, PMCR_P = 2, PMCR_C = 4, PMCR_X = 16, PMCR_DP = 32, PMCR_LC = 64, CYCLE = 31, SEL_CYCLE = 31 };

/* The common events that need no timing model: those of enum pmu_event */
#define EVENTS ((UINT64_C(1) << PMU_SW_INCR) | (UINT64_C(1) << PMU_INST_RETIRED) | (UINT64_C(1) << PMU_EXC_TAKEN) | \
                (UINT64_C(1) << PMU_EXC_RETURN) | (UINT64_C(1) << PMU_CPU_CYCLES) | (UINT64_C(1) << PMU_CHAIN))

struct pmu {
    struct pe *pe;
    struct irq_line line;
    bool level;
    bool active;                /* some counter is enabled */
    uint64_t last_ns;           /* counters are right up to here */
    uint64_t last_icount;
    struct event event;         /* the earliest possible overflow that raises the interrupt */
    bool has_model;
    struct timing_counts last;  /* with a model: counters are right up to here */
};

/* An overflow of an event that comes in bursts is seen so many instructions late at most: each look costs host time. */
enum { BURST_SKID = 16 };

/* Do counters show what the timing model counts, now? */
static bool modelled(const struct pe *pe)
{
    return pe->timing != NULL && pe->timing->m->clock_cycles;
}

/* ---- what counts ---- */

static unsigned n_counters(const struct pe *pe)
{
    return (unsigned)bits64(pe->sr[SR_PMCR_EL0], 15, 11);
}

/* MDCR_EL2.HPMN: counters from here on belong to EL2 */
static unsigned hpmn(const struct pe *pe)
{
    unsigned n = n_counters(pe), h = (unsigned)bits64(pe->sr[SR_MDCR_EL2], 4, 0);
    return feat_has(&pe->feat, FEAT_EL2) && h < n ? h : n;
}

static unsigned n_accessible(const struct pe *pe)
{
    return pe->el < 2 ? hpmn(pe) : n_counters(pe);
}

/* Bits of PMCNTEN and its like that the current EL sees */
static uint64_t visible(const struct pe *pe)
{
    return BIT64(CYCLE) | ones64(n_accessible(pe));
}

/* Counters that PMCR_EL0.E or MDCR_EL2.HPME switches on */
static uint64_t switched_on(const struct pe *pe)
{
    uint64_t guest = ones64(hpmn(pe)) | BIT64(CYCLE);
    uint64_t on = (pe->sr[SR_PMCR_EL0] & PMCR_E) ? guest : 0;
    if (feat_has(&pe->feat, FEAT_EL2) && bit64(pe->sr[SR_MDCR_EL2], 7)) {
        on |= ones64(n_counters(pe)) & ~guest;
    }
    return on;
}

static uint64_t enabled(const struct pe *pe)
{
    return pe->sr[SR_PMCNTENSET_EL0] & switched_on(pe);
}

/* AArch64.CountEvents(): is counter n (or CYCLE) let count at the current EL by its filter and MDCR_EL2.HPMD? */
static bool counts_here(const struct pe *pe, unsigned n)
{
    uint64_t filter = pe->sr[n == CYCLE ? SR_PMCCFILTR_EL0 : SR_PMEVTYPER0_EL0 + n];
    switch (pe->el) {
    case 0:
        return !bit64(filter, 30);
    case 1:
        return !bit64(filter, 31);
    default:
        break;
    }
    bool prohibited = bit64(pe->sr[SR_MDCR_EL2], 17); /* HPMD */
    if (n == CYCLE) {
        prohibited = prohibited && (pe->sr[SR_PMCR_EL0] & PMCR_DP) != 0;
    } else {
        prohibited = prohibited && n < hpmn(pe);
    }
    return bit64(filter, 27) && !prohibited;
}

static unsigned event_of(const struct pe *pe, unsigned n)
{
    return (unsigned)bits64(pe->sr[SR_PMEVTYPER0_EL0 + n], 15, 0);
}

static void add_to(struct pe *pe, unsigned n, uint64_t add, uint64_t on)
{
    uint64_t v = pe->sr[SR_PMEVCNTR0_EL0 + n] + (add & UINT32_MAX);
    uint64_t overflows = (v >> 32) + (add >> 32);
    pe->sr[SR_PMEVCNTR0_EL0 + n] = v & UINT32_MAX;
    if (overflows == 0) {
        return;
    }
    pe->sr[SR_PMOVSSET_EL0] |= BIT64(n);
    unsigned odd = n + 1;
    if ((n & 1) == 0 && odd < n_counters(pe) && bit64(on, odd) && event_of(pe, odd) == PMU_CHAIN && counts_here(pe, odd)) {
        add_to(pe, odd, overflows, on);
    }
}

static void add_cycles(struct pe *pe, uint64_t add, uint64_t on)
{
    if (bit64(on, CYCLE) && counts_here(pe, CYCLE)) {
        uint64_t old = pe->sr[SR_PMCCNTR_EL0];
        pe->sr[SR_PMCCNTR_EL0] += add;
        if (pe->sr[SR_PMCCNTR_EL0] < old) {
            pe->sr[SR_PMOVSSET_EL0] |= BIT64(CYCLE);
        }
    }
}

/* Does counter n count something that the model knows? */
static bool has_count(const struct pe *pe, unsigned n)
{
    unsigned event = event_of(pe, n);
    return event < 64 && bit64(timing_pmu_events(feat_has(&pe->feat, FEAT_PMUV3P1)), event);
}

/* charge() with the numbers of the model */
static void charge_modelled(struct pe *pe)
{
    struct pmu *p = pe->pmu;
    struct timing_counts now;
    uint64_t on = enabled(pe);
    timing_counts(pe->timing, &now);
    add_cycles(pe, now.cycles - p->last.cycles, on);
    for (unsigned n = 0; n < n_counters(pe); n++) {
        if (bit64(on, n) && has_count(pe, n) && counts_here(pe, n)) {
            unsigned event = event_of(pe, n);
            add_to(pe, n, timing_pmu_count(&now, event) - timing_pmu_count(&p->last, event), on);
        }
    }
    p->last = now;
}

/* Charge time and instructions since the last call to the counters that count at the current EL. */
static void charge(struct pe *pe, uint64_t now_ns)
{
    struct pmu *p = pe->pmu;
    if (modelled(pe)) {
        charge_modelled(pe);
        return;
    }
    uint64_t icount = pe_icount(pe);
    uint64_t ns = now_ns > p->last_ns ? now_ns - p->last_ns : 0, insns = icount - p->last_icount;
    p->last_ns += ns;
    p->last_icount = icount;
    uint64_t on = enabled(pe);
    add_cycles(pe, ns, on);
    for (unsigned n = 0; n < n_counters(pe); n++) {
        unsigned event = event_of(pe, n);
        if (bit64(on, n) && (event == PMU_CPU_CYCLES || event == PMU_INST_RETIRED) && counts_here(pe, n)) {
            add_to(pe, n, event == PMU_CPU_CYCLES ? ns : insns, on);
        }
    }
}

void pmu_sync(struct pe *pe)
{
    if (pe->pmu != NULL && pe->pmu->active) {
        charge(pe, pe_time_ns(pe));
    }
}

/* ---- overflow ---- */

static void drive(struct pe *pe)
{
    struct pmu *p = pe->pmu;
    bool level = (pe->sr[SR_PMOVSSET_EL0] & pe->sr[SR_PMINTENSET_EL1] & switched_on(pe)) != 0;
    if (level != p->level) {
        p->level = level;
        irq_set(&p->line, level);
    }
}

/* Counters whose overflow raises the interrupt, or is counted by one that does */
static uint64_t interesting(const struct pe *pe, uint64_t on)
{
    uint64_t set = pe->sr[SR_PMINTENSET_EL1];
    return on & (set | ((set >> 1) & UINT64_C(0x15555555)));
}

/* What counter n has to count until it overflows. 0 for a cycle counter of 0: 2^64 */
static uint64_t left_to_count(const struct pe *pe, unsigned n)
{
    return n == CYCLE ? -pe->sr[SR_PMCCNTR_EL0] : (UINT64_C(1) << 32) - pe->sr[SR_PMEVCNTR0_EL0 + n];
}

/* Nanoseconds until counter n can overflow at the earliest: as if it counted all the time. UINT64_MAX: not by itself. */
static uint64_t earliest(const struct pe *pe, unsigned n)
{
    uint64_t left = left_to_count(pe, n);
    if (n == CYCLE) {
        return left;
    }
    switch (event_of(pe, n)) {
    case PMU_CPU_CYCLES:
        return left;
    case PMU_INST_RETIRED:
        return left * (pe->ns_per_insn != 0 ? pe->ns_per_insn : 1);
    default:
        return UINT64_MAX;
    }
}

/* No overflow can come before the alarms that are set here. */
static void predict_modelled(struct pe *pe)
{
    struct timing *t = pe->timing;
    uint64_t cycles = UINT64_MAX, insns = UINT64_MAX;
    for (uint64_t set = interesting(pe, enabled(pe)); set != 0; set &= set - 1) {
        unsigned n = (unsigned)__builtin_ctzll(set), event = n == CYCLE ? PMU_CPU_CYCLES : event_of(pe, n);
        uint64_t left = left_to_count(pe, n), most = timing_pmu_most(event);
        if (left == 0 || (n != CYCLE && !has_count(pe, n))) {
            continue;
        }
        if (most == 0) {
            cycles = left < cycles ? left : cycles;
        } else {
            uint64_t soon = (left + most - 1) / most;
            soon = most > 1 && soon < BURST_SKID ? BURST_SKID : soon;
            insns = soon < insns ? soon : insns;
        }
    }
    t->alarm_cycles = cycles < UINT64_MAX / 64 ? (timing_now(t) + cycles) * t->scale : UINT64_MAX;
    t->alarm_insns = insns != UINT64_MAX ? pe_icount(pe) + insns : UINT64_MAX;
    pe->dirty |= DIRTY_TIME; /* the turn ends elsewhere now */
}

static void predict(struct pe *pe)
{
    struct pmu *p = pe->pmu;
    if (modelled(pe)) {
        predict_modelled(pe);
        return;
    }
    uint64_t on = interesting(pe, enabled(pe)), best = UINT64_MAX;
    for (unsigned n = 0; n < 32; n++) {
        uint64_t t = bit64(on, n) ? earliest(pe, n) : UINT64_MAX;
        if (t != 0 && t < best) {
            best = t;
        }
    }
    if (best > UINT64_MAX / 4) {
        event_cancel(pe->clock, &p->event);
        return;
    }
    event_schedule(pe->clock, &p->event, p->last_ns + best);
}

/* Nothing is to overflow. */
static void no_overflow(struct pe *pe)
{
    event_cancel(pe->clock, &pe->pmu->event);
    if (pe->timing != NULL) {
        pe->timing->alarm_cycles = pe->timing->alarm_insns = UINT64_MAX;
    }
}

void pmu_update(struct pe *pe)
{
    struct pmu *p = pe->pmu;
    if (p == NULL) {
        return;
    }
    bool active = enabled(pe) != 0;
    if (active && !p->active) {
        p->last_ns = pe_time_ns(pe);
        p->last_icount = pe_icount(pe);
        if (modelled(pe)) {
            timing_counts(pe->timing, &p->last);
        }
    }
    p->active = active;
    drive(pe);
    if (active) {
        predict(pe);
    } else {
        no_overflow(pe);
    }
}

void pmu_restart(struct pe *pe)
{
    no_overflow(pe);
    pe->pmu->active = false;
    pmu_update(pe);
}

void pmu_alarm(struct pe *pe)
{
    no_overflow(pe);
    if (pe->pmu->active) {
        pe_sync_clock(pe);
        charge_modelled(pe);
        drive(pe);
        predict_modelled(pe);
    }
}

static void pmu_fire(void *opaque, uint64_t now_ns)
{
    struct pmu *p = opaque;
    if (p->active) {
        charge(p->pe, now_ns);
        drive(p->pe);
        predict(p->pe);
    }
}

void pmu_count(struct pe *pe, unsigned event, uint64_t add)
{
    struct pmu *p = pe->pmu;
    if (p == NULL || !p->active) {
        return;
    }
    uint64_t on = enabled(pe);
    uint64_t before = pe->sr[SR_PMOVSSET_EL0];
    for (unsigned n = 0; n < n_counters(pe); n++) {
        if (bit64(on, n) && event_of(pe, n) == event && counts_here(pe, n)) {
            add_to(pe, n, add, on);
        }
    }
    if (pe->sr[SR_PMOVSSET_EL0] != before) {
        pe_sync_clock(pe);
        drive(pe);
    }
}

/* ---- registers ---- */

static uint64_t read_xev(const struct pe *pe, unsigned base, unsigned cycle_sr)
{
    unsigned sel = (unsigned)pe->sr[SR_PMSELR_EL0] & 31;
    if (sel == SEL_CYCLE && cycle_sr != SR_NONE) {
        return pe->sr[cycle_sr];
    }
    return sel < n_accessible(pe) ? pe->sr[base + sel] : 0;
}

static uint64_t common_events(const struct pe *pe)
{
    return EVENTS | (pe->pmu->has_model ? timing_pmu_events(feat_has(&pe->feat, FEAT_PMUV3P1)) : 0);
}

bool pmu_read(struct pe *pe, unsigned sr, uint64_t *val)
{
    pmu_sync(pe);
    switch (sr) {
    case SR_PMCR_EL0:
        *val = set_bits64(pe->sr[sr], 15, 11, n_accessible(pe));
        break;
    case SR_PMCNTENSET_EL0:
    case SR_PMCNTENCLR_EL0:
        *val = pe->sr[SR_PMCNTENSET_EL0] & visible(pe);
        break;
    case SR_PMOVSSET_EL0:
    case SR_PMOVSCLR_EL0:
        *val = pe->sr[SR_PMOVSSET_EL0] & visible(pe);
        break;
    case SR_PMINTENSET_EL1:
    case SR_PMINTENCLR_EL1:
        *val = pe->sr[SR_PMINTENSET_EL1] & visible(pe);
        break;
    case SR_PMCEID0_EL0: /* events 0 to 31; the upper half is about those from 0x4000 on */
        *val = common_events(pe) & UINT32_MAX;
        break;
    case SR_PMCEID1_EL0:
        *val = common_events(pe) >> 32;
        break;
    case SR_PMXEVTYPER_EL0:
        *val = read_xev(pe, SR_PMEVTYPER0_EL0, SR_PMCCFILTR_EL0);
        break;
    case SR_PMXEVCNTR_EL0:
        *val = read_xev(pe, SR_PMEVCNTR0_EL0, SR_NONE);
        break;
    case SR_PMSELR_EL0:
    case SR_PMCCNTR_EL0:
    case SR_PMCCFILTR_EL0:
        *val = pe->sr[sr];
        break;
    default: {
        unsigned n = sr >= SR_PMEVTYPER0_EL0 ? sr - SR_PMEVTYPER0_EL0 : sr - SR_PMEVCNTR0_EL0;
        *val = n < n_accessible(pe) ? pe->sr[sr] : 0;
        break;
    }
    }
    return true;
}

static void write_pmcr(struct pe *pe, uint64_t val)
{
    if (val & PMCR_P) {
        for (unsigned n = 0; n < n_accessible(pe); n++) {
            pe->sr[SR_PMEVCNTR0_EL0 + n] = 0;
        }
    }
    if (val & PMCR_C) {
        pe->sr[SR_PMCCNTR_EL0] = 0;
    }
    const uint64_t kept = PMCR_E | PMCR_X | PMCR_DP;
    pe->sr[SR_PMCR_EL0] = (pe->sr[SR_PMCR_EL0] & ~kept) | PMCR_LC | (val & kept);
}

static void write_counter(struct pe *pe, unsigned base, unsigned n, uint64_t val)
{
    if (n < n_accessible(pe)) {
        pe->sr[base + n] = sysreg_legal(pe, &sysreg_table[base + n], val);
    }
}

static void write_swinc(struct pe *pe, uint64_t val)
{
    uint64_t on = enabled(pe);
    for (unsigned n = 0; n < n_accessible(pe); n++) {
        if (bit64(val & on, n) && event_of(pe, n) == PMU_SW_INCR && counts_here(pe, n)) {
            add_to(pe, n, 1, on);
        }
    }
}

bool pmu_write(struct pe *pe, unsigned sr, uint64_t val)
{
    pmu_sync(pe);
    unsigned sel = (unsigned)pe->sr[SR_PMSELR_EL0] & 31;
    uint64_t bits = val & visible(pe);
    switch (sr) {
    case SR_PMCR_EL0:
        write_pmcr(pe, val);
        break;
    case SR_PMCNTENSET_EL0:
        pe->sr[SR_PMCNTENSET_EL0] |= bits;
        break;
    case SR_PMCNTENCLR_EL0:
        pe->sr[SR_PMCNTENSET_EL0] &= ~bits;
        break;
    case SR_PMOVSSET_EL0:
        pe->sr[SR_PMOVSSET_EL0] |= bits;
        break;
    case SR_PMOVSCLR_EL0:
        pe->sr[SR_PMOVSSET_EL0] &= ~bits;
        break;
    case SR_PMINTENSET_EL1:
        pe->sr[SR_PMINTENSET_EL1] |= bits;
        break;
    case SR_PMINTENCLR_EL1:
        pe->sr[SR_PMINTENSET_EL1] &= ~bits;
        break;
    case SR_PMSWINC_EL0:
        write_swinc(pe, val);
        break;
    case SR_PMXEVTYPER_EL0:
        if (sel == SEL_CYCLE) {
            pe->sr[SR_PMCCFILTR_EL0] = sysreg_legal(pe, &sysreg_table[SR_PMCCFILTR_EL0], val);
        } else {
            write_counter(pe, SR_PMEVTYPER0_EL0, sel, val);
        }
        break;
    case SR_PMXEVCNTR_EL0:
        write_counter(pe, SR_PMEVCNTR0_EL0, sel, val);
        break;
    case SR_PMSELR_EL0:
    case SR_PMCCNTR_EL0:
    case SR_PMCCFILTR_EL0:
        pe->sr[sr] = sysreg_legal(pe, &sysreg_table[sr], val);
        break;
    default:
        if (sr >= SR_PMEVTYPER0_EL0) {
            write_counter(pe, SR_PMEVTYPER0_EL0, sr - SR_PMEVTYPER0_EL0, val);
        } else {
            write_counter(pe, SR_PMEVCNTR0_EL0, sr - SR_PMEVCNTR0_EL0, val);
        }
        break;
    }
    if (sr != SR_PMSELR_EL0) {
        pe_sync_clock(pe);
        pmu_update(pe);
    }
    return true;
}

bool sysreg_rd_pmu(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)rt;
    return pmu_read(pe, r->sr, val);
}

bool sysreg_wr_pmu(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    return pmu_write(pe, r->sr, val);
}

/* ---- life ---- */

_Static_assert(SR_PMEVTYPER0_EL0 > SR_PMEVCNTR0_EL0 && SR_PMEVTYPER5_EL0 == SR_PMEVTYPER0_EL0 + 5 &&
                   SR_PMEVCNTR5_EL0 == SR_PMEVCNTR0_EL0 + 5, "counters are numbered in a row, types after them");

struct pmu *pmu_new(struct pe *pe, struct irq_line ppi)
{
    struct pmu *p = calloc(1, sizeof(*p));
    if (p == NULL) {
        return NULL;
    }
    p->pe = pe;
    p->line = ppi;
    event_init(&p->event, "PMU overflow", 8, pmu_fire, p);
    return p;
}

void pmu_reset(struct pe *pe)
{
    struct pmu *p = pe->pmu;
    if (p == NULL) {
        return;
    }
    p->active = false;
    if (p->level) {
        p->level = false;
        irq_set(&p->line, false);
    }
    no_overflow(pe);
}

void pmu_has_model(struct pe *pe)
{
    pe->pmu->has_model = true;
}

void pmu_free(struct pmu *p)
{
    if (p == NULL) {
        return;
    }
    if (p->pe->clock != NULL) {
        event_cancel(p->pe->clock, &p->event);
    }
    free(p);
}
