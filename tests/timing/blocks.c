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
#include "tests/differential/values.h"

enum { MAX_LEN = 48, ITERATIONS = 100, POOL = 9, BASES = 4, FIRST_BASE = 20 };

struct block {
    unsigned n;
    uint32_t word[MAX_LEN];
    const char *kind;
};

/* ---- what blocks are made of ---- */
enum part { ALU, SHIFTED, SHIFT, MUL, DIV, SELECT, LOAD, STORE, PAIRS, FP, FPMEM, SIMD, PARTS };

static const uint16_t alu_rows[] = {OP_ADD_X_imm, OP_SUB_W_imm, OP_ADD_X_sr, OP_SUB_X_sr, OP_ADD_W_sr, OP_AND_X_sr, OP_ORR_X_sr,
    OP_EOR_W_sr, OP_BIC_X_sr, OP_MOVZ_X, OP_MOVN_W, OP_MOVK_X, OP_CLZ_X, OP_REV_X, OP_RBIT_W, OP_ADR};
static const uint16_t shifted_rows[] = {OP_ADD_X_sr, OP_SUB_X_sr, OP_ADD_W_sr, OP_AND_X_sr, OP_ORR_X_sr, OP_EOR_X_sr, OP_ADD_X_er,
    OP_SUB_X_er};
static const uint16_t shift_rows[] = {OP_LSLV_X, OP_LSRV_X, OP_ASRV_W, OP_RORV_X, OP_UBFM_X, OP_SBFM_X, OP_UBFM_W, OP_BFM_X, OP_EXTR_X,
    OP_EXTR_W};
static const uint16_t mul_rows[] = {OP_MADD_X, OP_MSUB_X, OP_MADD_W, OP_MSUB_W, OP_SMADDL, OP_UMADDL, OP_SMULH, OP_UMULH};
static const uint16_t div_rows[] = {OP_UDIV_X, OP_SDIV_X, OP_UDIV_W, OP_SDIV_W};
static const uint16_t select_rows[] = {OP_SUBS_X_sr, OP_SUBS_X_imm, OP_ADDS_X_sr, OP_ADDS_X_imm, OP_CSEL_X, OP_CSINC_X, OP_CSINV_W,
    OP_CSNEG_X, OP_CCMP_X_reg, OP_CCMP_X_imm, OP_ADC_X, OP_CSEL_X, OP_ANDS_X_sr};
static const uint16_t load_rows[] = {OP_LDR_X_off, OP_LDR_X_off, OP_LDR_W_off, OP_LDRB_off, OP_LDRSW_off, OP_LDR_X_ur, OP_LDR_X_reg,
    OP_LDR_W_reg, OP_LDRH_off, OP_LDR_X_post, OP_LDR_X_pre};
static const uint16_t store_rows[] = {OP_STR_X_off, OP_STR_X_off, OP_STR_W_off, OP_STRB_off, OP_STR_X_ur, OP_STR_X_reg, OP_STRH_off,
    OP_STR_X_post, OP_STR_X_pre};
static const uint16_t pair_rows[] = {OP_LDP_X_off, OP_STP_X_off, OP_LDP_W_off, OP_STP_W_off, OP_LDP_X_post, OP_STP_X_pre};
static const uint16_t fp_rows[] = {OP_FADD_d, OP_FSUB_s, OP_FMUL_d, OP_FMUL_s, OP_FMADD_d, OP_FMSUB_s, OP_FNMADD_d, OP_FABS_d, OP_FNEG_s,
    OP_FMOV_r_d, OP_FCVT_sd, OP_FADD_s, OP_FCSEL_d, OP_FCMP_d, OP_SCVTF_g_d, OP_FCVTZS_g_d, OP_FMOV_xd, OP_FMOV_dx, OP_FDIV_s, OP_FMAX_d};
static const uint16_t fpmem_rows[] = {OP_LDR_VD_off, OP_STR_VD_off, OP_LDR_VQ_off, OP_STR_VQ_off, OP_LDP_VD_off, OP_STP_VD_off, OP_LDR_VD_reg,
    OP_STR_VD_reg};
static const uint16_t simd_rows[] = {OP_add_v, OP_sub_v, OP_FADD_v_s, OP_FMUL_v_s, OP_FMLA_v_s, OP_add_2d, OP_FADD_v_d};

static const struct {
    const uint16_t *rows;
    unsigned n;
} parts[PARTS] = {
    {alu_rows, ARRAY_LEN(alu_rows)}, {shifted_rows, ARRAY_LEN(shifted_rows)}, {shift_rows, ARRAY_LEN(shift_rows)},
    {mul_rows, ARRAY_LEN(mul_rows)}, {div_rows, ARRAY_LEN(div_rows)}, {select_rows, ARRAY_LEN(select_rows)},
    {load_rows, ARRAY_LEN(load_rows)}, {store_rows, ARRAY_LEN(store_rows)}, {pair_rows, ARRAY_LEN(pair_rows)},
    {fp_rows, ARRAY_LEN(fp_rows)}, {fpmem_rows, ARRAY_LEN(fpmem_rows)}, {simd_rows, ARRAY_LEN(simd_rows)},
};

/* Kinds of blocks: weights of the parts */
static const struct {
    const char *name;
    uint8_t weight[PARTS];
} kinds[] = {
    {"alu", {[ALU] = 1}},
    {"shift", {[ALU] = 3, [SHIFTED] = 3, [SHIFT] = 4}},
    {"mul", {[ALU] = 4, [MUL] = 4}},
    {"div", {[ALU] = 8, [DIV] = 1, [MUL] = 1}},
    {"select", {[ALU] = 3, [SELECT] = 5}},
    {"load", {[ALU] = 3, [LOAD] = 4}},
    {"store", {[ALU] = 3, [STORE] = 4}},
    {"memory", {[ALU] = 4, [LOAD] = 3, [STORE] = 3, [PAIRS] = 2}},
    {"pairs", {[PAIRS] = 6, [ALU] = 1}},
    {"integer", {[ALU] = 10, [SHIFTED] = 2, [SHIFT] = 3, [MUL] = 2, [SELECT] = 3, [LOAD] = 4, [STORE] = 3, [PAIRS] = 1}},
    {"fp", {[FP] = 6, [ALU] = 1, [FPMEM] = 2}},
    {"all", {[ALU] = 8, [SHIFTED] = 1, [SHIFT] = 2, [MUL] = 1, [SELECT] = 2, [LOAD] = 3, [STORE] = 2, [PAIRS] = 1, [FP] = 3, [FPMEM] = 1}},
};

/* ---- words ---- */
static unsigned any_register(struct rng *r)
{
    return below(r, POOL);
}

static uint32_t put(uint32_t w, unsigned lo, unsigned reg)
{
    return (w & ~(UINT32_C(31) << lo)) | reg << lo;
}

/* Bits that are neither fixed nor registers: any value that the assembler takes */
static uint32_t other_bits(struct rng *r, const struct a64_row *row, uint32_t w, bool shifted)
{
    if (strcmp(row->format, "shifted") == 0) {
        unsigned amount = shifted ? 1 + below(r, 31) : 0;
        w = (w & ~UINT32_C(0xc0fc00)) | amount << 10 | (shifted ? below(r, 3) << 22 : 0);
    } else if (strncmp(row->format, "extended", 8) == 0) {
        static const unsigned option[] = {0, 1, 2, 4, 5, 6};
        w = (w & ~UINT32_C(0xfc00)) | option[below(r, ARRAY_LEN(option))] << 13 | below(r, 5) << 10;
    } else if (strcmp(row->format, "ld_reg") == 0 || strcmp(row->format, "ld_reg_v") == 0) {
        w = (w & ~UINT32_C(0xf000)) | 3u << 13; /* LSL #0 */
    } else if (strcmp(row->format, "bitfield") == 0) {
        unsigned top = bit32(w, 31) ? 63 : 31;
        unsigned s = 1 + below(r, top - 1), lsb = below(r, s);
        w = (w & ~UINT32_C(0x3ffc00)) | bit32(w, 31) << 22 | lsb << 16 | s << 10;
    } else if (strcmp(row->name, "ADR") == 0) {
        w &= ~UINT32_C(0x60ffffe0);
    } else if (row->mnemonic[0] == 'f' && strncmp(row->name, "FC", 2) == 0 && strstr(row->name, "_g_") != NULL) {
        w |= UINT32_C(1) << 31;
    }
    if (strcmp(row->format, "csel") == 0 || strcmp(row->format, "ccmp") == 0 || strcmp(row->format, "ccmp_imm") == 0) {
        w = (w & ~UINT32_C(0xf000)) | below(r, 14) << 12;
    }
    return w;
}

/* One instruction of a row; flags decided once a block: `compare`: flag setters have no destination; `multiply`: no addend */
static uint32_t make_word(struct rng *r, int op, bool shifted, bool compare, bool multiply)
{
    const struct a64_row *row = &a64_rows[op];
    uint32_t w = row->value | ((uint32_t)rnd(r) & ~row->mask);
    w = other_bits(r, row, w, shifted);
    unsigned rd = any_register(r), rt2 = (rd + 1 + below(r, POOL - 1)) % POOL;
    bool memory = (row->fields & FIELD_rt) != 0;
    w = put(w, 0, rd);
    if ((row->fields & FIELD_rn) != 0) {
        bool pointer = memory && !one_in(r, 4);
        unsigned rn = pointer ? FIRST_BASE + below(r, BASES) : any_register(r);
        /* a written-back base is not the data */
        w = put(w, 5, memory && (rn == rd || rn == rt2) ? FIRST_BASE + below(r, BASES) : rn);
    }
    if ((row->fields & FIELD_rm) != 0) {
        w = put(w, 16, any_register(r));
    }
    if ((row->fields & FIELD_rt2) != 0) {
        w = put(w, 10, rt2);
    }
    if ((row->fields & FIELD_ra) != 0) {
        w = put(w, 10, multiply && strcmp(row->format, "rrrr") == 0 ? 31 : any_register(r));
    }
    bool setter = op == OP_SUBS_X_sr || op == OP_SUBS_X_imm || op == OP_ADDS_X_sr || op == OP_ADDS_X_imm || op == OP_ANDS_X_sr;
    if (setter && compare) {
        w = put(w, 0, 31);
    }
    if (op == OP_FCMP_d) {
        w &= ~UINT32_C(0x1f);
    }
    if (op == OP_add_v || op == OP_sub_v) {
        w = (w & ~UINT32_C(0xc00000)) | below(r, 3) << 22;
    }
    return w;
}

static enum part choose_part(struct rng *r, const uint8_t weight[PARTS])
{
    unsigned total = 0, k = 0;
    for (unsigned i = 0; i < PARTS; i++) {
        total += weight[i];
    }
    unsigned at = below(r, total);
    while (at >= weight[k]) {
        at -= weight[k++];
    }
    return (enum part)k;
}

static void make_block(struct rng *r, unsigned index, struct block *b)
{
    unsigned kind = index % ARRAY_LEN(kinds);
    bool compare = one_in(r, 2), multiply = one_in(r, 2);
    b->kind = kinds[kind].name;
    b->n = 3 + below(r, one_in(r, 4) ? MAX_LEN - 3 : 14);
    for (unsigned i = 0; i < b->n; i++) {
        enum part p = choose_part(r, kinds[kind].weight);
        b->word[i] = make_word(r, parts[p].rows[below(r, parts[p].n)], p == SHIFTED, compare, multiply);
    }
}

static struct block *make_blocks(unsigned n, uint64_t seed)
{
    struct block *b = calloc(n, sizeof(*b));
    struct rng r = {seed};
    if (b == NULL) {
        abort();
    }
    for (unsigned i = 0; i < n; i++) {
        make_block(&r, i, &b[i]);
    }
    return b;
}

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

/* ---- cycles ---- */
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
    unsigned state = PIPE_EMPTY, cycles = 0;
    struct pipe_block *pb = pipe_block_new(p, b->word, b->n, NULL);
    for (unsigned i = 0; i < ITERATIONS; i++) {
        cycles += pipe_block_run(p, pb, &state);
    }
    pipe_block_free(pb);
    return cycles + pipe_state_drain(p, state);
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
    struct tally total = {0}, of[ARRAY_LEN(kinds)] = {{0}};
    struct pipe *p = open_pipe(core);
    read_theirs(theirs, n);
    for (unsigned i = 0; i < n; i++) {
        unsigned ours = our_cycles(p, &b[i]);
        count(&total, i, ours, theirs[i]);
        count(&of[i % ARRAY_LEN(kinds)], i, ours, theirs[i]);
        if (all) {
            printf("b%u %s %u: ours %u, llvm-mca %u\n", i, b[i].kind, b[i].n, ours, theirs[i]);
        }
    }
    printf("%-10s %4s %7s %7s %9s   %s\n", core, "n", "exact", "+-1", "mean", "worst: cycles an iteration, relative");
    for (unsigned k = 0; k < ARRAY_LEN(kinds); k++) {
        print_tally(&of[k], kinds[k].name);
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
    struct pipe_slot slot[MAX_LEN];
    struct pipe_block *pb = pipe_block_new(p, b->word, b->n, NULL);
    unsigned state = PIPE_EMPTY, at = 0;
    for (unsigned it = 0; it < 3; it++) {
        unsigned cycles = pipe_block_schedule(p, pb, &state, slot);
        for (unsigned k = 0; k < b->n; k++) {
            printf("[%u,%u] %4d..%-4d %-8s %-5s ", it, k, (int)at + slot[k].issue, (int)at + slot[k].done,
                   pipe_stall_name((enum pipe_stall)slot[k].stall), slot[k].reg < OPD_REGS ? opd_reg_name(slot[k].reg) : "");
            print_word(cs, b->word[k], stdout);
            putchar('\n');
        }
        at += cycles;
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
