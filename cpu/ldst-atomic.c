/* SPDX-License-Identifier: Apache-2.0 */
/* Exclusive, ordered and atomic loads and stores, and the exclusive monitors. */
#include "cpu/ldst.h"
#include "cpu/utlb.h"

#include <string.h>

/* CTR_EL0.ERG of the models: 16 words */
enum { GRANULE = 64 };

void pe_clear_monitor(struct pe *pe)
{
    pe->mon_armed = false;
}


void monitors_note_write(struct pe *any, const struct pe *writer, uint64_t pa, uint64_t len)
{
    bool still = false;
    for (unsigned k = 0; k < any->host->n_pes; k++) {
        struct pe *o = any->host->pes[k];
        if (o == writer || !o->mon_armed) {
            continue;
        }
        if (o->mon_pa / GRANULE >= pa / GRANULE && o->mon_pa / GRANULE <= (pa + len - 1) / GRANULE) {
            /* ClearExclusiveByAddress(); losing the global monitor is an event (R_XCNTC of the WFE wake-up list) */
            o->mon_armed = false;
            o->event_reg = true;
            any->dirty |= DIRTY_TIME;
        } else if (((o->mon_pa ^ pa) & PAGE_MASK) == 0) {
            still = true;
        }
    }
    if (!still) {
        *bus_page_flags(any->bus, pa) &= (uint8_t)~PAGE_MONITOR;
    }
}

void pe_guard_monitor(struct pe *pe)
{
    if (!pe->mon_armed || bus_ram(pe->bus, pe->mon_pa, 1) == NULL) {
        return;
    }
    uint8_t *f = bus_page_flags(pe->bus, pe->mon_pa);
    if ((*f & PAGE_MONITOR) == 0) {
        *f |= PAGE_MONITOR;
        for (unsigned k = 0; k < pe->host->n_pes; k++) {
            utlb_close_writes(pe->host->pes[k]->upool, pe->mon_pa);
        }
    }
}

static void put(struct pe *pe, unsigned rt, uint64_t v)
{
    pe->x[rt == 31 ? X_SINK : rt] = v;
}

static bool load_exclusive(struct pe *pe, const struct slot *s, unsigned size)
{
    uint64_t v, va = pe->x[s->rn];
    if (!mem_read(pe, va, size, MEM_ATOMIC, &v)) {
        return false;
    }
    pe->mon_armed = true;
    pe->mon_size = (uint8_t)size;
    pe->mon_va = va;
    pe->mon_pa = pe->last_pa;
    put(pe, s->rd, v);
    return true;
}

/* Is the first register of a pair, at the lower address, in the upper half of the one access? (BigEndian() in LDXP, STXP, CASP) */
static bool pair_reversed(const struct pe *pe)
{
    return bit64(pe->regs.sctlr, pe->el == 0 ? 24 : 25);
}

/* Both registers of a pair, `size` bytes each, in one access: d[0] is the first one's value. */
static bool pair_read(struct pe *pe, uint64_t va, unsigned size, union vreg *v)
{
    if (size == 4) {
        if (!mem_read(pe, va, 8, MEM_ATOMIC, &v->d[0])) {
            return false;
        }
        v->d[1] = v->d[0] >> 32;
        v->d[0] = (uint32_t)v->d[0];
    } else if (!mem_read128(pe, va, MEM_ATOMIC, v)) {
        return false;
    }
    if (unlikely(pair_reversed(pe))) {
        uint64_t first = v->d[1];
        v->d[1] = v->d[0];
        v->d[0] = first;
    }
    return true;
}

static bool pair_write(struct pe *pe, uint64_t va, unsigned size, uint64_t first, uint64_t second)
{
    bool reversed = pair_reversed(pe);
    union vreg v = {.d = {reversed ? second : first, reversed ? first : second}};
    if (size == 4) {
        return mem_write(pe, va, 8, MEM_ATOMIC, (uint32_t)v.d[0] | v.d[1] << 32);
    }
    return mem_write128(pe, va, MEM_ATOMIC, &v);
}

static bool load_exclusive_pair(struct pe *pe, const struct slot *s, unsigned size)
{
    uint64_t va = pe->x[s->rn];
    union vreg v;
    if (!pair_read(pe, va, size, &v)) {
        return false;
    }
    pe->mon_armed = true;
    pe->mon_size = (uint8_t)(2 * size);
    pe->mon_va = va;
    pe->mon_pa = pe->last_pa;
    put(pe, s->rd, v.d[0]);
    put(pe, s->ra, v.d[1]);
    return true;
}

/* AArch64.ExclusiveMonitorsPass(): the address is checked and translated for writing whether or not the monitor holds */
static bool store_exclusive(struct pe *pe, const struct slot *s, unsigned size, bool pair)
{
    uint64_t va = pe->x[s->rn];
    unsigned bytes = pair ? 2 * size : size;
    uint64_t pa;
    if (!mem_probe_write(pe, va, bytes, MEM_ATOMIC, &pa)) {
        return false;
    }
    bool pass = pe->mon_armed && pe->mon_pa == pa && pe->mon_size == bytes;
    pe->mon_armed = false;
    if (pass) {
        bool ok = pair ? pair_write(pe, va, size, pe->x[s->rd], pe->x[s->ra])
                       : mem_write(pe, va, size, MEM_ATOMIC, pe->x[s->rd]);
        if (!ok) {
            return false;
        }
    }
    put(pe, s->rm, pass ? 0 : 1);
    return true;
}

static uint32_t ordered_iss(const struct slot *s, unsigned size)
{
    return 1u << 24 | (uint32_t)__builtin_ctz(size) << 22 | (uint32_t)s->rd << 16 | (uint32_t)(size == 8) << 15 | 1u << 14;
}

static bool ordered(struct pe *pe, const struct slot *s, unsigned size, bool load)
{
    uint64_t v, va = pe->x[s->rn];
    pe->ls_iss = ordered_iss(s, size);
    bool ok = load ? mem_read(pe, va, size, MEM_ATOMIC, &v) : mem_write(pe, va, size, MEM_ATOMIC, pe->x[s->rd]);
    pe->ls_iss = 0;
    if (ok && load) {
        put(pe, s->rd, v);
    }
    return ok;
}

static bool read_modify_write(struct pe *pe, const struct slot *s, unsigned size, enum la_kind kind)
{
    uint64_t old, pa, va = pe->x[s->rn];
    uint64_t op = pe->x[s->rm] & ones64(size * 8);
    /* A read-modify-write access reports faults as a write would, unless a read would fault too (ISS.WnR) */
    if (!mem_probe_rw(pe, va, size, MEM_ATOMIC, &pa) || !mem_read(pe, va, size, MEM_ATOMIC, &old)) {
        return false;
    }
    uint64_t val = ldst_combine(kind, size, old, op) & ones64(size * 8);
    if (kind == LA_CAS) {
        val = pe->x[s->rd] & ones64(size * 8);
        if (old != op) {
            pe->x[s->rm == 31 ? X_SINK : s->rm] = old;
            return true;
        }
    }
    if (!mem_write(pe, va, size, MEM_ATOMIC, val)) {
        return false;
    }
    put(pe, kind == LA_CAS ? s->rm : s->rd, old);
    return true;
}

static bool compare_and_swap_pair(struct pe *pe, const struct slot *s, unsigned size)
{
    uint64_t pa, va = pe->x[s->rn];
    union vreg old;
    if (!mem_probe_rw(pe, va, 2 * size, MEM_ATOMIC, &pa)) {
        return false;
    }
    uint64_t m = ones64(size * 8);
    unsigned rs1 = s->rm + 1u, rt1 = s->rd + 1u;
    if (!pair_read(pe, va, size, &old)) {
        return false;
    }
    if (old.d[0] == (pe->x[s->rm] & m) && old.d[1] == (pe->x[rs1] & m) &&
        !pair_write(pe, va, size, pe->x[s->rd] & m, pe->x[rt1] & m)) {
        return false;
    }
    put(pe, s->rm, old.d[0]);
    put(pe, rs1, old.d[1]);
    return true;
}

bool ldst_atomic(struct pe *pe, const struct slot *s, unsigned size, enum la_kind kind)
{
    if (s->rn == X_SP && !mem_check_sp(pe)) {
        return false;
    }
    switch (kind) {
    case LA_LDX:
        return load_exclusive(pe, s, size);
    case LA_LDXP:
        return load_exclusive_pair(pe, s, size);
    case LA_STX:
        return store_exclusive(pe, s, size, false);
    case LA_STXP:
        return store_exclusive(pe, s, size, true);
    case LA_LDO:
        return ordered(pe, s, size, true);
    case LA_STO:
        return ordered(pe, s, size, false);
    case LA_CASP:
        return compare_and_swap_pair(pe, s, size);
    default:
        return read_modify_write(pe, s, size, kind);
    }
}
