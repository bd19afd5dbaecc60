/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instruction's class is what the value is that it moves. Values are followed through registers and memory:
 *   - at an exit every general register holds the guest's value; a store of a register that still does saves it;
 *   - a store of what MRS read belongs to that register's class, a load whose value MSR takes to the one that it writes;
 *   - a load whose value is still there at the entry restores a general register;
 *   - a register stored before an entry and loaded from the same place after the next exit is the host's.
 */
#include "hyp/phases-int.h"

#include "hyp/switches.h"

#include <stdlib.h>
#include <string.h>

enum { HCR_E2H_BIT = 34 };

/* ---- symbols ---- */

static uint32_t hash_text(const char *s)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (; *s != '\0'; s++) {
        h = (h ^ (uint8_t)*s) * 16777619u;
    }
    return h;
}

static uint32_t sym_of_name(struct phases *p, const char *name)
{
    uint32_t h = hash_text(name) % SYMBOL_SLOTS;
    while (p->slots[h] != 0) {
        if (strcmp(p->syms[p->slots[h] - 1].name, name) == 0) {
            return p->slots[h] - 1;
        }
        h = (h + 1) % SYMBOL_SLOTS;
    }
    if (p->n_syms == MAX_SYMBOLS) {
        return 1;
    }
    p->syms[p->n_syms].name = strdup(name);
    if (p->syms[p->n_syms].name == NULL) {
        p->failed = true;
        return 0;
    }
    p->slots[h] = (uint32_t)++p->n_syms;
    return p->slots[h] - 1;
}

uint32_t phases_sym(struct phases *p, uint64_t pc)
{
    char name[160];
    size_t c = (pc >> 2) % PC_CACHE;
    if (p->opts.symbol == NULL) {
        return 0;
    }
    if (!p->cache[c].used || p->cache[c].pc != pc) {
        uint32_t sym = 0;
        if (p->opts.symbol(p->opts.symbol_opaque, pc, name, sizeof(name))) {
            char *plus = strstr(name, "+0x");
            if (plus != NULL) {
                *plus = '\0';
            }
            sym = sym_of_name(p, name);
        }
        p->cache[c].pc = pc;
        p->cache[c].sym = sym;
        p->cache[c].used = true;
    }
    return p->cache[c].sym;
}

/* ---- counting ---- */

void stat_add(struct stat *s, const struct count *c, uint64_t switches_before)
{
    bool first = switches_before == 0;
    s->sum.n += c->n;
    s->sum.cycles += c->cycles;
    s->min.n = first || c->n < s->min.n ? c->n : s->min.n;
    s->min.cycles = first || c->cycles < s->min.cycles ? c->cycles : s->min.cycles;
    s->max.n = c->n > s->max.n ? c->n : s->max.n;
    s->max.cycles = c->cycles > s->max.cycles ? c->cycles : s->max.cycles;
    s->in += c->n != 0 || c->cycles != 0;
}

static void account(struct phases_pe *e, unsigned row, unsigned dir, uint64_t n, uint64_t cycles)
{
    e->now.by[row][dir].n += n;
    e->now.by[row][dir].cycles += cycles;
}

static void account_sym(struct phases *p, struct phases_pe *e, uint32_t sym, uint64_t n, uint64_t cycles)
{
    if (sym >= e->sym_cap) {
        size_t cap = e->sym_cap == 0 ? 1024 : e->sym_cap * 2;
        while (cap <= sym) {
            cap *= 2;
        }
        struct count *c = reallocarray(e->sym_now, cap, sizeof(*c));
        uint32_t *t = reallocarray(e->touched, cap, sizeof(*t));
        e->sym_now = c != NULL ? c : e->sym_now;
        e->touched = t != NULL ? t : e->touched;
        if (c == NULL || t == NULL) {
            p->failed = true;
            return;
        }
        memset(c + e->sym_cap, 0, (cap - e->sym_cap) * sizeof(*c));
        e->sym_cap = cap;
    }
    if (e->sym_now[sym].n == 0 && e->sym_now[sym].cycles == 0 && (n != 0 || cycles != 0)) {
        e->touched[e->n_touched++] = sym;
    }
    e->sym_now[sym].n += n;
    e->sym_now[sym].cycles += cycles;
}

/* A switch is known as a whole. */
static void commit(struct phases *p, const struct tally *t)
{
    struct count all = {0, 0};
    for (unsigned r = 0; r < ROWS; r++) {
        struct count row = {0, 0};
        for (unsigned d = 0; d < DIRS; d++) {
            stat_add(&p->dir[r][d], &t->by[r][d], p->switches);
            row.n += t->by[r][d].n;
            row.cycles += t->by[r][d].cycles;
        }
        stat_add(&p->row[r], &row, p->switches);
        all.n += row.n;
        all.cycles += row.cycles;
    }
    stat_add(&p->total, &all, p->switches);
    p->switches++;
}

/* ---- values in registers ---- */

/* The register holds the loaded value no more. Nobody used it: control. */
static void drop_pending(struct phases_pe *e, unsigned reg)
{
    int i = e->pending_of[reg];
    if (i >= 0) {
        e->pending_of[reg] = -1;
        if (--e->pending[i].refs == 0) {
            account(e, ROW_CONTROL, DIR_SAVE, 1, e->pending[i].cycles);
        }
    }
}

/* It is known what the load, or the MRS, was for. */
static void settle_pending(struct phases_pe *e, unsigned reg, unsigned row)
{
    int i = e->pending_of[reg];
    if (i < 0) {
        return;
    }
    account(e, row, e->pending[i].mrs ? DIR_SAVE : DIR_RESTORE, 1, e->pending[i].cycles);
    e->pending[i].refs = 0;
    for (unsigned r = 0; r < 31; r++) {
        e->pending_of[r] = e->pending_of[r] == i ? -1 : e->pending_of[r];
    }
}

static void overwrite(struct phases_pe *e, unsigned reg, uint8_t taint)
{
    if (reg < 31) {
        drop_pending(e, reg);
        e->taint[reg] = taint;
    }
}

static struct tag *tag_at(struct phases_pe *e, uint64_t addr)
{
    return &e->tags[(addr >> 3) % TAGS];
}

static bool is_pending_mrs(const struct phases_pe *e, unsigned reg)
{
    return reg < 31 && e->pending_of[reg] >= 0 && e->pending[e->pending_of[reg]].mrs;
}

/* Room in `pending`: there are as many as registers that can hold one. */
static unsigned free_pending(const struct phases_pe *e)
{
    unsigned slot = 0;
    while (slot < MAX_PENDING - 1 && e->pending[slot].refs != 0) {
        slot++;
    }
    return slot;
}

/* ---- one instruction, when all its effects are known ---- */

/* A kernel may keep a pointer of its own in SP_EL0 and read it all the time: it is saved only if the value is stored. */
static void read_gp(struct phases_pe *e, unsigned reg, uint64_t cycles)
{
    overwrite(e, reg, 1 + ROW_GP);
    if (reg < 31) {
        unsigned slot = free_pending(e);
        e->pending[slot] = (struct pending){.refs = 1, .mrs = true, .cycles = cycles};
        e->pending_of[reg] = (int8_t)slot;
    } else {
        account(e, ROW_CONTROL, DIR_SAVE, 1, cycles);
    }
}

static void store(struct phases_pe *e, const struct current *c, uint64_t cycles)
{
    uint8_t taint = 0;
    for (unsigned k = 0; k < c->i.n && taint == 0; k++) {
        taint = c->i.rt[k] < 31 ? e->taint[c->i.rt[k]] : 0;
    }
    for (unsigned k = 0; k < c->i.n; k++) {
        if (is_pending_mrs(e, c->i.rt[k])) {
            settle_pending(e, c->i.rt[k], ROW_GP);
        }
    }
    account(e, taint != 0 ? taint - 1u : (unsigned)ROW_CONTROL, DIR_SAVE, 1, cycles);
    for (unsigned k = 0; k < c->i.n && k < c->n_addr; k++) {
        *tag_at(e, c->addr[k]) = (struct tag){
            .addr = c->addr[k], .reg = c->i.rt[k], .taint = c->i.bytes == 8 && c->i.rt[k] < 31 ? e->taint[c->i.rt[k]] : 0,
            .candidate = taint == 0 && c->i.bytes == 8 && c->i.rt[k] < 31, .lead = k == 0, .sw = e->sw, .cycles = cycles};
    }
}

/* Was this register stored here before the guest ran? Then the store, too, was the host's. */
static bool is_hosts(struct phases_pe *e, uint64_t addr, unsigned reg)
{
    struct tag *t = tag_at(e, addr);
    if (t->addr != addr || !t->candidate || t->reg != reg || t->sw + 1 != e->sw) {
        return false;
    }
    t->candidate = false;
    if (t->lead) {
        e->held.by[ROW_CONTROL][DIR_SAVE].n--;
        e->held.by[ROW_CONTROL][DIR_SAVE].cycles -= t->cycles;
        e->held.by[ROW_GP][DIR_SAVE].n++;
        e->held.by[ROW_GP][DIR_SAVE].cycles += t->cycles;
    }
    return true;
}

static void load(struct phases_pe *e, const struct current *c, uint64_t cycles)
{
    bool hosts = false;
    unsigned slot;
    uint8_t refs = 0;
    for (unsigned k = 0; k < c->i.n && k < c->n_addr; k++) {
        hosts = (c->i.bytes == 8 && is_hosts(e, c->addr[k], c->i.rt[k])) || hosts;
    }
    for (unsigned k = 0; k < c->i.n; k++) {
        const struct tag *t = k < c->n_addr ? tag_at(e, c->addr[k]) : NULL;
        overwrite(e, c->i.rt[k], t != NULL && t->addr == c->addr[k] && c->i.bytes == 8 ? t->taint : 0);
    }
    slot = free_pending(e);
    for (unsigned k = 0; k < c->i.n && !hosts; k++) {
        if (c->i.rt[k] < 31) {
            refs += e->pending_of[c->i.rt[k]] != (int8_t)slot;
            e->pending_of[c->i.rt[k]] = (int8_t)slot;
        }
    }
    if (refs != 0) {
        e->pending[slot] = (struct pending){.refs = refs, .cycles = cycles};
    } else {
        account(e, hosts ? ROW_GP : ROW_CONTROL, hosts ? DIR_RESTORE : DIR_SAVE, 1, cycles);
    }
}

static void classify(struct phases_pe *e, const struct current *c, uint64_t cycles)
{
    const struct phases_insn *i = &c->i;
    unsigned cls = i->cls < PHASES_CLASSES ? i->cls : (unsigned)ROW_CONTROL;
    if (c->below) {
        account(e, ROW_HOST, DIR_SAVE, 1, cycles);
        return;
    }
    switch (i->kind) {
    case PHASES_MRS:
        if (cls == ROW_GP) {
            read_gp(e, i->rt[0], cycles);
            break;
        }
        account(e, cls, DIR_SAVE, 1, cycles);
        overwrite(e, i->rt[0], (uint8_t)(cls + 1));
        break;
    case PHASES_MSR:
        account(e, cls, DIR_RESTORE, 1, cycles);
        if (i->rt[0] < 31 && !is_pending_mrs(e, i->rt[0])) {
            settle_pending(e, i->rt[0], cls);
        }
        break;
    case PHASES_SYS: account(e, cls, DIR_SAVE, 1, cycles); break;
    case PHASES_BARRIER: account(e, ROW_BARRIER, DIR_SAVE, 1, cycles); break;
    case PHASES_STORE: case PHASES_LOAD:
        if (i->fp) {
            account(e, ROW_FP, i->kind == PHASES_STORE ? DIR_SAVE : DIR_RESTORE, 1, cycles);
        } else if (i->kind == PHASES_STORE) {
            store(e, c, cycles);
        } else {
            load(e, c, cycles);
        }
        break;
    case PHASES_MOVE:
        account(e, ROW_CONTROL, DIR_SAVE, 1, cycles);
        overwrite(e, i->rt[0], i->from < 31 ? e->taint[i->from] : 0);
        break;
    default: account(e, ROW_CONTROL, DIR_SAVE, 1, cycles); break;
    }
}

/* The instruction is over at `end`: the next one begins, or the switch ends. */
static void finish_insn(struct phases *p, struct phases_pe *e, uint64_t end)
{
    struct current *c = &e->cur;
    if (!c->valid) {
        return;
    }
    uint32_t own = 0;   /* registers that classify() has dealt with */
    if (!c->below && (c->i.kind == PHASES_MRS || c->i.kind == PHASES_MOVE || (c->i.kind == PHASES_LOAD && !c->i.fp))) {
        for (unsigned k = 0; k < c->i.n; k++) {
            own |= UINT32_C(1) << (c->i.rt[k] & 31);
        }
    }
    classify(e, c, end - c->cycle);
    account_sym(p, e, c->sym, 1, end - c->cycle);
    for (unsigned r = 0; r < 31; r++) {
        if (((c->written & ~own) >> r & 1) != 0) {
            overwrite(e, r, 0);
        }
    }
    c->valid = false;
}

/* ---- the observer ---- */

static void begin_insn(struct phases *p, struct phases_pe *e, const struct rec *r)
{
    struct current *c = &e->cur;
    uint32_t sym = phases_sym(p, r->pc);
    if (e->seen == 0 && r->cycle > e->exit_cycle) { /* what the exception itself took */
        account(e, ROW_CONTROL, DIR_SAVE, 0, r->cycle - e->exit_cycle);
        account_sym(p, e, sym, 0, r->cycle - e->exit_cycle);
    }
    *c = (struct current){.valid = true, .below = r->el < 2, .sym = sym, .cycle = r->cycle};
    p->opts.insn(p->opts.insn_opaque, (uint32_t)r->a, r->el == 2 && bit64(r->hcr, HCR_E2H_BIT), &c->i);
    e->seen++;
    p->insns++;
}

static void memory(struct phases_pe *e, const struct rec *r)
{
    struct current *c = &e->cur;
    if (c->valid && c->i.bytes != 0) {
        for (uint64_t off = 0; off < r->d && c->n_addr < ARRAY_LEN(c->addr); off += c->i.bytes) {
            c->addr[c->n_addr++] = r->a + off;
        }
    }
}

static void guest_exit(struct phases *p, struct phases_pe *e, const struct rec *r)
{
    char why[128];
    if (r->type == 0 || r->type == 3) {
        esr_reason(why, sizeof(why), r->a, &p->opts.names);
    } else {
        snprintf(why, sizeof(why), "%s", r->type == 1 ? "IRQ" : "FIQ");
    }
    e->outside = true;
    e->wanted = p->opts.reason == NULL || strcmp(p->opts.reason, why) == 0;
    e->sw++;
    e->exit_icount = r->icount;
    e->exit_cycle = r->cycle;
    e->seen = 0;
    e->cur.valid = false;
    memset(&e->now, 0, sizeof(e->now));
    memset(e->pending, 0, sizeof(e->pending));
    memset(e->pending_of, -1, sizeof(e->pending_of));
    memset(e->taint, 1 + ROW_GP, sizeof(e->taint));
}

static void guest_entry(struct phases *p, struct phases_pe *e, const struct rec *r)
{
    finish_insn(p, e, r->cycle);
    for (unsigned reg = 0; reg < 31; reg++) {
        if (is_pending_mrs(e, reg)) {
            drop_pending(e, reg);
        }
        settle_pending(e, reg, ROW_GP);
    }
    uint64_t whole = r->icount - e->exit_icount;
    if (whole > e->seen) { /* the trace leaves some out */
        account(e, ROW_UNSEEN, DIR_SAVE, whole - e->seen, e->seen == 0 ? r->cycle - e->exit_cycle : 0);
    }
    for (size_t i = 0; i < e->n_touched; i++) {
        struct count *c = &e->sym_now[e->touched[i]];
        if (e->wanted) {
            struct stat *s = &p->syms[e->touched[i]].stat;
            stat_add(s, c, s->in);
        }
        *c = (struct count){0, 0};
    }
    e->n_touched = 0;
    if (e->held_valid) {
        commit(p, &e->held);
    }
    e->held = e->now;
    e->held_valid = e->wanted;
    e->outside = false;
}

static struct phases_pe *pe_of(struct phases *p, unsigned pe)
{
    if (p->pes[pe] == NULL) {
        struct phases_pe *e = calloc(1, sizeof(*e));
        struct tag *tags = calloc(TAGS, sizeof(*tags));
        if (e == NULL || tags == NULL) {
            free(e);
            free(tags);
            p->failed = true;
            return NULL;
        }
        e->tags = tags;
        p->pes[pe] = e;
    }
    return p->pes[pe];
}

static void put(void *opaque, const struct rec *r)
{
    struct phases *p = opaque;
    struct phases_pe *e = p->failed ? NULL : pe_of(p, r->pe);
    if (e == NULL) {
        return;
    }
    switch (r->kind) {
    case REC_EXC_ENTRY:
        if (rec_is_guest_exit(r)) {
            guest_exit(p, e, r);
        }
        break;
    case REC_ERET:
        if (rec_is_guest_entry(r) && e->outside) {
            guest_entry(p, e, r);
        }
        break;
    case REC_INSN:
        if (e->outside) {
            finish_insn(p, e, r->cycle);
            begin_insn(p, e, r);
        }
        break;
    case REC_REG:
        e->cur.written |= r->a < 31 ? UINT32_C(1) << r->a : 0;
        break;
    case REC_MEM: memory(e, r); break;
    default: break;
    }
}

struct phases *phases_new(FILE *out, const struct phases_opts *opts)
{
    struct phases *p = calloc(1, sizeof(*p));
    if (p == NULL) {
        return NULL;
    }
    p->out = out;
    p->opts = *opts;
    p->sink = (struct rec_sink){.put = put, .opaque = p, .kinds = REC_BIT(REC_EXC_ENTRY) | REC_BIT(REC_ERET) | REC_BIT(REC_INSN) |
                                                                   REC_BIT(REC_REG) | REC_BIT(REC_MEM)};
    p->syms = calloc(MAX_SYMBOLS, sizeof(p->syms[0]));
    p->slots = calloc(SYMBOL_SLOTS, sizeof(p->slots[0]));
    p->cache = calloc(PC_CACHE, sizeof(p->cache[0]));
    if (p->syms == NULL || p->slots == NULL || p->cache == NULL) {
        phases_free(p);
        return NULL;
    }
    (void)sym_of_name(p, "(no symbol)");
    (void)sym_of_name(p, "(others)");
    return p;
}

const struct rec_sink *phases_sink(struct phases *p)
{
    return &p->sink;
}

bool phases_close(struct phases *p)
{
    for (unsigned i = 0; i < MAX_PES; i++) {
        struct phases_pe *e = p->pes[i];
        if (e != NULL && e->held_valid) {
            commit(p, &e->held);
            e->held_valid = false;
        }
    }
    return !p->failed;
}

void phases_free(struct phases *p)
{
    if (p == NULL) {
        return;
    }
    for (unsigned i = 0; i < MAX_PES; i++) {
        if (p->pes[i] != NULL) {
            free(p->pes[i]->tags);
            free(p->pes[i]->sym_now);
            free(p->pes[i]->touched);
            free(p->pes[i]);
        }
    }
    for (size_t i = 0; p->syms != NULL && i < p->n_syms; i++) {
        free(p->syms[i].name);
    }
    free(p->syms);
    free(p->slots);
    free(p->cache);
    free(p);
}

uint64_t phases_switches(const struct phases *p)
{
    return p->switches;
}

uint64_t phases_insns(const struct phases *p)
{
    return p->insns;
}
