/* SPDX-License-Identifier: Apache-2.0 */
/* hyp/export: what each format says of hand-made records. Readers of others read whole traces in tests/trace-exports.sh. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "hyp/export.h"
#include "tests/unit/test-recs.h"

#define DAIF_A 4

struct fixture {
    struct export *x;
    FILE *f;
    char *text;
    size_t len;
};

static void begin(struct fixture *x, enum export_format format, int pe)
{
    struct export_opts o = {.format = format, .pe = pe};
    x->f = open_memstream(&x->text, &x->len);
    x->x = export_new(x->f, &o);
    ck_assert_ptr_nonnull(x->x);
}

static void give(struct fixture *x, struct rec r)
{
    const struct rec_sink *k = export_sink(x->x);
    if (r.cycle == 0) {
        r.cycle = r.time_ns;
    }
    r.icount = r.icount == 0 ? r.time_ns : r.icount;
    k->put(k->opaque, &r);
}

static char *finish(struct fixture *x)
{
    ck_assert(export_finish(x->x));
    export_free(x->x);
    fclose(x->f);
    return x->text;
}

static struct rec enter(uint64_t t, unsigned vmid)
{
    return rec_enter(t, VM | RW, VTTBR(vmid));
}

static struct rec leave(uint64_t t, unsigned type, uint64_t esr, unsigned vmid)
{
    struct rec r = rec_leave(t, esr, VM | RW, VTTBR(vmid));
    r.type = (uint16_t)type;
    return r;
}

START_TEST(names_of_formats)
{
    enum export_format f;
    for (unsigned i = 0; i < EXPORT_COUNT; i++) {
        ck_assert(export_format_of(export_format_name((enum export_format)i), &f));
        ck_assert_uint_eq(f, i);
    }
    ck_assert(!export_format_of("svg", &f));
}
END_TEST

/* The texts are those of the tracepoints' TP_printk in Linux 6.1, arch/arm64/kvm/trace_arm.h */
START_TEST(ftrace_has_the_lines_of_the_kernel)
{
    struct fixture x;
    begin(&x, EXPORT_FTRACE, EXPORT_ALL_PES);
    give(&x, enter(1500, 7));
    give(&x, leave(2500000, 0, ESR_HVC, 7));
    give(&x, enter(2501000, 7));
    struct rec e = leave(3000000, 0, ESR(0x24, 1 << 6 | 0x07), 7); /* stage 2 translation fault of a write */
    e.b = 0xffff000009000018;
    e.c = 0x9000000 >> 8;
    give(&x, e);
    give(&x, enter(3001000, 7));
    give(&x, leave(1234567890123, 1, 0xdeadbeef, 7));   /* an IRQ: ESR is of another exception */
    give(&x, leave(1234567891123, 3, ESR(0x2f, 0x11), 7));
    char *t = finish(&x);
    has(t, "\n            vcpu-7       [000] d....     0.000001: kvm_entry: PC: 0x0000000040200000\n");
    has(t, "\n            vcpu-7       [000] d....     0.002500: kvm_exit: TRAP: HSR_EC: 0x0016 (HVC64), PC: 0x0000000040200004\n");
    has(t, "0.003000: kvm_exit: TRAP: HSR_EC: 0x0024 (DABT_LOW), PC: 0x0000000040200004\n");
    has(t, "0.003000: kvm_guest_fault: ipa 0x9000000, hsr 0x92000047, hxfar 0xffff000009000018, pc 0x00000040200004\n");
    has(t, " 1234.567890: kvm_exit: IRQ: HSR_EC: 0x0000 (UNKNOWN), PC: 0x0000000040200004\n");
    has(t, " 1234.567891: kvm_exit: SERROR: HSR_EC: 0x0000 (UNKNOWN), PC: 0x0000000040200004\n");
    has(t, "entries-in-buffer/entries-written: 8/8   #P:1\n");
    free(t);
}
END_TEST

START_TEST(ftrace_is_in_order_of_time)
{
    struct fixture x;
    begin(&x, EXPORT_FTRACE, EXPORT_ALL_PES);
    give(&x, enter(5000, 1));
    give(&x, leave(9000, 1, 0, 1));
    struct rec other = enter(6000, 2);  /* the second PE's turn begins when the first one's did */
    other.pe = 1;
    give(&x, other);
    char *t = finish(&x);
    const char *a = strstr(t, "0.000005: "), *b = strstr(t, "[001] d....     0.000006: "), *c = strstr(t, "0.000009: ");
    ck_assert(a != NULL && b != NULL && c != NULL && a < b && b < c);
    free(t);
}
END_TEST

START_TEST(kvmstat_counts_and_times)
{
    struct fixture x;
    begin(&x, EXPORT_KVMSTAT, EXPORT_ALL_PES);
    static const uint64_t handling[] = {1000, 2000, 3000, 6000};
    uint64_t t0 = 0;
    for (unsigned i = 0; i < 4; i++) {
        give(&x, enter(t0 += 100, 1));
        give(&x, leave(t0 += 50, 0, ESR_HVC, 1));
        t0 += handling[i];
        give(&x, enter(t0, 1));
    }
    give(&x, leave(t0 += 10, 1, 0, 1));
    give(&x, enter(t0 += 8000, 1));
    give(&x, leave(t0 += 10, 3, ESR(0x2f, 0), 1));  /* no entry follows: no time, so perf has no sample either */
    char *t = finish(&x);
    /* mean 3000; sample variance (4 + 1 + 0 + 9) / 3 us^2, of the mean a quarter: sqrt(14 / 12) / 3 = 36.00 % */
    has(t, "               HVC64          4    80.00%    60.00%      1.00us      6.00us      3.00us ( +-  36.00% )\n");
    has(t, "                 IRQ          1    20.00%    40.00%      8.00us      8.00us      8.00us ( +-   0.00% )\n");
    has(t, "\nTotal Samples:5, Total events handled time:20.00us.\n");
    ck_assert_ptr_null(strstr(t, "SERROR"));
    ck_assert(strstr(t, "HVC64") < strstr(t, "IRQ"));
    free(t);
}
END_TEST

START_TEST(vcd_shows_masks_and_pending_lines)
{
    struct fixture x;
    begin(&x, EXPORT_VCD, EXPORT_ALL_PES);
    give(&x, enter(100, 3));
    struct rec e = leave(150, 0, ESR_HVC, 3);
    e.pending = 1;
    give(&x, e);
    give(&x, (struct rec){.kind = REC_MASK, .el = 2, .from_el = 2, .daif = 15 & ~DAIF_A, .pending = 1, .time_ns = 160, .a = 11, .b = 15,
                          .hcr = VM | RW, .vttbr = VTTBR(3)});
    struct rec other = enter(120, 9);
    other.pe = 1;
    give(&x, other);
    char *t = finish(&x);
    has(t, "$timescale 1 ns $end\n");
    has(t, "$scope module pe0 $end\n$var wire 2 ! el [1:0] $end\n$var wire 2 \" world [1:0] $end\n");
    has(t, "$var wire 1 % pstate_a $end\n");
    has(t, "$var wire 1 + serror_pending $end\n");
    has(t, "$var wire 16 * vmid [15:0] $end\n");
    has(t, "\n#100\nb01 !\nb10 \"\n1#\n");
    has(t, "b0000000000000011 *\n");
    /* PE 1 between the two of PE 0, though its record came last; its first code is that of signal 17 */
    has(t, "\n#120\nb01 2\nb10 3\n14\n");
    has(t, "\n#150\nb10 !\nb00 \"\n0#\n1$\n1%\n1&\n1'\n1+\n#160\n0%\n");
    free(t);
}
END_TEST

/* ---- Chrome ---- */

/* The value of a member of one event, which is on one line */
static long member(const char *line, const char *name)
{
    char key[32];
    snprintf(key, sizeof(key), "\"%s\":", name);
    const char *p = strstr(line, key);
    return p == NULL ? -1 : strtol(p + strlen(key), NULL, 10);
}

/* Every E closes a B of its track, and nothing stays open. The number of spans. */
static unsigned check_nesting(char *text)
{
    int depth[2000][64] = {{0}};
    unsigned spans = 0;
    for (char *l = strtok(text, "\n"); l != NULL; l = strtok(NULL, "\n")) {
        bool b = strstr(l, "\"ph\":\"B\"") != NULL, e = strstr(l, "\"ph\":\"E\"") != NULL;
        if (b || e) {
            long pid = member(l, "pid"), tid = member(l, "tid");
            ck_assert(pid >= 0 && pid < 2000 && tid >= 0 && tid < 64);
            depth[pid][tid] += b ? 1 : -1;
            ck_assert_int_ge(depth[pid][tid], 0);
            spans += b;
        }
    }
    for (unsigned i = 0; i < 2000 * 64; i++) {
        ck_assert_int_eq(depth[i / 64][i % 64], 0);
    }
    return spans;
}

START_TEST(chrome_spans_nest)
{
    struct fixture x;
    begin(&x, EXPORT_CHROME, EXPORT_ALL_PES);
    give(&x, enter(100, 3));
    give(&x, (struct rec){.kind = REC_IRQ_PENDED, .el = 1, .time_ns = 140, .a = 27, .b = 1, .hcr = VM | RW, .vttbr = VTTBR(3), .pending = 4});
    give(&x, leave(150, 1, 0, 3));
    give(&x, (struct rec){.kind = REC_IRQ_ACK, .el = 2, .daif = 15, .time_ns = 160, .a = 27, .b = 1});
    give(&x, (struct rec){.kind = REC_LR_WRITE, .el = 2, .daif = 15, .time_ns = 170, .a = 27, .b = 1, .d = UINT64_C(1) << 62 | 27});
    struct rec host = {.kind = REC_ERET, .from_el = 2, .el = 1, .time_ns = 180, .hcr = RW, .a = 5};
    give(&x, host);
    give(&x, (struct rec){.kind = REC_WFI, .el = 1, .time_ns = 190, .hcr = RW});
    give(&x, (struct rec){.kind = REC_WAKE, .el = 1, .time_ns = 250, .hcr = RW});
    give(&x, (struct rec){.kind = REC_EXC_ENTRY, .from_el = 1, .el = 2, .time_ns = 260, .hcr = RW, .a = ESR_HVC});
    give(&x, enter(300, 3));
    char *t = finish(&x);
    has(t, "{\"ph\":\"B\",\"pid\":1,\"tid\":1,\"ts\":0.100,\"name\":\"guest 3\"}");
    has(t, "{\"ph\":\"B\",\"pid\":1,\"tid\":1,\"ts\":0.150,\"name\":\"IRQ\"}");
    has(t, "{\"ph\":\"B\",\"pid\":1,\"tid\":1,\"ts\":0.180,\"name\":\"host\"}");
    has(t, "{\"ph\":\"B\",\"pid\":1,\"tid\":1,\"ts\":0.190,\"name\":\"wait\"}");
    has(t, "{\"ph\":\"B\",\"pid\":1000,\"tid\":27,\"ts\":0.140,\"name\":\"pending\"}");
    has(t, "{\"ph\":\"B\",\"pid\":1000,\"tid\":27,\"ts\":0.160,\"name\":\"active\"}");
    has(t, "{\"ph\":\"B\",\"pid\":1001,\"tid\":27,\"ts\":0.170,\"name\":\"pending\"}");
    /* the worlds: guest EL1, IRQ handling with hypervisor EL2, host EL1 wait, hypervisor EL2, and the guest again: 3 + 3 + 3 + 2 + 3;
       four masks; one line; two states of the physical interrupt and one of the virtual one */
    ck_assert_uint_eq(check_nesting(t), 14 + 4 + 1 + 2 + 1);
    free(t);
}
END_TEST

static bool odd_symbol(void *opaque, uint64_t va, char *buf, size_t len)
{
    (void)opaque;
    (void)va;
    snprintf(buf, len, "a\"b\\c\td");
    return true;
}

START_TEST(chrome_escapes_strings)
{
    struct fixture x;
    struct export_opts o = {.format = EXPORT_CHROME, .pe = EXPORT_ALL_PES, .symbol = odd_symbol};
    x.f = open_memstream(&x.text, &x.len);
    x.x = export_new(x.f, &o);
    ck_assert_ptr_nonnull(x.x);
    give(&x, (struct rec){.kind = REC_BARRIER, .el = 2, .time_ns = 1, .pc = 0x10, .a = 1});
    char *t = finish(&x);
    has(t, "\"name\":\"DSB\",\"args\":{\"pc\":\"0x10\",\"symbol\":\"a\\\"b\\\\c\\u0009d\"}}");
    free(t);
}
END_TEST

/* With several PEs the time of one may step back; what readers get does not. */
START_TEST(time_goes_on)
{
    struct fixture x;
    begin(&x, EXPORT_FTRACE, EXPORT_ALL_PES);
    give(&x, enter(5000, 1));
    give(&x, leave(3000, 1, 0, 1));
    char *t = finish(&x);
    const char *a = strstr(t, "kvm_entry"), *b = strstr(t, "0.000005: kvm_exit: IRQ");
    ck_assert(a != NULL && b != NULL && a < b);
    free(t);
}
END_TEST

/* ---- Tarmac ---- */

START_TEST(tarmac_lines)
{
    struct fixture x;
    begin(&x, EXPORT_TARMAC, 0);
    struct rec i = {.kind = REC_INSN, .el = 2, .from_el = 2, .time_ns = 5, .pc = 0xffff800008001000, .a = 0xa9bf7bfd, .b = 0x40201000};
    give(&x, i);
    give(&x, (struct rec){.kind = REC_MEM, .type = 1, .el = 2, .time_ns = 5, .a = 0x1230, .b = 0x1d, .d = 8});
    give(&x, (struct rec){.kind = REC_MEM, .type = 0, .el = 2, .time_ns = 5, .a = 0x1240, .b = 2, .c = 1, .d = 16});
    give(&x, (struct rec){.kind = REC_REG, .el = 2, .time_ns = 5, .a = 31, .b = 0x1230});
    give(&x, (struct rec){.kind = REC_REG, .el = 2, .time_ns = 5, .a = 7, .b = 0xabc});
    give(&x, (struct rec){.kind = REC_REG, .el = 2, .time_ns = 5, .a = 33, .b = 2, .c = 1});
    give(&x, (struct rec){.kind = REC_REG, .el = 2, .time_ns = 5, .a = 64, .b = 0x600003c9});
    give(&x, (struct rec){.kind = REC_SYSREG, .el = 2, .time_ns = 6, .a = 3 << 14 | 4 << 11 | 1 << 7 | 1 << 3 | 0, .b = 0x80000000});
    give(&x, (struct rec){.kind = REC_SYSREG, .el = 2, .time_ns = 6, .a = 1 << 14 | 4 << 11 | 8 << 7 | 7 << 3 | 1, .b = 0});
    give(&x, enter(7, 3));
    struct rec gi = i;
    gi.el = gi.from_el = 1;
    gi.time_ns = 8;
    gi.pe = 1;
    give(&x, gi); /* of another PE: not in this file */
    give(&x, leave(9, 0, ESR_HVC, 3));
    char *t = finish(&x);
    ck_assert_str_eq(t,
        "5 clk IT (0) ffff800008001000:000040201000_NS a9bf7bfd O EL2h_n : stp x29, x30, [sp, #-0x10]!\n"
        "5 clk MW8 0000000000001230 000000000000001d\n"
        "5 clk MR16 0000000000001240 0000000000000001 0000000000000002\n"
        "5 clk R SP_EL2 0000000000001230\n"
        "5 clk R X7 0000000000000abc\n"
        "5 clk R V1 00000000000000010000000000000002\n"
        "5 clk R cpsr 600003c9\n"
        "6 clk R S3_4_C1_C1_0 0000000080000000\n"
        "7 clk SIGNAL world guest, guest entry VMID 3\n"
        "9 clk E 0000000040200004 00000400 CoreEvent_LOWER_64_SYNC\n"
        "9 clk INFO_EXCEPTION_REASON EL1 to EL2, HVC #0\n"
        "9 clk SIGNAL world hypervisor, guest exit VMID 3\n");
    free(t);
}
END_TEST

START_TEST(tarmac_tells_of_the_current_stack_pointer_again)
{
    struct fixture x;
    begin(&x, EXPORT_TARMAC, 0);
    give(&x, (struct rec){.kind = REC_REG, .el = 2, .time_ns = 1, .a = 31, .b = 0x2000});
    give(&x, enter(2, 1));
    give(&x, (struct rec){.kind = REC_REG, .el = 1, .time_ns = 3, .a = 31, .b = 0x1000});
    give(&x, leave(4, 0, ESR_HVC, 1));
    give(&x, enter(5, 1));
    char *t = finish(&x);
    has(t, "1 clk R SP_EL2 0000000000002000\n");
    has(t, "3 clk R SP_EL1 0000000000001000\n");
    has(t, "4 clk R SP_EL2 0000000000002000\n");
    has(t, "5 clk R SP_EL1 0000000000001000\n");
    free(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("export");
    TCase *c = tcase_create("export");
    tcase_add_test(c, names_of_formats);
    tcase_add_test(c, ftrace_has_the_lines_of_the_kernel);
    tcase_add_test(c, ftrace_is_in_order_of_time);
    tcase_add_test(c, kvmstat_counts_and_times);
    tcase_add_test(c, vcd_shows_masks_and_pending_lines);
    tcase_add_test(c, chrome_spans_nest);
    tcase_add_test(c, chrome_escapes_strings);
    tcase_add_test(c, time_goes_on);
    tcase_add_test(c, tarmac_lines);
    tcase_add_test(c, tarmac_tells_of_the_current_stack_pointer_again);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
