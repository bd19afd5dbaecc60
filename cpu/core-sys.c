/* SPDX-License-Identifier: Apache-2.0 */
/* System instructions other than register accesses. */
#include "cpu/core.h"
#include "cpu/ldst.h"
#include "cpu/pauth.h"
#include "cpu/timer.h"

#include "sim/base/cover.h"

#include <stdio.h>

bool core_msr_uao(struct pe *pe, int crm)
{
    if (pe->el == 0) {
        return pe_undef(pe);
    }
    pe->uao = crm & 1;
    pe->dirty |= DIRTY_XLAT;
    return true;
}

bool core_msr_pan(struct pe *pe, int crm)
{
    if (pe->el == 0) {
        return pe_undef(pe);
    }
    if (pe->pan != (crm & 1)) {
        pe->pan = crm & 1;
        pe->dirty |= DIRTY_XLAT;
    }
    return true;
}

bool core_msr_spsel(struct pe *pe, int crm)
{
    if (pe->el == 0) {
        return pe_undef(pe);
    }
    unsigned sel = (unsigned)crm & 1;
    if (pe->sp_sel != sel) {
        pe_set_spsel(pe, sel);
    }
    return true;
}

bool core_msr_ssbs(struct pe *pe, int crm)
{
    pe->ssbs = crm & 1;
    return true;
}

/* AArch64.CheckDAIFAccess() for the immediate forms */
bool core_msr_daif(struct pe *pe, int crm, bool set)
{
    if (pe->el == 0) {
        uint64_t sctlr = pe_host_mode(pe) ? pe->sr[SR_SCTLR_EL2] : pe->sr[SR_SCTLR_EL1];
        COVER(COVER_RULE, cover_rule(pe_host_mode(pe) ? RULE_DAIF_HOST : RULE_DAIF_UMA, pe_host_mode(pe) || bit64(sctlr, 9) == 0));
        if (pe_host_mode(pe) || bit64(sctlr, 9) == 0) {
            uint16_t enc = (uint16_t)(3 << 11 | 4 << 7 | (crm & 15) << 3 | (set ? 6 : 7));
            return pe_raise(pe, pe_host_mode(pe) || pe_tge(pe) ? 2 : 1, EC_SYSREG, pe_sysreg_iss(enc, 31, false));
        }
    }
    uint8_t daif = set ? pe->daif | (uint8_t)crm : pe->daif & (uint8_t)~crm;
    if (daif != pe->daif) {
        uint8_t opened = pe->daif & (uint8_t)~daif, old = pe->daif;
        pe->daif = daif;
        pe_record(pe, REC_MASK, pe->el, 0, pe_pc(pe), daif, old, 0, 0);
        if ((opened & (PSTATE_A | PSTATE_I | PSTATE_F)) != 0 && pe_any_pending(pe)) {
            pe->dirty |= DIRTY_IRQ;
        }
        pe->dirty |= ((opened | crm) & PSTATE_D) ? DIRTY_DEBUG : 0;
    }
    return true;
}

/* AArch64.CheckForWFxTrap() for the current EL: the target EL, or 0 */
static unsigned wfx_trap(const struct pe *pe, bool is_wfe)
{
    uint64_t hcr = pe->sr[SR_HCR_EL2];
    unsigned bit = is_wfe ? 18 : 16; /* SCTLR_ELx.nTWE, nTWI */
    if (pe->el == 0) {
        uint64_t sctlr = pe_host_mode(pe) ? pe->sr[SR_SCTLR_EL2] : pe->sr[SR_SCTLR_EL1];
        COVER(COVER_RULE, cover_rule((is_wfe ? RULE_WFE_EL0 : RULE_WFI_EL0) + (pe_host_mode(pe) ? 1u : 0u), !bit64(sctlr, bit)));
        if (!bit64(sctlr, bit)) {
            return pe_tge(pe) ? 2 : 1;
        }
    }
    if (pe->el < 2 && !pe_host_mode(pe) && feat_has(&pe->feat, FEAT_EL2)) {
        bool trap = bit64(hcr, is_wfe ? 14 : 13); /* TWE, TWI */
        COVER(COVER_RULE, cover_rule((is_wfe ? RULE_WFE_TWE_EL0 : RULE_WFI_TWI_EL0) + pe->el, trap));
        return trap ? 2 : 0;
    }
    return 0;
}

bool core_wfx(struct pe *pe, bool is_wfe)
{
    if (is_wfe) {
        timers_wfe_check(pe);
    }
    if (is_wfe && pe->event_reg) {
        pe->event_reg = false;
        return true;
    }
    bool wakes;
    (void)pe_interrupt_pending(pe, &wakes);
    if (wakes) {
        return true;
    }
    unsigned target = wfx_trap(pe, is_wfe);
    if (target != 0) {
        /* ISS: CV = 1, COND = 0b1110, TI */
        return pe_raise(pe, target, EC_WFX, 1u << 24 | 0xeu << 20 | (is_wfe ? 1 : 0));
    }
    pe_record(pe, REC_WFI, pe->el, 0, pe_pc(pe), is_wfe, 0, 0, 0);
    if (is_wfe) {
        timers_wfe_wait(pe);
        pe->waiting_wfe = true;
    } else {
        pe->waiting_wfi = true;
    }
    pe->dirty |= DIRTY_STOP;
    return true;
}

bool core_sev(struct pe *pe)
{
    for (unsigned k = 0; k < pe->host->n_pes; k++) {
        pe->host->pes[k]->event_reg = true;
    }
    if (pe->host->n_pes > 1) {
        pe->dirty |= DIRTY_TIME; /* another PE may wake */
    }
    return true;
}

bool core_svc(struct pe *pe, unsigned imm)
{
    pe_raise(pe, pe_default_target(pe), EC_SVC64, imm);
    pe->exc.ret_next = true;
    return false;
}

bool core_hvc(struct pe *pe, unsigned imm)
{
    bool el2 = feat_has(&pe->feat, FEAT_EL2);
    if (!el2 && pe->el == 1 && pe->host->firmware_call(pe->host->opaque, pe)) {
        return true;
    }
    if (pe->el != 0 && el2) {
        COVER(COVER_RULE, cover_rule(RULE_HVC_HCD, bit64(pe->sr[SR_HCR_EL2], 29)));
    }
    if (pe->el == 0 || !el2 || bit64(pe->sr[SR_HCR_EL2], 29)) { /* HCR_EL2.HCD */
        return pe_undef(pe);
    }
    pe_raise(pe, 2, EC_HVC64, imm);
    pe->exc.ret_next = true;
    return false;
}

bool core_smc(struct pe *pe, unsigned imm)
{
    if (pe->el == 0) {
        return pe_undef(pe);
    }
    /* AArch64.CheckForSMCUndefOrTrap(): HCR_EL2.TSC */
    if (pe->el == 1 && feat_has(&pe->feat, FEAT_EL2)) {
        COVER(COVER_RULE, cover_rule(RULE_SMC_TSC, bit64(pe->sr[SR_HCR_EL2], 19)));
        if (bit64(pe->sr[SR_HCR_EL2], 19)) {
            return pe_raise(pe, 2, EC_SMC64, imm);
        }
    }
    /* The firmware stands in for EL3: the call is as if EL3 had returned to the next instruction */
    if (feat_has(&pe->feat, FEAT_EL2) && pe->host->firmware_call(pe->host->opaque, pe)) {
        return true;
    }
    return pe_undef(pe);
}

bool core_brk(struct pe *pe, unsigned imm)
{
    /* AArch64.SoftwareBreakpoint() */
    bool below = feat_has(&pe->feat, FEAT_EL2) && pe->el < 2, tde = bit64(pe->sr[SR_MDCR_EL2], 8);
    bool to2 = below && (pe_tge(pe) || tde);
    if (below) {
        COVER(COVER_RULE, cover_rule(RULE_BRK_TGE, pe_tge(pe)));
        COVER(COVER_RULE, cover_rule(RULE_BRK_TDE, tde));
    }
    return pe_raise(pe, pe->el == 2 || to2 ? 2 : 1, EC_BRK64, imm);
}

bool core_hlt(struct pe *pe, unsigned imm)
{
    /* Halting debug is not implemented: UNDEFINED, unless the machine has a use for it */
    if (pe->host->hlt != NULL && pe->host->hlt(pe->host->opaque, pe, imm)) {
        return true;
    }
    return pe->exc.valid ? false : pe_undef(pe);
}

bool core_eret_auth(struct pe *pe, bool key_b)
{
    if (pe->el == 0) {
        return pe_undef(pe);
    }
    uint64_t elr = pe->sr[pe->el == 2 ? SR_ELR_EL2 : SR_ELR_EL1];
    pe->eret_target_valid = true;
    if (!pauth_target(pe, elr, pe->x[X_SP], key_b, &pe->eret_target)) {
        pe->eret_target_valid = false;
        return false;
    }
    return true;
}

bool core_zva_allowed(struct pe *pe, unsigned rt)
{
    const uint16_t enc = 1 << 14 | 3 << 11 | 7 << 7 | 4 << 3 | 1;
    uint64_t hcr = pe->sr[SR_HCR_EL2];
    if (pe->el == 0) {
        bool host = pe_host_mode(pe);
        uint64_t sctlr = host ? pe->sr[SR_SCTLR_EL2] : pe->sr[SR_SCTLR_EL1];
        COVER(COVER_RULE, cover_rule(host ? RULE_ZVA_DZE_HOST : RULE_ZVA_DZE, !bit64(sctlr, 14)));
        if (!bit64(sctlr, 14)) { /* DZE */
            return pe_raise(pe, pe_tge(pe) ? 2 : 1, EC_SYSREG, pe_sysreg_iss(enc, rt, false));
        }
    }
    if (pe->el < 2 && feat_has(&pe->feat, FEAT_EL2) && !pe_host_mode(pe)) {
        COVER(COVER_RULE, cover_rule(RULE_ZVA_TDZ, bit64(hcr, 28)));
        if (bit64(hcr, 28)) { /* TDZ */
            return pe_raise(pe, 2, EC_SYSREG, pe_sysreg_iss(enc, rt, false));
        }
    }
    return true;
}

uint32_t core_crc32(uint32_t acc, uint64_t v, unsigned bytes, bool castagnoli)
{
    uint32_t poly = castagnoli ? UINT32_C(0x82f63b78) : UINT32_C(0xedb88320);
    for (unsigned i = 0; i < bytes; i++) {
        acc ^= (uint8_t)(v >> (8 * i));
        for (unsigned k = 0; k < 8; k++) {
            acc = acc >> 1 ^ (poly & -(acc & 1));
        }
    }
    return acc;
}

void core_report_undef(struct pe *pe, uint32_t insn)
{
    pe->host->report(pe->host->opaque, pe, "unallocated or unimplemented encoding %08x at EL%u: UNDEFINED", insn, pe->el);
}
