/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as guest memory, executed at EL0, EL1 or EL2 in both instances of
 * the core: no crash, and both end in the same state. The first 16 bytes
 * choose: EL, model, HCR_EL2 bits (8), then seed of the registers (4); what
 * follows is the code, repeated at two places so that vectors find some.
 */
#include "cpu/core.h"
#include "sim/machine.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define RAM_SIZE (UINT64_C(1) << 20)
#define MAX_INSNS 2000
/* Code that only takes the same exception again and again is found out after so many instructions. */
#define SLICE 100
#define HEAD 16
#define CODE_MAX 0x8000
#define CODE (BOARD_RAM_BASE + 0x10000)
#define VECTORS (BOARD_RAM_BASE + 0x20000)
#define DATA (BOARD_RAM_BASE + 0x80000)

static void set_registers(struct pe *pe, const uint8_t *head)
{
    unsigned el = head[0] % 3;
    uint64_t hcr;
    uint32_t seed;
    memcpy(&hcr, head + 2, 8);
    memcpy(&seed, head + 10, 4);
    for (unsigned i = 0; i < 31; i++) {
        seed = seed * 1664525 + 1013904223;
        /* addresses, small numbers, and large ones */
        pe->x[i] = i % 4 == 0 ? seed >> 28 : i % 4 == 3 ? (uint64_t)seed << (seed & 32) : DATA + (seed >> 16 & 0xfff8);
    }
    pe->x[X_SP] = DATA;
    pe->sr[SR_VBAR_EL1] = pe->sr[SR_VBAR_EL2] = VECTORS;
    pe->sr[SR_CPACR_EL1] = UINT64_C(3) << 20;
    pe->sr[SR_HCR_EL2] = BIT64(31) | (el < 2 && (head[14] & 1) != 0 ? hcr & UINT64_C(0x7fffe) : 0);
    if (el == 0) {
        pe->sr[SR_SPSR_EL1] = 0;
        pe->sr[SR_ELR_EL1] = pe->pc;
        pe->el = 1;
        pe_eret(pe);
    } else if (el == 1) {
        pe->sr[SR_SPSR_EL2] = 5;
        pe->sr[SR_ELR_EL2] = pe->pc;
        pe_eret(pe);
    }
    pe->dirty |= DIRTY_XLAT | DIRTY_IRQ | DIRTY_FP | DIRTY_DEBUG;
}

/* What nearly every program changes. When it is as it was a slice before, the code is taken to do nothing more. */
struct sight {
    uint64_t x[31], sp, pc, spsr, elr_el1, elr_el2;
};

static bool stuck(const struct pe *pe, struct sight *before)
{
    struct sight now = { .sp = pe->x[X_SP], .pc = pe_pc(pe), .spsr = pe_spsr_value(pe), .elr_el1 = pe->sr[SR_ELR_EL1],
                         .elr_el2 = pe->sr[SR_ELR_EL2] };
    memcpy(now.x, pe->x, sizeof(now.x));
    bool same = memcmp(&now, before, sizeof(now)) == 0;
    *before = now;
    return same;
}

static uint32_t run(const uint8_t *head, const uint8_t *code, size_t len, bool stepping, uint64_t *insns)
{
    static const char *const models[] = { "max", "cortex-a72", "neoverse-n1" };
    struct machine_config cfg = { .model = models[head[1] % ARRAY_LEN(models)], .n_pes = 1, .ram_size = RAM_SIZE, .el = 2,
                                  .ns_per_insn = 1, .stepping = stepping };
    struct err err;
    struct machine *m = machine_new(&cfg, &err);
    FUZZ_CHECK(m != NULL);
    FUZZ_CHECK(bus_dma_write(machine_bus(m), CODE, code, len) && bus_dma_write(machine_bus(m), VECTORS, code, len));
    machine_start(m, CODE, len);
    set_registers(machine_pe(m, 0), head);
    struct machine_limits limits = { .max_time_ns = 4 * MAX_INSNS };
    struct sight seen = { .pc = 1 };
    do {
        limits.max_insns += SLICE;
    } while (machine_run(m, &limits) == STOP_MAX_INSNS && limits.max_insns < MAX_INSNS && !stuck(machine_pe(m, 0), &seen));
    *insns = machine_icount(m);
    uint32_t hash = machine_hash(m);
    machine_free(m);
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < HEAD + 4) {
        return 0;
    }
    size_t n = len - HEAD < CODE_MAX ? len - HEAD : CODE_MAX;
    uint64_t fast_insns, step_insns;
    uint32_t fast = run(data, data + HEAD, n, false, &fast_insns), step = run(data, data + HEAD, n, true, &step_insns);
    FUZZ_CHECK(fast_insns == step_insns);
    FUZZ_CHECK(fast == step);
    return 0;
}
