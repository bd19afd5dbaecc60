/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of phases.c, as text and as JSON lines. */
#include "hyp/phases-int.h"

#include "hyp/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const row_names[ROWS] = {
    "GP registers", "FP registers", "EL1 system", "EL2 configuration", "EL2 virtual memory", "VGIC", "timer", "debug", "PMU", "keys",
    "RAS", "identification", "TLB and caches", [ROW_BARRIER] = "barriers", [ROW_CONTROL] = "control",
    [ROW_HOST] = "host below EL2", [ROW_UNSEEN] = "not in the trace",
};

const char *phases_row_name(unsigned row)
{
    return row_names[row];
}

bool phases_row_has_dirs(unsigned row)
{
    return row < PHASES_CLASSES && strcmp(row_names[row], "TLB and caches") != 0;
}

/* Which of the two numbers of struct count a table shows */
enum unit { UNIT_INSNS, UNIT_CYCLES };

static uint64_t of(const struct count *c, enum unit u)
{
    return u == UNIT_INSNS ? c->n : c->cycles;
}

/* n / d with one digit behind the point, rounded; d is not 0 */
static const char *tenths(char buf[24], uint64_t n, uint64_t d)
{
    uint64_t t = (uint64_t)(((unsigned __int128)n * 10 + d / 2) / d);
    snprintf(buf, 24, "%" PRIu64 ".%" PRIu64, t / 10, t % 10);
    return buf;
}

static void table_row(const struct phases *p, const char *name, const struct stat *s, const struct stat *dir, enum unit u)
{
    char save[24], restore[24], mean[24], share[24];
    uint64_t n = p->switches, all = of(&p->total.sum, u);
    fprintf(p->out, "%-20s", name);
    if (dir != NULL && (of(&dir[DIR_SAVE].sum, u) != 0 || of(&dir[DIR_RESTORE].sum, u) != 0)) {
        fprintf(p->out, " %10s %10s", tenths(save, of(&dir[DIR_SAVE].sum, u), n), tenths(restore, of(&dir[DIR_RESTORE].sum, u), n));
    } else {
        fprintf(p->out, " %10s %10s", "", "");
    }
    fprintf(p->out, " %10" PRIu64 " %10s %10" PRIu64 " %12" PRIu64 " %6s%%\n", of(&s->min, u), tenths(mean, of(&s->sum, u), n),
            of(&s->max, u), of(&s->sum, u), all == 0 ? "0.0" : tenths(share, of(&s->sum, u) * 100, all));
}

static void table(const struct phases *p, enum unit u)
{
    fprintf(p->out, "\n%-20s %21s %10s\n%-20s %10s %10s %10s %10s %10s %12s %7s\n", u == UNIT_INSNS ? "instructions" : "cycles",
            "mean of those that", "", "", "save", "restore", "min", "mean", "max", "in all", "share");
    for (unsigned r = 0; r < ROWS; r++) {
        if (p->row[r].in != 0) {
            table_row(p, row_names[r], &p->row[r], phases_row_has_dirs(r) ? p->dir[r] : NULL, u);
        }
    }
    table_row(p, "whole", &p->total, NULL, u);
}

/* ---- by symbol ---- */

static int by_share(const void *a, const void *b)
{
    const struct sym *x = a, *y = b;
    if (x->stat.sum.n != y->stat.sum.n) {
        return x->stat.sum.n < y->stat.sum.n ? 1 : -1;
    }
    return strcmp(x->name, y->name);
}

/* Of switches in which a symbol did not run it had 0. */
static uint64_t least(const struct phases *p, const struct sym *s, enum unit u)
{
    return s->stat.in == p->switches ? of(&s->stat.min, u) : 0;
}

static void symbols(const struct phases *p, enum unit u)
{
    char mean[24], share[24];
    fprintf(p->out, "\n%-40s %9s %10s %10s %10s %12s %7s\n", u == UNIT_INSNS ? "instructions by symbol" : "cycles by symbol", "switches",
            "min", "mean", "max", "in all", "share");
    for (size_t i = 0; i < p->n_syms; i++) {
        const struct sym *s = &p->syms[i];
        if (s->stat.in != 0) {
            fprintf(p->out, "%-40s %9" PRIu64 " %10" PRIu64 " %10s %10" PRIu64 " %12" PRIu64 " %6s%%\n", s->name, s->stat.in,
                    least(p, s, u), tenths(mean, of(&s->stat.sum, u), p->switches), of(&s->stat.max, u), of(&s->stat.sum, u),
                    of(&p->total.sum, u) == 0 ? "0.0" : tenths(share, of(&s->stat.sum, u) * 100, of(&p->total.sum, u)));
        }
    }
}

/* ---- JSON ---- */

static void json_stat(const struct phases *p, const char *event, const char *name, const struct stat *s, const struct stat *dir)
{
    fprintf(p->out, "{\"event\":\"%s\"", event);
    hyp_json_string(p->out, "name", name);
    fprintf(p->out, ",\"switches\":%" PRIu64 ",\"insns\":%" PRIu64 ",\"min_insns\":%" PRIu64 ",\"max_insns\":%" PRIu64, s->in, s->sum.n,
            s->in == p->switches ? s->min.n : 0, s->max.n);
    if (dir != NULL) {
        fprintf(p->out, ",\"save_insns\":%" PRIu64 ",\"restore_insns\":%" PRIu64, dir[DIR_SAVE].sum.n, dir[DIR_RESTORE].sum.n);
    }
    if (p->opts.cycles) {
        fprintf(p->out, ",\"cycles\":%" PRIu64 ",\"min_cycles\":%" PRIu64 ",\"max_cycles\":%" PRIu64, s->sum.cycles,
                s->in == p->switches ? s->min.cycles : 0, s->max.cycles);
        if (dir != NULL) {
            fprintf(p->out, ",\"save_cycles\":%" PRIu64 ",\"restore_cycles\":%" PRIu64, dir[DIR_SAVE].sum.cycles,
                    dir[DIR_RESTORE].sum.cycles);
        }
    }
    fputs("}\n", p->out);
}

static void json(const struct phases *p)
{
    for (unsigned r = 0; r < ROWS; r++) {
        if (p->row[r].in != 0) {
            json_stat(p, "class", row_names[r], &p->row[r], r < PHASES_CLASSES ? p->dir[r] : NULL);
        }
    }
    for (size_t i = 0; i < p->n_syms && !p->opts.no_symbols; i++) {
        if (p->syms[i].stat.in != 0) {
            json_stat(p, "symbol", p->syms[i].name, &p->syms[i].stat, NULL);
        }
    }
    json_stat(p, "whole", "whole", &p->total, NULL);
}

bool phases_finish(struct phases *p)
{
    bool ok = phases_close(p);
    qsort(p->syms, p->n_syms, sizeof(p->syms[0]), by_share);
    if (p->opts.json) {
        json(p);
    } else {
        fprintf(p->out, "%" PRIu64 " switches from a guest exit to the next entry%s%s\n", p->switches, p->opts.reason != NULL ? ", exit " : "",
                p->opts.reason != NULL ? p->opts.reason : "");
        for (unsigned u = UNIT_INSNS; p->switches != 0 && u <= (p->opts.cycles ? UNIT_CYCLES : UNIT_INSNS); u++) {
            table(p, (enum unit)u);
            if (p->opts.symbol != NULL && !p->opts.no_symbols) {
                symbols(p, (enum unit)u);
            }
        }
    }
    return fflush(p->out) == 0 && !ferror(p->out) && ok;
}
