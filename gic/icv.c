/* SPDX-License-Identifier: Apache-2.0 */
/* ICV_*: what the ICC_* encodings reach at EL1 when HCR_EL2.IMO or FMO make them virtual. */
#include "gic/internal.h"

static uint32_t lr_priority(uint64_t lr)
{
    return (uint32_t)bits64(lr, 55, ICH_LR_PRIORITY_SHIFT);
}

static unsigned lr_group(uint64_t lr)
{
    return (lr & ICH_LR_GROUP) != 0;
}

static bool special(uint32_t intid)
{
    return intid >= 1020 && intid <= 1023;
}

static unsigned vbpr_shift(unsigned group)
{
    return group == 0 ? ICH_VMCR_VBPR0_SHIFT : ICH_VMCR_VBPR1_SHIFT;
}

unsigned icv_bpr(const struct gic_cpuif *c, unsigned group)
{
    return (unsigned)(c->ich_vmcr >> vbpr_shift(group)) & 7;
}

void icv_set_bpr(struct gic_cpuif *c, unsigned group, unsigned val)
{
    unsigned min = group == 0 ? MIN_BPR0 : MIN_BPR1;
    unsigned shift = vbpr_shift(group);
    c->ich_vmcr = set_bits64(c->ich_vmcr, shift + 2, shift, val < min ? min : val);
}

/* VGroupBits() */
static uint32_t group_mask(const struct gic_cpuif *c, unsigned group)
{
    if (group == 1 && (c->ich_vmcr & ICH_VMCR_VCBPR) == 0) {
        return (0xffu << icv_bpr(c, 1)) & 0xff;
    }
    return (0xffu << (icv_bpr(c, 0) + 1)) & 0xff;
}

/* GetHighestActiveVPriority() */
static uint32_t running_priority(const struct gic_cpuif *c)
{
    uint32_t ap = c->ich_apr[0] | c->ich_apr[1];
    return ap == 0 ? PRIO_IDLE : (uint32_t)__builtin_ctz(ap) << PRE_SHIFT;
}

/* HighestPriorityVirtualInterrupt(): the list register, or -1. Disabled groups and entries
   that are also active do not count; of equal priorities the lowest register wins. */
int icv_highest_pending(const struct gic_cpuif *c)
{
    int best = -1;
    uint32_t prio = PRIO_IDLE + 1;

    for (int i = 0; i < N_LRS; i++) {
        uint64_t lr = c->ich_lr[i];
        uint64_t enable = lr_group(lr) != 0 ? ICH_VMCR_VENG1 : ICH_VMCR_VENG0;
        if ((lr & ICH_LR_STATE) == ICH_LR_PENDING && (c->ich_vmcr & enable) != 0 && lr_priority(lr) < prio) {
            best = i;
            prio = lr_priority(lr);
        }
    }
    return best;
}

/* CanSignalVirtualInterrupt(), for a given list register. */
bool icv_can_preempt(const struct gic_cpuif *c, uint64_t lr)
{
    uint32_t prio = lr_priority(lr);
    if ((c->ich_hcr & ICH_HCR_EN) == 0 || prio >= ((c->ich_vmcr >> ICH_VMCR_VPMR_SHIFT) & 0xff)) {
        return false;
    }
    uint32_t running = running_priority(c);
    uint32_t mask = group_mask(c, lr_group(lr));
    return running == PRIO_IDLE || (prio & mask) < (running & mask);
}

uint64_t icv_iar_read(struct gic *g, unsigned pe, unsigned group)
{
    struct gic_cpuif *c = &g->s.cpu[pe];
    int i = icv_highest_pending(c);

    if (i < 0 || lr_group(c->ich_lr[i]) != group || !icv_can_preempt(c, c->ich_lr[i])) {
        return INTID_SPURIOUS;
    }
    uint64_t *lr = &c->ich_lr[i];
    uint32_t intid = (uint32_t)*lr & INTID_MASK;
    *lr &= ~ICH_LR_PENDING;
    /* A special INTID in a list register is handed on, but nothing becomes active. */
    if (!special(intid)) {
        c->ich_apr[group] |= 1u << ((lr_priority(*lr) & group_mask(c, group)) >> PRE_SHIFT);
        *lr |= ICH_LR_ACTIVE;   /* a virtual LPI too, unlike a physical one */
    }
    gic_observe_lr(g, GIC_EV_V_ACKNOWLEDGED, pe, intid, (unsigned)i);
    ich_update(g, pe);
    return intid;
}

uint64_t icv_hppir_read(struct gic *g, unsigned pe, unsigned group)
{
    const struct gic_cpuif *c = &g->s.cpu[pe];
    int i = icv_highest_pending(c);
    return i >= 0 && lr_group(c->ich_lr[i]) == group ? c->ich_lr[i] & INTID_MASK : INTID_SPURIOUS;
}

static int find_active(const struct gic_cpuif *c, uint32_t intid)
{
    for (int i = 0; i < N_LRS; i++) {
        if ((c->ich_lr[i] & ICH_LR_ACTIVE) != 0 && (c->ich_lr[i] & INTID_MASK) == intid) {
            return i;
        }
    }
    return -1;
}

/* VPriorityDrop(): clear the highest active priority; returns it, PRIO_IDLE if there was none. */
static uint32_t drop_priority(struct gic_cpuif *c)
{
    uint32_t prio = running_priority(c);
    if (prio != PRIO_IDLE) {
        uint32_t bit = 1u << (prio >> PRE_SHIFT);
        unsigned group = (c->ich_apr[0] & bit) != 0 ? 0 : 1;
        c->ich_apr[group] &= ~bit;
    }
    return prio;
}

/* The count is five bits and wraps. */
static void count_eoi(struct gic_cpuif *c)
{
    uint64_t n = bits64(c->ich_hcr, 31, ICH_HCR_EOICOUNT_SHIFT);
    c->ich_hcr = set_bits64(c->ich_hcr, 31, ICH_HCR_EOICOUNT_SHIFT, n + 1);
}

/* With HW set, deactivating the virtual interrupt deactivates the physical one. */
static void deactivate(struct gic *g, unsigned pe, unsigned i)
{
    uint64_t *lr = &g->s.cpu[pe].ich_lr[i];
    uint32_t pintid = (uint32_t)(*lr >> ICH_LR_PINTID_SHIFT) & ICH_LR_PINTID_MASK;

    *lr &= ~ICH_LR_ACTIVE;
    gic_observe_lr(g, GIC_EV_V_DEACTIVATED, pe, (unsigned)*lr & INTID_MASK, i);
    if ((*lr & ICH_LR_HW) != 0 && pintid < GIC_NUM_INTIDS) {
        gic_deactivate(g, pe, pintid);
    }
}

/*
 * VirtualWriteEOIR(): drop the priority; unless EOImode splits the two, also
 * deactivate the entry, if its group and priority are those that were dropped.
 * EOImode does not matter to LPIs: nobody writes ICV_DIR_EL1 for them.
 * ICH_HCR_EL2.EOIcount counts deactivations for which there is no entry: not
 * of LPIs, and not for a priority drop alone.
 */
void icv_eoir_write(struct gic *g, unsigned pe, unsigned group, uint64_t val)
{
    struct gic_cpuif *c = &g->s.cpu[pe];
    uint32_t intid = (uint32_t)val & INTID_MASK;

    if (special(intid)) {
        return;
    }
    int i = find_active(c, intid);
    uint32_t dropped = drop_priority(c);
    if (dropped == PRIO_IDLE) {
        return;
    }
    gic_observe_lr(g, GIC_EV_V_DROPPED, pe, intid, i < 0 ? GIC_NO_LR : (unsigned)i);
    bool lpi = intid >= INTID_LPI_FIRST;
    bool split = (c->ich_vmcr & ICH_VMCR_VEOIM) != 0;
    if (i < 0) {
        if (!lpi && !split) {
            count_eoi(c);
        }
    } else if ((lpi || !split) && lr_group(c->ich_lr[i]) == group &&
               (lr_priority(c->ich_lr[i]) & group_mask(c, group)) == dropped) {
        deactivate(g, pe, (unsigned)i);
    }
    ich_update(g, pe);
}

/* With EOImode 0 a write is UNPREDICTABLE: ignored. */
void icv_dir_write(struct gic *g, unsigned pe, unsigned arg, uint64_t val)
{
    struct gic_cpuif *c = &g->s.cpu[pe];
    uint32_t intid = (uint32_t)val & INTID_MASK;

    (void)arg;
    if (special(intid) || intid >= INTID_LPI_FIRST || (c->ich_vmcr & ICH_VMCR_VEOIM) == 0) {
        return;
    }
    int i = find_active(c, intid);
    if (i < 0) {
        count_eoi(c);
    } else {
        deactivate(g, pe, (unsigned)i);
    }
    ich_update(g, pe);
}

uint64_t icv_bpr_read(struct gic *g, unsigned pe, unsigned group)
{
    const struct gic_cpuif *c = &g->s.cpu[pe];
    if (group == 1 && (c->ich_vmcr & ICH_VMCR_VCBPR) != 0) {
        return icv_bpr(c, 0) < 7 ? icv_bpr(c, 0) + 1 : 7;
    }
    return icv_bpr(c, group);
}

void icv_bpr_write(struct gic *g, unsigned pe, unsigned group, uint64_t val)
{
    struct gic_cpuif *c = &g->s.cpu[pe];
    if (group == 1 && (c->ich_vmcr & ICH_VMCR_VCBPR) != 0) {
        return;
    }
    icv_set_bpr(c, group, val & 7);
    ich_update(g, pe);
}

uint64_t icv_igrpen_read(struct gic *g, unsigned pe, unsigned group)
{
    return (g->s.cpu[pe].ich_vmcr >> group) & 1;
}

void icv_igrpen_write(struct gic *g, unsigned pe, unsigned group, uint64_t val)
{
    struct gic_cpuif *c = &g->s.cpu[pe];
    c->ich_vmcr = set_bits64(c->ich_vmcr, group, group, val & 1);
    ich_update(g, pe);
}

uint64_t icv_pmr_read(struct gic *g, unsigned pe, unsigned arg)
{
    (void)arg;
    return (g->s.cpu[pe].ich_vmcr >> ICH_VMCR_VPMR_SHIFT) & 0xff;
}

void icv_pmr_write(struct gic *g, unsigned pe, unsigned arg, uint64_t val)
{
    struct gic_cpuif *c = &g->s.cpu[pe];
    (void)arg;
    c->ich_vmcr = set_bits64(c->ich_vmcr, 31, ICH_VMCR_VPMR_SHIFT, val & PRI_MASK);
    ich_update(g, pe);
}

uint64_t icv_rpr_read(struct gic *g, unsigned pe, unsigned arg)
{
    (void)arg;
    return running_priority(&g->s.cpu[pe]);
}

uint64_t icv_ctlr_read(struct gic *g, unsigned pe, unsigned arg)
{
    uint64_t vmcr = g->s.cpu[pe].ich_vmcr;
    (void)arg;
    return ICC_CTLR_FIXED | ((vmcr & ICH_VMCR_VCBPR) != 0 ? ICC_CTLR_CBPR : 0) |
           ((vmcr & ICH_VMCR_VEOIM) != 0 ? ICC_CTLR_EOIMODE : 0);
}

void icv_ctlr_write(struct gic *g, unsigned pe, unsigned arg, uint64_t val)
{
    struct gic_cpuif *c = &g->s.cpu[pe];
    (void)arg;
    c->ich_vmcr &= ~(ICH_VMCR_VCBPR | ICH_VMCR_VEOIM);
    c->ich_vmcr |= (val & ICC_CTLR_CBPR) != 0 ? ICH_VMCR_VCBPR : 0;
    c->ich_vmcr |= (val & ICC_CTLR_EOIMODE) != 0 ? ICH_VMCR_VEOIM : 0;
    ich_update(g, pe);
}
