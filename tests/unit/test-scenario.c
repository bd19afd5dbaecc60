/* SPDX-License-Identifier: Apache-2.0 */
/* Scenario files: what they say is what the structures hold, and every mistake is answered with its line. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/pe.h"
#include "sim/scenario.h"

static struct scn_file *parse(const char *text, struct err *err)
{
    return scn_file_parse("dir/t.yaml", text, strlen(text), err);
}

static struct scn_file *good(const char *text)
{
    struct err err;
    struct scn_file *f = parse(text, &err);
    if (f == NULL) {
        ck_abort_msg("%s", err.msg);
    }
    return f;
}

START_TEST(expressions)
{
    static const struct { const char *text; uint64_t value; } cases[] = {
        {"1 + 2 * 3", 7}, {"(1 + 2) * 3", 9}, {"0x10 | 1", 17}, {"6 & 3 == 2", 1}, {"6 & (3 == 2)", 0}, {"1 << 4 >> 2", 4}, {"-1", UINT64_MAX},
        {"~0 & 0xff", 255}, {"not 1 == 2", 1}, {"not (1 == 1)", 0}, {"1 and 0 or 1", 1}, {"3 > 2 and 2 >= 2 and 1 < 2 and 1 <= 1", 1}, {"10k", 10000},
        {"1M - 1", 999999}, {"0xab[7:4]", 0}, {"(0xab)[7:4]", 10}, {"(0xab)[0]", 1}, {"5 - 3 - 1", 1}, {"1 << 64", 0}, {"7 ^ 2", 5}, {"1 != 2", 1},
    };
    struct scn_arena a = {NULL};
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct scn_expr *e = scn_expr_parse(&a, cases[i].text, &err);
        if (strcmp(cases[i].text, "0xab[7:4]") == 0) { /* a slice of a plain number needs its parentheses */
            ck_assert_ptr_null(e);
            continue;
        }
        ck_assert_msg(e != NULL, "%s: %s", cases[i].text, err.msg);
        ck_assert(scn_expr_constant(e));
        ck_assert_msg(scn_expr_eval(e, NULL) == cases[i].value, "%s: %lu", cases[i].text, (unsigned long)scn_expr_eval(e, NULL));
    }
    static const char *const bad[] = {"", "1 +", "(1", "1 2", "PSTATE.Q", "HCR_EL2.XYZ", "X0[64]", "X0[3:7]", "mem12(0)", "99999999999999999999", "0x", "1 == ",
                                      "pending.x", "mem8(1", "12ab", "@"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        ck_assert_msg(scn_expr_parse(&a, bad[i], &err) == NULL, "%s was taken", bad[i]);
        ck_assert_ptr_nonnull(strstr(err.msg, "expected") != NULL ? err.msg : strstr(err.msg, "no field"));
    }
    scn_arena_free(&a);
}
END_TEST

START_TEST(names)
{
    struct scn_arena a = {NULL};
    struct err err;
    struct scn_define d[3] = {{"base", scn_expr_parse(&a, "0x1000", &err)}, {"entry", scn_expr_parse(&a, "base + 4", &err)},
                              {"self", scn_expr_parse(&a, "self", &err)}};
    const struct scn_names n = {.defines = d, .n_defines = 3};
    struct scn_expr *e = scn_expr_parse(&a, "entry + 8", &err);
    ck_assert(scn_expr_bind(e, &n, &err));
    ck_assert_uint_eq(scn_expr_eval(e, NULL), 0x100c);
    e = scn_expr_parse(&a, "self", &err);
    ck_assert(!scn_expr_bind(e, &n, &err));
    e = scn_expr_parse(&a, "nowhere", &err);
    ck_assert(!scn_expr_bind(e, &n, &err));
    ck_assert_ptr_nonnull(strstr(err.msg, "`nowhere'"));
    e = scn_expr_parse(&a, "ESR_EL2.EC == 0x2f and x3 == 1", &err);
    ck_assert(scn_expr_bind(e, &n, &err) && !scn_expr_constant(e));
    scn_arena_free(&a);
}
END_TEST

/* Evaluation goes down an expression by recursion: one long enough took all of the stack. */
START_TEST(long_expressions_are_refused)
{
    enum { TERMS = 200000 };
    struct scn_arena a = {NULL};
    struct err err;
    char *text = malloc(2 * TERMS);
    ck_assert_ptr_nonnull(text);
    for (unsigned i = 0; i < TERMS; i++) {
        memcpy(text + 2 * i, "1+", 2);
    }
    text[2 * TERMS - 1] = '\0';
    ck_assert_ptr_null(scn_expr_parse(&a, text, &err));
    ck_assert_ptr_nonnull(strstr(err.msg, "at most 10000 parts"));
    text[2 * 4000 - 1] = '\0';
    struct scn_expr *e = scn_expr_parse(&a, text, &err);
    ck_assert_ptr_nonnull(e);
    ck_assert_uint_eq(scn_expr_eval(e, NULL), 4000);
    free(text);
    scn_arena_free(&a);
}
END_TEST

/* A mistake inside parentheses at the very end: parsing went on after the text's NUL. A page without access is there. */
START_TEST(nothing_is_read_after_the_end_of_an_expression)
{
    static const char *const texts[] = {"(1 & ", "((", "(mem8(", "(1 + (2 * ", "mem8((", "not (", "(X0[3", "(PSTATE."};
    struct scn_arena a = {NULL};
    struct err err;
    char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(pages, MAP_FAILED);
    ck_assert_int_eq(mprotect(pages + 4096, 4096, PROT_NONE), 0);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        char *text = pages + 4096 - strlen(texts[i]) - 1;
        memcpy(text, texts[i], strlen(texts[i]) + 1);
        ck_assert_ptr_null(scn_expr_parse(&a, text, &err));
        ck_assert_ptr_nonnull(strstr(err.msg, "expected"));
    }
    munmap(pages, 8192);
    scn_arena_free(&a);
}
END_TEST

/* Definitions that each use the one before twice: after 60 of them evaluation had no end. A chain of 60 is a chain, not a circle. */
START_TEST(definitions_that_multiply_are_refused)
{
    enum { N = 60 };
    struct scn_arena a = {NULL};
    struct err err;
    struct scn_define twice[N], chain[N];
    char name[N][8], text[32];
    for (unsigned i = 0; i < N; i++) {
        snprintf(name[i], sizeof(name[i]), "d%u", i);
        snprintf(text, sizeof(text), i == 0 ? "1" : "d%u + d%u", i - 1, i - 1);
        twice[i] = (struct scn_define){name[i], scn_expr_parse(&a, text, &err)};
        snprintf(text, sizeof(text), i == 0 ? "1" : "d%u + 1", i - 1);
        chain[i] = (struct scn_define){name[i], scn_expr_parse(&a, text, &err)};
    }
    const struct scn_names doubled = {.defines = twice, .n_defines = N}, chained = {.defines = chain, .n_defines = N};
    bool ok = true;
    for (unsigned i = 0; i < N && ok; i++) {
        struct scn_expr *e = scn_expr_parse(&a, name[i], &err);
        ok = scn_expr_bind(e, &doubled, &err);
        ck_assert(!ok || scn_expr_eval(e, NULL) == UINT64_C(1) << i);
    }
    ck_assert(!ok);
    ck_assert_ptr_nonnull(strstr(err.msg, "at most 10000 parts"));
    struct scn_expr *e = scn_expr_parse(&a, "d59", &err);
    ck_assert_msg(scn_expr_bind(e, &chained, &err), "%s", err.msg);
    ck_assert_uint_eq(scn_expr_eval(e, NULL), N);
    scn_arena_free(&a);
}
END_TEST

START_TEST(a_whole_file)
{
    struct scn_file *f = good("name: n\nmachine: { cpu: cortex-a72, smp: 2, mem: 64M, el: 2, semihosting: true }\nkernel: k/Image\nappend: a b\n"
                              "limits: { insns: 5M, time: 1.5ms }\nload: [ { file: x, at: 0x41000000 } ]\nrequires: [ a, /b ]\n"
                              "do:\n  - serror: 0x12\n    id: e\n    at: [ { event: exit HVC, n: 2 }, { symbol: sym+4, n: 3, plus: 5, pe: 1 } ]\n"
                              "  - irq: { intid: 40, level: high }\n    at: { time: 10us }\n  - abort: { va: 0x1000, size: 16, access: read, as: serror, iss: 3 }\n"
                              "  - lr: { n: 2, intid: 27, hw: 27 }\n  - set: { X0: 1, VTTBR_EL2: 2 }\n  - poke: { pa: 0x40000000, size: 4, value: 7 }\n"
                              "expect:\n  - event: exit SError\n    iss: 0x12\n    n: 2\n  - never: { kind: exception, type: serror, from: 2, pc: a .. b }\n"
                              "  - count: entry\n    min: 3\n  - order: [ entry, exit IRQ, mask A=1 I=0 ]\n  - within: { from: entry, to: exit, insns: 4, ns: 1us }\n"
                              "  - check: X0 == 1\n    at: foo\n  - console: hello\n  - stop: deadlock\n  - exit-code: 3\n");
    const struct scenario *s = &f->scenarios[0];
    ck_assert_uint_eq(f->n_scenarios, 1);
    ck_assert_str_eq(s->name, "n");
    ck_assert_str_eq(s->machine.model, "cortex-a72");
    ck_assert_uint_eq(s->machine.n_pes, 2);
    ck_assert_uint_eq(s->machine.ram_size, UINT64_C(64) << 20);
    ck_assert(s->machine.semihosting);
    ck_assert_str_eq(s->boot.kernel, "dir/k/Image");
    ck_assert_str_eq(s->boot.append, "a b");
    ck_assert_str_eq(s->boot.loads[0].path, "dir/x");
    ck_assert_str_eq(s->requires_files[0], "dir/a");
    ck_assert_str_eq(s->requires_files[1], "/b");
    ck_assert_uint_eq(s->limits.max_insns, 5000000);
    ck_assert_uint_eq(s->limits.max_time_ns, 1500000);
    ck_assert_uint_eq(s->n_stimuli, 6);
    const struct scn_stimulus *d = s->stimuli;
    ck_assert_str_eq(d[0].id, "e");
    ck_assert_uint_eq(d[0].at.n_stages, 2);
    ck_assert_int_eq(d[0].at.stage[0].kind, STAGE_EVENT);
    ck_assert_uint_eq(d[0].at.stage[0].n, 2);
    ck_assert_str_eq(d[0].at.stage[0].ev.reason, "HVC");
    ck_assert_int_eq(d[0].at.stage[1].kind, STAGE_SYMBOL);
    ck_assert_uint_eq(d[0].at.stage[1].plus, 5);
    ck_assert_int_eq(d[0].at.stage[1].pe, 1);
    ck_assert_int_eq(d[1].level, LEVEL_HIGH);
    ck_assert_uint_eq(d[1].at.stage[0].count, 10000);
    ck_assert(d[2].as_serror && d[2].access == 1 && d[2].size == 16 && !d[2].physical);
    ck_assert_uint_eq(scn_expr_eval(d[3].value.e, NULL), BIT64(62) | BIT64(61) | BIT64(60) | UINT64_C(0xa0) << 48 | UINT64_C(27) << 32 | 27);
    ck_assert_uint_eq(d[4].n_sets, 2);
    ck_assert(d[5].physical && d[5].size == 4);
    const struct scn_expect *x = s->expect;
    ck_assert_uint_eq(s->n_expect, 9);
    ck_assert_int_eq(x[0].kind, WANT_EVENT);
    ck_assert_uint_eq(x[0].ev[0].n, 2);
    ck_assert_str_eq(x[0].ev[0].reason, "SError");
    ck_assert_int_eq(x[1].ev[0].type, 3);
    ck_assert_ptr_nonnull(x[1].ev[0].pc_high.e);
    ck_assert(x[2].min == 3 && x[2].max == UINT64_MAX);
    ck_assert_uint_eq(x[3].n_ev, 3);
    ck_assert(x[3].ev[2].change_mask == 6 && x[3].ev[2].change_value == 4);
    ck_assert(x[4].max == 4 && x[4].max_ns == 1000);
    ck_assert_uint_eq(x[5].at.n_stages, 1);
    ck_assert_int_eq(x[7].stop, STOP_DEADLOCK);
    scn_file_free(f);
}
END_TEST

START_TEST(several_scenarios)
{
    struct scn_file *f = good("image: first\nmachine: { cpu: [ cortex-a72, neoverse-n1 ], mem: 64M }\nlimits: { insns: 7 }\nexpect: [ { stop: any } ]\n"
                              "scenarios:\n  - name: one\n  - name: two\n    machine: { smp: 2, cpu: neoverse-n1 }\n    limits: { time: 1s }\n"
                              "    expect: [ { console: x }, { stop: any } ]\n");
    ck_assert_uint_eq(f->n_scenarios, 3);
    ck_assert_str_eq(f->scenarios[0].name, "one (cortex-a72)");
    ck_assert_str_eq(f->scenarios[1].name, "one (neoverse-n1)");
    ck_assert_str_eq(f->scenarios[1].machine.model, "neoverse-n1");
    ck_assert_ptr_ne(f->scenarios[0].expect, f->scenarios[1].expect); /* each has a state of its own */
    ck_assert_str_eq(f->scenarios[2].name, "two");
    ck_assert_uint_eq(f->scenarios[2].machine.n_pes, 2);
    ck_assert_uint_eq(f->scenarios[2].machine.ram_size, UINT64_C(64) << 20);
    ck_assert_uint_eq(f->scenarios[2].limits.max_insns, 7);
    ck_assert_uint_eq(f->scenarios[2].limits.max_time_ns, 1000000000);
    ck_assert_uint_eq(f->scenarios[2].n_expect, 2);
    scn_file_free(f);
}
END_TEST

START_TEST(mistakes)
{
    static const struct { const char *text, *where, *what; } cases[] = {
        {"", ":1:", "empty"},
        {"[ 1", ":", ""},
        {"- a\n", ":1:", "expected a scenario"},
        {"image: first\n", ":1:", "expected `expect:'"},
        {"expect: [ { stop: any } ]\n", ":1:", "expected `image:' or `kernel:'"},
        {"image: first\nimge: x\n", ":2:", "`imge': expected one of name"},
        {"image: first\nmachine: { cpu: z80 }\n", ":2:", "expected a CPU model"},
        {"image: first\nmachine: { mem: lots }\n", ":2:", "expected a size"},
        {"image: first\nmachine: { smp: 9 }\n", ":2:", "from 1 to 8"},
        {"image: first\nmachine: 3\n", ":2:", "expected the machine"},
        {"image: first\nlimits: { insns: 0 }\n", ":2:", "at least 1"},
        {"image: first\nlimits: { time: 3 parsecs }\n", ":2:", "expected a time"},
        {"image: first\ndo:\n  - at: x\n", ":3:", "expected a stimulus"},
        {"image: first\ndo:\n  - serror: 1\n    irq: 3\n", ":3:", "expected a stimulus"},
        {"image: first\ndo:\n  - serror: 1\n    at: {}\n", ":4:", "expected a position"},
        {"image: first\ndo:\n  - serror: 1\n    at: { symbol: x, insns: 3 }\n", ":4:", "expected a position"},
        {"image: first\ndo:\n  - serror: 1\n    at: { event: exit, colour: 3 }\n", ":4:", "`colour': expected one of"},
        {"image: first\ndo:\n  - timer: sun\n", ":3:", "expected one of physical"},
        {"image: first\ndo:\n  - abort: { size: 1 }\n", ":3:", "expected `va:'"},
        {"image: first\ndo:\n  - set: { Y0: 1 }\n", ":3:", "expected X0 to X30"},
        {"image: first\ndo:\n  - poke: { va: 1, value: 1, size: 3 }\n", ":3:", "size of 1, 2, 4 or 8"},
        {"image: first\ndo:\n  - lr: { n: 0 }\n", ":3:", "expected `intid:'"},
        {"image: first\nexpect:\n  - never: exits\n", ":3:", "expected an event"},
        {"image: first\nexpect:\n  - event: exception bang\n", ":3:", "expected sync"},
        {"image: first\nexpect:\n  - event: read NOT_EL1\n", ":3:", "name of a system register"},
        {"image: first\nexpect:\n  - event: entry now\n", ":3:", "expected nothing after entry"},
        {"image: first\nexpect:\n  - event: mask A=2\n", ":3:", "expected bits of PSTATE"},
        {"image: first\nexpect:\n  - count: exit\n", ":3:", "expected `is:'"},
        {"image: first\nexpect:\n  - order: exit\n", ":3:", "expected a list of events"},
        {"image: first\nexpect:\n  - within: { from: exit }\n", ":3:", "expected `from:' and `to:'"},
        {"image: first\nexpect:\n  - check: X0 = 1\n", ":3:", "expected an operator"},
        {"image: first\nexpect:\n  - console: x\n    at: y\n", ":3:", "only beside `check:'"},
        {"image: first\nexpect:\n  - stop: never\n", ":3:", "expected one of power-off"},
        {"image: first\nexpect:\n  - event: { type: irq }\n", ":3:", "expected an event"},
        {"image: first\nsweep: { from: a }\n", ":2:", "expected `from:', `to:' and `raise:'"},
        {"image: first\nsweep: { from: a, to: b, raise: { serror: 1 }, outcomes: [ { name: x } ] }\n", ":2:", "expected an outcome"},
        {"image: first\nsweep: { from: a, to: b, raise: { serror: 1 } }\nscenarios: [ { name: x } ]\n", ":2:", "in one of the scenarios"},
        {"image: first\nmachine: { timing: cortex-z }\n", ":2:", "`cortex-z': expected off, or a core with a timing model: cortex-a53"},
        {"image: first\nmachine: { strict: perhaps }\n", ":2:", "expected true or false"},
        {"image: first\ndefine: 3\n", ":2:", "expected a map of names and expressions"},
        {"image: first\ndefine: { a: 1 + }\n", ":2:", "expected a number, a register or a symbol at the end"},
        {"image: first\nload: [ 3 ]\n", ":2:", "expected a file to load"},
        {"image: first\nappend: [ a ]\n", ":2:", "expected a text"},
        {"image: first\ndo:\n  - set: 3\n", ":3:", "expected a map of registers and values"},
        {"image: first\nexpect:\n  - event: eret sideways\n", ":3:", "`sideways': expected nothing after eret"},
        {"image: first\nexpect:\n  - event: barrier xyz\n", ":3:", "`xyz': expected isb, dsb, dmb or esb"},
        {"image: first\nexpect:\n  - check: HCR_EL2.QQ == 1\n", ":3:", "HCR_EL2 has no field QQ; [hi:lo] takes any bits"},
        {"image: first\nexpect:\n  - check: (X0 == 1\n", ":3:", "expected ) at the end"},
        {"image: first\nexpect:\n  - check: (X0 X1)\n", ":3:", "`X1)': expected )"},
        {"image: first\nexpect:\n  - check: X0[70] == 1\n", ":3:", "expected [hi:lo] or [bit], at most 63"},
        {"image: first\nexpect:\n  - check: mem12(0) == 1\n", ":3:", "mem12: expected mem8, mem16, mem32 or mem64"},
        {"image: first\nexpect:\n  - check: mem8(0\n", ":3:", "expected ) after the address at the end"},
        {"image: first\nexpect:\n  - check: pending.x\n", ":3:", "`pending.x': expected pending.serror"},
        {"image: first\nexpect:\n  - check: PSTATE.Q\n", ":3:", "`PSTATE.Q': expected PSTATE.N"},
        {"image: first\nexpect:\n  - check: '@'\n", ":3:", "`@': expected a number, a register or a symbol"},
        {"image: first\nexpect:\n  - count: exit\n    is: X0\n", ":4:", "`X0': expected a number of at least 0"},
        {"image: first\nscenarios: 3\n", ":2:", "expected a list of scenarios"},
        {"image: first\nscenarios: [ 3 ]\n", ":2:", "expected a scenario"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err;
        struct scn_file *f = parse(cases[i].text, &err);
        ck_assert_msg(f == NULL, "taken: %s", cases[i].text);
        char place[32];
        snprintf(place, sizeof(place), "dir/t.yaml%s", cases[i].where);
        ck_assert_msg(strncmp(err.msg, place, strlen(place)) == 0 && strstr(err.msg, cases[i].what) != NULL && strchr(err.msg, '\n') == NULL,
                      "%s\n-> %s", cases[i].text, err.msg);
    }
}
END_TEST

/* Every beginning of a good file, and every file with one byte changed, is either taken or answered. */
START_TEST(damaged_files)
{
    static const char text[] = "image: first\ndo:\n  - serror: 0x12\n    at: [ { event: exit HVC, n: 2 }, a+4 ]\nexpect:\n  - event: { kind: exception, pc: a .. b }\n"
                               "  - order: [ entry, exit ]\n  - within: { from: entry, to: exit, insns: 3 }\nsweep: { from: a, to: b, raise: { irq: 40 } }\n";
    char copy[sizeof(text)];
    struct err err;
    for (size_t i = 0; i < sizeof(text); i++) {
        scn_file_free(scn_file_parse("t", text, i, &err));
        for (unsigned k = 0; k < 4; k++) {
            memcpy(copy, text, sizeof(text));
            copy[i] = "[:{\xff"[k];
            scn_file_free(scn_file_parse("t", copy, sizeof(text) - 1, &err));
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("scenario");
    TCase *c = tcase_create("scenario");
    suite_add_tcase(s, c);
    tcase_add_test(c, expressions);
    tcase_add_test(c, names);
    tcase_add_test(c, long_expressions_are_refused);
    tcase_add_test(c, nothing_is_read_after_the_end_of_an_expression);
    tcase_add_test(c, definitions_that_multiply_are_refused);
    tcase_add_test(c, a_whole_file);
    tcase_add_test(c, several_scenarios);
    tcase_add_test(c, mistakes);
    tcase_add_test(c, damaged_files);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
