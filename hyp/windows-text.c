/* SPDX-License-Identifier: Apache-2.0 */
/* What the window observer saw, as text for people or JSON for programs. */
#include "hyp/windows-int.h"

#include "hyp/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char letters[] = "FIAD";   /* by bit */
static const char *const world_names[] = {[WORLD_HYP] = "hypervisor", [WORLD_HOST] = "host", [WORLD_GUEST] = "guest"};

static bool symbol(const struct windows *w, uint64_t va, char *buf, size_t len)
{
    return w->opts.symbol != NULL && w->opts.symbol(w->opts.symbol_opaque, va, buf, len);
}

/* "name+0x10", or the address */
static const char *place_text(const struct windows *w, uint64_t va, char *buf, size_t len)
{
    if (!symbol(w, va, buf, len)) {
        snprintf(buf, len, "%#" PRIx64, va);
    }
    return buf;
}

static const char *insns_text(char *buf, size_t len, uint64_t n)
{
    snprintf(buf, len, "%" PRIu64 " insn%s", n, n == 1 ? "" : "s");
    return buf;
}

static const char *reason(const struct windows *w, const struct rec *r, char *buf, size_t len)
{
    static const char *const types[] = {[1] = "IRQ", [2] = "FIQ", [3] = "SError"};
    if (r->type != 0) {
        snprintf(buf, len, "%s", r->type < ARRAY_LEN(types) ? types[r->type] : "?");
    } else {
        esr_reason(buf, len, r->a, &w->opts.names);
    }
    return buf;
}

/* ---- one line for an event: what stands in front, and the rest as printf has it ---- */

static bool begin(struct windows *w, const struct win_pe *p, const struct rec *r, const char *event)
{
    char why[96], since[32] = "";
    if (w->opts.table_only) {
        return false;
    }
    if (w->opts.json) {
        fprintf(w->out, "{\"event\":\"%s\",\"insns\":%" PRIu64 ",\"time_ns\":%" PRIu64 ",\"pe\":%u,\"el\":%u,\"pc\":\"%#" PRIx64 "\"", event,
                r->icount, r->time_ns, r->pe, r->el, r->pc);
        char sym[128];
        if (symbol(w, r->pc, sym, sizeof(sym))) {
            hyp_json_string(w->out, "symbol", sym);
        }
        if (p->outside) {
            fprintf(w->out, ",\"after_exit\":%" PRIu64, r->icount - p->exit.icount);
            hyp_json_string(w->out, "exit", reason(w, &p->exit, why, sizeof(why)));
        }
        return true;
    }
    if (!w->head_done) {
        w->head_done = true;
        fprintf(w->out, "%14s  pe  %-34s %9s  event\n", "instructions", "exit", "after it");
    }
    if (p->outside) {
        snprintf(since, sizeof(since), "+%" PRIu64, r->icount - p->exit.icount);
        reason(w, &p->exit, why, sizeof(why));
    } else {
        snprintf(why, sizeof(why), "-");
    }
    fprintf(w->out, "%14" PRIu64 "  %2u  %-34.34s %9s  ", r->icount, r->pe, why, since);
    return true;
}

static void end(const struct windows *w)
{
    fputs(w->opts.json ? "}\n" : "\n", w->out);
}

static void json_latency(const struct windows *w, const struct win_serror *s, const struct rec *r)
{
    if (s->pending) {
        hyp_json_string(w->out, "raised_in", world_names[s->world]);
        fprintf(w->out, ",\"latency_insns\":%" PRIu64 ",\"latency_ns\":%" PRIu64, r->icount - s->insns, r->time_ns - s->ns);
    }
}

static void latency_text(const struct windows *w, const struct win_serror *s, const struct rec *r)
{
    char n[40], t[HYP_TIME_LEN];
    if (s->pending) {
        fprintf(w->out, ", %s (%s) after it was raised in the %s", insns_text(n, sizeof(n), r->icount - s->insns),
                hyp_time_text(t, r->time_ns - s->ns), world_names[s->world]);
    }
}

/* ---- events ---- */

void win_show_window(struct windows *w, const struct win_pe *p, unsigned bit, const struct win_open *o, const struct rec *r, uint64_t insns)
{
    char from[128], to[128], n[40], t[HYP_TIME_LEN];
    const char *how = r->kind == REC_MASK ? "masked" : r->kind == REC_ERET ? "ERET" : r->type == 0 ? "exception" : r->type == 3 ? "SError" :
                      r->type == 1 ? "IRQ" : "FIQ";
    uint64_t ns = insns * w->opts.ns_per_insn;
    if (!begin(w, p, r, "window")) {
        return;
    }
    if (w->opts.json) {
        fprintf(w->out, ",\"bit\":\"%c\",\"opened_at\":\"%#" PRIx64 "\",\"window_insns\":%" PRIu64 ",\"window_ns\":%" PRIu64 ",\"ended_by\":\"%s\"",
                letters[bit], o->pc, insns, ns, how);
    } else {
        fprintf(w->out, "window PSTATE.%c=0  %10s %9s  %s .. %s, %s", letters[bit], insns_text(n, sizeof(n), insns), hyp_time_text(t, ns),
                place_text(w, o->pc, from, sizeof(from)), place_text(w, r->pc, to, sizeof(to)), how);
    }
    end(w);
}

void win_show_pended(struct windows *w, const struct win_pe *p, const struct win_serror *s, const struct rec *r)
{
    char at[128];
    if (!begin(w, p, r, "serror_pended")) {
        return;
    }
    if (w->opts.json) {
        fprintf(w->out, ",\"virtual\":%s,\"iss\":\"%#" PRIx64 "\",\"masked\":%s", r->b != 0 ? "true" : "false", s->iss, s->masked ? "true" : "false");
        hyp_json_string(w->out, "raised_in", world_names[s->world]);
    } else {
        fprintf(w->out, "%sSError pended in the %s, ISS %#" PRIx64 ", %s, at %s", r->b != 0 ? "virtual " : "", world_names[s->world], s->iss,
                s->masked ? "masked" : "not masked", place_text(w, r->pc, at, sizeof(at)));
    }
    end(w);
}

void win_show_taken(struct windows *w, const struct win_pe *p, const struct win_serror *s, const struct rec *r, enum world world)
{
    char at[128];
    if (!begin(w, p, r, "serror_taken")) {
        return;
    }
    if (w->opts.json) {
        fprintf(w->out, ",\"virtual\":%s,\"from_el\":%u,\"vector\":\"%#" PRIx64 "\"", r->type == 6 ? "true" : "false", r->from_el, r->d);
        hyp_json_string(w->out, "accounted_to", world_names[world]);
        json_latency(w, s, r);
    } else {
        fprintf(w->out, "%sSError taken to EL%u from the %s, at %s", r->type == 6 ? "virtual " : "", r->el, world_names[world],
                place_text(w, r->pc, at, sizeof(at)));
        latency_text(w, s, r);
    }
    end(w);
}

void win_show_deferred(struct windows *w, const struct win_pe *p, const struct win_serror *s, const struct rec *r, enum world world)
{
    char at[128];
    if (!begin(w, p, r, "serror_deferred")) {
        return;
    }
    if (w->opts.json) {
        fprintf(w->out, ",\"virtual\":%s,\"disr\":\"%#" PRIx64 "\"", r->b != 0 ? "true" : "false", r->a);
        hyp_json_string(w->out, "accounted_to", world_names[world]);
        json_latency(w, s, r);
    } else {
        fprintf(w->out, "%sSError deferred by ESB in the %s, %s = %#" PRIx64 ", at %s", r->b != 0 ? "virtual " : "", world_names[world],
                r->b != 0 ? "VDISR_EL2" : "DISR_EL1", r->a, place_text(w, r->pc, at, sizeof(at)));
        latency_text(w, s, r);
    }
    end(w);
}

void win_show_read(struct windows *w, const struct win_pe *p, const struct win_serror *s, const struct rec *r, bool consumed)
{
    char name[32], at[128], n[40];
    if (!begin(w, p, r, "read")) {
        return;
    }
    esr_sysreg_name(name, sizeof(name), (uint16_t)r->a, &w->opts.names);
    if (w->opts.json) {
        hyp_json_string(w->out, "register", name);
        fprintf(w->out, ",\"value\":\"%#" PRIx64 "\",\"consumed\":%s", r->b, consumed ? "true" : "false");
        end(w);
        return;
    }
    fprintf(w->out, "read %s = %#" PRIx64, name, r->b);
    if (r->a == WIN_ENC_ISR && r->b != 0) {
        fprintf(w->out, " (pending:%s%s%s)", bit64(r->b, 8) ? " A" : "", bit64(r->b, 7) ? " I" : "", bit64(r->b, 6) ? " F" : "");
    }
    fprintf(w->out, ", at %s", place_text(w, r->pc, at, sizeof(at)));
    if (consumed) {
        fprintf(w->out, ": the SError is consumed, %s after ESB deferred it", insns_text(n, sizeof(n), r->icount - s->deferred_insns));
    }
    end(w);
}

void win_show_cleared(struct windows *w, const struct win_pe *p, const struct rec *r)
{
    char name[32], at[128];
    if (!begin(w, p, r, "cleared")) {
        return;
    }
    esr_sysreg_name(name, sizeof(name), (uint16_t)r->a, &w->opts.names);
    if (w->opts.json) {
        hyp_json_string(w->out, "register", name);
    } else {
        fprintf(w->out, "%s.A cleared, at %s", name, place_text(w, r->pc, at, sizeof(at)));
    }
    end(w);
}

/* ---- tables ---- */

static int by_count(const void *a, const void *b)
{
    const struct win_place *x = a, *y = b;
    if (x->bit != y->bit) {
        return x->bit < y->bit ? 1 : -1;
    }
    if (x->count != y->count) {
        return x->count < y->count ? 1 : -1;
    }
    return x->pc < y->pc ? -1 : x->pc > y->pc;
}

static void json_tables(const struct windows *w)
{
    char sym[128];
    for (unsigned i = 0; i < w->n_places; i++) {
        const struct win_place *p = &w->places[i];
        fprintf(w->out, "{\"event\":\"place\",\"bit\":\"%c\",\"opened_at\":\"%#" PRIx64 "\"", letters[p->bit], p->pc);
        if (symbol(w, p->pc, sym, sizeof(sym))) {
            hyp_json_string(w->out, "symbol", sym);
        }
        fprintf(w->out, ",\"windows\":%" PRIu64 ",\"sum_insns\":%" PRIu64 ",\"min_insns\":%" PRIu64 ",\"max_insns\":%" PRIu64 ",\"taken\":%" PRIu64 "}\n",
                p->count, p->insns, p->min, p->max, p->taken);
    }
    for (unsigned a = 0; a < WIN_WORLDS; a++) {
        for (unsigned b = 0; b < WIN_WORLDS; b++) {
            const struct win_flow *f = &w->flow[a][b];
            if (f->count != 0) {
                fprintf(w->out, "{\"event\":\"serrors\",\"raised_in\":\"%s\",\"accounted_to\":\"%s\",\"count\":%" PRIu64 ",\"sum_insns\":%" PRIu64
                        ",\"min_insns\":%" PRIu64 ",\"max_insns\":%" PRIu64 "}\n", world_names[a], world_names[b], f->count, f->sum, f->min, f->max);
            }
        }
    }
    fprintf(w->out, "{\"event\":\"total\",\"exits\":%" PRIu64 ",\"entries_after_exits\":%" PRIu64 ",\"with_window\":%" PRIu64 ",\"pended\":%" PRIu64
            ",\"masked\":%" PRIu64 ",\"taken\":%" PRIu64 ",\"deferred\":%" PRIu64 ",\"consumed\":%" PRIu64 ",\"reads\":%" PRIu64 "}\n", w->n.exits,
            w->entered, w->n.exits_with_window, w->n.pended, w->masked, w->n.taken, w->n.deferred, w->n.consumed, w->n.reads);
}

static void places_table(const struct windows *w)
{
    char at[128];
    if (w->n_places == 0) {
        return;
    }
    fprintf(w->out, "\n%-4s %9s  %32s  %9s\n%-4s %9s  %10s %10s %10s  %9s  %s\n", "", "", "instructions in the window   ", "ended by", "bit", "windows", "min",
            "mean", "max", "interrupt", "opened at");
    for (unsigned i = 0; i < w->n_places; i++) {
        const struct win_place *p = &w->places[i];
        fprintf(w->out, "%-4c %9" PRIu64 "  %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "  %9" PRIu64 "  %s\n", letters[p->bit], p->count, p->min,
                p->insns / p->count, p->max, p->taken, p->pc == 0 ? "(other places)" : place_text(w, p->pc, at, sizeof(at)));
    }
}

static int by_reads(const void *a, const void *b)
{
    const struct win_reader *x = a, *y = b;
    if (x->count != y->count) {
        return x->count < y->count ? 1 : -1;
    }
    return x->pc != y->pc ? (x->pc < y->pc ? -1 : 1) : x->enc < y->enc ? -1 : x->enc > y->enc;
}

static void readers_table(const struct windows *w)
{
    char at[128], name[32];
    if (w->n_readers == 0) {
        return;
    }
    fprintf(w->out, "\n%-10s %9s  %13s  %s\n", "register", "reads", "with a bit set", "at");
    for (unsigned i = 0; i < w->n_readers; i++) {
        const struct win_reader *r = &w->readers[i];
        esr_sysreg_name(name, sizeof(name), r->enc, &w->opts.names);
        fprintf(w->out, "%-10s %9" PRIu64 "  %14" PRIu64 "  %s\n", name, r->count, r->set, r->pc == 0 ? "(other places)" : place_text(w, r->pc, at, sizeof(at)));
    }
}

static void json_readers(const struct windows *w)
{
    char sym[128], name[32];
    for (unsigned i = 0; i < w->n_readers; i++) {
        const struct win_reader *r = &w->readers[i];
        esr_sysreg_name(name, sizeof(name), r->enc, &w->opts.names);
        fprintf(w->out, "{\"event\":\"reads\"");
        hyp_json_string(w->out, "register", name);
        fprintf(w->out, ",\"pc\":\"%#" PRIx64 "\"", r->pc);
        if (symbol(w, r->pc, sym, sizeof(sym))) {
            hyp_json_string(w->out, "symbol", sym);
        }
        fprintf(w->out, ",\"count\":%" PRIu64 ",\"set\":%" PRIu64 "}\n", r->count, r->set);
    }
}

static void flow_table(const struct windows *w)
{
    bool head = false;
    for (unsigned a = 0; a < WIN_WORLDS; a++) {
        for (unsigned b = 0; b < WIN_WORLDS; b++) {
            const struct win_flow *f = &w->flow[a][b];
            if (f->count == 0) {
                continue;
            }
            if (!head) {
                head = true;
                fprintf(w->out, "\n%-12s %-12s %9s  %32s\n%-12s %-12s %9s  %10s %10s %10s\n", "SError", "accounted", "", "instructions from one to the other", "raised in",
                        "to", "number", "min", "mean", "max");
            }
            fprintf(w->out, "%-12s %-12s %9" PRIu64 "  %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "\n", world_names[a], world_names[b], f->count, f->min,
                    f->sum / f->count, f->max);
        }
    }
}

bool windows_finish(struct windows *w)
{
    unsigned pending = 0;
    for (unsigned i = 0; i < WIN_MAX_PES; i++) {
        pending += w->pes[i].serror[0].pending + w->pes[i].serror[1].pending;
    }
    qsort(w->places, w->n_places, sizeof(w->places[0]), by_count);
    qsort(w->readers, w->n_readers, sizeof(w->readers[0]), by_reads);
    if (w->opts.json) {
        json_readers(w);
        json_tables(w);
        return fflush(w->out) == 0 && !ferror(w->out);
    }
    fprintf(w->out, "%s%" PRIu64 " guest exits; ", w->opts.table_only || !w->head_done ? "" : "\n", w->n.exits);
    if ((w->opts.bits & (1u << WIN_BIT_A)) != 0) {
        fprintf(w->out, "%" PRIu64 " of %" PRIu64 " have a window for SErrors at EL2 before the next entry; ", w->n.exits_with_window, w->entered);
    }
    fprintf(w->out, "%" PRIu64 " reads of ISR_EL1 and DISR_EL1\n", w->n.reads);
    fprintf(w->out, "SErrors: %" PRIu64 " pended (%" PRIu64 " of them masked), %" PRIu64 " taken, %" PRIu64 " deferred, %" PRIu64
            " consumed from DISR, %u still pending\n", w->n.pended, w->masked, w->n.taken, w->n.deferred, w->n.consumed, pending);
    places_table(w);
    readers_table(w);
    flow_table(w);
    return fflush(w->out) == 0 && !ferror(w->out);
}
