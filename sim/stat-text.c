/* SPDX-License-Identifier: Apache-2.0 */
/* The report of stat.c, as tables and as JSON lines. */
#include "sim/stat-int.h"

#include "hyp/text.h"

#include <inttypes.h>
#include <string.h>

/* COLUMNS: the whole and its parts */
enum { NUMBER = 32, COLUMNS = 1 + STAT_PARTS, WORLD_COLUMNS = 4,
       VALUE = 13, SHARE = 7 };

static const char *const part_names[STAT_PARTS] = {
    [PHASES_EXIT] = "exit", [PHASES_HOST] = "host", [PHASES_ENTRY] = "entry", [STAT_EL2_ALONE] = "EL2 alone",
};

/* A column of a table */
struct column {
    const char *title;
    struct timing_counts c;
};

/* ---- numbers ---- */

/* n / of with `digits` digits after the point, rounded, and commas between thousands; "-" for nothing */
static const char *quotient(char buf[NUMBER], uint64_t n, uint64_t of, unsigned digits)
{
    uint64_t scale = digits == 0 ? 1 : digits == 1 ? 10 : 100;
    uint64_t q = of == 0 ? 0 : (uint64_t)(((unsigned __int128)n * scale + of / 2) / of);
    char whole[NUMBER];
    size_t at = 0;
    if (n == 0 || of == 0) {
        return strcpy(buf, "-");
    }
    int len = snprintf(whole, sizeof(whole), "%" PRIu64, q / scale);
    for (int i = 0; i < len; i++) {
        if (i != 0 && (len - i) % 3 == 0) {
            buf[at++] = ',';
        }
        buf[at++] = whole[i];
    }
    buf[at] = '\0';
    if (digits != 0) {
        snprintf(buf + at, NUMBER - at, ".%0*" PRIu64, (int)digits, q % scale);
    }
    return buf;
}

/* The mean of `times`; a number that is counted once is whole. */
static const char *mean(char buf[NUMBER], uint64_t n, uint64_t times)
{
    return quotient(buf, n, times, times > 1 ? 1 : 0);
}

static uint64_t pipeline(const struct timing_counts *c)
{
    uint64_t n = c->cycles;
    for (unsigned i = 0; i < STALLS; i++) {
        n -= c->stall[i];
    }
    return n;
}

static uint64_t sum_of(const uint64_t *v, const uint8_t *which, unsigned n)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < n; i++) {
        sum += v[which[i]];
    }
    return sum;
}
#define SUM(v, ...) sum_of(v, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

/* ---- text ---- */

/* A line of n columns: values, and beside each its share of `of` */
static void line(FILE *f, const char *label, const uint64_t *v, const uint64_t *of, unsigned n, uint64_t times, bool percent)
{
    uint64_t any = 0;
    for (unsigned i = 0; i < n; i++) {
        any |= v[i];
    }
    if (any == 0) {
        return;
    }
    fprintf(f, "  %-33s", label);
    for (unsigned i = 0; i < n; i++) {
        char a[NUMBER], b[NUMBER];
        fprintf(f, " %*s", VALUE, mean(a, v[i], times));
        if (of != NULL && v[i] != 0) {
            fprintf(f, " %5s%s", quotient(b, v[i] * (percent ? 100 : 1000), of[i], 1), percent ? "%" : i + 1 < n ? " " : "");
        } else if (i + 1 < n) {
            fprintf(f, "%*s", SHARE, "");
        }
    }
    fputc('\n', f);
}

static void rate(FILE *f, const char *label, const struct column *col, unsigned n, bool per_cycle)
{
    fprintf(f, "  %-33s", label);
    for (unsigned i = 0; i < n; i++) {
        char a[NUMBER];
        const struct timing_counts *c = &col[i].c;
        fprintf(f, " %*s%*s", VALUE, per_cycle ? quotient(a, c->insns, c->cycles, 2) : quotient(a, c->cycles, c->insns, 2),
                i + 1 < n ? SHARE : 0, "");
    }
    fputc('\n', f);
}

/* Columns beside each other: cycles by cause, events by 1000 instructions; means of `times` */
static void table(FILE *f, const struct column *col, unsigned n, uint64_t times)
{
    uint64_t v[COLUMNS] = {0}, cycles[COLUMNS] = {0}, insns[COLUMNS] = {0};
    fprintf(f, "  %-33s", "");
    for (unsigned i = 0; i < n; i++) {
        fprintf(f, " %*s%*s", VALUE, col[i].title, i + 1 < n ? SHARE : 0, "");
        cycles[i] = col[i].c.cycles;
        insns[i] = col[i].c.insns;
    }
    fputc('\n', f);
    line(f, "instructions", insns, NULL, n, times, false);
    line(f, "cycles", cycles, NULL, n, times, false);
    rate(f, "instructions a cycle (IPC)", col, n, true);
    rate(f, "cycles an instruction (CPI)", col, n, false);
    fprintf(f, "  -- cycles by cause, and their share\n");
    for (unsigned i = 0; i < n; i++) {
        v[i] = pipeline(&col[i].c);
    }
    line(f, "pipeline", v, cycles, n, times, true);
    for (unsigned k = 0; k < STALLS; k++) {
        for (unsigned i = 0; i < n; i++) {
            v[i] = col[i].c.stall[k];
        }
        line(f, stall_name(k), v, cycles, n, times, true);
    }
    fprintf(f, "  -- events, and how many in 1000 instructions\n");
    for (unsigned k = 0; k < TIMING_EVENTS; k++) {
        for (unsigned i = 0; i < n; i++) {
            v[i] = col[i].c.event[k];
        }
        line(f, timing_event_name(k), v, insns, n, times, false);
    }
}

static void class_line(FILE *f, const char *name, const struct timing_counts *c, uint64_t times, uint64_t all)
{
    const uint64_t n[] = {
        pipeline(c), SUM(c->stall, STALL_FETCH, STALL_ITLB), SUM(c->stall, STALL_L2, STALL_DRAM, STALL_DTLB, STALL_STORE, STALL_DEVICE),
        c->stall[STALL_BRANCH], SUM(c->stall, STALL_SYSTEM, STALL_BARRIER, STALL_EXCEPTION, STALL_ERET),
        c->event[TE_L1I_REFILL], c->event[TE_L1D_REFILL], c->event[TE_L2_REFILL], SUM(c->event, TE_ITLB_WALK, TE_DTLB_WALK),
    };
    char a[NUMBER];
    fprintf(f, "  %-18s %10s", name, mean(a, c->cycles, times));
    fprintf(f, " %5s%%", c->cycles == 0 ? "0.0" : quotient(a, c->cycles * 100, all, 1));
    fprintf(f, " %9s", mean(a, c->insns, times));
    fprintf(f, " %5s", quotient(a, c->insns, c->cycles, 2));
    for (unsigned i = 0; i < ARRAY_LEN(n); i++) {
        fprintf(f, " %*s", i < 5 ? 8 : 6, mean(a, n[i], times));
    }
    fputc('\n', f);
}

static void class_table(FILE *f, const struct stat_row *e)
{
    fprintf(f, "\n  %-18s %10s %6s %9s %5s %8s %8s %8s %8s %8s %6s %6s %6s %6s\n", "by state class", "cycles", "", "insns", "IPC",
            "pipeline", "fetch", "data", "branches", "system", "L1I", "L1D", "L2", "walks");
    for (unsigned r = 0; r < PHASES_ROWS; r++) {
        struct timing_counts c = {.cycles = 0};
        stat_class_sum(e->parts, r, &c);
        if (c.cycles != 0 || c.insns != 0) {
            class_line(f, phases_row_name(r), &c, e->times, e->sum.cycles);
        }
    }
    class_line(f, "whole", &e->sum, e->times, e->sum.cycles);
}

static void text_exit(FILE *f, const struct stat_row *e)
{
    struct column col[COLUMNS] = {{.title = "whole", .c = e->sum}};
    unsigned n = 1;
    const char *alone = "";
    if (e->times == 0) {
        return;
    }
    if (e->parts != NULL && e->parts->times[STAT_EL2_ALONE] == e->times) {
        alone = "; handled at EL2, without the host";
    } else if (e->parts != NULL) {
        for (unsigned part = 0; part < STAT_PARTS && (part < PHASES_PARTS || e->parts->times[part] != 0); part++) {
            col[n].title = part_names[part];
            stat_part_sum(e->parts, part, &col[n++].c);
        }
    }
    fprintf(f, "\nexit %s: %" PRIu64 " time%s, %s until the next entry%s\n", e->name, e->times, e->times == 1 ? "" : "s",
            e->times == 1 ? "counts" : "mean", alone);
    table(f, col, n, e->times);
    if (e->parts != NULL) {
        if (n == COLUMNS) {
            fprintf(f, "  EL2 alone: the %" PRIu64 " that were handled without the host\n", e->parts->times[STAT_EL2_ALONE]);
        }
        class_table(f, e);
    }
}

void stat_text(FILE *f, const struct timing_counts *total, const struct stat_rows *worlds, const struct stat_rows *exits)
{
    struct column col[COLUMNS] = {{.title = "whole run", .c = *total}};
    unsigned n = 1;
    for (unsigned i = 0; i < worlds->n; i++) {
        col[n++] = (struct column){.title = worlds->row[i].name, .c = worlds->row[i].sum};
        if (n == WORLD_COLUMNS || i + 1 == worlds->n) {
            fprintf(f, "%sby world%s\n", i < WORLD_COLUMNS ? "" : "\n", i < WORLD_COLUMNS ? "" : ", continued");
            table(f, col, n, 1);
            n = 0;
        }
    }
    for (unsigned i = 0; i < exits->n; i++) {
        text_exit(f, &exits->row[i]);
    }
}

/* ---- JSON ---- */

static void json_counts(FILE *f, const struct timing_counts *c, uint64_t times)
{
    fprintf(f, ",\"times\":%" PRIu64 ",\"cycles\":%" PRIu64 ",\"insns\":%" PRIu64 ",\"stalls\":{", times, c->cycles, c->insns);
    for (unsigned i = 0; i < STALLS; i++) {
        fprintf(f, "%s\"%s\":%" PRIu64, i == 0 ? "" : ",", stall_name(i), c->stall[i]);
    }
    fprintf(f, "},\"events\":{");
    for (unsigned i = 0; i < TIMING_EVENTS; i++) {
        fprintf(f, "%s\"%s\":%" PRIu64, i == 0 ? "" : ",", timing_event_name(i), c->event[i]);
    }
    fprintf(f, "}}\n");
}

static void json_row(FILE *f, const char *what, const char *name, const struct timing_counts *c, uint64_t times)
{
    fprintf(f, "{\"%s\":", what);
    hyp_json_quote(f, name);
    json_counts(f, c, times);
}

static void json_part(FILE *f, const struct stat_row *e, unsigned part)
{
    struct timing_counts sum = {.cycles = 0};
    stat_part_sum(e->parts, part, &sum);
    fprintf(f, "{\"phase\":\"%s\"", part_names[part]);
    hyp_json_string(f, "of", e->name);
    json_counts(f, &sum, e->parts->times[part]);
    for (unsigned r = 0; r < PHASES_ROWS; r++) {
        for (unsigned d = 0; d < PHASES_DIRS; d++) {
            const struct timing_counts *c = &e->parts->sum[part][r][d];
            static const struct timing_counts none;
            if (memcmp(c, &none, sizeof(none)) == 0) {
                continue;
            }
            fprintf(f, "{\"class\":\"%s\",\"in\":\"%s\"", phases_row_name(r), part_names[part]);
            hyp_json_string(f, "of", e->name);
            if (phases_row_has_dirs(r)) {
                fprintf(f, ",\"way\":\"%s\"", d == 0 ? "save" : "restore");
            }
            json_counts(f, c, e->parts->times[part]);
        }
    }
}

void stat_json(FILE *f, const struct timing_counts *total, const struct stat_rows *worlds, const struct stat_rows *exits)
{
    json_row(f, "run", "all", total, 1);
    for (unsigned i = 0; i < worlds->n; i++) {
        json_row(f, "world", worlds->row[i].name, &worlds->row[i].sum, worlds->row[i].times);
    }
    for (unsigned i = 0; i < exits->n; i++) {
        const struct stat_row *e = &exits->row[i];
        json_row(f, "exit", e->name, &e->sum, e->times);
        for (unsigned part = 0; part < STAT_PARTS && e->parts != NULL; part++) {
            if (e->parts->times[part] != 0) {
                json_part(f, e, part);
            }
        }
    }
}
