/* SPDX-License-Identifier: Apache-2.0 */
/* Inside mmu/: what the stage walks, the TLB and the permission check share. */
#ifndef HYPSCOPE_MMU_WALK_H
#define HYPSCOPE_MMU_WALK_H

#include "mmu/mmu.h"

/* Stage 2 permissions; execution is separate for EL0 and EL1 (FEAT_XNX). */
enum s2_perm { S2P_R = 1, S2P_W = 2, S2P_X1 = 4, S2P_X0 = 8 };

enum xlat_flag {
    XF_S1 = 1,          /* stage 1 is on: the s1_ fields are of a descriptor */
    XF_S2 = 2,          /* stage 2 is on: the s2_ fields are of a descriptor */
    XF_NG = 4,          /* not global: tagged by ASID */
    XF_PAN = 8,         /* EL0 can access it: PSTATE.PAN forbids privileged data accesses */
    XF_S1_CLEAN = 16,   /* stage 1 dirty state managed by hardware, and clean: a write must walk to update it */
    XF_S2_CLEAN = 32,   /* the same of stage 2 */
    XF_S1_AF = 64,      /* stage 1 descriptor needs its access flag set (never in the TLB) */
    XF_S2_AF = 128,     /* stage 2 descriptor needs its access flag set (never in the TLB) */
};

/* A translation: what a TLB entry holds. Addresses are of the first byte of the aligned range of 1 << shift bytes. */
struct xlat {
    uint64_t pa;
    uint64_t ipa;
    uint8_t shift;      /* log2 of the range for which all of this holds */
    uint8_t s1_shift;   /* log2 of the stage 1 leaf, >= shift */
    uint8_t s2_shift;   /* log2 of the stage 2 leaf, >= shift */
    int8_t s1_level;
    int8_t s2_level;
    uint8_t flags;      /* enum xlat_flag */
    uint8_t priv;       /* enum mmu_perm that stage 1 gives to EL1/EL2, PAN aside */
    uint8_t user;       /* the same for EL0 */
    uint8_t s2_perm;    /* enum s2_perm */
    uint8_t s1_attr;    /* MAIR byte of stage 1, valid encodings only */
    uint8_t s1_sh;
    uint8_t s2_attr;    /* descriptor bits 5:2 of stage 2 */
    uint8_t s2_sh;
    uint8_t attr;       /* both stages, for a data access with caches on */
    uint8_t sh;
    uint8_t now[3];     /* enum mmu_perm of both stages by enum perm_mode, W only when no dirty state is to be set */
};

enum perm_mode { PM_USER, PM_PRIV, PM_PRIV_PAN };


/* Which access stage 2 translates. */
enum s2_use {
    S2_FINAL,           /* the access itself */
    S2_TABLE_READ,      /* read of a stage 1 descriptor */
    S2_TABLE_UPDATE,    /* hardware update of a stage 1 descriptor */
};

/* A stage 1 or stage 2 leaf and where it is, for the update of its flags. */
struct leaf {
    uint64_t desc;
    uint64_t addr;      /* PA, or IPA for stage 1 with stage 2 on */
};

/* What one translation request works with. */
struct walk {
    struct bus *bus;
    struct tlb *t;
    unsigned pe;
    const struct mmu_features *f;
    const struct mmu_regs *r;
    const struct mmu_req *req;
    struct mmu_fault *fault;    /* written when a function returns false */
    bool tell;                  /* somebody listens to the steps (walk_step) */
    bool s1, s2;                /* the stages that are on */
    uint16_t vmid;
    struct walk_params s2p;     /* of stage 2, when it is on */
    struct mmu_steps *steps;    /* where walk_step() notes table accesses; such a walk leaves the TLB out. NULL: the TLB's listener */
    int8_t s1_level;            /* level of the stage 1 descriptor being read, 4 afterwards */
};

#define SCTLR_M BIT64(0)
#define SCTLR_C BIT64(2)
#define SCTLR_I BIT64(12)
#define SCTLR_WXN BIT64(19)
#define SCTLR_EE BIT64(25)
#define HCR_VM BIT64(0)
#define HCR_PTW BIT64(2)
#define HCR_DC BIT64(12)
#define HCR_TGE BIT64(27)
#define HCR_CD BIT64(32)
#define HCR_ID BIT64(33)
#define HCR_E2H BIT64(34)
#define HCR_FWB BIT64(46)

/* Is stage 1 on for this view? S1Enabled */
static inline bool mmu_s1_on(const struct mmu_features *f, const struct mmu_regs *r)
{
    if (r->regime == REGIME_EL10 && f->has_el2 && (r->hcr & (HCR_DC | HCR_TGE)) != 0) {
        return false;
    }
    return (r->sctlr & SCTLR_M) != 0;
}

/* Is stage 2 on for this view? EL1&0 only. HCR_EL2.VM and DC behave as 0 when {E2H,TGE} is {1,1}, not with TGE
   alone. */
static inline bool mmu_s2_on(const struct mmu_features *f, const struct mmu_regs *r)
{
    if (r->regime != REGIME_EL10 || !f->has_el2) {
        return false;
    }
    if ((r->hcr & (HCR_E2H | HCR_TGE)) == (HCR_E2H | HCR_TGE)) {
        return false;
    }
    return (r->hcr & (HCR_VM | HCR_DC)) != 0;
}

static inline uint16_t asid_of(const struct mmu_features *f, const struct mmu_regs *r)
{
    if (r->regime == REGIME_EL2) {
        return 0;
    }
    uint64_t ttbr = bit64(r->tcr, 22) != 0 ? r->ttbr1 : r->ttbr0;
    uint16_t asid = (uint16_t)(ttbr >> 48);
    return f->asid16 && bit64(r->tcr, 36) != 0 ? asid : asid & 0xff;
}

/* Entries of EL1&0 carry the VMID whether stage 2 is on or not (AArch64.GetS1TLBContext uses EL2Enabled only). */
static inline uint16_t vmid_of(const struct mmu_features *f, const struct mmu_regs *r)
{
    if (r->regime != REGIME_EL10 || !f->has_el2) {
        return 0;
    }
    uint16_t vmid = (uint16_t)(r->vttbr >> 48);
    return f->vmid16 && bit64(r->vtcr, 19) != 0 ? vmid : vmid & 0xff;
}

/* va without the logical address tag where TBI ignores it: bits 63:56 copy bit 55. TBID: not for fetches.
   AArch64.AddrTop */
static inline uint64_t mmu_untag(const struct mmu_features *f, const struct mmu_regs *r, uint64_t va, bool fetch)
{
    bool one = r->regime == REGIME_EL2;
    unsigned high = (unsigned)bit64(va, 55);
    bool tbi = bit64(r->tcr, one ? 20 : 37 + high) != 0;
    if (unlikely(fetch && f->tbid && bit64(r->tcr, one ? 29 : 51 + high) != 0)) {
        tbi = false;
    }
    return tbi ? (uint64_t)sext64(va, 56) : va;
}

/* ---- params.c ---- */

/* AArch64.GetS1TTWParams for an untagged va */
void s1_params(const struct mmu_features *f, const struct mmu_regs *r, uint64_t va, struct walk_params *p);
/* AArch64.GetS2TTWParams */
void s2_params(const struct mmu_features *f, const struct mmu_regs *r, struct walk_params *p);

/* ---- stage1.c, stage2.c, desc.c ---- */

/* Walk stage 1 for an untagged va. Fills the s1_ fields, ipa and shift of x, and the leaf. Does not check permission
   and updates nothing. false: w->fault. */
bool s1_walk(struct walk *w, uint64_t va, const struct walk_params *p, struct xlat *x, struct leaf *leaf);
/* The same when nothing unusual is on the way: 4K granule, little-endian tables in RAM, no restrictions in table descriptors, no
   fault, nothing to update in stage 1. false: s1_walk() must do it, which repeats what has been done on the way to the tables
   (*w->fault has no meaning). */
bool s1_walk_plain(struct walk *w, uint64_t va, const struct walk_params *p, struct xlat *x);
/* Set AF, and clear AP[2] when `dirty`, of the leaf in memory. false: w->fault. */
bool s1_update(struct walk *w, const struct walk_params *p, const struct xlat *x, const struct leaf *leaf, bool dirty);
/* Translate ipa by stage 2, from the TLB or by a walk. Fills the s2_ fields, pa and s2_shift; x->shift becomes the
   smaller of both. `dirty`: dirty state is to be set, a clean entry of the TLB will not do. leaf->addr is 0 when no
   walk was made: nothing to update. Does not check permission and updates nothing. false: w->fault. */
bool s2_walk(struct walk *w, uint64_t ipa, enum s2_use use, bool dirty, struct xlat *x, struct leaf *leaf);
/* PA of the stage 1 descriptor at ipa from the TLB only. false: s2_table_address() must do it. */
bool s2_table_plain(const struct walk *w, uint64_t ipa, uint64_t *pa);
/* Set AF, and set S2AP[1] when `dirty`, of the leaf in memory. false: w->fault. */
bool s2_update(struct walk *w, uint64_t ipa, enum s2_use use, const struct xlat *x, const struct leaf *leaf,
               bool dirty);
/* PA of the stage 1 descriptor at ipa (through stage 2 when on), checked for reading or updating it. */
bool s2_table_address(struct walk *w, uint64_t ipa, bool update, uint64_t *pa);

/* log2 of what one descriptor maps at a level */
static inline unsigned level_shift(int level, unsigned granule)
{
    return granule + (unsigned)(3 - level) * (granule - 3);
}
/* The kinds of a descriptor at a level. AArch64.DecodeDescriptorType */
enum desc_kind { DESC_INVALID, DESC_TABLE, DESC_LEAF };
static inline enum desc_kind desc_kind(uint64_t desc, int level, unsigned granule)
{
    if ((desc & 1) == 0) {
        return DESC_INVALID;
    }
    if ((desc & 2) != 0) {
        return level == 3 ? DESC_LEAF : DESC_TABLE;
    }
    /* AArch64.BlockDescSupported, without FEAT_LPA and FEAT_LPA2 */
    bool block = level == 2 || (level == 1 && granule == 12);
    return block ? DESC_LEAF : DESC_INVALID;
}

/* Address of the entry of a table at `base` that ia selects at `level`, `top` being the input address size */
static inline uint64_t desc_address(uint64_t base, uint64_t ia, int level, unsigned granule, unsigned top)
{
    unsigned lo = level_shift(level, granule);
    return base + (bits64(ia, top - 1, lo) << 3);
}

/* Base of the first table, aligned to its size. AArch64.S1TTBaseAddress, AArch64.S2TTBaseAddress */
static inline uint64_t table_base(const struct walk_params *p, unsigned iasize)
{
    /* 2^(iasize - shift of its level) entries of 8 bytes; without FEAT_LPA the base is aligned to the size. */
    unsigned size = iasize - level_shift(p->start_level, p->granule) + 3;
    return p->ttbr & ones64(48) & ~ones64(size);
}

/* A descriptor was read, and somebody wants to know. ia: what the stage translates; from: the address that it was read at
   before stage 2. */
void walk_step(struct walk *w, bool stage2, int level, uint64_t ia, uint64_t pa, uint64_t desc, uint64_t from);
/* Fetch or store one descriptor at a PA. false: nothing responds. */
bool must_check desc_read(struct walk *w, uint64_t pa, bool ee, uint64_t *desc);
bool must_check desc_write(struct walk *w, uint64_t pa, bool ee, uint64_t desc);

/* ---- attr.c ---- */

/* An attribute byte as the model understands it: reserved encodings replaced. S1DecodeMemAttrs */
uint8_t attr_normalise(uint8_t mair_byte);
/* Is the stage 2 MemAttr a Device type by itself? */
bool attr_s2_device(unsigned s2_attr, bool fwb);
/* Attributes of a translation for an access, with the cache controls of SCTLR and HCR_EL2. The last part of
   AArch64.S1Translate and AArch64.S2Translate; S2CombineS1MemAttrs, AArch64.S2ApplyFWBMemAttrs */
struct mmu_attr attr_final(const struct mmu_features *f, const struct mmu_regs *r, const struct mmu_req *q,
                           const struct xlat *x);

/* The same of a data access with all caches on: what a TLB entry keeps. */
struct mmu_attr attr_kept(const struct mmu_features *f, const struct mmu_regs *r, const struct xlat *x);

/* ---- perm.c ---- */

/* What stage 1 allows to this request's privilege (enum mmu_perm). */
static inline unsigned perm_s1(const struct mmu_req *q, const struct xlat *x)
{
    if (q->el == 0) {
        return x->user;
    }
    /* PSTATE.PAN concerns data accesses only. */
    return q->pan && (x->flags & XF_PAN) != 0 ? x->priv & ~(unsigned)(PERM_R | PERM_W) : x->priv;
}

/* What stage 2 allows (enum mmu_perm). */
static inline unsigned perm_s2(const struct mmu_req *q, const struct xlat *x)
{
    if ((x->flags & XF_S2) == 0) {
        return PERM_R | PERM_W | PERM_X;
    }
    unsigned exec = q->el == 0 ? S2P_X0 : S2P_X1;
    return (x->s2_perm & (S2P_R | S2P_W)) | ((x->s2_perm & exec) != 0 ? PERM_X : 0);
}

/* Does `perm` allow the request? On false *write says what WnR reports. */
bool perm_allows(const struct mmu_req *q, unsigned perm, bool *write);
/* WnR of a fault that is not a permission fault. */
bool perm_default_wnr(const struct mmu_req *q);
/* Does the access set dirty state? (a store or atomic; not AT nor cache maintenance) */
static inline bool acc_dirties(const struct mmu_req *q)
{
    return q->acc == ACC_WRITE || q->acc == ACC_RW;
}

#endif
