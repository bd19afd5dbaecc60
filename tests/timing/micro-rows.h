/* SPDX-License-Identifier: Apache-2.0 */
/* The measurements of micro-memory.c, micro-tlb.c and micro-branch.c. */
#ifndef TEST_TIMING_MICRO_ROWS_H
#define TEST_TIMING_MICRO_ROWS_H

#include "tests/timing/micro.h"

extern const struct micro_row memory_rows[], tlb_rows[], branch_rows[];
extern const unsigned n_memory_rows, n_tlb_rows, n_branch_rows;

/* A copy, to be changed and freed */
struct conf *changed(const struct conf *c);

/* Steps of a walk of s1 levels under s2 levels (3 or 4 each) with nothing remembered */
long walk_of_two_dimensions(const struct conf *c, unsigned s1, unsigned s2);
/* What is no parameter: how the first use hides a miss; that stores allocate and dirty lines are written back */
void micro_late_use(const struct conf *c, unsigned nops, long *miss, long *hit);
void micro_written(const struct conf *c, long *kept, long *thrown_out);

#endif
