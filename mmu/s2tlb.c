/* SPDX-License-Identifier: Apache-2.0 */
/* Stage 2 translations kept by themselves: IPA to PA of a VMID. */
#include "mmu/tlb.h"

/* The VMID takes the place of bits 15:0: an IPA has 52 bits at most, the page number goes above. */
static inline uint64_t s2_tag(uint64_t ipa, uint16_t vmid)
{
    return ~((ipa >> 12 << 16) | vmid);
}

static inline unsigned s2_set(uint64_t ipa, uint16_t vmid)
{
    uint64_t n = ipa >> 12;
    return (unsigned)(n ^ n >> 9 ^ n >> 18 ^ vmid * 5u) & (S2_SETS - 1);
}

const struct s2_entry *s2_tlb_lookup(const struct s2_tlb *t, uint64_t ipa, uint16_t vmid)
{
    unsigned s = s2_set(ipa, vmid);
    return t->tag[s] == s2_tag(ipa, vmid) ? &t->e[s] : NULL;
}

void s2_tlb_insert(struct s2_tlb *t, uint64_t ipa, uint16_t vmid, const struct s2_entry *e)
{
    unsigned s = s2_set(ipa, vmid);
    t->count += t->tag[s] == 0;
    t->tag[s] = s2_tag(ipa, vmid);
    t->e[s] = *e;
}

static bool concerns(const struct tlbi_req *q, uint64_t tag, const struct s2_entry *e)
{
    uint64_t ipa = ~tag >> 16 << 12;
    switch (q->kind) {
    case TLBI_ALL:
        return true;
    case TLBI_VMALLS12:
        return (uint16_t)~tag == q->vmid;
    default:
        return (uint16_t)~tag == q->vmid && ((ipa ^ q->addr) & ones64(52)) >> e->shift == 0;
    }
}

void s2_tlb_invalidate(struct s2_tlb *t, const struct tlbi_req *q)
{
    bool stage2 = q->kind == TLBI_ALL || q->kind == TLBI_VMALLS12 || q->kind == TLBI_IPAS2 || q->kind == TLBI_IPAS2L;
    if (q->regime != REGIME_EL10 || t->count == 0 || !stage2) {
        return;
    }
    for (unsigned s = 0; s < S2_SETS; s++) {
        if (t->tag[s] != 0 && concerns(q, t->tag[s], &t->e[s])) {
            t->tag[s] = 0;
            t->count--;
        }
    }
}

uint32_t s2_tlb_digest(const struct s2_tlb *t, uint32_t crc)
{
    if (t->count == 0) {
        return crc;
    }
    for (unsigned s = 0; s < S2_SETS; s++) {
        const struct s2_entry *e = &t->e[s];
        if (t->tag[s] != 0) {
            crc = crc_word(crc, t->tag[s]);
            crc = crc_word(crc, e->pa | e->sh);
            crc = crc_word(crc, e->shift | (uint64_t)(uint8_t)e->level << 8 | (uint64_t)e->flags << 16 |
                                (uint64_t)e->perm << 24 | (uint64_t)e->attr << 32);
        }
    }
    return crc;
}
