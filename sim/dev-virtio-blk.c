/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/dev-virtio-blk.h"

#include "sim/base/le.h"
#include "sim/dev.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512u
#define HEADER 16u
#define F_FLUSH BIT64(9)

enum blk_type { BLK_IN = 0, BLK_OUT = 1, BLK_FLUSH = 4, BLK_GET_ID = 8 };
enum blk_status { BLK_OK = 0, BLK_IOERR = 1, BLK_UNSUPP = 2 };

static uint8_t blk_config(const struct virtio_dev *v, unsigned off)
{
    const struct virtio_blk *b = v->opaque;
    return off < 8 ? (uint8_t)((b->size / SECTOR) >> (8 * off)) : 0;    /* capacity; no other field is offered */
}

/* The last byte of the buffers that the device writes is the status. */
static uint8_t blk_serve(struct virtio_blk *b, struct virtio_dev *v, const struct virtio_chain *c, uint32_t type, uint64_t pos,
                         uint32_t *done)
{
    static const char id[20] = "hypscope";
    uint64_t in = c->in_len - 1, out = c->out_len - HEADER;
    uint64_t len = type == BLK_OUT ? out : in;
    switch (type) {
    case BLK_IN:
    case BLK_OUT:
        if (pos > b->size || len > b->size - pos || len % SECTOR != 0) {
            return BLK_IOERR;
        }
        if (type == BLK_IN) {
            *done = (uint32_t)virtio_write(v, c, 0, b->data + pos, len);
            return *done == len ? BLK_OK : BLK_IOERR;
        }
        if (virtio_read(v, c, HEADER, b->data + pos, len) != len) {
            return BLK_IOERR;
        }
        b->written_crc = digest_bytes(digest_u64(b->written_crc, pos), b->data + pos, len);
        return BLK_OK;
    case BLK_FLUSH:
        return b->writable && msync(b->data, b->size, MS_SYNC) != 0 ? BLK_IOERR : BLK_OK;
    case BLK_GET_ID:
        *done = (uint32_t)virtio_write(v, c, 0, id, in < sizeof(id) ? in : sizeof(id));
        return BLK_OK;
    default:
        return BLK_UNSUPP;
    }
}

static void blk_notify(struct virtio_dev *v, unsigned q)
{
    struct virtio_blk *b = v->opaque;
    struct virtio_chain c;
    while (virtio_pop(v, q, &c)) {
        uint8_t header[HEADER] = { 0 };
        uint32_t done = 0;
        if (c.in_len == 0 || virtio_read(v, &c, 0, header, HEADER) != HEADER) {
            virtio_push(v, q, &c, 0);   /* no place for a status */
            continue;
        }
        uint64_t sector = le64(header + 8);
        uint64_t pos = sector > UINT64_MAX / SECTOR ? UINT64_MAX : sector * SECTOR;
        uint8_t status = blk_serve(b, v, &c, le32(header), pos, &done);
        done += (uint32_t)virtio_write(v, &c, c.in_len - 1, &status, 1);
        virtio_push(v, q, &c, done);
    }
}

bool virtio_blk_init(struct virtio_blk *b, struct virtio_dev *v, const char *opt, const char *path, bool writable,
                     struct err *err)
{
    struct stat st;
    *b = (struct virtio_blk){ .writable = writable };
    int fd = open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        err_set(err, "%s %s: cannot open%s: %s", opt, path, writable ? " for writing" : "", strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        err_set(err, "%s %s: not a regular file, expected a raw disk image", opt, path);
    } else if (st.st_size == 0 || st.st_size % SECTOR != 0) {
        err_set(err, "%s %s: %jd bytes, expected a raw disk image: a multiple of %u bytes", opt, path, (intmax_t)st.st_size, SECTOR);
    } else {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, writable ? MAP_SHARED : MAP_PRIVATE | MAP_NORESERVE, fd, 0);
        if (p == MAP_FAILED) {
            err_set(err, "%s %s: cannot map: %s", opt, path, strerror(errno));
        } else if (memcmp(p, "QFI\xfb", 4) == 0) {
            err_set(err, "%s %s: a qcow2 image, expected a raw one (qemu-img convert -O raw)", opt, path);
            munmap(p, (size_t)st.st_size);
        } else {
            b->data = p;
            b->size = (uint64_t)st.st_size;
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    v->device_id = VIRTIO_ID_BLOCK;
    v->n_queues = 1;
    v->features = F_FLUSH;
    v->notify = blk_notify;
    v->config = blk_config;
    v->opaque = b;
    return b->data != NULL;
}

void virtio_blk_fini(struct virtio_blk *b)
{
    if (b->data != NULL) {
        munmap(b->data, b->size);
        b->data = NULL;
    }
}

uint32_t virtio_blk_digest(const struct virtio_blk *b, uint32_t crc)
{
    return digest_u64(digest_u64(crc, b->size), b->written_crc);
}
