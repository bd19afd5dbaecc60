/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records in formats of other tools: Tarmac text, Chrome/Perfetto JSON, VCD,
 * Linux ftrace text, a table as `perf kvm stat` prints it. Each is a consumer
 * of records in the order of the trace. doc/trace-exports.md says what is where.
 */
#ifndef HYPSCOPE_HYP_EXPORT_H
#define HYPSCOPE_HYP_EXPORT_H

#include "sim/base/bits.h"
#include "sim/base/record.h"
#include "traces/esr.h"

#include <stdio.h>

enum export_format { EXPORT_TARMAC, EXPORT_CHROME, EXPORT_VCD, EXPORT_FTRACE, EXPORT_KVMSTAT, EXPORT_COUNT };

#define EXPORT_ALL_PES (-1)

struct export_opts {
    enum export_format format;
    int pe;                     /* only the records of this PE (Tarmac has one file a PE), or EXPORT_ALL_PES */
    /* Address to name: writes "name+0x10" and returns true, or returns false. NULL: no symbols. */
    bool (*symbol)(void *opaque, uint64_t va, char *buf, size_t len);
    void *symbol_opaque;
    struct esr_names names;     /* of system registers */
};

struct export;

/* "tarmac", "chrome", ...; false: no such format. */
bool export_format_of(const char *name, enum export_format *format);
const char *export_format_name(enum export_format format);
/* Write to `out`, which is not closed. The options are copied. NULL: no memory. */
struct export *export_new(FILE *out, const struct export_opts *opts);
/* Where records go. Valid until export_free. */
const struct rec_sink *export_sink(struct export *x);
/* Write what remains. false: something could not be written, or no memory. Call once. */
bool must_check export_finish(struct export *x);
void export_free(struct export *x);

#endif
