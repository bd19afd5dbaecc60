/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/filter.h"

#include "hyp/switches.h"
#include "traces/kinds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void filter_init(struct filter *f, uint64_t kinds)
{
    *f = (struct filter){.kinds = kinds, .classes = UINT32_MAX, .pes = 0xff, .els = 0x0f, .worlds = 7, .on = true};
}

static bool number(const char *s, uint64_t *v)
{
    char *end;
    if (s[0] < '0' || s[0] > '9') {
        return false;
    }
    errno = 0;
    *v = strtoull(s, &end, s[0] == '0' && (s[1] == 'x' || s[1] == 'X') ? 16 : 10);
    return errno == 0 && *end == '\0';
}

/* An address, a name, or a name with an offset. With `all`, a name alone is all of it. */
static bool place(const struct filter_names *names, const char *s, bool all, struct filter_range *r)
{
    char name[128];
    uint64_t off = 0;
    if (number(s, &r->first)) {
        r->last = r->first;
        return true;
    }
    size_t n = strcspn(s, "+");
    if (n >= sizeof(name) || (s[n] == '+' && !number(s + n + 1, &off)) || names == NULL || names->place == NULL) {
        return false;
    }
    memcpy(name, s, n);
    name[n] = '\0';
    if (!names->place(names->opaque, name, &r->first, &r->last)) {
        return false;
    }
    if (s[n] == '+' || !all) {
        r->first += off;
        r->last = r->first;
    }
    return true;
}

/* A..B, or one place */
static bool range(const struct filter_names *names, const char *s, struct filter_range *r)
{
    char first[160];
    const char *dots = strstr(s, "..");
    struct filter_range end;
    if (dots == NULL) {
        return place(names, s, true, r);
    }
    if ((size_t)(dots - s) >= sizeof(first)) {
        return false;
    }
    memcpy(first, s, (size_t)(dots - s));
    first[dots - s] = '\0';
    if (!place(names, first, false, r) || !place(names, dots + 2, true, &end) || end.last < r->first) {
        return false;
    }
    r->last = end.last;
    return true;
}

/* "0+2" as a set of bits below n; or words, when there are any */
static bool set_of(const char *s, unsigned n, const char *words, uint32_t *set)
{
    *set = 0;
    for (;; s++) {
        char word[24], buf[24];
        size_t len = strcspn(s, "+");
        uint64_t v;
        if (len >= sizeof(word)) {
            return false;
        }
        memcpy(word, s, len);
        word[len] = '\0';
        bool found = words == NULL && number(word, &v) && v < n;
        for (v = found ? v : 0; words != NULL && v < n && !found; v += !found) {
            found = kind_word(words, v, buf, sizeof(buf)) && strcmp(buf, word) == 0;
        }
        if (!found) {
            return false;
        }
        *set |= 1u << v;
        s += len;
        if (*s == '\0') {
            return true;
        }
    }
}

static unsigned kind_of(const char *name)
{
    for (unsigned k = 1; k < REC_KIND_COUNT; k++) {
        if (strcmp(kind_info(k)->name, name) == 0) {
            return k;
        }
    }
    return 0;
}

bool filter_condition(const char *s, const struct filter_names *names, struct filter_cond *c)
{
    static const struct { const char *word; enum filter_when when; } words[] = {
        {"insns:", WHEN_INSNS}, {"time:", WHEN_TIME}, {"cycle:", WHEN_CYCLE}, {"pc:", WHEN_PC}, {"event:", WHEN_EVENT}, {"mark:", WHEN_MARK},
    };
    *c = (struct filter_cond){.times = 1};
    const char *arg = NULL;
    for (unsigned i = 0; i < ARRAY_LEN(words); i++) {
        size_t n = strlen(words[i].word);
        if (strncmp(s, words[i].word, n) == 0) {
            c->when = words[i].when;
            arg = s + n;
        }
    }
    if (arg == NULL) {
        return false;
    }
    char what[160];
    size_t n = strcspn(arg, ":");
    if (n >= sizeof(what) || (arg[n] == ':' && (!number(arg + n + 1, &c->times) || c->times == 0 || c->when < WHEN_PC))) {
        return false;
    }
    memcpy(what, arg, n);
    what[n] = '\0';
    switch (c->when) {
    case WHEN_PC:
        return place(names, what, false, &c->range);
    case WHEN_EVENT:
        c->value = kind_of(what);
        return c->value != 0;
    case WHEN_MARK:
        return number(what, &c->value) && c->value < 256;
    default:
        return number(what, &c->value);
    }
}

/* One term. "" : good; else what was expected. */
static const char *term(struct filter *f, const char *key, const char *value, const struct filter_names *names)
{
    uint32_t set;
    uint64_t v;
    if (strcmp(key, "pe") == 0) {
        if (!set_of(value, 8, NULL, &set)) {
            return "numbers of PEs, 0 to 7, with + between";
        }
        f->pes = (uint8_t)set;
    } else if (strcmp(key, "el") == 0) {
        if (!set_of(value, 3, NULL, &set)) {
            return "exception levels 0 to 2, with + between";
        }
        f->els = (uint8_t)set;
    } else if (strcmp(key, "world") == 0) {
        if (!set_of(value, 3, "hyp/host/guest", &set)) {
            return "hyp, host or guest, with + between";
        }
        f->worlds = (uint8_t)set;
    } else if (strcmp(key, "class") == 0) {
        struct kind_field cls;
        kind_field(REC_SYSREG, FIELD_TYPE, &cls);
        if (strcmp(value, "all") == 0) {
            f->classes = UINT32_MAX;
        } else if (!set_of(value, 31, cls.words, &f->classes)) {
            return "classes of system registers (gp fp el1sys el2cfg el2vm vgic timer debug pmu keys ras id op) with + between, or all";
        }
    } else if (strcmp(key, "vmid") == 0) {
        if (!number(value, &v) || v > 0xffff) {
            return "a VMID, 0 to 65535";
        }
        f->has_vmid = true;
        f->vmid = (uint16_t)v;
    } else if (strcmp(key, "pc") == 0) {
        if (f->n_pc == FILTER_MAX_RANGES || !range(names, value, &f->pc[f->n_pc])) {
            return "an address or a name that the symbols have, alone or as FROM..TO; at most 16 of them";
        }
        f->n_pc++;
    } else if (strcmp(key, "start") == 0 || strcmp(key, "stop") == 0) {
        struct filter_cond *c = key[2] == 'a' ? &f->start : &f->stop;
        if (!filter_condition(value, names, c)) {
            return "insns:N, time:NS, cycle:N, pc:PLACE, event:KIND or mark:N; after the last three :N for the n-th time";
        }
        f->on = f->start.when == WHEN_NONE;
        f->start_left = f->start.times;
        f->stop_left = f->stop.times;
    } else {
        return NULL;
    }
    return "";
}

bool filter_parse(struct filter *f, const char *opt, const char *text, const struct filter_names *names, struct err *err)
{
    for (const char *p = text;; p++) {
        char word[256];
        size_t n = strcspn(p, ",");
        if (n >= sizeof(word)) {
            return err_set(err, "%s: a term of %zu characters is too long", opt, n);
        }
        memcpy(word, p, n);
        word[n] = '\0';
        char *eq = strchr(word, '=');
        const char *expected = NULL;
        if (eq != NULL) {
            *eq = '\0';
            expected = term(f, word, eq + 1, names);
        }
        if (expected == NULL) {
            return err_set(err, "%s %s: expected pe=, el=, world=, vmid=, class=, pc=, start= or stop=", opt, word);
        }
        if (*expected != '\0') {
            return err_set(err, "%s %s=%s: expected %s", opt, word, eq + 1, expected);
        }
        p += n;
        if (*p == '\0') {
            return true;
        }
    }
}

bool filter_selects(const struct filter *f, const struct rec *r)
{
    if ((f->kinds >> r->kind & 1) == 0 || (f->pes >> (r->pe & 7) & 1) == 0 || (f->els >> (r->el & 3) & 1) == 0 ||
        (r->kind == REC_SYSREG && (f->classes >> (r->type & 31) & 1) == 0) ||
        (f->has_vmid && vttbr_vmid(r->vttbr) != f->vmid) ||
        (f->worlds != 7 && (f->worlds >> world_of(r->el, r->hcr, r->vttbr) & 1) == 0)) {
        return false;
    }
    bool here = f->n_pc == 0;
    for (unsigned i = 0; i < f->n_pc && !here; i++) {
        here = r->pc >= f->pc[i].first && r->pc <= f->pc[i].last;
    }
    return here;
}

/* Is it met by this record, and for how often it had to be? */
static bool met(struct filter *f, const struct filter_cond *c, uint64_t *left, const struct rec *r)
{
    bool now = false;
    switch (c->when) {
    case WHEN_NONE: return false;
    case WHEN_INSNS: return r->icount >= c->value;
    case WHEN_TIME: return r->time_ns >= c->value;
    case WHEN_CYCLE: return r->cycle >= c->value;
    case WHEN_PC: { /* arriving there counts, not each record of it */
        bool there = r->pc >= c->range.first && r->pc <= c->range.last;
        now = there && !f->there && !f->probed;
        f->there = there;
        break;
    }
    case WHEN_EVENT: now = r->kind == c->value; break;
    case WHEN_MARK: now = r->kind == REC_MARK && r->a == c->value; break;
    }
    return now && --*left == 0;
}

bool filter_keep(struct filter *f, const struct rec *r)
{
    if (unlikely(r->kind == REC_MARK && (r->a == FILTER_MARK_OFF || r->a == FILTER_MARK_ON))) {
        f->marked_off = r->a == FILTER_MARK_OFF;
        return f->on && !f->over && filter_selects(f, r); /* both are kept: they say where something is missing */
    }
    if (f->over || f->marked_off || (f->pes >> (r->pe & 7) & 1) == 0) {
        return false;
    }
    if (!f->on) {
        f->on = met(f, &f->start, &f->start_left, r);
        if (!f->on) {
            return false;
        }
    }
    if (unlikely(f->stop.when != WHEN_NONE) && met(f, &f->stop, &f->stop_left, r)) {
        f->over = true; /* this record is the last */
    }
    return filter_selects(f, r);
}

uint64_t filter_needs(const struct filter *f)
{
    uint64_t k = REC_BIT(REC_MARK);
    k |= f->start.when == WHEN_EVENT ? REC_BIT(f->start.value) : 0;
    k |= f->stop.when == WHEN_EVENT ? REC_BIT(f->stop.value) : 0;
    return k;
}

void filter_reached(struct filter *f, uint64_t pc)
{
    if (!f->on && f->start.when == WHEN_PC && pc == f->start.range.first) {
        f->on = --f->start_left == 0;
    } else if (f->on && !f->over && f->stop.when == WHEN_PC && pc == f->stop.range.first) {
        f->over = --f->stop_left == 0;
    }
}
