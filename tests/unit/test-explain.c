/* SPDX-License-Identifier: Apache-2.0 */
/* hyp/explain on hand-made records: which register bit routed an exception, and why a walk faulted. Whole runs: tests/trace-tools.sh. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "hyp/explain.h"
#include "tests/unit/test-recs.h"


enum { EC_IABT = 0x20, EC_DABT = 0x24, TRANSLATION = 3, ACCESS_FLAG = 4, PERMISSION = 5, EXTERNAL_WALK = 8 };

struct fixture {
    struct explain *e;
    FILE *f;
    char *text;
    size_t len;
    uint64_t n, hcr;
};

static unsigned controls(void *opaque, uint16_t enc, bool write, const char *name[], uint64_t hcr[], unsigned max)
{
    (void)opaque;
    (void)write;
    ck_assert_uint_ge(max, 2);
    if (enc != (3 << 14 | 0 << 11 | 0 << 7 | 4 << 3 | 0)) {
        return 0;
    }
    name[0] = "TOTHER"; /* tried first, and not set */
    hcr[0] = BIT64(62);
    name[1] = "TID3";
    hcr[1] = TID3;
    return 2;
}

static void begin(struct fixture *x, uint64_t hcr)
{
    struct explain_opts o = {.which = EXPLAIN_RECORD, .controls = controls};
    *x = (struct fixture){.hcr = hcr | RW};
    x->f = open_memstream(&x->text, &x->len);
    x->e = explain_new(x->f, &o);
    ck_assert_ptr_nonnull(x->e);
}

static bool give(struct fixture *x, struct rec r)
{
    r.hcr = x->hcr;
    r.vttbr = VTTBR(4);
    return explain_put(x->e, &r, x->n++);
}

static void step(struct fixture *x, unsigned stage, int level, uint64_t pa, uint64_t desc, uint64_t from)
{
    ck_assert(!give(x, (struct rec){.kind = REC_WALK_STEP, .type = (uint16_t)(stage - 1), .el = 1, .pc = 0x1000, .a = (uint8_t)level, .b = pa,
                                    .c = desc, .d = from, .icount = 9}));
}

static void walk(struct fixture *x, uint64_t va, uint64_t ipa, unsigned fault, unsigned level, bool stage2, bool s1ptw)
{
    ck_assert(!give(x, (struct rec){.kind = REC_WALK, .el = 1, .pc = 0x1000, .a = va, .b = ipa,
                                    .d = fault | level << 8 | (unsigned)stage2 << 16 | (unsigned)s1ptw << 17, .icount = 9}));
}

static bool taken(struct fixture *x, unsigned from, unsigned to, unsigned type, uint64_t esr, uint64_t far, uint64_t hpfar)
{
    return give(x, (struct rec){.kind = REC_EXC_ENTRY, .type = (uint16_t)type, .from_el = (uint8_t)from, .el = (uint8_t)to, .pc = 0x1000,
                                .a = esr, .b = far, .c = hpfar, .d = 0x400, .icount = 10, .time_ns = 10});
}

/* Finish, check the text, and free. */
static void says(struct fixture *x, const char *what)
{
    ck_assert(explain_finish(x->e));
    explain_free(x->e);
    fclose(x->f);
    has(x->text, what);
    free(x->text);
}

START_TEST(a_write_that_stage_2_does_not_permit)
{
    struct fixture x;
    begin(&x, VM);
    step(&x, 1, 3, 0x41005000, 0x40000041003703, 0x40005000);
    step(&x, 2, 3, 0x42003010, 0x4100374f, 0x40003000); /* S2AP 01: read-only */
    walk(&x, 0xffff000000003010, 0x40003010, PERMISSION, 3, true, false);
    ck_assert(!taken(&x, 1, 2, 0, ESR(EC_DABT, 1 << 6 | 0x0f), 0xffff000000003010, 0));
    says(&x, "a fault of stage 2 goes to EL2; HCR_EL2.VM (bit 0) is 1\nVA 0xffff000000003010\nwalked in the regime EL1&0:\n"
             "  stage 1 level 3: 0x0040000041003703 at PA 0x41005000 (IPA 0x40005000): page at 0x41003000, AP EL1 read/write, UXN 1 PXN 0, "
             "AttrIndx 0, SH 3, AF 1\n"
             "  stage 2 level 3: 0x000000004100374f at PA 0x42003010, for IPA 0x40003000: page at 0x41003000, S2AP read-only, XN 0, "
             "MemAttr 0x3, SH 3, AF 1\n"
             "  it ends: permission fault of stage 2, level 3: a write, and the descriptor at PA 0x42003010 does not permit it "
             "(S2AP, bits 7:6)\n");
}
END_TEST

START_TEST(a_table_of_stage_1_that_stage_2_does_not_map)
{
    struct fixture x;
    begin(&x, VM);
    step(&x, 2, 1, 0x42000008, 0, 0x40005000);
    walk(&x, 0x3010, 0x40005000, TRANSLATION, 1, true, true);
    ck_assert(!taken(&x, 0, 2, 0, ESR(EC_DABT, 1 << 7 | 0x05), 0x3010, 0x400050));
    says(&x, "VA 0x3010, IPA 0x40005000 by HPFAR_EL2\nwalked in the regime EL1&0:\n"
             "  stage 2 level 1: 0x0000000000000000 at PA 0x42000008, for IPA 0x40005000: invalid, bit 0 is 0\n"
             "  it ends: translation fault of stage 2, level 1, on the access to a table of stage 1: the descriptor at PA 0x42000008 is invalid\n");
}
END_TEST

START_TEST(an_access_flag_of_stage_1_under_tge)
{
    struct fixture x;
    begin(&x, TGE);
    step(&x, 1, 2, 0x42000008, 0x40200701 & ~BIT64(10), 0x42000008);
    walk(&x, 0x200010, 0, ACCESS_FLAG, 2, false, false);
    ck_assert(taken(&x, 0, 2, 0, ESR(EC_DABT, 0x0a), 0x200010, 0));
    says(&x, "because what would go to EL1 goes to EL2; HCR_EL2.TGE (bit 27) is 1\n");
}
END_TEST

START_TEST(another_walk_is_not_its)
{
    struct fixture x;
    begin(&x, VM);
    step(&x, 2, 1, 0x42000008, 0, 0x7000);
    walk(&x, 0x7000, 0x7000, TRANSLATION, 1, true, false);
    ck_assert(!taken(&x, 1, 2, 0, ESR(EC_DABT, 0x05), 0x3010, 0x30));
    says(&x, "no walk of it is in the trace");
}
END_TEST

static void route(uint64_t hcr, unsigned from, unsigned to, unsigned type, uint64_t esr, const char *why)
{
    struct fixture x;
    begin(&x, hcr);
    (void)taken(&x, from, to, type, esr, 0, 0);
    says(&x, why);
}

START_TEST(routing)
{
    route(VM | IMO, 1, 2, 1, 0, "because HCR_EL2.IMO (bit 4) is 1\n");
    route(VM | FMO, 1, 2, 2, 0, "because HCR_EL2.FMO (bit 3) is 1\n");
    route(VM | AMO, 1, 2, 3, ESR(0x2f, 0x11), "because HCR_EL2.AMO (bit 5) is 1\n");
    route(TGE, 0, 2, 1, 0, "because HCR_EL2.IMO (bit 4) is 0, and HCR_EL2.TGE (bit 27) is 1\n");
    route(VM | TWE, 1, 2, 0, ESR(0x01, 1), "because HCR_EL2.TWE (bit 14) is 1\n");
    route(VM | TSC, 1, 2, 0, ESR(0x17, 0), "because HCR_EL2.TSC (bit 19) is 1\n");
    route(TGE, 0, 2, 0, ESR(0x15, 0), "because what would go to EL1 goes to EL2; HCR_EL2.TGE (bit 27) is 1\n");
    route(VM | TEA, 1, 2, 0, ESR(EC_DABT, 0x10), "because HCR_EL2.TEA (bit 37) is 1\n");
    /* MRS of ID_AA64PFR0_EL1 (3, 0, 0, 4, 0) */
    route(VM | TID3, 1, 2, 0, ESR(0x18, 3 << 20 | 0 << 17 | 0 << 14 | 0 << 10 | 4 << 1 | 1), "because HCR_EL2.TID3 (bit 18) is 1\n");
    route(VM, 2, 2, 1, 0, "it happened at EL2, and an exception never goes to a lower EL\n");
    route(VM, 0, 1, 0, ESR(0x15, 0), "taken to EL1, vector +0x400, because EL1 takes what nothing sends to EL2\n");
}
END_TEST

START_TEST(registers_written_before)
{
    struct fixture x;
    begin(&x, VM);
    /* CPTR_EL2 */
    ck_assert(!give(&x, (struct rec){.kind = REC_SYSREG, .el = 2, .pc = 0x2000, .a = 3 << 14 | 4 << 11 | 1 << 7 | 1 << 3 | 2, .b = 0x37ff}));
    ck_assert(!taken(&x, 1, 2, 0, ESR(0x07, 0), 0, 0));
    says(&x, "because CPTR_EL2.TFP (CPTR_EL2 is 0x37ff, written at 0x2000)\n");
}
END_TEST

START_TEST(how_it_went_on)
{
    struct fixture x;
    begin(&x, VM);
    ck_assert(!taken(&x, 1, 2, 0, ESR(0x01, 0), 0, 0));
    ck_assert(!give(&x, (struct rec){.kind = REC_ERET, .pe = 1, .from_el = 2, .el = 1, .icount = 20, .b = 0x1004})); /* another PE's */
    ck_assert(give(&x, (struct rec){.kind = REC_ERET, .from_el = 2, .el = 1, .icount = 60, .time_ns = 60, .b = 0x1004}));
    says(&x, "then: the guest with VMID 4 is entered by record 2, 50 instructions and 50 ns later, at 0x1004 (the instruction after it)\n");
    begin(&x, VM);
    ck_assert(!taken(&x, 1, 2, 0, ESR(0x01, 0), 0, 0));
    says(&x, "then: no guest is entered on this PE before the trace ends\n");
}
END_TEST

START_TEST(no_such_exception)
{
    struct fixture x;
    begin(&x, VM);
    ck_assert(!give(&x, (struct rec){.kind = REC_WFI}));
    ck_assert(!explain_finish(x.e));
    explain_free(x.e);
    fclose(x.f);
    ck_assert_str_eq(x.text, "");
    free(x.text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("explain");
    TCase *c = tcase_create("explain");
    tcase_add_test(c, a_write_that_stage_2_does_not_permit);
    tcase_add_test(c, a_table_of_stage_1_that_stage_2_does_not_map);
    tcase_add_test(c, an_access_flag_of_stage_1_under_tge);
    tcase_add_test(c, another_walk_is_not_its);
    tcase_add_test(c, routing);
    tcase_add_test(c, registers_written_before);
    tcase_add_test(c, how_it_went_on);
    tcase_add_test(c, no_such_exception);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
