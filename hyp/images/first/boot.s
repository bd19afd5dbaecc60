// SPDX-License-Identifier: Apache-2.0
// From power-on at EL2 to the first entry of the guest.
.include "defs.s"

// Entered at EL2 with the MMU off and all interrupts masked. Other PEs stay off until somebody calls PSCI.
func _start
    msr     spsel, #1
    adr_l   x0, hyp_stack_top
    mov     sp, x0
    adr_l   x0, hyp_vectors
    msr     vbar_el2, x0
    bl      el2_configure
    bl      mmu_on
    bl      gic_init
    bl      vcpu_init
    mrs     x1, currentel
    lsr     x1, x1, #2
    mrs     x2, ich_vtr_el2
    and     x2, x2, #0x1f
    add     x2, x2, #1
    adr     x0, msg_hello
    bl      print
    adr_l   x0, vcpu
    b       run_loop
endfunc _start

// EL2 controls whose reset values are UNKNOWN: whatever is not set here could bite the guest or us.
func el2_configure
    mov_imm x0, HCR_HOST
    msr     hcr_el2, x0
    mov_imm x0, CPTR_RES1            // nothing of FP traps as long as no guest runs
    msr     cptr_el2, x0
    msr     hstr_el2, xzr
    msr     vttbr_el2, xzr
    mrs     x0, pmcr_el0             // MDCR_EL2.HPMN: all event counters belong to EL1
    ubfx    x0, x0, #11, #5
    msr     mdcr_el2, x0
    mov     x0, #3                   // EL1 may read the physical counter and timer
    msr     cnthctl_el2, x0
    msr     cntvoff_el2, xzr
    msr     cntv_ctl_el0, xzr
    mrs     x0, midr_el1             // what the guest sees as its MIDR and MPIDR
    msr     vpidr_el2, x0
    mrs     x0, mpidr_el1
    msr     vmpidr_el2, x0
    isb
    ret
endfunc el2_configure

// Our own stage 1 (identity, see tables.s), and the parameters of stage 2.
func mmu_on
    mov_imm x0, MAIR_VALUE
    msr     mair_el2, x0
    // TCR_EL2: RES1 bits, 40-bit PA, inner shareable write-back walks, 39-bit VA
    mov_imm x0, (1 << 31 | 1 << 23 | 2 << 16 | 3 << 12 | 1 << 10 | 1 << 8 | 25)
    msr     tcr_el2, x0
    adrp    x0, hyp_l1
    msr     ttbr0_el2, x0
    // VTCR_EL2: RES1, 40-bit PA, inner shareable write-back walks, first level is 1, 39-bit IPA
    mov_imm x0, (1 << 31 | 2 << 16 | 3 << 12 | 1 << 10 | 1 << 8 | 1 << 6 | 25)
    msr     vtcr_el2, x0
    dsb     ishst
    tlbi    alle2
    tlbi    alle1                    // also what stage 2 walks may have left behind
    ic      iallu
    dsb     ish
    isb
    mov_imm x0, SCTLR_EL2_ON
    msr     sctlr_el2, x0
    isb
    ret
endfunc mmu_on

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

// A virtual CPU as it is at reset: EL1h, everything masked, MMU off, at the start of its RAM.
func vcpu_init
    adr_l   x0, vcpu
    mov_imm x1, GUEST_IPA
    str     x1, [x0, #CTX_PC]
    mov     x1, #PSTATE_EL1H_MASKED
    str     x1, [x0, #CTX_PSTATE]
    mov_imm x1, SCTLR_EL1_OFF
    str     x1, [x0, #CTX_SCTLR_EL1]
    adr_l   x1, host_context
    str     x1, [x0, #VCPU_HOST]
    adrp    x1, s2_l1                // VTTBR_EL2: VMID 1
    mov     x2, #1
    bfi     x1, x2, #48, #16
    str     x1, [x0, #VCPU_VTTBR]
    ret
endfunc vcpu_init

msg_hello:
    .asciz  "hyp: at EL%d with MMU on; GICv3 has %d list registers; starting a guest at EL1 with VMID 1\n"

.section .bss, "aw", %nobits
    .balign 16
    .global vcpu
vcpu:
    .skip   VCPU_SIZE
    .balign 16
    .global host_context
host_context:
    .skip   CTX_SIZE
    .balign 4096
    .skip   8192
    .global hyp_stack_top
hyp_stack_top:
