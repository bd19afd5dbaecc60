/* SPDX-License-Identifier: Apache-2.0 */
/* sim/base: the order of the event queue, RAM and devices on the bus, bit helpers. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "include/hypscope.h"
#include "sim/base/bits.h"
#include "sim/base/bus.h"
#include "sim/base/clock.h"
#include "sim/base/irq.h"

/* ---- event queue ---- */

struct fired {
    char order[16];
    unsigned n;
    uint64_t at_ns;
};

struct named_event {
    struct event e;
    char letter;
    struct fired *log;
};

static void note(void *opaque, uint64_t now_ns)
{
    struct named_event *ne = opaque;
    ne->log->order[ne->log->n++] = ne->letter;
    ne->log->at_ns = now_ns;
}

static void named_init(struct named_event *ne, struct fired *log, char letter, uint32_t prio)
{
    event_init(&ne->e, "test", prio, note, ne);
    ne->letter = letter;
    ne->log = log;
}

START_TEST(events_fire_in_time_then_priority_then_insertion_order)
{
    struct clock c = {0};
    struct fired log = {0};
    struct named_event a, b, d, e;
    named_init(&a, &log, 'a', 5);
    named_init(&b, &log, 'b', 1);
    named_init(&d, &log, 'd', 5);
    named_init(&e, &log, 'e', 9);
    event_schedule(&c, &a.e, 100);
    event_schedule(&c, &b.e, 100);
    event_schedule(&c, &d.e, 100);
    event_schedule(&c, &e.e, 50);
    ck_assert_uint_eq(clock_next(&c), 50);
    clock_run(&c, 200);
    ck_assert_str_eq(log.order, "ebad");
    ck_assert_uint_eq(clock_next(&c), TIME_NEVER);
    ck_assert_uint_eq(c.now_ns, 200);
}
END_TEST

START_TEST(events_due_later_stay)
{
    struct clock c = {0};
    struct fired log = {0};
    struct named_event a, b;
    named_init(&a, &log, 'a', 0);
    named_init(&b, &log, 'b', 0);
    event_schedule(&c, &a.e, 10);
    event_schedule(&c, &b.e, 11);
    clock_run(&c, 10);
    ck_assert_str_eq(log.order, "a");
    ck_assert_uint_eq(clock_next(&c), 11);
    clock_run(&c, 11);
    ck_assert_str_eq(log.order, "ab");
}
END_TEST

START_TEST(rescheduling_moves_and_cancel_removes)
{
    struct clock c = {0};
    struct fired log = {0};
    struct named_event a, b;
    named_init(&a, &log, 'a', 0);
    named_init(&b, &log, 'b', 0);
    event_schedule(&c, &a.e, 10);
    event_schedule(&c, &b.e, 20);
    event_schedule(&c, &a.e, 30);
    ck_assert_uint_eq(clock_next(&c), 20);
    event_cancel(&c, &b.e);
    event_cancel(&c, &b.e);
    ck_assert_uint_eq(b.e.queued, 0);
    clock_run(&c, 100);
    ck_assert_str_eq(log.order, "a");
}
END_TEST

static void count_earlier(void *opaque, uint64_t when_ns)
{
    *(uint64_t *)opaque = when_ns;
}

START_TEST(the_run_loop_hears_of_earlier_events)
{
    struct fired log = {0};
    uint64_t heard = 0;
    struct clock c = {.earlier = count_earlier, .earlier_opaque = &heard};
    struct named_event a, b, d;
    named_init(&a, &log, 'a', 0);
    named_init(&b, &log, 'b', 0);
    named_init(&d, &log, 'd', 0);
    event_schedule(&c, &a.e, 100);
    ck_assert_uint_eq(heard, 100);
    event_schedule(&c, &b.e, 200);
    ck_assert_uint_eq(heard, 100);
    event_schedule(&c, &d.e, 50);
    ck_assert_uint_eq(heard, 50);
}
END_TEST

struct periodic {
    struct event e;
    struct clock *c;
    unsigned fires;
};

static void again(void *opaque, uint64_t now_ns)
{
    struct periodic *p = opaque;
    (void)now_ns;
    p->fires++;
    event_schedule(p->c, &p->e, p->e.when_ns + 10);
}

START_TEST(an_event_may_requeue_itself)
{
    struct clock c = {0};
    struct periodic p = {.c = &c};
    event_init(&p.e, "periodic", 0, again, &p);
    event_schedule(&c, &p.e, 10);
    clock_run(&c, 45);
    ck_assert_uint_eq(p.fires, 4);
    ck_assert_uint_eq(clock_next(&c), 50);
}
END_TEST

/* ---- bus ---- */

struct reg_dev {
    uint64_t value;
    uint64_t off;
    unsigned size;
    unsigned pe;
};

static bool reg_read(void *opaque, uint64_t off, unsigned size, unsigned pe, uint64_t *val)
{
    struct reg_dev *d = opaque;
    d->off = off;
    d->size = size;
    d->pe = pe;
    *val = d->value;
    return off != 0x800;
}

static bool reg_write(void *opaque, uint64_t off, unsigned size, unsigned pe, uint64_t val)
{
    struct reg_dev *d = opaque;
    d->off = off;
    d->size = size;
    d->pe = pe;
    d->value = val;
    return off != 0x800;
}

static void note_unmapped(void *opaque, uint64_t pa, unsigned size, bool write, unsigned pe)
{
    (void)size;
    (void)write;
    (void)pe;
    *(uint64_t *)opaque = pa;
}

START_TEST(ram_reads_back_what_was_written)
{
    struct bus b;
    ck_assert(bus_init(&b, 0x40000000, 0x10000));
    uint64_t v = 1;
    ck_assert(bus_read(&b, 0x40000000, 8, 0, &v));
    ck_assert_uint_eq(v, 0);
    ck_assert(bus_write(&b, 0x40001000, 8, 0, UINT64_C(0x1122334455667788)));
    for (unsigned size = 1; size <= 8; size *= 2) {
        ck_assert(bus_read(&b, 0x40001000, size, 0, &v));
        ck_assert_uint_eq(v, UINT64_C(0x1122334455667788) & ones64(size * 8));
    }
    ck_assert(bus_ram(&b, 0x4000fff8, 8) != NULL);
    ck_assert(bus_ram(&b, 0x4000fff8, 9) == NULL);
    ck_assert(bus_ram(&b, 0x3fffffff, 1) == NULL);
    ck_assert((*bus_page_flags(&b, 0x40001000) & PAGE_WRITTEN) != 0);
    bus_free(&b);
}
END_TEST

START_TEST(devices_answer_in_their_range_only)
{
    struct bus b;
    struct reg_dev d = {0};
    uint64_t unmapped = 0;
    ck_assert(bus_init(&b, 0x40000000, 0x1000));
    b.unmapped = note_unmapped;
    b.unmapped_opaque = &unmapped;
    struct mmio_dev m = {.name = "reg", .base = 0x9000000, .size = 0x1000, .opaque = &d, .read = reg_read, .write = reg_write};
    ck_assert(bus_add(&b, &m));
    m.base = 0x9000ff8;
    ck_assert_msg(!bus_add(&b, &m), "overlapping devices must be refused");
    uint64_t v;
    ck_assert(bus_write(&b, 0x9000010, 4, 3, 0xabcd));
    ck_assert_uint_eq(d.off, 0x10);
    ck_assert_uint_eq(d.size, 4);
    ck_assert_uint_eq(d.pe, 3);
    ck_assert(bus_read(&b, 0x9000ffc, 4, 0, &v));
    ck_assert_uint_eq(v, 0xabcd);
    ck_assert_msg(!bus_read(&b, 0x9000800, 4, 0, &v), "a device may refuse");
    ck_assert(!bus_read(&b, 0x9001000, 4, 0, &v));
    ck_assert_uint_eq(unmapped, 0x9001000);
    ck_assert(!bus_write(&b, 0x50000000, 1, 0, 0));
    ck_assert_uint_eq(unmapped, 0x50000000);
    bus_free(&b);
}
END_TEST

static void note_dirty(void *opaque, uint64_t pa, uint64_t len)
{
    uint64_t *d = opaque;
    d[0] = pa;
    d[1] = len;
}

START_TEST(writes_to_watched_pages_are_announced)
{
    struct bus b;
    uint64_t dirty[2] = {0, 0};
    const uint8_t data[32] = {1, 2, 3};
    ck_assert(bus_init(&b, 0x40000000, 0x4000));
    b.dirty = note_dirty;
    b.dirty_opaque = dirty;
    ck_assert(bus_dma_write(&b, 0x40000ff0, data, 32));
    ck_assert_uint_eq(dirty[1], 0);
    *bus_page_flags(&b, 0x40001000) |= PAGE_CODE;
    ck_assert(bus_dma_write(&b, 0x40000ff0, data, 32));
    ck_assert_uint_eq(dirty[0], 0x40001000);
    ck_assert_uint_eq(dirty[1], 16);
    ck_assert(bus_write(&b, 0x40001ffc, 4, 0, 1));
    ck_assert_uint_eq(dirty[0], 0x40001ffc);
    ck_assert_uint_eq(dirty[1], 4);
    uint8_t back[3];
    ck_assert(bus_dma_read(&b, 0x40000ff0, back, 3));
    ck_assert(memcmp(back, data, 3) == 0);
    ck_assert(!bus_dma_write(&b, 0x40003ff0, data, 32));
    bus_free(&b);
}
END_TEST

/* ---- bits, lines, library ---- */

START_TEST(bit_helpers)
{
    ck_assert_uint_eq(bits64(UINT64_C(0xf123456789abcdef), 63, 60), 0xf);
    ck_assert_uint_eq(bits64(UINT64_C(0xf123456789abcdef), 63, 0), UINT64_C(0xf123456789abcdef));
    ck_assert_uint_eq(bits32(0x12345678, 15, 8), 0x56);
    ck_assert_uint_eq(ones64(0), 0);
    ck_assert_uint_eq(ones64(64), UINT64_MAX);
    ck_assert_int_eq(sext64(0x80, 8), -128);
    ck_assert_int_eq(sext64(0x7f, 8), 127);
    ck_assert_uint_eq(ror64(1, 1), UINT64_C(1) << 63);
    ck_assert_uint_eq(ror64(5, 64), 5);
    ck_assert_uint_eq(ror32(1, 31), 2);
    ck_assert_uint_eq(set_bits64(0xffff, 11, 4, 0x12), 0xf12f);
    ck_assert_uint_eq(set_bits64(0, 63, 0, UINT64_MAX), UINT64_MAX);
}
END_TEST

static void note_level(void *opaque, unsigned pe, unsigned intid, bool level)
{
    *(unsigned *)opaque = pe << 16 | intid << 1 | level;
}

START_TEST(an_unconnected_line_is_harmless)
{
    unsigned seen = 0;
    struct irq_line none = {0};
    struct irq_line l = {.set = note_level, .opaque = &seen, .pe = 2, .intid = 27};
    irq_set(&none, true);
    irq_set(&l, true);
    ck_assert_uint_eq(seen, 2 << 16 | 27 << 1 | 1);
}
END_TEST

START_TEST(library_and_header_agree)
{
    ck_assert_uint_eq(hypscope_abi(), HYPSCOPE_ABI);
    ck_assert(strlen(hypscope_version()) >= 5);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("base");
    TCase *t = tcase_create("base");
    tcase_add_test(t, events_fire_in_time_then_priority_then_insertion_order);
    tcase_add_test(t, events_due_later_stay);
    tcase_add_test(t, rescheduling_moves_and_cancel_removes);
    tcase_add_test(t, the_run_loop_hears_of_earlier_events);
    tcase_add_test(t, an_event_may_requeue_itself);
    tcase_add_test(t, ram_reads_back_what_was_written);
    tcase_add_test(t, devices_answer_in_their_range_only);
    tcase_add_test(t, writes_to_watched_pages_are_announced);
    tcase_add_test(t, bit_helpers);
    tcase_add_test(t, an_unconnected_line_is_harmless);
    tcase_add_test(t, library_and_header_agree);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
