/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libhypscope: a deterministic simulator of an AArch64 machine from EL0 to EL2.
 *
 * Everything exported begins with hypscope_. HYPSCOPE_ABI grows with every
 * incompatible change; compare it with hypscope_abi() of the library that was
 * loaded. Structures that are passed in begin with their size, so that fields
 * can be added at their end.
 *
 * Nothing here prints, exits, installs signal handlers or looks at the host's
 * clock. Machines are independent of each other; one machine is for one thread
 * at a time.
 */
#ifndef HYPSCOPE_H
#define HYPSCOPE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HYPSCOPE_ABI 1

#if defined(__GNUC__)
#define HYPSCOPE_API __attribute__((visibility("default")))
#else
#define HYPSCOPE_API
#endif

/* The ABI version that the library was built with. */
HYPSCOPE_API unsigned hypscope_abi(void);

/* The library's version, as in "0.1.0". */
HYPSCOPE_API const char *hypscope_version(void);

/* Name of the i-th CPU model, NULL after the last. */
HYPSCOPE_API const char *hypscope_model(unsigned i);

struct hypscope;

struct hypscope_config {
    size_t size;                /* sizeof(struct hypscope_config) */
    const char *cpu;            /* model; NULL: "neoverse-n1" */
    unsigned pes;               /* 1 to 8; 0: 1 */
    unsigned el;                /* EL of entry, 1 or 2; 0: 2 */
    uint64_t ram_bytes;         /* a multiple of 4096; 0: 1 GiB */
    uint32_t ns_per_insn;       /* guest nanoseconds an instruction takes; 0: 1 */
    int strict;                 /* stop at the first report */
    int semihosting;            /* HLT #0xf000 is a semihosting call */
    uint64_t seed;              /* of the entropy device and the device tree's rng-seed */
    void *opaque;               /* of the functions below, each of which may be NULL */
    void (*console)(void *opaque, uint8_t byte);        /* the guest wrote a byte */
    int (*input)(void *opaque);                         /* a byte for the guest, which listens; -1: no more */
    void (*report)(void *opaque, const char *line);     /* what a person should know: not implemented, nothing there */
};

struct hypscope_boot {
    size_t size;                /* sizeof(struct hypscope_boot) */
    const char *kernel;         /* file: arm64 Image, ELF or flat binary, plain or gzip */
    const char *initrd;         /* file; NULL: none */
    const char *append;         /* command line; NULL: none */
    const char *dtb;            /* file; NULL: a generated device tree */
};

enum hypscope_stop {
    HYPSCOPE_POWER_OFF, HYPSCOPE_RESET, HYPSCOPE_MAX_INSNS, HYPSCOPE_MAX_TIME, HYPSCOPE_DEADLOCK, HYPSCOPE_REQUESTED,
    HYPSCOPE_STRICT, HYPSCOPE_ERROR
};

/* A powered-off machine. NULL: one line in err says why (err may be NULL). The configuration is copied. */
HYPSCOPE_API struct hypscope *hypscope_new(const struct hypscope_config *config, char *err, size_t err_size);
HYPSCOPE_API void hypscope_free(struct hypscope *h);

/* Load a program and its companions, and power PE 0 on at its entry point. 0, or -1 with one line in err. */
HYPSCOPE_API int hypscope_boot(struct hypscope *h, const struct hypscope_boot *boot, char *err, size_t err_size);
/* Or do it by hand: write memory, then start at a physical address with X0 = x0. */
HYPSCOPE_API void hypscope_start(struct hypscope *h, uint64_t entry, uint64_t x0);

/* Run until something ends it. Limits count from power-on; 0: none. A run that was stopped by a limit or by request can be
   continued, and ends in the same state as one that was not stopped. */
HYPSCOPE_API enum hypscope_stop hypscope_run(struct hypscope *h, uint64_t max_insns, uint64_t max_time_ns);
/* Make hypscope_run return HYPSCOPE_REQUESTED soon. For signal handlers and other threads. */
HYPSCOPE_API void hypscope_request_stop(struct hypscope *h);
/* A byte typed at the console, now. */
HYPSCOPE_API void hypscope_type(struct hypscope *h, uint8_t byte);

HYPSCOPE_API uint64_t hypscope_insns(const struct hypscope *h);     /* retired by all PEs */
HYPSCOPE_API uint64_t hypscope_time_ns(const struct hypscope *h);   /* guest time */
HYPSCOPE_API unsigned hypscope_exit_code(const struct hypscope *h); /* what the guest ended with, else 0 */
HYPSCOPE_API uint32_t hypscope_hash(const struct hypscope *h);      /* of the whole state: equal runs, equal values */

/* RAM at a physical address. 0, or -1 when the range is not wholly RAM. */
HYPSCOPE_API int hypscope_read(struct hypscope *h, uint64_t addr, void *data, size_t len);
HYPSCOPE_API int hypscope_write(struct hypscope *h, uint64_t addr, const void *data, size_t len);
/* Registers of a PE: n 0..30 X0..X30, 31 the stack pointer in use, 32 the program counter. 0 for anything else. */
HYPSCOPE_API uint64_t hypscope_reg(const struct hypscope *h, unsigned pe, unsigned n);

#ifdef __cplusplus
}
#endif

#endif
