// SPDX-License-Identifier: Apache-2.0
// Constants of the image vhe.
.equ HCR_TGE, 1 << 27
.equ HCR_TVM, 1 << 26
.equ HCR_E2H, 1 << 34
.equ HCR_VHE_HOST, HCR_E2H | HCR_TGE | HCR_RW
// TVM: writes of the guest's stage 1 controls trap, as for a CPU with an erratum there
.equ HCR_VHE_GUEST, HCR_KVM_GUEST | HCR_E2H | HCR_TID3 | HCR_TVM

// CPACR_EL1 at EL2 is CPTR_EL2 in its E2H format
.equ CPACR_FPEN, 3 << 20

// ISS of a trapped MSR or MRS, without Rt and direction
.macro sysreg_iss reg, op0, op1, crn, crm, op2
    mov_imm \reg, (\op0 << 20 | \op2 << 17 | \op1 << 14 | \crn << 10 | \crm << 1)
.endm
