/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes of a scenario file, scalars, and complaints about them. */
#include "sim/scenario-yaml.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- memory ---- */

struct scn_chunk {
    struct scn_chunk *next;
    size_t used, size;
    max_align_t bytes[];
};

void *scn_alloc(struct scn_arena *a, size_t len)
{
    len = (len + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
    if (a->chunks == NULL || a->chunks->size - a->chunks->used < len) {
        size_t size = len > 65536 ? len : 65536;
        struct scn_chunk *c = calloc(1, sizeof(*c) + size);
        if (c == NULL) {
            return NULL;
        }
        c->size = size;
        c->next = a->chunks;
        a->chunks = c;
    }
    void *p = (char *)a->chunks->bytes + a->chunks->used;
    a->chunks->used += len;
    return p;
}

char *scn_strndup(struct scn_arena *a, const char *s, size_t len)
{
    char *p = scn_alloc(a, len + 1);
    if (p != NULL) {
        memcpy(p, s, len);
    }
    return p;
}

void scn_arena_free(struct scn_arena *a)
{
    while (a->chunks != NULL) {
        struct scn_chunk *c = a->chunks;
        a->chunks = c->next;
        free(c);
    }
}

/* ---- nodes ---- */

bool yp_bad(struct yp *p, const yaml_node_t *n, const char *fmt, ...)
{
    char msg[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    return err_set(p->err, "%s:%zu: %s", p->file, n->start_mark.line + 1, msg);
}

unsigned yp_line(const yaml_node_t *n)
{
    return (unsigned)n->start_mark.line + 1;
}

yaml_node_t *yp_node(struct yp *p, int i)
{
    return yaml_document_get_node(p->doc, i);
}

/* Text of a scalar, NULL for other nodes */
const char *yp_scalar(const yaml_node_t *n)
{
    return n->type == YAML_SCALAR_NODE ? (const char *)n->data.scalar.value : NULL;
}

size_t yp_items(const yaml_node_t *n)
{
    return n->type == YAML_SEQUENCE_NODE ? (size_t)(n->data.sequence.items.top - n->data.sequence.items.start) : 0;
}

yaml_node_t *yp_item(struct yp *p, const yaml_node_t *n, size_t i)
{
    return yp_node(p, n->data.sequence.items.start[i]);
}

size_t yp_pairs(const yaml_node_t *n)
{
    return n->type == YAML_MAPPING_NODE ? (size_t)(n->data.mapping.pairs.top - n->data.mapping.pairs.start) : 0;
}

/* What the file says there, on one line, for reports */
/* Marks count characters of UTF-8: the byte where one begins. */
static size_t byte_of(const struct yp *p, size_t character)
{
    size_t i = 0;
    for (size_t seen = 0; i < p->text_len; i++) {
        if (((unsigned char)p->text[i] & 0xc0) != 0x80 && seen++ == character) {
            break;
        }
    }
    return i;
}

const char *yp_source(struct yp *p, const yaml_node_t *n)
{
    size_t from = byte_of(p, n->start_mark.index), to = byte_of(p, n->end_mark.index);
    char *out = scn_alloc(p->arena, to - from + 2), *o = out;
    if (out == NULL) {
        return "";
    }
    bool space = false, comment = false;
    for (size_t i = from; i < to; i++) {
        char c = p->text[i];
        comment = (comment || (c == '#' && (i == from || isspace((unsigned char)p->text[i - 1])))) && c != '\n';
        if (comment || isspace((unsigned char)c)) {
            space = o != out;
            continue;
        }
        if (space) {
            *o++ = ' ';
            space = false;
        }
        *o++ = c;
    }
    *o = '\0';
    return out;
}

bool yp_unknown_key(struct yp *p, const yaml_node_t *k, const struct key *keys, size_t n, const char *more)
{
    char list[256];
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; i < n && used < sizeof(list) - 1; i++) {
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i != 0 ? ", " : "", keys[i].name);
    }
    return yp_bad(p, k, "`%.40s': expected one of %s%s", yp_scalar(k) != NULL ? yp_scalar(k) : "?", list, more);
}

const struct key *yp_key_find(const struct key *keys, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (name != NULL && strcmp(keys[i].name, name) == 0) {
            return &keys[i];
        }
    }
    return NULL;
}

bool yp_walk(struct yp *p, const yaml_node_t *map, const struct key *keys, size_t n, void *obj, const char *what)
{
    if (map->type != YAML_MAPPING_NODE) {
        return yp_bad(p, map, "expected %s as a map of keys and values", what);
    }
    for (size_t i = 0; i < yp_pairs(map); i++) {
        const yaml_node_pair_t *kv = &map->data.mapping.pairs.start[i];
        const struct key *k = yp_key_find(keys, n, yp_scalar(yp_node(p, kv->key)));
        if (k == NULL) {
            return yp_unknown_key(p, yp_node(p, kv->key), keys, n, "");
        }
        if (!k->fn(p, yp_node(p, kv->value), obj)) {
            return false;
        }
    }
    return true;
}

/* An array for the items of a sequence, or for the one thing that stands in its place */
bool yp_list(struct yp *p, const yaml_node_t *v, size_t size, void **out, unsigned *n)
{
    *n = v->type == YAML_SEQUENCE_NODE ? (unsigned)yp_items(v) : 1;
    *out = scn_alloc(p->arena, size * (*n + 1));
    return *out != NULL || yp_bad(p, v, "out of memory");
}

yaml_node_t *yp_list_item(struct yp *p, const yaml_node_t *v, unsigned i)
{
    return v->type == YAML_SEQUENCE_NODE ? yp_item(p, v, i) : (yaml_node_t *)(uintptr_t)v;
}

/* ---- scalars ---- */

bool yp_text(struct yp *p, const yaml_node_t *v, const char **out)
{
    const char *s = yp_scalar(v);
    if (s == NULL) {
        return yp_bad(p, v, "expected a text");
    }
    *out = scn_strndup(p->arena, s, strlen(s));
    return *out != NULL || yp_bad(p, v, "out of memory");
}

bool yp_expr(struct yp *p, const yaml_node_t *v, struct scn_expr **out)
{
    struct err e;
    const char *s = yp_scalar(v);
    if (s == NULL) {
        return yp_bad(p, v, "expected an expression");
    }
    *out = scn_expr_parse(p->arena, s, &e);
    return *out != NULL || yp_bad(p, v, "%s", e.msg);
}

bool yp_value(struct yp *p, const yaml_node_t *v, struct scn_value *out)
{
    out->line = yp_line(v);
    return yp_expr(p, v, &out->e);
}

/* A plain number between bounds */
bool yp_number(struct yp *p, const yaml_node_t *v, uint64_t min, uint64_t max, uint64_t *out)
{
    struct scn_expr *e;
    if (!yp_expr(p, v, &e)) {
        return false;
    }
    if (!scn_expr_constant(e) || (*out = scn_expr_eval(e, NULL)) < min || *out > max) {
        return max == UINT64_MAX ? yp_bad(p, v, "`%.40s': expected a number of at least %" PRIu64, yp_scalar(v), min)
                                 : yp_bad(p, v, "`%.40s': expected a number from %" PRIu64 " to %" PRIu64, yp_scalar(v), min, max);
    }
    return true;
}

bool yp_int(struct yp *p, const yaml_node_t *v, int min, int max, int *out)
{
    uint64_t n = 0;
    if (!yp_number(p, v, (uint64_t)min, (uint64_t)max, &n)) {
        return false;
    }
    *out = (int)n;
    return true;
}

bool yp_bool(struct yp *p, const yaml_node_t *v, bool *out)
{
    const char *s = yp_scalar(v);
    if (s != NULL && (strcasecmp(s, "true") == 0 || strcasecmp(s, "yes") == 0)) {
        *out = true;
    } else if (s != NULL && (strcasecmp(s, "false") == 0 || strcasecmp(s, "no") == 0)) {
        *out = false;
    } else {
        return yp_bad(p, v, "expected true or false");
    }
    return true;
}

/* 10us, 1.5s; a number alone is nanoseconds */
bool yp_time(struct yp *p, const yaml_node_t *v, uint64_t *out)
{
    const char *s = yp_scalar(v);
    char *end = NULL;
    double d = s != NULL ? strtod(s, &end) : -1;
    static const struct { const char *unit; double ns; } units[] = {{"", 1}, {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
    for (unsigned i = 0; i < ARRAY_LEN(units) && s != NULL && end != s; i++) {
        if (strcmp(end, units[i].unit) == 0 && d >= 0 && d * units[i].ns < 9e18) {
            *out = (uint64_t)llround(d * units[i].ns);
            return true;
        }
    }
    return yp_bad(p, v, "expected a time with its unit: ns, us, ms or s");
}

/* One word of several */
bool yp_word(struct yp *p, const yaml_node_t *v, const char *const *words, size_t n, int *out)
{
    char list[200];
    size_t used = 0;
    const char *s = yp_scalar(v);
    for (size_t i = 0; i < n; i++) {
        if (s != NULL && words[i] != NULL && strcasecmp(s, words[i]) == 0) {
            *out = (int)i;
            return true;
        }
        if (words[i] != NULL && used < sizeof(list) - 1) {
            used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used != 0 ? ", " : "", words[i]);
        }
    }
    return yp_bad(p, v, "`%.40s': expected one of %s", s != NULL ? s : "?", list);
}

/* A path relative to the file */
bool yp_path(struct yp *p, const yaml_node_t *v, const char **out)
{
    const char *s;
    if (!yp_text(p, v, &s)) {
        return false;
    }
    const char *slash = strrchr(p->file, '/');
    if (s[0] == '/' || slash == NULL) {
        *out = s;
        return true;
    }
    char *full = scn_alloc(p->arena, (size_t)(slash - p->file) + strlen(s) + 2);
    if (full == NULL) {
        return yp_bad(p, v, "out of memory");
    }
    sprintf(full, "%.*s/%s", (int)(slash - p->file), p->file, s);
    *out = full;
    return true;
}

bool yp_texts(struct yp *p, const yaml_node_t *v, bool paths, const char ***out, unsigned *n)
{
    void *list;
    if (!yp_list(p, v, sizeof(const char *), &list, n)) {
        return false;
    }
    *out = list;
    for (unsigned i = 0; i < *n; i++) {
        if (!(paths ? yp_path : yp_text)(p, yp_list_item(p, v, i), &(*out)[i])) {
            return false;
        }
    }
    return true;
}

/* Exactly one of the first n keys must be there. */
bool yp_one_of(struct yp *p, const yaml_node_t *v, const struct key *keys, size_t n, const char *what)
{
    unsigned found = 0;
    char list[200];
    size_t used = 0;
    for (size_t i = 0; i < yp_pairs(v); i++) {
        found += yp_key_find(keys, n, yp_scalar(yp_node(p, v->data.mapping.pairs.start[i].key))) != NULL;
    }
    for (size_t i = 0; i < n && used < sizeof(list) - 1; i++) {
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i != 0 ? ", " : "", keys[i].name);
    }
    return found == 1 || yp_bad(p, v, "expected %s: a map with one of %s", what, list);
}
