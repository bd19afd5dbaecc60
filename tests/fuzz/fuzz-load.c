/* SPDX-License-Identifier: Apache-2.0 */
/* The loaders of sim/load.h on any bytes: Image, ELF, gzip, EFI zboot, flat; what is said to be loaded lies in RAM. Then the
   same bytes as a file of symbols. */
#include "sim/load.h"
#include "sim/symbols.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define RAM UINT64_C(0x40000000)
#define RAM_SIZE (UINT64_C(8) << 20)

static void try_symbols(const struct file_data *f)
{
    struct symbols *s = symbols_new();
    struct err err = { .msg = "" };
    char name[64];
    uint64_t va;
    FUZZ_CHECK(s != NULL);
    if (symbols_add_data(s, "--symbols", "input", f, 0, &err)) {
        (void)symbols_name(s, UINT64_C(0xffff800008000000), name, sizeof(name));
        (void)symbols_find(s, "main", &va);
    } else {
        FUZZ_CHECK(strncmp(err.msg, "--symbols input: ", 17) == 0);
    }
    symbols_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct bus bus;
    struct err err = { .msg = "" };
    struct image img;
    struct file_data f = { malloc(len == 0 ? 1 : len), len };
    FUZZ_CHECK(f.bytes != NULL && bus_init(&bus, RAM, RAM_SIZE));
    memcpy(f.bytes, data, len);
    try_symbols(&f);
    if (load_program_data(&bus, "--kernel", "input", &f, &img, &err)) {
        FUZZ_CHECK(img.start >= RAM && img.start <= img.end && img.end <= RAM + RAM_SIZE);
    } else {
        FUZZ_CHECK(strncmp(err.msg, "--kernel input: ", 16) == 0 && strchr(err.msg, '\n') == NULL);
    }
    file_free(&f);
    bus_free(&bus);
    return 0;
}
