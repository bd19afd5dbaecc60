/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model of what the next record of a chunk is: shared, step by step, by encoder and decoder. A `site` is a kind of
 * record at a place; it remembers its last record, how its numbers moved, and which sites came after it. Everything is
 * forgotten when a chunk ends.
 *
 * Functions that take `kind` next to a record are for callers that know it when they are compiled.
 */
#ifndef HYPSCOPE_TRACES_MODEL_H
#define HYPSCOPE_TRACES_MODEL_H

#include "sim/base/bits.h"
#include "traces/codec.h"
#include "traces/kinds.h"

#include <stddef.h>
#include <string.h>

#define MEM_SIZE 4096       /* places of memory whose contents are remembered */
#define N_NAMES 48          /* different names of fields in events.def, at most; 0 is none */

struct site {
    uint32_t id;            /* kind, PE and key: site_id() */
    union {
        uint8_t guess[4];   /* for a..d: enum guess that was right last time */
        uint32_t guesses;   /* 0: all by step */
    };
    uint64_t at;            /* the PC, part of the identity; 0 for a placeless kind */
    uint32_t next[2];       /* sites that came after, the last one first; 0: none yet */
    uint64_t meta;          /* kind, pe, from_el, el, daif, pending, type: rec_meta() */
    uint64_t v[4];          /* a..d last time */
    uint64_t step[4];       /* GUESS_STEP adds it to v */
    uint64_t dicount;       /* instructions since the record before it of this PE, last time */
    uint64_t dcycle;        /* cycles since the record before it of this PE, last time */
    uint64_t off[4];        /* GUESS_REF adds it to the reference */
};

/* How a value is foreseen: from the site's last one, from a reference (another record's value that tends to move with it), or as
   what another reference holds. */
enum guess { GUESS_STEP, GUESS_REF, GUESS_REF2 };

struct model_pe {
    uint64_t icount, time_ns, cycle, pc, hcr, vttbr;    /* of the last record */
    uint64_t other_hcr, other_vttbr;    /* before they changed last */
    uint64_t frac;              /* of time_ns, in units of 1e6 / clock_hz ns, when time goes by cycles */
    uint64_t page_off;          /* physical minus virtual address of the last instruction */
    uint32_t opcode;            /* of the last INSN */
    unsigned n_mem, n_reg;      /* MEM and REG records since */
    uint64_t mem_va, mem_value, mem_high;   /* of the last MEM */
    uint64_t reg[128];          /* by number of REG */
    uint64_t name[N_NAMES];     /* last value of each name of a field; [0] is of those that have none */
    uint64_t sysreg[256];       /* last value written, by hash of the encoding */
    uint64_t back[4];           /* preferred return address of the last exception to each EL */
};

struct model {
    struct site *site;          /* [cap_sites], 0 is what comes before the first record */
    uint32_t n_sites, cap_sites;
    uint32_t prev;              /* site of the last record */
    uint32_t of_kind[64];       /* last site of each kind: what a new one starts from */
    uint32_t *hash;             /* [2 * cap_sites] sites; 0: free */
    struct model_pe pe[TRACE_MAX_PES];
    struct { uint64_t va, v; } mem[MEM_SIZE];
    uint8_t name_of[REC_KIND_COUNT][4];     /* slot in model_pe.name of a..d; 0: none */
    uint32_t ns_per_insn;
    uint64_t clock_hz;
    bool time_by_cycles;
};

/* Room for one more site; false: no memory. */
bool must_check model_grow(struct model *m);
bool model_init(struct model *m, const struct trace_header *h);
void model_free(struct model *m);
void model_reset(struct model *m);
/* What a site that has just been made knows from its identity */
void model_born(struct site *s);

/* kind, pe, from_el, el, daif, pending, type as one number */
static inline uint64_t rec_meta(const struct rec *r)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    /* they are in this order; gcc puts single bytes together only where nothing else is known of one */
    _Static_assert(offsetof(struct rec, kind) == 0 && offsetof(struct rec, pending) == 5 && offsetof(struct rec, type) == 6, "as below");
    uint64_t meta;
    memcpy(&meta, r, sizeof(meta));
    return meta;
#endif
    return r->kind | (uint64_t)r->pe << 8 | (uint64_t)r->from_el << 16 | (uint64_t)r->el << 24 | (uint64_t)r->daif << 32 |
           (uint64_t)r->pending << 40 | (uint64_t)r->type << 48;
}

static inline void rec_set_meta(struct rec *r, uint64_t meta)
{
    r->kind = (uint8_t)meta;
    r->pe = (uint8_t)(meta >> 8);
    r->from_el = (uint8_t)(meta >> 16);
    r->el = (uint8_t)(meta >> 24);
    r->daif = (uint8_t)(meta >> 32);
    r->pending = (uint8_t)(meta >> 40);
    r->type = (uint16_t)(meta >> 48);
}

/* ---- sites ---- */

/* Kinds whose PC is where something happened to be found, not what made it happen */
#define PLACELESS (REC_BIT(REC_IRQ_PENDED) | REC_BIT(REC_TIMER) | REC_BIT(REC_SERROR_PENDED) | REC_BIT(REC_TLB_FILL) | \
                   REC_BIT(REC_WALK) | REC_BIT(REC_WALK_STEP) | REC_BIT(REC_WORLD))

static inline bool placeless(unsigned kind, unsigned key)
{
    return (PLACELESS >> (kind & 63) & 1) != 0 || (kind == REC_EXC_ENTRY && key != 0);
}

/* What tells sites of one kind and place apart: a number that the decoder gets before the values */
static inline uint16_t site_key(const struct rec *r, unsigned kind, const struct model_pe *p)
{
    switch (kind) {
    case REC_REG: case REC_SYSREG: case REC_SYSREG_READ: return (uint16_t)r->a;
    case REC_MEM: return (uint16_t)(p->n_mem << 1 | (r->type & 1));
    case REC_EXC_ENTRY: return r->type;
    case REC_WALK_STEP: return (uint16_t)(r->type << 8 | (r->a & 0xff));
    case REC_WORLD: return (uint16_t)((r->b & 0xff) << 8 | (r->a & 0xff));
    default: return 0;
    }
}

static inline uint32_t site_id(unsigned kind, unsigned pe, uint16_t key)
{
    return kind | pe << 8 | (uint32_t)key << 16;
}

static inline unsigned site_kind(const struct site *s)
{
    return s->id & 63;
}

static inline unsigned site_pe(const struct site *s)
{
    return s->id >> 8 & 7;
}

static inline uint16_t site_key_of(const struct site *s)
{
    return (uint16_t)(s->id >> 16);
}

static inline uint32_t site_hash(const struct model *m, uint32_t id, uint64_t at)
{
    uint64_t h = (at ^ (uint64_t)id << 32) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(h >> 32) & (2 * m->cap_sites - 1);
}

static inline bool is_site(const struct site *s, uint32_t id, uint64_t at)
{
    return s->id == id && s->at == at;
}

/* The site of an identity. 0: there is none; *slot is where it would be. */
static inline uint32_t model_find(const struct model *m, uint32_t id, uint64_t at, uint32_t *slot)
{
    for (uint32_t h = site_hash(m, id, at);; h = (h + 1) & (2 * m->cap_sites - 1)) {
        uint32_t i = m->hash[h];
        if (i == 0) {
            *slot = h;
            return 0;
        }
        if (is_site(&m->site[i], id, at)) {
            return i;
        }
    }
}

/* A new site with this identity, which is in no slot yet. It begins as a copy of the last one of its kind. */
static inline uint32_t model_add(struct model *m, uint32_t id, uint64_t at, uint32_t slot)
{
    uint32_t i = m->n_sites++;
    struct site *s = &m->site[i];
    uint32_t like = m->of_kind[id & 63];
    if (like != 0) {
        *s = m->site[like];
        s->next[0] = s->next[1] = 0;
    } else {
        memset(s, 0, sizeof(*s));
        for (unsigned k = 0; k < 4; k++) {
            s->guess[k] = m->name_of[id & 63][k] != 0 ? GUESS_REF : GUESS_STEP;
        }
    }
    s->meta = (s->meta & ~UINT64_C(0xffff)) | (id & 0xffff);
    s->id = id;
    s->at = at;
    m->hash[slot] = i;
    model_born(s);
    return i;
}

/* ---- values ---- */

static inline unsigned sysreg_slot(uint64_t enc)
{
    return (unsigned)(enc * 0x9e5u >> 3) & 255;
}

static inline unsigned mem_slot(uint64_t va)
{
    return (unsigned)(va >> 3 ^ va >> 15) & (MEM_SIZE - 1);
}

/* What memory at va was last seen to hold; 0 when not known */
static inline uint64_t mem_seen(const struct model *m, uint64_t va)
{
    unsigned i = mem_slot(va);
    return m->mem[i].va == va ? m->mem[i].v : 0;
}

/* What GUESS_REF and GUESS_REF2 start from for value i (of a..d), when those before it are known: `r` has them. */
static inline uint64_t model_ref(const struct model *m, const struct model_pe *p, const struct rec *r, unsigned kind, unsigned i)
{
    uint32_t op = p->opcode;
    unsigned v = (op >> 26 & 1) != 0 ? 32 : 0;
    switch (kind) {
    case REC_INSN:
        return i == 1 ? r->pc + p->page_off : 0;
    case REC_REG:
        return i == 1 ? p->reg[op >> 5 & 31] : i == 2 ? p->mem_high : 0;
    case REC_MEM:
        return i == 0 ? p->reg[op >> 5 & 31] : i == 1 ? p->reg[v + (p->n_mem != 0 ? op >> 10 & 31 : op & 31)] :
               i == 2 ? p->reg[v + (op >> 10 & 31)] : 0;
    case REC_SYSREG:
        return i == 2 ? p->sysreg[sysreg_slot(r->a)] : 0;
    default:
        return unlikely(kind == REC_ERET) ? (i == 1 ? p->back[r->from_el & 3] : 0) : p->name[m->name_of[kind][i]];
    }
}

static inline uint64_t model_ref2(const struct model *m, const struct model_pe *p, const struct rec *r, unsigned kind, unsigned i)
{
    switch (kind) {
    case REC_REG:
        return i != 1 ? 0 : p->n_mem == 0 ? p->reg[p->opcode >> 16 & 31] : p->n_reg == 0 ? p->mem_value : p->mem_high;
    case REC_MEM:
        return i == 0 ? p->mem_va + 8 : i == 1 ? mem_seen(m, r->a) : 0;
    default:
        return 0;
    }
}

static inline uint64_t model_guess(const struct model *m, const struct model_pe *p, const struct rec *r, unsigned kind,
                                   const struct site *s, unsigned i)
{
    switch (s->guess[i]) {
    case GUESS_STEP: return s->v[i] + s->step[i];
    case GUESS_REF: return model_ref(m, p, r, kind, i) + s->off[i];
    default: return model_ref2(m, p, r, kind, i);
    }
}

/* Value i was not what was guessed: learn. */
static inline void model_learn(struct site *s, unsigned i, uint64_t v, uint64_t ref, uint64_t ref2)
{
    if (v == ref2 && ref2 != 0) {
        s->guess[i] = GUESS_REF2;
    } else if (v == ref + s->off[i] && ref != 0) {
        s->guess[i] = GUESS_REF;
    } else if (v == s->v[i] + s->step[i] || v == s->v[i]) {
        s->guess[i] = GUESS_STEP;
    }
    s->step[i] = v - s->v[i];
    s->off[i] = v - ref;
}

/* ---- time ---- */

/* Time that goes with an instruction count, or with a cycle */
static inline uint64_t guess_time(const struct model *m, const struct model_pe *p, uint64_t icount, uint64_t cycle)
{
    if (unlikely(m->time_by_cycles)) {
        return p->time_ns + (p->frac + (cycle - p->cycle) * 1000000) / (m->clock_hz / 1000);
    }
    return p->time_ns + (icount - p->icount) * m->ns_per_insn;
}

/* Cycle that goes with a time, when no model counts cycles; else the same number as last time at this site */
static inline uint64_t guess_cycle(const struct model *m, const struct model_pe *p, const struct site *s, uint64_t time_ns)
{
    if (unlikely(m->clock_hz != 0)) {
        return p->cycle + s->dcycle;
    }
    return likely(m->ns_per_insn == 1) ? time_ns : time_ns / m->ns_per_insn;
}

/* The fraction of the time that goes with a cycle; `off` is what the time was beyond the guess. */
static inline void model_frac(const struct model *m, struct model_pe *p, uint64_t cycle, uint64_t off)
{
    uint64_t khz = m->clock_hz / 1000;
    p->frac = off == 0 ? (p->frac + (cycle - p->cycle) * 1000000) % khz : off == 1 ? 0 : khz - 1;
}

/* ---- after a record ---- */

/* The same for a REG or MEM record alone: its values */
static inline void model_effect(struct model *m, struct model_pe *p, const struct rec *r, unsigned kind)
{
    if (kind == REC_REG) {
        p->reg[r->a & 127] = r->b;
        p->n_reg += p->n_reg < 1000;
    } else {
        unsigned i = mem_slot(r->a);
        m->mem[i].va = r->a;
        m->mem[i].v = r->b;
        p->n_mem += p->n_mem < 1000;
        p->mem_va = r->a;
        p->mem_value = r->b;
        p->mem_high = r->c;
    }
}

/* The record at this site comes after the last one: be first among its followers. */
static inline void model_follow(struct model *m, uint32_t si)
{
    struct site *from = &m->site[m->prev];
    if (from->next[0] != si) {
        from->next[1] = from->next[0];
        from->next[0] = si;
    }
}

/* The record is complete: remember what later ones may refer to. */
static inline void model_after(struct model *m, struct model_pe *p, uint32_t si, const struct rec *r, unsigned kind)
{
    struct site *s = &m->site[si];
    m->prev = si;
    m->of_kind[kind & 63] = si;
    s->v[0] = r->a;
    s->v[1] = r->b;
    s->v[2] = r->c;
    s->v[3] = r->d;
    p->icount = r->icount;
    p->time_ns = r->time_ns;
    p->cycle = r->cycle;
    p->pc = r->pc;
    switch (kind) {
    case REC_INSN:
        p->opcode = (uint32_t)r->a;
        p->page_off = r->b - r->pc;
        p->n_mem = p->n_reg = 0;
        return;
    case REC_REG: case REC_MEM:
        model_effect(m, p, r, kind);
        return;
    case REC_SYSREG:
        p->sysreg[sysreg_slot(r->a)] = r->b;
        return;
    case REC_EXC_ENTRY:
        p->back[r->el & 3] = r->pc;
        break;
    default:
        break;
    }
    const uint8_t *names = m->name_of[kind];
    p->name[names[0]] = r->a;
    p->name[names[1]] = r->b;
    p->name[names[2]] = r->c;
    p->name[names[3]] = r->d;
    p->name[0] = 0; /* fields without a name refer to nothing */
}

/* HCR_EL2 or VTTBR_EL2 has changed. */
static inline void model_world(struct model_pe *p, const struct rec *r)
{
    if (r->hcr != p->hcr) {
        p->other_hcr = p->hcr;
        p->hcr = r->hcr;
    }
    if (r->vttbr != p->vttbr) {
        p->other_vttbr = p->vttbr;
        p->vttbr = r->vttbr;
    }
}

#endif
