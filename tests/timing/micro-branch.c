/* SPDX-License-Identifier: Apache-2.0 */
/* Branch prediction: from the cycles of branches. */
#include "tests/timing/micro-rows.h"

#include <check.h>
#include <stdlib.h>

enum { PASSES = 12 };

/* Never taken, always taken, taken if X8 is not zero: all to the word after the next */
enum { CBNZ_XZR = (int)0xb500005f, CBZ_XZR = (int)0xb400005f, CBNZ_X8 = (int)0xb5000048 };

static struct conf *alone(const struct conf *c)
{
    struct conf *k = changed(c);
    conf_set(k, "memory", "fetch_ahead", "0");
    return k;
}

static uint64_t branch_lost(const struct lab *l, unsigned first)
{
    uint64_t lost = 0;
    for (unsigned i = first; i < lab_n_costs(l); i++) {
        lost += lab_cost(l, i).branch;
    }
    return lost;
}

/* BR from one place to one target, to another, and there again */
static long mispredict(const struct conf *c)
{
    struct lab l;
    lab_open(&l, c, 1);
    lab_prologue(&l);
    uint64_t skip = lab_main(&l), sub = l.pc;
    lab_mark(&l, MARK_BEFORE);
    lab_word(&l, 0xd61f0000); /* br x0 */
    uint64_t one = l.pc;
    lab_mark(&l, MARK_AFTER);
    lab_word(&l, A64_RET);
    uint64_t two = l.pc;
    lab_mark(&l, MARK_AFTER);
    lab_word(&l, A64_RET);
    lab_main_here(&l, skip);
    lab_touch(&l, sub, one);
    lab_touch(&l, sub, two);
    lab_touch(&l, sub, one);
    lab_touch(&l, sub, one);
    lab_run(&l);
    long r = lab_longer(&l, 2, 3);
    lab_close(&l);
    return r;
}

/* So many calls in each other, twice: is a return mispredicted the second time? */
static bool too_deep(const struct conf *c, unsigned depth)
{
    struct lab l;
    lab_open(&l, c, 1);
    lab_prologue(&l);
    uint64_t skip = lab_main(&l), sub = l.pc;
    for (unsigned i = 1; i < depth; i++) {
        lab_word(&l, 0xf800869e); /* str x30, [x20], #8 */
        lab_bl(&l, l.pc + 12);
        lab_word(&l, 0xf85f8e9e); /* ldr x30, [x20, #-8]! */
        lab_word(&l, A64_RET);
    }
    lab_word(&l, A64_RET);
    lab_main_here(&l, skip);
    lab_mov(&l, 20, LAB_DATA);
    for (unsigned i = 0; i < 2; i++) {
        lab_mark(&l, MARK_BEFORE);
        lab_bl(&l, sub);
        lab_mark(&l, MARK_AFTER);
    }
    lab_run(&l);
    uint64_t lost = branch_lost(&l, 1);
    lab_close(&l);
    return lost != 0;
}

static long return_stack(const struct conf *c)
{
    struct conf *k = alone(c);
    unsigned n = 1;
    conf_set(k, "branch", "mispredict", "7"); /* is seen */
    while (n < 100 && !too_deep(k, n + 1)) {
        n++;
    }
    free(k);
    return n;
}

/* Two BR to different targets, so many words apart, one after the other */
static bool indirect_conflict(const struct conf *c, uint64_t words)
{
    const uint64_t one = LAB_CODE + UINT64_C(0x40000), two = one + 4 * words;
    struct lab l;
    lab_open(&l, c, 1);
    lab_prologue(&l);
    uint64_t skip = lab_main(&l), first = l.pc;
    lab_b(&l, two);
    uint64_t second = l.pc;
    lab_mark(&l, MARK_AFTER);
    lab_word(&l, 0xd10004a5); /* sub x5, x5, #1 */
    lab_cbnz(&l, 5, l.pc + 8);
    uint64_t out = l.pc;
    l.pc += 4;
    uint64_t loop = l.pc;
    lab_mark(&l, MARK_BEFORE);
    lab_b(&l, one);
    uint64_t pc = l.pc;
    l.pc = one;
    lab_word(&l, 0xd61f0020); /* br x1 */
    l.pc = two;
    lab_word(&l, 0xd61f0040); /* br x2 */
    l.pc = pc;
    lab_main_here(&l, out);
    pc = l.pc;
    lab_main_here(&l, skip);
    lab_mov(&l, 1, first);
    lab_mov(&l, 2, second);
    lab_mov(&l, 5, PASSES);
    lab_b(&l, loop);
    l.pc = out;
    lab_b(&l, pc + 4096);
    l.pc = pc + 4096;
    lab_run(&l);
    uint64_t lost = branch_lost(&l, PASSES / 2);
    lab_close(&l);
    return lost != 0;
}

static long indirect(const struct conf *c)
{
    struct conf *k = alone(c);
    long words = 1;
    conf_set(k, "branch", "mispredict", "7");
    while (words < 2 * BTB_MAX && !indirect_conflict(k, (uint64_t)words)) {
        words *= 2;
    }
    free(k);
    return words;
}

/*
 * Two conditional branches so many words apart, one always taken, the other never. Before each of them a subroutine of
 * 32 branches that are never taken, so that no history tells them apart. Places are chosen modulo 256 words, so that
 * those 32 share no counter with the two, whatever history (one taken branch, any number of branches ago) they have: G
 * + k, and that with bit k changed.
 */
static bool counter_conflict(const struct conf *c, uint64_t words)
{
    enum { G = 0x40090000, ONE = 0x400a0000 + 100 * 4, LOOP = 0x400e0000 + 120 * 4 };
    const uint64_t two = ONE + 4 * words;
    struct lab l;
    lab_open(&l, c, 1);
    lab_prologue(&l);
    lab_mov(&l, 5, PASSES);
    uint64_t top = l.pc;
    lab_bl(&l, G);
    lab_b(&l, ONE);
    uint64_t then = l.pc;
    lab_bl(&l, G);
    lab_b(&l, two - 4);
    l.pc = G;
    for (unsigned i = 0; i < 32; i++) {
        lab_word(&l, (uint32_t)CBNZ_XZR);
    }
    lab_word(&l, A64_RET);
    l.pc = ONE;
    lab_word(&l, (uint32_t)CBZ_XZR);
    lab_word(&l, A64_NOP);
    lab_b(&l, then);
    l.pc = two - 4;
    lab_mark(&l, MARK_BEFORE);
    lab_word(&l, (uint32_t)CBNZ_XZR);
    lab_mark(&l, MARK_AFTER);
    lab_word(&l, 0xd10004a5); /* sub x5, x5, #1 */
    lab_b(&l, LOOP);
    l.pc = LOOP;
    lab_cbnz(&l, 5, top);
    lab_run(&l);
    uint64_t lost = branch_lost(&l, PASSES / 2);
    lab_close(&l);
    return lost != 0;
}

static long predictor(const struct conf *c)
{
    struct conf *k = alone(c);
    long words = 256;
    conf_set(k, "branch", "mispredict", "7");
    while (words < 2 * BHT_MAX && !counter_conflict(k, (uint64_t)words)) {
        words *= 2;
    }
    free(k);
    return words;
}

/* A branch with the outcome, at random, of another one; so many that are never taken are between them. Is it foreseen?
 */
static bool foreseen(const struct conf *c, unsigned between)
{
    enum { TURNS = 3000, LAST = 1000, LEADER = 0x40100000 + 612 * 4, FOLLOWER = 0x40200000 + 2048 * 4 };
    struct lab l;
    unsigned wrong = 0;
    lab_open(&l, c, 1);
    lab_prologue(&l);
    lab_mov(&l, 5, TURNS);
    lab_mov(&l, 7, 0xace1);
    lab_mov(&l, 10, 0xb400);
    uint64_t top = l.pc;
    static const uint32_t step[] = {
        0x924000e8, 0xcb0803e9, 0x8a0a0129, 0xd341fce7, 0xca0900e7, /* X8 = X7 & 1; X7 = X7 >> 1 ^ (-X8 & X10) */
    };
    lab_words(&l, step, 5);
    lab_b(&l, LEADER);
    uint64_t back = l.pc;
    lab_word(&l, 0xd10004a5); /* sub x5, x5, #1 */
    lab_cbnz(&l, 5, top);
    uint64_t end = l.pc;
    l.pc = LEADER;
    lab_word(&l, (uint32_t)CBNZ_X8);
    lab_word(&l, A64_NOP);
    for (unsigned i = 0; i < between; i++) {
        lab_word(&l, (uint32_t)CBNZ_XZR);
    }
    lab_b(&l, FOLLOWER - 4);
    l.pc = FOLLOWER - 4;
    lab_mark(&l, MARK_BEFORE);
    lab_word(&l, (uint32_t)CBNZ_X8);
    lab_word(&l, A64_NOP);
    lab_mark(&l, MARK_AFTER);
    lab_b(&l, back);
    l.pc = end;
    lab_run(&l);
    for (unsigned i = TURNS - LAST; i < TURNS; i++) {
        wrong += lab_cost(&l, i).branch != 0;
    }
    lab_close(&l);
    return wrong < LAST / 10;
}

static long history(const struct conf *c)
{
    struct conf *k = alone(c);
    unsigned n = 0;
    conf_set(k, "branch", "mispredict", "7");
    while (n < 30 && foreseen(k, n)) {
        n++;
    }
    free(k);
    return n;
}

const struct micro_row branch_rows[] = {
    {"branch", "predictor", predictor, NULL, {"1024", "16384"}, NULL},
    {"branch", "history", history, NULL, {"0", "5"}, NULL},
    {"branch", "indirect", indirect, NULL, {"16", "1024"}, NULL},
    {"branch", "return_stack", return_stack, NULL, {"2", "16"}, NULL},
    {"branch", "mispredict", mispredict, NULL, {"0", "15"}, NULL},
};
const unsigned n_branch_rows = sizeof(branch_rows) / sizeof(branch_rows[0]);
