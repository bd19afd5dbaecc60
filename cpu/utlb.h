/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host micro-TLB: VA page to host address, one set of entries a translation
 * context (EL, regime, ASID, VMID, controls). Invisible to the guest: whatever
 * the architectural TLB drops is dropped here, and every set may be flushed at
 * any time. A context change selects another set and flushes nothing.
 */
#ifndef HYPSCOPE_CPU_UTLB_H
#define HYPSCOPE_CPU_UTLB_H

#include "cpu/slot.h"

enum { UTLB_D = 512, UTLB_I = 512, UTLB_CONTEXTS = 16 };
#define UTLB_ALIGNED UINT64_C(0x2001) /* in a tag: aligned accesses only (Device memory, SCTLR_ELx.A): never an inline hit, but mem_read()
                                         and mem_write() need no translation */

/* Reads and writes have entries of their own, so that two buffers an even distance apart can be copied without either
   throwing out the other. Permission and "may be accessed without looking" are folded into the tags: alignment-checked
   accesses, Device memory, devices, pages with code (for stores) and watched pages never match.

   The fast path subtracts the tag from the VA: the difference is the offset in the page, and less than a page when the entry is for
   it. So a tag that must not match is at least a page away from all addresses that select its entry. */
struct utlb_d {
    uint64_t tag;            /* page, page ^ UTLB_ALIGNED, or utlb_invalid() */
    uintptr_t host;          /* host address of the page */
};

struct utlb_i {
    uint64_t tag;
    const struct slot *slots;
};

/* Beside each entry, what a timing model needs on its fast path: of the page's 64 lines those that it must look at (bits), and of
   code where the address of a slot >> 4 becomes the PC >> 2. Without a model nobody looks. */
struct utlb_lines {
    uint64_t missing;
    uint64_t pc_base;
};

struct utlb_set {
    struct utlb_d r[UTLB_D], w[UTLB_D];
    struct utlb_i i[UTLB_I];
    struct utlb_lines lines[2 * UTLB_D + UTLB_I]; /* in the order of the entries */
    uint64_t pa_r[UTLB_D], pa_w[UTLB_D]; /* physical pages */
};

/* What goes with an entry (struct utlb_d or utlb_i) */
static inline struct utlb_lines *utlb_lines(const void *entry)
{
    return (struct utlb_lines *)((char *)(uintptr_t)entry + offsetof(struct utlb_set, lines));
}
_Static_assert(sizeof(struct utlb_lines) == sizeof(struct utlb_d) && sizeof(struct utlb_lines) == sizeof(struct utlb_i) &&
               offsetof(struct utlb_set, r) == 0 && offsetof(struct utlb_set, lines) == (2 * UTLB_D + UTLB_I) * sizeof(struct utlb_d),
               "the distance from an entry to its lines is a constant");

static inline unsigned utlb_index(uint64_t va)
{
    return (unsigned)(va >> PAGE_SHIFT) % UTLB_D;
}

/* What a set is for: everything that the outcome of a translation depends on besides the architectural TLB's content. */
struct uctx_key {
    uint64_t word[6];
};

struct uctx_pool {
    struct utlb_set set[UTLB_CONTEXTS];
    struct uctx_key key[UTLB_CONTEXTS];
    uint64_t sum[UTLB_CONTEXTS];  /* of the key, so that most others are passed over quickly */
    struct mmu_plan plan[UTLB_CONTEXTS];
    bool plain[UTLB_CONTEXTS];    /* little-endian data, no alignment checks, no watchpoints: mem_refill() may fill it */
    bool valid[UTLB_CONTEXTS];
    bool used[UTLB_CONTEXTS];     /* may hold entries */
    uint8_t hint[64];             /* where a key with this sum was last */
    uint32_t next;           /* replacement: round robin */
    struct utlb_set none;    /* never matches: forces the slow path */
};

/* The tag of entry k when it is for no page: a page of another entry */
static inline uint64_t utlb_invalid(unsigned k)
{
    return (uint64_t)(k ^ 1) << PAGE_SHIFT;
}

/* The page of an entry, aligned accesses only or not */
static inline uint64_t utlb_page(const struct utlb_d *e)
{
    return (e->tag & 1) != 0 ? e->tag ^ UTLB_ALIGNED : e->tag;
}

/* The host address of va, in the page of the entry */
static inline void *utlb_host(const struct utlb_d *e, uint64_t va)
{
    return (void *)(e->host + (uintptr_t)(va & 0xfff));
}

struct uctx_pool *utlb_new(void);
void utlb_free(struct uctx_pool *p);
void utlb_flush_all(struct uctx_pool *p);
/* An entry is being put into this set: flushes skip sets that had none since they were last flushed. */
static inline void utlb_mark_used(struct uctx_pool *p, const struct utlb_set *s)
{
    p->used[s - p->set] = true;
}
/* Drop [va, va+len) in every set; len 0: everything. Address tags are ignored. */
void utlb_flush_va(struct uctx_pool *p, uint64_t va, uint64_t len);
/* Close the store fast path to a physical page. */
void utlb_close_writes(struct uctx_pool *p, uint64_t pa_page);
/* Select the sets for the PE's current state (clears DIRTY_XLAT). */
void pe_select_context(struct pe *pe);
/* What goes with the set in use */
static inline const struct mmu_plan *utlb_plan(const struct pe *pe)
{
    return &pe->upool->plan[pe->dt - pe->upool->set];
}
/* The set for unprivileged accesses (LDTR/STTR), found on first use. */
struct utlb_set *pe_unpriv_set(struct pe *pe);

#endif
