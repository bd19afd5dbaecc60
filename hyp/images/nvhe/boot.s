// SPDX-License-Identifier: Apache-2.0
// From power-on at EL2 down to the host at EL1, which runs behind a stage 2 of its own.
.include "defs.s"
.include "nvhe.s"

func _start
    msr     spsel, #1
    adr_l   x0, hyp_stack_top
    mov     sp, x0
    adr_l   x0, hyp_host_vectors
    msr     vbar_el2, x0
    bl      el2_configure
    bl      mmu_on
    bl      gic_init
    bl      host_stage2_load
    mov_imm x0, HCR_HOST_NVHE
    msr     hcr_el2, x0
    mov_imm x0, SCTLR_EL1_OFF
    msr     sctlr_el1, x0
    adr_l   x0, host_start
    msr     elr_el2, x0
    mov     x0, #PSTATE_EL1H_MASKED
    msr     spsr_el2, x0
    eret
endfunc _start

// The host's stage 2: everything at its own address with VMID 0. It could run with HCR_EL2.VM = 0 as well; like this EL2
// can take memory away from it by clearing an entry, and what is missing already (all above 2 GiB) faults to EL2.
func host_stage2_load
    adrp    x0, host_s2_l1
    msr     vttbr_el2, x0
    isb
    ret
endfunc host_stage2_load

.section .tables, "aw"
    .balign 4096
label host_s2_l1
    .quad   0 | AF | S2_RW | S2_DEVICE | DESC_BLOCK               // 0..1 GiB: devices
    .quad   0x40000000 | AF | SH_INNER | S2_RW | S2_NORMAL | DESC_BLOCK
    .fill   510, 8, 0
