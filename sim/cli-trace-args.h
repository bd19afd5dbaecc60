/* SPDX-License-Identifier: Apache-2.0 */
/* Options of the commands of `hypscope trace` that read whole files: each command says which it takes. */
#ifndef HYPSCOPE_SIM_CLI_TRACE_ARGS_H
#define HYPSCOPE_SIM_CLI_TRACE_ARGS_H

#include "sim/cli-trace.h"

enum trace_arg {
    ARG_OUT = 1 << 0, ARG_FORMAT = 1 << 1, ARG_SYMBOLS = 1 << 2, ARG_REASON = 1 << 3, ARG_TABLE = 1 << 4, ARG_KINDS = 1 << 5,
    ARG_IGNORE = 1 << 6, ARG_SHOW = 1 << 7, ARG_MOVED = 1 << 8, ARG_SYMBOLS_AB = 1 << 9, ARG_LIST = 1 << 10,
};

struct trace_args {
    const char *out;            /* NULL: standard output */
    const char *format;
    const char *reason;
    bool table, moved, no_time, no_count, list;
    bool has_kinds;
    uint64_t kinds;
    uint64_t show;
    char *symbols[CLI_MAX_SYMBOLS];
    unsigned n_symbols;
    char *symbols_a, *symbols_b;
    char *files[2];
    unsigned n_files;           /* that were given: the command's number, or one more when `optional` */
};

/* EXIT_OK: *a is ready. -1: help was asked for and given. Else said what is wrong. The arguments beside options are `n_files`, and
   perhaps one more, named in messages as `what`. */
int trace_args_parse(int argc, char **argv, unsigned accepted, const char *help, unsigned least, unsigned most, const char *what,
                     struct trace_args *a);
/* Open the trace and add the names of --symbols. */
bool must_check trace_args_open(struct trace_input *t, const struct trace_args *a, const char *path);
/* Where output goes. NULL: said why. */
FILE *trace_args_out(const char *path);
/* Close it. EXIT_OK, or said that it could not be written. */
int trace_args_close(FILE *out, const char *path, bool ok);

#endif
