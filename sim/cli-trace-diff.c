/* SPDX-License-Identifier: Apache-2.0 */
/* `hypscope trace diff`. */
#include "sim/cli-trace-args.h"

#include "hyp/diff.h"

#include <errno.h>
#include <stdio.h>

static const char diff_help[] =
    "usage: hypscope trace diff [OPTION...] A B\n"
    "\n"
    "Where two traces part, and how they differ after that. Instructions, time and cycles are compared from each record to\n"
    "the next of the same PE, so one more instruction is one difference.\n"
    "\n"
    "  --ignore LIST        of time (time and cycles) and count (instruction counts), with commas\n"
    "  --kinds LIST         kinds or groups of kinds to compare; a - before a name leaves it out (those in both files)\n"
    "  --moved              the program was linked anew: addresses are equal when symbol and offset are\n"
    "  --show N             differences shown in full (10)\n"
    "  --symbols-a FILE, --symbols-b FILE   more names for the addresses of A and of B\n"
    "  --symbols FILE       for both\n"
    "  -o, --output FILE    where to (standard output)\n"
    "\n"
    "Exit status: 0 the same, 1 different, 2 bad option, or a file that is damaged or cut off.\n";

struct side {
    struct trace_input t;
    enum trace_read how;
};

static bool next(void *opaque, struct rec *out)
{
    struct side *s = opaque;
    s->how = trace_reader_next(s->t.r, out);
    return s->how == TRACE_RECORD;
}

static bool open_side(struct side *s, const struct trace_args *a, unsigned i, char *symbols)
{
    if (!trace_args_open(&s->t, a, a->files[i])) {
        return false;
    }
    if (symbols != NULL && !trace_input_symbols(&s->t, symbols)) {
        trace_input_close(&s->t);
        return false;
    }
    return true;
}

static int compare(struct side *a, struct side *b, const struct trace_args *o)
{
    const struct diff_side x = {.next = next, .opaque = a, .name = o->files[0], .names = a->t.names};
    const struct diff_side y = {.next = next, .opaque = b, .name = o->files[1], .names = b->t.names};
    uint64_t both = trace_reader_header(a->t.r)->kinds & trace_reader_header(b->t.r)->kinds;
    struct diff_opts d = {.kinds = o->has_kinds ? o->kinds & both : both, .no_time = o->no_time, .no_count = o->no_count,
                          .moved = o->moved, .show = o->show > UINT32_MAX ? UINT32_MAX : (unsigned)o->show};
    if (d.kinds == 0) {
        return cli_bad("trace diff: the files have no kinds of records in common");
    }
    FILE *f = trace_args_out(o->out);
    if (f == NULL) {
        return EXIT_USAGE;
    }
    errno = 0;
    enum diff_result result = diff_run(f, &x, &y, &d);
    int rc = trace_args_close(f, o->out, result != DIFF_NO_MEMORY);
    if (rc == EXIT_OK && a->how == TRACE_ERROR) {
        rc = trace_input_status(&a->t, TRACE_ERROR);
    }
    if (rc == EXIT_OK && b->how == TRACE_ERROR) {
        rc = trace_input_status(&b->t, TRACE_ERROR);
    }
    return rc != EXIT_OK ? rc : result == DIFF_SAME ? EXIT_OK : 1;
}

int cli_trace_diff(int argc, char **argv)
{
    struct trace_args o;
    struct side a = {.how = TRACE_END}, b = {.how = TRACE_END};
    int rc = trace_args_parse(argc, argv, ARG_OUT | ARG_IGNORE | ARG_KINDS | ARG_MOVED | ARG_SHOW | ARG_SYMBOLS | ARG_SYMBOLS_AB, diff_help,
                              2, 2, "two files, A and B", &o);
    if (rc != EXIT_OK) {
        return rc < 0 ? EXIT_OK : rc;
    }
    if (!open_side(&a, &o, 0, o.symbols_a)) {
        return EXIT_USAGE;
    }
    if (!open_side(&b, &o, 1, o.symbols_b)) {
        trace_input_close(&a.t);
        return EXIT_USAGE;
    }
    rc = compare(&a, &b, &o);
    trace_input_close(&a.t);
    trace_input_close(&b.t);
    return rc;
}
