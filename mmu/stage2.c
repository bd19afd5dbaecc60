/* SPDX-License-Identifier: Apache-2.0 */
/* Stage 2 walks: AArch64.S2Translate up to the permission check, AArch64.S2Walk. */
#include "mmu/tlb.h"

#include "sim/base/cover.h"

#define DESC_DBM BIT64(51)
#define DESC_AF BIT64(10)
#define DESC_S2AP1 BIT64(7)

static bool s2_fail(struct walk *w, uint64_t ipa, enum s2_use use, enum mmu_fault_type type, int level)
{
    *w->fault = (struct mmu_fault) {
        .type = (uint8_t)type, .level = (int8_t)level, .stage2 = true, .s1ptw = use != S2_FINAL,
        .write = perm_default_wnr(w->req), .ipa = ipa,
    };
    return false;
}

/* AArch64.S2DirectBasePermissions; without FEAT_XNX bit 53 is RES0 */
static void s2_perms(const struct walk *w, uint64_t desc, struct s2_entry *s)
{
    static const uint8_t exec[4] = { S2P_X0 | S2P_X1, S2P_X0, 0, S2P_X1 };
    unsigned xn = (unsigned)bits64(desc, 54, 53) & (w->f->xnx ? 3 : 2);
    bool dbm = w->s2p.hd && (desc & DESC_DBM) != 0;
    unsigned perm = exec[xn];
    perm |= bit64(desc, 6) != 0 ? S2P_R : 0;
    perm |= (desc & DESC_S2AP1) != 0 || dbm ? S2P_W : 0;
    s->perm = (uint8_t)perm;
    s->flags |= dbm && (desc & DESC_S2AP1) == 0 ? XF_S2_CLEAN : 0;
}

static bool s2_leaf(struct walk *w, uint64_t ipa, enum s2_use use, uint64_t desc, int level, struct s2_entry *s)
{
    unsigned shift = level_shift(level, w->s2p.granule);
    uint64_t oa = desc & ones64(48) & ~ones64(shift);
    if (oa >> w->s2p.oa_bits != 0) {
        return s2_fail(w, ipa, use, FAULT_ADDRESS_SIZE, level);
    }
    if ((desc & DESC_AF) == 0 && !w->s2p.ha) {
        return s2_fail(w, ipa, use, FAULT_ACCESS_FLAG, level);
    }
    s->pa = oa;
    s->shift = (uint8_t)shift;
    s->level = (int8_t)level;
    s->flags = (desc & DESC_AF) == 0 ? XF_S2 | XF_S2_AF : XF_S2;
    s->attr = (uint8_t)bits64(desc, 5, 2);
    s->sh = (uint8_t)bits64(desc, 9, 8);
    s2_perms(w, desc, s);
    COVER(COVER_LEAF, cover_leaf(true, w->s2p.granule, level));
    return true;
}

/* AArch64.S2Walk */
static bool s2_tables(struct walk *w, uint64_t ipa, enum s2_use use, struct s2_entry *s, struct leaf *leaf)
{
    const struct walk_params *p = &w->s2p;
    unsigned iasize = 64u - p->txsz;
    /* The second test is AArch64.IPAIsOutOfRange. */
    if (p->tsz_fault || ipa >> iasize != 0) {
        return s2_fail(w, ipa, use, FAULT_TRANSLATION, 0);
    }
    int level = p->start_level;
    uint64_t addr = desc_address(table_base(p, iasize), ipa, level, p->granule, iasize);
    if (addr >> p->oa_bits != 0) {
        return s2_fail(w, ipa, use, FAULT_ADDRESS_SIZE, 0);
    }
    for (;;) {
        uint64_t desc;
        if (!desc_read(w, addr, p->ee, &desc)) {
            return s2_fail(w, ipa, use, FAULT_EXTERNAL_WALK, level);
        }
        if (unlikely(w->tell)) {
            walk_step(w, true, level, ipa, addr, desc, ipa);
        }
        enum desc_kind kind = desc_kind(desc, level, p->granule);
        if (kind == DESC_INVALID) {
            return s2_fail(w, ipa, use, FAULT_TRANSLATION, level);
        }
        if (kind == DESC_LEAF) {
            leaf->desc = desc;
            leaf->addr = addr;
            return s2_leaf(w, ipa, use, desc, level, s);
        }
        uint64_t base = desc & ones64(48) & ~ones64(p->granule);
        if (base >> p->oa_bits != 0) {
            return s2_fail(w, ipa, use, FAULT_ADDRESS_SIZE, level);
        }
        level++;
        addr = desc_address(base, ipa, level, p->granule, level_shift(level - 1, p->granule));
    }
}

static void s2_apply(const struct s2_entry *s, uint64_t ipa, struct xlat *x)
{
    x->shift = s->shift < x->shift ? s->shift : x->shift;
    x->s2_shift = s->shift;
    x->s2_level = s->level;
    x->ipa = ipa & ~ones64(x->shift);
    x->pa = (s->pa | (ipa & ones64(s->shift))) & ~ones64(x->shift);
    x->flags |= s->flags;
    x->s2_perm = s->perm;
    x->s2_attr = s->attr;
    x->s2_sh = s->sh;
}

bool s2_walk(struct walk *w, uint64_t ipa, enum s2_use use, bool dirty, struct xlat *x, struct leaf *leaf)
{
    const struct s2_entry *hit = tlb_s2_lookup(w->t, ipa, w->vmid);
    leaf->addr = 0;
    if (hit != NULL && !(dirty && (hit->flags & XF_S2_CLEAN) != 0) && w->steps == NULL) {
        s2_apply(hit, ipa, x);
        return true;
    }
    struct s2_entry s;
    if (!s2_tables(w, ipa, use, &s, leaf)) {
        return false;
    }
    if ((s.flags & XF_S2_AF) == 0 && !w->req->no_side_effects) {
        tlb_s2_insert(w->t, ipa, w->vmid, &s);
    }
    s2_apply(&s, ipa, x);
    return true;
}

bool s2_update(struct walk *w, uint64_t ipa, enum s2_use use, const struct xlat *x, const struct leaf *leaf, bool dirty)
{
    if (leaf->addr == 0) {
        return true;
    }
    uint64_t desc = leaf->desc | DESC_AF;
    if (dirty && (x->flags & XF_S2_CLEAN) != 0) {
        desc |= DESC_S2AP1;
    }
    if (desc == leaf->desc || w->req->no_side_effects) {
        return true;
    }
    return desc_write(w, leaf->addr, w->s2p.ee, desc) || s2_fail(w, ipa, use, FAULT_EXTERNAL_WALK, x->s2_level);
}

/* AArch64.S2CheckPermissions for AccessType_TTW */
static bool table_access_ok(struct walk *w, uint64_t ipa, enum s2_use use, const struct xlat *x)
{
    bool fwb = w->f->fwb && (w->r->hcr & HCR_FWB) != 0;
    unsigned need = use == S2_TABLE_UPDATE ? S2P_R | S2P_W : S2P_R;
    bool device = (w->r->hcr & HCR_PTW) != 0 && attr_s2_device(x->s2_attr, fwb);
    return ((x->s2_perm & need) == need && !device) || s2_fail(w, ipa, use, FAULT_PERMISSION, x->s2_level);
}

bool s2_table_plain(const struct walk *w, uint64_t ipa, uint64_t *pa)
{
    const struct s2_entry *hit = tlb_s2_lookup(w->t, ipa, w->vmid);
    if (hit == NULL || (hit->perm & S2P_R) == 0 || (w->r->hcr & HCR_PTW) != 0) {
        return false;
    }
    *pa = hit->pa | (ipa & ones64(hit->shift));
    return true;
}

bool s2_table_address(struct walk *w, uint64_t ipa, bool update, uint64_t *pa)
{
    if (!w->s2) {
        *pa = ipa;
        return true;
    }
    enum s2_use use = update ? S2_TABLE_UPDATE : S2_TABLE_READ;
    struct xlat x = { .shift = 30 };
    struct leaf leaf;
    if (!s2_walk(w, ipa, use, update, &x, &leaf) || !table_access_ok(w, ipa, use, &x) ||
        !s2_update(w, ipa, use, &x, &leaf, update)) {
        return false;
    }
    *pa = x.pa | (ipa & ones64(x.shift));
    return true;
}
