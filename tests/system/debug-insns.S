/* SPDX-License-Identifier: Apache-2.0 */
/* What the debug group steps over and stops at. X2 and X3 are addresses, X5, X6, X7 are X30 + 1, 2, 3. */
        .arch   armv8.2-a+fp+simd+lse+rcpc
        .section .low, "ax"
#include "pieces.inc"

        .balign 64
        .globl  debug_nops, debug_brk, debug_walk, debug_walk_end, debug_eret, debug_mdscr
debug_nops:
        nop
        nop
        nop
        nop
        ret
debug_brk:
        brk     #0x1234
        ret

/* X0: how often around */
debug_walk:
        mov     x1, #0
        cbz     x0, 3f
1:      add     x1, x1, x0
        tbz     x0, #0, 2f
        ldxr    x4, [x2]
        add     x4, x4, #1
        stxr    w6, x4, [x2]
        isb
2:      subs    x0, x0, #1
        b.ne    1b
3:      ldr     x4, [x2]
        str     x1, [x2]
        adr     x5, 4f
        br      x5
        nop
4:      nop
        ret
debug_walk_end:

debug_eret:
        eret
        nop
        ret

debug_mdscr:
        msr     mdscr_el1, x0
        isb
        msr     daif, x1
        nop
        nop
        ret

        .balign 4
        table   pieces_step
        piece   nop2, nop
        piece   isb, isb
        piece   dsb, dsb sy
        piece   b, b .+4
        .macro  call
        bl      .+4
        sub     x30, x5, #1
        .endm
        piece   bl, call
        piece   beq, b.eq .+8
        piece   bne, b.ne .+8
        piece   cbz, cbz x1, .+8
        piece   cbnz, cbnz x1, .+8
        piece   tbz, tbz x1, #3, .+8
        piece   ret_lr, ret
        piece   br_lr, br x30
        piece   blr_lr, blr x30
        piece   ldxr, ldxr x0, [x2]
        piece   ldxrb, ldxrb w0, [x2]
        piece   ldxrh, ldxrh w0, [x2]
        piece   ldxr_w, ldxr w0, [x2]
        piece   ldaxr, ldaxr x0, [x2]
        piece   ldaxrb, ldaxrb w0, [x2]
        piece   ldxp, ldxp x0, x1, [x2]
        piece   ldaxp, ldaxp w0, w1, [x2]
        piece   stxr, stxr w4, x1, [x2]
        piece   stlxp, stlxp w4, x0, x1, [x2]
        piece   clrex, clrex
        piece   ldar, ldar x0, [x2]
        piece   fmov, fmov d0, d1
        piece   mrs_ctr, mrs x0, ctr_el0
        piece   mrs_nzcv, mrs x0, nzcv
        piece   msr_nzcv, msr nzcv, x1
        piece   daifclr_d, msr daifclr, #8
        piece   daifset_d, msr daifset, #8
        piece   spsel0, msr spsel, #0
        piece   mrs_mdscr, mrs x0, mdscr_el1
        piece   msr_mdscr0, msr mdscr_el1, xzr
        piece   oslar1, msr oslar_el1, x5
        piece   osdlr1, msr osdlr_el1, x5
        piece   hint, hint #7
        piece   sev, sev
        piece   yield, yield
        piece   dc_zva, dc zva, x2
        piece   prfm, prfm pldl1keep, [x2]
        piece   eor, eor x0, x0, x0
        piece   adr, adr x0, .
        table_end

        .globl  debug_udf, debug_jump
debug_udf:
        udf     #0
        ret
debug_jump:
        br      x2

/* In the order of accesses[] in debug-watch.c. X2 is the address, X0, X1, X4 are data. */
        .balign 4
        table   pieces_watch
        piece   ldrb, ldrb w0, [x2]
        piece   ldrh, ldrh w0, [x2]
        piece   ldr_w, ldr w0, [x2]
        piece   ldr_x, ldr x0, [x2]
        piece   strb, strb w0, [x2]
        piece   strh, strh w0, [x2]
        piece   str_w, str w0, [x2]
        piece   str_x, str x0, [x2]
        piece   ldr_pre, ldr x0, [x2, #8]!
        piece   str_pre, str x0, [x2, #-8]!
        piece   ldr_post, ldr w0, [x2], #4
        piece   str_post, str w0, [x2], #4
        piece   ldp_x, ldp x0, x1, [x2]
        piece   stp_x, stp x0, x1, [x2]
        piece   ldp_w, ldp w0, w1, [x2]
        piece   stp_w, stp w0, w1, [x2]
        piece   ldpsw, ldpsw x0, x1, [x2]
        piece   ldnp, ldnp x0, x1, [x2]
        piece   ldtr_x, ldtr x0, [x2]
        piece   sttr_x, sttr x0, [x2]
        piece   ldtrb, ldtrb w0, [x2]
        piece   sttrh, sttrh w0, [x2]
        piece   ldr_q, ldr q0, [x2]
        piece   str_q, str q0, [x2]
        piece   ldr_d, ldr d0, [x2]
        piece   str_h, str h0, [x2]
        piece   ldp_q, ldp q0, q1, [x2]
        piece   stp_q, stp q0, q1, [x2]
        piece   ld1, ld1 {v0.16b}, [x2]
        piece   st1, st1 {v0.8h}, [x2]
        piece   ld1_4, ld1 {v0.16b-v3.16b}, [x2]
        piece   st1_4, st1 {v0.16b-v3.16b}, [x2]
        piece   ld2, ld2 {v0.4s, v1.4s}, [x2]
        piece   st3_lane, st3 {v0.h-v2.h}[1], [x2]
        piece   ld4r, ld4r {v0.4s-v3.4s}, [x2]
        piece   ldar, ldar x0, [x2]
        piece   stlr, stlr x0, [x2]
        piece   ldarb, ldarb w0, [x2]
        piece   stlrh, stlrh w0, [x2]
        piece   ldxr, ldxr x0, [x2]
        piece   ldaxp, ldaxp x0, x1, [x2]
        .macro  exclusive_store
        ldxr    x0, [x2]
        stxr    w4, x0, [x2]
        .endm
        piece   stxr, exclusive_store
        table_end
        .balign 4
        table   pieces_watch_lse
        piece   ldadd, ldadd x0, x1, [x2]
        piece   stset, stset w0, [x2]
        piece   swpb, swpb w0, w1, [x2]
        piece   cas, cas x0, x1, [x2]
        piece   casp, casp x0, x1, x4, x5, [x2]
        piece   ldumaxalh, ldumaxalh w0, w1, [x2]
        table_end
/* No accesses, or accesses of their own kind */
        .balign 4
        table   pieces_watch_none
        piece   prfm, prfm pldl1keep, [x2]
        piece   prfm_st, prfm pstl1keep, [x2]
        piece   dc_cvac, dc cvac, x2
        piece   dc_cvau, dc cvau, x2
        piece   dc_civac, dc civac, x2
        piece   ic_ivau, ic ivau, x2
        table_end
        .balign 4
        table   pieces_watch_own
        piece   dc_ivac, dc ivac, x2
        piece   dc_zva, dc zva, x2
        table_end
