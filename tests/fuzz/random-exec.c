/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random memory executed as code at EL0, EL1 or EL2: whatever a guest does, the
 * simulator must neither crash nor leave its own memory (build with --enable-asan
 * --enable-ubsan), and both instances of the core must end in the same state.
 *
 *   random-exec [--el 0|1|2] [--insns N] [--seed S] [--model NAME] [--smp N] [--compare] [--sequences]
 *
 * RAM is filled with words of which most are drawn from the rows of the
 * encoding table, so that the run gets past the first instruction; registers
 * point into RAM; vectors, tables and stacks are in it too. A machine that
 * stops, waits or loops is replaced by the next one, with the next seed.
 *
 * --sequences: the words make up the sequences that have handlers of their own
 * (cpu/exec-seqs.h), and random ones of the same instructions, which are mostly
 * pairs that have.
 */
#include "cpu/a64.h"
#include "cpu/core.h"
#include "cpu/exec-seqs.h"
#include "sim/machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RAM_SIZE (UINT64_C(1) << 20)

static uint64_t rng_state;

static uint64_t rng(void)
{
    /* splitmix64 */
    uint64_t z = rng_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint32_t random_insn(void)
{
    uint64_t r = rng();
    if ((r >> 56) < 16) {
        return (uint32_t)r; /* anything */
    }
    const struct a64_row *row = &a64_rows[(r >> 32) % OP_COUNT];
    return ((uint32_t)r & ~row->mask) | row->value;
}

/* ---- sequences ---- */

#define OP_HID(name, hid) hid,
static const uint16_t op_hid[] = {SEQUENCE_OPS(OP_HID)};
#define OP_INDEX(name, hid) I_##name,
enum op_index { SEQUENCE_OPS(OP_INDEX) I_COUNT };
#define OF2(a, b) {2, {I_##a, I_##b}},
#define OF3(a, b, d) {3, {I_##a, I_##b, I_##d}},
#define OF4(a, b, d, e) {4, {I_##a, I_##b, I_##d, I_##e}},
#define OFC3(a, b, cc) OF3(a, b, bc_##cc)
#define OFC4(a, b, d, cc) OF4(a, b, d, bc_##cc)
static const struct {
    uint8_t n, op[4];
} sequences[] = {SEQUENCES(OF2, OF3, OF4, OF2, OF3, OF4, OFC3, OFC4)};

/* The row that a handler's instructions are in */
static unsigned row_of(unsigned hid)
{
    static const uint16_t selects[8] = {OP_CSEL_W, OP_CSINC_W, OP_CSINV_W, OP_CSNEG_W, OP_CSEL_X, OP_CSINC_X, OP_CSINV_X, OP_CSNEG_X};
    static const uint16_t compares[4] = {OP_CCMP_W_reg, OP_CCMP_W_imm, OP_CCMP_X_reg, OP_CCMP_X_imm};
    switch (hid) {
    case HID_MOV_X: return OP_ORR_X_sr;
    case HID_MOV_W: return OP_ORR_W_sr;
    case HID_NOP: return OP_HINT;
    default: break;
    }
    if (hid >= HID_CCMP) {
        return compares[(hid - HID_CCMP) / 16];
    }
    if (hid >= HID_CSEL) {
        return selects[(hid - HID_CSEL) / 16];
    }
    return hid >= HID_BCOND ? OP_B_cond : hid % OP_COUNT;
}

/* A word that is decoded to this handler at this place of a page */
static uint32_t word_for(unsigned hid, unsigned index, const struct features *feat)
{
    const struct a64_row *row = &a64_rows[row_of(hid)];
    for (;;) {
        uint64_t r = rng();
        uint32_t w = (uint32_t)r;
        w |= r >> 32 & 1 ? 0x1f : 0;                    /* XZR as destination */
        w |= r >> 33 & 1 ? 0x3e0 : 0;                   /* as source, or SP as base */
        w &= r >> 34 & 1 ? ~UINT32_C(0xc0fc00) : w;     /* no shift, a condition of its own */
        w &= r >> 35 & 1 ? ~UINT32_C(0x00fff000) : w;   /* near */
        w = (w & ~row->mask) | row->value;
        struct slot s = {.fn = NULL};
        if (slot_pack(w, index, feat, &s).hid == hid) {
            return w;
        }
    }
}

static void fill_with_sequences(uint8_t *ram, const struct features *feat)
{
    for (uint64_t at = 0; at < RAM_SIZE;) {
        uint64_t r = rng();
        unsigned k = (unsigned)(r >> 8) % ARRAY_LEN(sequences);
        for (unsigned i = 0; i < (r & 1 ? sequences[k].n : 2u) && at < RAM_SIZE; i++, at += 4) {
            unsigned op = r & 1 ? sequences[k].op[i] : (unsigned)rng() % I_COUNT;
            uint32_t w = word_for(op_hid[op], (unsigned)(at >> 2) % PAGE_INSNS, feat);
            memcpy(ram + at, &w, 4);
        }
    }
}

static void fill_with_anything(uint8_t *ram)
{
    for (uint64_t i = 0; i < RAM_SIZE; i += 4) {
        uint32_t w = random_insn();
        memcpy(ram + i, &w, 4);
    }
}

/* Half of the registers are addresses in RAM, aligned or nearly */
static void random_state(struct machine *m, struct pe *pe, unsigned el)
{
    for (unsigned i = 0; i < 31; i++) {
        uint64_t v = rng();
        pe->x[i] = v & 1 ? BOARD_RAM_BASE + ((v >> 8) % RAM_SIZE & ~UINT64_C(15)) : v >> ((v >> 1) & 63);
    }
    pe->x[X_SP] = BOARD_RAM_BASE + RAM_SIZE / 2;
    for (unsigned i = 0; i < 32; i++) {
        pe->v[i].d[0] = rng();
        pe->v[i].d[1] = rng();
    }
    pe->sr[SR_VBAR_EL1] = BOARD_RAM_BASE + (rng() % RAM_SIZE & ~UINT64_C(0x7ff));
    pe->sr[SR_VBAR_EL2] = BOARD_RAM_BASE + (rng() % RAM_SIZE & ~UINT64_C(0x7ff));
    pe->sr[SR_CPACR_EL1] = UINT64_C(3) << 20;
    pe->sr[SR_HCR_EL2] = BIT64(31) | (el < 2 && (rng() & 3) == 0 ? rng() & UINT64_C(0x7fffe) : 0);
    if (el == 0) {
        /* down to EL0 by an exception return that the machine makes for us */
        pe->sr[SR_SPSR_EL1] = 0;
        pe->sr[SR_ELR_EL1] = pe->pc;
        pe->el = 1;
        pe_eret(pe);
    } else if (el == 1 && pe->el == 2) {
        pe->sr[SR_SPSR_EL2] = 5;
        pe->sr[SR_ELR_EL2] = pe->pc;
        pe_eret(pe);
    }
    pe->dirty |= DIRTY_XLAT | DIRTY_IRQ | DIRTY_FP | DIRTY_DEBUG;
    (void)m;
}

struct outcome {
    uint64_t insns;
    uint32_t hash;
};

static struct outcome run_one(const char *model, unsigned el, unsigned smp, uint64_t seed, uint64_t insns, bool of_sequences,
                              bool stepping)
{
    struct machine_config cfg = {.model = model, .n_pes = smp, .ram_size = RAM_SIZE, .el = 2, .ns_per_insn = 1, .stepping = stepping};
    struct err err;
    rng_state = seed * UINT64_C(0x2545f4914f6cdd1d) + 1;
    struct machine *m = machine_new(&cfg, &err);
    if (m == NULL) {
        fprintf(stderr, "random-exec: %s\n", err.msg);
        exit(2);
    }
    uint8_t *ram = bus_ram(machine_bus(m), BOARD_RAM_BASE, RAM_SIZE);
    if (of_sequences) {
        fill_with_sequences(ram, &machine_pe(m, 0)->feat);
    } else {
        fill_with_anything(ram);
    }
    memset(machine_bus(m)->ram.flags, PAGE_WRITTEN, RAM_SIZE >> 12);
    machine_start(m, BOARD_RAM_BASE + (rng() % RAM_SIZE & ~UINT64_C(3)), rng());
    random_state(m, machine_pe(m, 0), el);
    struct machine_limits limits = {.max_insns = insns, .max_time_ns = insns * 4};
    (void)machine_run(m, &limits);
    struct outcome o = {machine_icount(m), machine_hash(m)};
    machine_free(m);
    return o;
}

int main(int argc, char **argv)
{
    unsigned el = 3, smp = 1;
    uint64_t insns = 1000000, seed = 1, piece = 3000;
    const char *model = "max";
    bool compare = false, of_sequences = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--compare") == 0) {
            compare = true;
        } else if (strcmp(argv[i], "--sequences") == 0) {
            of_sequences = true;
        } else if (i + 1 < argc && strcmp(argv[i], "--el") == 0) {
            el = (unsigned)strtoul(argv[++i], NULL, 0);
        } else if (i + 1 < argc && strcmp(argv[i], "--insns") == 0) {
            insns = strtoull(argv[++i], NULL, 0);
        } else if (i + 1 < argc && strcmp(argv[i], "--seed") == 0) {
            seed = strtoull(argv[++i], NULL, 0);
        } else if (i + 1 < argc && strcmp(argv[i], "--smp") == 0) {
            smp = (unsigned)strtoul(argv[++i], NULL, 0);
        } else if (i + 1 < argc && strcmp(argv[i], "--model") == 0) {
            model = argv[++i];
        } else {
            fprintf(stderr, "usage: random-exec [--el 0|1|2] [--insns N] [--seed S] [--model NAME] [--smp N] [--compare]"
                    " [--sequences]\n");
            return 2;
        }
    }
    for (unsigned e = el <= 2 ? el : 0; e <= (el <= 2 ? el : 2); e++) {
        uint64_t done = 0, machines = 0;
        for (uint64_t s = seed; done < insns; s++, machines++) {
            struct outcome o = run_one(model, e, smp, s, piece, of_sequences, false);
            done += o.insns == 0 ? 1 : o.insns;
            if (compare) {
                struct outcome p = run_one(model, e, smp, s, piece, of_sequences, true);
                if (o.insns != p.insns || o.hash != p.hash) {
                    printf("FAIL EL%u seed %" PRIu64 ": fast ended after %" PRIu64 " instructions with hash %08x, step after %" PRIu64
                           " with %08x\n", e, s, o.insns, o.hash, p.insns, p.hash);
                    return 1;
                }
            }
        }
        printf("EL%u: %" PRIu64 " instructions in %" PRIu64 " machines (%s, seeds from %" PRIu64 ")%s\n", e, done, machines, model, seed,
               compare ? ", both instances alike" : "");
    }
    return 0;
}
