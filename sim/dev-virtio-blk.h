/* SPDX-License-Identifier: Apache-2.0 */
/* Virtio block device over a raw image file. Source: VIRTIO 1.1, section 5.2. */
#ifndef HYPSCOPE_SIM_DEV_VIRTIO_BLK_H
#define HYPSCOPE_SIM_DEV_VIRTIO_BLK_H

#include "sim/dev-virtio.h"
#include "sim/base/err.h"

struct virtio_blk {
    uint8_t *data;          /* the file, mapped: copy-on-write unless writable */
    uint64_t size;          /* bytes, a multiple of 512 */
    bool writable;
    uint32_t written_crc;   /* over every write so far: stands for the changed contents in the digest */
};

/* Open `path` (an option's spelling goes before it in messages). Writes of the guest reach the file only when
   `writable`; otherwise they last as long as the machine. */
bool must_check virtio_blk_init(struct virtio_blk *b, struct virtio_dev *v, const char *opt, const char *path, bool writable,
                                struct err *err);
void virtio_blk_fini(struct virtio_blk *b);
uint32_t virtio_blk_digest(const struct virtio_blk *b, uint32_t crc);

#endif
