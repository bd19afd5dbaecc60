/* SPDX-License-Identifier: Apache-2.0 */
/* Scenario files: from YAML to struct scenario. Every complaint names the file, the line and what was expected. */
#include "sim/scenario-yaml.h"

#include "cpu/timing/params.h"
#include "sim/load.h"

#include <stdlib.h>
#include <string.h>

#define MAX_FILE (UINT64_C(16) << 20)
#define S(obj) ((struct scenario *)(obj))

/* ---- the scenario ---- */

static bool sc_name(struct yp *p, const yaml_node_t *v, void *obj) { return yp_text(p, v, &S(obj)->name); }
static bool sc_about(struct yp *p, const yaml_node_t *v, void *obj) { return yp_text(p, v, &S(obj)->about); }

static bool ma_cpu(struct yp *p, const yaml_node_t *v, void *obj)
{
    const char **list;
    unsigned n;
    if (!yp_texts(p, v, false, &list, &n)) {
        return false;
    }
    if (n < 1 || n > SCN_MAX_CPUS) {
        return yp_bad(p, v, "expected 1 to %d CPU models", SCN_MAX_CPUS);
    }
    for (unsigned i = 0; i < n; i++) {
        const struct machine_model *m = machine_models();
        while (m->name != NULL && strcmp(m->name, list[i]) != 0) {
            m++;
        }
        if (m->name == NULL) {
            return yp_bad(p, v, "`%.40s': expected a CPU model (hypscope models lists them)", list[i]);
        }
        S(obj)->cpus[i] = list[i];
    }
    S(obj)->n_cpus = n;
    return true;
}

static bool ma_smp(struct yp *p, const yaml_node_t *v, void *obj)
{
    int n;
    if (!yp_int(p, v, 1, MACHINE_MAX_PES, &n)) {
        return false;
    }
    S(obj)->machine.n_pes = (unsigned)n;
    return true;
}

static bool ma_mem(struct yp *p, const yaml_node_t *v, void *obj)
{
    const char *s = yp_scalar(v);
    char *end = NULL;
    uint64_t n = s != NULL ? strtoull(s, &end, 0) : 0;
    if (s == NULL || end == s || (strcmp(end, "K") != 0 && strcmp(end, "M") != 0 && strcmp(end, "G") != 0) || n == 0 || n > 65536) {
        return yp_bad(p, v, "expected a size as in 256M (K, M, G)");
    }
    S(obj)->machine.ram_size = n << (*end == 'K' ? 10 : *end == 'M' ? 20 : 30);
    return true;
}

static bool ma_el(struct yp *p, const yaml_node_t *v, void *obj)
{
    int n;
    if (!yp_int(p, v, 1, 2, &n)) {
        return false;
    }
    S(obj)->machine.el = (unsigned)n;
    return true;
}

static bool ma_ns(struct yp *p, const yaml_node_t *v, void *obj)
{
    uint64_t n = 0;
    if (!yp_number(p, v, 1, 1000000, &n)) {
        return false;
    }
    S(obj)->machine.ns_per_insn = (uint32_t)n;
    return true;
}

static bool ma_quantum(struct yp *p, const yaml_node_t *v, void *obj)
{
    uint64_t n = 0;
    if (!yp_number(p, v, 1, 100000000, &n)) {
        return false;
    }
    S(obj)->machine.quantum = (uint32_t)n;
    return true;
}

static bool ma_seed(struct yp *p, const yaml_node_t *v, void *obj)
{
    if (!yp_number(p, v, 0, UINT64_MAX, &S(obj)->boot.seed)) {
        return false;
    }
    S(obj)->machine.board.rng_seed = S(obj)->boot.seed;
    return true;
}

static bool ma_instance(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const char *const words[] = {"fast", "step"};
    int w;
    if (!yp_word(p, v, words, 2, &w)) {
        return false;
    }
    S(obj)->machine.stepping = w == 1;
    return true;
}

/* The name of a core with a timing model, or `off'. */
static bool ma_timing(struct yp *p, const yaml_node_t *v, void *obj)
{
    char names[256];
    const char *want = yp_scalar(v), *name;
    S(obj)->machine.timing = NULL;
    for (unsigned i = 0; want != NULL && (name = timing_params_builtin_name(i)) != NULL; i++) {
        if (strcmp(name, want) == 0) {
            S(obj)->machine.timing = name;
            return true;
        }
    }
    if (want != NULL && strcmp(want, "off") == 0) {
        return true;
    }
    machine_timing_names(names, sizeof(names));
    return yp_bad(p, v, "`%.40s': expected off, or a core with a timing model: %s", want != NULL ? want : "?", names);
}

static bool ma_clock(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const char *const words[] = {"cycles", "insns"};
    int w;
    if (!yp_word(p, v, words, 2, &w)) {
        return false;
    }
    S(obj)->machine.clock_insns = w == 1;
    return true;
}

static bool ma_semihosting(struct yp *p, const yaml_node_t *v, void *obj) { return yp_bool(p, v, &S(obj)->machine.semihosting); }
static bool ma_strict(struct yp *p, const yaml_node_t *v, void *obj) { return yp_bool(p, v, &S(obj)->machine.strict); }

static bool sc_machine(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {
        {"cpu", ma_cpu}, {"smp", ma_smp}, {"mem", ma_mem}, {"el", ma_el}, {"ns-per-insn", ma_ns}, {"quantum", ma_quantum},
        {"seed", ma_seed}, {"instance", ma_instance}, {"semihosting", ma_semihosting}, {"strict", ma_strict},
        {"timing", ma_timing}, {"clock", ma_clock},
    };
    return WALK(p, v, keys, obj, "the machine");
}

static bool sc_image(struct yp *p, const yaml_node_t *v, void *obj)
{
    S(obj)->boot.kernel = NULL;
    S(obj)->image_line = yp_line(v);
    return yp_text(p, v, &S(obj)->image);
}

static bool sc_kernel(struct yp *p, const yaml_node_t *v, void *obj)
{
    S(obj)->image = NULL;
    return yp_path(p, v, &S(obj)->boot.kernel);
}

static bool sc_initrd(struct yp *p, const yaml_node_t *v, void *obj) { return yp_path(p, v, &S(obj)->boot.initrd); }
static bool sc_append(struct yp *p, const yaml_node_t *v, void *obj) { return yp_text(p, v, &S(obj)->boot.append); }
static bool sc_dtb(struct yp *p, const yaml_node_t *v, void *obj) { return yp_path(p, v, &S(obj)->boot.dtb); }
static bool sc_drive(struct yp *p, const yaml_node_t *v, void *obj) { return yp_path(p, v, &S(obj)->drive); }
static bool sc_input(struct yp *p, const yaml_node_t *v, void *obj) { return yp_text(p, v, &S(obj)->input); }

struct load_item {
    const char *path;
    uint64_t addr;
    bool has_addr;
};

static bool lo_file(struct yp *p, const yaml_node_t *v, void *obj) { return yp_path(p, v, &((struct load_item *)obj)->path); }
static bool lo_at(struct yp *p, const yaml_node_t *v, void *obj)
{
    ((struct load_item *)obj)->has_addr = true;
    return yp_number(p, v, 0, UINT64_MAX, &((struct load_item *)obj)->addr);
}

static bool sc_load(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {{"file", lo_file}, {"at", lo_at}};
    struct boot_config *b = &S(obj)->boot;
    unsigned n = v->type == YAML_SEQUENCE_NODE ? (unsigned)yp_items(v) : 1;
    if (n > BOOT_MAX_LOADS) {
        return yp_bad(p, v, "expected at most %d files", BOOT_MAX_LOADS);
    }
    for (unsigned i = 0; i < n; i++) {
        struct load_item l = {.path = NULL};
        const yaml_node_t *e = yp_list_item(p, v, i);
        if (!WALK(p, e, keys, &l, "a file to load")) {
            return false;
        }
        if (l.path == NULL || !l.has_addr) {
            return yp_bad(p, e, "expected {file: FILE, at: ADDRESS}");
        }
        b->loads[i].path = l.path;
        b->loads[i].addr = l.addr;
    }
    b->n_loads = n;
    return true;
}

static bool sy_file(struct yp *p, const yaml_node_t *v, void *obj) { return yp_path(p, v, &((struct scn_symbol_file *)obj)->path); }
static bool sy_offset(struct yp *p, const yaml_node_t *v, void *obj) { return yp_value(p, v, &((struct scn_symbol_file *)obj)->offset); }

static bool sc_symbols(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {{"file", sy_file}, {"offset", sy_offset}};
    void *list;
    if (!yp_list(p, v, sizeof(struct scn_symbol_file), &list, &S(obj)->n_symbols)) {
        return false;
    }
    S(obj)->symbols = list;
    for (unsigned i = 0; i < S(obj)->n_symbols; i++) {
        struct scn_symbol_file *f = &S(obj)->symbols[i];
        const yaml_node_t *e = yp_list_item(p, v, i);
        if (!(yp_scalar(e) != NULL ? yp_path(p, e, &f->path) : WALK(p, e, keys, f, "a file of symbols"))) {
            return false;
        }
        if (f->path == NULL || !scn_expr_constant(f->offset.e)) {
            return yp_bad(p, e, "expected FILE or {file: FILE, offset: NUMBER}");
        }
    }
    return true;
}

static bool sc_requires(struct yp *p, const yaml_node_t *v, void *obj) { return yp_texts(p, v, true, &S(obj)->requires_files, &S(obj)->n_requires); }

static bool sc_define(struct yp *p, const yaml_node_t *v, void *obj)
{
    struct scenario *s = obj;
    if (v->type != YAML_MAPPING_NODE) {
        return yp_bad(p, v, "expected a map of names and expressions");
    }
    struct scn_define *d = scn_alloc(p->arena, sizeof(*d) * (s->n_defines + yp_pairs(v) + 1));
    if (d == NULL) {
        return yp_bad(p, v, "out of memory");
    }
    if (s->n_defines != 0) {
        memcpy(d, s->defines, sizeof(*d) * s->n_defines);
    }
    s->defines = d;
    for (size_t i = 0; i < yp_pairs(v); i++) {
        const yaml_node_pair_t *kv = &v->data.mapping.pairs.start[i];
        if (!yp_text(p, yp_node(p, kv->key), &d[s->n_defines].name) || !yp_expr(p, yp_node(p, kv->value), &d[s->n_defines].e)) {
            return false;
        }
        s->n_defines++;
    }
    return true;
}

static bool li_insns(struct yp *p, const yaml_node_t *v, void *obj) { return yp_number(p, v, 1, UINT64_MAX, &S(obj)->limits.max_insns); }
static bool li_time(struct yp *p, const yaml_node_t *v, void *obj) { return yp_time(p, v, &S(obj)->limits.max_time_ns); }

static bool sc_limits(struct yp *p, const yaml_node_t *v, void *obj)
{
    static const struct key keys[] = {{"insns", li_insns}, {"time", li_time}};
    S(obj)->limit_given = true;
    return WALK(p, v, keys, obj, "the limits");
}

static bool sc_until(struct yp *p, const yaml_node_t *v, void *obj) { return yp_pos(p, v, &S(obj)->until); }
static bool sc_do(struct yp *p, const yaml_node_t *v, void *obj) { return yp_stimuli(p, v, &S(obj)->stimuli, &S(obj)->n_stimuli); }
static bool sc_expect(struct yp *p, const yaml_node_t *v, void *obj) { return yp_expects(p, v, &S(obj)->expect, &S(obj)->n_expect); }

static bool sc_scenarios(struct yp *p, const yaml_node_t *v, void *obj)
{
    (void)obj;
    return (v->type == YAML_SEQUENCE_NODE && yp_items(v) != 0) || yp_bad(p, v, "expected a list of scenarios");
}

static const struct key scenario_keys[] = {
    {"name", sc_name}, {"about", sc_about}, {"machine", sc_machine}, {"image", sc_image}, {"kernel", sc_kernel}, {"initrd", sc_initrd},
    {"append", sc_append}, {"dtb", sc_dtb}, {"drive", sc_drive}, {"input", sc_input}, {"load", sc_load}, {"symbols", sc_symbols},
    {"requires", sc_requires}, {"define", sc_define}, {"limits", sc_limits}, {"until", sc_until}, {"do", sc_do}, {"expect", sc_expect},
    {"sweep", yp_sweep}, {"scenarios", sc_scenarios},
};

static bool check_scenario(struct yp *p, const yaml_node_t *n, const struct scenario *s)
{
    if (s->image == NULL && s->boot.kernel == NULL) {
        return yp_bad(p, n, "expected `image:' or `kernel:'");
    }
    return s->n_expect != 0 || s->sweep.given || yp_bad(p, n, "expected `expect:' or `sweep:'");
}

/* One scenario for each CPU model. The nodes are walked again for each, since a scenario holds the state of its run. */
static bool add_scenarios(struct yp *p, const yaml_node_t *top, const yaml_node_t *item_node, const struct scenario *defaults, struct scn_file *f)
{
    unsigned cpus = 1;
    for (unsigned c = 0; c < cpus; c++) {
        struct scenario *s = &f->scenarios[f->n_scenarios];
        *s = *defaults;
        s->line = yp_line(item_node);
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
                return yp_bad(p, item_node, "out of memory");
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
    for (size_t i = 0; i < yp_pairs(top); i++) {
        const yaml_node_pair_t *kv = &top->data.mapping.pairs.start[i];
        const char *k = yp_scalar(yp_node(p, kv->key));
        if (k != NULL && strcmp(k, "scenarios") == 0) {
            list = yp_node(p, kv->value);
        }
    }
    for (size_t i = 0; i < yp_pairs(top) && list != NULL; i++) {
        const yaml_node_pair_t *kv = &top->data.mapping.pairs.start[i];
        const char *k = yp_scalar(yp_node(p, kv->key));
        if (k != NULL && strcmp(k, "sweep") == 0) {
            return yp_bad(p, yp_node(p, kv->key), "expected `sweep:' in one of the scenarios, not for all of them");
        }
    }
    const char *base = strrchr(p->file, '/');
    struct scenario defaults = {
        .name = base != NULL ? base + 1 : p->file, .file = p->file,
        .machine = {.model = "neoverse-n1", .n_pes = 1, .ram_size = UINT64_C(1) << 30, .el = 2, .ns_per_insn = 1, .board = {.rng_seed = 1}},
        .boot = {.seed = 1},
        .limits = {.max_insns = SCN_DEFAULT_INSNS},
    };
    unsigned n = list != NULL ? (unsigned)yp_items(list) : 1;
    f->scenarios = scn_alloc(p->arena, sizeof(f->scenarios[0]) * (n * SCN_MAX_CPUS + 1));
    if (f->scenarios == NULL) {
        return yp_bad(p, top, "out of memory");
    }
    if (list == NULL) {
        return add_scenarios(p, top, top, &defaults, f);
    }
    if (!sc_scenarios(p, list, NULL)) {
        return false;
    }
    for (unsigned i = 0; i < n; i++) {
        const yaml_node_t *e = yp_item(p, list, i);
        if (e->type != YAML_MAPPING_NODE) {
            return yp_bad(p, e, "expected a scenario as a map of keys and values");
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
        err_set(err, "%s", strncmp(e.msg, "test ", 5) == 0 ? e.msg + 5 : e.msg); /* it begins with the path */
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
