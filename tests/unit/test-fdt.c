/* SPDX-License-Identifier: Apache-2.0 */
/* sim/fdt.c: what the generated device tree says, and patching a given one. */
#include <check.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "sim/board.h"
#include "sim/fdt.h"

static struct err err;

static struct fdt_config config(void)
{
    return (struct fdt_config){ .model = "neoverse-n1", .n_pes = 2, .ram_base = BOARD_RAM_BASE, .ram_size = UINT64_C(1) << 30,
                                .el2 = true, .vhe = true, .bootargs = "console=ttyAMA0", .seed = 1 };
}

static int node(const void *t, const char *path)
{
    int n = fdt_path_offset(t, path);
    ck_assert_msg(n >= 0, "no node %s", path);
    return n;
}

static uint32_t cell(const void *t, const char *path, const char *prop, unsigned i)
{
    int len;
    const fdt32_t *p = fdt_getprop(t, node(t, path), prop, &len);
    ck_assert_msg(p != NULL && (int)(4 * (i + 1)) <= len, "no cell %u of %s in %s", i, prop, path);
    return fdt32_to_cpu(p[i]);
}

static const char *text(const void *t, const char *path, const char *prop)
{
    const char *s = fdt_getprop(t, node(t, path), prop, NULL);
    ck_assert_msg(s != NULL, "no %s in %s", prop, path);
    return s;
}

static unsigned length(const void *t, const char *path, const char *prop)
{
    int len = 0;
    return fdt_getprop(t, node(t, path), prop, &len) == NULL ? 0 : (unsigned)len;
}

START_TEST(the_tree_describes_the_board)
{
    struct fdt_config c = config();
    size_t size;
    void *t = fdt_generate(&c, &size, &err);
    ck_assert_ptr_nonnull(t);
    ck_assert_int_eq(fdt_check_full(t, size), 0);
    ck_assert_str_eq(text(t, "/psci", "method"), "smc");
    ck_assert_str_eq(text(t, "/psci", "compatible"), "arm,psci-1.0");
    ck_assert_str_eq(text(t, "/cpus/cpu@1", "compatible"), "arm,neoverse-n1");
    ck_assert_str_eq(text(t, "/cpus/cpu@1", "enable-method"), "psci");
    ck_assert_uint_eq(cell(t, "/cpus/cpu@1", "reg", 0), 1);
    ck_assert_int_lt(fdt_path_offset(t, "/cpus/cpu@2"), 0);
    ck_assert_uint_eq(cell(t, "/memory@40000000", "reg", 1), 0x40000000);
    ck_assert_uint_eq(cell(t, "/memory@40000000", "reg", 3), 0x40000000);
    ck_assert_uint_eq(cell(t, "/intc@8000000", "reg", 1), BOARD_GICD_BASE);
    ck_assert_uint_eq(cell(t, "/intc@8000000", "reg", 5), BOARD_GICR_BASE);
    ck_assert_uint_eq(cell(t, "/intc@8000000", "reg", 7), 2 * BOARD_GICR_STRIDE);
    ck_assert_uint_eq(cell(t, "/intc@8000000", "interrupts", 1), 9);
    static const unsigned ppis[] = { 13, 14, 11, 10, 12 };
    ck_assert_uint_eq(length(t, "/timer", "interrupts"), 5 * 12);
    for (unsigned i = 0; i < 5; i++) {
        ck_assert_uint_eq(cell(t, "/timer", "interrupts", 3 * i), 1);
        ck_assert_uint_eq(cell(t, "/timer", "interrupts", 3 * i + 1), ppis[i]);
        ck_assert_uint_eq(cell(t, "/timer", "interrupts", 3 * i + 2), 4);
    }
    ck_assert_uint_eq(cell(t, "/pmu", "interrupts", 1), 7);
    ck_assert_uint_eq(cell(t, "/pl011@9000000", "interrupts", 1), 1);
    ck_assert_uint_eq(cell(t, "/pl031@9010000", "interrupts", 1), 2);
    ck_assert_uint_eq(cell(t, "/virtio_mmio@a003e00", "interrupts", 1), 16 + 31);
    ck_assert_uint_eq(cell(t, "/apb-pclk", "clock-frequency", 0), 24000000);
    ck_assert_uint_eq(cell(t, "/pl011@9000000", "clocks", 0), cell(t, "/apb-pclk", "phandle", 0));
    ck_assert_uint_eq(cell(t, "/", "interrupt-parent", 0), cell(t, "/intc@8000000", "phandle", 0));
    ck_assert_str_eq(text(t, "/chosen", "bootargs"), "console=ttyAMA0");
    ck_assert_str_eq(text(t, "/chosen", "stdout-path"), "/pl011@9000000");
    ck_assert_uint_eq(length(t, "/chosen", "rng-seed"), 32);
    ck_assert_uint_eq(length(t, "/chosen", "kaslr-seed"), 0);
    ck_assert_uint_eq(length(t, "/chosen", "linux,initrd-start"), 0);
    free(t);
}
END_TEST

START_TEST(without_el2_there_is_less)
{
    struct fdt_config c = config();
    size_t size;
    c.el2 = false;
    c.bootargs = NULL;
    void *t = fdt_generate(&c, &size, &err);
    ck_assert_ptr_nonnull(t);
    ck_assert_str_eq(text(t, "/psci", "method"), "hvc");
    ck_assert_uint_eq(length(t, "/intc@8000000", "interrupts"), 0);
    ck_assert_uint_eq(length(t, "/timer", "interrupts"), 4 * 12);
    ck_assert_uint_eq(length(t, "/chosen", "bootargs"), 0);
    free(t);
}
END_TEST

START_TEST(options_go_into_chosen)
{
    struct fdt_config c = config();
    size_t size, size2;
    c.initrd_start = UINT64_C(0x48000000);
    c.initrd_end = UINT64_C(0x48123456);
    c.has_kaslr_seed = true;
    c.kaslr_seed = UINT64_C(0x123456789abcdef0);
    c.modules[0] = (struct fdt_module){ "multiboot,kernel", 0x4a000000, 0x1000, "console=hvc0" };
    c.n_modules = 1;
    char *t = fdt_generate(&c, &size, &err), *u = fdt_generate(&c, &size2, &err);
    ck_assert(t != NULL && u != NULL);
    ck_assert_msg(size == size2 && memcmp(t, u, size) == 0, "equal configurations give equal trees");
    ck_assert_uint_eq(cell(t, "/chosen", "linux,initrd-end", 1), 0x48123456);
    ck_assert_uint_eq(cell(t, "/chosen", "kaslr-seed", 0), 0x12345678);
    ck_assert_str_eq(text(t, "/chosen/module@4a000000", "bootargs"), "console=hvc0");
    ck_assert_int_eq(fdt_node_check_compatible(t, node(t, "/chosen/module@4a000000"), "multiboot,kernel"), 0);
    ck_assert_int_eq(fdt_node_check_compatible(t, node(t, "/chosen/module@4a000000"), "multiboot,module"), 0);
    ck_assert_uint_eq(cell(t, "/chosen/module@4a000000", "reg", 3), 0x1000);
    free(u);
    c.seed = 2;
    u = fdt_generate(&c, &size2, &err);
    ck_assert_msg(memcmp(t, u, size) != 0, "the seed matters");
    free(t);
    free(u);
}
END_TEST

START_TEST(a_long_command_line_fits)
{
    struct fdt_config c = config();
    char *args = malloc(200000);
    size_t size;
    memset(args, 'a', 199999);
    args[199999] = '\0';
    c.bootargs = args;
    void *t = fdt_generate(&c, &size, &err);
    ck_assert_ptr_nonnull(t);
    ck_assert_str_eq(text(t, "/chosen", "bootargs"), args);
    free(t);
    free(args);
}
END_TEST

START_TEST(a_given_tree_is_patched)
{
    struct fdt_config c = config();
    size_t size, size2;
    void *t = fdt_generate(&c, &size, &err);
    struct fdt_config p = { .bootargs = "other words, and more of them than there were", .initrd_start = 0x48000000, .initrd_end = 0x48001000 };
    void *u = fdt_patch("--dtb", "x.dtb", t, size, &p, &size2, &err);
    ck_assert_ptr_nonnull(u);
    ck_assert_int_eq(fdt_check_full(u, size2), 0);
    ck_assert_str_eq(text(u, "/chosen", "bootargs"), p.bootargs);
    ck_assert_uint_eq(cell(u, "/chosen", "linux,initrd-start", 1), 0x48000000);
    free(u);
    p = (struct fdt_config){ 0 };
    u = fdt_patch("--dtb", "x.dtb", t, size, &p, &size2, &err);
    ck_assert_ptr_nonnull(u);
    ck_assert_str_eq(text(u, "/chosen", "bootargs"), "console=ttyAMA0");
    free(u);
    ck_assert_int_eq(fdt_del_node(t, node(t, "/chosen")), 0);
    p.bootargs = "made";
    u = fdt_patch("--dtb", "x.dtb", t, size, &p, &size2, &err);
    ck_assert_ptr_nonnull(u);
    ck_assert_str_eq(text(u, "/chosen", "bootargs"), "made");
    free(u);
    free(t);
}
END_TEST

START_TEST(broken_trees_are_refused)
{
    struct fdt_config c = config();
    size_t size, size2;
    char *t = fdt_generate(&c, &size, &err);
    ck_assert_ptr_null(fdt_patch("--dtb", "x.dtb", "no tree", 7, &c, &size2, &err));
    ck_assert_msg(strstr(err.msg, "--dtb x.dtb: not a valid device tree") != NULL, "%s", err.msg);
    ck_assert_ptr_null(fdt_patch("--dtb", "x.dtb", t, size / 2, &c, &size2, &err));
    ck_assert_ptr_null(fdt_patch("--dtb", "x.dtb", t, 0, &c, &size2, &err));
    memset(t + fdt_off_dt_struct(t) + 8, 0xff, 16);
    ck_assert_ptr_null(fdt_patch("--dtb", "x.dtb", t, size, &c, &size2, &err));
    free(t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("fdt");
    TCase *t = tcase_create("fdt");
    tcase_add_test(t, the_tree_describes_the_board);
    tcase_add_test(t, without_el2_there_is_less);
    tcase_add_test(t, options_go_into_chosen);
    tcase_add_test(t, a_long_command_line_fits);
    tcase_add_test(t, a_given_tree_is_patched);
    tcase_add_test(t, broken_trees_are_refused);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
