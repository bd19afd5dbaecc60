/* SPDX-License-Identifier: Apache-2.0 */
/* Who listens to records, and what the parts below tell them. */
#include "sim/machine-int.h"

#include "cpu/sysreg.h"

static void fan_out(void *opaque, const struct rec *r)
{
    struct machine *m = opaque;
    for (unsigned i = 0; i < m->n_sinks; i++) {
        if (rec_wanted(&m->sinks[i], r)) {
            m->sinks[i].put(m->sinks[i].opaque, r);
        }
    }
}

static void on_translation(void *opaque, unsigned kind, unsigned type, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    struct pe *pe = opaque;
    pe_record(pe, kind, pe->el, type, pe_pc(pe), a, b, c, d);
}

static void on_interrupt(void *opaque, const struct gic_observation *o)
{
    static const struct { uint8_t kind; uint8_t type; } as[] = {
        [GIC_EV_PENDED] = {REC_IRQ_PENDED, 0}, [GIC_EV_ACKNOWLEDGED] = {REC_IRQ_ACK, 0}, [GIC_EV_DROPPED] = {REC_IRQ_DROP, 0},
        [GIC_EV_DEACTIVATED] = {REC_IRQ_DEACTIVATED, 0}, [GIC_EV_LR_WRITTEN] = {REC_LR_WRITE, 0},
        [GIC_EV_V_ACKNOWLEDGED] = {REC_IRQ_ACK, 1}, [GIC_EV_V_DROPPED] = {REC_IRQ_DROP, 1},
        [GIC_EV_V_DEACTIVATED] = {REC_IRQ_DEACTIVATED, 1},
    };
    struct machine *m = opaque;
    struct pe *pe = o->pe < m->n_pes ? m->pes[o->pe] : m->pes[0]; /* an SPI without a target: the first PE tells of it */
    pe_record(pe, as[o->event].kind, pe->el, as[o->event].type, pe_pc(pe), o->intid, o->id, o->lr == GIC_NO_LR ? ~UINT64_C(0) : o->lr,
              o->lr_value);
}

/* Let the parts that have an observer of their own tell what somebody listens to. */
static void observe_parts(struct machine *m)
{
    const uint64_t mmu_kinds = rec_group_kinds(REC_GROUP_WALK) | rec_group_kinds(REC_GROUP_TLB);
    uint64_t kinds = 0;
    m->tells_repeats = false;
    for (unsigned i = 0; i < m->n_sinks; i++) {
        m->tells_repeats |= (m->sinks[i].kinds & REC_BIT(REC_WALK)) != 0 && !m->sinks[i].no_repeats;
    }
    for (unsigned i = 0; i < m->n_pes; i++) {
        kinds |= m->pes[i]->rec_kinds;
        tlb_set_event_hook(m->pes[i]->tlb, m->pes[i]->rec_kinds & mmu_kinds, m->tells_repeats, on_translation, m->pes[i]);
    }
    m->stepping = m->cfg.stepping || (kinds & REC_BIT(REC_BARRIER)) != 0;
    gic_set_observer(m->gic, (kinds & rec_group_kinds(REC_GROUP_IRQ)) != 0 ? on_interrupt : NULL, m);
}

bool machine_add_rec_sink(struct machine *m, const struct rec_sink *sink)
{
    if (m->n_sinks == MACHINE_MAX_SINKS) {
        return false;
    }
    struct rec_sink *s = &m->sinks[m->n_sinks++];
    *s = *sink;
    s->kinds = s->kinds != 0 ? s->kinds : REC_USUAL;
    s->classes = s->classes != 0 ? s->classes : 1u << SRC_el2cfg | 1u << SRC_el2vm | 1u << SRC_ras;
    m->fan_out = (struct rec_sink){.put = fan_out, .opaque = m};
    for (unsigned i = 0; i < m->n_pes; i++) {
        struct pe *pe = m->pes[i];
        pe->rec = m->n_sinks == 1 ? s : &m->fan_out;
        pe->rec_kinds |= s->kinds;
        pe->rec_classes |= (s->kinds & REC_BIT(REC_SYSREG)) != 0 ? s->classes : 0;
    }
    observe_parts(m);
    return true;
}

void machine_set_rec_sink(struct machine *m, const struct rec_sink *sink)
{
    m->n_sinks = 0;
    for (unsigned i = 0; i < m->n_pes; i++) {
        m->pes[i]->rec = NULL;
        m->pes[i]->rec_kinds = 0;
        m->pes[i]->rec_classes = 0;
    }
    observe_parts(m);
    if (sink != NULL) {
        (void)!machine_add_rec_sink(m, sink);
    }
}

/* ---- probes ---- */

static bool wants(const struct probe_want *w, uint64_t page)
{
    bool here = w->fn != NULL && w->n_pages == 0;
    for (unsigned i = 0; i < w->n_pages && w->fn != NULL; i++) {
        here |= w->page[i] == page;
    }
    return here;
}

static void to_users(void *opaque, struct pe *pe)
{
    struct machine *m = opaque;
    for (unsigned u = 0; u < PROBE_USERS; u++) {
        const struct probe_want *w = &m->probes[pe->id][u];
        if (wants(w, pe->pc & ~UINT64_C(0xfff))) {
            w->fn(w->opaque, pe);
        }
    }
}

void machine_set_probe(struct machine *m, unsigned pe, unsigned user, void (*fn)(void *opaque, struct pe *pe), void *opaque,
                       const uint64_t *pages, unsigned n)
{
    struct probe_want *w = &m->probes[pe][user];
    uint64_t all[PE_PROBE_PAGES];
    unsigned n_all = 0;
    unsigned users = 0;
    const struct probe_want *only = NULL;
    bool every = false;
    *w = (struct probe_want){ .fn = fn, .opaque = opaque, .n_pages = fn != NULL ? n : 0 };
    for (unsigned i = 0; i < w->n_pages; i++) {
        w->page[i] = pages[i] & ~UINT64_C(0xfff);
    }
    for (unsigned u = 0; u < PROBE_USERS; u++) {
        w = &m->probes[pe][u];
        users += w->fn != NULL;
        only = w->fn != NULL ? w : only;
        every |= w->fn != NULL && (w->n_pages == 0 || n_all + w->n_pages > PE_PROBE_PAGES);
        for (unsigned i = 0; i < w->n_pages && !every; i++) {
            all[n_all++] = w->page[i];
        }
    }
    if (users == 1) {
        pe_set_probe(m->pes[pe], only->fn, only->opaque, only->page, only->n_pages);
    } else {
        pe_set_probe(m->pes[pe], users != 0 ? to_users : NULL, m, all, every ? 0 : n_all);
    }
}
