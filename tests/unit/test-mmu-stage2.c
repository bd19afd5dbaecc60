/* SPDX-License-Identifier: Apache-2.0 */
/* Stage 2 and both stages together: start levels, faults and their IPA, walks of tables, permissions, attributes. */
#include "test-mmu-env.h"

static struct env *e;

static void setup(void)
{
    e = env_new();
    e->r.regime = REGIME_EL10;
}

static void teardown(void)
{
    env_free(e);
}

static const unsigned granules[3] = { 12, 14, 16 };

/* Stage 1 and stage 2 of the usual form: 4K granules, 39 bits of VA at IPA_TABLES onwards identity-mapped by stage 2
   blocks of 2M, so that only the IPAs of data are of interest. */
#define IPA_DATA UINT64_C(0x10000000)

static struct tables s1, s2;

static void nested(void)
{
    tables_init(e, &s1, 12, 39, 1);
    tables_init(e, &s2, 12, 40, 1);
    use_two_ranges(e, REGIME_EL10, &s1, NULL);
    use_s2(e, &s2, 7);
    for (uint64_t a = RAM_BASE; a < RAM_BASE + RAM_SIZE; a += 0x200000) {
        map_at(e, &s2, a, a, 2, S2_RW);
    }
    entry_at(e, &s1, 0x1000, 3, 0);
}

/* ---- walks ---- */

/* Stage 1 off: every start level with every IPA size that it allows, the last page of the range. */
START_TEST(start_levels_and_concatenated_tables)
{
    static const struct { unsigned pa_bits, ok4_l0, ok16_l1, ok64_l1; } m[] = {
        { 48, 1, 1, 1 }, { 44, 1, 1, 1 }, { 42, 0, 1, 0 }, { 40, 0, 0, 0 },
    };
    for (unsigned k = 0; k < ARRAY_LEN(m) * 3 * 4; k++) {
        unsigned g = granules[k % 3], sl0 = (k / 3) % 4, row = k / 12;
        e->f.pa_bits = (uint8_t)m[row].pa_bits;
        int start = g == 12 ? 2 - (int)sl0 : 3 - (int)sl0;
        bool reserved = sl0 == 3 || (sl0 == 2 && !(g == 12 ? m[row].ok4_l0 : g == 14 ? m[row].ok16_l1 : m[row].ok64_l1));
        for (unsigned iasize = 25; iasize <= 48; iasize++) {
            e->pool = POOL_BASE;
            struct tables tb = { .granule = g, .iasize = iasize, .start = start };
            unsigned first = start < 0 ? 48 : lvl_shift(&tb, start);
            bool ok = !reserved && iasize <= m[row].pa_bits && iasize > first && iasize <= first + g - 3 + 4;
            if (ok) {
                tables_init(e, &tb, g, iasize, start);
                map_page(e, &tb, ones64(iasize) & ~ones64(g), PAGE_A, S2_RW);
            } else {
                tb.root = POOL_BASE;
            }
            e->r.hcr = HCR_VM;
            e->r.vtcr = (64 - iasize) | sl0 << 6 | tg0(g) << 14 | UINT64_C(5) << 16;
            e->r.vttbr = tb.root;
            const struct mmu_res *r = xlate(e, (ones64(iasize) & ~ones64(g)) + 8, ACC_READ, 1);
            if (ok) {
                assert_ok(r, PAGE_A + 8);
                ck_assert_uint_eq(r->page_shift, g);
                if (iasize < m[row].pa_bits) {
                    assert_fault(xlate(e, BIT64(iasize), ACC_READ, 1), FSC_TRANS, true);
                    ck_assert_uint_eq(e->res.fault.ipa, BIT64(iasize));
                }
            } else {
                ck_assert_msg(r->fault.type == FAULT_TRANSLATION || iasize > m[row].pa_bits, "granule %u sl0 %u ia %u",
                              g, sl0, iasize);
                ck_assert_uint_eq(r->fault.level, 0);
            }
            flush(e);
        }
    }
}
END_TEST

START_TEST(an_ipa_size_beyond_the_pa_size_faults)
{
    tables_init(e, &s2, 12, 44, 0);
    map_page(e, &s2, 0x1000, PAGE_A, S2_RW);
    use_s2(e, &s2, 1);
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    flush(e);
    e->f.pa_bits = 44;
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    flush(e);
    tables_init(e, &s2, 12, 43, 1);
    map_page(e, &s2, 0x1000, PAGE_A, S2_RW);
    use_s2(e, &s2, 1);
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    flush(e);
    e->f.pa_bits = 42;
    assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_TRANS, true);
    ck_assert_uint_eq(e->res.fault.ipa, 0x1000);
}
END_TEST

START_TEST(both_stages_and_the_smaller_page)
{
    nested();
    map_at(e, &s1, 0x40000000, IPA_DATA & ~ones64(30), 1, S1_RW_EL0);       /* 1G over */
    map_at(e, &s2, IPA_DATA, PAGE_A, 2, S2_RW);                             /* 2M */
    map_page(e, &s2, IPA_DATA + 0x200000, PAGE_B, S2_RW);                   /* 4K */
    assert_ok(xlate(e, 0x40000000 + IPA_DATA + 0x12345, ACC_READ, 0), PAGE_A + 0x12345);
    ck_assert_uint_eq(e->res.page_shift, 21);
    ck_assert_uint_eq(e->res.ipa, IPA_DATA + 0x12345);
    assert_ok(xlate(e, 0x40000000 + IPA_DATA + 0x200010, ACC_WRITE, 1), PAGE_B + 0x10);
    ck_assert_uint_eq(e->res.page_shift, 12);
    map_page(e, &s1, 0x1000, IPA_DATA + 0x3000, S1_RW_EL1);                 /* 4K in 2M */
    assert_ok(xlate(e, 0x1abc, ACC_READ, 1), PAGE_A + 0x3abc);
    ck_assert_uint_eq(e->res.page_shift, 12);
    ck_assert_uint_eq(tlb_count(e->t), 3);
}
END_TEST

START_TEST(stage_2_faults_carry_level_and_ipa)
{
    nested();
    map_page(e, &s1, 0x1000, IPA_DATA, S1_RW_EL1);
    assert_fault(xlate(e, 0x1234, ACC_READ, 1), FSC_TRANS | 1, true);
    ck_assert_uint_eq(e->res.fault.ipa, IPA_DATA + 0x234);
    ck_assert(!e->res.fault.s1ptw && !e->res.fault.write);
    assert_fault(xlate(e, 0x1234, ACC_WRITE, 1), FSC_TRANS | 1, true);
    ck_assert(e->res.fault.write);
    entry_at(e, &s2, IPA_DATA, 2, 0);
    assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_TRANS | 2, true);
    uint64_t at = map_page(e, &s2, IPA_DATA, PAGE_A, S2_RW & ~D_AF);
    assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_AF | 3, true);
    put64(e, at, PAGE_A | D_AF | D_AP(1) | D_ATTR(15) | 3);                 /* read only */
    assert_fault(xlate(e, 0x1008, ACC_WRITE, 1), FSC_PERM | 3, true);
    ck_assert_uint_eq(e->res.fault.ipa, IPA_DATA + 8);
    ck_assert(e->res.fault.write);
    ck_assert_uint_eq(tlb_count(e->t), 1);
    assert_ok(xlate(e, 0x1008, ACC_READ, 1), PAGE_A + 8);
    assert_fault(xlate(e, 0x1010, ACC_WRITE, 1), FSC_PERM | 3, true);       /* from the TLB */
    ck_assert_uint_eq(e->res.fault.ipa, IPA_DATA + 0x10);
    assert_fault(xlate(e, 0x1010, ACC_RW, 1), FSC_PERM | 3, true);
    ck_assert(e->res.fault.write);
    put64(e, at, 2);
    flush(e);
    assert_fault(xlate(e, 0x1000, ACC_FETCH, 1), FSC_TRANS | 3, true);
    e->r.vttbr = NOWHERE;
    assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_EXT_WALK | 1, true);
    ck_assert(e->res.fault.s1ptw);
    /* output size: VTCR_EL2.PS = 32 bits */
    use_s2(e, &s2, 7);
    e->r.vtcr &= ~(UINT64_C(7) << 16);
    put64(e, at, BIT64(32) | S2_RW | 3);
    assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_ADDR | 3, true);
    put64(e, entry_at(e, &s2, IPA_DATA, 2, 0), BIT64(33) | 3);
    assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_ADDR | 2, true);
    e->r.vttbr |= BIT64(34);
    assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_ADDR | 0, true);
}
END_TEST

START_TEST(stage_1_tables_go_through_stage_2)
{
    /* The stage 1 tables are at IPA = PA + 0x20000000. */
    const uint64_t off = 0x20000000;
    nested();
    uint64_t l1 = s1.root, l2 = get64(e, l1) & ~UINT64_C(0xfff), l3 = get64(e, l2) & ~UINT64_C(0xfff);
    put64(e, l1, (l2 + off) | 3);
    put64(e, l2, (l3 + off) | 3);
    put64(e, l3 + 8, IPA_DATA | S1_RW_EL1 | 3);
    e->r.ttbr0 = s1.root + off;
    map_page(e, &s2, IPA_DATA, PAGE_A, S2_RW);
    const uint64_t t[3] = { l1, l2, l3 };
    for (unsigned i = 0; i < 3; i++) {
        uint64_t desc = (t[i] + off) + (i == 2 ? 8 : 0);
        assert_fault(xlate(e, 0x1000, ACC_WRITE, 1), FSC_TRANS | (i == 0 ? 2u : 3u), true);
        ck_assert(e->res.fault.s1ptw && e->res.fault.write);
        ck_assert_uint_eq(e->res.fault.ipa, desc);
        uint64_t at = map_page(e, &s2, t[i] + off, t[i], D_AF | D_AP(2) | D_ATTR(15));      /* no read */
        assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_PERM | 3, true);
        ck_assert(e->res.fault.s1ptw && !e->res.fault.write);
        put64(e, at, t[i] | D_AF | D_AP(1) | D_ATTR(1) | 3);                                /* device */
        assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_PERM | 3, true);                    /* stale */
        struct tlbi_req q = { .kind = TLBI_IPAS2L, .regime = REGIME_EL10, .vmid = 7, .addr = desc & ~ones64(12) };
        tlb_invalidate(e->t, &q);
        e->r.hcr |= HCR_PTW;
        assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_PERM | 3, true);
        ck_assert(e->res.fault.s1ptw);
        e->r.hcr &= ~HCR_PTW;
    }
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    /* stage 1 external abort: stage 2 maps a table to nowhere */
    put64(e, entry_at(e, &s2, l3 + off, 3, 0), NOWHERE | S2_RW | 3);
    flush(e);
    assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_EXT_WALK | 3, false);
    /* stage 1 address size against TCR_EL1.IPS */
    put64(e, entry_at(e, &s2, l3 + off, 3, 0), l3 | S2_RW | 3);
    put64(e, l3 + 8, BIT64(33) | S1_RW_EL1 | 3);
    flush(e);
    e->r.tcr &= ~(UINT64_C(7) << 32);
    assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_ADDR | 3, false);
    /* a table whose IPA is beyond the input size of stage 2 */
    e->r.tcr |= UINT64_C(5) << 32;
    e->r.ttbr0 = BIT64(41);
    assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_TRANS | 0, true);
    ck_assert(e->res.fault.s1ptw);
}
END_TEST

START_TEST(updates_of_stage_1_tables_need_stage_2_write_permission)
{
    nested();
    uint64_t leaf = map_page(e, &s1, 0x1000, IPA_DATA, D_AP(2) | D_DBM);
    map_page(e, &s2, IPA_DATA, PAGE_A, S2_RW);
    uint64_t block = leaf & ~ones64(21), at = entry_at(e, &s2, block, 2, 0);
    put64(e, at, block | D_AF | D_AP(1) | D_ATTR(15) | 1);
    e->r.tcr |= BIT64(39) | BIT64(40);
    assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_PERM | 2, true);
    ck_assert(e->res.fault.s1ptw && !e->res.fault.write);
    ck_assert_uint_eq(e->res.fault.ipa, leaf);
    assert_fault(xlate(e, 0x1000, ACC_WRITE, 1), FSC_PERM | 2, true);
    ck_assert(e->res.fault.s1ptw && e->res.fault.write);
    ck_assert_uint_eq(get64(e, leaf) & D_AF, 0);
    ck_assert_uint_eq(tlb_count(e->t), 0);
    put64(e, leaf, get64(e, leaf) | D_AF);
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    assert_fault(xlate(e, 0x1000, ACC_WRITE, 1), FSC_PERM | 2, true);
    ck_assert(e->res.fault.s1ptw);
    /* stage 2 manages the dirty state of the table's page */
    put64(e, at, block | D_AF | D_DBM | D_AP(1) | D_ATTR(15) | 1);
    e->r.vtcr |= BIT64(21) | BIT64(22);
    flush(e);
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    ck_assert_uint_eq(get64(e, at) & D_AP(2), 0);
    assert_ok(xlate(e, 0x1000, ACC_WRITE, 1), PAGE_A);
    ck_assert_uint_ne(get64(e, at) & D_AP(2), 0);
    ck_assert_uint_eq(get64(e, leaf) & D_AP(2), 0);
}
END_TEST

START_TEST(access_flag_and_dirty_state_of_stage_2)
{
    nested();
    map_page(e, &s1, 0x1000, IPA_DATA, S1_RW_EL1);
    uint64_t at = map_page(e, &s2, IPA_DATA, PAGE_A, D_AP(1) | D_DBM | D_ATTR(15));
    e->r.vtcr |= BIT64(21);
    struct mmu_req q = { .va = 0x1000, .acc = ACC_WRITE, .el = 1, .no_side_effects = true };
    assert_fault(xlate_req(e, &q), FSC_PERM | 3, true);
    assert_fault(xlate(e, 0x1000, ACC_WRITE, 1), FSC_PERM | 3, true);
    ck_assert_uint_eq(get64(e, at) & D_AF, 0);
    ck_assert_uint_eq(tlb_count(e->t), 0);
    e->r.vtcr |= BIT64(22);
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    ck_assert_uint_eq(get64(e, at), PAGE_A | D_AP(1) | D_DBM | D_ATTR(15) | D_AF | 3);
    ck_assert_uint_eq(e->res.perm & PERM_W, 0);
    q.acc = ACC_WRITE;
    assert_ok(xlate_req(e, &q), PAGE_A);
    ck_assert_uint_eq(get64(e, at) & D_AP(2), 0);
    assert_ok(xlate(e, 0x1000, ACC_WRITE, 1), PAGE_A);
    ck_assert_uint_eq(get64(e, at), PAGE_A | D_AP(3) | D_DBM | D_ATTR(15) | D_AF | 3);
    ck_assert_uint_eq(e->res.perm & PERM_W, PERM_W);
    ck_assert_uint_eq(tlb_count(e->t), 1);
}
END_TEST

START_TEST(stage_2_descriptors_in_the_order_of_sctlr_el2)
{
    tables_init(e, &s2, 12, 40, 1);
    s2.big = true;
    map_page(e, &s2, 0x1000, PAGE_A, S2_RW);
    use_s2(e, &s2, 1);
    e->r.sctlr_el2 = SCTLR_EE;
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
}
END_TEST

START_TEST(address_translation_instructions)
{
    nested();
    map_page(e, &s1, 0x1000, IPA_DATA, S1_RW_EL1 | D_ATTR(3));
    struct mmu_req q = { .va = 0x1234, .acc = ACC_AT_READ, .el = 1, .at_s1_only = true };
    const struct mmu_res *r = xlate_req(e, &q);
    assert_ok(r, IPA_DATA + 0x234);
    ck_assert_uint_eq(r->attr.attr, 0x44);
    ck_assert_uint_eq(tlb_count(e->t), 0);
    q.at_s1_only = false;
    assert_fault(xlate_req(e, &q), FSC_TRANS | 1, true);
    ck_assert(e->res.fault.write);
    map_page(e, &s2, IPA_DATA, PAGE_A, D_AF | D_AP(1) | D_ATTR(15));
    assert_ok(xlate_req(e, &q), PAGE_A + 0x234);
    ck_assert_uint_eq(tlb_count(e->t), 1);
    q.at_s1_only = true;
    q.acc = ACC_AT_WRITE;
    assert_ok(xlate_req(e, &q), IPA_DATA + 0x234);      /* stage 2 would deny it */
    ck_assert_uint_eq(e->res.perm & PERM_W, PERM_W);
    q.at_s1_only = false;
    assert_fault(xlate_req(e, &q), FSC_PERM | 3, true);
}
END_TEST

/* ---- what is in force ---- */

START_TEST(when_stage_2_is_in_force)
{
    tables_init(e, &s2, 12, 40, 1);
    map_page(e, &s2, 0x1000, PAGE_A, S2_RW);
    use_s2(e, &s2, 1);
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    e->r.hcr = 0;
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), 0x1000);
    e->r.hcr = HCR_DC;          /* implies stage 2 */
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    e->r.hcr = HCR_DC | HCR_TGE;
    assert_ok(xlate(e, 0x1000, ACC_READ, 0), PAGE_A);
    e->r.hcr = HCR_DC | HCR_TGE | HCR_E2H;
    assert_ok(xlate(e, 0x1000, ACC_READ, 0), 0x1000);
    e->r.hcr = HCR_VM | HCR_TGE;
    assert_ok(xlate(e, 0x1000, ACC_READ, 0), PAGE_A);
    e->r.hcr = HCR_VM | HCR_TGE | HCR_E2H;
    assert_ok(xlate(e, 0x1000, ACC_READ, 0), 0x1000);
    e->r.hcr = HCR_VM;
    e->f.has_el2 = false;
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), 0x1000);
    e->f.has_el2 = true;
    e->r.regime = REGIME_EL2;
    assert_ok(xlate(e, 0x1000, ACC_READ, 2), 0x1000);
    e->r.regime = REGIME_EL20;
    assert_ok(xlate(e, 0x1000, ACC_READ, 2), 0x1000);
}
END_TEST

START_TEST(default_cacheable)
{
    tables_init(e, &s2, 12, 40, 1);
    map_page(e, &s2, 0x1000, PAGE_A, S2_RW);
    map_page(e, &s2, 0x2000, PAGE_A, D_AF | D_AP(3) | D_ATTR(1));
    use_s2(e, &s2, 1);
    e->r.sctlr = SCTLR_M;       /* behaves as 0 */
    e->r.hcr = HCR_DC;
    assert_ok(xlate(e, 0x1000, ACC_WRITE, 0), PAGE_A);
    ck_assert_uint_eq(e->res.attr.attr, 0xff);
    ck_assert_uint_eq(e->res.attr.sh, 3);
    xlate(e, 0x2000, ACC_READ, 0);
    ck_assert_uint_eq(e->res.attr.attr, 0x04);
    ck_assert(e->res.device && e->res.device_by_s2);
    struct mmu_req q = { .va = 0x1000, .acc = ACC_AT_READ, .el = 1, .at_s1_only = true };
    assert_ok(xlate_req(e, &q), 0x1000);
    ck_assert_uint_eq(e->res.attr.attr, 0xff);
    ck_assert_uint_eq(e->res.attr.sh, 0);
}
END_TEST

/* ---- permissions ---- */

static unsigned s2_want(unsigned s2ap, unsigned xn, bool xnx, unsigned el)
{
    bool x;
    if (!xnx) {
        x = (xn & 2) == 0;
    } else {
        x = xn == 0 || (xn == 1 && el == 0) || (xn == 3 && el == 1);
    }
    return s2ap | (x ? PERM_X : 0);
}

START_TEST(permissions_of_both_stages)
{
    static const uint64_t s1_kind[] = {
        S1_RW_EL0, S1_RW_EL1, S1_RO_EL0, S1_RO_EL1, S1_RW_EL0 | D_UXN, S1_RO_EL0 | D_PXN,
    };
    static const uint8_t s1_el0[] = { 7, 4, 5, 4, 3, 5 }, s1_el1[] = { 3, 7, 5, 5, 3, 1 };
    static const uint8_t accs[3] = { ACC_READ, ACC_WRITE, ACC_FETCH };
    nested();
    for (unsigned m = 0; m < 6 * 32; m++) {
        unsigned kind = m / 32, s2ap = m & 3, xn = (m >> 2) & 3;
        e->f.xnx = (m & 16) != 0;
        map_page(e, &s1, 0x1000, IPA_DATA, s1_kind[kind]);
        map_page(e, &s2, IPA_DATA, PAGE_A, D_AF | D_AP(s2ap) | D_XN2(xn) | D_ATTR(15));
        flush(e);
        for (unsigned k = 0; k < 12; k++) {     /* twice: by a walk and from the TLB */
            unsigned el = k & 1, i = (k >> 1) % 3, need = 1u << i;
            unsigned p1 = el == 0 ? s1_el0[kind] : s1_el1[kind], p2 = s2_want(s2ap, xn, e->f.xnx, el);
            const struct mmu_res *r = xlate(e, 0x1004, (enum mmu_acc)accs[i], el);
            if ((p1 & need) == 0) {
                assert_fault(r, FSC_PERM | 3, false);
            } else if ((p2 & need) == 0) {
                assert_fault(r, FSC_PERM | 3, true);
                ck_assert_uint_eq(r->fault.ipa, IPA_DATA + 4);
                ck_assert_uint_eq(r->fault.write, accs[i] == ACC_WRITE);
                ck_assert_uint_eq(r->perm, p1 & p2);
            } else {
                assert_ok(r, PAGE_A + 4);
                ck_assert_uint_eq(r->perm, p1 & p2);
            }
        }
    }
}
END_TEST

START_TEST(atomics_and_cache_maintenance_at_stage_2)
{
    nested();
    map_page(e, &s1, 0x1000, IPA_DATA, S1_RW_EL0);
    uint64_t at = map_page(e, &s2, IPA_DATA, PAGE_A, D_AF | D_AP(2) | D_ATTR(15));      /* write only */
    assert_fault(xlate(e, 0x1000, ACC_RW, 1), FSC_PERM | 3, true);
    ck_assert(!e->res.fault.write);
    assert_fault(xlate(e, 0x1000, ACC_CM_READ, 0), FSC_PERM | 3, true);
    ck_assert(e->res.fault.write);
    assert_ok(xlate(e, 0x1000, ACC_CM_READ, 1), PAGE_A);
    assert_ok(xlate(e, 0x1000, ACC_CM_WRITE, 1), PAGE_A);
    put64(e, at, PAGE_A | D_AF | D_AP(1) | D_ATTR(15) | 3);
    flush(e);
    assert_fault(xlate(e, 0x1000, ACC_CM_WRITE, 1), FSC_PERM | 3, true);
}
END_TEST

/* ---- attributes ---- */

/* index of MAIR -> attribute; 0 WB, 1 nGnRnE, 2 nGnRE, 3 NC, 4 WT, 5 WB */
START_TEST(attribute_combination)
{
    static const struct { unsigned idx, s2; uint8_t attr; } c[] = {
        { 0, 15, 0xff }, { 0, 5, 0x44 }, { 0, 10, 0xbb }, { 0, 0, 0x00 }, { 0, 1, 0x04 }, { 0, 2, 0x08 }, { 0, 3, 0x0c },
        { 0, 7, 0x4f }, { 0, 13, 0xf4 }, { 0, 14, 0xfb }, { 0, 12, 0xf4 }, { 1, 15, 0x00 }, { 1, 3, 0x00 },
        { 2, 0, 0x00 }, { 2, 3, 0x04 }, { 2, 5, 0x04 }, { 3, 15, 0x44 }, { 3, 10, 0x44 }, { 4, 15, 0xbb },
        { 4, 5, 0x44 }, { 5, 15, 0xfd }, { 5, 10, 0xb9 }, { 5, 14, 0xf9 },
    };
    static const uint8_t sh[4][4] = { { 0, 0, 2, 3 }, { 0, 0, 2, 3 }, { 2, 2, 2, 2 }, { 3, 3, 2, 3 } };
    nested();
    for (unsigned i = 0; i < ARRAY_LEN(c) * 16; i++) {
        unsigned k = i / 16, a = (i / 4) & 3, b = i & 3;
        map_page(e, &s1, 0x1000, IPA_DATA, S1_RW_EL1 | D_ATTR(c[k].idx) | D_SH(a));
        map_page(e, &s2, IPA_DATA, PAGE_A, D_AF | D_AP(3) | D_ATTR(c[k].s2) | D_SH(b));
        flush(e);
        for (unsigned twice = 0; twice < 2; twice++) {
            assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
            ck_assert_msg(e->res.attr.attr == c[k].attr, "index %u MemAttr %u: %x", c[k].idx, c[k].s2, e->res.attr.attr);
            bool outer = c[k].attr < 0x10 || c[k].attr == 0x44;
            /* stage 1 makes Device and non-cacheable outer shareable on its own */
            ck_assert_uint_eq(e->res.attr.sh, outer ? 2 : sh[a][b]);
            ck_assert_uint_eq(e->res.device, c[k].attr < 0x10);
            ck_assert_uint_eq(e->res.device_by_s2, c[k].attr < 0x10 && c[k].idx != 1 && c[k].idx != 2);
        }
    }
}
END_TEST

START_TEST(attribute_combination_with_fwb)
{
    static const struct { unsigned idx, s2; uint8_t attr; } c[] = {
        { 0, 0, 0x00 }, { 0, 1, 0x04 }, { 0, 2, 0x08 }, { 0, 3, 0x0c }, { 1, 3, 0x00 }, { 2, 1, 0x04 }, { 3, 1, 0x04 },
        { 0, 7, 0xff }, { 1, 7, 0x00 }, { 2, 7, 0x04 }, { 3, 7, 0x44 }, { 4, 7, 0xbb }, { 5, 7, 0xfd },
        { 0, 6, 0xff }, { 1, 6, 0xff }, { 3, 6, 0xff }, { 4, 6, 0xff }, { 5, 6, 0xfd },
        { 0, 5, 0x44 }, { 1, 5, 0x00 }, { 2, 5, 0x04 }, { 4, 5, 0x44 }, { 2, 0, 0x00 },
    };
    nested();
    /* the pages of the stage 1 tables */
    for (uint64_t a = RAM_BASE; a < RAM_BASE + RAM_SIZE; a += 0x200000) {
        map_at(e, &s2, a, a, 2, D_AF | D_AP(3) | D_ATTR(6));
    }
    e->r.hcr |= HCR_FWB | HCR_PTW;
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        map_page(e, &s1, 0x1000, IPA_DATA, S1_RW_EL1 | D_ATTR(c[i].idx) | D_SH(3));
        map_page(e, &s2, IPA_DATA, PAGE_A, D_AF | D_AP(3) | D_ATTR(c[i].s2) | D_SH(0));
        flush(e);
        for (unsigned twice = 0; twice < 2; twice++) {
            assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
            ck_assert_msg(e->res.attr.attr == c[i].attr, "index %u MemAttr %u: %x", c[i].idx, c[i].s2, e->res.attr.attr);
        }
    }
    /* the cache controls act on the combination */
    map_page(e, &s2, IPA_DATA, PAGE_A, D_AF | D_AP(3) | D_ATTR(6));
    e->r.hcr |= HCR_CD;
    flush(e);
    xlate(e, 0x1000, ACC_READ, 1);
    ck_assert_uint_eq(e->res.attr.attr, 0x44);
    xlate(e, 0x1000, ACC_FETCH, 1);
    ck_assert_uint_eq(e->res.attr.attr, 0xff);
    e->r.hcr ^= HCR_CD | HCR_ID;
    xlate(e, 0x1000, ACC_FETCH, 1);
    ck_assert_uint_eq(e->res.attr.attr, 0x44);
    e->r.hcr &= ~HCR_ID;
    /* 1 is Device with FWB for a table, too */
    uint64_t block = s1.root & ~ones64(21);
    map_at(e, &s2, block, block, 2, D_AF | D_AP(3) | D_ATTR(1));
    flush(e);
    assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_PERM | 2, true);
    e->f.fwb = false;
    map_at(e, &s2, block, block, 2, D_AF | D_AP(3) | D_ATTR(9));
    flush(e);
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
}
END_TEST

START_TEST(cache_controls_of_hcr_el2)
{
    nested();
    map_page(e, &s1, 0x1000, IPA_DATA, S1_RW_EL1 | D_SH(3));
    map_page(e, &s1, 0x2000, IPA_DATA + 0x1000, S1_RW_EL1 | D_SH(3));
    map_page(e, &s2, IPA_DATA, PAGE_A, S2_RW);
    map_page(e, &s2, IPA_DATA + 0x1000, PAGE_B, D_AF | D_AP(3) | D_ATTR(1));
    static const struct { uint64_t hcr, va; uint8_t acc, attr; } c[] = {
        { 0, 0x1000, ACC_READ, 0xff }, { 0, 0x1000, ACC_FETCH, 0xff }, { HCR_CD, 0x1000, ACC_READ, 0x44 },
        { HCR_CD, 0x1000, ACC_FETCH, 0xff }, { HCR_ID, 0x1000, ACC_READ, 0xff }, { HCR_ID, 0x1000, ACC_FETCH, 0x44 },
        { 0, 0x2000, ACC_READ, 0x04 }, { HCR_CD, 0x2000, ACC_READ, 0x04 }, { 0, 0x2000, ACC_FETCH, 0x44 },
        { HCR_ID, 0x2000, ACC_FETCH, 0x44 },
    };
    for (unsigned twice = 0; twice < 2; twice++) {
        for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
            e->r.hcr = HCR_VM | c[i].hcr;
            xlate(e, c[i].va, (enum mmu_acc)c[i].acc, 1);
            ck_assert_uint_eq(e->res.fault.type, FAULT_NONE);
            ck_assert_msg(e->res.attr.attr == c[i].attr, "case %u: %x", i, e->res.attr.attr);
        }
    }
    /* stage 1 off under stage 2 */
    e->r.hcr = HCR_VM;
    e->r.sctlr = SCTLR_I;
    assert_ok(xlate(e, IPA_DATA, ACC_READ, 1), PAGE_A);
    ck_assert_uint_eq(e->res.attr.attr, 0);
    ck_assert(e->res.device && !e->res.device_by_s2);
    assert_ok(xlate(e, IPA_DATA, ACC_FETCH, 1), PAGE_A);
    ck_assert_uint_eq(e->res.attr.attr, 0xaa);
}
END_TEST

/* Each fault of a stage 2 walk at each level at which it can happen, on the access itself (stage 1 off) and on the access to a
   stage 1 table; 44 bits of IPA, which 4K granules resolve from level 0, and 44 bits of output (VTCR_EL2.PS). */
static void fault_at_level(bool on_table, int level, unsigned fsc, bool leaf, uint64_t desc)
{
    const uint64_t ipa = UINT64_C(0x80123456000);
    tables_init(e, &s2, 12, 44, 0);
    use_s2(e, &s2, 3);
    e->r.vtcr = (e->r.vtcr & ~(UINT64_C(7) << 16)) | UINT64_C(4) << 16;
    e->r.tcr = UINT64_C(5) << 32 | 25 | BIT64(23) | UINT64_C(16) << 16 | UINT64_C(2) << 30;
    e->r.sctlr = on_table ? SCTLR_M : 0;
    e->r.ttbr0 = ipa;
    if (level > 0 || leaf) {
        put64(e, entry_at(e, &s2, ipa, level, 0), desc);
    } else {
        e->r.vttbr = desc;
    }
    const struct mmu_res *r = xlate(e, on_table ? 0 : ipa, ACC_READ, 1);
    ck_assert_msg(r->fault.type != FAULT_NONE && mmu_fsc(&r->fault) == (fsc | (unsigned)level) && r->fault.stage2 && r->fault.s1ptw == on_table,
                  "FSC %#x, expected %#x, stage 2 %u, S1PTW %u", mmu_fsc(&r->fault), fsc | (unsigned)level, r->fault.stage2, r->fault.s1ptw);
    ck_assert_uint_eq(r->fault.ipa, ipa);
    ck_assert(!r->fault.write);
    flush(e);
    e->pool = POOL_BASE;
}

START_TEST(every_stage_2_fault_at_every_level)
{
    const bool on_table = _i != 0;
    for (int level = 0; level <= 3; level++) {
        uint64_t kind = level == 3 ? 3 : 1;
        fault_at_level(on_table, level, FSC_TRANS, true, 0);
        if (level < 3) {
            fault_at_level(on_table, level, FSC_ADDR, true, BIT64(44) | 3);            /* a table beyond the output size */
        }
        if (level > 0) {
            fault_at_level(on_table, level, FSC_ADDR, true, BIT64(44) | S2_RW | kind); /* a leaf there */
            fault_at_level(on_table, level, FSC_AF, true, (S2_RW & ~D_AF) | kind);
            fault_at_level(on_table, level, FSC_PERM, true, D_AF | D_ATTR(15) | kind); /* S2AP = 0: no access */
        }
    }
    /* a block at level 0 is a reserved descriptor; a root beyond the output size is a fault of level 0 */
    fault_at_level(on_table, 0, FSC_TRANS, true, S2_RW | 1);
    fault_at_level(on_table, 0, FSC_ADDR, false, BIT64(44) | UINT64_C(3) << 48);
}
END_TEST

/* The level of an external abort on a walk is that of the table which was read. */
START_TEST(external_aborts_on_stage_2_walks)
{
    for (unsigned k = 0; k < 8; k++) {
        bool on_table = k / 4 != 0;
        int level = (int)(k % 4);
        if (level == 0) {
            fault_at_level(on_table, 0, FSC_EXT_WALK, false, NOWHERE | UINT64_C(3) << 48);
            continue;
        }
        /* the entry one level up points nowhere: the fault is of `level` */
        const uint64_t ipa = UINT64_C(0x80123456000);
        tables_init(e, &s2, 12, 44, 0);
        use_s2(e, &s2, 3);
        e->r.tcr = UINT64_C(5) << 32 | 25 | BIT64(23) | UINT64_C(16) << 16 | UINT64_C(2) << 30;
        e->r.sctlr = on_table ? SCTLR_M : 0;
        e->r.ttbr0 = ipa;
        put64(e, entry_at(e, &s2, ipa, level - 1, 0), NOWHERE | 3);
        assert_fault(xlate(e, on_table ? 0 : ipa, ACC_READ, 1), FSC_EXT_WALK | (unsigned)level, true);
        ck_assert_uint_eq(e->res.fault.s1ptw, on_table);
        flush(e);
        e->pool = POOL_BASE;
    }
}
END_TEST

/* Blocks of stage 2 at each level that has them, in every granule: 1G, 2M; 32M; 512M */
START_TEST(blocks_of_stage_2)
{
    static const struct { unsigned granule; int level; } blocks[] = {{12, 1}, {12, 2}, {14, 2}, {16, 2}};
    for (unsigned k = 0; k < ARRAY_LEN(blocks); k++) {
        unsigned g = blocks[k].granule;
        tables_init(e, &s2, g, 40, g == 12 ? 1 : 2);
        use_s2(e, &s2, 3);
        e->r.sctlr = 0;
        unsigned shift = lvl_shift(&s2, blocks[k].level);
        const uint64_t ipa = UINT64_C(3) << 38;
        map_at(e, &s2, ipa, UINT64_C(1) << 39, blocks[k].level, S2_RW);
        assert_ok(xlate(e, ipa + ones64(shift) - 7, ACC_WRITE, 1), (UINT64_C(1) << 39) + ones64(shift) - 7);
        ck_assert_uint_eq(e->res.page_shift, shift < 30 ? shift : 30);
        assert_fault(xlate(e, ipa + BIT64(shift), ACC_WRITE, 1), FSC_TRANS | (unsigned)blocks[k].level, true);
        flush(e);
        e->pool = POOL_BASE;
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mmu-stage2");
    TCase *t = tcase_create("stage2");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, start_levels_and_concatenated_tables);
    tcase_add_test(t, an_ipa_size_beyond_the_pa_size_faults);
    tcase_add_test(t, both_stages_and_the_smaller_page);
    tcase_add_test(t, stage_2_faults_carry_level_and_ipa);
    tcase_add_test(t, stage_1_tables_go_through_stage_2);
    tcase_add_test(t, updates_of_stage_1_tables_need_stage_2_write_permission);
    tcase_add_test(t, access_flag_and_dirty_state_of_stage_2);
    tcase_add_test(t, stage_2_descriptors_in_the_order_of_sctlr_el2);
    tcase_add_test(t, address_translation_instructions);
    tcase_add_test(t, when_stage_2_is_in_force);
    tcase_add_test(t, default_cacheable);
    tcase_add_test(t, permissions_of_both_stages);
    tcase_add_test(t, atomics_and_cache_maintenance_at_stage_2);
    tcase_add_test(t, attribute_combination);
    tcase_add_test(t, attribute_combination_with_fwb);
    tcase_add_test(t, cache_controls_of_hcr_el2);
    tcase_add_loop_test(t, every_stage_2_fault_at_every_level, 0, 2);
    tcase_add_test(t, external_aborts_on_stage_2_walks);
    tcase_add_test(t, blocks_of_stage_2);
    suite_add_tcase(s, t);
    return run_suite(s);
}
