/* SPDX-License-Identifier: Apache-2.0 */
/* A machine with a program that is put together word by word. */
#include "tests/timing/micro.h"

#include "cpu/pe.h"
#include "sim/machine.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MARK_END = 0xff, VECTORS = 0x40002000 };

enum {
    MSR_VBAR_EL2 = (int)0xd51cc000,
    MSR_TTBR0_EL2 = (int)0xd51c2000,
    MSR_TCR_EL2 = (int)0xd51c2040,
    MSR_MAIR_EL2 = (int)0xd51ca200,
    MSR_SCTLR_EL2 = (int)0xd51c1000,
    MSR_CPTR_EL2 = (int)0xd51c1140
};

static void at_mark(void *opaque, const struct rec *r)
{
    struct lab *l = opaque;
    struct timing_counts c;
    if (r->a == MARK_END) {
        machine_stop_here(l->m);
        return;
    }
    if (l->n_snaps == l->room) {
        l->room = l->room * 2 + 64;
        l->snap = realloc(l->snap, l->room * sizeof(l->snap[0]));
        l->pair = realloc(l->pair, l->room * sizeof(l->pair[0]));
        ck_assert(l->snap != NULL && l->pair != NULL);
    }
    if (r->a == MARK_BEFORE) {
        l->pair[l->n_pairs++] = l->n_snaps;
    }
    struct snap *s = &l->snap[l->n_snaps++];
    timing_counts(machine_pe(l->m, r->pe)->timing, &c);
    *s = (struct snap){.imm = (unsigned)r->a, .cycles = c.cycles, .insns = c.insns, .time_ns = r->time_ns};
    memcpy(s->stall, c.stall, sizeof(s->stall));
    memcpy(s->event, c.event, sizeof(s->event));
}

static void at_report(void *opaque, const char *line)
{
    (void)opaque;
    ck_abort_msg("the guest: %s", line);
}

static void write_conf(const struct conf *c, FILE *f)
{
    fprintf(f, "core %s\n[sources]\ntest = a test\n", c->core);
    for (unsigned i = 0; i < c->n; i++) {
        if (i == 0 || strcmp(c->row[i].section, c->row[i - 1].section) != 0) {
            fprintf(f, "[%s]\n", c->row[i].section);
        }
        fprintf(f, "%s = %s | assumed | test\n", c->row[i].key, c->row[i].value);
    }
}

void lab_open(struct lab *l, const struct conf *c, unsigned pes)
{
    char path[] = "micro-XXXXXX";
    int fd = mkstemp(path);
    FILE *f = fdopen(fd, "w");
    struct err err;
    ck_assert_ptr_nonnull(f);
    write_conf(c, f);
    fclose(f);
    *l = (struct lab){.pc = LAB_CODE, .tables = LAB_TABLES, .ooo = strcmp(conf_get(c, "pipeline", "model"), "in-order") != 0};
    struct machine_config cfg = {.model = "max",
                                 .n_pes = pes,
                                 .ram_size = LAB_RAM_END - UINT64_C(0x40000000),
                                 .el = 2,
                                 .ns_per_insn = 1,
                                 .timing_file = path,
                                 .marks = true,
                                 .report = at_report};
    l->m = machine_new(&cfg, &err);
    unlink(path);
    ck_assert_msg(l->m != NULL, "%s", err.msg);
    const struct rec_sink sink = {.put = at_mark, .opaque = l, .kinds = REC_BIT(REC_MARK)};
    ck_assert(machine_add_rec_sink(l->m, &sink));
}

void lab_close(struct lab *l)
{
    machine_free(l->m);
    free(l->snap);
    free(l->pair);
}

void *lab_at(const struct lab *l, uint64_t pa, size_t len)
{
    void *p = bus_ram(machine_bus(l->m), pa, len);
    ck_assert_msg(p != NULL, "0x%" PRIx64 " is not RAM", pa);
    return p;
}

/* ---- words ---- */

void lab_word(struct lab *l, uint32_t word)
{
    memcpy(lab_at(l, l->pc, 4), &word, 4);
    l->pc += 4;
}

void lab_words(struct lab *l, const uint32_t *words, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        lab_word(l, words[i]);
    }
}

void lab_mov(struct lab *l, unsigned n, uint64_t value)
{
    lab_word(l, UINT32_C(0xd2800000) | (uint32_t)(value & 0xffff) << 5 | n);
    for (unsigned i = 1; i < 4; i++) {
        uint32_t part = (uint32_t)(value >> 16 * i) & 0xffff;
        if (part != 0) {
            lab_word(l, UINT32_C(0xf2800000) | i << 21 | part << 5 | n);
        }
    }
}

void lab_mov4(struct lab *l, unsigned n, uint64_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        lab_word(l, (i == 0 ? UINT32_C(0xd2800000) : UINT32_C(0xf2800000)) | i << 21 |
                        (uint32_t)(value >> 16 * i & 0xffff) << 5 | n);
    }
}

void lab_msr(struct lab *l, uint32_t msr, uint64_t value)
{
    lab_mov(l, 9, value);
    lab_word(l, msr | 9);
}

void lab_b(struct lab *l, uint64_t to)
{
    lab_word(l, UINT32_C(0x14000000) | ((uint32_t)((to - l->pc) >> 2) & 0x3ffffff));
}

void lab_bl(struct lab *l, uint64_t to)
{
    lab_word(l, UINT32_C(0x94000000) | ((uint32_t)((to - l->pc) >> 2) & 0x3ffffff));
}

void lab_cbnz(struct lab *l, unsigned n, uint64_t to)
{
    lab_word(l, UINT32_C(0xb5000000) | ((uint32_t)((to - l->pc) >> 2) & 0x7ffff) << 5 | n);
}

void lab_mark(struct lab *l, unsigned imm) { lab_word(l, (uint32_t)A64_HLT_MARK + (imm << 5)); }

/* ---- translation ---- */

uint64_t lab_table(struct lab *l)
{
    uint64_t at = l->tables;
    l->tables += 4096;
    memset(lab_at(l, at, 4096), 0, 4096);
    return at;
}

void lab_map(struct lab *l, uint64_t root, unsigned top, uint64_t va, uint64_t pa, unsigned level, uint64_t attr)
{
    uint64_t table = root;
    for (unsigned i = top;; i++) {
        uint64_t *d = (uint64_t *)lab_at(l, table, 4096) + (va >> (39 - 9 * i) & (i == top ? 0x1fff : 0x1ff));
        if (i == level) {
            *d = pa | attr | (level == 3 ? 3 : 1);
            return;
        }
        if (*d == 0) {
            *d = (lab_table(l) + l->table_offset) | 3;
        }
        ck_assert_uint_eq(*d & 3, 3);
        table = (*d & UINT64_C(0xfffffffff000)) - l->table_offset;
    }
}

/* ---- programs ---- */

/* A synchronous exception from the same EL: a mark, and back. */
static void vectors(struct lab *l)
{
    uint64_t pc = l->pc;
    l->pc = VECTORS + 0x200;
    lab_mark(l, 1);
    lab_word(l, A64_ERET);
    l->pc = pc;
}

void lab_prologue(struct lab *l)
{
    vectors(l);
    lab_map(l, LAB_ROOT, 1, 0, 0, 1, MAP_DEVICE);
    lab_map(l, LAB_ROOT, 1, UINT64_C(0x40000000), UINT64_C(0x40000000), 1, MAP_NORMAL);
    lab_msr(l, (uint32_t)MSR_VBAR_EL2, VECTORS);
    lab_msr(l, (uint32_t)MSR_CPTR_EL2, 0x33ff);
    lab_msr(l, (uint32_t)MSR_MAIR_EL2, 0x00ff);
    lab_msr(l, (uint32_t)MSR_TTBR0_EL2, LAB_ROOT);
    lab_msr(l, (uint32_t)MSR_TCR_EL2, UINT64_C(0x80823519)); /* T0SZ 25: 39 bits; 40 bits of PA; write-back */
    lab_word(l, A64_ISB);
    lab_msr(l, (uint32_t)MSR_SCTLR_EL2, UINT64_C(0x30c51835)); /* M, C, I */
    lab_word(l, A64_ISB);
}

uint64_t lab_descriptor(const struct lab *l, uint64_t root, unsigned top, uint64_t va, unsigned level)
{
    uint64_t table = root;
    for (unsigned i = top;; i++) {
        uint64_t at = table + (va >> (39 - 9 * i) & 0x1ff) * 8;
        if (i == level) {
            return at;
        }
        table = (*(uint64_t *)lab_at(l, at, 8) & UINT64_C(0xfffffffff000)) - l->table_offset;
    }
}

uint64_t lab_main(struct lab *l)
{
    uint64_t at = l->pc;
    l->pc += 4;
    return at;
}

void lab_main_here(struct lab *l, uint64_t skip)
{
    uint64_t pc = l->pc;
    l->pc = skip;
    lab_b(l, pc);
    l->pc = pc;
}

void lab_ret_at(const struct lab *l, uint64_t pa)
{
    const uint32_t ret = A64_RET;
    memcpy(lab_at(l, pa, 4), &ret, 4);
}

/* Registers of the guest's world, and return to EL1 */
void lab_guest(struct lab *l, const struct guest *g)
{
    const struct {
        uint32_t msr;
        uint64_t value;
    } regs[] = {
        {0xd51c2140, UINT64_C(0x80003500) | (g->s2_top == 0 ? 0x50090 : 0x20059)}, /* VTCR_EL2: 48 or 39 bits */
        {0xd51c2100, g->s2_root},                                                  /* VTTBR_EL2 */
        {0xd5182040, UINT64_C(0x200803500) | (g->s1_top == 0 ? 16 : 25)},          /* TCR_EL1 */
        {0xd5182000, g->s1_root + l->table_offset},                                /* TTBR0_EL1 */
        {0xd518a200, 0xff},                                                        /* MAIR_EL1 */
        {0xd518c000, VECTORS},                                                     /* VBAR_EL1 */
        {0xd5181040, 3 << 20},                                                     /* CPACR_EL1.FPEN */
        {0xd51c1100, UINT64_C(0x80000001)},                                        /* HCR_EL2: RW, VM */
        {0xd5181000, UINT64_C(0x30d01805)},                                        /* SCTLR_EL1: M, C, I */
        {0xd51c4000, 0x3c5},                                                       /* SPSR_EL2: EL1h */
    };
    for (unsigned i = 0; i < ARRAY_LEN(regs); i++) {
        lab_msr(l, regs[i].msr, regs[i].value);
    }
    lab_word(l, 0x10000069); /* adr x9, .+12 */
    lab_word(l, 0xd51c4029); /* msr elr_el2, x9 */
    lab_word(l, A64_ERET);
}

void lab_run(struct lab *l)
{
    const struct machine_limits limits = {.max_insns = UINT64_C(1) << 25};
    lab_mark(l, MARK_END);
    machine_start(l->m, LAB_CODE, 0);
    enum machine_stop s = machine_run(l->m, &limits);
    ck_assert_msg(s == STOP_INTERRUPTED, "the guest ended with %d", (int)s);
}

uint64_t snap_pipe(const struct snap *s)
{
    uint64_t cycles = s->cycles;
    for (unsigned i = 0; i < STALLS; i++) {
        cycles -= s->stall[i];
    }
    return cycles;
}
