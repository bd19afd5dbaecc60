/* SPDX-License-Identifier: Apache-2.0 */
/* MRS and MSR by table (cpu/sysreg-direct.c) do what sysreg_read() and sysreg_write() do, in every state that decides about it. */
#include "tests/unit/test-pe.h"

#define HCR_TVM BIT64(26)
#define HCR_TRVM BIT64(30)
#define HCR_E2H BIT64(34)
#define HCR_TGE BIT64(27)

struct setting {
    const char *model;
    bool has_el2;
};
static const struct setting settings[] = {
    {"cortex-a72", true}, {"neoverse-n1", true}, {"max", true}, {"cortex-a72", false}, {"neoverse-n1", false},
};

static uint64_t next_random(uint64_t *s)
{
    *s = *s * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return *s >> 32 | *s << 32;
}

/* A state in which any of the trap bits may be set; EL2 only where there is one. */
static void any_state(struct pe *pe, bool has_el2, uint64_t *seed)
{
    uint64_t r = next_random(seed);
    pe->el = (uint8_t)(r % (has_el2 ? 3 : 2));
    pe->sp_sel = pe->el != 0 && (r & 0x30) != 0;
    if (has_el2) {
        uint64_t hcr = next_random(seed) & next_random(seed);
        pe->sr[SR_HCR_EL2] = sysreg_legal(pe, &sysreg_table[SR_HCR_EL2], hcr & ~(BIT64(6) | BIT64(7) | BIT64(8)));
    }
    sysreg_direct_select(pe);
}

/* What the handler of MSR does: returns false when sysreg_write() is to be asked. */
static bool direct_write(struct pe *pe, unsigned idx, uint64_t val)
{
    unsigned to = pe->direct->wr[idx];
    if (to == SR_NONE) {
        return false;
    }
    pe->sr[to] = (val & pe->sr_wmask[to]) | pe->sr_res1[to];
    return true;
}

START_TEST(direct_is_what_the_careful_way_does)
{
    struct test_pe *t = test_pe_new(settings[_i].model, settings[_i].has_el2, settings[_i].has_el2 ? 2 : 1);
    struct pe *pe = t->pe;
    uint64_t seed = 7 + (uint64_t)_i;
    static uint64_t before[SR_COUNT], by_table[SR_COUNT];
    unsigned reads = 0, writes = 0;
    for (unsigned n = 0; n < 400; n++) {
        any_state(pe, settings[_i].has_el2, &seed);
        for (unsigned i = SR_NONE + 1; i < SR_COUNT; i++) {
            uint64_t v, val = next_random(&seed);
            if (pe->direct->rd[i] != SR_NONE) {
                ck_assert_msg(rd(pe, i, &v) == OK, "read of %s at EL%u, HCR_EL2 %lx", sysreg_name(i), pe->el, (long)pe->sr[SR_HCR_EL2]);
                ck_assert_uint_eq(v, pe->sr[pe->direct->rd[i]]);
                reads++;
            }
            memcpy(before, pe->sr, sizeof(before));
            if (i == SR_HCR_EL2 || !direct_write(pe, i, val)) {
                continue;
            }
            memcpy(by_table, pe->sr, sizeof(by_table));
            memcpy(pe->sr, before, sizeof(before));
            pe->dirty = 0;
            ck_assert_msg(wr(pe, i, val) == OK, "write of %s at EL%u, HCR_EL2 %lx", sysreg_name(i), pe->el, (long)pe->sr[SR_HCR_EL2]);
            ck_assert_msg(memcmp(pe->sr, by_table, sizeof(by_table)) == 0, "%s", sysreg_name(i));
            ck_assert_msg(pe->dirty == 0, "a write of %s makes derived state stale", sysreg_name(i));
            memcpy(pe->sr, before, sizeof(before));
            writes++;
        }
    }
    ck_assert_uint_gt(reads, 400 * 30);
    ck_assert_uint_gt(writes, 400 * 5);
    test_pe_free(t);
}
END_TEST

/* The bits that are compared leave room for what else is in the key. */
START_TEST(keys_do_not_overlap)
{
    struct test_pe *t = test_pe_new("max", true, 2);
    ck_assert_uint_eq(t->pe->direct_hcr & 15, 0);
    ck_assert_uint_ne(t->pe->direct_hcr & HCR_TVM, 0);
    ck_assert_uint_ne(t->pe->direct_hcr & HCR_TRVM, 0);
    test_pe_free(t);
}
END_TEST

/* TVM takes EL1's writes of TCR_EL1's group out of the table, TRVM its reads; EL2's stay. */
START_TEST(a_trap_turns_the_short_cut_off)
{
    struct test_pe *t = test_pe_new("cortex-a72", true, 2);
    struct pe *pe = t->pe;
    at_el(pe, 1);
    sysreg_direct_select(pe);
    ck_assert_uint_eq(pe->direct->rd[SR_FAR_EL1], SR_FAR_EL1);
    ck_assert_uint_eq(pe->direct->wr[SR_FAR_EL1], SR_FAR_EL1);
    ck_assert_uint_eq(pe->direct->wr[SR_TCR_EL1], SR_NONE); /* changes the translation: never direct at EL1 */
    pe->sr[SR_HCR_EL2] |= HCR_TVM;
    sysreg_direct_select(pe);
    ck_assert_uint_eq(pe->direct->rd[SR_FAR_EL1], SR_FAR_EL1);
    ck_assert_uint_eq(pe->direct->wr[SR_FAR_EL1], SR_NONE);
    pe->sr[SR_HCR_EL2] = (pe->sr[SR_HCR_EL2] & ~HCR_TVM) | HCR_TRVM;
    sysreg_direct_select(pe);
    ck_assert_uint_eq(pe->direct->rd[SR_FAR_EL1], SR_NONE);
    ck_assert_uint_eq(pe->direct->wr[SR_FAR_EL1], SR_FAR_EL1);
    at_el(pe, 2);
    sysreg_direct_select(pe);
    ck_assert_uint_eq(pe->direct->rd[SR_FAR_EL1], SR_FAR_EL1);
    ck_assert_uint_eq(pe->direct->wr[SR_TCR_EL1], SR_TCR_EL1);
    test_pe_free(t);
}
END_TEST

/* With E2H, EL2's name of an EL1 register reaches EL2's own, and the _EL12 name EL1's; without, that name is UNDEFINED. */
START_TEST(redirection)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    sysreg_direct_select(pe);
    ck_assert_uint_eq(pe->direct->rd[SR_FAR_EL1], SR_FAR_EL1);
    ck_assert_uint_eq(pe->direct->rd[SR_FAR_EL12], SR_NONE);
    pe->sr[SR_HCR_EL2] |= HCR_E2H;
    sysreg_direct_select(pe);
    ck_assert_uint_eq(pe->direct->rd[SR_FAR_EL1], SR_FAR_EL2);
    ck_assert_uint_eq(pe->direct->rd[SR_FAR_EL12], SR_FAR_EL1);
    test_pe_free(t);
}
END_TEST

/* SP_EL0 is UNDEFINED where it is the stack pointer in use. */
START_TEST(stack_pointer_in_use)
{
    struct test_pe *t = test_pe_new("cortex-a72", true, 2);
    struct pe *pe = t->pe;
    at_el(pe, 1);
    sysreg_direct_select(pe);
    ck_assert_uint_eq(pe->direct->rd[SR_SP_EL0], SR_SP_EL0);
    ck_assert_uint_eq(pe->direct->rd[SR_SP_EL1], SR_NONE);
    pe_set_spsel(pe, 0);
    ck_assert_uint_eq(pe->direct->rd[SR_SP_EL0], SR_NONE);
    ck_assert_uint_eq(pe->direct->wr[SR_SP_EL0], SR_NONE);
    pe_set_spsel(pe, 1);
    ck_assert_uint_eq(pe->direct->wr[SR_SP_EL0], SR_SP_EL0);
    test_pe_free(t);
}
END_TEST

/* More states than tables: the tables are made again and are right. */
START_TEST(many_states)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    at_el(pe, 1);
    for (unsigned n = 0; n < 8 * SYSREG_DIRECT; n++) {
        pe->sr[SR_HCR_EL2] = (uint64_t)(n & 15) << 13 | (uint64_t)(n >> 4 & 1) << 26; /* TWI TWE TID0 TID1, TVM */
        sysreg_direct_select(pe);
        ck_assert_uint_eq(pe->direct->wr[SR_FAR_EL1], (n >> 4 & 1) != 0 ? SR_NONE : SR_FAR_EL1);
    }
    test_pe_free(t);
}
END_TEST

/* What MDCR_EL2, MDSCR_EL1 and CPTR_EL2 change is up to date at once. */
START_TEST(written_controls_hold_at_once)
{
    struct test_pe *t = test_pe_new("cortex-a72", true, 2);
    struct pe *pe = t->pe;
    pe_update_fp_trap(pe);
    ck_assert_uint_eq(pe->fp_trap, 0);
    put(pe, SR_CPTR_EL2, BIT64(10)); /* TFP */
    ck_assert_uint_eq(pe->fp_trap, 2);
    put(pe, SR_CPTR_EL2, 0);
    ck_assert_uint_eq(pe->fp_trap, 0);

    put(pe, SR_OSLAR_EL1, 0);
    put(pe, SR_MDCR_EL2, BIT64(8)); /* TDE */
    put(pe, SR_DBGBCR0_EL1, 1);
    pe->daif = 0;
    pe->dirty = 0;
    put(pe, SR_MDSCR_EL1, BIT64(15)); /* MDE; without KDE nothing at EL2 itself */
    ck_assert_uint_eq(pe->dirty, 0);
    ck_assert_uint_eq(pe->debug_mode, 0);
    put(pe, SR_MDSCR_EL1, BIT64(15) | BIT64(13));
    ck_assert_uint_eq(pe->debug_mode, 2); /* breakpoints */
    ck_assert_uint_ne(pe->dirty & DIRTY_DEBUG, 0);
    test_pe_free(t);
}
END_TEST

/* HCR_EL2 at EL2: only E2H and TGE concern EL2's own translation, and interrupts only if there are any. */
START_TEST(hcr_at_el2)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    pe->sr[SR_HCR_EL2] = 0;
    put(pe, SR_HCR_EL2, BIT64(0) | BIT64(4) | BIT64(31)); /* VM IMO RW */
    ck_assert_uint_eq(pe->dirty, 0);
    put(pe, SR_HCR_EL2, BIT64(31) | HCR_E2H);
    ck_assert_uint_eq(pe->dirty, DIRTY_XLAT | DIRTY_FP | DIRTY_DEBUG);
    pe->dirty = 0;
    pe->gic_signals = GIC_SIG_IRQ;
    put(pe, SR_HCR_EL2, BIT64(31) | HCR_E2H | BIT64(4));
    ck_assert_uint_eq(pe->dirty, DIRTY_IRQ);
    pe->dirty = 0;
    pe->gic_signals = 0;
    put(pe, SR_HCR_EL2, BIT64(31) | HCR_E2H | BIT64(4) | BIT64(7)); /* VI */
    ck_assert_uint_eq(pe->dirty, DIRTY_IRQ);
    test_pe_free(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sysreg-direct");
    TCase *c = tcase_create("table");
    tcase_add_loop_test(c, direct_is_what_the_careful_way_does, 0, ARRAY_LEN(settings));
    tcase_add_test(c, keys_do_not_overlap);
    tcase_add_test(c, a_trap_turns_the_short_cut_off);
    tcase_add_test(c, redirection);
    tcase_add_test(c, stack_pointer_in_use);
    tcase_add_test(c, many_states);
    suite_add_tcase(s, c);
    TCase *d = tcase_create("derived state");
    tcase_add_test(d, written_controls_hold_at_once);
    tcase_add_test(d, hcr_at_el2);
    suite_add_tcase(s, d);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
