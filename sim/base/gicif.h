/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract between a PE and its GIC CPU interface (ICC_*, ICV_*, ICH_*).
 * The PE does not know the GIC: it hands every access to those system
 * registers over, together with what the access depends on.
 */
#ifndef HYPSCOPE_BASE_GICIF_H
#define HYPSCOPE_BASE_GICIF_H

#include <stdbool.h>
#include <stdint.h>

/* Interrupt signals from the CPU interface to the PE. */
enum gic_signal {
    GIC_SIG_IRQ = 1,
    GIC_SIG_FIQ = 2,
    GIC_SIG_VIRQ = 4,   /* from the list registers; the PE ORs HCR_EL2.VI */
    GIC_SIG_VFIQ = 8,
};

enum gicif_result {
    GICIF_OK,
    GICIF_UNDEF,        /* UNDEFINED at the current EL */
    GICIF_TRAP_EL1,     /* EC 0x18 to EL1 */
    GICIF_TRAP_EL2,     /* EC 0x18 to EL2 */
};

/* What the register meant depends on. */
struct gicif_ctx {
    unsigned el;        /* current EL, 1 or 2 (an EL0 access never gets here: UNDEFINED) */
    uint64_t hcr;       /* HCR_EL2, 0 when EL2 is not implemented */
    bool has_el2;
};

struct gicif {
    void *opaque;
    /* enc is op0:op1:CRn:CRm:op2 as 2:3:4:4:3 bits (op0 in bits 15:14). */
    enum gicif_result (*read)(void *opaque, unsigned pe, uint16_t enc, const struct gicif_ctx *ctx, uint64_t *val);
    enum gicif_result (*write)(void *opaque, unsigned pe, uint16_t enc, const struct gicif_ctx *ctx, uint64_t val);
};

#endif
