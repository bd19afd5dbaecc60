/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/boot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB (UINT64_C(1) << 20)

static uint64_t align_up(uint64_t v, uint64_t a)
{
    return (v + a - 1) & ~(a - 1);
}

/* Occupied ranges, so that one file does not silently land on another. */
struct layout {
    struct { uint64_t start, end; char what[160]; } used[BOOT_MAX_LOADS + FDT_MAX_MODULES + 3];
    unsigned n;
};

static bool claim(struct layout *l, const char *opt, const char *path, uint64_t start, uint64_t end, struct err *err)
{
    for (unsigned i = 0; i < l->n && start != end; i++) {
        if (start < l->used[i].end && l->used[i].start < end) {
            return err_set(err, "%s %s: 0x%" PRIx64 "..0x%" PRIx64 " overlaps %s at 0x%" PRIx64 "..0x%" PRIx64, opt, path, start,
                           end, l->used[i].what, l->used[i].start, l->used[i].end);
        }
    }
    l->used[l->n].start = start;
    l->used[l->n].end = end;
    snprintf(l->used[l->n].what, sizeof(l->used[0].what), "%s %s", opt, path);
    l->n++;
    return true;
}

/* Load at addr and claim the range; *end is where it ends. */
static bool place(struct bus *bus, struct layout *l, const char *opt, const char *path, uint64_t addr, uint64_t *end,
                  struct err *err)
{
    uint64_t len = 0;
    if (!load_blob(bus, opt, path, addr, &len, err)) {
        return false;
    }
    *end = addr + len;
    return claim(l, opt, path, addr, *end, err);
}

static bool make_dtb(struct bus *bus, const struct boot_config *cfg, const struct fdt_config *fc, struct boot_info *info,
                     struct err *err)
{
    size_t size = 0;
    if (cfg->dtb == NULL) {
        info->dtb_bytes = fdt_generate(fc, &size, err);
    } else {
        struct file_data f;
        if (!file_read("--dtb", cfg->dtb, bus->ram.size, &f, err)) {
            return false;
        }
        info->dtb_bytes = fdt_patch("--dtb", cfg->dtb, f.bytes, f.len, fc, &size, err);
        file_free(&f);
    }
    info->dtb_size = size;
    return info->dtb_bytes != NULL;
}

static bool load_main(struct bus *bus, const struct boot_config *cfg, struct layout *l, struct boot_info *info,
                      struct err *err)
{
    const char *opt = cfg->kernel != NULL ? "--kernel" : "--image", *name = cfg->kernel != NULL ? cfg->kernel : cfg->image;
    if (cfg->kernel != NULL) {
        if (!load_program(bus, opt, name, &info->program, err)) {
            return false;
        }
    } else {
        struct file_data f = { malloc(cfg->image_len), cfg->image_len };
        if (f.bytes == NULL) {
            return err_set(err, "%s %s: out of memory", opt, name);
        }
        memcpy(f.bytes, cfg->image_bytes, f.len);
        bool ok = load_program_data(bus, opt, name, &f, &info->program, err);
        file_free(&f);
        if (!ok) {
            return false;
        }
    }
    return claim(l, opt, name, info->program.start, info->program.end, err);
}

static bool load_files(struct bus *bus, const struct boot_config *cfg, struct layout *l, struct fdt_config *fc,
                       struct boot_info *info, struct err *err)
{
    if (!load_main(bus, cfg, l, info, err)) {
        return false;
    }
    uint64_t half = bus->ram.size / 2;
    uint64_t next = bus->ram.base + (half < 128 * MIB ? half : 128 * MIB);
    next = align_up(info->program.end > next ? info->program.end : next, 4096);
    info->initrd_start = info->initrd_end = next;
    if (cfg->initrd != NULL && !place(bus, l, "--initrd", cfg->initrd, next, &info->initrd_end, err)) {
        return false;
    }
    next = info->initrd_end;
    for (unsigned i = 0; i < cfg->n_modules; i++) {
        const struct boot_module *m = &cfg->modules[i];
        uint64_t start = align_up(next, 2 * MIB);
        if (!place(bus, l, "--module", m->path, start, &next, err)) {
            return false;
        }
        fc->modules[fc->n_modules++] = (struct fdt_module){ m->compatible, start, next - start, m->bootargs };
    }
    info->dtb = align_up(next, bus->ram.size < 8 * MIB ? 4096 : 2 * MIB);
    for (unsigned i = 0; i < cfg->n_loads; i++) {
        uint64_t end;
        if (!place(bus, l, "--load", cfg->loads[i].path, cfg->loads[i].addr, &end, err)) {
            return false;
        }
    }
    return true;
}

bool boot_load(struct bus *bus, const struct boot_config *cfg, struct boot_info *info, struct err *err)
{
    struct layout l = { .n = 0 };
    *info = (struct boot_info){ 0 };
    struct fdt_config fc = {
        .model = cfg->model, .n_pes = cfg->n_pes, .ram_base = bus->ram.base, .ram_size = bus->ram.size, .el2 = cfg->el == 2,
        .vhe = cfg->vhe, .bootargs = cfg->append, .seed = cfg->seed, .has_kaslr_seed = cfg->has_kaslr_seed,
        .kaslr_seed = cfg->kaslr_seed,
    };
    if (!load_files(bus, cfg, &l, &fc, info, err)) {
        return false;
    }
    fc.initrd_start = info->initrd_start;
    fc.initrd_end = info->initrd_end;
    if (!make_dtb(bus, cfg, &fc, info, err)) {
        return false;
    }
    const char *name = cfg->dtb != NULL ? cfg->dtb : "(generated)";
    if (load_ram(bus, "--dtb", name, info->dtb, info->dtb_size, err) == NULL
        || !claim(&l, "--dtb", name, info->dtb, info->dtb + info->dtb_size, err)
        || !bus_dma_write(bus, info->dtb, info->dtb_bytes, info->dtb_size)) {
        boot_info_free(info);
        return false;
    }
    return true;
}

void boot_info_free(struct boot_info *info)
{
    free(info->dtb_bytes);
    info->dtb_bytes = NULL;
}
