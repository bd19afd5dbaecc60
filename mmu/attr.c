/* SPDX-License-Identifier: Apache-2.0 */
/* Memory attributes: decoding, combination of stages, cache controls. Attributes are bytes as in MAIR_ELx. */
#include "mmu/walk.h"

enum { ATTR_NC = 0x44, ATTR_WT_RA = 0xaa, ATTR_WB = 0xff };
enum { S2_NC = 5 };       /* MemAttr: Normal, non-cacheable in both */
enum { SH_NON = 0, SH_OUTER = 2, SH_INNER = 3 };

static bool is_device(uint8_t attr)
{
    return attr < 0x10;
}

/* CONSTRAINED UNPREDICTABLE encodings (Unpredictable_RESMAIR): a Device type without its low bits, and non-cacheable
   for an inner nibble of zero under a Normal outer one. */
uint8_t attr_normalise(uint8_t mair_byte)
{
    if (is_device(mair_byte)) {
        return mair_byte & 0x0c;
    }
    return (mair_byte & 0x0f) == 0 ? (mair_byte & 0xf0) | 0x04 : mair_byte;
}

bool attr_s2_device(unsigned s2_attr, bool fwb)
{
    return fwb ? (s2_attr & 4) == 0 : (s2_attr & 0xc) == 0;
}

/* EffectiveShareability: Device and non-cacheable are outer shareable */
static struct mmu_attr attr_effective(uint8_t attr, uint8_t sh)
{
    /* SH = 1 is reserved: non-shareable here. */
    bool outer = is_device(attr) || attr == ATTR_NC;
    return (struct mmu_attr) { .attr = attr, .sh = outer ? SH_OUTER : sh == 1 ? SH_NON : sh };
}

/* S2CombineS1Shareability */
static uint8_t combine_sh(uint8_t a, uint8_t b)
{
    if (a == SH_OUTER || b == SH_OUTER) {
        return SH_OUTER;
    }
    return a == SH_INNER || b == SH_INNER ? SH_INNER : SH_NON;
}

/* One nibble of MAIR: 1 non-cacheable, 2 write-through, 3 write-back: as stage 2 has it */
static unsigned cache_class(unsigned nibble)
{
    if (nibble == 4) {
        return 1;
    }
    return (nibble & 4) != 0 ? 3 : 2;
}

/* S2CombineS1AttrHints of one nibble: the weaker type, the hints (and transience) of stage 1 */
static unsigned combine_nibble(unsigned s1, unsigned s2_class)
{
    unsigned c1 = cache_class(s1);
    unsigned c = c1 < s2_class ? c1 : s2_class;
    if (c == 1) {
        return 4;
    }
    return c == 2 ? s1 & ~4u : s1 | 4u;
}

/* S2CombineS1MemAttrs; the reserved MemAttr xx00 counts as inner non-cacheable */
static uint8_t combine_types(uint8_t s1, unsigned s2_attr)
{
    if ((s2_attr & 0xc) == 0) {
        uint8_t dev = (uint8_t)((s2_attr & 3) << 2);
        return is_device(s1) && s1 < dev ? s1 : dev;
    }
    if (is_device(s1)) {
        return s1;
    }
    unsigned inner = (s2_attr & 3) == 0 ? 1 : s2_attr & 3;
    return (uint8_t)(combine_nibble(s1 >> 4, s2_attr >> 2) << 4 | combine_nibble(s1 & 0xf, inner));
}

/* Write-back forced by stage 2: the allocation hints of stage 1 where it has any */
static unsigned force_wb(unsigned s1)
{
    return cache_class(s1) == 1 ? 0xf : 0xc | (s1 & 3);
}

/* AArch64.S2ApplyFWBMemAttrs; s2_attr<3> is RES0, the reserved 100 counts as non-cacheable */
static uint8_t apply_fwb(uint8_t s1, unsigned s2_attr)
{
    if ((s2_attr & 4) == 0) {
        uint8_t dev = (uint8_t)((s2_attr & 3) << 2);
        return is_device(s1) && s1 < dev ? s1 : dev;
    }
    switch (s2_attr & 3) {
    case 3:
        return s1;
    case 2:
        return is_device(s1) ? ATTR_WB : (uint8_t)(force_wb(s1 >> 4) << 4 | force_wb(s1 & 0xf));
    default:
        return is_device(s1) ? s1 : ATTR_NC;
    }
}

/* Stage 1 of this access. S1DisabledOutput for what has no descriptor. */
static struct mmu_attr stage1(const struct mmu_regs *r, const struct mmu_req *q, const struct xlat *x)
{
    bool fetch = q->acc == ACC_FETCH;
    if ((x->flags & XF_S1) == 0) {
        if (r->regime == REGIME_EL10 && (r->hcr & HCR_DC) != 0) {
            return (struct mmu_attr) { .attr = ATTR_WB, .sh = SH_NON };
        }
        if (fetch) {
            return (struct mmu_attr) { .attr = (r->sctlr & SCTLR_I) != 0 ? ATTR_WT_RA : ATTR_NC, .sh = SH_OUTER };
        }
        return (struct mmu_attr) { .attr = 0, .sh = SH_OUTER };
    }
    bool device = is_device(x->s1_attr);
    bool nc = fetch ? device || (r->sctlr & SCTLR_I) == 0 : !device && (r->sctlr & SCTLR_C) == 0;
    return attr_effective(nc ? ATTR_NC : x->s1_attr, x->s1_sh);
}

struct mmu_attr attr_final(const struct mmu_features *f, const struct mmu_regs *r, const struct mmu_req *q,
                           const struct xlat *x)
{
    struct mmu_attr s1 = stage1(r, q, x);
    if ((x->flags & XF_S2) == 0 || q->at_s1_only) {
        return s1;
    }
    bool fwb = f->fwb && (r->hcr & HCR_FWB) != 0;
    /* With FWB the combination is what the cache controls act on, else stage 2 alone is. */
    uint8_t attr = fwb ? apply_fwb(s1.attr, x->s2_attr) : 0;
    bool device = fwb ? is_device(attr) : attr_s2_device(x->s2_attr, false);
    bool nc = q->acc == ACC_FETCH ? device || (r->hcr & HCR_ID) != 0 : !device && (r->hcr & HCR_CD) != 0;
    if (!fwb) {
        attr = combine_types(s1.attr, nc ? S2_NC : x->s2_attr);
    } else if (nc) {
        attr = ATTR_NC;
    }
    return attr_effective(attr, combine_sh(s1.sh, x->s2_sh == 1 ? SH_NON : x->s2_sh));
}

struct mmu_attr attr_kept(const struct mmu_features *f, const struct mmu_regs *r, const struct xlat *x)
{
    struct mmu_regs on = { .regime = r->regime, .sctlr = r->sctlr | SCTLR_C | SCTLR_I, .hcr = r->hcr & ~(HCR_CD | HCR_ID) };
    struct mmu_req data = { .acc = ACC_READ };
    return attr_final(f, &on, &data, x);
}
