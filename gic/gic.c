/* SPDX-License-Identifier: Apache-2.0 */
/* Creation, reset, and the faces that the GIC shows to the machine. */
#include "gic/internal.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* The digest reads the saved state as bytes: there must be no padding in it. */
_Static_assert(sizeof(struct gic_bank) == 6 * 4 + 32, "padding in struct gic_bank");
_Static_assert(sizeof(struct gic_cpuif) == 6 * 8 + 12 * 4, "padding in struct gic_cpuif");
_Static_assert(sizeof(struct gic_redist) == sizeof(struct gic_bank) + 8, "padding in struct gic_redist");
_Static_assert(sizeof(struct gic_saved) ==
                   8 + SPI_WORDS * sizeof(struct gic_bank) + SPI_WORDS * 32 * 8 +
                       GIC_MAX_PES * (sizeof(struct gic_redist) + sizeof(struct gic_cpuif)),
               "padding in struct gic_saved");

static void reset_bank(struct gic_bank *b, uint32_t edge)
{
    uint32_t line = b->line;   /* wires keep their level */
    memset(b, 0, sizeof(*b));
    b->line = line;
    b->edge = edge;
}

void gic_set_observer(struct gic *g, void (*observe)(void *opaque, const struct gic_observation *o), void *opaque)
{
    g->config.observe = observe;
    g->config.observe_opaque = opaque;
}

void gic_reset(struct gic *g)
{
    g->s.ctlr = (uint32_t)(GICD_CTLR_ARE | GICD_CTLR_DS);
    g->s.statusr = 0;
    for (unsigned w = 0; w < SPI_WORDS; w++) {
        reset_bank(&g->s.spi[w], 0);
    }
    memset(g->s.route, 0, sizeof(g->s.route));
    for (unsigned pe = 0; pe < g->config.n_pes; pe++) {
        struct gic_redist *rd = &g->s.redist[pe];
        reset_bank(&rd->bank, 0xffff);
        rd->waker = GICR_WAKER_PROCESSOR_SLEEP | GICR_WAKER_CHILDREN_ASLEEP;
        rd->statusr = 0;
        icc_reset(g, pe);
        ich_reset(g, pe);
    }
    gic_rebuild(g);
}

void gic_reset_cpu_interface(struct gic *g, unsigned pe)
{
    icc_reset(g, pe);
    ich_reset(g, pe);
    gic_route_1ofn(g);
    ich_update(g, pe);
    gic_update_pe(g, pe);
}

struct gic *gic_new(const struct gic_config *config)
{
    if (config->n_pes == 0 || config->n_pes > GIC_MAX_PES) {
        return NULL;
    }
    struct gic *g = calloc(1, sizeof(*g));
    if (g == NULL) {
        return NULL;
    }
    g->config = *config;
    for (unsigned pe = 0; pe < config->n_pes; pe++) {
        uint64_t m = config->mpidr[pe];
        g->affinity[pe] = (uint32_t)(bits64(m, 39, 32) << 24 | bits64(m, 23, 0));
    }
    gic_reset(g);
    return g;
}

void gic_free(struct gic *g)
{
    free(g);
}

uint32_t gic_signals(const struct gic *g, unsigned pe)
{
    return g->d.told[pe];
}

struct gicif gic_cpu_interface(struct gic *g)
{
    return (struct gicif){ .opaque = g, .read = gic_sysreg_read, .write = gic_sysreg_write };
}

struct mmio_dev gic_mmio_dist(struct gic *g, uint64_t base)
{
    return (struct mmio_dev){
        .name = "gicd", .base = base, .size = GICD_SIZE, .opaque = g, .read = gicd_read, .write = gicd_write,
    };
}

struct mmio_dev gic_mmio_redist(struct gic *g, uint64_t base)
{
    return (struct mmio_dev){
        .name = "gicr", .base = base, .size = GICR_SIZE_PER_PE * g->config.n_pes, .opaque = g,
        .read = gicr_read, .write = gicr_write,
    };
}

uint32_t gic_digest(const struct gic *g, uint32_t crc)
{
    return (uint32_t)crc32(crc, (const Bytef *)&g->s, sizeof(g->s));
}
