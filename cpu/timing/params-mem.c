/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu/timing/params-mem.h"

#include "cpu/timing/cache.h"

#include <string.h>

bool params_timing_builtin(const char *name, struct params_timing *p)
{
    static const struct params_timing a53 = {
        .name = "cortex-a53", .mhz = 1000,
        .mem = {
            .l1i = { 32768, 2, REPLACE_RANDOM, 0 }, .l1d = { 32768, 4, REPLACE_RANDOM, 3 }, .l2 = { 524288, 16, REPLACE_RANDOM, 13 },
            .dram_latency = 140, .snoop_latency = 20, .fetch_ahead = 1, .prefetch_lines = 2, .prefetch_train = 2, .store_buffer = 5,
            .itlb = 10, .dtlb = 10, .utlb_shift = 12, .tlb_entries = 512, .tlb_ways = 4, .tlb_latency = 2,
            .walk_entries = 64, .walk_ways = 4, .ipa_entries = 64, .ipa_ways = 4, .walk_overhead = 4, .walk_from_l1d = 1,
            .device_read = 150, .device_write = 20,
        },
        .branch = { .predictor = 3072 / 3 * 4, .history = 8, .indirect = 256, .return_stack = 8, .mispredict = 8 },
        .sys = { .exception = 25, .eret = 20, .isb = 10, .dsb = 10, .dmb = 2, .msr_pstate = 2, .tlbi = 4, .cache_op = 4, .at = 10 },
    };
    if (strcmp(name, a53.name) != 0) {
        return false;
    }
    *p = a53;
    for (unsigned i = 0; i < SYS_CLASSES; i++) {
        p->sys.msr[i] = p->sys.mrs[i] = 3;
    }
    return true;
}
