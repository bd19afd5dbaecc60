/* SPDX-License-Identifier: Apache-2.0 */
/* Devicetree Specification 0.4, chapter 5: the flattened format, version 17. */
#include "tests/guests/rt/rt.h"
#include "tests/guests/vmm/vmm.h"

#define FDT_MAGIC           0xd00dfeed
#define FDT_VERSION         17
#define FDT_LAST_COMPATIBLE 16
#define FDT_BEGIN_NODE      1
#define FDT_END_NODE        2
#define FDT_PROP            3
#define FDT_END             9
#define FDT_HEADER_BYTES    40
#define FDT_RESERVE_BYTES   16 /* one entry of zeros: nothing is reserved */

static void put_be32(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
}

static uint8_t *take(struct fdt *fdt, size_t bytes)
{
    uint8_t *at = fdt->at + fdt->used;

    if (bytes > fdt->bytes - fdt->used) {
        rt_die("vmm: the device tree does not fit in %lu bytes", (unsigned long)fdt->bytes);
    }
    fdt->used += bytes;
    return at;
}

static void put_token(struct fdt *fdt, uint32_t token) { put_be32(take(fdt, 4), token); }

static void put_padded(struct fdt *fdt, const void *value, size_t bytes)
{
    size_t padded = (bytes + 3) & ~(size_t)3;
    uint8_t *at = take(fdt, padded);

    memset(at, 0, padded);
    memcpy(at, value, bytes);
}

static uint32_t string_offset(struct fdt *fdt, const char *name)
{
    size_t offset = 0;
    size_t bytes = rt_strlen(name) + 1;

    while (offset < fdt->strings_used) {
        if (rt_streq(fdt->strings + offset, name)) {
            return (uint32_t)offset;
        }
        offset += rt_strlen(fdt->strings + offset) + 1;
    }
    if (bytes > sizeof(fdt->strings) - fdt->strings_used) {
        rt_die("vmm: the device tree has too many property names");
    }
    memcpy(fdt->strings + offset, name, bytes);
    fdt->strings_used += bytes;
    return (uint32_t)offset;
}

void fdt_begin(struct fdt *fdt, void *blob, size_t bytes)
{
    fdt->at = blob;
    fdt->bytes = bytes;
    fdt->used = 0;
    fdt->strings_used = 0;
    memset(take(fdt, FDT_HEADER_BYTES + FDT_RESERVE_BYTES), 0, FDT_HEADER_BYTES + FDT_RESERVE_BYTES);
}

void fdt_node(struct fdt *fdt, const char *name)
{
    put_token(fdt, FDT_BEGIN_NODE);
    put_padded(fdt, name, rt_strlen(name) + 1);
}

void fdt_end_node(struct fdt *fdt) { put_token(fdt, FDT_END_NODE); }

void fdt_prop(struct fdt *fdt, const char *name, const void *value, size_t bytes)
{
    put_token(fdt, FDT_PROP);
    put_token(fdt, (uint32_t)bytes);
    put_token(fdt, string_offset(fdt, name));
    put_padded(fdt, value, bytes);
}

void fdt_prop_string(struct fdt *fdt, const char *name, const char *value)
{
    fdt_prop(fdt, name, value, rt_strlen(value) + 1);
}

void fdt_prop_cells(struct fdt *fdt, const char *name, const uint32_t *cells, size_t count)
{
    put_token(fdt, FDT_PROP);
    put_token(fdt, (uint32_t)(count * 4));
    put_token(fdt, string_offset(fdt, name));
    for (size_t i = 0; i < count; i++) {
        put_token(fdt, cells[i]);
    }
}

size_t fdt_finish(struct fdt *fdt)
{
    size_t structure = FDT_HEADER_BYTES + FDT_RESERVE_BYTES;
    size_t strings;

    put_token(fdt, FDT_END);
    strings = fdt->used;
    memcpy(take(fdt, fdt->strings_used), fdt->strings, fdt->strings_used);
    put_be32(fdt->at, FDT_MAGIC);
    put_be32(fdt->at + 4, (uint32_t)fdt->used);
    put_be32(fdt->at + 8, (uint32_t)structure);
    put_be32(fdt->at + 12, (uint32_t)strings);
    put_be32(fdt->at + 16, FDT_HEADER_BYTES);
    put_be32(fdt->at + 20, FDT_VERSION);
    put_be32(fdt->at + 24, FDT_LAST_COMPATIBLE);
    put_be32(fdt->at + 28, 0);
    put_be32(fdt->at + 32, (uint32_t)fdt->strings_used);
    put_be32(fdt->at + 36, (uint32_t)(strings - structure));
    return fdt->used;
}
