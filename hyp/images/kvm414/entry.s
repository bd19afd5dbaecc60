// SPDX-License-Identifier: Apache-2.0
// kvm414: in and out of the guest, in the manner of Linux 4.14, and the window in which its SErrors come up.
.include "defs.s"
.include "context.s"
.include "kvm.s"

// guest_enter(x0: vcpu, x1: host context) -> x0: EXIT_*
// Returns when the guest exits: the `ret` is in guest_exit. x18 holds the guest's context until the last load.
func guest_enter
    save_callee_saved x1
    load_guest_registers
    // nothing but the guest's values in the registers from here on
label guest_enter_eret
    eret
endfunc guest_enter

// x0: EXIT_*, x1: vcpu; the guest's x0 and x1 are on the stack, everything else is still the guest's.
func guest_exit
    save_guest_registers
    mrs     x2, tpidr_el2
    restore_callee_saved x2

    // If an SError is pending, it is the guest's, and this is the time to find out. The exception that it will be
    // overwrites this exit's, hence the copies.
    mrs     x2, elr_el2
    mrs     x3, esr_el2
    mrs     x4, spsr_el2
    mov     x5, x0
label window_dsb
    dsb     sy                       // complete the guest's accesses: what they cause is pending then
label window_unmask
    msr     daifclr, #4
    // One instruction long: an SError that is pending is taken at the earliest right after the unmasking, and at the
    // latest right after the ISB.
label window_start
label abort_guest_exit_start
    isb
label window_end
label abort_guest_exit_end
label after_window
    // If one was taken, el2_error has put the bit into x0: bring back the guest's exception, and its code.
    tbz     x0, #EXIT_WITH_SERROR_BIT, 1f
    msr     elr_el2, x2
    msr     esr_el2, x3
    msr     spsr_el2, x4
    orr     x0, x0, x5
1:  // PSTATE.A stays clear, as it did in 4.14: an SError between here and the end of this HVC is fatal as long as
    // HCR_EL2.AMO is set, and the host's afterwards.
label guest_exit_ret
    ret
endfunc guest_exit
