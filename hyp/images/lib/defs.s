// SPDX-License-Identifier: Apache-2.0
// Constants, the CPU context and small macros that the images share. The board is the `virt` one. An image's own
// structures are in its vcpu.s.

// ---- board --------------------------------------------------------------------------------------------------
.equ UART_BASE,      0x09000000      // PL011
.equ UARTDR,         0x00
.equ UARTFR,         0x18
.equ UARTFR_TXFF_BIT, 5
.equ GICD_BASE,      0x08000000
.equ GICR_BASE,      0x080a0000      // redistributor of the first PE; its SGI frame follows at 64 KiB
.equ INTID_VTIMER,   27              // the EL1 virtual timer's PPI
.equ INTID_TEST,     40              // SPIs that no device drives: see gic_init
.equ INTID_TEST_2,   41

// ---- memory (image.ld places things to match) -----------------------------------------------------------------
.equ HYP_TEXT,       0x40200000      // code and constants of the hypervisor: one 2 MiB block, read-only
.equ HYP_DATA,       0x40400000      // its data and stacks: one 2 MiB block, not executable
.equ GUEST_PA,       0x41000000      // the guest's RAM, as the hypervisor sees it ...
.equ GUEST_IPA,      0x40000000      // ... and as the guest sees it
.equ GUEST_SIZE,     0x00400000      // 4 MiB: the first half is mapped at once, the second when touched
.equ GUEST_VA,       0xffffff8040000000 // where the guest's own stage 1 maps its RAM
.equ GUEST_KOFF,     GUEST_VA - GUEST_IPA
.equ GUEST_MMIO_IPA, 0x0a000000      // a device that only exists in the hypervisor
.equ USER_VA,        0x00400000      // the page of the guest's EL0 program

// ---- translation table descriptors (4 KiB granule) --------------------------------------------------------------
.equ DESC_BLOCK,     1
.equ DESC_TABLE,     3
.equ DESC_PAGE,      3
.equ ATTR_DEVICE,    0 << 2          // index into MAIR: 0 is Device-nGnRE, 1 is Normal write-back
.equ ATTR_NORMAL,    1 << 2
.equ MAIR_VALUE,     0xff04
.equ AP_EL0,         1 << 6          // stage 1: EL0 may access too (at EL2: RES1)
.equ AP_RO,          1 << 7
.equ SH_INNER,       3 << 8
.equ AF,             1 << 10
.equ NG,             1 << 11
.equ PXN,            1 << 53
.equ UXN,            1 << 54         // at EL2: XN
.equ S2_NORMAL,      0xf << 2        // stage 2 MemAttr: Normal write-back, stage 1 may only weaken it
.equ S2_RW,          3 << 6

// ---- system register values -------------------------------------------------------------------------------------
.equ HCR_VM,   1 << 0
.equ HCR_SWIO, 1 << 1
.equ HCR_FMO,  1 << 3
.equ HCR_IMO,  1 << 4
.equ HCR_AMO,  1 << 5
.equ HCR_TWI,  1 << 13
.equ HCR_TID3, 1 << 18
.equ HCR_TSC,  1 << 19
.equ HCR_RW,   1 << 31
// While the hypervisor runs: no stage 2; the interrupts and SErrors are its own.
.equ HCR_HOST, HCR_RW | HCR_AMO | HCR_IMO | HCR_FMO
// While the guest runs: stage 2 on; WFI, SMC and reads of ID registers trap.
.equ HCR_GUEST, HCR_HOST | HCR_VM | HCR_SWIO | HCR_TWI | HCR_TID3 | HCR_TSC

.equ CPTR_RES1, 0x33ff
.equ CPTR_TFP,  1 << 10

// SCTLR_EL2 and SCTLR_EL1: RES1 bits of Armv8.0, stack alignment check, then caches and MMU
.equ SCTLR_EL2_ON, 0x30c50830 | 1 << 12 | 1 << 3 | 1 << 2 | 1 << 0
.equ SCTLR_EL1_OFF, 0x30d00800
.equ SCTLR_EL1_ON, SCTLR_EL1_OFF | 1 << 12 | 1 << 4 | 1 << 3 | 1 << 2 | 1 << 0

.equ PSTATE_EL1H_MASKED, 0x3c5
.equ PSTATE_EL0T, 0

// ---- exception classes --------------------------------------------------------------------------------------------
.equ EC_WFX,       0x01
.equ EC_FP,        0x07
.equ EC_SVC,       0x15
.equ EC_HVC,       0x16
.equ EC_SMC,       0x17
.equ EC_SYSREG,    0x18
.equ EC_DABT_LOW,  0x24

// ---- what guest_exit returns ----------------------------------------------------------------------------------------
.equ EXIT_TRAP,    0                 // synchronous: the syndrome tells
.equ EXIT_IRQ,     1
.equ EXIT_SERROR,  2                 // an SError was taken while the guest ran
.equ EXIT_WITH_SERROR_BIT, 31        // ored in: an SError surfaced in the window of guest_exit

// ---- calls of the guest: HVC #0, function in x0 -----------------------------------------------------------------------
.equ PSCI_VERSION,    0x84000000
.equ PSCI_SYSTEM_OFF, 0x84000008
.equ PSCI_SYSTEM_RESET, 0x84000009
.equ CALL_SAY,        0xc6000001     // x1: IPA of a string to print
.equ CALL_ADD,        0xc6000002     // returns x1 + x2 in x0

// ---- the CPU context: a guest's, and the hypervisor's own around guest_enter --------------------------------------------
.struct 0
CTX_X:          .skip 31 * 8         // x0..x30
CTX_SP_EL0:     .skip 8
CTX_PC:         .skip 8              // ELR_EL2
CTX_PSTATE:     .skip 8              // SPSR_EL2
CTX_SP_EL1:     .skip 8
CTX_ELR_EL1:    .skip 8
CTX_SPSR_EL1:   .skip 8
CTX_SCTLR_EL1:  .skip 8
CTX_CPACR_EL1:  .skip 8
CTX_TTBR0_EL1:  .skip 8
CTX_TTBR1_EL1:  .skip 8
CTX_TCR_EL1:    .skip 8
CTX_MAIR_EL1:   .skip 8
CTX_AMAIR_EL1:  .skip 8
CTX_ESR_EL1:    .skip 8
CTX_AFSR0_EL1:  .skip 8
CTX_AFSR1_EL1:  .skip 8
CTX_FAR_EL1:    .skip 8
CTX_VBAR_EL1:   .skip 8
CTX_CONTEXTIDR_EL1: .skip 8
CTX_TPIDR_EL0:  .skip 8
CTX_TPIDRRO_EL0: .skip 8
CTX_TPIDR_EL1:  .skip 8
CTX_CNTKCTL_EL1: .skip 8
CTX_PAR_EL1:    .skip 8
CTX_CSSELR_EL1: .skip 8
CTX_MDSCR_EL1:  .skip 8
                .balign 16
CTX_FP:         .skip 32 * 16        // q0..q31
CTX_FPSR:       .skip 8
CTX_FPCR:       .skip 8
                                     // pointer authentication keys, each low half first (FEAT_PAuth)
CTX_APIA:       .skip 16
CTX_APIB:       .skip 16
CTX_APDA:       .skip 16
CTX_APDB:       .skip 16
CTX_APGA:       .skip 16
CTX_SIZE:

.text

// A constant of any size in a register.
.macro mov_imm reg, value
    movz \reg, #((\value) & 0xffff)
    .if ((\value) >> 16) & 0xffff
    movk \reg, #(((\value) >> 16) & 0xffff), lsl #16
    .endif
    .if ((\value) >> 32) & 0xffff
    movk \reg, #(((\value) >> 32) & 0xffff), lsl #32
    .endif
    .if ((\value) >> 48) & 0xffff
    movk \reg, #(((\value) >> 48) & 0xffff), lsl #48
    .endif
.endm

// The address of a symbol, wherever it is.
.macro adr_l reg, symbol
    adrp \reg, \symbol
    add  \reg, \reg, :lo12:\symbol
.endm

// A function with its symbol type and size, so that symbol tables name it.
.macro func name
    .global \name
    .type \name, %function
    .balign 4
\name:
.endm

.macro endfunc name
    .size \name, . - \name
.endm

// A name that other files, and scenarios, can refer to, in the middle of a function.
.macro label name
    .global \name
\name:
.endm

// One entry of a vector table: 32 instructions, of which a branch is all that most need.
.macro vector target
    .balign 0x80
    b       \target
.endm
