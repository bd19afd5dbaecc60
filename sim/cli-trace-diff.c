/* SPDX-License-Identifier: Apache-2.0 */
/* `hypscope trace diff` and `explain`. */
#include "sim/cli-trace-args.h"

#include "cpu/sysreg.h"
#include "hyp/diff.h"
#include "hyp/explain.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- diff ---- */

static const char diff_help[] =
    "usage: hypscope trace diff [OPTION...] A B\n"
    "\n"
    "Where two traces part, and how they differ after that. Instructions, time and cycles are compared from each record to\n"
    "the next of the same PE, so one more instruction is one difference.\n"
    "\n"
    "  --ignore LIST        of time (time, cycles, timers, pending lines) and count (instructions, running numbers), with commas\n"
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

/* ---- explain ---- */

static const char explain_help[] =
    "usage: hypscope trace explain [OPTION...] FILE [WHICH]\n"
    "\n"
    "One exception in words: what and where; the translation through both stages with each descriptor that was read and why\n"
    "it faulted; which bit of which register sent it to the EL that took it; how it went on. WHICH is the number of a\n"
    "record, as hypscope trace dump prints it (that exception or the first one after it), or exit:N for the N-th guest exit.\n"
    "Steps of walks are in the trace when it was recorded with --trace-kinds default,walk.\n"
    "\n"
    "  --list               a line for each exception, instead\n"
    "  -o, --output FILE    where to (standard output)\n"
    "  --symbols FILE[@+OFF|@-OFF]  more names for addresses\n";

static unsigned controls(void *opaque, uint16_t enc, bool write, const char *name[], uint64_t hcr[], unsigned max)
{
    int idx = sysreg_lookup(enc);
    (void)opaque;
    return idx < 0 ? 0 : sysreg_trap_controls((unsigned)idx, write, name, hcr, max);
}

static bool which(const char *text, struct explain_opts *o)
{
    bool is_exit = strncmp(text, "exit:", 5) == 0;
    o->which = is_exit ? EXPLAIN_EXIT : EXPLAIN_RECORD;
    return cli_parse_number(is_exit ? text + 5 : text, &o->n) && (!is_exit || o->n != 0);
}

static int explain(struct trace_input *t, const struct trace_args *a, const struct explain_opts *o)
{
    FILE *f = trace_args_out(a->out);
    struct explain *e = f != NULL ? explain_new(f, o) : NULL;
    struct rec r;
    enum trace_read how = TRACE_END;
    if (e == NULL) {
        return EXIT_HOST;
    }
    for (;;) {
        uint64_t n = trace_reader_position(t->r);
        how = trace_reader_next(t->r, &r);
        if (how != TRACE_RECORD || explain_put(e, &r, n)) {
            break;
        }
    }
    bool found = explain_finish(e);
    explain_free(e);
    errno = 0;
    int rc = trace_args_close(f, a->out, true);
    if (rc == EXIT_OK && how == TRACE_ERROR) {
        rc = trace_input_status(t, how);
    }
    return rc != EXIT_OK || found ? rc : cli_bad("%s: no such exception in it (--list lists them)", a->files[1]);
}

int cli_trace_explain(int argc, char **argv)
{
    struct trace_args a;
    struct trace_input t;
    struct explain_opts o = {.controls = controls};
    int rc = trace_args_parse(argc, argv, ARG_OUT | ARG_LIST | ARG_SYMBOLS, explain_help, 1, 2, "FILE and WHICH, or --list FILE", &a);
    if (rc != EXIT_OK) {
        return rc < 0 ? EXIT_OK : rc;
    }
    if (a.list != (a.n_files == 1)) {
        return cli_bad("trace explain: expected FILE and WHICH, or --list FILE (see hypscope trace explain --help)");
    }
    if (a.list) {
        o.which = EXPLAIN_LIST;
    } else if (!which(a.files[1], &o)) {
        return cli_bad("trace explain %s: expected the number of a record, or exit:N from 1 on", a.files[1]);
    }
    if (!trace_args_open(&t, &a, a.files[0])) {
        return EXIT_USAGE;
    }
    o.names = t.names;
    rc = explain(&t, &a, &o);
    trace_input_close(&t);
    return rc;
}
