/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/stat.h"

#include "cpu/sysreg.h"
#include "cpu/timing/timing.h"
#include "hyp/switches.h"
#include "hyp/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_LEN = 96, MAX_ROWS = 256 };

/* One line of the report: a world, or the exits of one reason. */
struct row {
    char name[NAME_LEN];
    uint64_t times;             /* entered, or exits that were handled */
    struct timing_counts sum;
};

struct rows {
    struct row row[MAX_ROWS];
    unsigned n;
};

struct pe_stat {
    struct timing_counts last;  /* when the current world was entered */
    struct timing_counts exit;  /* at the exit that is open */
    struct row *world;
    char why[NAME_LEN];         /* of the exit that is open, "" when none is */
};

struct stat_report {
    FILE *out;
    struct machine *m;
    bool json;
    bool on;                    /* the model counts now */
    struct esr_names names;
    struct rows worlds, exits;
    struct pe_stat pes[MACHINE_MAX_PES];
};

static void add_difference(struct timing_counts *sum, const struct timing_counts *now, const struct timing_counts *before)
{
    sum->cycles += now->cycles - before->cycles;
    sum->insns += now->insns - before->insns;
    for (unsigned i = 0; i < STALLS; i++) {
        sum->stall[i] += now->stall[i] - before->stall[i];
    }
    for (unsigned i = 0; i < TIMING_EVENTS; i++) {
        sum->event[i] += now->event[i] - before->event[i];
    }
    for (unsigned i = 0; i < SYS_CLASSES; i++) {
        sum->class_cycles[i] += now->class_cycles[i] - before->class_cycles[i];
        sum->class_accesses[i] += now->class_accesses[i] - before->class_accesses[i];
    }
}

static struct row *row_of(struct rows *r, const char *name)
{
    for (unsigned i = 0; i < r->n; i++) {
        if (strcmp(r->row[i].name, name) == 0) {
            return &r->row[i];
        }
    }
    if (r->n == MAX_ROWS) {
        snprintf(r->row[MAX_ROWS - 1].name, NAME_LEN, "(others)");
        return &r->row[MAX_ROWS - 1];
    }
    struct row *n = &r->row[r->n++];
    snprintf(n->name, sizeof(n->name), "%s", name);
    return n;
}

static void world_name(char *buf, unsigned el, uint64_t hcr, uint64_t vttbr)
{
    switch (world_of(el, hcr, vttbr)) {
    case WORLD_HYP: snprintf(buf, NAME_LEN, "EL2"); break;
    case WORLD_GUEST: snprintf(buf, NAME_LEN, "guest, VMID %u", vttbr_vmid(vttbr)); break;
    default: snprintf(buf, NAME_LEN, "host, EL%u", el); break;
    }
}

static void enter_world(struct stat_report *s, struct pe_stat *p, const struct rec *r, const struct timing_counts *now)
{
    char name[NAME_LEN];
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
    bool guest_before = world_of(r->from_el, r->hcr, r->vttbr) == WORLD_GUEST;
    bool guest_after = world_of(r->el, r->hcr, r->vttbr) == WORLD_GUEST;
    if (r->kind == REC_EXC_ENTRY && r->el == 2 && guest_before) {
        static const char *const interrupts[] = {"", "IRQ", "FIQ", "SError", "virtual IRQ", "virtual FIQ", "virtual SError"};
        if (r->type == 0) {
            esr_reason(p->why, sizeof(p->why), r->a, &s->names);
        } else {
            snprintf(p->why, sizeof(p->why), "%s", r->type < ARRAY_LEN(interrupts) ? interrupts[r->type] : "?");
        }
        p->exit = now;
    } else if (r->kind == REC_ERET && r->from_el == 2 && guest_after && p->why[0] != '\0') {
        struct row *e = row_of(&s->exits, p->why);
        e->times++;
        add_difference(&e->sum, &now, &p->exit);
        p->why[0] = '\0';
    }
}

/* ---- text ---- */

/* n / of with two digits after the point */
static const char *ratio(char buf[32], uint64_t n, uint64_t of)
{
    uint64_t h = of == 0 ? 0 : (uint64_t)(((unsigned __int128)n * 100 + of / 2) / of);
    snprintf(buf, 32, "%" PRIu64 ".%02" PRIu64, h / 100, h % 100);
    return buf;
}

static void text_stack(FILE *f, const struct timing_counts *c, uint64_t times)
{
    char a[32], b[32];
    uint64_t rest = c->cycles;
    for (unsigned i = 0; i < STALLS; i++) {
        rest -= c->stall[i];
    }
    fprintf(f, "    %-34s %14s %7s%%\n", "pipeline", ratio(a, rest, times), ratio(b, rest * 100, c->cycles));
    for (unsigned i = 0; i < STALLS; i++) {
        if (c->stall[i] != 0) {
            fprintf(f, "    %-34s %14s %7s%%\n", stall_name(i), ratio(a, c->stall[i], times), ratio(b, c->stall[i] * 100, c->cycles));
        }
    }
}

static void text_classes(FILE *f, const struct timing_counts *c, uint64_t times)
{
    char a[32], b[32], n[32];
    uint64_t rest = c->cycles;
    for (unsigned i = 0; i < SRC_COUNT; i++) {
        rest -= c->class_cycles[i];
    }
    fprintf(f, "    by state class: accesses, cycles\n");
    for (unsigned i = 0; i < SRC_COUNT; i++) {
        if (c->class_accesses[i] != 0) {
            fprintf(f, "      %-20s %11s %14s %7s%%\n", sysreg_class_name(i), ratio(n, c->class_accesses[i], times),
                    ratio(a, c->class_cycles[i], times), ratio(b, c->class_cycles[i] * 100, c->cycles));
        }
    }
    fprintf(f, "      %-20s %11s %14s %7s%%\n", "(other code)", "", ratio(a, rest, times), ratio(b, rest * 100, c->cycles));
}

static void text_row(FILE *f, const char *title, const struct timing_counts *c, uint64_t times, bool exits)
{
    char a[32], b[32], d[32];
    fprintf(f, "\n%s\n", title);
    fprintf(f, "  %s cycles, %s instructions, IPC %s\n", ratio(a, c->cycles, times), ratio(b, c->insns, times), ratio(d, c->insns, c->cycles));
    text_stack(f, c, times);
    if (exits) {
        text_classes(f, c, times);
    }
    for (unsigned i = 0; i < TIMING_EVENTS; i++) {
        if (c->event[i] != 0) {
            fprintf(f, "    %-34s %14s %9s of 1000 instructions\n", timing_event_name(i), ratio(a, c->event[i], times),
                    ratio(b, c->event[i] * 1000, c->insns));
        }
    }
}

static void text_report(const struct stat_report *s, const struct timing_counts *total)
{
    char title[NAME_LEN + 64];
    text_row(s->out, "the whole run", total, 1, false);
    for (unsigned i = 0; i < s->worlds.n; i++) {
        const struct row *r = &s->worlds.row[i];
        snprintf(title, sizeof(title), "%s: entered %" PRIu64 " times", r->name, r->times);
        text_row(s->out, title, &r->sum, 1, false);
    }
    for (unsigned i = 0; i < s->exits.n; i++) {
        const struct row *r = &s->exits.row[i];
        if (r->times != 0) {
            snprintf(title, sizeof(title), "exit for %s: %" PRIu64 " times; per exit, until the next entry:", r->name, r->times);
            text_row(s->out, title, &r->sum, r->times, true);
        }
    }
}

/* ---- JSON: an object a line ---- */

static void json_row(FILE *f, const char *what, const char *name, const struct timing_counts *c, uint64_t times)
{
    fprintf(f, "{\"%s\":", what);
    hyp_json_quote(f, name);
    fprintf(f, ",\"times\":%" PRIu64 ",\"cycles\":%" PRIu64 ",\"insns\":%" PRIu64 ",\"stalls\":{", times, c->cycles, c->insns);
    for (unsigned i = 0; i < STALLS; i++) {
        fprintf(f, "%s\"%s\":%" PRIu64, i == 0 ? "" : ",", stall_name(i), c->stall[i]);
    }
    fprintf(f, "},\"events\":{");
    for (unsigned i = 0; i < TIMING_EVENTS; i++) {
        fprintf(f, "%s\"%s\":%" PRIu64, i == 0 ? "" : ",", timing_event_name(i), c->event[i]);
    }
    fprintf(f, "},\"classes\":{");
    for (unsigned i = 0; i < SRC_COUNT; i++) {
        fprintf(f, "%s\"%s\":{\"accesses\":%" PRIu64 ",\"cycles\":%" PRIu64 "}", i == 0 ? "" : ",", sysreg_class_name(i),
                c->class_accesses[i], c->class_cycles[i]);
    }
    fprintf(f, "}}\n");
}

static void json_report(const struct stat_report *s, const struct timing_counts *total)
{
    json_row(s->out, "run", "all", total, 1);
    for (unsigned i = 0; i < s->worlds.n; i++) {
        json_row(s->out, "world", s->worlds.row[i].name, &s->worlds.row[i].sum, s->worlds.row[i].times);
    }
    for (unsigned i = 0; i < s->exits.n; i++) {
        json_row(s->out, "exit", s->exits.row[i].name, &s->exits.row[i].sum, s->exits.row[i].times);
    }
}

/* ---- life ---- */

void stat_begin(struct stat_report *s)
{
    s->on = true;
    for (unsigned i = 0; i < machine_n_pes(s->m); i++) {
        struct pe *pe = machine_pe(s->m, i);
        struct pe_stat *p = &s->pes[i];
        char name[NAME_LEN];
        pe->timing->classify = true;
        timing_counts(pe->timing, &p->last);
        world_name(name, pe->el, pe->sr[SR_HCR_EL2], pe->sr[SR_VTTBR_EL2]);
        p->world = row_of(&s->worlds, name);
        p->why[0] = '\0'; /* an exit before is not counted */
    }
}

void stat_end(struct stat_report *s)
{
    s->on = false;
    for (unsigned i = 0; i < machine_n_pes(s->m); i++) {
        struct timing_counts now;
        timing_counts(machine_pe_timing(s->m, i), &now);
        add_difference(&s->pes[i].world->sum, &now, &s->pes[i].last);
    }
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
    (s->json ? json_report : text_report)(s, &total);
    return fflush(s->out) == 0 && !ferror(s->out);
}

struct stat_report *stat_new(FILE *out, struct machine *m, bool json, const struct esr_names *names)
{
    struct stat_report *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        return NULL;
    }
    *s = (struct stat_report){.out = out, .m = m, .json = json, .names = *names};
    if (machine_pe(m, 0)->timing != NULL) {
        stat_begin(s);
    }
    const struct rec_sink sink = {.put = put, .opaque = s, .kinds = REC_BIT(REC_EXC_ENTRY) | REC_BIT(REC_ERET)};
    if (!machine_add_rec_sink(m, &sink)) {
        free(s);
        return NULL;
    }
    return s;
}

void stat_free(struct stat_report *s)
{
    free(s);
}
