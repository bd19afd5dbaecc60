/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pipeline's parameters from cycles. Short sequences of instructions are run from the empty pipeline, which an
 * exception return leaves; measured is in which cycle after it the last one issued. The file is changed so that one
 * feature is seen at a time (wide, no order of results, no units...), never in what is measured:
 *
 *   latency          producer, then an instruction that forwards nothing: it issues so many cycles later
 *   slots            one slot a cycle: how many cycles later the next one issues
 *   first, last      many slots: does it issue beside a NOP before it, a NOP beside it
 *   units            one unit of each: when can another user of the unit issue
 *   free             results in order: does an instruction whose result is there at once wait
 *   read             a producer of latency 20, of each group: how much earlier the consumer issues
 *   group            a consumer that needs each group at another time
 */
#include "tests/timing/micro-pipe.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- measurements of classes ---- */

static void pin(struct conf *c, const char *class, unsigned lat) { conf_set(c, "classes", class, "lat %u", lat); }

static void latencies(struct pipe_lab *p)
{
    struct conf *k = isolated(p->c, (unsigned)conf_int(p->c, "pipeline", "width"), false, KEEP_ALL);
    struct batch b = {.n = 0};
    struct class_row row;
    static const char *const consumers[] = {"sys", "vstore", "fcsel"};
    for (unsigned i = 0; i < ARRAY_LEN(consumers); i++) {
        class_get(k, consumers[i], &row);
        strip_row(&row, NO_READ);
        class_set(k, consumers[i], &row);
    }
    for (unsigned i = 0; i < p->n; i++) {
        struct operands o;
        uint32_t w = word_of(p->m[i].class);
        operands(w, &o);
        const int reg[3] = {main_result(&o), result(&o, OPD_LOADED, 1), result(&o, OPD_WRITEBACK, 0)};
        for (unsigned j = 0; j < 3; j++) {
            batch_two(&b, w, reg[j] < 0 ? A64_NOP : consumer_of((unsigned)reg[j]));
        }
    }
    batch_run(&b, k);
    for (unsigned i = 0; i < p->n; i++) {
        struct operands o;
        operands(word_of(p->m[i].class), &o);
        struct class_row *r = &p->m[i].r;
        r->lat = main_result(&o) >= 0 ? (unsigned)b.seq[3 * i].cycle : 0;
        r->second = result(&o, OPD_LOADED, 1) >= 0 ? (unsigned)b.seq[3 * i + 1].cycle : r->lat;
        r->base = result(&o, OPD_WRITEBACK, 0) >= 0 ? (unsigned)b.seq[3 * i + 2].cycle : 0;
    }
    batch_free(&b);
    free(k);
}

/* A NOP, or for the class nop something else that is as plain */
static uint32_t marker(const char *class) { return strcmp(class, "nop") == 0 ? (uint32_t)CRC : A64_NOP; }

/* In which cycle the second of two issues: the class and a marker, or the other way round */
static void with_marker(struct pipe_lab *p, struct conf *k, unsigned marker_latency, bool marker_first, int *cycle)
{
    static const char *const markers[] = {"nop", "crc"};
    struct class_row own;
    struct batch b = {.n = 0};
    for (unsigned t = 0; t < 2; t++) { /* first all but the class nop */
        struct conf *one = malloc(sizeof(*one));
        ck_assert_ptr_nonnull(one);
        *one = *k;
        class_get(one, markers[1 - t], &own);
        pin(one, markers[t], marker_latency);
        for (unsigned i = 0; i < p->n; i++) {
            uint32_t w = word_of(p->m[i].class), x = marker(p->m[i].class);
            batch_two(&b, marker_first ? x : w, marker_first ? w : x);
        }
        batch_run(&b, one);
        for (unsigned i = 0; i < p->n; i++) {
            if ((marker(p->m[i].class) == A64_NOP) == (t == 0)) {
                cycle[i] = b.seq[i].cycle;
            }
        }
        b.n = 0;
        free(one);
    }
    batch_free(&b);
}

static void slots(struct pipe_lab *p)
{
    int *cycle = calloc(p->n, sizeof(cycle[0]));
    ck_assert_ptr_nonnull(cycle);
    struct conf *k = isolated(p->c, 1, false, NO_UNITS);
    with_marker(p, k, 1, false, cycle);
    for (unsigned i = 0; i < p->n; i++) {
        p->m[i].r.uops = (unsigned)cycle[i];
    }
    free(k);
    k = isolated(p->c, WIDE, false, NO_UNITS | ONE_SLOT);
    with_marker(p, k, 1, false, cycle);
    for (unsigned i = 0; i < p->n; i++) {
        p->m[i].r.last = cycle[i] == 1;
    }
    with_marker(p, k, 1, true, cycle);
    for (unsigned i = 0; i < p->n; i++) {
        p->m[i].r.first = cycle[i] == 1;
    }
    free(k);
    /* an instruction whose result is there at once waits for results that are written in order */
    k = isolated(p->c, WIDE, true, NO_UNITS | NO_EDGES | ONE_SLOT);
    with_marker(p, k, 0, false, cycle);
    for (unsigned i = 0; i < p->n; i++) {
        p->m[i].r.free = cycle[i] == 0;
    }
    free(k);
    k = isolated(p->c, WIDE, true, NO_UNITS | NO_EDGES | ONE_SLOT | NOT_FREE);
    with_marker(p, k, 0, false, cycle);
    for (unsigned i = 0; i < p->n; i++) {
        if (p->m[i].r.lat == 0) { /* no result: this is all that its latency is for */
            p->m[i].r.lat = p->m[i].r.second = (unsigned)cycle[i];
        }
    }
    free(k);
    free(cycle);
}

static void units(struct pipe_lab *p)
{
    static const struct {
        const char *class;
        uint32_t word;
    } probes[2] = {{"crc", CRC}, {"ror_w", ROR}};
    struct names res;
    struct batch b = {.n = 0};
    section_keys(p->c, "resources", &res);
    for (unsigned t = 0; t < 2 * res.n; t++) {
        struct conf *k = isolated(p->c, WIDE, false, NO_EDGES | ONE_SLOT);
        for (unsigned i = 0; i < res.n; i++) {
            conf_set(k, "resources", res.name[i], "1");
        }
        conf_set(k, "classes", probes[t & 1].class, "lat 1 use %s", res.name[t / 2]);
        for (unsigned i = 0; i < p->n; i++) {
            batch_two(&b, word_of(p->m[i].class), probes[t & 1].word);
        }
        batch_run(&b, k);
        for (unsigned i = 0; i < p->n; i++) {
            struct class_row *r = &p->m[i].r;
            if ((strcmp(p->m[i].class, probes[0].class) == 0) != ((t & 1) != 0) || b.seq[i].cycle == 0) {
                continue;
            }
            snprintf(r->use[r->n_uses].unit, CONF_WORD, "%s", res.name[t / 2]);
            r->use[r->n_uses++].cycles = (unsigned)b.seq[i].cycle;
        }
        b.n = 0;
        free(k);
    }
    batch_free(&b);
}

/* [resources]: how many users issue in one cycle */
static void counts(const struct conf *c, struct findings *f)
{
    struct names res;
    section_keys(c, "resources", &res);
    for (unsigned i = 0; i < res.n; i++) {
        struct conf *k = isolated(c, 16, false, KEEP_ALL);
        struct batch b = {.n = 0};
        uint32_t word[16];
        unsigned n = 0;
        conf_set(k, "classes", "crc", "lat 1 use %s", res.name[i]);
        for (unsigned j = 0; j < 16; j++) {
            word[j] = CRC;
            batch_add(&b, word, j + 1);
        }
        batch_run(&b, k);
        while (n < 16 && b.seq[n].cycle == 0) {
            n++;
        }
        struct finding *x = finding_add(f, "resources", res.name[i]);
        snprintf(x->file, sizeof(x->file), "%s", conf_get(c, "resources", res.name[i]));
        snprintf(x->measured, sizeof(x->measured), "%u", n);
        batch_free(&b);
        free(k);
    }
}

/* ---- [pipeline] ---- */

void micro_whole(const struct conf *c, struct findings *f)
{
    uint32_t nops[SEQ_MAX];
    const uint32_t chain[3] = {(uint32_t)UDIV, (uint32_t)ADD_AFTER_UDIV, A64_NOP}, order[2] = {(uint32_t)UDIV, A64_NOP};
    bool ooo = strcmp(conf_get(c, "pipeline", "model"), "in-order") != 0;
    unsigned width = 0;
    struct finding *x = finding_add(f, "pipeline", "model");
    struct conf *k = malloc(sizeof(*k));
    ck_assert_ptr_nonnull(k);
    *k = *c;
    pin(k, "div_x", LONG);
    pin(k, "nop", 1);
    snprintf(x->file, sizeof(x->file), "%s", conf_get(c, "pipeline", "model"));
    /* does a NOP wait for an instruction that waits for a division */
    snprintf(x->measured, sizeof(x->measured), "%s", cycle_of(k, chain, 3) < LONG / 2 ? "out-of-order" : "in-order");
    x = finding_add(f, "pipeline", "width");
    for (unsigned i = 0; i < SEQ_MAX; i++) {
        nops[i] = A64_NOP;
    }
    while (width < SEQ_MAX && cycle_of(k, nops, width + 1) == 0) {
        width++;
    }
    width += ooo; /* in order the cycle is that in which the last one issues, out of order that in which the next one is dispatched */
    snprintf(x->file, sizeof(x->file), "%s", conf_get(c, "pipeline", "width"));
    snprintf(x->measured, sizeof(x->measured), "%u", width);
    if (!ooo) {
        x = finding_add(f, "pipeline", "ordered_results");
        snprintf(x->file, sizeof(x->file), "%s", conf_get(c, "pipeline", "ordered_results"));
        snprintf(x->measured, sizeof(x->measured), "%d", cycle_of(k, order, 2) != 0);
    }
    free(k);
}

/* ---- all of it ---- */

/* A class's row in one form, units in alphabetical order */
static void canonical(struct class_row *r, char text[200])
{
    struct conf *k = calloc(1, sizeof(*k));
    ck_assert_ptr_nonnull(k);
    for (unsigned i = 1; i < r->n_uses; i++) {
        for (unsigned j = i; j > 0 && strcmp(r->use[j - 1].unit, r->use[j].unit) > 0; j--) {
            char unit[CONF_WORD];
            unsigned cycles = r->use[j].cycles;
            memcpy(unit, r->use[j].unit, CONF_WORD);
            r->use[j] = r->use[j - 1];
            memcpy(r->use[j - 1].unit, unit, CONF_WORD);
            r->use[j - 1].cycles = cycles;
        }
    }
    class_set(k, "x", r);
    snprintf(text, 200, "%s", conf_get(k, "classes", "x"));
    free(k);
}

void micro_pipe(const struct conf *c, bool all_used, struct findings *f)
{
    struct pipe_lab p = {.c = c, .m = calloc(CONF_ROWS, sizeof(p.m[0]))};
    ck_assert_ptr_nonnull(p.m);
    micro_whole(c, f);
    counts(c, f);
    for (unsigned i = 0; i < c->n; i++) {
        if (strcmp(c->row[i].section, "classes") != 0) {
            continue;
        }
        if (strcmp(c->row[i].key, "undefined") == 0) {
            struct finding *x = finding_add(f, "classes", "undefined");
            x->reason = "an exception follows, which empties the pipeline";
            continue;
        }
        p.m[p.n++].class = c->row[i].key;
    }
    latencies(&p);
    slots(&p);
    units(&p);
    micro_forward(&p, all_used, f);
    for (unsigned i = 0; i < p.n; i++) {
        struct class_row file;
        struct finding *x = finding_add(f, "classes", p.m[i].class);
        class_get(c, p.m[i].class, &file);
        canonical(&file, x->file);
        canonical(&p.m[i].r, x->measured);
    }
    free(p.m);
}
