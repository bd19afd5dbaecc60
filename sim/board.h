/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The board: the memory map and interrupt numbers of QEMU's `virt`, and the
 * devices on it other than the interrupt controller.
 */
#ifndef HYPSCOPE_SIM_BOARD_H
#define HYPSCOPE_SIM_BOARD_H

#include "sim/base/bits.h"
#include "sim/base/bus.h"
#include "sim/base/clock.h"
#include "sim/base/irq.h"
#include "sim/base/err.h"

/* Physical addresses and sizes in bytes. */
#define BOARD_GICD_BASE     UINT64_C(0x08000000)
#define BOARD_GICD_SIZE     UINT64_C(0x00010000)
#define BOARD_GICR_BASE     UINT64_C(0x080a0000)
#define BOARD_GICR_STRIDE   UINT64_C(0x00020000)    /* one pair of frames a PE */
#define BOARD_UART_BASE     UINT64_C(0x09000000)
#define BOARD_UART_SIZE     UINT64_C(0x00001000)
#define BOARD_RTC_BASE      UINT64_C(0x09010000)
#define BOARD_RTC_SIZE      UINT64_C(0x00001000)
#define BOARD_VIRTIO_BASE   UINT64_C(0x0a000000)
#define BOARD_VIRTIO_SIZE   UINT64_C(0x00000200)    /* of one slot */
#define BOARD_VIRTIO_SLOTS  32
#define BOARD_RAM_BASE      UINT64_C(0x40000000)

/* INTIDs: SPI n is 32 + n, PPI n is 16 + n. */
enum board_intid {
    INTID_PPI_PMU = 23, INTID_PPI_MAINT = 25, INTID_PPI_CNTHP = 26, INTID_PPI_CNTV = 27, INTID_PPI_CNTHV = 28,
    INTID_PPI_CNTPS = 29, INTID_PPI_CNTP = 30,
    INTID_SPI_UART = 32 + 1, INTID_SPI_RTC = 32 + 2, INTID_SPI_VIRTIO = 32 + 16,
};

#define BOARD_CNTFRQ_HZ 62500000u
#define BOARD_MAX_DRIVES 4

struct board_config {
    /* A byte that the guest sends on the UART. May be NULL. */
    void (*console_out)(void *opaque, uint8_t byte);
    void *console_opaque;
    /* Scripted input, taken byte by byte whenever the guest listens and the receiver is empty, so that the
       time of arrival depends on the guest alone. NULL: none. Returns -1 at the end. */
    int (*script_in)(void *opaque);
    void *script_opaque;
    bool input_virtio;          /* input goes to the virtio console; else to the UART */
    uint64_t rtc_epoch;         /* seconds since 1970 at power-on; 0: 2024-01-01T00:00:00Z */
    uint64_t rng_seed;          /* of the virtio entropy device */
    struct board_drive {
        const char *path;       /* raw image; NULL: no drive */
        bool writable;          /* writes go to the file; else they stay in memory */
    } drives[BOARD_MAX_DRIVES];
};

struct board;

/* Put the devices on the bus. `irq` is how to drive an SPI: its set and opaque are copied for every device.
   NULL: *err says why. The bus and the clock must outlive the board. */
struct board *board_new(struct bus *bus, struct clock *clock, const struct irq_line *irq,
                        const struct board_config *cfg, struct err *err);
void board_free(struct board *b);
/* A byte typed at the console, now; kept in order until the UART has room. */
void board_console_input(struct board *b, uint8_t byte);
/* zlib crc32 of the devices' state, continued from crc. */
uint32_t board_digest(const struct board *b, uint32_t crc);

#endif
