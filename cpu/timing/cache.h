/* SPDX-License-Identifier: Apache-2.0 */
/* Modelled caches: which lines are where, and nothing else. No data, no time. */
#ifndef HYPSCOPE_TIMING_CACHE_H
#define HYPSCOPE_TIMING_CACHE_H

#include "sim/base/bits.h"

#include <stddef.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { LINE_SHIFT = 6 };        /* lines of 64 bytes, as in every core modelled */

/* Which way a miss replaces when no way is free. Only `lru` depends on hits. */
enum replacement { REPLACE_RANDOM, REPLACE_FIFO, REPLACE_LRU };

enum way_flag { WAY_DIRTY = 1, WAY_PREFETCHED = 2 };

#define LINE_NONE UINT64_MAX    /* of a way that is free */

struct way {
    uint64_t line;              /* physical address >> LINE_SHIFT */
    uint16_t cite[2];           /* views that know the line (views.c): of fetches or loads, of stores; 0: none */
    uint8_t flags;              /* enum way_flag */
};
_Static_assert(sizeof(struct way) == 16, "four are one line of the host");

/* Which of so many tags, aligned to 16 bytes, are this one: a bit each. Compilers see no vectors in the loop. */
enum { TAGS_AT_ONCE = 16 };
static inline unsigned tags_equal(const uint16_t *tags, uint16_t tag)
{
#ifdef __SSE2__
    const __m128i *v = (const __m128i *)(const void *)tags;
    __m128i same = _mm_set1_epi16((short)tag);
    return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(_mm_cmpeq_epi16(v[0], same), _mm_cmpeq_epi16(v[1], same)));
#else
    unsigned found = 0;
    for (unsigned i = 0; i < TAGS_AT_ONCE; i++) {
        found |= (unsigned)(tags[i] == tag) << i;
    }
    return found;
#endif
}

/* A set of up to CACHE_FEW ways has room for so many, and all are looked at one after the other. Larger ones have a tag of 16 bits a way
   besides; what these find is looked at in full. */
enum { CACHE_FEW = 4 };

struct cache {
    struct way *ways;           /* `stride` of each set */
    uint16_t *tags;             /* of as many: line >> set_shift, as much as fits; NULL: few ways */
    uint32_t set_mask;          /* sets are a power of two: less one */
    uint32_t way_mask;          /* so many ways less one, if these are a power of two, else 0 */
    uint32_t stride, set_shift;
    uint32_t n_free;            /* ways */
    uint32_t lfsr;
    uint32_t n_ways;
    uint8_t policy;             /* enum replacement */
    uint8_t *mru;               /* by set: the way of the highest stamp; NULL: random */
    uint64_t *stamp;            /* of each way: when it was filled (fifo) or used last (lru); NULL: random */
    uint64_t tick;
};

/* A cache of `size` bytes. false: no host memory. The size must be n_ways * 64 * a power of two. */
bool must_check cache_init(struct cache *c, uint32_t size, uint32_t n_ways, enum replacement policy);
void cache_free(struct cache *c);
/* cache_peek() where a set has many ways */
struct way *cache_search(const struct cache *c, uint64_t line);
/* Of the set that begins at `set`: a way that is free and is going to be filled, NULL: none; the one that was filled or used first */
struct way *cache_room(struct cache *c, struct way *set);
struct way *cache_oldest(const struct cache *c, struct way *set);
/* The way that holds the line is used, or filled. Not for random. */
void cache_use(struct cache *c, const struct way *w, uint64_t line);
/* The line of a way that cache_find or cache_peek gave is gone. */
void cache_drop(struct cache *c, struct way *w);

/* The set of a line: the number of its first way */
static inline size_t cache_set(const struct cache *c, uint64_t line)
{
    return (size_t)((uint32_t)line & c->set_mask) * c->stride;
}

/* The way that holds a line; NULL: none. */
static inline struct way *cache_peek(const struct cache *c, uint64_t line)
{
    if (c->tags != NULL) {
        return cache_search(c, line);
    }
    struct way *w = &c->ways[(size_t)((uint32_t)line & c->set_mask) * CACHE_FEW];
    return w[0].line == line ? w : w[1].line == line ? w + 1 : w[2].line == line ? w + 2 : w[3].line == line ? w + 3 : NULL;
}

/* The same, and it becomes the most recently used one. */
static inline struct way *cache_find(struct cache *c, uint64_t line)
{
    struct way *w = cache_peek(c, line);
    if (c->policy == REPLACE_LRU && w != NULL) {
        cache_use(c, w, line);
    }
    return w;
}

/* The way that is the most recently used of the line's set: only for lru */
static inline struct way *cache_mru(const struct cache *c, uint64_t line)
{
    return &c->ways[cache_set(c, line) + c->mru[line & c->set_mask]];
}

/* The way that a line is to go to. It still holds what must make room, unless it is free; the caller takes care of that and
   calls cache_fill. Pseudo-random: a 16-bit Galois register that steps once a replacement, x^16 + x^14 + x^13 + x^11 + 1 */
static inline struct way *cache_victim(struct cache *c, uint64_t line)
{
    struct way *set = &c->ways[cache_set(c, line)], *w = unlikely(c->n_free != 0) ? cache_room(c, set) : NULL;
    if (unlikely(w != NULL)) {
        return w;
    }
    if (c->policy != REPLACE_RANDOM) {
        return cache_oldest(c, set);
    }
    c->lfsr = c->lfsr >> 1 ^ (0xb400u & -(c->lfsr & 1));
    return set + (likely(c->way_mask != 0) ? c->lfsr & c->way_mask : c->lfsr % c->n_ways);
}

/* Put a line into the way that cache_victim gave. */
static inline void cache_fill(struct cache *c, struct way *w, uint64_t line, uint8_t flags)
{
    *w = (struct way){ .line = line, .flags = flags };
    if (c->tags != NULL) {
        c->tags[w - c->ways] = (uint16_t)(line >> c->set_shift);
    }
    if (c->policy != REPLACE_RANDOM) {
        cache_use(c, w, line);
    }
}

#endif
