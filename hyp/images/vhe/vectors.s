// SPDX-License-Identifier: Apache-2.0
// vhe: the vectors that are set while a guest may run; at any other time VBAR_EL2 is the host's own. There is no HVC
// from the host, so every synchronous exception from below is the guest's.
.include "defs.s"
.include "kvm.s"
.include "vectors-macros.s"
.include "vhe.s"

func el1_sync
    leave_guest EXIT_TRAP
endfunc el1_sync

func el1_irq
    leave_guest EXIT_IRQ
endfunc el1_irq

func el1_error
    leave_guest EXIT_SERROR
endfunc el1_error

// Only in the window of guest_exit, which a PE with RAS does not open.
func el2_error
    ldp     x0, x1, [sp], #16
    serror_at_el2 el2_invalid
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
vector_names

.section .bss, "aw", %nobits
    .balign 16
label panic_state                    // why (vector number), ESR_EL2, ELR_EL2, FAR_EL2
    .skip   32
