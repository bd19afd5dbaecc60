/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind of record, on a real run: what each says must be true of the machine at that moment. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/pe.h"
#include "cpu/sysreg.h"
#include "hyp/images.h"
#include "sim/boot.h"
#include "sim/machine.h"

enum { MAX_IDS = 4096 };

/* Where an interrupt is in its life, by the id of its records. */
enum { IRQ_NEW, IRQ_IS_PENDED, IRQ_IS_ACKNOWLEDGED };

struct seen {
    struct machine *m;
    uint64_t n[REC_KIND_COUNT];
    uint64_t last_step_desc, last_fill_pa, last_fill_va;
    unsigned irq[MAX_IDS];
    bool timer_level[4];
    uint64_t last_icount;
    uint64_t marks;
};

static void check_step(struct seen *s, const struct rec *r)
{
    const uint8_t *p = bus_ram(machine_bus(s->m), r->b, 8);
    uint64_t desc;
    ck_assert_ptr_nonnull(p);
    memcpy(&desc, p, sizeof(desc));
    ck_assert_uint_eq(r->c, desc);
    ck_assert_uint_le(r->type, 1);
    s->last_step_desc = desc;
}

static void check_irq(struct seen *s, const struct rec *r)
{
    if (r->type == 1 || r->b == 0 || r->b >= MAX_IDS) {
        return;
    }
    unsigned *state = &s->irq[r->b];
    switch (r->kind) {
    case REC_IRQ_PENDED:
        ck_assert_uint_eq(*state, IRQ_NEW);
        *state = IRQ_IS_PENDED;
        break;
    case REC_IRQ_ACK:
        ck_assert_uint_eq(*state, IRQ_IS_PENDED);
        *state = IRQ_IS_ACKNOWLEDGED;
        break;
    case REC_IRQ_DROP:
    case REC_IRQ_DEACTIVATED:
        ck_assert_uint_eq(*state, IRQ_IS_ACKNOWLEDGED);
        break;
    default:
        break;
    }
}

static void put(void *opaque, const struct rec *r)
{
    struct seen *s = opaque;
    ck_assert_uint_lt(r->kind, REC_KIND_COUNT);
    ck_assert_uint_ge(r->icount, s->last_icount);
    s->last_icount = r->icount;
    s->n[r->kind]++;
    switch (r->kind) {
    case REC_WALK_STEP:
        check_step(s, r);
        break;
    case REC_TLB_FILL:
        /* the leaf just read maps the address: its output address has the bits above the size of what was filled */
        ck_assert_uint_eq(r->b & ~ones64(r->type), r->b);
        ck_assert_uint_eq(r->a & ~ones64(r->type), r->a);
        ck_assert_uint_eq(s->last_step_desc & 1, 1);
        s->last_fill_va = r->a;
        s->last_fill_pa = r->b;
        break;
    case REC_WALK:
        if (r->d == 0) {
            ck_assert_uint_eq(r->c & ones64(12), r->a & ones64(12));
        }
        break;
    case REC_TIMER:
        ck_assert_uint_lt(r->a, 4);
        ck_assert_uint_ne(s->timer_level[r->a], r->b);
        s->timer_level[r->a] = r->b != 0;
        break;
    case REC_SYSREG:
        ck_assert_uint_lt(r->type, SRC_COUNT);
        ck_assert_int_ge(sysreg_lookup((uint16_t)r->a), 0);
        break;
    case REC_MARK:
        s->marks = s->marks << 8 | r->a;
        break;
    default:
        check_irq(s, r);
        break;
    }
}

static struct machine *boot(const char *model, const char *name, bool marks)
{
    const struct hyp_image *i = hyp_image_find(name);
    if (i == NULL) {
        return NULL; /* configured without images */
    }
    struct err err;
    struct machine_config c = { .model = model, .n_pes = 1, .ram_size = 64 << 20, .el = 2, .ns_per_insn = 1, .marks = marks };
    struct machine *m = machine_new(&c, &err);
    ck_assert_ptr_nonnull(m);
    struct boot_config b = { .model = model, .n_pes = 1, .el = 2, .image = name, .image_bytes = i->elf, .image_len = *i->elf_bytes };
    struct boot_info info;
    ck_assert_msg(boot_load(machine_bus(m), &b, &info, &err), "%s", name);
    machine_start(m, info.program.entry, info.dtb);
    boot_info_free(&info);
    return m;
}

static uint32_t run(const char *model, const char *name, struct seen *s, uint64_t kinds)
{
    struct machine *m = boot(model, name, false);
    if (m == NULL) {
        return 0;
    }
    memset(s, 0, sizeof(*s));
    s->m = m;
    const struct rec_sink sink = { .put = put, .opaque = s, .kinds = kinds, .classes = ones64(SRC_COUNT) };
    if (kinds != 0) {
        ck_assert(machine_add_rec_sink(m, &sink));
    }
    const struct machine_limits none = { 0 };
    ck_assert_int_eq(machine_run(m, &none), STOP_POWER_OFF);
    uint32_t hash = machine_hash(m);
    machine_free(m);
    return hash;
}

static const char *const images[] = { "first", "hyp2011", "kvm414", "kvm56", "vhe", "kvmflow", "nvhe" };

START_TEST(records_are_true_and_change_nothing)
{
    struct seen s, none;
    const char *name = images[_i];
    uint32_t all = run("neoverse-n1", name, &s, ~UINT64_C(1));
    if (hyp_image_find(name) == NULL) {
        return;
    }
    ck_assert_uint_eq(all, run("neoverse-n1", name, &none, 0));
    ck_assert_uint_ge(s.n[REC_ERET], 1);
    ck_assert_uint_ge(s.n[REC_WALK_STEP], 4); /* a walk may have none: flat, or stage 2 from the TLB */
    ck_assert_uint_ge(s.n[REC_WALK], s.n[REC_TLB_FILL]);
    ck_assert_uint_ge(s.n[REC_TLB_FILL], 1);
    ck_assert_uint_ge(s.n[REC_TLBI], 1);
    ck_assert_uint_ge(s.n[REC_MMIO], 1);
}
END_TEST

START_TEST(an_interrupt_goes_from_the_line_to_the_guest)
{
    static const char *const with_timer[] = { "hyp2011", "nvhe" };
    struct seen s;
    if (hyp_image_find("nvhe") == NULL) {
        return;
    }
    (void)run("cortex-a72", with_timer[_i], &s, rec_group_kinds(REC_GROUP_IRQ) | rec_group_kinds(REC_GROUP_TIMER));
    ck_assert_uint_ge(s.n[REC_TIMER], 1);
    ck_assert_uint_ge(s.n[REC_IRQ_PENDED], 1);
    ck_assert_uint_ge(s.n[REC_IRQ_ACK], 1);
    ck_assert_uint_ge(s.n[REC_LR_WRITE], 1);
    ck_assert_uint_eq(s.n[REC_ERET], 0); /* not asked for */
}
END_TEST

START_TEST(a_mark_is_recorded_and_does_nothing)
{
    struct machine *m = boot("cortex-a72", "first", true);
    if (m == NULL) {
        return;
    }
    /* HLT #0x4d07; HLT #0x4d08; B . */
    const uint32_t code[] = { 0xd4400000 | 0x4d07 << 5, 0xd4400000 | 0x4d08 << 5, 0x14000000 };
    ck_assert(bus_dma_write(machine_bus(m), BOARD_RAM_BASE + 0x100000, code, sizeof(code)));
    struct seen s = { .m = m };
    const struct rec_sink sink = { .put = put, .opaque = &s, .kinds = REC_BIT(REC_MARK) };
    ck_assert(machine_add_rec_sink(m, &sink));
    machine_start(m, BOARD_RAM_BASE + 0x100000, 0);
    const struct machine_limits ten = { .max_insns = 10 };
    ck_assert_int_eq(machine_run(m, &ten), STOP_MAX_INSNS);
    ck_assert_uint_eq(s.marks, 0x0708);
    ck_assert_uint_eq(pe_pc(machine_pe(m, 0)), BOARD_RAM_BASE + 0x100008);
    machine_free(m);
}
END_TEST

/* Guest time of each PE, of what it records while it runs */
struct smp_time {
    uint64_t last_ns[2];
    uint64_t n[2];
};

static void put_time(void *opaque, const struct rec *r)
{
    struct smp_time *t = opaque;
    ck_assert_uint_lt(r->pe, 2);
    ck_assert_uint_ge(r->time_ns, t->last_ns[r->pe]);
    t->last_ns[r->pe] = r->time_ns;
    t->n[r->pe]++;
}

/* A PE runs alone for 131 us and wakes another, which runs for 10 us and waits again: the first one's time must not have
   gone back when it has its next turn. (The system counter never goes back.) The guest compares too: X5 counts down to 0. */
START_TEST(time_of_a_pe_never_goes_back)
{
    static const uint32_t first[] = {
        /* CPU_ON(1, 0x40110000) */
        0xd2800060, 0xf2b88000, 0xd2800021, 0xd2a80222, 0xd2800003, 0xd4000003,
        /* 20 times: loop 65535; X6 = CNTPCT_EL0; SEV; loop 1536; X7 = CNTPCT_EL0, not less than X6 */
        0xd2800285, 0xd29fffe4, 0xf1000484, 0x54ffffe1, 0xd53be026, 0xd503209f, 0xd280c004, 0xf1000484,
        0x54ffffe1, 0xd53be027, 0xeb0600ff, 0x54000063, 0xf10004a5, 0x54fffe81,
        /* SYSTEM_OFF */
        0xd2800100, 0xf2b08000, 0xd4000003,
    };
    /* WFE; loop 5000; again */
    static const uint32_t second[] = { 0xd503205f, 0xd2827104, 0xf1000484, 0x54ffffe1, 0x17fffffc };
    struct err err;
    struct machine_config c = { .model = "cortex-a72", .n_pes = 2, .ram_size = 64 << 20, .el = 2, .ns_per_insn = 1 };
    struct machine *m = machine_new(&c, &err);
    ck_assert_ptr_nonnull(m);
    ck_assert(bus_dma_write(machine_bus(m), BOARD_RAM_BASE + 0x100000, first, sizeof(first)));
    ck_assert(bus_dma_write(machine_bus(m), BOARD_RAM_BASE + 0x110000, second, sizeof(second)));
    struct smp_time t = { { 0 }, { 0 } };
    const struct rec_sink sink = { .put = put_time, .opaque = &t };
    ck_assert(machine_add_rec_sink(m, &sink));
    machine_start(m, BOARD_RAM_BASE + 0x100000, 0);
    const struct machine_limits l = { .max_insns = 10000000 };
    ck_assert_int_eq(machine_run(m, &l), STOP_POWER_OFF);
    ck_assert_uint_eq(machine_pe(m, 0)->x[5], 0);
    ck_assert_uint_ge(t.n[1], 20);
    machine_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("records");
    TCase *t = tcase_create("records");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, records_are_true_and_change_nothing, 0, (int)ARRAY_LEN(images));
    tcase_add_loop_test(t, an_interrupt_goes_from_the_line_to_the_guest, 0, 2);
    tcase_add_test(t, a_mark_is_recorded_and_does_nothing);
    tcase_add_test(t, time_of_a_pe_never_goes_back);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
