/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/dev-virtio-simple.h"

#include "sim/dev.h"

#include <stdlib.h>
#include <string.h>

enum { QUEUE_RX = 0, QUEUE_TX = 1 };

static void console_send(struct virtio_console *c, struct virtio_dev *v)
{
    struct virtio_chain ch;
    while (virtio_pop(v, QUEUE_TX, &ch)) {
        uint8_t buf[256];
        uint64_t off = 0, n;
        while ((n = virtio_read(v, &ch, off, buf, sizeof(buf))) != 0) {
            for (uint64_t i = 0; i < n && c->out != NULL; i++) {
                c->out(c->out_opaque, buf[i]);
            }
            off += n;
        }
        virtio_push(v, QUEUE_TX, &ch, 0);
    }
}

/* One more byte from the script into the backlog; false at the end. */
static bool console_draw(struct virtio_console *c)
{
    int byte = c->script_in != NULL && !c->script_done ? c->script_in(c->script_opaque) : -1;
    if (byte < 0) {
        c->script_done = true;
        return false;
    }
    if (c->backlog_len == c->backlog_cap) {
        size_t cap = c->backlog_cap == 0 ? 256 : 2 * c->backlog_cap;
        uint8_t *p = realloc(c->backlog, cap);
        if (p == NULL) {
            return false;
        }
        c->backlog = p;
        c->backlog_cap = cap;
    }
    c->backlog[c->backlog_len++] = (uint8_t)byte;
    return true;
}

static void console_deliver(struct virtio_console *c, struct virtio_dev *v)
{
    struct virtio_chain ch;
    while ((c->backlog_len != 0 || console_draw(c)) && virtio_pop(v, QUEUE_RX, &ch)) {
        while (c->backlog_len < ch.in_len && console_draw(c)) {
        }
        uint64_t n = virtio_write(v, &ch, 0, c->backlog, c->backlog_len);
        if (n != 0) {
            memmove(c->backlog, c->backlog + n, c->backlog_len - n);
            c->backlog_len -= n;
        }
        virtio_push(v, QUEUE_RX, &ch, (uint32_t)n);
    }
}

static void console_notify(struct virtio_dev *v, unsigned q)
{
    struct virtio_console *c = v->opaque;
    if (q == QUEUE_TX) {
        console_send(c, v);
    } else {
        console_deliver(c, v);
    }
}

void virtio_console_init(struct virtio_console *c, struct virtio_dev *v, void (*out)(void *opaque, uint8_t byte),
                         void *out_opaque)
{
    *c = (struct virtio_console){ .v = v, .out = out, .out_opaque = out_opaque };
    v->device_id = VIRTIO_ID_CONSOLE;
    v->n_queues = 2;
    v->notify = console_notify;
    v->opaque = c;
}

void virtio_console_fini(struct virtio_console *c)
{
    free(c->backlog);
    c->backlog = NULL;
}

static int one_byte(void *opaque)
{
    int *b = opaque;
    int v = *b;
    *b = -1;
    return v;
}

void virtio_console_input(struct virtio_console *c, uint8_t byte)
{
    int b = byte;
    struct virtio_console once = *c;
    once.script_in = one_byte;
    once.script_opaque = &b;
    once.script_done = false;
    console_draw(&once);
    c->backlog = once.backlog;
    c->backlog_len = once.backlog_len;
    c->backlog_cap = once.backlog_cap;
    console_deliver(c, c->v);
}

uint32_t virtio_console_digest(const struct virtio_console *c, uint32_t crc)
{
    return digest_bytes(digest_u64(crc, c->backlog_len), c->backlog, c->backlog_len);
}

static void rng_notify(struct virtio_dev *v, unsigned q)
{
    struct virtio_rng *r = v->opaque;
    struct virtio_chain ch;
    while (virtio_pop(v, q, &ch)) {
        uint64_t off = 0;
        while (off < ch.in_len) {
            uint64_t word = splitmix64(&r->state);
            uint8_t bytes[8];
            for (unsigned i = 0; i < sizeof(bytes); i++) {
                bytes[i] = (uint8_t)(word >> (8 * i));
            }
            uint64_t n = virtio_write(v, &ch, off, bytes, sizeof(bytes));
            if (n == 0) {
                break;
            }
            off += n;
        }
        virtio_push(v, q, &ch, (uint32_t)off);
    }
}

void virtio_rng_init(struct virtio_rng *r, struct virtio_dev *v, uint64_t seed)
{
    r->state = seed;
    v->device_id = VIRTIO_ID_RNG;
    v->n_queues = 1;
    v->notify = rng_notify;
    v->opaque = r;
}

uint32_t virtio_rng_digest(const struct virtio_rng *r, uint32_t crc)
{
    return digest_u64(crc, r->state);
}
