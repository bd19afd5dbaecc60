/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The architectural TLB: set-associative, one store for all page sizes (the size is part of the tag and of the index).
 * A lookup probes one set for each page size that has an entry. Replacement takes the first free way, else the ways in
 * turn, so that it depends on the sequence of insertions and invalidations only.
 */
#include "mmu/tlb.h"

#include <stdlib.h>
#include <string.h>

enum {
    SET_BITS = 10,
    SETS = 1 << SET_BITS,
    WAYS = 4,
    SHIFT_MAX = 30,
    FRACT = 256,
    HOOK_MAX = 8,       /* an invalidation of more entries than this reports "everything" */
};

struct tag {
    uint64_t page;      /* first VA of the range, bits 63:56 a copy of bit 55 unless stage 1 is off; bits 5:0 shift */
    uint64_t ctx;       /* 0: free */
};

struct tlb {
    uint32_t sizes;                 /* bit n: there are entries of shift n */
    uint32_t n_fractured;           /* entries smaller than their stage 1 leaf */
    uint64_t fract_shifts;          /* shifts of stage 1 leaves that such entries ever had since there were none */
    uint16_t fract[FRACT];          /* how many of them, by hash of the leaf's VA: zero means none */
    uint32_t count;
    uint32_t n_size[SHIFT_MAX + 1];
    void (*inval)(void *opaque, uint64_t va, uint64_t len);
    void *inval_opaque;
    tlb_event_fn *event;
    void *event_opaque;
    uint64_t event_kinds;
    bool follows_walks;
    uint64_t live[SETS / 64];       /* sets that hold an entry */
    uint8_t next[SETS];             /* way to replace next */
    struct tag tag[SETS * WAYS];     /* of a set: WAYS in a row */
    struct xlat x[SETS * WAYS];
    struct s2_tlb s2;
};

/* Collects what one invalidation removed. */
struct gone {
    unsigned n;
    uint64_t page[HOOK_MAX];
};

struct tlb *tlb_new(void)
{
    return calloc(1, sizeof(struct tlb));
}

void tlb_free(struct tlb *t)
{
    free(t);
}

void tlb_set_inval_hook(struct tlb *t, void (*inval)(void *opaque, uint64_t va, uint64_t len), void *opaque)
{
    t->inval = inval;
    t->inval_opaque = opaque;
}

static inline uint64_t page_tag(uint64_t va, unsigned shift)
{
    return (va & ~ones64(shift)) | shift;
}

/* What of a context goes into the index: what a TLBI by VA knows, so that it finds the set. */
static inline unsigned who_of(uint64_t ctx)
{
    unsigned who = (unsigned)bits64(ctx, 33, 16);
    return who * 37 ^ who >> 12;
}

static inline unsigned set_of(uint64_t va, unsigned shift, unsigned who)
{
    uint64_t n = bits64(va, 55, 0) >> shift;
    return (unsigned)(n ^ n >> SET_BITS ^ n >> 2 * SET_BITS ^ shift << 5 ^ who) & (SETS - 1);
}

static inline unsigned fract_of(uint64_t va, unsigned s1_shift)
{
    uint64_t n = bits64(va, 55, 0) >> s1_shift;
    return (unsigned)(n ^ n >> 8 ^ n >> 16 ^ s1_shift * 9) & (FRACT - 1);
}

/* The same context with an entry that is global */
static inline uint64_t global_ctx(uint64_t ctx)
{
    return (ctx | CTX_GLOBAL) & ~UINT64_C(0xffff);
}

/* The entry that answers for va, or NULL. The smallest page wins when sizes overlap. */
static inline const struct tag *find(const struct tlb *t, uint64_t va, uint64_t ctx)
{
    uint64_t global = global_ctx(ctx);
    unsigned who = who_of(ctx);
    for (uint32_t m = t->sizes; m != 0; m &= m - 1) {
        unsigned shift = (unsigned)__builtin_ctz(m);
        uint64_t page = page_tag(va, shift);
        const struct tag *tag = &t->tag[set_of(va, shift, who) * WAYS];
        for (unsigned i = 0; i < WAYS; i++, tag++) {
            if (tag->page == page && (tag->ctx == ctx || tag->ctx == global)) {
                return tag;
            }
        }
    }
    return NULL;
}

const struct xlat *tlb_lookup(const struct tlb *t, uint64_t va, uint64_t ctx)
{
    const struct tag *tag = find(t, va, ctx);
    return tag != NULL ? &t->x[tag - t->tag] : NULL;
}

static void count_fract(struct tlb *t, uint64_t page, const struct xlat *x, int add)
{
    if (x->s1_shift <= x->shift) {
        return;
    }
    t->fract[fract_of(page, x->s1_shift)] += (uint16_t)add;
    t->n_fractured += (uint32_t)add;
    t->fract_shifts = t->n_fractured == 0 ? 0 : t->fract_shifts | BIT64(x->s1_shift);
}

/* May there be pieces of a stage 1 block that covers va? */
static bool maybe_pieces(const struct tlb *t, uint64_t va)
{
    for (uint64_t m = t->fract_shifts; m != 0; m &= m - 1) {
        if (t->fract[fract_of(va, (unsigned)__builtin_ctzll(m))] != 0) {
            return true;
        }
    }
    return false;
}

static void erase(struct tlb *t, unsigned n)
{
    struct tag *tag = &t->tag[n];
    const struct xlat *x = &t->x[n];
    t->count--;
    count_fract(t, tag->page, x, -1);
    if (--t->n_size[x->shift] == 0) {
        t->sizes &= ~(UINT32_C(1) << x->shift);
    }
    tag->ctx = 0;
    tag->page = 0;
    unsigned set = n / WAYS;
    const struct tag *all = &t->tag[set * WAYS];
    if ((all[0].ctx | all[1].ctx | all[2].ctx | all[3].ctx) == 0) {
        t->live[set >> 6] &= ~BIT64(set & 63);
    }
}

static void report_one(const struct tlb *t, uint64_t page)
{
    if (t->inval != NULL) {
        t->inval(t->inval_opaque, page & ~UINT64_C(63), BIT64(page & 63));
    }
}

static void drop_one(struct tlb *t, unsigned n)
{
    uint64_t page = t->tag[n].page;
    erase(t, n);
    report_one(t, page);
}

void tlb_drop(struct tlb *t, uint64_t va, uint64_t ctx)
{
    const struct tag *tag = find(t, va, ctx);
    if (tag != NULL) {
        drop_one(t, (unsigned)(tag - t->tag));
    }
}

static unsigned pick_way(struct tlb *t, unsigned set, uint64_t page, uint64_t ctx)
{
    const struct tag *tag = &t->tag[set * WAYS];
    for (unsigned i = 0; i < WAYS; i++) {
        if (tag[i].page == page && tag[i].ctx == ctx) {
            return i;
        }
    }
    for (unsigned i = 0; i < WAYS; i++) {
        if (tag[i].ctx == 0) {
            return i;
        }
    }
    unsigned way = t->next[set];
    t->next[set] = (uint8_t)((way + 1) % WAYS);
    return way;
}

void tlb_insert(struct tlb *t, uint64_t va, uint64_t ctx, const struct xlat *x)
{
    if ((x->flags & XF_NG) == 0) {
        ctx = global_ctx(ctx);
    }
    uint64_t page = page_tag(va, x->shift);
    unsigned set = set_of(va, x->shift, who_of(ctx));
    unsigned n = set * WAYS + pick_way(t, set, page, ctx);
    if (t->tag[n].ctx != 0) {
        drop_one(t, n);
    }
    t->tag[n] = (struct tag) { .page = page, .ctx = ctx };
    t->x[n] = *x;
    t->live[set >> 6] |= BIT64(set & 63);
    t->sizes |= UINT32_C(1) << x->shift;
    t->n_size[x->shift]++;
    count_fract(t, page, x, 1);
    t->count++;
    if (unlikely(tlb_tells(t, REC_TLB_FILL))) {
        tlb_tell(t, REC_TLB_FILL, x->shift, va & ~ones64(x->shift), x->pa, x->ipa, ctx);
    }
}

void tlb_set_event_hook(struct tlb *t, uint64_t kinds, bool repeats, tlb_event_fn *event, void *opaque)
{
    t->event = event;
    t->event_opaque = opaque;
    t->event_kinds = kinds;
    t->follows_walks = (kinds & REC_BIT(REC_WALK_STEP)) != 0 || ((kinds & REC_BIT(REC_WALK)) != 0 && repeats);
}

bool tlb_follows_walks(const struct tlb *t)
{
    return t->follows_walks;
}

bool tlb_tells(const struct tlb *t, unsigned kind)
{
    return (t->event_kinds & REC_BIT(kind)) != 0;
}

void tlb_tell(const struct tlb *t, unsigned kind, unsigned type, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    t->event(t->event_opaque, kind, type, a, b, c, d);
}

/* ---- invalidation ---- */

/* Does an invalidation concern an entry? By VA it reaches whatever was made from the stage 1 leaf that covers the
   address, by IPA whatever was made from the stage 2 leaf. */
static bool concerns(const struct tlbi_req *q, const struct tag *tag, const struct xlat *x)
{
    if (bits64(tag->ctx, 33, 32) != q->regime) {
        return false;
    }
    if (q->kind != TLBI_ALL && q->regime == REGIME_EL10 && bits64(tag->ctx, 31, 16) != q->vmid) {
        return false;
    }
    bool global = (tag->ctx & CTX_GLOBAL) != 0;
    bool asid = bits64(tag->ctx, 15, 0) == q->asid;
    uint64_t va_diff = ((tag->page ^ q->addr) & ones64(56)) >> x->s1_shift;
    switch (q->kind) {
    case TLBI_ALL:
    case TLBI_VMALL:
    case TLBI_VMALLS12:
        return true;
    case TLBI_ASID:
        return !global && asid;
    case TLBI_VA:
    case TLBI_VAL:
        return (global || asid) && va_diff == 0;
    case TLBI_VAA:
    case TLBI_VAAL:
        return va_diff == 0;
    case TLBI_IPAS2:
    case TLBI_IPAS2L:
        return (tag->ctx & CTX_S2) != 0 && ((x->ipa ^ q->addr) & ones64(52)) >> x->s2_shift == 0;
    default:
        return false;
    }
}

static void inval_set(struct tlb *t, const struct tlbi_req *q, unsigned set, struct gone *gone)
{
    for (unsigned i = set * WAYS; i < (set + 1) * WAYS; i++) {
        const struct tag *tag = &t->tag[i];
        if (tag->ctx != 0 && concerns(q, tag, &t->x[i])) {
            if (gone->n < HOOK_MAX) {
                gone->page[gone->n] = tag->page;
            }
            gone->n++;
            erase(t, i);
        }
    }
}

static void report(const struct tlb *t, const struct gone *gone)
{
    if (gone->n > HOOK_MAX) {
        if (t->inval != NULL) {
            t->inval(t->inval_opaque, 0, 0);
        }
        return;
    }
    for (unsigned i = 0; i < gone->n; i++) {
        report_one(t, gone->page[i]);
    }
}

static bool by_va(unsigned kind)
{
    return kind == TLBI_VA || kind == TLBI_VAL || kind == TLBI_VAA || kind == TLBI_VAAL;
}

void tlb_invalidate(struct tlb *t, const struct tlbi_req *q)
{
    struct gone gone = { .n = 0 };
    if (by_va(q->kind) && !maybe_pieces(t, q->addr)) {
        unsigned who = who_of(ctx_make(q->regime, q->regime == REGIME_EL10 ? q->vmid : 0, 0, false, false));
        for (uint32_t m = t->sizes; m != 0; m &= m - 1) {
            inval_set(t, q, set_of(q->addr, (unsigned)__builtin_ctz(m), who), &gone);
        }
    } else {
        for (unsigned g = 0; g < SETS / 64; g++) {
            for (uint64_t m = t->live[g]; m != 0; m &= m - 1) {
                inval_set(t, q, g * 64 + (unsigned)__builtin_ctzll(m), &gone);
            }
        }
    }
    s2_tlb_invalidate(&t->s2, q);
    report(t, &gone);
}

const struct s2_entry *tlb_s2_lookup(const struct tlb *t, uint64_t ipa, uint16_t vmid)
{
    return s2_tlb_lookup(&t->s2, ipa, vmid);
}

void tlb_s2_insert(struct tlb *t, uint64_t ipa, uint16_t vmid, const struct s2_entry *e)
{
    s2_tlb_insert(&t->s2, ipa, vmid, e);
}

/* ---- inspection ---- */

unsigned tlb_count(const struct tlb *t)
{
    return t->count;
}

/* CRC-32 (the polynomial of IEEE 802.3, reflected), four bits at a time */
uint32_t crc_word(uint32_t crc, uint64_t v)
{
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    for (unsigned i = 0; i < 16; i++) {
        crc = table[(crc ^ (v >> (4 * i))) & 15] ^ (crc >> 4);
    }
    return crc;
}

static uint32_t crc_entry(uint32_t crc, const struct tag *tag, const struct xlat *x)
{
    crc = crc_word(crc, tag->page);
    crc = crc_word(crc, tag->ctx);
    crc = crc_word(crc, x->pa);
    crc = crc_word(crc, x->ipa);
    crc = crc_word(crc, x->shift | (uint64_t)x->s1_shift << 8 | (uint64_t)x->s2_shift << 16 |
                        (uint64_t)(uint8_t)x->s1_level << 24 | (uint64_t)(uint8_t)x->s2_level << 32 |
                        (uint64_t)x->flags << 40 | (uint64_t)x->priv << 48 | (uint64_t)x->user << 56);
    return crc_word(crc, x->s2_perm | (uint64_t)x->s1_attr << 8 | (uint64_t)x->s1_sh << 16 |
                         (uint64_t)x->s2_attr << 24 | (uint64_t)x->s2_sh << 32);
}

uint32_t tlb_digest(const struct tlb *t, uint32_t crc)
{
    crc = ~crc;
    for (unsigned s = 0; s < SETS; s++) {
        if ((t->live[s >> 6] & BIT64(s & 63)) == 0 && t->next[s] == 0) {
            continue;
        }
        crc = crc_word(crc, s | (uint64_t)t->next[s] << 32);
        for (unsigned i = s * WAYS; i < (s + 1) * WAYS; i++) {
            if (t->tag[i].ctx != 0) {
                crc = crc_entry(crc_word(crc, i), &t->tag[i], &t->x[i]);
            }
        }
    }
    return ~s2_tlb_digest(&t->s2, crc);
}
