// SPDX-License-Identifier: Apache-2.0
// EL2 from its reset state to where C could run: controls, then the MMU (without VHE).
.include "defs.s"

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
