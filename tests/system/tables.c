/* SPDX-License-Identifier: Apache-2.0 */
/* Random translation tables: see tables.h. */
#include "tables.h"

static u64 pool_next;

void pool_reset(void)
{
    pool_next = POOL;
}

u64 pool_alloc(unsigned granule, unsigned count)
{
    u64 p = pool_next;
    u64 size = (u64)count << granule;
    u64 align = size > 0x10000 ? size : 0x10000;
    p = (p + align - 1) & ~(align - 1);
    pool_next = p + ((size + 0xffff) & ~UINT64_C(0xffff));
    if (pool_next > POOL_END) {
        say("# out of tables\n");
        pool_next = POOL_END;
        p = POOL;
    }
    memset((void *)(uintptr_t)p, 0, size);
    return p;
}

void data_init(void)
{
    for (u64 p = DATA; p < DATA_END; p += 4096) {
        *(volatile u64 *)(uintptr_t)(p + CODE_OFF) = 0xd65f03c0u | (p >> 12) << 32;
        *(volatile u64 *)(uintptr_t)(p + STORE_OFF) = 0;
    }
    DSB();
    __asm__ volatile("ic iallu\n dsb sy\n isb" : : : "memory");
}

static unsigned stride(const struct tree *t)
{
    return t->granule - 3;
}

static unsigned shift_of(const struct tree *t, int level)
{
    return t->granule + (unsigned)(3 - level) * stride(t);
}

int start_level(unsigned granule, unsigned iasize)
{
    return 3 - (int)((iasize - granule - 1) / (granule - 3));
}

u64 random_address(unsigned iasize)
{
    u64 a = rng() & (BIT(iasize) - 1);
    a = (a & ~UINT64_C(0x3f000000)) | (DATA & 0x3f000000);
    return a & (BIT(iasize) - 1) & ~UINT64_C(0xfff);
}

static u64 *entry_of(const struct tree *t, u64 table, int level, u64 va)
{
    unsigned top = level == t->start ? t->iasize : shift_of(t, level - 1);
    u64 index = (va & (top >= 64 ? ~UINT64_C(0) : BIT(top) - 1)) >> shift_of(t, level);
    return (u64 *)(uintptr_t)(table + index * 8);
}

static bool is_table(const struct tree *t, u64 d, int level)
{
    (void)t;
    return level < 3 && (d & 3) == 3;
}

static u64 table_at(const struct tree *t, u64 d)
{
    return d & ((BIT(48) - 1) & ~(BIT(t->granule) - 1));
}

void map_page(struct tree *t, u64 va, u64 pa, u64 attrs)
{
    (void)map_leaf(t, va, pa, attrs, 3);
}

u64 *map_leaf(struct tree *t, u64 va, u64 pa, u64 attrs, int last)
{
    u64 table = t->root;
    for (int level = t->start; level < last; level++) {
        u64 *e = entry_of(t, table, level, va);
        if (*e == 0) {
            *e = pool_alloc(t->granule, 1) | 3;
        }
        table = table_at(t, *e);
    }
    u64 *e = entry_of(t, table, last, va);
    *e = pa | attrs | (last == 3 ? 3 : 1);
    return e;
}

/* ---- random descriptors ---- */

static bool chance(unsigned percent)
{
    return rng_below(100) < percent;
}

static bool block_allowed(const struct tree *t, int level)
{
    return t->granule == PAGE_4K ? level == 1 || level == 2 : level == 2;
}

/* Attributes of a leaf without address, type and contiguous bit. Permissive ones are more frequent. */
static u64 random_leaf(const struct tree *t)
{
    static const unsigned char sh[] = { 0, 2, 3, 3 };           /* 1 is reserved */
    u64 d = (u64)sh[rng_below(4)] << 8;
    d |= chance(90) ? BIT(10) : 0;                              /* AF */
    d |= rng() & (UINT64_C(0xf) << 55);                         /* ignored */
    d |= t->hafdbs && chance(40) ? BIT(51) : 0;                 /* DBM */
    if (t->stage2) {
        static const u64 memattr[] = { 0, 1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15, 15, 15 };
        static const u64 forced[] = { 0, 1, 2, 3, 5, 6, 7, 6, 7, 6, 7 };       /* of these bit 2 says Normal, 4 is reserved */
        u64 plain = memattr[rng_below(ARRAY_LEN(memattr))];
        d |= (t->fwb ? forced[rng_below(ARRAY_LEN(forced))] : plain) << 2;
        d |= chance(60) ? 0xc0 : rng() & 0xc0;                  /* S2AP */
        d |= chance(60) ? 0 : rng() & (UINT64_C(3) << 53);      /* XN */
        return d;
    }
    d |= rng() & 0x1c;                                          /* AttrIndx */
    d |= rng() & BIT(11);                                       /* nG */
    d |= chance(30) ? 0x40 : rng() & 0xc0;                      /* AP */
    d |= chance(60) ? 0 : rng() & (UINT64_C(3) << 53);          /* XN, PXN */
    if (t->el2) {
        d |= chance(80) ? 0x40 : 0;                             /* AP[1] is RES1 */
        d &= ~BIT(53);
        d &= ~BIT(11);
    }
    return d;
}

static u64 random_table_bits(const struct tree *t)
{
    u64 d = rng() & (UINT64_C(0x7f) << 52) & ~(UINT64_C(1) << 58);      /* ignored */
    if (!t->stage2 && chance(40)) {
        d |= rng() & (UINT64_C(0xf) << 59);                     /* PXNTable, XNTable, APTable */
    }
    if (t->el2) {
        d &= ~(BIT(59) | BIT(61));
    }
    return d;
}

static void add_pending(struct tree *t, u64 ipa, u64 table)
{
    if (t->then_stage2 && *t->n_pending < MAX_PENDING) {
        t->pending[(*t->n_pending)++] = (struct pending){ ipa, table };
    }
}

/* Output address of a leaf of 2^shift bytes for va: in DATA, or an IPA that stage 2 will map, or (bad) too large. */
static u64 random_output(struct tree *t, u64 va, unsigned shift)
{
    u64 mask = BIT(shift) - 1;
    if (chance(t->bad / 2) && t->oasize < 48) {
        return ((rng() | BIT(t->oasize)) & (BIT(48) - 1)) & ~mask;
    }
    if (t->then_stage2) {
        u64 ipa = random_address(t->oasize < 40 ? t->oasize : 40);
        ipa = (ipa & ~mask) | (va & mask);
        add_pending(t, ipa, 0);
        return ipa & ~mask;
    }
    return (DATA | (shift < 24 ? rng() & 0xffffff : 0)) & ~mask;
}

/* Entries that the contiguous bit covers at a level, or 0. */
static unsigned contiguous(const struct tree *t, int level)
{
    switch (t->granule) {
    case PAGE_4K: return level >= 2 ? 16 : 0;
    case PAGE_16K: return level == 3 ? 128 : level == 2 ? 32 : 0;
    default: return level >= 2 ? 32 : 0;
    }
}

static void place_leaf(struct tree *t, u64 *e, u64 va, int level, u64 table)
{
    unsigned shift = shift_of(t, level), n = contiguous(t, level);
    u64 d = random_leaf(t) | (level == 3 ? 3 : 1);
    if (table != 0) {
        u64 page = (va & (BIT(t->granule) - 1) & 0xffff) != 0 ? table & ~(BIT(t->granule) - 1) : table;
        *e = d | (page & ~(BIT(t->granule) - 1));
        return;
    }
    if (n != 0 && chance(20)) {
        /* the whole group, with one range of outputs */
        unsigned group = shift + (unsigned)__builtin_ctz(n);
        u64 oa = random_output(t, va, group);
        u64 *first = (u64 *)((uintptr_t)e & ~(uintptr_t)(n * 8 - 1));
        bool empty = true;
        for (unsigned i = 0; i < n; i++) {
            empty = empty && first[i] == 0;
        }
        if (empty && group <= 30) {
            for (unsigned i = 0; i < n; i++) {
                first[i] = (oa + ((u64)i << shift)) | d | BIT(52);
            }
            return;
        }
    }
    *e = random_output(t, va, shift) | d;
}

u64 *map_random(struct tree *t, u64 va, u64 table)
{
    u64 at = t->root;
    for (int level = t->start;; level++) {
        u64 *e = entry_of(t, at, level, va);
        if (*e != 0 && !is_table(t, *e, level)) {
            return e;
        }
        if (*e == 0) {
            if (chance(t->bad)) {
                /* invalid, a block where none can be, a reserved type */
                *e = (rng() & ~UINT64_C(3)) | (level == 3 ? 1 : block_allowed(t, level) ? 2 : rng() & 1);
                return e;
            }
            if (level == 3 || (block_allowed(t, level) && table == 0 && chance(25))) {
                place_leaf(t, e, va, level, table);
                return e;
            }
            u64 next = pool_alloc(t->granule, 1), ipa = next;
            if (chance(t->bad / 3) && t->oasize < 48) {
                *e = (next | BIT(t->oasize)) | 3;
                return e;
            }
            if (t->then_stage2 && chance(25)) {
                ipa = (random_address(t->oasize < 40 ? t->oasize : 40) & ~UINT64_C(0xffffff)) | (next & 0xffffff);
                u64 *inner = entry_of(t, 0, level + 1, va);
                add_pending(t, ipa + ((u64)(uintptr_t)inner & ~UINT64_C(7)), next + ((u64)(uintptr_t)inner & ~UINT64_C(7)));
                *e = ipa | random_table_bits(t) | 3;
                /* Only the walk sees it: what it leads to hangs below the table itself. */
                struct tree below = *t;
                below.root = next;
                below.start = level + 1;
                below.iasize = shift_of(t, level);
                return map_random(&below, va & (BIT(below.iasize) - 1), table);
            }
            *e = ipa | random_table_bits(t) | 3;
        }
        at = table_at(t, *e);
        if (at < POOL || at >= POOL_END) {
            return e;                       /* behind an IPA: made already */
        }
    }
}
