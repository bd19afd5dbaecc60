/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks, states as numbers, and what blocks remember. */
#include "cpu/timing/pipe-int.h"

#include <stdlib.h>
#include <string.h>

enum {
    BUCKETS = 1 << 17,
    REMEMBERED = 8,         /* entry states a block remembers */
    /* States: numbers fit into 16 bits. The caller is asked to forget them at `many`; at `most` it happens at once. */
    MANY_STATES = 48000, MOST_STATES = 65000,
    MEMOS = 1 << 17,
    /* a packed state: sizes, a word for each register in flight, units, the window, bookings */
    PACKED = 2 + (OPD_REGS + 1 + PIPE_UNITS + PIPE_WINDOW) / 2 + PIPE_UNITS * (PIPE_HORIZON / 64)
};

/* One state that a block was entered in, by block and state */
struct pipe_memo {
    uint32_t block, generation;
    uint16_t entry, exit;
    uint32_t cycles;
};

struct memo {
    uint32_t generation, entry, exit;
    uint32_t cycles;
};

struct pipe_block {
    struct memo memo[REMEMBERED];
    unsigned next;          /* to be replaced */
    unsigned n;
    uint32_t id;            /* for struct pipe_memo; 0: not yet run */
    struct pipe_slot *slot; /* room for a schedule */
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
    for (unsigned i = 0; i < OPD_REGS; i++) {
        if (s->ready[i] != 0) {
            half[n++] = (uint16_t)(i | (unsigned)s->group[i] << 8);
            half[n++] = s->ready[i];
        }
    }
    half[2] = (uint16_t)(n / 2 - 4);
    for (unsigned i = 0; i < p->n_units; i++) {
        half[n++] = s->unit[i];
    }
    unsigned booked = 0;
    if (p->ooo) {
        half[3] = s->n_window;
        half[4] = s->decoded;
        half[5] = (uint16_t)(booked = s->n_words);
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
        s->group[half[n] & 0xff] = (uint8_t)(half[n] >> 8);
        s->ready[half[n] & 0xff] = half[n + 1];
    }
    memcpy(s->unit, &half[n], p->n_units * sizeof(half[0]));
    n += p->n_units;
    if (!p->ooo) {
        return;
    }
    s->n_window = half[3];
    s->decoded = half[4];
    s->n_words = half[5];
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
    p->first_word = calloc(MOST_STATES + 1, sizeof(p->first_word[0]));
    p->hash_of = calloc(MOST_STATES, sizeof(p->hash_of[0]));
    p->drain = calloc(MOST_STATES, sizeof(p->drain[0]));
    p->bucket = calloc(BUCKETS, sizeof(p->bucket[0]));
    p->memo = calloc(MEMOS, sizeof(p->memo[0]));
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

static void add_sources(const struct pipe *p, struct pipe_insn *in, const struct operands *o, uint32_t insn)
{
    const struct pipe_read *r = &p->read[in->cls->read];
    /* when Rn is XZR, Rm is the second source all the same */
    unsigned plain = o->row != NULL && (o->row->fields & FIELD_rn) != 0 && bits32(insn, 9, 5) == 31;
    for (unsigned i = 0; i < o->n_src; i++) {
        unsigned reg = o->src[i].reg;
        if (reg == OPD_FPCR || reg == OPD_FPSR) {
            continue;       /* written so seldom that cores serialise */
        }
        in->src[in->n_src++] = (struct pipe_source){(uint8_t)reg, (uint8_t)kind_of(&o->src[i], &plain), r};
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

struct pipe_block *pipe_block_new(const struct pipe *p, const uint32_t *words, unsigned n, const struct features *feat)
{
    struct pipe_block *b = calloc(1, sizeof(*b) + n * sizeof(b->insn[0]));
    if (b == NULL || (b->slot = calloc(n + 1, sizeof(b->slot[0]))) == NULL) {
        abort();
    }
    b->n = n;
    for (unsigned i = 0; i < n; i++) {
        struct operands o;
        (void)operands_of(words[i], feat, &o);
        b->insn[i].cls = &p->cls[timing_class_of(words[i], &o)];
        b->insn[i].load = o.mem.load;
        add_sources(p, &b->insn[i], &o, words[i]);
        add_results(&b->insn[i], &o);
    }
    return b;
}

void pipe_block_free(struct pipe_block *b)
{
    if (b != NULL) {
        free(b->slot);
        free(b);
    }
}

unsigned pipe_block_length(const struct pipe_block *b)
{
    return b->n;
}

/* ---- running ---- */
unsigned pipe_block_schedule(struct pipe *p, struct pipe_block *b, unsigned *state, struct pipe_slot *slot)
{
    struct pipe_state s;
    unpack(p, *state, &s);
    unsigned cycles = (p->ooo ? pipe_run_ooo : pipe_run_in_order)(p, b->insn, b->n, &s, slot);
    *state = number_of(p, &s);
    return cycles;
}

unsigned pipe_block_slack(const struct pipe *p, struct pipe_block *b)
{
    struct pipe_state s = {0};
    (void)pipe_run_in_order(p, b->insn, b->n, &s, b->slot);
    return b->slot[0].slack;
}

unsigned pipe_block_part(struct pipe *p, struct pipe_block *b, unsigned n, unsigned *state)
{
    struct pipe_state s;
    unpack(p, *state, &s);
    unsigned cycles = (p->ooo ? pipe_run_ooo : pipe_run_in_order)(p, b->insn, n, &s, b->slot);
    *state = number_of(p, &s);
    return cycles;
}

/* The block's own memory does not have the state. */
static unsigned run_anew(struct pipe *p, struct pipe_block *b, unsigned *state)
{
    b->id = b->id == 0 ? ++p->n_blocks : b->id;
    struct pipe_memo *far = &p->memo[((b->id * UINT32_C(0x9e3779b1)) ^ (*state * UINT32_C(0x85ebca6b))) >> 15];
    struct memo m = {.entry = *state, .generation = p->generation};
    if (far->block == b->id && far->entry == *state && far->generation == p->generation) {
        m.exit = far->exit;
        m.cycles = far->cycles;
        *state = m.exit;
    } else {
        p->computed++;
        m.cycles = pipe_block_schedule(p, b, state, b->slot);
        m.exit = *state;
        if (m.generation != p->generation) {
            return m.cycles;
        }
        *far = (struct pipe_memo){b->id, m.generation, (uint16_t)m.entry, (uint16_t)m.exit, m.cycles};
    }
    b->memo[b->next++ % REMEMBERED] = m;
    return m.cycles;
}

unsigned pipe_block_run(struct pipe *p, struct pipe_block *b, unsigned *state)
{
    p->runs++;
    for (unsigned i = 0; i < REMEMBERED; i++) {
        struct memo m = b->memo[i];
        if (m.entry == *state && m.generation == p->generation) {
            if (i != 0) { /* the next time it is found sooner */
                b->memo[i] = b->memo[i - 1];
                b->memo[i - 1] = m;
            }
            *state = m.exit;
            return m.cycles;
        }
    }
    return run_anew(p, b, state);
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
