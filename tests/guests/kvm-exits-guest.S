/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest of kvm-exits.c: runs at EL1 with the MMU off and touches no memory but its code, so that it leaves
 * for the reasons planned and for nothing else. It is copied into the guest's memory, hence position-independent.
 *
 * In:  x20 = N, x21 = GUEST_MMIO
 * Out: x22 = HVCs answered with SMCCC 1.1 or newer      x23 = sum of the numbers read
 *      x24 = ID register read last                      x25 = ID register reads that gave x24's value
 */
#include "tests/guests/kvm-exits-guest.h"

    .section .rodata
    .balign 8
    .global guest_start, guest_end
guest_start:
    mov     x22, #0
    mov     x23, #0
    mov     x25, #0
    movz    w26, #0x1, lsl #16
    movk    w26, #0x1                       /* SMCCC 1.1 */

    mov     x19, x20
1:  movz    w0, #(SMCCC_VERSION >> 16), lsl #16
    mov     x1, #0
    mov     x2, #0
    mov     x3, #0
    hvc     #0
    cmp     w0, w26
    cinc    x22, x22, ge                    /* an error is negative */
    subs    x19, x19, #1
    b.ne    1b

    mov     x19, x20
2:  ldr     w0, [x21, #MMIO_READ]
    add     x23, x23, x0
    subs    x19, x19, #1
    b.ne    2b

    mov     x19, x20
3:  str     w19, [x21, #MMIO_WRITE]
    subs    x19, x19, #1
    b.ne    3b

    mrs     x24, id_aa64dfr0_el1            /* this one counts as the first of N */
    mov     x25, #1
    subs    x19, x20, #1
    b.eq    5f
4:  mrs     x0, id_aa64dfr0_el1
    cmp     x0, x24
    cinc    x25, x25, eq
    subs    x19, x19, #1
    b.ne    4b

5:  str     wzr, [x21, #MMIO_STOP]
6:  b       6b
guest_end:
    .section .note.GNU-stack, "", %progbits
