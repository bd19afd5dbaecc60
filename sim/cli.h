/* SPDX-License-Identifier: Apache-2.0 */
/* The command: what its parts share. */
#ifndef HYPSCOPE_SIM_CLI_H
#define HYPSCOPE_SIM_CLI_H

#include "sim/boot.h"
#include "sim/machine.h"
#include "sim/timed-span.h"
#include "sim/tracing.h"

/* Exit statuses, documented in doc/hypscope.1. A guest that gives a status of its own (semihosting) gets that one. */
enum cli_exit {
    EXIT_OK = 0,            /* the guest powered off, or the person quit with the escape key */
    EXIT_HOST = 1,          /* the host failed us: no memory, cannot write */
    EXIT_USAGE = 2,         /* bad input */
    EXIT_RESET = 120,       /* the guest asked for a reset */
    EXIT_MAX_INSNS = 121,
    EXIT_MAX_SECONDS = 122,
    EXIT_DEADLOCK = 123,
    EXIT_TIMEOUT = 124,     /* --timeout, as timeout(1) has it */
    EXIT_STRICT = 125,
    EXIT_INTERNAL = 126,    /* the simulator cannot go on */
    EXIT_SIGNAL = 128,      /* plus the signal's number */
};

#define CLI_MAX_SYMBOLS 8

struct run_opts {
    struct machine_config machine;
    struct boot_config boot;
    struct machine_limits limits;
    const char *dump_dtb;
    const char *input;              /* file of console input, "-" for standard input */
    const char *console;            /* NULL: standard output; "none"; else a file */
    const char *exceptions_file;    /* NULL: no log of exceptions */
    bool switches;
    const char *switches_file;      /* NULL: standard output */
    bool switches_json, switches_table;
    struct timed_opts timed;
    bool clock;                     /* --clock was given: which one is in machine */
    bool stat, stat_json;
    const char *stat_file;          /* NULL: standard output */
    bool windows;
    const char *windows_file;       /* NULL: standard output */
    bool windows_json, windows_table;
    uint8_t windows_bits;           /* of PSTATE.DAIF */
    bool phases;
    const char *phases_file;        /* NULL: standard output */
    const char *phases_reason;      /* NULL: exits for any reason */
    bool phases_json, phases_table;
    struct { const char *path; uint64_t bias; } symbols[CLI_MAX_SYMBOLS];
    unsigned n_symbols;
    struct trace_opts trace;
    bool at_exit_state, hash, quiet;
    double timeout_s;               /* host seconds; 0: none */
};

/* Parse the arguments after `run`. EXIT_OK: *o is ready. EXIT_USAGE: said what is wrong. -1: help was asked for and given. The
   options keep pointers into argv, which is modified. */
int cli_parse_run(int argc, char **argv, struct run_opts *o);
int cli_run(const struct run_opts *o);
/* `hypscope test` with its arguments: the exit status. */
int cli_test(int argc, char **argv);
void cli_test_help(void);
/* `hypscope trace` with its arguments: the exit status. */
int cli_trace(int argc, char **argv);
/* `hypscope timing` with its arguments: the exit status. */
int cli_timing(int argc, char **argv);
void cli_help(void);
void cli_run_help(void);
/* One line on stderr: "hypscope: ...". Returns EXIT_USAGE. */
int cli_bad(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A whole argument as a number, decimal or 0x...; false: it is none. */
bool cli_parse_number(const char *s, uint64_t *v);
/* FILE, FILE@+0x1000 or FILE@-0x1000: cuts arg after FILE and gives the offset. false: said what is wrong. */
bool cli_symbols_arg(char *arg, uint64_t *bias);

/* Programs that are embedded in the command. NULL name ends. */
struct cli_image {
    const char *name, *title;
    const unsigned char *bytes;
    size_t len;
};
bool cli_image_find(const char *name, struct cli_image *img);
/* "a, b, c" of the names, or "none in this build". */
void cli_image_names(char *buf, size_t len);
/* A line for each on standard output: name and title. */
void cli_image_list(void);

#endif
