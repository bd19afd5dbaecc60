/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/diff-int.h"

#include "traces/kinds.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- the two streams ---- */

const struct rec *diff_peek(struct diff *d, struct diff_stream *s, size_t i)
{
    while (i >= s->n && !s->ended && s->n < DIFF_WINDOW) {
        struct rec *r = &s->ring[(s->first + s->n) % DIFF_WINDOW];
        if (!s->side->next(s->side->opaque, r)) {
            s->ended = true;
        } else if ((d->opts.kinds >> r->kind & 1) != 0) {
            s->n++;
        }
    }
    return i < s->n ? &s->ring[(s->first + i) % DIFF_WINDOW] : NULL;
}

static void take(struct diff_stream *s)
{
    const struct rec *r = &s->ring[s->first];
    s->last[r->pe] = *r;
    if (r->kind == REC_INSN) {
        s->opcode[r->pe] = (uint32_t)r->a;
    }
    s->by_kind[r->kind & 63]++;
    s->first = (s->first + 1) % DIFF_WINDOW;
    s->n--;
    s->taken++;
}

/* ---- alignment ---- */

/* From a + i and b + j on, do both say the same for a while, or to their ends? */
static bool in_step(struct diff *d, size_t i, size_t j)
{
    for (size_t k = 0; k < DIFF_RUN; k++) {
        const struct rec *a = diff_peek(d, &d->a, i + k), *b = diff_peek(d, &d->b, j + k);
        if (a == NULL || b == NULL) { /* together at the end, not where the window ends */
            return a == NULL && b == NULL && d->a.ended && d->b.ended;
        }
        if (!diff_same_event(d, a, b, true)) {
            return false;
        }
    }
    return true;
}

/* How many records of each side have no counterpart. false: no common place in the window; all of it is different. */
static bool align(struct diff *d, size_t *skip_a, size_t *skip_b)
{
    (void)diff_peek(d, &d->a, DIFF_WINDOW - 1);
    (void)diff_peek(d, &d->b, DIFF_WINDOW - 1);
    for (size_t sum = 1; sum <= d->a.n + d->b.n; sum++) {
        for (size_t i = sum > d->b.n ? sum - d->b.n : 0; i <= sum && i <= d->a.n; i++) {
            if (in_step(d, i, sum - i)) {
                *skip_a = i;
                *skip_b = sum - i;
                return true;
            }
        }
    }
    *skip_a = d->a.n;
    *skip_b = d->b.n;
    return false;
}

/* ---- report ---- */

static void show(struct diff *d, struct diff_stream *s, const char *which, size_t i)
{
    const struct rec *r = diff_peek(d, s, i);
    if (r != NULL) {
        fprintf(d->out, "  %s ", which);
        dump_text(d->out, r, s->taken + i, &s->side->names);
    }
}

static void place_text(struct diff_stream *s, const struct rec *r, FILE *out)
{
    const struct dump_names *n = &s->side->names;
    char sym[192];
    fprintf(out, "PE %u at %#" PRIx64, r->pe, r->pc);
    if (n->symbol != NULL && n->symbol(n->symbol_opaque, r->pc, sym, sizeof(sym))) {
        fprintf(out, " <%s>", sym);
    }
}

/* Shall this difference be shown? Also counts it, and writes the head of the first one. */
static bool next_place(struct diff *d)
{
    bool first = d->places == 0;
    d->places++;
    if (!first && d->places > d->opts.show) {
        return false;
    }
    struct diff_stream *s = diff_peek(d, &d->a, 0) != NULL ? &d->a : &d->b;
    const struct rec *r = diff_peek(d, s, 0);
    fprintf(d->out, "%s: record %" PRIu64 " of A, %" PRIu64 " of B, ", first ? "first difference" : "\nthen", d->a.taken, d->b.taken);
    place_text(s, r, d->out);
    fputc('\n', d->out);
    return true;
}

static void report_changed(struct diff *d, const char *words)
{
    d->changed[diff_peek(d, &d->a, 0)->kind & 63]++;
    if (next_place(d)) {
        show(d, &d->a, "A", 0);
        show(d, &d->b, "B", 0);
        fprintf(d->out, "  differs: %s\n", words);
    }
}

static void show_some(struct diff *d, struct diff_stream *s, const char *which, size_t n)
{
    enum { MOST = 6 };
    for (size_t i = 0; i < n && i < MOST; i++) {
        show(d, s, which, i);
    }
    if (n > MOST) {
        fprintf(d->out, "  %s ... and %zu more\n", which, n - MOST);
    }
}

static void report_skipped(struct diff *d, size_t skip_a, size_t skip_b, bool aligned)
{
    if (next_place(d)) {
        if (skip_a != 0) {
            fprintf(d->out, "  only in A, %zu record%s:\n", skip_a, skip_a == 1 ? "" : "s");
            show_some(d, &d->a, "A", skip_a);
        }
        if (skip_b != 0) {
            fprintf(d->out, "  only in B, %zu record%s:\n", skip_b, skip_b == 1 ? "" : "s");
            show_some(d, &d->b, "B", skip_b);
        }
        if (!aligned) {
            fprintf(d->out, "  nothing in common within %d records\n", DIFF_WINDOW);
        } else if (diff_peek(d, &d->a, skip_a) != NULL) {
            fprintf(d->out, "  both go on with:\n");
            show(d, &d->a, "A", skip_a);
        }
    }
}

static void skip(struct diff *d, struct diff_stream *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        d->rejoined[s->ring[s->first].pe] = true;
        s->only[s->ring[s->first].kind & 63]++;
        take(s);
    }
}

static void summary(const struct diff *d)
{
    uint64_t changed = 0, only_a = 0, only_b = 0;
    for (unsigned k = 0; k < REC_KIND_COUNT; k++) {
        changed += d->changed[k];
        only_a += d->a.only[k];
        only_b += d->b.only[k];
    }
    fprintf(d->out, "\n%" PRIu64 " records agree, %" PRIu64 " differ, %" PRIu64 " only in A, %" PRIu64 " only in B; %" PRIu64 " place%s\n",
            d->same, changed, only_a, only_b, d->places, d->places == 1 ? "" : "s");
    fprintf(d->out, "%-16s %12s %12s %10s %10s %10s\n", "kind", "in A", "in B", "differ", "only in A", "only in B");
    for (unsigned k = 0; k < REC_KIND_COUNT; k++) {
        if (d->changed[k] != 0 || d->a.only[k] != 0 || d->b.only[k] != 0) {
            fprintf(d->out, "%-16s %12" PRIu64 " %12" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "\n", kind_info(k)->name,
                    d->a.by_kind[k], d->b.by_kind[k], d->changed[k], d->a.only[k], d->b.only[k]);
        }
    }
}

/* One step: a record of both, or a difference. false: both are at their ends. */
static bool step(struct diff *d)
{
    const struct rec *a = diff_peek(d, &d->a, 0), *b = diff_peek(d, &d->b, 0);
    char words[400];
    if (a == NULL && b == NULL) {
        return false;
    }
    if (a != NULL && b != NULL && diff_same_event(d, a, b, false)) {
        if (diff_same_data(d, a, b, words, sizeof(words))) {
            d->same++;
        } else {
            report_changed(d, words);
        }
        take(&d->a);
        take(&d->b);
        return true;
    }
    size_t skip_a, skip_b;
    bool aligned = align(d, &skip_a, &skip_b);
    report_skipped(d, skip_a, skip_b, aligned);
    skip(d, &d->a, skip_a);
    skip(d, &d->b, skip_b);
    a = diff_peek(d, &d->a, 0);
    b = diff_peek(d, &d->b, 0);
    if (aligned && a != NULL && b != NULL) {
        diff_learn_shift(d, a, b);
    }
    return true;
}

enum diff_result diff_run(FILE *out, const struct diff_side *a, const struct diff_side *b, const struct diff_opts *opts)
{
    struct diff *d = calloc(1, sizeof(*d));
    if (d == NULL) {
        return DIFF_NO_MEMORY;
    }
    d->out = out;
    d->opts = *opts;
    d->opts.kinds = opts->kinds == 0 ? UINT64_MAX : opts->kinds;
    d->a.side = a;
    d->b.side = b;
    fprintf(out, "A: %s\nB: %s\n", a->name, b->name);
    while (step(d)) {
    }
    enum diff_result result = d->places == 0 ? DIFF_SAME : DIFF_DIFFERENT;
    if (result == DIFF_SAME) {
        fprintf(out, "the same: %" PRIu64 " records\n", d->same);
    } else {
        summary(d);
    }
    free(d);
    return result;
}
