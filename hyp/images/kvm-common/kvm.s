// SPDX-License-Identifier: Apache-2.0
// What the images kvm414, kvm56 and vhe share: a virtual CPU, the host's context, the calls from the host to EL2.

// ---- a virtual CPU ---------------------------------------------------------------------------------------------------
.struct 0
VCPU_CTX:       .skip CTX_SIZE
VCPU_HCR:       .skip 8              // HCR_EL2 while it runs; VSE in it is a virtual SError that it has not taken yet
VCPU_VTTBR:     .skip 8
VCPU_ESR:       .skip 8              // the syndrome of the latest synchronous exit
VCPU_FAR:       .skip 8
VCPU_HPFAR:     .skip 8
VCPU_DISR:      .skip 8              // RAS: what ESB deferred at the latest exit
VCPU_VSESR:     .skip 8              // RAS: syndrome of the virtual SError
VCPU_VMCR:      .skip 8              // virtual GIC: ICH_VMCR_EL2, ICH_AP1R0_EL2, list register 0
VCPU_AP1R0:     .skip 8
VCPU_LR0:       .skip 8
VCPU_WA_FLAGS:  .skip 8              // bit 0: the guest wants the workaround 2
VCPU_FP_TRAPS:  .skip 8
VCPU_DBG:       .skip 32             // VHE: DBGBVR0_EL1, DBGBCR0_EL1, DBGWVR0_EL1, DBGWCR0_EL1
VCPU_FLAGS:     .skip 8              // VHE: bit 0: go on after the instruction that exited
VCPU_SIZE:
.equ VCPU_WA2_FLAG_SHIFT, 0
.equ VCPU_INCREMENT_PC, 1

// ---- the host's context, one a PE; TPIDR_EL2 points to it -------------------------------------------------------------
.struct 0
HOST_CTX:       .skip CTX_SIZE
HOST_VCPU:      .skip 8              // the vCPU that runs
HOST_DBG:       .skip 32
HOST_SIZE:
.text

// HVC from the host: x0 below the limit is one of these, otherwise x0 is the address of a function to call at EL2
.equ HVC_SET_VECTORS,   0            // x1: VBAR_EL2
.equ HVC_SOFT_RESTART,  1            // x1: where to go on at EL2 with the MMU off; x2..x4: its x0..x2
.equ HVC_RESET_VECTORS, 2            // back to the stub
.equ HVC_STUB_LIMIT,    3
.equ HVC_STUB_ERR,      0xbadca11

// SMCCC functions that EL2 answers without leaving the guest
.equ ARCH_WORKAROUND_1, 0x80008000
.equ ARCH_WORKAROUND_2, 0x80007fff

.equ HCR_VSE, 1 << 8
.equ HCR_APK, 1 << 40
.equ HCR_API, 1 << 41
// While the host runs: EL1 is AArch64, and interrupts and SErrors are its own.
.equ HCR_KVM_HOST, HCR_RW
.equ HCR_KVM_GUEST, HCR_HOST | HCR_VM | HCR_SWIO | HCR_TWI | HCR_TSC

// calls of the guest beside those of defs.s
.equ CALL_NOTE,  0xc6000003          // x1: number, x2: value, kept in guest_notes
.equ NOTE_WA1,   0
.equ NOTE_WA2,   1
.equ NOTE_REGS,  2
.equ NOTE_TICKS, 3
.equ NOTE_FP,    4
.equ NOTE_SERRORS, 5
.equ NOTE_SERROR_ESR, 6
.equ NOTE_EXTRA, 7

.equ PSTATE_EL2H_MASKED, 0x3c9

// After an ERET, so that nothing behind it runs speculatively (SB, where there is no FEAT_SB).
.macro speculation_barrier
    dsb     nsh
    isb
.endm
