// SPDX-License-Identifier: Apache-2.0
// The switch of a host at EL2, in its plain form: vcpu_load and vcpu_put move the guest's EL1 registers once for a KVM_RUN,
// vcpu_run what a single run needs. (The image vhe shows the run loop with all its parts.)
.arch armv8.1-a
.include "defs.s"
.include "context.s"
.include "vhe-macros.s"
.include "window.s"
.include "flow.s"
.include "vcpu.s"

// x0: vcpu
func vcpu_load
    for_each_el12 restore_one
    ldr     x1, [x0, #VCPU_VMCR]
    msr     ich_vmcr_el2, x1
    ldr     x1, [x0, #VCPU_AP1R0]
    msr     ich_ap1r0_el2, x1
    ret
endfunc vcpu_load

func vcpu_put
    for_each_el12 save_one
    mrs     x1, ich_vmcr_el2
    str     x1, [x0, #VCPU_VMCR]
    mrs     x1, ich_ap1r0_el2
    str     x1, [x0, #VCPU_AP1R0]
    ret
endfunc vcpu_put

// vcpu_run(x0: vcpu) -> x0: EXIT_*. With everything masked.
func vcpu_run
    stp     x29, x30, [sp, #-32]!
    stp     x19, x20, [sp, #16]
    mov     x19, x0
    adr_l   x20, host_context
    msr     tpidr_el2, x19
    mov     x0, x20
    for_each_common save_one
    adr_l   x1, vm                   // stage 2 before TGE goes
    ldr     x1, [x1, #VM_VTTBR]
    msr     vttbr_el2, x1
    isb
label activate_traps
    mov_imm x1, HCR_VHE_GUEST
    msr     hcr_el2, x1
    adr_l   x1, hyp_vectors
    msr     vbar_el2, x1
    isb
    ldr     x1, [x19, #VCPU_LR0]
    msr     ich_lr0_el2, x1
    mov     x1, #1                   // ICH_HCR_EL2.En
    msr     ich_hcr_el2, x1
    mov     x0, x19
    for_each_common restore_one
    ldr     x1, [x19, #CTX_PC]
    msr     elr_el2, x1
    ldr     x1, [x19, #CTX_PSTATE]
    msr     spsr_el2, x1
    mov     x1, x20
    bl      guest_enter
label guest_back
    mrs     x1, esr_el2
    str     x1, [x19, #VCPU_ESR]
    mrs     x1, far_el2
    str     x1, [x19, #VCPU_FAR]
    mrs     x1, hpfar_el2
    str     x1, [x19, #VCPU_HPFAR]
    mrs     x1, elr_el2
    str     x1, [x19, #CTX_PC]
    mrs     x1, spsr_el2
    str     x1, [x19, #CTX_PSTATE]
    mov     x2, x0
    mov     x0, x19
    for_each_common save_one
    mrs     x1, ich_lr0_el2
    str     x1, [x19, #VCPU_LR0]
    msr     ich_hcr_el2, xzr
label deactivate_traps
    mov_imm x1, HCR_VHE_HOST
    msr     hcr_el2, x1              // TGE again: EL0 is the program
    isb
    adr_l   x1, host_vectors
    msr     vbar_el2, x1
    msr     vttbr_el2, xzr
    mov     x0, x20
    for_each_common restore_one
    isb
    mov     x0, x2
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret
endfunc vcpu_run

// guest_enter(x0: vcpu, x1: host context) -> x0: EXIT_*. The `ret` is in guest_exit.
func guest_enter
    save_callee_saved x1
    load_guest_registers
label guest_enter_eret
    eret
endfunc guest_enter

// x0: EXIT_*; the guest's x0 and x1 are on the stack, all else is still the guest's.
func guest_exit
    mrs     x1, tpidr_el2
    save_guest_registers
    adr_l   x2, host_context
    restore_callee_saved x2
    serror_window
    ret
endfunc guest_exit

.balign 0x800
label hyp_vectors
    .rept   7
    vector  host_panic
    .endr
    vector  hyp_error
    vector  guest_sync
    vector  guest_irq_exit
    vector  host_panic
    vector  guest_error_exit
    .rept   4
    vector  host_panic
    .endr

exit_handler guest_sync, EXIT_TRAP
exit_handler guest_irq_exit, EXIT_IRQ
exit_handler guest_error_exit, EXIT_SERROR
window_handler hyp_error, host_panic

.section .bss, "aw", %nobits
    .balign 16
label vcpu
    .skip   VCPU_SIZE
    .balign 16
label host_context
    .skip   CTX_SIZE
label vm
    .skip   VM_SIZE
    .balign 4096
    .skip   8192
label host_stack_top
