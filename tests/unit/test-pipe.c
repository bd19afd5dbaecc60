/* SPDX-License-Identifier: Apache-2.0 */
/* Parameter files of the timing models and the pipeline models: cpu/timing. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/timing/pipe.h"
#include "tests/timing/gen.h"

static struct pipe *open_core(const char *core)
{
    struct timing_error err = {""};
    struct timing_params *q = timing_params_builtin(core, &err);
    ck_assert_msg(q != NULL, "%s", err.text);
    struct pipe *p = pipe_new(q, &err);
    ck_assert_msg(p != NULL, "%s", err.text);
    timing_params_free(q);
    return p;
}

/* Cycles of `times` repetitions of a block from the empty state, rounded down */
static unsigned repeat(struct pipe *p, const uint32_t *words, unsigned n, unsigned times)
{
    struct pipe_block *b = pipe_block_new(p, words, n, NULL);
    unsigned state = PIPE_EMPTY, ticks = 0;
    for (unsigned i = 0; i < times; i++) {
        ticks += pipe_block_run(p, b, &state);
    }
    pipe_block_free(b);
    return ticks / pipe_ticks(p);
}

/* ---- files ---- */
#define TOP "core x\n[sources]\ns = a source\n"

START_TEST(bad_files_are_told_by_line)
{
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"", "f: empty"},
        {"[pipeline]\n", "f:1: the first line must be: core NAME"},
        {"# only\n\ncore \n", "f:3: the first line must be: core NAME"},
        {"core x\nwidth = 2 | seen | s\n", "f:2: expected [SECTION]"},
        {"core x\n[sources\n", "f:2: a section is [NAME]"},
        {"core x\n[sources]\ns =\n", "f:3: a source is LABEL = TEXT"},
        {TOP "s = again\n", "f:4: the source s is already in line 3"},
        {TOP "[p]\nwidth\n", "f:5: expected KEY = ..., not 'width'"},
        {TOP "[p]\nwidth = 2\n", "f:5: a parameter is KEY = VALUE | STATUS | SOURCE: WHERE; width lacks status and source"},
        {TOP "[p]\nwidth = 2 | seen\n", "f:5: a parameter is KEY = VALUE | STATUS | SOURCE: WHERE; width lacks the source"},
        {TOP "[p]\nwidth = | seen | s\n", "f:5: width has no value"},
        {TOP "[p]\nwidth = 2 | guessed | s\n", "f:5: width has the status 'guessed': want seen, measured, fitted or assumed"},
        {TOP "[p]\nwidth = 2 | seen | t: x\n", "f:5: width has the source 't', which is not under [sources]"},
        {TOP "[p]\na = 1 | seen | s\n\na = 2 | seen | s\n", "f:7: [p] a is already in line 5"},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct timing_error err = {""};
        ck_assert_ptr_null(timing_params_parse("f", cases[i].text, strlen(cases[i].text), &err));
        ck_assert_msg(strncmp(err.text, cases[i].error, strlen(cases[i].error)) == 0, "case %u: %s", i, err.text);
    }
    struct timing_error err = {""};
    ck_assert_ptr_null(timing_params_read("/nonexistent/file.conf", &err));
    ck_assert_str_eq(err.text, "/nonexistent/file.conf: No such file or directory");
    ck_assert_ptr_null(timing_params_builtin("cortex-x9", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no timing model 'cortex-x9': there are cortex-a53, "));
}
END_TEST

START_TEST(parameters_are_found_and_checked)
{
    static const char text[] = "core one # a comment\n[sources]\ns = a source\nt = another\n[p]\nwidth = 2 | seen | s: page 3\n"
                               "kind = fast | fitted | t\n[q]\nwidth = 0x10 | assumed | t: why\n";
    struct timing_error err = {""};
    struct timing_params *p = timing_params_parse("f", text, strlen(text), &err);
    ck_assert_msg(p != NULL, "%s", err.text);
    ck_assert_str_eq(p->core, "one");
    long v;
    ck_assert(!timing_params_check_used(p, &err));
    ck_assert_str_eq(err.text, "f:6: no model has a parameter width in section [p]");
    ck_assert(timing_param_int(p, "p", "width", 1, 4, &v, &err));
    ck_assert_int_eq(v, 2);
    ck_assert(timing_param_int(p, "q", "width", 1, 16, &v, &err));
    ck_assert_int_eq(v, 16);
    ck_assert(!timing_param_int(p, "q", "width", 1, 4, &v, &err));
    ck_assert_str_eq(err.text, "f:9: width = 0x10: want an integer from 1 to 4");
    ck_assert(!timing_param_int(p, "p", "kind", 1, 4, &v, &err));
    ck_assert_str_eq(err.text, "f:7: kind = fast: want an integer from 1 to 4");
    ck_assert(!timing_param_int(p, "p", "depth", 1, 4, &v, &err));
    ck_assert_str_eq(err.text, "f: lacks depth in section [p]");
    static const char *const words[] = {"slow", "fast", NULL};
    unsigned w;
    ck_assert(timing_param_word(p, "p", "kind", words, &w, &err));
    ck_assert_uint_eq(w, 1);
    const struct timing_param *q = timing_param_find(p, "p", "width");
    ck_assert_str_eq(q->where, "page 3");
    ck_assert_str_eq(timing_status_name(q->status), "seen");
    ck_assert(timing_params_check_used(p, &err));
    timing_params_free(p);
}
END_TEST

/* A pipeline description with one line changed */
START_TEST(bad_pipelines_are_told_by_line)
{
    static const struct {
        const char *lines, *error;
    } cases[] = {
        {"[pipeline]\nmodel = odd | seen | s\n", "f:5: model = odd: want one of in-order, out-of-order"},
        {"[pipeline]\nmodel = in-order | seen | s\n", "f: lacks width in section [pipeline]"},
        {"[pipeline]\nmodel = in-order | seen | s\nwidth = 2 | seen | s\nordered_results = 0 | seen | s\n[resources]\na = b | seen | s\n",
         "f:9: a = b: no resource before this one is called 'b'"},
        {"[pipeline]\nmodel = in-order | seen | s\nwidth = 2 | seen | s\nordered_results = 0 | seen | s\n[forward]\na = src 2 | seen | s\n",
         "f:9: a = src 2: expected 'from GROUP' at the end of 'src 2'"},
        {"[pipeline]\nmodel = in-order | seen | s\nwidth = 2 | seen | s\nordered_results = 0 | seen | s\n[classes]\nalu = lat x | seen | s\n",
         "f:9: alu = lat x: expected cycles, not 'x'"},
        {"[pipeline]\nmodel = in-order | seen | s\nwidth = 2 | seen | s\nordered_results = 0 | seen | s\n[classes]\nalu = lat 1 | seen | s\n",
         "f: lacks the class imm in section [classes]"},
        {"[pipeline]\nmodel = in-order | seen | s\nwidth = 2 | seen | s\nordered_results = 0 | seen | s\n[classes]\nalo = lat 1 | seen | s\n",
         "f:9: alo = lat 1: no class is called 'alo'"},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[512];
        struct timing_error err = {""};
        snprintf(text, sizeof(text), TOP "%s", cases[i].lines);
        struct timing_params *p = timing_params_parse("f", text, strlen(text), &err);
        ck_assert_msg(p != NULL, "case %u: %s", i, err.text);
        ck_assert_ptr_null(pipe_new(p, &err));
        ck_assert_msg(strcmp(err.text, cases[i].error) == 0, "case %u: %s", i, err.text);
        timing_params_free(p);
    }
}
END_TEST

START_TEST(built_in_files_are_whole)
{
    unsigned n = 0;
    for (const char *core; (core = timing_params_builtin_name(n)) != NULL; n++) {
        struct timing_error err = {""};
        struct timing_params *q = timing_params_builtin(core, &err);
        ck_assert_msg(q != NULL, "%s", err.text);
        ck_assert_str_eq(q->core, core);
        struct pipe *p = pipe_new(q, &err);
        ck_assert_msg(p != NULL, "%s", err.text);
        if (strstr(core, "-llvm") != NULL) { /* the others have sections of other parts */
            ck_assert_msg(timing_params_check_used(q, &err), "%s", err.text);
        }
        pipe_free(p);
        timing_params_free(q);
    }
    ck_assert_uint_ge(n, 9);
}
END_TEST

/* ---- one feature at a time: the cycles give the parameter back ---- */

/* Cycles by which row `name` of [forward] lets sources of a kind wait for results of a group; 0 when it does not */
static unsigned advance_of(struct timing_params *q, const char *name, const char *kind, const char *group)
{
    const struct timing_param *row = timing_param_find(q, "forward", name);
    char text[256];
    if (row == NULL) {
        return 0;
    }
    snprintf(text, sizeof(text), "%s", row->value);
    char *save = NULL;
    for (char *clause = strtok_r(text, ";", &save); clause != NULL; clause = strtok_r(NULL, ";", &save)) {
        char *from = strstr(clause, " from "), *word_save = NULL;
        bool here = false;
        unsigned n = 0;
        *from = '\0';
        for (char *g = strtok_r(from + 6, " ", &word_save); g != NULL; g = strtok_r(NULL, " ", &word_save)) {
            here = here || strcmp(g, group) == 0 || strcmp(g, "any") == 0;
        }
        for (char *k = strtok_r(clause, " ", &word_save); k != NULL; k = strtok_r(NULL, " ", &word_save)) {
            char *cycles = strtok_r(NULL, " ", &word_save);
            n = strcmp(k, kind) == 0 ? (unsigned)atoi(cycles) : n;
        }
        if (here) {
            return n;
        }
    }
    return 0;
}

/* The word after `key` in a class's row, "" without it; "as CLASS" is followed. */
static void class_word(struct timing_params *q, const char *class, const char *key, char value[32])
{
    const struct timing_param *row = timing_param_find(q, "classes", class);
    char text[256], *save = NULL, as[32] = "";
    ck_assert_msg(row != NULL, "no class %s", class);
    snprintf(text, sizeof(text), "%s", row->value);
    value[0] = '\0';
    for (char *w = strtok_r(text, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
        bool is_key = strcmp(w, key) == 0, is_as = strcmp(w, "as") == 0;
        if (is_key || is_as) {
            snprintf(is_key ? value : as, 32, "%s", strtok_r(NULL, " ", &save));
        }
    }
    if (value[0] == '\0' && as[0] != '\0') {
        class_word(q, as, key, value);
    }
}

/* A register that depends on itself, by the kind of source */
static const struct {
    const char *class, *kind;
    uint32_t word;
} chains[] = {
    {"alu", "src", 0x8b020000},         /* add x0, x0, x2 */
    {"alu", "src2", 0x8b000040},        /* add x0, x2, x0 */
    {"alu_lsl", "shifted", 0x8b000840}, /* add x0, x2, x0, lsl #2 */
    {"alu_shift", "shifted", 0x8b400840}, /* add x0, x2, x0, lsr #2 */
    {"alu_ext", "extended", 0x8b204040}, /* add x0, x2, w0, uxtw */
    {"logic_reg", "src", 0x8a020000},   /* and x0, x0, x2 */
    {"logic_shift", "shifted", 0x8a000840}, /* and x0, x2, x0, lsl #2 */
    {"shift_reg", "src", 0x9ac22000},   /* lsl x0, x0, x2 */
    {"shift_reg", "src2", 0x9ac02040},  /* lsl x0, x2, x0 */
    {"bitfield", "src", 0xd37ef400},    /* lsl x0, x0, #2 */
    {"insert", "merge", 0xb37e0c40},    /* bfi x0, x2, #2, #4 */
    {"extr_x", "src", 0x93c20c00},      /* extr x0, x0, x2, #3 */
    {"mul_x", "src", 0x9b020c00},       /* madd x0, x0, x2, x3 */
    {"mul_x", "acc", 0x9b030040},       /* madd x0, x2, x3, x0 */
    {"mul_w", "acc", 0x1b030040},       /* madd w0, w2, w3, w0 */
    {"mul_high", "src", 0x9b427c00},    /* smulh x0, x0, x2 */
    {"div_x", "src", 0x9ac20800},       /* udiv x0, x0, x2 */
    {"load", "addr", 0xf9400000},       /* ldr x0, [x0] */
    {"load_idx", "addr", 0xf8626800},   /* ldr x0, [x0, x2] */
    {"load_idx", "index", 0xf8606840},  /* ldr x0, [x2, x0] */
    {"fadd", "src", 0x1e622800},        /* fadd d0, d0, d2 */
    {"fmul", "src", 0x1e620800},        /* fmul d0, d0, d2 */
    {"fma", "src", 0x1f420c00},         /* fmadd d0, d0, d2, d3 */
    {"fma", "acc", 0x1f430040},         /* fmadd d0, d2, d3, d0 */
    {"fdiv_d", "src", 0x1e621800},      /* fdiv d0, d0, d2 */
    {"fdiv_s", "src", 0x1e221800},      /* fdiv s0, s0, s2 */
    {"simd_q", "src", 0x4ea28400},      /* add v0.4s, v0.4s, v2.4s */
    {"simd_fma_d", "acc", 0x0e22cc40},  /* fmla v0.2s, v2.2s, v2.2s */
};

START_TEST(chains_give_latencies)
{
    static const char *const cores[] = {"cortex-a53", "cortex-a53-llvm", "cortex-a55", "cortex-a55-llvm", "cortex-a57", "cortex-a57-llvm",
                                        "cortex-a72", "neoverse-n1", "neoverse-n1-llvm"};
    struct timing_error err;
    for (unsigned k = 0; k < sizeof(cores) / sizeof(cores[0]); k++) {
        struct timing_params *q = timing_params_builtin(cores[k], &err);
        struct pipe *p = open_core(cores[k]);
        for (unsigned i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
            char latency[32], group[32], read[32];
            struct operands o;
            ck_assert(operands_of(chains[i].word, NULL, &o));
            ck_assert_str_eq(timing_class_name(timing_class_of(chains[i].word, &o)), chains[i].class);
            class_word(q, chains[i].class, "lat", latency);
            class_word(q, chains[i].class, "group", group);
            class_word(q, chains[i].class, "read", read);
            unsigned expected = (unsigned)atoi(latency) - advance_of(q, read, chains[i].kind, group);
            struct pipe_cost cost = pipe_class_cost(p, timing_class_of(chains[i].word, &o));
            expected = cost.interval > 1 && expected < cost.interval ? cost.interval : expected;
            /* 3000 of them, less what the first 1000 took: nothing of the beginning is in it; 2000 have taken whole cycles
               even where two issue in one */
            unsigned cycles = repeat(p, &chains[i].word, 1, 3000) - repeat(p, &chains[i].word, 1, 1000);
            if (expected == 0) {
                ck_assert_uint_eq(cycles, 2000 / pipe_width(p));
            } else {
                ck_assert_msg(cycles == 2000 * expected, "%s %s %s: %u cycles, expected 2000 times %u", cores[k], chains[i].class,
                              chains[i].kind, cycles, expected);
            }
        }
        pipe_free(p);
        timing_params_free(q);
    }
}
END_TEST

/* Independent instructions of one class, on eight registers, give the interval of its unit or the width. */
START_TEST(streams_give_intervals)
{
    static const struct {
        const char *class;
        uint32_t word;      /* its destination is added */
        unsigned step;      /* to the next destination */
    } streams[] = {
        {"alu", 0x8b1500c0, 1},         /* add xN, x6, x21 */
        {"mul_x", 0x9b155ac0, 1},       /* madd xN, x22, x21, x22 */
        {"div_x", 0x9ad50ac0, 1},       /* udiv xN, x22, x21 */
        {"load", 0xf94002c0, 1},        /* ldr xN, [x22] */
        {"store", 0xf90002c0, 1},       /* str xN, [x22] */
        {"load_pair_x", 0xa9407ac0, 1}, /* ldp xN, x30, [x22] */
        {"store_pair_x", 0xa9007ac0, 1}, /* stp xN, x30, [x22] */
        {"fadd", 0x1e752ac0, 1},        /* fadd dN, d22, d21 */
        {"fdiv_d", 0x1e751ac0, 1},      /* fdiv dN, d22, d21 */
        {"simd_q", 0x4eb586c0, 1},      /* add vN.4s, v22.4s, v21.4s */
    };
    static const char *const cores[] = {"cortex-a53", "cortex-a55", "cortex-a53-llvm", "cortex-a55-llvm"};
    for (unsigned k = 0; k < sizeof(cores) / sizeof(cores[0]); k++) {
        struct pipe *p = open_core(cores[k]);
        for (unsigned i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
            uint32_t words[6];
            struct operands o;
            for (unsigned r = 0; r < 6; r++) {
                words[r] = streams[i].word + r;
            }
            ck_assert(operands_of(words[0], NULL, &o));
            enum timing_class c = timing_class_of(words[0], &o);
            ck_assert_str_eq(timing_class_name(c), streams[i].class);
            struct pipe_cost cost = pipe_class_cost(p, c);
            /* twelfths of a cycle an instruction */
            struct timing_error err;
            struct timing_params *q = timing_params_builtin(cores[k], &err);
            const char *row = timing_param_find(q, "classes", streams[i].class)->value;
            unsigned slots = strstr(row, " first") != NULL ? 12 : 12 * cost.uops / pipe_width(p);
            unsigned units = 12 * cost.interval;
            /* there are two ALUs, and on the Cortex-A55 two FP adders: each takes one a cycle */
            bool two = strstr(row, "use alu") != NULL || strstr(row, "use fpalu") != NULL;
            units = two && (strstr(row, "alu*") == NULL) && (strstr(row, "fpalu") == NULL || strstr(cores[k], "a55") != NULL) ? 6 : units;
            unsigned expected = slots > units ? slots : units;
            unsigned cycles = repeat(p, words, 6, 300) - repeat(p, words, 6, 100);
            ck_assert_msg(cycles == 1200 * expected / 12, "%s %s: %u cycles, expected %u", cores[k], streams[i].class, cycles,
                          1200 * expected / 12);
            timing_params_free(q);
        }
        pipe_free(p);
    }
}
END_TEST

/* ---- states ---- */

/* A block cut in two costs the same as the whole, and what is remembered is what would be computed. */
START_TEST(blocks_compose)
{
    static const char *const cores[] = {"cortex-a53", "cortex-a55-llvm", "cortex-a57", "neoverse-n1"};
    enum { N = 120 };
    struct block *b = make_blocks(N, 4711);
    for (unsigned k = 0; k < sizeof(cores) / sizeof(cores[0]); k++) {
        struct pipe *p = open_core(cores[k]), *fresh = open_core(cores[k]);
        for (unsigned i = 0; i < N; i++) {
            unsigned cut = b[i].n / 3 + 1, one = PIPE_EMPTY, two = PIPE_EMPTY, anew = PIPE_EMPTY;
            struct pipe_slot slot[BLOCK_MAX];
            struct pipe_block *whole = pipe_block_new(p, b[i].word, b[i].n, NULL);
            struct pipe_block *head = pipe_block_part(p, b[i].word, cut, NULL);
            struct pipe_block *tail = pipe_block_new(p, b[i].word + cut, b[i].n - cut, NULL);
            struct pipe_block *computed = pipe_block_new(fresh, b[i].word, b[i].n, NULL);
            for (unsigned turn = 0; turn < 40; turn++) {
                unsigned x = pipe_block_run(p, whole, &one), y = pipe_block_run(p, head, &two) + pipe_block_run(p, tail, &two);
                unsigned z = pipe_block_schedule(fresh, computed, &anew, slot);
                ck_assert_uint_eq(x, y);
                ck_assert_msg(one == two, "%s block %u turn %u: states %u, %u", cores[k], i, turn, one, two);
                ck_assert_uint_eq(x, z);
            }
            pipe_block_free(whole);
            pipe_block_free(head);
            pipe_block_free(tail);
            pipe_block_free(computed);
        }
        struct pipe_memory m = pipe_memory_use(p);
        ck_assert_uint_lt(m.computed, m.runs);
        pipe_free(p);
        pipe_free(fresh);
    }
    free(b);
}
END_TEST

/* The end of a run: time and state are the same when the run is cut anywhere, down to single instructions as the stepping form has
   them; and rounding what is rounded changes nothing and takes no time. */
START_TEST(states_are_rounded_where_a_run_ends)
{
    static const char *const cores[] = {"cortex-a57", "cortex-a72", "neoverse-n1", "neoverse-n1-llvm", "cortex-a53"};
    enum { N = 60 };
    struct block *b = make_blocks(N, 815);
    for (unsigned k = 0; k < sizeof(cores) / sizeof(cores[0]); k++) {
        struct pipe *p = open_core(cores[k]);
        struct pipe_block *nothing = pipe_block_new(p, NULL, 0, NULL);
        unsigned state = PIPE_EMPTY;
        for (unsigned i = 0; i < 3 * N; i++) {
            const uint32_t *word = b[i % N].word;
            unsigned n = b[i % N].n, entry = state, single = entry, ticks = 0;
            struct pipe_block *whole = pipe_block_new(p, word, n, NULL);
            unsigned all = pipe_block_run(p, whole, &state);
            for (unsigned at = 0; at < n; at++) {
                struct pipe_block *one = (at + 1 < n ? pipe_block_part : pipe_block_new)(p, word + at, 1, NULL);
                struct pipe_block *rest = pipe_block_new(p, word + at, n - at, NULL);
                unsigned cut = single, then = pipe_block_run(p, rest, &cut);
                ck_assert_msg(ticks + then == all && cut == state, "%s block %u cut at %u: %u + %u ticks, not %u", cores[k], i, at, ticks, then,
                              all);
                ticks += pipe_block_run(p, one, &single);
                pipe_block_free(one);
                pipe_block_free(rest);
            }
            ck_assert_uint_eq(ticks, all);
            ck_assert_uint_eq(single, state);
            unsigned once = state;
            ck_assert_uint_eq(pipe_block_run(p, nothing, &once), 0);
            unsigned twice = once;
            ck_assert_uint_eq(pipe_block_run(p, nothing, &twice), 0);
            ck_assert_uint_eq(twice, once);
            pipe_block_free(whole);
        }
        pipe_block_free(nothing);
        pipe_free(p);
    }
    free(b);
}
END_TEST

/* What is rounded away does not lose what bounds a loop: a chain, a unit, dispatch. Cycles of a turn, for blocks that are a run each */
START_TEST(loops_take_what_bounds_them)
{
    static const struct {
        const char *core;
        unsigned n, turns, cycles;
        uint32_t word[6];
    } loops[] = {
        {"neoverse-n1", 2, 1, 4, {0xf9400000, 0xb5000000}},                 /* ldr x0, [x0]; cbnz: the load's latency */
        {"neoverse-n1", 2, 1, 1, {0xf1000400, 0x54000001}},                 /* subs x0, x0, #1; b.ne: a chain of one cycle */
        {"neoverse-n1", 3, 1, 1, {0xf1000400, 0x8b030042, 0x54000001}},     /* the same and add x2, x2, x3 */
        {"neoverse-n1", 4, 1, 2, {0xf9400041, 0xf9400043, 0xf9400044, 0xf9400045}}, /* four loads, two load units */
        {"neoverse-n1", 3, 4, 3, {0xd503201f, 0xd503201f, 0x54000001}},     /* three instructions, four a cycle */
        {"cortex-a72", 2, 1, 4, {0xf9400000, 0xb5000000}},
        {"cortex-a72", 4, 1, 4, {0xf9400041, 0xf9400043, 0xf9400044, 0xf9400045}}, /* one load unit */
        {"cortex-a72", 2, 1, 1, {0xf1000400, 0x54000001}},                  /* subs x0, x0, #1; b.ne */
    };
    for (unsigned i = 0; i < sizeof(loops) / sizeof(loops[0]); i++) {
        struct pipe *p = open_core(loops[i].core);
        unsigned cycles = repeat(p, loops[i].word, loops[i].n, 3000) - repeat(p, loops[i].word, loops[i].n, 1000);
        ck_assert_msg(cycles == 2000 / loops[i].turns * loops[i].cycles, "loop %u: %u cycles for 2000 turns", i, cycles);
        pipe_free(p);
    }
}
END_TEST

START_TEST(waiting_lets_what_is_in_flight_complete)
{
    static const uint32_t load_use[] = {0xf9400020, 0x8b020003}; /* ldr x0, [x1]; add x3, x0, x2 */
    struct pipe *p = open_core("cortex-a53-llvm");
    struct pipe_block *load = pipe_block_new(p, load_use, 1, NULL), *use = pipe_block_new(p, load_use + 1, 1, NULL);
    for (unsigned wait = 0; wait < 8; wait++) {
        unsigned s = PIPE_EMPTY;
        ck_assert_uint_eq(pipe_block_run(p, load, &s), 0);
        ck_assert_uint_eq(pipe_state_drain(p, s), 4);
        pipe_state_wait(p, &s, wait);
        ck_assert_uint_eq(pipe_state_drain(p, s), wait < 4 ? 4 - wait : 0);
        /* the add waits for the rest of the load's four cycles */
        ck_assert_uint_eq(pipe_block_run(p, use, &s), wait < 4 ? 4 - wait : 0);
    }
    unsigned s = PIPE_EMPTY;
    pipe_block_run(p, load, &s);
    pipe_state_wait(p, &s, 100);
    ck_assert_uint_eq(s, PIPE_EMPTY);
    pipe_block_free(load);
    pipe_block_free(use);
    pipe_free(p);
}
END_TEST

/* Two pipelines that forget their states at different times agree about every cycle. */
START_TEST(forgetting_changes_nothing)
{
    enum { N = 600, TURNS = 300 };
    struct block *b = make_blocks(N, 99);
    struct pipe *p = open_core("cortex-a53"), *fresh = open_core("cortex-a53");
    struct pipe_block *pb[N], *fb[N];
    unsigned state = PIPE_EMPTY, anew = PIPE_EMPTY, r = 1;
    for (unsigned i = 0; i < N; i++) {
        pb[i] = pipe_block_new(p, b[i].word, b[i].n, NULL);
        fb[i] = pipe_block_new(fresh, b[i].word, b[i].n, NULL);
    }
    for (unsigned i = 0; i < N * TURNS; i++) {
        r = r * 1664525 + 1013904223;
        unsigned k = (r >> 8) % N;
        unsigned x = pipe_block_run(p, pb[k], &state), y = pipe_block_run(fresh, fb[k], &anew);
        ck_assert_uint_eq(x, y);
        unsigned *keep[2] = {&state, &anew};
        if (i % 70000 == 50000) {
            ck_assert_uint_gt(pipe_memory_use(p).states, 1000);
            pipe_forget(p, keep, 1);
        }
        if (i % 1000 == 999) {
            pipe_forget(fresh, keep + 1, 1);
            ck_assert_uint_le(pipe_memory_use(fresh).states, 2);
        }
    }
    for (unsigned i = 0; i < N; i++) {
        pipe_block_free(pb[i]);
        pipe_block_free(fb[i]);
    }
    free(b);
    pipe_free(p);
    pipe_free(fresh);
}
END_TEST

START_TEST(loads_tell_their_slack)
{
    /* ldr x0, [x1]; three pairs of adds elsewhere; add x3, x0, x2 */
    static const uint32_t words[] = {0xf9400020, 0x8b0b014a, 0x8b0d018c, 0x8b0f01ee, 0x8b110210, 0x8b130252, 0x8b150294, 0x8b1702d6, 0x8b190318,
                                     0x8b1b035a, 0x8b1d039c, 0x8b020003};
    struct pipe *p = open_core("cortex-a53");
    struct pipe_slot slot[12];
    struct pipe_block *b = pipe_block_new(p, words, 12, NULL);
    unsigned s = PIPE_EMPTY;
    pipe_block_schedule(p, b, &s, slot);
    ck_assert_int_eq(slot[0].issue, 0);
    ck_assert_int_eq(slot[0].done, 3);
    ck_assert_int_eq(slot[11].issue, 5);    /* eleven instructions before it, two a cycle */
    ck_assert_uint_eq(slot[0].slack, 3);    /* a load's result is there for an ALU a cycle earlier */
    pipe_block_free(b);
    pipe_free(p);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pipe");
    TCase *c = tcase_create("pipe");
    tcase_add_test(c, bad_files_are_told_by_line);
    tcase_add_test(c, parameters_are_found_and_checked);
    tcase_add_test(c, bad_pipelines_are_told_by_line);
    tcase_add_test(c, built_in_files_are_whole);
    tcase_add_test(c, chains_give_latencies);
    tcase_add_test(c, streams_give_intervals);
    tcase_add_test(c, blocks_compose);
    tcase_add_test(c, states_are_rounded_where_a_run_ends);
    tcase_add_test(c, loops_take_what_bounds_them);
    tcase_add_test(c, waiting_lets_what_is_in_flight_complete);
    tcase_add_test(c, forgetting_changes_nothing);
    tcase_add_test(c, loads_tell_their_slack);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
