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

enum found { FOUND_NEXT, FOUND_SECOND, FOUND_SAID, FOUND_COUNT };

static const uint16_t miss_value[4] = {MISS_A, MISS_B, MISS_C, MISS_D};

struct in {
    const uint8_t *p, *end;
};

struct codec {
    struct model m;
    uint8_t *buf[COL_COUNT];    /* encoder: each of cap bytes, which is more than all of them hold */
    size_t cap;
    size_t len[COL_COUNT];
    size_t raw;                 /* their sum */
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
    size_t cap = c->cap == 0 ? 8192 : c->cap * 4;
    for (unsigned i = 0; i < COL_COUNT; i++) {
        uint8_t *p = realloc(c->buf[i], cap);
        if (p == NULL) {
            return false;
        }
        c->buf[i] = p;
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
            free(c->buf[i]);
        }
        model_free(&c->m);
        free(c);
    }
}

void codec_reset(struct codec *c)
{
    model_reset(&c->m);
    memset(c->len, 0, sizeof(c->len));
    c->raw = 0;
    c->n = c->run = 0;
    c->last_pe = 0;
}

bool codec_full(const struct codec *c)
{
    return c->n >= CHUNK_MAX_RECORDS || c->raw >= CHUNK_RAW_BYTES || c->m.n_sites >= CHUNK_MAX_SITES;
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

/* ---- writing ---- */

static inline void put8(struct codec *c, enum column col, uint8_t v)
{
    c->buf[col][c->len[col]++] = v;
}

static inline void put_num(struct codec *c, enum column col, uint64_t v)
{
    uint8_t *p = c->buf[col] + c->len[col], *q = p;
    while (v >= 0x80) {
        *q++ = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    *q++ = (uint8_t)v;
    c->len[col] += (size_t)(q - p);
}

/* A difference, small in either direction */
static inline void put_diff(struct codec *c, enum column col, uint64_t v)
{
    put_num(c, col, v << 1 ^ (uint64_t)-(int64_t)(v >> 63));
}

static inline bool is_site(const struct site *s, uint64_t meta, uint16_t key, uint64_t pc, bool no_place)
{
    return (uint16_t)s->meta == (uint16_t)meta && s->key == key && (no_place || s->pc == pc);
}

/* What a site that has just been made knows from its identity */
static void born(struct site *s, unsigned kind)
{
    switch (kind) {
    case REC_REG: case REC_SYSREG: case REC_SYSREG_READ:
        s->v[0] = s->key;
        s->step[0] = 0;
        s->guess[0] = GUESS_STEP;
        break;
    case REC_MEM:
        s->meta = (s->meta & ones64(48)) | (uint64_t)(s->key & 1) << 48;
        break;
    case REC_EXC_ENTRY:
        s->meta = (s->meta & ones64(48)) | (uint64_t)s->key << 48;
        break;
    case REC_WALK_STEP:
        s->meta = (s->meta & ones64(48)) | (uint64_t)(s->key >> 8) << 48;
        s->v[0] = s->key & 0xff;
        s->step[0] = 0;
        s->guess[0] = GUESS_STEP;
        break;
    default:
        break;
    }
}

static uint64_t expected_pc(const struct model_pe *p, unsigned kind)
{
    return p->pc + (kind == REC_INSN ? 4 : 0);
}

/* The site of a record that does not follow from the one before; says where it is. */
static uint32_t put_place(struct codec *c, const struct rec *r, uint64_t meta, uint16_t key, bool no_place, bool *fresh)
{
    struct model *m = &c->m;
    const struct model_pe *p = &m->pe[r->pe];
    uint32_t slot = 0, si = model_find(m, meta, key, r->pc, no_place, &slot);
    put8(c, COL_PLACE, (uint8_t)(r->kind | (r->pe != c->last_pe ? 0x40 : 0) | (key != 0 ? 0x80 : 0)));
    if (r->pe != c->last_pe) {
        put8(c, COL_PLACE, r->pe);
    }
    if (key != 0) {
        put_num(c, COL_PLACE, key);
    }
    if (!no_place) {
        put_diff(c, COL_PLACE, r->pc - expected_pc(p, r->kind));
    }
    if (si == 0) {
        si = model_add(m, meta, key, r->pc, slot);
        born(&m->site[si], r->kind);
        if (fresh != NULL) {
            *fresh = true;
        }
    }
    return si;
}

static void put_meta(struct codec *c, uint64_t diff)
{
    size_t at = c->len[COL_META]++;
    uint8_t which = 0;
    for (unsigned i = 0; i < 6; i++) {
        uint8_t byte = (uint8_t)(diff >> (16 + 8 * i));
        if (byte != 0) {
            which |= (uint8_t)(1u << i);
            put8(c, COL_META, byte);
        }
    }
    c->buf[COL_META][at] = which;
}

/* Cycle and time: the one that the other is foreseen from comes first. */
static void put_time(struct codec *c, const struct rec *r, struct site *s, const struct model_pe *p, unsigned miss)
{
    const struct model *m = &c->m;
    for (unsigned i = 0; i < 2; i++) {
        bool cycle = (i == 0) == (m->clock_hz != 0);
        if (cycle && (miss & MISS_CYCLE) != 0) {
            put_diff(c, COL_TIME, r->cycle - guess_cycle(m, p, s, r->time_ns));
            s->dcycle = r->cycle - p->cycle;
        } else if (!cycle && (miss & MISS_TIME) != 0) {
            put_diff(c, COL_TIME, r->time_ns - guess_time(m, p, r->icount, r->cycle));
        }
    }
}

/* Everything that was not foreseen, in the order in which the decoder needs it; and learn from it. */
static void put_misses(struct codec *c, const struct rec *r, struct site *s, struct model_pe *p, uint64_t meta, unsigned miss)
{
    struct model *m = &c->m;
    const uint64_t v[4] = {r->a, r->b, r->c, r->d};
    if (miss & MISS_META) {
        put_meta(c, meta ^ s->meta);
        s->meta = meta;
    }
    if (miss & MISS_PC) {
        put_diff(c, COL_PLACE, r->pc - p->pc);
    }
    if (miss & MISS_ICOUNT) {
        put_diff(c, COL_TIME, r->icount - (p->icount + s->dicount));
        s->dicount = r->icount - p->icount;
    }
    put_time(c, r, s, p, miss);
    for (unsigned i = 0; i < 4; i++) {
        if (miss & miss_value[i]) {
            uint64_t ref, ref2;
            model_ref(m, p, r, i, &ref, &ref2);
            put_diff(c, (enum column)(COL_A + i), v[i] - model_guess(s, i, ref, ref2));
            model_learn(s, i, v[i], ref, ref2);
        }
    }
    if (miss & MISS_HCR) {
        put_diff(c, COL_WORLD, r->hcr - s->hcr);
    }
    if (miss & MISS_VTTBR) {
        put_diff(c, COL_WORLD, r->vttbr - s->vttbr);
    }
}

bool codec_put(struct codec *c, const struct rec *r, bool *fresh)
{
    struct model *m = &c->m;
    struct model_pe *p = &m->pe[r->pe];
    uint64_t meta = rec_meta(r);
    uint16_t key = site_key(r, p);
    bool no_place = placeless(r->kind, r->type);
    const struct site *before = &m->site[m->prev];
    uint32_t si = before->next[0];
    enum found found = FOUND_NEXT;
    size_t raw = 0;
    if (unlikely(si == 0 || !is_site(&m->site[si], meta, key, r->pc, no_place))) {
        si = before->next[1];
        found = FOUND_SECOND;
        if (si == 0 || !is_site(&m->site[si], meta, key, r->pc, no_place)) {
            found = FOUND_SAID;
        }
    }
    if (unlikely(found == FOUND_SAID)) {
        if (!grow(c) || !model_grow(m)) {
            return false;
        }
        raw = c->len[COL_PLACE];
        si = put_place(c, r, meta, key, no_place, fresh);
        raw = c->len[COL_PLACE] - raw;
    }
    struct site *s = &m->site[si];
    const uint64_t v[4] = {r->a, r->b, r->c, r->d};
    unsigned miss = 0;
    for (unsigned i = 0; i < 4; i++) {
        uint64_t guess = s->v[i] + s->step[i];
        if (s->guess[i] != GUESS_STEP) { /* most are by step, and need no reference */
            uint64_t ref, ref2;
            model_ref(m, p, r, i, &ref, &ref2);
            guess = model_guess(s, i, ref, ref2);
        }
        miss |= guess != v[i] ? miss_value[i] : 0u;
    }
    miss |= r->icount != p->icount + s->dicount ? MISS_ICOUNT : 0u;
    uint64_t time_off = r->time_ns - guess_time(m, p, r->icount, r->cycle);
    miss |= time_off != 0 ? MISS_TIME : 0u;
    miss |= r->cycle != guess_cycle(m, p, s, r->time_ns) ? MISS_CYCLE : 0u;
    miss |= no_place && r->pc != p->pc ? MISS_PC : 0u;
    miss |= (meta ^ s->meta) != 0 ? MISS_META : 0u;
    miss |= r->hcr != p->hcr ? MISS_HCR : 0u;
    miss |= r->vttbr != p->vttbr ? MISS_VTTBR : 0u;
    if (likely((miss | (unsigned)found) == 0)) {
        c->run++;
    } else {
        if (!grow(c)) {
            return false;
        }
        size_t before_len = 0, after = 0;
        for (unsigned i = 0; i < COL_COUNT; i++) {
            before_len += c->len[i];
        }
        put_num(c, COL_CTRL, c->run);
        put_num(c, COL_CTRL, miss << 2 | (unsigned)found);
        c->run = 0;
        put_misses(c, r, s, p, meta, miss);
        if (fresh != NULL && (miss & MISS_PC) != 0) {
            *fresh = true;
        }
        for (unsigned i = 0; i < COL_COUNT; i++) {
            after += c->len[i];
        }
        c->raw += after - before_len + raw;
    }
    if (unlikely(m->time_by_cycles)) {
        model_frac(m, p, r->cycle, time_off);
    }
    memcpy(s->v, v, sizeof(v));
    s->hcr = r->hcr;
    s->vttbr = r->vttbr;
    s->pc = r->pc;
    c->last_pe = r->pe;
    c->n++;
    model_after(m, p, si, r);
    return true;
}

size_t codec_raw_len(const struct codec *c)
{
    size_t n = 4 * COL_COUNT;
    for (unsigned i = 0; i < COL_COUNT; i++) {
        n += c->len[i];
    }
    return n;
}

void codec_flush(struct codec *c, uint8_t *out)
{
    uint8_t *p = out + 4 * COL_COUNT;
    for (unsigned i = 0; i < COL_COUNT; i++) {
        put_le32(out + 4 * i, (uint32_t)c->len[i]);
        memcpy(p, c->buf[i], c->len[i]);
        p += c->len[i];
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
    uint64_t meta = kind | (uint64_t)pe << 8, pc = m->pe[pe].pc;
    if (!no_place && !get_diff(c, COL_PLACE, expected_pc(&m->pe[pe], kind), &pc)) {
        return 0;
    }
    uint32_t slot = 0, si = model_find(m, meta, (uint16_t)key, pc, no_place, &slot);
    if (si == 0) {
        if (m->n_sites >= CHUNK_MAX_SITES) {
            *why = "more places than a chunk has";
            return 0;
        }
        if (m->n_sites == m->cap_sites) {
            if (!model_grow(m)) {
                *why = "out of memory";
                return 0;
            }
            (void)model_find(m, meta, (uint16_t)key, pc, no_place, &slot);
        }
        si = model_add(m, meta, (uint16_t)key, pc, slot);
        born(&m->site[si], kind);
    }
    r->pc = pc;
    return si;
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

static bool get_values(struct codec *c, struct rec *r, struct site *s, const struct model_pe *p, unsigned miss)
{
    uint64_t *const v[4] = {&r->a, &r->b, &r->c, &r->d};
    for (unsigned i = 0; i < 4; i++) {
        uint64_t ref = 0, ref2 = 0, guess = s->v[i] + s->step[i];
        if (s->guess[i] != GUESS_STEP || (miss & miss_value[i]) != 0) {
            model_ref(&c->m, p, r, i, &ref, &ref2);
            guess = model_guess(s, i, ref, ref2);
        }
        *v[i] = guess;
        if ((miss & miss_value[i]) != 0) {
            if (!get_diff(c, (enum column)(COL_A + i), guess, v[i])) {
                return false;
            }
            model_learn(s, i, *v[i], ref, ref2);
        }
        s->v[i] = *v[i];
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
static bool get_fields(struct codec *c, struct rec *r, struct site *s, struct model_pe *p, unsigned miss)
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
    return get_time(c, r, s, p, miss) && get_values(c, r, s, p, miss) &&
           ((miss & MISS_HCR) == 0 || get_diff(c, COL_WORLD, s->hcr, &r->hcr)) &&
           ((miss & MISS_VTTBR) == 0 || get_diff(c, COL_WORLD, s->vttbr, &r->vttbr));
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
    struct model_pe *p = &m->pe[s->meta >> 8 & 7];
    unsigned kind = s->meta & 63;
    if (found != FOUND_SAID) {
        r->pc = placeless(kind, s->key) ? p->pc : s->pc;
    }
    r->kind = (uint8_t)kind; /* model_ref looks at it */
    if (!get_fields(c, r, s, p, (unsigned)(ctrl >> 2))) {
        *why = "a column ends early";
        return false;
    }
    s->hcr = r->hcr;
    s->vttbr = r->vttbr;
    s->pc = r->pc;
    c->last_pe = r->pe;
    c->n++;
    model_after(m, p, si, r);
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
