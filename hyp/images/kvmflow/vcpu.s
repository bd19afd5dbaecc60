// SPDX-License-Identifier: Apache-2.0
// ---- a virtual CPU -----------------------------------------------------------------------------------------------------
.struct 0
VCPU_CTX:       .skip CTX_SIZE
VCPU_ESR:       .skip 8
VCPU_FAR:       .skip 8
VCPU_HPFAR:     .skip 8
VCPU_VMCR:      .skip 8              // virtual GIC: ICH_VMCR_EL2, ICH_AP1R0_EL2, list register 0
VCPU_AP1R0:     .skip 8
VCPU_LR0:       .skip 8
VCPU_MMIO_RT:   .skip 8              // a read that waits for the program: its register + 1, else 0
VCPU_SIZE:
// ---- the VM: one, with one piece of memory ---------------------------------------------------------------------------------
.struct 0
VM_VTTBR:       .skip 8              // 0: not created
VM_MEM_IPA:     .skip 8
VM_MEM_SIZE:    .skip 8
VM_MEM_UADDR:   .skip 8              // in the program
VM_SIZE:
.text
