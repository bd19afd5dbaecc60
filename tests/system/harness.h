/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system harness: what every group of cases uses. Everything here runs at EL2 with the MMU off and HCR_EL2.E2H = 0; a
 * probe runs a few instructions in any other state and reports what became of them.
 *
 * A comparison is a line `case result`: the case's name holds no blank and is the same on every machine, the result holds
 * only what the architecture determines.
 */
#ifndef HYPSCOPE_TESTS_SYSTEM_HARNESS_H
#define HYPSCOPE_TESTS_SYSTEM_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "offsets.h"

typedef uint64_t u64;
typedef uint32_t u32;

#define BIT(n) (UINT64_C(1) << (n))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define RD(reg) ({ u64 v_; __asm__ volatile("mrs %0, " #reg : "=r"(v_)); v_; })
#define WR(reg, val) __asm__ volatile("msr " #reg ", %0" : : "r"((u64)(val)) : "memory")
#define ISB() __asm__ volatile("isb" : : : "memory")
#define DSB() __asm__ volatile("dsb sy" : : : "memory")

void *memset(void *d, int c, size_t n);
void *memcpy(void *d, const void *s, size_t n);

/* ---- registers of cpu/sysreg.tbl ---- */
struct reg_row {
    const char *name;
    uint16_t enc;               /* op0:op1:CRn:CRm:op2 */
    uint8_t acc[3];             /* by EL: bit 0 readable, bit 1 writable */
    uint8_t cls;                /* enum reg_class */
};

extern const struct reg_row regs[];
#include "regs.h"              /* generated: ENC_name, enum reg_class, N_REGS */

/* ---- HCR_EL2 ---- */
enum { HCR_VM = 0, HCR_SWIO = 1, HCR_PTW = 2, HCR_FMO = 3, HCR_IMO = 4, HCR_AMO = 5, HCR_VF = 6, HCR_VI = 7, HCR_VSE = 8, HCR_FB = 9,
       HCR_DC = 12, HCR_TWI = 13, HCR_TWE = 14, HCR_TID0 = 15, HCR_TID1 = 16, HCR_TID2 = 17, HCR_TID3 = 18, HCR_TSC = 19,
       HCR_TIDCP = 20, HCR_TACR = 21, HCR_TSW = 22, HCR_TPCP = 23, HCR_TPU = 24, HCR_TTLB = 25, HCR_TVM = 26, HCR_TGE = 27,
       HCR_TDZ = 28, HCR_HCD = 29, HCR_TRVM = 30, HCR_RW = 31, HCR_CD = 32, HCR_ID = 33, HCR_E2H = 34, HCR_TLOR = 35,
       HCR_TERR = 36, HCR_TEA = 37, HCR_MIOCNCE = 38, HCR_FWB = 46 };

#define HCR_BASE BIT(HCR_RW)
#define HCR_HOST (BIT(HCR_RW) | BIT(HCR_E2H) | BIT(HCR_TGE))
#define SCTLR_EL1_BASE UINT64_C(0x30d00800)

/* ---- probes ---- */
struct probe {
    u64 hcr, sctlr_el2;         /* in force while it runs */
    u64 spsr, pc;
    u64 sp;                     /* SP of EL2 (for probes at EL2; 0: the harness's); after: SP when it ended, if at EL2 */
    u64 lr;                     /* where the probe returns to: an instruction that ends it */
    u64 x[8];                   /* X0..X7, in and out */
    u64 vec;                    /* of VBAR_EL2: 0..15 */
    u64 esr2, far2, hpfar, elr2, spsr2;
    u64 esr1, far1, elr1, spsr1;
    u64 pstate;                 /* after the entry to EL2, as in SPSR */
    u64 hcr_out;
};

_Static_assert(offsetof(struct probe, lr) == P_LR && offsetof(struct probe, vec) == P_VEC && offsetof(struct probe, hcr_out) == P_HCR_OUT &&
               offsetof(struct probe, spsr1) == P_SPSR1 && offsetof(struct probe, x) == P_X, "offsets.h is out of date");

/* The states in which probes run: which EL, whose host it is. */
struct world {
    const char *name;
    unsigned el;
    u64 hcr;
    bool vhe;                   /* only with VHE (world_missing) */
};

enum { N_WORLDS = 10, WORLD_EL2 = 2 };
extern const struct world worlds[N_WORLDS];
bool world_missing(const struct world *w);

/* What became of a probe: the exception that ended it, as the EL that took it saw it. */
struct outcome {
    unsigned el;                /* 0: it ran to its end */
    unsigned vec;               /* 0..15 */
    u32 esr;
    u64 far, hpfar, elr, spsr, pstate;      /* spsr also of the exception that ended a probe which ran to its end */
};

void probe_run(struct probe *p);
/* A probe at EL0, 1 or 2 (EL2h, EL1h, EL0t, all masked) of the code at pc, with HCR_EL2 = HCR_BASE. */
void probe_init(struct probe *p, unsigned el, const void *pc);
/* Run it and read the outcome. */
struct outcome probe_go(struct probe *p);
/* Probes end by SMC, for HCR_EL2.HCD = 1; the caller sets HCR_EL2.TSC. */
void probe_end_by_smc(struct probe *p);

static inline unsigned esr_ec(u32 esr)
{
    return esr >> 26;
}

/* ---- output ---- */
/* %s, %d (unsigned), %x (u64, hexadecimal), %c */
void say(const char *fmt, ...);
enum { SHOW_ELR = 1, SHOW_SPSR = 2, SHOW_PSTATE = 4, SHOW_NO_FAR = 8 };
/* " EL/VECTOR ESR", FAR and HPFAR where the exception has them, and what `show` asks for. */
void say_outcome(const struct probe *p, const struct outcome *o, unsigned show);

/* ---- state ---- */
/* A stage 2 that maps 1 GiB of RAM at its place, as Normal memory, and nothing else: for HCR_EL2.VM, with DC or without. */
void stage2_on(void);
bool has_vhe(void);             /* the n1: VHE, PAN, UAO, SSBS, RAS, HAFDBS */
bool has_fwb(void);             /* max: forced write-back of stage 2 */
/* Every control of EL1 and EL2 that is not in struct probe to a known value: nothing is trapped. */
void base_state(void);
u64 rng(void);
void rng_seed(u64 seed);
static inline u64 rng_below(u64 n)
{
    return (u64)(((unsigned __int128)rng() * n) >> 64);
}
/* Make code that was written visible to instruction fetch. */
void sync_code(const void *start, size_t size);
u64 mmio_rd(u64 addr);
void mmio_wr(u64 addr, u32 val);

extern char el1_vectors[], el1_vectors_smc[], exit_svc[], exit_hvc[], exit_smc[], low_ret[], low_start[], low_end[], image_start[], image_end[];

/* The row of regs[] with this encoding, which must be there. */
unsigned reg_index(unsigned enc);

/* MRS x0 / MSR x0 / (x1 = old, write x0, x0 = new, write x1) and RET, for a row of regs[]. */
const void *stub_read(unsigned reg);
const void *stub_write(unsigned reg);
const void *stub_swap(unsigned reg);
void stubs_make(void);

/* ---- pieces of code with names, ended by one without (tables in assembly) ---- */
struct piece {
    const char *name;
    const u32 *code;
};

/* ---- the GIC (gic.c) ---- */
void gic_setup(void);           /* distributor, redistributor, CPU interface on; SGIs enabled, nothing pending */
void gic_quiet(void);           /* no SGI or PPI pending or active, no active priorities */
void gic_pend_sgi(unsigned intid, unsigned group, unsigned prio);

/* ---- groups ---- */
void group_sysregs(void);
void group_traps(void);
void group_exceptions(void);
void group_mmu(void);
void group_tlbi(void);
void group_gic(void);
void group_timers(void);
void group_debug(void);
void group_pmu(void);
#endif
