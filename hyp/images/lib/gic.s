// SPDX-License-Identifier: Apache-2.0
// The physical GIC and its virtual interface.
.include "defs.s"

// GICv3: affinity routing, group 1, one PPI enabled. EOImode 1 splits priority drop from deactivation, so that the
// guest's own EOI deactivates the physical timer interrupt (list register with HW = 1).
func gic_init
    mov_imm x1, GICD_BASE
    mov     w0, #(1 << 4 | 1 << 1)   // GICD_CTLR: ARE, EnableGrp1
    str     w0, [x1]
    mov_imm x1, GICR_BASE
    ldr     w0, [x1, #0x14]          // GICR_WAKER: wake the redistributor
    and     w0, w0, #~(1 << 1)
    str     w0, [x1, #0x14]
1:  ldr     w0, [x1, #0x14]
    tbnz    w0, #2, 1b
    add     x1, x1, #0x10000         // the SGI and PPI frame
    mov     w0, #-1
    str     w0, [x1, #0x80]          // GICR_IGROUPR0: all in group 1
    mov     w0, #0xa0
    strb    w0, [x1, #(0x400 + INTID_VTIMER)]
    mov     w0, #(1 << INTID_VTIMER)
    str     w0, [x1, #0x100]         // GICR_ISENABLER0
    // Two SPIs that no device drives, for tests: edge-triggered, the first enabled (group 1, priority 0xa0).
    mov_imm x1, GICD_BASE
    ldr     w0, [x1, #(0xc00 + 4 * (INTID_TEST / 16))]
    orr     w0, w0, #(2 << (2 * (INTID_TEST % 16)))
    orr     w0, w0, #(2 << (2 * (INTID_TEST_2 % 16)))
    str     w0, [x1, #(0xc00 + 4 * (INTID_TEST / 16))]
    ldr     w0, [x1, #(0x80 + 4 * (INTID_TEST / 32))]
    orr     w0, w0, #(1 << (INTID_TEST % 32))
    str     w0, [x1, #(0x80 + 4 * (INTID_TEST / 32))]
    mov     w0, #0xa0
    strb    w0, [x1, #(0x400 + INTID_TEST)]
    mov     w0, #(1 << (INTID_TEST % 32))
    str     w0, [x1, #(0x100 + 4 * (INTID_TEST / 32))]
    mov     x0, #0xf                 // ICC_SRE_EL2: system registers, and EL1 may set its own
    msr     icc_sre_el2, x0
    isb
    mov     x0, #0xf0
    msr     icc_pmr_el1, x0
    mov     x0, #(1 << 1)
    msr     icc_ctlr_el1, x0
    mov     x0, #1
    msr     icc_igrpen1_el1, x0
    msr     ich_hcr_el2, xzr
    msr     ich_lr0_el2, xzr
    isb
    ret
endfunc gic_init
