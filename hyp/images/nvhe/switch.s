// SPDX-License-Identifier: Apache-2.0
// The nVHE run loop: the host is a kernel at EL1, so all of EL1 is saved and loaded, twice a run.
.include "defs.s"
.include "context.s"
.include "nvhe.s"

.macro move_debug op
    \op     dbgbvr0_el1, 0
    \op     dbgbcr0_el1, 8
    \op     dbgbvr1_el1, 16
    \op     dbgbcr1_el1, 24
    \op     dbgwvr0_el1, 32
    \op     dbgwcr0_el1, 40
    \op     dbgwvr1_el1, 48
    \op     dbgwcr1_el1, 56
.endm

.macro debug_save_one reg, offset
    mrs     x1, \reg
    str     x1, [x0, #\offset]
.endm

.macro debug_restore_one reg, offset
    ldr     x1, [x0, #\offset]
    msr     \reg, x1
.endm

// Breakpoints 0 and 1, watchpoints 0 and 1: the guest can have no others, as ID_AA64DFR0_EL1 is not shown to it.
func debug_save
    move_debug debug_save_one
    ret
endfunc debug_save

func debug_restore
    move_debug debug_restore_one
    ret
endfunc debug_restore

func sysregs_save
    for_each_sysreg save_one
    ret
endfunc sysregs_save

func sysregs_restore
    for_each_sysreg restore_one
    ret
endfunc sysregs_restore

// hyp_vcpu_run(x0: vcpu) -> x0: EXIT_*, with VCPU_ESR, VCPU_FAR and VCPU_HPFAR filled in
func hyp_vcpu_run
    stp     x29, x30, [sp, #-48]!
    stp     x19, x20, [sp, #16]
    str     x21, [sp, #32]
    mov     x19, x0
    adr_l   x20, host_context
    msr     tpidr_el2, x19

    // 1. PMU: the host's counters stop, and EL0 has no access to any
    mrs     x1, pmcntenset_el0
    str     x1, [x20, #HOST_PMCNTENSET]
    msr     pmcntenclr_el0, x1
    mrs     x1, pmuserenr_el0
    str     x1, [x20, #HOST_PMUSERENR]
    msr     pmuserenr_el0, xzr
    // 2. EL1 of the host away, EL1 of the guest in. EL1 does not execute before the ERET, so the order against stage 2
    // matters only on cores with errata about speculative walks of EL1&0 from EL2 (those set VTTBR_EL2 first).
    mov     x0, x20
label host_sysregs_save
    bl      sysregs_save
    mov     x0, x19
label guest_sysregs_restore
    bl      sysregs_restore
    // 3. stage 2: from the host's, VMID 0, to the guest's
    ldr     x1, [x19, #VCPU_VTTBR]
    msr     vttbr_el2, x1
    // 4. traps, and the vectors to go with them
label activate_traps
    ldr     x1, [x19, #VCPU_HCR]
    msr     hcr_el2, x1
    mov_imm x1, (CPTR_RES1 | CPTR_TFP)
    msr     cptr_el2, x1
    str     xzr, [x19, #VCPU_FP_LIVE]
    adr_l   x1, hyp_vectors
    msr     vbar_el2, x1
    isb
    // 5. virtual GIC
    ldr     x1, [x19, #VCPU_VMCR]
    msr     ich_vmcr_el2, x1
    ldr     x1, [x19, #VCPU_AP1R0]
    msr     ich_ap1r0_el2, x1
    ldr     x1, [x19, #VCPU_LR0]
    msr     ich_lr0_el2, x1
    mov     x1, #1                   // ICH_HCR_EL2.En
    msr     ich_hcr_el2, x1
    // 6. timer: the physical one traps, the virtual one is loaded; offset before compare value before enable
    mov     x1, #1
    msr     cnthctl_el2, x1
    ldr     x1, [x19, #VCPU_CNTVOFF]
    msr     cntvoff_el2, x1
    ldr     x1, [x19, #VCPU_CNTV_CVAL]
    msr     cntv_cval_el0, x1
    isb
    ldr     x1, [x19, #VCPU_CNTV_CTL]
    msr     cntv_ctl_el0, x1
    // 7. debug: its registers trap until the guest has used one
    mrs     x1, mdcr_el2
    mov_imm x2, (MDCR_TDA | MDCR_TDOSA | MDCR_TDRA | MDCR_TPM)
    orr     x1, x1, x2
    ldr     x2, [x19, #VCPU_DEBUG]
    cbz     x2, 1f
    bic     x1, x1, #MDCR_TDA
    msr     mdcr_el2, x1
    bl      debug_to_guest
    b       enter_again
1:  msr     mdcr_el2, x1

label enter_again
    mov     x0, x19
    mov     x1, x20
    bl      guest_enter
label guest_back
    mov     x21, x0
    bl      fixup_guest_exit
    cbnz    x0, enter_again

    // The way back, in the order of the way in but for debug and FP, which need the host's traps to be off.
    mov     x0, x19
label guest_sysregs_save
    bl      sysregs_save
    // timer: off, or its level would interrupt the host
    mrs     x1, cntv_ctl_el0
    str     x1, [x19, #VCPU_CNTV_CTL]
    msr     cntv_ctl_el0, xzr
    mrs     x1, cntv_cval_el0
    str     x1, [x19, #VCPU_CNTV_CVAL]
    msr     cntvoff_el2, xzr
    mov     x1, #3
    msr     cnthctl_el2, x1
    // virtual GIC
    mrs     x1, ich_vmcr_el2
    str     x1, [x19, #VCPU_VMCR]
    mrs     x1, ich_ap1r0_el2
    str     x1, [x19, #VCPU_AP1R0]
    mrs     x1, ich_lr0_el2
    str     x1, [x19, #VCPU_LR0]
    msr     ich_hcr_el2, xzr
    // traps. A virtual SError that the guest has taken is gone from HCR_EL2: keep what the register says
label deactivate_traps
    mrs     x1, hcr_el2
    str     x1, [x19, #VCPU_HCR]
    mov_imm x1, HCR_HOST_NVHE
    msr     hcr_el2, x1
    mov_imm x1, CPTR_RES1
    msr     cptr_el2, x1
    mrs     x1, mdcr_el2
    mov_imm x2, (MDCR_TDA | MDCR_TDOSA | MDCR_TDRA | MDCR_TPM)
    bic     x1, x1, x2
    msr     mdcr_el2, x1
    adr_l   x1, hyp_host_vectors
    msr     vbar_el2, x1
    bl      host_stage2_load
    mov     x0, x20
label host_sysregs_restore
    bl      sysregs_restore
    ldr     x1, [x19, #VCPU_FP_LIVE]
    cbz     x1, 2f
    mov     x0, x19
    bl      fp_save
    mov     x0, x20
    bl      fp_restore
2:  ldr     x1, [x19, #VCPU_DEBUG]
    cbz     x1, 3f
    add     x0, x19, #VCPU_DBG_REGS
    bl      debug_save
    add     x0, x20, #HOST_DBG_REGS
    bl      debug_restore
3:  ldr     x1, [x20, #HOST_PMUSERENR]
    msr     pmuserenr_el0, x1
    ldr     x1, [x20, #HOST_PMCNTENSET]
    msr     pmcntenset_el0, x1
    msr     tpidr_el2, xzr
    mov     x0, x21
    ldr     x21, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #48
    ret
endfunc hyp_vcpu_run

func debug_to_guest                  // x19: vcpu, x20: host context
    mov     x9, x30
    add     x0, x20, #HOST_DBG_REGS
    bl      debug_save
    add     x0, x19, #VCPU_DBG_REGS
    bl      debug_restore
    ret     x9
endfunc debug_to_guest

// fixup_guest_exit(x19: vcpu, x20: host context, x21: EXIT_*) -> x0: 1 when the guest can go on as it is.
// The syndrome is kept first: the host reads it long after.
func fixup_guest_exit
    mov     x10, x30
    mrs     x1, esr_el2
    str     x1, [x19, #VCPU_ESR]
    mrs     x2, far_el2
    str     x2, [x19, #VCPU_FAR]
    mrs     x2, hpfar_el2
    str     x2, [x19, #VCPU_HPFAR]
    mov     x0, #0
    cbnz    x21, 9f                  // not a trap, or with an SError
    lsr     x2, x1, #26
    cmp     x2, #EC_FP
    b.eq    fixup_fp
    cmp     x2, #EC_SYSREG
    b.ne    9f
    ubfx    x2, x1, #20, #2          // op0: 2 is debug
    cmp     x2, #2
    b.eq    fixup_debug
    // an ID register: op0 = 3, op1 = 0, CRn = 0, read. Only ID_AA64PFR0_EL1 is shown, without what is not virtualized.
    mov_imm x2, (3 << 20 | 7 << 14 | 15 << 10 | 1)
    and     x2, x1, x2
    mov_imm x3, (3 << 20 | 1)
    cmp     x2, x3
    b.ne    9f
    mov     x3, #0
    mov_imm x2, (7 << 17 | 15 << 1)
    and     x2, x1, x2
    cmp     x2, #(4 << 1)            // CRm = 4, op2 = 0
    b.ne    1f
    mrs     x3, id_aa64pfr0_el1
    and     x3, x3, #0xffffff
1:  ubfx    x2, x1, #5, #5
    cmp     x2, #31
    b.eq    2f
    str     x3, [x19, x2, lsl #3]
2:  mrs     x2, elr_el2
    add     x2, x2, #4
    msr     elr_el2, x2
8:  count   fixups, x1, x2
    mov     x0, #1
9:  ret     x10
label fixup_fp                       // the first FP instruction of this run: swap, and let it through
    mov_imm x1, CPTR_RES1
    msr     cptr_el2, x1
    isb
    mov     x0, x20
    bl      fp_save
    mov     x0, x19
    bl      fp_restore
    mov     x1, #1
    str     x1, [x19, #VCPU_FP_LIVE]
    b       8b
label fixup_debug                    // the first debug register ever: from now on they are switched
    mrs     x1, mdcr_el2
    bic     x1, x1, #MDCR_TDA
    msr     mdcr_el2, x1
    mov     x1, #1
    str     x1, [x19, #VCPU_DEBUG]
    bl      debug_to_guest
    b       8b
endfunc fixup_guest_exit

.section .bss, "aw", %nobits
    .balign 16
label host_context
    .skip   HOST_SIZE
label fixups                         // exits that the host did not see
    .skip   8
