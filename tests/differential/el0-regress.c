/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regression cases: what was once wrong, with the right outcome. They need no peer. The file:
 *
 *   case NAME                  begins a case; the name says what was wrong
 *   model PATTERN              only for these CPU models
 *   big-endian                 data accesses are big-endian
 *   peer-wrong ID              the peer is not asked: see this entry of el0-explained.txt
 *   code OFFSET WORD...        instruction words at an offset of the code area; everything else is BRK #0
 *   in REG=VALUE...            registers at the start (pc is the first code's place); the others are 0
 *   mem OFFSET VALUE...        doublewords from an offset of the data; the others are 0
 *   out REG=VALUE...           registers that end up different, pc, sig, code, addr (sig is 5, SIGTRAP, if not told)
 *   outmem OFFSET VALUE...     doublewords of memory that end up different
 *
 * REG is x0..x30, sp, pc, tpidr, pstate, fpcr, fpsr, v0..v31 (32 digits). Numbers are hexadecimal, offsets too.
 */
#include "el0.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct regress {
    char name[128];
    char model[64];
    struct el0_batch head;
    uint32_t code[EL0_CODE_WORDS];
    uint8_t fill[EL0_FILL_SIZE];
    struct el0_case c;
    struct el0_full_result want;
    uint8_t after[EL0_FILL_SIZE];
    bool has_pc, peer_wrong, big_endian;
};

static void begin_case(struct regress *g, const char *name)
{
    memset(g, 0, sizeof(*g));
    snprintf(g->name, sizeof(g->name), "%s", name);
    for (unsigned i = 0; i < EL0_CODE_WORDS; i++) {
        g->code[i] = EL0_STOP;
    }
    g->head.n_cases = 1;
    g->head.code_words = EL0_CODE_WORDS;
    g->c.row = -1;
}

static bool set_register(struct el0_state *s, const char *name, const char *value)
{
    uint64_t v = strtoull(value, NULL, 16);
    unsigned n = (unsigned)strtoul(name + 1, NULL, 10);
    if (strcmp(name, "sp") == 0) {
        s->sp = v;
    } else if (strcmp(name, "pc") == 0) {
        s->pc = v;
    } else if (strcmp(name, "tpidr") == 0) {
        s->tpidr = v;
    } else if (strcmp(name, "pstate") == 0) {
        s->pstate = (uint32_t)v;
    } else if (strcmp(name, "fpcr") == 0) {
        s->fpcr = (uint32_t)v;
    } else if (strcmp(name, "fpsr") == 0) {
        s->fpsr = (uint32_t)v;
    } else if (name[0] == 'x' && n < 31) {
        s->x[n] = v;
    } else if (name[0] == 'v' && n < 32 && strlen(value) == 32) {
        char high[17];
        snprintf(high, sizeof(high), "%.16s", value);
        s->v[n][1] = strtoull(high, NULL, 16);
        s->v[n][0] = strtoull(value + 16, NULL, 16);
    } else {
        return false;
    }
    return true;
}

static bool set_outcome(struct regress *g, const char *name, const char *value)
{
    uint64_t v = strtoull(value, NULL, 16);
    if (strcmp(name, "sig") == 0) {
        g->want.r.sig = (uint32_t)v;
    } else if (strcmp(name, "code") == 0) {
        g->want.r.code = (uint32_t)v;
    } else if (strcmp(name, "addr") == 0) {
        g->want.r.addr = v;
    } else {
        g->has_pc |= strcmp(name, "pc") == 0;
        return set_register(&g->want.r.s, name, value);
    }
    return true;
}

/* "REG=VALUE" */
static bool assignment(struct regress *g, char *text, bool out)
{
    char *eq = strchr(text, '=');
    if (eq == NULL) {
        return false;
    }
    *eq = '\0';
    return out ? set_outcome(g, text, eq + 1) : set_register(&g->c.s, text, eq + 1);
}

static bool words(struct regress *g, char *rest, const char *key)
{
    char *save = NULL, *t = strtok_r(rest, " ", &save);
    uint64_t at = t == NULL ? 0 : strtoull(t, NULL, 16);
    bool code = strcmp(key, "code") == 0;
    unsigned step = code ? 4 : 8, end = code ? EL0_CODE_SIZE : EL0_FILL_SIZE;
    if (code && g->c.s.pc == 0) {
        g->c.s.pc = EL0_CODE + at;
    }
    for (t = strtok_r(NULL, " ", &save); t != NULL; t = strtok_r(NULL, " ", &save), at += step) {
        uint64_t v = strtoull(t, NULL, 16);
        if (at % step != 0 || at + step > end) {
            return false;
        }
        if (code) {
            g->code[at / 4] = (uint32_t)v;
        } else {
            memcpy((strcmp(key, "mem") == 0 ? g->fill : g->after) + at, &v, 8);
        }
    }
    return true;
}

/* The state of `out` begins as that of `in`. */
static void begin_outcome(struct regress *g)
{
    if (g->want.r.sig == 0) {
        g->want.r.sig = SIGTRAP;
        g->want.r.s = g->c.s;
    }
}

static bool parse_line(struct regress *g, char *key, char *rest)
{
    if (strcmp(key, "model") == 0) {
        snprintf(g->model, sizeof(g->model), "%s", rest);
        return true;
    }
    if (strcmp(key, "big-endian") == 0) {
        g->big_endian = true;
        return true;
    }
    if (strcmp(key, "peer-wrong") == 0) {
        g->peer_wrong = true;
        return true;
    }
    if (strcmp(key, "code") == 0 || strcmp(key, "mem") == 0) {
        bool ok = words(g, rest, key);
        memcpy(g->after, g->fill, sizeof(g->after));
        return ok;
    }
    bool out = strcmp(key, "out") == 0;
    if (out || strcmp(key, "outmem") == 0) {
        begin_outcome(g);
    }
    if (strcmp(key, "outmem") == 0) {
        return words(g, rest, key);
    }
    if (!out && strcmp(key, "in") != 0) {
        return false;
    }
    char *save = NULL;
    for (char *t = strtok_r(rest, " ", &save); t != NULL; t = strtok_r(NULL, " ", &save)) {
        if (!assignment(g, t, out)) {
            return false;
        }
    }
    return true;
}

static void finish(struct regress *g)
{
    begin_outcome(g);
    uint32_t n = 0;
    for (unsigned i = 0; i < EL0_RW_SIZE; i += 16) {
        const uint8_t *after = g->after + EL0_RO_SIZE + i;
        if (memcmp(after, g->fill + EL0_RO_SIZE + i, 16) != 0 && n < EL0_MAX_CHUNKS) {
            g->want.chunk[n].offset = i;
            memcpy(g->want.chunk[n++].d, after, 16);
        }
    }
    g->want.r.n_chunks = n;
    if (!g->has_pc) { /* the first BRK after the code's beginning */
        unsigned at = (unsigned)(g->c.s.pc - EL0_CODE) / 4;
        while (g->want.r.sig == SIGTRAP && at < EL0_CODE_WORDS - 1 && g->code[at] != EL0_STOP) {
            at++;
        }
        g->want.r.s.pc = EL0_CODE + 4u * at;
    }
}

static bool check(const struct regress *g, const char *who, const struct el0_full_result *got)
{
    unsigned at = (unsigned)(got->r.s.pc - EL0_CODE) / 4;
    unsigned d = compare_results(got, &g->want, at < EL0_CODE_WORDS ? g->code[at] : 0);
    d &= ~(unsigned)(g->want.r.code == 0 ? DIFF_CODE : 0);
    if (d != 0) {
        printf("el0: regression %s: %s\n", g->name, who);
        print_difference(stdout, d, &g->c.s, got, &g->want);
    }
    return d == 0;
}

static bool run(struct regress *g, struct el0_ours *o, struct el0_peer *p)
{
    static const char *const titles[EL0_MODES] = {"fast instance (theirs: expected)", "stepping instance (theirs: expected)",
                                                  "in pieces (theirs: expected)"};
    struct el0_full_result got;
    static struct el0_trace t;
    bool ok = true;
    finish(g);
    ours_load(o, &g->head, g->code, g->fill);
    for (unsigned m = 0; m < EL0_MODES; m++) {
        (void)ours_run(o, &g->c.s, (enum el0_mode)m, 0x123456789abcdef, &got, &t);
        ok &= check(g, titles[m], &got);
    }
    if (p != NULL && !g->peer_wrong && peer_send(p, &g->head, g->code, g->fill, &g->c) && peer_get(p, 1, &got)) {
        ok &= check(g, "the peer (as ours; theirs: expected)", &got);
    }
    return ok;
}

unsigned regress_replay(const char *file, const char *model, bool big_endian, struct el0_ours *o, struct el0_peer *p,
                        unsigned *n_cases)
{
    FILE *f = fopen(file, "r");
    struct regress *g = malloc(sizeof(*g));
    char line[1024];
    unsigned failed = 0, n = 0;
    bool inside = false;
    *n_cases = 0;
    if (f == NULL || g == NULL) {
        perror(file);
        return 1;
    }
    for (;;) {
        bool more = fgets(line, sizeof(line), f) != NULL;
        n++;
        line[more ? strcspn(line, "#\r\n") : 0] = '\0';
        char *key = line + strspn(line, " "), *rest = key + strcspn(key, " ");
        rest += *rest != '\0' ? (*rest = '\0', 1) : 0;
        bool begins = strcmp(key, "case") == 0;
        if (inside && (begins || !more) && g->big_endian == big_endian && (g->model[0] == '\0' || name_matches(g->model, model))) {
            (*n_cases)++;
            failed += !run(g, o, p);
        }
        if (!more) {
            break;
        }
        if (begins) {
            begin_case(g, rest);
            inside = true;
        } else if (key[0] != '\0' && (!inside || !parse_line(g, key, rest))) {
            printf("%s:%u: not understood\n", file, n);
            failed++;
        }
    }
    fclose(f);
    free(g);
    return failed;
}

/* ---- printing a case in that form ---- */
static void print_in(FILE *f, const struct el0_state *s, uint32_t regs)
{
    fprintf(f, "in pstate=%x fpcr=%x fpsr=%x sp=%" PRIx64 "\n", s->pstate, s->fpcr, s->fpsr, s->sp);
    for (unsigned i = 0; i < 32; i++) {
        if ((regs >> i & 1) == 0) {
            continue;
        }
        if (i < 31) {
            fprintf(f, "in x%u=%" PRIx64 "\n", i, s->x[i]);
        }
        fprintf(f, "in v%u=%016" PRIx64 "%016" PRIx64 "\n", i, s->v[i][1], s->v[i][0]);
    }
}

static void print_out(FILE *f, const struct el0_state *in, const struct el0_full_result *r, uint32_t regs)
{
    const struct el0_state *s = &r->r.s;
    fprintf(f, "out sig=%x code=%x addr=%" PRIx64 " pc=%" PRIx64 " pstate=%x fpsr=%x sp=%" PRIx64 "\n", r->r.sig, r->r.code,
            r->r.addr, s->pc, s->pstate, s->fpsr, s->sp);
    for (unsigned i = 0; i < 32; i++) {
        if ((regs >> i & 1) == 0) {
            continue;
        }
        if (i < 31 && s->x[i] != in->x[i]) {
            fprintf(f, "out x%u=%" PRIx64 "\n", i, s->x[i]);
        }
        if (memcmp(s->v[i], in->v[i], 16) != 0) {
            fprintf(f, "out v%u=%016" PRIx64 "%016" PRIx64 "\n", i, s->v[i][1], s->v[i][0]);
        }
    }
    for (unsigned i = 0; i < r->r.n_chunks && i < EL0_MAX_CHUNKS; i++) {
        fprintf(f, "outmem %x %" PRIx64 " %" PRIx64 "\n", r->chunk[i].offset + EL0_RO_SIZE, r->chunk[i].d[0], r->chunk[i].d[1]);
    }
}

void regress_print(FILE *f, const char *model, const struct el0_state *s, const struct el0_full_result *expect,
                   const uint32_t *code, const uint8_t *fill, const struct el0_trace *t)
{
    uint32_t regs = 0;
    fprintf(f, "case NAME\nmodel %s\n", model);
    for (unsigned i = 0; i < t->n; i++) {
        unsigned at = (unsigned)(t->pc[i] - EL0_CODE);
        uint32_t w = code[at / 4];
        if (w != EL0_STOP) {
            fprintf(f, "code %x %08x\n", at, w);
            regs |= 1u << (w & 31) | 1u << bits32(w, 9, 5) | 1u << bits32(w, 14, 10) | 1u << bits32(w, 20, 16);
        }
    }
    print_in(f, s, regs);
    for (unsigned i = 0; i < expect->r.n_chunks && i < EL0_MAX_CHUNKS; i++) {
        uint64_t d[2];
        unsigned at = expect->chunk[i].offset + EL0_RO_SIZE;
        memcpy(d, fill + at, 16);
        fprintf(f, "mem %x %" PRIx64 " %" PRIx64 "\n", at, d[0], d[1]);
    }
    print_out(f, s, expect, regs);
}
