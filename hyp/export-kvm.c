/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest entries and exits as Linux prints them: the text of the kvm_entry, kvm_exit and kvm_guest_fault tracepoints of
 * arm64, and the table of `perf kvm stat report`.
 */
#include "hyp/export-int.h"

#include "hyp/switches.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EC_IABT_LOW = 0x20, EC_DABT_LOW = 0x24 };

const char *export_kvm_type(const struct rec *r, unsigned *ec)
{
    *ec = 0; /* the tracepoint has the class of traps only */
    switch (r->type) {
    case 0: *ec = esr_ec(r->a); return "TRAP";
    case 3: return "SERROR";
    default: return "IRQ";
    }
}

const char *export_kvm_class(unsigned ec)
{
    static const char *const names[64] = {
        [0x00] = "UNKNOWN", [0x01] = "WFx", [0x03] = "CP15_32", [0x04] = "CP15_64", [0x05] = "CP14_MR", [0x06] = "CP14_LS",
        [0x07] = "FP_ASIMD", [0x08] = "CP10_ID", [0x09] = "PAC", [0x0c] = "CP14_64", [0x15] = "SVC64", [0x16] = "HVC64",
        [0x17] = "SMC64", [0x18] = "SYS64", [0x19] = "SVE", [0x1a] = "ERET", [0x1f] = "IMP_DEF", [0x20] = "IABT_LOW",
        [0x21] = "IABT_CUR", [0x22] = "PC_ALIGN", [0x24] = "DABT_LOW", [0x25] = "DABT_CUR", [0x26] = "SP_ALIGN",
        [0x28] = "FP_EXC32", [0x2c] = "FP_EXC64", [0x2f] = "SERROR", [0x30] = "BREAKPT_LOW", [0x31] = "BREAKPT_CUR",
        [0x32] = "SOFTSTP_LOW", [0x33] = "SOFTSTP_CUR", [0x34] = "WATCHPT_LOW", [0x35] = "WATCHPT_CUR", [0x38] = "BKPT32",
        [0x3a] = "VECTOR32", [0x3c] = "BRK64",
    };
    return names[ec & 63];
}

/* As __print_symbolic prints it: a value without a name in hexadecimal */
static const char *class_text(unsigned ec, char buf[8])
{
    const char *name = export_kvm_class(ec);
    snprintf(buf, 8, "0x%x", ec);
    return name != NULL ? name : buf;
}

/* ---- ftrace ---- */

struct fline {
    uint64_t ns;
    uint64_t n;             /* order in the trace */
    struct rec r;
};

struct ftrace {
    struct fline *v;
    size_t n, cap;
    unsigned pes;
};

static void ftrace_begin(struct export *x)
{
    (void)x;
}

static void ftrace_put(struct export *x, const struct rec *r)
{
    struct ftrace *f = x->state;
    void *v = f->v;
    f->pes = r->pe + 1u > f->pes ? r->pe + 1u : f->pes;
    if (!rec_is_guest_exit(r) && !rec_is_guest_entry(r)) {
        return;
    }
    if (export_grow(x, &v, &f->cap, f->n, sizeof(f->v[0]))) {
        f->v = v;
        f->v[f->n] = (struct fline){.ns = r->time_ns, .n = f->n, .r = *r};
        f->n++;
    }
}

static int by_time(const void *a, const void *b)
{
    const struct fline *p = a, *q = b;
    if (p->ns != q->ns) {
        return p->ns < q->ns ? -1 : 1;
    }
    return p->n < q->n ? -1 : p->n > q->n;
}

/* "            vcpu-7       [000] d....     0.001234: ": task and pid are the VMID's, as there is no thread to name */
static void ftrace_prefix(FILE *out, const struct rec *r)
{
    fprintf(out, "%16s-%-7u [%03u] d.... %5" PRIu64 ".%06" PRIu64 ": ", "vcpu", vttbr_vmid(r->vttbr), r->pe,
            r->time_ns / 1000000000, r->time_ns / 1000 % 1000000);
}

static void ftrace_line(FILE *out, const struct rec *r)
{
    char cls[8];
    unsigned ec;
    uint64_t ipa;
    ftrace_prefix(out, r);
    if (r->kind == REC_ERET) {
        fprintf(out, "kvm_entry: PC: 0x%016" PRIx64 "\n", r->b);
        return;
    }
    const char *type = export_kvm_type(r, &ec);
    fprintf(out, "kvm_exit: %s: HSR_EC: 0x%04x (%s), PC: 0x%016" PRIx64 "\n", type, ec, class_text(ec, cls), r->pc);
    /* For other faults the kernel asks the MMU for the IPA, which no record has. */
    if ((ec == EC_IABT_LOW || ec == EC_DABT_LOW) && esr_ipa(r->a, r->b, r->c, &ipa)) {
        ftrace_prefix(out, r);
        fprintf(out, "kvm_guest_fault: ipa %#" PRIx64 ", hsr %#08" PRIx64 ", hxfar %#08" PRIx64 ", pc %#016" PRIx64 "\n",
                ipa & ~UINT64_C(0xfff), r->a, r->b, r->pc);
    }
}

static void ftrace_end(struct export *x)
{
    struct ftrace *f = x->state;
    size_t lines = f->n;
    uint64_t ipa;
    if (f->n != 0) { /* v may be NULL, which qsort() must not get */
        qsort(f->v, f->n, sizeof(f->v[0]), by_time);
    }
    for (size_t i = 0; i < f->n; i++) {
        const struct rec *r = &f->v[i].r;
        lines += r->kind == REC_EXC_ENTRY && r->type == 0 && esr_ipa(r->a, r->b, r->c, &ipa);
    }
    fprintf(x->out, "# tracer: nop\n#\n# entries-in-buffer/entries-written: %zu/%zu   #P:%u\n#\n", lines, lines, f->pes);
    fputs("#                                _-----=> irqs-off/BH-disabled\n"
          "#                               / _----=> need-resched\n"
          "#                              | / _---=> hardirq/softirq\n"
          "#                              || / _--=> preempt-depth\n"
          "#                              ||| / _-=> migrate-disable\n"
          "#                              |||| /     delay\n"
          "#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"
          "#              | |         |   |||||     |         |\n", x->out);
    for (size_t i = 0; i < f->n; i++) {
        ftrace_line(x->out, &f->v[i].r);
    }
}

static void ftrace_drop(struct export *x)
{
    struct ftrace *f = x->state;
    free(f->v);
}

const struct export_ops export_ftrace = {
    .name = "ftrace", .state_size = sizeof(struct ftrace), .begin = ftrace_begin, .put = ftrace_put, .end = ftrace_end,
    .drop = ftrace_drop, .kinds = REC_BIT(REC_EXC_ENTRY) | REC_BIT(REC_ERET),
};

/* ---- perf kvm stat ---- */

enum { KEY_IRQ = 64, KEY_SERROR, KEY_COUNT };   /* below: the class of a trap */

/* Of one reason: times from an exit to the next entry. mean and m2 as they are updated by Welford's method. */
struct stat {
    uint64_t count, sum_ns, min_ns, max_ns;
    double mean, m2;
};

struct kvmstat {
    struct stat by_key[KEY_COUNT];
    struct { bool out; unsigned key; uint64_t ns; } pes[EXPORT_MAX_PES];
};

static void kvmstat_put(struct export *x, const struct rec *r)
{
    struct kvmstat *k = x->state;
    if (rec_is_guest_exit(r)) {
        k->pes[r->pe].out = true;
        k->pes[r->pe].key = r->type == 0 ? esr_ec(r->a) : r->type == 3 ? KEY_SERROR : KEY_IRQ;
        k->pes[r->pe].ns = r->time_ns;
    } else if (rec_is_guest_entry(r) && k->pes[r->pe].out) {
        struct stat *s = &k->by_key[k->pes[r->pe].key];
        uint64_t ns = r->time_ns - k->pes[r->pe].ns;
        double delta = (double)ns - s->mean;
        k->pes[r->pe].out = false;
        s->min_ns = s->count == 0 || ns < s->min_ns ? ns : s->min_ns;
        s->max_ns = ns > s->max_ns ? ns : s->max_ns;
        s->sum_ns += ns;
        s->count++;
        s->mean += delta / (double)s->count;
        s->m2 += delta * ((double)ns - s->mean);
    }
}

/* Standard deviation of the mean, in percent of the mean: what perf prints after +- */
static double rel_stddev(const struct stat *s)
{
    if (s->count < 2 || s->mean == 0) {
        return 0;
    }
    return 100 * sqrt(s->m2 / (double)(s->count - 1) / (double)s->count) / s->mean;
}

static const char *key_text(unsigned key, char buf[8])
{
    return key == KEY_IRQ ? "IRQ" : key == KEY_SERROR ? "SERROR" : class_text(key, buf);
}

static void kvmstat_row(FILE *out, const struct stat *s, const char *name, uint64_t samples, uint64_t ns)
{
    fprintf(out, "%20s %10" PRIu64 " %8.2f%% %8.2f%% %9.2fus %9.2fus %9.2fus ( +-%7.2f%% )\n", name, s->count,
            100 * (double)s->count / (double)samples, ns == 0 ? 0 : 100 * (double)s->sum_ns / (double)ns,
            (double)s->min_ns / 1e3, (double)s->max_ns / 1e3, (double)s->sum_ns / (double)s->count / 1e3, rel_stddev(s));
}

static void kvmstat_end(struct export *x)
{
    struct kvmstat *k = x->state;
    bool done[KEY_COUNT] = {false};
    uint64_t samples = 0, ns = 0;
    for (unsigned i = 0; i < KEY_COUNT; i++) {
        samples += k->by_key[i].count;
        ns += k->by_key[i].sum_ns;
    }
    fprintf(x->out, "\n\nAnalyze events for all VMs, all VCPUs:\n\n%20s %10s %9s %9s %11s %11s %16s \n\n", "VM-EXIT", "Samples",
            "Samples%", "Time%", "Min Time", "Max Time", "Avg time");
    for (;;) { /* most frequent first */
        unsigned best = KEY_COUNT;
        for (unsigned i = 0; i < KEY_COUNT; i++) {
            if (!done[i] && k->by_key[i].count != 0 && (best == KEY_COUNT || k->by_key[i].count > k->by_key[best].count)) {
                best = i;
            }
        }
        if (best == KEY_COUNT) {
            break;
        }
        char buf[8];
        done[best] = true;
        kvmstat_row(x->out, &k->by_key[best], key_text(best, buf), samples, ns);
    }
    fprintf(x->out, "\nTotal Samples:%" PRIu64 ", Total events handled time:%.2fus.\n\n", samples, (double)ns / 1e3);
}

static void kvmstat_begin(struct export *x)
{
    (void)x;
}

const struct export_ops export_kvmstat = {
    .name = "kvmstat", .state_size = sizeof(struct kvmstat), .begin = kvmstat_begin, .put = kvmstat_put, .end = kvmstat_end,
    .kinds = REC_BIT(REC_EXC_ENTRY) | REC_BIT(REC_ERET),
};
