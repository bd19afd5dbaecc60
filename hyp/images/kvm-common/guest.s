// SPDX-License-Identifier: Apache-2.0
// What the guest of kvm414 and kvm56 does: an exit of each kind, and two calls that EL2 answers without one.
// How it starts, its tables, vectors and EL0 program are in lib/guest.s.
.include "defs.s"
.include "guest-macros.s"
.include "kvm.s"

.section .guest.text, "ax"

// note NUMBER: x2 is the value
.macro note number
    mov_imm x0, CALL_NOTE
    mov     x1, #\number
    hvc     #0
.endm

func guest_main
    stp     x29, x30, [sp, #-16]!
    msr     daifclr, #4              // SErrors, physical or virtual, are taken
    say     text_hello
    bl      guest_workarounds
    bl      guest_mmio
    bl      guest_interrupts
    bl      guest_fp
    bl      guest_user
    msr     daifclr, #4              // it comes back in the handler of SVC, where all is masked
    bl      guest_extra
    adr_l   x2, guest_serrors
    ldr     x2, [x2]
    note    NOTE_SERRORS
    adr_l   x2, guest_serror_esr
    ldr     x2, [x2]
    note    NOTE_SERROR_ESR
    ldp     x29, x30, [sp], #16
    ret
endfunc guest_main

.weak guest_extra
func guest_nothing
    ret
endfunc guest_nothing
.set guest_extra, guest_nothing

func guest_workarounds
    mov_imm x0, ARCH_WORKAROUND_1
label guest_wa1
    hvc     #0
    cmp     w0, #0
    cset    x2, eq
    note    NOTE_WA1
    mov_imm x0, ARCH_WORKAROUND_2
    mov     x1, #1                   // on
label guest_wa2
    hvc     #0
    cmp     w0, #0
    cset    x2, eq
    note    NOTE_WA2
    ret
endfunc guest_workarounds

// A write and a read of a device that only the host has, with a known value in each register around the read.
func guest_mmio
    stp     x29, x30, [sp, #-16]!
    mov_imm x1, (GUEST_MMIO_IPA + GUEST_KOFF)
    mov     x2, #0x42
label guest_mmio_write
    str     x2, [x1]
    .irp    n, 0, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    mov     x\n, #(0x100 + \n)
    .endr
label guest_mmio_read
    ldr     x3, [x1]
    sub     x3, x3, #0x43
    .irp    n, 0, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    sub     x\n, x\n, #(0x100 + \n)
    orr     x3, x3, x\n
    .endr
    cmp     x3, #0
    cset    x2, eq
    note    NOTE_REGS
    ldp     x29, x30, [sp], #16
    ret
endfunc guest_mmio

// The virtual timer twice: once awaited in WFI, once interrupting a loop
func guest_interrupts
    stp     x29, x30, [sp, #-16]!
    bl      guest_gic_init
    adr_l   x10, guest_ticks
    mov_imm x0, 6250                 // 100 us of a 62.5 MHz counter
    bl      guest_set_timer
label guest_wfi
    wfi
    msr     daifclr, #2
1:  ldr     x0, [x10]
    cbz     x0, 1b
    mov     x0, #625                 // 10 us
    bl      guest_set_timer
label guest_spin
    ldr     x0, [x10]
    cmp     x0, #2
    b.lo    guest_spin
    msr     daifset, #2
    mov     x2, x0
    note    NOTE_TICKS
    ldp     x29, x30, [sp], #16
    ret
endfunc guest_interrupts

func guest_fp
label guest_fp_first
    fmov    d8, #1.5
    fadd    d0, d8, d8
    fcvtzu  x2, d0
    note    NOTE_FP                  // the exit saves the guest's FP registers, and brings the host's back
    fadd    d0, d8, d8               // the first use in a new run: d8 must be the guest's again
    fcvtzu  x2, d0
    note    NOTE_FP
    ret
endfunc guest_fp

.section .guest.rodata, "a"
text_hello: .asciz "hello from EL1"
