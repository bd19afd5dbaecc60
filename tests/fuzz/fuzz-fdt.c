/* SPDX-License-Identifier: Apache-2.0 */
/* A given device tree (--dtb) of any bytes: refused with a message, or patched into a tree that is sound. */
#include "sim/fdt.h"
#include "tests/fuzz/fuzz.h"

#include <libfdt.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fdt_config c = { .model = "max", .n_pes = 2, .ram_base = 0x40000000, .ram_size = UINT64_C(1) << 28, .el2 = true,
                            .vhe = true, .bootargs = len % 2 == 0 ? "console=ttyAMA0" : NULL, .initrd_start = 0x44000000,
                            .initrd_end = 0x44001000, .seed = 1, .has_kaslr_seed = true };
    struct err err = { .msg = "" };
    size_t size;
    void *copy = malloc(len == 0 ? 1 : len);    /* of the exact size, for AddressSanitizer */
    FUZZ_CHECK(copy != NULL);
    memcpy(copy, data, len);
    void *t = fdt_patch("--dtb", "input", copy, len, &c, &size, &err);
    if (t != NULL) {
        FUZZ_CHECK(fdt_check_full(t, size) == 0 && fdt_path_offset(t, "/chosen") >= 0);
    } else {
        FUZZ_CHECK(strncmp(err.msg, "--dtb input: ", 13) == 0);
    }
    free(t);
    free(copy);
    return 0;
}
