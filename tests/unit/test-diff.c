/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hyp/diff on seeded pairs: two runs of an image of which the second one has one barrier less, one bit of one register
 * flipped, or one more exit; each must be found and named. And on hand-made records of a program that was linked anew.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/pe.h"
#include "cpu/sysreg.h"
#include "hyp/diff.h"
#include "hyp/images.h"
#include "sim/boot.h"
#include "sim/machine.h"
#include "sim/symbols.h"
#include "sim/trace-insn.h"
#include "tests/unit/test-recs.h"

enum { NOP = 0xd503201f, HVC_0 = 0xd4000002, GUEST_PA = 0x41000000 };

/* All records of a run */
struct trace {
    struct rec *v;
    size_t n, cap, at;
    uint64_t moved;             /* what the test's symbols subtract from an address */
};

static void append(void *opaque, const struct rec *r)
{
    struct trace *t = opaque;
    if (t->n == t->cap) {
        t->cap = t->cap == 0 ? 4096 : t->cap * 2;
        t->v = realloc(t->v, t->cap * sizeof(*r));
        ck_assert_ptr_nonnull(t->v);
    }
    t->v[t->n++] = *r;
}

static bool next(void *opaque, struct rec *out)
{
    struct trace *t = opaque;
    if (t->at == t->n) {
        return false;
    }
    *out = t->v[t->at++];
    return true;
}

static bool symbol(void *opaque, uint64_t va, char *buf, size_t len)
{
    return symbols_name(opaque, va, buf, len);
}

static const char *sysreg(void *opaque, uint16_t enc)
{
    int i = sysreg_lookup(enc);
    (void)opaque;
    return i < 0 ? NULL : sysreg_name((unsigned)i);
}

/* What is different in the second run */
struct seed {
    uint64_t pa;                /* this word of the image is `word` instead; 0: none */
    uint32_t word;
    uint64_t at_insn;           /* after so many instructions `flip` is flipped in X<reg>; 0: never */
    unsigned reg;
    uint64_t flip;
};

static struct symbols *symbols_of(const struct hyp_image *i)
{
    struct err err;
    struct symbols *s = symbols_new();
    const struct file_data f = {.bytes = (uint8_t *)(uintptr_t)i->elf, .len = *i->elf_bytes};
    ck_assert(symbols_add_data(s, "image", "image", &f, 0, &err));
    return s;
}

/* The records of a machine with those of its instructions among them */
struct recorder {
    struct trace *t;
    struct insn_trace *insns;
};

static void probe(void *opaque, struct pe *pe)
{
    insn_trace_probe(((struct recorder *)opaque)->insns, pe);
}

static void put(void *opaque, const struct rec *r)
{
    struct recorder *x = opaque;
    insn_trace_before(x->insns, r);
    append(x->t, r);
}

static void run(struct trace *t, const struct hyp_image *i, uint64_t kinds, const struct seed *seed)
{
    struct err err;
    struct machine_config c = {.model = "cortex-a72", .n_pes = 1, .ram_size = 64 << 20, .el = 2, .ns_per_insn = 1};
    struct machine *m = machine_new(&c, &err);
    ck_assert_ptr_nonnull(m);
    struct boot_config b = {.model = c.model, .n_pes = 1, .el = 2, .image = "kvm414", .image_bytes = i->elf, .image_len = *i->elf_bytes};
    struct boot_info info;
    ck_assert(boot_load(machine_bus(m), &b, &info, &err));
    if (seed->pa != 0) {
        ck_assert(bus_dma_write(machine_bus(m), seed->pa, &seed->word, sizeof(seed->word)));
    }
    *t = (struct trace){0};
    bool insns = (kinds & REC_BIT(REC_INSN)) != 0;
    struct recorder x = {.t = t, .insns = insn_trace_new(m, &(struct insn_trace_to){append, NULL, t})};
    const struct rec_sink events = {.put = append, .opaque = t, .kinds = kinds, .classes = UINT32_MAX};
    const struct rec_sink all = {.put = put, .opaque = &x, .kinds = kinds, .classes = UINT32_MAX};
    ck_assert_ptr_nonnull(x.insns);
    ck_assert(machine_add_rec_sink(m, insns ? &all : &events));
    if (insns) {
        pe_set_probe(machine_pe(m, 0), probe, &x, NULL, 0);
    }
    machine_start(m, info.program.entry, info.dtb);
    boot_info_free(&info);
    if (seed->at_insn != 0) {
        const struct machine_limits first = {.max_insns = seed->at_insn};
        ck_assert_int_eq(machine_run(m, &first), STOP_MAX_INSNS);
        insn_trace_flush(x.insns);
        machine_pe(m, 0)->x[seed->reg] ^= seed->flip;
    }
    const struct machine_limits limits = {.max_insns = 1000000};
    (void)machine_run(m, &limits);
    if (insns) {
        insn_trace_flush(x.insns);
    }
    insn_trace_free(x.insns);
    machine_free(m);
}

/* The report on the two; they are freed. */
static char *report(struct trace *a, struct trace *b, struct diff_opts o, struct symbols *s, enum diff_result expected)
{
    char *text;
    size_t len;
    FILE *f = open_memstream(&text, &len);
    struct diff_side x = {.next = next, .opaque = a, .name = "one", .names = {.symbol = symbol, .symbol_opaque = s, .names = {sysreg, NULL}}};
    struct diff_side y = x;
    y.opaque = b;
    y.name = "other";
    ck_assert_int_eq(diff_run(f, &x, &y, &o), expected);
    fclose(f);
    free(a->v);
    free(b->v);
    return text;
}

static uint64_t symbol_va(struct symbols *s, const char *name)
{
    uint64_t va;
    ck_assert(symbols_find(s, name, &va));
    return va;
}

/* A row of the summary: kind, in A, in B, differ, only in A, only in B; zeros when there is none */
static void row(const char *text, const char *kind, unsigned long v[5])
{
    char key[40];
    snprintf(key, sizeof(key), "\n%-16s ", kind);
    const char *p = strstr(text, key);
    memset(v, 0, 5 * sizeof(v[0]));
    if (p != NULL) {
        ck_assert_int_eq(sscanf(p + strlen(key), "%lu %lu %lu %lu %lu", &v[0], &v[1], &v[2], &v[3], &v[4]), 5);
    }
}

#define EVENTS (~(REC_BIT(REC_INSN) | REC_BIT(REC_REG) | REC_BIT(REC_MEM)))

START_TEST(equal_runs)
{
    const struct hyp_image *i = hyp_image_find("kvm414");
    struct trace a, b;
    if (i == NULL) {
        return;
    }
    struct symbols *s = symbols_of(i);
    run(&a, i, EVENTS, &(struct seed){0});
    run(&b, i, EVENTS, &(struct seed){0});
    ck_assert_uint_gt(a.n, 1000);
    char *t = report(&a, &b, (struct diff_opts){0}, s, DIFF_SAME);
    has(t, "\nthe same: ");
    free(t);
    symbols_free(s);
}
END_TEST

START_TEST(a_missing_barrier)
{
    const struct hyp_image *i = hyp_image_find("kvm414");
    struct trace a, b;
    unsigned long v[5];
    if (i == NULL) {
        return;
    }
    struct symbols *s = symbols_of(i);
    run(&a, i, EVENTS, &(struct seed){0});
    run(&b, i, EVENTS, &(struct seed){.pa = symbol_va(s, "window_dsb"), .word = NOP});
    char *t = report(&a, &b, (struct diff_opts){.show = 1}, s, DIFF_DIFFERENT);
    has(strstr(t, "first difference"), " <window_dsb>\n  only in A, 1 record:\n");
    has(t, "barrier kind=dsb\n");
    row(t, "barrier", v);
    ck_assert_uint_gt(v[3], 0);
    ck_assert_uint_eq(v[0], v[1] + v[3]);
    ck_assert_uint_eq(v[2], 0);
    ck_assert_uint_eq(v[4], 0);
    row(t, "exception", v); /* a DSB less changes nothing else that can be seen */
    ck_assert_uint_eq(v[2] + v[3] + v[4], 0);
    free(t);
    symbols_free(s);
}
END_TEST

START_TEST(a_flipped_register_value)
{
    enum { CNTHCTL = 3 << 14 | 4 << 11 | 14 << 7 | 1 << 3 };
    const struct hyp_image *i = hyp_image_find("kvm414");
    struct trace a, b;
    char place[160], expect[300];
    if (i == NULL) {
        return;
    }
    struct symbols *s = symbols_of(i);
    run(&a, i, EVENTS, &(struct seed){0});
    /* the third write of CNTHCTL_EL2 with 1: X1 gets another value just before it */
    size_t k = 0;
    for (unsigned n = 0; n < 3; k++) {
        ck_assert_uint_lt(k, a.n);
        n += a.v[k].kind == REC_SYSREG && a.v[k].a == CNTHCTL && a.v[k].b == 1;
    }
    const struct rec *w = &a.v[k - 1];
    ck_assert(symbols_name(s, w->pc, place, sizeof(place)));
    run(&b, i, EVENTS, &(struct seed){.at_insn = w->icount, .reg = 1, .flip = 2});
    snprintf(expect, sizeof(expect), "first difference: record %zu of A, %zu of B, PE 0 at %#lx <%s>\n", k - 1, k - 1,
             (unsigned long)w->pc, place);
    char *t = report(&a, &b, (struct diff_opts){.show = 1}, s, DIFF_DIFFERENT);
    has(t, expect);
    has(t, "\n  differs: new 0x1 / 0x3\n");
    has(t, "reg=CNTHCTL_EL2 new=0x3");
    free(t);
    symbols_free(s);
}
END_TEST

START_TEST(an_extra_exit)
{
    const struct hyp_image *i = hyp_image_find("kvm414");
    struct trace a, b;
    unsigned long v[5];
    char expect[64];
    if (i == NULL) {
        return;
    }
    struct symbols *s = symbols_of(i);
    /* the second MSR DAIFClr, #4 of guest_main, where PSTATE.A is clear anyway and X0 is dead, is an HVC */
    uint64_t off = (symbol_va(s, "guest_main") & 0xfffff) + 0x40;
    run(&a, i, EVENTS, &(struct seed){0});
    run(&b, i, EVENTS, &(struct seed){.pa = GUEST_PA + off, .word = HVC_0});
    char *t = report(&a, &b, (struct diff_opts){.show = 1}, s, DIFF_DIFFERENT);
    snprintf(expect, sizeof(expect), "guest_main+0x%x>", 0x40);
    has(strstr(t, "first difference"), expect);
    row(t, "exception", v);
    ck_assert_uint_ge(v[4], 1);
    has(t, "\nexception ");
    free(t);
    symbols_free(s);
}
END_TEST

/* ---- the same with every instruction in the trace ---- */

#define ALL UINT64_MAX

START_TEST(instructions_of_equal_runs)
{
    const struct hyp_image *i = hyp_image_find("kvm414");
    struct trace a, b;
    if (i == NULL) {
        return;
    }
    struct symbols *s = symbols_of(i);
    run(&a, i, ALL, &(struct seed){0});
    run(&b, i, ALL, &(struct seed){0});
    ck_assert_uint_gt(a.n, 20000);
    free(report(&a, &b, (struct diff_opts){0}, s, DIFF_SAME));
    symbols_free(s);
}
END_TEST

START_TEST(the_instruction_that_is_no_barrier)
{
    const struct hyp_image *i = hyp_image_find("kvm414");
    struct trace a, b;
    unsigned long v[5];
    if (i == NULL) {
        return;
    }
    struct symbols *s = symbols_of(i);
    run(&a, i, ALL, &(struct seed){0});
    run(&b, i, ALL, &(struct seed){.pa = symbol_va(s, "window_dsb"), .word = NOP});
    char *t = report(&a, &b, (struct diff_opts){.show = 1}, s, DIFF_DIFFERENT);
    has(strstr(t, "first difference"), " <window_dsb>\n");
    has(t, "insn opcode=0xd5033f9f");
    has(t, "insn opcode=0xd503201f");
    row(t, "insn", v); /* each time it is executed one of A and one of B, and nothing else */
    ck_assert_uint_gt(v[3], 0);
    ck_assert_uint_eq(v[3], v[4]);
    ck_assert_uint_eq(v[0], v[1]);
    row(t, "reg", v);
    ck_assert_uint_eq(v[2] + v[3] + v[4], 0);
    free(t);
    symbols_free(s);
}
END_TEST

/* A bit of X1 flips before an MSR from it: that instruction is the first that differs. */
START_TEST(the_instruction_that_sees_a_flipped_bit)
{
    const struct hyp_image *i = hyp_image_find("kvm414");
    struct trace a, b;
    char place[160], expect[300];
    if (i == NULL) {
        return;
    }
    struct symbols *s = symbols_of(i);
    run(&a, i, ALL, &(struct seed){0});
    size_t k = 0;
    for (unsigned n = 0; n < 3; k++) { /* the third MSR CNTHCTL_EL2, X1 */
        ck_assert_uint_lt(k, a.n);
        n += a.v[k].kind == REC_INSN && a.v[k].a == 0xd51ce101;
    }
    k--;
    const struct rec *w = &a.v[k];
    ck_assert(symbols_name(s, w->pc, place, sizeof(place)));
    run(&b, i, ALL, &(struct seed){.at_insn = w->icount, .reg = 1, .flip = 2});
    snprintf(expect, sizeof(expect), "PE 0 at %#lx <%s>\n", (unsigned long)w->pc, place);
    char *t = report(&a, &b, (struct diff_opts){.show = 1}, s, DIFF_DIFFERENT);
    has(strstr(t, "first difference"), expect);
    has(t, "sysreg class=timer reg=CNTHCTL_EL2");
    free(t);
    symbols_free(s);
}
END_TEST

START_TEST(the_instruction_that_exits_too_often)
{
    const struct hyp_image *i = hyp_image_find("kvm414");
    struct trace a, b;
    if (i == NULL) {
        return;
    }
    struct symbols *s = symbols_of(i);
    uint64_t off = (symbol_va(s, "guest_main") & 0xfffff) + 0x40;
    run(&a, i, ALL, &(struct seed){0});
    run(&b, i, ALL, &(struct seed){.pa = GUEST_PA + off, .word = HVC_0});
    char *t = report(&a, &b, (struct diff_opts){.show = 1}, s, DIFF_DIFFERENT);
    has(strstr(t, "first difference"), " <guest_main+0x40>\n");
    has(t, "insn opcode=0xd4000002");
    free(t);
    symbols_free(s);
}
END_TEST

/* ---- a program that was linked anew ---- */

/* Two functions: "first" at 0x1000, "second" at 0x2000; of the other file 0x40 further, and first is 4 bytes longer there */
static bool linked(void *opaque, uint64_t va, char *buf, size_t len)
{
    const struct trace *t = opaque;
    va -= t->moved;
    if (va < 0x1000 || va >= 0x3000) {
        return false;
    }
    snprintf(buf, len, "%s+0x%x", va < 0x2000 ? "first" : "second", (unsigned)(va & 0xfff));
    return true;
}

static void code(struct trace *t, uint64_t pc, uint32_t opcode)
{
    struct rec r = {.kind = REC_INSN, .el = 2, .from_el = 2, .pc = pc + t->moved, .a = opcode, .b = pc + t->moved, .icount = t->n,
                    .time_ns = t->n, .cycle = t->n};
    append(t, &r);
}

static char *report_linked(struct trace *a, struct trace *b, bool moved, enum diff_result expected)
{
    char *text;
    size_t len;
    FILE *f = open_memstream(&text, &len);
    struct diff_side x = {.next = next, .opaque = a, .name = "one", .names = {.symbol = linked, .symbol_opaque = a}};
    struct diff_side y = {.next = next, .opaque = b, .name = "other", .names = {.symbol = linked, .symbol_opaque = b}};
    ck_assert_int_eq(diff_run(f, &x, &y, &(struct diff_opts){.moved = moved, .show = 5}), expected);
    fclose(f);
    a->at = b->at = 0;
    return text;
}

/* BL to `second`, six instructions there, and on in `first`; with one instruction more at first+4 when `longer` */
static void program(struct trace *t, uint64_t moved, bool longer)
{
    unsigned d = longer ? 4 : 0;
    *t = (struct trace){.moved = moved};
    code(t, 0x1000, 0xd2800020);                            /* mov x0, #1 */
    if (longer) {
        code(t, 0x1004, 0xd5033f9f);                        /* dsb sy */
    }
    code(t, 0x1004 + d, 0x94000000 | ((0x2000 - 0x1004 - d) >> 2));   /* bl second */
    for (unsigned i = 0; i < 6; i++) {
        code(t, 0x2000 + 4 * i, 0x91000400 | i);
    }
    for (unsigned i = 0; i < 6; i++) {
        code(t, 0x1008 + d + 4 * i, 0xaa0003e0 | i);
    }
    struct rec lr = {.kind = REC_REG, .el = 2, .from_el = 2, .pc = 0x101c + d + moved, .a = 30, .b = 0x1008 + moved, .icount = t->n,
                     .time_ns = t->n, .cycle = t->n};
    lr.b += d;
    append(t, &lr);
}

START_TEST(addresses_moved_by_a_relink)
{
    struct trace a, b;
    program(&a, 0, false);
    program(&b, 0x40, false);
    char *t = report_linked(&a, &b, true, DIFF_SAME);
    free(t);
    t = report_linked(&a, &b, false, DIFF_DIFFERENT);
    free(t);
    free(b.v);
    /* one more instruction: all that follows it in the function is 4 further, which is no difference */
    program(&b, 0x40, true);
    t = report_linked(&a, &b, true, DIFF_DIFFERENT);
    has(t, "first difference: record 1 of A, 1 of B, PE 0 at 0x1004 <first+0x4>\n  only in B, 1 record:\n");
    has(t, "; 1 place\n");
    free(t);
    free(a.v);
    free(b.v);
}
END_TEST

START_TEST(what_is_ignored)
{
    struct trace a, b;
    program(&a, 0, false);
    program(&b, 0, false);
    for (size_t i = 5; i < b.n; i++) { /* a stall of 7 cycles before the sixth record */
        b.v[i].cycle += 7;
        b.v[i].time_ns += 7;
    }
    char *t = report_linked(&a, &b, false, DIFF_DIFFERENT);
    has(t, "; 1 place\n");
    has(t, "  differs: ns since the record before 1 / 8, cycles since the record before 1 / 8\n");
    free(t);
    struct diff_side x = {.next = next, .opaque = &a, .name = "one"}, y = {.next = next, .opaque = &b, .name = "other"};
    FILE *f = fopen("/dev/null", "w");
    ck_assert_int_eq(diff_run(f, &x, &y, &(struct diff_opts){.no_time = true}), DIFF_SAME);
    fclose(f);
    free(a.v);
    free(b.v);
}
END_TEST

START_TEST(nothing_in_common_and_one_that_ends)
{
    struct trace a, b;
    program(&a, 0, false);
    program(&b, 0x100000, false);
    char *t = report_linked(&a, &b, false, DIFF_DIFFERENT);
    has(t, "0 records agree, 0 differ, 15 only in A, 15 only in B; 1 place\n");
    free(t);
    free(b.v);
    program(&b, 0, false);
    b.n -= 3;
    t = report_linked(&a, &b, false, DIFF_DIFFERENT);
    has(t, "12 records agree, 0 differ, 3 only in A, 0 only in B; 1 place\n");
    free(t);
    free(a.v);
    free(b.v);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("diff");
    TCase *c = tcase_create("diff");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, equal_runs);
    tcase_add_test(c, a_missing_barrier);
    tcase_add_test(c, a_flipped_register_value);
    tcase_add_test(c, an_extra_exit);
    tcase_add_test(c, instructions_of_equal_runs);
    tcase_add_test(c, the_instruction_that_is_no_barrier);
    tcase_add_test(c, the_instruction_that_sees_a_flipped_bit);
    tcase_add_test(c, the_instruction_that_exits_too_often);
    tcase_add_test(c, addresses_moved_by_a_relink);
    tcase_add_test(c, what_is_ignored);
    tcase_add_test(c, nothing_in_common_and_one_that_ends);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
