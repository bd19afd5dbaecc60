/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares the floating-point semantics with another implementation.
 *
 *   fp-diff gen SEED WORDS CASES FILTER > stream    random instructions and operands for fp-guest
 *   fp-diff check SEED WORDS CASES FILTER < answer  replays the stream here and compares
 *   fp-diff words SEED PER-ROW                      "word mnemonic" lines, for comparison with a disassembler
 *   fp-diff space, fp-diff classify                 all words of the encoding space as binary; the rows' mnemonics
 *   fp-diff bench                                   time per instruction
 *
 * FILTER: rows whose name contains it; "" for all. Both `gen` and `check` derive everything from the seed, and have to
 * be the same binary: the compiler chooses the order of draws within an expression.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cpu/fp.h"
#include "cpu/pe.h"
#include "a64-v.h"
#include "fp-case.h"
#include "values.h"

struct row {
    const char *name, *feature, *mnemonic, *pattern;
    bool (*run)(struct pe *pe, uint32_t insn);
};

static const struct row rows[] = {
#include "fp-rows.inc"
};

static struct rng rng;

/* ---- what the semantics need of the core ---- */

bool pe_undef(struct pe *pe)
{
    pe->exc.valid = true;
    return false;
}

void pe_set_nzcv(struct pe *pe, uint32_t nzcv)
{
    pe_set_flags(pe, nzcv >> 28);
}

uint32_t pe_nzcv(const struct pe *pe)
{
    return pe_flags(pe) << 28;
}

/* ---- instruction words ---- */

/* One field of a pattern: a random value that keeps to the registers of struct fp_state. */
static uint32_t field_value(const char *name, size_t len, unsigned width)
{
    static const uint8_t regs[8] = { 0, 1, 2, 3, 0, 1, 2, 31 };

    if (len == 2 && width == 5 && name[0] == 'r' && strchr("dna", name[1])) {
        return regs[below(&rng, 8)];
    }
    if (len == 2 && width >= 4 && name[0] == 'r' && name[1] == 'm' && below(&rng, 4) != 0) {
        return regs[below(&rng, 7)];
    }
    return (uint32_t)(rnd(&rng) & ones64(width));
}

/* A random word of a row; *fixed: mask of its literal bits. */
static uint32_t row_word(const struct row *r, uint32_t *fixed)
{
    uint32_t w = 0;
    const char *p = r->pattern;

    *fixed = 0;
    while (*p) {
        size_t len = strcspn(p, " "), colon = strcspn(p, " :");

        if (colon < len) {
            unsigned width = (unsigned)atoi(p + colon + 1);

            w = w << width | field_value(p, colon, width);
            *fixed <<= width;
        } else {
            for (size_t i = 0; i < len; i++) {
                w = w << 1 | (p[i] == '1');
                *fixed = *fixed << 1 | 1;
            }
        }
        p += len;
        p += *p == ' ';
    }
    return w;
}

/* ---- operands ---- */

/* What a lane may hold, mostly of the row's own precision. */
static uint64_t operand64(unsigned kind, bool special)
{
    return value_v(&rng, (enum value_kind)kind, special);
}

/* 0 half, 1 single, 2 double, 3 integer: from a row's name */
static unsigned operand_kind(const struct row *r)
{
    const char *suffix = strrchr(r->name, '_');

    if ((strstr(r->name, "CVTF") && below(&rng, 2)) || r->name[0] == 'U') {
        return 3;
    }
    if (below(&rng, 16) == 0 || !suffix) {
        return below(&rng, 4);
    }
    if (strncmp(r->name, "FCVT_", 5) == 0 || strncmp(r->name, "FCVTN_", 6) == 0 || strncmp(r->name, "FCVTL_", 6) == 0) {
        return suffix[1] == 'h' ? 0 : suffix[1] == 's' ? 1 : 2;
    }
    if (strncmp(r->name, "FCVTXN", 6) == 0) {
        return 2;
    }
    suffix += strlen(suffix) - 1;
    return *suffix == 'h' ? 0 : *suffix == 's' ? 1 : 2;
}

static void make_case(struct fp_state *s, const struct row *r, unsigned word)
{
    bool special = below(&rng, 6) == 0;

    memset(s, 0, sizeof(*s));
    for (unsigned i = 0; i < FP_VREGS; i++) {
        s->v[i][0] = operand64(operand_kind(r), special);
        s->v[i][1] = operand64(operand_kind(r), special);
    }
    if (below(&rng, 8) == 0) {        /* equal or opposite operands */
        s->v[1][0] = s->v[0][0] ^ (rnd(&rng) & UINT64_C(0x8000800080008000));
        s->v[2][1] = s->v[0][1];
    }
    for (unsigned i = 0; i < FP_XREGS; i++) {
        s->x[i] = operand64(below(&rng, 2) ? 3 : below(&rng, 4), false);
    }
    s->fpcr = value_fpcr(&rng, true);
    s->fpsr = value_fpsr(&rng);
    s->nzcv = (uint32_t)rnd(&rng) & 0xf0000000;
    s->word = word;
}

struct stream {
    unsigned n_words, n_cases;
    uint32_t *word;
    const struct row **row;
};

static struct stream make_stream(char **argv)
{
    struct stream st = { .n_words = (unsigned)atoi(argv[1]), .n_cases = (unsigned)atoi(argv[2]) };
    const struct row *sel[ARRAY_LEN(rows)];
    unsigned n_sel = 0;

    rng.s = strtoull(argv[0], NULL, 0) * UINT64_C(0xd1342543de82ef95);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (strstr(rows[i].name, argv[3])) {
            sel[n_sel++] = &rows[i];
        }
    }
    if (n_sel == 0) {
        fprintf(stderr, "fp-diff: no row matches '%s'\n", argv[3]);
        exit(2);
    }
    st.word = calloc(st.n_words, sizeof(*st.word));
    st.row = calloc(st.n_words, sizeof(*st.row));
    for (unsigned i = 0; i < st.n_words; i++) {
        uint32_t fixed;

        st.row[i] = sel[i % n_sel];
        st.word[i] = row_word(st.row[i], &fixed);
    }
    return st;
}

static void free_stream(struct stream *st)
{
    free(st->word);
    free(st->row);
}

static int generate(char **argv)
{
    struct stream st = make_stream(argv);
    struct fp_header h = { st.n_words, st.n_cases };

    fwrite(&h, sizeof(h), 1, stdout);
    fwrite(st.word, sizeof(*st.word), st.n_words, stdout);
    for (unsigned i = 0; i < st.n_cases; i++) {
        struct fp_state s;

        make_case(&s, st.row[i % st.n_words], i % st.n_words);
        fwrite(&s, sizeof(s), 1, stdout);
    }
    free_stream(&st);
    return fflush(stdout) != 0;
}

/* ---- replay ---- */

static void load(struct pe *pe, const struct fp_state *s)
{
    for (unsigned i = 0; i < 32; i++) {
        const uint64_t *v = i < 4 ? s->v[i] : s->v[4];

        pe->v[i].d[0] = i < 4 || i == 31 ? v[0] : fp_fill(2 * i);
        pe->v[i].d[1] = i < 4 || i == 31 ? v[1] : fp_fill(2 * i + 1);
    }
    memcpy(pe->x, s->x, sizeof(s->x));
    pe->x[X_ZR] = 0;
    pe->fpcr = s->fpcr;
    pe->fpsr = s->fpsr;
    pe_set_nzcv(pe, s->nzcv);
    pe->exc.valid = false;
}

static void save(const struct pe *pe, struct fp_state *s)
{
    for (unsigned i = 0; i < FP_VREGS; i++) {
        const union vreg *v = &pe->v[i < 4 ? i : 31];

        s->v[i][0] = v->d[0];
        s->v[i][1] = v->d[1];
    }
    memcpy(s->x, pe->x, sizeof(s->x));
    s->fpcr = pe->fpcr;
    s->fpsr = pe->fpsr;
    s->nzcv = pe_nzcv(pe);
}

static void print_state(const char *title, const struct fp_state *s)
{
    printf("  %-6s", title);
    for (unsigned i = 0; i < FP_VREGS; i++) {
        printf(" v%u=%016llx:%016llx", i < 4 ? i : 31, (unsigned long long)s->v[i][1], (unsigned long long)s->v[i][0]);
    }
    printf("\n        ");
    for (unsigned i = 0; i < FP_XREGS; i++) {
        printf(" x%u=%016llx", i, (unsigned long long)s->x[i]);
    }
    printf(" fpcr=%08x fpsr=%08x nzcv=%08x\n", s->fpcr, s->fpsr, s->nzcv);
}

static int check(char **argv)
{
    struct stream st = make_stream(argv);
    static struct pe pe;
    unsigned long bad = 0;

    for (unsigned i = 0; i < st.n_cases; i++) {
        const struct row *r = st.row[i % st.n_words];
        uint32_t word = st.word[i % st.n_words];
        struct fp_state in, ours, theirs;
        bool ok;

        make_case(&in, r, i % st.n_words);
        if (fread(&theirs, sizeof(theirs), 1, stdin) != 1) {
            fprintf(stderr, "fp-diff: the answer ends at case %u (%s, word %08x)\n", i, r->name, word);
            free_stream(&st);
            return 1;
        }
        load(&pe, &in);
        ours = in;
        ok = r->run(&pe, word);
        save(&pe, &ours);
        if (!ok || pe.x[X_ZR] != 0 || memcmp(&ours, &theirs, sizeof(ours)) != 0) {
            if (bad++ < 20) {
                printf("%s: word %08x, case %u%s\n", r->name, word, i, ok ? "" : ": UNDEFINED here");
                print_state("in", &in);
                print_state("ours", &ours);
                print_state("theirs", &theirs);
            }
        }
    }
    printf("seed %s: %u cases, %lu differ\n", argv[0], st.n_cases, bad);
    free_stream(&st);
    return bad != 0;
}

/* ---- encodings ---- */

static const struct row *find_row(uint32_t word)
{
    static uint32_t fixed[ARRAY_LEN(rows)], value[ARRAY_LEN(rows)];
    const struct row *found = NULL;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (fixed[i] == 0) {
            value[i] = row_word(&rows[i], &fixed[i]);
        }
        if (((value[i] ^ word) & fixed[i]) == 0) {
            if (found) {
                fprintf(stderr, "fp-diff: %08x is %s and %s\n", word, found->name, rows[i].name);
            }
            found = &rows[i];
        }
    }
    return found;
}

static int words(char **argv)
{
    unsigned n = (unsigned)atoi(argv[1]);

    rng.s = strtoull(argv[0], NULL, 0);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (unsigned k = 0; k < n; k++) {
            uint32_t fixed;

            printf("%08x %s %s\n", row_word(&rows[i], &fixed), rows[i].mnemonic, rows[i].name);
        }
    }
    return 0;
}

/* All of the scalar floating-point and Advanced SIMD data-processing space, but for Rn and Rd */
static int space(bool classify)
{
    for (uint32_t i = 0; i < 1u << 19; i++) {
        uint32_t word = i >> 15 << 28 | 7u << 25 | (i >> 14 & 1) << 24 | (i & 0x3fff) << 10 | 1 << 5 | 2;
        const struct row *r;

        if (!classify) {
            fwrite(&word, sizeof(word), 1, stdout);
            continue;
        }
        r = find_row(word);
        printf("%08x %s\n", word, r ? r->mnemonic : "-");
    }
    return fflush(stdout) != 0;
}

static int bench(void)
{
    static struct pe pe;
    static const struct { uint32_t fpcr, fpsr; const char *title; } modes[] = {
        { 0, 0x10, "IXC set" }, { 0, 0, "clear" }, { 3u << 22, 0, "RZ" },
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint32_t fixed, word = row_word(&rows[i], &fixed);

        word = fixed & 0x1f0000 ? word : (word & ~(31u << 16)) | 2u << 16;
        word = (word & ~0x3ffu) | 1 << 5 | 3;
        printf("%-12s", rows[i].name);
        for (size_t m = 0; m < ARRAY_LEN(modes); m++) {
            clock_t t = clock();

            for (unsigned k = 0; k < 1000000; k++) {
                for (unsigned v = 0; k % 1000 == 0 && v < 32; v++) {
                    unsigned f = rows[i].name[strlen(rows[i].name) - 1];

                    pe.v[v].d[0] = f == 'h' ? 0x3c10bc214123bd01 : f == 's' ? 0x3f81234540012349 : 0x4001234567890123 + v;
                    pe.v[v].d[1] = pe.v[v].d[0];
                }
                pe.fpcr = modes[m].fpcr;
                pe.fpsr = modes[m].fpsr;
                (void)rows[i].run(&pe, word);
            }
            printf("  %s %.1f ns", modes[m].title, (double)(clock() - t) / CLOCKS_PER_SEC * 1000);
        }
        printf("\n");
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 6 && strcmp(argv[1], "gen") == 0) {
        return generate(argv + 2);
    }
    if (argc == 6 && strcmp(argv[1], "check") == 0) {
        return check(argv + 2);
    }
    if (argc == 4 && strcmp(argv[1], "words") == 0) {
        return words(argv + 2);
    }
    if (argc == 2 && (strcmp(argv[1], "space") == 0 || strcmp(argv[1], "classify") == 0)) {
        return space(argv[1][0] == 'c');
    }
    if (argc == 2 && strcmp(argv[1], "bench") == 0) {
        return bench();
    }
    fprintf(stderr, "usage: fp-diff gen|check SEED WORDS CASES FILTER, words SEED PER-ROW, space, classify, bench\n");
    return 2;
}
