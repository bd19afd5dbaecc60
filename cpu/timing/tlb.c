/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu/timing/tlb.h"

#include <stdlib.h>
#include <string.h>

bool utlb_model_init(struct utlb_model *u, uint32_t n, uint32_t max_shift)
{
    *u = (struct utlb_model){ .n = n, .max_shift = max_shift };
    u->e = calloc(n, sizeof(u->e[0]));
    return u->e != NULL;
}

void utlb_model_free(struct utlb_model *u)
{
    free(u->e);
    u->e = NULL;
}

void utlb_model_clear(struct utlb_model *u)
{
    for (uint32_t i = 0; i < u->n; i++) {
        u->bucket[utlb_bucket(u->e[i].page)] = 0;
        u->e[i].shift = 0;
    }
}

bool tlb_model_init(struct tlb_model *t, uint32_t entries, uint32_t ways)
{
    *t = (struct tlb_model){ .n_ways = ways };
    t->n_sets = entries / ways;
    t->e = calloc(entries + 1, sizeof(t->e[0]));
    t->next = calloc(t->n_sets + 1, sizeof(t->next[0]));
    return t->e != NULL && t->next != NULL;
}

void tlb_model_free(struct tlb_model *t)
{
    free(t->e);
    free(t->next);
    *t = (struct tlb_model){ .n_sets = 0 };
}

static uint32_t set_of(const struct tlb_model *t, uint64_t va, unsigned shift)
{
    return (uint32_t)(va >> shift) & (t->n_sets - 1);
}

const struct tlb_entry *tlb_model_find(const struct tlb_model *t, uint64_t va, uint64_t ctx)
{
    for (uint64_t left = t->n_sets != 0 ? t->shifts : 0; left != 0; left &= left - 1) {
        unsigned shift = (unsigned)__builtin_ctzll(left);
        const struct tlb_entry *e = &t->e[(size_t)set_of(t, va, shift) * t->n_ways], *end = e + t->n_ways;
        for (; e < end; e++) {
            if (e->shift == shift && tlb_entry_is(e, va, ctx)) {
                return e;
            }
        }
    }
    return NULL;
}

static void set_entry(struct tlb_entry *e, uint64_t va, uint64_t ctx, uint64_t pa, unsigned shift)
{
    *e = (struct tlb_entry){ .page = va >> shift, .ctx = (ctx & TCTX_GLOBAL) != 0 ? ctx & ~TCTX_ASID : ctx,
                             .pa = (pa & ~ones64(shift)) | (pa & TLB_UNCACHED), .shift = (uint8_t)shift };
}

const struct tlb_entry *tlb_model_put(struct tlb_model *t, uint64_t va, uint64_t ctx, uint64_t pa, unsigned shift)
{
    if (t->n_sets == 0) {
        return NULL;
    }
    uint32_t set = set_of(t, va, shift);
    struct tlb_entry *e = &t->e[(size_t)set * t->n_ways];
    uint32_t way = t->n_ways;
    for (uint32_t i = 0; i < t->n_ways && way == t->n_ways; i++) {
        way = e[i].shift == 0 ? i : way;
    }
    if (way == t->n_ways) {
        way = t->next[set];
        t->next[set] = (uint8_t)(way + 1 == t->n_ways ? 0 : way + 1);
    }
    set_entry(&e[way], va, ctx, pa, shift);
    t->shifts |= BIT64(shift);
    return &e[way];
}

static bool concerns(const struct tlb_entry *e, const struct tlbi_req *q, bool by_ipa)
{
    unsigned regime = (unsigned)bits64(e->ctx, 33, 32);
    bool vmid = q->regime != REGIME_EL10 || (uint16_t)(e->ctx >> 16) == q->vmid;
    bool global = (e->ctx & TCTX_GLOBAL) != 0;
    bool asid = global || (uint16_t)e->ctx == q->asid;
    bool here = ((e->page << e->shift ^ q->addr) & ones64(56)) >> e->shift == 0;
    if (regime != q->regime) {
        return false;
    }
    switch (q->kind) {
    case TLBI_ALL: return true;
    case TLBI_VMALLS12: return vmid;
    case TLBI_IPAS2:
    case TLBI_IPAS2L: return by_ipa && vmid && here;
    default: break;
    }
    if (by_ipa) {
        return false;
    }
    switch (q->kind) {
    case TLBI_VMALL: return vmid;
    case TLBI_ASID: return vmid && !global && (uint16_t)e->ctx == q->asid;
    case TLBI_VA:
    case TLBI_VAL: return vmid && asid && here;
    default: return vmid && here;
    }
}

static void invalidate(struct tlb_entry *e, uint32_t n, const struct tlbi_req *q, bool by_ipa)
{
    for (uint32_t i = 0; i < n; i++) {
        if (e[i].shift != 0 && concerns(&e[i], q, by_ipa)) {
            e[i].shift = 0;
        }
    }
}

void tlb_model_invalidate(struct tlb_model *t, const struct tlbi_req *q, bool by_ipa)
{
    bool one = q->kind == TLBI_VA || q->kind == TLBI_VAL || q->kind == TLBI_VAA || q->kind == TLBI_VAAL ||
               q->kind == TLBI_IPAS2 || q->kind == TLBI_IPAS2L;
    if (!one || t->n_sets == 0) {
        invalidate(t->e, t->n_sets * t->n_ways, q, by_ipa);
        return;
    }
    /* an address is in one set for each size of page */
    for (uint64_t left = t->shifts; left != 0; left &= left - 1) {
        unsigned shift = (unsigned)__builtin_ctzll(left);
        invalidate(&t->e[(size_t)set_of(t, q->addr, shift) * t->n_ways], t->n_ways, q, by_ipa);
    }
}
