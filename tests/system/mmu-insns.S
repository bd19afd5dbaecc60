/* SPDX-License-Identifier: Apache-2.0 */
/* Accesses for the mmu and tlbi groups: X2 is the address, X0 what is stored or loaded. */
        .arch   armv8.2-a+lse
        .section .low, "ax"
        .balign 64
        .macro  acc name, insns:vararg
        .globl  acc_\name
acc_\name:
        \insns
        ret
        .endm
        .macro  acc_at name, at:vararg
        .globl  acc_\name
acc_\name:
        \at
        isb
        mrs     x0, par_el1
        ret
        .endm
        acc     ldr, ldr x0, [x2]
        acc     str, str x0, [x2]
        acc     ldtr, ldtr x0, [x2]
        acc     sttr, sttr x0, [x2]
        acc     ldxr, ldxr x0, [x2]
        acc     ldadd, ldadd x0, x1, [x2]
        acc     cas, cas x0, x1, [x2]
        acc     ldp, ldp x0, x1, [x2]
        acc     dc_civac, dc civac, x2
        acc     dc_ivac, dc ivac, x2
        acc     br, br x2
        acc_at  at_s1e1r, at s1e1r, x2
        acc_at  at_s1e1w, at s1e1w, x2
        acc_at  at_s1e0r, at s1e0r, x2
        acc_at  at_s1e0w, at s1e0w, x2
        acc_at  at_s1e1rp, .inst 0xd5087902
        acc_at  at_s1e1wp, .inst 0xd5087922
        acc_at  at_s12e1r, at s12e1r, x2
        acc_at  at_s12e1w, at s12e1w, x2
        acc_at  at_s12e0r, at s12e0r, x2
        acc_at  at_s12e0w, at s12e0w, x2
        acc_at  at_s1e2r, at s1e2r, x2
        acc_at  at_s1e2w, at s1e2w, x2
