/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/diff-int.h"

#include "traces/kinds.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- addresses ---- */

static uint64_t hash_text(const char *s, size_t n)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < n; i++) {
        h = (h ^ (uint8_t)s[i]) * UINT64_C(1099511628211);
    }
    return h | 1;
}

static const struct diff_place *place_of(struct diff_stream *s, uint64_t va)
{
    struct diff_place *p = &s->cache[(va >> 2 ^ va >> 15) % DIFF_CACHE];
    const struct dump_names *n = &s->side->names;
    char text[192];
    if (p->used && p->va == va) {
        return p;
    }
    *p = (struct diff_place){.va = va, .used = true};
    if (n->symbol != NULL && n->symbol(n->symbol_opaque, va, text, sizeof(text))) {
        const char *plus = strstr(text, "+0x");
        p->name = hash_text(text, plus != NULL ? (size_t)(plus - text) : strlen(text));
        p->off = plus != NULL ? strtoull(plus + 1, NULL, 16) : 0;
    }
    return p;
}

static bool shifted(const struct diff *d, const struct diff_place *a, const struct diff_place *b)
{
    for (unsigned i = 0; i < d->n_shifts; i++) {
        const struct diff_shift *s = &d->shift[i];
        if (s->name == a->name && a->off >= s->from && a->off - b->off == s->by) {
            return true;
        }
    }
    return false;
}

static bool same_address(struct diff *d, uint64_t a, uint64_t b, bool loose)
{
    if (a == b) {
        return true;
    }
    if (!d->opts.moved) {
        return false;
    }
    const struct diff_place *p = place_of(&d->a, a), *q = place_of(&d->b, b);
    return p->name != 0 && p->name == q->name && (p->off == q->off || loose || shifted(d, p, q));
}

/* The same for a register's value, which may have an ASID, a VMID or a tag above the address */
static bool same_value(struct diff *d, uint64_t a, uint64_t b)
{
    return same_address(d, a, b, false) || (a >> 48 == b >> 48 && same_address(d, a << 16 >> 16, b << 16 >> 16, false));
}

void diff_learn_shift(struct diff *d, const struct rec *a, const struct rec *b)
{
    if (!d->opts.moved || a->pc == b->pc) {
        return;
    }
    const struct diff_place *p = place_of(&d->a, a->pc), *q = place_of(&d->b, b->pc);
    if (p->name != 0 && p->name == q->name && p->off != q->off && !shifted(d, p, q) && d->n_shifts < DIFF_SHIFTS) {
        d->shift[d->n_shifts++] = (struct diff_shift){.name = p->name, .from = p->off, .by = p->off - q->off};
    }
}

/* ---- instructions of a relinked program ---- */

/* The opcode without what a linker fills in: distances from the PC, and the lower 12 bits of an address in ADD, loads and stores.
   What these come to is compared by the instruction's effects. */
static uint32_t unlinked(uint32_t op)
{
    if ((op & 0x7c000000) == 0x14000000) {
        return op & 0xfc000000;             /* B, BL */
    }
    if ((op & 0xff000010) == 0x54000000 || (op & 0x7e000000) == 0x34000000 || (op & 0x3b000000) == 0x18000000) {
        return op & ~UINT32_C(0x00ffffe0);  /* B.cond, CBZ, CBNZ, loads of literals */
    }
    if ((op & 0x7e000000) == 0x36000000) {
        return op & ~UINT32_C(0x0007ffe0);  /* TBZ, TBNZ */
    }
    if ((op & 0x1f000000) == 0x10000000) {
        return op & 0x9f00001f;             /* ADR, ADRP */
    }
    if ((op & 0x7fc00000) == 0x11000000 || (op & 0x3b000000) == 0x39000000) {
        return op & ~UINT32_C(0x003ffc00);  /* ADD immediate; load and store with an unsigned offset */
    }
    return op;
}

/* ADRP gives a page, which has no symbol of its own. */
static bool is_adrp(uint32_t op)
{
    return (op & 0x9f000000) == 0x90000000;
}

/* ---- records ---- */

bool diff_same_event(struct diff *d, const struct rec *a, const struct rec *b, bool loose)
{
    if (a->kind != b->kind || a->pe != b->pe || a->from_el != b->from_el || a->el != b->el || !same_address(d, a->pc, b->pc, loose)) {
        return false;
    }
    switch (a->kind) {
    case REC_INSN: return a->a == b->a || (d->opts.moved && unlinked((uint32_t)a->a) == unlinked((uint32_t)b->a));
    case REC_REG: case REC_SYSREG: case REC_SYSREG_READ: case REC_BARRIER: case REC_TIMER: case REC_MARK: return a->a == b->a;
    case REC_MEM: case REC_EXC_ENTRY: case REC_MMIO: case REC_TLBI: return a->type == b->type;
    case REC_IRQ_PENDED: case REC_IRQ_ACK: case REC_IRQ_DROP: case REC_IRQ_DEACTIVATED: case REC_LR_WRITE:
        return a->type == b->type && a->a == b->a;
    case REC_WALK_STEP: return a->type == b->type && a->a == b->a;
    default: return true;
    }
}

struct words {
    char *buf;
    size_t len, at;
    bool any;
};

static void differ(struct words *w, const char *what, uint64_t a, uint64_t b, bool decimal)
{
    if (w->at < w->len) {
        int n = snprintf(w->buf + w->at, w->len - w->at, decimal ? "%s%s %" PRIu64 " / %" PRIu64 : "%s%s 0x%" PRIx64 " / 0x%" PRIx64,
                         w->any ? ", " : "", what, a, b);
        w->at += n > 0 ? (size_t)n : 0;
    }
    w->any = true;
}

/* Counts go on from the PE's record before; of its first one they are compared as they are. */
static void compare_counts(struct diff *d, struct words *w, const struct rec *a, const struct rec *b)
{
    const struct rec *p = &d->a.last[a->pe], *q = &d->b.last[b->pe];
    if (d->rejoined[a->pe]) {
        d->rejoined[a->pe] = false;
        return;
    }
    if (!d->opts.no_count && a->icount - p->icount != b->icount - q->icount) {
        differ(w, "instructions since the record before", a->icount - p->icount, b->icount - q->icount, true);
    }
    if (!d->opts.no_time && a->time_ns - p->time_ns != b->time_ns - q->time_ns) {
        differ(w, "ns since the record before", a->time_ns - p->time_ns, b->time_ns - q->time_ns, true);
    }
    if (!d->opts.no_time && a->cycle - p->cycle != b->cycle - q->cycle) {
        differ(w, "cycles since the record before", a->cycle - p->cycle, b->cycle - q->cycle, true);
    }
}

/* Does this field hold guest time? */
static bool is_time(const struct rec *r, unsigned field)
{
    return r->kind == REC_TIMER && (field == FIELD_C || field == FIELD_D);
}

/* A number that counts on: of entries, of exits, of interrupts (the id). Without counts one more is one difference. */
static bool is_count(const struct rec *r, unsigned field)
{
    bool numbered = r->kind == REC_GUEST_ENTRY || r->kind == REC_GUEST_EXIT || (rec_group_kinds(REC_GROUP_IRQ) >> r->kind & 1) != 0;
    return numbered && field == FIELD_B;
}

static void compare_fields(struct diff *d, struct words *w, const struct rec *a, const struct rec *b)
{
    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        struct kind_field f;
        uint64_t x = rec_field(a, i), y = rec_field(b, i);
        kind_field(a->kind, i, &f);
        bool number = f.form == FORM_DEC || f.form == FORM_WORDS || f.form == FORM_DAIF || f.form == FORM_SYSREG;
        if (x == y || (!number && same_value(d, x, y)) || (d->opts.no_time && is_time(a, i)) ||
            (d->opts.no_count && is_count(a, i))) {
            continue;
        }
        if (d->opts.moved && ((a->kind == REC_INSN && i == FIELD_A) || (a->kind == REC_INSN && i == FIELD_B) ||
                              (a->kind == REC_REG && i == FIELD_B && is_adrp(d->a.opcode[a->pe]) && is_adrp(d->b.opcode[b->pe])))) {
            continue; /* compared as an event; where the code is; a page */
        }
        differ(w, f.name[0] != '\0' ? f.name : "(unused field)", x, y, f.form == FORM_DEC);
    }
}

bool diff_same_data(struct diff *d, const struct rec *a, const struct rec *b, char *buf, size_t len)
{
    struct words w = {.buf = buf, .len = len};
    compare_fields(d, &w, a, b);
    if (a->daif != b->daif) {
        differ(&w, "DAIF", a->daif, b->daif, false);
    }
    /* when an interrupt comes is a matter of time; whether an SError waits is not */
    uint8_t lines = d->opts.no_time ? 3 : 0xff;
    if (((a->pending ^ b->pending) & lines) != 0) {
        differ(&w, "pending", a->pending, b->pending, false);
    }
    if (a->hcr != b->hcr) {
        differ(&w, "HCR_EL2", a->hcr, b->hcr, false);
    }
    /* the tables of a guest are somewhere in memory; who it is says the VMID */
    if (d->opts.moved ? a->vttbr >> 48 != b->vttbr >> 48 : a->vttbr != b->vttbr) {
        differ(&w, "VTTBR_EL2", a->vttbr, b->vttbr, false);
    }
    compare_counts(d, &w, a, b);
    return !w.any;
}
