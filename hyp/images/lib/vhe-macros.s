// SPDX-License-Identifier: Apache-2.0
// Lists of registers for a host at EL2, as macros for save_one and restore_one (context.s). They need .arch armv8.1-a.

// The guest's EL1: the _EL12 names reach it while the plain names mean EL2.
.macro for_each_el12 do
    \do     sctlr_el12, CTX_SCTLR_EL1
    \do     cpacr_el12, CTX_CPACR_EL1
    \do     ttbr0_el12, CTX_TTBR0_EL1
    \do     ttbr1_el12, CTX_TTBR1_EL1
    \do     tcr_el12, CTX_TCR_EL1
    \do     mair_el12, CTX_MAIR_EL1
    \do     amair_el12, CTX_AMAIR_EL1
    \do     esr_el12, CTX_ESR_EL1
    \do     afsr0_el12, CTX_AFSR0_EL1
    \do     afsr1_el12, CTX_AFSR1_EL1
    \do     far_el12, CTX_FAR_EL1
    \do     vbar_el12, CTX_VBAR_EL1
    \do     contextidr_el12, CTX_CONTEXTIDR_EL1
    \do     cntkctl_el12, CTX_CNTKCTL_EL1
    \do     elr_el12, CTX_ELR_EL1
    \do     spsr_el12, CTX_SPSR_EL1
    \do     sp_el1, CTX_SP_EL1
    \do     tpidr_el1, CTX_TPIDR_EL1
    \do     par_el1, CTX_PAR_EL1
    \do     csselr_el1, CTX_CSSELR_EL1
.endm

// What the host, or its program at EL0, and the guest use at the same time: moved at each run.
.macro for_each_common do
    \do     sp_el0, CTX_SP_EL0
    \do     tpidr_el0, CTX_TPIDR_EL0
    \do     tpidrro_el0, CTX_TPIDRRO_EL0
    \do     mdscr_el1, CTX_MDSCR_EL1
.endm
