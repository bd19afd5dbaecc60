// SPDX-License-Identifier: Apache-2.0
// What the guest does. How it starts, its tables, vectors and EL0 program are in lib/guest.s.
.include "defs.s"
.include "guest-macros.s"

.section .guest.text, "ax"

func guest_main
    stp     x29, x30, [sp, #-16]!
    bl      guest_calls
    bl      guest_memory
    bl      guest_interrupts
    bl      guest_fp
    bl      guest_user
    ldp     x29, x30, [sp], #16
    ret
endfunc guest_main

// HVC, SMC and a trapped ID register
func guest_calls
    say     text_hello
    mov_imm x0, CALL_ADD
    mov     x1, #40
    mov     x2, #2
    hvc     #0
    mov_imm x0, PSCI_VERSION
    smc     #0
    mrs     x5, id_aa64pfr0_el1
    ret
endfunc guest_calls

// Two accesses to a device that is not there, one to memory that is not there yet
func guest_memory
    mov_imm x1, (GUEST_MMIO_IPA + GUEST_KOFF)
    mov     w2, #0x42
    str     w2, [x1]
    ldrh    w3, [x1]
    mov_imm x1, (GUEST_VA + 0x200000)
    str     x3, [x1]
    ret
endfunc guest_memory

// The virtual timer twice: once awaited in WFI, once interrupting a loop
func guest_interrupts
    stp     x29, x30, [sp, #-16]!
    bl      guest_gic_init
    adr_l   x10, guest_ticks
    mov_imm x0, 6250                 // 100 us of a 62.5 MHz counter
    bl      guest_set_timer
    wfi                              // ends with the interrupt pending, but masked
    msr     daifclr, #2
1:  ldr     x0, [x10]
    cbz     x0, 1b
    mov     x0, #625                 // 10 us
    bl      guest_set_timer
2:  ldr     x0, [x10]
    cmp     x0, #2
    b.lo    2b
    msr     daifset, #2
    say     text_ticks
    ldp     x29, x30, [sp], #16
    ret
endfunc guest_interrupts

func guest_fp
    fmov    d0, #1.5
    fadd    d0, d0, d0
    fcvtzu  x0, d0
    cmp     x0, #3
    b.ne    1f
    say     text_fp
1:  ret
endfunc guest_fp

.section .guest.rodata, "a"
text_hello: .asciz "hello from EL1"
text_ticks: .asciz "two timer interrupts taken"
text_fp:    .asciz "1.5 + 1.5 = 3"
