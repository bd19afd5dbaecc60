/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of cpu/timing. */
#ifndef HYPSCOPE_TIMING_INT_H
#define HYPSCOPE_TIMING_INT_H

#include "cpu/timing/timing.h"

/* memory.c: an access, whose instruction is there in cycle `now` */
void timing_data(struct timing *t, uint64_t va, unsigned size, enum access_kind kind, uint64_t now);
/* Wait until the store buffer is empty. */
void timing_drain_stores(struct timing *t, uint64_t now);
bool must_check timing_memory_init(struct timing *t);
void timing_memory_free(struct timing *t);

#endif
