/* SPDX-License-Identifier: Apache-2.0 */
/* Entry, the vectors of EL2 and EL1, and probe_run: execute something at any Exception level and come back with what happened. */
#include "offsets.h"

        .section .head, "ax"
        .globl _start
_start: b       start                       // the head of an arm64 Image
        .long   0
        .quad   0                           // text_offset
        .quad   image_size
        .quad   0xa                         // little endian, 4K, anywhere
        .quad   0, 0, 0
        .ascii  "ARM\x64"
        .long   0

        .text
start:  msr     daifset, #15
        mov     x0, #1 << 31                // HCR_EL2.RW
        msr     hcr_el2, x0
        ldr     x0, =SCTLR_EL2_BASE
        msr     sctlr_el2, x0
        adr     x0, el2_vectors
        msr     vbar_el2, x0
        isb
        ldr     x0, =bss_start
        ldr     x1, =bss_end
1:      stp     xzr, xzr, [x0], #16
        cmp     x0, x1
        b.lo    1b
        ldr     x0, =stack_top
        mov     sp, x0
        bl      harness_main
2:      wfi
        b       2b

/*
 * void probe_run(struct probe *p): loads the controls and X0..X7, X30 and SP, returns to p->pc with p->spsr, and comes back when
 * an exception reaches EL2, with everything that describes it in *p. Registers other than those are not the probe's to use.
 */
        .globl  probe_run
probe_run:
        stp     x29, x30, [sp, #-96]!
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        ldr     x8, =area
        mov     x9, sp
        stp     x0, x9, [x8]
        ldr     x9, [x0, #P_SP]
        cbz     x9, 1f
        mov     sp, x9
1:      ldp     x9, x10, [x0, #P_SPSR]
        msr     spsr_el2, x9
        msr     elr_el2, x10
        ldp     x9, x10, [x0, #P_HCR]
        ldr     x30, [x0, #P_LR]
        ldp     x2, x3, [x0, #P_X + 16]
        ldp     x4, x5, [x0, #P_X + 32]
        ldp     x6, x7, [x0, #P_X + 48]
        mov     x11, x0
        ldp     x0, x1, [x11, #P_X]
        msr     hcr_el2, x9
        msr     sctlr_el2, x10
        isb
        eret

        .macro  entry i
        .balign 0x80
        msr     tpidr_el2, x0
        adrp    x0, area
        add     x0, x0, :lo12:area
        stp     x1, x2, [x0, #16]
        mov     x1, #\i
        b       el2_common
        .endm

        .balign 0x800
        .globl  el2_vectors
el2_vectors:
        .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        entry   \i
        .endr
        .balign 0x80
el2_common:
        ldr     x2, [x0]
        cbz     x2, stray
        str     x1, [x2, #P_VEC]
        stp     x3, x4, [x2, #P_X + 24]
        stp     x5, x6, [x2, #P_X + 40]
        str     x7, [x2, #P_X + 56]
        ldr     x1, [x0, #16]
        str     x1, [x2, #P_X + 8]
        ldr     x1, [x0, #24]
        str     x1, [x2, #P_X + 16]
        mrs     x1, tpidr_el2
        str     x1, [x2, #P_X]
        mov     x1, sp
        str     x1, [x2, #P_SP]
        mrs     x1, daif
        mrs     x3, spsel
        orr     x1, x1, x3
        mrs     x3, currentel
        orr     x1, x1, x3
        mrs     x3, nzcv
        orr     x1, x1, x3
        ldr     x4, [x0, #32]               // has PAN, UAO, SSBS
        cbz     x4, 1f
        mrs     x3, s3_0_c4_c2_3
        orr     x1, x1, x3
        mrs     x3, s3_0_c4_c2_4
        orr     x1, x1, x3
        mrs     x3, s3_3_c4_c2_6
        orr     x1, x1, x3
1:      str     x1, [x2, #P_PSTATE]
        mrs     x1, hcr_el2
        str     x1, [x2, #P_HCR_OUT]
        ldr     x1, =SCTLR_EL2_BASE         // the MMU goes off before TCR_EL2 changes its layout with E2H
        msr     sctlr_el2, x1
        isb
        mov     x1, #1 << 31
        msr     hcr_el2, x1
        isb
        msr     spsel, #1
        ldr     x3, [x0, #8]
        mov     sp, x3
        str     xzr, [x0]
        mrs     x3, esr_el2
        mrs     x4, far_el2
        stp     x3, x4, [x2, #P_ESR2]
        mrs     x3, hpfar_el2
        mrs     x4, elr_el2
        stp     x3, x4, [x2, #P_HPFAR]
        mrs     x3, spsr_el2
        mrs     x4, esr_el1
        stp     x3, x4, [x2, #P_SPSR2]
        mrs     x3, far_el1
        mrs     x4, elr_el1
        stp     x3, x4, [x2, #P_FAR1]
        mrs     x3, spsr_el1
        str     x3, [x2, #P_SPSR1]
        ldp     x19, x20, [sp, #16]
        ldp     x21, x22, [sp, #32]
        ldp     x23, x24, [sp, #48]
        ldp     x25, x26, [sp, #64]
        ldp     x27, x28, [sp, #80]
        ldp     x29, x30, [sp], #96
        ret

stray:  ldr     x0, =SCTLR_EL2_BASE
        msr     sctlr_el2, x0
        isb
        mov     x0, #1 << 31
        msr     hcr_el2, x0
        isb
        msr     spsel, #1
        ldr     x0, =stack_top
        mov     sp, x0
        mov     x0, x1
        b       harness_stray

/* Pages that EL1 and EL0 see: vectors that hand everything to EL2 (by HVC, or by SMC where HVC is off), and ends of probes. */
        .section .low, "ax"
        .balign 0x10000
        .globl  el1_vectors, el1_vectors_smc, exit_svc, exit_hvc, exit_smc, low_ret
el1_vectors:
        .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        .balign 0x80
        hvc     #0x100 + \i
        b       .
        .endr
        .balign 0x800
el1_vectors_smc:
        .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        .balign 0x80
        smc     #0x100 + \i
        b       .
        .endr
        .balign 0x80
exit_svc:
        svc     #EXIT_IMM
        b       .
exit_hvc:
        hvc     #EXIT_IMM
        b       .
exit_smc:
        smc     #EXIT_IMM
        b       .
low_ret:
        ret

        .bss
        .balign 16
        .globl  area
area:   .skip   64
        .balign 16
        .skip   65536
stack_top:
