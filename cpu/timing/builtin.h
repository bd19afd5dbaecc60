/* SPDX-License-Identifier: Apache-2.0 */
/* The parameter files inside the program: timing-builtin.c, made from cpu/timing/CORE.conf by cpu/timing/local.mk's rule. */
#ifndef HYPSCOPE_CPU_TIMING_BUILTIN_H
#define HYPSCOPE_CPU_TIMING_BUILTIN_H

struct timing_builtin_file {
    const char *name;
    const unsigned char *text;
    const unsigned long *len;
};

extern const struct timing_builtin_file timing_builtin[];
extern const unsigned timing_builtin_count;

#endif
