// SPDX-License-Identifier: Apache-2.0
// The world switch in the design of 2011, carried over to A64.
//
// HVC does not call a function: it is how the host's code changes its exception level in the middle. The host executes
// HVC and the next instruction runs at EL2; it executes HVC there, and the next instruction runs at EL1 again. So
// vcpu_run is one function that begins and ends at EL1, on the host's stack, with a stretch at EL2 between.
//
// hyp_sync tells the host's HVC from the guest's by the VMID in VTTBR_EL2: 0 is the host. What is on the EL2 stack while
// the guest runs, from the top down:
//
//   sp_el2 at rest
//     -8        x30 of the host          pushed by the first HVC (hyp_hvc)
//     -16       SPSR_EL2: host's PSTATE  popped by the second HVC (hyp_svc)
//     ...       the host's EL1 system registers and x18..x30: everything that the guest can change
//   sp_el2 while the guest runs
//
// There is no SError window: PSTATE.A is set from the exit to the ERET of hyp_svc. What the guest left pending is taken
// by the host, after the switch, as if it were the host's.
.include "defs.s"
.include "context.s"
.include "window.s"
.include "el1host.s"

.equ ICH_HCR_TC, 1 << 10             // common registers
.equ ICH_HCR_TALL1, 1 << 12          // those of group 1
.equ FRAME_SIZE, (CTX_FP + 15) & ~15 // general and system registers

// vcpu_run(x0: vcpu) -> x0: EXIT_*. Called at EL1 with IRQs masked.
func vcpu_run
    stp     x29, x30, [sp, #-16]!
label switch_to_el2
    hvc     #0
label now_at_el2                     // same code, same general registers, other stack
    adr_l   x1, hyp_stack_top - 16   // it must be as it was, but for the pair that the HVC pushed
    mov     x2, sp
    sub     x1, x1, x2
    adr_l   x2, sp_el2_lost
    str     x1, [x2]
    sub     sp, sp, #FRAME_SIZE
    mov     x1, sp
    save_callee_saved x1
    mov     x2, x0
    mov     x0, sp
    for_each_sysreg save_one
    mov     x0, x2
    msr     tpidr_el2, x0

    // The guest's: traps, stage 2 (with it the VMID: from here on an HVC is a guest's), EL1
    ldr     x1, [x0, #VCPU_HCR]
    msr     hcr_el2, x1
    mov_imm x1, (CPTR_RES1 | CPTR_TFP) // FP is not switched: it traps
    msr     cptr_el2, x1
    // The guest's GIC is software of the host: its CPU interface traps. (It would for the host too: ICH_HCR_EL2 does
    // not ask about IMO.)
    mov_imm x1, (ICH_HCR_TC | ICH_HCR_TALL1)
    msr     ich_hcr_el2, x1
    ldr     x1, [x0, #VCPU_VTTBR]
    msr     vttbr_el2, x1
    isb
    for_each_sysreg restore_one
label guest_enter                    // x0: vcpu
    load_guest_registers
label guest_enter_eret
    eret

// x0: EXIT_*; the guest's x0 and x1 are on the stack, all else is still the guest's.
label guest_exit
    mrs     x1, tpidr_el2
    save_guest_registers
    mrs     x2, esr_el2
    str     x2, [x1, #VCPU_ESR]
    mrs     x2, far_el2
    str     x2, [x1, #VCPU_FAR]
    mrs     x2, hpfar_el2
    str     x2, [x1, #VCPU_HPFAR]
    mov     x2, x0
    mov     x0, x1
    for_each_sysreg save_one
    mov_imm x1, HCR_RW
    msr     hcr_el2, x1
    mov_imm x1, CPTR_RES1
    msr     cptr_el2, x1
    msr     ich_hcr_el2, xzr
    msr     vttbr_el2, xzr           // VMID 0 again
    isb
    mov     x0, sp
    for_each_sysreg restore_one
    mov     x1, sp
    restore_callee_saved x1
    add     sp, sp, #FRAME_SIZE
    mov     x0, x2
label switch_to_el1
    hvc     #0
label now_at_el1
    count   returns, x1, x2
    cmp     x0, #EXIT_IRQ
    b.ne    irq_handed_over

    // The physical interrupt is still pending and IRQs are masked. Hand it to the host's own vector as if it had been
    // taken here: the handler's ERET comes back to the label. (That needs no instruction with IRQs enabled.)
label irq_back_door
    count   irqs_handed_over, x1, x2
    msr     daifset, #4              // no SError between here and the handler: it would overwrite ELR_EL1
    adr     x1, irq_handed_over
    msr     elr_el1, x1
    mov     x1, #PSTATE_EL1H_NO_IRQ
    msr     spsr_el1, x1
    mrs     x1, vbar_el1
    add     x1, x1, #VECTOR_IRQ
    br      x1
label irq_handed_over
    ldp     x29, x30, [sp], #16
    ret
endfunc vcpu_run

// ---- vectors ----------------------------------------------------------------------------------------------------------

.balign 0x800
label hyp_vectors
    vector  hyp_invalid              // current EL with SP_EL0
    vector  hyp_invalid
    vector  hyp_invalid
    vector  hyp_invalid
    vector  hyp_svc                  // current EL: the second HVC
    vector  hyp_invalid
    vector  hyp_invalid
    vector  hyp_invalid
    vector  hyp_sync                 // lower EL: the first HVC, or the guest
    vector  hyp_irq
    vector  hyp_invalid
    vector  hyp_error
    vector  hyp_invalid              // AArch32
    vector  hyp_invalid
    vector  hyp_invalid
    vector  hyp_invalid

func hyp_sync
    stp     x0, x1, [sp, #-16]!
    mrs     x0, esr_el2
    lsr     x0, x0, #26
    cmp     x0, #EC_HVC
    b.ne    guest_trap
    mrs     x1, vttbr_el2
    ubfx    x1, x1, #48, #8          // VMID
    cbnz    x1, guest_trap
    ldp     x0, x1, [sp], #16
label hyp_hvc                        // the host: go on at EL2 after its HVC, and only x30 changed: it is on the stack
    sub     sp, sp, #16
    str     x30, [sp, #8]
    mrs     x30, spsr_el2
    str     x30, [sp]
    mrs     x30, elr_el2
    br      x30
label guest_trap
    mrs     x1, vttbr_el2            // nothing of the host traps, apart from its HVC
    ubfx    x1, x1, #48, #8
    cbz     x1, hyp_invalid
    mov     x0, #EXIT_TRAP
    b       guest_exit
endfunc hyp_sync

exit_handler hyp_irq, EXIT_IRQ
exit_handler hyp_error, EXIT_SERROR

// HVC at EL2: ELR_EL2 is already where the host goes on. PSTATE and x30 are where the first HVC left them.
func hyp_svc
    mrs     x30, esr_el2
    lsr     x30, x30, #26
    cmp     x30, #EC_HVC
    b.ne    hyp_invalid
    ldr     x30, [sp]
    msr     spsr_el2, x30
    ldr     x30, [sp, #8]
    add     sp, sp, #16
label hyp_svc_eret
    eret
endfunc hyp_svc

func hyp_invalid
    mrs     x1, esr_el2
    mrs     x2, elr_el2
    mrs     x3, far_el2
    adr     x0, msg_invalid
    bl      print
    b       power_reset
endfunc hyp_invalid

msg_invalid:
    .asciz  "hyp: unexpected exception at EL2: ESR %x ELR %x FAR %x\n"
    .balign 4

.section .bss, "aw", %nobits
    .balign 8
label returns                        // runs that came back by the second HVC
    .skip   8
label irqs_handed_over
    .skip   8
label sp_el2_lost                    // bytes that the EL2 stack lost: stays 0
    .skip   8
