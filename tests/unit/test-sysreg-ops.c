/* SPDX-License-Identifier: Apache-2.0 */
/* SYS instructions: AT and PAR_EL1, TLBI and what it reaches. */
#include "tests/unit/test-pe.h"

#define HCR_TGE BIT64(27)
#define HCR_E2H BIT64(34)
#define S1_TABLE (TEST_RAM_BASE + 0x10000)
#define S2_TABLE (TEST_RAM_BASE + 0x20000)
#define BLOCK (BIT64(10) | 1u)              /* AF, block */
#define AP_RO BIT64(7)
#define AP_EL0 BIT64(6)
#define ATTR(n) ((uint64_t)(n) << 2)
#define SH(n) ((uint64_t)(n) << 8)
#define S2_RW (3u << 6)
#define S2_NORMAL (15u << 2)
#define VA(gib) ((uint64_t)(gib) << 30)

static void poke(struct test_pe *t, uint64_t pa, uint64_t v)
{
    ck_assert(bus_write(&t->bus, pa, 8, 0, v));
}

/* Stage 1 of EL1&0 with a level 1 table of 1 GiB blocks, 39-bit VAs; MAIR: 0 write-back, 1 device, 2 non-cacheable. */
static struct test_pe *at_pe(void)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    put(pe, SR_MAIR_EL1, UINT64_C(0x4400ff));
    put(pe, SR_TCR_EL1, 25u | 3u << 12 | BIT64(23) | UINT64_C(5) << 32 | BIT64(36));
    put(pe, SR_TTBR0_EL1, S1_TABLE);
    put(pe, SR_SCTLR_EL1, get(pe, SR_SCTLR_EL1) | 5);
    poke(t, S1_TABLE + 0, VA(1) | BLOCK | SH(3));
    poke(t, S1_TABLE + 8, VA(1) | BLOCK | SH(3) | AP_RO | AP_EL0);
    poke(t, S1_TABLE + 16, VA(1) | BLOCK | ATTR(1));
    poke(t, S1_TABLE + 24, VA(1) | BLOCK | ATTR(2) | SH(3));
    poke(t, S1_TABLE + 32, VA(2) | BLOCK | SH(3));
    return t;
}

/* Stage 2: the first 2 GiB of IPAs, 39 bits, start level 1; IPA 1 GiB is mapped to itself, 2 GiB is not. */
static void stage2(struct test_pe *t)
{
    put(t->pe, SR_VTCR_EL2, 25u | 1u << 6 | 3u << 12 | 5u << 16);
    put(t->pe, SR_VTTBR_EL2, S2_TABLE | UINT64_C(9) << 48);
    poke(t, S2_TABLE + 8, VA(1) | BLOCK | S2_RW | S2_NORMAL | SH(3));
    put(t->pe, SR_HCR_EL2, 1);
}

static uint64_t at(struct pe *pe, unsigned op, uint64_t va)
{
    put(pe, SR_PAR_EL1, 0);
    put(pe, op, va);
    return get(pe, SR_PAR_EL1);
}

START_TEST(at_results)
{
    struct test_pe *t = at_pe();
    struct pe *pe = t->pe;
    ck_assert_uint_eq(at(pe, SR_AT_S1E1R, VA(0) + 0x12345), UINT64_C(0xff00000040012b80));
    ck_assert_uint_eq(at(pe, SR_AT_S1E1W, VA(1)), 0x81b);               /* permission, level 1 */
    ck_assert_uint_eq(at(pe, SR_AT_S1E0R, VA(1)), UINT64_C(0xff00000040000b80));
    ck_assert_uint_eq(at(pe, SR_AT_S1E0R, VA(0)), 0x81b);
    ck_assert_uint_eq(at(pe, SR_AT_S1E0W, VA(1)), 0x81b);
    ck_assert_uint_eq(at(pe, SR_AT_S1E1R, VA(2)), UINT64_C(0x0000000040000b00)); /* device: outer shareable */
    ck_assert_uint_eq(at(pe, SR_AT_S1E1R, VA(3)), UINT64_C(0x4400000040000b00)); /* non-cacheable */
    ck_assert_uint_eq(at(pe, SR_AT_S1E1R, VA(5)), 0x80b);               /* translation, level 1 */
    ck_assert_uint_eq(at(pe, SR_AT_S1E1R, VA(512)), 0x809);             /* beyond T0SZ: level 0 */
    /* PAN: only the P forms look at it */
    pe->pan = 1;
    ck_assert_uint_eq(at(pe, SR_AT_S1E1R, VA(1)), UINT64_C(0xff00000040000b80));
    ck_assert_uint_eq(at(pe, SR_AT_S1E1RP, VA(1)), 0x81b);
    ck_assert_uint_eq(at(pe, SR_AT_S1E1RP, VA(0)), UINT64_C(0xff00000040000b80));
    /* MMU off: EL2 itself */
    ck_assert_uint_eq(at(pe, SR_AT_S1E2R, 0x1234567), UINT64_C(0x0000000001234b00));
    test_pe_free(t);
}
END_TEST

START_TEST(at_both_stages)
{
    struct test_pe *t = at_pe();
    struct pe *pe = t->pe;
    stage2(t);
    /* the stage 1 table is in IPA 1 GiB, which stage 2 maps */
    ck_assert_uint_eq(at(pe, SR_AT_S12E1R, VA(0) + 0x2000), UINT64_C(0xff00000040002b80));
    ck_assert_uint_eq(at(pe, SR_AT_S1E1R, VA(4)), UINT64_C(0xff00000080000b80)); /* stage 1 alone */
    ck_assert_uint_eq(at(pe, SR_AT_S12E1R, VA(4)), 0xa0b);              /* S: translation fault of stage 2 */
    /* the table itself is out of stage 2's reach */
    put(pe, SR_TTBR0_EL1, VA(2));
    put(pe, SR_TLBI_VMALLE1, 0);
    ck_assert_uint_eq(at(pe, SR_AT_S1E1R, VA(0)), 0xb0b);               /* S, PTW */
    at_el(pe, 1);
    ck_assert(!sysreg_write(pe, SR_AT_S1E1R, 0, VA(0) + 0x18));
    ck_assert_uint_eq(pe->exc.ec, EC_DABT_LOWER);
    ck_assert_uint_eq(pe->exc.target_el, 2);
    ck_assert_uint_eq(pe->exc.iss, 1u << 8 | 1u << 7 | 1u << 6 | 5u);   /* CM, S1PTW, WnR, translation level 1 */
    ck_assert_uint_eq(pe->exc.far, 0x18);
    ck_assert_uint_eq(pe->exc.ipa & ~UINT64_C(0xfff), VA(2));
    pe->exc.valid = false;
    test_pe_free(t);
}
END_TEST

START_TEST(at_external_abort_is_an_exception)
{
    struct test_pe *t = at_pe();
    struct pe *pe = t->pe;
    put(pe, SR_TTBR0_EL1, UINT64_C(0x10000000));                        /* nothing there */
    ck_assert(!sysreg_write(pe, SR_AT_S1E1R, 0, 0));
    ck_assert_uint_eq(pe->exc.ec, EC_DABT_LOWER);
    ck_assert_uint_eq(pe->exc.iss & 0x3f, 0x15);                        /* external abort on the walk, level 1 */
    pe->exc.valid = false;
    test_pe_free(t);
}
END_TEST

/* Is the old translation of VA(0) still there after the table changed? */
static bool stale(struct test_pe *t, unsigned op)
{
    return (at(t->pe, op, VA(0)) & 1) == 0;
}

static const struct {
    uint16_t op;
    uint64_t arg;
    bool removes;
} tlbis[] = {
    { SR_TLBI_VMALLE1, 0, true },
    { SR_TLBI_VMALLE1IS, 0, true },
    { SR_TLBI_VAE1, UINT64_C(0x1234) << 48, true },
    { SR_TLBI_VAE1, UINT64_C(0x1235) << 48, false },
    { SR_TLBI_VAE1IS, UINT64_C(0x1234) << 48 | VA(1) >> 12, false },
    { SR_TLBI_VALE1, UINT64_C(0x1234) << 48 | 0x3ffff, true },          /* any VA in the block */
    { SR_TLBI_VAAE1, UINT64_C(0xffff) << 48, true },
    { SR_TLBI_VAALE1IS, 0, true },
    { SR_TLBI_ASIDE1, UINT64_C(0x1234) << 48, true },
    { SR_TLBI_ASIDE1IS, UINT64_C(0x34) << 48, false },
    { SR_TLBI_ALLE1, 0, true },
    { SR_TLBI_ALLE1IS, 0, true },
    { SR_TLBI_VMALLS12E1, 0, true },
    { SR_TLBI_ALLE2, 0, false },
    { SR_TLBI_VAE2, 0, false },
};

START_TEST(tlbi_reaches_what_it_says)
{
    struct test_pe *t = at_pe();
    struct pe *pe = t->pe;
    poke(t, S1_TABLE + 0, VA(1) | BLOCK | SH(3) | BIT64(11));           /* not global */
    put(pe, SR_TTBR0_EL1, S1_TABLE | UINT64_C(0x1234) << 48);
    put(pe, SR_AT_S1E1R, VA(0));
    ck_assert_uint_eq(get(pe, SR_PAR_EL1) & 1, 0);
    poke(t, S1_TABLE + 0, 0);
    ck_assert(stale(t, SR_AT_S1E1R));
    put(pe, tlbis[_i].op, tlbis[_i].arg);
    ck_assert_uint_eq(!stale(t, SR_AT_S1E1R), tlbis[_i].removes);
    test_pe_free(t);
}
END_TEST

START_TEST(tlbi_in_a_host_means_its_own_regime)
{
    struct test_pe *t = at_pe();
    struct pe *pe = t->pe;
    put(pe, SR_AT_S1E1R, VA(0));
    poke(t, S1_TABLE + 0, 0);
    put(pe, SR_HCR_EL2, HCR_E2H | HCR_TGE);
    put(pe, SR_TLBI_VMALLE1IS, 0);
    put(pe, SR_HCR_EL2, 0);
    ck_assert(stale(t, SR_AT_S1E1R));
    /* the other VMID's entries stay */
    put(pe, SR_HCR_EL2, 0);
    put(pe, SR_VTTBR_EL2, UINT64_C(3) << 48);
    put(pe, SR_TLBI_VMALLE1, 0);
    put(pe, SR_VTTBR_EL2, 0);
    test_pe_free(t);
}
END_TEST

/* Local forms leave the other PE alone, unless HCR_EL2.FB says otherwise. */
START_TEST(broadcast)
{
    struct test_pe *a = at_pe(), *b = at_pe();
    struct pe *both[2] = { a->pe, b->pe };
    a->host.pes = both;
    a->host.n_pes = 2;
    put(b->pe, SR_AT_S1E1R, VA(0));
    poke(b, S1_TABLE + 0, 0);
    put(a->pe, SR_TLBI_VMALLE1, 0);
    ck_assert(stale(b, SR_AT_S1E1R));
    put(a->pe, SR_HCR_EL2, BIT64(9));
    at_el(a->pe, 1);
    put(a->pe, SR_TLBI_VMALLE1, 0);
    ck_assert(!stale(b, SR_AT_S1E1R));
    test_pe_free(a);
    test_pe_free(b);
}
END_TEST

START_TEST(cache_maintenance_translates)
{
    struct test_pe *t = at_pe();
    struct pe *pe = t->pe;
    put(pe, SR_SCTLR_EL1, get(pe, SR_SCTLR_EL1) | BIT64(26));
    at_el(pe, 1);
    pe_select_context(pe);
    ck_assert_uint_eq(wr(pe, SR_DC_CIVAC, VA(0)), OK);
    ck_assert_uint_eq(wr(pe, SR_IC_IVAU, VA(0)), OK);
    ck_assert(!sysreg_write(pe, SR_DC_CVAC, 0, VA(5)));
    ck_assert_uint_eq(pe->exc.ec, EC_DABT_LOWER);
    ck_assert_uint_eq(pe->exc.iss, 1u << 8 | 1u << 6 | 5u);
    pe->exc.valid = false;
    ck_assert(!sysreg_write(pe, SR_DC_IVAC, 0, VA(1)));                 /* read only */
    ck_assert_uint_eq(pe->exc.iss, 1u << 8 | 1u << 6 | 0xdu);
    pe->exc.valid = false;
    ck_assert_uint_eq(wr(pe, SR_DC_CVAC, VA(1)), OK);
    test_pe_free(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sysreg-ops");
    TCase *c = tcase_create("ops");
    tcase_add_test(c, at_results);
    tcase_add_test(c, at_both_stages);
    tcase_add_test(c, at_external_abort_is_an_exception);
    tcase_add_loop_test(c, tlbi_reaches_what_it_says, 0, ARRAY_LEN(tlbis));
    tcase_add_test(c, tlbi_in_a_host_means_its_own_regime);
    tcase_add_test(c, broadcast);
    tcase_add_test(c, cache_maintenance_translates);
    suite_add_tcase(s, c);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
