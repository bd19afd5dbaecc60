// SPDX-License-Identifier: Apache-2.0
// From power-on at EL2 down to a host at EL1, which leaves only a stub behind at EL2; and what the host replaces it by.
// Everything is mapped at its own address in all regimes, so that a function has one address at EL1 and at EL2.
.include "defs.s"
.include "kvm.s"

func _start
    msr     spsel, #1
    adr_l   x0, hyp_stack_top
    mov     sp, x0
    adr_l   x0, stub_vectors
    msr     vbar_el2, x0
    bl      el2_configure
    bl      gic_init
    bl      detect
    adr_l   x1, hcr_host
    ldr     x0, [x1]
    msr     hcr_el2, x0
    mov     x0, #3                   // the physical timer is the host's, see vcpu_run
    msr     cnthctl_el2, x0
    mov_imm x0, SCTLR_EL1_OFF
    msr     sctlr_el1, x0
    adr_l   x0, host_start
    msr     elr_el2, x0
    mov     x0, #PSTATE_EL1H_MASKED
    msr     spsr_el2, x0
    eret
endfunc _start

// What this PE has, in words that the routines test (a kernel would patch its code instead).
func detect
    mrs     x0, id_aa64pfr0_el1
    ubfx    x0, x0, #28, #4          // RAS
    cmp     x0, #0
    cset    w0, ne
    adr_l   x1, has_ras
    str     w0, [x1]
    mrs     x0, id_aa64isar1_el1
    ubfx    x0, x0, #4, #8           // APA, API
    cmp     x0, #0
    cset    w0, ne
    adr_l   x1, use_pauth            // only if the image switches keys
    ldr     w2, [x1]
    and     w0, w0, w2
    adr_l   x1, has_pauth
    str     w0, [x1]
    mov_imm x2, HCR_KVM_HOST
    mov_imm x3, (HCR_API | HCR_APK)
    cmp     w0, #0
    csel    x3, xzr, x3, eq
    orr     x2, x2, x3
    adr_l   x1, hcr_host
    str     x2, [x1]
    mov_imm x2, HCR_KVM_GUEST
    orr     x2, x2, x3
    adr_l   x1, hcr_guest
    str     x2, [x1]
    ret
endfunc detect

// ---- the stub: all that EL2 can do until a hypervisor is there ---------------------------------------------------------

func stub_sync
    cmp     x0, #HVC_SET_VECTORS
    b.ne    1f
    msr     vbar_el2, x1
    b       9f
1:  cmp     x0, #HVC_SOFT_RESTART
    b.ne    2f
    mov     x5, x1
    mov     x0, x2
    mov     x1, x3
    mov     x2, x4
    br      x5
2:  cmp     x0, #HVC_RESET_VECTORS
    b.eq    9f                       // they are set
    mov_imm x0, HVC_STUB_ERR
    eret
9:  mov     x0, #0
    eret
endfunc stub_sync

func stub_invalid
    b       power_reset
endfunc stub_invalid

.balign 0x800
label stub_vectors
    .rept   8
    vector  stub_invalid
    .endr
    vector  stub_sync                // the host's HVC
    .rept   7
    vector  stub_invalid
    .endr

// ---- installing the hypervisor -------------------------------------------------------------------------------------------

// The host sets these vectors through the stub; its next HVC, with x0 = host context, brings EL2 up.
func init_sync
    cmp     x0, #HVC_STUB_LIMIT
    b.lo    stub_sync
    msr     tpidr_el2, x0
    mov     x9, x30
    adr_l   x1, hyp_stack_top
    mov     sp, x1
    bl      mmu_on
    adr_l   x1, hyp_vectors
    msr     vbar_el2, x1
    isb
    mov     x30, x9
    mov     x0, #0
    eret
endfunc init_sync

.balign 0x800
label init_vectors
    .rept   8
    vector  stub_invalid
    .endr
    vector  init_sync
    .rept   7
    vector  stub_invalid
    .endr

// Stub calls once the hypervisor is there. x0: number, x1..x4: arguments. The MMU goes off first for a restart or a reset:
// code that EL2 does not know about may replace this one.
func handle_stub_hvc
    cmp     x0, #HVC_SOFT_RESTART
    b.ne    1f
    msr     elr_el2, x1              // go on there, at EL2
    mov     x0, #PSTATE_EL2H_MASKED
    msr     spsr_el2, x0
    mov     x0, x2
    mov     x1, x3
    mov     x2, x4
    b       2f
1:  cmp     x0, #HVC_RESET_VECTORS
    b.ne    3f
    mov     x0, #0
2:  mrs     x5, sctlr_el2
    mov     x6, #(1 << 12 | 1 << 2 | 1 << 0) // I, C, M
    bic     x5, x5, x6
    msr     sctlr_el2, x5
    isb
    adr_l   x5, stub_vectors
    msr     vbar_el2, x5
    eret
3:  mov_imm x0, HVC_STUB_ERR         // vectors are not set under our feet
    eret
endfunc handle_stub_hvc

.section .data
    .balign 8
label has_ras
    .word   0
label has_pauth
    .word   0
label hcr_host
    .quad   0
label hcr_guest
    .quad   0

.section .bss, "aw", %nobits
    .balign 4096
    .skip   8192
label hyp_stack_top
