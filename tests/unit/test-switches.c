/* SPDX-License-Identifier: Apache-2.0 */
/* hyp/switches: what counts as a guest entry and exit, times, the table, both formats. */
#define _GNU_SOURCE
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "hyp/switches.h"
#include "tests/unit/test-recs.h"

#define ESR_MMIO_WRITE ESR(0x24, 1 << 24 | 2 << 22 | 1 << 16 | 1 << 6 | 0x07)

struct fixture {
    struct switches *s;
    FILE *f;
    char *text;
    size_t len;
};

static void begin(struct fixture *x, const struct switches_opts *o)
{
    static const struct switches_opts plain;
    x->f = open_memstream(&x->text, &x->len);
    x->s = switches_new(x->f, o != NULL ? o : &plain);
    ck_assert_ptr_nonnull(x->s);
}

/* The whole output; the fixture can be used no more. */
static char *finish(struct fixture *x)
{
    ck_assert(switches_finish(x->s));
    switches_free(x->s);
    fclose(x->f);
    return x->text;
}

static void give(struct fixture *x, struct rec r)
{
    const struct rec_sink *k = switches_sink(x->s);
    k->put(k->opaque, &r);
}

START_TEST(worlds)
{
    ck_assert_int_eq(world_of(2, VM, VTTBR(1)), WORLD_HYP);
    ck_assert_int_eq(world_of(1, VM, VTTBR(1)), WORLD_GUEST);
    ck_assert_int_eq(world_of(0, VM, VTTBR(1)), WORLD_GUEST);
    ck_assert_int_eq(world_of(1, VM, VTTBR(0x1ff)), WORLD_GUEST);
    /* HCR_EL2.DC implies stage 2 */
    ck_assert_int_eq(world_of(1, BIT64(12), VTTBR(1)), WORLD_GUEST);
    /* nVHE: the host at EL1 without stage 2, whatever VTTBR_EL2 still holds */
    ck_assert_int_eq(world_of(1, RW, VTTBR(1)), WORLD_HOST);
    ck_assert_int_eq(world_of(0, RW, 0), WORLD_HOST);
    /* pKVM: the host behind stage 2 with VMID 0 */
    ck_assert_int_eq(world_of(1, VM | RW, VTTBR(0)), WORLD_HOST);
    /* VHE: host userspace */
    ck_assert_int_eq(world_of(0, RW | E2H | TGE, VTTBR(1)), WORLD_HOST);
    ck_assert_int_eq(world_of(0, VM | RW | E2H | TGE, VTTBR(1)), WORLD_HOST);
}
END_TEST

START_TEST(a_switch_is_listed_with_both_times)
{
    struct fixture x;
    begin(&x, NULL);
    give(&x, rec_enter(100, VM | RW, VTTBR(7)));
    struct rec e = rec_leave(150, ESR_MMIO_WRITE, VM | RW, VTTBR(7));
    e.b = 0xffff000009000018; /* FAR */
    e.c = 0x9000000 >> 8;     /* HPFAR */
    give(&x, e);
    give(&x, rec_enter(1650, VM | RW, VTTBR(7)));
    ck_assert_uint_eq(switches_entries(x.s), 2);
    ck_assert_uint_eq(switches_exits(x.s), 1);
    char *t = finish(&x);
    has(t, "           100   0     7  enter                   0000000040200000  to EL1h\n");
    has(t, "           150   0     7  exit   guest     50 ns  0000000040200004  DABT write 4 bytes from w1, "
           "translation fault L3, va 0xffff000009000018 ipa 0x9000018\n");
    has(t, "          1650   0     7  enter  host    1.50 us  0000000040200000  to EL1h\n");
    has(t, "2 guest entries, 1 exits");
    free(t);
}
END_TEST

START_TEST(the_host_is_no_guest)
{
    struct fixture x;
    begin(&x, NULL);
    /* nVHE host: HVC to EL2 and back, no stage 2 */
    give(&x, rec_leave(10, ESR_HVC, RW, VTTBR(3)));
    give(&x, rec_enter(20, RW, VTTBR(3)));
    /* pKVM host */
    give(&x, rec_leave(30, ESR_HVC, RW | VM, VTTBR(0)));
    give(&x, rec_enter(40, RW | VM, VTTBR(0)));
    /* VHE host userspace makes a system call */
    struct rec svc = rec_leave(50, ESR(0x15, 0), RW | E2H | TGE | VM, VTTBR(3));
    svc.from_el = 0;
    give(&x, svc);
    ck_assert_uint_eq(switches_entries(x.s), 0);
    ck_assert_uint_eq(switches_exits(x.s), 0);
    char *t = finish(&x);
    ck_assert_str_eq(t, "\n0 guest entries, 0 exits\n");
    free(t);
}
END_TEST

START_TEST(what_a_guest_does_within_is_no_exit)
{
    struct fixture x;
    begin(&x, NULL);
    give(&x, rec_enter(100, VM, VTTBR(1)));
    /* EL0 -> EL1 SVC and the way back, a virtual interrupt */
    give(&x, (struct rec){.kind = REC_EXC_ENTRY, .from_el = 0, .el = 1, .a = ESR(0x15, 0), .hcr = VM, .vttbr = VTTBR(1)});
    give(&x, (struct rec){.kind = REC_ERET, .from_el = 1, .el = 0, .hcr = VM, .vttbr = VTTBR(1)});
    give(&x, (struct rec){.kind = REC_EXC_ENTRY, .type = 4, .from_el = 1, .el = 1, .hcr = VM, .vttbr = VTTBR(1)});
    give(&x, (struct rec){.kind = REC_SYSREG, .from_el = 2, .el = 2, .hcr = VM, .vttbr = VTTBR(1)});
    /* an exception from EL2 to EL2 in the middle of the hypervisor */
    give(&x, (struct rec){.kind = REC_EXC_ENTRY, .from_el = 2, .el = 2, .hcr = VM, .vttbr = VTTBR(1)});
    ck_assert_uint_eq(switches_entries(x.s), 1);
    ck_assert_uint_eq(switches_exits(x.s), 0);
    free(finish(&x));
}
END_TEST

START_TEST(the_table_adds_up)
{
    struct switches_opts o = {.table_only = true};
    struct fixture x;
    begin(&x, &o);
    uint64_t t = 0;
    for (unsigned i = 0; i < 10; i++) { /* guest 100 ns, then 1000 + 100 i */
        give(&x, rec_enter(t, VM, VTTBR(1)));
        give(&x, rec_leave(t + 100, i < 3 ? ESR_MMIO_WRITE : ESR(0x16, i), VM, VTTBR(1)));
        t += 1100 + 100 * i;
    }
    give(&x, rec_enter(t, VM, VTTBR(1)));
    struct rec irq = rec_leave(t + 100, 0xdeadbeef, VM, VTTBR(1));
    irq.type = 1;
    give(&x, irq);
    char *text = finish(&x);
    /* HVC with i = 3..9: 1300..1900, mean 1600 */
    has(text, "HVC                                                    7  63.64%    1.30 us    1.60 us    1.90 us      1600  77.24%");
    has(text, "DABT write, translation fault                          3  27.27%    1.00 us    1.10 us    1.20 us      1100  22.76%");
    has(text, "IRQ                                                    1   9.09%          -          -          -         -        -");
    has(text, "total                                                 11 100.00%    1.00 us    1.45 us    1.90 us      1450 100.00%");
    has(text, "in the guest 1.10 us (1100 instructions), outside between exits and entries 14.50 us (14500 instructions)\n");
    free(text);
}
END_TEST

START_TEST(each_pe_has_its_own_clock)
{
    struct fixture x;
    begin(&x, NULL);
    struct rec a = rec_enter(100, VM, VTTBR(1)), b = rec_enter(500, VM, VTTBR(2));
    b.pe = 1;
    give(&x, a);
    give(&x, b);
    struct rec c = rec_leave(1100, ESR(0x01, 0), VM, VTTBR(1)), d = rec_leave(600, ESR_HVC, VM, VTTBR(2));
    d.pe = 1;
    give(&x, c);
    give(&x, d);
    char *t = finish(&x);
    has(t, "   0     1  exit   guest   1.00 us  0000000040200004  WFI\n");
    has(t, "   1     2  exit   guest    100 ns  0000000040200004  HVC #0\n");
    free(t);
}
END_TEST

static bool symbol(void *opaque, uint64_t va, char *buf, size_t len)
{
    (void)opaque;
    snprintf(buf, len, "guest\"main+%#x", (unsigned)(va & 0xfff));
    return true;
}

static const char *regname(void *opaque, uint16_t enc)
{
    (void)opaque;
    return enc == 0xc020 ? "ID_AA64PFR0_EL1" : NULL;
}

START_TEST(json_lines)
{
    struct switches_opts o = {.format = SWITCHES_JSON, .symbol = symbol, .names = {.sysreg = regname}};
    struct fixture x;
    begin(&x, &o);
    give(&x, rec_enter(100, VM, VTTBR(1)));
    give(&x, rec_leave(130, ESR(0x18, 3 << 20 | 4 << 1 | 1), VM, VTTBR(1)));
    give(&x, rec_enter(230, VM, VTTBR(1)));
    char *t = finish(&x);
    ck_assert_str_eq(t,
        "{\"event\":\"enter\",\"insns\":100,\"time_ns\":100,\"pe\":0,\"vmid\":1,\"pc\":\"0x40200000\",\"symbol\":\"guest\\\"main+0\",\"el\":1}\n"
        "{\"event\":\"exit\",\"insns\":130,\"time_ns\":130,\"pe\":0,\"vmid\":1,\"pc\":\"0x40200004\",\"symbol\":\"guest\\\"main+0x4\",\"el\":1,"
        "\"guest_ns\":30,\"guest_insns\":30,\"reason\":\"sysreg read ID_AA64PFR0_EL1\",\"why\":\"sysreg read ID_AA64PFR0_EL1 to x0\","
        "\"esr\":\"0x62300009\"}\n"
        "{\"event\":\"enter\",\"insns\":230,\"time_ns\":230,\"pe\":0,\"vmid\":1,\"pc\":\"0x40200000\",\"symbol\":\"guest\\\"main+0\",\"el\":1,"
        "\"host_ns\":100,\"host_insns\":100}\n"
        "{\"event\":\"reason\",\"reason\":\"sysreg read ID_AA64PFR0_EL1\",\"exits\":1,\"handled\":1,\"host_ns\":100,\"host_insns\":100,"
        "\"min_ns\":100,\"max_ns\":100,\"guest_ns\":30}\n"
        "{\"event\":\"total\",\"entries\":2,\"exits\":1,\"guest_ns\":30,\"guest_insns\":30,\"host_ns\":100,\"host_insns\":100}\n");
    free(t);
}
END_TEST

START_TEST(a_failed_write_is_reported)
{
    static const struct switches_opts plain;
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL) {
        return;
    }
    struct switches *s = switches_new(full, &plain);
    struct rec r = rec_enter(1, VM, VTTBR(1));
    switches_sink(s)->put(switches_sink(s)->opaque, &r);
    ck_assert(!switches_finish(s));
    switches_free(s);
    fclose(full);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("switches");
    TCase *t = tcase_create("switches");
    tcase_add_test(t, worlds);
    tcase_add_test(t, a_switch_is_listed_with_both_times);
    tcase_add_test(t, the_host_is_no_guest);
    tcase_add_test(t, what_a_guest_does_within_is_no_exit);
    tcase_add_test(t, the_table_adds_up);
    tcase_add_test(t, each_pe_has_its_own_clock);
    tcase_add_test(t, json_lines);
    tcase_add_test(t, a_failed_write_is_reported);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
