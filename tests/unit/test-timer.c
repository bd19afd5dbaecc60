/* SPDX-License-Identifier: Apache-2.0 */
/* Generic timers: conditions, lines, offsets, TVAL, the event stream. */
#include "cpu/timer.h"
#include "tests/unit/test-pe.h"

#define HCR_E2H BIT64(34)

static const struct {
    uint16_t ctl, cval, tval;
    uint8_t line;
} timers[] = {
    { SR_CNTP_CTL_EL0, SR_CNTP_CVAL_EL0, SR_CNTP_TVAL_EL0, LINE_CNTP },
    { SR_CNTV_CTL_EL0, SR_CNTV_CVAL_EL0, SR_CNTV_TVAL_EL0, LINE_CNTV },
    { SR_CNTHP_CTL_EL2, SR_CNTHP_CVAL_EL2, SR_CNTHP_TVAL_EL2, LINE_CNTHP },
    { SR_CNTHV_CTL_EL2, SR_CNTHV_CVAL_EL2, SR_CNTHV_TVAL_EL2, LINE_CNTHV },
};

START_TEST(the_counter_ticks_every_16_ns)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    ck_assert_uint_eq(get(t->pe, SR_CNTPCT_EL0), 0);
    test_pe_run(t, 15);
    ck_assert_uint_eq(get(t->pe, SR_CNTPCT_EL0), 0);
    test_pe_run(t, 1);
    ck_assert_uint_eq(get(t->pe, SR_CNTPCT_EL0), 1);
    test_pe_run(t, 16000);
    ck_assert_uint_eq(get(t->pe, SR_CNTPCT_EL0), 1001);
    ck_assert_uint_eq(get(t->pe, SR_CNTFRQ_EL0), 62500000);
    test_pe_free(t);
}
END_TEST

START_TEST(a_timer_fires_at_its_compare_value)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    put(pe, timers[_i].cval, 100);
    put(pe, timers[_i].ctl, 1);
    ck_assert_uint_eq(get(pe, timers[_i].ctl), 1);
    test_pe_run(t, 1599);
    ck_assert(!t->line[timers[_i].line]);
    test_pe_run(t, 1);
    ck_assert(t->line[timers[_i].line]);
    ck_assert_uint_eq(get(pe, timers[_i].ctl), 5);
    put(pe, timers[_i].ctl, 3);
    ck_assert(!t->line[timers[_i].line]);
    ck_assert_uint_eq(get(pe, timers[_i].ctl), 7);  /* ISTATUS does not look at IMASK */
    put(pe, timers[_i].ctl, 1);
    ck_assert(t->line[timers[_i].line]);
    put(pe, timers[_i].cval, 200);
    ck_assert(!t->line[timers[_i].line]);
    ck_assert_uint_eq(get(pe, timers[_i].ctl), 1);
    test_pe_run(t, 1600);
    ck_assert(t->line[timers[_i].line]);
    put(pe, timers[_i].ctl, 0);
    ck_assert(!t->line[timers[_i].line]);
    ck_assert_uint_eq(clock_next(&t->clock), TIME_NEVER);
    test_pe_free(t);
}
END_TEST

START_TEST(a_masked_timer_needs_no_event)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    put(pe, timers[_i].cval, 100);
    put(pe, timers[_i].ctl, 3);
    ck_assert_uint_eq(clock_next(&t->clock), TIME_NEVER);
    test_pe_run(t, 1600);
    ck_assert_uint_eq(get(pe, timers[_i].ctl), 7);
    ck_assert_uint_eq(t->edges, 0);
    test_pe_free(t);
}
END_TEST

START_TEST(tval_is_a_signed_32_bit_distance)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    test_pe_run(t, 1600);
    put(pe, timers[_i].tval, 50);
    ck_assert_uint_eq(get(pe, timers[_i].cval), 150);
    ck_assert_uint_eq(get(pe, timers[_i].tval), 50);
    put(pe, timers[_i].tval, 0xffffffff);
    ck_assert_uint_eq(get(pe, timers[_i].cval), 99);
    ck_assert_uint_eq(get(pe, timers[_i].tval), 0xffffffff);
    put(pe, timers[_i].ctl, 1);
    ck_assert(t->line[timers[_i].line]);
    test_pe_free(t);
}
END_TEST

START_TEST(the_offset_belongs_to_the_virtual_timer)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    test_pe_run(t, 16000);
    put(pe, SR_CNTVOFF_EL2, 400);
    ck_assert_uint_eq(get(pe, SR_CNTVCT_EL0), 600);
    ck_assert_uint_eq(get(pe, SR_CNTPCT_EL0), 1000);
    put(pe, SR_CNTV_CVAL_EL0, 601);
    put(pe, SR_CNTV_CTL_EL0, 1);
    ck_assert(!t->line[LINE_CNTV]);
    ck_assert_uint_eq(clock_next(&t->clock), 1001 * 16);
    put(pe, SR_CNTVOFF_EL2, 399);                   /* the view jumps to the compare value */
    ck_assert(t->line[LINE_CNTV]);
    put(pe, SR_CNTVOFF_EL2, 401);
    ck_assert(!t->line[LINE_CNTV]);
    put(pe, SR_CNTVOFF_EL2, 1001);                  /* the view is 2^64 - 1: met, until it wraps */
    ck_assert(t->line[LINE_CNTV]);
    test_pe_run(t, 16);
    ck_assert(!t->line[LINE_CNTV]);
    put(pe, SR_HCR_EL2, HCR_E2H);
    ck_assert_uint_eq(get(pe, SR_CNTVCT_EL0), 1001); /* no offset at EL2 with E2H */
    ck_assert_uint_eq(get(pe, SR_CNTV_TVAL_EL02), 601);
    at_el(pe, 1);
    ck_assert_uint_eq(get(pe, SR_CNTVCT_EL0), 0);
    test_pe_free(t);
}
END_TEST

START_TEST(a_far_compare_value_never_fires)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    put(pe, SR_CNTP_CVAL_EL0, ~UINT64_C(0));
    put(pe, SR_CNTP_CTL_EL0, 1);
    ck_assert_uint_eq(clock_next(&t->clock), TIME_NEVER);
    ck_assert_uint_eq(get(pe, SR_CNTP_CTL_EL0), 1);
    test_pe_free(t);
}
END_TEST

START_TEST(reset_lowers_lines)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    put(pe, SR_CNTP_CTL_EL0, 1);
    put(pe, SR_CNTHP_CVAL_EL2, 1000);
    put(pe, SR_CNTHP_CTL_EL2, 1);
    ck_assert(t->line[LINE_CNTP]);
    pe_reset(pe, 2, TEST_RAM_BASE);
    ck_assert(!t->line[LINE_CNTP]);
    ck_assert_uint_eq(clock_next(&t->clock), TIME_NEVER);
    ck_assert_uint_eq(get(pe, SR_CNTP_CTL_EL0), 0);
    test_pe_free(t);
}
END_TEST

START_TEST(event_stream)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    timers_wfe_check(pe);
    ck_assert(!pe->event_reg);
    put(pe, SR_CNTKCTL_EL1, 4u << 4 | 1u << 2);     /* bit 4 from 0 to 1: at counts 16, 48, 80 ... */
    test_pe_run(t, 15 * 16);
    timers_wfe_check(pe);
    ck_assert(!pe->event_reg);
    timers_wfe_wait(pe);
    ck_assert_uint_eq(clock_next(&t->clock), 16 * 16);
    test_pe_run(t, 16);
    ck_assert(pe->event_reg);
    pe->event_reg = false;
    timers_wfe_check(pe);
    ck_assert(!pe->event_reg);
    test_pe_run(t, 32 * 16);
    timers_wfe_check(pe);                           /* one has passed meanwhile */
    ck_assert(pe->event_reg);
    pe->event_reg = false;
    put(pe, SR_CNTKCTL_EL1, 4u << 4 | 3u << 2);     /* from 1 to 0: 64, 96 */
    timers_wfe_wait(pe);
    ck_assert_uint_eq(clock_next(&t->clock), 64 * 16);
    test_pe_free(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("timer");
    TCase *c = tcase_create("timer");
    tcase_add_test(c, the_counter_ticks_every_16_ns);
    tcase_add_loop_test(c, a_timer_fires_at_its_compare_value, 0, 4);
    tcase_add_loop_test(c, a_masked_timer_needs_no_event, 0, 4);
    tcase_add_loop_test(c, tval_is_a_signed_32_bit_distance, 0, 4);
    tcase_add_test(c, the_offset_belongs_to_the_virtual_timer);
    tcase_add_test(c, a_far_compare_value_never_fires);
    tcase_add_test(c, reset_lowers_lines);
    tcase_add_test(c, event_stream);
    suite_add_tcase(s, c);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
