/* SPDX-License-Identifier: Apache-2.0 */
/* The registers that the distributor has for SPIs and a redistributor for SGIs and PPIs. */
#include "gic/internal.h"

uint32_t gic_bank_read(const struct gic_bank *b, enum bank_reg r)
{
    switch (r) {
    case BANK_GROUP:
        return b->group;
    case BANK_SET_ENABLE:
    case BANK_CLEAR_ENABLE:
        return b->enable;
    case BANK_SET_PENDING:
    case BANK_CLEAR_PENDING:
        return bank_pending(b);
    case BANK_SET_ACTIVE:
    case BANK_CLEAR_ACTIVE:
        return b->active;
    }
    return 0;
}

static void observe_cleared_active(struct gic *g, unsigned pe, unsigned word, uint32_t cleared)
{
    for (; cleared != 0; cleared &= cleared - 1) {
        gic_observe(g, GIC_EV_DEACTIVATED, pe, 32 * word + (unsigned)__builtin_ctz(cleared));
    }
}

void gic_bank_write(struct gic *g, unsigned pe, unsigned word, enum bank_reg r, uint32_t val)
{
    struct gic_bank *b = gic_bank(g, pe, 32 * word);
    uint32_t old = bank_pending(b);
    uint32_t changed = val;

    switch (r) {
    case BANK_GROUP:
        changed = b->group ^ val;
        b->group = val;
        break;
    case BANK_SET_ENABLE:
        b->enable |= val;
        break;
    case BANK_CLEAR_ENABLE:
        b->enable &= ~val;
        break;
    case BANK_SET_PENDING:
        b->latch |= val;
        break;
    case BANK_CLEAR_PENDING:
        /* A level-sensitive interrupt whose wire is high stays pending. */
        b->latch &= ~val;
        break;
    case BANK_SET_ACTIVE:
        b->active |= val;
        break;
    case BANK_CLEAR_ACTIVE:
        observe_cleared_active(g, pe, word, b->active & val);
        b->active &= ~val;
        break;
    }
    if (r == BANK_GROUP && word != 0) {
        gic_route_1ofn(g);
    }
    gic_bank_changed(g, pe, word, changed, old);
}

uint32_t gic_bank_read_priority(const struct gic_bank *b, unsigned first, unsigned size)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < size; i++) {
        v |= (uint32_t)b->prio[first + i] << (8 * i);
    }
    return v;
}

void gic_bank_write_priority(struct gic *g, unsigned pe, unsigned word, unsigned first, unsigned size, uint32_t val)
{
    struct gic_bank *b = gic_bank(g, pe, 32 * word);
    for (unsigned i = 0; i < size; i++) {
        b->prio[first + i] = (uint8_t)((val >> (8 * i)) & PRI_MASK);
    }
    gic_bank_changed(g, pe, word, (uint32_t)ones64(size) << first, bank_pending(b));
}

/* ICFGR: two bits an interrupt, of which the upper says edge-triggered. */
uint32_t gic_bank_read_config(const struct gic_bank *b, unsigned half)
{
    uint32_t e = (b->edge >> (16 * half)) & 0xffff;
    uint32_t v = 0;
    for (; e != 0; e &= e - 1) {
        v |= 2u << (2 * (unsigned)__builtin_ctz(e));
    }
    return v;
}

void gic_bank_write_config(struct gic *g, unsigned pe, unsigned word, unsigned half, uint32_t val)
{
    struct gic_bank *b = gic_bank(g, pe, 32 * word);
    uint32_t old = bank_pending(b);
    uint32_t e = 0;
    for (unsigned i = 0; i < 16; i++) {
        e |= bit32(val, 2 * i + 1) << i;
    }
    b->edge = (b->edge & ~(0xffffu << (16 * half))) | e << (16 * half);
    gic_bank_changed(g, pe, word, 0xffffu << (16 * half), old);
}
