/* SPDX-License-Identifier: Apache-2.0 */
/* What was wrong once, each case named after it; those that fit no other test of a module. The index is tests/regressions.md. */
#include "tests/unit/test-pe.h"

#include "cpu/core.h"
#include "cpu/ldst.h"
#include "sim/boot.h"
#include "sim/fdt.h"
#include "sim/load.h"
#include "sim/machine.h"

#include <libfdt.h>
#include <stdio.h>
#include <unistd.h>

/* ---- a PE with stage 1 of EL1&0 and, when asked, stage 2, in blocks of 1 GiB ---- */

#define S1_TABLE (TEST_RAM_BASE + 0x10000)
#define S2_TABLE (TEST_RAM_BASE + 0x20000)
#define BLOCK (BIT64(10) | 1u)              /* AF, block */
#define AP_RO BIT64(7)
#define AP_EL0 BIT64(6)
#define ATTR(n) ((uint64_t)(n) << 2)
#define SH(n) ((uint64_t)(n) << 8)
#define S2_RW (3u << 6)
#define VA(gib) ((uint64_t)(gib) << 30)
enum { NORMAL, READ_ONLY, DEVICE, NOTHING = 7 };    /* what is at each GiB of VAs */
enum { FSC_TRANS_1 = 0x05, FSC_PERM_1 = 0x0d, FSC_ALIGN = 0x21 };

#define RAM UINT64_C(0x40000000)

static struct test_pe *t;
static struct pe *pe;

static void poke(uint64_t pa, uint64_t v)
{
    ck_assert(bus_write(&t->bus, pa, 8, 0, v));
}

static void inval(void *opaque, uint64_t va, uint64_t len)
{
    (void)opaque;
    utlb_flush_va(pe->upool, va, len);
}

/* What the loop of the core does before the next instruction */
static void ready(unsigned el)
{
    at_el(pe, el);
    pe_select_context(pe);
    pe->exc.valid = false;
}

static void setup(void)
{
    t = test_pe_new("neoverse-n1", true, 2);
    pe = t->pe;
    tlb_set_inval_hook(pe->tlb, inval, NULL);
    put(pe, SR_MAIR_EL1, UINT64_C(0x4400ff));       /* 0 write-back, 1 Device-nGnRnE */
    put(pe, SR_TCR_EL1, 25u | 3u << 12 | BIT64(23) | UINT64_C(5) << 32);
    put(pe, SR_TTBR0_EL1, S1_TABLE);
    put(pe, SR_SCTLR_EL1, get(pe, SR_SCTLR_EL1) | 5);
    poke(S1_TABLE + 8 * NORMAL, VA(1) | BLOCK | SH(3) | AP_EL0);
    poke(S1_TABLE + 8 * READ_ONLY, VA(1) | BLOCK | SH(3) | AP_EL0 | AP_RO);
    poke(S1_TABLE + 8 * DEVICE, VA(1) | BLOCK | ATTR(1));
}

static void teardown(void)
{
    test_pe_free(t);
}

/* Stage 2 maps RAM to itself with this MemAttr: 15 Normal, 0 Device-nGnRnE */
static void stage2(unsigned memattr)
{
    at_el(pe, 2);
    put(pe, SR_VTCR_EL2, 25u | 1u << 6 | 3u << 12 | 5u << 16);
    put(pe, SR_VTTBR_EL2, S2_TABLE);
    poke(S2_TABLE + 8, VA(1) | BLOCK | S2_RW | ATTR(memattr) | SH(3));
    put(pe, SR_HCR_EL2, BIT64(31) | 1);
}

static void check_abort(bool ok, unsigned fsc, unsigned target)
{
    ck_assert(!ok && pe->exc.valid);
    ck_assert_uint_eq(pe->exc.ec, EC_DABT_LOWER);
    ck_assert_uint_eq(pe->exc.iss & 0x3f, fsc);
    ck_assert_uint_eq(pe->exc.target_el, target);
}

/* ---- memory ---- */

/* The first TLBI left the micro-TLB's set marked as empty, and the second skipped what had come into it since. */
START_TEST(a_second_tlbi_left_entries_in_the_micro_tlb)
{
    uint64_t v;
    ready(1);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert(mem_read(pe, VA(NORMAL) + 0x1000, 8, 0, &v));
        at_el(pe, 1);
        put(pe, SR_TLBI_VMALLE1, 0);
    }
    ck_assert(mem_read(pe, VA(NORMAL) + 0x1000, 8, 0, &v));
    poke(S1_TABLE, 0);
    put(pe, SR_TLBI_VMALLE1, 0);
    check_abort(mem_read(pe, VA(NORMAL) + 0x1000, 8, 0, &v), FSC_TRANS_1, 1);
}
END_TEST

/* FAR_ELx of a fault on DC ZVA is the address in the register; it was that of the block. */
START_TEST(far_of_a_fault_on_dc_zva_was_the_blocks)
{
    ready(1);
    check_abort(ldst_zva(pe, VA(NOTHING) + 0x1234), FSC_TRANS_1, 1);
    ck_assert_uint_eq(pe->exc.far, VA(NOTHING) + 0x1234);
    check_abort(ldst_zva(pe, VA(DEVICE) + 0x1234), FSC_ALIGN, 1);
    ck_assert_uint_eq(pe->exc.far, VA(DEVICE) + 0x1234);
    check_abort(ldst_zva(pe, VA(READ_ONLY) + 0x1234), FSC_PERM_1, 1);
    ck_assert_uint_eq(pe->exc.far, VA(READ_ONLY) + 0x1234);
}
END_TEST

/* ISS.WnR of an atomic read-modify-write is 0 when a read of the address would have faulted too; a plain store has 1. */
START_TEST(wnr_of_an_alignment_fault_on_an_atomic_was_1)
{
    uint64_t pa;
    ready(1);
    check_abort(mem_probe_rw(pe, VA(NORMAL) + 0x1001, 8, MEM_ATOMIC, &pa), FSC_ALIGN, 1);
    ck_assert_uint_eq(pe->exc.iss >> 6 & 1, 0);
    check_abort(mem_probe_write(pe, VA(NORMAL) + 0x1001, 8, MEM_ATOMIC, &pa), FSC_ALIGN, 1);
    ck_assert_uint_eq(pe->exc.iss >> 6 & 1, 1);
}
END_TEST

/* AArch64.S1Translate: the alignment fault of Device memory comes before the permission check. */
START_TEST(a_permission_fault_came_before_the_alignment_fault_of_device_memory)
{
    uint64_t v;
    ready(0);
    check_abort(mem_read(pe, VA(DEVICE) + 0x1001, 4, 0, &v), FSC_ALIGN, 1);
    check_abort(mem_read(pe, VA(DEVICE) + 0x1000, 4, 0, &v), FSC_PERM_1, 1);
    check_abort(mem_read(pe, VA(NOTHING) + 0x1001, 4, 0, &v), FSC_TRANS_1, 1);
}
END_TEST

/* When only stage 2 makes memory Device, its alignment fault is stage 2's, after stage 1's permission check (R_XCHFJ). */
START_TEST(the_alignment_fault_of_stage_2_came_before_the_permission_fault_of_stage_1)
{
    uint64_t v;
    stage2(0);
    ready(1);
    check_abort(mem_write(pe, VA(READ_ONLY) + 0x1001, 4, 0, 0), FSC_PERM_1, 1);
    pe->exc.valid = false;
    ck_assert(mem_read(pe, VA(READ_ONLY) + 0x1000, 4, 0, &v));      /* now the TLB knows what stage 2 says */
    check_abort(mem_write(pe, VA(READ_ONLY) + 0x1001, 4, 0, 0), FSC_PERM_1, 1);
    check_abort(mem_write(pe, VA(NORMAL) + 0x1001, 4, 0, 0), FSC_ALIGN, 2);
    ck_assert(pe->exc.has_ipa);
    ck_assert_uint_eq(pe->exc.ipa, VA(1) + 0x1001);
}
END_TEST

/* At EL2 with its MMU off data are Device-nGnRnE whatever HCR_EL2.DC says, which is of EL1&0: the alignment fault is not stage 2's. */
START_TEST(memory_was_device_by_stage_2_without_stage_2)
{
    uint64_t v;
    put(pe, SR_HCR_EL2, BIT64(31) | BIT64(12));
    ready(2);
    check_abort(mem_read(pe, VA(1) + 0x1001, 4, 0, &v), FSC_ALIGN, 2);
    ck_assert(!pe->exc.has_ipa);
    pe->exc.valid = false;
    put(pe, SR_HCR_EL2, BIT64(31));
    put(pe, SR_SCTLR_EL1, get(pe, SR_SCTLR_EL1) & ~UINT64_C(1));
    ready(1);
    check_abort(mem_read(pe, VA(1) + 0x1001, 4, 0, &v), FSC_ALIGN, 1);
    ck_assert(!pe->exc.has_ipa);
}
END_TEST

/* HCR_EL2.TGE makes SCTLR_EL1.M behave as 0; stage 2 stays, and only {E2H, TGE} = {1, 1} leaves the regime that has it. */
START_TEST(tge_alone_switched_stage_2_off)
{
    uint64_t v;
    stage2(15);
    put(pe, SR_HCR_EL2, BIT64(31) | BIT64(27) | 1);
    ready(0);
    check_abort(mem_read(pe, VA(NOTHING) + 8, 4, 0, &v), FSC_TRANS_1, 2);
    ck_assert(pe->exc.has_ipa && (pe->exc.iss >> 7 & 1) == 0);
    ck_assert_uint_eq(pe->exc.ipa, VA(NOTHING) + 8);
    pe->exc.valid = false;
    poke(TEST_RAM_BASE + 0x1000, 0x1234);
    ck_assert(mem_read(pe, VA(1) + 0x1000, 4, 0, &v));
    ck_assert_uint_eq(v, 0x1234);
}
END_TEST

/* ---- events ---- */

static struct rec last_rec;

static void keep(void *opaque, const struct rec *r)
{
    (void)opaque;
    last_rec = *r;
}

/* The record of a change of PSTATE.DAIF is made when it has changed: its masks are the new ones. */
START_TEST(the_record_of_a_mask_change_had_the_old_masks)
{
    struct rec_sink sink = {.put = keep};
    pe->rec = &sink;
    pe->rec_kinds = REC_BIT(REC_MASK);
    pe->daif = PSTATE_A | PSTATE_F;
    put(pe, SR_DAIF, (uint64_t)(PSTATE_I | PSTATE_F) << 6);
    ck_assert_uint_eq(last_rec.kind, REC_MASK);
    ck_assert_uint_eq(last_rec.daif, PSTATE_I | PSTATE_F);
    ck_assert_uint_eq(last_rec.a, PSTATE_I | PSTATE_F);
    ck_assert_uint_eq(last_rec.b, PSTATE_A | PSTATE_F);
    pe->rec = NULL;
}
END_TEST

/* Without FEAT_RAS, ESB is a NOP: a pending SError that is masked stays pending. With it the SError moves to DISR_EL1. */
START_TEST(esb_deferred_without_ras)
{
    static const struct { const char *model; bool ras; } models[] = {{"cortex-a72", false}, {"neoverse-n1", true}};
    for (unsigned i = 0; i < ARRAY_LEN(models); i++) {
        struct test_pe *u = test_pe_new(models[i].model, true, 2);
        u->pe->sr[SR_HCR_EL2] = BIT64(5);   /* AMO: the SError is EL2's */
        u->pe->daif = PSTATE_A;
        pe_pend_serror(u->pe, 0x11);
        pe_esb(u->pe);
        ck_assert_uint_eq(u->pe->serror_pending, !models[i].ras);
        test_pe_free(u);
    }
}
END_TEST

/* An event of the timers' event stream that came before WFE: WFE went to sleep. */
START_TEST(wfe_did_not_see_the_event_stream)
{
    put(pe, SR_CNTKCTL_EL1, 4u << 4 | 1u << 2);     /* EVNTEN, EVNTI = 4: at counts 16, 48, 80 of 16 ns */
    at_el(pe, 1);
    put(pe, SR_CNTKCTL_EL1, 4u << 4 | 1u << 2);
    ck_assert(core_wfx(pe, true));
    ck_assert(pe->waiting_wfe);
    pe->waiting_wfe = pe->event_reg = false;
    test_pe_run(t, 16 * 16);
    pe->event_reg = false;
    test_pe_run(t, 32 * 16);
    ck_assert(core_wfx(pe, true));
    ck_assert(!pe->waiting_wfe);
}
END_TEST

static unsigned barriers[8];

static void count_barrier(void *opaque, const struct rec *r)
{
    (void)opaque;
    barriers[r->a % 8] += r->kind == REC_BARRIER;
}

/* DSB and DMB were packed as NOP, so the stepping instance never told of them; and the fast one does not, so that a trace of it had none:
   who listens to barriers gets a machine that steps. */
START_TEST(dsb_and_dmb_made_no_record)
{
    static const uint32_t code[] = {0xd5033f9f, 0xd5033bbf, 0xd5033b9f, 0xd5033fdf, 0xd5033f5f};    /* DSB SY, DMB ISH, DSB ISH, ISB, CLREX */
    struct machine_config cfg = {.model = "cortex-a72", .n_pes = 1, .ram_size = UINT64_C(1) << 20, .el = 2, .ns_per_insn = 1};
    struct machine_limits limits = {.max_insns = ARRAY_LEN(code)};
    struct rec_sink sink = {.put = count_barrier, .kinds = REC_BIT(REC_BARRIER)};
    struct err err;
    struct machine *m = machine_new(&cfg, &err);
    ck_assert_ptr_nonnull(m);
    ck_assert(bus_dma_write(machine_bus(m), RAM, code, sizeof(code)));
    ck_assert(machine_add_rec_sink(m, &sink));
    machine_start(m, RAM, 0);
    ck_assert_int_eq(machine_run(m, &limits), STOP_MAX_INSNS);
    machine_free(m);
    ck_assert_uint_eq(barriers[1], 2);      /* DSB */
    ck_assert_uint_eq(barriers[2], 1);      /* DMB */
}
END_TEST

/* ---- files ---- */

/* Bytes of a file got into a message as they were, with line breaks. */
START_TEST(a_message_had_the_line_break_of_a_file)
{
    uint8_t zboot[256] = "MZ\0\0zimg\100\0\0\0\20\0\0\0\0\0\0\0\0\0\0\0gz\nip";
    struct file_data f = {malloc(sizeof(zboot)), sizeof(zboot)};
    struct bus bus;
    struct image img;
    struct err err = {.msg = ""};
    ck_assert_ptr_nonnull(f.bytes);
    memcpy(f.bytes, zboot, sizeof(zboot));
    ck_assert(bus_init(&bus, RAM, UINT64_C(16) << 20));
    ck_assert(!load_program_data(&bus, "--kernel", "Image", &f, &img, &err));
    ck_assert_msg(strstr(err.msg, "gz?ip") != NULL && strchr(err.msg, '\n') == NULL, "%s", err.msg);
    file_free(&f);
    bus_free(&bus);
}
END_TEST

/* libfdt 1.6.1 checks a tree of version 15 or older through a null pointer when a node's name has no slash. */
START_TEST(a_device_tree_before_version_16_ended_the_command)
{
    char tree[512];
    struct fdt_config c = {.model = "max", .n_pes = 1, .ram_base = RAM, .ram_size = UINT64_C(1) << 28, .el2 = true, .vhe = true};
    struct err err = {.msg = ""};
    size_t size;
    ck_assert_int_eq(fdt_create(tree, sizeof(tree)), 0);
    ck_assert_int_eq(fdt_finish_reservemap(tree), 0);
    ck_assert_int_eq(fdt_begin_node(tree, ""), 0);
    ck_assert_int_eq(fdt_end_node(tree), 0);
    ck_assert_int_eq(fdt_finish(tree), 0);
    for (unsigned version = 1; version < 16; version++) {
        fdt_set_version(tree, version);
        fdt_set_last_comp_version(tree, version);
        ck_assert_ptr_null(fdt_patch("--dtb", "x", tree, fdt_totalsize(tree), &c, &size, &err));
        ck_assert_msg(strstr(err.msg, "--dtb x: ") != NULL, "%s", err.msg);
    }
}
END_TEST

/* The device tree was placed at a multiple of 2 MiB also where there are no two such places. */
START_TEST(the_device_tree_did_not_fit_into_small_ram)
{
    const uint8_t program[64] = {0};
    struct boot_config c = {.model = "cortex-a72", .n_pes = 1, .el = 2, .image = "test", .image_bytes = program, .image_len = sizeof(program)};
    struct boot_info info;
    struct bus bus;
    struct err err = {.msg = ""};
    ck_assert(bus_init(&bus, RAM, UINT64_C(1) << 20));
    ck_assert_msg(boot_load(&bus, &c, &info, &err), "%s", err.msg);
    ck_assert(info.dtb >= info.program.end && info.dtb + info.dtb_size <= RAM + (UINT64_C(1) << 20));
    boot_info_free(&info);
    bus_free(&bus);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("regressions");
    TCase *c = tcase_create("regressions");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, a_second_tlbi_left_entries_in_the_micro_tlb);
    tcase_add_test(c, far_of_a_fault_on_dc_zva_was_the_blocks);
    tcase_add_test(c, wnr_of_an_alignment_fault_on_an_atomic_was_1);
    tcase_add_test(c, a_permission_fault_came_before_the_alignment_fault_of_device_memory);
    tcase_add_test(c, the_alignment_fault_of_stage_2_came_before_the_permission_fault_of_stage_1);
    tcase_add_test(c, memory_was_device_by_stage_2_without_stage_2);
    tcase_add_test(c, tge_alone_switched_stage_2_off);
    tcase_add_test(c, the_record_of_a_mask_change_had_the_old_masks);
    tcase_add_test(c, esb_deferred_without_ras);
    tcase_add_test(c, wfe_did_not_see_the_event_stream);
    tcase_add_test(c, dsb_and_dmb_made_no_record);
    tcase_add_test(c, a_message_had_the_line_break_of_a_file);
    tcase_add_test(c, a_device_tree_before_version_16_ended_the_command);
    tcase_add_test(c, the_device_tree_did_not_fit_into_small_ram);
    suite_add_tcase(s, c);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
