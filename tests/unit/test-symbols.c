/* SPDX-License-Identifier: Apache-2.0 */
/* sim/kallsyms.c on tables made here by the format's description, sim/symbols.c on a kernel that runs elsewhere than it was linked. */
#include <check.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/le.h"
#include "sim/kallsyms.h"
#include "sim/load.h"
#include "sim/symbols.h"

#define LINK UINT64_C(0xffff800008000000)
#define N 600u          /* three markers */

static struct err err;
static uint8_t image[65536];
static size_t at;

static void align(void)
{
    at = (at + 7) & ~(size_t)7;
}

/* Tokens: each character stands for itself, 1 is "sym_". */
static void put_tokens(void)
{
    uint16_t index[256];
    size_t start = at;
    for (unsigned i = 0; i < 256; i++) {
        index[i] = (uint16_t)(at - start);
        if (i == 1) {
            memcpy(image + at, "sym_", 4);
            at += 4;
        } else if (i > ' ' && i < 127) {
            image[at++] = (uint8_t)i;
        }
        image[at++] = 0;
    }
    align();
    for (unsigned i = 0; i < 256; i++) {
        put_le16(image + at, index[i]);
        at += 2;
    }
    align();
}

/* Symbol 0 is _stext, then "sym_aaaa"...; symbol 300 has a name that needs a length of two bytes. */
static void name_of(unsigned i, char *name)
{
    if (i == 300) {
        memset(name, 'x', 200);
        name[200] = '\0';
    } else if (i == 0) {
        strcpy(name, "_stext");
    } else {
        sprintf(name, "sym_%c%c", 'a' + (int)(i / 26), 'a' + (int)(i % 26));
    }
}

static void put_names(void)
{
    size_t marker[8], start, n_markers = 0;
    char name[256];
    put_le32(image + at, N);
    at += 8;
    start = at;
    for (unsigned i = 0; i < N; i++) {
        name_of(i, name);
        bool token = strncmp(name, "sym_", 4) == 0;
        size_t len = 1 + strlen(name) - (token ? 3 : 0);
        if (i % 256 == 0) {
            marker[n_markers++] = at - start;
        }
        if (len >= 0x80) {
            image[at++] = (uint8_t)(0x80 | (len & 0x7f));
            image[at++] = (uint8_t)(len >> 7);
        } else {
            image[at++] = (uint8_t)len;
        }
        image[at++] = i % 2 == 0 ? 'T' : 't';
        if (token) {
            image[at++] = 1;
        }
        const char *rest = name + (token ? 4 : 0);
        memcpy(image + at, rest, strlen(rest));
        at += strlen(rest);
    }
    align();
    for (size_t i = 0; i < n_markers; i++) {
        put_le32(image + at, (uint32_t)marker[i]);
        at += 4;
    }
    align();
}

/* Returns where relative_base is. */
static size_t put_addresses(void)
{
    for (unsigned i = 0; i < N; i++) {
        put_le32(image + at, 0x20 * i);
        at += 4;
    }
    align();
    at += 8;
    return at - 8;
}

static void make_image(bool old, bool relocated)
{
    size_t base = 0;
    memset(image, 0, sizeof(image));
    memcpy(image + 56, "ARM\x64", 4);
    at = 4096;
    if (old) {
        base = put_addresses();
    }
    put_names();
    put_tokens();
    if (!old) {
        base = put_addresses();
    }
    if (relocated) {
        put_le64(image + base, LINK + 0x10000);
        return;
    }
    at = 60000;
    for (unsigned i = 0; i < 3; i++, at += sizeof(Elf64_Rela)) { /* the second is of relative_base */
        put_le64(image + at, LINK + (i == 1 ? base : 0x1230 * i));
        put_le64(image + at + 8, R_AARCH64_RELATIVE);
        put_le64(image + at + 16, LINK + (i == 1 ? 0x10000 : 0x4444));
    }
}

static void check_image(void)
{
    struct symbols *s = symbols_new();
    const struct file_data f = {.bytes = image, .len = sizeof(image)};
    char name[256], got[256];
    uint64_t va;
    ck_assert_msg(symbols_add_data(s, "--symbols", "image", &f, 0, &err), "%s", err.msg);
    ck_assert_uint_eq(symbols_count(s), N + 1);
    for (unsigned i = 0; i < N; i++) {
        name_of(i, name);
        ck_assert_msg(symbols_find(s, name, &va), "%s", name);
        ck_assert_uint_eq(va, LINK + 0x10000 + 0x20 * i);
        ck_assert(symbols_name(s, va, got, sizeof(got)));
        ck_assert_str_eq(got, name);
    }
    ck_assert_msg(symbols_find(s, "_text", &va) && va == LINK, "where the Image begins");
    symbols_free(s);
}

START_TEST(a_kernel_up_to_6_3)
{
    make_image(true, false);
    check_image();
    make_image(true, true);
    check_image();
}
END_TEST

START_TEST(a_kernel_since_6_4)
{
    make_image(false, false);
    check_image();
    make_image(false, true);
    check_image();
}
END_TEST

static void refused(const char *want)
{
    struct symbols *s = symbols_new();
    const struct file_data f = {.bytes = image, .len = sizeof(image)};
    ck_assert(!symbols_add_data(s, "--symbols", "image", &f, 0, &err));
    ck_assert_msg(strstr(err.msg, want) != NULL, "%s", err.msg);
    symbols_free(s);
}

START_TEST(a_broken_table)
{
    make_image(false, false);
    memset(image + 60000, 0, 5000);
    refused("no base address");
    make_image(false, false);
    put_le32(image + 4096, N + 1);      /* more names than there are */
    refused("no symbol table");
    memset(image + 64, 0, sizeof(image) - 64);
    refused("CONFIG_KALLSYMS");
    /* whatever a byte becomes, nothing outside is read (for the sanitizers) */
    for (size_t i = 4096; i < 4096 + 9000; i += 7) {
        struct symbols *s = symbols_new();
        const struct file_data f = {.bytes = image, .len = sizeof(image)};
        make_image(i % 2 == 0, false);
        image[i] ^= 0xff;
        if (!symbols_add_data(s, "--symbols", "image", &f, 0, &err)) {
            ck_assert(strstr(err.msg, "image") != NULL);
        }
        symbols_free(s);
    }
}
END_TEST

START_TEST(a_kernel_that_runs_elsewhere)
{
    const uint64_t pa = UINT64_C(0x40200000), hyp = UINT64_C(0xe01240200000);
    struct symbols *s = symbols_new();
    const struct file_data f = {.bytes = image, .len = sizeof(image)};
    uint64_t places[SYMBOLS_ALIASES + 1];
    char name[64];
    make_image(false, false);
    ck_assert(symbols_add_data(s, "--symbols", "image", &f, 0, &err));
    ck_assert_msg(!symbols_learn(s, hyp, pa), "nobody said where it is");
    ck_assert(symbols_set_loaded(s, pa, pa + 0x100000));
    ck_assert(!symbols_name(s, hyp + 0x10000, name, sizeof(name)));
    ck_assert_msg(!symbols_learn(s, LINK + 0x3000, pa + 0x3000), "as linked");
    ck_assert_msg(!symbols_learn(s, pa + 0x3000, pa + 0x3000), "one to one");
    ck_assert_msg(!symbols_learn(s, hyp + 0x200000, pa + 0x200000), "not in the image");
    ck_assert(symbols_learn(s, hyp + 0x3000, pa + 0x3000));
    ck_assert_msg(!symbols_learn(s, hyp + 0x4000, pa + 0x4000), "known");
    ck_assert(symbols_name(s, hyp + 0x10024, name, sizeof(name)));
    ck_assert_str_eq(name, "sym_ab+0x4");
    ck_assert_uint_eq(symbols_link(s, hyp + 0x10024), LINK + 0x10024);
    ck_assert_uint_eq(symbols_link(s, hyp + 0x100000), hyp + 0x100000);
    ck_assert_uint_eq(symbols_places(s, LINK + 0x10020, places), 2);
    ck_assert_uint_eq(places[0], LINK + 0x10020);
    ck_assert_uint_eq(places[1], hyp + 0x10020);
    symbols_free(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("symbols");
    TCase *tc = tcase_create("symbols");
    tcase_add_test(tc, a_kernel_up_to_6_3);
    tcase_add_test(tc, a_kernel_since_6_4);
    tcase_add_test(tc, a_broken_table);
    tcase_add_test(tc, a_kernel_that_runs_elsewhere);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
