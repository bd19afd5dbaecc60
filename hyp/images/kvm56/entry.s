// SPDX-License-Identifier: Apache-2.0
// kvm56: in and out of the guest, in the manner of Linux 5.6. What 4.14 did not do: it looks before it enters, knows RAS,
// switches pointer authentication keys, masks SErrors again after the window, and fences speculation behind ERET.
// What the PE has is tested at run time (has_ras; HCR_EL2.API and APK); a kernel patches its code at boot instead.
.include "defs.s"
.include "context.s"
.include "kvm.s"

// The guest's keys in. No ISB: ERET synchronizes.
.macro ptrauth_switch_to_guest ctx, a, b
    mrs     \a, hcr_el2
    mov_imm \b, (HCR_API | HCR_APK)
    tst     \a, \b
    b.eq    .Lno_keys\@
    keys_restore \ctx, \a, \b
.Lno_keys\@:
.endm

// The guest's keys away, the host's in.
.macro ptrauth_switch_to_host guest, host, a, b
    mrs     \a, hcr_el2
    mov_imm \b, (HCR_API | HCR_APK)
    tst     \a, \b
    b.eq    .Lno_keys\@
    keys_save \guest, \a, \b
    keys_restore \host, \a, \b
    isb
.Lno_keys\@:
.endm

// guest_enter(x0: vcpu, x1: host context) -> x0: EXIT_*
// x29 holds the guest's context until the last load.
func guest_enter
    save_callee_saved x1

    // What is pending now came up in the host, and must not be taken from the guest: do not enter. With RAS, first complete
    // the host's stores, so that the errors that they cause are pending. Without, an SError was the end anyway.
    adr_l   x2, has_ras
    ldr     w2, [x2]
    cbz     w2, 1f
    dsb     nshst
    isb
1:
label guest_enter_check
    mrs     x1, isr_el1
    cbz     x1, 2f
    mov     x0, #EXIT_IRQ            // the host will find out what it is
label guest_enter_refused
    ret

2:
label guest_enter_checked
    mov     x29, x0
    ptrauth_switch_to_guest x29, x0, x1
    restore_caller_saved x29
    ldr     x18, [x29, #CTX_X + 18 * 8]
    restore_x19_to_x30 x29           // x29 itself is in the last pair
    // nothing but the guest's values in the registers from here on
label guest_enter_eret
    eret
    speculation_barrier
endfunc guest_enter

// x0: EXIT_*, x1: vcpu; the guest's x0 and x1 are on the stack, everything else is still the guest's.
func guest_exit
    save_guest_registers
    mrs     x2, tpidr_el2
    ptrauth_switch_to_host x1, x2, x3, x4
    restore_callee_saved x2

    adr_l   x2, has_ras
    ldr     w2, [x2]
    cbz     w2, 2f
    // RAS: the ESB of the vector has deferred the guest's SError, if there was one. No window is needed.
label guest_exit_disr
    mrs     x2, s3_0_c12_c1_1        // DISR_EL1
    str     x2, [x1, #VCPU_DISR]
    cbz     x2, 1f
    msr     s3_0_c12_c1_1, xzr
    orr     x0, x0, #(1 << EXIT_WITH_SERROR_BIT)
label guest_exit_ret_ras
1:  ret

2:  // no RAS: is one pending at all?
label window_dsb
    dsb     sy                       // complete the guest's accesses: what they cause is pending then
    isb                              // so that ISR_EL1 is not read early
label window_check
    mrs     x2, isr_el1
    tbnz    x2, #8, 3f               // A
label guest_exit_ret_clean
    ret
3:  // One is. The exception that it will be overwrites this exit's, hence the copies.
    mrs     x2, elr_el2
    mrs     x3, esr_el2
    mrs     x4, spsr_el2
    mov     x5, x0
label window_unmask
    msr     daifclr, #4
    // One instruction long: taken at the earliest right after the unmasking, and at the latest right after the ISB.
label window_start
label abort_guest_exit_start
    isb
label window_end
label abort_guest_exit_end
    msr     daifset, #4
label after_window
    // If one was taken, el2_error has put the bit into x0: bring back the guest's exception, and its code.
    tbz     x0, #EXIT_WITH_SERROR_BIT, 4f
    msr     elr_el2, x2
    msr     esr_el2, x3
    msr     spsr_el2, x4
    orr     x0, x0, x5
label guest_exit_ret
4:  ret
endfunc guest_exit
