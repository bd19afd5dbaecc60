/* SPDX-License-Identifier: Apache-2.0 */
/* sim/load*.c and sim/boot.c: where programs go, and what is said about files that are wrong. */
#include <check.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "sim/base/le.h"
#include "sim/boot.h"
#include "sim/load.h"
#include "sim/symbols.h"

#define RAM UINT64_C(0x40000000)
#define MIB (UINT64_C(1) << 20)

static struct bus bus;
static struct err err;
static char path[] = "test-load-XXXXXX";

static void setup(void)
{
    ck_assert(bus_init(&bus, RAM, 16 * MIB));
    strcpy(path, "test-load-XXXXXX");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    err.msg[0] = '\0';
}

static void teardown(void)
{
    unlink(path);
    bus_free(&bus);
}

static void write_file(const void *data, size_t len)
{
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(data, 1, len, f), len);
    fclose(f);
}

static void write_gzip(const void *data, size_t len)
{
    gzFile f = gzopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(gzwrite(f, data, (unsigned)len), (int)len);
    gzclose(f);
}

static void refuses(const char *expected)
{
    struct image img;
    ck_assert(!load_program(&bus, "--kernel", path, &img, &err));
    ck_assert_msg(strstr(err.msg, "--kernel") != NULL && strstr(err.msg, path) != NULL, "no option or file in: %s", err.msg);
    ck_assert_msg(strstr(err.msg, expected) != NULL, "expected '%s' in: %s", expected, err.msg);
    ck_assert_ptr_null(strchr(err.msg, '\n'));
}

/* An arm64 Image header in 4096 bytes. */
static void make_image(uint8_t *b, uint64_t text_offset, uint64_t image_size)
{
    memset(b, 0x5a, 4096);
    put_le64(b + 8, text_offset);
    put_le64(b + 16, image_size);
    memcpy(b + 56, "ARM\x64", 4);
}

START_TEST(images_go_where_their_header_says)
{
    static const struct { uint64_t text_offset, image_size, at; } cases[] = {
        { 0, 0x9000, 0x200000 }, { 0x80000, 0x9000, 0x80000 }, { 0x10000, 0x9000, 0x10000 }, { 0x1234, 0, 0x80000 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t b[4096];
        struct image img;
        make_image(b, cases[i].text_offset, cases[i].image_size);
        write_file(b, sizeof(b));
        ck_assert_msg(load_program(&bus, "--kernel", path, &img, &err), "%s", err.msg);
        ck_assert_int_eq(img.kind, IMAGE_LINUX);
        ck_assert_uint_eq(img.entry, RAM + cases[i].at);
        ck_assert_uint_eq(img.end - img.start, cases[i].image_size != 0 ? cases[i].image_size : sizeof(b));
        ck_assert(memcmp(bus_ram(&bus, img.entry, sizeof(b)), b, sizeof(b)) == 0);
    }
}
END_TEST

START_TEST(gzip_is_unpacked)
{
    uint8_t b[4096];
    struct image img;
    make_image(b, 0, 0x9000);
    write_gzip(b, sizeof(b));
    ck_assert_msg(load_program(&bus, "--kernel", path, &img, &err), "%s", err.msg);
    ck_assert_uint_eq(img.entry, RAM + 0x200000);
    ck_assert(memcmp(bus_ram(&bus, img.entry, sizeof(b)), b, sizeof(b)) == 0);
}
END_TEST

START_TEST(broken_gzip_is_refused)
{
    uint8_t *b = malloc(MIB);
    for (size_t i = 0; i < MIB; i++) {
        b[i] = (uint8_t)(i * 2654435761u >> 13);
    }
    write_gzip(b, MIB);
    struct file_data f;
    ck_assert(file_read("--kernel", path, MIB, &f, &err));
    write_file(f.bytes, f.len / 2);
    refuses("truncated gzip");
    f.bytes[f.len / 2] ^= 0xff;
    f.bytes[f.len / 2 + 1] ^= 0xff;
    write_file(f.bytes, f.len);
    refuses("corrupt gzip");
    file_free(&f);
    memset(b, 0, MIB);
    gzFile g = gzopen(path, "wb");
    for (unsigned i = 0; i < 20; i++) {
        gzwrite(g, b, MIB);
    }
    gzclose(g);
    refuses("more than the 16 MiB of RAM");
    free(b);
}
END_TEST

START_TEST(wrong_programs_are_refused)
{
    uint8_t b[4096] = { 0 };
    write_file(b, 0);
    refuses("empty");
    make_image(b, 0, 15 * MIB);
    write_file(b, sizeof(b));
    refuses("there are 16 MiB");
    make_image(b, UINT64_MAX - 4096, 4096);
    write_file(b, sizeof(b));
    refuses("there are 16 MiB");
    /* an EFI stub's section that ends beyond the file */
    make_image(b, 0, 0x9000);
    memcpy(b, "MZ", 2);
    put_le32(b + 0x3c, 64);
    memcpy(b + 64, "PE\0\0", 4);
    put_le16(b + 70, 1);
    put_le16(b + 84, 0);
    put_le32(b + 88 + 16, 0x8000);
    put_le32(b + 88 + 20, 0x1000);
    write_file(b, sizeof(b));
    refuses("truncated: 4096 bytes, its header promises 36864");
    memset(b, 0, sizeof(b));
    memcpy(b + 0x202, "HdrS", 4);
    write_file(b, sizeof(b));
    refuses("x86");
    unlink(path);
    refuses("cannot open");
}
END_TEST

START_TEST(directories_are_refused)
{
    struct image img;
    ck_assert(!load_program(&bus, "--kernel", ".", &img, &err));
    ck_assert_str_eq(err.msg, "--kernel .: is a directory, expected a file");
}
END_TEST

START_TEST(flat_binaries_go_to_512_kib)
{
    struct image img;
    write_file("\x1f\x20\x03\xd5", 4);
    ck_assert(load_program(&bus, "--kernel", path, &img, &err));
    ck_assert_int_eq(img.kind, IMAGE_FLAT);
    ck_assert_uint_eq(img.entry, RAM + 0x80000);
    ck_assert_uint_eq(le32(bus_ram(&bus, RAM + 0x80000, 4)), 0xd503201f);
}
END_TEST

/* ---- ELF ---- */

struct elf_file {
    Elf64_Ehdr h;
    Elf64_Phdr p[2];
    Elf64_Dyn dyn[4];
    Elf64_Rela rela[2];
    uint64_t relr[2];
    uint64_t data[4];
};

/* One segment with everything at virtual address `va`, 64 KiB longer in memory than in the file. */
static void make_elf(struct elf_file *e, uint16_t type, uint64_t va, uint64_t pa)
{
    memset(e, 0, sizeof(*e));
    memcpy(e->h.e_ident, ELFMAG, SELFMAG);
    e->h.e_ident[EI_CLASS] = ELFCLASS64;
    e->h.e_ident[EI_DATA] = ELFDATA2LSB;
    e->h.e_type = type;
    e->h.e_machine = EM_AARCH64;
    e->h.e_entry = va + 0x40;
    e->h.e_phoff = offsetof(struct elf_file, p);
    e->h.e_phentsize = sizeof(e->p[0]);
    e->h.e_phnum = 1;
    e->p[0] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_vaddr = va, .p_paddr = pa, .p_filesz = sizeof(*e), .p_memsz = sizeof(*e) + 65536,
                            .p_align = 65536 };
}

START_TEST(elf_exec_goes_to_its_physical_addresses)
{
    struct elf_file e;
    struct image img;
    make_elf(&e, ET_EXEC, 0x7000, RAM + 0x100000);
    memset(bus_ram(&bus, RAM + 0x100000, 4096), 0xff, 4096);
    write_file(&e, sizeof(e));
    ck_assert_msg(load_program(&bus, "--kernel", path, &img, &err), "%s", err.msg);
    ck_assert_int_eq(img.kind, IMAGE_ELF);
    ck_assert_uint_eq(img.entry, RAM + 0x100040);
    ck_assert_uint_eq(img.start, RAM + 0x100000);
    ck_assert_uint_eq(img.end, RAM + 0x100000 + sizeof(e) + 65536);
    ck_assert(memcmp(bus_ram(&bus, img.start, sizeof(e)), &e, sizeof(e)) == 0);
    ck_assert_msg(*bus_ram(&bus, img.start + sizeof(e), 1) == 0, "uninitialised data must be zero");
}
END_TEST

START_TEST(elf_dyn_is_moved_and_relocated)
{
    struct elf_file e;
    struct image img;
    const uint64_t data = offsetof(struct elf_file, data), bias = RAM + 0x200000;
    make_elf(&e, ET_DYN, 0, 0);
    e.h.e_phnum = 2;
    e.p[1] = (Elf64_Phdr){ .p_type = PT_DYNAMIC, .p_offset = offsetof(struct elf_file, dyn), .p_filesz = sizeof(e.dyn) };
    e.dyn[0] = (Elf64_Dyn){ DT_RELA, { offsetof(struct elf_file, rela) } };
    e.dyn[1] = (Elf64_Dyn){ DT_RELASZ, { sizeof(e.rela) } };
    e.dyn[2] = (Elf64_Dyn){ 36, { offsetof(struct elf_file, relr) } };
    e.dyn[3] = (Elf64_Dyn){ 35, { sizeof(e.relr) } };
    e.rela[0] = (Elf64_Rela){ data, R_AARCH64_RELATIVE, 0x123 };
    e.relr[0] = data + 8;
    e.relr[1] = 3;      /* and the word after that */
    e.data[1] = 0x10;
    e.data[2] = 0x20;
    e.data[3] = 0x30;
    write_file(&e, sizeof(e));
    ck_assert_msg(load_program(&bus, "--kernel", path, &img, &err), "%s", err.msg);
    ck_assert_uint_eq(img.entry, bias + 0x40);
    const uint64_t *got = (const void *)bus_ram(&bus, bias + data, 32);
    ck_assert_uint_eq(got[0], bias + 0x123);
    ck_assert_uint_eq(got[1], bias + 0x10);
    ck_assert_uint_eq(got[2], bias + 0x20);
    ck_assert_uint_eq(got[3], 0x30);
    e.rela[1].r_info = R_AARCH64_GLOB_DAT;
    write_file(&e, sizeof(e));
    refuses("only R_AARCH64_RELATIVE");
    e.rela[1] = (Elf64_Rela){ 100 * MIB, R_AARCH64_RELATIVE, 0 };
    write_file(&e, sizeof(e));
    refuses("only R_AARCH64_RELATIVE inside the program");
}
END_TEST

START_TEST(elf_of_the_upper_half_is_moved_only)
{
    struct elf_file e;
    struct image img;
    make_elf(&e, ET_EXEC, UINT64_C(0xffff800008000000), UINT64_C(0xffff800008000000));
    write_file(&e, sizeof(e));
    ck_assert_msg(load_program(&bus, "--kernel", path, &img, &err), "%s", err.msg);
    ck_assert_uint_eq(img.entry, RAM + 0x200040);
}
END_TEST

START_TEST(wrong_elfs_are_refused)
{
    struct elf_file e;
    make_elf(&e, ET_EXEC, 0, 0);
    write_file(&e, sizeof(e));
    refuses("RAM is 0x40000000..0x41000000");
    make_elf(&e, ET_EXEC, RAM, RAM);
    write_file(&e, 100);
    refuses("truncated: program headers");
    write_file(&e, 50);
    refuses("truncated: 50 bytes, an ELF header has 64");
    write_file(&e, sizeof(e) - 1);
    refuses("truncated: segment 0");
    e.h.e_entry = RAM - 4;
    write_file(&e, sizeof(e));
    refuses("is in no segment");
    make_elf(&e, ET_EXEC, RAM, RAM);
    e.h.e_machine = EM_X86_64;
    write_file(&e, sizeof(e));
    refuses("expected little-endian ELF64 AArch64");
    make_elf(&e, ET_REL, RAM, RAM);
    write_file(&e, sizeof(e));
    refuses("expected an executable");
    make_elf(&e, ET_EXEC, RAM, RAM);
    e.p[0].p_type = PT_NOTE;
    write_file(&e, sizeof(e));
    refuses("nothing to load");
    make_elf(&e, ET_EXEC, RAM, RAM);
    e.p[0].p_memsz = UINT64_MAX;
    write_file(&e, sizeof(e));
    refuses("RAM is");
}
END_TEST

/* ---- everything together ---- */

START_TEST(boot_places_initrd_and_tree_like_the_peer)
{
    uint8_t b[4096];
    make_image(b, 0, 3 * MIB);
    write_file(b, sizeof(b));
    struct boot_config c = { .model = "cortex-a72", .n_pes = 1, .el = 2, .kernel = path, .initrd = path };
    struct boot_info info;
    ck_assert_msg(boot_load(&bus, &c, &info, &err), "%s", err.msg);
    ck_assert_uint_eq(info.initrd_start, RAM + 8 * MIB);
    ck_assert_uint_eq(info.initrd_end, RAM + 8 * MIB + 4096);
    ck_assert_uint_eq(info.dtb, RAM + 10 * MIB);
    ck_assert(memcmp(bus_ram(&bus, info.dtb, info.dtb_size), info.dtb_bytes, info.dtb_size) == 0);
    boot_info_free(&info);
    make_image(b, 0, 7 * MIB);      /* reaches beyond half of the RAM */
    write_file(b, sizeof(b));
    ck_assert_msg(boot_load(&bus, &c, &info, &err), "%s", err.msg);
    ck_assert_uint_eq(info.initrd_start, RAM + 9 * MIB);
    boot_info_free(&info);
}
END_TEST

START_TEST(boot_refuses_overlaps_and_what_does_not_fit)
{
    uint8_t b[4096];
    make_image(b, 0, 3 * MIB);
    write_file(b, sizeof(b));
    struct boot_config c = { .model = "cortex-a72", .n_pes = 1, .el = 2, .kernel = path, .n_loads = 1 };
    struct boot_info info;
    c.loads[0].path = path;
    c.loads[0].addr = RAM + 4 * MIB;
    ck_assert(!boot_load(&bus, &c, &info, &err));
    ck_assert_msg(strstr(err.msg, "--load") != NULL && strstr(err.msg, "overlaps --kernel") != NULL, "%s", err.msg);
    c.loads[0].addr = RAM + 16 * MIB - 4;
    ck_assert(!boot_load(&bus, &c, &info, &err));
    ck_assert_msg(strstr(err.msg, "--load") != NULL && strstr(err.msg, "RAM is") != NULL, "%s", err.msg);
    c.loads[0].addr = RAM + 8 * MIB;    /* where the tree goes */
    ck_assert(!boot_load(&bus, &c, &info, &err));
    ck_assert_msg(strstr(err.msg, "overlaps") != NULL, "%s", err.msg);
    make_image(b, 0, 14 * MIB);
    write_file(b, sizeof(b));
    c.n_loads = 0;
    c.initrd = path;
    ck_assert(!boot_load(&bus, &c, &info, &err));
    ck_assert_msg(strstr(err.msg, "--initrd") != NULL && strstr(err.msg, "RAM is") != NULL, "%s", err.msg);
}
END_TEST

/* ---- symbols ---- */

START_TEST(symbols_of_a_map)
{
    static const char map[] = "0000000000001000 T start\n0000000000001000 d alias\n0000000000002000 t second\n"
                              "0000000000003000 A absolute\n0000000000000000 U undefined\n";
    write_file(map, sizeof(map) - 1);
    struct symbols *s = symbols_new();
    char name[32];
    uint64_t va;
    ck_assert_msg(symbols_add(s, "--symbols", path, 0x100, &err), "%s", err.msg);
    ck_assert_uint_eq(symbols_count(s), 3);
    ck_assert(symbols_name(s, 0x1100, name, sizeof(name)));
    ck_assert_str_eq(name, "start");
    ck_assert(symbols_name(s, 0x20ff, name, sizeof(name)));
    ck_assert_str_eq(name, "start+0xfff");
    ck_assert(symbols_name(s, 0x2104, name, sizeof(name)));
    ck_assert_str_eq(name, "second+0x4");
    ck_assert(!symbols_name(s, 0x10ff, name, sizeof(name)));
    ck_assert_msg(!symbols_name(s, UINT64_C(0xffff000000000000), name, sizeof(name)), "far from any symbol");
    ck_assert(symbols_find(s, "second", &va));
    ck_assert_uint_eq(va, 0x2100);
    static const char stub[] = "ffffffffffffffff B The real System.map is elsewhere\n";
    write_file(stub, sizeof(stub) - 1);
    ck_assert(!symbols_add(s, "--symbols", path, 0, &err));
    ck_assert_msg(strstr(err.msg, "no symbols") != NULL, "%s", err.msg);
    write_file("what is this\n", 13);
    ck_assert(!symbols_add(s, "--symbols", path, 0, &err));
    ck_assert_msg(strstr(err.msg, "line 1") != NULL, "%s", err.msg);
    symbols_free(s);
}
END_TEST

START_TEST(symbols_of_an_elf)
{
    struct {
        Elf64_Ehdr h;
        Elf64_Shdr sh[3];
        Elf64_Sym sym[4];
        char str[32];
    } e = { .str = "\0main\0table\0$x" };
    memcpy(e.h.e_ident, ELFMAG, SELFMAG);
    e.h.e_ident[EI_CLASS] = ELFCLASS64;
    e.h.e_ident[EI_DATA] = ELFDATA2LSB;
    e.h.e_shoff = (size_t)((char *)e.sh - (char *)&e);
    e.h.e_shentsize = sizeof(e.sh[0]);
    e.h.e_shnum = 3;
    e.sh[1] = (Elf64_Shdr){ .sh_type = SHT_SYMTAB, .sh_offset = (size_t)((char *)e.sym - (char *)&e), .sh_size = sizeof(e.sym), .sh_link = 2 };
    e.sh[2] = (Elf64_Shdr){ .sh_type = SHT_STRTAB, .sh_offset = (size_t)((char *)e.str - (char *)&e), .sh_size = sizeof(e.str) };
    e.sym[1] = (Elf64_Sym){ .st_name = 1, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), .st_shndx = 1, .st_value = 0x400, .st_size = 8 };
    e.sym[2] = (Elf64_Sym){ .st_name = 6, .st_info = ELF64_ST_INFO(STB_LOCAL, STT_OBJECT), .st_shndx = 1, .st_value = 0x500 };
    e.sym[3] = (Elf64_Sym){ .st_name = 12, .st_shndx = 1, .st_value = 0x400 };
    write_file(&e, sizeof(e));
    struct symbols *s = symbols_new();
    char name[32];
    ck_assert_msg(symbols_add(s, "--symbols", path, 0, &err), "%s", err.msg);
    ck_assert_uint_eq(symbols_count(s), 2);
    ck_assert(symbols_name(s, 0x404, name, sizeof(name)));
    ck_assert_str_eq(name, "main+0x4");
    ck_assert_msg(!symbols_name(s, 0x408, name, sizeof(name)), "beyond the size of main");
    e.sh[1].sh_offset = 1 << 20;
    write_file(&e, sizeof(e));
    ck_assert(!symbols_add(s, "--symbols", path, 0, &err));
    write_file(&e, 100);
    ck_assert(!symbols_add(s, "--symbols", path, 0, &err));
    ck_assert_msg(strstr(err.msg, "truncated") != NULL, "%s", err.msg);
    symbols_free(s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("load");
    TCase *t = tcase_create("load");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, images_go_where_their_header_says);
    tcase_add_test(t, gzip_is_unpacked);
    tcase_add_test(t, broken_gzip_is_refused);
    tcase_add_test(t, wrong_programs_are_refused);
    tcase_add_test(t, directories_are_refused);
    tcase_add_test(t, flat_binaries_go_to_512_kib);
    tcase_add_test(t, elf_exec_goes_to_its_physical_addresses);
    tcase_add_test(t, elf_dyn_is_moved_and_relocated);
    tcase_add_test(t, elf_of_the_upper_half_is_moved_only);
    tcase_add_test(t, wrong_elfs_are_refused);
    tcase_add_test(t, boot_places_initrd_and_tree_like_the_peer);
    tcase_add_test(t, boot_refuses_overlaps_and_what_does_not_fit);
    tcase_add_test(t, symbols_of_a_map);
    tcase_add_test(t, symbols_of_an_elf);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
