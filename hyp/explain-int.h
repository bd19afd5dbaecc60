/* SPDX-License-Identifier: Apache-2.0 */
/* What explain.c (following the trace) and explain-text.c (words) share. */
#ifndef HYPSCOPE_HYP_EXPLAIN_INT_H
#define HYPSCOPE_HYP_EXPLAIN_INT_H

#include "hyp/explain.h"

enum { EXPLAIN_PES = 256, EXPLAIN_STEPS = 48, EXPLAIN_KNOWN = 8, EXPLAIN_IRQS = 16 };

/* The last write of a register that routes exceptions */
struct explain_known {
    uint16_t enc;
    const char *name;
    bool seen;
    uint64_t value, pc;
};

struct explain_pe {
    struct rec step[EXPLAIN_STEPS];     /* of the walk that goes on, or of the last one */
    unsigned n_steps;
    bool walked;                        /* `walk` is its end */
    struct rec walk;
    struct explain_known known[EXPLAIN_KNOWN];
    bool entered;                       /* into a guest, at `entry` */
    struct rec entry;
};

/* An interrupt that is pending and not acknowledged */
struct explain_irq {
    uint64_t intid, id;
    struct rec pended;
};

struct explain {
    FILE *out;
    struct explain_opts opts;
    struct explain_pe *pes[EXPLAIN_PES];
    struct explain_irq irq[EXPLAIN_IRQS];
    unsigned n_irqs;
    uint64_t exits;
    bool found, done, failed;
    struct rec what;                    /* the exception */
};

void explain_line(struct explain *e, const struct rec *r, uint64_t number);
void explain_exception(struct explain *e, const struct explain_pe *p, const struct rec *r, uint64_t number);
void explain_after(struct explain *e, const struct rec *r, uint64_t number);

#endif
