/* SPDX-License-Identifier: Apache-2.0 */
/* Modelled caches: which lines are where, and nothing else. No data, no time. */
#ifndef HYPSCOPE_TIMING_CACHE_H
#define HYPSCOPE_TIMING_CACHE_H

#include "sim/base/bits.h"

enum { LINE_SHIFT = 6 };        /* lines of 64 bytes, as in every core modelled */

/* Which way a miss replaces when no way is free. Only `lru` depends on hits. */
enum replacement { REPLACE_RANDOM, REPLACE_FIFO, REPLACE_LRU };

enum { CACHE_FEW = 4, CACHE_HASH = 1 << 15 };

enum way_flag { WAY_VALID = 1, WAY_DIRTY = 2, WAY_PREFETCHED = 4 };

struct way {
    uint64_t line;              /* physical address >> LINE_SHIFT */
    uint64_t stamp;             /* fill for fifo, last use for lru */
    uint16_t cite[2];           /* views that know the line (views.c): of fetches or loads, of stores; 0: none */
    uint8_t flags;              /* enum { CACHE_FEW = 4, CACHE_HASH = 1 << 15 };

enum way_flag */
};

struct cache {
    struct way *ways;           /* by set */
    uint64_t *tags;             /* of each: line + 1, 0 when it is free: to be searched */
    uint8_t *used;              /* by set: ways that are not free */
    uint8_t *mru;               /* by set; only kept for lru */
    uint16_t *count;            /* of more than CACHE_FEW ways: lines by a hash, so that what is nowhere is mostly known without a search, */
    uint8_t *hint;              /* and by the same hash the way of the line that was found last */
    uint32_t n_sets, n_ways;    /* sets: a power of two */
    uint8_t policy;             /* enum replacement */
    uint32_t lfsr;
    uint64_t tick;
};

/* A cache of `size` bytes. false: no host memory. The size must be n_ways * 64 * a power of two. */
bool must_check cache_init(struct cache *c, uint32_t size, uint32_t n_ways, enum replacement policy);
void cache_free(struct cache *c);
/* The way that holds a line, made the most recently used; NULL: a miss. */
struct way *cache_find(struct cache *c, uint64_t line);
/* The same without any effect. */
struct way *cache_peek(const struct cache *c, uint64_t line);
/* The way that a line is to go to. It still holds what must make room (flags 0: it is free); the caller takes care of that and
   calls cache_fill. */
struct way *cache_victim(struct cache *c, uint64_t line);
/* Put a line into the way that cache_victim gave. */
void cache_fill(struct cache *c, struct way *w, uint64_t line, uint8_t flags);
/* The line of a way that cache_find or cache_peek gave is gone. */
void cache_drop(struct cache *c, struct way *w);
/* The way that is the most recently used of the line's set. */
struct way *cache_mru(struct cache *c, uint64_t line);

#endif
