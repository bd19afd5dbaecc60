/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The physical address space: RAM regions and memory-mapped devices.
 * An access that hits nothing fails; the caller makes it an external abort.
 */
#ifndef HYPSCOPE_BASE_BUS_H
#define HYPSCOPE_BASE_BUS_H

#include "sim/base/bits.h"

/* A device: one handler for reads, one for writes. `size` is 1, 2, 4 or 8, the
   offset is naturally aligned. false: the device does not respond (external abort). */
struct mmio_dev {
    const char *name;
    uint64_t base;
    uint64_t size;
    void *opaque;
    bool (*read)(void *opaque, uint64_t off, unsigned size, unsigned pe, uint64_t *val);
    bool (*write)(void *opaque, uint64_t off, unsigned size, unsigned pe, uint64_t val);
};

/* Per 4 KiB page of RAM. */
enum page_flag {
    PAGE_CODE = 1,      /* predecoded code exists: stores must look */
    PAGE_MONITOR = 2,   /* another PE's exclusive monitor is on this page: stores must look */
    PAGE_WRITTEN = 4,   /* may differ from zero */
};

struct ram {
    uint64_t base;      /* physical address, page aligned */
    uint64_t size;      /* bytes, page multiple */
    uint8_t *host;      /* little-endian guest memory; lazily allocated, zero */
    uint8_t *flags;     /* enum page_flag bits, one byte a page */
};

#define BUS_MAX_DEVS 64

struct bus {
    struct ram ram;
    struct mmio_dev devs[BUS_MAX_DEVS];
    unsigned n_devs;
    /* Called before RAM at [pa, pa+len) changes other than through a PE's own checked
       store (DMA, table walker, loader), when the page has PAGE_CODE or PAGE_MONITOR. */
    void (*dirty)(void *opaque, uint64_t pa, uint64_t len);
    void *dirty_opaque;
    /* Called once for an access that nothing answers (for messages). */
    void (*unmapped)(void *opaque, uint64_t pa, unsigned size, bool write, unsigned pe);
    void *unmapped_opaque;
};

/* Allocate RAM of `size` bytes at `base`. false: the host has no memory. */
bool must_check bus_init(struct bus *b, uint64_t ram_base, uint64_t ram_size);
void bus_free(struct bus *b);
/* Add a device. false: too many, or it overlaps another. */
bool must_check bus_add(struct bus *b, const struct mmio_dev *d);

/* Host address of [pa, pa+len) if it is wholly RAM, else NULL. */
static inline uint8_t *bus_ram(const struct bus *b, uint64_t pa, uint64_t len)
{
    uint64_t off = pa - b->ram.base;
    if (likely(off < b->ram.size && len <= b->ram.size - off)) {
        return b->ram.host + off;
    }
    return NULL;
}

/* The flag byte of the RAM page that holds pa (pa must be RAM). */
static inline uint8_t *bus_page_flags(const struct bus *b, uint64_t pa)
{
    return &b->ram.flags[(pa - b->ram.base) >> 12];
}

/* Read or write RAM or a device; size 1, 2, 4, 8, naturally aligned for devices.
   false: nothing there, or the device refuses (external abort). Writes go through `dirty`. */
bool must_check bus_read(struct bus *b, uint64_t pa, unsigned size, unsigned pe, uint64_t *val);
bool must_check bus_write(struct bus *b, uint64_t pa, unsigned size, unsigned pe, uint64_t val);
/* Block transfers to and from RAM only (DMA, loaders). false: not wholly RAM. */
bool must_check bus_dma_read(struct bus *b, uint64_t pa, void *dst, uint64_t len);
bool must_check bus_dma_write(struct bus *b, uint64_t pa, const void *src, uint64_t len);

#endif
