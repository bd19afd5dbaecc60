/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which instructions follow each other within straight runs of a program, and how often: what handlers for several instructions
 * (cpu/exec-pairs.inc) are chosen by.
 *
 *   sequences [--cpu MODEL] [--initrd FILE] [--append TEXT] [--skip N] [--insns N] [--top N] KERNEL
 *
 * Prints a line for each sequence of two, three and four: how many; at how many of a million instructions it begins; the handler that
 * it has in the fast instance (seq: one of exec-seqs.h, more: another for several, none); and the names that cpu/exec-pairs.inc and
 * cpu/exec-seqs.h give to the single ones, where one that they do not name is ?ROW:V (V: the variant) or ?@N (N: see enum pseudo_hid).
 * tools/choose-seqs reads this.
 */
#include "cpu/core.h"
#include "cpu/exec-seqs.h"
#define EXEC_PART 9 /* of exec-pairs.inc its lists alone */
#define INSTANCE(name) fast_##name
#include "cpu/exec-pairs.inc"
#include "sim/base/err.h"
#include "sim/boot.h"
#include "sim/machine.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST = 4, BUCKETS = 1 << 20 };

struct sequence {
    uint64_t key;               /* 16 bits a handler, the last lowest; 0: free */
    uint64_t count;
};

struct counter {
    struct sequence *table;
    const struct slot *next;    /* where straight code would go on */
    uint64_t recent;
    unsigned length, used;
    uint64_t total;
};

static void count(struct counter *n, uint64_t key)
{
    uint64_t i = (key * UINT64_C(0x9e3779b97f4a7c15)) >> 44;
    while (n->table[i].key != key && n->table[i].key != 0) {
        i = (i + 1) % BUCKETS;
    }
    if (n->table[i].key == 0 && ++n->used == BUCKETS) {
        fprintf(stderr, "sequences: more than %d different ones\n", BUCKETS);
        exit(1);
    }
    n->table[i].key = key;
    n->table[i].count++;
}

static bool ends_run(const struct code_page *p, const struct slot *s)
{
    return s->run == 1 || s == p->slots + PAGE_INSNS - 1;
}

static void probe(void *opaque, struct pe *pe)
{
    struct counter *n = opaque;
    const struct slot *s = pe->slots_base + (pe->pc >> 2) % PAGE_INSNS;
    const struct code_page *p = code_page_of(pe->slots_base);
    n->length = s == n->next ? n->length + 1 : 1;
    n->recent = n->recent << 16 | (p->hid[s - p->slots] + 1u);
    n->next = ends_run(p, s) ? NULL : s + 1;
    n->total++;
    for (unsigned k = 2; k <= LONGEST && k <= n->length; k++) {
        count(n, n->recent & ones64(16 * k));
    }
}

#define NAMED(name, hid) {hid, #name},
#define PAIR_NAMED(_, name, hid) {hid, #name},
#define COMPARE_NAMED(_, name, hid, cc) {hid, #name},
static const struct {
    unsigned hid;
    const char *name;
} known[] = {SEQUENCE_OPS(NAMED) PAIR_OPS(PAIR_NAMED, _) PAIR_ENDS(PAIR_NAMED, _) PAIR_CMPS(COMPARE_NAMED, _)};

static void print_name(unsigned hid)
{
    for (unsigned i = 0; i < ARRAY_LEN(known); i++) {
        if (known[i].hid == hid) {
            printf(" %s", known[i].name);
            return;
        }
    }
    if (hid >= HID_DECODE) {
        printf(" ?@%u", hid - HID_DECODE);
    } else {
        printf(" ?%s:%u", a64_rows[hid % OP_COUNT].name, hid / OP_COUNT);
    }
}

/* Which handler n in a row have: seq, more, none */
static const char *handler_of(uint64_t key, unsigned n)
{
    uint16_t hid[LONGEST];
    for (unsigned i = 0; i < n; i++) {
        hid[i] = (uint16_t)((key >> (16 * (n - 1 - i)) & 0xffff) - 1);
    }
    const void *fn = fast_fuse(hid, n);
    return fn == NULL ? "none" : fn == fast_sequence(hid, n) ? "seq" : "more";
}

static int more_first(const void *a, const void *b)
{
    const struct sequence *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : x->key < y->key ? -1 : x->key > y->key;
}

static void print(const struct counter *n, unsigned top)
{
    qsort(n->table, BUCKETS, sizeof(n->table[0]), more_first);
    for (unsigned k = 2; k <= LONGEST; k++) {
        unsigned shown = 0;
        for (unsigned i = 0; i < BUCKETS && n->table[i].count != 0 && shown < top; i++) {
            uint64_t key = n->table[i].key;
            if (key >> (16 * (k - 1)) == 0 || (k < LONGEST && key >> (16 * k) != 0)) {
                continue;
            }
            printf("%u %7.0f %-4s", k, 1e6 * (double)n->table[i].count / (double)n->total, handler_of(key, k));
            for (unsigned j = k; j-- > 0;) {
                print_name((unsigned)(key >> (16 * j) & 0xffff) - 1);
            }
            printf("\n");
            shown++;
        }
    }
}

static int usage(void)
{
    fprintf(stderr, "usage: sequences [--cpu MODEL] [--initrd FILE] [--append TEXT] [--skip N] [--insns N] [--top N] KERNEL\n");
    return 2;
}

int main(int argc, char **argv)
{
    struct machine_config c = {.model = "neoverse-n1", .n_pes = 1, .ram_size = UINT64_C(1) << 30, .el = 2, .ns_per_insn = 1};
    struct boot_config b = {.n_pes = 1, .el = 2};
    struct machine_limits limits = {0};
    uint64_t skip = 0, insns = 0;
    unsigned top = 100;
    for (int i = 1; i < argc; i++) {
        const char *v = i + 1 < argc ? argv[i + 1] : NULL;
        if (argv[i][0] != '-') {
            b.kernel = argv[i];
            continue;
        }
        if (v == NULL) {
            return usage();
        }
        i++;
        if (strcmp(argv[i - 1], "--cpu") == 0) {
            c.model = v;
        } else if (strcmp(argv[i - 1], "--initrd") == 0) {
            b.initrd = v;
        } else if (strcmp(argv[i - 1], "--append") == 0) {
            b.append = v;
        } else if (strcmp(argv[i - 1], "--skip") == 0) {
            skip = strtoull(v, NULL, 0);
        } else if (strcmp(argv[i - 1], "--insns") == 0) {
            insns = strtoull(v, NULL, 0);
        } else if (strcmp(argv[i - 1], "--top") == 0) {
            top = (unsigned)strtoul(v, NULL, 0);
        } else {
            return usage();
        }
    }
    if (b.kernel == NULL) {
        return usage();
    }
    b.model = c.model;
    struct err err;
    struct boot_info info;
    struct counter n = {.table = calloc(BUCKETS, sizeof(struct sequence))};
    struct machine *m = machine_new(&c, &err);
    if (n.table == NULL || m == NULL || !boot_load(machine_bus(m), &b, &info, &err)) {
        fprintf(stderr, "sequences: %s\n", n.table == NULL ? "no memory" : err.msg);
        return 1;
    }
    machine_start(m, info.program.entry, info.dtb);
    boot_info_free(&info);
    if (skip != 0) {
        limits.max_insns = skip;
        (void)machine_run(m, &limits);
    }
    pe_set_probe(machine_pe(m, 0), probe, &n, NULL, 0);
    limits.max_insns = insns == 0 ? 0 : skip + insns;
    (void)machine_run(m, &limits);
    print(&n, top);
    machine_free(m);
    free(n.table);
    return 0;
}
