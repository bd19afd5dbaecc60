/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pending state, routing, and the signals that follow from them. Every change
 * of a bank goes through gic_bank_changed, every change of a CPU interface
 * through gic_update_pe, so that the highest priority pending interrupt of
 * each PE is always known.
 */
#include "gic/internal.h"

#include <string.h>

static uint64_t *watch_id(struct gic *g, unsigned pe, unsigned intid)
{
    return intid < 32 ? &g->w.id_private[pe][intid] : &g->w.id_spi[intid - 32];
}

void gic_observe(struct gic *g, enum gic_event e, unsigned pe, unsigned intid)
{
    if (likely(g->config.observe == NULL)) {
        return;
    }
    uint64_t *id = watch_id(g, pe, intid);
    if (e == GIC_EV_PENDED) {
        *id = ++g->w.last_id;
    }
    struct gic_observation o = { .event = e, .pe = pe, .intid = intid, .lr = GIC_NO_LR, .id = *id };
    if (e == GIC_EV_PENDED && intid >= 32) {
        uint8_t t = g->d.target_of[intid - 32];
        o.pe = t == TARGET_NONE ? GIC_NO_PE : t;
    }
    g->config.observe(g->config.observe_opaque, &o);
}

void gic_observe_lr(struct gic *g, enum gic_event e, unsigned pe, unsigned intid, unsigned lr)
{
    if (likely(g->config.observe == NULL)) {
        return;
    }
    struct gic_observation o = { .event = e, .pe = pe, .intid = intid, .lr = lr };
    if (lr != GIC_NO_LR) {
        o.lr_value = g->s.cpu[pe].ich_lr[lr];
        uint32_t pintid = (o.lr_value >> ICH_LR_PINTID_SHIFT) & ICH_LR_PINTID_MASK;
        if ((o.lr_value & ICH_LR_HW) != 0 && pintid < GIC_NUM_INTIDS) {
            o.id = *watch_id(g, pe, pintid);
        }
    }
    g->config.observe(g->config.observe_opaque, &o);
}

/* Ready interrupts whose group the distributor and the CPU interface both enable. */
static uint32_t candidates(const struct gic *g, const struct gic_cpuif *c, const struct gic_bank *b, uint32_t ready)
{
    uint32_t g0 = (g->s.ctlr & GICD_CTLR_ENABLE_GRP0) != 0 && c->igrpen[0] != 0 ? ~b->group : 0;
    uint32_t g1 = (g->s.ctlr & GICD_CTLR_ENABLE_GRP1) != 0 && c->igrpen[1] != 0 ? b->group : 0;
    return ready & (g0 | g1);
}

static void best_of(const struct gic_bank *b, uint32_t set, unsigned first, struct gic_hppi *h)
{
    while (set != 0) {
        unsigned n = (unsigned)__builtin_ctz(set);
        set &= set - 1;
        if (b->prio[n] < h->prio) {
            h->prio = b->prio[n];
            h->intid = first + n;
            h->group = bit32(b->group, n);
        }
    }
}

/* Of equal priorities the lowest INTID wins: the architecture leaves it open. */
static void find_hppi(const struct gic *g, unsigned pe, struct gic_hppi *h)
{
    const struct gic_cpuif *c = &g->s.cpu[pe];
    const struct gic_bank *b = &g->s.redist[pe].bank;

    h->intid = INTID_SPURIOUS;
    h->prio = PRIO_IDLE;
    h->group = 0;
    if (gic_asleep(g, pe)) {
        return;
    }
    best_of(b, candidates(g, c, b, bank_pending(b) & b->enable & ~b->active), 0, h);
    for (uint32_t words = g->d.ready_words; words != 0; words &= words - 1) {
        unsigned w = (unsigned)__builtin_ctz(words);
        b = &g->s.spi[w];
        best_of(b, candidates(g, c, b, g->d.ready[w] & g->d.target[pe][w]), 32 * (w + 1), h);
    }
}

void gic_tell(struct gic *g, unsigned pe)
{
    uint32_t now = g->d.phys[pe] | g->d.virt[pe];
    if (now != g->d.told[pe]) {
        g->d.told[pe] = now;
        if (g->config.signal != NULL) {
            g->config.signal(g->config.signal_opaque, pe, now);
        }
    }
}

void gic_update_pe(struct gic *g, unsigned pe)
{
    struct gic_hppi *h = &g->d.hppi[pe];

    find_hppi(g, pe, h);
    g->d.phys[pe] = 0;
    if (h->intid != INTID_SPURIOUS && icc_can_preempt(&g->s.cpu[pe], h)) {
        g->d.phys[pe] = h->group != 0 ? GIC_SIG_IRQ : GIC_SIG_FIQ;
    }
    gic_tell(g, pe);
}

void gic_update_all(struct gic *g)
{
    for (unsigned pe = 0; pe < g->config.n_pes; pe++) {
        gic_update_pe(g, pe);
    }
}

static void refresh_ready(struct gic *g, unsigned w)
{
    const struct gic_bank *b = &g->s.spi[w];
    g->d.ready[w] = bank_pending(b) & b->enable & ~b->active;
    if (g->d.ready[w] != 0) {
        g->d.ready_words |= 1u << w;
    } else {
        g->d.ready_words &= ~(1u << w);
    }
}

void gic_bank_changed(struct gic *g, unsigned pe, unsigned word, uint32_t changed, uint32_t old_pending)
{
    if (unlikely(g->config.observe != NULL)) {
        const struct gic_bank *b = gic_bank(g, pe, 32 * word);
        for (uint32_t m = bank_pending(b) & ~old_pending; m != 0; m &= m - 1) {
            gic_observe(g, GIC_EV_PENDED, pe, 32 * word + (unsigned)__builtin_ctz(m));
        }
    }
    if (word == 0) {
        gic_update_pe(g, pe);
        return;
    }
    refresh_ready(g, word - 1);
    for (unsigned p = 0; p < g->config.n_pes; p++) {
        if ((g->d.target[p][word - 1] & changed) != 0) {
            gic_update_pe(g, p);
        }
    }
}

/* 1-of-N: the lowest-numbered PE that is awake and takes the group. The choice
   is IMPLEMENTATION DEFINED; this one is deterministic. */
static unsigned choose_1ofn(const struct gic *g, unsigned group)
{
    for (unsigned pe = 0; pe < g->config.n_pes; pe++) {
        if (!gic_asleep(g, pe) && g->s.cpu[pe].igrpen[group] != 0) {
            return pe;
        }
    }
    return TARGET_NONE;
}

static unsigned choose_target(const struct gic *g, unsigned spi)
{
    uint64_t r = g->s.route[spi];
    if ((r & IROUTER_IRM) != 0) {
        return choose_1ofn(g, bit32(g->s.spi[spi / 32].group, spi % 32));
    }
    uint32_t aff = (uint32_t)(bits64(r, 39, 32) << 24 | bits64(r, 23, 0));
    for (unsigned pe = 0; pe < g->config.n_pes; pe++) {
        if (g->affinity[pe] == aff) {
            return pe;
        }
    }
    return TARGET_NONE;
}

/* Recompute where an SPI goes; returns whether that changed, with the PEs concerned still to be updated. */
static bool retarget(struct gic *g, unsigned spi)
{
    unsigned old = g->d.target_of[spi];
    unsigned now = choose_target(g, spi);
    if (old == now) {
        return false;
    }
    g->d.target_of[spi] = (uint8_t)now;
    if (old != TARGET_NONE) {
        g->d.target[old][spi / 32] &= ~(1u << spi % 32);
    }
    if (now != TARGET_NONE) {
        g->d.target[now][spi / 32] |= 1u << spi % 32;
    }
    return true;
}

void gic_route(struct gic *g, unsigned intid)
{
    if (retarget(g, intid - 32)) {
        gic_update_all(g);
    }
}

void gic_route_1ofn(struct gic *g)
{
    bool changed = false;
    if (g->d.n_1ofn == 0) {
        return;
    }
    for (unsigned spi = 0; spi < SPI_WORDS * 32; spi++) {
        if ((g->s.route[spi] & IROUTER_IRM) != 0 && retarget(g, spi)) {
            changed = true;
        }
    }
    if (changed) {
        gic_update_all(g);
    }
}

void gic_set_pending(struct gic *g, unsigned pe, unsigned intid)
{
    struct gic_bank *b = gic_bank(g, pe, intid);
    uint32_t old = bank_pending(b);
    uint32_t bit = 1u << intid % 32;
    b->latch |= bit;
    gic_bank_changed(g, pe, intid / 32, bit, old);
}

/* The acknowledge takes the edge; a level stays pending while its wire is high. */
void gic_activate(struct gic *g, unsigned pe, unsigned intid)
{
    struct gic_bank *b = gic_bank(g, pe, intid);
    uint32_t bit = 1u << intid % 32;
    uint32_t old = bank_pending(b);
    b->latch &= ~bit;
    b->active |= bit;
    gic_bank_changed(g, pe, intid / 32, bit, old);
}

void gic_deactivate(struct gic *g, unsigned pe, unsigned intid)
{
    struct gic_bank *b = gic_bank(g, pe, intid);
    uint32_t bit = 1u << intid % 32;
    if ((b->active & bit) == 0) {
        return;
    }
    b->active &= ~bit;
    gic_observe(g, GIC_EV_DEACTIVATED, pe, intid);
    gic_bank_changed(g, pe, intid / 32, bit, bank_pending(b));
}

void gic_set_line(void *gic, unsigned pe, unsigned intid, bool level)
{
    struct gic *g = gic;
    if (intid < 16 || intid >= GIC_NUM_INTIDS || (intid < 32 && pe >= g->config.n_pes)) {
        return;
    }
    struct gic_bank *b = gic_bank(g, pe, intid);
    uint32_t bit = 1u << intid % 32;
    if (((b->line & bit) != 0) == level) {
        return;
    }
    uint32_t old = bank_pending(b);
    b->line ^= bit;
    if (level && (b->edge & bit) != 0) {
        b->latch |= bit;
    }
    gic_bank_changed(g, pe, intid / 32, bit, old);
}

void gic_rebuild(struct gic *g)
{
    memset(g->d.target, 0, sizeof(g->d.target));
    memset(g->d.target_of, TARGET_NONE, sizeof(g->d.target_of));
    g->d.n_1ofn = 0;
    g->d.ready_words = 0;
    for (unsigned spi = 0; spi < SPI_WORDS * 32; spi++) {
        g->d.n_1ofn += (g->s.route[spi] & IROUTER_IRM) != 0;
        (void)retarget(g, spi);
    }
    for (unsigned w = 0; w < SPI_WORDS; w++) {
        refresh_ready(g, w);
    }
    for (unsigned pe = 0; pe < g->config.n_pes; pe++) {
        ich_update(g, pe);
        gic_update_pe(g, pe);
    }
}
