/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The distributor's frame. With ARE read as one, the registers of INTIDs 0..31
 * and those of legacy operation (ITARGETSR, SGIR, CPENDSGIR, SPENDSGIR) are
 * RES0; with DS read as one, so are IGRPMODR and NSACR.
 */
#include "gic/internal.h"

enum {
    GICD_CTLR = 0x0000,
    GICD_TYPER = 0x0004,
    GICD_IIDR = 0x0008,
    GICD_TYPER2 = 0x000c,
    GICD_STATUSR = 0x0010,
    GICD_IGROUPR = 0x0080,
    GICD_ICACTIVER_END = 0x0400,
    GICD_IPRIORITYR = 0x0400,
    GICD_ITARGETSR = 0x0800,
    GICD_ICFGR = 0x0c00,
    GICD_IGRPMODR = 0x0d00,
    GICD_NSACR = 0x0e00,
    GICD_SGIR = 0x0f00,
    GICD_CPENDSGIR = 0x0f10,
    GICD_SPENDSGIR = 0x0f20,
    GICD_IROUTER = 0x6000,
    GICD_IDREGS = 0xffd0,
};

#define GICD_IIDR_VALUE 0x43bu   /* Arm */

/* No1N 0, A3V 1, IDbits 16, no LPIs, no message-based SPIs, ITLinesNumber 8. CPUNumber
   counts for legacy operation only and is zero. */
static uint32_t typer(const struct gic *g)
{
    uint32_t v = 1u << 24 | 15u << 19 | SPI_WORDS;
    for (unsigned pe = 0; pe < g->config.n_pes; pe++) {
        if ((g->affinity[pe] & 0xff) > 15) {
            v |= 1u << 26;   /* RSS */
        }
    }
    return v;
}

uint32_t gic_id_register(unsigned part, uint32_t off)
{
    /* PIDR4..7, PIDR0..3, CIDR0..3; PIDR2.ArchRev is 3. */
    static const uint8_t id[12] = { 0x44, 0, 0, 0, 0, 0xb4, 0x3b, 0, 0x0d, 0xf0, 0x05, 0xb1 };
    unsigned n = (off - 0xffd0) / 4;
    return n == 4 ? part : id[n];
}

static void unknown(struct gic *g, uint64_t off, unsigned size, bool write, unsigned pe, uint32_t status)
{
    uint32_t *seen = &g->w.reported_dist[off / 4 / 32];
    uint32_t bit = 1u << (off / 4 % 32);
    g->s.statusr |= status;
    if ((*seen & bit) == 0) {
        *seen |= bit;
        if (g->config.report != NULL) {
            g->config.report(g->config.report_opaque, "GICD", (uint32_t)off, size, write, pe);
        }
    }
}

/* SPI of an IROUTER offset, or false: INTIDs 0..31 and beyond 287 have none. */
static bool irouter_spi(uint64_t off, unsigned *spi)
{
    if (off < GICD_IROUTER + 8 * 32 || off >= GICD_IROUTER + 8 * GIC_NUM_INTIDS) {
        return false;
    }
    *spi = (unsigned)(off - GICD_IROUTER) / 8 - 32;
    return true;
}

/* The offsets of the seven one-bit registers, 32 words each. */
static bool bit_register(uint64_t off, enum bank_reg *r, unsigned *word)
{
    if (off < GICD_IGROUPR || off >= GICD_ICACTIVER_END) {
        return false;
    }
    *r = (enum bank_reg)((off - GICD_IGROUPR) / 0x80);
    *word = (unsigned)(off % 0x80) / 4;
    return true;
}

/* Registers that are there, but RES0 in this GIC. */
static bool res0_register(uint64_t off)
{
    return off == GICD_TYPER2 || (off >= GICD_ITARGETSR && off < GICD_ICFGR) ||
           (off >= GICD_IGRPMODR && off < GICD_IGRPMODR + 0x80) || (off >= GICD_NSACR && off < GICD_NSACR + 0x100) ||
           off == GICD_SGIR || (off >= GICD_CPENDSGIR && off < GICD_SPENDSGIR + 0x10);
}

static bool read_word(struct gic *g, uint64_t off, uint32_t *val)
{
    enum bank_reg r;
    unsigned word;

    if (bit_register(off, &r, &word)) {
        *val = word >= 1 && word < N_WORDS ? gic_bank_read(&g->s.spi[word - 1], r) : 0;
        return true;
    }
    if (off >= GICD_IPRIORITYR && off < GICD_ITARGETSR) {
        unsigned intid = (unsigned)off - GICD_IPRIORITYR;
        *val = intid >= 32 && intid < GIC_NUM_INTIDS
            ? gic_bank_read_priority(&g->s.spi[intid / 32 - 1], intid % 32, 4) : 0;
        return true;
    }
    if (off >= GICD_ICFGR && off < GICD_IGRPMODR) {
        unsigned n = ((unsigned)off - GICD_ICFGR) / 4;
        *val = n >= 2 && n < 2 * N_WORDS ? gic_bank_read_config(&g->s.spi[n / 2 - 1], n % 2) : 0;
        return true;
    }
    if (off >= GICD_IDREGS) {
        *val = gic_id_register(0x92, (uint32_t)off);
        return true;
    }
    switch (off) {
    case GICD_CTLR:
        *val = g->s.ctlr;   /* RWP is 0: writes take effect at once */
        return true;
    case GICD_TYPER:
        *val = typer(g);
        return true;
    case GICD_IIDR:
        *val = GICD_IIDR_VALUE;
        return true;
    case GICD_STATUSR:
        *val = g->s.statusr;
        return true;
    default:
        *val = 0;
        return res0_register(off);
    }
}

bool gicd_read(void *gic, uint64_t off, unsigned size, unsigned pe, uint64_t *val)
{
    struct gic *g = gic;
    uint32_t v = 0;
    unsigned spi;

    *val = 0;
    if (size == 1 && off >= GICD_IPRIORITYR && off < GICD_ICFGR) {
        (void)read_word(g, off & ~UINT64_C(3), &v);
        *val = (v >> (8 * (off & 3))) & 0xff;
        return true;
    }
    if (size >= 4 && irouter_spi(off, &spi)) {
        *val = size == 8 ? g->s.route[spi] : (g->s.route[spi] >> (8 * (off & 4))) & UINT32_MAX;
        return true;
    }
    if (size == 4 && read_word(g, off, &v)) {
        *val = v;
        return true;
    }
    unknown(g, off, size, false, pe, GICX_STATUSR_RRD);
    return true;
}

static void write_route(struct gic *g, unsigned spi, uint64_t val)
{
    g->d.n_1ofn -= (g->s.route[spi] & IROUTER_IRM) != 0;
    g->s.route[spi] = val & IROUTER_MASK;
    g->d.n_1ofn += (g->s.route[spi] & IROUTER_IRM) != 0;
    gic_route(g, spi + 32);
}

static bool write_word(struct gic *g, uint64_t off, unsigned pe, uint32_t val)
{
    enum bank_reg r;
    unsigned word;

    if (bit_register(off, &r, &word)) {
        if (word >= 1 && word < N_WORDS) {
            gic_bank_write(g, pe, word, r, val);
        }
        return true;
    }
    if (off >= GICD_IPRIORITYR && off < GICD_ITARGETSR) {
        unsigned intid = (unsigned)off - GICD_IPRIORITYR;
        if (intid >= 32 && intid < GIC_NUM_INTIDS) {
            gic_bank_write_priority(g, pe, intid / 32, intid % 32, 4, val);
        }
        return true;
    }
    if (off >= GICD_ICFGR && off < GICD_IGRPMODR) {
        unsigned n = ((unsigned)off - GICD_ICFGR) / 4;
        if (n >= 2 && n < 2 * N_WORDS) {
            gic_bank_write_config(g, pe, n / 2, n % 2, val);
        }
        return true;
    }
    switch (off) {
    case GICD_CTLR:
        g->s.ctlr = (uint32_t)(GICD_CTLR_ARE | GICD_CTLR_DS | (val & (GICD_CTLR_ENABLE_GRP0 | GICD_CTLR_ENABLE_GRP1)));
        gic_update_all(g);
        return true;
    case GICD_STATUSR:
        g->s.statusr &= ~val;
        return true;
    case GICD_TYPER:
    case GICD_IIDR:
        g->s.statusr |= GICX_STATUSR_WROD;
        return true;
    default:
        if (off >= GICD_IDREGS) {
            g->s.statusr |= GICX_STATUSR_WROD;
            return true;
        }
        return res0_register(off);
    }
}

bool gicd_write(void *gic, uint64_t off, unsigned size, unsigned pe, uint64_t val)
{
    struct gic *g = gic;
    unsigned spi;

    if (size == 1 && off >= GICD_IPRIORITYR && off < GICD_ICFGR) {
        unsigned intid = (unsigned)off - GICD_IPRIORITYR;
        if (intid >= 32 && intid < GIC_NUM_INTIDS) {
            gic_bank_write_priority(g, pe, intid / 32, intid % 32, 1, (uint32_t)val);
        }
        return true;
    }
    if (size >= 4 && irouter_spi(off, &spi)) {
        unsigned lo = size == 8 ? 0 : 8 * (off & 4);
        write_route(g, spi, set_bits64(g->s.route[spi], lo + 8 * size - 1, lo, val));
        return true;
    }
    if (size == 4 && write_word(g, off, pe, (uint32_t)val)) {
        return true;
    }
    unknown(g, off, size, true, pe, GICX_STATUSR_WRD);
    return true;
}
