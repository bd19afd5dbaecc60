/* SPDX-License-Identifier: Apache-2.0 */
/* Accesses (mmu-insns.S) and where the code of EL1 and EL0 is seen. */
#ifndef HYPSCOPE_TESTS_SYSTEM_MMU_H
#define HYPSCOPE_TESTS_SYSTEM_MMU_H

#include "tables.h"

extern const u32 acc_ldr[], acc_str[], acc_ldtr[], acc_sttr[], acc_ldxr[], acc_ldadd[], acc_cas[], acc_ldp[], acc_dc_civac[], acc_dc_ivac[],
    acc_br[], acc_at_s1e1r[], acc_at_s1e1w[], acc_at_s1e0r[], acc_at_s1e0w[], acc_at_s1e1rp[], acc_at_s1e1wp[], acc_at_s12e1r[],
    acc_at_s12e1w[], acc_at_s12e0r[], acc_at_s12e0w[], acc_at_s1e2r[], acc_at_s1e2w[];

enum regime { EL10, EL10_S2, S2_ONLY, EL2_ONE, EL20, N_REGIMES };
extern const char *const mmu_regime_names[N_REGIMES];

enum { N_ADDRESSES = 12 };

struct config {
    enum regime regime;
    bool high;                  /* the range under test is TTBR1's */
    struct tree s1, s2;
    struct tree way_back;       /* EL1&0: the other range */
    u64 tcr, ttbr0, ttbr1, mair, sctlr, hcr, vtcr, vttbr;
    struct pending pending[MAX_PENDING];
    unsigned n_pending;
    u64 va[N_ADDRESSES];
    u64 *leaf[N_ADDRESSES];     /* the last descriptor of stage 1 */
    u64 leaf_was[N_ADDRESSES];
    u64 *s2_leaf[MAX_PENDING];
    u64 s2_was[MAX_PENDING];
};

void mmu_clean_config(struct config *c, enum regime regime, unsigned granule);
void mmu_stage2_basics(struct config *c);
void mmu_install(const struct config *c);       /* into the registers, and everything invalidated */
void mmu_flush(void);
void mmu_off(void);

/* What to add to the address of code so that it lies in the upper range (39 bits), or 0. */
u64 mmu_alias(bool high);

void mmu_endian(void);
void mmu_walks(void);
#endif
