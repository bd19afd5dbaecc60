/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of explained differences. An entry is a paragraph of "key: value" lines, text in indented lines:
 *
 *   id: a name             kind: unpredictable | peer-wrong | peer-lacks | choice | environment
 *   rows: patterns         when: w[4:0]==w[9:5] && w[9:5]!=31
 *   peer: CPU models       differs: x v sp ...
 *   ours: signal, none or any, and so theirs
 *   failed-pointers: yes       the X registers and PCs that differ hold no canonical address on either side
 *   inverted-signatures: yes   the X registers that differ hold the same pointer of the upper half with inverse signatures
 *   last-exclusive: patterns for the row of the last load exclusive before it in the block
 *   rule: what in the architecture decides
 */
#include "el0.h"

#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ENTRIES = 128 };

struct explained {
    struct explained_entry entry[MAX_ENTRIES];
    unsigned n;
};

static int signal_number(const char *text)
{
    static const struct {
        const char *name;
        int sig;
    } list[] = {{"any", -1}, {"none", SIGTRAP}, {"SIGILL", SIGILL}, {"SIGSEGV", SIGSEGV}, {"SIGBUS", SIGBUS},
                {"SIGTRAP", SIGTRAP}, {"fault", -2}, {"not-SIGILL", -3}};
    for (unsigned i = 0; i < ARRAY_LEN(list); i++) {
        if (strcmp(list[i].name, text) == 0) {
            return list[i].sig;
        }
    }
    return -4;
}

static bool signal_fits(int want, unsigned sig)
{
    switch (want) {
    case -1: return true;
    case -2: return sig == SIGSEGV || sig == SIGBUS;
    case -3: return sig != SIGILL;
    default: return want == (int)sig;
    }
}

static unsigned diffs_of(const char *text)
{
    unsigned d = 0;
    char name[32];
    for (unsigned bit = 1; bit <= DIFF_MEM; bit <<= 1) {
        d |= name_matches(text, diff_names(bit, name, sizeof(name))) ? bit : 0;
    }
    return d;
}

static bool set_key(struct explained_entry *e, const char *key, const char *value)
{
    if (strcmp(key, "id") == 0) {
        snprintf(e->id, sizeof(e->id), "%s", value);
    } else if (strcmp(key, "kind") == 0) {
        snprintf(e->kind, sizeof(e->kind), "%s", value);
    } else if (strcmp(key, "rows") == 0) {
        snprintf(e->rows, sizeof(e->rows), "%s", value);
    } else if (strcmp(key, "when") == 0) {
        snprintf(e->when, sizeof(e->when), "%s", value);
    } else if (strcmp(key, "peer") == 0) {
        snprintf(e->peer, sizeof(e->peer), "%s", value);
    } else if (strcmp(key, "failed-pointers") == 0) {
        e->failed_pointers = strcmp(value, "yes") == 0;
    } else if (strcmp(key, "inverted-signatures") == 0) {
        e->inverted_signatures = strcmp(value, "yes") == 0;
    } else if (strcmp(key, "last-exclusive") == 0) {
        snprintf(e->exclusive, sizeof(e->exclusive), "%s", value);
    } else if (strcmp(key, "differs") == 0) {
        e->differs = diffs_of(value);
    } else if (strcmp(key, "ours") == 0) {
        e->ours = signal_number(value);
        return e->ours != -4;
    } else if (strcmp(key, "theirs") == 0) {
        e->theirs = signal_number(value);
        return e->theirs != -4;
    } else {
        return strcmp(key, "rule") == 0;
    }
    return true;
}

static bool read_line(struct explained *e, char *line, bool *inside)
{
    line[strcspn(line, "\r\n")] = '\0';
    if (line[0] == '#' || isspace((unsigned char)line[0])) {
        return true;
    }
    if (line[0] == '\0') {
        *inside = false;
        return true;
    }
    char *colon = strchr(line, ':');
    if (colon == NULL || e->n >= MAX_ENTRIES) {
        return false;
    }
    *colon = '\0';
    char *value = colon + 1 + strspn(colon + 1, " ");
    if (!*inside) {
        e->n++;
        e->entry[e->n - 1].ours = e->entry[e->n - 1].theirs = -1;
        *inside = true;
    }
    return set_key(&e->entry[e->n - 1], line, value);
}

struct explained *explained_read(const char *file)
{
    FILE *f = fopen(file, "r");
    struct explained *e = calloc(1, sizeof(*e));
    char line[1024];
    bool inside = false, ok = f != NULL && e != NULL;
    if (f == NULL) {
        perror(file);
    }
    for (unsigned n = 1; ok && fgets(line, sizeof(line), f) != NULL; n++) {
        ok = read_line(e, line, &inside);
        if (!ok) {
            fprintf(stderr, "%s:%u: not understood\n", file, n);
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    if (!ok) {
        free(e);
        return NULL;
    }
    return e;
}

void explained_free(struct explained *e)
{
    free(e);
}

/* ---- conditions on the word ---- */
static bool operand(const char **p, uint32_t w, uint32_t *v)
{
    char *end;
    *p += strspn(*p, " ");
    if (strncmp(*p, "w[", 2) != 0) {
        *v = (uint32_t)strtoul(*p, &end, 0);
        bool ok = end != *p;
        *p = end;
        return ok;
    }
    unsigned hi = (unsigned)strtoul(*p + 2, &end, 10), lo = hi;
    if (*end == ':') {
        lo = (unsigned)strtoul(end + 1, &end, 10);
    }
    if (*end != ']' || hi > 31 || lo > hi) {
        return false;
    }
    *p = end + 1;
    *v = bits32(w, hi, lo);
    return true;
}

static bool condition_holds(const char *p, uint32_t w)
{
    while (*p != '\0') {
        uint32_t a, b;
        if (!operand(&p, w, &a)) {
            return false;
        }
        p += strspn(p, " ");
        bool equal = strncmp(p, "==", 2) == 0;
        if (!equal && strncmp(p, "!=", 2) != 0) {
            return false;
        }
        p += 2;
        if (!operand(&p, w, &b) || (a == b) != equal) {
            return false;
        }
        p += strspn(p, " &");
    }
    return true;
}

static bool canonical(uint64_t v)
{
    uint64_t high = bits64(v, 55, 48);
    return high == 0 || (high == 0xff && v >> 56 == 0xff);
}

static bool failed_pointers(const struct el0_result *a, const struct el0_result *b)
{
    for (unsigned i = 0; i < 31; i++) {
        if (a->s.x[i] != b->s.x[i] && (canonical(a->s.x[i]) || canonical(b->s.x[i]))) {
            return false;
        }
    }
    return a->s.pc == b->s.pc || (!canonical(a->s.pc) && !canonical(b->s.pc));
}

static bool inverted_signatures(const struct el0_result *a, const struct el0_result *b)
{
    for (unsigned i = 0; i < 31; i++) {
        uint64_t d = a->s.x[i] ^ b->s.x[i];
        if (d != 0 && (d != UINT64_C(0xff7f000000000000) || bit64(a->s.x[i], 55) == 0)) {
            return false;
        }
    }
    return true;
}

struct explained_entry *explained_find(struct explained *e, const char *cpu, const struct el0_difference *d)
{
    int row = a64_decode(d->word);
    const char *name = row < 0 ? "-" : a64_rows[row].name;
    const char *exclusive = d->exclusive < 0 ? "-" : a64_rows[d->exclusive].name;
    for (unsigned i = 0; i < e->n; i++) {
        struct explained_entry *x = &e->entry[i];
        if ((d->diff & ~x->differs) == 0 && name_matches(x->rows, name) && signal_fits(x->ours, d->ours->sig) &&
            signal_fits(x->theirs, d->theirs->sig) && (x->peer[0] == '\0' || name_matches(x->peer, cpu)) &&
            (!x->failed_pointers || failed_pointers(d->ours, d->theirs)) &&
            (!x->inverted_signatures || inverted_signatures(d->ours, d->theirs)) &&
            (x->exclusive[0] == '\0' || name_matches(x->exclusive, exclusive)) && condition_holds(x->when, d->word)) {
            x->used++;
            return x;
        }
    }
    return NULL;
}

struct explained_entry *explained_at(struct explained *e, unsigned i)
{
    return i < e->n ? &e->entry[i] : NULL;
}
