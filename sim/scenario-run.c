/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario's run: building the machine, looking at its records, and what came of it. */
#include "sim/scenario-int.h"

#include "cpu/pe.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the log and the expectations ---- */

bool scn_record_matches(const struct scn_run *r, const struct scn_event *ev, const struct rec *rec, const struct pe *pe)
{
    struct rec link = *rec;
    if (scn_event_match(ev, rec, pe, r->ids)) {
        return true;
    }
    link.pc = symbols_link(r->symbols, rec->pc);
    return link.pc != rec->pc && scn_event_match(ev, &link, pe, r->ids);
}

static void alike(struct scn_expect *x, const struct scn_event *ev, const struct rec *rec)
{
    if (scn_event_same_kind(ev, rec)) {
        x->alike[x->n_alike++ % ARRAY_LEN(x->alike)] = *rec;
    }
}

static void expect_order(const struct scn_run *r, struct scn_expect *x, const struct rec *rec, uint64_t number, const struct pe *pe)
{
    if (x->seen == x->n_ev) {
        return;
    }
    const struct scn_event *ev = &x->ev[x->seen];
    alike(x, ev, rec);
    if (scn_record_matches(r, ev, rec, pe) && ++x->seen_in_step >= (ev->n == 0 ? 1 : ev->n)) {
        x->seen++;
        x->seen_in_step = 0;
        x->n_alike = 0;
        x->focus = number;
    }
}

static void measure_from(struct scn_expect *x, const struct rec *rec)
{
    x->since_insns = rec->icount;
    x->since_ns = rec->time_ns;
    x->since_cycles = rec->cycle;
}

static void expect_within(const struct scn_run *r, struct scn_expect *x, const struct rec *rec, uint64_t number, const struct pe *pe)
{
    if (x->seen == 2) {
        return;
    }
    const struct scn_event *ev = &x->ev[x->seen];
    alike(x, ev, rec);
    if (!scn_record_matches(r, ev, rec, pe) || ++x->seen_in_step < (ev->n == 0 ? 1 : ev->n)) {
        if (x->seen == 1 && x->ev[0].n == 0 && scn_record_matches(r, &x->ev[0], rec, pe)) { /* a later `from` */
            measure_from(x, rec);
            x->focus = number;
        }
        return;
    }
    x->seen_in_step = 0;
    x->n_alike = 0;
    x->focus = number;
    if (x->seen++ == 0) {
        measure_from(x, rec);
        return;
    }
    x->took_insns = rec->icount - x->since_insns;
    x->took_ns = rec->time_ns - x->since_ns;
    x->took_cycles = rec->cycle - x->since_cycles;
    x->broken = x->took_insns < x->min || x->took_insns > x->max || x->took_ns < x->min_ns || x->took_ns > x->max_ns ||
                x->took_cycles < x->min_cycles || x->took_cycles > x->max_cycles;
}

static void expect_observe(const struct scn_run *r, struct scn_expect *x, const struct rec *rec, uint64_t number, const struct pe *pe)
{
    switch (x->kind) {
    case WANT_EVENT: case WANT_NEVER: case WANT_COUNT:
        alike(x, &x->ev[0], rec);
        if (scn_record_matches(r, &x->ev[0], rec, pe)) {
            x->seen++;
            x->focus = number;
            x->broken |= x->kind == WANT_NEVER && x->seen >= x->ev[0].n;
        }
        break;
    case WANT_ORDER: expect_order(r, x, rec, number, pe); break;
    case WANT_WITHIN: expect_within(r, x, rec, number, pe); break;
    default: break;
    }
}

static void put(void *opaque, const struct rec *rec)
{
    struct scn_run *r = opaque;
    struct pe *pe = r->m->pes[rec->pe];
    uint64_t number = r->n_log++;
    r->log[number % SCN_LOG] = *rec;
    if (symlearn_record(&r->learn, rec)) {
        scn_pos_arm(r);
    }
    for (unsigned i = 0; i < r->n_expect; i++) {
        expect_observe(r, &r->expect[i], rec, number, pe);
    }
    for (unsigned i = 0; i < r->n_outcomes; i++) {
        for (unsigned k = 0; k < r->outcomes[i].n_expect; k++) {
            expect_observe(r, &r->outcomes[i].expect[k], rec, number, pe);
        }
    }
    if (r->on_record != NULL) {
        r->on_record(r, rec, pe);
    }
    scn_pos_record(r, rec, pe);
}

void scn_own_record(struct scn_run *r, unsigned kind, const struct pe *pe, uint64_t a)
{
    pe_record((struct pe *)(uintptr_t)pe, kind, pe->el, 0, pe_pc(pe), a, 0, 0, 0);
    (void)r;
}

void scn_expect_begin(struct scn_expect *x, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        x[i].seen = x[i].seen_in_step = x[i].n_alike = 0;
        x[i].broken = false;
        x[i].focus = SCN_NOWHERE;
    }
}

static bool console_has(const struct scn_run *r, const char *text)
{
    return strlen(text) == 0 || (r->console_len != 0 && memmem(r->console, r->console_len, text, strlen(text)) != NULL);
}

bool scn_expect_holds(const struct scn_run *r, const struct scn_expect *x)
{
    switch (x->kind) {
    case WANT_EVENT: return x->seen >= (x->ev[0].n == 0 ? 1 : x->ev[0].n);
    case WANT_NEVER: return !x->broken;
    case WANT_COUNT: return x->seen >= x->min && x->seen <= x->max;
    case WANT_ORDER: return x->seen == x->n_ev;
    case WANT_WITHIN: return x->seen == 2 && !x->broken;
    case WANT_CHECK: return x->checked && x->seen != 0;
    case WANT_CONSOLE: return console_has(r, x->string);
    case WANT_NO_CONSOLE: return !console_has(r, x->string);
    case WANT_STOP: return x->stop == STOP_ANY || x->stop == r->stop;
    default: return r->stop == STOP_POWER_OFF && machine_exit_code(r->m) == x->code.v;
    }
}

/* ---- what positions fire ---- */

static void fire_stimulus(struct scn_run *r, struct pe *pe, void *arg)
{
    scn_stimulus_give(r, arg, pe);
}

static void check_now(struct scn_run *r, struct scn_expect *x, const struct pe *pe)
{
    size_t len;
    FILE *f = open_memstream(&x->detail, &len);
    x->checked = true;
    x->seen = scn_expr_eval(x->expr, pe) != 0;
    x->focus = r->n_log != 0 ? r->n_log - 1 : SCN_NOWHERE;
    if (f != NULL) {
        scn_expr_explain(f, x->expr, pe);
        fclose(f);
    }
}

static void fire_check(struct scn_run *r, struct pe *pe, void *arg)
{
    check_now(r, arg, pe);
}

static void fire_until(struct scn_run *r, struct pe *pe, void *arg)
{
    (void)pe;
    (void)arg;
    r->until = true;
    machine_stop_here(r->m);
}

/* ---- the machine's callbacks ---- */

static void console_out(void *opaque, uint8_t byte)
{
    struct scn_run *r = opaque;
    if (r->console_len == r->console_cap) {
        size_t cap = r->console_cap == 0 ? 65536 : 2 * r->console_cap;
        char *p = realloc(r->console, cap);
        if (p == NULL) {
            return;
        }
        r->console = p;
        r->console_cap = cap;
    }
    r->console[r->console_len++] = (char)byte;
}

static int script_in(void *opaque)
{
    struct scn_run *r = opaque;
    int c = (uint8_t)r->s->input[r->input_pos];
    r->input_pos += c != 0;
    return c != 0 ? c : -1;
}

static void report(void *opaque, const char *line)
{
    struct scn_run *r = opaque;
    fprintf(r->notes, "  %s\n", line);
}

static bool idle(void *opaque, uint64_t now_ns, uint64_t next_ns)
{
    (void)now_ns;
    (void)next_ns;
    return scn_pos_idle(opaque);
}

static bool symbol_name(void *opaque, uint64_t va, char *buf, size_t len)
{
    return symbols_name(opaque, va, buf, len);
}

/* ---- building ---- */

bool scn_value_bind(struct scn_run *r, struct scn_value *v, struct err *err)
{
    struct err e;
    if (v->e == NULL) {
        return true;
    }
    if (!scn_expr_bind(v->e, &r->names, &e)) {
        return err_set(err, "%s:%u: %s", r->s->file, v->line, e.msg);
    }
    if (!scn_expr_constant(v->e)) {
        return err_set(err, "%s:%u: expected a value that does not depend on the machine's state", r->s->file, v->line);
    }
    v->v = scn_expr_eval(v->e, NULL);
    return true;
}

static bool bind_expr(struct scn_run *r, struct scn_expr *e, unsigned line, struct err *err)
{
    struct err x;
    return scn_expr_bind(e, &r->names, &x) || err_set(err, "%s:%u: %s", r->s->file, line, x.msg);
}

static bool bind_event(struct scn_run *r, struct scn_event *ev, struct err *err)
{
    if (!scn_event_bind(ev, &r->names, r->s->file, err)) {
        return false;
    }
    if (ev->kind == EV_EXECUTE) {
        if (ev->value.e == NULL) {
            return err_set(err, "%s:%u: expected a symbol after `execute'", r->s->file, ev->line);
        }
        struct scn_event **w = realloc(r->watch, (r->n_watch + 1) * sizeof(*w));
        if (w == NULL) {
            return err_set(err, "%s:%u: out of memory", r->s->file, ev->line);
        }
        r->watch = w;
        r->watch[r->n_watch++] = ev;
    }
    r->barriers |= ev->kind == EV_BARRIER && ev->barrier != BARRIER_ESB;
    return true;
}

static bool bind_pos(struct scn_run *r, struct scn_pos *p, struct err *err)
{
    for (unsigned i = 0; i < p->n_stages; i++) {
        struct scn_stage *st = &p->stage[i];
        if (!scn_value_bind(r, &st->addr, err) || (st->kind == STAGE_EVENT && !bind_event(r, &st->ev, err)) ||
            (st->when != NULL && !bind_expr(r, st->when, st->line, err))) {
            return false;
        }
    }
    return true;
}

bool scn_add_action(struct scn_run *r, struct scn_pos *p, void (*fire)(struct scn_run *, struct pe *, void *), void *arg, struct err *err)
{
    struct scn_action *a = realloc(r->actions, (r->n_actions + 1) * sizeof(*a));
    if (a == NULL) {
        return err_set(err, "out of memory");
    }
    r->actions = a;
    r->actions[r->n_actions++] = (struct scn_action){p, fire, arg};
    return bind_pos(r, p, err);
}

static bool bind_expects(struct scn_run *r, struct scn_expect *x, unsigned n, struct err *err)
{
    for (unsigned i = 0; i < n; i++) {
        for (unsigned k = 0; k < x[i].n_ev; k++) {
            if (!bind_event(r, &x[i].ev[k], err)) {
                return false;
            }
        }
        if ((x[i].expr != NULL && !bind_expr(r, x[i].expr, x[i].line, err)) || !scn_value_bind(r, &x[i].code, err) ||
            (x[i].at.n_stages != 0 && !scn_add_action(r, &x[i].at, fire_check, &x[i], err))) {
            return false;
        }
    }
    return true;
}

static bool bind_stimuli(struct scn_run *r, struct scn_stimulus *d, unsigned n, bool with_positions, struct err *err)
{
    const char **ids = realloc(r->ids, (r->n_ids + n + 1) * sizeof(*ids));
    if (ids == NULL) {
        return err_set(err, "out of memory");
    }
    r->ids = ids;
    for (unsigned i = 0; i < n; i++) {
        d[i].number = r->n_ids;
        r->ids[r->n_ids++] = d[i].id != NULL ? d[i].id : d[i].text;
        if (d[i].at.n_stages == 0) {
            d[i].at = (struct scn_pos){.stage = &r->start, .n_stages = 1, .text = "start"};
        }
        if (!scn_stimulus_bind(r, &d[i], err) || (with_positions && !scn_add_action(r, &d[i].at, fire_stimulus, &d[i], err))) {
            return false;
        }
    }
    return true;
}

static bool bind_all(struct scn_run *r, struct err *err)
{
    struct scenario *s = r->s;
    struct scn_sweep *w = &s->sweep;
    if (!bind_stimuli(r, s->stimuli, s->n_stimuli, true, err) || !bind_expects(r, s->expect, s->n_expect, err) ||
        (s->until.n_stages != 0 && !scn_add_action(r, &s->until, fire_until, NULL, err))) {
        return false;
    }
    if (!w->given) {
        return true;
    }
    for (unsigned i = 0; i < w->n_outcomes; i++) {
        if (!bind_expects(r, w->outcomes[i].expect, w->outcomes[i].n_expect, err)) {
            return false;
        }
    }
    for (unsigned i = 0; i < w->n_parts; i++) {
        if (!scn_value_bind(r, &w->parts[i].from, err) || (w->parts[i].by_event && !bind_event(r, &w->parts[i].after, err))) {
            return false;
        }
    }
    return bind_stimuli(r, w->raise, w->n_raise, false, err) && bind_pos(r, &w->from, err) && bind_pos(r, &w->to, err);
}

static bool load_symbols(struct scn_run *r, const struct scn_image *img, const struct image *program, struct err *err)
{
    const struct scenario *s = r->s;
    r->symbols = symbols_new();
    if (r->symbols == NULL) {
        return err_set(err, "out of memory");
    }
    if (img != NULL) {
        const struct file_data f = {.bytes = (uint8_t *)(uintptr_t)img->bytes, .len = img->len};
        if (!symbols_add_data(r->symbols, "image:", img->name, &f, 0, err)) {
            return false;
        }
    }
    for (unsigned i = 0; i < s->n_symbols; i++) {
        const struct scn_symbol_file *f = &s->symbols[i];
        if (!symbols_add(r->symbols, "symbols:", f->path, f->offset.e != NULL ? scn_expr_eval(f->offset.e, NULL) : 0, err)) {
            return false;
        }
    }
    r->symbolizer = (struct symbolizer){symbol_name, r->symbols};
    machine_set_symbolizer(r->m, &r->symbolizer);
    symlearn_init(&r->learn, r->symbols, r->m, program);
    r->names = (struct scn_names){.defines = s->defines, .n_defines = s->n_defines, .symbols = r->symbols};
    return true;
}

static bool build(struct scn_run *r, struct err *err)
{
    struct scenario *s = r->s;
    struct machine_config mc = s->machine;
    struct scn_image img;
    struct err e;
    if (s->image != NULL) {
        if (!r->env->find_image(s->image, &img)) {
            return err_set(err, "%s:%u: `%s': expected an image that comes with the command (hypscope images)", s->file, s->image_line, s->image);
        }
        s->boot.image = img.name;
        s->boot.image_bytes = img.bytes;
        s->boot.image_len = img.len;
    }
    s->boot.model = mc.model;
    s->boot.n_pes = mc.n_pes;
    s->boot.el = mc.el;
    s->boot.vhe = machine_model_has_vhe(mc.model);
    mc.opaque = r;
    mc.report = report;
    mc.idle = idle;
    mc.board.console_out = console_out;
    mc.board.console_opaque = r;
    if (s->input != NULL) {
        mc.board.script_in = script_in;
        mc.board.script_opaque = r;
    }
    mc.board.drives[0].path = s->drive;
    r->m = machine_new(&mc, &e);
    struct boot_info b;
    if (r->m == NULL || !boot_load(machine_bus(r->m), &s->boot, &b, &e)) {
        return err_set(err, "%s:%u: %s", s->file, s->line, e.msg);
    }
    machine_start(r->m, b.program.entry, b.dtb);
    boot_info_free(&b);
    return load_symbols(r, s->image != NULL ? &img : NULL, &b.program, &e) || err_set(err, "%s:%u: %s", s->file, s->line, e.msg);
}

enum scn_status scn_prepare(struct scn_run *r, struct scenario *s, const struct scn_env *env, struct err *err)
{
    *r = (struct scn_run){.s = s, .env = env, .last_raised = SCN_NOWHERE, .notes = stderr, .start = {.kind = STAGE_START, .n = 1, .pe = -1}};
    for (unsigned i = 0; i < s->n_requires; i++) {
        if (access(s->requires_files[i], R_OK) != 0) {
            err_set(err, "%s is absent", s->requires_files[i]);
            return SCN_SKIP;
        }
    }
    r->log = calloc(SCN_LOG, sizeof(r->log[0]));
    if (r->log == NULL) {
        err_set(err, "out of memory");
        return SCN_ERROR;
    }
    if (!build(r, err) || !bind_all(r, err)) {
        return SCN_ERROR;
    }
    r->sink = (struct rec_sink){.put = put, .opaque = r, .kinds = REC_USUAL | (r->barriers ? REC_BIT(REC_BARRIER) : 0) |
        REC_BIT(REC_EXECUTE) | REC_BIT(REC_RAISED)};
    machine_set_rec_sink(r->m, &r->sink);
    return SCN_PASS;
}

void scn_release(struct scn_run *r)
{
    for (unsigned i = 0; i < r->n_actions; i++) {
        free(r->actions[i].pos->clock_event);
        r->actions[i].pos->clock_event = NULL;
    }
    for (unsigned i = 0; i < r->s->n_expect; i++) {
        free(r->s->expect[i].detail);
        r->s->expect[i].detail = NULL;
    }
    if (r->m != NULL) {
        machine_free(r->m);
    }
    symbols_free(r->symbols);
    free(r->actions);
    free(r->watch);
    free(r->ids);
    free(r->log);
    free(r->console);
}

/* ---- running ---- */

void scn_go(struct scn_run *r)
{
    for (;;) {
        struct machine_limits *l = &r->limits;
        uint64_t next = r->m->n_pes == 1 ? scn_pos_next_insns(r) : UINT64_MAX;
        uint64_t recording = tracing_begin(r->tracing);
        next = recording != 0 && recording < next ? recording : next;
        *l = r->s->limits;
        if (next < l->max_insns || l->max_insns == 0) {
            l->max_insns = next == UINT64_MAX ? 0 : next;
        }
        r->restart = false;
        enum machine_stop why = machine_run(r->m, l);
        if (r->until) {
            r->stop = STOP_UNTIL;
            return;
        }
        bool own = (why == STOP_MAX_INSNS && next != UINT64_MAX && l->max_insns == next && machine_icount(r->m) >= next &&
                    (r->s->limits.max_insns == 0 || machine_icount(r->m) < r->s->limits.max_insns)) ||
                   (why == STOP_INTERRUPTED && r->restart);
        if (!own) {
            r->stop = (int)why;
            return;
        }
        scn_pos_arm(r);
    }
}

/* A run that ends by a limit or in a deadlock is a failure unless the file speaks of its end. */
static bool ended_well(const struct scn_run *r)
{
    for (unsigned i = 0; i < r->s->n_expect; i++) {
        if (r->s->expect[i].kind == WANT_STOP || r->s->expect[i].kind == WANT_EXIT_CODE) {
            return true;
        }
    }
    return r->stop == STOP_POWER_OFF || r->stop == STOP_UNTIL || r->stop == STOP_RESET;
}

void scn_check_at_end(struct scn_run *r, struct scn_expect *x, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (x[i].kind == WANT_CHECK && x[i].at.n_stages == 0) {
            check_now(r, &x[i], r->m->pes[x[i].pe >= 0 && (unsigned)x[i].pe < r->m->n_pes ? x[i].pe : 0]);
        }
    }
}

static void judge(struct scn_run *r, struct scn_result *res, FILE *f)
{
    scn_check_at_end(r, r->expect, r->n_expect);
    res->status = SCN_PASS;
    for (unsigned i = 0; i < r->n_expect; i++) {
        if (!scn_expect_holds(r, &r->expect[i])) {
            scn_report_failure(f, r, &r->expect[i]);
            res->status = SCN_FAIL;
        }
    }
    if (!ended_well(r)) {
        fprintf(f, "  %s:%u: the run ended by %s, which no `stop:' expects\n", r->s->file, r->s->line, scn_stop_text(r->stop));
        res->status = SCN_FAIL;
    }
    for (unsigned i = 0; i < r->s->n_stimuli; i++) {
        const struct scn_stimulus *d = &r->s->stimuli[i];
        if (!d->at.done) {
            fprintf(f, "  %s:%u: never given: %s (part %u of its position did not come)\n", r->s->file, d->line, d->text, d->at.at + 1);
            res->status = SCN_FAIL;
        }
    }
    if (res->status == SCN_FAIL) {
        scn_report_end(f, r);
    }
}

/* --trace: from the first instruction on */
static bool record(struct scn_run *r, struct err *err)
{
    struct machine_config mc = r->s->machine;
    if (r->env->trace == NULL) {
        return true;
    }
    mc.board.drives[0].path = r->s->drive;
    r->tracing = tracing_open(r->env->trace, r->m, &mc, &r->s->boot, r->symbols, err);
    return r->tracing != NULL;
}

void scn_run(struct scenario *s, const struct scn_env *env, struct scn_result *res)
{
    struct scn_run r;
    struct err err;
    size_t len;
    *res = (struct scn_result){.status = SCN_ERROR};
    FILE *f = open_memstream(&res->text, &len);
    if (f == NULL) {
        return;
    }
    res->status = scn_prepare(&r, s, env, &err);
    if (res->status == SCN_PASS && !record(&r, &err)) {
        res->status = SCN_ERROR;
    }
    if (res->status == SCN_PASS) {
        char *notes = NULL;
        size_t notes_len;
        r.notes = open_memstream(&notes, &notes_len);
        r.expect = s->expect;
        r.n_expect = s->n_expect;
        scn_pos_begin(&r);
        scn_go(&r);
        judge(&r, res, f);
        if (!tracing_close(r.tracing, &err)) {
            fprintf(f, "  %s\n", err.msg);
            res->status = SCN_FAIL;
        }
        fclose(r.notes);
        if (res->status == SCN_FAIL && notes_len != 0) {
            fprintf(f, "  the machine said:\n%s", notes);
        }
        free(notes);
        res->insns = machine_icount(r.m);
        res->time_ns = machine_time_ns(r.m);
        res->hash = machine_hash(r.m);
    } else {
        fprintf(f, "%s%s\n", res->status == SCN_SKIP ? "  " : "", err.msg);
    }
    scn_release(&r);
    fclose(f);
}
