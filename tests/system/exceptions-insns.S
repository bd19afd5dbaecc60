/* SPDX-License-Identifier: Apache-2.0 */
/* What raises exceptions: named pieces of code, each ending in RET if it gets there. X2 is an address, X3 another; X5, X6, X7 are X30 + 1, 2, 3. */
        .arch   armv8.2-a+fp+simd+lse+rcpc
        .section .low, "ax"

#include "pieces.inc"

        .balign 64
        table   pieces_plain
        piece   svc0, svc #0
        piece   svc, svc #0x1234
        piece   svcffff, svc #0xffff
        piece   hvc0, hvc #0
        piece   hvc, hvc #0x1234
        piece   smc, smc #0
        piece   brk0, brk #0
        piece   brk, brk #0xf00d
        piece   hlt, hlt #0x1234
        piece   udf, .inst 0x00001234
        piece   unallocated, .inst 0xe7ffffff
        piece   dcps1, .inst 0xd4a00001
        piece   dcps2, .inst 0xd4a00002
        piece   dcps3, .inst 0xd4a00003
        piece   drps, .inst 0xd6bf03e0
        piece   mrs_none, mrs x0, s3_3_c0_c0_2
        piece   msr_none, msr s3_3_c0_c0_2, x0
        piece   msr_ro, msr s3_0_c0_c0_0, x0
        piece   mrs_el2, mrs x0, esr_el2
        piece   mrs_el12, .inst 0xd53d1000
        piece   mrs_sp_el0, mrs x0, sp_el0
        piece   mrs_sp_el1, mrs x0, sp_el1
        piece   mrs_sp_el2, mrs x0, s3_6_c4_c1_0
        piece   mrs_elr1, mrs x0, elr_el1
        piece   daifset, msr daifset, #15
        piece   nop, nop
        piece   csdb, hint #20
        piece   hint127, hint #127
        piece   sb, .inst 0xd50330ff
        piece   pacia, .inst 0xd503211f
        piece   paciza, .inst 0xdac123e0
        piece   retaa_like, .inst 0xd65f0bfe
        piece   cas, cas x0, x1, [x3]
        piece   ldadd, ldadd x0, x1, [x3]
        piece   ldapr, ldapr x0, [x3]
        piece   crc32, .inst 0x1ac04000
        piece   sve, .inst 0x04200000
        piece   fjcvtzs, .inst 0x1e7e0000
        piece   sqrdmlah, .inst 0x2e808400
        piece   udot, .inst 0x2e809400
        piece   fp16, .inst 0x1ee02800
        piece   sm4, .inst 0xcec08400
        piece   sha512, .inst 0xcec08000
        piece   wrffr, .inst 0x25289000
        piece   tstart, .inst 0xd5233060
        piece   tcommit, .inst 0xd503307f
        piece   ldraa, .inst 0xf8200400
        piece   stg, .inst 0xd9200800
        piece   cfinv, .inst 0xd500401f
        piece   axflag, .inst 0xd500405f
        piece   wfet, .inst 0xd5031000
        piece   bti, .inst 0xd503245f
        piece   ld64b, .inst 0xf83fd040
        piece   eretaa, .inst 0xd69f0bff
        piece   br_odd1, br x5
        piece   br_odd2, br x6
        piece   blr_odd3, blr x7
        piece   ret_odd, ret x6
        table_end

        table   pieces_sp
        piece   ldr, ldr x0, [sp]
        piece   ldr_off, ldr x0, [sp, #8]
        piece   ldrb, ldrb w0, [sp]
        piece   str, str x0, [sp]
        piece   stp, stp x0, x1, [sp, #-16]!
        piece   ldp, ldp x0, x1, [sp], #16
        piece   ldr_reg, ldr x0, [sp, x4]
        piece   ldur, ldur x0, [sp, #1]
        piece   ldtr, ldtr x0, [sp]
        piece   ldar, ldar x0, [sp]
        piece   ldxr, ldxr x0, [sp]
        piece   stxr, stxr w5, x1, [sp]
        piece   ldr_q, ldr q0, [sp]
        piece   ld1, ld1 {v0.16b}, [sp]
        piece   prfm, prfm pldl1keep, [sp]
        piece   ldadd, ldadd x0, x1, [sp]
        piece   cas, cas x0, x1, [sp]
        piece   add, add x0, sp, #1
        table_end

/* Loads and stores at X2. SRT etc. are of stage 2's instruction syndrome. */
        table   pieces_memory
        piece   ldrb, ldrb w0, [x2]
        piece   ldrsb_w, ldrsb w1, [x2]
        piece   ldrsb_x, ldrsb x1, [x2]
        piece   ldrh, ldrh w3, [x2]
        piece   ldrsh_w, ldrsh w4, [x2]
        piece   ldrsh_x, ldrsh x5, [x2]
        piece   ldr_w, ldr w6, [x2]
        piece   ldrsw, ldrsw x7, [x2]
        piece   ldr_x, ldr x0, [x2]
        piece   ldr_xzr, ldr xzr, [x2]
        piece   strb, strb w0, [x2]
        piece   strh, strh w1, [x2]
        piece   str_w, str w3, [x2]
        piece   str_x, str x4, [x2]
        piece   str_xzr, str xzr, [x2]
        piece   ldr_pre, ldr x0, [x2, #8]!
        piece   ldr_post, ldr x0, [x2], #8
        piece   str_pre, str x0, [x2, #8]!
        piece   str_post, str w0, [x2], #8
        piece   ldr_reg, ldr x0, [x2, x4]
        piece   ldr_uxtw, ldr w0, [x2, w4, uxtw #2]
        piece   ldur, ldur x0, [x2, #1]
        piece   stur, stur w0, [x2, #3]
        piece   ldtr_x, ldtr x0, [x2]
        piece   ldtr_w, ldtr w1, [x2]
        piece   ldtrsb, ldtrsb x1, [x2]
        piece   sttr_x, sttr x0, [x2]
        piece   sttrb, sttrb w0, [x2]
        piece   ldp_x, ldp x0, x1, [x2]
        piece   ldp_w, ldp w0, w1, [x2]
        piece   ldpsw, ldpsw x0, x1, [x2]
        piece   stp_x, stp x0, x1, [x2]
        piece   stp_pre, stp x0, x1, [x2, #16]!
        piece   ldnp, ldnp x0, x1, [x2]
        piece   ldr_b, ldr b0, [x2]
        piece   ldr_d, ldr d0, [x2]
        piece   ldr_q, ldr q0, [x2]
        piece   str_q, str q0, [x2]
        piece   ldp_q, ldp q0, q1, [x2]
        piece   stp_d, stp d0, d1, [x2]
        piece   ld1, ld1 {v0.16b}, [x2]
        piece   ld1_4, ld1 {v0.16b-v3.16b}, [x2]
        piece   ld4r, ld4r {v0.4s-v3.4s}, [x2]
        piece   st1, st1 {v0.8h}, [x2]
        piece   st3_lane, st3 {v0.h-v2.h}[1], [x2]
        piece   ldxr, ldxr x0, [x2]
        piece   ldxrb, ldxrb w1, [x2]
        piece   ldaxr, ldaxr w0, [x2]
        piece   ldxp, ldxp x0, x1, [x2]
        piece   ldaxp, ldaxp w0, w1, [x2]
        piece   ldar_x, ldar x0, [x2]
        piece   ldar_w, ldar w1, [x2]
        piece   ldarb, ldarb w3, [x2]
        piece   ldarh, ldarh w4, [x2]
        piece   stlr_x, stlr x0, [x2]
        piece   stlr_w, stlr w1, [x2]
        piece   stlrb, stlrb w3, [x2]
        piece   stlrh, stlrh w4, [x2]
        piece   ldapr, ldapr x0, [x2]
        piece   ldaprb, ldaprb w0, [x2]
        piece   ldlar, ldlar x0, [x2]
        piece   stllr, stllr x0, [x2]
        piece   cas, cas x0, x1, [x2]
        piece   casal_w, casal w0, w1, [x2]
        piece   casp, casp x0, x1, x4, x5, [x2]
        piece   swp, swp x0, x1, [x2]
        piece   ldadd, ldadd x0, x1, [x2]
        piece   ldaddalb, ldaddalb w0, w1, [x2]
        piece   stset, stset x0, [x2]
        piece   ldumaxh, ldumaxh w0, w1, [x2]
        piece   prfm, prfm pldl1keep, [x2]
        piece   dc_cvac, dc cvac, x2
        piece   dc_cvau, dc cvau, x2
        piece   dc_civac, dc civac, x2
        piece   dc_ivac, dc ivac, x2
        piece   dc_zva, dc zva, x2
        piece   ic_ivau, ic ivau, x2
        piece   br, br x2
        table_end

/* Exclusives: W4 is the status. What else may lose the reservation is left open; these keep it, or cannot. */
        .macro  monitor_nothing
        stxr    w4, x0, [x2]
        .endm
        .macro  monitor_plain
        ldxr    x0, [x2]
        stxr    w4, x1, [x2]
        .endm
        .macro  monitor_twice
        ldxr    x0, [x2]
        stxr    w4, x1, [x2]
        stxr    w4, x0, [x2]
        .endm
        .macro  monitor_clrex
        ldxr    x0, [x2]
        clrex
        stxr    w4, x1, [x2]
        .endm
        .macro  monitor_clrex_imm
        ldaxr   w0, [x2]
        clrex   #3
        stlxr   w4, w1, [x2]
        .endm
        .macro  monitor_pair
        ldxp    x0, x1, [x2]
        stxp    w4, x1, x0, [x2]
        .endm
        .macro  monitor_again
        ldxr    x0, [x2]
        clrex
        ldxrb   w0, [x2]
        stxrb   w4, w1, [x2]
        .endm
        .macro  monitor_svc
        ldxr    x0, [x2]
        svc     #0x77
        stxr    w4, x1, [x2]
        .endm
        .balign 8
        table   pieces_monitor
        piece   nothing, monitor_nothing
        piece   plain, monitor_plain
        piece   twice, monitor_twice
        piece   clrex, monitor_clrex
        piece   clrex_imm, monitor_clrex_imm
        piece   pair, monitor_pair
        piece   again, monitor_again
        piece   svc, monitor_svc
        table_end

        .globl  eret_el1, insn_nop, insn_isr, insn_esb, insn_set_daif
eret_el1:
        msr     spsr_el1, x0
        msr     elr_el1, x1
        isb
        eret
insn_nop:
        nop
        ret
insn_isr:
        mrs     x0, isr_el1
        ret
insn_esb:
        hint    #16
        mrs     x0, s3_0_c12_c1_1           // DISR_EL1
        mov     x1, xzr
        msr     s3_0_c12_c1_1, x1
        ret
insn_set_daif:
        msr     daif, x0
        nop
        ret
