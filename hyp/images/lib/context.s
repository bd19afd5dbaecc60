// SPDX-License-Identifier: Apache-2.0
// Macros that move registers between the CPU and a context (CTX_* of defs.s).

// ---- general registers --------------------------------------------------------------------------------------

// x18, and what AAPCS64 says a function must preserve
.macro save_callee_saved ctx
    str     x18, [\ctx, #CTX_X + 18 * 8]
    stp     x19, x20, [\ctx, #CTX_X + 19 * 8]
    stp     x21, x22, [\ctx, #CTX_X + 21 * 8]
    stp     x23, x24, [\ctx, #CTX_X + 23 * 8]
    stp     x25, x26, [\ctx, #CTX_X + 25 * 8]
    stp     x27, x28, [\ctx, #CTX_X + 27 * 8]
    stp     x29, x30, [\ctx, #CTX_X + 29 * 8]
.endm

.macro restore_x19_to_x30 ctx
    ldp     x19, x20, [\ctx, #CTX_X + 19 * 8]
    ldp     x21, x22, [\ctx, #CTX_X + 21 * 8]
    ldp     x23, x24, [\ctx, #CTX_X + 23 * 8]
    ldp     x25, x26, [\ctx, #CTX_X + 25 * 8]
    ldp     x27, x28, [\ctx, #CTX_X + 27 * 8]
    ldp     x29, x30, [\ctx, #CTX_X + 29 * 8]
.endm

.macro restore_callee_saved ctx
    ldr     x18, [\ctx, #CTX_X + 18 * 8]
    restore_x19_to_x30 \ctx
.endm

// x0..x17, from a context whose address is in none of them
.macro restore_caller_saved ctx
    ldp     x0, x1, [\ctx, #CTX_X + 0 * 8]
    ldp     x2, x3, [\ctx, #CTX_X + 2 * 8]
    ldp     x4, x5, [\ctx, #CTX_X + 4 * 8]
    ldp     x6, x7, [\ctx, #CTX_X + 6 * 8]
    ldp     x8, x9, [\ctx, #CTX_X + 8 * 8]
    ldp     x10, x11, [\ctx, #CTX_X + 10 * 8]
    ldp     x12, x13, [\ctx, #CTX_X + 12 * 8]
    ldp     x14, x15, [\ctx, #CTX_X + 14 * 8]
    ldp     x16, x17, [\ctx, #CTX_X + 16 * 8]
.endm

// x4..x17; x0..x3 are in use by then
.macro save_x4_to_x17 ctx
    stp     x4, x5, [\ctx, #CTX_X + 4 * 8]
    stp     x6, x7, [\ctx, #CTX_X + 6 * 8]
    stp     x8, x9, [\ctx, #CTX_X + 8 * 8]
    stp     x10, x11, [\ctx, #CTX_X + 10 * 8]
    stp     x12, x13, [\ctx, #CTX_X + 12 * 8]
    stp     x14, x15, [\ctx, #CTX_X + 14 * 8]
    stp     x16, x17, [\ctx, #CTX_X + 16 * 8]
.endm

// x0: vcpu. All of the guest's x0..x30; the context pointer survives until the last load.
.macro load_guest_registers
    mov     x18, x0
    restore_caller_saved x18
    restore_x19_to_x30 x18
    ldr     x18, [x18, #CTX_X + 18 * 8]
.endm

// x1: vcpu. All of the guest's x0..x30, of which x0 and x1 are on the stack, which gives them back.
.macro save_guest_registers
    stp     x2, x3, [x1, #CTX_X + 2 * 8]
    ldp     x2, x3, [sp], #16
    stp     x2, x3, [x1, #CTX_X + 0 * 8]
    save_x4_to_x17 x1
    save_callee_saved x1
.endm

// ---- EL1 system registers ------------------------------------------------------------------------------------------

// One list for both directions: register, field of the context.
.macro for_each_sysreg do
    \do     sp_el0, CTX_SP_EL0
    \do     elr_el2, CTX_PC
    \do     spsr_el2, CTX_PSTATE
    \do     sp_el1, CTX_SP_EL1
    \do     elr_el1, CTX_ELR_EL1
    \do     spsr_el1, CTX_SPSR_EL1
    \do     sctlr_el1, CTX_SCTLR_EL1
    \do     cpacr_el1, CTX_CPACR_EL1
    \do     ttbr0_el1, CTX_TTBR0_EL1
    \do     ttbr1_el1, CTX_TTBR1_EL1
    \do     tcr_el1, CTX_TCR_EL1
    \do     mair_el1, CTX_MAIR_EL1
    \do     amair_el1, CTX_AMAIR_EL1
    \do     esr_el1, CTX_ESR_EL1
    \do     afsr0_el1, CTX_AFSR0_EL1
    \do     afsr1_el1, CTX_AFSR1_EL1
    \do     far_el1, CTX_FAR_EL1
    \do     vbar_el1, CTX_VBAR_EL1
    \do     contextidr_el1, CTX_CONTEXTIDR_EL1
    \do     tpidr_el0, CTX_TPIDR_EL0
    \do     tpidrro_el0, CTX_TPIDRRO_EL0
    \do     tpidr_el1, CTX_TPIDR_EL1
    \do     cntkctl_el1, CTX_CNTKCTL_EL1
    \do     par_el1, CTX_PAR_EL1
    \do     csselr_el1, CTX_CSSELR_EL1
    \do     mdscr_el1, CTX_MDSCR_EL1
.endm

.macro save_one reg, field
    mrs     x1, \reg
    str     x1, [x0, #\field]
.endm

.macro restore_one reg, field
    ldr     x1, [x0, #\field]
    msr     \reg, x1
.endm

// A guest's CPU as it is at reset: EL1h, everything masked, MMU off, at the start of its RAM. The context is zero before.
.macro context_reset ctx, tmp
    mov_imm \tmp, GUEST_IPA
    str     \tmp, [\ctx, #CTX_PC]
    mov     \tmp, #PSTATE_EL1H_MASKED
    str     \tmp, [\ctx, #CTX_PSTATE]
    mov_imm \tmp, SCTLR_EL1_OFF
    str     \tmp, [\ctx, #CTX_SCTLR_EL1]
.endm

// Pointer authentication keys (FEAT_PAuth), by encoding: the assembler need not know the extension.
//   APIA c2_c1_0/1, APIB c2_c1_2/3, APDA c2_c2_0/1, APDB c2_c2_2/3, APGA c2_c3_0/1
.macro key_save ctx, a, b, lo, hi, field
    mrs     \a, \lo
    mrs     \b, \hi
    stp     \a, \b, [\ctx, #\field]
.endm
.macro key_restore ctx, a, b, lo, hi, field
    ldp     \a, \b, [\ctx, #\field]
    msr     \lo, \a
    msr     \hi, \b
.endm
.macro for_each_key do, ctx, a, b
    \do     \ctx, \a, \b, s3_0_c2_c1_0, s3_0_c2_c1_1, 0
    \do     \ctx, \a, \b, s3_0_c2_c1_2, s3_0_c2_c1_3, 16
    \do     \ctx, \a, \b, s3_0_c2_c2_0, s3_0_c2_c2_1, 32
    \do     \ctx, \a, \b, s3_0_c2_c2_2, s3_0_c2_c2_3, 48
    \do     \ctx, \a, \b, s3_0_c2_c3_0, s3_0_c2_c3_1, 64
.endm
// STP and LDP reach 504 bytes only: the context pointer moves to the keys and back.
.macro keys_save ctx, a, b
    add     \ctx, \ctx, #CTX_APIA
    for_each_key key_save, \ctx, \a, \b
    sub     \ctx, \ctx, #CTX_APIA
.endm
.macro keys_restore ctx, a, b
    add     \ctx, \ctx, #CTX_APIA
    for_each_key key_restore, \ctx, \a, \b
    sub     \ctx, \ctx, #CTX_APIA
.endm
