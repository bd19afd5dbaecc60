/* SPDX-License-Identifier: Apache-2.0 */
/* PMUv3: counting, filters, the split by MDCR_EL2.HPMN, overflow. */
#include "tests/unit/test-pe.h"

#define NSH BIT64(27)
#define NOT_EL0 BIT64(30)
#define NOT_EL1 BIT64(31)

START_TEST(identification)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    ck_assert_uint_eq(get(t->pe, SR_PMCR_EL0), 0x410c3040);
    ck_assert_uint_eq(get(t->pe, SR_PMCEID0_EL0), 0x40020701);
    ck_assert_uint_eq(get(t->pe, SR_PMCEID1_EL0), 0);
    ck_assert_uint_eq(get(t->pe, SR_MDCR_EL2), 6);
    test_pe_free(t);
}
END_TEST

START_TEST(cycles_and_instructions)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    pe->ns_per_insn = 3;
    put(pe, SR_PMCCFILTR_EL0, NSH);
    put(pe, SR_PMEVTYPER0_EL0, NSH | PMU_INST_RETIRED);
    put(pe, SR_PMEVTYPER1_EL0, NSH | PMU_CPU_CYCLES);
    put(pe, SR_PMEVTYPER2_EL0, PMU_CPU_CYCLES);     /* not at EL2 */
    put(pe, SR_PMCNTENSET_EL0, BIT64(31) | 7);
    test_pe_run(t, 100);
    ck_assert_uint_eq(get(pe, SR_PMCCNTR_EL0), 0);
    put(pe, SR_PMCR_EL0, 1);
    test_pe_run(t, 100);
    ck_assert_uint_eq(get(pe, SR_PMCCNTR_EL0), 300);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR0_EL0), 100);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR1_EL0), 300);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR2_EL0), 0);
    pmu_sync(pe);
    at_el(pe, 1);
    test_pe_run(t, 50);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR2_EL0), 150);
    put(pe, SR_PMCNTENCLR_EL0, 1);
    test_pe_run(t, 50);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR0_EL0), 150);
    put(pe, SR_PMCR_EL0, 1 | 2 | 4);                /* reset both kinds, keep counting */
    ck_assert_uint_eq(get(pe, SR_PMCCNTR_EL0), 0);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR1_EL0), 0);
    ck_assert_uint_eq(get(pe, SR_PMCR_EL0), 0x410c3041);
    test_pe_free(t);
}
END_TEST

START_TEST(filters)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    put(pe, SR_PMEVTYPER0_EL0, NSH | NOT_EL1 | PMU_INST_RETIRED);
    put(pe, SR_PMEVTYPER1_EL0, NSH | NOT_EL0 | PMU_INST_RETIRED);
    put(pe, SR_PMCNTENSET_EL0, 3);
    put(pe, SR_PMCR_EL0, 1);
    for (unsigned el = 0; el < 2; el++) {
        pmu_sync(pe);
        at_el(pe, el);
        test_pe_run(t, 10 + el);
    }
    pmu_sync(pe);
    at_el(pe, 2);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR0_EL0), 10);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR1_EL0), 11);
    put(pe, SR_MDCR_EL2, BIT64(17) | 6);            /* HPMD */
    test_pe_run(t, 100);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR0_EL0), 10);
    put(pe, SR_MDCR_EL2, 6);
    test_pe_run(t, 100);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR0_EL0), 110);
    test_pe_free(t);
}
END_TEST

START_TEST(hpmn_splits_the_counters)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    for (unsigned n = 0; n < 6; n++) {
        put(pe, SR_PMEVTYPER0_EL0 + n, NSH | PMU_INST_RETIRED);
    }
    put(pe, SR_PMCNTENSET_EL0, 0x3f);
    put(pe, SR_MDCR_EL2, 2 | BIT64(7));             /* HPME: 2..5 count without PMCR_EL0.E */
    test_pe_run(t, 10);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR1_EL0), 0);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR2_EL0), 10);
    pmu_sync(pe);
    at_el(pe, 1);
    ck_assert_uint_eq(bits64(get(pe, SR_PMCR_EL0), 15, 11), 2);
    ck_assert_uint_eq(get(pe, SR_PMCNTENSET_EL0), 3);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR2_EL0), 0); /* RAZ/WI */
    put(pe, SR_PMEVCNTR2_EL0, 77);
    put(pe, SR_PMSELR_EL0, 2);
    ck_assert_uint_eq(get(pe, SR_PMXEVTYPER_EL0), 0);
    put(pe, SR_PMCR_EL0, 2);
    put(pe, SR_PMCNTENCLR_EL0, ~UINT64_C(0));
    pmu_sync(pe);
    at_el(pe, 2);
    ck_assert_uint_eq(get(pe, SR_PMCNTENSET_EL0), 0x3c);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR2_EL0), 10);
    put(pe, SR_PMCR_EL0, 2);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR2_EL0), 0);
    test_pe_free(t);
}
END_TEST

START_TEST(cycle_overflow_raises_the_line_in_time)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    put(pe, SR_PMCCFILTR_EL0, NSH);
    put(pe, SR_PMCCNTR_EL0, -UINT64_C(1000));
    put(pe, SR_PMINTENSET_EL1, BIT64(31));
    put(pe, SR_PMCNTENSET_EL0, BIT64(31));
    put(pe, SR_PMCR_EL0, 1);
    ck_assert_uint_eq(clock_next(&t->clock), 1000);
    test_pe_run(t, 999);
    ck_assert(!t->line[LINE_PMU]);
    test_pe_run(t, 1);
    ck_assert(t->line[LINE_PMU]);
    ck_assert_uint_eq(get(pe, SR_PMOVSSET_EL0), BIT64(31));
    put(pe, SR_PMOVSCLR_EL0, BIT64(31));
    ck_assert(!t->line[LINE_PMU]);
    put(pe, SR_PMOVSSET_EL0, BIT64(31));
    ck_assert(t->line[LINE_PMU]);
    put(pe, SR_PMCR_EL0, 0);
    ck_assert(!t->line[LINE_PMU]);
    ck_assert_uint_eq(clock_next(&t->clock), TIME_NEVER);
    test_pe_free(t);
}
END_TEST

START_TEST(event_counters_are_32_bits_and_chain)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    put(pe, SR_PMEVTYPER2_EL0, NSH | PMU_INST_RETIRED);
    put(pe, SR_PMEVTYPER3_EL0, NSH | PMU_CHAIN);
    put(pe, SR_PMEVCNTR2_EL0, UINT64_C(0xffffff9c)); /* -100 */
    put(pe, SR_PMEVCNTR3_EL0, 0xffffffff);
    put(pe, SR_PMINTENSET_EL1, BIT64(3));
    put(pe, SR_PMCNTENSET_EL0, 12);
    put(pe, SR_PMCR_EL0, 1);
    test_pe_run(t, 99);
    ck_assert_uint_eq(get(pe, SR_PMOVSSET_EL0), 0);
    test_pe_run(t, 1);
    ck_assert(t->line[LINE_PMU]);
    ck_assert_uint_eq(get(pe, SR_PMOVSSET_EL0), 12);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR2_EL0), 0);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR3_EL0), 0);
    test_pe_free(t);
}
END_TEST

START_TEST(software_increment_and_exceptions)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    put(pe, SR_PMEVTYPER0_EL0, NSH | PMU_SW_INCR);
    put(pe, SR_PMEVTYPER1_EL0, NSH | PMU_EXC_TAKEN);
    put(pe, SR_PMEVTYPER4_EL0, NSH | PMU_SW_INCR);
    put(pe, SR_PMCNTENSET_EL0, 3);
    put(pe, SR_PMCR_EL0, 1);
    put(pe, SR_PMSWINC_EL0, 0x3f);
    put(pe, SR_PMSWINC_EL0, 1);
    pmu_count(pe, PMU_EXC_TAKEN, 1);
    pmu_count(pe, PMU_EXC_RETURN, 1);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR0_EL0), 2);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR1_EL0), 1);
    ck_assert_uint_eq(get(pe, SR_PMEVCNTR4_EL0), 0);
    put(pe, SR_PMSELR_EL0, 1);
    ck_assert_uint_eq(get(pe, SR_PMXEVCNTR_EL0), 1);
    ck_assert_uint_eq(get(pe, SR_PMXEVTYPER_EL0), NSH | PMU_EXC_TAKEN);
    put(pe, SR_PMSELR_EL0, 31);
    put(pe, SR_PMXEVTYPER_EL0, ~UINT64_C(0));
    ck_assert_uint_eq(get(pe, SR_PMCCFILTR_EL0), 0xc8000000);
    test_pe_free(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pmu");
    TCase *c = tcase_create("pmu");
    tcase_add_test(c, identification);
    tcase_add_test(c, cycles_and_instructions);
    tcase_add_test(c, filters);
    tcase_add_test(c, hpmn_splits_the_counters);
    tcase_add_test(c, cycle_overflow_raises_the_line_in_time);
    tcase_add_test(c, event_counters_are_32_bits_and_chain);
    tcase_add_test(c, software_increment_and_exceptions);
    suite_add_tcase(s, c);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
