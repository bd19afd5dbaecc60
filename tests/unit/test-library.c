/* SPDX-License-Identifier: Apache-2.0 */
/* The public header, linked with the shared library alone: what it exports is enough, and machines are independent. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "include/hypscope.h"

#define RAM UINT64_C(0x40000000)

/* counts X0 from 0 to 100000, sends '!' on the UART, powers off */
static const uint32_t counter[] = {
    0xd2800000,             /* mov  x0, #0 */
    0xd290d401, 0xf2a00021, /* mov  x1, #100000 (0x186a0) */
    0x91000400,             /* 1: add x0, x0, #1 */
    0xeb01001f,             /* cmp  x0, x1 */
    0x54ffffc1,             /* b.ne 1b */
    0xd2a12002, 0x52800423, /* the UART, '!' */
    0xb9000043,             /* str  w3, [x2] */
    0xaa0003f3,             /* mov  x19, x0 */
    0xd2b08000, 0xf2800100, /* PSCI SYSTEM_OFF */
    0xd4000003,             /* smc  #0 */
};

static char said[64];

static void console(void *opaque, uint8_t byte)
{
    char *s = opaque;
    size_t n = strlen(s);
    s[n] = (char)byte;
    s[n + 1] = '\0';
}

static struct hypscope *machine(char *out)
{
    struct hypscope_config c = { .size = sizeof(c), .ram_bytes = 1 << 20, .opaque = out, .console = console };
    char err[256] = "";
    struct hypscope *h = hypscope_new(&c, err, sizeof(err));
    ck_assert_msg(h != NULL, "%s", err);
    ck_assert_int_eq(hypscope_write(h, RAM, counter, sizeof(counter)), 0);
    hypscope_start(h, RAM, 0);
    return h;
}

START_TEST(the_header_and_the_library_agree)
{
    ck_assert_uint_eq(hypscope_abi(), HYPSCOPE_ABI);
    ck_assert_str_eq(hypscope_model(0), "cortex-a72");
    unsigned n = 0;
    while (hypscope_model(n) != NULL) {
        n++;
    }
    ck_assert_uint_ge(n, 2);
}
END_TEST

START_TEST(a_machine_runs)
{
    said[0] = '\0';
    struct hypscope *h = machine(said);
    ck_assert_int_eq(hypscope_run(h, 0, 0), HYPSCOPE_POWER_OFF);
    ck_assert_str_eq(said, "!");
    ck_assert_uint_eq(hypscope_reg(h, 0, 19), 100000);
    ck_assert_uint_eq(hypscope_insns(h), 3 + 3 * 100000 + 7);
    ck_assert_uint_eq(hypscope_time_ns(h), hypscope_insns(h));
    ck_assert_uint_eq(hypscope_exit_code(h), 0);
    uint32_t word;
    ck_assert_int_eq(hypscope_read(h, RAM + 4, &word, 4), 0);
    ck_assert_uint_eq(word, counter[1]);
    ck_assert_int_eq(hypscope_read(h, 0x1000, &word, 4), -1);
    ck_assert_uint_eq(hypscope_reg(h, 9, 0), 0);
    hypscope_free(h);
}
END_TEST

START_TEST(stops_do_not_show_and_machines_do_not_meet)
{
    char out_a[64] = "", out_b[64] = "";
    struct hypscope *a = machine(out_a), *b = machine(out_b);
    ck_assert_int_eq(hypscope_run(a, 0, 0), HYPSCOPE_POWER_OFF);
    struct hypscope *c = machine(said);
    for (uint64_t n = 1000;; n += 7777) {
        enum hypscope_stop why = hypscope_run(b, n, 0);
        hypscope_run(c, n / 3, 0);
        if (why != HYPSCOPE_MAX_INSNS) {
            ck_assert_int_eq(why, HYPSCOPE_POWER_OFF);
            break;
        }
        ck_assert_uint_eq(hypscope_insns(b), n);
    }
    ck_assert_uint_eq(hypscope_hash(a), hypscope_hash(b));
    ck_assert_uint_ne(hypscope_hash(a), hypscope_hash(c));
    ck_assert_str_eq(out_a, out_b);
    hypscope_request_stop(c);
    ck_assert_int_eq(hypscope_run(c, 0, 0), HYPSCOPE_REQUESTED);
    ck_assert_int_eq(hypscope_run(c, 0, hypscope_time_ns(c) + 10), HYPSCOPE_MAX_TIME);
    ck_assert_int_eq(hypscope_run(c, 0, 0), HYPSCOPE_POWER_OFF);
    ck_assert_uint_eq(hypscope_hash(a), hypscope_hash(c));
    hypscope_free(a);
    hypscope_free(b);
    hypscope_free(c);
}
END_TEST

START_TEST(bad_configurations_are_refused)
{
    char err[256];
    struct hypscope_config c = { .size = sizeof(c), .pes = 9 };
    ck_assert_ptr_null(hypscope_new(&c, err, sizeof(err)));
    ck_assert_msg(strstr(err, "expected 1 to 8") != NULL, "%s", err);
    c = (struct hypscope_config){ .size = sizeof(c), .cpu = "pentium" };
    ck_assert_ptr_null(hypscope_new(&c, err, sizeof(err)));
    ck_assert_msg(strstr(err, "pentium") != NULL, "%s", err);
    c = (struct hypscope_config){ .size = sizeof(c), .ram_bytes = 1000001 };
    ck_assert_ptr_null(hypscope_new(&c, NULL, 0));
    c = (struct hypscope_config){ .size = sizeof(c) + 8 };
    ck_assert_ptr_null(hypscope_new(&c, err, sizeof(err)));
    ck_assert_msg(strstr(err, "size") != NULL, "%s", err);
}
END_TEST

START_TEST(files_are_booted)
{
    char path[] = "test-library-XXXXXX", err[256];
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq((int)write(fd, counter, sizeof(counter)), (int)sizeof(counter));
    close(fd);
    struct hypscope_config c = { .size = sizeof(c), .ram_bytes = 4 << 20, .cpu = "cortex-a72", .pes = 2 };
    struct hypscope *h = hypscope_new(&c, err, sizeof(err));
    ck_assert_msg(h != NULL, "%s", err);
    struct hypscope_boot b = { .size = sizeof(b), .kernel = "no/such/kernel" };
    ck_assert_int_eq(hypscope_boot(h, &b, err, sizeof(err)), -1);
    ck_assert_msg(strstr(err, "no/such/kernel") != NULL, "%s", err);
    b.kernel = path;
    b.append = "words";
    ck_assert_msg(hypscope_boot(h, &b, err, sizeof(err)) == 0, "%s", err);
    unlink(path);
    ck_assert_uint_eq(hypscope_reg(h, 0, 32), RAM + 0x80000);
    ck_assert_int_eq(hypscope_run(h, 0, 0), HYPSCOPE_POWER_OFF);
    hypscope_free(h);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("library");
    TCase *t = tcase_create("library");
    tcase_add_test(t, the_header_and_the_library_agree);
    tcase_add_test(t, a_machine_runs);
    tcase_add_test(t, stops_do_not_show_and_machines_do_not_meet);
    tcase_add_test(t, bad_configurations_are_refused);
    tcase_add_test(t, files_are_booted);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
