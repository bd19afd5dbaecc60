/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The window observer: where a hypervisor lets asynchronous exceptions in
 * between a guest exit and the next entry, and what became of each SError.
 * From records alone, so for any hypervisor; explained in hyp/README.md.
 */
#ifndef HYPSCOPE_HYP_WINDOWS_H
#define HYPSCOPE_HYP_WINDOWS_H

#include "sim/base/bits.h"
#include "sim/base/record.h"
#include "traces/esr.h"

#include <stdio.h>

struct windows;

struct windows_opts {
    bool json;                  /* a JSON object a line instead of text */
    bool table_only;            /* leave out the line for each event */
    uint8_t bits;               /* bits of PSTATE.DAIF to follow, D A I F in bits 3:0; 0: A alone */
    uint32_t ns_per_insn;       /* nanoseconds an instruction takes, for the length of a window */
    /* Address to name: writes "name+0x10" and returns true, or returns false. NULL: no symbols. */
    bool (*symbol)(void *opaque, uint64_t va, char *buf, size_t len);
    void *symbol_opaque;
    struct esr_names names;     /* of system registers */
};

/* Start a list that is written to `out` (not closed by windows_free). The options are copied. NULL: no memory. */
struct windows *windows_new(FILE *out, const struct windows_opts *opts);
/* Where the machine's records go. Valid until windows_free. */
const struct rec_sink *windows_sink(struct windows *w);
/* Write the tables. false: something could not be written. Call once. */
bool must_check windows_finish(struct windows *w);
void windows_free(struct windows *w);

/* Seen so far: windows of PSTATE.A, SErrors pended, taken, deferred. */
struct windows_counts {
    uint64_t exits, exits_with_window, windows_a, pended, taken, deferred, consumed, reads;
};
struct windows_counts windows_counts(const struct windows *w);

#endif
