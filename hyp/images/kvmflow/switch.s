// SPDX-License-Identifier: Apache-2.0
// The switch of a host at EL2, in its plain form: vcpu_load and vcpu_put move the guest's EL1 registers once for a KVM_RUN,
// vcpu_run what a single run needs. (The image vhe shows the run loop with all its parts.)
.arch armv8.1-a
.include "defs.s"
.include "context.s"
.include "flow.s"
.include "vcpu.s"

.macro for_each_el1 do
    \do     sctlr_el12, CTX_SCTLR_EL1
    \do     cpacr_el12, CTX_CPACR_EL1
    \do     ttbr0_el12, CTX_TTBR0_EL1
    \do     ttbr1_el12, CTX_TTBR1_EL1
    \do     tcr_el12, CTX_TCR_EL1
    \do     mair_el12, CTX_MAIR_EL1
    \do     amair_el12, CTX_AMAIR_EL1
    \do     esr_el12, CTX_ESR_EL1
    \do     far_el12, CTX_FAR_EL1
    \do     afsr0_el12, CTX_AFSR0_EL1
    \do     afsr1_el12, CTX_AFSR1_EL1
    \do     vbar_el12, CTX_VBAR_EL1
    \do     contextidr_el12, CTX_CONTEXTIDR_EL1
    \do     cntkctl_el12, CTX_CNTKCTL_EL1
    \do     elr_el12, CTX_ELR_EL1
    \do     spsr_el12, CTX_SPSR_EL1
    \do     sp_el1, CTX_SP_EL1
    \do     tpidr_el1, CTX_TPIDR_EL1
    \do     par_el1, CTX_PAR_EL1
    \do     csselr_el1, CTX_CSSELR_EL1
.endm

// What the program at EL0 and the guest share
.macro for_each_common do
    \do     sp_el0, CTX_SP_EL0
    \do     tpidr_el0, CTX_TPIDR_EL0
    \do     tpidrro_el0, CTX_TPIDRRO_EL0
    \do     mdscr_el1, CTX_MDSCR_EL1
.endm

// x0: vcpu
func vcpu_load
    for_each_el1 restore_one
    ldr     x1, [x0, #VCPU_VMCR]
    msr     ich_vmcr_el2, x1
    ldr     x1, [x0, #VCPU_AP1R0]
    msr     ich_ap1r0_el2, x1
    ret
endfunc vcpu_load

func vcpu_put
    for_each_el1 save_one
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
    mov     x18, x0
    restore_caller_saved x18
    ldp     x19, x20, [x18, #CTX_X + 19 * 8]
    ldp     x21, x22, [x18, #CTX_X + 21 * 8]
    ldp     x23, x24, [x18, #CTX_X + 23 * 8]
    ldp     x25, x26, [x18, #CTX_X + 25 * 8]
    ldp     x27, x28, [x18, #CTX_X + 27 * 8]
    ldp     x29, x30, [x18, #CTX_X + 29 * 8]
    ldr     x18, [x18, #CTX_X + 18 * 8]
label guest_enter_eret
    eret
endfunc guest_enter

// x0: EXIT_*; the guest's x0 and x1 are on the stack, all else is still the guest's.
func guest_exit
    mrs     x1, tpidr_el2
    stp     x2, x3, [x1, #CTX_X + 2 * 8]
    ldp     x2, x3, [sp], #16
    stp     x2, x3, [x1, #CTX_X + 0 * 8]
    save_x4_to_x17 x1
    save_callee_saved x1
    adr_l   x2, host_context
    restore_callee_saved x2
    // The window, as in the image nvhe: a pending SError marks the exit code here.
    mrs     x3, elr_el2
    mrs     x4, esr_el2
    mrs     x5, spsr_el2
    mov     x6, x0
    dsb     sy
    msr     daifclr, #4
label serror_window_start
    isb
label serror_window_end
    msr     daifset, #4
    tbz     x0, #EXIT_WITH_SERROR_BIT, 1f
    msr     elr_el2, x3
    msr     esr_el2, x4
    msr     spsr_el2, x5
    orr     x0, x0, x6
1:  ret
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

func guest_sync
    stp     x0, x1, [sp, #-16]!
    mov     x0, #EXIT_TRAP
    b       guest_exit
endfunc guest_sync

func guest_irq_exit
    stp     x0, x1, [sp, #-16]!
    mov     x0, #EXIT_IRQ
    b       guest_exit
endfunc guest_irq_exit

func guest_error_exit
    stp     x0, x1, [sp, #-16]!
    mov     x0, #EXIT_SERROR
    b       guest_exit
endfunc guest_error_exit

func hyp_error
    stp     x2, x3, [sp, #-16]!
    mrs     x2, elr_el2
    adr     x3, serror_window_start
    cmp     x2, x3
    adr     x3, serror_window_end
    ccmp    x2, x3, #4, ne
    b.ne    host_panic
    ldp     x2, x3, [sp], #16
    mov     x0, #(1 << EXIT_WITH_SERROR_BIT)
    eret
endfunc hyp_error

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
