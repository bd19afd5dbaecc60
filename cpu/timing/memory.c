/* SPDX-License-Identifier: Apache-2.0 */
/* The way of an access through modelled TLBs, caches and memory. */
#include "cpu/timing/timing-int.h"
#include "cpu/utlb.h"

#include <string.h>

/* ---- filters ---- */

static void uncite(struct timing *t, struct way *w, bool fetch)
{
    if (w->cite[0] != 0) {
        (fetch ? t->fetch : t->read)[w->cite[0] - 1] = UINT64_MAX;
    }
    if (w->cite[1] != 0) {
        t->write[w->cite[1] - 1] = UINT64_MAX;
    }
    w->cite[0] = w->cite[1] = 0;
}

/* From now on the line needs no look. One VA a line and filter: another name of it takes the citation over. */
static void cite(uint64_t *filter, uint16_t *cited, uint64_t va, uint64_t ctx)
{
    unsigned at = (unsigned)(va >> LINE_SHIFT) & (FILTER - 1);
    if (*cited != 0 && *cited != at + 1) {
        filter[*cited - 1] = UINT64_MAX;
    }
    filter[at] = va >> LINE_SHIFT | ctx;
    *cited = (uint16_t)(at + 1);
}

/* An entry of a micro-TLB went: its lines need a look again. Other pages that share the places lose them too, at no cost but time. */
static void forget_page(struct timing *t, const struct tlb_entry *old, bool fetch)
{
    if (old->shift == 0) {
        return;
    }
    unsigned lines = 1u << (old->shift - LINE_SHIFT);
    unsigned first = (unsigned)(old->page << (old->shift - LINE_SHIFT)) & (FILTER - 1);
    if (lines >= FILTER) {
        lines = FILTER;
        first = 0;
    }
    if (fetch) {
        memset(&t->fetch[first], 0xff, lines * sizeof(t->fetch[0]));
    } else {
        memset(&t->read[first], 0xff, lines * sizeof(t->read[0]));
        memset(&t->write[first], 0xff, lines * sizeof(t->write[0]));
    }
}

static void forget_all(struct timing *t)
{
    if (!t->cited) {
        return;
    }
    t->cited = false;
    memset(t->fetch, 0xff, sizeof(t->fetch));
    memset(t->read, 0xff, sizeof(t->read));
    memset(t->write, 0xff, sizeof(t->write));
}

/* ---- contexts ---- */

void timing_context(struct timing *t)
{
    if (t->pe->dt == NULL) {
        return; /* not chosen yet */
    }
    uint64_t id = utlb_plan(t->pe)->ctx & TCTX_MASK;
    struct timing_context *c = &t->contexts[t->current_context];
    if (c->valid && c->id == id) {
        return;
    }
    for (unsigned i = 0; i < CONTEXTS; i++) {
        if (t->contexts[i].valid && t->contexts[i].id == id) {
            t->current_context = i;
            t->ctx = (uint64_t)i << CTX_SHIFT;
            return;
        }
    }
    unsigned i = t->next_context;
    t->next_context = (i + 1) % CONTEXTS;
    if (t->contexts[i].valid) {
        forget_all(t);
    }
    t->contexts[i] = (struct timing_context){ .id = id, .valid = true };
    t->current_context = i;
    t->ctx = (uint64_t)i << CTX_SHIFT;
}

static uint64_t context_id(const struct timing *t)
{
    return t->contexts[t->current_context].id;
}

/* ---- L2 and behind ---- */

static void l2_fill(struct timing_machine *m, struct timing *t, uint64_t line, uint8_t flags)
{
    struct way *w = cache_victim(&m->l2, line);
    if ((w->flags & WAY_DIRTY) != 0) {
        t->counts.event[TE_L2_WB]++;
    }
    cache_fill(&m->l2, w, line, flags);
}

/* A line that L1 threw out, or that a snoop took from it */
static void write_back(struct timing *t, uint64_t line)
{
    struct way *w = cache_find(&t->m->l2, line);
    t->counts.event[TE_L1D_WB]++;
    if (w != NULL) {
        w->flags |= WAY_DIRTY;
    } else {
        l2_fill(t->m, t, line, WAY_DIRTY);
    }
}

/* Another core's L1D that holds the line: dirty data come from there; a writer takes the line away. */
static bool snoop(struct timing *t, uint64_t line, bool write)
{
    bool dirty = false;
    for (unsigned i = 0; i < t->m->n_pes; i++) {
        struct timing *o = t->m->pes[i];
        struct way *w = o == NULL || o == t ? NULL : cache_peek(&o->l1d, line);
        if (w == NULL) {
            continue;
        }
        if ((w->flags & WAY_DIRTY) != 0) {
            dirty = true;
            write_back(o, line);
        }
        uncite(o, w, false);
        w->flags &= (uint8_t)~(write ? WAY_DIRTY | WAY_VALID : WAY_DIRTY);
    }
    return dirty;
}

/* Cycles until a line that L1 does not have is there. *dram: it came from further than L2. */
static uint64_t from_l2(struct timing *t, uint64_t line, bool write, bool data, bool *dram)
{
    const struct params_mem *p = &t->p->mem;
    *dram = false;
    if (data && t->m->n_pes > 1 && snoop(t, line, write)) {
        t->counts.event[TE_SNOOP]++;
        *dram = true;
        return p->l2.latency + p->snoop_latency;
    }
    t->counts.event[TE_L2_ACCESS]++;
    if (cache_find(&t->m->l2, line) != NULL) {
        return p->l2.latency;
    }
    t->counts.event[TE_L2_REFILL]++;
    l2_fill(t->m, t, line, 0);
    *dram = true;
    return p->l2.latency + p->dram_latency;
}

/* ---- lines on their way ---- */

static uint64_t still_to_come(const struct timing *t, uint64_t line, uint64_t now)
{
    for (unsigned i = 0; i < FILLS; i++) {
        if (t->fills[i].line == line && t->fills[i].ready > now) {
            return t->fills[i].ready - now;
        }
    }
    return 0;
}

static void on_its_way(struct timing *t, uint64_t line, uint64_t ready)
{
    t->fills[t->next_fill].line = line;
    t->fills[t->next_fill].ready = ready;
    t->next_fill = (t->next_fill + 1) % FILLS;
}

/* ---- L1 ---- */

static struct way *l1_fill(struct timing *t, struct cache *c, uint64_t line, uint8_t flags)
{
    struct way *mru = cache_mru(c, line), *w = cache_victim(c, line);
    bool fetch = c == &t->l1i;
    if ((w->flags & WAY_DIRTY) != 0) {
        write_back(t, w->line);
    }
    uncite(t, w, fetch);
    if (c->policy == REPLACE_LRU) {
        uncite(t, mru, fetch);
    }
    cache_fill(c, w, line, flags);
    return w;
}

static struct way *l1_find(struct timing *t, struct cache *c, uint64_t line)
{
    struct way *mru = cache_mru(c, line), *w = cache_find(c, line);
    if (w != NULL && w != mru && c->policy == REPLACE_LRU) {
        uncite(t, mru, c == &t->l1i);
    }
    return w;
}

static void bring_ahead(struct timing *t, struct cache *c, uint64_t line, uint64_t now)
{
    bool dram;
    if (cache_peek(c, line) != NULL) {
        return;
    }
    uint64_t lat = from_l2(t, line, false, c == &t->l1d, &dram);
    l1_fill(t, c, line, WAY_PREFETCHED);
    on_its_way(t, line, now + lat);
    t->counts.event[TE_PREFETCH]++;
}

/* A load missed: do misses follow each other at a distance? Streams stay inside a page of 4 KiB. */
static void train(struct timing *t, const struct slot *s, uint64_t line)
{
    const struct params_mem *p = &t->p->mem;
    int64_t stride = (int64_t)(line - t->stream_last);
    t->stream_last = line;
    if (p->prefetch_lines == 0 || stride == 0) {
        return;
    }
    if (stride != t->stream_stride) {
        t->stream_stride = stride;
        t->stream_count = 0;
        return;
    }
    t->stream_count++;
    if (t->stream_count < p->prefetch_train) {
        return;
    }
    for (unsigned i = 1; i <= p->prefetch_lines; i++) {
        uint64_t next = line + (uint64_t)(stride * (int64_t)i);
        if ((next ^ line) >> (12 - LINE_SHIFT) != 0) {
            break;
        }
        bring_ahead(t, &t->l1d, next, timing_time_of(t, s));
    }
}

/* ---- translation ---- */

/* A translation table access. */
static uint64_t table_read(struct timing *t, uint64_t pa)
{
    bool dram;
    t->counts.event[TE_WALK_STEP]++;
    if (t->p->mem.walk_from_l1d != 0 && cache_peek(&t->l1d, pa >> LINE_SHIFT) != NULL) {
        return t->p->mem.l1d.latency;
    }
    return from_l2(t, pa >> LINE_SHIFT, false, true, &dram);
}

struct translation {
    uint64_t pa;            /* with TLB_UNCACHED */
    unsigned shift;         /* 0: no TLB entry is made */
    bool global;
};

/* The cost of the steps that the caches of the walker do not save. */
static uint64_t walk_cost(struct timing *t, uint64_t va, const struct mmu_steps *st)
{
    uint64_t ctx = context_id(t), ipa_ctx = tctx_make(REGIME_EL10, (uint16_t)(ctx >> 16), 0, false, true);
    const struct tlb_entry *known = tlb_model_find(&t->walks, va, ctx);
    int from = known != NULL ? (int)(known->pa >> 12) : -1, group = -2, leaf = -1;
    uint64_t cycles = t->p->mem.walk_overhead;
    bool ipa_known = false;
    for (unsigned i = 0; i < st->n; i++) {
        const struct mmu_step *s = &st->step[i];
        if (!s->stage2) {
            leaf = s->level;
        }
        if ((s->stage2 ? s->s1_level : s->level) < from) {
            continue;
        }
        if (s->stage2) {
            if (s->s1_level != group) {
                group = s->s1_level;
                ipa_known = tlb_model_find(&t->ipas, s->ia, ipa_ctx) != NULL;
                if (!ipa_known) {
                    tlb_model_put(&t->ipas, s->ia, ipa_ctx, 0, 12);
                }
            }
            if (ipa_known) {
                continue;
            }
            t->counts.event[TE_WALK_STEP2]++;
        }
        cycles += table_read(t, s->pa);
    }
    if (leaf > 0 && known == NULL && st->s1_shift != 0) {
        /* the table that the leaf was in: it covers one descriptor of the level above */
        unsigned covers = leaf == 3 ? 2u * st->s1_shift - 3 : st->s1_shift + 9u;
        tlb_model_put(&t->walks, va, ctx, (uint64_t)(unsigned)leaf << 12, covers);
    }
    return cycles;
}

static uint64_t walk(struct timing *t, uint64_t va, bool fetch, struct translation *x)
{
    struct pe *pe = t->pe;
    struct mmu_steps st;
    struct mmu_res res;
    struct mmu_req req = { .va = va, .acc = fetch ? ACC_FETCH : ACC_READ, .el = pe->el };
    mmu_walk_steps(pe->tlb, pe->bus, pe->id, &pe->mfeat, &pe->regs, &req, &res, &st);
    if (res.fault.type != FAULT_NONE && res.fault.type != FAULT_PERMISSION) {
        *x = (struct translation){ .pa = va & ones64(48) };
        return 0;
    }
    bool cached = (res.attr.attr >> 4) != 0 && res.attr.attr != 0x44 && (res.attr.attr & 0xf) != 4;
    *x = (struct translation){ .pa = (res.pa & ~TLB_UNCACHED) | (cached ? 0 : TLB_UNCACHED), .global = st.global };
    if (st.n == 0) {
        return 0; /* translation is off */
    }
    x->shift = res.page_shift;
    return walk_cost(t, va, &st);
}

/* Address without tag: the model's TLBs hold what the architecture's would. */
static uint64_t untagged(uint64_t va)
{
    return (uint64_t)sext64(va, 56);
}

/* Physical address of va by the modelled TLBs, and what finding it cost. */
static uint64_t translate(struct timing *t, uint64_t va, bool fetch)
{
    uint64_t ctx = context_id(t);
    struct utlb_model *u = fetch ? &t->itlb : &t->dtlb;
    const struct tlb_entry *e;
    struct translation x;
    va = untagged(va);
    if ((ctx & (BIT64(34) | BIT64(35))) == 0) {
        bool cached = fetch && (t->pe->regs.sctlr & BIT64(12)) != 0;
        return (va & ~TLB_UNCACHED) | (cached ? 0 : TLB_UNCACHED);
    }
    e = utlb_model_find(u, va, ctx);
    if (likely(e != NULL)) {
        return (e->pa & ~TLB_UNCACHED) | (va & ones64(e->shift) & ~TLB_UNCACHED) | (e->pa & TLB_UNCACHED);
    }
    t->counts.event[fetch ? TE_ITLB_REFILL : TE_DTLB_REFILL]++;
    t->counts.event[TE_TLB_ACCESS]++;
    enum stall why = fetch ? STALL_ITLB : STALL_DTLB;
    timing_stall(t, why, t->p->mem.tlb_latency);
    e = tlb_model_find(&t->tlb, va, ctx);
    if (e != NULL) {
        x = (struct translation){ .pa = (e->pa & ~TLB_UNCACHED) | (va & ones64(e->shift) & ~TLB_UNCACHED) | (e->pa & TLB_UNCACHED),
                                  .shift = e->shift, .global = (e->ctx & TCTX_GLOBAL) != 0 };
    } else {
        t->counts.event[fetch ? TE_ITLB_WALK : TE_DTLB_WALK]++;
        timing_stall(t, why, walk(t, va, fetch, &x));
        if (x.shift == 0) {
            return x.pa;
        }
        tlb_model_put(&t->tlb, va, ctx | (x.global ? TCTX_GLOBAL : 0), x.pa, x.shift);
    }
    struct tlb_entry old;
    utlb_model_put(u, va, ctx | (x.global ? TCTX_GLOBAL : 0), x.pa, x.shift, &old);
    forget_page(t, &old, fetch);
    return x.pa;
}

void timing_tlbi(struct timing *t, const struct tlbi_req *q)
{
    /* "main TLB maintenance operations affect both micro TLBs, causing them to be flushed" (Cortex-A53 TRM, 5.2.1) */
    memset(t->itlb.e, 0, t->itlb.n * sizeof(t->itlb.e[0]));
    memset(t->dtlb.e, 0, t->dtlb.n * sizeof(t->dtlb.e[0]));
    forget_all(t);
    tlb_model_invalidate(&t->tlb, q, false);
    tlb_model_invalidate(&t->walks, q, false);
    tlb_model_invalidate(&t->ipas, q, true);
}

/* ---- fetching ---- */

void timing_fetch_line(struct timing *t, uint64_t va)
{
    uint64_t pa = translate(t, va, true), line = pa >> LINE_SHIFT, now = t->cycles;
    bool dram;
    if ((pa & TLB_UNCACHED) != 0) {
        t->counts.event[TE_UNCACHED_LINE]++;
        timing_stall(t, STALL_FETCH, t->p->mem.dram_latency);
        return;
    }
    struct way *w = l1_find(t, &t->l1i, line);
    if (w == NULL) {
        t->counts.event[TE_L1I_REFILL]++;
        timing_stall(t, STALL_FETCH, from_l2(t, line, false, false, &dram));
        w = l1_fill(t, &t->l1i, line, 0);
    } else if ((w->flags & WAY_PREFETCHED) != 0) {
        w->flags &= (uint8_t)~WAY_PREFETCHED;
        timing_stall(t, STALL_FETCH, still_to_come(t, line, now));
    }
    t->cited = true;
    cite(t->fetch, &w->cite[0], va, t->ctx);
    for (unsigned i = 1; i <= t->p->mem.fetch_ahead && (line + i) >> (12 - LINE_SHIFT) == line >> (12 - LINE_SHIFT); i++) {
        bring_ahead(t, &t->l1i, line + i, now);
    }
}

/* ---- loads and stores ---- */

/* A store waits for its line in the store buffer; only a full buffer holds the core up. */
static void store_waits(struct timing *t, uint64_t line, uint64_t now, uint64_t latency)
{
    unsigned n = t->p->mem.store_buffer;
    struct store_wait *s = &t->stores[t->store_head];
    if (n == 0) {
        timing_stall(t, STALL_STORE, latency);
        return;
    }
    if (s->ready > now) {
        timing_stall(t, STALL_STORE, s->ready - now);
        now = s->ready;
    }
    *s = (struct store_wait){ .line = line, .ready = now + latency };
    t->store_head = t->store_head + 1 == n ? 0 : t->store_head + 1;
}

static uint64_t stores_done(const struct timing *t)
{
    uint64_t last = 0;
    for (unsigned i = 0; i < t->p->mem.store_buffer; i++) {
        last = t->stores[i].ready > last ? t->stores[i].ready : last;
    }
    return last;
}

static void uncached(struct timing *t, uint64_t pa, uint64_t now, bool write)
{
    const struct params_mem *p = &t->p->mem;
    bool ram = bus_ram(t->pe->bus, pa & ~UINT64_C(63), 64) != NULL;
    t->counts.event[TE_UNCACHED]++;
    if (!ram) {
        t->counts.event[TE_DEVICE]++;
        timing_stall(t, STALL_DEVICE, write ? p->device_write : p->device_read);
    } else if (write) {
        store_waits(t, pa >> LINE_SHIFT, now, p->dram_latency);
    } else {
        timing_stall(t, STALL_DRAM, p->dram_latency);
    }
}

/* A load waits for its line: as much as neither the distance to its first use nor the window hides. */
static void load_waits(struct timing *t, enum stall why, uint64_t latency, unsigned slack)
{
    const struct params_mem *p = &t->p->mem;
    uint64_t hidden = p->hide + slack, insn = pe_icount(t->pe);
    if (latency <= hidden) {
        return;
    }
    if (p->overlap != 0 && insn - t->miss_insn < p->overlap) {
        return; /* its line comes with that of an earlier miss */
    }
    t->miss_insn = insn;
    timing_stall(t, why, latency - hidden);
}

static unsigned slack_of(const struct timing *t, const struct slot *s, enum access_kind kind)
{
    return kind == ACCESS_READ ? timing_slack(t, s) : 0;
}

/* One line of an access by the instruction at s. */
static void data_line(struct timing *t, const struct slot *s, uint64_t va, enum access_kind kind)
{
    uint64_t pa = translate(t, va, false), line = pa >> LINE_SHIFT;
    bool write = kind != ACCESS_READ, dram;
    if ((pa & TLB_UNCACHED) != 0) {
        uncached(t, pa & ~TLB_UNCACHED, timing_time_of(t, s), write);
        return;
    }
    struct way *w = l1_find(t, &t->l1d, line);
    if (w == NULL) {
        t->counts.event[TE_L1D_REFILL]++;
        uint64_t latency = from_l2(t, line, write, true, &dram);
        w = l1_fill(t, &t->l1d, line, 0);
        if (kind == ACCESS_WRITE) {
            store_waits(t, line, timing_time_of(t, s), latency);
        } else {
            load_waits(t, dram ? STALL_DRAM : STALL_L2, latency, slack_of(t, s, kind));
            train(t, s, line);
        }
    } else {
        if ((w->flags & WAY_PREFETCHED) != 0) {
            w->flags &= (uint8_t)~WAY_PREFETCHED;
            uint64_t wait = still_to_come(t, line, timing_time_of(t, s));
            if (kind != ACCESS_WRITE) {
                load_waits(t, STALL_DRAM, wait, slack_of(t, s, kind));
            }
            train(t, s, line);
        }
        if (write && (w->flags & WAY_DIRTY) == 0 && t->m->n_pes > 1) {
            (void)snoop(t, line, true);
        }
    }
    t->cited = true;
    cite(t->read, &w->cite[0], va, t->ctx);
    if (write) {
        w->flags |= WAY_DIRTY;
        cite(t->write, &w->cite[1], va, t->ctx);
    }
}

void timing_data(struct timing *t, const struct slot *s, uint64_t va, unsigned size, enum access_kind kind)
{
    uint64_t last = va + size - 1;
    data_line(t, s, va, kind);
    for (uint64_t line = (va >> LINE_SHIFT) + 1; line <= last >> LINE_SHIFT; line++) {
        t->counts.event[TE_SPLIT]++;
        data_line(t, s, line << LINE_SHIFT, kind);
    }
}

void timing_drain_stores(struct timing *t, const struct slot *s)
{
    uint64_t done = stores_done(t);
    if (done > t->cycles - t->start_cycles) { /* perhaps */
        uint64_t now = timing_time_of(t, s);
        timing_stall(t, STALL_BARRIER, done > now ? done - now : 0);
    }
}

/* ---- life ---- */

bool timing_memory_init(struct timing *t)
{
    const struct params_mem *p = &t->p->mem;
    t->cited = true;
    forget_all(t);
    return cache_init(&t->l1i, p->l1i.size, p->l1i.ways, p->l1i.replacement) &&
           cache_init(&t->l1d, p->l1d.size, p->l1d.ways, p->l1d.replacement) &&
           utlb_model_init(&t->itlb, p->itlb, p->utlb_shift) && utlb_model_init(&t->dtlb, p->dtlb, p->utlb_shift) &&
           tlb_model_init(&t->tlb, p->tlb_entries, p->tlb_ways) && tlb_model_init(&t->walks, p->walk_entries, p->walk_ways) &&
           tlb_model_init(&t->ipas, p->ipa_entries, p->ipa_ways);
}

void timing_memory_free(struct timing *t)
{
    cache_free(&t->l1i);
    cache_free(&t->l1d);
    utlb_model_free(&t->itlb);
    utlb_model_free(&t->dtlb);
    tlb_model_free(&t->tlb);
    tlb_model_free(&t->walks);
    tlb_model_free(&t->ipas);
}
