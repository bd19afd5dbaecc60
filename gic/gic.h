/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv3 (Arm IHI 0069) for 1 to 8 PEs with one Security state, as a PE without
 * EL3 sees it: GICD_CTLR.DS and ARE read as one, Group 0 is signalled as FIQ
 * and Group 1 as IRQ. SPIs are INTIDs 32..287; there are no LPIs.
 *
 * Nothing here is safe to call from inside one of the callbacks of the
 * configuration, and nothing depends on host time or host addresses.
 */
#ifndef HYPSCOPE_GIC_GIC_H
#define HYPSCOPE_GIC_GIC_H

#include "sim/base/bus.h"
#include "sim/base/gicif.h"

#define GIC_MAX_PES 8
#define GIC_NUM_INTIDS 288           /* 16 SGIs, 16 PPIs, 256 SPIs */
#define GIC_MAINTENANCE_INTID 25     /* the PPI of ICH_MISR_EL2 */
#define GICD_SIZE UINT64_C(0x10000)
#define GICR_SIZE_PER_PE UINT64_C(0x20000)

/* Steps in the life of an interrupt, for an observer. */
enum gic_event {
    GIC_EV_PENDED,        /* became pending; pe = the target, or GIC_NO_PE */
    GIC_EV_ACKNOWLEDGED,  /* ICC_IAR<n>_EL1 */
    GIC_EV_DROPPED,       /* priority drop by ICC_EOIR<n>_EL1 */
    GIC_EV_DEACTIVATED,   /* by EOI, ICC_DIR_EL1, GICx_ICACTIVER or the virtual interface (HW = 1) */
    GIC_EV_LR_WRITTEN,    /* ICH_LR<lr>_EL2; intid = the vINTID */
    GIC_EV_V_ACKNOWLEDGED,
    GIC_EV_V_DROPPED,
    GIC_EV_V_DEACTIVATED,
};

#define GIC_NO_PE UINT32_MAX
#define GIC_NO_LR UINT32_MAX

struct gic_observation {
    enum gic_event event;
    uint32_t pe;
    uint32_t intid;       /* physical, or virtual for the LR and V_ events */
    uint32_t lr;          /* list register, or GIC_NO_LR */
    uint64_t id;          /* correlates the events of one pending of a physical INTID, and of
                             a virtual one linked to it by ICH_LR<n>_EL2.HW; 0: unknown */
    uint64_t lr_value;    /* with lr: its value after the event */
};

struct gic_config {
    unsigned n_pes;                    /* 1..GIC_MAX_PES */
    uint64_t mpidr[GIC_MAX_PES];       /* MPIDR_EL1 of each PE: the affinity fields are used */
    /* ICC_SRE_EL2.Enable is RAO/WI unless this asks for a writable bit. */
    bool sre_el2_enable_writable;
    /* The set of signals to a PE (enum gic_signal) changed. */
    void (*signal)(void *opaque, unsigned pe, uint32_t gic_signals);
    void *signal_opaque;
    /* An access that the GIC answers RAZ/WI because no register is there (or not
       of that size): once for an offset. frame is "GICD" or "GICR". May be NULL. */
    void (*report)(void *opaque, const char *frame, uint32_t offset, unsigned size, bool write, unsigned pe);
    void *report_opaque;
    /* Observer of interrupts; it must not change the machine. May be NULL. */
    void (*observe)(void *opaque, const struct gic_observation *o);
    void *observe_opaque;
};

struct gic;

/* A GIC in its reset state. NULL: n_pes out of range, or the host has no memory. */
struct gic *gic_new(const struct gic_config *config);
void gic_free(struct gic *g);
/* Set the observer (as in the configuration), or end observing with NULL. */
void gic_set_observer(struct gic *g, void (*observe)(void *opaque, const struct gic_observation *o), void *opaque);
/* Cold reset of everything but the levels of the input wires. */
void gic_reset(struct gic *g);
/* Warm reset of one PE's CPU interface (ICC_*, ICH_*), for a PE that is switched on again. */
void gic_reset_cpu_interface(struct gic *g, unsigned pe);

/* Drive an input wire; has the type of irq_line.set with the gic as opaque. INTID 16..31 is
   a PPI of `pe`, 32..287 an SPI (pe is ignored); any other INTID has no wire and is ignored. */
void gic_set_line(void *gic, unsigned pe, unsigned intid, bool level);

/* System-register accesses of PEs: enum gicif_result says what to do. */
struct gicif gic_cpu_interface(struct gic *g);
/* The current signals of a PE (enum gic_signal). */
uint32_t gic_signals(const struct gic *g, unsigned pe);

/* Devices for the bus: the distributor, GICD_SIZE, and the redistributors of all
   PEs, GICR_SIZE_PER_PE each. Every access is answered (RAZ/WI where nothing is). */
struct mmio_dev gic_mmio_dist(struct gic *g, uint64_t base);
struct mmio_dev gic_mmio_redist(struct gic *g, uint64_t base);

/* zlib crc32 of the architectural state, continued from crc. */
uint32_t gic_digest(const struct gic *g, uint32_t crc);

#endif
