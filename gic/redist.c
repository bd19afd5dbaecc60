/* SPDX-License-Identifier: Apache-2.0 */
/* The redistributors: for each PE an RD_base frame and an SGI_base frame. No LPIs (GICR_TYPER.PLPIS is 0). */
#include "gic/internal.h"

enum {
    GICR_CTLR = 0x0000,
    GICR_IIDR = 0x0004,
    GICR_TYPER = 0x0008,
    GICR_STATUSR = 0x0010,
    GICR_WAKER = 0x0014,
    GICR_MPAMIDR = 0x0018,
    GICR_PARTIDR = 0x001c,
    GICR_IDREGS = 0xffd0,
    GICR_SGI_BASE = 0x10000,
    GICR_IGROUPR0 = 0x10080,
    GICR_ICACTIVER_END = 0x10400,
    GICR_IPRIORITYR = 0x10400,
    GICR_IPRIORITYR_END = 0x10420,
    GICR_ICFGR0 = 0x10c00,
    GICR_ICFGR1 = 0x10c04,
    GICR_IGRPMODR0 = 0x10d00,
    GICR_NSACR = 0x10e00,
};

#define GICR_IIDR_VALUE 0x43bu   /* Arm */

static void unknown(struct gic *g, unsigned frame, uint64_t off, unsigned size, bool write, unsigned pe,
                    uint32_t status)
{
    uint32_t *seen = &g->w.reported_redist[off / 4 / 32];
    uint32_t bit = 1u << (off / 4 % 32);
    g->s.redist[frame].statusr |= status;
    if ((*seen & bit) == 0) {
        *seen |= bit;
        if (g->config.report != NULL) {
            g->config.report(g->config.report_opaque, "GICR", (uint32_t)off, size, write, pe);
        }
    }
}

/* Affinity, Processor_Number, Last; CommonLPIAff 1 (meaningless without LPIs). */
static uint64_t typer(const struct gic *g, unsigned frame)
{
    return (uint64_t)g->affinity[frame] << 32 | 1u << 24 | frame << 8 |
           (frame == g->config.n_pes - 1 ? 1u << 4 : 0);
}

/* The one-bit registers are 0x80 apart, as in the distributor, with one word each. */
static bool bit_register(uint64_t off, enum bank_reg *r)
{
    if (off < GICR_IGROUPR0 || off >= GICR_ICACTIVER_END || off % 0x80 != 0) {
        return false;
    }
    *r = (enum bank_reg)((off - GICR_IGROUPR0) / 0x80);
    return true;
}

static bool read_word(struct gic *g, unsigned frame, uint64_t off, uint32_t *val)
{
    const struct gic_redist *rd = &g->s.redist[frame];
    enum bank_reg r;

    if (bit_register(off, &r)) {
        *val = gic_bank_read(&rd->bank, r);
        return true;
    }
    if (off >= GICR_IPRIORITYR && off < GICR_IPRIORITYR_END) {
        *val = gic_bank_read_priority(&rd->bank, (unsigned)off - GICR_IPRIORITYR, 4);
        return true;
    }
    if (off >= GICR_IDREGS && off < GICR_SGI_BASE) {
        *val = gic_id_register(0x93, (uint32_t)off);
        return true;
    }
    switch (off) {
    case GICR_IIDR:
        *val = GICR_IIDR_VALUE;
        return true;
    case GICR_TYPER:
        *val = (uint32_t)typer(g, frame);
        return true;
    case GICR_TYPER + 4:
        *val = (uint32_t)(typer(g, frame) >> 32);
        return true;
    case GICR_STATUSR:
        *val = rd->statusr;
        return true;
    case GICR_WAKER:
        *val = rd->waker;
        return true;
    case GICR_ICFGR0:
    case GICR_ICFGR1:
        *val = gic_bank_read_config(&rd->bank, off == GICR_ICFGR1);
        return true;
    case GICR_CTLR:          /* no LPIs to enable, no DPG bits, RWP and UWP 0 */
    case GICR_MPAMIDR:
    case GICR_PARTIDR:
    case GICR_IGRPMODR0:
    case GICR_NSACR:
        *val = 0;
        return true;
    default:
        return false;
    }
}

bool gicr_read(void *gic, uint64_t off, unsigned size, unsigned pe, uint64_t *val)
{
    struct gic *g = gic;
    unsigned frame = (unsigned)(off / GICR_SIZE_PER_PE);
    uint32_t v = 0;

    off %= GICR_SIZE_PER_PE;
    *val = 0;
    if (size == 1 && off >= GICR_IPRIORITYR && off < GICR_IPRIORITYR_END) {
        *val = g->s.redist[frame].bank.prio[off - GICR_IPRIORITYR];
    } else if (size == 8 && off == GICR_TYPER) {
        *val = typer(g, frame);
    } else if (size == 4 && read_word(g, frame, off, &v)) {
        *val = v;
    } else {
        unknown(g, frame, off, size, false, pe, GICX_STATUSR_RRD);
    }
    return true;
}

/* GICR_WAKER: the interface goes to sleep and wakes at once, so ChildrenAsleep follows ProcessorSleep. */
static void write_waker(struct gic *g, unsigned frame, uint32_t val)
{
    uint32_t sleep = val & GICR_WAKER_PROCESSOR_SLEEP;
    g->s.redist[frame].waker = sleep != 0 ? sleep | GICR_WAKER_CHILDREN_ASLEEP : 0;
    gic_route_1ofn(g);
    gic_update_pe(g, frame);
}

static bool write_word(struct gic *g, unsigned frame, uint64_t off, uint32_t val)
{
    struct gic_redist *rd = &g->s.redist[frame];
    enum bank_reg r;

    if (bit_register(off, &r)) {
        gic_bank_write(g, frame, 0, r, val);
        return true;
    }
    if (off >= GICR_IPRIORITYR && off < GICR_IPRIORITYR_END) {
        gic_bank_write_priority(g, frame, 0, (unsigned)off - GICR_IPRIORITYR, 4, val);
        return true;
    }
    if (off >= GICR_IDREGS && off < GICR_SGI_BASE) {
        rd->statusr |= GICX_STATUSR_WROD;
        return true;
    }
    switch (off) {
    case GICR_STATUSR:
        rd->statusr &= ~val;
        return true;
    case GICR_WAKER:
        write_waker(g, frame, val);
        return true;
    case GICR_ICFGR1:
        gic_bank_write_config(g, frame, 0, 1, val);
        return true;
    case GICR_IIDR:
    case GICR_TYPER:
    case GICR_TYPER + 4:
        rd->statusr |= GICX_STATUSR_WROD;
        return true;
    case GICR_CTLR:
    case GICR_ICFGR0:        /* SGIs are always edge-triggered */
    case GICR_MPAMIDR:
    case GICR_PARTIDR:
    case GICR_IGRPMODR0:
    case GICR_NSACR:
        return true;
    default:
        return false;
    }
}

bool gicr_write(void *gic, uint64_t off, unsigned size, unsigned pe, uint64_t val)
{
    struct gic *g = gic;
    unsigned frame = (unsigned)(off / GICR_SIZE_PER_PE);

    off %= GICR_SIZE_PER_PE;
    if (size == 1 && off >= GICR_IPRIORITYR && off < GICR_IPRIORITYR_END) {
        gic_bank_write_priority(g, frame, 0, (unsigned)off - GICR_IPRIORITYR, 1, (uint32_t)val);
    } else if (size == 8 && off == GICR_TYPER) {
        g->s.redist[frame].statusr |= GICX_STATUSR_WROD;
    } else if (size != 4 || !write_word(g, frame, off, (uint32_t)val)) {
        unknown(g, frame, off, size, true, pe, GICX_STATUSR_WRD);
    }
    return true;
}
