/* SPDX-License-Identifier: Apache-2.0 */
/* Instruction words: random ones of a row, and what the generator has to know of their fields. */
#include "el0.h"

#include <string.h>

bool row_matches(const struct a64_row *r, uint32_t w)
{
    if ((w & r->mask) != r->value) {
        return false;
    }
    for (unsigned k = 0; k < r->n_except; k++) {
        if ((w & r->except[k].mask) == r->except[k].value) {
            return false;
        }
    }
    return true;
}

bool word_allowed(uint32_t w)
{
    bool svc = (w & UINT32_C(0xffe0001f)) == 0xd4000001;
    return !svc && w != 0xd45e0000; /* HLT #0xf000 */
}

enum value_kind value_kind_of_row(struct rng *r, const struct a64_row *row)
{
    const char *suffix = strrchr(row->name, '_');
    bool fp = strncmp(row->cost, "fp.", 3) == 0 || strncmp(row->mnemonic, "f", 1) == 0;
    if ((strstr(row->name, "CVTF") != NULL && one_in(r, 2)) || strncmp(row->name, "URECPE", 6) == 0 ||
        strncmp(row->name, "URSQRTE", 7) == 0) {
        return KIND_LANES;
    }
    if (one_in(r, 16) || suffix == NULL || !fp) {
        return fp || one_in(r, 12) ? (enum value_kind)below(r, 5) : KIND_LANES;
    }
    if (strncmp(row->name, "FCVT_", 5) == 0 || strncmp(row->name, "FCVTN_", 6) == 0 ||
        strncmp(row->name, "FCVTL_", 6) == 0) {
        return suffix[1] == 'h' ? KIND_H : suffix[1] == 's' ? KIND_S : KIND_D;
    }
    if (strncmp(row->name, "FCVTXN", 6) == 0) {
        return KIND_D;
    }
    suffix += strlen(suffix) - 1;
    return *suffix == 'h' ? KIND_H : *suffix == 's' ? KIND_S : KIND_D;
}

/* ---- system registers and instructions ---- */
#define ENC(op0, op1, crn, crm, op2) ((op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)

static uint32_t system_field(struct rng *r)
{
    static const uint32_t known[] = {
        ENC(3, 3, 4, 2, 0), /* NZCV */        ENC(3, 3, 4, 4, 0), /* FPCR */       ENC(3, 3, 4, 4, 1), /* FPSR */
        ENC(3, 3, 13, 0, 2), /* TPIDR_EL0 */  ENC(3, 3, 13, 0, 3), /* TPIDRRO */   ENC(3, 3, 0, 0, 1), /* CTR */
        ENC(3, 3, 0, 0, 7), /* DCZID */       ENC(3, 3, 4, 2, 6), /* SSBS */       ENC(3, 3, 4, 2, 1), /* DAIF */
        ENC(3, 3, 14, 0, 0), /* CNTFRQ */     ENC(3, 3, 14, 0, 1), /* CNTPCT */    ENC(3, 3, 4, 2, 5), /* DIT */
        ENC(3, 3, 4, 5, 0), /* DSPSR_EL0 */   ENC(3, 3, 9, 12, 0), /* PMCR */      ENC(3, 3, 9, 13, 0), /* PMCCNTR */
        ENC(3, 3, 14, 2, 1), /* CNTP_CTL */   ENC(3, 3, 14, 3, 1), /* CNTV_CTL */  ENC(3, 3, 2, 4, 0), /* RNDR */
        ENC(3, 0, 4, 2, 2), /* CurrentEL */   ENC(3, 0, 1, 0, 0), /* SCTLR */      ENC(2, 3, 0, 1, 0), /* MDCCSR */
        ENC(1, 3, 7, 5, 1), /* IC IVAU */     ENC(1, 3, 7, 10, 1), /* DC CVAC */   ENC(1, 3, 7, 11, 1), /* DC CVAU */
        ENC(1, 3, 7, 14, 1), /* DC CIVAC */   ENC(1, 3, 7, 12, 1), /* DC CVAP */   ENC(1, 3, 7, 4, 1), /* DC ZVA */
        ENC(1, 3, 7, 13, 1), /* DC CVADP */   ENC(1, 3, 7, 4, 3), /* DC GVA */     ENC(1, 0, 7, 6, 1), /* DC IVAC */
        ENC(3, 3, 14, 0, 2), /* CNTVCT */     ENC(3, 0, 0, 4, 0), /* ID_AA64PFR0 */
        ENC(1, 0, 8, 7, 0), /* TLBI VMALLE1 */ ENC(1, 0, 7, 8, 0), /* AT S1E1R */  ENC(1, 3, 7, 3, 4), /* CFP RCTX */
    };
    switch (below(r, 4)) {
    case 0:
        return (uint32_t)rnd(r) & 0x1fffe0;
    case 1: /* of EL0's space */
        return ENC(below(r, 2) * 2u + 1, 3u, below(r, 16), below(r, 16), below(r, 8));
    default:
        return known[below(r, one_in(r, 3) ? ARRAY_LEN(known) : 8)];
    }
}

/* ---- fields in common positions ---- */

/* Operand registers: any, the same twice, the zero register or SP */
static uint32_t random_registers(struct rng *r, uint32_t w)
{
    uint32_t rd = w & 31, rn = w >> 5 & 31, rm = w >> 16 & 31;
    switch (below(r, 24)) {
    case 0: rn = rd; break;
    case 1: rm = rd; break;
    case 2: rm = rn; break;
    case 3: rm = rn = rd; break;
    case 4: rd = 31; break;
    case 5: rn = 31; break;
    case 6: rm = 31; break;
    case 7: w = (w & ~UINT32_C(0x7c00)) | rd << 10; break;
    default: break;
    }
    return (w & ~UINT32_C(0x1f03ff)) | rd | rn << 5 | rm << 16;
}

/* Fields that the architecture shows as (1) or (0): other values are CONSTRAINED UNPREDICTABLE, and rarely tried. */
static uint32_t should_be_bits(uint32_t w)
{
    static const struct {
        uint32_t mask, value, ones, zeros;
    } list[] = {
        {0x3fa00000, 0x08000000, 0x00007c00, 0}, /* STXR, LDXR: Rt2 */
        {0x3f400000, 0x08400000, 0x001f0000, 0}, /* LDXR, LDXP: Rs */
        {0x3fa00000, 0x08800000, 0x001f7c00, 0}, /* LDAR, STLR: Rs, Rt2 */
        {0x3fe0fc00, 0x38a0c000, 0x001f0000, 0}, /* LDAPR: Rs */
        {0xff600000, 0x9b400000, 0x00007c00, 0}, /* SMULH, UMULH: Ra */
        {0xff20fc0f, 0x1e202008, 0, 0x001f0000}, /* FCMP with zero: Rm */
        {0xfffff0ff, 0xd50330df, 0x00000f00, 0}, /* ISB, CLREX: CRm */
    };
    for (unsigned i = 0; i < ARRAY_LEN(list); i++) {
        if ((w & list[i].mask) == list[i].value) {
            w = (w | list[i].ones) & ~list[i].zeros;
        }
    }
    return w;
}

uint32_t word_of_row(struct rng *r, int row)
{
    const struct a64_row *a = &a64_rows[row];
    bool system = strcmp(a->format, "msr") == 0 || strcmp(a->format, "mrs") == 0;
    for (;;) {
        uint32_t w = random_registers(r, (uint32_t)rnd(r));
        if (system) {
            w = (w & ~UINT32_C(0x1fffe0)) | system_field(r);
        }
        w = (w & ~a->mask) | a->value;
        if (!one_in(r, 64)) {
            w = should_be_bits(w);
        }
        if (row_matches(a, w) && a64_decode(w) == row && (word_allowed(w) || strcmp(a->mnemonic, "svc") == 0)) {
            return w == 0xd45e0000 ? w ^ 32 : w;
        }
    }
}

/* ---- loads and stores ---- */
static unsigned access_bytes(uint32_t w, bool pair)
{
    bool v = bit32(w, 26);
    unsigned size = bits32(w, 31, 30);
    if (pair) {
        return v ? 8u << size : size & 2 ? 16 : 8;
    }
    return v && bit32(w, 23) ? 16 : 1u << size;
}

static struct mem_form register_form(uint32_t w)
{
    struct mem_form f = {.memory = true, .base = (int)bits32(w, 9, 5), .index = -1, .bytes = access_bytes(w, false)};
    unsigned scale = (unsigned)__builtin_ctz(f.bytes);
    if ((w & UINT32_C(0x01000000)) != 0) {
        f.offset = (int64_t)(bits32(w, 21, 10) << scale);
    } else if (bit32(w, 21) == 0) {
        f.offset = bits32(w, 11, 10) == 1 ? 0 : sext64(bits32(w, 20, 12), 9);
    } else if ((w & UINT32_C(0xff200400)) == 0xf8200400) { /* LDRAA, LDRAB */
        f.offset = sext64(bit32(w, 22) << 9 | bits32(w, 20, 12), 10) * 8;
    } else if (bits32(w, 11, 10) == 2) {
        f.index = (int)bits32(w, 20, 16);
        f.option = bits32(w, 15, 13);
        f.shift = bit32(w, 12) ? scale : 0;
    }
    return f;
}

struct mem_form mem_form_of(uint32_t w)
{
    struct mem_form f = {.base = (int)bits32(w, 9, 5), .index = -1};
    if ((w & UINT32_C(0xfff80000)) == 0xd5080000) { /* SYS: cache maintenance, DC ZVA */
        f.memory = true;
        f.base = (int)bits32(w, 4, 0);
        f.bytes = 64;
        return f;
    }
    if ((w & UINT32_C(0x0a000000)) != 0x08000000) {
        return f;
    }
    if ((w & UINT32_C(0x3b000000)) == 0x18000000) {
        f.literal = true;
        f.bytes = 4u << (bits32(w, 31, 30) % 3);
        return f;
    }
    f.memory = true;
    if ((w & UINT32_C(0xbe000000)) == 0x0c000000) {
        f.bytes = 16;
        return f;
    }
    if ((w & UINT32_C(0x3f000000)) == 0x08000000) {
        f.bytes = 1u << bits32(w, 31, 30) << (bit32(w, 23) == 0 && bit32(w, 21));
        return f;
    }
    if ((w & UINT32_C(0x3a000000)) == 0x28000000) {
        f.bytes = access_bytes(w, true);
        f.offset = bits32(w, 24, 23) == 1 ? 0 : sext64(bits32(w, 21, 15), 7) * (int64_t)(f.bytes / 2);
        return f;
    }
    if ((w & UINT32_C(0x3a000000)) == 0x38000000) {
        return register_form(w);
    }
    if ((w & UINT32_C(0x3f200c00)) == 0x19000000) { /* LDAPUR, STLUR */
        f.bytes = 1u << bits32(w, 31, 30);
        f.offset = sext64(bits32(w, 20, 12), 9);
    }
    return f;
}

uint64_t mem_index_value(const struct mem_form *f, uint64_t v)
{
    if (f->option == 2) {
        v = (uint32_t)v;
    } else if (f->option == 6) {
        v = (uint64_t)sext64(v, 32);
    }
    return v << f->shift;
}

uint32_t literal_with(uint32_t w, int64_t disp)
{
    return (w & UINT32_C(0xff00001f)) | ((uint32_t)(disp / 4) & 0x7ffff) << 5;
}

/* ---- branches ---- */
bool branch_direct(uint32_t w)
{
    return (w & UINT32_C(0x7c000000)) == 0x14000000 || (w & UINT32_C(0xff000010)) == 0x54000000 ||
           (w & UINT32_C(0x7c000000)) == 0x34000000;
}

uint32_t branch_with(uint32_t w, int64_t disp)
{
    uint32_t d = (uint32_t)(disp / 4);
    if ((w & UINT32_C(0x7c000000)) == 0x14000000) {
        return (w & UINT32_C(0xfc000000)) | (d & 0x3ffffff);
    }
    if ((w & UINT32_C(0x7e000000)) == 0x36000000) { /* TBZ, TBNZ */
        return (w & UINT32_C(0xfff8001f)) | (d & 0x3fff) << 5;
    }
    return (w & UINT32_C(0xff00001f)) | (d & 0x7ffff) << 5;
}

int branch_register(uint32_t w)
{
    uint32_t op = w & UINT32_C(0xfffffc1f);
    return op == 0xd61f0000 || op == 0xd63f0000 || op == 0xd65f0000 ? (int)bits32(w, 9, 5) : -1;
}

uint32_t adr_word(unsigned rd, int64_t disp)
{
    uint32_t d = (uint32_t)disp & 0x1fffff;
    return UINT32_C(0x10000000) | (d & 3) << 29 | d >> 2 << 5 | rd;
}
