// SPDX-License-Identifier: Apache-2.0
// What the program at EL0 and the host at EL2 agree on. Numbers of exits are KVM's.

// ---- system calls: SVC #0, number in x8, arguments in x0..x4, result in x0 ------------------------------------------------
.equ SYS_PRINT,                      0 // x0: format, x1..x4
.equ SYS_EXIT,                       1 // x0: status
.equ KVM_CREATE_VM,                  2 // -> descriptor of the VM
.equ KVM_SET_USER_MEMORY_REGION,     3 // x0: VM, x1: guest physical address, x2: size, x3: address in the program
.equ KVM_CREATE_VCPU,                4 // x0: VM -> descriptor of the vCPU
.equ KVM_MMAP_RUN,                   5 // x0: vCPU -> address of its kvm_run
.equ KVM_ARM_VCPU_INIT,              6 // x0: vCPU: registers as at reset
.equ KVM_SET_ONE_REG,                7 // x0: vCPU, x1: register (offset CTX_*), x2: value
.equ KVM_RUN,                        8 // x0: vCPU -> 0, with kvm_run filled in
.equ SYS_COUNT,                      9
.equ FD_VM,                          4
.equ FD_VCPU,                        5
.equ EBADF,                          9
.equ EINVAL,                         22

// ---- kvm_run: the page that both have -----------------------------------------------------------------------------------
.struct 0
RUN_EXIT_REASON:   .skip 8
RUN_MMIO_ADDRESS:  .skip 8
RUN_MMIO_DATA:     .skip 8           // from the guest, or for it: the program writes, the next KVM_RUN delivers
RUN_MMIO_LENGTH:   .skip 8
RUN_MMIO_IS_WRITE: .skip 8
.text
.equ KVM_EXIT_INTERNAL_ERROR, 17
.equ KVM_EXIT_MMIO,           6
.equ KVM_EXIT_SYSTEM_EVENT,   24

// ---- the program's addresses ----------------------------------------------------------------------------------------------
.equ PROGRAM_VA,       0x80000000    // one page: code and constants
.equ PROGRAM_DATA_VA,  0x80001000    // one page: data, stack at its end
.equ PROGRAM_RUN_VA,   0x80002000    // kvm_run
.equ PROGRAM_GUEST_VA, 0x80200000    // 4 MiB: what will be the guest's RAM

.equ HCR_TGE,       1 << 27
.equ HCR_E2H,       1 << 34
.equ HCR_VHE_HOST,  HCR_E2H | HCR_TGE | HCR_RW
.equ HCR_VHE_GUEST, (HCR_GUEST & ~HCR_TID3) | HCR_E2H
.equ CPACR_FPEN,    3 << 20          // CPTR_EL2 in its E2H format
.equ EC_IABT_LOW,   0x20

.macro count symbol, t1, t2
    adr_l   \t1, \symbol
    ldr     \t2, [\t1]
    add     \t2, \t2, #1
    str     \t2, [\t1]
.endm
