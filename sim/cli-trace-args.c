/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/cli-trace-args.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { OPT_FORMAT = 256, OPT_SYMBOLS, OPT_SYMBOLS_A, OPT_SYMBOLS_B, OPT_REASON, OPT_TABLE, OPT_KINDS, OPT_IGNORE, OPT_SHOW, OPT_MOVED,
       OPT_LIST, OPT_HELP };

static const struct option options[] = {
    {"output", required_argument, NULL, 'o'},
    {"format", required_argument, NULL, OPT_FORMAT},
    {"symbols", required_argument, NULL, OPT_SYMBOLS},
    {"symbols-a", required_argument, NULL, OPT_SYMBOLS_A},
    {"symbols-b", required_argument, NULL, OPT_SYMBOLS_B},
    {"reason", required_argument, NULL, OPT_REASON},
    {"table", no_argument, NULL, OPT_TABLE},
    {"kinds", required_argument, NULL, OPT_KINDS},
    {"ignore", required_argument, NULL, OPT_IGNORE},
    {"show", required_argument, NULL, OPT_SHOW},
    {"moved", no_argument, NULL, OPT_MOVED},
    {"list", no_argument, NULL, OPT_LIST},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

/* The bit of enum trace_arg that an option needs; 0: all commands have it. */
static unsigned needs(int c)
{
    switch (c) {
    case 'o': return ARG_OUT;
    case OPT_FORMAT: return ARG_FORMAT;
    case OPT_SYMBOLS: return ARG_SYMBOLS;
    case OPT_SYMBOLS_A: case OPT_SYMBOLS_B: return ARG_SYMBOLS_AB;
    case OPT_REASON: return ARG_REASON;
    case OPT_TABLE: return ARG_TABLE;
    case OPT_KINDS: return ARG_KINDS;
    case OPT_IGNORE: return ARG_IGNORE;
    case OPT_SHOW: return ARG_SHOW;
    case OPT_MOVED: return ARG_MOVED;
    case OPT_LIST: return ARG_LIST;
    default: return 0;
    }
}

static int ignore(struct trace_args *a, const char *list)
{
    while (*list != '\0') {
        size_t n = strcspn(list, ",");
        if (n == 4 && memcmp(list, "time", n) == 0) {
            a->no_time = true;
        } else if (n == 5 && memcmp(list, "count", n) == 0) {
            a->no_count = true;
        } else {
            return cli_bad("--ignore %.*s: expected time or count", (int)n, list);
        }
        list += n + (list[n] == ',');
    }
    return EXIT_OK;
}

static int set(struct trace_args *a, int c, char *arg)
{
    char bad[32];
    switch (c) {
    case 'o': a->out = arg; return EXIT_OK;
    case OPT_FORMAT: a->format = arg; return EXIT_OK;
    case OPT_SYMBOLS_A: a->symbols_a = arg; return EXIT_OK;
    case OPT_SYMBOLS_B: a->symbols_b = arg; return EXIT_OK;
    case OPT_REASON: a->reason = arg; return EXIT_OK;
    case OPT_TABLE: a->table = true; return EXIT_OK;
    case OPT_MOVED: a->moved = true; return EXIT_OK;
    case OPT_LIST: a->list = true; return EXIT_OK;
    case OPT_IGNORE: return ignore(a, arg);
    case OPT_SHOW: return cli_parse_number(arg, &a->show) ? EXIT_OK : cli_bad("--show %s: expected a number", arg);
    case OPT_KINDS:
        a->has_kinds = true;
        return kinds_parse(arg, &a->kinds, bad) ? EXIT_OK
                                                : cli_bad("--kinds %s: expected names of kinds or groups (see hypscope trace kinds)", bad);
    default:
        if (a->n_symbols == CLI_MAX_SYMBOLS) {
            return cli_bad("--symbols %s: expected at most %d files", arg, CLI_MAX_SYMBOLS);
        }
        a->symbols[a->n_symbols++] = arg;
        return EXIT_OK;
    }
}

int trace_args_parse(int argc, char **argv, unsigned accepted, const char *help, unsigned least, unsigned most, const char *what,
                     struct trace_args *a)
{
    *a = (struct trace_args){.show = 10};
    opterr = 0;
    optind = 1;
    for (;;) {
        int at = optind, c = getopt_long(argc, argv, ":ho:", options, NULL);
        if (c == -1) {
            break;
        }
        if (c == OPT_HELP || c == 'h') {
            fputs(help, stdout);
            return -1;
        }
        if (c == ':' || c == '?' || (needs(c) & ~accepted) != 0) {
            return cli_bad("%s: %s (see hypscope trace %s --help)", argv[at], c == ':' ? "expected a value after it" : "unknown option",
                           argv[0]);
        }
        int rc = set(a, c, optarg);
        if (rc != EXIT_OK) {
            return rc;
        }
    }
    a->n_files = (unsigned)(argc - optind);
    if (a->n_files < least || a->n_files > most) {
        return cli_bad("trace %s: expected %s (see hypscope trace %s --help)", argv[0], what, argv[0]);
    }
    for (unsigned i = 0; i < a->n_files; i++) {
        a->files[i] = argv[optind + (int)i];
    }
    return EXIT_OK;
}

bool trace_args_open(struct trace_input *t, const struct trace_args *a, const char *path)
{
    if (!trace_input_open(t, path)) {
        return false;
    }
    for (unsigned i = 0; i < a->n_symbols; i++) {
        if (!trace_input_symbols(t, a->symbols[i])) {
            trace_input_close(t);
            return false;
        }
    }
    return true;
}

FILE *trace_args_out(const char *path)
{
    FILE *f = path == NULL || strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
    if (f == NULL) {
        cli_bad("%s: cannot write: %s", path, strerror(errno));
    }
    return f;
}

int trace_args_close(FILE *out, const char *path, bool ok)
{
    bool closed = out == stdout ? fflush(out) == 0 : fclose(out) == 0;
    if (!ok || !closed) {
        cli_bad("%s: cannot write: %s", path == NULL ? "standard output" : path, errno != 0 ? strerror(errno) : "out of memory");
        return EXIT_HOST;
    }
    return EXIT_OK;
}
