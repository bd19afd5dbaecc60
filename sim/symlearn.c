/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/symlearn.h"

#include "cpu/pe.h"
#include "hyp/switches.h"
#include "sim/machine-int.h"

#define PAGE_MASK UINT64_C(0xfff)

bool translate_at_el(const struct pe *pe, unsigned el, uint64_t va, uint64_t *pa)
{
    struct mmu_regs regs;
    struct mmu_res res;
    struct mmu_req req = {.va = va, .acc = ACC_READ, .el = el, .no_side_effects = true};
    pe_mmu_regs(pe, pe_regime(pe, el), &regs);
    mmu_translate(pe->tlb, pe->bus, pe->id, &pe->mfeat, &regs, &req, &res);
    if (res.fault.type != FAULT_NONE && res.fault.type != FAULT_PERMISSION) {
        return false;
    }
    *pa = res.pa;
    return true;
}

/* A page from which code is executed at EL1 of the host, or at EL2. */
static bool look(struct symlearn *l, const struct pe *pe, unsigned el, uint64_t va)
{
    uint64_t page = va & ~PAGE_MASK, key = page | el, pa;
    uint64_t *slot = &l->page[(page >> 12) % SYMLEARN_PAGES];
    if (*slot == key) {
        return false;
    }
    *slot = key;
    return translate_at_el(pe, el, page, &pa) && symbols_learn(l->s, page, pa);
}

/* Exceptions are enough: each begins at a vector and ends with an ERET, and both are in the kernel's image. A guest's EL1 is left
   out, as its kernel is another. */
bool symlearn_record(struct symlearn *l, const struct rec *r)
{
    if (l->s == NULL || (r->kind != REC_EXC_ENTRY && r->kind != REC_ERET)) {
        return false;
    }
    const struct pe *pe = l->m->pes[r->pe];
    bool news = false;
    if (r->from_el == 2 || (r->from_el == 1 && world_of(1, r->hcr, r->vttbr) == WORLD_HOST)) {
        news = look(l, pe, r->from_el, r->pc);
    }
    if (r->kind == REC_EXC_ENTRY && (r->el == 2 || (r->el == 1 && world_of(1, r->hcr, r->vttbr) == WORLD_HOST))) {
        news |= look(l, pe, r->el, pe->sr[r->el == 2 ? SR_VBAR_EL2 : SR_VBAR_EL1]);
    }
    return news;
}

static void put(void *opaque, const struct rec *r)
{
    (void)symlearn_record(opaque, r);
}

void symlearn_init(struct symlearn *l, struct symbols *s, const struct machine *m, const struct image *program)
{
    *l = (struct symlearn){.m = m, .sink = {.put = put, .opaque = l, .kinds = REC_BIT(REC_EXC_ENTRY) | REC_BIT(REC_ERET)}};
    if (s != NULL && program->kind == IMAGE_LINUX && symbols_set_loaded(s, program->start, program->end)) {
        l->s = s;
    }
}
