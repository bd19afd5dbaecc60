/* SPDX-License-Identifier: Apache-2.0 */
/* Architecture features of a model, derived from its ID registers (features.c). */
#ifndef HYPSCOPE_CPU_FEATURES_H
#define HYPSCOPE_CPU_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

/* Gates named in cpu/a64.tbl and cpu/sysreg.tbl. FEAT_BASE is always there. */
enum feature {
    FEAT_BASE, FEAT_FP, FEAT_SIMD, FEAT_AES, FEAT_PMULL, FEAT_SHA1, FEAT_SHA256, FEAT_SHA512, FEAT_SHA3, FEAT_CRC32,
    FEAT_LSE, FEAT_RDM, FEAT_DOTPROD, FEAT_FP16, FEAT_FHM, FEAT_FCMA, FEAT_JSCVT, FEAT_LRCPC, FEAT_LRCPC2, FEAT_DPB,
    FEAT_DPB2, FEAT_FLAGM, FEAT_FLAGM2, FEAT_FRINTTS, FEAT_PAN, FEAT_PAN2, FEAT_UAO, FEAT_RAS, FEAT_VHE, FEAT_HPDS,
    FEAT_VMID16, FEAT_HAFDBS, FEAT_TTCNP, FEAT_LOR, FEAT_XNX, FEAT_SSBS, FEAT_SSBS2, FEAT_CSV2, FEAT_IESB, FEAT_SB,
    FEAT_SPECRES, FEAT_PAUTH, FEAT_BTI, FEAT_DIT, FEAT_TLBIOS, FEAT_TLBIRANGE, FEAT_S2FWB, FEAT_IDST, FEAT_PMUV3,
    FEAT_EL2, FEAT_E0PD, FEAT_EVT, FEAT_LSE2, FEAT_HPDS2, FEAT_PMUV3P1, FEAT_COUNT
};

struct features {
    uint64_t bits[2];
};

static inline bool feat_has(const struct features *f, unsigned n)
{
    return (f->bits[n >> 6] >> (n & 63)) & 1;
}

#endif
