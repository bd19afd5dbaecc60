/* SPDX-License-Identifier: Apache-2.0 */
/* Events of scenarios: matching of records, and records in words. */
#include "sim/scenario.h"

#include "cpu/sysreg.h"
#include "hyp/switches.h"
#include "sim/symbols.h"
#include "traces/esr.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

static const char *const type_names[] = {"synchronous exception", "IRQ", "FIQ", "SError", "virtual IRQ", "virtual FIQ", "virtual SError"};

static const char *sysreg_by_enc(void *opaque, uint16_t enc)
{
    int i = sysreg_lookup(enc);
    (void)opaque;
    return i < 0 ? NULL : sysreg_name((unsigned)i);
}

static const struct esr_names names = {.sysreg = sysreg_by_enc};

static bool has_syndrome(const struct rec *r)
{
    return r->type == 0 || r->type == 3 || r->type == 6;
}

/* ---- binding ---- */

static bool bind_value(struct scn_value *v, const struct scn_names *n, const char *file, struct err *err)
{
    struct err e;
    if (v->e == NULL) {
        return true;
    }
    if (!scn_expr_bind(v->e, n, &e)) {
        return err_set(err, "%s:%u: %s", file, v->line, e.msg);
    }
    if (!scn_expr_constant(v->e)) {
        return err_set(err, "%s:%u: expected a value that does not depend on the machine's state", file, v->line);
    }
    v->v = scn_expr_eval(v->e, NULL);
    return true;
}

bool scn_event_bind(struct scn_event *ev, const struct scn_names *n, const char *file, struct err *err)
{
    struct err e;
    if (ev->cond != NULL && !scn_expr_bind(ev->cond, n, &e)) {
        return err_set(err, "%s:%u: %s", file, ev->line, e.msg);
    }
    return bind_value(&ev->esr, n, file, err) && bind_value(&ev->iss, n, file, err) && bind_value(&ev->far, n, file, err) &&
           bind_value(&ev->ipa, n, file, err) && bind_value(&ev->vector, n, file, err) && bind_value(&ev->value, n, file, err) &&
           bind_value(&ev->pc_low, n, file, err) && bind_value(&ev->pc_high, n, file, err);
}

/* ---- matching ---- */

static enum world raised_in(const struct rec *r)
{
    return world_of(r->from_el, r->hcr, r->vttbr);
}

static bool kind_matches(const struct scn_event *ev, const struct rec *r)
{
    switch ((enum scn_kind)ev->kind) {
    case EV_EXIT: return r->kind == REC_EXC_ENTRY && r->el == 2 && raised_in(r) == WORLD_GUEST;
    case EV_ENTRY: return r->kind == REC_ERET && r->from_el == 2 && world_of(r->el, r->hcr, r->vttbr) == WORLD_GUEST;
    case EV_EXCEPTION: return r->kind == REC_EXC_ENTRY;
    case EV_ERET: return r->kind == REC_ERET;
    case EV_PENDED: return r->kind == REC_SERROR_PENDED;
    case EV_DEFERRED: return r->kind == REC_SERROR_DEFERRED;
    case EV_MASK: return r->kind == REC_MASK;
    case EV_READ: return r->kind == REC_SYSREG_READ;
    case EV_WRITE: return r->kind == REC_SYSREG;
    case EV_BARRIER:
        return (r->kind == REC_BARRIER && (ev->barrier < 0 || r->a == (uint64_t)ev->barrier)) ||
               (r->kind == REC_ESB && (ev->barrier < 0 || ev->barrier == BARRIER_ESB));
    case EV_WFI: return r->kind == REC_WFI && r->a == 0;
    case EV_WFE: return r->kind == REC_WFI && r->a == 1;
    case EV_PSCI: return r->kind == REC_PSCI;
    case EV_EXECUTE: return r->kind == REC_EXECUTE;
    default: return r->kind == REC_RAISED;
    }
}

bool scn_event_same_kind(const struct scn_event *ev, const struct rec *r)
{
    return kind_matches(ev, r) && (ev->kind != EV_EXECUTE || ev->value.e == NULL || r->pc == ev->value.v);
}

static bool reason_matches(const char *want, const struct rec *r)
{
    char text[96];
    if (r->kind != REC_EXC_ENTRY) {
        return false;
    }
    if (r->type != 0) {
        snprintf(text, sizeof(text), "%s", r->type < ARRAY_LEN(type_names) ? type_names[r->type] : "");
    } else {
        esr_reason(text, sizeof(text), r->a, &names);
    }
    return strncasecmp(text, want, strlen(want)) == 0;
}

static uint64_t iss_of(const struct rec *r)
{
    return r->a & UINT64_C(0x1ffffff);
}

static bool exception_filters(const struct scn_event *ev, const struct rec *r)
{
    uint64_t ipa;
    bool exc = r->kind == REC_EXC_ENTRY;
    if (ev->type >= 0 && (!exc || r->type != ev->type)) {
        return false;
    }
    if (ev->ec >= 0 && (!exc || !has_syndrome(r) || (int)esr_ec(r->a) != ev->ec)) {
        return false;
    }
    if (ev->esr.e != NULL && (!exc || !has_syndrome(r) || r->a != ev->esr.v)) {
        return false;
    }
    if (ev->iss.e != NULL && ((exc && !has_syndrome(r)) || iss_of(r) != ev->iss.v)) {
        return false;
    }
    if (ev->far.e != NULL && (!exc || r->b != ev->far.v)) {
        return false;
    }
    if (ev->ipa.e != NULL && (!exc || !esr_ipa(r->a, r->b, r->c, &ipa) || ipa != ev->ipa.v)) {
        return false;
    }
    return ev->vector.e == NULL || (exc && r->d == ev->vector.v);
}

static bool value_filters(const struct scn_event *ev, const struct rec *r, const char *const *ids)
{
    if (ev->reg >= 0 && r->a != (uint64_t)ev->reg) {
        return false;
    }
    if (ev->virt != VIRT_ANY && (r->b == 1) != (ev->virt == VIRT_VIRTUAL)) {
        return false;
    }
    if (ev->change_mask != 0 && (((r->a ^ r->b) & ev->change_mask) != ev->change_mask || (r->a & ev->change_mask) != ev->change_value)) {
        return false;
    }
    if (ev->kind == EV_RAISED && ev->id != NULL && (ids[r->a] == NULL || strcmp(ids[r->a], ev->id) != 0)) {
        return false;
    }
    if (ev->value.e == NULL) {
        return true;
    }
    uint64_t v = ev->kind == EV_EXECUTE ? r->pc : ev->kind == EV_READ || ev->kind == EV_WRITE ? r->b : r->a;
    return v == ev->value.v;
}

bool scn_event_match(const struct scn_event *ev, const struct rec *r, const struct pe *pe, const char *const *ids)
{
    if (!kind_matches(ev, r) || !value_filters(ev, r, ids) || !exception_filters(ev, r)) {
        return false;
    }
    if ((ev->from >= 0 && r->from_el != ev->from) || (ev->el >= 0 && r->el != ev->el) || (ev->pe >= 0 && r->pe != ev->pe)) {
        return false;
    }
    if (ev->world >= 0 && (int)raised_in(r) != ev->world) {
        return false;
    }
    if ((r->daif & ev->daif_mask) != ev->daif_value) {
        return false;
    }
    if (ev->pc_low.e != NULL && (r->pc < ev->pc_low.v || r->pc > (ev->pc_high.e != NULL ? ev->pc_high.v : ev->pc_low.v))) {
        return false;
    }
    if (ev->reason != NULL && !reason_matches(ev->reason, r)) {
        return false;
    }
    return ev->cond == NULL || scn_expr_eval(ev->cond, pe) != 0;
}

/* ---- in words ---- */

void scn_va_text(FILE *f, const struct symbols *symbols, uint64_t va)
{
    char buf[128];
    if (symbols != NULL && symbols_name(symbols, va, buf, sizeof(buf))) {
        fprintf(f, "%#" PRIx64 " <%s>", va, buf);
    } else {
        fprintf(f, "%#" PRIx64, va);
    }
}

static const char *world_text(enum world w)
{
    return w == WORLD_GUEST ? "guest" : w == WORLD_HOST ? "host" : "hypervisor";
}

static void exception_text(FILE *f, const struct rec *r, const struct symbols *symbols)
{
    char words[192];
    if (r->type == 0) {
        esr_describe(words, sizeof(words), r->a, &names);
        fprintf(f, "%s", words);
    } else {
        fprintf(f, "%s taken", r->type < ARRAY_LEN(type_names) ? type_names[r->type] : "?");
        if (has_syndrome(r)) {
            fprintf(f, ", ISS %#" PRIx64, iss_of(r));
        }
    }
    fprintf(f, ", EL%u to EL%u (%s), vector 0x%03" PRIx64 ", at ", r->from_el, r->el, world_text(raised_in(r)), r->d);
    scn_va_text(f, symbols, r->pc);
    if (r->type == 0 && esr_far_valid(r->a)) {
        fprintf(f, ", FAR %#" PRIx64, r->b);
    }
}

static void register_text(FILE *f, const struct rec *r, const char *verb)
{
    char name[32];
    esr_sysreg_name(name, sizeof(name), (uint16_t)r->a, &names);
    fprintf(f, "%s %s = %#" PRIx64, verb, name, r->b);
    if (r->kind == REC_SYSREG) {
        fprintf(f, " (was %#" PRIx64 ")", r->c);
    }
}

static void mask_text(FILE *f, const struct rec *r)
{
    static const char letters[] = "DAIF";
    fputs("PSTATE", f);
    for (unsigned i = 0; i < 4; i++) {
        unsigned bit = 8u >> i;
        if (((r->a ^ r->b) & bit) != 0) {
            fprintf(f, " %c=%d", letters[i], (r->a & bit) != 0);
        }
    }
    fputs(r->a == r->b ? ".DAIF written, unchanged" : "", f);
}

static void event_text(FILE *f, const struct rec *r, const struct symbols *symbols, const char *const *ids)
{
    static const char *const barriers[] = {"ISB", "DSB", "DMB"};
    switch (r->kind) {
    case REC_EXC_ENTRY: exception_text(f, r, symbols); return;
    case REC_ERET:
        fprintf(f, "ERET EL%u to EL%u%s, to ", r->from_el, r->el,
                r->from_el == 2 && world_of(r->el, r->hcr, r->vttbr) == WORLD_GUEST ? " (guest)" : "");
        scn_va_text(f, symbols, r->b);
        break;
    case REC_SYSREG: register_text(f, r, "write"); break;
    case REC_SYSREG_READ: register_text(f, r, "read"); break;
    case REC_WFI: fputs(r->a == 0 ? "WFI" : "WFE", f); break;
    case REC_WAKE: fputs("wakes", f); break;
    case REC_PSCI: fprintf(f, "PSCI %#" PRIx64 " -> %#" PRIx64, r->a, r->b); break;
    case REC_MASK: mask_text(f, r); break;
    case REC_SERROR_PENDED:
        fprintf(f, "%sSError pended, ISS %#" PRIx64, r->b == 1 ? "virtual " : "", iss_of(r));
        break;
    case REC_SERROR_DEFERRED:
        fprintf(f, "%sSError deferred, %s = %#" PRIx64, r->b == 1 ? "virtual " : "", r->b == 1 ? "VDISR_EL2" : "DISR_EL1", r->a);
        break;
    case REC_BARRIER: fputs(r->a < ARRAY_LEN(barriers) ? barriers[r->a] : "barrier", f); break;
    case REC_ESB: fputs("ESB", f); break;
    case REC_EXECUTE: fputs("execute", f); break;
    case REC_RAISED: fprintf(f, "stimulus %s", ids[r->a] != NULL ? ids[r->a] : "given"); break;
    default: fprintf(f, "record %u", r->kind); break;
    }
    fputs(", at ", f);
    scn_va_text(f, symbols, r->pc);
}

void scn_rec_text(FILE *f, const struct rec *r, const struct symbols *symbols, const char *const *ids)
{
    fprintf(f, "%12" PRIu64 "  PE%u EL%u %c%c%c%c  ", r->icount, r->pe, r->el, r->daif & 8 ? 'D' : '-', r->daif & 4 ? 'A' : '-',
            r->daif & 2 ? 'I' : '-', r->daif & 1 ? 'F' : '-');
    event_text(f, r, symbols, ids);
}
