/* SPDX-License-Identifier: Apache-2.0 */
/* Stage 1 walks: AArch64.S1Translate up to the permission check, AArch64.S1Walk. */
#include "mmu/tlb.h"

#include "sim/base/cover.h"

#include <string.h>

#define DESC_DBM BIT64(51)
#define DESC_AF BIT64(10)
#define DESC_NG BIT64(11)
#define DESC_AP2 BIT64(7)
#define DESC_AP1 BIT64(6)

/* Restrictions gathered from table descriptors. */
struct s1_hier {
    bool no_el0;    /* APTable[0] */
    bool ro;        /* APTable[1] */
    bool uxn;       /* UXNTable, or XNTable in a regime of one privilege */
    bool pxn;
};

static bool s1_fault(struct walk *w, enum mmu_fault_type type, int level)
{
    *w->fault = (struct mmu_fault) {
        .type = (uint8_t)type, .level = (int8_t)level, .write = perm_default_wnr(w->req),
    };
    return false;
}

/* AArch64.VAIsOutOfRange, on an address without its tag */
static bool va_out_of_range(const struct mmu_regs *r, uint64_t va, unsigned iasize)
{
    uint64_t top = va >> iasize;
    return top != 0 && (r->regime == REGIME_EL2 || bit64(va, 55) == 0 || top != ones64(64 - iasize));
}

/* AArch64.S1ApplyTablePerms */
static void apply_table(struct s1_hier *h, uint64_t desc, bool el0)
{
    h->ro |= bit64(desc, 62) != 0;
    h->uxn |= bit64(desc, 60) != 0;
    if (el0) {
        h->no_el0 |= bit64(desc, 61) != 0;
        h->pxn |= bit64(desc, 59) != 0;
    }
}

/* Read the descriptor at addr (an IPA when stage 2 is on). */
static bool s1_fetch(struct walk *w, uint64_t va, uint64_t addr, const struct walk_params *p, int level, uint64_t *desc)
{
    uint64_t pa;
    w->s1_level = (int8_t)level;
    if (!s2_table_address(w, addr, false, &pa)) {
        return false;
    }
    if (!desc_read(w, pa, p->ee, desc)) {
        return s1_fault(w, FAULT_EXTERNAL_WALK, level);
    }
    if (unlikely(w->tell)) {
        walk_step(w, false, level, va, pa, *desc, addr);
    }
    return true;
}

/* AArch64.S1DirectBasePermissions for both privileges, with AArch64.S1ApplyOutputPerms */
static void s1_perms(const struct walk *w, const struct walk_params *p, uint64_t desc, const struct s1_hier *h,
                     struct xlat *x)
{
    bool el0 = w->r->regime != REGIME_EL2;
    bool dbm = p->hd && (desc & DESC_DBM) != 0;
    /* DBM with hardware dirty state: AP[2] only records that the page is clean. */
    bool w_ok = ((desc & DESC_AP2) == 0 || dbm) && !h->ro;
    bool user = el0 && (desc & DESC_AP1) != 0 && !h->no_el0;
    unsigned priv = PERM_R | (w_ok ? PERM_W : 0);
    unsigned unpriv = user ? priv : 0;
    bool xn = bit64(desc, 54) != 0 || h->uxn;
    if (el0) {
        bool pxn = bit64(desc, 53) != 0 || h->pxn;
        priv |= pxn || (unpriv & PERM_W) != 0 ? 0 : PERM_X;
        unpriv |= xn ? 0 : PERM_X;
    } else {
        priv |= xn ? 0 : PERM_X;
    }
    if ((w->r->sctlr & SCTLR_WXN) != 0) {
        priv &= (priv & PERM_W) != 0 ? ~(unsigned)PERM_X : ~0u;
        unpriv &= (unpriv & PERM_W) != 0 ? ~(unsigned)PERM_X : ~0u;
    }
    x->priv = (uint8_t)priv;
    x->user = (uint8_t)unpriv;
    x->flags |= user ? XF_PAN : 0;
    x->flags |= dbm && (desc & DESC_AP2) != 0 ? XF_S1_CLEAN : 0;
}

static bool s1_leaf(struct walk *w, const struct walk_params *p, uint64_t desc, int level, const struct s1_hier *h,
                    struct xlat *x)
{
    unsigned shift = level_shift(level, p->granule);
    uint64_t oa = desc & ones64(48) & ~ones64(shift);
    if (oa >> p->oa_bits != 0) {
        return s1_fault(w, FAULT_ADDRESS_SIZE, level);
    }
    if ((desc & DESC_AF) == 0 && !p->ha) {
        return s1_fault(w, FAULT_ACCESS_FLAG, level);
    }
    x->shift = (uint8_t)shift;
    x->s1_shift = (uint8_t)shift;
    x->s1_level = (int8_t)level;
    x->ipa = oa;
    x->pa = oa;
    x->flags |= XF_S1;
    x->flags |= (desc & DESC_AF) == 0 ? XF_S1_AF : 0;
    x->flags |= w->r->regime != REGIME_EL2 && (desc & DESC_NG) != 0 ? XF_NG : 0;
    x->s1_attr = attr_normalise((uint8_t)(w->r->mair >> (8 * bits64(desc, 4, 2))));
    x->s1_sh = (uint8_t)bits64(desc, 9, 8);
    s1_perms(w, p, desc, h, x);
    COVER(COVER_LEAF, cover_leaf(false, p->granule, level));
    return true;
}

bool s1_walk(struct walk *w, uint64_t va, const struct walk_params *p, struct xlat *x, struct leaf *leaf)
{
    unsigned iasize = 64u - p->txsz;
    if (p->tsz_fault || va_out_of_range(w->r, va, iasize) || p->epd) {
        return s1_fault(w, FAULT_TRANSLATION, 0);
    }
    struct s1_hier h = { 0 };
    int level = p->start_level;
    uint64_t addr = desc_address(table_base(p, iasize), va, level, p->granule, iasize);
    if (addr >> p->oa_bits != 0) {
        return s1_fault(w, FAULT_ADDRESS_SIZE, 0);
    }
    for (;;) {
        uint64_t desc;
        if (!s1_fetch(w, va, addr, p, level, &desc)) {
            return false;
        }
        enum desc_kind kind = desc_kind(desc, level, p->granule);
        if (kind == DESC_INVALID) {
            return s1_fault(w, FAULT_TRANSLATION, level);
        }
        if (kind == DESC_LEAF) {
            leaf->desc = desc;
            leaf->addr = addr;
            return s1_leaf(w, p, desc, level, &h, x);
        }
        if (!p->hpd) {
            apply_table(&h, desc, w->r->regime != REGIME_EL2);
        }
        uint64_t base = desc & ones64(48) & ~ones64(p->granule);
        if (base >> p->oa_bits != 0) {
            return s1_fault(w, FAULT_ADDRESS_SIZE, level);
        }
        level++;
        addr = desc_address(base, va, level, p->granule, level_shift(level - 1, p->granule));
    }
}

bool s1_walk_plain(struct walk *w, uint64_t va, const struct walk_params *p, struct xlat *x)
{
    static const struct s1_hier unrestricted;
    const uint64_t restrictions = BIT64(59) | BIT64(60) | BIT64(61) | BIT64(62);
    unsigned iasize = 64u - p->txsz;
    if (va_out_of_range(w->r, va, iasize)) {
        return false;
    }
    unsigned shift = level_shift(p->start_level, 12);
    uint64_t base = table_base(p, iasize), desc;
    uint64_t at = (va & ones64(iasize)) >> shift;
    for (int level = p->start_level;; level++) {
        uint64_t addr = base + at * 8;
        if (base >> p->oa_bits != 0 || (w->s2 && !s2_table_plain(w, addr, &addr) && !s2_table_address(w, addr, false, &addr))) {
            return false;
        }
        const uint8_t *host = bus_ram(w->bus, addr, 8);
        if (host == NULL) {
            return false;
        }
        memcpy(&desc, host, 8);
        enum desc_kind kind = desc_kind(desc, level, 12);
        if (kind == DESC_LEAF) {
            return s1_leaf(w, p, desc, level, &unrestricted, x) && (x->flags & XF_S1_AF) == 0;
        }
        if (kind == DESC_INVALID || ((desc & restrictions) != 0 && !p->hpd)) {
            return false;
        }
        base = desc & ones64(48) & ~ones64(12);
        shift -= 9;
        at = bits64(va, shift + 8, shift);
    }
}

bool s1_update(struct walk *w, const struct walk_params *p, const struct xlat *x, const struct leaf *leaf, bool dirty)
{
    uint64_t desc = leaf->desc | DESC_AF;
    if (dirty && (x->flags & XF_S1_CLEAN) != 0) {
        desc &= ~DESC_AP2;
    }
    if (desc == leaf->desc || w->req->no_side_effects) {
        return true;
    }
    uint64_t pa;
    if (!s2_table_address(w, leaf->addr, true, &pa)) {
        return false;
    }
    return desc_write(w, pa, p->ee, desc) || s1_fault(w, FAULT_EXTERNAL_WALK, x->s1_level);
}
