/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors: where they are, what kind they are, how they are read and written. */
#include "mmu/walk.h"

#include <string.h>

enum desc_kind desc_kind(uint64_t desc, int level, unsigned granule)
{
    if ((desc & 1) == 0) {
        return DESC_INVALID;
    }
    if ((desc & 2) != 0) {
        return level == 3 ? DESC_LEAF : DESC_TABLE;
    }
    /* AArch64.BlockDescSupported, without FEAT_LPA and FEAT_LPA2 */
    bool block = level == 2 || (level == 1 && granule == 12);
    return block ? DESC_LEAF : DESC_INVALID;
}

uint64_t desc_address(uint64_t base, uint64_t ia, int level, unsigned granule, unsigned top)
{
    unsigned lo = level_shift(level, granule);
    return base + (bits64(ia, top - 1, lo) << 3);
}

uint64_t table_base(const struct walk_params *p, unsigned iasize)
{
    /* 2^(iasize - shift of its level) entries of 8 bytes; without FEAT_LPA the base is aligned to the size. */
    unsigned size = iasize - level_shift(p->start_level, p->granule) + 3;
    return p->ttbr & ones64(48) & ~ones64(size);
}

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
