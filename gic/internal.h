/* SPDX-License-Identifier: Apache-2.0 */
/* State and functions shared by the files of the GIC. Not for others. */
#ifndef HYPSCOPE_GIC_INTERNAL_H
#define HYPSCOPE_GIC_INTERNAL_H

#include "gic/gic.h"

#define SPI_WORDS 8                  /* words of 32 SPIs */
#define N_WORDS (SPI_WORDS + 1)      /* word 0: SGIs and PPIs, one a PE */
#define N_LRS 4
#define PRI_MASK 0xf8u               /* 5 priority bits, all of them preemption bits */
#define PRE_SHIFT 3                  /* priority to active-priority bit number */
#define PRIO_IDLE 0xffu
#define MIN_BPR0 2u                  /* 7 - preemption bits */
#define MIN_BPR1 3u
#define INTID_SPURIOUS 1023u
#define INTID_LPI_FIRST 8192u
#define INTID_MASK 0xffffffu         /* 24 bits */
#define TARGET_NONE 0xffu

#define GICD_CTLR_ENABLE_GRP0 BIT64(0)
#define GICD_CTLR_ENABLE_GRP1 BIT64(1)
#define GICD_CTLR_ARE BIT64(4)
#define GICD_CTLR_DS BIT64(6)
#define GICX_STATUSR_RRD 1u          /* read of a reserved location */
#define GICX_STATUSR_WRD 2u          /* write to a reserved location */
#define GICX_STATUSR_RWOD 4u         /* read of a write-only location */
#define GICX_STATUSR_WROD 8u         /* write to a read-only location */
#define GICR_WAKER_PROCESSOR_SLEEP 2u
#define GICR_WAKER_CHILDREN_ASLEEP 4u
#define IROUTER_IRM BIT64(31)
#define IROUTER_MASK UINT64_C(0xff80ffffff)

#define ICC_CTLR_CBPR 1u
#define ICC_CTLR_EOIMODE 2u
#define ICC_CTLR_FIXED 0x8c00u       /* A3V, 24-bit INTIDs, 5 priority bits */
#define ICC_SRE_FIXED 7u             /* SRE, DFB, DIB: RAO/WI */
#define ICC_SRE_EL2_ENABLE 8u

#define ICH_HCR_EN BIT64(0)
#define ICH_HCR_UIE BIT64(1)
#define ICH_HCR_LRENPIE BIT64(2)
#define ICH_HCR_NPIE BIT64(3)
#define ICH_HCR_VGRP0EIE BIT64(4)
#define ICH_HCR_VGRP0DIE BIT64(5)
#define ICH_HCR_VGRP1EIE BIT64(6)
#define ICH_HCR_VGRP1DIE BIT64(7)
#define ICH_HCR_TC BIT64(10)
#define ICH_HCR_TALL0 BIT64(11)
#define ICH_HCR_TALL1 BIT64(12)
#define ICH_HCR_TSEI BIT64(13)
#define ICH_HCR_TDIR BIT64(14)
#define ICH_HCR_EOICOUNT_SHIFT 27
#define ICH_HCR_EOICOUNT_MASK UINT64_C(0xf8000000)
#define ICH_HCR_RW UINT64_C(0xf8007cff)
#define ICH_VTR_VALUE UINT64_C(0x90b80003)

#define ICH_VMCR_VENG0 BIT64(0)
#define ICH_VMCR_VENG1 BIT64(1)
#define ICH_VMCR_VFIQEN BIT64(3)     /* RAO: the interface is system registers only */
#define ICH_VMCR_VCBPR BIT64(4)
#define ICH_VMCR_VEOIM BIT64(9)
#define ICH_VMCR_VBPR1_SHIFT 18
#define ICH_VMCR_VBPR0_SHIFT 21
#define ICH_VMCR_VPMR_SHIFT 24

#define ICH_LR_PENDING BIT64(62)
#define ICH_LR_ACTIVE BIT64(63)
#define ICH_LR_STATE (ICH_LR_PENDING | ICH_LR_ACTIVE)
#define ICH_LR_HW BIT64(61)
#define ICH_LR_GROUP BIT64(60)
#define ICH_LR_EOI BIT64(41)         /* when HW is 0 */
#define ICH_LR_PRIORITY_SHIFT 48
#define ICH_LR_PINTID_SHIFT 32
#define ICH_LR_PINTID_MASK 0x1fffu
/* State, HW, Group, the 5 priority bits, pINTID and 24 bits of vINTID */
#define ICH_LR_RW UINT64_C(0xf0f81fff00ffffff)

/* 32 interrupts: the private ones of a PE, or a word of SPIs. One bit an INTID. */
struct gic_bank {
    uint32_t group;     /* 1: Group 1 */
    uint32_t enable;
    uint32_t latch;     /* pending by an edge, an SGI or ISPENDR */
    uint32_t line;      /* level of the wire */
    uint32_t active;
    uint32_t edge;      /* ICFGR: edge-triggered */
    uint8_t prio[32];
};

/* The CPU interface of a PE. Index [0] and [1] is the interrupt group. */
struct gic_cpuif {
    uint64_t ich_hcr;
    uint64_t ich_vmcr;
    uint64_t ich_lr[N_LRS];
    uint32_t ich_apr[2];
    uint32_t ctlr;      /* CBPR and EOImode */
    uint32_t pmr;
    uint32_t bpr[2];
    uint32_t apr[2];
    uint32_t igrpen[2];
    uint32_t sre_el2;
    uint32_t reserved;
};

struct gic_redist {
    struct gic_bank bank;
    uint32_t waker;
    uint32_t statusr;
};

/* Everything that software can see; no pointers, no padding. */
struct gic_saved {
    uint32_t ctlr;
    uint32_t statusr;
    struct gic_bank spi[SPI_WORDS];
    uint64_t route[SPI_WORDS * 32];
    struct gic_redist redist[GIC_MAX_PES];
    struct gic_cpuif cpu[GIC_MAX_PES];
};

/* The highest priority pending interrupt of a PE. */
struct gic_hppi {
    uint32_t intid;     /* INTID_SPURIOUS: none */
    uint32_t prio;
    uint32_t group;
};

/* What follows from the saved state. */
struct gic_derived {
    uint32_t target[GIC_MAX_PES][SPI_WORDS];  /* SPIs routed to the PE */
    uint8_t target_of[SPI_WORDS * 32];        /* the PE, or TARGET_NONE */
    uint32_t ready[SPI_WORDS];                /* pending, enabled and not active */
    uint32_t ready_words;                     /* words with something ready */
    uint32_t n_1ofn;                          /* SPIs with IROUTER.IRM */
    struct gic_hppi hppi[GIC_MAX_PES];
    uint32_t phys[GIC_MAX_PES];               /* GIC_SIG_IRQ, GIC_SIG_FIQ */
    uint32_t virt[GIC_MAX_PES];               /* GIC_SIG_VIRQ, GIC_SIG_VFIQ */
    uint32_t told[GIC_MAX_PES];               /* what the PE was told last */
};

/* What only observers and messages need. */
struct gic_watch {
    uint64_t last_id;
    uint64_t id_private[GIC_MAX_PES][32];
    uint64_t id_spi[SPI_WORDS * 32];
    uint32_t reported_dist[0x10000 / 4 / 32];
    uint32_t reported_redist[0x20000 / 4 / 32];
};

struct gic {
    struct gic_saved s;
    struct gic_derived d;
    struct gic_config config;
    uint32_t affinity[GIC_MAX_PES];   /* Aff3.Aff2.Aff1.Aff0 */
    struct gic_watch w;
};

/* The registers of a bank. */
enum bank_reg {
    BANK_GROUP,
    BANK_SET_ENABLE,
    BANK_CLEAR_ENABLE,
    BANK_SET_PENDING,
    BANK_CLEAR_PENDING,
    BANK_SET_ACTIVE,
    BANK_CLEAR_ACTIVE,
};

static inline uint32_t bank_pending(const struct gic_bank *b)
{
    return b->latch | (b->line & ~b->edge);
}

static inline struct gic_bank *gic_bank(struct gic *g, unsigned pe, unsigned intid)
{
    return intid < 32 ? &g->s.redist[pe].bank : &g->s.spi[intid / 32 - 1];
}

static inline bool gic_asleep(const struct gic *g, unsigned pe)
{
    return (g->s.redist[pe].waker & GICR_WAKER_CHILDREN_ASLEEP) != 0;
}

/* bank.c: registers of 32 interrupts. word 0 is the bank of `pe`, else pe is ignored. */
uint32_t gic_bank_read(const struct gic_bank *b, enum bank_reg r);
void gic_bank_write(struct gic *g, unsigned pe, unsigned word, enum bank_reg r, uint32_t val);
uint32_t gic_bank_read_priority(const struct gic_bank *b, unsigned first, unsigned size);
void gic_bank_write_priority(struct gic *g, unsigned pe, unsigned word, unsigned first, unsigned size, uint32_t val);
uint32_t gic_bank_read_config(const struct gic_bank *b, unsigned half);
void gic_bank_write_config(struct gic *g, unsigned pe, unsigned word, unsigned half, uint32_t val);

/* dist.c / redist.c: the frames. */
bool gicd_read(void *gic, uint64_t off, unsigned size, unsigned pe, uint64_t *val);
bool gicd_write(void *gic, uint64_t off, unsigned size, unsigned pe, uint64_t val);
bool gicr_read(void *gic, uint64_t off, unsigned size, unsigned pe, uint64_t *val);
bool gicr_write(void *gic, uint64_t off, unsigned size, unsigned pe, uint64_t val);
/* The identification registers at 0xffd0..0xffff of GICD and RD_base; part is PIDR0. */
uint32_t gic_id_register(unsigned part, uint32_t off);

/* state.c: pending, routing, signals. */
/* Interrupts `changed` of a word changed in any way. Call after the change, with the value
   of bank_pending() before it. */
void gic_bank_changed(struct gic *g, unsigned pe, unsigned word, uint32_t changed, uint32_t old_pending);
/* Recompute the target of an SPI, or of all SPIs with IROUTER.IRM. */
void gic_route(struct gic *g, unsigned intid);
void gic_route_1ofn(struct gic *g);
/* Recompute the physical signals of a PE after a change of its CPU interface. */
void gic_update_pe(struct gic *g, unsigned pe);
void gic_update_all(struct gic *g);
/* Tell the PE its signals if they changed. */
void gic_tell(struct gic *g, unsigned pe);
/* Make an interrupt pending (SGI), active, inactive. */
void gic_set_pending(struct gic *g, unsigned pe, unsigned intid);
void gic_activate(struct gic *g, unsigned pe, unsigned intid);
void gic_deactivate(struct gic *g, unsigned pe, unsigned intid);
/* Rebuild all derived state. */
void gic_rebuild(struct gic *g);
void gic_observe(struct gic *g, enum gic_event e, unsigned pe, unsigned intid);
void gic_observe_lr(struct gic *g, enum gic_event e, unsigned pe, unsigned intid, unsigned lr);

/* sysreg.c: a system register of the CPU interface. arg is a group, a number, whatever. */
struct icc_reg;
typedef uint64_t icc_read_fn(struct gic *g, unsigned pe, unsigned arg);
typedef void icc_write_fn(struct gic *g, unsigned pe, unsigned arg, uint64_t val);

/* icc.c: the physical CPU interface. */
void icc_reset(struct gic *g, unsigned pe);
bool icc_can_preempt(const struct gic_cpuif *c, const struct gic_hppi *h);
icc_read_fn icc_iar_read, icc_hppir_read, icc_bpr_read, icc_apr_read, icc_igrpen_read, icc_pmr_read, icc_rpr_read,
    icc_ctlr_read, icc_sre_read, icc_sre_el2_read;
icc_write_fn icc_eoir_write, icc_bpr_write, icc_apr_write, icc_igrpen_write, icc_pmr_write, icc_ctlr_write,
    icc_dir_write, icc_sgi_write, icc_sre_write, icc_sre_el2_write;
/* arg of icc_sgi_write */
enum { ICC_SGI0R, ICC_SGI1R, ICC_ASGI1R };

/* ich.c: the hypervisor's view of the virtual CPU interface. */
void ich_reset(struct gic *g, unsigned pe);
uint32_t ich_misr(const struct gic_cpuif *c);
/* Recompute virtual signals and the maintenance interrupt after a change of ICH_* state. */
void ich_update(struct gic *g, unsigned pe);
icc_read_fn ich_hcr_read, ich_vtr_read, ich_misr_read, ich_eisr_read, ich_elrsr_read, ich_vmcr_read, ich_apr_read,
    ich_lr_read;
icc_write_fn ich_hcr_write, ich_vmcr_write, ich_apr_write, ich_lr_write;

/* icv.c: the guest's view of it. */
int icv_highest_pending(const struct gic_cpuif *c);
bool icv_can_preempt(const struct gic_cpuif *c, uint64_t lr);
unsigned icv_bpr(const struct gic_cpuif *c, unsigned group);
void icv_set_bpr(struct gic_cpuif *c, unsigned group, unsigned val);
icc_read_fn icv_iar_read, icv_hppir_read, icv_bpr_read, icv_igrpen_read, icv_pmr_read, icv_rpr_read, icv_ctlr_read;
icc_write_fn icv_eoir_write, icv_bpr_write, icv_igrpen_write, icv_pmr_write, icv_ctlr_write, icv_dir_write;

/* sysreg.c */
enum gicif_result gic_sysreg_read(void *gic, unsigned pe, uint16_t enc, const struct gicif_ctx *ctx, uint64_t *val);
enum gicif_result gic_sysreg_write(void *gic, unsigned pe, uint16_t enc, const struct gicif_ctx *ctx, uint64_t val);

#endif
