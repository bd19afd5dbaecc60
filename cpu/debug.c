/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Self-hosted debug: breakpoints, watchpoints, software step, the OS lock.
 * There is no external debugger, so nothing ever halts.
 */
#include "sysreg-decls.h"

#include "sim/base/cover.h"

enum { STEP_ACTIVE = 1, BREAKPOINTS = 2, WATCHPOINTS = 4 };
enum { DFSC_DEBUG = 0x22, BT_LINKED = 1 };

#define N_BRP 6u        /* ID_AA64DFR0_EL1.BRPs */
#define N_CTX 2u        /* ID_AA64DFR0_EL1.CTX_CMPs: the highest-numbered ones */
#define N_WRP 4u        /* ID_AA64DFR0_EL1.WRPs */

/* DebugTarget(): the EL that debug exceptions go to */
static unsigned debug_target(const struct pe *pe)
{
    if (feat_has(&pe->feat, FEAT_EL2) && pe->el < 2) {
        COVER(COVER_RULE, cover_rule(RULE_DEBUG_TGE, pe_tge(pe)));
        COVER(COVER_RULE, cover_rule(RULE_DEBUG_TDE, bit64(pe->sr[SR_MDCR_EL2], 8)));
    }
    return feat_has(&pe->feat, FEAT_EL2) && (pe_tge(pe) || bit64(pe->sr[SR_MDCR_EL2], 8)) ? 2 : 1;
}

/* AArch64.GenerateDebugExceptionsFrom(): d is PSTATE.D there */
static bool generate_from(const struct pe *pe, unsigned el, bool d)
{
    bool os_locked = bit64(pe->sr[SR_OSLSR_EL1], 1);
    bool double_locked = bit64(pe->sr[SR_OSDLR_EL1], 0) && !bit64(pe->sr[SR_DBGPRCR_EL1], 0);
    if (os_locked || double_locked) {
        return false;
    }
    unsigned target = debug_target(pe);
    if (el == target) {
        return bit64(pe->sr[SR_MDSCR_EL1], 13) && !d; /* KDE */
    }
    return target > el;
}

static bool generate_now(const struct pe *pe)
{
    return generate_from(pe, pe->el, (pe->daif & PSTATE_D) != 0);
}

bool debug_step_enabled(const struct pe *pe, unsigned el, bool d)
{
    return bit64(pe->sr[SR_MDSCR_EL1], 0) && generate_from(pe, el, d);
}

static bool any_enabled(const struct pe *pe, unsigned first, unsigned n)
{
    uint64_t e = 0;
    for (unsigned i = 0; i < n; i++) {
        e |= pe->sr[first + i];
    }
    return (e & 1) != 0;
}

void debug_update(struct pe *pe)
{
    uint64_t mdscr = pe->sr[SR_MDSCR_EL1];
    bool enabled = (mdscr & (BIT64(15) | BIT64(0))) != 0 && generate_now(pe); /* MDE, SS */
    pe->debug_mode = 0;
    if (enabled && bit64(mdscr, 0)) {
        pe->debug_mode |= STEP_ACTIVE;
    } else {
        pe->stepped = STEPPED_NONE; /* what executes in the inactive state is not stepped (SoftwareStep_DidNotStep) */
    }
    if (!enabled) {
        return;
    }
    if (bit64(mdscr, 15)) {
        pe->debug_mode |= any_enabled(pe, SR_DBGBCR0_EL1, N_BRP) ? BREAKPOINTS : 0;
        pe->debug_mode |= any_enabled(pe, SR_DBGWCR0_EL1, N_WRP) ? WATCHPOINTS : 0;
    }
}

/* AArch64.SoftwareStepException(): ISV says that an instruction was stepped, EX that it was a Load-Exclusive */
bool debug_raise_step(struct pe *pe)
{
    uint32_t iss = DFSC_DEBUG;
    if (pe->stepped != STEPPED_NONE) {
        iss |= 1u << 24 | (pe->stepped == STEPPED_EXCLUSIVE ? 1u << 6 : 0);
    }
    pe->stepped = STEPPED_NONE;
    return pe_raise(pe, pe->el == 2 ? 2 : debug_target(pe), EC_SSTEP_LOWER, iss);
}

/* ---- matching ---- */

/* ELIsInHost() of the current EL */
static bool in_host(const struct pe *pe)
{
    return pe_e2h(pe) && (pe->el == 2 || (pe->el == 0 && pe_tge(pe)));
}

static bool match_vmid(const struct pe *pe, uint64_t bvr)
{
    if (!feat_has(&pe->feat, FEAT_EL2) || pe->el == 2 || in_host(pe)) {
        return false;
    }
    bool wide = pe->mfeat.vmid16 && bit64(pe->sr[SR_VTCR_EL2], 19);
    unsigned hi = wide ? 15 : 7;
    return bits64(pe->sr[SR_VTTBR_EL2], 48 + hi, 48) == bits64(bvr, 32 + hi, 32);
}

/* The low half of DBGBVR<n>_EL1 against a context ID */
static bool match_context(const struct pe *pe, unsigned type, uint64_t bvr)
{
    if (type >> 1 == 1 && in_host(pe)) { /* 0b001x */
        return (uint32_t)pe->sr[SR_CONTEXTIDR_EL2] == (uint32_t)bvr;
    }
    return pe->el < 2 && !in_host(pe) && (uint32_t)pe->sr[SR_CONTEXTIDR_EL1] == (uint32_t)bvr;
}

/* AArch64.BreakpointValueMatch(): linked_to when asked for another breakpoint or watchpoint that links to this one */
static bool value_match(const struct pe *pe, unsigned n, uint64_t va, bool linked_to)
{
    uint64_t bcr = pe->sr[SR_DBGBCR0_EL1 + n], bvr = pe->sr[SR_DBGBVR0_EL1 + n];
    unsigned type = (unsigned)bits64(bcr, 23, 20);
    bool context_aware = n >= N_BRP - N_CTX;
    bool has_v8p1 = feat_has(&pe->feat, FEAT_VHE);
    if (!bit64(bcr, 0)) {
        return false;
    }
    bool address = (type & ~BT_LINKED) == 0;
    /* Reserved types match nothing: 0b010x, those of the Virtualization Host Extensions without them, context types elsewhere */
    if ((type & 0xe) == 4 || (!address && !context_aware) || (((type & 6) == 6 || (type & 0xc) == 0xc) && !has_v8p1) ||
        ((type & 8) != 0 && !feat_has(&pe->feat, FEAT_EL2))) {
        return false;
    }
    bool linked = (type & BT_LINKED) != 0;
    if (linked_to ? !linked || address : linked && !address) {
        return false;
    }
    if (address) {
        return bits64(va, 48, 2) == bits64(bvr, 48, 2);
    }
    bool low = (type & 8) == 0 || (type & 2) != 0;       /* 001x 011x 101x 111x */
    if (low && !match_context(pe, type, bvr)) {
        return false;
    }
    if ((type & 0xc) == 8 && !match_vmid(pe, bvr)) {     /* 10xx */
        return false;
    }
    if ((type & 0xc) == 0xc && (uint32_t)pe->sr[SR_CONTEXTIDR_EL2] != bvr >> 32) {
        return false;
    }
    return true;
}

/* AArch64.StateMatch() without EL3, in Non-secure state. el: the privilege of the access. */
static bool state_match(const struct pe *pe, uint64_t cr, bool is_linked, unsigned el)
{
    unsigned ssc = (unsigned)bits64(cr, 15, 14), hmc = (unsigned)bit64(cr, 13), pxc = (unsigned)bits64(cr, 2, 1);
    unsigned lbn = (unsigned)bits64(cr, 19, 16);
    unsigned combo = hmc << 4 | ssc << 2 | pxc;
    /* CheckValidStateMatch(): unallocated combinations match nothing */
    if (combo == 0x0e || (combo & 0x1d) == 0x10 || combo == 0x16 || (combo & 0x1b) == 0x1a) {
        return false;
    }
    bool at2 = feat_has(&pe->feat, FEAT_EL2) && ((hmc && (ssc << 2 | pxc) != 8) || ssc == 3);
    bool priv = el == 2 ? at2 : el == 1 ? (pxc & 1) != 0 : (pxc & 2) != 0;
    bool security = ssc <= 1 || (ssc == 3 && hmc);
    if (!priv || !security) {
        return false;
    }
    if (!is_linked) {
        return true;
    }
    return lbn >= N_BRP - N_CTX && lbn < N_BRP && value_match(pe, lbn, 0, true);
}

bool debug_check_fetch(struct pe *pe, uint64_t va)
{
    for (unsigned n = 0; n < N_BRP; n++) {
        uint64_t bcr = pe->sr[SR_DBGBCR0_EL1 + n];
        unsigned type = (unsigned)bits64(bcr, 23, 20);
        /* a linked address breakpoint (type 1) needs its context breakpoint to match as well */
        if (bit64(bcr, 0) && value_match(pe, n, va, false) && state_match(pe, bcr, type == BT_LINKED, pe->el)) {
            (void)pe_raise(pe, pe->el == 2 ? 2 : debug_target(pe), EC_BREAKPT_LOWER, DFSC_DEBUG);
            pe->exc.has_far = true;     /* FAR_ELx is UNKNOWN: zero, so that nothing old shows */
            return false;
        }
    }
    return true;
}

/* AArch64.WatchpointByteMatch(): does any byte of [va, va+size) match? *hit is the first that does. */
static bool bytes_match(uint64_t wcr, uint64_t wvr, uint64_t va, unsigned size, uint64_t *hit)
{
    unsigned bas = (unsigned)bits64(wcr, 12, 5), mask = (unsigned)bits64(wcr, 28, 24);
    unsigned bottom = bit64(wvr, 2) ? 2 : 3;
    unsigned ones = bas + (bas & -bas);
    if (mask == 0 && (ones & (ones - 1)) != 0) {
        bottom = 3; /* bytes that are not contiguous */
    }
    for (unsigned i = 0; i < size; i++) {
        uint64_t a = va + i;
        if (mask > bottom ? bits64(a, 48, mask) == bits64(wvr, 48, mask)
                          : bits64(a, 48, bottom) == bits64(wvr, 48, bottom) && ((bas >> (a & ones64(bottom))) & 1) != 0) {
            *hit = a;
            return true;
        }
    }
    return false;
}

bool debug_check_access(struct pe *pe, uint64_t va, unsigned size, bool write, bool unpriv)
{
    for (unsigned n = 0; n < N_WRP; n++) {
        uint64_t wcr = pe->sr[SR_DBGWCR0_EL1 + n], hit;
        if (!bit64(wcr, 0) || !bit64(wcr, write ? 4 : 3)) {
            continue;
        }
        if (bytes_match(wcr, pe->sr[SR_DBGWVR0_EL1 + n], va, size, &hit) &&
            state_match(pe, wcr, bit64(wcr, 20), unpriv ? 0 : pe->el)) {
            (void)pe_raise(pe, pe->el == 2 ? 2 : debug_target(pe), EC_WATCHPT_LOWER, (write ? 1u << 6 : 0) | DFSC_DEBUG);
            pe->exc.has_far = true;
            pe->exc.far = hit;   /* any address from va up to the last watched byte would do */
            return false;
        }
    }
    return true;
}
