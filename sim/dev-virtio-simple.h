/* SPDX-License-Identifier: Apache-2.0 */
/* Virtio console and entropy devices. Source: VIRTIO 1.1, sections 5.3 and 5.4. */
#ifndef HYPSCOPE_SIM_DEV_VIRTIO_SIMPLE_H
#define HYPSCOPE_SIM_DEV_VIRTIO_SIMPLE_H

#include "sim/dev-virtio.h"

/* One port without resizing or multiport. */
struct virtio_console {
    struct virtio_dev *v;
    void (*out)(void *opaque, uint8_t byte);
    void *out_opaque;
    int (*script_in)(void *opaque);     /* taken whenever the driver has given buffers; -1 at the end */
    void *script_opaque;
    bool script_done;
    uint8_t *backlog;                   /* typed, no buffer yet */
    size_t backlog_len, backlog_cap;
};

void virtio_console_init(struct virtio_console *c, struct virtio_dev *v, void (*out)(void *opaque, uint8_t byte),
                         void *out_opaque);
void virtio_console_fini(struct virtio_console *c);
void virtio_console_input(struct virtio_console *c, uint8_t byte);
uint32_t virtio_console_digest(const struct virtio_console *c, uint32_t crc);

/* A pseudorandom sequence (splitmix64) that depends on the seed and on how much was drawn, on nothing else. */
struct virtio_rng {
    uint64_t state;
};

void virtio_rng_init(struct virtio_rng *r, struct virtio_dev *v, uint64_t seed);
uint32_t virtio_rng_digest(const struct virtio_rng *r, uint32_t crc);

#endif
