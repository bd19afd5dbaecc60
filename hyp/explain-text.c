/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/explain-int.h"

#include "hyp/switches.h"
#include "hyp/text.h"

#include <inttypes.h>
#include <string.h>

enum {
    EC_UNKNOWN = 0x00, EC_WFX = 0x01, EC_FP = 0x07, EC_PAC = 0x09, EC_SVC = 0x15, EC_HVC = 0x16, EC_SMC = 0x17, EC_SYSREG = 0x18,
    EC_ERET = 0x1a, EC_IABT = 0x20, EC_IABT_CUR = 0x21, EC_DABT = 0x24, EC_DABT_CUR = 0x25, EC_BREAKPT = 0x30, EC_BRK = 0x3c,
    HCR_VM = 0, HCR_FMO = 3, HCR_IMO = 4, HCR_AMO = 5, HCR_TWI = 13, HCR_TWE = 14, HCR_TSC = 19, HCR_TIDCP = 20, HCR_TGE = 27,
    HCR_E2H = 34, HCR_TEA = 37, HCR_API = 41, HCR_NV = 42,
};

static const char *const world_names[] = {[WORLD_HYP] = "hypervisor", [WORLD_HOST] = "host", [WORLD_GUEST] = "guest"};

static const char *place(const struct explain *e, uint64_t va, char *buf, size_t len)
{
    const struct dump_names *n = &e->opts.names;
    char sym[160];
    if (n->symbol != NULL && n->symbol(n->symbol_opaque, va, sym, sizeof(sym))) {
        snprintf(buf, len, "%#" PRIx64 " <%s>", va, sym);
    } else {
        snprintf(buf, len, "%#" PRIx64, va);
    }
    return buf;
}

static void what_text(const struct explain *e, const struct rec *r, char *buf, size_t len)
{
    static const char *const names[] = {"", "IRQ", "FIQ", "SError", "virtual IRQ", "virtual FIQ", "virtual SError"};
    if (r->type == 0) {
        esr_describe(buf, len, r->a, &e->opts.names.names);
    } else {
        snprintf(buf, len, "%s", r->type < ARRAY_LEN(names) ? names[r->type] : "interrupt");
    }
}

void explain_line(struct explain *e, const struct rec *r, uint64_t number)
{
    char what[192], at[200];
    what_text(e, r, what, sizeof(what));
    fprintf(e->out, "%9" PRIu64 " %12" PRIu64 " PE %u EL%u to EL%u %s at %s", number, r->icount, r->pe, r->from_el, r->el, what,
            place(e, r->pc, at, sizeof(at)));
    if (rec_is_guest_exit(r)) {
        fprintf(e->out, ", exit:%" PRIu64, e->exits);
    }
    fputc('\n', e->out);
}

/* ---- routing ---- */

static void hcr_bit(struct explain *e, const struct rec *r, const char *name, unsigned bit)
{
    fprintf(e->out, "HCR_EL2.%s (bit %u) is %u", name, bit, (unsigned)(r->hcr >> bit & 1));
}

static const struct explain_known *known(const struct explain_pe *p, const char *name)
{
    for (unsigned i = 0; i < EXPLAIN_KNOWN; i++) {
        if (strcmp(p->known[i].name, name) == 0) {
            return &p->known[i];
        }
    }
    return NULL;
}

static void known_text(struct explain *e, const struct explain_pe *p, const char *name, const char *field)
{
    const struct explain_known *k = known(p, name);
    char at[200];
    fprintf(e->out, "%s%s%s", name, field[0] != '\0' ? "." : "", field);
    if (k != NULL && k->seen) {
        fprintf(e->out, " (%s is %#" PRIx64 ", written at %s)", name, k->value, place(e, k->pc, at, sizeof(at)));
    }
}

/* EC 0x18: the encoding in the order of the instruction, from that of the ISS */
static uint16_t trapped_register(uint64_t esr, bool *write)
{
    *write = !bit64(esr, 0);
    return (uint16_t)(bits64(esr, 21, 20) << 14 | bits64(esr, 16, 14) << 11 | bits64(esr, 13, 10) << 7 | bits64(esr, 4, 1) << 3 |
                      bits64(esr, 19, 17));
}

static void route_sysreg(struct explain *e, const struct explain_pe *p, const struct rec *r)
{
    const char *name[8];
    uint64_t hcr[8];
    bool write;
    uint16_t enc = trapped_register(r->a, &write);
    unsigned n = e->opts.controls != NULL ? e->opts.controls(e->opts.controls_opaque, enc, write, name, hcr, ARRAY_LEN(name)) : 0;
    for (unsigned i = 0; i < n; i++) {
        if ((hcr[i] & r->hcr) != 0) {
            hcr_bit(e, r, name[i], (unsigned)__builtin_ctzll(hcr[i]));
            return;
        }
    }
    if (enc >> 14 == 3 && bits32(enc, 10, 7) == 12) {
        fputs("a register of the GIC's CPU interface: ", e->out);
        known_text(e, p, "ICH_HCR_EL2", "");
        fputs(", or, for ICC_SGI*, ", e->out);
        hcr_bit(e, r, "IMO", HCR_IMO);
    } else if (n != 0) {
        fprintf(e->out, "the trap control %s", name[n - 1]);
        fputs(", by ", e->out);
        known_text(e, p, name[n - 1][0] == 'C' ? "CNTHCTL_EL2" : strcmp(name[n - 1], "TCPAC") == 0 ? "CPTR_EL2" : "MDCR_EL2", "");
    } else if (bit64(r->hcr, HCR_TIDCP) && bits32(enc, 10, 7) >= 11) {
        hcr_bit(e, r, "TIDCP", HCR_TIDCP);
    } else {
        fputs("a control that the trace does not tell", e->out);
    }
}

/* The last walk, if the exception is what it ended in; NULL: another one. (A walk is told of before its instruction is counted.) */
static const struct rec *walk_of(const struct explain_pe *p, const struct rec *r)
{
    const struct rec *w = &p->walk;
    bool fetch = esr_ec(r->a) == EC_IABT || esr_ec(r->a) == EC_IABT_CUR;
    return p->walked && w->d != 0 && r->icount - w->icount <= 1 && (fetch || w->pc == r->pc) &&
           (w->a ^ r->b) << 8 >> 20 == 0 ? w : NULL;
}

/* Is the abort one of stage 2? HPFAR_EL2 is meaningful then, and the walk, if it is in the trace, says it. */
static bool of_stage2(const struct explain_pe *p, const struct rec *r)
{
    uint64_t ipa;
    const struct rec *w = walk_of(p, r);
    return w != NULL ? bit64(w->d, 16) : esr_ipa(r->a, r->b, r->c, &ipa) || !bit64(r->hcr, HCR_TGE);
}

static void route_sync(struct explain *e, const struct explain_pe *p, const struct rec *r)
{
    unsigned ec = esr_ec(r->a), kind = (unsigned)bits64(r->a, 5, 2);
    switch (ec) {
    case EC_HVC: fputs("HVC goes to EL2", e->out); return;
    case EC_SMC: hcr_bit(e, r, "TSC", HCR_TSC); return;
    case EC_WFX: hcr_bit(e, r, bit64(r->a, 0) ? "TWE" : "TWI", bit64(r->a, 0) ? HCR_TWE : HCR_TWI); return;
    case EC_SYSREG: route_sysreg(e, p, r); return;
    case EC_FP: known_text(e, p, "CPTR_EL2", bit64(r->hcr, HCR_E2H) ? "FPEN" : "TFP"); return;
    case EC_PAC: hcr_bit(e, r, "API", HCR_API); return;
    case EC_ERET: hcr_bit(e, r, "NV", HCR_NV); return;
    case EC_IABT: case EC_DABT:
        if (kind == 4 && !bit64(r->a, 7) && bit64(r->hcr, HCR_TEA)) {
            hcr_bit(e, r, "TEA", HCR_TEA);
            return;
        }
        if (of_stage2(p, r)) {
            fputs("a fault of stage 2 goes to EL2; ", e->out);
            hcr_bit(e, r, "VM", HCR_VM);
            return;
        }
        break;
    default:
        if (ec >= EC_BREAKPT && !bit64(r->hcr, HCR_TGE)) {
            known_text(e, p, "MDCR_EL2", "TDE");
            return;
        }
        break;
    }
    fputs("what would go to EL1 goes to EL2; ", e->out);
    hcr_bit(e, r, "TGE", HCR_TGE);
}

static void routing(struct explain *e, const struct explain_pe *p, const struct rec *r)
{
    static const struct { const char *name; unsigned bit; } by_type[] = {[1] = {"IMO", HCR_IMO}, {"FMO", HCR_FMO}, {"AMO", HCR_AMO}};
    fprintf(e->out, "taken to EL%u, vector +%#" PRIx64 ", because ", r->el, r->d & 0x7ff);
    if (r->from_el == r->el) {
        fprintf(e->out, "it happened at EL%u, and an exception never goes to a lower EL", r->el);
    } else if (r->el == 1) {
        fputs("EL1 takes what nothing sends to EL2", e->out);
    } else if (r->type != 0 && r->type < ARRAY_LEN(by_type)) {
        hcr_bit(e, r, by_type[r->type].name, by_type[r->type].bit);
        if (bit64(r->hcr, HCR_TGE)) {
            fputs(", and ", e->out);
            hcr_bit(e, r, "TGE", HCR_TGE);
        }
    } else {
        route_sync(e, p, r);
    }
    fputc('\n', e->out);
}

/* ---- translation ---- */

static void leaf(FILE *out, const struct rec *s, uint64_t d, bool block)
{
    static const char *const s1ap[4] = {"EL1 read/write", "EL1 and EL0 read/write", "EL1 read-only", "EL1 and EL0 read-only"};
    static const char *const s2ap[4] = {"no access", "read-only", "write-only", "read/write"};
    fprintf(out, "%s at %#" PRIx64 ", ", block ? "block" : "page", bits64(d, 47, 12) << 12);
    if (s->type == 0) {
        fprintf(out, "AP %s, UXN %u PXN %u, AttrIndx %u", s1ap[d >> 6 & 3], (unsigned)(d >> 54 & 1), (unsigned)(d >> 53 & 1),
                (unsigned)(d >> 2 & 7));
    } else {
        fprintf(out, "S2AP %s, XN %u, MemAttr %#x", s2ap[d >> 6 & 3], (unsigned)(d >> 53 & 3), (unsigned)(d >> 2 & 15));
    }
    fprintf(out, ", SH %u, AF %u", (unsigned)(d >> 8 & 3), (unsigned)(d >> 10 & 1));
}

static void step(struct explain *e, const struct rec *s)
{
    int level = (int8_t)s->a;
    uint64_t d = s->c;
    fprintf(e->out, "  stage %u level %d: 0x%016" PRIx64 " at PA %#" PRIx64, s->type + 1u, level, d, s->b);
    if (s->type == 1) {
        fprintf(e->out, ", for IPA %#" PRIx64, s->d);
    } else if (s->d != s->b) {
        fprintf(e->out, " (IPA %#" PRIx64 ")", s->d);
    }
    fputs(": ", e->out);
    if (!bit64(d, 0)) {
        fputs("invalid, bit 0 is 0", e->out);
    } else if (level < 3 && bit64(d, 1)) {
        fprintf(e->out, "table at %#" PRIx64, bits64(d, 47, 12) << 12);
    } else if (level == 3 && !bit64(d, 1)) {
        fputs("reserved, bit 1 is 0", e->out);
    } else {
        leaf(e->out, s, d, level < 3);
    }
    fputc('\n', e->out);
}

/* Why a walk ended as it did, by its last descriptor */
static void fault(struct explain *e, const struct rec *w, const struct rec *last, bool write, bool fetch)
{
    static const char *const types[] = {"", "none", "address size", "translation", "access flag", "permission", "alignment",
                                        "external abort", "external abort of the walk", "TLB conflict", "unsupported exclusive"};
    unsigned type = (unsigned)(w->d & 0xff);
    uint64_t d = last != NULL ? last->c : 0;
    fprintf(e->out, "  it ends: %s fault of stage %u, level %d%s", type < ARRAY_LEN(types) ? types[type] : "?", bit64(w->d, 16) ? 2u : 1u,
            (int8_t)(w->d >> 8), bit64(w->d, 17) ? ", on the access to a table of stage 1" : "");
    if (last != NULL && type == 3 && !bit64(d, 0)) {
        fprintf(e->out, ": the descriptor at PA %#" PRIx64 " is invalid", last->b);
    } else if (last != NULL && type == 4) {
        fprintf(e->out, ": AF (bit 10) of the descriptor at PA %#" PRIx64 " is 0", last->b);
    } else if (last != NULL && type == 5) {
        fprintf(e->out, ": a %s, and the descriptor at PA %#" PRIx64 " does not permit it (%s)", fetch ? "fetch" : write ? "write" : "read",
                last->b, fetch ? "XN" : last->type == 1 ? "S2AP, bits 7:6" : "AP, bits 7:6");
    }
    fputc('\n', e->out);
}

static void translation(struct explain *e, const struct explain_pe *p, const struct rec *r)
{
    static const char *const regimes[] = {"EL1&0", "EL2&0", "EL2"};
    unsigned ec = esr_ec(r->a);
    bool fetch = ec == EC_IABT || ec == EC_IABT_CUR;
    uint64_t ipa;
    if (r->type != 0 || !(fetch || ec == EC_DABT || ec == EC_DABT_CUR)) {
        return;
    }
    fprintf(e->out, "VA %#" PRIx64, r->b);
    if (esr_ipa(r->a, r->b, r->c, &ipa)) {
        fprintf(e->out, ", IPA %#" PRIx64 " by HPFAR_EL2", ipa);
    }
    fputc('\n', e->out);
    const struct rec *w = walk_of(p, r);
    if (w == NULL) {
        fputs("  no walk of it is in the trace: the TLB had the translation, or walks were not recorded\n", e->out);
        return;
    }
    fprintf(e->out, "walked in the regime %s:\n", w->type < ARRAY_LEN(regimes) ? regimes[w->type] : "?");
    for (unsigned i = 0; i < p->n_steps; i++) {
        step(e, &p->step[i]);
    }
    fault(e, w, p->n_steps != 0 ? &p->step[p->n_steps - 1] : NULL, bit64(r->a, 6), fetch);
    if (p->n_steps == 0) {
        fputs("  (no step of the walk is in the trace; --trace-kinds default,walk records them. A walk that reads nothing has none:\n"
              "  the address is outside what TCR or VTCR lets the tables map)\n", e->out);
    }
}

/* ---- the exception ---- */

static void interrupts(struct explain *e, const struct rec *r)
{
    char t[HYP_TIME_LEN];
    if (r->type != 1 && r->type != 2) {
        return;
    }
    for (unsigned i = 0; i < e->n_irqs; i++) {
        const struct rec *q = &e->irq[i].pended;
        fprintf(e->out, "pending: INTID %" PRIu64 " (id %" PRIu64 "), since %s before\n", e->irq[i].intid, e->irq[i].id,
                hyp_time_text(t, r->time_ns - q->time_ns));
    }
    if (e->n_irqs == 0) {
        fputs("pending: the trace does not tell (it has no records of interrupts, or begins later)\n", e->out);
    }
}

void explain_exception(struct explain *e, const struct explain_pe *p, const struct rec *r, uint64_t number)
{
    char what[192], at[200], t[HYP_TIME_LEN];
    enum world from = world_of(r->from_el, r->hcr, r->vttbr);
    what_text(e, r, what, sizeof(what));
    fprintf(e->out, "record %" PRIu64 ": %s\n", number, what);
    fprintf(e->out, "PE %u, EL%u, %s", r->pe, r->from_el, world_names[from]);
    if (from == WORLD_GUEST) {
        fprintf(e->out, " with VMID %u", vttbr_vmid(r->vttbr));
    }
    fprintf(e->out, ", at %s, after %" PRIu64 " instructions, %s\n", place(e, r->pc, at, sizeof(at)), r->icount, hyp_time_text(t, r->time_ns));
    if (rec_is_guest_exit(r)) {
        fprintf(e->out, "guest exit %" PRIu64, e->exits);
        if (p->entered) {
            fprintf(e->out, ", %" PRIu64 " instructions after the entry", r->icount - p->entry.icount);
        }
        fputc('\n', e->out);
    }
    routing(e, p, r);
    translation(e, p, r);
    interrupts(e, r);
}

void explain_after(struct explain *e, const struct rec *r, uint64_t number)
{
    char at[200], t[HYP_TIME_LEN];
    fprintf(e->out, "then: the guest with VMID %u is entered by record %" PRIu64 ", %" PRIu64 " instructions and %s later, at %s%s\n",
            vttbr_vmid(r->vttbr), number, r->icount - e->what.icount, hyp_time_text(t, r->time_ns - e->what.time_ns),
            place(e, r->b, at, sizeof(at)), r->b == e->what.pc ? " (where it was left)" : r->b == e->what.pc + 4 ? " (the instruction after it)" : "");
}
