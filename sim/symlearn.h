/* SPDX-License-Identifier: Apache-2.0 */
/* Where a kernel's code runs, learned from the machine: see symbols.h. */
#ifndef HYPSCOPE_SIM_SYMLEARN_H
#define HYPSCOPE_SIM_SYMLEARN_H

#include "sim/base/record.h"
#include "sim/load.h"
#include "sim/symbols.h"

#define SYMLEARN_PAGES 64

struct machine;
struct pe;

struct symlearn {
    struct symbols *s;              /* NULL: nothing is learned */
    const struct machine *m;
    uint64_t page[SYMLEARN_PAGES];  /* looked at already: page address and the EL in bits 1:0; 0 none */
    struct rec_sink sink;           /* calls symlearn_record; may be given to machine_add_rec_sink before other listeners */
};

/* `program` is what was loaded. Nothing is learned when it is no Linux Image or the symbols are not a kernel's. */
void symlearn_init(struct symlearn *l, struct symbols *s, const struct machine *m, const struct image *program);
/* true: addresses have got names that they had not. */
bool symlearn_record(struct symlearn *l, const struct rec *r);
/* Translate an address as the PE would at that EL in its present state, without effect. */
bool translate_at_el(const struct pe *pe, unsigned el, uint64_t va, uint64_t *pa);

#endif
