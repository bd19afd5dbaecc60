/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu/timing/cache.h"

#include <stdlib.h>

bool cache_init(struct cache *c, uint32_t size, uint32_t n_ways, enum replacement policy)
{
    bool few = n_ways <= CACHE_FEW;
    uint32_t part = few ? CACHE_FEW : TAGS_AT_ONCE;
    uint32_t sets = (size >> LINE_SHIFT) / n_ways;
    *c = (struct cache){ .n_ways = n_ways, .set_mask = sets - 1, .set_shift = (uint32_t)__builtin_ctz(sets), .policy = (uint8_t)policy,
                         .way_mask = (n_ways & (n_ways - 1)) == 0 ? n_ways - 1 : 0, .stride = (n_ways + part - 1) / part * part,
                         .n_free = sets * n_ways, .lfsr = 1 };
    size_t n = (size_t)sets * c->stride;
    c->ways = aligned_alloc(64, n * sizeof(c->ways[0]));
    c->tags = few ? NULL : aligned_alloc(sizeof(c->tags[0]) * TAGS_AT_ONCE, n * sizeof(c->tags[0]));
    c->stamp = policy == REPLACE_RANDOM ? NULL : calloc(n, sizeof(c->stamp[0]));
    c->mru = policy == REPLACE_RANDOM ? NULL : calloc(sets, sizeof(c->mru[0]));
    if (c->ways == NULL || (!few && c->tags == NULL) || (policy != REPLACE_RANDOM && (c->stamp == NULL || c->mru == NULL))) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        c->ways[i] = (struct way){ .line = LINE_NONE };
        if (!few) {
            c->tags[i] = (uint16_t)(LINE_NONE >> c->set_shift);
        }
    }
    return true;
}

void cache_free(struct cache *c)
{
    free(c->ways);
    free(c->tags);
    free(c->stamp);
    free(c->mru);
    *c = (struct cache){ .ways = NULL };
}

/* Where a line is in the set that begins at way `at`, by tags; LINE_NONE: the first way that is free */
static struct way *search(const struct cache *c, size_t at, uint64_t line)
{
    size_t end = at + c->stride;
    do {
        for (unsigned left = tags_equal(&c->tags[at], (uint16_t)(line >> c->set_shift)); left != 0; left &= left - 1) {
            struct way *w = &c->ways[at + (unsigned)__builtin_ctz(left)];
            if (likely(w->line == line)) {
                return w;
            }
        }
        at += TAGS_AT_ONCE;
    } while (unlikely(at < end));
    return NULL;
}

struct way *cache_search(const struct cache *c, uint64_t line)
{
    return search(c, cache_set(c, line), line);
}

void cache_use(struct cache *c, const struct way *w, uint64_t line)
{
    size_t at = (size_t)(w - c->ways);
    c->mru[line & c->set_mask] = (uint8_t)(at - cache_set(c, line));
    c->stamp[at] = ++c->tick;
}

struct way *cache_room(struct cache *c, struct way *set)
{
    struct way *w = set;
    if (c->tags != NULL) {
        w = search(c, (size_t)(set - c->ways), LINE_NONE);
    } else {
        while (w < set + c->n_ways && w->line != LINE_NONE) {
            w++;
        }
    }
    if (w == NULL || w >= set + c->n_ways) {
        return NULL; /* what the stride has beyond the ways is never used */
    }
    c->n_free--;
    return w;
}

struct way *cache_oldest(const struct cache *c, struct way *set)
{
    const uint64_t *stamp = &c->stamp[set - c->ways];
    unsigned oldest = 0;
    for (unsigned i = 1; i < c->n_ways; i++) {
        oldest = stamp[i] < stamp[oldest] ? i : oldest;
    }
    return set + oldest;
}

void cache_drop(struct cache *c, struct way *w)
{
    w->line = LINE_NONE;
    w->flags = 0;
    if (c->tags != NULL) {
        c->tags[w - c->ways] = (uint16_t)(LINE_NONE >> c->set_shift);
    }
    c->n_free++;
}
