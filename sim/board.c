/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/board.h"

#include "sim/dev-pl011.h"
#include "sim/dev-pl031.h"
#include "sim/dev-virtio-blk.h"
#include "sim/dev-virtio-simple.h"

#include <stdlib.h>

#define EPOCH_2024 UINT64_C(1704067200)     /* 2024-01-01T00:00:00Z */

/* Slots of the virtio devices that are always there; drives take the slots from 0 on. */
enum { SLOT_RNG = 30, SLOT_CONSOLE = 31 };

struct board {
    struct pl011 uart;
    struct pl031 rtc;
    struct virtio_dev slots[BOARD_VIRTIO_SLOTS];
    struct virtio_block virtio;
    struct virtio_blk drives[BOARD_MAX_DRIVES];
    struct virtio_console console;
    struct virtio_rng rng;
    bool input_virtio;
};

static bool board_add(struct bus *bus, struct mmio_dev *d, uint64_t base, uint64_t size, struct err *err)
{
    d->base = base;
    d->size = size;
    return bus_add(bus, d) || err_set(err, "%s: no place on the bus", d->name);
}

static bool board_virtio(struct board *b, struct bus *bus, const struct irq_line *irq, const struct board_config *cfg,
                         struct err *err)
{
    for (unsigned i = 0; i < BOARD_VIRTIO_SLOTS; i++) {
        b->slots[i].bus = bus;
        b->slots[i].irq = (struct irq_line){ irq->set, irq->opaque, 0, INTID_SPI_VIRTIO + i };
    }
    for (unsigned i = 0; i < BOARD_MAX_DRIVES; i++) {
        const struct board_drive *d = &cfg->drives[i];
        if (d->path != NULL && !virtio_blk_init(&b->drives[i], &b->slots[i], "--drive", d->path, d->writable, err)) {
            return false;
        }
    }
    virtio_rng_init(&b->rng, &b->slots[SLOT_RNG], cfg->rng_seed);
    virtio_console_init(&b->console, &b->slots[SLOT_CONSOLE], cfg->console_out, cfg->console_opaque);
    b->virtio = (struct virtio_block){ b->slots, BOARD_VIRTIO_SLOTS };
    struct mmio_dev d;
    virtio_bus_dev(&b->virtio, &d);
    return board_add(bus, &d, BOARD_VIRTIO_BASE, d.size, err);
}

struct board *board_new(struct bus *bus, struct clock *clock, const struct irq_line *irq, const struct board_config *cfg,
                        struct err *err)
{
    struct board *b = calloc(1, sizeof(*b));
    if (b == NULL) {
        err_set(err, "board: out of memory");
        return NULL;
    }
    struct irq_line uart_irq = { irq->set, irq->opaque, 0, INTID_SPI_UART };
    struct irq_line rtc_irq = { irq->set, irq->opaque, 0, INTID_SPI_RTC };
    struct mmio_dev d;
    pl011_init(&b->uart, clock, &uart_irq, cfg->console_out, cfg->console_opaque, &d);
    bool ok = board_add(bus, &d, BOARD_UART_BASE, BOARD_UART_SIZE, err);
    pl031_init(&b->rtc, clock, &rtc_irq, cfg->rtc_epoch != 0 ? cfg->rtc_epoch : EPOCH_2024, &d);
    ok = ok && board_add(bus, &d, BOARD_RTC_BASE, BOARD_RTC_SIZE, err) && board_virtio(b, bus, irq, cfg, err);
    if (!ok) {
        board_free(b);
        return NULL;
    }
    b->input_virtio = cfg->input_virtio;
    if (cfg->script_in != NULL && cfg->input_virtio) {
        b->console.script_in = cfg->script_in;
        b->console.script_opaque = cfg->script_opaque;
    } else if (cfg->script_in != NULL) {
        pl011_set_script(&b->uart, cfg->script_in, cfg->script_opaque);
    }
    return b;
}

void board_free(struct board *b)
{
    if (b == NULL) {
        return;
    }
    pl011_fini(&b->uart);
    if (b->rtc.clock != NULL) {
        pl031_fini(&b->rtc);
    }
    for (unsigned i = 0; i < BOARD_MAX_DRIVES; i++) {
        virtio_blk_fini(&b->drives[i]);
    }
    virtio_console_fini(&b->console);
    free(b);
}

void board_console_input(struct board *b, uint8_t byte)
{
    if (b->input_virtio) {
        virtio_console_input(&b->console, byte);
    } else {
        pl011_input(&b->uart, byte);
    }
}

uint32_t board_digest(const struct board *b, uint32_t crc)
{
    crc = pl011_digest(&b->uart, crc);
    crc = pl031_digest(&b->rtc, crc);
    for (unsigned i = 0; i < BOARD_VIRTIO_SLOTS; i++) {
        crc = b->slots[i].device_id != VIRTIO_ID_NONE ? virtio_digest(&b->slots[i], crc) : crc;
    }
    for (unsigned i = 0; i < BOARD_MAX_DRIVES; i++) {
        crc = b->drives[i].data != NULL ? virtio_blk_digest(&b->drives[i], crc) : crc;
    }
    crc = virtio_console_digest(&b->console, crc);
    return virtio_rng_digest(&b->rng, crc);
}
