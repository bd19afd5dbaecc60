/* SPDX-License-Identifier: Apache-2.0 */
/* Architecture features from ID registers, as data: which field must have which value at least. */
#include "cpu/models.h"

#include <string.h>

struct rule {
    uint8_t feat;       /* enum feature */
    uint8_t lo;         /* lowest bit of the 4-bit field */
    uint8_t min;        /* there from this value on */
    uint16_t sr;
};

static const struct rule rules[] = {
    { FEAT_EL2, 8, 1, SR_ID_AA64PFR0_EL1 },
    { FEAT_RAS, 28, 1, SR_ID_AA64PFR0_EL1 },
    { FEAT_DIT, 48, 1, SR_ID_AA64PFR0_EL1 },
    { FEAT_CSV2, 56, 1, SR_ID_AA64PFR0_EL1 },
    { FEAT_BTI, 0, 1, SR_ID_AA64PFR1_EL1 },
    { FEAT_SSBS, 4, 1, SR_ID_AA64PFR1_EL1 },
    { FEAT_SSBS2, 4, 2, SR_ID_AA64PFR1_EL1 },
    { FEAT_AES, 4, 1, SR_ID_AA64ISAR0_EL1 },
    { FEAT_PMULL, 4, 2, SR_ID_AA64ISAR0_EL1 },
    { FEAT_SHA1, 8, 1, SR_ID_AA64ISAR0_EL1 },
    { FEAT_SHA256, 12, 1, SR_ID_AA64ISAR0_EL1 },
    { FEAT_SHA512, 12, 2, SR_ID_AA64ISAR0_EL1 },
    { FEAT_CRC32, 16, 1, SR_ID_AA64ISAR0_EL1 },
    { FEAT_LSE, 20, 2, SR_ID_AA64ISAR0_EL1 },
    { FEAT_RDM, 28, 1, SR_ID_AA64ISAR0_EL1 },
    { FEAT_SHA3, 32, 1, SR_ID_AA64ISAR0_EL1 },
    { FEAT_DOTPROD, 44, 1, SR_ID_AA64ISAR0_EL1 },
    { FEAT_FHM, 48, 1, SR_ID_AA64ISAR0_EL1 },
    { FEAT_FLAGM, 52, 1, SR_ID_AA64ISAR0_EL1 },
    { FEAT_FLAGM2, 52, 2, SR_ID_AA64ISAR0_EL1 },
    { FEAT_TLBIOS, 56, 1, SR_ID_AA64ISAR0_EL1 },
    { FEAT_TLBIRANGE, 56, 2, SR_ID_AA64ISAR0_EL1 },
    { FEAT_DPB, 0, 1, SR_ID_AA64ISAR1_EL1 },
    { FEAT_DPB2, 0, 2, SR_ID_AA64ISAR1_EL1 },
    { FEAT_PAUTH, 4, 1, SR_ID_AA64ISAR1_EL1 },
    { FEAT_PAUTH, 8, 1, SR_ID_AA64ISAR1_EL1 },
    { FEAT_JSCVT, 12, 1, SR_ID_AA64ISAR1_EL1 },
    { FEAT_FCMA, 16, 1, SR_ID_AA64ISAR1_EL1 },
    { FEAT_LRCPC, 20, 1, SR_ID_AA64ISAR1_EL1 },
    { FEAT_LRCPC2, 20, 2, SR_ID_AA64ISAR1_EL1 },
    { FEAT_FRINTTS, 32, 1, SR_ID_AA64ISAR1_EL1 },
    { FEAT_SB, 36, 1, SR_ID_AA64ISAR1_EL1 },
    { FEAT_SPECRES, 40, 1, SR_ID_AA64ISAR1_EL1 },
    { FEAT_HAFDBS, 0, 1, SR_ID_AA64MMFR1_EL1 },
    { FEAT_VMID16, 4, 2, SR_ID_AA64MMFR1_EL1 },
    { FEAT_VHE, 8, 1, SR_ID_AA64MMFR1_EL1 },
    { FEAT_HPDS, 12, 1, SR_ID_AA64MMFR1_EL1 },
    { FEAT_HPDS2, 12, 2, SR_ID_AA64MMFR1_EL1 },
    { FEAT_LOR, 16, 1, SR_ID_AA64MMFR1_EL1 },
    { FEAT_PAN, 20, 1, SR_ID_AA64MMFR1_EL1 },
    { FEAT_PAN2, 20, 2, SR_ID_AA64MMFR1_EL1 },
    { FEAT_XNX, 28, 1, SR_ID_AA64MMFR1_EL1 },
    { FEAT_TTCNP, 0, 1, SR_ID_AA64MMFR2_EL1 },
    { FEAT_UAO, 4, 1, SR_ID_AA64MMFR2_EL1 },
    { FEAT_IESB, 12, 1, SR_ID_AA64MMFR2_EL1 },
    { FEAT_LSE2, 32, 1, SR_ID_AA64MMFR2_EL1 },
    { FEAT_IDST, 36, 1, SR_ID_AA64MMFR2_EL1 },
    { FEAT_S2FWB, 40, 1, SR_ID_AA64MMFR2_EL1 },
    { FEAT_EVT, 56, 2, SR_ID_AA64MMFR2_EL1 },
    { FEAT_E0PD, 60, 1, SR_ID_AA64MMFR2_EL1 },
    { FEAT_PMUV3, 8, 1, SR_ID_AA64DFR0_EL1 },
    { FEAT_PMUV3P1, 8, 4, SR_ID_AA64DFR0_EL1 },
};

static uint64_t id_value(const struct cpu_model *m, unsigned sr)
{
    for (const struct model_id *i = m->ids; i->sr != SR_COUNT; i++) {
        if (i->sr == sr) {
            return i->val;
        }
    }
    return 0;
}

static void set(struct features *f, unsigned n)
{
    f->bits[n >> 6] |= BIT64(n & 63);
}

/* Fields of ID_AA64PFR0_EL1 and ID_AA64DFR0_EL1 that say "not there" by 0b1111 */
static void derive_exceptions(struct features *f, uint64_t pfr0, uint64_t dfr0)
{
    if (bits64(pfr0, 19, 16) != 15) {
        set(f, FEAT_FP);
    }
    if (bits64(pfr0, 23, 20) != 15) {
        set(f, FEAT_SIMD);
    }
    if (bits64(pfr0, 19, 16) == 1) {
        set(f, FEAT_FP16);
    }
    if (bits64(dfr0, 11, 8) == 15) {
        f->bits[FEAT_PMUV3 >> 6] &= ~BIT64(FEAT_PMUV3 & 63);
        f->bits[FEAT_PMUV3P1 >> 6] &= ~BIT64(FEAT_PMUV3P1 & 63);
    }
}

/* Granule fields: stage 1, and ID_AA64MMFR0_EL1.TGran*_2, where 0 means "as stage 1" and 1 "no". */
static void derive_granules(struct mmu_features *m, uint64_t mmfr0)
{
    m->gran4 = bits64(mmfr0, 31, 28) != 15;
    m->gran64 = bits64(mmfr0, 27, 24) != 15;
    m->gran16 = bits64(mmfr0, 23, 20) != 0;
    uint64_t s16 = bits64(mmfr0, 35, 32), s64 = bits64(mmfr0, 39, 36), s4 = bits64(mmfr0, 43, 40);
    m->s2gran16 = s16 == 0 ? m->gran16 : s16 >= 2;
    m->s2gran64 = s64 == 0 ? m->gran64 : s64 >= 2;
    m->s2gran4 = s4 == 0 ? m->gran4 : s4 >= 2;
}

static void derive_mmu(struct mmu_features *m, const struct features *f, uint64_t mmfr0, uint64_t mmfr1)
{
    static const uint8_t pa_bits[] = { 32, 36, 40, 42, 44, 48 };
    memset(m, 0, sizeof(*m));
    uint64_t range = bits64(mmfr0, 3, 0);
    m->pa_bits = range < ARRAY_LEN(pa_bits) ? pa_bits[range] : 48;
    derive_granules(m, mmfr0);
    m->asid16 = bits64(mmfr0, 7, 4) >= 2;
    m->vmid16 = feat_has(f, FEAT_VMID16);
    m->hafdbs = (uint8_t)bits64(mmfr1, 3, 0);
    m->hpd = feat_has(f, FEAT_HPDS);
    m->xnx = feat_has(f, FEAT_XNX);
    m->pan = feat_has(f, FEAT_PAN);
    m->cnp = feat_has(f, FEAT_TTCNP);
    m->fwb = feat_has(f, FEAT_S2FWB);
    m->has_el2 = feat_has(f, FEAT_EL2);
    m->idst = feat_has(f, FEAT_IDST);
    m->tbid = feat_has(f, FEAT_PAUTH);
}

void features_derive(struct pe *pe, bool has_el2)
{
    struct features *f = &pe->feat;
    memset(f, 0, sizeof(*f));
    set(f, FEAT_BASE);
    for (unsigned i = 0; i < ARRAY_LEN(rules); i++) {
        if (bits64(id_value(pe->model, rules[i].sr), rules[i].lo + 3u, rules[i].lo) >= rules[i].min) {
            set(f, rules[i].feat);
        }
    }
    derive_exceptions(f, id_value(pe->model, SR_ID_AA64PFR0_EL1), id_value(pe->model, SR_ID_AA64DFR0_EL1));
    if (!has_el2) {
        /* VHE is a feature of EL2. ID_AA64MMFR1_EL1 keeps its value. */
        f->bits[FEAT_EL2 >> 6] &= ~BIT64(FEAT_EL2 & 63);
        f->bits[FEAT_VHE >> 6] &= ~BIT64(FEAT_VHE & 63);
        pe->sr[SR_ID_AA64PFR0_EL1] = set_bits64(pe->sr[SR_ID_AA64PFR0_EL1], 11, 8, 0);
    }
    derive_mmu(&pe->mfeat, f, id_value(pe->model, SR_ID_AA64MMFR0_EL1), id_value(pe->model, SR_ID_AA64MMFR1_EL1));
}
