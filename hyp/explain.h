/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One exception of a trace in words: what happened where, the translation with each descriptor that was read, why it
 * faulted, which bit of which register sent it to the EL that took it, and how it went on.
 */
#ifndef HYPSCOPE_HYP_EXPLAIN_H
#define HYPSCOPE_HYP_EXPLAIN_H

#include "hyp/dump.h"

struct explain;

enum explain_which {
    EXPLAIN_RECORD,     /* the exception that is record number n, or the first one after it */
    EXPLAIN_EXIT,       /* the n-th guest exit, from 1 */
    EXPLAIN_LIST,       /* a line for each exception */
};

struct explain_opts {
    enum explain_which which;
    uint64_t n;
    struct dump_names names;
    /* Names of the controls that can trap an access to a system register, in the order in which they are tried; hcr[i] is the bit
       of HCR_EL2 that control i is, or 0 for another register's. How many, at most `max`. NULL: not known. */
    unsigned (*controls)(void *opaque, uint16_t enc, bool write, const char *name[], uint64_t hcr[], unsigned max);
    void *controls_opaque;
};

/* Written to `out`. NULL: no memory. */
struct explain *explain_new(FILE *out, const struct explain_opts *opts);
/* The next record, which is number `number` of the trace. true: all is said, and no more records are needed. */
bool explain_put(struct explain *e, const struct rec *r, uint64_t number);
/* After the last record. false: there was no such exception. */
bool must_check explain_finish(struct explain *e);
void explain_free(struct explain *e);

#endif
