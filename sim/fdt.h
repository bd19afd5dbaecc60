/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device tree: generated in the manner of QEMU's `virt`, or a given one
 * with the command line and the initrd patched in.
 */
#ifndef HYPSCOPE_SIM_FDT_H
#define HYPSCOPE_SIM_FDT_H

#include "sim/base/bits.h"
#include "sim/base/err.h"

#define FDT_MAX_MODULES 4

/* A multiboot module as Xen reads it from /chosen. */
struct fdt_module {
    const char *compatible;     /* "multiboot,kernel" or "multiboot,ramdisk" */
    uint64_t addr, size;
    const char *bootargs;       /* NULL: none */
};

struct fdt_config {
    const char *model;          /* CPU model name; becomes compatible "arm,<model>" */
    unsigned n_pes;
    uint64_t ram_base, ram_size;
    bool el2;                   /* EL2 is there: PSCI by SMC, maintenance interrupt, else PSCI by HVC */
    bool vhe;                   /* adds the EL2 virtual timer */
    const char *bootargs;       /* NULL: none (a given tree keeps its own) */
    uint64_t initrd_start, initrd_end;  /* equal: none */
    uint64_t seed;              /* of /chosen/rng-seed */
    bool has_kaslr_seed;
    uint64_t kaslr_seed;
    struct fdt_module modules[FDT_MAX_MODULES];
    unsigned n_modules;
};

/* Both give a malloc'ed tree of *size bytes, or NULL with *err filled. `opt` and `path` name the given tree's origin. */
void *fdt_generate(const struct fdt_config *c, size_t *size, struct err *err);
void *fdt_patch(const char *opt, const char *path, const void *dtb, size_t len, const struct fdt_config *c, size_t *size,
                struct err *err);

#endif
