/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of observers make records from, and how they look at what an observer printed. */
#ifndef HYPSCOPE_TESTS_UNIT_TEST_RECS_H
#define HYPSCOPE_TESTS_UNIT_TEST_RECS_H

#include <check.h>
#include <string.h>

#include "sim/base/bits.h"
#include "sim/base/record.h"

/* HCR_EL2 */
#define VM BIT64(0)
#define FMO BIT64(3)
#define IMO BIT64(4)
#define AMO BIT64(5)
#define TWE BIT64(14)
#define TID3 BIT64(18)
#define TSC BIT64(19)
#define TGE BIT64(27)
#define RW BIT64(31)
#define E2H BIT64(34)
#define TEA BIT64(37)

#define VTTBR(vmid) ((uint64_t)(vmid) << 48 | 0x42000000)

/* A syndrome of a 32-bit instruction */
#define ESR(ec, iss) ((uint64_t)(ec) << 26 | 1u << 25 | (iss))
#define ESR_HVC ESR(0x16, 0)

/* The ERET from EL2 to EL1 after t instructions, of a nanosecond each */
static inline struct rec rec_enter(uint64_t t, uint64_t hcr, uint64_t vttbr)
{
    return (struct rec){.kind = REC_ERET, .from_el = 2, .el = 1, .icount = t, .time_ns = t, .pc = 0x1000, .a = 5, .b = 0x40200000,
                        .hcr = hcr, .vttbr = vttbr};
}

/* The synchronous exception from EL1 to EL2 */
static inline struct rec rec_leave(uint64_t t, uint64_t esr, uint64_t hcr, uint64_t vttbr)
{
    return (struct rec){.kind = REC_EXC_ENTRY, .from_el = 1, .el = 2, .daif = 15, .icount = t, .time_ns = t, .pc = 0x40200004, .a = esr,
                        .d = 0x400, .hcr = hcr, .vttbr = vttbr};
}

static inline void has(const char *text, const char *what)
{
    ck_assert_msg(strstr(text, what) != NULL, "no `%s' in:\n%s", what, text);
}

#endif
