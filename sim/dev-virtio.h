/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtio over MMIO, register layout version 2, with split virtqueues.
 * Source: OASIS Virtual I/O Device (VIRTIO) 1.1, sections 2.6 and 4.2.
 * A request is served at once, inside the guest's write to QueueNotify.
 */
#ifndef HYPSCOPE_SIM_DEV_VIRTIO_H
#define HYPSCOPE_SIM_DEV_VIRTIO_H

#include "sim/base/bus.h"
#include "sim/base/irq.h"

#define VIRTIO_MAX_QUEUES 2
#define VIRTIO_QUEUE_SIZE 256
#define VIRTIO_F_INDIRECT_DESC BIT64(28)
#define VIRTIO_F_VERSION_1 BIT64(32)

enum virtio_id { VIRTIO_ID_NONE = 0, VIRTIO_ID_BLOCK = 2, VIRTIO_ID_CONSOLE = 3, VIRTIO_ID_RNG = 4 };

struct virtio_queue {
    uint32_t size;              /* entries, as the driver chose */
    bool ready;
    uint64_t desc, avail, used; /* guest physical */
    uint16_t next_avail;        /* index of the next chain to take */
    uint16_t next_used;
};

/* One slot. With device_id VIRTIO_ID_NONE nothing else is used. */
struct virtio_dev {
    uint32_t device_id;
    unsigned n_queues;
    uint64_t features;          /* offered, beyond VIRTIO_F_VERSION_1 and VIRTIO_F_INDIRECT_DESC */
    /* The driver made buffers available on queue q. */
    void (*notify)(struct virtio_dev *v, unsigned q);
    uint8_t (*config)(const struct virtio_dev *v, unsigned off);   /* a byte of configuration space; NULL: all zero */
    void *opaque;               /* of the device behind */

    struct bus *bus;
    struct irq_line irq;
    uint64_t driver_features;
    uint32_t features_sel, driver_features_sel, queue_sel, status, interrupt;
    struct virtio_queue q[VIRTIO_MAX_QUEUES];
};

/* Buffers of one request: those the device reads, then those it writes. */
struct virtio_chain {
    uint16_t head;
    unsigned n_out, n_in;
    uint64_t out_len, in_len;   /* bytes */
    struct virtio_seg { uint64_t addr; uint32_t len; } seg[VIRTIO_QUEUE_SIZE];
};

/* The slots' register space: one bus device over n consecutive slots. */
struct virtio_block {
    struct virtio_dev *slots;
    unsigned n;
};
void virtio_bus_dev(struct virtio_block *b, struct mmio_dev *d);

/* Take the next request of a queue. false: none, or the driver is broken (the device then asks to be reset). */
bool virtio_pop(struct virtio_dev *v, unsigned q, struct virtio_chain *c);
/* Give it back with `len` bytes written, and interrupt the driver if it wants that. */
void virtio_push(struct virtio_dev *v, unsigned q, const struct virtio_chain *c, uint32_t len);
/* Copy out of the buffers that the device reads, or into those it writes, from byte `off` on; the number of bytes copied. */
uint64_t virtio_read(struct virtio_dev *v, const struct virtio_chain *c, uint64_t off, void *dst, uint64_t len);
uint64_t virtio_write(struct virtio_dev *v, const struct virtio_chain *c, uint64_t off, const void *src, uint64_t len);
uint32_t virtio_digest(const struct virtio_dev *v, uint32_t crc);

#endif
