// SPDX-License-Identifier: Apache-2.0
// ---- a virtual CPU ---------------------------------------------------------------------------------------------------
.struct 0
VCPU_CTX:       .skip CTX_SIZE
VCPU_HOST:      .skip 8              // address of the hypervisor's context
VCPU_VTTBR:     .skip 8
VCPU_ESR:       .skip 8              // the syndrome of the latest exit
VCPU_FAR:       .skip 8
VCPU_HPFAR:     .skip 8
VCPU_FP_LIVE:   .skip 8              // 1: the guest's FP registers are loaded, access does not trap
VCPU_FP_TRAPS:  .skip 8              // how often that happened
VCPU_VMCR:      .skip 8              // virtual GIC: ICH_VMCR_EL2, ICH_AP1R0_EL2, list register 0
VCPU_AP1R0:     .skip 8
VCPU_LR0:       .skip 8
VCPU_EXITS:     .skip 8
VCPU_SIZE:
.text
