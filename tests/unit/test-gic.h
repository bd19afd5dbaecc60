/* SPDX-License-Identifier: Apache-2.0 */
/* A GIC with nothing around it, and short names for what tests do to it. */
#ifndef HYPSCOPE_TEST_GIC_H
#define HYPSCOPE_TEST_GIC_H

#include "gic/gic.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ENC(op0, op1, crn, crm, op2) ((uint16_t)((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2)))

enum test_sysreg {
    ICC_PMR_EL1 = ENC(3, 0, 4, 6, 0),
    ICC_IAR0_EL1 = ENC(3, 0, 12, 8, 0),
    ICC_EOIR0_EL1 = ENC(3, 0, 12, 8, 1),
    ICC_HPPIR0_EL1 = ENC(3, 0, 12, 8, 2),
    ICC_BPR0_EL1 = ENC(3, 0, 12, 8, 3),
    ICC_AP0R0_EL1 = ENC(3, 0, 12, 8, 4),
    ICC_AP0R1_EL1 = ENC(3, 0, 12, 8, 5),
    ICC_AP1R0_EL1 = ENC(3, 0, 12, 9, 0),
    ICC_AP1R1_EL1 = ENC(3, 0, 12, 9, 1),
    ICC_DIR_EL1 = ENC(3, 0, 12, 11, 1),
    ICC_RPR_EL1 = ENC(3, 0, 12, 11, 3),
    ICC_SGI1R_EL1 = ENC(3, 0, 12, 11, 5),
    ICC_ASGI1R_EL1 = ENC(3, 0, 12, 11, 6),
    ICC_SGI0R_EL1 = ENC(3, 0, 12, 11, 7),
    ICC_IAR1_EL1 = ENC(3, 0, 12, 12, 0),
    ICC_EOIR1_EL1 = ENC(3, 0, 12, 12, 1),
    ICC_HPPIR1_EL1 = ENC(3, 0, 12, 12, 2),
    ICC_BPR1_EL1 = ENC(3, 0, 12, 12, 3),
    ICC_CTLR_EL1 = ENC(3, 0, 12, 12, 4),
    ICC_SRE_EL1 = ENC(3, 0, 12, 12, 5),
    ICC_IGRPEN0_EL1 = ENC(3, 0, 12, 12, 6),
    ICC_IGRPEN1_EL1 = ENC(3, 0, 12, 12, 7),
    ICH_AP0R0_EL2 = ENC(3, 4, 12, 8, 0),
    ICH_AP0R1_EL2 = ENC(3, 4, 12, 8, 1),
    ICH_AP1R0_EL2 = ENC(3, 4, 12, 9, 0),
    ICC_SRE_EL2 = ENC(3, 4, 12, 9, 5),
    ICH_HCR_EL2 = ENC(3, 4, 12, 11, 0),
    ICH_VTR_EL2 = ENC(3, 4, 12, 11, 1),
    ICH_MISR_EL2 = ENC(3, 4, 12, 11, 2),
    ICH_EISR_EL2 = ENC(3, 4, 12, 11, 3),
    ICH_ELRSR_EL2 = ENC(3, 4, 12, 11, 5),
    ICH_VMCR_EL2 = ENC(3, 4, 12, 11, 7),
    ICH_LR0_EL2 = ENC(3, 4, 12, 12, 0),
    ICH_LR4_EL2 = ENC(3, 4, 12, 12, 4),
    ICH_LR15_EL2 = ENC(3, 4, 12, 13, 7),
};

#define HCR_FMO BIT64(3)
#define HCR_IMO BIT64(4)

/* The machine under test, renewed by setup() for each test. */
static struct {
    struct gic *gic;
    struct mmio_dev dist;
    struct mmio_dev redist;
    struct gicif cpu;
    uint32_t signals[GIC_MAX_PES];
    unsigned n_signals;         /* calls */
    unsigned n_reports;
    uint32_t report_offset;
    const char *report_frame;
    struct gic_observation seen[64];
    unsigned n_seen;
    uint64_t hcr;               /* HCR_EL2 of every access */
} t;

static void on_signal(void *opaque, unsigned pe, uint32_t signals)
{
    ck_assert_ptr_eq(opaque, &t);
    t.signals[pe] = signals;
    t.n_signals++;
}

static void on_report(void *opaque, const char *frame, uint32_t offset, unsigned size, bool write, unsigned pe)
{
    (void)opaque;
    (void)size;
    (void)write;
    (void)pe;
    t.n_reports++;
    t.report_offset = offset;
    t.report_frame = frame;
}

static void on_observe(void *opaque, const struct gic_observation *o)
{
    (void)opaque;
    if (t.n_seen < ARRAY_LEN(t.seen)) {
        t.seen[t.n_seen++] = *o;
    }
}

static struct gic_config test_config(unsigned n_pes)
{
    struct gic_config c = {
        .n_pes = n_pes, .signal = on_signal, .signal_opaque = &t, .report = on_report, .observe = on_observe,
    };
    for (unsigned i = 0; i < n_pes && i < GIC_MAX_PES; i++) {
        c.mpidr[i] = 0x80000000 | i;
    }
    return c;
}

static void start(const struct gic_config *c)
{
    gic_free(t.gic);
    memset(&t, 0, sizeof(t));
    t.gic = gic_new(c);
    ck_assert_ptr_nonnull(t.gic);
    t.dist = gic_mmio_dist(t.gic, 0x08000000);
    t.redist = gic_mmio_redist(t.gic, 0x080a0000);
    t.cpu = gic_cpu_interface(t.gic);
}

static void setup(void)
{
    struct gic_config c = test_config(4);
    start(&c);
}

static void teardown(void)
{
    gic_free(t.gic);
    t.gic = NULL;
}

static inline uint64_t dist_read(uint64_t off, unsigned size)
{
    uint64_t v = ~UINT64_C(0);
    ck_assert(t.dist.read(t.dist.opaque, off, size, 0, &v));
    return v;
}

static inline void dist_write(uint64_t off, unsigned size, uint64_t v)
{
    ck_assert(t.dist.write(t.dist.opaque, off, size, 0, v));
}

static inline uint64_t redist_read(unsigned pe, uint64_t off, unsigned size)
{
    uint64_t v = ~UINT64_C(0);
    ck_assert(t.redist.read(t.redist.opaque, 0x20000 * (uint64_t)pe + off, size, 0, &v));
    return v;
}

static inline void redist_write(unsigned pe, uint64_t off, unsigned size, uint64_t v)
{
    ck_assert(t.redist.write(t.redist.opaque, 0x20000 * (uint64_t)pe + off, size, 0, v));
}

static inline enum gicif_result try_mrs(unsigned pe, unsigned el, uint16_t reg, uint64_t *v)
{
    struct gicif_ctx ctx = { .el = el, .hcr = t.hcr, .has_el2 = true };
    return t.cpu.read(t.cpu.opaque, pe, reg, &ctx, v);
}

static inline enum gicif_result try_msr(unsigned pe, unsigned el, uint16_t reg, uint64_t v)
{
    struct gicif_ctx ctx = { .el = el, .hcr = t.hcr, .has_el2 = true };
    return t.cpu.write(t.cpu.opaque, pe, reg, &ctx, v);
}

/* Accesses at EL2 and at EL1 that must succeed. */
static inline uint64_t mrs_el(unsigned pe, unsigned el, uint16_t reg)
{
    uint64_t v = ~UINT64_C(0);
    ck_assert_int_eq(try_mrs(pe, el, reg, &v), GICIF_OK);
    return v;
}

static inline void msr_el(unsigned pe, unsigned el, uint16_t reg, uint64_t v)
{
    ck_assert_int_eq(try_msr(pe, el, reg, v), GICIF_OK);
}

static inline uint64_t mrs(unsigned pe, uint16_t reg)
{
    return mrs_el(pe, 2, reg);
}

static inline void msr(unsigned pe, uint16_t reg, uint64_t v)
{
    msr_el(pe, 2, reg, v);
}

/* Wake every PE, enable both groups everywhere, all priorities pass, all interrupts Group 1. */
static inline void bring_up(void)
{
    dist_write(0x0000, 4, 3);
    for (unsigned w = 1; w < 9; w++) {
        dist_write(0x80 + 4 * w, 4, UINT32_MAX);
    }
    for (unsigned pe = 0; pe < t.redist.size / GICR_SIZE_PER_PE; pe++) {
        redist_write(pe, 0x14, 4, 0);
        redist_write(pe, 0x10080, 4, UINT32_MAX);
        msr(pe, ICC_PMR_EL1, 0xff);
        msr(pe, ICC_IGRPEN0_EL1, 1);
        msr(pe, ICC_IGRPEN1_EL1, 1);
    }
}

static inline void spi_enable(unsigned intid, unsigned prio)
{
    dist_write(0x400 + intid, 1, prio);
    dist_write(0x100 + intid / 32 * 4, 4, 1u << intid % 32);
}

static inline void spi_disable(unsigned intid)
{
    dist_write(0x180 + intid / 32 * 4, 4, 1u << intid % 32);
}

static inline void ppi_enable(unsigned pe, unsigned intid, unsigned prio)
{
    redist_write(pe, 0x10400 + intid, 1, prio);
    redist_write(pe, 0x10100, 4, 1u << intid);
}

static inline void spi_edge(unsigned intid)
{
    uint64_t v = dist_read(0xc00 + intid / 16 * 4, 4);
    dist_write(0xc00 + intid / 16 * 4, 4, v | 2u << 2 * (intid % 16));
}

static inline bool spi_bit(uint64_t reg, unsigned intid)
{
    return (dist_read(reg + intid / 32 * 4, 4) >> intid % 32) & 1;
}

static inline bool spi_pending(unsigned intid)
{
    return spi_bit(0x200, intid);
}

static inline bool spi_active(unsigned intid)
{
    return spi_bit(0x300, intid);
}

static inline void wire(unsigned pe, unsigned intid, bool level)
{
    gic_set_line(t.gic, pe, intid, level);
}

static inline int run_suite(const char *name, const TTest *const *tests, size_t n)
{
    Suite *s = suite_create(name);
    TCase *tc = tcase_create(name);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    for (size_t i = 0; i < n; i++) {
        tcase_add_test(tc, tests[i]);
    }
    suite_add_tcase(s, tc);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
