/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PrimeCell UART (PL011), revision r1p4. Source: ARM DDI 0183, chapter 3.
 * The transmitter takes no time; the receiver works at the programmed rate.
 */
#ifndef HYPSCOPE_SIM_DEV_PL011_H
#define HYPSCOPE_SIM_DEV_PL011_H

#include "sim/base/bus.h"
#include "sim/base/clock.h"
#include "sim/base/irq.h"

#define PL011_FIFO 16

struct pl011 {
    /* registers, named as in the manual */
    uint32_t rsr, ilpr, ibrd, fbrd, lcr_h, cr, ifls, imsc, ris, dmacr;
    uint16_t rx[PL011_FIFO];    /* data and error bits 11:8 */
    unsigned rx_head, rx_count;
    unsigned polls;             /* reads of FR in a row that found the receiver empty */
    /* bytes typed that found no room yet */
    uint8_t *backlog;
    size_t backlog_len, backlog_cap;
    bool script_done;

    struct clock *clock;
    struct irq_line irq;
    struct event timeout;       /* receive timeout: 32 bit periods */
    struct event arrival;       /* next byte of the script */
    void (*out)(void *opaque, uint8_t byte);
    void *out_opaque;
    int (*script_in)(void *opaque);
    void *script_opaque;
};

/* Reset state; `d` receives the bus interface with base and size 0 for the caller to place. `out` may be NULL. */
void pl011_init(struct pl011 *u, struct clock *clock, const struct irq_line *irq,
                void (*out)(void *opaque, uint8_t byte), void *out_opaque, struct mmio_dev *d);
void pl011_fini(struct pl011 *u);
/* Input that comes from a script: it is asked for a byte (-1: no more) only while the guest listens, that is while it has
   a receive interrupt enabled or polls FR, and never faster than the line rate. */
void pl011_set_script(struct pl011 *u, int (*script_in)(void *opaque), void *opaque);
/* A byte arrives now, or as soon as there is room. */
void pl011_input(struct pl011 *u, uint8_t byte);
uint32_t pl011_digest(const struct pl011 *u, uint32_t crc);

#endif
