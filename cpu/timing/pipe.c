/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks, states as numbers, and what blocks remember. */
#include "cpu/timing/pipe-int.h"

#include <stdlib.h>
#include <string.h>

enum {
    BUCKETS = 1 << 17,
    /* States: numbers fit into 16 bits. The caller is asked to forget them at `many`; at `most` it happens at once. */
    MANY_STATES = 48000, MOST_STATES = 65000,
    /* a packed state: sizes, a word for each register in flight, units, the window, bookings */
    PACKED = 2 + (OPD_REGS + 1 + PIPE_UNITS + PIPE_WINDOW) / 2 + PIPE_UNITS * (PIPE_HORIZON / 64)
};

enum { SEEN = 1 << 15,       /* of a register, beside its group */
       MOVED = 1 << 15 };    /* beside struct pipe_state.decoded */
_Static_assert(PIPE_GROUPS <= 1 << 7, "there is room for a group");

struct pipe_block {
    unsigned n;
    bool ends;              /* its run */
    uint64_t place;         /* for struct pipe_memo; 0: not yet run, or there were too many */
    struct pipe_insn insn[];
};

/* ---- states ---- */

/* Returns the number of words. */
static unsigned pack(const struct pipe *p, const struct pipe_state *s, uint64_t w[PACKED])
{
    uint16_t half[4 * PACKED];
    unsigned n = 8;
    half[0] = s->slots;
    half[1] = s->written;
    half[2] = half[3] = half[4] = half[5] = half[6] = half[7] = 0;
    for (struct pipe_regs left = s->live; pipe_regs_any(&left);) {
        unsigned i = pipe_regs_next(&left);
        half[n++] = (uint16_t)(i | (unsigned)s->group[i] << 8 | (pipe_regs_have(&s->seen, i) ? SEEN : 0));
        half[n++] = s->ready[i];
    }
    half[2] = (uint16_t)(n / 2 - 4);
    for (unsigned i = 0; i < p->n_units; i++) {
        half[n++] = s->unit[i];
    }
    unsigned booked = 0;
    if (p->ooo) {
        half[3] = s->n_window;
        half[4] = (uint16_t)(s->decoded | (s->moved ? MOVED : 0));
        half[5] = (uint16_t)(booked = s->n_words);
        half[6] = s->used;
        half[7] = s->waited;
        memcpy(&half[n], s->leave, s->n_window * sizeof(half[0]));
        n += s->n_window;
    }
    while (n % 4 != 0) {
        half[n++] = 0;
    }
    memcpy(w, half, n * sizeof(half[0]));
    n /= 4;
    for (unsigned i = 0; i < p->n_units && booked != 0; i++) {
        memcpy(&w[n], s->booked[i], booked * sizeof(w[0]));
        n += booked;
    }
    return n;
}

static void unpack(const struct pipe *p, unsigned number, struct pipe_state *s)
{
    const uint64_t *w = &p->word[p->first_word[number]];
    const uint16_t *half = (const uint16_t *)(const void *)w;
    memset(s, 0, offsetof(struct pipe_state, n_window));
    s->slots = half[0];
    s->written = half[1];
    unsigned n = 8, end = n + 2u * half[2];
    for (; n < end; n += 2) {
        unsigned reg = half[n] & 0xff;
        pipe_regs_add(&s->live, reg);
        s->group[reg] = (uint8_t)(half[n] >> 8 & (PIPE_GROUPS - 1));
        if ((half[n] & SEEN) != 0) {
            pipe_regs_add(&s->seen, reg);
        }
        s->ready[reg] = half[n + 1];
    }
    memcpy(s->unit, &half[n], p->n_units * sizeof(half[0]));
    n += p->n_units;
    if (!p->ooo) {
        return;
    }
    s->n_window = half[3];
    s->decoded = half[4] & (MOVED - 1);
    s->moved = (half[4] & MOVED) != 0;
    s->n_words = half[5];
    s->used = half[6];
    s->waited = half[7];
    memcpy(s->leave, &half[n], s->n_window * sizeof(half[0]));
    w += (n + s->n_window + 3) / 4;
    memset(s->booked, 0, p->n_units * sizeof(s->booked[0]));
    for (unsigned i = 0; i < p->n_units; i++, w += s->n_words) {
        memcpy(s->booked[i], w, s->n_words * sizeof(w[0]));
    }
}

static uint32_t hash_words(const uint64_t *w, unsigned n)
{
    uint64_t h = UINT64_C(0x9e3779b97f4a7c15);
    for (unsigned i = 0; i < n; i++) {
        h = (h ^ w[i]) * UINT64_C(0xff51afd7ed558ccd);
        h ^= h >> 32;
    }
    return (uint32_t)h;
}

static unsigned add_state(struct pipe *p, const uint64_t *w, unsigned n, uint32_t hash)
{
    unsigned b = hash % BUCKETS;
    while (p->bucket[b] != 0) {
        b = (b + 1) % BUCKETS;
    }
    if (p->n_words + n > p->words_room) {
        p->words_room = 2 * p->words_room + PACKED;
        p->word = realloc(p->word, p->words_room * sizeof(p->word[0]));
        if (p->word == NULL) {
            abort();
        }
    }
    memcpy(&p->word[p->n_words], w, n * sizeof(w[0]));
    p->n_words += n;
    p->hash_of[p->n_states] = hash;
    p->drain[p->n_states] = 0;
    p->bucket[b] = ++p->n_states;
    p->first_word[p->n_states] = (uint32_t)p->n_words;
    return p->n_states - 1;
}

static void forget_states(struct pipe *p)
{
    const struct pipe_state empty = {0};
    uint64_t w[PACKED];
    memset(p->bucket, 0, BUCKETS * sizeof(p->bucket[0]));
    p->n_states = 0;
    p->n_words = 0;
    p->generation++;
    memset(p->memo, 0, sizeof(p->memo[0]) << PIPE_MEMO_BITS);
    unsigned n = pack(p, &empty, w);
    add_state(p, w, n, hash_words(w, n)); /* PIPE_EMPTY */
}

static unsigned number_of(struct pipe *p, const struct pipe_state *s)
{
    uint64_t w[PACKED];
    unsigned n = pack(p, s, w);
    uint32_t hash = hash_words(w, n);
    for (unsigned b = hash % BUCKETS; p->bucket[b] != 0; b = (b + 1) % BUCKETS) {
        unsigned i = p->bucket[b] - 1, at = p->first_word[i];
        if (p->hash_of[i] == hash && p->first_word[i + 1] - at == n && memcmp(&p->word[at], w, n * sizeof(w[0])) == 0) {
            return i;
        }
    }
    if (p->n_states == MOST_STATES) {
        forget_states(p);
    }
    return add_state(p, w, n, hash);
}

bool pipe_states_many(const struct pipe *p)
{
    return p->n_states >= MANY_STATES;
}

void pipe_forget(struct pipe *p, unsigned *const *keep, unsigned n)
{
    struct pipe_state *kept = calloc(n + 1, sizeof(*kept));
    if (kept == NULL) {
        abort();
    }
    for (unsigned i = 0; i < n; i++) {
        unpack(p, *keep[i], &kept[i]);
    }
    forget_states(p);
    for (unsigned i = 0; i < n; i++) {
        *keep[i] = number_of(p, &kept[i]);
    }
    free(kept);
}

/* ---- construction ---- */
struct pipe *pipe_new(struct timing_params *params, struct timing_error *err)
{
    struct pipe *p = calloc(1, sizeof(*p));
    if (p == NULL) {
        abort();
    }
    if (!pipe_read_params(p, params, err)) {
        free(p);
        return NULL;
    }
    if (p->ooo) {
        pipe_find_pools(p);
    }
    p->first_word = calloc(MOST_STATES + 1, sizeof(p->first_word[0]));
    p->hash_of = calloc(MOST_STATES, sizeof(p->hash_of[0]));
    p->drain = calloc(MOST_STATES, sizeof(p->drain[0]));
    p->bucket = calloc(BUCKETS, sizeof(p->bucket[0]));
    p->memo = aligned_alloc(64, sizeof(p->memo[0]) << PIPE_MEMO_BITS);
    if (p->first_word == NULL || p->hash_of == NULL || p->drain == NULL || p->bucket == NULL || p->memo == NULL) {
        abort();
    }
    forget_states(p);
    return p;
}

void pipe_free(struct pipe *p)
{
    if (p != NULL) {
        free(p->word);
        free(p->first_word);
        free(p->memo);
        free(p->hash_of);
        free(p->drain);
        free(p->bucket);
        free(p);
    }
}

bool pipe_out_of_order(const struct pipe *p)
{
    return p->ooo;
}

unsigned pipe_width(const struct pipe *p)
{
    return p->width;
}

unsigned pipe_ticks(const struct pipe *p)
{
    return p->ooo ? p->decode : 1;
}

/* ---- instructions ---- */
static enum pipe_read_kind kind_of(const struct opd *src, unsigned *plain)
{
    switch (src->role) {
    case OPD_SHIFTED: return READ_SHIFTED;
    case OPD_EXTENDED: return READ_EXTENDED;
    case OPD_ACC: return READ_ACC;
    case OPD_MERGE: return READ_MERGE;
    case OPD_ADDR: return READ_ADDR;
    case OPD_INDEX: return READ_INDEX;
    case OPD_DATA: case OPD_COMPARE: return READ_DATA;
    case OPD_COND: return READ_COND;
    default: return (*plain)++ == 0 ? READ_SRC : READ_SRC2;
    }
}

static void add_sources(struct pipe_insn *in, const struct operands *o, uint32_t insn)
{
    /* when Rn is XZR, Rm is the second source all the same */
    unsigned plain = o->row != NULL && (o->row->fields & FIELD_rn) != 0 && bits32(insn, 9, 5) == 31;
    for (unsigned i = 0; i < o->n_src; i++) {
        unsigned reg = o->src[i].reg;
        if (reg == OPD_FPCR || reg == OPD_FPSR) {
            continue;       /* written so seldom that cores serialise */
        }
        in->src[in->n_src++] = (struct pipe_source){(uint8_t)reg, (uint8_t)kind_of(&o->src[i], &plain)};
    }
}

static void add_results(struct pipe_insn *in, const struct operands *o)
{
    const struct pipe_class *c = in->cls;
    unsigned loaded = 0;
    in->first_result = o->mem.writeback != OPD_WB_NONE && c->base < c->latency ? c->base : c->latency;
    in->first_result = c->second < in->first_result ? c->second : in->first_result;
    for (unsigned i = 0; i < o->n_dst; i++) {
        unsigned reg = o->dst[i].reg, latency = c->latency;
        if (o->dst[i].role == OPD_LOADED) {
            latency = loaded++ == 0 ? c->latency : c->second;
        } else if (o->dst[i].role == OPD_WRITEBACK) {
            latency = c->base;
        } else if (reg == OPD_FPSR) {
            continue;
        }
        in->dst[in->n_dst++] = (struct pipe_dest){(uint8_t)reg, (uint8_t)latency};
    }
}

void pipe_insn_make(const struct pipe *p, uint32_t word, const struct features *feat, struct pipe_insn *in)
{
    struct operands o;
    (void)operands_of(word, feat, &o);
    *in = (struct pipe_insn){.cls = &p->cls[timing_class_of(word, &o)], .load = o.mem.load};
    add_sources(in, &o, word);
    add_results(in, &o);
}

struct pipe_block *pipe_block_part(const struct pipe *p, const uint32_t *words, unsigned n, const struct features *feat)
{
    struct pipe_block *b = calloc(1, sizeof(*b) + n * sizeof(b->insn[0]));
    if (b == NULL) {
        abort();
    }
    b->n = n;
    for (unsigned i = 0; i < n; i++) {
        pipe_insn_make(p, words[i], feat, &b->insn[i]);
    }
    return b;
}

struct pipe_block *pipe_block_new(const struct pipe *p, const uint32_t *words, unsigned n, const struct features *feat)
{
    struct pipe_block *b = pipe_block_part(p, words, n, feat);
    b->ends = true;
    return b;
}

void pipe_block_free(struct pipe_block *b)
{
    free(b);
}

unsigned pipe_block_length(const struct pipe_block *b)
{
    return b->n;
}

/* ---- running ---- */
static unsigned run(struct pipe *p, const struct pipe_insn *insn, unsigned n, bool ends, unsigned *state, struct pipe_slot *slot)
{
    struct pipe_state s;
    unpack(p, *state, &s);
    unsigned ticks = p->ooo ? pipe_run_ooo(p, insn, n, ends, &s, slot) : pipe_run_in_order(p, insn, n, &s, slot);
    *state = number_of(p, &s);
    return ticks;
}

unsigned pipe_block_schedule(struct pipe *p, struct pipe_block *b, unsigned *state, struct pipe_slot *slot)
{
    return run(p, b->insn, b->n, b->ends, state, slot);
}

unsigned pipe_slack(const struct pipe *p, const struct pipe_insn *insn, unsigned n)
{
    struct pipe_state s = {0};
    struct pipe_slot slot[n];
    (void)pipe_run_in_order(p, insn, n, &s, slot);
    return slot[0].slack;
}

unsigned pipe_run(struct pipe *p, uint64_t place, const struct pipe_insn *insn, unsigned n, bool ends, unsigned *state)
{
    unsigned entry = *state, generation = p->generation, ticks = run(p, insn, n, ends, state, NULL);
    p->computed++;
    if (place != 0 && generation == p->generation) {
        p->memo[pipe_memo_index(place, entry + 1)] = (struct pipe_memo){place, (uint16_t)(entry + 1), (uint16_t)(*state + 1), ticks};
    }
    return ticks;
}

const struct pipe_memo *pipe_memos(const struct pipe *p)
{
    return p->memo;
}

unsigned pipe_block_run(struct pipe *p, struct pipe_block *b, unsigned *state)
{
    p->runs++;
    if (b->place == 0 && p->n_blocks + 1 < PIPE_PLACES) {
        b->place = ++p->n_blocks;
    }
    const struct pipe_memo *m = b->place == 0 ? NULL : pipe_memo_find(p->memo, b->place, *state + 1);
    if (m == NULL) {
        return pipe_run(p, b->place, b->insn, b->n, b->ends, state);
    }
    *state = m->exit - 1u;
    return m->ticks;
}

void pipe_state_wait(struct pipe *p, unsigned *state, unsigned cycles)
{
    struct pipe_state s;
    unpack(p, *state, &s);
    (p->ooo ? pipe_wait_ooo : pipe_wait_in_order)(p, &s, cycles);
    *state = number_of(p, &s);
}

unsigned pipe_state_drain(const struct pipe *p, unsigned state)
{
    struct pipe_state at, *s = &at;
    if (p->drain[state] != 0) {
        return p->drain[state] - 1;
    }
    unpack(p, state, s);
    unsigned most = s->written;
    for (unsigned i = 0; i < OPD_REGS; i++) {
        most = s->ready[i] > most ? s->ready[i] : most;
    }
    if (p->ooo && s->n_window != 0 && s->leave[s->n_window - 1] > most) {
        most = s->leave[s->n_window - 1];
    }
    p->drain[state] = most + 1;
    return most;
}

struct pipe_memory pipe_memory_use(const struct pipe *p)
{
    return (struct pipe_memory){p->runs, p->computed, p->n_states, p->generation};
}

struct pipe_cost pipe_class_cost(const struct pipe *p, enum timing_class c)
{
    const struct pipe_class *k = &p->cls[c];
    struct pipe_cost cost = {k->latency, k->second, k->base, k->uops, 0};
    for (unsigned i = 0; i < k->n_uses; i++) {
        unsigned units = (unsigned)__builtin_popcount(k->use[i].units);
        unsigned interval = (k->use[i].cycles + units - 1) / units;
        cost.interval = interval > cost.interval ? interval : cost.interval;
    }
    return cost;
}

const char *pipe_stall_name(enum pipe_stall s)
{
    static const char *const names[PIPE_STALLS] = {"-", "slots", "operand", "unit", "order", "window"};
    return s < PIPE_STALLS ? names[s] : "?";
}
