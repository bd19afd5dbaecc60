/* SPDX-License-Identifier: Apache-2.0 */
/* Value change dump (IEEE 1364, 18.2): what a PE is doing and what waits for it, as signals. */
#include "hyp/export-int.h"

#include "hyp/switches.h"

#include <inttypes.h>
#include <stdlib.h>

enum { HCR_VM_BIT = 0, HCR_TGE_BIT = 27 };

/* Of each PE, in the order of the file. */
enum signal {
    SIG_EL, SIG_WORLD, SIG_GUEST, SIG_D, SIG_A, SIG_I, SIG_F, SIG_TGE, SIG_VM, SIG_VMID, SIG_SERROR, SIG_VSERROR, SIG_IRQ,
    SIG_FIQ, SIG_VIRQ, SIG_VFIQ, SIG_WAIT, SIG_COUNT
};

static const struct {
    const char *name;
    unsigned bits;
} signals[SIG_COUNT] = {
    [SIG_EL] = {"el", 2}, [SIG_WORLD] = {"world", 2}, [SIG_GUEST] = {"guest", 1}, [SIG_D] = {"pstate_d", 1},
    [SIG_A] = {"pstate_a", 1}, [SIG_I] = {"pstate_i", 1}, [SIG_F] = {"pstate_f", 1}, [SIG_TGE] = {"hcr_tge", 1},
    [SIG_VM] = {"hcr_vm", 1}, [SIG_VMID] = {"vmid", 16}, [SIG_SERROR] = {"serror_pending", 1},
    [SIG_VSERROR] = {"vserror_pending", 1}, [SIG_IRQ] = {"irq_pending", 1}, [SIG_FIQ] = {"fiq_pending", 1},
    [SIG_VIRQ] = {"virq_pending", 1}, [SIG_VFIQ] = {"vfiq_pending", 1}, [SIG_WAIT] = {"waiting", 1},
};

struct change {
    uint64_t ns;
    uint64_t n;         /* order in the trace */
    uint16_t value;
    uint8_t pe, sig;
};

struct vcd_pe {
    bool seen;
    uint16_t now[SIG_COUNT], shown[SIG_COUNT];
    bool told[SIG_COUNT];           /* the file has a value */
};

struct vcd {
    struct change *v;
    size_t n, cap;
    uint64_t end_ns;
    struct vcd_pe pes[EXPORT_MAX_PES];
};

static void begin(struct export *x)
{
    (void)x;
}

static void set(struct export *x, const struct rec *r, enum signal sig, unsigned value)
{
    struct vcd *s = x->state;
    struct vcd_pe *p = &s->pes[r->pe];
    void *v = s->v;
    if (p->seen && p->now[sig] == value) {
        return;
    }
    p->now[sig] = (uint16_t)value;
    if (export_grow(x, &v, &s->cap, s->n, sizeof(s->v[0]))) {
        s->v = v;
        s->v[s->n] = (struct change){.ns = r->time_ns, .n = s->n, .value = (uint16_t)value, .pe = r->pe, .sig = (uint8_t)sig};
        s->n++;
    }
}

static void put(struct export *x, const struct rec *r)
{
    struct vcd *s = x->state;
    enum world world = world_of(r->el, r->hcr, r->vttbr);
    set(x, r, SIG_EL, r->el);
    set(x, r, SIG_WORLD, world);
    set(x, r, SIG_GUEST, world == WORLD_GUEST);
    for (unsigned i = 0; i < 4; i++) {
        set(x, r, SIG_D + i, r->daif >> (3 - i) & 1);
    }
    set(x, r, SIG_TGE, bit64(r->hcr, HCR_TGE_BIT));
    set(x, r, SIG_VM, bit64(r->hcr, HCR_VM_BIT));
    set(x, r, SIG_VMID, vttbr_vmid(r->vttbr));
    for (unsigned i = 0; i < 6; i++) {
        set(x, r, SIG_SERROR + i, r->pending >> i & 1);
    }
    set(x, r, SIG_WAIT, r->kind == REC_WFI);
    s->pes[r->pe].seen = true;
    s->end_ns = r->time_ns > s->end_ns ? r->time_ns : s->end_ns;
}

static int by_time(const void *a, const void *b)
{
    const struct change *p = a, *q = b;
    if (p->ns != q->ns) {
        return p->ns < q->ns ? -1 : 1;
    }
    return p->n < q->n ? -1 : p->n > q->n;
}

/* Identifier codes are of printable characters, '!' to '~' */
static void put_code(FILE *out, unsigned pe, unsigned sig)
{
    unsigned n = pe * SIG_COUNT + sig;
    do {
        fputc('!' + (int)(n % 94), out);
        n /= 94;
    } while (n != 0);
}

static void put_value(FILE *out, unsigned pe, unsigned sig, unsigned value)
{
    if (signals[sig].bits == 1) {
        fputc('0' + (int)(value & 1), out);
    } else {
        fputc('b', out);
        for (unsigned b = signals[sig].bits; b-- > 0;) {
            fputc('0' + (int)(value >> b & 1), out);
        }
        fputc(' ', out);
    }
    put_code(out, pe, sig);
    fputc('\n', out);
}

static void put_unknown(FILE *out, unsigned pe, unsigned sig)
{
    fputs(signals[sig].bits == 1 ? "x" : "bx ", out);
    put_code(out, pe, sig);
    fputc('\n', out);
}

static void head(FILE *out, const struct vcd *s)
{
    fputs("$comment world: 0 hypervisor (EL2), 1 host below EL2, 2 guest $end\n$timescale 1 ns $end\n", out);
    for (unsigned pe = 0; pe < EXPORT_MAX_PES; pe++) {
        if (!s->pes[pe].seen) {
            continue;
        }
        fprintf(out, "$scope module pe%u $end\n", pe);
        for (unsigned i = 0; i < SIG_COUNT; i++) {
            fprintf(out, "$var wire %u ", signals[i].bits);
            put_code(out, pe, i);
            fprintf(out, " %s", signals[i].name);
            if (signals[i].bits > 1) {
                fprintf(out, " [%u:0]", signals[i].bits - 1);
            }
            fputs(" $end\n", out);
        }
        fputs("$upscope $end\n", out);
    }
    fputs("$enddefinitions $end\n#0\n$dumpvars\n", out);
    for (unsigned pe = 0; pe < EXPORT_MAX_PES; pe++) {
        for (unsigned i = 0; s->pes[pe].seen && i < SIG_COUNT; i++) {
            put_unknown(out, pe, i);
        }
    }
    fputs("$end\n", out);
}

/* All changes of one time, from s->v[i] on: what a signal holds in the end counts. The number of the first one of a later time. */
static size_t put_time(struct export *x, size_t i)
{
    struct vcd *s = x->state;
    uint64_t ns = s->v[i].ns;
    bool said = ns == 0;
    size_t past = i;
    for (; past < s->n && s->v[past].ns == ns; past++) {
        s->pes[s->v[past].pe].now[s->v[past].sig] = s->v[past].value;
    }
    for (; i < past; i++) {
        const struct change *c = &s->v[i];
        struct vcd_pe *p = &s->pes[c->pe];
        if (p->told[c->sig] && p->shown[c->sig] == p->now[c->sig]) {
            continue;
        }
        if (!said) {
            fprintf(x->out, "#%" PRIu64 "\n", ns);
            said = true;
        }
        put_value(x->out, c->pe, c->sig, p->now[c->sig]);
        p->told[c->sig] = true;
        p->shown[c->sig] = p->now[c->sig];
    }
    return past;
}

static void end(struct export *x)
{
    struct vcd *s = x->state;
    qsort(s->v, s->n, sizeof(s->v[0]), by_time);
    head(x->out, s);
    for (size_t i = 0; i < s->n;) {
        i = put_time(x, i);
    }
    if (s->n != 0 && s->end_ns != s->v[s->n - 1].ns) {
        fprintf(x->out, "#%" PRIu64 "\n", s->end_ns);
    }
}

static void drop(struct export *x)
{
    struct vcd *s = x->state;
    free(s->v);
}

const struct export_ops export_vcd = {
    .name = "vcd", .state_size = sizeof(struct vcd), .begin = begin, .put = put, .end = end, .drop = drop,
    .kinds = REC_USUAL & ~REC_BIT(REC_ESB),
};
