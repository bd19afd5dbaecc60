/* SPDX-License-Identifier: Apache-2.0 */
/* `hypscope run`: from parsed options to an exit status. */
#include "cpu/pe.h"
#include "hyp/switches.h"
#include "hyp/windows.h"
#include "traces/exclog.h"
#include "sim/cli.h"
#include "sim/live-phases.h"
#include "sim/stat.h"
#include "sim/symbols.h"
#include "sim/symlearn.h"
#include "sim/term.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_NS UINT64_C(1000000000)
#define MAX_INPUT (UINT64_C(1) << 30)

struct run {
    const struct run_opts *o;
    struct machine *m;
    FILE *console;              /* NULL: none */
    bool at_line_start;         /* of the console, so that what we add begins on a line of its own */
    bool write_failed;
    bool interactive;
    bool progress, progress_shown;
    bool quit, timed_out;
    uint64_t start_ns, shown_ns;    /* host time */
    struct file_data input;
    size_t input_pos;
    struct symbols *symbols;
    struct symbolizer symbolizer;
    struct symlearn learn;
    FILE *exceptions_out;
    struct exclog *exceptions;
    FILE *switches_out;
    struct switches *switches;
    FILE *stat_out;
    struct stat_report *stat;
    FILE *windows_out;
    struct windows *windows;
    FILE *phases_out;
    struct live_phases *phases;
    struct tracing *tracing;
    struct timed_span *span;    /* NULL: all of the run is timed, or nothing */
};

/* The signal handler's way to the machine. */
static struct machine *volatile signalled;

static void on_signal(void)
{
    struct machine *m = signalled;
    if (m != NULL) {
        machine_request_stop(m);
    }
}

static uint64_t host_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

/* ---- console ---- */

static void console_out(void *opaque, uint8_t byte)
{
    struct run *r = opaque;
    if (r->console != NULL && putc(byte, r->console) == EOF) {
        r->write_failed = true;
    }
    r->at_line_start = byte == '\n';
}

static int script_in(void *opaque)
{
    struct run *r = opaque;
    return r->input_pos < r->input.len ? r->input.bytes[r->input_pos++] : -1;
}

/* Bring what the console shows up to date and to the start of a line, for a line of ours on the same terminal. */
static void console_break(struct run *r)
{
    if (r->progress_shown) {
        fputs("\r\033[K", stderr);
        r->progress_shown = false;
    }
    if (r->console != NULL) {
        if (!r->at_line_start && isatty(fileno(r->console))) {
            fputs("\r\n", r->console);
            r->at_line_start = true;
        }
        fflush(r->console);
    }
}

static void report(void *opaque, const char *line)
{
    console_break(opaque);
    fprintf(stderr, "hypscope: %s\n", line);
}

static void show_progress(struct run *r, uint64_t now)
{
    double host_s = (double)(now - r->start_ns) / 1e9, insns = (double)machine_icount(r->m);
    fprintf(stderr, "\r%.0f M instructions, %.2f s of guest time, %.1f s here, %.0f M/s\033[K", insns / 1e6,
            (double)machine_time_ns(r->m) / 1e9, host_s, host_s > 0 ? insns / 1e6 / host_s : 0);
    r->progress_shown = true;
    r->shown_ns = now;
}

static bool take_keys(struct run *r)
{
    bool any = false;
    for (int k; r->interactive && (k = term_key()) != TERM_NONE;) {
        any = true;
        if (k < 0) {    /* the escape key, or the terminal is gone */
            r->quit = true;
            machine_request_stop(r->m);
            break;
        }
        machine_console_input(r->m, (uint8_t)k);
    }
    return any;
}

static void on_poll(void *opaque)
{
    struct run *r = opaque;
    uint64_t now = host_ns();
    if (r->console != NULL && fflush(r->console) != 0) {
        r->write_failed = true;
    }
    take_keys(r);
    if (r->progress && now - r->shown_ns >= PROGRESS_NS) {
        show_progress(r, now);
    }
    if (r->o->timeout_s > 0 && (double)(now - r->start_ns) > r->o->timeout_s * 1e9) {
        r->timed_out = true;
        machine_request_stop(r->m);
    }
    if (r->write_failed) {
        machine_request_stop(r->m);
    }
}

/* A person at the terminal: guest time may not run ahead of theirs while nothing happens. */
static bool on_idle(void *opaque, uint64_t now_ns, uint64_t next_ns)
{
    struct run *r = opaque;
    on_poll(r);
    if (r->quit || r->timed_out || r->write_failed) {
        return true;
    }
    uint64_t ms = next_ns == TIME_NEVER ? 1000 : (next_ns - now_ns) / 1000000;
    if (ms != 0) {
        term_wait(ms > 1000 ? 1000 : (int)ms);
    }
    return take_keys(r) || term_signal() != 0 || next_ns == TIME_NEVER;
}

static bool open_console(struct run *r, struct err *err)
{
    const char *c = r->o->console;
    r->at_line_start = true;
    if (c != NULL && strcmp(c, "none") == 0) {
        return true;
    }
    r->console = c == NULL || strcmp(c, "-") == 0 ? stdout : fopen(c, "wb");
    if (r->console == NULL) {
        return err_set(err, "--console %s: cannot write: %s", c, strerror(errno));
    }
    return true;
}

/* ---- symbols and switches ---- */

static bool symbol_name(void *opaque, uint64_t va, char *buf, size_t len)
{
    return symbols_name(opaque, va, buf, len);
}

static const char *sysreg_by_enc(void *opaque, uint16_t enc)
{
    int i = sysreg_lookup(enc);
    (void)opaque;
    return i < 0 ? NULL : sysreg_name((unsigned)i);
}

static bool load_symbols(struct run *r, const struct image *program, struct err *err)
{
    const struct boot_config *b = &r->o->boot;
    if (r->o->n_symbols == 0 && b->image == NULL) {
        return true;
    }
    r->symbols = symbols_new();
    if (r->symbols == NULL) {
        return err_set(err, "--symbols: out of memory");
    }
    if (b->image != NULL) { /* an embedded image brings its own names */
        const struct file_data f = { .bytes = (uint8_t *)b->image_bytes, .len = b->image_len };
        if (!symbols_add_data(r->symbols, "--image", b->image, &f, 0, err)) {
            return false;
        }
    }
    for (unsigned i = 0; i < r->o->n_symbols; i++) {
        if (!symbols_add(r->symbols, "--symbols", r->o->symbols[i].path, r->o->symbols[i].bias, err)) {
            return false;
        }
    }
    r->symbolizer = (struct symbolizer){ symbol_name, r->symbols };
    machine_set_symbolizer(r->m, &r->symbolizer);
    symlearn_init(&r->learn, r->symbols, r->m, program);
    bool lists = r->o->switches || r->o->windows || r->o->phases || r->o->exceptions_file != NULL || r->o->at_exit_state ||
                 r->o->trace.file != NULL;
    return r->learn.s == NULL || !lists || machine_add_rec_sink(r->m, &r->learn.sink) || err_set(err, "--symbols: too many observers");
}

/* Standard output as a list's stream, each line starting in the first column whatever the console did. */
static ssize_t list_write(void *cookie, const char *buf, size_t len)
{
    struct run *r = cookie;
    if (r->console == stdout && !r->at_line_start) {
        fputs("\n", stdout);
        r->at_line_start = true;
    }
    return (ssize_t)fwrite(buf, 1, len, stdout);
}

/* Where a list goes. NULL: *err says why not. */
static FILE *open_list(struct run *r, const char *opt, const char *file, struct err *err)
{
    FILE *f;
    if (file == NULL || strcmp(file, "-") == 0) {
        f = fopencookie(r, "w", (cookie_io_functions_t){ .write = list_write });
        if (f != NULL) {
            setvbuf(f, NULL, _IOLBF, 4096);
        }
    } else {
        f = fopen(file, "w");
    }
    if (f == NULL) {
        err_set(err, "%s=%s: cannot write: %s", opt, file != NULL ? file : "-", strerror(errno));
    }
    return f;
}

static bool open_switches(struct run *r, struct err *err)
{
    if (!r->o->switches) {
        return true;
    }
    r->switches_out = open_list(r, "--switches", r->o->switches_file, err);
    if (r->switches_out == NULL) {
        return false;
    }
    struct switches_opts so = {
        .format = r->o->switches_json ? SWITCHES_JSON : SWITCHES_TEXT,
        .table_only = r->o->switches_table,
        .symbol = r->symbols != NULL ? symbol_name : NULL,
        .symbol_opaque = r->symbols,
        .names = { .sysreg = sysreg_by_enc },
    };
    r->switches = switches_new(r->switches_out, &so);
    if (r->switches == NULL) {
        return err_set(err, "--switches: out of memory");
    }
    return machine_add_rec_sink(r->m, switches_sink(r->switches)) || err_set(err, "--switches: too many observers");
}

static bool open_stat(struct run *r, struct err *err)
{
    if (!r->o->stat) {
        return true;
    }
    r->stat_out = open_list(r, "--stat", r->o->stat_file, err);
    if (r->stat_out == NULL) {
        return false;
    }
    struct esr_names names = { .sysreg = sysreg_by_enc };
    r->stat = stat_new(r->stat_out, r->m, r->o->stat_json, &names, err);
    return r->stat != NULL;
}

static void timing_changed(void *opaque, bool counting)
{
    struct run *r = opaque;
    if (r->stat != NULL) {
        (counting ? stat_begin : stat_end)(r->stat);
    }
}

static bool open_span(struct run *r, struct err *err)
{
    const struct timed_opts *t = &r->o->timed;
    if (t->from == NULL && t->to == NULL) {
        return true;
    }
    const struct filter_names names = {symbols_range, r->symbols};
    r->span = timed_span_new(r->m, t, &names, timing_changed, r, err);
    return r->span != NULL;
}

static bool open_windows(struct run *r, struct err *err)
{
    if (!r->o->windows) {
        return true;
    }
    r->windows_out = open_list(r, "--windows", r->o->windows_file, err);
    if (r->windows_out == NULL) {
        return false;
    }
    struct windows_opts wo = {
        .json = r->o->windows_json,
        .table_only = r->o->windows_table,
        .bits = r->o->windows_bits,
        .ns_per_insn = r->o->machine.ns_per_insn,
        .symbol = r->symbols != NULL ? symbol_name : NULL,
        .symbol_opaque = r->symbols,
        .names = { .sysreg = sysreg_by_enc },
    };
    r->windows = windows_new(r->windows_out, &wo);
    return (r->windows != NULL && machine_add_rec_sink(r->m, windows_sink(r->windows))) || err_set(err, "--windows: out of memory");
}

static bool open_phases(struct run *r, struct err *err)
{
    if (!r->o->phases) {
        return true;
    }
    if (r->o->trace.file != NULL) {
        return err_set(err, "--phases: not together with --trace (record instructions, and use hypscope trace phases)");
    }
    r->phases_out = open_list(r, "--phases", r->o->phases_file, err);
    if (r->phases_out == NULL) {
        return false;
    }
    const struct phases_opts po = {
        .json = r->o->phases_json,
        .cycles = r->o->machine.timing != NULL || r->o->machine.timing_file != NULL,
        .no_symbols = r->o->phases_table,
        .reason = r->o->phases_reason,
        .symbol = r->symbols != NULL ? symbol_name : NULL,
        .symbol_opaque = r->symbols,
        .names = { .sysreg = sysreg_by_enc },
    };
    r->phases = live_phases_open(r->phases_out, r->m, PROBE_USER_PHASES, &po, err);
    return r->phases != NULL;
}

static bool open_exceptions(struct run *r, struct err *err)
{
    const char *file = r->o->exceptions_file;
    if (file == NULL) {
        return true;
    }
    r->exceptions_out = fopen(file, "w");
    if (r->exceptions_out == NULL) {
        return err_set(err, "--exceptions %s: cannot write: %s", file, strerror(errno));
    }
    struct esr_names names = { .sysreg = sysreg_by_enc };
    r->exceptions = exclog_new(r->exceptions_out, &names, r->symbols != NULL ? symbol_name : NULL, r->symbols);
    return (r->exceptions != NULL && machine_add_rec_sink(r->m, exclog_sink(r->exceptions))) || err_set(err, "--exceptions: out of memory");
}

static bool open_trace(struct run *r, struct err *err)
{
    if (r->o->trace.file == NULL) {
        return true;
    }
    struct trace_opts o = r->o->trace;
    o.timed = &r->o->timed;
    o.input = r->o->input;
    r->tracing = tracing_open(&o, r->m, &r->o->machine, &r->o->boot, r->symbols, err);
    return r->tracing != NULL;
}

/* ---- before and after ---- */

static bool dump_dtb(const char *path, const struct boot_info *b, struct err *err)
{
    FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");
    bool ok = f != NULL && fwrite(b->dtb_bytes, 1, b->dtb_size, f) == b->dtb_size;
    ok = f != NULL && (f == stdout ? fflush(f) : fclose(f)) == 0 && ok;
    return ok || err_set(err, "--dump-dtb %s: cannot write: %s", path, strerror(errno));
}

static bool prepare(struct run *r, struct err *err)
{
    const struct run_opts *o = r->o;
    struct machine_config mc = o->machine;
    if (o->input != NULL && !file_read("--input", strcmp(o->input, "-") == 0 ? "/dev/stdin" : o->input, MAX_INPUT, &r->input, err)) {
        return false;
    }
    if (!open_console(r, err)) {
        return false;
    }
    r->interactive = o->input == NULL && r->console == stdout && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    r->progress = !o->quiet && isatty(STDERR_FILENO) && (r->console == NULL || !isatty(fileno(r->console)));
    mc.opaque = r;
    mc.report = report;
    mc.poll = on_poll;
    mc.idle = r->interactive ? on_idle : NULL;
    mc.board.console_out = console_out;
    mc.board.console_opaque = r;
    if (o->input != NULL) {
        mc.board.script_in = script_in;
        mc.board.script_opaque = r;
    }
    r->m = machine_new(&mc, err);
    if (r->m == NULL) {
        return false;
    }
    struct boot_info b;
    if (!boot_load(machine_bus(r->m), &o->boot, &b, err)) {
        return false;
    }
    bool ok = (o->dump_dtb == NULL || dump_dtb(o->dump_dtb, &b, err)) && load_symbols(r, &b.program, err) && open_switches(r, err) &&
              open_windows(r, err) && open_phases(r, err) && open_stat(r, err) &&
              open_span(r, err) && open_exceptions(r, err) && open_trace(r, err);
    machine_start(r->m, b.program.entry, b.dtb);
    boot_info_free(&b);
    return ok;
}

/* The last line, and the status. */
static int conclude(const struct run *r, enum machine_stop why)
{
    static const struct { int status; const char *text; } reasons[] = {
        [STOP_POWER_OFF] = { EXIT_OK, "the guest powered off" },
        [STOP_RESET] = { EXIT_RESET, "the guest asked for a reset" },
        [STOP_MAX_INSNS] = { EXIT_MAX_INSNS, "stopped by --max-insns" },
        [STOP_MAX_TIME] = { EXIT_MAX_SECONDS, "stopped by --max-seconds" },
        [STOP_DEADLOCK] = { EXIT_DEADLOCK, "stuck: every PE waits or is off, and no event is to come" },
        [STOP_STRICT] = { EXIT_STRICT, "stopped by --strict" },
        [STOP_ERROR] = { EXIT_INTERNAL, "cannot go on" },
        [STOP_INTERRUPTED] = { EXIT_OK, "stopped from the keyboard" },
    };
    int status = why == STOP_POWER_OFF ? (int)(machine_exit_code(r->m) & 0xff) : reasons[why].status;
    const char *text = reasons[why].text;
    if (why == STOP_INTERRUPTED && tracing_failed(r->tracing)) {
        status = EXIT_HOST;
        text = "stopped, as the trace cannot be written,";
    } else if (why == STOP_INTERRUPTED && !r->quit) {
        int sig = term_signal();
        status = r->write_failed ? EXIT_HOST : r->timed_out ? EXIT_TIMEOUT : EXIT_SIGNAL + sig;
        text = r->write_failed ? "cannot write the console" : r->timed_out ? "stopped by --timeout" : strsignal(sig);
    }
    if (!r->o->quiet || (status != EXIT_OK && why != STOP_POWER_OFF)) {
        fprintf(stderr, "hypscope: %s after %" PRIu64 " instructions, %.6f s of guest time\n", text, machine_icount(r->m),
                (double)machine_time_ns(r->m) / 1e9);
    }
    return status;
}

static int finish(struct run *r, enum machine_stop why)
{
    int status = conclude(r, why);
    const char *missed = timed_span_missed(r->span);
    if (missed != NULL) {
        cli_bad("%s %s: it never came to that", missed, strcmp(missed, "--timed-to") == 0 ? r->o->timed.to : r->o->timed.from);
    }
    if (!exclog_finish(r->exceptions)) {
        cli_bad("--exceptions: cannot write: %s", strerror(errno));
        status = EXIT_HOST;
    }
    r->exceptions = NULL;
    if (r->phases != NULL && (!live_phases_finish(r->phases) || fflush(r->phases_out) != 0)) {
        cli_bad("--phases: cannot write: %s", strerror(errno));
        status = EXIT_HOST;
    }
    if (r->stat != NULL && !stat_finish(r->stat)) {
        cli_bad("--stat: cannot write: %s", strerror(errno));
        status = EXIT_HOST;
    }
    if (r->windows != NULL && (!windows_finish(r->windows) || fflush(r->windows_out) != 0)) {
        cli_bad("--windows: cannot write: %s", strerror(errno));
        status = EXIT_HOST;
    }
    if (r->switches != NULL && (!switches_finish(r->switches) || fflush(r->switches_out) != 0)) {
        cli_bad("--switches: cannot write: %s", strerror(errno));
        status = EXIT_HOST;
    }
    struct err err;
    if (!tracing_close(r->tracing, &err)) {
        cli_bad("--trace %s", err.msg);
        status = EXIT_HOST;
    }
    r->tracing = NULL;
    if (r->o->at_exit_state) {
        machine_print_state(r->m, stdout);
    }
    if (r->o->hash) {
        printf("hash %08" PRIx32 "\n", machine_hash(r->m));
    }
    if (fflush(stdout) != 0 || ferror(stdout) || (r->console != NULL && (fflush(r->console) != 0 || ferror(r->console)))) {
        cli_bad("cannot write the output: %s", strerror(errno));
        status = EXIT_HOST;
    }
    return status;
}

static void release(struct run *r)
{
    signalled = NULL;
    (void)!exclog_finish(r->exceptions);
    if (r->exceptions_out != NULL) {
        fclose(r->exceptions_out);
    }
    (void)!tracing_close(r->tracing, NULL);
    live_phases_free(r->phases);
    if (r->phases_out != NULL) {
        fclose(r->phases_out);
    }
    stat_free(r->stat);
    timed_span_free(r->span);
    if (r->stat_out != NULL) {
        fclose(r->stat_out);
    }
    windows_free(r->windows);
    if (r->windows_out != NULL) {
        fclose(r->windows_out);
    }
    switches_free(r->switches);
    if (r->switches_out != NULL) {
        fclose(r->switches_out);
    }
    machine_free(r->m);
    symbols_free(r->symbols);
    file_free(&r->input);
    if (r->console != NULL && r->console != stdout) {
        fclose(r->console);
    }
}

static enum machine_stop run_to(struct run *r, const struct machine_limits *l)
{
    return r->span != NULL ? timed_span_run(r->span, l) : machine_run(r->m, l);
}

static enum machine_stop run_machine(struct run *r)
{
    struct machine_limits l = r->o->limits;
    uint64_t first = tracing_begin(r->tracing), max = l.max_insns;
    while (first != 0 && (max == 0 || first < max)) {
        l.max_insns = first;
        enum machine_stop why = run_to(r, &l);
        if (why != STOP_MAX_INSNS) {
            return why;
        }
        first = tracing_begin(r->tracing);
    }
    return run_to(r, &r->o->limits);
}

int cli_run(const struct run_opts *o)
{
    struct run r = { .o = o };
    struct err err;
    int status;
    if (!prepare(&r, &err)) {
        status = cli_bad("%s", err.msg);
    } else {
        signalled = r.m;
        term_on_signal(on_signal);
        if (r.interactive && term_raw(STDIN_FILENO) && !o->quiet) {
            fputs("hypscope: the terminal is the guest's console; Ctrl-A x stops, Ctrl-A h helps\n", stderr);
        }
        r.start_ns = r.shown_ns = host_ns();
        enum machine_stop why = run_machine(&r);
        term_restore();
        console_break(&r);
        status = finish(&r, why);
    }
    release(&r);
    return status;
}
