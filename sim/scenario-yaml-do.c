/* SPDX-License-Identifier: Apache-2.0 */
/* Stimuli, expectations and sweeps of a scenario file. */
#include "sim/scenario-yaml.h"

#include <inttypes.h>
#include <string.h>

/* ---- stimuli ---- */

#define DO_KIND(which) ((struct scn_stimulus *)obj)->kind = (which)

static bool do_serror(struct yp *p, const yaml_node_t *v, void *obj)
{
    DO_KIND(DO_SERROR);
    return yp_value(p, v, &((struct scn_stimulus *)obj)->value);
}

static bool do_vserror(struct yp *p, const yaml_node_t *v, void *obj)
{
    DO_KIND(DO_VSERROR);
    return yp_value(p, v, &((struct scn_stimulus *)obj)->value);
}

static bool in_va(struct yp *p, const yaml_node_t *v, void *obj)
{
    return yp_value(p, v, &((struct scn_stimulus *)obj)->addr);
}

static bool in_pa(struct yp *p, const yaml_node_t *v, void *obj)
{
    ((struct scn_stimulus *)obj)->physical = true;
    return in_va(p, v, obj);
}

static bool in_size(struct yp *p, const yaml_node_t *v, void *obj)
{
    return yp_number(p, v, 1, UINT64_MAX, &((struct scn_stimulus *)obj)->size);
}

static bool in_access(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const char *const words[] = {NULL, "read", "write", "any"};
    int w;
    if (!yp_word(p, v, words, ARRAY_LEN(words), &w)) {
        return false;
    }
    ((struct scn_stimulus *)obj)->access = (uint8_t)w;
    return true;
}

static bool in_as(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const char *const words[] = {"abort", "serror"};
    int w;
    if (!yp_word(p, v, words, ARRAY_LEN(words), &w)) {
        return false;
    }
    ((struct scn_stimulus *)obj)->as_serror = w == 1;
    return true;
}

static bool in_value(struct yp *p, const yaml_node_t *v, void *obj)
{
    return yp_value(p, v, &((struct scn_stimulus *)obj)->value);
}

static bool do_abort(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {{"va", in_va}, {"pa", in_pa}, {"size", in_size}, {"access", in_access}, {"as", in_as}, {"iss", in_value}};
    struct scn_stimulus *d = obj;
    DO_KIND(DO_ABORT);
    d->size = 1;
    d->access = 3;
    return WALK(p, v, keys, obj, "the abort") && (d->addr.e != NULL || yp_bad(p, v, "expected `va:' or `pa:'"));
}

static bool in_level(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const char *const words[] = {[LEVEL_PULSE] = "pulse", [LEVEL_HIGH] = "high", [LEVEL_LOW] = "low"};
    int w;
    if (!yp_word(p, v, words, ARRAY_LEN(words), &w)) {
        return false;
    }
    ((struct scn_stimulus *)obj)->level = (enum scn_level)w;
    return true;
}

static bool in_force(struct yp *p, const yaml_node_t *v, void *obj)
{
    return yp_bool(p, v, &((struct scn_stimulus *)obj)->force);
}

static bool interrupt(struct yp *p, const yaml_node_t *v, struct scn_stimulus *d)
{
    static const struct key keys[] = {{"intid", in_value}, {"level", in_level}, {"force", in_force}};
    if (yp_scalar(v) != NULL) {
        return yp_value(p, v, &d->value);
    }
    return WALK(p, v, keys, d, "the interrupt") && (d->value.e != NULL || yp_bad(p, v, "expected `intid:'"));
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
    if (!yp_word(p, v, words, ARRAY_LEN(words), &w)) {
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

static bool lr_n(struct yp *p, const yaml_node_t *v, void *obj) { return yp_int(p, v, 0, 3, &((struct lr_fields *)obj)->n); }
static bool lr_group(struct yp *p, const yaml_node_t *v, void *obj) { return yp_int(p, v, 0, 1, &((struct lr_fields *)obj)->group); }
static bool lr_priority(struct yp *p, const yaml_node_t *v, void *obj) { return yp_number(p, v, 0, 255, &((struct lr_fields *)obj)->priority); }
static bool lr_value(struct yp *p, const yaml_node_t *v, void *obj) { return yp_value(p, v, &((struct lr_fields *)obj)->d->value); }

static bool lr_state(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const char *const words[] = {"inactive", "pending", "active", "pending-active"};
    return yp_word(p, v, words, ARRAY_LEN(words), &((struct lr_fields *)obj)->state);
}

static bool lr_intid(struct yp *p, const yaml_node_t *v, void *obj)
{
    ((struct lr_fields *)obj)->has_intid = true;
    return yp_number(p, v, 0, UINT32_MAX, &((struct lr_fields *)obj)->intid);
}

static bool lr_hw(struct yp *p, const yaml_node_t *v, void *obj)
{
    ((struct lr_fields *)obj)->has_hw = true;
    return yp_number(p, v, 0, 1019, &((struct lr_fields *)obj)->hw);
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
        return yp_bad(p, v, "expected `intid:' or `value:'");
    }
    char text[32];
    struct err e;
    /* ICH_LR<n>_EL2: State, HW, Group, Priority, pINTID, vINTID */
    snprintf(text, sizeof(text), "%#" PRIx64, (uint64_t)f.state << 62 | (uint64_t)f.has_hw << 61 | (uint64_t)f.group << 60 |
             f.priority << 48 | f.hw << 32 | f.intid);
    f.d->value.line = yp_line(v);
    f.d->value.e = scn_expr_parse(p->arena, text, &e);
    return f.d->value.e != NULL || yp_bad(p, v, "%s", e.msg);
}

static bool do_set(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scn_stimulus *d = obj;
    DO_KIND(DO_SET);
    if (v->type != YAML_MAPPING_NODE) {
        return yp_bad(p, v, "expected a map of registers and values");
    }
    d->n_sets = (unsigned)yp_pairs(v);
    d->sets = scn_alloc(p->arena, sizeof(d->sets[0]) * (d->n_sets + 1));
    for (unsigned i = 0; d->sets != NULL && i < d->n_sets; i++) {
        const yaml_node_pair_t *kv = &v->data.mapping.pairs.start[i];
        d->sets[i].line = yp_line(yp_node(p, kv->key));
        if (!yp_text(p, yp_node(p, kv->key), &d->sets[i].name) || !yp_value(p, yp_node(p, kv->value), &d->sets[i].value)) {
            return false;
        }
        unsigned n;
        int used = 0;
        const char *s = d->sets[i].name;
        if (!(sscanf(s, "X%u%n", &n, &used) == 1 && s[used] == '\0' && n <= 30) && strcmp(s, "SP") != 0 && scn_sysreg_find(s, strlen(s)) < 0) {
            return yp_bad(p, yp_node(p, kv->key), "`%.40s': expected X0 to X30, SP or a system register", s);
        }
    }
    return d->sets != NULL || yp_bad(p, v, "out of memory");
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
        return yp_bad(p, v, "expected `va:' or `pa:', `value:', and a size of 1, 2, 4 or 8");
    }
    return true;
}

static bool do_at(struct yp *p, const yaml_node_t *v, void *obj) { return yp_pos(p, v, &((struct scn_stimulus *)obj)->at); }
static bool do_id(struct yp *p, const yaml_node_t *v, void *obj) { return yp_text(p, v, &((struct scn_stimulus *)obj)->id); }
static bool do_pe(struct yp *p, const yaml_node_t *v, void *obj) { return yp_int(p, v, 0, MACHINE_MAX_PES - 1, &((struct scn_stimulus *)obj)->pe); }

static const struct key do_keys[] = {
    {"serror", do_serror}, {"vserror", do_vserror}, {"abort", do_abort}, {"irq", do_irq}, {"fiq", do_fiq}, {"timer", do_timer},
    {"lr", do_lr}, {"set", do_set}, {"poke", do_poke}, {"at", do_at}, {"id", do_id}, {"pe", do_pe},
};
enum { DO_MAIN_KEYS = 9 };

static bool take_stimulus(struct yp *p, const yaml_node_t *v, struct scn_stimulus *d)
{
    *d = (struct scn_stimulus){.line = yp_line(v), .pe = -1, .text = yp_source(p, v)};
    if (!yp_one_of(p, v, do_keys, DO_MAIN_KEYS, "a stimulus") || !WALK(p, v, do_keys, d, "a stimulus")) {
        return false;
    }
    for (size_t i = 0; i < yp_pairs(v); i++) { /* its name in reports: without the position */
        const yaml_node_pair_t *kv = &v->data.mapping.pairs.start[i];
        const char *k = yp_scalar(yp_node(p, kv->key)), *what = yp_source(p, yp_node(p, kv->value));
        if (yp_key_find(do_keys, DO_MAIN_KEYS, k) != NULL) {
            char *text = scn_alloc(p->arena, strlen(k) + strlen(what) + 2);
            if (text == NULL) {
                return yp_bad(p, v, "out of memory");
            }
            sprintf(text, "%s %s", k, what);
            d->text = text;
        }
    }
    return true;
}

bool yp_stimuli(struct yp *p, const yaml_node_t *v, struct scn_stimulus **out, unsigned *n)
{
    void *list;
    if (!yp_list(p, v, sizeof(struct scn_stimulus), &list, n)) {
        return false;
    }
    *out = list;
    for (unsigned i = 0; i < *n; i++) {
        if (!take_stimulus(p, yp_list_item(p, v, i), &(*out)[i])) {
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
    if (!yp_list(p, v, sizeof(struct scn_event), &list, &x->n_ev)) {
        return false;
    }
    x->ev = list;
    for (unsigned i = 0; i < x->n_ev; i++) {
        if (!yp_event(p, yp_list_item(p, v, i), &x->ev[i])) {
            return false;
        }
    }
    return true;
}

static bool ex_order(struct yp *p, const yaml_node_t *v, void *obj)
{
    X(obj)->kind = WANT_ORDER;
    return (v->type == YAML_SEQUENCE_NODE && yp_items(v) != 0 && event_list(p, v, obj)) ||
           (v->type != YAML_SEQUENCE_NODE || yp_items(v) == 0 ? yp_bad(p, v, "expected a list of events") : false);
}

static bool wi_from(struct yp *p, const yaml_node_t *v, void *obj) { return yp_event(p, v, &X(obj)->ev[0]); }
static bool wi_to(struct yp *p, const yaml_node_t *v, void *obj) { return yp_event(p, v, &X(obj)->ev[1]); }
static bool wi_insns(struct yp *p, const yaml_node_t *v, void *obj) { return yp_number(p, v, 0, UINT64_MAX, &X(obj)->max); }
static bool wi_min_insns(struct yp *p, const yaml_node_t *v, void *obj) { return yp_number(p, v, 0, UINT64_MAX, &X(obj)->min); }
static bool wi_ns(struct yp *p, const yaml_node_t *v, void *obj) { return yp_time(p, v, &X(obj)->max_ns); }
static bool wi_min_ns(struct yp *p, const yaml_node_t *v, void *obj) { return yp_time(p, v, &X(obj)->min_ns); }
static bool wi_cycles(struct yp *p, const yaml_node_t *v, void *obj) { return yp_number(p, v, 0, UINT64_MAX, &X(obj)->max_cycles); }
static bool wi_min_cycles(struct yp *p, const yaml_node_t *v, void *obj) { return yp_number(p, v, 0, UINT64_MAX, &X(obj)->min_cycles); }

static bool ex_within(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {{"from", wi_from}, {"to", wi_to}, {"insns", wi_insns}, {"min-insns", wi_min_insns}, {"ns", wi_ns},
                                      {"min-ns", wi_min_ns}, {"cycles", wi_cycles}, {"min-cycles", wi_min_cycles}};
    struct scn_expect *x = obj;
    x->kind = WANT_WITHIN;
    x->n_ev = 2;
    x->max = x->max_ns = x->max_cycles = UINT64_MAX;
    x->ev = scn_alloc(p->arena, 2 * sizeof(x->ev[0]));
    if (x->ev == NULL || !WALK(p, v, keys, obj, "the bound")) {
        return x->ev != NULL ? false : yp_bad(p, v, "out of memory");
    }
    return (x->ev[0].line != 0 && x->ev[1].line != 0) || yp_bad(p, v, "expected `from:' and `to:'");
}

static bool ex_check(struct yp *p, const yaml_node_t *v, void *obj)
{
    X(obj)->kind = WANT_CHECK;
    return yp_expr(p, v, &X(obj)->expr);
}

static bool ex_console(struct yp *p, const yaml_node_t *v, void *obj)
{
    X(obj)->kind = WANT_CONSOLE;
    return yp_text(p, v, &X(obj)->string);
}

static bool ex_no_console(struct yp *p, const yaml_node_t *v, void *obj)
{
    X(obj)->kind = WANT_NO_CONSOLE;
    return yp_text(p, v, &X(obj)->string);
}

static bool ex_stop(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const char *const words[] = {
        [STOP_POWER_OFF] = "power-off", [STOP_RESET] = "reset", [STOP_MAX_INSNS] = "max-insns", [STOP_MAX_TIME] = "max-time",
        [STOP_DEADLOCK] = "deadlock", [STOP_STRICT] = "strict", [STOP_UNTIL] = "until", [STOP_ANY] = "any",
    };
    X(obj)->kind = WANT_STOP;
    return yp_word(p, v, words, ARRAY_LEN(words), &X(obj)->stop);
}

static bool ex_exit_code(struct yp *p, const yaml_node_t *v, void *obj)
{
    X(obj)->kind = WANT_EXIT_CODE;
    return yp_value(p, v, &X(obj)->code);
}

static bool ex_at(struct yp *p, const yaml_node_t *v, void *obj) { return yp_pos(p, v, &X(obj)->at); }
static bool ex_pe(struct yp *p, const yaml_node_t *v, void *obj) { return yp_int(p, v, 0, MACHINE_MAX_PES - 1, &X(obj)->pe); }
static bool ex_is(struct yp *p, const yaml_node_t *v, void *obj)
{
    if (!yp_number(p, v, 0, UINT64_MAX, &X(obj)->min)) {
        return false;
    }
    X(obj)->max = X(obj)->min;
    return true;
}
static bool ex_min(struct yp *p, const yaml_node_t *v, void *obj) { return yp_number(p, v, 0, UINT64_MAX, &X(obj)->min); }
static bool ex_max(struct yp *p, const yaml_node_t *v, void *obj) { return yp_number(p, v, 0, UINT64_MAX, &X(obj)->max); }

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
        return yp_bad(p, v, "out of memory");
    }
    x->kind = strcmp(key, "event") == 0 ? WANT_EVENT : strcmp(key, "never") == 0 ? WANT_NEVER : WANT_COUNT;
    if (x->kind == WANT_COUNT) {
        n_own = ARRAY_LEN(bounds);
        x->max = UINT64_MAX;
    }
    if (!yp_event_beside(p, v, key, bounds, n_own, &x->ev[0])) {
        return false;
    }
    bool bounded = false;
    for (size_t i = 0; i < yp_pairs(v); i++) {
        const yaml_node_pair_t *kv = &v->data.mapping.pairs.start[i];
        const struct key *k = yp_key_find(bounds, n_own, yp_scalar(yp_node(p, kv->key)));
        bounded |= k != NULL;
        if (k != NULL && !k->fn(p, yp_node(p, kv->value), x)) {
            return false;
        }
    }
    return x->kind != WANT_COUNT || bounded || yp_bad(p, v, "expected `is:', `min:' or `max:' beside `count:'");
}

static bool take_expect(struct yp *p, const yaml_node_t *v, struct scn_expect *x)
{
    *x = (struct scn_expect){.line = yp_line(v), .text = yp_source(p, v), .focus = SCN_NOWHERE};
    if (!yp_one_of(p, v, expect_keys, EXPECT_MAIN_KEYS, "an expectation")) {
        return false;
    }
    for (size_t i = 0; i < yp_pairs(v); i++) {
        const char *k = yp_scalar(yp_node(p, v->data.mapping.pairs.start[i].key));
        if (k != NULL && (strcmp(k, "event") == 0 || strcmp(k, "never") == 0 || strcmp(k, "count") == 0)) {
            return event_expect(p, v, k, x);
        }
    }
    for (size_t i = 0; i < yp_pairs(v); i++) {
        const yaml_node_pair_t *kv = &v->data.mapping.pairs.start[i];
        const struct key *k = yp_key_find(expect_keys, ARRAY_LEN(expect_keys), yp_scalar(yp_node(p, kv->key)));
        if (k == NULL || k->fn == NULL) {
            return yp_unknown_key(p, yp_node(p, kv->key), expect_keys, EXPECT_PLAIN_KEYS, ", at, pe");
        }
        if (!k->fn(p, yp_node(p, kv->value), x)) {
            return false;
        }
    }
    return x->kind == WANT_CHECK || x->at.n_stages == 0 || yp_bad(p, v, "expected `at:' only beside `check:'");
}

bool yp_expects(struct yp *p, const yaml_node_t *v, struct scn_expect **out, unsigned *n)
{
    void *list;
    if (!yp_list(p, v, sizeof(struct scn_expect), &list, n)) {
        return false;
    }
    *out = list;
    for (unsigned i = 0; i < *n; i++) {
        if (!take_expect(p, yp_list_item(p, v, i), &(*out)[i])) {
            return false;
        }
    }
    return true;
}

/* ---- sweeps ---- */

#define W(obj) ((struct scn_sweep *)(obj))

static bool ou_name(struct yp *p, const yaml_node_t *v, void *obj) { return yp_text(p, v, &((struct scn_outcome *)obj)->name); }
static bool ou_expect(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scn_outcome *o = obj;
    return yp_expects(p, v, &o->expect, &o->n_expect);
}

static bool sw_from(struct yp *p, const yaml_node_t *v, void *obj) { return yp_pos(p, v, &W(obj)->from); }
static bool sw_to(struct yp *p, const yaml_node_t *v, void *obj) { return yp_pos(p, v, &W(obj)->to); }
static bool sw_raise(struct yp *p, const yaml_node_t *v, void *obj) { return yp_stimuli(p, v, &W(obj)->raise, &W(obj)->n_raise); }

static bool sw_outcomes(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {{"name", ou_name}, {"expect", ou_expect}};
    void *list;
    if (!yp_list(p, v, sizeof(struct scn_outcome), &list, &W(obj)->n_outcomes)) {
        return false;
    }
    W(obj)->outcomes = list;
    for (unsigned i = 0; i < W(obj)->n_outcomes; i++) {
        struct scn_outcome *o = &W(obj)->outcomes[i];
        const yaml_node_t *n = yp_list_item(p, v, i);
        if (!WALK(p, n, keys, o, "an outcome")) {
            return false;
        }
        if (o->name == NULL || o->expect == NULL) {
            return yp_bad(p, n, "expected an outcome: a map with name and expect");
        }
    }
    return true;
}

static bool sw_allow(struct yp *p, const yaml_node_t *v, void *obj) { return yp_texts(p, v, false, &W(obj)->allow, &W(obj)->n_allow); }

#define PART(obj) ((struct scn_part *)(obj))
static bool pt_from(struct yp *p, const yaml_node_t *v, void *obj) { return yp_value(p, v, &PART(obj)->from); }
static bool pt_after(struct yp *p, const yaml_node_t *v, void *obj)
{
    PART(obj)->by_event = true;
    return yp_event(p, v, &PART(obj)->after);
}
static bool pt_about(struct yp *p, const yaml_node_t *v, void *obj) { return yp_text(p, v, &PART(obj)->about); }
static bool pt_outcome(struct yp *p, const yaml_node_t *v, void *obj)
{
    return yp_texts(p, v, false, &PART(obj)->allow, &PART(obj)->n_allow);
}

static bool sw_parts(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {{"from", pt_from}, {"after", pt_after}, {"about", pt_about}, {"outcome", pt_outcome}};
    void *list;
    if (!yp_list(p, v, sizeof(struct scn_part), &list, &W(obj)->n_parts)) {
        return false;
    }
    W(obj)->parts = list;
    for (unsigned i = 0; i < W(obj)->n_parts; i++) {
        struct scn_part *part = &W(obj)->parts[i];
        const yaml_node_t *n = yp_list_item(p, v, i);
        *part = (struct scn_part){.line = yp_line(n)};
        if (!WALK(p, n, keys, part, "a part of the sweep")) {
            return false;
        }
        if (part->n_allow == 0 || (part->from.e != NULL) + part->by_event != (i != 0)) {
            return yp_bad(p, n, "expected a part: a map with outcome, and with `from: ADDRESS' or `after: EVENT' for all but the first");
        }
    }
    return true;
}

static bool sw_insns(struct yp *p, const yaml_node_t *v, void *obj) { return yp_number(p, v, 1, UINT64_MAX / 2, &W(obj)->insns); }

bool yp_sweep(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {
        {"from", sw_from}, {"to", sw_to}, {"raise", sw_raise}, {"outcomes", sw_outcomes}, {"allow", sw_allow}, {"parts", sw_parts},
        {"insns", sw_insns},
    };
    struct scn_sweep *w = &((struct scenario *)obj)->sweep;
    *w = (struct scn_sweep){.given = true, .line = yp_line(v)};
    if (!WALK(p, v, keys, w, "the sweep")) {
        return false;
    }
    if (w->n_allow != 0 && w->n_parts != 0) {
        return yp_bad(p, v, "expected `allow:' or `parts:', not both");
    }
    return (w->from.n_stages != 0 && w->to.n_stages != 0 && w->n_raise != 0) || yp_bad(p, v, "expected `from:', `to:' and `raise:'");
}
