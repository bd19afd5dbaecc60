/* SPDX-License-Identifier: Apache-2.0 */
/* ICH_*: list registers, their status, and the maintenance interrupt. */
#include "gic/internal.h"

#include <string.h>

void ich_reset(struct gic *g, unsigned pe)
{
    struct gic_cpuif *c = &g->s.cpu[pe];
    c->ich_hcr = 0;
    c->ich_vmcr = ICH_VMCR_VFIQEN | (uint64_t)MIN_BPR1 << ICH_VMCR_VBPR1_SHIFT |
                  (uint64_t)MIN_BPR0 << ICH_VMCR_VBPR0_SHIFT;
    memset(c->ich_lr, 0, sizeof(c->ich_lr));
    memset(c->ich_apr, 0, sizeof(c->ich_apr));
}

/* ICH_EISR_EL2: invalid again, not hardware, and an EOI maintenance interrupt was asked for. */
static uint32_t eisr(const struct gic_cpuif *c)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < N_LRS; i++) {
        v |= (uint32_t)((c->ich_lr[i] & (ICH_LR_STATE | ICH_LR_HW | ICH_LR_EOI)) == ICH_LR_EOI) << i;
    }
    return v;
}

/* MaintenanceInterruptStatus(). ICH_HCR_EL2.En does not matter here. */
uint32_t ich_misr(const struct gic_cpuif *c)
{
    uint64_t hcr = c->ich_hcr;
    bool veng0 = (c->ich_vmcr & ICH_VMCR_VENG0) != 0;
    bool veng1 = (c->ich_vmcr & ICH_VMCR_VENG1) != 0;
    unsigned valid = 0;
    unsigned pending = 0;

    for (unsigned i = 0; i < N_LRS; i++) {
        uint64_t state = c->ich_lr[i] & ICH_LR_STATE;
        valid += state != 0;
        pending += state == ICH_LR_PENDING;
    }
    return (uint32_t)(eisr(c) != 0) << 0 |
           (uint32_t)((hcr & ICH_HCR_UIE) != 0 && valid <= 1) << 1 |
           (uint32_t)((hcr & ICH_HCR_LRENPIE) != 0 && (hcr & ICH_HCR_EOICOUNT_MASK) != 0) << 2 |
           (uint32_t)((hcr & ICH_HCR_NPIE) != 0 && pending == 0) << 3 |
           (uint32_t)((hcr & ICH_HCR_VGRP0EIE) != 0 && veng0) << 4 |
           (uint32_t)((hcr & ICH_HCR_VGRP0DIE) != 0 && !veng0) << 5 |
           (uint32_t)((hcr & ICH_HCR_VGRP1EIE) != 0 && veng1) << 6 |
           (uint32_t)((hcr & ICH_HCR_VGRP1DIE) != 0 && !veng1) << 7;
}

void ich_update(struct gic *g, unsigned pe)
{
    const struct gic_cpuif *c = &g->s.cpu[pe];
    bool maintenance = false;
    uint32_t virt = 0;

    if ((c->ich_hcr & ICH_HCR_EN) != 0) {
        int i = icv_highest_pending(c);
        if (i >= 0 && icv_can_preempt(c, c->ich_lr[i])) {
            virt = (c->ich_lr[i] & ICH_LR_GROUP) != 0 ? GIC_SIG_VIRQ : GIC_SIG_VFIQ;
        }
        maintenance = ich_misr(c) != 0;
    }
    g->d.virt[pe] = virt;
    gic_set_line(g, pe, GIC_MAINTENANCE_INTID, maintenance);
    gic_tell(g, pe);
}

uint64_t ich_hcr_read(struct gic *g, unsigned pe, unsigned arg)
{
    (void)arg;
    return g->s.cpu[pe].ich_hcr;
}

void ich_hcr_write(struct gic *g, unsigned pe, unsigned arg, uint64_t val)
{
    (void)arg;
    g->s.cpu[pe].ich_hcr = val & ICH_HCR_RW;
    ich_update(g, pe);
}

uint64_t ich_vtr_read(struct gic *g, unsigned pe, unsigned arg)
{
    (void)g;
    (void)pe;
    (void)arg;
    return ICH_VTR_VALUE;
}

uint64_t ich_misr_read(struct gic *g, unsigned pe, unsigned arg)
{
    (void)arg;
    return ich_misr(&g->s.cpu[pe]);
}

uint64_t ich_eisr_read(struct gic *g, unsigned pe, unsigned arg)
{
    (void)arg;
    return eisr(&g->s.cpu[pe]);
}

/* ICH_ELRSR_EL2: usable, that is invalid and with no EOI maintenance interrupt to deliver. */
uint64_t ich_elrsr_read(struct gic *g, unsigned pe, unsigned arg)
{
    const struct gic_cpuif *c = &g->s.cpu[pe];
    uint32_t v = 0;
    (void)arg;
    for (unsigned i = 0; i < N_LRS; i++) {
        uint64_t lr = c->ich_lr[i];
        v |= (uint32_t)((lr & ICH_LR_STATE) == 0 && ((lr & ICH_LR_HW) != 0 || (lr & ICH_LR_EOI) == 0)) << i;
    }
    return v;
}

uint64_t ich_vmcr_read(struct gic *g, unsigned pe, unsigned arg)
{
    (void)arg;
    return g->s.cpu[pe].ich_vmcr;
}

void ich_vmcr_write(struct gic *g, unsigned pe, unsigned arg, uint64_t val)
{
    struct gic_cpuif *c = &g->s.cpu[pe];
    (void)arg;
    c->ich_vmcr = (val & (ICH_VMCR_VENG0 | ICH_VMCR_VENG1 | ICH_VMCR_VCBPR | ICH_VMCR_VEOIM |
                          (uint64_t)PRI_MASK << ICH_VMCR_VPMR_SHIFT)) | ICH_VMCR_VFIQEN;
    icv_set_bpr(c, 0, (unsigned)bits64(val, ICH_VMCR_VBPR0_SHIFT + 2, ICH_VMCR_VBPR0_SHIFT));
    icv_set_bpr(c, 1, (unsigned)bits64(val, ICH_VMCR_VBPR1_SHIFT + 2, ICH_VMCR_VBPR1_SHIFT));
    ich_update(g, pe);
}

uint64_t ich_apr_read(struct gic *g, unsigned pe, unsigned group)
{
    return g->s.cpu[pe].ich_apr[group];
}

void ich_apr_write(struct gic *g, unsigned pe, unsigned group, uint64_t val)
{
    g->s.cpu[pe].ich_apr[group] = (uint32_t)val;
    ich_update(g, pe);
}

uint64_t ich_lr_read(struct gic *g, unsigned pe, unsigned n)
{
    return g->s.cpu[pe].ich_lr[n];
}

void ich_lr_write(struct gic *g, unsigned pe, unsigned n, uint64_t val)
{
    g->s.cpu[pe].ich_lr[n] = val & ICH_LR_RW;
    gic_observe_lr(g, GIC_EV_LR_WRITTEN, pe, (unsigned)val & INTID_MASK, n);
    ich_update(g, pe);
}
