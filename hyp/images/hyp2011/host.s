// SPDX-License-Identifier: Apache-2.0
// What is special about this host: there is no virtual GIC. An interrupt for the guest is HCR_EL2.VI, and the guest's
// accesses to its interrupt controller trap and are answered by software, as all of it was in 2011.
.include "defs.s"
.include "context.s"
.include "el1host.s"

.equ HCR_VI, 1 << 7
.equ HCR_2011, HCR_GUEST & ~HCR_TID3

func host_prepare
    context_reset x0, x1
    mov_imm x1, HCR_2011
    str     x1, [x0, #VCPU_HCR]
    adrp    x1, s2_l1
    mov     x2, #1                   // VMID 1
    bfi     x1, x2, #48, #16
    str     x1, [x0, #VCPU_VTTBR]
    ret
endfunc host_prepare

// The guest's virtual timer, whose registers are always the guest's. Its level stays up until the guest has served it:
// mask it there, and raise the guest's line.
func host_interrupt
    msr     icc_dir_el1, x0
    cmp     x0, #INTID_VTIMER
    b.ne    1f
    mrs     x1, cntv_ctl_el0
    orr     x1, x1, #2               // IMASK
    msr     cntv_ctl_el0, x1
    adr_l   x1, vcpu
    ldr     x2, [x1, #VCPU_HCR]
    orr     x2, x2, #HCR_VI
    str     x2, [x1, #VCPU_HCR]
1:  isb
    ret
endfunc host_interrupt

func host_after
    ret
endfunc host_after

// Idle until there is something for the guest. The interrupt comes by the vector in the usual way here.
func host_wait
    ldr     x1, [x0, #VCPU_HCR]
    tbnz    x1, #7, 1f
    wfi
    msr     daifclr, #2
    isb
    msr     daifset, #2
    b       host_wait
1:  ret
endfunc host_wait

// The guest's ICC_*_EL1. Only ICC_IAR1_EL1 means anything: it tells the interrupt and lowers the line.
func host_sysreg
    mov_imm x2, 0x3ffc1e             // op0, op2, op1, CRn, CRm
    and     x2, x1, x2
    mov_imm x3, (3 << 20 | 0 << 17 | 0 << 14 | 12 << 10 | 12 << 1) // ICC_IAR1_EL1: S3_0_C12_C12_0
    tbz     x1, #0, 2f               // a write
    mov     x4, #0
    cmp     x2, x3
    b.ne    1f
    mov     x4, #1023
    ldr     x3, [x0, #VCPU_HCR]
    tbz     x3, #7, 1f
    bic     x3, x3, #HCR_VI
    str     x3, [x0, #VCPU_HCR]
    mov     x4, #INTID_VTIMER
1:  ubfx    x2, x1, #5, #5           // Rt
    cmp     x2, #31
    b.eq    2f
    str     x4, [x0, x2, lsl #3]
2:  ret
endfunc host_sysreg

func host_checks
    stp     x29, x30, [sp, #-16]!
    adr_l   x1, exits_irq            // every IRQ that hit the guest was handed to the host's own vector
    ldr     x1, [x1]
    adr_l   x2, irqs_handed_over
    ldr     x2, [x2]
    adr     x0, name_handed
    bl      check
    adr_l   x2, irqs_handed_over
    ldr     x2, [x2]
    cmp     x2, #0
    cset    x2, ne
    mov     x1, #1
    adr     x0, name_some
    bl      check
    adr_l   x1, exits                // two HVCs a run: there and back
    ldr     x1, [x1]
    adr_l   x2, returns
    ldr     x2, [x2]
    adr     x0, name_returns
    bl      check
    adr_l   x2, sp_el2_lost          // and the EL2 stack was as the first HVC left it
    ldr     x2, [x2]
    mov     x1, #0
    adr     x0, name_stack
    bl      check
    ldp     x29, x30, [sp], #16
    ret
endfunc host_checks

label image_name
    .asciz  "hyp2011"
name_handed:  .asciz "each IRQ exit went to the host's own vector"
name_some:    .asciz "there were IRQ exits"
name_returns: .asciz "each run came back by an HVC executed at EL2"
name_stack:   .asciz "the EL2 stack is empty after each run"
    .balign 4

.section .guest.text, "ax"
func guest_extra
    ret
endfunc guest_extra
