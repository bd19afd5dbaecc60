/* SPDX-License-Identifier: Apache-2.0 */
/* A small machine for the tests of mmu/: RAM, a TLB, registers, and a builder of translation tables. */
#ifndef HYPSCOPE_TEST_MMU_ENV_H
#define HYPSCOPE_TEST_MMU_ENV_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "mmu/mmu.h"

#define RAM_BASE UINT64_C(0x40000000)
#define RAM_SIZE UINT64_C(0x08000000)
#define POOL_BASE UINT64_C(0x44000000)      /* tables come from here up */
#define PAGE_A UINT64_C(0x40200000)
#define PAGE_B UINT64_C(0x40400000)
#define NOWHERE UINT64_C(0x80000000)        /* no RAM and no device */

/* Fields of descriptors */
#define D_AF BIT64(10)
#define D_NG BIT64(11)
#define D_DBM BIT64(51)
#define D_PXN BIT64(53)
#define D_UXN BIT64(54)
#define D_AP(n) ((uint64_t)(n) << 6)        /* AP[2:1], or S2AP */
#define D_ATTR(n) ((uint64_t)(n) << 2)      /* AttrIndx, or MemAttr */
#define D_SH(n) ((uint64_t)(n) << 8)
#define D_XN2(n) ((uint64_t)(n) << 53)      /* XN[1:0] of stage 2 */
#define D_PXNT BIT64(59)
#define D_UXNT BIT64(60)
#define D_APT(n) ((uint64_t)(n) << 61)
/* The usual leaves: readable and writable */
#define S1_RW_EL1 (D_AF | D_AP(0))
#define S1_RW_EL0 (D_AF | D_AP(1))
#define S1_RO_EL1 (D_AF | D_AP(2))
#define S1_RO_EL0 (D_AF | D_AP(3))
#define S2_RW (D_AF | D_AP(3) | D_ATTR(15) | D_SH(3))

#define SCTLR_M BIT64(0)
#define SCTLR_C BIT64(2)
#define SCTLR_I BIT64(12)
#define SCTLR_WXN BIT64(19)
#define SCTLR_EE BIT64(25)
#define HCR_VM BIT64(0)
#define HCR_PTW BIT64(2)
#define HCR_DC BIT64(12)
#define HCR_TGE BIT64(27)
#define HCR_CD BIT64(32)
#define HCR_ID BIT64(33)
#define HCR_E2H BIT64(34)
#define HCR_FWB BIT64(46)

/* Attribute indices of the MAIR in use: 0 WB, 1 nGnRnE, 2 nGnRE, 3 NC, 4 WT, 5 WB write-allocate inner only */
#define MAIR_VALUE UINT64_C(0x0000fdbb440400ff)

struct env {
    struct bus bus;
    struct tlb *t;
    struct mmu_features f;
    struct mmu_regs r;
    struct mmu_res res;
    uint64_t pool;
    unsigned hook_calls;
    uint64_t hook_va, hook_len;
};

static inline void env_hook(void *opaque, uint64_t va, uint64_t len)
{
    struct env *e = opaque;
    e->hook_calls++;
    e->hook_va = va;
    e->hook_len = len;
}

static inline struct env *env_new(void)
{
    struct env *e = calloc(1, sizeof(*e));
    ck_assert_ptr_nonnull(e);
    ck_assert(bus_init(&e->bus, RAM_BASE, RAM_SIZE));
    e->t = tlb_new();
    ck_assert_ptr_nonnull(e->t);
    tlb_set_inval_hook(e->t, env_hook, e);
    e->pool = POOL_BASE;
    e->f = (struct mmu_features) {
        .pa_bits = 48, .gran4 = true, .gran16 = true, .gran64 = true, .s2gran4 = true, .s2gran16 = true,
        .s2gran64 = true, .asid16 = true, .vmid16 = true, .hafdbs = 2, .hpd = true, .xnx = true, .pan = true,
        .cnp = true, .fwb = true, .has_el2 = true,
    };
    e->r.mair = MAIR_VALUE;
    return e;
}

static inline void env_free(struct env *e)
{
    tlb_free(e->t);
    bus_free(&e->bus);
    free(e);
}

static inline uint64_t get64(struct env *e, uint64_t pa)
{
    uint64_t v;
    ck_assert(bus_read(&e->bus, pa, 8, 0, &v));
    return v;
}

static inline void put64(struct env *e, uint64_t pa, uint64_t v)
{
    ck_assert(bus_write(&e->bus, pa, 8, 0, v));
}

/* A zeroed table of `bytes`, aligned to `align`. */
static inline uint64_t new_table(struct env *e, uint64_t bytes, uint64_t align)
{
    uint64_t a = (e->pool + align - 1) & ~(align - 1);
    e->pool = a + bytes;
    ck_assert_uint_le(e->pool, RAM_BASE + RAM_SIZE);
    memset(bus_ram(&e->bus, a, bytes), 0, bytes);
    return a;
}

/* One set of tables. `big`: descriptors are big-endian. */
struct tables {
    uint64_t root;
    unsigned granule;   /* log2 */
    unsigned iasize;    /* bits */
    int start;          /* level of the root */
    bool big;
};

static inline unsigned lvl_shift(const struct tables *tb, int level)
{
    return tb->granule + (unsigned)(3 - level) * (tb->granule - 3);
}

static inline int s1_start(unsigned granule, unsigned iasize)
{
    int level = 3;
    for (unsigned bits = granule + granule - 3; bits < iasize; bits += granule - 3) {
        level--;
    }
    return level;
}

static inline void tables_init(struct env *e, struct tables *tb, unsigned granule, unsigned iasize, int start)
{
    *tb = (struct tables) { .granule = granule, .iasize = iasize, .start = start };
    uint64_t bytes = BIT64(iasize - lvl_shift(tb, start) + 3);
    tb->root = new_table(e, bytes < 64 ? 64 : bytes, bytes < 64 ? 64 : bytes);
}

static inline uint64_t order(const struct tables *tb, uint64_t v)
{
    return tb->big ? __builtin_bswap64(v) : v;
}

/* Address of the entry for ia at `level`, making the tables above it; `table_bits` go into tables made. */
static inline uint64_t entry_at(struct env *e, const struct tables *tb, uint64_t ia, int level, uint64_t table_bits)
{
    uint64_t base = tb->root;
    unsigned top = tb->iasize;
    for (int l = tb->start;; l++) {
        unsigned sh = lvl_shift(tb, l);
        uint64_t at = base + (bits64(ia, top - 1, sh) << 3);
        if (l == level) {
            return at;
        }
        uint64_t d = order(tb, get64(e, at));
        if ((d & 1) == 0) {
            uint64_t size = BIT64(tb->granule);
            d = new_table(e, size, size) | 3 | table_bits;
            put64(e, at, order(tb, d));
        }
        base = d & ones64(48) & ~ones64(tb->granule);
        top = sh;
    }
}

/* Map ia to pa by a leaf at `level`; returns the address of the descriptor. */
static inline uint64_t map_at(struct env *e, const struct tables *tb, uint64_t ia, uint64_t pa, int level,
                              uint64_t bits)
{
    uint64_t at = entry_at(e, tb, ia, level, 0);
    put64(e, at, order(tb, pa | bits | (level == 3 ? 3 : 1)));
    return at;
}

static inline uint64_t map_page(struct env *e, const struct tables *tb, uint64_t ia, uint64_t pa, uint64_t bits)
{
    return map_at(e, tb, ia, pa, 3, bits);
}

/* TG0 and TG1 fields of a granule */
static inline uint64_t tg0(unsigned granule)
{
    return granule == 12 ? 0 : granule == 16 ? 1 : 2;
}

static inline uint64_t tg1(unsigned granule)
{
    return granule == 12 ? 2 : granule == 16 ? 3 : 1;
}

/* EL1&0 or EL2&0 with both ranges through tb0 and tb1 (either may be NULL: disabled by EPD). 48 bits of output. */
static inline void use_two_ranges(struct env *e, enum mmu_regime regime, const struct tables *tb0,
                                  const struct tables *tb1)
{
    e->r.regime = regime;
    e->r.sctlr |= SCTLR_M | SCTLR_C | SCTLR_I;
    e->r.tcr = UINT64_C(5) << 32;
    e->r.tcr |= tb0 != NULL ? (64 - tb0->iasize) | tg0(tb0->granule) << 14 : BIT64(7) | 16;
    e->r.tcr |= tb1 != NULL ? (uint64_t)(64 - tb1->iasize) << 16 | tg1(tb1->granule) << 30
                            : BIT64(23) | (uint64_t)16 << 16 | UINT64_C(2) << 30;
    e->r.ttbr0 = tb0 != NULL ? tb0->root : 0;
    e->r.ttbr1 = tb1 != NULL ? tb1->root : 0;
}

/* EL2 with one range */
static inline void use_el2(struct env *e, const struct tables *tb)
{
    e->r.regime = REGIME_EL2;
    e->r.sctlr |= SCTLR_M | SCTLR_C | SCTLR_I;
    e->r.tcr = (64 - tb->iasize) | tg0(tb->granule) << 14 | UINT64_C(5) << 16;
    e->r.ttbr0 = tb->root;
}

/* Stage 2 through tb with SL0 */
static inline void use_s2(struct env *e, const struct tables *tb, unsigned vmid)
{
    unsigned sl0 = tb->granule == 12 ? 2 - (unsigned)tb->start : 3 - (unsigned)tb->start;
    e->r.hcr |= HCR_VM;
    e->r.vtcr = (64 - tb->iasize) | (uint64_t)sl0 << 6 | tg0(tb->granule) << 14 | UINT64_C(5) << 16 | BIT64(19);
    e->r.vttbr = tb->root | (uint64_t)vmid << 48;
}

static inline const struct mmu_res *xlate_req(struct env *e, const struct mmu_req *q)
{
    memset(&e->res, 0xa5, sizeof(e->res));
    mmu_translate(e->t, &e->bus, 0, &e->f, &e->r, q, &e->res);
    return &e->res;
}

static inline const struct mmu_res *xlate(struct env *e, uint64_t va, enum mmu_acc acc, unsigned el)
{
    struct mmu_req q = { .va = va, .acc = (uint8_t)acc, .el = (uint8_t)el };
    return xlate_req(e, &q);
}

static inline void flush(struct env *e)
{
    for (unsigned regime = 0; regime < 3; regime++) {
        struct tlbi_req q = { .kind = TLBI_ALL, .regime = (uint8_t)regime };
        tlb_invalidate(e->t, &q);
    }
    ck_assert_uint_eq(tlb_count(e->t), 0);
}

#define assert_ok(res, pa_) do { \
        const struct mmu_res *r_ = (res); \
        ck_assert_msg(r_->fault.type == FAULT_NONE, "fault %u level %d stage %u", r_->fault.type, r_->fault.level, \
                      r_->fault.stage2 + 1u); \
        ck_assert_uint_eq(r_->pa, (pa_)); \
    } while (0)

/* A fault by its FSC, stage */
#define assert_fault(res, fsc_, stage2_) do { \
        const struct mmu_res *r_ = (res); \
        ck_assert_uint_ne(r_->fault.type, FAULT_NONE); \
        ck_assert_uint_eq(mmu_fsc(&r_->fault), (fsc_)); \
        ck_assert_uint_eq(r_->fault.stage2, (stage2_)); \
    } while (0)

enum { FSC_ADDR = 0x00, FSC_TRANS = 0x04, FSC_AF = 0x08, FSC_PERM = 0x0c, FSC_EXT_WALK = 0x14 };

static inline int run_suite(Suite *s)
{
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
