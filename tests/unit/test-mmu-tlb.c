/* SPDX-License-Identifier: Apache-2.0 */
/* The architectural TLB: stale entries, tags, every kind of invalidation, replacement, the hook, the digest. */
#include "test-mmu-env.h"

static struct env *e;
static struct tables s1, s2, other;

#define IPA_DATA UINT64_C(0x10000000)

static void setup(void)
{
    e = env_new();
    tables_init(e, &s1, 12, 48, 0);
    use_two_ranges(e, REGIME_EL10, &s1, NULL);
}

static void teardown(void)
{
    env_free(e);
}

static void set_asid(unsigned asid)
{
    e->r.tcr |= BIT64(36);
    e->r.ttbr0 = (e->r.ttbr0 & ones64(48)) | (uint64_t)asid << 48;
}

static void nested(unsigned vmid)
{
    tables_init(e, &s2, 12, 40, 1);
    for (uint64_t a = RAM_BASE; a < RAM_BASE + RAM_SIZE; a += 0x200000) {
        map_at(e, &s2, a, a, 2, S2_RW);
    }
    use_s2(e, &s2, vmid);
}

static void tlbi(enum tlbi_kind kind, enum mmu_regime regime, unsigned asid, unsigned vmid, uint64_t addr)
{
    struct tlbi_req q = { .kind = (uint8_t)kind, .regime = (uint8_t)regime, .asid = (uint16_t)asid,
                          .vmid = (uint16_t)vmid, .addr = addr };
    tlb_invalidate(e->t, &q);
}

/* Is va in the TLB of the present context? Looks without filling: the tables are unreachable meanwhile. */
static bool cached(uint64_t va)
{
    struct mmu_regs keep = e->r;
    e->r.ttbr0 = (e->r.ttbr0 & ~ones64(48)) | NOWHERE;
    e->r.ttbr1 = NOWHERE;
    e->r.vttbr = (e->r.vttbr & ~ones64(48)) | NOWHERE;
    struct mmu_req q = { .va = va, .acc = ACC_AT_READ, .el = e->r.regime == REGIME_EL10 ? 1 : 2, .no_side_effects = true };
    bool hit = xlate_req(e, &q)->fault.type == FAULT_NONE;
    e->r = keep;
    return hit;
}

/* ---- staleness and tags ---- */

START_TEST(entries_stay_until_invalidated)
{
    uint64_t at = map_page(e, &s1, 0x1000, PAGE_A, S1_RW_EL1);
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    put64(e, at, PAGE_B | S1_RO_EL1 | 3);
    assert_ok(xlate(e, 0x1000, ACC_WRITE, 1), PAGE_A);
    put64(e, at, 0);
    assert_ok(xlate(e, 0x1008, ACC_WRITE, 1), PAGE_A + 8);
    tlbi(TLBI_VA, REGIME_EL10, 0, 0, 0x1000);
    assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_TRANS | 3, false);
    /* faults are not kept */
    put64(e, at, PAGE_B | S1_RO_EL1 | 3);
    assert_fault(xlate(e, 0x1000, ACC_WRITE, 1), FSC_PERM | 3, false);
    /* a denied translation is */
    put64(e, at, PAGE_B | S1_RW_EL1 | 3);
    assert_fault(xlate(e, 0x1000, ACC_WRITE, 1), FSC_PERM | 3, false);
    tlbi(TLBI_VAL, REGIME_EL10, 0, 0, 0x1000);
    assert_ok(xlate(e, 0x1000, ACC_WRITE, 1), PAGE_B);
}
END_TEST

START_TEST(permission_depends_on_the_request_not_on_the_entry)
{
    map_page(e, &s1, 0x1000, PAGE_A, S1_RW_EL0);
    struct mmu_req q = { .va = 0x1000, .acc = ACC_READ, .el = 0 };
    assert_ok(xlate_req(e, &q), PAGE_A);
    ck_assert_uint_eq(e->res.perm, 7);
    q.el = 1;
    assert_ok(xlate_req(e, &q), PAGE_A);
    ck_assert_uint_eq(e->res.perm, 3);
    q.pan = true;
    assert_fault(xlate_req(e, &q), FSC_PERM | 3, false);
    ck_assert_uint_eq(tlb_count(e->t), 1);
}
END_TEST

START_TEST(translation_on_and_off_do_not_share_entries)
{
    nested(3);
    map_page(e, &s1, IPA_DATA, IPA_DATA + 0x1000, S1_RW_EL1);
    map_page(e, &s2, IPA_DATA, PAGE_A, S2_RW);
    map_page(e, &s2, IPA_DATA + 0x1000, PAGE_B, S2_RW);
    assert_ok(xlate(e, IPA_DATA, ACC_READ, 1), PAGE_B);
    e->r.sctlr &= ~SCTLR_M;
    assert_ok(xlate(e, IPA_DATA, ACC_READ, 1), PAGE_A);
    e->r.hcr = 0;
    assert_ok(xlate(e, IPA_DATA, ACC_READ, 1), IPA_DATA);
    e->r.sctlr |= SCTLR_M;
    assert_ok(xlate(e, IPA_DATA, ACC_READ, 1), IPA_DATA + 0x1000);
    ck_assert_uint_eq(tlb_count(e->t), 3);
    tlbi(TLBI_VMALL, REGIME_EL10, 0, 3, 0);
    ck_assert_uint_eq(tlb_count(e->t), 0);
}
END_TEST

START_TEST(asids_and_global_entries)
{
    tables_init(e, &other, 12, 48, 0);
    uint64_t a = map_page(e, &s1, 0x1000, PAGE_A, S1_RW_EL1 | D_NG);
    map_page(e, &s1, 0x2000, PAGE_A + 0x1000, S1_RW_EL1);
    map_page(e, &other, 0x1000, PAGE_B, S1_RW_EL1 | D_NG);
    set_asid(5);
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    assert_ok(xlate(e, 0x2000, ACC_READ, 1), PAGE_A + 0x1000);
    e->r.ttbr0 = other.root;
    set_asid(6);
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_B);
    assert_ok(xlate(e, 0x2000, ACC_READ, 1), PAGE_A + 0x1000);      /* global, though not in these tables */
    set_asid(5);
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);               /* stale as TTBR changed without its ASID */
    put64(e, a, 0);
    tlbi(TLBI_ASID, REGIME_EL10, 6, 0, 0);
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    ck_assert_uint_eq(tlb_count(e->t), 2);
    tlbi(TLBI_VA, REGIME_EL10, 6, 0, 0x1000);
    ck_assert_uint_eq(tlb_count(e->t), 2);
    tlbi(TLBI_VA, REGIME_EL10, 6, 0, 0x2000);                       /* reaches global entries with any ASID */
    ck_assert_uint_eq(tlb_count(e->t), 1);
    tlbi(TLBI_VAAL, REGIME_EL10, 9, 0, 0x1000);
    ck_assert_uint_eq(tlb_count(e->t), 0);
    /* EL2 has no ASID: nG is RES0 */
    use_el2(e, &s1);
    e->r.ttbr0 |= UINT64_C(0x77) << 48;
    map_page(e, &s1, 0x1000, PAGE_A, S1_RW_EL1 | D_NG);
    assert_ok(xlate(e, 0x1000, ACC_READ, 2), PAGE_A);
    e->r.ttbr0 ^= UINT64_C(0x11) << 48;
    ck_assert(cached(0x1000));
    tlbi(TLBI_VA, REGIME_EL2, 0, 0, 0x1000);
    ck_assert(!cached(0x1000));
}
END_TEST

START_TEST(vmids_and_regimes)
{
    map_page(e, &s1, 0x1000, PAGE_A, S1_RW_EL1);
    e->r.vtcr = BIT64(19);
    for (unsigned vmid = 0; vmid < 4; vmid++) {
        e->r.vttbr = (uint64_t)(vmid * 0x101) << 48;
        ck_assert(!cached(0x1000));
        assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    }
    e->r.regime = REGIME_EL20;
    ck_assert(!cached(0x1000));
    assert_ok(xlate(e, 0x1000, ACC_READ, 2), PAGE_A);
    use_el2(e, &s1);
    ck_assert(!cached(0x1000));
    assert_ok(xlate(e, 0x1000, ACC_READ, 2), PAGE_A);
    ck_assert_uint_eq(tlb_count(e->t), 6);
    tlbi(TLBI_VMALL, REGIME_EL10, 0, 0x101, 0);
    ck_assert_uint_eq(tlb_count(e->t), 5);
    tlbi(TLBI_VA, REGIME_EL10, 0, 0x202, 0x1000);
    ck_assert_uint_eq(tlb_count(e->t), 4);
    tlbi(TLBI_VAA, REGIME_EL20, 0, 0x303, 0x1000);
    ck_assert_uint_eq(tlb_count(e->t), 3);
    tlbi(TLBI_ALL, REGIME_EL10, 0, 0, 0);
    ck_assert_uint_eq(tlb_count(e->t), 1);
    ck_assert(cached(0x1000));
    tlbi(TLBI_VMALL, REGIME_EL20, 0, 0, 0);
    ck_assert_uint_eq(tlb_count(e->t), 1);
    tlbi(TLBI_ALL, REGIME_EL2, 0, 0, 0);
    ck_assert_uint_eq(tlb_count(e->t), 0);
}
END_TEST

/* ---- invalidation by kind: a table of what each kind leaves ---- */

/* Entries of the scene: two VMIDs x (ASID 1, ASID 2, global) x two addresses, and EL2&0 the same. */
enum { V_PAGE = 0x5000, V_OTHER = 0x7000, V_GLOBAL = 0x9000 };

static void scene(void)
{
    flush(e);
    for (unsigned vmid = 1; vmid <= 2; vmid++) {
        use_s2(e, &s2, vmid);
        e->r.regime = REGIME_EL10;
        for (unsigned asid = 1; asid <= 2; asid++) {
            set_asid(asid);
            ck_assert_uint_eq(xlate(e, V_PAGE, ACC_READ, 1)->fault.type, FAULT_NONE);
            ck_assert_uint_eq(xlate(e, V_OTHER, ACC_READ, 1)->fault.type, FAULT_NONE);
            ck_assert_uint_eq(xlate(e, V_GLOBAL, ACC_READ, 1)->fault.type, FAULT_NONE);
        }
    }
    e->r.regime = REGIME_EL20;
    ck_assert_uint_eq(xlate(e, V_PAGE, ACC_READ, 2)->fault.type, FAULT_NONE);
    ck_assert_uint_eq(tlb_count(e->t), 11);
}

/* What is left, one bit each: VMID 1 (ASID 1: page, other; ASID 2: page, other; global), VMID 2 the same, EL2&0. */
static unsigned left(void)
{
    unsigned bits = 0, n = 0;
    for (unsigned vmid = 1; vmid <= 2; vmid++) {
        use_s2(e, &s2, vmid);
        e->r.regime = REGIME_EL10;
        for (unsigned asid = 1; asid <= 2; asid++) {
            set_asid(asid);
            bits |= (unsigned)cached(V_PAGE) << n++;
            bits |= (unsigned)cached(V_OTHER) << n++;
        }
        bits |= (unsigned)cached(V_GLOBAL) << n++;
    }
    e->r.regime = REGIME_EL20;
    return bits | (unsigned)cached(V_PAGE) << n;
}

START_TEST(every_kind_of_invalidation)
{
    nested(1);
    map_page(e, &s2, IPA_DATA, PAGE_A, S2_RW);
    map_page(e, &s2, IPA_DATA + 0x1000, PAGE_A, S2_RW);
    map_page(e, &s2, IPA_DATA + 0x2000, PAGE_A, S2_RW);
    map_page(e, &s1, V_PAGE, IPA_DATA, S1_RW_EL1 | D_NG);
    map_page(e, &s1, V_OTHER, IPA_DATA + 0x1000, S1_RW_EL1 | D_NG);
    map_page(e, &s1, V_GLOBAL, IPA_DATA + 0x2000, S1_RW_EL1);
    enum { ALL = 0x7ff };
    static const struct { uint8_t kind, regime, asid, vmid; uint64_t addr; unsigned gone; } c[] = {
        { TLBI_ALL, REGIME_EL10, 0, 0, 0, 0x3ff },
        { TLBI_ALL, REGIME_EL20, 0, 0, 0, 0x400 },
        { TLBI_ALL, REGIME_EL2, 0, 0, 0, 0 },
        { TLBI_VMALL, REGIME_EL10, 0, 1, 0, 0x01f },
        { TLBI_VMALL, REGIME_EL10, 0, 2, 0, 0x3e0 },
        { TLBI_VMALL, REGIME_EL20, 0, 1, 0, 0x400 },
        { TLBI_VMALLS12, REGIME_EL10, 0, 2, 0, 0x3e0 },
        { TLBI_VMALLS12, REGIME_EL10, 0, 3, 0, 0 },
        { TLBI_ASID, REGIME_EL10, 1, 1, 0, 0x003 },
        { TLBI_ASID, REGIME_EL10, 2, 2, 0, 0x180 },
        { TLBI_ASID, REGIME_EL10, 0, 1, 0, 0 },
        { TLBI_ASID, REGIME_EL20, 2, 1, 0, 0x400 },
        { TLBI_VA, REGIME_EL10, 1, 1, V_PAGE, 0x001 },
        { TLBI_VA, REGIME_EL10, 2, 1, V_OTHER, 0x008 },
        { TLBI_VA, REGIME_EL10, 3, 1, V_OTHER, 0 },
        { TLBI_VA, REGIME_EL10, 3, 1, V_GLOBAL, 0x010 },
        { TLBI_VAL, REGIME_EL10, 1, 2, V_PAGE, 0x020 },
        { TLBI_VAL, REGIME_EL10, 1, 2, V_GLOBAL, 0x200 },
        { TLBI_VA, REGIME_EL20, 2, 2, V_PAGE, 0x400 },
        { TLBI_VA, REGIME_EL20, 1, 2, V_PAGE, 0 },
        { TLBI_VAA, REGIME_EL10, 0, 1, V_PAGE, 0x005 },
        { TLBI_VAAL, REGIME_EL10, 0, 2, V_PAGE, 0x0a0 },
        { TLBI_VAAL, REGIME_EL10, 0, 2, V_PAGE + 0x1000, 0 },
        { TLBI_IPAS2, REGIME_EL10, 0, 1, IPA_DATA, 0x005 },
        { TLBI_IPAS2L, REGIME_EL10, 9, 2, IPA_DATA + 0x2000, 0x200 },
        { TLBI_IPAS2L, REGIME_EL10, 0, 3, IPA_DATA, 0 },
        { TLBI_IPAS2, REGIME_EL10, 0, 1, V_PAGE, 0 },
    };
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        scene();
        ck_assert_uint_eq(left(), ALL);
        tlbi((enum tlbi_kind)c[i].kind, (enum mmu_regime)c[i].regime, c[i].asid, c[i].vmid, c[i].addr);
        ck_assert_msg(left() == (ALL & ~c[i].gone), "case %u left %x", i, left());
        ck_assert_uint_eq(tlb_count(e->t), 11 - (unsigned)__builtin_popcount(c[i].gone));
    }
}
END_TEST

/* Which kinds reach a translation of stage 2 that is kept by itself: seen by a second VA of the same page */
START_TEST(stage_2_translations_are_kept_by_themselves)
{
    static const struct { uint8_t kind, regime, vmid; uint64_t addr; bool gone; } c[] = {
        { TLBI_VMALL, REGIME_EL10, 1, 0, false },       { TLBI_VAA, REGIME_EL10, 1, 0x1000, false },
        { TLBI_ALL, REGIME_EL2, 0, 0, false },          { TLBI_ALL, REGIME_EL20, 0, 0, false },
        { TLBI_ALL, REGIME_EL10, 0, 0, true },          { TLBI_VMALLS12, REGIME_EL10, 1, 0, true },
        { TLBI_VMALLS12, REGIME_EL10, 2, 0, false },    { TLBI_IPAS2, REGIME_EL10, 1, IPA_DATA, true },
        { TLBI_IPAS2L, REGIME_EL10, 1, IPA_DATA, true }, { TLBI_IPAS2, REGIME_EL10, 2, IPA_DATA, false },
        { TLBI_IPAS2, REGIME_EL10, 1, IPA_DATA + 0x1000, false },
    };
    nested(1);
    map_page(e, &s1, 0x1000, IPA_DATA, S1_RW_EL1);
    map_page(e, &s1, 0x2000, IPA_DATA, S1_RW_EL1);
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        flush(e);
        use_s2(e, &s2, 1);
        map_page(e, &s2, IPA_DATA, PAGE_A, S2_RW);
        assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
        map_page(e, &s2, IPA_DATA, PAGE_B, S2_RW);
        tlbi((enum tlbi_kind)c[i].kind, (enum mmu_regime)c[i].regime, 0, c[i].vmid, c[i].addr);
        assert_ok(xlate(e, 0x2000, ACC_READ, 1), c[i].gone ? PAGE_B : PAGE_A);
        use_s2(e, &s2, 2);
        assert_ok(xlate(e, 0x2000, ACC_READ, 1), PAGE_B);
    }
    /* the digest has them */
    tlbi(TLBI_VMALL, REGIME_EL10, 0, 1, 0);
    tlbi(TLBI_VMALL, REGIME_EL10, 0, 2, 0);
    ck_assert_uint_eq(tlb_count(e->t), 0);
    uint32_t d = tlb_digest(e->t, 0);
    tlbi(TLBI_VMALLS12, REGIME_EL10, 0, 2, 0);
    ck_assert_uint_ne(tlb_digest(e->t, 0), d);
    flush(e);
    ck_assert_uint_eq(tlb_digest(e->t, 0x55), 0x55);
}
END_TEST

START_TEST(a_block_goes_whole_even_when_kept_in_pieces)
{
    nested(1);
    map_at(e, &s1, 0x200000, IPA_DATA, 2, S1_RW_EL1);
    for (unsigned i = 0; i < 512; i++) {
        map_page(e, &s2, IPA_DATA + i * 0x1000, PAGE_A + i * 0x1000, S2_RW);
    }
    map_page(e, &s1, 0x1000, IPA_DATA + 0x5000, S1_RW_EL1);
    for (unsigned i = 0; i < 512; i += 37) {
        assert_ok(xlate(e, 0x200000 + i * 0x1000, ACC_READ, 1), PAGE_A + i * 0x1000);
    }
    xlate(e, 0x1000, ACC_READ, 1);
    ck_assert_uint_eq(tlb_count(e->t), 15);
    tlbi(TLBI_IPAS2, REGIME_EL10, 0, 1, IPA_DATA + 37 * 0x1000);        /* one page of stage 2 */
    ck_assert_uint_eq(tlb_count(e->t), 14);
    tlbi(TLBI_VAAL, REGIME_EL10, 0, 1, 0x3ff000);                       /* any address of the block */
    ck_assert_uint_eq(tlb_count(e->t), 1);
    ck_assert(cached(0x1000));
    /* and the other way round: pages of stage 1 in a block of stage 2 */
    put64(e, entry_at(e, &s2, IPA_DATA, 2, 0), PAGE_A | S2_RW | 1);
    flush(e);
    map_page(e, &s1, 0x8000, IPA_DATA + 0x8000, S1_RW_EL1);
    xlate(e, 0x1000, ACC_READ, 1);
    xlate(e, 0x8000, ACC_READ, 1);
    tlbi(TLBI_VAAL, REGIME_EL10, 0, 1, 0x8000);
    ck_assert_uint_eq(tlb_count(e->t), 1);
    tlbi(TLBI_IPAS2, REGIME_EL10, 0, 1, IPA_DATA + 0x1ff000);
    ck_assert_uint_eq(tlb_count(e->t), 0);
}
END_TEST

START_TEST(pages_of_every_size_are_found_and_invalidated)
{
    static const struct { unsigned granule; int level; unsigned shift; } c[] = {
        { 12, 3, 12 }, { 12, 2, 21 }, { 12, 1, 30 }, { 14, 3, 14 }, { 14, 2, 25 }, { 16, 3, 16 }, { 16, 2, 29 },
    };
    struct tables tb[ARRAY_LEN(c)];
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        tables_init(e, &tb[i], c[i].granule, 48, s1_start(c[i].granule, 48));
        use_two_ranges(e, REGIME_EL10, &tb[i], NULL);
        uint64_t va = (uint64_t)(i + 1) << 32;
        map_at(e, &tb[i], va, BIT64(40), c[i].level, S1_RW_EL1);
        assert_ok(xlate(e, va + ones64(c[i].shift), ACC_READ, 1), BIT64(40) + ones64(c[i].shift));
        ck_assert_uint_eq(tlb_count(e->t), i + 1);
    }
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        uint64_t va = (uint64_t)(i + 1) << 32;
        ck_assert(cached(va));
        e->hook_calls = 0;
        tlbi(TLBI_VAAL, REGIME_EL10, 0, 0, va + (ones64(c[i].shift) & ~UINT64_C(0xfff)));
        ck_assert_uint_eq(e->hook_calls, 1);
        ck_assert_uint_eq(e->hook_va, va);
        ck_assert_uint_eq(e->hook_len, BIT64(c[i].shift));
        ck_assert(!cached(va));
    }
    ck_assert_uint_eq(tlb_count(e->t), 0);
}
END_TEST

START_TEST(overlapping_sizes_answer_with_the_smallest)
{
    map_page(e, &s1, 0x200000, PAGE_A, S1_RW_EL1);
    assert_ok(xlate(e, 0x200000, ACC_READ, 1), PAGE_A);
    put64(e, entry_at(e, &s1, 0x200000, 2, 0), PAGE_B | S1_RW_EL1 | 1);     /* no break-before-make */
    assert_ok(xlate(e, 0x201000, ACC_READ, 1), PAGE_B + 0x1000);
    assert_ok(xlate(e, 0x200000, ACC_READ, 1), PAGE_A);
    tlbi(TLBI_VAA, REGIME_EL10, 0, 0, 0x200000);
    ck_assert_uint_eq(tlb_count(e->t), 0);
}
END_TEST

START_TEST(high_addresses_as_tlbi_operands_have_them)
{
    tables_init(e, &other, 12, 48, 0);
    use_two_ranges(e, REGIME_EL10, NULL, &other);
    uint64_t va = UINT64_C(0xffff800010203000);
    map_page(e, &other, va, PAGE_A, S1_RW_EL1);
    assert_ok(xlate(e, va, ACC_READ, 1), PAGE_A);
    tlbi(TLBI_VAAL, REGIME_EL10, 0, 0, va & ones64(56));        /* bits 63:56 are not in the operand */
    ck_assert_uint_eq(tlb_count(e->t), 0);
    assert_ok(xlate(e, va, ACC_READ, 1), PAGE_A);
    tlbi(TLBI_VAAL, REGIME_EL10, 0, 0, va);
    ck_assert_uint_eq(tlb_count(e->t), 0);
}
END_TEST

/* ---- capacity, hook, determinism ---- */

START_TEST(replacement_is_announced_and_bounded)
{
    map_at(e, &s1, 0, 0x40000000, 1, S1_RW_EL1);
    for (unsigned i = 0; i < 6000; i++) {
        map_page(e, &s1, BIT64(39) + i * 0x1000, PAGE_A, S1_RW_EL1);
    }
    unsigned most = 0;
    for (unsigned i = 0; i < 6000; i++) {
        uint64_t va = BIT64(39) + i * 0x1000;
        unsigned before = tlb_count(e->t);
        e->hook_calls = 0;
        assert_ok(xlate(e, va, ACC_READ, 1), PAGE_A);
        ck_assert_uint_eq(tlb_count(e->t) + e->hook_calls, before + 1);
        if (e->hook_calls != 0) {
            ck_assert_uint_eq(e->hook_len, 0x1000);
            ck_assert(!cached(e->hook_va));
        }
        most = tlb_count(e->t) > most ? tlb_count(e->t) : most;
    }
    ck_assert_uint_ge(most, 2048);
    ck_assert_uint_lt(most, 6000);
    e->hook_calls = 0;
    tlbi(TLBI_VMALL, REGIME_EL10, 0, 0, 0);
    ck_assert_uint_eq(e->hook_calls, 1);
    ck_assert_uint_eq(e->hook_len, 0);
    ck_assert_uint_eq(tlb_count(e->t), 0);
    tlbi(TLBI_VMALL, REGIME_EL10, 0, 0, 0);
    ck_assert_uint_eq(e->hook_calls, 1);        /* nothing went */
}
END_TEST

START_TEST(hits_do_not_change_what_is_replaced)
{
    struct env *a = e;
    struct env *b = env_new();
    struct tables tb;
    tables_init(b, &tb, 12, 48, 0);
    e = b;
    use_two_ranges(b, REGIME_EL10, &tb, NULL);
    for (unsigned i = 0; i < 5000; i++) {
        map_page(a, &s1, i * 0x1000, PAGE_A, S1_RW_EL1);
        map_page(b, &tb, i * 0x1000, PAGE_A, S1_RW_EL1);
    }
    ck_assert_uint_eq(tlb_digest(a->t, 1), tlb_digest(b->t, 1));
    for (unsigned i = 0; i < 5000; i++) {
        xlate(a, i * 0x1000, ACC_READ, 1);
        uint32_t d = tlb_digest(b->t, 0);
        xlate(b, i * 0x1000, ACC_READ, 1);
        if (i % 100 == 0) {
            ck_assert_uint_ne(tlb_digest(b->t, 0), d);
            for (unsigned k = 0; k < 50; k++) {
                e = b;
                if (cached((i - k) * UINT64_C(0x1000) & 0xffffff)) {
                    xlate(b, (i - k) * UINT64_C(0x1000) & 0xffffff, ACC_READ, 1);
                }
            }
        }
    }
    ck_assert_uint_eq(tlb_digest(a->t, 0), tlb_digest(b->t, 0));
    ck_assert_uint_ne(tlb_digest(a->t, 0), tlb_digest(a->t, 1));
    e = a;
    env_free(b);
}
END_TEST

START_TEST(a_dirty_update_replaces_the_entry)
{
    uint64_t at = map_page(e, &s1, 0x1000, PAGE_A, S1_RO_EL1 | D_DBM);
    e->r.tcr |= BIT64(39) | BIT64(40);
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    /* the walk for the update sees the table as it is now */
    put64(e, at, PAGE_B | S1_RO_EL1 | D_DBM | D_NG | 3);
    e->hook_calls = 0;
    assert_ok(xlate(e, 0x1000, ACC_WRITE, 1), PAGE_B);
    ck_assert_uint_eq(e->hook_calls, 1);
    ck_assert_uint_eq(e->hook_va, 0x1000);
    ck_assert_uint_eq(tlb_count(e->t), 1);
    ck_assert_uint_eq(get64(e, at), PAGE_B | S1_RW_EL1 | D_DBM | D_NG | 3);
    /* a write that the entry denies does not walk */
    put64(e, at, PAGE_A | S1_RO_EL1 | D_DBM | 3);
    flush(e);
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    assert_fault(xlate(e, 0x1000, ACC_WRITE, 0), FSC_PERM | 3, false);
    ck_assert(cached(0x1000));
}
END_TEST

START_TEST(the_digest_sees_every_field)
{
    static const struct { uint64_t s1_bits, s2_bits, ipa, pa; } c[] = {
        { S1_RW_EL1, S2_RW, IPA_DATA, PAGE_A },
        { S1_RW_EL0, S2_RW, IPA_DATA, PAGE_A },
        { S1_RO_EL1, S2_RW, IPA_DATA, PAGE_A },
        { S1_RW_EL1 | D_UXN, S2_RW, IPA_DATA, PAGE_A },
        { S1_RW_EL1 | D_NG, S2_RW, IPA_DATA, PAGE_A },
        { S1_RW_EL1 | D_ATTR(3), S2_RW, IPA_DATA, PAGE_A },
        { S1_RW_EL1 | D_SH(3), S2_RW, IPA_DATA, PAGE_A },
        { S1_RW_EL1, S2_RW & ~D_AP(2), IPA_DATA, PAGE_A },
        { S1_RW_EL1, S2_RW & ~D_ATTR(8), IPA_DATA, PAGE_A },
        { S1_RW_EL1, S2_RW & ~D_SH(1), IPA_DATA, PAGE_A },
        { S1_RW_EL1, S2_RW, IPA_DATA + 0x200000, PAGE_A },
        { S1_RW_EL1, S2_RW, IPA_DATA, PAGE_B },
    };
    uint32_t d[ARRAY_LEN(c)];
    nested(1);
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        map_page(e, &s1, 0x1000, c[i].ipa, c[i].s1_bits);
        map_page(e, &s2, c[i].ipa, c[i].pa, c[i].s2_bits);
        flush(e);
        assert_ok(xlate(e, 0x1000, ACC_READ, 1), c[i].pa);
        tlbi(TLBI_VMALLS12, REGIME_EL10, 0, 9, 0);
        d[i] = tlb_digest(e->t, 0);
        for (unsigned k = 0; k < i; k++) {
            ck_assert_msg(d[i] != d[k], "cases %u and %u", i, k);
        }
    }
}
END_TEST

static uint32_t rnd(uint32_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 17;
    *s ^= *s << 5;
    return *s;
}

/* ---- random fills and invalidations against a plain list ---- */

enum { R_MAPS = 60, R_CTX = 12 };

struct r_map {
    uint64_t va, ipa;
    unsigned s1_shift, s2_shift, shift;
    bool ng;
};

static struct r_map maps[R_MAPS];

/* Context n: EL1&0 of VMID 1..3 x ASID 1..3, EL2&0 of ASID 1..3; all through the same tables. */
static void r_context(unsigned n)
{
    unsigned asid = n % 3 + 1;
    use_s2(e, &s2, n < 9 ? n / 3 + 1 : 1);
    e->r.regime = n < 9 ? REGIME_EL10 : REGIME_EL20;
    e->r.ttbr0 = s1.root;
    set_asid(asid);
}

static void r_build(uint32_t *seed)
{
    nested(1);
    for (unsigned i = 0; i < R_MAPS; i++) {
        static const uint8_t kinds[4][2] = { { 3, 3 }, { 2, 3 }, { 2, 2 }, { 3, 2 } };
        struct r_map *m = &maps[i];
        unsigned k = rnd(seed) % 4;
        uint64_t in_block = (uint64_t)(rnd(seed) % 512) << 12;
        m->ng = (rnd(seed) & 1) != 0;
        /* a 2M region of VA and of IPA each; several of them land in the same sets */
        m->va = (uint64_t)(i + 1) << 21 | in_block;
        m->ipa = IPA_DATA + ((uint64_t)i << 21) + in_block;
        m->s1_shift = kinds[k][0] == 3 ? 12 : 21;
        m->s2_shift = kinds[k][1] == 3 ? 12 : 21;
        m->shift = m->s1_shift < m->s2_shift ? m->s1_shift : m->s2_shift;
        map_at(e, &s1, m->va & ~ones64(m->s1_shift), m->ipa & ~ones64(m->s1_shift), kinds[k][0],
               S1_RW_EL1 | (m->ng ? D_NG : 0));
        map_at(e, &s2, m->ipa & ~ones64(m->s2_shift), PAGE_A & ~ones64(m->s2_shift), kinds[k][1], S2_RW);
    }
}

static bool r_concerns(const struct tlbi_req *q, unsigned ctx, const struct r_map *m)
{
    unsigned regime = ctx < 9 ? REGIME_EL10 : REGIME_EL20, vmid = ctx < 9 ? ctx / 3 + 1 : 0, asid = ctx % 3 + 1;
    bool vmid_ok = regime == REGIME_EL20 || vmid == q->vmid;
    bool va_ok = q->addr >> m->s1_shift == m->va >> m->s1_shift;
    bool ipa_ok = q->addr >> m->s2_shift == m->ipa >> m->s2_shift;
    if (regime != q->regime) {
        return false;
    }
    switch (q->kind) {
    case TLBI_ALL:
        return true;
    case TLBI_VMALL:
    case TLBI_VMALLS12:
        return vmid_ok;
    case TLBI_ASID:
        return vmid_ok && m->ng && asid == q->asid;
    case TLBI_VA:
    case TLBI_VAL:
        return vmid_ok && va_ok && (!m->ng || asid == q->asid);
    case TLBI_VAA:
    case TLBI_VAAL:
        return vmid_ok && va_ok;
    default:
        return regime == REGIME_EL10 && vmid_ok && ipa_ok;
    }
}

static unsigned r_probe(bool in[R_CTX][R_MAPS])
{
    unsigned n = 0;
    for (unsigned c = 0; c < R_CTX; c++) {
        r_context(c);
        for (unsigned i = 0; i < R_MAPS; i++) {
            in[c][i] = cached(maps[i].va);
            /* one global entry answers in every ASID */
            n += in[c][i] && (maps[i].ng || c % 3 == 0);
        }
    }
    return n;
}

START_TEST(random_fills_and_invalidations)
{
    static bool before[R_CTX][R_MAPS], after[R_CTX][R_MAPS];
    uint32_t seed = 0x2468ace1u + (uint32_t)_i * 7919;
    r_build(&seed);
    for (unsigned round = 0; round < 60; round++) {
        for (unsigned k = 0; k < 200; k++) {
            unsigned c = rnd(&seed) % R_CTX;
            r_context(c);
            const struct mmu_res *r = xlate(e, maps[rnd(&seed) % R_MAPS].va, ACC_READ, c < 9 ? 1 : 2);
            ck_assert_uint_eq(r->fault.type == FAULT_NONE || r->fault.type == FAULT_EXTERNAL, true);
        }
        ck_assert_uint_eq(r_probe(before), tlb_count(e->t));
        for (unsigned k = 0; k < 4; k++) {
            const struct r_map *m = &maps[rnd(&seed) % R_MAPS];
            struct tlbi_req q = { .kind = (uint8_t)(rnd(&seed) % (TLBI_IPAS2L + 1)), .regime = REGIME_EL10 };
            q.regime = q.kind < TLBI_IPAS2 && rnd(&seed) % 4 == 0 ? REGIME_EL20 : REGIME_EL10;
            q.vmid = (uint16_t)(rnd(&seed) % 4);
            q.asid = (uint16_t)(rnd(&seed) % 4);
            q.addr = q.kind >= TLBI_IPAS2 ? m->ipa : m->va;
            q.addr ^= rnd(&seed) % 4 == 0 ? (uint64_t)(rnd(&seed) % 512) << 12 : 0;
            tlb_invalidate(e->t, &q);
            ck_assert_uint_eq(r_probe(after), tlb_count(e->t));
            for (unsigned c = 0; c < R_CTX; c++) {
                for (unsigned i = 0; i < R_MAPS; i++) {
                    ck_assert_msg(after[c][i] == (before[c][i] && !r_concerns(&q, c, &maps[i])),
                                  "round %u kind %u context %u map %u", round, q.kind, c, i);
                }
            }
            memcpy(before, after, sizeof(before));
        }
    }
}
END_TEST

/* ---- any access after any other equals the same access by a walk ---- */

static struct mmu_req random_req(uint32_t *seed)
{
    struct mmu_req q = { .va = 0x1000 + (rnd(seed) & 0xff8), .acc = (uint8_t)(rnd(seed) % 8), .el = rnd(seed) & 1,
                         .pan = (rnd(seed) & 3) == 0 };
    q.at_s1_only = q.acc >= ACC_AT_READ && (rnd(seed) & 1) != 0;
    return q;
}

START_TEST(hits_and_walks_agree)
{
    uint32_t seed = 0x1234567;
    nested(1);
    uint64_t l1 = entry_at(e, &s1, 0x1000, 3, 0), l2 = entry_at(e, &s2, IPA_DATA, 3, 0);
    e->r.tcr |= BIT64(39) | BIT64(40);
    e->r.vtcr |= BIT64(21) | BIT64(22);
    for (unsigned i = 0; i < 50000; i++) {
        uint64_t low = UINT64_C(0xfffffffff000), any = (uint64_t)rnd(&seed) << 32 | rnd(&seed);
        any &= D_DBM | D_PXN | D_UXN | D_AP(3) | D_ATTR(7) | D_SH(3) | D_NG;
        put64(e, l1, (any & ~low) | IPA_DATA | D_AF | 3 | (any & (D_DBM | D_PXN | D_UXN)));
        any = (uint64_t)rnd(&seed) << 32 | rnd(&seed);
        put64(e, l2, PAGE_A | D_AF | 3 | (any & (D_DBM | D_XN2(3) | D_AP(3) | D_ATTR(15) | D_SH(3))));
        e->r.hcr = HCR_VM | (rnd(&seed) % 4 == 0 ? HCR_CD : 0) | (rnd(&seed) % 4 == 0 ? HCR_ID : 0) |
                   (rnd(&seed) % 4 == 0 ? HCR_FWB : 0);
        e->r.sctlr = SCTLR_M | (rnd(&seed) & (SCTLR_C | SCTLR_I | SCTLR_WXN));
        flush(e);
        struct mmu_req first = random_req(&seed), second = random_req(&seed);
        xlate_req(e, &first);
        struct mmu_res hit = *xlate_req(e, &second);
        flush(e);
        const struct mmu_res *walk = xlate_req(e, &second);
        ck_assert_uint_eq(hit.fault.type, walk->fault.type);
        ck_assert_uint_eq(hit.fault.stage2, walk->fault.stage2);
        ck_assert_int_eq(hit.fault.level, walk->fault.level);
        ck_assert_uint_eq(hit.fault.write, walk->fault.write);
        if (walk->fault.stage2) {
            ck_assert_uint_eq(hit.fault.ipa, walk->fault.ipa);
        }
        if (walk->fault.type == FAULT_NONE) {
            ck_assert_uint_eq(hit.pa, walk->pa);
            ck_assert_uint_eq(hit.ipa, walk->ipa);
            ck_assert_uint_eq(hit.perm, walk->perm);
            ck_assert_uint_eq(hit.attr.attr, walk->attr.attr);
            ck_assert_uint_eq(hit.attr.sh, walk->attr.sh);
            ck_assert_uint_eq(hit.device, walk->device);
            ck_assert_uint_eq(hit.device_by_s2, walk->device_by_s2);
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mmu-tlb");
    TCase *t = tcase_create("tlb");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, entries_stay_until_invalidated);
    tcase_add_test(t, permission_depends_on_the_request_not_on_the_entry);
    tcase_add_test(t, translation_on_and_off_do_not_share_entries);
    tcase_add_test(t, asids_and_global_entries);
    tcase_add_test(t, vmids_and_regimes);
    tcase_add_test(t, every_kind_of_invalidation);
    tcase_add_test(t, stage_2_translations_are_kept_by_themselves);
    tcase_add_test(t, a_block_goes_whole_even_when_kept_in_pieces);
    tcase_add_test(t, pages_of_every_size_are_found_and_invalidated);
    tcase_add_test(t, overlapping_sizes_answer_with_the_smallest);
    tcase_add_test(t, high_addresses_as_tlbi_operands_have_them);
    tcase_add_test(t, replacement_is_announced_and_bounded);
    tcase_add_test(t, hits_do_not_change_what_is_replaced);
    tcase_add_test(t, a_dirty_update_replaces_the_entry);
    tcase_add_test(t, the_digest_sees_every_field);
    tcase_add_loop_test(t, random_fills_and_invalidations, 0, 4);
    tcase_add_test(t, hits_and_walks_agree);
    suite_add_tcase(s, t);
    return run_suite(s);
}
