/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small VMM: boots an arm64 Linux Image as a KVM guest with one vCPU, a vGICv3 in the kernel, PSCI, the
 * architected timer and a PL011 emulated here. Memory map as on the board outside.
 */
#ifndef GUESTS_VMM_H
#define GUESTS_VMM_H

#include <stddef.h>
#include <stdint.h>

#define GICD_BASE     0x08000000
#define GICD_BYTES    0x10000
#define GICR_BASE     0x080a0000
#define GICR_BYTES    0x20000
#define UART_BASE     0x09000000
#define UART_BYTES    0x1000
#define UART_SPI      1
#define RAM_BASE      0x40000000
#define DTB_OFFSET    0 /* below the Image, which starts at a multiple of 2 MiB */
#define DTB_BYTES     0x10000
#define KERNEL_OFFSET 0x200000
#define SPI_COUNT     32

struct options {
    const char *kernel;
    const char *initrd;
    uint64_t mem_mb;
    char append[1024];
};

/* --- pl011.c: enough of the UART for Linux's driver, transmit only -------------------------------------- */

struct pl011 {
    uint32_t cr;
    uint32_t lcr_h;
    uint32_t ibrd;
    uint32_t fbrd;
    uint32_t ifls;
    uint32_t imsc;
    uint32_t ris;
    char line[256]; /* the guest's line so far */
    size_t used;
};

void pl011_init(struct pl011 *uart);
uint32_t pl011_read(struct pl011 *uart, uint64_t offset);
void pl011_write(struct pl011 *uart, uint64_t offset, uint32_t value);
/* The level of the interrupt line. */
int pl011_irq(const struct pl011 *uart);
/* Prints what the guest has written of an unfinished line. */
void pl011_flush(struct pl011 *uart);

/* --- fdt.c: writes a flattened device tree ------------------------------------------------------------- */

#define FDT_STRINGS_MAX 1024

struct fdt {
    uint8_t *at;  /* the blob */
    size_t bytes; /* room for it */
    size_t used;
    char strings[FDT_STRINGS_MAX];
    size_t strings_used;
};

void fdt_begin(struct fdt *fdt, void *blob, size_t bytes);
void fdt_node(struct fdt *fdt, const char *name);
void fdt_end_node(struct fdt *fdt);
void fdt_prop(struct fdt *fdt, const char *name, const void *value, size_t bytes);
void fdt_prop_string(struct fdt *fdt, const char *name, const char *value);
/* `count` 32-bit cells. */
void fdt_prop_cells(struct fdt *fdt, const char *name, const uint32_t *cells, size_t count);
#define fdt_cells(fdt, name, ...)                                                                                      \
    fdt_prop_cells(fdt, name, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / 4)
/* Completes the blob; returns its size in bytes. */
size_t fdt_finish(struct fdt *fdt);

/* --- machine.c ----------------------------------------------------------------------------------------- */

struct machine {
    const struct options *options;
    int kvm;
    int vm;
    int vcpu;
    int vgic;
    struct kvm_run *run;
    uint8_t *ram;
    uint64_t ram_bytes;
    uint64_t initrd_start; /* IPA; 0 when there is none */
    uint64_t initrd_end;
    struct pl011 uart;
    int uart_level;
    uint64_t mmio_reads;
    uint64_t mmio_writes;
};

/* Creates the VM with its memory, interrupt controller, vCPU, kernel and device tree. Ends the program on failure. */
void machine_create(struct machine *machine, const struct options *options);
/* Runs the guest until it powers off or fails; returns the program's exit status. */
int machine_run(struct machine *machine);

#endif
