// SPDX-License-Identifier: Apache-2.0
// A host at EL1: it reaches EL2 by HVC only. It installs the hypervisor through the stub, and brings the stub back.
.include "defs.s"
.include "kvm.s"
.include "host-macros.s"

// HVC with x0..x3 set. It is a function call: x0..x18 and x30 are lost.
.macro el2_call
    hvc     #0
.endm

func host_install
    stp     x29, x30, [sp, #-16]!
    mov     x0, #HVC_SET_VECTORS
    adr_l   x1, init_vectors
    hvc     #0
    adr_l   x0, host_context
    hvc     #0
    mov     x0, #HVC_SET_VECTORS     // now refused
    mov     x1, #0
    hvc     #0
    expect_x0 name_refused, HVC_STUB_ERR
    adr_l   x0, hyp_read_vtr
    el2_call
    and     x0, x0, #0x1f
    expect_x0 name_vtr, 3
    ldp     x29, x30, [sp], #16
    ret
endfunc host_install

// x0: vcpu. Nothing of an earlier virtual machine with its VMID may be left.
func host_vcpu_ready
    stp     x29, x30, [sp, #-16]!
    ldr     x1, [x0, #VCPU_VTTBR]
    adr_l   x0, hyp_flush_vm
    el2_call
    ldp     x29, x30, [sp], #16
    ret
endfunc host_vcpu_ready

// x0: vcpu -> x0: EXIT_*
func run_guest
    stp     x29, x30, [sp, #-16]!
    mov     x1, x0
    adr_l   x0, vcpu_run
label host_hvc_run
    el2_call
label host_hvc_back
    ldp     x29, x30, [sp], #16
    ret
endfunc run_guest

// Leave EL2 as it was found: a restart at EL2 with the MMU off, which comes back here, and the stub again.
func host_leave
    stp     x29, x30, [sp, #-16]!
    expect  name_wa2_flag, 1, vcpu + VCPU_WA_FLAGS
    mov     x0, #HVC_SOFT_RESTART
    adr_l   x1, soft_restarted
    adr_l   x2, restart_done
    mov     x3, #0x33
    mov     x4, #0x44
    hvc     #0
restart_done:                        // x0: CurrentEL there, x1: SCTLR_EL2.M there, x2: what x4 was
    mov     x21, x1
    mov     x22, x2
    expect_x0 name_restart_el, 2
    mov     x0, x21
    expect_x0 name_restart_mmu, 0
    mov     x0, x22
    expect_x0 name_restart_arg, 0x44
    mov     x0, #HVC_SET_VECTORS     // the stub takes it again
    adr_l   x1, stub_vectors
    hvc     #0
    expect_x0 name_stub, 0
    ldp     x29, x30, [sp], #16
    ret
endfunc host_leave

func soft_restarted                  // at EL2; x0: where to return to at EL1
    msr     elr_el2, x0
    mov     x0, #PSTATE_EL1H_MASKED
    msr     spsr_el2, x0
    mrs     x0, currentel
    lsr     x0, x0, #2
    mrs     x1, sctlr_el2
    and     x1, x1, #1
    eret
endfunc soft_restarted

name_refused:     .asciz "vectors cannot be set while the hypervisor is there"
name_vtr:         .asciz "an EL2 call returns a value"
name_restart_el:  .asciz "soft restart goes on at EL2"
name_restart_mmu: .asciz "soft restart has the MMU off"
name_restart_arg: .asciz "soft restart passes arguments"
name_stub:        .asciz "the stub is back"
name_wa2_flag:    .asciz "ARCH_WORKAROUND_2 set the guest's flag"
