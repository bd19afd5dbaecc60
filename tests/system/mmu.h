/* SPDX-License-Identifier: Apache-2.0 */
/* Accesses (mmu-insns.S) and where the code of EL1 and EL0 is seen. */
#ifndef HYPSCOPE_TESTS_SYSTEM_MMU_H
#define HYPSCOPE_TESTS_SYSTEM_MMU_H

#include "tables.h"

extern const u32 acc_ldr[], acc_str[], acc_ldtr[], acc_sttr[], acc_ldxr[], acc_ldadd[], acc_cas[], acc_ldp[], acc_dc_civac[], acc_dc_ivac[],
    acc_br[], acc_at_s1e1r[], acc_at_s1e1w[], acc_at_s1e0r[], acc_at_s1e0w[], acc_at_s1e1rp[], acc_at_s1e1wp[], acc_at_s12e1r[],
    acc_at_s12e1w[], acc_at_s12e0r[], acc_at_s12e0w[], acc_at_s1e2r[], acc_at_s1e2w[];

/* What to add to the address of code so that it lies in the upper range (39 bits), or 0. */
u64 mmu_alias(bool high);

#endif
