/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of [system]: each is recovered from the cycles of a program that has the operation so many times, and adding to the row adds
 * that many times as much, for every core. And what an ISB does to the pipeline.
 */
#include "tests/timing/micro.h"

#include "cpu/sysreg.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const cores[] = {"cortex-a53", "cortex-a55", "cortex-a57", "cortex-a72", "neoverse-n1"};
enum { CORES = 5, PASSES = 3, MANY = 6, MAX_KEYS = 6, MAX_OPS = 64, MARK_FROM = 2, MARK_TO = 3, MARK_VECTOR = 1 };

/* Words that are executed between two marks, `times` over, and the rows that one time is charged. */
struct op {
    uint32_t word;
    unsigned times;
    bool from_vector;               /* the second half: from the mark in the handler of lab_prologue() */
    bool to_vector;                 /* the first half: until there */
    const char *keys[MAX_KEYS];
    uint32_t second;                /* a word after each; 0: none */
};

static const struct op fixed[] = {
    {A64_ISB, MANY, false, false, {"isb"}, 0},
    {A64_DSB, MANY, false, false, {"dsb"}, 0},
    {0xd5033fbf, MANY, false, false, {"dmb"}, 0},           /* dmb sy */
    {0xd5033abf, MANY, false, false, {"dmb"}, 0},           /* dmb ishst */
    {0xd5034fdf, MANY, false, false, {"msr_pstate"}, 0},    /* msr daifset, #15 */
    {0xd500419f, MANY, false, false, {"msr_pstate"}, 0},    /* msr pan, #1 */
    {0xd50041bf, MANY, false, false, {"msr_pstate"}, 0},    /* msr spsel, #1 */
    {0xd508871f, MANY, false, false, {"tlbi"}, 0},          /* tlbi vmalle1 */
    {0xd50c8729, MANY, false, false, {"tlbi"}, 0},          /* tlbi vae2, x9 */
    {0xd50c839f, MANY, false, false, {"tlbi"}, 0},          /* tlbi alle1is */
    {0xd50c8029, MANY, false, false, {"tlbi"}, 0},          /* tlbi ipas2e1is, x9 */
    /* tlbi alle1is with dsb nsh, dsb ishld, dsb ishst, which do not complete it; with dsb sy, dsb ish, dsb osh; tlbi vmalle1; dsb ish */
    {0xd50c839f, MANY, false, false, {"tlbi", "dsb"}, 0xd503379f},
    {0xd50c839f, MANY, false, false, {"tlbi", "dsb"}, 0xd503399f},
    {0xd50c839f, MANY, false, false, {"tlbi", "dsb"}, 0xd5033a9f},
    {0xd50c839f, MANY, false, false, {"tlbi", "dsb", "tlbi_broadcast"}, A64_DSB},
    {0xd508831f, MANY, false, false, {"tlbi", "dsb", "tlbi_broadcast"}, 0xd5033b9f},    /* tlbi vmalle1is */
    {0xd50c839f, MANY, false, false, {"tlbi", "dsb", "tlbi_broadcast"}, 0xd503339f},
    {0xd508871f, MANY, false, false, {"tlbi", "dsb"}, 0xd5033b9f},
    {0xd508751f, MANY, false, false, {"cache_op"}, 0},      /* ic iallu */
    {0xd50b7528, MANY, false, false, {"cache_op"}, 0},      /* ic ivau, x8 */
    {0xd50b7e28, MANY, false, false, {"cache_op"}, 0},      /* dc civac, x8 */
    {0xd50b7a28, MANY, false, false, {"cache_op"}, 0},      /* dc cvac, x8 */
    {0xd50b7b28, MANY, false, false, {"cache_op"}, 0},      /* dc cvau, x8 */
    {0xd5087628, MANY, false, false, {"cache_op"}, 0},      /* dc ivac, x8 */
    {0xd5087649, MANY, false, false, {"cache_op"}, 0},      /* dc isw, x9 */
    {0xd50c7808, MANY, false, false, {"at"}, 0},            /* at s1e2r, x8 */
    {0xd5087808, MANY, false, false, {"at"}, 0},            /* at s1e1r, x8 */
    {A64_SVC, 1, false, true, {"exception"}, 0},
    {A64_SVC, 1, true, false, {"eret"}, 0},
};

/* A register of each class, which may be 0 */
static const struct { unsigned sr, cls; bool read_only; } registers[] = {
    {SR_SP_EL1, SRC_gp, false}, {SR_FPSR, SRC_fp, false}, {SR_FAR_EL1, SRC_el1sys, false}, {SR_AFSR0_EL2, SRC_el2cfg, false},
    {SR_VTCR_EL2, SRC_el2vm, false}, {SR_ICC_BPR1_EL1, SRC_vgic, false}, {SR_ICH_HCR_EL2, SRC_vgic, false},
    {SR_CNTV_CVAL_EL0, SRC_timer, false}, {SR_CNTPCT_EL0, SRC_timer, true}, {SR_MDCCINT_EL1, SRC_debug, false},
    {SR_PMSELR_EL0, SRC_pmu, false}, {SR_APDAKeyHi_EL1, SRC_keys, false}, {SR_DISR_EL1, SRC_ras, false}, {SR_CTR_EL0, SRC_id, true},
};

struct program {
    struct op op[MAX_OPS];
    char name[MAX_OPS][CONF_WORD];  /* of keys that are made here */
    unsigned n;
};

static void make_program(struct program *p)
{
    memset(p, 0, sizeof(*p));
    for (unsigned i = 0; i < ARRAY_LEN(fixed); i++) {
        p->op[p->n++] = fixed[i];
    }
    for (unsigned i = 0; i < ARRAY_LEN(registers); i++) {
        ck_assert_uint_eq(sysreg_class_of(registers[i].sr), registers[i].cls);
        for (unsigned read = registers[i].read_only; read < 2; read++) {
            ck_assert_uint_lt(p->n, MAX_OPS);
            snprintf(p->name[p->n], CONF_WORD, "%s_%s", read ? "mrs" : "msr", sysreg_class_name(registers[i].cls));
            p->op[p->n] = (struct op){.word = UINT32_C(0xd5000000) | read << 21 | (uint32_t)sysreg_encoding(registers[i].sr) << 5 | (read ? 10 : 9),
                                      .times = MANY, .keys = {p->name[p->n]}};
            p->n++;
        }
    }
}

/* Cycles of each operation in the last pass */
static void run_program(const struct program *p, const struct conf *c, uint64_t cycles[MAX_OPS])
{
    struct lab l;
    lab_open(&l, c, 1);
    lab_prologue(&l);
    lab_mov(&l, 8, LAB_DATA);
    lab_mov(&l, 9, 0);
    lab_mov(&l, 27, PASSES);
    uint64_t top = l.pc;
    for (unsigned i = 0; i < p->n; i++) {
        lab_mark(&l, MARK_FROM);
        for (unsigned k = 0; k < p->op[i].times; k++) {
            lab_word(&l, p->op[i].word);
            if (p->op[i].second != 0) {
                lab_word(&l, p->op[i].second);
            }
        }
        lab_mark(&l, MARK_TO);
    }
    lab_word(&l, 0xd100077b);   /* sub x27, x27, #1 */
    lab_cbnz(&l, 27, top);
    lab_run(&l);
    unsigned i = 0, pass = 0;
    uint64_t from = 0, vector = 0;
    for (unsigned k = 0; k < l.n_snaps; k++) {
        const struct snap *s = &l.snap[k];
        if (s->imm == MARK_FROM) {
            from = s->cycles;
        } else if (s->imm == MARK_VECTOR) {
            vector = s->cycles;
        } else {
            cycles[i] = p->op[i].to_vector ? vector - from : s->cycles - (p->op[i].from_vector ? vector : from);
            i = i + 1 == p->n ? 0 : i + 1;
            pass += i == 0;
        }
    }
    ck_assert_uint_eq(pass, PASSES);
    lab_close(&l);
}

/* The row that a key means in c: itself, or that of the classes without one */
static const char *row_of(const struct conf *c, const char *key)
{
    return conf_get(c, "system", key) != NULL ? key : strncmp(key, "mrs_", 4) == 0 ? "mrs_other" : "msr_other";
}

/* By the parameters of c, an operation's rows have so many cycles. */
static uint64_t expected(const struct conf *c, const struct op *op)
{
    uint64_t sum = 0;
    for (unsigned k = 0; k < MAX_KEYS && op->keys[k] != NULL; k++) {
        sum += (uint64_t)conf_int(c, "system", row_of(c, op->keys[k]));
    }
    return sum * op->times;
}

static void compare(const struct program *p, const struct conf *less, const struct conf *more, const uint64_t *a, const uint64_t *b)
{
    unsigned wrong = 0;
    for (unsigned i = 0; i < p->n; i++) {
        uint64_t want = expected(more, &p->op[i]) - expected(less, &p->op[i]);
        if (b[i] - a[i] != want) {
            fprintf(stderr, "%s %s (%08x): %u times make %lld cycles of the row, expected %llu\n", more->core, p->op[i].keys[0],
                    p->op[i].word, p->op[i].times, (long long)(b[i] - a[i]), (unsigned long long)want);
            wrong++;
        }
    }
    ck_assert_msg(wrong == 0, "%s: %u operations", more->core, wrong);
}

START_TEST(each_row_is_what_its_operation_costs)
{
    struct program p;
    struct conf file, none, more, own;
    uint64_t cycles[4][MAX_OPS];
    make_program(&p);
    conf_load(&file, cores[_i]);
    conf_set(&file, "memory", "fetch_ahead", "0");  /* after IC lines come while operations go on, which would hide some of these */
    none = more = own = file;
    unsigned rows = 0;
    for (unsigned i = 0; i < file.n; i++) {
        if (strcmp(file.row[i].section, "system") == 0) {
            const char *key = file.row[i].key;
            conf_set(&none, "system", key, "0");
            conf_set(&more, "system", key, "%ld", conf_int(&file, "system", key) + 100 + 10 * (long)rows++);
        }
    }
    for (unsigned i = 0; i < SRC_COUNT; i++) {      /* a row of its own for each class, which no file has */
        char key[CONF_WORD];
        snprintf(key, sizeof(key), "msr_%s", sysreg_class_name(i));
        conf_set(&own, "system", key, "%u", 200 + 3 * i);
        snprintf(key, sizeof(key), "mrs_%s", sysreg_class_name(i));
        conf_set(&own, "system", key, "%u", 301 + 3 * i);
    }
    /* every row of the file is charged by some operation */
    for (unsigned i = 0; i < file.n; i++) {
        bool charged = strcmp(file.row[i].section, "system") != 0;
        for (unsigned k = 0; k < p.n * MAX_KEYS && !charged; k++) {
            const char *key = p.op[k / MAX_KEYS].keys[k % MAX_KEYS];
            charged = key != NULL && strcmp(row_of(&file, key), file.row[i].key) == 0;
        }
        ck_assert_msg(charged, "%s: no program has %s", file.core, file.row[i].key);
    }
    run_program(&p, &file, cycles[0]);
    run_program(&p, &none, cycles[1]);
    run_program(&p, &more, cycles[2]);
    run_program(&p, &own, cycles[3]);
    compare(&p, &none, &file, cycles[1], cycles[0]);
    compare(&p, &file, &more, cycles[0], cycles[2]);
    compare(&p, &none, &own, cycles[1], cycles[3]);
}
END_TEST

/* Cycles of n words between marks, in the last pass */
static uint64_t sequence(const struct conf *c, const uint32_t *words, unsigned n)
{
    struct lab l;
    lab_open(&l, c, 1);
    lab_prologue(&l);
    lab_mov(&l, 11, 1000);
    lab_mov(&l, 12, 7);
    lab_mov(&l, 3, 0);
    lab_mov(&l, 27, PASSES);
    uint64_t top = l.pc;
    lab_mark(&l, MARK_FROM);
    lab_words(&l, words, n);
    lab_mark(&l, MARK_TO);
    lab_word(&l, 0xd100077b);
    lab_cbnz(&l, 27, top);
    lab_run(&l);
    uint64_t cycles = l.snap[l.n_snaps - 1].cycles - l.snap[l.n_snaps - 2].cycles;
    lab_close(&l);
    return cycles;
}

START_TEST(an_isb_waits_and_empties_the_pipeline_and_a_dmb_does_not)
{
    enum { UDIV = 0x9acc0961, ADD_X1_X1 = (int)0x8b010022, ADD_X3_X3 = (int)0x8b030062, ADD_X4 = (int)0x8b030064, DMB = (int)0xd5033fbf };
    struct conf c;
    struct class_row div;
    conf_load(&c, cores[_i]);
    class_get(&c, "div_x", &div);
    const uint32_t late[] = {(uint32_t)UDIV, A64_ISB, (uint32_t)ADD_X1_X1}, free[] = {(uint32_t)UDIV, A64_ISB, (uint32_t)ADD_X3_X3};
    const uint32_t none[] = {(uint32_t)ADD_X4, A64_ISB, (uint32_t)ADD_X3_X3};
    const uint32_t dmb_late[] = {(uint32_t)UDIV, (uint32_t)DMB, (uint32_t)ADD_X1_X1, A64_ISB};
    const uint32_t dmb_none[] = {(uint32_t)ADD_X4, (uint32_t)DMB, (uint32_t)ADD_X3_X3, A64_ISB};
    uint64_t a = sequence(&c, late, 3), b = sequence(&c, free, 3), d = sequence(&c, none, 3);
    ck_assert_msg(a == b, "%s: after the ISB the quotient is awaited: %llu and %llu", c.core, (unsigned long long)a, (unsigned long long)b);
    ck_assert_msg(b - d + 4 >= div.lat && b - d <= div.lat, "%s: UDIV before ISB takes %llu more", c.core, (unsigned long long)(b - d));
    /* DMB: the ADD behind it waits for the quotient, whose latency the barrier does not hide */
    a = sequence(&c, dmb_late, 4);
    d = sequence(&c, dmb_none, 4);
    ck_assert_msg(a - d + 4 >= div.lat && a - d <= div.lat, "%s: UDIV before DMB takes %llu more", c.core, (unsigned long long)(a - d));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("micro-system");
    TCase *c = tcase_create("micro-system");
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, each_row_is_what_its_operation_costs, 0, CORES);
    tcase_add_loop_test(c, an_isb_waits_and_empties_the_pipeline_and_a_dmb_does_not, 0, CORES);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
