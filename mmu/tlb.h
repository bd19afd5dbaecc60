/* SPDX-License-Identifier: Apache-2.0 */
/* Inside mmu/: the store of translations. Lookup and insertion; invalidation is in mmu.h. */
#ifndef HYPSCOPE_MMU_TLB_H
#define HYPSCOPE_MMU_TLB_H

#include "mmu/walk.h"

/*
 * The context of an entry in one word:
 *   15:0 ASID (0 when global), 31:16 VMID, 33:32 regime, 34 stage 1 on, 35 stage 2 on, 36 global, 37 always 1
 */
#define CTX_VMID_SHIFT 16
#define CTX_REGIME_SHIFT 32
#define CTX_S1 BIT64(34)
#define CTX_S2 BIT64(35)
#define CTX_GLOBAL BIT64(36)
#define CTX_VALID BIT64(37)

static inline uint64_t ctx_make(unsigned regime, uint16_t vmid, uint16_t asid, bool s1, bool s2)
{
    return CTX_VALID | (uint64_t)regime << CTX_REGIME_SHIFT | (uint64_t)vmid << CTX_VMID_SHIFT | asid |
           (s1 ? CTX_S1 : 0) | (s2 ? CTX_S2 : 0);
}

/* The entry for va in a context (made for the current ASID), or NULL. Changes nothing. */
const struct xlat *tlb_lookup(const struct tlb *t, uint64_t va, uint64_t ctx);
/* Enter x for va (any address of its range). An entry with the same tag is replaced. Calls the hook for what goes. */
void tlb_insert(struct tlb *t, uint64_t va, uint64_t ctx, const struct xlat *x);
/* Must a walk be told of that does nothing but enter an allowed translation? */
bool tlb_follows_walks(const struct tlb *t);
/* Does somebody listen to events of a kind? Only then: tell them one (mmu.h, tlb_event_fn). */
bool tlb_tells(const struct tlb *t, unsigned kind);
void tlb_tell(const struct tlb *t, unsigned kind, unsigned type, uint64_t a, uint64_t b, uint64_t c, uint64_t d);
/* Drop the entry that tlb_lookup would return for va. */
void tlb_drop(struct tlb *t, uint64_t va, uint64_t ctx);

/*
 * Stage 2 translations by themselves, used for stage 1 tables and on misses of the combined entries: 4K of IPA an
 * entry, direct-mapped. Only TLBI by IPA, VMALLS12 and ALL reach them.
 */
struct s2_entry {
    uint64_t pa;        /* of the leaf */
    uint8_t shift;      /* log2 of the leaf */
    int8_t level;
    uint8_t flags;      /* XF_S2, XF_S2_CLEAN; XF_S2_AF never in the TLB */
    uint8_t perm;       /* enum s2_perm */
    uint8_t attr;       /* MemAttr */
    uint8_t sh;
};

enum { S2_SETS = 512 };

struct s2_tlb {
    uint32_t count;
    uint64_t tag[S2_SETS];      /* IPA bits 51:12, VMID in 15:0, ^ all ones; 0: free */
    struct s2_entry e[S2_SETS];
};

const struct s2_entry *s2_tlb_lookup(const struct s2_tlb *t, uint64_t ipa, uint16_t vmid);
void s2_tlb_insert(struct s2_tlb *t, uint64_t ipa, uint16_t vmid, const struct s2_entry *e);
void s2_tlb_invalidate(struct s2_tlb *t, const struct tlbi_req *q);
uint32_t s2_tlb_digest(const struct s2_tlb *t, uint32_t crc);

const struct s2_entry *tlb_s2_lookup(const struct tlb *t, uint64_t ipa, uint16_t vmid);
void tlb_s2_insert(struct tlb *t, uint64_t ipa, uint16_t vmid, const struct s2_entry *e);

/* One step of the digest: CRC-32 of 8 bytes. */
uint32_t crc_word(uint32_t crc, uint64_t v);

#endif
