// SPDX-License-Identifier: Apache-2.0
// vhe: the run loop of a host that lives at EL2. The EL1 registers belong to the guest alone: vcpu_load and vcpu_put move
// them once, under their _EL12 names, not at each run. A run moves what host and guest share.
.arch armv8.1-a
.include "defs.s"
.include "context.s"
.include "vhe-macros.s"
.include "kvm.s"
.include "host-macros.s"
.include "vhe.s"

// ---- register lists ----------------------------------------------------------------------------------------------------

// Where the guest goes on
.macro for_each_return do
    \do     elr_el2, CTX_PC
    \do     spsr_el2, CTX_PSTATE
.endm

.macro for_each_debug do, base
    \do     dbgbvr0_el1, \base
    \do     dbgbcr0_el1, \base + 8
    \do     dbgwvr0_el1, \base + 16
    \do     dbgwcr0_el1, \base + 24
.endm

// x0: vcpu. Its EL1 registers into the CPU, once, before it runs any number of times.
func vcpu_load
    for_each_el12 restore_one
    ret
endfunc vcpu_load

// x0: vcpu. And out again, when the CPU is to be used for something else.
func vcpu_put
    for_each_el12 save_one
    ret
endfunc vcpu_put

// ---- one run -------------------------------------------------------------------------------------------------------------

// vcpu_run_vhe(x0: vcpu) -> x0: EXIT_*. Everything masked meanwhile. The order matters where it says so.
func vcpu_run_vhe
    stp     x29, x30, [sp, #-32]!
    stp     x19, x20, [sp, #16]
    mov     x19, x0
    msr     daifset, #0xf
    adr_l   x20, host_context
    str     x19, [x20, #HOST_VCPU]

label run_save_host
    mov     x0, x20
    for_each_common save_one

    // Stage 2 before TGE is cleared. The guest's stage 1 is there since vcpu_load. Once TGE is 0, the EL1&0 translation
    // regime is the guest's, and a speculative walk may happen at any time: it must find both stages complete.
label run_load_stage2
    adr_l   x1, vtcr
    ldr     x1, [x1]
    msr     vtcr_el2, x1
    ldr     x1, [x19, #VCPU_VTTBR]
    msr     vttbr_el2, x1
    isb

label run_activate_traps
    ldr     x1, [x19, #VCPU_HCR]
    msr     hcr_el2, x1              // TGE goes off, with VM on
    ldr     x1, [x19, #VCPU_VSESR]
    msr     s3_4_c5_c2_3, x1         // VSESR_EL2 (VHE comes with RAS on our models)
    mrs     x1, cpacr_el1
    bic     x1, x1, #CPACR_FPEN
    msr     cpacr_el1, x1            // FP traps from both
    adr_l   x1, hyp_vectors
    msr     vbar_el1, x1
    // the virtual GIC
    ldr     x1, [x19, #VCPU_VMCR]
    msr     ich_vmcr_el2, x1
    ldr     x1, [x19, #VCPU_AP1R0]
    msr     ich_ap1r0_el2, x1
    ldr     x1, [x19, #VCPU_LR0]
    msr     ich_lr0_el2, x1
    mov     x1, #1
    msr     ich_hcr_el2, x1

    // The host's handlers do not touch the PC: they ask for the instruction to be skipped.
label run_adjust_pc
    ldr     x1, [x19, #VCPU_FLAGS]
    tbz     x1, #0, 1f
    and     x1, x1, #~VCPU_INCREMENT_PC
    str     x1, [x19, #VCPU_FLAGS]
    ldr     x1, [x19, #CTX_PC]
    add     x1, x1, #4
    str     x1, [x19, #CTX_PC]
1:
label run_restore_guest
    mov     x0, x19
    for_each_common restore_one
    for_each_return restore_one

label run_debug_to_guest
    mov     x0, x20
    for_each_debug save_one, HOST_DBG
    mov     x0, x19
    for_each_debug restore_one, VCPU_DBG

label run_enter
    mov     x0, x19
    mov     x1, x20
    bl      guest_enter
label run_back
    bl      fixup_guest_exit
    cbnz    x1, run_enter

label run_save_guest
    str     x0, [sp, #-16]!
    mov     x0, x19
    for_each_common save_one
    for_each_return save_one
    mrs     x1, ich_vmcr_el2
    str     x1, [x19, #VCPU_VMCR]
    mrs     x1, ich_ap1r0_el2
    str     x1, [x19, #VCPU_AP1R0]
    mrs     x1, ich_lr0_el2
    str     x1, [x19, #VCPU_LR0]
    msr     ich_hcr_el2, xzr

label run_deactivate_traps
    mrs     x1, hcr_el2              // a virtual SError that the guest took has cleared VSE
    str     x1, [x19, #VCPU_HCR]
    adr_l   x1, hcr_host
    ldr     x1, [x1]
    msr     hcr_el2, x1              // TGE on: EL1&0 is no longer anybody's
    isb
    mrs     x2, cpacr_el1
    orr     x1, x2, #CPACR_FPEN
    msr     cpacr_el1, x1
    adr_l   x1, host_vectors
    msr     vbar_el1, x1
    isb

label run_restore_host
    mov     x0, x20
    for_each_common restore_one

    tbz     x2, #20, 2f              // FP was enabled: the registers are the guest's
    mov     x0, x19
    bl      fp_save
    mov     x0, x20
    bl      fp_restore
2:
label run_debug_to_host
    mov     x0, x19
    for_each_debug save_one, VCPU_DBG
    mov     x0, x20
    for_each_debug restore_one, HOST_DBG
    str     xzr, [x20, #HOST_VCPU]
    ldr     x0, [sp], #16
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #32
label run_unmask
    msr     daifclr, #0xd            // all but IRQ, which the host opens when it likes
    ret
endfunc vcpu_run_vhe

// ---- exits that end here ---------------------------------------------------------------------------------------------------

// fixup_guest_exit(x0: exit code, x19: vcpu, x20: host context) -> x0: exit code, x1: 1 to enter again. The exit code must be
// a trap and nothing else: with an SError marked, the guest takes that first and does the same again.
func fixup_guest_exit
    mov     x1, #0
    cmp     x0, #EXIT_IRQ
    b.eq    9f
    mrs     x2, esr_el2
    str     x2, [x19, #VCPU_ESR]
    mrs     x3, far_el2
    str     x3, [x19, #VCPU_FAR]
    mrs     x3, hpfar_el2
    str     x3, [x19, #VCPU_HPFAR]
    cbnz    x0, 9f                   // EXIT_TRAP is 0
    lsr     x3, x2, #26
    cmp     x3, #EC_FP
    b.eq    fixup_fp
    cmp     x3, #EC_SYSREG
    b.eq    fixup_sysreg
9:  ret
endfunc fixup_guest_exit

func fixup_fp
    mov     x9, x30
    mrs     x2, cpacr_el1
    orr     x2, x2, #CPACR_FPEN
    msr     cpacr_el1, x2
    isb
    mov     x0, x20
    bl      fp_save
    mov     x0, x19
    bl      fp_restore
    count   fixups_fp, x2, x3
    ldr     x2, [x19, #VCPU_FP_TRAPS]
    add     x2, x2, #1
    str     x2, [x19, #VCPU_FP_TRAPS]
    mov     x0, #EXIT_TRAP
    mov     x1, #1                   // the same instruction again
    ret     x9
endfunc fixup_fp

// One register that TVM traps: the guest's write is done for it.
.macro tvm_register name, crn, crm, op2
    sysreg_iss x7, 3, 0, \crn, \crm, \op2
    cmp     x4, x7
    b.ne    .Lnext\@
    msr     \name, x6
    b       fixup_tvm_done
.Lnext\@:
.endm

// x2: ESR_EL2
func fixup_sysreg
    ubfx    x5, x2, #5, #5           // Rt
    mov_imm x4, 0x3ffc1e             // op0, op2, op1, CRn, CRm
    and     x4, x2, x4
    tbnz    x2, #0, fixup_id
    // a write
    mov     x6, #0
    cmp     x5, #31
    b.eq    1f
    ldr     x6, [x19, x5, lsl #3]
1:  tvm_register sctlr_el12, 1, 0, 0
    tvm_register ttbr0_el12, 2, 0, 0
    tvm_register ttbr1_el12, 2, 0, 1
    tvm_register tcr_el12, 2, 0, 2
    tvm_register afsr0_el12, 5, 1, 0
    tvm_register afsr1_el12, 5, 1, 1
    tvm_register esr_el12, 5, 2, 0
    tvm_register far_el12, 6, 0, 0
    tvm_register mair_el12, 10, 2, 0
    tvm_register amair_el12, 10, 3, 0
    tvm_register contextidr_el12, 13, 0, 1
    ret                              // not ours: x1 is 0, the host may know

fixup_tvm_done:
    count   fixups_tvm, x2, x3
    b       fixup_skip

// HCR_EL2.TID3: the ID registers op1 = 0, CRn = 0, CRm = 1..7. Two are shown, the rest read as zero.
fixup_id:
    mov_imm x7, (7 << 17 | 0xe)      // op2 and CRm may be anything
    bic     x3, x4, x7
    mov_imm x7, (3 << 20)
    cmp     x3, x7
    b.ne    2f
    mov     x6, #0
    sysreg_iss x7, 3, 0, 0, 4, 0
    cmp     x4, x7
    b.ne    3f
    mrs     x6, id_aa64pfr0_el1
    and     x6, x6, #0xffffff        // EL0 to EL3, FP and SIMD; no GIC, RAS, SVE ...
3:  sysreg_iss x7, 3, 0, 0, 7, 0
    cmp     x4, x7
    b.ne    4f
    mrs     x6, id_aa64mmfr0_el1
4:  cmp     x5, #31
    b.eq    5f
    str     x6, [x19, x5, lsl #3]
5:  count   fixups_id, x2, x3
fixup_skip:
    mrs     x2, elr_el2
    add     x2, x2, #4
    msr     elr_el2, x2
    mov     x1, #1
2:  ret
endfunc fixup_sysreg

.section .bss, "aw", %nobits
    .balign 8
label fixups_fp
    .skip   8
label fixups_id
    .skip   8
label fixups_tvm
    .skip   8
