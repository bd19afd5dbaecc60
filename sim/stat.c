/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/stat-int.h"

#include "cpu/sysreg.h"
#include "hyp/switches.h"
#include "sim/live-phases.h"

#include <stdlib.h>
#include <string.h>

struct pe_stat {
    struct timing_counts last;  /* when the current world was entered */
    struct timing_counts exit;  /* at the exit that is open */
    struct stat_row *world;
    char why[STAT_NAME];        /* of the exit that is open, "" when none is */
};

struct stat_report {
    FILE *out;
    struct machine *m;
    bool json;
    bool on;                    /* the model counts now */
    bool failed;                /* no memory */
    struct esr_names names;
    struct live_phases *phases;
    struct stat_rows worlds, exits;
    struct pe_stat pes[MACHINE_MAX_PES];
};

/* ---- sums ---- */

void stat_counts_add(struct timing_counts *sum, const struct timing_counts *c)
{
    sum->cycles += c->cycles;
    sum->insns += c->insns;
    for (unsigned i = 0; i < STALLS; i++) {
        sum->stall[i] += c->stall[i];
    }
    for (unsigned i = 0; i < TIMING_EVENTS; i++) {
        sum->event[i] += c->event[i];
    }
}

static void add_difference(struct timing_counts *sum, const struct timing_counts *now, const struct timing_counts *before)
{
    struct timing_counts d = {.cycles = now->cycles - before->cycles, .insns = now->insns - before->insns};
    for (unsigned i = 0; i < STALLS; i++) {
        d.stall[i] = now->stall[i] - before->stall[i];
    }
    for (unsigned i = 0; i < TIMING_EVENTS; i++) {
        d.event[i] = now->event[i] - before->event[i];
    }
    stat_counts_add(sum, &d);
}

void stat_part_sum(const struct stat_parts *p, unsigned part, struct timing_counts *sum)
{
    for (unsigned r = 0; r < PHASES_ROWS; r++) {
        for (unsigned d = 0; d < PHASES_DIRS; d++) {
            stat_counts_add(sum, &p->sum[part][r][d]);
        }
    }
}

void stat_class_sum(const struct stat_parts *p, unsigned row, struct timing_counts *sum)
{
    for (unsigned part = 0; part < STAT_PARTS; part++) {
        for (unsigned d = 0; d < PHASES_DIRS; d++) {
            stat_counts_add(sum, &p->sum[part][row][d]);
        }
    }
}

static struct stat_row *row_of(struct stat_rows *r, const char *name)
{
    for (unsigned i = 0; i < r->n; i++) {
        if (strcmp(r->row[i].name, name) == 0) {
            return &r->row[i];
        }
    }
    if (r->n == STAT_ROWS) {
        snprintf(r->row[STAT_ROWS - 1].name, STAT_NAME, "(others)");
        return &r->row[STAT_ROWS - 1];
    }
    struct stat_row *n = &r->row[r->n++];
    snprintf(n->name, sizeof(n->name), "%s", name);
    return n;
}

/* ---- worlds and exits ---- */

static void world_name(char *buf, unsigned el, uint64_t hcr, uint64_t vttbr)
{
    switch (world_of(el, hcr, vttbr)) {
    case WORLD_HYP: snprintf(buf, STAT_NAME, "EL2"); break;
    case WORLD_GUEST: snprintf(buf, STAT_NAME, "guest, VMID %u", vttbr_vmid(vttbr)); break;
    default: snprintf(buf, STAT_NAME, "host, EL%u", el); break;
    }
}

static void enter_world(struct stat_report *s, struct pe_stat *p, const struct rec *r, const struct timing_counts *now)
{
    char name[STAT_NAME];
    if (p->world != NULL) {
        add_difference(&p->world->sum, now, &p->last);
    }
    world_name(name, r->el, r->hcr, r->vttbr);
    p->world = row_of(&s->worlds, name);
    p->world->times++;
    p->last = *now;
}

static void put(void *opaque, const struct rec *r)
{
    struct stat_report *s = opaque;
    struct pe_stat *p = &s->pes[r->pe];
    struct timing_counts now;
    if (!s->on) {
        return;
    }
    timing_counts(machine_pe(s->m, r->pe)->timing, &now);
    enter_world(s, p, r, &now);
    if (rec_is_guest_exit(r)) {
        exit_reason(p->why, sizeof(p->why), r, &s->names);
        p->exit = now;
    } else if (rec_is_guest_entry(r) && p->why[0] != '\0') {
        struct stat_row *e = row_of(&s->exits, p->why);
        e->times++;
        add_difference(&e->sum, &now, &p->exit);
        p->why[0] = '\0';
    }
}

/* ---- parts of exits, state classes ---- */

static void on_switch(void *opaque, const struct phases_switch *w)
{
    struct stat_report *s = opaque;
    struct stat_row *e = row_of(&s->exits, w->reason);
    const struct timing_counts *c = (const struct timing_counts *)(const void *)w->sums;
    if (e->parts == NULL) {
        e->parts = calloc(1, sizeof(*e->parts));
    }
    if (e->parts == NULL) {
        s->failed = true;
        return;
    }
    for (unsigned part = 0; part < PHASES_PARTS; part++) {
        unsigned to = w->host ? part : (unsigned)STAT_EL2_ALONE;
        e->parts->times[to] += w->host || part == 0;
        for (unsigned r = 0; r < PHASES_ROWS; r++) {
            for (unsigned d = 0; d < PHASES_DIRS; d++) {
                stat_counts_add(&e->parts->sum[to][r][d], c++);
            }
        }
    }
}

/* ---- life ---- */

void stat_begin(struct stat_report *s)
{
    s->on = true;
    live_phases_watch(s->phases, true);
    for (unsigned i = 0; i < machine_n_pes(s->m); i++) {
        struct pe *pe = machine_pe(s->m, i);
        struct pe_stat *p = &s->pes[i];
        char name[STAT_NAME];
        timing_counts(pe->timing, &p->last);
        world_name(name, pe->el, pe->sr[SR_HCR_EL2], pe->sr[SR_VTTBR_EL2]);
        p->world = row_of(&s->worlds, name);
        p->why[0] = '\0'; /* an exit before is not counted */
    }
}

void stat_end(struct stat_report *s)
{
    s->on = false;
    live_phases_watch(s->phases, false);
    for (unsigned i = 0; i < machine_n_pes(s->m); i++) {
        struct timing_counts now;
        timing_counts(machine_pe_timing(s->m, i), &now);
        add_difference(&s->pes[i].world->sum, &now, &s->pes[i].last);
    }
}

/* Most cycles first */
static int by_cycles(const void *a, const void *b)
{
    const struct stat_row *x = a, *y = b;
    if (x->sum.cycles != y->sum.cycles) {
        return x->sum.cycles < y->sum.cycles ? 1 : -1;
    }
    return strcmp(x->name, y->name);
}

bool stat_finish(struct stat_report *s)
{
    static const struct timing_counts none;
    struct timing_counts total = none, now;
    for (unsigned i = 0; i < machine_n_pes(s->m); i++) {
        const struct timing *t = machine_pe_timing(s->m, i);
        if (t != NULL) {
            timing_counts(t, &now);
            add_difference(&total, &now, &none);
        }
    }
    if (s->on) {
        stat_end(s);
    }
    bool ok = live_phases_close(s->phases) && !s->failed;
    qsort(s->worlds.row, s->worlds.n, sizeof(s->worlds.row[0]), by_cycles);
    qsort(s->exits.row, s->exits.n, sizeof(s->exits.row[0]), by_cycles);
    (s->json ? stat_json : stat_text)(s->out, &total, &s->worlds, &s->exits);
    return fflush(s->out) == 0 && !ferror(s->out) && ok;
}

struct stat_report *stat_new(FILE *out, struct machine *m, bool json, const struct esr_names *names, struct err *err)
{
    struct stat_report *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        err_set(err, "--stat: out of memory");
        return NULL;
    }
    *s = (struct stat_report){.out = out, .m = m, .json = json, .names = *names};
    const struct phases_opts po = {.no_symbols = true, .names = *names, .n_counters = LIVE_PHASES_COUNTERS, .on_switch = on_switch,
                                   .switch_opaque = s};
    s->phases = live_phases_open(NULL, m, PROBE_USER_STAT, &po, err);
    const struct rec_sink sink = {.put = put, .opaque = s, .kinds = REC_BIT(REC_EXC_ENTRY) | REC_BIT(REC_ERET)};
    if (s->phases == NULL || !machine_add_rec_sink(m, &sink)) {
        stat_free(s);
        err_set(err, "--stat: out of memory, or too many observers");
        return NULL;
    }
    live_phases_watch(s->phases, false);
    if (machine_pe(m, 0)->timing != NULL) {
        stat_begin(s);
    }
    return s;
}

void stat_free(struct stat_report *s)
{
    if (s != NULL) {
        for (unsigned i = 0; i < s->exits.n; i++) {
            free(s->exits.row[i].parts);
        }
        live_phases_free(s->phases);
        free(s);
    }
}
