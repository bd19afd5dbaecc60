/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that has to be in memory before PE 0 starts: program, initrd,
 * modules, other files, device tree; and where it starts.
 */
#ifndef HYPSCOPE_SIM_BOOT_H
#define HYPSCOPE_SIM_BOOT_H

#include "sim/base/bus.h"
#include "sim/fdt.h"
#include "sim/load.h"

#define BOOT_MAX_LOADS 16

struct boot_module {
    const char *compatible;     /* "multiboot,kernel" or "multiboot,ramdisk" */
    const char *path;
    const char *bootargs;       /* NULL: none */
};

struct boot_config {
    const char *model;          /* CPU model, for the device tree */
    unsigned n_pes, el;
    bool vhe;
    const char *kernel;         /* a file; NULL: the embedded program below */
    const char *image;          /* its name */
    const uint8_t *image_bytes;
    size_t image_len;
    const char *initrd, *append, *dtb;      /* NULL: none; no dtb means a generated one */
    uint64_t seed;              /* of /chosen/rng-seed */
    bool has_kaslr_seed;
    uint64_t kaslr_seed;
    struct { const char *path; uint64_t addr; } loads[BOOT_MAX_LOADS];
    unsigned n_loads;
    struct boot_module modules[FDT_MAX_MODULES];
    unsigned n_modules;
};

struct boot_info {
    struct image program;
    uint64_t initrd_start, initrd_end;
    uint64_t dtb, dtb_size;
    void *dtb_bytes;            /* a copy, to be freed by boot_info_free */
};

/* Load everything into RAM. Places, as QEMU has them for `virt`: the program as load_program says; the initrd at RAM + the
   smaller of half the RAM and 128 MiB, or after the program when that reaches further; modules after it; the device tree
   after all that. Modules and tree begin at multiples of 2 MiB; the tree at one of 4096 when there are less than 8 MiB
   of RAM. On true, start PE 0 at info->program.entry with X0 = info->dtb. */
bool must_check boot_load(struct bus *bus, const struct boot_config *cfg, struct boot_info *info, struct err *err);
void boot_info_free(struct boot_info *info);

#endif
