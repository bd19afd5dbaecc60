/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random accesses of every kind, with a fixed seed: what is kept up to date
 * step by step must equal what is rebuilt from the saved state, two equal runs
 * must be equal, and no access may go astray (run it with sanitizers).
 */
#include "gic/internal.h"
#include "tests/unit/test-gic.h"

#define STEPS 100000

static uint64_t seed;

static uint32_t rnd(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)((seed * UINT64_C(0x2545f4914f6cdd1d)) >> 32) % n;
}

static uint64_t rnd_value(void)
{
    uint64_t v = (uint64_t)rnd(UINT32_MAX) << 32 | rnd(UINT32_MAX);
    switch (rnd(4)) {
    case 0:
        return v;
    case 1:
        return BIT64(rnd(64));
    case 2:
        return v & 0xff;
    default:
        return ~UINT64_C(0);
    }
}

static void random_mmio(const struct mmio_dev *d, uint64_t limit)
{
    unsigned size = rnd(8) == 0 ? 1u << rnd(4) : 4;
    uint64_t off = rnd((uint32_t)limit) & ~(uint64_t)(size - 1);
    uint64_t v;
    if (rnd(2) != 0) {
        ck_assert(d->read(d->opaque, off, size, rnd(4), &v));
    } else {
        ck_assert(d->write(d->opaque, off, size, rnd(4), rnd_value() & ones64(8 * size)));
    }
}

static void random_sysreg(void)
{
    unsigned pe = rnd(4);
    uint16_t enc = rnd(40) == 0 ? ICC_PMR_EL1
                                : ENC(3, rnd(2) != 0 ? 4 : 0, 12, 8 + rnd(6), rnd(8));
    uint64_t v;
    t.hcr = (uint64_t)rnd(4) << 3;
    if (rnd(2) != 0) {
        (void)try_mrs(pe, 1 + rnd(2), enc, &v);
    } else if (enc != ICH_HCR_EL2 || rnd(4) == 0) {
        (void)try_msr(pe, 1 + rnd(2), enc, rnd_value());
    } else {
        msr(pe, ICH_HCR_EL2, 1);
    }
}

static void step(void)
{
    switch (rnd(8)) {
    case 0:
        random_mmio(&t.dist, 0x1000);
        break;
    case 1:
        dist_write(0x6000 + 8 * (32 + rnd(256)), 8, rnd(2) != 0 ? BIT64(31) : rnd(5));
        break;
    case 2:
        /* The registers of the SGI frame, and WAKER. */
        if (rnd(20) == 0) {
            redist_write(rnd(4), 0x14, 4, 2 * rnd(2));
        } else {
            redist_write(rnd(4), 0x10080 + 0x80 * rnd(7), 4, rnd_value() & UINT32_MAX);
        }
        break;
    case 3:
        random_mmio(rnd(2) != 0 ? &t.dist : &t.redist, rnd(2) != 0 ? 0x10000 : 0x1000);
        break;
    case 4:
        wire(rnd(4), rnd(300), rnd(2) != 0);
        break;
    default:
        random_sysreg();
        break;
    }
}

static void check_rebuild(void)
{
    struct gic_derived before = t.gic->d;
    gic_rebuild(t.gic);
    ck_assert_mem_eq(before.target, t.gic->d.target, sizeof(before.target));
    ck_assert_mem_eq(before.ready, t.gic->d.ready, sizeof(before.ready));
    ck_assert_uint_eq(before.ready_words, t.gic->d.ready_words);
    ck_assert_uint_eq(before.n_1ofn, t.gic->d.n_1ofn);
    for (unsigned pe = 0; pe < 4; pe++) {
        ck_assert_uint_eq(before.hppi[pe].intid, t.gic->d.hppi[pe].intid);
        ck_assert_uint_eq(before.told[pe], t.gic->d.told[pe]);
        ck_assert_uint_eq(gic_signals(t.gic, pe), t.signals[pe]);
    }
}

static uint32_t run(uint64_t first_seed, bool observe)
{
    struct gic_config c = test_config(4);
    if (!observe) {
        c.observe = NULL;
    }
    start(&c);
    seed = first_seed;
    bring_up();
    uint32_t crc = 0;
    for (unsigned i = 0; i < STEPS; i++) {
        step();
        if (i % 64 == 0) {
            check_rebuild();
            crc = gic_digest(t.gic, crc);
        }
        if (i % 4096 == 0) {
            gic_reset(t.gic);
            bring_up();
        }
    }
    return crc;
}

START_TEST(rebuild_and_determinism)
{
    uint32_t a = run(0x1234567, true);
    ck_assert_uint_eq(run(0x1234567, false), a);
    ck_assert_uint_ne(run(0x7654321, true), a);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { rebuild_and_determinism };
    return run_suite("gic-random", tests, ARRAY_LEN(tests));
}
