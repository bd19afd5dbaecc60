/* SPDX-License-Identifier: Apache-2.0 */
/* What stat.c (counting) and stat-text.c (reports) share. */
#ifndef HYPSCOPE_SIM_STAT_INT_H
#define HYPSCOPE_SIM_STAT_INT_H

#include "cpu/timing/timing.h"
#include "hyp/phases.h"
#include "sim/stat.h"

enum { STAT_NAME = 128, STAT_ROWS = 256 };

/* Parts of a switch: enum phases_part, and switches in which the host had no part */
enum { STAT_EL2_ALONE = PHASES_PARTS, STAT_PARTS };

/* Of the exits of one reason: what their parts and state classes have of it */
struct stat_parts {
    uint64_t times[STAT_PARTS];     /* switches that have the part */
    struct timing_counts sum[STAT_PARTS][PHASES_ROWS][PHASES_DIRS];
};

/* A world, or the exits of one reason */
struct stat_row {
    char name[STAT_NAME];
    uint64_t times;                 /* entered, or exits that were handled */
    struct timing_counts sum;
    struct stat_parts *parts;       /* of exits; NULL: there was none */
};

struct stat_rows {
    struct stat_row row[STAT_ROWS];
    unsigned n;
};

void stat_counts_add(struct timing_counts *sum, const struct timing_counts *c);
/* Of a part, all its classes */
void stat_part_sum(const struct stat_parts *p, unsigned part, struct timing_counts *sum);
/* Of a class, in all parts and both directions */
void stat_class_sum(const struct stat_parts *p, unsigned row, struct timing_counts *sum);

void stat_text(FILE *out, const struct timing_counts *total, const struct stat_rows *worlds, const struct stat_rows *exits);
/* An object a line */
void stat_json(FILE *out, const struct timing_counts *total, const struct stat_rows *worlds, const struct stat_rows *exits);

#endif
