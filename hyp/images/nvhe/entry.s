// SPDX-License-Identifier: Apache-2.0
// Vectors, and the innermost part of the switch. While the host runs, VBAR_EL2 points to hyp_host_vectors; while a guest
// runs, to hyp_vectors: who called is known without looking.
.include "defs.s"
.include "context.s"
.include "window.s"
.include "nvhe.s"

// guest_enter(x0: vcpu, x1: host context) -> x0: EXIT_*. The `ret` is in guest_exit.
func guest_enter
    save_callee_saved x1
    load_guest_registers
label guest_enter_eret
    eret
endfunc guest_enter

// x0: EXIT_*, x1: vcpu; the guest's x0 and x1 are on the stack, all else is still the guest's.
func guest_exit
    save_guest_registers
    adr_l   x2, host_context
    restore_callee_saved x2
    // What the guest's accesses left pending surfaces here, where it can still be put down to the guest.
    serror_window
    ret
endfunc guest_exit

// ---- vectors while a guest runs ----------------------------------------------------------------------------------------

.balign 0x800
label hyp_vectors
    .rept   4
    vector  hyp_invalid
    .endr
    vector  hyp_invalid              // current EL
    vector  hyp_invalid
    vector  hyp_invalid
    vector  hyp_error
    vector  guest_sync               // the guest
    vector  guest_irq_exit
    vector  hyp_invalid
    vector  guest_error_exit
    .rept   4
    vector  hyp_invalid
    .endr

exit_handler guest_sync, EXIT_TRAP, x1
exit_handler guest_irq_exit, EXIT_IRQ, x1
exit_handler guest_error_exit, EXIT_SERROR, x1
window_handler hyp_error, hyp_invalid

// ---- vectors while the host runs -----------------------------------------------------------------------------------------

.balign 0x800
label hyp_host_vectors
    .rept   8
    vector  hyp_invalid
    .endr
    vector  host_sync                // HVC; a stage 2 fault of the host is fatal
    .rept   7
    vector  hyp_invalid
    .endr

func host_sync
    stp     x29, x30, [sp, #-32]!
    stp     x0, x1, [sp, #16]
    mrs     x29, esr_el2
    lsr     x29, x29, #26
    cmp     x29, #EC_HVC
    b.ne    hyp_invalid
    cmp     x0, #HYP_GET_VTR
    b.eq    1f
    cbnz    x0, 2f
    mov     x0, x1
    bl      hyp_vcpu_run
    b       3f
1:  mrs     x0, ich_vtr_el2
    b       3f
2:  mov     x0, #-1
3:  ldp     x29, x30, [sp], #32
label host_eret
    eret
endfunc host_sync

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
