/* SPDX-License-Identifier: Apache-2.0 */
/* One level-sensitive wire from a source to an input of the interrupt controller. */
#ifndef HYPSCOPE_BASE_IRQ_H
#define HYPSCOPE_BASE_IRQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct irq_line {
    void (*set)(void *opaque, unsigned pe, unsigned intid, bool level);
    void *opaque;
    unsigned pe;        /* owner for PPIs (INTID 16..31); 0 for SPIs */
    unsigned intid;     /* GIC INTID: SPI n of the device tree is INTID 32+n, PPI n is 16+n */
};

/* Drive the wire. Safe on an unconnected line (set == NULL). */
static inline void irq_set(const struct irq_line *l, bool level)
{
    if (l->set != NULL) {
        l->set(l->opaque, l->pe, l->intid, level);
    }
}

#endif
