/* SPDX-License-Identifier: Apache-2.0 */
/* Inside operands.c and operands-v.c. */
#ifndef HYPSCOPE_CPU_OPERANDS_INT_H
#define HYPSCOPE_CPU_OPERANDS_INT_H

#include "cpu/operands.h"
#include "sim/base/bits.h"

#include <stdlib.h>

static inline void opd_src(struct operands *o, unsigned reg, enum opd_role role)
{
    if (o->n_src == OPD_MAX) {
        abort();
    }
    o->src[o->n_src++] = (struct opd){(uint8_t)reg, (uint8_t)role};
}

static inline void opd_dst(struct operands *o, unsigned reg, enum opd_role role)
{
    if (o->n_dst == OPD_MAX) {
        abort();
    }
    o->dst[o->n_dst++] = (struct opd){(uint8_t)reg, (uint8_t)role};
}

/* A general register whose number 31 is XZR: nothing is read or written then. Returns its number, OPD_ZR for XZR. */
static inline uint8_t opd_src_x(struct operands *o, unsigned n, enum opd_role role)
{
    if (n == 31) {
        return OPD_ZR;
    }
    opd_src(o, n, role);
    return (uint8_t)n;
}

static inline uint8_t opd_dst_x(struct operands *o, unsigned n, enum opd_role role)
{
    if (n == 31) {
        return OPD_ZR;
    }
    opd_dst(o, n, role);
    return (uint8_t)n;
}

/* Rn as the base of an address: 31 is SP */
static inline uint8_t opd_base(struct operands *o, uint32_t insn)
{
    unsigned rn = bits32(insn, 9, 5);
    opd_src(o, rn, OPD_ADDR);
    return (uint8_t)rn;
}

void operands_v(struct operands *o, uint32_t insn);

#endif
