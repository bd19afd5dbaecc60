/* SPDX-License-Identifier: Apache-2.0 */
/* System registers: storage and masks, privilege, redirection, traps. */
#include "tests/unit/test-pe.h"

#define HCR_TGE BIT64(27)
#define HCR_E2H BIT64(34)

/* ---- the table ---- */


START_TEST(every_encoding_finds_its_row_and_nothing_else)
{
    unsigned found = 0, impdef = 0;
    for (unsigned enc = 0; enc < 65536; enc++) {
        int i = sysreg_lookup((uint16_t)enc);
        if (i < 0) {
            continue;
        }
        ck_assert_uint_eq(sysreg_encoding((unsigned)i), enc);
        if (i < SR_COUNT) {
            found++;
        } else {
            impdef++;
        }
    }
    ck_assert_uint_eq(found, SR_COUNT - 1);
    ck_assert_uint_eq(impdef, 2 * 8 * 2 * 16 * 8);
    ck_assert_int_eq(sysreg_lookup(0xc080), SR_SCTLR_EL1);
    ck_assert_int_eq(sysreg_lookup(0xe088), SR_HCR_EL2);
}
END_TEST

/* Reset, then ones, zeros and both patterns to every register of plain storage: RES0 stay 0, RES1 stay 1. */
START_TEST(reserved_bits_stay_as_they_are)
{
    static const char *const models[] = { "cortex-a72", "neoverse-n1" };
    struct test_pe *t = test_pe_new(models[_i], true, 2);
    struct pe *pe = t->pe;
    unsigned checked = 0;
    for (unsigned i = 1; i < SR_COUNT; i++) {
        const struct sysreg *r = &sysreg_table[i];
        if (r->acc[2] != 3 || r->rd != NULL || r->wr != NULL || feat_has(&pe->feat, r->feat) == r->feat_not || r->alias) {
            continue;
        }
        uint64_t ones, zeros, v;
        put(pe, i, ~UINT64_C(0));
        ones = get(pe, i);
        put(pe, i, 0);
        zeros = get(pe, i);
        ck_assert_msg((zeros & ~ones) == 0, "%s: %016lx %016lx", sysreg_name(i), (long)zeros, (long)ones);
        put(pe, i, UINT64_C(0x5555aaaa5555aaaa));
        v = get(pe, i);
        ck_assert_msg(v == ((UINT64_C(0x5555aaaa5555aaaa) & ones) | zeros), "%s: %016lx", sysreg_name(i), (long)v);
        checked++;
    }
    ck_assert_uint_gt(checked, 60);
    test_pe_free(t);
}
END_TEST

START_TEST(features_decide_bits)
{
    struct test_pe *a = test_pe_new("cortex-a72", true, 2), *n = test_pe_new("neoverse-n1", true, 2);
    put(a->pe, SR_HCR_EL2, ~UINT64_C(0));
    ck_assert_uint_eq(get(a->pe, SR_HCR_EL2) & (HCR_E2H | BIT64(35) | BIT64(36) | BIT64(37)), 0);
    put(a->pe, SR_TCR_EL1, ~UINT64_C(0));
    put(n->pe, SR_TCR_EL1, ~UINT64_C(0));
    ck_assert_uint_eq(bits64(get(a->pe, SR_TCR_EL1), 42, 39), 0);
    ck_assert_uint_eq(bits64(get(n->pe, SR_TCR_EL1), 42, 39), 15);
    put(a->pe, SR_SCTLR_EL1, 0);
    put(n->pe, SR_SCTLR_EL1, 0);
    ck_assert_uint_eq(bit64(get(a->pe, SR_SCTLR_EL1), 23), 1); /* SPAN is RES1 without PAN */
    ck_assert_uint_eq(bit64(get(n->pe, SR_SCTLR_EL1), 23), 0);
    put(a->pe, SR_VTTBR_EL2, ~UINT64_C(0));
    put(n->pe, SR_VTTBR_EL2, ~UINT64_C(0));
    ck_assert_uint_eq(get(a->pe, SR_VTTBR_EL2), UINT64_C(0x00fffffffffffffe));
    ck_assert_uint_eq(get(n->pe, SR_VTTBR_EL2), ~UINT64_C(0));
    put(n->pe, SR_HCR_EL2, 0);
    ck_assert_uint_eq(get(n->pe, SR_HCR_EL2), BIT64(31)); /* RW: EL1 is AArch64 only */
    uint64_t v;
    ck_assert_uint_eq(rd(a->pe, SR_CONTEXTIDR_EL2, &v), UNDEF);
    ck_assert_uint_eq(rd(a->pe, SR_DISR_EL1, &v), UNDEF);
    ck_assert_uint_eq(rd(a->pe, SR_PAN, &v), UNDEF);
    test_pe_free(a);
    test_pe_free(n);
}
END_TEST

START_TEST(privilege)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    uint64_t v;
    put(pe, SR_CNTHCTL_EL2, 3);
    for (unsigned el = 0; el < 3; el++) {
        for (unsigned i = 1; i < SR_COUNT; i++) {
            const struct sysreg *r = &sysreg_table[i];
            at_el(pe, el);
            if ((r->acc[el] & 1) == 0) {
                ck_assert_uint_eq(rd(pe, i, &v), UNDEF);
            }
            if ((r->acc[el] & 2) == 0) {
                ck_assert_uint_eq(wr(pe, i, 0), UNDEF);
            }
        }
    }
    at_el(pe, 1);
    ck_assert_uint_eq(rd(pe, SR_HCR_EL2, &v), UNDEF);
    ck_assert_uint_eq(wr(pe, SR_MIDR_EL1, 0), UNDEF);
    at_el(pe, 0);
    ck_assert_uint_eq(rd(pe, SR_ID_AA64PFR0_EL1, &v), UNDEF);
    ck_assert_uint_eq(wr(pe, SR_TPIDRRO_EL0, 0), UNDEF);
    ck_assert_uint_eq(rd(pe, SR_TPIDRRO_EL0, &v), OK);
    test_pe_free(t);
}
END_TEST

/* SCTLR_EL2 with E2H = 0 has these bits RES1, and M, C and I are 0 at reset; CPTR_EL2 has 13:12 and 9:0, not 11. */
START_TEST(reset_of_sctlr_el2_and_res1_of_cptr_el2)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    const uint64_t res1 = BIT64(4) | BIT64(5) | BIT64(11) | BIT64(16) | BIT64(18) | BIT64(22) | BIT64(23) | BIT64(28) | BIT64(29);
    ck_assert_uint_eq(get(t->pe, SR_SCTLR_EL2) & (res1 | 0x1005), res1);
    put(t->pe, SR_CPTR_EL2, 0);
    ck_assert_uint_eq(get(t->pe, SR_CPTR_EL2), 3u << 12 | 0x3ff);
    test_pe_free(t);
}
END_TEST

/* Without EL2, EL1 is the highest Exception level and has RMR_EL1 and RVBAR_EL1; with it they are UNDEFINED at EL1. */
START_TEST(reset_registers_of_the_highest_level)
{
    uint64_t v;
    for (unsigned el2 = 0; el2 < 2; el2++) {
        struct test_pe *t = test_pe_new("neoverse-n1", el2 != 0, 1);
        unsigned want = el2 != 0 ? UNDEF : OK;
        ck_assert_uint_eq(rd(t->pe, SR_RMR_EL1, &v), want);
        ck_assert(el2 != 0 || v == 1);                              /* AA64, no request */
        ck_assert_uint_eq(wr(t->pe, SR_RMR_EL1, 0), want);
        ck_assert_uint_eq(rd(t->pe, SR_RVBAR_EL1, &v), want);
        ck_assert_uint_eq(wr(t->pe, SR_RVBAR_EL1, 0), UNDEF);
        test_pe_free(t);
    }
}
END_TEST

START_TEST(identification)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    ck_assert_uint_eq(get(pe, SR_MIDR_EL1), 0x414fd0c1);
    ck_assert_uint_eq(get(pe, SR_MPIDR_EL1), 0x80000000);
    put(pe, SR_VPIDR_EL2, 0x12345678);
    put(pe, SR_VMPIDR_EL2, 0x80000007);
    ck_assert_uint_eq(get(pe, SR_MIDR_EL1), 0x414fd0c1);
    at_el(pe, 1);
    ck_assert_uint_eq(get(pe, SR_MIDR_EL1), 0x12345678);
    ck_assert_uint_eq(get(pe, SR_MPIDR_EL1), 0x80000007);
    ck_assert_uint_eq(get(pe, SR_ID_AA64PFR0_EL1), UINT64_C(0x1100000011110111));
    /* no AArch32 */
    for (unsigned i = SR_ID_PFR0_EL1; i <= SR_ID_MMFR5_EL1; i++) {
        ck_assert_uint_eq(get(pe, i), 0);
    }
    put(pe, SR_CSSELR_EL1, 0);
    ck_assert_uint_eq(get(pe, SR_CCSIDR_EL1), 0x701fe01a);
    put(pe, SR_CSSELR_EL1, 2);
    ck_assert_uint_eq(get(pe, SR_CCSIDR_EL1), 0x70ffe03a);
    put(pe, SR_CSSELR_EL1, 9);
    ck_assert_uint_eq(get(pe, SR_CCSIDR_EL1), 0);
    test_pe_free(t);
    t = test_pe_new("neoverse-n1", false, 1);
    ck_assert_uint_eq(get(t->pe, SR_ID_AA64PFR0_EL1), UINT64_C(0x1100000011110011));
    ck_assert_uint_eq(get(t->pe, SR_MIDR_EL1), 0x414fd0c1);
    ck_assert(!feat_has(&t->pe->feat, FEAT_VHE));
    put(t->pe, SR_CNTFRQ_EL0, 1);       /* EL1 is the highest */
    ck_assert_uint_eq(get(t->pe, SR_RVBAR_EL1), 0);
    test_pe_free(t);
}
END_TEST

/* ---- E2H ---- */

static const struct {
    uint16_t el1, el2, el12;
} vhe[] = {
    { SR_SCTLR_EL1, SR_SCTLR_EL2, SR_SCTLR_EL12 },
    { SR_CPACR_EL1, SR_CPTR_EL2, SR_CPACR_EL12 },
    { SR_TTBR0_EL1, SR_TTBR0_EL2, SR_TTBR0_EL12 },
    { SR_TTBR1_EL1, SR_TTBR1_EL2, SR_TTBR1_EL12 },
    { SR_TCR_EL1, SR_TCR_EL2, SR_TCR_EL12 },
    { SR_ESR_EL1, SR_ESR_EL2, SR_ESR_EL12 },
    { SR_FAR_EL1, SR_FAR_EL2, SR_FAR_EL12 },
    { SR_MAIR_EL1, SR_MAIR_EL2, SR_MAIR_EL12 },
    { SR_VBAR_EL1, SR_VBAR_EL2, SR_VBAR_EL12 },
    { SR_CONTEXTIDR_EL1, SR_CONTEXTIDR_EL2, SR_CONTEXTIDR_EL12 },
    { SR_CNTKCTL_EL1, SR_CNTHCTL_EL2, SR_CNTKCTL_EL12 },
    { SR_SPSR_EL1, SR_SPSR_EL2, SR_SPSR_EL12 },
    { SR_ELR_EL1, SR_ELR_EL2, SR_ELR_EL12 },
    { SR_CNTP_CVAL_EL0, SR_CNTHP_CVAL_EL2, SR_CNTP_CVAL_EL02 },
    { SR_CNTV_CVAL_EL0, SR_CNTHV_CVAL_EL2, SR_CNTV_CVAL_EL02 },
};

START_TEST(e2h_redirects_el1_names_at_el2)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    uint64_t v;
    const uint64_t bits = BIT64(20) | BIT64(8);
    uint16_t one = vhe[_i].el1, two = vhe[_i].el2, alias = vhe[_i].el12;
    ck_assert_uint_eq(rd(pe, alias, &v), UNDEF);
    ck_assert_uint_eq(wr(pe, alias, 0), UNDEF);
    put(pe, SR_HCR_EL2, HCR_E2H);
    put(pe, alias, 0);
    uint64_t base1 = get(pe, alias);
    put(pe, one, bits);
    uint64_t seen = get(pe, two);
    ck_assert_uint_eq(get(pe, one), seen);
    ck_assert_uint_ne(seen & bits, 0);
    ck_assert_uint_eq(get(pe, alias), base1);
    put(pe, alias, BIT64(21) | BIT64(9));
    ck_assert_uint_eq(get(pe, two), seen);
    v = get(pe, alias);
    ck_assert_uint_ne(v & (BIT64(21) | BIT64(9)), 0);
    at_el(pe, 1);
    if (one != SR_CNTP_CVAL_EL0) { /* CNTHCTL_EL2 traps that */
        ck_assert_uint_eq(get(pe, one), v);
    }
    ck_assert_uint_eq(rd(pe, alias, &v), UNDEF);
    test_pe_free(t);
}
END_TEST

/* ---- traps ---- */

struct trap_case {
    uint16_t sr;
    uint8_t el;
    uint8_t dir;                /* 1 read, 2 write */
    uint16_t ctl;               /* register with the control */
    uint64_t set, clear;        /* bits that make it trap */
    unsigned outcome;
};

#define HCR_CASE(sr, dir, bit) { sr, 1, dir, SR_HCR_EL2, BIT64(bit), 0, TRAP(2) }

static const struct trap_case traps[] = {
    HCR_CASE(SR_REVIDR_EL1, 1, 16), HCR_CASE(SR_AIDR_EL1, 1, 16), HCR_CASE(SR_CTR_EL0, 1, 17), HCR_CASE(SR_CCSIDR_EL1, 1, 17),
    HCR_CASE(SR_CLIDR_EL1, 1, 17), HCR_CASE(SR_CSSELR_EL1, 1, 17), HCR_CASE(SR_CSSELR_EL1, 2, 17),
    HCR_CASE(SR_ID_AA64PFR0_EL1, 1, 18), HCR_CASE(SR_ID_PFR0_EL1, 1, 18), HCR_CASE(SR_MVFR0_EL1, 1, 18),
    HCR_CASE(SR_ID_RES7_7_EL1, 1, 18), HCR_CASE(SR_ACTLR_EL1, 1, 21), HCR_CASE(SR_ACTLR_EL1, 2, 21),
    HCR_CASE(SR_DC_ISW, 2, 22), HCR_CASE(SR_DC_CISW, 2, 22), HCR_CASE(SR_DC_CIVAC, 2, 23), HCR_CASE(SR_DC_IVAC, 2, 23),
    HCR_CASE(SR_DC_CVAP, 2, 23), HCR_CASE(SR_DC_CVAU, 2, 24), HCR_CASE(SR_IC_IALLU, 2, 24), HCR_CASE(SR_IC_IALLUIS, 2, 24),
    HCR_CASE(SR_IC_IVAU, 2, 24), HCR_CASE(SR_TLBI_VMALLE1, 2, 25), HCR_CASE(SR_TLBI_VAE1IS, 2, 25),
    HCR_CASE(SR_SCTLR_EL1, 2, 26), HCR_CASE(SR_TTBR0_EL1, 2, 26), HCR_CASE(SR_TTBR1_EL1, 2, 26), HCR_CASE(SR_TCR_EL1, 2, 26),
    HCR_CASE(SR_ESR_EL1, 2, 26), HCR_CASE(SR_FAR_EL1, 2, 26), HCR_CASE(SR_AFSR0_EL1, 2, 26), HCR_CASE(SR_AFSR1_EL1, 2, 26),
    HCR_CASE(SR_MAIR_EL1, 2, 26), HCR_CASE(SR_AMAIR_EL1, 2, 26), HCR_CASE(SR_CONTEXTIDR_EL1, 2, 26),
    HCR_CASE(SR_SCTLR_EL1, 1, 30), HCR_CASE(SR_TTBR0_EL1, 1, 30), HCR_CASE(SR_CONTEXTIDR_EL1, 1, 30), HCR_CASE(SR_FAR_EL1, 1, 30),
    HCR_CASE(SR_LORC_EL1, 1, 35), HCR_CASE(SR_LORID_EL1, 1, 35), HCR_CASE(SR_ERRIDR_EL1, 1, 36), HCR_CASE(SR_ERRSELR_EL1, 2, 36),
    HCR_CASE(SR_ERXMISC1_EL1, 2, 36),
    { SR_CPACR_EL1, 1, 1, SR_CPTR_EL2, BIT64(31), 0, TRAP(2) },
    { SR_CPACR_EL1, 1, 2, SR_CPTR_EL2, BIT64(31), 0, TRAP(2) },
    { SR_CTR_EL0, 0, 1, SR_SCTLR_EL1, 0, BIT64(15), TRAP(1) },
    { SR_CTR_EL0, 0, 1, SR_HCR_EL2, BIT64(17), 0, TRAP(2) },
    { SR_DC_CVAU, 0, 2, SR_SCTLR_EL1, 0, BIT64(26), TRAP(1) },
    { SR_IC_IVAU, 0, 2, SR_HCR_EL2, BIT64(24), 0, TRAP(2) },
    { SR_DAIF, 0, 1, SR_SCTLR_EL1, 0, BIT64(9), TRAP(1) },
    { SR_DAIF, 0, 2, SR_SCTLR_EL1, 0, BIT64(9), TRAP(1) },
    { SR_MDSCR_EL1, 1, 1, SR_MDCR_EL2, BIT64(9), 0, TRAP(2) },
    { SR_MDSCR_EL1, 1, 2, SR_MDCR_EL2, BIT64(8), 0, TRAP(2) },
    { SR_DBGBVR0_EL1, 1, 2, SR_MDCR_EL2, BIT64(9), 0, TRAP(2) },
    { SR_DBGWCR3_EL1, 1, 1, SR_MDCR_EL2, BIT64(9), 0, TRAP(2) },
    { SR_OSLAR_EL1, 1, 2, SR_MDCR_EL2, BIT64(10), 0, TRAP(2) },
    { SR_OSLSR_EL1, 1, 1, SR_MDCR_EL2, BIT64(10), 0, TRAP(2) },
    { SR_MDRAR_EL1, 1, 1, SR_MDCR_EL2, BIT64(11), 0, TRAP(2) },
    { SR_MDCCSR_EL0, 0, 1, SR_MDSCR_EL1, BIT64(12), 0, TRAP(1) },
    { SR_MDCCSR_EL0, 0, 1, SR_MDCR_EL2, BIT64(9), 0, TRAP(2) },
    { SR_PMCR_EL0, 1, 1, SR_MDCR_EL2, BIT64(5), 0, TRAP(2) },
    { SR_PMCR_EL0, 1, 2, SR_MDCR_EL2, BIT64(6), 0, TRAP(2) },
    { SR_PMCCNTR_EL0, 1, 1, SR_MDCR_EL2, BIT64(6), 0, TRAP(2) },
    { SR_PMINTENSET_EL1, 1, 2, SR_MDCR_EL2, BIT64(6), 0, TRAP(2) },
    { SR_PMUSERENR_EL0, 0, 1, SR_MDCR_EL2, BIT64(6), 0, TRAP(2) },
    { SR_PMCNTENSET_EL0, 0, 2, SR_PMUSERENR_EL0, 0xe, 1, TRAP(1) },
    { SR_PMCCNTR_EL0, 0, 2, SR_PMUSERENR_EL0, 4, 1, TRAP(1) },
    { SR_PMCCNTR_EL0, 0, 1, SR_PMUSERENR_EL0, 0, 5, TRAP(1) },
    { SR_PMSWINC_EL0, 0, 2, SR_PMUSERENR_EL0, 0, 3, TRAP(1) },
    { SR_PMEVCNTR2_EL0, 0, 1, SR_PMUSERENR_EL0, 0, 9, TRAP(1) },
    { SR_CNTPCT_EL0, 0, 1, SR_CNTKCTL_EL1, 0, 1, TRAP(1) },
    { SR_CNTVCT_EL0, 0, 1, SR_CNTKCTL_EL1, 0, 2, TRAP(1) },
    { SR_CNTFRQ_EL0, 0, 1, SR_CNTKCTL_EL1, 0, 3, TRAP(1) },
    { SR_CNTP_CTL_EL0, 0, 1, SR_CNTKCTL_EL1, 0, BIT64(9), TRAP(1) },
    { SR_CNTV_CVAL_EL0, 0, 2, SR_CNTKCTL_EL1, 0, BIT64(8), TRAP(1) },
    { SR_CNTPCT_EL0, 1, 1, SR_CNTHCTL_EL2, 0, 1, TRAP(2) },
    { SR_CNTPCT_EL0, 0, 1, SR_CNTHCTL_EL2, 0, 1, TRAP(2) },
    { SR_CNTP_CVAL_EL0, 1, 2, SR_CNTHCTL_EL2, 0, 2, TRAP(2) },
    { SR_CNTP_TVAL_EL0, 0, 2, SR_CNTHCTL_EL2, 0, 2, TRAP(2) },
};

static unsigned attempt(struct pe *pe, const struct trap_case *c)
{
    uint64_t v;
    at_el(pe, c->el);
    unsigned r = c->dir == 1 ? rd(pe, c->sr, &v) : wr(pe, c->sr, TEST_RAM_BASE);
    at_el(pe, 2);
    return r;
}

/* With the control off the access works; with it on it traps, with the syndrome of the access. */
START_TEST(trap_control)
{
    const struct trap_case *c = &traps[_i];
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    put(pe, SR_SCTLR_EL1, BIT64(26) | BIT64(15) | BIT64(9) | BIT64(14));
    put(pe, SR_CNTKCTL_EL1, 0x303);
    put(pe, SR_PMUSERENR_EL0, 15);
    put(pe, SR_MDCR_EL2, 6);
    pe_select_context(pe);
    ck_assert_msg(attempt(pe, c) == OK, "%s", sysreg_name(c->sr));
    put(pe, c->ctl, (get(pe, c->ctl) | c->set) & ~c->clear);
    ck_assert_msg(attempt(pe, c) == c->outcome, "%s", sysreg_name(c->sr));
    ck_assert_uint_eq(pe->exc.iss, pe_sysreg_iss(sysreg_encoding(c->sr), 5, c->dir == 1));
    test_pe_free(t);
}
END_TEST

START_TEST(traps_of_a_host)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    uint64_t v;
    put(pe, SR_HCR_EL2, HCR_E2H | HCR_TGE | BIT64(17) | BIT64(24));
    put(pe, SR_SCTLR_EL2, BIT64(15));
    put(pe, SR_CNTHCTL_EL2, 0);
    at_el(pe, 0);
    ck_assert_uint_eq(rd(pe, SR_CTR_EL0, &v), OK);              /* TID2 has no effect on a host's EL0 */
    ck_assert_uint_eq(wr(pe, SR_IC_IVAU, 0), TRAP(2));          /* SCTLR_EL2.UCI */
    ck_assert_uint_eq(rd(pe, SR_DAIF, &v), TRAP(2));
    ck_assert_uint_eq(rd(pe, SR_CNTVCT_EL0, &v), TRAP(2));
    at_el(pe, 2);
    put(pe, SR_CNTHCTL_EL2, 2 | BIT64(9));
    put(pe, SR_CNTHP_CVAL_EL2, 77);
    at_el(pe, 0);
    ck_assert_uint_eq(rd(pe, SR_CNTVCT_EL0, &v), OK);
    ck_assert_uint_eq(rd(pe, SR_CNTPCT_EL0, &v), TRAP(2));
    ck_assert_uint_eq(rd(pe, SR_CNTP_CVAL_EL0, &v), OK);        /* means CNTHP */
    ck_assert_uint_eq(v, 77);
    ck_assert_uint_eq(rd(pe, SR_CNTV_CTL_EL0, &v), TRAP(2));
    /* a guest of a host with E2H: the other layout of CNTHCTL_EL2 */
    at_el(pe, 2);
    put(pe, SR_HCR_EL2, HCR_E2H);
    at_el(pe, 1);
    ck_assert_uint_eq(rd(pe, SR_CNTPCT_EL0, &v), TRAP(2));
    at_el(pe, 2);
    put(pe, SR_CNTHCTL_EL2, BIT64(10));
    at_el(pe, 1);
    ck_assert_uint_eq(rd(pe, SR_CNTPCT_EL0, &v), OK);
    ck_assert_uint_eq(rd(pe, SR_CNTP_CTL_EL0, &v), TRAP(2));
    test_pe_free(t);
}
END_TEST

START_TEST(tge_sends_el0_traps_to_el2)
{
    struct test_pe *t = test_pe_new("cortex-a72", true, 2);
    struct pe *pe = t->pe;
    uint64_t v;
    put(pe, SR_HCR_EL2, HCR_TGE);
    put(pe, SR_SCTLR_EL1, 0);
    at_el(pe, 0);
    ck_assert_uint_eq(rd(pe, SR_CTR_EL0, &v), TRAP(2));
    ck_assert_uint_eq(rd(pe, SR_MDCCSR_EL0, &v), TRAP(2));
    test_pe_free(t);
}
END_TEST

START_TEST(implementation_defined_space)
{
    struct test_pe *t = test_pe_new("cortex-a72", true, 2);
    struct pe *pe = t->pe;
    uint64_t v;
    uint16_t enc = 3u << 14 | 1u << 11 | 15u << 7 | 2u << 3;    /* S3_1_C15_C2_0 */
    int i = sysreg_lookup(enc);
    ck_assert_int_ge(i, SR_COUNT);
    ck_assert_uint_eq(rd(pe, (unsigned)i, &v), UNDEF);
    at_el(pe, 1);
    ck_assert_uint_eq(wr(pe, (unsigned)i, 0), UNDEF);
    at_el(pe, 2);
    put(pe, SR_HCR_EL2, BIT64(20));
    at_el(pe, 1);
    ck_assert_uint_eq(rd(pe, (unsigned)i, &v), TRAP(2));
    ck_assert_uint_eq(pe->exc.iss, pe_sysreg_iss(enc, 5, true));
    test_pe_free(t);
}
END_TEST

/* ---- single registers ---- */

START_TEST(stack_pointers)
{
    struct test_pe *t = test_pe_new("cortex-a72", true, 2);
    struct pe *pe = t->pe;
    uint64_t v;
    pe->x[X_SP] = 0x2222;
    put(pe, SR_SP_EL0, 0x1000);
    put(pe, SR_SP_EL1, 0x1111);
    put(pe, SR_SPSel, 0);
    ck_assert_uint_eq(pe->x[X_SP], 0x1000);
    ck_assert_uint_eq(rd(pe, SR_SP_EL0, &v), UNDEF);
    put(pe, SR_SPSel, 1);
    ck_assert_uint_eq(pe->x[X_SP], 0x2222);
    ck_assert_uint_eq(get(pe, SR_SP_EL1), 0x1111);
    ck_assert_uint_eq(rd(pe, SR_SP_EL2, &v), UNDEF);
    ck_assert_uint_eq(get(pe, SR_CurrentEL), 8);
    test_pe_free(t);
}
END_TEST

START_TEST(pstate_as_registers)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    put(pe, SR_NZCV, ~UINT64_C(0));
    ck_assert_uint_eq(get(pe, SR_NZCV), 0xf0000000);
    pe->dirty = 0;
    put(pe, SR_DAIF, 0x140);
    ck_assert_uint_eq(get(pe, SR_DAIF), 0x140);
    ck_assert(!(pe->dirty & DIRTY_IRQ)); /* nothing pends */
    put(pe, SR_DAIF, 0x3c0);
    pe->gic_signals = GIC_SIG_IRQ;
    put(pe, SR_DAIF, 0x140);
    ck_assert(pe->dirty & DIRTY_IRQ);
    pe->gic_signals = 0;
    put(pe, SR_PAN, ~UINT64_C(0));
    ck_assert_uint_eq(get(pe, SR_PAN), BIT64(22));
    put(pe, SR_UAO, BIT64(23));
    ck_assert_uint_eq(get(pe, SR_UAO), BIT64(23));
    put(pe, SR_SSBS, BIT64(12));
    ck_assert_uint_eq(get(pe, SR_SSBS), BIT64(12));
    put(pe, SR_FPCR, ~UINT64_C(0));
    ck_assert_uint_eq(get(pe, SR_FPCR), 0x07c80000);
    put(pe, SR_FPSR, ~UINT64_C(0));
    ck_assert_uint_eq(get(pe, SR_FPSR), 0x0800009f);
    pe->fp_trap = 1;
    uint64_t v;
    ck_assert_uint_eq(rd(pe, SR_FPCR, &v), 0x200 + EC_FP_ACCESS);
    test_pe_free(t);
}
END_TEST

START_TEST(virtual_serror_registers)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    put(pe, SR_DISR_EL1, 0x80000001);
    put(pe, SR_VDISR_EL2, 0x80000002);
    ck_assert_uint_eq(get(pe, SR_DISR_EL1), 0x80000001);
    at_el(pe, 1);
    ck_assert_uint_eq(get(pe, SR_DISR_EL1), 0x80000001);
    pe->sr[SR_HCR_EL2] |= BIT64(5);
    ck_assert_uint_eq(get(pe, SR_DISR_EL1), 0x80000002);
    put(pe, SR_DISR_EL1, 0);
    at_el(pe, 2);
    ck_assert_uint_eq(get(pe, SR_VDISR_EL2), 0);
    test_pe_free(t);
}
END_TEST

START_TEST(cptr_layouts)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    put(pe, SR_CPTR_EL2, 0);
    ck_assert_uint_eq(get(pe, SR_CPTR_EL2), 0x33ff);
    put(pe, SR_HCR_EL2, HCR_E2H);
    put(pe, SR_CPACR_EL1, 3u << 20);
    ck_assert_uint_eq(get(pe, SR_CPTR_EL2), 3u << 20);
    ck_assert(pe->dirty & DIRTY_FP);
    test_pe_free(t);
}
END_TEST

START_TEST(dczid_says_whether_zva_is_prohibited)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    ck_assert_uint_eq(get(pe, SR_DCZID_EL0), 4);
    put(pe, SR_HCR_EL2, BIT64(28));
    ck_assert_uint_eq(get(pe, SR_DCZID_EL0), 4);
    at_el(pe, 1);
    ck_assert_uint_eq(get(pe, SR_DCZID_EL0), 20);
    at_el(pe, 2);
    put(pe, SR_HCR_EL2, 0);
    put(pe, SR_SCTLR_EL1, 0);
    at_el(pe, 0);
    ck_assert_uint_eq(get(pe, SR_DCZID_EL0), 20);
    test_pe_free(t);
}
END_TEST

START_TEST(dirty_bits_follow_changes)
{
    struct test_pe *t = test_pe_new("neoverse-n1", true, 2);
    struct pe *pe = t->pe;
    put(pe, SR_TTBR0_EL1, 0x1000); /* EL2 does not translate by it */
    ck_assert_uint_eq(pe->dirty, 0);
    put(pe, SR_TTBR0_EL2, 0x1000);
    ck_assert_uint_eq(pe->dirty, DIRTY_XLAT);
    pe->dirty = 0;
    put(pe, SR_TTBR0_EL2, 0x1000);
    ck_assert_uint_eq(pe->dirty, 0);
    pe->el = 1;
    put(pe, SR_TTBR0_EL1, 0x2000);
    ck_assert_uint_eq(pe->dirty, DIRTY_XLAT);
    pe->dirty = 0;
    put(pe, SR_TTBR0_EL1, 0x2000);
    ck_assert_uint_eq(pe->dirty, 0);
    pe->el = 2;
    put(pe, SR_TPIDR_EL1, 1);
    ck_assert_uint_eq(pe->dirty, 0);
    put(pe, SR_HCR_EL2, BIT64(7));
    ck_assert_uint_eq(pe->dirty, DIRTY_IRQ);
    pe->dirty = 0;
    put(pe, SR_HCR_EL2, BIT64(7) | BIT64(26));
    ck_assert_uint_eq(pe->dirty, 0);
    put(pe, SR_HCR_EL2, 1); /* VM is for lower ELs; no interrupt is left that could go elsewhere */
    ck_assert_uint_eq(pe->dirty, 0);
    put(pe, SR_HCR_EL2, 1 | HCR_E2H | HCR_TGE);
    ck_assert_uint_eq(pe->dirty, DIRTY_XLAT | DIRTY_FP | DIRTY_DEBUG);
    test_pe_free(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sysreg");
    TCase *table = tcase_create("table");
    tcase_add_test(table, every_encoding_finds_its_row_and_nothing_else);
    tcase_add_loop_test(table, reserved_bits_stay_as_they_are, 0, 2);
    tcase_add_test(table, features_decide_bits);
    tcase_add_test(table, privilege);
    tcase_add_test(table, reset_registers_of_the_highest_level);
    tcase_add_test(table, reset_of_sctlr_el2_and_res1_of_cptr_el2);
    tcase_add_test(table, identification);
    suite_add_tcase(s, table);
    TCase *e2h = tcase_create("e2h");
    tcase_add_loop_test(e2h, e2h_redirects_el1_names_at_el2, 0, ARRAY_LEN(vhe));
    suite_add_tcase(s, e2h);
    TCase *trap = tcase_create("traps");
    tcase_add_loop_test(trap, trap_control, 0, ARRAY_LEN(traps));
    tcase_add_test(trap, traps_of_a_host);
    tcase_add_test(trap, tge_sends_el0_traps_to_el2);
    tcase_add_test(trap, implementation_defined_space);
    suite_add_tcase(s, trap);
    TCase *single = tcase_create("registers");
    tcase_add_test(single, stack_pointers);
    tcase_add_test(single, pstate_as_registers);
    tcase_add_test(single, virtual_serror_registers);
    tcase_add_test(single, cptr_layouts);
    tcase_add_test(single, dczid_says_whether_zva_is_prohibited);
    tcase_add_test(single, dirty_bits_follow_changes);
    suite_add_tcase(s, single);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
