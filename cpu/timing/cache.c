/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu/timing/cache.h"

#include <stdlib.h>

bool cache_init(struct cache *c, uint32_t size, uint32_t n_ways, enum replacement policy)
{
    *c = (struct cache){ .n_ways = n_ways, .n_sets = size >> LINE_SHIFT, .policy = (uint8_t)policy, .lfsr = 1 };
    c->n_sets /= n_ways;
    c->ways = calloc((size_t)c->n_sets * n_ways, sizeof(c->ways[0]));
    c->mru = calloc(c->n_sets, sizeof(c->mru[0]));
    return c->ways != NULL && c->mru != NULL;
}

void cache_free(struct cache *c)
{
    free(c->ways);
    free(c->mru);
    *c = (struct cache){ .n_sets = 0 };
}

static uint32_t set_of(const struct cache *c, uint64_t line)
{
    return (uint32_t)line & (c->n_sets - 1);
}

struct way *cache_peek(const struct cache *c, uint64_t line)
{
    struct way *w = &c->ways[(size_t)set_of(c, line) * c->n_ways];
    for (uint32_t i = 0; i < c->n_ways; i++) {
        if (w[i].line == line && (w[i].flags & WAY_VALID) != 0) {
            return &w[i];
        }
    }
    return NULL;
}

static void touch(struct cache *c, uint32_t set, struct way *w)
{
    c->mru[set] = (uint8_t)(w - &c->ways[(size_t)set * c->n_ways]);
    if (c->policy == REPLACE_LRU) {
        w->stamp = ++c->tick;
    }
}

struct way *cache_find(struct cache *c, uint64_t line)
{
    struct way *w = cache_peek(c, line);
    if (w != NULL) {
        touch(c, set_of(c, line), w);
    }
    return w;
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
    struct way *w = &c->ways[(size_t)set_of(c, line) * c->n_ways], *oldest = w;
    for (uint32_t i = 0; i < c->n_ways; i++) {
        if ((w[i].flags & WAY_VALID) == 0) {
            return &w[i];
        }
        if (w[i].stamp < oldest->stamp) {
            oldest = &w[i];
        }
    }
    return c->policy == REPLACE_RANDOM ? &w[next_random(c) % c->n_ways] : oldest;
}

void cache_fill(struct cache *c, struct way *w, uint64_t line, uint8_t flags)
{
    *w = (struct way){ .line = line, .flags = flags | WAY_VALID, .stamp = ++c->tick };
    touch(c, set_of(c, line), w);
}
