// SPDX-License-Identifier: Apache-2.0
// kvm414: the vectors of EL2, and what is decided in them: HVC from the host or the guest, calls that are answered
// at once, the first FP instruction, and the SError of the window.
.include "defs.s"
.include "context.s"
.include "kvm.s"
.include "vectors-macros.s"

label image_name
    .asciz  "kvm414"
    .balign 4
.equ USE_PAUTH, 0

.macro after_eret
.endm

func el1_sync
    stp     x0, x1, [sp, #-16]!
    sync_from_lower
label el1_trap
    mrs     x0, esr_el2
    lsr     x0, x0, #26
    cmp     x0, #EC_FP
    b.eq    fp_guest_restore
    leave_guest EXIT_TRAP
endfunc el1_sync

func el1_irq
    stp     x0, x1, [sp, #-16]!
    leave_guest EXIT_IRQ
endfunc el1_irq

func el1_error
    stp     x0, x1, [sp, #-16]!
    leave_guest EXIT_SERROR
endfunc el1_error

func el2_error
    serror_at_el2 hyp_panic, 7
label el2_error_eret
    eret
endfunc el2_error

// The guest's first FP instruction of this run: the host's registers away, the guest's in, and the same instruction
// again. No exit.
func fp_guest_restore
    stp     x2, x3, [sp, #-16]!
    stp     x4, x30, [sp, #-16]!
    mrs     x2, cptr_el2
    bic     x2, x2, #CPTR_TFP
    msr     cptr_el2, x2
    isb
    get_host_ctxt x0
    ldr     x4, [x0, #HOST_VCPU]
    bl      fp_save
    mov     x0, x4
    bl      fp_restore
    ldr     x0, [x4, #VCPU_FP_TRAPS]
    add     x0, x0, #1
    str     x0, [x4, #VCPU_FP_TRAPS]
    ldp     x4, x30, [sp], #16
    ldp     x2, x3, [sp], #16
    ldp     x0, x1, [sp], #16
label fp_eret
    eret
endfunc fp_guest_restore

invalid_vectors

.balign 0x800
label hyp_vectors
    invalid_at_el2
    vector  el2_error
    vector  el1_sync                 // EL1 or EL0, AArch64: the host's HVC, or the guest
    vector  el1_irq
    vector  el1_fiq_invalid
    vector  el1_error
    vector  el1_sync                 // AArch32
    vector  el1_irq
    vector  el1_fiq_invalid
    vector  el1_error

vector_names

vectors_data
