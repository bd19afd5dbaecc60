/* SPDX-License-Identifier: Apache-2.0 */
/* Reading parameter files: grammar and meaning in params.h. */
#include "cpu/timing/params.h"
#include "cpu/timing/builtin.h"
#include "sim/base/bits.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE = 1 << 20 };

static const char *const status_names[] = {"seen", "measured", "fitted", "assumed"};

const char *timing_status_name(enum timing_status s)
{
    return status_names[s];
}

bool timing_params_fail(const struct timing_params *p, int line, struct timing_error *err, const char *fmt, ...)
{
    va_list ap;
    int n = line > 0 ? snprintf(err->text, sizeof(err->text), "%s:%d: ", p->file, line)
                     : snprintf(err->text, sizeof(err->text), "%s: ", p->file);
    if (n < 0 || (size_t)n >= sizeof(err->text)) {
        return false;
    }
    va_start(ap, fmt);
    vsnprintf(err->text + n, sizeof(err->text) - (size_t)n, fmt, ap);
    va_end(ap);
    return false;
}

/* Without blanks at either end */
static char *trim(char *s)
{
    s += strspn(s, " \t\r");
    size_t n = strlen(s);
    while (n > 0 && strchr(" \t\r", s[n - 1]) != NULL) {
        s[--n] = '\0';
    }
    return s;
}

/* ---- one line ---- */
struct reader {
    struct timing_params *p;
    const char *section;    /* NULL before the first */
    int line;
    struct timing_error *err;
};

static bool add_source(struct reader *r, const char *label, const char *text)
{
    struct timing_params *p = r->p;
    if (*text == '\0' || strchr(label, ':') != NULL || strchr(label, '|') != NULL) {
        return timing_params_fail(p, r->line, r->err, "a source is LABEL = TEXT, the label without : and |");
    }
    for (unsigned i = 0; i < p->n_sources; i++) {
        if (strcmp(p->source[i].label, label) == 0) {
            return timing_params_fail(p, r->line, r->err, "the source %s is already in line %d", label, p->source[i].line);
        }
    }
    p->source[p->n_sources++] = (struct timing_source){.label = label, .text = text, .line = r->line};
    return true;
}

/* "LABEL: where" of a known label */
static bool set_source(struct reader *r, struct timing_param *q, char *text)
{
    char *colon = strchr(text, ':');
    if (colon != NULL) {
        *colon = '\0';
    }
    q->label = trim(text);
    q->where = colon != NULL ? trim(colon + 1) : "";
    for (unsigned i = 0; i < r->p->n_sources; i++) {
        if (strcmp(r->p->source[i].label, q->label) == 0) {
            r->p->source[i].used = true;
            return true;
        }
    }
    return timing_params_fail(r->p, r->line, r->err, "%s has the source '%s', which is not under [sources]", q->key, q->label);
}

static bool set_status(struct reader *r, struct timing_param *q, const char *text)
{
    for (unsigned i = 0; i < ARRAY_LEN(status_names); i++) {
        if (strcmp(status_names[i], text) == 0) {
            q->status = (enum timing_status)i;
            return true;
        }
    }
    return timing_params_fail(r->p, r->line, r->err, "%s has the status '%s': want seen, measured, fitted or assumed", q->key, text);
}

static bool add_param(struct reader *r, char *key, char *rest)
{
    struct timing_params *p = r->p;
    char *status = strchr(rest, '|'), *source = status != NULL ? strchr(status + 1, '|') : NULL;
    if (source == NULL) {
        return timing_params_fail(p, r->line, r->err, "a parameter is KEY = VALUE | STATUS | SOURCE: WHERE; %s lacks %s", key,
                                  status == NULL ? "status and source" : "the source");
    }
    *status++ = '\0';
    *source++ = '\0';
    struct timing_param q = {.section = r->section, .key = key, .value = trim(rest), .line = r->line};
    if (*q.value == '\0') {
        return timing_params_fail(p, r->line, r->err, "%s has no value", key);
    }
    for (unsigned i = 0; i < p->n_params; i++) {
        if (strcmp(p->param[i].section, q.section) == 0 && strcmp(p->param[i].key, key) == 0) {
            return timing_params_fail(p, r->line, r->err, "[%s] %s is already in line %d", q.section, key, p->param[i].line);
        }
    }
    if (!set_status(r, &q, trim(status)) || !set_source(r, &q, trim(source))) {
        return false;
    }
    p->param[p->n_params++] = q;
    return true;
}

static bool parse_section(struct reader *r, char *s)
{
    char *end = strchr(s, ']');
    if (end == NULL || end[1] != '\0' || end == s + 1) {
        return timing_params_fail(r->p, r->line, r->err, "a section is [NAME]");
    }
    *end = '\0';
    r->section = trim(s + 1);
    return true;
}

static bool parse_line(struct reader *r, char *s)
{
    char *hash = strchr(s, '#');
    if (hash != NULL) {
        *hash = '\0';
    }
    s = trim(s);
    if (*s == '\0') {
        return true;
    }
    if (r->p->core == NULL) {
        if (strncmp(s, "core", 4) != 0 || strchr(" \t", s[4]) == NULL || *trim(s + 4) == '\0') {
            return timing_params_fail(r->p, r->line, r->err, "the first line must be: core NAME");
        }
        r->p->core = trim(s + 4);
        return true;
    }
    if (*s == '[') {
        return parse_section(r, s);
    }
    char *eq = strchr(s, '=');
    if (r->section == NULL || eq == NULL || eq == s) {
        return timing_params_fail(r->p, r->line, r->err, r->section == NULL ? "expected [SECTION] before '%s'" : "expected KEY = ..., not '%s'", s);
    }
    *eq = '\0';
    char *key = trim(s), *rest = trim(eq + 1);
    return strcmp(r->section, "sources") == 0 ? add_source(r, key, rest) : add_param(r, key, rest);
}

/* ---- files ---- */
static struct timing_params *params_new(const char *name, const char *text, size_t len)
{
    struct timing_params *p = calloc(1, sizeof(*p));
    unsigned lines = 2;
    for (size_t i = 0; i < len; i++) {
        lines += text[i] == '\n';
    }
    if (p != NULL) {
        p->file = strdup(name);
        p->text = malloc(len + 1);
        p->param = calloc(lines, sizeof(p->param[0]));
        p->source = calloc(lines, sizeof(p->source[0]));
    }
    if (p == NULL || p->file == NULL || p->text == NULL || p->param == NULL || p->source == NULL) {
        abort();
    }
    memcpy(p->text, text, len);
    p->text[len] = '\0';
    return p;
}

struct timing_params *timing_params_parse(const char *name, const char *text, size_t len, struct timing_error *err)
{
    struct timing_params *p = params_new(name, text, len);
    struct reader r = {.p = p, .err = err};
    bool ok = true;
    if (memchr(text, '\0', len) != NULL) {
        ok = timing_params_fail(p, 0, err, "not a text file: it has a byte that is 0");
    }
    for (char *s = p->text, *next; ok && s != NULL; s = next) {
        next = strchr(s, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        r.line++;
        ok = parse_line(&r, s);
    }
    if (ok && p->core == NULL) {
        ok = timing_params_fail(p, 0, err, "empty: the first line must be: core NAME");
    }
    if (!ok) {
        timing_params_free(p);
        return NULL;
    }
    return p;
}

struct timing_params *timing_params_read(const char *file, struct timing_error *err)
{
    const struct timing_params name = {.file = (char *)(uintptr_t)file};
    FILE *f = fopen(file, "r");
    if (f == NULL) {
        timing_params_fail(&name, 0, err, "%s", strerror(errno));
        return NULL;
    }
    char *text = malloc(MAX_FILE);
    if (text == NULL) {
        abort();
    }
    size_t len = fread(text, 1, MAX_FILE, f);
    struct timing_params *p = NULL;
    if (ferror(f) != 0) {
        timing_params_fail(&name, 0, err, "%s", strerror(errno));
    } else if (len == MAX_FILE) {
        timing_params_fail(&name, 0, err, "longer than 1 MiB: not a parameter file");
    } else {
        p = timing_params_parse(file, text, len, err);
    }
    free(text);
    fclose(f);
    return p;
}

const char *timing_params_builtin_name(unsigned i)
{
    return i < timing_builtin_count ? timing_builtin[i].name : NULL;
}

struct timing_params *timing_params_builtin(const char *core, struct timing_error *err)
{
    char list[160] = "";
    for (unsigned i = 0; i < timing_builtin_count; i++) {
        const struct timing_builtin_file *b = &timing_builtin[i];
        if (strcmp(b->name, core) == 0) {
            char name[80];
            snprintf(name, sizeof(name), "%s.conf", core);
            return timing_params_parse(name, (const char *)b->text, *b->len, err);
        }
        size_t n = strlen(list);
        snprintf(list + n, sizeof(list) - n, "%s%s", n == 0 ? "" : ", ", b->name);
    }
    snprintf(err->text, sizeof(err->text), "no timing model '%s': there are %s", core, list);
    return NULL;
}

void timing_params_free(struct timing_params *p)
{
    if (p != NULL) {
        free(p->file);
        free(p->text);
        free(p->param);
        free(p->source);
        free(p);
    }
}

/* ---- asking ---- */
const struct timing_param *timing_param_find(struct timing_params *p, const char *section, const char *key)
{
    for (unsigned i = 0; i < p->n_params; i++) {
        struct timing_param *q = &p->param[i];
        if (strcmp(q->key, key) == 0 && strcmp(q->section, section) == 0) {
            q->used = true;
            return q;
        }
    }
    return NULL;
}

const struct timing_param *timing_param_nth(struct timing_params *p, const char *section, unsigned i)
{
    for (unsigned k = 0; k < p->n_params; k++) {
        struct timing_param *q = &p->param[k];
        if (strcmp(q->section, section) == 0 && i-- == 0) {
            q->used = true;
            return q;
        }
    }
    return NULL;
}

static const struct timing_param *must_find(struct timing_params *p, const char *section, const char *key, struct timing_error *err)
{
    const struct timing_param *q = timing_param_find(p, section, key);
    if (q == NULL) {
        timing_params_fail(p, 0, err, "lacks %s in section [%s]", key, section);
    }
    return q;
}

bool timing_param_int(struct timing_params *p, const char *section, const char *key, long min, long max, long *value,
                      struct timing_error *err)
{
    const struct timing_param *q = must_find(p, section, key, err);
    if (q == NULL) {
        return false;
    }
    char *end;
    errno = 0;
    long v = strtol(q->value, &end, 0);
    if (end == q->value || *end != '\0' || errno != 0 || v < min || v > max) {
        return timing_params_fail(p, q->line, err, "%s = %s: want an integer from %ld to %ld", key, q->value, min, max);
    }
    *value = v;
    return true;
}

bool timing_param_word(struct timing_params *p, const char *section, const char *key, const char *const *words, unsigned *value,
                       struct timing_error *err)
{
    const struct timing_param *q = must_find(p, section, key, err);
    char list[120] = "";
    for (unsigned i = 0; q != NULL && words[i] != NULL; i++) {
        if (strcmp(words[i], q->value) == 0) {
            *value = i;
            return true;
        }
        size_t n = strlen(list);
        snprintf(list + n, sizeof(list) - n, "%s%s", n == 0 ? "" : ", ", words[i]);
    }
    return q != NULL ? timing_params_fail(p, q->line, err, "%s = %s: want one of %s", key, q->value, list) : false;
}

bool timing_params_check_used(const struct timing_params *p, struct timing_error *err)
{
    for (unsigned i = 0; i < p->n_params; i++) {
        if (!p->param[i].used) {
            return timing_params_fail(p, p->param[i].line, err, "no model has a parameter %s in section [%s]", p->param[i].key,
                                      p->param[i].section);
        }
    }
    for (unsigned i = 0; i < p->n_sources; i++) {
        if (!p->source[i].used) {
            return timing_params_fail(p, p->source[i].line, err, "no parameter has the source %s", p->source[i].label);
        }
    }
    return true;
}
