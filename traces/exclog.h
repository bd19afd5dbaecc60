/* SPDX-License-Identifier: Apache-2.0 */
/* The exceptions and exception returns of a run as text, one a line, in order: to read, to grep, to compare. */
#ifndef HYPSCOPE_TRACES_EXCLOG_H
#define HYPSCOPE_TRACES_EXCLOG_H

#include "sim/base/record.h"
#include "traces/esr.h"

#include <stdio.h>

struct exclog;

/* Writes to `out`, which stays the caller's. `symbol` may be NULL. NULL: no memory. */
struct exclog *exclog_new(FILE *out, const struct esr_names *names,
                          bool (*symbol)(void *opaque, uint64_t va, char *buf, size_t len), void *symbol_opaque);
struct rec_sink *exclog_sink(struct exclog *x);
/* Ends the log. false: something could not be written. */
bool must_check exclog_finish(struct exclog *x);

#endif
