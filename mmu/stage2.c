/* SPDX-License-Identifier: Apache-2.0 */
/* Stage 2 walks: AArch64.S2Translate up to the permission check, AArch64.S2Walk. */
#include "mmu/walk.h"

#define DESC_DBM BIT64(51)
#define DESC_AF BIT64(10)
#define DESC_S2AP1 BIT64(7)
#define HCR_PTW BIT64(2)
#define HCR_FWB BIT64(46)

static bool s2_fault(struct walk *w, uint64_t ipa, enum s2_use use, enum mmu_fault_type type, int level, bool write)
{
    *w->fault = (struct mmu_fault) {
        .type = (uint8_t)type, .level = (int8_t)level, .stage2 = true, .s1ptw = use != S2_FINAL,
        .write = write, .ipa = ipa,
    };
    return false;
}

static bool s2_fail(struct walk *w, uint64_t ipa, enum s2_use use, enum mmu_fault_type type, int level)
{
    return s2_fault(w, ipa, use, type, level, perm_default_wnr(w->req));
}

/* AArch64.S2DirectBasePermissions; without FEAT_XNX bit 53 is RES0 */
static void s2_perms(const struct walk *w, const struct walk_params *p, uint64_t desc, struct xlat *x)
{
    static const uint8_t exec[4] = { S2P_X0 | S2P_X1, S2P_X0, 0, S2P_X1 };
    unsigned xn = (unsigned)bits64(desc, 54, 53) & (w->f->xnx ? 3 : 2);
    bool dbm = p->hd && (desc & DESC_DBM) != 0;
    unsigned perm = exec[xn];
    perm |= bit64(desc, 6) != 0 ? S2P_R : 0;
    perm |= (desc & DESC_S2AP1) != 0 || dbm ? S2P_W : 0;
    x->s2_perm = (uint8_t)perm;
    x->flags |= dbm && (desc & DESC_S2AP1) == 0 ? XF_S2_CLEAN : 0;
}

static bool s2_leaf(struct walk *w, uint64_t ipa, enum s2_use use, const struct walk_params *p, uint64_t desc,
                    int level, struct xlat *x)
{
    unsigned shift = level_shift(level, p->granule);
    uint64_t oa = desc & ones64(48) & ~ones64(shift);
    if (oa >> p->oa_bits != 0) {
        return s2_fail(w, ipa, use, FAULT_ADDRESS_SIZE, level);
    }
    if ((desc & DESC_AF) == 0 && !p->ha) {
        return s2_fail(w, ipa, use, FAULT_ACCESS_FLAG, level);
    }
    x->shift = shift < x->shift ? (uint8_t)shift : x->shift;
    x->s2_shift = (uint8_t)shift;
    x->s2_level = (int8_t)level;
    x->ipa = ipa & ~ones64(x->shift);
    x->pa = (oa | (ipa & ones64(shift))) & ~ones64(x->shift);
    x->flags |= XF_S2;
    x->flags |= (desc & DESC_AF) == 0 ? XF_S2_AF : 0;
    x->s2_attr = (uint8_t)bits64(desc, 5, 2);
    x->s2_sh = (uint8_t)bits64(desc, 9, 8);
    s2_perms(w, p, desc, x);
    return true;
}

bool s2_walk(struct walk *w, uint64_t ipa, enum s2_use use, const struct walk_params *p, struct xlat *x,
             struct leaf *leaf)
{
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
        enum desc_kind kind = desc_kind(desc, level, p->granule);
        if (kind == DESC_INVALID) {
            return s2_fail(w, ipa, use, FAULT_TRANSLATION, level);
        }
        if (kind == DESC_LEAF) {
            leaf->desc = desc;
            leaf->addr = addr;
            return s2_leaf(w, ipa, use, p, desc, level, x);
        }
        uint64_t base = desc & ones64(48) & ~ones64(p->granule);
        if (base >> p->oa_bits != 0) {
            return s2_fail(w, ipa, use, FAULT_ADDRESS_SIZE, level);
        }
        level++;
        addr = desc_address(base, ipa, level, p->granule, level_shift(level - 1, p->granule));
    }
}

bool s2_update(struct walk *w, uint64_t ipa, enum s2_use use, const struct walk_params *p, const struct xlat *x,
               const struct leaf *leaf, bool dirty)
{
    uint64_t desc = leaf->desc | DESC_AF;
    if (dirty && (x->flags & XF_S2_CLEAN) != 0) {
        desc |= DESC_S2AP1;
    }
    if (desc == leaf->desc || w->req->no_side_effects) {
        return true;
    }
    return desc_write(w, leaf->addr, p->ee, desc) || s2_fail(w, ipa, use, FAULT_EXTERNAL_WALK, x->s2_level);
}

/* AArch64.S2CheckPermissions for AccessType_TTW */
static bool table_access_ok(struct walk *w, uint64_t ipa, enum s2_use use, const struct xlat *x)
{
    bool fwb = w->f->fwb && (w->r->hcr & HCR_FWB) != 0;
    unsigned need = use == S2_TABLE_UPDATE ? S2P_R | S2P_W : S2P_R;
    if ((x->s2_perm & need) != need || ((w->r->hcr & HCR_PTW) != 0 && attr_s2_device(x->s2_attr, fwb))) {
        return s2_fault(w, ipa, use, FAULT_PERMISSION, x->s2_level, perm_default_wnr(w->req));
    }
    return true;
}

bool s2_table_address(struct walk *w, uint64_t ipa, bool update, uint64_t *pa)
{
    if (!mmu_s2_on(w->f, w->r)) {
        *pa = ipa;
        return true;
    }
    enum s2_use use = update ? S2_TABLE_UPDATE : S2_TABLE_READ;
    struct walk_params p;
    struct xlat x = { .shift = 30 };
    struct leaf leaf;
    s2_params(w->f, w->r, &p);
    if (!s2_walk(w, ipa, use, &p, &x, &leaf) || !table_access_ok(w, ipa, use, &x) ||
        !s2_update(w, ipa, use, &p, &x, &leaf, update)) {
        return false;
    }
    *pa = x.pa | (ipa & ones64(x.shift));
    return true;
}
