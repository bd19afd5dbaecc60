// SPDX-License-Identifier: Apache-2.0
// ---- a virtual CPU, as the host at EL1 and the switch at EL2 both see it ------------------------------------------------
.struct 0
VCPU_CTX:       .skip CTX_SIZE
VCPU_HCR:       .skip 8              // HCR_EL2 while it runs
VCPU_VTTBR:     .skip 8
VCPU_ESR:       .skip 8              // the syndrome of the latest exit
VCPU_FAR:       .skip 8
VCPU_HPFAR:     .skip 8
VCPU_FP_LIVE:   .skip 8              // 1: the guest's FP registers are loaded
VCPU_VMCR:      .skip 8              // virtual GIC: ICH_VMCR_EL2, ICH_AP1R0_EL2, list register 0
VCPU_AP1R0:     .skip 8
VCPU_LR0:       .skip 8
VCPU_CNTV_CTL:  .skip 8              // virtual timer, when it is switched
VCPU_CNTV_CVAL: .skip 8
VCPU_CNTVOFF:   .skip 8
VCPU_DEBUG:     .skip 8              // 1: the guest uses the debug registers: they are switched
VCPU_DBG_REGS:  .skip 4 * 16         // breakpoints 0 and 1, watchpoints 0 and 1: value, control
VCPU_SIZE:
.text

.equ PSTATE_EL1H_NO_IRQ, 0x2c5       // D, I and F masked, A not: the host
.equ VECTOR_IRQ, 0x280               // offset: IRQ from the current EL with its own stack

// count SYMBOL: one more
.macro count symbol, t1, t2
    adr_l   \t1, \symbol
    ldr     \t2, [\t1]
    add     \t2, \t2, #1
    str     \t2, [\t1]
.endm

// The guest goes on after the instruction that trapped.
.macro skip vcpu, tmp
    ldr     \tmp, [\vcpu, #CTX_PC]
    add     \tmp, \tmp, #4
    str     \tmp, [\vcpu, #CTX_PC]
.endm
