/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions: raising, routing, entry and return. */
#include "cpu/core.h"
#include "cpu/ldst.h"
#include "cpu/sysreg-int.h"
#include "cpu/timing/timing.h"

#include "sim/base/cover.h"

enum async_type { ASYNC_IRQ = 1, ASYNC_FIQ = 2, ASYNC_SERROR = 3, ASYNC_VIRQ = 4, ASYNC_VFIQ = 5, ASYNC_VSERROR = 6 };

enum {
    HCR_VM = 0, HCR_FMO = 3, HCR_IMO = 4, HCR_AMO = 5, HCR_VF = 6, HCR_VI = 7, HCR_VSE = 8, HCR_TGE = 27, HCR_E2H = 34, HCR_TEA = 37,
};

static bool has_el2(const struct pe *pe)
{
    return feat_has(&pe->feat, FEAT_EL2);
}

static bool hcr_bit(const struct pe *pe, unsigned bit)
{
    return bit64(pe->sr[SR_HCR_EL2], bit);
}

unsigned pe_default_target(const struct pe *pe)
{
    if (pe->el == 2) {
        return 2;
    }
    return pe->el == 0 && has_el2(pe) && pe_tge(pe) ? 2 : 1;
}

bool pe_raise(struct pe *pe, unsigned target_el, unsigned ec, uint32_t iss)
{
    if (target_el == 1 && (pe->el == 2 || (has_el2(pe) && pe_tge(pe)))) {
        target_el = 2;
    }
    pe->exc = (struct exc){.valid = true, .ec = (uint8_t)ec, .target_el = (uint8_t)target_el, .iss = iss};
    return false;
}

bool pe_undef(struct pe *pe)
{
    return pe_raise(pe, pe_default_target(pe), EC_UNKNOWN, 0);
}

/* AArch64.CheckFPAdvSIMDEnabled(), AArch64.CheckFPAdvSIMDTrap(): 0 allowed, else the target EL; 3: EL1's trap taken to EL2
   because of TGE, reported as unknown reason (AArch64.AdvSIMDFPAccessTrap) */
static unsigned fp_trap_target(const struct pe *pe)
{
    uint64_t cpacr = pe->sr[SR_CPACR_EL1], cptr = pe->sr[SR_CPTR_EL2];
    if (pe->el < 2 && !(has_el2(pe) && pe_host_mode(pe))) {
        unsigned fpen = (unsigned)bits64(cpacr, 21, 20);
        COVER(COVER_RULE, cover_rule(pe->el == 0 ? RULE_FP_CPACR_EL0 : RULE_FP_CPACR_EL1, (fpen & 1) == 0 || (fpen == 1 && pe->el == 0)));
        if ((fpen & 1) == 0 || (fpen == 1 && pe->el == 0)) {
            return has_el2(pe) && pe_tge(pe) ? 3 : 1;
        }
    }
    if (has_el2(pe)) {
        if (pe_e2h(pe)) {
            unsigned fpen = (unsigned)bits64(cptr, 21, 20);
            COVER(COVER_RULE, cover_rule(RULE_FP_CPTR_FPEN, (fpen & 1) == 0 || (fpen == 1 && pe->el == 0 && pe_tge(pe))));
            if ((fpen & 1) == 0 || (fpen == 1 && pe->el == 0 && pe_tge(pe))) {
                return 2;
            }
        } else {
            COVER(COVER_RULE, cover_rule(RULE_FP_CPTR_TFP, bit64(cptr, 10)));
            if (bit64(cptr, 10)) {
                return 2;
            }
        }
    }
    return 0;
}

void pe_update_fp_trap(struct pe *pe)
{
    pe->fp_trap = fp_trap_target(pe);
}

bool pe_fp_trap(struct pe *pe)
{
    if (pe->fp_trap == 3) {
        return pe_raise(pe, 2, EC_UNKNOWN, 0);
    }
    return pe_raise(pe, pe->fp_trap, EC_FP_ACCESS, 1u << 24 | 0xeu << 20);
}

uint32_t pe_sysreg_iss(uint16_t enc, unsigned rt, bool read)
{
    return (uint32_t)bits64(enc, 15, 14) << 20 | (uint32_t)bits64(enc, 2, 0) << 17 | (uint32_t)bits64(enc, 13, 11) << 14 |
           (uint32_t)bits64(enc, 10, 7) << 10 | rt << 5 | (uint32_t)bits64(enc, 6, 3) << 1 | (read ? 1 : 0);
}

/* AArch64.Abort(): AArch64.DataAbort and AArch64.InstructionAbort */
bool pe_raise_abort(struct pe *pe, uint64_t va, uint32_t iss_extra, const struct mmu_fault *f, bool fetch)
{
    bool external = f->type == FAULT_EXTERNAL || f->type == FAULT_EXTERNAL_WALK;
    unsigned target = pe_default_target(pe);
    if (target == 1 && has_el2(pe) && (f->stage2 || (external && hcr_bit(pe, HCR_TEA)))) {
        target = 2;
    }
    COVER(COVER_FAULT, cover_fault(f->type, f->level, f->stage2, f->s1ptw));
    if (external && !f->stage2 && pe->el < 2 && has_el2(pe) && !pe_tge(pe)) {
        COVER(COVER_RULE, cover_rule(RULE_ABORT_TEA, target == 2));
    }
    uint32_t iss = mmu_fsc(f);
    iss |= f->s1ptw ? 1u << 7 : 0;
    if (!fetch) {
        bool cm = (iss_extra >> 8) & 1;
        iss |= (f->write || cm) ? 1u << 6 : 0;
        iss |= cm ? 1u << 8 : 0;
        /* the instruction syndrome is valid only for stage 2 faults on the access itself */
        if (f->stage2 && !f->s1ptw && !cm) {
            iss |= iss_extra & UINT32_C(0x01ffc000);
        }
    }
    pe->exc = (struct exc){
        .valid = true,
        .ec = fetch ? EC_IABT_LOWER : EC_DABT_LOWER,
        .target_el = (uint8_t)target,
        .has_far = true,
        .far = va,
        .has_ipa = f->stage2,
        .ipa = f->ipa,
        .iss = iss,
    };
    return false;
}

static void set_sp_in_use(struct pe *pe, unsigned el, unsigned sel)
{
    pe->sr[pe->sp_sel ? SR_SP_EL0 + pe->el : SR_SP_EL0] = pe->x[X_SP];
    pe->el = (uint8_t)el;
    pe->sp_sel = (uint8_t)sel;
    pe->x[X_SP] = pe->sr[sel ? SR_SP_EL0 + el : SR_SP_EL0];
}

void pe_set_spsel(struct pe *pe, unsigned sel)
{
    set_sp_in_use(pe, pe->el, sel);
    sysreg_direct_select(pe);
}

void pe_pend_serror(struct pe *pe, uint64_t iss)
{
    pe->serror_pending = true;
    pe->serror_iss = iss & UINT64_C(0x1ffffff);
    pe->dirty |= DIRTY_IRQ;
    pe_record(pe, REC_SERROR_PENDED, pe->el, 0, pe_pc(pe), pe->serror_iss, 0, 0, 0);
}

void pe_pend_vserror(struct pe *pe, uint64_t iss)
{
    if (feat_has(&pe->feat, FEAT_RAS)) {
        pe->sr[SR_VSESR_EL2] = iss & UINT64_C(0x1ffffff);
    }
    pe->sr[SR_HCR_EL2] |= BIT64(HCR_VSE);
    pe->dirty |= DIRTY_IRQ;
    pe_record(pe, REC_SERROR_PENDED, pe->el, 0, pe_pc(pe), pe->sr[SR_VSESR_EL2], 1, 0, 0);
}

/* AArch64.TakeException(): PSTATE and PC for an entry to `target` through vector offset `vect` */
static void enter(struct pe *pe, unsigned target, unsigned vect, uint64_t ret, unsigned type, uint64_t esr)
{
    unsigned from = pe->el;
    uint64_t spsr = pe_spsr_value(pe);
    pmu_sync(pe);
    pmu_count(pe, PMU_EXC_TAKEN, 1);
    if (from < target) {
        vect += 0x400; /* lower EL, which uses AArch64 */
    } else if (pe->sp_sel) {
        vect += 0x200;
    }
    bool to2 = target == 2;
    uint64_t sctlr = pe->sr[to2 ? SR_SCTLR_EL2 : SR_SCTLR_EL1];
    pe->sr[to2 ? SR_SPSR_EL2 : SR_SPSR_EL1] = spsr;
    pe->sr[to2 ? SR_ELR_EL2 : SR_ELR_EL1] = ret;
    set_sp_in_use(pe, target, 1);
    pe->daif = 15;
    pe->ss = 0;
    pe->il = 0;
    pe->btype = 0;
    pe->uao = 0;
    if (feat_has(&pe->feat, FEAT_PAN) && !bit64(sctlr, 23) && (!to2 || pe_host_mode(pe))) {
        pe->pan = 1; /* SCTLR_ELx.SPAN = 0 */
    }
    if (feat_has(&pe->feat, FEAT_SSBS)) {
        pe->ssbs = (uint8_t)bit64(sctlr, 44); /* DSSBS */
    }
    pe->pc = pe->sr[to2 ? SR_VBAR_EL2 : SR_VBAR_EL1] + vect;
    pe->exc_count++;
    pe->dirty |= DIRTY_XLAT | DIRTY_IRQ | DIRTY_FP | DIRTY_DEBUG;
    pe_record(pe, REC_EXC_ENTRY, from, type, ret, esr, pe->sr[to2 ? SR_FAR_EL2 : SR_FAR_EL1], pe->sr[SR_HPFAR_EL2], vect);
    if (unlikely(pe->timing != NULL)) {
        timing_exception(pe->timing, false);
    }
}

static bool lower_same_pair(unsigned ec)
{
    return ec == EC_IABT_LOWER || ec == EC_DABT_LOWER || ec == EC_BREAKPT_LOWER || ec == EC_SSTEP_LOWER || ec == EC_WATCHPT_LOWER;
}

void pe_take_sync(struct pe *pe)
{
    struct exc e = pe->exc;
    pe->exc.valid = false;
    unsigned target = e.target_el < pe->el ? pe->el : e.target_el;
    unsigned ec = e.ec;
    if (lower_same_pair(ec) && target == pe->el) {
        ec++;
    }
    /* IL is 1 for every exception from a 32-bit instruction and for those without one (ESR_ELx.IL) */
    uint64_t esr = (uint64_t)ec << 26 | UINT64_C(1) << 25 | e.iss;
    bool to2 = target == 2;
    pe->sr[to2 ? SR_ESR_EL2 : SR_ESR_EL1] = esr;
    if (e.has_far || ec == EC_PC_ALIGN) {
        pe->sr[to2 ? SR_FAR_EL2 : SR_FAR_EL1] = e.has_far ? e.far : pe->pc;
    }
    if (e.ret_next) {
        pe->ss = 0; /* SSAdvance() in AArch64.CallSupervisor() and the like: the instruction has been stepped */
    }
    if (e.has_ipa && to2) {
        pe->sr[SR_HPFAR_EL2] = (e.ipa >> 12) << 4 & UINT64_C(0x0000fffffffffff0);
    }
    COVER(COVER_EXCEPTION, cover_exception(ec, pe->el, target));
    enter(pe, target, 0, pe->pc + (e.ret_next ? 4 : 0), 0, esr);
}

/* Where a physical asynchronous exception goes, and whether PSTATE masks it (table of "asynchronous exception routing" and
   R_... masking: exceptions to a higher EL are not masked, except at EL0 of an EL2 host). 0: not taken at this EL. */
static unsigned physical_target(const struct pe *pe, unsigned hcr_route, unsigned mask_bit, bool *masked)
{
    bool routed = has_el2(pe) && (hcr_bit(pe, hcr_route) || hcr_bit(pe, HCR_TGE));
    unsigned target = routed ? 2 : 1;
    *masked = (pe->daif & mask_bit) != 0;
    if (target < pe->el) {
        return 0;
    }
    if (target > pe->el && target == 2 && !pe_host_mode(pe)) {
        *masked = false;
    }
    return target;
}

static bool virtual_pending(const struct pe *pe, unsigned type)
{
    if (!has_el2(pe) || pe->el == 2 || hcr_bit(pe, HCR_TGE)) {
        return false;
    }
    switch (type) {
    case ASYNC_VIRQ:
        return hcr_bit(pe, HCR_IMO) && (hcr_bit(pe, HCR_VI) || (pe->gic_signals & GIC_SIG_VIRQ));
    case ASYNC_VFIQ:
        return hcr_bit(pe, HCR_FMO) && (hcr_bit(pe, HCR_VF) || (pe->gic_signals & GIC_SIG_VFIQ));
    default:
        return hcr_bit(pe, HCR_AMO) && hcr_bit(pe, HCR_VSE);
    }
}

/* The asynchronous exception to take now, 0 for none. The order among them is IMPLEMENTATION DEFINED. */
static unsigned pick(const struct pe *pe, unsigned *target, bool *wakes)
{
    static const struct {
        uint8_t type, route, mask, virt;
    } order[] = {
        {ASYNC_SERROR, HCR_AMO, PSTATE_A, 0}, {ASYNC_FIQ, HCR_FMO, PSTATE_F, 0}, {ASYNC_IRQ, HCR_IMO, PSTATE_I, 0},
        {ASYNC_VSERROR, 0, PSTATE_A, 1}, {ASYNC_VFIQ, 0, PSTATE_F, 1}, {ASYNC_VIRQ, 0, PSTATE_I, 1},
    };
    unsigned found = 0;
    *wakes = false;
    if (!pe_any_pending(pe)) {
        return 0;
    }
    for (unsigned k = 0; k < ARRAY_LEN(order); k++) {
        bool pending, masked;
        unsigned t;
        if (order[k].virt) {
            pending = virtual_pending(pe, order[k].type);
            masked = (pe->daif & order[k].mask) != 0;
            t = 1;
        } else {
            pending = order[k].type == ASYNC_SERROR ? pe->serror_pending
                                                    : (pe->gic_signals & (order[k].type == ASYNC_IRQ ? GIC_SIG_IRQ : GIC_SIG_FIQ)) != 0;
            t = physical_target(pe, order[k].route, order[k].mask, &masked);
        }
        if (!pending) {
            continue;
        }
        *wakes = true; /* WFI wakes up for a pending interrupt whatever the masks say */
        if (found == 0 && t != 0 && !masked) {
            found = order[k].type;
            *target = t;
        }
    }
    return found;
}

bool pe_interrupt_pending(const struct pe *pe, bool *wakes)
{
    unsigned target;
    return pick(pe, &target, wakes) != 0;
}

bool pe_take_interrupt(struct pe *pe)
{
    bool wakes;
    unsigned target = 1;
    unsigned type = pick(pe, &target, &wakes);
    if (type == 0) {
        return false;
    }
    uint64_t esr = 0;
    unsigned vect = 0x80;
    if (type == ASYNC_FIQ || type == ASYNC_VFIQ) {
        vect = 0x100;
    } else if (type == ASYNC_SERROR || type == ASYNC_VSERROR) {
        vect = 0x180;
        uint64_t iss = pe->serror_iss;
        if (type == ASYNC_SERROR) {
            pe->serror_pending = false;
        } else {
            /* AArch64.TakeVirtualSErrorException(): the syndrome from VSESR_EL2; VSE clears when taken */
            iss = feat_has(&pe->feat, FEAT_RAS) ? pe->sr[SR_VSESR_EL2] & UINT64_C(0x1ffffff) : UINT64_C(1) << 24;
            pe->sr[SR_HCR_EL2] &= ~BIT64(HCR_VSE);
        }
        esr = (uint64_t)EC_SERROR << 26 | UINT64_C(1) << 25 | iss;
        pe->sr[target == 2 ? SR_ESR_EL2 : SR_ESR_EL1] = esr;
    }
    COVER(COVER_EXCEPTION, cover_exception(64 + type, pe->el, target));
    enter(pe, target, vect, pe->pc, type, esr);
    return true;
}

uint64_t pe_isr(const struct pe *pe)
{
    /* ISR_EL1: at EL1 the virtual interrupts when HCR_EL2.{AMO,IMO,FMO} route the physical ones to EL2 */
    bool virt = has_el2(pe) && pe->el == 1;
    bool a = virt && hcr_bit(pe, HCR_AMO) ? virtual_pending(pe, ASYNC_VSERROR) : pe->serror_pending;
    bool i = virt && hcr_bit(pe, HCR_IMO) ? virtual_pending(pe, ASYNC_VIRQ) : (pe->gic_signals & GIC_SIG_IRQ) != 0;
    bool f = virt && hcr_bit(pe, HCR_FMO) ? virtual_pending(pe, ASYNC_VFIQ) : (pe->gic_signals & GIC_SIG_FIQ) != 0;
    return (uint64_t)a << 8 | (uint64_t)i << 7 | (uint64_t)f << 6;
}

/* AArch64.ESBOperation() and AArch64.vESBOperation() */
void pe_esb(struct pe *pe)
{
    bool masked;
    if (!feat_has(&pe->feat, FEAT_RAS)) {
        return; /* a NOP in the hint space */
    }
    pe_record(pe, REC_ESB, pe->el, 0, pe_pc(pe), 0, 0, 0, 0);
    unsigned target = physical_target(pe, HCR_AMO, PSTATE_A, &masked);
    if (pe->serror_pending && (masked || target == 0)) {
        /* SyncErrors and deferral: DISR_EL1.A with the syndrome */
        pe->sr[SR_DISR_EL1] = BIT64(31) | (pe->serror_iss & UINT64_C(0x1ffffff));
        pe->serror_pending = false;
        pe_record(pe, REC_SERROR_DEFERRED, pe->el, 0, pe_pc(pe), pe->sr[SR_DISR_EL1], 0, 0, 0);
    }
    if (virtual_pending(pe, ASYNC_VSERROR) && (pe->daif & PSTATE_A) != 0) {
        pe->sr[SR_VDISR_EL2] = BIT64(31) | (pe->sr[SR_VSESR_EL2] & UINT64_C(0x1ffffff));
        pe->sr[SR_HCR_EL2] &= ~BIT64(HCR_VSE);
        pe_record(pe, REC_SERROR_DEFERRED, pe->el, 0, pe_pc(pe), pe->sr[SR_VDISR_EL2], 1, 0, 0);
    }
    pe->dirty |= DIRTY_IRQ;
}

/* IllegalExceptionReturn() */
static bool illegal_return(const struct pe *pe, uint64_t spsr)
{
    unsigned m = (unsigned)(spsr & 0x1f), el = (m >> 2) & 3;
    if ((m & 0x10) != 0 || (m & 2) != 0 || el == 3) {
        return true;
    }
    if (el > pe->el || (el == 2 && !has_el2(pe)) || (el == 0 && (m & 1) != 0)) {
        return true;
    }
    return el == 1 && has_el2(pe) && pe_tge(pe) && pe->el == 2;
}

/* DebugExceptionReturnSS(): PSTATE.SS after an exception return; an illegal one stays at its Exception level */
static uint8_t return_ss(struct pe *pe, uint64_t spsr, unsigned to_el, bool legal)
{
    if (!bit64(spsr, 21) || debug_step_enabled(pe, pe->el, (pe->daif & PSTATE_D) != 0)) {
        return 0;
    }
    return debug_step_enabled(pe, legal ? to_el : pe->el, bit64(spsr, 9) != 0);
}

/* AArch64.ExceptionReturn(), SetPSTATEFromPSR() */
void pe_eret(struct pe *pe)
{
    unsigned from = pe->el;
    bool at2 = from == 2;
    uint64_t spsr = pe->sr[at2 ? SR_SPSR_EL2 : SR_SPSR_EL1];
    uint64_t target = pe->eret_target_valid ? pe->eret_target : pe->sr[at2 ? SR_ELR_EL2 : SR_ELR_EL1];
    pe->eret_target_valid = false;
    uint64_t eret_pc = pe->pc;
    bool legal = !illegal_return(pe, spsr);
    unsigned el = (unsigned)(spsr >> 2) & 3;
    if (unlikely(pe->timing != NULL)) {
        timing_exception(pe->timing, true);
    }
    pmu_sync(pe);
    pmu_count(pe, PMU_EXC_RETURN, 1);
    pe->ss = return_ss(pe, spsr, el, legal);
    pe_set_nzcv(pe, (uint32_t)(spsr & UINT32_C(0xf0000000)));
    pe->daif = (uint8_t)bits64(spsr, 9, 6);
    if (legal) {
        set_sp_in_use(pe, el, (unsigned)spsr & 1);
        pe->il = (uint8_t)bit64(spsr, 20);
        if (feat_has(&pe->feat, FEAT_PAN)) {
            pe->pan = (uint8_t)bit64(spsr, 22);
        }
        if (feat_has(&pe->feat, FEAT_UAO)) {
            pe->uao = (uint8_t)bit64(spsr, 23);
        }
        if (feat_has(&pe->feat, FEAT_SSBS)) {
            pe->ssbs = (uint8_t)bit64(spsr, 12);
        }
        if (feat_has(&pe->feat, FEAT_DIT)) {
            pe->dit = (uint8_t)bit64(spsr, 24);
        }
    } else {
        pe->il = 1;
    }
    pe_clear_monitor(pe);
    pe->event_reg = true; /* SendEventLocal() */
    pe->exc_count++;
    pe->dirty |= DIRTY_XLAT | DIRTY_IRQ | DIRTY_FP | DIRTY_DEBUG;
    pe->pc = pe_canonical_pc(pe, target);
    pe_record(pe, REC_ERET, from, 0, eret_pc, spsr, pe->pc, 0, 0);
}
