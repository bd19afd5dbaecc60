// SPDX-License-Identifier: Apache-2.0
// Vectors, and the innermost part of the switch. While the host runs, VBAR_EL2 points to hyp_host_vectors; while a guest
// runs, to hyp_vectors: who called is known without looking.
.include "defs.s"
.include "context.s"
.include "nvhe.s"

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

// x0: EXIT_*, x1: vcpu; the guest's x0 and x1 are on the stack, all else is still the guest's.
func guest_exit
    stp     x2, x3, [x1, #CTX_X + 2 * 8]
    ldp     x2, x3, [sp], #16
    stp     x2, x3, [x1, #CTX_X + 0 * 8]
    save_x4_to_x17 x1
    save_callee_saved x1
    adr_l   x2, host_context
    restore_callee_saved x2
    // What the guest's accesses left pending surfaces here, where it can still be put down to the guest. If it does,
    // hyp_error sets the bit in x0 and this exit's syndrome is overwritten, hence the copies.
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

func guest_sync
    stp     x0, x1, [sp, #-16]!
    mrs     x1, tpidr_el2
    mov     x0, #EXIT_TRAP
    b       guest_exit
endfunc guest_sync

func guest_irq_exit
    stp     x0, x1, [sp, #-16]!
    mrs     x1, tpidr_el2
    mov     x0, #EXIT_IRQ
    b       guest_exit
endfunc guest_irq_exit

func guest_error_exit
    stp     x0, x1, [sp, #-16]!
    mrs     x1, tpidr_el2
    mov     x0, #EXIT_SERROR
    b       guest_exit
endfunc guest_error_exit

// Only in the window: x0 has been copied, and the return address is one of the two labels.
func hyp_error
    stp     x2, x3, [sp, #-16]!
    mrs     x2, elr_el2
    adr     x3, serror_window_start
    cmp     x2, x3
    adr     x3, serror_window_end
    ccmp    x2, x3, #4, ne
    b.ne    hyp_invalid
    ldp     x2, x3, [sp], #16
    mov     x0, #(1 << EXIT_WITH_SERROR_BIT)
    eret
endfunc hyp_error

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
