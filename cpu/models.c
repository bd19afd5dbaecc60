/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Models: the ID registers that differ from zero. AArch64 at every Exception
 * level, no EL3, and nothing reported that is not implemented. Everything else
 * that a PE does follows from these values (features.c).
 */
#include "cpu/models.h"

#include <string.h>

/* Armv8.0: no VHE */
static const struct model_id cortex_a72_ids[] = {
    { SR_MIDR_EL1, 0x410fd083 },
    { SR_ID_AA64PFR0_EL1, 0x0000000001000111 },
    { SR_ID_AA64DFR0_EL1, 0x0000000010305106 },
    { SR_ID_AA64ISAR0_EL1, 0x0000000000011120 },
    { SR_ID_AA64MMFR0_EL1, 0x0000000000001124 },
    { SR_CTR_EL0, 0x8444c004 },
    { SR_DCZID_EL0, 4 },
    { SR_CLIDR_EL1, 0x0a200023 },
    { SR_PMCR_EL0, 0x41023040 },
    { SR_COUNT, 0 },
};

/* The Cortex-A53 (r0p4): the architecture of the Cortex-A72 */
static const struct model_id cortex_a53_ids[] = {
    { SR_MIDR_EL1, 0x410fd034 },
    { SR_ID_AA64PFR0_EL1, 0x0000000001000111 },
    { SR_ID_AA64DFR0_EL1, 0x0000000010305106 },
    { SR_ID_AA64ISAR0_EL1, 0x0000000000011120 },
    { SR_ID_AA64MMFR0_EL1, 0x0000000000001122 },
    { SR_CTR_EL0, 0x84448004 },
    { SR_DCZID_EL0, 4 },
    { SR_CLIDR_EL1, 0x0a200023 },
    { SR_PMCR_EL0, 0x41033040 },
    { SR_COUNT, 0 },
};

/* The Cortex-A55 (r1p0): the architecture of the Neoverse N1, 40 bits of physical address */
static const struct model_id cortex_a55_ids[] = {
    { SR_MIDR_EL1, 0x411fd050 },
    { SR_ID_AA64PFR0_EL1, 0x1100000011110111 },
    { SR_ID_AA64PFR1_EL1, 0x0000000000000020 },
    { SR_ID_AA64DFR0_EL1, 0x0000000010305408 },
    { SR_ID_AA64ISAR0_EL1, 0x0000100010211120 },
    { SR_ID_AA64ISAR1_EL1, 0x0000000000100001 },
    { SR_ID_AA64MMFR0_EL1, 0x0000000000101122 },
    { SR_ID_AA64MMFR1_EL1, 0x0000000010212122 },
    { SR_ID_AA64MMFR2_EL1, 0x0000000000001011 },
    { SR_CTR_EL0, 0x84448004 },
    { SR_DCZID_EL0, 4 },
    { SR_CLIDR_EL1, 0x82000023 },
    { SR_PMCR_EL0, 0x41453040 },
    { SR_COUNT, 0 },
};

/* Armv8.2 with VHE, RAS, LSE */
static const struct model_id neoverse_n1_ids[] = {
    { SR_MIDR_EL1, 0x414fd0c1 },
    { SR_ID_AA64PFR0_EL1, 0x1100000011110111 },
    { SR_ID_AA64PFR1_EL1, 0x0000000000000020 },
    { SR_ID_AA64DFR0_EL1, 0x0000000010305408 },
    { SR_ID_AA64ISAR0_EL1, 0x0000100010211120 },
    { SR_ID_AA64ISAR1_EL1, 0x0000000000100001 },
    { SR_ID_AA64MMFR0_EL1, 0x0000000000101125 },
    { SR_ID_AA64MMFR1_EL1, 0x0000000010212122 },
    { SR_ID_AA64MMFR2_EL1, 0x0000000000001011 },
    { SR_CTR_EL0, 0x8444c004 },
    { SR_DCZID_EL0, 4 },
    { SR_CLIDR_EL1, 0x82000023 },
    { SR_PMCR_EL0, 0x410c3040 },
    { SR_COUNT, 0 },
};

/* Everything that is implemented: the Neoverse N1 and pointer authentication, stage 2 forced write-back */
#define MAX_IDS(isar1)                           \
    { SR_MIDR_EL1, 0x000f0510 },                 \
    { SR_ID_AA64PFR0_EL1, 0x1100000011110111 },  \
    { SR_ID_AA64PFR1_EL1, 0x0000000000000020 },  \
    { SR_ID_AA64DFR0_EL1, 0x0000000010305408 },  \
    { SR_ID_AA64ISAR0_EL1, 0x0000100010211120 }, \
    { SR_ID_AA64ISAR1_EL1, isar1 },              \
    { SR_ID_AA64MMFR0_EL1, 0x0000000000101125 }, \
    { SR_ID_AA64MMFR1_EL1, 0x0000000010212122 }, \
    { SR_ID_AA64MMFR2_EL1, 0x0000010000001011 }, \
    { SR_CTR_EL0, 0x8444c004 },                  \
    { SR_DCZID_EL0, 4 },                         \
    { SR_CLIDR_EL1, 0x82000023 },                \
    { SR_PMCR_EL0, 0x41013040 },                 \
    { SR_COUNT, 0 }

/* Pointer authentication with QARMA5 */
static const struct model_id max_ids[] = { MAX_IDS(0x0000000001100011) };
/* with the quick IMPLEMENTATION DEFINED algorithm */
static const struct model_id max_fast_pauth_ids[] = { MAX_IDS(0x0000000010100101) };

static const struct cpu_model models[] = {
    { "cortex-a72", "Armv8.0-A, no VHE", cortex_a72_ids, { 0x701fe00a, 0x201fe012, 0x70ffe07a, 0 } },
    { "neoverse-n1", "Armv8.2-A with VHE, RAS, LSE", neoverse_n1_ids, { 0x701fe01a, 0x201fe01a, 0x70ffe03a, 0 } },
    { "max", "everything implemented: Neoverse N1 and pointer authentication (QARMA5), FWB", max_ids,
      { 0x701fe01a, 0x201fe01a, 0x70ffe03a, 0 } },
    { "max-fast-pauth", "max with a quick pointer authentication algorithm", max_fast_pauth_ids,
      { 0x701fe01a, 0x201fe01a, 0x70ffe03a, 0 } },
    { "cortex-a53", "Armv8.0-A, no VHE, in order", cortex_a53_ids, { 0x700fe01a, 0x201fe00a, 0x703fe07a, 0 } },
    { "cortex-a55", "Armv8.2-A with VHE, RAS, LSE, in order", cortex_a55_ids, { 0x700fe01a, 0x200fe01a, 0x707fe01a, 0 } },
};

const struct cpu_model *cpu_model_at(unsigned i)
{
    return i < ARRAY_LEN(models) ? &models[i] : NULL;
}

const struct cpu_model *cpu_model_find(const char *name)
{
    for (unsigned i = 0; i < ARRAY_LEN(models); i++) {
        if (strcmp(models[i].name, name) == 0) {
            return &models[i];
        }
    }
    return NULL;
}
