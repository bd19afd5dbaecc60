/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads cpu/sysreg.tbl and writes what the build needs of it:
 *
 *   gen-sysreg TABLE --ids OUT.h      enum sr_id
 *   gen-sysreg TABLE --decls OUT.h    declarations of the handlers and trap predicates
 *   gen-sysreg TABLE --table OUT.c    the rows as C data (needs cpu/sysreg-int.h)
 *   gen-sysreg TABLE --list OUT.txt   one line a register, for test generators and people
 *
 * The grammar is described at the head of the table. Anything that does not
 * add up (an unspecified or doubly specified bit, two registers with one
 * encoding, an unknown name) is an error that names the line, and no output is
 * left behind.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_LEN = 40, MAX_REGS = 1024, MAX_FIELDS = 64, MAX_TRAPS = 8, MAX_TRAP_NAMES = 128, LINE_LEN = 1024 };

enum field_kind { F_RW, F_RO, F_RES0, F_RES1, F_GATED0, F_GATED1 };

struct field {
    unsigned hi, lo;
    enum field_kind kind;
    char name[NAME_MAX_LEN];
    char feat[NAME_MAX_LEN];
};

struct trap {
    char name[NAME_MAX_LEN];
    unsigned dir;               /* bit 0 read, bit 1 write */
};

struct reg {
    char name[NAME_MAX_LEN];
    unsigned line;
    unsigned enc;
    char cls[NAME_MAX_LEN];
    unsigned acc[3];            /* bit 0 read, bit 1 write */
    char feat[NAME_MAX_LEN];
    bool feat_not;
    uint64_t reset;
    struct trap traps[MAX_TRAPS];
    unsigned n_traps;
    char e2h[NAME_MAX_LEN];
    char alias[NAME_MAX_LEN];
    char like[NAME_MAX_LEN];
    char rd[NAME_MAX_LEN], wr[NAME_MAX_LEN];
    char dirty[NAME_MAX_LEN * 2];
    char arg[NAME_MAX_LEN * 2];
    bool op;                    /* an instruction of the SYS space: no fields, no storage */
    struct field fields[MAX_FIELDS];
    unsigned n_fields;
    unsigned id;
};

struct table {
    const char *path;
    unsigned line;
    struct reg regs[MAX_REGS];
    unsigned n;
    unsigned first_new, last_new;   /* rows that the current row line made: field lines apply to all of them */
    char trap_names[MAX_TRAP_NAMES][NAME_MAX_LEN];
    int trap_bit[MAX_TRAP_NAMES];   /* of HCR_EL2; -1: a predicate in C */
    unsigned n_trap_names;
};

static void fail(const struct table *t, unsigned line, const char *fmt, ...) __attribute__((noreturn, format(printf, 3, 4)));

static void fail(const struct table *t, unsigned line, const char *fmt, ...)
{
    va_list ap;
    fprintf(stderr, "%s:%u: ", t->path, line);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

static void set_name(struct table *t, char *dst, size_t size, const char *src)
{
    if (strlen(src) >= size) {
        fail(t, t->line, "name too long: %s", src);
    }
    strcpy(dst, src);
}

/* ---- rows ---- */

/* A numeric column: a number, or n, n+K, n-K, n>>K, n&K in a row that stands for a series. */
static unsigned column(struct table *t, const char *s, unsigned n, unsigned max)
{
    unsigned v;
    if (s[0] == 'n') {
        const char *p = s + 1;
        v = n;
        if (*p == '+') {
            v += (unsigned)strtoul(p + 1, NULL, 0);
        } else if (*p == '-') {
            v -= (unsigned)strtoul(p + 1, NULL, 0);
        } else if (*p != '\0') {
            fail(t, t->line, "bad column %s", s);
        }
    } else {
        char *end;
        v = (unsigned)strtoul(s, &end, 0);
        if (*end != '\0') {
            fail(t, t->line, "bad column %s", s);
        }
    }
    if (v > max) {
        fail(t, t->line, "column %s out of range", s);
    }
    return v;
}

static void parse_access(struct table *t, struct reg *r, const char *s)
{
    for (unsigned el = 0; el < 3; el++) {
        for (; *s != '\0' && *s != '/'; s++) {
            if (*s == 'r') {
                r->acc[el] |= 1;
            } else if (*s == 'w') {
                r->acc[el] |= 2;
            } else if (*s != '-') {
                fail(t, t->line, "bad access");
            }
        }
        if (el < 2) {
            if (*s != '/') {
                fail(t, t->line, "access must name EL0/EL1/EL2");
            }
            s++;
        }
    }
    if (*s != '\0') {
        fail(t, t->line, "access must name EL0/EL1/EL2");
    }
}

static unsigned note_trap(struct table *t, const char *name)
{
    for (unsigned i = 0; i < t->n_trap_names; i++) {
        if (strcmp(t->trap_names[i], name) == 0) {
            return i;
        }
    }
    if (t->n_trap_names == MAX_TRAP_NAMES) {
        fail(t, t->line, "too many trap names");
    }
    t->trap_bit[t->n_trap_names] = -1;
    set_name(t, t->trap_names[t->n_trap_names], NAME_MAX_LEN, name);
    return t->n_trap_names++;
}

/* control NAME BIT */
static void parse_control(struct table *t, const char *line)
{
    char name[LINE_LEN];
    int bit;
    if (sscanf(line, "control %1023s %d", name, &bit) != 2 || bit < 0 || bit > 63) {
        fail(t, t->line, "a control row is `control NAME BIT`");
    }
    unsigned before = t->n_trap_names;
    unsigned i = note_trap(t, name);
    if (i != before) {
        fail(t, t->line, "control %s: named twice, or after its first use", name);
    }
    t->trap_bit[i] = bit;
}

static void parse_traps(struct table *t, struct reg *r, char *s)
{
    char *save = NULL;
    for (char *w = strtok_r(s, ",", &save); w != NULL; w = strtok_r(NULL, ",", &save)) {
        if (r->n_traps == MAX_TRAPS) {
            fail(t, t->line, "too many traps");
        }
        struct trap *tr = &r->traps[r->n_traps++];
        char *dir = strchr(w, ':');
        tr->dir = 3;
        if (dir != NULL) {
            *dir++ = '\0';
            tr->dir = strcmp(dir, "r") == 0 ? 1 : strcmp(dir, "w") == 0 ? 2 : 0;
            if (tr->dir == 0) {
                fail(t, t->line, "trap direction must be r or w");
            }
        }
        set_name(t, tr->name, sizeof(tr->name), w);
        note_trap(t, w);
    }
}

static void parse_dirty(struct table *t, struct reg *r, char *s)
{
    char *save = NULL;
    for (char *w = strtok_r(s, ",", &save); w != NULL; w = strtok_r(NULL, ",", &save)) {
        size_t len = strlen(r->dirty);
        if (len + strlen(w) + 12 >= sizeof(r->dirty)) {
            fail(t, t->line, "dirty list too long");
        }
        len += (size_t)sprintf(r->dirty + len, "%sDIRTY_", len != 0 ? " | " : "");
        for (; *w != '\0'; w++) {
            r->dirty[len++] = (char)toupper((unsigned char)*w);
        }
        r->dirty[len] = '\0';
    }
}

static void parse_key(struct table *t, struct reg *r, char *word)
{
    char *v = strchr(word, '=');
    if (v == NULL) {
        if (strcmp(word, "op") == 0) {
            r->op = true;
            return;
        }
        fail(t, t->line, "unknown word %s", word);
    }
    *v++ = '\0';
    if (strcmp(word, "feat") == 0) {
        r->feat_not = *v == '!';
        set_name(t, r->feat, sizeof(r->feat), v + r->feat_not);
    } else if (strcmp(word, "reset") == 0) {
        r->reset = strtoull(v, NULL, 0);
    } else if (strcmp(word, "trap") == 0) {
        parse_traps(t, r, v);
    } else if (strcmp(word, "e2h") == 0) {
        set_name(t, r->e2h, sizeof(r->e2h), v);
    } else if (strcmp(word, "alias") == 0) {
        set_name(t, r->alias, sizeof(r->alias), v);
    } else if (strcmp(word, "like") == 0) {
        set_name(t, r->like, sizeof(r->like), v);
    } else if (strcmp(word, "read") == 0) {
        set_name(t, r->rd, sizeof(r->rd), v);
    } else if (strcmp(word, "write") == 0) {
        set_name(t, r->wr, sizeof(r->wr), v);
    } else if (strcmp(word, "rw") == 0) {
        set_name(t, r->rd, sizeof(r->rd), v);
        set_name(t, r->wr, sizeof(r->wr), v);
    } else if (strcmp(word, "dirty") == 0) {
        parse_dirty(t, r, v);
    } else if (strcmp(word, "arg") == 0) {
        set_name(t, r->arg, sizeof(r->arg), v);
    } else {
        fail(t, t->line, "unknown key %s", word);
    }
}

/* NAME, or PREFIX<a-b>SUFFIX for a series. Returns the count; *first is a. */
static unsigned series(struct table *t, const char *name, unsigned *first)
{
    const char *p = strchr(name, '<');
    unsigned a, b;
    char close;
    *first = 0;
    if (p == NULL) {
        return 1;
    }
    if (sscanf(p, "<%u-%u%c", &a, &b, &close) != 3 || close != '>' || b < a || b > 63) {
        fail(t, t->line, "bad series %s", name);
    }
    *first = a;
    return b - a + 1;
}

static void series_name(struct table *t, struct reg *r, const char *name, unsigned n)
{
    char buf[NAME_MAX_LEN * 2];
    const char *p = strchr(name, '<');
    if (p == NULL) {
        set_name(t, r->name, sizeof(r->name), name);
        return;
    }
    snprintf(buf, sizeof(buf), "%.*s%u%s", (int)(p - name), name, n, strchr(p, '>') + 1);
    set_name(t, r->name, sizeof(r->name), buf);
}

static void parse_row(struct table *t, char *line)
{
    char *words[32];
    unsigned n_words = 0;
    char *save = NULL;
    for (char *w = strtok_r(line, " \t\n", &save); w != NULL; w = strtok_r(NULL, " \t\n", &save)) {
        if (n_words == 32) {
            fail(t, t->line, "too many words");
        }
        words[n_words++] = w;
    }
    if (n_words < 8) {
        fail(t, t->line, "a row needs NAME op0 op1 CRn CRm op2 CLASS ACCESS");
    }
    unsigned first;
    unsigned count = series(t, words[0], &first);
    t->first_new = t->n;
    for (unsigned i = 0; i < count; i++) {
        unsigned n = first + i;
        if (t->n == MAX_REGS) {
            fail(t, t->line, "too many registers");
        }
        struct reg *r = &t->regs[t->n++];
        memset(r, 0, sizeof(*r));
        r->line = t->line;
        series_name(t, r, words[0], n);
        r->enc = column(t, words[1], n, 3) << 14 | column(t, words[2], n, 7) << 11 | column(t, words[3], n, 15) << 7 |
                 column(t, words[4], n, 15) << 3 | column(t, words[5], n, 7);
        set_name(t, r->cls, sizeof(r->cls), words[6]);
        parse_access(t, r, words[7]);
        for (unsigned k = 8; k < n_words; k++) {
            char copy[LINE_LEN];
            strcpy(copy, words[k]);
            parse_key(t, r, copy);
        }
    }
    t->last_new = t->n;
}

/* ---- fields ---- */

static struct field parse_field(struct table *t, char *s)
{
    struct field f = { 0 };
    char range[16], what[LINE_LEN];
    if (sscanf(s, " %15s %1023s", range, what) != 2) {
        fail(t, t->line, "a field is `hi:lo NAME` or `bit NAME`");
    }
    if (sscanf(range, "%u:%u", &f.hi, &f.lo) != 2) {
        f.lo = f.hi;
    }
    if (f.hi > 63 || f.lo > f.hi || !isdigit((unsigned char)range[0])) {
        fail(t, t->line, "bad bit range %s", range);
    }
    char *q = strchr(what, '?');
    char *eq = strchr(what, '=');
    f.kind = F_RW;
    if (strcmp(what, "RES0") == 0) {
        f.kind = F_RES0;
    } else if (strcmp(what, "RES1") == 0) {
        f.kind = F_RES1;
    } else if (q != NULL) {
        f.kind = eq != NULL && eq[1] == '1' ? F_GATED1 : F_GATED0;
        *q++ = '\0';
        if (eq != NULL) {
            *eq = '\0';
        }
        set_name(t, f.feat, sizeof(f.feat), q);
    } else if (eq != NULL) {
        f.kind = eq[1] == '1' ? F_RES1 : F_RES0;
        *eq = '\0';
    } else if (what[0] != '\0' && what[strlen(what) - 1] == '~') {
        f.kind = F_RO;
        what[strlen(what) - 1] = '\0';
    }
    set_name(t, f.name, sizeof(f.name), what);
    return f;
}

static void parse_fields(struct table *t, char *line)
{
    if (t->first_new == t->last_new) {
        fail(t, t->line, "fields without a register");
    }
    char *save = NULL;
    for (char *w = strtok_r(line, ",\n", &save); w != NULL; w = strtok_r(NULL, ",\n", &save)) {
        if (strspn(w, " \t") == strlen(w)) {
            continue;
        }
        struct field f = parse_field(t, w);
        for (unsigned i = t->first_new; i < t->last_new; i++) {
            struct reg *r = &t->regs[i];
            if (r->n_fields == MAX_FIELDS) {
                fail(t, t->line, "too many fields");
            }
            r->fields[r->n_fields++] = f;
        }
    }
}

static void read_table(struct table *t)
{
    char line[LINE_LEN];
    FILE *in = fopen(t->path, "r");
    if (in == NULL) {
        fprintf(stderr, "%s: %s\n", t->path, strerror(errno));
        exit(1);
    }
    while (fgets(line, sizeof(line), in) != NULL) {
        t->line++;
        if (strchr(line, '\n') == NULL && !feof(in)) {
            fail(t, t->line, "line too long");
        }
        char *hash = strchr(line, '#');
        if (hash != NULL) {
            *hash = '\0';
        }
        if (strspn(line, " \t\n") == strlen(line)) {
            continue;
        }
        if (strncmp(line, "control ", 8) == 0) {
            parse_control(t, line);
        } else if (line[0] == ' ' || line[0] == '\t') {
            parse_fields(t, line);
        } else {
            parse_row(t, line);
        }
    }
    fclose(in);
}

/* ---- checks ---- */

static struct reg *find(struct table *t, const char *name)
{
    for (unsigned i = 0; i < t->n; i++) {
        if (strcmp(t->regs[i].name, name) == 0) {
            return &t->regs[i];
        }
    }
    return NULL;
}

static void check_bits(struct table *t, const struct reg *r)
{
    uint64_t seen = 0;
    for (unsigned i = 0; i < r->n_fields; i++) {
        const struct field *f = &r->fields[i];
        uint64_t m = (~UINT64_C(0) >> (63 - (f->hi - f->lo))) << f->lo;
        if (seen & m) {
            fail(t, r->line, "%s: bits %u:%u specified twice", r->name, f->hi, f->lo);
        }
        seen |= m;
    }
    if (~seen != 0) {
        fail(t, r->line, "%s: unspecified bits %016llx", r->name, (unsigned long long)~seen);
    }
}

static void copy_like(struct table *t, struct reg *r, const char *from)
{
    const struct reg *o = find(t, from);
    if (o == NULL || o->n_fields == 0) {
        fail(t, r->line, "%s: no fields to take from %s", r->name, from);
    }
    if (r->n_fields != 0) {
        fail(t, r->line, "%s: fields given twice", r->name);
    }
    memcpy(r->fields, o->fields, sizeof(r->fields));
    r->n_fields = o->n_fields;
}

static void check_table(struct table *t)
{
    for (unsigned i = 0; i < t->n; i++) {
        struct reg *r = &t->regs[i];
        for (unsigned k = 0; k < i; k++) {
            if (t->regs[k].enc == r->enc) {
                fail(t, r->line, "%s: encoding taken by %s", r->name, t->regs[k].name);
            }
            if (strcmp(t->regs[k].name, r->name) == 0) {
                fail(t, r->line, "%s: named twice", r->name);
            }
        }
        if (r->alias[0] != '\0' && find(t, r->alias) == NULL) {
            fail(t, r->line, "%s: alias of unknown %s", r->name, r->alias);
        }
        if (r->e2h[0] != '\0' && find(t, r->e2h) == NULL) {
            fail(t, r->line, "%s: redirected to unknown %s", r->name, r->e2h);
        }
        if (r->alias[0] != '\0') {
            copy_like(t, r, r->alias);
        } else if (r->like[0] != '\0') {
            copy_like(t, r, r->like);
        }
        if (r->op) {
            if (r->n_fields != 0 || r->wr[0] == '\0') {
                fail(t, r->line, "%s: an operation has a handler and no fields", r->name);
            }
        } else {
            check_bits(t, r);
        }
    }
}

/* Registers with storage first, so that they lie close together in struct pe. 0 is no register. */
static void number(struct table *t)
{
    unsigned id = 1;
    for (int pass = 0; pass < 2; pass++) {
        for (unsigned i = 0; i < t->n; i++) {
            struct reg *r = &t->regs[i];
            bool storage = !r->op && r->alias[0] == '\0';
            if (storage == (pass == 0)) {
                r->id = id++;
            }
        }
    }
}

static int by_id(const void *a, const void *b)
{
    const struct reg *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* ---- output ---- */

static void head(FILE *out, const struct table *t)
{
    const char *base = strrchr(t->path, '/');
    fprintf(out, "/* SPDX-License-Identifier: Apache-2.0 */\n/* Generated by gen-sysreg from %s; do not edit. */\n",
            base != NULL ? base + 1 : t->path);
}

static void write_ids(FILE *out, const struct table *t)
{
    head(out, t);
    fprintf(out, "#ifndef HYPSCOPE_SYSREG_IDS_H\n#define HYPSCOPE_SYSREG_IDS_H\n\nenum sr_id {\n    SR_NONE = 0,\n");
    for (unsigned i = 0; i < t->n; i++) {
        fprintf(out, "    SR_%s,\n", t->regs[i].name);
    }
    fprintf(out, "    SR_COUNT\n};\n\n#endif\n");
}

struct masks {
    uint64_t w, one;
};

static struct masks masks_of(const struct reg *r)
{
    struct masks m = { 0, 0 };
    for (unsigned i = 0; i < r->n_fields; i++) {
        const struct field *f = &r->fields[i];
        uint64_t b = (~UINT64_C(0) >> (63 - (f->hi - f->lo))) << f->lo;
        if (f->kind == F_RW) {
            m.w |= b;
        } else if (f->kind == F_RES1 || f->kind == F_GATED1) {
            m.one |= b;
        }
    }
    return m;
}

static void write_gates(FILE *out, const struct table *t, unsigned *first, unsigned *count)
{
    unsigned n = 0;
    fprintf(out, "const struct sysreg_gate sysreg_gates[] = {\n");
    for (unsigned i = 0; i < t->n; i++) {
        const struct reg *r = &t->regs[i];
        bool done[MAX_FIELDS] = { false };
        first[i] = n;
        for (unsigned k = 0; k < r->n_fields; k++) {
            const struct field *f = &r->fields[k];
            uint64_t m = 0;
            if ((f->kind != F_GATED0 && f->kind != F_GATED1) || done[k]) {
                continue;
            }
            for (unsigned j = k; j < r->n_fields; j++) {
                const struct field *g = &r->fields[j];
                if ((g->kind == F_GATED0 || g->kind == F_GATED1) && strcmp(f->feat, g->feat) == 0) {
                    m |= (~UINT64_C(0) >> (63 - (g->hi - g->lo))) << g->lo;
                    done[j] = true;
                }
            }
            fprintf(out, "    { FEAT_%s, UINT64_C(0x%llx) }, /* %s */\n", f->feat, (unsigned long long)m, r->name);
            n++;
        }
        count[i] = n - first[i];
    }
    fprintf(out, "    { 0, 0 }\n};\n\n");
}

static unsigned trap_index(const struct table *t, const char *name)
{
    unsigned i = 0;
    while (strcmp(t->trap_names[i], name) != 0) {
        i++;
    }
    return i;
}

static void write_traps(FILE *out, const struct table *t, unsigned *first)
{
    unsigned n = 0;
    fprintf(out, "const struct sysreg_control sysreg_controls[] = {\n");
    for (unsigned i = 0; i < t->n_trap_names; i++) {
        const char *name = t->trap_names[i];
        if (t->trap_bit[i] >= 0) {
            fprintf(out, "    { \"%s\", UINT64_C(1) << %d, NULL },\n", name, t->trap_bit[i]);
        } else {
            fprintf(out, "    { \"%s\", 0, trap_%s },\n", name, name);
        }
    }
    fprintf(out, "};\n\nconst unsigned sysreg_n_controls = %u;\n\n", t->n_trap_names);
    fprintf(out, "const struct sysreg_step sysreg_steps[] = {\n");
    for (unsigned i = 0; i < t->n; i++) {
        const struct reg *r = &t->regs[i];
        first[i] = n;
        for (unsigned k = 0; k < r->n_traps; k++, n++) {
            fprintf(out, "    { %u, %u }, /* %s %s */\n", trap_index(t, r->traps[k].name), r->traps[k].dir, r->name,
                    r->traps[k].name);
        }
    }
    fprintf(out, "    { 0, 0 }\n};\n\n");
}

/* What must be looked at before an access in one direction (1 read, 2 write): bits of HCR_EL2; all of them when a predicate has to
   be asked. */
static uint64_t trap_mask(const struct table *t, const struct reg *r, unsigned dir)
{
    uint64_t m = 0;
    for (unsigned k = 0; k < r->n_traps; k++) {
        if (r->traps[k].dir & dir) {
            int bit = t->trap_bit[trap_index(t, r->traps[k].name)];
            m |= bit >= 0 ? UINT64_C(1) << bit : ~UINT64_C(0);
        }
    }
    return m;
}

static void write_fields(FILE *out, const struct table *t, unsigned *first)
{
    unsigned n = 0;
    fprintf(out, "const struct sysreg_field sysreg_fields[] = {\n");
    for (unsigned i = 0; i < t->n; i++) {
        const struct reg *r = &t->regs[i];
        first[i] = n;
        for (unsigned k = 0; k < r->n_fields && r->alias[0] == '\0'; k++) {
            const struct field *f = &r->fields[k];
            if (strcmp(f->name, "RES0") != 0 && strcmp(f->name, "RES1") != 0) {
                fprintf(out, "    { \"%s\", %u, %u },\n", f->name, f->hi, f->lo);
                n++;
            }
        }
    }
    first[t->n] = n;
    fprintf(out, "    { NULL, 0, 0 }\n};\n\n");
}

/* Declarations of the handlers and predicates, each once. */
static void write_decls(FILE *out, const struct table *t)
{
    head(out, t);
    fprintf(out, "#ifndef HYPSCOPE_SYSREG_DECLS_H\n#define HYPSCOPE_SYSREG_DECLS_H\n\n#include \"cpu/sysreg-int.h\"\n\n");
    for (unsigned i = 0; i < t->n_trap_names; i++) {
        if (t->trap_bit[i] < 0) {
            fprintf(out, "sysreg_trap trap_%s;\n", t->trap_names[i]);
        }
    }
    for (unsigned i = 0; i < t->n; i++) {
        bool rd = t->regs[i].rd[0] != '\0', wr = t->regs[i].wr[0] != '\0';
        for (unsigned k = 0; k < i; k++) {
            rd = rd && strcmp(t->regs[k].rd, t->regs[i].rd) != 0;
            wr = wr && strcmp(t->regs[k].wr, t->regs[i].wr) != 0;
        }
        if (rd) {
            fprintf(out, "sysreg_rd sysreg_rd_%s;\n", t->regs[i].rd);
        }
        if (wr) {
            fprintf(out, "sysreg_wr sysreg_wr_%s;\n", t->regs[i].wr);
        }
    }
    fprintf(out, "\n#endif\n");
}

static void write_row(FILE *out, const struct table *t, unsigned i, const unsigned *gate_first, const unsigned *gate_n,
                      const unsigned *trap_first)
{
    const struct reg *r = &t->regs[i];
    struct masks m = masks_of(r);
    fprintf(out, "    [SR_%s] = {\n", r->name);
    fprintf(out, "        .acc = { %u, %u, %u }, .feat = FEAT_%s, .feat_not = %d, .enc = 0x%04x, .cls = SRC_%s,\n", r->acc[0],
            r->acc[1], r->acc[2], r->feat[0] != '\0' ? r->feat : "BASE", r->feat_not, r->enc, r->cls);
    fprintf(out, "        .sr = SR_%s, .e2h = %s%s, .alias = %d,\n", r->alias[0] != '\0' ? r->alias : r->name,
            r->e2h[0] != '\0' ? "SR_" : "SR_NONE", r->e2h, r->alias[0] != '\0');
    fprintf(out, "        .trap_mask = { UINT64_C(0x%llx), UINT64_C(0x%llx) },\n", (unsigned long long)trap_mask(t, r, 1),
            (unsigned long long)trap_mask(t, r, 2));
    fprintf(out, "        .trap_first = %u, .trap_n = %u, .gate_first = %u, .gate_n = %u, .dirty = %s,\n", trap_first[i], r->n_traps,
            gate_first[i], gate_n[i], r->dirty[0] != '\0' ? r->dirty : "0");
    fprintf(out, "        .wmask = UINT64_C(0x%llx), .res1 = UINT64_C(0x%llx),", (unsigned long long)m.w, (unsigned long long)m.one);
    if (r->rd[0] != '\0') {
        fprintf(out, " .rd = sysreg_rd_%s,", r->rd);
    }
    if (r->wr[0] != '\0') {
        fprintf(out, " .wr = sysreg_wr_%s,", r->wr);
    }
    if (r->arg[0] != '\0') {
        fprintf(out, " .arg = %s,", r->arg);
    }
    fprintf(out, "\n    },\n");
}

static void write_table(FILE *out, struct table *t)
{
    static unsigned gate_first[MAX_REGS], gate_n[MAX_REGS], trap_first[MAX_REGS], field_first[MAX_REGS + 1];
    head(out, t);
    fprintf(out, "#include \"sysreg-decls.h\"\n\n");
    write_gates(out, t, gate_first, gate_n);
    write_traps(out, t, trap_first);
    write_fields(out, t, field_first);
    fprintf(out, "const struct sysreg sysreg_table[SR_COUNT] = {\n");
    for (unsigned i = 0; i < t->n; i++) {
        write_row(out, t, i, gate_first, gate_n, trap_first);
    }
    fprintf(out, "};\n\nconst struct sysreg_info sysreg_infos[SR_COUNT] = {\n    [SR_NONE] = { \"none\", 0, 0, 0 },\n");
    for (unsigned i = 0; i < t->n; i++) {
        const struct reg *r = &t->regs[i];
        fprintf(out, "    [SR_%s] = { \"%s\", UINT64_C(0x%llx), %u, %u },\n", r->name, r->name, (unsigned long long)r->reset,
                field_first[i], field_first[i + 1] - field_first[i]);
    }
    fprintf(out, "};\n\nconst int16_t sysreg_index[65536] = {\n");
    for (unsigned i = 0; i < t->n; i++) {
        fprintf(out, "    [0x%04x] = SR_%s,\n", t->regs[i].enc, t->regs[i].name);
    }
    fprintf(out, "};\n");
}

/* NAME ENC CLASS ACC0 ACC1 ACC2 FEAT WMASK ONES TRAPS */
static void write_list(FILE *out, const struct table *t)
{
    for (unsigned i = 0; i < t->n; i++) {
        const struct reg *r = &t->regs[i];
        struct masks m = masks_of(r);
        fprintf(out, "%s 0x%04x %s %u %u %u %s%s %016llx %016llx ", r->name, r->enc, r->cls, r->acc[0], r->acc[1], r->acc[2],
                r->feat_not ? "!" : "", r->feat[0] != '\0' ? r->feat : "-", (unsigned long long)m.w, (unsigned long long)m.one);
        for (unsigned k = 0; k < r->n_traps; k++) {
            fprintf(out, "%s%s", k != 0 ? "," : "", r->traps[k].name);
        }
        fprintf(out, "%s\n", r->n_traps == 0 ? "-" : "");
    }
}

static int emit(struct table *t, const char *option, const char *path)
{
    FILE *out = fopen(path, "w");
    if (out == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return 1;
    }
    if (strcmp(option, "--ids") == 0) {
        write_ids(out, t);
    } else if (strcmp(option, "--decls") == 0) {
        write_decls(out, t);
    } else if (strcmp(option, "--table") == 0) {
        write_table(out, t);
    } else {
        write_list(out, t);
    }
    if (fclose(out) != 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        remove(path);
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static struct table t;
    bool ok = argc >= 4 && argc % 2 == 0;
    for (int i = 2; ok && i < argc; i += 2) {
        ok = strcmp(argv[i], "--ids") == 0 || strcmp(argv[i], "--decls") == 0 || strcmp(argv[i], "--table") == 0 || strcmp(argv[i], "--list") == 0;
    }
    if (!ok) {
        fprintf(stderr, "usage: gen-sysreg TABLE {--ids OUT.h | --decls OUT.h | --table OUT.c | --list OUT.txt}...\n");
        return 2;
    }
    t.path = argv[1];
    read_table(&t);
    check_table(&t);
    number(&t);
    qsort(t.regs, t.n, sizeof(t.regs[0]), by_id);
    for (int i = 2; i < argc; i += 2) {
        if (emit(&t, argv[i], argv[i + 1]) != 0) {
            return 1;
        }
    }
    return 0;
}
