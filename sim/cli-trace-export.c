/* SPDX-License-Identifier: Apache-2.0 */
/* `hypscope trace export`, `switches` and `phases`: consumers of all records of a file. */
#include "sim/cli-trace-args.h"

#include "hyp/export.h"
#include "hyp/phases.h"
#include "hyp/switches.h"
#include "sim/phase-insn.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- export ---- */

static const char export_help[] =
    "usage: hypscope trace export --format FORMAT [OPTION...] FILE\n"
    "\n"
    "Writes a trace in a format of other tools (doc/trace-exports.md has the details):\n"
    "  tarmac     Tarmac text: instructions with their effects, as Arm's models print it; needs --trace-kinds all\n"
    "  chrome     trace event JSON for Perfetto or chrome://tracing: worlds, masks, interrupts, timers as spans\n"
    "  vcd        value change dump for gtkwave: EL, world, PSTATE.DAIF, HCR_EL2.TGE and VM, VMID, what is pending\n"
    "  ftrace     kvm_entry, kvm_exit and kvm_guest_fault lines as Linux prints them\n"
    "  kvmstat    the table of `perf kvm stat report`\n"
    "\n"
    "  -o, --output FILE    where to (standard output); tarmac of several PEs: FILE.0, FILE.1 ...\n"
    "  --symbols FILE[@+OFF|@-OFF]  more names for addresses\n"
    "\n"
    "Exit status: 0 all was written; 2 bad option, or the trace is damaged or cut off: what is good is written.\n";

/* Several consumers of one reading: Tarmac has one for each PE. */
struct fan {
    struct export *x[TRACE_MAX_PES];
    FILE *f[TRACE_MAX_PES];
    char path[TRACE_MAX_PES][4096];
    unsigned n;
};

static void fan_put(void *opaque, const struct rec *r)
{
    struct fan *fan = opaque;
    for (unsigned i = 0; i < fan->n; i++) {
        const struct rec_sink *s = export_sink(fan->x[i]);
        if (rec_wanted(s, r)) {
            s->put(s->opaque, r);
        }
    }
}

static int open_exports(struct fan *fan, const struct trace_input *t, const struct trace_args *a, enum export_format format)
{
    const struct trace_header *h = trace_reader_header(t->r);
    bool split = format == EXPORT_TARMAC && h->n_pes > 1;
    if (format == EXPORT_TARMAC && (h->kinds & REC_BIT(REC_INSN)) == 0) {
        return cli_bad("%s: no instructions in it, which tarmac is made of (record it with --trace-kinds all)", a->files[0]);
    }
    if (split && (a->out == NULL || strcmp(a->out, "-") == 0)) {
        return cli_bad("trace export: tarmac has a file for each PE, and the trace has %u: expected -o FILE", h->n_pes);
    }
    for (unsigned i = 0; i < (split ? h->n_pes : 1); i++) {
        struct export_opts o = {.format = format, .pe = split ? (int)i : EXPORT_ALL_PES, .symbol = t->names.symbol,
                                .symbol_opaque = t->names.symbol_opaque, .names = t->names.names};
        snprintf(fan->path[i], sizeof(fan->path[i]), split ? "%s.%u" : "%s", a->out != NULL ? a->out : "-", i);
        fan->f[i] = trace_args_out(fan->path[i]);
        if (fan->f[i] == NULL) {
            return EXIT_USAGE;
        }
        fan->x[i] = export_new(fan->f[i], &o);
        fan->n = i + 1;
        if (fan->x[i] == NULL) {
            fan->n = i;
            trace_args_close(fan->f[i], fan->path[i], true);
            cli_bad("trace export: out of memory");
            return EXIT_HOST;
        }
    }
    return EXIT_OK;
}

static int run_exports(struct fan *fan, struct trace_input *t)
{
    const struct rec_sink all = {.put = fan_put, .opaque = fan, .kinds = UINT64_MAX, .classes = UINT32_MAX};
    return trace_input_status(t, trace_reader_feed(t->r, &all) ? TRACE_END : TRACE_ERROR);
}

static int close_exports(struct fan *fan, int rc)
{
    for (unsigned i = 0; i < fan->n; i++) {
        errno = 0;
        bool ok = export_finish(fan->x[i]);
        int closed = trace_args_close(fan->f[i], fan->path[i], ok);
        rc = rc != EXIT_OK ? rc : closed;
        export_free(fan->x[i]);
    }
    return rc;
}

int cli_trace_export(int argc, char **argv)
{
    static _Thread_local struct fan fan;
    struct trace_args a;
    struct trace_input t;
    enum export_format format;
    int rc = trace_args_parse(argc, argv, ARG_OUT | ARG_FORMAT | ARG_SYMBOLS, export_help, 1, 1, "one FILE", &a);
    if (rc != EXIT_OK) {
        return rc < 0 ? EXIT_OK : rc;
    }
    if (a.format == NULL) {
        return cli_bad("trace export: expected --format tarmac, chrome, vcd, ftrace or kvmstat");
    }
    if (!export_format_of(a.format, &format)) {
        return cli_bad("--format %s: expected tarmac, chrome, vcd, ftrace or kvmstat", a.format);
    }
    if (!trace_args_open(&t, &a, a.files[0])) {
        return EXIT_USAGE;
    }
    fan.n = 0;
    rc = open_exports(&fan, &t, &a, format);
    if (rc == EXIT_OK) {
        rc = run_exports(&fan, &t);
    }
    rc = close_exports(&fan, rc);
    trace_input_close(&t);
    return rc;
}

/* ---- switches ---- */

static const char switches_help[] =
    "usage: hypscope trace switches [OPTION...] FILE\n"
    "\n"
    "A line for each guest entry and exit in the trace and a table of exits by reason, as `hypscope run --switches` has it.\n"
    "\n"
    "  --table              only the table\n"
    "  --format text|json\n"
    "  -o, --output FILE    where to (standard output)\n"
    "  --symbols FILE[@+OFF|@-OFF]  more names for addresses\n";

/* "text" or "json" of --format */
static int text_or_json(const struct trace_args *a, bool *json)
{
    *json = a->format != NULL && strcmp(a->format, "json") == 0;
    return a->format == NULL || *json || strcmp(a->format, "text") == 0 ? EXIT_OK
                                                                        : cli_bad("--format %s: expected text or json", a->format);
}

static int feed(struct trace_input *t, const struct rec_sink *sink)
{
    return trace_input_status(t, trace_reader_feed(t->r, sink) ? TRACE_END : TRACE_ERROR);
}

int cli_trace_switches(int argc, char **argv)
{
    struct trace_args a;
    struct trace_input t;
    bool json;
    int rc = trace_args_parse(argc, argv, ARG_OUT | ARG_FORMAT | ARG_SYMBOLS | ARG_TABLE, switches_help, 1, 1, "one FILE", &a);
    if (rc != EXIT_OK || (rc = text_or_json(&a, &json)) != EXIT_OK) {
        return rc < 0 ? EXIT_OK : rc;
    }
    if (!trace_args_open(&t, &a, a.files[0])) {
        return EXIT_USAGE;
    }
    const struct switches_opts o = {.format = json ? SWITCHES_JSON : SWITCHES_TEXT, .table_only = a.table, .symbol = t.names.symbol,
                                    .symbol_opaque = t.names.symbol_opaque, .names = t.names.names};
    FILE *f = trace_args_out(a.out);
    struct switches *s = f != NULL ? switches_new(f, &o) : NULL;
    rc = EXIT_HOST;
    if (s != NULL) {
        rc = feed(&t, switches_sink(s));
        errno = 0;
        int closed = trace_args_close(f, a.out, switches_finish(s));
        rc = rc != EXIT_OK ? rc : closed;
    }
    switches_free(s);
    trace_input_close(&t);
    return rc;
}

/* ---- phases ---- */

static const char phases_help[] =
    "usage: hypscope trace phases [OPTION...] FILE\n"
    "\n"
    "Where the instructions (and, with a timing model, cycles) from a guest exit to the next entry go: by state class of\n"
    "what is saved and restored, and by symbol, with least, mean and most over all switches. Needs instructions in the\n"
    "trace: hypscope run --trace FILE --trace-kinds exc,insn (--trace-filter el=2 leaves the guest out).\n"
    "doc/trace-phases.md has the rule by which an instruction belongs to a class.\n"
    "\n"
    "  --reason TEXT        only switches whose exit has this reason, as `hypscope trace switches` counts them: HVC\n"
    "  --table              only the table of classes\n"
    "  --format text|json\n"
    "  -o, --output FILE    where to (standard output)\n"
    "  --symbols FILE[@+OFF|@-OFF]  more names for addresses\n";

int cli_trace_phases(int argc, char **argv)
{
    const uint64_t need = REC_BIT(REC_EXC_ENTRY) | REC_BIT(REC_ERET) | REC_BIT(REC_INSN) | REC_BIT(REC_REG) | REC_BIT(REC_MEM);
    struct trace_args a;
    struct trace_input t;
    bool json;
    int rc = trace_args_parse(argc, argv, ARG_OUT | ARG_FORMAT | ARG_SYMBOLS | ARG_TABLE | ARG_REASON, phases_help, 1, 1, "one FILE", &a);
    if (rc != EXIT_OK || (rc = text_or_json(&a, &json)) != EXIT_OK) {
        return rc < 0 ? EXIT_OK : rc;
    }
    if (!trace_args_open(&t, &a, a.files[0])) {
        return EXIT_USAGE;
    }
    const struct trace_header *h = trace_reader_header(t.r);
    if ((h->kinds & need) != need) {
        trace_input_close(&t);
        return cli_bad("%s: no instructions with their effects in it (record it with --trace-kinds exc,insn)", a.files[0]);
    }
    const struct phases_opts o = {.json = json, .cycles = h->clock_hz != 0, .no_symbols = a.table, .reason = a.reason, .insn = phase_insn,
                                  .symbol = t.names.symbol, .symbol_opaque = t.names.symbol_opaque, .names = t.names.names};
    FILE *f = trace_args_out(a.out);
    struct phases *p = f != NULL ? phases_new(f, &o) : NULL;
    rc = EXIT_HOST;
    if (p != NULL) {
        rc = feed(&t, phases_sink(p));
        errno = 0;
        int closed = trace_args_close(f, a.out, phases_finish(p));
        rc = rc != EXIT_OK ? rc : closed;
    }
    phases_free(p);
    trace_input_close(&t);
    return rc;
}
