/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operands that cpu/operands.c declares, against what instructions do: random words of every row with random
 * states are executed at EL0 by the stepping instance. Nothing but declared destinations may change; registers that
 * are not declared sources may hold anything without a difference; every declared source makes a difference at least
 * once; stores stay within the declared bytes. And the register numbers against Capstone's.
 */
#include <check.h>
#include <capstone/capstone.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/operands.h"
#include "tests/differential/el0.h"

#include <signal.h>

enum { STATES = 8, WORDS = 40, SIG_STOP = 5 };

static struct el0_gen gen;
static struct el0_full_result base_result, other_result;
static struct el0_trace trace;

/* ---- registers of a state by number ---- */
struct value {
    uint64_t d[2];
};

static struct value reg_get(const struct el0_state *s, unsigned reg)
{
    if (reg < OPD_SP) {
        return (struct value){{s->x[reg], 0}};
    }
    if (reg >= OPD_V0 && reg < OPD_V0 + 32) {
        return (struct value){{s->v[reg - OPD_V0][0], s->v[reg - OPD_V0][1]}};
    }
    switch (reg) {
    case OPD_SP: return (struct value){{s->sp, 0}};
    case OPD_NZCV: return (struct value){{s->pstate >> 28, 0}};
    case OPD_FPCR: return (struct value){{s->fpcr, 0}};
    default: return (struct value){{s->fpsr, 0}};
    }
}

static bool reg_same(const struct el0_state *a, const struct el0_state *b, unsigned reg)
{
    struct value x = reg_get(a, reg), y = reg_get(b, reg);
    return x.d[0] == y.d[0] && x.d[1] == y.d[1];
}

/* Another value for the register */
static void reg_change(struct rng *r, struct el0_state *s, unsigned reg, bool fp16)
{
    if (reg < OPD_SP) {
        s->x[reg] = one_in(r, 2) ? value_x(r) : s->x[reg] ^ (UINT64_C(1) << below(r, 64));
    } else if (reg == OPD_SP) {
        s->sp ^= (1 + below(r, 31)) * 16;
    } else if (reg < OPD_NZCV) {
        unsigned v = reg - OPD_V0;
        for (unsigned i = 0; i < 2; i++) {
            s->v[v][i] = one_in(r, 2) ? value_v(r, (enum value_kind)below(r, 5), false) : s->v[v][i] ^ rnd(r);
        }
    } else if (reg == OPD_NZCV) {
        s->pstate ^= (1 + below(r, 15)) << 28;
    } else if (reg == OPD_FPCR) {
        s->fpcr = value_fpcr(r, fp16);
    } else {
        s->fpsr = value_fpsr(r);
    }
}

static bool memory_same(const struct el0_full_result *a, const struct el0_full_result *b)
{
    return a->r.n_chunks == b->r.n_chunks && memcmp(a->chunk, b->chunk, a->r.n_chunks * sizeof(a->chunk[0])) == 0;
}

static bool end_same(const struct el0_result *a, const struct el0_result *b)
{
    return a->sig == b->sig && a->code == b->code && a->addr == b->addr && a->s.pc == b->s.pc;
}

/* ---- one case ---- */
struct row_seen {
    unsigned ran, done;              /* executed; executed without a fault */
    uint32_t declared, mattered;     /* roles of sources, as bits */
};
static struct row_seen seen[OP_COUNT];
static unsigned failures;

static void complain(const struct operands *o, uint32_t insn, const char *what, unsigned reg)
{
    if (++failures <= 25) {
        printf("# %s %08x: %s %s\n", o->row->name, insn, what, reg == OPD_NONE ? "" : opd_reg_name(reg));
    }
}

/* Bytes of memory that changed lie where the operands say. */
static void check_stores(const struct operands *o, uint32_t insn, const struct el0_state *s)
{
    const struct opd_mem *m = &o->mem;
    if (base_result.r.n_chunks == 0) {
        return;
    }
    if (!m->store) {
        complain(o, insn, "stores undeclared", OPD_NONE);
        return;
    }
    uint64_t at = m->base == OPD_ZR ? 0 : m->literal ? s->pc : m->base == OPD_SP ? s->sp : s->x[m->base];
    if (m->writeback != OPD_WB_POST) {
        uint64_t index = m->index >= OPD_SP ? 0 : s->x[m->index];
        struct mem_form f = {.option = m->extend, .shift = m->shift};
        at += (uint64_t)(int64_t)m->offset + mem_index_value(&f, index);
    }
    at = m->block ? at & ~UINT64_C(63) : at;
    unsigned bytes = m->block ? 64 : m->bytes;
    for (unsigned i = 0; i < base_result.r.n_chunks && i < EL0_MAX_CHUNKS; i++) {
        const struct el0_chunk *c = &base_result.chunk[i];
        const uint8_t *now = (const uint8_t *)c->d, *before = gen.fill + EL0_RO_SIZE + c->offset;
        for (unsigned k = 0; k < 16; k++) {
            if (now[k] != before[k] && ((EL0_RW + c->offset + k - at) & ones64(56)) >= bytes) {
                complain(o, insn, "stores outside the declared bytes", OPD_NONE);
                return;
            }
        }
    }
}

/* The same instruction with other values in all registers that are not sources */
static void check_sources(struct el0_ours *ours, const struct operands *o, uint32_t insn, const struct el0_state *s)
{
    struct el0_state p = *s;
    for (unsigned reg = 0; reg < OPD_REGS; reg++) {
        if (!operands_reads(o, reg)) {
            reg_change(&gen.rng, &p, reg, true);
        }
    }
    if (!o->system) {
        p.tpidr = rnd(&gen.rng);
    }
    if (!ours_run(ours, &p, EL0_STEP, 0, &other_result, &trace)) {
        complain(o, insn, "does not end with other values", OPD_NONE);
        return;
    }
    bool fault = base_result.r.sig != SIG_STOP;
    if (!end_same(&base_result.r, &other_result.r)) {
        complain(o, insn, "ends otherwise with other values of undeclared sources", OPD_NONE);
    } else if (!memory_same(&base_result, &other_result)) {
        complain(o, insn, "stores otherwise with other values of undeclared sources", OPD_NONE);
    }
    for (unsigned reg = 0; reg < OPD_REGS; reg++) {
        bool kept = reg_same(&base_result.r.s, s, reg) && reg_same(&other_result.r.s, &p, reg);
        bool equal = reg_same(&base_result.r.s, &other_result.r.s, reg);
        if (operands_writes(o, reg) ? !equal && !(fault && kept) : !kept) {
            complain(o, insn, "depends on an undeclared source in", reg);
        }
    }
}

/* Does a declared source make a difference? */
static void try_sources(struct el0_ours *ours, const struct operands *o, const struct el0_state *s, struct row_seen *row)
{
    for (unsigned i = 0; i < o->n_src; i++) {
        uint32_t role = UINT32_C(1) << o->src[i].role;
        row->declared |= role;
        if ((row->mattered & role) != 0) {
            continue;
        }
        struct el0_state p = *s;
        reg_change(&gen.rng, &p, o->src[i].reg, true);
        bool differs = !ours_run(ours, &p, EL0_STEP, 0, &other_result, &trace) ||
                       !end_same(&base_result.r, &other_result.r) || !memory_same(&base_result, &other_result);
        for (unsigned k = 0; k < o->n_dst; k++) {
            differs = differs || !reg_same(&base_result.r.s, &other_result.r.s, o->dst[k].reg);
        }
        row->mattered |= differs ? role : 0;
    }
}

static void check_case(struct el0_ours *ours, const struct el0_state *s)
{
    uint32_t insn = gen.code[(s->pc - EL0_CODE) / 4];
    struct operands o;
    if (!operands_of(insn, ours_features(ours), &o) || o.op == OP_SVC) { /* the harness answers a system call */
        return;
    }
    bool ended = ours_run(ours, s, EL0_STEP, 0, &base_result, &trace);
    /* a branch may have led to other cases: the first instruction alone is looked at */
    if (!ended || trace.n > 2 || (trace.n == 2 && gen.code[(trace.pc[1] - EL0_CODE) / 4] != EL0_STOP)) {
        return;
    }
    struct row_seen *row = &seen[o.op];
    row->ran++;
    row->done += base_result.r.sig == SIG_STOP;
    for (unsigned reg = 0; reg < OPD_REGS; reg++) {
        if (!operands_writes(&o, reg) && !reg_same(s, &base_result.r.s, reg)) {
            complain(&o, insn, "writes undeclared", reg);
        }
    }
    if (!o.system && s->tpidr != base_result.r.s.tpidr) {
        complain(&o, insn, "writes system state undeclared", OPD_NONE);
    }
    check_stores(&o, insn, s);
    check_sources(ours, &o, insn, s);
    try_sources(ours, &o, s, row);
}

static void run_rows(struct el0_ours *ours)
{
    int row = 0, word = 0;
    while (row < OP_COUNT) {
        gen_begin(&gen);
        while (row < OP_COUNT) {
            if (feat_has(gen.feat, a64_rows[row].feature) && !gen_single(&gen, row, 0, STATES)) {
                break;
            }
            gen.at += 8; /* a BRK after each */
            word = (word + 1) % WORDS;
            row += word == 0;
        }
        gen_end(&gen);
        ours_load(ours, &gen.head, gen.code, gen.fill);
        for (unsigned i = 0; i < gen.head.n_cases; i++) {
            check_case(ours, &gen.cases[i].s);
        }
    }
}

/* Sources that are declared and yet cannot matter at EL0, with the reason */
static bool need_not_matter(int op, unsigned role)
{
    switch (op) {
    case OP_UDF: case OP_HINT: return true;
    case OP_SYS: case OP_SYSL: case OP_MSR: /* state of the system, not compared */
    case OP_PRFM_off: case OP_PRFM_reg: case OP_PRFUM: /* a hint */
        return true;
    case OP_ERETAA: case OP_ERETAB: /* UNDEFINED at EL0 */
        return true;
    case OP_AUTIA1716: case OP_AUTIB1716: case OP_AUTIA: case OP_AUTIB: case OP_AUTDA: case OP_AUTDB:
    case OP_AUTIASP: case OP_AUTIBSP: /* unsigned pointers fail with every modifier, and look alike then */
        return role == OPD_MODIFIER;
    case OP_STXR_B: case OP_STXR_H: case OP_STXR_W: case OP_STXR_X: case OP_STLXR_B: case OP_STLXR_H: case OP_STLXR_W:
    case OP_STLXR_X: case OP_STXP_W: case OP_STXP_X: case OP_STLXP_W: case OP_STLXP_X: /* nothing is stored: no load exclusive */
        return role == OPD_DATA;
    default:
        /* whether a rounding mode shows depends on the values; FPSR is only added to */
        return role == OPD_CONTROL;
    }
}

START_TEST(effects_are_the_declared_ones)
{
    struct el0_ours *ours = ours_new("max", false);
    ck_assert_ptr_nonnull(ours);
    gen = (struct el0_gen){.rng = {20250701}, .feat = ours_features(ours)};
    run_rows(ours);
    unsigned rows = 0;
    for (int op = 0; op < OP_COUNT; op++) {
        rows += seen[op].done != 0;
        uint32_t idle = seen[op].declared & ~seen[op].mattered;
        for (unsigned role = 0; role < 32; role++) {
            if ((idle >> role & 1) != 0 && seen[op].done >= 8 && !need_not_matter(op, role)) {
                printf("# %s: source \"%s\" never mattered in %u cases\n", a64_rows[op].name, opd_role_name(role), seen[op].ran);
                failures++;
            }
        }
        if (feat_has(gen.feat, a64_rows[op].feature) && seen[op].ran == 0) {
            printf("# %s was never executed\n", a64_rows[op].name);
            failures += op != OP_SVC;
        }
    }
    printf("# %u rows executed without a fault\n", rows);
    ours_free(ours);
    ck_assert_uint_gt(rows, 1400);
    ck_assert_uint_eq(failures, 0);
}
END_TEST

/* ---- Capstone ---- */

/* Capstone's number of a register as ours; OPD_NONE for what has no counterpart */
static unsigned from_capstone(unsigned reg)
{
    static const struct {
        unsigned first, last, ours;
    } runs[] = {
        {ARM64_REG_X0, ARM64_REG_X28, 0}, {ARM64_REG_W0, ARM64_REG_W30, 0}, {ARM64_REG_B0, ARM64_REG_B31, OPD_V0},
        {ARM64_REG_H0, ARM64_REG_H31, OPD_V0}, {ARM64_REG_S0, ARM64_REG_S31, OPD_V0}, {ARM64_REG_D0, ARM64_REG_D31, OPD_V0},
        {ARM64_REG_Q0, ARM64_REG_Q31, OPD_V0}, {ARM64_REG_V0, ARM64_REG_V31, OPD_V0}, {ARM64_REG_X29, ARM64_REG_X29, 29},
        {ARM64_REG_X30, ARM64_REG_X30, 30}, {ARM64_REG_SP, ARM64_REG_SP, OPD_SP}, {ARM64_REG_WSP, ARM64_REG_WSP, OPD_SP},
        {ARM64_REG_NZCV, ARM64_REG_NZCV, OPD_NZCV},
    };
    for (unsigned i = 0; i < ARRAY_LEN(runs); i++) {
        if (reg >= runs[i].first && reg <= runs[i].last) {
            return runs[i].ours + (reg - runs[i].first);
        }
    }
    return OPD_NONE;
}

/* Rows whose reads and writes Capstone 4 tells wrongly, as beginnings of names: written-back bases and lists of structures;
   lists of tables; destinations of immediates and of shifts as sources; narrowing into the upper half. Execution proves what
   we say of them. */
static const char *const wrong_in_capstone[] = {
    "ld1", "ld2", "ld3", "ld4", "st1", "st2", "st3", "st4", "tbl", "tbx", "movi", "mvni", "orr_vi", "bic_v", "FMOV_i", "FMOV_v",
    "ushr", "urshr", "sshr", "srsra", "srshr", "ursra", "sabd", "uabd", "saddlp", "uaddlp", "aesmc", "aesimc", "xtn", "sqxt", "uqxtn", "addhn",
    "raddhn", "subhn", "rsubhn", "shrn", "rshrn", "sqshr", "sqrshr", "uqshrn", "uqrshrn", "FCVTN_", "FCVTXN_v", "SVC", "SYS",
    "MRS", "MSR", "RET", "XPAC", "PACI", "AUTI", "MOVZ", "MOVN", "UBFM", "SBFM", "ADRP", "CASP", "ADDS_W_imm"};

/* Sets of registers that are read and written must be the same. NZCV is left out: Capstone forgets it as a source of ADC,
   CSEL and B.cond. So are the aliases of comparisons (CMP, CMN, TST), whose first source it takes for a destination. */
static unsigned compare_capstone(csh cs, struct rng *r, int row, unsigned *compared)
{
    uint32_t w = word_of_row(r, row);
    struct operands o;
    cs_insn *in;
    unsigned bad = 0;
    for (unsigned i = 0; i < ARRAY_LEN(wrong_in_capstone); i++) {
        if (strncmp(a64_rows[row].name, wrong_in_capstone[i], strlen(wrong_in_capstone[i])) == 0) {
            return 0;
        }
    }
    if (!operands_of(w, NULL, &o) || o.op != row || cs_disasm(cs, (const uint8_t *)&w, 4, 0, 1, &in) != 1) {
        return 0;
    }
    bool alias = (w & 31) == 31 && operands_writes(&o, OPD_NZCV), theirs[2][OPD_REGS] = {{false}};
    cs_regs list[2];
    uint8_t n[2];
    cs_regs_access(cs, in, list[0], &n[0], list[1], &n[1]);
    for (unsigned k = 0; k < 2; k++) {
        for (unsigned i = 0; i < n[k]; i++) {
            unsigned reg = from_capstone(list[k][i]);
            if (reg != OPD_NONE) {
                theirs[k][reg] = true;
            }
        }
    }
    for (unsigned reg = 0; reg < OPD_NZCV && !alias; reg++) {
        if (theirs[0][reg] != operands_reads(&o, reg) || theirs[1][reg] != operands_writes(&o, reg)) {
            printf("# %s %08x (%s %s): %s\n", o.row->name, w, in->mnemonic, in->op_str, opd_reg_name(reg));
            bad++;
        }
    }
    (*compared) += !alias;
    cs_free(in, 1);
    return bad;
}

START_TEST(registers_are_those_of_capstone)
{
    csh cs;
    struct rng r = {7};
    unsigned bad = 0, compared = 0;
    ck_assert_int_eq(cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &cs), CS_ERR_OK);
    cs_option(cs, CS_OPT_DETAIL, CS_OPT_ON);
    for (int row = 0; row < OP_COUNT; row++) {
        for (unsigned i = 0; i < 20; i++) {
            bad += compare_capstone(cs, &r, row, &compared);
        }
    }
    cs_close(&cs);
    printf("# %u words compared with Capstone\n", compared);
    ck_assert_uint_gt(compared, 18000);
    ck_assert_uint_eq(bad, 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("operands");
    TCase *c = tcase_create("operands");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, effects_are_the_declared_ones);
    tcase_add_test(c, registers_are_those_of_capstone);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
