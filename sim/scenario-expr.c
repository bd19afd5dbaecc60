/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions of scenarios: parsing by precedence, binding of names, evaluation without side effects. */
#include "sim/scenario.h"

#include "cpu/sysreg.h"
#include "hyp/switches.h"
#include "sim/symbols.h"
#include "sim/symlearn.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- names of registers ---- */

int scn_sysreg_find(const char *name, size_t len)
{
    for (unsigned i = 1; i < SR_COUNT; i++) {
        const char *n = sysreg_name(i);
        if (strncasecmp(n, name, len) == 0 && n[len] == '\0' && sysreg_class_of(i) != SRC_op) {
            return (int)i;
        }
    }
    return -1;
}

static const char *const pstate_names[] = {"N", "Z", "C", "V", "D", "A", "I", "F", "EL", "SP", "PAN", "UAO", "SSBS", "IL", "SS"};
enum { PS_N, PS_Z, PS_C, PS_V, PS_D, PS_A, PS_I, PS_F, PS_EL, PS_SP, PS_PAN, PS_UAO, PS_SSBS, PS_IL, PS_SS };
static const char *const pending_names[] = {"serror", "vserror", "irq", "fiq", "virq", "vfiq"};

static int index_of(const char *const *names, size_t n, const char *s)
{
    for (size_t i = 0; i < n; i++) {
        if (strcasecmp(names[i], s) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* ---- parsing ---- */

struct parser {
    struct scn_arena *arena;
    const char *p;
    struct err *err;
    unsigned depth;
};

static struct scn_expr *parse_level(struct parser *s, unsigned level);

/* 0: too many parts */
static uint32_t size_of(const struct scn_expr *a, const struct scn_expr *b)
{
    uint32_t n = 1 + (a != NULL ? a->size : 0) + (b != NULL ? b->size : 0);
    return n <= SCN_EXPR_MAX ? n : 0;
}

static struct scn_expr *node(struct parser *s, enum scn_op op, struct scn_expr *a, struct scn_expr *b)
{
    if (size_of(a, b) == 0) {
        err_set(s->err, "expected an expression of at most %d parts", SCN_EXPR_MAX);
        return NULL;
    }
    struct scn_expr *e = scn_alloc(s->arena, sizeof(*e));
    if (e == NULL) {
        err_set(s->err, "out of memory");
        return NULL;
    }
    e->op = (uint8_t)op;
    e->size = size_of(a, b);
    e->a = a;
    e->b = b;
    return e;
}

static void skip(struct parser *s)
{
    while (isspace((unsigned char)*s->p)) {
        s->p++;
    }
}

/* Says what was expected where the parser is. */
static void expected(struct parser *s, const char *what)
{
    if (*s->p == '\0') {
        err_set(s->err, "expected %s at the end", what);
    } else {
        err_set(s->err, "`%.20s': expected %s", s->p, what);
    }
}

static struct scn_expr *number(struct parser *s)
{
    char *end;
    errno = 0;
    uint64_t v = strtoull(s->p, &end, s->p[0] == '0' && (s->p[1] == 'x' || s->p[1] == 'X') ? 16 : 10);
    uint64_t unit = 1;
    if (*end == 'k' || *end == 'M' || *end == 'G') {
        unit = *end == 'k' ? 1000 : *end == 'M' ? 1000000 : 1000000000;
        end++;
    }
    if (errno != 0 || isalnum((unsigned char)*end) || *end == '_' || __builtin_mul_overflow(v, unit, &v)) {
        err_set(s->err, "`%.20s': expected a number of at most 64 bits, decimal or after 0x", s->p);
        return NULL;
    }
    s->p = end;
    struct scn_expr *e = node(s, XO_NUM, NULL, NULL);
    if (e != NULL) {
        e->num = v;
    }
    return e;
}

/* REGISTER[hi:lo], REGISTER[bit] */
static struct scn_expr *slice(struct parser *s, struct scn_expr *a)
{
    unsigned hi, lo;
    int used = 0;
    if (*s->p != '[') {
        return a;
    }
    if (sscanf(s->p, "[%u:%u]%n", &hi, &lo, &used) != 2 || used == 0) {
        used = 0;
        if (sscanf(s->p, "[%u]%n", &hi, &used) != 1 || used == 0) {
            hi = 64;
        }
        lo = hi;
    }
    if (hi > 63 || lo > hi) {
        err_set(s->err, "`%.20s': expected [hi:lo] or [bit], at most 63", s->p);
        return NULL;
    }
    s->p += used;
    struct scn_expr *e = node(s, XO_SLICE, a, NULL);
    if (e != NULL) {
        e->hi = (uint8_t)hi;
        e->lo = (uint8_t)lo;
    }
    return e;
}

static struct scn_expr *field(struct parser *s, struct scn_expr *reg, const char *name)
{
    unsigned n;
    const struct sysreg_field *f = sysreg_fields_of(reg->sr, &n);
    for (unsigned i = 0; i < n; i++) {
        if (strcasecmp(f[i].name, name) == 0) {
            struct scn_expr *e = node(s, XO_SLICE, reg, NULL);
            if (e != NULL) {
                e->hi = f[i].hi;
                e->lo = f[i].lo;
            }
            return e;
        }
    }
    /* fields that depend on what the register holds */
    static const struct { const char *name; uint8_t hi, lo; } more[] = {
        {"EC", 31, 26}, {"IL", 25, 25}, {"ISS", 24, 0}, {"D", 9, 9}, {"A", 8, 8}, {"I", 7, 7}, {"F", 6, 6}, {"M", 4, 0}, {"VMID", 63, 48},
    };
    for (unsigned i = 0; i < ARRAY_LEN(more); i++) {
        if (strcasecmp(more[i].name, name) == 0) {
            struct scn_expr *e = node(s, XO_SLICE, reg, NULL);
            if (e != NULL) {
                e->hi = more[i].hi;
                e->lo = more[i].lo;
            }
            return e;
        }
    }
    err_set(s->err, "`%s.%s': %s has no field %s; [hi:lo] takes any bits", sysreg_name(reg->sr), name, sysreg_name(reg->sr), name);
    return NULL;
}

static struct scn_expr *memory(struct parser *s, bool phys, unsigned bits)
{
    if (bits != 8 && bits != 16 && bits != 32 && bits != 64) {
        err_set(s->err, "mem%u: expected mem8, mem16, mem32 or mem64", bits);
        return NULL;
    }
    s->p++;
    struct scn_expr *a = parse_level(s, 0);
    skip(s);
    if (a == NULL || *s->p != ')') {
        if (a != NULL) {
            expected(s, ") after the address");
        }
        return NULL;
    }
    s->p++;
    struct scn_expr *e = node(s, phys ? XO_PHYS : XO_MEM, a, NULL);
    if (e != NULL) {
        e->arg = (uint8_t)(bits / 8);
    }
    return e;
}

static struct scn_expr *with_arg(struct parser *s, enum scn_op op, unsigned arg)
{
    struct scn_expr *e = node(s, op, NULL, NULL);
    if (e != NULL) {
        e->arg = (uint8_t)arg;
    }
    return e;
}

/* A word that is a register or one of the named states; NULL with *known = false: it is neither */
static struct scn_expr *known_word(struct parser *s, const char *w, bool *known)
{
    unsigned n;
    int used = 0;
    *known = true;
    if ((w[0] == 'X' || w[0] == 'x') && sscanf(w + 1, "%u%n", &n, &used) == 1 && w[1 + used] == '\0' && n <= 30) {
        return with_arg(s, XO_X, n);
    }
    static const struct { const char *name; uint8_t op, arg; } words[] = {
        {"SP", XO_SP, 0}, {"LR", XO_X, 30}, {"PC", XO_PC, 0}, {"EL", XO_PSTATE, PS_EL}, {"entering", XO_ENTERING, 0}, {"insn", XO_INSN, 0},
        {"insns", XO_INSNS, 0}, {"time", XO_TIME, 0}, {"cycles", XO_CYCLES, 0}, {"hyp", XO_WORLD, WORLD_HYP}, {"host", XO_WORLD, WORLD_HOST},
        {"guest", XO_WORLD, WORLD_GUEST},
    };
    for (unsigned i = 0; i < ARRAY_LEN(words); i++) {
        if (strcmp(words[i].name, w) == 0) {
            return with_arg(s, (enum scn_op)words[i].op, words[i].arg);
        }
    }
    const char *dot = strchr(w, '.');
    size_t len = dot != NULL ? (size_t)(dot - w) : strlen(w);
    if (dot != NULL && len == 6 && strncasecmp(w, "PSTATE", 6) == 0) {
        int f = index_of(pstate_names, ARRAY_LEN(pstate_names), dot + 1);
        if (f < 0) {
            err_set(s->err, "`%s': expected PSTATE.N, Z, C, V, D, A, I, F, EL, SP, PAN, UAO, SSBS, IL or SS", w);
            return NULL;
        }
        return with_arg(s, XO_PSTATE, (unsigned)f);
    }
    if (dot != NULL && len == 7 && strncmp(w, "pending", 7) == 0) {
        int f = index_of(pending_names, ARRAY_LEN(pending_names), dot + 1);
        if (f < 0) {
            err_set(s->err, "`%s': expected pending.serror, vserror, irq, fiq, virq or vfiq", w);
            return NULL;
        }
        return with_arg(s, XO_PENDING, (unsigned)f);
    }
    int sr = scn_sysreg_find(w, len);
    if (sr >= 0) {
        struct scn_expr *e = node(s, XO_SYSREG, NULL, NULL);
        if (e != NULL) {
            e->sr = (uint16_t)sr;
        }
        return e == NULL || dot == NULL ? e : field(s, e, dot + 1);
    }
    *known = false;
    return NULL;
}

static bool name_char(int c)
{
    return isalnum(c) || c == '_' || c == '$' || c == '.';
}

static struct scn_expr *word(struct parser *s)
{
    const char *start = s->p;
    while (name_char((unsigned char)*s->p) && !(s->p[0] == '.' && s->p[1] == '.')) {
        s->p++;
    }
    char *w = scn_strndup(s->arena, start, (size_t)(s->p - start));
    unsigned bits;
    int used = 0;
    if (w == NULL) {
        err_set(s->err, "out of memory");
        return NULL;
    }
    if (*s->p == '(' && sscanf(w, "mem%u%n", &bits, &used) == 1 && w[used] == '\0') {
        return memory(s, false, bits);
    }
    if (*s->p == '(' && sscanf(w, "phys%u%n", &bits, &used) == 1 && w[used] == '\0') {
        return memory(s, true, bits);
    }
    bool known;
    struct scn_expr *e = known_word(s, w, &known);
    if (!known) {
        e = node(s, XO_NAME, NULL, NULL);
        if (e != NULL) {
            e->name = w;
        }
    }
    return e;
}

static struct scn_expr *primary(struct parser *s)
{
    skip(s);
    if (*s->p == '(') {
        s->p++;
        struct scn_expr *e = parse_level(s, 0);
        if (e == NULL) {
            return NULL; /* perhaps at the end of the text */
        }
        skip(s);
        if (*s->p != ')') {
            expected(s, ")");
            return NULL;
        }
        s->p++;
        return slice(s, e);
    }
    if (isdigit((unsigned char)*s->p)) {
        return number(s);
    }
    if (isalpha((unsigned char)*s->p) || *s->p == '_' || *s->p == '$') {
        struct scn_expr *e = word(s);
        return e == NULL ? NULL : slice(s, e);
    }
    expected(s, "a number, a register or a symbol");
    return NULL;
}

static bool word_is(const char *p, const char *w)
{
    size_t n = strlen(w);
    return strncmp(p, w, n) == 0 && (!isalpha((unsigned char)w[0]) || !name_char((unsigned char)p[n]));
}

static struct scn_expr *unary(struct parser *s)
{
    skip(s);
    enum scn_op op;
    if (word_is(s->p, "not")) {
        op = XO_NOT;
        s->p += 3;
    } else if (*s->p == '!' && s->p[1] != '=') {
        op = XO_NOT;
        s->p++;
    } else if (*s->p == '-') {
        op = XO_NEG;
        s->p++;
    } else if (*s->p == '~') {
        op = XO_INV;
        s->p++;
    } else {
        return primary(s);
    }
    if (++s->depth > 100) {
        err_set(s->err, "expected fewer operators in front of each other");
        return NULL;
    }
    struct scn_expr *a = op == XO_NOT ? parse_level(s, 2) : unary(s);
    s->depth--;
    return a == NULL ? NULL : node(s, op, a, NULL);
}

/* Operators by level, loosest first; longer ones before their beginnings. */
static const struct binary { const char *text; uint8_t level, op; } binaries[] = {
    {"or", 0, XO_OR}, {"||", 0, XO_OR}, {"and", 1, XO_AND}, {"&&", 1, XO_AND}, {"==", 2, XO_EQ}, {"!=", 2, XO_NE}, {"<=", 3, XO_LE},
    {">=", 3, XO_GE}, {"<<", 7, XO_SHL}, {">>", 7, XO_SHR}, {"<", 3, XO_LT}, {">", 3, XO_GT}, {"|", 4, XO_BOR}, {"^", 5, XO_XOR},
    {"&", 6, XO_BAND}, {"+", 8, XO_ADD}, {"-", 8, XO_SUB}, {"*", 9, XO_MUL},
};

static const struct binary *binary_at(const char *p)
{
    for (unsigned i = 0; i < ARRAY_LEN(binaries); i++) {
        if (word_is(p, binaries[i].text)) {
            return &binaries[i];
        }
    }
    return NULL;
}

static struct scn_expr *parse_level(struct parser *s, unsigned level)
{
    if (level > 9) {
        return unary(s);
    }
    if (++s->depth > 1000) {
        err_set(s->err, "expected fewer parentheses");
        return NULL;
    }
    struct scn_expr *a = parse_level(s, level + 1);
    for (;;) {
        skip(s);
        const struct binary *op = binary_at(s->p);
        if (a == NULL || op == NULL || op->level != level) {
            s->depth--;
            return a;
        }
        s->p += strlen(op->text);
        struct scn_expr *b = parse_level(s, level + 1);
        a = b == NULL ? NULL : node(s, (enum scn_op)op->op, a, b);
    }
}

struct scn_expr *scn_expr_parse(struct scn_arena *a, const char *text, struct err *err)
{
    struct parser s = {.arena = a, .p = text, .err = err};
    struct scn_expr *e = parse_level(&s, 0);
    skip(&s);
    if (e != NULL && *s.p != '\0') {
        err_set(err, "`%.20s': expected an operator or the end", s.p);
        return NULL;
    }
    return e;
}

/* ---- binding ---- */

static bool bind(struct scn_expr *e, const struct scn_names *names, unsigned depth, struct err *err)
{
    if (e == NULL) {
        return true;
    }
    if (e->op != XO_NAME) {
        if (!bind(e->a, names, depth + 1, err) || !bind(e->b, names, depth + 1, err)) {
            return false;
        }
        e->size = size_of(e->a, e->b);
        return e->size != 0 || err_set(err, "expected at most %d parts in an expression and the definitions that it uses", SCN_EXPR_MAX);
    }
    for (unsigned i = names->n_defines; i-- > 0;) {
        if (strcmp(names->defines[i].name, e->name) == 0) {
            if (depth > SCN_EXPR_MAX) {
                return err_set(err, "`%s': expected a definition that does not need itself", e->name);
            }
            if (!bind(names->defines[i].e, names, depth + 1, err)) {
                return false;
            }
            *e = *names->defines[i].e;
            return true;
        }
    }
    uint64_t va;
    if (names->symbols == NULL || !symbols_find(names->symbols, e->name, &va)) {
        return err_set(err, "`%s': expected a register, a definition or a symbol of the program", e->name);
    }
    e->op = XO_NUM;
    e->num = va;
    return true;
}

bool scn_expr_bind(struct scn_expr *e, const struct scn_names *names, struct err *err)
{
    return bind(e, names, 0, err);
}

bool scn_expr_constant(const struct scn_expr *e)
{
    if (e == NULL || e->op == XO_NUM) {
        return true;
    }
    return e->op >= XO_SLICE && scn_expr_constant(e->a) && scn_expr_constant(e->b);
}

/* ---- the PE's state ---- */

bool scn_translate(const struct pe *pe, uint64_t va, uint64_t *pa)
{
    return translate_at_el(pe, pe->el, va, pa);
}

/* RAM only: a read of a device may change it. */
static uint64_t read_phys(const struct pe *pe, uint64_t pa, unsigned size)
{
    uint64_t v = 0;
    const uint8_t *p = bus_ram(pe->bus, pa, size);
    if (p != NULL) {
        memcpy(&v, p, size);
    }
    return v;
}

static uint64_t read_mem(const struct pe *pe, uint64_t va, unsigned size)
{
    uint64_t v = 0, pa;
    for (unsigned i = 0; i < size; i++) { /* it may cross a page */
        if (scn_translate(pe, va + i, &pa)) {
            v |= read_phys(pe, pa, 1) << (8 * i);
        }
    }
    return v;
}

uint32_t scn_insn(const struct pe *pe)
{
    return (uint32_t)read_mem(pe, pe_pc(pe), 4);
}

bool scn_entering(const struct pe *pe)
{
    if (pe->el != 2) {
        return false;
    }
    uint64_t spsr = pe->sr[SR_SPSR_EL2];
    if (world_of((unsigned)bits64(spsr, 3, 2), pe->sr[SR_HCR_EL2], pe->sr[SR_VTTBR_EL2]) != WORLD_GUEST) {
        return false;
    }
    uint32_t insn = scn_insn(pe);
    return insn == UINT32_C(0xd69f03e0) || (insn & UINT32_C(0xfffffbff)) == UINT32_C(0xd69f0bff); /* ERET, ERETAA, ERETAB */
}

static uint64_t pending(const struct pe *pe, unsigned which)
{
    uint64_t hcr = pe->sr[SR_HCR_EL2];
    switch (which) {
    case 0: return pe->serror_pending;
    case 1: return bit64(hcr, 8);
    case 2: return (pe->gic_signals & GIC_SIG_IRQ) != 0;
    case 3: return (pe->gic_signals & GIC_SIG_FIQ) != 0;
    case 4: return (pe->gic_signals & GIC_SIG_VIRQ) != 0 || bit64(hcr, 7);
    default: return (pe->gic_signals & GIC_SIG_VFIQ) != 0 || bit64(hcr, 6);
    }
}

static uint64_t pstate(const struct pe *pe, unsigned which)
{
    uint32_t nzcv = pe_nzcv(pe);
    switch (which) {
    case PS_N: case PS_Z: case PS_C: case PS_V: return nzcv >> (31 - (which - PS_N)) & 1;
    case PS_D: case PS_A: case PS_I: case PS_F: return pe->daif >> (3 - (which - PS_D)) & 1;
    case PS_EL: return pe->el;
    case PS_SP: return pe->sp_sel;
    case PS_PAN: return pe->pan;
    case PS_UAO: return pe->uao;
    case PS_SSBS: return pe->ssbs;
    case PS_IL: return pe->il;
    default: return pe->ss;
    }
}

/* GIC registers whose reads acknowledge have no value here. */
static uint64_t gic_register(const struct pe *pe, unsigned sr)
{
    const char *name = sysreg_name(sr);
    uint64_t v = 0;
    struct gicif_ctx ctx = {.el = 2, .hcr = 0, .has_el2 = feat_has(&pe->feat, FEAT_EL2)};
    if (strstr(name, "_IAR") == NULL && pe->gic != NULL) {
        (void)pe->gic->read(pe->gic->opaque, pe->id, sysreg_encoding(sr), &ctx, &v);
    }
    return v;
}

static uint64_t sysreg_value(const struct pe *pe, unsigned sr)
{
    uint64_t v;
    switch (sr) {
    case SR_ISR_EL1: return pe_isr(pe);
    case SR_SP_EL0: return pe_get_sp(pe, 0);
    case SR_CurrentEL: return (uint64_t)pe->el << 2;
    case SR_DAIF: return (uint64_t)pe->daif << 6;
    case SR_NZCV: return pe_nzcv(pe);
    case SR_FPCR: return pe->fpcr;
    case SR_FPSR: return pe->fpsr;
    default: break;
    }
    if (strcmp(sysreg_name(sr), "SP_EL1") == 0) {
        return pe_get_sp(pe, 1);
    }
    if (sysreg_class_of(sr) == SRC_vgic || strncmp(sysreg_name(sr), "ICC_", 4) == 0) {
        return gic_register(pe, sr);
    }
    if (sysreg_class_of(sr) == SRC_timer && timer_read((struct pe *)(uintptr_t)pe, sr, &v)) {
        return v;
    }
    return pe->sr[sr];
}

static uint64_t leaf(const struct scn_expr *e, const struct pe *pe)
{
    if (pe == NULL) {
        return 0;
    }
    switch ((enum scn_op)e->op) {
    case XO_X: return pe->x[e->arg];
    case XO_SP: return pe->x[X_SP];
    case XO_PC: return pe_pc(pe);
    case XO_SYSREG: return sysreg_value(pe, e->sr);
    case XO_PSTATE: return pstate(pe, e->arg);
    case XO_PENDING: return pending(pe, e->arg);
    case XO_WORLD: return (unsigned)world_of(pe->el, pe->sr[SR_HCR_EL2], pe->sr[SR_VTTBR_EL2]) == e->arg;
    case XO_ENTERING: return scn_entering(pe);
    case XO_INSN: return scn_insn(pe);
    case XO_INSNS: return pe_icount(pe);
    case XO_TIME: return pe_time_ns(pe);
    case XO_CYCLES: return pe_cycle(pe);
    default: return 0;
    }
}

uint64_t scn_expr_eval(const struct scn_expr *e, const struct pe *pe)
{
    if (e->op == XO_NUM) {
        return e->num;
    }
    if (e->op < XO_MEM) {
        return leaf(e, pe);
    }
    uint64_t a = scn_expr_eval(e->a, pe);
    switch ((enum scn_op)e->op) {
    case XO_AND: return a != 0 && scn_expr_eval(e->b, pe) != 0;
    case XO_OR: return a != 0 || scn_expr_eval(e->b, pe) != 0;
    case XO_MEM: return pe != NULL ? read_mem(pe, a, e->arg) : 0;
    case XO_PHYS: return pe != NULL ? read_phys(pe, a, e->arg) : 0;
    case XO_SLICE: return bits64(a, e->hi, e->lo);
    case XO_NEG: return -a;
    case XO_INV: return ~a;
    case XO_NOT: return a == 0;
    default: break;
    }
    uint64_t b = scn_expr_eval(e->b, pe);
    switch ((enum scn_op)e->op) {
    case XO_EQ: return a == b;
    case XO_NE: return a != b;
    case XO_LT: return a < b;
    case XO_LE: return a <= b;
    case XO_GT: return a > b;
    case XO_GE: return a >= b;
    case XO_BOR: return a | b;
    case XO_XOR: return a ^ b;
    case XO_BAND: return a & b;
    case XO_SHL: return b > 63 ? 0 : a << b;
    case XO_SHR: return b > 63 ? 0 : a >> b;
    case XO_ADD: return a + b;
    case XO_SUB: return a - b;
    default: return a * b;
    }
}

/* ---- values in words ---- */

static void leaf_name(FILE *f, const struct scn_expr *e, const struct pe *pe)
{
    switch ((enum scn_op)e->op) {
    case XO_X: fprintf(f, "X%u", e->arg); break;
    case XO_SP: fputs("SP", f); break;
    case XO_PC: fputs("PC", f); break;
    case XO_SYSREG: fputs(sysreg_name(e->sr), f); break;
    case XO_PSTATE: fprintf(f, "PSTATE.%s", pstate_names[e->arg]); break;
    case XO_PENDING: fprintf(f, "pending.%s", pending_names[e->arg]); break;
    case XO_WORLD: fputs(e->arg == WORLD_HYP ? "hyp" : e->arg == WORLD_HOST ? "host" : "guest", f); break;
    case XO_ENTERING: fputs("entering", f); break;
    case XO_INSN: fputs("insn", f); break;
    case XO_INSNS: fputs("insns", f); break;
    case XO_TIME: fputs("time", f); break;
    case XO_CYCLES: fputs("cycles", f); break;
    case XO_MEM: case XO_PHYS:
        fprintf(f, "%s%u(%#" PRIx64 ")", e->op == XO_MEM ? "mem" : "phys", e->arg * 8u, scn_expr_eval(e->a, pe));
        break;
    default: break;
    }
}

static void explain(FILE *f, const struct scn_expr *e, const struct pe *pe, bool *first)
{
    if (e == NULL || e->op == XO_NUM) {
        return;
    }
    if (e->op < XO_SLICE) {
        fputs(*first ? "" : ", ", f);
        *first = false;
        leaf_name(f, e, pe);
        fprintf(f, " = %#" PRIx64, scn_expr_eval(e, pe));
    }
    explain(f, e->a, pe, first);
    explain(f, e->b, pe, first);
}

void scn_expr_explain(FILE *f, const struct scn_expr *e, const struct pe *pe)
{
    bool first = true;
    explain(f, e, pe, &first);
}
