/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every parameter of the in-order cores is recovered from cycles of guest programs, as the file says it, and again when the file
 * says something else. `micro --table` prints what was measured.
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
            fprintf(stderr, "%s [%s] %s: the file says%s%s, measured%s%s\n", c->core, x->section, x->key, x->file[0] != ' ' ? " " : "",
                    x->file, x->measured[0] != ' ' ? " " : "", x->measured);
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
    ck_assert_msg(file != NULL && strcmp(file, text) == 0, "%s [%s] %s: the file says %s, measured %s", c->core, r->section, r->key, file, text);
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

int main(void)
{
    Suite *s = suite_create("micro");
    TCase *c = tcase_create("micro");
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, the_pipeline_is_recovered, 0, CORES);
    tcase_add_loop_test(c, another_pipeline_is_recovered, 0, CORES * CHANGES);
    tcase_add_loop_test(c, a_parameter_is_recovered, 0, (int)(n_memory_rows + n_tlb_rows + n_branch_rows) * CORES);
    tcase_add_loop_test(c, walks_have_two_dimensions, 0, 4 * CORES);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
