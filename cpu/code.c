/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu/slot.h"
#include "cpu/timing/timing.h"
#include "cpu/utlb.h"

#include <stdlib.h>
#include <string.h>

struct code_cache *code_new(uint64_t ram_base, uint64_t ram_size, const struct handlers *h, bool blocks, void (*drop)(void *timing))
{
    struct code_cache *c = calloc(1, sizeof(*c));
    if (c == NULL) {
        return NULL;
    }
    c->n_pages = ram_size >> PAGE_SHIFT;
    c->ram_base = ram_base;
    c->in_use = h;
    c->blocks = blocks;
    c->drop = drop;
    c->pages = calloc(c->n_pages, sizeof(c->pages[0]));
    if (c->pages == NULL) {
        free(c);
        return NULL;
    }
    return c;
}

void code_free(struct code_cache *c)
{
    if (c == NULL) {
        return;
    }
    for (uint64_t i = 0; i < c->n_pages; i++) {
        if (c->pages[i] != NULL && c->pages[i]->timing != NULL) {
            c->drop(c->pages[i]->timing);
        }
        free(c->pages[i]);
    }
    free(c->pages);
    free(c);
}

static void page_reset(struct code_cache *c, struct code_page *p)
{
    p->id = c->last_id += CODE_IDS;
    for (unsigned i = 0; i < PAGE_INSNS; i++) {
        /* the run stays: an instruction that stores into its own page is in the middle of one that was charged */
        p->slots[i] = (struct slot){.fn = c->in_use->by_hid[HID_DECODE], .run = p->slots[i].run};
        p->hid[i] = HID_DECODE;
    }
    p->slots[PAGE_INSNS] = (struct slot){.fn = c->in_use->by_hid[HID_PAGE_END]};
    memset(p->decoded, 0, sizeof(p->decoded));
    if (c->blocks) {
        memset(block_of(p->slots), 0, (PAGE_INSNS + 1) * sizeof(struct block));
    }
    if (p->timing != NULL) {
        c->drop(p->timing);
        p->timing = NULL;
    }
}

void code_forget_blocks(struct code_cache *c)
{
    for (uint64_t i = 0; i < c->n_pages; i++) {
        if (c->pages[i] != NULL) {
            memset(block_of(c->pages[i]->slots), 0, (PAGE_INSNS + 1) * sizeof(struct block));
        }
    }
}

void code_use(struct code_cache *c, const struct handlers *h)
{
    if (c->in_use == h) {
        return;
    }
    c->in_use = h;
    for (uint64_t i = 0; i < c->n_pages; i++) {
        if (c->pages[i] != NULL) {
            page_reset(c, c->pages[i]);
        }
    }
}

struct code_page *code_get(struct pe *pe, uint64_t pa)
{
    struct code_cache *c = pe->code;
    uint64_t i = (pa - c->ram_base) >> PAGE_SHIFT;
    struct code_page *p = c->pages[i];
    if (p == NULL) {
        p = malloc(sizeof(*p) + (c->blocks ? (PAGE_INSNS + 1) * sizeof(struct block) : 0));
        if (p == NULL) {
            return NULL;
        }
        p->pa = pa & PAGE_MASK;
        p->timing = NULL;
        for (unsigned k = 0; k < PAGE_INSNS; k++) {
            p->slots[k].run = 0;
        }
        page_reset(c, p);
        c->pages[i] = p;
    }
    uint8_t *flags = bus_page_flags(pe->bus, pa);
    if ((*flags & PAGE_CODE) == 0) {
        *flags |= PAGE_CODE;
        for (unsigned k = 0; k < pe->host->n_pes; k++) {
            utlb_close_writes(pe->host->pes[k]->upool, p->pa);
        }
    }
    return p;
}

/* Give the slots of the run that begins at `index` the handlers that reach its end in the fewest steps: from the end back, since an
   entry may be anywhere. Not across the end of the run: what follows may be a run of its own. */
static void fuse_run(const struct code_cache *c, struct code_page *p, unsigned index)
{
    enum { STEP = 2, INSN = 1, LONGEST = 4 }; /* a jump from handler to handler costs about two instructions */
    unsigned cost[LONGEST + 1] = {0}; /* of the slots after this one, nearest first */
    unsigned left = p->slots[index].run;
    for (unsigned i = index + left; i-- > index;) {
        unsigned n = index + left - i, best = STEP + INSN + cost[0];
        const void *fn = c->in_use->by_hid[p->hid[i]];
        if (p->hid[i] == HID_VCALL && c->in_use->simd != NULL) {
            const void *simd = c->in_use->simd(p->slots[i].rd | p->slots[i].rn << 8, (uint32_t)p->slots[i].imm);
            fn = simd != NULL ? simd : fn;
        }
        for (unsigned k = 2; k <= LONGEST && k <= n; k++) {
            unsigned with = STEP + k * INSN + cost[k - 1];
            const void *fused = with < best ? c->in_use->fuse(&p->hid[i], k) : NULL;
            if (fused != NULL) {
                best = with;
                fn = fused;
            }
        }
        p->slots[i].fn = fn;
        memmove(&cost[1], &cost[0], sizeof(cost) - sizeof(cost[0]));
        cost[0] = best;
    }
}

void code_decode_run(struct pe *pe, struct code_page *p, unsigned index)
{
    const uint8_t *mem = bus_ram(pe->bus, p->pa, 4096);
    unsigned end = index;
    bool ended = false;
    while (end < PAGE_INSNS && !ended && p->hid[end] == HID_DECODE) {
        uint32_t insn;
        memcpy(&insn, mem + end * 4, 4); /* instructions are little-endian always */
        struct slot *s = &p->slots[end];
        struct packed k = slot_pack(insn, end, &pe->feat, s);
        s->fn = pe->code->in_use->by_hid[k.hid];
        p->hid[end] = (uint16_t)k.hid;
        p->decoded[end / 64] |= BIT64(end % 64);
        ended = k.ends_run;
        end++;
    }
    unsigned tail = ended || end == PAGE_INSNS ? 0 : p->slots[end].run;
    for (unsigned i = end; i-- > index;) {
        p->slots[i].run = (uint16_t)(end - i + tail);
    }
    fuse_run(pe->code, p, index);
}

void code_write(struct pe *pe, uint64_t pa, uint64_t len)
{
    struct code_cache *c = pe->code;
    struct code_page *p = c->pages[(pa - c->ram_base) >> PAGE_SHIFT];
    if (p == NULL || len == 0) {
        return;
    }
    unsigned lo = (unsigned)(pa & 0xfff) / 4, hi = (unsigned)((pa + len - 1) & 0xfff) / 4;
    bool hit = false;
    for (unsigned i = lo; i <= hi && !hit; i++) {
        hit = (p->decoded[i / 64] >> (i % 64)) & 1;
    }
    if (hit) {
        for (unsigned k = 0; k < pe->host->n_pes; k++) {
            if (pe->host->pes[k]->timing != NULL) {
                timing_pin(pe->host->pes[k]->timing);
            }
        }
        page_reset(c, p);
        for (unsigned k = 0; k < pe->host->n_pes; k++) {
            pe->host->pes[k]->dirty |= DIRTY_BRANCH;
        }
    }
}
