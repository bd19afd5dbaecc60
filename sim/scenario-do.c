/* SPDX-License-Identifier: Apache-2.0 */
/* Stimuli: what a scenario does to the machine. */
#include "sim/scenario-int.h"

#include "cpu/sysreg-int.h"

#include <string.h>

bool scn_stimulus_bind(struct scn_run *r, struct scn_stimulus *d, struct err *err)
{
    for (unsigned i = 0; i < d->n_sets; i++) {
        if (!scn_value_bind(r, &d->sets[i].value, err)) {
            return false;
        }
    }
    if (!scn_value_bind(r, &d->value, err) || !scn_value_bind(r, &d->addr, err)) {
        return false;
    }
    if ((d->kind == DO_IRQ || d->kind == DO_FIQ) && (d->value.v < 16 || d->value.v >= GIC_NUM_INTIDS)) {
        return err_set(err, "%s:%u: INTID %lu: expected 16 to %d, an interrupt with a wire", r->s->file, d->line, (unsigned long)d->value.v,
                       GIC_NUM_INTIDS - 1);
    }
    return true;
}

static void gic_register(struct pe *pe, unsigned sr, uint64_t val)
{
    struct gicif_ctx ctx = {.el = 2, .hcr = 0, .has_el2 = feat_has(&pe->feat, FEAT_EL2)};
    if (!ctx.has_el2) {
        ctx.el = 1;
    }
    (void)pe->gic->write(pe->gic->opaque, pe->id, sysreg_encoding(sr), &ctx, val);
}

/* One byte or bit of the INTID's place in a bank of registers of the distributor, or of the redistributor */
static uint64_t bank(const struct pe *pe, unsigned intid, uint64_t offset)
{
    return intid < 32 ? BOARD_GICR_BASE + pe->id * GICR_SIZE_PER_PE + 0x10000 + offset : BOARD_GICD_BASE + offset;
}

static void bus_poke(struct pe *pe, uint64_t pa, unsigned size, uint64_t v)
{
    (void)!bus_write(pe->bus, pa, size, pe->id, v);
}

static uint64_t bus_peek(struct pe *pe, uint64_t pa, unsigned size)
{
    uint64_t v = 0;
    (void)!bus_read(pe->bus, pa, size, pe->id, &v);
    return v;
}

/* Make the interrupt one that reaches the PE whatever the program has set up. */
static void force(struct pe *pe, unsigned intid, unsigned group, bool edge)
{
    unsigned word = intid / 32 * 4, bit = intid % 32;
    bus_poke(pe, BOARD_GICR_BASE + pe->id * GICR_SIZE_PER_PE + 0x14, 4, 0);             /* GICR_WAKER: awake */
    uint64_t g = bus_peek(pe, bank(pe, intid, 0x80 + word), 4);                         /* IGROUPR */
    bus_poke(pe, bank(pe, intid, 0x80 + word), 4, set_bits64(g, bit, bit, group));
    bus_poke(pe, bank(pe, intid, 0x400 + intid), 1, 0);                                 /* IPRIORITYR */
    uint64_t cfg = bank(pe, intid, 0xc00 + intid / 16 * 4);                             /* ICFGR */
    bus_poke(pe, cfg, 4, set_bits64(bus_peek(pe, cfg, 4), intid % 16 * 2 + 1, intid % 16 * 2 + 1, edge));
    if (intid >= 32) {
        bus_poke(pe, BOARD_GICD_BASE + 0x6000 + 8 * (uint64_t)intid, 8, pe->id);        /* IROUTER */
    }
    bus_poke(pe, bank(pe, intid, 0x100 + word), 4, BIT64(bit));                         /* ISENABLER */
    bus_poke(pe, BOARD_GICD_BASE, 4, bus_peek(pe, BOARD_GICD_BASE, 4) | 0x13);          /* GICD_CTLR: ARE, both groups */
    gic_register(pe, SR_ICC_PMR_EL1, 0xf8);
    gic_register(pe, group == 0 ? SR_ICC_IGRPEN0_EL1 : SR_ICC_IGRPEN1_EL1, 1);
}

static void interrupt(struct scn_run *r, const struct scn_stimulus *d, struct pe *pe)
{
    unsigned intid = (unsigned)d->value.v;
    if (d->force || d->kind == DO_FIQ) {
        force(pe, intid, d->kind == DO_FIQ ? 0 : 1, d->level == LEVEL_PULSE);
    }
    if (d->level == LEVEL_LOW) {
        gic_set_line(r->m->gic, pe->id, intid, false);
        return;
    }
    gic_set_line(r->m->gic, pe->id, intid, true);
    if (d->level == LEVEL_PULSE) {
        gic_set_line(r->m->gic, pe->id, intid, false);
    }
}

static void timer_now(struct pe *pe, unsigned which)
{
    static const uint16_t regs[4][2] = {
        {SR_CNTP_CTL_EL0, SR_CNTP_CVAL_EL0}, {SR_CNTV_CTL_EL0, SR_CNTV_CVAL_EL0}, {SR_CNTHP_CTL_EL2, SR_CNTHP_CVAL_EL2},
        {SR_CNTHV_CTL_EL2, SR_CNTHV_CVAL_EL2},
    };
    uint64_t count = timer_count(pe);
    pe->sr[regs[which][1]] = which == 1 ? count - pe->sr[SR_CNTVOFF_EL2] : count;
    pe->sr[regs[which][0]] = 1;
    timers_update(pe);
}

static void set_register(struct pe *pe, const char *name, uint64_t v)
{
    unsigned n;
    int used = 0;
    if (sscanf(name, "X%u%n", &n, &used) == 1 && name[used] == '\0' && n <= 30) {
        pe->x[n] = v;
        return;
    }
    if (strcmp(name, "SP") == 0) {
        pe->x[X_SP] = v;
        return;
    }
    int sr = scn_sysreg_find(name, strlen(name));
    if (sr < 0) {
        return; /* the parser has looked */
    }
    const struct sysreg *row = &sysreg_table[sr];
    if (sr == SR_DAIF) {
        pe->daif = (uint8_t)bits64(v, 9, 6);
    } else if (row->cls == SRC_vgic || strncmp(name, "ICC_", 4) == 0) {
        gic_register(pe, (unsigned)sr, v);
    } else if (sr == SR_SP_EL0) {
        pe_set_sp(pe, 0, v);
    } else if (row->cls != SRC_timer || !timer_write(pe, row->sr, v)) {
        pe->sr[row->sr] = sysreg_legal(pe, row, v);
    }
    pe->dirty |= DIRTY_XLAT | DIRTY_IRQ | DIRTY_FP | DIRTY_DEBUG;
}

static void poke(struct scn_run *r, const struct scn_stimulus *d, struct pe *pe)
{
    uint64_t pa = d->addr.v;
    if ((d->physical || scn_translate(pe, d->addr.v, &pa)) && bus_write(pe->bus, pa, (unsigned)d->size, pe->id, d->value.v)) {
        return;
    }
    fprintf(r->notes, "  %s:%u: nothing at that address to change\n", r->s->file, d->line);
}

static void arm_abort(const struct scn_stimulus *d, struct pe *pe)
{
    struct pe_abort a = {.armed = true, .physical = d->physical, .as_serror = d->as_serror, .access = d->access, .first = d->addr.v,
                         .last = d->addr.v + d->size - 1, .iss = d->value.v};
    if (a.last < a.first) {
        a.last = UINT64_MAX;
    }
    pe_arm_abort(pe, &a);
}

void scn_stimulus_give(struct scn_run *r, struct scn_stimulus *d, struct pe *pe)
{
    if (d->pe >= 0 && (unsigned)d->pe < r->m->n_pes) {
        pe = r->m->pes[d->pe];
    }
    if (!r->in_clock && r->m->running != NULL) {
        pe_sync_clock(r->m->running);
    }
    scn_own_record(r, REC_RAISED, pe, d->number);
    r->last_raised = r->n_log - 1;
    switch (d->kind) {
    case DO_SERROR: pe_pend_serror(pe, d->value.v); break;
    case DO_VSERROR: pe_pend_vserror(pe, d->value.v); break;
    case DO_ABORT: arm_abort(d, pe); break;
    case DO_IRQ: case DO_FIQ: interrupt(r, d, pe); break;
    case DO_TIMER: timer_now(pe, d->timer); break;
    case DO_LR: gic_register(pe, SR_ICH_LR0_EL2 + d->lr, d->value.v); break;
    case DO_SET:
        for (unsigned i = 0; i < d->n_sets; i++) {
            set_register(pe, d->sets[i].name, d->sets[i].value.v);
        }
        break;
    case DO_POKE: poke(r, d, pe); break;
    }
}
