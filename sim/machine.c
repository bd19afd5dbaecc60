/* SPDX-License-Identifier: Apache-2.0 */
/* Building a machine, and its run loop. */
#include "sim/machine-int.h"

#include "cpu/core.h"
#include "cpu/ldst.h"
#include "cpu/models.h"
#include "cpu/timing/timing.h"
#include "cpu/utlb.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* A PE's turn when several run. Long enough to amortise the change, short enough for spin locks. */
#define DEFAULT_QUANTUM 1000
/* Instructions between two looks at the host's keyboard. */
#define POLL_INSNS 4000000

static void request(struct machine *m, enum machine_stop why)
{
    if (!m->stopping) {
        m->stopping = true;
        m->stop = why;
    }
    for (unsigned i = 0; i < m->n_pes; i++) {
        m->pes[i]->dirty |= DIRTY_STOP;
    }
}

/* ---- services for the PEs ---- */

static bool said_before(struct machine *m, uint64_t key)
{
    for (unsigned i = 0; i < m->n_reported; i++) {
        if (m->reported[i] == key) {
            return true;
        }
    }
    if (m->n_reported < REPORT_PLACES) {
        m->reported[m->n_reported++] = key;
        return false;
    }
    return true; /* enough is enough */
}

static void __attribute__((format(printf, 3, 4))) report(void *opaque, const struct pe *pe, const char *fmt, ...)
{
    struct machine *m = opaque;
    char msg[256], line[512], where[128] = "";
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(msg, sizeof(msg), fmt, ap);
    va_end(ap);
    uint64_t key = 0;
    if (pe != NULL) {
        uint64_t pc = pe_pc(pe);
        char sym[96] = "";
        if (m->symbolizer.name != NULL && m->symbolizer.name(m->symbolizer.opaque, pc, sym, sizeof(sym))) {
            snprintf(where, sizeof(where), "PE %u EL%u pc %#" PRIx64 " <%s>: ", pe->id, pe->el, pc, sym);
        } else {
            snprintf(where, sizeof(where), "PE %u EL%u pc %#" PRIx64 ": ", pe->id, pe->el, pc);
        }
        key = pc;
    }
    for (const char *p = fmt; *p != '\0'; p++) {
        key = key * 131 + (uint8_t)*p;
    }
    if (!said_before(m, key) && m->cfg.report != NULL) {
        snprintf(line, sizeof(line), "%s%s", where, msg);
        m->cfg.report(m->cfg.opaque, line);
    }
    if (m->cfg.strict) {
        request(m, STOP_STRICT);
    }
}

static void unmapped(void *opaque, uint64_t pa, unsigned size, bool write, unsigned pe)
{
    struct machine *m = opaque;
    report(m, pe < m->n_pes ? m->pes[pe] : NULL, "%s of %u bytes at physical address %#" PRIx64 ": nothing there, external abort",
           write ? "write" : "read", size, pa);
}

/* Something other than a PE's checked store changes RAM */
static void ram_dirty(void *opaque, uint64_t pa, uint64_t len)
{
    struct machine *m = opaque;
    uint8_t *flags = bus_page_flags(&m->bus, pa);
    if ((*flags & PAGE_MONITOR) != 0) {
        monitors_note_write(m->pes[0], NULL, pa, len);
    }
    if ((*flags & PAGE_CODE) != 0) {
        code_write(m->pes[0], pa, len);
    }
}

static void gic_signal(void *opaque, unsigned pe, uint32_t signals)
{
    struct machine *m = opaque;
    m->pes[pe]->gic_signals = signals;
    m->pes[pe]->dirty |= DIRTY_IRQ;
    if (m->running != NULL && m->running != m->pes[pe]) {
        m->running->dirty |= DIRTY_TIME; /* the other PE may wake: its turn comes soon */
    }
}

static void gic_report(void *opaque, const char *frame, uint32_t offset, unsigned size, bool write, unsigned pe)
{
    struct machine *m = opaque;
    report(m, pe < m->n_pes ? m->pes[pe] : NULL, "%s of %u bytes at %s + %#x: no such register, RAZ/WI", write ? "write" : "read",
           size, frame, offset);
}

static void event_is_earlier(void *opaque, uint64_t when_ns)
{
    struct machine *m = opaque;
    (void)when_ns;
    if (m->running != NULL) {
        m->running->dirty |= DIRTY_TIME;
    }
}

static bool firmware_call(void *opaque, struct pe *pe)
{
    struct machine *m = opaque;
    pe_sync_clock(pe);
    return psci_call(&m->psci, pe);
}

static void psci_cpu_on(void *opaque, unsigned i, uint64_t entry, uint64_t context)
{
    struct machine *m = opaque;
    struct pe *pe = m->pes[i];
    pe_reset(pe, m->cfg.el, entry);
    gic_reset_cpu_interface(m->gic, i);
    timers_update(pe);
    pe->x[0] = context;
    pe->powered_on = true;
    if (m->running != NULL) {
        m->running->dirty |= DIRTY_TIME;
    }
}

static void psci_cpu_off(void *opaque, unsigned i)
{
    struct machine *m = opaque;
    m->pes[i]->powered_on = false;
    m->pes[i]->dirty |= DIRTY_STOP;
}

static void psci_suspend(void *opaque, unsigned i)
{
    struct machine *m = opaque;
    m->pes[i]->waiting_wfi = true;
    m->pes[i]->dirty |= DIRTY_STOP;
}

static void psci_system_off(void *opaque)
{
    request(opaque, STOP_POWER_OFF);
}

static void psci_system_reset(void *opaque)
{
    request(opaque, STOP_RESET);
}

static void semihost_out(void *opaque, uint8_t byte)
{
    struct machine *m = opaque;
    if (m->cfg.board.console_out != NULL) {
        m->cfg.board.console_out(m->cfg.board.console_opaque, byte);
    }
}

static void semihost_exit(void *opaque, unsigned code)
{
    struct machine *m = opaque;
    m->exit_code = code;
    request(m, STOP_POWER_OFF);
}

static bool hlt(void *opaque, struct pe *pe, unsigned imm)
{
    struct machine *m = opaque;
    if (m->cfg.marks && imm >> 8 == MACHINE_MARK_HLT >> 8) {
        pe_record(pe, REC_MARK, pe->el, 0, pe_pc(pe), imm & 0xff, pe->x[0], 0, 0);
        return true;
    }
    return m->cfg.semihosting && imm == SEMIHOST_HLT_IMM && semihost_call(&m->semihost, pe);
}

/* ---- building ---- */

/* When the translation of the code that runs is dropped it is fetched anew for the next instruction: the contents of the
   architectural TLB must not depend on how far the core ran without looking. */
static void tlb_dropped(void *opaque, uint64_t va, uint64_t len)
{
    struct pe *pe = opaque;
    utlb_flush_va(pe->upool, va, len);
    if (pe->dt != NULL && pe->dt->i[(pe->page_va >> PAGE_SHIFT) % UTLB_I].tag != pe->page_va) {
        pe->dirty |= DIRTY_BRANCH;
    }
}

static struct pe *new_pe(struct machine *m, unsigned id, const struct cpu_model *model)
{
    struct pe *pe = aligned_alloc(64, (sizeof(*pe) + 63) & ~(size_t)63);
    if (pe == NULL) {
        return NULL;
    }
    memset(pe, 0, sizeof(*pe));
    m->pes[id] = pe;
    pe->id = id;
    pe->model = model;
    pe->bus = &m->bus;
    pe->clock = &m->clock;
    pe->gic = &m->gicif;
    pe->host = &m->host;
    pe->code = m->code;
    pe->ns_per_insn = m->cfg.ns_per_insn;
    features_derive(pe, m->cfg.el == 2);
    pe->tlb = tlb_new();
    pe->upool = utlb_new();
    struct irq_line ppi[4];
    static const unsigned intid[4] = {INTID_PPI_CNTP, INTID_PPI_CNTV, INTID_PPI_CNTHP, INTID_PPI_CNTHV};
    for (unsigned i = 0; i < 4; i++) {
        ppi[i] = (struct irq_line){gic_set_line, m->gic, id, intid[i]};
    }
    pe->timers = timers_new(pe, ppi);
    pe->pmu = pmu_new(pe, (struct irq_line){gic_set_line, m->gic, id, INTID_PPI_PMU});
    if (pe->tlb == NULL || pe->upool == NULL || pe->timers == NULL || pe->pmu == NULL) {
        return NULL;
    }
    if (m->timing != NULL && m->timing->clock_cycles) {
        pmu_has_model(pe);
    }
    tlb_set_inval_hook(pe->tlb, tlb_dropped, pe);
    return pe;
}

static bool check_config(const struct machine_config *cfg, struct err *err)
{
    if (cfg->n_pes < 1 || cfg->n_pes > MACHINE_MAX_PES) {
        return err_set(err, "number of PEs %u: expected 1 to %d", cfg->n_pes, MACHINE_MAX_PES);
    }
    if (cfg->ram_size < (1 << 20) || (cfg->ram_size & 0xfff) != 0) {
        return err_set(err, "RAM of %" PRIu64 " bytes: expected a multiple of 4096, at least 1 MiB", cfg->ram_size);
    }
    if (cfg->el != 1 && cfg->el != 2) {
        return err_set(err, "entry at EL%u: expected 1 or 2", cfg->el);
    }
    if (cfg->ns_per_insn < 1) {
        return err_set(err, "nanoseconds per instruction: expected at least 1");
    }
    if (cpu_model_find(cfg->model) == NULL) {
        return err_set(err, "unknown CPU model `%s'", cfg->model);
    }
    return true;
}

static bool build(struct machine *m, struct err *err)
{
    const struct machine_config *cfg = &m->cfg;
    if (!bus_init(&m->bus, BOARD_RAM_BASE, cfg->ram_size)) {
        return err_set(err, "the host has no memory for %" PRIu64 " bytes of RAM", cfg->ram_size);
    }
    m->bus.dirty = ram_dirty;
    m->bus.unmapped = unmapped;
    m->bus.dirty_opaque = m->bus.unmapped_opaque = m;
    m->clock.earlier = event_is_earlier;
    m->clock.earlier_opaque = m;
    struct gic_config g = {.n_pes = cfg->n_pes, .signal = gic_signal, .signal_opaque = m, .report = gic_report, .report_opaque = m};
    for (unsigned i = 0; i < cfg->n_pes; i++) {
        g.mpidr[i] = BIT64(31) | i;
    }
    m->gic = gic_new(&g);
    if (!machine_timing_new(m, err)) {
        return false;
    }
    m->code = code_new(BOARD_RAM_BASE, cfg->ram_size, machine_instance(m), m->timing != NULL, timing_page_free);
    if (m->gic == NULL || m->code == NULL) {
        return err_set(err, "out of memory");
    }
    m->gicif = gic_cpu_interface(m->gic);
    m->host = (struct pe_host){.opaque = m, .firmware_call = firmware_call, .pes = m->pes, .n_pes = cfg->n_pes, .report = report, .hlt = hlt};
    m->psci = (struct psci){m, psci_cpu_on, psci_cpu_off, psci_suspend, psci_system_off, psci_system_reset};
    m->semihost = (struct semihost){m, semihost_out, semihost_exit};
    for (unsigned i = 0; i < cfg->n_pes; i++) {
        if (new_pe(m, i, cpu_model_find(cfg->model)) == NULL) {
            return err_set(err, "out of memory");
        }
        m->n_pes = i + 1;
    }
    for (unsigned i = 0; i < cfg->n_pes; i++) {
        pe_reset(m->pes[i], cfg->el, 0);
    }
    struct mmio_dev dist = gic_mmio_dist(m->gic, BOARD_GICD_BASE), redist = gic_mmio_redist(m->gic, BOARD_GICR_BASE);
    if (!bus_add(&m->bus, &dist) || !bus_add(&m->bus, &redist)) {
        return err_set(err, "the interrupt controller overlaps a device");
    }
    struct irq_line spi = {gic_set_line, m->gic, 0, 0};
    m->board = board_new(&m->bus, &m->clock, &spi, &cfg->board, err);
    if (m->board == NULL) {
        return false;
    }
    return m->timing == NULL || cfg->timing_later || machine_set_timing(m, MACHINE_TIMED) || err_set(err, "out of memory");
}

struct machine *machine_new(const struct machine_config *cfg, struct err *err)
{
    if (!check_config(cfg, err)) {
        return NULL;
    }
    struct machine *m = calloc(1, sizeof(*m));
    if (m == NULL) {
        err_set(err, "out of memory");
        return NULL;
    }
    m->cfg = *cfg;
    m->stepping = cfg->stepping;
    if (m->cfg.quantum == 0) {
        m->cfg.quantum = DEFAULT_QUANTUM;
    }
    if (!build(m, err)) {
        machine_free(m);
        return NULL;
    }
    m->cfg.model = m->pes[0]->model->name;
    return m;
}

void machine_free(struct machine *m)
{
    if (m == NULL) {
        return;
    }
    if (m->board != NULL) {
        board_free(m->board);
    }
    machine_timing_free(m);
    for (unsigned i = 0; i < MACHINE_MAX_PES; i++) {
        struct pe *pe = m->pes[i];
        if (pe != NULL) {
            timers_free(pe->timers);
            pmu_free(pe->pmu);
            tlb_free(pe->tlb);
            utlb_free(pe->upool);
            free(pe);
        }
    }
    code_free(m->code);
    gic_free(m->gic);
    bus_free(&m->bus);
    free(m);
}

void machine_start(struct machine *m, uint64_t entry, uint64_t x0)
{
    psci_cpu_on(m, 0, entry, x0);
}

/* ---- running ---- */

/* May this PE execute? A waiting one is woken when its wake-up condition holds. */
static bool runnable(struct machine *m, struct pe *pe)
{
    if (!pe->powered_on) {
        return false;
    }
    if (!pe->waiting_wfi && !pe->waiting_wfe) {
        return true;
    }
    bool wakes;
    (void)pe_interrupt_pending(pe, &wakes);
    if (!wakes && !(pe->waiting_wfe && pe->event_reg)) {
        return false;
    }
    if (pe->waiting_wfe) {
        pe->event_reg = false;
    }
    machine_wake_time(m, pe);
    pe_record(pe, REC_WAKE, pe->el, 0, pe->pc, pe->waiting_wfe, 0, 0, 0);
    pe->waiting_wfi = pe->waiting_wfe = false;
    pe->dirty |= DIRTY_IRQ;
    return true;
}

bool machine_company(struct machine *m, const struct pe *pe)
{
    for (unsigned i = 0; i < m->n_pes; i++) {
        if (m->pes[i] != pe && runnable(m, m->pes[i])) {
            return true;
        }
    }
    return false;
}

/* Run one PE for at most `insns` in this round; returns how many it used. */
static uint64_t turn(struct machine *m, struct pe *pe, uint64_t insns)
{
    if (machine_by_cycles(m)) {
        return machine_timed_turn(m, pe, insns);
    }
    m->running = pe;
    pe->time_base_ns = m->time_ns;
    pe->budget = pe->n = (int64_t)insns;
    while (pe->n > 0) {
        if (m->timed) {
            core_run_timed(pe, m->stepping);
        } else if (m->stepping) {
            core_run_stepping(pe);
        } else {
            core_run(pe);
        }
        pe->dirty &= ~(uint32_t)(DIRTY_STOP | DIRTY_TIME);
        if (pe->n <= 0 || m->stopping || !pe->powered_on || pe->waiting_wfi || pe->waiting_wfe) {
            break;
        }
        /* An event came in front, or another PE woke up: a shorter turn */
        uint64_t used = (uint64_t)(pe->budget - pe->n);
        uint64_t limit = machine_ticks_until(m, clock_next(&m->clock));
        if (m->n_pes > 1 && limit > used + m->cfg.quantum && machine_company(m, pe)) {
            limit = used + m->cfg.quantum;
        }
        if (limit < (uint64_t)pe->budget) {
            pe->budget = (int64_t)(limit > used ? limit : used);
            pe->n = pe->budget - (int64_t)used;
        }
    }
    uint64_t used = (uint64_t)(pe->budget - pe->n);
    if (m->timed) {
        timing_end_turn(pe->timing);
    }
    pe->icount_base += used;
    pe->time_base_ns += used * m->cfg.ns_per_insn;
    pe->budget = pe->n = 0;
    if (m->n_pes > 1) {
        pe_guard_monitor(pe);
    }
    m->running = NULL;
    return used;
}

/* Every PE waits: on to the next event. false: stop. */
static bool idle(struct machine *m)
{
    uint64_t next = clock_next(&m->clock);
    bool any_on = false;
    for (unsigned i = 0; i < m->n_pes; i++) {
        any_on |= m->pes[i]->powered_on;
    }
    if (m->cfg.idle != NULL && any_on && m->cfg.idle(m->cfg.opaque, m->time_ns, next)) {
        return true;
    }
    if (next == TIME_NEVER || !any_on) {
        request(m, STOP_DEADLOCK);
        return false;
    }
    if (next > m->time_ns) {
        m->time_ns = next;
        m->time_frac = 0;
    }
    return true;
}

/* One round: every PE that can run has its turn. */
static void round_robin(struct machine *m, uint64_t insns)
{
    uint64_t longest = 0;
    unsigned ran = 0;
    for (unsigned i = 0; i < m->n_pes && !m->stopping; i++) {
        if (!runnable(m, m->pes[i])) {
            continue;
        }
        bool alone = insns > m->cfg.quantum;
        uint64_t used = turn(m, m->pes[i], insns);
        ran++;
        if (used > longest) {
            longest = used;
        }
        if (m->n_pes > 1 && alone && used > m->cfg.quantum) {
            break; /* those that it woke have their turn in the next round, at the time that it came to */
        }
        if (used != 0 && alone && m->n_pes > 1) {
            insns = m->cfg.quantum;
        }
    }
    /* a PE whose last instruction took it beyond its turn is ahead of the others, which lose nothing by that */
    machine_advance(m, m->n_pes > 1 && longest > insns ? insns : longest);
    if (ran == 0 && !m->stopping) {
        (void)idle(m);
    }
}

static uint64_t round_length(struct machine *m, const struct machine_limits *l)
{
    uint64_t insns = m->timed ? TIMING_MAX_TURN : POLL_INSNS;
    uint64_t until = machine_ticks_until(m, clock_next(&m->clock));
    unsigned active = 0;
    for (unsigned i = 0; i < m->n_pes; i++) {
        active += runnable(m, m->pes[i]);
    }
    if (until < insns) {
        insns = until;
    }
    if (active > 1 && m->cfg.quantum < insns) {
        insns = m->cfg.quantum;
    }
    m->insns_left = insns;
    if (l->max_insns != 0) {
        uint64_t left = l->max_insns - machine_icount(m);
        uint64_t share = active > 1 ? left / active : left;
        share = share == 0 ? 1 : share;
        m->insns_left = share;
        if (!machine_by_cycles(m)) {
            insns = share < insns ? share : insns;
        }
    }
    if (l->max_time_ns != 0) {
        uint64_t left = machine_ticks_until(m, l->max_time_ns);
        insns = left < insns ? left : insns;
    }
    return insns;
}

enum machine_stop machine_run(struct machine *m, const struct machine_limits *limits)
{
    static const struct machine_limits none;
    const struct machine_limits *l = limits != NULL ? limits : &none;
    uint64_t until_poll = 0;
    m->stopping = false;
    for (;;) {
        m->clock.now_ns = m->time_ns;
        clock_run(&m->clock, m->time_ns);
        if (atomic_exchange(&m->stop_request, false)) {
            return STOP_INTERRUPTED;
        }
        if (m->stopping) {
            return m->stop;
        }
        if (l->max_insns != 0 && machine_icount(m) >= l->max_insns) {
            return STOP_MAX_INSNS;
        }
        if (l->max_time_ns != 0 && m->time_ns >= l->max_time_ns) {
            return STOP_MAX_TIME;
        }
        uint64_t before = m->time_ns;
        round_robin(m, round_length(m, l));
        if (l->max_time_ns != 0 && m->time_ns > l->max_time_ns && m->time_ns - before > POLL_INSNS * (uint64_t)m->cfg.ns_per_insn) {
            m->time_ns = l->max_time_ns; /* idle time beyond the limit */
        }
        until_poll += m->time_ns - before;
        if (m->stopping) {
            return m->stop;
        }
        if (m->cfg.poll != NULL && until_poll >= POLL_INSNS) {
            until_poll = 0;
            m->cfg.poll(m->cfg.opaque);
        }
    }
}

void machine_stop_here(struct machine *m)
{
    request(m, STOP_INTERRUPTED);
}

void machine_request_stop(struct machine *m)
{
    atomic_store(&m->stop_request, true);
}

/* ---- access ---- */

struct bus *machine_bus(struct machine *m)
{
    return &m->bus;
}

struct clock *machine_clock(struct machine *m)
{
    return &m->clock;
}

struct board *machine_board(struct machine *m)
{
    return m->board;
}

unsigned machine_n_pes(const struct machine *m)
{
    return m->n_pes;
}

struct pe *machine_pe(struct machine *m, unsigned i)
{
    return i < m->n_pes ? m->pes[i] : NULL;
}

uint64_t machine_icount(const struct machine *m)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < m->n_pes; i++) {
        n += pe_icount(m->pes[i]);
    }
    return n;
}

uint64_t machine_pe_icount(const struct machine *m, unsigned i)
{
    return i < m->n_pes ? pe_icount(m->pes[i]) : 0;
}

uint64_t machine_time_ns(const struct machine *m)
{
    return m->running != NULL ? pe_time_ns(m->running) : m->time_ns;
}

unsigned machine_exit_code(const struct machine *m)
{
    return m->exit_code;
}

void machine_console_input(struct machine *m, uint8_t byte)
{
    m->clock.now_ns = machine_time_ns(m);
    board_console_input(m->board, byte);
}

void machine_set_symbolizer(struct machine *m, const struct symbolizer *sym)
{
    m->symbolizer = sym != NULL ? *sym : (struct symbolizer){0};
}

const struct machine_model *machine_models(void)
{
    static _Thread_local struct machine_model list[16];
    unsigned n = 0;
    for (const struct cpu_model *c; n < ARRAY_LEN(list) - 1 && (c = cpu_model_at(n)) != NULL; n++) {
        list[n] = (struct machine_model){c->name, c->title};
    }
    list[n] = (struct machine_model){NULL, NULL};
    return list;
}

bool machine_model_has_vhe(const char *name)
{
    const struct cpu_model *c = cpu_model_find(name);
    if (c == NULL) {
        return false;
    }
    for (unsigned i = 0; c->ids[i].sr != SR_COUNT; i++) {
        if (c->ids[i].sr == SR_ID_AA64MMFR1_EL1) {
            return bits64(c->ids[i].val, 11, 8) != 0;
        }
    }
    return false;
}
