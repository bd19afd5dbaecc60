/* SPDX-License-Identifier: Apache-2.0 */
/* Self-hosted debug: enabling and routing, breakpoint, watchpoint and linked context matches. */
#include "tests/unit/test-pe.h"

#include "cpu/core.h"

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
    /* reserved combinations (CheckValidStateMatch): they match nothing; the last one matched EL2 and EL0 once */
    { SSC(3) | EL0_ONLY, { false, false, false } },
    { HMC, { false, false, false } },
    { HMC | EL0_ONLY, { false, false, false } },
    { HMC | SSC(1) | EL0_ONLY, { false, false, false } },
    { HMC | SSC(2) | EL0_ONLY, { false, false, false } },
    { HMC | SSC(3) | EL0_ONLY, { false, false, false } },
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

/* ISS.ISV: an instruction was stepped; ISS.EX: a Load-Exclusive (AArch64.SoftwareStepException). Both were constant once. */
START_TEST(isv_and_ex_of_a_step_were_constant)
{
    struct test_pe *t = debug_pe(1);
    static const uint32_t want[] = {[STEPPED_NONE] = 0x22, [STEPPED_INSN] = 1u << 24 | 0x22, [STEPPED_EXCLUSIVE] = 1u << 24 | 1u << 6 | 0x22};
    for (unsigned what = 0; what < ARRAY_LEN(want); what++) {
        t->pe->stepped = (uint8_t)what;
        ck_assert(!debug_raise_step(t->pe));
        ck_assert_uint_eq(t->pe->exc.iss, want[what]);
        t->pe->exc.valid = false;
    }
    test_pe_free(t);
}
END_TEST

/* ---- with code; each is a difference from another implementation that the system harness found ---- */

#define CODE (TEST_RAM_BASE + 0x1000)
#define VECTORS (TEST_RAM_BASE + 0x2000)
enum { NOP = 0xd503201f, ERET = 0xd69f03e0, SVC1 = 0xd4000021 };
enum { SPSR_SS = 1 << 21, SPSR_D = 1 << 9, SPSR_IL = 1 << 20, EL0T = 0, EL1H = 5, EL2H = 9 };

/* A PE at EL2 with the words at CODE, about to return to EL `spsr` at `pc`. NOPs are everywhere else. */
static struct test_pe *stepping_pe(const uint32_t *words, unsigned n, uint64_t spsr, uint64_t pc)
{
    struct test_pe *t = debug_pe(2);
    struct pe *pe = t->pe;
    uint32_t *ram = (uint32_t *)bus_ram(&t->bus, TEST_RAM_BASE, TEST_RAM_SIZE);
    for (unsigned i = 0; i < 0x4000 / 4; i++) {
        ram[i] = NOP;
    }
    memcpy(&ram[(CODE - TEST_RAM_BASE) / 4], words, n * sizeof(*words));
    ram[0] = ERET;
    pe->code = code_new(TEST_RAM_BASE, TEST_RAM_SIZE, &fast_instance, false, NULL);
    ck_assert_ptr_nonnull(pe->code);
    put(pe, SR_HCR_EL2, BIT64(31));
    put(pe, SR_VBAR_EL1, VECTORS);
    put(pe, SR_VBAR_EL2, VECTORS + 0x1000);
    put(pe, SR_SPSR_EL2, spsr);
    put(pe, SR_ELR_EL2, pc);
    pe->daif = 15;
    pe->pc = TEST_RAM_BASE;
    pe->dirty = DIRTY_XLAT | DIRTY_DEBUG;
    return t;
}

/* n instructions: those that end in an exception count as none */
static void execute(struct pe *pe, int64_t n)
{
    pe->budget = pe->n = n;
    core_run(pe);
    pe->budget = pe->n = 0;
}

static void stepping_pe_free(struct test_pe *t)
{
    code_free(t->pe->code);
    test_pe_free(t);
}

/* AArch64.CallSupervisor() calls SSAdvance(): the SVC has been stepped, and its return is to the next instruction with a step pending. */
START_TEST(svc_that_was_stepped_saves_ss_as_zero)
{
    struct test_pe *t = stepping_pe((const uint32_t[]){ SVC1 }, 1, SPSR_SS | EL0T, CODE);
    struct pe *pe = t->pe;
    put(pe, SR_MDSCR_EL1, SS);
    execute(pe, 2);
    ck_assert_uint_eq(pe->el, 1);
    ck_assert_uint_eq(pe->sr[SR_ESR_EL1], 0x56000001);
    ck_assert_uint_eq(pe->sr[SR_ELR_EL1], CODE + 4);
    ck_assert_uint_eq(pe->sr[SR_SPSR_EL1] & SPSR_SS, 0);
    stepping_pe_free(t);
}
END_TEST

/* A pending step has priority over the alignment of the PC, and over an Instruction Abort. */
START_TEST(pending_step_comes_before_the_fetch)
{
    static const uint64_t targets[] = { CODE + 2, UINT64_C(0x0004000000000000) };
    struct test_pe *t = stepping_pe((const uint32_t[]){ NOP }, 1, EL0T, targets[_i]);
    struct pe *pe = t->pe;
    put(pe, SR_MDSCR_EL1, SS);
    execute(pe, 2);
    ck_assert_uint_eq(pe->el, 1);
    ck_assert_uint_eq(pe->sr[SR_ESR_EL1], UINT64_C(0xca000022));
    ck_assert_uint_eq(pe->sr[SR_ELR_EL1], targets[_i]);
    stepping_pe_free(t);
}
END_TEST

/* ISS.ISV speaks of the instruction before the exception, not of one that was stepped earlier. */
START_TEST(step_pending_at_once_has_no_valid_syndrome)
{
    struct test_pe *t = stepping_pe((const uint32_t[]){ NOP, NOP }, 2, SPSR_SS | EL1H, CODE);
    struct pe *pe = t->pe;
    put(pe, SR_MDSCR_EL1, SS | KDE);
    execute(pe, 2);
    ck_assert_uint_eq(pe->pc, CODE + 4);
    ck_assert_uint_eq(pe->ss, 0);
    pe->daif = PSTATE_D;
    pe->dirty |= DIRTY_DEBUG;
    execute(pe, 1);                         /* a NOP in the inactive state */
    pe->daif = 0;
    pe->dirty |= DIRTY_DEBUG;
    execute(pe, 1);
    ck_assert_uint_eq(pe->sr[SR_ESR_EL1], UINT64_C(0xce000022));
    ck_assert_uint_eq(pe->sr[SR_ELR_EL1], CODE + 8);
    stepping_pe_free(t);
}
END_TEST

/* DebugExceptionReturnSS(): an illegal return has its own Exception level for destination. */
START_TEST(illegal_return_sets_ss_from_spsr)
{
    struct test_pe *t = stepping_pe((const uint32_t[]){ NOP }, 1, SPSR_SS | 0xd, CODE);
    struct pe *pe = t->pe;
    put(pe, SR_MDCR_EL2, 6 | BIT64(8));
    put(pe, SR_MDSCR_EL1, SS | KDE);
    execute(pe, 2);
    ck_assert_uint_eq(pe->el, 2);
    ck_assert_uint_eq(pe->sr[SR_ESR_EL2] >> 26, EC_ILLEGAL_STATE);
    ck_assert_uint_eq(pe->sr[SR_SPSR_EL2] & (SPSR_SS | SPSR_IL), SPSR_SS | SPSR_IL);
    stepping_pe_free(t);
}
END_TEST

/* AArch64.IsUnprivAccessPriv(): LDTR is an access of EL1 with PSTATE.UAO, and of EL2 outside the host regime. */
START_TEST(unprivileged_accesses_meet_watchpoints_of_their_privilege)
{
    static const struct {
        unsigned el, uao;
        uint64_t hcr, pac;
        bool hit;
    } cases[] = {
        { 1, 0, 0, EL0_ONLY, true }, { 1, 0, 0, EL1_ONLY, false }, { 1, 1, 0, EL0_ONLY, false }, { 1, 1, 0, EL1_ONLY, true },
        { 2, 0, BIT64(27), EL0_ONLY, false }, { 2, 0, BIT64(27), HMC | SSC(3), true },
        { 2, 0, BIT64(27) | BIT64(34), EL0_ONLY, true }, { 2, 0, BIT64(27) | BIT64(34), HMC | SSC(3), false },
    };
    struct test_pe *t = stepping_pe((const uint32_t[]){ 0xf8400840 }, 1, SPSR_D | EL1H, CODE);     /* LDTR X0, [X2] */
    struct pe *pe = t->pe;
    put(pe, SR_MDCR_EL2, 6 | BIT64(8));
    put(pe, SR_MDSCR_EL1, MDE | KDE);
    put(pe, SR_DBGWVR0_EL1, TEST_RAM_BASE + 0x3000);
    put(pe, SR_DBGWCR0_EL1, E | cases[_i].pac | LSC(3) | BAS8);
    put(pe, SR_HCR_EL2, BIT64(31) | cases[_i].hcr);
    put(pe, SR_SPSR_EL2, (uint64_t)cases[_i].uao << 23 | (cases[_i].el == 1 ? EL1H : EL2H));
    pe->x[2] = TEST_RAM_BASE + 0x3000;
    execute(pe, 2);
    ck_assert_uint_eq(pe->sr[SR_ESR_EL2] >> 26, cases[_i].hit ? EC_WATCHPT_LOWER + (cases[_i].el == 2) : 0u);
    stepping_pe_free(t);
}
END_TEST

/* BigEndian() goes by PSTATE.EL: SCTLR_EL1.E0E is nothing to LDTR at EL1, even where EL0 has used the same page. */
START_TEST(ldtr_has_the_byte_order_of_its_el)
{
    for (unsigned order = 0; order < 4; order++) {
        struct test_pe *t = stepping_pe((const uint32_t[]){ 0xf9400043, SVC1 }, 2, EL0T, CODE);    /* LDR X3, [X2] */
        struct pe *pe = t->pe;
        uint32_t *handler = (uint32_t *)bus_ram(&t->bus, VECTORS + 0x400, 8);
        handler[0] = 0xf8400840;                /* LDTR X0, [X2], twice: the second one finds the page known */
        handler[1] = 0xf8400841;
        const uint64_t little = UINT64_C(0x1122334455667788), big = UINT64_C(0x8877665544332211);
        memcpy(bus_ram(&t->bus, TEST_RAM_BASE + 0x3000, 8), &little, 8);
        put(pe, SR_SCTLR_EL1, get(pe, SR_SCTLR_EL1) | (uint64_t)order << 24);      /* E0E, EE */
        pe->x[2] = TEST_RAM_BASE + 0x3000;
        execute(pe, 5);
        ck_assert_uint_eq(pe->el, 1);
        ck_assert_uint_eq(pe->x[3], (order & 1) != 0 ? big : little);
        ck_assert_uint_eq(pe->x[0], (order & 2) != 0 ? big : little);
        ck_assert_uint_eq(pe->x[1], pe->x[0]);
        stepping_pe_free(t);
    }
}
END_TEST

/* AArch64.DC(): DC IVAC is a write of its line to watchpoints, DC CIVAC is nothing to them. */
START_TEST(dc_ivac_meets_watchpoints)
{
    for (unsigned civac = 0; civac < 2; civac++) {
        struct test_pe *t = stepping_pe((const uint32_t[]){ civac ? 0xd50b7e22 : 0xd5087622 }, 1, EL1H, CODE);
        struct pe *pe = t->pe;
        put(pe, SR_DBGWVR1_EL1, TEST_RAM_BASE + 0x3008);
        put(pe, SR_DBGWCR1_EL1, E | EL1_ONLY | LSC(2) | BAS8);
        pe->x[2] = TEST_RAM_BASE + 0x3030;
        execute(pe, 2);
        ck_assert_uint_eq(pe->sr[SR_ESR_EL1], civac ? 0 : UINT64_C(0xd6000162));
        ck_assert_uint_eq(pe->sr[SR_FAR_EL1], civac ? 0 : TEST_RAM_BASE + 0x3030);
        stepping_pe_free(t);
    }
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
    tcase_add_test(c, isv_and_ex_of_a_step_were_constant);
    tcase_add_test(c, svc_that_was_stepped_saves_ss_as_zero);
    tcase_add_loop_test(c, pending_step_comes_before_the_fetch, 0, 2);
    tcase_add_test(c, step_pending_at_once_has_no_valid_syndrome);
    tcase_add_test(c, illegal_return_sets_ss_from_spsr);
    tcase_add_loop_test(c, unprivileged_accesses_meet_watchpoints_of_their_privilege, 0, 8);
    tcase_add_test(c, ldtr_has_the_byte_order_of_its_el);
    tcase_add_test(c, dc_ivac_meets_watchpoints);
    tcase_add_test(c, external_bits_of_mdscr_follow_the_os_lock);
    suite_add_tcase(s, c);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
