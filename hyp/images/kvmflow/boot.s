// SPDX-License-Identifier: Apache-2.0
// From power-on to a host at EL2 with VHE, and from there to its program at EL0.
.include "defs.s"
.include "flow.s"

func _start
    msr     spsel, #1
    adr_l   x0, host_stack_top
    mov     sp, x0
    mrs     x0, id_aa64mmfr1_el1
    ubfx    x0, x0, #8, #4           // VH
    cbnz    x0, 1f
    adr     x0, msg_no_vhe
    bl      print
    b       power_off
1:  bl      el2_configure            // still in the format without E2H
    bl      gic_init
    mov_imm x0, HCR_VHE_HOST
    msr     hcr_el2, x0
    isb
    mov     x0, #0                   // CPTR_EL2 with E2H: FP traps for everybody, nobody uses it
    msr     cptr_el2, x0
    mov_imm x0, (1 << 11 | 1 << 10)  // CNTHCTL_EL2 with E2H: EL1 may use the physical counter and timer
    msr     cnthctl_el2, x0
    mov_imm x0, MAIR_VALUE
    msr     mair_el2, x0
    // TCR_EL2 with E2H is as TCR_EL1: 40-bit PA, no TTBR1, 39-bit VA
    mov_imm x0, (2 << 32 | 2 << 30 | 1 << 23 | 25 << 16 | 3 << 12 | 1 << 10 | 1 << 8 | 25)
    msr     tcr_el2, x0
    adrp    x0, hyp_l1
    msr     ttbr0_el2, x0
    mov_imm x0, (1 << 31 | 2 << 16 | 3 << 12 | 1 << 10 | 1 << 8 | 1 << 6 | 25) // as in lib/el2.s
    msr     vtcr_el2, x0
    adr_l   x0, host_vectors
    msr     vbar_el2, x0
    dsb     ishst
    tlbi    alle2
    tlbi    alle1
    ic      iallu
    dsb     ish
    isb
    mov_imm x0, SCTLR_EL1_ON         // SCTLR_EL2 with E2H is as SCTLR_EL1
    msr     sctlr_el2, x0
    isb
    mov_imm x0, PROGRAM_VA
    msr     elr_el2, x0
    msr     spsr_el2, xzr            // EL0, nothing masked
label program_start_eret
    eret
endfunc _start

label image_name
    .asciz  "kvmflow"
msg_no_vhe:
    .asciz  "kvmflow: this CPU has no VHE (ID_AA64MMFR1_EL1.VH is 0)\n"
    .balign 4

.equ HOST_RX, AF | SH_INNER | AP_RO | UXN | ATTR_NORMAL | DESC_BLOCK
.equ HOST_RW, AF | SH_INNER | UXN | PXN | ATTR_NORMAL | DESC_BLOCK
.equ HOST_IO, AF | UXN | PXN | ATTR_DEVICE | DESC_BLOCK
.equ PROG_RX, AF | SH_INNER | NG | AP_EL0 | AP_RO | PXN | ATTR_NORMAL | DESC_PAGE
.equ PROG_RW, AF | SH_INNER | NG | AP_EL0 | UXN | PXN | ATTR_NORMAL | DESC_PAGE
.equ PROG_RW_BLOCK, AF | SH_INNER | NG | AP_EL0 | UXN | PXN | ATTR_NORMAL | DESC_BLOCK

.section .tables, "aw"
    .balign 4096
label hyp_l1                         // the name that lib/el2.s expects
    .quad   0 | HOST_IO
    .quad   host_l2 + DESC_TABLE            // 0x40000000: the host, at its own address
    .quad   program_l2 + DESC_TABLE         // 0x80000000: its program
    .fill   509, 8, 0
host_l2:
    .quad   0
    .quad   HYP_TEXT | HOST_RX
    .quad   HYP_DATA | HOST_RW
    .fill   5, 8, 0
    .quad   GUEST_PA | HOST_RW
    .quad   (GUEST_PA + 0x200000) | HOST_RW
    .fill   502, 8, 0
program_l2:
    .quad   program_l3 + DESC_TABLE
    .quad   GUEST_PA | PROG_RW_BLOCK        // PROGRAM_GUEST_VA
    .quad   (GUEST_PA + 0x200000) | PROG_RW_BLOCK
    .fill   509, 8, 0
program_l3:
    .quad   program + PROG_RX
    .quad   program_data + PROG_RW
    .quad   kvm_run + PROG_RW
    .fill   509, 8, 0
program_data:
    .fill   512, 8, 0
label kvm_run
    .fill   512, 8, 0
// The VM's stage 2 (one VM: tables are not allocated but here). Empty: all memory is given when touched.
label vm_s2_l1
    .quad   0
    .quad   vm_s2_l2 + DESC_TABLE
    .fill   510, 8, 0
label vm_s2_l2
    .fill   512, 8, 0
