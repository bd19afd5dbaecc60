/* SPDX-License-Identifier: Apache-2.0 */
/* Caches, prefetching, the store buffer, devices: from the cycles of accesses. */
#include "tests/timing/micro-rows.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Away from the sets that the program and its tables are in */
#define DATA       (LAB_DATA + UINT64_C(0x7a40))
#define UART_FLAGS UINT64_C(0x09000018)
#define UART_MASK  UINT64_C(0x09000038)

enum { MAX_WAYS = 64, FAR = 1 << 20, LINE = 1 << LINE_SHIFT, PAGE = 4096 };

struct conf *changed(const struct conf *c)
{
    struct conf *k = malloc(sizeof(*k));
    ck_assert_ptr_nonnull(k);
    *k = *c;
    return k;
}

/* ---- caches: how many lines of one set stay; how far apart are lines of one set ---- */

enum which { L1I, L1D, L2 };

static uint64_t lost_in(enum which w, const struct cost *c) { return w == L1I ? c->fetch : c->data; }

/* Are `count` lines at a stride too many? After many passes some of them still miss then. */
static bool too_many(const struct conf *c, enum which w, uint64_t stride, unsigned count)
{
    enum { PASSES = 24, LAST = 6 };
    struct lab l;
    uint64_t lost = 0;
    lab_open(&l, c, 1);
    lab_prologue(&l);
    uint64_t skip = lab_main(&l);
    uint64_t sub = w == L1I ? sub_fetch(&l) : sub_load(&l);
    lab_main_here(&l, skip);
    for (unsigned i = 0; w == L1I && i < count; i++) {
        lab_ret_at(&l, DATA + i * stride);
    }
    lab_sweep(&l, sub, DATA, stride, count, PASSES);
    lab_run(&l);
    for (unsigned i = (PASSES - LAST) * count; i < PASSES * count; i++) {
        struct cost k = lab_cost(&l, i);
        lost += w == L2 ? (k.data > lab_cost(&l, 0).data / 2) : lost_in(w, &k);
    }
    lab_close(&l);
    return lost != 0;
}

/* The cache by itself: others as small as can be, nothing is fetched ahead. */
static struct conf *alone(const struct conf *c, enum which w)
{
    struct conf *k = changed(c);
    conf_set(k, "memory", "fetch_ahead", "0");
    conf_set(k, "memory", "prefetch_lines", "0");
    conf_set(k, "memory", "hide", "0");
    conf_set(k, "memory", "overlap", "0");
    if (w == L2) { /* what goes to L2 is what L1D does not have: one line of those that are FAR apart */
        conf_set(k, "memory", "l1d_size", "1024");
        conf_set(k, "memory", "l1d_ways", "1");
    }
    return k;
}

static long ways(const struct conf *c, enum which w)
{
    struct conf *k = alone(c, w);
    unsigned n = 1;
    while (n < MAX_WAYS && !too_many(k, w, FAR, n + 1)) {
        n++;
    }
    free(k);
    return n;
}

static long size(const struct conf *c, enum which w)
{
    struct conf *k = alone(c, w);
    unsigned n = (unsigned)ways(c, w);
    uint64_t stride = w == L2 ? 1024 : LINE; /* the L1D of this measurement must not keep them */
    while (stride < FAR && !too_many(k, w, stride, n + 1)) {
        stride *= 2;
    }
    free(k);
    return (long)(stride * n);
}

static long l1i_ways(const struct conf *c) { return ways(c, L1I); }
static long l1d_ways(const struct conf *c) { return ways(c, L1D); }
static long l2_ways(const struct conf *c) { return ways(c, L2); }
static long l1i_size(const struct conf *c) { return size(c, L1I); }
static long l1d_size(const struct conf *c) { return size(c, L1D); }
static long l2_size(const struct conf *c) { return size(c, L2); }

/* ---- replacement ---- */

/* A set is filled, the first line used again, and one line more brought in: which line is gone? The first: first in,
   first out. The second: the least recently used. In several sets not the same: random. */
static long replacement(const struct conf *c, enum which w)
{
    enum { SETS = 16 };
    struct conf *k = alone(c, w);
    unsigned n = (unsigned)ways(c, w), gone[SETS];
    bool same = true;
    struct lab l;
    lab_open(&l, k, 1);
    lab_prologue(&l);
    uint64_t skip = lab_main(&l);
    uint64_t sub = w == L1I ? sub_fetch(&l) : sub_load(&l);
    lab_main_here(&l, skip);
    for (unsigned set = 0; set < SETS; set++) {
        for (unsigned i = 0; i <= n; i++) {
            lab_ret_at(&l, DATA + set * LINE + i * FAR);
        }
        for (unsigned i = 0; i < n; i++) {
            lab_touch(&l, sub, DATA + set * LINE + i * FAR);
        }
        lab_touch(&l, sub, DATA + set * LINE);
        lab_touch(&l, sub, DATA + set * LINE + n * FAR);
        for (unsigned i = 0; i < n; i++) {
            lab_touch(&l, sub, DATA + set * LINE + i * FAR);
        }
    }
    lab_run(&l);
    for (unsigned set = 0; set < SETS; set++) {
        unsigned at = set * (2 * n + 2), i = 0;
        struct cost hit = lab_cost(&l, at + n), k2;
        do {
            k2 = lab_cost(&l, at + n + 2 + i);
        } while ((w == L2 ? k2.data > lab_cost(&l, at + n + 1).data / 2 : lost_in(w, &k2) > lost_in(w, &hit)) ==
                     false &&
                 ++i < n);
        gone[set] = i;
        same = same && gone[set] == gone[0];
    }
    lab_close(&l);
    free(k);
    return !same ? 0 : gone[0] == 0 ? 1 : gone[0] == 1 ? 2 : -1;
}

static long l1i_replacement(const struct conf *c) { return replacement(c, L1I); }
static long l1d_replacement(const struct conf *c) { return replacement(c, L1D); }
static long l2_replacement(const struct conf *c) { return replacement(c, L2); }

/* ---- latencies ---- */

struct latencies {
    long fetch_l2, load_l2; /* of a line that L2 has */
    long fetch_dram, load_dram; /* of one that nothing has */
};

/* as_noticed: loads are waited for as the file says, not whole */
static struct latencies latencies(const struct conf *c, bool as_noticed)
{
    struct conf *k = alone(c, L1D);
    struct lab l;
    struct latencies r;
    if (as_noticed) {
        conf_set(k, "memory", "hide", "%s", conf_get(c, "memory", "hide"));
    }
    lab_open(&l, k, 1);
    lab_prologue(&l);
    uint64_t skip = lab_main(&l);
    uint64_t load = sub_load(&l), fetch = sub_fetch(&l);
    lab_main_here(&l, skip);
    const uint64_t a = DATA, b = DATA + 5 * LINE, warm = DATA + 20 * LINE;
    lab_ret_at(&l, a);
    lab_ret_at(&l, b);
    lab_touch(&l, load, warm);
    lab_touch(&l, load, warm); /* 1: a hit */
    lab_touch(&l, load, a);    /* 2: from memory; now L2 has it */
    lab_touch(&l, fetch, b);   /* 3: the same, fetched */
    lab_touch(&l, fetch, a);   /* 4: fetched from L2 */
    lab_touch(&l, load, b);    /* 5: loaded from L2 */
    lab_run(&l);
    r.fetch_dram = (long)lab_cost(&l, 3).fetch;
    r.fetch_l2 = (long)lab_cost(&l, 4).fetch;
    r.load_dram = lab_longer(&l, 2, 1);
    r.load_l2 = lab_longer(&l, 5, 1);
    lab_close(&l);
    free(k);
    return r;
}

static long l2_latency(const struct conf *c)
{
    return latencies(c, false).fetch_l2;
}

static long dram_latency(const struct conf *c)
{
    struct latencies r = latencies(c, false);
    return r.load_dram - r.load_l2;
}

/* What a load does not notice, but a fetch does */
static long hide(const struct conf *c)
{
    struct latencies r = latencies(c, true);
    return r.fetch_dram - r.load_dram;
}

/* Two loads that miss, further and further apart: when is the second one waited for? */
static long overlap(const struct conf *c)
{
    enum { MOST = 200 };
    struct conf *k = changed(c);
    struct lab l;
    long apart = 1;
    conf_set(k, "memory", "hide", "0");
    conf_set(k, "memory", "prefetch_lines", "0");
    lab_open(&l, k, 1);
    lab_prologue(&l);
    lab_mov(&l, 0, DATA);
    for (unsigned d = 1; d <= MOST; d++) {
        lab_word(&l, A64_DSB);
        for (unsigned i = 0; i < 2 * MOST; i++) {
            lab_word(&l, A64_NOP);
        }
        lab_word(&l, 0x91400400); /* add x0, x0, #1, lsl #12: another page */
        lab_word(&l, 0x39400001); /* ldrb w1, [x0]: its translation */
        for (unsigned i = 0; i < 2 * MOST; i++) {
            lab_word(&l, A64_NOP);
        }
        lab_word(&l, 0xf9408001); /* ldr x1, [x0, #256] */
        for (unsigned i = 1; i < d; i++) {
            lab_word(&l, A64_NOP);
        }
        lab_mark(&l, MARK_BEFORE); /* (an instruction too) */
        lab_word(&l, 0xf941c001);  /* ldr x1, [x0, #896] */
        lab_word(&l, 0x8b010022);  /* add x2, x1, x1 */
        lab_mark(&l, MARK_AFTER);
    }
    lab_run(&l);
    while (apart <= MOST && lab_cost(&l, (unsigned)apart - 1).data == 0) {
        apart++;
    }
    lab_close(&l);
    free(k);
    return apart == 1 ? 0 : apart + 1;
}

/* A load that L2 has, and one that L1D has, each with so many NOPs before the first use: the cycles of both */
void micro_late_use(const struct conf *c, unsigned nops, long *miss, long *hit)
{
    struct conf *k = changed(c);
    struct lab l;
    conf_set(k, "memory", "fetch_ahead", "0");
    conf_set(k, "memory", "prefetch_lines", "0");
    lab_open(&l, k, 1);
    lab_prologue(&l);
    uint64_t skip = lab_main(&l), fetch = sub_fetch(&l), load = l.pc;
    lab_mark(&l, MARK_BEFORE);
    lab_word(&l, 0xf9400001); /* ldr x1, [x0] */
    for (unsigned i = 0; i < nops; i++) {
        lab_word(&l, A64_NOP);
    }
    lab_word(&l, 0xf9400822); /* ldr x2, [x1, #16]: X1 is an address */
    lab_mark(&l, MARK_AFTER);
    lab_word(&l, A64_RET);
    lab_main_here(&l, skip);
    const uint64_t where = DATA;
    for (unsigned i = 0; i < 2;
         i++) { /* a pointer, whose second word is a RET that is fetched: so L2 has the line, and not L1D */
        memcpy(lab_at(&l, DATA + i * 2 * LINE, 8), &where, 8);
        lab_ret_at(&l, DATA + i * 2 * LINE + 8);
    }
    lab_touch(&l, load, DATA);
    lab_touch(&l, fetch, DATA + 2 * LINE + 8);
    lab_touch(&l, load, DATA);
    lab_touch(&l, load, DATA + 2 * LINE);
    lab_touch(&l, load, DATA + 2 * LINE);
    lab_run(&l);
    *miss = (long)lab_cost(&l, 3).cycles;
    *hit = (long)lab_cost(&l, 4).cycles;
    lab_close(&l);
    free(k);
}

/* What is written to a line that is nowhere: later, loads of it when L1D has had room for it, and when others have
   taken its place: what they cost */
void micro_written(const struct conf *c, long *kept, long *thrown_out)
{
    enum { MANY = 24 };
    struct conf *k = alone(c, L1D);
    const uint64_t stride = (uint64_t)size(c, L1D) / (uint64_t)ways(c, L1D); /* of a set of L1D, but of several of L2 */
    struct lab l;
    lab_open(&l, k, 1);
    lab_prologue(&l);
    uint64_t skip = lab_main(&l), load = sub_load(&l), store = sub_store(&l), wait = sub_wait(&l);
    lab_main_here(&l, skip);
    lab_touch(&l, store, DATA);
    lab_bl(&l, wait);
    lab_touch(&l, load, DATA);
    lab_touch(&l, load, DATA);
    for (unsigned i = 1; i <= MANY; i++) {
        lab_touch(&l, load, DATA + i * stride);
    }
    lab_touch(&l, load, DATA);
    lab_touch(&l, load, DATA);
    lab_run(&l);
    *kept = lab_longer(&l, 1, 2);
    *thrown_out = (long)lab_cost(&l, MANY + 3).data;
    lab_close(&l);
    free(k);
}

/* A line that PE 1 has written, loaded by PE 0 */
static long snoop_latency(const struct conf *c)
{
    struct conf *k = alone(c, L1D);
    struct lab l;
    lab_open(&l, k, 2);
    lab_prologue(&l);
    uint64_t skip = lab_main(&l);
    uint64_t load = sub_load(&l), wait = sub_wait(&l), other = l.pc;
    lab_prologue(&l);
    lab_mov(&l, 0, DATA);
    lab_word(&l, 0xf900001f); /* str xzr, [x0] */
    lab_word(&l, A64_WFI);
    lab_b(&l, l.pc - 4);
    lab_main_here(&l, skip);
    lab_mov(&l, 0, UINT64_C(0xc4000003)); /* CPU_ON */
    lab_mov(&l, 1, 1);
    lab_mov(&l, 2, other);
    lab_mov(&l, 3, 0);
    lab_word(&l, 0xd4000003);           /* smc #0 */
    for (unsigned i = 0; i < 50; i++) { /* many turns of PE 1 */
        lab_bl(&l, wait);
    }
    lab_touch(&l, load, DATA + 1024);
    lab_touch(&l, load, DATA + 1024);
    lab_touch(&l, load, DATA);
    lab_run(&l);
    long r = lab_longer(&l, 2, 1) - latencies(c, false).load_l2;
    lab_close(&l);
    free(k);
    return r;
}

/* ---- fetching ahead, prefetching ---- */

/* How many lines after one that was not there are there when it is? */
static long fetch_ahead(const struct conf *c)
{
    enum { MOST = 10 };
    struct lab l;
    long n = 0;
    lab_open(&l, c, 1);
    lab_prologue(&l);
    uint64_t skip = lab_main(&l);
    uint64_t fetch = sub_fetch(&l), wait = sub_wait(&l);
    lab_main_here(&l, skip);
    for (unsigned i = 1; i <= MOST; i++) {
        uint64_t page = LAB_DATA + i * PAGE + UINT64_C(0x800);
        lab_ret_at(&l, page);
        lab_ret_at(&l, page + i * LINE);
        lab_touch(&l, fetch, page);
        lab_bl(&l, wait);
        lab_touch(&l, fetch, page + i * LINE);
    }
    lab_run(&l);
    while (n < MOST && lab_cost(&l, 2 * (unsigned)n + 1).fetch == 0) {
        n++;
    }
    lab_close(&l);
    return n;
}

/* A stream of misses, with time in between: the first one that finds its line there. `then`: after the stream has
   begun, only the line so many further. */
static long prefetch(const struct conf *c, bool lines)
{
    enum { MOST = 20, PAGES = 12 };
    struct conf *k = changed(c);
    struct lab l;
    long train = 0, n = 0;
    if (!lines && conf_int(c, "memory", "prefetch_lines") == 0) {
        conf_set(k, "memory", "prefetch_lines", "1");
    }
    lab_open(&l, k, 1);
    lab_prologue(&l);
    uint64_t skip = lab_main(&l);
    uint64_t load = sub_load(&l), wait = sub_wait(&l);
    lab_main_here(&l, skip);
    for (unsigned i = 0; i < MOST; i++) {
        lab_touch(&l, load, LAB_DATA + i * LINE);
        lab_bl(&l, wait);
    }
    lab_run(&l);
    while (train + 2 < MOST && lab_cost(&l, (unsigned)train + 2).data != 0) {
        train++;
    }
    train++; /* distances, when access train + 1 is the first that finds its line there */
    lab_close(&l);
    if (!lines || train + 1 == MOST) {
        free(k);
        return lines ? 0 : train;
    }
    lab_open(&l, k, 1);
    lab_prologue(&l);
    skip = lab_main(&l);
    load = sub_load(&l), wait = sub_wait(&l);
    lab_main_here(&l, skip);
    for (unsigned p = 1; p <= PAGES; p++) {
        for (unsigned i = 0; i <= train; i++) {
            lab_touch(&l, load, LAB_DATA + p * PAGE + i * LINE);
        }
        lab_bl(&l, wait);
        lab_touch(&l, load, LAB_DATA + p * PAGE + (train + p) * LINE);
    }
    lab_run(&l);
    while (n < PAGES && lab_cost(&l, (unsigned)(n + 1) * (unsigned)(train + 2) - 1).data == 0) {
        n++;
    }
    lab_close(&l);
    free(k);
    return n;
}

static long prefetch_train(const struct conf *c) { return prefetch(c, false); }
static long prefetch_lines(const struct conf *c) { return prefetch(c, true); }

/* ---- stores, devices ---- */

/* How many stores that miss, one after the other, is the core not held up by? */
static long store_buffer(const struct conf *c)
{
    enum { MOST = 40 };
    struct lab l;
    long n = 0;
    lab_open(&l, c, 1);
    lab_prologue(&l);
    for (unsigned k = 1; k <= MOST; k++) {
        lab_mov(&l, 0, LAB_DATA + k * PAGE);
        lab_word(&l, 0xf900001f); /* str xzr, [x0]: its translation */
        lab_word(&l, A64_DSB);
        lab_mark(&l, MARK_BEFORE);
        for (unsigned i = 1; i <= k; i++) {
            lab_word(&l, UINT32_C(0xf900001f) | i * 8 << 10); /* str xzr, [x0, #i * 64] */
        }
        lab_mark(&l, MARK_AFTER);
    }
    lab_run(&l);
    while (n < MOST && lab_cost(&l, (unsigned)n).data == 0) {
        n++;
    }
    lab_close(&l);
    return n;
}

static long device(const struct conf *c, bool write)
{
    struct lab l;
    lab_open(&l, c, 1);
    lab_prologue(&l);
    uint64_t skip = lab_main(&l);
    uint64_t sub = write ? sub_store(&l) : sub_load(&l);
    lab_main_here(&l, skip);
    lab_touch(&l, sub, DATA);
    lab_touch(&l, sub, UART_MASK);
    lab_touch(&l, sub, DATA);
    lab_touch(&l, sub, write ? UART_MASK : UART_FLAGS);
    lab_run(&l);
    long r = lab_longer(&l, 3, 2);
    lab_close(&l);
    return r;
}

static long device_read(const struct conf *c) { return device(c, false); }
static long device_write(const struct conf *c) { return device(c, true); }

static long mhz(const struct conf *c)
{
    struct lab l;
    lab_open(&l, c, 1);
    lab_prologue(&l);
    lab_mark(&l, 2);
    lab_mov(&l, 6, 3000000);
    lab_word(&l, 0xd10004c6); /* sub x6, x6, #1 */
    lab_cbnz(&l, 6, l.pc - 4);
    lab_mark(&l, 2);
    lab_run(&l);
    uint64_t cycles = l.snap[1].cycles - l.snap[0].cycles, ns = l.snap[1].time_ns - l.snap[0].time_ns;
    lab_close(&l);
    return (long)((cycles * 1000 + ns / 2) / ns);
}

static const char *const policies[] = {"random", "fifo", "lru", NULL};

const struct micro_row memory_rows[] = {
    {"clock", "mhz", mhz, NULL, {"2000", "333"}, NULL},
    {"memory", "l1i_size", l1i_size, NULL, {"16384", "65536"}, NULL},
    {"memory", "l1i_ways", l1i_ways, NULL, {"8", "1"}, NULL},
    {"memory", "l1i_replacement", l1i_replacement, policies, {"fifo", "lru"}, NULL},
    {"memory", "l1d_size", l1d_size, NULL, {"16384", "65536"}, NULL},
    {"memory", "l1d_ways", l1d_ways, NULL, {"8", "2"}, NULL},
    {"memory", "l1d_replacement", l1d_replacement, policies, {"fifo", "lru"}, NULL},
    {"memory", "l2_size", l2_size, NULL, {"1048576", "131072"}, NULL},
    {"memory", "l2_ways", l2_ways, NULL, {"8", "2"}, NULL},
    {"memory", "l2_replacement", l2_replacement, policies, {"fifo", "lru"}, NULL},
    {"memory", "l2_latency", l2_latency, NULL, {"17"}, NULL},
    {"memory", "dram_latency", dram_latency, NULL, {"201", "63"}, NULL},
    {"memory", "snoop_latency", snoop_latency, NULL, {"33"}, NULL},
    {"memory", "fetch_ahead", fetch_ahead, NULL, {"0", "3"}, NULL},
    {"memory", "prefetch_lines", prefetch_lines, NULL, {"0", "1", "7"}, NULL},
    {"memory", "prefetch_train", prefetch_train, NULL, {"1", "3", "7"}, NULL},
    {"memory", "store_buffer", store_buffer, NULL, {"0", "1", "12"}, NULL},
    {"memory", "device_read", device_read, NULL, {"77"}, NULL},
    {"memory", "device_write", device_write, NULL, {"31"}, NULL},
    {"memory", "hide", hide, NULL, {"5"}, NULL},
    {"memory", "overlap", overlap, NULL, {"9", "20"}, NULL},
};
const unsigned n_memory_rows = sizeof(memory_rows) / sizeof(memory_rows[0]);
