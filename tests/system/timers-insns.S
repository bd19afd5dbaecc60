/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting: X1 counts how far it came. */
        .section .low, "ax"
        .globl  insn_timer_wfi, insn_timer_wfe
        .balign 64
insn_timer_wfi:
        mov     x1, #1
        wfi
        mov     x1, #2
        ret
/* The first three may find the event register set. */
insn_timer_wfe:
        mov     x1, #1
        wfe
        mov     x1, #2
        wfe
        mov     x1, #3
        wfe
        mov     x1, #4
        wfe
        mov     x1, #5
        ret
