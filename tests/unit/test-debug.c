/* SPDX-License-Identifier: Apache-2.0 */
/* Self-hosted debug: enabling and routing, breakpoint, watchpoint and linked context matches. */
#include "tests/unit/test-pe.h"

enum { MDE = 1 << 15, KDE = 1 << 13, SS = 1, E = 1, EL1_AND_EL0 = 3 << 1, EL0_ONLY = 2 << 1, EL1_ONLY = 1 << 1 };
#define HMC BIT64(13)
#define SSC(n) ((uint64_t)(n) << 14)
#define LBN(n) ((uint64_t)(n) << 16)
#define BT(n) ((uint64_t)(n) << 20)
#define BAS8 (UINT64_C(0xff) << 5)
#define LSC(n) ((uint64_t)(n) << 3)
#define HIT 0x1000u

static struct test_pe *debug_pe(unsigned el)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    put(t->pe, SR_OSLAR_EL1, 0);
    put(t->pe, SR_MDSCR_EL1, MDE | KDE);
    t->pe->daif = 0;
    at_el(t->pe, el);
    return t;
}

/* 0: no match; else HIT + target EL */
static unsigned fetch(struct pe *pe, uint64_t va)
{
    debug_update(pe);
    if ((pe->debug_mode & 2) == 0 || debug_check_fetch(pe, va)) {
        return 0;
    }
    ck_assert(pe->exc.valid);
    pe->exc.valid = false;
    ck_assert_uint_eq(pe->exc.ec, EC_BREAKPT_LOWER);
    ck_assert_uint_eq(pe->exc.iss, 0x22);
    return HIT + pe->exc.target_el;
}

static unsigned access_at(struct pe *pe, uint64_t va, unsigned size, bool write, bool unpriv)
{
    debug_update(pe);
    if ((pe->debug_mode & 4) == 0 || debug_check_access(pe, va, size, write, unpriv)) {
        return 0;
    }
    ck_assert(pe->exc.valid);
    pe->exc.valid = false;
    ck_assert_uint_eq(pe->exc.ec, EC_WATCHPT_LOWER);
    ck_assert_uint_eq(pe->exc.iss, 0x22 | (write ? 0x40 : 0));
    ck_assert(pe->exc.has_far);
    ck_assert_uint_lt(pe->exc.far - va, size);      /* the first watched byte */
    return HIT + pe->exc.target_el;
}

START_TEST(breakpoint_needs_everything_enabled)
{
    struct test_pe *t = debug_pe(1);
    struct pe *pe = t->pe;
    put(pe, SR_DBGBVR0_EL1, 0x1000);
    put(pe, SR_DBGBCR0_EL1, E | EL1_AND_EL0);
    ck_assert_uint_eq(get(pe, SR_DBGBCR0_EL1), E | EL1_AND_EL0 | 0x1e0);
    ck_assert_uint_eq(fetch(pe, 0x1000), HIT + 1);
    ck_assert_uint_eq(fetch(pe, 0x1004), 0);
    pe->daif = PSTATE_D;
    ck_assert_uint_eq(fetch(pe, 0x1000), 0);
    pe->daif = 0;
    put(pe, SR_MDSCR_EL1, MDE);             /* no KDE: not from EL1 itself */
    ck_assert_uint_eq(fetch(pe, 0x1000), 0);
    at_el(pe, 0);
    ck_assert_uint_eq(fetch(pe, 0x1000), HIT + 1);
    at_el(pe, 1);
    put(pe, SR_MDSCR_EL1, MDE | KDE);
    put(pe, SR_OSLAR_EL1, 1);
    ck_assert_uint_eq(fetch(pe, 0x1000), 0);
    put(pe, SR_OSLAR_EL1, 0);
    put(pe, SR_MDSCR_EL1, KDE);
    ck_assert_uint_eq(fetch(pe, 0x1000), 0);
    test_pe_free(t);
}
END_TEST

START_TEST(routing_to_el2)
{
    struct test_pe *t = debug_pe(2);
    struct pe *pe = t->pe;
    put(pe, SR_DBGBVR3_EL1, 0x2000);
    put(pe, SR_DBGBCR3_EL1, E | HMC | SSC(3) | EL1_AND_EL0);
    ck_assert_uint_eq(fetch(pe, 0x2000), 0);        /* the target is EL1: never from EL2 */
    put(pe, SR_MDCR_EL2, 6 | BIT64(8));             /* TDE */
    ck_assert_uint_eq(fetch(pe, 0x2000), HIT + 2);
    at_el(pe, 1);
    ck_assert_uint_eq(fetch(pe, 0x2000), HIT + 2);
    pe->daif = PSTATE_D;                            /* D masks exceptions of the same EL only */
    ck_assert_uint_eq(fetch(pe, 0x2000), HIT + 2);
    test_pe_free(t);
}
END_TEST

static const struct {
    uint64_t bits;
    bool el[3];
} states[] = {
    { EL1_ONLY, { false, true, false } },
    { EL0_ONLY, { true, false, false } },
    { EL1_AND_EL0, { true, true, false } },
    { HMC | SSC(1) | EL1_AND_EL0, { true, true, true } },
    { HMC | SSC(3), { false, false, true } },
    { HMC | SSC(3) | EL1_ONLY, { false, true, true } },
    { HMC | EL1_ONLY, { false, true, true } },
    { SSC(1) | EL0_ONLY, { true, false, false } },
    { SSC(2) | EL1_AND_EL0, { false, false, false } },
};

START_TEST(state_matching)
{
    struct test_pe *t = debug_pe(2);
    struct pe *pe = t->pe;
    put(pe, SR_MDCR_EL2, 6 | BIT64(8));
    put(pe, SR_DBGBVR0_EL1, 0x3000);
    put(pe, SR_DBGBCR0_EL1, E | states[_i].bits);
    for (unsigned el = 0; el < 3; el++) {
        at_el(pe, el);
        ck_assert_uint_eq(fetch(pe, 0x3000) != 0, states[_i].el[el]);
    }
    test_pe_free(t);
}
END_TEST

START_TEST(linked_contexts)
{
    struct test_pe *t = debug_pe(2);
    struct pe *pe = t->pe;
    put(pe, SR_DBGBVR0_EL1, 0x1000);
    put(pe, SR_DBGBCR0_EL1, E | EL1_AND_EL0 | BT(1) | LBN(5));
    put(pe, SR_DBGBVR5_EL1, 42);
    put(pe, SR_DBGBCR5_EL1, E | BT(3));
    put(pe, SR_CONTEXTIDR_EL1, 42);
    at_el(pe, 1);
    ck_assert_uint_eq(fetch(pe, 0x1000), HIT + 1);
    put(pe, SR_CONTEXTIDR_EL1, 43);
    ck_assert_uint_eq(fetch(pe, 0x1000), 0);
    /* VMID, linked */
    at_el(pe, 2);
    put(pe, SR_VTTBR_EL2, UINT64_C(7) << 48);
    put(pe, SR_DBGBVR5_EL1, UINT64_C(7) << 32);
    put(pe, SR_DBGBCR5_EL1, E | BT(9));
    at_el(pe, 1);
    ck_assert_uint_eq(fetch(pe, 0x1000), HIT + 1);
    at_el(pe, 2);
    put(pe, SR_VTTBR_EL2, UINT64_C(8) << 48);
    at_el(pe, 1);
    ck_assert_uint_eq(fetch(pe, 0x1000), 0);
    /* an unlinked context breakpoint matches every instruction of the context */
    put(pe, SR_DBGBCR0_EL1, 0);
    put(pe, SR_DBGBVR4_EL1, 43);
    put(pe, SR_DBGBCR4_EL1, E | EL1_AND_EL0 | BT(2));
    ck_assert_uint_eq(fetch(pe, 0x123454), HIT + 1);
    /* only the last two are context-aware */
    put(pe, SR_DBGBCR4_EL1, 0);
    put(pe, SR_DBGBVR1_EL1, 43);
    put(pe, SR_DBGBCR1_EL1, E | EL1_AND_EL0 | BT(2));
    ck_assert_uint_eq(fetch(pe, 0x123454), 0);
    test_pe_free(t);
}
END_TEST

START_TEST(watchpoints)
{
    struct test_pe *t = debug_pe(1);
    struct pe *pe = t->pe;
    put(pe, SR_DBGWVR0_EL1, 0x4000);
    put(pe, SR_DBGWCR0_EL1, E | EL1_AND_EL0 | LSC(2) | BAS8);
    ck_assert_uint_eq(access_at(pe, 0x4000, 8, true, false), HIT + 1);
    ck_assert_uint_eq(access_at(pe, 0x4000, 8, false, false), 0);
    ck_assert_uint_eq(access_at(pe, 0x4007, 1, true, false), HIT + 1);
    ck_assert_uint_eq(access_at(pe, 0x4008, 1, true, false), 0);
    ck_assert_uint_eq(access_at(pe, 0x3ffc, 8, true, false), HIT + 1);
    put(pe, SR_DBGWCR0_EL1, E | EL1_AND_EL0 | LSC(3) | UINT64_C(0x0c) << 5);   /* bytes 2 and 3 */
    ck_assert_uint_eq(access_at(pe, 0x4000, 2, false, false), 0);
    ck_assert_uint_eq(access_at(pe, 0x4003, 1, false, false), HIT + 1);
    ck_assert_uint_eq(access_at(pe, 0x4004, 4, true, false), 0);
    put(pe, SR_DBGWCR0_EL1, E | EL1_AND_EL0 | LSC(3) | BAS8 | UINT64_C(12) << 24);
    ck_assert_uint_eq(access_at(pe, 0x4abc, 4, true, false), HIT + 1);
    ck_assert_uint_eq(access_at(pe, 0x5000, 4, true, false), 0);
    put(pe, SR_DBGWCR0_EL1, E | EL0_ONLY | LSC(3) | BAS8);
    ck_assert_uint_eq(access_at(pe, 0x4000, 4, true, false), 0);
    ck_assert_uint_eq(access_at(pe, 0x4000, 4, true, true), HIT + 1);          /* STTR */
    test_pe_free(t);
}
END_TEST

START_TEST(software_step)
{
    struct test_pe *t = debug_pe(1);
    struct pe *pe = t->pe;
    put(pe, SR_MDSCR_EL1, SS);
    debug_update(pe);
    ck_assert_uint_eq(pe->debug_mode, 0);
    ck_assert(debug_step_enabled(pe, 0, true));
    at_el(pe, 0);
    debug_update(pe);
    ck_assert_uint_eq(pe->debug_mode, 1);
    ck_assert(!debug_raise_step(pe));
    ck_assert_uint_eq(pe->exc.ec, EC_SSTEP_LOWER);
    ck_assert_uint_eq(pe->exc.target_el, 1);
    pe->exc.valid = false;
    at_el(pe, 1);
    put(pe, SR_MDSCR_EL1, SS | KDE);
    debug_update(pe);
    ck_assert_uint_eq(pe->debug_mode, 1);
    test_pe_free(t);
}
END_TEST

START_TEST(external_bits_of_mdscr_follow_the_os_lock)
{
    struct test_pe *t = debug_pe(1);
    struct pe *pe = t->pe;
    put(pe, SR_MDSCR_EL1, ~UINT64_C(0));
    ck_assert_uint_eq(get(pe, SR_MDSCR_EL1), MDE | KDE | BIT64(12) | SS);
    put(pe, SR_OSLAR_EL1, 1);
    ck_assert_uint_eq(get(pe, SR_OSLSR_EL1), 0xa);
    put(pe, SR_MDSCR_EL1, ~UINT64_C(0));
    ck_assert_uint_eq(get(pe, SR_MDSCR_EL1), 0x6ce0f041);
    put(pe, SR_OSLAR_EL1, 0);
    ck_assert_uint_eq(get(pe, SR_OSLSR_EL1), 8);
    put(pe, SR_DBGCLAIMSET_EL1, 0x0f);
    put(pe, SR_DBGCLAIMCLR_EL1, 3);
    ck_assert_uint_eq(get(pe, SR_DBGCLAIMCLR_EL1), 0xc);
    ck_assert_uint_eq(get(pe, SR_DBGCLAIMSET_EL1), 0xff);
    test_pe_free(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("debug");
    TCase *c = tcase_create("debug");
    tcase_add_test(c, breakpoint_needs_everything_enabled);
    tcase_add_test(c, routing_to_el2);
    tcase_add_loop_test(c, state_matching, 0, ARRAY_LEN(states));
    tcase_add_test(c, linked_contexts);
    tcase_add_test(c, watchpoints);
    tcase_add_test(c, software_step);
    tcase_add_test(c, external_bits_of_mdscr_follow_the_os_lock);
    suite_add_tcase(s, c);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
