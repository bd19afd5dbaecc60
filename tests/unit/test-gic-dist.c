/* SPDX-License-Identifier: Apache-2.0 */
/* Distributor and redistributors: registers, pending states, routing. */
#include "tests/unit/test-gic.h"

START_TEST(identification)
{
    ck_assert_uint_eq(dist_read(0x0000, 4), 0x50);
    ck_assert_uint_eq(dist_read(0x0004, 4) & 0x1f, 8);
    ck_assert_uint_eq(dist_read(0x0004, 4) >> 19 & 0x1f, 15);
    ck_assert_uint_eq(dist_read(0x0004, 4) & (1u << 10 | 1u << 16 | 1u << 17), 0);
    ck_assert_uint_eq(dist_read(0x0008, 4), 0x43b);
    ck_assert_uint_eq(dist_read(0xffe8, 4), 0x3b);
    ck_assert_uint_eq(redist_read(1, 0xffe8, 4), 0x3b);
    ck_assert_uint_eq(dist_read(0xfff0, 4), 0x0d);
    for (unsigned pe = 0; pe < 4; pe++) {
        uint64_t typer = redist_read(pe, 8, 8);
        ck_assert_uint_eq(typer >> 32, pe);
        ck_assert_uint_eq(typer >> 8 & 0xffff, pe);
        ck_assert_uint_eq(typer >> 4 & 1, pe == 3);
        ck_assert_uint_eq(typer & 1, 0);
        ck_assert_uint_eq(redist_read(pe, 8, 4), typer & UINT32_MAX);
        ck_assert_uint_eq(redist_read(pe, 12, 4), typer >> 32);
        ck_assert_uint_eq(redist_read(pe, 0x14, 4), 6);
        ck_assert_uint_eq(redist_read(pe, 0x10c00, 4), 0xaaaaaaaa);
    }
    ck_assert_uint_eq(t.n_reports, 0);
}
END_TEST

START_TEST(configuration_limits)
{
    struct gic_config c = test_config(1);
    c.n_pes = 0;
    ck_assert_ptr_null(gic_new(&c));
    c.n_pes = GIC_MAX_PES + 1;
    ck_assert_ptr_null(gic_new(&c));
    c = test_config(1);
    c.mpidr[0] = UINT64_C(0x1200a30405);
    start(&c);
    ck_assert_uint_eq(redist_read(0, 8, 8) >> 32, 0x12a30405);
    ck_assert_uint_eq(t.redist.size, 0x20000);
}
END_TEST

START_TEST(register_widths)
{
    dist_write(0x0000, 4, UINT32_MAX);
    ck_assert_uint_eq(dist_read(0x0000, 4), 0x53);
    /* INTIDs 0..31 belong to the redistributors. */
    dist_write(0x0080, 4, UINT32_MAX);
    dist_write(0x0100, 4, UINT32_MAX);
    dist_write(0x0400, 4, UINT32_MAX);
    ck_assert_uint_eq(dist_read(0x0080, 4), 0);
    ck_assert_uint_eq(dist_read(0x0100, 4), 0);
    ck_assert_uint_eq(dist_read(0x0400, 4), 0);
    /* 287 is the last. */
    dist_write(0x0104 + 4 * 8, 4, UINT32_MAX);
    ck_assert_uint_eq(dist_read(0x0104 + 4 * 8, 4), 0);
    dist_write(0x0100 + 4 * 8, 4, UINT32_MAX);
    ck_assert_uint_eq(dist_read(0x0100 + 4 * 8, 4), UINT32_MAX);
    dist_write(0x0400 + 287, 1, 0xff);
    dist_write(0x0400 + 288, 1, 0xff);
    ck_assert_uint_eq(dist_read(0x0400 + 284, 4), 0xf8000000);
    ck_assert_uint_eq(dist_read(0x0400 + 287, 1), 0xf8);
    ck_assert_uint_eq(dist_read(0x0400 + 288, 4), 0);
    dist_write(0x0400 + 32, 4, 0x04030fff);
    ck_assert_uint_eq(dist_read(0x0400 + 32, 4), 0x000008f8);
    /* ICFGR has one bit of two. */
    dist_write(0x0c08, 4, UINT32_MAX);
    ck_assert_uint_eq(dist_read(0x0c08, 4), 0xaaaaaaaa);
    redist_write(2, 0x10c04, 4, 0x33333333);
    ck_assert_uint_eq(redist_read(2, 0x10c04, 4), 0x22222222);
    redist_write(2, 0x10c00, 4, 0);
    ck_assert_uint_eq(redist_read(2, 0x10c00, 4), 0xaaaaaaaa);
    redist_write(1, 0x10400 + 20, 4, 0x80a0c0ff);
    ck_assert_uint_eq(redist_read(1, 0x10400 + 20, 4), 0x80a0c0f8);
    ck_assert_uint_eq(redist_read(1, 0x10400 + 22, 1), 0xa0);
    redist_write(1, 0x10400 + 22, 1, 0x10);
    ck_assert_uint_eq(redist_read(1, 0x10400 + 20, 4), 0x8010c0f8);
    /* RES0 with one Security state. */
    dist_write(0x0d04, 4, UINT32_MAX);
    dist_write(0x0e08, 4, UINT32_MAX);
    redist_write(0, 0x10d00, 4, UINT32_MAX);
    ck_assert_uint_eq(dist_read(0x0d04, 4) | dist_read(0x0e08, 4) | redist_read(0, 0x10d00, 4), 0);
    ck_assert_uint_eq(t.n_reports, 0);
}
END_TEST

START_TEST(irouter_access)
{
    dist_write(0x6000 + 8 * 40, 8, ~UINT64_C(0));
    ck_assert_uint_eq(dist_read(0x6000 + 8 * 40, 8), UINT64_C(0xff80ffffff));
    dist_write(0x6000 + 8 * 40, 4, 0x00010203);
    ck_assert_uint_eq(dist_read(0x6000 + 8 * 40, 8), UINT64_C(0xff00010203));
    dist_write(0x6000 + 8 * 40 + 4, 4, 4);
    ck_assert_uint_eq(dist_read(0x6000 + 8 * 40, 8), UINT64_C(0x0400010203));
    ck_assert_uint_eq(dist_read(0x6000 + 8 * 40 + 4, 4), 4);
    ck_assert_uint_eq(t.n_reports, 0);
}
END_TEST

START_TEST(reserved_reported_once)
{
    ck_assert_uint_eq(dist_read(0x0020, 4), 0);
    ck_assert_uint_eq(t.n_reports, 1);
    ck_assert_uint_eq(t.report_offset, 0x20);
    ck_assert_str_eq(t.report_frame, "GICD");
    dist_write(0x0020, 4, 5);
    ck_assert_uint_eq(t.n_reports, 1);
    ck_assert_uint_eq(dist_read(0x0010, 4), 3);   /* STATUSR: RRD, WRD */
    dist_write(0x0010, 4, 1);
    ck_assert_uint_eq(dist_read(0x0010, 4), 2);
    dist_write(0x0004, 4, 0);                     /* WROD */
    ck_assert_uint_eq(dist_read(0x0010, 4), 0xa);
    dist_read(0x0100, 2);                         /* no 16-bit accesses */
    ck_assert_uint_eq(t.n_reports, 2);
    redist_read(3, 0x10070, 4);
    ck_assert_uint_eq(t.n_reports, 3);
    ck_assert_str_eq(t.report_frame, "GICR");
    ck_assert_uint_eq(redist_read(3, 0x10, 4), 1);
    ck_assert_uint_eq(redist_read(2, 0x10, 4), 0);
}
END_TEST

START_TEST(level_interrupt)
{
    bring_up();
    spi_enable(40, 0xa0);
    wire(0, 40, true);
    ck_assert(spi_pending(40));
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    /* Clearing the pending bit does not clear a level. */
    dist_write(0x284, 4, 1u << 8);
    ck_assert(spi_pending(40));
    /* Active and pending while the wire is high; goes away with it. */
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 40);
    ck_assert(spi_active(40) && spi_pending(40));
    ck_assert_uint_eq(t.signals[0], 0);
    wire(0, 40, false);
    ck_assert(spi_active(40) && !spi_pending(40));
    wire(0, 40, true);
    msr(0, ICC_EOIR1_EL1, 40);
    ck_assert(!spi_active(40) && spi_pending(40));
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    wire(0, 40, false);
    ck_assert_uint_eq(t.signals[0], 0);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 1023);
}
END_TEST

START_TEST(level_interrupt_set_by_software)
{
    bring_up();
    spi_enable(40, 0xa0);
    dist_write(0x204, 4, 1u << 8);
    ck_assert(spi_pending(40));
    /* The latch is independent of the wire, and the acknowledge clears it. */
    wire(0, 40, true);
    wire(0, 40, false);
    ck_assert(spi_pending(40));
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 40);
    ck_assert(!spi_pending(40));
    msr(0, ICC_EOIR1_EL1, 40);
    dist_write(0x204, 4, 1u << 8);
    dist_write(0x284, 4, 1u << 8);
    ck_assert(!spi_pending(40));
}
END_TEST

START_TEST(edge_interrupt)
{
    bring_up();
    spi_enable(50, 0xa0);
    spi_edge(50);
    wire(0, 50, true);
    wire(0, 50, false);
    ck_assert(spi_pending(50));
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 50);
    ck_assert(spi_active(50) && !spi_pending(50));
    /* A new edge while active: active and pending, taken again after the EOI. */
    wire(0, 50, true);
    ck_assert(spi_active(50) && spi_pending(50));
    ck_assert_uint_eq(t.signals[0], 0);
    msr(0, ICC_EOIR1_EL1, 50);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 50);
    msr(0, ICC_EOIR1_EL1, 50);
    ck_assert(!spi_pending(50));   /* the wire is still high */
    wire(0, 50, false);
    wire(0, 50, true);
    dist_write(0x284, 4, 1u << 18);
    ck_assert(!spi_pending(50));
}
END_TEST

START_TEST(level_made_edge)
{
    bring_up();
    wire(0, 60, true);
    ck_assert(spi_pending(60));
    spi_edge(60);
    ck_assert(!spi_pending(60));
}
END_TEST

START_TEST(enables)
{
    bring_up();
    dist_write(0x400 + 40, 1, 0x80);
    wire(0, 40, true);
    ck_assert_uint_eq(t.signals[0], 0);
    spi_enable(40, 0x80);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    spi_disable(40);
    ck_assert_uint_eq(t.signals[0], 0);
    spi_enable(40, 0x80);
    dist_write(0x0000, 4, 1);   /* EnableGrp1 off */
    ck_assert_uint_eq(t.signals[0], 0);
    dist_write(0x0000, 4, 2);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    msr(0, ICC_IGRPEN1_EL1, 0);
    ck_assert_uint_eq(t.signals[0], 0);
    ck_assert_uint_eq(mrs(0, ICC_HPPIR1_EL1), 1023);
    msr(0, ICC_IGRPEN1_EL1, 1);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    redist_write(0, 0x14, 4, 2);   /* to sleep */
    ck_assert_uint_eq(redist_read(0, 0x14, 4), 6);
    ck_assert_uint_eq(t.signals[0], 0);
    redist_write(0, 0x14, 4, 0);
    ck_assert_uint_eq(redist_read(0, 0x14, 4), 0);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    /* Group 0 is signalled as FIQ. */
    dist_write(0x84, 4, ~(1u << 8));
    ck_assert_uint_eq(t.signals[0], 0);
    dist_write(0x0000, 4, 3);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_FIQ);
}
END_TEST

START_TEST(active_bits)
{
    bring_up();
    spi_enable(40, 0x80);
    wire(0, 40, true);
    dist_write(0x304, 4, 1u << 8);
    ck_assert_uint_eq(t.signals[0], 0);
    dist_write(0x384, 4, 1u << 8);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    redist_write(2, 0x10300, 4, 1u << 27);
    ck_assert_uint_eq(redist_read(2, 0x10380, 4), 1u << 27);
    ppi_enable(2, 27, 0x80);
    wire(2, 27, true);
    ck_assert_uint_eq(t.signals[2], 0);
    redist_write(2, 0x10380, 4, 1u << 27);
    ck_assert_uint_eq(t.signals[2], GIC_SIG_IRQ);
    ck_assert_uint_eq(redist_read(2, 0x10200, 4), 1u << 27);
}
END_TEST

START_TEST(routing)
{
    bring_up();
    spi_enable(70, 0x80);
    wire(0, 70, true);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    dist_write(0x6000 + 8 * 70, 8, 2);
    ck_assert_uint_eq(t.signals[0], 0);
    ck_assert_uint_eq(t.signals[2], GIC_SIG_IRQ);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 1023);
    /* Nobody has that affinity. */
    dist_write(0x6000 + 8 * 70, 8, 0x102);
    ck_assert_uint_eq(t.signals[2], 0);
    ck_assert(spi_pending(70));
    dist_write(0x6000 + 8 * 70, 8, 3);
    ck_assert_uint_eq(mrs(3, ICC_IAR1_EL1), 70);
    /* Rerouted while active: it is still its own interrupt to end. */
    dist_write(0x6000 + 8 * 70, 8, 1);
    msr(3, ICC_EOIR1_EL1, 70);
    ck_assert_uint_eq(t.signals[3], 0);
    ck_assert_uint_eq(t.signals[1], GIC_SIG_IRQ);
}
END_TEST

START_TEST(one_of_n)
{
    bring_up();
    spi_enable(71, 0x80);
    dist_write(0x6000 + 8 * 71, 8, BIT64(31) | 3);
    wire(0, 71, true);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    msr(0, ICC_IGRPEN1_EL1, 0);
    ck_assert_uint_eq(t.signals[0], 0);
    ck_assert_uint_eq(t.signals[1], GIC_SIG_IRQ);
    redist_write(1, 0x14, 4, 2);
    ck_assert_uint_eq(t.signals[1], 0);
    ck_assert_uint_eq(t.signals[2], GIC_SIG_IRQ);
    /* For Group 0, PE 0 is still able. */
    dist_write(0x88, 4, ~(1u << 7));
    ck_assert_uint_eq(t.signals[2], 0);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_FIQ);
    dist_write(0x6000 + 8 * 71, 8, 3);
    ck_assert_uint_eq(t.signals[0], 0);
    ck_assert_uint_eq(t.signals[3], GIC_SIG_FIQ);
}
END_TEST

START_TEST(wires)
{
    bring_up();
    ppi_enable(1, 30, 0x80);
    ppi_enable(2, 30, 0x80);
    wire(1, 30, true);
    ck_assert_uint_eq(t.signals[1], GIC_SIG_IRQ);
    ck_assert_uint_eq(t.signals[2], 0);
    /* No such wires. */
    wire(0, 3, true);
    wire(0, 288, true);
    wire(9, 30, true);
    ck_assert_uint_eq(redist_read(0, 0x10200, 4), 0);
    /* Wires keep their level over a reset; nothing else survives. */
    gic_reset(t.gic);
    ck_assert_uint_eq(t.signals[1], 0);
    ck_assert_uint_eq(redist_read(1, 0x10200, 4), 1u << 30);
    ck_assert_uint_eq(redist_read(1, 0x10100, 4), 0);
    ck_assert_uint_eq(dist_read(0x0000, 4), 0x50);
    ck_assert_uint_eq(mrs(1, ICC_PMR_EL1), 0);
}
END_TEST

START_TEST(observer)
{
    bring_up();
    spi_enable(40, 0x80);
    dist_write(0x6000 + 8 * 40, 8, 1);
    msr(1, ICC_CTLR_EL1, 2);
    t.n_seen = 0;
    wire(0, 40, true);
    ck_assert_uint_eq(mrs(1, ICC_IAR1_EL1), 40);
    wire(0, 40, false);
    msr(1, ICC_EOIR1_EL1, 40);
    msr(1, ICC_DIR_EL1, 40);
    wire(0, 40, true);
    static const enum gic_event order[] = {
        GIC_EV_PENDED, GIC_EV_ACKNOWLEDGED, GIC_EV_DROPPED, GIC_EV_DEACTIVATED, GIC_EV_PENDED,
    };
    ck_assert_uint_eq(t.n_seen, ARRAY_LEN(order));
    for (unsigned i = 0; i < t.n_seen; i++) {
        ck_assert_int_eq(t.seen[i].event, order[i]);
        ck_assert_uint_eq(t.seen[i].intid, 40);
        ck_assert_uint_eq(t.seen[i].pe, 1);
        ck_assert_uint_eq(t.seen[i].id, t.seen[0].id + (i == 4));
    }
}
END_TEST

START_TEST(digest)
{
    uint32_t first = gic_digest(t.gic, 0);
    ck_assert_uint_eq(gic_digest(t.gic, 0), first);
    ck_assert_uint_ne(gic_digest(t.gic, 1), first);
    dist_write(0x6000 + 8 * 40, 8, 1);
    ck_assert_uint_ne(gic_digest(t.gic, 0), first);
    dist_write(0x6000 + 8 * 40, 8, 0);
    ck_assert_uint_eq(gic_digest(t.gic, 0), first);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        identification, configuration_limits, register_widths, irouter_access, reserved_reported_once,
        level_interrupt, level_interrupt_set_by_software, edge_interrupt, level_made_edge, enables, active_bits,
        routing, one_of_n, wires, observer, digest,
    };
    return run_suite("gic-dist", tests, ARRAY_LEN(tests));
}
