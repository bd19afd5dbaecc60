/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our side: a machine with one PE at EL0, the memory map of el0-case.h by stage 1 translation, and at EL1 nothing but
 * a HLT at every vector, by which the machine stops. What the exception means to a program is what Linux makes of it.
 */
#include "el0.h"

#include "cpu/core.h"
#include "cpu/models.h"
#include "cpu/utlb.h"
#include "sim/machine.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Offsets in RAM */
enum { AT_VECTORS = 0x1000, AT_TABLES = 0x10000, AT_DATA = 0x80000, AT_CODE = 0x100000, RAM_SIZE = 0x200000 };
#define VECTORS_VA UINT64_C(0x7a5a50000000)

struct el0_ours {
    struct machine *m;
    struct pe *pe;
    uint8_t *ram;
    uint64_t ram_base;
    unsigned n_tables;
    unsigned words;         /* of code in RAM, the rest being BRK #0 */
    struct el0_trace *trace;
    uint8_t fill[EL0_FILL_SIZE];
};

static bool on_hlt(void *opaque, struct pe *pe, unsigned imm)
{
    struct machine *m = opaque;
    (void)m;
    (void)imm;
    if (pe->el == 0) {
        return false;
    }
    pe->dirty |= DIRTY_STOP;
    return true;
}

/* ---- translation tables: 4 KiB granule, 48 bits ---- */
static uint64_t *new_table(struct el0_ours *o)
{
    return (uint64_t *)(void *)(o->ram + AT_TABLES + 4096 * o->n_tables++);
}

static uint64_t pa_of(const struct el0_ours *o, const void *p)
{
    return o->ram_base + (uint64_t)((const uint8_t *)p - o->ram);
}

static void map(struct el0_ours *o, uint64_t va, uint64_t pa, uint64_t attrs)
{
    uint64_t *t = (uint64_t *)(void *)(o->ram + AT_TABLES);
    for (unsigned shift = 39; shift > 12; shift -= 9) {
        uint64_t *d = &t[bits64(va, shift + 8, shift)];
        if (*d == 0) {
            *d = pa_of(o, new_table(o)) | 3;
        }
        t = (uint64_t *)(void *)(o->ram + (bits64(*d, 47, 12) << 12) - o->ram_base);
    }
    t[bits64(va, 20, 12)] = pa | attrs | 3;
}

enum { AF = 1 << 10, SH_INNER = 3 << 8, NG = 1 << 11, AP_EL0 = 1 << 6, AP_RO = 1 << 7 };
#define UXN BIT64(54)
#define PXN BIT64(53)

static void map_all(struct el0_ours *o)
{
    const uint64_t common = AF | SH_INNER | NG;
    (void)new_table(o);
    for (unsigned i = 0; i < EL0_CODE_SIZE; i += 4096) {
        map(o, EL0_CODE + i, o->ram_base + AT_CODE + i, common | AP_EL0 | AP_RO | PXN);
    }
    map(o, EL0_RO, o->ram_base + AT_DATA, common | AP_EL0 | AP_RO | PXN | UXN);
    for (unsigned i = 0; i < EL0_RW_SIZE; i += 4096) {
        map(o, EL0_RW + i, o->ram_base + AT_DATA + EL0_RO_SIZE + i, common | AP_EL0 | PXN | UXN);
    }
    map(o, EL0_NONE, o->ram_base + AT_DATA + EL0_FILL_SIZE, common | PXN | UXN);
    uint32_t *code = (uint32_t *)(void *)(o->ram + AT_CODE);
    for (unsigned i = 0; i < EL0_CODE_WORDS; i++) {
        code[i] = EL0_STOP;
    }
    map(o, VECTORS_VA, o->ram_base + AT_VECTORS, common | AP_RO | UXN);
    uint32_t *v = (uint32_t *)(void *)(o->ram + AT_VECTORS);
    for (unsigned i = 0; i < 1024; i++) {
        v[i] = 0xd4400000; /* HLT #0 */
    }
}

/* What Linux sets for a process */
static void set_registers(struct el0_ours *o)
{
    uint64_t *sr = o->pe->sr;
    sr[SR_MAIR_EL1] = 0xff;
    sr[SR_TTBR0_EL1] = o->ram_base + AT_TABLES;
    /* T0SZ 16, write-back shareable walks, EPD1, IPS 40 bits, TBI0 */
    sr[SR_TCR_EL1] = 16 | 1 << 8 | 1 << 10 | 3 << 12 | 16 << 16 | 1 << 23 | UINT64_C(2) << 32 | BIT64(37);
    sr[SR_VBAR_EL1] = VECTORS_VA;
    sr[SR_CPACR_EL1] = 3 << 20;
    sr[SR_CNTKCTL_EL1] = 2; /* EL0VCTEN */
    sr[SR_MDSCR_EL1] |= BIT64(12); /* TDCC */
    /* M, C, I, DZE, UCT, UCI; not nTWI and nTWE: Linux steps over WFI and WFE. Not SA0: see el0-explained.txt */
    sr[SR_SCTLR_EL1] |= BIT64(0) | BIT64(2) | BIT64(12) | BIT64(14) | BIT64(15) | BIT64(26);
    sr[SR_SCTLR_EL1] &= ~(BIT64(4) | BIT64(1) | BIT64(16) | BIT64(18) | BIT64(9));
}

static void set_keys(uint64_t *sr)
{
    static const uint16_t ids[10] = {SR_APIAKeyLo_EL1, SR_APIAKeyHi_EL1, SR_APIBKeyLo_EL1, SR_APIBKeyHi_EL1, SR_APDAKeyLo_EL1,
                                     SR_APDAKeyHi_EL1, SR_APDBKeyLo_EL1, SR_APDBKeyHi_EL1, SR_APGAKeyLo_EL1, SR_APGAKeyHi_EL1};
    uint64_t keys[10];
    peer_keys(keys);
    for (unsigned i = 0; i < 10; i++) {
        sr[ids[i]] = keys[i];
    }
    sr[SR_SCTLR_EL1] |= BIT64(31) | BIT64(30) | BIT64(27) | BIT64(13); /* EnIA, EnIB, EnDA, EnDB */
}

struct el0_ours *ours_new(const char *model, bool big_endian)
{
    struct el0_ours *o = calloc(1, sizeof(*o));
    struct machine_config cfg = {.model = model, .n_pes = 1, .ram_size = RAM_SIZE, .el = 1, .ns_per_insn = 1};
    struct err err;
    if (o == NULL || (o->m = machine_new(&cfg, &err)) == NULL) {
        fprintf(stderr, "el0: no machine of the model %s\n", model);
        free(o);
        return NULL;
    }
    o->pe = machine_pe(o->m, 0);
    o->ram_base = machine_bus(o->m)->ram.base;
    o->ram = bus_ram(machine_bus(o->m), o->ram_base, RAM_SIZE);
    machine_start(o->m, o->ram_base, 0);
    o->pe->host->hlt = on_hlt;
    map_all(o);
    set_registers(o);
    if (feat_has(&o->pe->feat, FEAT_PAUTH)) {
        set_keys(o->pe->sr);
    }
    o->pe->sr[SR_SCTLR_EL1] |= big_endian ? BIT64(24) : 0; /* E0E */
    return o;
}

void ours_free(struct el0_ours *o)
{
    if (o != NULL) {
        machine_free(o->m);
        free(o);
    }
}

const struct features *ours_features(const struct el0_ours *o)
{
    return &o->pe->feat;
}

void ours_load(struct el0_ours *o, const struct el0_batch *b, const uint32_t *code, const uint8_t *fill)
{
    struct bus *bus = machine_bus(o->m);
    unsigned bytes = 4 * (o->words > b->code_words ? o->words : b->code_words);
    o->words = b->code_words;
    /* the code cache learns of it page by page */
    for (unsigned at = 0; at < bytes; at += 4096) {
        unsigned len = bytes - at;
        if (!bus_dma_write(bus, o->ram_base + AT_CODE + at, (const char *)code + at, len < 4096 ? len : 4096)) {
            abort();
        }
    }
    memcpy(o->fill, fill, EL0_FILL_SIZE);
    memcpy(o->ram + AT_DATA, fill, EL0_FILL_SIZE);
}

/* ---- running ---- */
static void probe(void *opaque, struct pe *pe)
{
    struct el0_ours *o = opaque;
    if (pe->el == 0 && o->trace->n < ARRAY_LEN(o->trace->pc)) {
        o->trace->pc[o->trace->n++] = pe->pc;
    }
}

static void enter(struct pe *pe, const struct el0_state *s)
{
    pe->sr[SR_ELR_EL1] = s->pc;
    pe->sr[SR_SPSR_EL1] = s->pstate | 0x3c0;
    pe->sr[SR_TPIDR_EL0] = s->tpidr;
    pe_set_sp(pe, 0, s->sp);
    memcpy(pe->x, s->x, sizeof(s->x));
    memcpy(pe->v, s->v, sizeof(s->v));
    pe->fpcr = s->fpcr;
    pe->fpsr = s->fpsr;
    pe_eret(pe);
    pe->event_reg = false;
}

/* After the exception: registers as they were in the program */
static void leave(struct pe *pe, struct el0_state *s)
{
    memcpy(s->x, pe->x, sizeof(s->x));
    s->sp = pe_get_sp(pe, 0);
    s->pc = pe->sr[SR_ELR_EL1];
    s->tpidr = pe->sr[SR_TPIDR_EL0];
    s->pstate = (uint32_t)pe->sr[SR_SPSR_EL1] & EL0_PSTATE;
    s->fpcr = pe->fpcr;
    s->fpsr = pe->fpsr;
    s->pad = 0;
    memcpy(s->v, pe->v, sizeof(s->v));
}

static uint32_t abort_signal(const struct pe *pe, uint32_t iss, struct el0_result *r)
{
    uint32_t fsc = iss & 0x3f;
    r->addr = pe->sr[SR_FAR_EL1];
    if (fsc == 0x21) {
        r->code = BUS_ADRALN;
        return SIGBUS;
    }
    r->code = (fsc & 0x3c) == 0x0c ? SEGV_ACCERR : SEGV_MAPERR;
    return SIGSEGV;
}

/* The signal that an exception becomes. 0: Linux does something and the program goes on. EL0_NO_END: a system call that
   might exist, which the peer is not to see. */
static uint32_t signal_of(struct pe *pe, struct el0_result *r)
{
    uint32_t esr = (uint32_t)pe->sr[SR_ESR_EL1], iss = esr & ones64(25);
    r->code = 0;
    r->addr = pe->sr[SR_ELR_EL1];
    switch (esr >> 26) {
    case EC_SVC64:
        if (pe->x[8] - 0x4000 >= 0x4000) {
            return EL0_NO_END;
        }
        pe->x[0] = (uint64_t)-38; /* ENOSYS */
        return 0;
    case EC_WFX:
        pe->sr[SR_ELR_EL1] += 4;
        return 0;
    case EC_BRK64:
        r->code = TRAP_BRKPT;
        return SIGTRAP;
    case EC_PC_ALIGN:
        r->code = BUS_ADRALN;
        r->addr = pe->sr[SR_FAR_EL1];
        return SIGBUS;
    case EC_SP_ALIGN:
        r->code = BUS_ADRALN;
        return SIGBUS;
    case EC_IABT_LOWER:
    case EC_DABT_LOWER:
        return abort_signal(pe, iss, r);
    default:
        r->code = ILL_ILLOPC;
        return SIGILL;
    }
}

static uint32_t chunks(struct el0_ours *o, struct el0_full_result *f)
{
    uint8_t *mem = o->ram + AT_DATA + EL0_RO_SIZE;
    const uint8_t *orig = o->fill + EL0_RO_SIZE;
    uint32_t n = 0;
    for (unsigned at = 0; at < EL0_RW_SIZE; at += 256) {
        if (memcmp(mem + at, orig + at, 256) == 0) {
            continue;
        }
        for (unsigned i = at; i < at + 256; i += 16) {
            if (memcmp(mem + i, orig + i, 16) == 0) {
                continue;
            }
            if (n < EL0_MAX_CHUNKS) {
                f->chunk[n].offset = i;
                f->chunk[n].pad = 0;
                memcpy(f->chunk[n].d, mem + i, 16);
            }
            n++;
            memcpy(mem + i, orig + i, 16);
        }
    }
    return n;
}

/* Give the PE n instructions; *left is reduced by what it used. true: it came to a vector. */
static bool grant(struct el0_ours *o, int64_t n, bool stepping, int64_t *left)
{
    struct pe *pe = o->pe;
    pe->budget = pe->n = n;
    if (stepping) {
        core_run_stepping(pe);
    } else {
        core_run(pe);
    }
    uint64_t used = (uint64_t)(pe->budget - pe->n);
    pe->icount_base += used;
    pe->time_base_ns += used;
    *left -= (int64_t)used;
    pe->budget = pe->n = 0;
    bool stopped = (pe->dirty & DIRTY_STOP) != 0;
    pe->dirty &= ~(uint32_t)(DIRTY_STOP | DIRTY_TIME);
    return stopped;
}

/* Until a signal. false: the budget is used up. */
static bool run_on(struct el0_ours *o, enum el0_mode mode, uint64_t pieces, struct el0_result *r)
{
    for (int64_t left = EL0_BUDGET; left > 0;) {
        int64_t n = left;
        bool stepping = mode == EL0_STEP;
        if (mode == EL0_PIECES) {
            n = 1 + (int64_t)(pieces & 7);
            stepping = (pieces & 8) != 0;
            pieces = ror64(pieces, 5);
        }
        if (!grant(o, n < left ? n : left, stepping, &left)) {
            continue;
        }
        r->sig = signal_of(o->pe, r);
        if (r->sig != 0) {
            return r->sig != EL0_NO_END;
        }
        pe_eret(o->pe);
        o->pe->event_reg = false;
    }
    return false;
}

bool ours_run(struct el0_ours *o, const struct el0_state *s, enum el0_mode mode, uint64_t pieces,
              struct el0_full_result *f, struct el0_trace *t)
{
    struct pe *pe = o->pe;
    if (mode == EL0_STEP) {
        utlb_flush_all(pe->upool);
        o->trace = t;
        t->n = 0;
        pe->probe = probe;
        pe->probe_opaque = o;
    }
    pe->time_base_ns = 0; /* the counters tell every run the same */
    enter(pe, s);
    bool ended = run_on(o, mode, pieces, &f->r);
    pe->probe = NULL;
    if (!ended) {
        f->r.sig = EL0_NO_END;
        if (pe->el == 0) {
            (void)pe_undef(pe);
            pe_take_sync(pe);
        }
    }
    leave(pe, &f->r.s);
    f->r.n_chunks = chunks(o, f);
    if (pe->x[X_ZR] != 0) {
        fprintf(stderr, "el0: XZR was written\n");
        pe->x[X_ZR] = 0;
        f->r.sig = 0;
    }
    return ended;
}
