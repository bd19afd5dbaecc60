/* SPDX-License-Identifier: Apache-2.0 */
/* Modelled TLBs: what is in them, for the cost of translations. They never decide where an access goes. */
#ifndef HYPSCOPE_TIMING_TLB_H
#define HYPSCOPE_TIMING_TLB_H

#include "mmu/mmu.h"

/* A context: who an entry is for. As in the architectural TLB (mmu/tlb.h):
   15:0 ASID, 31:16 VMID, 33:32 regime, 34 stage 1 on, 35 stage 2 on; entries: 36 global (ASID 0) */
#define TCTX_MASK (BIT64(36) - 1)
#define TCTX_GLOBAL BIT64(36)
#define TCTX_ASID UINT64_C(0xffff)

#define TLB_UNCACHED UINT64_C(1)    /* Device or Non-cacheable memory */

struct tlb_entry {
    uint64_t page;              /* address >> shift */
    uint64_t ctx;
    uint64_t pa;                /* of the page; bit 0: TLB_UNCACHED */
    uint8_t shift;              /* 0: free */
    uint16_t views;             /* of a micro-TLB: views that are open by it (views.c), the first; 0: none */
    uint16_t chain;             /* of a micro-TLB: the next entry of its bucket, plus one; 0: none */
};

/* Fully associative, first in first out. */
enum { UTLB_BUCKETS = 256 };
struct utlb_model {
    struct tlb_entry *e;
    uint32_t n, next;
    uint32_t max_shift;
    uint64_t shifts;                /* bit n: entries of pages of 1 << n may be here */
    uint16_t bucket[UTLB_BUCKETS];  /* entries by page: the first, plus one; 0: none */
};

/* Set-associative, round robin in a set. Pages of several sizes live together. */
struct tlb_model {
    struct tlb_entry *e;        /* and one more, free, so that a guess is always one of them */
    uint8_t *next;
    uint32_t n_sets, n_ways;    /* sets: a power of two; 0: there is none */
    uint64_t shifts;            /* bit n: entries of pages of 1 << n were put in */
};

bool must_check utlb_model_init(struct utlb_model *u, uint32_t n, uint32_t max_shift);
void utlb_model_free(struct utlb_model *u);
/* The entry that is replaced next; put another one there. */
static inline struct tlb_entry *utlb_model_victim(const struct utlb_model *u)
{
    return &u->e[u->next];
}
void utlb_model_clear(struct utlb_model *u);

bool must_check tlb_model_init(struct tlb_model *t, uint32_t entries, uint32_t ways);
void tlb_model_free(struct tlb_model *t);
/* The entry for an address, of the smallest page where several are; NULL: none. */
const struct tlb_entry *tlb_model_find(const struct tlb_model *t, uint64_t va, uint64_t ctx);
/* Returns the entry; NULL: there is no such TLB. */
const struct tlb_entry *tlb_model_put(struct tlb_model *t, uint64_t va, uint64_t ctx, uint64_t pa, unsigned shift);

/* Drop what a TLBI concerns, among entries by VA; and among stage 2 entries by IPA. */
void tlb_model_invalidate(struct tlb_model *t, const struct tlbi_req *q, bool by_ipa);
/* A context for a regime, VMID and ASID */
static inline uint64_t tctx_make(unsigned regime, uint16_t vmid, uint16_t asid, bool s1, bool s2)
{
    return (uint64_t)regime << 32 | (uint64_t)vmid << 16 | asid | (uint64_t)s1 << 34 | (uint64_t)s2 << 35;
}

/* Is the entry for an address in a context? */
static inline bool tlb_entry_is(const struct tlb_entry *e, uint64_t va, uint64_t ctx)
{
    if (e->page != va >> e->shift || e->shift == 0) {
        return false;
    }
    return e->ctx == ctx || e->ctx == ((ctx & ~TCTX_ASID) | TCTX_GLOBAL);
}

static inline unsigned utlb_bucket(uint64_t page)
{
    return (unsigned)page % UTLB_BUCKETS;
}

static inline struct tlb_entry *utlb_model_find(struct utlb_model *u, uint64_t va, uint64_t ctx)
{
    for (uint64_t left = u->shifts; left != 0; left &= left - 1) {
        unsigned shift = (unsigned)__builtin_ctzll(left);
        for (unsigned at = u->bucket[utlb_bucket(va >> shift)]; at != 0; at = u->e[at - 1].chain) {
            if (tlb_entry_is(&u->e[at - 1], va, ctx)) {
                return &u->e[at - 1];
            }
        }
    }
    return NULL;
}

/* With TLB_UNCACHED */
static inline uint64_t tlb_entry_pa(const struct tlb_entry *e, uint64_t va)
{
    return e->pa | (va & ((UINT64_C(1) << e->shift) - 1) & ~TLB_UNCACHED);
}

/* An entry of the main TLB is going to be used: pages of its size may be here. */
static inline void utlb_model_expect(struct utlb_model *u, unsigned shift)
{
    u->shifts |= BIT64(shift < u->max_shift ? shift : u->max_shift);
}

/* Put what entry e of the main TLB says of an address that is not here in the place of utlb_model_victim(), whose views are closed. */
static inline struct tlb_entry *utlb_model_put(struct utlb_model *u, uint64_t va, const struct tlb_entry *e)
{
    struct tlb_entry *m = &u->e[u->next];
    uint16_t number = (uint16_t)(u->next + 1), *p = &u->bucket[utlb_bucket(m->page)];
    if (likely(m->shift != 0)) {
        while (unlikely(*p != number)) {
            p = &u->e[*p - 1].chain;
        }
        *p = m->chain;
    }
    unsigned shift = e->shift < u->max_shift ? e->shift : u->max_shift;
    m->page = va >> shift;
    m->ctx = e->ctx;
    m->pa = tlb_entry_pa(e, va >> shift << shift);
    m->shift = (uint8_t)shift;
    p = &u->bucket[utlb_bucket(m->page)];
    m->chain = *p;
    *p = number;
    u->next = number == u->n ? 0 : number;
    return m;
}

#endif
