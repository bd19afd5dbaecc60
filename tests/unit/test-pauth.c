/* SPDX-License-Identifier: Apache-2.0 */
/* Pointer authentication: the cipher against its published vector, and AddPAC/Auth/Strip as a program sees them. */
#include "tests/unit/test-pe.h"

#include "cpu/pauth.h"

/* R. Avanzi, "The QARMA Block Cipher Family", test vectors for QARMA-64 with five rounds and sbox sigma_2 */
START_TEST(qarma5_vector)
{
    ck_assert_uint_eq(pauth_qarma5(UINT64_C(0xfb623599da6e8127), UINT64_C(0x477d469dec0b8762), UINT64_C(0x84be85ce9804e94b),
                                   UINT64_C(0xec2802d4e0a488e9)),
                      UINT64_C(0xc003b93999b33765));
}
END_TEST

static struct test_pe *pac_pe(unsigned el)
{
    struct test_pe *t = test_pe_new("max", true, el);
    struct pe *pe = t->pe;
    uint64_t enables = BIT64(31) | BIT64(30) | BIT64(27) | BIT64(13);
    pe->sr[SR_SCTLR_EL1] |= enables;
    pe->sr[SR_SCTLR_EL2] |= enables;
    pe->sr[SR_HCR_EL2] |= BIT64(41) | BIT64(40);
    pe->sr[SR_TCR_EL1] = 25 | UINT64_C(25) << 16; /* 39-bit addresses */
    pe->sr[SR_APIAKeyLo_EL1] = UINT64_C(0x1122334455667788);
    pe->sr[SR_APIAKeyHi_EL1] = UINT64_C(0x99aabbccddeeff00);
    pe->sr[SR_APIBKeyLo_EL1] = 1;
    return t;
}

static const uint64_t pointers[] = {UINT64_C(0xffffff8012345678), UINT64_C(0x0000003f12345678), 0, UINT64_C(0xffffffffffffffff)};

START_TEST(sign_and_authenticate)
{
    struct test_pe *t = pac_pe(1);
    struct pe *pe = t->pe;
    for (unsigned i = 0; i < ARRAY_LEN(pointers); i++) {
        pe->x[30] = pointers[i];
        pe->x[X_SP] = 0x1000;
        ck_assert(pauth_hint(pe, PAC_SP, false, false));
        uint64_t signed_ptr = pe->x[30];
        ck_assert_uint_ne(signed_ptr, pointers[i]);
        ck_assert_uint_eq(bit64(signed_ptr, 55), bit64(pointers[i], 55));
        ck_assert(pauth_hint(pe, PAC_SP, true, false));
        ck_assert_uint_eq(pe->x[30], pointers[i]);
        pe->x[30] = signed_ptr;
        ck_assert(pauth_strip(pe, 30, false));
        ck_assert_uint_eq(pe->x[30], pointers[i]);
    }
    test_pe_free(t);
}
END_TEST

/* Auth(): error code 0b01 for the A keys, 0b10 for the B keys, in bits 62:61 without TBI, 54:53 with it */
START_TEST(wrong_modifier_gives_error_code)
{
    struct test_pe *t = pac_pe(1);
    struct pe *pe = t->pe;
    for (unsigned key_b = 0; key_b < 2; key_b++) {
        for (unsigned tbi = 0; tbi < 2; tbi++) {
            pe->sr[SR_TCR_EL1] = set_bits64(pe->sr[SR_TCR_EL1], 37, 37, tbi);
            pe->x[30] = pointers[1];
            pe->x[X_SP] = 0x1000;
            ck_assert(pauth_hint(pe, PAC_SP, false, key_b));
            pe->x[X_SP] = 0x1010;
            ck_assert(pauth_hint(pe, PAC_SP, true, key_b));
            unsigned lo = tbi ? 53 : 61;
            ck_assert_uint_eq(pe->x[30], pointers[1] | (uint64_t)(key_b ? 2 : 1) << lo);
        }
    }
    test_pe_free(t);
}
END_TEST

START_TEST(disabled_key_does_nothing)
{
    struct test_pe *t = pac_pe(1);
    t->pe->sr[SR_SCTLR_EL1] &= ~BIT64(31);
    t->pe->x[30] = pointers[0];
    ck_assert(pauth_hint(t->pe, PAC_SP, false, false));
    ck_assert_uint_eq(t->pe->x[30], pointers[0]);
    test_pe_free(t);
}
END_TEST

/* TrapPACUse(): EC 0x09 to EL2 while HCR_EL2.API is 0; not at EL2 itself */
START_TEST(trap_to_el2)
{
    struct test_pe *t = pac_pe(1);
    t->pe->sr[SR_HCR_EL2] &= ~BIT64(41);
    ck_assert(!pauth_hint(t->pe, PAC_SP, false, false));
    ck_assert(t->pe->exc.valid);
    ck_assert_uint_eq(t->pe->exc.ec, EC_PAC);
    ck_assert_uint_eq(t->pe->exc.target_el, 2);
    test_pe_free(t);
    t = pac_pe(2);
    t->pe->sr[SR_HCR_EL2] &= ~BIT64(41);
    ck_assert(pauth_hint(t->pe, PAC_SP, false, false));
    test_pe_free(t);
}
END_TEST

/* HCR_EL2.APK = 0 traps the keys at EL1 */
START_TEST(keys_trap)
{
    struct test_pe *t = pac_pe(1);
    uint64_t v;
    unsigned idx = (unsigned)sysreg_lookup((uint16_t)(3 << 14 | 0 << 11 | 2 << 7 | 1 << 3 | 0));
    ck_assert(sysreg_read(t->pe, idx, 3, &v));
    ck_assert_uint_eq(v, UINT64_C(0x1122334455667788));
    t->pe->sr[SR_HCR_EL2] &= ~BIT64(40);
    ck_assert(!sysreg_read(t->pe, idx, 3, &v));
    ck_assert_uint_eq(t->pe->exc.ec, EC_SYSREG);
    ck_assert_uint_eq(t->pe->exc.target_el, 2);
    test_pe_free(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pauth");
    TCase *c = tcase_create("pauth");
    tcase_add_test(c, qarma5_vector);
    tcase_add_test(c, sign_and_authenticate);
    tcase_add_test(c, wrong_modifier_gives_error_code);
    tcase_add_test(c, disabled_key_does_nothing);
    tcase_add_test(c, trap_to_el2);
    tcase_add_test(c, keys_trap);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
