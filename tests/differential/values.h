/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers, and operands that are worth trying. */
#ifndef TEST_VALUES_H
#define TEST_VALUES_H

#include "sim/base/bits.h"

struct rng {
    uint64_t s;
};
uint64_t rnd(struct rng *r);
static inline unsigned below(struct rng *r, unsigned n) { return (unsigned)(rnd(r) % n); }
/* true once in n */
static inline bool one_in(struct rng *r, unsigned n) { return below(r, n) == 0; }

enum value_kind { KIND_H, KIND_S, KIND_D, KIND_INT, KIND_LANES };
/* What a general register may hold: corner values, shift amounts, random bits. */
uint64_t value_x(struct rng *r);
/* Only the extremes, so that their combinations come up. */
uint64_t value_x_extreme(struct rng *r);
/* 64 bits of a vector register: floating-point numbers of one precision, or integer lanes. `special`: only values that
   have rules of their own, so that their combinations come up. */
uint64_t value_v(struct rng *r, enum value_kind kind, bool special);
uint32_t value_fpcr(struct rng *r, bool fp16);
uint32_t value_fpsr(struct rng *r);

#endif
