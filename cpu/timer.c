/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generic timers: CNTP, CNTV, CNTHP, CNTHV. The registers are in pe->sr[];
 * here are the output lines and one queued event a timer, due when its
 * condition next changes. The status of a masked timer is computed when read.
 */
#include "cpu/timer.h"

#include "sysreg-decls.h"

#include <stdlib.h>

enum { T_PHYS, T_VIRT, T_HYP_PHYS, T_HYP_VIRT, T_COUNT };
enum { CTL_ENABLE = 1, CTL_IMASK = 2, CTL_ISTATUS = 4 };

static const struct timer_regs {
    const char *name;
    uint16_t ctl, cval, tval;
} regs[T_COUNT] = {
    [T_PHYS] = { "CNTP", SR_CNTP_CTL_EL0, SR_CNTP_CVAL_EL0, SR_CNTP_TVAL_EL0 },
    [T_VIRT] = { "CNTV", SR_CNTV_CTL_EL0, SR_CNTV_CVAL_EL0, SR_CNTV_TVAL_EL0 },
    [T_HYP_PHYS] = { "CNTHP", SR_CNTHP_CTL_EL2, SR_CNTHP_CVAL_EL2, SR_CNTHP_TVAL_EL2 },
    [T_HYP_VIRT] = { "CNTHV", SR_CNTHV_CTL_EL2, SR_CNTHV_CVAL_EL2, SR_CNTHV_TVAL_EL2 },
};

struct timer {
    struct timers *owner;
    unsigned which;
    struct irq_line line;
    bool level;
    struct event event;
};

struct timers {
    struct pe *pe;
    struct timer t[T_COUNT];
    struct event stream;            /* event stream, queued while the PE waits in WFE */
    uint64_t stream_seen;           /* count up to which stream events have been delivered */
};

/* Counter value as timer `which` sees it: CNTVOFF_EL2 applies to CNTV alone. */
static uint64_t view(const struct pe *pe, unsigned which, uint64_t count)
{
    return which == T_VIRT ? count - pe->sr[SR_CNTVOFF_EL2] : count;
}

/* IsTimerConditionMet() */
static bool met(const struct pe *pe, unsigned which, uint64_t count)
{
    return view(pe, which, count) >= pe->sr[regs[which].cval];
}

uint64_t timer_count(const struct pe *pe)
{
    return pe_time_ns(pe) / TIMER_TICK_NS;
}

/* Drive the line of one timer and queue its next change. */
static void update_one(struct timer *t, uint64_t count)
{
    struct pe *pe = t->owner->pe;
    uint64_t ctl = pe->sr[regs[t->which].ctl];
    bool on = (ctl & (CTL_ENABLE | CTL_IMASK)) == CTL_ENABLE;
    bool is_met = met(pe, t->which, count);
    bool level = on && is_met;
    if (level != t->level) {
        t->level = level;
        pe_record(pe, REC_TIMER, pe->el, 0, pe_pc(pe), t->which, level, view(pe, t->which, count), pe->sr[regs[t->which].cval]);
        irq_set(&t->line, level);
    }
    if (!on) {
        event_cancel(pe->clock, &t->event);
        return;
    }
    /* The condition holds from CVAL up to where the view of the counter wraps to zero. */
    uint64_t now = view(pe, t->which, count);
    uint64_t ticks = is_met ? -now : pe->sr[regs[t->which].cval] - now;
    if (ticks == 0 || ticks > UINT64_MAX / (2 * TIMER_TICK_NS) || count + ticks > UINT64_MAX / (2 * TIMER_TICK_NS)) {
        event_cancel(pe->clock, &t->event);
        return;
    }
    uint64_t when = (count + ticks) * TIMER_TICK_NS;
    if (!t->event.queued || t->event.when_ns != when) {
        event_schedule(pe->clock, &t->event, when);
    }
}

static void timer_fire(void *opaque, uint64_t now_ns)
{
    update_one(opaque, now_ns / TIMER_TICK_NS);
}

void timers_update(struct pe *pe)
{
    if (pe->timers == NULL) {
        return;
    }
    uint64_t count = timer_count(pe);
    for (unsigned i = 0; i < T_COUNT; i++) {
        update_one(&pe->timers->t[i], count);
    }
}

static void update_which(struct pe *pe, unsigned which)
{
    if (pe->timers != NULL) {
        update_one(&pe->timers->t[which], timer_count(pe));
    }
}

/* ---- event stream ---- */

/* Ticks from counter value c to its next event under a control register with EVNTI, EVNTDIR, EVNTEN at bits 7:4, 3, 2; 0 when
   disabled. An event is a change of bit EVNTI from 0 to 1 (EVNTDIR = 0) or from 1 to 0. */
static uint64_t stream_ticks(uint64_t control, uint64_t c)
{
    if (!bit64(control, 2)) {
        return 0;
    }
    uint64_t half = BIT64(bits64(control, 7, 4));
    uint64_t phase = (bit64(control, 3) ? c : c + half) & (2 * half - 1);
    return 2 * half - phase;
}

/* Physical count of the first stream event after physical count `count`, UINT64_MAX for none. */
static uint64_t stream_next(const struct pe *pe, uint64_t count)
{
    uint64_t a = stream_ticks(pe->sr[SR_CNTKCTL_EL1], count - pe->sr[SR_CNTVOFF_EL2]);
    uint64_t b = feat_has(&pe->feat, FEAT_EL2) ? stream_ticks(pe->sr[SR_CNTHCTL_EL2], count) : 0;
    uint64_t n = a == 0 ? b : b == 0 || a < b ? a : b;
    return n == 0 ? UINT64_MAX : count + n;
}

static void stream_fire(void *opaque, uint64_t now_ns)
{
    struct timers *t = opaque;
    t->stream_seen = now_ns / TIMER_TICK_NS;
    t->pe->event_reg = true;
}

void timers_wfe_check(struct pe *pe)
{
    struct timers *t = pe->timers;
    if (t == NULL) {
        return;
    }
    uint64_t count = timer_count(pe);
    if (stream_next(pe, t->stream_seen) <= count) {
        pe->event_reg = true;
    }
    t->stream_seen = count;
}

void timers_wfe_wait(struct pe *pe)
{
    struct timers *t = pe->timers;
    if (t == NULL) {
        return;
    }
    uint64_t next = stream_next(pe, timer_count(pe));
    if (next < UINT64_MAX / TIMER_TICK_NS) {
        event_schedule(pe->clock, &t->stream, next * TIMER_TICK_NS);
    }
}

/* A change of the stream's controls starts a new stream: what the old one missed is gone. */
static void stream_restart(struct pe *pe)
{
    if (pe->timers != NULL) {
        pe->timers->stream_seen = timer_count(pe);
    }
}

/* ---- registers ---- */

static unsigned which_of(unsigned sr)
{
    for (unsigned i = 0; i < T_COUNT; i++) {
        if (sr == regs[i].ctl || sr == regs[i].cval || sr == regs[i].tval) {
            return i;
        }
    }
    return T_COUNT;
}

bool timer_read(struct pe *pe, unsigned sr, uint64_t *val)
{
    unsigned w = which_of(sr);
    if (w == T_COUNT) {
        return false;
    }
    uint64_t count = timer_count(pe);
    if (sr == regs[w].ctl) {
        uint64_t ctl = pe->sr[sr] & (CTL_ENABLE | CTL_IMASK);
        *val = ctl | ((ctl & CTL_ENABLE) && met(pe, w, count) ? CTL_ISTATUS : 0);
    } else if (sr == regs[w].cval) {
        *val = pe->sr[sr];
    } else {
        *val = (pe->sr[regs[w].cval] - view(pe, w, count)) & UINT32_MAX;
    }
    return true;
}

bool timer_write(struct pe *pe, unsigned sr, uint64_t val)
{
    unsigned w = which_of(sr);
    if (w == T_COUNT) {
        return false;
    }
    if (sr == regs[w].ctl) {
        pe->sr[sr] = val & (CTL_ENABLE | CTL_IMASK);
    } else if (sr == regs[w].cval) {
        pe->sr[sr] = val;
    } else {
        pe->sr[regs[w].cval] = view(pe, w, timer_count(pe)) + (uint64_t)sext64(val, 32);
    }
    update_which(pe, w);
    return true;
}

/* The EL0 names mean CNTHP and CNTHV also at EL0 of an EL2 host; sysreg.c does the same for EL2. */
static unsigned timer_sr(const struct pe *pe, const struct sysreg *r)
{
    return pe->el == 0 && r->e2h != SR_NONE && pe_host_mode(pe) ? r->e2h : r->sr;
}

bool sysreg_rd_timer(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)rt;
    return timer_read(pe, timer_sr(pe, r), val);
}

bool sysreg_wr_timer(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    pe_sync_clock(pe);
    return timer_write(pe, timer_sr(pe, r), val);
}

bool sysreg_rd_cntpct(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)r;
    (void)rt;
    *val = timer_count(pe);
    return true;
}

/* CNTVOFF_EL2 counts as zero at EL2 with E2H, and at EL0 of an EL2 host. */
bool sysreg_rd_cntvct(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t *val)
{
    (void)r;
    (void)rt;
    bool zero = pe->el == 2 ? pe_e2h(pe) : pe->el == 0 && pe_host_mode(pe);
    *val = timer_count(pe) - (zero ? 0 : pe->sr[SR_CNTVOFF_EL2]);
    return true;
}

bool sysreg_wr_cntkctl(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    stream_restart(pe);
    sysreg_put(pe, r, sysreg_legal(pe, r, val));
    return true;
}

bool sysreg_wr_cnthctl(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    return sysreg_wr_cntkctl(pe, r, rt, val);
}

bool sysreg_wr_cntvoff(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    (void)rt;
    if (pe->sr[r->sr] != val) {
        pe_sync_clock(pe);
        stream_restart(pe);
        sysreg_put(pe, r, val);
        update_which(pe, T_VIRT);
    }
    return true;
}

/* ---- life ---- */

struct timers *timers_new(struct pe *pe, const struct irq_line ppi[4])
{
    struct timers *t = calloc(1, sizeof(*t));
    if (t == NULL) {
        return NULL;
    }
    t->pe = pe;
    for (unsigned i = 0; i < T_COUNT; i++) {
        struct timer *one = &t->t[i];
        one->owner = t;
        one->which = i;
        one->line = ppi[i];
        event_init(&one->event, regs[i].name, i, timer_fire, one);
    }
    event_init(&t->stream, "event stream", T_COUNT, stream_fire, t);
    return t;
}

void timers_reset(struct pe *pe)
{
    struct timers *t = pe->timers;
    if (t == NULL) {
        return;
    }
    for (unsigned i = 0; i < T_COUNT; i++) {
        if (t->t[i].level) {
            t->t[i].level = false;
            irq_set(&t->t[i].line, false);
        }
        event_cancel(pe->clock, &t->t[i].event);
    }
    event_cancel(pe->clock, &t->stream);
    t->stream_seen = 0;
}

void timers_free(struct timers *t)
{
    if (t == NULL) {
        return;
    }
    if (t->pe->clock != NULL) {
        for (unsigned i = 0; i < T_COUNT; i++) {
            event_cancel(t->pe->clock, &t->t[i].event);
        }
        event_cancel(t->pe->clock, &t->stream);
    }
    free(t);
}
