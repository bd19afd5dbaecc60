/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing two results of one case, and saying what differs. */
#include "el0.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

static const struct {
    unsigned bit;
    const char *name;
} names[] = {
    {DIFF_SIG, "sig"}, {DIFF_CODE, "code"}, {DIFF_ADDR, "addr"}, {DIFF_PC, "pc"}, {DIFF_X, "x"}, {DIFF_SP, "sp"},
    {DIFF_PSTATE, "pstate"}, {DIFF_V, "v"}, {DIFF_FPCR, "fpcr"}, {DIFF_FPSR, "fpsr"}, {DIFF_TPIDR, "tpidr"},
    {DIFF_MEM, "mem"},
};

const char *diff_names(unsigned diff, char *buf, size_t len)
{
    buf[0] = '\0';
    for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
        if ((diff & names[i].bit) != 0) {
            size_t at = strlen(buf);
            snprintf(buf + at, len - at, "%s%s", at > 0 ? " " : "", names[i].name);
        }
    }
    return buf;
}

/* What an instruction that is made of several accesses leaves when one of them faults: its destinations are UNKNOWN,
   and part of what it stores may be in memory. */
struct leftovers {
    uint32_t v;             /* V registers, one bit each */
    uint32_t x;
    bool memory;
    uint64_t lo, hi;        /* where in memory */
};

static struct leftovers leftovers_of(uint32_t insn, const struct el0_result *r)
{
    struct leftovers l = {0, 0, false, 0, 0};
    bool pair = (insn & UINT32_C(0x3a000000)) == 0x28000000, structure = (insn & UINT32_C(0xbe000000)) == 0x0c000000;
    if (r->sig != SIGSEGV && r->sig != SIGBUS) {
        return l;
    }
    unsigned rt = insn & 31;
    if ((pair || structure) && bit32(insn, 22)) {
        if (structure) {
            l.v = (uint32_t)(UINT64_C(0x0000000f0000000f) << rt) | (uint32_t)(UINT64_C(0xf) << rt >> 32);
        } else if (bit32(insn, 26)) {
            l.v = 1u << rt | 1u << bits32(insn, 14, 10);
        } else {
            l.x = 1u << rt | 1u << bits32(insn, 14, 10);
        }
    }
    uint64_t at = r->addr & ones64(56);
    l.memory = mem_form_of(insn).memory;
    l.lo = at - 64;
    l.hi = at + 64;
    return l;
}

/* The peer does not learn the address of a fault that its own host cannot map. */
static bool address_told(const struct el0_result *ours)
{
    return bits64(ours->addr, 55, 47) == 0;
}

static unsigned compare_fault(const struct el0_result *a, const struct el0_result *b)
{
    if (a->sig != b->sig) {
        return DIFF_SIG;
    }
    if ((a->sig != SIGSEGV && a->sig != SIGBUS) || !address_told(a)) {
        return 0;
    }
    return (a->code != b->code ? DIFF_CODE : 0) | (((a->addr ^ b->addr) & ones64(56)) != 0 ? DIFF_ADDR : 0);
}

/* Chunk `i` of f if it counts, NULL past the last */
static const struct el0_chunk *next_chunk(const struct el0_full_result *f, unsigned *i, const struct leftovers *l)
{
    for (; *i < f->r.n_chunks && *i < EL0_MAX_CHUNKS; (*i)++) {
        uint64_t at = EL0_RW + f->chunk[*i].offset;
        if (!l->memory || at + 16 <= l->lo || at >= l->hi) {
            return &f->chunk[(*i)++];
        }
    }
    return NULL;
}

static bool same_memory(const struct el0_full_result *a, const struct el0_full_result *b, const struct leftovers *l)
{
    unsigned i = 0, k = 0;
    if (!l->memory && a->r.n_chunks != b->r.n_chunks) {
        return false;
    }
    for (;;) {
        const struct el0_chunk *x = next_chunk(a, &i, l), *y = next_chunk(b, &k, l);
        if (x == NULL || y == NULL) {
            return x == y;
        }
        if (memcmp(x, y, sizeof(*x)) != 0) {
            return false;
        }
    }
}

unsigned compare_results(const struct el0_full_result *ours, const struct el0_full_result *theirs, uint32_t insn)
{
    const struct el0_state *a = &ours->r.s, *b = &theirs->r.s;
    struct leftovers l = leftovers_of(insn, &ours->r);
    unsigned d = compare_fault(&ours->r, &theirs->r);
    for (unsigned i = 0; i < 31; i++) {
        d |= a->x[i] != b->x[i] && (l.x >> i & 1) == 0 ? DIFF_X : 0;
    }
    for (unsigned i = 0; i < 32; i++) {
        d |= (a->v[i][0] != b->v[i][0] || a->v[i][1] != b->v[i][1]) && (l.v >> i & 1) == 0 ? DIFF_V : 0;
    }
    d |= a->pc != b->pc ? DIFF_PC : 0;
    d |= a->sp != b->sp ? DIFF_SP : 0;
    d |= a->pstate != b->pstate ? DIFF_PSTATE : 0;
    d |= a->fpcr != b->fpcr ? DIFF_FPCR : 0;
    d |= a->fpsr != b->fpsr ? DIFF_FPSR : 0;
    d |= a->tpidr != b->tpidr ? DIFF_TPIDR : 0;
    return d | (same_memory(ours, theirs, &l) ? 0 : DIFF_MEM);
}

/* ---- printing ---- */
static void line(FILE *f, const char *name, uint64_t in, uint64_t ours, uint64_t theirs)
{
    if (ours != theirs) {
        fprintf(f, "    %-8s %016" PRIx64 ": ours %016" PRIx64 ", theirs %016" PRIx64 "\n", name, in, ours, theirs);
    }
}

static void print_memory(FILE *f, const char *who, const struct el0_full_result *r)
{
    for (unsigned i = 0; i < r->r.n_chunks && i < 6; i++) {
        const struct el0_chunk *c = &r->chunk[i];
        fprintf(f, "    %s memory %#" PRIx64 ": %016" PRIx64 " %016" PRIx64 "\n", who, EL0_RW + c->offset, c->d[0], c->d[1]);
    }
}

void print_difference(FILE *f, unsigned diff, const struct el0_state *in, const struct el0_full_result *ours,
                      const struct el0_full_result *theirs)
{
    const struct el0_state *a = &ours->r.s, *b = &theirs->r.s;
    char name[16];
    if ((diff & (DIFF_SIG | DIFF_CODE | DIFF_ADDR)) != 0) {
        fprintf(f, "    ours: signal %u code %u address %#" PRIx64 ", theirs: signal %u code %u address %#" PRIx64 "\n",
                ours->r.sig, ours->r.code, ours->r.addr, theirs->r.sig, theirs->r.code, theirs->r.addr);
    }
    for (unsigned i = 0; i < 31; i++) {
        snprintf(name, sizeof(name), "x%u", i);
        line(f, name, in->x[i], a->x[i], b->x[i]);
    }
    line(f, "sp", in->sp, a->sp, b->sp);
    line(f, "pc", in->pc, a->pc, b->pc);
    line(f, "pstate", in->pstate, a->pstate, b->pstate);
    line(f, "fpcr", in->fpcr, a->fpcr, b->fpcr);
    line(f, "fpsr", in->fpsr, a->fpsr, b->fpsr);
    line(f, "tpidr", in->tpidr, a->tpidr, b->tpidr);
    for (unsigned i = 0; i < 32; i++) {
        if (a->v[i][0] != b->v[i][0] || a->v[i][1] != b->v[i][1]) {
            fprintf(f, "    v%-7u %016" PRIx64 "%016" PRIx64 ": ours %016" PRIx64 "%016" PRIx64 ", theirs %016" PRIx64
                    "%016" PRIx64 "\n", i, in->v[i][1], in->v[i][0], a->v[i][1], a->v[i][0], b->v[i][1], b->v[i][0]);
        }
    }
    if ((diff & DIFF_MEM) != 0) {
        print_memory(f, "ours", ours);
        print_memory(f, "theirs", theirs);
    }
}

/* ---- patterns ---- */
static bool glob(const char *p, const char *pe, const char *s)
{
    for (; p < pe; p++, s++) {
        if (*p == '*') {
            for (;; s++) {
                if (glob(p + 1, pe, s)) {
                    return true;
                }
                if (*s == '\0') {
                    return false;
                }
            }
        }
        if (*s == '\0' || (*p != '?' && *p != *s)) {
            return false;
        }
    }
    return *s == '\0';
}

bool name_matches(const char *patterns, const char *name)
{
    for (const char *p = patterns; *p != '\0';) {
        size_t len = strcspn(p, " ,");
        if (len > 0 && glob(p, p + len, name)) {
            return true;
        }
        p += len;
        p += strspn(p, " ,");
    }
    return false;
}
