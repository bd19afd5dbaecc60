// SPDX-License-Identifier: Apache-2.0
// The world switch. The structure is that of the non-VHE switch of Linux 4.14's KVM:
//
//   vcpu_run      traps, stage 2, virtual GIC, EL1 registers of the guest; guest_enter; and all of it back
//   guest_enter   keeps what a function call must preserve, loads the guest's general registers, ERET
//   (guest runs)
//   vectors       decide what the exit is; the first FP instruction is served at once, without a full exit
//   guest_exit    saves the guest's general registers, brings the caller's back, opens the SError window,
//                 and returns from guest_enter with the reason in x0
//
// TPIDR_EL2 holds the running vCPU. The hypervisor lives at EL2 itself, so there is no host at EL1 to save.
.include "defs.s"
.include "context.s"
.include "window.s"
.include "vcpu.s"

// guest_enter(x0: vcpu, x1: host context) -> x0: EXIT_*
// Returns when the guest exits: the `ret` is in guest_exit.
func guest_enter
    save_callee_saved x1
    load_guest_registers
    eret
endfunc guest_enter

// x0: EXIT_*, x1: vcpu; the guest's x0 and x1 are on the stack, everything else is still the guest's.
func guest_exit
    save_guest_registers
    ldr     x2, [x1, #VCPU_HOST]
    restore_callee_saved x2

    serror_window
    ret                              // to the caller of guest_enter
endfunc guest_exit

// ---- vectors --------------------------------------------------------------------------------------------------

.balign 0x800
.global hyp_vectors
hyp_vectors:
    vector  el2_invalid              // current EL with SP_EL0: never used
    vector  el2_invalid
    vector  el2_invalid
    vector  el2_invalid
    vector  el2_invalid              // current EL with SP_EL2
    vector  el2_invalid              //   IRQs stay masked at EL2
    vector  el2_invalid
    vector  el2_error
    vector  el1_sync                 // the guest
    vector  el1_irq
    vector  el1_irq
    vector  el1_error
    vector  el2_invalid              // AArch32: the guest has none
    vector  el2_invalid
    vector  el2_invalid
    vector  el2_invalid

func el1_sync
    stp     x0, x1, [sp, #-16]!
    mrs     x0, esr_el2
    lsr     x0, x0, #26
    cmp     x0, #EC_FP
    b.eq    fp_first_use
    mrs     x1, tpidr_el2
    mov     x0, #EXIT_TRAP
    b       guest_exit
endfunc el1_sync

exit_handler el1_irq, EXIT_IRQ, x1
exit_handler el1_error, EXIT_SERROR, x1
window_handler el2_error, el2_invalid

func el2_invalid
    mrs     x1, esr_el2
    mrs     x2, elr_el2
    mrs     x3, far_el2
    adr     x0, msg_invalid
    bl      print
    b       power_off
endfunc el2_invalid

// ---- FP and SIMD ------------------------------------------------------------------------------------------------

// The guest's first FP instruction of this run trapped (CPTR_EL2.TFP). Swap the registers, let it through, and go
// back to the same instruction without leaving for the hypervisor's loop: only x0..x5, lr are touched.
func fp_first_use
    stp     x2, x3, [sp, #-16]!
    stp     x4, x30, [sp, #-16]!
    mrs     x4, cptr_el2
    bic     x4, x4, #CPTR_TFP
    msr     cptr_el2, x4
    isb
    mrs     x4, tpidr_el2
    mov     x0, #1
    str     x0, [x4, #VCPU_FP_LIVE]
    ldr     x0, [x4, #VCPU_FP_TRAPS]
    add     x0, x0, #1
    str     x0, [x4, #VCPU_FP_TRAPS]
    ldr     x0, [x4, #VCPU_HOST]
    bl      fp_save
    mov     x0, x4
    bl      fp_restore
    ldp     x4, x30, [sp], #16
    ldp     x2, x3, [sp], #16
    ldp     x0, x1, [sp], #16
    eret
endfunc fp_first_use

// ---- EL1 system registers -----------------------------------------------------------------------------------------

func sysregs_save
    for_each_sysreg save_one
    ret
endfunc sysregs_save

func sysregs_restore
    for_each_sysreg restore_one
    ret
endfunc sysregs_restore

// ---- one run ---------------------------------------------------------------------------------------------------------

// vcpu_run(x0: vcpu) -> x0: EXIT_*, with VCPU_ESR, VCPU_FAR and VCPU_HPFAR filled in
func vcpu_run
    stp     x29, x30, [sp, #-32]!
    str     x19, [sp, #16]
    mov     x19, x0
    msr     tpidr_el2, x19

    // traps: FP traps until first used
    mov_imm x1, HCR_GUEST
    msr     hcr_el2, x1
    mov_imm x1, (CPTR_RES1 | CPTR_TFP)
    msr     cptr_el2, x1
    str     xzr, [x19, #VCPU_FP_LIVE]
    // stage 2
    ldr     x1, [x19, #VCPU_VTTBR]
    msr     vttbr_el2, x1
    isb
    // virtual GIC
    ldr     x1, [x19, #VCPU_VMCR]
    msr     ich_vmcr_el2, x1
    ldr     x1, [x19, #VCPU_AP1R0]
    msr     ich_ap1r0_el2, x1
    ldr     x1, [x19, #VCPU_LR0]
    msr     ich_lr0_el2, x1
    mov     x1, #1                   // ICH_HCR_EL2.En
    msr     ich_hcr_el2, x1
    // EL1, and where the guest goes on
    bl      sysregs_restore

    mov     x0, x19
    ldr     x1, [x19, #VCPU_HOST]
    bl      guest_enter

    // the syndrome first: everything below may be overwritten by our own faults
    mrs     x1, esr_el2
    str     x1, [x19, #VCPU_ESR]
    mrs     x1, far_el2
    str     x1, [x19, #VCPU_FAR]
    mrs     x1, hpfar_el2
    str     x1, [x19, #VCPU_HPFAR]
    mov     x2, x0
    mov     x0, x19
    bl      sysregs_save             // x2 survives
    mov     x19, x2                  // exit code
    // virtual GIC
    mrs     x1, ich_vmcr_el2
    str     x1, [x0, #VCPU_VMCR]
    mrs     x1, ich_ap1r0_el2
    str     x1, [x0, #VCPU_AP1R0]
    mrs     x1, ich_lr0_el2
    str     x1, [x0, #VCPU_LR0]
    msr     ich_hcr_el2, xzr
    // traps and stage 2 off
    mov_imm x1, HCR_HOST
    msr     hcr_el2, x1
    mov_imm x1, CPTR_RES1
    msr     cptr_el2, x1
    msr     vttbr_el2, xzr
    isb
    // FP, when the guest has used it
    ldr     x1, [x0, #VCPU_FP_LIVE]
    cbz     x1, 1f
    mov     x9, x0
    bl      fp_save
    ldr     x0, [x9, #VCPU_HOST]
    bl      fp_restore
1:  mov     x0, x19
    ldr     x19, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret
endfunc vcpu_run

msg_invalid:
    .asciz  "hyp: unexpected exception at EL2: ESR %x ELR %x FAR %x\n"
