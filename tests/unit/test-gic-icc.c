/* SPDX-License-Identifier: Apache-2.0 */
/* The physical CPU interface: priorities, preemption, EOI modes, SGIs, access rules. */
#include "tests/unit/test-gic.h"

START_TEST(reset_values)
{
    ck_assert_uint_eq(mrs(0, ICC_CTLR_EL1), 0x8c00);
    ck_assert_uint_eq(mrs(0, ICC_SRE_EL1), 7);
    ck_assert_uint_eq(mrs(0, ICC_SRE_EL2), 0xf);
    ck_assert_uint_eq(mrs(0, ICC_BPR0_EL1), 2);
    ck_assert_uint_eq(mrs(0, ICC_BPR1_EL1), 3);
    ck_assert_uint_eq(mrs(0, ICC_PMR_EL1), 0);
    ck_assert_uint_eq(mrs(0, ICC_RPR_EL1), 0xff);
    ck_assert_uint_eq(mrs(0, ICC_IGRPEN0_EL1), 0);
    ck_assert_uint_eq(mrs(0, ICC_IGRPEN1_EL1), 0);
    ck_assert_uint_eq(mrs(0, ICC_AP0R0_EL1), 0);
    ck_assert_uint_eq(mrs(0, ICC_AP1R0_EL1), 0);
    ck_assert_uint_eq(mrs(0, ICC_IAR0_EL1), 1023);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 1023);
    ck_assert_uint_eq(mrs(0, ICC_HPPIR0_EL1), 1023);
    ck_assert_uint_eq(mrs(0, ICC_HPPIR1_EL1), 1023);
}
END_TEST

START_TEST(writable_bits)
{
    msr(0, ICC_PMR_EL1, ~UINT64_C(0));
    ck_assert_uint_eq(mrs(0, ICC_PMR_EL1), 0xf8);
    msr(0, ICC_CTLR_EL1, ~UINT64_C(0));
    ck_assert_uint_eq(mrs(0, ICC_CTLR_EL1), 0x8c03);
    msr(0, ICC_SRE_EL1, 0);
    msr(0, ICC_SRE_EL2, 0);
    ck_assert_uint_eq(mrs(0, ICC_SRE_EL1), 7);
    ck_assert_uint_eq(mrs(0, ICC_SRE_EL2), 0xf);
    msr(0, ICC_IGRPEN1_EL1, ~UINT64_C(0));
    ck_assert_uint_eq(mrs(0, ICC_IGRPEN1_EL1), 1);
    /* CBPR is set: BPR1 follows BPR0, one up, and cannot be written. */
    msr(0, ICC_BPR0_EL1, 0);
    ck_assert_uint_eq(mrs(0, ICC_BPR0_EL1), 2);
    msr(0, ICC_BPR1_EL1, 7);
    ck_assert_uint_eq(mrs(0, ICC_BPR1_EL1), 3);
    msr(0, ICC_BPR0_EL1, 7);
    ck_assert_uint_eq(mrs(0, ICC_BPR1_EL1), 7);
    msr(0, ICC_CTLR_EL1, 0);
    ck_assert_uint_eq(mrs(0, ICC_BPR1_EL1), 3);
    msr(0, ICC_BPR1_EL1, 0);
    ck_assert_uint_eq(mrs(0, ICC_BPR1_EL1), 3);
    msr(0, ICC_BPR1_EL1, 5);
    ck_assert_uint_eq(mrs(0, ICC_BPR1_EL1), 5);
}
END_TEST

START_TEST(priority_mask)
{
    bring_up();
    spi_enable(40, 0x80);
    wire(0, 40, true);
    msr(0, ICC_PMR_EL1, 0x80);
    ck_assert_uint_eq(t.signals[0], 0);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 1023);
    ck_assert_uint_eq(mrs(0, ICC_HPPIR1_EL1), 40);   /* HPPIR knows no mask */
    msr(0, ICC_PMR_EL1, 0x88);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 40);
    ck_assert_uint_eq(mrs(0, ICC_RPR_EL1), 0x80);
    ck_assert_uint_eq(mrs(0, ICC_AP1R0_EL1), 1u << 16);
}
END_TEST

START_TEST(highest_first)
{
    bring_up();
    spi_enable(40, 0x80);
    spi_enable(200, 0x40);
    spi_enable(100, 0x40);
    ppi_enable(0, 27, 0x60);
    wire(0, 40, true);
    wire(0, 200, true);
    wire(0, 27, true);
    wire(0, 100, true);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 100);   /* the lower INTID of two equals */
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 1023);
    wire(0, 100, false);
    msr(0, ICC_EOIR1_EL1, 100);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 200);
    wire(0, 200, false);
    msr(0, ICC_EOIR1_EL1, 200);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 27);
    wire(0, 27, false);
    msr(0, ICC_EOIR1_EL1, 27);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 40);
    wire(0, 40, false);
    msr(0, ICC_EOIR1_EL1, 40);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 1023);
    ck_assert_uint_eq(mrs(0, ICC_RPR_EL1), 0xff);
}
END_TEST

START_TEST(preemption)
{
    bring_up();
    spi_enable(40, 0x80);
    spi_enable(41, 0x78);
    spi_enable(42, 0x40);
    wire(0, 40, true);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 40);
    wire(0, 41, true);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 41);
    wire(0, 42, true);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 42);
    ck_assert_uint_eq(mrs(0, ICC_AP1R0_EL1), 1u << 16 | 1u << 15 | 1u << 8);
    ck_assert_uint_eq(mrs(0, ICC_RPR_EL1), 0x40);
    wire(0, 42, false);
    msr(0, ICC_EOIR1_EL1, 42);
    ck_assert_uint_eq(mrs(0, ICC_RPR_EL1), 0x78);
    wire(0, 41, false);
    msr(0, ICC_EOIR1_EL1, 41);
    wire(0, 40, false);
    msr(0, ICC_EOIR1_EL1, 40);
    ck_assert_uint_eq(mrs(0, ICC_RPR_EL1), 0xff);
}
END_TEST

START_TEST(group_priority)
{
    bring_up();
    msr(0, ICC_BPR1_EL1, 6);   /* group priority is bits 7:6 */
    spi_enable(40, 0x78);
    spi_enable(41, 0x40);
    spi_enable(42, 0x38);
    wire(0, 40, true);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 40);
    ck_assert_uint_eq(mrs(0, ICC_RPR_EL1), 0x40);
    wire(0, 41, true);
    ck_assert_uint_eq(t.signals[0], 0);
    wire(0, 42, true);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 42);
    ck_assert_uint_eq(mrs(0, ICC_RPR_EL1), 0);
}
END_TEST

START_TEST(common_binary_point)
{
    bring_up();
    msr(0, ICC_BPR0_EL1, 7);   /* no preemption at all */
    spi_enable(40, 0x80);
    spi_enable(41, 0x08);
    wire(0, 40, true);
    mrs(0, ICC_IAR1_EL1);
    wire(0, 41, true);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);   /* by BPR1 */
    msr(0, ICC_CTLR_EL1, 1);
    ck_assert_uint_eq(t.signals[0], 0);
    msr(0, ICC_CTLR_EL1, 0);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
}
END_TEST

START_TEST(groups)
{
    bring_up();
    dist_write(0x84, 4, ~(1u << 8));   /* 40 in Group 0 */
    spi_enable(40, 0x40);
    spi_enable(41, 0x80);
    wire(0, 40, true);
    wire(0, 41, true);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_FIQ);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 1023);
    ck_assert_uint_eq(mrs(0, ICC_HPPIR1_EL1), 1023);
    ck_assert_uint_eq(mrs(0, ICC_HPPIR0_EL1), 40);
    ck_assert_uint_eq(mrs(0, ICC_IAR0_EL1), 40);
    ck_assert_uint_eq(mrs(0, ICC_AP0R0_EL1), 1u << 8);
    ck_assert_uint_eq(mrs(0, ICC_AP1R0_EL1), 0);
    ck_assert_uint_eq(t.signals[0], 0);
    msr(0, ICC_EOIR1_EL1, 40);   /* wrong group: ignored */
    ck_assert_uint_eq(mrs(0, ICC_RPR_EL1), 0x40);
    wire(0, 40, false);
    msr(0, ICC_EOIR0_EL1, 40);
    ck_assert_uint_eq(mrs(0, ICC_RPR_EL1), 0xff);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    ck_assert_uint_eq(mrs(0, ICC_IAR0_EL1), 1023);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 41);
}
END_TEST

START_TEST(disabled_group_does_not_block)
{
    bring_up();
    dist_write(0x84, 4, ~(1u << 8));
    spi_enable(40, 0x40);
    spi_enable(41, 0x80);
    msr(0, ICC_IGRPEN0_EL1, 0);
    wire(0, 40, true);
    wire(0, 41, true);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 41);
}
END_TEST

START_TEST(eoi_mode_1)
{
    bring_up();
    msr(0, ICC_CTLR_EL1, 2);
    spi_enable(40, 0x80);
    wire(0, 40, true);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 40);
    msr(0, ICC_EOIR1_EL1, 40);
    ck_assert_uint_eq(mrs(0, ICC_RPR_EL1), 0xff);
    ck_assert(spi_active(40));
    ck_assert_uint_eq(t.signals[0], 0);
    /* Any PE may deactivate an SPI. */
    msr(2, ICC_CTLR_EL1, 2);
    msr(2, ICC_DIR_EL1, 40);
    ck_assert(!spi_active(40));
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
}
END_TEST

START_TEST(eoi_ignored)
{
    bring_up();
    spi_enable(40, 0x80);
    wire(0, 40, true);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 40);
    msr(0, ICC_EOIR1_EL1, 1023);
    msr(0, ICC_EOIR1_EL1, 1020);
    msr(0, ICC_EOIR1_EL1, 288);
    msr(0, ICC_DIR_EL1, 40);   /* EOImode is 0 */
    ck_assert_uint_eq(mrs(0, ICC_RPR_EL1), 0x80);
    ck_assert(spi_active(40));
    msr(0, ICC_EOIR1_EL1, 40);
    ck_assert(!spi_active(40));
    /* No active priority: nothing to drop, nothing to deactivate. */
    dist_write(0x304, 4, 1u << 8);
    msr(0, ICC_EOIR1_EL1, 40);
    ck_assert(spi_active(40));
}
END_TEST

START_TEST(active_priorities_restored)
{
    bring_up();
    spi_enable(40, 0x40);
    wire(0, 40, true);
    msr(0, ICC_AP1R0_EL1, 1u << 8);
    ck_assert_uint_eq(t.signals[0], 0);
    msr(0, ICC_AP1R0_EL1, 1u << 9);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    msr(0, ICC_AP0R0_EL1, 1);
    ck_assert_uint_eq(t.signals[0], 0);
    ck_assert_uint_eq(mrs(0, ICC_RPR_EL1), 0);
}
END_TEST

static void enable_sgi(unsigned intid)
{
    for (unsigned pe = 0; pe < 4; pe++) {
        ppi_enable(pe, intid, 0x80);
    }
}

/* Both groups active at one priority, which only a restored state has: an EOI of Group 0 drops it, and one of Group 1 before that
   does nothing (GetHighestActiveGroup() looks at Group 0 first). */
START_TEST(equal_active_priorities_went_to_group_1)
{
    msr(0, ICC_AP0R0_EL1, 1u << 8);
    msr(0, ICC_AP1R0_EL1, 1u << 8);
    ck_assert_uint_eq(mrs(0, ICC_RPR_EL1), 0x40);
    msr(0, ICC_EOIR1_EL1, 40);
    ck_assert_uint_eq(mrs(0, ICC_AP0R0_EL1), 1u << 8);
    ck_assert_uint_eq(mrs(0, ICC_AP1R0_EL1), 1u << 8);
    msr(0, ICC_EOIR0_EL1, 40);
    ck_assert_uint_eq(mrs(0, ICC_AP0R0_EL1), 0);
    ck_assert_uint_eq(mrs(0, ICC_AP1R0_EL1), 1u << 8);
    msr(0, ICC_EOIR1_EL1, 40);
    ck_assert_uint_eq(mrs(0, ICC_AP1R0_EL1), 0);
    ck_assert_uint_eq(mrs(0, ICC_RPR_EL1), 0xff);
}
END_TEST

START_TEST(sgi_targets)
{
    bring_up();
    enable_sgi(5);
    msr(1, ICC_SGI1R_EL1, UINT64_C(5) << 24 | 0xd);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    ck_assert_uint_eq(t.signals[1], 0);
    ck_assert_uint_eq(t.signals[2], GIC_SIG_IRQ);
    ck_assert_uint_eq(t.signals[3], GIC_SIG_IRQ);
    ck_assert_uint_eq(mrs(2, ICC_IAR1_EL1), 5);
    ck_assert_uint_eq(redist_read(2, 0x10200, 4), 0);
    ck_assert_uint_eq(redist_read(2, 0x10300, 4), 1u << 5);
    msr(2, ICC_EOIR1_EL1, 5);
    ck_assert_uint_eq(redist_read(2, 0x10300, 4), 0);
    gic_reset(t.gic);
    bring_up();
    enable_sgi(5);
    /* All but self; then to another cluster: nobody. */
    msr(1, ICC_SGI1R_EL1, BIT64(40) | UINT64_C(5) << 24);
    ck_assert_uint_eq(t.signals[0] & t.signals[2] & t.signals[3], GIC_SIG_IRQ);
    ck_assert_uint_eq(t.signals[1], 0);
    msr(1, ICC_SGI1R_EL1, UINT64_C(5) << 24 | 0x10000 | 0xf);
    msr(1, ICC_SGI1R_EL1, UINT64_C(5) << 24 | BIT64(32) | 0xf);
    msr(1, ICC_SGI1R_EL1, UINT64_C(5) << 24 | BIT64(48) | 0xf);
    ck_assert_uint_eq(t.signals[1], 0);
    /* To itself. */
    msr(1, ICC_SGI1R_EL1, UINT64_C(5) << 24 | 2);
    ck_assert_uint_eq(t.signals[1], GIC_SIG_IRQ);
}
END_TEST

START_TEST(sgi_groups)
{
    bring_up();
    enable_sgi(1);
    enable_sgi(2);
    redist_write(0, 0x10080, 4, ~2u);   /* SGI 1 is in Group 0 */
    msr(0, ICC_SGI0R_EL1, UINT64_C(2) << 24 | 1);
    msr(0, ICC_ASGI1R_EL1, UINT64_C(2) << 24 | 1);
    ck_assert_uint_eq(redist_read(0, 0x10200, 4), 0);
    msr(0, ICC_SGI0R_EL1, UINT64_C(1) << 24 | 1);
    ck_assert_uint_eq(redist_read(0, 0x10200, 4), 2);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_FIQ);
    redist_write(0, 0x10280, 4, 2);
    msr(0, ICC_ASGI1R_EL1, UINT64_C(1) << 24 | 1);
    ck_assert_uint_eq(redist_read(0, 0x10200, 4), 2);
    redist_write(0, 0x10280, 4, 2);
    msr(0, ICC_SGI1R_EL1, UINT64_C(1) << 24 | 1);
    ck_assert_uint_eq(redist_read(0, 0x10200, 4), 2);
}
END_TEST

START_TEST(sgi_range_selector)
{
    struct gic_config c = test_config(2);
    c.mpidr[1] = 0x80000023;
    start(&c);
    bring_up();
    ck_assert_uint_eq(dist_read(0x0004, 4) >> 26 & 1, 1);
    ck_assert_uint_eq(mrs(0, ICC_CTLR_EL1), 0x48c00);
    ppi_enable(1, 3, 0x80);
    ppi_enable(0, 3, 0x80);
    msr(0, ICC_SGI1R_EL1, UINT64_C(3) << 24 | 1u << 3);
    ck_assert_uint_eq(t.signals[1], 0);
    msr(0, ICC_SGI1R_EL1, UINT64_C(2) << 44 | UINT64_C(3) << 24 | 1u << 3 | 1);
    ck_assert_uint_eq(t.signals[1], GIC_SIG_IRQ);
    ck_assert_uint_eq(t.signals[0], 0);
}
END_TEST

START_TEST(cpu_interface_reset)
{
    bring_up();
    spi_enable(40, 0x80);
    dist_write(0x6000 + 8 * 40, 8, BIT64(31));
    wire(0, 40, true);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    gic_reset_cpu_interface(t.gic, 0);
    ck_assert_uint_eq(t.signals[0], 0);
    ck_assert_uint_eq(t.signals[1], GIC_SIG_IRQ);
    ck_assert_uint_eq(mrs(0, ICC_IGRPEN1_EL1), 0);
    ck_assert_uint_eq(redist_read(0, 0x14, 4), 0);
}
END_TEST

START_TEST(undefined)
{
    static const uint16_t write_only[] = {
        ICC_EOIR0_EL1, ICC_EOIR1_EL1, ICC_DIR_EL1, ICC_SGI0R_EL1, ICC_SGI1R_EL1, ICC_ASGI1R_EL1,
    };
    static const uint16_t read_only[] = {
        ICC_IAR0_EL1, ICC_IAR1_EL1, ICC_HPPIR0_EL1, ICC_HPPIR1_EL1, ICC_RPR_EL1,
        ICH_VTR_EL2, ICH_MISR_EL2, ICH_EISR_EL2, ICH_ELRSR_EL2,
    };
    static const uint16_t absent[] = {
        ICC_AP0R1_EL1, ICC_AP1R1_EL1, ICH_AP0R1_EL2, ICH_LR4_EL2, ICH_LR15_EL2,
        ENC(3, 6, 12, 12, 4), ENC(3, 0, 12, 0, 0), ENC(3, 0, 4, 6, 1), ENC(2, 0, 12, 12, 0), ENC(3, 3, 12, 12, 0),
        ENC(3, 0, 12, 9, 5), ENC(3, 5, 12, 12, 0),
    };
    uint64_t v;
    for (unsigned i = 0; i < ARRAY_LEN(write_only); i++) {
        ck_assert_int_eq(try_mrs(0, 2, write_only[i], &v), GICIF_UNDEF);
    }
    for (unsigned i = 0; i < ARRAY_LEN(read_only); i++) {
        ck_assert_int_eq(try_msr(0, 2, read_only[i], 0), GICIF_UNDEF);
    }
    for (unsigned i = 0; i < ARRAY_LEN(absent); i++) {
        ck_assert_int_eq(try_mrs(0, 2, absent[i], &v), GICIF_UNDEF);
        ck_assert_int_eq(try_msr(0, 2, absent[i], 0), GICIF_UNDEF);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        reset_values, writable_bits, priority_mask, highest_first, preemption, group_priority, common_binary_point,
        groups, disabled_group_does_not_block, eoi_mode_1, eoi_ignored, active_priorities_restored,
        equal_active_priorities_went_to_group_1, sgi_targets,
        sgi_groups, sgi_range_selector, cpu_interface_reset, undefined,
    };
    return run_suite("gic-icc", tests, ARRAY_LEN(tests));
}
