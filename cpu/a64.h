/* SPDX-License-Identifier: Apache-2.0 */
/* The encoding table as data: generated from cpu/a64*.tbl by tools/gen-a64. */
#ifndef HYPSCOPE_CPU_A64_H
#define HYPSCOPE_CPU_A64_H

#include <stdbool.h>
#include <stdint.h>

#include "a64-ops.h" /* generated: enum a64_op (OP_<NAME>, OP_COUNT), A64_CORE_OPS(X),
                         enum a64_cost (COST_<CLASS>), enum a64_field */

struct pe;

/* `(insn & mask) == value` excludes the word from the row. */
struct a64_except {
    uint32_t mask, value;
};

struct a64_row {
    const char *name;
    const char *mnemonic;  /* alternatives separated by | */
    const char *format;
    const char *cost;      /* cost class */
    uint32_t mask, value;
    uint8_t cost_class;    /* enum a64_cost: the same as a number */
    uint8_t fields;        /* bits of enum a64_field: the register fields of the pattern */
    uint16_t feature;      /* enum feature */
    uint16_t n_except;
    const struct a64_except *except;
};

extern const struct a64_row a64_rows[];

/* The row of an instruction word, -1 when none matches (UNDEFINED). Feature gates are not looked at. */
int a64_decode(uint32_t insn);
/* The same among the rows whose feature is there: without FEAT_PAuth, PACIASP is a HINT. */
struct features;
int a64_decode_for(uint32_t insn, const struct features *feat);

/* Semantics of the rows with format v; NULL for others. */
extern bool (*const a64_v_functions[])(struct pe *pe, uint32_t insn);

#endif
