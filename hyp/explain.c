/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/explain-int.h"

#include "hyp/switches.h"

#include <stdlib.h>

#define ENC(op0, op1, crn, crm, op2) ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

static const struct explain_known known[EXPLAIN_KNOWN] = {
    {.enc = ENC(3, 4, 1, 1, 2), .name = "CPTR_EL2"},    {.enc = ENC(3, 4, 1, 1, 1), .name = "MDCR_EL2"},
    {.enc = ENC(3, 4, 14, 1, 0), .name = "CNTHCTL_EL2"}, {.enc = ENC(3, 4, 12, 11, 0), .name = "ICH_HCR_EL2"},
    {.enc = ENC(3, 4, 1, 1, 3), .name = "HSTR_EL2"},    {.enc = ENC(3, 4, 2, 1, 2), .name = "VTCR_EL2"},
    {.enc = ENC(3, 0, 2, 0, 2), .name = "TCR_EL1"},     {.enc = ENC(3, 4, 2, 0, 2), .name = "TCR_EL2"},
};

static struct explain_pe *pe_of(struct explain *e, unsigned pe)
{
    if (e->pes[pe] == NULL) {
        e->pes[pe] = calloc(1, sizeof(*e->pes[pe]));
        if (e->pes[pe] == NULL) {
            e->failed = true;
            return NULL;
        }
        for (unsigned i = 0; i < EXPLAIN_KNOWN; i++) {
            e->pes[pe]->known[i] = known[i];
        }
    }
    return e->pes[pe];
}

static void follow_irq(struct explain *e, const struct rec *r)
{
    if (r->kind == REC_IRQ_PENDED && e->n_irqs < EXPLAIN_IRQS) {
        e->irq[e->n_irqs++] = (struct explain_irq){.intid = r->a, .id = r->b, .pended = *r};
    } else if (r->kind == REC_IRQ_ACK && r->type == 0) {
        for (unsigned i = 0; i < e->n_irqs; i++) {
            if (e->irq[i].intid == r->a && e->irq[i].id == r->b) {
                e->irq[i] = e->irq[--e->n_irqs];
                break;
            }
        }
    }
}

/* What an exception may have to do with */
static void follow(struct explain *e, struct explain_pe *p, const struct rec *r)
{
    switch (r->kind) {
    case REC_WALK_STEP:
        if (p->walked) {
            p->walked = false;
            p->n_steps = 0;
        }
        if (p->n_steps < EXPLAIN_STEPS) {
            p->step[p->n_steps++] = *r;
        }
        break;
    case REC_WALK:
        p->n_steps = p->walked ? 0 : p->n_steps;
        p->walk = *r;
        p->walked = true;
        break;
    case REC_SYSREG:
        for (unsigned i = 0; i < EXPLAIN_KNOWN; i++) {
            if (p->known[i].enc == r->a) {
                p->known[i].seen = true;
                p->known[i].value = r->b;
                p->known[i].pc = r->pc;
            }
        }
        break;
    case REC_ERET:
        if (rec_is_guest_entry(r)) {
            p->entry = *r;
            p->entered = true;
        }
        break;
    default: follow_irq(e, r); break;
    }
}

bool explain_put(struct explain *e, const struct rec *r, uint64_t number)
{
    struct explain_pe *p = e->failed || e->done ? NULL : pe_of(e, r->pe);
    if (p == NULL) {
        return true;
    }
    if (e->found) {
        if (r->pe == e->what.pe && rec_is_guest_entry(r)) {
            explain_after(e, r, number);
            e->done = true;
        }
        return e->done;
    }
    if (r->kind == REC_EXC_ENTRY) {
        bool is_exit = rec_is_guest_exit(r);
        e->exits += is_exit;
        if (e->opts.which == EXPLAIN_LIST) {
            explain_line(e, r, number);
        } else if (e->opts.which == EXPLAIN_RECORD ? number >= e->opts.n : is_exit && e->exits == e->opts.n) {
            e->found = true;
            e->what = *r;
            explain_exception(e, p, r, number);
            e->done = !is_exit;
            return e->done;
        }
    }
    follow(e, p, r);
    return false;
}

struct explain *explain_new(FILE *out, const struct explain_opts *opts)
{
    struct explain *e = calloc(1, sizeof(*e));
    if (e != NULL) {
        e->out = out;
        e->opts = *opts;
    }
    return e;
}

bool explain_finish(struct explain *e)
{
    if (e->found && !e->done) {
        fputs("then: no guest is entered on this PE before the trace ends\n", e->out);
    }
    return !e->failed && (e->found || e->opts.which == EXPLAIN_LIST);
}

void explain_free(struct explain *e)
{
    for (unsigned i = 0; e != NULL && i < EXPLAIN_PES; i++) {
        free(e->pes[i]);
    }
    free(e);
}
