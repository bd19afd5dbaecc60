/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/dev-pl011.h"

#include "sim/dev.h"

#include <stdlib.h>
#include <string.h>

enum pl011_reg {
    UARTDR = 0x000, UARTRSR = 0x004, UARTFR = 0x018, UARTILPR = 0x020, UARTIBRD = 0x024, UARTFBRD = 0x028,
    UARTLCR_H = 0x02c, UARTCR = 0x030, UARTIFLS = 0x034, UARTIMSC = 0x038, UARTRIS = 0x03c, UARTMIS = 0x040,
    UARTICR = 0x044, UARTDMACR = 0x048, UART_ID = 0xfe0,
};

enum { FR_CTS = 1 << 0, FR_DSR = 1 << 1, FR_DCD = 1 << 2, FR_RXFE = 1 << 4, FR_RXFF = 1 << 6, FR_TXFE = 1 << 7, FR_RI = 1 << 8 };
enum { CR_UARTEN = 1 << 0, CR_LBE = 1 << 7, CR_TXE = 1 << 8, CR_RXE = 1 << 9, CR_DTR = 1 << 10, CR_RTS = 1 << 11,
       CR_OUT1 = 1 << 12, CR_OUT2 = 1 << 13 };
enum { INT_RX = 1 << 4, INT_TX = 1 << 5, INT_RT = 1 << 6, INT_BE = 1 << 9, INT_OE = 1 << 10 };
enum { LCR_BRK = 1 << 0, LCR_FEN = 1 << 4 };
enum { DR_BE = 1 << 10, DR_OE = 1 << 11 };

#define UARTCLK_HZ 24000000u
/* A guest that reads FR this often without touching DR waits for input. A transmitter never does: it finds room at once. */
#define POLLS_TO_LISTEN 8
#define PRIO_UART 100

static const uint8_t pl011_ids[8] = { 0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

/* Length of a bit in ns: 16 clocks divided by IBRD + FBRD/64. 115200 baud when nothing is programmed. */
static uint64_t pl011_bit_ns(const struct pl011 *u)
{
    uint64_t div64 = (uint64_t)u->ibrd * 64 + u->fbrd;
    return div64 == 0 ? 8680 : div64 * 16 * UINT64_C(1000000000) / (UINT64_C(64) * UARTCLK_HZ);
}

static unsigned pl011_depth(const struct pl011 *u)
{
    return (u->lcr_h & LCR_FEN) != 0 ? PL011_FIFO : 1;
}

/* Receive level that raises UARTRXINTR: UARTIFLS.RXIFLSEL in eighths of the FIFO; without the FIFO, one byte. */
static unsigned pl011_rx_trigger(const struct pl011 *u)
{
    static const uint8_t level[8] = { 2, 4, 8, 12, 14, 14, 14, 14 };
    return (u->lcr_h & LCR_FEN) != 0 ? level[bits32(u->ifls, 5, 3)] : 1;
}

static void pl011_update(struct pl011 *u)
{
    irq_set(&u->irq, (u->ris & u->imsc) != 0);
}

static bool pl011_listening(const struct pl011 *u)
{
    uint32_t on = CR_UARTEN | CR_RXE;
    return (u->cr & on) == on && ((u->imsc & (INT_RX | INT_RT)) != 0 || u->polls >= POLLS_TO_LISTEN);
}

/* Arrange for the next byte of the script: ten bit periods from now. */
static void pl011_want(struct pl011 *u)
{
    if (u->script_in != NULL && !u->script_done && !u->arrival.queued && u->rx_count < pl011_depth(u)
        && pl011_listening(u)) {
        event_schedule(u->clock, &u->arrival, u->clock->now_ns + 10 * pl011_bit_ns(u));
    }
}

static void pl011_push(struct pl011 *u, uint16_t data)
{
    if (u->rx_count == pl011_depth(u)) {
        u->ris |= INT_OE;
        u->rsr |= DR_OE >> 8;
        pl011_update(u);
        return;
    }
    u->rx[(u->rx_head + u->rx_count) % PL011_FIFO] = data;
    u->rx_count++;
    if ((data & DR_BE) != 0) {
        u->ris |= INT_BE;
    }
    if (u->rx_count >= pl011_rx_trigger(u)) {
        u->ris |= INT_RX;
    }
    event_schedule(u->clock, &u->timeout, u->clock->now_ns + 32 * pl011_bit_ns(u));
    pl011_update(u);
}

static void pl011_refill(struct pl011 *u)
{
    size_t n = 0;
    while (n < u->backlog_len && u->rx_count < pl011_depth(u)) {
        pl011_push(u, u->backlog[n++]);
    }
    if (n != 0) {
        memmove(u->backlog, u->backlog + n, u->backlog_len - n);
        u->backlog_len -= n;
    }
}

static uint32_t pl011_pop(struct pl011 *u)
{
    uint32_t v = 0;
    if (u->rx_count != 0) {
        v = u->rx[u->rx_head];
        u->rx_head = (u->rx_head + 1) % PL011_FIFO;
        u->rx_count--;
    }
    u->rsr = (u->rsr & (DR_OE >> 8)) | bits32(v, 10, 8);
    if (u->rx_count < pl011_rx_trigger(u)) {
        u->ris &= ~(uint32_t)INT_RX;
    }
    if (u->rx_count == 0) {
        u->ris &= ~(uint32_t)INT_RT;
        event_cancel(u->clock, &u->timeout);
    }
    if (u->backlog_len != 0) {
        pl011_refill(u);
    }
    u->polls = 0;
    pl011_want(u);
    pl011_update(u);
    return v;
}

static void pl011_timeout(void *opaque, uint64_t now_ns)
{
    struct pl011 *u = opaque;
    (void)now_ns;
    u->ris |= INT_RT;
    pl011_update(u);
}

static void pl011_arrival(void *opaque, uint64_t now_ns)
{
    struct pl011 *u = opaque;
    (void)now_ns;
    if (u->rx_count == pl011_depth(u) || !pl011_listening(u)) {
        return;     /* the guest stopped listening: it will be asked for again */
    }
    int c = u->script_in(u->script_opaque);
    if (c < 0) {
        u->script_done = true;
        return;
    }
    pl011_push(u, (uint8_t)c);
    pl011_want(u);
}

static void pl011_send(struct pl011 *u, uint8_t byte)
{
    /* What the disabled transmitter does with data is not specified; firmware and early consoles that
       write without enabling anything are meant to be heard. */
    u->polls = 0;
    if ((u->cr & CR_LBE) != 0) {
        pl011_push(u, byte);
    } else if (u->out != NULL) {
        u->out(u->out_opaque, byte);
    }
    /* The FIFO drains at once and so passes any trigger level. */
    u->ris |= INT_TX;
    pl011_update(u);
}

static uint32_t pl011_flags(struct pl011 *u)
{
    uint32_t fr = FR_TXFE | FR_CTS | FR_DSR | FR_DCD;   /* a terminal that is there and ready */
    if ((u->cr & CR_LBE) != 0) {
        fr = FR_TXFE | ((u->cr & CR_RTS) != 0 ? FR_CTS : 0) | ((u->cr & CR_DTR) != 0 ? FR_DSR : 0)
            | ((u->cr & CR_OUT1) != 0 ? FR_DCD : 0) | ((u->cr & CR_OUT2) != 0 ? FR_RI : 0);
    }
    fr |= u->rx_count == 0 ? FR_RXFE : 0;
    fr |= u->rx_count == pl011_depth(u) ? FR_RXFF : 0;
    return fr;
}

static bool pl011_read(void *opaque, uint64_t off, unsigned size, unsigned pe, uint64_t *val)
{
    struct pl011 *u = opaque;
    uint32_t v = 0;
    (void)pe;
    switch (off & ~UINT64_C(3)) {
    case UARTDR:
        if ((off & 3) == 0) {
            v = pl011_pop(u);
        }
        break;
    case UARTRSR: v = u->rsr; break;
    case UARTFR:
        v = pl011_flags(u);
        if (u->rx_count == 0 && u->polls < POLLS_TO_LISTEN && ++u->polls == POLLS_TO_LISTEN) {
            pl011_want(u);
        }
        break;
    case UARTILPR: v = u->ilpr; break;
    case UARTIBRD: v = u->ibrd; break;
    case UARTFBRD: v = u->fbrd; break;
    case UARTLCR_H: v = u->lcr_h; break;
    case UARTCR: v = u->cr; break;
    case UARTIFLS: v = u->ifls; break;
    case UARTIMSC: v = u->imsc; break;
    case UARTRIS: v = u->ris; break;
    case UARTMIS: v = u->ris & u->imsc; break;
    case UARTDMACR: v = u->dmacr; break;
    default:
        if (off >= UART_ID) {
            v = pl011_ids[(off - UART_ID) >> 2];
        }
        break;      /* reserved: reads as zero */
    }
    *val = dev_part(v, off, size);
    return true;
}

/* Changing FEN empties the FIFOs; setting BRK sends a break, which comes back in loopback. */
static void pl011_write_lcr_h(struct pl011 *u, uint32_t v)
{
    if (((u->lcr_h ^ v) & LCR_FEN) != 0) {
        u->rx_count = 0;
        u->rx_head = 0;
        u->ris &= ~(uint32_t)(INT_RX | INT_RT);
        event_cancel(u->clock, &u->timeout);
    }
    bool brk = ((u->lcr_h ^ v) & v & LCR_BRK) != 0;
    u->lcr_h = v & 0xff;
    if (brk && (u->cr & CR_LBE) != 0) {
        pl011_push(u, DR_BE);
    }
    pl011_refill(u);
}

static bool pl011_write(void *opaque, uint64_t off, unsigned size, unsigned pe, uint64_t val)
{
    struct pl011 *u = opaque;
    uint32_t v = (uint32_t)(val & ones64(8 * size));
    (void)pe;
    switch (off) {
    case UARTDR: pl011_send(u, (uint8_t)v); break;
    case UARTRSR: u->rsr = 0; break;    /* UARTECR: any value clears */
    case UARTILPR: u->ilpr = v & 0xff; break;
    case UARTIBRD: u->ibrd = v & 0xffff; break;
    case UARTFBRD: u->fbrd = v & 0x3f; break;
    case UARTLCR_H: pl011_write_lcr_h(u, v); break;
    case UARTCR: u->cr = v & 0xff87; break;
    case UARTIFLS: u->ifls = v & 0x3f; break;
    case UARTIMSC: u->imsc = v & 0x7ff; break;
    case UARTICR: u->ris &= ~(v & 0x7ff); break;
    case UARTDMACR: u->dmacr = v & 7; break;
    default: break;     /* read-only or reserved: ignored */
    }
    pl011_want(u);
    pl011_update(u);
    return true;
}

void pl011_init(struct pl011 *u, struct clock *clock, const struct irq_line *irq,
                void (*out)(void *opaque, uint8_t byte), void *out_opaque, struct mmio_dev *d)
{
    memset(u, 0, sizeof(*u));
    u->cr = CR_TXE | CR_RXE;
    u->ifls = 0x12;
    u->clock = clock;
    u->irq = *irq;
    u->out = out;
    u->out_opaque = out_opaque;
    event_init(&u->timeout, "pl011 receive timeout", PRIO_UART, pl011_timeout, u);
    event_init(&u->arrival, "pl011 scripted input", PRIO_UART + 1, pl011_arrival, u);
    *d = (struct mmio_dev){ .name = "pl011", .opaque = u, .read = pl011_read, .write = pl011_write };
}

void pl011_fini(struct pl011 *u)
{
    event_cancel(u->clock, &u->timeout);
    event_cancel(u->clock, &u->arrival);
    free(u->backlog);
    u->backlog = NULL;
}

void pl011_set_script(struct pl011 *u, int (*script_in)(void *opaque), void *opaque)
{
    u->script_in = script_in;
    u->script_opaque = opaque;
    u->script_done = false;
    pl011_want(u);
}

void pl011_input(struct pl011 *u, uint8_t byte)
{
    if (u->backlog_len == u->backlog_cap) {
        size_t cap = u->backlog_cap == 0 ? 64 : 2 * u->backlog_cap;
        uint8_t *p = realloc(u->backlog, cap);
        if (p == NULL) {
            return;     /* as a full terminal buffer: the key is lost */
        }
        u->backlog = p;
        u->backlog_cap = cap;
    }
    u->backlog[u->backlog_len++] = byte;
    pl011_refill(u);
}

uint32_t pl011_digest(const struct pl011 *u, uint32_t crc)
{
    const uint32_t regs[] = { u->rsr, u->ilpr, u->ibrd, u->fbrd, u->lcr_h, u->cr, u->ifls, u->imsc, u->ris, u->dmacr,
                              u->rx_count };
    for (unsigned i = 0; i < ARRAY_LEN(regs); i++) {
        crc = digest_u64(crc, regs[i]);
    }
    for (unsigned i = 0; i < u->rx_count; i++) {
        crc = digest_u64(crc, u->rx[(u->rx_head + i) % PL011_FIFO]);
    }
    crc = digest_bytes(crc, u->backlog, u->backlog_len);
    crc = digest_u64(crc, u->timeout.queued ? u->timeout.when_ns : 0);
    return digest_u64(crc, u->arrival.queued ? u->arrival.when_ns : 0);
}
