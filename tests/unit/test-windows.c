/* SPDX-License-Identifier: Apache-2.0 */
/* hyp/windows: windows of a switch, the ways of an SError, reads, both formats. */
#define _GNU_SOURCE
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "hyp/windows.h"
#include "tests/unit/test-recs.h"

#define GUEST (VM | AMO)

enum { ALL = 15, NO_A = 11, NO_I = 13 };

struct fixture {
    struct windows *w;
    FILE *f;
    char *text;
    size_t len;
};

static void begin(struct fixture *x, bool json, uint8_t bits)
{
    const struct windows_opts o = {.json = json, .bits = bits, .ns_per_insn = 1};
    x->f = open_memstream(&x->text, &x->len);
    x->w = windows_new(x->f, &o);
    ck_assert_ptr_nonnull(x->w);
}

static char *finish(struct fixture *x)
{
    ck_assert(windows_finish(x->w));
    windows_free(x->w);
    fclose(x->f);
    return x->text;
}

static void put(struct fixture *x, struct rec r)
{
    const struct rec_sink *k = windows_sink(x->w);
    r.time_ns = r.icount;
    r.hcr |= GUEST;
    r.vttbr = VTTBR(1);
    k->put(k->opaque, &r);
}

static void leave(struct fixture *x, uint64_t at, unsigned type)
{
    struct rec r = rec_leave(at, ESR_HVC, 0, 0);
    r.type = (uint16_t)type;
    r.d += 0x80 * type;
    put(x, r);
}

static void enter(struct fixture *x, uint64_t at)
{
    put(x, rec_enter(at, 0, 0));
}

static void mask(struct fixture *x, uint64_t at, uint8_t new, uint8_t old, uint64_t pc)
{
    put(x, (struct rec){.kind = REC_MASK, .from_el = 2, .el = 2, .icount = at, .daif = new, .pc = pc, .a = new, .b = old});
}

static void pend(struct fixture *x, uint64_t at, unsigned el, uint8_t daif)
{
    put(x, (struct rec){.kind = REC_SERROR_PENDED, .from_el = (uint8_t)el, .el = (uint8_t)el, .icount = at, .daif = daif, .pc = 0x3000, .a = 0x12});
}

START_TEST(one_instruction)
{
    struct fixture x;
    begin(&x, false, 0);
    mask(&x, 5, NO_A, ALL, 0x100);      /* before any exit: not of a switch */
    mask(&x, 6, ALL, NO_A, 0x104);
    leave(&x, 100, 0);
    mask(&x, 140, NO_A, ALL, 0x1000);
    mask(&x, 142, ALL, NO_A, 0x1008);
    enter(&x, 200);
    leave(&x, 300, 0);
    enter(&x, 400);
    struct windows_counts n = windows_counts(x.w);
    ck_assert_uint_eq(n.exits, 2);
    ck_assert_uint_eq(n.exits_with_window, 1);
    ck_assert_uint_eq(n.windows_a, 1);
    char *t = finish(&x);
    has(t, "+42  window PSTATE.A=0      1 insn      1 ns  0x1000 .. 0x1008, masked");
    ck_assert_ptr_nonnull(strstr(t, "2 guest exits; 1 of 2 have a window"));
    free(t);
}
END_TEST

START_TEST(an_exception_and_an_eret_end_a_window)
{
    struct fixture x;
    begin(&x, true, 4);
    leave(&x, 100, 0);
    mask(&x, 110, NO_A, ALL, 0x1000);
    pend(&x, 111, 2, NO_A);
    put(&x, (struct rec){.kind = REC_EXC_ENTRY, .from_el = 2, .el = 2, .icount = 111, .type = 3, .daif = ALL, .pc = 0x1004, .a = 0xbe000012, .d = 0x380});
    put(&x, (struct rec){.kind = REC_ERET, .from_el = 2, .el = 2, .icount = 120, .daif = NO_A, .pc = 0x1100, .b = 0x1004});
    enter(&x, 131);
    char *t = finish(&x);
    has(t, "\"opened_at\":\"0x1000\",\"window_insns\":0,\"window_ns\":0,\"ended_by\":\"SError\"");
    has(t, "\"opened_at\":\"0x1100\",\"window_insns\":10,\"window_ns\":10,\"ended_by\":\"ERET\"");
    has(t, "\"accounted_to\":\"hypervisor\",\"raised_in\":\"hypervisor\",\"latency_insns\":0");
    has(t, "\"masked\":0,\"taken\":1");
    free(t);
}
END_TEST

START_TEST(other_bits)
{
    struct fixture x;
    begin(&x, false, 2 | 4);
    leave(&x, 100, 1);
    mask(&x, 110, NO_I, ALL, 0x1000);
    mask(&x, 120, ALL, NO_I, 0x1008);
    enter(&x, 200);
    ck_assert_uint_eq(windows_counts(x.w).windows_a, 0);
    char *t = finish(&x);
    has(t, "window PSTATE.I=0     9 insns      9 ns");
    ck_assert_ptr_null(strstr(t, "PSTATE.A=0"));
    free(t);
}
END_TEST

/* Raised behind the mask at EL2, taken from the guest; raised in the guest, taken at EL2 in a window */
START_TEST(from_world_to_world)
{
    struct fixture x;
    begin(&x, false, 0);
    leave(&x, 100, 0);
    pend(&x, 150, 2, ALL);
    enter(&x, 200);
    leave(&x, 200, 3);
    enter(&x, 300);
    pend(&x, 310, 1, 0);
    leave(&x, 310, 3);
    ck_assert_uint_eq(windows_counts(x.w).pended, 2);
    ck_assert_uint_eq(windows_counts(x.w).taken, 2);
    char *t = finish(&x);
    has(t, "SError pended in the hypervisor, ISS 0x12, masked");
    has(t, "SError taken to EL2 from the guest, at 0x40200004, 50 insns (50 ns) after it was raised in the hypervisor");
    has(t, "SError pended in the guest, ISS 0x12, not masked");
    has(t, "2 pended (1 of them masked), 2 taken");
    has(t, "hypervisor   guest                1          50         50         50");
    free(t);
}
END_TEST

START_TEST(deferred_and_consumed)
{
    struct fixture x;
    begin(&x, false, 0);
    leave(&x, 100, 0);
    pend(&x, 101, 2, ALL);
    put(&x, (struct rec){.kind = REC_SYSREG_READ, .el = 2, .from_el = 2, .icount = 105, .daif = ALL, .pc = 0x1000, .a = 0xc608, .b = 0x100});
    put(&x, (struct rec){.kind = REC_SERROR_DEFERRED, .el = 2, .from_el = 2, .icount = 110, .daif = ALL, .pc = 0x1010, .a = BIT64(31) | 0x12});
    put(&x, (struct rec){.kind = REC_SYSREG_READ, .el = 2, .from_el = 2, .icount = 111, .daif = ALL, .pc = 0x1014, .a = 0xc609, .b = BIT64(31) | 0x12});
    put(&x, (struct rec){.kind = REC_SYSREG, .el = 2, .from_el = 2, .icount = 112, .daif = ALL, .pc = 0x1018, .a = 0xc609, .b = 0, .c = BIT64(31) | 0x12});
    put(&x, (struct rec){.kind = REC_SYSREG_READ, .el = 2, .from_el = 2, .icount = 113, .daif = ALL, .pc = 0x1014, .a = 0xc609, .b = 0});
    struct windows_counts n = windows_counts(x.w);
    ck_assert_uint_eq(n.deferred, 1);
    ck_assert_uint_eq(n.consumed, 1);
    ck_assert_uint_eq(n.reads, 3);
    char *t = finish(&x);
    has(t, "= 0x100 (pending: A), at 0x1000");
    has(t, "SError deferred by ESB in the hypervisor, DISR_EL1 = 0x80000012, at 0x1010, 9 insns");
    has(t, "the SError is consumed, 1 insn after ESB deferred it");
    has(t, ".A cleared, at 0x1018");
    has(t, "0 still pending");
    free(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("windows");
    TCase *c = tcase_create("windows");
    suite_add_tcase(s, c);
    tcase_add_test(c, one_instruction);
    tcase_add_test(c, an_exception_and_an_eret_end_a_window);
    tcase_add_test(c, other_bits);
    tcase_add_test(c, from_world_to_world);
    tcase_add_test(c, deferred_and_consumed);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
