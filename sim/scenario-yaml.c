/* SPDX-License-Identifier: Apache-2.0 */
/* Scenario files: from YAML to struct scenario. Every complaint names the file, the line and what was expected. */
#include "sim/scenario.h"

#include "cpu/sysreg.h"
#include "hyp/switches.h"
#include "sim/load.h"
#include "traces/esr.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#define MAX_FILE (UINT64_C(16) << 20)

struct yp {
    struct scn_arena *arena;
    yaml_document_t *doc;
    const char *file, *text;
    size_t text_len;
    struct err *err;
};

/* ---- nodes ---- */

static bool __attribute__((format(printf, 3, 4))) bad(struct yp *p, const yaml_node_t *n, const char *fmt, ...)
{
    char msg[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    return err_set(p->err, "%s:%zu: %s", p->file, n->start_mark.line + 1, msg);
}

static unsigned line_of(const yaml_node_t *n)
{
    return (unsigned)n->start_mark.line + 1;
}

static yaml_node_t *get(struct yp *p, int i)
{
    return yaml_document_get_node(p->doc, i);
}

/* Text of a scalar, NULL for other nodes */
static const char *scalar(const yaml_node_t *n)
{
    return n->type == YAML_SCALAR_NODE ? (const char *)n->data.scalar.value : NULL;
}

static size_t items(const yaml_node_t *n)
{
    return n->type == YAML_SEQUENCE_NODE ? (size_t)(n->data.sequence.items.top - n->data.sequence.items.start) : 0;
}

static yaml_node_t *item(struct yp *p, const yaml_node_t *n, size_t i)
{
    return get(p, n->data.sequence.items.start[i]);
}

static size_t pairs(const yaml_node_t *n)
{
    return n->type == YAML_MAPPING_NODE ? (size_t)(n->data.mapping.pairs.top - n->data.mapping.pairs.start) : 0;
}

/* What the file says there, on one line, for reports */
static const char *source(struct yp *p, const yaml_node_t *n)
{
    size_t from = n->start_mark.index, to = n->end_mark.index;
    to = to > p->text_len ? p->text_len : to;
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

typedef bool key_fn(struct yp *p, const yaml_node_t *v, void *obj);
struct key {
    const char *name;
    key_fn *fn;
};

static bool unknown_key(struct yp *p, const yaml_node_t *k, const struct key *keys, size_t n, const char *more)
{
    char list[256];
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; i < n && used < sizeof(list) - 1; i++) {
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i != 0 ? ", " : "", keys[i].name);
    }
    return bad(p, k, "`%.40s': expected one of %s%s", scalar(k) != NULL ? scalar(k) : "?", list, more);
}

static const struct key *key_find(const struct key *keys, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (name != NULL && strcmp(keys[i].name, name) == 0) {
            return &keys[i];
        }
    }
    return NULL;
}

static bool walk(struct yp *p, const yaml_node_t *map, const struct key *keys, size_t n, void *obj, const char *what)
{
    if (map->type != YAML_MAPPING_NODE) {
        return bad(p, map, "expected %s as a map of keys and values", what);
    }
    for (size_t i = 0; i < pairs(map); i++) {
        const yaml_node_pair_t *kv = &map->data.mapping.pairs.start[i];
        const struct key *k = key_find(keys, n, scalar(get(p, kv->key)));
        if (k == NULL) {
            return unknown_key(p, get(p, kv->key), keys, n, "");
        }
        if (!k->fn(p, get(p, kv->value), obj)) {
            return false;
        }
    }
    return true;
}

#define WALK(p, map, keys, obj, what) walk(p, map, keys, ARRAY_LEN(keys), obj, what)

/* An array for the items of a sequence, or for the one thing that stands in its place */
static bool make_list(struct yp *p, const yaml_node_t *v, size_t size, void **out, unsigned *n)
{
    *n = v->type == YAML_SEQUENCE_NODE ? (unsigned)items(v) : 1;
    *out = scn_alloc(p->arena, size * (*n + 1));
    return *out != NULL || bad(p, v, "out of memory");
}

static yaml_node_t *list_item(struct yp *p, const yaml_node_t *v, unsigned i)
{
    return v->type == YAML_SEQUENCE_NODE ? item(p, v, i) : (yaml_node_t *)(uintptr_t)v;
}

/* ---- scalars ---- */

static bool take_text(struct yp *p, const yaml_node_t *v, const char **out)
{
    const char *s = scalar(v);
    if (s == NULL) {
        return bad(p, v, "expected a text");
    }
    *out = scn_strndup(p->arena, s, strlen(s));
    return *out != NULL || bad(p, v, "out of memory");
}

static bool take_expr(struct yp *p, const yaml_node_t *v, struct scn_expr **out)
{
    struct err e;
    const char *s = scalar(v);
    if (s == NULL) {
        return bad(p, v, "expected an expression");
    }
    *out = scn_expr_parse(p->arena, s, &e);
    return *out != NULL || bad(p, v, "%s", e.msg);
}

static bool take_value(struct yp *p, const yaml_node_t *v, struct scn_value *out)
{
    out->line = line_of(v);
    return take_expr(p, v, &out->e);
}

/* A plain number between bounds */
static bool take_number(struct yp *p, const yaml_node_t *v, uint64_t min, uint64_t max, uint64_t *out)
{
    struct scn_expr *e;
    if (!take_expr(p, v, &e)) {
        return false;
    }
    if (!scn_expr_constant(e) || (*out = scn_expr_eval(e, NULL)) < min || *out > max) {
        return max == UINT64_MAX ? bad(p, v, "`%.40s': expected a number of at least %" PRIu64, scalar(v), min)
                                 : bad(p, v, "`%.40s': expected a number from %" PRIu64 " to %" PRIu64, scalar(v), min, max);
    }
    return true;
}

static bool take_int(struct yp *p, const yaml_node_t *v, int min, int max, int *out)
{
    uint64_t n = 0;
    if (!take_number(p, v, (uint64_t)min, (uint64_t)max, &n)) {
        return false;
    }
    *out = (int)n;
    return true;
}

static bool take_bool(struct yp *p, const yaml_node_t *v, bool *out)
{
    const char *s = scalar(v);
    if (s != NULL && (strcasecmp(s, "true") == 0 || strcasecmp(s, "yes") == 0)) {
        *out = true;
    } else if (s != NULL && (strcasecmp(s, "false") == 0 || strcasecmp(s, "no") == 0)) {
        *out = false;
    } else {
        return bad(p, v, "expected true or false");
    }
    return true;
}

/* 10us, 1.5s; a number alone is nanoseconds */
static bool take_time(struct yp *p, const yaml_node_t *v, uint64_t *out)
{
    const char *s = scalar(v);
    char *end = NULL;
    double d = s != NULL ? strtod(s, &end) : -1;
    static const struct { const char *unit; double ns; } units[] = {{"", 1}, {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
    for (unsigned i = 0; i < ARRAY_LEN(units) && s != NULL && end != s; i++) {
        if (strcmp(end, units[i].unit) == 0 && d >= 0 && d * units[i].ns < 9e18) {
            *out = (uint64_t)llround(d * units[i].ns);
            return true;
        }
    }
    return bad(p, v, "expected a time with its unit: ns, us, ms or s");
}

/* One word of several */
static bool take_word(struct yp *p, const yaml_node_t *v, const char *const *words, size_t n, int *out)
{
    char list[200];
    size_t used = 0;
    const char *s = scalar(v);
    for (size_t i = 0; i < n; i++) {
        if (s != NULL && words[i] != NULL && strcasecmp(s, words[i]) == 0) {
            *out = (int)i;
            return true;
        }
        if (words[i] != NULL && used < sizeof(list) - 1) {
            used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used != 0 ? ", " : "", words[i]);
        }
    }
    return bad(p, v, "`%.40s': expected one of %s", s != NULL ? s : "?", list);
}

/* A path relative to the file */
static bool take_path(struct yp *p, const yaml_node_t *v, const char **out)
{
    const char *s;
    if (!take_text(p, v, &s)) {
        return false;
    }
    const char *slash = strrchr(p->file, '/');
    if (s[0] == '/' || slash == NULL) {
        *out = s;
        return true;
    }
    char *full = scn_alloc(p->arena, (size_t)(slash - p->file) + strlen(s) + 2);
    if (full == NULL) {
        return bad(p, v, "out of memory");
    }
    sprintf(full, "%.*s/%s", (int)(slash - p->file), p->file, s);
    *out = full;
    return true;
}

/* ---- events ---- */

static const char *const kind_names[] = {
    [EV_EXIT] = "exit", [EV_ENTRY] = "entry", [EV_EXCEPTION] = "exception", [EV_ERET] = "eret", [EV_PENDED] = "serror-pended",
    [EV_DEFERRED] = "serror-deferred", [EV_MASK] = "mask", [EV_READ] = "read", [EV_WRITE] = "write", [EV_BARRIER] = "barrier",
    [EV_WFI] = "wfi", [EV_WFE] = "wfe", [EV_PSCI] = "psci", [EV_EXECUTE] = "execute", [EV_RAISED] = "raised",
};
static const char *const type_words[] = {"sync", "irq", "fiq", "serror", "virq", "vfiq", "vserror"};
static const char *const world_words[] = {[WORLD_HYP] = "hyp", [WORLD_HOST] = "host", [WORLD_GUEST] = "guest"};
static const char *const barrier_words[] = {"isb", "dsb", "dmb", "esb"};
static const char daif_letters[] = "DAIF";

static int word_index(const char *const *words, size_t n, const char *s)
{
    for (size_t i = 0; i < n; i++) {
        if (strcasecmp(words[i], s) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* "A=0 I=1" */
static bool mask_argument(struct yp *p, const yaml_node_t *v, struct scn_event *ev, const char *s)
{
    for (; *s != '\0';) {
        const char *l = strchr(daif_letters, *s);
        if (l == NULL || s[1] != '=' || (s[2] != '0' && s[2] != '1')) {
            return bad(p, v, "`%.20s': expected bits of PSTATE as in A=0 I=1", s);
        }
        uint8_t bit = (uint8_t)(8u >> (l - daif_letters));
        ev->change_mask |= bit;
        ev->change_value |= s[2] == '1' ? bit : 0;
        for (s += 3; *s == ' ' || *s == ','; s++) {
        }
    }
    return true;
}

static bool take_register(struct yp *p, const yaml_node_t *v, const char *s, int *out)
{
    int sr = s != NULL ? scn_sysreg_find(s, strlen(s)) : -1;
    if (sr < 0) {
        return bad(p, v, "`%.40s': expected the name of a system register", s != NULL ? s : "?");
    }
    *out = sysreg_encoding((unsigned)sr);
    return true;
}

/* The word after the kind */
static bool event_argument(struct yp *p, const yaml_node_t *v, struct scn_event *ev, const char *s)
{
    struct err e;
    int w;
    switch ((enum scn_kind)ev->kind) {
    case EV_EXIT: ev->reason = scn_strndup(p->arena, s, strlen(s)); return ev->reason != NULL || bad(p, v, "out of memory");
    case EV_EXCEPTION:
        ev->type = word_index(type_words, ARRAY_LEN(type_words), s);
        return ev->type >= 0 || bad(p, v, "`%.40s': expected sync, irq, fiq, serror, virq, vfiq or vserror", s);
    case EV_PENDED: case EV_DEFERRED:
        ev->virt = strcmp(s, "virtual") == 0 ? VIRT_VIRTUAL : VIRT_PHYSICAL;
        return ev->virt == VIRT_VIRTUAL || strcmp(s, "physical") == 0 || bad(p, v, "`%.40s': expected physical or virtual", s);
    case EV_MASK: return mask_argument(p, v, ev, s);
    case EV_READ: case EV_WRITE: return take_register(p, v, s, &ev->reg);
    case EV_BARRIER:
        ev->barrier = w = word_index(barrier_words, ARRAY_LEN(barrier_words), s);
        return w >= 0 || bad(p, v, "`%.40s': expected isb, dsb, dmb or esb", s);
    case EV_EXECUTE:
        ev->value.line = line_of(v);
        ev->value.e = scn_expr_parse(p->arena, s, &e);
        return ev->value.e != NULL || bad(p, v, "%s", e.msg);
    case EV_RAISED: ev->id = scn_strndup(p->arena, s, strlen(s)); return ev->id != NULL || bad(p, v, "out of memory");
    default: return bad(p, v, "`%.40s': expected nothing after %s", s, kind_names[ev->kind]);
    }
}

/* "exit HVC" */
static bool event_words(struct yp *p, const yaml_node_t *v, struct scn_event *ev)
{
    const char *s = scalar(v);
    size_t len = strcspn(s, " ");
    for (size_t i = 0; i < ARRAY_LEN(kind_names); i++) {
        if (strlen(kind_names[i]) == len && strncasecmp(kind_names[i], s, len) == 0) {
            ev->kind = (uint8_t)i;
            const char *rest = s + len + strspn(s + len, " ");
            return *rest == '\0' || event_argument(p, v, ev, rest);
        }
    }
    return bad(p, v, "`%.40s': expected an event: exit, entry, exception, eret, serror-pended, serror-deferred, mask, read, write, "
               "barrier, wfi, wfe, psci, execute or raised", s);
}

static bool ev_reason(struct yp *p, const yaml_node_t *v, void *obj)
{
    return take_text(p, v, &((struct scn_event *)obj)->reason);
}

static bool ev_type(struct yp *p, const yaml_node_t *v, void *obj)
{
    return take_word(p, v, type_words, ARRAY_LEN(type_words), &((struct scn_event *)obj)->type);
}

static bool ev_ec(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scn_event *ev = obj;
    const char *s = scalar(v);
    for (unsigned ec = 0; ec < 64 && s != NULL && !isdigit((unsigned char)s[0]); ec++) {
        const char *name = esr_ec_name(ec);
        if (name != NULL && strcasecmp(name, s) == 0) {
            ev->ec = (int)ec;
            return true;
        }
    }
    return take_int(p, v, 0, 63, &ev->ec);
}

#define EV_VALUE(field)                                                                     \
    static bool ev_##field(struct yp *p, const yaml_node_t *v, void *obj)                   \
    {                                                                                       \
        return take_value(p, v, &((struct scn_event *)obj)->field);                         \
    }
EV_VALUE(esr)
EV_VALUE(iss)
EV_VALUE(far)
EV_VALUE(ipa)
EV_VALUE(vector)
EV_VALUE(value)

/* A value, or LOW .. HIGH */
static bool ev_pc(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scn_event *ev = obj;
    struct err e;
    const char *s = scalar(v), *dots = s != NULL ? strstr(s, "..") : NULL;
    if (dots == NULL) {
        return take_value(p, v, &ev->pc_low);
    }
    const char *low = scn_strndup(p->arena, s, (size_t)(dots - s));
    ev->pc_low.line = ev->pc_high.line = line_of(v);
    ev->pc_low.e = low != NULL ? scn_expr_parse(p->arena, low, &e) : NULL;
    ev->pc_high.e = ev->pc_low.e != NULL ? scn_expr_parse(p->arena, dots + 2, &e) : NULL;
    return ev->pc_high.e != NULL || bad(p, v, "%s", low != NULL ? e.msg : "out of memory");
}

static bool ev_from(struct yp *p, const yaml_node_t *v, void *obj)
{
    return take_int(p, v, 0, 2, &((struct scn_event *)obj)->from);
}

static bool ev_el(struct yp *p, const yaml_node_t *v, void *obj)
{
    return take_int(p, v, 0, 2, &((struct scn_event *)obj)->el);
}

static bool ev_world(struct yp *p, const yaml_node_t *v, void *obj)
{
    return take_word(p, v, world_words, ARRAY_LEN(world_words), &((struct scn_event *)obj)->world);
}

static bool ev_register(struct yp *p, const yaml_node_t *v, void *obj)
{
    return take_register(p, v, scalar(v), &((struct scn_event *)obj)->reg);
}

static bool ev_virtual(struct yp *p, const yaml_node_t *v, void *obj)
{
    bool b;
    if (!take_bool(p, v, &b)) {
        return false;
    }
    ((struct scn_event *)obj)->virt = b ? VIRT_VIRTUAL : VIRT_PHYSICAL;
    return true;
}

static bool ev_mask_bit(struct yp *p, const yaml_node_t *v, struct scn_event *ev, uint8_t bit)
{
    int on;
    if (!take_int(p, v, 0, 1, &on)) {
        return false;
    }
    ev->daif_mask |= bit;
    ev->daif_value |= on ? bit : 0;
    return true;
}

static bool ev_d(struct yp *p, const yaml_node_t *v, void *obj) { return ev_mask_bit(p, v, obj, 8); }
static bool ev_a(struct yp *p, const yaml_node_t *v, void *obj) { return ev_mask_bit(p, v, obj, 4); }
static bool ev_i(struct yp *p, const yaml_node_t *v, void *obj) { return ev_mask_bit(p, v, obj, 2); }
static bool ev_f(struct yp *p, const yaml_node_t *v, void *obj) { return ev_mask_bit(p, v, obj, 1); }

static bool ev_on_pe(struct yp *p, const yaml_node_t *v, void *obj)
{
    return take_int(p, v, 0, MACHINE_MAX_PES - 1, &((struct scn_event *)obj)->pe);
}

static bool ev_if(struct yp *p, const yaml_node_t *v, void *obj)
{
    return take_expr(p, v, &((struct scn_event *)obj)->cond);
}

static bool ev_n(struct yp *p, const yaml_node_t *v, void *obj)
{
    int n;
    if (!take_int(p, v, 1, INT32_MAX, &n)) {
        return false;
    }
    ((struct scn_event *)obj)->n = (unsigned)n;
    return true;
}

static const struct key event_keys[] = {
    {"reason", ev_reason}, {"type", ev_type}, {"ec", ev_ec}, {"esr", ev_esr}, {"iss", ev_iss}, {"far", ev_far}, {"ipa", ev_ipa},
    {"vector", ev_vector}, {"pc", ev_pc}, {"from", ev_from}, {"el", ev_el}, {"world", ev_world}, {"register", ev_register},
    {"value", ev_value}, {"virtual", ev_virtual}, {"A", ev_a}, {"I", ev_i}, {"F", ev_f}, {"D", ev_d}, {"pe", ev_on_pe}, {"if", ev_if},
    {"n", ev_n},
};

static void event_init_any(struct scn_event *ev, const yaml_node_t *v)
{
    *ev = (struct scn_event){.line = line_of(v), .type = -1, .ec = -1, .from = -1, .el = -1, .world = -1, .pe = -1, .barrier = -1, .reg = -1};
}

/* A word, or a map with kind: and filters */
static bool take_event(struct yp *p, const yaml_node_t *v, struct scn_event *ev)
{
    event_init_any(ev, v);
    ev->text = source(p, v);
    if (scalar(v) != NULL) {
        return event_words(p, v, ev);
    }
    bool kind = false;
    for (size_t i = 0; i < pairs(v); i++) {
        const yaml_node_pair_t *kv = &v->data.mapping.pairs.start[i];
        const char *k = scalar(get(p, kv->key));
        if (k != NULL && (strcmp(k, "kind") == 0 || strcmp(k, "event") == 0)) {
            kind = true;
            if (scalar(get(p, kv->value)) == NULL) {
                return bad(p, get(p, kv->value), "expected an event's kind, as in `exit HVC'");
            }
            if (!event_words(p, get(p, kv->value), ev)) {
                return false;
            }
        }
    }
    if (!kind) {
        return bad(p, v, "expected an event: a word, or a map with `kind:'");
    }
    for (size_t i = 0; i < pairs(v); i++) {
        const yaml_node_pair_t *kv = &v->data.mapping.pairs.start[i];
        const char *k = scalar(get(p, kv->key));
        if (k != NULL && (strcmp(k, "kind") == 0 || strcmp(k, "event") == 0)) {
            continue;
        }
        const struct key *key = key_find(event_keys, ARRAY_LEN(event_keys), k);
        if (key == NULL) {
            return unknown_key(p, get(p, kv->key), event_keys, ARRAY_LEN(event_keys), "");
        }
        if (!key->fn(p, get(p, kv->value), ev)) {
            return false;
        }
    }
    return true;
}

/* The event whose word or map is the value of `key_node` in `map`, with filters that stand beside that key. Keys of `own` are left
   alone. */
static bool take_event_beside(struct yp *p, const yaml_node_t *map, const char *main_key, const struct key *own, size_t n_own,
                              struct scn_event *ev)
{
    for (size_t i = 0; i < pairs(map); i++) {
        const yaml_node_pair_t *kv = &map->data.mapping.pairs.start[i];
        const char *k = scalar(get(p, kv->key));
        if (k != NULL && strcmp(k, main_key) == 0 && !take_event(p, get(p, kv->value), ev)) {
            return false;
        }
    }
    for (size_t i = 0; i < pairs(map); i++) {
        const yaml_node_pair_t *kv = &map->data.mapping.pairs.start[i];
        const char *k = scalar(get(p, kv->key));
        if ((k != NULL && strcmp(k, main_key) == 0) || key_find(own, n_own, k) != NULL) {
            continue;
        }
        const struct key *key = key_find(event_keys, ARRAY_LEN(event_keys), k);
        if (key == NULL) {
            return unknown_key(p, get(p, kv->key), event_keys, ARRAY_LEN(event_keys), "");
        }
        if (!key->fn(p, get(p, kv->value), ev)) {
            return false;
        }
    }
    ev->text = source(p, map);
    return true;
}

/* ---- positions ---- */

static bool st_n(struct yp *p, const yaml_node_t *v, void *obj)
{
    int n;
    if (!take_int(p, v, 1, INT32_MAX, &n)) {
        return false;
    }
    ((struct scn_stage *)obj)->n = (unsigned)n;
    return true;
}

static bool st_plus(struct yp *p, const yaml_node_t *v, void *obj)
{
    return take_number(p, v, 0, UINT64_MAX, &((struct scn_stage *)obj)->plus);
}

static bool st_pe(struct yp *p, const yaml_node_t *v, void *obj)
{
    return take_int(p, v, 0, MACHINE_MAX_PES - 1, &((struct scn_stage *)obj)->pe);
}

static bool st_symbol(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scn_stage *st = obj;
    st->kind = STAGE_SYMBOL;
    return take_value(p, v, &st->addr);
}

static bool st_insns(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scn_stage *st = obj;
    st->kind = STAGE_INSNS;
    return take_number(p, v, 0, UINT64_MAX, &st->count);
}

static bool st_time(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scn_stage *st = obj;
    st->kind = STAGE_TIME;
    return take_time(p, v, &st->count);
}

static bool st_when(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scn_stage *st = obj;
    st->kind = STAGE_WHEN;
    return take_expr(p, v, &st->when);
}

static const struct key stage_keys[] = {
    {"symbol", st_symbol}, {"insns", st_insns}, {"time", st_time}, {"when", st_when}, {"n", st_n}, {"plus", st_plus}, {"pe", st_pe},
};

static bool take_stage(struct yp *p, const yaml_node_t *v, struct scn_stage *st)
{
    *st = (struct scn_stage){.line = line_of(v), .n = 1, .pe = -1};
    if (scalar(v) != NULL) {
        if (strcmp(scalar(v), "start") == 0) {
            st->kind = STAGE_START;
            return true;
        }
        return st_symbol(p, v, st);
    }
    unsigned mains = 0;
    bool event = false;
    for (size_t i = 0; i < pairs(v); i++) {
        const char *k = scalar(get(p, v->data.mapping.pairs.start[i].key));
        event |= k != NULL && strcmp(k, "event") == 0;
        mains += k != NULL && (strcmp(k, "event") == 0 || strcmp(k, "symbol") == 0 || strcmp(k, "insns") == 0 || strcmp(k, "time") == 0 ||
                               strcmp(k, "when") == 0);
    }
    if (v->type != YAML_MAPPING_NODE || mains != 1) {
        return bad(p, v, "expected a position: start, a symbol, or a map with one of symbol, insns, time, event and when");
    }
    if (!event) {
        return WALK(p, v, stage_keys, st, "a position");
    }
    /* n, plus and pe are the position's; the rest are filters of the event */
    static const struct key own[] = {{"n", st_n}, {"plus", st_plus}, {"pe", st_pe}};
    st->kind = STAGE_EVENT;
    if (!take_event_beside(p, v, "event", own, ARRAY_LEN(own), &st->ev)) {
        return false;
    }
    for (size_t i = 0; i < pairs(v); i++) {
        const yaml_node_pair_t *kv = &v->data.mapping.pairs.start[i];
        const struct key *k = key_find(own, ARRAY_LEN(own), scalar(get(p, kv->key)));
        if (k != NULL && !k->fn(p, get(p, kv->value), st)) {
            return false;
        }
    }
    if (st->ev.n != 0) {
        st->n = st->ev.n;
        st->ev.n = 0;
    }
    return true;
}

static bool take_pos(struct yp *p, const yaml_node_t *v, struct scn_pos *pos)
{
    void *list;
    *pos = (struct scn_pos){.text = source(p, v)};
    if (!make_list(p, v, sizeof(struct scn_stage), &list, &pos->n_stages)) {
        return false;
    }
    pos->stage = list;
    if (pos->n_stages == 0) {
        return bad(p, v, "expected a position");
    }
    for (unsigned i = 0; i < pos->n_stages; i++) {
        if (!take_stage(p, list_item(p, v, i), &pos->stage[i])) {
            return false;
        }
    }
    return true;
}

/* ---- stimuli ---- */

#define DO_KIND(which) ((struct scn_stimulus *)obj)->kind = (which)

static bool do_serror(struct yp *p, const yaml_node_t *v, void *obj)
{
    DO_KIND(DO_SERROR);
    return take_value(p, v, &((struct scn_stimulus *)obj)->value);
}

static bool do_vserror(struct yp *p, const yaml_node_t *v, void *obj)
{
    DO_KIND(DO_VSERROR);
    return take_value(p, v, &((struct scn_stimulus *)obj)->value);
}

static bool in_va(struct yp *p, const yaml_node_t *v, void *obj)
{
    return take_value(p, v, &((struct scn_stimulus *)obj)->addr);
}

static bool in_pa(struct yp *p, const yaml_node_t *v, void *obj)
{
    ((struct scn_stimulus *)obj)->physical = true;
    return in_va(p, v, obj);
}

static bool in_size(struct yp *p, const yaml_node_t *v, void *obj)
{
    return take_number(p, v, 1, UINT64_MAX, &((struct scn_stimulus *)obj)->size);
}

static bool in_access(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const char *const words[] = {NULL, "read", "write", "any"};
    int w;
    if (!take_word(p, v, words, ARRAY_LEN(words), &w)) {
        return false;
    }
    ((struct scn_stimulus *)obj)->access = (uint8_t)w;
    return true;
}

static bool in_as(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const char *const words[] = {"abort", "serror"};
    int w;
    if (!take_word(p, v, words, ARRAY_LEN(words), &w)) {
        return false;
    }
    ((struct scn_stimulus *)obj)->as_serror = w == 1;
    return true;
}

static bool in_value(struct yp *p, const yaml_node_t *v, void *obj)
{
    return take_value(p, v, &((struct scn_stimulus *)obj)->value);
}

static bool do_abort(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {{"va", in_va}, {"pa", in_pa}, {"size", in_size}, {"access", in_access}, {"as", in_as}, {"iss", in_value}};
    struct scn_stimulus *d = obj;
    DO_KIND(DO_ABORT);
    d->size = 1;
    d->access = 3;
    return WALK(p, v, keys, obj, "the abort") && (d->addr.e != NULL || bad(p, v, "expected `va:' or `pa:'"));
}

static bool in_level(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const char *const words[] = {[LEVEL_PULSE] = "pulse", [LEVEL_HIGH] = "high", [LEVEL_LOW] = "low"};
    int w;
    if (!take_word(p, v, words, ARRAY_LEN(words), &w)) {
        return false;
    }
    ((struct scn_stimulus *)obj)->level = (enum scn_level)w;
    return true;
}

static bool in_force(struct yp *p, const yaml_node_t *v, void *obj)
{
    return take_bool(p, v, &((struct scn_stimulus *)obj)->force);
}

static bool interrupt(struct yp *p, const yaml_node_t *v, struct scn_stimulus *d)
{
    static const struct key keys[] = {{"intid", in_value}, {"level", in_level}, {"force", in_force}};
    if (scalar(v) != NULL) {
        return take_value(p, v, &d->value);
    }
    return WALK(p, v, keys, d, "the interrupt") && (d->value.e != NULL || bad(p, v, "expected `intid:'"));
}

static bool do_irq(struct yp *p, const yaml_node_t *v, void *obj)
{
    DO_KIND(DO_IRQ);
    return interrupt(p, v, obj);
}

static bool do_fiq(struct yp *p, const yaml_node_t *v, void *obj)
{
    DO_KIND(DO_FIQ);
    return interrupt(p, v, obj);
}

static bool do_timer(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const char *const words[] = {"physical", "virtual", "hyp", "hyp-virtual"};
    int w;
    DO_KIND(DO_TIMER);
    if (!take_word(p, v, words, ARRAY_LEN(words), &w)) {
        return false;
    }
    ((struct scn_stimulus *)obj)->timer = (unsigned)w;
    return true;
}

/* A list register: either its value, or its fields put together */
struct lr_fields {
    struct scn_stimulus *d;
    int n, state, group;
    uint64_t intid, priority, hw;
    bool has_hw, has_intid;
};

static bool lr_n(struct yp *p, const yaml_node_t *v, void *obj) { return take_int(p, v, 0, 3, &((struct lr_fields *)obj)->n); }
static bool lr_group(struct yp *p, const yaml_node_t *v, void *obj) { return take_int(p, v, 0, 1, &((struct lr_fields *)obj)->group); }
static bool lr_priority(struct yp *p, const yaml_node_t *v, void *obj) { return take_number(p, v, 0, 255, &((struct lr_fields *)obj)->priority); }
static bool lr_value(struct yp *p, const yaml_node_t *v, void *obj) { return take_value(p, v, &((struct lr_fields *)obj)->d->value); }

static bool lr_state(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const char *const words[] = {"inactive", "pending", "active", "pending-active"};
    return take_word(p, v, words, ARRAY_LEN(words), &((struct lr_fields *)obj)->state);
}

static bool lr_intid(struct yp *p, const yaml_node_t *v, void *obj)
{
    ((struct lr_fields *)obj)->has_intid = true;
    return take_number(p, v, 0, UINT32_MAX, &((struct lr_fields *)obj)->intid);
}

static bool lr_hw(struct yp *p, const yaml_node_t *v, void *obj)
{
    ((struct lr_fields *)obj)->has_hw = true;
    return take_number(p, v, 0, 1019, &((struct lr_fields *)obj)->hw);
}

static bool do_lr(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {{"n", lr_n}, {"intid", lr_intid}, {"state", lr_state}, {"group", lr_group}, {"priority", lr_priority},
                                      {"hw", lr_hw}, {"value", lr_value}};
    struct lr_fields f = {.d = obj, .state = 1, .group = 1, .priority = 0xa0};
    DO_KIND(DO_LR);
    if (!WALK(p, v, keys, &f, "the list register")) {
        return false;
    }
    f.d->lr = (unsigned)f.n;
    if (f.d->value.e != NULL) {
        return true;
    }
    if (!f.has_intid) {
        return bad(p, v, "expected `intid:' or `value:'");
    }
    char text[32];
    struct err e;
    /* ICH_LR<n>_EL2: State, HW, Group, Priority, pINTID, vINTID */
    snprintf(text, sizeof(text), "%#" PRIx64, (uint64_t)f.state << 62 | (uint64_t)f.has_hw << 61 | (uint64_t)f.group << 60 |
             f.priority << 48 | f.hw << 32 | f.intid);
    f.d->value.line = line_of(v);
    f.d->value.e = scn_expr_parse(p->arena, text, &e);
    return f.d->value.e != NULL || bad(p, v, "%s", e.msg);
}

static bool do_set(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scn_stimulus *d = obj;
    DO_KIND(DO_SET);
    if (v->type != YAML_MAPPING_NODE) {
        return bad(p, v, "expected a map of registers and values");
    }
    d->n_sets = (unsigned)pairs(v);
    d->sets = scn_alloc(p->arena, sizeof(d->sets[0]) * (d->n_sets + 1));
    for (unsigned i = 0; d->sets != NULL && i < d->n_sets; i++) {
        const yaml_node_pair_t *kv = &v->data.mapping.pairs.start[i];
        d->sets[i].line = line_of(get(p, kv->key));
        if (!take_text(p, get(p, kv->key), &d->sets[i].name) || !take_value(p, get(p, kv->value), &d->sets[i].value)) {
            return false;
        }
        unsigned n;
        int used = 0;
        const char *s = d->sets[i].name;
        if (!(sscanf(s, "X%u%n", &n, &used) == 1 && s[used] == '\0' && n <= 30) && strcmp(s, "SP") != 0 && scn_sysreg_find(s, strlen(s)) < 0) {
            return bad(p, get(p, kv->key), "`%.40s': expected X0 to X30, SP or a system register", s);
        }
    }
    return d->sets != NULL || bad(p, v, "out of memory");
}

static bool do_poke(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {{"va", in_va}, {"pa", in_pa}, {"size", in_size}, {"value", in_value}};
    struct scn_stimulus *d = obj;
    DO_KIND(DO_POKE);
    d->size = 8;
    if (!WALK(p, v, keys, obj, "the memory to change")) {
        return false;
    }
    if (d->addr.e == NULL || d->value.e == NULL || (d->size != 1 && d->size != 2 && d->size != 4 && d->size != 8)) {
        return bad(p, v, "expected `va:' or `pa:', `value:', and a size of 1, 2, 4 or 8");
    }
    return true;
}

static bool do_at(struct yp *p, const yaml_node_t *v, void *obj) { return take_pos(p, v, &((struct scn_stimulus *)obj)->at); }
static bool do_id(struct yp *p, const yaml_node_t *v, void *obj) { return take_text(p, v, &((struct scn_stimulus *)obj)->id); }
static bool do_pe(struct yp *p, const yaml_node_t *v, void *obj) { return take_int(p, v, 0, MACHINE_MAX_PES - 1, &((struct scn_stimulus *)obj)->pe); }

static const struct key do_keys[] = {
    {"serror", do_serror}, {"vserror", do_vserror}, {"abort", do_abort}, {"irq", do_irq}, {"fiq", do_fiq}, {"timer", do_timer},
    {"lr", do_lr}, {"set", do_set}, {"poke", do_poke}, {"at", do_at}, {"id", do_id}, {"pe", do_pe},
};
enum { DO_MAIN_KEYS = 9 };

/* Exactly one of the first n keys must be there. */
static bool one_of(struct yp *p, const yaml_node_t *v, const struct key *keys, size_t n, const char *what)
{
    unsigned found = 0;
    char list[200];
    size_t used = 0;
    for (size_t i = 0; i < pairs(v); i++) {
        found += key_find(keys, n, scalar(get(p, v->data.mapping.pairs.start[i].key))) != NULL;
    }
    for (size_t i = 0; i < n && used < sizeof(list) - 1; i++) {
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i != 0 ? ", " : "", keys[i].name);
    }
    return found == 1 || bad(p, v, "expected %s: a map with one of %s", what, list);
}

static bool take_stimulus(struct yp *p, const yaml_node_t *v, struct scn_stimulus *d)
{
    *d = (struct scn_stimulus){.line = line_of(v), .pe = -1, .text = source(p, v)};
    if (!one_of(p, v, do_keys, DO_MAIN_KEYS, "a stimulus") || !WALK(p, v, do_keys, d, "a stimulus")) {
        return false;
    }
    for (size_t i = 0; i < pairs(v); i++) { /* its name in reports: without the position */
        const yaml_node_pair_t *kv = &v->data.mapping.pairs.start[i];
        const char *k = scalar(get(p, kv->key)), *what = source(p, get(p, kv->value));
        if (key_find(do_keys, DO_MAIN_KEYS, k) != NULL) {
            char *text = scn_alloc(p->arena, strlen(k) + strlen(what) + 2);
            if (text == NULL) {
                return bad(p, v, "out of memory");
            }
            sprintf(text, "%s %s", k, what);
            d->text = text;
        }
    }
    return true;
}

static bool take_stimuli(struct yp *p, const yaml_node_t *v, struct scn_stimulus **out, unsigned *n)
{
    void *list;
    if (!make_list(p, v, sizeof(struct scn_stimulus), &list, n)) {
        return false;
    }
    *out = list;
    for (unsigned i = 0; i < *n; i++) {
        if (!take_stimulus(p, list_item(p, v, i), &(*out)[i])) {
            return false;
        }
    }
    return true;
}

/* ---- expectations ---- */

#define X(obj) ((struct scn_expect *)(obj))

static bool event_list(struct yp *p, const yaml_node_t *v, struct scn_expect *x)
{
    void *list;
    if (!make_list(p, v, sizeof(struct scn_event), &list, &x->n_ev)) {
        return false;
    }
    x->ev = list;
    for (unsigned i = 0; i < x->n_ev; i++) {
        if (!take_event(p, list_item(p, v, i), &x->ev[i])) {
            return false;
        }
    }
    return true;
}

static bool ex_order(struct yp *p, const yaml_node_t *v, void *obj)
{
    X(obj)->kind = WANT_ORDER;
    return (v->type == YAML_SEQUENCE_NODE && items(v) != 0 && event_list(p, v, obj)) ||
           (v->type != YAML_SEQUENCE_NODE || items(v) == 0 ? bad(p, v, "expected a list of events") : false);
}

static bool wi_from(struct yp *p, const yaml_node_t *v, void *obj) { return take_event(p, v, &X(obj)->ev[0]); }
static bool wi_to(struct yp *p, const yaml_node_t *v, void *obj) { return take_event(p, v, &X(obj)->ev[1]); }
static bool wi_insns(struct yp *p, const yaml_node_t *v, void *obj) { return take_number(p, v, 0, UINT64_MAX, &X(obj)->max); }
static bool wi_min_insns(struct yp *p, const yaml_node_t *v, void *obj) { return take_number(p, v, 0, UINT64_MAX, &X(obj)->min); }
static bool wi_ns(struct yp *p, const yaml_node_t *v, void *obj) { return take_time(p, v, &X(obj)->max_ns); }
static bool wi_min_ns(struct yp *p, const yaml_node_t *v, void *obj) { return take_time(p, v, &X(obj)->min_ns); }

static bool ex_within(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {{"from", wi_from}, {"to", wi_to}, {"insns", wi_insns}, {"min-insns", wi_min_insns}, {"ns", wi_ns},
                                      {"min-ns", wi_min_ns}};
    struct scn_expect *x = obj;
    x->kind = WANT_WITHIN;
    x->n_ev = 2;
    x->max = x->max_ns = UINT64_MAX;
    x->ev = scn_alloc(p->arena, 2 * sizeof(x->ev[0]));
    if (x->ev == NULL || !WALK(p, v, keys, obj, "the bound")) {
        return x->ev != NULL ? false : bad(p, v, "out of memory");
    }
    return (x->ev[0].line != 0 && x->ev[1].line != 0) || bad(p, v, "expected `from:' and `to:'");
}

static bool ex_check(struct yp *p, const yaml_node_t *v, void *obj)
{
    X(obj)->kind = WANT_CHECK;
    return take_expr(p, v, &X(obj)->expr);
}

static bool ex_console(struct yp *p, const yaml_node_t *v, void *obj)
{
    X(obj)->kind = WANT_CONSOLE;
    return take_text(p, v, &X(obj)->string);
}

static bool ex_no_console(struct yp *p, const yaml_node_t *v, void *obj)
{
    X(obj)->kind = WANT_NO_CONSOLE;
    return take_text(p, v, &X(obj)->string);
}

static bool ex_stop(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const char *const words[] = {
        [STOP_POWER_OFF] = "power-off", [STOP_RESET] = "reset", [STOP_MAX_INSNS] = "max-insns", [STOP_MAX_TIME] = "max-time",
        [STOP_DEADLOCK] = "deadlock", [STOP_STRICT] = "strict", [STOP_UNTIL] = "until", [STOP_ANY] = "any",
    };
    X(obj)->kind = WANT_STOP;
    return take_word(p, v, words, ARRAY_LEN(words), &X(obj)->stop);
}

static bool ex_exit_code(struct yp *p, const yaml_node_t *v, void *obj)
{
    X(obj)->kind = WANT_EXIT_CODE;
    return take_value(p, v, &X(obj)->code);
}

static bool ex_at(struct yp *p, const yaml_node_t *v, void *obj) { return take_pos(p, v, &X(obj)->at); }
static bool ex_pe(struct yp *p, const yaml_node_t *v, void *obj) { return take_int(p, v, 0, MACHINE_MAX_PES - 1, &X(obj)->pe); }
static bool ex_is(struct yp *p, const yaml_node_t *v, void *obj)
{
    if (!take_number(p, v, 0, UINT64_MAX, &X(obj)->min)) {
        return false;
    }
    X(obj)->max = X(obj)->min;
    return true;
}
static bool ex_min(struct yp *p, const yaml_node_t *v, void *obj) { return take_number(p, v, 0, UINT64_MAX, &X(obj)->min); }
static bool ex_max(struct yp *p, const yaml_node_t *v, void *obj) { return take_number(p, v, 0, UINT64_MAX, &X(obj)->max); }

static const struct key expect_keys[] = {
    {"order", ex_order}, {"within", ex_within}, {"check", ex_check}, {"console", ex_console}, {"no-console", ex_no_console},
    {"stop", ex_stop}, {"exit-code", ex_exit_code}, {"event", NULL}, {"never", NULL}, {"count", NULL}, {"at", ex_at}, {"pe", ex_pe},
};
enum { EXPECT_MAIN_KEYS = 10, EXPECT_PLAIN_KEYS = 7 };

/* event:, never:, count: with filters beside them */
static bool event_expect(struct yp *p, const yaml_node_t *v, const char *key, struct scn_expect *x)
{
    static const struct key bounds[] = {{"is", ex_is}, {"min", ex_min}, {"max", ex_max}};
    size_t n_own = 0;
    x->n_ev = 1;
    x->ev = scn_alloc(p->arena, sizeof(x->ev[0]));
    if (x->ev == NULL) {
        return bad(p, v, "out of memory");
    }
    x->kind = strcmp(key, "event") == 0 ? WANT_EVENT : strcmp(key, "never") == 0 ? WANT_NEVER : WANT_COUNT;
    if (x->kind == WANT_COUNT) {
        n_own = ARRAY_LEN(bounds);
        x->max = UINT64_MAX;
    }
    if (!take_event_beside(p, v, key, bounds, n_own, &x->ev[0])) {
        return false;
    }
    bool bounded = false;
    for (size_t i = 0; i < pairs(v); i++) {
        const yaml_node_pair_t *kv = &v->data.mapping.pairs.start[i];
        const struct key *k = key_find(bounds, n_own, scalar(get(p, kv->key)));
        bounded |= k != NULL;
        if (k != NULL && !k->fn(p, get(p, kv->value), x)) {
            return false;
        }
    }
    return x->kind != WANT_COUNT || bounded || bad(p, v, "expected `is:', `min:' or `max:' beside `count:'");
}

static bool take_expect(struct yp *p, const yaml_node_t *v, struct scn_expect *x)
{
    *x = (struct scn_expect){.line = line_of(v), .text = source(p, v), .focus = SCN_NOWHERE};
    if (!one_of(p, v, expect_keys, EXPECT_MAIN_KEYS, "an expectation")) {
        return false;
    }
    for (size_t i = 0; i < pairs(v); i++) {
        const char *k = scalar(get(p, v->data.mapping.pairs.start[i].key));
        if (k != NULL && (strcmp(k, "event") == 0 || strcmp(k, "never") == 0 || strcmp(k, "count") == 0)) {
            return event_expect(p, v, k, x);
        }
    }
    for (size_t i = 0; i < pairs(v); i++) {
        const yaml_node_pair_t *kv = &v->data.mapping.pairs.start[i];
        const struct key *k = key_find(expect_keys, ARRAY_LEN(expect_keys), scalar(get(p, kv->key)));
        if (k == NULL || k->fn == NULL) {
            return unknown_key(p, get(p, kv->key), expect_keys, EXPECT_PLAIN_KEYS, ", at, pe");
        }
        if (!k->fn(p, get(p, kv->value), x)) {
            return false;
        }
    }
    return x->kind == WANT_CHECK || x->at.n_stages == 0 || bad(p, v, "expected `at:' only beside `check:'");
}

static bool take_expects(struct yp *p, const yaml_node_t *v, struct scn_expect **out, unsigned *n)
{
    void *list;
    if (!make_list(p, v, sizeof(struct scn_expect), &list, n)) {
        return false;
    }
    *out = list;
    for (unsigned i = 0; i < *n; i++) {
        if (!take_expect(p, list_item(p, v, i), &(*out)[i])) {
            return false;
        }
    }
    return true;
}

/* ---- sweeps ---- */

#define W(obj) ((struct scn_sweep *)(obj))

static bool ou_name(struct yp *p, const yaml_node_t *v, void *obj) { return take_text(p, v, &((struct scn_outcome *)obj)->name); }
static bool ou_expect(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scn_outcome *o = obj;
    return take_expects(p, v, &o->expect, &o->n_expect);
}

static bool sw_from(struct yp *p, const yaml_node_t *v, void *obj) { return take_pos(p, v, &W(obj)->from); }
static bool sw_to(struct yp *p, const yaml_node_t *v, void *obj) { return take_pos(p, v, &W(obj)->to); }
static bool sw_raise(struct yp *p, const yaml_node_t *v, void *obj) { return take_stimuli(p, v, &W(obj)->raise, &W(obj)->n_raise); }

static bool sw_outcomes(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {{"name", ou_name}, {"expect", ou_expect}};
    void *list;
    if (!make_list(p, v, sizeof(struct scn_outcome), &list, &W(obj)->n_outcomes)) {
        return false;
    }
    W(obj)->outcomes = list;
    for (unsigned i = 0; i < W(obj)->n_outcomes; i++) {
        struct scn_outcome *o = &W(obj)->outcomes[i];
        const yaml_node_t *n = list_item(p, v, i);
        if (!WALK(p, n, keys, o, "an outcome")) {
            return false;
        }
        if (o->name == NULL || o->expect == NULL) {
            return bad(p, n, "expected an outcome: a map with name and expect");
        }
    }
    return true;
}

static bool text_list(struct yp *p, const yaml_node_t *v, bool paths, const char ***out, unsigned *n)
{
    void *list;
    if (!make_list(p, v, sizeof(const char *), &list, n)) {
        return false;
    }
    *out = list;
    for (unsigned i = 0; i < *n; i++) {
        if (!(paths ? take_path : take_text)(p, list_item(p, v, i), &(*out)[i])) {
            return false;
        }
    }
    return true;
}

static bool sw_allow(struct yp *p, const yaml_node_t *v, void *obj) { return text_list(p, v, false, &W(obj)->allow, &W(obj)->n_allow); }

/* ---- the scenario ---- */

#define S(obj) ((struct scenario *)(obj))

static bool sc_name(struct yp *p, const yaml_node_t *v, void *obj) { return take_text(p, v, &S(obj)->name); }
static bool sc_about(struct yp *p, const yaml_node_t *v, void *obj) { return take_text(p, v, &S(obj)->about); }

static bool ma_cpu(struct yp *p, const yaml_node_t *v, void *obj)
{
    const char **list;
    unsigned n;
    if (!text_list(p, v, false, &list, &n)) {
        return false;
    }
    if (n < 1 || n > SCN_MAX_CPUS) {
        return bad(p, v, "expected 1 to %d CPU models", SCN_MAX_CPUS);
    }
    for (unsigned i = 0; i < n; i++) {
        const struct machine_model *m = machine_models();
        while (m->name != NULL && strcmp(m->name, list[i]) != 0) {
            m++;
        }
        if (m->name == NULL) {
            return bad(p, v, "`%.40s': expected a CPU model (hypscope models lists them)", list[i]);
        }
        S(obj)->cpus[i] = list[i];
    }
    S(obj)->n_cpus = n;
    return true;
}

static bool ma_smp(struct yp *p, const yaml_node_t *v, void *obj)
{
    int n;
    if (!take_int(p, v, 1, MACHINE_MAX_PES, &n)) {
        return false;
    }
    S(obj)->machine.n_pes = (unsigned)n;
    return true;
}

static bool ma_mem(struct yp *p, const yaml_node_t *v, void *obj)
{
    const char *s = scalar(v);
    char *end = NULL;
    uint64_t n = s != NULL ? strtoull(s, &end, 0) : 0;
    if (s == NULL || end == s || (strcmp(end, "K") != 0 && strcmp(end, "M") != 0 && strcmp(end, "G") != 0) || n == 0 || n > 65536) {
        return bad(p, v, "expected a size as in 256M (K, M, G)");
    }
    S(obj)->machine.ram_size = n << (*end == 'K' ? 10 : *end == 'M' ? 20 : 30);
    return true;
}

static bool ma_el(struct yp *p, const yaml_node_t *v, void *obj)
{
    int n;
    if (!take_int(p, v, 1, 2, &n)) {
        return false;
    }
    S(obj)->machine.el = (unsigned)n;
    return true;
}

static bool ma_ns(struct yp *p, const yaml_node_t *v, void *obj)
{
    uint64_t n = 0;
    if (!take_number(p, v, 1, 1000000, &n)) {
        return false;
    }
    S(obj)->machine.ns_per_insn = (uint32_t)n;
    return true;
}

static bool ma_quantum(struct yp *p, const yaml_node_t *v, void *obj)
{
    uint64_t n = 0;
    if (!take_number(p, v, 1, 100000000, &n)) {
        return false;
    }
    S(obj)->machine.quantum = (uint32_t)n;
    return true;
}

static bool ma_seed(struct yp *p, const yaml_node_t *v, void *obj)
{
    if (!take_number(p, v, 0, UINT64_MAX, &S(obj)->boot.seed)) {
        return false;
    }
    S(obj)->machine.board.rng_seed = S(obj)->boot.seed;
    return true;
}

static bool ma_instance(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const char *const words[] = {"fast", "step"};
    int w;
    if (!take_word(p, v, words, 2, &w)) {
        return false;
    }
    S(obj)->machine.stepping = w == 1;
    return true;
}

static bool ma_semihosting(struct yp *p, const yaml_node_t *v, void *obj) { return take_bool(p, v, &S(obj)->machine.semihosting); }
static bool ma_strict(struct yp *p, const yaml_node_t *v, void *obj) { return take_bool(p, v, &S(obj)->machine.strict); }

static bool sc_machine(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {
        {"cpu", ma_cpu}, {"smp", ma_smp}, {"mem", ma_mem}, {"el", ma_el}, {"ns-per-insn", ma_ns}, {"quantum", ma_quantum},
        {"seed", ma_seed}, {"instance", ma_instance}, {"semihosting", ma_semihosting}, {"strict", ma_strict},
    };
    return WALK(p, v, keys, obj, "the machine");
}

static bool sc_image(struct yp *p, const yaml_node_t *v, void *obj)
{
    S(obj)->boot.kernel = NULL;
    S(obj)->image_line = line_of(v);
    return take_text(p, v, &S(obj)->image);
}

static bool sc_kernel(struct yp *p, const yaml_node_t *v, void *obj)
{
    S(obj)->image = NULL;
    return take_path(p, v, &S(obj)->boot.kernel);
}

static bool sc_initrd(struct yp *p, const yaml_node_t *v, void *obj) { return take_path(p, v, &S(obj)->boot.initrd); }
static bool sc_append(struct yp *p, const yaml_node_t *v, void *obj) { return take_text(p, v, &S(obj)->boot.append); }
static bool sc_dtb(struct yp *p, const yaml_node_t *v, void *obj) { return take_path(p, v, &S(obj)->boot.dtb); }
static bool sc_drive(struct yp *p, const yaml_node_t *v, void *obj) { return take_path(p, v, &S(obj)->drive); }
static bool sc_input(struct yp *p, const yaml_node_t *v, void *obj) { return take_text(p, v, &S(obj)->input); }

struct load_item {
    const char *path;
    uint64_t addr;
    bool has_addr;
};

static bool lo_file(struct yp *p, const yaml_node_t *v, void *obj) { return take_path(p, v, &((struct load_item *)obj)->path); }
static bool lo_at(struct yp *p, const yaml_node_t *v, void *obj)
{
    ((struct load_item *)obj)->has_addr = true;
    return take_number(p, v, 0, UINT64_MAX, &((struct load_item *)obj)->addr);
}

static bool sc_load(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {{"file", lo_file}, {"at", lo_at}};
    struct boot_config *b = &S(obj)->boot;
    unsigned n = v->type == YAML_SEQUENCE_NODE ? (unsigned)items(v) : 1;
    if (n > BOOT_MAX_LOADS) {
        return bad(p, v, "expected at most %d files", BOOT_MAX_LOADS);
    }
    for (unsigned i = 0; i < n; i++) {
        struct load_item l = {.path = NULL};
        const yaml_node_t *e = list_item(p, v, i);
        if (!WALK(p, e, keys, &l, "a file to load")) {
            return false;
        }
        if (l.path == NULL || !l.has_addr) {
            return bad(p, e, "expected {file: FILE, at: ADDRESS}");
        }
        b->loads[i].path = l.path;
        b->loads[i].addr = l.addr;
    }
    b->n_loads = n;
    return true;
}

static bool sy_file(struct yp *p, const yaml_node_t *v, void *obj) { return take_path(p, v, &((struct scn_symbol_file *)obj)->path); }
static bool sy_offset(struct yp *p, const yaml_node_t *v, void *obj) { return take_value(p, v, &((struct scn_symbol_file *)obj)->offset); }

static bool sc_symbols(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {{"file", sy_file}, {"offset", sy_offset}};
    void *list;
    if (!make_list(p, v, sizeof(struct scn_symbol_file), &list, &S(obj)->n_symbols)) {
        return false;
    }
    S(obj)->symbols = list;
    for (unsigned i = 0; i < S(obj)->n_symbols; i++) {
        struct scn_symbol_file *f = &S(obj)->symbols[i];
        const yaml_node_t *e = list_item(p, v, i);
        if (!(scalar(e) != NULL ? take_path(p, e, &f->path) : WALK(p, e, keys, f, "a file of symbols"))) {
            return false;
        }
        if (f->path == NULL || !scn_expr_constant(f->offset.e)) {
            return bad(p, e, "expected FILE or {file: FILE, offset: NUMBER}");
        }
    }
    return true;
}

static bool sc_requires(struct yp *p, const yaml_node_t *v, void *obj) { return text_list(p, v, true, &S(obj)->requires_files, &S(obj)->n_requires); }

static bool sc_define(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scenario *s = obj;
    if (v->type != YAML_MAPPING_NODE) {
        return bad(p, v, "expected a map of names and expressions");
    }
    struct scn_define *d = scn_alloc(p->arena, sizeof(*d) * (s->n_defines + pairs(v) + 1));
    if (d == NULL) {
        return bad(p, v, "out of memory");
    }
    if (s->n_defines != 0) {
        memcpy(d, s->defines, sizeof(*d) * s->n_defines);
    }
    s->defines = d;
    for (size_t i = 0; i < pairs(v); i++) {
        const yaml_node_pair_t *kv = &v->data.mapping.pairs.start[i];
        if (!take_text(p, get(p, kv->key), &d[s->n_defines].name) || !take_expr(p, get(p, kv->value), &d[s->n_defines].e)) {
            return false;
        }
        s->n_defines++;
    }
    return true;
}

static bool li_insns(struct yp *p, const yaml_node_t *v, void *obj) { return take_number(p, v, 1, UINT64_MAX, &S(obj)->limits.max_insns); }
static bool li_time(struct yp *p, const yaml_node_t *v, void *obj) { return take_time(p, v, &S(obj)->limits.max_time_ns); }

static bool sc_limits(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {{"insns", li_insns}, {"time", li_time}};
    S(obj)->limit_given = true;
    return WALK(p, v, keys, obj, "the limits");
}

static bool sc_until(struct yp *p, const yaml_node_t *v, void *obj) { return take_pos(p, v, &S(obj)->until); }
static bool sc_do(struct yp *p, const yaml_node_t *v, void *obj) { return take_stimuli(p, v, &S(obj)->stimuli, &S(obj)->n_stimuli); }
static bool sc_expect(struct yp *p, const yaml_node_t *v, void *obj) { return take_expects(p, v, &S(obj)->expect, &S(obj)->n_expect); }

static bool sc_sweep(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {{"from", sw_from}, {"to", sw_to}, {"raise", sw_raise}, {"outcomes", sw_outcomes}, {"allow", sw_allow}};
    struct scn_sweep *w = &S(obj)->sweep;
    *w = (struct scn_sweep){.given = true, .line = line_of(v)};
    if (!WALK(p, v, keys, w, "the sweep")) {
        return false;
    }
    return (w->from.n_stages != 0 && w->to.n_stages != 0 && w->n_raise != 0) || bad(p, v, "expected `from:', `to:' and `raise:'");
}

static bool sc_scenarios(struct yp *p, const yaml_node_t *v, void *obj)
{
    (void)obj;
    return (v->type == YAML_SEQUENCE_NODE && items(v) != 0) || bad(p, v, "expected a list of scenarios");
}

static const struct key scenario_keys[] = {
    {"name", sc_name}, {"about", sc_about}, {"machine", sc_machine}, {"image", sc_image}, {"kernel", sc_kernel}, {"initrd", sc_initrd},
    {"append", sc_append}, {"dtb", sc_dtb}, {"drive", sc_drive}, {"input", sc_input}, {"load", sc_load}, {"symbols", sc_symbols},
    {"requires", sc_requires}, {"define", sc_define}, {"limits", sc_limits}, {"until", sc_until}, {"do", sc_do}, {"expect", sc_expect},
    {"sweep", sc_sweep}, {"scenarios", sc_scenarios},
};

static bool check_scenario(struct yp *p, const yaml_node_t *n, const struct scenario *s)
{
    if (s->image == NULL && s->boot.kernel == NULL) {
        return bad(p, n, "expected `image:' or `kernel:'");
    }
    return s->n_expect != 0 || s->sweep.given || bad(p, n, "expected `expect:' or `sweep:'");
}

/* One scenario for each CPU model. The nodes are walked again for each, since a scenario holds the state of its run. */
static bool add_scenarios(struct yp *p, const yaml_node_t *top, const yaml_node_t *item_node, const struct scenario *defaults, struct scn_file *f)
{
    unsigned cpus = 1;
    for (unsigned c = 0; c < cpus; c++) {
        struct scenario *s = &f->scenarios[f->n_scenarios];
        *s = *defaults;
        s->line = line_of(item_node);
        if (!WALK(p, top, scenario_keys, s, "a scenario") ||
            (item_node != top && !WALK(p, item_node, scenario_keys, s, "a scenario"))) {
            return false;
        }
        if (!check_scenario(p, item_node, s)) {
            return false;
        }
        cpus = s->n_cpus == 0 ? 1 : s->n_cpus;
        if (s->n_cpus != 0) {
            s->machine.model = s->cpus[c];
        }
        if (cpus > 1) {
            size_t len = strlen(s->name) + strlen(s->cpus[c]) + 4;
            char *name = scn_alloc(p->arena, len);
            if (name == NULL) {
                return bad(p, item_node, "out of memory");
            }
            snprintf(name, len, "%s (%s)", s->name, s->cpus[c]);
            s->name = name;
        }
        f->n_scenarios++;
    }
    return true;
}

static bool build(struct yp *p, struct scn_file *f)
{
    const yaml_node_t *top = yaml_document_get_root_node(p->doc), *list = NULL;
    if (top == NULL) {
        return err_set(p->err, "%s:1: expected a scenario, and the file is empty", p->file);
    }
    for (size_t i = 0; i < pairs(top); i++) {
        const yaml_node_pair_t *kv = &top->data.mapping.pairs.start[i];
        const char *k = scalar(get(p, kv->key));
        if (k != NULL && strcmp(k, "scenarios") == 0) {
            list = get(p, kv->value);
        }
    }
    for (size_t i = 0; i < pairs(top) && list != NULL; i++) {
        const yaml_node_pair_t *kv = &top->data.mapping.pairs.start[i];
        const char *k = scalar(get(p, kv->key));
        if (k != NULL && strcmp(k, "sweep") == 0) {
            return bad(p, get(p, kv->key), "expected `sweep:' in one of the scenarios, not for all of them");
        }
    }
    const char *base = strrchr(p->file, '/');
    struct scenario defaults = {
        .name = base != NULL ? base + 1 : p->file, .file = p->file,
        .machine = {.model = "neoverse-n1", .n_pes = 1, .ram_size = UINT64_C(1) << 30, .el = 2, .ns_per_insn = 1, .board = {.rng_seed = 1}},
        .boot = {.seed = 1},
        .limits = {.max_insns = SCN_DEFAULT_INSNS},
    };
    unsigned n = list != NULL ? (unsigned)items(list) : 1;
    f->scenarios = scn_alloc(p->arena, sizeof(f->scenarios[0]) * (n * SCN_MAX_CPUS + 1));
    if (f->scenarios == NULL) {
        return bad(p, top, "out of memory");
    }
    if (list == NULL) {
        return add_scenarios(p, top, top, &defaults, f);
    }
    if (!sc_scenarios(p, list, NULL)) {
        return false;
    }
    for (unsigned i = 0; i < n; i++) {
        const yaml_node_t *e = item(p, list, i);
        if (e->type != YAML_MAPPING_NODE) {
            return bad(p, e, "expected a scenario as a map of keys and values");
        }
        if (!add_scenarios(p, top, e, &defaults, f)) {
            return false;
        }
    }
    return true;
}

struct scn_file *scn_file_parse(const char *path, const char *text, size_t len, struct err *err)
{
    yaml_parser_t parser;
    yaml_document_t doc;
    struct scn_file *f = calloc(1, sizeof(*f));
    if (f == NULL || !yaml_parser_initialize(&parser)) {
        free(f);
        err_set(err, "%s:1: out of memory", path);
        return NULL;
    }
    f->path = scn_strndup(&f->arena, path, strlen(path));
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
    if (f->path == NULL || !yaml_parser_load(&parser, &doc)) {
        err_set(err, "%s:%zu: %s%s%s", path, parser.problem_mark.line + 1, parser.problem != NULL ? parser.problem : "cannot read it",
                parser.context != NULL ? ", " : "", parser.context != NULL ? parser.context : "");
        yaml_parser_delete(&parser);
        scn_file_free(f);
        return NULL;
    }
    struct yp p = {.arena = &f->arena, .doc = &doc, .file = f->path, .text = text, .text_len = len, .err = err};
    bool ok = build(&p, f);
    yaml_document_delete(&doc);
    yaml_parser_delete(&parser);
    if (!ok) {
        scn_file_free(f);
        return NULL;
    }
    return f;
}

struct scn_file *scn_file_read(const char *path, struct err *err)
{
    struct file_data d;
    struct err e;
    if (!file_read("test", path, MAX_FILE, &d, &e)) {
        err_set(err, "%s:1: %s", path, strncmp(e.msg, "test ", 5) == 0 ? e.msg + 5 : e.msg);
        return NULL;
    }
    struct scn_file *f = scn_file_parse(path, (const char *)d.bytes, d.len, err);
    file_free(&d);
    return f;
}

void scn_file_free(struct scn_file *f)
{
    if (f != NULL) {
        struct scn_arena a = f->arena;
        scn_arena_free(&a);
        free(f);
    }
}
