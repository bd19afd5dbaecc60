/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every parameter of the in-order cores is recovered from cycles of guest programs, as the file says it, and again when
 * the file says something else. `micro --table` prints what was measured.
 */
#include "tests/timing/micro-rows.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const cores[] = {"cortex-a53", "cortex-a55"};
enum { CORES = 2, CHANGES = 2 };

struct finding *finding_add(struct findings *f, const char *section, const char *key)
{
    ck_assert(f->n < CONF_ROWS);
    struct finding *x = &f->f[f->n++];
    *x = (struct finding){.reason = NULL};
    snprintf(x->section, sizeof(x->section), "%s", section);
    snprintf(x->key, sizeof(x->key), "%s", key);
    return x;
}

static unsigned differences(const struct conf *c, const struct findings *f)
{
    unsigned n = 0;
    for (unsigned i = 0; i < f->n; i++) {
        const struct finding *x = &f->f[i];
        if (x->reason == NULL && strcmp(x->file, x->measured) != 0) {
            fprintf(stderr, "%s [%s] %s: the file says%s%s, measured%s%s\n", c->core, x->section, x->key,
                    x->file[0] != ' ' ? " " : "", x->file, x->measured[0] != ' ' ? " " : "", x->measured);
            n++;
        }
    }
    return n;
}

static void check_pipe(const struct conf *c, bool all_used)
{
    struct findings *f = calloc(1, sizeof(*f));
    ck_assert_ptr_nonnull(f);
    micro_pipe(c, all_used, f);
    unsigned n = differences(c, f);
    ck_assert_msg(n == 0, "%s: %u rows of the pipeline were not recovered", c->core, n);
    free(f);
}

START_TEST(the_pipeline_is_recovered)
{
    struct conf c;
    conf_load(&c, cores[_i]);
    check_pipe(&c, true);
}
END_TEST

START_TEST(another_pipeline_is_recovered)
{
    struct conf c;
    conf_load(&c, cores[_i / CHANGES]);
    micro_pipe_change(&c, (unsigned)_i % CHANGES);
    check_pipe(&c, false);
}
END_TEST

START_TEST(another_model_is_recovered)
{
    struct findings *f = calloc(1, sizeof(*f));
    struct conf c;
    ck_assert_ptr_nonnull(f);
    conf_load(&c, cores[_i]);
    conf_drop(&c, "pipeline", "ordered_results");
    conf_set(&c, "pipeline", "model", "out-of-order");
    conf_set(&c, "pipeline", "window", "64");
    micro_whole(&c, f);
    ck_assert_uint_eq(differences(&c, f), 0);
    free(f);
}
END_TEST

/* ---- the other sections ---- */

static const struct micro_row *row_at(unsigned i)
{
    if (i < n_memory_rows) {
        return &memory_rows[i];
    }
    i -= n_memory_rows;
    return i < n_tlb_rows ? &tlb_rows[i] : i - n_tlb_rows < n_branch_rows ? &branch_rows[i - n_tlb_rows] : NULL;
}

static void text_of(const struct micro_row *r, const struct conf *c, char text[64])
{
    long v = r->measure(c);
    if (r->words == NULL) {
        snprintf(text, 64, "%ld", v);
        return;
    }
    snprintf(text, 64, "%s", v < 0 ? "?" : r->words[v]);
}

static void check_row(const struct micro_row *r, const struct conf *c)
{
    char text[64];
    text_of(r, c, text);
    const char *file = conf_get(c, r->section, r->key);
    ck_assert_msg(file != NULL && strcmp(file, text) == 0, "%s [%s] %s: the file says %s, measured %s", c->core,
                  r->section, r->key, file, text);
}

/* A parameter of a core as it is, and with each of its other values */
START_TEST(a_parameter_is_recovered)
{
    struct conf c;
    const struct micro_row *r = row_at((unsigned)_i / CORES);
    conf_load(&c, cores[_i % CORES]);
    if (r->measure == NULL) {
        return;
    }
    check_row(r, &c);
    for (unsigned i = 0; i < sizeof(r->other) / sizeof(r->other[0]) && r->other[i] != NULL; i++) {
        conf_set(&c, r->section, r->key, "%s", r->other[i]);
        check_row(r, &c);
    }
}
END_TEST

/* An access of a walk of n levels behind m levels each is the last of m + 1, and the result is translated by m more. */
START_TEST(walks_have_two_dimensions)
{
    static const unsigned levels[][2] = {{3, 3}, {3, 4}, {4, 3}, {4, 4}};
    struct conf c;
    conf_load(&c, cores[_i % CORES]);
    const unsigned s1 = levels[_i / CORES][0], s2 = levels[_i / CORES][1];
    ck_assert_int_eq(walk_of_two_dimensions(&c, s1, s2), (long)((s1 + 1) * (s2 + 1) - 1));
}
END_TEST

/* Of the out-of-order cores these sections are the same code: their parameters, as the files have them. */
START_TEST(a_parameter_of_another_core_is_recovered)
{
    static const char *const others[] = {"cortex-a57", "cortex-a72", "neoverse-n1"};
    struct conf c;
    conf_load(&c, others[_i % 3]);
    check_row(row_at((unsigned)_i / 3), &c);
}
END_TEST

/* The first use of a load that misses is as late as the miss makes it, wherever it is: in an in-order core it waits for
   the load's latency and the miss, or it is reached later. */
START_TEST(a_miss_is_hidden_by_the_distance_to_the_use)
{
    struct conf c;
    long miss, hit, next_to_it, latency;
    conf_load(&c, cores[_i]);
    latency = conf_int(&c, "memory", "l2_latency");
    micro_late_use(&c, 0, &miss, &next_to_it);
    ck_assert_int_eq(miss, next_to_it + latency);
    for (unsigned nops = 1; nops < 50; nops++) {
        micro_late_use(&c, nops, &miss, &hit);
        long expected = next_to_it + latency > hit ? next_to_it + latency : hit;
        ck_assert_msg(miss == expected, "%s: with %u NOPs between, a miss takes %ld cycles, a hit %ld: expected %ld",
                      c.core, nops, miss, hit, expected);
    }
}
END_TEST

/* L1D allocates on stores, and writes back what it throws out: L2 has it then. */
START_TEST(stores_allocate_and_are_written_back)
{
    struct conf c;
    long kept, thrown_out;
    conf_load(&c, cores[_i]);
    micro_written(&c, &kept, &thrown_out);
    ck_assert_int_eq(kept, 0);
    ck_assert_int_eq(thrown_out, conf_int(&c, "memory", "l2_latency"));
}
END_TEST

/* ---- nothing is left out ---- */

/* Sections that another program measures */
static const char *elsewhere(const char *section)
{
    return strcmp(section, "system") == 0 ? "tests/timing/micro-system" : NULL;
}

static const struct micro_row *row_of(const char *section, const char *key)
{
    for (unsigned i = 0; row_at(i) != NULL; i++) {
        if (strcmp(row_at(i)->section, section) == 0 && strcmp(row_at(i)->key, key) == 0) {
            return row_at(i);
        }
    }
    return NULL;
}

/* Every row of the file has a finding, a row here with other values, or is measured elsewhere. */
START_TEST(every_parameter_is_measured)
{
    struct findings *f = calloc(1, sizeof(*f));
    struct conf c;
    ck_assert_ptr_nonnull(f);
    conf_load(&c, cores[_i]);
    micro_pipe(&c, true, f);
    for (unsigned i = 0; i < c.n; i++) {
        bool found = elsewhere(c.row[i].section) != NULL;
        for (unsigned k = 0; k < f->n && !found; k++) {
            found = strcmp(f->f[k].section, c.row[i].section) == 0 && strcmp(f->f[k].key, c.row[i].key) == 0;
        }
        const struct micro_row *r = row_of(c.row[i].section, c.row[i].key);
        ck_assert_msg(found != (r != NULL), "%s [%s] %s: %s", c.core, c.row[i].section, c.row[i].key,
                      found ? "two measurements" : "no measurement");
        ck_assert(r == NULL || (r->measure != NULL && r->other[0] != NULL));
    }
    free(f);
}
END_TEST

/* ---- a table for people ---- */

static void print_finding(const char *section, const char *key, const char *file, const char *measured, unsigned *wrong)
{
    bool ok = strcmp(file, measured) == 0;
    *wrong += !ok;
    printf("  %-12s %-20s %s%s%s\n", section, key, measured, ok ? "" : "  BUT THE FILE SAYS ", ok ? "" : file);
}

static void print_core(const char *core)
{
    struct findings *f = calloc(1, sizeof(*f));
    struct conf c;
    unsigned measured = 0, reasons = 0, wrong = 0, other = 0;
    if (f == NULL) {
        return;
    }
    conf_load(&c, core);
    micro_pipe(&c, true, f);
    printf("%s\n", core);
    for (unsigned i = 0; i < f->n; i++) {
        const struct finding *x = &f->f[i];
        if (x->reason != NULL) {
            printf("  %-12s %-20s not measured: %s\n", x->section, x->key, x->reason);
            reasons++;
            continue;
        }
        measured++;
        print_finding(x->section, x->key, x->file, x->measured, &wrong);
    }
    for (unsigned i = 0; row_at(i) != NULL; i++) {
        char text[64];
        text_of(row_at(i), &c, text);
        measured++;
        print_finding(row_at(i)->section, row_at(i)->key, conf_get(&c, row_at(i)->section, row_at(i)->key), text,
                      &wrong);
    }
    for (unsigned i = 0; i < c.n; i++) {
        other += elsewhere(c.row[i].section) != NULL;
    }
    printf("%s: %u parameters: %u measured here, %u not as the file says; %u by tests/timing/micro-system; %u with a "
           "reason\n",
           core, c.n, measured, wrong, other, reasons);
    free(f);
}

START_TEST(table) { print_core(cores[_i]); }
END_TEST

int main(int argc, char **argv)
{
    bool print = argc > 1 && strcmp(argv[1], "--table") == 0;
    Suite *s = suite_create("micro");
    TCase *c = tcase_create("micro");
    tcase_set_timeout(c, 120);
    if (print) {
        tcase_add_loop_test(c, table, 0, CORES);
    } else {
        tcase_add_loop_test(c, the_pipeline_is_recovered, 0, CORES);
        tcase_add_loop_test(c, another_pipeline_is_recovered, 0, CORES * CHANGES);
        tcase_add_loop_test(c, another_model_is_recovered, 0, CORES);
        tcase_add_loop_test(c, a_parameter_is_recovered, 0, (int)(n_memory_rows + n_tlb_rows + n_branch_rows) * CORES);
        tcase_add_loop_test(c, a_parameter_of_another_core_is_recovered, 0,
                            (int)(n_memory_rows + n_tlb_rows + n_branch_rows) * 3);
        tcase_add_loop_test(c, a_miss_is_hidden_by_the_distance_to_the_use, 0, CORES);
        tcase_add_loop_test(c, stores_allocate_and_are_written_back, 0, CORES);
        tcase_add_loop_test(c, walks_have_two_dimensions, 0, 4 * CORES);
        tcase_add_loop_test(c, every_parameter_is_measured, 0, CORES);
    }
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_set_fork_status(r, print ? CK_NOFORK : CK_FORK_GETENV);
    srunner_run_all(r, print ? CK_SILENT : CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
