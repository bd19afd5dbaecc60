// SPDX-License-Identifier: Apache-2.0
// One run of a virtual CPU, at EL2 on behalf of the host at EL1; called by its HVC. The order is that of 4.14:
// host registers away, traps, stage 2, virtual GIC, timer, guest registers; guest_enter; and back.
.include "defs.s"
.include "context.s"
.include "kvm.s"

// vcpu_run(x0: vcpu) -> x0: EXIT_*
func vcpu_run
    stp     x29, x30, [sp, #-32]!
    stp     x19, x20, [sp, #16]
    mov     x19, x0
    mrs     x20, tpidr_el2
    str     x19, [x20, #HOST_VCPU]
    mov     x0, x20
    bl      sysregs_save             // with where the host goes on: ELR_EL2, SPSR_EL2
    bl      host_keys_save

    // traps. From here on an SError would be taken to EL2 if PSTATE.A were clear.
    ldr     x1, [x19, #VCPU_HCR]
label vcpu_run_hcr_guest
    msr     hcr_el2, x1
    mov_imm x1, (CPTR_RES1 | CPTR_TFP)
    msr     cptr_el2, x1
    adr_l   x1, has_ras
    ldr     w1, [x1]
    cbz     w1, 1f
    ldr     x1, [x19, #VCPU_VSESR]
    msr     s3_4_c5_c2_3, x1         // VSESR_EL2
1:  // stage 2: from here on an HVC comes from the guest
    ldr     x1, [x19, #VCPU_VTTBR]
    msr     vttbr_el2, x1
    // virtual GIC
    ldr     x1, [x19, #VCPU_VMCR]
    msr     ich_vmcr_el2, x1
    ldr     x1, [x19, #VCPU_AP1R0]
    msr     ich_ap1r0_el2, x1
    ldr     x1, [x19, #VCPU_LR0]
    msr     ich_lr0_el2, x1
    mov     x1, #1                   // ICH_HCR_EL2.En
    msr     ich_hcr_el2, x1
    // timer: the guest has the virtual one, its physical timer would trap
    mov     x1, #1
    msr     cnthctl_el2, x1
    // an instruction that the host has done for the guest
    ldr     x1, [x19, #VCPU_FLAGS]
    tbz     x1, #0, 2f
    and     x1, x1, #~VCPU_INCREMENT_PC
    str     x1, [x19, #VCPU_FLAGS]
    ldr     x1, [x19, #CTX_PC]
    add     x1, x1, #4
    str     x1, [x19, #CTX_PC]
2:  mov     x0, x19
    bl      sysregs_restore

label vcpu_run_enter
    mov     x0, x19
    mov     x1, x20
    bl      guest_enter
label vcpu_run_back
    cmp     x0, #EXIT_IRQ            // no syndrome
    b.eq    3f
    mrs     x1, esr_el2              // before anything of ours can overwrite it
    str     x1, [x19, #VCPU_ESR]
    mrs     x1, far_el2
    str     x1, [x19, #VCPU_FAR]
    mrs     x1, hpfar_el2
    str     x1, [x19, #VCPU_HPFAR]
3:  bl      fixup_guest_exit         // what the image settles here and now (5.6: the first use of FP)
    cbnz    x1, vcpu_run_enter
    str     x0, [sp, #-16]!
    mov     x0, x19
    bl      sysregs_save
    mov     x1, #3
    msr     cnthctl_el2, x1
    mrs     x1, ich_vmcr_el2
    str     x1, [x19, #VCPU_VMCR]
    mrs     x1, ich_ap1r0_el2
    str     x1, [x19, #VCPU_AP1R0]
    mrs     x1, ich_lr0_el2
    str     x1, [x19, #VCPU_LR0]
    msr     ich_hcr_el2, xzr
    // a virtual SError that the guest took has cleared VSE
label vcpu_run_hcr_save
    mrs     x1, hcr_el2
    str     x1, [x19, #VCPU_HCR]
    mrs     x2, cptr_el2             // TFP clear: the guest's FP registers are loaded
    tbnz    x2, #10, 4f
    mov     x0, x19
    bl      fp_save
    mov     x0, x20
    bl      fp_restore
4:  adr_l   x1, hcr_host
    ldr     x1, [x1]
label vcpu_run_hcr_host
    msr     hcr_el2, x1              // SErrors are the host's again
    mov_imm x1, CPTR_RES1
    msr     cptr_el2, x1
    msr     vttbr_el2, xzr           // an HVC comes from the host again
    mov     x0, x20
    bl      sysregs_restore
    str     xzr, [x20, #HOST_VCPU]
    ldr     x0, [sp], #16
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret
endfunc vcpu_run

// fixup_guest_exit(x0: exit code, x19: vcpu, x20: host context) -> x0: exit code, x1: 1 to enter again. x2..x17 may be used.
.weak fixup_guest_exit
func no_fixup
    mov     x1, #0
    ret
endfunc no_fixup
.set fixup_guest_exit, no_fixup

func sysregs_save
    for_each_sysreg save_one
    ret
endfunc sysregs_save

func sysregs_restore
    for_each_sysreg restore_one
    ret
endfunc sysregs_restore

// The host's pointer authentication keys: the image's entry code loads the guest's, and these back.
func host_keys_save
    adr_l   x1, has_pauth
    ldr     w1, [x1]
    cbz     w1, 1f
    keys_save x20, x2, x3
1:  ret
endfunc host_keys_save

// ---- other things that the host has done at EL2 --------------------------------------------------------------------------

// -> x0: ICH_VTR_EL2
func hyp_read_vtr
    mrs     x0, ich_vtr_el2
    ret
endfunc hyp_read_vtr

// x0: VTTBR_EL2. Forgets all translations of that virtual machine.
func hyp_flush_vm
    mrs     x1, vttbr_el2
    msr     vttbr_el2, x0
    isb
    dsb     ishst
    tlbi    vmalls12e1is
    dsb     ish
    isb
    msr     vttbr_el2, x1
    isb
    ret
endfunc hyp_flush_vm

// Something at EL2 that must not be. Brings the host back as it was and lets it report: EL2 could not.
func hyp_panic
    mrs     x1, esr_el2
    mrs     x2, elr_el2
    mrs     x3, far_el2
    adr_l   x4, panic_state
    stp     x0, x1, [x4]
    stp     x2, x3, [x4, #16]
    msr     ich_hcr_el2, xzr
    mrs     x1, vttbr_el2
    cbz     x1, 1f
    adr_l   x1, hcr_host
    ldr     x1, [x1]
    msr     hcr_el2, x1
    mov_imm x1, CPTR_RES1
    msr     cptr_el2, x1
    msr     vttbr_el2, xzr
    mrs     x0, tpidr_el2
    bl      sysregs_restore
1:  mov     x0, #PSTATE_EL1H_MASKED
    msr     spsr_el2, x0
    adr_l   x0, host_panic
    msr     elr_el2, x0
    eret
endfunc hyp_panic

.section .bss, "aw", %nobits
    .balign 16
label panic_state                    // why (vector number), ESR_EL2, ELR_EL2, FAR_EL2
    .skip   32
