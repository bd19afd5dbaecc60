/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cache maintenance changes what the modelled caches hold: after each operation a load, or a fetch, costs what one costs that hits, that
 * L2 has, or that comes from memory, each of which is seen before without maintenance; dirty lines are written back once.
 */
#include "tests/timing/micro.h"

#include "cpu/pe.h"
#include "sim/machine.h"

#include <check.h>
#include <stdlib.h>

static const char *const cores[] = {"cortex-a53", "cortex-a55", "cortex-a57", "cortex-a72", "neoverse-n1"};
enum { CORES = 5, MARK_FROM = 2, MARK_TO = 3, MAX_PAIRS = 32 };
enum { IC_IALLUIS = 0xd508711f, IC_IALLU = 0xd508751f, IC_IVAU = 0xd50b7520, DC_CIVAC = 0xd50b7e20, DC_CVAC = 0xd50b7a20,
       DC_CVAU = 0xd50b7b20, DC_IVAC = 0xd5087620, DC_ISW_X9 = 0xd5087649, DC_CISW_X9 = 0xd5087e49, DC_CSW_X9 = 0xd5087a49 };

#define LINE (LAB_DATA + UINT64_C(0x7a40))

struct test {
    struct lab l;
    uint64_t load, store, fetch;
    unsigned n_ops;         /* operations between MARK_FROM and MARK_TO */
};

/* Nothing is brought ahead, and nothing of a miss is hidden. */
static void begin(struct test *t, const char *core)
{
    struct conf c;
    conf_load(&c, core);
    conf_set(&c, "memory", "fetch_ahead", "0");
    conf_set(&c, "memory", "prefetch_lines", "0");
    conf_set(&c, "memory", "hide", "0");
    conf_set(&c, "memory", "overlap", "0");
    lab_open(&t->l, &c, 1);
    lab_prologue(&t->l);
    uint64_t skip = lab_main(&t->l);
    t->load = sub_load(&t->l);
    t->store = sub_store(&t->l);
    while (t->l.pc % 64 != 0) {
        lab_word(&t->l, A64_NOP); /* all of the subroutine in one line */
    }
    t->fetch = sub_fetch(&t->l);
    lab_main_here(&t->l, skip);
    t->n_ops = 0;
}

static unsigned op(struct test *t, uint32_t word)
{
    lab_mark(&t->l, MARK_FROM);
    lab_word(&t->l, word);
    lab_mark(&t->l, MARK_TO);
    return t->n_ops++;
}

/* All sets and ways of a level, as CCSIDR_EL1 of the core tells them */
static unsigned by_set_way(struct test *t, uint32_t word, unsigned level)
{
    uint32_t id = machine_pe(t->l.m, 0)->model->ccsidr[2 * level], ways = (id >> 3 & 0x3ff) + 1, sets = (id >> 13 & 0x7fff) + 1;
    unsigned shift = 32;
    for (uint32_t n = 1; n < ways; n *= 2) {
        shift--;
    }
    lab_mark(&t->l, MARK_FROM);
    for (uint64_t w = 0; w < ways; w++) {
        lab_mov(&t->l, 9, w << shift | level << 1);
        lab_mov(&t->l, 10, sets);
        uint64_t top = t->l.pc;
        lab_word(&t->l, word);
        lab_word(&t->l, 0x91010129);    /* add x9, x9, #64 */
        lab_word(&t->l, 0xd100054a);    /* sub x10, x10, #1 */
        lab_cbnz(&t->l, 10, top);
    }
    lab_mark(&t->l, MARK_TO);
    return t->n_ops++;
}

/* Events while operation i went on */
static uint64_t during(const struct test *t, unsigned i, enum timing_event e)
{
    unsigned n = 0;
    for (unsigned k = 0; k + 1 < t->l.n_snaps; k++) {
        const struct snap *s = &t->l.snap[k];
        if (s->imm == MARK_FROM && n++ == i) {
            ck_assert_uint_eq(s[1].imm, MARK_TO);
            return s[1].event[e] - s[0].event[e];
        }
    }
    ck_abort_msg("no operation %u", i);
    return 0;
}

static void written(const struct test *t, unsigned i, unsigned from_l1d, unsigned from_l2)
{
    ck_assert_msg(during(t, i, TE_L1D_WB) == from_l1d && during(t, i, TE_L2_WB) == from_l2,
                  "operation %u wrote back %u lines of L1D and %u of L2, expected %u and %u", i, (unsigned)during(t, i, TE_L1D_WB),
                  (unsigned)during(t, i, TE_L2_WB), from_l1d, from_l2);
}

static uint64_t loads(const struct test *t, unsigned i) { return lab_cost(&t->l, i).data; }

START_TEST(data_by_address)
{
    struct test t;
    begin(&t, cores[_i]);
    lab_touch(&t.l, t.load, LINE);              /* 0: from memory */
    lab_touch(&t.l, t.load, LINE);              /* 1: a hit */
    unsigned civac = op(&t, DC_CIVAC);
    lab_touch(&t.l, t.load, LINE);              /* 2: from memory */
    unsigned cvac = op(&t, DC_CVAC);
    lab_touch(&t.l, t.load, LINE);              /* 3: a hit */
    lab_touch(&t.l, t.store, LINE);             /* 4 */
    unsigned dirty = op(&t, DC_CVAC), again = op(&t, DC_CVAC);
    lab_touch(&t.l, t.load, LINE);              /* 5: a hit */
    lab_touch(&t.l, t.store, LINE);             /* 6: dirty anew */
    unsigned cvau = op(&t, DC_CVAU), then = op(&t, DC_CVAC);
    lab_touch(&t.l, t.store, LINE);             /* 7 */
    unsigned ivac = op(&t, DC_IVAC);
    lab_touch(&t.l, t.load, LINE);              /* 8: from memory */
    lab_touch(&t.l, t.store, LINE);             /* 9 */
    unsigned both = op(&t, DC_CIVAC);
    lab_touch(&t.l, t.load, LINE);              /* 10: from memory */
    lab_touch(&t.l, t.load, LINE + 64);         /* 11: another line, from memory */
    op(&t, DC_CIVAC);
    lab_touch(&t.l, t.load, LINE);              /* 12: a hit, as the line beside it was meant */
    lab_run(&t.l);
    uint64_t memory = loads(&t, 0);
    ck_assert_uint_gt(memory, 0);
    ck_assert_uint_eq(loads(&t, 1), 0);
    ck_assert_uint_eq(loads(&t, 2), memory);
    ck_assert_uint_eq(loads(&t, 3), 0);
    ck_assert_uint_eq(loads(&t, 5), 0);
    ck_assert_uint_eq(loads(&t, 8), memory);
    ck_assert_uint_eq(loads(&t, 10), memory);
    ck_assert_uint_eq(loads(&t, 11), memory);
    ck_assert_uint_eq(loads(&t, 12), 0);
    written(&t, civac, 0, 0);
    written(&t, cvac, 0, 0);
    written(&t, dirty, 1, 1);
    written(&t, again, 0, 0);
    written(&t, cvau, 1, 0);
    written(&t, then, 0, 1);
    written(&t, ivac, 0, 0);
    written(&t, both, 1, 1);
    lab_close(&t.l);
}
END_TEST

START_TEST(data_by_set_and_way)
{
    struct test t;
    begin(&t, cores[_i]);
    lab_touch(&t.l, t.load, LINE);              /* 0: from memory */
    lab_touch(&t.l, t.load, LINE);              /* 1: a hit */
    unsigned clean = by_set_way(&t, DC_CSW_X9, 0);
    lab_touch(&t.l, t.load, LINE);              /* 2: a hit */
    by_set_way(&t, DC_ISW_X9, 0);
    lab_touch(&t.l, t.load, LINE);              /* 3: L2 has it */
    lab_touch(&t.l, t.store, LINE);             /* 4 */
    unsigned l1 = by_set_way(&t, DC_CISW_X9, 0), l2 = by_set_way(&t, DC_CISW_X9, 1);
    lab_touch(&t.l, t.load, LINE);              /* 5: from memory */
    lab_run(&t.l);
    uint64_t memory = loads(&t, 0), from_l2 = loads(&t, 3);
    ck_assert_uint_eq(loads(&t, 1), 0);
    ck_assert_uint_eq(loads(&t, 2), 0);
    ck_assert_msg(from_l2 > 0 && from_l2 < memory, "%llu cycles, from memory %llu", (unsigned long long)from_l2, (unsigned long long)memory);
    ck_assert_uint_eq(loads(&t, 5), memory);
    written(&t, clean, 0, 0);
    written(&t, l1, 1, 0);
    written(&t, l2, 0, 1);
    lab_close(&t.l);
}
END_TEST

START_TEST(instructions)
{
    struct test t;
    begin(&t, cores[_i]);
    lab_ret_at(&t.l, LINE);
    lab_touch(&t.l, t.fetch, LINE);             /* 0: from memory */
    lab_touch(&t.l, t.fetch, LINE);             /* 1: a hit */
    op(&t, IC_IVAU);
    lab_touch(&t.l, t.fetch, LINE);             /* 2: L2 has it */
    op(&t, IC_IALLU);
    lab_touch(&t.l, t.fetch, LINE);             /* 3, and 4: the same */
    op(&t, IC_IALLUIS);
    lab_touch(&t.l, t.fetch, LINE);
    op(&t, DC_CVAU);
    lab_touch(&t.l, t.fetch, LINE);             /* 5: a hit, as data caches only are meant */
    op(&t, DC_CIVAC);
    op(&t, IC_IVAU);
    lab_touch(&t.l, t.fetch, LINE);             /* 6: from memory */
    lab_run(&t.l);
    uint64_t memory = lab_cost(&t.l, 0).fetch, from_l2 = lab_cost(&t.l, 2).fetch;
    ck_assert_uint_eq(lab_cost(&t.l, 1).fetch, 0);
    ck_assert_msg(from_l2 > 0 && from_l2 < memory, "%llu cycles, from memory %llu", (unsigned long long)from_l2, (unsigned long long)memory);
    ck_assert_uint_eq(lab_cost(&t.l, 3).fetch, from_l2);
    ck_assert_uint_eq(lab_cost(&t.l, 4).fetch, from_l2);
    ck_assert_uint_eq(lab_cost(&t.l, 5).fetch, 0);
    ck_assert_uint_eq(lab_cost(&t.l, 6).fetch, memory);
    lab_close(&t.l);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("maint");
    TCase *c = tcase_create("maint");
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, data_by_address, 0, CORES);
    tcase_add_loop_test(c, data_by_set_and_way, 0, CORES);
    tcase_add_loop_test(c, instructions, 0, CORES);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
