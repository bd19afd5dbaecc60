/* SPDX-License-Identifier: Apache-2.0 */
/* PrimeCell UART (PL011), transmit side: what is written is sent at once, nothing is ever received. */
#include "tests/guests/rt/rt.h"
#include "tests/guests/vmm/vmm.h"

#define UARTDR        0x000
#define UARTFR        0x018
#define UARTIBRD      0x024
#define UARTFBRD      0x028
#define UARTLCR_H     0x02c
#define UARTCR        0x030
#define UARTIFLS      0x034
#define UARTIMSC      0x038
#define UARTRIS       0x03c
#define UARTMIS       0x040
#define UARTICR       0x044
#define UARTPERIPHID0 0xfe0

#define FR_EMPTY 0x90 /* transmit and receive FIFO empty */
#define INT_TX   0x20

void pl011_init(struct pl011 *uart)
{
    memset(uart, 0, sizeof(*uart));
    uart->cr = 0x300;
    uart->ifls = 0x12;
}

void pl011_flush(struct pl011 *uart)
{
    if (uart->used > 0) {
        rt_write(1, "guest| ", 7);
        rt_write(1, uart->line, uart->used);
        uart->used = 0;
    }
}

static void send(struct pl011 *uart, char c)
{
    if (c == '\r') {
        return;
    }
    uart->line[uart->used++] = c;
    if (c == '\n' || uart->used == sizeof(uart->line)) {
        pl011_flush(uart);
    }
}

uint32_t pl011_read(struct pl011 *uart, uint64_t offset)
{
    static const uint8_t ids[8] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

    switch (offset) {
    case UARTFR: return FR_EMPTY;
    case UARTIBRD: return uart->ibrd;
    case UARTFBRD: return uart->fbrd;
    case UARTLCR_H: return uart->lcr_h;
    case UARTCR: return uart->cr;
    case UARTIFLS: return uart->ifls;
    case UARTIMSC: return uart->imsc;
    case UARTRIS: return uart->ris;
    case UARTMIS: return uart->ris & uart->imsc;
    default: return offset >= UARTPERIPHID0 && offset < UART_BYTES ? ids[(offset - UARTPERIPHID0) / 4] : 0;
    }
}

void pl011_write(struct pl011 *uart, uint64_t offset, uint32_t value)
{
    switch (offset) {
    case UARTDR:
        send(uart, (char)value);
        uart->ris |= INT_TX; /* the FIFO has drained past its trigger level already */
        break;
    case UARTIBRD: uart->ibrd = value; break;
    case UARTFBRD: uart->fbrd = value; break;
    case UARTLCR_H: uart->lcr_h = value; break;
    case UARTCR: uart->cr = value; break;
    case UARTIFLS: uart->ifls = value; break;
    case UARTIMSC: uart->imsc = value; break;
    case UARTICR: uart->ris &= ~value; break;
    default: break;
    }
}

int pl011_irq(const struct pl011 *uart) { return (uart->ris & uart->imsc) != 0; }
