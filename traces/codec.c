/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/codec.h"

#include "sim/base/le.h"
#include "traces/model.h"

#include <stdlib.h>

/* Bits of the control number of a record, above the two that say how its site was found */
enum {
    MISS_B = 1, MISS_A = 2, MISS_ICOUNT = 4, MISS_C = 8, MISS_PC = 16, MISS_D = 32, MISS_META = 64, MISS_TIME = 128, MISS_CYCLE = 256,
    MISS_HCR = 512, MISS_VTTBR = 1024, MISS_ALL = 2047,
};
/* Bytes that a record adds at most, all columns together */
#define MAX_RECORD 256
/* Bytes of each column's room: enough for most files, then for any chunk at once */
enum { SMALL_CAP = 1 << 16, FULL_CAP = CHUNK_RAW_BYTES + 2 * MAX_RECORD };

enum found { FOUND_NEXT, FOUND_SECOND, FOUND_SAID, FOUND_COUNT };

static const uint16_t miss_value[4] = {MISS_A, MISS_B, MISS_C, MISS_D};

struct out {
    uint8_t *buf, *at;          /* of cap bytes, which is more than all columns hold */
};

struct in {
    const uint8_t *p, *end;
};

struct codec {
    struct model m;
    struct out out[COL_COUNT];  /* encoder */
    size_t cap;
    size_t raw;                 /* bytes in all columns */
    uint32_t n;                 /* records so far */
    uint32_t run;               /* of them, the last ones that were wholly foreseen */
    uint8_t last_pe;
    struct in in[COL_COUNT];    /* decoder */
    uint32_t total;             /* records of the chunk */
    bool have_run;
};

/* Room for one more record in every column */
static bool grow(struct codec *c)
{
    if (likely(c->raw + MAX_RECORD <= c->cap)) {
        return true;
    }
    size_t cap = c->cap == 0 ? SMALL_CAP : c->cap < FULL_CAP ? FULL_CAP : c->cap * 2;
    for (unsigned i = 0; i < COL_COUNT; i++) {
        struct out *o = &c->out[i];
        size_t len = (size_t)(o->at - o->buf);
        uint8_t *p = realloc(o->buf, cap);
        if (p == NULL) {
            return false;
        }
        *o = (struct out){p, p + len};
    }
    c->cap = cap;
    return true;
}

struct codec *codec_new(const struct trace_header *h, bool encoder)
{
    struct codec *c = calloc(1, sizeof(*c));
    if (c == NULL || !model_init(&c->m, h) || (encoder && !grow(c))) {
        codec_free(c);
        return NULL;
    }
    return c;
}

void codec_free(struct codec *c)
{
    if (c != NULL) {
        for (unsigned i = 0; i < COL_COUNT; i++) {
            free(c->out[i].buf);
        }
        model_free(&c->m);
        free(c);
    }
}

void codec_reset(struct codec *c)
{
    model_reset(&c->m);
    for (unsigned i = 0; i < COL_COUNT; i++) {
        c->out[i].at = c->out[i].buf;
    }
    c->raw = 0;
    c->n = c->run = 0;
    c->last_pe = 0;
}

uint32_t codec_count(const struct codec *c)
{
    return c->n;
}

void codec_last(const struct codec *c, unsigned pe, uint64_t *icount, uint64_t *cycle)
{
    *icount = c->m.pe[pe].icount;
    *cycle = c->m.pe[pe].cycle;
}

/* ---- writing: each function returns how many bytes it added ---- */

static inline size_t put8(struct codec *c, enum column col, uint8_t v)
{
    *c->out[col].at++ = v;
    return 1;
}

static inline size_t put_num(struct codec *c, enum column col, uint64_t v)
{
    uint8_t *p = c->out[col].at, *q = p;
    while (v >= 0x80) {
        *q++ = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    *q++ = (uint8_t)v;
    c->out[col].at = q;
    return (size_t)(q - p);
}

/* A difference, small in either direction */
static inline size_t put_diff(struct codec *c, enum column col, uint64_t v)
{
    return put_num(c, col, v << 1 ^ (uint64_t)-(int64_t)(v >> 63));
}

static uint64_t expected_pc(const struct model_pe *p, unsigned kind)
{
    return p->pc + (kind == REC_INSN ? 4 : 0);
}

/* The site of a record that does not follow from the one before; says where it is. */
static uint32_t put_place(struct codec *c, const struct rec *r, uint32_t id, uint64_t at, bool no_place, bool *fresh)
{
    struct model *m = &c->m;
    uint16_t key = (uint16_t)(id >> 16);
    uint32_t slot = 0, si = model_find(m, id, at, &slot);
    size_t n = put8(c, COL_PLACE, (uint8_t)(r->kind | (r->pe != c->last_pe ? 0x40 : 0) | (key != 0 ? 0x80 : 0)));
    if (r->pe != c->last_pe) {
        n += put8(c, COL_PLACE, r->pe);
    }
    if (key != 0) {
        n += put_num(c, COL_PLACE, key);
    }
    if (!no_place) {
        n += put_diff(c, COL_PLACE, r->pc - expected_pc(&m->pe[r->pe], r->kind));
    }
    c->raw += n;
    *fresh = si == 0;
    return si != 0 ? si : model_add(m, id, at, slot);
}

static size_t put_meta(struct codec *c, uint64_t diff)
{
    uint8_t *which = c->out[COL_META].at++, set = 0;
    size_t n = 1;
    for (unsigned i = 0; i < 6; i++) {
        uint8_t byte = (uint8_t)(diff >> (16 + 8 * i));
        if (byte != 0) {
            set |= (uint8_t)(1u << i);
            n += put8(c, COL_META, byte);
        }
    }
    *which = set;
    return n;
}

/* How far a record is from what was foreseen; all 0 when it was. Of meta, the exclusive or. */
struct missed {
    uint64_t v[4], icount, time, cycle, meta, hcr, vttbr, pc;
};

static inline bool any_missed(const struct missed *x)
{
    return (x->v[0] | x->v[1] | x->v[2] | x->v[3] | x->icount | x->time | x->cycle | x->meta | x->hcr | x->vttbr | x->pc) != 0;
}

/* Counts, cycle and time: of these two the one that the other is foreseen from comes first. */
static unsigned put_times(struct codec *c, const struct rec *r, struct site *s, const struct model_pe *p, const struct missed *x, size_t *n)
{
    unsigned miss = 0;
    bool counted = c->m.clock_hz != 0;
    if (x->icount != 0) {
        *n += put_diff(c, COL_TIME, x->icount);
        s->dicount = r->icount - p->icount;
        miss |= MISS_ICOUNT;
    }
    if (x->cycle != 0 && counted) {
        *n += put_diff(c, COL_TIME, x->cycle);
        s->dcycle = r->cycle - p->cycle;
        miss |= MISS_CYCLE;
    }
    if (x->time != 0) {
        *n += put_diff(c, COL_TIME, x->time);
        miss |= MISS_TIME;
    }
    if (x->cycle != 0 && !counted) {
        *n += put_diff(c, COL_TIME, x->cycle);
        s->dcycle = r->cycle - p->cycle;
        miss |= MISS_CYCLE;
    }
    return miss;
}

/* Write what was not foreseen, in the order in which the decoder needs it; and learn from it. */
static __attribute__((noinline)) void put_misses(struct codec *c, const struct rec *r, struct site *s, struct model_pe *p,
                                                 const struct missed *x, enum found found)
{
    struct model *m = &c->m;
    unsigned miss = 0;
    size_t n = put_num(c, COL_CTRL, c->run);
    c->run = 0;
    if (x->meta != 0) {
        n += put_meta(c, x->meta);
        s->meta ^= x->meta;
        miss |= MISS_META;
    }
    if (x->pc != 0) {
        n += put_diff(c, COL_PLACE, x->pc);
        miss |= MISS_PC;
    }
    if ((x->icount | x->time | x->cycle) != 0) {
        miss |= put_times(c, r, s, p, x, &n);
    }
    const uint64_t v[4] = {r->a, r->b, r->c, r->d};
    for (unsigned i = 0; i < 4; i++) {
        if (x->v[i] != 0) {
            n += put_diff(c, (enum column)(COL_A + i), x->v[i]);
            model_learn(s, i, v[i], model_ref(m, p, r, r->kind, i), model_ref2(m, p, r, r->kind, i));
            miss |= miss_value[i];
        }
    }
    if ((x->hcr | x->vttbr) != 0) {
        n += x->hcr != 0 ? put_diff(c, COL_WORLD, r->hcr - p->other_hcr) : 0;
        n += x->vttbr != 0 ? put_diff(c, COL_WORLD, r->vttbr - p->other_vttbr) : 0;
        miss |= (x->hcr != 0 ? MISS_HCR : 0u) | (x->vttbr != 0 ? MISS_VTTBR : 0u);
        model_world(p, r);
    }
    n += put_num(c, COL_CTRL, miss << 2 | (unsigned)found);
    c->raw += n;
}

/* Encode any record. */
static __attribute__((noinline)) unsigned put_any(struct codec *c, const struct rec *r)
{
    struct model *m = &c->m;
    struct model_pe *p = &m->pe[r->pe];
    uint16_t key = site_key(r, r->kind, p);
    bool no_place = placeless(r->kind, key), fresh = false;
    uint32_t id = site_id(r->kind, r->pe, key);
    uint64_t at = no_place ? 0 : r->pc;
    const struct site *before = &m->site[m->prev];
    uint32_t si = before->next[0];
    enum found found = FOUND_NEXT;
    if (!grow(c)) {
        return CODEC_NO_MEMORY;
    }
    if (!is_site(&m->site[si], id, at)) { /* site 0 has no kind */
        si = before->next[1];
        found = FOUND_SECOND;
        if (!is_site(&m->site[si], id, at)) {
            found = FOUND_SAID;
            if (!model_grow(m)) {
                return CODEC_NO_MEMORY;
            }
            si = put_place(c, r, id, at, no_place, &fresh);
        }
    }
    struct site *s = &m->site[si];
    const struct missed x = {
        .v = {
            r->a - model_guess(m, p, r, r->kind, s, 0), r->b - model_guess(m, p, r, r->kind, s, 1),
            r->c - model_guess(m, p, r, r->kind, s, 2), r->d - model_guess(m, p, r, r->kind, s, 3),
        },
        .icount = r->icount - (p->icount + s->dicount), .time = r->time_ns - guess_time(m, p, r->icount, r->cycle),
        .cycle = r->cycle - guess_cycle(m, p, s, r->time_ns), .meta = rec_meta(r) ^ s->meta, .hcr = r->hcr ^ p->hcr,
        .vttbr = r->vttbr ^ p->vttbr, .pc = no_place ? r->pc - p->pc : 0,
    };
    unsigned flags = 0;
    if (any_missed(&x) || found != FOUND_NEXT) {
        put_misses(c, r, s, p, &x, found);
        flags = (fresh || x.pc != 0 ? CODEC_FRESH : 0u) | (c->raw >= CHUNK_RAW_BYTES || m->n_sites >= CHUNK_MAX_SITES ? CODEC_FULL : 0u);
    } else {
        c->run++;
    }
    if (m->time_by_cycles) {
        model_frac(m, p, r->cycle, x.time);
    }
    c->last_pe = r->pe;
    model_follow(m, si);
    model_after(m, p, si, r, r->kind);
    return ++c->n < CHUNK_MAX_RECORDS ? flags : flags | CODEC_FULL;
}

/* How far the values of a record are from what was foreseen: 0 when they are that. */
static inline __attribute__((always_inline)) uint64_t values_off(const struct model *m, const struct model_pe *p, const struct rec *r,
                                                                 unsigned kind, const struct site *s)
{
    const uint32_t only_b = UINT32_C(0xff00);
    uint64_t off = r->b - model_guess(m, p, r, kind, s, 1);
    if (likely((s->guesses & ~only_b) == 0)) { /* most of the others are by step, and need no reference */
        return off | (r->a - s->v[0] - s->step[0]) | (r->c - s->v[2] - s->step[2]) | (r->d - s->v[3] - s->step[3]);
    }
    return off | (r->a - model_guess(m, p, r, kind, s, 0)) | (r->c - model_guess(m, p, r, kind, s, 2)) |
           (r->d - model_guess(m, p, r, kind, s, 3));
}

/* Encode a record of this kind. Most are wholly foreseen: what it takes to see that comes first. */
static inline __attribute__((always_inline)) unsigned put_kind(struct codec *c, const struct rec *r, unsigned kind)
{
    struct model *m = &c->m;
    struct model_pe *p = &m->pe[r->pe];
    uint16_t key = site_key(r, kind, p);
    bool no_place = placeless(kind, key);
    uint32_t si = m->site[m->prev].next[0];
    const struct site *s = &m->site[si];
    if (!is_site(s, site_id(kind, r->pe, key), no_place ? 0 : r->pc)) {
        return put_any(c, r);
    }
    uint64_t insns = r->icount - p->icount;
    uint64_t off = (rec_meta(r) ^ s->meta) | (insns ^ s->dicount) | (r->hcr ^ p->hcr) | (r->vttbr ^ p->vttbr) | (no_place ? r->pc ^ p->pc : 0);
    if (likely(m->clock_hz == 0 && m->ns_per_insn == 1)) {
        off |= (r->time_ns - p->time_ns - insns) | (r->cycle ^ r->time_ns);
    } else {
        off |= (r->time_ns - guess_time(m, p, r->icount, r->cycle)) | (r->cycle - guess_cycle(m, p, s, r->time_ns));
    }
    if ((off | values_off(m, p, r, kind, s)) != 0 || c->n + 1 >= CHUNK_MAX_RECORDS) {
        return put_any(c, r);
    }
    if (unlikely(m->time_by_cycles)) {
        model_frac(m, p, r->cycle, 0);
    }
    c->run++;
    c->n++;
    c->last_pe = r->pe;
    model_after(m, p, si, r, kind);
    return 0;
}

unsigned codec_put(struct codec *c, const struct rec *r)
{
    switch (r->kind) {
    case REC_INSN: return put_kind(c, r, REC_INSN);
    case REC_SYSREG: return put_kind(c, r, REC_SYSREG);
    case REC_MASK: return put_kind(c, r, REC_MASK);
    case REC_MMIO: return put_kind(c, r, REC_MMIO);
    case REC_TLBI: return put_kind(c, r, REC_TLBI);
    case REC_REG: case REC_MEM: /* codec_put_effects() has tried */
    case REC_TLB_FILL: /* none is foreseen */
        return put_any(c, r);
    default: return put_kind(c, r, r->kind);
    }
}

/* May effects of an instruction be compared by their own fields alone: does all that they share with `insn` follow from the record
   before, if the site adds nothing to the counts? */
static inline bool shares(const struct model *m, const struct model_pe *p, const struct rec *insn)
{
    return insn->icount == p->icount && insn->time_ns == p->time_ns && insn->cycle == p->cycle && insn->hcr == p->hcr &&
           insn->vttbr == p->vttbr && (m->clock_hz != 0 || insn->cycle == guess_cycle(m, p, &m->site[0], insn->time_ns));
}

/* An effect that is wholly foreseen, and whose record shares(): encode it. false: nothing was done. */
static inline __attribute__((always_inline)) bool put_foreseen(struct codec *c, struct model_pe *p, const struct rec *insn, uint64_t meta,
                                                               const struct rec_effect *e, unsigned kind)
{
    struct model *m = &c->m;
    struct rec r;
    r.type = e->type;
    r.a = e->a;
    r.b = e->b;
    r.c = e->c;
    r.d = e->d;
    uint32_t si = m->site[m->prev].next[0];
    struct site *s = &m->site[si];
    if (!is_site(s, site_id(kind, insn->pe, site_key(&r, kind, p)), insn->pc)) {
        return false;
    }
    uint64_t off = (s->meta ^ (meta | kind | (uint64_t)e->type << 48)) | s->dicount | (m->clock_hz != 0 ? s->dcycle : 0);
    if ((off | values_off(m, p, &r, kind, s)) != 0) {
        return false;
    }
    c->run++;
    m->prev = si;
    m->of_kind[kind] = si;
    s->v[0] = e->a;
    s->v[1] = e->b;
    s->v[2] = e->c;
    s->v[3] = e->d;
    model_effect(m, p, &r, kind);
    return true;
}

unsigned codec_put_effects(struct codec *c, const struct rec *insn, const struct rec_effect *e, unsigned n, unsigned *done)
{
    struct model_pe *p = &c->m.pe[insn->pe];
    uint64_t meta = rec_meta(insn) & ones64(48) & ~UINT64_C(0xff);
    bool quick = c->last_pe == insn->pe && p->pc == insn->pc && shares(&c->m, p, insn);
    for (unsigned i = 0; i < n; i++) {
        unsigned flags = 0;
        if (likely(quick) && likely(c->n + 1 < CHUNK_MAX_RECORDS) &&
            (e[i].kind == REC_REG ? put_foreseen(c, p, insn, meta, &e[i], REC_REG) : put_foreseen(c, p, insn, meta, &e[i], REC_MEM))) {
            c->n++;
        } else {
            struct rec r;
            rec_of_effect(&r, insn, &e[i]);
            flags = codec_put(c, &r);
            quick = shares(&c->m, p, insn);
        }
        if (unlikely(flags != 0)) {
            *done = i + 1;
            return flags;
        }
    }
    *done = n;
    return 0;
}

size_t codec_raw_len(const struct codec *c)
{
    return 4 * COL_COUNT + c->raw;
}

void codec_flush(struct codec *c, uint8_t *out)
{
    uint8_t *p = out + 4 * COL_COUNT;
    for (unsigned i = 0; i < COL_COUNT; i++) {
        size_t len = (size_t)(c->out[i].at - c->out[i].buf);
        put_le32(out + 4 * i, (uint32_t)len);
        memcpy(p, c->out[i].buf, len);
        p += len;
    }
}

/* ---- reading ---- */

bool codec_open(struct codec *c, const uint8_t *raw, size_t len, uint32_t n, const char **why)
{
    codec_reset(c);
    c->total = n;
    c->have_run = false;
    if (len < 4 * COL_COUNT) {
        *why = "no table of columns";
        return false;
    }
    const uint8_t *p = raw + 4 * COL_COUNT, *end = raw + len;
    for (unsigned i = 0; i < COL_COUNT; i++) {
        uint32_t k = le32(raw + 4 * i);
        if (k > (size_t)(end - p)) {
            *why = "a column is longer than the chunk";
            return false;
        }
        c->in[i] = (struct in){p, p + k};
        p += k;
    }
    if (p != end) {
        *why = "bytes after the last column";
        return false;
    }
    return true;
}

static inline bool get8(struct codec *c, enum column col, uint8_t *v)
{
    struct in *in = &c->in[col];
    if (in->p == in->end) {
        return false;
    }
    *v = *in->p++;
    return true;
}

static inline bool get_num(struct codec *c, enum column col, uint64_t *v)
{
    struct in *in = &c->in[col];
    *v = 0;
    for (unsigned shift = 0; in->p < in->end && shift < 70; shift += 7) {
        uint8_t b = *in->p++;
        *v |= shift < 64 ? (uint64_t)(b & 0x7f) << shift : 0;
        if ((b & 0x80) == 0) {
            return true;
        }
    }
    return false;
}

/* *v = base + the difference that comes next */
static inline bool get_diff(struct codec *c, enum column col, uint64_t base, uint64_t *v)
{
    uint64_t d;
    if (!get_num(c, col, &d)) {
        return false;
    }
    *v = base + (d >> 1 ^ -(d & 1));
    return true;
}

/* The place that was said. 0: nonsense. Fills r->pe, and r->pc unless the kind is placeless. */
static uint32_t get_place(struct codec *c, struct rec *r, const char **why)
{
    struct model *m = &c->m;
    uint8_t first, pe = c->last_pe;
    uint64_t key = 0;
    *why = "a place ends early";
    if (!get8(c, COL_PLACE, &first) || ((first & 0x40) != 0 && !get8(c, COL_PLACE, &pe)) ||
        ((first & 0x80) != 0 && !get_num(c, COL_PLACE, &key))) {
        return 0;
    }
    unsigned kind = first & 0x3f;
    if (kind == 0 || kind >= REC_KIND_COUNT || pe >= TRACE_MAX_PES || key > UINT16_MAX) {
        *why = "a place with an unknown kind of record";
        return 0;
    }
    bool no_place = placeless(kind, (unsigned)key);
    uint32_t id = site_id(kind, pe, (uint16_t)key);
    r->pc = m->pe[pe].pc;
    if (!no_place && !get_diff(c, COL_PLACE, expected_pc(&m->pe[pe], kind), &r->pc)) {
        return 0;
    }
    uint64_t at = no_place ? 0 : r->pc;
    uint32_t slot = 0, si = model_find(m, id, at, &slot);
    if (si != 0) {
        return si;
    }
    if (m->n_sites >= CHUNK_MAX_SITES) {
        *why = "more places than a chunk has";
        return 0;
    }
    if (m->n_sites == m->cap_sites) {
        if (!model_grow(m)) {
            *why = "out of memory";
            return 0;
        }
        (void)model_find(m, id, at, &slot);
    }
    return model_add(m, id, at, slot);
}

static bool get_meta(struct codec *c, uint64_t *meta)
{
    uint8_t which, byte;
    if (!get8(c, COL_META, &which)) {
        return false;
    }
    for (unsigned i = 0; i < 6; i++) {
        if ((which >> i & 1) != 0) {
            if (!get8(c, COL_META, &byte)) {
                return false;
            }
            *meta ^= (uint64_t)byte << (16 + 8 * i);
        }
    }
    return true;
}

static bool get_values(struct codec *c, struct rec *r, struct site *s, const struct model_pe *p, unsigned kind, unsigned miss)
{
    const struct model *m = &c->m;
    uint64_t *const v[4] = {&r->a, &r->b, &r->c, &r->d};
    for (unsigned i = 0; i < 4; i++) {
        *v[i] = model_guess(m, p, r, kind, s, i);
        if ((miss & miss_value[i]) != 0) {
            if (!get_diff(c, (enum column)(COL_A + i), *v[i], v[i])) {
                return false;
            }
            model_learn(s, i, *v[i], model_ref(m, p, r, kind, i), model_ref2(m, p, r, kind, i));
        }
    }
    return true;
}

static bool get_time(struct codec *c, struct rec *r, struct site *s, struct model_pe *p, unsigned miss)
{
    const struct model *m = &c->m;
    uint64_t guess = 0;
    for (unsigned i = 0; i < 2; i++) {
        bool cycle = (i == 0) == (m->clock_hz != 0);
        uint64_t *v = cycle ? &r->cycle : &r->time_ns;
        *v = cycle ? guess_cycle(m, p, s, r->time_ns) : guess_time(m, p, r->icount, r->cycle);
        guess = cycle ? guess : *v;
        bool said = (miss & (cycle ? MISS_CYCLE : MISS_TIME)) != 0;
        if (said && !get_diff(c, COL_TIME, *v, v)) {
            return false;
        }
        s->dcycle = cycle && said ? r->cycle - p->cycle : s->dcycle;
    }
    if (m->time_by_cycles) {
        model_frac(m, p, r->cycle, r->time_ns - guess);
    }
    return true;
}

/* What put_misses wrote, and what it left out */
static bool get_fields(struct codec *c, struct rec *r, struct site *s, struct model_pe *p, unsigned kind, unsigned miss)
{
    if ((miss & MISS_META) != 0 && !get_meta(c, &s->meta)) {
        return false;
    }
    rec_set_meta(r, s->meta);
    if ((miss & MISS_PC) != 0 && !get_diff(c, COL_PLACE, p->pc, &r->pc)) {
        return false;
    }
    r->icount = p->icount + s->dicount;
    if ((miss & MISS_ICOUNT) != 0) {
        if (!get_diff(c, COL_TIME, r->icount, &r->icount)) {
            return false;
        }
        s->dicount = r->icount - p->icount;
    }
    r->hcr = p->hcr;
    r->vttbr = p->vttbr;
    if (!get_time(c, r, s, p, miss) || !get_values(c, r, s, p, kind, miss) ||
        ((miss & MISS_HCR) != 0 && !get_diff(c, COL_WORLD, p->other_hcr, &r->hcr)) ||
        ((miss & MISS_VTTBR) != 0 && !get_diff(c, COL_WORLD, p->other_vttbr, &r->vttbr))) {
        return false;
    }
    model_world(p, r);
    return true;
}

bool codec_get(struct codec *c, struct rec *r, const char **why)
{
    struct model *m = &c->m;
    uint64_t ctrl = 0, run;
    if (!c->have_run) {
        /* the last run goes on to the end of the chunk and is not written */
        run = c->total - c->n;
        if (c->in[COL_CTRL].p != c->in[COL_CTRL].end && (!get_num(c, COL_CTRL, &run) || run >= c->total - c->n)) {
            *why = "a run is longer than the chunk";
            return false;
        }
        c->run = (uint32_t)run;
        c->have_run = true;
    }
    if (c->run != 0) {
        c->run--;
    } else {
        if (!get_num(c, COL_CTRL, &ctrl) || ctrl > (MISS_ALL << 2 | 3) || (ctrl & 3) >= FOUND_COUNT) {
            *why = "a control number is wrong";
            return false;
        }
        c->have_run = false;
    }
    enum found found = (enum found)(ctrl & 3);
    uint32_t si = found == FOUND_SAID ? get_place(c, r, why) : m->site[m->prev].next[found];
    if (si == 0) {
        *why = found == FOUND_SAID ? *why : "a record follows from nothing";
        return false;
    }
    struct site *s = &m->site[si];
    struct model_pe *p = &m->pe[site_pe(s)];
    unsigned kind = site_kind(s);
    if (found != FOUND_SAID) {
        r->pc = placeless(kind, site_key_of(s)) ? p->pc : s->at;
    }
    if (!get_fields(c, r, s, p, kind, (unsigned)(ctrl >> 2))) {
        *why = "a column ends early";
        return false;
    }
    c->last_pe = r->pe;
    c->n++;
    model_follow(m, si);
    model_after(m, p, si, r, kind);
    return true;
}

bool codec_done(const struct codec *c, const char **why)
{
    for (unsigned i = 0; i < COL_COUNT; i++) {
        if (c->in[i].p != c->in[i].end) {
            *why = "a column is not used up";
            return false;
        }
    }
    return true;
}
