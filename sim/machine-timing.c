/* SPDX-License-Identifier: Apache-2.0 */
/* A machine with a timing model: from cycles to guest time, and turns that end by cycles. */
#include "sim/machine-int.h"

#include "cpu/core.h"
#include "cpu/ldst.h"
#include "cpu/timing/timing.h"

#include <stdio.h>
#include <string.h>

const struct handlers *machine_instance(const struct machine *m)
{
    return m->timed ? &timed_instance : &fast_instance;
}

bool machine_by_cycles(const struct machine *m)
{
    return m->timed && m->timing->clock_cycles;
}

bool machine_timing_new(struct machine *m, struct err *err)
{
    const char *file = m->cfg.timing_file;
    struct timing_error te;
    if (m->cfg.timing == NULL && file == NULL) {
        return true;
    }
    struct timing_params *p = file != NULL ? timing_params_read(file, &te) : timing_params_builtin(m->cfg.timing, &te);
    if (p != NULL) {
        m->timing = timing_machine_new(p, !m->cfg.clock_insns, &te);
        timing_params_free(p);
    }
    return m->timing != NULL || err_set(err, "%s: %s", file != NULL ? "--timing-file" : "--timing", te.text);
}

void machine_timing_names(char *buf, size_t len)
{
    size_t n = 0;
    buf[0] = '\0';
    for (unsigned i = 0; timing_params_builtin_name(i) != NULL; i++) {
        const char *name = timing_params_builtin_name(i);
        size_t l = strlen(name);
        if (l > 5 && strcmp(name + l - 5, "-llvm") == 0) {
            continue; /* only to be compared with llvm-mca */
        }
        n += (size_t)snprintf(buf + n, n < len ? len - n : 0, "%s%s", n == 0 ? "" : ", ", name);
    }
}

void machine_timing_free(struct machine *m)
{
    for (unsigned i = 0; i < m->n_pes; i++) {
        timing_free(m->pes[i]->timing);
        m->pes[i]->timing = NULL;
        timing_free(m->parked[i]);
    }
    timing_machine_free(m->timing);
    m->timing = NULL;
}

/* Nothing runs: time goes on where it is. */
static void set_base(const struct machine *m, struct pe *pe)
{
    pe->time_base_ns = m->time_ns;
    if (pe->timing != NULL) {
        pe->timing->base_cycles = pe->timing->cycles - pe->timing->lead;
        pe->timing->base_frac = m->time_frac;
    }
}

/* The models, empty, begin to see what the PEs do. */
static bool begin_models(struct machine *m)
{
    for (unsigned i = 0; i < m->n_pes; i++) {
        if (!timing_new(m->timing, m->pes[i])) {
            return false;
        }
        m->pes[i]->dirty |= DIRTY_BRANCH;
    }
    m->timed = true;
    code_use(m->code, machine_instance(m));
    return true;
}

static void end_models(struct machine *m)
{
    uint64_t ahead = 0;
    for (unsigned i = 0; i < m->n_pes && machine_by_cycles(m); i++) {
        const struct timing *t = m->pes[i]->timing;
        uint64_t lead = (t->lead + t->scale - 1) / t->scale;
        ahead = lead > ahead ? lead : ahead;
    }
    machine_advance(m, ahead); /* nobody's time goes back */
    for (unsigned i = 0; i < m->n_pes; i++) {
        struct pe *pe = m->pes[i];
        uint64_t cycle = pe_cycle(pe);
        timing_end(pe->timing);
        m->parked[i] = pe->timing;
        pe->timing = NULL;
        pe->time_base_ns = m->time_ns;
        pe->cycle_offset = cycle - m->time_ns / pe->ns_per_insn;
        pe->dirty |= DIRTY_BRANCH;
    }
    m->time_frac = 0;
    m->timed = false;
    code_use(m->code, machine_instance(m));
}

bool machine_set_timing(struct machine *m, enum machine_timing how)
{
    for (unsigned i = 0; i < m->n_pes; i++) {
        set_base(m, m->pes[i]);
        pmu_sync(m->pes[i]);
    }
    if (how == MACHINE_UNTIMED) {
        end_models(m);
    } else {
        m->timing->clock_cycles = how == MACHINE_TIMED && !m->cfg.clock_insns;
        if (!m->timed && !begin_models(m)) {
            return false;
        }
    }
    for (unsigned i = 0; i < m->n_pes; i++) {
        if (how == MACHINE_TIMED) {
            timing_begin(m->pes[i]->timing);
        }
        set_base(m, m->pes[i]);
        pmu_restart(m->pes[i]);
    }
    return true;
}

const struct timing *machine_pe_timing(const struct machine *m, unsigned i)
{
    return m->pes[i]->timing != NULL ? m->pes[i]->timing : m->parked[i];
}

void machine_wake_time(const struct machine *m, struct pe *pe)
{
    set_base(m, pe);
}

uint64_t machine_ticks_until(const struct machine *m, uint64_t when_ns)
{
    if (when_ns == TIME_NEVER) {
        return UINT64_MAX;
    }
    if (when_ns <= m->time_ns) {
        return 0;
    }
    uint64_t ns = when_ns - m->time_ns;
    if (!machine_by_cycles(m)) {
        return (ns + m->cfg.ns_per_insn - 1) / m->cfg.ns_per_insn;
    }
    if (ns > UINT64_MAX / 2 / m->timing->params.mhz) {
        return UINT64_MAX;
    }
    return (ns * m->timing->params.mhz - m->time_frac + 999) / 1000;
}

void machine_advance(struct machine *m, uint64_t ticks)
{
    if (!machine_by_cycles(m)) {
        m->time_ns += ticks * m->cfg.ns_per_insn;
        return;
    }
    uint64_t x = m->time_frac + ticks * 1000;
    m->time_ns += x / m->timing->params.mhz;
    m->time_frac = (uint32_t)(x % m->timing->params.mhz);
    for (unsigned i = 0; i < m->n_pes; i++) {
        struct timing *t = m->pes[i]->timing;
        t->lead = t->lead > ticks * t->scale ? t->lead - ticks * t->scale : 0;
    }
}

/* How far a PE may go: to `end` ticks or `last` instructions, or until a counter of its PMU may overflow. */
static void aim(struct pe *pe, uint64_t end, uint64_t last)
{
    struct timing *t = pe->timing;
    uint64_t done = pe_icount(pe), stop = last < t->alarm_insns ? last : t->alarm_insns;
    int64_t n = stop > done ? (int64_t)(stop - done) : 0;
    t->limit = end < t->alarm_cycles ? end : t->alarm_cycles;
    pe->budget += n - pe->n;
    pe->n = n;
}

static void look_at_pmu(struct pe *pe)
{
    if (pe->timing->cycles >= pe->timing->alarm_cycles || pe_icount(pe) >= pe->timing->alarm_insns) {
        pmu_alarm(pe);
    }
}

uint64_t machine_timed_turn(struct machine *m, struct pe *pe, uint64_t cycles)
{
    struct timing *t = pe->timing;
    set_base(m, pe);
    if (t->lead >= cycles * t->scale) {
        return cycles; /* it is there already */
    }
    m->running = pe;
    uint64_t insns = m->insns_left < TIMING_MAX_TURN ? m->insns_left : TIMING_MAX_TURN;
    uint64_t base = t->base_cycles, end = base + cycles * t->scale, last = pe_icount(pe) + insns;
    pe->budget = pe->n = 0;
    aim(pe, end, last);
    while (pe->n > 0 && t->cycles < t->limit) {
        core_run_timed(pe, m->stepping);
        pe->dirty &= ~(uint32_t)(DIRTY_STOP | DIRTY_TIME);
        look_at_pmu(pe);
        if (m->stopping || !pe->powered_on || pe->waiting_wfi || pe->waiting_wfe) {
            break;
        }
        uint64_t used = timing_whole(t, t->cycles - base), limit = machine_ticks_until(m, clock_next(&m->clock));
        if (m->n_pes > 1 && limit > used + m->cfg.quantum && machine_company(m, pe)) {
            limit = used + m->cfg.quantum;
        }
        if (limit < timing_whole(t, end - base)) {
            end = base + (limit > used ? limit : used) * t->scale;
        }
        aim(pe, end, last);
    }
    pe->icount_base += (uint64_t)(pe->budget - pe->n);
    pe->budget = pe->n = 0;
    t->lead = t->cycles - base;
    timing_end_turn(t);
    if (m->n_pes > 1) {
        pe_guard_monitor(pe);
    }
    m->running = NULL;
    return timing_whole(t, t->lead);
}
