/* SPDX-License-Identifier: Apache-2.0 */
/* `hypscope timing`: the schedule of straight-line code on a modelled core, when every access hits. */
#include "cpu/timing/pipe.h"
#include "sim/cli.h"
#include "sim/load.h"
#include "sim/symbols.h"

#include <capstone/capstone.h>
#include <elf.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORDS = 4096, MAX_ITERATIONS = 100000 };

struct timing_args {
    const char *core, *core_file, *words, *symbol, *path;
    uint64_t offset, count, iterations;
    bool has_count;
    uint64_t address;               /* of the first instruction, for the disassembler */
    uint32_t word[MAX_WORDS];
    unsigned n;
};

static void help(void)
{
    fputs("usage: hypscope timing [OPTION...] FILE\n"
          "       hypscope timing [OPTION...] --words HEX[,HEX...]\n"
          "\n"
          "Cycles of straight-line code on a modelled core, run over and over, when every access hits: the schedule of one\n"
          "iteration, what each instruction waited for, cycles an iteration. FILE holds instructions, or is an ELF with\n"
          "--symbol. Branches inside the code are taken to fall through.\n"
          "\n"
          "  --timing CORE        the core (cortex-a53)\n"
          "  --timing-file FILE   a parameter file instead\n"
          "  --words HEX,...      instruction words\n"
          "  --symbol NAME        FILE is an ELF: the function NAME\n"
          "  --offset BYTES       begin there in the file or function (0)\n"
          "  --count N            so many instructions (to the end of the file or function, at most 4096)\n"
          "  --iterations N       so many times, the last is shown (100)\n"
          "\n"
          "Example:  hypscope timing --timing cortex-a55 --words 8b020020,8b000803,f9400041,8b010042\n"
          "Cores:   ",
          stdout);
    for (unsigned i = 0; timing_params_builtin_name(i) != NULL; i++) {
        printf(" %s", timing_params_builtin_name(i));
    }
    putchar('\n');
}

static bool number(const char *opt, const char *arg, uint64_t max, uint64_t *value)
{
    char *end;
    *value = strtoull(arg, &end, 0);
    if (end == arg || *end != '\0' || arg[0] == '-' || *value > max) {
        cli_bad("%s %s: expected a number up to %" PRIu64, opt, arg, max);
        return false;
    }
    return true;
}

static int parse_words(struct timing_args *a)
{
    const char *p = a->words;
    while (*p != '\0') {
        char *end;
        unsigned long v = strtoul(p, &end, 16);
        if (end == p || (*end != ',' && *end != '\0') || v > UINT32_MAX || *p == '-' || a->n == MAX_WORDS) {
            return cli_bad("--words %s: expected up to %u words of 8 hexadecimal digits, with commas", a->words, MAX_WORDS);
        }
        a->word[a->n++] = (uint32_t)v;
        p = end + (*end == ',');
    }
    return a->n != 0 ? EXIT_OK : cli_bad("--words: expected words of 8 hexadecimal digits, with commas");
}

/* ---- files ---- */

static bool is_aarch64_elf(const struct file_data *f)
{
    Elf64_Ehdr h;
    if (f->len < sizeof(h)) {
        return false;
    }
    memcpy(&h, f->bytes, sizeof(h));
    return memcmp(h.e_ident, ELFMAG, SELFMAG) == 0 && h.e_ident[EI_CLASS] == ELFCLASS64 && h.e_machine == EM_AARCH64;
}

/* Where the bytes of an ELF's address are in the file; false: in none of its segments. */
static bool elf_offset(const struct file_data *f, uint64_t va, uint64_t *offset)
{
    Elf64_Ehdr h;
    memcpy(&h, f->bytes, sizeof(h));
    for (unsigned i = 0; i < h.e_phnum; i++) {
        Elf64_Phdr p;
        uint64_t at = h.e_phoff + (uint64_t)i * sizeof(p);
        if (at > f->len || f->len - at < sizeof(p)) {
            return false;
        }
        memcpy(&p, f->bytes + at, sizeof(p));
        if (p.p_type == PT_LOAD && va - p.p_vaddr < p.p_filesz) {
            *offset = p.p_offset + (va - p.p_vaddr);
            return true;
        }
    }
    return false;
}

/* The function --symbol of an ELF: where it is in the file, and its length. */
static int find_symbol(struct timing_args *a, const struct file_data *f, uint64_t *offset, uint64_t *size)
{
    struct symbols *s = symbols_new();
    struct err err;
    const char *name;
    uint64_t va = 0, base;
    int rc = EXIT_OK;
    if (s == NULL) {
        return EXIT_HOST;
    }
    if (!is_aarch64_elf(f)) {
        rc = cli_bad("--symbol %s: %s is no ELF for AArch64", a->symbol, a->path);
    } else if (!symbols_add_data(s, "timing", a->path, f, 0, &err)) {
        rc = cli_bad("%s", err.msg);
    } else if (!symbols_find(s, a->symbol, &va)) {
        rc = cli_bad("--symbol %s: %s has no symbol of that name", a->symbol, a->path);
    } else if (!elf_offset(f, va, offset)) {
        rc = cli_bad("--symbol %s: no segment of %s holds it", a->symbol, a->path);
    } else {
        a->address = va;
        *size = symbols_at(s, va, &name, &base, size) && *size != 0 ? *size : f->len;
    }
    symbols_free(s);
    return rc;
}

static int read_words(struct timing_args *a)
{
    struct file_data f;
    struct err err;
    uint64_t offset = 0, size;
    if (!file_read("timing", a->path, UINT64_C(1) << 30, &f, &err)) {
        return cli_bad("%s", err.msg);
    }
    size = f.len;
    int rc = a->symbol != NULL ? find_symbol(a, &f, &offset, &size) : EXIT_OK;
    if (rc == EXIT_OK && (a->offset >= size || offset > f.len || a->offset >= f.len - offset || (a->offset & 3) != 0)) {
        rc = cli_bad("--offset %" PRIu64 ": expected a multiple of 4 below %" PRIu64, a->offset, size);
    }
    if (rc == EXIT_OK) {
        uint64_t at = offset + a->offset, bytes = size - a->offset;
        bytes = bytes > f.len - at ? f.len - at : bytes;
        uint64_t n = a->has_count && a->count < bytes / 4 ? a->count : bytes / 4;
        a->n = (unsigned)(n < MAX_WORDS ? n : MAX_WORDS);
        memcpy(a->word, f.bytes + at, (size_t)a->n * 4);
        a->address += a->offset;
        rc = a->n != 0 ? EXIT_OK : cli_bad("%s: there is no instruction", a->path);
    }
    file_free(&f);
    return rc;
}

/* ---- output ---- */
static void print_instruction(csh cs, const struct timing_args *a, unsigned i)
{
    cs_insn *in;
    uint8_t bytes[4];
    memcpy(bytes, &a->word[i], 4);
    if (cs_disasm(cs, bytes, 4, a->address + 4 * i, 1, &in) == 1) {
        printf("%s%s%s\n", in->mnemonic, in->op_str[0] != '\0' ? " " : "", in->op_str);
        cs_free(in, 1);
    } else {
        printf(".inst 0x%08" PRIx32 "\n", a->word[i]);
    }
}

static void print_schedule(csh cs, const struct timing_args *a, const struct pipe_slot *slot, uint64_t waited[PIPE_STALLS])
{
    printf(" cycle   done  waited for         instruction\n");
    for (unsigned i = 0; i < a->n; i++) {
        const struct pipe_slot *s = &slot[i];
        char why[32] = "";
        if (s->waited != 0) {
            snprintf(why, sizeof(why), "%u %s%s%s", s->waited, pipe_stall_name((enum pipe_stall)s->stall),
                     s->stall == PIPE_STALL_OPERAND ? " " : "", s->stall == PIPE_STALL_OPERAND ? opd_reg_name(s->reg) : "");
            waited[s->stall] += s->waited;
        }
        printf("%6d %6d  %-17s  ", s->issue, s->done, why);
        print_instruction(cs, a, i);
    }
}

static int show(const struct timing_args *a, struct pipe *p, const char *core)
{
    csh cs;
    unsigned state = PIPE_EMPTY, first = 0;
    uint64_t total = 0, waited[PIPE_STALLS] = {0};
    struct pipe_block *b = pipe_block_new(p, a->word, a->n, NULL);
    struct pipe_slot *slot = calloc(a->n, sizeof(*slot));
    if (b == NULL || slot == NULL || cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &cs) != CS_ERR_OK) {
        free(slot);
        pipe_block_free(b);
        cli_bad("timing: out of memory");
        return EXIT_HOST;
    }
    for (uint64_t i = 0; i < a->iterations; i++) {
        unsigned c = i + 1 < a->iterations ? pipe_block_run(p, b, &state) : pipe_block_schedule(p, b, &state, slot);
        first = i == 0 ? c : first;
        total += c;
    }
    /* without the first one, in which nothing was in flight. Hundredths, rounded down: no floating point decides what is printed */
    uint64_t times = a->iterations > 1 ? a->iterations - 1 : 1;
    total -= a->iterations > 1 ? first : 0;
    unsigned scale = pipe_ticks(p);
    uint64_t each = total * 100 / (times * scale), rate = total != 0 ? a->n * times * scale * 100 / total : 0;
    first = (first + scale - 1) / scale;
    printf("%s: %u instructions, %u cycles the first time, %" PRIu64 ".%02" PRIu64 " an iteration, %" PRIu64 ".%02" PRIu64
           " instructions a cycle\n", core, a->n, first, each / 100, each % 100, rate / 100, rate % 100);
    print_schedule(cs, a, slot, waited);
    printf("waited in this iteration:");
    for (unsigned i = 1; i < PIPE_STALLS; i++) {
        printf(" %s %" PRIu64, pipe_stall_name((enum pipe_stall)i), waited[i]);
    }
    putchar('\n');
    cs_close(&cs);
    free(slot);
    pipe_block_free(b);
    return EXIT_OK;
}

static int run(struct timing_args *a)
{
    struct timing_error err;
    int rc = a->words != NULL ? parse_words(a) : read_words(a);
    if (rc != EXIT_OK) {
        return rc;
    }
    struct timing_params *q = a->core_file != NULL ? timing_params_read(a->core_file, &err) : timing_params_builtin(a->core, &err);
    struct pipe *p = q != NULL ? pipe_new(q, &err) : NULL;
    rc = p != NULL ? show(a, p, q->core) : cli_bad("%s: %s", a->core_file != NULL ? "--timing-file" : "--timing", err.text);
    pipe_free(p);
    timing_params_free(q);
    return rc;
}

enum { OPT_CORE = 256, OPT_FILE, OPT_WORDS, OPT_SYMBOL, OPT_OFFSET, OPT_COUNT, OPT_ITERATIONS };

static const struct option options[] = {
    {"help", no_argument, NULL, 'h'}, {"timing", required_argument, NULL, OPT_CORE},
    {"timing-file", required_argument, NULL, OPT_FILE}, {"words", required_argument, NULL, OPT_WORDS},
    {"symbol", required_argument, NULL, OPT_SYMBOL}, {"offset", required_argument, NULL, OPT_OFFSET},
    {"count", required_argument, NULL, OPT_COUNT}, {"iterations", required_argument, NULL, OPT_ITERATIONS}, {NULL, 0, NULL, 0}};

/* EXIT_OK, EXIT_USAGE, or -1: help was given. */
static int one_option(struct timing_args *a, int opt, const char *arg)
{
    switch (opt) {
    case 'h': help(); return -1;
    case OPT_CORE: a->core = arg; break;
    case OPT_FILE: a->core_file = arg; break;
    case OPT_WORDS: a->words = arg; break;
    case OPT_SYMBOL: a->symbol = arg; break;
    case OPT_OFFSET: return number("--offset", arg, UINT64_C(1) << 40, &a->offset) ? EXIT_OK : EXIT_USAGE;
    case OPT_COUNT:
        a->has_count = true;
        return number("--count", arg, MAX_WORDS, &a->count) ? EXIT_OK : EXIT_USAGE;
    case OPT_ITERATIONS:
        if (!number("--iterations", arg, MAX_ITERATIONS, &a->iterations)) {
            return EXIT_USAGE;
        }
        return a->iterations != 0 ? EXIT_OK : cli_bad("--iterations 0: expected at least 1");
    default: return EXIT_USAGE;
    }
    return EXIT_OK;
}

int cli_timing(int argc, char **argv)
{
    struct timing_args *a = calloc(1, sizeof(*a));
    int rc = EXIT_OK, opt;
    if (a == NULL) {
        cli_bad("timing: out of memory");
        return EXIT_HOST;
    }
    a->core = "cortex-a53";
    a->iterations = 100;
    optind = 0;
    opterr = 0;
    while (rc == EXIT_OK && (opt = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        if (opt == '?' || opt == ':') {
            rc = cli_bad("timing %s: %s (see hypscope timing --help)", argv[optind - 1],
                         opt == ':' ? "expected an argument" : "unknown option");
        } else {
            rc = one_option(a, opt, optarg);
        }
    }
    if (rc == EXIT_OK) {
        a->path = optind < argc ? argv[optind] : NULL;
        if ((a->words == NULL) == (a->path == NULL) || argc - optind > 1) {
            rc = cli_bad("timing: expected one file of instructions, or --words (see hypscope timing --help)");
        } else {
            rc = run(a);
        }
    }
    free(a);
    return rc < 0 ? EXIT_OK : rc;
}
