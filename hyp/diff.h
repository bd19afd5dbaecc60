/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares two traces: the first record in which they part, then what differs, kind by kind. After a difference the two
 * are aligned again, and numbers that only count on (instructions, time, cycles) are compared from record to record, so
 * that one extra instruction is one difference.
 */
#ifndef HYPSCOPE_HYP_DIFF_H
#define HYPSCOPE_HYP_DIFF_H

#include "hyp/dump.h"

/* One of the two traces. */
struct diff_side {
    bool (*next)(void *opaque, struct rec *out);    /* false: there are no more */
    void *opaque;
    const char *name;           /* of the file */
    struct dump_names names;
};

struct diff_opts {
    uint64_t kinds;             /* set of REC_BIT to compare; 0: all */
    bool no_time;               /* leave out time and cycles, and which interrupts are pending */
    bool no_count;              /* leave out numbers of instructions, entries, exits, interrupts */
    bool moved;                 /* a relinked program: addresses are equal when symbol and offset are */
    unsigned show;              /* differences that are shown in full; the first one always is */
};

enum diff_result { DIFF_SAME, DIFF_DIFFERENT, DIFF_NO_MEMORY };

/* Compare and write the report to `out`. */
enum diff_result diff_run(FILE *out, const struct diff_side *a, const struct diff_side *b, const struct diff_opts *opts);

#endif
