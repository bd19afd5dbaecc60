/* SPDX-License-Identifier: Apache-2.0 */
/* traces/esr: syndromes in words. The ISS values are built from the Arm ARM's field positions. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "traces/esr.h"

#define ESR(ec, iss) ((uint64_t)(ec) << 26 | 1u << 25 | (iss))

/* op0:op1:CRn:CRm:op2 of an instruction */
#define ENC(op0, op1, crn, crm, op2) ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

/* ISS of EC 0x18: Op0, Op2, Op1, CRn, Rt, CRm, direction from bit 20 down to 0 */
#define SYSREG_ISS(op0, op1, crn, crm, op2, rt, read) \
    ((op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (rt) << 5 | (crm) << 1 | (read))

static const char *some_name(void *opaque, uint16_t enc)
{
    (void)opaque;
    return enc == ENC(3, 0, 0, 4, 0) ? "ID_AA64PFR0_EL1" : enc == ENC(1, 0, 7, 6, 2) ? "DC ISW" : NULL;
}

static const struct esr_names names = {.sysreg = some_name};

static const struct {
    uint64_t esr;
    const char *words;
    const char *reason;
} cases[] = {
    {ESR(0x00, 0), "UNDEF", "UNDEF"},
    {ESR(0x01, 0), "WFI", "WFI"},
    {ESR(0x01, 1), "WFE", "WFE"},
    {ESR(0x07, 0x1e00000), "FP access", "FP access"},
    {ESR(0x09, 0), "PAC", "PAC"},
    {ESR(0x0e, 0), "illegal state", "illegal state"},
    {ESR(0x15, 7), "SVC #7", "SVC"},
    {ESR(0x16, 0), "HVC #0", "HVC"},
    {ESR(0x16, 0xea1), "HVC #3745", "HVC"},
    {ESR(0x17, 0), "SMC #0", "SMC"},
    {ESR(0x18, SYSREG_ISS(3, 0, 0, 4, 0, 5, 1)), "sysreg read ID_AA64PFR0_EL1 to x5", "sysreg read ID_AA64PFR0_EL1"},
    {ESR(0x18, SYSREG_ISS(3, 3, 13, 0, 2, 31, 0)), "sysreg write S3_3_C13_C0_2 from xzr", "sysreg write S3_3_C13_C0_2"},
    {ESR(0x18, SYSREG_ISS(1, 0, 7, 6, 2, 3, 0)), "sysop DC ISW from x3", "sysop DC ISW"},
    {ESR(0x19, 0), "SVE access", "SVE access"},
    {ESR(0x1a, 0), "ERET", "ERET"},
    {ESR(0x1a, 2), "ERETAA", "ERETAA"},
    {ESR(0x20, 0x07), "IABT, translation fault L3", "IABT, translation fault"},
    {ESR(0x20, 0x86), "IABT, translation fault L2 on stage 1 walk", "IABT, translation fault on stage 1 walk"},
    {ESR(0x21, 0x0f), "IABT same EL, permission fault L3", "IABT same EL, permission fault"},
    {ESR(0x22, 0), "PC alignment", "PC alignment"},
    /* ISV, SAS = 2 (4 bytes), SRT = 1, WnR */
    {ESR(0x24, 1 << 24 | 2 << 22 | 1 << 16 | 1 << 6 | 0x07), "DABT write 4 bytes from w1, translation fault L3",
     "DABT write, translation fault"},
    /* ISV, SAS = 0, SRT = 2 */
    {ESR(0x24, 1 << 24 | 0 << 22 | 2 << 16 | 0x06), "DABT read 1 byte to w2, translation fault L2",
     "DABT read, translation fault"},
    /* ISV, SAS = 3, SRT = 31, SF */
    {ESR(0x24, 1 << 24 | 3 << 22 | 31 << 16 | 1 << 15 | 0x0d), "DABT read 8 bytes to xzr, permission fault L1",
     "DABT read, permission fault"},
    /* cache maintenance reports WnR = 1 too */
    {ESR(0x24, 1 << 8 | 1 << 6 | 0x0b), "DABT cache maintenance, access flag fault L3",
     "DABT cache maintenance, access flag fault"},
    {ESR(0x25, 0x10), "DABT same EL read, external abort", "DABT same EL read, external abort"},
    {ESR(0x25, 0x61), "DABT same EL write, alignment fault", "DABT same EL write, alignment fault"},
    {ESR(0x26, 0), "SP alignment", "SP alignment"},
    {ESR(0x2c, 1 << 23 | 0x12), "FP exception divide by zero inexact", "FP exception divide by zero inexact"},
    {ESR(0x2f, 1 << 24 | 0x1234), "SError implementation defined 0x1234", "SError implementation defined 0x1234"},
    {ESR(0x2f, 3 << 10 | 0x11), "SError recoverable", "SError recoverable"},
    {ESR(0x2f, 0), "SError", "SError"},
    {ESR(0x30, 0x22), "breakpoint", "breakpoint"},
    {ESR(0x31, 0x22), "breakpoint same EL", "breakpoint same EL"},
    {ESR(0x32, 1 << 24 | 1 << 6 | 0x22), "software step of an exclusive", "software step"},
    {ESR(0x33, 0x22), "software step same EL", "software step same EL"},
    {ESR(0x34, 0x62), "watchpoint write", "watchpoint write"},
    {ESR(0x35, 0x22), "watchpoint same EL read", "watchpoint same EL read"},
    {ESR(0x3c, 0xf000), "BRK #61440", "BRK"},
    {ESR(0x3f, 0), "EC 0x3f", "EC 0x3f"},
};

START_TEST(syndromes_in_words)
{
    char buf[128];
    esr_describe(buf, sizeof(buf), cases[_i].esr, &names);
    ck_assert_str_eq(buf, cases[_i].words);
    esr_reason(buf, sizeof(buf), cases[_i].esr, &names);
    ck_assert_str_eq(buf, cases[_i].reason);
}
END_TEST

START_TEST(fault_status_codes)
{
    static const struct {
        unsigned fsc;
        const char *words;
    } t[] = {
        {0x00, "address size fault L0"}, {0x05, "translation fault L1"}, {0x09, "access flag fault L1"},
        {0x0e, "permission fault L2"}, {0x10, "external abort"}, {0x14, "external abort on walk L0"},
        {0x18, "parity error"}, {0x1f, "parity error on walk L3"}, {0x21, "alignment fault"}, {0x2b, "translation fault L-1"},
        {0x30, "TLB conflict"}, {0x35, "unsupported exclusive"}, {0x3e, "fault status 0x3e"},
    };
    for (unsigned i = 0; i < ARRAY_LEN(t); i++) {
        char buf[64];
        esr_fault_status(buf, sizeof(buf), t[i].fsc);
        ck_assert_str_eq(buf, t[i].words);
    }
}
END_TEST

START_TEST(addresses_are_given_only_when_valid)
{
    uint64_t ipa = 0;
    uint64_t mmio = ESR(0x24, 1 << 6 | 0x07);
    ck_assert(esr_far_valid(mmio));
    /* HPFAR_EL2 holds IPA bits from 12 up at bit 4 */
    ck_assert(esr_ipa(mmio, 0xffff800008001234, 0x9000000 >> 8, &ipa));
    ck_assert_uint_eq(ipa, 0x9000234);
    ck_assert_msg(esr_ipa(ESR(0x24, 1 << 7 | 0x0d), 0x1234, 0x9000000 >> 8, &ipa), "permission fault on a walk has an IPA");
    ck_assert_uint_eq(ipa, 0x9000000);
    ck_assert_msg(!esr_ipa(ESR(0x24, 0x0d), 0x1234, 0x9000000 >> 8, &ipa), "HPFAR_EL2 is UNKNOWN for a permission fault");
    ck_assert(!esr_ipa(ESR(0x24, 0x10), 0, 0, &ipa));
    ck_assert(!esr_ipa(ESR(0x16, 0), 0, 0, &ipa));
    ck_assert(!esr_far_valid(ESR(0x16, 0)));
    ck_assert(!esr_far_valid(ESR(0x24, 1 << 10 | 0x10)));
    ck_assert(esr_far_valid(ESR(0x24, 0x10)));
    ck_assert(esr_far_valid(ESR(0x22, 0)));
    ck_assert(esr_far_valid(ESR(0x35, 0)));
}
END_TEST

START_TEST(short_buffers_are_terminated)
{
    for (size_t len = 0; len < 48; len++) {
        char buf[64];
        memset(buf, 'Z', sizeof(buf));
        esr_describe(buf, len, ESR(0x24, 1 << 24 | 1 << 6 | 0x07), NULL);
        if (len > 0) {
            ck_assert_uint_lt(strlen(buf), len);
        }
        ck_assert_int_eq(buf[len], 'Z');
    }
}
END_TEST

START_TEST(every_syndrome_is_described)
{
    /* each class with many ISS values: terminated, not empty, no crash */
    for (unsigned ec = 0; ec < 64; ec++) {
        for (uint32_t iss = 0; iss < 0x2000000; iss += 0x1357) {
            char buf[96];
            esr_describe(buf, sizeof(buf), (uint64_t)ec << 26 | iss, &names);
            ck_assert_uint_gt(strlen(buf), 0);
            ck_assert_uint_lt(strlen(buf), sizeof(buf) - 1);
            esr_reason(buf, sizeof(buf), (uint64_t)ec << 26 | iss, NULL);
            ck_assert_uint_gt(strlen(buf), 0);
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("esr");
    TCase *t = tcase_create("esr");
    tcase_add_loop_test(t, syndromes_in_words, 0, ARRAY_LEN(cases));
    tcase_add_test(t, fault_status_codes);
    tcase_add_test(t, addresses_are_given_only_when_valid);
    tcase_add_test(t, short_buffers_are_terminated);
    tcase_add_test(t, every_syndrome_is_described);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
