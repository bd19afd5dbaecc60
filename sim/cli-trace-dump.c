/* SPDX-License-Identifier: Apache-2.0 */
/* `hypscope trace info`, `dump` and `kinds`, and what all commands of `hypscope trace` share. */
#include "sim/cli-trace.h"

#include "sim/symbols.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- input ---- */

static bool symbol_of(void *opaque, uint64_t va, char *buf, size_t len)
{
    const struct trace_input *t = opaque;
    return (t->symbols != NULL && symbols_name(t->symbols, va, buf, len)) || trace_reader_symbol(t->r, va, buf, len);
}

bool trace_input_open(struct trace_input *t, const char *path)
{
    struct err err;
    *t = (struct trace_input){.r = trace_reader_open(path, &err)};
    if (t->r == NULL) {
        cli_bad("%s", err.msg);
        return false;
    }
    t->names = (struct dump_names){.symbol = symbol_of, .symbol_opaque = t, .names = {trace_reader_sysreg, t->r}};
    return true;
}

bool trace_input_symbols(struct trace_input *t, char *arg)
{
    struct err err;
    uint64_t bias;
    if (!cli_symbols_arg(arg, &bias)) {
        return false;
    }
    t->symbols = t->symbols != NULL ? t->symbols : symbols_new();
    if (t->symbols == NULL || !symbols_add(t->symbols, "--symbols", arg, bias, &err)) {
        cli_bad("%s", t->symbols == NULL ? "--symbols: out of memory" : err.msg);
        return false;
    }
    return true;
}

void trace_input_close(struct trace_input *t)
{
    trace_reader_close(t->r);
    symbols_free(t->symbols);
    *t = (struct trace_input){0};
}

bool trace_input_place(void *opaque, const char *name, uint64_t *first, uint64_t *last)
{
    const struct trace_input *t = opaque;
    const char *found;
    uint64_t size;
    if (t->symbols != NULL && symbols_find(t->symbols, name, first)) {
        *last = symbols_at(t->symbols, *first, &found, first, &size) ? *first + size - 1 : *first;
        return true;
    }
    size_t n;
    const struct trace_symbol *s = trace_reader_symbols(t->r, &n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(s[i].name, name) == 0) {
            *first = s[i].va;
            *last = s[i].va + (s[i].size != 0 ? s[i].size - 1 : 0);
            return true;
        }
    }
    return false;
}

int trace_input_status(const struct trace_input *t, enum trace_read how)
{
    return how == TRACE_ERROR ? cli_bad("%s", trace_reader_error(t->r)) : EXIT_OK;
}

/* ---- dump ---- */

static const char dump_help[] =
    "usage: hypscope trace dump [OPTION...] FILE\n"
    "\n"
    "Prints records in order: number, instructions retired by its PE, PE, world, EL, PC, kind, and the kind's fields\n"
    "(hypscope trace kinds explains them).\n"
    "\n"
    "  --json               a JSON object a line, with every field\n"
    "  --kinds LIST         kinds or groups of kinds, with commas; a - before a name leaves it out (all)\n"
    "  --filter TERM[,...]  pe=0+1, el=1+2, world=hyp+host+guest, vmid=N, class=el2cfg+vgic, pc=PLACE or pc=FROM..TO,\n"
    "                       start=COND, stop=COND; PLACE is an address or NAME[+OFF]; COND is insns:N, time:NS,\n"
    "                       cycle:N, pc:PLACE[:N], event:KIND[:N] or mark:N[:N], the last N for the N-th time\n"
    "  --from N             begin with record number N\n"
    "  --from-insn N        begin with the first record at N or more instructions retired by its PE\n"
    "  --from-cycle N       the same in cycles\n"
    "  --count N            print at most N records\n"
    "  --symbols FILE[@+OFF|@-OFF]  more names for addresses\n"
    "\n"
    "Exit status: 0 all was read; 2 the file is no trace, damaged, or cut off: what is good is printed, then where it ends.\n";

struct dump_opts {
    bool json, seek;
    uint64_t kinds;
    const char *filter[8];
    unsigned n_filters;
    char *symbols[CLI_MAX_SYMBOLS];
    unsigned n_symbols;
    enum trace_seek by;
    uint64_t from, count;
    const char *file;
};

enum { D_JSON = 256, D_KINDS, D_FILTER, D_FROM, D_FROM_INSN, D_FROM_CYCLE, D_COUNT, D_SYMBOLS, D_HELP };

static const struct option dump_options[] = {
    {"json", no_argument, NULL, D_JSON},
    {"kinds", required_argument, NULL, D_KINDS},
    {"filter", required_argument, NULL, D_FILTER},
    {"from", required_argument, NULL, D_FROM},
    {"from-insn", required_argument, NULL, D_FROM_INSN},
    {"from-cycle", required_argument, NULL, D_FROM_CYCLE},
    {"count", required_argument, NULL, D_COUNT},
    {"symbols", required_argument, NULL, D_SYMBOLS},
    {"help", no_argument, NULL, D_HELP},
    {NULL, 0, NULL, 0},
};

static int dump_number(const char *opt, const char *arg, uint64_t *v)
{
    return cli_parse_number(arg, v) ? EXIT_OK : cli_bad("%s %s: expected a number", opt, arg);
}

static int dump_opt(struct dump_opts *o, int c, char *arg)
{
    char bad[32];
    switch (c) {
    case D_JSON: o->json = true; return EXIT_OK;
    case D_KINDS:
        return kinds_parse(arg, &o->kinds, bad) ? EXIT_OK
                                                : cli_bad("--kinds %s: expected names of kinds or groups (see hypscope trace kinds)", bad);
    case D_FILTER:
        if (o->n_filters == ARRAY_LEN(o->filter)) {
            return cli_bad("--filter %s: expected at most %zu of them", arg, ARRAY_LEN(o->filter));
        }
        o->filter[o->n_filters++] = arg;
        return EXIT_OK;
    case D_FROM: case D_FROM_INSN: case D_FROM_CYCLE:
        o->seek = true;
        o->by = c == D_FROM ? SEEK_EVENT : c == D_FROM_INSN ? SEEK_ICOUNT : SEEK_CYCLE;
        return dump_number(c == D_FROM ? "--from" : c == D_FROM_INSN ? "--from-insn" : "--from-cycle", arg, &o->from);
    case D_COUNT: return dump_number("--count", arg, &o->count);
    default:
        if (o->n_symbols == CLI_MAX_SYMBOLS) {
            return cli_bad("--symbols %s: expected at most %d files", arg, CLI_MAX_SYMBOLS);
        }
        o->symbols[o->n_symbols++] = arg;
        return EXIT_OK;
    }
}

/* -1: help was asked for */
static int parse_dump(int argc, char **argv, struct dump_opts *o)
{
    *o = (struct dump_opts){.count = UINT64_MAX};
    char bad[32];
    if (!kinds_parse("all", &o->kinds, bad)) {
        return EXIT_HOST;
    }
    opterr = 0;
    optind = 1;
    for (;;) {
        int at = optind, c = getopt_long(argc, argv, ":h", dump_options, NULL);
        if (c == -1) {
            break;
        }
        if (c == D_HELP || c == 'h') {
            fputs(dump_help, stdout);
            return -1;
        }
        if (c == ':' || c == '?') {
            return cli_bad("%s: %s (see hypscope trace dump --help)", argv[at], c == ':' ? "expected a value after it" : "unknown option");
        }
        int rc = dump_opt(o, c, optarg);
        if (rc != EXIT_OK) {
            return rc;
        }
    }
    if (optind + 1 != argc) {
        return cli_bad("trace dump: expected one FILE (see hypscope trace dump --help)");
    }
    o->file = argv[optind];
    return EXIT_OK;
}

static int dump(struct trace_input *t, const struct dump_opts *o)
{
    struct filter f;
    struct rec r;
    struct err err;
    const struct filter_names names = {trace_input_place, t};
    filter_init(&f, o->kinds);
    for (unsigned i = 0; i < o->n_symbols; i++) {
        if (!trace_input_symbols(t, o->symbols[i])) {
            return EXIT_USAGE;
        }
    }
    for (unsigned i = 0; i < o->n_filters; i++) {
        if (!filter_parse(&f, "--filter", o->filter[i], &names, &err)) {
            return cli_bad("%s", err.msg);
        }
    }
    if (o->seek && !trace_reader_seek(t->r, o->by, -1, o->from)) {
        return trace_input_status(t, TRACE_ERROR);
    }
    for (uint64_t left = o->count; left != 0 && !f.over;) {
        uint64_t n = trace_reader_position(t->r);
        enum trace_read how = trace_reader_next(t->r, &r);
        if (how != TRACE_RECORD) {
            fflush(stdout);
            return trace_input_status(t, how);
        }
        if (filter_keep(&f, &r)) {
            (o->json ? dump_json : dump_text)(stdout, &r, n, &t->names);
            left--;
        }
    }
    return EXIT_OK;
}

int cli_trace_dump(int argc, char **argv)
{
    struct dump_opts o;
    struct trace_input t;
    int rc = parse_dump(argc, argv, &o);
    if (rc != EXIT_OK) {
        return rc < 0 ? EXIT_OK : rc;
    }
    if (!trace_input_open(&t, o.file)) {
        return EXIT_USAGE;
    }
    rc = dump(&t, &o);
    trace_input_close(&t);
    return rc;
}

/* ---- info ---- */

static void print_header(const struct trace_header *h)
{
    printf("recorded by   hypscope %s, trace format %u\n", h->hypscope, h->format);
    printf("machine       %s, %u PE%s, %" PRIu32 " ns an instruction\n", h->model, h->n_pes, h->n_pes == 1 ? "" : "s", h->ns_per_insn);
    if (h->clock_hz != 0) {
        printf("clock         %" PRIu64 " Hz\n", h->clock_hz);
    }
    printf("options       %s\n", h->command);
    for (unsigned i = 0; i < h->n_images; i++) {
        printf("loaded        %s\n", h->images[i]);
    }
    printf("kinds        ");
    for (unsigned k = 1; k < REC_KIND_COUNT; k++) {
        if (h->kinds >> k & 1) {
            printf(" %s", kind_info(k)->name);
        }
    }
    printf("\nfilter        %s\n", h->filter[0] != '\0' ? h->filter : "none");
}

/* Read all of it and count. */
static int print_counts(struct trace_input *t)
{
    uint64_t count[REC_KIND_COUNT] = {0};
    struct rec r, first = {0}, last = {0};
    enum trace_read how;
    while ((how = trace_reader_next(t->r, &r)) == TRACE_RECORD) {
        if (count[0]++ == 0) {
            first = r;
        }
        last = r;
        count[r.kind]++;
    }
    if (count[0] != 0) {
        printf("time          %.6f to %.6f s of guest time\n", (double)first.time_ns / 1e9, (double)last.time_ns / 1e9);
    }
    for (unsigned k = 1; k < REC_KIND_COUNT; k++) {
        if (count[k] != 0) {
            printf("%13" PRIu64 " %s\n", count[k], kind_info(k)->name);
        }
    }
    fflush(stdout);
    return trace_input_status(t, how);
}

int cli_trace_info(int argc, char **argv)
{
    struct trace_input t;
    struct trace_summary s;
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        fputs("usage: hypscope trace info FILE\n"
              "\n"
              "Prints what the trace says of itself: machine, options of the run that the guest can see, files loaded, what was\n"
              "recorded; then reads it all and counts the records of each kind. Exit status 2 when it is damaged or cut off.\n",
              stdout);
        return EXIT_OK;
    }
    if (argc != 2) {
        return cli_bad("trace info: expected one FILE");
    }
    if (!trace_input_open(&t, argv[1])) {
        return EXIT_USAGE;
    }
    size_t n_symbols;
    trace_reader_summary(t.r, &s);
    (void)trace_reader_symbols(t.r, &n_symbols);
    print_header(trace_reader_header(t.r));
    printf("records       %" PRIu64 " in %u chunk%s, %" PRIu64 " bytes", s.records, s.chunks, s.chunks == 1 ? "" : "s", s.bytes);
    if (s.records != 0) {
        printf(", %.2f bytes a record", (double)s.bytes / (double)s.records);
    }
    printf("\nnames         %zu symbols\n", n_symbols);
    for (unsigned i = 0; i < trace_reader_header(t.r)->n_pes; i++) {
        printf("PE %u          %" PRIu64 " instructions\n", i, s.last_icount[i]);
    }
    int rc = print_counts(&t);
    trace_input_close(&t);
    return rc;
}

/* ---- kinds ---- */

/* The table of traces/FORMAT.md */
static void kinds_markdown(void)
{
    printf("| number | kind | group | meaning | type | a | b | c | d |\n|---|---|---|---|---|---|---|---|---|\n");
    for (unsigned k = 1; k < REC_KIND_COUNT; k++) {
        const struct kind_info *i = kind_info(k);
        printf("| %u | %s | %s | %s |", k, i->name, rec_group_name(i->group), i->meaning);
        for (unsigned f = 0; f < FIELD_COUNT; f++) {
            printf(" %s |", i->spec[f]);
        }
        printf("\n");
    }
}

int cli_trace_kinds(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--markdown") == 0) {
        kinds_markdown();
        return EXIT_OK;
    }
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        fputs("usage: hypscope trace kinds [--markdown]\n\nLists the kinds of records with their fields; --markdown as the table of "
              "traces/FORMAT.md.\n", stdout);
        return EXIT_OK;
    }
    if (argc != 1) {
        return cli_bad("trace kinds: expected nothing after it, or --markdown");
    }
    for (unsigned g = 1; g < REC_GROUP_COUNT; g++) {
        printf("%s\n", rec_group_name((enum rec_group)g));
        for (unsigned k = 1; k < REC_KIND_COUNT; k++) {
            const struct kind_info *i = kind_info(k);
            if (i->group != (enum rec_group)g) {
                continue;
            }
            printf("  %-16s %s%s\n", i->name, i->meaning, KINDS_DEFAULT >> k & 1 ? "" : " (not by default)");
            printf("  %-16s", "");
            for (unsigned f = 0; f < FIELD_COUNT; f++) {
                if (i->spec[f][0] != '\0') {
                    printf(" %s", i->spec[f]);
                }
            }
            printf("\n");
        }
    }
    return EXIT_OK;
}
