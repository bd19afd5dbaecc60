/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random memory executed as code at EL0, EL1 or EL2: whatever a guest does, the
 * simulator must neither crash nor leave its own memory (build with --enable-asan
 * --enable-ubsan), and both instances of the core must end in the same state.
 *
 *   random-exec [--el 0|1|2] [--insns N] [--seed S] [--model NAME] [--smp N] [--compare]
 *
 * RAM is filled with words of which most are drawn from the rows of the
 * encoding table, so that the run gets past the first instruction; registers
 * point into RAM; vectors, tables and stacks are in it too. A machine that
 * stops, waits or loops is replaced by the next one, with the next seed.
 */
#include "cpu/a64.h"
#include "cpu/core.h"
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

static struct outcome run_one(const char *model, unsigned el, unsigned smp, uint64_t seed, uint64_t insns, bool stepping)
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
    for (uint64_t i = 0; i < RAM_SIZE; i += 4) {
        uint32_t w = random_insn();
        memcpy(ram + i, &w, 4);
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
    bool compare = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--compare") == 0) {
            compare = true;
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
            fprintf(stderr, "usage: random-exec [--el 0|1|2] [--insns N] [--seed S] [--model NAME] [--smp N] [--compare]\n");
            return 2;
        }
    }
    for (unsigned e = el <= 2 ? el : 0; e <= (el <= 2 ? el : 2); e++) {
        uint64_t done = 0, machines = 0;
        for (uint64_t s = seed; done < insns; s++, machines++) {
            struct outcome o = run_one(model, e, smp, s, piece, false);
            done += o.insns == 0 ? 1 : o.insns;
            if (compare) {
                struct outcome p = run_one(model, e, smp, s, piece, true);
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
