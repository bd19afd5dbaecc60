/* SPDX-License-Identifier: Apache-2.0 */
/* sim/psci.c: each call's result, and what it asks of the machine. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/psci.h"

#define RAM UINT64_C(0x40000000)
#define N_PES 3

static struct bus bus;
static struct pe pe[N_PES];
static struct pe *pes[N_PES];
static struct pe_host host = { .pes = pes, .n_pes = N_PES };
static struct rec last;
static char log_text[64];       /* what the machine was asked for */

static void on_cpu_on(void *opaque, unsigned id, uint64_t entry, uint64_t context)
{
    (void)opaque;
    snprintf(log_text, sizeof(log_text), "on %u %llx %llx", id, (unsigned long long)entry, (unsigned long long)context);
    pe[id].powered_on = true;
}

static void on_cpu_off(void *opaque, unsigned id)
{
    (void)opaque;
    snprintf(log_text, sizeof(log_text), "off %u", id);
}

static void on_suspend(void *opaque, unsigned id)
{
    (void)opaque;
    snprintf(log_text, sizeof(log_text), "suspend %u", id);
}

static void on_system_off(void *opaque)
{
    (void)opaque;
    strcpy(log_text, "system off");
}

static void on_system_reset(void *opaque)
{
    (void)opaque;
    strcpy(log_text, "system reset");
}

static const struct psci psci = { NULL, on_cpu_on, on_cpu_off, on_suspend, on_system_off, on_system_reset };

static void note(void *opaque, const struct rec *r)
{
    (void)opaque;
    last = *r;
}

static void setup(void)
{
    ck_assert(bus_init(&bus, RAM, 1 << 20));
    memset(pe, 0, sizeof(pe));
    for (unsigned i = 0; i < N_PES; i++) {
        pes[i] = &pe[i];
        pe[i].id = i;
        pe[i].bus = &bus;
        pe[i].host = &host;
        pe[i].el = 2;
    }
    pe[0].powered_on = true;
    log_text[0] = '\0';
}

static void teardown(void)
{
    bus_free(&bus);
}

static int64_t call(uint32_t fn, uint64_t x1, uint64_t x2, uint64_t x3)
{
    pe[0].x[0] = fn;
    pe[0].x[1] = x1;
    pe[0].x[2] = x2;
    pe[0].x[3] = x3;
    log_text[0] = '\0';
    ck_assert(psci_call(&psci, &pe[0]));
    ck_assert_uint_eq(pe[0].x[1], x1);
    ck_assert_uint_eq(pe[0].x[3], x3);
    return (int64_t)pe[0].x[0];
}

START_TEST(versions_and_features)
{
    ck_assert_int_eq(call(0x84000000, 0, 0, 0), 0x10001);
    ck_assert_int_eq(call(0x80000000, 0, 0, 0), 0x10001);
    static const uint32_t known[] = { 0x84000000, 0x84000001, 0xc4000001, 0x84000002, 0x84000003, 0xc4000003, 0x84000004,
                                      0xc4000004, 0x84000006, 0x84000008, 0x84000009, 0x8400000a, 0x84000012, 0xc4000012,
                                      0x80000000 };
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        ck_assert_msg(call(0x8400000a, known[i], 0, 0) == 0, "%#x", known[i]);
    }
    ck_assert_int_eq(call(0x8400000a, 0x8400000e, 0, 0), -1);   /* SYSTEM_SUSPEND */
    ck_assert_int_eq(call(0x80000001, 0x80000001, 0, 0), 0);
    ck_assert_int_eq(call(0x80000001, 0x80008000, 0, 0), -1);   /* SMCCC_ARCH_WORKAROUND_1 */
    ck_assert_int_eq(call(0x80000001, 0x80007fff, 0, 0), -1);
    ck_assert_int_eq(call(0x84000006, 0, 0, 0), 2);
    ck_assert_int_eq(call(0x84000005, 0, 0, 0), -1);
    ck_assert_int_eq(call(0xdeadbeef, 0, 0, 0), -1);
    ck_assert_str_eq(log_text, "");
}
END_TEST

START_TEST(cpu_on_checks_what_it_is_given)
{
    ck_assert_int_eq(call(0xc4000003, 1, RAM + 0x1000, 0x123456789abc), 0);
    ck_assert_str_eq(log_text, "on 1 40001000 123456789abc");
    ck_assert_int_eq(call(0xc4000003, 1, RAM, 0), -4);
    ck_assert_int_eq(call(0xc4000003, 0, RAM, 0), -4);
    ck_assert_int_eq(call(0xc4000003, N_PES, RAM, 0), -2);
    ck_assert_int_eq(call(0xc4000003, 0x100, RAM, 0), -2);
    ck_assert_int_eq(call(0xc4000003, UINT64_C(0x100000002), RAM, 0), -2);
    ck_assert_int_eq(call(0xc4000003, 2, 0x1000, 0), -9);
    ck_assert_int_eq(call(0xc4000003, 2, RAM + 2, 0), -9);
    ck_assert_str_eq(log_text, "");
    /* the 32-bit call takes 32 bits of each argument */
    ck_assert_int_eq(call(0x84000003, UINT64_C(0xffff00000002), UINT64_C(0xff40000000), UINT64_C(0x1100000022)), 0);
    ck_assert_str_eq(log_text, "on 2 40000000 22");
}
END_TEST

START_TEST(affinity_info_tells_who_is_on)
{
    ck_assert_int_eq(call(0xc4000004, 0, 0, 0), 0);
    ck_assert_int_eq(call(0xc4000004, 1, 0, 0), 1);
    ck_assert_int_eq(call(0xc4000004, 9, 0, 0), -2);
    ck_assert_int_eq(call(0xc4000004, 0, 1, 0), -2);
}
END_TEST

START_TEST(off_suspend_and_reset_reach_the_machine)
{
    call(0x84000002, 0, 0, 0);
    ck_assert_str_eq(log_text, "off 0");
    ck_assert_int_eq(call(0xc4000001, 0x10000, RAM, 0), 0);
    ck_assert_str_eq(log_text, "suspend 0");
    ck_assert_int_eq(call(0xc4000001, 0x80000000, RAM, 0), -2);
    ck_assert_str_eq(log_text, "");
    call(0x84000008, 0, 0, 0);
    ck_assert_str_eq(log_text, "system off");
    call(0x84000009, 0, 0, 0);
    ck_assert_str_eq(log_text, "system reset");
    call(0xc4000012, 0, 0, 0);
    ck_assert_str_eq(log_text, "system reset");
    ck_assert_int_eq(call(0xc4000012, 5, 0, 0), -2);
}
END_TEST

START_TEST(calls_are_recorded)
{
    struct rec_sink sink = { .put = note };
    pe[0].rec = &sink;
    pe[0].ns_per_insn = 1;
    pe[0].rec_kinds = REC_BIT(REC_PSCI);
    call(0x84000000, 0, 0, 0);
    ck_assert_uint_eq(last.kind, REC_PSCI);
    ck_assert_uint_eq(last.a, 0x84000000);
    ck_assert_uint_eq(last.b, 0x10001);
    ck_assert_uint_eq(last.el, 2);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("psci");
    TCase *t = tcase_create("psci");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, versions_and_features);
    tcase_add_test(t, cpu_on_checks_what_it_is_given);
    tcase_add_test(t, affinity_info_tells_who_is_on);
    tcase_add_test(t, off_suspend_and_reset_reach_the_machine);
    tcase_add_test(t, calls_are_recorded);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
