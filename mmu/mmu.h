/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address translation: the walks as functions of an explicit register view,
 * and the architectural TLB. Pseudocode: AArch64.TranslateAddress,
 * AArch64.S1Translate, AArch64.S2Translate, AArch64.S1Walk, AArch64.S2Walk.
 */
#ifndef HYPSCOPE_MMU_H
#define HYPSCOPE_MMU_H

#include "sim/base/bits.h"
#include "sim/base/bus.h"
#include "sim/base/record.h"

enum mmu_regime {
    REGIME_EL10,    /* EL1&0, with stage 2 when HCR_EL2.VM or .DC */
    REGIME_EL20,    /* EL2&0: HCR_EL2.E2H = 1 */
    REGIME_EL2,     /* EL2: HCR_EL2.E2H = 0 */
};

/* What the model implements of VMSA; filled from the ID registers. */
struct mmu_features {
    uint8_t pa_bits;        /* ID_AA64MMFR0_EL1.PARange as a number of bits: 32..48 (52 needs LPA: not implemented) */
    bool gran4, gran16, gran64;         /* stage 1 granules */
    bool s2gran4, s2gran16, s2gran64;   /* stage 2 granules */
    bool asid16;
    bool vmid16;
    uint8_t hafdbs;         /* 0 none, 1 access flag, 2 access flag and dirty state */
    bool hpd;               /* hierarchical permission disable */
    bool xnx;               /* stage 2 execute-never for EL0 and EL1 apart */
    bool pan;
    bool cnp;
    bool fwb;               /* HCR_EL2.FWB */
    bool has_el2;
    bool idst;
    bool tbid;              /* FEAT_PAuth: TBID makes TBI one of data accesses only */
};

/* One PE's registers as the regime in use sees them. The PE rebuilds this view when they change. */
struct mmu_regs {
    enum mmu_regime regime;
    uint64_t sctlr;     /* SCTLR_EL1 or SCTLR_EL2, of the regime */
    uint64_t tcr;       /* TCR_EL1, or TCR_EL2 (in the layout of the regime) */
    uint64_t ttbr0, ttbr1;
    uint64_t mair;
    uint64_t hcr;       /* effective HCR_EL2 (0 without EL2) */
    uint64_t vtcr, vttbr;
    uint64_t sctlr_el2; /* for SCTLR_EL2.EE of stage 2 walks */
};

enum mmu_acc {
    ACC_READ,
    ACC_WRITE,
    ACC_FETCH,
    ACC_RW,             /* atomic read-modify-write: checked as read then write (see R_TRCLH-like rules for WnR) */
    ACC_CM_READ,        /* cache maintenance by VA that needs read permission at most (faults report CM=1, WnR=1) */
    ACC_CM_WRITE,       /* DC IVAC: needs write permission */
    ACC_AT_READ,        /* AT S1E*R, S12E*R */
    ACC_AT_WRITE,
};

enum mmu_fault_type {
    FAULT_NONE,
    FAULT_ADDRESS_SIZE,
    FAULT_TRANSLATION,
    FAULT_ACCESS_FLAG,
    FAULT_PERMISSION,
    FAULT_ALIGNMENT,
    FAULT_EXTERNAL,         /* synchronous external abort on the access */
    FAULT_EXTERNAL_WALK,    /* synchronous external abort on a translation table access */
    FAULT_TLB_CONFLICT,
    FAULT_UNSUPPORTED_EXCLUSIVE,
};

struct mmu_fault {
    uint8_t type;       /* enum mmu_fault_type */
    int8_t level;       /* 0..3, -1 none */
    bool stage2;        /* fault of stage 2: goes to EL2 with HPFAR */
    bool s1ptw;         /* stage 2 fault on a stage 1 table access */
    bool write;         /* WnR to report */
    uint64_t ipa;       /* for HPFAR_EL2, full address */
};

/* FSC (DFSC / IFSC, 6 bits) of a fault: pseudocode EncodeLDFSC / AArch64.FaultSyndrome. */
unsigned mmu_fsc(const struct mmu_fault *f);

/* One translation request. */
struct mmu_req {
    uint64_t va;        /* as the program gave it, tag included */
    uint8_t acc;        /* enum mmu_acc */
    uint8_t el;         /* privilege of the access: 0, 1 or 2 (unprivileged loads pass 0) */
    bool pan;           /* PSTATE.PAN, already gated by the caller for accesses that ignore it */
    bool at_s1_only;    /* AT S1*: leave stage 2 out of the final result (stage 1 table walks still use it) */
    bool no_side_effects; /* debugger: no TLB fill, no AF/dirty update */
};

/* MAIR-format attribute byte; device types have the upper nibble 0. */
struct mmu_attr {
    uint8_t attr;
    uint8_t sh;         /* 0 non, 2 outer, 3 inner shareable */
};

enum mmu_perm { PERM_R = 1, PERM_W = 2, PERM_X = 4 };

struct mmu_res {
    struct mmu_fault fault;     /* .type == FAULT_NONE: the rest is valid. FAULT_PERMISSION not of a table access: the
                                   rest is valid too as far as the stages were walked (the alignment fault that Device
                                   memory causes comes before the permission fault) */
    uint64_t pa;                /* of the request's byte */
    uint64_t ipa;               /* stage 1 output */
    uint8_t perm;               /* enum mmu_perm that this privilege and PAN state have on the page (so that the
                                   caller can fill its host micro-TLB); W only when no dirty-state update is needed */
    uint8_t page_shift;         /* the translation is uniform for at least this aligned size: 12..30 */
    bool device;                /* memory type Device */
    bool device_by_s2;          /* Device because of stage 2 only: an alignment fault for it is one of stage 2 */
    struct mmu_attr attr;       /* final (or stage 1 only) attributes, for PAR_EL1 and alignment rules */
};

/* The architectural TLB of one PE. Entries hold the combined result of both stages plus their tags; replacement is
   deterministic and does not depend on hits. Entries stay until invalidated or replaced: stale ones are visible. */
struct tlb;
struct tlb *tlb_new(void);
void tlb_free(struct tlb *t);
/* Called when entries go away (invalidation or replacement), so that the host micro-TLB can follow: the VA range
   (tag bits ignored) in every context; len 0 means everything. */
void tlb_set_inval_hook(struct tlb *t, void (*inval)(void *opaque, uint64_t va, uint64_t len), void *opaque);

/* What a translation does, for an observer: a kind of sim/base/events.def (REC_WALK, REC_WALK_STEP, REC_TLB_FILL) with its
   members. `kinds` is the set of those that it wants; 0: nobody listens. Of walks that leave an entry, REC_TLB_FILL tells all that
   REC_WALK would: unless `repeats`, they are not told twice. Listening changes nothing. */
typedef void tlb_event_fn(void *opaque, unsigned kind, unsigned type, uint64_t a, uint64_t b, uint64_t c, uint64_t d);
void tlb_set_event_hook(struct tlb *t, uint64_t kinds, bool repeats, tlb_event_fn *event, void *opaque);

/* Translate through the TLB, walking on a miss, checking permission. Pure but for the TLB, the AF/dirty updates of the
   tables in memory (through bus_write) and the result. */
void mmu_translate(struct tlb *t, struct bus *bus, unsigned pe, const struct mmu_features *f, const struct mmu_regs *r,
                   const struct mmu_req *req, struct mmu_res *res);

/* What the control registers say about a walk. */
struct walk_params {
    uint8_t granule;    /* log2: 12, 14, 16 */
    uint8_t txsz;
    uint8_t oa_bits;    /* output address size, capped by the implementation */
    uint8_t tsz_fault;  /* TxSZ (or SL0) not valid: level 0 translation fault */
    int8_t start_level;
    bool epd;           /* no walks with this TTBR */
    bool hpd;           /* hierarchical permissions off */
    bool ha, hd;        /* hardware update of access flag, of dirty state */
    bool ee;            /* big-endian descriptors */
    uint64_t ttbr;
};

/* What follows from a register view (ttbr0, ttbr1, vttbr's address and sctlr_el2 aside), made once and kept with whoever keeps
   the context: for mmu_translate_plain(). */
struct mmu_plan {
    uint64_t ctx;               /* tag of its TLB entries */
    bool usual;                 /* the attributes kept with an entry are those of its data accesses */
    bool s2;                    /* stage 2 is on */
    bool tbi[2];                /* by bit 55 of the VA: the top byte is ignored */
    bool walk[2];               /* a plain walk may do */
    struct walk_params p[2];    /* ttbr is not set */
    struct walk_params s2p;     /* of stage 2, when it is on: ttbr and ee are not set */
};

void mmu_plan_make(const struct mmu_features *f, const struct mmu_regs *r, struct mmu_plan *plan);

/* What a plain translation gives. */
struct mmu_plain {
    uint64_t pa;
    uint8_t perm;       /* as in struct mmu_res */
    bool device;        /* not set for fetches */
};

/* mmu_translate() for an allowed access that the TLB answers, or a walk with nothing unusual on its way: the same effect on the
   TLB at a fraction of the cost. acc: ACC_READ, ACC_WRITE or ACC_FETCH. false: mmu_translate() must do it; what was done on the way
   is what it begins with. */
bool mmu_translate_plain(struct tlb *t, struct bus *bus, const struct mmu_features *f, const struct mmu_regs *r,
                         const struct mmu_plan *plan, const struct mmu_req *req, struct mmu_plain *res);

/* One access to a translation table, as a walk makes it. */
struct mmu_step {
    uint64_t pa;                /* of the descriptor */
    uint64_t ia;                /* what this stage translates: the VA for stage 1, the IPA for stage 2 */
    int8_t level;
    bool stage2;
    int8_t s1_level;            /* stage 2: level of the stage 1 descriptor that is being located, 4 for the final address */
};

enum { MMU_MAX_STEPS = 32 };    /* four levels of stage 1, each behind four of stage 2, and the final stage 2: 24 */

struct mmu_steps {
    unsigned n;
    struct mmu_step step[MMU_MAX_STEPS];
    bool global;                /* stage 1 leaf without nG */
    uint8_t s1_shift;           /* log2 of the stage 1 leaf, 0 when stage 1 is off */
    uint8_t s2_shift;           /* log2 of the stage 2 leaf of the final address, 0 when stage 2 is off */
};

/* The table accesses of a whole walk with nothing cached, in order. For cost models: looks into no TLB, fills none, and updates
   no descriptor. *res as from mmu_translate(); a walk that faults has the steps up to the fault. */
void mmu_walk_steps(struct tlb *t, struct bus *bus, unsigned pe, const struct mmu_features *f, const struct mmu_regs *r,
                    const struct mmu_req *req, struct mmu_res *res, struct mmu_steps *steps);

/* Effective ASID and VMID of a view, and whether stage 2 is in force: these (with regime and el) key the host micro-TLB. */
uint16_t mmu_asid(const struct mmu_features *f, const struct mmu_regs *r);
uint16_t mmu_vmid(const struct mmu_features *f, const struct mmu_regs *r);

/* TLB invalidation, by meaning. The caller decodes the instruction and decides which PEs it reaches. */
enum tlbi_kind {
    TLBI_ALL,           /* ALLE1, ALLE2: every entry of the regime (EL10: any VMID, both stages) */
    TLBI_VMALL,         /* VMALLE1: stage 1 entries of the current VMID (EL20: the whole regime) */
    TLBI_VMALLS12,      /* VMALLS12E1 */
    TLBI_ASID,
    TLBI_VA,            /* VAE1/VAE2: by VA and ASID, any level */
    TLBI_VAL,           /* last level only */
    TLBI_VAA,           /* any ASID */
    TLBI_VAAL,
    TLBI_IPAS2,         /* stage 2 by IPA, any level */
    TLBI_IPAS2L,
};

struct tlbi_req {
    uint8_t kind;       /* enum tlbi_kind */
    uint8_t regime;     /* enum mmu_regime the operation applies to */
    uint16_t asid;
    uint16_t vmid;      /* used for REGIME_EL10 */
    uint64_t addr;      /* VA or IPA, page aligned */
};

void tlb_invalidate(struct tlb *t, const struct tlbi_req *q);

/* Number of valid entries, and a deterministic digest of the contents (for the final-state hash). */
unsigned tlb_count(const struct tlb *t);
uint32_t tlb_digest(const struct tlb *t, uint32_t crc);

#endif
