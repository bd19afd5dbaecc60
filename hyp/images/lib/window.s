// SPDX-License-Identifier: Apache-2.0
// Macros: the SError window of the images first, nvhe and kvmflow, and what leads to it and out of it.

// A vector of the guest's: its x0 and x1 away, and to guest_exit with EXIT_*. `vcpu` is a register that gets the vCPU, or none.
.macro exit_handler name, code, vcpu
func \name
    stp     x0, x1, [sp, #-16]!
    .ifnb   \vcpu
    mrs     \vcpu, tpidr_el2
    .endif
    mov     x0, #\code
    b       guest_exit
endfunc \name
.endm

// In guest_exit, x0: EXIT_*. An SError that the guest caused must be noticed now, while it can still be put down to the guest:
// complete its accesses, then unmask SErrors for the length of one instruction. If one is taken, window_handler comes back with the
// bit set in x0 and with this exit's syndrome overwritten, hence the copies. Uses x3..x6, which are the caller's to lose.
.macro serror_window
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
1:
.endm

// The handler of an SError at EL2, which is expected in the window only: there it marks the exit code and goes on. The return address
// is either label, depending on whether the ISB was still to be executed.
.macro window_handler name, otherwise
func \name
    stp     x2, x3, [sp, #-16]!
    mrs     x2, elr_el2
    adr     x3, serror_window_start
    cmp     x2, x3
    adr     x3, serror_window_end
    ccmp    x2, x3, #4, ne
    b.ne    \otherwise
    ldp     x2, x3, [sp], #16
    mov     x0, #(1 << EXIT_WITH_SERROR_BIT)
    eret
endfunc \name
.endm
