/* SPDX-License-Identifier: Apache-2.0 */
/* What diff.c (alignment, report) and diff-same.c (when two records are the same) share. */
#ifndef HYPSCOPE_HYP_DIFF_INT_H
#define HYPSCOPE_HYP_DIFF_INT_H

#include "hyp/diff.h"

enum {
    DIFF_WINDOW = 1024,         /* records of each side in which the place to go on is looked for */
    DIFF_RUN = 4,               /* records that have to agree there */
    DIFF_PES = 256, DIFF_SHIFTS = 256, DIFF_CACHE = 8192,
};

/* An address as function and offset */
struct diff_place {
    uint64_t va;
    uint64_t name;              /* hash; 0: no symbol */
    uint64_t off;
    bool used;
};

struct diff_stream {
    const struct diff_side *side;
    struct rec ring[DIFF_WINDOW];
    size_t first, n;            /* of those in the ring */
    bool ended;
    uint64_t taken;             /* records before the first one in the ring */
    struct rec last[DIFF_PES];  /* the last one taken, of each PE: counts are compared from there */
    uint32_t opcode[DIFF_PES];  /* of the last instruction taken */
    struct diff_place cache[DIFF_CACHE];
    uint64_t by_kind[64], only[64];
};

/* From this offset on, a function of A is so much further than that of B */
struct diff_shift {
    uint64_t name, from, by;
};

struct diff {
    FILE *out;
    struct diff_opts opts;
    struct diff_stream a, b;
    uint64_t same, changed[64], places;
    bool rejoined[DIFF_PES];    /* the next record of the PE is the first in common after a difference: its counts start anew */
    struct diff_shift shift[DIFF_SHIFTS];
    unsigned n_shifts;
};

/* The i-th record that has not been taken, or NULL. */
const struct rec *diff_peek(struct diff *d, struct diff_stream *s, size_t i);
/* The same event: kind, PE, ELs, place, and what tells records of a kind apart. With `loose` it may be at another offset in
   the same function. */
bool diff_same_event(struct diff *d, const struct rec *a, const struct rec *b, bool loose);
/* Given the same event: is what it says the same, too? When not, its differences are written to buf ("value 0x1 / 0x3, ..."). */
bool diff_same_data(struct diff *d, const struct rec *a, const struct rec *b, char *buf, size_t len);
/* A goes on at `a` and B at `b`: in this function, offsets differ from now on. */
void diff_learn_shift(struct diff *d, const struct rec *a, const struct rec *b);

#endif
