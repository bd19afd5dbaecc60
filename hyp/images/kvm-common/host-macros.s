// SPDX-License-Identifier: Apache-2.0
// For code of the host: counters and checks.

.macro count symbol, a, b
    adr_l   \a, \symbol
    ldr     \b, [\a]
    add     \b, \b, #1
    str     \b, [\a]
.endm

.macro expect name, value, symbol
    adr_l   x0, \name
    mov_imm x1, \value
    adr_l   x2, \symbol
    ldr     x2, [x2]
    bl      check
.endm

// x0 is the value that was seen
.macro expect_x0 name, value
    mov     x2, x0
    adr_l   x0, \name
    mov_imm x1, \value
    bl      check
.endm
