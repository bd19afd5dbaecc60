/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target for files that a person hands over: the first byte chooses between a program (arm64 Image, ELF,
 * gzip, flat) and a symbol file (ELF, System.map), the rest is the file. Built with --enable-fuzz and CC=clang:
 *
 *   tests/fuzz/fuzz-load -max_len=65536 CORPUS
 */
#include <stdlib.h>
#include <string.h>

#include "sim/load.h"
#include "sim/symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void try_program(struct file_data *f)
{
    struct bus bus;
    struct image im;
    struct err err;
    if (bus_init(&bus, 0x40000000, 0x400000)) {
        (void)!load_program_data(&bus, "--kernel", "fuzz", f, &im, &err);
        bus_free(&bus);
    }
}

static void try_symbols(const struct file_data *f)
{
    struct symbols *s = symbols_new();
    struct err err;
    char name[64];
    uint64_t va;
    if (s == NULL) {
        return;
    }
    if (symbols_add_data(s, "--symbols", "fuzz", f, 0, &err)) {
        (void)symbols_name(s, 0xffff800008000000, name, sizeof(name));
        (void)symbols_find(s, "main", &va);
    }
    symbols_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0) {
        return 0;
    }
    struct file_data f = {.bytes = malloc(len), .len = len - 1};
    if (f.bytes == NULL) {
        return 0;
    }
    memcpy(f.bytes, data + 1, len - 1);
    if ((data[0] & 1) == 0) {
        try_program(&f);
    } else {
        try_symbols(&f);
    }
    file_free(&f);
    return 0;
}
