/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares EL0 with another implementation: every row of the encoding table with random words, operands and blocks,
 * and random words of the whole encoding space. el0.sh builds and starts it; --help lists the options.
 */
#include "el0.h"

#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { STATES_SINGLE = 8, STATES_BLOCK = 3, MAX_SHOWN = 40, MAX_SHOWN_ROW = 2, MAX_TRACE = EL0_MAX_CASES * 48 };

struct options {
    const char *rows, *model, *cpu, *qemu, *guest, *report, *explained, *regressions;
    unsigned long cases, space;
    uint64_t seed;
    bool big_endian;
};

struct row_count {
    unsigned long ran, matched, explained, different, undefined, endless;
};

/* A batch, what became of it here, and the words that each case executed */
struct work {
    struct el0_gen g;
    struct el0_full_result ours[EL0_MAX_CASES];
    unsigned trace_at[EL0_MAX_CASES + 1];
    uint32_t trace[MAX_TRACE];      /* indices of words of the code */
};

struct el0 {
    struct options opt;
    struct el0_ours *o;
    struct el0_peer *peer, *second; /* the second one is for narrowing differences down */
    struct explained *known;
    struct work *work[2];
    struct el0_full_result *theirs;
    int rows[OP_COUNT];
    unsigned n_rows, next_row;
    struct row_count count[OP_COUNT];
    unsigned long space_done, space_undefined, space_executed;
    unsigned long cases, insns, endless, explained, shown, different, self_different;
    uint32_t code[EL0_CODE_WORDS];
};

/* ---- making a batch and running it here ---- */
static uint32_t random_word(struct rng *r)
{
    for (;;) {
        uint32_t w = (uint32_t)rnd(r);
        if (one_in(r, 2)) { /* near a row */
            w = word_of_row(r, (int)below(r, OP_COUNT));
            for (unsigned i = below(r, 3); i < 3; i++) {
                w ^= 1u << below(r, 32);
            }
        }
        if (word_allowed(w)) {
            return w;
        }
    }
}

static int choose_row(struct el0 *e, struct rng *r)
{
    for (unsigned i = 0; i < e->n_rows; i++) {
        int row = e->rows[e->next_row++ % e->n_rows];
        const struct row_count *c = &e->count[row];
        if (c->ran + c->endless < e->opt.cases) {
            return row;
        }
    }
    return e->rows[below(r, e->n_rows)];
}

static void fill_batch(struct el0 *e, struct el0_gen *g)
{
    gen_begin(g);
    for (bool room = true; room;) {
        struct rng *r = &g->rng;
        if (e->space_done < e->opt.space && one_in(r, 2)) {
            room = gen_single(g, -1, random_word(r), 1);
            e->space_done += room;
        } else if (e->n_rows == 0) {
            break;
        } else if (one_in(r, 4)) {
            room = gen_block(g, choose_row(e, r), STATES_BLOCK);
        } else {
            room = gen_single(g, choose_row(e, r), 0, STATES_SINGLE);
        }
    }
    gen_end(g);
}

static uint32_t word_at(const uint32_t *code, uint64_t pc)
{
    return pc - EL0_CODE < EL0_CODE_SIZE ? code[(pc - EL0_CODE) / 4] : 0;
}

static void show_words(FILE *f, const uint32_t *code, const uint32_t *trace, unsigned n)
{
    fprintf(f, "   ");
    for (unsigned i = 0; i < n && i < 40; i++) {
        int row = a64_decode(code[trace[i]]);
        fprintf(f, " %08x %s%s", code[trace[i]], row < 0 ? "-" : a64_rows[row].name, i + 1 < n ? "," : "\n");
    }
    if (n == 0 || n > 40) {
        fprintf(f, " (%u instructions)\n", n);
    }
}

/* The instances must agree with each other in everything. */
static void run_others(struct el0 *e, const struct work *w, const struct el0_case *c, const struct el0_full_result *step,
                       const struct el0_trace *t)
{
    for (unsigned m = 0; m < EL0_MODES; m++) {
        struct el0_full_result f;
        if (m == EL0_STEP) {
            continue;
        }
        (void)ours_run(e->o, &c->s, (enum el0_mode)m, c->s.pc * UINT64_C(0x9e3779b97f4a7c15) + c->s.x[0], &f, NULL);
        unsigned d = compare_results(&f, step, 0);
        if (d != 0 && ++e->self_different < 10) {
            char names[128];
            printf("el0: the instances differ (%s; ours: %s, theirs: stepping) in %s\n", names, m == EL0_FAST ? "fast" : "in pieces",
                   diff_names(d, names, sizeof(names)));
            uint32_t list[64];
            unsigned n = 0;
            for (; n < t->n && n < 64; n++) {
                list[n] = (uint32_t)(t->pc[n] - EL0_CODE) / 4;
            }
            show_words(stdout, w->g.code, list, n);
            print_difference(stdout, d, &c->s, &f, step);
        }
    }
}

/* Run all cases of the batch here; those that do not end are dropped. */
static void run_here(struct el0 *e, struct work *w)
{
    static struct el0_trace t;
    struct el0_gen *g = &w->g;
    unsigned kept = 0;
    ours_load(e->o, &g->head, g->code, g->fill);
    w->trace_at[0] = 0;
    for (unsigned i = 0; i < g->head.n_cases; i++) {
        struct el0_case *c = &g->cases[i];
        bool ended = ours_run(e->o, &c->s, EL0_STEP, 0, &w->ours[kept], &t);
        unsigned at = w->trace_at[kept];
        if (!ended || at + t.n > MAX_TRACE) {
            e->endless += !ended;
            if (c->row >= 0) {
                e->count[c->row].endless++;
            }
            continue;
        }
        for (unsigned k = 0; k < t.n; k++) {
            w->trace[at + k] = (uint32_t)(t.pc[k] - EL0_CODE) / 4;
        }
        run_others(e, w, c, &w->ours[kept], &t);
        g->cases[kept++] = *c;
        w->trace_at[kept] = at + t.n;
    }
    g->head.n_cases = kept;
}

/* ---- comparing ---- */

/* Run one case with the code as it is in e->code, here and there. Returns what differs; ~0 when the peer is gone. */
static unsigned run_both(struct el0 *e, const struct el0_gen *g, const struct el0_case *c, struct el0_full_result *ours,
                         struct el0_full_result *theirs, struct el0_trace *t)
{
    struct el0_batch head = {.n_cases = 1, .code_words = g->head.code_words};
    if (e->second == NULL) {
        e->second = peer_new(e->opt.qemu, e->opt.cpu, e->opt.guest);
    }
    ours_load(e->o, &head, e->code, g->fill);
    (void)ours_run(e->o, &c->s, EL0_STEP, 0, ours, t);
    if (e->second == NULL || !peer_send(e->second, &head, e->code, g->fill, c) || !peer_get(e->second, 1, theirs)) {
        return ~0u;
    }
    return compare_results(ours, theirs, word_at(e->code, ours->r.s.pc));
}

/* Find the first instruction of the trace after which the two sides differ, by ending the block earlier and earlier.
   Returns its number in the trace; *diff, *ours, *theirs: at that point. */
static unsigned narrow(struct el0 *e, const struct work *w, unsigned i, unsigned *diff, struct el0_full_result *ours,
                       struct el0_full_result *theirs)
{
    static struct el0_trace t;
    const uint32_t *trace = w->trace + w->trace_at[i];
    unsigned n = w->trace_at[i + 1] - w->trace_at[i];
    for (unsigned k = 1; k <= n; k++) {
        struct el0_full_result a, b;
        memcpy(e->code, w->g.code, sizeof(e->code));
        /* the last one ended the block here, though perhaps not there */
        e->code[k < n ? trace[k] : trace[k - 1] + 1] = EL0_STOP;
        unsigned d = run_both(e, &w->g, &w->g.cases[i], &a, &b, &t);
        if (d == ~0u) {
            break;
        }
        if (d != 0) {
            *diff = d;
            *ours = a;
            *theirs = b;
            return k - 1;
        }
    }
    memcpy(e->code, w->g.code, sizeof(e->code));
    return n > 0 ? n - 1 : 0;
}

static void show_difference(struct el0 *e, const struct work *w, unsigned i, unsigned culprit, unsigned d,
                            const struct el0_full_result *ours, const struct el0_full_result *theirs)
{
    char names[128];
    const uint32_t *trace = w->trace + w->trace_at[i];
    static struct el0_trace t;
    uint32_t word = w->trace_at[i + 1] > w->trace_at[i] ? w->g.code[trace[culprit]] : word_at(w->g.code, w->g.cases[i].s.pc);
    int row = a64_decode(word);
    printf("el0: DIFFERENCE in %s: %08x %s, after:\n", diff_names(d, names, sizeof(names)), word, row < 0 ? "-" : a64_rows[row].name);
    show_words(stdout, w->g.code, trace, culprit);
    print_difference(stdout, d, &w->g.cases[i].s, ours, theirs);
    t.n = 0;
    for (unsigned k = 0; k <= culprit && w->trace_at[i] + k < w->trace_at[i + 1]; k++) {
        t.pc[t.n++] = EL0_CODE + 4u * trace[k];
    }
    regress_print(stdout, e->opt.model, &w->g.cases[i].s, theirs, w->g.code, w->g.fill, &t);
    printf("\n");
}

static void count_matched(struct el0 *e, const uint32_t *code, const uint32_t *trace, unsigned n, bool stop_counts)
{
    for (unsigned k = 0; k < n; k++) {
        uint32_t w = code[trace[k]];
        int row = a64_decode(w);
        if (row >= 0 && (w != EL0_STOP || stop_counts)) {
            e->count[row].ran++;
            e->count[row].matched++;
        }
        e->insns++;
    }
}

static int last_exclusive(const uint32_t *code, const uint32_t *trace, unsigned n)
{
    while (n-- > 0) {
        int row = a64_decode(code[trace[n]]);
        if (row >= 0 && name_matches("LDXR_* LDAXR_* LDXP_* LDAXP_*", a64_rows[row].name)) {
            return row;
        }
    }
    return -1;
}

static void different(struct el0 *e, const struct work *w, unsigned i, unsigned d, const struct el0_full_result *ours,
                      const struct el0_full_result *theirs)
{
    const uint32_t *code = w->g.code, *trace = w->trace + w->trace_at[i];
    unsigned n = w->trace_at[i + 1] - w->trace_at[i], culprit = 0;
    struct el0_full_result a = *ours, b = *theirs;
    if (n > 2 || (n == 2 && code[trace[1]] != EL0_STOP) || (n == 1 && w->g.cases[i].row < 0)) {
        culprit = narrow(e, w, i, &d, &a, &b);
    }
    uint32_t word = n > 0 ? code[trace[culprit]] : 0;
    int row = n > 0 ? a64_decode(word) : -1;
    count_matched(e, code, trace, culprit, false);
    struct row_count *c = row >= 0 ? &e->count[row] : NULL;
    if (c != NULL) {
        c->ran++;
    }
    const struct el0_difference what = {word, last_exclusive(code, trace, culprit), d, &a.r, &b.r};
    if (explained_find(e->known, e->opt.cpu, &what) != NULL) {
        e->explained++;
        if (c != NULL) {
            c->explained++;
        }
        return;
    }
    e->different++;
    if (e->shown < MAX_SHOWN && (c == NULL || c->different < MAX_SHOWN_ROW)) {
        e->shown++;
        show_difference(e, w, i, culprit, d, &a, &b);
    }
    if (c != NULL) {
        c->different++;
    }
}

static void compare_batch(struct el0 *e, const struct work *w)
{
    for (unsigned i = 0; i < w->g.head.n_cases; i++) {
        const struct el0_full_result *a = &w->ours[i], *b = &e->theirs[i];
        const struct el0_case *c = &w->g.cases[i];
        const uint32_t *trace = w->trace + w->trace_at[i];
        unsigned n = w->trace_at[i + 1] - w->trace_at[i];
        unsigned d = compare_results(a, b, word_at(w->g.code, a->r.s.pc));
        e->cases++;
        bool single = c->row < 0 && n <= 2;
        e->space_undefined += single && a->r.sig == SIGILL;
        if (a->r.sig == SIGILL && n > 0 && a64_decode(w->g.code[trace[n - 1]]) >= 0) {
            e->count[a64_decode(w->g.code[trace[n - 1]])].undefined++;
        }
        if (d != 0) {
            different(e, w, i, d, a, b);
        } else {
            count_matched(e, w->g.code, trace, n, c->row == OP_BRK);
        }
    }
}

/* ---- the run ---- */
static bool enough(const struct el0 *e)
{
    for (unsigned i = 0; i < e->n_rows; i++) {
        const struct row_count *c = &e->count[e->rows[i]];
        if (c->ran + c->endless < e->opt.cases) {
            return false;
        }
    }
    return e->space_done >= e->opt.space;
}

/* While the peer runs a batch, the next one is made and run here. */
static bool compare_all(struct el0 *e)
{
    unsigned turn = 0, after_enough = 0;
    bool pending = false;
    for (;;) {
        struct work *w = e->work[turn], *before = e->work[!turn];
        bool more = !enough(e) || after_enough > 0;
        if (!more && !pending) {
            return true;
        }
        if (more) {
            w->g.rng = before->g.rng;
            fill_batch(e, &w->g);
            run_here(e, w);
        }
        if (pending && !peer_get(e->peer, before->g.head.n_cases, e->theirs)) {
            return false;
        }
        if (more && !peer_send(e->peer, &w->g.head, w->g.code, w->g.fill, w->g.cases)) {
            return false;
        }
        if (pending) {
            compare_batch(e, before);
        }
        pending = more;
        turn = !turn;
    }
}

static void write_report(const struct el0 *e)
{
    FILE *f = fopen(e->opt.report, "w");
    if (f == NULL) {
        perror(e->opt.report);
        return;
    }
    fprintf(f, "# model %s, peer %s, seed %" PRIu64 "\n# row, ran, matched, explained, different, of them UNDEFINED here\n",
            e->opt.model, e->opt.cpu, e->opt.seed);
    for (unsigned i = 0; i < e->n_rows; i++) {
        const struct row_count *c = &e->count[e->rows[i]];
        fprintf(f, "%-20s %7lu %7lu %6lu %6lu %7lu\n", a64_rows[e->rows[i]].name, c->ran, c->matched, c->explained, c->different,
                c->undefined);
    }
    fprintf(f, "\n# explained differences: times, entry\n");
    struct explained_entry *x;
    for (unsigned i = 0; (x = explained_at(e->known, i)) != NULL; i++) {
        fprintf(f, "%7lu %s (%s)\n", x->used, x->id, x->kind);
    }
    fclose(f);
}

static void print_summary(const struct el0 *e)
{
    unsigned long least = ~0ul;
    unsigned unmatched = 0;
    for (unsigned i = 0; i < e->n_rows; i++) {
        const struct row_count *c = &e->count[e->rows[i]];
        least = c->ran < least ? c->ran : least;
        unmatched += c->matched == 0;
    }
    printf("el0: %u rows, each at least %lu times; %lu instructions in %lu cases, %lu random words (%lu undefined)\n", e->n_rows,
           e->n_rows > 0 ? least : 0, e->insns, e->cases, e->space_done, e->space_undefined);
    printf("el0: %lu explained differences, %lu unexplained, %lu between the instances; %u rows never matched; %lu endless cases dropped\n",
           e->explained, e->different, e->self_different, unmatched, e->endless);
}

static void usage(FILE *f)
{
    fprintf(f, "usage: el0 --guest FILE [options]\n"
               "  --rows PATTERNS      rows of the encoding table by name (* and ?), default all\n"
               "  --cases N            random cases for each row, default 1000\n"
               "  --space N            random words of the whole encoding space, default 50000\n"
               "  --seed S             default 1\n"
               "  --report FILE        for each row how often it ran and matched\n"
               "  --model M            our CPU model, default neoverse-n1\n"
               "  --peer-cpu C         the peer's, default as the model\n"
               "  --big-endian         data accesses are big-endian (the qemu and guest are to suit)\n"
               "  --qemu COMMAND       default qemu-aarch64; empty: run the guest directly; none: only the regressions\n"
               "  --explained FILE, --regressions FILE\n");
}

static bool read_options(struct options *o, int argc, char **argv)
{
    static const struct option list[] = {
        {"rows", 1, 0, 'r'}, {"cases", 1, 0, 'c'}, {"space", 1, 0, 'w'}, {"seed", 1, 0, 's'}, {"report", 1, 0, 'o'},
        {"model", 1, 0, 'm'}, {"peer-cpu", 1, 0, 'p'}, {"qemu", 1, 0, 'q'}, {"guest", 1, 0, 'g'}, {"explained", 1, 0, 'e'},
        {"regressions", 1, 0, 'x'}, {"big-endian", 0, 0, 'b'}, {"help", 0, 0, 'h'}, {0, 0, 0, 0},
    };
    *o = (struct options){.rows = "*", .model = "neoverse-n1", .qemu = "qemu-aarch64", .guest = "el0-guest", .cases = 1000,
                          .space = 50000, .seed = 1, .explained = "el0-explained.txt", .regressions = "el0-regressions.txt"};
    for (int c; (c = getopt_long(argc, argv, "", list, NULL)) != -1;) {
        switch (c) {
        case 'r': o->rows = optarg; break;
        case 'c': o->cases = strtoul(optarg, NULL, 0); break;
        case 'w': o->space = strtoul(optarg, NULL, 0); break;
        case 's': o->seed = strtoull(optarg, NULL, 0); break;
        case 'o': o->report = optarg; break;
        case 'm': o->model = optarg; break;
        case 'p': o->cpu = optarg; break;
        case 'q': o->qemu = optarg; break;
        case 'g': o->guest = optarg; break;
        case 'e': o->explained = optarg; break;
        case 'x': o->regressions = optarg; break;
        case 'b': o->big_endian = true; break;
        case 'h': usage(stdout); exit(0);
        default: usage(stderr); return false;
        }
    }
    o->cpu = o->cpu == NULL ? o->model : o->cpu;
    return optind == argc;
}

static bool set_up(struct el0 *e)
{
    const struct options *o = &e->opt;
    e->o = ours_new(o->model, o->big_endian);
    e->known = explained_read(o->explained);
    e->theirs = malloc(EL0_MAX_CASES * sizeof(e->theirs[0]));
    for (unsigned i = 0; i < 2; i++) {
        e->work[i] = calloc(1, sizeof(*e->work[i]));
    }
    if (e->o == NULL || e->known == NULL || e->theirs == NULL || e->work[0] == NULL || e->work[1] == NULL) {
        return false;
    }
    if (strcmp(o->qemu, "none") != 0 && (e->peer = peer_new(o->qemu, o->cpu, o->guest)) == NULL) {
        return false;
    }
    for (int i = 0; i < OP_COUNT; i++) {
        if (name_matches(o->rows, a64_rows[i].name)) {
            e->rows[e->n_rows++] = i;
        }
    }
    for (unsigned i = 0; i < 2; i++) {
        struct el0_gen *g = &e->work[i]->g;
        g->rows = e->rows;
        g->n_rows = e->n_rows;
        g->big_endian = o->big_endian;
        g->feat = ours_features(e->o);
        g->rng.s = o->seed * UINT64_C(0xd1342543de82ef95);
    }
    return true;
}

int main(int argc, char **argv)
{
    struct el0 *e = calloc(1, sizeof(*e));
    if (e == NULL || !read_options(&e->opt, argc, argv)) {
        return 2;
    }
    printf("el0: model %s, peer -cpu %s, --seed %" PRIu64 " --cases %lu --space %lu\n", e->opt.model, e->opt.cpu, e->opt.seed,
           e->opt.cases, e->opt.space);
    fflush(stdout);
    if (!set_up(e)) {
        return 2;
    }
    unsigned n_regressions, failed = regress_replay(e->opt.regressions, e->opt.model, e->opt.big_endian, e->o, e->peer, &n_regressions);
    printf("el0: %u regression cases, %u failed\n", n_regressions, failed);
    bool ok = failed == 0;
    if (e->peer != NULL) {
        ok &= compare_all(e);
        print_summary(e);
        if (e->opt.report != NULL) {
            write_report(e);
        }
        ok &= e->different == 0 && e->self_different == 0;
    }
    peer_free(e->peer);
    peer_free(e->second);
    ours_free(e->o);
    explained_free(e->known);
    return ok ? 0 : 1;
}
