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

enum { HCR_TGE_BIT = 27, HCR_E2H_BIT = 34 };

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

/* The counters of a part, row and direction in `sums` */
static uint64_t *sum_at(const struct phases *p, uint64_t *sums, unsigned part, unsigned row, unsigned dir)
{
    return sums + ((size_t)(part * ROWS + row) * DIRS + dir) * p->opts.n_counters;
}

static void add(const struct phases *p, uint64_t *sum, const uint64_t *v)
{
    for (unsigned i = 0; i < p->opts.n_counters; i++) {
        sum[i] += v[i];
    }
}

static void account(const struct phases *p, struct phases_pe *e, unsigned row, unsigned dir, const struct cost *c)
{
    e->now.by[row][dir].n += c->count.n;
    e->now.by[row][dir].cycles += c->count.cycles;
    if (c->more != NULL) {
        add(p, sum_at(p, e->sum, c->part, row, dir), c->more);
    }
}

static uint64_t *counters_of(const struct phases *p, uint64_t *array, size_t i)
{
    return array != NULL ? array + i * p->opts.n_counters : NULL;
}

static void copy_counters(const struct phases *p, uint64_t *to, const uint64_t *from)
{
    if (to != NULL && from != NULL) {
        memcpy(to, from, p->opts.n_counters * sizeof(*to));
    }
}

/* e->spent: what was counted since e->begun, which becomes `r`. NULL: no counters */
static const uint64_t *spend(const struct phases *p, struct phases_pe *e, const struct rec *r)
{
    if (p->opts.n_counters == 0) {
        return NULL;
    }
    uint64_t now[PHASES_COUNTERS];
    p->opts.counters(p->opts.counters_opaque, r, now);
    for (unsigned i = 0; i < p->opts.n_counters; i++) {
        e->spent[i] = now[i] - e->begun[i];
    }
    copy_counters(p, e->begun, now);
    return e->spent;
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
static void commit(struct phases *p, const struct phases_pe *e)
{
    const struct tally *t = &e->held;
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
    if (p->opts.on_switch != NULL) {
        const struct phases_switch s = {.reason = e->held_why, .host = e->held_host, .sums = e->held_sum};
        p->opts.on_switch(p->opts.switch_opaque, &s);
    }
}

/* ---- parts ---- */

/* The host has taken over: what looked like the entry was not. */
static void to_host(const struct phases *p, struct phases_pe *e)
{
    if (e->part == PHASES_ENTRY && p->opts.n_counters != 0) {
        size_t n = (size_t)ROWS * DIRS * p->opts.n_counters;
        uint64_t *from = sum_at(p, e->sum, PHASES_ENTRY, 0, 0), *to = sum_at(p, e->sum, PHASES_HOST, 0, 0);
        for (size_t i = 0; i < n; i++) {
            to[i] += from[i];
        }
        memset(from, 0, n * sizeof(*from));
        for (unsigned i = 0; i < MAX_PENDING; i++) {
            e->pending[i].part = e->pending[i].part == PHASES_ENTRY ? PHASES_HOST : e->pending[i].part;
        }
    }
    e->part = PHASES_HOST;
    e->host = true;
}

static void part_of(const struct phases *p, struct phases_pe *e, const struct rec *r)
{
    bool host = r->el < 2 || (bit64(r->hcr, HCR_E2H_BIT) && bit64(r->hcr, HCR_TGE_BIT));
    if (host && e->part != PHASES_HOST) {
        to_host(p, e);
    } else if (!host && e->part == PHASES_HOST) {
        e->part = PHASES_ENTRY;
        e->visit++;
    }
}

/* ---- values in registers ---- */

static struct cost cost_of_pending(const struct phases *p, struct phases_pe *e, int i)
{
    return (struct cost){.count = {1, e->pending[i].cycles}, .part = e->pending[i].part, .more = counters_of(p, e->of_pending, (size_t)i)};
}

static void new_pending(const struct phases *p, struct phases_pe *e, unsigned slot, bool mrs, uint8_t refs, const struct cost *c)
{
    e->pending[slot] = (struct pending){.refs = refs, .mrs = mrs, .part = (uint8_t)c->part, .cycles = c->count.cycles};
    copy_counters(p, counters_of(p, e->of_pending, slot), c->more);
}

/* The register holds the loaded value no more. Nobody used it: control. */
static void drop_pending(const struct phases *p, struct phases_pe *e, unsigned reg)
{
    int i = e->pending_of[reg];
    if (i >= 0) {
        e->pending_of[reg] = -1;
        if (--e->pending[i].refs == 0) {
            const struct cost c = cost_of_pending(p, e, i);
            account(p, e, ROW_CONTROL, DIR_SAVE, &c);
        }
    }
}

/* It is known what the load, or the MRS, was for. */
static void settle_pending(const struct phases *p, struct phases_pe *e, unsigned reg, unsigned row)
{
    int i = e->pending_of[reg];
    if (i < 0) {
        return;
    }
    const struct cost c = cost_of_pending(p, e, i);
    account(p, e, row, e->pending[i].mrs ? DIR_SAVE : DIR_RESTORE, &c);
    e->pending[i].refs = 0;
    for (unsigned r = 0; r < 31; r++) {
        e->pending_of[r] = e->pending_of[r] == i ? -1 : e->pending_of[r];
    }
}

static void overwrite(const struct phases *p, struct phases_pe *e, unsigned reg, uint8_t taint)
{
    if (reg < 31) {
        drop_pending(p, e, reg);
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
static void read_gp(const struct phases *p, struct phases_pe *e, unsigned reg, const struct cost *cost)
{
    overwrite(p, e, reg, 1 + ROW_GP);
    if (reg < 31) {
        unsigned slot = free_pending(e);
        new_pending(p, e, slot, true, 1, cost);
        e->pending_of[reg] = (int8_t)slot;
    } else {
        account(p, e, ROW_CONTROL, DIR_SAVE, cost);
    }
}

static void store(const struct phases *p, struct phases_pe *e, const struct current *c, const struct cost *cost)
{
    uint8_t taint = 0;
    for (unsigned k = 0; k < c->i.n && taint == 0; k++) {
        taint = c->i.rt[k] < 31 ? e->taint[c->i.rt[k]] : 0;
    }
    for (unsigned k = 0; k < c->i.n; k++) {
        if (is_pending_mrs(e, c->i.rt[k])) {
            settle_pending(p, e, c->i.rt[k], ROW_GP);
        }
    }
    account(p, e, taint != 0 ? taint - 1u : (unsigned)ROW_CONTROL, DIR_SAVE, cost);
    for (unsigned k = 0; k < c->i.n && k < c->n_addr; k++) {
        struct tag *t = tag_at(e, c->addr[k]);
        *t = (struct tag){
            .addr = c->addr[k], .reg = c->i.rt[k], .taint = c->i.bytes == 8 && c->i.rt[k] < 31 ? e->taint[c->i.rt[k]] : 0,
            .candidate = taint == 0 && c->i.bytes == 8 && c->i.rt[k] < 31, .lead = k == 0, .part = (uint8_t)cost->part,
            .sw = e->sw, .visit = e->visit, .cycles = cost->count.cycles};
        if (t->candidate && t->lead) {
            copy_counters(p, counters_of(p, e->of_tag, (size_t)(t - e->tags)), cost->more);
        }
    }
}

/* Was this register stored here before the guest ran? Then the store, too, was the host's. */
static bool is_hosts(const struct phases *p, struct phases_pe *e, uint64_t addr, unsigned reg)
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
        if (e->of_tag != NULL) {
            /* an entry that the host was seen after was none */
            unsigned part = t->part == PHASES_ENTRY && t->visit != e->held_visit ? (unsigned)PHASES_HOST : t->part;
            const uint64_t *more = counters_of(p, e->of_tag, (size_t)(t - e->tags));
            uint64_t *from = sum_at(p, e->held_sum, part, ROW_CONTROL, DIR_SAVE);
            for (unsigned i = 0; i < p->opts.n_counters; i++) {
                from[i] -= more[i];
            }
            add(p, sum_at(p, e->held_sum, part, ROW_GP, DIR_SAVE), more);
        }
    }
    return true;
}

static void load(const struct phases *p, struct phases_pe *e, const struct current *c, const struct cost *cost)
{
    bool hosts = false;
    unsigned slot;
    uint8_t refs = 0;
    for (unsigned k = 0; k < c->i.n && k < c->n_addr; k++) {
        hosts = (c->i.bytes == 8 && is_hosts(p, e, c->addr[k], c->i.rt[k])) || hosts;
    }
    for (unsigned k = 0; k < c->i.n; k++) {
        const struct tag *t = k < c->n_addr ? tag_at(e, c->addr[k]) : NULL;
        overwrite(p, e, c->i.rt[k], t != NULL && t->addr == c->addr[k] && c->i.bytes == 8 ? t->taint : 0);
    }
    slot = free_pending(e);
    for (unsigned k = 0; k < c->i.n && !hosts; k++) {
        if (c->i.rt[k] < 31) {
            refs += e->pending_of[c->i.rt[k]] != (int8_t)slot;
            e->pending_of[c->i.rt[k]] = (int8_t)slot;
        }
    }
    if (refs != 0) {
        new_pending(p, e, slot, false, refs, cost);
    } else {
        account(p, e, hosts ? ROW_GP : ROW_CONTROL, hosts ? DIR_RESTORE : DIR_SAVE, cost);
    }
}

static void classify(const struct phases *p, struct phases_pe *e, const struct current *c, const struct cost *cost)
{
    const struct phases_insn *i = &c->i;
    unsigned cls = i->cls < PHASES_CLASSES ? i->cls : (unsigned)ROW_CONTROL;
    if (c->below) {
        account(p, e, ROW_HOST, DIR_SAVE, cost);
        return;
    }
    switch (i->kind) {
    case PHASES_MRS:
        if (cls == ROW_GP) {
            read_gp(p, e, i->rt[0], cost);
            break;
        }
        account(p, e, cls, DIR_SAVE, cost);
        overwrite(p, e, i->rt[0], (uint8_t)(cls + 1));
        break;
    case PHASES_MSR:
        account(p, e, cls, DIR_RESTORE, cost);
        if (i->rt[0] < 31 && !is_pending_mrs(e, i->rt[0])) {
            settle_pending(p, e, i->rt[0], cls);
        }
        break;
    case PHASES_SYS: account(p, e, cls, DIR_SAVE, cost); break;
    case PHASES_BARRIER: account(p, e, ROW_BARRIER, DIR_SAVE, cost); break;
    case PHASES_STORE: case PHASES_LOAD:
        if (i->fp) {
            account(p, e, ROW_FP, i->kind == PHASES_STORE ? DIR_SAVE : DIR_RESTORE, cost);
        } else if (i->kind == PHASES_STORE) {
            store(p, e, c, cost);
        } else {
            load(p, e, c, cost);
        }
        break;
    case PHASES_MOVE:
        account(p, e, ROW_CONTROL, DIR_SAVE, cost);
        overwrite(p, e, i->rt[0], i->from < 31 ? e->taint[i->from] : 0);
        break;
    default: account(p, e, ROW_CONTROL, DIR_SAVE, cost); break;
    }
}

/* The instruction is over: the next one begins with r, or the switch ends. */
static void finish_insn(struct phases *p, struct phases_pe *e, const struct rec *r)
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
    const struct cost cost = {.count = {1, r->cycle - c->cycle}, .part = e->part, .more = spend(p, e, r)};
    classify(p, e, c, &cost);
    account_sym(p, e, c->sym, 1, cost.count.cycles);
    for (unsigned n = 0; n < 31; n++) {
        if (((c->written & ~own) >> n & 1) != 0) {
            overwrite(p, e, n, 0);
        }
    }
    c->valid = false;
}

/* ---- the observer ---- */

static void begin_insn(struct phases *p, struct phases_pe *e, const struct rec *r)
{
    struct current *c = &e->cur;
    uint32_t sym = phases_sym(p, r->pc);
    if (e->seen == 0 && (r->cycle > e->exit_cycle || p->opts.n_counters != 0)) { /* what the exception itself took */
        const struct cost cost = {.count = {0, r->cycle - e->exit_cycle}, .part = PHASES_EXIT, .more = spend(p, e, r)};
        account(p, e, ROW_CONTROL, DIR_SAVE, &cost);
        account_sym(p, e, sym, 0, cost.count.cycles);
    }
    part_of(p, e, r);
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
    exit_reason(e->why, sizeof(e->why), r, &p->opts.names);
    e->outside = true;
    e->wanted = p->opts.reason == NULL || strcmp(p->opts.reason, e->why) == 0;
    e->sw++;
    e->exit_icount = r->icount;
    e->exit_cycle = r->cycle;
    e->seen = 0;
    e->cur.valid = false;
    memset(&e->now, 0, sizeof(e->now));
    memset(e->pending, 0, sizeof(e->pending));
    memset(e->pending_of, -1, sizeof(e->pending_of));
    memset(e->taint, 1 + ROW_GP, sizeof(e->taint));
    e->part = PHASES_EXIT;
    e->host = false;
    e->visit = 0;
    if (p->opts.n_counters != 0) {
        memset(e->sum, 0, (size_t)PHASES_PARTS * ROWS * DIRS * p->opts.n_counters * sizeof(*e->sum));
        p->opts.counters(p->opts.counters_opaque, r, e->begun);
    }
}

/* The switch is over; the next one tells the last of what was stored in it. */
static void hold(struct phases_pe *e)
{
    uint64_t *sum = e->held_sum;
    e->held = e->now;
    e->held_sum = e->sum;
    e->sum = sum;
    e->held_host = e->host;
    e->held_visit = e->visit;
    memcpy(e->held_why, e->why, sizeof(e->why));
    e->held_valid = e->wanted;
    e->outside = false;
}

static void guest_entry(struct phases *p, struct phases_pe *e, const struct rec *r)
{
    finish_insn(p, e, r);
    for (unsigned reg = 0; reg < 31; reg++) {
        if (is_pending_mrs(e, reg)) {
            drop_pending(p, e, reg);
        }
        settle_pending(p, e, reg, ROW_GP);
    }
    uint64_t whole = r->icount - e->exit_icount;
    if (whole > e->seen) { /* the trace leaves some out */
        const struct cost cost = {.count = {whole - e->seen, e->seen == 0 ? r->cycle - e->exit_cycle : 0}, .part = e->part,
                                  .more = spend(p, e, r)};
        account(p, e, ROW_UNSEEN, DIR_SAVE, &cost);
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
        commit(p, e);
    }
    hold(e);
}

static void free_pe(struct phases_pe *e)
{
    if (e != NULL) {
        free(e->tags);
        free(e->sym_now);
        free(e->touched);
        free(e->sum);
        free(e->held_sum);
        free(e->of_pending);
        free(e->of_tag);
        free(e->begun);
        free(e->spent);
        free(e);
    }
}

/* Room for counters of a PE. of_tag is large, but only touched where something is stored. */
static bool room_for_counters(struct phases_pe *e, unsigned n)
{
    const size_t sums = (size_t)PHASES_PARTS * ROWS * DIRS * n;
    e->sum = calloc(sums, sizeof(*e->sum));
    e->held_sum = calloc(sums, sizeof(*e->held_sum));
    e->of_pending = calloc((size_t)MAX_PENDING * n, sizeof(*e->of_pending));
    e->of_tag = calloc((size_t)TAGS * n, sizeof(*e->of_tag));
    e->begun = calloc(n, sizeof(*e->begun));
    e->spent = calloc(n, sizeof(*e->spent));
    return e->sum != NULL && e->held_sum != NULL && e->of_pending != NULL && e->of_tag != NULL && e->begun != NULL && e->spent != NULL;
}

static struct phases_pe *pe_of(struct phases *p, unsigned pe)
{
    if (p->pes[pe] == NULL) {
        struct phases_pe *e = calloc(1, sizeof(*e));
        bool ok = e != NULL && (e->tags = calloc(TAGS, sizeof(*e->tags))) != NULL &&
                  (p->opts.n_counters == 0 || room_for_counters(e, p->opts.n_counters));
        if (!ok) {
            free_pe(e);
            p->failed = true;
            return NULL;
        }
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
            finish_insn(p, e, r);
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

void phases_forget_open(struct phases *p)
{
    for (unsigned i = 0; i < MAX_PES; i++) {
        if (p->pes[i] != NULL) {
            p->pes[i]->outside = false;
        }
    }
}

bool phases_close(struct phases *p)
{
    for (unsigned i = 0; i < MAX_PES; i++) {
        struct phases_pe *e = p->pes[i];
        if (e != NULL && e->held_valid) {
            commit(p, e);
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
        free_pe(p->pes[i]);
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
