/* SPDX-License-Identifier: Apache-2.0 */
/* The way of an access through modelled TLBs, caches and memory. */
#include "cpu/timing/timing-int.h"
#include "cpu/timing/views.h"

/* ---- L2 and behind ---- */

static inline void l2_fill(struct timing_machine *m, struct timing *t, uint64_t line, uint8_t flags)
{
    struct way *w = cache_victim(&m->l2, line);
    if ((w->flags & WAY_DIRTY) != 0) {
        t->counts.event[TE_L2_WB]++;
    }
    cache_fill(&m->l2, w, line, flags);
}

/* A line that L1 threw out, or that a snoop took from it */
void timing_write_back(struct timing *t, uint64_t line)
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
            timing_write_back(o, line);
        }
        views_forget(o, w);
        w->flags &= (uint8_t)~WAY_DIRTY;
        if (write) {
            cache_drop(&o->l1d, w);
        }
    }
    return dirty;
}

/* How long a line takes that L1 does not have; far: it comes from further than L2. */
struct arrival {
    uint32_t latency;
    bool far;
};

static struct arrival from_l2(struct timing *t, uint64_t line, bool write, bool data)
{
    const struct params_mem *p = &t->p->mem;
    if (data && unlikely(t->m->n_pes > 1) && snoop(t, line, write)) {
        t->counts.event[TE_SNOOP]++;
        return (struct arrival){ p->l2.latency + p->snoop_latency, true };
    }
    t->counts.event[TE_L2_ACCESS]++;
    if (cache_find(&t->m->l2, line) != NULL) {
        return (struct arrival){ p->l2.latency, false };
    }
    t->counts.event[TE_L2_REFILL]++;
    l2_fill(t->m, t, line, 0);
    return (struct arrival){ p->l2.latency + p->dram_latency, true };
}

/* ---- lines on their way ---- */

/* Cycles until a line that was brought ahead is there. When FILLS were brought after it, it is. It may have been brought twice: into L1I
   and L1D, which the second one had from L2 before the first one arrived there. */
static uint64_t still_to_come(const struct timing *t, uint64_t line, uint64_t now)
{
    for (unsigned left = tags_equal(t->fill_tags, (uint16_t)line); left != 0; left &= left - 1) {
        const struct fill *f = &t->fills[__builtin_ctz(left)];
        if (f->line == line && f->ready > now) {
            return f->ready - now;
        }
    }
    return 0;
}

static void on_its_way(struct timing *t, uint64_t line, uint64_t ready)
{
    t->fill_tags[t->next_fill] = (uint16_t)line;
    t->fills[t->next_fill] = (struct fill){ .line = line, .ready = ready };
    t->next_fill = (t->next_fill + 1) % FILLS;
}

/* ---- L1 ---- */

/* With lru only the most recently used way of a set may be known in views: hits of others change their order. Another one is going to be. */
static __attribute__((noinline)) void forget_mru(struct timing *t, const struct cache *c, uint64_t line)
{
    views_forget(t, cache_mru(c, line));
}

static inline __attribute__((always_inline)) struct way *l1_fill(struct timing *t, struct cache *c, uint64_t line, uint8_t flags)
{
    struct way *w = cache_victim(c, line);
    if ((w->flags & WAY_DIRTY) != 0) {
        timing_write_back(t, w->line);
    }
    views_forget(t, w);
    if (c->policy == REPLACE_LRU) {
        forget_mru(t, c, line);
    }
    cache_fill(c, w, line, flags);
    return w;
}

static __attribute__((noinline)) struct way *l1_find_lru(struct timing *t, struct cache *c, uint64_t line)
{
    struct way *mru = cache_mru(c, line), *w = cache_find(c, line);
    if (w != NULL && w != mru) {
        views_forget(t, mru);
    }
    return w;
}

static inline struct way *l1_find(struct timing *t, struct cache *c, uint64_t line)
{
    return c->policy == REPLACE_LRU ? l1_find_lru(t, c, line) : cache_peek(c, line);
}

/* `line` was used at the cycle `now`: fetch a line that follows it. */
static void bring_ahead(struct timing *t, struct cache *c, uint64_t line, uint64_t now)
{
    if (cache_peek(c, line) != NULL) {
        return;
    }
    uint64_t lat = from_l2(t, line, false, c == &t->l1d).latency;
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
    t->stream_count = stride == t->stream_stride ? t->stream_count + 1 : 1;
    t->stream_stride = stride;
    if (t->stream_count < p->prefetch_train) {
        return;
    }
    uint64_t now = 0;
    for (unsigned i = 1; i <= p->prefetch_lines; i++) {
        uint64_t next = line + (uint64_t)(stride * (int64_t)i);
        if ((next ^ line) >> (12 - LINE_SHIFT) != 0) {
            break;
        }
        now = now != 0 ? now : timing_time_of(t, s);
        bring_ahead(t, &t->l1d, next, now);
    }
}

/* ---- translation ---- */

/* A translation table access. */
static uint64_t table_read(struct timing *t, uint64_t pa)
{
    t->counts.event[TE_WALK_STEP]++;
    if (t->p->mem.walk_from_l1d != 0 && cache_peek(&t->l1d, pa >> LINE_SHIFT) != NULL) {
        return t->p->mem.l1d.latency;
    }
    return from_l2(t, pa >> LINE_SHIFT, false, true).latency;
}

struct translation {
    uint64_t pa;            /* with TLB_UNCACHED */
    struct tlb_entry *e;    /* of the micro-TLB; NULL: none */
};

/* Entries of the walk cache have the level of the leaf in place of an address: above what the size of what they cover cuts off */
enum { WALK_LEVEL_SHIFT = 60 };

/* The cost of the steps that the caches of the walker do not save. */
static uint64_t walk_cost(struct timing *t, uint64_t va, const struct mmu_steps *st)
{
    uint64_t ctx = t->context, ipa_ctx = tctx_make(REGIME_EL10, (uint16_t)(ctx >> 16), 0, false, true);
    const struct tlb_entry *known = tlb_model_find(&t->walks, va, ctx);
    int from = known != NULL ? (int)(known->pa >> WALK_LEVEL_SHIFT) : -1, group = -2, leaf = -1, top = -1;
    uint64_t cycles = t->p->mem.walk_overhead;
    bool ipa_known = false;
    for (unsigned i = 0; i < st->n; i++) {
        const struct mmu_step *s = &st->step[i];
        if (!s->stage2) {
            leaf = s->level;
            top = top < 0 ? leaf : top;
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
    if (leaf > top && leaf > from && st->s1_shift != 0) {
        /* the table that the leaf was in, unless it is the root: it covers one descriptor of the level above */
        unsigned levels = 4u - (unsigned)leaf, granule = (st->s1_shift + 3 * (levels - 1)) / levels;
        tlb_model_put(&t->walks, va, ctx, (uint64_t)(unsigned)leaf << WALK_LEVEL_SHIFT, st->s1_shift + granule - 3);
    }
    return cycles;
}

struct walked {
    uint64_t pa;            /* with TLB_UNCACHED */
    unsigned shift;         /* 0: no TLB entry is made */
    bool global;
};

static uint64_t walk(struct timing *t, uint64_t va, bool fetch, struct walked *x)
{
    struct pe *pe = t->pe;
    struct mmu_steps st;
    struct mmu_res res;
    struct mmu_req req = { .va = va, .acc = fetch ? ACC_FETCH : ACC_READ, .el = pe->el };
    mmu_walk_steps(pe->tlb, pe->bus, pe->id, &pe->mfeat, &pe->regs, &req, &res, &st);
    if (res.fault.type != FAULT_NONE && res.fault.type != FAULT_PERMISSION) {
        *x = (struct walked){ .pa = va & ones64(48) };
        return 0;
    }
    bool cached = (res.attr.attr >> 4) != 0 && res.attr.attr != 0x44 && (res.attr.attr & 0xf) != 4;
    *x = (struct walked){ .pa = (res.pa & ~TLB_UNCACHED) | (cached ? 0 : TLB_UNCACHED), .global = st.global };
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

static inline __attribute__((always_inline)) void charge_refill(struct timing *t, bool fetch)
{
    t->counts.event[fetch ? TE_ITLB_REFILL : TE_DTLB_REFILL]++;
    t->counts.event[TE_TLB_ACCESS]++;
    timing_stall(t, fetch ? STALL_ITLB : STALL_DTLB, t->p->mem.tlb_latency);
}

/* The micro-TLB does not have va, entry e of the main TLB does. */
static inline __attribute__((always_inline)) struct tlb_entry *take(struct timing *t, struct utlb_model *u, uint64_t va,
                                                                    const struct tlb_entry *e)
{
    views_close(t, utlb_model_victim(u));
    return utlb_model_put(u, va, e);
}

/* The micro-TLB did not have it. *guess: where the main TLB had it in the end. */
static __attribute__((noinline)) struct translation refill(struct timing *t, uint64_t va, bool fetch, uint16_t *guess)
{
    uint64_t ctx = t->context;
    charge_refill(t, fetch);
    const struct tlb_entry *e = tlb_model_find(&t->tlb, va, ctx);
    if (e == NULL) {
        struct walked x;
        t->counts.event[fetch ? TE_ITLB_WALK : TE_DTLB_WALK]++;
        timing_stall(t, fetch ? STALL_ITLB : STALL_DTLB, walk(t, va, fetch, &x));
        if (x.shift == 0) {
            return (struct translation){ .pa = x.pa };
        }
        e = tlb_model_put(&t->tlb, va, ctx | (x.global ? TCTX_GLOBAL : 0), x.pa, x.shift);
        utlb_model_expect(&t->itlb, x.shift);
        utlb_model_expect(&t->dtlb, x.shift);
    }
    *guess = (uint16_t)(e - t->tlb.e);
    return (struct translation){ .pa = tlb_entry_pa(e, va), .e = take(t, fetch ? &t->itlb : &t->dtlb, va, e) };
}

/* The commonest refill: the page of a view that was closed is the one that it was and is where the main TLB had it. Opens the view.
   false: nothing is done. */
static inline __attribute__((always_inline)) struct tlb_entry *reopen(struct timing *t, bool fetch, uint64_t va, unsigned id)
{
    struct utlb_model *u = fetch ? &t->itlb : &t->dtlb;
    struct view *v = &t->views[id];
    const struct tlb_entry *e = &t->tlb.e[v->tlb];
    uint64_t ctx = t->context;
    va = untagged(va);
    if (v->owner != 0 || !tlb_entry_is(e, va, ctx) || tlb_entry_pa(e, va & PAGE_MASK) != v->page << PAGE_SHIFT ||
        utlb_model_find(u, va, ctx) != NULL) {
        return NULL;
    }
    charge_refill(t, fetch);
    struct tlb_entry *m = take(t, u, va, e);
    view_link(t, u, m, id);
    return m;
}

/* Physical address of va by the modelled TLBs; what finding it cost is charged. */
static inline struct translation translate(struct timing *t, uint64_t va, bool fetch, uint16_t *guess)
{
    uint64_t ctx = t->context;
    va = untagged(va);
    if (unlikely((ctx & (BIT64(34) | BIT64(35))) == 0)) {
        bool cached = fetch && (t->pe->regs.sctlr & BIT64(12)) != 0;
        return (struct translation){ .pa = (va & ~TLB_UNCACHED) | (cached ? 0 : TLB_UNCACHED) };
    }
    struct tlb_entry *e = utlb_model_find(fetch ? &t->itlb : &t->dtlb, va, ctx);
    return e != NULL ? (struct translation){ .pa = tlb_entry_pa(e, va), .e = e } : refill(t, va, fetch, guess);
}

static void close_all(struct timing *t, struct utlb_model *u)
{
    for (unsigned i = 0; i < u->n; i++) {
        views_close(t, &u->e[i]);
    }
    utlb_model_clear(u);
}

void timing_tlbi(struct timing *t, const struct tlbi_req *q)
{
    /* "main TLB maintenance operations affect both micro TLBs, causing them to be flushed" (Cortex-A53 TRM, 5.2.1) */
    close_all(t, &t->itlb);
    close_all(t, &t->dtlb);
    t->missing = UINT64_MAX;
    tlb_model_invalidate(&t->tlb, q, false);
    tlb_model_invalidate(&t->walks, q, false);
    tlb_model_invalidate(&t->ipas, q, true);
}

/* ---- fetching ---- */

/* A line of a page that is cached, to be known in view `id` (0: none) */
static void fetch_look(struct timing *t, uint64_t line, unsigned id)
{
    uint64_t now = timing_whole(t, t->cycles);
    bool first = false;
    struct way *w = l1_find(t, &t->l1i, line);
    if (w == NULL) {
        first = true;
        t->counts.event[TE_L1I_REFILL]++;
        timing_stall(t, STALL_FETCH, from_l2(t, line, false, false).latency);
        w = l1_fill(t, &t->l1i, line, 0);
    } else if ((w->flags & WAY_PREFETCHED) != 0) {
        first = true;
        w->flags &= (uint8_t)~WAY_PREFETCHED;
        timing_stall(t, STALL_FETCH, still_to_come(t, line, now));
    }
    if (id != 0) {
        view_know(t, w, 0, id);
    }
    for (unsigned i = 1; first && i <= t->p->mem.fetch_ahead && (line + i) >> (12 - LINE_SHIFT) == line >> (12 - LINE_SHIFT); i++) {
        bring_ahead(t, &t->l1i, line + i, now);
    }
}

/* timing_fetch_line() where nothing is known of the page */
static __attribute__((noinline)) void fetch_page(struct timing *t, uint64_t va, unsigned id)
{
    struct translation x = translate(t, va, true, &t->views[id].tlb);
    if ((x.pa & TLB_UNCACHED) != 0) {
        t->counts.event[TE_UNCACHED_LINE]++;
        timing_stall(t, STALL_FETCH, t->p->mem.dram_latency);
        return;
    }
    if (id != 0) {
        view_open(t, &t->itlb, x.e, id, x.pa);
    }
    if (id == 0 || view_missing(t, id, va)) {
        fetch_look(t, x.pa >> LINE_SHIFT, id);
    }
}

void timing_fetch_line(struct timing *t, uint64_t va)
{
    const struct utlb_i *e = &t->pe->dt->i[utlb_index(va)];
    unsigned id = e->tag == (va & PAGE_MASK) ? view_of(t, e) : 0;
    if (id == 0 || !(view_current(t, id) || reopen(t, true, va, id) != NULL)) {
        fetch_page(t, va, id);
    } else if (view_missing(t, id, va)) {
        fetch_look(t, view_line(t, id, va), id);
    }
    t->missing = id != 0 && e->slots == t->pe->slots_base ? view_lines(t, id)->missing : UINT64_MAX;
}

/* ---- loads and stores ---- */

/* A store waits for its line in the store buffer; only a full buffer holds the core up. */
static void store_waits(struct timing *t, uint64_t now, uint64_t latency)
{
    unsigned n = t->p->mem.store_buffer;
    uint64_t *ready = &t->stores[t->store_head];
    if (n == 0) {
        timing_stall(t, STALL_STORE, latency);
        return;
    }
    if (*ready > now) {
        timing_stall(t, STALL_STORE, *ready - now);
        now = *ready;
    }
    *ready = now + latency;
    t->stores_done = *ready > t->stores_done ? *ready : t->stores_done;
    t->store_head = t->store_head + 1 == n ? 0 : t->store_head + 1;
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
        store_waits(t, now, p->dram_latency);
    } else {
        timing_stall(t, STALL_DRAM, p->dram_latency);
    }
}

/* A load waits for its line: as much as neither the distance to its first use nor the window hides. */
static void load_waits(struct timing *t, enum stall why, uint64_t latency, unsigned slack)
{
    const struct params_mem *p = &t->p->mem;
    uint64_t hidden = p->hide + slack;
    if (latency <= hidden) {
        return;
    }
    if (p->overlap != 0) {
        uint64_t insn = pe_icount(t->pe);
        if (insn - t->miss_insn < p->overlap) {
            return; /* its line comes with that of an earlier miss */
        }
        t->miss_insn = insn;
    }
    timing_stall(t, why, latency - hidden);
}

static unsigned slack_of(const struct timing *t, const struct slot *s, enum access_kind kind)
{
    return kind == ACCESS_READ ? timing_slack(t, s) : 0;
}

/* L1D does not have the line. */
static __attribute__((noinline)) struct way *data_miss(struct timing *t, const struct slot *s, uint64_t line, enum access_kind kind)
{
    t->counts.event[TE_L1D_REFILL]++;
    struct arrival a = from_l2(t, line, kind != ACCESS_READ, true);
    struct way *w = l1_fill(t, &t->l1d, line, 0);
    if (kind == ACCESS_WRITE) {
        store_waits(t, timing_time_of(t, s), a.latency);
    } else {
        load_waits(t, a.far ? STALL_DRAM : STALL_L2, a.latency, slack_of(t, s, kind));
        train(t, s, line);
    }
    return w;
}

/* The first use of a line that was brought ahead */
static __attribute__((noinline)) void data_came(struct timing *t, const struct slot *s, struct way *w, enum access_kind kind)
{
    w->flags &= (uint8_t)~WAY_PREFETCHED;
    if (kind != ACCESS_WRITE && still_to_come(t, w->line, timing_whole(t, t->cycles - timing_charged(t))) != 0) { /* perhaps */
        load_waits(t, STALL_DRAM, still_to_come(t, w->line, timing_time_of(t, s)), slack_of(t, s, kind));
    }
    train(t, s, w->line);
}

/* An access by the instruction at s to a line of a page that is cached. Returns its way. */
static inline __attribute__((always_inline)) struct way *data_look(struct timing *t, const struct slot *s, uint64_t line, enum access_kind kind)
{
    struct way *way = l1_find(t, &t->l1d, line);
    if (way == NULL) {
        way = data_miss(t, s, line, kind);
    } else {
        if ((way->flags & WAY_PREFETCHED) != 0) {
            data_came(t, s, way, kind);
        }
        if (kind != ACCESS_READ && (way->flags & WAY_DIRTY) == 0 && t->m->n_pes > 1) {
            (void)snoop(t, line, true);
        }
    }
    way->flags |= kind != ACCESS_READ ? WAY_DIRTY : 0;
    return way;
}

/* An access to a line of the page of view `mine`, which is current: its way is found and known from now on. */
static inline __attribute__((always_inline)) void data_known(struct timing *t, const struct slot *s, uint64_t va, enum access_kind kind,
                                                             unsigned mine)
{
    bool write = kind != ACCESS_READ;
    unsigned other = write ? mine - VIEW_TO_WRITE : mine + VIEW_TO_WRITE;
    struct way *way = data_look(t, s, view_line(t, mine, va), kind);
    view_know(t, way, write, mine);
    if ((way->flags & WAY_DIRTY) != 0 && view_current(t, other) && t->views[other].page == t->views[mine].page) {
        view_know(t, way, !write, other);
    }
}

/* One line of an access where nothing is known of the page; e: the entry that va selects on its side in a set of the host's micro-TLB */
static __attribute__((noinline)) void data_page(struct timing *t, const struct slot *s, uint64_t va, enum access_kind kind,
                                                const struct utlb_d *e)
{
    const struct utlb_d *r = e - (kind != ACCESS_READ ? VIEW_TO_WRITE : 0), *w = r + VIEW_TO_WRITE;
    unsigned reads = r->tag == (va & PAGE_MASK) ? view_of(t, r) : 0, writes = w->tag == (va & PAGE_MASK) ? view_of(t, w) : 0;
    unsigned mine = kind == ACCESS_READ ? reads : writes;
    struct translation x = translate(t, va, false, &t->views[mine].tlb);
    if (unlikely((x.pa & TLB_UNCACHED) != 0)) {
        uncached(t, x.pa & ~TLB_UNCACHED, timing_time_of(t, s), kind != ACCESS_READ);
        return;
    }
    if (reads != 0) {
        view_open(t, &t->dtlb, x.e, reads, x.pa);
    }
    if (writes != 0) {
        view_open(t, &t->dtlb, x.e, writes, x.pa);
    }
    if (mine != 0 && !view_missing(t, mine, va)) {
        return; /* only the page was not known */
    }
    struct way *way = data_look(t, s, x.pa >> LINE_SHIFT, kind);
    if (reads != 0) {
        view_know(t, way, 0, reads);
    }
    if (writes != 0 && (way->flags & WAY_DIRTY) != 0) {
        view_know(t, way, 1, writes);
    }
}

/* The page of entry e, whose view is not current, is opened if that is simple, and on the other side too. */
static inline __attribute__((always_inline)) bool data_reopen(struct timing *t, uint64_t va, enum access_kind kind, const struct utlb_d *e,
                                                              unsigned mine)
{
    struct tlb_entry *m = reopen(t, false, va, mine);
    if (m == NULL) {
        return false;
    }
    int to_other = kind != ACCESS_READ ? -VIEW_TO_WRITE : VIEW_TO_WRITE;
    unsigned other = mine + (unsigned)to_other;
    if ((e + to_other)->tag == e->tag && t->views[other].owner == 0 && t->views[other].page == t->views[mine].page) {
        view_link(t, &t->dtlb, m, other);
    }
    return true;
}

/* One line of an access by the instruction at s; e as above */
static inline __attribute__((always_inline)) void data_line(struct timing *t, const struct slot *s, uint64_t va, enum access_kind kind,
                                                            const struct utlb_d *e)
{
    unsigned mine = view_of(t, e);
    if (!view_current(t, mine) && !data_reopen(t, va, kind, e, mine)) {
        data_page(t, s, va, kind, e);
    } else if (view_missing(t, mine, va)) {
        data_known(t, s, va, kind, mine);
    }
}

static void careful_line(struct timing *t, const struct slot *s, uint64_t va, enum access_kind kind, struct utlb_set *set)
{
    const struct utlb_d *e = (kind != ACCESS_READ ? set->w : set->r) + utlb_index(va);
    if (e->tag == (va & PAGE_MASK)) {
        data_line(t, s, va, kind, e);
    } else {
        data_page(t, s, va, kind, e);
    }
}

void timing_data(struct timing *t, const struct slot *s, uint64_t va, unsigned size, enum access_kind kind, struct utlb_set *set)
{
    while (unlikely((va & 63) + size > 64)) {
        uint64_t next = (va | 63) + 1;
        careful_line(t, s, va, kind, set);
        size -= (unsigned)(next - va);
        va = next;
        t->counts.event[TE_SPLIT]++;
    }
    careful_line(t, s, va, kind, set);
}

bool timing_before_access(struct timing *t, const struct slot *s, uint64_t va, unsigned size, enum access_kind kind, const void *e)
{
    if (unlikely((va & 63) + size > 64)) {
        struct utlb_set *set = t->pe->dt;
        timing_data(t, s, va, size, kind, (uintptr_t)e - (uintptr_t)set < sizeof(*set) ? set : t->pe->dt_unpriv);
        return false;
    }
    data_line(t, s, va, kind, e);
    return t->cycles < t->limit && (utlb_lines(e)->missing >> (va >> LINE_SHIFT & 63) & 1) == 0;
}

void timing_drain_stores(struct timing *t, const struct slot *s)
{
    uint64_t done = t->stores_done;
    if (done > timing_whole(t, t->cycles - timing_charged(t))) { /* perhaps */
        uint64_t now = timing_time_of(t, s);
        timing_stall(t, STALL_BARRIER, done > now ? done - now : 0);
    }
}

/* ---- life ---- */

bool timing_memory_init(struct timing *t)
{
    const struct params_mem *p = &t->p->mem;
    return views_init(t) && cache_init(&t->l1i, p->l1i.size, p->l1i.ways, p->l1i.replacement) &&
           cache_init(&t->l1d, p->l1d.size, p->l1d.ways, p->l1d.replacement) &&
           utlb_model_init(&t->itlb, p->itlb, p->utlb_shift) && utlb_model_init(&t->dtlb, p->dtlb, p->utlb_shift) &&
           tlb_model_init(&t->tlb, p->tlb_entries, p->tlb_ways) && tlb_model_init(&t->walks, p->walk_entries, p->walk_ways) &&
           tlb_model_init(&t->ipas, p->ipa_entries, p->ipa_ways);
}

void timing_memory_free(struct timing *t)
{
    views_free(t);
    cache_free(&t->l1i);
    cache_free(&t->l1d);
    utlb_model_free(&t->itlb);
    utlb_model_free(&t->dtlb);
    tlb_model_free(&t->tlb);
    tlb_model_free(&t->walks);
    tlb_model_free(&t->ipas);
}
