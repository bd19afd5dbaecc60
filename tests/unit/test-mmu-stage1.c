/* SPDX-License-Identifier: Apache-2.0 */
/* Stage 1 walks: granules, levels, ranges, faults with their level, permissions, hierarchical attributes, AF and dirty. */
#include "test-mmu-env.h"

static struct env *e;

static void setup(void)
{
    e = env_new();
}

static void teardown(void)
{
    env_free(e);
}

static const unsigned granules[3] = { 12, 14, 16 };

/* ---- walks that succeed ---- */

START_TEST(pages_of_every_granule_and_input_size)
{
    for (unsigned g = 0; g < 3; g++) {
        for (unsigned iasize = 25; iasize <= 48; iasize++) {
            struct tables lo, hi;
            tables_init(e, &lo, granules[g], iasize, s1_start(granules[g], iasize));
            tables_init(e, &hi, granules[g], iasize, s1_start(granules[g], iasize));
            use_two_ranges(e, REGIME_EL10, &lo, &hi);
            uint64_t va0 = ones64(iasize) & ~ones64(granules[g]);       /* last page of the low range */
            uint64_t va1 = ~ones64(iasize);                             /* first page of the high range */
            map_page(e, &lo, va0, PAGE_A, S1_RW_EL0);
            map_page(e, &hi, va1, PAGE_B, S1_RW_EL0);
            assert_ok(xlate(e, va0 + 0x123, ACC_READ, 1), PAGE_A + 0x123);
            ck_assert_uint_eq(e->res.page_shift, granules[g]);
            ck_assert_uint_eq(e->res.ipa, e->res.pa);
            assert_ok(xlate(e, va1 + 0x456, ACC_WRITE, 0), PAGE_B + 0x456);
            /* one byte beyond each range */
            assert_fault(xlate(e, ones64(iasize) + 1, ACC_READ, 1), FSC_TRANS, false);
            assert_fault(xlate(e, va1 - 1, ACC_READ, 1), FSC_TRANS, false);
            flush(e);
            e->pool = POOL_BASE;
        }
    }
}
END_TEST

START_TEST(blocks_where_the_granule_has_them)
{
    static const struct { unsigned granule; int level; bool ok; } c[] = {
        { 12, 1, true }, { 12, 2, true }, { 14, 2, true }, { 16, 2, true }, { 12, 0, false }, { 14, 1, false },
        { 16, 1, false },
    };
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        struct tables tb;
        tables_init(e, &tb, c[i].granule, 48, s1_start(c[i].granule, 48));
        use_two_ranges(e, REGIME_EL10, &tb, NULL);
        unsigned sh = lvl_shift(&tb, c[i].level);
        uint64_t va = UINT64_C(1) << sh, pa = UINT64_C(2) << sh;
        map_at(e, &tb, va, pa, c[i].level, S1_RW_EL1);
        const struct mmu_res *r = xlate(e, va + 0x10abc, ACC_READ, 1);
        if (c[i].ok) {
            assert_ok(r, pa + 0x10abc);
            ck_assert_uint_eq(r->page_shift, sh);
        } else {
            assert_fault(r, FSC_TRANS | (unsigned)c[i].level, false);
        }
        flush(e);
    }
}
END_TEST

START_TEST(the_three_regimes_and_their_registers)
{
    struct tables lo, hi;
    tables_init(e, &lo, 12, 39, 1);
    tables_init(e, &hi, 16, 42, 2);
    map_page(e, &lo, 0x1000, PAGE_A, S1_RW_EL1);
    map_page(e, &hi, ~ones64(42) + 0x10000, PAGE_B, S1_RW_EL1);
    use_two_ranges(e, REGIME_EL20, &lo, &hi);
    assert_ok(xlate(e, 0x1008, ACC_READ, 2), PAGE_A + 8);
    assert_ok(xlate(e, ~ones64(42) + 0x10008, ACC_READ, 2), PAGE_B + 8);
    use_el2(e, &lo);
    assert_ok(xlate(e, 0x1008, ACC_READ, 2), PAGE_A + 8);
    assert_fault(xlate(e, ~ones64(39) + 0x1000, ACC_READ, 2), FSC_TRANS, false);
    assert_fault(xlate(e, BIT64(55) + 0x1000, ACC_READ, 2), FSC_TRANS, false);
}
END_TEST

START_TEST(el2_has_every_granule)
{
    for (unsigned g = 0; g < 3; g++) {
        struct tables tb;
        tables_init(e, &tb, granules[g], 40, s1_start(granules[g], 40));
        map_page(e, &tb, 0x123450000, PAGE_A, S1_RW_EL0);
        use_el2(e, &tb);
        assert_ok(xlate(e, 0x123450000, ACC_READ, 2), PAGE_A);
        ck_assert_uint_eq(e->res.page_shift, granules[g]);
        flush(e);
    }
}
END_TEST

/* Bits beside the size fields: A1, the walk attributes, AS and both TBI leave the ranges as they are. */
START_TEST(other_fields_of_tcr_do_not_matter)
{
    struct tables lo, hi;
    tables_init(e, &lo, 12, 40, s1_start(12, 40));
    tables_init(e, &hi, 14, 36, s1_start(14, 36));
    map_page(e, &lo, 0x1000, PAGE_A, S1_RW_EL1);
    map_page(e, &hi, ~ones64(36), PAGE_B, S1_RW_EL1);
    static const uint8_t bits[] = { 6, 8, 9, 10, 11, 12, 13, 22, 24, 25, 26, 27, 28, 29, 35, 36, 37, 38, 39, 40, 41, 42 };
    use_two_ranges(e, REGIME_EL10, &lo, &hi);
    uint64_t tcr = e->r.tcr;
    for (unsigned i = 0; i < ARRAY_LEN(bits); i++) {
        e->r.tcr = tcr | BIT64(bits[i]);
        flush(e);
        assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
        assert_fault(xlate(e, BIT64(40), ACC_READ, 1), FSC_TRANS, false);
        assert_ok(xlate(e, ~ones64(36), ACC_READ, 1), PAGE_B);
        assert_fault(xlate(e, ~ones64(36) - 1, ACC_READ, 1), FSC_TRANS, false);
    }
}
END_TEST

/* RES0 and ignored bits: 51:48, 16:12 of a block, 58:55, 63:59 of a leaf, and the low attributes of a table */
START_TEST(ignored_bits_of_descriptors)
{
    struct tables tb;
    tables_init(e, &tb, 12, 48, 0);
    use_two_ranges(e, REGIME_EL10, &tb, NULL);
    const uint64_t high = BIT64(48) | BIT64(49) | BIT64(50) | UINT64_C(15) << 55;
    map_page(e, &tb, 0x1000, PAGE_A, S1_RW_EL1 | high | UINT64_C(31) << 59);
    map_at(e, &tb, 0x40000000, 0x40000000, 1, S1_RW_EL1 | high | UINT64_C(31) << 12);
    map_at(e, &tb, 0x80200000, 0x40200000, 2, S1_RW_EL1 | high | UINT64_C(31) << 12);
    for (int level = 0; level < 3; level++) {
        uint64_t at = entry_at(e, &tb, 0x1000, level, 0);
        put64(e, at, get64(e, at) | high | BIT64(51) | BIT64(52) | UINT64_C(0x3ff) << 2);
    }
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    ck_assert_uint_eq(e->res.perm, 7);
    assert_ok(xlate(e, 0x40001234, ACC_READ, 1), 0x40001234);
    assert_ok(xlate(e, 0x80201234, ACC_READ, 1), 0x40201234);
}
END_TEST

START_TEST(contiguous_entries_translate_one_by_one)
{
    struct tables tb;
    tables_init(e, &tb, 12, 39, 1);
    use_two_ranges(e, REGIME_EL10, &tb, NULL);
    for (unsigned i = 0; i < 16; i++) {
        map_page(e, &tb, 0x10000 + i * 0x1000, PAGE_A + i * 0x1000, S1_RW_EL1 | BIT64(52));
    }
    for (unsigned i = 0; i < 16; i++) {
        assert_ok(xlate(e, 0x10000 + i * 0x1000, ACC_READ, 1), PAGE_A + i * 0x1000);
        ck_assert_uint_eq(e->res.page_shift, 12);
    }
}
END_TEST

START_TEST(the_tag_byte_is_ignored_by_range)
{
    struct tables lo, hi;
    tables_init(e, &lo, 12, 48, 0);
    tables_init(e, &hi, 12, 48, 0);
    map_page(e, &lo, 0x1000, PAGE_A, S1_RW_EL1);
    map_page(e, &hi, UINT64_C(0xffff000000001000), PAGE_B, S1_RW_EL1);
    use_two_ranges(e, REGIME_EL10, &lo, &hi);
    uint64_t tagged0 = UINT64_C(0x5a00000000001000), tagged1 = UINT64_C(0x5aff000000001000);
    assert_fault(xlate(e, tagged0, ACC_READ, 1), FSC_TRANS, false);
    assert_fault(xlate(e, tagged1, ACC_READ, 1), FSC_TRANS, false);
    e->r.tcr |= BIT64(37);      /* TBI0 */
    assert_ok(xlate(e, tagged0, ACC_READ, 1), PAGE_A);
    assert_ok(xlate(e, tagged0, ACC_FETCH, 1), PAGE_A);
    assert_fault(xlate(e, tagged1, ACC_READ, 1), FSC_TRANS, false);
    e->r.tcr ^= BIT64(37) | BIT64(38);      /* TBI1 */
    assert_fault(xlate(e, tagged0, ACC_READ, 1), FSC_TRANS, false);
    assert_ok(xlate(e, tagged1, ACC_READ, 1), PAGE_B);
    /* TBID: data accesses only, where the model has it */
    e->r.tcr |= BIT64(52);
    assert_ok(xlate(e, tagged1, ACC_FETCH, 1), PAGE_B);
    e->f.tbid = true;
    assert_fault(xlate(e, tagged1, ACC_FETCH, 1), FSC_TRANS, false);
    assert_ok(xlate(e, tagged1, ACC_READ, 1), PAGE_B);
    /* both spellings share one entry */
    unsigned n = tlb_count(e->t);
    assert_ok(xlate(e, UINT64_C(0xffff000000001004), ACC_READ, 1), PAGE_B + 4);
    ck_assert_uint_eq(tlb_count(e->t), n);
    use_el2(e, &lo);
    assert_fault(xlate(e, tagged0, ACC_READ, 2), FSC_TRANS, false);
    e->r.tcr |= BIT64(20);
    assert_ok(xlate(e, tagged0, ACC_READ, 2), PAGE_A);
    assert_fault(xlate(e, tagged0 | BIT64(55), ACC_READ, 2), FSC_TRANS, false);
    e->r.tcr |= BIT64(29);
    assert_fault(xlate(e, tagged0, ACC_FETCH, 2), FSC_TRANS, false);
    assert_ok(xlate(e, tagged0, ACC_READ, 2), PAGE_A);
}
END_TEST

START_TEST(big_endian_descriptors)
{
    struct tables tb;
    tables_init(e, &tb, 12, 48, 0);
    tb.big = true;
    uint64_t at = map_page(e, &tb, 0x1000, PAGE_A, D_AP(2) | D_DBM);
    use_two_ranges(e, REGIME_EL10, &tb, NULL);
    e->r.sctlr |= SCTLR_EE;
    e->r.tcr |= BIT64(39) | BIT64(40);
    assert_ok(xlate(e, 0x1000, ACC_WRITE, 1), PAGE_A);
    ck_assert_uint_eq(__builtin_bswap64(get64(e, at)), PAGE_A | D_AF | D_DBM | 3);
    e->r.sctlr &= ~SCTLR_EE;
    flush(e);
    assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_TRANS, false);
}
END_TEST

START_TEST(missing_granules_become_the_smallest)
{
    struct tables tb;
    tables_init(e, &tb, 12, 48, 0);
    map_page(e, &tb, 0x1000, PAGE_A, S1_RW_EL1);
    use_two_ranges(e, REGIME_EL10, &tb, NULL);
    e->r.tcr = (e->r.tcr & ~BIT64(15)) | BIT64(15);     /* TG0 = 16K */
    e->f.gran16 = false;
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    flush(e);
    e->r.tcr |= BIT64(14);                              /* reserved */
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
}
END_TEST

/* ---- faults ---- */

START_TEST(invalid_descriptors_fault_at_their_level)
{
    for (unsigned g = 0; g < 3; g++) {
        int start = s1_start(granules[g], 48);
        for (int level = start; level <= 3; level++) {
            struct tables tb;
            tables_init(e, &tb, granules[g], 48, start);
            use_two_ranges(e, REGIME_EL10, &tb, NULL);
            uint64_t at = entry_at(e, &tb, 0x123450000, level, 0);
            put64(e, at, ~UINT64_C(1));
            assert_fault(xlate(e, 0x123450000, ACC_READ, 1), FSC_TRANS | (unsigned)level, false);
            ck_assert(!e->res.fault.write && !e->res.fault.s1ptw);
            assert_fault(xlate(e, 0x123450000, ACC_WRITE, 0), FSC_TRANS | (unsigned)level, false);
            ck_assert(e->res.fault.write);
            if (level == 3) {
                put64(e, at, PAGE_A | S1_RW_EL1 | 1);       /* the reserved block at level 3 */
                assert_fault(xlate(e, 0x123450000, ACC_READ, 1), FSC_TRANS | 3, false);
            }
            ck_assert_uint_eq(tlb_count(e->t), 0);
        }
    }
}
END_TEST

START_TEST(table_walks_can_be_disabled)
{
    struct tables tb;
    tables_init(e, &tb, 12, 48, 0);
    map_page(e, &tb, 0x1000, PAGE_A, S1_RW_EL1);
    map_page(e, &tb, 0x2000, PAGE_A, S1_RW_EL1);
    use_two_ranges(e, REGIME_EL10, &tb, NULL);
    assert_fault(xlate(e, UINT64_C(0xffff000000001000), ACC_READ, 1), FSC_TRANS, false);
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    e->r.tcr |= BIT64(7);
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);       /* no walk needed */
    assert_fault(xlate(e, 0x2000, ACC_READ, 1), FSC_TRANS, false);
}
END_TEST

START_TEST(txsz_out_of_range_faults)
{
    struct tables tb;
    tables_init(e, &tb, 12, 48, 0);
    map_page(e, &tb, 0x1000, PAGE_A, S1_RW_EL1);
    for (unsigned txsz = 0; txsz < 64; txsz++) {
        use_two_ranges(e, REGIME_EL10, &tb, NULL);
        e->r.tcr = (e->r.tcr & ~UINT64_C(0x3f)) | txsz;
        const struct mmu_res *r = xlate(e, 0x1000, ACC_READ, 1);
        if (txsz < 16 || txsz > 39) {
            assert_fault(r, FSC_TRANS, false);
        } else if (txsz == 16) {
            assert_ok(r, PAGE_A);
        }
        flush(e);
    }
}
END_TEST

START_TEST(addresses_beyond_the_output_size)
{
    static const unsigned ps_bits[8] = { 32, 36, 40, 42, 44, 48, 48, 48 };
    struct tables tb;
    tables_init(e, &tb, 12, 48, 0);
    use_two_ranges(e, REGIME_EL10, &tb, NULL);
    for (unsigned pa_bits = 32; pa_bits <= 48; pa_bits += 4) {
        e->f.pa_bits = (uint8_t)pa_bits;
        for (unsigned ps = 0; ps < 8; ps++) {
            unsigned bits = ps_bits[ps] < pa_bits ? ps_bits[ps] : pa_bits;
            e->r.tcr = (e->r.tcr & ~(UINT64_C(7) << 32)) | (uint64_t)ps << 32;
            e->r.ttbr0 = tb.root;
            for (int level = 1; level <= 3; level++) {
                uint64_t va = (uint64_t)level << 39;
                uint64_t at = map_at(e, &tb, va, (ones64(bits) & ~ones64(lvl_shift(&tb, level))), level, S1_RW_EL1);
                ck_assert_uint_eq(xlate(e, va, ACC_READ, 1)->fault.type, FAULT_NONE);
                flush(e);
                if (bits < 48) {
                    put64(e, at, BIT64(bits) | S1_RW_EL1 | (level == 3 ? 3 : 1));
                    assert_fault(xlate(e, va, ACC_READ, 1), FSC_ADDR | (unsigned)level, false);
                    put64(e, at, 0);
                }
            }
            if (bits == 48) {
                continue;
            }
            put64(e, tb.root, BIT64(bits) | 3);     /* a table beyond */
            assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_ADDR | 0, false);
            put64(e, entry_at(e, &tb, 7ull << 39, 1, 0), BIT64(bits) | 3);
            assert_fault(xlate(e, 7ull << 39, ACC_READ, 1), FSC_ADDR | 1, false);
            e->r.ttbr0 = tb.root | BIT64(bits);     /* the first table beyond */
            assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_ADDR | 0, false);
        }
    }
}
END_TEST

START_TEST(walks_to_nowhere_are_external_aborts)
{
    struct tables tb;
    tables_init(e, &tb, 12, 48, 0);
    use_two_ranges(e, REGIME_EL10, &tb, NULL);
    e->r.ttbr0 = NOWHERE;
    assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_EXT_WALK | 0, false);
    e->r.ttbr0 = tb.root;
    for (int level = 0; level < 3; level++) {
        put64(e, entry_at(e, &tb, 0x1000, level, 0), NOWHERE | 3);
        assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_EXT_WALK | (unsigned)(level + 1), false);
        put64(e, entry_at(e, &tb, 0x1000, level, 0), 0);
    }
}
END_TEST

static bool dev_read(void *opaque, uint64_t off, unsigned size, unsigned pe, uint64_t *val)
{
    unsigned *n = opaque;
    (void)off;
    (void)size;
    (void)pe;
    (*n)++;
    *val = PAGE_A | D_AP(0) | 1;
    return true;
}

static bool dev_write(void *opaque, uint64_t off, unsigned size, unsigned pe, uint64_t val)
{
    (void)opaque;
    (void)off;
    (void)size;
    (void)pe;
    (void)val;
    return false;
}

START_TEST(tables_in_a_device)
{
    unsigned reads = 0;
    struct mmio_dev d = { .name = "rom", .base = 0x10000000, .size = 0x1000, .opaque = &reads, .read = dev_read,
                          .write = dev_write };
    struct tables tb = { .root = 0x10000000, .granule = 12, .iasize = 30, .start = 2 };
    ck_assert(bus_add(&e->bus, &d));
    use_two_ranges(e, REGIME_EL10, &tb, NULL);
    e->r.tcr |= BIT64(39);
    struct mmu_req q = { .va = 0x200000, .acc = ACC_READ, .el = 1, .no_side_effects = true };
    assert_fault(xlate_req(e, &q), FSC_EXT_WALK | 2, false);
    ck_assert_uint_eq(reads, 0);
    /* the device answers the read and refuses the update of the access flag */
    assert_fault(xlate(e, 0x200000, ACC_READ, 1), FSC_EXT_WALK | 2, false);
    ck_assert_uint_eq(reads, 1);
    ck_assert_uint_eq(tlb_count(e->t), 0);
}
END_TEST

START_TEST(access_flag_faults_and_hardware_access_flag)
{
    struct tables tb;
    tables_init(e, &tb, 12, 48, 0);
    use_two_ranges(e, REGIME_EL10, &tb, NULL);
    uint64_t page = map_page(e, &tb, 0x1000, PAGE_A, D_AP(0));
    uint64_t block = map_at(e, &tb, 0x40000000, 0x40000000, 1, D_AP(0));
    assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_AF | 3, false);
    assert_fault(xlate(e, 0x40000000, ACC_CM_READ, 1), FSC_AF | 1, false);
    ck_assert(e->res.fault.write);
    ck_assert_uint_eq(tlb_count(e->t), 0);
    e->r.tcr |= BIT64(39);      /* HA */
    e->f.hafdbs = 0;
    assert_fault(xlate(e, 0x1000, ACC_READ, 1), FSC_AF | 3, false);
    e->f.hafdbs = 1;
    /* a debugger sees the translation and leaves everything as it is */
    struct mmu_req q = { .va = 0x1000, .acc = ACC_READ, .el = 1, .no_side_effects = true };
    assert_ok(xlate_req(e, &q), PAGE_A);
    ck_assert_uint_eq(get64(e, page) & D_AF, 0);
    ck_assert_uint_eq(tlb_count(e->t), 0);
    /* denied: the flag stays clear and nothing is cached */
    assert_fault(xlate(e, 0x1000, ACC_READ, 0), FSC_PERM | 3, false);
    ck_assert_uint_eq(get64(e, page) & D_AF, 0);
    ck_assert_uint_eq(tlb_count(e->t), 0);
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    ck_assert_uint_eq(get64(e, page), PAGE_A | D_AF | 3);
    assert_ok(xlate(e, 0x40000000, ACC_AT_READ, 1), 0x40000000);
    ck_assert_uint_eq(get64(e, block), 0x40000000 | D_AF | 1);
    ck_assert_uint_eq(tlb_count(e->t), 2);
}
END_TEST

START_TEST(hardware_dirty_state)
{
    struct tables tb;
    tables_init(e, &tb, 12, 48, 0);
    use_two_ranges(e, REGIME_EL10, &tb, NULL);
    uint64_t at = map_page(e, &tb, 0x1000, PAGE_A, S1_RO_EL0 | D_DBM);
    assert_fault(xlate(e, 0x1000, ACC_WRITE, 1), FSC_PERM | 3, false);
    flush(e);
    e->r.tcr |= BIT64(40);      /* HD without HA does nothing */
    assert_fault(xlate(e, 0x1000, ACC_WRITE, 1), FSC_PERM | 3, false);
    flush(e);
    e->r.tcr |= BIT64(39);
    e->f.hafdbs = 1;
    assert_fault(xlate(e, 0x1000, ACC_WRITE, 1), FSC_PERM | 3, false);
    flush(e);
    e->f.hafdbs = 2;
    assert_ok(xlate(e, 0x1000, ACC_READ, 1), PAGE_A);
    ck_assert_uint_eq(e->res.perm & PERM_W, 0);     /* a write has to come back */
    ck_assert_uint_ne(get64(e, at) & D_AP(2), 0);
    /* cache maintenance and AT are allowed as writes and set nothing */
    assert_ok(xlate(e, 0x1000, ACC_CM_WRITE, 1), PAGE_A);
    assert_ok(xlate(e, 0x1000, ACC_AT_WRITE, 0), PAGE_A);
    ck_assert_uint_ne(get64(e, at) & D_AP(2), 0);
    assert_ok(xlate(e, 0x1000, ACC_RW, 0), PAGE_A);
    ck_assert_uint_eq(get64(e, at), PAGE_A | S1_RW_EL0 | D_DBM | 3);
    ck_assert_uint_eq(e->res.perm & (PERM_R | PERM_W), PERM_R | PERM_W);
    ck_assert_uint_eq(tlb_count(e->t), 1);
    /* a first write updates access flag and dirty state at once */
    at = map_page(e, &tb, 0x2000, PAGE_B, D_AP(2) | D_DBM);
    assert_ok(xlate(e, 0x2000, ACC_WRITE, 1), PAGE_B);
    ck_assert_uint_eq(get64(e, at), PAGE_B | S1_RW_EL1 | D_DBM | 3);
    /* read-only by a table above: no write, no update */
    entry_at(e, &tb, UINT64_C(0x8000000000), 3, D_APT(2));
    at = map_page(e, &tb, UINT64_C(0x8000000000), PAGE_B, S1_RO_EL1 | D_DBM);
    assert_fault(xlate(e, UINT64_C(0x8000000000), ACC_WRITE, 1), FSC_PERM | 3, false);
    ck_assert_uint_ne(get64(e, at) & D_AP(2), 0);
}
END_TEST

START_TEST(dirty_state_of_el2)
{
    struct tables tb;
    tables_init(e, &tb, 12, 48, 0);
    use_el2(e, &tb);
    e->r.tcr |= BIT64(21) | BIT64(22);
    uint64_t at = map_page(e, &tb, 0x1000, PAGE_A, D_AP(3) | D_DBM);
    assert_ok(xlate(e, 0x1000, ACC_WRITE, 2), PAGE_A);
    ck_assert_uint_eq(get64(e, at), PAGE_A | D_AP(1) | D_AF | D_DBM | 3);
}
END_TEST

/* ---- permissions ---- */

/* What the manual's table says: AP[2:1] x UXN x PXN x APTable x UXNTable x PXNTable, for a privilege, WXN and PAN. */
static unsigned want_perm(unsigned ap, bool uxn, bool pxn, unsigned apt, unsigned el, bool wxn, bool pan)
{
    bool user = (ap & 1) != 0 && (apt & 1) == 0;
    bool writable = (ap & 2) == 0 && (apt & 2) == 0;
    unsigned perm;
    if (el == 0) {
        perm = (user ? PERM_R | (writable ? PERM_W : 0) : 0) | (uxn ? 0 : PERM_X);
    } else {
        perm = PERM_R | (writable ? PERM_W : 0) | (pxn || (user && writable) ? 0 : PERM_X);
    }
    if (wxn && (perm & PERM_W) != 0) {
        perm &= ~(unsigned)PERM_X;
    }
    if (el != 0 && pan && user) {
        perm &= PERM_X;
    }
    return perm;
}

static void check_access(unsigned perm, unsigned el, bool pan, unsigned level)
{
    static const struct { uint8_t acc, need; bool write; } a[] = {
        { ACC_READ, PERM_R, false }, { ACC_WRITE, PERM_W, true }, { ACC_FETCH, PERM_X, false },
        { ACC_CM_WRITE, PERM_W, true }, { ACC_AT_READ, PERM_R, true }, { ACC_AT_WRITE, PERM_W, true },
    };
    for (unsigned i = 0; i < ARRAY_LEN(a); i++) {
        struct mmu_req q = { .va = 0x1000, .acc = a[i].acc, .el = (uint8_t)el, .pan = pan };
        const struct mmu_res *r = xlate_req(e, &q);
        if ((perm & a[i].need) != 0) {
            assert_ok(r, PAGE_A);
        } else {
            assert_fault(r, FSC_PERM | level, false);
            ck_assert_uint_eq(r->fault.write, a[i].write);
        }
        ck_assert_uint_eq(r->perm, perm);
    }
    struct mmu_req q = { .va = 0x1000, .acc = ACC_RW, .el = (uint8_t)el, .pan = pan };
    const struct mmu_res *r = xlate_req(e, &q);
    ck_assert_uint_eq(r->fault.type == FAULT_NONE, (perm & 3) == 3);
    if ((perm & 3) != 3) {
        ck_assert_uint_eq(r->fault.write, (perm & PERM_R) != 0);
    }
    q.acc = ACC_CM_READ;
    r = xlate_req(e, &q);
    ck_assert_uint_eq(r->fault.type == FAULT_NONE, el != 0 || (perm & PERM_R) != 0);
}

START_TEST(permission_matrix_of_two_privileges)
{
    struct tables tb;
    tables_init(e, &tb, 12, 39, 1);
    use_two_ranges(e, _i < 2 ? REGIME_EL10 : REGIME_EL20, &tb, NULL);
    bool wxn = (_i & 1) != 0;
    unsigned priv = _i < 2 ? 1 : 2;
    e->r.sctlr |= wxn ? SCTLR_WXN : 0;
    uint64_t leaf = entry_at(e, &tb, 0x1000, 3, 0), l1 = entry_at(e, &tb, 0x1000, 1, 0);
    uint64_t l2 = entry_at(e, &tb, 0x1000, 2, 0), t1 = get64(e, l1), t2 = get64(e, l2);
    for (unsigned m = 0; m < 1024; m++) {
        unsigned ap = m & 3, apt = (m >> 4) & 3;
        bool uxn = (m & 4) != 0, pxn = (m & 8) != 0, uxnt = (m & 64) != 0, pxnt = (m & 128) != 0;
        bool hpd = (m & 256) != 0, upper = (m & 512) != 0;
        uint64_t t = D_APT(apt) | (uxnt ? D_UXNT : 0) | (pxnt ? D_PXNT : 0);
        put64(e, leaf, PAGE_A | D_AF | D_AP(ap) | (uxn ? D_UXN : 0) | (pxn ? D_PXN : 0) | 3);
        put64(e, l1, t1 | (upper ? t : 0));
        put64(e, l2, t2 | (upper ? 0 : t));
        e->r.tcr = (e->r.tcr & ~BIT64(41)) | (hpd ? BIT64(41) : 0);
        flush(e);
        for (unsigned k = 0; k < 3; k++) {
            unsigned el = k == 0 ? 0 : priv;
            bool pan = k == 2;
            check_access(want_perm(ap, uxn || (uxnt && !hpd), pxn || (pxnt && !hpd), hpd ? 0 : apt, el, wxn, pan), el,
                         pan, 3);
        }
    }
}
END_TEST

START_TEST(permission_matrix_of_el2)
{
    struct tables tb;
    tables_init(e, &tb, 12, 39, 1);
    use_el2(e, &tb);
    uint64_t leaf = entry_at(e, &tb, 0x1000, 3, 0), l2 = entry_at(e, &tb, 0x1000, 2, 0), t2 = get64(e, l2);
    for (unsigned m = 0; m < 512; m++) {
        bool ro = (m & 2) != 0, xn = (m & 4) != 0, rot = (m & 32) != 0, xnt = (m & 64) != 0, hpd = (m & 256) != 0;
        /* AP[1], PXN, APTable[0] and PXNTable mean nothing here */
        put64(e, leaf, PAGE_A | D_AF | D_AP(m & 3) | (xn ? D_UXN : 0) | ((m & 8) != 0 ? D_PXN : 0) | 3);
        put64(e, l2, t2 | D_APT((m >> 4) & 3) | (xnt ? D_UXNT : 0) | ((m & 128) != 0 ? D_PXNT : 0));
        e->r.tcr = (e->r.tcr & ~BIT64(24)) | (hpd ? BIT64(24) : 0);
        for (unsigned wxn = 0; wxn < 2; wxn++) {
            e->r.sctlr = (e->r.sctlr & ~SCTLR_WXN) | (wxn ? SCTLR_WXN : 0);
            flush(e);
            bool w = !ro && !(rot && !hpd), x = !xn && !(xnt && !hpd) && !(wxn && w);
            check_access(PERM_R | (w ? PERM_W : 0) | (x ? PERM_X : 0), 2, false, 3);
        }
    }
}
END_TEST

START_TEST(permission_faults_name_the_level_of_the_leaf)
{
    struct tables tb;
    tables_init(e, &tb, 12, 48, 0);
    use_two_ranges(e, REGIME_EL10, &tb, NULL);
    for (int level = 1; level <= 3; level++) {
        uint64_t va = (uint64_t)level << 39;
        map_at(e, &tb, va, 0x40000000, level, S1_RO_EL1);
        assert_fault(xlate(e, va, ACC_WRITE, 1), FSC_PERM | (unsigned)level, false);
        assert_fault(xlate(e, va, ACC_WRITE, 1), FSC_PERM | (unsigned)level, false);    /* from the TLB */
        assert_fault(xlate(e, va, ACC_READ, 0), FSC_PERM | (unsigned)level, false);
        ck_assert_uint_eq(e->res.ipa, 0x40000000);
    }
    ck_assert_uint_eq(tlb_count(e->t), 3);
}
END_TEST

/* ---- stage 1 off, attributes ---- */

START_TEST(stage_1_off)
{
    e->r.regime = REGIME_EL10;
    e->f.pa_bits = 40;
    assert_ok(xlate(e, 0x1234567890, ACC_WRITE, 0), 0x1234567890);
    ck_assert(e->res.device);
    ck_assert_uint_eq(e->res.attr.attr, 0);
    ck_assert_uint_eq(e->res.attr.sh, 2);
    ck_assert_uint_eq(e->res.perm, 7);
    ck_assert_uint_eq(e->res.page_shift, 30);
    assert_ok(xlate(e, 0x1234567890, ACC_FETCH, 1), 0x1234567890);
    ck_assert(!e->res.device);
    ck_assert_uint_eq(e->res.attr.attr, 0x44);
    e->r.sctlr |= SCTLR_I;
    xlate(e, 0x1234567890, ACC_FETCH, 1);
    ck_assert_uint_eq(e->res.attr.attr, 0xaa);
    assert_fault(xlate(e, BIT64(40), ACC_READ, 1), FSC_ADDR, false);
    assert_fault(xlate(e, BIT64(63), ACC_WRITE, 1), FSC_ADDR, false);
    ck_assert(e->res.fault.write);
    e->r.tcr = BIT64(37);       /* TBI holds with the MMU off, too */
    assert_ok(xlate(e, UINT64_C(0x5500000000001000), ACC_READ, 1), 0x1000);
    ck_assert_uint_eq(tlb_count(e->t), 0);
    /* TGE without E2H: EL0 has stage 1 off whatever SCTLR_EL1.M says */
    e->r.sctlr |= SCTLR_M;
    e->r.hcr = HCR_TGE;
    assert_ok(xlate(e, 0x1000, ACC_READ, 0), 0x1000);
}
END_TEST

START_TEST(attributes_of_stage_1)
{
    static const struct { uint64_t bits; uint8_t attr, sh, no_c; bool device; } c[] = {
        { D_ATTR(0) | D_SH(3), 0xff, 3, 0x44, false }, { D_ATTR(0) | D_SH(2), 0xff, 2, 0x44, false },
        { D_ATTR(0) | D_SH(0), 0xff, 0, 0x44, false }, { D_ATTR(0) | D_SH(1), 0xff, 0, 0x44, false },
        { D_ATTR(1) | D_SH(3), 0x00, 2, 0x00, true },  { D_ATTR(2) | D_SH(0), 0x04, 2, 0x04, true },
        { D_ATTR(3) | D_SH(3), 0x44, 2, 0x44, false }, { D_ATTR(4) | D_SH(3), 0xbb, 3, 0x44, false },
        { D_ATTR(5) | D_SH(3), 0xfd, 3, 0x44, false },
    };
    struct tables tb;
    tables_init(e, &tb, 12, 39, 1);
    use_two_ranges(e, REGIME_EL10, &tb, NULL);
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        uint64_t va = 0x1000 * (i + 1);
        map_page(e, &tb, va, PAGE_A, S1_RW_EL1 | c[i].bits);
        assert_ok(xlate(e, va, ACC_READ, 1), PAGE_A);
        ck_assert_uint_eq(e->res.attr.attr, c[i].attr);
        ck_assert_uint_eq(e->res.attr.sh, c[i].sh);
        ck_assert_uint_eq(e->res.device, c[i].device);
        ck_assert(!e->res.device_by_s2);
        e->r.sctlr &= ~SCTLR_C;
        xlate(e, va, ACC_READ, 1);
        ck_assert_uint_eq(e->res.attr.attr, c[i].no_c);
        ck_assert_uint_eq(e->res.attr.sh, 2);
        e->r.sctlr |= SCTLR_C;
        /* fetches from Device are as from Normal non-cacheable memory, and none is cached with I clear */
        xlate(e, va, ACC_FETCH, 1);
        ck_assert_uint_eq(e->res.attr.attr, c[i].device ? 0x44 : c[i].attr);
        e->r.sctlr &= ~SCTLR_I;
        xlate(e, va, ACC_FETCH, 1);
        ck_assert_uint_eq(e->res.attr.attr, 0x44);
        xlate(e, va, ACC_READ, 1);
        ck_assert_uint_eq(e->res.attr.attr, c[i].attr);
        e->r.sctlr |= SCTLR_I;
    }
}
END_TEST

START_TEST(reserved_attribute_encodings)
{
    struct tables tb;
    tables_init(e, &tb, 12, 39, 1);
    use_two_ranges(e, REGIME_EL10, &tb, NULL);
    map_page(e, &tb, 0x1000, PAGE_A, S1_RW_EL1);
    static const uint8_t c[][2] = { { 0x05, 0x04 }, { 0x0f, 0x0c }, { 0xf0, 0xf4 }, { 0x40, 0x44 }, { 0x13, 0x13 } };
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        flush(e);
        e->r.mair = c[i][0];
        xlate(e, 0x1000, ACC_READ, 1);
        ck_assert_uint_eq(e->res.attr.attr, c[i][1]);
        ck_assert_uint_eq(e->res.device, c[i][1] < 0x10);
    }
}
END_TEST

START_TEST(asid_and_vmid_sizes)
{
    e->r.ttbr0 = UINT64_C(0x1234) << 48;
    e->r.ttbr1 = UINT64_C(0x5678) << 48;
    e->r.vttbr = UINT64_C(0x9abc) << 48;
    ck_assert_uint_eq(mmu_asid(&e->f, &e->r), 0x34);
    e->r.tcr |= BIT64(36);
    ck_assert_uint_eq(mmu_asid(&e->f, &e->r), 0x1234);
    e->r.tcr |= BIT64(22);
    ck_assert_uint_eq(mmu_asid(&e->f, &e->r), 0x5678);
    e->f.asid16 = false;
    ck_assert_uint_eq(mmu_asid(&e->f, &e->r), 0x78);
    ck_assert_uint_eq(mmu_vmid(&e->f, &e->r), 0xbc);
    e->r.vtcr |= BIT64(19);
    ck_assert_uint_eq(mmu_vmid(&e->f, &e->r), 0x9abc);
    e->f.vmid16 = false;
    ck_assert_uint_eq(mmu_vmid(&e->f, &e->r), 0xbc);
    e->f.has_el2 = false;
    ck_assert_uint_eq(mmu_vmid(&e->f, &e->r), 0);
    e->f.has_el2 = true;
    e->r.regime = REGIME_EL2;
    ck_assert_uint_eq(mmu_asid(&e->f, &e->r), 0);
    ck_assert_uint_eq(mmu_vmid(&e->f, &e->r), 0);
}
END_TEST

START_TEST(fault_status_codes)
{
    static const struct { uint8_t type; int8_t level; uint8_t fsc; } c[] = {
        { FAULT_ADDRESS_SIZE, 0, 0x00 }, { FAULT_ADDRESS_SIZE, 3, 0x03 }, { FAULT_ADDRESS_SIZE, -1, 0x29 },
        { FAULT_TRANSLATION, 0, 0x04 }, { FAULT_TRANSLATION, 2, 0x06 }, { FAULT_TRANSLATION, -1, 0x2b },
        { FAULT_ACCESS_FLAG, 1, 0x09 }, { FAULT_ACCESS_FLAG, 3, 0x0b }, { FAULT_PERMISSION, 1, 0x0d },
        { FAULT_PERMISSION, 2, 0x0e }, { FAULT_EXTERNAL, 0, 0x10 }, { FAULT_EXTERNAL_WALK, 0, 0x14 },
        { FAULT_EXTERNAL_WALK, 3, 0x17 }, { FAULT_EXTERNAL_WALK, -1, 0x13 }, { FAULT_ALIGNMENT, 0, 0x21 },
        { FAULT_TLB_CONFLICT, 0, 0x30 }, { FAULT_UNSUPPORTED_EXCLUSIVE, 0, 0x35 },
    };
    for (unsigned i = 0; i < ARRAY_LEN(c); i++) {
        struct mmu_fault f = { .type = c[i].type, .level = c[i].level };
        ck_assert_uint_eq(mmu_fsc(&f), c[i].fsc);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mmu-stage1");
    TCase *t = tcase_create("stage1");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, pages_of_every_granule_and_input_size);
    tcase_add_test(t, blocks_where_the_granule_has_them);
    tcase_add_test(t, the_three_regimes_and_their_registers);
    tcase_add_test(t, el2_has_every_granule);
    tcase_add_test(t, other_fields_of_tcr_do_not_matter);
    tcase_add_test(t, ignored_bits_of_descriptors);
    tcase_add_test(t, contiguous_entries_translate_one_by_one);
    tcase_add_test(t, the_tag_byte_is_ignored_by_range);
    tcase_add_test(t, big_endian_descriptors);
    tcase_add_test(t, missing_granules_become_the_smallest);
    tcase_add_test(t, invalid_descriptors_fault_at_their_level);
    tcase_add_test(t, table_walks_can_be_disabled);
    tcase_add_test(t, txsz_out_of_range_faults);
    tcase_add_test(t, addresses_beyond_the_output_size);
    tcase_add_test(t, walks_to_nowhere_are_external_aborts);
    tcase_add_test(t, tables_in_a_device);
    tcase_add_test(t, access_flag_faults_and_hardware_access_flag);
    tcase_add_test(t, hardware_dirty_state);
    tcase_add_test(t, dirty_state_of_el2);
    tcase_add_loop_test(t, permission_matrix_of_two_privileges, 0, 4);
    tcase_add_test(t, permission_matrix_of_el2);
    tcase_add_test(t, permission_faults_name_the_level_of_the_leaf);
    tcase_add_test(t, stage_1_off);
    tcase_add_test(t, attributes_of_stage_1);
    tcase_add_test(t, reserved_attribute_encodings);
    tcase_add_test(t, asid_and_vmid_sizes);
    tcase_add_test(t, fault_status_codes);
    suite_add_tcase(s, t);
    return run_suite(s);
}
