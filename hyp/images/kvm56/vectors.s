// SPDX-License-Identifier: Apache-2.0
// kvm56: the vectors of EL2, and what is decided in them: HVC from the host or the guest, calls that are answered at
// once, and the SError of the window. The first FP instruction is an exit that vcpu_run settles by itself.
.include "defs.s"
.include "context.s"
.include "kvm.s"
.include "vectors-macros.s"

label image_name
    .asciz  "kvm56"
    .balign 4
.equ USE_PAUTH, 1

.macro after_eret
    speculation_barrier
.endm

// Each handler below finds x0 and x1 of the interrupted world on the stack: the vector pushes them.

func el1_sync
    sync_from_lower

label el1_trap
    leave_guest EXIT_TRAP
endfunc el1_sync

func el1_irq
    leave_guest EXIT_IRQ
endfunc el1_irq

func el1_error
    leave_guest EXIT_SERROR
endfunc el1_error

func el2_error
    ldp     x0, x1, [sp], #16
    serror_at_el2 hyp_panic, 7
label el2_error_eret
    eret
    speculation_barrier
endfunc el2_error

// The guest's first FP instruction of this run (CPTR_EL2.TFP): the host's registers away, the guest's in, and in again.
// An exit that an SError marks is left alone: the guest takes the SError first, and comes to the same instruction again.
func fixup_guest_exit
    mov     x1, #0
    cmp     x0, #EXIT_TRAP
    b.ne    1f
    mrs     x2, esr_el2
    lsr     x2, x2, #26
    cmp     x2, #EC_FP
    b.ne    1f
    mrs     x2, cptr_el2
    bic     x2, x2, #CPTR_TFP
    msr     cptr_el2, x2
    isb
    mov     x9, x30
    mov     x0, x20
    bl      fp_save
    mov     x0, x19
    bl      fp_restore
    ldr     x0, [x19, #VCPU_FP_TRAPS]
    add     x0, x0, #1
    str     x0, [x19, #VCPU_FP_TRAPS]
    mov     x30, x9
    mov     x0, #EXIT_TRAP
    mov     x1, #1
label fixup_done
1:  ret
endfunc fixup_guest_exit

invalid_vectors

.balign 0x800
label hyp_vectors
    invalid_at_el2
    valid_vector el2_error
    valid_vector el1_sync            // EL1 or EL0, AArch64: the host's HVC, or the guest
    valid_vector el1_irq
    vector  el1_fiq_invalid
    valid_vector el1_error
    valid_vector el1_sync            // AArch32
    valid_vector el1_irq
    vector  el1_fiq_invalid
    valid_vector el1_error
vector_names

vectors_data
