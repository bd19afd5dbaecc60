/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a scenario file, then as one expression: refused with one line that names the place, or read into structures that are
   whole. Nothing runs. */
#include "sim/scenario.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define FILE_NAME "dir/input.yaml"

/* "FILE:LINE: what was expected", one line, and a line that the file has */
static void check_complaint(const struct err *err, const uint8_t *data, size_t len)
{
    size_t lines = 2; /* libyaml counts from after the last line break, and CR, NEL, LS and PS are some too */
    unsigned line = 0;
    int used = 0;
    for (size_t i = 0; i < len; i++) {
        lines += data[i] == '\n' || data[i] == '\r' || data[i] >= 0x80;
    }
    FUZZ_CHECK(strncmp(err->msg, FILE_NAME ":", sizeof(FILE_NAME)) == 0 && strchr(err->msg, '\n') == NULL);
    FUZZ_CHECK(sscanf(err->msg + sizeof(FILE_NAME), "%u: %n", &line, &used) == 1 && used != 0);
    FUZZ_CHECK(line >= 1 && line <= lines && err->msg[sizeof(FILE_NAME) + (size_t)used] != '\0');
}

/* Names that stand for definitions become numbers, or it is said which does not. */
static void bind(struct scn_expr *e, const struct scn_names *names)
{
    struct err err = { .msg = "" };
    if (scn_expr_bind(e, names, &err)) {
        (void)scn_expr_eval(e, NULL);
    } else {
        FUZZ_CHECK(err.msg[0] != '\0');
    }
}

static void check_expects(const struct scn_expect *x, unsigned n, const struct scn_names *names)
{
    for (unsigned i = 0; i < n; i++) {
        FUZZ_CHECK(x[i].line != 0 && x[i].text != NULL);
        FUZZ_CHECK(x[i].kind != WANT_CHECK || x[i].expr != NULL);
        FUZZ_CHECK((x[i].kind != WANT_CONSOLE && x[i].kind != WANT_NO_CONSOLE) || x[i].string != NULL);
        FUZZ_CHECK(x[i].kind > WANT_WITHIN || x[i].n_ev != 0);
        for (unsigned k = 0; k < x[i].n_ev; k++) {
            FUZZ_CHECK(x[i].ev[k].line != 0 && x[i].ev[k].text != NULL && x[i].ev[k].kind <= EV_RAISED);
        }
        if (x[i].expr != NULL) {
            bind(x[i].expr, names);
        }
    }
}

static void check_scenario(const struct scenario *s)
{
    const struct scn_names names = { .defines = s->defines, .n_defines = s->n_defines };
    FUZZ_CHECK(s->name != NULL && s->line != 0 && (s->image != NULL) != (s->boot.kernel != NULL));
    FUZZ_CHECK(s->machine.n_pes >= 1 && s->machine.n_pes <= MACHINE_MAX_PES && (s->machine.el == 1 || s->machine.el == 2));
    FUZZ_CHECK(s->machine.ns_per_insn >= 1 && s->machine.model != NULL && s->limits.max_insns >= 1);
    FUZZ_CHECK(s->n_expect != 0 || s->sweep.given);
    for (unsigned i = 0; i < s->n_defines; i++) {
        FUZZ_CHECK(s->defines[i].name != NULL);
        bind(s->defines[i].e, &names);
    }
    for (unsigned i = 0; i < s->n_stimuli; i++) {
        FUZZ_CHECK(s->stimuli[i].line != 0 && s->stimuli[i].text != NULL && s->stimuli[i].pe < MACHINE_MAX_PES);
    }
    check_expects(s->expect, s->n_expect, &names);
    for (unsigned i = 0; i < s->sweep.n_outcomes; i++) {
        FUZZ_CHECK(s->sweep.outcomes[i].name != NULL);
        check_expects(s->sweep.outcomes[i].expect, s->sweep.outcomes[i].n_expect, &names);
    }
}

static void try_file(const uint8_t *data, size_t len)
{
    struct err err = { .msg = "" };
    char *text = malloc(len == 0 ? 1 : len);    /* of the exact size, for AddressSanitizer */
    FUZZ_CHECK(text != NULL);
    memcpy(text, data, len);
    struct scn_file *f = scn_file_parse(FILE_NAME, text, len, &err);
    if (f == NULL) {
        check_complaint(&err, data, len);
    } else {
        FUZZ_CHECK(f->n_scenarios != 0);
        for (unsigned i = 0; i < f->n_scenarios; i++) {
            check_scenario(&f->scenarios[i]);
        }
        scn_file_free(f);
    }
    free(text);
}

static void try_expression(const uint8_t *data, size_t len)
{
    static const struct scn_names none;
    struct err err = { .msg = "" };
    struct scn_arena arena = { NULL };
    char *text = strndup((const char *)data, len);
    FUZZ_CHECK(text != NULL);
    struct scn_expr *e = scn_expr_parse(&arena, text, &err);
    if (e == NULL) {
        FUZZ_CHECK(err.msg[0] != '\0');
    } else {
        bind(e, &none);
    }
    scn_arena_free(&arena);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    try_file(data, len);
    try_expression(data, len);
    return 0;
}
