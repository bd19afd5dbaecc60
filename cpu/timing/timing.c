/* SPDX-License-Identifier: Apache-2.0 */
/* Runs and their cost, time, counts. */
#include "cpu/timing/timing.h"

#include "cpu/ldst.h"
#include "cpu/operands.h"
#include "cpu/sysreg.h"
#include "cpu/timing/timing-int.h"
#include "cpu/utlb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- loads, stores and branches by operation ---- */

enum { IS_LOAD = 1, IS_STORE = 2, IS_BRANCH = 4 };

#define LOADS(name, M, T, R) [OP_##name##_##M] = IS_LOAD,
#define STORES_(name, M, T, R) [OP_##name##_##M] = IS_STORE,
#define ATOMICS(name, size, kind) [OP_##name] = (kind) == LA_LDX || (kind) == LA_LDO || (kind) == LA_LDXP ? IS_LOAD : \
    (kind) == LA_STX || (kind) == LA_STO || (kind) == LA_STXP ? IS_STORE : IS_LOAD | IS_STORE,

static const uint8_t accesses[OP_COUNT] = {
    LS_ALL_LOADS(LOADS) LS_ALL_STORES(STORES_) LS_ALL_VLOADS(LOADS) LS_ALL_VSTORES(STORES_)
    LP_ALL_LOADS(LOADS) LP_ALL_STORES(STORES_) LP_ALL_VLOADS(LOADS) LP_ALL_VSTORES(STORES_)
    LL_LOADS(LOADS) LL_VLOADS(LOADS) LA_ROWS(ATOMICS) [OP_DC_ZVA] = IS_STORE,
    [OP_B] = IS_BRANCH, [OP_BL] = IS_BRANCH, [OP_BR] = IS_BRANCH, [OP_BLR] = IS_BRANCH, [OP_RET] = IS_BRANCH,
    [OP_CBZ_W] = IS_BRANCH, [OP_CBNZ_W] = IS_BRANCH, [OP_CBZ_X] = IS_BRANCH, [OP_CBNZ_X] = IS_BRANCH,
    [OP_TBZ] = IS_BRANCH, [OP_TBNZ] = IS_BRANCH, [OP_BRAA] = IS_BRANCH, [OP_BRAB] = IS_BRANCH, [OP_BRAAZ] = IS_BRANCH,
    [OP_BRABZ] = IS_BRANCH, [OP_BLRAA] = IS_BRANCH, [OP_BLRAB] = IS_BRANCH, [OP_BLRAAZ] = IS_BRANCH, [OP_BLRABZ] = IS_BRANCH,
    [OP_RETAA] = IS_BRANCH, [OP_RETAB] = IS_BRANCH,
};

/* One of the counts in struct block.ops */
static uint64_t ops_of(uint64_t ops, unsigned shift)
{
    return ops >> shift & ones64(OPS_STORE_SHIFT);
}

static uint64_t slot_ops(const struct timing *t, const struct slot *s)
{
    const struct code_page *p = code_page_of(t->pe->slots_base);
    unsigned hid = p->hid[s - p->slots];
    unsigned a = hid < HID_DECODE ? accesses[hid % OP_COUNT] : hid >= HID_BCOND && hid < HID_BCOND_FAR + 16 ? IS_BRANCH : 0;
    return (uint64_t)((a & IS_LOAD) != 0) << OPS_LOAD_SHIFT | (uint64_t)((a & IS_STORE) != 0) << OPS_STORE_SHIFT |
           (uint64_t)((a & IS_BRANCH) != 0) << OPS_BRANCH_SHIFT;
}

static uint64_t run_ops(const struct timing *t, const struct slot *s, unsigned n)
{
    uint64_t ops = 0;
    for (unsigned i = 0; i < n; i++) {
        ops += slot_ops(t, s + i);
    }
    return ops;
}

/* ---- the cost of straight code ---- */

static unsigned lines_of(uint64_t pc, unsigned n)
{
    return (unsigned)(((pc + n * 4 - 4) >> LINE_SHIFT) - (pc >> LINE_SHIFT)) + 1;
}

/* Fetch those lines of the run at pc, which block b describes, that need it: each once, in their order. */
static void fetch_run(struct timing *t, const struct block *b, uint64_t pc, unsigned n)
{
    if (unlikely(b->lines == 0)) {
        for (unsigned i = 0, lines = lines_of(pc, n); i < lines; i++) {
            uint64_t line = (pc >> LINE_SHIFT) + i;
            if ((t->missing >> (line & 63) & 1) != 0) {
                timing_fetch_line(t, i == 0 ? pc : line << LINE_SHIFT);
            }
        }
        return;
    }
    for (unsigned left = b->lines, some; (some = timing_missing(t, b) & left) != 0; left &= ~(some ^ (some - 1))) {
        uint64_t line = (pc & PAGE_MASK) + ((8u * b->octet + (unsigned)__builtin_ctz(some)) << LINE_SHIFT);
        timing_fetch_line(t, line > pc ? line : pc);
    }
}

enum { BLOCK_LINES = 16 };  /* as struct block.lines has room for */

/* What is fixed about the run at pc */
static void describe(const struct timing *t, struct block *b, const struct slot *s, uint64_t pc)
{
    unsigned lines = lines_of(pc, s->run);
    unsigned first = (unsigned)bits64(pc, 11, LINE_SHIFT);
    b->octet = (uint8_t)(first / 8);
    b->lines = (uint16_t)(first % 8 + lines <= BLOCK_LINES ? ones64(lines) << first % 8 : 0);
    b->ops = run_ops(t, s, s->run) + ((uint64_t)lines << OPS_LINE_SHIFT);
}

/* Of struct block.ops, the lines */
#define OPS_LINES (ones64(OPS_BRANCH_SHIFT - OPS_LINE_SHIFT) << OPS_LINE_SHIFT)

/* The operations of the run at pc */
static uint64_t described_ops(const struct timing *t, const struct slot *s, uint64_t pc)
{
    struct block *b = block_of(s);
    if (b->ops == 0) {
        describe(t, b, s, pc);
    }
    return b->ops;
}

bool timing_enter_anew(struct timing *t, const struct slot *s, uint64_t pc)
{
    struct block *b = block_of(s);
    bool again = timing_resumed(t, pc);
    if (unlikely(t->cycles >= t->limit)) { /* the end of the run before went beyond the turn: nothing is fetched in this one */
        t->resume_pc = again ? pc : 1;
        t->start = NULL;
        return false;
    }
    uint64_t ops = described_ops(t, s, pc);
    if (again) {
        ops &= ~OPS_LINES;
    } else {
        fetch_run(t, b, pc, s->run);
        if (likely(timing_enter_known(t, s))) {
            return true;
        }
    }
    if (unlikely(pipe_states_many(t->m->pipe))) {
        timing_forget_states(t);
        describe(t, b, s, pc);
    }
    uint16_t next = b->next;
    uint32_t cycles = b->key == t->key ? b->cycles : timing_cost(t, s, s->run, t->key, &next);
    if (t->cycles + cycles >= t->limit) {
        t->ops += ops & OPS_LINES; /* they were fetched, and will not be again */
        t->start = NULL;
        t->resume_pc = pc;
        return false;
    }
    if (cycles > BLOCK_CYCLES || (b->lines == 0 && s->run != 0)) {
        timing_charge_own(t, s, cycles);
    } else {
        b->key = t->key;
        b->cycles = (uint8_t)cycles;
        b->next = next;
        t->start = s;
    }
    t->cycles += cycles;
    t->key = next;
    t->ops += ops;
    return true;
}

bool timing_enter_step(struct timing *t, const struct slot *s, uint64_t pc)
{
    if (!timing_resumed(t, pc)) {
        fetch_run(t, block_of(s), pc, s->run);
        t->ops += (uint64_t)lines_of(pc, s->run) << OPS_LINE_SHIFT;
    }
    t->start = NULL;
    t->resume_pc = pc;
    if (t->cycles >= t->limit) {
        return false;
    }
    if (unlikely(pipe_states_many(t->m->pipe))) {
        timing_forget_states(t);
    }
    uint16_t next;
    t->step_cycles = timing_cost(t, s, 1, t->key, &next);
    t->key = next;
    t->cycles += t->step_cycles;
    t->ops += slot_ops(t, s);
    t->resume_pc = s->run > 1 ? pc + 4 : 1;
    return true;
}

uint32_t timing_charged(const struct timing *t)
{
    return t->start == NULL ? t->step_cycles : t->start == &t->own.mark ? t->own.cycles : block_of(t->start)->cycles;
}

static const struct slot *start_of(const struct timing *t)
{
    return t->start == &t->own.mark ? t->own.start : t->start;
}

static uint16_t entry_key(const struct timing *t)
{
    return t->start == &t->own.mark ? t->own.key : block_of(t->start)->key;
}

/* Did the instruction at s change the code of the run in progress, which is not there any more? */
static bool pinned(const struct timing *t, const struct slot *s)
{
    return t->start == &t->own.mark && s == t->pin_at;
}

/* The part of it for instructions after s; *next: the state after s. */
static uint32_t rest_after(const struct timing *t, const struct slot *s, uint16_t *next)
{
    if (unlikely(pinned(t, s))) {
        *next = t->pin_next;
        return t->pin_rest;
    }
    const struct slot *start = start_of(t);
    return timing_charged(t) - timing_cost(t, start, (unsigned)(s - start) + 1, entry_key(t), next);
}

void timing_pin(struct timing *t)
{
    const struct slot *s = t->pe->s;
    if (t->start == NULL || s == NULL || pinned(t, s)) {
        return;
    }
    t->pin_rest = rest_after(t, s, &t->pin_next);
    t->pin_ops = run_ops(t, s + 1, s->run - 1u);
    if (t->start != &t->own.mark) {
        t->own.key = entry_key(t);
        t->own.cycles = timing_charged(t);
        t->own.start = t->start;
        t->start = &t->own.mark;
    }
    t->pin_at = s;
}

/* What the hooks keep in sums of their own, added to c. */
static void add_sums(const struct timing *t, struct timing_counts *c, uint64_t ops)
{
    c->event[TE_LOAD] += ops_of(ops, OPS_LOAD_SHIFT);
    c->event[TE_STORE] += ops_of(ops, OPS_STORE_SHIFT);
    c->event[TE_LINE] += ops_of(ops, OPS_LINE_SHIFT);
    c->event[TE_BRANCH] += ops_of(ops, OPS_BRANCH_SHIFT);
    c->event[TE_MISPREDICT] += t->mispredicts;
    c->stall[STALL_BRANCH] += t->mispredicts * t->p->branch.mispredict;
}

void timing_end_turn(struct timing *t)
{
    add_sums(t, &t->counts, t->ops);
    t->ops = t->mispredicts = 0;
}

/* Give the rest of the run after s back. */
static void give_back(struct timing *t, const struct slot *s)
{
    if (s->run > 1) {
        uint64_t pc = t->pe->page_va + (uint64_t)(s + 1 - t->pe->slots_base) * 4;
        uint16_t next;
        t->cycles -= rest_after(t, s, &next);
        t->key = next;
        t->ops -= pinned(t, s) ? t->pin_ops : described_ops(t, s + 1, pc) & ~OPS_LINES;
        t->resume_pc = pc;
    } else {
        t->resume_pc = 1;
    }
    t->start = NULL;
}

void timing_settle(struct timing *t, const struct slot *s)
{
    if (t->start != NULL) {
        give_back(t, s);
        timing_end_turn(t); /* the lines of the whole run were fetched: many for few instructions */
    }
}

/* ---- time ---- */

/* Ticks before the instruction in progress */
static uint64_t ticks_now(const struct timing *t)
{
    const struct pe *pe = t->pe;
    if (pe->s == NULL) {
        return t->cycles;
    }
    if (t->start == NULL) {
        return t->cycles - t->step_cycles;
    }
    uint16_t next;
    if (pe->s == start_of(t)) {
        return t->cycles - timing_charged(t);
    }
    return t->cycles - rest_after(t, pe->s - 1, &next);
}

uint64_t timing_now(const struct timing *t)
{
    return timing_whole(t, ticks_now(t));
}

uint64_t timing_time_ns(const struct timing *t)
{
    uint64_t cycles = timing_whole(t, ticks_now(t) - t->base_cycles);
    return t->pe->time_base_ns + (t->base_frac + cycles * 1000) / t->p->mhz;
}

/* ---- events ---- */

uint64_t timing_time_of(const struct timing *t, const struct slot *s)
{
    uint16_t next;
    return timing_whole(t, t->start == NULL ? t->cycles : t->cycles - rest_after(t, s, &next));
}

/* Is the access one that changes nothing? */
static bool known(const struct timing *t, uint64_t va, unsigned size, bool write)
{
    const struct utlb_set *set = t->pe->dt;
    const struct utlb_d *e = write ? &set->w[utlb_index(va)] : &set->r[utlb_index(va)];
    return e->tag == (va & PAGE_MASK) && (va & 63) + size <= 64 && (utlb_lines(e)->missing >> (va >> LINE_SHIFT & 63) & 1) == 0;
}

void timing_access(struct timing *t, const struct slot *s, uint64_t va, unsigned size, enum access_kind kind)
{
    if (t->paid) {
        t->paid = false;
    } else if (!known(t, va, size, kind != ACCESS_READ)) {
        timing_data(t, s, va, size, kind, t->pe->dt);
    }
    if (t->cycles >= t->limit) {
        t->pe->dirty |= DIRTY_TIME; /* the end of the turn may be before the end of the run */
    }
}

void timing_structure(struct timing *t, const struct slot *s, uint32_t insn)
{
    const struct pe *pe = t->pe;
    struct operands o;
    if (!operands_of(insn, &pe->feat, &o) || !o.mem.access) {
        return;
    }
    unsigned base = o.mem.base == OPD_SP ? X_SP : o.mem.base;
    uint64_t va = pe->x[base];
    if (o.mem.writeback == OPD_WB_POST) {
        va -= o.mem.index < X_ZR ? pe->x[o.mem.index] : (uint64_t)(int64_t)o.mem.offset; /* the instruction is done */
    }
    t->counts.event[o.mem.load ? TE_LOAD : TE_STORE]++;
    timing_access(t, s, va, o.mem.bytes, o.mem.load ? ACCESS_READ : ACCESS_WRITE);
}

/* Everything in flight completes; what follows begins with an empty pipeline, and a cycle. Returns how many cycles that takes. */
static unsigned empty(struct timing *t)
{
    unsigned drain = pipe_state_drain(t->m->pipe, t->key - 1u);
    t->cycles = timing_whole(t, t->cycles + t->scale - 1) * t->scale;
    t->key = TIMING_EMPTY;
    return drain;
}

/* SYS by what it is: op1 apart, CRn 8 is TLBI, 7 address translation and cache maintenance (Arm ARM, "op0==0b01") */
static uint32_t sys_cycles(const struct params_sys *p, unsigned idx)
{
    unsigned enc = sysreg_encoding(idx), crn = enc >> 7 & 15, crm = enc >> 3 & 15;
    if (crn == 8) {
        return p->tlbi;
    }
    return crn != 7 ? p->msr[SRC_op] /* IMPLEMENTATION DEFINED */ : crm == 8 || crm == 9 ? p->at : p->cache_op;
}

/* The turn may be over before the end of the run. */
static void ask_for_time(struct timing *t)
{
    if (unlikely(t->cycles >= t->limit)) {
        t->pe->dirty |= DIRTY_TIME;
    }
}

void timing_system(struct timing *t, const struct slot *s, unsigned op)
{
    const struct params_sys *p = &t->p->sys;
    uint32_t cycles = 0;
    switch (op) {
    case OP_SYS:
        cycles = sys_cycles(p, (unsigned)s->imm);
        break;
    case OP_MSR_UAO: case OP_MSR_PAN: case OP_MSR_SPSel: case OP_MSR_SSBS: case OP_MSR_DAIFSet: case OP_MSR_DAIFClr:
        cycles = p->msr_pstate;
        break;
    default:
        break; /* nothing but its issue */
    }
    timing_stall(t, STALL_SYSTEM, cycles);
    ask_for_time(t);
}

void timing_register(struct timing *t, const struct slot *s, bool write)
{
    t->counts.event[TE_SYSREG]++;
    timing_stall(t, STALL_SYSTEM, timing_register_cost(t, s, write));
    ask_for_time(t);
}

void timing_tlbi_sent(struct timing *t)
{
    t->tlbi_sent = true;
}

/* A DSB of loads and stores completes TLB maintenance of its shareability domain (Arm ARM, "Data Synchronization Barrier (DSB)" and
   "Ordering and completion of TLB maintenance instructions"): CRm<1:0> = 0b11, and a domain wider than Non-shareable. */
static bool completes_broadcast(unsigned crm)
{
    return (crm & 3) == 3 && crm >> 2 != 1;
}

void timing_barrier(struct timing *t, const struct slot *s, bool dsb)
{
    uint32_t cycles = dsb ? t->p->sys.dsb : t->p->sys.dmb;
    timing_drain_stores(t, s);
    if (unlikely(t->tlbi_sent && dsb && completes_broadcast((unsigned)s->imm))) {
        t->tlbi_sent = false;
        cycles += t->p->sys.tlbi_broadcast;
    }
    timing_stall(t, STALL_BARRIER, cycles);
    ask_for_time(t);
}

void timing_isb(struct timing *t, const struct slot *s)
{
    bool in_run = t->start != NULL;
    if (in_run) {
        give_back(t, s);
    }
    timing_stall(t, STALL_SYSTEM, t->p->sys.isb + empty(t));
    if (in_run && (s->run == 1 || !timing_enter_run(t, s + 1, t->resume_pc))) {
        t->pe->dirty |= DIRTY_BRANCH;
    }
    ask_for_time(t);
}

void timing_exception(struct timing *t, bool is_return)
{
    unsigned drain = empty(t);
    if (is_return) {
        timing_stall(t, STALL_ERET, t->p->sys.eret + drain);
    } else {
        t->counts.event[TE_EXCEPTION]++;
        timing_stall(t, STALL_EXCEPTION, t->p->sys.exception + drain);
    }
}

/* ---- counts ---- */

/* struct block.ops that were charged for instructions that have not been executed, the one in progress included */
static uint64_t ops_ahead(const struct timing *t)
{
    const struct slot *s = t->pe->s;
    return s == NULL ? 0 : t->start == NULL ? slot_ops(t, s) : run_ops(t, s, s->run);
}

void timing_forget_states(struct timing *t)
{
    unsigned state[ARRAY_LEN(t->m->pes)], *keep[ARRAY_LEN(state)] = {NULL}, n = t->m->n_pes;
    for (unsigned i = 0; i < n; i++) {
        state[i] = t->m->pes[i]->key - 1u;
        keep[i] = &state[i];
    }
    pipe_forget(t->m->pipe, keep, n);
    code_forget_blocks(t->pe->code);
    for (unsigned i = 0; i < n; i++) {
        t->m->pes[i]->key = (uint16_t)(state[i] + 1);
    }
}

void timing_begin(struct timing *t)
{
    t->counts = (struct timing_counts){ .cycles = 0 };
    t->ops = t->mispredicts = 0;
    t->first_cycle = timing_whole(t, t->cycles);
    t->first_insn = pe_icount(t->pe);
}

void timing_end(struct timing *t)
{
    t->last_insn = pe_icount(t->pe);
}

void timing_counts(const struct timing *t, struct timing_counts *c)
{
    *c = t->counts;
    add_sums(t, c, t->ops - ops_ahead(t));
    c->cycles = timing_now(t) - t->first_cycle;
    c->insns = (t->last_insn != 0 ? t->last_insn : pe_icount(t->pe)) - t->first_insn;
}

static const char *const stall_names[STALLS] = {
    [STALL_FETCH] = "instruction fetch", [STALL_ITLB] = "instruction TLB", [STALL_L2] = "loads from L2", [STALL_DRAM] = "loads from memory",
    [STALL_DTLB] = "data TLB", [STALL_STORE] = "store buffer", [STALL_BRANCH] = "branch mispredicts",
    [STALL_SYSTEM] = "system registers", [STALL_BARRIER] = "barriers", [STALL_EXCEPTION] = "exception entry",
    [STALL_ERET] = "exception return", [STALL_DEVICE] = "device accesses",
};

static const char *const event_names[TIMING_EVENTS] = {
    [TE_L1I_REFILL] = "L1I refills", [TE_L1D_REFILL] = "L1D refills", [TE_L1D_WB] = "L1D write-backs", [TE_L2_ACCESS] = "L2 accesses",
    [TE_L2_REFILL] = "L2 refills", [TE_L2_WB] = "L2 write-backs", [TE_SNOOP] = "lines from other cores", [TE_PREFETCH] = "prefetches",
    [TE_ITLB_REFILL] = "L1 ITLB refills", [TE_DTLB_REFILL] = "L1 DTLB refills", [TE_TLB_ACCESS] = "main TLB accesses",
    [TE_ITLB_WALK] = "walks for fetches", [TE_DTLB_WALK] = "walks for data", [TE_WALK_STEP] = "walk steps",
    [TE_WALK_STEP2] = "walk steps of stage 2", [TE_BRANCH] = "branches", [TE_MISPREDICT] = "mispredicts",
    [TE_SYSREG] = "system register accesses", [TE_DEVICE] = "device accesses", [TE_EXCEPTION] = "exceptions",
    [TE_LINE] = "lines fetched", [TE_LOAD] = "loads", [TE_STORE] = "stores", [TE_SPLIT] = "lines crossed by loads and stores",
    [TE_UNCACHED] = "uncached loads and stores", [TE_UNCACHED_LINE] = "uncached lines fetched",
};

const char *stall_name(enum stall s)
{
    return stall_names[s];
}

const char *timing_event_name(enum timing_event e)
{
    return event_names[e];
}

/* ---- life ---- */

struct timing_machine *timing_machine_new(struct timing_params *params, bool clock_cycles, struct timing_error *err)
{
    struct timing_machine *m = calloc(1, sizeof(*m));
    snprintf(err->text, sizeof(err->text), "out of memory");
    if (m == NULL) {
        return NULL;
    }
    m->clock_cycles = clock_cycles;
    for (unsigned i = 0; i < SR_COUNT; i++) {
        m->reg_class[0][i] = (uint8_t)sysreg_class_of(sysreg_redirected(i, false));
        m->reg_class[1][i] = (uint8_t)sysreg_class_of(sysreg_redirected(i, true));
    }
    const struct params_cache *l2 = &m->params.mem.l2;
    bool ok = params_timing_load(&m->params, params, err);
    ok = ok && (m->pipe = pipe_new(params, err)) != NULL && timing_params_check_used(params, err);
    if (!ok || !cache_init(&m->l2, l2->size, l2->ways, l2->replacement)) {
        timing_machine_free(m);
        return NULL;
    }
    return m;
}

void timing_machine_free(struct timing_machine *m)
{
    if (m != NULL) {
        cache_free(&m->l2);
        pipe_free(m->pipe);
        free(m);
    }
}

bool timing_new(struct timing_machine *m, struct pe *pe)
{
    struct timing *t = calloc(1, sizeof(*t));
    if (t == NULL) {
        return false;
    }
    const struct params_branch *b = &m->params.branch;
    t->pe = pe;
    t->m = m;
    t->p = &m->params;
    t->limit = t->alarm_cycles = t->alarm_insns = UINT64_MAX;
    t->key = TIMING_EMPTY;
    t->scale = pipe_ticks(m->pipe);
    t->first_cycle = pe_cycle(pe);
    t->cycles = t->base_cycles = t->first_cycle * t->scale;
    t->first_insn = pe_icount(pe);
    t->resume_pc = 1;
    t->missing = UINT64_MAX;
    t->bht_mask = b->predictor - 1;
    t->history_mask = (uint32_t)ones64(b->history);
    t->btb_mask = b->indirect - 1;
    t->ras_mask = b->return_stack - 1;
    t->penalty = b->mispredict * t->scale;
    t->memos = pipe_memos(m->pipe);
    memset(t->bht, 1, sizeof(t->bht));
    pe->timing = t;
    m->pes[pe->id] = t;
    m->n_pes = pe->id + 1 > m->n_pes ? pe->id + 1 : m->n_pes;
    return timing_memory_init(t);
}

void timing_free(struct timing *t)
{
    if (t != NULL) {
        timing_memory_free(t);
        free(t);
    }
}
