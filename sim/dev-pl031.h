/* SPDX-License-Identifier: Apache-2.0 */
/* PrimeCell real time clock (PL031). Source: ARM DDI 0224, chapter 3. It counts guest time. */
#ifndef HYPSCOPE_SIM_DEV_PL031_H
#define HYPSCOPE_SIM_DEV_PL031_H

#include "sim/base/bus.h"
#include "sim/base/clock.h"
#include "sim/base/irq.h"

struct pl031 {
    uint32_t mr, lr, imsc, ris;
    uint32_t offset;            /* what is added to the seconds since power-on */
    struct clock *clock;
    struct irq_line irq;
    struct event match;
};

/* Starts at `epoch` seconds (since 1970). `d` receives the bus interface with base and size 0 for the caller to place. */
void pl031_init(struct pl031 *r, struct clock *clock, const struct irq_line *irq, uint64_t epoch, struct mmio_dev *d);
void pl031_fini(struct pl031 *r);
uint32_t pl031_digest(const struct pl031 *r, uint32_t crc);

#endif
