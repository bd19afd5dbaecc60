/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Break-before-make with every TLB maintenance instruction that covers the entry, and switches of ASID and VMID without any: only
 * what the architecture determines, so a stale entry or a missing tag shows.
 */
#include "mmu.h"

enum operand { O_NONE, O_VA, O_ASID, O_IPA };

struct op {
    const char *name;
    const u32 *code;
    unsigned char regimes;      /* bit n: in regime n */
    unsigned char stage;        /* 1: an entry of stage 1 changes, 2: of stage 2 */
    unsigned char els;          /* who executes it */
    unsigned char operand;
};

extern const u32 inv_vmalle1[], inv_vmalle1is[], inv_vae1[], inv_vae1is[], inv_vaae1[], inv_vaae1is[], inv_vale1[], inv_vale1is[], inv_vaale1[],
    inv_vaale1is[], inv_aside1[], inv_aside1is[], inv_alle1[], inv_alle1is[], inv_vmalls12e1[], inv_vmalls12e1is[], inv_vae2[], inv_vae2is[],
    inv_vale2[], inv_vale2is[], inv_alle2[], inv_alle2is[], inv_ipas2e1[], inv_ipas2e1is[], inv_ipas2le1[], inv_ipas2le1is[];

#define E1 (1 << EL10 | 1 << EL10_S2)
#define H (1 << EL20)
#define E2 (1 << EL2_ONE | 1 << EL20)
#define S2 (1 << EL10_S2)

static const struct op ops[] = {
    { "vmalle1", inv_vmalle1, E1, 1, 6, O_NONE }, { "vmalle1is", inv_vmalle1is, E1, 1, 6, O_NONE },
    { "vae1", inv_vae1, E1, 1, 6, O_VA }, { "vae1is", inv_vae1is, E1, 1, 6, O_VA },
    { "vaae1", inv_vaae1, E1, 1, 6, O_VA }, { "vaae1is", inv_vaae1is, E1, 1, 6, O_VA },
    { "vale1", inv_vale1, E1, 1, 6, O_VA }, { "vale1is", inv_vale1is, E1, 1, 6, O_VA },
    { "vaale1", inv_vaale1, E1, 1, 6, O_VA }, { "vaale1is", inv_vaale1is, E1, 1, 6, O_VA },
    { "aside1", inv_aside1, E1, 1, 6, O_ASID }, { "aside1is", inv_aside1is, E1, 1, 6, O_ASID },
    { "alle1", inv_alle1, E1, 1, 4, O_NONE }, { "alle1is", inv_alle1is, E1, 1, 4, O_NONE },
    { "vmalls12e1", inv_vmalls12e1, E1, 1, 4, O_NONE }, { "vmalls12e1is", inv_vmalls12e1is, E1, 1, 4, O_NONE },
    { "vae2", inv_vae2, E2, 1, 4, O_VA }, { "vae2is", inv_vae2is, E2, 1, 4, O_VA },
    { "vale2", inv_vale2, E2, 1, 4, O_VA }, { "vale2is", inv_vale2is, E2, 1, 4, O_VA },
    { "alle2", inv_alle2, E2, 1, 4, O_NONE }, { "alle2is", inv_alle2is, E2, 1, 4, O_NONE },
    { "host.vmalle1", inv_vmalle1, H, 1, 4, O_NONE }, { "host.vae1is", inv_vae1is, H, 1, 4, O_VA },
    { "host.vaale1", inv_vaale1, H, 1, 4, O_VA }, { "host.aside1is", inv_aside1is, H, 1, 4, O_ASID },
    { "ipas2e1", inv_ipas2e1, S2, 2, 4, O_IPA }, { "ipas2e1is", inv_ipas2e1is, S2, 2, 4, O_IPA },
    { "ipas2le1", inv_ipas2le1, S2, 2, 4, O_IPA }, { "ipas2le1is", inv_ipas2le1is, S2, 2, 4, O_IPA },
    { "s2.vmalls12e1", inv_vmalls12e1, S2, 2, 4, O_NONE }, { "s2.vmalls12e1is", inv_vmalls12e1is, S2, 2, 4, O_NONE },
    { "s2.alle1", inv_alle1, S2, 2, 4, O_NONE }, { "s2.alle1is", inv_alle1is, S2, 2, 4, O_NONE },
};

static struct config config;
static u64 asid;

static bool host_regime(const struct config *c)
{
    return c->regime == EL2_ONE || c->regime == EL20;
}

static void run(const struct config *c, struct probe *p, unsigned el, const u32 *code, u64 x2, u64 x0, struct outcome *o)
{
    u64 alias = mmu_alias(!host_regime(c) && el < 2);
    probe_init(p, el, code);
    p->pc += alias;
    p->lr += alias;
    p->hcr = c->hcr;
    if (host_regime(c)) {
        p->sctlr_el2 = c->sctlr;
    }
    p->x[0] = x0;
    p->x[2] = x2;
    *o = probe_go(p);
}

/* A load (or a store) at va, as a line. */
static void look(const struct config *c, const char *what, unsigned n, const char *step, u64 va, bool store)
{
    struct probe p;
    struct outcome o;
    unsigned el = host_regime(c) ? (c->regime == EL20 && rng_below(2) ? 0 : 2) : (unsigned)rng_below(2);
    run(c, &p, el, store ? acc_str : acc_ldr, va + (store ? STORE_OFF : CODE_OFF), 0, &o);
    say("%s.%s.%d.%s%s.el%d", mmu_regime_names[c->regime], what, n, step, store ? ".st" : "", el);
    say_outcome(&p, &o, 0);
    say(o.el == 0 && !store ? " %x\n" : "\n", p.x[0]);
}

static void invalidate(const struct config *c, const struct op *op, u64 va, u64 ipa)
{
    struct probe p;
    struct outcome o;
    unsigned el = op->els == 4 ? 2 : rng_below(2) ? 2 : 1;
    u64 x2 = op->operand == O_VA ? ((va >> 12) & (BIT(44) - 1)) | asid << 48 : op->operand == O_ASID ? asid << 48 : ipa >> 12;
    run(c, &p, el, op->code, x2, 0, &o);
    if (o.el != 0) {
        say("# %s failed\n", op->name);
    }
}

static u64 data_block(unsigned shift)
{
    return (DATA | (shift < 24 ? rng() & 0xffffff : 0)) & ~(BIT(shift) - 1);
}

static u64 leaf_attrs(bool stage2, bool ng)
{
    return stage2 ? BIT(10) | 0x300 | 15 << 2 | 0xc0 : BIT(10) | 0x300 | 0x40 | (ng ? BIT(11) : 0) | BIT(53) | BIT(54);
}

/* Levels at which a leaf can be, and its size. */
static int random_leaf_level(unsigned granule)
{
    switch (rng_below(3)) {
    case 0: return granule == PAGE_4K ? 1 + (int)rng_below(2) : 2;
    default: return 3;
    }
}

static void set_asid(struct config *c, u64 a)
{
    asid = a;
    c->ttbr0 = (c->ttbr0 & (BIT(48) - 1)) | a << 48;
    if (host_regime(c)) {
        WR(ttbr0_el2, c->ttbr0);
    } else {
        WR(ttbr0_el1, c->ttbr0);
    }
    ISB();
}

/* Unmapped, mapped, broken, made anew: the middle two with maintenance. */
static void one_trial(struct config *c, unsigned n, const struct op *op)
{
    unsigned granule = c->s1.granule, stride = granule - 3;
    bool s2 = c->regime == EL10_S2;
    int level = random_leaf_level(granule), level2 = random_leaf_level(granule);
    unsigned shift = granule + (unsigned)(3 - level) * stride, shift2 = granule + (unsigned)(3 - level2) * stride;
    /* an own gigabyte (or half) each time, so that nothing is in the way */
    u64 va = (DATA & 0x3f000000) | (u64)(n + 4) << 30 | (rng() & 0xfff000), ipa = va ^ UINT64_C(0x8000000000);
    if (c->regime == EL20 || c->regime == EL10 || s2) {
        set_asid(c, 1 + rng_below(250));
    }
    u64 out = s2 ? ipa & ~(BIT(shift) - 1) : data_block(shift);
    if (s2 && op->stage == 1) {
        /* stage 2 is the identity for all of DATA */
        out = data_block(shift);
    }
    u64 *leaf = map_leaf(&c->s1, va, out, leaf_attrs(false, op->operand == O_ASID || rng_below(2) != 0) & (c->regime == EL2_ONE ? ~BIT(53) & ~BIT(11) : ~UINT64_C(0)), level);
    u64 *leaf2 = NULL;
    if (s2 && op->stage == 2) {
        leaf2 = map_leaf(&c->s2, (out & ~(BIT(shift) - 1)) | (va & (BIT(shift) - 1)), data_block(shift2), leaf_attrs(true, false), level2);
    }
    u64 *e = op->stage == 2 ? leaf2 : leaf;
    u64 target = op->stage == 2 ? (out & ~(BIT(shift) - 1)) | (va & (BIT(shift) - 1)) : 0;
    unsigned size = op->stage == 2 ? shift2 : shift;
    u64 old = *e;
    DSB();
    look(c, op->name, n, "map", va, false);
    *e = 0;
    invalidate(c, op, va, target);
    look(c, op->name, n, "break", va, false);
    *e = (old & ~((BIT(48) - 1) & ~(BIT(granule) - 1))) | data_block(size);
    DSB();
    ISB();
    look(c, op->name, n, "make", va, false);
    /* permissions need no break */
    *e = op->stage == 2 ? *e & ~UINT64_C(0x80) : *e | 0x80;
    invalidate(c, op, va, target);
    look(c, op->name, n, "ro", va, true);
    *e = op->stage == 2 ? *e | 0x80 : *e & ~UINT64_C(0x80);
    invalidate(c, op, va, target);
    look(c, op->name, n, "rw", va, true);
    *e &= ~BIT(10);
    invalidate(c, op, va, target);
    look(c, op->name, n, "af", va, false);
}

/* Stage 2 of DATA as it is */
static void identity_data(struct config *c)
{
    for (u64 p = DATA; p < DATA_END; p += BIT(c->s2.granule)) {
        map_page(&c->s2, p, p, leaf_attrs(true, false));
    }
}

static void maintenance(enum regime regime, unsigned granule, unsigned *n)
{
    struct config *c = &config;
    mmu_clean_config(c, regime, granule);
    if (regime == EL10_S2) {
        identity_data(c);
    }
    mmu_install(c);
    for (unsigned k = 0; k < ARRAY_LEN(ops); k++) {
        if ((ops[k].regimes >> regime & 1) != 0) {
            one_trial(c, (*n)++ % 200, &ops[k]);
        }
    }
    mmu_off();
}

/* ---- tags ---- */

/* Four address spaces with an ASID each: non-global pages differ, and only TTBR0 changes. */
static void asids(enum regime regime, bool wide)
{
    struct config *c = &config;
    u64 roots[4], ids[4] = { 1, 2, 0x80, 0xff };
    mmu_clean_config(c, regime, PAGE_4K);
    for (unsigned i = 0; i < 4; i++) {
        c->s1.root = pool_alloc(PAGE_4K, c->s1.iasize > 39 ? 2 : 1);
        roots[i] = c->s1.root;
        ids[i] |= wide ? (u64)(i + 1) << 8 : 0;
        ids[i] = wide && i == 1 ? ids[0] ^ 0x200 : ids[i];      /* differs in the upper byte alone */
        if (regime == EL20) {
            for (u64 p = (u64)(uintptr_t)image_start; p < (u64)(uintptr_t)image_end; p += 4096) {
                bool low = p >= (u64)(uintptr_t)low_start && p < (u64)(uintptr_t)low_end;
                map_page(&c->s1, p, p, BIT(10) | 0x300 | (low ? 0xc0 : BIT(54)));
            }
        }
        for (unsigned k = 0; k < 8; k++) {
            map_page(&c->s1, UINT64_C(0x100000000) + k * 4096, DATA + (i * 64 + k) * 4096, leaf_attrs(false, true));
        }
    }
    c->tcr |= wide ? BIT(36) : 0;
    c->ttbr0 = roots[0];
    mmu_install(c);
    for (unsigned n = 0; n < 150; n++) {
        unsigned i = (unsigned)rng_below(4);
        c->ttbr0 = roots[i];
        set_asid(c, ids[i]);
        look(c, wide ? "asid16" : "asid", n, "use", UINT64_C(0x100000000) + rng_below(8) * 4096, false);
    }
    mmu_off();
}

/* Three machines with a VMID each */
static void vmids(bool wide)
{
    struct config *c = &config;
    u64 roots[3], ids[3] = { 1, 2, 0xff };
    mmu_clean_config(c, EL10_S2, PAGE_4K);
    u64 va = UINT64_C(0x100000000), ipa = UINT64_C(0x8000000000);
    for (unsigned k = 0; k < 8; k++) {
        map_page(&c->s1, va + k * 4096, ipa + k * 4096, leaf_attrs(false, k & 1));
    }
    for (unsigned i = 0; i < 3; i++) {
        c->s2.root = pool_alloc(PAGE_4K, c->s2.concat);
        roots[i] = c->s2.root;
        mmu_stage2_basics(c);
        for (unsigned k = 0; k < 8; k++) {
            map_page(&c->s2, ipa + k * 4096, DATA + (i * 64 + k) * 4096, leaf_attrs(true, false));
        }
        ids[i] |= wide ? (u64)(i + 1) << 8 : 0;
        ids[i] = wide && i == 1 ? ids[0] ^ 0x200 : ids[i];
    }
    c->vtcr |= wide ? BIT(19) : 0;
    c->vttbr = roots[0];
    mmu_install(c);
    for (unsigned n = 0; n < 150; n++) {
        unsigned i = (unsigned)rng_below(3);
        WR(vttbr_el2, roots[i] | ids[i] << 48);
        ISB();
        look(c, wide ? "vmid16" : "vmid", n, "use", va + rng_below(8) * 4096, false);
    }
    mmu_off();
}

void group_tlbi(void)
{
    unsigned n = 0;
    rng_seed(5);
    data_init();
    for (unsigned round = 0; round < 3; round++) {
        maintenance(EL10, PAGE_4K, &n);
        maintenance(EL10, PAGE_64K, &n);
        maintenance(EL2_ONE, PAGE_4K, &n);
        maintenance(EL2_ONE, PAGE_64K, &n);
        maintenance(EL10_S2, PAGE_4K, &n);
        if (has_vhe()) {
            maintenance(EL10, PAGE_16K, &n);
            maintenance(EL20, PAGE_4K, &n);
            maintenance(EL20, PAGE_64K, &n);
            maintenance(EL2_ONE, PAGE_16K, &n);
        }
    }
    asids(EL10, false);
    vmids(false);
    if (((RD(id_aa64mmfr0_el1) >> 4) & 15) == 2) {
        asids(EL10, true);
    }
    if (has_vhe()) {
        asids(EL20, false);
        asids(EL20, true);
        vmids(true);
    }
}
