/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sweeps. The machine runs once through the range; before each instruction a
 * child process takes its memory as it is (fork copies on write), gives the
 * stimulus, runs to the end and says by a pipe what the outcome was.
 */
#include "sim/scenario-int.h"

#include "hyp/switches.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_POINTS 1000000
#define MAX_JOBS 64
#define LABEL_LEN 192

struct point {
    uint64_t pc;
    uint8_t el, daif;
    uint16_t part;              /* index of the file's */
    int16_t outcome;            /* index of the file's, -1: the label alone */
    uint32_t label;             /* index of the labels */
};

struct worker {
    pid_t pid;                  /* 0: free */
    int fd;
    unsigned point;
    char text[LABEL_LEN + 16];
    size_t len;
};

struct sweep {
    struct scn_run *r;
    struct scn_sweep *w;
    struct scn_stimulus *stimulus;
    struct scn_pos to;          /* the stages of `from`, then those of `to` */
    bool active, ended, child;
    unsigned pe;
    uint64_t first_record;      /* child: the log's length at the point */
    struct point *points;
    unsigned n_points, cap;
    unsigned part;              /* the one that the range is in */
    bool next_part;             /* the event came that the next one begins behind */
    char (*labels)[LABEL_LEN];
    unsigned n_labels;
    struct worker workers[MAX_JOBS];
    unsigned n_jobs;
    bool failed;                /* the host has no memory, no process */
};

/* ---- outcomes ---- */

static bool async_wanted(const struct scn_stimulus *d, const struct rec *r)
{
    if (r->kind == REC_SERROR_DEFERRED) {
        return d->kind == DO_SERROR || d->kind == DO_VSERROR;
    }
    if (r->kind != REC_EXC_ENTRY) {
        return false;
    }
    switch (d->kind) {
    case DO_SERROR: return r->type == 3;
    case DO_VSERROR: return r->type == 6;
    case DO_FIQ: return r->type == 2;
    case DO_IRQ: case DO_TIMER: return r->type == 1;
    case DO_LR: return r->type == 4 || r->type == 5;
    default: return r->type != 0 || d->kind == DO_ABORT;
    }
}

/* What happened to the stimulus first, and how the run ended */
static void describe(const struct sweep *s, char *buf, size_t len)
{
    static const char *const worlds[] = {[WORLD_HYP] = "hypervisor", [WORLD_HOST] = "host", [WORLD_GUEST] = "guest"};
    const struct scn_run *r = s->r;
    uint64_t from = s->first_record;
    const char *stop = scn_stop_text(r->stop);
    if (r->n_log > SCN_LOG && from < r->n_log - SCN_LOG) {
        from = r->n_log - SCN_LOG;
    }
    for (; from < r->n_log; from++) {
        const struct rec *e = &r->log[from % SCN_LOG];
        if (!async_wanted(s->stimulus, e)) {
            continue;
        }
        if (e->kind == REC_SERROR_DEFERRED) {
            snprintf(buf, len, "deferred by ESB at EL%u; %s", e->el, stop);
        } else {
            snprintf(buf, len, "taken to EL%u from EL%u (%s), vector 0x%03" PRIx64 "; %s", e->el, e->from_el,
                     worlds[world_of(e->from_el, e->hcr, e->vttbr)], e->d, stop);
        }
        return;
    }
    snprintf(buf, len, "not taken; %s", stop);
}

/* In the child, after its run: say the outcome. */
static void tell(struct sweep *s, int fd)
{
    char text[LABEL_LEN + 16], label[LABEL_LEN];
    int outcome = -1;
    struct scn_run *r = s->r;
    for (unsigned i = 0; i < s->w->n_outcomes && outcome < 0; i++) {
        struct scn_outcome *o = &s->w->outcomes[i];
        bool all = true;
        scn_check_at_end(r, o->expect, o->n_expect);
        for (unsigned k = 0; k < o->n_expect && all; k++) {
            all = scn_expect_holds(r, &o->expect[k]);
        }
        outcome = all ? (int)i : -1;
    }
    describe(s, label, sizeof(label));
    int len = snprintf(text, sizeof(text), "%d %s", outcome, label);
    for (int done = 0; done < len;) {
        ssize_t n = write(fd, text + done, (size_t)(len - done));
        if (n <= 0 && errno != EINTR) {
            break;
        }
        done += n > 0 ? (int)n : 0;
    }
}

/* ---- points ---- */

static uint32_t label_index(struct sweep *s, const char *text)
{
    for (unsigned i = 0; i < s->n_labels; i++) {
        if (strcmp(s->labels[i], text) == 0) {
            return i;
        }
    }
    void *p = realloc(s->labels, (s->n_labels + 1) * sizeof(s->labels[0]));
    if (p == NULL) {
        s->failed = true;
        return 0;
    }
    s->labels = p;
    snprintf(s->labels[s->n_labels], LABEL_LEN, "%s", text);
    return s->n_labels++;
}

/* Read what a child says until it ends. */
static void collect(struct sweep *s, struct worker *w)
{
    int status;
    for (;;) {
        ssize_t n = read(w->fd, w->text + w->len, sizeof(w->text) - 1 - w->len);
        if (n <= 0 && errno != EINTR) {
            break;
        }
        w->len += n > 0 ? (size_t)n : 0;
        if (n == 0) {
            break;
        }
    }
    close(w->fd);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR) {
    }
    w->text[w->len] = '\0';
    struct point *p = &s->points[w->point];
    int used = 0, outcome = -1;
    if (sscanf(w->text, "%d %n", &outcome, &used) != 1 || used == 0) {
        p->label = label_index(s, "the run itself failed");
        s->failed = true;
    } else {
        p->label = label_index(s, w->text + used);
    }
    p->outcome = (int16_t)outcome;
    w->pid = 0;
}

/* A free place; waits for the oldest child when there is none. */
static struct worker *free_worker(struct sweep *s)
{
    struct worker *oldest = NULL;
    for (unsigned i = 0; i < s->n_jobs; i++) {
        struct worker *w = &s->workers[i];
        if (w->pid == 0) {
            return w;
        }
        oldest = oldest == NULL || w->point < oldest->point ? w : oldest;
    }
    collect(s, oldest);
    return oldest;
}

static void become_child(struct sweep *s, struct pe *pe, int fd)
{
    struct scn_run *r = s->r;
    s->child = true;
    s->active = false;
    s->workers[0] = (struct worker){.fd = fd};
    r->each = NULL;
    r->on_record = NULL;
    r->console_len = 0;
    r->n_expect = 0;
    r->outcomes = s->w->outcomes;
    r->n_outcomes = s->w->n_outcomes;
    for (unsigned i = 0; i < s->w->n_outcomes; i++) {
        scn_expect_begin(s->w->outcomes[i].expect, s->w->outcomes[i].n_expect);
    }
    for (unsigned i = 0; i < r->n_actions; i++) {
        if (r->actions[i].pos == &s->to) {
            s->to.done = true;
        }
    }
    if (s->w->insns != 0 || !r->s->limit_given) {
        r->s->limits.max_insns = r->limits.max_insns = machine_icount(r->m) + (s->w->insns != 0 ? s->w->insns : SCN_SWEEP_INSNS);
    }
    s->first_record = r->n_log;
    scn_stimulus_give(r, s->stimulus, pe);
    scn_pos_arm(r);
}

static bool add_point(struct sweep *s, const struct pe *pe)
{
    if (s->n_points == s->cap) {
        unsigned cap = s->cap == 0 ? 1024 : 2 * s->cap;
        struct point *p = cap <= MAX_POINTS ? realloc(s->points, cap * sizeof(*p)) : NULL;
        if (p == NULL) {
            return false;
        }
        s->points = p;
        s->cap = cap;
    }
    const struct scn_part *next = s->part + 1 < s->w->n_parts ? &s->w->parts[s->part + 1] : NULL;
    if (next != NULL && (next->by_event ? s->next_part : symbols_link(s->r->symbols, pe->pc) == next->from.v)) {
        s->part++;
        s->next_part = false;
    }
    s->points[s->n_points++] = (struct point){.pc = pe->pc, .el = pe->el, .daif = pe->daif, .part = (uint16_t)s->part};
    return true;
}

/* Before every instruction of the range */
static void each(struct scn_run *r, struct pe *pe)
{
    struct sweep *s = r->sweep;
    int fds[2];
    if (!s->active || pe->id != s->pe || s->failed) {
        return;
    }
    struct worker *w = free_worker(s);
    if (!add_point(s, pe) || pipe(fds) != 0) {
        s->failed = true;
        return;
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(fds[0]);
        become_child(s, pe, fds[1]);
        return;
    }
    close(fds[1]);
    if (pid < 0) {
        close(fds[0]);
        s->failed = true;
        return;
    }
    *w = (struct worker){.pid = pid, .fd = fds[0], .point = s->n_points - 1};
}

static void part_record(struct scn_run *r, const struct rec *rec, const struct pe *pe)
{
    struct sweep *s = r->sweep;
    if (s->active && rec->pe == s->pe && s->part + 1 < s->w->n_parts) {
        const struct scn_part *next = &s->w->parts[s->part + 1];
        s->next_part |= next->by_event && scn_record_matches(r, &next->after, rec, pe);
    }
}

static void fire_from(struct scn_run *r, struct pe *pe, void *arg)
{
    struct sweep *s = arg;
    s->active = true;
    s->pe = pe->id;
    r->each = each;
    r->on_record = part_record;
}

static void fire_to(struct scn_run *r, struct pe *pe, void *arg)
{
    struct sweep *s = arg;
    (void)pe;
    s->active = false;
    s->ended = true;
    r->each = NULL;
    r->until = true;
    machine_stop_here(r->m);
}

/* ---- the table ---- */

static const char *outcome_name(const struct sweep *s, const struct point *p)
{
    return p->outcome >= 0 ? s->w->outcomes[p->outcome].name : s->labels[p->label];
}

static bool same(const struct sweep *s, const struct point *a, const struct point *b)
{
    return a->part == b->part && a->el == b->el && a->daif == b->daif && strcmp(outcome_name(s, a), outcome_name(s, b)) == 0;
}

static void place(const struct sweep *s, uint64_t va, char *buf, size_t len)
{
    if (!symbols_name(s->r->symbols, va, buf, len)) {
        snprintf(buf, len, "%#" PRIx64, va);
    }
}

static bool allowed(const struct sweep *s, const struct point *p)
{
    const struct scn_sweep *w = s->w;
    const char *const *list = w->n_parts != 0 ? w->parts[p->part].allow : w->allow;
    unsigned n = w->n_parts != 0 ? w->parts[p->part].n_allow : w->n_allow;
    for (unsigned i = 0; i < n; i++) {
        if (strcmp(list[i], outcome_name(s, p)) == 0) {
            return true;
        }
    }
    return n == 0;
}

/* A part's line above its points */
static void part_heading(const struct sweep *s, unsigned point, FILE *f)
{
    const struct point *p = &s->points[point];
    if (s->w->n_parts == 0 || (point != 0 && p->part == s->points[point - 1].part)) {
        return;
    }
    const struct scn_part *part = &s->w->parts[p->part];
    if (part->about != NULL) {
        fprintf(f, "    %s\n", part->about);
    }
}

static void table(const struct sweep *s, FILE *f)
{
    char first[128], last[128], range[32];
    size_t width = 11;
    for (unsigned i = 0; i < s->n_points; i++) {
        place(s, s->points[i].pc, first, sizeof(first));
        width = strlen(first) > width ? strlen(first) : width;
    }
    fprintf(f, "    %11s  %-*s    %-*s  EL  DAIF  outcome\n", "points", (int)width, "from", (int)width, "to");
    for (unsigned i = 0, k; i < s->n_points; i = k) {
        const struct point *p = &s->points[i];
        for (k = i + 1; k < s->n_points && same(s, p, &s->points[k]); k++) {
        }
        part_heading(s, i, f);
        place(s, p->pc, first, sizeof(first));
        place(s, s->points[k - 1].pc, last, sizeof(last));
        snprintf(range, sizeof(range), k == i + 1 ? "%u" : "%u-%u", i, k - 1);
        fprintf(f, "  %c %11s  %-*s    %-*s  %2u  %c%c%c%c  %s\n", allowed(s, p) ? ' ' : '!', range, (int)width, first, (int)width,
                k == i + 1 ? "" : last, p->el, p->daif & 8 ? 'D' : '-', p->daif & 4 ? 'A' : '-', p->daif & 2 ? 'I' : '-',
                p->daif & 1 ? 'F' : '-', outcome_name(s, p));
    }
    fprintf(f, "\n");
    for (unsigned i = 0; i < s->n_points; i++) {
        unsigned n = 0;
        bool seen = false;
        for (unsigned k = 0; k < s->n_points; k++) {
            bool eq = strcmp(outcome_name(s, &s->points[i]), outcome_name(s, &s->points[k])) == 0;
            seen |= eq && k < i;
            n += eq;
        }
        if (!seen) {
            fprintf(f, "    %6u  %s\n", n, outcome_name(s, &s->points[i]));
        }
    }
}

/* ---- a sweep ---- */

static bool set_up(struct sweep *s, struct scn_run *r, struct err *err)
{
    const struct scn_pos *from = &s->w->from, *to = &s->w->to;
    s->to = (struct scn_pos){.n_stages = from->n_stages + to->n_stages, .text = to->text};
    s->to.stage = calloc(s->to.n_stages, sizeof(s->to.stage[0]));
    if (s->to.stage == NULL) {
        return err_set(err, "out of memory");
    }
    memcpy(s->to.stage, from->stage, from->n_stages * sizeof(from->stage[0]));
    memcpy(s->to.stage + from->n_stages, to->stage, to->n_stages * sizeof(to->stage[0]));
    r->sweep = s;
    s->r = r;
    return scn_add_action(r, &s->w->from, fire_from, s, err) && scn_add_action(r, &s->to, fire_to, s, err);
}

static void conclude(struct sweep *s, struct scn_result *res, FILE *f)
{
    unsigned wrong = 0;
    for (unsigned i = 0; i < s->n_points; i++) {
        wrong += !allowed(s, &s->points[i]);
    }
    fprintf(f, "  sweep of %s: %u points\n", s->stimulus->text, s->n_points);
    if (s->n_points != 0) {
        table(s, f);
    }
    res->points += s->n_points;
    if (wrong != 0) {
        fprintf(f, "  %s:%u: %u points have an outcome that %s does not list (marked with !)\n", s->r->s->file, s->w->line, wrong,
                s->w->n_parts != 0 ? "their part" : "`allow:'");
    }
    bool left = s->w->n_parts != 0 && s->part + 1 != s->w->n_parts;
    if (left) {
        fprintf(f, "  %s:%u: the range does not come to this part\n", s->r->s->file, s->w->parts[s->part + 1].line);
    }
    if (s->n_points == 0 || !s->ended) {
        fprintf(f, "  %s:%u: %s; the run ended by %s\n", s->r->s->file, s->w->line,
                s->n_points == 0 ? "`from:' was not reached" : "`to:' was not reached", scn_stop_text(s->r->stop));
    }
    if (s->failed) {
        fprintf(f, "  %s:%u: the host could not run every point\n", s->r->s->file, s->w->line);
    }
    if (wrong != 0 || left || s->n_points == 0 || !s->ended || s->failed) {
        res->status = SCN_FAIL;
    }
}

static void sweep_one(struct scenario *sc, struct scn_stimulus *d, const struct scn_env *env, struct scn_result *res, FILE *f)
{
    struct scn_run r;
    struct err err;
    struct sweep s = {.w = &sc->sweep, .stimulus = d, .n_jobs = env->jobs < 1 ? 1 : env->jobs > MAX_JOBS ? MAX_JOBS : env->jobs};
    enum scn_status status = scn_prepare(&r, sc, env, &err);
    if (status == SCN_PASS && !set_up(&s, &r, &err)) {
        status = SCN_ERROR;
    }
    if (status != SCN_PASS) {
        fprintf(f, "%s%s\n", status == SCN_SKIP ? "  " : "", err.msg);
        res->status = status;
    } else {
        char *notes = NULL;
        size_t notes_len;
        r.notes = open_memstream(&notes, &notes_len);
        scn_pos_begin(&r);
        scn_go(&r);
        if (s.child) {
            tell(&s, s.workers[0].fd);
            _exit(0);
        }
        for (unsigned i = 0; i < s.n_jobs; i++) {
            if (s.workers[i].pid != 0) {
                collect(&s, &s.workers[i]);
            }
        }
        conclude(&s, res, f);
        fclose(r.notes);
        free(notes);
    }
    scn_release(&r);
    free(s.to.stage);
    free(s.points);
    free(s.labels);
}

void scn_sweep(struct scenario *s, const struct scn_env *env, struct scn_result *res)
{
    size_t len;
    *res = (struct scn_result){.status = SCN_PASS};
    FILE *f = open_memstream(&res->text, &len);
    if (f == NULL) {
        res->status = SCN_ERROR;
        return;
    }
    for (unsigned i = 0; i < s->sweep.n_raise && (res->status == SCN_PASS || res->status == SCN_FAIL); i++) {
        sweep_one(s, &s->sweep.raise[i], env, res, f);
    }
    fclose(f);
}
