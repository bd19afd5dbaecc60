/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Putting files into guest memory. Every function returns false with one line
 * in *err that names the option and the file (`opt` is the option's spelling)
 * and says what was expected. Guest memory may be partly written then.
 */
#ifndef HYPSCOPE_SIM_LOAD_H
#define HYPSCOPE_SIM_LOAD_H

#include "sim/base/bus.h"
#include "sim/base/err.h"

struct file_data {
    uint8_t *bytes;
    size_t len;
};

/* Read a whole file of at most `max` bytes. The caller frees with file_free. */
bool must_check file_read(const char *opt, const char *path, uint64_t max, struct file_data *f, struct err *err);
void file_free(struct file_data *f);
/* Replace gzip data (also inside an EFI zboot wrapper) by what it unpacks to, at most `max` bytes; other data stays. */
bool must_check file_gunzip(const char *opt, const char *path, uint64_t max, struct file_data *f, struct err *err);

enum image_kind { IMAGE_LINUX, IMAGE_ELF, IMAGE_FLAT };

/* Where a program went. */
struct image {
    enum image_kind kind;
    uint64_t entry;             /* physical */
    uint64_t start, end;        /* physical range it needs, uninitialised data included */
};

/* A program to start: arm64 Image, ELF64 AArch64, or anything else as a flat binary; each may be compressed with gzip.
   Image: at RAM + text_offset, 2 MiB further when that is below 4 KiB (so at RAM + 0x200000 for every current kernel),
   at RAM + 0x80000 when the header is of the kind before Linux 3.17 (image_size 0).
   ELF ET_EXEC: each segment at its physical address. ET_DYN: lowest segment at RAM + 0x200000, rounded up to the largest
   segment alignment, R_AARCH64_RELATIVE and RELR relocations applied; an ELF linked in the upper half of the address space (vmlinux)
   is placed the same way but not relocated, since such a kernel relocates itself.
   Flat: at RAM + 0x80000, entered at its first byte. */
bool must_check load_program(struct bus *bus, const char *opt, const char *path, struct image *out, struct err *err);
/* The same for a program in memory; *f may be replaced by what it unpacks to. */
bool must_check load_program_data(struct bus *bus, const char *opt, const char *path, struct file_data *f, struct image *out,
                                  struct err *err);
/* Raw bytes at a physical address. *len receives the size (may be NULL). */
bool must_check load_blob(struct bus *bus, const char *opt, const char *path, uint64_t addr, uint64_t *len, struct err *err);

/* load-elf.c: the same for data in memory that starts with the ELF magic. */
bool must_check load_elf(struct bus *bus, const char *opt, const char *path, const struct file_data *f, struct image *out,
                         struct err *err);

/* [addr, addr+len) as RAM, or an error that says where RAM is. */
uint8_t *load_ram(struct bus *bus, const char *opt, const char *path, uint64_t addr, uint64_t len, struct err *err);

#endif
