/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of one processing element, and the calls by which the parts of
 * cpu/ work together.
 */
#ifndef HYPSCOPE_CPU_PE_H
#define HYPSCOPE_CPU_PE_H

#include "sim/base/bits.h"
#include "sim/base/bus.h"
#include "sim/base/clock.h"
#include "sim/base/gicif.h"
#include "sim/base/irq.h"
#include "sim/base/record.h"
#include "mmu/mmu.h"
#include "cpu/features.h"
#include "sysreg-ids.h"      /* generated from cpu/sysreg.tbl: enum sr_id, SR_COUNT */

/* Indices into pe.x beyond X0..X30, so that no handler tests for register 31. */
enum { X_ZR = 31,    /* always reads zero, never written */
       X_SINK = 32,  /* where writes to XZR go */
       X_SP = 33,    /* the stack pointer in use */
       X_COUNT = 36 };

union vreg {
    uint64_t d[2];
    uint32_t s[4];
    uint16_t h[8];
    uint8_t b[16];
} __attribute__((aligned(16)));

/* ESR_ELx.EC */
enum exc_class {
    EC_UNKNOWN = 0x00, EC_WFX = 0x01, EC_FP_ACCESS = 0x07, EC_PAC = 0x09, EC_ILLEGAL_STATE = 0x0e,
    EC_SVC64 = 0x15, EC_HVC64 = 0x16, EC_SMC64 = 0x17, EC_SYSREG = 0x18, EC_SVE = 0x19, EC_ERET = 0x1a,
    EC_IABT_LOWER = 0x20, EC_IABT_SAME = 0x21, EC_PC_ALIGN = 0x22, EC_DABT_LOWER = 0x24, EC_DABT_SAME = 0x25,
    EC_SP_ALIGN = 0x26, EC_FP_TRAP64 = 0x2c, EC_SERROR = 0x2f, EC_BREAKPT_LOWER = 0x30, EC_BREAKPT_SAME = 0x31,
    EC_SSTEP_LOWER = 0x32, EC_SSTEP_SAME = 0x33, EC_WATCHPT_LOWER = 0x34, EC_WATCHPT_SAME = 0x35, EC_BRK64 = 0x3c,
};

/* A synchronous exception that an instruction raised and that is not taken yet. */
struct exc {
    bool valid;
    uint8_t ec;          /* enum exc_class; for the _LOWER/_SAME pairs give _LOWER: routing picks */
    uint8_t target_el;   /* 1 or 2 */
    bool has_far;
    bool has_ipa;
    bool ret_next;       /* preferred return is the next instruction (SVC, HVC, SMC not trapped) */
    uint32_t iss;
    uint64_t far;
    uint64_t ipa;
};

/* Reasons to leave straight-line execution after the current instruction. */
enum pe_dirty {
    DIRTY_XLAT = 1,      /* translation registers, EL or PSTATE.PAN changed: host micro-TLB context to be chosen anew */
    DIRTY_IRQ = 2,       /* interrupt lines, masks or routing changed */
    DIRTY_FP = 4,        /* FP/SIMD access controls changed */
    DIRTY_DEBUG = 8,     /* debug controls changed */
    DIRTY_TIME = 16,     /* an event earlier than the budget was queued */
    DIRTY_STOP = 32,     /* the machine wants control (power off, PE off, WFI, limit) */
    DIRTY_BRANCH = 64,   /* the code under the PC may have changed */
};

/* PSTATE.DAIF as in SPSR bits 9..6 */
enum { PSTATE_D = 8, PSTATE_A = 4, PSTATE_I = 2, PSTATE_F = 1 };

/* What a software step executed, for ISS.ISV and ISS.EX of its exception. */
enum stepped { STEPPED_NONE, STEPPED_INSN, STEPPED_EXCLUSIVE };

struct slot;
struct code_cache;
struct uctx_pool;
struct utlb_set;
struct pe_host;
struct timers;
struct pmu;
struct timing;

struct model_id {
    uint16_t sr;                        /* enum sr_id */
    uint64_t val;
};

struct cpu_model {
    const char *name;
    const char *title;                  /* for --help */
    const struct model_id *ids;         /* reset values of ID registers; ends with SR_COUNT */
    uint32_t ccsidr[4];                 /* CCSIDR_EL1 by CSSELR_EL1: L1 data, L1 instruction, L2 */
};

/* An external abort to come, on the next data access that touches an address range. */
struct pe_abort {
    bool armed;
    bool physical;                      /* the range is of physical addresses, else of virtual ones */
    bool as_serror;                     /* the access is done and an SError pended, instead of a synchronous abort */
    uint8_t access;                     /* bit 0: reads, bit 1: writes */
    uint64_t first, last;               /* both included */
    uint64_t iss;                       /* of the SError */
};

#define PE_PROBE_PAGES 16

/* Registers that are plain storage in one state of the PE: by index the place in sr[], SR_NONE: ask sysreg_read() or
   sysreg_write(). */
struct sysreg_direct {
    uint16_t rd[SR_COUNT], wr[SR_COUNT];
};
#define SYSREG_DIRECT 8

struct pe {
    /* --- hot: architectural state and what the handlers need --- */
    uint64_t x[X_COUNT];
    uint64_t zf;                 /* Z = (zf == 0); N = bit 63, unless the flags are odd (pe_flags_odd) */
    uint64_t fx, fy;             /* C = fx >= fy, and N != V = fx < fy as signed numbers: a compare just keeps its operands */
    struct utlb_set *dt;         /* data micro-TLB of the current context */
    struct utlb_set *dt_unpriv;  /* for LDTR/STTR */
    const struct slot *slots_base; /* slot of the first instruction of the current page */
    uint64_t page_va;            /* VA of that page */
    uint32_t dirty;              /* enum pe_dirty */
    uint32_t fp_trap;            /* nonzero: FP/SIMD instructions must take the slow path */
    int64_t n;                   /* instructions left in the budget, synchronised on slow paths */
    const struct slot *s;        /* slot of the current instruction, synchronised on slow paths */
    union vreg v[32];
    uint32_t fpcr, fpsr;

    /* --- PSTATE --- */
    uint8_t el;
    uint8_t sp_sel;
    uint8_t daif;                /* PSTATE_D.. */
    uint8_t pan, uao, ssbs, il, ss, dit, btype, tco;

    uint64_t pc;                 /* valid outside the handlers; inside use pe_pc() */
    uint64_t sr[SR_COUNT];       /* system registers by enum sr_id. SP_ELx of the stack pointer in use is in x[X_SP]. */

    /* exclusive monitor: local, with the granule for the global one */
    bool mon_armed;
    uint8_t mon_size;
    uint64_t mon_va, mon_pa;
    bool event_reg;              /* WFE event register */

    /* interrupts as signalled to this PE */
    uint32_t gic_signals;        /* enum gic_signal */
    bool serror_pending;         /* physical SError */
    uint64_t serror_iss;         /* its ESR.ISS (bits 24:0) */

    bool powered_on;
    bool waiting_wfi;            /* in WFI/WFE low-power state */
    bool waiting_wfe;

    struct exc exc;
    uint64_t exc_count;          /* exception entries and returns so far */

    /* --- derived, can be rebuilt --- */
    uint64_t sr_wmask[SR_COUNT]; /* writable bits, and bits that are always one, for the model's features (sysreg_reset) */
    uint64_t sr_res1[SR_COUNT];
    uint8_t sr_acc[SR_COUNT];    /* accesses that are not UNDEFINED: bit 2 * EL + (1 for writes) */
    const struct sysreg_direct *direct; /* of the state now (rebuilt on DIRTY_XLAT, and with PSTATE.SP) */
    uint64_t direct_hcr;         /* the bits of HCR_EL2 that decide about it below EL2 */
    uint64_t direct_key[SYSREG_DIRECT];
    unsigned direct_next;        /* replacement: round robin */
    uint8_t direct_last[3];      /* which one an EL had last */
    struct sysreg_direct direct_pool[SYSREG_DIRECT];
    struct mmu_regs regs;        /* translation view of the regime in use (rebuilt on DIRTY_XLAT); others: pe_mmu_regs() */
    uint64_t eret_target;        /* ERETAA, ERETAB: the authenticated ELR */
    bool eret_target_valid;
    uint64_t tmp;                /* scratch of a handler */
    uint64_t last_pa;            /* physical address of the last checked access */
    uint32_t ls_iss;             /* ISV, SAS, SSE, SRT, SF, AR of the load or store in progress, 0 when not valid */
    uint8_t stepped;             /* enum stepped: the instruction that the software step just ended executed */
    uint8_t debug_mode;          /* bit 0: software step, 1: breakpoints, 2: watchpoints active at the current EL */

    /* --- time and counts --- */
    uint64_t icount_base;        /* instructions retired when the current budget was granted */
    int64_t budget;              /* that budget */
    uint64_t time_base_ns;       /* guest time when it was granted */
    uint32_t ns_per_insn;

    /* --- links --- */
    unsigned id;                 /* 0..7 */
    const struct cpu_model *model;
    struct features feat;
    struct mmu_features mfeat;
    struct bus *bus;
    struct clock *clock;
    struct tlb *tlb;
    const struct gicif *gic;
    const struct rec_sink *rec;  /* NULL: nobody listens */
    uint64_t rec_kinds;          /* kinds that somebody listens to (REC_BIT); 0 when rec is NULL */
    uint32_t rec_classes;        /* state classes whose writes somebody listens to (1 << enum sysreg_class) */
    /* When set, every instruction is executed by the stepping instance and this is called before it, with pe->pc on it: for
       stimuli and instruction traces. It may pend asynchronous exceptions (they are taken before the instruction); it must
       not move the PC. */
    void (*probe)(void *opaque, struct pe *pe);
    void *probe_opaque;
    /* When not 0, the probe is only for instructions in these pages (virtual addresses of pages); others run as if there was
       none. Set by pe_set_probe(). */
    unsigned n_probe_pages;
    uint64_t probe_page[PE_PROBE_PAGES];
    uint64_t probe_seen;         /* retired instructions and exceptions at its last call: once an instruction */
    struct pe_abort abort;       /* set by pe_arm_abort() */
    struct pe_host *host;        /* services of the machine */
    struct timers *timers;
    struct pmu *pmu;
    struct timing *timing;       /* NULL: no timing model */
    uint64_t cycle_offset;       /* without one: what pe_cycle() adds to the time, after one has run */
    struct code_cache *code;
    struct uctx_pool *upool;
};

/* Is any asynchronous exception pending, masked or not? */
static inline bool pe_any_pending(const struct pe *pe)
{
    const uint64_t virt = BIT64(6) | BIT64(7) | BIT64(8); /* HCR_EL2.{VF, VI, VSE} */
    return pe->serror_pending || pe->gic_signals != 0 || (pe->sr[SR_HCR_EL2] & virt) != 0;
}

/* PSTATE.{N, Z, C, V}. A compare keeps its operands and their difference (sign-extended when of 32 bits), a logical operation its
   result; the flags are found from these when somebody asks. */

/* N and Z both set, which no result has but MSR NZCV or CCMP can ask for: zf is 0, and fx and fy are neither equal, as a compare leaves
   them, nor is fx 0 or -1, as in pe_set_flags_c_lt. */
static inline bool pe_flags_odd(const struct pe *pe) { return pe->zf == 0 && pe->fx != pe->fy && pe->fx + 1 > 1; }
static inline bool pe_flag_n(const struct pe *pe) { return (int64_t)pe->zf < 0 || pe_flags_odd(pe); }
static inline bool pe_flag_z(const struct pe *pe) { return pe->zf == 0; }
static inline bool pe_flag_c(const struct pe *pe) { return pe->fx >= pe->fy; }
/* N != V */
static inline bool pe_flag_lt(const struct pe *pe) { return (int64_t)pe->fx < (int64_t)pe->fy; }
static inline bool pe_flag_v(const struct pe *pe) { return pe_flag_n(pe) != pe_flag_lt(pe); }

/* C, and whether N != V: 0, 0 has C; 0, 1 has less; -1, 0 has both; 0, -1 has neither */
static inline void pe_set_flags_c_lt(struct pe *pe, bool c, bool lt)
{
    pe->fx = -(uint64_t)(c & lt);
    pe->fy = c ? 0 : lt ? 1 : ~UINT64_C(0);
}

static inline void pe_set_flags(struct pe *pe, unsigned nzcv)
{
    unsigned n = nzcv >> 3 & 1, z = nzcv >> 2 & 1, c = nzcv >> 1 & 1, lt = n ^ (nzcv & 1);
    pe->zf = z ? 0 : n ? ~UINT64_C(0) : 1;
    pe_set_flags_c_lt(pe, c, lt);
    if (n & z) {
        pe->fx = c & lt ? ~UINT64_C(1) : 2;
        pe->fy = c ? 0 : lt ? 3 : ~UINT64_C(0);
    }
}

/* N highest */
static inline unsigned pe_flags(const struct pe *pe)
{
    return (unsigned)pe_flag_n(pe) << 3 | (unsigned)pe_flag_z(pe) << 2 | (unsigned)pe_flag_c(pe) << 1 | (unsigned)pe_flag_v(pe);
}

/* What the machine does for a PE. */
struct pe_host {
    void *opaque;
    /* SMC (or HVC at EL1 when EL2 is absent) as a firmware call: x0..x3 in and out. true when handled. */
    bool (*firmware_call)(void *opaque, struct pe *pe);
    /* Other PEs, for broadcast TLBI, SEV and exclusive monitors. */
    struct pe **pes;
    unsigned n_pes;
    /* A message for the person, with the place: not implemented, unknown register, access to nothing there. */
    void (*report)(void *opaque, const struct pe *pe, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
    /* HLT with this immediate, for semihosting and trace control: false means UNDEFINED. */
    bool (*hlt)(void *opaque, struct pe *pe, unsigned imm);
};

/* ---- place and time (pe.c); valid in slow paths, after the handler has synchronised n and s ---- */
uint64_t pe_pc(const struct pe *pe);          /* address of the current instruction */
uint64_t pe_icount(const struct pe *pe);      /* instructions retired before the current one */
uint64_t pe_time_ns(const struct pe *pe);     /* guest time now */
/* Cycles of this PE: without a timing model, guest time in units of one instruction */
uint64_t pe_cycle(const struct pe *pe);
/* pe->clock->now_ns := pe_time_ns(); call before touching timers, devices or the GIC */
void pe_sync_clock(struct pe *pe);

/* ---- PSTATE (pe.c) ---- */
uint32_t pe_nzcv(const struct pe *pe);        /* in bits 31:28 */
void pe_set_nzcv(struct pe *pe, uint32_t nzcv);
uint64_t pe_spsr_value(const struct pe *pe);  /* what an exception would save */
uint64_t pe_get_sp(const struct pe *pe, unsigned el); /* SP_ELx wherever it lives */
void pe_set_sp(struct pe *pe, unsigned el, uint64_t v);

static inline bool pe_e2h(const struct pe *pe)    { return (pe->sr[SR_HCR_EL2] >> 34) & 1; }
static inline bool pe_tge(const struct pe *pe)    { return (pe->sr[SR_HCR_EL2] >> 27) & 1; }
void pe_set_spsel(struct pe *pe, unsigned sel);       /* PSTATE.SP */
/* A branch target as the PC holds it: address tags removed when TCR_ELx.TBI* says so. */
uint64_t pe_canonical_pc(const struct pe *pe, uint64_t va);

/* EL2&0 host: EL0 and EL2 belong to the same regime */
static inline bool pe_host_mode(const struct pe *pe) { return pe_e2h(pe) && pe_tge(pe); }

/* ---- raising synchronous exceptions (exception.c). All return false, so that `return pe_undef(pe);` reads well.
   The exception is taken when the handler returns to the core. ---- */
void pe_update_fp_trap(struct pe *pe); /* recompute pe->fp_trap after DIRTY_FP */
bool pe_fp_trap(struct pe *pe);   /* raises the trap that forbids FP/SIMD now (EC 0x07) */
/* The EL that an exception from the current EL goes to when nothing routes it further up: HCR_EL2.TGE sends EL0's to EL2 */
unsigned pe_default_target(const struct pe *pe);
bool pe_undef(struct pe *pe);                                              /* EC 0, to the EL that UNDEFINED goes to */
bool pe_raise(struct pe *pe, unsigned target_el, unsigned ec, uint32_t iss); /* to a given EL; EL1 with HCR_EL2.TGE becomes EL2 */
bool pe_raise_abort(struct pe *pe, uint64_t va, uint32_t iss_extra, const struct mmu_fault *f, bool fetch); /* data or instruction abort */
/* ISS of EC 0x18 for a system register access: enc is op0:op1:CRn:CRm:op2 (16 bits), rt 0..31, read = MRS */
uint32_t pe_sysreg_iss(uint16_t enc, unsigned rt, bool read);

/* Translation view of a regime from the registers as they are now (ctx.c). */
void pe_mmu_regs(const struct pe *pe, enum mmu_regime regime, struct mmu_regs *r);
/* Regime that an access at `el` uses in the current state. */
enum mmu_regime pe_regime(const struct pe *pe, unsigned el);

/* ---- memory access for semantics off the fast path (mem.c). false: exception raised, nothing more to do.
   Values are in host order, SCTLR endianness applied. `flags`: enum mem_flag. ---- */
enum mem_flag {
    MEM_UNPRIV = 1,      /* LDTR/STTR */
    MEM_ATOMIC = 2,      /* exclusive, ordered or atomic: must be aligned */
    MEM_ALIGN_ELEM = 4,  /* (vector structures) alignment of `size` is enough, checked only with SCTLR.A or Device memory */
};
bool must_check mem_read(struct pe *pe, uint64_t va, unsigned size, unsigned flags, uint64_t *val);   /* size 1,2,4,8 */
bool must_check mem_write(struct pe *pe, uint64_t va, unsigned size, unsigned flags, uint64_t val);
bool must_check mem_read128(struct pe *pe, uint64_t va, unsigned flags, union vreg *val);             /* 16 bytes */
bool must_check mem_write128(struct pe *pe, uint64_t va, unsigned flags, const union vreg *val);
/* Would a store (or a read-modify-write) of `size` bytes (up to 16) succeed? false: the exception is raised. *pa: where it goes. */
bool must_check mem_probe_write(struct pe *pe, uint64_t va, unsigned size, unsigned flags, uint64_t *pa);
bool must_check mem_probe_rw(struct pe *pe, uint64_t va, unsigned size, unsigned flags, uint64_t *pa);
/* SP alignment check for a load or store whose base is SP: false when it raised the exception. */
bool must_check mem_check_sp(struct pe *pe);
/* Arm an external abort, or disarm it with NULL. It fires once and disarms itself. While armed, accesses to its pages leave the
   fast paths; nothing else is slower. Data accesses only: no instruction fetches, no translation table walks. */
void pe_arm_abort(struct pe *pe, const struct pe_abort *a);
/* Cache maintenance by VA: permission, translation and watch rules without effect (no caches are modelled). `inval` for DC IVAC,
   which needs write permission. false: exception raised, with ISS.CM set. */
bool must_check mem_cache_op(struct pe *pe, uint64_t va, bool inval);

/* ---- system registers (sysreg.c; table in cpu/sysreg.tbl) ---- */
/* Index of an encoding (op0:op1:CRn:CRm:op2, 16 bits) or -1: UNDEFINED. Covers MRS/MSR and SYS/SYSL. */
int sysreg_lookup(uint16_t enc);
/* Execute MRS / MSR / SYS / SYSL with register number rt (for the syndrome). false: exception raised. Privilege, traps,
   redirection (E2H, _EL12, _EL02) and side effects included. */
bool must_check sysreg_read(struct pe *pe, unsigned idx, unsigned rt, uint64_t *val);
bool must_check sysreg_write(struct pe *pe, unsigned idx, unsigned rt, uint64_t val);
const char *sysreg_name(unsigned idx);
void sysreg_reset(struct pe *pe);    /* all sr[] to reset values of the model */

/* ---- generic timers (timer.c) ---- */
struct timers *timers_new(struct pe *pe, const struct irq_line ppi[4]); /* CNTP 30, CNTV 27, CNTHP 26, CNTHV 28 */
void timers_free(struct timers *t);
uint64_t timer_count(const struct pe *pe);   /* physical count CNTPCT at pe's time: 62.5 MHz */
void timers_update(struct pe *pe);           /* recompute conditions, lines and the queued event */
bool timer_read(struct pe *pe, unsigned sr, uint64_t *val);   /* CNT*_TVAL/CTL/CNT* */
bool timer_write(struct pe *pe, unsigned sr, uint64_t val);

/* ---- debug (debug.c) ---- */
void debug_update(struct pe *pe);                    /* recompute pe->debug_mode after DIRTY_DEBUG or an EL change */
/* Would software step be in force at `el` with PSTATE.D = d (MDSCR_EL1.SS, KDE, routing, OS lock)? */
bool debug_step_enabled(const struct pe *pe, unsigned el, bool d);
bool debug_raise_step(struct pe *pe);                /* raise the Software Step exception; returns false */
bool must_check debug_check_fetch(struct pe *pe, uint64_t va);   /* breakpoints; false: exception raised */
bool must_check debug_check_access(struct pe *pe, uint64_t va, unsigned size, bool write, bool unpriv); /* watchpoints */

/* ---- PMU (pmu.c) ---- */
struct pmu *pmu_new(struct pe *pe, struct irq_line ppi); /* INTID 23 */
void pmu_free(struct pmu *p);
bool pmu_read(struct pe *pe, unsigned sr, uint64_t *val);
bool pmu_write(struct pe *pe, unsigned sr, uint64_t val);
void pmu_sync(struct pe *pe);                        /* before an EL change: charge counters to the EL that ends */
enum pmu_event { PMU_SW_INCR = 0x00, PMU_INST_RETIRED = 0x08, PMU_EXC_TAKEN = 0x09, PMU_EXC_RETURN = 0x0a, PMU_CPU_CYCLES = 0x11, PMU_CHAIN = 0x1e };
void pmu_count(struct pe *pe, unsigned event, uint64_t add);
/* The machine has a timing model with a clock of cycles: the PMU has the events that it counts. */
void pmu_has_model(struct pe *pe);
/* Cycles have become something else: after pmu_sync(), time and timing model as they will be. */
void pmu_restart(struct pe *pe);
/* The PE has come to where struct timing.alarm_cycles or alarm_insns says: a counter may have overflowed. Between instructions. */
void pmu_alarm(struct pe *pe);

/* ---- exceptions (exception.c) ---- */
void pe_take_sync(struct pe *pe);            /* take pe->exc: pc must be the faulting instruction's */
bool pe_take_interrupt(struct pe *pe);       /* take the highest-priority unmasked asynchronous exception at pe->pc; true if one was taken */
bool pe_interrupt_pending(const struct pe *pe, bool *wakes); /* is one takable now? *wakes: would WFI end (masked or not) */
void pe_eret(struct pe *pe);                 /* exception return from the current EL: sets pc and PSTATE (illegal return handled) */
/* Pend a physical SError with this ISS (ESR_ELx.ISS of the SError, bits 24:0). A second one while one is pending is lost, as
   one more error of the same kind. */
void pe_pend_serror(struct pe *pe, uint64_t iss);
/* Pend a virtual SError: HCR_EL2.VSE, and the syndrome into VSESR_EL2. */
void pe_pend_vserror(struct pe *pe, uint64_t iss);
/* Tell the sink, if there is one. The common fields are filled here. */
void pe_record(struct pe *pe, unsigned kind, unsigned from_el, unsigned type, uint64_t pc, uint64_t a, uint64_t b, uint64_t c, uint64_t d);
/* Set the probe (NULL: none) for every instruction (n = 0) or for those in n pages (at most PE_PROBE_PAGES). May be called from
   a probe and from a record sink; it holds from the next instruction on. */
void pe_set_probe(struct pe *pe, void (*fn)(void *opaque, struct pe *pe), void *opaque, const uint64_t *pages, unsigned n);
uint64_t pe_isr(const struct pe *pe);        /* ISR_EL1 as the current EL reads it */
void pe_esb(struct pe *pe);                  /* error synchronization barrier */
void pe_reset(struct pe *pe, unsigned el, uint64_t pc); /* reset state, entering at el with DAIF set */

/* ---- FP and SIMD (fp*.c, simd*.c): every row of the cpu/a64*.tbl tables with format `v` has a function
   `bool v_NAME(struct pe *pe, uint32_t insn)`, declared in the generated a64-v.h. The FP/SIMD access trap is checked
   before the call; false means that an exception was raised (pe_undef, a memory fault). ---- */

#endif
