// SPDX-License-Identifier: Apache-2.0
// For the guests of the images.

// say LABEL: let the hypervisor print a string
.macro say label
    mov_imm x0, CALL_SAY
    adr_l   x1, \label
    mov_imm x2, GUEST_KOFF
    sub     x1, x1, x2
    hvc     #0
.endm
