// SPDX-License-Identifier: Apache-2.0
// The guest: a kernel at EL1 with a program at EL0. It is linked at GUEST_VA, placed at GUEST_PA by the loader, and
// starts at GUEST_IPA with its MMU off, so that everything before the jump to guest_main is position-independent.
.include "defs.s"

.section .guest.text, "ax"

func guest_start
    mov_imm x0, MAIR_VALUE
    msr     mair_el1, x0
    // TCR_EL1: both halves with 39-bit VA, 4 KiB granule, inner shareable write-back walks; 40-bit IPA
    mov_imm x0, (2 << 32 | 2 << 30 | 3 << 28 | 1 << 26 | 1 << 24 | 25 << 16 | 3 << 12 | 1 << 10 | 1 << 8 | 25)
    msr     tcr_el1, x0
    adrp    x0, guest_user_l1
    msr     ttbr0_el1, x0
    adrp    x0, guest_kernel_l1
    msr     ttbr1_el1, x0
    dsb     ish
    tlbi    vmalle1
    dsb     nsh
    isb
    mov_imm x0, SCTLR_EL1_ON
    msr     sctlr_el1, x0
    isb
    ldr     x0, =guest_main
    br      x0
    .ltorg
endfunc guest_start

// say LABEL: let the hypervisor print a string
.macro say label
    mov_imm x0, CALL_SAY
    adr_l   x1, \label
    mov_imm x2, GUEST_KOFF
    sub     x1, x1, x2
    hvc     #0
.endm

func guest_main
    adr_l   x0, guest_stack_top
    mov     sp, x0
    adr_l   x0, guest_vectors
    msr     vbar_el1, x0
    mov     x0, #(3 << 20)           // CPACR_EL1.FPEN: as far as the guest is concerned, FP may be used
    msr     cpacr_el1, x0
    isb
    bl      guest_calls
    bl      guest_memory
    bl      guest_interrupts
    bl      guest_fp
    bl      guest_user
    mov_imm x0, PSCI_SYSTEM_OFF
    hvc     #0
1:  b       1b                       // not reached
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

// x0: ticks until the virtual timer fires
func guest_set_timer
    msr     cntv_tval_el0, x0
    mov     x0, #1
    msr     cntv_ctl_el0, x0
    isb
    ret
endfunc guest_set_timer

// The virtual timer twice: once awaited in WFI, once interrupting a loop
func guest_interrupts
    mov     x9, x30
    mov     x0, #1
    msr     icc_sre_el1, x0
    isb
    mov     x0, #0xf0
    msr     icc_pmr_el1, x0
    msr     icc_ctlr_el1, xzr        // EOI deactivates too
    mov     x0, #1
    msr     icc_igrpen1_el1, x0
    isb
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
    ret     x9
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

// Down to EL0 and back by SVC: the hypervisor does not see any of it.
func guest_user
    stp     x29, x30, [sp, #-16]!
    mov     x0, #PSTATE_EL0T
    msr     spsr_el1, x0
    mov_imm x0, USER_VA
    msr     elr_el1, x0
    mov     x0, #40
    eret
guest_user_done:                     // x0: what the program gave
    ldp     x29, x30, [sp], #16
    cmp     x0, #42
    b.ne    1f
    say     text_user
1:  ret
endfunc guest_user

func guest_irq
    stp     x0, x1, [sp, #-16]!
    mrs     x0, icc_iar1_el1
    cmp     x0, #INTID_VTIMER
    b.ne    1f
    msr     cntv_ctl_el0, xzr
    isb
    msr     icc_eoir1_el1, x0
    adr_l   x1, guest_ticks
    ldr     x0, [x1]
    add     x0, x0, #1
    str     x0, [x1]
1:  ldp     x0, x1, [sp], #16
    eret
endfunc guest_irq

// SVC #1 adds one to x0, SVC #0 ends the program.
func guest_svc
    stp     x1, x2, [sp, #-16]!
    mrs     x1, esr_el1
    lsr     x2, x1, #26
    cmp     x2, #EC_SVC
    b.ne    guest_panic
    ands    x1, x1, #0xffff
    ldp     x1, x2, [sp], #16
    b.eq    guest_user_done
    add     x0, x0, #1
    eret
endfunc guest_svc

func guest_panic
    say     text_panic
    mov_imm x0, PSCI_SYSTEM_OFF
    hvc     #0
1:  b       1b
endfunc guest_panic

.macro vector target
    .balign 0x80
    b       \target
.endm

.balign 0x800
guest_vectors:
    .rept   4                        // current EL with SP_EL0
    vector  guest_panic
    .endr
    vector  guest_panic              // current EL with SP_EL1
    vector  guest_irq
    vector  guest_panic
    vector  guest_panic
    vector  guest_svc                // EL0
    vector  guest_irq
    vector  guest_panic
    vector  guest_panic
    .rept   4                        // AArch32
    vector  guest_panic
    .endr

// The program, in a page of its own that is mapped at USER_VA.
    .balign 4096
func user_program
    svc     #1
    svc     #1
    svc     #0
endfunc user_program
    .balign 4096

.section .guest.rodata, "a"
text_hello: .asciz "hello from EL1"
text_ticks: .asciz "two timer interrupts taken"
text_fp:    .asciz "1.5 + 1.5 = 3"
text_user:  .asciz "EL0 ran and came back by SVC"
text_panic: .asciz "unexpected exception"

.section .guest.data, "aw"

.equ KERNEL_RWX, AF | SH_INNER | UXN | ATTR_NORMAL | DESC_BLOCK
.equ KERNEL_RW,  AF | SH_INNER | UXN | PXN | ATTR_NORMAL | DESC_BLOCK
.equ KERNEL_IO,  AF | UXN | PXN | ATTR_DEVICE | DESC_BLOCK
.equ USER_RX,    AF | SH_INNER | NG | PXN | AP_EL0 | AP_RO | ATTR_NORMAL | DESC_PAGE

// TTBR1: the kernel's half
    .balign 4096
guest_kernel_l1:
    .quad   0 | KERNEL_IO                           // devices
    .quad   guest_kernel_l2 - GUEST_KOFF + DESC_TABLE
    .fill   510, 8, 0
guest_kernel_l2:
    .quad   GUEST_IPA | KERNEL_RWX
    .quad   (GUEST_IPA + 0x200000) | KERNEL_RW
    .fill   510, 8, 0
// TTBR0: the program, and the kernel at its physical address for the moment when the MMU goes on
guest_user_l1:
    .quad   guest_user_l2 - GUEST_KOFF + DESC_TABLE
    .quad   GUEST_IPA | KERNEL_RWX
    .fill   510, 8, 0
guest_user_l2:
    .fill   2, 8, 0
    .quad   guest_user_l3 - GUEST_KOFF + DESC_TABLE
    .fill   509, 8, 0
guest_user_l3:
    .quad   user_program - GUEST_KOFF + USER_RX
    .fill   511, 8, 0

guest_ticks:
    .quad   0
    .balign 16
    .fill   4096 / 8, 8, 0
guest_stack_top:
