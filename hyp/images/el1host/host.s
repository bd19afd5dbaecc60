// SPDX-License-Identifier: Apache-2.0
// A host at EL1, as small as it can be, for the images in which EL2 is only called (hyp2011, nvhe): it starts with its
// MMU off, runs one virtual CPU in a loop, and does something about each exit. An image adds
//   vcpu_run(x0: vcpu) -> x0: EXIT_*      the world switch, with VCPU_ESR, VCPU_FAR and VCPU_HPFAR filled in
//   host_prepare(x0: vcpu)                what its vCPU and its devices need before the first run
//   host_interrupt(x0: INTID)             what the host does about an interrupt of its own; may use x0..x3
//   host_wait(x0: vcpu)                   the guest waits for an interrupt
//   host_sysreg(x0: vcpu, x1: ESR_EL2)    a trapped system register
//   host_after(x0: vcpu)                  called after each run, before the exit is looked at
//   host_checks                           what must hold at the end
// The host's stage 1 is the hypervisor's (tables.s): everything at its own address.
.include "defs.s"
.include "el1host.s"

func host_start
    mov_imm x0, MAIR_VALUE
    msr     mair_el1, x0
    // TCR_EL1: 40-bit IPA, no walks by TTBR1, inner shareable write-back walks, 39-bit VA
    mov_imm x0, (2 << 32 | 2 << 30 | 1 << 23 | 25 << 16 | 3 << 12 | 1 << 10 | 1 << 8 | 25)
    msr     tcr_el1, x0
    adrp    x0, hyp_l1
    msr     ttbr0_el1, x0
    dsb     ish
    tlbi    vmalle1
    dsb     nsh
    isb
    mov_imm x0, SCTLR_EL1_ON
    msr     sctlr_el1, x0
    mov     x0, #(3 << 20)
    msr     cpacr_el1, x0
    adr_l   x0, host_vectors
    msr     vbar_el1, x0
    isb
    adr_l   x0, host_stack_top
    mov     sp, x0
    msr     daifclr, #4              // SErrors are taken by the host as they come; IRQs only where it lets them
    adr_l   x0, vcpu
    bl      host_prepare
    adr     x0, msg_hello
    bl      print
    adr_l   x19, vcpu
label host_loop
    mov     x0, x19
    bl      vcpu_run
label host_back
    mov     x20, x0
    count   exits, x1, x2
    mov     x0, x19
    bl      host_after
    mov     x0, x19
    ldr     x1, [x19, #VCPU_ESR]
    tbz     x20, #EXIT_WITH_SERROR_BIT, 1f
    // An SError of the guest surfaced with this exit, which is dealt with all the same. What EL2 would have fixed up comes
    // again: the guest has not gone past that instruction.
    count   exits_serror, x2, x3
    bic     x20, x20, #(1 << EXIT_WITH_SERROR_BIT)
    cbnz    x20, 1f
    lsr     x2, x1, #26
    cmp     x2, #EC_FP
    b.eq    host_loop
    cmp     x2, #EC_SYSREG
    b.eq    host_loop
1:  cmp     x20, #EXIT_IRQ
    b.eq    exit_irq
    cmp     x20, #EXIT_SERROR
    b.eq    exit_serror
    lsr     x2, x1, #26
    cmp     x2, #EC_HVC
    b.eq    exit_hvc
    cmp     x2, #EC_DABT_LOW
    b.eq    exit_dabt
    cmp     x2, #EC_WFX
    b.eq    exit_wfi
    cmp     x2, #EC_SYSREG
    b.eq    exit_sysreg
    cmp     x2, #EC_SMC
    b.eq    exit_smc
label host_unexpected
    ldr     x2, [x19, #CTX_PC]
    ldr     x3, [x19, #VCPU_FAR]
    adr     x0, msg_unexpected
    bl      print
    b       power_reset
endfunc host_start

func exit_irq
    count   exits_irq, x1, x2        // the interrupt itself is dealt with by then
    b       host_loop
endfunc exit_irq

func exit_serror
    count   exits_serror, x1, x2
    b       host_loop
endfunc exit_serror

func exit_wfi
    count   exits_wfi, x1, x2
    skip    x19, x2
    bl      host_wait
    b       host_loop
endfunc exit_wfi

func exit_sysreg
    count   exits_sysreg, x2, x3
    skip    x19, x2
    bl      host_sysreg
    b       host_loop
endfunc exit_sysreg

// A trapped SMC returns to itself if it is not skipped; nothing is offered.
func exit_smc
    count   exits_smc, x1, x2
    skip    x19, x2
    mov     x1, #-1                  // NOT_SUPPORTED
    str     x1, [x19, #CTX_X]
    b       host_loop
endfunc exit_smc

func exit_hvc
    count   exits_hvc, x1, x2
    ldp     x1, x2, [x19, #CTX_X]
    ldr     x3, [x19, #CTX_X + 2 * 8]
    str     xzr, [x19, #CTX_X]
    mov_imm x4, CALL_SAY
    cmp     x1, x4
    b.eq    1f
    mov_imm x4, CALL_ADD
    cmp     x1, x4
    b.eq    2f
    mov_imm x4, PSCI_SYSTEM_OFF
    cmp     x1, x4
    b.eq    host_end
    mov     x1, #-1
    str     x1, [x19, #CTX_X]
    b       host_loop
1:  mov_imm x4, (GUEST_PA - GUEST_IPA)
    add     x1, x2, x4
    adr     x0, msg_say
    bl      print
    b       host_loop
2:  add     x3, x2, x3
    str     x3, [x19, #CTX_X]
    b       host_loop
endfunc exit_hvc

// A stage 2 fault: memory that is given when touched, or a device with one register, whose reads give one more than what
// was written last. The syndrome describes the access (ISV): a load or store of one register without writeback.
func exit_dabt
    ldr     x2, [x19, #VCPU_HPFAR]   // FIPA is in bits 43:4
    ubfx    x2, x2, #4, #40
    lsl     x2, x2, #12
    mov_imm x4, (GUEST_IPA + 0x200000)
    eor     x5, x2, x4
    lsr     x5, x5, #21
    cbnz    x5, 1f
    count   exits_memory, x2, x3
    adr_l   x4, s2_l2
    mov_imm x5, ((GUEST_PA + 0x200000) | AF | SH_INNER | S2_RW | S2_NORMAL | DESC_BLOCK)
    str     x5, [x4, #8]             // from invalid to valid: no TLB maintenance is needed
    dsb     ishst
    b       host_loop
1:  mov_imm x4, GUEST_MMIO_IPA
    cmp     x2, x4
    b.ne    host_unexpected
    tbz     x1, #24, host_unexpected // ISV
    count   exits_mmio, x2, x3
    skip    x19, x2
    ubfx    x7, x1, #16, #5          // SRT
    adr_l   x8, device_register
    tbz     x1, #6, 3f               // WnR
    mov     x3, #0
    cmp     x7, #31
    b.eq    2f
    ldr     x3, [x19, x7, lsl #3]
2:  str     w3, [x8]
    b       host_loop
3:  ldr     w3, [x8]
    add     w3, w3, #1
    cmp     x7, #31
    b.eq    host_loop
    str     x3, [x19, x7, lsl #3]
    b       host_loop
endfunc exit_dabt

// ---- the host's own exceptions ---------------------------------------------------------------------------------------

// Physical interrupts. EOImode is 1 (gic.s): EOI drops the priority, host_interrupt deactivates.
func host_irq
    stp     x0, x1, [sp, #-64]!
    stp     x2, x3, [sp, #16]
    stp     x4, x30, [sp, #32]
    mrs     x0, icc_iar1_el1
    cmp     x0, #1020
    b.hs    1f                       // gone in the meantime
    msr     icc_eoir1_el1, x0
    isb
    count   host_irqs, x1, x2
    bl      host_interrupt
1:  ldp     x4, x30, [sp, #32]
    ldp     x2, x3, [sp, #16]
    ldp     x0, x1, [sp], #64
label host_irq_eret
    eret
endfunc host_irq

// An SError that nobody at EL2 took, or one of the host's own: counted, and its syndrome kept.
func host_serror
    stp     x0, x1, [sp, #-16]!
    count   host_serrors, x0, x1
    adr_l   x1, host_serror_esr
    mrs     x0, esr_el1
    str     x0, [x1]
    ldp     x0, x1, [sp], #16
    eret
endfunc host_serror

label host_panic
    mrs     x1, esr_el1
    mrs     x2, elr_el1
    mrs     x3, far_el1
    adr     x0, msg_panic
    bl      print
    b       power_reset

.balign 0x800
label host_vectors
    .rept   4
    vector  host_panic
    .endr
    vector  host_panic
    vector  host_irq                 // 0x280
    vector  host_panic
    vector  host_serror              // 0x380
    .rept   8
    vector  host_panic
    .endr

// ---- the end ---------------------------------------------------------------------------------------------------------

.macro expect name, symbol, value
    adr_l   x2, \symbol
    ldr     x2, [x2]
    mov     x1, #\value
    adr     x0, \name
    bl      check
.endm

func host_end
    adr_l   x5, exits
    ldp     x1, x2, [x5]
    ldp     x3, x4, [x5, #16]
    adr     x0, msg_exits
    bl      print
    adr_l   x5, exits
    ldp     x1, x2, [x5, #32]
    ldp     x3, x4, [x5, #48]
    adr     x0, msg_exits2
    bl      print
    adr_l   x5, exits
    ldr     x1, [x5, #64]
    adr_l   x5, host_irqs
    ldp     x2, x3, [x5]
    adr     x0, msg_exits3
    bl      print
    expect  name_mmio, exits_mmio, 2
    expect  name_memory, exits_memory, 1
    expect  name_wfi, exits_wfi, 1
    ldr     x2, =(guest_ticks - GUEST_VA + GUEST_PA)
    ldr     x2, [x2]
    mov     x1, #2
    adr     x0, name_ticks
    bl      check
    ldr     x2, =(guest_results - GUEST_VA + GUEST_PA)
    ldr     x2, [x2]
    mov     x1, #0x43
    adr     x0, name_device
    bl      check
    ldr     x2, =(guest_results - GUEST_VA + GUEST_PA)
    ldr     x2, [x2, #8]
    mov     x1, #42
    adr     x0, name_call
    bl      check
    bl      host_checks
    adr_l   x0, image_name
    b       finish
endfunc host_end
    .ltorg

msg_hello:      .asciz "host: at EL1, about to run a guest\n"
msg_say:        .asciz "guest: %s\n"
msg_exits:      .asciz "host: %d exits: %d HVC, %d SMC, %d system register,"
msg_exits2:     .asciz " %d MMIO, %d memory, %d WFI, %d IRQ,"
msg_exits3:     .asciz " %d SError; the host itself took %d IRQs, %d SErrors\n"
msg_unexpected: .asciz "host: exit that nobody handles: ESR %x PC %x FAR %x\n"
msg_panic:      .asciz "host: unexpected exception: ESR %x ELR %x FAR %x\n"
name_mmio:      .asciz "two MMIO exits"
name_memory:    .asciz "memory given once"
name_wfi:       .asciz "one WFI exit"
name_ticks:     .asciz "the guest took two timer interrupts"
name_device:    .asciz "the guest read from the device one more than it wrote"
name_call:      .asciz "the guest's call returned the sum"
    .balign 4

.section .bss, "aw", %nobits
    .balign 16
label exits
    .skip   8
label exits_hvc
    .skip   8
label exits_smc
    .skip   8
label exits_sysreg
    .skip   8
label exits_mmio
    .skip   8
label exits_memory
    .skip   8
label exits_wfi
    .skip   8
label exits_irq
    .skip   8
label exits_serror
    .skip   8
label host_irqs
    .skip   8
label host_serrors
    .skip   8
label host_serror_esr
    .skip   8
label device_register
    .skip   8
    .balign 16
label vcpu
    .skip   VCPU_SIZE
    .balign 4096
    .skip   4096
label host_stack_top
    .skip   8192
label hyp_stack_top
