/* SPDX-License-Identifier: Apache-2.0 */
/* Sections [clock], [memory], [branch] and [system] of parameter files. */
#include "cpu/timing/params-mem.h"

#include "cpu/sysreg.h"
#include "cpu/timing/cache.h"
#include "cpu/timing/timing.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct field {
    const char *section, *key;
    size_t offset;
    long min, max;
    bool power;             /* a power of two */
};

#define F(section, key, at, min, max) { section, key, offsetof(struct params_timing, at), min, max, false }
#define P(section, key, at, min, max) { section, key, offsetof(struct params_timing, at), min, max, true }
#define CACHE(name)                                                         \
    F("memory", #name "_size", mem.name.size, 1024, 64 << 20),              \
    F("memory", #name "_ways", mem.name.ways, 1, 64)

static const struct field fields[] = {
    F("clock", "mhz", mhz, 1, 10000),
    CACHE(l1i), CACHE(l1d), CACHE(l2),
    F("memory", "l1d_latency", mem.l1d.latency, 0, 1000),
    F("memory", "l2_latency", mem.l2.latency, 0, 1000),
    F("memory", "dram_latency", mem.dram_latency, 0, 10000),
    F("memory", "snoop_latency", mem.snoop_latency, 0, 10000),
    F("memory", "fetch_ahead", mem.fetch_ahead, 0, 8),
    F("memory", "prefetch_lines", mem.prefetch_lines, 0, 8),
    F("memory", "prefetch_train", mem.prefetch_train, 1, 100),
    F("memory", "store_buffer", mem.store_buffer, 0, STORES_MAX),
    F("memory", "itlb_entries", mem.itlb, 1, 256),
    F("memory", "dtlb_entries", mem.dtlb, 1, 256),
    F("memory", "utlb_shift", mem.utlb_shift, 12, 30),
    F("memory", "tlb_entries", mem.tlb_entries, 1, 1 << 16),
    F("memory", "tlb_ways", mem.tlb_ways, 1, 64),
    F("memory", "tlb_latency", mem.tlb_latency, 0, 1000),
    F("memory", "walk_entries", mem.walk_entries, 0, 1 << 16),
    F("memory", "walk_ways", mem.walk_ways, 1, 64),
    F("memory", "ipa_entries", mem.ipa_entries, 0, 1 << 16),
    F("memory", "ipa_ways", mem.ipa_ways, 1, 64),
    F("memory", "walk_overhead", mem.walk_overhead, 0, 1000),
    F("memory", "walk_from_l1d", mem.walk_from_l1d, 0, 1),
    F("memory", "device_read", mem.device_read, 0, 10000),
    F("memory", "device_write", mem.device_write, 0, 10000),
    F("memory", "hide", mem.hide, 0, 1000),
    F("memory", "overlap", mem.overlap, 0, 10000),
    P("branch", "predictor", branch.predictor, 1, BHT_MAX),
    F("branch", "history", branch.history, 0, 30),
    P("branch", "indirect", branch.indirect, 1, BTB_MAX),
    P("branch", "return_stack", branch.return_stack, 1, RAS_MAX),
    F("branch", "mispredict", branch.mispredict, 0, 1000),
    F("system", "exception", sys.exception, 0, 10000),
    F("system", "eret", sys.eret, 0, 10000),
    F("system", "isb", sys.isb, 0, 10000),
    F("system", "dsb", sys.dsb, 0, 10000),
    F("system", "dmb", sys.dmb, 0, 10000),
    F("system", "msr_pstate", sys.msr_pstate, 0, 10000),
    F("system", "tlbi", sys.tlbi, 0, 10000),
    F("system", "tlbi_broadcast", sys.tlbi_broadcast, 0, 10000),
    F("system", "cache_op", sys.cache_op, 0, 10000),
    F("system", "at", sys.at, 0, 10000),
};

static bool policy(struct timing_params *src, const char *key, uint32_t *to, struct timing_error *err)
{
    static const char *const words[] = { [REPLACE_RANDOM] = "random", [REPLACE_FIFO] = "fifo", [REPLACE_LRU] = "lru", NULL };
    unsigned v;
    if (!timing_param_word(src, "memory", key, words, &v, err)) {
        return false;
    }
    *to = v;
    return true;
}

/* msr_CLASS and mrs_CLASS for each state class; `other` is for those that have no row */
static bool accesses(struct timing_params *src, const char *what, uint32_t *to, struct timing_error *err)
{
    char key[32];
    long v;
    snprintf(key, sizeof(key), "%s_other", what);
    if (!timing_param_int(src, "system", key, 0, 10000, &v, err)) {
        return false;
    }
    for (unsigned c = 0; c < SYS_CLASSES; c++) {
        to[c] = (uint32_t)v;
    }
    for (unsigned c = 0; c < SRC_COUNT; c++) {
        long one;
        snprintf(key, sizeof(key), "%s_%s", what, sysreg_class_name(c));
        if (timing_param_find(src, "system", key) != NULL) {
            if (!timing_param_int(src, "system", key, 0, 10000, &one, err)) {
                return false;
            }
            to[c] = (uint32_t)one;
        }
    }
    return true;
}
_Static_assert((int)SRC_COUNT <= (int)SYS_CLASSES, "a place for each class");

/* A cache is sets, a power of two of them, of ways of 64 bytes. */
static bool check_cache(const struct timing_params *src, const char *name, const struct params_cache *c, struct timing_error *err)
{
    uint32_t sets = c->size / 64 / c->ways;
    if (sets == 0 || (sets & (sets - 1)) != 0 || sets * 64 * c->ways != c->size) {
        return timing_params_fail(src, 0, err, "[memory] %s_size %u with %s_ways %u: expected a power of two of sets of 64-byte lines",
                                  name, c->size, name, c->ways);
    }
    return true;
}

static bool check_tlb(const struct timing_params *src, const char *name, uint32_t entries, uint32_t ways, struct timing_error *err)
{
    uint32_t sets = entries / ways;
    if (entries != 0 && (sets == 0 || (sets & (sets - 1)) != 0 || sets * ways != entries)) {
        return timing_params_fail(src, 0, err, "[memory] %s_entries %u with %s_ways %u: expected a power of two of sets", name, entries,
                                  name, ways);
    }
    return true;
}

bool params_timing_load(struct params_timing *p, struct timing_params *src, struct timing_error *err)
{
    memset(p, 0, sizeof(*p));
    snprintf(p->name, sizeof(p->name), "%s", src->core);
    for (unsigned i = 0; i < ARRAY_LEN(fields); i++) {
        const struct field *f = &fields[i];
        long v;
        if (!timing_param_int(src, f->section, f->key, f->min, f->max, &v, err)) {
            return false;
        }
        if (f->power && (v & (v - 1)) != 0) {
            return timing_params_fail(src, 0, err, "[%s] %s = %ld: expected a power of two", f->section, f->key, v);
        }
        *(uint32_t *)((char *)p + f->offset) = (uint32_t)v;
    }
    if (p->branch.history < 32 && UINT64_C(1) << p->branch.history > p->branch.predictor) {
        return timing_params_fail(src, 0, err, "[branch] history %u with predictor %u: more outcomes than select a counter have no effect",
                                  p->branch.history, p->branch.predictor);
    }
    return policy(src, "l1i_replacement", &p->mem.l1i.replacement, err) && policy(src, "l1d_replacement", &p->mem.l1d.replacement, err) &&
           policy(src, "l2_replacement", &p->mem.l2.replacement, err) && accesses(src, "msr", p->sys.msr, err) &&
           accesses(src, "mrs", p->sys.mrs, err) && check_cache(src, "l1i", &p->mem.l1i, err) &&
           check_cache(src, "l1d", &p->mem.l1d, err) && check_cache(src, "l2", &p->mem.l2, err) &&
           check_tlb(src, "tlb", p->mem.tlb_entries, p->mem.tlb_ways, err) &&
           check_tlb(src, "walk", p->mem.walk_entries, p->mem.walk_ways, err) &&
           check_tlb(src, "ipa", p->mem.ipa_entries, p->mem.ipa_ways, err);
}
