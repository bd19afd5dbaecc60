/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches of random cases. A case is a block of instructions that ends with BRK, and a state to start it from. There
 * are single instructions with operands and addresses to suit, and blocks of several: pieces of code that are laid out
 * in any order and joined by branches, so that they go forward as written and both ways in memory.
 */
#include "el0.h"

#include <string.h>

enum { MAX_ITEMS = 96 };

enum fix { FIX_NONE, FIX_ADR, FIX_LITERAL, FIX_BRANCH, FIX_ADR_ITEM };

struct item {
    uint32_t word;
    enum fix fix;
    uint64_t target;        /* an address, or the number of an item */
    bool inner;             /* belongs to the item before it: branches go to the next one that does not */
};

struct block {
    struct el0_gen *g;
    struct rng *r;
    struct item item[MAX_ITEMS];
    unsigned n;
    uint64_t addr[MAX_ITEMS + 1];
};

/* ---- addresses ---- */
static uint64_t near_edge(struct rng *r, uint64_t edge, unsigned bytes)
{
    return edge - 1 - below(r, bytes + 4) + (one_in(r, 4) ? bytes : 0);
}

/* An address for an access of about `bytes`; `safe`: mostly one that does not fault. */
static uint64_t choose_address(struct rng *r, unsigned bytes, bool safe)
{
    uint64_t inside = EL0_RW + 512 + below(r, EL0_RW_SIZE - 1024), tag = 0;
    unsigned pick = below(r, safe ? 80 : 100);
    if (pick < 66) {
        return inside & ~(uint64_t)(bytes - 1);
    }
    if (pick < 76) {
        return inside;
    }
    if (pick < 80) {
        return near_edge(r, EL0_RW + 0x1000, bytes);
    }
    switch (pick) {
    case 80: case 81: return near_edge(r, EL0_RW, bytes);
    case 82: case 83: return near_edge(r, EL0_NONE, bytes);
    case 84: return near_edge(r, EL0_RO, bytes);
    case 85: return near_edge(r, EL0_DATA_END, bytes);
    case 86: return EL0_CODE + (rnd(r) & (EL0_CODE_SIZE - 1) & ~(uint64_t)(bytes - 1));
    case 87: return EL0_NONE + below(r, 0x1000);
    case 88: return value_x(r);
    case 89: return EL0_DATA_END + below(r, 0x4000);
    case 90: case 91: case 92:
        tag = rnd(r) << 56;
        return (inside & ~(uint64_t)(bytes - 1)) | tag;
    case 93: return inside | (uint64_t)(1 + below(r, 255)) << 48;
    default: return EL0_RO + (below(r, EL0_RO_SIZE - 64) & ~(unsigned)(bytes - 1));
    }
}

/* Where an indirect branch may go */
static uint64_t choose_code(struct rng *r)
{
    uint64_t a = EL0_CODE + (rnd(r) & (EL0_CODE_SIZE - 4));
    switch (below(r, 16)) {
    case 0: return a | (1 + below(r, 3));
    case 1: return a | rnd(r) << 56;
    case 2: return choose_address(r, 4, false);
    case 3: return value_x(r);
    case 4: return EL0_CODE + EL0_CODE_SIZE - 4 * below(r, 2);
    default: return a;
    }
}

/* ---- states ---- */
static void random_state(struct el0_gen *g, struct el0_state *s, const struct a64_row *row)
{
    struct rng *r = &g->rng;
    bool special = one_in(r, 6), extreme = one_in(r, 6), same = one_in(r, 8);
    enum value_kind mixed = (enum value_kind)below(r, 5);
    memset(s, 0, sizeof(*s));
    for (unsigned i = 0; i < 31; i++) {
        s->x[i] = i > 0 && same && one_in(r, 2) ? s->x[below(r, i)] : extreme ? value_x_extreme(r) : value_x(r);
    }
    for (unsigned i = 0; i < 32; i++) {
        enum value_kind k = row != NULL ? value_kind_of_row(r, row) : one_in(r, 3) ? (enum value_kind)below(r, 5) : mixed;
        s->v[i][0] = value_v(r, k, special);
        s->v[i][1] = value_v(r, k, special);
        if (i > 0 && same && one_in(r, 3)) { /* equal or opposite operands */
            unsigned j = below(r, i);
            s->v[i][0] = s->v[j][0] ^ (one_in(r, 2) ? rnd(r) & UINT64_C(0x8000800080008000) : 0);
            s->v[i][1] = s->v[j][1];
        }
    }
    s->sp = (EL0_RW + 0x800 + below(r, 0x1000)) & ~UINT64_C(15);
    s->tpidr = value_x(r);
    s->pstate = (uint32_t)rnd(r) & 0xf0000000;
    if (feat_has(g->feat, FEAT_SSBS)) {
        s->pstate |= (uint32_t)rnd(r) & (1u << 12);
    }
    s->fpcr = value_fpcr(r, feat_has(g->feat, FEAT_FP16));
    s->fpsr = value_fpsr(r);
}

static bool store_exclusive(uint32_t w)
{
    return (w & UINT32_C(0x3fc00000)) == 0x08000000 && ((w & UINT32_C(0x00200000)) == 0 || bit32(w, 31));
}

/* The value of `size` bytes that an access finds at the beginning of a case; 0 outside the data. */
static uint64_t data_at(const struct el0_gen *g, uint64_t at, unsigned size)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < size; i++) {
        uint64_t off = at + (g->big_endian ? size - 1 - i : i) - EL0_RO;
        v |= off < EL0_FILL_SIZE ? (uint64_t)g->fill[off] << (8 * i) : 0;
    }
    return v;
}

/* Compare-and-swap finds what it looks for. */
static void suit_compare(const struct el0_gen *g, struct el0_state *s, uint32_t w, uint64_t target)
{
    unsigned rs = bits32(w, 20, 16);
    if ((w & UINT32_C(0x3fa07c00)) == 0x08a07c00 && rs < 31) {
        s->x[rs] = data_at(g, target, 1u << bits32(w, 31, 30));
    } else if ((w & UINT32_C(0xbfa07c00)) == 0x08207c00 && rs < 30) {
        unsigned size = bit32(w, 30) ? 8 : 4;
        s->x[rs] = data_at(g, target, size);
        s->x[rs + 1] = data_at(g, target + size, size);
    }
}

/* A pointer without a signature, of either half of the address space; sometimes with a tag. */
static uint64_t plain_pointer(struct rng *r)
{
    uint64_t p = one_in(r, 2) ? value_x(r) & ones64(48) : EL0_RW + below(r, EL0_RW_SIZE);
    if (one_in(r, 4)) {
        return p | ~ones64(48);
    }
    return p | (one_in(r, 4) ? rnd(r) << 56 : 0);
}

/* Registers that the word uses as an address get one. */
static void suit_state(struct el0_gen *g, struct el0_state *s, uint32_t w)
{
    struct rng *r = &g->rng;
    struct mem_form f = mem_form_of(w);
    int br = branch_register(w), row = a64_decode(w);
    if (br >= 0 && br < 31) {
        s->x[br] = choose_code(r);
    }
    if (row >= 0 && a64_rows[row].feature == FEAT_PAUTH && feat_has(g->feat, FEAT_PAUTH)) {
        s->x[17] = plain_pointer(r);
        s->x[30] = plain_pointer(r);
        if ((w & UINT32_C(0xffff0000)) == 0xdac10000 && (w & 31) != 31) {
            s->x[w & 31] = plain_pointer(r);
        }
    }
    if (!f.memory) {
        return;
    }
    uint64_t target = choose_address(r, f.bytes, store_exclusive(w)), index = 0;
    if (f.index >= 0 && f.index != 31) {
        if (!one_in(r, 4)) {
            s->x[f.index] = one_in(r, 2) ? below(r, 512) : (uint64_t)0 - below(r, 512);
        }
        index = mem_index_value(&f, s->x[f.index]);
    }
    if (one_in(r, 2)) {
        suit_compare(g, s, w, target);
    }
    if (f.base == 31) {
        s->sp = target - (uint64_t)f.offset - index;
    } else {
        s->x[f.base] = target - (uint64_t)f.offset - index;
    }
}

/* ---- placing ---- */

/* Place for n words: the index of the first, or EL0_CODE_WORDS when there is none. */
static unsigned reserve(struct el0_gen *g, unsigned n)
{
    struct rng *r = &g->rng;
    g->at += 1 + below(r, 6);
    if (one_in(r, 12)) { /* across a page's end */
        unsigned at = (g->at | 1023) + 1 - below(r, n + 1);
        g->at = at < g->at ? at + 1024 : at;
    }
    unsigned at = g->at;
    if (at + n + 8 > EL0_CODE_WORDS) {
        return EL0_CODE_WORDS;
    }
    g->at += n;
    return at;
}

void gen_begin(struct el0_gen *g)
{
    struct rng *r = &g->rng;
    for (unsigned i = 0; i < EL0_CODE_WORDS; i++) {
        g->code[i] = EL0_STOP;
    }
    for (unsigned i = 0; i < EL0_FILL_SIZE; i += 8) {
        uint64_t v = value_v(r, (enum value_kind)(i >> 6 & 3), false);
        if ((i >> 6) % 3 == 0) {
            v = value_v(r, KIND_LANES, false);
        }
        memcpy(g->fill + i, &v, 8);
    }
    g->head.n_cases = 0;
    g->at = below(r, 64);
}

void gen_end(struct el0_gen *g)
{
    g->head.code_words = g->at + 1 > EL0_CODE_WORDS ? EL0_CODE_WORDS : g->at + 1;
}

static bool add_case(struct el0_gen *g, const struct el0_state *s, int row)
{
    if (g->head.n_cases == EL0_MAX_CASES) {
        return false;
    }
    g->cases[g->head.n_cases++] = (struct el0_case){*s, row};
    return true;
}

/* ---- single instructions ---- */
static uint32_t aim_direct(struct rng *r, uint32_t w, uint64_t pc)
{
    if (one_in(r, 12)) {
        return w; /* wherever it goes */
    }
    if (one_in(r, 3)) {
        return branch_with(w, 4 * (int64_t)(2 + below(r, 6)));
    }
    int64_t reach = (w & UINT32_C(0x7e000000)) == 0x36000000 ? 0x7ff0 : EL0_CODE_SIZE;
    int64_t to = (int64_t)(pc - EL0_CODE) + (int64_t)below(r, (unsigned)reach * 2) - reach;
    to = to < 0 ? 0 : to >= (int64_t)EL0_CODE_SIZE ? (int64_t)EL0_CODE_SIZE - 4 : to;
    return branch_with(w, (to & ~3) - (int64_t)(pc - EL0_CODE));
}

static uint32_t aim_literal(struct rng *r, uint32_t w, uint64_t pc)
{
    uint64_t to = EL0_RO + below(r, 0x3ff8);
    switch (below(r, 8)) {
    case 0: return w;
    case 1: to = near_edge(r, EL0_NONE, 16); break;
    case 2: to = near_edge(r, EL0_RW, 16); break;
    case 3: to = EL0_CODE + below(r, EL0_CODE_SIZE); break;
    default: break;
    }
    return literal_with(w, (int64_t)((to & ~UINT64_C(3)) - pc));
}

bool gen_single(struct el0_gen *g, int row, uint32_t word, unsigned n)
{
    struct rng *r = &g->rng;
    unsigned at = reserve(g, 1);
    if (at == EL0_CODE_WORDS || g->head.n_cases + n > EL0_MAX_CASES) {
        return false;
    }
    uint64_t pc = EL0_CODE + 4u * at;
    uint32_t w = row >= 0 ? word_of_row(r, row) : word;
    if (row >= 0 && branch_direct(w)) {
        w = aim_direct(r, w, pc);
    } else if (row >= 0 && mem_form_of(w).literal) {
        w = aim_literal(r, w, pc);
    }
    g->code[at] = w;
    for (unsigned i = 0; i < n; i++) {
        struct el0_state s;
        random_state(g, &s, row >= 0 ? &a64_rows[row] : NULL);
        suit_state(g, &s, w);
        s.pc = pc;
        if ((w & UINT32_C(0xffe0001f)) == 0xd4000001) {
            s.x[8] = 0x4000 + below(r, 0x4000); /* no such system call */
        }
        add_case(g, &s, row);
    }
    return true;
}

/* ---- blocks ---- */
static void emit(struct block *b, uint32_t word, enum fix fix, uint64_t target)
{
    if (b->n < MAX_ITEMS) {
        b->item[b->n++] = (struct item){word, fix, target, false};
    }
}

static void emit_mov(struct block *b, unsigned rd, int64_t v)
{
    emit(b, v >= 0 ? UINT32_C(0xd2800000) | (uint32_t)v << 5 | rd : UINT32_C(0x92800000) | (uint32_t)~v << 5 | rd, FIX_NONE, 0);
}

/* The load exclusive that makes a store exclusive succeed, and now and then something between them. */
static void emit_load_exclusive(struct block *b, uint32_t w)
{
    unsigned rn = bits32(w, 9, 5), rt = (rn + 1 + below(b->r, 30)) % 31, rt2 = (rt + 1 + below(b->r, 29)) % 31;
    if (rt == rn || rt2 == rn || rt2 == rt) {
        return;
    }
    emit(b, (w & UINT32_C(0xffe083e0)) | 1u << 22 | 31u << 16 | (bit32(w, 21) ? rt2 : 31) << 10 | rt, FIX_NONE, 0);
    if (one_in(b->r, 4)) {
        emit(b, one_in(b->r, 4) ? UINT32_C(0xd5033f5f) /* CLREX */ : UINT32_C(0xd503201f), FIX_NONE, 0);
    }
}

/* Registers that give an access its address are loaded just before it. */
static void emit_access(struct block *b, uint32_t w, const struct mem_form *f)
{
    struct rng *r = b->r;
    if (one_in(r, 10)) {
        emit(b, w, FIX_NONE, 0); /* with what is there */
        return;
    }
    uint64_t target = choose_address(r, f->bytes, !one_in(r, 6)), index = 0;
    if (f->index >= 0 && f->index != 31 && f->index != f->base) {
        int64_t v = one_in(r, 2) ? (int64_t)below(r, 256) : -1 - (int64_t)below(r, 256);
        emit_mov(b, (unsigned)f->index, v);
        index = mem_index_value(f, (uint64_t)v);
        if (index + 0x8000 > 0x10000) {
            index = 0;
        }
    }
    if (f->base != 31) {
        emit(b, adr_word((unsigned)f->base, 0), FIX_ADR, target - (uint64_t)f->offset - index);
    }
    if (store_exclusive(w) && !one_in(r, 8)) {
        emit_load_exclusive(b, w);
    }
    emit(b, w, FIX_NONE, 0);
}

/* ---- pointer authentication: pointers are signed before they are authenticated ---- */
enum { PACIA = 0xdac10000, PACIZA = 0xdac123e0, PACDZA = 0xdac12be0, PACIASP = 0xd503233f, PACIBSP = 0xd503237f };

static void emit_plain_pointer(struct block *b, unsigned rd)
{
    if (one_in(b->r, 3)) {
        emit_mov(b, rd, -1 - (int64_t)below(b->r, 65535));
    } else {
        emit(b, adr_word(rd, 0), FIX_ADR, EL0_DATA + below(b->r, 0x4000));
    }
}

static bool emit_signed_branch(struct block *b, uint32_t w)
{
    unsigned rn = bits32(w, 9, 5), modifier = w & 31;
    uint32_t key_b = bit32(w, 10) << 10, sign = PACIA | key_b | modifier << 5 | rn;
    uint64_t later = b->n + 3 + below(b->r, 4);
    if (bits32(w, 24, 21) == 2) { /* RETAA, RETAB */
        rn = 30;
        sign = key_b != 0 ? PACIBSP : PACIASP;
    } else if (bit32(w, 24) == 0) {
        sign = PACIZA | key_b | rn;
    }
    if (rn == 31 || bits32(w, 24, 21) == 4) {
        return false;
    }
    emit(b, adr_word(rn, 0), FIX_ADR_ITEM, later);
    if (!one_in(b->r, 10)) {
        emit(b, sign, FIX_NONE, 0);
    }
    emit(b, w, FIX_NONE, 0);
    return true;
}

static bool emit_signed_load(struct block *b, uint32_t w)
{
    struct mem_form f = mem_form_of(w);
    if (f.base == 31) {
        return false;
    }
    emit(b, adr_word((unsigned)f.base, 0), FIX_ADR, choose_address(b->r, 8, true) - (uint64_t)f.offset);
    emit(b, PACDZA | bit32(w, 23) << 10 | (unsigned)f.base, FIX_NONE, 0);
    emit(b, w, FIX_NONE, 0);
    return true;
}

static bool emit_pauth(struct block *b, uint32_t w, const struct a64_row *a)
{
    if (strcmp(a->format, "pac_br") == 0) {
        return emit_signed_branch(b, w);
    }
    if (strcmp(a->format, "pac_ld") == 0) {
        return emit_signed_load(b, w);
    }
    bool hint = (w & UINT32_C(0xfffff000)) == 0xd5032000, strip = (w & UINT32_C(0xfffffbe0)) == 0xdac143e0;
    uint32_t authenticate = hint ? 0x80 : 0x1000; /* the bit between PAC* and AUT* */
    unsigned rd = !hint ? w & 31 : bits32(w, 11, 8) == 1 ? 17 : 30;
    if (rd == 31) {
        return false;
    }
    emit_plain_pointer(b, rd);
    if (strip || w == 0xd50320ff) {
        emit(b, PACIA | rd, FIX_NONE, 0);
    } else if ((w & authenticate) != 0 && strcmp(a->name, "PACGA") != 0) {
        emit(b, w & ~authenticate, FIX_NONE, 0);
    }
    emit(b, w, FIX_NONE, 0);
    return true;
}

/* Instructions that always end a block */
static bool ends_block(const struct a64_row *a)
{
    static const char *const names[] = {"UDF", "ERET", "HVC", "SMC", "BRK", "HLT"};
    for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(a->name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* false: this one does not suit */
static bool emit_row(struct block *b, int row)
{
    struct rng *r = b->r;
    const struct a64_row *a = &a64_rows[row];
    if ((ends_block(a) || !feat_has(b->g->feat, a->feature)) && !one_in(r, 8)) {
        return false;
    }
    uint32_t w = word_of_row(r, row);
    struct mem_form f = mem_form_of(w);
    int br = branch_register(w);
    uint64_t later = b->n + 1 + below(r, 4);
    if (a->feature == FEAT_PAUTH && feat_has(b->g->feat, FEAT_PAUTH)) {
        return emit_pauth(b, w, a);
    }
    if (strcmp(a->mnemonic, "svc") == 0) {
        emit_mov(b, 8, 0x4000 + (int64_t)below(r, 0x4000));
    }
    if (branch_direct(w)) {
        emit(b, w, FIX_BRANCH, later);
    } else if (br >= 0 && br < 31) {
        emit(b, adr_word((unsigned)br, 0), FIX_ADR_ITEM, later + 1);
        emit(b, w, FIX_NONE, 0);
    } else if (strcmp(a->cost, "branch") == 0) {
        return false;
    } else if (f.literal) {
        emit(b, w, FIX_LITERAL, (EL0_RO + below(r, 0x2ff0)) & ~UINT64_C(3));
    } else if (f.memory && f.base == 31 && (f.offset > 1024 || f.offset < -1024)) {
        return false;
    } else if (f.memory) {
        emit_access(b, w, &f);
    } else {
        emit(b, w, FIX_NONE, 0);
    }
    return true;
}

/* Lay the items out in up to four pieces; addr[n] is the final BRK. false: no room. */
static bool place(struct block *b)
{
    unsigned cut[5] = {0}, order[4], pieces = one_in(b->r, 3) ? 2 + below(b->r, 3) : 1;
    pieces = pieces > b->n ? 1 : pieces;
    for (unsigned i = 1; i < pieces; i++) {
        cut[i] = cut[i - 1] + 1 + below(b->r, (b->n - cut[i - 1] - (pieces - i)));
    }
    cut[pieces] = b->n;
    for (unsigned i = 0; i < pieces; i++) {
        unsigned j = below(b->r, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    for (unsigned i = 0; i < pieces; i++) {
        unsigned p = order[i], len = cut[p + 1] - cut[p];
        if (pieces > 1 && one_in(b->r, 3)) {
            b->g->at += below(b->r, 2048);
        }
        unsigned at = reserve(b->g, len + 1);
        if (at == EL0_CODE_WORDS) {
            return false;
        }
        for (unsigned k = 0; k < len; k++) {
            b->addr[cut[p] + k] = EL0_CODE + 4u * (at + k);
        }
        if (p + 1 == pieces) {
            b->addr[b->n] = EL0_CODE + 4u * (at + len);
        }
    }
    return true;
}

static uint32_t fixed_word(const struct block *b, unsigned i)
{
    const struct item *it = &b->item[i];
    uint64_t pc = b->addr[i], to = it->target;
    if (it->fix == FIX_BRANCH || it->fix == FIX_ADR_ITEM) {
        while (to < b->n && b->item[to].inner) {
            to++;
        }
        to = b->addr[to < b->n ? to : b->n];
    }
    int64_t d = (int64_t)(to - pc);
    switch (it->fix) {
    case FIX_ADR: case FIX_ADR_ITEM: return (it->word & 31) == 31 ? it->word : adr_word(it->word & 31, d);
    case FIX_LITERAL: return literal_with(it->word, d);
    case FIX_BRANCH: return branch_with(it->word, d);
    default: return it->word;
    }
}

static void write_code(const struct block *b)
{
    uint32_t *code = b->g->code;
    for (unsigned i = 0; i < b->n; i++) {
        unsigned at = (unsigned)(b->addr[i] - EL0_CODE) / 4;
        code[at] = fixed_word(b, i);
        if (b->addr[i + 1] != b->addr[i] + 4) {
            code[at + 1] = branch_with(0x14000000, (int64_t)(b->addr[i + 1] - b->addr[i]) - 4);
        }
    }
}

bool gen_block(struct el0_gen *g, int row, unsigned n)
{
    struct rng *r = &g->rng;
    struct block b = {.g = g, .r = r};
    unsigned rows = 2 + below(r, one_in(r, 4) ? 30 : 14), special = below(r, rows);
    if (g->head.n_cases + n > EL0_MAX_CASES) {
        return false;
    }
    for (unsigned i = 0; i < rows && b.n < MAX_ITEMS - 8; i++) {
        int chosen = i == special ? row : g->rows[below(r, g->n_rows)];
        unsigned first = b.n;
        (void)emit_row(&b, chosen);
        bool together = a64_rows[chosen].feature == FEAT_PAUTH || chosen == OP_SVC;
        for (unsigned k = first + 1; together && k < b.n; k++) {
            b.item[k].inner = true;
        }
    }
    if (b.n == 0) {
        emit(&b, 0xd503201f, FIX_NONE, 0);
    }
    if (!place(&b)) {
        return false;
    }
    write_code(&b);
    for (unsigned i = 0; i < n; i++) {
        struct el0_state s;
        random_state(g, &s, one_in(r, 2) ? &a64_rows[row] : NULL);
        s.pc = b.addr[0];
        add_case(g, &s, -1);
    }
    return true;
}
