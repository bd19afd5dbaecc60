/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/dev-virtio.h"

#include "sim/base/le.h"
#include "sim/board.h"
#include "sim/dev.h"

#include <string.h>

enum virtio_reg {
    VM_MAGIC = 0x000, VM_VERSION = 0x004, VM_DEVICE_ID = 0x008, VM_VENDOR_ID = 0x00c, VM_DEVICE_FEATURES = 0x010,
    VM_DEVICE_FEATURES_SEL = 0x014, VM_DRIVER_FEATURES = 0x020, VM_DRIVER_FEATURES_SEL = 0x024, VM_QUEUE_SEL = 0x030,
    VM_QUEUE_NUM_MAX = 0x034, VM_QUEUE_NUM = 0x038, VM_QUEUE_READY = 0x044, VM_QUEUE_NOTIFY = 0x050,
    VM_INTERRUPT_STATUS = 0x060, VM_INTERRUPT_ACK = 0x064, VM_STATUS = 0x070, VM_QUEUE_DESC = 0x080,
    VM_QUEUE_DRIVER = 0x090, VM_QUEUE_DEVICE = 0x0a0, VM_SHM_LEN = 0x0b0, VM_CONFIG_GENERATION = 0x0fc, VM_CONFIG = 0x100,
};

enum { STATUS_FEATURES_OK = 8, STATUS_DRIVER_OK = 4, STATUS_NEEDS_RESET = 64 };
enum { INT_USED = 1, INT_CONFIG = 2 };
enum { DESC_NEXT = 1, DESC_WRITE = 2, DESC_INDIRECT = 4, AVAIL_NO_INTERRUPT = 1 };

#define VIRTIO_MAGIC 0x74726976u        /* "virt" */
#define VIRTIO_VENDOR 0x43535948u       /* "HYSC" */

static void virtio_interrupt(struct virtio_dev *v, uint32_t why)
{
    v->interrupt |= why;
    irq_set(&v->irq, true);
}

/* The driver broke a rule that leaves the queue without meaning (2.1.2). */
static bool virtio_broken(struct virtio_dev *v)
{
    v->status |= STATUS_NEEDS_RESET;
    if ((v->status & STATUS_DRIVER_OK) != 0) {
        virtio_interrupt(v, INT_CONFIG);
    }
    return false;
}

static void virtio_reset(struct virtio_dev *v)
{
    v->driver_features = 0;
    v->features_sel = v->driver_features_sel = v->queue_sel = v->status = v->interrupt = 0;
    memset(v->q, 0, sizeof(v->q));
    irq_set(&v->irq, false);
}

static uint64_t virtio_offered(const struct virtio_dev *v)
{
    return v->features | VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC;
}

static uint32_t virtio_reg_read(const struct virtio_dev *v, uint64_t off)
{
    const struct virtio_queue *q = v->queue_sel < v->n_queues ? &v->q[v->queue_sel] : NULL;
    switch (off) {
    case VM_DEVICE_FEATURES: return v->features_sel < 2 ? (uint32_t)(virtio_offered(v) >> (32 * v->features_sel)) : 0;
    case VM_QUEUE_NUM_MAX: return q != NULL ? VIRTIO_QUEUE_SIZE : 0;
    case VM_QUEUE_READY: return q != NULL && q->ready;
    case VM_INTERRUPT_STATUS: return v->interrupt;
    case VM_STATUS: return v->status;
    case VM_SHM_LEN:
    case VM_SHM_LEN + 4: return UINT32_MAX;     /* no shared memory regions */
    default: return 0;
    }
}

static bool virtio_mmio_read(void *opaque, uint64_t off, unsigned size, unsigned pe, uint64_t *val)
{
    struct virtio_block *b = opaque;
    const struct virtio_dev *v = &b->slots[off / BOARD_VIRTIO_SIZE];
    uint64_t reg = off % BOARD_VIRTIO_SIZE;
    (void)pe;
    *val = 0;
    if (reg >= VM_CONFIG) {
        for (unsigned i = 0; i < size && v->device_id != 0 && v->config != NULL; i++) {
            *val |= (uint64_t)v->config(v, (unsigned)(reg - VM_CONFIG) + i) << (8 * i);
        }
        return true;
    }
    uint32_t r = 0;
    switch (reg & ~UINT64_C(3)) {
    case VM_MAGIC: r = VIRTIO_MAGIC; break;
    case VM_VERSION: r = 2; break;
    case VM_DEVICE_ID: r = v->device_id; break;
    case VM_VENDOR_ID: r = v->device_id != 0 ? VIRTIO_VENDOR : 0; break;
    default: r = v->device_id != 0 ? virtio_reg_read(v, reg & ~UINT64_C(3)) : 0; break;
    }
    *val = dev_part(r, reg, size);
    return true;
}

static void set_half(uint64_t *addr, bool high, uint32_t v)
{
    *addr = high ? set_bits64(*addr, 63, 32, v) : set_bits64(*addr, 31, 0, v);
}

static void virtio_queue_write(struct virtio_queue *q, uint64_t off, uint32_t val)
{
    switch (off) {
    case VM_QUEUE_NUM:
        if (val <= VIRTIO_QUEUE_SIZE && (val & (val - 1)) == 0) {
            q->size = val;
        }
        break;
    case VM_QUEUE_READY:
        q->ready = (val & 1) != 0 && q->size != 0;
        if (!q->ready) {
            q->next_avail = q->next_used = 0;
        }
        break;
    case VM_QUEUE_DESC: case VM_QUEUE_DESC + 4: set_half(&q->desc, (off & 4) != 0, val); break;
    case VM_QUEUE_DRIVER: case VM_QUEUE_DRIVER + 4: set_half(&q->avail, (off & 4) != 0, val); break;
    case VM_QUEUE_DEVICE: case VM_QUEUE_DEVICE + 4: set_half(&q->used, (off & 4) != 0, val); break;
    default: break;
    }
}

static void virtio_set_status(struct virtio_dev *v, uint32_t val)
{
    if (val == 0) {
        virtio_reset(v);
        return;
    }
    bool unknown = (v->driver_features & ~virtio_offered(v)) != 0, legacy = (v->driver_features & VIRTIO_F_VERSION_1) == 0;
    if ((val & STATUS_FEATURES_OK) != 0 && (unknown || legacy)) {
        val &= ~(uint32_t)STATUS_FEATURES_OK;
    }
    v->status = (val & 0xff) | (v->status & STATUS_NEEDS_RESET);
}

static bool virtio_mmio_write(void *opaque, uint64_t off, unsigned size, unsigned pe, uint64_t val)
{
    struct virtio_block *b = opaque;
    struct virtio_dev *v = &b->slots[off / BOARD_VIRTIO_SIZE];
    uint64_t reg = off % BOARD_VIRTIO_SIZE;
    uint32_t w = (uint32_t)val;
    (void)pe;
    if (v->device_id == 0 || reg >= VM_CONFIG || size != 4) {
        return true;    /* no device has writable configuration; registers take words only (4.2.2.2) */
    }
    switch (reg) {
    case VM_DEVICE_FEATURES_SEL: v->features_sel = w; break;
    case VM_DRIVER_FEATURES_SEL: v->driver_features_sel = w; break;
    case VM_DRIVER_FEATURES:
        if (v->driver_features_sel < 2) {
            set_half(&v->driver_features, v->driver_features_sel == 1, w);
        }
        break;
    case VM_QUEUE_SEL: v->queue_sel = w; break;
    case VM_QUEUE_NOTIFY:
        if (w < v->n_queues && v->q[w].ready && (v->status & STATUS_DRIVER_OK) != 0) {
            v->notify(v, w);
        }
        break;
    case VM_INTERRUPT_ACK:
        v->interrupt &= ~w;
        irq_set(&v->irq, v->interrupt != 0);
        break;
    case VM_STATUS: virtio_set_status(v, w); break;
    default:
        if (v->queue_sel < v->n_queues) {
            virtio_queue_write(&v->q[v->queue_sel], reg, w);
        }
        break;
    }
    return true;
}

void virtio_bus_dev(struct virtio_block *b, struct mmio_dev *d)
{
    *d = (struct mmio_dev){ .name = "virtio-mmio", .size = b->n * BOARD_VIRTIO_SIZE, .opaque = b, .read = virtio_mmio_read,
                            .write = virtio_mmio_write };
}

/* Append descriptor `i` and those chained to it from a table of `n`. Tables do not nest (2.6.5.3). */
static bool virtio_collect(struct virtio_dev *v, struct virtio_chain *c, uint64_t table, uint32_t n, uint32_t i, bool nested)
{
    for (uint32_t hops = 0; hops < n; hops++) {
        const uint8_t *d = i < n ? bus_ram(v->bus, table + 16 * (uint64_t)i, 16) : NULL;
        if (d == NULL) {
            return false;
        }
        uint64_t addr = le64(d);
        uint32_t len = le32(d + 8);
        uint16_t flags = le16(d + 12);
        if ((flags & DESC_INDIRECT) != 0) {
            return !nested && (flags & DESC_NEXT) == 0 && virtio_collect(v, c, addr, len / 16, 0, true);
        }
        unsigned k = c->n_out + c->n_in;
        bool in = (flags & DESC_WRITE) != 0;
        if (k == ARRAY_LEN(c->seg) || (!in && c->n_in != 0)) {
            return false;
        }
        c->seg[k] = (struct virtio_seg){ addr, len };
        *(in ? &c->n_in : &c->n_out) += 1;
        *(in ? &c->in_len : &c->out_len) += len;
        if ((flags & DESC_NEXT) == 0) {
            return true;
        }
        i = le16(d + 14);
    }
    return false;   /* a loop */
}

bool virtio_pop(struct virtio_dev *v, unsigned qi, struct virtio_chain *c)
{
    struct virtio_queue *q = &v->q[qi];
    if (!q->ready || (v->status & STATUS_NEEDS_RESET) != 0) {
        return false;
    }
    const uint8_t *avail = bus_ram(v->bus, q->avail, 4 + 2 * (uint64_t)q->size);
    if (avail == NULL) {
        return virtio_broken(v);
    }
    uint16_t ahead = (uint16_t)(le16(avail + 2) - q->next_avail);
    if (ahead == 0) {
        return false;
    }
    c->head = le16(avail + 4 + 2 * (q->next_avail % q->size));
    c->n_out = c->n_in = 0;
    c->out_len = c->in_len = 0;
    if (ahead > q->size || !virtio_collect(v, c, q->desc, q->size, c->head, false)) {
        return virtio_broken(v);
    }
    q->next_avail++;
    return true;
}

void virtio_push(struct virtio_dev *v, unsigned qi, const struct virtio_chain *c, uint32_t len)
{
    struct virtio_queue *q = &v->q[qi];
    uint8_t elem[8], idx[2];
    put_le32(elem, c->head);
    put_le32(elem + 4, len);
    put_le16(idx, (uint16_t)(q->next_used + 1));
    if (!bus_dma_write(v->bus, q->used + 4 + 8 * (uint64_t)(q->next_used % q->size), elem, sizeof(elem))
        || !bus_dma_write(v->bus, q->used + 2, idx, sizeof(idx))) {
        virtio_broken(v);
        return;
    }
    q->next_used++;
    const uint8_t *avail = bus_ram(v->bus, q->avail, 2);
    if (avail != NULL && (le16(avail) & AVAIL_NO_INTERRUPT) == 0) {
        virtio_interrupt(v, INT_USED);
    }
}

static uint64_t virtio_copy(struct virtio_dev *v, const struct virtio_seg *s, unsigned n, uint64_t off, uint8_t *dst,
                            const uint8_t *src, uint64_t len)
{
    uint64_t done = 0;
    for (unsigned i = 0; i < n && done < len; i++) {
        if (off >= s[i].len) {
            off -= s[i].len;
            continue;
        }
        uint64_t part = s[i].len - off < len - done ? s[i].len - off : len - done;
        bool ok = dst != NULL ? bus_dma_read(v->bus, s[i].addr + off, dst + done, part)
                              : bus_dma_write(v->bus, s[i].addr + off, src + done, part);
        if (!ok) {
            virtio_broken(v);
            return done;
        }
        done += part;
        off = 0;
    }
    return done;
}

uint64_t virtio_read(struct virtio_dev *v, const struct virtio_chain *c, uint64_t off, void *dst, uint64_t len)
{
    return virtio_copy(v, c->seg, c->n_out, off, dst, NULL, len);
}

uint64_t virtio_write(struct virtio_dev *v, const struct virtio_chain *c, uint64_t off, const void *src, uint64_t len)
{
    return virtio_copy(v, c->seg + c->n_out, c->n_in, off, NULL, src, len);
}

uint32_t virtio_digest(const struct virtio_dev *v, uint32_t crc)
{
    const uint64_t regs[] = { v->device_id, v->driver_features, v->features_sel, v->driver_features_sel, v->queue_sel,
                              v->status, v->interrupt };
    for (unsigned i = 0; i < ARRAY_LEN(regs); i++) {
        crc = digest_u64(crc, regs[i]);
    }
    for (unsigned i = 0; i < VIRTIO_MAX_QUEUES; i++) {
        const struct virtio_queue *q = &v->q[i];
        const uint64_t vals[] = { q->size, q->ready, q->desc, q->avail, q->used, q->next_avail, q->next_used };
        for (unsigned k = 0; k < ARRAY_LEN(vals); k++) {
            crc = digest_u64(crc, vals[k]);
        }
    }
    return crc;
}
