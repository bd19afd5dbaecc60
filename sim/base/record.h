/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event records: what a PE tells observers. Fixed size, no pointers, no host
 * data, so that equal runs give equal bytes. A sink receives them one by one
 * (from code off the fast path); observers never change the machine.
 */
#ifndef HYPSCOPE_BASE_RECORD_H
#define HYPSCOPE_BASE_RECORD_H

#include <stdint.h>

enum rec_kind {
    REC_NONE = 0,
    REC_EXC_ENTRY,   /* a = ESR, b = FAR, c = HPFAR (IPA page in Arm's layout), d = vector offset (0x000..0x780);
                        pc = preferred return address; from_el/el = source and target EL */
    REC_ERET,        /* a = SPSR, b = target pc; pc = address of the ERET; from_el/el = source and target EL */
    REC_SYSREG,      /* a = encoding op0:op1:CRn:CRm:op2, b = new value, c = old value */
    REC_WFI,         /* pc; a = 0 for WFI, 1 for WFE */
    REC_WAKE,
    REC_PSCI,        /* a = function id, b = result */
    REC_KIND_COUNT,
};

/* HCR_EL2 and VTTBR_EL2 at the time of the event tell which world it belongs to. */
struct rec {
    uint8_t kind;      /* enum rec_kind */
    uint8_t pe;
    uint8_t from_el;   /* EL before */
    uint8_t el;        /* EL after */
    uint32_t type;     /* REC_EXC_ENTRY: 0 synchronous, 1 IRQ, 2 FIQ, 3 SError, 4 virtual IRQ, 5 virtual FIQ, 6 virtual SError */
    uint64_t icount;   /* instructions retired by this PE */
    uint64_t time_ns;
    uint64_t pc;
    uint64_t a, b, c, d;
    uint64_t hcr;      /* HCR_EL2 */
    uint64_t vttbr;    /* VTTBR_EL2 */
};

struct rec_sink {
    void (*put)(void *opaque, const struct rec *r);
    void *opaque;
};

#endif
