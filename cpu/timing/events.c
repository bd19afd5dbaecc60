/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PMU's common events in terms of what the model counts (Arm ARM, "The PMU event number space and common events"). An event
 * that the model has no number for is not here, and PMCEID<n>_EL0 does not have it: INST_SPEC and its like, as nothing is
 * executed on a wrong path.
 */
#include "cpu/timing/timing.h"

#define E(name) BIT64(TE_##name)
#define S(name) BIT64(STALL_##name)

struct pmu_row {
    uint8_t event;
    uint16_t most;              /* in one instruction; 0: at most one a cycle */
    bool v3p1;
    uint64_t add, minus;        /* sets of enum timing_event */
    uint32_t stalls;            /* set of enum stall */
};

enum {
    /* Lines of the longest run are counted when it is entered */
    MOST_LINES = 4096 / 64,
    /* The lines of a structure that crosses pages; those of a run with what is fetched ahead and the steps of walks */
    MOST_REFILLS = 4, MOST_L2 = 256,
};

/* A cycle that the pipeline itself loses (operands, units) is in no stall: these two are what comes from outside it. An exception and
   a return empty the pipeline, so their cycles are the front end's. */
#define FRONTEND (S(FETCH) | S(ITLB) | S(BRANCH) | S(EXCEPTION) | S(ERET))
#define BACKEND (S(L2) | S(DRAM) | S(DTLB) | S(STORE) | S(SYSTEM) | S(BARRIER) | S(DEVICE))

static const struct pmu_row rows[] = {
    { 0x01, MOST_LINES, false, E(L1I_REFILL), 0, 0 },                           /* L1I_CACHE_REFILL */
    { 0x02, MOST_LINES, false, E(ITLB_REFILL), 0, 0 },                          /* L1I_TLB_REFILL */
    { 0x03, MOST_REFILLS, false, E(L1D_REFILL), 0, 0 },                         /* L1D_CACHE_REFILL */
    { 0x04, MOST_REFILLS, false, E(LOAD) | E(STORE) | E(SPLIT), E(UNCACHED), 0 }, /* L1D_CACHE */
    { 0x05, MOST_REFILLS, false, E(DTLB_REFILL), 0, 0 },                        /* L1D_TLB_REFILL */
    { 0x10, 1, false, E(MISPREDICT), 0, 0 },                                    /* BR_MIS_PRED */
    { 0x12, 1, false, E(BRANCH), 0, 0 },                                        /* BR_PRED */
    { 0x13, MOST_REFILLS, false, E(LOAD) | E(STORE) | E(SPLIT), 0, 0 },         /* MEM_ACCESS */
    { 0x14, MOST_LINES, false, E(LINE), E(UNCACHED_LINE), 0 },                  /* L1I_CACHE */
    { 0x15, MOST_L2, false, E(L1D_WB), 0, 0 },                                  /* L1D_CACHE_WB */
    { 0x16, MOST_L2, false, E(L2_ACCESS) | E(L1D_WB), 0, 0 },                   /* L2D_CACHE: refills of L1 and write-backs from it */
    { 0x17, MOST_L2, false, E(L2_REFILL), 0, 0 },                               /* L2D_CACHE_REFILL */
    { 0x18, MOST_L2, false, E(L2_WB), 0, 0 },                                   /* L2D_CACHE_WB */
    { 0x21, 1, false, E(BRANCH), 0, 0 },                                        /* BR_RETIRED */
    { 0x22, 1, false, E(MISPREDICT), 0, 0 },                                    /* BR_MIS_PRED_RETIRED */
    { 0x23, 0, false, 0, 0, FRONTEND },                                         /* STALL_FRONTEND */
    { 0x24, 0, false, 0, 0, BACKEND },                                          /* STALL_BACKEND */
    { 0x2d, MOST_LINES, false, E(ITLB_WALK) | E(DTLB_WALK), 0, 0 },             /* L2D_TLB_REFILL: the main TLB is unified */
    { 0x2f, MOST_LINES, false, E(TLB_ACCESS), 0, 0 },                           /* L2D_TLB */
    { 0x34, MOST_REFILLS, true, E(DTLB_WALK), 0, 0 },                           /* DTLB_WALK */
    { 0x35, MOST_LINES, true, E(ITLB_WALK), 0, 0 },                             /* ITLB_WALK */
};
_Static_assert(TIMING_EVENTS <= 64 && STALLS <= 32, "sets of bits");

uint64_t timing_pmu_events(bool v3p1)
{
    uint64_t set = BIT64(PMU_CPU_CYCLES) | BIT64(PMU_INST_RETIRED);
    for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
        set |= rows[i].v3p1 && !v3p1 ? 0 : BIT64(rows[i].event);
    }
    return set;
}

static uint64_t sum(const uint64_t *count, uint64_t set)
{
    uint64_t n = 0;
    for (; set != 0; set &= set - 1) {
        n += count[__builtin_ctzll(set)];
    }
    return n;
}

static const struct pmu_row *find(unsigned event)
{
    for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].event == event) {
            return &rows[i];
        }
    }
    return NULL;
}

uint64_t timing_pmu_count(const struct timing_counts *c, unsigned event)
{
    if (event == PMU_CPU_CYCLES || event == PMU_INST_RETIRED) {
        return event == PMU_CPU_CYCLES ? c->cycles : c->insns;
    }
    const struct pmu_row *r = find(event);
    return r == NULL ? 0 : sum(c->event, r->add) - sum(c->event, r->minus) + sum(c->stall, r->stalls);
}

unsigned timing_pmu_most(unsigned event)
{
    const struct pmu_row *r = find(event);
    return event == PMU_INST_RETIRED ? 1 : r != NULL ? r->most : 0;
}
