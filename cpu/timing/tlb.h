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
};

/* Fully associative, first in first out. */
enum { UTLB_BUCKETS = 256 };
struct utlb_model {
    struct tlb_entry *e;
    uint32_t n, next;
    uint32_t max_shift;
    uint32_t n_large;               /* entries of more than 4 KB */
    uint16_t small[UTLB_BUCKETS];    /* entries of 4 KB by page: most pages that are not there have an empty bucket */
    uint8_t hint[UTLB_BUCKETS];     /* where an address in the page was found last */
};

/* Set-associative, round robin in a set. Pages of several sizes live together. */
struct tlb_model {
    struct tlb_entry *e;
    uint8_t *next;
    uint32_t n_sets, n_ways;    /* sets: a power of two; 0: there is none */
    uint64_t shifts;            /* bit n: entries of pages of 1 << n were put in */
};

bool must_check utlb_model_init(struct utlb_model *u, uint32_t n, uint32_t max_shift);
void utlb_model_free(struct utlb_model *u);
struct tlb_entry *utlb_model_find(struct utlb_model *u, uint64_t va, uint64_t ctx);
/* The entry that is replaced next; put another one there. */
struct tlb_entry *utlb_model_victim(const struct utlb_model *u);
struct tlb_entry *utlb_model_put(struct utlb_model *u, uint64_t va, uint64_t ctx, uint64_t pa, unsigned shift);
void utlb_model_clear(struct utlb_model *u);

bool must_check tlb_model_init(struct tlb_model *t, uint32_t entries, uint32_t ways);
void tlb_model_free(struct tlb_model *t);
const struct tlb_entry *tlb_model_find(const struct tlb_model *t, uint64_t va, uint64_t ctx);
void tlb_model_put(struct tlb_model *t, uint64_t va, uint64_t ctx, uint64_t pa, unsigned shift);

/* Drop what a TLBI concerns, among entries by VA; and among stage 2 entries by IPA. */
void tlb_model_invalidate(struct tlb_model *t, const struct tlbi_req *q, bool by_ipa);
/* A context for a regime, VMID and ASID */
static inline uint64_t tctx_make(unsigned regime, uint16_t vmid, uint16_t asid, bool s1, bool s2)
{
    return (uint64_t)regime << 32 | (uint64_t)vmid << 16 | asid | (uint64_t)s1 << 34 | (uint64_t)s2 << 35;
}

#endif
