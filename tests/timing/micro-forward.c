/* SPDX-License-Identifier: Apache-2.0 */
/* Forwarding: groups of results, and how much later than at issue sources are needed. */
#include "tests/timing/micro-pipe.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cell {
    const char *class, *kind;
    const char *group;
    unsigned advance;
};

struct cells {
    struct cell *c;
    unsigned n, room;
};

static void cell_add(struct cells *l, struct cell c)
{
    if (l->n == l->room) {
        l->room = l->room * 2 + 256;
        l->c = realloc(l->c, l->room * sizeof(l->c[0]));
        ck_assert_ptr_nonnull(l->c);
    }
    l->c[l->n++] = c;
}

/* How much later than at issue each source of each instruction is needed, of results of a group ("": of no group).
   `read`: when all classes read by this row, NULL: as they do. */
static void advances(const struct conf *c, const char *read, const char *group, struct cells *l)
{
    static const char *const producers[] = {"alu", "fimm"};
    struct conf *k = isolated(c, WIDE, false, NO_UNITS | NO_EDGES | ONE_SLOT);
    struct batch b = {.n = 0};
    unsigned first = l->n;
    for (unsigned i = 0; read != NULL && i < k->n; i++) {
        if (strcmp(k->row[i].section, "classes") == 0) {
            struct class_row r;
            class_get(k, k->row[i].key, &r);
            snprintf(r.read, CONF_WORD, "%s", read);
            class_set(k, k->row[i].key, &r);
        }
    }
    for (unsigned i = 0; i < ARRAY_LEN(producers); i++) {
        struct class_row r;
        class_get(k, producers[i], &r);
        strip_row(&r, LAT_LONG);
        snprintf(r.group, CONF_WORD, "%s", group);
        class_set(k, producers[i], &r);
    }
    for (unsigned i = 0; i < micro_n_words(); i++) {
        struct operands o;
        operands(micro_words[i].word, &o);
        for (unsigned j = 0; j < o.n_src; j++) {
            const char *kind = kind_of(&o, j);
            if (kind != NULL) {
                batch_two(&b, producer_of(o.src[j].reg), micro_words[i].word);
                cell_add(l, (struct cell){micro_words[i].class, kind, group, 0});
            }
        }
    }
    /* what stores its data into system registers is of the class sys too */
    batch_two(&b, producer_of(1), consumer_of(1));
    cell_add(l, (struct cell){"sys", "data", group, 0});
    batch_run(&b, k);
    for (unsigned i = 0; i < b.n; i++) {
        l->c[first + i].advance = (unsigned)(LONG - b.seq[i].cycle);
    }
    batch_free(&b);
    free(k);
}

/* Three groups at a time have a number, which the consumers of `consumer_of` need a result earlier by. */
static void groups(struct pipe_lab *p, const struct names *g)
{
    for (unsigned at = 0; at < g->n; at += 3) {
        struct conf *k = isolated(p->c, WIDE, false, NO_UNITS | NO_EDGES | ONE_SLOT | LAT_LONG);
        struct batch b = {.n = 0};
        char text[160];
        int len = 0;
        for (unsigned i = 0; i < 3 && at + i < g->n; i++) {
            len += snprintf(text + len, sizeof(text) - (size_t)len, "%sdata %u cond %u from %s", i != 0 ? " ; " : "",
                            i + 1, i + 1, g->name[at + i]);
        }
        conf_set(k, "forward", "test", "%s", text);
        static const char *const consumers[] = {"sys", "vstore", "fcsel"};
        for (unsigned i = 0; i < ARRAY_LEN(consumers); i++) {
            struct class_row r;
            class_get(k, consumers[i], &r);
            snprintf(r.read, CONF_WORD, "test");
            class_set(k, consumers[i], &r);
        }
        for (unsigned i = 0; i < p->n; i++) {
            struct operands o;
            operands(word_of(p->m[i].class), &o);
            int reg = main_result(&o);
            p->m[i].group_seen = reg >= 0;
            batch_two(&b, word_of(p->m[i].class), reg < 0 ? A64_NOP : consumer_of((unsigned)reg));
        }
        batch_run(&b, k);
        for (unsigned i = 0; i < p->n; i++) {
            int code = LONG - b.seq[i].cycle;
            if (p->m[i].group_seen && code != 0) {
                ck_assert_int_le(code, 3);
                snprintf(p->m[i].r.group, CONF_WORD, "%s", g->name[at + (unsigned)code - 1]);
            }
        }
        batch_free(&b);
        free(k);
    }
}

/* Does row `read` ("": none) explain what was measured of a class's sources? */
static bool explains(const struct conf *c, const struct cells *l, const char *class, const char *read, bool *any)
{
    for (unsigned i = 0; i < l->n; i++) {
        if (strcmp(l->c[i].class, class) == 0) {
            *any = true;
            if (l->c[i].advance != (read[0] != '\0' ? forward_get(c, read, l->c[i].kind, l->c[i].group) : 0)) {
                return false;
            }
        }
    }
    return true;
}

/* The row of [forward] that a class reads by: the first that explains its cycles, that of the file if it does. */
static void reads(struct pipe_lab *p, const struct cells *l)
{
    struct names rows;
    section_keys(p->c, "forward", &rows);
    for (unsigned i = 0; i < p->n; i++) {
        struct measured *m = &p->m[i];
        struct class_row file;
        const char *found = NULL;
        class_get(p->c, m->class, &file);
        if (explains(p->c, l, m->class, file.read, &m->read_seen)) {
            found = m->read_seen ? file.read : ""; /* without a source it reads nothing */
        }
        for (unsigned k = 0; found == NULL && k < rows.n; k++) {
            found = explains(p->c, l, m->class, rows.name[k], &m->read_seen) ? rows.name[k] : NULL;
        }
        snprintf(m->r.read, CONF_WORD, "%s", found != NULL ? found : "?");
    }
}

static const char *const kind_names[] = {"src",   "src2", "shifted", "extended", "acc",
                                         "merge", "addr", "index",   "data",     "cond"};

/* " KIND/GROUP CYCLES" */
static void append(char text[200], const char *kind, const char *group, unsigned cycles)
{
    size_t n = strlen(text);
    if (cycles != 0) {
        snprintf(text + n, 200 - n, " %s/%s %u", kind, group[0] != '\0' ? group : "none", cycles);
    }
}

/* What sources of a kind wait for: the same in every instruction that has one */
static unsigned advance_of(const struct conf *c, const struct cells *l, const char *kind, const char *group)
{
    unsigned seen = 0;
    bool any = false;
    for (unsigned i = 0; i < l->n; i++) {
        if (strcmp(l->c[i].kind, kind) == 0 && strcmp(l->c[i].group, group) == 0) {
            ck_assert_msg(!any || seen == l->c[i].advance, "%s: %s from %s: %u and, by %s, %u", c->core, kind, group,
                          seen, l->c[i].class, l->c[i].advance);
            any = true;
            seen = l->c[i].advance;
        }
    }
    return seen;
}

/* Is there a class that reads by this row and has such a source? */
static bool of_use(const struct conf *c, const struct cells *l, const char *read, const char *kind)
{
    for (unsigned i = 0; i < l->n; i++) {
        struct class_row r;
        class_get(c, l->c[i].class, &r);
        if (strcmp(l->c[i].kind, kind) == 0 && strcmp(r.read, read) == 0) {
            return true;
        }
    }
    return false;
}

/* A row of [forward], when everything reads by it. What no class of the file has a source for is of no effect. */
static void one_row(const struct conf *c, const char *read, const struct cells *as_is, const struct names *g,
                    bool all_used, struct findings *f)
{
    struct finding *x = finding_add(f, "forward", read);
    struct cells l = {.n = 0};
    for (unsigned i = 0; i < g->n; i++) {
        advances(c, read, g->name[i], &l);
    }
    for (unsigned k = 0; k < ARRAY_LEN(kind_names); k++) {
        bool used = !all_used || of_use(c, as_is, read, kind_names[k]);
        for (unsigned i = 0; i < g->n; i++) {
            append(x->file, kind_names[k], g->name[i], forward_get(c, read, kind_names[k], g->name[i]));
            append(x->measured, kind_names[k], g->name[i], used ? advance_of(c, &l, kind_names[k], g->name[i]) : 0);
        }
    }
    free(l.c);
}

void micro_forward(struct pipe_lab *p, bool all_used, struct findings *f)
{
    struct class_row *rows = calloc(CONF_ROWS, sizeof(rows[0]));
    struct cells cells = {.n = 0};
    struct names g, forward;
    ck_assert_ptr_nonnull(rows);
    groups_of(p->c, rows, &g);
    section_keys(p->c, "forward", &forward);
    groups(p, &g);
    ck_assert(g.n < NAMES_MAX);
    g.name[g.n++] = "";
    for (unsigned i = 0; i < g.n; i++) {
        advances(p->c, NULL, g.name[i], &cells);
    }
    reads(p, &cells);
    for (unsigned i = 0; i < forward.n; i++) {
        one_row(p->c, forward.name[i], &cells, &g, all_used, f);
    }
    free(cells.c);
    free(rows);
}
