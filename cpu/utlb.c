/* SPDX-License-Identifier: Apache-2.0 */
/* The host micro-TLB and translation contexts. */
#include "cpu/utlb.h"
#include "cpu/sysreg-int.h"

#include <stdlib.h>

/* A tag of no code page. Bits 11:2 of a branch target are left out of the comparison, bits 1:0 are not. */
#define NO_CODE UINT64_C(4)

static void set_clear(struct utlb_set *s)
{
    for (unsigned k = 0; k < UTLB_D; k++) {
        s->r[k].tag = s->w[k].tag = utlb_invalid(k);
    }
    for (unsigned k = 0; k < UTLB_I; k++) {
        s->i[k].tag = NO_CODE;
    }
}

struct uctx_pool *utlb_new(void)
{
    struct uctx_pool *p = calloc(1, sizeof(*p));
    if (p != NULL) {
        utlb_flush_all(p);
        set_clear(&p->none);
    }
    return p;
}

void utlb_free(struct uctx_pool *p)
{
    free(p);
}

void utlb_flush_all(struct uctx_pool *p)
{
    for (unsigned c = 0; c < UTLB_CONTEXTS; c++) {
        if (p->used[c]) {
            set_clear(&p->set[c]);
            p->used[c] = false;
        }
    }
}

/* Tags keep the address as the program gave it; ranges compare without the tag byte. An entry that is for no page may be found in a
   range too: it is dropped again. */
static bool in_range(uint64_t page, uint64_t va, uint64_t len)
{
    return bits64(page - va, 55, 0) < len;
}

void utlb_flush_va(struct uctx_pool *p, uint64_t va, uint64_t len)
{
    if (len == 0) {
        utlb_flush_all(p);
        return;
    }
    va &= PAGE_MASK;
    uint64_t pages = (len + 4095) >> PAGE_SHIFT;
    for (unsigned c = 0; c < UTLB_CONTEXTS; c++) {
        struct utlb_set *s = &p->set[c];
        if (!p->used[c]) {
            continue;
        }
        uint64_t n = pages < UTLB_D ? pages : UTLB_D;
        for (uint64_t k = 0; k < n; k++) {
            unsigned at = utlb_index(va + (k << PAGE_SHIFT));
            if (in_range(utlb_page(&s->r[at]), va, pages << PAGE_SHIFT)) {
                s->r[at].tag = utlb_invalid(at);
            }
            if (in_range(utlb_page(&s->w[at]), va, pages << PAGE_SHIFT)) {
                s->w[at].tag = utlb_invalid(at);
            }
            if (in_range(s->i[at].tag, va, pages << PAGE_SHIFT)) {
                s->i[at].tag = NO_CODE;
            }
        }
    }
}
_Static_assert(UTLB_D == UTLB_I, "one loop serves both tables");

void utlb_close_writes(struct uctx_pool *p, uint64_t pa_page)
{
    pa_page &= PAGE_MASK;
    for (unsigned c = 0; c < UTLB_CONTEXTS; c++) {
        for (unsigned k = 0; p->used[c] && k < UTLB_D; k++) {
            if (p->set[c].pa_w[k] == pa_page) {
                p->set[c].w[k].tag = utlb_invalid(k);
            }
        }
    }
}

enum mmu_regime pe_regime(const struct pe *pe, unsigned el)
{
    bool el2 = feat_has(&pe->feat, FEAT_EL2);
    if (el == 2) {
        return pe_e2h(pe) ? REGIME_EL20 : REGIME_EL2;
    }
    return el == 0 && el2 && pe_host_mode(pe) ? REGIME_EL20 : REGIME_EL10;
}

void pe_mmu_regs(const struct pe *pe, enum mmu_regime regime, struct mmu_regs *r)
{
    bool el10 = regime == REGIME_EL10;
    bool el2 = feat_has(&pe->feat, FEAT_EL2);
    r->regime = regime;
    r->sctlr = pe->sr[el10 ? SR_SCTLR_EL1 : SR_SCTLR_EL2];
    r->tcr = pe->sr[el10 ? SR_TCR_EL1 : SR_TCR_EL2];
    r->ttbr0 = pe->sr[el10 ? SR_TTBR0_EL1 : SR_TTBR0_EL2];
    r->ttbr1 = pe->sr[el10 ? SR_TTBR1_EL1 : SR_TTBR1_EL2];
    r->mair = pe->sr[el10 ? SR_MAIR_EL1 : SR_MAIR_EL2];
    r->hcr = el2 ? pe->sr[SR_HCR_EL2] : 0;
    r->vtcr = pe->sr[SR_VTCR_EL2];
    r->vttbr = pe->sr[SR_VTTBR_EL2];
    r->sctlr_el2 = pe->sr[SR_SCTLR_EL2];
}

static void make_key(const struct pe *pe, unsigned el, const struct mmu_regs *r, struct uctx_key *k)
{
    const uint64_t hcr_bits = BIT64(0) | BIT64(2) | BIT64(12) | BIT64(27) | BIT64(32) | BIT64(33) | BIT64(34) | BIT64(46);
    /* LDTR and STTR have the privilege of EL0, and not its byte order */
    bool other_order = el != pe->el && bit64(r->sctlr, 24) != bit64(r->sctlr, 25);
    k->word[0] = (uint64_t)r->regime | (uint64_t)el << 2 | (uint64_t)(pe->pan && el != 0) << 4 |
                 (uint64_t)((pe->debug_mode & 4) != 0) << 5 | (uint64_t)other_order << 6 | (uint64_t)mmu_asid(&pe->mfeat, r) << 16;
    k->word[1] = r->sctlr;
    k->word[2] = r->tcr;
    k->word[3] = r->mair;
    k->word[4] = k->word[5] = 0;
    if (r->regime == REGIME_EL10) {
        k->word[0] |= (uint64_t)mmu_vmid(&pe->mfeat, r) << 32;
        k->word[4] = r->hcr & hcr_bits;
        k->word[5] = (r->hcr & (BIT64(0) | BIT64(12))) != 0 ? r->vtcr : 0;
    }
}

static inline bool key_is(const struct uctx_pool *p, unsigned c, const struct uctx_key *k, uint64_t sum)
{
    if (p->sum[c] != sum || !p->valid[c]) {
        return false;
    }
    const uint64_t *a = p->key[c].word, *b = k->word;
    return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) | (a[4] ^ b[4]) | (a[5] ^ b[5])) == 0;
}

static struct utlb_set *find_set(struct pe *pe, unsigned el, const struct mmu_regs *r)
{
    struct uctx_pool *p = pe->upool;
    struct uctx_key k;
    make_key(pe, el, r, &k);
    const uint64_t *w = k.word;
    uint64_t sum = ((w[0] ^ w[1] << 32) * UINT64_C(0x9e3779b97f4a7c15) ^ w[2] ^ w[3]) * UINT64_C(0x9e3779b97f4a7c15);
    sum = (sum ^ w[4] ^ w[5] << 32) * UINT64_C(0x9e3779b97f4a7c15);
    uint8_t *hint = &p->hint[sum >> 58];
    if (likely(key_is(p, *hint, &k, sum))) {
        return &p->set[*hint];
    }
    for (unsigned c = 0; c < UTLB_CONTEXTS; c++) {
        if (key_is(p, c, &k, sum)) {
            *hint = (uint8_t)c;
            return &p->set[c];
        }
    }
    unsigned c;
    do { /* the set in use stays: it may be the privileged half of the same context */
        c = p->next;
        p->next = (p->next + 1) % UTLB_CONTEXTS;
    } while (&p->set[c] == pe->dt);
    set_clear(&p->set[c]);
    p->key[c] = k;
    p->sum[c] = sum;
    p->valid[c] = true;
    p->used[c] = false;
    *hint = (uint8_t)c;
    mmu_plan_make(&pe->mfeat, r, &p->plan[c]);
    p->plain[c] = p->plan[c].usual && !bit64(r->sctlr, pe->el == 0 ? 24 : 25) && !bit64(r->sctlr, 1) && (pe->debug_mode & 4) == 0;
    return &p->set[c];
}

void pe_select_context(struct pe *pe)
{
    pe_mmu_regs(pe, pe_regime(pe, pe->el), &pe->regs);
    pe->dt = find_set(pe, pe->el, &pe->regs);
    pe->dt_unpriv = &pe->upool->none;
    sysreg_direct_select(pe);
    pe->dirty &= ~(uint32_t)DIRTY_XLAT;
}

struct utlb_set *pe_unpriv_set(struct pe *pe)
{
    if (pe->dt_unpriv == &pe->upool->none) {
        pe->dt_unpriv = find_set(pe, 0, &pe->regs);
    }
    return pe->dt_unpriv;
}
