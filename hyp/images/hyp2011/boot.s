// SPDX-License-Identifier: Apache-2.0
// From power-on at EL2 down to the host at EL1.
.include "defs.s"
.include "el1host.s"

func _start
    msr     spsel, #1
    adr_l   x0, hyp_stack_top
    mov     sp, x0
    adr_l   x0, hyp_vectors
    msr     vbar_el2, x0
    bl      el2_configure            // VTTBR_EL2 = 0: VMID 0 is the host
    bl      mmu_on
    bl      gic_init
    mov_imm x0, HCR_RW               // the host has interrupts and SErrors to itself
    msr     hcr_el2, x0
    mov_imm x0, SCTLR_EL1_OFF
    msr     sctlr_el1, x0
    adr_l   x0, host_start
    msr     elr_el2, x0
    mov     x0, #PSTATE_EL1H_MASKED
    msr     spsr_el2, x0
    eret
endfunc _start
