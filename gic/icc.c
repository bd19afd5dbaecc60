/* SPDX-License-Identifier: Apache-2.0 */
/* The physical CPU interface: ICC_* at EL2, and at EL1 where HCR_EL2.IMO and FMO leave it physical. */
#include "gic/internal.h"

#include <string.h>

void icc_reset(struct gic *g, unsigned pe)
{
    struct gic_cpuif *c = &g->s.cpu[pe];
    c->ctlr = 0;
    c->pmr = 0;
    c->bpr[0] = MIN_BPR0;
    c->bpr[1] = MIN_BPR1;
    c->sre_el2 = ICC_SRE_FIXED | (g->config.sre_el2_enable_writable ? 0 : ICC_SRE_EL2_ENABLE);
    memset(c->apr, 0, sizeof(c->apr));
    memset(c->igrpen, 0, sizeof(c->igrpen));
    c->reserved = 0;
}

/* GroupBits(): ICC_BPR0_EL1 n leaves bits 7 to n+1, the Non-secure ICC_BPR1_EL1 n bits 7 to n. */
static uint32_t group_mask(const struct gic_cpuif *c, unsigned group)
{
    if (group == 1 && (c->ctlr & ICC_CTLR_CBPR) == 0) {
        return (0xffu << c->bpr[1]) & 0xff;
    }
    return (0xffu << (c->bpr[0] + 1)) & 0xff;
}

/* GetHighestActivePriority() */
static uint32_t running_priority(const struct gic_cpuif *c)
{
    uint32_t ap = c->apr[0] | c->apr[1];
    return ap == 0 ? PRIO_IDLE : (uint32_t)__builtin_ctz(ap) << PRE_SHIFT;
}

bool icc_can_preempt(const struct gic_cpuif *c, const struct gic_hppi *h)
{
    if (h->prio >= c->pmr) {
        return false;
    }
    uint32_t running = running_priority(c);
    uint32_t mask = group_mask(c, h->group);
    return running == PRIO_IDLE || (h->prio & mask) < (running & mask);
}

uint64_t icc_iar_read(struct gic *g, unsigned pe, unsigned group)
{
    struct gic_cpuif *c = &g->s.cpu[pe];
    const struct gic_hppi h = g->d.hppi[pe];

    if (h.intid == INTID_SPURIOUS || h.group != group || !icc_can_preempt(c, &h)) {
        return INTID_SPURIOUS;
    }
    c->apr[group] |= 1u << ((h.prio & group_mask(c, group)) >> PRE_SHIFT);
    gic_observe(g, GIC_EV_ACKNOWLEDGED, pe, h.intid);
    gic_activate(g, pe, h.intid);
    if (h.intid >= 32 && g->d.target_of[h.intid - 32] != pe) {
        gic_update_pe(g, pe);
    }
    return h.intid;
}

uint64_t icc_hppir_read(struct gic *g, unsigned pe, unsigned group)
{
    const struct gic_hppi *h = &g->d.hppi[pe];
    return h->intid != INTID_SPURIOUS && h->group == group ? h->intid : INTID_SPURIOUS;
}

/* Group of the highest active priority, or -1. Only a write of the active-priority
   registers makes both groups active at one priority; Group 0 goes first then. */
static int highest_active_group(const struct gic_cpuif *c)
{
    if ((c->apr[0] | c->apr[1]) == 0) {
        return -1;
    }
    uint32_t lowest = (c->apr[0] | c->apr[1]) & -(c->apr[0] | c->apr[1]);
    return (c->apr[0] & lowest) != 0 ? 0 : 1;
}

/*
 * A write that does not match the group of the running priority is UNPREDICTABLE:
 * it is ignored here, and so are INTIDs that are neither implemented nor LPIs.
 */
void icc_eoir_write(struct gic *g, unsigned pe, unsigned group, uint64_t val)
{
    struct gic_cpuif *c = &g->s.cpu[pe];
    uint32_t intid = (uint32_t)val & INTID_MASK;

    if ((intid >= GIC_NUM_INTIDS && intid < INTID_LPI_FIRST) || highest_active_group(c) != (int)group) {
        return;
    }
    c->apr[group] &= c->apr[group] - 1;
    if (intid < GIC_NUM_INTIDS) {
        gic_observe(g, GIC_EV_DROPPED, pe, intid);
        if ((c->ctlr & ICC_CTLR_EOIMODE) == 0) {
            gic_deactivate(g, pe, intid);
        }
    }
    gic_update_pe(g, pe);
}

/* With EOImode 0 a write is UNPREDICTABLE: ignored. */
void icc_dir_write(struct gic *g, unsigned pe, unsigned arg, uint64_t val)
{
    uint32_t intid = (uint32_t)val & INTID_MASK;
    (void)arg;
    if (intid < GIC_NUM_INTIDS && (g->s.cpu[pe].ctlr & ICC_CTLR_EOIMODE) != 0) {
        gic_deactivate(g, pe, intid);
    }
}

/* With CBPR set, ICC_BPR1_EL1 reads as ICC_BPR0_EL1 + 1, saturated, and ignores writes. */
uint64_t icc_bpr_read(struct gic *g, unsigned pe, unsigned group)
{
    const struct gic_cpuif *c = &g->s.cpu[pe];
    if (group == 1 && (c->ctlr & ICC_CTLR_CBPR) != 0) {
        return c->bpr[0] < 7 ? c->bpr[0] + 1 : 7;
    }
    return c->bpr[group];
}

void icc_bpr_write(struct gic *g, unsigned pe, unsigned group, uint64_t val)
{
    struct gic_cpuif *c = &g->s.cpu[pe];
    uint32_t min = group == 0 ? MIN_BPR0 : MIN_BPR1;
    if (group == 1 && (c->ctlr & ICC_CTLR_CBPR) != 0) {
        return;
    }
    c->bpr[group] = (val & 7) < min ? min : (uint32_t)val & 7;
    gic_update_pe(g, pe);
}

uint64_t icc_apr_read(struct gic *g, unsigned pe, unsigned group)
{
    return g->s.cpu[pe].apr[group];
}

void icc_apr_write(struct gic *g, unsigned pe, unsigned group, uint64_t val)
{
    g->s.cpu[pe].apr[group] = (uint32_t)val;
    gic_update_pe(g, pe);
}

uint64_t icc_igrpen_read(struct gic *g, unsigned pe, unsigned group)
{
    return g->s.cpu[pe].igrpen[group];
}

void icc_igrpen_write(struct gic *g, unsigned pe, unsigned group, uint64_t val)
{
    g->s.cpu[pe].igrpen[group] = val & 1;
    gic_route_1ofn(g);
    gic_update_pe(g, pe);
}

uint64_t icc_pmr_read(struct gic *g, unsigned pe, unsigned arg)
{
    (void)arg;
    return g->s.cpu[pe].pmr;
}

void icc_pmr_write(struct gic *g, unsigned pe, unsigned arg, uint64_t val)
{
    (void)arg;
    g->s.cpu[pe].pmr = val & PRI_MASK;
    gic_update_pe(g, pe);
}

uint64_t icc_rpr_read(struct gic *g, unsigned pe, unsigned arg)
{
    (void)arg;
    return running_priority(&g->s.cpu[pe]);
}

/* RSS says that Aff0 above 15 can be a target of SGIs. */
static bool range_selector(const struct gic *g)
{
    for (unsigned pe = 0; pe < g->config.n_pes; pe++) {
        if ((g->affinity[pe] & 0xff) > 15) {
            return true;
        }
    }
    return false;
}

uint64_t icc_ctlr_read(struct gic *g, unsigned pe, unsigned arg)
{
    (void)arg;
    return ICC_CTLR_FIXED | g->s.cpu[pe].ctlr | (range_selector(g) ? 1u << 18 : 0);
}

void icc_ctlr_write(struct gic *g, unsigned pe, unsigned arg, uint64_t val)
{
    (void)arg;
    g->s.cpu[pe].ctlr = val & (ICC_CTLR_CBPR | ICC_CTLR_EOIMODE);
    gic_update_pe(g, pe);
}

uint64_t icc_sre_read(struct gic *g, unsigned pe, unsigned arg)
{
    (void)g;
    (void)pe;
    (void)arg;
    return ICC_SRE_FIXED;
}

void icc_sre_write(struct gic *g, unsigned pe, unsigned arg, uint64_t val)
{
    (void)g;
    (void)pe;
    (void)arg;
    (void)val;
}

uint64_t icc_sre_el2_read(struct gic *g, unsigned pe, unsigned arg)
{
    (void)arg;
    return g->s.cpu[pe].sre_el2;
}

void icc_sre_el2_write(struct gic *g, unsigned pe, unsigned arg, uint64_t val)
{
    (void)arg;
    if (g->config.sre_el2_enable_writable) {
        g->s.cpu[pe].sre_el2 = (uint32_t)(ICC_SRE_FIXED | (val & ICC_SRE_EL2_ENABLE));
    }
}

/*
 * "Forwarding an SGI to a target PE" with DS = 1: ICC_SGI1R_EL1 reaches SGIs of
 * either group, the other two registers those of Group 0 only.
 */
static void send_sgi(struct gic *g, unsigned pe, unsigned intid, unsigned reg)
{
    bool group1 = bit32(g->s.redist[pe].bank.group, intid) != 0;
    if (!group1 || reg == ICC_SGI1R) {
        gic_set_pending(g, pe, intid);
    }
}

void icc_sgi_write(struct gic *g, unsigned pe, unsigned reg, uint64_t val)
{
    unsigned intid = (unsigned)bits64(val, 27, 24);
    bool all_but_self = bit64(val, 40) != 0;
    uint32_t cluster = (uint32_t)(bits64(val, 55, 48) << 16 | bits64(val, 39, 32) << 8 | bits64(val, 23, 16));
    unsigned range = range_selector(g) ? (unsigned)bits64(val, 47, 44) : 0;   /* RES0 without RSS */

    for (unsigned p = 0; p < g->config.n_pes; p++) {
        unsigned aff0 = g->affinity[p] & 0xff;
        if (all_but_self ? p != pe
                         : g->affinity[p] >> 8 == cluster && aff0 / 16 == range && bit64(val, aff0 % 16) != 0) {
            send_sgi(g, p, intid, reg);
        }
    }
}
