/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors: how they are read and written. */
#include "mmu/walk.h"

#include <string.h>

bool desc_read(struct walk *w, uint64_t pa, bool ee, uint64_t *desc)
{
    uint64_t v;
    const uint8_t *p = bus_ram(w->bus, pa, 8);
    if (likely(p != NULL)) {
        memcpy(&v, p, 8);
    } else if (w->req->no_side_effects || !bus_read(w->bus, pa, 8, w->pe, &v)) {
        return false;
    }
    *desc = ee ? __builtin_bswap64(v) : v;
    return true;
}

bool desc_write(struct walk *w, uint64_t pa, bool ee, uint64_t desc)
{
    return bus_write(w->bus, pa, 8, w->pe, ee ? __builtin_bswap64(desc) : desc);
}
