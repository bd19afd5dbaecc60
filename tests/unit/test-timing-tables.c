/* SPDX-License-Identifier: Apache-2.0 */
/* Modelled caches and micro-TLBs (cpu/timing/cache.h, tlb.h) beside plain lists that are searched from end to end. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/timing/cache.h"
#include "cpu/timing/tlb.h"
#include "tests/differential/values.h"

/* ---- caches ---- */

enum { SETS_MOST = 8, WAYS_MOST = 64, STEPS = 60000 };

struct listed {
    uint64_t line, filled, used;    /* when */
};

struct list {
    struct listed at[SETS_MOST][WAYS_MOST];
    unsigned n[SETS_MOST];
};

static struct listed *listed(struct list *l, unsigned set, uint64_t line)
{
    for (unsigned i = 0; i < l->n[set]; i++) {
        if (l->at[set][i].line == line) {
            return &l->at[set][i];
        }
    }
    return NULL;
}

static void unlist(struct list *l, unsigned set, uint64_t line)
{
    struct listed *e = listed(l, set, line);
    ck_assert_ptr_nonnull(e);
    *e = l->at[set][--l->n[set]];
}

static const struct listed *first(const struct list *l, unsigned set, bool by_use)
{
    const struct listed *e = &l->at[set][0];
    for (unsigned i = 1; i < l->n[set]; i++) {
        const struct listed *o = &l->at[set][i];
        e = (by_use ? o->used < e->used : o->filled < e->filled) ? o : e;
    }
    return e;
}

static const struct {
    unsigned ways, sets;
    enum replacement policy;
} caches[] = {
    {1, 8, REPLACE_RANDOM}, {2, 8, REPLACE_RANDOM}, {3, 4, REPLACE_LRU}, {4, 2, REPLACE_FIFO}, {4, 8, REPLACE_LRU},
    {5, 4, REPLACE_RANDOM}, {8, 8, REPLACE_LRU}, {16, 8, REPLACE_RANDOM}, {16, 1, REPLACE_LRU}, {17, 2, REPLACE_FIFO},
    {48, 2, REPLACE_LRU}, {64, 4, REPLACE_RANDOM}, {64, 1, REPLACE_FIFO},
};

static void check_victim(const struct list *l, unsigned set, const struct way *w, unsigned i)
{
    if (l->n[set] < caches[i].ways) {
        ck_assert_uint_eq(w->line, LINE_NONE);
    } else if (caches[i].policy != REPLACE_RANDOM) {
        ck_assert_uint_eq(w->line, first(l, set, caches[i].policy == REPLACE_LRU)->line);
    }
}

START_TEST(a_cache_is_a_list_of_lines)
{
    struct cache c;
    static struct list l;
    struct rng r = {.s = 7 + (uint64_t)_i};
    unsigned sets = caches[_i].sets, ways = caches[_i].ways, shift = (unsigned)__builtin_ctz(sets), hits = 0;
    unsigned chosen[WAYS_MOST] = {0};
    memset(&l, 0, sizeof(l));
    ck_assert(cache_init(&c, sets * ways << LINE_SHIFT, ways, caches[_i].policy));
    for (unsigned k = 1; k <= STEPS; k++) {
        unsigned set = below(&r, sets);
        /* twice as many as there is room for; their low 16 bits above the set are alike in fours */
        uint64_t tag = below(&r, ways / 2 + 1) | (uint64_t)below(&r, 4) << 16 | UINT64_C(1) << 30, line = tag << shift | set;
        struct listed *known = listed(&l, set, line);
        struct way *w = cache_peek(&c, line);
        ck_assert_int_eq(w != NULL, known != NULL);
        if (known != NULL) {
            ck_assert_uint_eq(w->line, line);
            ck_assert_ptr_eq(cache_find(&c, line), w);
            known->used = k;
            hits++;
            if (caches[_i].policy == REPLACE_LRU) {
                ck_assert_ptr_eq(cache_mru(&c, line), w);
            }
            if (one_in(&r, 50)) {
                cache_drop(&c, w);
                unlist(&l, set, line);
            }
            continue;
        }
        w = cache_victim(&c, line);
        check_victim(&l, set, w, (unsigned)_i);
        if (w->line != LINE_NONE) {
            unlist(&l, set, w->line);
            chosen[(size_t)(w - c.ways) % c.stride]++;
        }
        cache_fill(&c, w, line, 0);
        l.at[set][l.n[set]++] = (struct listed){.line = line, .filled = k, .used = k};
    }
    ck_assert_uint_gt(hits, STEPS / 10);
    for (unsigned i = 0; i < ways; i++) {
        ck_assert_uint_gt(chosen[i], 0); /* no way is kept for ever */
    }
    cache_free(&c);
}
END_TEST

/* ---- micro-TLBs ---- */

enum { MICRO_MOST = 48 };

struct translated {
    uint64_t page, pa;              /* TLB_UNCACHED in pa */
    unsigned asid, shift;           /* asid 0: global */
};

static const struct {
    unsigned entries, max_shift;
} micros[] = { {1, 12}, {10, 12}, {15, 16}, {48, 21}, {48, 12} };

/* What the tables would say: 4 KB pages of each ASID below 1 MB, global ones of 64 KB and 2 MB above */
static struct translated translation_of(uint64_t va, unsigned asid)
{
    unsigned shift = va < 1 << 20 ? 12 : va < 4 << 20 ? 16 : 21;
    uint64_t page = va >> shift;
    unsigned owner = shift == 12 ? asid : 0;
    uint64_t pa = (page * 7 + owner) << shift | (page % 3 == 0 ? TLB_UNCACHED : 0);
    return (struct translated){.page = page, .pa = pa, .asid = owner, .shift = shift};
}

START_TEST(a_micro_tlb_is_a_list_of_pages)
{
    struct utlb_model u;
    struct tlb_model m;
    struct translated fifo[MICRO_MOST];
    struct rng r = {.s = 11 + (uint64_t)_i};
    unsigned n = 0, next = 0, most = micros[_i].entries, hits = 0;
    ck_assert(utlb_model_init(&u, most, micros[_i].max_shift) && tlb_model_init(&m, 64, 4));
    for (unsigned k = 0; k < STEPS; k++) {
        unsigned asid = 1 + below(&r, 2);
        uint64_t va = (uint64_t)below(&r, 8) << 20 | (uint64_t)below(&r, most / 3 + 2) << 12 | below(&r, 4096);
        uint64_t ctx = tctx_make(REGIME_EL10, 3, (uint16_t)asid, true, false);
        struct translated x = translation_of(va, asid);
        unsigned shift = x.shift < micros[_i].max_shift ? x.shift : micros[_i].max_shift;
        bool known = false;
        for (unsigned i = 0; i < n; i++) {
            known |= fifo[i].shift == shift && fifo[i].page == va >> shift && (fifo[i].asid == 0 || fifo[i].asid == asid);
        }
        struct tlb_entry *e = utlb_model_find(&u, va, ctx);
        ck_assert_int_eq(e != NULL, known);
        if (known) {
            hits++;
        } else {
            const struct tlb_entry *main_entry = tlb_model_find(&m, va, ctx);
            if (main_entry == NULL) {
                main_entry = tlb_model_put(&m, va, ctx | (x.asid == 0 ? TCTX_GLOBAL : 0), x.pa, x.shift);
                utlb_model_expect(&u, x.shift);
            }
            e = utlb_model_put(&u, va, main_entry);
            fifo[next] = (struct translated){.page = va >> shift, .asid = x.asid, .shift = shift};
            next = (next + 1) % most;
            n = n < most ? n + 1 : n;
        }
        ck_assert_uint_eq(tlb_entry_pa(e, va), x.pa | (va & ones64(x.shift) & ~TLB_UNCACHED));
        ck_assert_uint_eq(e->shift, shift);
        if (one_in(&r, 2000)) {
            utlb_model_clear(&u);
            memset(fifo, 0, sizeof(fifo));  /* of no page; the place of the next one stays */
        }
    }
    ck_assert_uint_gt(hits, STEPS / 100);
    utlb_model_free(&u);
    tlb_model_free(&m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("timing-tables");
    TCase *t = tcase_create("timing-tables");
    tcase_add_loop_test(t, a_cache_is_a_list_of_lines, 0, ARRAY_LEN(caches));
    tcase_add_loop_test(t, a_micro_tlb_is_a_list_of_pages, 0, ARRAY_LEN(micros));
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
