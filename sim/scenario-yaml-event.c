/* SPDX-License-Identifier: Apache-2.0 */
/* Events and positions of a scenario file. */
#include "sim/scenario-yaml.h"

#include "cpu/sysreg.h"
#include "hyp/switches.h"
#include "traces/esr.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

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
            return yp_bad(p, v, "`%.20s': expected bits of PSTATE as in A=0 I=1", s);
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
        return yp_bad(p, v, "`%.40s': expected the name of a system register", s != NULL ? s : "?");
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
    case EV_EXIT: ev->reason = scn_strndup(p->arena, s, strlen(s)); return ev->reason != NULL || yp_bad(p, v, "out of memory");
    case EV_EXCEPTION:
        ev->type = word_index(type_words, ARRAY_LEN(type_words), s);
        return ev->type >= 0 || yp_bad(p, v, "`%.40s': expected sync, irq, fiq, serror, virq, vfiq or vserror", s);
    case EV_PENDED: case EV_DEFERRED:
        ev->virt = strcmp(s, "virtual") == 0 ? VIRT_VIRTUAL : VIRT_PHYSICAL;
        return ev->virt == VIRT_VIRTUAL || strcmp(s, "physical") == 0 || yp_bad(p, v, "`%.40s': expected physical or virtual", s);
    case EV_MASK: return mask_argument(p, v, ev, s);
    case EV_READ: case EV_WRITE: return take_register(p, v, s, &ev->reg);
    case EV_BARRIER:
        ev->barrier = w = word_index(barrier_words, ARRAY_LEN(barrier_words), s);
        return w >= 0 || yp_bad(p, v, "`%.40s': expected isb, dsb, dmb or esb", s);
    case EV_EXECUTE:
        ev->value.line = yp_line(v);
        ev->value.e = scn_expr_parse(p->arena, s, &e);
        return ev->value.e != NULL || yp_bad(p, v, "%s", e.msg);
    case EV_RAISED: ev->id = scn_strndup(p->arena, s, strlen(s)); return ev->id != NULL || yp_bad(p, v, "out of memory");
    default: return yp_bad(p, v, "`%.40s': expected nothing after %s", s, kind_names[ev->kind]);
    }
}

/* "exit HVC" */
static bool event_words(struct yp *p, const yaml_node_t *v, struct scn_event *ev)
{
    const char *s = yp_scalar(v);
    size_t len = strcspn(s, " ");
    for (size_t i = 0; i < ARRAY_LEN(kind_names); i++) {
        if (strlen(kind_names[i]) == len && strncasecmp(kind_names[i], s, len) == 0) {
            ev->kind = (uint8_t)i;
            const char *rest = s + len + strspn(s + len, " ");
            return *rest == '\0' || event_argument(p, v, ev, rest);
        }
    }
    return yp_bad(p, v, "`%.40s': expected an event: exit, entry, exception, eret, serror-pended, serror-deferred, mask, read, write, "
               "barrier, wfi, wfe, psci, execute or raised", s);
}

static bool ev_reason(struct yp *p, const yaml_node_t *v, void *obj)
{
    return yp_text(p, v, &((struct scn_event *)obj)->reason);
}

static bool ev_type(struct yp *p, const yaml_node_t *v, void *obj)
{
    return yp_word(p, v, type_words, ARRAY_LEN(type_words), &((struct scn_event *)obj)->type);
}

static bool ev_ec(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scn_event *ev = obj;
    const char *s = yp_scalar(v);
    for (unsigned ec = 0; ec < 64 && s != NULL && !isdigit((unsigned char)s[0]); ec++) {
        const char *name = esr_ec_name(ec);
        if (name != NULL && strcasecmp(name, s) == 0) {
            ev->ec = (int)ec;
            return true;
        }
    }
    return yp_int(p, v, 0, 63, &ev->ec);
}

#define EV_VALUE(field)                                                                     \
    static bool ev_##field(struct yp *p, const yaml_node_t *v, void *obj)                   \
    {                                                                                       \
        return yp_value(p, v, &((struct scn_event *)obj)->field);                         \
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
    const char *s = yp_scalar(v), *dots = s != NULL ? strstr(s, "..") : NULL;
    if (dots == NULL) {
        return yp_value(p, v, &ev->pc_low);
    }
    const char *low = scn_strndup(p->arena, s, (size_t)(dots - s));
    ev->pc_low.line = ev->pc_high.line = yp_line(v);
    ev->pc_low.e = low != NULL ? scn_expr_parse(p->arena, low, &e) : NULL;
    ev->pc_high.e = ev->pc_low.e != NULL ? scn_expr_parse(p->arena, dots + 2, &e) : NULL;
    return ev->pc_high.e != NULL || yp_bad(p, v, "%s", low != NULL ? e.msg : "out of memory");
}

static bool ev_from(struct yp *p, const yaml_node_t *v, void *obj)
{
    return yp_int(p, v, 0, 2, &((struct scn_event *)obj)->from);
}

static bool ev_el(struct yp *p, const yaml_node_t *v, void *obj)
{
    return yp_int(p, v, 0, 2, &((struct scn_event *)obj)->el);
}

static bool ev_world(struct yp *p, const yaml_node_t *v, void *obj)
{
    return yp_word(p, v, world_words, ARRAY_LEN(world_words), &((struct scn_event *)obj)->world);
}

static bool ev_register(struct yp *p, const yaml_node_t *v, void *obj)
{
    return take_register(p, v, yp_scalar(v), &((struct scn_event *)obj)->reg);
}

static bool ev_virtual(struct yp *p, const yaml_node_t *v, void *obj)
{
    bool b;
    if (!yp_bool(p, v, &b)) {
        return false;
    }
    ((struct scn_event *)obj)->virt = b ? VIRT_VIRTUAL : VIRT_PHYSICAL;
    return true;
}

static bool ev_mask_bit(struct yp *p, const yaml_node_t *v, struct scn_event *ev, uint8_t bit)
{
    int on;
    if (!yp_int(p, v, 0, 1, &on)) {
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
    return yp_int(p, v, 0, MACHINE_MAX_PES - 1, &((struct scn_event *)obj)->pe);
}

static bool ev_if(struct yp *p, const yaml_node_t *v, void *obj)
{
    return yp_expr(p, v, &((struct scn_event *)obj)->cond);
}

static bool ev_n(struct yp *p, const yaml_node_t *v, void *obj)
{
    int n;
    if (!yp_int(p, v, 1, INT32_MAX, &n)) {
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
    *ev = (struct scn_event){.line = yp_line(v), .type = -1, .ec = -1, .from = -1, .el = -1, .world = -1, .pe = -1, .barrier = -1, .reg = -1};
}

/* A word, or a map with kind: and filters */
bool yp_event(struct yp *p, const yaml_node_t *v, struct scn_event *ev)
{
    event_init_any(ev, v);
    ev->text = yp_source(p, v);
    if (yp_scalar(v) != NULL) {
        return event_words(p, v, ev);
    }
    bool kind = false;
    for (size_t i = 0; i < yp_pairs(v); i++) {
        const yaml_node_pair_t *kv = &v->data.mapping.pairs.start[i];
        const char *k = yp_scalar(yp_node(p, kv->key));
        if (k != NULL && (strcmp(k, "kind") == 0 || strcmp(k, "event") == 0)) {
            kind = true;
            if (yp_scalar(yp_node(p, kv->value)) == NULL) {
                return yp_bad(p, yp_node(p, kv->value), "expected an event's kind, as in `exit HVC'");
            }
            if (!event_words(p, yp_node(p, kv->value), ev)) {
                return false;
            }
        }
    }
    if (!kind) {
        return yp_bad(p, v, "expected an event: a word, or a map with `kind:'");
    }
    for (size_t i = 0; i < yp_pairs(v); i++) {
        const yaml_node_pair_t *kv = &v->data.mapping.pairs.start[i];
        const char *k = yp_scalar(yp_node(p, kv->key));
        if (k != NULL && (strcmp(k, "kind") == 0 || strcmp(k, "event") == 0)) {
            continue;
        }
        const struct key *key = yp_key_find(event_keys, ARRAY_LEN(event_keys), k);
        if (key == NULL) {
            return yp_unknown_key(p, yp_node(p, kv->key), event_keys, ARRAY_LEN(event_keys), "");
        }
        if (!key->fn(p, yp_node(p, kv->value), ev)) {
            return false;
        }
    }
    return true;
}

/* The event whose word or map is the value of `key_node` in `map`, with filters that stand beside that key. Keys of `own` are left
   alone. */
bool yp_event_beside(struct yp *p, const yaml_node_t *map, const char *main_key, const struct key *own, size_t n_own,
                              struct scn_event *ev)
{
    for (size_t i = 0; i < yp_pairs(map); i++) {
        const yaml_node_pair_t *kv = &map->data.mapping.pairs.start[i];
        const char *k = yp_scalar(yp_node(p, kv->key));
        if (k != NULL && strcmp(k, main_key) == 0 && !yp_event(p, yp_node(p, kv->value), ev)) {
            return false;
        }
    }
    for (size_t i = 0; i < yp_pairs(map); i++) {
        const yaml_node_pair_t *kv = &map->data.mapping.pairs.start[i];
        const char *k = yp_scalar(yp_node(p, kv->key));
        if ((k != NULL && strcmp(k, main_key) == 0) || yp_key_find(own, n_own, k) != NULL) {
            continue;
        }
        const struct key *key = yp_key_find(event_keys, ARRAY_LEN(event_keys), k);
        if (key == NULL) {
            return yp_unknown_key(p, yp_node(p, kv->key), event_keys, ARRAY_LEN(event_keys), "");
        }
        if (!key->fn(p, yp_node(p, kv->value), ev)) {
            return false;
        }
    }
    ev->text = yp_source(p, map);
    return true;
}

/* ---- positions ---- */

static bool st_n(struct yp *p, const yaml_node_t *v, void *obj)
{
    int n;
    if (!yp_int(p, v, 1, INT32_MAX, &n)) {
        return false;
    }
    ((struct scn_stage *)obj)->n = (unsigned)n;
    return true;
}

static bool st_plus(struct yp *p, const yaml_node_t *v, void *obj)
{
    return yp_number(p, v, 0, UINT64_MAX, &((struct scn_stage *)obj)->plus);
}

static bool st_pe(struct yp *p, const yaml_node_t *v, void *obj)
{
    return yp_int(p, v, 0, MACHINE_MAX_PES - 1, &((struct scn_stage *)obj)->pe);
}

static bool st_symbol(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scn_stage *st = obj;
    st->kind = STAGE_SYMBOL;
    return yp_value(p, v, &st->addr);
}

static bool st_insns(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scn_stage *st = obj;
    st->kind = STAGE_INSNS;
    return yp_number(p, v, 0, UINT64_MAX, &st->count);
}

static bool st_cycles(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scn_stage *st = obj;
    st->kind = STAGE_CYCLES;
    return yp_number(p, v, 0, UINT64_MAX, &st->count);
}

static bool st_time(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scn_stage *st = obj;
    st->kind = STAGE_TIME;
    return yp_time(p, v, &st->count);
}

static bool st_when(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scn_stage *st = obj;
    st->kind = STAGE_WHEN;
    return yp_expr(p, v, &st->when);
}

static const struct key stage_keys[] = {
    {"symbol", st_symbol}, {"insns", st_insns}, {"cycles", st_cycles}, {"time", st_time}, {"when", st_when}, {"n", st_n}, {"plus", st_plus},
    {"pe", st_pe},
};
/* one of these says what kind of position it is */
static const char *const stage_mains[] = {"event", "symbol", "insns", "cycles", "time", "when"};

static bool take_stage(struct yp *p, const yaml_node_t *v, struct scn_stage *st)
{
    *st = (struct scn_stage){.line = yp_line(v), .n = 1, .pe = -1};
    if (yp_scalar(v) != NULL) {
        if (strcmp(yp_scalar(v), "start") == 0) {
            st->kind = STAGE_START;
            return true;
        }
        return st_symbol(p, v, st);
    }
    unsigned mains = 0;
    bool event = false;
    for (size_t i = 0; i < yp_pairs(v); i++) {
        const char *k = yp_scalar(yp_node(p, v->data.mapping.pairs.start[i].key));
        event |= k != NULL && strcmp(k, "event") == 0;
        for (unsigned m = 0; m < ARRAY_LEN(stage_mains) && k != NULL; m++) {
            mains += strcmp(k, stage_mains[m]) == 0;
        }
    }
    if (v->type != YAML_MAPPING_NODE || mains != 1) {
        return yp_bad(p, v, "expected a position: start, a symbol, or a map with one of symbol, insns, cycles, time, event and when");
    }
    if (!event) {
        return WALK(p, v, stage_keys, st, "a position");
    }
    /* n, plus and pe are the position's; the rest are filters of the event */
    static const struct key own[] = {{"n", st_n}, {"plus", st_plus}, {"pe", st_pe}};
    st->kind = STAGE_EVENT;
    if (!yp_event_beside(p, v, "event", own, ARRAY_LEN(own), &st->ev)) {
        return false;
    }
    for (size_t i = 0; i < yp_pairs(v); i++) {
        const yaml_node_pair_t *kv = &v->data.mapping.pairs.start[i];
        const struct key *k = yp_key_find(own, ARRAY_LEN(own), yp_scalar(yp_node(p, kv->key)));
        if (k != NULL && !k->fn(p, yp_node(p, kv->value), st)) {
            return false;
        }
    }
    if (st->ev.n != 0) {
        st->n = st->ev.n;
        st->ev.n = 0;
    }
    return true;
}

bool yp_pos(struct yp *p, const yaml_node_t *v, struct scn_pos *pos)
{
    void *list;
    *pos = (struct scn_pos){.text = yp_source(p, v)};
    if (!yp_list(p, v, sizeof(struct scn_stage), &list, &pos->n_stages)) {
        return false;
    }
    pos->stage = list;
    if (pos->n_stages == 0) {
        return yp_bad(p, v, "expected a position");
    }
    for (unsigned i = 0; i < pos->n_stages; i++) {
        if (!take_stage(p, yp_list_item(p, v, i), &pos->stage[i])) {
            return false;
        }
    }
    return true;
}
