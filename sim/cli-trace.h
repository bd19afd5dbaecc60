/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of `hypscope trace`: a row in cli-trace.c and a function here. */
#ifndef HYPSCOPE_SIM_CLI_TRACE_H
#define HYPSCOPE_SIM_CLI_TRACE_H

#include "hyp/dump.h"
#include "hyp/filter.h"
#include "sim/cli.h"
#include "traces/kinds.h"
#include "traces/reader.h"

struct trace_command {
    const char *name, *title;
    int (*run)(int argc, char **argv);  /* argv[0] is the command's name; the exit status */
};

int cli_trace_info(int argc, char **argv);
int cli_trace_dump(int argc, char **argv);
int cli_trace_kinds(int argc, char **argv);
int cli_trace_switches(int argc, char **argv);
int cli_trace_phases(int argc, char **argv);
int cli_trace_diff(int argc, char **argv);
int cli_trace_explain(int argc, char **argv);
int cli_trace_export(int argc, char **argv);

/* A trace that a command reads, with the names for it: those in the file, and those of --symbols. */
struct trace_input {
    struct trace_reader *r;
    struct symbols *symbols;    /* NULL: only those in the file */
    struct dump_names names;    /* callbacks for the tools of hyp/ */
};

/* Open it. false: said why on stderr, the exit status is EXIT_USAGE. */
bool must_check trace_input_open(struct trace_input *t, const char *path);
/* Add names from a file, as --symbols of `run` has it ("FILE[@+OFF]"). false: said why. */
bool must_check trace_input_symbols(struct trace_input *t, char *arg);
void trace_input_close(struct trace_input *t);
/* For struct filter_names: opaque is the struct trace_input. */
bool trace_input_place(void *opaque, const char *name, uint64_t *first, uint64_t *last);
/* At the end of reading: EXIT_OK, or the reader's error on stderr and EXIT_USAGE. */
int trace_input_status(const struct trace_input *t, enum trace_read how);

#endif
