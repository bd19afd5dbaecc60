/* SPDX-License-Identifier: Apache-2.0 */
/* A PE's place, time and PSTATE; reset. */
#include "cpu/core.h"
#include "cpu/ldst.h"
#include "cpu/record.h"
#include "cpu/timing/timing.h"
#include "cpu/utlb.h"

#include <string.h>

uint64_t pe_pc(const struct pe *pe)
{
    return pe->s == NULL ? pe->pc : pe->page_va + (uint64_t)(pe->s - pe->slots_base) * 4;
}

uint64_t pe_icount(const struct pe *pe)
{
    uint64_t charged = pe->icount_base + (uint64_t)(pe->budget - pe->n);
    return pe->s == NULL ? charged : charged - pe->s->run;
}

uint64_t pe_time_ns(const struct pe *pe)
{
    if (unlikely(pe->timing != NULL) && pe->timing->m->clock_cycles) {
        return timing_time_ns(pe->timing);
    }
    return pe->time_base_ns + (pe_icount(pe) - pe->icount_base) * pe->ns_per_insn;
}

uint64_t pe_cycle(const struct pe *pe)
{
    return pe->timing != NULL ? timing_now(pe->timing) : pe_time_ns(pe) / pe->ns_per_insn + pe->cycle_offset;
}

/* The lines that a record tells of (struct rec.pending) */
static inline uint8_t pending_bits(const struct pe *pe)
{
    _Static_assert(GIC_SIG_IRQ == 1 && GIC_SIG_FIQ == 2 && GIC_SIG_VIRQ == 4 && GIC_SIG_VFIQ == 8, "as in bits 5:2 of pending");
    static const uint8_t by_hcr[8] = {0, 32, 16, 48, 2, 34, 18, 50}; /* VF, VI and VSE: bits 6 to 8 */
    uint64_t hcr = pe->sr[SR_HCR_EL2];
    return (uint8_t)(pe->serror_pending | (pe->gic_signals & 15) << 2 | by_hcr[hcr >> 6 & 7]);
}

static inline __attribute__((always_inline)) void fill(const struct pe *pe, struct rec *r)
{
    uint64_t icount = pe_icount(pe);
    r->pe = (uint8_t)pe->id;
    r->el = pe->el;
    r->daif = pe->daif;
    r->pending = pending_bits(pe);
    r->icount = icount;
    r->time_ns = pe->time_base_ns + (icount - pe->icount_base) * pe->ns_per_insn;
    if (unlikely(pe->timing != NULL)) {
        r->time_ns = pe_time_ns(pe);
        r->cycle = timing_now(pe->timing);
    } else {
        r->cycle = likely(pe->ns_per_insn == 1) ? r->time_ns : r->time_ns / pe->ns_per_insn;
    }
    r->hcr = pe->sr[SR_HCR_EL2];
    r->vttbr = pe->sr[SR_VTTBR_EL2];
}

void pe_rec_fill(const struct pe *pe, struct rec *r)
{
    fill(pe, r);
    r->kind = REC_NONE;
    r->from_el = pe->el;
    r->type = 0;
    r->pc = r->a = r->b = r->c = r->d = 0;
}

void pe_record(struct pe *pe, unsigned kind, unsigned from_el, unsigned type, uint64_t pc, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    if ((pe->rec_kinds & REC_BIT(kind)) == 0) {
        return;
    }
    struct rec r;
    r.kind = (uint8_t)kind;
    r.from_el = (uint8_t)from_el;
    r.type = (uint16_t)type;
    r.pc = pc;
    r.a = a;
    r.b = b;
    r.c = c;
    r.d = d;
    fill(pe, &r);
    pe->rec->put(pe->rec->opaque, &r);
}

void pe_sync_clock(struct pe *pe)
{
    pe->clock->now_ns = pe_time_ns(pe);
}

uint32_t pe_nzcv(const struct pe *pe)
{
    return pe_flags(pe) << 28;
}

void pe_set_nzcv(struct pe *pe, uint32_t nzcv)
{
    pe_set_flags(pe, nzcv >> 28);
}

/* GetPSRFromPSTATE() */
uint64_t pe_spsr_value(const struct pe *pe)
{
    uint64_t v = pe_nzcv(pe);
    v |= (uint64_t)pe->dit << 24 | (uint64_t)pe->uao << 23 | (uint64_t)pe->pan << 22 | (uint64_t)pe->ss << 21 |
         (uint64_t)pe->il << 20 | (uint64_t)pe->ssbs << 12 | (uint64_t)pe->btype << 10 | (uint64_t)pe->daif << 6;
    return v | (uint64_t)pe->el << 2 | pe->sp_sel;
}

static unsigned sp_in_use(const struct pe *pe)
{
    return pe->sp_sel ? pe->el : 0;
}

uint64_t pe_get_sp(const struct pe *pe, unsigned el)
{
    return el == sp_in_use(pe) ? pe->x[X_SP] : pe->sr[SR_SP_EL0 + el];
}

void pe_set_sp(struct pe *pe, unsigned el, uint64_t v)
{
    if (el == sp_in_use(pe)) {
        pe->x[X_SP] = v;
    } else {
        pe->sr[SR_SP_EL0 + el] = v;
    }
}

/* AArch64.BranchAddr(): with address tags ignored for code, bits 63:56 are made canonical */
uint64_t pe_canonical_pc(const struct pe *pe, uint64_t va)
{
    enum mmu_regime regime = pe_regime(pe, pe->el);
    uint64_t tcr = pe->sr[regime == REGIME_EL10 ? SR_TCR_EL1 : SR_TCR_EL2];
    if (regime == REGIME_EL2) {
        return bit64(tcr, 20) && !bit64(tcr, 29) ? bits64(va, 55, 0) : va; /* TBI, TBID */
    }
    bool high = bit64(va, 55);
    if (!bit64(tcr, high ? 38 : 37) || bit64(tcr, high ? 52 : 51)) { /* TBIn, TBIDn */
        return va;
    }
    return (uint64_t)sext64(va, 56);
}

void pe_reset(struct pe *pe, unsigned el, uint64_t pc)
{
    memset(pe->x, 0, sizeof(pe->x));
    memset(pe->v, 0, sizeof(pe->v));
    pe_set_nzcv(pe, 0);
    pe->fpcr = pe->fpsr = 0;
    sysreg_reset(pe);
    pe->el = (uint8_t)el;
    pe->sp_sel = 1;
    pe->daif = 15;
    pe->pan = pe->uao = pe->ssbs = pe->il = pe->ss = pe->dit = pe->btype = pe->tco = 0;
    pe->pc = pc;
    pe->s = NULL;
    pe->mon_armed = false;
    pe->event_reg = false;
    pe->serror_pending = false;
    pe->exc.valid = false;
    pe->waiting_wfi = pe->waiting_wfe = false;
    pe->dirty = DIRTY_XLAT | DIRTY_IRQ | DIRTY_FP | DIRTY_DEBUG;
    utlb_flush_all(pe->upool);
    tlb_invalidate(pe->tlb, &(struct tlbi_req){.kind = TLBI_ALL, .regime = REGIME_EL10});
    tlb_invalidate(pe->tlb, &(struct tlbi_req){.kind = TLBI_ALL, .regime = REGIME_EL20});
    tlb_invalidate(pe->tlb, &(struct tlbi_req){.kind = TLBI_ALL, .regime = REGIME_EL2});
}
