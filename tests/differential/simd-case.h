/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One test case of the Advanced SIMD comparison, as the guest program (run by
 * the judge) and the host program both know it: an instruction word and a seed
 * from which both make the same registers and memory.
 */
#ifndef SIMD_CASE_H
#define SIMD_CASE_H

#include <stdint.h>

#define SLOT_BASE UINT64_C(0x4000000)   /* where the guest puts the instructions, 8 bytes each */
#define SLOT_COUNT 4096
#define ARENA_BASE UINT64_C(0x20000000) /* a page of memory for loads and stores */
#define ARENA_AT 1024                   /* its part that is set and compared */
#define ARENA_LEN 512
#define SLOT_REG 17                     /* holds the slot's address: no base register */

enum { CASE_MEMORY = 1 };               /* Rn (or SP) is to point into the arena */

struct simd_case {
    uint32_t insn, flags;
    uint64_t seed;
};

struct simd_state {
    uint64_t v[32][2];
    uint64_t x[31];
    uint64_t sp;
    uint64_t fpsr;
    uint64_t undefined;                 /* result: the word is not allocated */
    uint8_t mem[ARENA_LEN];
};

/* splitmix64 */
static inline uint64_t case_random(uint64_t *s)
{
    uint64_t z = (*s += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 64 bits of elements of one size, with many values at the edges */
static inline uint64_t case_value(uint64_t *s)
{
    uint64_t r = case_random(s), out = 0;
    unsigned style = r & 7, esize = 8u << ((r >> 3) & 3);
    if (style < 3) {
        return case_random(s);
    }
    uint64_t ones = esize == 64 ? ~UINT64_C(0) : (UINT64_C(1) << esize) - 1;
    for (unsigned at = 0; at < 64; at += esize) {
        uint64_t e = case_random(s), pick = e >> 60, small = (e >> 8) & 3;
        switch (pick) {
        case 0: case 1: e = 0; break;
        case 2: case 3: e = ones; break;
        case 4: case 5: e = (ones >> 1) + 1; break;
        case 6: case 7: e = ones >> 1; break;
        case 8: e = small; break;
        case 9: e = ones - small; break;
        case 10: e = (ones >> 1) + small; break;
        case 11: e = (e >> 8) % 140 - 70; break; /* a shift amount */
        case 14: /* shifts around the element size, either way */
            e = (e >> 8 & 1) != 0 ? 0 - (esize - 1 + small % 3) : esize - 1 + small % 3;
            break;
        case 12: e = ones >> (esize / 2); break;
        case 13: e = (ones >> (esize / 2 + 1)) + small; break;
        default: break;
        }
        out |= (e & ones) << at;
    }
    return out;
}

static inline void case_state(struct simd_state *st, const struct simd_case *c, uint64_t slot)
{
    uint64_t s = c->seed;
    for (unsigned i = 0; i < 32; i++) {
        unsigned same_as = case_random(&s) & 0xff;
        if (same_as < i) { /* equal operands now and then */
            st->v[i][0] = st->v[same_as][0];
            st->v[i][1] = st->v[same_as][1];
        } else {
            st->v[i][0] = case_value(&s);
            st->v[i][1] = case_value(&s);
        }
    }
    for (unsigned i = 0; i < 31; i++) {
        st->x[i] = case_value(&s);
    }
    for (unsigned i = 0; i < ARENA_LEN; i += 8) {
        uint64_t v = case_random(&s);
        for (unsigned k = 0; k < 8; k++) {
            st->mem[i + k] = (uint8_t)(v >> (8 * k));
        }
    }
    uint64_t r = case_random(&s);
    st->x[SLOT_REG] = slot;
    st->sp = ARENA_BASE + ARENA_AT + 64 + (r & 0xf0);
    st->fpsr = (r >> 8 & 7) == 0 ? UINT64_C(1) << 27 : 0;
    st->undefined = 0;
    unsigned rn = c->insn >> 5 & 31;
    if ((c->flags & CASE_MEMORY) != 0 && rn < 31) {
        unsigned align = 1u << (r >> 12 & 7); /* 1 to 16 */
        st->x[rn] = ARENA_BASE + ARENA_AT + 64 + ((r >> 16 & 0xff) & -(uint64_t)(align > 16 ? 16 : align));
    }
}

#endif
