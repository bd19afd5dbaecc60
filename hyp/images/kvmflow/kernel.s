// SPDX-License-Identifier: Apache-2.0
// The host at EL2: system calls of its program, its interrupts, and what is done about each exit of the guest.
.include "defs.s"
.include "context.s"
.include "flow.s"
.include "vcpu.s"

// ---- entry from the program ------------------------------------------------------------------------------------------------

// An exception frame: x0..x17, x30, SP_EL0 needs no place (EL2 has its own stack pointer), ELR, SPSR
.macro enter_kernel
    sub     sp, sp, #176
    stp     x0, x1, [sp]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    mrs     x16, elr_el2
    mrs     x17, spsr_el2
    stp     x18, x30, [sp, #144]
    stp     x16, x17, [sp, #160]
.endm

.macro leave_kernel
    ldp     x16, x17, [sp, #160]
    msr     elr_el2, x16
    msr     spsr_el2, x17
    ldp     x0, x1, [sp]
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x30, [sp, #144]
    add     sp, sp, #176
    eret
.endm

func host_svc
    enter_kernel
    mrs     x9, esr_el2
    lsr     x9, x9, #26
    cmp     x9, #EC_SVC
    b.ne    host_panic
    count   syscalls, x9, x10
    mov     x9, #-EINVAL
    cmp     x8, #SYS_COUNT
    b.hs    1f
    adr     x10, syscall_table
    ldr     x10, [x10, x8, lsl #3]
    blr     x10
    mov     x9, x0
1:  str     x9, [sp]                 // the result, in the program's x0
label host_svc_eret
    leave_kernel
endfunc host_svc

// Physical interrupts, from the program and from the host itself. EOImode is 1: this drops the priority, and for the
// guest's timer the guest's own EOI deactivates, by the list register with HW = 1.
func host_irq
    enter_kernel
    mrs     x0, icc_iar1_el1
    cmp     x0, #1020
    b.hs    2f
    msr     icc_eoir1_el1, x0
    count   host_irqs, x1, x2
    cmp     x0, #INTID_VTIMER
    b.ne    1f
    adr_l   x1, vcpu
    mov_imm x2, (1 << 62 | 1 << 61 | 1 << 60 | 0xa0 << 48 | INTID_VTIMER << 32 | INTID_VTIMER)
    str     x2, [x1, #VCPU_LR0]
    b       2f
1:  msr     icc_dir_el1, x0
2:  isb
    leave_kernel
endfunc host_irq

// Nothing of the guest's is left by the time this can be taken: it is the host's own, counted.
func host_serror
    enter_kernel
    count   host_serrors, x0, x1
    leave_kernel
endfunc host_serror

label host_panic
    mrs     x1, esr_el2
    mrs     x2, elr_el2
    mrs     x3, far_el2
    adr     x0, msg_panic
    bl      print
    b       power_reset

.balign 0x800
label host_vectors
    .rept   5
    vector  host_panic
    .endr
    vector  host_irq                 // from EL2
    vector  host_panic
    vector  host_serror
    vector  host_svc                 // from EL0
    vector  host_irq
    vector  host_panic
    vector  host_serror
    .rept   4
    vector  host_panic
    .endr

// ---- system calls ----------------------------------------------------------------------------------------------------------

    .balign 8
syscall_table:
    .quad   print
    .quad   sys_exit
    .quad   kvm_create_vm
    .quad   kvm_set_user_memory_region
    .quad   kvm_create_vcpu
    .quad   kvm_mmap_run
    .quad   kvm_arm_vcpu_init
    .quad   kvm_set_one_reg
    .quad   kvm_run_ioctl

.macro want_fd fd
    cmp     x0, #\fd
    b.ne    bad_fd
.endm

func bad_fd
    mov     x0, #-EBADF
    ret
endfunc bad_fd

// A VM is a stage 2 with a VMID. VMID 0 is kept for the host.
func kvm_create_vm
    adrp    x1, vm_s2_l1
    mov     x2, #1
    bfi     x1, x2, #48, #16
    adr_l   x0, vm
    str     x1, [x0, #VM_VTTBR]
    mov     x0, #FD_VM
    ret
endfunc kvm_create_vm

// Only noted: stage 2 is filled when the guest touches it.
func kvm_set_user_memory_region
    want_fd FD_VM
    adr_l   x0, vm
    stp     x1, x2, [x0, #VM_MEM_IPA]
    str     x3, [x0, #VM_MEM_UADDR]
    mov     x0, #0
    ret
endfunc kvm_set_user_memory_region

func kvm_create_vcpu
    want_fd FD_VM
    mov     x0, #FD_VCPU
    ret
endfunc kvm_create_vcpu

func kvm_mmap_run
    want_fd FD_VCPU
    mov_imm x0, PROGRAM_RUN_VA
    ret
endfunc kvm_mmap_run

func kvm_arm_vcpu_init
    want_fd FD_VCPU
    adr_l   x0, vcpu
    mov     x1, #PSTATE_EL1H_MASKED
    str     x1, [x0, #CTX_PSTATE]
    mov_imm x1, SCTLR_EL1_OFF
    str     x1, [x0, #CTX_SCTLR_EL1]
    mov     x0, #0
    ret
endfunc kvm_arm_vcpu_init

func kvm_set_one_reg
    want_fd FD_VCPU
    cmp     x1, #CTX_FP
    b.hs    1f
    adr_l   x0, vcpu
    str     x2, [x0, x1]
    mov     x0, #0
    ret
1:  mov     x0, #-EINVAL
    ret
endfunc kvm_set_one_reg

// Runs the guest until the program has something to do.
func kvm_run_ioctl
    want_fd FD_VCPU
    stp     x29, x30, [sp, #-32]!
    stp     x19, x20, [sp, #16]
    adr_l   x19, vcpu
    ldr     x1, [x19, #VCPU_MMIO_RT] // the answer to the read that the last KVM_RUN ended with
    cbz     x1, 1f
    str     xzr, [x19, #VCPU_MMIO_RT]
    cmp     x1, #32
    b.eq    1f                       // XZR
    sub     x1, x1, #1
    adr_l   x2, kvm_run
    ldr     x2, [x2, #RUN_MMIO_DATA]
    str     x2, [x19, x1, lsl #3]
1:  mov     x0, x19
    bl      vcpu_load
label run_loop
    mov     x0, x19
    bl      vcpu_run
    mov     x20, x0
    count   exits, x1, x2
    msr     daifclr, #2              // the interrupt that ended the run is taken here, by the host's own vector
    isb
    msr     daifset, #2
label handle_exit
    tbz     x20, #EXIT_WITH_SERROR_BIT, 7f
    count   exits_serror, x1, x2     // the guest's; what it surfaced with is dealt with all the same
    bic     x20, x20, #(1 << EXIT_WITH_SERROR_BIT)
7:  cmp     x20, #EXIT_IRQ
    b.ne    2f
    count   exits_irq, x1, x2
    b       run_loop
2:  cbz     x20, 3f
    count   exits_serror, x1, x2
    b       run_loop
3:  ldr     x1, [x19, #VCPU_ESR]
    lsr     x2, x1, #26
    adr     x3, exit_table
4:  ldp     x4, x5, [x3], #16
    cbz     x5, 5f
    cmp     x4, x2
    b.ne    4b
    mov     x0, x19
    blr     x5                       // (x0: vcpu, x1: ESR) -> x0: 1 go on, 0 to the program
    cbnz    x0, run_loop
    b       6f
5:  mov     x0, #KVM_EXIT_INTERNAL_ERROR
    adr_l   x1, kvm_run
    str     x0, [x1, #RUN_EXIT_REASON]
6:  mov     x0, x19
    bl      vcpu_put
    mov     x0, #0
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret
endfunc kvm_run_ioctl

// ---- exits --------------------------------------------------------------------------------------------------------------------

    .balign 8
exit_table:
    .quad   EC_WFX, handle_wfi
    .quad   EC_HVC, handle_hvc
    .quad   EC_SMC, handle_smc
    .quad   EC_IABT_LOW, handle_abort
    .quad   EC_DABT_LOW, handle_abort
    .quad   0, 0

.macro skip
    ldr     x2, [x0, #CTX_PC]
    add     x2, x2, #4
    str     x2, [x0, #CTX_PC]
.endm

// The vCPU blocks until there is an interrupt for it. The host would run something else: it sleeps.
func handle_wfi
    count   exits_wfi, x2, x3
    skip
1:  ldr     x2, [x0, #VCPU_LR0]
    lsr     x2, x2, #62
    cbnz    x2, 2f
    wfi
    msr     daifclr, #2
    isb
    msr     daifset, #2
    b       1b
2:  mov     x0, #1
    ret
endfunc handle_wfi

func handle_smc
    count   exits_smc, x2, x3
    skip
    mov     x1, #-1                  // NOT_SUPPORTED
    str     x1, [x0, #CTX_X]
    mov     x0, #1
    ret
endfunc handle_smc

func handle_hvc
    count   exits_hvc, x2, x3
    stp     x29, x30, [sp, #-16]!
    ldp     x1, x2, [x0, #CTX_X]
    ldr     x3, [x0, #CTX_X + 2 * 8]
    str     xzr, [x0, #CTX_X]
    mov_imm x4, CALL_SAY
    cmp     x1, x4
    b.eq    1f
    mov_imm x4, PSCI_SYSTEM_OFF
    cmp     x1, x4
    b.eq    2f
    add     x3, x2, x3               // CALL_ADD
    mov_imm x4, CALL_ADD
    cmp     x1, x4
    csinv   x3, x3, xzr, eq
    str     x3, [x0, #CTX_X]
    b       3f
1:  mov_imm x4, (GUEST_PA - GUEST_IPA)
    add     x1, x2, x4
    adr     x0, msg_say
    bl      print
3:  mov     x0, #1
    b       4f
2:  adr_l   x1, kvm_run
    mov     x2, #KVM_EXIT_SYSTEM_EVENT
    str     x2, [x1, #RUN_EXIT_REASON]
    mov     x0, #0
4:  ldp     x29, x30, [sp], #16
    ret
endfunc handle_hvc

// A stage 2 fault. Memory: where the program has it is translated as the program would, and goes into stage 2. Else MMIO.
func handle_abort
    ldr     x2, [x0, #VCPU_HPFAR]    // FIPA is in bits 43:4
    ubfx    x2, x2, #4, #40
    lsl     x2, x2, #12              // x2: page
    adr_l   x3, vm
    ldp     x4, x5, [x3, #VM_MEM_IPA]
    ldr     x6, [x3, #VM_MEM_UADDR]
    sub     x4, x2, x4
    cmp     x4, x5
    b.hs    1f
    and     x4, x4, #~0x1fffff       // a block
    add     x6, x6, x4
label user_mem_abort
    at      s1e0w, x6                // with TGE: the program's translation
    isb
    mrs     x6, par_el1
    tbnz    x6, #0, 2f
    ubfx    x6, x6, #12, #36
    lsl     x6, x6, #12
    mov_imm x5, (AF | SH_INNER | S2_RW | S2_NORMAL | DESC_BLOCK)
    orr     x6, x6, x5
    ubfx    x2, x2, #21, #9
    adr_l   x4, vm_s2_l2
    str     x6, [x4, x2, lsl #3]     // from invalid to valid: no TLB maintenance
    dsb     ishst
    count   exits_memory, x2, x3
    mov     x0, #1
    ret
1:  lsr     x3, x1, #26
    cmp     x3, #EC_DABT_LOW
    b.ne    2f
    tbz     x1, #24, 2f              // ISV
label io_mem_abort
    count   exits_mmio, x3, x4
    adr_l   x3, kvm_run
    ldr     x4, [x0, #VCPU_FAR]
    bfxil   x2, x4, #0, #12
    str     x2, [x3, #RUN_MMIO_ADDRESS]
    ubfx    x4, x1, #22, #2          // SAS
    mov     x5, #1
    lsl     x5, x5, x4
    str     x5, [x3, #RUN_MMIO_LENGTH]
    ubfx    x6, x1, #6, #1           // WnR
    str     x6, [x3, #RUN_MMIO_IS_WRITE]
    ubfx    x7, x1, #16, #5          // SRT
    skip
    cbnz    x6, 3f
    add     x7, x7, #1
    str     x7, [x0, #VCPU_MMIO_RT]
    b       5f
3:  mov     x4, #0
    cmp     x7, #31
    b.eq    4f
    ldr     x4, [x0, x7, lsl #3]
    lsl     x5, x5, #3               // bits
    neg     x5, x5
    lsl     x4, x4, x5               // only the bytes that the guest stored
    lsr     x4, x4, x5
4:  str     x4, [x3, #RUN_MMIO_DATA]
5:  mov     x4, #KVM_EXIT_MMIO
    str     x4, [x3, #RUN_EXIT_REASON]
    mov     x0, #0
    ret
2:  adr_l   x3, kvm_run
    mov     x4, #KVM_EXIT_INTERNAL_ERROR
    str     x4, [x3, #RUN_EXIT_REASON]
    mov     x0, #0
    ret
endfunc handle_abort

// ---- the end --------------------------------------------------------------------------------------------------------------------

.macro expect name, address, value
    ldr     x2, =(\address)
    ldr     x2, [x2]
    mov     x1, #\value
    adr     x0, \name
    bl      check
.endm

func sys_exit
    mov     x20, x0
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
    adr_l   x5, host_irqs
    ldp     x1, x2, [x5]
    ldr     x3, [x5, #16]
    adr     x0, msg_exits3
    bl      print
    mov     x1, #0
    mov     x2, x20
    adr     x0, name_status
    bl      check
    expect  name_memory, exits_memory, 2
    expect  name_mmio, exits_mmio, 2
    expect  name_wfi, exits_wfi, 1
    expect  name_ticks, guest_ticks - GUEST_VA + GUEST_PA, 2
    expect  name_device, guest_results - GUEST_VA + GUEST_PA, 0x43
    expect  name_call, guest_results - GUEST_VA + GUEST_PA + 8, 42
    adr_l   x0, image_name
    b       finish
endfunc sys_exit
    .ltorg

msg_panic:   .asciz "host: unexpected exception: ESR %x ELR %x FAR %x\n"
msg_say:     .asciz "guest: %s\n"
msg_exits:   .asciz "host: %d exits: %d HVC, %d SMC, %d memory,"
msg_exits2:  .asciz " %d MMIO, %d WFI, %d IRQ, %d SError;"
msg_exits3:  .asciz " the host took %d IRQs, %d SErrors, %d system calls\n"
name_status: .asciz "the program ended well"
name_memory: .asciz "two blocks of memory were given when touched"
name_mmio:   .asciz "two MMIO exits went to the program"
name_wfi:    .asciz "one WFI exit"
name_ticks:  .asciz "the guest took two timer interrupts"
name_device: .asciz "the guest read from the program's device one more than it wrote"
name_call:   .asciz "the guest's call returned the sum"
    .balign 4

.section .guest.text, "ax"
func guest_extra
    ret
endfunc guest_extra

.section .bss, "aw", %nobits
    .balign 8
label exits
    .skip   8
label exits_hvc
    .skip   8
label exits_smc
    .skip   8
label exits_memory
    .skip   8
label exits_mmio
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
label syscalls
    .skip   8
