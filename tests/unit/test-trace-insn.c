/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Effects of single instructions on memory that no general register tells of: store exclusives that give their status to XZR,
 * atomics and loads of XZR on a device. A recording of memory alone has each access with its value.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/board.h"
#include "sim/machine.h"
#include "sim/tracing.h"
#include "traces/reader.h"

enum { CODE = 0x100000, CELL = 0x101000, INSNS = 25 };

/* X0 = the cell, X1 = 0x1111, X3 = 0x3333, X5 = RTCMR of the PL031, a register that keeps what is written; X6 = 5, X8 = 0x1111, X9 = 0x99 */
static const uint32_t code[INSNS] = {
    0xd2a80200, 0x91400400, 0xd2822221, 0xd2866663, 0xd2a12025, 0x910010a5, 0xd28000a6, 0xd2822228, 0xd2801329,
    0xc85f7c02, /* LDXR X2, [X0] */
    0xc81f7c01, /* STXR WZR, X1, [X0] */
    0xc81f7c03, /* STXR WZR, X3, [X0]: there is no monitor any more */
    0xc85f7c02, /* LDXR X2, [X0] */
    0xc8047c03, /* STXR W4, X3, [X0] */
    0xc87f1002, /* LDXP X2, X4, [X0] */
    0xc83f0c01, /* STXP WZR, X1, X3, [X0] */
    0xb90000a6, /* STR W6, [X5] */
    0xb82600a7, /* LDADD W6, W7, [X5] */
    0xb82600bf, /* STADD W6, [X5] */
    0xb82180bf, /* SWP W1, WZR, [X5] */
    0x88a87ca9, /* CAS W8, W9, [X5] */
    0x88a87ca9, /* CAS W8, W9, [X5]: differs */
    0xb94000bf, /* LDR WZR, [X5] */
    0xd50344ff, /* MSR DAIFClr, #4: SErrors are let in */
    0x14000000, /* B . */
};

/* What the architecture says of them: instruction, write, size, value and what follows it */
static const struct access {
    unsigned insn;
    bool write;
    unsigned size;
    uint64_t value, high;
} accesses[] = {
    {9, false, 8, 0, 0}, {10, true, 8, 0x1111, 0},
    {12, false, 8, 0x1111, 0}, {13, true, 8, 0x3333, 0},
    {14, false, 16, 0x3333, 0}, {15, true, 16, 0x1111, 0x3333},
    {16, true, 4, 5, 0},
    {17, false, 4, 5, 0}, {17, true, 4, 10, 0},
    {18, false, 4, 10, 0}, {18, true, 4, 15, 0},
    {19, false, 4, 15, 0}, {19, true, 4, 0x1111, 0},
    {20, false, 4, 0x1111, 0}, {20, true, 4, 0x99, 0},
    {21, false, 4, 0x99, 0}, /* W8 has 0x1111 from the one before: nothing is stored */
    {22, false, 4, 0x99, 0},
};

static void record(const char *path, const char *kinds)
{
    struct err err;
    struct machine_config c = {.model = "neoverse-n1", .n_pes = 1, .ram_size = 64 << 20, .el = 2, .ns_per_insn = 1};
    const struct boot_config b = {.model = c.model, .n_pes = 1, .el = 2};
    const struct trace_opts o = {.file = path, .kinds = kinds};
    struct machine *m = machine_new(&c, &err);
    ck_assert_ptr_nonnull(m);
    ck_assert(bus_dma_write(machine_bus(m), BOARD_RAM_BASE + CODE, code, sizeof(code)));
    struct tracing *t = tracing_open(&o, m, &c, &b, NULL, &err);
    ck_assert_msg(t != NULL, "%s", err.msg);
    ck_assert_uint_eq(tracing_begin(t), 0);
    machine_start(m, BOARD_RAM_BASE + CODE, 0);
    const struct machine_limits l = {.max_insns = INSNS};
    ck_assert_int_eq(machine_run(m, &l), STOP_MAX_INSNS);
    ck_assert(tracing_close(t, &err));
    machine_free(m);
}

START_TEST(every_access_has_its_value)
{
    static const char *const kinds[] = {"mem", "all"};
    char path[] = "test-trace-insn-XXXXXX";
    struct err err;
    struct rec r;
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    record(path, kinds[_i]);
    struct trace_reader *t = trace_reader_open(path, &err);
    ck_assert_msg(t != NULL, "%s", err.msg);
    unsigned n = 0, pstates = 0;
    while (trace_reader_next(t, &r) == TRACE_RECORD) {
        if (r.kind == REC_REG && r.a == 64) {
            ck_assert_uint_eq(r.daif, r.b >> 6 & 15); /* an effect's masks are those after the instruction */
            ck_assert_uint_eq(r.daif, r.pc < BOARD_RAM_BASE + CODE + 4 * 23 ? 0xf : 0xb);
            pstates++;
        }
        if (r.kind != REC_MEM) {
            ck_assert(_i == 1);
            continue;
        }
        ck_assert_uint_lt(n, ARRAY_LEN(accesses));
        const struct access *x = &accesses[n++];
        ck_assert_uint_eq(r.pc, BOARD_RAM_BASE + CODE + 4 * x->insn);
        ck_assert_uint_eq(r.type, x->write);
        ck_assert_uint_eq(r.a, x->insn < 16 ? BOARD_RAM_BASE + CELL : BOARD_RTC_BASE + 4);
        ck_assert_uint_eq(r.b, x->value);
        ck_assert_uint_eq(r.c, x->high);
        ck_assert_uint_eq(r.d, x->size);
    }
    ck_assert_uint_eq(n, ARRAY_LEN(accesses));
    ck_assert(_i == 0 || pstates == 2); /* the first one, and that of DAIFClr */
    trace_reader_close(t);
    unlink(path);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("trace-insn");
    TCase *tc = tcase_create("memory");
    tcase_add_loop_test(tc, every_access_has_its_value, 0, 2);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
