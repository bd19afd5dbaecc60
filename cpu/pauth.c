/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pointer authentication (FEAT_PAuth): AddPAC, Auth, Strip, ComputePAC with
 * QARMA5, and a fast IMPLEMENTATION DEFINED algorithm. Which one a model has
 * follows from ID_AA64ISAR1_EL1.APA and .API.
 */
#include "cpu/core.h"
#include "cpu/pauth.h"

#include "sim/base/cover.h"

/* ---- QARMA5: ComputePAC() of the pseudocode ---- */

static const uint8_t sub_cell[16] = {0xb, 0x6, 0x8, 0xf, 0xc, 0x0, 0x9, 0xe, 0x3, 0x7, 0x4, 0x5, 0xd, 0x2, 0x1, 0xa};
static const uint8_t inv_sub_cell[16] = {0x5, 0xe, 0xd, 0x8, 0xa, 0xb, 0x1, 0x9, 0x2, 0x6, 0xf, 0x0, 0x4, 0xc, 0x7, 0x3};
/* result cell i comes from cell shuffle[i] */
static const uint8_t shuffle[16] = {13, 6, 11, 0, 7, 12, 1, 10, 8, 3, 14, 5, 2, 9, 4, 15};
static const uint8_t tweak_from[16] = {4, 5, 6, 7, 11, 2, 3, 8, 12, 13, 14, 15, 0, 1, 10, 9};
/* which of the sixteen result cells of the tweak schedule go through the linear feedback register */
static const uint16_t tweak_lfsr = 1u << 2 | 1u << 4 | 1u << 7 | 1u << 11 | 1u << 12 | 1u << 14 | 1u << 15;

static const uint64_t round_constant[5] = {
    0, UINT64_C(0x13198a2e03707344), UINT64_C(0xa4093822299f31d0), UINT64_C(0x082efa98ec4e6c89), UINT64_C(0x452821e638d01377),
};
static const uint64_t alpha = UINT64_C(0xc0ac29b7c97c50dd);

static unsigned cell(uint64_t v, unsigned i)
{
    return (unsigned)(v >> (4 * i)) & 15;
}

static uint64_t substitute(uint64_t v, const uint8_t *box)
{
    uint64_t r = 0;
    for (unsigned i = 0; i < 16; i++) {
        r |= (uint64_t)box[cell(v, i)] << (4 * i);
    }
    return r;
}

static uint64_t permute(uint64_t v, const uint8_t *from)
{
    uint64_t r = 0;
    for (unsigned i = 0; i < 16; i++) {
        r |= (uint64_t)cell(v, from[i]) << (4 * i);
    }
    return r;
}

static uint64_t permute_back(uint64_t v, const uint8_t *from)
{
    uint64_t r = 0;
    for (unsigned i = 0; i < 16; i++) {
        r |= (uint64_t)cell(v, i) << (4 * from[i]);
    }
    return r;
}

static unsigned rot_cell(unsigned c, unsigned n)
{
    return (c << n | c >> (4 - n)) & 15;
}

/* PACMult(): the MixColumns step, a circulant of rotations by 1, 2, 1 */
static uint64_t mix(uint64_t v)
{
    uint64_t r = 0;
    for (unsigned i = 0; i < 4; i++) {
        unsigned a = cell(v, i), b = cell(v, i + 4), c = cell(v, i + 8), d = cell(v, i + 12);
        unsigned t0 = rot_cell(c, 1) ^ rot_cell(b, 2) ^ rot_cell(a, 1);
        unsigned t1 = rot_cell(d, 1) ^ rot_cell(b, 1) ^ rot_cell(a, 2);
        unsigned t2 = rot_cell(d, 2) ^ rot_cell(c, 1) ^ rot_cell(a, 1);
        unsigned t3 = rot_cell(d, 1) ^ rot_cell(c, 2) ^ rot_cell(b, 1);
        r |= (uint64_t)t3 << (4 * i) | (uint64_t)t2 << (4 * (i + 4)) | (uint64_t)t1 << (4 * (i + 8)) | (uint64_t)t0 << (4 * (i + 12));
    }
    return r;
}

/* TweakCellRot() and TweakCellInvRot() */
static unsigned lfsr(unsigned c)
{
    return ((c ^ c >> 1) & 1) << 3 | c >> 1;
}

static unsigned lfsr_back(unsigned c)
{
    return (c << 1 & 15) | ((c ^ c >> 3) & 1);
}

static uint64_t tweak_next(uint64_t v)
{
    uint64_t r = permute(v, tweak_from), out = 0;
    for (unsigned i = 0; i < 16; i++) {
        unsigned c = cell(r, i);
        out |= (uint64_t)((tweak_lfsr >> i) & 1 ? lfsr(c) : c) << (4 * i);
    }
    return out;
}

static uint64_t tweak_back(uint64_t v)
{
    uint64_t r = 0;
    for (unsigned i = 0; i < 16; i++) {
        unsigned c = cell(v, i);
        r |= (uint64_t)((tweak_lfsr >> i) & 1 ? lfsr_back(c) : c) << (4 * i);
    }
    return permute_back(r, tweak_from);
}

uint64_t pauth_qarma5(uint64_t data, uint64_t modifier, uint64_t key0, uint64_t key1)
{
    uint64_t modk0 = ror64(key0, 1) ^ key0 >> 63;
    uint64_t running = modifier, work = data ^ key0;
    for (unsigned i = 0; i < 5; i++) {
        work ^= key1 ^ running ^ round_constant[i];
        if (i > 0) {
            work = mix(permute(work, shuffle));
        }
        work = substitute(work, sub_cell);
        running = tweak_next(running);
    }
    work = substitute(mix(permute(work ^ modk0 ^ running, shuffle)), sub_cell);
    work = mix(permute(work, shuffle)) ^ key1;
    work = substitute(permute_back(work, shuffle), inv_sub_cell);
    work = permute_back(mix(work), shuffle) ^ key0 ^ running;
    for (unsigned i = 0; i < 5; i++) {
        work = substitute(work, inv_sub_cell);
        if (i < 4) {
            work = permute_back(mix(work), shuffle);
        }
        running = tweak_back(running);
        work ^= key1 ^ running ^ round_constant[4 - i] ^ alpha;
    }
    return work ^ modk0;
}

/* The IMPLEMENTATION DEFINED algorithm: a multiply-xorshift mix of the four words (MurmurHash3's 64-bit finaliser constants) */
uint64_t pauth_fast(uint64_t data, uint64_t modifier, uint64_t key0, uint64_t key1)
{
    uint64_t h = data ^ key0;
    const uint64_t word[2] = {modifier, key1};
    for (unsigned i = 0; i < 2; i++) {
        h ^= h >> 33;
        h *= UINT64_C(0xff51afd7ed558ccd);
        h ^= word[i] ^ h >> 29;
        h *= UINT64_C(0xc4ceb9fe1a85ec53);
    }
    return h ^ h >> 32;
}

/* ---- pointers ---- */

enum pac_key { KEY_IA, KEY_IB, KEY_DA, KEY_DB };

struct pac_layout {
    unsigned bottom;     /* CalculateBottomPACBit() */
    bool tbi;            /* CalculateTBI() */
};

static uint64_t tcr_now(const struct pe *pe, bool *two_ranges)
{
    enum mmu_regime r = pe_regime(pe, pe->el);
    *two_ranges = r != REGIME_EL2;
    return pe->sr[r == REGIME_EL10 ? SR_TCR_EL1 : SR_TCR_EL2];
}

/* Is the tag byte ignored for this half of the address space, for data or for instructions (TBID)? */
static bool tag_ignored(uint64_t tcr, bool two_ranges, bool high, bool data)
{
    if (!two_ranges) {
        return bit64(tcr, 20) && (data || !bit64(tcr, 29));
    }
    return bit64(tcr, high ? 38 : 37) && (data || !bit64(tcr, high ? 52 : 51));
}

static struct pac_layout layout(const struct pe *pe, bool high, bool data)
{
    bool two;
    uint64_t tcr = tcr_now(pe, &two);
    unsigned tsz = (unsigned)(two && high ? bits64(tcr, 21, 16) : bits64(tcr, 5, 0));
    tsz = tsz < 16 ? 16 : tsz > 39 ? 39 : tsz;
    return (struct pac_layout){64 - tsz, tag_ignored(tcr, two, high, data)};
}

/* The pointer with its PAC field replaced by copies of `bit` */
static uint64_t extend(uint64_t ptr, const struct pac_layout *l, bool bit)
{
    unsigned top = l->tbi ? 55 : 63;
    return set_bits64(ptr, top, l->bottom, bit ? ~UINT64_C(0) : 0);
}

static uint64_t compute(const struct pe *pe, uint64_t data, uint64_t modifier, uint64_t hi, uint64_t lo)
{
    bool impdef = bits64(pe->sr[SR_ID_AA64ISAR1_EL1], 11, 8) != 0;
    return impdef ? pauth_fast(data, modifier, hi, lo) : pauth_qarma5(data, modifier, hi, lo);
}

static uint64_t pac_of(const struct pe *pe, uint64_t ptr, uint64_t modifier, enum pac_key key)
{
    static const struct {
        uint16_t hi, lo;
    } keys[] = {
        {SR_APIAKeyHi_EL1, SR_APIAKeyLo_EL1}, {SR_APIBKeyHi_EL1, SR_APIBKeyLo_EL1},
        {SR_APDAKeyHi_EL1, SR_APDAKeyLo_EL1}, {SR_APDBKeyHi_EL1, SR_APDBKeyLo_EL1},
    };
    return compute(pe, ptr, modifier, pe->sr[keys[key].hi], pe->sr[keys[key].lo]);
}

/* AddPAC() */
static uint64_t add_pac(const struct pe *pe, uint64_t ptr, uint64_t modifier, enum pac_key key)
{
    bool data = key >= KEY_DA, two;
    uint64_t tcr = tcr_now(pe, &two);
    bool any_tbi = two ? tag_ignored(tcr, two, false, data) || tag_ignored(tcr, two, true, data) : tag_ignored(tcr, two, false, data);
    bool sel = bit64(ptr, any_tbi ? 55 : 63);
    struct pac_layout l = layout(pe, sel, data);
    l.tbi = tag_ignored(tcr, two, bit64(ptr, 55), data);
    unsigned top = l.tbi ? 55 : 63;
    uint64_t pac = pac_of(pe, extend(ptr, &l, sel), modifier, key);
    uint64_t field = bits64(ptr, top, l.bottom);
    if (field != 0 && field != ones64(top - l.bottom + 1)) {
        pac ^= BIT64(top - 1); /* the pointer was not canonical: the PAC is made to fail */
    }
    uint64_t r = set_bits64(ptr, 54, l.bottom, bits64(pac, 54, l.bottom));
    r = set_bits64(r, 55, 55, sel);
    return l.tbi ? r : set_bits64(r, 63, 56, bits64(pac, 63, 56));
}

/* Auth(), without FEAT_PAuth2 and FEAT_FPAC: failure leaves a non-canonical address with the key number in it */
static uint64_t auth(const struct pe *pe, uint64_t ptr, uint64_t modifier, enum pac_key key)
{
    bool data = key >= KEY_DA;
    struct pac_layout l = layout(pe, bit64(ptr, 55), data);
    uint64_t original = extend(ptr, &l, bit64(ptr, 55));
    uint64_t pac = pac_of(pe, original, modifier, key);
    bool good = bits64(pac, 54, l.bottom) == bits64(ptr, 54, l.bottom);
    if (!l.tbi) {
        good = good && bits64(pac, 63, 56) == bits64(ptr, 63, 56);
    }
    if (good) {
        return original;
    }
    unsigned error = (key == KEY_IB || key == KEY_DB) ? 2 : 1;
    return l.tbi ? set_bits64(original, 54, 53, error) : set_bits64(original, 62, 61, error);
}

/* Strip() */
static uint64_t strip(const struct pe *pe, uint64_t ptr, bool data)
{
    struct pac_layout l = layout(pe, bit64(ptr, 55), data);
    return extend(ptr, &l, bit64(ptr, 55));
}

/* ---- enables and traps ---- */

/* 1: go on, 0: the key is disabled (the instruction does nothing), -1: trap raised */
static int allowed(struct pe *pe, enum pac_key key)
{
    static const uint8_t enable_bit[] = {31, 30, 27, 13}; /* SCTLR_ELx.EnIA, EnIB, EnDA, EnDB */
    bool host_regime = pe_regime(pe, pe->el) != REGIME_EL10;
    uint64_t sctlr = pe->sr[host_regime ? SR_SCTLR_EL2 : SR_SCTLR_EL1];
    if (!bit64(sctlr, enable_bit[key])) {
        return 0;
    }
    return pauth_trapped(pe) ? -1 : 1;
}

bool pauth_trapped(struct pe *pe)
{
    bool el2 = feat_has(&pe->feat, FEAT_EL2);
    bool asked = el2 && pe->el < 2 && !(pe->el == 0 && pe_host_mode(pe)), api = bit64(pe->sr[SR_HCR_EL2], 41);
    if (asked) {
        COVER(COVER_RULE, cover_rule(pe->el == 0 ? RULE_PAC_API_EL0 : RULE_PAC_API_EL1, !api));
    }
    if (!asked || api) {
        return false;
    }
    pe_raise(pe, 2, EC_PAC, 0); /* TrapPACUse() */
    return true;
}

static uint64_t reg_or_sp(const struct pe *pe, unsigned r)
{
    return r == 31 ? pe->x[X_SP] : pe->x[r];
}

static bool transform(struct pe *pe, uint64_t *ptr, uint64_t modifier, enum pac_key key, bool is_auth)
{
    int ok = allowed(pe, key);
    if (ok < 0) {
        return false;
    }
    if (ok > 0) {
        *ptr = is_auth ? auth(pe, *ptr, modifier, key) : add_pac(pe, *ptr, modifier, key);
    }
    return true;
}

bool pauth_hint(struct pe *pe, enum pac_form form, bool is_auth, bool key_b)
{
    enum pac_key key = key_b ? KEY_IB : KEY_IA;
    switch (form) {
    case PAC_1716:
        return transform(pe, &pe->x[17], pe->x[16], key, is_auth);
    case PAC_SP:
        return transform(pe, &pe->x[30], pe->x[X_SP], key, is_auth);
    default:
        return transform(pe, &pe->x[30], 0, key, is_auth);
    }
}

bool pauth_reg(struct pe *pe, const struct slot *s, unsigned key, bool is_auth, bool zero)
{
    uint64_t v = pe->x[s->rd];
    if (!transform(pe, &v, zero ? 0 : reg_or_sp(pe, s->rn), (enum pac_key)key, is_auth)) {
        return false;
    }
    if (s->rd != 31) {
        pe->x[s->rd] = v;
    }
    return true;
}

bool pauth_strip(struct pe *pe, unsigned rd, bool data)
{
    if (rd != 31) {
        pe->x[rd] = strip(pe, pe->x[rd], data);
    }
    return true;
}

bool pauth_ga(struct pe *pe, const struct slot *s)
{
    if (pauth_trapped(pe)) {
        return false;
    }
    uint64_t pac = compute(pe, pe->x[s->rn], reg_or_sp(pe, s->rm), pe->sr[SR_APGAKeyHi_EL1], pe->sr[SR_APGAKeyLo_EL1]);
    if (s->rd != 31) {
        pe->x[s->rd] = pac & UINT64_C(0xffffffff00000000);
    }
    return true;
}

bool pauth_target(struct pe *pe, uint64_t ptr, uint64_t modifier, bool key_b, uint64_t *target)
{
    *target = ptr;
    return transform(pe, target, modifier, key_b ? KEY_IB : KEY_IA, true);
}

bool pauth_load(struct pe *pe, const struct slot *s, bool key_b, bool pre)
{
    if (s->rn == X_SP && !mem_check_sp(pe)) {
        return false;
    }
    uint64_t base = pe->x[s->rn], v;
    if (!transform(pe, &base, 0, key_b ? KEY_DB : KEY_DA, true)) {
        return false;
    }
    uint64_t va = base + (uint64_t)(int64_t)s->imm;
    if (!mem_read(pe, va, 8, 0, &v)) {
        return false;
    }
    if (pre) {
        pe->x[s->rn] = va;
    }
    if (s->rd != 31) {
        pe->x[s->rd] = v;
    }
    return true;
}
