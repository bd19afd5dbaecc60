/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of cpu/sysreg.tbl as the generator writes them, and what the files that implement them share. */
#ifndef HYPSCOPE_CPU_SYSREG_INT_H
#define HYPSCOPE_CPU_SYSREG_INT_H

#include "cpu/sysreg.h"

struct sysreg;

/* Handlers. rt is the register number, for syndromes. false: an exception was raised. */
typedef bool sysreg_rd(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val);
typedef bool sysreg_wr(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val);

/* Does this control trap the access at the current EL, which is 0 or 1? Returns the EL that the trap (EC 0x18) goes to,
   TRAP_NONE or TRAP_UNDEF. */
enum { TRAP_NONE = 0, TRAP_UNDEF = 3 };
typedef unsigned sysreg_trap(const struct pe *pe, bool write);

/* A trap control: a bit of HCR_EL2, or a predicate. */
struct sysreg_control {
    const char *name;
    uint64_t hcr;
    sysreg_trap *fn;
};

struct sysreg_step {
    uint8_t trap;               /* index into sysreg_controls */
    uint8_t dir;                /* bit 0: reads, bit 1: writes */
};

struct sysreg_gate {
    uint8_t feat;               /* enum feature */
    uint64_t mask;              /* bits that are writable with it; without it they are as res1 says */
};

/* One row. Ordered so that the common access touches one cache line. */
struct sysreg {
    sysreg_rd *rd;
    sysreg_wr *wr;
    uint64_t trap_mask[2];      /* read, write: nothing traps when HCR_EL2 has none of these bits; all ones: ask the predicates */
    uint16_t sr;                /* index in pe->sr[]: of the register itself, or what it is another name of */
    uint16_t e2h;               /* the row to use instead at EL2 with E2H, SR_NONE: none */
    uint16_t enc;
    uint8_t dirty;              /* enum pe_dirty to set when the value changes */
    uint8_t cls;                /* enum sysreg_class */
    bool alias;                 /* _EL12, _EL02: UNDEFINED but at EL2 with E2H */
    uint8_t acc[3];             /* by EL: bit 0 readable, bit 1 writable */
    uint8_t feat;               /* enum feature: UNDEFINED without it */
    bool feat_not;              /* UNDEFINED with it instead */
    uint8_t trap_n, gate_n;
    uint16_t trap_first, gate_first;
    uint64_t wmask, res1;       /* without the bits that depend on features */
    uint32_t arg;               /* for the handler */
};

struct sysreg_info {
    const char *name;
    uint64_t reset;
    uint16_t field_first, field_n;
};

extern const struct sysreg sysreg_table[SR_COUNT];
extern const struct sysreg_info sysreg_infos[SR_COUNT];
extern const struct sysreg_step sysreg_steps[];
extern const struct sysreg_gate sysreg_gates[];
extern const struct sysreg_field sysreg_fields[];
extern const struct sysreg_control sysreg_controls[];
extern const unsigned sysreg_n_controls;
extern const int16_t sysreg_index[65536];   /* enum sr_id by encoding, SR_NONE where nothing is */

/* The value that register r takes when val is written: RES0 and RES1 bits in place. */
uint64_t sysreg_legal(const struct pe *pe, const struct sysreg *r, uint64_t val);
/* Does nothing that runs at EL2 depend on this register? Leaving EL2 brings derived state up to date in any case. */
bool sysreg_lower_only(unsigned sr);
/* Forget what sysreg_direct_select() found out: the model's features have changed. */
void sysreg_direct_reset(struct pe *pe);
/* Set pe->direct for the current EL, PSTATE.SP and HCR_EL2 (sysreg-direct.c). */
void sysreg_direct_select(struct pe *pe);
/* Keep a legal value: dirty bits and the record of the write. */
void sysreg_put(struct pe *pe, const struct sysreg *r, uint64_t val);

/* The overflow interrupt and the prediction of overflows after a change of the PMU's controls (pmu.c). Counters must have been
   brought up to date by pmu_sync() before the change. */
void pmu_update(struct pe *pe);

/* Reset: lines low, no event queued. The registers are sysreg_reset()'s. They do not look at the PE's time. */
void timers_reset(struct pe *pe);
void pmu_reset(struct pe *pe);

/* Rows of TLBI and AT: what the instruction does, packed for `arg`. */
#define TLBI_ARG(kind, el, is) ((uint32_t)(kind) | (uint32_t)(el) << 8 | (uint32_t)(is) << 12)
#define AT_ARG(el, s1, write, pan) ((uint32_t)(el) | (uint32_t)(s1) << 4 | (uint32_t)(write) << 5 | (uint32_t)(pan) << 6)

#endif
