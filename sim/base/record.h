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
    REC_WFI,         /* the PE begins to wait at pc; a = 0 for WFI, 1 for WFE */
    REC_WAKE,        /* it goes on at pc; a as before */
    REC_PSCI,        /* a = function id, b = result */
    REC_MASK,        /* PSTATE.DAIF written at pc by MSR: a = new, b = old, as in bits 3:0 = D A I F */
    REC_SERROR_PENDED,   /* a = ISS, b = 0 physical, 1 virtual (HCR_EL2.VSE set) */
    REC_SERROR_DEFERRED, /* by ESB at pc: a = the DISR_EL1 or VDISR_EL2 value, b = 0 physical, 1 virtual */
    REC_SYSREG_READ, /* of a register that consumes or shows asynchronous state (ISR_EL1, DISR_EL1): a = encoding, b = value */
    REC_BARRIER,     /* a = 0 ISB, 1 DSB, 2 DMB, 3 ESB; only when the instruction leaves the fast path anyway or in the stepping instance */
    REC_KIND_COUNT,
};

/* HCR_EL2 and VTTBR_EL2 at the time of the event tell which world it belongs to. */
struct rec {
    uint8_t kind;      /* enum rec_kind */
    uint8_t pe;
    uint8_t from_el;   /* EL before */
    uint8_t el;        /* EL after */
    uint8_t daif;      /* PSTATE.{D,A,I,F} after the event, in bits 3:0 */
    uint8_t pending;   /* bit 0 physical SError pending, 1 virtual SError (HCR_EL2.VSE), 2 IRQ, 3 FIQ, 4 virtual IRQ, 5 virtual FIQ */
    uint16_t type;     /* REC_EXC_ENTRY: 0 synchronous, 1 IRQ, 2 FIQ, 3 SError, 4 virtual IRQ, 5 virtual FIQ, 6 virtual SError */
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
