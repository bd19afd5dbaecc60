/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chrome's trace event format (JSON), which Perfetto reads too. Spans of a track are opened and closed as a stack, so
 * they nest. A process for each PE: worlds (guest or exit handling, world, EL, wait), one track for each mask, pending
 * line and timer, one for events of the TLB and one for other events; a process for physical interrupts and one for
 * each PE's virtual ones, a track for each INTID.
 */
#include "hyp/export-int.h"

#include "hyp/switches.h"
#include "hyp/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    TID_WORLD = 1, TID_MASK = 2, TID_PENDING = 6, TID_TIMER = 12, TID_TLB = 16, TID_EVENTS = 17, TID_COUNT = 18,
    MAX_LRS = 16, FUNCTION_LEN = 96, PID_PE = 1, PID_IRQ = 1000, PID_VIRQ = 1001,    /* plus the PE's number */
};

enum { LEVEL_SIDE, LEVEL_WORLD, LEVEL_EL, LEVEL_FUNCTION, LEVEL_WAIT, LEVELS };
enum { SIDE_NONE, SIDE_GUEST, SIDE_OUTSIDE };

struct chrome_pe {
    bool seen;
    unsigned side;                  /* SIDE_NONE until the first switch */
    int open[LEVELS];               /* what is open on the world track: the number of a span's name, -1 none */
    char function[FUNCTION_LEN];    /* of the last instruction, in a trace of instructions */
    uint32_t lr_intid[MAX_LRS];     /* what each list register holds */
    bool lr_used[MAX_LRS];
    bool line[TID_COUNT];           /* open spans of the tracks of one bit each */
    uint64_t last_ns;
};

/* One interrupt number: pending and active make at most one span at a time. */
struct chrome_irq {
    uint32_t pid, intid;
    uint8_t state, open;            /* bit 0 pending, 1 active */
    uint64_t last_ns;
};

struct chrome {
    bool any;
    struct chrome_pe pes[EXPORT_MAX_PES];
    struct chrome_irq *irqs;
    size_t n_irqs, cap_irqs;
    uint64_t end_ns;
};

static const char *const world_names[] = {[WORLD_HYP] = "hypervisor", [WORLD_HOST] = "host", [WORLD_GUEST] = "guest"};
static const char *const bit_names[TID_COUNT] = {
    [TID_MASK] = "PSTATE.F", "PSTATE.I", "PSTATE.A", "PSTATE.D",
    [TID_PENDING] = "SError", "virtual SError", "IRQ", "FIQ", "virtual IRQ", "virtual FIQ",
    [TID_TIMER] = "CNTP", "CNTV", "CNTHP", "CNTHV", [TID_TLB] = "TLB", [TID_EVENTS] = "events",
};

/* ---- writing ---- */

/* {"ph":P,"pid":..,"tid":..,"ts":.. ; the caller goes on with members and ends with "}". Times are in microseconds. */
static void event(struct export *x, const char *ph, unsigned pid, unsigned tid, uint64_t ns)
{
    struct chrome *c = x->state;
    fprintf(x->out, "%s{\"ph\":\"%s\",\"pid\":%u,\"tid\":%u,\"ts\":%" PRIu64 ".%03u", c->any ? ",\n" : "", ph, pid, tid, ns / 1000,
            (unsigned)(ns % 1000));
    c->any = true;
}

static void open_span(struct export *x, unsigned pid, unsigned tid, uint64_t ns, const char *name)
{
    event(x, "B", pid, tid, ns);
    hyp_json_string(x->out, "name", name);
    fputc('}', x->out);
}

static void close_span(struct export *x, unsigned pid, unsigned tid, uint64_t ns)
{
    event(x, "E", pid, tid, ns);
    fputc('}', x->out);
}

static void name_track(struct export *x, unsigned pid, unsigned tid, const char *what, const char *name)
{
    event(x, "M", pid, tid, 0);
    hyp_json_string(x->out, "name", what);
    fputs(",\"args\":{\"name\":", x->out);
    hyp_json_quote(x->out, name);
    fputs("}}", x->out);
}

/* An event without duration: {..., "args":{"pc":..., "symbol":...}} */
static void instant(struct export *x, const struct rec *r, unsigned tid, const char *name)
{
    char sym[128];
    event(x, "i", PID_PE + r->pe, tid, r->time_ns);
    fputs(",\"s\":\"t\"", x->out);
    hyp_json_string(x->out, "name", name);
    fprintf(x->out, ",\"args\":{\"pc\":\"%#" PRIx64 "\"", r->pc);
    if (x->opts.symbol != NULL && x->opts.symbol(x->opts.symbol_opaque, r->pc, sym, sizeof(sym))) {
        hyp_json_string(x->out, "symbol", sym);
    }
    fputs("}}", x->out);
}

/* ---- the world track ---- */

static void name_span(const struct export *x, const struct chrome_pe *p, const struct rec *r, unsigned level, int value, char *buf, size_t len)
{
    switch (level) {
    case LEVEL_SIDE:
        if (value == SIDE_GUEST) {
            snprintf(buf, len, "guest %u", vttbr_vmid(r->vttbr));
        } else if (r->type == 0) {
            esr_reason(buf, len, r->a, &x->opts.names);
        } else {
            unsigned ec;
            snprintf(buf, len, "%s", export_kvm_type(r, &ec));
        }
        break;
    case LEVEL_WORLD: snprintf(buf, len, "%s", world_names[value]); break;
    case LEVEL_EL: snprintf(buf, len, "EL%d", value); break;
    case LEVEL_FUNCTION: snprintf(buf, len, "%s", p->function); break;
    default: snprintf(buf, len, "wait"); break;
    }
}

static void close_from(struct export *x, struct chrome_pe *p, unsigned pe, unsigned level, uint64_t ns)
{
    for (unsigned l = LEVELS; l-- > level;) {
        if (p->open[l] >= 0) {
            close_span(x, PID_PE + pe, TID_WORLD, ns);
            p->open[l] = -1;
        }
    }
}

/* In a trace of instructions: a number for the function that runs, or -1. Other records leave it as it is. */
static int function_of(struct export *x, struct chrome_pe *p, const struct rec *r)
{
    char name[FUNCTION_LEN];
    if (r->kind != REC_INSN) {
        return p->open[LEVEL_FUNCTION];
    }
    if (x->opts.symbol == NULL || !x->opts.symbol(x->opts.symbol_opaque, r->pc, name, sizeof(name))) {
        return -1;
    }
    char *plus = strstr(name, "+0x");
    if (plus != NULL) {
        *plus = '\0';
    }
    if (p->open[LEVEL_FUNCTION] >= 0 && strcmp(name, p->function) == 0) {
        return p->open[LEVEL_FUNCTION];
    }
    snprintf(p->function, sizeof(p->function), "%s", name);
    return p->open[LEVEL_FUNCTION] == 0 ? 1 : 0; /* another one than that which is open */
}

/* Bring the stack of spans to what holds after the record. A switch closes all of it. */
static void follow_world(struct export *x, struct chrome_pe *p, const struct rec *r)
{
    bool is_switch = rec_is_guest_exit(r) || rec_is_guest_entry(r);
    if (is_switch) {
        p->side = r->kind == REC_ERET ? SIDE_GUEST : SIDE_OUTSIDE;
    }
    int want[LEVELS] = {
        [LEVEL_SIDE] = p->side == SIDE_NONE ? -1 : (int)p->side, [LEVEL_WORLD] = (int)world_of(r->el, r->hcr, r->vttbr),
        [LEVEL_EL] = r->el, [LEVEL_FUNCTION] = function_of(x, p, r), [LEVEL_WAIT] = r->kind == REC_WFI ? 0 : -1,
    };
    unsigned l = 0;
    while (l < LEVELS && !(is_switch && l == LEVEL_SIDE) && want[l] == p->open[l]) {
        l++;
    }
    close_from(x, p, r->pe, l, r->time_ns);
    if (l < LEVEL_FUNCTION && r->kind != REC_INSN) {
        want[LEVEL_FUNCTION] = -1; /* elsewhere: the next instruction says where */
    }
    for (; l < LEVELS; l++) {
        char name[96];
        if (want[l] >= 0) {
            name_span(x, p, r, l, want[l], name, sizeof(name));
            open_span(x, PID_PE + r->pe, TID_WORLD, r->time_ns, name);
            p->open[l] = want[l];
        }
    }
}

/* ---- tracks of one bit ---- */

static void follow_bit(struct export *x, struct chrome_pe *p, const struct rec *r, unsigned tid, bool on)
{
    if (on == p->line[tid]) {
        return;
    }
    if (on) {
        open_span(x, PID_PE + r->pe, tid, r->time_ns, bit_names[tid]);
    } else {
        close_span(x, PID_PE + r->pe, tid, r->time_ns);
    }
    p->line[tid] = on;
}

/* ---- interrupts ---- */

static struct chrome_irq *irq_of(struct export *x, unsigned pid, uint32_t intid)
{
    struct chrome *c = x->state;
    bool known = false;
    char name[48];
    for (size_t i = 0; i < c->n_irqs; i++) {
        known = known || c->irqs[i].pid == pid;
        if (c->irqs[i].pid == pid && c->irqs[i].intid == intid) {
            return &c->irqs[i];
        }
    }
    void *v = c->irqs;
    if (!export_grow(x, &v, &c->cap_irqs, c->n_irqs, sizeof(c->irqs[0]))) {
        return NULL;
    }
    c->irqs = v;
    if (!known) {
        if (pid == PID_IRQ) {
            snprintf(name, sizeof(name), "interrupts");
        } else {
            snprintf(name, sizeof(name), "virtual interrupts of PE %u", pid - PID_VIRQ);
        }
        name_track(x, pid, intid, "process_name", name);
    }
    snprintf(name, sizeof(name), "INTID %u", intid);
    name_track(x, pid, intid, "thread_name", name);
    c->irqs[c->n_irqs] = (struct chrome_irq){.pid = pid, .intid = intid};
    return &c->irqs[c->n_irqs++];
}

/* Pending, active, or both: one span, replaced when that changes */
static void irq_state(struct export *x, struct chrome_irq *q, uint64_t ns, unsigned state)
{
    static const char *const names[4] = {NULL, "pending", "active", "active and pending"};
    ns = ns < q->last_ns ? q->last_ns : ns; /* PEs' turns overlap in time */
    q->last_ns = ns;
    q->state = (uint8_t)state;
    if (q->open == state) {
        return;
    }
    if (q->open != 0) {
        close_span(x, q->pid, q->intid, ns);
    }
    if (state != 0) {
        open_span(x, q->pid, q->intid, ns, names[state]);
    }
    q->open = (uint8_t)state;
}

/* ICH_LR<n>_EL2.State: bit 0 pending, bit 1 active */
static unsigned lr_state(uint64_t lr)
{
    return (unsigned)(lr >> 62);
}

/* A list register that is written loses the interrupt that it held. */
static void leave_lr(struct export *x, const struct rec *r)
{
    struct chrome *c = x->state;
    uint32_t *held = &c->pes[r->pe].lr_intid[r->c % MAX_LRS];
    bool *in_use = &c->pes[r->pe].lr_used[r->c % MAX_LRS];
    if (*in_use && *held != (uint32_t)r->a) {
        struct chrome_irq *old = irq_of(x, PID_VIRQ + r->pe, *held);
        if (old != NULL) {
            irq_state(x, old, r->time_ns, 0);
        }
    }
    *held = (uint32_t)r->a;
    *in_use = lr_state(r->d) != 0;
}

static void follow_irq(struct export *x, const struct rec *r)
{
    if (r->kind == REC_LR_WRITE) {
        leave_lr(x, r);
        if (lr_state(r->d) == 0 && r->a == 0) {
            return; /* emptied */
        }
    }
    bool virt = r->kind == REC_LR_WRITE || (r->kind != REC_IRQ_PENDED && r->type == 1);
    struct chrome_irq *q = irq_of(x, virt ? PID_VIRQ + r->pe : PID_IRQ, (uint32_t)r->a);
    if (q == NULL) {
        return;
    }
    switch (r->kind) {
    case REC_IRQ_PENDED: irq_state(x, q, r->time_ns, q->state | 1u); break;
    case REC_IRQ_ACK: irq_state(x, q, r->time_ns, 2); break;
    case REC_IRQ_DEACTIVATED: irq_state(x, q, r->time_ns, q->state & 1u); break;
    case REC_LR_WRITE: irq_state(x, q, r->time_ns, lr_state(r->d)); break;
    default: break; /* a priority drop changes neither */
    }
}

/* ---- instants ---- */

static void other(struct export *x, const struct rec *r)
{
    static const char *const barriers[] = {"ISB", "DSB", "DMB"};
    char name[128], reg[64];
    switch (r->kind) {
    case REC_SYSREG: case REC_SYSREG_READ:
        esr_sysreg_name(reg, sizeof(reg), (uint16_t)r->a, &x->opts.names);
        snprintf(name, sizeof(name), r->kind == REC_SYSREG ? "%s = %#" PRIx64 : "read %s: %#" PRIx64, reg, r->b);
        break;
    case REC_PSCI: snprintf(name, sizeof(name), "PSCI %#" PRIx64 ": %" PRId64, r->a, (int64_t)r->b); break;
    case REC_BARRIER: snprintf(name, sizeof(name), "%s", r->a < ARRAY_LEN(barriers) ? barriers[r->a] : "barrier"); break;
    case REC_ESB: snprintf(name, sizeof(name), "ESB"); break;
    case REC_SERROR_DEFERRED: snprintf(name, sizeof(name), "SError deferred: %#" PRIx64, r->a); break;
    case REC_SERROR_PENDED: snprintf(name, sizeof(name), "SError pended: %#" PRIx64, r->a); break;
    case REC_MMIO: snprintf(name, sizeof(name), "%s %#" PRIx64 ": %#" PRIx64, r->type == 0 ? "read" : "write", r->a, r->b); break;
    case REC_MARK: snprintf(name, sizeof(name), "mark %" PRIu64, r->a); break;
    case REC_TLBI: snprintf(name, sizeof(name), "TLBI %#" PRIx64 " asid %" PRIu64 " vmid %" PRIu64, r->a, r->b, r->c); break;
    case REC_TLB_FILL: snprintf(name, sizeof(name), "fill %#" PRIx64 " -> %#" PRIx64, r->b, r->c); break;
    default: return;
    }
    instant(x, r, r->kind == REC_TLBI || r->kind == REC_TLB_FILL ? TID_TLB : TID_EVENTS, name);
}

/* ---- the consumer ---- */

static void begin(struct export *x)
{
    fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n", x->out);
}

static void first_of_pe(struct export *x, struct chrome_pe *p, unsigned pe)
{
    char name[32];
    p->seen = true;
    for (unsigned l = 0; l < LEVELS; l++) {
        p->open[l] = -1;
    }
    snprintf(name, sizeof(name), "PE %u", pe);
    name_track(x, PID_PE + pe, 0, "process_name", name);
    name_track(x, PID_PE + pe, TID_WORLD, "thread_name", "worlds");
    for (unsigned tid = TID_MASK; tid < TID_COUNT; tid++) {
        name_track(x, PID_PE + pe, tid, "thread_name", bit_names[tid]);
    }
}

static void put(struct export *x, const struct rec *r)
{
    struct chrome *c = x->state;
    struct chrome_pe *p = &c->pes[r->pe];
    if (!p->seen) {
        first_of_pe(x, p, r->pe);
    }
    p->last_ns = r->time_ns > p->last_ns ? r->time_ns : p->last_ns;
    c->end_ns = r->time_ns > c->end_ns ? r->time_ns : c->end_ns;
    follow_world(x, p, r);
    for (unsigned i = 0; i < 4; i++) {
        follow_bit(x, p, r, TID_MASK + i, r->daif >> i & 1);
    }
    for (unsigned i = 0; i < 6; i++) {
        follow_bit(x, p, r, TID_PENDING + i, r->pending >> i & 1);
    }
    if (r->kind == REC_TIMER && r->a < 4) {
        follow_bit(x, p, r, TID_TIMER + (unsigned)r->a, r->b != 0);
    } else if ((rec_group_kinds(REC_GROUP_IRQ) >> r->kind & 1) != 0) {
        follow_irq(x, r);
    } else {
        other(x, r);
    }
}

static void end(struct export *x)
{
    struct chrome *c = x->state;
    for (unsigned pe = 0; pe < EXPORT_MAX_PES; pe++) {
        struct chrome_pe *p = &c->pes[pe];
        if (!p->seen) {
            continue;
        }
        close_from(x, p, pe, 0, p->last_ns);
        for (unsigned tid = 0; tid < TID_COUNT; tid++) {
            if (p->line[tid]) {
                close_span(x, PID_PE + pe, tid, p->last_ns);
            }
        }
    }
    for (size_t i = 0; i < c->n_irqs; i++) {
        irq_state(x, &c->irqs[i], c->end_ns, 0);
    }
    fputs("\n]}\n", x->out);
}

static void drop(struct export *x)
{
    struct chrome *c = x->state;
    free(c->irqs);
}

const struct export_ops export_chrome = {
    .name = "chrome", .state_size = sizeof(struct chrome), .begin = begin, .put = put, .end = end, .drop = drop,
    .kinds = ~(REC_BIT(REC_REG) | REC_BIT(REC_MEM) | REC_BIT(REC_WALK) | REC_BIT(REC_WALK_STEP) |
               REC_BIT(REC_WORLD) | REC_BIT(REC_GUEST_ENTRY) | REC_BIT(REC_GUEST_EXIT)),
};
