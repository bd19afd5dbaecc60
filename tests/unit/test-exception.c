/* SPDX-License-Identifier: Apache-2.0 */
/* Where exceptions go and what they leave: routing and masking, syndromes, vectors, PSTATE. Expectations are from the Arm ARM. */
#include "tests/unit/test-pe.h"

#include "cpu/core.h"
#include "cpu/pauth.h"

enum { HCR_FMO = 3, HCR_IMO = 4, HCR_AMO = 5, HCR_VF = 6, HCR_VI = 7, HCR_VSE = 8, HCR_TWI = 13, HCR_TWE = 14, HCR_TGE = 27, HCR_E2H = 34,
       HCR_TEA = 37, HCR_APK = 40, HCR_API = 41 };
enum { VBAR1 = 0x10000, VBAR2 = 0x20000, PC = 0x40001000 };

static struct test_pe *t;
static struct pe *pe;

static void setup(void)
{
    t = test_pe_new("max", true, 2);
    pe = t->pe;
}

static void teardown(void)
{
    test_pe_free(t);
}

/* A PE at `el` with these bits of HCR_EL2 and nothing pending */
static void begin(unsigned el, uint64_t hcr)
{
    at_el(pe, el);
    pe->sr[SR_HCR_EL2] = hcr;
    pe->sr[SR_VBAR_EL1] = VBAR1;
    pe->sr[SR_VBAR_EL2] = VBAR2;
    pe->sr[SR_ESR_EL1] = pe->sr[SR_ESR_EL2] = pe->sr[SR_FAR_EL1] = pe->sr[SR_FAR_EL2] = pe->sr[SR_HPFAR_EL2] = UINT64_C(0xa5a5);
    pe->pc = PC;
    pe->daif = 0;
    pe->exc.valid = false;
    pe->serror_pending = false;
    pe->gic_signals = 0;
    pe->event_reg = false;
    pe->waiting_wfi = pe->waiting_wfe = false;
}

/* ---- asynchronous exceptions ---- */

struct route {
    unsigned el;
    uint64_t hcr;           /* E2H and TGE */
    bool mo;                /* HCR_EL2.AMO, IMO or FMO of the type */
    unsigned target;        /* 0: not taken at all */
    bool maskable;          /* by PSTATE.A, I or F */
};

/* Tables "Routing" and "Target and masking of physical interrupts" without EL3, EL2 enabled: TGE makes the routing bits behave
   as 1; an exception to a higher EL is not masked by PSTATE, except at EL0 of a host; one whose target is a lower EL is not taken. */
static const struct route physical[] = {
    {0, 0, false, 1, true},                          {0, 0, true, 2, false},
    {1, 0, false, 1, true},                          {1, 0, true, 2, false},
    {2, 0, false, 0, true},                          {2, 0, true, 2, true},
    {0, BIT64(HCR_TGE), false, 2, false},            {0, BIT64(HCR_TGE), true, 2, false},
    {2, BIT64(HCR_TGE), false, 2, true},
    {0, BIT64(HCR_TGE) | BIT64(HCR_E2H), false, 2, true}, {0, BIT64(HCR_TGE) | BIT64(HCR_E2H), true, 2, true},
    {1, BIT64(HCR_E2H), false, 1, true},             {1, BIT64(HCR_E2H), true, 2, false},
    {0, BIT64(HCR_E2H), true, 2, false},             {2, BIT64(HCR_E2H), false, 0, true},
    {2, BIT64(HCR_TGE) | BIT64(HCR_E2H), false, 2, true},
};

static const struct { unsigned mo, virt, mask, vector; } types[] = {
    {HCR_AMO, HCR_VSE, PSTATE_A, 0x180}, {HCR_IMO, HCR_VI, PSTATE_I, 0x80}, {HCR_FMO, HCR_VF, PSTATE_F, 0x100},
};

/* Vector offset of an exception that leaves `el` with SP_ELx in use */
static unsigned vector_of(unsigned el, unsigned target, unsigned offset)
{
    return (target == 2 ? VBAR2 : VBAR1) + offset + (target > el ? 0x400 : 0x200);
}

static void check_taken(unsigned el, unsigned target, unsigned offset)
{
    ck_assert_uint_eq(pe->el, target);
    ck_assert_uint_eq(pe->pc, vector_of(el, target, offset));
    ck_assert_uint_eq(pe->sr[target == 2 ? SR_ELR_EL2 : SR_ELR_EL1], PC);
    ck_assert_uint_eq(pe->sr[target == 2 ? SR_SPSR_EL2 : SR_SPSR_EL1] & 0xf, el == 0 ? 0 : el << 2 | 1);
    ck_assert_uint_eq(pe->daif, 15);
}

START_TEST(physical_interrupts_are_routed_and_masked)
{
    for (unsigned k = 0; k < ARRAY_LEN(physical) * ARRAY_LEN(types) * 2; k++) {
        const struct route *r = &physical[k / 6];
        unsigned type = k % 3;
        bool masked = k / 3 % 2 != 0;
        begin(r->el, r->hcr | (r->mo ? BIT64(types[type].mo) : 0));
        pe->daif = masked ? (uint8_t)types[type].mask : 0;
        if (type == 0) {
            pe->serror_pending = true;
            pe->serror_iss = 0x11;
        } else {
            pe->gic_signals = type == 1 ? GIC_SIG_IRQ : GIC_SIG_FIQ;
        }
        bool taken = r->target != 0 && !(masked && r->maskable);
        ck_assert_msg(pe_take_interrupt(pe) == taken, "type %u at EL%u, HCR_EL2 %#lx, masked %u", type, r->el, (unsigned long)pe->sr[SR_HCR_EL2], masked);
        if (!taken) {
            ck_assert_uint_eq(pe->pc, PC);
            continue;
        }
        check_taken(r->el, r->target, types[type].vector);
        uint64_t esr = pe->sr[r->target == 2 ? SR_ESR_EL2 : SR_ESR_EL1];
        ck_assert_uint_eq(esr, type == 0 ? UINT64_C(0x2f) << 26 | 1u << 25 | 0x11 : 0xa5a5);
        ck_assert(type != 0 || !pe->serror_pending);
    }
}
END_TEST

/* Virtual interrupts are taken to EL1 from EL0 and EL1 while the routing bit is 1 and TGE is 0, and PSTATE masks them. */
START_TEST(virtual_interrupts_need_the_routing_bit)
{
    for (unsigned k = 0; k < 3 * 3 * 2 * 2 * 2; k++) {
        unsigned type = k % 3, el = k / 3 % 3;
        bool mo = k / 9 % 2 != 0, masked = k / 18 % 2 != 0, tge = k / 36 % 2 != 0;
        if (el == 1 && tge) {
            continue;   /* EL1 is not entered with TGE = 1 */
        }
        begin(el, BIT64(types[type].virt) | (mo ? BIT64(types[type].mo) : 0) | (tge ? BIT64(HCR_TGE) : 0));
        pe->daif = masked ? (uint8_t)types[type].mask : 0;
        bool taken = mo && !masked && !tge && el < 2;
        ck_assert_msg(pe_take_interrupt(pe) == taken, "type %u at EL%u, AMO/IMO/FMO %u, masked %u, TGE %u", type, el, mo, masked, tge);
        if (taken) {
            check_taken(el, 1, types[type].vector);
            /* HCR_EL2.VSE is cleared when the SError is taken; VI and VF stay */
            ck_assert_uint_eq(bit64(pe->sr[SR_HCR_EL2], types[type].virt), type != 0);
        }
    }
}
END_TEST

/* ---- synchronous exceptions ---- */

/* Those of the pairs have one EC from a lower EL and the next from the same. */
START_TEST(classes_tell_lower_from_same)
{
    static const unsigned pairs[] = {EC_IABT_LOWER, EC_DABT_LOWER, EC_BREAKPT_LOWER, EC_SSTEP_LOWER, EC_WATCHPT_LOWER};
    static const struct { unsigned el, to; } routes[] = {{0, 1}, {0, 2}, {1, 1}, {1, 2}, {2, 2}};
    for (unsigned k = 0; k < ARRAY_LEN(pairs) * ARRAY_LEN(routes); k++) {
        unsigned ec = pairs[k / 5], el = routes[k % 5].el, to = routes[k % 5].to;
        begin(el, 0);
        ck_assert(!pe_raise(pe, to, ec, 0x22));
        pe_take_sync(pe);
        check_taken(el, to, 0);
        ck_assert_uint_eq(pe->sr[to == 2 ? SR_ESR_EL2 : SR_ESR_EL1], (uint64_t)(ec + (el == to)) << 26 | 1u << 25 | 0x22);
        ck_assert_uint_eq(pe->sr[to == 2 ? SR_ESR_EL1 : SR_ESR_EL2], 0xa5a5);
    }
}
END_TEST

/* With SP_EL0 in use the vectors of the current EL are 0x200 lower, and SPSR.M says EL1t, EL2t. */
START_TEST(sp_el0_in_use_selects_the_first_vectors)
{
    for (unsigned el = 1; el <= 2; el++) {
        begin(el, 0);
        pe_set_spsel(pe, 0);
        ck_assert(!pe_raise(pe, el, EC_BRK64, 7));
        pe_take_sync(pe);
        ck_assert_uint_eq(pe->pc, el == 2 ? VBAR2 : VBAR1);
        ck_assert_uint_eq(pe->sr[el == 2 ? SR_SPSR_EL2 : SR_SPSR_EL1] & 0xf, el << 2);
        ck_assert_uint_eq(pe->sp_sel, 1);
    }
}
END_TEST

/* An exception from EL0 that would go to EL1 goes to EL2 while HCR_EL2.TGE is 1 (AArch64.TakeException's callers). */
START_TEST(tge_takes_what_el0_raises)
{
    for (unsigned tge = 0; tge < 2; tge++) {
        begin(0, tge != 0 ? BIT64(HCR_TGE) : 0);
        ck_assert(!core_svc(pe, 5));
        ck_assert(pe->exc.ret_next);
        pe_take_sync(pe);
        unsigned to = tge != 0 ? 2 : 1;
        ck_assert_uint_eq(pe->el, to);
        ck_assert_uint_eq(pe->sr[to == 2 ? SR_ESR_EL2 : SR_ESR_EL1], UINT64_C(0x15) << 26 | 1u << 25 | 5);
        ck_assert_uint_eq(pe->sr[to == 2 ? SR_ELR_EL2 : SR_ELR_EL1], PC + 4);
    }
}
END_TEST

/* ---- aborts ---- */

struct abort_case {
    const char *what;
    struct mmu_fault f;
    unsigned el;
    uint64_t hcr;
    bool fetch;
    uint32_t extra;         /* instruction syndrome in 24:14, CM in 8 */
    unsigned target;
    uint32_t iss;
    bool ipa;
};

#define ISV_PART UINT32_C(0x01000000 | 3u << 22 | 7u << 16 | 1u << 15)   /* ISV, SAS = 3, SRT = 7, SF */

static const struct abort_case aborts[] = {
    {"translation, level 2, read", {.type = FAULT_TRANSLATION, .level = 2}, 1, 0, false, ISV_PART, 1, 0x06, false},
    {"translation, level 0, write", {.type = FAULT_TRANSLATION, .level = 0, .write = true}, 0, 0, false, ISV_PART, 1, 1u << 6 | 0x04, false},
    {"the same in a host's program", {.type = FAULT_TRANSLATION, .level = 0}, 0, BIT64(HCR_TGE) | BIT64(HCR_E2H), false, 0, 2, 0x04, false},
    {"address size", {.type = FAULT_ADDRESS_SIZE, .level = 1}, 1, 0, true, 0, 1, 0x01, false},
    {"access flag", {.type = FAULT_ACCESS_FLAG, .level = 3}, 2, 0, false, 0, 2, 0x0b, false},
    {"permission of a fetch", {.type = FAULT_PERMISSION, .level = 3}, 0, 0, true, 0, 1, 0x0f, false},
    {"alignment", {.type = FAULT_ALIGNMENT, .level = -1, .write = true}, 1, 0, false, 0, 1, 1u << 6 | 0x21, false},
    {"cache maintenance: CM, and WnR with it", {.type = FAULT_TRANSLATION, .level = 3}, 1, 0, false, 1u << 8, 1, 1u << 8 | 1u << 6 | 0x07, false},
    {"external", {.type = FAULT_EXTERNAL, .level = -1}, 1, 0, false, 0, 1, 0x10, false},
    {"external with TEA", {.type = FAULT_EXTERNAL, .level = -1}, 1, BIT64(HCR_TEA), false, 0, 2, 0x10, false},
    {"external with TEA, from EL0", {.type = FAULT_EXTERNAL, .level = -1}, 0, BIT64(HCR_TEA), true, 0, 2, 0x10, false},
    {"external on a walk, level 2", {.type = FAULT_EXTERNAL_WALK, .level = 2}, 1, 0, false, 0, 1, 0x16, false},
    {"stage 2, with the instruction's syndrome", {.type = FAULT_TRANSLATION, .level = 3, .stage2 = true, .write = true, .ipa = UINT64_C(0x123456789abc)},
     1, 0, false, ISV_PART, 2, ISV_PART | 1u << 6 | 0x07, true},
    {"stage 2 of a table access: S1PTW, no syndrome", {.type = FAULT_TRANSLATION, .level = 1, .stage2 = true, .s1ptw = true, .ipa = 0x5000},
     0, 0, false, ISV_PART, 2, 1u << 7 | 0x05, true},
    {"stage 2 of a fetch", {.type = FAULT_PERMISSION, .level = 3, .stage2 = true, .ipa = 0x7000}, 1, 0, true, 0, 2, 0x0f, true},
    {"stage 2 of cache maintenance: no syndrome", {.type = FAULT_PERMISSION, .level = 3, .stage2 = true, .ipa = 0x7000}, 1, 0, false,
     ISV_PART | 1u << 8, 2, 1u << 8 | 1u << 6 | 0x0f, true},
};

START_TEST(abort_syndrome_and_addresses)
{
    const struct abort_case *c = &aborts[_i];
    const uint64_t va = UINT64_C(0xffff000012345678);
    begin(c->el, c->hcr);
    ck_assert(!pe_raise_abort(pe, va, c->extra, &c->f, c->fetch));
    pe_take_sync(pe);
    ck_assert_msg(pe->el == c->target, "%s: to EL%u", c->what, pe->el);
    unsigned ec = (c->fetch ? 0x20u : 0x24u) + (c->el == c->target);
    uint64_t esr = pe->sr[c->target == 2 ? SR_ESR_EL2 : SR_ESR_EL1];
    ck_assert_msg(esr == ((uint64_t)ec << 26 | 1u << 25 | c->iss), "%s: ESR %#lx", c->what, (unsigned long)esr);
    ck_assert_uint_eq(pe->sr[c->target == 2 ? SR_FAR_EL2 : SR_FAR_EL1], va);
    /* HPFAR_EL2.FIPA is bits 47:12 of the IPA from bit 4 up */
    ck_assert_uint_eq(pe->sr[SR_HPFAR_EL2], c->ipa ? c->f.ipa >> 12 << 4 : 0xa5a5);
}
END_TEST

/* ---- traps of instructions ---- */

/* AArch64.CheckForWFxTrap(): SCTLR_ELx.nTWI and nTWE at EL0, then HCR_EL2.TWI and TWE below EL2 but for a host's program */
START_TEST(wfi_and_wfe_trap)
{
    for (unsigned k = 0; k < 2 * 3 * 2 * 2 * 3; k++) {
        bool wfe = k % 2 != 0, ntw = k / 6 % 2 != 0, tw = k / 12 % 2 != 0;
        unsigned el = k / 2 % 3, mode = k / 24;     /* no TGE; TGE; TGE and E2H */
        if (el == 1 && mode != 0) {
            continue;
        }
        bool host = mode == 2;
        begin(el, (tw ? BIT64(wfe ? HCR_TWE : HCR_TWI) : 0) | (mode != 0 ? BIT64(HCR_TGE) : 0) | (host ? BIT64(HCR_E2H) : 0));
        uint64_t bit = BIT64(wfe ? 18 : 16);
        pe->sr[SR_SCTLR_EL1] = ntw != host ? bit : 0;       /* the register that does not count says the opposite */
        pe->sr[SR_SCTLR_EL2] = ntw == host ? bit : 0;
        unsigned want = 0;
        if (el == 0 && !ntw) {
            want = mode != 0 ? 2 : 1;
        } else if (el < 2 && tw && !host) {
            want = 2;
        }
        bool ok = core_wfx(pe, wfe);
        ck_assert_msg(ok == (want == 0), "%s at EL%u, nTW %u, TW %u, mode %u", wfe ? "WFE" : "WFI", el, ntw, tw, mode);
        if (want != 0) {
            ck_assert_uint_eq(pe->exc.target_el, want);
            ck_assert_uint_eq(pe->exc.ec, EC_WFX);
            ck_assert_uint_eq(pe->exc.iss, 1u << 24 | 0xeu << 20 | wfe);   /* CV, COND = always, TI */
        }
        ck_assert_uint_eq(wfe ? pe->waiting_wfe : pe->waiting_wfi, want == 0);
    }
}
END_TEST

/* AArch64.CheckForSMCUndefOrTrap(), HVC and HCR_EL2.HCD (bits 19 and 29); BRK by TGE and MDCR_EL2.TDE (bit 8) */
START_TEST(calls_and_breakpoint_instructions)
{
    begin(1, BIT64(19));
    ck_assert(!core_smc(pe, 3));
    ck_assert(pe->exc.ec == EC_SMC64 && pe->exc.target_el == 2 && pe->exc.iss == 3 && !pe->exc.ret_next);
    begin(0, BIT64(19));
    ck_assert(!core_smc(pe, 3));
    ck_assert(pe->exc.ec == EC_UNKNOWN && pe->exc.target_el == 1);
    for (unsigned el = 0; el < 3; el++) {
        begin(el, 0);
        ck_assert(!core_hvc(pe, 9));
        ck_assert(pe->exc.ec == (el == 0 ? EC_UNKNOWN : EC_HVC64) && pe->exc.ret_next == (el != 0));
        begin(el, BIT64(29));
        ck_assert(!core_hvc(pe, 9));
        ck_assert_uint_eq(pe->exc.ec, EC_UNKNOWN);
        for (unsigned k = 0; k < 4; k++) {
            bool tge = k % 2 != 0 && el != 1, tde = k / 2 != 0;
            begin(el, tge ? BIT64(HCR_TGE) : 0);
            pe->sr[SR_MDCR_EL2] = tde ? BIT64(8) : 0;
            ck_assert(!core_brk(pe, 1));
            ck_assert_uint_eq(pe->exc.ec, EC_BRK64);
            ck_assert_uint_eq(pe->exc.target_el, el == 2 || tge || tde ? 2 : 1);
        }
    }
}
END_TEST

/* TrapPACUse() at EL0 and EL1; a host's program is not subject to HCR_EL2.API */
START_TEST(pointer_authentication_traps)
{
    for (unsigned el = 0; el < 3; el++) {
        for (unsigned k = 0; k < 4; k++) {
            bool api = k % 2 != 0, host = k / 2 != 0 && el != 1;
            begin(el, (api ? BIT64(HCR_API) : 0) | (host ? BIT64(HCR_TGE) | BIT64(HCR_E2H) : 0));
            bool trapped = !api && el < 2 && !(el == 0 && host);
            ck_assert_uint_eq(pauth_trapped(pe), trapped);
            if (trapped) {
                pe_take_sync(pe);
                check_taken(el, 2, 0);
                ck_assert_uint_eq(pe->sr[SR_ESR_EL2], UINT64_C(9) << 26 | 1u << 25);
            }
        }
    }
}
END_TEST

/* HCR_EL2.APK = 0 traps every key register from EL1, both ways; EL2 has them always, and EL0 never */
START_TEST(every_key_register_traps)
{
    uint64_t v;
    unsigned keys = 0;
    for (unsigned i = 1; i < SR_COUNT; i++) {
        if (sysreg_class_of(i) != SRC_keys) {
            continue;
        }
        keys++;
        for (unsigned apk = 0; apk < 2; apk++) {
            uint64_t hcr = apk != 0 ? BIT64(HCR_APK) : 0;
            begin(1, hcr);
            ck_assert_uint_eq(wr(pe, i, i), apk != 0 ? OK : TRAP(2));
            ck_assert_uint_eq(rd(pe, i, &v), apk != 0 ? OK : TRAP(2));
            ck_assert(apk == 0 || v == i);
            begin(2, hcr);
            put(pe, i, ~(uint64_t)i);
            ck_assert_uint_eq(get(pe, i), ~(uint64_t)i);
            begin(0, hcr);
            ck_assert_uint_eq(wr(pe, i, 0), UNDEF);
            ck_assert_uint_eq(rd(pe, i, &v), UNDEF);
        }
    }
    ck_assert_uint_eq(keys, 10);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("exception");
    TCase *c = tcase_create("exception");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, physical_interrupts_are_routed_and_masked);
    tcase_add_test(c, virtual_interrupts_need_the_routing_bit);
    tcase_add_test(c, classes_tell_lower_from_same);
    tcase_add_test(c, sp_el0_in_use_selects_the_first_vectors);
    tcase_add_test(c, tge_takes_what_el0_raises);
    tcase_add_loop_test(c, abort_syndrome_and_addresses, 0, ARRAY_LEN(aborts));
    tcase_add_test(c, wfi_and_wfe_trap);
    tcase_add_test(c, calls_and_breakpoint_instructions);
    tcase_add_test(c, pointer_authentication_traps);
    tcase_add_test(c, every_key_register_traps);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
