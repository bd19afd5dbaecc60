/* SPDX-License-Identifier: Apache-2.0 */
/* One PE with RAM, clock, TLB, timers and PMU, but no machine around it, for the tests of cpu/. */
#ifndef HYPSCOPE_TEST_PE_H
#define HYPSCOPE_TEST_PE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/models.h"
#include "cpu/sysreg-int.h"
#include "cpu/utlb.h"

#define TEST_RAM_BASE UINT64_C(0x40000000)
#define TEST_RAM_SIZE UINT64_C(0x200000)

enum { LINE_CNTP, LINE_CNTV, LINE_CNTHP, LINE_CNTHV, LINE_PMU, N_LINES };

struct test_pe {
    struct pe *pe;
    struct bus bus;
    struct clock clock;
    struct pe_host host;
    struct pe *pes[1];
    bool line[N_LINES];
    unsigned edges;             /* changes of any line */
};

static void test_line(void *opaque, unsigned pe, unsigned intid, bool level)
{
    struct test_pe *t = opaque;
    (void)pe;
    t->line[intid] = level;
    t->edges++;
}

static void test_report(void *opaque, const struct pe *pe, const char *fmt, ...)
{
    (void)opaque;
    (void)pe;
    (void)fmt;
}

/* A PE of the model at EL `el`, time 0, one instruction a nanosecond. */
static inline struct test_pe *test_pe_new(const char *model, bool has_el2, unsigned el)
{
    struct test_pe *t = calloc(1, sizeof(*t));
    ck_assert_ptr_nonnull(t);
    struct pe *pe = aligned_alloc(64, (sizeof(*pe) + 63) & ~(size_t)63);
    ck_assert_ptr_nonnull(pe);
    memset(pe, 0, sizeof(*pe));
    t->pe = t->pes[0] = pe;
    ck_assert(bus_init(&t->bus, TEST_RAM_BASE, TEST_RAM_SIZE));
    t->host = (struct pe_host){ .opaque = t, .pes = t->pes, .n_pes = 1, .report = test_report };
    pe->model = cpu_model_find(model);
    ck_assert_ptr_nonnull(pe->model);
    pe->bus = &t->bus;
    pe->clock = &t->clock;
    pe->host = &t->host;
    pe->ns_per_insn = 1;
    pe->tlb = tlb_new();
    pe->upool = utlb_new();
    features_derive(pe, has_el2);
    struct irq_line ppi[4];
    for (unsigned i = 0; i < 4; i++) {
        ppi[i] = (struct irq_line){ test_line, t, 0, i };
    }
    pe->timers = timers_new(pe, ppi);
    pe->pmu = pmu_new(pe, (struct irq_line){ test_line, t, 0, LINE_PMU });
    pe_reset(pe, el, TEST_RAM_BASE);
    pe->dirty = 0;
    return t;
}

static inline void test_pe_free(struct test_pe *t)
{
    timers_free(t->pe->timers);
    pmu_free(t->pe->pmu);
    tlb_free(t->pe->tlb);
    utlb_free(t->pe->upool);
    bus_free(&t->bus);
    free(t->pe);
    free(t);
}

/* The PE has executed n instructions; what became due fires. */
static inline void test_pe_run(struct test_pe *t, uint64_t n)
{
    struct pe *pe = t->pe;
    uint64_t end = pe->time_base_ns + n * pe->ns_per_insn;
    while (clock_next(&t->clock) <= end) {
        uint64_t when = clock_next(&t->clock) > pe->time_base_ns ? clock_next(&t->clock) : pe->time_base_ns;
        pe->icount_base += (when - pe->time_base_ns) / pe->ns_per_insn;
        pe->time_base_ns = when;
        clock_run(&t->clock, when);
    }
    pe->icount_base += (end - pe->time_base_ns) / pe->ns_per_insn;
    pe->time_base_ns = end;
    t->clock.now_ns = end;
}

/* Outcome of an access: OK, or which exception it raised. */
enum { OK = 0, UNDEF = 1 };
#define TRAP(el) (0x100u + (el))       /* EC 0x18 to that EL */

static inline unsigned test_outcome(struct pe *pe, bool ok)
{
    if (ok) {
        ck_assert(!pe->exc.valid);
        return OK;
    }
    ck_assert(pe->exc.valid);
    pe->exc.valid = false;
    if (pe->exc.ec == EC_UNKNOWN) {
        return UNDEF;
    }
    return pe->exc.ec == EC_SYSREG ? TRAP(pe->exc.target_el) : 0x200u + pe->exc.ec;
}

static inline unsigned rd(struct pe *pe, unsigned sr, uint64_t *val)
{
    uint64_t v = UINT64_C(0xdeadbeefdeadbeef);
    unsigned r = test_outcome(pe, sysreg_read(pe, sr, 5, &v));
    *val = v;
    return r;
}

static inline unsigned wr(struct pe *pe, unsigned sr, uint64_t val)
{
    return test_outcome(pe, sysreg_write(pe, sr, 5, val));
}

/* Read that must succeed */
static inline uint64_t get(struct pe *pe, unsigned sr)
{
    uint64_t v;
    ck_assert_msg(rd(pe, sr, &v) == OK, "read of %s failed", sysreg_name(sr));
    return v;
}

/* Write that must succeed */
static inline void put(struct pe *pe, unsigned sr, uint64_t val)
{
    ck_assert_msg(wr(pe, sr, val) == OK, "write of %s failed", sysreg_name(sr));
}

static inline void at_el(struct pe *pe, unsigned el)
{
    pe->el = (uint8_t)el;
    pe->sp_sel = el != 0;
}

#endif
