/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random tables of both stages and random accesses to them, in every regime. The tables under test are those of one range (one
 * TTBR); what EL1 and EL0 need to come back is mapped well by the other range, or for EL2 in a part of the tables that is not random.
 */
#include "mmu.h"

const char *const mmu_regime_names[N_REGIMES] = { "el10", "el10s2", "s2", "el2", "el20" };

static bool chance(unsigned percent)
{
    return rng_below(100) < percent;
}

static unsigned pa_bits(void)
{
    static const unsigned char bits[] = { 32, 36, 40, 42, 44, 48 };
    return bits[RD(id_aa64mmfr0_el1) & 7];
}

static unsigned random_granule(void)
{
    bool g16 = ((RD(id_aa64mmfr0_el1) >> 20) & 15) == 1;
    switch (rng_below(4)) {
    case 0: return PAGE_64K;
    case 1: return g16 ? PAGE_16K : PAGE_4K;
    default: return PAGE_4K;
    }
}

/* A value for TCR.IPS, PS and the size that results. */
static unsigned random_ps(unsigned *bits)
{
    static const unsigned char sizes[] = { 32, 36, 40, 42, 44, 48 };
    unsigned ps = (unsigned)rng_below(6);
    *bits = sizes[ps] < pa_bits() ? sizes[ps] : pa_bits();
    return ps;
}

static u64 tg0(unsigned granule)
{
    return granule == PAGE_4K ? 0 : granule == PAGE_64K ? 1 : 2;
}

static u64 tg1(unsigned granule)
{
    return granule == PAGE_4K ? 2 : granule == PAGE_64K ? 3 : 1;
}

/* ---- stage 1 ---- */

static void new_s1(struct config *c)
{
    struct tree *t = &c->s1;
    unsigned ps, granule = random_granule();
    memset(t, 0, sizeof(*t));
    t->granule = granule;
    t->iasize = 25 + (unsigned)rng_below(24);                   /* TxSZ 39..16 */
    if (t->iasize < 32 && (c->regime == EL2_ONE || (c->regime == EL20 && !c->high))) {
        t->iasize = 32;                                         /* EL2 has itself to be mapped */
    }
    t->start = start_level(granule, t->iasize);
    t->el2 = c->regime == EL2_ONE;
    t->then_stage2 = c->regime == EL10_S2;
    ps = random_ps(&t->oasize);
    t->bad = chance(50) ? 4 : 12;
    t->hafdbs = has_vhe() && chance(40);
    t->root = pool_alloc(granule, 1);
    t->pending = c->pending;
    t->n_pending = &c->n_pending;

    static const unsigned char kinds[] = { 0x00, 0x04, 0x08, 0x0c, 0x44, 0xff, 0xbb, 0x4f, 0xf4, 0xaa, 0xcc, 0x77, 0x33, 0x94, 0xee, 0x5f };
    c->mair = 0;
    for (unsigned i = 0; i < 8; i++) {
        c->mair |= (u64)(chance(60) ? 0xff : kinds[rng_below(ARRAY_LEN(kinds))]) << (8 * i);
    }
    u64 tsz = 64 - t->iasize, walk = rng() & 0x3f00;            /* SH, ORGN, IRGN */
    if (c->regime == EL2_ONE) {
        c->tcr = 0x80800000u | tsz | walk | tg0(granule) << 14 | (u64)ps << 16 | (rng() & BIT(20));
        c->tcr |= has_vhe() && chance(25) ? BIT(24) : 0;        /* HPD */
        c->tcr |= t->hafdbs ? BIT(21) | (rng() & BIT(22)) : 0;
        return;
    }
    c->tcr = (u64)ps << 32;
    c->tcr |= c->high ? tsz << 16 | walk << 16 | tg1(granule) << 30 : tsz | walk | tg0(granule) << 14;
    c->tcr |= rng() & (c->high ? BIT(38) : BIT(37));            /* TBI */
    c->tcr |= has_vhe() && chance(25) ? BIT(c->high ? 42 : 41) : 0;
    c->tcr |= t->hafdbs ? BIT(39) | (rng() & BIT(40)) : 0;
    c->tcr |= chance(4) && (c->regime != EL20 || c->high) ? BIT(c->high ? 23 : 7) : 0;    /* EPD */
    c->tcr |= rng() & (BIT(36) | BIT(22));                      /* AS, A1 */
}

/* The range that is not under test: 4 KiB pages, 39 bits, what EL1 and EL0 execute, read-only. */
static void new_way_back(struct config *c)
{
    struct tree *t = &c->way_back;
    memset(t, 0, sizeof(*t));
    t->granule = PAGE_4K;
    t->iasize = 39;
    t->start = 1;
    t->root = pool_alloc(PAGE_4K, 1);
    for (u64 p = (u64)(uintptr_t)low_start; p < (u64)(uintptr_t)low_end; p += 4096) {
        map_page(t, p, p, 0xc0 | BIT(10) | 0x300 | 7 << 2);     /* read-only at EL1 and EL0, executable; attribute 7 */
    }
    c->mair |= UINT64_C(0xff) << 56;
    c->tcr |= c->high ? 25 | tg0(PAGE_4K) << 14 | 0x3500 : 25 << 16 | tg1(PAGE_4K) << 30 | 0x35000000;
}

/* EL2 as it is linked, and the pages of EL0, in the tables that are tested */
static void map_harness(struct config *c)
{
    struct tree *t = &c->s1;
    u64 page = BIT(t->granule);
    c->mair |= UINT64_C(0xff) << 56;
    for (u64 p = (u64)(uintptr_t)image_start; p < (u64)(uintptr_t)image_end; p += page) {
        bool low = p >= (u64)(uintptr_t)low_start && p < (u64)(uintptr_t)low_end;
        u64 attrs = BIT(10) | 0x300 | 7 << 2;
        if (t->el2) {
            attrs |= 0x40;
        } else {
            attrs |= low ? 0xc0 : BIT(54);
        }
        map_page(t, p, p, attrs);
    }
}

/* ---- stage 2 ---- */

/* Sizes of input that a start level allows: the tables of the start level may be up to 16 side by side. */
static void s2_shape(struct tree *t, unsigned *sl0)
{
    unsigned stride = t->granule - 3;
    for (;;) {
        t->iasize = 33 + (unsigned)rng_below(pa_bits() - 33 + 1);
        t->start = 3 - (int)rng_below(t->granule == PAGE_4K ? 4 : 3);
        unsigned below = t->granule + (unsigned)(3 - t->start) * stride;    /* one entry of the start level covers 2^below */
        if (t->iasize <= below || t->iasize > below + stride + 4) {
            continue;
        }
        if (t->granule == PAGE_4K && (t->start == 3 || (t->start == 0 && pa_bits() < 44))) {
            continue;
        }
        if (t->granule == PAGE_16K && t->start == 0) {
            continue;
        }
        if (t->granule != PAGE_4K && t->start == 1 && pa_bits() < 44) {
            continue;
        }
        unsigned index = t->iasize - below;
        t->concat = index > stride ? 1u << (index - stride) : 1;
        *sl0 = t->granule == PAGE_4K ? 2 - (unsigned)t->start : 3 - (unsigned)t->start;
        return;
    }
}

/* What EL1 and EL0 execute, and stage 1's tables, where they are */
void mmu_stage2_basics(struct config *c)
{
    struct tree *t = &c->s2;
    u64 page = BIT(t->granule), good = BIT(10) | 0x300 | (t->fwb ? 6 : 15) << 2 | 0xc0;
    for (u64 p = (u64)(uintptr_t)low_start; p < (u64)(uintptr_t)low_end; p += page) {
        map_page(t, p, p, good);
    }
    for (u64 p = POOL; p < POOL_END && c->regime == EL10_S2; p += page) {
        map_page(t, p, p, good);
    }
}

static void new_s2(struct config *c)
{
    struct tree *t = &c->s2;
    unsigned sl0, ps;
    memset(t, 0, sizeof(*t));
    t->granule = random_granule();
    s2_shape(t, &sl0);
    t->stage2 = true;
    ps = random_ps(&t->oasize);
    t->bad = chance(50) ? 4 : 12;
    t->hafdbs = has_vhe() && chance(40);
    t->fwb = (c->hcr & BIT(HCR_FWB)) != 0;
    t->root = pool_alloc(t->granule, t->concat);
    c->vtcr = BIT(31) | (64 - t->iasize) | sl0 << 6 | (rng() & 0x3f00) | tg0(t->granule) << 14 | (u64)ps << 16;
    c->vtcr |= t->hafdbs ? BIT(21) | (rng() & BIT(22)) : 0;
    c->vttbr = t->root | (rng() & 0xff) << 48;
    mmu_stage2_basics(c);
}

/* Which bits of an IPA can be used: stage 2 takes fewer than stage 1 gives at times. */
static void s2_map_pending(struct config *c)
{
    for (unsigned i = 0; i < c->n_pending; i++) {
        u64 ipa = c->pending[i].ipa;
        c->s2_leaf[i] = NULL;
        if (ipa >> c->s2.iasize == 0) {
            c->s2_leaf[i] = map_random(&c->s2, ipa, c->pending[i].table);
        }
        c->s2_was[i] = c->s2_leaf[i] != NULL ? *c->s2_leaf[i] : 0;
    }
}

/* ---- one configuration ---- */

static u64 random_va(const struct config *c)
{
    u64 va = random_address(c->s1.iasize);
    if (c->s1.iasize > 31 && (c->regime == EL2_ONE || (c->regime == EL20 && !c->high))) {
        va |= BIT(c->s1.iasize - 1);                            /* off the harness */
    }
    if (c->high) {
        va |= ~(BIT(c->s1.iasize) - 1);
    }
    return va;
}

static void choose_addresses(struct config *c)
{
    for (unsigned i = 0; i < N_ADDRESSES; i++) {
        u64 va;
        if (c->regime == S2_ONLY) {
            va = random_address(c->s2.iasize < pa_bits() ? c->s2.iasize : pa_bits());
            c->pending[c->n_pending++] = (struct pending){ va, 0 };
            c->va[i] = va;
            c->leaf[i] = NULL;
            continue;
        }
        va = i != 0 && chance(25) ? c->va[i - 1] ^ 0x1000 : random_va(c);
        c->leaf[i] = map_random(&c->s1, va, 0);
        c->leaf_was[i] = *c->leaf[i];
        u64 tag = chance(10) ? rng() & (UINT64_C(0xff) << 56) : 0;
        va ^= chance(4) && c->s1.iasize < 48 ? BIT(c->s1.iasize + rng_below(48 - c->s1.iasize)) : 0;
        c->va[i] = va ^ (c->regime == EL2_ONE ? tag : tag);
    }
}

static void new_config(struct config *c, enum regime regime)
{
    memset(c, 0, sizeof(*c));
    pool_reset();
    c->regime = regime;
    c->high = (regime == EL10 || regime == EL10_S2 || regime == EL20) && chance(30);
    c->hcr = HCR_BASE;
    c->sctlr = regime == EL2_ONE || regime == EL20 ? SCTLR_EL2_BASE : SCTLR_EL1_BASE;
    c->sctlr |= BIT(14) | BIT(26) | BIT(2) | (rng() & BIT(12));            /* DZE, UCI, C, I */
    c->sctlr &= ~(chance(25) ? BIT(2) : 0);
    c->sctlr &= ~(has_vhe() ? rng() & BIT(23) : 0);                        /* SPAN */
    if (regime != S2_ONLY) {
        new_s1(c);
        c->sctlr |= 1;
        u64 ttbr = c->s1.root | (rng() & 0xffff) << 48;
        if (chance(3) && c->s1.oasize < 48 && (regime == EL10 || regime == EL10_S2)) {
            ttbr |= BIT(c->s1.oasize);                          /* out of range */
        }
        c->ttbr0 = c->high ? 0 : ttbr;
        c->ttbr1 = c->high ? ttbr : 0;
        if (regime == EL10 || regime == EL10_S2) {
            c->sctlr |= chance(15) ? BIT(19) : 0;               /* WXN */
            new_way_back(c);
            *(c->high ? &c->ttbr0 : &c->ttbr1) = c->way_back.root | (rng() & 0xffff) << 48;
        }
    }
    if (regime == EL2_ONE) {
        c->ttbr0 &= BIT(48) - 1;
    }
    if (regime == EL10_S2 || regime == S2_ONLY) {
        c->hcr |= BIT(HCR_VM) | (rng() & rng() & (BIT(HCR_PTW) | BIT(HCR_CD) | BIT(HCR_ID)));
        c->hcr |= regime == S2_ONLY && chance(40) ? BIT(HCR_DC) : 0;
        c->hcr |= has_fwb() && chance(60) ? BIT(HCR_FWB) : 0;
        new_s2(c);
    }
    if (regime == EL2_ONE || (regime == EL20 && !c->high)) {
        map_harness(c);
    }
    choose_addresses(c);
    if (regime == EL20 && c->high) {
        /* the harness needs a lower range that is sound */
        struct tree lower = c->s1;
        c->s1.granule = PAGE_4K;
        c->s1.iasize = 39;
        c->s1.start = 1;
        c->s1.root = pool_alloc(PAGE_4K, 1);
        map_harness(c);
        c->ttbr0 = c->s1.root;
        c->tcr |= 25 | 0x3500;
        c->s1 = lower;
    }
    if (regime == EL20) {
        c->hcr = HCR_HOST;
    }
    s2_map_pending(c);
}

/* A configuration without anything random in its tables: only what is needed to run, all of it good. */
void mmu_clean_config(struct config *c, enum regime regime, unsigned granule)
{
    memset(c, 0, sizeof(*c));
    pool_reset();
    c->regime = regime;
    c->hcr = regime == EL20 ? HCR_HOST : HCR_BASE;
    c->sctlr = (regime == EL2_ONE || regime == EL20 ? SCTLR_EL2_BASE : SCTLR_EL1_BASE) | 0x1005;
    new_s1(c);
    struct tree *t = &c->s1;
    t->granule = granule;
    t->iasize = 40;
    t->start = start_level(granule, 40);
    t->bad = 0;
    t->hafdbs = false;
    c->mair = UINT64_C(0xffffffffffffffff);
    u64 tsz = 24 | 0x3500 | tg0(granule) << 14;
    c->tcr = regime == EL2_ONE ? 0x80800000u | tsz | 5 << 16 : tsz | UINT64_C(5) << 32;
    c->ttbr0 = t->root;
    if (regime == EL10 || regime == EL10_S2) {
        new_way_back(c);
        c->ttbr1 = c->way_back.root;
    } else {
        map_harness(c);
    }
    if (regime == EL10_S2) {
        c->hcr |= BIT(HCR_VM);
        new_s2(c);
        c->s2.granule = granule;
        c->s2.iasize = 40;
        c->s2.start = granule == PAGE_4K ? 1 : 2;
        unsigned below = granule + (unsigned)(3 - c->s2.start) * (granule - 3), index = 40 - below;
        c->s2.concat = index > granule - 3 ? 1u << (index - (granule - 3)) : 1;
        c->s2.root = pool_alloc(granule, c->s2.concat);
        c->vtcr = BIT(31) | 24 | 1 << 6 | 0x3500 | tg0(granule) << 14 | (pa_bits() >= 40 ? 2 : 0) << 16;
        c->vttbr = c->s2.root;
        mmu_stage2_basics(c);
    }
}

/* TLBI ALLE2 is about EL2 or EL2&0, as HCR_EL2.E2H says. */
void mmu_flush(void)
{
    __asm__ volatile("dsb sy\n tlbi alle1\n tlbi alle2\n dsb sy\n isb" : : : "memory");
    if (has_vhe()) {
        WR(hcr_el2, HCR_HOST);
        __asm__ volatile("isb\n tlbi alle2\n dsb sy\n isb" : : : "memory");
        WR(hcr_el2, HCR_BASE);
        ISB();
    }
}

void mmu_install(const struct config *c)
{
    if (c->regime == EL2_ONE || c->regime == EL20) {
        /* TCR_EL2 has the layout of the regime; it is not used before SCTLR_EL2.M and HCR_EL2.E2H are set */
        WR(tcr_el2, c->tcr);
        WR(ttbr0_el2, c->ttbr0);
        WR(mair_el2, c->mair);
        if (has_vhe()) {
            WR(s3_4_c2_c0_1, c->ttbr1);
        }
        WR(cptr_el2, c->regime == EL20 ? 0x300000 : 0x33ff);
    } else {
        WR(tcr_el1, c->tcr);
        WR(ttbr0_el1, c->ttbr0);
        WR(ttbr1_el1, c->ttbr1);
        WR(mair_el1, c->mair);
        WR(sctlr_el1, c->sctlr);
        WR(vtcr_el2, c->vtcr | BIT(31));
        WR(vttbr_el2, c->vttbr);
        WR(vbar_el1, (u64)(uintptr_t)el1_vectors + mmu_alias(c->regime != S2_ONLY && !c->high));
    }
    mmu_flush();
}

u64 mmu_alias(bool high)
{
    return high ? UINT64_C(0xffffff8000000000) : 0;
}

/* ---- accesses ---- */

struct access {
    const char *name;
    const u32 *code;
    unsigned char els;          /* bit n: from EL n */
    unsigned char regimes;      /* bit n: in regime n */
    unsigned short offset;
    bool store, at, vhe;
};

#define R_ALL 0x1f
#define R_EL10 (1 << EL10 | 1 << EL10_S2)      /* not with stage 2 alone: the peer stops at AT S12E* there */
#define R_HOST (1 << EL2_ONE | 1 << EL20)

static const struct access accesses[] = {
    { "ldr", acc_ldr, 7, R_ALL, CODE_OFF, false, false, false },
    { "str", acc_str, 7, R_ALL, STORE_OFF, true, false, false },
    { "ldtr", acc_ldtr, 6, R_ALL, CODE_OFF, false, false, false },
    { "sttr", acc_sttr, 6, R_ALL, STORE_OFF, true, false, false },
    { "br", acc_br, 7, R_ALL, CODE_OFF, false, false, false },
    { "ldr1", acc_ldr, 7, R_ALL, CODE_OFF + 1, false, false, false },
    { "ldp4", acc_ldp, 2, R_ALL, CODE_OFF + 4, false, false, false },
    { "cross", acc_ldr, 6, R_ALL, 0xffc, false, false, false },
    { "ldxr", acc_ldxr, 1, R_ALL, CODE_OFF, false, false, false },
    { "ldadd", acc_ldadd, 7, R_ALL, STORE_OFF, true, false, true },
    { "cas", acc_cas, 2, R_ALL, STORE_OFF, true, false, true },
    { "s1e1r", acc_at_s1e1r, 6, R_ALL, CODE_OFF, false, true, false },
    { "s1e1w", acc_at_s1e1w, 6, R_ALL, CODE_OFF, false, true, false },
    { "s1e0r", acc_at_s1e0r, 6, R_ALL, CODE_OFF, false, true, false },
    { "s1e0w", acc_at_s1e0w, 6, R_ALL, CODE_OFF, false, true, false },
    { "s1e1rp", acc_at_s1e1rp, 6, R_ALL, CODE_OFF, false, true, true },
    { "s1e1wp", acc_at_s1e1wp, 6, R_ALL, CODE_OFF, false, true, true },
    { "s12e1r", acc_at_s12e1r, 4, R_EL10, CODE_OFF, false, true, false },
    { "s12e1w", acc_at_s12e1w, 4, R_EL10, CODE_OFF, false, true, false },
    { "s12e0r", acc_at_s12e0r, 4, R_EL10, CODE_OFF, false, true, false },
    { "s12e0w", acc_at_s12e0w, 4, R_EL10, CODE_OFF, false, true, false },
    { "s1e2r", acc_at_s1e2r, 4, R_HOST, CODE_OFF, false, true, false },
    { "s1e2w", acc_at_s1e2w, 4, R_HOST, CODE_OFF, false, true, false },
};

/* Descriptors as they were: what the hardware updated is for the next access to find clean. */
static bool restore(struct config *c)
{
    bool changed = false;
    for (unsigned i = 0; i < N_ADDRESSES; i++) {
        if (c->leaf[i] != NULL && *c->leaf[i] != c->leaf_was[i]) {
            *c->leaf[i] = c->leaf_was[i];
            changed = true;
        }
    }
    for (unsigned i = 0; i < c->n_pending; i++) {
        if (c->s2_leaf[i] != NULL && *c->s2_leaf[i] != c->s2_was[i]) {
            *c->s2_leaf[i] = c->s2_was[i];
            changed = true;
        }
    }
    return changed;
}

/* Where in DATA a store of this value went: the page's number. */
static u64 find_store(u64 value)
{
    for (u64 p = DATA; p < DATA_END; p += 4096) {
        if (*(volatile u64 *)(uintptr_t)(p + STORE_OFF) == value) {
            *(volatile u64 *)(uintptr_t)(p + STORE_OFF) = 0;
            return p >> 12;
        }
    }
    return 0;
}

/*
 * The bits of a result of AT that are defined: NS is UNKNOWN in Non-secure state, [11:10] are RES1 and IMPLEMENTATION DEFINED. With
 * the data cache off ATTR and SH may be those of the descriptor or those that result.
 */
static u64 par_bits(const struct config *c, u64 par)
{
    bool cached = (c->sctlr & BIT(2)) != 0 && (c->hcr & BIT(HCR_CD)) == 0;
    return par & 1 ? par & 0x37f : par & (cached ? ~UINT64_C(0xe00) : UINT64_C(0x0000fffffffff000));
}

/*
 * Would stage 2 deny the access that this AT asks about? The peer stops at an AT S12E* that ends in a permission fault of stage 2
 * (a failed assertion of its own), so those are left out.
 */
static bool s2_denies(struct config *c, unsigned i, const struct access *a)
{
    struct probe p;
    unsigned el = a->name[4] == '0' ? 0 : 1;
    bool write = a->name[5] == 'w';
    u64 alias = mmu_alias(!c->high);
    probe_init(&p, el, (const char *)(write ? acc_str : acc_ldr));
    p.pc += alias;
    p.lr += alias;
    p.hcr = c->hcr;
    p.x[2] = c->va[i] + STORE_OFF;
    struct outcome o = probe_go(&p);
    if (restore(c)) {
        mmu_flush();
    }
    return o.el == 2 && (o.esr & 0x3c) == 0xc && (o.esr & 0x80) == 0;
}

static void one_access(struct config *c, unsigned n, unsigned i, const struct access *a, unsigned el, u64 pstate)
{
    struct probe p;
    bool el1_tables = c->regime != EL2_ONE && c->regime != EL20 && c->regime != S2_ONLY;
    u64 alias = mmu_alias(el1_tables && !c->high && el < 2);
    u64 value = UINT64_C(0x5700000000000000) | (u64)n << 16 | i << 8 | el;
    probe_init(&p, el, (const char *)a->code);
    p.pc += alias;
    p.lr += alias;
    p.hcr = c->hcr;
    if (c->regime == EL2_ONE || c->regime == EL20) {
        p.sctlr_el2 = c->sctlr;
        WR(vbar_el1, el1_vectors);
    }
    p.spsr |= pstate;
    p.x[0] = a->store ? value : 0;
    p.x[1] = 0;
    p.x[2] = c->va[i] + a->offset;
    if (a->code == acc_cas) {
        p.x[0] = 0;                                             /* compare with what is there, store x1 */
        p.x[1] = value;
    }
    struct outcome o = probe_go(&p);
    say("%s.%d.%d.el%d.%s%s%s", mmu_regime_names[c->regime], n, i, el, a->name, pstate & BIT(22) ? ".pan" : "", pstate & BIT(23) ? ".uao" : "");
    say_outcome(&p, &o, SHOW_ELR);
    if (o.el == 0) {
        u64 v = a->at ? par_bits(c, p.x[0]) : a->store ? find_store(value) : a->code == acc_ldr || a->code == acc_ldtr ? p.x[0] : 0;
        say(" %x", v);
    }
    if (!a->at && c->leaf[i] != NULL) {
        say(" d=%x", *c->leaf[i] ^ c->leaf_was[i]);
    }
    if (!a->at) {
        for (unsigned k = 0; k < c->n_pending; k++) {
            if (c->s2_leaf[k] != NULL && *c->s2_leaf[k] != c->s2_was[k]) {
                say(" s2.%d=%x", k, *c->s2_leaf[k] ^ c->s2_was[k]);
            }
        }
    }
    say("\n");
    if (restore(c)) {
        mmu_flush();
    }
}

static void describe(const struct config *c, unsigned n)
{
    say("# %s.%d tcr=%x sctlr=%x hcr=%x mair=%x vtcr=%x", mmu_regime_names[c->regime], n, c->tcr, c->sctlr, c->hcr, c->mair, c->vtcr);
    for (unsigned i = 0; i < N_ADDRESSES; i++) {
        say("\n#  %d:%x", i, c->va[i]);
        if (c->leaf[i] != NULL) {
            say(",%x", *c->leaf[i]);
        }
    }
    for (unsigned i = 0; i < c->n_pending; i++) {
        say("\n#  s2.%d:%x,%x", i, c->pending[i].ipa, c->s2_was[i]);
    }
    say("\n");
}

/* Back to where the other groups start. */
void mmu_off(void)
{
    WR(sctlr_el1, SCTLR_EL1_BASE);
    WR(vttbr_el2, 0);
    WR(tcr_el2, 0x80800000u);
    WR(cptr_el2, 0x33ff);
    mmu_flush();
}

static struct config config;

static void run_config(enum regime regime, unsigned n)
{
    struct config *c = &config;
    new_config(c, regime);
    mmu_install(c);
    describe(c, n);
    for (unsigned i = 0; i < N_ADDRESSES; i++) {
        for (unsigned k = 0; k < ARRAY_LEN(accesses); k++) {
            const struct access *a = &accesses[k];
            if ((a->vhe && !has_vhe()) || (a->regimes >> regime & 1) == 0) {
                continue;
            }
            for (unsigned el = 0; el < 3; el++) {
                bool host = regime == EL2_ONE || regime == EL20;
                bool there = host ? el == 2 || (el == 0 && regime == EL20) : el < 2 || a->at;
                if ((a->els >> el & 1) == 0 || !there) {
                    continue;
                }
                u64 pstate = has_vhe() && el != 0 ? rng() & (BIT(22) | BIT(23)) : 0;
                if (a->name[1] == '1' && a->name[2] == '2' && s2_denies(c, i, a)) {
                    continue;
                }
                one_access(c, n, i, a, el, pstate);
            }
        }
    }
    mmu_off();
}

void group_mmu(void)
{
    rng_seed(4);
    data_init();
    for (unsigned n = 0; n < 60; n++) {
        static const enum regime order[] = { EL10, EL10_S2, EL2_ONE, EL10_S2, S2_ONLY, EL20 };
        enum regime r = order[n % ARRAY_LEN(order)];
        if (r == EL20 && !has_vhe()) {
            r = EL10_S2;
        }
        run_config(r, n);
    }
    base_state();
    mmu_endian();
    mmu_walks();
}
