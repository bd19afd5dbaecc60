/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/base/bus.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

bool bus_init(struct bus *b, uint64_t ram_base, uint64_t ram_size)
{
    memset(b, 0, sizeof(*b));
    void *p = mmap(NULL, ram_size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) {
        return false;
    }
    b->ram.flags = calloc(ram_size >> 12, 1);
    if (b->ram.flags == NULL) {
        munmap(p, ram_size);
        return false;
    }
    b->ram.base = ram_base;
    b->ram.size = ram_size;
    b->ram.host = p;
    return true;
}

void bus_free(struct bus *b)
{
    if (b->ram.host != NULL) {
        munmap(b->ram.host, b->ram.size);
    }
    free(b->ram.flags);
    memset(b, 0, sizeof(*b));
}

bool bus_add(struct bus *b, const struct mmio_dev *d)
{
    if (b->n_devs == BUS_MAX_DEVS) {
        return false;
    }
    for (unsigned i = 0; i < b->n_devs; i++) {
        const struct mmio_dev *o = &b->devs[i];
        if (d->base < o->base + o->size && o->base < d->base + d->size) {
            return false;
        }
    }
    b->devs[b->n_devs++] = *d;
    return true;
}

static const struct mmio_dev *find_dev(const struct bus *b, uint64_t pa)
{
    for (unsigned i = 0; i < b->n_devs; i++) {
        if (pa - b->devs[i].base < b->devs[i].size) {
            return &b->devs[i];
        }
    }
    return NULL;
}

static bool nothing_there(struct bus *b, uint64_t pa, unsigned size, bool write, unsigned pe)
{
    if (b->unmapped != NULL) {
        b->unmapped(b->unmapped_opaque, pa, size, write, pe);
    }
    return false;
}

static void before_write(struct bus *b, uint64_t pa, uint64_t len)
{
    for (uint64_t a = pa & ~UINT64_C(0xfff); a < pa + len; a += 0x1000) {
        uint8_t *f = bus_page_flags(b, a < pa ? pa : a);
        if ((*f & (PAGE_CODE | PAGE_MONITOR)) != 0 && b->dirty != NULL) {
            uint64_t lo = a < pa ? pa : a;
            uint64_t hi = a + 0x1000 < pa + len ? a + 0x1000 : pa + len;
            b->dirty(b->dirty_opaque, lo, hi - lo);
        }
        *f |= PAGE_WRITTEN;
    }
}

bool bus_read(struct bus *b, uint64_t pa, unsigned size, unsigned pe, uint64_t *val)
{
    const uint8_t *p = bus_ram(b, pa, size);
    *val = 0;
    if (p != NULL) {
        memcpy(val, p, size);
        return true;
    }
    const struct mmio_dev *d = find_dev(b, pa);
    if (d == NULL || !d->read(d->opaque, pa - d->base, size, pe, val)) {
        return nothing_there(b, pa, size, false, pe);
    }
    return true;
}

bool bus_write(struct bus *b, uint64_t pa, unsigned size, unsigned pe, uint64_t val)
{
    uint8_t *p = bus_ram(b, pa, size);
    if (p != NULL) {
        before_write(b, pa, size);
        memcpy(p, &val, size);
        return true;
    }
    const struct mmio_dev *d = find_dev(b, pa);
    if (d == NULL || !d->write(d->opaque, pa - d->base, size, pe, val)) {
        return nothing_there(b, pa, size, true, pe);
    }
    return true;
}

bool bus_dma_read(struct bus *b, uint64_t pa, void *dst, uint64_t len)
{
    const uint8_t *p = bus_ram(b, pa, len);
    if (p == NULL) {
        return false;
    }
    memcpy(dst, p, len);
    return true;
}

bool bus_dma_write(struct bus *b, uint64_t pa, const void *src, uint64_t len)
{
    uint8_t *p = bus_ram(b, pa, len);
    if (p == NULL) {
        return false;
    }
    if (len != 0) {
        before_write(b, pa, len);
        memcpy(p, src, len);
    }
    return true;
}
