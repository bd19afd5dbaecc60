/* SPDX-License-Identifier: Apache-2.0 */
/* hyp/phases: to which class an instruction belongs, by the rule of doc/trace-phases.md, and that rows add up. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "hyp/phases.h"
#include "sim/phase-insn.h"
#include "tests/unit/test-recs.h"


/* from the assembler */
enum {
    STP_X0_X1_PUSH = 0xa9bf07e0, MRS_X0_SCTLR_EL1 = 0xd5381000, MRS_X1_TCR_EL1 = 0xd5382041, STP_X0_X1_X2 = 0xa9000440,
    ISB = 0xd5033fdf, LDR_X3_X2 = 0xf9400043, MSR_SCTLR_EL1_X3 = 0xd5181003, LDR_X4_X2_8 = 0xf9400444, ADD_X4 = 0x91000484,
    LDP_X5_X6_X2_32 = 0xa9421845, LDP_Q0_Q1_X7 = 0xad4004e0, ERET = 0xd69f03e0, STP_X19_X20_X9_16 = 0xa9015133,
    LDP_X19_X20_X9_16 = 0xa9415133, MRS_X8_VMCR = 0xd53ccbe8, MOV_X10_X8 = 0xaa0803ea, STR_X10_X2_64 = 0xf900204a,
    MSR_VTTBR_X11 = 0xd51c210b, TLBI_ALLE1 = 0xd50c879f, STP_Q2_Q3_X7 = 0xad000ce2, STR_XZR_X2 = 0xf900005f, MRS_X1_SP_EL0 = 0xd5384101, STR_X1_X0_248 = 0xf9007c01, MRS_X1_DAIF = 0xd53b4221,
};

struct fixture {
    struct phases *p;
    FILE *f;
    char *text;
    size_t len;
    uint64_t icount, cycle, pc, hcr;
    unsigned el;
};

static bool symbol(void *opaque, uint64_t va, char *buf, size_t len)
{
    (void)opaque;
    snprintf(buf, len, va < 0x2000 ? "vector+0x%x" : "run+0x%x", (unsigned)(va & 0xfff));
    return true;
}

static void begin_with(struct fixture *x, struct phases_opts o)
{
    memset(x, 0, sizeof(*x));
    o.insn = phase_insn;
    o.symbol = symbol;
    x->hcr = VM | RW;
    x->el = 2;
    x->pc = 0x1000;
    x->f = open_memstream(&x->text, &x->len);
    x->p = phases_new(x->f, &o);
    ck_assert_ptr_nonnull(x->p);
}

static void begin(struct fixture *x)
{
    begin_with(x, (struct phases_opts){.json = true, .cycles = true});
}

static void put(struct fixture *x, struct rec r)
{
    const struct rec_sink *k = phases_sink(x->p);
    r.icount = x->icount;
    r.cycle = x->cycle;
    r.pc = x->pc;
    r.hcr = x->hcr;
    r.vttbr = VTTBR(1);
    k->put(k->opaque, &r);
}

static void leave(struct fixture *x)
{
    put(x, rec_leave(0, ESR_HVC, 0, 0));
}

static void insn(struct fixture *x, uint32_t opcode)
{
    put(x, (struct rec){.kind = REC_INSN, .from_el = (uint8_t)x->el, .el = (uint8_t)x->el, .a = opcode});
    x->icount++;
    x->cycle += 3;
    x->pc += 4;
}

static void reg(struct fixture *x, unsigned n)
{
    put(x, (struct rec){.kind = REC_REG, .el = 2, .a = n});
}

static void mem(struct fixture *x, bool write, uint64_t va, unsigned size)
{
    put(x, (struct rec){.kind = REC_MEM, .type = write, .el = 2, .a = va, .d = size});
}

static void pair(struct fixture *x, uint32_t opcode, bool write, uint64_t va)
{
    insn(x, opcode);
    mem(x, write, va, 8);
    mem(x, write, va + 8, 8);
}

static void enter(struct fixture *x)
{
    insn(x, ERET);
    put(x, rec_enter(0, 0, 0));
}

static char *finish(struct fixture *x)
{
    ck_assert(phases_finish(x->p));
    phases_free(x->p);
    fclose(x->f);
    return x->text;
}

/* A member of the row with this name; 0 when there is no such row */
static uint64_t row(const char *text, const char *name, const char *member)
{
    char key[64];
    snprintf(key, sizeof(key), "\"name\":\"%s\"", name);
    const char *line = strstr(text, key);
    if (line == NULL) {
        return 0;
    }
    snprintf(key, sizeof(key), "\"%s\":", member);
    const char *m = strstr(line, key), *end = strchr(line, '\n');
    ck_assert_msg(m != NULL && m < end, "%s of %s", member, name);
    return strtoull(m + strlen(key), NULL, 10);
}

/* Classes add up to the whole, symbols add up to the whole. */
static void check_sums(const char *text)
{
    static const char *const members[] = {"\"insns\":", "\"cycles\":"};
    for (unsigned i = 0; i < 2; i++) {
        uint64_t classes = 0, symbols = 0, whole = 0;
        for (const char *l = text; *l != '\0'; l = strchr(l, '\n') + 1) {
            uint64_t v = strtoull(strstr(l, members[i]) + strlen(members[i]), NULL, 10);
            *(strncmp(l, "{\"event\":\"class\"", 16) == 0 ? &classes : strncmp(l, "{\"event\":\"symbol\"", 17) == 0 ? &symbols : &whole) += v;
        }
        ck_assert_uint_gt(whole, 0);
        ck_assert_uint_eq(classes, whole);
        ck_assert_uint_eq(symbols, whole);
    }
}

START_TEST(classes)
{
    struct fixture x;
    begin(&x);
    leave(&x);
    pair(&x, STP_X0_X1_PUSH, true, 0x8000);         /* GP: still the guest's */
    insn(&x, MRS_X0_SCTLR_EL1);
    reg(&x, 0);
    insn(&x, MRS_X1_TCR_EL1);
    reg(&x, 1);
    pair(&x, STP_X0_X1_X2, true, 0x9000);           /* EL1 system: what MRS read */
    insn(&x, ISB);
    insn(&x, LDR_X3_X2);                            /* EL1 system: what MSR takes */
    mem(&x, false, 0x9000, 8);
    reg(&x, 3);
    insn(&x, MSR_SCTLR_EL1_X3);
    insn(&x, LDR_X4_X2_8);                          /* control: used otherwise */
    mem(&x, false, 0x9008, 8);
    reg(&x, 4);
    insn(&x, ADD_X4);
    reg(&x, 4);
    insn(&x, MRS_X8_VMCR);
    reg(&x, 8);
    insn(&x, MOV_X10_X8);
    reg(&x, 10);
    insn(&x, STR_X10_X2_64);                        /* VGIC, by way of a move */
    mem(&x, true, 0x9040, 8);
    insn(&x, MSR_VTTBR_X11);
    insn(&x, TLBI_ALLE1);
    insn(&x, STR_XZR_X2);                           /* control */
    mem(&x, true, 0x9000, 8);
    pair(&x, STP_Q2_Q3_X7, true, 0xa000);
    pair(&x, LDP_Q0_Q1_X7, false, 0xa000);
    pair(&x, LDP_X5_X6_X2_32, false, 0x9020);       /* GP: there at the entry */
    reg(&x, 5);
    reg(&x, 6);
    enter(&x);
    char *t = finish(&x);
    ck_assert_uint_eq(row(t, "GP registers", "save_insns"), 1);
    ck_assert_uint_eq(row(t, "GP registers", "restore_insns"), 1);
    ck_assert_uint_eq(row(t, "FP registers", "save_insns"), 1);
    ck_assert_uint_eq(row(t, "FP registers", "restore_insns"), 1);
    ck_assert_uint_eq(row(t, "EL1 system", "save_insns"), 3);
    ck_assert_uint_eq(row(t, "EL1 system", "restore_insns"), 2);
    ck_assert_uint_eq(row(t, "VGIC", "save_insns"), 2);
    ck_assert_uint_eq(row(t, "EL2 virtual memory", "restore_insns"), 1);
    ck_assert_uint_eq(row(t, "TLB and caches", "insns"), 1);
    ck_assert_uint_eq(row(t, "barriers", "insns"), 1);
    /* LDR x4, ADD, MOV, STR xzr, ERET */
    ck_assert_uint_eq(row(t, "control", "insns"), 5);
    ck_assert_uint_eq(row(t, "whole", "insns"), 19);
    ck_assert_uint_eq(row(t, "whole", "cycles"), 19 * 3);
    check_sums(t);
    free(t);
}
END_TEST

START_TEST(registers_of_the_host)
{
    struct fixture x;
    begin(&x);
    for (unsigned i = 0; i < 3; i++) {
        leave(&x);
        if (i != 0) {
            pair(&x, LDP_X19_X20_X9_16, false, 0x7010); /* GP: stored there before the entry */
            reg(&x, 19);
            reg(&x, 20);
        }
        insn(&x, ADD_X4);
        reg(&x, 4);
        if (i == 0) {
            insn(&x, LDP_X19_X20_X9_16);    /* the host's values are there, by whatever way */
            mem(&x, false, 0x6000, 16);
            reg(&x, 19);
            reg(&x, 20);
        }
        if (i != 2) {
            pair(&x, STP_X19_X20_X9_16, true, 0x7010);
            insn(&x, ADD_X4);               /* what the host loaded is gone */
            reg(&x, 19);
            reg(&x, 20);
        }
        enter(&x);
    }
    char *t = finish(&x);
    ck_assert_uint_eq(row(t, "whole", "switches"), 3);
    ck_assert_uint_eq(row(t, "GP registers", "save_insns"), 2);
    ck_assert_uint_eq(row(t, "GP registers", "restore_insns"), 2);
    ck_assert_uint_eq(row(t, "GP registers", "min_insns"), 1);
    ck_assert_uint_eq(row(t, "GP registers", "max_insns"), 2);
    check_sums(t);
    free(t);
}
END_TEST

/* A kernel's pointer in SP_EL0 that is read is no save; one that is stored is. PSTATE is nobody's state. */
START_TEST(sp_el0_and_pstate)
{
    struct fixture x;
    begin(&x);
    leave(&x);
    insn(&x, MRS_X1_SP_EL0);
    reg(&x, 1);
    insn(&x, MRS_X1_SP_EL0);
    reg(&x, 1);
    insn(&x, STR_X1_X0_248);
    mem(&x, true, 0x9000, 8);
    insn(&x, MRS_X1_DAIF);
    reg(&x, 1);
    insn(&x, MRS_X1_SP_EL0);
    reg(&x, 1);
    enter(&x);
    char *t = finish(&x);
    ck_assert_uint_eq(row(t, "GP registers", "save_insns"), 2);
    ck_assert_uint_eq(row(t, "GP registers", "restore_insns"), 0);
    ck_assert_uint_eq(row(t, "control", "insns"), 4);
    check_sums(t);
    free(t);
}
END_TEST

/* At EL2 with HCR_EL2.E2H the name SCTLR_EL1 means SCTLR_EL2 */
START_TEST(redirected_names)
{
    struct fixture x;
    begin(&x);
    x.hcr |= E2H;
    leave(&x);
    insn(&x, MRS_X0_SCTLR_EL1);
    reg(&x, 0);
    enter(&x);
    char *t = finish(&x);
    ck_assert_uint_eq(row(t, "EL2 configuration", "save_insns"), 1);
    ck_assert_uint_eq(row(t, "EL1 system", "insns"), 0);
    free(t);
}
END_TEST

START_TEST(what_is_not_in_the_trace_is_a_row)
{
    struct fixture x;
    begin(&x);
    leave(&x);
    insn(&x, ISB);
    x.icount += 100; /* a filter left them out */
    x.cycle += 500;
    x.el = 1;
    insn(&x, ADD_X4);
    x.el = 2;
    enter(&x);
    char *t = finish(&x);
    ck_assert_uint_eq(row(t, "not in the trace", "insns"), 100);
    ck_assert_uint_eq(row(t, "host below EL2", "insns"), 1);
    ck_assert_uint_eq(row(t, "whole", "insns"), 103);
    free(t);
}
END_TEST

START_TEST(only_one_reason)
{
    struct fixture x;
    begin_with(&x, (struct phases_opts){.json = true, .reason = "WFI"});
    leave(&x);
    insn(&x, ISB);
    enter(&x);
    ck_assert_uint_eq(phases_switches(x.p), 0);
    put(&x, (struct rec){.kind = REC_EXC_ENTRY, .from_el = 1, .el = 2, .a = UINT64_C(1) << 26 | 1u << 25});
    insn(&x, ISB);
    insn(&x, ISB);
    enter(&x);
    char *t = finish(&x);
    ck_assert_uint_eq(row(t, "whole", "switches"), 1);
    ck_assert_uint_eq(row(t, "barriers", "insns"), 2);
    free(t);
}
END_TEST

START_TEST(by_symbol_with_those_that_did_not_run)
{
    struct fixture x;
    begin(&x);
    for (unsigned i = 0; i < 2; i++) {
        leave(&x);
        x.pc = 0x1000;
        insn(&x, ISB);
        if (i == 0) {
            x.pc = 0x2000;
            insn(&x, ISB);
        }
        x.pc = 0x1000;
        enter(&x);
    }
    char *t = finish(&x);
    ck_assert_uint_eq(row(t, "vector", "insns"), 4);
    ck_assert_uint_eq(row(t, "run", "insns"), 1);
    ck_assert_uint_eq(row(t, "run", "min_insns"), 0);
    ck_assert_uint_eq(row(t, "run", "switches"), 1);
    check_sums(t);
    free(t);
}
END_TEST

START_TEST(text_table)
{
    struct fixture x;
    begin_with(&x, (struct phases_opts){.reason = "HVC"});
    leave(&x);
    insn(&x, MRS_X0_SCTLR_EL1);
    reg(&x, 0);
    enter(&x);
    char *t = finish(&x);
    has(t, "1 switches from a guest exit to the next entry, exit HVC\n");
    has(t, "EL1 system                  1.0        0.0          1        1.0          1            1   50.0%\n");
    has(t, "whole                                               2        2.0          2            2  100.0%\n");
    free(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("phases");
    TCase *c = tcase_create("phases");
    tcase_add_test(c, classes);
    tcase_add_test(c, registers_of_the_host);
    tcase_add_test(c, sp_el0_and_pstate);
    tcase_add_test(c, redirected_names);
    tcase_add_test(c, what_is_not_in_the_trace_is_a_row);
    tcase_add_test(c, only_one_reason);
    tcase_add_test(c, by_symbol_with_those_that_did_not_run);
    tcase_add_test(c, text_table);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
