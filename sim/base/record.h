/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event records: what a PE tells observers. Fixed size, no pointers, no host
 * data, so that equal runs give equal bytes. A sink receives them one by one
 * (from code off the fast path); observers never change the machine.
 */
#ifndef HYPSCOPE_BASE_RECORD_H
#define HYPSCOPE_BASE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

/* Kinds, with what a record of each holds: sim/base/events.def. */
enum rec_kind {
#define EVENT(kind, name, group, meaning, type, a, b, c, d) REC_##kind,
#include "sim/base/events.def"
#undef EVENT
    REC_KIND_COUNT
};
_Static_assert(REC_KIND_COUNT <= 64, "a set of kinds is a 64-bit mask");

/* Groups of kinds, for filters. */
enum rec_group {
    REC_GROUP_NONE, REC_GROUP_EXC, REC_GROUP_SYSREG, REC_GROUP_WAIT, REC_GROUP_PSCI, REC_GROUP_SERROR, REC_GROUP_BARRIER,
    REC_GROUP_IRQ, REC_GROUP_TIMER, REC_GROUP_MMIO, REC_GROUP_TLBI, REC_GROUP_TLB, REC_GROUP_WALK, REC_GROUP_MARK,
    REC_GROUP_WORLD, REC_GROUP_INSN,
    REC_GROUP_COUNT
};

/* The set that holds one kind; the sets of a group; what every sink gets unless it asks otherwise */
#define REC_BIT(kind) (UINT64_C(1) << (kind))
static inline uint64_t rec_group_kinds(enum rec_group g)
{
    static const uint8_t group_of[REC_KIND_COUNT] = {
#define EVENT(kind, name, group, meaning, type, a, b, c, d) [REC_##kind] = REC_GROUP_##group,
#include "sim/base/events.def"
#undef EVENT
    };
    uint64_t set = 0;
    for (unsigned k = 1; k < REC_KIND_COUNT; k++) {
        set |= group_of[k] == (uint8_t)g ? REC_BIT(k) : 0;
    }
    return set;
}

/* HCR_EL2 and VTTBR_EL2 at the time of the event tell which world it belongs to. */
struct rec {
    uint8_t kind;      /* enum rec_kind */
    uint8_t pe;
    uint8_t from_el;   /* EL before */
    uint8_t el;        /* EL after */
    uint8_t daif;      /* PSTATE.{D,A,I,F} after the event, in bits 3:0 */
    uint8_t pending;   /* bit 0 physical SError pending, 1 virtual SError (HCR_EL2.VSE), 2 IRQ, 3 FIQ, 4 virtual IRQ, 5 virtual FIQ */
    uint16_t type;     /* by kind */
    uint64_t icount;   /* instructions retired by this PE */
    uint64_t time_ns;
    uint64_t cycle;    /* of this PE: modelled, or with the timing model off guest time in units of one instruction */
    uint64_t pc;
    uint64_t a, b, c, d;
    uint64_t hcr;      /* HCR_EL2 */
    uint64_t vttbr;    /* VTTBR_EL2 */
};

struct rec_sink {
    void (*put)(void *opaque, const struct rec *r);
    void *opaque;
    uint64_t kinds;    /* set of REC_BIT: others do not come. 0: REC_USUAL */
    uint32_t classes;  /* REC_SYSREG: set of 1 << class. 0: el2cfg, el2vm and ras */
    bool no_repeats;   /* REC_WALK: those that the REC_TLB_FILL before them has told need not come (another sink may want them) */
};

/* Does the sink want this record? */
static inline bool rec_wanted(const struct rec_sink *s, const struct rec *r)
{
    return (s->kinds >> r->kind & 1) != 0 && (r->kind != REC_SYSREG || (s->classes >> r->type & 1) != 0);
}

/* What observers of switches and of the life of an SError need. */
#define REC_USUAL (REC_BIT(REC_EXC_ENTRY) | REC_BIT(REC_ERET) | REC_BIT(REC_SYSREG) | REC_BIT(REC_WFI) | REC_BIT(REC_WAKE) | \
                   REC_BIT(REC_PSCI) | REC_BIT(REC_MASK) | REC_BIT(REC_SERROR_PENDED) | REC_BIT(REC_SERROR_DEFERRED) | \
                   REC_BIT(REC_SYSREG_READ) | REC_BIT(REC_ESB))

#endif
