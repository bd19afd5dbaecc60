/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/switches.h"

#include "hyp/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { REASON_LEN = 96, MAX_REASONS = 1024, MAX_PES = 256 };

enum { HCR_VM_BIT = 0, HCR_DC_BIT = 12, HCR_TGE_BIT = 27 };

/* Exits of one kind. Handling time runs from the exit to the next guest entry on the same PE. */
struct reason {
    char name[REASON_LEN];
    uint64_t exits;
    uint64_t handled;       /* exits that were followed by an entry */
    uint64_t sum_ns, min_ns, max_ns;
    uint64_t sum_insns;
    uint64_t guest_ns;      /* time in the guest before these exits */
};

struct pe_state {
    bool in_guest;
    bool seen_exit;
    struct reason *last;        /* of the latest exit */
    uint64_t since_ns;          /* time and count of the latest entry or exit */
    uint64_t since_icount;
};

struct switches {
    FILE *out;
    struct switches_opts opts;
    struct rec_sink sink;
    struct pe_state pes[MAX_PES];
    struct reason reasons[MAX_REASONS];
    unsigned n_reasons;
    uint64_t entries, exits;
    uint64_t guest_ns, guest_insns;
    uint64_t outside_ns, outside_insns;
    bool head_done;
};

enum world world_of(unsigned el, uint64_t hcr_el2, uint64_t vttbr_el2)
{
    if (el >= 2) {
        return WORLD_HYP;
    }
    /* HCR_EL2.DC behaves as VM = 1. TGE = 1 turns stage 2 off for EL0. */
    bool stage2 = (bit64(hcr_el2, HCR_VM_BIT) || bit64(hcr_el2, HCR_DC_BIT)) && !bit64(hcr_el2, HCR_TGE_BIT);
    /* VMID 0 belongs to the host in every hypervisor that puts its own host behind stage 2. */
    return stage2 && vttbr_vmid(vttbr_el2) != 0 ? WORLD_GUEST : WORLD_HOST;
}

static bool symbol_text(const struct switches *s, uint64_t va, char *buf, size_t len)
{
    return s->opts.symbol != NULL && s->opts.symbol(s->opts.symbol_opaque, va, buf, len);
}

/* ---- what an exit was for ---- */

static const char *const interrupt_names[] = {
    [1] = "IRQ", [2] = "FIQ", [3] = "SError", [4] = "virtual IRQ", [5] = "virtual FIQ", [6] = "virtual SError",
};

/* FIQ and IRQ leave no syndrome; an SError has one. */
static bool has_syndrome(const struct rec *r)
{
    return r->type == 0 || r->type == 3;
}

void exit_reason(char *buf, size_t len, const struct rec *r, const struct esr_names *names)
{
    if (has_syndrome(r)) {
        esr_reason(buf, len, r->a, names);
    } else {
        snprintf(buf, len, "%s", r->type < ARRAY_LEN(interrupt_names) ? interrupt_names[r->type] : "interrupt?");
    }
}

static void exit_words(const struct switches *s, const struct rec *r, char *buf, size_t len)
{
    if (has_syndrome(r)) {
        esr_describe(buf, len, r->a, &s->opts.names);
    } else {
        exit_reason(buf, len, r, &s->opts.names);
    }
}

static struct reason *reason_of(struct switches *s, const struct rec *r)
{
    char name[REASON_LEN];
    exit_reason(name, sizeof(name), r, &s->opts.names);
    for (unsigned i = 0; i < s->n_reasons; i++) {
        if (strcmp(s->reasons[i].name, name) == 0) {
            return &s->reasons[i];
        }
    }
    if (s->n_reasons == MAX_REASONS) {
        snprintf(s->reasons[MAX_REASONS - 1].name, REASON_LEN, "(other reasons)");
        return &s->reasons[MAX_REASONS - 1];
    }
    struct reason *n = &s->reasons[s->n_reasons++];
    memcpy(n->name, name, sizeof(name));
    n->min_ns = UINT64_MAX;
    return n;
}

/* ---- a line for each switch ---- */

static void text_head(struct switches *s)
{
    if (!s->head_done) {
        s->head_done = true;
        fprintf(s->out, "%14s  pe  vmid  %-5s  %-15s  %-16s  %s\n", "instructions", "", "    time before", "guest pc", "why");
    }
}

static void text_line(struct switches *s, const struct rec *r, uint64_t pc, uint64_t side_ns, bool timed, const char *why)
{
    bool is_exit = r->kind == REC_EXC_ENTRY;
    char t[HYP_TIME_LEN], sym[128];
    text_head(s);
    fprintf(s->out, "%14" PRIu64 "  %2u  %4u  %-5s  %-5s %9s  %016" PRIx64 "  %s", r->icount, r->pe, vttbr_vmid(r->vttbr),
            is_exit ? "exit" : "enter", timed ? (is_exit ? "guest" : "host") : "", timed ? hyp_time_text(t, side_ns) : "", pc, why);
    if (is_exit && r->type == 0) {
        uint64_t ipa;
        if (esr_far_valid(r->a)) {
            fprintf(s->out, ", va %#" PRIx64, r->b);
        }
        if (esr_ipa(r->a, r->b, r->c, &ipa)) {
            fprintf(s->out, " ipa %#" PRIx64, ipa);
        }
    }
    if (symbol_text(s, pc, sym, sizeof(sym))) {
        fprintf(s->out, "  <%s>", sym);
    }
    fputc('\n', s->out);
}

static void json_line(struct switches *s, const struct rec *r, uint64_t pc, uint64_t side_ns, uint64_t side_insns, bool timed,
                      const char *why)
{
    bool is_exit = r->kind == REC_EXC_ENTRY;
    char sym[128];
    fprintf(s->out, "{\"event\":\"%s\",\"insns\":%" PRIu64 ",\"time_ns\":%" PRIu64 ",\"pe\":%u,\"vmid\":%u,\"pc\":\"%#" PRIx64 "\"",
            is_exit ? "exit" : "enter", r->icount, r->time_ns, r->pe, vttbr_vmid(r->vttbr), pc);
    if (symbol_text(s, pc, sym, sizeof(sym))) {
        hyp_json_string(s->out, "symbol", sym);
    }
    fprintf(s->out, ",\"el\":%d", is_exit ? r->from_el : r->el);
    if (timed) {
        fprintf(s->out, ",\"%s_ns\":%" PRIu64 ",\"%s_insns\":%" PRIu64, is_exit ? "guest" : "host", side_ns,
                is_exit ? "guest" : "host", side_insns);
    }
    if (is_exit) {
        char reason[REASON_LEN];
        uint64_t ipa;
        exit_reason(reason, sizeof(reason), r, &s->opts.names);
        hyp_json_string(s->out, "reason", reason);
        hyp_json_string(s->out, "why", why);
        if (has_syndrome(r)) {
            fprintf(s->out, ",\"esr\":\"%#" PRIx64 "\"", r->a);
        }
        if (r->type == 0 && esr_far_valid(r->a)) {
            fprintf(s->out, ",\"va\":\"%#" PRIx64 "\"", r->b);
        }
        if (r->type == 0 && esr_ipa(r->a, r->b, r->c, &ipa)) {
            fprintf(s->out, ",\"ipa\":\"%#" PRIx64 "\"", ipa);
        }
    }
    fputs("}\n", s->out);
}

static void line(struct switches *s, const struct rec *r, uint64_t pc, uint64_t side_ns, uint64_t side_insns, bool timed,
                 const char *why)
{
    if (s->opts.table_only) {
        return;
    }
    if (s->opts.format == SWITCHES_JSON) {
        json_line(s, r, pc, side_ns, side_insns, timed, why);
    } else {
        text_line(s, r, pc, side_ns, timed, why);
    }
}

/* ---- the observer ---- */

static void guest_exit(struct switches *s, struct pe_state *p, const struct rec *r)
{
    struct reason *why = reason_of(s, r);
    uint64_t ns = r->time_ns - p->since_ns;
    uint64_t insns = r->icount - p->since_icount;
    char words[192];

    exit_words(s, r, words, sizeof(words));
    line(s, r, r->pc, ns, insns, p->in_guest, words);
    s->exits++;
    why->exits++;
    if (p->in_guest) {
        why->guest_ns += ns;
        s->guest_ns += ns;
        s->guest_insns += insns;
    }
    p->in_guest = false;
    p->seen_exit = true;
    p->last = why;
    p->since_ns = r->time_ns;
    p->since_icount = r->icount;
}

static void guest_enter(struct switches *s, struct pe_state *p, const struct rec *r)
{
    uint64_t ns = r->time_ns - p->since_ns;
    uint64_t insns = r->icount - p->since_icount;
    char words[32];

    snprintf(words, sizeof(words), "to EL%u%s", r->el, r->el == 0 ? "" : (r->a & 1) ? "h" : "t");
    line(s, r, r->b, ns, insns, p->seen_exit, words);
    s->entries++;
    if (p->last != NULL) {
        struct reason *why = p->last;
        why->handled++;
        why->sum_ns += ns;
        why->sum_insns += insns;
        why->min_ns = ns < why->min_ns ? ns : why->min_ns;
        why->max_ns = ns > why->max_ns ? ns : why->max_ns;
        s->outside_ns += ns;
        s->outside_insns += insns;
        p->last = NULL;
    }
    p->in_guest = true;
    p->since_ns = r->time_ns;
    p->since_icount = r->icount;
}

static void put(void *opaque, const struct rec *r)
{
    struct switches *s = opaque;
    struct pe_state *p = &s->pes[r->pe];

    if (rec_is_guest_exit(r)) {
        guest_exit(s, p, r);
    } else if (rec_is_guest_entry(r)) {
        guest_enter(s, p, r);
    }
}

/* ---- the table ---- */

static int by_count(const void *a, const void *b)
{
    const struct reason *x = a, *y = b;
    if (x->exits != y->exits) {
        return x->exits < y->exits ? 1 : -1;
    }
    return strcmp(x->name, y->name);
}

/* n / of in hundredths of a percent, rounded */
static uint64_t share(uint64_t n, uint64_t of)
{
    return of == 0 ? 0 : (uint64_t)(((unsigned __int128)n * 10000 + of / 2) / of);
}

static void text_row(FILE *out, const struct reason *r, uint64_t exits, uint64_t outside_ns)
{
    char mn[HYP_TIME_LEN], mean[HYP_TIME_LEN], mx[HYP_TIME_LEN];
    uint64_t pc = share(r->exits, exits), tpc = share(r->sum_ns, outside_ns);
    fprintf(out, "%-46s %9" PRIu64 " %3" PRIu64 ".%02" PRIu64 "%%", r->name, r->exits, pc / 100, pc % 100);
    if (r->handled == 0) {
        fprintf(out, " %10s %10s %10s %9s %8s\n", "-", "-", "-", "-", "-");
        return;
    }
    fprintf(out, " %10s %10s %10s %9" PRIu64 " %3" PRIu64 ".%02" PRIu64 "%%\n", hyp_time_text(mn, r->min_ns),
            hyp_time_text(mean, r->sum_ns / r->handled), hyp_time_text(mx, r->max_ns), r->sum_insns / r->handled, tpc / 100, tpc % 100);
}

static void text_table(const struct switches *s)
{
    char guest[HYP_TIME_LEN], outside[HYP_TIME_LEN];
    struct reason total = {.name = "total", .exits = s->exits, .min_ns = UINT64_MAX};
    fprintf(s->out, "%s%" PRIu64 " guest entries, %" PRIu64 " exits\n", s->opts.table_only ? "" : "\n", s->entries, s->exits);
    if (s->exits == 0) {
        return;
    }
    fprintf(s->out, "\n%-46s %9s %7s %32s %9s %8s\n%-46s %9s %7s %10s %10s %10s %9s %8s\n", "", "", "", "time until the next entry   ",
            "mean", "of the", "reason of exit", "exits", "share", "min", "mean", "max", "insns", "time");
    for (unsigned i = 0; i < s->n_reasons; i++) {
        const struct reason *r = &s->reasons[i];
        text_row(s->out, r, s->exits, s->outside_ns);
        total.handled += r->handled;
        total.sum_ns += r->sum_ns;
        total.sum_insns += r->sum_insns;
        if (r->handled > 0) {
            total.min_ns = r->min_ns < total.min_ns ? r->min_ns : total.min_ns;
            total.max_ns = r->max_ns > total.max_ns ? r->max_ns : total.max_ns;
        }
    }
    text_row(s->out, &total, s->exits, s->outside_ns);
    fprintf(s->out, "\nin the guest %s (%" PRIu64 " instructions), outside between exits and entries %s (%" PRIu64 " instructions)\n",
            hyp_time_text(guest, s->guest_ns), s->guest_insns, hyp_time_text(outside, s->outside_ns), s->outside_insns);
}

static void json_table(const struct switches *s)
{
    for (unsigned i = 0; i < s->n_reasons; i++) {
        const struct reason *r = &s->reasons[i];
        fprintf(s->out, "{\"event\":\"reason\"");
        hyp_json_string(s->out, "reason", r->name);
        fprintf(s->out, ",\"exits\":%" PRIu64 ",\"handled\":%" PRIu64 ",\"host_ns\":%" PRIu64 ",\"host_insns\":%" PRIu64, r->exits,
                r->handled, r->sum_ns, r->sum_insns);
        if (r->handled > 0) {
            fprintf(s->out, ",\"min_ns\":%" PRIu64 ",\"max_ns\":%" PRIu64, r->min_ns, r->max_ns);
        }
        fprintf(s->out, ",\"guest_ns\":%" PRIu64 "}\n", r->guest_ns);
    }
    fprintf(s->out, "{\"event\":\"total\",\"entries\":%" PRIu64 ",\"exits\":%" PRIu64 ",\"guest_ns\":%" PRIu64 ",\"guest_insns\":%" PRIu64
            ",\"host_ns\":%" PRIu64 ",\"host_insns\":%" PRIu64 "}\n", s->entries, s->exits, s->guest_ns, s->guest_insns, s->outside_ns,
            s->outside_insns);
}

bool switches_finish(struct switches *s)
{
    for (unsigned i = 0; i < ARRAY_LEN(s->pes); i++) {
        s->pes[i].last = NULL; /* points into the table that is sorted now */
    }
    qsort(s->reasons, s->n_reasons, sizeof(s->reasons[0]), by_count);
    if (s->opts.format == SWITCHES_JSON) {
        json_table(s);
    } else {
        text_table(s);
    }
    return fflush(s->out) == 0 && !ferror(s->out);
}

struct switches *switches_new(FILE *out, const struct switches_opts *opts)
{
    struct switches *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        return NULL;
    }
    s->out = out;
    s->opts = *opts;
    s->sink = (struct rec_sink){.put = put, .opaque = s};
    return s;
}

const struct rec_sink *switches_sink(struct switches *s)
{
    return &s->sink;
}

void switches_free(struct switches *s)
{
    free(s);
}

uint64_t switches_entries(const struct switches *s)
{
    return s->entries;
}

uint64_t switches_exits(const struct switches *s)
{
    return s->exits;
}
