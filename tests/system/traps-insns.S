/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions that trap controls govern, each with a RET: the order is that of insn_names[] in traps.c. X2 points to memory. */
        .arch   armv8.2-a+fp+simd
        .section .low, "ax"
        .macro  t insn:vararg
        \insn
        ret
        .endm
        .balign 64
        .globl  trap_insns, trap_insns_end, insn_wfi, insn_wfe_twice
trap_insns:
        t       smc     #0
        t       hvc     #0x77
        t       fmov    d0, d1
        t       ldr     q0, [x2]
        t       fmov    x1, d0
        t       dc      zva, x2
        t       msr     daifset, #15
        t       msr     daifclr, #0
        t       msr     spsel, #1
        t       msr     pan, #0
        t       msr     uao, #0
        t       isb
        t       hint    #16                 // ESB
        t       eret
        t       .inst   0xd4a00001          // DCPS1
        t       hlt     #0x123
        t       .inst   0xd6bf03e0          // DRPS
        t       .inst   0xd53fffe0 + 0      // MRS x0, S3_7_C15_C15_7
        t       .inst   0xd51fffe0
        t       .inst   0xd538b0e0          // MRS x0, S3_0_C11_C0_7
        t       .inst   0xd508b0e0          // SYS #0, C11, C0, #7, x0
        t       .inst   0xd50fffe0
        t       wfe                         // the exception return has set the event register
        t       yield
        t       sev
        t       dsb     sy
        t       ldxr    x1, [x2]
        t       clrex
        t       .inst   0xd50344bf          // MSR (immediate), unallocated
        t       svc     #0x77
trap_insns_end:
insn_wfi:
        wfi
        ret
insn_wfe_twice:
        wfe
        wfe
        ret
