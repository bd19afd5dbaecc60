/* SPDX-License-Identifier: Apache-2.0 */
/* Operands: random, with a weight on the values where rules change. */
#include "values.h"

/* splitmix64 */
uint64_t rnd(struct rng *r)
{
    uint64_t z = r->s += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint64_t corner_of_width(struct rng *r, unsigned bits)
{
    uint64_t max = ones64(bits - 1), e = rnd(r);
    switch (e >> 60) {
    case 0: return 0;
    case 1: return 1;
    case 2: return ones64(bits);
    case 3: return max;
    case 4: return max + 1;
    case 5: return (max + (e & 3)) & ones64(bits);
    case 6: return ones64(bits) - (e & 3);
    case 7: return e & 3;
    case 8: return ones64(bits / 2);
    case 9: return ones64(bits / 2) + 1;
    case 10: return ones64(bits / 2 - 1) + (e & 3);
    case 11: /* a shift amount, half of the time about the width, either way */
        e = (e & 1) != 0 ? (e >> 8) % 140 - 70 : (e & 2) != 0 ? bits - 1 + (e >> 8) % 3 : 1 - bits - (e >> 8) % 3;
        return e & ones64(bits);
    case 12: return UINT64_C(1) << (e % bits);
    case 13: return ones64(bits) & ~(UINT64_C(1) << (e % bits));
    default: return e & ones64(bits);
    }
}

uint64_t value_x(struct rng *r)
{
    uint64_t e = rnd(r);
    unsigned bits = 8u << (e >> 3 & 3);
    switch (e & 7) {
    case 0: case 1: case 2:
        return rnd(r);
    case 3: /* fewer bits, either sign */
        return (rnd(r) >> (e >> 8 & 63)) ^ -(e >> 16 & 1);
    case 4: /* sign-extended corner */
        return (uint64_t)sext64(corner_of_width(r, bits), bits);
    case 5: /* corner in the low bits, rubbish above */
        return corner_of_width(r, 32) | rnd(r) << 32;
    default:
        return corner_of_width(r, bits);
    }
}

uint64_t value_x_extreme(struct rng *r)
{
    static const uint64_t list[] = {0, 1, UINT64_MAX, INT64_MAX, BIT64(63), INT32_MAX, BIT64(31), UINT32_MAX,
                                    UINT64_C(0xffffffff80000000), UINT64_C(0x100000000)};
    return list[below(r, ARRAY_LEN(list))];
}

/* Lanes of one size, many of them at the edges */
static uint64_t lanes(struct rng *r)
{
    uint64_t e = rnd(r), out = 0;
    unsigned bits = 8u << (e >> 3 & 3);
    if ((e & 7) < 3) {
        return rnd(r);
    }
    for (unsigned at = 0; at < 64; at += bits) {
        out |= corner_of_width(r, bits) << at;
    }
    return out;
}

static uint64_t half_operand(struct rng *r)
{
    static const uint16_t corner[] = {
        0x0000, 0x0001, 0x0002, 0x01ff, 0x0200, 0x03ff, 0x0400, 0x0401, 0x07ff, 0x0800, 0x3800, 0x3bff, 0x3c00, 0x3c01,
        0x3e00, 0x4000, 0x4200, 0x6400, 0x67ff, 0x6800, 0x7400, 0x77ff, 0x7800, 0x7bff, 0x7bfe, 0x7c00, 0x7c01, 0x7d55,
        0x7dff, 0x7e00, 0x7e01, 0x7fff, 0x5bff, 0x5c00, 0x1400, 0x0c00, 0x1000,
    };
    switch (below(r, 4)) {
    case 0:
        return corner[below(r, ARRAY_LEN(corner))] | (rnd(r) & 0x8000);
    case 1:
        return (rnd(r) & 0x83ff) | (uint64_t)(12 + below(r, 8)) << 10;
    default:
        return rnd(r) & 0xffff;
    }
}

static uint64_t single_operand(struct rng *r)
{
    static const uint32_t corner[] = {
        0, 1, 2, 0x3fffff, 0x400000, 0x7fffff, 0x800000, 0x800001, 0xffffff, 0x1000000, 0x1000001, 0x3effffff,
        0x3f000000, 0x3f000001, 0x3f7fffff, 0x3f800000, 0x3f800001, 0x3fc00000, 0x40000000, 0x40400000, 0x4b000000,
        0x4b7fffff, 0x4effffff, 0x4f000000, 0x4f7fffff, 0x4f800000, 0x5effffff, 0x5f000000, 0x5f7fffff, 0x5f800000,
        0x7e800000, 0x7effffff, 0x7f000000, 0x7f7ffffe, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fa55555, 0x7fbfffff,
        0x7fc00000, 0x7fc00001, 0x7fffffff, 0x477fe000, 0x477fefff, 0x477ff000, 0x38800000, 0x387fe000, 0x33000000,
        0x33000001, 0x337fffff, 0x387fffff, 0x1f800000, 0x20000000,
    };
    uint64_t sign = rnd(r) & 0x80000000;
    switch (below(r, 8)) {
    case 0: case 1:
        return corner[below(r, ARRAY_LEN(corner))] | sign;
    case 2: /* few significant bits: exact results and ties */
        return sign | (uint64_t)(115 + below(r, 32)) << 23 | (rnd(r) & 0x7fffff & ~ones64(below(r, 24)));
    case 3: case 4:
        return sign | (rnd(r) & 0x7fffff) | (uint64_t)(117 + below(r, 20)) << 23;
    case 5: /* around the ends of the exponent range, and half precision's */
        return sign | (rnd(r) & 0x7fffff) | (uint64_t)((one_in(r, 2) ? 246 : 0) + below(r, 9)) << 23;
    case 6:
        return sign | (rnd(r) & 0x7fffff) | (uint64_t)((one_in(r, 2) ? 138 : 98) + below(r, 18)) << 23;
    default:
        return rnd(r) & UINT32_MAX;
    }
}

static uint64_t double_operand(struct rng *r)
{
    static const uint64_t corner[] = {
        0, 1, 2, 0x7ffffffffffff, 0x8000000000000, 0xfffffffffffff, 0x10000000000000, 0x10000000000001,
        0x1fffffffffffff, 0x20000000000000, 0x3fdfffffffffffff, 0x3fe0000000000000, 0x3fe0000000000001,
        0x3fefffffffffffff, 0x3ff0000000000000, 0x3ff0000000000001, 0x3ff8000000000000, 0x4000000000000000,
        0x4008000000000000, 0x4330000000000000, 0x433fffffffffffff, 0x41dfffffffc00000, 0x41dfffffffe00000,
        0x41e0000000000000, 0x41efffffffe00000, 0x41f0000000000000, 0x43dfffffffffffff, 0x43e0000000000000,
        0x43efffffffffffff, 0x43f0000000000000, 0x7fd0000000000000, 0x7fe0000000000000, 0x7feffffffffffffe,
        0x7fefffffffffffff, 0x7ff0000000000000, 0x7ff0000000000001, 0x7ff5555555555555, 0x7ff7ffffffffffff,
        0x7ff8000000000000, 0x7ff8000000000001, 0x7fffffffffffffff, 0x47efffffe0000000, 0x47efffffefffffff,
        0x47effffff0000000, 0x380fffffffffffff, 0x380ffffff0000000, 0x3810000000000000, 0x36a0000000000000,
        0x3690000000000000, 0x3690000000000001, 0x40effc0000000000, 0x40effdffffffffff, 0x40effe0000000000,
        0x3f10000000000000, 0x3f0ffc0000000000, 0x3e60000000000000, 0x1ff0000000000000, 0x2000000000000000,
    };
    uint64_t sign = rnd(r) & BIT64(63), frac = rnd(r) & ones64(52);
    switch (below(r, 8)) {
    case 0: case 1:
        return corner[below(r, ARRAY_LEN(corner))] | sign;
    case 2:
        return sign | (uint64_t)(1000 + below(r, 90)) << 52 | (frac & ~ones64(below(r, 53)));
    case 3: case 4:
        return sign | frac | (uint64_t)(1010 + below(r, 26)) << 52;
    case 5:
        return sign | frac | (uint64_t)((one_in(r, 2) ? 2037 : 0) + below(r, 11)) << 52;
    case 6: /* around the ends of single precision's range, and ties there */
        return sign | (uint64_t)((one_in(r, 2) ? 1145 : 870) + below(r, 30)) << 52 | (frac & ~ones64(below(r, 31)));
    default:
        return rnd(r);
    }
}

static uint64_t special_operand(struct rng *r, enum value_kind k)
{
    static const uint64_t h[] = {0, 0x7c00, 0x7c01, 0x7dff, 0x7e00, 0x7e55, 1, 0x3ff, 0x400, 0x7bff, 0x3c00};
    static const uint64_t s[] = {0, 0x7f800000, 0x7f800001, 0x7fbfffff, 0x7fc00000, 0x7fc55555, 1, 0x7fffff, 0x800000,
                                 0x7f7fffff, 0x3f800000};
    static const uint64_t d[] = {0, 0x7ff0000000000000, 0x7ff0000000000001, 0x7ff7ffffffffffff, 0x7ff8000000000000,
                                 0x7ffd555555555555, 1, 0xfffffffffffff, 0x10000000000000, 0x7fefffffffffffff,
                                 0x3ff0000000000000};
    unsigned i = below(r, ARRAY_LEN(h)), bits = 16u << k;
    return (k == KIND_H ? h : k == KIND_S ? s : d)[i] | (rnd(r) & 1) << (bits - 1);
}

uint64_t value_v(struct rng *r, enum value_kind kind, bool special)
{
    if (kind == KIND_INT) {
        return value_x(r);
    }
    if (kind == KIND_LANES) {
        return lanes(r);
    }
    uint64_t v = 0;
    for (unsigned i = 0; i < 4u >> kind; i++) {
        uint64_t e = special          ? special_operand(r, kind)
                     : kind == KIND_H ? half_operand(r)
                     : kind == KIND_S ? single_operand(r)
                                      : double_operand(r);
        v |= kind == KIND_D ? e : e << (i * (16u << kind));
    }
    return v;
}

uint32_t value_fpcr(struct rng *r, bool fp16)
{
    static const uint32_t bits[] = {1u << 26, 1u << 25, 1u << 24, 1u << 19}; /* AHP, DN, FZ, FZ16 */
    uint32_t v = one_in(r, 2) ? 0 : below(r, 4) << 22;
    if (one_in(r, 2)) {
        for (unsigned i = 0; i < ARRAY_LEN(bits) - (fp16 ? 0 : 1); i++) {
            v |= one_in(r, 3) ? bits[i] : 0;
        }
    }
    return v;
}

/* Mostly clear flags, to see each one being raised; often only IXC set, which the short cuts look at. */
uint32_t value_fpsr(struct rng *r)
{
    return one_in(r, 4) ? (uint32_t)rnd(r) & 0x0800009f : one_in(r, 2) ? 0x10 : 0;
}
