/* SPDX-License-Identifier: Apache-2.0 */
/* Bindings: the Devicetree Specification and Linux's Documentation/devicetree/bindings of each `compatible`. */
#include "sim/fdt.h"

#include "sim/board.h"
#include "sim/dev.h"

#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 65536
#define PHANDLE_CLOCK 1
#define PHANDLE_GIC 2
#define SPI(intid) 0, (intid) - 32
#define PPI(intid) 1, (intid) - 16
#define EDGE 1
#define LEVEL 4

/* A tree under construction with the sequential-write interface. The first error sticks. */
struct tree {
    char *buf;
    int rc;
};

static void begin(struct tree *t, const char *fmt, uint64_t addr)
{
    char name[64];
    snprintf(name, sizeof(name), "%s", fmt);
    if (strchr(fmt, '@') != NULL) {
        snprintf(name, sizeof(name), "%s%" PRIx64, fmt, addr);
    }
    t->rc = t->rc < 0 ? t->rc : fdt_begin_node(t->buf, name);
}

static void end(struct tree *t)
{
    t->rc = t->rc < 0 ? t->rc : fdt_end_node(t->buf);
}

static void prop(struct tree *t, const char *name, const void *data, size_t len)
{
    t->rc = t->rc < 0 ? t->rc : fdt_property(t->buf, name, data, (int)len);
}

static void prop_str(struct tree *t, const char *name, const char *s)
{
    prop(t, name, s, strlen(s) + 1);
}

static void prop_cells(struct tree *t, const char *name, const uint32_t *cells, unsigned n)
{
    fdt32_t be[64];
    for (unsigned i = 0; i < n && i < ARRAY_LEN(be); i++) {
        be[i] = cpu_to_fdt32(cells[i]);
    }
    prop(t, name, be, n * sizeof(be[0]));
}

#define CELLS(t, name, ...) \
    prop_cells(t, name, (const uint32_t[]){ __VA_ARGS__ }, sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

/* n pairs of address and size, two cells each */
static void prop_reg(struct tree *t, const uint64_t *pairs, unsigned n)
{
    fdt64_t be[8];
    for (unsigned i = 0; i < 2 * n && i < ARRAY_LEN(be); i++) {
        be[i] = cpu_to_fdt64(pairs[i]);
    }
    prop(t, "reg", be, 2 * n * sizeof(be[0]));
}

static void reg1(struct tree *t, uint64_t addr, uint64_t size)
{
    prop_reg(t, (const uint64_t[]){ addr, size }, 1);
}

static void node_psci(struct tree *t, const struct fdt_config *c)
{
    static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2\0arm,psci";
    begin(t, "psci", 0);
    prop(t, "compatible", compatible, sizeof(compatible));
    prop_str(t, "method", c->el2 ? "smc" : "hvc");
    CELLS(t, "cpu_suspend", 0xc4000001);
    CELLS(t, "cpu_off", 0x84000002);
    CELLS(t, "cpu_on", 0xc4000003);
    CELLS(t, "migrate", 0xc4000005);
    end(t);
}

static void node_cpus(struct tree *t, const struct fdt_config *c)
{
    char compatible[64];
    snprintf(compatible, sizeof(compatible), "arm,%s", c->model);
    begin(t, "cpus", 0);
    CELLS(t, "#address-cells", 1);
    CELLS(t, "#size-cells", 0);
    for (unsigned i = 0; i < c->n_pes; i++) {
        begin(t, "cpu@", i);
        prop_str(t, "device_type", "cpu");
        prop_str(t, "compatible", compatible);
        prop_str(t, "enable-method", "psci");
        CELLS(t, "reg", i);
        end(t);
    }
    end(t);
}

static void node_timer(struct tree *t, const struct fdt_config *c)
{
    static const char compatible[] = "arm,armv8-timer\0arm,armv7-timer";
    const uint32_t cells[] = { PPI(INTID_PPI_CNTPS), LEVEL, PPI(INTID_PPI_CNTP), LEVEL, PPI(INTID_PPI_CNTV), LEVEL,
                               PPI(INTID_PPI_CNTHP), LEVEL, PPI(INTID_PPI_CNTHV), LEVEL };
    begin(t, "timer", 0);
    prop(t, "compatible", compatible, sizeof(compatible));
    prop_cells(t, "interrupts", cells, c->el2 && c->vhe ? 15 : 12);
    prop(t, "always-on", NULL, 0);
    end(t);
}

static void node_gic(struct tree *t, const struct fdt_config *c)
{
    const uint64_t reg[] = { BOARD_GICD_BASE, BOARD_GICD_SIZE, BOARD_GICR_BASE, BOARD_GICR_STRIDE * c->n_pes };
    begin(t, "intc@", BOARD_GICD_BASE);
    prop_str(t, "compatible", "arm,gic-v3");
    prop_reg(t, reg, 2);
    CELLS(t, "#redistributor-regions", 1);
    CELLS(t, "#interrupt-cells", 3);
    prop(t, "interrupt-controller", NULL, 0);
    CELLS(t, "#address-cells", 2);
    CELLS(t, "#size-cells", 2);
    prop(t, "ranges", NULL, 0);
    if (c->el2) {
        CELLS(t, "interrupts", PPI(INTID_PPI_MAINT), LEVEL);
    }
    CELLS(t, "phandle", PHANDLE_GIC);
    end(t);
}

static void node_uart_rtc(struct tree *t)
{
    static const char uart[] = "arm,pl011\0arm,primecell", uart_clocks[] = "uartclk\0apb_pclk";
    static const char rtc[] = "arm,pl031\0arm,primecell";
    begin(t, "apb-pclk", 0);
    prop_str(t, "compatible", "fixed-clock");
    CELLS(t, "#clock-cells", 0);
    CELLS(t, "clock-frequency", 24000000);
    prop_str(t, "clock-output-names", "clk24mhz");
    CELLS(t, "phandle", PHANDLE_CLOCK);
    end(t);
    begin(t, "pl011@", BOARD_UART_BASE);
    prop(t, "compatible", uart, sizeof(uart));
    reg1(t, BOARD_UART_BASE, BOARD_UART_SIZE);
    CELLS(t, "interrupts", SPI(INTID_SPI_UART), LEVEL);
    CELLS(t, "clocks", PHANDLE_CLOCK, PHANDLE_CLOCK);
    prop(t, "clock-names", uart_clocks, sizeof(uart_clocks));
    end(t);
    begin(t, "pl031@", BOARD_RTC_BASE);
    prop(t, "compatible", rtc, sizeof(rtc));
    reg1(t, BOARD_RTC_BASE, BOARD_RTC_SIZE);
    CELLS(t, "interrupts", SPI(INTID_SPI_RTC), LEVEL);
    CELLS(t, "clocks", PHANDLE_CLOCK);
    prop_str(t, "clock-names", "apb_pclk");
    end(t);
}

static void nodes_virtio(struct tree *t)
{
    for (unsigned i = 0; i < BOARD_VIRTIO_SLOTS; i++) {
        uint64_t base = BOARD_VIRTIO_BASE + i * BOARD_VIRTIO_SIZE;
        begin(t, "virtio_mmio@", base);
        prop_str(t, "compatible", "virtio,mmio");
        reg1(t, base, BOARD_VIRTIO_SIZE);
        CELLS(t, "interrupts", SPI(INTID_SPI_VIRTIO + i), EDGE);
        prop(t, "dma-coherent", NULL, 0);
        end(t);
    }
}

static void node_chosen(struct tree *t, const struct fdt_config *c)
{
    uint64_t state = c->seed;
    fdt64_t seed[4];
    for (unsigned i = 0; i < ARRAY_LEN(seed); i++) {
        seed[i] = cpu_to_fdt64(splitmix64(&state));
    }
    begin(t, "chosen", 0);
    CELLS(t, "#address-cells", 2);
    CELLS(t, "#size-cells", 2);
    if (c->bootargs != NULL) {
        prop_str(t, "bootargs", c->bootargs);
    }
    prop_str(t, "stdout-path", "/pl011@9000000");
    if (c->initrd_start != c->initrd_end) {
        fdt64_t s = cpu_to_fdt64(c->initrd_start), e = cpu_to_fdt64(c->initrd_end);
        prop(t, "linux,initrd-start", &s, sizeof(s));
        prop(t, "linux,initrd-end", &e, sizeof(e));
    }
    prop(t, "rng-seed", seed, sizeof(seed));
    if (c->has_kaslr_seed) {
        fdt64_t k = cpu_to_fdt64(c->kaslr_seed);
        prop(t, "kaslr-seed", &k, sizeof(k));
    }
    for (unsigned i = 0; i < c->n_modules; i++) {
        const struct fdt_module *m = &c->modules[i];
        char compatible[64];
        int n = snprintf(compatible, sizeof(compatible), "%s%cmultiboot,module", m->compatible, 0);
        begin(t, "module@", m->addr);
        prop(t, "compatible", compatible, (size_t)n + 1);
        reg1(t, m->addr, m->size);
        if (m->bootargs != NULL) {
            prop_str(t, "bootargs", m->bootargs);
        }
        end(t);
    }
    end(t);
}

static void root(struct tree *t, const struct fdt_config *c)
{
    begin(t, "", 0);
    prop_str(t, "compatible", "linux,dummy-virt");
    prop_str(t, "model", "hypscope,virt");
    CELLS(t, "#address-cells", 2);
    CELLS(t, "#size-cells", 2);
    CELLS(t, "interrupt-parent", PHANDLE_GIC);
    node_chosen(t, c);
    begin(t, "aliases", 0);
    prop_str(t, "serial0", "/pl011@9000000");
    end(t);
    node_psci(t, c);
    begin(t, "memory@", c->ram_base);
    prop_str(t, "device_type", "memory");
    reg1(t, c->ram_base, c->ram_size);
    end(t);
    node_cpus(t, c);
    node_timer(t, c);
    node_gic(t, c);
    begin(t, "pmu", 0);
    prop_str(t, "compatible", "arm,armv8-pmuv3");
    CELLS(t, "interrupts", PPI(INTID_PPI_PMU), LEVEL);
    end(t);
    node_uart_rtc(t);
    nodes_virtio(t);
    end(t);
}

void *fdt_generate(const struct fdt_config *c, size_t *size, struct err *err)
{
    size_t room = ROOM + (c->bootargs != NULL ? strlen(c->bootargs) : 0);
    for (unsigned i = 0; i < c->n_modules; i++) {
        room += c->modules[i].bootargs != NULL ? strlen(c->modules[i].bootargs) : 0;
    }
    struct tree t = { .buf = calloc(1, room) };
    if (t.buf == NULL) {
        err_set(err, "device tree: out of memory");
        return NULL;
    }
    t.rc = fdt_create(t.buf, (int)room);
    t.rc = t.rc < 0 ? t.rc : fdt_finish_reservemap(t.buf);
    root(&t, c);
    t.rc = t.rc < 0 ? t.rc : fdt_finish(t.buf);
    if (t.rc < 0) {
        err_set(err, "device tree: cannot generate: %s", fdt_strerror(t.rc));
        free(t.buf);
        return NULL;
    }
    *size = fdt_totalsize(t.buf);
    return t.buf;
}

static int patch_chosen(void *buf, const struct fdt_config *c)
{
    int n = fdt_path_offset(buf, "/chosen");
    if (n == -FDT_ERR_NOTFOUND) {
        n = fdt_add_subnode(buf, 0, "chosen");
    }
    int rc = n < 0 ? n : 0;
    if (rc == 0 && c->bootargs != NULL) {
        rc = fdt_setprop_string(buf, n, "bootargs", c->bootargs);
    }
    if (rc == 0 && c->initrd_start != c->initrd_end) {
        rc = fdt_setprop_u64(buf, n, "linux,initrd-start", c->initrd_start);
        rc = rc != 0 ? rc : fdt_setprop_u64(buf, n, "linux,initrd-end", c->initrd_end);
    }
    if (rc == 0 && c->has_kaslr_seed) {
        rc = fdt_setprop_u64(buf, n, "kaslr-seed", c->kaslr_seed);
    }
    return rc;
}

void *fdt_patch(const char *opt, const char *path, const void *dtb, size_t len, const struct fdt_config *c, size_t *size,
                struct err *err)
{
    /* Before version 16 node names are whole paths; fdt_check_full of libfdt 1.6.1 takes one without a slash through a null
       pointer. dtc writes version 17. */
    bool old = len >= sizeof(struct fdt_header) && fdt_magic(dtb) == FDT_MAGIC && fdt_version(dtb) < 16;
    int rc = old ? -FDT_ERR_BADVERSION : fdt_check_full(dtb, len);
    if (rc != 0) {
        err_set(err, "%s %s: not a valid device tree blob: %s (expected what dtc -O dtb writes)", opt, path, fdt_strerror(rc));
        return NULL;
    }
    size_t room = len + 4096 + (c->bootargs != NULL ? strlen(c->bootargs) : 0);
    void *buf = calloc(1, room);
    if (buf == NULL) {
        err_set(err, "%s %s: out of memory", opt, path);
        return NULL;
    }
    rc = fdt_open_into(dtb, buf, (int)room);
    rc = rc != 0 ? rc : patch_chosen(buf, c);
    rc = rc != 0 ? rc : fdt_pack(buf);
    if (rc != 0) {
        err_set(err, "%s %s: cannot patch /chosen: %s", opt, path, fdt_strerror(rc));
        free(buf);
        return NULL;
    }
    *size = fdt_totalsize(buf);
    return buf;
}
