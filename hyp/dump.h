/* SPDX-License-Identifier: Apache-2.0 */
/* A record as a line of text or of JSON: every field under the name and in the form that sim/base/events.def gives it. */
#ifndef HYPSCOPE_HYP_DUMP_H
#define HYPSCOPE_HYP_DUMP_H

#include "sim/base/bits.h"
#include "sim/base/record.h"
#include "traces/esr.h"

#include <stdio.h>

struct dump_names {
    /* Address to name: writes "name+0x10" and returns true, or returns false. NULL: no symbols. */
    bool (*symbol)(void *opaque, uint64_t va, char *buf, size_t len);
    void *symbol_opaque;
    struct esr_names names;     /* of system registers */
};

/* "number icount pe world EL pc <symbol> kind field=value ..." */
void dump_text(FILE *out, const struct rec *r, uint64_t number, const struct dump_names *n);
/* One object in one line. 64-bit numbers that are addresses or bit fields are strings "0x...". */
void dump_json(FILE *out, const struct rec *r, uint64_t number, const struct dump_names *n);

#endif
