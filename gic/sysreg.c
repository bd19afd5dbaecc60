/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which system register, who may touch it, and which interface answers. One
 * row a register; the order of checks is that of the accessibility pseudocode
 * of each register: UNDEFINED, then ICH_HCR_EL2's traps, then the choice
 * between ICC and ICV by HCR_EL2. ICC_SRE_ELx.SRE is RAO: no row checks it.
 */
#include "gic/internal.h"

#include "sim/base/cover.h"

#define HCR_FMO BIT64(3)
#define HCR_IMO BIT64(4)

enum kind {
    KIND_NONE,      /* nothing there: UNDEFINED */
    KIND_BANKED,    /* ICC or ICV */
    KIND_SGI,       /* trapped to EL2 where others are virtual */
    KIND_SRE,       /* ICC_SRE_EL1 */
    KIND_EL2,       /* ICH_* and ICC_SRE_EL2 */
};

struct icc_reg {
    enum kind kind;
    uint64_t virt;      /* HCR_EL2 bits of which any makes it virtual at EL1 */
    uint64_t trap;      /* ICH_HCR_EL2 bits of which any traps it at EL1 */
    unsigned arg;
    icc_read_fn *read;
    icc_write_fn *write;
    icc_read_fn *vread;
    icc_write_fn *vwrite;
};

/* All have op0 3 and CRn 12, except ICC_PMR_EL1. */
#define KEY(op1, crm, op2) (((op1) == 4 ? 128 : 0) | (crm) << 3 | (op2))
#define ENC(op0, op1, crn, crm, op2) ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))
#define G0(n, r, w, vr, vw) { KIND_BANKED, HCR_FMO, ICH_HCR_TALL0, n, r, w, vr, vw }
#define G1(n, r, w, vr, vw) { KIND_BANKED, HCR_IMO, ICH_HCR_TALL1, n, r, w, vr, vw }
#define COMMON(trap, r, w, vr, vw) { KIND_BANKED, HCR_IMO | HCR_FMO, ICH_HCR_TC | (trap), 0, r, w, vr, vw }
#define SGI(n) { KIND_SGI, HCR_IMO | HCR_FMO, ICH_HCR_TC, n, NULL, icc_sgi_write, NULL, NULL }
#define EL2(n, r, w) { KIND_EL2, 0, 0, n, r, w, NULL, NULL }

static const struct icc_reg icc_pmr =
    COMMON(0, icc_pmr_read, icc_pmr_write, icv_pmr_read, icv_pmr_write);

static const struct icc_reg regs[256] = {
    [KEY(0, 8, 0)] = G0(0, icc_iar_read, NULL, icv_iar_read, NULL),
    [KEY(0, 8, 1)] = G0(0, NULL, icc_eoir_write, NULL, icv_eoir_write),
    [KEY(0, 8, 2)] = G0(0, icc_hppir_read, NULL, icv_hppir_read, NULL),
    [KEY(0, 8, 3)] = G0(0, icc_bpr_read, icc_bpr_write, icv_bpr_read, icv_bpr_write),
    [KEY(0, 8, 4)] = G0(0, icc_apr_read, icc_apr_write, ich_apr_read, ich_apr_write),
    [KEY(0, 9, 0)] = G1(1, icc_apr_read, icc_apr_write, ich_apr_read, ich_apr_write),
    [KEY(0, 11, 1)] = COMMON(ICH_HCR_TDIR, NULL, icc_dir_write, NULL, icv_dir_write),
    [KEY(0, 11, 3)] = COMMON(0, icc_rpr_read, NULL, icv_rpr_read, NULL),
    [KEY(0, 11, 5)] = SGI(ICC_SGI1R),
    [KEY(0, 11, 6)] = SGI(ICC_ASGI1R),
    [KEY(0, 11, 7)] = SGI(ICC_SGI0R),
    [KEY(0, 12, 0)] = G1(1, icc_iar_read, NULL, icv_iar_read, NULL),
    [KEY(0, 12, 1)] = G1(1, NULL, icc_eoir_write, NULL, icv_eoir_write),
    [KEY(0, 12, 2)] = G1(1, icc_hppir_read, NULL, icv_hppir_read, NULL),
    [KEY(0, 12, 3)] = G1(1, icc_bpr_read, icc_bpr_write, icv_bpr_read, icv_bpr_write),
    [KEY(0, 12, 4)] = COMMON(0, icc_ctlr_read, icc_ctlr_write, icv_ctlr_read, icv_ctlr_write),
    [KEY(0, 12, 5)] = { KIND_SRE, 0, 0, 0, icc_sre_read, icc_sre_write, NULL, NULL },
    [KEY(0, 12, 6)] = G0(0, icc_igrpen_read, icc_igrpen_write, icv_igrpen_read, icv_igrpen_write),
    [KEY(0, 12, 7)] = G1(1, icc_igrpen_read, icc_igrpen_write, icv_igrpen_read, icv_igrpen_write),
    [KEY(4, 8, 0)] = EL2(0, ich_apr_read, ich_apr_write),
    [KEY(4, 9, 0)] = EL2(1, ich_apr_read, ich_apr_write),
    [KEY(4, 9, 5)] = EL2(0, icc_sre_el2_read, icc_sre_el2_write),
    [KEY(4, 11, 0)] = EL2(0, ich_hcr_read, ich_hcr_write),
    [KEY(4, 11, 1)] = EL2(0, ich_vtr_read, NULL),
    [KEY(4, 11, 2)] = EL2(0, ich_misr_read, NULL),
    [KEY(4, 11, 3)] = EL2(0, ich_eisr_read, NULL),
    [KEY(4, 11, 5)] = EL2(0, ich_elrsr_read, NULL),
    [KEY(4, 11, 7)] = EL2(0, ich_vmcr_read, ich_vmcr_write),
    [KEY(4, 12, 0)] = EL2(0, ich_lr_read, ich_lr_write),
    [KEY(4, 12, 1)] = EL2(1, ich_lr_read, ich_lr_write),
    [KEY(4, 12, 2)] = EL2(2, ich_lr_read, ich_lr_write),
    [KEY(4, 12, 3)] = EL2(3, ich_lr_read, ich_lr_write),
};

static const struct icc_reg *find(uint16_t enc)
{
    if ((enc & ENC(3, 3, 15, 0, 0)) == ENC(3, 0, 12, 0, 0)) {
        return &regs[((enc >> 6) & 128) | (enc & 127)];
    }
    return enc == ENC(3, 0, 4, 6, 0) ? &icc_pmr : &regs[0];
}

/* Check the access; *virt says that the virtual interface answers. */
static enum gicif_result route(const struct gic *g, unsigned pe, const struct icc_reg *r, bool present,
                               const struct gicif_ctx *ctx, bool *virt)
{
    *virt = false;
    if (!present) {
        return GICIF_UNDEF;
    }
    if (r->kind == KIND_EL2) {
        return ctx->el >= 2 && ctx->has_el2 ? GICIF_OK : GICIF_UNDEF;
    }
    if (ctx->el >= 2 || !ctx->has_el2) {
        return GICIF_OK;
    }
    if (r->kind == KIND_SRE) {
        return (g->s.cpu[pe].sre_el2 & ICC_SRE_EL2_ENABLE) != 0 ? GICIF_OK : GICIF_TRAP_EL2;
    }
    if ((g->s.cpu[pe].ich_hcr & r->trap) != 0) {
        return GICIF_TRAP_EL2;
    }
    *virt = (ctx->hcr & r->virt) != 0;
    return *virt && r->kind == KIND_SGI ? GICIF_TRAP_EL2 : GICIF_OK;
}

/* For the report of what tests exercised */
static void cover(const struct gic *g, unsigned pe, const struct icc_reg *r, bool write, enum gicif_result res, bool virt)
{
#ifdef HYPSCOPE_COVERAGE
    static const uint64_t traps[] = { ICH_HCR_TC, ICH_HCR_TALL0, ICH_HCR_TALL1, ICH_HCR_TDIR };
    unsigned key = r == &icc_pmr ? 256 : (unsigned)(r - regs), what = virt ? COVER_GIC_VIRTUAL : COVER_GIC_PHYSICAL;
    if (res == GICIF_UNDEF) {
        what = COVER_GIC_UNDEFINED;
    } else if (res == GICIF_TRAP_EL2) {
        what = r->kind == KIND_SRE ? COVER_GIC_SRE : COVER_GIC_SGI;
    }
    bool by_hcr = false;
    for (unsigned i = 0; i < 4 && res == GICIF_TRAP_EL2; i++) {
        if ((g->s.cpu[pe].ich_hcr & r->trap & traps[i]) != 0) {
            COVER(COVER_GIC, cover_gic(key, write, COVER_GIC_TC + i));
            by_hcr = true;
        }
    }
    if (!by_hcr) {
        COVER(COVER_GIC, cover_gic(key, write, what));
    }
#else
    (void)g;
    (void)pe;
    (void)r;
    (void)write;
    (void)res;
    (void)virt;
#endif
}

enum gicif_result gic_sysreg_read(void *gic, unsigned pe, uint16_t enc, const struct gicif_ctx *ctx, uint64_t *val)
{
    struct gic *g = gic;
    const struct icc_reg *r = find(enc);
    bool virt;
    enum gicif_result res = route(g, pe, r, r->read != NULL, ctx, &virt);
    cover(g, pe, r, false, res, virt);
    if (res == GICIF_OK) {
        *val = (virt ? r->vread : r->read)(g, pe, r->arg);
    }
    return res;
}

enum gicif_result gic_sysreg_write(void *gic, unsigned pe, uint16_t enc, const struct gicif_ctx *ctx, uint64_t val)
{
    struct gic *g = gic;
    const struct icc_reg *r = find(enc);
    bool virt;
    enum gicif_result res = route(g, pe, r, r->write != NULL, ctx, &virt);
    cover(g, pe, r, true, res, virt);
    if (res == GICIF_OK) {
        (virt ? r->vwrite : r->write)(g, pe, r->arg, val);
    }
    return res;
}
