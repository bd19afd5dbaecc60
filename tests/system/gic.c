/* SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"

#define GICD UINT64_C(0x08000000)
#define GICR UINT64_C(0x080a0000)
#define GICR_SGI (GICR + 0x10000)

void gic_setup(void)
{
    mmio_wr(GICR + 0x14, 0);                        /* GICR_WAKER */
    while ((mmio_rd(GICR + 0x14) & 4) != 0) {
    }
    mmio_wr(GICD, 0x13);                            /* both groups, affinity routing */
    mmio_wr(GICR_SGI + 0x80, UINT32_MAX);           /* GICR_IGROUPR0 */
    mmio_wr(GICR_SGI + 0x180, UINT32_MAX);          /* GICR_ICENABLER0 */
    mmio_wr(GICR_SGI + 0x100, 0xffff);              /* GICR_ISENABLER0 */
    for (unsigned i = 0; i < 8; i++) {
        mmio_wr(GICR_SGI + 0x400 + 4 * i, 0xa0a0a0a0);
    }
    WR(icc_igrpen0_el1, 1);
    WR(icc_igrpen1_el1, 1);
    WR(icc_pmr_el1, 0xff);
    ISB();
    gic_quiet();
}

void gic_quiet(void)
{
    mmio_wr(GICR_SGI + 0x280, UINT32_MAX);          /* GICR_ICPENDR0 */
    mmio_wr(GICR_SGI + 0x380, UINT32_MAX);          /* GICR_ICACTIVER0 */
    WR(icc_igrpen0_el1, 1);
    WR(icc_igrpen1_el1, 1);
    WR(icc_pmr_el1, 0xff);
    WR(icc_ap0r0_el1, 0);
    WR(icc_ap1r0_el1, 0);
    ISB();
}

void gic_pend_sgi(unsigned intid, unsigned group, unsigned prio)
{
    u64 reg = GICR_SGI + 0x400 + (intid & ~3u), shift = 8 * (intid & 3);
    u32 groups = (u32)mmio_rd(GICR_SGI + 0x80);
    mmio_wr(GICR_SGI + 0x80, group ? groups | 1u << intid : groups & ~(1u << intid));
    mmio_wr(reg, (u32)((mmio_rd(reg) & ~(UINT64_C(0xff) << shift)) | (u64)prio << shift));
    mmio_wr(GICR_SGI + 0x200, 1u << intid);         /* GICR_ISPENDR0 */
    ISB();
}

void group_gic(void)
{
}
