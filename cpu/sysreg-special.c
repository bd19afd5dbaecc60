/* SPDX-License-Identifier: Apache-2.0 */
/* Registers that are more than storage: identification, PSTATE, FP control, EL2 controls, debug, and the GIC's. */
#include "sysreg-decls.h"

/* ---- identification ---- */

/* EL1 reads what the hypervisor says. */
static bool id_virtual(const struct pe *pe)
{
    return pe->el == 1 && feat_has(&pe->feat, FEAT_EL2);
}

bool sysreg_rd_midr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)rt;
    *val = pe->sr[id_virtual(pe) ? SR_VPIDR_EL2 : r->sr];
    return true;
}

bool sysreg_rd_mpidr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)rt;
    *val = pe->sr[id_virtual(pe) ? SR_VMPIDR_EL2 : r->sr];
    return true;
}

bool sysreg_rd_ccsidr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)r;
    (void)rt;
    uint64_t sel = pe->sr[SR_CSSELR_EL1];
    *val = sel < ARRAY_LEN(pe->model->ccsidr) ? pe->model->ccsidr[sel] : 0;
    return true;
}

/* DCZID_EL0.DZP says whether DC ZVA is prohibited at the current EL. */
bool sysreg_rd_dczid(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)rt;
    bool host = pe_host_mode(pe), dzp = false;
    if (pe->el == 0) {
        dzp = !bit64(pe->sr[host ? SR_SCTLR_EL2 : SR_SCTLR_EL1], 14);
    }
    if (pe->el == 1 || (pe->el == 0 && !host)) {
        dzp = dzp || bit64(pe->sr[SR_HCR_EL2], 28);
    }
    *val = pe->sr[r->sr] | (dzp ? 1u << 4 : 0);
    return true;
}

/* Warm reset by RMR_ELx.RR is not implemented: say so. */
bool sysreg_wr_rmr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    if (bit64(val, 1) && pe->host != NULL && pe->host->report != NULL) {
        pe->host->report(pe->host->opaque, pe, "warm reset requested by %s: not implemented, ignored", sysreg_name(r->sr));
    }
    return true;
}

bool sysreg_rd_isr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)rt;
    *val = pe_isr(pe);
    pe_record(pe, REC_SYSREG_READ, pe->el, 0, pe_pc(pe), r->enc, *val, 0, 0);
    return true;
}

/* ---- stack pointers and PSTATE ---- */

/* UNDEFINED when SP_EL0 is the stack pointer in use. */
bool sysreg_rd_sp_el0(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)r;
    (void)rt;
    if (pe->sp_sel == 0) {
        return pe_undef(pe);
    }
    *val = pe->sr[SR_SP_EL0];
    return true;
}

bool sysreg_wr_sp_el0(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)r;
    (void)rt;
    if (pe->sp_sel == 0) {
        return pe_undef(pe);
    }
    pe->sr[SR_SP_EL0] = val;
    return true;
}

bool sysreg_rd_sp_el1(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)r;
    (void)rt;
    *val = pe_get_sp(pe, 1);
    return true;
}

bool sysreg_wr_sp_el1(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)r;
    (void)rt;
    pe_set_sp(pe, 1, val);
    return true;
}

bool sysreg_rd_spsel(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)r;
    (void)rt;
    *val = pe->sp_sel;
    return true;
}

bool sysreg_wr_spsel(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)r;
    (void)rt;
    if ((val & 1) != pe->sp_sel) {
        pe_set_spsel(pe, val & 1);
    }
    return true;
}

bool sysreg_rd_currentel(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)r;
    (void)rt;
    *val = (uint64_t)pe->el << 2;
    return true;
}

bool sysreg_rd_pan(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)r;
    (void)rt;
    *val = (uint64_t)pe->pan << 22;
    return true;
}

bool sysreg_wr_pan(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)r;
    (void)rt;
    if (pe->pan != bit64(val, 22)) {
        pe->pan = (uint8_t)bit64(val, 22);
        pe->dirty |= DIRTY_XLAT;
    }
    return true;
}

bool sysreg_rd_uao(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)r;
    (void)rt;
    *val = (uint64_t)pe->uao << 23;
    return true;
}

bool sysreg_wr_uao(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)r;
    (void)rt;
    if (pe->uao != bit64(val, 23)) {
        pe->uao = (uint8_t)bit64(val, 23);
        pe->dirty |= DIRTY_XLAT;
    }
    return true;
}

bool sysreg_rd_nzcv(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)r;
    (void)rt;
    *val = pe_nzcv(pe);
    return true;
}

bool sysreg_wr_nzcv(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)r;
    (void)rt;
    pe_set_nzcv(pe, (uint32_t)val & UINT32_C(0xf0000000));
    return true;
}

bool sysreg_rd_daif(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)r;
    (void)rt;
    *val = (uint64_t)pe->daif << 6;
    return true;
}

bool sysreg_wr_daif(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)r;
    (void)rt;
    uint8_t daif = (uint8_t)bits64(val, 9, 6);
    uint8_t changed = pe->daif ^ daif;
    if ((changed & ~daif & (PSTATE_A | PSTATE_I | PSTATE_F)) != 0 && pe_any_pending(pe)) {
        pe->dirty |= DIRTY_IRQ;
    }
    if ((changed & PSTATE_D) != 0) {
        pe->dirty |= DIRTY_DEBUG;
    }
    uint8_t old = pe->daif;
    pe->daif = daif;
    pe_record(pe, REC_MASK, pe->el, 0, pe_pc(pe), daif, old, 0, 0);
    return true;
}

bool sysreg_rd_dit(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)r;
    (void)rt;
    *val = (uint64_t)pe->dit << 24;
    return true;
}

bool sysreg_wr_dit(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)r;
    (void)rt;
    pe->dit = (uint8_t)bit64(val, 24);
    return true;
}

bool sysreg_rd_ssbs(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)r;
    (void)rt;
    *val = (uint64_t)pe->ssbs << 12;
    return true;
}

bool sysreg_wr_ssbs(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)r;
    (void)rt;
    pe->ssbs = (uint8_t)bit64(val, 12);
    return true;
}

bool sysreg_rd_fpcr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)r;
    (void)rt;
    if (unlikely(pe->fp_trap != 0)) {
        return pe_fp_trap(pe);
    }
    *val = pe->fpcr;
    return true;
}

bool sysreg_wr_fpcr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    if (unlikely(pe->fp_trap != 0)) {
        return pe_fp_trap(pe);
    }
    pe->fpcr = (uint32_t)sysreg_legal(pe, r, val);
    return true;
}

bool sysreg_rd_fpsr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)r;
    (void)rt;
    if (unlikely(pe->fp_trap != 0)) {
        return pe_fp_trap(pe);
    }
    *val = pe->fpsr;
    return true;
}

bool sysreg_wr_fpsr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    if (unlikely(pe->fp_trap != 0)) {
        return pe_fp_trap(pe);
    }
    pe->fpsr = (uint32_t)sysreg_legal(pe, r, val);
    return true;
}

/* ---- EL2 controls ---- */

/* Only what follows from the bits that changed is derived anew: at EL2, where alone it can be written, E2H and TGE decide about
   translation, and the rest takes effect on the way to a lower EL. Interrupts are looked at when there are any. */
bool sysreg_wr_hcr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    const uint64_t world = BIT64(34) | BIT64(27);                              /* E2H, TGE */
    const uint64_t irq = world | 0x1f8;                                        /* VSE VI VF AMO IMO FMO */
    uint64_t changed = pe->sr[r->sr];
    pe->sr[r->sr] = sysreg_legal(pe, r, val);
    changed ^= pe->sr[r->sr];
    pe->dirty |= ((changed & world) ? DIRTY_XLAT | DIRTY_FP | DIRTY_DEBUG : 0) |
                 ((changed & irq) != 0 && pe_any_pending(pe) ? DIRTY_IRQ : 0);
    if ((changed & pe->sr[r->sr] & BIT64(8)) != 0) { /* VSE */
        pe_record(pe, REC_SERROR_PENDED, pe->el, 0, pe_pc(pe), pe->sr[SR_VSESR_EL2], 1, 0, 0);
    }
    return true;
}

/* CPTR_EL2: the row has the layout of E2H = 0; with E2H = 1 its RES1 bits are RES0 and TFP means nothing. */
bool sysreg_wr_cptr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    uint64_t v = sysreg_legal(pe, r, val);
    sysreg_put(pe, r, pe_e2h(pe) ? v & ~r->res1 : v);
    return true;
}

bool sysreg_wr_mdcr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    pmu_sync(pe);
    sysreg_put(pe, r, sysreg_legal(pe, r, val));
    pmu_update(pe);
    return true;
}

/* DISR_EL1 at EL1 is VDISR_EL2 when HCR_EL2.AMO gives EL1 virtual SErrors. */
static const struct sysreg *disr(const struct pe *pe, const struct sysreg *r)
{
    return pe->el == 1 && bit64(pe->sr[SR_HCR_EL2], 5) ? &sysreg_table[SR_VDISR_EL2] : r;
}

bool sysreg_rd_disr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)rt;
    const struct sysreg *d = disr(pe, r);
    *val = pe->sr[d->sr];
    pe_record(pe, REC_SYSREG_READ, pe->el, 0, pe_pc(pe), d->enc, *val, 0, 0);
    return true;
}

bool sysreg_wr_disr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    const struct sysreg *d = disr(pe, r);
    sysreg_put(pe, d, sysreg_legal(pe, d, val));
    return true;
}

/* ---- self-hosted debug ---- */

static bool os_locked(const struct pe *pe)
{
    return bit64(pe->sr[SR_OSLSR_EL1], 1);
}

/* The bits that belong to the external debugger are writable only while the OS lock is locked (save and restore). */
bool sysreg_wr_mdscr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    const uint64_t external = BIT64(30) | BIT64(29) | BIT64(27) | BIT64(26) | BIT64(23) | BIT64(22) | BIT64(21) | BIT64(14) | BIT64(6);
    uint64_t v = sysreg_legal(pe, r, val);
    if (!os_locked(pe)) {
        v = (v & ~external) | (pe->sr[r->sr] & external);
    }
    sysreg_put(pe, r, v);
    return true;
}

bool sysreg_wr_oseccr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    if (os_locked(pe)) {
        sysreg_put(pe, r, sysreg_legal(pe, r, val));
    }
    return true;
}

bool sysreg_wr_oslar(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    uint64_t v = set_bits64(pe->sr[SR_OSLSR_EL1], 1, 1, val & 1);
    if (v != pe->sr[SR_OSLSR_EL1]) {
        pe->sr[SR_OSLSR_EL1] = v;
        pe->dirty |= r->dirty | DIRTY_DEBUG;
    }
    return true;
}

/* The claim tags are kept in DBGCLAIMCLR_EL1: reads of it give them, reads of DBGCLAIMSET_EL1 which are there. */
bool sysreg_rd_claimset(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)pe;
    (void)rt;
    *val = r->wmask;
    return true;
}

bool sysreg_wr_claimset(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    pe->sr[SR_DBGCLAIMCLR_EL1] |= val & r->wmask;
    return true;
}

bool sysreg_wr_claimclr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    pe->sr[SR_DBGCLAIMCLR_EL1] &= ~(val & r->wmask);
    return true;
}

/* ---- GIC CPU interface ---- */

static bool gic_result(struct pe *pe, const struct sysreg *r, unsigned rt, bool read, enum gicif_result result)
{
    switch (result) {
    case GICIF_OK:
        return true;
    case GICIF_TRAP_EL1:
        return pe_raise(pe, 1, EC_SYSREG, pe_sysreg_iss(r->enc, rt, read));
    case GICIF_TRAP_EL2:
        return pe_raise(pe, 2, EC_SYSREG, pe_sysreg_iss(r->enc, rt, read));
    default:
        return pe_undef(pe);
    }
}

static struct gicif_ctx gic_context(const struct pe *pe)
{
    return (struct gicif_ctx){ .el = pe->el, .hcr = pe->sr[SR_HCR_EL2], .has_el2 = feat_has(&pe->feat, FEAT_EL2) };
}

bool sysreg_rd_gic(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    if (pe->gic == NULL) {
        return pe_undef(pe);
    }
    struct gicif_ctx ctx = gic_context(pe);
    pe_sync_clock(pe);
    return gic_result(pe, r, rt, true, pe->gic->read(pe->gic->opaque, pe->id, r->enc, &ctx, val));
}

bool sysreg_wr_gic(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    if (pe->gic == NULL) {
        return pe_undef(pe);
    }
    struct gicif_ctx ctx = gic_context(pe);
    pe_sync_clock(pe);
    return gic_result(pe, r, rt, false, pe->gic->write(pe->gic->opaque, pe->id, r->enc, &ctx, val));
}
