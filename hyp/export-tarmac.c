/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tarmac text of one PE, as Arm's Fast Models and cores print it: an instruction and what it changed, a line each.
 * Readers drop the PE's number, so a file has one PE. Readers know one stack pointer: it is told of again whenever another
 * one becomes the current one. Times are cycles.
 */
#include "hyp/export-int.h"

#include "hyp/switches.h"

#include <capstone/capstone.h>
#include <inttypes.h>
#include <string.h>

enum { NUM_SP = 31, NUM_V = 32, NUM_PSTATE = 64, NUM_FPCR = 65, NUM_FPSR = 66 };

struct tarmac {
    csh cs;
    bool have_cs;
    cs_insn *insn;
    uint64_t count;         /* instructions written */
    uint64_t sp[4];         /* SP_EL0 .. SP_EL2 */
    uint64_t sp_shown;
    bool sp_known[4], sp_shown_any;
    bool sp_sel;            /* PSTATE.SP */
    bool world_known;
    enum world world;
};

static void begin(struct export *x)
{
    struct tarmac *t = x->state;
    t->sp_sel = true;
    t->have_cs = cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &t->cs) == CS_ERR_OK;
    t->insn = t->have_cs ? cs_malloc(t->cs) : NULL;
    if (t->insn == NULL) {
        x->failed = true;
    }
}

static void drop(struct export *x)
{
    struct tarmac *t = x->state;
    if (t->insn != NULL) {
        cs_free(t->insn, 1);
    }
    if (t->have_cs) {
        cs_close(&t->cs);
    }
}

static FILE *line(struct export *x, const struct rec *r)
{
    fprintf(x->out, "%" PRIu64 " clk ", r->cycle);
    return x->out;
}

/* "EL2h_n": EL, stack pointer, not secure */
static const char *mode(const struct tarmac *t, unsigned el)
{
    static const char *const names[2][3] = {{"EL0t_n", "EL1t_n", "EL2t_n"}, {"EL0t_n", "EL1h_n", "EL2h_n"}};
    return names[t->sp_sel][el % 3];
}

static void disassemble(struct tarmac *t, uint32_t opcode, uint64_t pc, char *buf, size_t len)
{
    uint8_t bytes[4] = {(uint8_t)opcode, (uint8_t)(opcode >> 8), (uint8_t)(opcode >> 16), (uint8_t)(opcode >> 24)};
    const uint8_t *p = bytes;
    size_t left = sizeof(bytes);
    if (cs_disasm_iter(t->cs, &p, &left, &pc, t->insn)) {
        snprintf(buf, len, "%s %s", t->insn->mnemonic, t->insn->op_str);
    } else {
        snprintf(buf, len, ".inst 0x%08" PRIx32, opcode); /* a newer one than the disassembler */
    }
}

static void insn(struct export *x, const struct rec *r)
{
    struct tarmac *t = x->state;
    char text[192], place[160];
    disassemble(t, (uint32_t)r->a, r->pc, text, sizeof(text));
    fprintf(line(x, r), "IT (%" PRIu64 ") %016" PRIx64 ":%012" PRIx64 "_NS %08" PRIx32 " O %s : %s", t->count++, r->pc, r->b,
            (uint32_t)r->a, mode(t, r->el), text);
    fprintf(x->out, "%s%s\n", export_place(x, r->pc, place, sizeof(place))[0] != '\0' ? " ;" : "", place);
}

/* ---- registers ---- */

static unsigned current_sp(const struct tarmac *t, unsigned el)
{
    return t->sp_sel ? el : 0;
}

/* The stack pointer in use, if readers have been told another value */
static void show_sp(struct export *x, const struct rec *r)
{
    struct tarmac *t = x->state;
    unsigned n = current_sp(t, r->el) % 4;
    if (t->sp_known[n] && !(t->sp_shown_any && t->sp_shown == t->sp[n])) {
        fprintf(line(x, r), "R SP_EL%u %016" PRIx64 "\n", n, t->sp[n]);
        t->sp_shown = t->sp[n];
        t->sp_shown_any = true;
    }
}

static void reg(struct export *x, const struct rec *r)
{
    struct tarmac *t = x->state;
    if (r->a < NUM_SP) {
        fprintf(line(x, r), "R X%" PRIu64 " %016" PRIx64 "\n", r->a, r->b);
    } else if (r->a == NUM_SP) {
        unsigned n = current_sp(t, r->el) % 4;
        t->sp[n] = r->b;
        t->sp_known[n] = true;
        show_sp(x, r);
    } else if (r->a < NUM_PSTATE) {
        fprintf(line(x, r), "R V%" PRIu64 " %016" PRIx64 "%016" PRIx64 "\n", r->a - NUM_V, r->c, r->b);
    } else if (r->a == NUM_PSTATE) {
        t->sp_sel = (r->b & 1) != 0;
        fprintf(line(x, r), "R cpsr %08" PRIx32 "\n", (uint32_t)r->b);
        show_sp(x, r);
    } else {
        fprintf(line(x, r), "R %s %08" PRIx32 "\n", r->a == NUM_FPCR ? "FPCR" : "FPSR", (uint32_t)r->b);
    }
}

/* System instructions (op0 = 1) are no registers, and readers warn of them. */
static void sysreg(struct export *x, const struct rec *r)
{
    enum { FPCR = 3 << 14 | 3 << 11 | 4 << 7 | 4 << 3, FPSR = FPCR + 1 };
    char name[64];
    if (r->a == FPCR || r->a == FPSR) {
        fprintf(line(x, r), "R %s %08" PRIx32 "\n", r->a == FPCR ? "FPCR" : "FPSR", (uint32_t)r->b);
    } else if (r->a >> 14 != 1) {
        esr_sysreg_name(name, sizeof(name), (uint16_t)r->a, &x->opts.names);
        fprintf(line(x, r), "R %s %016" PRIx64 "\n", name, r->b);
    }
}

/* ---- memory ---- */

static void mem(struct export *x, const struct rec *r)
{
    const char *dir = r->type == 0 ? "MR" : "MW";
    unsigned size = (unsigned)r->d;
    if (size == 16) {
        fprintf(line(x, r), "%s16 %016" PRIx64 " %016" PRIx64 " %016" PRIx64 "\n", dir, r->a, r->c, r->b);
    } else {
        uint64_t mask = size >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * size)) - 1;
        fprintf(line(x, r), "%s%u %016" PRIx64 " %0*" PRIx64 "\n", dir, size, r->a, (int)size * 2, r->b & mask);
    }
}

/* ---- exceptions, worlds ---- */

static void exception(struct export *x, const struct rec *r)
{
    static const char *const what[] = {"SYNC", "IRQ", "FIQ", "SERROR", "IRQ", "FIQ", "SERROR"};
    struct tarmac *t = x->state;
    const char *w = r->type < ARRAY_LEN(what) ? what[r->type] : "SYNC";
    char words[192];
    fprintf(line(x, r), "E %016" PRIx64 " %08x CoreEvent_%s_%s\n", r->pc, (unsigned)(r->d & 0x7ff),
            r->from_el < r->el ? "LOWER_64" : t->sp_sel ? "CURRENT_SPx" : "CURRENT_SP0", w);
    if (r->type == 0 || r->type == 3) {
        esr_describe(words, sizeof(words), r->a, &x->opts.names);
        fprintf(line(x, r), "INFO_EXCEPTION_REASON EL%u to EL%u, %s\n", r->from_el, r->el, words);
    }
}

/* R_ZJRDV: an entry selects SP_ELx; an ERET what SPSR says. */
static void follow(struct export *x, const struct rec *r)
{
    struct tarmac *t = x->state;
    static const char *const names[] = {[WORLD_HYP] = "hypervisor", [WORLD_HOST] = "host", [WORLD_GUEST] = "guest"};
    enum world w = world_of(r->el, r->hcr, r->vttbr);
    t->sp_sel = r->kind == REC_EXC_ENTRY || (r->a & 1) != 0;
    if (!t->world_known || t->world != w) {
        fprintf(line(x, r), "SIGNAL world %s%s VMID %u\n", names[w],
                rec_is_guest_entry(r) ? ", guest entry" : rec_is_guest_exit(r) ? ", guest exit" : "", vttbr_vmid(r->vttbr));
        t->world = w;
        t->world_known = true;
    }
    show_sp(x, r);
}

static void put(struct export *x, const struct rec *r)
{
    switch (r->kind) {
    case REC_INSN: insn(x, r); break;
    case REC_REG: reg(x, r); break;
    case REC_MEM: mem(x, r); break;
    case REC_SYSREG: sysreg(x, r); break;
    case REC_EXC_ENTRY:
        exception(x, r);
        follow(x, r);
        break;
    case REC_ERET: follow(x, r); break;
    case REC_WALK_STEP:
        fprintf(line(x, r), "TTW stage %u level %" PRId64 " %012" PRIx64 " : %016" PRIx64 "\n", r->type + 1u, (int64_t)(int8_t)r->a,
                r->b, r->c);
        break;
    case REC_TLBI: fprintf(line(x, r), "CACHE TLBI %#" PRIx64 "\n", r->a); break;
    case REC_SERROR_PENDED: fprintf(line(x, r), "SIGNAL %sSError pending\n", r->b != 0 ? "virtual " : ""); break;
    default: break;
    }
}

static void end(struct export *x)
{
    (void)x;
}

const struct export_ops export_tarmac = {
    .name = "tarmac", .state_size = sizeof(struct tarmac), .begin = begin, .put = put, .end = end, .drop = drop,
    .kinds = REC_BIT(REC_INSN) | REC_BIT(REC_REG) | REC_BIT(REC_MEM) | REC_BIT(REC_SYSREG) | REC_BIT(REC_EXC_ENTRY) |
             REC_BIT(REC_ERET) | REC_BIT(REC_WALK_STEP) | REC_BIT(REC_TLBI) | REC_BIT(REC_SERROR_PENDED),
};
