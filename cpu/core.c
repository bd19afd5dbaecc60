/* SPDX-License-Identifier: Apache-2.0 */
/* The loop around the instances: everything that happens between instructions. */
#include "cpu/core.h"
#include "cpu/timing/timing.h"
#include "cpu/utlb.h"

/* Bring derived state up to date and take what is pending. false: the machine wants control. */
static bool service(struct pe *pe)
{
    while (pe->dirty != 0) {
        uint32_t d = pe->dirty;
        pe->dirty = d & (DIRTY_STOP | DIRTY_TIME);
        if (d & DIRTY_DEBUG) {
            uint8_t before = pe->debug_mode;
            debug_update(pe);
            d |= before != pe->debug_mode ? DIRTY_XLAT : 0;
        }
        if (d & DIRTY_XLAT) {
            pe_select_context(pe);
        }
        if (d & DIRTY_FP) {
            pe_update_fp_trap(pe);
        }
        if (d & (DIRTY_STOP | DIRTY_TIME)) {
            pe->dirty |= d & DIRTY_IRQ;
            return false;
        }
        if ((d & DIRTY_IRQ) != 0 && pe_any_pending(pe)) {
            (void)pe_take_interrupt(pe);
        }
    }
    return true;
}

/* A synchronous exception at pe->pc, before any instruction was executed there */
static const struct slot *fetch_exception(struct pe *pe)
{
    pe->n--;
    pe_take_sync(pe);
    return NULL;
}

/* Is the instruction at pe->pc one for the probe? */
static inline bool probed(const struct pe *pe)
{
    if (likely(pe->probe == NULL)) {
        return false;
    }
    for (unsigned i = 0; i < pe->n_probe_pages; i++) {
        if (pe->probe_page[i] == (pe->pc & PAGE_MASK)) {
            return true;
        }
    }
    return pe->n_probe_pages == 0;
}

void pe_set_probe(struct pe *pe, void (*fn)(void *opaque, struct pe *pe), void *opaque, const uint64_t *pages, unsigned n)
{
    bool page_wise = (fn != NULL && n != 0) || (pe->probe != NULL && pe->n_probe_pages != 0);
    pe->probe = fn;
    pe->probe_opaque = opaque;
    pe->n_probe_pages = fn != NULL ? n : 0;
    for (unsigned i = 0; i < pe->n_probe_pages; i++) {
        pe->probe_page[i] = pages[i] & PAGE_MASK;
    }
    if (page_wise) {
        utlb_flush_all(pe->upool); /* code pages that are watched are not entered by the fast way */
    }
    pe->dirty |= DIRTY_BRANCH;
}

/* Translate pe->pc for execution and remember it. NULL: an exception was taken. */
static const struct slot *fetch_slow(struct pe *pe)
{
    struct mmu_res r;
    struct mmu_req req = {.va = pe->pc, .acc = ACC_FETCH, .el = pe->el, .pan = pe->pan && pe->el != 0};
    struct mmu_plain plain;
    if (likely(mmu_translate_plain(pe->tlb, pe->bus, &pe->mfeat, &pe->regs, utlb_plan(pe), &req, &plain))) {
        r.pa = plain.pa;
        r.fault.type = FAULT_NONE;
    } else {
        mmu_translate(pe->tlb, pe->bus, pe->id, &pe->mfeat, &pe->regs, &req, &r);
    }
    if (r.fault.type == FAULT_NONE && bus_ram(pe->bus, r.pa & PAGE_MASK, 4096) == NULL) {
        uint64_t dummy;
        (void)!bus_read(pe->bus, r.pa & ~UINT64_C(3), 4, pe->id, &dummy);
        pe->host->report(pe->host->opaque, pe, "instruction fetch from %#lx, which is not RAM", (unsigned long)r.pa);
        r.fault = (struct mmu_fault){.type = FAULT_EXTERNAL, .level = -1};
    }
    if (r.fault.type != FAULT_NONE) {
        pe_raise_abort(pe, pe->pc, 0, &r.fault, true);
        return fetch_exception(pe);
    }
    struct code_page *p = code_get(pe, r.pa);
    if (likely(pe->n_probe_pages == 0 || !probed(pe))) {
        struct utlb_i *e = &pe->dt->i[(pe->pc >> PAGE_SHIFT) % UTLB_I];
        e->tag = pe->pc & PAGE_MASK;
        e->slots = p->slots;
        *utlb_lines(e) = (struct utlb_lines){.missing = UINT64_MAX, .pc_base = (e->tag >> 2) - ((uintptr_t)p->slots >> 4)};
        utlb_mark_used(pe->upool, pe->dt);
    }
    pe->page_va = pe->pc & PAGE_MASK;
    pe->slots_base = p->slots;
    return p->slots + bits64(pe->pc, 11, 2);
}

/* The decoded slot at pe->pc. NULL: an exception was taken instead. */
static const struct slot *fetch(struct pe *pe)
{
    const struct utlb_i *e = &pe->dt->i[(pe->pc >> PAGE_SHIFT) % UTLB_I];
    const struct slot *s;
    if ((pe->pc & ~UINT64_C(0xffc)) == e->tag) {
        pe->page_va = pe->pc & PAGE_MASK;
        pe->slots_base = e->slots;
        s = e->slots + bits64(pe->pc, 11, 2);
    } else {
        uint64_t canonical = pe_canonical_pc(pe, pe->pc);
        if (canonical != pe->pc) {
            pe->pc = canonical;
            return fetch(pe);
        }
        if ((pe->pc & 3) != 0) {
            pe_raise(pe, pe_default_target(pe), EC_PC_ALIGN, 0);
            return fetch_exception(pe);
        }
        s = fetch_slow(pe);
        if (s == NULL) {
            return NULL;
        }
    }
    if (code_page_of(pe->slots_base)->hid[s - pe->slots_base] == HID_DECODE) {
        code_decode_run(pe, code_page_of(pe->slots_base), (unsigned)(s - pe->slots_base));
    }
    return s;
}

/* A pending software step comes before anything about the next instruction, its alignment and its fetch included ("Synchronous
   exception prioritization for exceptions taken to AArch64 state"). */
static bool step_pending(struct pe *pe)
{
    if ((pe->debug_mode & 1) == 0 || pe->ss != 0) {
        return false;
    }
    debug_raise_step(pe);
    (void)fetch_exception(pe);
    return true;
}

/* Breakpoints and Illegal Execution state come before the instruction. false: an exception was taken. */
static bool before_instruction(struct pe *pe)
{
    if ((pe->debug_mode & 2) != 0 && !debug_check_fetch(pe, pe->pc)) {
        (void)fetch_exception(pe);
        return false;
    }
    if (pe->il) {
        pe_raise(pe, pe_default_target(pe), EC_ILLEGAL_STATE, 0);
        (void)fetch_exception(pe);
        return false;
    }
    return true;
}

/* Let the probe see the instruction at pe->pc. false: what it pended was taken, or asks for control. */
static bool probe(struct pe *pe)
{
    uint64_t before = pe->exc_count, here = pe_icount(pe) + before + 1;
    if (pe->probe_seen == here) {
        return true; /* the run was interrupted between the probe and the instruction */
    }
    pe->probe_seen = here;
    pe->probe(pe->probe_opaque, pe);
    return pe->dirty == 0 || (service(pe) && pe->exc_count == before);
}

static bool is_load_exclusive(unsigned hid)
{
    if (hid >= HID_DECODE) {
        return false;
    }
    switch (hid % OP_COUNT) {
    case OP_LDXR_B: case OP_LDXR_H: case OP_LDXR_W: case OP_LDXR_X: case OP_LDXP_W: case OP_LDXP_X:
    case OP_LDAXR_B: case OP_LDAXR_H: case OP_LDAXR_W: case OP_LDAXR_X: case OP_LDAXP_W: case OP_LDAXP_X:
        return true;
    default:
        return false;
    }
}

/* One instruction. false: the turn was over before it. */
static inline bool one(struct pe *pe, const struct slot *s, bool timed)
{
    if (timed) {
        return timed_step_one(pe, s);
    }
    step_one(pe, s);
    return true;
}

/* Compiled for each caller with its constants. */
static inline __attribute__((always_inline)) void run(struct pe *pe, bool stepping, bool timed)
{
    pe->s = NULL;
    while (pe->n > 0 && !(timed && pe->timing->cycles >= pe->timing->limit)) {
        if (pe->dirty != 0) {
            if (!service(pe)) {
                return;
            }
        }
        if (unlikely(pe->debug_mode != 0) && step_pending(pe)) {
            continue;
        }
        const struct slot *s = fetch(pe);
        if (s == NULL) {
            continue;
        }
        if (timed) {
            timing_page(pe->timing);
        }
        bool look = probed(pe);
        if (unlikely(look) && !probe(pe)) {
            continue;
        }
        if (pe->debug_mode != 0 || pe->il) {
            if (before_instruction(pe)) {
                bool stepped = (pe->debug_mode & 1) != 0;
                unsigned hid = code_page_of(pe->slots_base)->hid[s - pe->slots_base];
                uint64_t exc_before = pe->exc_count;
                if (!one(pe, s, timed)) {
                    continue;
                }
                /* the instruction of an active software step is done: PSTATE.SS = 0 makes the step pending; an exception
                   entry or return has set PSTATE.SS by its own rules */
                pe->stepped = STEPPED_NONE;
                if (stepped && exc_before == pe->exc_count) {
                    pe->ss = 0;
                    pe->stepped = is_load_exclusive(hid) ? STEPPED_EXCLUSIVE : STEPPED_INSN;
                } else if (stepped && hid < HID_DECODE && hid % OP_COUNT == OP_ERET) {
                    pe->stepped = STEPPED_INSN;
                }
            }
        } else if (stepping || look || s->run > pe->n || (timed && !timing_enter_run(pe->timing, s, pe->pc))) {
            (void)one(pe, s, timed);
        } else if (timed) {
            timed_enter(pe, s, pe->n - s->run);
        } else {
            fast_enter(pe, s, pe->n - s->run);
        }
    }
    /* what the last instruction changed takes effect now, so that a run cut in two equals one that is not */
}

void core_run(struct pe *pe)
{
    run(pe, false, false);
}

void core_run_stepping(struct pe *pe)
{
    run(pe, true, false);
}

void core_run_timed(struct pe *pe, bool stepping)
{
    if (stepping) {
        run(pe, true, true);
    } else {
        run(pe, false, true);
    }
}
