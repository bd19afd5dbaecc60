/* SPDX-License-Identifier: Apache-2.0 */
/* Parameter files that can be edited. */
#include "tests/timing/micro.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct conf_row *find(const struct conf *c, const char *section, const char *key)
{
    for (unsigned i = 0; i < c->n; i++) {
        if (strcmp(c->row[i].section, section) == 0 && strcmp(c->row[i].key, key) == 0) {
            return (struct conf_row *)(uintptr_t)&c->row[i];
        }
    }
    return NULL;
}

void conf_load(struct conf *c, const char *core)
{
    struct timing_error err;
    struct timing_params *p = timing_params_builtin(core, &err);
    ck_assert_msg(p != NULL && p->n_params <= CONF_ROWS, "%s", core);
    memset(c, 0, sizeof(*c));
    snprintf(c->core, sizeof(c->core), "%s", core);
    for (c->n = 0; c->n < p->n_params; c->n++) {
        struct conf_row *r = &c->row[c->n];
        snprintf(r->section, sizeof(r->section), "%s", p->param[c->n].section);
        snprintf(r->key, sizeof(r->key), "%s", p->param[c->n].key);
        snprintf(r->value, sizeof(r->value), "%s", p->param[c->n].value);
    }
    timing_params_free(p);
}

const char *conf_get(const struct conf *c, const char *section, const char *key)
{
    const struct conf_row *r = find(c, section, key);
    return r != NULL ? r->value : NULL;
}

long conf_int(const struct conf *c, const char *section, const char *key)
{
    const char *v = conf_get(c, section, key);
    ck_assert_msg(v != NULL, "%s: no %s in [%s]", c->core, key, section);
    return strtol(v, NULL, 10);
}

void conf_set(struct conf *c, const char *section, const char *key, const char *fmt, ...)
{
    struct conf_row *r = find(c, section, key);
    va_list ap;
    if (r == NULL) {
        ck_assert(c->n < CONF_ROWS);
        unsigned at = 0; /* a section's rows stay together */
        for (unsigned i = 0; i < c->n; i++) {
            at = strcmp(c->row[i].section, section) == 0 ? i + 1 : at;
        }
        memmove(&c->row[at + 1], &c->row[at], (c->n - at) * sizeof(c->row[0]));
        c->n++;
        r = &c->row[at];
        snprintf(r->section, sizeof(r->section), "%s", section);
        snprintf(r->key, sizeof(r->key), "%s", key);
    }
    va_start(ap, fmt);
    vsnprintf(r->value, sizeof(r->value), fmt, ap);
    va_end(ap);
}

void conf_drop(struct conf *c, const char *section, const char *key)
{
    struct conf_row *r = find(c, section, key);
    if (r != NULL) {
        c->n--;
        memmove(r, r + 1, (size_t)(&c->row[c->n] - r) * sizeof(*r));
    }
}

/* ---- rows of [classes] and [forward] ---- */

static unsigned number(char **save)
{
    const char *w = strtok_r(NULL, " ", save);
    ck_assert_ptr_nonnull(w);
    return (unsigned)atoi(w);
}

static void add_use(struct class_row *r, const char *word)
{
    const char *star = strchr(word, '*');
    size_t n = star != NULL ? (size_t)(star - word) : strlen(word);
    ck_assert(r->n_uses < CONF_USES);
    snprintf(r->use[r->n_uses].unit, CONF_WORD, "%.*s", (int)n, word);
    r->use[r->n_uses++].cycles = star != NULL ? (unsigned)atoi(star + 1) : 1;
}

void class_get(const struct conf *c, const char *name, struct class_row *r)
{
    const char *value = conf_get(c, "classes", name);
    char text[200], *save = NULL;
    bool uses = false;
    ck_assert_msg(value != NULL, "%s: no class %s", c->core, name);
    snprintf(text, sizeof(text), "%s", value);
    *r = (struct class_row){.uops = 1};
    for (char *w = strtok_r(text, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
        if (strcmp(w, "as") == 0) {
            class_get(c, strtok_r(NULL, " ", &save), r);
        } else if (strcmp(w, "lat") == 0) {
            r->lat = r->second = number(&save);
        } else if (strcmp(w, "second") == 0) {
            r->second = number(&save);
            r->has_second = true;
        } else if (strcmp(w, "base") == 0) {
            r->base = number(&save);
            r->has_base = true;
        } else if (strcmp(w, "uops") == 0) {
            r->uops = number(&save);
        } else if (strcmp(w, "use") == 0) {
            r->n_uses = uses ? r->n_uses : 0;
            uses = true;
            add_use(r, strtok_r(NULL, " ", &save));
        } else if (strcmp(w, "group") == 0) {
            snprintf(r->group, CONF_WORD, "%s", strtok_r(NULL, " ", &save));
        } else if (strcmp(w, "read") == 0) {
            snprintf(r->read, CONF_WORD, "%s", strtok_r(NULL, " ", &save));
        } else {
            bool first = strcmp(w, "first") == 0, last = strcmp(w, "last") == 0;
            ck_assert_msg(first || last || strcmp(w, "free") == 0, "%s: %s: %s", c->core, name, w);
            *(first ? &r->first : last ? &r->last : &r->free) = true;
        }
    }
}

void class_set(struct conf *c, const char *name, const struct class_row *r)
{
    char text[200];
    int n = snprintf(text, sizeof(text), "lat %u", r->lat);
    if (r->second != r->lat) {
        n += snprintf(text + n, sizeof(text) - (size_t)n, " second %u", r->second);
    }
    if (r->base != 0) {
        n += snprintf(text + n, sizeof(text) - (size_t)n, " base %u", r->base);
    }
    n += snprintf(text + n, sizeof(text) - (size_t)n, " uops %u", r->uops);
    for (unsigned i = 0; i < r->n_uses; i++) {
        n += snprintf(text + n, sizeof(text) - (size_t)n, " use %s*%u", r->use[i].unit, r->use[i].cycles);
    }
    n += snprintf(text + n, sizeof(text) - (size_t)n, "%s%s%s%s%s", r->group[0] != '\0' ? " group " : "", r->group,
                  r->first ? " first" : "", r->last ? " last" : "", r->free ? " free" : "");
    snprintf(text + n, sizeof(text) - (size_t)n, "%s%s", r->read[0] != '\0' ? " read " : "", r->read);
    conf_set(c, "classes", name, "%s", text);
}

unsigned forward_get(const struct conf *c, const char *read, const char *kind, const char *group)
{
    const char *row = conf_get(c, "forward", read);
    char text[200], *save = NULL;
    if (row == NULL) {
        return 0;
    }
    snprintf(text, sizeof(text), "%s", row);
    for (char *clause = strtok_r(text, ";", &save); clause != NULL; clause = strtok_r(NULL, ";", &save)) {
        char *from = strstr(clause, " from "), *words = NULL;
        bool here = false;
        unsigned n = 0;
        ck_assert_ptr_nonnull(from);
        *from = '\0';
        for (const char *g = strtok_r(from + 6, " ", &words); g != NULL; g = strtok_r(NULL, " ", &words)) {
            here = here || strcmp(g, group) == 0 || strcmp(g, "any") == 0;
        }
        for (const char *k = strtok_r(clause, " ", &words); k != NULL; k = strtok_r(NULL, " ", &words)) {
            unsigned cycles = number(&words);
            n = strcmp(k, kind) == 0 ? cycles : n;
        }
        if (here) {
            return n;
        }
    }
    return 0;
}
