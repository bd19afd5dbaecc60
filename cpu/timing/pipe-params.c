/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sections of a parameter file that describe the pipeline.
 *
 *   [pipeline]   model = in-order|out-of-order, width = operations a cycle, ordered_results = 0|1 (in-order: results are
 *                written in program order unless a class is `free`), window = operations (out-of-order), decode =
 *                instructions dispatched a cycle (out-of-order; without it: width)
 *   [resources]  NAME = number of units, or NAME = NAME NAME...: one of those. Units are taken in the order of definition
 *   [forward]    NAME = KIND CYCLES... from GROUP...|any [; the same again]: sources of these kinds are needed that many
 *                cycles after issue, when they come from a class of one of the groups. KIND: src, src2 (first and second
 *                plain source), shifted, extended, acc, merge, addr, index, data, cond
 *   [classes]    CLASS = words: lat N, second N (second register of a pair), base N (written-back base), uops N,
 *                use RESOURCE[*CYCLES] (several), group NAME, read NAME (row of [forward]), first, last (alone at the
 *                beginning, at the end of a cycle), free (completes out of order); or `as CLASS` and words that differ
 */
#include "cpu/timing/pipe-int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES = 24, WORD = 40 };

struct names {
    char name[NAMES][WORD];
    unsigned n;
};

struct builder {
    struct pipe *p;
    struct timing_params *params;
    struct timing_error *err;
    struct names resources, groups;
    uint16_t units[NAMES];              /* of each resource */
    const struct timing_param *row;     /* being read */
    const char *at;                     /* rest of its value */
};

static bool fail(struct builder *b, const char *what, const char *word)
{
    return timing_params_fail(b->params, b->row->line, b->err, "%s = %s: %s '%s'", b->row->key, b->row->value, what, word);
}

static void begin(struct builder *b, const struct timing_param *row)
{
    b->row = row;
    b->at = row->value;
}

/* The next word of the value; false at its end. */
static bool next_word(struct builder *b, char word[WORD])
{
    b->at += strspn(b->at, " \t");
    size_t n = strcspn(b->at, " \t");
    if (n == 0) {
        return false;
    }
    snprintf(word, WORD, "%.*s", (int)n, b->at);
    b->at += n;
    return true;
}

static bool to_number(const char *word, long max, long *value)
{
    char *end;
    *value = strtol(word, &end, 10);
    return end != word && *end == '\0' && *value >= 0 && *value <= max;
}

static bool next_number(struct builder *b, const char *what, long max, uint8_t *value)
{
    char word[WORD] = "";
    long v;
    if (!next_word(b, word) || !to_number(word, max, &v)) {
        return fail(b, what, word);
    }
    *value = (uint8_t)v;
    return true;
}

static int find_name(const struct names *l, const char *name)
{
    for (unsigned i = 0; i < l->n; i++) {
        if (strcmp(l->name[i], name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static int add_name(struct names *l, const char *name)
{
    int i = find_name(l, name);
    if (i < 0 && l->n < NAMES) {
        snprintf(l->name[l->n], WORD, "%s", name);
        i = (int)l->n++;
    }
    return i;
}

/* ---- [resources] ---- */
static bool read_resource(struct builder *b, const struct timing_param *row)
{
    char word[WORD];
    uint16_t units = 0;
    long n;
    begin(b, row);
    if (to_number(row->value, PIPE_UNITS, &n)) {
        if (n == 0 || b->p->n_units + (unsigned)n > PIPE_UNITS) {
            return fail(b, "too many units, or none:", row->value);
        }
        units = (uint16_t)(((1u << n) - 1) << b->p->n_units);
        b->p->n_units += (unsigned)n;
    } else {
        while (next_word(b, word)) {
            int i = find_name(&b->resources, word);
            if (i < 0) {
                return fail(b, "no resource before this one is called", word);
            }
            units |= b->units[i];
        }
    }
    int i = add_name(&b->resources, row->key);
    if (i < 0) {
        return fail(b, "too many resources at", row->key);
    }
    b->units[i] = units;
    return true;
}

/* ---- [forward] ---- */
static bool read_groups(struct builder *b, uint32_t *from)
{
    char word[WORD];
    while (next_word(b, word) && strcmp(word, ";") != 0) {
        int g = add_name(&b->groups, word);
        if (g < 0) {
            return fail(b, "too many groups at", word);
        }
        *from |= strcmp(word, "any") == 0 ? UINT32_MAX : UINT32_C(1) << g;
    }
    return *from != 0 ? true : fail(b, "expected a group after 'from' in", b->row->value);
}

static bool read_clause(struct builder *b, uint8_t advance[READ_KINDS], uint32_t *from)
{
    static const char *const kinds[READ_KINDS] = {
        "src", "src2", "shifted", "extended", "acc", "merge", "addr", "index", "data", "cond"};
    char word[WORD];
    while (next_word(b, word)) {
        unsigned k = 0;
        if (strcmp(word, "from") == 0) {
            return read_groups(b, from);
        }
        while (k < READ_KINDS && strcmp(kinds[k], word) != 0) {
            k++;
        }
        if (k == READ_KINDS) {
            return fail(b, "expected a kind of source or 'from', not", word);
        }
        if (!next_number(b, "expected cycles, not", PIPE_LATENCY, &advance[k])) {
            return false;
        }
    }
    return fail(b, "expected 'from GROUP' at the end of", b->row->value);
}

/* A row's clauses in turn: the first that has the result's group counts. */
static bool read_forward(struct builder *b, const struct timing_param *row)
{
    enum { CLAUSES = 3 };
    struct pipe_read *r = &b->p->read[b->p->n_reads];
    uint32_t before = 0;
    unsigned n = 0;
    begin(b, row);
    if (b->p->n_reads == PIPE_READS) {
        return fail(b, "too many rows at", row->key);
    }
    r->name = row->key;
    do {
        uint8_t advance[READ_KINDS] = {0};
        uint32_t from = 0;
        if (n++ == CLAUSES) {
            return fail(b, "too many clauses in", row->value);
        }
        if (!read_clause(b, advance, &from)) {
            return false;
        }
        for (unsigned g = 0; g < PIPE_GROUPS; g++) {
            if ((from & ~before) >> g & 1) {
                memcpy(r->later[g], advance, sizeof(advance));
            }
        }
        before |= from;
        b->at += strspn(b->at, " \t");
    } while (*b->at != '\0');
    b->p->n_reads++;
    return true;
}

/* ---- [classes] ---- */
static bool read_use(struct builder *b, struct pipe_class *c)
{
    char word[WORD] = "";
    long cycles = 1;
    (void)next_word(b, word);
    char *star = strchr(word, '*');
    if (star != NULL) {
        *star = '\0';
        if (!to_number(star + 1, PIPE_LATENCY, &cycles)) {
            return fail(b, "expected RESOURCE*CYCLES, not", star + 1);
        }
    }
    int i = find_name(&b->resources, word);
    if (i < 0 || c->n_uses == PIPE_USES) {
        return fail(b, i < 0 ? "no resource is called" : "too many uses at", word);
    }
    unsigned k = c->n_uses++;
    for (; k > 0 && __builtin_popcount(c->use[k - 1].units) > __builtin_popcount(b->units[i]); k--) {
        c->use[k] = c->use[k - 1];
    }
    c->use[k] = (struct pipe_use){b->units[i], (uint8_t)cycles};
    return true;
}

static bool read_reference(struct builder *b, struct pipe_class *c, const char *word)
{
    char name[WORD] = "";
    (void)next_word(b, name);
    if (strcmp(word, "group") == 0) {
        int g = add_name(&b->groups, name);
        c->group = (uint8_t)g;
        return g >= 0 ? true : fail(b, "too many groups at", name);
    }
    for (unsigned i = 1; i < b->p->n_reads; i++) {
        if (strcmp(b->p->read[i].name, name) == 0) {
            c->read = (uint8_t)i;
            return true;
        }
    }
    return fail(b, "[forward] has no row", name);
}

static int class_by_name(const char *name)
{
    for (int i = 0; i < TC_COUNT; i++) {
        if (strcmp(timing_class_name((enum timing_class)i), name) == 0) {
            return i;
        }
    }
    return -1;
}

static bool read_class_word(struct builder *b, struct pipe_class *c, const char *word, bool *uses)
{
    if (strcmp(word, "lat") == 0) {
        if (!next_number(b, "expected cycles, not", PIPE_LATENCY, &c->latency)) {
            return false;
        }
        c->second = c->latency;
        return true;
    }
    if (strcmp(word, "second") == 0) {
        return next_number(b, "expected cycles, not", PIPE_LATENCY, &c->second);
    }
    if (strcmp(word, "base") == 0) {
        return next_number(b, "expected cycles, not", PIPE_LATENCY, &c->base);
    }
    if (strcmp(word, "uops") == 0) {
        return next_number(b, "expected operations, not", 32, &c->uops);
    }
    if (strcmp(word, "use") == 0) {
        c->n_uses = *uses ? c->n_uses : 0;
        *uses = true;
        return read_use(b, c);
    }
    if (strcmp(word, "group") == 0 || strcmp(word, "read") == 0) {
        return read_reference(b, c, word);
    }
    bool first = strcmp(word, "first") == 0, last = strcmp(word, "last") == 0, ooo = strcmp(word, "free") == 0;
    c->first |= first;
    c->last |= last;
    c->ooo |= ooo;
    return first || last || ooo ? true : fail(b, "unknown word", word);
}

static bool read_class(struct builder *b, const struct timing_param *row)
{
    char word[WORD];
    bool uses = false;
    int i = class_by_name(row->key);
    begin(b, row);
    if (i < 0) {
        return fail(b, "no class is called", row->key);
    }
    struct pipe_class *c = &b->p->cls[i];
    c->uops = 1;
    while (next_word(b, word)) {
        if (strcmp(word, "as") == 0) {
            (void)next_word(b, word);
            int other = class_by_name(word);
            if (other < 0 || !b->p->cls[other].known) {
                return fail(b, "no class before this one is called", word);
            }
            *c = b->p->cls[other];
        } else if (!read_class_word(b, c, word, &uses)) {
            return false;
        }
    }
    c->known = true;
    return true;
}

static bool read_section(struct builder *b, const char *section, bool (*row)(struct builder *b, const struct timing_param *row))
{
    const struct timing_param *q;
    for (unsigned i = 0; (q = timing_param_nth(b->params, section, i)) != NULL; i++) {
        if (!row(b, q)) {
            return false;
        }
    }
    return true;
}

static bool read_pipeline(struct builder *b)
{
    static const char *const models[] = {"in-order", "out-of-order", NULL};
    unsigned model;
    long width, window = 0, ordered = 0;
    if (!timing_param_word(b->params, "pipeline", "model", models, &model, b->err) ||
        !timing_param_int(b->params, "pipeline", "width", 1, 16, &width, b->err)) {
        return false;
    }
    if (model == 1 ? !timing_param_int(b->params, "pipeline", "window", 1, PIPE_WINDOW - 1, &window, b->err)
                   : !timing_param_int(b->params, "pipeline", "ordered_results", 0, 1, &ordered, b->err)) {
        return false;
    }
    long decode = width;
    if (model == 1 && timing_param_find(b->params, "pipeline", "decode") != NULL &&
        !timing_param_int(b->params, "pipeline", "decode", 1, 16, &decode, b->err)) {
        return false;
    }
    b->p->decode = (unsigned)decode;
    b->p->ooo = model == 1;
    b->p->width = (unsigned)width;
    b->p->window = (unsigned)window;
    b->p->ordered_results = ordered != 0;
    return true;
}

bool pipe_read_params(struct pipe *p, struct timing_params *params, struct timing_error *err)
{
    struct builder b = {.p = p, .params = params, .err = err};
    p->n_reads = 1;                     /* row 0: nothing is forwarded */
    add_name(&b.groups, "none");        /* group 0: of results that no row names */
    add_name(&b.groups, "any");
    if (!read_pipeline(&b) || !read_section(&b, "resources", read_resource) || !read_section(&b, "forward", read_forward) ||
        !read_section(&b, "classes", read_class)) {
        return false;
    }
    for (int i = 0; i < TC_COUNT; i++) {
        if (!p->cls[i].known) {
            return timing_params_fail(params, 0, err, "lacks the class %s in section [classes]", timing_class_name((enum timing_class)i));
        }
    }
    return true;
}
