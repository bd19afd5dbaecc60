/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random straight-line blocks for comparing the pipeline models with llvm-mca (tests/run-timing).
 *
 *   blocks asm N SEED              assembly of N blocks, each a region of llvm-mca
 *   blocks compare CORE N SEED     reads llvm-mca's output for those from standard input and compares the cycles of 100
 *                                  iterations; CORE names a built-in parameter set
 *   blocks show CORE N SEED I      block I with the schedule of its third iteration
 *
 * Not generated, because llvm-mca 19 has them wrong: XZR as a source and the same opcode elsewhere with another register
 * (llvm-mca describes an opcode by its first instance, and leaves XZR out); branches; system instructions.
 */
#include <capstone/capstone.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/timing/pipe.h"
#include "tests/timing/gen.h"

enum { ITERATIONS = 100 };

/* ---- text ---- */
static void print_word(csh cs, uint32_t w, FILE *f)
{
    cs_insn *in;
    if (cs_disasm(cs, (const uint8_t *)&w, 4, 0, 1, &in) != 1) {
        fprintf(stderr, "blocks: Capstone does not know %08" PRIx32 "\n", w);
        exit(1);
    }
    fprintf(f, "%s %s", in->mnemonic, in->op_str);
    cs_free(in, 1);
}

static csh open_capstone(void)
{
    csh cs;
    if (cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &cs) != CS_ERR_OK) {
        fprintf(stderr, "blocks: Capstone cannot be opened\n");
        exit(1);
    }
    return cs;
}

static void print_asm(const struct block *b, unsigned n)
{
    csh cs = open_capstone();
    for (unsigned i = 0; i < n; i++) {
        printf("# LLVM-MCA-BEGIN b%u\n", i);
        for (unsigned k = 0; k < b[i].n; k++) {
            print_word(cs, b[i].word[k], stdout);
            putchar('\n');
        }
        printf("# LLVM-MCA-END\n");
    }
    cs_close(&cs);
}

/* ---- cycles ---- each iteration is a run of straight code of its own, as it would be in a loop */
static struct pipe *open_pipe(const char *core)
{
    struct timing_error err;
    struct timing_params *params = timing_params_builtin(core, &err);
    struct pipe *p = params != NULL ? pipe_new(params, &err) : NULL;
    if (p == NULL) {
        fprintf(stderr, "blocks: %s\n", err.text);
        exit(2);
    }
    timing_params_free(params);
    return p;
}

static unsigned our_cycles(struct pipe *p, const struct block *b)
{
    unsigned state = PIPE_EMPTY, ticks = 0;
    struct pipe_block *pb = pipe_block_new(p, b->word, b->n, NULL);
    for (unsigned i = 0; i < ITERATIONS; i++) {
        ticks += pipe_block_run(p, pb, &state);
    }
    pipe_block_free(pb);
    return ticks / pipe_ticks(p) + pipe_state_drain(p, state);
}

/* llvm-mca's "Total Cycles" of the regions b0 to b<n-1> */
static void read_theirs(unsigned *theirs, unsigned n)
{
    char line[512];
    unsigned region = n, cycles, got = 0;
    while (fgets(line, sizeof(line), stdin) != NULL) {
        const char *name = strstr(line, "Code Region - b");
        if (name != NULL) {
            region = (unsigned)strtoul(name + 15, NULL, 10);
        } else if (sscanf(line, "Total Cycles: %u", &cycles) == 1 && region < n) {
            theirs[region] = cycles;
            got++;
        }
    }
    if (got != n) {
        fprintf(stderr, "blocks: llvm-mca told the cycles of %u blocks, not of %u\n", got, n);
        exit(1);
    }
}

struct tally {
    unsigned n, exact, near;    /* within 0.05, within 1 cycle an iteration */
    double worst, worst_ratio, sum;
    unsigned worst_at, worst_ratio_at;
};

static void count(struct tally *t, unsigned i, unsigned ours, unsigned theirs)
{
    double diff = ((double)ours - (double)theirs) / ITERATIONS, d = diff < 0 ? -diff : diff, ratio = d * ITERATIONS / theirs;
    t->n++;
    t->exact += d <= 0.05;
    t->near += d <= 1.0;
    t->sum += ratio;
    if (d > t->worst) {
        t->worst = d;
        t->worst_at = i;
    }
    if (ratio > t->worst_ratio) {
        t->worst_ratio = ratio;
        t->worst_ratio_at = i;
    }
}

static void print_tally(const struct tally *t, const char *what)
{
    printf("%-10s %4u %6.1f%% %6.1f%% %8.2f%%   %7.2f b%-4u %7.1f%% b%u\n", what, t->n, 100.0 * t->exact / t->n, 100.0 * t->near / t->n,
           100.0 * t->sum / t->n, t->worst, t->worst_at, 100 * t->worst_ratio, t->worst_ratio_at);
}

/* Prints a table; the last line is for tests/run-timing. */
static void compare(const char *core, const struct block *b, unsigned n, bool all)
{
    unsigned *theirs = calloc(n, sizeof(*theirs));
    struct tally total = {0}, of[BLOCK_KINDS] = {{0}};
    struct pipe *p = open_pipe(core);
    read_theirs(theirs, n);
    for (unsigned i = 0; i < n; i++) {
        unsigned ours = our_cycles(p, &b[i]);
        count(&total, i, ours, theirs[i]);
        count(&of[i % BLOCK_KINDS], i, ours, theirs[i]);
        if (all) {
            printf("b%u %s %u: ours %u, llvm-mca %u\n", i, b[i].kind, b[i].n, ours, theirs[i]);
        }
    }
    printf("%-10s %4s %7s %7s %9s   %s\n", core, "n", "exact", "+-1", "mean", "worst: cycles an iteration, relative");
    for (unsigned k = 0; k < BLOCK_KINDS && k < n; k++) {
        print_tally(&of[k], b[k].kind);
    }
    print_tally(&total, "total");
    printf("result %s %u %u %u %.4f\n", core, total.n, total.exact, total.near, 100.0 * total.sum / total.n);
    free(theirs);
    pipe_free(p);
}

static void show(const char *core, const struct block *b)
{
    struct pipe *p = open_pipe(core);
    csh cs = open_capstone();
    struct pipe_slot slot[BLOCK_MAX];
    struct pipe_block *pb = pipe_block_new(p, b->word, b->n, NULL);
    unsigned state = PIPE_EMPTY, at = 0;
    for (unsigned it = 0; it < 3; it++) {
        unsigned ticks = pipe_block_schedule(p, pb, &state, slot), first = at / pipe_ticks(p);
        for (unsigned k = 0; k < b->n; k++) {
            printf("[%u,%u] %4d..%-4d %-8s %-5s ", it, k, (int)first + slot[k].issue, (int)first + slot[k].done,
                   pipe_stall_name((enum pipe_stall)slot[k].stall), slot[k].reg < OPD_REGS ? opd_reg_name(slot[k].reg) : "");
            print_word(cs, b->word[k], stdout);
            putchar('\n');
        }
        at += ticks;
    }
    cs_close(&cs);
    pipe_block_free(pb);
    pipe_free(p);
}

int main(int argc, char **argv)
{
    bool is_asm = argc == 4 && strcmp(argv[1], "asm") == 0;
    bool is_compare = argc == 5 && (strcmp(argv[1], "compare") == 0 || strcmp(argv[1], "list") == 0);
    bool is_show = argc == 6 && strcmp(argv[1], "show") == 0;
    if (!is_asm && !is_compare && !is_show) {
        fprintf(stderr, "usage: blocks asm N SEED | compare CORE N SEED | list CORE N SEED | show CORE N SEED I\n");
        return 2;
    }
    char **a = argv + (is_asm ? 2 : 3);
    unsigned n = (unsigned)strtoul(a[0], NULL, 10), i = is_show ? (unsigned)strtoul(a[2], NULL, 10) : 0;
    if (n == 0 || i >= n) {
        fprintf(stderr, "blocks: N is at least 1, I is below N\n");
        return 2;
    }
    struct block *b = make_blocks(n, strtoull(a[1], NULL, 0));
    if (is_asm) {
        print_asm(b, n);
    } else if (is_compare) {
        compare(argv[2], b, n, argv[1][0] == 'l');
    } else {
        show(argv[2], &b[i]);
    }
    free(b);
    return 0;
}
