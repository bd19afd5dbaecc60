/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/live-phases.h"

#include "cpu/pe.h"
#include "hyp/switches.h"
#include "sim/phase-insn.h"
#include "sim/trace-insn.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct timing_counts) % sizeof(uint64_t) == 0 && (int)LIVE_PHASES_COUNTERS <= (int)PHASES_COUNTERS,
               "counts are numbers of 64 bits");

struct live_phases {
    struct machine *m;
    struct phases *p;
    struct insn_trace *t;
    struct rec_sink sink;
    enum probe_user user;
    bool watch, counting;
    bool on[MACHINE_MAX_PES];
    struct timing_counts begun[MACHINE_MAX_PES];    /* counting: before the instruction that was last begun */
};

static void emit(void *opaque, const struct rec *r)
{
    struct live_phases *l = opaque;
    const struct rec_sink *s = phases_sink(l->p);
    s->put(s->opaque, r);
}

/* The record of an instruction comes when its effects are known, others come at once. */
static void counters(void *opaque, const struct rec *r, uint64_t *out)
{
    const struct live_phases *l = opaque;
    struct timing_counts now;
    if (r->kind != REC_INSN) {
        timing_counts(machine_pe(l->m, r->pe)->timing, &now);
    }
    memcpy(out, r->kind == REC_INSN ? &l->begun[r->pe] : &now, sizeof(now));
}

static void probe(void *opaque, struct pe *pe)
{
    struct live_phases *l = opaque;
    insn_trace_probe(l->t, pe);
    if (l->counting) {
        timing_counts(pe->timing, &l->begun[pe->id]);
    }
}

static void set_probe(struct live_phases *l, unsigned pe, bool on)
{
    if (on != l->on[pe]) {
        l->on[pe] = on;
        machine_set_probe(l->m, pe, l->user, on ? probe : NULL, l, NULL, 0);
    }
}

static void put(void *opaque, const struct rec *r)
{
    struct live_phases *l = opaque;
    if (!l->watch) {
        return;
    }
    if (l->on[r->pe]) {
        insn_trace_before(l->t, r);
    }
    emit(l, r);
    set_probe(l, r->pe, rec_is_guest_exit(r) || (l->on[r->pe] && !rec_is_guest_entry(r)));
}

void live_phases_watch(struct live_phases *l, bool on)
{
    l->watch = on;
    phases_forget_open(l->p);
    for (unsigned i = 0; i < machine_n_pes(l->m); i++) {
        set_probe(l, i, false);
    }
}

struct live_phases *live_phases_open(FILE *out, struct machine *m, enum probe_user user, const struct phases_opts *opts, struct err *err)
{
    struct live_phases *l = calloc(1, sizeof(*l));
    struct phases_opts o = *opts;
    o.insn = phase_insn;
    o.counters = counters;
    o.counters_opaque = l;
    if (l != NULL) {
        l->m = m;
        l->user = user;
        l->watch = true;
        l->counting = o.n_counters != 0;
        l->p = phases_new(out, &o);
        l->t = insn_trace_new(m, &(struct insn_trace_to){emit, NULL, l});
        /* whatever comes between two instructions lets the one before it be told */
        l->sink = (struct rec_sink){.put = put, .opaque = l, .kinds = REC_BIT(REC_EXC_ENTRY) | REC_BIT(REC_ERET)};
    }
    if (l == NULL || l->p == NULL || l->t == NULL || !machine_add_rec_sink(m, &l->sink)) {
        live_phases_free(l);
        err_set(err, "--phases: out of memory, or too many observers");
        return NULL;
    }
    return l;
}

bool live_phases_close(struct live_phases *l)
{
    return phases_close(l->p);
}

bool live_phases_finish(struct live_phases *l)
{
    return phases_finish(l->p);
}

void live_phases_free(struct live_phases *l)
{
    if (l != NULL) {
        phases_free(l->p);
        insn_trace_free(l->t);
        free(l);
    }
}
