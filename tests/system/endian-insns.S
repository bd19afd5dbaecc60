/* SPDX-License-Identifier: Apache-2.0 */
/* Accesses of every size: X2 is the address, X0, X1, X4 are data in and out. */
        .arch   armv8.2-a+fp+simd+lse
        .section .low, "ax"
#include "pieces.inc"
        .macro  with_q insn:vararg
        fmov    d0, x0
        mov     v0.d[1], x1
        \insn
        fmov    x0, d0
        mov     x1, v0.d[1]
        .endm
        .macro  exclusive insn:vararg
        ldxr    x4, [x2]
        stxr    w4, x0, [x2]
        .endm
        .macro  exclusive_pair insn:vararg
        ldaxp   w0, w1, [x2]
        stlxp   w4, w1, w0, [x2]
        .endm
        .macro  literal
        ldr     x0, 7f
        b       8f
        .balign 8
7:      .quad   0x0123456789abcdef
8:
        .endm
        .balign 8
        table   pieces_endian
        piece   ldrb, ldrb w0, [x2]
        piece   ldrh, ldrh w0, [x2]
        piece   ldrsh, ldrsh x0, [x2, #2]
        piece   ldr_w, ldr w0, [x2]
        piece   ldrsw, ldrsw x0, [x2, #4]
        piece   ldr_x, ldr x0, [x2]
        piece   strb, strb w0, [x2]
        piece   strh, strh w0, [x2]
        piece   str_w, str w0, [x2]
        piece   str_x, str x0, [x2]
        piece   ldtr, ldtr x0, [x2]
        piece   sttr, sttr x0, [x2]
        piece   ldtrh, ldtrh w0, [x2]
        piece   ldp_x, ldp x0, x1, [x2]
        piece   ldp_w, ldp w0, w1, [x2]
        piece   ldpsw, ldpsw x0, x1, [x2]
        piece   stp_x, stp x0, x1, [x2]
        piece   stp_w, stp w0, w1, [x2]
        piece   ldar, ldar x0, [x2]
        piece   stlrh, stlrh w0, [x2]
        piece   exclusive, exclusive
        piece   exclusive_pair, exclusive_pair
        piece   ldxp, ldxp x0, x1, [x2]
        piece   literal, literal
        piece   ldr_q, with_q ldr q0, [x2]
        piece   str_q, with_q str q0, [x2]
        piece   ldr_h, with_q ldr h0, [x2]
        piece   str_d, with_q str d0, [x2]
        piece   ldp_d, with_q ldp d0, d1, [x2]
        piece   ld1_b, with_q ld1 {v0.16b}, [x2]
        piece   ld1_h, with_q ld1 {v0.8h}, [x2]
        piece   ld1_d, with_q ld1 {v0.2d}, [x2]
        piece   st1_s, with_q st1 {v0.4s}, [x2]
        piece   ld1_lane, with_q ld1 {v0.h}[3], [x2]
        piece   st1_lane, with_q st1 {v0.s}[1], [x2]
        piece   ld2_h, with_q ld2 {v0.8h, v1.8h}, [x2]
        piece   ld1r_s, with_q ld1r {v0.4s}, [x2]
        table_end
        .balign 8
        table   pieces_endian_lse
        piece   ldadd, ldadd x0, x1, [x2]
        piece   swph, swph w0, w1, [x2]
        piece   ldsmax_w, ldsmax w0, w1, [x2]
        piece   cas_same, cas x4, x0, [x2]
        .macro  compare_and_swap
        ldr     x4, [x2]
        cas     x4, x0, [x2]
        .endm
        piece   cas, compare_and_swap
        .macro  compare_and_swap_pair
        mov     x6, x0
        mov     x7, x1
        ldp     w0, w1, [x2]
        casp    w0, w1, w6, w7, [x2]
        .endm
        piece   casp, compare_and_swap_pair
        table_end
