/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu/timing/params.h"
#include "sim/cli.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RAM (UINT64_C(255) << 30)       /* what lies between RAM's base and the next window of the memory map */
#define MIN_RAM (UINT64_C(1) << 20)

enum opt {
    OPT_CPU = 256, OPT_SMP, OPT_MEM, OPT_EL, OPT_KERNEL, OPT_IMAGE, OPT_INITRD, OPT_APPEND, OPT_DTB, OPT_DUMP_DTB, OPT_LOAD,
    OPT_MODULE, OPT_DRIVE, OPT_INPUT, OPT_INPUT_TO, OPT_CONSOLE, OPT_NO_CONSOLE, OPT_NS_PER_INSN, OPT_QUANTUM,
    OPT_INSTANCE, OPT_TIMING, OPT_STAT, OPT_STAT_FORMAT, OPT_TIMING_FILE, OPT_CLOCK, OPT_TIMED_FROM, OPT_TIMED_TO, OPT_WARM_UP, OPT_EXCEPTIONS, OPT_MAX_INSNS,
    OPT_MAX_SECONDS, OPT_TIMEOUT, OPT_SWITCHES, OPT_SWITCHES_FORMAT, OPT_SWITCHES_TABLE, OPT_WINDOWS, OPT_WINDOWS_FORMAT,
    OPT_WINDOWS_TABLE, OPT_WINDOWS_BITS, OPT_PHASES, OPT_PHASES_FORMAT, OPT_PHASES_TABLE, OPT_PHASES_REASON, OPT_SYMBOLS, OPT_AT_EXIT, OPT_HASH,
    OPT_TRACE, OPT_TRACE_KINDS, OPT_TRACE_FILTER, OPT_TRACE_MARKS,
    OPT_STRICT, OPT_SEED, OPT_KASLR_SEED, OPT_RTC, OPT_SEMIHOSTING, OPT_QUIET, OPT_HELP,
};

static const struct option options[] = {
    { "cpu", required_argument, NULL, OPT_CPU },
    { "smp", required_argument, NULL, OPT_SMP },
    { "mem", required_argument, NULL, OPT_MEM },
    { "el", required_argument, NULL, OPT_EL },
    { "kernel", required_argument, NULL, OPT_KERNEL },
    { "image", required_argument, NULL, OPT_IMAGE },
    { "initrd", required_argument, NULL, OPT_INITRD },
    { "append", required_argument, NULL, OPT_APPEND },
    { "dtb", required_argument, NULL, OPT_DTB },
    { "dump-dtb", required_argument, NULL, OPT_DUMP_DTB },
    { "load", required_argument, NULL, OPT_LOAD },
    { "module", required_argument, NULL, OPT_MODULE },
    { "drive", required_argument, NULL, OPT_DRIVE },
    { "input", required_argument, NULL, OPT_INPUT },
    { "input-to", required_argument, NULL, OPT_INPUT_TO },
    { "console", required_argument, NULL, OPT_CONSOLE },
    { "no-console", no_argument, NULL, OPT_NO_CONSOLE },
    { "ns-per-insn", required_argument, NULL, OPT_NS_PER_INSN },
    { "quantum", required_argument, NULL, OPT_QUANTUM },
    { "instance", required_argument, NULL, OPT_INSTANCE },
    { "timing", required_argument, NULL, OPT_TIMING },
    { "timing-file", required_argument, NULL, OPT_TIMING_FILE },
    { "stat", optional_argument, NULL, OPT_STAT },
    { "stat-format", required_argument, NULL, OPT_STAT_FORMAT },
    { "clock", required_argument, NULL, OPT_CLOCK },
    { "timed-from", required_argument, NULL, OPT_TIMED_FROM },
    { "timed-to", required_argument, NULL, OPT_TIMED_TO },
    { "warm-up", required_argument, NULL, OPT_WARM_UP },
    { "max-insns", required_argument, NULL, OPT_MAX_INSNS },
    { "max-seconds", required_argument, NULL, OPT_MAX_SECONDS },
    { "timeout", required_argument, NULL, OPT_TIMEOUT },
    { "exceptions", required_argument, NULL, OPT_EXCEPTIONS },
    { "switches", optional_argument, NULL, OPT_SWITCHES },
    { "switches-format", required_argument, NULL, OPT_SWITCHES_FORMAT },
    { "switches-table", no_argument, NULL, OPT_SWITCHES_TABLE },
    { "windows", optional_argument, NULL, OPT_WINDOWS },
    { "windows-format", required_argument, NULL, OPT_WINDOWS_FORMAT },
    { "windows-table", no_argument, NULL, OPT_WINDOWS_TABLE },
    { "windows-bits", required_argument, NULL, OPT_WINDOWS_BITS },
    { "phases", optional_argument, NULL, OPT_PHASES },
    { "phases-format", required_argument, NULL, OPT_PHASES_FORMAT },
    { "phases-table", no_argument, NULL, OPT_PHASES_TABLE },
    { "phases-reason", required_argument, NULL, OPT_PHASES_REASON },
    { "symbols", required_argument, NULL, OPT_SYMBOLS },
    { "trace", required_argument, NULL, OPT_TRACE },
    { "trace-kinds", required_argument, NULL, OPT_TRACE_KINDS },
    { "trace-filter", required_argument, NULL, OPT_TRACE_FILTER },
    { "trace-marks", no_argument, NULL, OPT_TRACE_MARKS },
    { "at-exit", required_argument, NULL, OPT_AT_EXIT },
    { "hash", no_argument, NULL, OPT_HASH },
    { "strict", no_argument, NULL, OPT_STRICT },
    { "seed", required_argument, NULL, OPT_SEED },
    { "kaslr-seed", required_argument, NULL, OPT_KASLR_SEED },
    { "rtc", required_argument, NULL, OPT_RTC },
    { "semihosting", no_argument, NULL, OPT_SEMIHOSTING },
    { "quiet", no_argument, NULL, OPT_QUIET },
    { "help", no_argument, NULL, OPT_HELP },
    { NULL, 0, NULL, 0 },
};

int cli_bad(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("hypscope: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return EXIT_USAGE;
}

/* ---- numbers: decimal, or hexadecimal after 0x; true only when the whole text is one ---- */

static bool parse_u64(const char *s, uint64_t *v, const char **end)
{
    char *e;
    if (s[0] < '0' || s[0] > '9') {
        return false;
    }
    errno = 0;
    *v = strtoull(s, &e, s[0] == '0' && (s[1] == 'x' || s[1] == 'X') ? 16 : 10);
    if (errno != 0) {
        return false;
    }
    if (end != NULL) {
        *end = e;
        return true;
    }
    return *e == '\0';
}

/* With a suffix k, M, G: powers of `unit`. */
static bool parse_scaled(const char *s, uint64_t unit, uint64_t *v)
{
    const char *e;
    if (!parse_u64(s, v, &e)) {
        return false;
    }
    uint64_t f = 1;
    switch (*e) {
    case 'k': case 'K': f = unit; e++; break;
    case 'm': case 'M': f = unit * unit; e++; break;
    case 'g': case 'G': f = unit * unit * unit; e++; break;
    default: break;
    }
    return *e == '\0' && !__builtin_mul_overflow(*v, f, v);
}

static int need_u64(const char *opt, const char *arg, uint64_t lo, uint64_t hi, const char *what, uint64_t *v)
{
    if (!parse_u64(arg, v, NULL) || *v < lo || *v > hi) {
        return cli_bad("%s %s: expected %s", opt, arg, what);
    }
    return EXIT_OK;
}

static int need_seconds(const char *opt, const char *arg, double *v)
{
    char *e;
    *v = strtod(arg, &e);
    if (*e != '\0' || e == arg || !(*v > 0) || !(*v < 1e9)) {
        return cli_bad("%s %s: expected a number of seconds greater than 0", opt, arg);
    }
    return EXIT_OK;
}

/* ---- options with a grammar of their own ---- */

static int opt_cpu(struct run_opts *o, const char *arg)
{
    char names[256] = "";
    for (const struct machine_model *m = machine_models(); m->name != NULL; m++) {
        if (strcmp(m->name, arg) == 0) {
            o->machine.model = m->name;
            return EXIT_OK;
        }
        size_t n = strlen(names);
        snprintf(names + n, sizeof(names) - n, "%s%s", n == 0 ? "" : ", ", m->name);
    }
    return cli_bad("--cpu %s: unknown model, expected one of: %s", arg, names);
}

static int opt_mem(struct run_opts *o, const char *arg)
{
    uint64_t v;
    if (!parse_scaled(arg, 1024, &v)) {
        return cli_bad("--mem %s: expected a number of bytes, with K, M or G for KiB, MiB or GiB", arg);
    }
    if (v % 4096 != 0) {
        return cli_bad("--mem %s: expected a multiple of a page (4096 bytes)", arg);
    }
    if (v < MIN_RAM || v > MAX_RAM) {
        return cli_bad("--mem %s: expected 1M to 255G", arg);
    }
    o->machine.ram_size = v;
    return EXIT_OK;
}

static int opt_load(struct run_opts *o, char *arg)
{
    char *at = strrchr(arg, '@');
    uint64_t addr;
    if (at == NULL || at == arg || !parse_u64(at + 1, &addr, NULL)) {
        return cli_bad("--load %s: expected FILE@ADDRESS, the address as 0x... or decimal", arg);
    }
    if (o->boot.n_loads == BOOT_MAX_LOADS) {
        return cli_bad("--load %s: expected at most %d of them", arg, BOOT_MAX_LOADS);
    }
    *at = '\0';
    o->boot.loads[o->boot.n_loads].path = arg;
    o->boot.loads[o->boot.n_loads].addr = addr;
    o->boot.n_loads++;
    return EXIT_OK;
}

/* kernel=FILE[,bootargs] or ramdisk=FILE */
static int opt_module(struct run_opts *o, char *arg)
{
    struct boot_module m = { 0 };
    if (strncmp(arg, "kernel=", 7) == 0) {
        m.compatible = "multiboot,kernel";
        m.path = arg + 7;
        char *comma = strchr(arg, ',');
        if (comma != NULL) {
            *comma = '\0';
            m.bootargs = comma + 1;
        }
    } else if (strncmp(arg, "ramdisk=", 8) == 0) {
        m.compatible = "multiboot,ramdisk";
        m.path = arg + 8;
    } else {
        return cli_bad("--module %s: expected kernel=FILE[,BOOTARGS] or ramdisk=FILE", arg);
    }
    if (o->boot.n_modules == FDT_MAX_MODULES) {
        return cli_bad("--module %s: expected at most %d of them", arg, FDT_MAX_MODULES);
    }
    o->boot.modules[o->boot.n_modules++] = m;
    return EXIT_OK;
}

static int opt_drive(struct run_opts *o, char *arg)
{
    for (unsigned i = 0; i < BOARD_MAX_DRIVES; i++) {
        struct board_drive *d = &o->machine.board.drives[i];
        if (d->path != NULL) {
            continue;
        }
        char *comma = strrchr(arg, ',');
        if (comma != NULL && (strcmp(comma, ",rw") == 0 || strcmp(comma, ",ro") == 0)) {
            d->writable = comma[2] == 'w';
            *comma = '\0';
        }
        d->path = arg;
        return EXIT_OK;
    }
    return cli_bad("--drive %s: expected at most %d drives", arg, BOARD_MAX_DRIVES);
}

bool cli_parse_number(const char *s, uint64_t *v)
{
    return parse_u64(s, v, NULL);
}

bool cli_symbols_arg(char *arg, uint64_t *bias)
{
    *bias = 0;
    char *at = strrchr(arg, '@');
    if (at != NULL && (at[1] == '+' || at[1] == '-')) {
        if (!parse_u64(at + 2, bias, NULL)) {
            cli_bad("--symbols %s: expected FILE, or FILE@+OFFSET or FILE@-OFFSET", arg);
            return false;
        }
        *bias = at[1] == '-' ? -*bias : *bias;
        *at = '\0';
    }
    return true;
}

static int opt_symbols(struct run_opts *o, char *arg)
{
    uint64_t bias;
    if (!cli_symbols_arg(arg, &bias)) {
        return EXIT_USAGE;
    }
    if (o->n_symbols == CLI_MAX_SYMBOLS) {
        return cli_bad("--symbols %s: expected at most %d files", arg, CLI_MAX_SYMBOLS);
    }
    o->symbols[o->n_symbols].path = arg;
    o->symbols[o->n_symbols].bias = bias;
    o->n_symbols++;
    return EXIT_OK;
}

static int opt_at_exit(struct run_opts *o, char *arg)
{
    for (char *save = NULL, *word = strtok_r(arg, ",", &save); word != NULL; word = strtok_r(NULL, ",", &save)) {
        if (strcmp(word, "state") == 0) {
            o->at_exit_state = true;
        } else if (strcmp(word, "hash") == 0) {
            o->hash = true;
        } else {
            return cli_bad("--at-exit %s: expected state, hash, or both with a comma between", word);
        }
    }
    return EXIT_OK;
}

static int opt_image(struct run_opts *o, const char *arg)
{
    struct cli_image img;
    if (!cli_image_find(arg, &img)) {
        char names[256];
        cli_image_names(names, sizeof(names));
        return cli_bad("--image %s: unknown embedded image, expected one of: %s", arg, names);
    }
    o->boot.image = img.name;
    o->boot.image_bytes = img.bytes;
    o->boot.image_len = img.len;
    return EXIT_OK;
}

static int opt_choice(const char *opt, const char *arg, const char *no, const char *yes, bool *v)
{
    if (strcmp(arg, no) != 0 && strcmp(arg, yes) != 0) {
        return cli_bad("%s %s: expected %s or %s", opt, arg, no, yes);
    }
    *v = strcmp(arg, yes) == 0;
    return EXIT_OK;
}

/* Letters of PSTATE.DAIF */
static int opt_daif(const char *opt, const char *arg, uint8_t *bits)
{
    static const char letters[] = "FIAD";
    *bits = 0;
    for (const char *p = arg; *p != '\0'; p++) {
        const char *l = strchr(letters, *p);
        if (l == NULL) {
            return cli_bad("%s %s: expected letters of D, A, I and F", opt, arg);
        }
        *bits |= (uint8_t)(1u << (l - letters));
    }
    return *bits != 0 ? EXIT_OK : cli_bad("%s: expected letters of D, A, I and F", opt);
}

static int opt_timing(struct run_opts *o, const char *arg)
{
    if (strcmp(arg, "off") == 0) {
        o->machine.timing = NULL;
        return EXIT_OK;
    }
    char names[256];
    machine_timing_names(names, sizeof(names));
    for (unsigned i = 0; timing_params_builtin_name(i) != NULL; i++) {
        if (strcmp(timing_params_builtin_name(i), arg) == 0) {
            o->machine.timing = arg;
            return EXIT_OK;
        }
    }
    return cli_bad("--timing %s: no timing model of that name, expected off or one of: %s", arg, names);
}

static int opt_warm_up(struct run_opts *o, const char *arg)
{
    o->timed.warm_all = strcmp(arg, "all") == 0;
    o->timed.warm = 0;
    if (!o->timed.warm_all && strcmp(arg, "none") != 0 && !parse_scaled(arg, 1000, &o->timed.warm)) {
        return cli_bad("--warm-up %s: expected none, all, or a number of instructions, with k, M or G for powers of 1000", arg);
    }
    return EXIT_OK;
}

/* ---- options by group; -1: not of this group ---- */

static int opt_machine(struct run_opts *o, int opt, char *arg)
{
    struct machine_config *m = &o->machine;
    uint64_t v = 0;
    int rc = EXIT_OK;
    switch (opt) {
    case OPT_CPU: return opt_cpu(o, arg);
    case OPT_MEM: return opt_mem(o, arg);
    case OPT_DRIVE: return opt_drive(o, arg);
    case OPT_SMP:
        rc = need_u64("--smp", arg, 1, MACHINE_MAX_PES, "1 to 8 PEs", &v);
        m->n_pes = (unsigned)v;
        return rc;
    case OPT_EL:
        rc = need_u64("--el", arg, 1, 2, "1 or 2", &v);
        m->el = (unsigned)v;
        return rc;
    case OPT_NS_PER_INSN:
        rc = need_u64("--ns-per-insn", arg, 1, 1000000, "1 to 1000000 nanoseconds", &v);
        m->ns_per_insn = (uint32_t)v;
        return rc;
    case OPT_TIMING: return opt_timing(o, arg);
    case OPT_TIMING_FILE: m->timing_file = arg; return EXIT_OK;
    case OPT_CLOCK:
        o->clock = true;
        return opt_choice("--clock", arg, "cycles", "insns", &m->clock_insns);
    case OPT_TIMED_FROM:
        o->timed.from = arg;
        m->timing_later = true;
        m->marks |= strncmp(arg, "mark:", 5) == 0;
        return EXIT_OK;
    case OPT_TIMED_TO:
        o->timed.to = arg;
        m->marks |= strncmp(arg, "mark:", 5) == 0;
        return EXIT_OK;
    case OPT_WARM_UP: return opt_warm_up(o, arg);
    case OPT_INSTANCE: return opt_choice("--instance", arg, "fast", "step", &m->stepping);
    case OPT_QUANTUM:
        rc = need_u64("--quantum", arg, 1, 100000000, "1 to 100000000 instructions", &v);
        m->quantum = (uint32_t)v;
        return rc;
    case OPT_SEED:
        rc = need_u64("--seed", arg, 0, UINT64_MAX, "a number", &v);
        o->boot.seed = m->board.rng_seed = v;
        return rc;
    case OPT_RTC:
        return need_u64("--rtc", arg, 1, UINT32_MAX, "seconds since 1970-01-01, 1 to 4294967295", &m->board.rtc_epoch);
    case OPT_INPUT_TO: return opt_choice("--input-to", arg, "uart", "virtio", &m->board.input_virtio);
    case OPT_STRICT: m->strict = true; return EXIT_OK;
    case OPT_SEMIHOSTING: m->semihosting = true; return EXIT_OK;
    default: return -1;
    }
}

static int opt_boot(struct run_opts *o, int opt, char *arg)
{
    struct boot_config *b = &o->boot;
    switch (opt) {
    case OPT_KERNEL: b->kernel = arg; return EXIT_OK;
    case OPT_IMAGE: return opt_image(o, arg);
    case OPT_INITRD: b->initrd = arg; return EXIT_OK;
    case OPT_APPEND: b->append = arg; return EXIT_OK;
    case OPT_DTB: b->dtb = arg; return EXIT_OK;
    case OPT_DUMP_DTB: o->dump_dtb = arg; return EXIT_OK;
    case OPT_LOAD: return opt_load(o, arg);
    case OPT_MODULE: return opt_module(o, arg);
    case OPT_KASLR_SEED:
        b->has_kaslr_seed = true;
        return need_u64("--kaslr-seed", arg, 0, UINT64_MAX, "a number", &b->kaslr_seed);
    default: return -1;
    }
}

static int opt_trace(struct run_opts *o, int opt, char *arg)
{
    struct trace_opts *t = &o->trace;
    switch (opt) {
    case OPT_TRACE: t->file = arg; return EXIT_OK;
    case OPT_TRACE_KINDS: t->kinds = arg; return EXIT_OK;
    case OPT_TRACE_MARKS: t->marks = o->machine.marks = true; return EXIT_OK;
    case OPT_TRACE_FILTER:
        if (t->n_filters == TRACING_MAX_FILTERS) {
            return cli_bad("--trace-filter %s: expected at most %d of them", arg, TRACING_MAX_FILTERS);
        }
        t->filter[t->n_filters++] = arg;
        return EXIT_OK;
    default: return -1;
    }
}

/* What observers print */
static int opt_observe(struct run_opts *o, int opt, char *arg)
{
    switch (opt) {
    case OPT_EXCEPTIONS:
        o->exceptions_file = arg;
        return EXIT_OK;
    case OPT_SWITCHES_TABLE: o->switches_table = true;  /* fall through */
    case OPT_SWITCHES:
        o->switches = true;
        o->switches_file = arg != NULL ? arg : o->switches_file;
        return EXIT_OK;
    case OPT_STAT:
        o->stat = true;
        o->stat_file = arg != NULL ? arg : o->stat_file;
        return EXIT_OK;
    case OPT_STAT_FORMAT:
        o->stat = true;
        return opt_choice("--stat-format", arg, "text", "json", &o->stat_json);
    case OPT_WINDOWS_TABLE: o->windows_table = true;  /* fall through */
    case OPT_WINDOWS:
        o->windows = true;
        o->windows_file = arg != NULL ? arg : o->windows_file;
        return EXIT_OK;
    case OPT_WINDOWS_FORMAT:
        o->windows = true;
        return opt_choice("--windows-format", arg, "text", "json", &o->windows_json);
    case OPT_PHASES_TABLE: o->phases_table = true;  /* fall through */
    case OPT_PHASES:
        o->phases = true;
        o->phases_file = arg != NULL ? arg : o->phases_file;
        return EXIT_OK;
    case OPT_PHASES_FORMAT:
        o->phases = true;
        return opt_choice("--phases-format", arg, "text", "json", &o->phases_json);
    case OPT_PHASES_REASON:
        o->phases = true;
        o->phases_reason = arg;
        return EXIT_OK;
    case OPT_WINDOWS_BITS:
        o->windows = true;
        return opt_daif("--windows-bits", arg, &o->windows_bits);
    case OPT_SWITCHES_FORMAT:
        o->switches = true;
        return opt_choice("--switches-format", arg, "text", "json", &o->switches_json);
    default: return -1;
    }
}

static int opt_run(struct run_opts *o, int opt, char *arg)
{
    double s;
    int rc;
    switch (opt) {
    case OPT_INPUT: o->input = arg; return EXIT_OK;
    case OPT_CONSOLE: o->console = arg; return EXIT_OK;
    case OPT_NO_CONSOLE: o->console = "none"; return EXIT_OK;
    case OPT_MAX_INSNS:
        if (!parse_scaled(arg, 1000, &o->limits.max_insns) || o->limits.max_insns == 0) {
            return cli_bad("--max-insns %s: expected a number greater than 0, with k, M or G for its powers of 1000", arg);
        }
        return EXIT_OK;
    case OPT_MAX_SECONDS:
        rc = need_seconds("--max-seconds", arg, &s);
        o->limits.max_time_ns = rc == EXIT_OK ? (uint64_t)llround(s * 1e9) : 0;
        return rc;
    case OPT_TIMEOUT: return need_seconds("--timeout", arg, &o->timeout_s);
    case OPT_SYMBOLS: return opt_symbols(o, arg);
    case OPT_AT_EXIT: return opt_at_exit(o, arg);
    case OPT_HASH: o->hash = true; return EXIT_OK;
    case OPT_QUIET: o->quiet = true; return EXIT_OK;
    default: return -1;
    }
}

/* What only holds between options. */
static int check_run(struct run_opts *o)
{
    if (o->boot.kernel == NULL && o->boot.image == NULL) {
        return cli_bad("run: nothing to run: expected --kernel FILE or --image NAME (see hypscope run --help)");
    }
    if (o->boot.kernel != NULL && o->boot.image != NULL) {
        return cli_bad("run: expected either --kernel or --image, not both");
    }
    bool timing = o->machine.timing != NULL || o->machine.timing_file != NULL;
    if (o->stat && !timing) {
        return cli_bad("--stat: counts what a timing model says; expected --timing CORE beside it");
    }
    if ((o->timed.from != NULL || o->timed.to != NULL) && !timing) {
        return cli_bad("%s: says which part of the run is timed; expected --timing CORE beside it",
                       o->timed.from != NULL ? "--timed-from" : "--timed-to");
    }
    if (o->clock && !timing) {
        return cli_bad("--clock: says what a timing model does to guest time; expected --timing CORE beside it");
    }
    if ((o->timed.warm_all || o->timed.warm != 0) && o->timed.from == NULL) {
        return cli_bad("--warm-up: is what comes before the timed part; expected --timed-from WHEN beside it");
    }
    if (o->boot.dtb != NULL && o->boot.n_modules != 0) {
        return cli_bad("--module: goes into the generated device tree; expected no --dtb beside it");
    }
    if (o->trace.file == NULL && (o->trace.kinds != NULL || o->trace.n_filters != 0)) {
        return cli_bad("%s: expected --trace FILE with it", o->trace.kinds != NULL ? "--trace-kinds" : "--trace-filter");
    }
    o->boot.model = o->machine.model;
    o->boot.n_pes = o->machine.n_pes;
    o->boot.el = o->machine.el;
    o->boot.vhe = machine_model_has_vhe(o->machine.model);
    return EXIT_OK;
}

static int apply(struct run_opts *o, int opt, char *arg)
{
    int rc = opt_machine(o, opt, arg);
    rc = rc >= 0 ? rc : opt_boot(o, opt, arg);
    rc = rc >= 0 ? rc : opt_trace(o, opt, arg);
    rc = rc >= 0 ? rc : opt_observe(o, opt, arg);
    return rc >= 0 ? rc : opt_run(o, opt, arg);
}

int cli_parse_run(int argc, char **argv, struct run_opts *o)
{
    *o = (struct run_opts){
        .machine = { .model = "neoverse-n1", .n_pes = 1, .ram_size = UINT64_C(1) << 30, .el = 2, .ns_per_insn = 1,
                     .board = { .rng_seed = 1 } },
        .boot = { .seed = 1 },
    };
    opterr = 0;
    optind = 1;
    for (;;) {
        int at = optind, c = getopt_long(argc, argv, "+:h", options, NULL);
        if (c == -1) {
            break;
        }
        if (c == 'h' || c == OPT_HELP) {
            cli_run_help();
            return -1;
        }
        if (c == ':') {
            return cli_bad("%s: expected a value after it (see hypscope run --help)", argv[at]);
        }
        if (c == '?') {
            return cli_bad("%s: unknown option (see hypscope run --help)", argv[at]);
        }
        int rc = apply(o, c, optarg);
        if (rc != EXIT_OK) {
            return rc;
        }
    }
    if (optind < argc) {
        return cli_bad("%s: expected an option (the kernel goes after --kernel)", argv[optind]);
    }
    return check_run(o);
}
