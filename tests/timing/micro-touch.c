/* SPDX-License-Identifier: Apache-2.0 */
/* Accesses that are timed one by one. */
#include "tests/timing/micro.h"

#include <check.h>

enum { WAIT = 4000 };

uint64_t sub_load(struct lab *l)
{
    uint64_t at = l->pc;
    lab_mark(l, MARK_BEFORE);
    lab_word(l, 0xf9400001); /* ldr x1, [x0] */
    lab_word(l, 0x8b010022); /* add x2, x1, x1 */
    lab_mark(l, MARK_AFTER);
    lab_word(l, A64_RET);
    return at;
}

uint64_t sub_store(struct lab *l)
{
    uint64_t at = l->pc;
    lab_mark(l, MARK_BEFORE);
    lab_word(l, 0xf900001f); /* str xzr, [x0] */
    lab_word(l, A64_NOP);
    lab_mark(l, MARK_AFTER);
    lab_word(l, A64_RET);
    return at;
}

uint64_t sub_fetch(struct lab *l)
{
    uint64_t at = l->pc;
    lab_word(l, 0xaa1e03f3); /* mov x19, x30 */
    lab_mark(l, MARK_BEFORE);
    lab_word(l, 0xd63f0000); /* blr x0 */
    lab_mark(l, MARK_AFTER);
    lab_word(l, 0xaa1303fe); /* mov x30, x19 */
    lab_word(l, A64_RET);
    return at;
}

uint64_t sub_wait(struct lab *l)
{
    uint64_t at = l->pc;
    lab_mov(l, 6, WAIT);
    lab_word(l, 0xd10004c6); /* sub x6, x6, #1 */
    lab_cbnz(l, 6, l->pc - 4);
    lab_word(l, A64_RET);
    return at;
}

void lab_touch(struct lab *l, uint64_t sub, uint64_t addr)
{
    lab_word(l, A64_SVC);
    lab_mov4(l, 0, addr);
    lab_bl(l, sub);
}

void lab_sweep(struct lab *l, uint64_t sub, uint64_t base, uint64_t stride, unsigned count, unsigned passes)
{
    lab_mov(l, 3, stride);
    lab_mov(l, 5, passes);
    uint64_t outer = l->pc;
    lab_mov(l, 0, base);
    lab_mov(l, 4, count);
    uint64_t inner = l->pc;
    lab_bl(l, sub);
    lab_word(l, 0x8b030000); /* add x0, x0, x3 */
    lab_word(l, 0xd1000484); /* sub x4, x4, #1 */
    lab_cbnz(l, 4, inner);
    lab_word(l, 0xd10004a5); /* sub x5, x5, #1 */
    lab_cbnz(l, 5, outer);
}

static const struct snap *pair(const struct lab *l, unsigned i)
{
    ck_assert_uint_lt(i, l->n_pairs);
    const struct snap *s = &l->snap[l->pair[i]];
    ck_assert_uint_eq(s[1].imm, MARK_AFTER);
    return s;
}

unsigned lab_n_costs(const struct lab *l) { return l->n_pairs; }

static uint64_t lost(const struct snap *s, enum stall why) { return s[1].stall[why] - s[0].stall[why]; }

struct cost lab_cost(const struct lab *l, unsigned i)
{
    const struct snap *s = pair(l, i);
    return (struct cost){.cycles = s[1].cycles - s[0].cycles,
                         .data = lost(s, STALL_L2) + lost(s, STALL_DRAM) + lost(s, STALL_STORE) + lost(s, STALL_DEVICE),
                         .dtlb = lost(s, STALL_DTLB),
                         .fetch = lost(s, STALL_FETCH),
                         .itlb = lost(s, STALL_ITLB),
                         .branch = lost(s, STALL_BRANCH)};
}

long lab_longer(const struct lab *l, unsigned i, unsigned than)
{
    const struct snap *a = pair(l, i), *b = pair(l, than);
    long by_cycles = (long)(a[1].cycles - a[0].cycles) - (long)(b[1].cycles - b[0].cycles), by_stalls = 0;
    for (unsigned k = 0; k < STALLS; k++) {
        by_stalls += (long)lost(a, (enum stall)k) - (long)lost(b, (enum stall)k);
    }
    ck_assert_msg(labs(by_cycles - by_stalls) <= l->ooo, "%ld cycles longer, but %ld of stalls", by_cycles, by_stalls);
    return by_stalls;
}
