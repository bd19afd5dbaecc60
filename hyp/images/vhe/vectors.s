// SPDX-License-Identifier: Apache-2.0
// vhe: the vectors that are set while a guest may run; at any other time VBAR_EL2 is the host's own. There is no HVC
// from the host, so every synchronous exception from below is the guest's.
.include "defs.s"
.include "kvm.s"
.include "vhe.s"

.macro get_vcpu_ptr vcpu, ctxt
    mrs     \ctxt, tpidr_el2
    ldr     \vcpu, [\ctxt, #HOST_VCPU]
.endm

func el1_sync
    get_vcpu_ptr x1, x0
    mov     x0, #EXIT_TRAP
    b       guest_exit
endfunc el1_sync

func el1_irq
    get_vcpu_ptr x1, x0
    mov     x0, #EXIT_IRQ
    b       guest_exit
endfunc el1_irq

func el1_error
    get_vcpu_ptr x1, x0
    mov     x0, #EXIT_SERROR
    b       guest_exit
endfunc el1_error

// Only in the window of guest_exit, which a PE with RAS does not open.
func el2_error
    ldp     x0, x1, [sp], #16
    mrs     x0, elr_el2
    adr     x1, window_start
    cmp     x0, x1
    adr     x1, window_end
    ccmp    x0, x1, #4, ne
    b.ne    el2_invalid
    mov     x0, #(1 << EXIT_WITH_SERROR_BIT)
    eret
    speculation_barrier
endfunc el2_error

// The host's vectors and TGE back, then its panic.
func el2_invalid
    mrs     x1, esr_el2
    mrs     x2, elr_el2
    mrs     x3, far_el2
    adr_l   x4, panic_state
    mov     x0, #4
    stp     x0, x1, [x4]
    stp     x2, x3, [x4, #16]
    msr     ich_hcr_el2, xzr
    adr_l   x1, hcr_host
    ldr     x1, [x1]
    msr     hcr_el2, x1
    adr_l   x1, host_vectors
    msr     vbar_el1, x1
    isb
    b       host_panic
endfunc el2_invalid

.macro valid_vector target
    .balign 0x80
    hint    #16                      // ESB: what was on its way is deferred to DISR_EL1, see guest_exit
    stp     x0, x1, [sp, #-16]!
    b       \target
.endm

.balign 0x800
label hyp_vectors
    .rept   7
    vector  el2_invalid
    .endr
    valid_vector el2_error
    valid_vector el1_sync
    valid_vector el1_irq
    vector  el2_invalid
    valid_vector el1_error
    .rept   4
    vector  el2_invalid
    .endr
.set vector_el2_error, hyp_vectors + 0x380
.set vector_el1_sync, hyp_vectors + 0x400
.set vector_el1_irq, hyp_vectors + 0x480
.set vector_el1_error, hyp_vectors + 0x580
.global vector_el2_error, vector_el1_sync, vector_el1_irq, vector_el1_error

.section .bss, "aw", %nobits
    .balign 16
label panic_state                    // why (vector number), ESR_EL2, ELR_EL2, FAR_EL2
    .skip   32
