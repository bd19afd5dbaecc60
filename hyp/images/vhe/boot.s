// SPDX-License-Identifier: Apache-2.0
// vhe: from power-on to a host at EL2 with HCR_EL2.E2H and TGE.
.include "defs.s"
.include "kvm.s"
.include "vhe.s"

func _start
    msr     spsel, #1
    adr_l   x0, host_stack_top
    mov     sp, x0
    mrs     x0, id_aa64mmfr1_el1
    ubfx    x0, x0, #8, #4           // VH
    cbnz    x0, 1f
    adr     x0, msg_no_vhe
    bl      print
    b       power_reset
1:  bl      el2_configure            // in the format without E2H
    bl      gic_init
    // VTCR_EL2: RES1, 40-bit PA, inner shareable write-back walks, first level is 1, 39-bit IPA
    mov_imm x0, (1 << 31 | 2 << 16 | 3 << 12 | 1 << 10 | 1 << 8 | 1 << 6 | 25)
    adr_l   x1, vtcr
    str     x0, [x1]
    mrs     x0, id_aa64pfr0_el1
    ubfx    x0, x0, #28, #4          // RAS
    cmp     x0, #0
    cset    w0, ne
    adr_l   x1, has_ras
    str     w0, [x1]
    // The controls that change their format with E2H go through states that mean little; nothing traps us meanwhile.
    mov_imm x0, HCR_VHE_HOST
    msr     hcr_el2, x0
    isb
    mov_imm x0, (1 << 11 | 1 << 10 | 3) // CNTHCTL_EL2 with E2H: EL1PCEN, EL1PCTEN, EL0PCTEN, EL0VCTEN
    msr     cnthctl_el2, x0
    adr_l   x0, host_context
    msr     tpidr_el2, x0
    b       host_start               // it means EL2's registers when it says EL1's
endfunc _start

label image_name
    .asciz  "vhe"
msg_no_vhe:
    .asciz  "vhe: this CPU has no VHE (ID_AA64MMFR1_EL1.VH is 0)\n"

.section .data
    .balign 8
label has_ras
    .word   0
label has_pauth
    .word   0
label hcr_host
    .quad   HCR_VHE_HOST
label hcr_guest
    .quad   HCR_VHE_GUEST
label vtcr
    .quad   0
