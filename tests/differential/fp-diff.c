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

struct row {
    const char *name, *feature, *mnemonic, *pattern;
    bool (*run)(struct pe *pe, uint32_t insn);
};

static const struct row rows[] = {
#include "fp-rows.inc"
};

static uint64_t rng;

/* splitmix64 */
static uint64_t rnd(void)
{
    uint64_t z = rng += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static unsigned below(unsigned n)
{
    return (unsigned)(rnd() % n);
}

/* ---- what the semantics need of the core ---- */

bool pe_undef(struct pe *pe)
{
    pe->exc.valid = true;
    return false;
}

void pe_set_nzcv(struct pe *pe, uint32_t nzcv)
{
    pe->nf = (uint64_t)(nzcv >> 31) << 63;
    pe->zf = !(nzcv >> 30 & 1);
    pe->cf = nzcv >> 29 & 1;
    pe->vf = (uint64_t)(nzcv >> 28 & 1) << 63;
}

uint32_t pe_nzcv(const struct pe *pe)
{
    return (uint32_t)(pe->nf >> 63) << 31 | (uint32_t)(pe->zf == 0) << 30 | (uint32_t)pe->cf << 29
           | (uint32_t)(pe->vf >> 63) << 28;
}

/* ---- instruction words ---- */

/* One field of a pattern: a random value that keeps to the registers of struct fp_state. */
static uint32_t field_value(const char *name, size_t len, unsigned width)
{
    static const uint8_t regs[8] = { 0, 1, 2, 3, 0, 1, 2, 31 };

    if (len == 2 && width == 5 && name[0] == 'r' && strchr("dna", name[1])) {
        return regs[below(8)];
    }
    if (len == 2 && width >= 4 && name[0] == 'r' && name[1] == 'm' && below(4) != 0) {
        return regs[below(7)];
    }
    return (uint32_t)(rnd() & ones64(width));
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

static uint64_t half_operand(void)
{
    static const uint16_t corner[] = {
        0x0000, 0x0001, 0x0002, 0x01ff, 0x0200, 0x03ff, 0x0400, 0x0401, 0x07ff, 0x0800, 0x3800, 0x3bff, 0x3c00, 0x3c01,
        0x3e00, 0x4000, 0x4200, 0x6400, 0x67ff, 0x6800, 0x7400, 0x77ff, 0x7800, 0x7bff, 0x7bfe, 0x7c00, 0x7c01, 0x7d55,
        0x7dff, 0x7e00, 0x7e01, 0x7fff, 0x5bff, 0x5c00, 0x1400, 0x0c00, 0x1000,
    };

    switch (below(4)) {
    case 0:
        return corner[below(ARRAY_LEN(corner))] | (rnd() & 0x8000);
    case 1:
        return (rnd() & 0x83ff) | (uint64_t)(12 + below(8)) << 10;
    default:
        return rnd() & 0xffff;
    }
}

static uint64_t single_operand(void)
{
    static const uint32_t corner[] = {
        0, 1, 2, 0x3fffff, 0x400000, 0x7fffff, 0x800000, 0x800001, 0xffffff, 0x1000000, 0x1000001, 0x3effffff,
        0x3f000000, 0x3f000001, 0x3f7fffff, 0x3f800000, 0x3f800001, 0x3fc00000, 0x40000000, 0x40400000, 0x4b000000,
        0x4b7fffff, 0x4effffff, 0x4f000000, 0x4f7fffff, 0x4f800000, 0x5effffff, 0x5f000000, 0x5f7fffff, 0x5f800000,
        0x7e800000, 0x7effffff, 0x7f000000, 0x7f7ffffe, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fa55555, 0x7fbfffff,
        0x7fc00000, 0x7fc00001, 0x7fffffff, 0x477fe000, 0x477fefff, 0x477ff000, 0x38800000, 0x387fe000, 0x33000000,
        0x33000001, 0x337fffff, 0x387fffff, 0x1f800000, 0x20000000,
    };

    switch (below(8)) {
    case 0:
    case 1:
        return corner[below(ARRAY_LEN(corner))] | (rnd() & 0x80000000);
    case 2:     /* few significant bits: exact results and ties */
        return (rnd() & 0x80000000) | (uint64_t)(115 + below(32)) << 23 | (rnd() & (0x7fffff & ~ones64(below(24))));
    case 3:
    case 4:
        return (rnd() & 0x807fffff) | (uint64_t)(117 + below(20)) << 23;
    case 5:     /* around the ends of the exponent range, and half precision's */
        return (rnd() & 0x807fffff) | (uint64_t)((below(2) ? 246 : 0) + below(9)) << 23;
    case 6:
        return (rnd() & 0x807fffff) | (uint64_t)((below(2) ? 138 : 98) + below(18)) << 23;
    default:
        return rnd() & UINT32_MAX;
    }
}

static uint64_t double_operand(void)
{
    static const uint64_t corner[] = {
        0, 1, 2, 0x7ffffffffffff, 0x8000000000000, 0xfffffffffffff, 0x10000000000000, 0x10000000000001,
        0x1fffffffffffff, 0x20000000000000, 0x3fdfffffffffffff, 0x3fe0000000000000, 0x3fe0000000000001,
        0x3fefffffffffffff, 0x3ff0000000000000, 0x3ff0000000000001, 0x3ff8000000000000, 0x4000000000000000,
        0x4008000000000000, 0x4330000000000000, 0x433fffffffffffff, 0x41dfffffffc00000, 0x41dfffffffe00000,
        0x41e0000000000000, 0x41efffffffe00000, 0x41f0000000000000, 0x43dfffffffffffff, 0x43e0000000000000,
        0x43efffffffffffff, 0x43f0000000000000, 0x7fd0000000000000, 0x7fe0000000000000, 0x7feffffffffffffe,
        0x7fefffffffffffff, 0x7ff0000000000000, 0x7ff0000000000001, 0x7ff5555555555555, 0x7ff7ffffffffffff,
        0x7ff8000000000000, 0x7ff8000000000001, 0x7fffffffffffffff, 0x47efffffe0000000, 0x47efffffefffffff,
        0x47effffff0000000, 0x380fffffffffffff, 0x380ffffff0000000, 0x3810000000000000, 0x36a0000000000000,
        0x3690000000000000, 0x3690000000000001, 0x40effc0000000000, 0x40effdffffffffff, 0x40effe0000000000,
        0x3f10000000000000, 0x3f0ffc0000000000, 0x3e60000000000000, 0x1ff0000000000000, 0x2000000000000000,
    };
    const uint64_t frac = ones64(52) | BIT64(63);

    switch (below(8)) {
    case 0:
    case 1:
        return corner[below(ARRAY_LEN(corner))] | (rnd() & BIT64(63));
    case 2:
        return (rnd() & BIT64(63)) | (uint64_t)(1000 + below(90)) << 52 | (rnd() & ones64(52) & ~ones64(below(53)));
    case 3:
    case 4:
        return (rnd() & frac) | (uint64_t)(1010 + below(26)) << 52;
    case 5:
        return (rnd() & frac) | (uint64_t)((below(2) ? 2037 : 0) + below(11)) << 52;
    case 6:     /* around the ends of single precision's range, and ties there */
        return (rnd() & BIT64(63)) | (uint64_t)((below(2) ? 1145 : 870) + below(30)) << 52
               | (rnd() & ones64(52) & ~ones64(below(31)));
    default:
        return rnd();
    }
}

/* One of the values that have rules of their own, so that their combinations come up too. */
static uint64_t special_operand(enum fp_fmt f)
{
    static const uint64_t h[] = { 0, 0x7c00, 0x7c01, 0x7dff, 0x7e00, 0x7e55, 1, 0x3ff, 0x400, 0x7bff, 0x3c00 };
    static const uint64_t s[] = { 0, 0x7f800000, 0x7f800001, 0x7fbfffff, 0x7fc00000, 0x7fc55555, 1, 0x7fffff, 0x800000,
                                  0x7f7fffff, 0x3f800000 };
    static const uint64_t d[] = { 0, 0x7ff0000000000000, 0x7ff0000000000001, 0x7ff7ffffffffffff, 0x7ff8000000000000,
                                  0x7ffd555555555555, 1, 0xfffffffffffff, 0x10000000000000, 0x7fefffffffffffff,
                                  0x3ff0000000000000 };
    unsigned i = below(ARRAY_LEN(h));

    return (f == FP_H ? h : f == FP_S ? s : d)[i] | (rnd() & 1) << (fp_bits(f) - 1);
}

/* What a lane may hold, mostly of the row's own precision. */
static uint64_t operand64(unsigned kind, bool special)
{
    if (special && kind < 3) {
        uint64_t v = 0;

        for (unsigned i = 0; i < 4u >> kind; i++) {
            v = (kind < 2 ? v << (16u << kind) : 0) | special_operand((enum fp_fmt)(kind + 1));
        }
        return v;
    }
    switch (kind) {
    case 0:
        return half_operand() | half_operand() << 16 | half_operand() << 32 | half_operand() << 48;
    case 1:
        return single_operand() | single_operand() << 32;
    case 2:
        return double_operand();
    default:    /* integers of any size */
        return (rnd() >> below(64)) ^ -(rnd() & 1);
    }
}

/* 0 half, 1 single, 2 double, 3 integer: from a row's name */
static unsigned operand_kind(const struct row *r)
{
    const char *suffix = strrchr(r->name, '_');

    if ((strstr(r->name, "CVTF") && below(2)) || r->name[0] == 'U') {
        return 3;
    }
    if (below(16) == 0 || !suffix) {
        return below(4);
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
    static const uint32_t fpcr_bits[] = { 1u << 26, 1u << 25, 1u << 24, 1u << 19 };

    bool special = below(6) == 0;

    memset(s, 0, sizeof(*s));
    for (unsigned i = 0; i < FP_VREGS; i++) {
        s->v[i][0] = operand64(operand_kind(r), special);
        s->v[i][1] = operand64(operand_kind(r), special);
    }
    if (below(8) == 0) {        /* equal or opposite operands */
        s->v[1][0] = s->v[0][0] ^ (rnd() & UINT64_C(0x8000800080008000));
        s->v[2][1] = s->v[0][1];
    }
    for (unsigned i = 0; i < FP_XREGS; i++) {
        s->x[i] = operand64(below(2) ? 3 : below(4), false);
    }
    s->fpcr = below(2) ? 0 : below(4) << 22;
    if (below(2)) {
        for (unsigned i = 0; i < ARRAY_LEN(fpcr_bits); i++) {
            s->fpcr |= below(3) ? 0 : fpcr_bits[i];
        }
    }
    /* Mostly clear flags, to see each one being raised; often only IXC set, which the short cuts look at. */
    s->fpsr = below(4) == 0 ? (uint32_t)rnd() & 0x0800009f : below(2) ? 0x10 : 0;
    s->nzcv = (uint32_t)rnd() & 0xf0000000;
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

    rng = strtoull(argv[0], NULL, 0) * UINT64_C(0xd1342543de82ef95);
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

    rng = strtoull(argv[0], NULL, 0);
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
