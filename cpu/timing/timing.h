/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The timing model of one PE: what the hooks of the timed instance work on.
 *
 * A run of straight code is charged when it is entered, for the state that the
 * pipeline is in then; what happens inside it (misses, mispredicted branches,
 * system operations) is added when it happens. Whoever leaves a run before its
 * end gives the rest back, so that the cycles never depend on where a run of
 * the simulator was cut: see timing_settle().
 *
 * Nothing here is architectural. Modelled caches and TLBs hold no data, and
 * integers are all there is: equal runs give equal cycles on every host.
 */
#ifndef HYPSCOPE_TIMING_TIMING_H
#define HYPSCOPE_TIMING_TIMING_H

#include "cpu/slot.h"
#include "cpu/sysreg.h"
#include "cpu/timing/cache.h"
#include "cpu/timing/params-mem.h"
#include "cpu/timing/pipe-memo.h"
#include "cpu/timing/tlb.h"

#include <string.h>

/* Cycles lost, by cause. What is in none of them is the pipeline's own. */
enum stall {
    STALL_FETCH,        /* instructions not in L1I */
    STALL_ITLB,         /* translation of fetches: main TLB and walks */
    STALL_L2,           /* loads that L2 had */
    STALL_DRAM,         /* loads that came from memory or another core */
    STALL_DTLB,         /* translation of data: main TLB and walks */
    STALL_STORE,        /* the store buffer was full */
    STALL_BRANCH,       /* mispredicted */
    STALL_SYSTEM,       /* MSR, MRS, TLBI, cache maintenance, ISB */
    STALL_BARRIER,      /* DSB, DMB and what they waited for */
    STALL_EXCEPTION,    /* exception entry */
    STALL_ERET,
    STALL_DEVICE,       /* loads and stores to devices */
    STALLS
};

enum timing_event {
    TE_L1I_REFILL, TE_L1D_REFILL, TE_L1D_WB, TE_L2_ACCESS, TE_L2_REFILL, TE_L2_WB, TE_SNOOP, TE_PREFETCH,
    TE_ITLB_REFILL, TE_DTLB_REFILL, TE_TLB_ACCESS, TE_ITLB_WALK, TE_DTLB_WALK, TE_WALK_STEP, TE_WALK_STEP2,
    TE_BRANCH, TE_MISPREDICT, TE_SYSREG, TE_DEVICE, TE_EXCEPTION, TE_LINE, TE_LOAD, TE_STORE,
    TE_SPLIT,           /* loads and stores: lines beyond the first of each */
    TE_UNCACHED,        /* loads and stores, by line, of memory that is not cached: devices too */
    TE_UNCACHED_LINE,   /* the same of fetches */
    TIMING_EVENTS
};

/* Everything that is counted, and cycles and instructions: differences of two of these are what reports are made of. */
struct timing_counts {
    uint64_t cycles, insns;
    uint64_t stall[STALLS];
    uint64_t event[TIMING_EVENTS];
};

/* struct block.ops: loads, stores, lines and branches of the run. Sums of many fit too, until they are folded into the counts: in a
   turn of a PE there are at most so many instructions. */
enum { OPS_LOAD_SHIFT = 0, OPS_STORE_SHIFT = 16, OPS_LINE_SHIFT = 32, OPS_BRANCH_SHIFT = 48, TIMING_MAX_TURN = 60000 };

enum { BHT_MAX = 1 << 14, BTB_MAX = 1 << 12, RAS_MAX = 64, STORES_MAX = 32,
       FILLS = TAGS_AT_ONCE };

#define TIMING_EMPTY 1  /* struct block.key of a pipeline with nothing in flight (PIPE_EMPTY + 1) */

struct fill {
    uint64_t line, ready;
};

struct timing;
struct pipe;

/* What the PEs share. */
struct timing_machine {
    struct params_timing params;
    bool clock_cycles;          /* guest time is cycles; false: it stays instructions, and cycles are only counted */
    struct pipe *pipe;
    struct cache l2;
    struct timing *pes[8];
    unsigned n_pes;
    uint8_t reg_class[2][SR_COUNT]; /* enum sysreg_class of what a name means, [1]: at EL2 with HCR_EL2.E2H */
};

struct timing {
    /* --- hot --- */
    uint64_t cycles;            /* since power-on, in ticks (pipe_ticks()); those of the run in progress are in it already */
    uint64_t limit;             /* the turn ends here (ticks) */
    uint16_t key;               /* state of the pipeline after the run in progress, for struct block.key */
    const struct slot *start;   /* where that began: its block says what was charged, and the state before it. &own.mark: `own` does.
                                   NULL: settled */
    uint64_t missing;           /* lines of the current page of code that need a look (struct utlb_lines) */
    uint64_t beyond;            /* 0: of the next page */
    uint64_t pc_base;           /* (address of a slot of that page >> 4) + this = PC >> 2 */
    uint64_t ops;               /* sum of struct block.ops */
    uint64_t history;           /* outcomes of conditional branches, the last in bit 0 */
    uint64_t mispredicts;
    uint32_t bht_mask, history_mask;
    uint32_t btb_mask, ras_mask;
    uint32_t ras_top;
    uint32_t penalty;           /* of a mispredicted branch, in ticks */
    uint32_t scale;             /* ticks of a cycle */
    const struct pipe_memo *memos; /* of the pipeline */
    uint8_t bht[BHT_MAX];
    uint64_t btb[BTB_MAX];
    uint64_t ras[RAS_MAX];

    /* --- the rest --- */
    struct pe *pe;
    /* A run whose block has to say something else, or has no room for it */
    struct {
        struct slot mark;
        const struct slot *start;
        uint32_t cycles;
        uint16_t key;
    } own;
    /* Only of that: the instruction at pin_at changed the code: what the run costs after it, the state then, the ops after it */
    const struct slot *pin_at;
    uint16_t pin_next;
    uint32_t pin_rest;
    uint64_t pin_ops;
    uint32_t step_cycles;       /* stepping: what the instruction was charged, in ticks */
    struct timing_machine *m;
    const struct params_timing *p;
    bool tlbi_sent;             /* no DSB has waited for it yet */
    bool paid;                  /* the access that the careful path is about to do was charged */
    uint64_t resume_pc;         /* where a run that was left goes on: its lines were fetched already. Valid while start is NULL */
    struct cache l1i, l1d;
    struct utlb_model itlb, dtlb;
    struct tlb_model tlb, walks, ipas;
    struct view *views;         /* views.c */
    struct uctx_pool *pool;     /* of the PE: entries that they are about */
    uint64_t context;           /* regime, VMID and ASID of translations now (tlb.h) */
    uint64_t stores[STORES_MAX];    /* the store buffer: when each store's line is there; and the last of all */
    uint64_t stores_done;
    unsigned store_head;
    uint16_t fill_tags[FILLS] __attribute__((aligned(16)));     /* of the lines below, as much as fits */
    struct fill fills[FILLS];   /* lines that were brought ahead, and when they arrive: the last ones */
    unsigned next_fill;
    uint64_t stream_last;
    int64_t stream_stride;
    unsigned stream_count;
    struct timing_counts counts;    /* cycles and insns are only right in timing_counts() */
    /* time: cycles to nanoseconds, without loss */
    uint64_t base_cycles;       /* t->cycles when the turn began (ticks) */
    uint32_t base_frac;         /* of a nanosecond then, in 1/mhz */
    uint64_t miss_insn;         /* instructions retired at the last load miss that was waited for */
    uint64_t lead;              /* ticks that this PE is ahead of the machine's time */
    /* The turn is cut when the cycles (in ticks), or the instructions retired, come to these: pmu_alarm() is to look. UINT64_MAX: never */
    uint64_t alarm_cycles, alarm_insns;
    /* Counting began at these; it ended at last_insn, unless that is 0 */
    uint64_t first_cycle, first_insn, last_insn;
};

/* ---- life ---- */

/* The part that PEs share, as the parameters say. NULL and *err: something in them is wrong, or no host memory. */
struct timing_machine *timing_machine_new(struct timing_params *params, bool clock_cycles, struct timing_error *err);
void timing_machine_free(struct timing_machine *m);
/* Give a PE its model, empty. false: no host memory. */
bool must_check timing_new(struct timing_machine *m, struct pe *pe);
void timing_free(struct timing *t);

/* The lines of the run that b describes that need a look, as bits of struct block.lines */
static inline __attribute__((always_inline)) unsigned timing_missing(const struct timing *t, const struct block *b)
{
    uint16_t window;
    memcpy(&window, (const char *)&t->missing + b->octet, sizeof(window));
    return window & b->lines;
}

/* ---- the instance's hooks: slow halves (timing.c) ---- */

/* The run at s is entered, and what it costs is not remembered, or lines are to be fetched. Fetches, charges it, and fills the block.
   false: the turn ends before the run (nothing is charged). */
bool timing_enter_anew(struct timing *t, const struct slot *s, uint64_t pc);
/* Not decoded yet: nothing is known of the run at s. */
static inline bool timing_undecoded(const struct timing *t, const struct slot *s)
{
    const struct slot *base = t->pe->slots_base;
    return code_page_of(base)->hid[s - base] == HID_DECODE;
}
/* The number of n instructions from slot s of page p on, for struct pipe_memo */
static inline uint64_t timing_place(const struct code_page *p, const struct slot *s, unsigned n)
{
    _Static_assert(PAGE_INSNS < 1 << 11 && CODE_IDS == 1 << 22 && PIPE_PLACES == CODE_IDS, "there is room for both");
    _Static_assert(sizeof(*s) == 16, "index << 11");
    return p->id | (uint64_t)((uintptr_t)s - (uintptr_t)p->slots) << 7 | n;
}

/* What is remembered of the cost of n instructions of the current page from slot s on, entered in a state; NULL: nothing */
static inline const struct pipe_memo *timing_memo(const struct timing *t, const struct slot *s, unsigned n, uint16_t key)
{
    uint64_t place = timing_place(code_page_of(t->pe->slots_base), s, n);
    return pipe_memo_find(t->memos, place, key);
}

/* The whole cycles of so many ticks */
static inline uint64_t timing_whole(const struct timing *t, uint64_t ticks)
{
    return t->scale == 1 ? ticks : ticks / t->scale;
}

enum { BLOCK_CYCLES = UINT8_MAX };  /* as struct block.cycles has room for */

/* What is charged is no block's: the run at s in state t->key. */
static inline void timing_charge_own(struct timing *t, const struct slot *s, uint32_t cycles)
{
    t->own.start = s;
    t->own.cycles = cycles;
    t->own.key = t->key;
    t->pin_at = NULL;
    t->start = &t->own.mark;
}

/* Charge the run at s, which was just entered in another state than the last time, if its cost in this one is remembered and nothing
   else needs a look. false: nothing is done. */
static inline bool timing_enter_known(struct timing *t, const struct slot *s)
{
    struct block *b = block_of(s);
    if (unlikely(b->lines == 0 || timing_missing(t, b) != 0)) {
        return false;
    }
    const struct pipe_memo *m = timing_memo(t, s, s->run, t->key);
    if (unlikely(m == NULL || t->cycles + m->ticks >= t->limit)) {
        return false;
    }
    if (unlikely(m->ticks > BLOCK_CYCLES)) {
        timing_charge_own(t, s, m->ticks);
    } else {
        b->key = t->key;
        b->next = m->exit;
        b->cycles = (uint8_t)m->ticks;
        t->start = s;
    }
    t->cycles += m->ticks;
    t->key = m->exit;
    t->ops += b->ops;
    return true;
}

/* A run that was left goes on at pc: its lines were fetched already. */
static inline bool timing_resumed(const struct timing *t, uint64_t pc)
{
    return t->start == NULL && t->resume_pc == pc;
}

/* The run at s, at pc, is entered by the loop. false: the turn ends before it. */
static inline bool timing_enter_run(struct timing *t, const struct slot *s, uint64_t pc)
{
    return (!timing_resumed(t, pc) && timing_enter_known(t, s)) || timing_enter_anew(t, s, pc);
}

/* One instruction by itself: the same for the stepping form. */
bool timing_enter_step(struct timing *t, const struct slot *s, uint64_t pc);
/* The run in progress is left after the instruction at s: give back what was charged for the rest of it. */
void timing_settle(struct timing *t, const struct slot *s);
/* A load or store of [va, va + size) was done, by the instruction at s. */
enum access_kind { ACCESS_READ, ACCESS_WRITE, ACCESS_RW };
void timing_access(struct timing *t, const struct slot *s, uint64_t va, unsigned size, enum access_kind kind);
/* The same for one that is going to be done through entry e of the host's micro-TLB. true: it is paid, and may be done the fast way.
   false: it must go the careful way because the turn may be over after it, or it is a special one; set `paid` then. */
bool timing_before_access(struct timing *t, const struct slot *s, uint64_t va, unsigned size, enum access_kind kind, const void *e);
/* The structure load or store `insn` at s was done. */
void timing_structure(struct timing *t, const struct slot *s, uint32_t insn);
/* The cost of the MSR (register) or MRS at s: by the class of the register that it means */
static inline uint32_t timing_register_cost(const struct timing *t, const struct slot *s, bool write)
{
    unsigned redirected = t->pe->el == 2 && pe_e2h(t->pe);
    unsigned cls = likely((unsigned)s->imm < SR_COUNT) ? t->m->reg_class[redirected][s->imm] : SRC_op;
    return (write ? t->p->sys.msr : t->p->sys.mrs)[cls];
}
/* May so many cycles be charged in the middle of a run with nothing else to be done? */
static inline bool timing_fits(const struct timing *t, uint32_t cycles)
{
    return likely(t->cycles + (uint64_t)cycles * t->scale < t->limit);
}
/* The instruction at s is a system operation; for its time only. MSR (register) or MRS; DSB or DMB; ISB, after which another run
   begins; any other, an operation of enum a64_op. */
void timing_register(struct timing *t, const struct slot *s, bool write);
void timing_barrier(struct timing *t, const struct slot *s, bool dsb);
void timing_isb(struct timing *t, const struct slot *s);
void timing_system(struct timing *t, const struct slot *s, unsigned op);
/* Another page of code, pe->page_va, or another context: before anything runs there. */
void timing_page(struct timing *t);

/* ---- from the rest of cpu/ ---- */

/* Code is about to be forgotten, because the instruction in progress or another PE changed it: what is known of the run in progress
   is kept. */
void timing_pin(struct timing *t);
/* Free struct code_page.timing: for code_new(). */
void timing_page_free(void *page);

void timing_exception(struct timing *t, bool is_return);
void timing_tlbi(struct timing *t, const struct tlbi_req *q);
/* A TLBI of this PE is for all PEs: a DSB will wait for them. */
void timing_tlbi_sent(struct timing *t);
/* Cache maintenance of a virtual address, by set and way, of whole instruction caches; `how` is of enum maint (cpu/sysreg.h). What is
   translated has been, without a fault. */
void timing_dc_line(struct timing *t, uint64_t va, unsigned how);
void timing_dc_set_way(struct timing *t, uint64_t operand, unsigned how);
void timing_ic_line(struct timing *t, uint64_t va);
void timing_ic_all(struct timing *t, bool all_pes);
void timing_device(struct timing *t, bool write);
/* Whole cycles before the instruction in progress. */
uint64_t timing_now(const struct timing *t);
/* Guest time of the same, in nanoseconds. Only with a clock of cycles. */
uint64_t timing_time_ns(const struct timing *t);
/* A turn of the PE is over (and may be at any time): sums that have little room are put away. */
void timing_end_turn(struct timing *t);
/* Counting begins here: everything so far, of warming up, is forgotten. Between turns. */
void timing_begin(struct timing *t);
/* No more is counted. */
void timing_end(struct timing *t);
/* Everything counted before the instruction in progress, exactly. */
void timing_counts(const struct timing *t, struct timing_counts *c);

/* ---- what the PMU's events count (events.c) ---- */

/* Set of the common events 0 to 63 that the model has a count for; `v3p1`: with those of FEAT_PMUv3p1. */
uint64_t timing_pmu_events(bool v3p1);
/* The count of one of these events; 0 for others. */
uint64_t timing_pmu_count(const struct timing_counts *c, unsigned event);
/* An event cannot come more often than so many times an instruction; 0: at most once a cycle. */
unsigned timing_pmu_most(unsigned event);

const char *stall_name(enum stall s);
const char *timing_event_name(enum timing_event e);

/* ---- inside cpu/timing ---- */

static inline void timing_stall(struct timing *t, enum stall why, uint64_t cycles)
{
    t->cycles += cycles * t->scale;
    t->counts.stall[why] += cycles;
}

/* One line for fetching (memory.c): cost included. */
void timing_fetch_line(struct timing *t, uint64_t va);

#endif
