/* SPDX-License-Identifier: Apache-2.0 */
/* Entry of the guests' user programs: the kernel leaves argc and argv on the stack. */
    .text
    .global _start
    .type _start, %function
_start:
    mov     x29, #0
    mov     x30, #0
    ldr     x0, [sp]
    add     x1, sp, #8
    bl      main
    mov     x8, #94                 /* exit_group */
    svc     #0
    brk     #1
    .size _start, . - _start
    .section .note.GNU-stack, "", %progbits
