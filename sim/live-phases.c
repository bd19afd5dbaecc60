/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/live-phases.h"

#include "cpu/pe.h"
#include "hyp/switches.h"
#include "sim/phase-insn.h"
#include "sim/trace-insn.h"

#include <stdlib.h>

struct live_phases {
    struct machine *m;
    struct phases *p;
    struct insn_trace *t;
    struct rec_sink sink;
    bool on[MACHINE_MAX_PES];
};

static void emit(void *opaque, const struct rec *r)
{
    struct live_phases *l = opaque;
    const struct rec_sink *s = phases_sink(l->p);
    s->put(s->opaque, r);
}

static void probe(void *opaque, struct pe *pe)
{
    struct live_phases *l = opaque;
    insn_trace_probe(l->t, pe);
}

static void put(void *opaque, const struct rec *r)
{
    struct live_phases *l = opaque;
    if (l->on[r->pe]) {
        insn_trace_before(l->t, r);
    }
    emit(l, r);
    bool on = rec_is_guest_exit(r) || (l->on[r->pe] && !rec_is_guest_entry(r));
    if (on != l->on[r->pe]) {
        l->on[r->pe] = on;
        machine_set_probe(l->m, r->pe, PROBE_USER_PHASES, on ? probe : NULL, l, NULL, 0);
    }
}

struct live_phases *live_phases_open(FILE *out, struct machine *m, const struct phases_opts *opts, struct err *err)
{
    struct live_phases *l = calloc(1, sizeof(*l));
    struct phases_opts o = *opts;
    o.insn = phase_insn;
    if (l != NULL) {
        l->m = m;
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
