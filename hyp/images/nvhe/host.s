// SPDX-License-Identifier: Apache-2.0
// What is special about this host: a virtual GIC, and a virtual timer that is switched off at each exit. The host looks
// at the saved registers of the timer, raises the interrupt itself, and waits for it with its own physical timer.
.include "defs.s"
.include "context.s"
.include "nvhe.s"
.include "guest-macros.s"

.equ INTID_PTIMER, 30
.equ HOST_BVR, 0x40201000            // a breakpoint address of the host's, never enabled

// The call down: the whole interface between the host and EL2.
func vcpu_run
    mov     x1, x0
    mov     x0, #HYP_RUN
label host_hvc
    hvc     #0
label host_hvc_return
    ret
endfunc vcpu_run

func host_prepare
    context_reset x0, x1
    mov_imm x1, HCR_GUEST
    str     x1, [x0, #VCPU_HCR]
    adrp    x1, s2_l1
    mov     x2, #1                   // VMID 1
    bfi     x1, x2, #48, #16
    str     x1, [x0, #VCPU_VTTBR]
    mrs     x1, cntvct_el0           // virtual time begins at 0
    str     x1, [x0, #VCPU_CNTVOFF]
    mov_imm x1, (GICR_BASE + 0x10000)
    mov     w2, #(1 << INTID_PTIMER)
    str     w2, [x1, #0x100]         // GICR_ISENABLER0
    // state of the host that a guest must not disturb
    mov_imm x1, HOST_BVR
    msr     dbgbvr0_el1, x1
    mov     x1, #(1 << 31)           // the cycle counter counts for the host
    msr     pmcntenset_el0, x1
    mov     x1, #1
    msr     pmuserenr_el0, x1
    fmov    d8, #2.5
    isb
    ret
endfunc host_prepare

func host_interrupt
    cmp     x0, #INTID_PTIMER
    b.ne    1f
    msr     cntp_ctl_el0, xzr        // the level falls before the deactivation
    isb
1:  msr     icc_dir_el1, x0
    isb
    ret
endfunc host_interrupt

// x0: vcpu. Interrupts that came in the meantime, then the guest's timer.
func host_after
    msr     daifclr, #2
    isb
    msr     daifset, #2
label timer_sync
    ldr     x1, [x0, #VCPU_CNTV_CTL]
    and     x2, x1, #3               // IMASK, ENABLE
    cmp     x2, #1
    b.ne    1f
    mrs     x2, cntpct_el0
    ldr     x3, [x0, #VCPU_CNTVOFF]
    sub     x2, x2, x3
    ldr     x3, [x0, #VCPU_CNTV_CVAL]
    cmp     x2, x3
    b.lo    1f
    ldr     x2, [x0, #VCPU_LR0]
    lsr     x2, x2, #62
    cbnz    x2, 1f                   // the guest has not done with the last one
    mov_imm x2, (1 << 62 | 1 << 60 | 0xa0 << 48 | INTID_VTIMER) // pending, group 1
    str     x2, [x0, #VCPU_LR0]
    orr     x1, x1, #2               // or the physical interrupt would end each entry at once
    str     x1, [x0, #VCPU_CNTV_CTL]
1:  ret
endfunc host_after

func host_wait
    stp     x29, x30, [sp, #-16]!
    ldr     x1, [x0, #VCPU_CNTV_CVAL]
    ldr     x2, [x0, #VCPU_CNTVOFF]
    add     x1, x1, x2
    msr     cntp_cval_el0, x1
    mov     x1, #1
    msr     cntp_ctl_el0, x1
    isb
1:  bl      host_after
    ldr     x1, [x0, #VCPU_LR0]
    lsr     x1, x1, #62
    cbnz    x1, 2f
    wfi
    b       1b
2:  msr     cntp_ctl_el0, xzr
    isb
    bl      host_after
    ldp     x29, x30, [sp], #16
    ret
endfunc host_wait

// What EL2 has not dealt with: reads as zero.
func host_sysreg
    tbz     x1, #0, 1f
    ubfx    x2, x1, #5, #5           // Rt
    cmp     x2, #31
    b.eq    1f
    str     xzr, [x0, x2, lsl #3]
1:  ret
endfunc host_sysreg

func host_checks
    stp     x29, x30, [sp, #-16]!
    mov     x0, #HYP_GET_VTR
    hvc     #0
    cmp     x0, #0
    cset    x2, ne
    mov     x1, #1
    adr     x0, name_vtr
    bl      check
    adr_l   x2, fixups
    ldr     x2, [x2]
    mov     x1, #4                   // FP twice, debug once, an ID register once
    adr     x0, name_fixups
    bl      check
    ldr     x2, =(guest_results - GUEST_VA + GUEST_PA)
    ldr     x2, [x2, #16]
    mov     x1, #6
    adr     x0, name_guest_fp
    bl      check
    ldr     x2, =(guest_results - GUEST_VA + GUEST_PA)
    ldr     x2, [x2, #24]
    mov_imm x1, 0x12340
    adr     x0, name_guest_bvr
    bl      check
    fadd    d8, d8, d8
    fcvtzu  x2, d8
    mov     x1, #5
    adr     x0, name_host_fp
    bl      check
    mrs     x2, dbgbvr0_el1
    mov_imm x1, HOST_BVR
    adr     x0, name_host_bvr
    bl      check
    mrs     x2, pmcntenset_el0
    mov     x1, #(1 << 31)
    adr     x0, name_host_pmu
    bl      check
    mrs     x2, pmuserenr_el0
    mov     x1, #1
    adr     x0, name_host_pmuser
    bl      check
    ldp     x29, x30, [sp], #16
    ret
endfunc host_checks
    .ltorg

label image_name
    .asciz  "nvhe"
name_vtr:         .asciz "the host reads ICH_VTR_EL2 by a call"
name_fixups:      .asciz "four exits were fixed up at EL2"
name_guest_fp:    .asciz "the guest's FP register survived an exit"
name_guest_bvr:   .asciz "the guest's breakpoint register survived an exit"
name_host_fp:     .asciz "the host's FP register is as it was"
name_host_bvr:    .asciz "the host's breakpoint register is as it was"
name_host_pmu:    .asciz "the host's counter is enabled again"
name_host_pmuser: .asciz "the host's PMUSERENR_EL0 is as it was"
    .balign 4

.section .guest.text, "ax"
func guest_extra
    mrs     x5, id_aa64pfr0_el1
label guest_first_fp
    fmov    d0, #3.0
label guest_first_debug
    mov_imm x5, 0x12340
    msr     dbgbvr0_el1, x5
    mov_imm x0, CALL_ADD
    mov     x1, #1
    mov     x2, #1
    hvc     #0                       // the host's turn
    fadd    d0, d0, d0
    fcvtzu  x0, d0
    adr_l   x10, guest_results
    str     x0, [x10, #16]
    mrs     x0, dbgbvr0_el1
    str     x0, [x10, #24]
    ret
endfunc guest_extra
