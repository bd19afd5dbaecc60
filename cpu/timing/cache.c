/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu/timing/cache.h"

#include <stdlib.h>

bool cache_init(struct cache *c, uint32_t size, uint32_t n_ways, enum replacement policy)
{
    *c = (struct cache){ .n_ways = n_ways, .n_sets = size >> LINE_SHIFT, .policy = (uint8_t)policy, .lfsr = 1 };
    c->n_sets /= n_ways;
    c->ways = calloc((size_t)c->n_sets * n_ways, sizeof(c->ways[0]));
    c->tags = calloc((size_t)c->n_sets * n_ways, sizeof(c->tags[0]));
    c->mru = calloc(c->n_sets, sizeof(c->mru[0]));
    c->used = calloc(c->n_sets, sizeof(c->used[0]));
    if (n_ways > CACHE_FEW) {
        c->count = calloc(CACHE_HASH, sizeof(c->count[0]));
        c->hint = calloc(CACHE_HASH, sizeof(c->hint[0]));
        if (c->count == NULL || c->hint == NULL) {
            return false;
        }
    }
    return c->ways != NULL && c->tags != NULL && c->mru != NULL && c->used != NULL;
}

void cache_free(struct cache *c)
{
    free(c->ways);
    free(c->tags);
    free(c->mru);
    free(c->used);
    free(c->count);
    free(c->hint);
    *c = (struct cache){ .n_sets = 0 };
}

static uint32_t set_of(const struct cache *c, uint64_t line)
{
    return (uint32_t)line & (c->n_sets - 1);
}

static inline unsigned hash(uint64_t line)
{
    return (unsigned)(line ^ line >> 15) % CACHE_HASH;
}

/* Where the line is, UINT32_MAX when it is nowhere */
static inline uint32_t search(const struct cache *c, uint64_t line)
{
    uint32_t first = set_of(c, line) * c->n_ways;
    if (c->count != NULL) {
        uint32_t guess = first + c->hint[hash(line)];
        if (c->tags[guess] == line + 1) {
            return guess;
        }
        if (c->count[hash(line)] == 0) {
            return UINT32_MAX;
        }
    }
    for (uint32_t i = first; i < first + c->n_ways; i++) {
        if (c->tags[i] == line + 1) {
            if (c->hint != NULL) {
                c->hint[hash(line)] = (uint8_t)(i - first);
            }
            return i;
        }
    }
    return UINT32_MAX;
}

struct way *cache_peek(const struct cache *c, uint64_t line)
{
    uint32_t i = search(c, line);
    return i != UINT32_MAX ? &c->ways[i] : NULL;
}

static void touch(struct cache *c, uint32_t set, struct way *w)
{
    if (c->policy == REPLACE_LRU) {
        c->mru[set] = (uint8_t)(w - &c->ways[(size_t)set * c->n_ways]);
        w->stamp = ++c->tick;
    }
}

struct way *cache_find(struct cache *c, uint64_t line)
{
    uint32_t i = search(c, line);
    if (i == UINT32_MAX) {
        return NULL;
    }
    touch(c, set_of(c, line), &c->ways[i]);
    return &c->ways[i];
}

struct way *cache_mru(struct cache *c, uint64_t line)
{
    uint32_t set = set_of(c, line);
    return &c->ways[(size_t)set * c->n_ways + c->mru[set]];
}

/* Pseudo-random: a 16-bit Galois register that steps once a replacement, x^16 + x^14 + x^13 + x^11 + 1 */
static uint32_t next_random(struct cache *c)
{
    c->lfsr = c->lfsr >> 1 ^ (0xb400u & -(c->lfsr & 1));
    return c->lfsr;
}

struct way *cache_victim(struct cache *c, uint64_t line)
{
    uint32_t set = set_of(c, line);
    struct way *w = &c->ways[(size_t)set * c->n_ways], *oldest = w;
    if (c->used[set] == c->n_ways && c->policy == REPLACE_RANDOM) {
        return &w[next_random(c) % c->n_ways];
    }
    for (uint32_t i = 0; i < c->n_ways; i++) {
        if ((w[i].flags & WAY_VALID) == 0) {
            return &w[i];
        }
        oldest = w[i].stamp < oldest->stamp ? &w[i] : oldest;
    }
    return oldest;
}

void cache_drop(struct cache *c, struct way *w)
{
    w->flags = 0;
    if (c->count != NULL) {
        c->count[hash(w->line)]--;
    }
    c->tags[w - c->ways] = 0;
    c->used[set_of(c, w->line)]--;
}

void cache_fill(struct cache *c, struct way *w, uint64_t line, uint8_t flags)
{
    uint32_t set = set_of(c, line);
    uint32_t i = (uint32_t)(w - c->ways);
    if ((w->flags & WAY_VALID) == 0) {
        c->used[set]++;
    } else if (c->count != NULL) {
        c->count[hash(w->line)]--;
    }
    if (c->count != NULL) {
        c->count[hash(line)]++;
        c->hint[hash(line)] = (uint8_t)(i - set * c->n_ways);
    }
    c->tags[i] = line + 1;
    *w = (struct way){ .line = line, .flags = flags | WAY_VALID, .stamp = ++c->tick };
    touch(c, set, w);
}
