// SPDX-License-Identifier: Apache-2.0
// Text on the PL011.
.include "defs.s"

// print(x0: format, x1..x4: arguments). %d decimal, %x hexadecimal, %s string; each takes the next argument.
// Keeps x19..x30; x0..x17 are lost.
func print
    stp     x29, x30, [sp, #-80]!
    stp     x19, x20, [sp, #16]
    stp     x1, x2, [sp, #32]
    stp     x3, x4, [sp, #48]
    mov     x19, x0
    add     x20, sp, #32             // next argument
1:  ldrb    w0, [x19], #1
    cbz     w0, 5f
    cmp     w0, #'%'
    b.eq    2f
    bl      put_char
    b       1b
2:  ldrb    w0, [x19], #1
    ldr     x1, [x20], #8
    cmp     w0, #'d'
    b.eq    3f
    cmp     w0, #'s'
    b.eq    4f
    bl      put_hex
    b       1b
3:  bl      put_decimal
    b       1b
4:  bl      put_string
    b       1b
5:  ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #80
    ret
endfunc print

// x0: character; x13, x14 are lost
func put_char
    mov_imm x13, UART_BASE
1:  ldr     w14, [x13, #UARTFR]
    tbnz    w14, #UARTFR_TXFF_BIT, 1b
    strb    w0, [x13, #UARTDR]
    ret
endfunc put_char

// x1: address of a string
func put_string
    mov     x12, x30
1:  ldrb    w0, [x1], #1
    cbz     w0, 2f
    bl      put_char
    b       1b
2:  ret     x12
endfunc put_string

// x1: value
func put_hex
    mov     x12, x30
    mov     w0, #'0'
    bl      put_char
    mov     w0, #'x'
    bl      put_char
    clz     x2, x1
    mov     x3, #60
    and     x2, x2, #~3
    subs    x2, x3, x2               // shift of the first digit
    csel    x2, xzr, x2, lt
1:  lsr     x0, x1, x2
    and     x0, x0, #0xf
    cmp     x0, #10
    add     x3, x0, #('a' - 10)
    add     x0, x0, #'0'
    csel    x0, x3, x0, hs
    bl      put_char
    subs    x2, x2, #4
    b.ge    1b
    ret     x12
endfunc put_hex

// x1: value
func put_decimal
    mov     x12, x30
    sub     sp, sp, #32
    mov     x2, sp
    add     x2, x2, #32
    mov     x3, #10
    mov     x4, x2
1:  udiv    x5, x1, x3
    msub    x6, x5, x3, x1
    add     w6, w6, #'0'
    strb    w6, [x4, #-1]!
    mov     x1, x5
    cbnz    x1, 1b
2:  ldrb    w0, [x4], #1
    bl      put_char
    cmp     x4, x2
    b.lo    2b
    add     sp, sp, #32
    ret     x12
endfunc put_decimal
