// SPDX-License-Identifier: Apache-2.0
// The run loop and what is done about each kind of exit.
.include "defs.s"
.include "vcpu.s"

// x0: vcpu. Runs it until it powers off.
func run_loop
    mov     x19, x0
1:  mov     x0, x19
    bl      vcpu_run
    ldr     x1, [x19, #VCPU_EXITS]
    add     x1, x1, #1
    str     x1, [x19, #VCPU_EXITS]
    mov     x20, x0
    ldr     x1, [x19, #VCPU_FP_LIVE] // served inside the switch: only reported here
    cbz     x1, 2f
    adr     x0, msg_fp
    bl      print
2:  mov     x0, x19
    ldr     x1, [x19, #VCPU_ESR]
    tbnz    x20, #EXIT_WITH_SERROR_BIT, 4f
    cmp     x20, #EXIT_IRQ
    b.eq    3f
    b.hi    4f
    adr     x2, trap_handlers
    lsr     x3, x1, #26
    ldr     x2, [x2, x3, lsl #3]
    blr     x2
    b       1b
3:  bl      handle_irq
    b       1b
4:  adr     x0, msg_serror
    bl      print
    b       power_off
endfunc run_loop

// By exception class. Handlers get x0: vcpu, x1: ESR_EL2, and may use x0..x17.
    .balign 8
trap_handlers:
    .quad   unexpected
    .quad   handle_wfx               // 0x01
    .rept   0x16 - 2
    .quad   unexpected
    .endr
    .quad   handle_hvc               // 0x16
    .quad   handle_smc               // 0x17
    .quad   handle_sysreg            // 0x18
    .rept   0x24 - 0x19
    .quad   unexpected
    .endr
    .quad   handle_dabt              // 0x24
    .rept   64 - 0x25
    .quad   unexpected
    .endr

func unexpected
    ldr     x2, [x0, #CTX_PC]
    ldr     x3, [x0, #VCPU_FAR]
    adr     x0, msg_unexpected
    bl      print
    b       power_off
endfunc unexpected

func skip_instruction
    ldr     x2, [x0, #CTX_PC]
    add     x2, x2, #4
    str     x2, [x0, #CTX_PC]
    ret
endfunc skip_instruction

// x0: vcpu, x2: register number 0..31, x3: value
func set_register
    cmp     x2, #31
    b.eq    1f                       // XZR
    str     x3, [x0, x2, lsl #3]     // CTX_X is 0
1:  ret
endfunc set_register

// ---- interrupts ------------------------------------------------------------------------------------------------

// Take the interrupt from the physical interface and put it into the list register, tied to the physical one:
// only the guest's own deactivation lets it fire again.
func handle_irq
    stp     x29, x30, [sp, #-16]!
    mrs     x1, icc_iar1_el1
    cmp     x1, #INTID_VTIMER
    b.ne    1f
    msr     icc_eoir1_el1, x1        // priority drop
    isb
    // pending, HW, group 1, priority 0xa0, pINTID = vINTID
    mov_imm x2, (1 << 62 | 1 << 61 | 1 << 60 | 0xa0 << 48 | INTID_VTIMER << 32 | INTID_VTIMER)
    str     x2, [x0, #VCPU_LR0]
    adr     x0, msg_irq
    bl      print
9:  ldp     x29, x30, [sp], #16
    ret
1:  cmp     x1, #1020                // nobody's: done with at once
    b.hs    9b
    msr     icc_eoir1_el1, x1
    msr     icc_dir_el1, x1
    isb
    b       9b
endfunc handle_irq

// The guest has nothing to do: wait for it at EL2, where IRQs are masked but still end WFI.
func handle_wfx
    stp     x29, x30, [sp, #-32]!
    str     x0, [sp, #16]
    bl      skip_instruction
    adr     x0, msg_wfi
    bl      print
1:  mrs     x1, icc_hppir1_el1
    cmp     x1, #1020
    b.lo    2f
    wfi
    b       1b
2:  ldr     x0, [sp, #16]
    bl      handle_irq
    ldp     x29, x30, [sp], #32
    ret
endfunc handle_wfx

// ---- ID registers ----------------------------------------------------------------------------------------------

// HCR_EL2.TID3 traps reads of the ID space op0 = 3, op1 = 0, CRn = 0, CRm = 1..7. Two of them are shown to the guest,
// without what this hypervisor does not virtualize; the rest read as zero.
func handle_sysreg
    stp     x29, x30, [sp, #-16]!
    tbz     x1, #0, unexpected       // a write: nothing that can be written traps
    mov_imm x2, 0x3ffc00             // op0, op2, op1, CRn
    and     x2, x1, x2
    lsr     x3, x2, #10
    bic     x3, x3, #(7 << 7)        // op2 may be anything
    mov     x4, #(3 << 10)
    cmp     x3, x4
    b.ne    unexpected
    bl      skip_instruction
    ubfx    x4, x1, #1, #4           // CRm
    ubfx    x5, x1, #17, #3          // op2
    ubfx    x2, x1, #5, #5           // Rt
    mov     x3, #0
    cmp     x4, #4
    ccmp    x5, #0, #0, eq
    b.ne    1f
    mrs     x3, id_aa64pfr0_el1
    and     x3, x3, #0xffffff        // EL0 to EL3, FP and SIMD; no GIC, RAS, SVE ...
1:  cmp     x4, #7
    ccmp    x5, #0, #0, eq
    b.ne    2f
    mrs     x3, id_aa64mmfr0_el1
2:  bl      set_register
    mov     x1, x4
    mov     x4, x2
    mov     x2, x5
    adr     x0, msg_sysreg
    bl      print
    ldp     x29, x30, [sp], #16
    ret
endfunc handle_sysreg

// ---- data aborts -----------------------------------------------------------------------------------------------

// Stage 2 faults: the second half of the guest's RAM is given when touched, and a device is emulated. It has one
// register: a read gives one more than what was written last.
func handle_dabt
    stp     x29, x30, [sp, #-32]!
    stp     x19, x20, [sp, #16]
    mov     x19, x0
    ldr     x2, [x0, #VCPU_HPFAR]    // FIPA is in bits 43:4
    ubfx    x2, x2, #4, #40
    lsl     x2, x2, #12
    ldr     x3, [x0, #VCPU_FAR]
    bfxil   x2, x3, #0, #12          // x2 = IPA
    mov_imm x4, (GUEST_IPA + 0x200000)
    eor     x5, x2, x4
    lsr     x5, x5, #21
    cbz     x5, give_memory
    mov_imm x4, GUEST_MMIO_IPA
    sub     x4, x2, x4
    cmp     x4, #0x1000
    b.hs    unexpected
    tbz     x1, #24, unexpected      // ISV: the syndrome describes the instruction
    bl      skip_x2_safe
    ubfx    x6, x1, #22, #2          // SAS
    ubfx    x7, x1, #16, #5          // SRT
    mov     x8, #8
    lsl     x8, x8, x6               // bits
    mov     x9, #1
    lsl     x9, x9, x6               // bytes
    neg     x8, x8
    mov     x10, #-1
    lsr     x10, x10, x8             // mask: lsr by 64 - bits
    adr_l   x11, device_register
    tbz     x1, #6, 2f               // WnR
    mov     x3, #0
    cmp     x7, #31
    b.eq    1f
    ldr     x3, [x19, x7, lsl #3]
1:  and     x3, x3, x10
    str     x3, [x11]
    adr     x0, msg_mmio_write
    b       3f
2:  ldr     x3, [x11]
    add     x3, x3, #1
    and     x3, x3, x10
    mov     x12, x2
    mov     x0, x19
    mov     x2, x7
    bl      set_register
    mov     x2, x12
    adr     x0, msg_mmio_read
3:  mov     x1, x9
    mov     x4, x7
    bl      print
    b       4f

give_memory:
    adr_l   x4, s2_l2
    mov_imm x5, ((GUEST_PA + 0x200000) | AF | SH_INNER | S2_RW | S2_NORMAL | DESC_BLOCK)
    str     x5, [x4, #8]             // from invalid to valid: no TLB maintenance is needed
    dsb     ishst
    mov     x1, x2
    adr     x0, msg_memory
    bl      print
4:  ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret
endfunc handle_dabt

// skip_instruction for x19 that keeps x2
func skip_x2_safe
    ldr     x4, [x19, #CTX_PC]
    add     x4, x4, #4
    str     x4, [x19, #CTX_PC]
    ret
endfunc skip_x2_safe

// ---- calls -----------------------------------------------------------------------------------------------------

// A trapped SMC is a call like any other, but its preferred return address is the SMC itself.
func handle_smc
    stp     x29, x30, [sp, #-16]!
    bl      skip_instruction
    adr     x9, msg_smc
    bl      guest_call
    ldp     x29, x30, [sp], #16
    ret
endfunc handle_smc

func handle_hvc
    stp     x29, x30, [sp, #-16]!
    adr     x9, msg_hvc
    bl      guest_call
    ldp     x29, x30, [sp], #16
    ret
endfunc handle_hvc

// x0: vcpu, x9: message for calls that are listed
func guest_call
    stp     x29, x30, [sp, #-16]!
    ldp     x1, x2, [x0, #CTX_X]
    ldr     x3, [x0, #(CTX_X + 2 * 8)]
    mov_imm x4, CALL_SAY
    cmp     x1, x4
    b.eq    say
    mov_imm x4, CALL_ADD
    cmp     x1, x4
    b.eq    1f
    mov_imm x4, PSCI_SYSTEM_OFF
    cmp     x1, x4
    b.eq    guest_off
    mov_imm x4, PSCI_VERSION
    cmp     x1, x4
    mov_imm x3, 0x10001
    mov     x4, #-1                  // NOT_SUPPORTED
    csel    x3, x3, x4, eq
    b       2f
1:  add     x3, x2, x3
2:  str     x3, [x0, #CTX_X]
    mov     x2, x3
    mov     x0, x9
    bl      print
    ldp     x29, x30, [sp], #16
    ret

say:                                 // x2: IPA
    mov_imm x4, GUEST_IPA
    sub     x2, x2, x4
    mov_imm x4, GUEST_SIZE
    cmp     x2, x4
    b.hs    unexpected
    mov_imm x4, GUEST_PA
    add     x1, x2, x4
    str     xzr, [x0, #CTX_X]
    adr     x0, msg_say
    bl      print
    ldp     x29, x30, [sp], #16
    ret

guest_off:
    ldr     x1, [x0, #VCPU_EXITS]
    ldr     x2, [x0, #VCPU_FP_TRAPS]
    adr     x0, msg_off
    bl      print
    b       power_off
endfunc guest_call

msg_hvc:        .asciz "hyp: HVC call %x, result %d\n"
msg_smc:        .asciz "hyp: SMC call %x, trapped, result %x\n"
msg_say:        .asciz "guest: %s\n"
msg_sysreg:     .asciz "hyp: trapped read of S3_0_C0_C%d_%d, gave %x in x%d\n"
msg_mmio_write: .asciz "hyp: emulated a write of %d bytes at IPA %x: %x from x%d\n"
msg_mmio_read:  .asciz "hyp: emulated a read of %d bytes at IPA %x: %x to x%d\n"
msg_memory:     .asciz "hyp: the guest touched IPA %x: memory given\n"
msg_wfi:        .asciz "hyp: WFI: the guest waits\n"
msg_irq:        .asciz "hyp: IRQ %d goes to the guest by list register 0\n"
msg_fp:         .asciz "hyp: FP was used since the last entry: trapped once, registers swapped\n"
msg_off:        .asciz "hyp: the guest powered off after %d exits and %d FP traps\n"
msg_serror:     .asciz "hyp: SError\n"
msg_unexpected: .asciz "hyp: exit that nobody handles: ESR %x PC %x FAR %x\n"

.section .bss, "aw", %nobits
    .balign 8
device_register:
    .skip   8
