// SPDX-License-Identifier: Apache-2.0
// From power-on at EL2 to the first entry of the guest.
.include "defs.s"
.include "context.s"
.include "vcpu.s"

// Entered at EL2 with the MMU off and all interrupts masked. Other PEs stay off until somebody calls PSCI.
func _start
    msr     spsel, #1
    adr_l   x0, hyp_stack_top
    mov     sp, x0
    adr_l   x0, hyp_vectors
    msr     vbar_el2, x0
    bl      el2_configure
    bl      mmu_on
    bl      gic_init
    bl      vcpu_init
    mrs     x1, currentel
    lsr     x1, x1, #2
    mrs     x2, ich_vtr_el2
    and     x2, x2, #0x1f
    add     x2, x2, #1
    adr     x0, msg_hello
    bl      print
    adr_l   x0, vcpu
    b       run_loop
endfunc _start

func vcpu_init
    adr_l   x0, vcpu
    context_reset x0, x1
    adr_l   x1, host_context
    str     x1, [x0, #VCPU_HOST]
    adrp    x1, s2_l1                // VTTBR_EL2: VMID 1
    mov     x2, #1
    bfi     x1, x2, #48, #16
    str     x1, [x0, #VCPU_VTTBR]
    ret
endfunc vcpu_init

msg_hello:
    .asciz  "hyp: at EL%d with MMU on; GICv3 has %d list registers; starting a guest at EL1 with VMID 1\n"

.section .bss, "aw", %nobits
    .balign 16
    .global vcpu
vcpu:
    .skip   VCPU_SIZE
    .balign 16
    .global host_context
host_context:
    .skip   CTX_SIZE
    .balign 4096
    .skip   8192
    .global hyp_stack_top
hyp_stack_top:
