// SPDX-License-Identifier: Apache-2.0
// The program at EL0: what a virtual machine monitor does, from creating the VM to the guest's end. It is one page,
// mapped at PROGRAM_VA, and refers to itself relative to the PC.
.include "defs.s"
.include "flow.s"

.macro syscall number
    mov     x8, #\number
    svc     #0
.endm

.text
    .balign 4096
func program
    mov_imm x0, PROGRAM_RUN_VA
    mov     sp, x0
    adr     x0, text_begin
    syscall SYS_PRINT
label program_create_vm
    syscall KVM_CREATE_VM
    tbnz    x0, #63, failed
    mov     x19, x0
    // The guest's code is in that memory already: the loader put it there.
    mov_imm x1, GUEST_IPA
    mov_imm x2, GUEST_SIZE
    mov_imm x3, PROGRAM_GUEST_VA
    syscall KVM_SET_USER_MEMORY_REGION
    cbnz    x0, failed
    mov     x0, x19
    syscall KVM_CREATE_VCPU
    tbnz    x0, #63, failed
    mov     x20, x0
    syscall KVM_MMAP_RUN
    mov     x21, x0
    mov     x0, x20
    syscall KVM_ARM_VCPU_INIT
    cbnz    x0, failed
    mov     x0, x20
    mov     x1, #CTX_PC
    mov_imm x2, GUEST_IPA
    syscall KVM_SET_ONE_REG
    cbnz    x0, failed
    adr     x0, text_created
    syscall SYS_PRINT
label program_run
    mov     x0, x20
    syscall KVM_RUN
    cbnz    x0, failed
label program_exit
    ldr     x0, [x21, #RUN_EXIT_REASON]
    cmp     x0, #KVM_EXIT_MMIO
    b.eq    program_mmio
    cmp     x0, #KVM_EXIT_SYSTEM_EVENT
    b.ne    failed
    adr     x0, text_off
    syscall SYS_PRINT
    mov     x0, #0
    syscall SYS_EXIT

// The device: one register, whose reads give one more than what was written last.
label program_mmio
    ldr     x1, [x21, #RUN_MMIO_ADDRESS]
    ldr     x2, [x21, #RUN_MMIO_LENGTH]
    mov_imm x4, GUEST_MMIO_IPA
    cmp     x1, x4
    b.ne    failed
    mov_imm x5, PROGRAM_DATA_VA
    ldr     x0, [x21, #RUN_MMIO_IS_WRITE]
    cbz     x0, 1f
    ldr     x3, [x21, #RUN_MMIO_DATA]
    str     x3, [x5]
    adr     x0, text_write
    b       2f
1:  ldr     x3, [x5]
    add     x3, x3, #1
    str     x3, [x21, #RUN_MMIO_DATA]
    adr     x0, text_read
2:  syscall SYS_PRINT
    b       program_run

failed:
    mov     x1, x0
    adr     x0, text_failed
    syscall SYS_PRINT
    mov     x0, #1
    syscall SYS_EXIT
endfunc program

text_begin:   .asciz "program: at EL0, creating a virtual machine\n"
text_created: .asciz "program: VM, memory, vCPU and registers are there: running it\n"
text_write:   .asciz "program: MMIO write at %x, %d bytes: %x\n"
text_read:    .asciz "program: MMIO read at %x, %d bytes: %x\n"
text_off:     .asciz "program: the guest powered off\n"
text_failed:  .asciz "program: failed, %x\n"
    .balign 4096
