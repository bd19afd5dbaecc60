/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/trace-insn.h"

#include "cpu/operands.h"
#include "cpu/record.h"
#include "cpu/slot.h"
#include "sim/base/le.h"
#include "sim/symlearn.h"
#include "traces/kinds.h"

#include <stdlib.h>
#include <string.h>

enum { N_PLANS = 1 << 14, MAX_DST = OPD_MAX, MAX_BYTES = 64, PIECE = 16, MAX_EFFECTS = MAX_DST + 2 * MAX_BYTES / PIECE + 3 };
enum { REG_SP = OPD_SP, REG_PSTATE = 64, REG_FPCR = 65, REG_FPSR = 66 };

enum mem_how {
    MEM_NONE,
    MEM_LOAD, MEM_STORE,    /* the values are those of the data registers, one after the other */
    MEM_LOAD_X, MEM_STORE_X,    /* the same of one general register, or of two X registers */
    MEM_LOOK,               /* structures, atomics, DC ZVA, loads of XZR: memory itself is looked at, or what a device was asked */
};

/* What to do about an instruction word */
struct plan {
    uint32_t insn;
    bool valid;
    bool system;            /* may change PSTATE, or which stack pointer is in use */
    bool pstate;            /* writes NZCV */
    bool fpsr;
    bool load, store, literal, post, block;
    uint8_t how;            /* enum mem_how */
    uint8_t n_dst, dst[MAX_DST];
    uint8_t base, index, extend, shift;
    uint8_t bytes, n_data, width, data[4];
    uint8_t status;         /* of a store exclusive, OPD_ZR too; OPD_NONE */
    int32_t offset;
    uint64_t mask;          /* MEM_LOAD_X, MEM_STORE_X: what of a register is loaded or stored */
};

/* Effects of an instruction, as they are found */
struct effects {
    unsigned n;
    struct rec_effect e[MAX_EFFECTS];
};

/* The instruction that was last begun by a PE */
struct held {
    bool valid;
    bool told;                      /* its INSN record has been emitted, as records of what happened during it came */
    const struct plan *plan;
    struct rec insn;
    uint8_t sp_sel;
    uint32_t fpsr;
    uint64_t va;
    uint64_t low, high;             /* MEM_STORE_X: what is stored */
    uint8_t before[MAX_BYTES];      /* memory before, or what is stored */
    bool has_before;
    uint8_t io[2][MAX_BYTES + 8];      /* what was read from devices, and written to them, since it began */
    uint8_t n_io[2];
};

struct insn_trace {
    struct machine *m;
    struct insn_trace_to to;
    struct plan *plan;              /* [N_PLANS], by hash of the word */
    struct held held[MACHINE_MAX_PES];
    uint64_t pstate[MACHINE_MAX_PES];   /* as last told */
    uint8_t sp[MACHINE_MAX_PES];        /* EL and SPSel that were last told of, plus one */
};

struct insn_trace *insn_trace_new(struct machine *m, const struct insn_trace_to *to)
{
    struct insn_trace *t = calloc(1, sizeof(*t));
    struct plan *plan = calloc(N_PLANS, sizeof(*plan));
    if (t == NULL || plan == NULL) {
        free(t);
        free(plan);
        return NULL;
    }
    *t = (struct insn_trace){.m = m, .to = *to, .plan = plan};
    for (unsigned i = 0; i < MACHINE_MAX_PES; i++) {
        t->pstate[i] = UINT64_MAX;
    }
    return t;
}

void insn_trace_free(struct insn_trace *t)
{
    if (t != NULL) {
        free(t->plan);
        free(t);
    }
}

/* ---- plans ---- */

static void plan_mem(struct plan *p, const struct operands *o)
{
    const struct opd_mem *m = &o->mem;
    if (!m->access || (!m->load && !m->store)) {
        return;
    }
    p->load = m->load;
    p->store = m->store;
    p->literal = m->literal;
    p->post = m->writeback == OPD_WB_POST;
    p->block = m->block;
    p->base = m->base;
    p->index = m->index;
    p->extend = m->extend;
    p->shift = m->shift;
    p->offset = m->offset;
    p->bytes = m->block ? MAX_BYTES : m->bytes;
    p->n_data = m->n_data;
    memcpy(p->data, m->data, sizeof(p->data));
    bool plain = m->n_data != 0 && m->n_data <= 2 && !m->lane && !m->replicate && !m->block && !(m->load && m->store) &&
                 m->elements == m->n_data && m->bytes % m->n_data == 0;
    p->width = plain ? m->bytes / m->n_data : 0;
    p->how = plain ? (m->load ? MEM_LOAD : MEM_STORE) : MEM_LOOK;
    bool general = plain && (m->n_data == 1 || p->width == 8);
    for (unsigned i = 0; i < m->n_data; i++) {
        general = general && (m->data[i] < OPD_SP || (m->data[i] == OPD_ZR && m->store));
        p->how = m->data[i] == OPD_ZR && m->load ? MEM_LOOK : p->how; /* no register tells what was loaded */
    }
    if (general) {
        p->how = m->load ? MEM_LOAD_X : MEM_STORE_X;
        p->mask = ones64(8 * p->width);
    }
}

static const struct plan *plan_of(struct insn_trace *t, const struct pe *pe, uint32_t insn)
{
    struct plan *p = &t->plan[(insn * UINT32_C(0x9e3779b1)) >> 18];
    if (likely(p->valid && p->insn == insn)) {
        return p;
    }
    struct operands o;
    *p = (struct plan){.insn = insn, .valid = true, .status = OPD_NONE, .index = OPD_NONE};
    if (!operands_of(insn, &pe->feat, &o)) {
        return p;
    }
    p->system = o.system || o.branch == OPD_BR_ERET;
    for (unsigned i = 0; i < o.n_dst; i++) {
        if (o.dst[i].reg == OPD_NZCV) {
            p->pstate = true;
        } else if (o.dst[i].reg == OPD_FPSR) {
            p->fpsr = true;
        } else if (o.dst[i].reg != OPD_FPCR && p->n_dst < MAX_DST) {
            p->dst[p->n_dst++] = o.dst[i].reg;
            p->status = o.dst[i].role == OPD_STATUS ? o.dst[i].reg : p->status;
        }
    }
    if (p->status == OPD_NONE && o.mem.exclusive && o.mem.store) {
        p->status = OPD_ZR; /* which is among no destinations */
    }
    plan_mem(p, &o);
    return p;
}

/* ---- memory ---- */

/* Where a register of an address or of data is in pe->x */
static inline unsigned x_index(unsigned n)
{
    return likely(n < OPD_SP) ? n : n == OPD_SP ? X_SP : X_ZR;
}

static inline uint64_t xreg(const struct pe *pe, unsigned n)
{
    return pe->x[x_index(n)];
}

/* The address of the access, from the registers as they are before it */
static uint64_t address(const struct plan *p, const struct pe *pe, uint64_t pc)
{
    uint64_t va = p->literal ? pc : xreg(pe, p->base);
    if (p->post) {
        return va;
    }
    if (p->index != OPD_NONE) {
        uint64_t i = xreg(pe, p->index);
        i = p->extend == 2 ? (uint32_t)i : p->extend == 6 ? (uint64_t)(int64_t)(int32_t)i : i;
        va += i << p->shift;
    }
    va += (uint64_t)(int64_t)p->offset;
    return p->block ? va & ~(uint64_t)(MAX_BYTES - 1) : va;
}

/* The data registers one after the other, as they are in memory when that is little-endian */
static void from_registers(const struct plan *p, const struct pe *pe, uint8_t *b)
{
    for (unsigned i = 0; i < p->n_data; i++) {
        uint8_t v[16] = {0};
        if (p->data[i] >= OPD_V0 && p->data[i] < OPD_V0 + 32) {
            put_le64(v, pe->v[p->data[i] - OPD_V0].d[0]);
            put_le64(v + 8, pe->v[p->data[i] - OPD_V0].d[1]);
        } else {
            put_le64(v, xreg(pe, p->data[i]));
        }
        memcpy(b + i * p->width, v, p->width);
    }
}

/* Look at RAM, without effect. false: not mapped, or a device. */
static bool look(const struct pe *pe, uint64_t va, uint8_t *b, unsigned len)
{
    while (len != 0) {
        unsigned k = 4096 - (unsigned)(va & 4095);
        uint64_t pa;
        k = k < len ? k : len;
        if (!translate_at_el(pe, pe->el, va, &pa)) {
            return false;
        }
        const uint8_t *host = bus_ram(pe->bus, pa, k);
        if (host == NULL) {
            return false;
        }
        memcpy(b, host, k);
        va += k;
        b += k;
        len -= k;
    }
    return true;
}

/* ---- records ---- */

static inline void effect(struct effects *f, unsigned number, uint64_t low, uint64_t high)
{
    f->e[f->n++] = (struct rec_effect){.kind = REC_REG, .a = number, .b = low, .c = high};
}

static void give(struct insn_trace *t, const struct rec *insn, const struct effects *f)
{
    if (f->n != 0 && t->to.effects != NULL) {
        t->to.effects(t->to.opaque, insn, f->e, f->n);
        return;
    }
    for (unsigned i = 0; i < f->n; i++) {
        struct rec r;
        rec_of_effect(&r, insn, &f->e[i]);
        t->to.emit(t->to.opaque, &r);
    }
}

static inline void mem_effect(struct effects *f, uint64_t va, uint64_t low, uint64_t high, unsigned len, bool write)
{
    f->e[f->n++] = (struct rec_effect){.kind = REC_MEM, .type = write, .a = va, .b = low, .c = high, .d = len};
}

static void mem_effects(struct effects *f, uint64_t va, const uint8_t *b, unsigned len, bool write)
{
    for (unsigned at = 0; at < len; at += PIECE) {
        uint8_t v[PIECE] = {0};
        unsigned k = len - at < PIECE ? len - at : PIECE;
        memcpy(v, b + at, k);
        mem_effect(f, va + at, le64(v), le64(v + 8), k, write);
    }
}

/* A store exclusive tells by its status register whether it stored. What XZR would have got is in X_SINK until another instruction
   writes XZR. */
static inline bool stored(const struct held *h, const struct pe *pe)
{
    unsigned status = h->plan->status;
    return likely(status == OPD_NONE) || pe->x[status < OPD_SP ? status : X_SINK] == 0;
}

static void tell(struct insn_trace *t, struct held *h)
{
    if (!h->told) {
        h->told = true;
        t->to.emit(t->to.opaque, &h->insn);
    }
}

/* PSTATE and the stack pointer in use, when they are not what was last told */
static void tell_state(struct insn_trace *t, struct effects *f, const struct pe *pe, uint64_t pstate, unsigned el, unsigned sel)
{
    unsigned i = pe->id, sp = sel != 0 ? el : 0;
    if (pstate != t->pstate[i]) {
        t->pstate[i] = pstate;
        effect(f, REG_PSTATE, pstate, 0);
    }
    if (t->sp[i] != sp + 1) {
        t->sp[i] = (uint8_t)(sp + 1);
        effect(f, REG_SP, pe_get_sp(pe, sp), 0);
    }
}

/* What the instruction read from a device and wrote to it: a compare-and-swap that stored nothing wrote nothing. Of an access that is
   partly in RAM only devices told. */
static void of_device(const struct held *h, struct effects *f)
{
    for (unsigned write = 0; write < 2; write++) {
        if (h->n_io[write] == h->plan->bytes) {
            mem_effects(f, h->va, h->io[write], h->plan->bytes, write != 0);
        }
    }
}

/* Memory that the instruction accessed. It has been executed. */
static void memory(const struct held *h, const struct pe *pe, struct effects *f)
{
    const struct plan *p = h->plan;
    uint8_t after[MAX_BYTES];
    switch (p->how) {
    case MEM_LOAD:
        from_registers(p, pe, after);
        mem_effects(f, h->va, after, p->bytes, false);
        break;
    case MEM_STORE:
        if (stored(h, pe)) {
            mem_effects(f, h->va, h->before, p->bytes, true);
        }
        break;
    case MEM_LOAD_X:
        mem_effect(f, h->va, pe->x[p->data[0]] & p->mask, p->n_data == 2 ? pe->x[p->data[1]] : 0, p->bytes, false);
        break;
    case MEM_STORE_X:
        if (stored(h, pe)) {
            mem_effect(f, h->va, h->low, h->high, p->bytes, true);
        }
        break;
    case MEM_LOOK:
        if ((h->n_io[0] | h->n_io[1]) != 0) {
            of_device(h, f);
            break;
        }
        if (p->load && h->has_before) {
            mem_effects(f, h->va, h->before, p->bytes, false);
        }
        /* a compare-and-swap that stored nothing leaves memory as it was */
        if (p->store && look(pe, h->va, after, p->bytes) && !(p->load && h->has_before && memcmp(after, h->before, p->bytes) == 0)) {
            mem_effects(f, h->va, after, p->bytes, true);
        }
        break;
    default:
        break;
    }
}

/* The instruction has been executed, and what was taken after it has not changed general registers: tell it and its effects.
   `pstate` is PSTATE after it. */
static void done(struct insn_trace *t, struct held *h, const struct pe *pe, uint64_t pstate, bool same_el)
{
    const struct plan *p = h->plan;
    struct effects f;
    f.n = 0;
    tell(t, h);
    h->valid = false;
    if (p->system) { /* effects have DAIF and the world's registers as they are after it */
        h->insn.daif = pstate >> 6 & 15;
        h->insn.hcr = pe->sr[SR_HCR_EL2];
        h->insn.vttbr = pe->sr[SR_VTTBR_EL2];
    }
    if (p->how != MEM_NONE) {
        memory(h, pe, &f);
    }
    for (unsigned i = 0; i < p->n_dst; i++) {
        unsigned n = p->dst[i];
        if (likely(n < OPD_SP)) {
            effect(&f, n, pe->x[n], 0);
        } else if (n == OPD_SP) {
            effect(&f, n, pe_get_sp(pe, h->sp_sel != 0 ? h->insn.el : 0), 0);
        } else {
            effect(&f, n, pe->v[n - OPD_V0].d[0], pe->v[n - OPD_V0].d[1]);
        }
    }
    if (unlikely(p->fpsr) && pe->fpsr != h->fpsr) {
        effect(&f, REG_FPSR, pe->fpsr, 0);
    }
    if (p->pstate || p->system) {
        if (same_el) {
            tell_state(t, &f, pe, pstate, pe->el, pe->sp_sel);
        } else if (pstate != t->pstate[h->insn.pe]) {
            t->pstate[h->insn.pe] = pstate;
            effect(&f, REG_PSTATE, pstate, 0);
        }
    }
    give(t, &h->insn, &f);
}

void insn_trace_probe(struct insn_trace *t, struct pe *pe)
{
    struct held *h = &t->held[pe->id];
    if (h->valid) {
        done(t, h, pe, h->plan->pstate || h->plan->system ? pe_spsr_value(pe) : 0, true);
    }
    uint64_t pa = code_page_of(pe->slots_base)->pa | (pe->pc & 0xfff);
    uint32_t insn = le32(bus_ram(pe->bus, pa, 4));
    const struct plan *p = plan_of(t, pe, insn);
    h->valid = true;
    h->told = h->has_before = false;
    h->n_io[0] = h->n_io[1] = 0;
    h->plan = p;
    h->sp_sel = pe->sp_sel;
    h->fpsr = pe->fpsr;
    pe_rec_fill(pe, &h->insn);
    h->insn.kind = REC_INSN;
    h->insn.pc = pe->pc;
    h->insn.a = insn;
    h->insn.b = pa;
    if (unlikely(t->sp[pe->id] != (pe->sp_sel != 0 ? pe->el : 0) + 1)) {
        struct effects f;
        f.n = 0;
        tell_state(t, &f, pe, pe_spsr_value(pe), pe->el, pe->sp_sel); /* an exception changed it */
        give(t, &h->insn, &f);
    }
    if (p->how == MEM_NONE) {
        return;
    }
    h->va = address(p, pe, pe->pc);
    if (p->how == MEM_STORE_X) {
        h->low = pe->x[x_index(p->data[0])] & p->mask;
        h->high = p->n_data == 2 ? pe->x[x_index(p->data[1])] : 0;
    } else if (p->how == MEM_STORE) {
        from_registers(p, pe, h->before);
    } else if (p->how == MEM_LOOK && p->load) {
        h->has_before = look(pe, h->va, h->before, p->bytes);
    }
}

/* Was the held instruction not even begun? Debug exceptions and Illegal Execution state come after the probe, before it. */
static bool not_begun(const struct held *h, const struct rec *r)
{
    unsigned ec = r->a >> 26 & 0x3f;
    return r->pc == h->insn.pc && (ec == EC_ILLEGAL_STATE || (ec >= EC_BREAKPT_LOWER && ec <= EC_SSTEP_SAME));
}

/* A record of what happens during the held instruction: its effects are not earlier. */
static void during(struct held *h, const struct rec *r)
{
    h->insn.time_ns = r->time_ns;
    h->insn.cycle = r->cycle;
    if (r->kind == REC_MMIO && h->n_io[r->type] + r->c <= MAX_BYTES) {
        put_le64(h->io[r->type] + h->n_io[r->type], r->b); /* there is room for 8 */
        h->n_io[r->type] = (uint8_t)(h->n_io[r->type] + r->c);
    }
}

void insn_trace_before(struct insn_trace *t, const struct rec *r)
{
    struct held *h = &t->held[r->pe];
    if (!h->valid) {
        return;
    }
    const struct pe *pe = machine_pe(t->m, r->pe);
    if (r->icount == h->insn.icount) {
        if (r->kind == REC_EXC_ENTRY && r->type != 0 && !h->told) {
            h->valid = false; /* an interrupt came between the probe and the instruction */
        } else {
            tell(t, h); /* of the instruction itself: its effects follow when it is done */
            during(h, r);
        }
        return;
    }
    if (r->kind != REC_EXC_ENTRY) {
        done(t, h, pe, pe_spsr_value(pe), true);
    } else if (r->type != 0 || r->icount > h->insn.icount + 1) {
        done(t, h, pe, pe->sr[r->el == 2 ? SR_SPSR_EL2 : SR_SPSR_EL1], false);
    } else { /* it raised the exception, and has no effects */
        h->valid = false;
        if (!not_begun(h, r)) {
            tell(t, h);
        }
    }
}

void insn_trace_flush(struct insn_trace *t)
{
    for (unsigned i = 0; i < machine_n_pes(t->m); i++) {
        if (t->held[i].valid) {
            const struct pe *pe = machine_pe(t->m, i);
            done(t, &t->held[i], pe, pe_spsr_value(pe), true);
        }
    }
}
