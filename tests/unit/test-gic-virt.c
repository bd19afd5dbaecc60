/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual CPU interface: list registers, ICV_*, maintenance interrupt, traps. */
#include "tests/unit/test-gic.h"

#define EN 1u
#define LR_PENDING BIT64(62)
#define LR_ACTIVE BIT64(63)
#define LR_STATE (LR_PENDING | LR_ACTIVE)
#define LR_HW BIT64(61)
#define LR_G1 BIT64(60)
#define LR_EOI BIT64(41)
#define LR_PRIO(p) ((uint64_t)(p) << 48)
#define LR_PINTID(n) ((uint64_t)(n) << 32)
#define VENG0 1u
#define VENG1 2u
#define VEOIM 0x200u
#define VPMR_OPEN 0xf8000000u
#define EOICOUNT(hcr) ((hcr) >> 27 & 31)

static void virt_setup(void)
{
    bring_up();
    t.hcr = HCR_IMO | HCR_FMO;
    msr(0, ICH_VMCR_EL2, VPMR_OPEN | VENG0 | VENG1);
    msr(0, ICH_HCR_EL2, EN);
}

static void set_lr(unsigned n, uint64_t v)
{
    msr(0, (uint16_t)(ICH_LR0_EL2 + n), v);
}

static uint64_t lr(unsigned n)
{
    return mrs(0, (uint16_t)(ICH_LR0_EL2 + n));
}

/* The guest's accesses. */
static uint64_t gmrs(uint16_t reg)
{
    return mrs_el(0, 1, reg);
}

static void gmsr(uint16_t reg, uint64_t v)
{
    msr_el(0, 1, reg, v);
}

START_TEST(reset_values)
{
    ck_assert_uint_eq(mrs(0, ICH_VTR_EL2), 0x90b80003);
    ck_assert_uint_eq(mrs(0, ICH_HCR_EL2), 0);
    ck_assert_uint_eq(mrs(0, ICH_VMCR_EL2), 0x4c0008);
    ck_assert_uint_eq(mrs(0, ICH_MISR_EL2), 0);
    ck_assert_uint_eq(mrs(0, ICH_EISR_EL2), 0);
    ck_assert_uint_eq(mrs(0, ICH_ELRSR_EL2), 0xf);
    ck_assert_uint_eq(mrs(0, ICH_AP0R0_EL2), 0);
    ck_assert_uint_eq(mrs(0, ICH_AP1R0_EL2), 0);
    ck_assert_uint_eq(lr(0) | lr(1) | lr(2) | lr(3), 0);
}
END_TEST

START_TEST(writable_bits)
{
    msr(0, ICH_HCR_EL2, ~UINT64_C(0));
    ck_assert_uint_eq(mrs(0, ICH_HCR_EL2), 0xf8007cff);
    msr(0, ICH_VMCR_EL2, ~UINT64_C(0));
    ck_assert_uint_eq(mrs(0, ICH_VMCR_EL2), 0xf8fc021b);
    msr(0, ICH_VMCR_EL2, 0);
    ck_assert_uint_eq(mrs(0, ICH_VMCR_EL2), 0x4c0008);
    set_lr(3, ~UINT64_C(0));
    ck_assert_uint_eq(lr(3), UINT64_C(0xf0f81fff00ffffff));
    msr(0, ICH_AP1R0_EL2, ~UINT64_C(0));
    ck_assert_uint_eq(mrs(0, ICH_AP1R0_EL2), UINT32_MAX);
}
END_TEST

START_TEST(vmcr_and_icv_are_one)
{
    t.hcr = HCR_IMO | HCR_FMO;
    gmsr(ICC_PMR_EL1, 0xa7);
    gmsr(ICC_BPR0_EL1, 4);
    gmsr(ICC_BPR1_EL1, 6);
    gmsr(ICC_CTLR_EL1, 2);
    gmsr(ICC_IGRPEN1_EL1, 1);
    ck_assert_uint_eq(mrs(0, ICH_VMCR_EL2), 0xa0000000 | 4u << 21 | 6u << 18 | 0x200 | 8 | 2);
    ck_assert_uint_eq(gmrs(ICC_PMR_EL1), 0xa0);
    ck_assert_uint_eq(gmrs(ICC_CTLR_EL1), 0x8c02);
    ck_assert_uint_eq(gmrs(ICC_BPR0_EL1), 4);
    ck_assert_uint_eq(gmrs(ICC_BPR1_EL1), 6);
    ck_assert_uint_eq(gmrs(ICC_IGRPEN0_EL1), 0);
    ck_assert_uint_eq(gmrs(ICC_IGRPEN1_EL1), 1);
    gmsr(ICC_BPR0_EL1, 0);
    gmsr(ICC_BPR1_EL1, 0);
    ck_assert_uint_eq(gmrs(ICC_BPR0_EL1), 2);
    ck_assert_uint_eq(gmrs(ICC_BPR1_EL1), 3);
    gmsr(ICC_CTLR_EL1, 1);
    gmsr(ICC_BPR0_EL1, 5);
    gmsr(ICC_BPR1_EL1, 7);
    ck_assert_uint_eq(gmrs(ICC_BPR1_EL1), 6);
    gmsr(ICC_AP0R0_EL1, 4);
    gmsr(ICC_AP1R0_EL1, 8);
    ck_assert_uint_eq(mrs(0, ICH_AP0R0_EL2), 4);
    ck_assert_uint_eq(mrs(0, ICH_AP1R0_EL2), 8);
    ck_assert_uint_eq(gmrs(ICC_RPR_EL1), 2u << 3);
    /* Nothing of that is the physical interface. */
    ck_assert_uint_eq(mrs(0, ICC_PMR_EL1), 0);
    ck_assert_uint_eq(mrs(0, ICC_IGRPEN1_EL1), 0);
    ck_assert_uint_eq(mrs(0, ICC_AP1R0_EL1), 0);
}
END_TEST

START_TEST(imo_and_fmo_choose)
{
    msr(0, ICC_PMR_EL1, 0x50);
    t.hcr = 0;
    ck_assert_uint_eq(gmrs(ICC_PMR_EL1), 0x50);
    t.hcr = HCR_IMO;
    ck_assert_uint_eq(gmrs(ICC_PMR_EL1), 0);
    gmsr(ICC_IGRPEN0_EL1, 1);   /* Group 0 is physical */
    gmsr(ICC_IGRPEN1_EL1, 1);
    ck_assert_uint_eq(mrs(0, ICC_IGRPEN0_EL1), 1);
    ck_assert_uint_eq(mrs(0, ICC_IGRPEN1_EL1), 0);
    t.hcr = HCR_FMO;
    ck_assert_uint_eq(gmrs(ICC_PMR_EL1), 0);
    ck_assert_uint_eq(gmrs(ICC_IGRPEN0_EL1), 0);
    ck_assert_uint_eq(gmrs(ICC_IGRPEN1_EL1), 0);
    gmsr(ICC_IGRPEN1_EL1, 1);
    ck_assert_uint_eq(mrs(0, ICC_IGRPEN1_EL1), 1);
}
END_TEST

START_TEST(list_register_life)
{
    virt_setup();
    set_lr(0, LR_PENDING | LR_G1 | LR_PRIO(0x80) | 77);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_VIRQ);
    ck_assert_uint_eq(gmrs(ICC_HPPIR1_EL1), 77);
    ck_assert_uint_eq(gmrs(ICC_IAR0_EL1), 1023);
    ck_assert_uint_eq(gmrs(ICC_IAR1_EL1), 77);
    ck_assert_uint_eq(lr(0) & LR_STATE, LR_ACTIVE);
    ck_assert_uint_eq(t.signals[0], 0);
    ck_assert_uint_eq(gmrs(ICC_RPR_EL1), 0x80);
    ck_assert_uint_eq(gmrs(ICC_IAR1_EL1), 1023);
    gmsr(ICC_EOIR1_EL1, 77);
    ck_assert_uint_eq(lr(0) & LR_STATE, 0);
    ck_assert_uint_eq(gmrs(ICC_RPR_EL1), 0xff);
    ck_assert_uint_eq(mrs(0, ICH_ELRSR_EL2), 0xf);
    ck_assert_uint_eq(EOICOUNT(mrs(0, ICH_HCR_EL2)), 0);
    /* Group 0 is vFIQ. */
    set_lr(1, LR_PENDING | LR_PRIO(0x80) | 78);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_VFIQ);
    ck_assert_uint_eq(gmrs(ICC_IAR0_EL1), 78);
    gmsr(ICC_EOIR0_EL1, 78);
    ck_assert_uint_eq(lr(1) & LR_STATE, 0);
}
END_TEST

START_TEST(pending_and_active)
{
    virt_setup();
    set_lr(0, LR_PENDING | LR_ACTIVE | LR_G1 | LR_PRIO(0x80) | 77);
    ck_assert_uint_eq(t.signals[0], 0);
    ck_assert_uint_eq(gmrs(ICC_IAR1_EL1), 1023);
    msr(0, ICH_AP1R0_EL2, 1u << 16);
    gmsr(ICC_EOIR1_EL1, 77);
    ck_assert_uint_eq(lr(0) & LR_STATE, LR_PENDING);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_VIRQ);
}
END_TEST

START_TEST(virtual_masks)
{
    virt_setup();
    set_lr(0, LR_PENDING | LR_G1 | LR_PRIO(0x80) | 77);
    gmsr(ICC_PMR_EL1, 0x80);
    ck_assert_uint_eq(t.signals[0], 0);
    gmsr(ICC_PMR_EL1, 0x88);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_VIRQ);
    gmsr(ICC_IGRPEN1_EL1, 0);
    ck_assert_uint_eq(t.signals[0], 0);
    ck_assert_uint_eq(gmrs(ICC_HPPIR1_EL1), 1023);
    gmsr(ICC_IGRPEN1_EL1, 1);
    msr(0, ICH_HCR_EL2, 0);
    ck_assert_uint_eq(t.signals[0], 0);
    ck_assert_uint_eq(gmrs(ICC_IAR1_EL1), 1023);
    msr(0, ICH_HCR_EL2, EN);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_VIRQ);
    msr(0, ICH_AP1R0_EL2, 1u << 16);
    ck_assert_uint_eq(t.signals[0], 0);
}
END_TEST

START_TEST(virtual_preemption)
{
    virt_setup();
    set_lr(0, LR_PENDING | LR_G1 | LR_PRIO(0x80) | 70);
    set_lr(1, LR_PENDING | LR_G1 | LR_PRIO(0x40) | 71);
    set_lr(2, LR_PENDING | LR_PRIO(0x60) | 72);
    ck_assert_uint_eq(gmrs(ICC_IAR1_EL1), 71);
    ck_assert_uint_eq(t.signals[0], 0);
    gmsr(ICC_EOIR1_EL1, 71);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_VFIQ);
    ck_assert_uint_eq(gmrs(ICC_IAR0_EL1), 72);
    gmsr(ICC_EOIR0_EL1, 72);
    ck_assert_uint_eq(gmrs(ICC_IAR1_EL1), 70);
    set_lr(3, LR_PENDING | LR_G1 | LR_PRIO(0x78) | 73);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_VIRQ);
    gmsr(ICC_BPR1_EL1, 6);   /* 0x78 is group 0x40, running 0x80 is group 0x80 */
    ck_assert_uint_eq(t.signals[0], GIC_SIG_VIRQ);
    ck_assert_uint_eq(gmrs(ICC_IAR1_EL1), 73);
    ck_assert_uint_eq(mrs(0, ICH_AP1R0_EL2), 1u << 16 | 1u << 8);
}
END_TEST

START_TEST(split_eoi)
{
    virt_setup();
    gmsr(ICC_CTLR_EL1, 2);
    set_lr(0, LR_PENDING | LR_G1 | LR_PRIO(0x80) | 77);
    gmrs(ICC_IAR1_EL1);
    gmsr(ICC_EOIR1_EL1, 77);
    ck_assert_uint_eq(lr(0) & LR_STATE, LR_ACTIVE);
    ck_assert_uint_eq(gmrs(ICC_RPR_EL1), 0xff);
    gmsr(ICC_DIR_EL1, 77);
    ck_assert_uint_eq(lr(0) & LR_STATE, 0);
    ck_assert_uint_eq(EOICOUNT(mrs(0, ICH_HCR_EL2)), 0);
    gmsr(ICC_DIR_EL1, 77);
    ck_assert_uint_eq(EOICOUNT(mrs(0, ICH_HCR_EL2)), 1);
    /* A priority drop alone never counts. */
    msr(0, ICH_AP1R0_EL2, 1u << 16);
    gmsr(ICC_EOIR1_EL1, 90);
    ck_assert_uint_eq(EOICOUNT(mrs(0, ICH_HCR_EL2)), 1);
    /* DIR with EOImode 0 is ignored. */
    gmsr(ICC_CTLR_EL1, 0);
    gmsr(ICC_DIR_EL1, 90);
    ck_assert_uint_eq(EOICOUNT(mrs(0, ICH_HCR_EL2)), 1);
}
END_TEST

START_TEST(eoi_count)
{
    virt_setup();
    for (unsigned i = 0; i < 33; i++) {
        msr(0, ICH_AP1R0_EL2, 1u << 16);
        gmsr(ICC_EOIR1_EL1, 90);
        ck_assert_uint_eq(EOICOUNT(mrs(0, ICH_HCR_EL2)), (i + 1) % 32);
    }
    ck_assert_uint_eq(mrs(0, ICH_HCR_EL2) & 0xffff, EN);
    /* Special INTIDs, LPIs and an EOI with nothing active do not count. */
    msr(0, ICH_AP1R0_EL2, 1u << 16);
    gmsr(ICC_EOIR1_EL1, 1023);
    ck_assert_uint_eq(mrs(0, ICH_AP1R0_EL2), 1u << 16);
    gmsr(ICC_EOIR1_EL1, 8192);
    ck_assert_uint_eq(mrs(0, ICH_AP1R0_EL2), 0);
    gmsr(ICC_EOIR1_EL1, 90);
    ck_assert_uint_eq(EOICOUNT(mrs(0, ICH_HCR_EL2)), 1);
}
END_TEST

START_TEST(eoi_of_another_priority)
{
    virt_setup();
    set_lr(0, LR_PENDING | LR_G1 | LR_PRIO(0x80) | 70);
    gmrs(ICC_IAR1_EL1);
    set_lr(1, LR_PENDING | LR_G1 | LR_PRIO(0x40) | 71);
    gmrs(ICC_IAR1_EL1);
    /* Out of order: the drop is of 0x40, so entry 0 is not deactivated. */
    gmsr(ICC_EOIR1_EL1, 70);
    ck_assert_uint_eq(mrs(0, ICH_AP1R0_EL2), 1u << 16);
    ck_assert_uint_eq(lr(0) & LR_STATE, LR_ACTIVE);
    ck_assert_uint_eq(lr(1) & LR_STATE, LR_ACTIVE);
}
END_TEST

START_TEST(virtual_lpi)
{
    virt_setup();
    for (unsigned eoi_mode = 0; eoi_mode < 2; eoi_mode++) {
        gmsr(ICC_CTLR_EL1, eoi_mode << 1);
        set_lr(0, LR_PENDING | LR_G1 | LR_PRIO(0x80) | 8200);
        ck_assert_uint_eq(gmrs(ICC_IAR1_EL1), 8200);
        ck_assert_uint_eq(lr(0) & LR_STATE, LR_ACTIVE);
        ck_assert_uint_eq(gmrs(ICC_RPR_EL1), 0x80);
        gmsr(ICC_DIR_EL1, 8200);
        ck_assert_uint_eq(lr(0) & LR_STATE, LR_ACTIVE);
        gmsr(ICC_EOIR1_EL1, 8200);
        ck_assert_uint_eq(lr(0) & LR_STATE, 0);
        ck_assert_uint_eq(gmrs(ICC_RPR_EL1), 0xff);
        ck_assert_uint_eq(EOICOUNT(mrs(0, ICH_HCR_EL2)), 0);
    }
}
END_TEST

START_TEST(special_intid_in_list_register)
{
    virt_setup();
    set_lr(0, LR_PENDING | LR_G1 | LR_PRIO(0x80) | 1021);
    ck_assert_uint_eq(gmrs(ICC_IAR1_EL1), 1021);
    ck_assert_uint_eq(lr(0) & LR_STATE, 0);
    ck_assert_uint_eq(gmrs(ICC_RPR_EL1), 0xff);
}
END_TEST

START_TEST(hardware_interrupt)
{
    virt_setup();
    /* The hypervisor takes the physical timer of the guest and hands it on. */
    msr(0, ICC_CTLR_EL1, 2);
    ppi_enable(0, 27, 0x80);
    wire(0, 27, true);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 27);
    msr(0, ICC_EOIR1_EL1, 27);
    t.n_seen = 0;
    set_lr(2, LR_PENDING | LR_HW | LR_G1 | LR_PRIO(0xa0) | LR_PINTID(27) | 27);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_VIRQ);
    ck_assert_uint_eq(gmrs(ICC_IAR1_EL1), 27);
    ck_assert_uint_eq(redist_read(0, 0x10300, 4), 1u << 27);
    wire(0, 27, false);
    gmsr(ICC_EOIR1_EL1, 27);
    ck_assert_uint_eq(lr(2) & LR_STATE, 0);
    ck_assert_uint_eq(redist_read(0, 0x10300, 4), 0);
    ck_assert_uint_eq(mrs(0, ICH_ELRSR_EL2), 0xf);
    /* One id goes from the wire to the guest. */
    ck_assert_uint_eq(t.n_seen, 5);
    static const enum gic_event order[] = {
        GIC_EV_LR_WRITTEN, GIC_EV_V_ACKNOWLEDGED, GIC_EV_V_DROPPED, GIC_EV_V_DEACTIVATED, GIC_EV_DEACTIVATED,
    };
    for (unsigned i = 0; i < 5; i++) {
        ck_assert_int_eq(t.seen[i].event, order[i]);
        ck_assert_uint_eq(t.seen[i].id, t.seen[0].id);
        ck_assert_uint_ne(t.seen[i].id, 0);
    }
    /* An SPI, with a split EOI. */
    spi_enable(40, 0x80);
    wire(0, 40, true);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 40);
    msr(0, ICC_EOIR1_EL1, 40);
    wire(0, 40, false);
    gmsr(ICC_CTLR_EL1, 2);
    set_lr(0, LR_PENDING | LR_HW | LR_G1 | LR_PRIO(0xa0) | LR_PINTID(40) | 99);
    ck_assert_uint_eq(gmrs(ICC_IAR1_EL1), 99);
    gmsr(ICC_EOIR1_EL1, 99);
    ck_assert(spi_active(40));
    gmsr(ICC_DIR_EL1, 99);
    ck_assert(!spi_active(40));
}
END_TEST

START_TEST(hardware_interrupt_nowhere)
{
    virt_setup();
    set_lr(0, LR_ACTIVE | LR_HW | LR_G1 | LR_PRIO(0x80) | LR_PINTID(0x1fff) | 50);
    msr(0, ICH_AP1R0_EL2, 1u << 16);
    gmsr(ICC_EOIR1_EL1, 50);
    ck_assert_uint_eq(lr(0) & LR_STATE, 0);
}
END_TEST

/* The maintenance interrupt is PPI 25 of the PE. */
static bool maintenance(void)
{
    return (redist_read(0, 0x10200, 4) & 1u << GIC_MAINTENANCE_INTID) != 0;
}

START_TEST(maintenance_eoi)
{
    virt_setup();
    ppi_enable(0, 25, 0x80);
    set_lr(1, LR_PENDING | LR_G1 | LR_EOI | LR_PRIO(0x80) | 77);
    ck_assert_uint_eq(mrs(0, ICH_ELRSR_EL2), 0xd);
    gmrs(ICC_IAR1_EL1);
    ck_assert(!maintenance());
    gmsr(ICC_EOIR1_EL1, 77);
    ck_assert_uint_eq(mrs(0, ICH_MISR_EL2), 1);
    ck_assert_uint_eq(mrs(0, ICH_EISR_EL2), 2);
    ck_assert_uint_eq(mrs(0, ICH_ELRSR_EL2), 0xd);
    ck_assert_uint_eq(t.signals[0], GIC_SIG_IRQ);
    ck_assert_uint_eq(mrs(0, ICC_IAR1_EL1), 25);
    set_lr(1, 0);
    ck_assert_uint_eq(mrs(0, ICH_EISR_EL2), 0);
    ck_assert_uint_eq(mrs(0, ICH_ELRSR_EL2), 0xf);
    ck_assert(!maintenance());
    msr(0, ICC_EOIR1_EL1, 25);
    ck_assert_uint_eq(t.signals[0], 0);
}
END_TEST

START_TEST(maintenance_underflow)
{
    virt_setup();
    set_lr(0, LR_PENDING | LR_G1 | 70);
    set_lr(1, LR_ACTIVE | LR_G1 | 71);
    msr(0, ICH_HCR_EL2, EN | 2);
    ck_assert(!maintenance());
    set_lr(1, 0);
    ck_assert(maintenance());
    ck_assert_uint_eq(mrs(0, ICH_MISR_EL2), 2);
    msr(0, ICH_HCR_EL2, 2);   /* not enabled: the status stays */
    ck_assert(!maintenance());
    ck_assert_uint_eq(mrs(0, ICH_MISR_EL2), 2);
    msr(0, ICH_HCR_EL2, EN | 2);
    set_lr(0, 0);
    ck_assert(maintenance());
}
END_TEST

START_TEST(maintenance_lr_entry_not_present)
{
    virt_setup();
    msr(0, ICH_HCR_EL2, EN | 4);
    ck_assert(!maintenance());
    msr(0, ICH_AP1R0_EL2, 1u << 16);
    gmsr(ICC_EOIR1_EL1, 90);
    ck_assert(maintenance());
    ck_assert_uint_eq(mrs(0, ICH_MISR_EL2), 4);
    msr(0, ICH_HCR_EL2, EN | 4);
    ck_assert(!maintenance());
}
END_TEST

START_TEST(maintenance_no_pending)
{
    virt_setup();
    set_lr(0, LR_PENDING | LR_G1 | LR_PRIO(0x80) | 70);
    msr(0, ICH_HCR_EL2, EN | 8);
    ck_assert(!maintenance());
    gmrs(ICC_IAR1_EL1);
    ck_assert(maintenance());
    ck_assert_uint_eq(mrs(0, ICH_MISR_EL2), 8);
    set_lr(3, LR_PENDING | LR_G1 | 71);
    ck_assert(!maintenance());
}
END_TEST

START_TEST(maintenance_groups)
{
    virt_setup();
    for (unsigned group = 0; group < 2; group++) {
        uint16_t enable = group != 0 ? ICC_IGRPEN1_EL1 : ICC_IGRPEN0_EL1;
        unsigned when_on = 4 + 2 * group;
        msr(0, ICH_HCR_EL2, EN | 1u << when_on);
        ck_assert(maintenance());
        ck_assert_uint_eq(mrs(0, ICH_MISR_EL2), 1u << when_on);
        gmsr(enable, 0);
        ck_assert(!maintenance());
        msr(0, ICH_HCR_EL2, EN | 2u << when_on);
        ck_assert(maintenance());
        ck_assert_uint_eq(mrs(0, ICH_MISR_EL2), 2u << when_on);
        gmsr(enable, 1);
        ck_assert(!maintenance());
    }
}
END_TEST

/* Registers that an ICH_HCR_EL2 bit traps at EL1; a read where there is one, else a write. */
static void check_trap(uint64_t bit, const uint16_t *regs, unsigned n, const uint16_t *others, unsigned n_others)
{
    uint64_t v;
    msr(0, ICH_HCR_EL2, bit);
    for (unsigned i = 0; i < n; i++) {
        enum gicif_result r = try_mrs(0, 1, regs[i], &v);
        enum gicif_result w = try_msr(0, 1, regs[i], 0);
        ck_assert(r == GICIF_TRAP_EL2 || r == GICIF_UNDEF);
        ck_assert(w == GICIF_TRAP_EL2 || w == GICIF_UNDEF);
        ck_assert(r != GICIF_UNDEF || w != GICIF_UNDEF);
        ck_assert(try_mrs(0, 2, regs[i], &v) != GICIF_TRAP_EL2);
        ck_assert(try_msr(0, 2, regs[i], 0) != GICIF_TRAP_EL2);
    }
    for (unsigned i = 0; i < n_others; i++) {
        ck_assert(try_mrs(0, 1, others[i], &v) != GICIF_TRAP_EL2);
        ck_assert(try_msr(0, 1, others[i], 0) != GICIF_TRAP_EL2);
    }
    msr(0, ICH_HCR_EL2, 0);
    for (unsigned i = 0; i < n; i++) {
        ck_assert(try_mrs(0, 1, regs[i], &v) != GICIF_TRAP_EL2);
        ck_assert(try_msr(0, 1, regs[i], 0) != GICIF_TRAP_EL2);
    }
}

START_TEST(traps_of_ich_hcr)
{
    static const uint16_t group0[] = {
        ICC_IAR0_EL1, ICC_EOIR0_EL1, ICC_HPPIR0_EL1, ICC_BPR0_EL1, ICC_AP0R0_EL1, ICC_IGRPEN0_EL1,
    };
    static const uint16_t group1[] = {
        ICC_IAR1_EL1, ICC_EOIR1_EL1, ICC_HPPIR1_EL1, ICC_BPR1_EL1, ICC_AP1R0_EL1, ICC_IGRPEN1_EL1,
    };
    static const uint16_t common[] = {
        ICC_PMR_EL1, ICC_RPR_EL1, ICC_CTLR_EL1, ICC_DIR_EL1, ICC_SGI0R_EL1, ICC_SGI1R_EL1, ICC_ASGI1R_EL1,
    };
    static const uint16_t dir[] = { ICC_DIR_EL1 };
    static const uint16_t not_dir[] = { ICC_PMR_EL1, ICC_RPR_EL1, ICC_CTLR_EL1, ICC_SGI1R_EL1 };

    check_trap(BIT64(11), group0, ARRAY_LEN(group0), group1, ARRAY_LEN(group1));
    check_trap(BIT64(12), group1, ARRAY_LEN(group1), common, ARRAY_LEN(common));
    check_trap(BIT64(10), common, ARRAY_LEN(common), group0, ARRAY_LEN(group0));
    check_trap(BIT64(14), dir, ARRAY_LEN(dir), not_dir, ARRAY_LEN(not_dir));
}
END_TEST

START_TEST(sgi_traps_when_virtual)
{
    static const uint16_t sgi[] = { ICC_SGI0R_EL1, ICC_SGI1R_EL1, ICC_ASGI1R_EL1 };
    for (unsigned i = 0; i < ARRAY_LEN(sgi); i++) {
        t.hcr = HCR_IMO;
        ck_assert_int_eq(try_msr(0, 1, sgi[i], 0), GICIF_TRAP_EL2);
        ck_assert_int_eq(try_msr(0, 2, sgi[i], 0), GICIF_OK);
        t.hcr = HCR_FMO;
        ck_assert_int_eq(try_msr(0, 1, sgi[i], 0), GICIF_TRAP_EL2);
        t.hcr = 0;
        ck_assert_int_eq(try_msr(0, 1, sgi[i], 0), GICIF_OK);
    }
}
END_TEST

START_TEST(el2_only)
{
    uint64_t v;
    static const uint16_t regs[] = {
        ICH_AP0R0_EL2, ICH_AP1R0_EL2, ICC_SRE_EL2, ICH_HCR_EL2, ICH_VTR_EL2, ICH_MISR_EL2, ICH_EISR_EL2,
        ICH_ELRSR_EL2, ICH_VMCR_EL2, ICH_LR0_EL2, ICH_LR0_EL2 + 3,
    };
    struct gicif_ctx no_el2 = { .el = 1, .hcr = 0, .has_el2 = false };
    for (unsigned i = 0; i < ARRAY_LEN(regs); i++) {
        ck_assert_int_eq(try_mrs(0, 1, regs[i], &v), GICIF_UNDEF);
        ck_assert_int_eq(try_msr(0, 1, regs[i], 0), GICIF_UNDEF);
        ck_assert_int_eq(try_mrs(0, 2, regs[i], &v), GICIF_OK);
        ck_assert_int_eq(t.cpu.read(t.cpu.opaque, 0, regs[i], &no_el2, &v), GICIF_UNDEF);
    }
    ck_assert_int_eq(t.cpu.read(t.cpu.opaque, 0, ICC_CTLR_EL1, &no_el2, &v), GICIF_OK);
    ck_assert_uint_eq(v, 0x8c00);
}
END_TEST

START_TEST(sre_enable)
{
    uint64_t v;
    struct gic_config c = test_config(1);
    ck_assert_int_eq(try_mrs(0, 1, ICC_SRE_EL1, &v), GICIF_OK);
    c.sre_el2_enable_writable = true;
    start(&c);
    ck_assert_uint_eq(mrs(0, ICC_SRE_EL2), 7);
    ck_assert_int_eq(try_mrs(0, 1, ICC_SRE_EL1, &v), GICIF_TRAP_EL2);
    ck_assert_int_eq(try_msr(0, 1, ICC_SRE_EL1, 7), GICIF_TRAP_EL2);
    msr(0, ICC_SRE_EL2, 0xf);
    ck_assert_uint_eq(mrs(0, ICC_SRE_EL2), 0xf);
    ck_assert_int_eq(try_mrs(0, 1, ICC_SRE_EL1, &v), GICIF_OK);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        reset_values, writable_bits, vmcr_and_icv_are_one, imo_and_fmo_choose, list_register_life,
        pending_and_active, virtual_masks, virtual_preemption, split_eoi, eoi_count, eoi_of_another_priority,
        virtual_lpi, special_intid_in_list_register, hardware_interrupt, hardware_interrupt_nowhere,
        maintenance_eoi, maintenance_underflow, maintenance_lr_entry_not_present, maintenance_no_pending,
        maintenance_groups, traps_of_ich_hcr, sgi_traps_when_virtual, el2_only, sre_enable,
    };
    return run_suite("gic-virt", tests, ARRAY_LEN(tests));
}
