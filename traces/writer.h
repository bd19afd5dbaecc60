/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a trace file. Equal records and headers give equal bytes. A file whose writing fails, or whose writer never
 * gets to trace_writer_close, can be read up to the last chunk that is whole.
 */
#ifndef HYPSCOPE_TRACES_WRITER_H
#define HYPSCOPE_TRACES_WRITER_H

#include "sim/base/bits.h"
#include "traces/trace.h"

#include <stdio.h>

struct trace_writer;

/* Names that the file takes along, asked for when a record first mentions the place. Members may be NULL. */
struct trace_namer {
    /* The symbol that holds va. The name must stay valid until the writer is closed. */
    bool (*symbol)(void *opaque, uint64_t va, struct trace_symbol *sym);
    void *symbol_opaque;
    /* Name and class (SRC_*, by number) of a system register by encoding; NULL: unknown. */
    const char *(*sysreg)(void *opaque, uint16_t enc, unsigned *cls);
    void *sysreg_opaque;
};

/* Begin a trace in `out`, which must be empty and writable and stays the caller's. `path` is for messages. The header and
   the namer are copied. NULL: *err says why. */
struct trace_writer *trace_writer_new(FILE *out, const char *path, const struct trace_header *h, const struct trace_namer *namer,
                                      struct err *err);
/* Add a record. false: writing has failed; trace_writer_close says why. */
bool trace_writer_put(struct trace_writer *w, const struct rec *r);
/* Add the records of effects of an instruction, which has been added. false as above. */
bool trace_writer_put_effects(struct trace_writer *w, const struct rec *insn, const struct rec_effect *e, unsigned n);
/* Records so far */
uint64_t trace_writer_count(const struct trace_writer *w);
/* Write what is left, the index and the end mark, flush, and free the writer. false: *err says what failed and where. NULL is fine. */
bool must_check trace_writer_close(struct trace_writer *w, struct err *err);

#endif
