/* SPDX-License-Identifier: Apache-2.0 */
/* AArch64.TranslateAddress: TLB, walk, permission check, hardware updates, result. */
#include "mmu/tlb.h"

#include "sim/base/cover.h"

/* Permissions that let an access pass on the plain path; others take the slow one */
static const uint8_t plain_need[] = {
    [ACC_READ] = PERM_R, [ACC_WRITE] = PERM_W, [ACC_FETCH] = PERM_X, [ACC_RW] = PERM_R | PERM_W,
    [ACC_CM_READ] = 0x80, [ACC_CM_WRITE] = 0x80, [ACC_AT_READ] = 0x80, [ACC_AT_WRITE] = 0x80,
};

/* The place and state that a request is in. */
struct job {
    struct walk w;
    uint64_t va;        /* untagged */
    uint64_t ctx;
    struct mmu_res *res;
    bool entered;       /* the walk has left an entry in the TLB */
};

/* Are the attributes kept with the entry those of this access? */
static inline bool usual_access(const struct mmu_regs *r, const struct mmu_req *q, const struct xlat *x)
{
    const uint64_t both = SCTLR_C | SCTLR_I;
    return (x->flags & XF_S1) != 0 && (r->sctlr & both) == both && (r->hcr & (HCR_CD | HCR_ID)) == 0 &&
           (q->acc != ACC_FETCH || x->attr >= 0x10);
}

/* Attributes and what follows from them */
static inline void fill_attr(const struct mmu_features *f, const struct mmu_regs *r, const struct mmu_req *q,
                             const struct xlat *x, struct mmu_res *res)
{
    res->attr = (struct mmu_attr) { .attr = x->attr, .sh = x->sh };
    if (!usual_access(r, q, x) || q->at_s1_only) {
        res->attr = attr_final(f, r, q, x);
    }
    res->device = res->attr.attr < 0x10;
    bool s1_normal = (x->flags & XF_S1) != 0 ? x->s1_attr >= 0x10 : (r->hcr & HCR_DC) != 0;
    res->device_by_s2 = res->device && s1_normal && (x->flags & XF_S2) != 0;
}

/* Result of an allowed translation, and as far as it goes of a denied one */
static void fill(const struct job *j, const struct xlat *x)
{
    const struct mmu_req *q = j->w.req;
    struct mmu_res *res = j->res;
    bool s2 = !q->at_s1_only;
    uint64_t off = j->va & ones64(x->shift);
    unsigned perm = perm_s1(q, x);
    perm &= s2 ? perm_s2(q, x) : ~0u;
    if ((x->flags & (s2 ? XF_S1_CLEAN | XF_S2_CLEAN : XF_S1_CLEAN)) != 0) {
        perm &= ~(unsigned)PERM_W;
    }
    res->pa = (s2 ? x->pa : x->ipa) | off;
    res->ipa = x->ipa | off;
    res->perm = (uint8_t)perm;
    res->page_shift = x->shift;
    fill_attr(j->w.f, j->w.r, q, x, res);
}

static bool deny(const struct job *j, const struct xlat *x, bool stage2, bool write)
{
    *j->w.fault = (struct mmu_fault) {
        .type = FAULT_PERMISSION, .level = stage2 ? x->s2_level : x->s1_level, .stage2 = stage2, .write = write,
        .ipa = x->ipa | (j->va & ones64(x->shift)),
    };
    return false;
}

static bool check_s1(const struct job *j, const struct xlat *x)
{
    bool write;
    return perm_allows(j->w.req, perm_s1(j->w.req, x), &write) || deny(j, x, false, write);
}

static bool check_s2(const struct job *j, const struct xlat *x)
{
    bool write;
    return perm_allows(j->w.req, perm_s2(j->w.req, x), &write) || deny(j, x, true, write);
}

/* Is this an allowed write that has to set dirty state, which the entry says is clear? */
static bool must_dirty(const struct job *j, const struct xlat *x)
{
    const struct mmu_req *q = j->w.req;
    return acc_dirties(q) && (x->flags & (XF_S1_CLEAN | XF_S2_CLEAN)) != 0 && !q->no_side_effects &&
           (perm_s1(q, x) & perm_s2(q, x) & PERM_W) != 0;
}

void walk_step(struct walk *w, bool stage2, int level, uint64_t ia, uint64_t pa, uint64_t desc, uint64_t from)
{
    if (w->steps == NULL) {
        tlb_tell(w->t, REC_WALK_STEP, stage2, (uint8_t)level, pa, desc, from);
    } else if (w->steps->n < MMU_MAX_STEPS) {
        w->steps->step[w->steps->n++] = (struct mmu_step) {
            .pa = pa, .ia = ia, .level = (int8_t)level, .stage2 = stage2, .s1_level = w->s1_level,
        };
    }
}

/* AArch64.S1DisabledOutput: flat, all permissions; attributes are made at the end. */
static bool s1_flat(struct job *j, struct xlat *x)
{
    if (j->va >> j->w.f->pa_bits != 0) {
        *j->w.fault = (struct mmu_fault) {
            .type = FAULT_ADDRESS_SIZE, .level = 0, .write = perm_default_wnr(j->w.req),
        };
        return false;
    }
    x->priv = x->user = PERM_R | PERM_W | PERM_X;
    x->shift = 30;
    x->ipa = j->va & ~ones64(30);
    x->pa = x->ipa;
    return true;
}

/* AArch64.S1Translate */
static bool stage1(struct job *j, struct xlat *x)
{
    struct walk_params p;
    struct leaf leaf;
    if (!j->w.s1) {
        return s1_flat(j, x);
    }
    s1_params(j->w.f, j->w.r, j->va, &p);
    if (!s1_walk(&j->w, j->va, &p, x, &leaf)) {
        return false;
    }
    if (!check_s1(j, x)) {
        /* The access flag stays as it is (a choice the architecture leaves). */
        return false;
    }
    bool dirty = acc_dirties(j->w.req);
    if (!s1_update(&j->w, &p, x, &leaf, dirty)) {
        return false;
    }
    x->flags &= (uint8_t)~(j->w.req->no_side_effects ? 0 : XF_S1_AF | (dirty ? XF_S1_CLEAN : 0));
    return true;
}

/* AArch64.S2Translate of the final address */
static bool stage2(struct job *j, struct xlat *x)
{
    struct leaf leaf;
    uint64_t ipa = x->ipa | (j->va & ones64(x->shift));
    bool dirty = acc_dirties(j->w.req);
    j->w.s1_level = 4;
    if (!s2_walk(&j->w, ipa, S2_FINAL, dirty, x, &leaf) || !check_s2(j, x) ||
        !s2_update(&j->w, ipa, S2_FINAL, x, &leaf, dirty)) {
        return false;
    }
    x->flags &= (uint8_t)~(j->w.req->no_side_effects ? 0 : XF_S2_AF | (dirty ? XF_S2_CLEAN : 0));
    return true;
}

/* What an entry keeps ready: attributes of a data access (or fetch from Normal memory) with all caches on, and
   permissions. */
static inline void prepare(const struct mmu_features *f, const struct mmu_regs *r, struct xlat *x)
{
    struct mmu_attr a = attr_kept(f, r, x);
    x->attr = a.attr;
    x->sh = a.sh;
    bool clean = (x->flags & (XF_S1_CLEAN | XF_S2_CLEAN)) != 0;
    for (unsigned mode = PM_USER; mode <= PM_PRIV_PAN; mode++) {
        struct mmu_req q = { .el = mode != PM_USER, .pan = mode == PM_PRIV_PAN };
        x->now[mode] = (uint8_t)(perm_s1(&q, x) & perm_s2(&q, x) & (clean ? ~(unsigned)PERM_W : ~0u));
    }
}

/* May x go into the TLB? Not when it lacks a stage (AT S1 with stage 2 on, stage 1 denied), nor with AF clear. */
static bool cacheable(const struct job *j, const struct xlat *x)
{
    bool whole = !j->w.s2 || (x->flags & XF_S2) != 0;
    return whole && (x->flags & (XF_S1_AF | XF_S2_AF)) == 0 && (j->w.s1 || j->w.s2) && !j->w.req->no_side_effects;
}

static void walk_both(struct job *j)
{
    struct xlat x = { .flags = 0 };
    bool ok = stage1(j, &x);
    if (ok && j->w.s2 && !j->w.req->at_s1_only) {
        ok = stage2(j, &x);
    }
    if (!ok && j->w.fault->type != FAULT_PERMISSION) {
        return;
    }
    if (!ok && j->w.fault->s1ptw) {
        return;
    }
    if (!j->w.s1) {
        x.s1_shift = x.shift;
    }
    if (unlikely(j->w.steps != NULL)) {
        j->w.steps->global = (x.flags & XF_NG) == 0;
        j->w.steps->s1_shift = j->w.s1 ? x.s1_shift : 0;
        j->w.steps->s2_shift = x.s2_shift;
    }
    prepare(j->w.f, j->w.r, &x);
    if (cacheable(j, &x)) {
        tlb_insert(j->w.t, j->va, j->ctx, &x);
        j->entered = true;
    }
    fill(j, &x);
}

static void cover(const struct mmu_fault *f)
{
    if (f->type != FAULT_NONE) {
        COVER(COVER_FAULT, cover_fault(f->type, f->level, f->stage2, f->s1ptw));
    }
}

static void walk_all(struct job *j)
{
    walk_both(j);
    const struct mmu_fault *f = j->w.fault;
    bool ok = f->type == FAULT_NONE;
    bool more = !ok || !j->entered || tlb_follows_walks(j->w.t); /* than REC_TLB_FILL has told */
    if (unlikely(tlb_tells(j->w.t, REC_WALK)) && more && !j->w.req->no_side_effects) {
        uint64_t code = ok ? 0 : (f->type + 1u) | (uint64_t)(uint8_t)f->level << 8 | (uint64_t)f->stage2 << 16 | (uint64_t)f->s1ptw << 17;
        tlb_tell(j->w.t, REC_WALK, j->w.r->regime, j->va, ok ? j->res->ipa : f->ipa, ok ? j->res->pa : 0, code);
    }
}

static void hit(struct job *j, const struct xlat *x)
{
    if (check_s1(j, x) && !j->w.req->at_s1_only) {
        check_s2(j, x);
    }
    fill(j, x);
}

/* Everything but the plain hit */
static __attribute__((noinline)) void slow(struct job *j, const struct xlat *x)
{
    j->w.s1 = mmu_s1_on(j->w.f, j->w.r);
    j->w.s2 = mmu_s2_on(j->w.f, j->w.r);
    j->w.vmid = vmid_of(j->w.f, j->w.r);
    j->w.tell = tlb_tells(j->w.t, REC_WALK_STEP) && !j->w.req->no_side_effects;
    if (x != NULL) {
        if (!must_dirty(j, x)) {
            hit(j, x);
            cover(j->w.fault);
            return;
        }
        tlb_drop(j->w.t, j->va, j->ctx);
    }
    if (j->w.s2) {
        s2_params(j->w.f, j->w.r, &j->w.s2p);
    }
    walk_all(j);
    cover(j->w.fault);
}

void mmu_plan_make(const struct mmu_features *f, const struct mmu_regs *r, struct mmu_plan *plan)
{
    const uint64_t both = SCTLR_C | SCTLR_I;
    bool s1 = mmu_s1_on(f, r), one = r->regime == REGIME_EL2;
    plan->s2 = mmu_s2_on(f, r);
    plan->ctx = ctx_make(r->regime, vmid_of(f, r), asid_of(f, r), s1, plan->s2);
    if (plan->s2) {
        s2_params(f, r, &plan->s2p);
    }
    plan->usual = s1 && (r->sctlr & both) == both && (r->hcr & (HCR_CD | HCR_ID)) == 0;
    for (unsigned high = 0; high < 2; high++) {
        struct walk_params *p = &plan->p[high];
        plan->tbi[high] = bit64(r->tcr, one ? 20 : 37 + high) != 0;
        s1_params(f, r, high ? BIT64(55) : 0, p);
        plan->walk[high] = plan->usual && p->granule == 12 && !p->tsz_fault && !p->epd && !p->ee && !(one && high);
    }
}

/* A walk without surprises, and without listeners to its steps or to its end. false: walk_all() must do it. */
static bool walk_plain(struct tlb *t, struct bus *bus, const struct mmu_features *f, const struct mmu_regs *r,
                       const struct mmu_plan *plan, const struct mmu_req *req, uint64_t va, struct xlat *x)
{
    struct mmu_fault ignored;
    unsigned high = (unsigned)bit64(va, 55);
    struct walk w = { .bus = bus, .t = t, .f = f, .r = r, .req = req, .fault = &ignored, .s1 = true, .s2 = plan->s2 };
    struct walk_params p = plan->p[high];
    p.ttbr = high && r->regime != REGIME_EL2 ? r->ttbr1 : r->ttbr0;
    w.vmid = (uint16_t)bits64(plan->ctx, CTX_VMID_SHIFT + 15, CTX_VMID_SHIFT);
    *x = (struct xlat) { .flags = 0 };
    if (plan->s2) {
        w.s2p = plan->s2p;
        w.s2p.ttbr = r->vttbr;
        w.s2p.ee = (r->sctlr_el2 & SCTLR_EE) != 0;
    }
    if (!s1_walk_plain(&w, va, &p, x)) {
        return false;
    }
    if (plan->s2) {
        unsigned need = plain_need[req->acc];
        bool dirty = acc_dirties(req);
        struct leaf leaf;
        /* what stage 1 denies, or has to update, comes before the walk of stage 2 */
        if ((perm_s1(req, x) & need) != need || (dirty && (x->flags & XF_S1_CLEAN) != 0) ||
            !s2_walk(&w, x->ipa | (va & ones64(x->shift)), S2_FINAL, dirty, x, &leaf) || (x->flags & XF_S2_AF) != 0) {
            return false;
        }
    }
    prepare(f, r, x);
    return true;
}

bool mmu_translate_plain(struct tlb *t, struct bus *bus, const struct mmu_features *f, const struct mmu_regs *r,
                         const struct mmu_plan *plan, const struct mmu_req *req, struct mmu_plain *res)
{
    unsigned high = (unsigned)bit64(req->va, 55), need = plain_need[req->acc];
    unsigned mode = req->el == 0 ? PM_USER : PM_PRIV + req->pan;
    uint64_t va = plan->tbi[high] ? (uint64_t)sext64(req->va, 56) : req->va;
    if (unlikely(!plan->usual || (va != req->va && req->acc == ACC_FETCH))) {
        return false;
    }
    struct xlat made;
    const struct xlat *x = tlb_lookup(t, va, plan->ctx);
    if (x == NULL) {
        if (!plan->walk[high] || tlb_follows_walks(t) || !walk_plain(t, bus, f, r, plan, req, va, &made) || (made.now[mode] & need) != need) {
            return false;
        }
        tlb_insert(t, va, plan->ctx, &made);
        x = &made;
    } else if ((x->now[mode] & need) != need) {
        return false;
    }
    res->pa = x->pa | (va & ones64(x->shift));
    res->perm = x->now[mode];
    res->device = x->attr < 0x10;
    return true;
}

void mmu_translate(struct tlb *t, struct bus *bus, unsigned pe, const struct mmu_features *f, const struct mmu_regs *r,
                   const struct mmu_req *req, struct mmu_res *res)
{
    uint64_t va = mmu_untag(f, r, req->va, req->acc == ACC_FETCH);
    bool s1 = mmu_s1_on(f, r), s2 = mmu_s2_on(f, r);
    uint64_t ctx = ctx_make(r->regime, vmid_of(f, r), asid_of(f, r), s1, s2);
    const struct xlat *x = tlb_lookup(t, va, ctx);
    res->fault = (struct mmu_fault) { .type = FAULT_NONE };
    if (likely(x != NULL)) {
        unsigned perm = x->now[req->el == 0 ? PM_USER : PM_PRIV + req->pan];
        unsigned need = plain_need[req->acc];
        if (likely((perm & need) == need)) {
            uint64_t off = va & ones64(x->shift);
            res->pa = x->pa | off;
            res->ipa = x->ipa | off;
            res->perm = (uint8_t)perm;
            res->page_shift = x->shift;
            fill_attr(f, r, req, x, res);
            return;
        }
    }
    struct job j = {
        .w = { .bus = bus, .t = t, .pe = pe, .f = f, .r = r, .req = req, .fault = &res->fault },
        .va = va, .ctx = ctx, .res = res,
    };
    slow(&j, x);
}

void mmu_walk_steps(struct tlb *t, struct bus *bus, unsigned pe, const struct mmu_features *f, const struct mmu_regs *r,
                    const struct mmu_req *req, struct mmu_res *res, struct mmu_steps *steps)
{
    struct mmu_req q = *req;
    q.no_side_effects = true;
    steps->n = 0;
    steps->s1_shift = steps->s2_shift = 0;
    res->fault = (struct mmu_fault) { .type = FAULT_NONE };
    struct job j = {
        .w = { .bus = bus, .t = t, .pe = pe, .f = f, .r = r, .req = &q, .fault = &res->fault,
               .s1 = mmu_s1_on(f, r), .s2 = mmu_s2_on(f, r), .vmid = vmid_of(f, r), .tell = true, .steps = steps, .s1_level = 4 },
        .va = mmu_untag(f, r, req->va, req->acc == ACC_FETCH), .res = res,
    };
    if (j.w.s2) {
        s2_params(f, r, &j.w.s2p);
    }
    walk_both(&j);
}
