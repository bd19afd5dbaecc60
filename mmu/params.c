/* SPDX-License-Identifier: Apache-2.0 */
/* What the control registers say about a walk: GetS1TTWParams, GetS2TTWParams and their validity checks. */
#include "mmu/walk.h"

/* TxSZ limits without FEAT_LVA and FEAT_TTST */
enum { TXSZ_MIN = 16, TXSZ_MAX = 39 };

uint16_t mmu_asid(const struct mmu_features *f, const struct mmu_regs *r)
{
    return asid_of(f, r);
}

uint16_t mmu_vmid(const struct mmu_features *f, const struct mmu_regs *r)
{
    return vmid_of(f, r);
}

/* A granule that is reserved or not implemented behaves as an IMPLEMENTATION DEFINED one: the smallest there is. */
static uint8_t pick_granule(unsigned want, bool g4, bool g16, bool g64)
{
    if ((want == 12 && g4) || (want == 14 && g16) || (want == 16 && g64)) {
        return (uint8_t)want;
    }
    return g4 ? 12 : g16 ? 14 : 16;
}

static uint8_t decode_ps(unsigned ps, unsigned pa_bits)
{
    static const uint8_t bits[8] = { 32, 36, 40, 42, 44, 48, 48, 48 };
    return bits[ps] < pa_bits ? bits[ps] : (uint8_t)pa_bits;
}

/* TG0 of TCR and VTCR: 0 4K, 1 64K, 2 16K; TG1: 1 16K, 2 4K, 3 64K. 0 stands for reserved. */
static const uint8_t tg0_bits[4] = { 12, 16, 14, 0 };
static const uint8_t tg1_bits[4] = { 0, 14, 12, 16 };

static void s1_two_ranges(const struct mmu_features *f, const struct mmu_regs *r, uint64_t va, struct walk_params *p)
{
    uint64_t tcr = r->tcr;
    unsigned tg;
    if (bit64(va, 55) != 0) {
        p->txsz = (uint8_t)bits64(tcr, 21, 16);
        p->epd = bit64(tcr, 23) != 0;
        p->hpd = f->hpd && bit64(tcr, 42) != 0;
        p->ttbr = r->ttbr1;
        tg = tg1_bits[bits64(tcr, 31, 30)];
    } else {
        p->txsz = (uint8_t)bits64(tcr, 5, 0);
        p->epd = bit64(tcr, 7) != 0;
        p->hpd = f->hpd && bit64(tcr, 41) != 0;
        p->ttbr = r->ttbr0;
        tg = tg0_bits[bits64(tcr, 15, 14)];
    }
    p->granule = pick_granule(tg, f->gran4, f->gran16, f->gran64);
    p->oa_bits = decode_ps((unsigned)bits64(tcr, 34, 32), f->pa_bits);
    p->ha = f->hafdbs >= 1 && bit64(tcr, 39) != 0;
    p->hd = f->hafdbs >= 2 && p->ha && bit64(tcr, 40) != 0;
}

static void s1_one_range(const struct mmu_features *f, const struct mmu_regs *r, struct walk_params *p)
{
    uint64_t tcr = r->tcr;
    p->txsz = (uint8_t)bits64(tcr, 5, 0);
    p->epd = false;
    p->hpd = f->hpd && bit64(tcr, 24) != 0;
    p->ttbr = r->ttbr0;
    p->granule = pick_granule(tg0_bits[bits64(tcr, 15, 14)], f->gran4, f->gran16, f->gran64);
    p->oa_bits = decode_ps((unsigned)bits64(tcr, 18, 16), f->pa_bits);
    p->ha = f->hafdbs >= 1 && bit64(tcr, 21) != 0;
    p->hd = f->hafdbs >= 2 && p->ha && bit64(tcr, 22) != 0;
}

void s1_params(const struct mmu_features *f, const struct mmu_regs *r, uint64_t va, struct walk_params *p)
{
    if (r->regime == REGIME_EL2) {
        s1_one_range(f, r, p);
    } else {
        s1_two_ranges(f, r, va, p);
    }
    p->ee = (r->sctlr & SCTLR_EE) != 0;
    /* AArch64.S1TxSZFaults: IMPLEMENTATION DEFINED whether out of range faults or is clamped. It faults here. */
    p->tsz_fault = p->txsz < TXSZ_MIN || p->txsz > TXSZ_MAX;
    unsigned stride = p->granule - 3;
    unsigned bits = 64 - p->txsz - p->granule;
    p->start_level = (int8_t)(4 - (int)((bits + stride - 1) / stride));
}

/* Level of VTCR_EL2.SL0, or -1 when reserved or beyond what the PA size allows. AArch64.S2StartLevel,
   AArch64.S2InvalidSL */
static int s2_start_level(unsigned granule, unsigned sl0, unsigned pa_bits)
{
    if (granule == 12) {
        return sl0 == 3 || (sl0 == 2 && pa_bits < 44) ? -1 : 2 - (int)sl0;
    }
    if (sl0 == 3 || (sl0 == 2 && pa_bits < (granule == 14 ? 42 : 44))) {
        return -1;
    }
    return 3 - (int)sl0;
}

/* AArch64.S2InconsistentSL: at least one bit, at most one stride and 4 bits of concatenation for the first level */
static bool s2_inconsistent(unsigned granule, int level, unsigned iasize)
{
    unsigned stride = granule - 3;
    unsigned min = (unsigned)(3 - level) * stride + granule + 1;
    return iasize < min || iasize > min + stride - 1 + 4;
}

void s2_params(const struct mmu_features *f, const struct mmu_regs *r, struct walk_params *p)
{
    uint64_t vtcr = r->vtcr;
    p->txsz = (uint8_t)bits64(vtcr, 5, 0);
    p->epd = false;
    p->hpd = true;
    p->ttbr = r->vttbr;
    p->granule = pick_granule(tg0_bits[bits64(vtcr, 15, 14)], f->s2gran4, f->s2gran16, f->s2gran64);
    p->oa_bits = decode_ps((unsigned)bits64(vtcr, 18, 16), f->pa_bits);
    p->ha = f->hafdbs >= 1 && bit64(vtcr, 21) != 0;
    p->hd = f->hafdbs >= 2 && p->ha && bit64(vtcr, 22) != 0;
    p->ee = (r->sctlr_el2 & SCTLR_EE) != 0;
    int level = s2_start_level(p->granule, (unsigned)bits64(vtcr, 7, 6), f->pa_bits);
    /* AArch64.S2TxSZFaults, AArch64.S2MinTxSZ: the IPA size is at most the PA size. Out of range faults here. */
    p->tsz_fault = level < 0 || p->txsz < 64 - f->pa_bits || p->txsz > TXSZ_MAX ||
                   s2_inconsistent(p->granule, level, 64u - p->txsz);
    p->start_level = (int8_t)level;
}
