// SPDX-License-Identifier: Apache-2.0
// The part of a guest that all images share: a kernel at EL1 with a program at EL0. An image adds
//   guest_main       what it does; when it returns, the guest powers off
//   guest_el1_sync   a synchronous exception from EL1; without it, that is a panic
// The guest is linked at GUEST_VA, placed at GUEST_PA by the loader, and
// starts at GUEST_IPA with its MMU off, so that everything before the jump to guest_main is position-independent.
.include "defs.s"
.include "guest-macros.s"

.section .guest.head, "ax"

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
    ldr     x0, =guest_begin
    br      x0
    .ltorg
endfunc guest_start

.section .guest.text, "ax"

func guest_begin
    adr_l   x0, guest_stack_top
    mov     sp, x0
    adr_l   x0, guest_vectors
    msr     vbar_el1, x0
    mov     x0, #(3 << 20)           // CPACR_EL1.FPEN: as far as the guest is concerned, FP may be used
    msr     cpacr_el1, x0
    isb
    bl      guest_main
    b       guest_off
endfunc guest_begin

func guest_off
    mov_imm x0, PSCI_SYSTEM_OFF
    hvc     #0
1:  b       1b                       // not reached
endfunc guest_off

// The GIC's CPU interface, as the guest has it: virtual. EOI deactivates too.
func guest_gic_init
    mov     x0, #1
    msr     icc_sre_el1, x0
    isb
    mov     x0, #0xf0
    msr     icc_pmr_el1, x0
    msr     icc_ctlr_el1, xzr
    mov     x0, #1
    msr     icc_igrpen1_el1, x0
    isb
    ret
endfunc guest_gic_init

// x0: ticks until the virtual timer fires
func guest_set_timer
    msr     cntv_tval_el0, x0
    mov     x0, #1
    msr     cntv_ctl_el0, x0
    isb
    ret
endfunc guest_set_timer

// The timer is stopped and counted in guest_ticks, any other interrupt in guest_irqs.
func guest_irq
    stp     x0, x1, [sp, #-16]!
    stp     x2, x3, [sp, #-16]!
    mrs     x0, icc_iar1_el1
    cmp     x0, #1020
    b.hs    2f                       // nothing there any more
    adr_l   x1, guest_irqs
    cmp     x0, #INTID_VTIMER
    b.ne    1f
    msr     cntv_ctl_el0, xzr
    isb
    adr_l   x1, guest_ticks
1:  msr     icc_eoir1_el1, x0
    ldr     x2, [x1]
    add     x2, x2, #1
    str     x2, [x1]
2:  ldp     x2, x3, [sp], #16
    ldp     x0, x1, [sp], #16
    eret
endfunc guest_irq

// Physical or virtual: counted, and its syndrome kept.
func guest_serror
    stp     x0, x1, [sp, #-16]!
    adr_l   x1, guest_serrors
    ldr     x0, [x1]
    add     x0, x0, #1
    str     x0, [x1]
    mrs     x0, esr_el1
    str     x0, [x1, #8]             // guest_serror_esr
    ldp     x0, x1, [sp], #16
    eret
endfunc guest_serror

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
    b       guest_off
endfunc guest_panic

.weak guest_el1_sync
.set guest_el1_sync, guest_panic

.balign 0x800
label guest_vectors
    .rept   4                        // current EL with SP_EL0
    vector  guest_panic
    .endr
    vector  guest_el1_sync           // current EL with SP_EL1
    vector  guest_irq
    vector  guest_panic
    vector  guest_serror
    vector  guest_svc                // EL0
    vector  guest_irq
    vector  guest_panic
    vector  guest_serror
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

label guest_ticks
    .quad   0
label guest_irqs
    .quad   0
label guest_serrors
    .quad   0
label guest_serror_esr
    .quad   0
    .balign 16
    .fill   4096 / 8, 8, 0
label guest_stack_top
