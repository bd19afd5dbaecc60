/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trap controls named in cpu/sysreg.tbl that are more than a bit of HCR_EL2,
 * one small predicate each. They are asked at EL0 and EL1 only. Trap bits of
 * HCR_EL2 and MDCR_EL2 are zero when EL2 is not implemented, so that needs no
 * test.
 */
#include "sysreg-decls.h"

static inline bool hcr(const struct pe *pe, unsigned bit)
{
    return bit64(pe->sr[SR_HCR_EL2], bit);
}

/* HCR_EL2.APK: the keys trap while it is 0 */
unsigned trap_APK(const struct pe *pe, bool write)
{
    (void)write;
    return hcr(pe, 40) || !feat_has(&pe->feat, FEAT_EL2) ? TRAP_NONE : 2;
}

/* CPTR_EL2.TCPAC: bit 31 in both layouts */
unsigned trap_TCPAC(const struct pe *pe, bool write)
{
    (void)write;
    return bit64(pe->sr[SR_CPTR_EL2], 31) ? 2 : TRAP_NONE;
}

/* An enable bit of the SCTLR_ELx that governs EL0. */
static unsigned sctlr_el0(const struct pe *pe, unsigned bit)
{
    if (pe->el != 0) {
        return TRAP_NONE;
    }
    if (pe_host_mode(pe)) {
        return bit64(pe->sr[SR_SCTLR_EL2], bit) ? TRAP_NONE : 2;
    }
    return bit64(pe->sr[SR_SCTLR_EL1], bit) ? TRAP_NONE : 1;
}

unsigned trap_UCT(const struct pe *pe, bool write)
{
    (void)write;
    return sctlr_el0(pe, 15);
}

unsigned trap_UCI(const struct pe *pe, bool write)
{
    (void)write;
    return sctlr_el0(pe, 26);
}

/* SCTLR_EL1.UMA; SCTLR_EL2 has no such bit, and a host's EL0 always traps. */
unsigned trap_UMA(const struct pe *pe, bool write)
{
    (void)write;
    if (pe->el != 0) {
        return TRAP_NONE;
    }
    if (pe_host_mode(pe)) {
        return 2;
    }
    return bit64(pe->sr[SR_SCTLR_EL1], 9) ? TRAP_NONE : 1;
}

/* Writable at the highest implemented Exception level only. */
unsigned trap_HIGHEST(const struct pe *pe, bool write)
{
    (void)write;
    return feat_has(&pe->feat, FEAT_EL2) ? TRAP_UNDEF : TRAP_NONE;
}

/* ---- debug ---- */

static unsigned mdcr(const struct pe *pe, unsigned bit)
{
    uint64_t v = pe->sr[SR_MDCR_EL2];
    /* MDCR_EL2.TDE, and HCR_EL2.TGE for what EL0 does, make TDA, TDOSA and TDRA behave as 1. */
    return bit64(v, bit) || bit64(v, 8) || hcr(pe, 27) ? 2 : TRAP_NONE;
}

unsigned trap_TDA(const struct pe *pe, bool write)
{
    (void)write;
    return mdcr(pe, 9);
}

unsigned trap_TDOSA(const struct pe *pe, bool write)
{
    (void)write;
    return mdcr(pe, 10);
}

unsigned trap_TDRA(const struct pe *pe, bool write)
{
    (void)write;
    return mdcr(pe, 11);
}

/* MDSCR_EL1.TDCC */
unsigned trap_TDCC(const struct pe *pe, bool write)
{
    (void)write;
    return pe->el == 0 && bit64(pe->sr[SR_MDSCR_EL1], 12) ? 1 : TRAP_NONE;
}

/* ---- performance monitors ---- */

/* PMUSERENR_EL0: EL0 needs one of these bits. */
static unsigned pmuserenr(const struct pe *pe, uint64_t bits)
{
    return pe->el == 0 && (pe->sr[SR_PMUSERENR_EL0] & bits) == 0 ? 1 : TRAP_NONE;
}

unsigned trap_PMUEN(const struct pe *pe, bool write)
{
    (void)write;
    return pmuserenr(pe, 1);
}

unsigned trap_PMUSW(const struct pe *pe, bool write)
{
    (void)write;
    return pmuserenr(pe, 3);
}

unsigned trap_PMUCR(const struct pe *pe, bool write)
{
    (void)write;
    return pmuserenr(pe, 5);
}

unsigned trap_PMUER(const struct pe *pe, bool write)
{
    (void)write;
    return pmuserenr(pe, 9);
}

unsigned trap_TPM(const struct pe *pe, bool write)
{
    (void)write;
    return bit64(pe->sr[SR_MDCR_EL2], 6) ? 2 : TRAP_NONE;
}

unsigned trap_TPMCR(const struct pe *pe, bool write)
{
    (void)write;
    return bit64(pe->sr[SR_MDCR_EL2], 5) ? 2 : TRAP_NONE;
}

/* ---- generic timer ---- */

/*
 * CNTKCTL_EL1 (CNTHCTL_EL2 for a host's EL0) bits that let EL0 in, one of which
 * is enough; they have the same places in both registers.
 */
static unsigned timer_el0(const struct pe *pe, uint64_t bits)
{
    if (pe->el != 0) {
        return TRAP_NONE;
    }
    if (pe_host_mode(pe)) {
        return pe->sr[SR_CNTHCTL_EL2] & bits ? TRAP_NONE : 2;
    }
    return pe->sr[SR_CNTKCTL_EL1] & bits ? TRAP_NONE : 1;
}

/* CNTHCTL_EL2's controls of EL1 and a guest's EL0: bits 0 and 1 with E2H = 0, 10 and 11 with E2H = 1. */
static unsigned timer_el1(const struct pe *pe, unsigned bit)
{
    if (pe->el == 0 && pe_host_mode(pe)) {
        return TRAP_NONE;
    }
    return feat_has(&pe->feat, FEAT_EL2) && !bit64(pe->sr[SR_CNTHCTL_EL2], pe_e2h(pe) ? bit + 10 : bit) ? 2 : TRAP_NONE;
}

unsigned trap_CNTFRQ_EL0(const struct pe *pe, bool write)
{
    (void)write;
    return timer_el0(pe, 3);
}

unsigned trap_CNTPCT(const struct pe *pe, bool write)
{
    (void)write;
    unsigned t = timer_el0(pe, 1);
    return t != TRAP_NONE ? t : timer_el1(pe, 0);
}

unsigned trap_CNTVCT(const struct pe *pe, bool write)
{
    (void)write;
    return timer_el0(pe, 2);
}

unsigned trap_CNTP(const struct pe *pe, bool write)
{
    (void)write;
    unsigned t = timer_el0(pe, 1 << 9);
    return t != TRAP_NONE ? t : timer_el1(pe, 1);
}

unsigned trap_CNTV(const struct pe *pe, bool write)
{
    (void)write;
    return timer_el0(pe, 1 << 8);
}
