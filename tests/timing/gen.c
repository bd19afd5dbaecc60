/* SPDX-License-Identifier: Apache-2.0 */
/* Random straight-line blocks. What is left out, and why: blocks.c. */
#include "tests/timing/gen.h"

#include "cpu/a64.h"
#include "tests/differential/values.h"

#include <stdlib.h>
#include <string.h>

enum { POOL = 9, BASES = 4, FIRST_BASE = 20 };

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
    _Static_assert(ARRAY_LEN(kinds) == BLOCK_KINDS, "gen.h");
    unsigned kind = index % BLOCK_KINDS;
    bool compare = one_in(r, 2), multiply = one_in(r, 2);
    b->kind = kinds[kind].name;
    b->n = 3 + below(r, one_in(r, 4) ? BLOCK_MAX - 3 : 14);
    for (unsigned i = 0; i < b->n; i++) {
        enum part p = choose_part(r, kinds[kind].weight);
        b->word[i] = make_word(r, parts[p].rows[below(r, parts[p].n)], p == SHIFTED, compare, multiply);
    }
}

struct block *make_blocks(unsigned n, uint64_t seed)
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
