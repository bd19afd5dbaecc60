/* SPDX-License-Identifier: Apache-2.0 */
/* TLBs, walks and the caches of the walker: from the cycles of accesses. */
#include "tests/timing/micro-rows.h"

#include <check.h>
#include <stdlib.h>

enum { PAGE = 4096, LINE = 1 << LINE_SHIFT };

#define VA                                                                                                             \
    UINT64_C(0x1000000000) /* 64 GiB: nothing else is there. Second page of a table and more: sets of their own */
#define PLACE (LAB_DATA + UINT64_C(0x40)) /* where accesses of all these pages end */
#define MiB   (UINT64_C(1) << 20)
#define GiB   (UINT64_C(1) << 30)

/* Nothing is fetched ahead, L2 keeps all tables. */
static struct conf *alone(const struct conf *c)
{
    struct conf *k = changed(c);
    conf_set(k, "memory", "fetch_ahead", "0");
    conf_set(k, "memory", "prefetch_lines", "0");
    conf_set(k, "memory", "hide", "0");
    conf_set(k, "memory", "overlap", "0");
    conf_set(k, "memory", "l2_size", "16777216");
    conf_set(k, "memory", "l2_ways", "16");
    return k;
}

static uint64_t begin(struct lab *l, const struct conf *c, uint64_t (*sub)(struct lab *l))
{
    lab_open(l, c, 1);
    lab_prologue(l);
    uint64_t skip = lab_main(l), at = sub(l);
    lab_main_here(l, skip);
    return at;
}

/* ---- micro-TLBs ---- */

/* Is there time lost by translation, over and over, for so many places at a stride? */
static bool too_many_places(const struct conf *c, bool fetch, uint64_t stride, unsigned count)
{
    enum { PASSES = 8, LAST = 2 };
    struct lab l;
    uint64_t lost = 0, sub = begin(&l, c, fetch ? sub_fetch : sub_load);
    for (unsigned i = 0; fetch && i < count; i++) {
        lab_ret_at(&l, LAB_DATA + i * stride);
    }
    lab_sweep(&l, sub, LAB_DATA, stride, count, PASSES);
    lab_run(&l);
    for (unsigned i = (PASSES - LAST) * count; i < PASSES * count; i++) {
        struct cost k = lab_cost(&l, i);
        lost += fetch ? k.itlb : k.dtlb;
    }
    lab_close(&l);
    return lost != 0;
}

static struct conf *micro_tlb(const struct conf *c, bool small)
{
    struct conf *k = alone(c);
    conf_set(k, "memory", "tlb_latency", "5"); /* a miss is seen */
    if (small) {
        conf_set(k, "memory", "utlb_shift", "12");
    }
    return k;
}

static long micro_entries(const struct conf *c, bool fetch)
{
    struct conf *k = micro_tlb(c, true);
    unsigned n = 1;
    while (n < 300 && !too_many_places(k, fetch, PAGE + LINE, n + 1)) {
        n++;
    }
    free(k);
    return n + fetch; /* the program is in a page too */
}

static long itlb_entries(const struct conf *c) { return micro_entries(c, true); }
static long dtlb_entries(const struct conf *c) { return micro_entries(c, false); }

static long utlb_shift(const struct conf *c)
{
    struct conf *k = micro_tlb(c, false);
    unsigned n = (unsigned)dtlb_entries(c);
    long shift = 12;
    while (shift < 30 && !too_many_places(k, false, UINT64_C(1) << shift, n + 1)) {
        shift++;
    }
    free(k);
    return shift;
}

/* What a page of the main TLB takes: a page that others have thrown out of the micro-TLB, less the same again */
static long tlb_latency(const struct conf *c)
{
    struct conf *k = alone(c);
    struct lab l;
    unsigned n = (unsigned)dtlb_entries(c) + 2;
    conf_set(k, "memory", "utlb_shift", "12");
    uint64_t sub = begin(&l, k, sub_load);
    for (unsigned i = 0; i < n; i++) {
        lab_touch(&l, sub, LAB_DATA + i * (PAGE + LINE));
    }
    lab_touch(&l, sub, LAB_DATA);
    lab_touch(&l, sub, LAB_DATA);
    lab_run(&l);
    long r = lab_longer(&l, n, n + 1);
    lab_close(&l);
    free(k);
    return r;
}

/* ---- the main TLB ---- */

/* Pages of 4 KiB at a stride: are there walks, over and over? */
static bool too_many_pages(const struct conf *c, uint64_t stride, unsigned count)
{
    enum { PASSES = 8, LAST = 2 };
    struct lab l;
    uint64_t lost = 0, sub = begin(&l, c, sub_load);
    for (unsigned i = 0; i < count; i++) {
        lab_map(&l, LAB_ROOT, 1, VA + 37 * PAGE + i * stride, LAB_DATA, 3, MAP_NORMAL);
    }
    lab_sweep(&l, sub, VA + 37 * PAGE + 0x40, stride, count, PASSES);
    lab_run(&l);
    for (unsigned i = (PASSES - LAST) * count; i < PASSES * count; i++) {
        lost += lab_cost(&l, i).dtlb;
    }
    lab_close(&l);
    return lost != 0;
}

static struct conf *main_tlb(const struct conf *c)
{
    struct conf *k = alone(c);
    conf_set(k, "memory", "tlb_latency", "0"); /* only walks are seen */
    conf_set(k, "memory", "dtlb_entries", "1");
    return k;
}

static long tlb_ways(const struct conf *c)
{
    struct conf *k = main_tlb(c);
    unsigned n = 1;
    while (n < 64 && !too_many_pages(k, 64 * MiB, n + 1)) {
        n++;
    }
    free(k);
    return n;
}

static long tlb_entries(const struct conf *c)
{
    struct conf *k = main_tlb(c);
    unsigned n = (unsigned)tlb_ways(c);
    uint64_t stride = PAGE;
    while (stride < 64 * MiB && !too_many_pages(k, stride, n + 1)) {
        stride *= 2;
    }
    free(k);
    return (long)(stride / PAGE * n);
}

/* ---- walks ---- */

/* Two walks whose descriptors L2 has (L1D too: `near`), of three levels and of two: what a step takes, and what they
 * take otherwise */
struct walks {
    long step, rest;
};

static struct walks walks(const struct conf *c, bool near)
{
    struct conf *k = alone(c);
    struct lab l;
    struct walks w;
    conf_set(k, "memory", "walk_entries", "0");
    uint64_t sub = begin(&l, k, sub_load);
    const uint64_t page = VA, block = VA + 512 * MiB;
    for (unsigned i = 0; i < 2; i++) {
        lab_map(&l, LAB_ROOT, 1, page + i * PAGE, LAB_DATA, 3, MAP_NORMAL);
        lab_map(&l, LAB_ROOT, 1, block + i * 2 * MiB, LAB_DATA, 2, MAP_NORMAL);
    }
    lab_touch(&l, sub, page + 0x40);
    lab_touch(&l, sub, block + 0x40);
    for (unsigned level = 1; near && level <= 3; level++) {
        lab_touch(&l, sub, lab_descriptor(&l, LAB_ROOT, 1, page, level));
        lab_touch(&l, sub, lab_descriptor(&l, LAB_ROOT, 1, block, level < 3 ? level : 2));
    }
    lab_touch(&l, sub, block + 0x40);
    lab_touch(&l, sub, page + PAGE + 0x40);
    lab_touch(&l, sub, block + 2 * MiB + 0x40);
    lab_touch(&l, sub, block + 2 * MiB + 0x40);
    lab_run(&l);
    unsigned hit = lab_n_costs(&l) - 1;
    long three = lab_longer(&l, hit - 2, hit), two = lab_longer(&l, hit - 1, hit);
    w.step = three - two;
    w.rest = two - 2 * w.step;
    lab_close(&l);
    free(k);
    return w;
}

static long walk_overhead(const struct conf *c) { return walks(c, false).rest - tlb_latency(c); }

static long walk_from_l1d(const struct conf *c)
{
    struct conf *k = changed(c);
    conf_set(k, "memory", "l1d_latency", "1");
    conf_set(k, "memory", "l2_latency", "30");
    long r = walks(k, true).step != walks(k, false).step;
    free(k);
    return r;
}

static long l1d_latency(const struct conf *c)
{
    struct conf *k = changed(c);
    conf_set(k, "memory", "walk_from_l1d", "1");
    long r = walks(k, true).step;
    free(k);
    return r;
}

/* ---- the walk cache ---- */

/* The longest walk for the pages of so many tables, after the first two pages of each */
static uint64_t table_walk(const struct conf *c, uint64_t stride, unsigned count)
{
    enum { ROUNDS = 8, FIRST = 2 };
    struct lab l;
    uint64_t most = 0, sub = begin(&l, c, sub_load);
    for (unsigned i = 0; i < ROUNDS * count; i++) {
        lab_map(&l, LAB_ROOT, 1, VA + 6 * MiB + i % count * stride + i / count * PAGE, LAB_DATA, 3, MAP_NORMAL);
    }
    for (unsigned i = 0; i < ROUNDS; i++) {
        lab_sweep(&l, sub, VA + 6 * MiB + i * PAGE + 0x40, stride, count, 1);
    }
    lab_run(&l);
    for (unsigned i = FIRST * count; i < ROUNDS * count; i++) {
        uint64_t lost = lab_cost(&l, i).dtlb;
        most = lost > most ? lost : most;
    }
    lab_close(&l);
    return most;
}

static long walk_ways(const struct conf *c)
{
    struct conf *k = alone(c);
    uint64_t one = table_walk(k, GiB, 1);
    unsigned n = 1;
    while (n < 64 && table_walk(k, GiB, n + 1) == one) {
        n++;
    }
    free(k);
    return n;
}

static long walk_entries(const struct conf *c)
{
    struct conf *k = alone(c);
    unsigned n = (unsigned)walk_ways(c);
    uint64_t one = table_walk(k, GiB, 1), stride = 2 * MiB;
    while (stride < GiB && table_walk(k, stride, n + 1) == one) {
        stride *= 2;
    }
    free(k);
    return (long)(stride / (2 * MiB) * n);
}

/* ---- under stage 2 ---- */

#define IPA       UINT64_C(0x1000000000) /* of pages of data */
#define TABLE_IPA UINT64_C(0x2000000000) /* more than their address, of the guest's tables */

/* A guest that runs in RAM as it is; whose tables are pages of stage 2, as is what it maps. */
static void guest_begin(struct lab *l, const struct conf *c, struct guest *g)
{
    lab_open(l, c, 1);
    lab_prologue(l);
    g->s2_root = lab_table(l);
    g->s1_root = lab_table(l);
    l->table_offset = 0;
    lab_map(l, g->s2_root, g->s2_top, GiB, GiB, 1, MAP_STAGE2);
    l->table_offset = TABLE_IPA;
    lab_map(l, g->s1_root, g->s1_top, GiB, GiB, 1, MAP_NORMAL);
    l->table_offset = 0;
}

/* The guest's VA to an IPA to PLACE */
static void guest_page(struct lab *l, const struct guest *g, uint64_t va, uint64_t ipa)
{
    l->table_offset = TABLE_IPA;
    lab_map(l, g->s1_root, g->s1_top, va, ipa, 3, MAP_NORMAL);
    l->table_offset = 0;
    lab_map(l, g->s2_root, g->s2_top, ipa, LAB_DATA, 3, MAP_STAGE2);
}

/* Now that all tables of the guest are made: pages of stage 2 for them. */
static uint64_t guest_enter(struct lab *l, const struct guest *g)
{
    for (uint64_t at = LAB_TABLES, end = l->tables; at < end; at += PAGE) {
        lab_map(l, g->s2_root, g->s2_top, at + TABLE_IPA, at, 3, MAP_STAGE2);
    }
    l->table_offset = TABLE_IPA;
    lab_guest(l, g);
    uint64_t skip = lab_main(l), sub = sub_load(l);
    lab_main_here(l, skip);
    return sub;
}

/* The steps of a whole walk of s1 levels, each behind s2 levels: what it takes, by what a step takes */
long walk_of_two_dimensions(const struct conf *c, unsigned s1, unsigned s2)
{
    struct conf *k = alone(c);
    struct lab l;
    struct guest g = {.s1_top = 4 - s1, .s2_top = 4 - s2};
    conf_set(k, "memory", "walk_entries", "0");
    conf_set(k, "memory", "ipa_entries", "0");
    conf_set(k, "memory", "walk_from_l1d", "0");
    struct walks w = walks(k, false);
    guest_begin(&l, k, &g);
    for (unsigned i = 0; i < 2; i++) {
        guest_page(&l, &g, VA + i * PAGE, IPA + i * PAGE);
    }
    uint64_t sub = guest_enter(&l, &g);
    lab_touch(&l, sub, VA + 0x40);
    lab_touch(&l, sub, VA + PAGE + 0x40);
    lab_touch(&l, sub, VA + PAGE + 0x40);
    lab_run(&l);
    long r = (lab_longer(&l, 1, 2) - w.rest) / w.step, odd = (lab_longer(&l, 1, 2) - w.rest) % w.step;
    ck_assert_int_eq(odd, 0);
    lab_close(&l);
    free(k);
    return r;
}

/* The longest walk for pages of so many IPAs at a stride, when each has been seen before */
static uint64_t ipa_walk(const struct conf *c, uint64_t stride, unsigned count)
{
    enum { ROUNDS = 6, LAST = 3 };
    struct lab l;
    struct guest g = {.s1_top = 1, .s2_top = 1};
    uint64_t most = 0;
    guest_begin(&l, c, &g);
    guest_page(&l, &g, VA, IPA);
    l.table_offset = TABLE_IPA;
    uint64_t base = IPA + (36 + (lab_descriptor(&l, g.s1_root, 1, VA, 3) / PAGE + 1) % 2) *
                              PAGE; /* not in the set of the table's own IPA */
    for (unsigned i = 0; i < ROUNDS * count + 16; i++) {
        guest_page(&l, &g, VA + i * PAGE, base + i % count * stride);
    }
    uint64_t sub = guest_enter(&l, &g);
    lab_sweep(&l, sub, VA + 0x40, PAGE, ROUNDS * count + 16, 1);
    lab_run(&l);
    for (unsigned i = (ROUNDS - LAST) * count + 16; i < ROUNDS * count + 16; i++) {
        uint64_t lost = lab_cost(&l, i).dtlb;
        most = lost > most && i % 8 != 0 ? lost : most; /* the first of a line of descriptors comes from memory */
    }
    lab_close(&l);
    return most;
}

static long ipa_ways(const struct conf *c)
{
    struct conf *k = alone(c);
    uint64_t one = ipa_walk(k, 64 * MiB, 1);
    unsigned n = 1;
    while (n < 64 && ipa_walk(k, 64 * MiB, n + 1) == one) {
        n++;
    }
    free(k);
    return n;
}

static long ipa_entries(const struct conf *c)
{
    struct conf *k = alone(c);
    unsigned n = (unsigned)ipa_ways(c);
    uint64_t one = ipa_walk(k, 64 * MiB, 1), stride = PAGE;
    while (stride < 64 * MiB && ipa_walk(k, stride, n + 1) == one) {
        stride *= 2;
    }
    free(k);
    return (long)(stride / PAGE * n);
}

const struct micro_row tlb_rows[] = {
    {"memory", "itlb_entries", itlb_entries, NULL, {"4", "21"}, NULL},
    {"memory", "dtlb_entries", dtlb_entries, NULL, {"1", "21"}, NULL},
    {"memory", "utlb_shift", utlb_shift, NULL, {"14", "21"}, NULL},
    {"memory", "tlb_entries", tlb_entries, NULL, {"256", "2048"}, NULL},
    {"memory", "tlb_ways", tlb_ways, NULL, {"8", "1"}, NULL},
    {"memory", "tlb_latency", tlb_latency, NULL, {"0", "9"}, NULL},
    {"memory", "walk_entries", walk_entries, NULL, {"16", "128"}, NULL},
    {"memory", "walk_ways", walk_ways, NULL, {"8", "1"}, NULL},
    {"memory", "ipa_entries", ipa_entries, NULL, {"16", "128"}, NULL},
    {"memory", "ipa_ways", ipa_ways, NULL, {"8", "2"}, NULL},
    {"memory", "walk_overhead", walk_overhead, NULL, {"0", "11"}, NULL},
    {"memory", "walk_from_l1d", walk_from_l1d, NULL, {"0", "1"}, NULL},
    {"memory", "l1d_latency", l1d_latency, NULL, {"7"}, NULL},
};
const unsigned n_tlb_rows = sizeof(tlb_rows) / sizeof(tlb_rows[0]);
