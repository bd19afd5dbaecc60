// SPDX-License-Identifier: Apache-2.0
// The host: a kernel, mapped at its own addresses. It runs the guest, handles its exits, and reports. It takes interrupts
// and SErrors of its own like any kernel. It runs at EL1 (kvm414, kvm56: host-el1.s) or, with VHE, at EL2 (vhe), where
// HCR_EL2.E2H makes SCTLR_EL1, VBAR_EL1, ESR_EL1 ... mean EL2's: nothing in this file differs. An image adds
//   host_install   before the first run: whatever makes run_guest work
//   run_guest      x0: vcpu -> x0: EXIT_*
//   host_leave     after the last
.include "defs.s"
.include "context.s"
.include "kvm.s"
.include "host-macros.s"

// el2_call: HVC with x0..x3 set. It is a function call: x0..x18 and x30 are lost.
.macro el2_call
    hvc     #0
.endm

func host_start
    msr     spsel, #1
    adr_l   x0, host_stack_top
    mov     sp, x0
    adr_l   x0, host_vectors
    msr     vbar_el1, x0
    mov     x0, #(3 << 20)
    msr     cpacr_el1, x0
    mov_imm x0, MAIR_VALUE
    msr     mair_el1, x0
    // TCR_EL1: 39-bit VA in the lower half, none in the upper; 40-bit PA
    mov_imm x0, (2 << 32 | 1 << 23 | 3 << 12 | 1 << 10 | 1 << 8 | 25)
    msr     tcr_el1, x0
    adrp    x0, host_l1
    msr     ttbr0_el1, x0
    dsb     ish
    tlbi    vmalle1
    dsb     nsh
    isb
    mov_imm x0, SCTLR_EL1_ON
    msr     sctlr_el1, x0
    isb
    mov     x0, #1
    msr     icc_sre_el1, x0
    msr     daifclr, #4              // SErrors show themselves here
    isb

    bl      host_install
    bl      host_prepare
label host_run_start
    bl      host_run
    bl      host_checks
    bl      host_leave
    adr_l   x0, image_name
    b       finish
endfunc host_start

// Known values in what a switch must keep: callee-saved registers (see host_run), d8, TPIDR_EL0; then a vCPU.
func host_prepare
    stp     x29, x30, [sp, #-16]!
    mov_imm x0, 0x1234567812345678
    msr     tpidr_el0, x0
    fmov    d8, x0
    bl      host_extra_prepare
    adr_l   x0, vcpu
    context_reset x0, x1
    adr_l   x1, hcr_guest
    ldr     x1, [x1]
    str     x1, [x0, #VCPU_HCR]
    adrp    x1, s2_l1                // VTTBR_EL2: VMID 1
    mov     x2, #1
    bfi     x1, x2, #48, #16
    str     x1, [x0, #VCPU_VTTBR]
    bl      host_vcpu_ready
    ldp     x29, x30, [sp], #16
    ret
endfunc host_prepare

// ---- the run loop ---------------------------------------------------------------------------------------------------------

func host_run
    stp     x29, x30, [sp, #-16]!
    adr_l   x19, vcpu
    mov     x21, #0x21
    mov     x22, #0x22
    mov     x23, #0x23
    mov     x24, #0x24
    mov     x25, #0x25
    mov     x26, #0x26
    mov     x27, #0x27
    mov     x28, #0x28
label host_loop
    msr     daifset, #2
    mov     x0, x19
    bl      run_guest
label host_run_back
    mov     x20, x0
    adr_l   x1, exit_code
    str     x0, [x1]
    // what the function call must have kept
    sub     x1, x21, #0x21
    sub     x2, x22, #0x22
    orr     x1, x1, x2
    sub     x2, x23, #0x23
    orr     x1, x1, x2
    sub     x2, x24, #0x24
    orr     x1, x1, x2
    sub     x2, x25, #0x25
    orr     x1, x1, x2
    sub     x2, x26, #0x26
    orr     x1, x1, x2
    sub     x2, x27, #0x27
    orr     x1, x1, x2
    sub     x2, x28, #0x28
    orr     x1, x1, x2
    cbz     x1, 1f
    count   host_regs_lost, x1, x2
1:  // interrupts that made the guest exit are taken here, through the host's own vectors
    msr     daifclr, #2
    isb
label host_irqs_on
    mov     x0, x19
    tbnz    x20, #EXIT_WITH_SERROR_BIT, 4f
    cmp     x20, #EXIT_IRQ
    b.eq    2f
    b.hi    3f
    count   exits_trap, x1, x2
    bl      handle_trap
    cbz     x0, host_loop
    ldp     x29, x30, [sp], #16      // the guest is off
    ret
2:  count   exits_irq, x1, x2
    b       host_loop
3:  count   exits_serror, x1, x2
    ldr     x1, [x19, #VCPU_ESR]
    bl      inject_serror
    b       host_loop
4:  count   exits_marked, x1, x2
    bl      handle_marked
    b       host_loop
endfunc host_run

// An SError that came up in guest_exit: it is the guest's, and goes to it as a virtual one. The exit itself is not handled:
// the guest will do the same again, once it has taken the SError. Only HVC must be wound back for that: its return
// address is the next instruction.
func handle_marked
    stp     x29, x30, [sp, #-16]!
    and     x20, x20, #0xff
    cmp     x20, #EXIT_TRAP
    b.ne    1f
    ldr     x1, [x19, #VCPU_ESR]
    lsr     x1, x1, #26
    cmp     x1, #EC_HVC
    b.ne    1f
    ldr     x1, [x19, #CTX_PC]
    sub     x1, x1, #4
    str     x1, [x19, #CTX_PC]
1:  ldr     x1, [x19, #VCPU_DISR]    // RAS: the syndrome; without RAS the guest gets none
    bl      inject_serror
    ldp     x29, x30, [sp], #16
    ret
endfunc handle_marked

// x19: vcpu, x1: syndrome. HCR_EL2.VSE, and VSESR_EL2 where there is one.
func inject_serror
    ubfx    x1, x1, #0, #25
    str     x1, [x19, #VCPU_VSESR]
    ldr     x1, [x19, #VCPU_HCR]
    orr     x1, x1, #HCR_VSE
    str     x1, [x19, #VCPU_HCR]
    ret
endfunc inject_serror

// x0: vcpu -> x0: 0 goes on, 1 the guest is off
func handle_trap
    ldr     x1, [x0, #VCPU_ESR]
    lsr     x2, x1, #26
    cmp     x2, #EC_HVC
    b.eq    handle_hvc
    cmp     x2, #EC_WFX
    b.eq    handle_wfx
    cmp     x2, #EC_DABT_LOW
    b.eq    handle_dabt
    ldr     x2, [x0, #CTX_PC]
    ldr     x3, [x0, #VCPU_FAR]
    adr     x0, msg_unexpected
    bl      print
    b       power_reset
endfunc handle_trap

// The run does it, when the guest is entered (4.14 changed the PC here; the flag came later, and vhe shows it).
.macro skip_instruction
    ldr     x2, [x0, #VCPU_FLAGS]
    orr     x2, x2, #VCPU_INCREMENT_PC
    str     x2, [x0, #VCPU_FLAGS]
.endm

func handle_hvc
    stp     x29, x30, [sp, #-16]!
    count   exits_hvc, x1, x2
    ldp     x1, x2, [x0, #CTX_X]
    ldr     x3, [x0, #(CTX_X + 2 * 8)]
    mov_imm x4, CALL_SAY
    cmp     x1, x4
    b.eq    2f
    mov_imm x4, CALL_NOTE
    cmp     x1, x4
    b.eq    3f
    mov_imm x4, PSCI_SYSTEM_OFF
    cmp     x1, x4
    b.eq    4f
    mov_imm x4, ARCH_WORKAROUND_1    // where EL2 did not answer it: done by being here
    sub     x4, x4, x1
    cmp     x4, #1                   // ... and ARCH_WORKAROUND_2
    mov     x4, #-1                  // NOT_SUPPORTED
    csel    x4, xzr, x4, ls
    str     x4, [x0, #CTX_X]
1:  mov     x0, #0
    ldp     x29, x30, [sp], #16
    ret
2:  mov_imm x4, (GUEST_PA - GUEST_IPA)
    add     x1, x2, x4
    str     xzr, [x0, #CTX_X]
    adr     x0, msg_say
    bl      print
    b       1b
3:  and     x2, x2, #7
    adr_l   x4, guest_notes
    str     x3, [x4, x2, lsl #3]
    b       1b
4:  mov     x0, #1
    ldp     x29, x30, [sp], #16
    ret
endfunc handle_hvc

// Sleep until there is something for the guest.
func handle_wfx
    count   exits_wfi, x1, x2
    skip_instruction
1:  ldr     x1, [x0, #VCPU_LR0]
    lsr     x1, x1, #62              // pending or active
    cbnz    x1, 2f
    ldr     x1, [x0, #VCPU_HCR]
    tbnz    x1, #8, 2f               // VSE
    msr     daifset, #2
    wfi                              // ends with an interrupt pending, masked or not
    msr     daifclr, #2
    isb
    b       1b
2:  mov     x0, #0
    ret
endfunc handle_wfx

// A device with one register: a read gives one more than what was written last.
func handle_dabt
    ldr     x1, [x0, #VCPU_ESR]
    ubfx    x3, x1, #16, #5          // SRT
    adr_l   x4, device_register
    skip_instruction
    tbz     x1, #6, 1f               // WnR
    count   mmio_writes, x5, x6
    ldr     x2, [x0, x3, lsl #3]
    str     x2, [x4]
    b       2f
1:  count   mmio_reads, x5, x6
    ldr     x2, [x4]
    add     x2, x2, #1
    str     x2, [x0, x3, lsl #3]
    adr_l   x4, device_register_read
    str     x2, [x4]
2:  mov     x0, #0
    ret
endfunc handle_dabt

// ---- the host's own exceptions --------------------------------------------------------------------------------------------

func host_irq
    stp     x0, x1, [sp, #-16]!
    stp     x2, x3, [sp, #-16]!
    mrs     x0, icc_iar1_el1
    cmp     x0, #1020
    b.hs    9f                       // it has gone
    msr     icc_eoir1_el1, x0        // priority drop
    cmp     x0, #INTID_VTIMER
    b.ne    1f
    // the guest's timer: list register 0, tied to the physical interrupt, which the guest's EOI will deactivate
    mov_imm x2, (1 << 62 | 1 << 61 | 1 << 60 | 0xa0 << 48 | INTID_VTIMER << 32 | INTID_VTIMER)
    adr_l   x1, vcpu
    str     x2, [x1, #VCPU_LR0]
    count   irqs_for_guest, x1, x2
    b       9f
1:  msr     icc_dir_el1, x0
    adr_l   x1, host_last_intid
    str     x0, [x1]
    count   host_irqs, x1, x2
9:  ldp     x2, x3, [sp], #16
    ldp     x0, x1, [sp], #16
    eret
endfunc host_irq

func host_serror
    stp     x0, x1, [sp, #-16]!
    mrs     x0, esr_el1
    adr_l   x1, host_serror_esr
    str     x0, [x1]
    count   host_serrors, x0, x1
    ldp     x0, x1, [sp], #16
    eret
endfunc host_serror

// EL2 could not go on (hyp_panic), or the host itself failed.
func host_panic
    adr_l   x4, panic_state
    ldp     x1, x2, [x4]
    ldp     x3, x4, [x4, #16]
    adr     x0, msg_panic
    bl      print
    adr_l   x0, result
    mov     w1, #3
    str     w1, [x0]
label host_panicked
    b       power_reset
endfunc host_panic

func host_invalid
    mrs     x1, esr_el1
    mrs     x2, elr_el1
    mrs     x3, far_el1
    adr     x0, msg_invalid
    bl      print
    b       power_reset
endfunc host_invalid

.balign 0x800
label host_vectors
    .rept   4
    vector  host_invalid
    .endr
    vector  host_invalid
    vector  host_irq
    vector  host_invalid
    vector  host_serror
    .rept   8
    vector  host_invalid
    .endr

// ---- the end ------------------------------------------------------------------------------------------------------------------

func host_checks
    stp     x29, x30, [sp, #-16]!
    adr_l   x5, exits_trap
    ldp     x1, x2, [x5]             // trap, hvc
    ldp     x3, x4, [x5, #16]        // wfi, irq
    adr     x0, msg_exits
    bl      print
    adr_l   x5, mmio_writes
    ldp     x1, x2, [x5]
    adr_l   x5, exits_serror
    ldp     x3, x4, [x5]
    adr     x0, msg_exits2
    bl      print
    adr_l   x5, host_serrors
    ldp     x1, x2, [x5]
    adr_l   x5, guest_notes
    ldr     x3, [x5, #(8 * NOTE_SERRORS)]
    adr_l   x5, vcpu
    ldr     x4, [x5, #VCPU_FP_TRAPS]
    adr     x0, msg_events
    bl      print
    expect  name_regs, 0, host_regs_lost
    mrs     x0, tpidr_el0
    expect_x0 name_tpidr, 0x1234567812345678
    fmov    x0, d8
    expect_x0 name_fp, 0x1234567812345678
    expect  name_wa1, 1, guest_notes + 8 * NOTE_WA1
    expect  name_wa2, 1, guest_notes + 8 * NOTE_WA2
    expect  name_gregs, 1, guest_notes + 8 * NOTE_REGS
    expect  name_ticks, 2, guest_notes + 8 * NOTE_TICKS
    expect  name_gfp, 3, guest_notes + 8 * NOTE_FP
    expect  name_mmio, 0x43, device_register_read
    bl      host_extra_checks
    ldp     x29, x30, [sp], #16
    ret
endfunc host_checks

.weak host_extra_prepare
.weak host_extra_checks
.weak host_vcpu_ready
func nothing_extra
    ret
endfunc nothing_extra
.set host_extra_prepare, nothing_extra
.set host_vcpu_ready, nothing_extra
.set host_extra_checks, nothing_extra

msg_say:        .asciz "guest: %s\n"
msg_exits:      .asciz "host: %d traps (%d HVC, %d WFI), %d IRQ exits\n"
msg_exits2:     .asciz "host: MMIO %d writes, %d reads; %d SError exits, %d exits marked with an SError\n"
msg_events:     .asciz "host: took %d SErrors and %d other IRQs; the guest took %d SErrors; %d FP traps\n"
msg_unexpected: .asciz "host: exit that nobody handles: ESR %x PC %x FAR %x\n"
msg_panic:      .asciz "host: EL2 panicked: vector %d ESR %x ELR %x FAR %x\n"
msg_invalid:    .asciz "host: unexpected exception: ESR %x ELR %x FAR %x\n"
name_regs:        .asciz "host's callee-saved registers kept"
name_tpidr:       .asciz "host's system registers kept"
name_fp:          .asciz "host's FP registers kept"
name_wa1:         .asciz "guest: ARCH_WORKAROUND_1 returned 0"
name_wa2:         .asciz "guest: ARCH_WORKAROUND_2 returned 0"
name_gregs:       .asciz "guest's registers kept"
name_ticks:       .asciz "guest: timer interrupts"
name_gfp:         .asciz "guest: FP"
name_mmio:        .asciz "guest: MMIO"

.section .tables, "aw"
.equ HOST_RX, AF | SH_INNER | UXN | AP_RO | ATTR_NORMAL | DESC_BLOCK
.equ HOST_RW, AF | SH_INNER | UXN | PXN | ATTR_NORMAL | DESC_BLOCK
.equ HOST_IO, AF | UXN | PXN | ATTR_DEVICE | DESC_BLOCK
    .balign 4096
host_l1:
    .quad   0 | HOST_IO
    .quad   host_l2 + DESC_TABLE
    .fill   510, 8, 0
host_l2:
    .quad   0
    .quad   HYP_TEXT | HOST_RX
    .quad   HYP_DATA | HOST_RW
    .fill   5, 8, 0
    .quad   GUEST_PA | HOST_RW
    .quad   (GUEST_PA + 0x200000) | HOST_RW
    .fill   502, 8, 0

.section .bss, "aw", %nobits
    .balign 16
label vcpu
    .skip   VCPU_SIZE
    .balign 16
label host_context
    .skip   HOST_SIZE
    .balign 16
label exit_code                      // what the latest run returned
    .skip   8
label host_regs_lost
    .skip   8
label exits_trap
    .skip   8
label exits_hvc
    .skip   8
label exits_wfi
    .skip   8
label exits_irq
    .skip   8
label exits_serror
    .skip   8
label exits_marked
    .skip   8
label mmio_writes
    .skip   8
label mmio_reads
    .skip   8
label irqs_for_guest
    .skip   8
label host_last_intid
    .skip   8
label host_serrors
    .skip   8
label host_irqs
    .skip   8
label host_serror_esr
    .skip   8
label device_register
    .skip   8
label device_register_read
    .skip   8
label guest_notes
    .skip   8 * 8
    .balign 16
    .skip   8192
label host_stack_top
