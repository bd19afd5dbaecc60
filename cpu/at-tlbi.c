/* SPDX-License-Identifier: Apache-2.0 */
/* SYS instructions: address translation, TLB and cache maintenance. */
#include "sysreg-decls.h"

#include "cpu/timing/timing.h"

/* ---- cache maintenance: no data is cached, but privilege, traps, translation and permission are real, and so are modelled caches ---- */

bool sysreg_wr_ic(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    (void)val;
    if (unlikely(pe->timing != NULL)) {
        bool forced = pe->el == 1 && bit64(pe->sr[SR_HCR_EL2], 9); /* HCR_EL2.FB */
        timing_ic_all(pe->timing, (r->arg & MAINT_SHARED) != 0 || forced);
    }
    return true;
}

/* AArch64.DC(): what a guest invalidates is cleaned too: HCR_EL2.<DC, VM>, and SWIO of set/way. */
static unsigned data_op(const struct pe *pe, unsigned arg, bool set_way)
{
    uint64_t hcr = pe->sr[SR_HCR_EL2];
    bool clean = pe->el == 1 && (bit64(hcr, 12) || bit64(hcr, 0) || (set_way && bit64(hcr, 1)));
    return arg | (clean && arg == MAINT_INVALIDATE ? MAINT_CLEAN : 0);
}

bool sysreg_wr_dcsw(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    if (unlikely(pe->timing != NULL)) {
        timing_dc_set_way(pe->timing, val, data_op(pe, r->arg, true));
    }
    return true;
}

bool sysreg_wr_icva(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)r;
    (void)rt;
    if (!mem_cache_op(pe, val, false)) {
        return false;
    }
    if (unlikely(pe->timing != NULL)) {
        timing_ic_line(pe->timing, val);
    }
    return true;
}

/* DC IVAC needs write permission */
bool sysreg_wr_dcva(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    if (!mem_cache_op(pe, val, r->arg == MAINT_INVALIDATE)) {
        return false;
    }
    if (unlikely(pe->timing != NULL)) {
        timing_dc_line(pe->timing, val, data_op(pe, r->arg, false));
    }
    return true;
}

/* ---- AT: AArch64.AT and AArch64.EncodePAR ---- */

/* PAREncodeShareability(): Device memory and Normal memory that is non-cacheable in both are Outer Shareable. */
static uint64_t par_shareability(const struct mmu_attr *a)
{
    bool device = (a->attr & 0xf0) == 0;
    return device || a->attr == 0x44 ? 2 : a->sh;
}

static uint64_t encode_par(const struct mmu_res *res)
{
    if (res->fault.type != FAULT_NONE) {
        return 1 | (uint64_t)mmu_fsc(&res->fault) << 1 | (uint64_t)res->fault.s1ptw << 8 |
               (uint64_t)(res->fault.stage2 || res->fault.s1ptw) << 9 | BIT64(11);
    }
    /* NS is UNKNOWN in Non-secure state: one, as from a PE with Secure memory */
    return (uint64_t)res->attr.attr << 56 | (res->pa & UINT64_C(0x0000fffffffff000)) | BIT64(11) | BIT64(9) |
           par_shareability(&res->attr) << 7;
}

bool sysreg_wr_at(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    unsigned el = r->arg & 3;
    bool s1_only = bit64(r->arg, 4), write = bit64(r->arg, 5), use_pan = bit64(r->arg, 6);
    bool host = pe_host_mode(pe);
    enum mmu_regime regime = REGIME_EL10;
    if (el == 2) {
        regime = pe_e2h(pe) ? REGIME_EL20 : REGIME_EL2;
    } else if (host) {
        /* With HCR_EL2.{E2H, TGE} = {1, 1} the EL1 forms, which only EL2 can execute, mean the EL2&0 regime. */
        regime = REGIME_EL20;
        el = el == 1 ? 2 : 0;
        s1_only = true;
    }
    struct mmu_regs regs;
    struct mmu_res res;
    pe_mmu_regs(pe, regime, &regs);
    struct mmu_req req = { .va = val, .acc = write ? ACC_AT_WRITE : ACC_AT_READ, .el = (uint8_t)el, .pan = use_pan && pe->pan,
                           .at_s1_only = s1_only };
    mmu_translate(pe->tlb, pe->bus, pe->id, &pe->mfeat, &regs, &req, &res);
    /* External aborts on the walk, and stage 2 faults on it seen from EL1, are taken as exceptions and PAR_EL1 is UNKNOWN. */
    bool external = res.fault.type == FAULT_EXTERNAL || res.fault.type == FAULT_EXTERNAL_WALK;
    if (external || (res.fault.type != FAULT_NONE && pe->el == 1 && res.fault.s1ptw)) {
        res.fault.write = true;
        return pe_raise_abort(pe, val, 1u << 8, &res.fault, false);
    }
    pe->sr[SR_PAR_EL1] = encode_par(&res);
    return true;
}

/* ---- TLBI ---- */

/* ASID of the operand: 8 bits unless the regime's TCR_ELx.AS is 1. */
static uint16_t operand_asid(const struct pe *pe, const struct mmu_regs *regs, uint64_t val)
{
    uint64_t asid = bits64(val, 63, 48);
    return (uint16_t)(pe->mfeat.asid16 && bit64(regs->tcr, 36) ? asid : asid & 0xff);
}

static void invalidate(struct pe *pe, const struct tlbi_req *q)
{
    tlb_invalidate(pe->tlb, q);
    if (unlikely(pe->timing != NULL)) {
        timing_tlbi(pe->timing, q);
    }
    if (unlikely((pe->rec_kinds & REC_BIT(REC_TLBI)) != 0)) {
        pe_record(pe, REC_TLBI, pe->el, q->kind, pe_pc(pe), q->addr, q->asid, q->vmid, q->regime);
    }
}

static void broadcast(struct pe *pe, const struct tlbi_req *q, bool shared)
{
    invalidate(pe, q);
    if (shared && unlikely(pe->timing != NULL)) {
        timing_tlbi_sent(pe->timing); /* whether there are other PEs or not: system MMUs listen, too */
    }
    if (!shared || pe->host == NULL) {
        return;
    }
    for (unsigned i = 0; i < pe->host->n_pes; i++) {
        if (pe->host->pes[i] != pe) {
            invalidate(pe->host->pes[i], q);
        }
    }
}

bool sysreg_wr_tlbi(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    unsigned kind = r->arg & 0xff;
    bool el2_form = bits64(r->arg, 9, 8) == 2;
    bool stage2_form = kind == TLBI_IPAS2 || kind == TLBI_IPAS2L || kind == TLBI_VMALLS12 || (kind == TLBI_ALL && !el2_form);
    bool shared = bit64(r->arg, 12);
    enum mmu_regime regime = REGIME_EL10;
    if (el2_form) {
        regime = pe_e2h(pe) ? REGIME_EL20 : REGIME_EL2;
    } else if (!stage2_form && pe_host_mode(pe)) {
        regime = REGIME_EL20; /* the EL1 forms at EL2 with HCR_EL2.{E2H, TGE} = {1, 1} */
    }
    if (pe->el == 1 && bit64(pe->sr[SR_HCR_EL2], 9)) {
        shared = true; /* HCR_EL2.FB */
    }
    struct mmu_regs regs;
    pe_mmu_regs(pe, regime, &regs);
    struct tlbi_req q = { .kind = (uint8_t)kind, .regime = (uint8_t)regime };
    if (regime == REGIME_EL10) {
        q.vmid = mmu_vmid(&pe->mfeat, &regs);
    }
    if (regime != REGIME_EL2) {
        q.asid = operand_asid(pe, &regs, val);
    }
    if (kind == TLBI_IPAS2 || kind == TLBI_IPAS2L) {
        q.addr = bits64(val, 35, 0) << 12;
    } else {
        q.addr = (uint64_t)sext64(bits64(val, 43, 0) << 12, 56);
    }
    broadcast(pe, &q, shared);
    return true;
}
