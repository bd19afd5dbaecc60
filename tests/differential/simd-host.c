/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our side of the Advanced SIMD comparison.
 *
 *   simd-host gen SEED COUNT       cases: COUNT of each row, to standard output
 *   simd-host check FILE           compares the judge's states (standard input)
 *   simd-host scan SEED COUNT      cases: random words around the encoding space
 *   simd-host scan-check FILE      compares only whether the words are allocated
 *   simd-host words SEED COUNT     hex word, row name and mnemonics, for disassemblers
 *   simd-host faults SEED COUNT    registers stay as they were when an access faults
 *   simd-host bench                host time of the most used instructions
 */
#include "cpu/a64.h"
#include "cpu/simd.h"
#include "cpu/utlb.h"
#include "simd-case.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct pe pe;
static struct utlb_set micro_tlb;
static uint8_t arena[4096];
static bool undefined;
static int faults_in = -1; /* accesses before one faults; -1: none */
static unsigned accesses;

/* ---- what the semantics call ---- */
bool pe_undef(struct pe *p)
{
    (void)p;
    undefined = true;
    return false;
}

void pe_set_nzcv(struct pe *p, uint32_t nzcv)
{
    (void)p;
    (void)nzcv;
}

bool mem_check_sp(struct pe *p)
{
    (void)p;
    return true;
}

static uint8_t *access_at(uint64_t va, unsigned size)
{
    accesses++;
    if (faults_in >= 0 && faults_in-- == 0) {
        return NULL;
    }
    if (va < ARENA_BASE || va + size > ARENA_BASE + sizeof(arena)) {
        fprintf(stderr, "access outside the arena: %#" PRIx64 "\n", va);
        exit(1);
    }
    return arena + (va - ARENA_BASE);
}

bool mem_read(struct pe *p, uint64_t va, unsigned size, unsigned flags, uint64_t *val)
{
    (void)p;
    (void)flags;
    const uint8_t *at = access_at(va, size);
    if (at == NULL) {
        return false;
    }
    *val = 0;
    memcpy(val, at, size);
    return true;
}

bool mem_write(struct pe *p, uint64_t va, unsigned size, unsigned flags, uint64_t val)
{
    (void)p;
    (void)flags;
    uint8_t *at = access_at(va, size);
    if (at == NULL) {
        return false;
    }
    memcpy(at, &val, size);
    return true;
}

/* ---- words ---- */
static bool matches(const struct a64_row *r, uint32_t w)
{
    bool hit = (w & r->mask) == r->value;
    for (unsigned k = 0; k < r->n_except; k++) {
        hit = hit && (w & r->except[k].mask) != r->except[k].value;
    }
    return hit;
}

static bool is_memory(const struct a64_row *r)
{
    return (r->value & UINT32_C(0xbe000000)) == 0x0c000000;
}

static uint32_t word_of_row(int row, uint64_t *s)
{
    const struct a64_row *r = &a64_rows[row];
    for (;;) {
        uint64_t x = case_random(s), y = case_random(s);
        uint32_t w = (uint32_t)x;
        unsigned rd = w & 31, rn = w >> 5 & 31, rm = w >> 16 & 31;
        switch (x >> 32 & 15) { /* the same register twice now and then */
        case 0: rn = rd; break;
        case 1: rm = rd; break;
        case 2: rm = rn; break;
        case 3: rm = rn = rd; break;
        default: break;
        }
        if (is_memory(r)) {
            rn = (y & 7) == 0 ? 31 : rn;
            rm = (y >> 3 & 3) == 0 ? 31 : rm;
            if (rn == SLOT_REG) {
                continue;
            }
        }
        w = (w & ~UINT32_C(0x1f03ff)) | rd | rn << 5 | rm << 16;
        w = (w & ~r->mask) | r->value;
        if (matches(r, w) && a64_decode(w) == row) {
            return w;
        }
    }
}

static void put_case(uint32_t insn, uint32_t flags, uint64_t *s)
{
    struct simd_case c = {insn, flags, case_random(s)};
    fwrite(&c, sizeof(c), 1, stdout);
}

static int rows_count(void)
{
    return OP_COUNT;
}

static bool is_ours(const struct a64_row *r)
{
    return strcmp(r->format, "v") == 0;
}

static void generate(uint64_t seed, unsigned count, bool words)
{
    for (int i = 0; i < rows_count(); i++) {
        if (!is_ours(&a64_rows[i])) {
            continue;
        }
        for (unsigned k = 0; k < count; k++) {
            uint32_t w = word_of_row(i, &seed);
            if (words) {
                printf("%08x %s %s\n", w, a64_rows[i].name, a64_rows[i].mnemonic);
            } else {
                put_case(w, is_memory(&a64_rows[i]) ? CASE_MEMORY : 0, &seed);
            }
        }
    }
}

/* Words of the vector encoding space: a row's word with some fixed bits flipped, or random below the group's bits. */
static void scan(uint64_t seed, unsigned count)
{
    for (unsigned n = 0; n < count;) {
        uint64_t x = case_random(&seed);
        uint32_t w;
        if ((x & 7) < 5) {
            int row = (int)(case_random(&seed) % (unsigned)rows_count());
            if (!is_ours(&a64_rows[row])) {
                continue;
            }
            w = word_of_row(row, &seed);
            for (unsigned k = 0; k <= (x >> 8 & 3); k++) {
                w ^= UINT32_C(1) << (x >> (16 + 5 * k) & 31);
            }
        } else {
            w = (uint32_t)(x >> 32);
            switch (x >> 3 & 7) {
            case 4: w = (w & ~UINT32_C(0xff000000)) | 0xce000000; break; /* SHA512, SHA3, SM3, SM4 */
            case 0: w = (w & ~UINT32_C(0x9f000000)) | 0x0e000000; break;
            case 1: w = (w & ~UINT32_C(0xdf000000)) | 0x5e000000; break;
            case 2: w = (w & ~UINT32_C(0xbe000000)) | 0x0c000000; break;
            default: w = (w & ~UINT32_C(0x9e000000)) | 0x0e000000; break;
            }
        }
        bool vector = (w & UINT32_C(0x9e000000)) == 0x0e000000 || (w & UINT32_C(0xdf000000)) == 0x5e000000;
        bool memory = (w & UINT32_C(0xbe000000)) == 0x0c000000;
        vector = vector || (w >> 24) == 0xce;
        if (vector || (memory && (w >> 5 & 31) != SLOT_REG)) {
            put_case(w, memory ? CASE_MEMORY : 0, &seed);
            n++;
        }
    }
}

/* ---- running a case ---- */
static void run(const struct simd_case *c, uint64_t slot, struct simd_state *st, bool fast)
{
    case_state(st, c, slot);
    memset(&micro_tlb, 0xff, sizeof(micro_tlb));
    if (fast) {
        struct utlb_d e = {.tag = ARENA_BASE, .host = (uintptr_t)arena};
        micro_tlb.r[utlb_index(ARENA_BASE)] = micro_tlb.w[utlb_index(ARENA_BASE)] = e;
    }
    pe.dt = &micro_tlb;
    memcpy(pe.v, st->v, sizeof(st->v));
    memcpy(pe.x, st->x, sizeof(st->x));
    pe.x[X_ZR] = 0;
    pe.x[X_SP] = st->sp;
    pe.fpsr = (uint32_t)st->fpsr;
    memcpy(arena + ARENA_AT, st->mem, ARENA_LEN);
    undefined = false;
    accesses = 0;
    int row = a64_decode(c->insn);
    bool (*f)(struct pe *, uint32_t) = row < 0 ? NULL : a64_v_functions[row];
    if (f == NULL || !f(&pe, c->insn)) {
        st->undefined = f == NULL || undefined ? 1 : 2;
    }
    memcpy(st->v, pe.v, sizeof(st->v));
    memcpy(st->x, pe.x, sizeof(st->x));
    st->sp = pe.x[X_SP];
    st->fpsr = pe.fpsr;
    memcpy(st->mem, arena + ARENA_AT, ARENA_LEN);
    if (pe.x[X_ZR] != 0) {
        fprintf(stderr, "%08x wrote XZR\n", c->insn);
        st->undefined = 3;
    }
}

#define V128 "%016" PRIx64 "%016" PRIx64

static void show_difference(const struct simd_case *c, const struct simd_state *a, const struct simd_state *b)
{
    struct simd_state in;
    unsigned rn = c->insn >> 5 & 31, rm = c->insn >> 16 & 31, rd = c->insn & 31;
    case_state(&in, c, 0);
    int row = a64_decode(c->insn);
    printf("%08x %s: judge / ours\n", c->insn, row < 0 ? "-" : a64_rows[row].name);
    printf("   in: v%u=" V128 " v%u=" V128 " v%u=" V128 "\n", rd, in.v[rd][1], in.v[rd][0], rn, in.v[rn][1], in.v[rn][0],
           rm, in.v[rm][1], in.v[rm][0]);
    for (unsigned i = 0; i < 32; i++) {
        if (memcmp(a->v[i], b->v[i], 16) != 0) {
            printf("   v%u: " V128 " / " V128 "\n", i, a->v[i][1], a->v[i][0],
                   b->v[i][1], b->v[i][0]);
        }
    }
    for (unsigned i = 0; i < 31; i++) {
        if (a->x[i] != b->x[i]) {
            printf("   x%u: %016" PRIx64 " / %016" PRIx64 "\n", i, a->x[i], b->x[i]);
        }
    }
    printf("   sp %" PRIx64 " / %" PRIx64 " fpsr %" PRIx64 " / %" PRIx64, a->sp, b->sp, a->fpsr, b->fpsr);
    printf(" undefined %" PRIu64 " / %" PRIu64 " memory %s\n", a->undefined, b->undefined,
           memcmp(a->mem, b->mem, ARENA_LEN) == 0 ? "same" : "differs");
}

static int check(const char *file)
{
    FILE *f = fopen(file, "rb");
    if (f == NULL) {
        perror(file);
        return 1;
    }
    static unsigned bad_rows[4096];
    struct simd_case c;
    static struct simd_state judge, ours;
    unsigned long n = 0, bad = 0;
    while (fread(&c, sizeof(c), 1, f) == 1) {
        if (fread(&judge, sizeof(judge), 1, stdin) != 1) {
            fprintf(stderr, "the judge stopped after %lu cases\n", n);
            return 1;
        }
        bool memory = (c.flags & CASE_MEMORY) != 0;
        for (int fast = 0; fast <= (memory ? 1 : 0); fast++) {
            run(&c, SLOT_BASE + 8 * (n % SLOT_COUNT), &ours, fast != 0);
            if (memcmp(&judge, &ours, sizeof(ours)) != 0) {
                int row = a64_decode(c.insn);
                if (bad_rows[row + 1]++ < 2) {
                    show_difference(&c, &judge, &ours);
                }
                bad++;
            }
        }
        n++;
    }
    fclose(f);
    printf("%lu cases, %lu differ\n", n, bad);
    return bad != 0;
}

static int scan_check(const char *file)
{
    FILE *f = fopen(file, "rb");
    if (f == NULL) {
        perror(file);
        return 1;
    }
    struct simd_case c;
    static struct simd_state judge;
    unsigned long n = 0, bad = 0, valid = 0;
    while (fread(&c, sizeof(c), 1, f) == 1) {
        if (fread(&judge, sizeof(judge), 1, stdin) != 1) {
            fprintf(stderr, "the judge stopped after %lu cases\n", n);
            return 1;
        }
        bool ours = a64_decode(c.insn) >= 0, theirs = judge.undefined != 1;
        valid += theirs;
        if (ours != theirs) {
            bad++;
            if (bad <= 40) {
                printf("%08x judge %s, ours %s\n", c.insn, theirs ? "allocated" : "undefined",
                       ours ? a64_rows[a64_decode(c.insn)].name : "undefined");
            }
        }
        n++;
    }
    fclose(f);
    printf("%lu words, %lu allocated, %lu differ\n", n, valid, bad);
    return bad != 0;
}

/* Every access of every load and store faults in turn: registers and base must be untouched. */
static int faults(uint64_t seed, unsigned count)
{
    unsigned long n = 0;
    for (int i = 0; i < rows_count(); i++) {
        if (!is_ours(&a64_rows[i]) || !is_memory(&a64_rows[i])) {
            continue;
        }
        for (unsigned k = 0; k < count; k++) {
            static struct simd_state before, after;
            struct simd_case c = {word_of_row(i, &seed), CASE_MEMORY, case_random(&seed)};
            run(&c, 0, &after, false);
            unsigned total = accesses;
            for (unsigned at = 0; at < total; at++, n++) {
                faults_in = (int)at;
                run(&c, 0, &after, false);
                faults_in = -1;
                case_state(&before, &c, 0);
                if (after.undefined != 2 || memcmp(before.v, after.v, sizeof(after.v)) != 0 ||
                    memcmp(before.x, after.x, sizeof(after.x)) != 0 || before.sp != after.sp) {
                    printf("%08x %s: changed though access %u faulted\n", c.insn, a64_rows[i].name, at);
                    return 1;
                }
            }
        }
    }
    printf("%lu faults, registers unchanged\n", n);
    return 0;
}

static void bench(void)
{
    static const struct {
        uint32_t insn;
        const char *text;
    } list[] = {
        {0x4f000400, "movi v0.4s, #0"},
        {0x4e228420, "add v0.16b, v1.16b, v2.16b"},
        {0x4ea28420, "add v0.4s, v1.4s, v2.4s"},
        {0x4ee28420, "add v0.2d, v1.2d, v2.2d"},
        {0x4e221c20, "and v0.16b, v1.16b, v2.16b"},
        {0x6e221c20, "eor v0.16b, v1.16b, v2.16b"},
        {0x0e221c20, "and v0.8b, v1.8b, v2.8b"},
        {0x4c407020, "ld1 {v0.16b}, [x1]"},
        {0x4c402020, "ld1 {v0.16b-v3.16b}, [x1]"},
        {0x4c007020, "st1 {v0.16b}, [x1]"},
        {0x4e010c20, "dup v0.16b, w1"},
        {0x6e228c20, "cmeq v0.16b, v1.16b, v2.16b"},
        {0x6e22a420, "umaxp v0.16b, v1.16b, v2.16b"},
        {0x4e22bc20, "addp v0.16b, v1.16b, v2.16b"},
        {0x4ee2bc20, "addp v0.2d, v1.2d, v2.2d"},
        {0x0f0c8420, "shrn v0.8b, v1.8h, #4"},
        {0x6e021820, "ext v0.16b, v1.16b, v2.16b, #3"},
        {0x4e200820, "rev64 v0.16b, v1.16b"},
        {0x6f3f0420, "ushr v0.4s, v1.4s, #1"},
        {0x4f215420, "shl v0.4s, v1.4s, #1"},
        {0x4e020020, "tbl v0.16b, {v1.16b}, v2.16b"},
        {0x4ea09820, "cmeq v0.4s, v1.4s, #0"},
        {0x4ea0c020, "smull2 v0.2d, v1.4s, v0.4s"},
        {0x4e284820, "aese v0.16b, v1.16b"},
        {0x4e286820, "aesmc v0.16b, v1.16b"},
        {0x0ee2e020, "pmull v0.1q, v1.1d, v2.1d"},
        {0x5e024020, "sha256h q0, q1, v2.4s"},
        {0x4e221420, "srhadd v0.16b, v1.16b, v2.16b"},
        {0x6e220c20, "uqadd v0.16b, v1.16b, v2.16b"},
        {0x4c400020, "ld4 {v0.16b-v3.16b}, [x1]"},
        {0x6e303820, "uaddlv h0, v1.16b"},
        {0x4e31b820, "addv b0, v1.16b"},
    };
    struct simd_case c = {0x4c407020, CASE_MEMORY, 1};
    struct simd_state st;
    run(&c, 0, &st, true);
    pe.x[1] = ARENA_BASE + ARENA_AT;
    for (unsigned i = 0; i < ARRAY_LEN(list); i++) {
        int row = a64_decode(list[i].insn);
        if (row < 0) {
            printf("%08x undefined (%s)\n", list[i].insn, list[i].text);
            continue;
        }
        bool (*f)(struct pe *, uint32_t) = a64_v_functions[row];
        struct timespec a, b;
        enum { TIMES = 20000000 };
        clock_gettime(CLOCK_MONOTONIC, &a);
        for (unsigned k = 0; k < TIMES; k++) {
            f(&pe, list[i].insn);
        }
        clock_gettime(CLOCK_MONOTONIC, &b);
        double ns = (double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec);
        printf("%6.2f ns  %-12s %s\n", ns / TIMES, a64_rows[row].name, list[i].text);
    }
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    unsigned count = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 0) : 1000;
    if (strcmp(mode, "gen") == 0 || strcmp(mode, "words") == 0) {
        generate(seed, count, mode[0] == 'w');
    } else if (strcmp(mode, "scan") == 0) {
        scan(seed, count);
    } else if (strcmp(mode, "check") == 0 && argc > 2) {
        return check(argv[2]);
    } else if (strcmp(mode, "scan-check") == 0 && argc > 2) {
        return scan_check(argv[2]);
    } else if (strcmp(mode, "faults") == 0) {
        return faults(seed, count);
    } else if (strcmp(mode, "bench") == 0) {
        bench();
    } else {
        fprintf(stderr, "usage: simd-host gen|words|scan|faults SEED COUNT, check|scan-check FILE, bench\n");
        return 2;
    }
    return 0;
}
