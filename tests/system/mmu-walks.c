/* SPDX-License-Identifier: Apache-2.0 */
/* Walks that meet nothing: a table of stage 1 or 2, at each level, where no memory answers (synchronous External abort on a walk). */
#include "mmu.h"

#define HOLE UINT64_C(0x0b000000)

static struct config config;

static const struct look {
    const char *name;
    const u32 *code;
    unsigned els;               /* bit n: from EL n */
} looks[] = {
    { "ldr", acc_ldr, 7 }, { "str", acc_str, 7 }, { "br", acc_br, 7 }, { "at_s1e1r", acc_at_s1e1r, 6 }, { "at_s1e0w", acc_at_s1e0w, 4 },
    { "at_s12e1r", acc_at_s12e1r, 4 },
};

/* The descriptor of a tree for va at a level */
static u64 *descriptor(const struct tree *t, u64 va, int level)
{
    u64 table = t->root;
    for (int l = t->start;; l++) {
        unsigned shift = t->granule + (unsigned)(3 - l) * (t->granule - 3);
        unsigned top = l == t->start ? t->iasize : shift + t->granule - 3;
        u64 *e = (u64 *)(uintptr_t)(table + ((va & (BIT(top) - 1)) >> shift) * 8);
        if (l == level) {
            return e;
        }
        table = *e & ((BIT(48) - 1) & ~(BIT(t->granule) - 1));
    }
}

static void look_all(const struct config *c, const char *what, unsigned granule, int level, bool tea, u64 va)
{
    bool host = c->regime == EL2_ONE || c->regime == EL20;
    for (unsigned i = 0; i < ARRAY_LEN(looks); i++) {
        for (unsigned el = 0; el < 3; el++) {
            struct probe p;
            u64 alias = mmu_alias(!host && el < 2);
            bool at = looks[i].name[0] == 'a';
            if ((looks[i].els >> el & 1) == 0 || (host && (el == 1 || at)) || (c->regime == EL2_ONE && el == 0) || (!host && el == 2 && !at)) {
                continue;
            }
            mmu_flush();
            probe_init(&p, el, looks[i].code);
            p.pc += alias;
            p.lr += alias;
            p.hcr = c->hcr | (tea ? BIT(HCR_TEA) : 0);
            p.sctlr_el2 = host ? c->sctlr : p.sctlr_el2;
            p.x[2] = va;
            struct outcome o = probe_go(&p);
            say("walk.%s.%s.%d.level%d%s.%s.el%d", mmu_regime_names[c->regime], what, granule, (unsigned)level, tea ? ".tea" : "", looks[i].name, el);
            say_outcome(&p, &o, looks[i].code == acc_br ? 0 : SHOW_ELR);
            say(o.el == 0 && at ? " par=%x\n" : "\n", p.x[0] & 1 ? p.x[0] & 0x37f : 0);
        }
    }
}

static void one(enum regime regime, unsigned granule, unsigned kind, int level, bool tea)
{
    static const char *const kinds[] = { "stage1", "stage2", "stage1.ipa", "stage2.ptw" };
    struct config *c = &config;
    u64 va = (DATA & 0x3f000000) | UINT64_C(0x1200000000), ipa = va ^ UINT64_C(0x8000000000), page = BIT(granule);
    mmu_clean_config(c, regime, granule);
    bool s2 = regime == EL10_S2;
    map_leaf(&c->s1, va, s2 ? ipa : DATA, BIT(10) | 0x300 | 0x40, 3);
    if (s2) {
        map_page(&c->s2, ipa, DATA, BIT(10) | 0x300 | 15 << 2 | 0xc0);
    }
    struct tree *t = kind == 0 || kind == 2 ? &c->s1 : &c->s2;
    unsigned shift = granule + (unsigned)(3 - level) * (granule - 3);
    bool host = regime == EL2_ONE || regime == EL20;
    if (level < t->start || (host && va >> shift == (u64)(uintptr_t)image_start >> shift)) {
        return;                                                 /* (the harness is seen through the same descriptor) */
    }
    switch (kind) {
    case 0:
        *descriptor(t, va, level) = HOLE | 3;
        break;
    case 1:
        *descriptor(t, ipa, level) = HOLE | 3;
        break;
    case 2:
        /* stage 1's table at an IPA that stage 2 maps to nothing */
        map_page(&c->s2, ipa + 16 * page, HOLE & ~(page - 1), BIT(10) | 0x300 | 15 << 2 | 0xc0);
        *descriptor(t, va, level) = (ipa + 16 * page) | 3;
        break;
    default:
        /* stage 1's last table at an IPA for which stage 2 has a table that is not there */
        map_page(&c->s2, UINT64_C(0xc000000000), DATA, BIT(10) | 0x300 | 15 << 2 | 0xc0);
        *descriptor(t, UINT64_C(0xc000000000), level) = HOLE | 3;
        *descriptor(&c->s1, va, 2) = UINT64_C(0xc000000000) | 3;
    }
    mmu_install(c);
    look_all(c, kinds[kind], granule, level, tea, va);
    mmu_off();
}

void mmu_walks(void)
{
    static const unsigned granules[] = { PAGE_4K, PAGE_64K, PAGE_16K };
    for (unsigned r = 0; r < N_REGIMES; r++) {
        if (r == S2_ONLY || (r == EL20 && !has_vhe())) {
            continue;
        }
        for (unsigned g = 0; g < (has_vhe() ? 3u : 2u); g++) {
            for (int level = 0; level < 3; level++) {
                for (unsigned kind = 0; kind < (r == EL10_S2 ? 4u : 1u); kind++) {
                    one((enum regime)r, granules[g], kind, level, false);
                    if (has_vhe()) {
                        one((enum regime)r, granules[g], kind, level, true);
                    }
                    base_state();
                }
            }
        }
    }
}
