/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/load.h"

#include "sim/base/le.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#define MIB (UINT64_C(1) << 20)
#define FLAT_OFFSET UINT64_C(0x80000)

static bool read_stream(const char *opt, const char *path, uint64_t max, FILE *fp, struct file_data *f, struct err *err)
{
    struct stat st;
    if (fstat(fileno(fp), &st) != 0 || S_ISDIR(st.st_mode)) {
        return err_set(err, "%s %s: is a directory, expected a file", opt, path);
    }
    if (S_ISREG(st.st_mode) && (uint64_t)st.st_size > max) {
        return err_set(err, "%s %s: %" PRIu64 " bytes, expected at most %" PRIu64, opt, path, (uint64_t)st.st_size, max);
    }
    size_t cap = S_ISREG(st.st_mode) ? (size_t)st.st_size + 1 : 65536;
    for (;;) {
        uint8_t *p = realloc(f->bytes, cap);
        if (p == NULL) {
            return err_set(err, "%s %s: out of memory", opt, path);
        }
        f->bytes = p;
        f->len += fread(f->bytes + f->len, 1, cap - f->len, fp);
        if (ferror(fp)) {
            return err_set(err, "%s %s: cannot read: %s", opt, path, strerror(errno));
        }
        if (f->len < cap) {
            return true;
        }
        if (f->len > max) {
            return err_set(err, "%s %s: expected at most %" PRIu64 " bytes", opt, path, max);
        }
        cap *= 2;
    }
}

bool file_read(const char *opt, const char *path, uint64_t max, struct file_data *f, struct err *err)
{
    *f = (struct file_data){ 0 };
    FILE *fp = fopen(path, "rb");
    if (fp == NULL) {
        return err_set(err, "%s %s: cannot open: %s", opt, path, strerror(errno));
    }
    bool ok = read_stream(opt, path, max, fp, f, err);
    fclose(fp);
    if (!ok) {
        file_free(f);
    }
    return ok;
}

void file_free(struct file_data *f)
{
    free(f->bytes);
    *f = (struct file_data){ 0 };
}

/* Unpack one gzip member at `src` into a fresh buffer. */
static bool inflate_gzip(const char *opt, const char *path, uint64_t max, const uint8_t *src, size_t len,
                         struct file_data *out, struct err *err)
{
    z_stream z = { 0 };
    *out = (struct file_data){ 0 };
    if (len > UINT32_MAX || inflateInit2(&z, 15 + 16) != Z_OK) {
        return err_set(err, "%s %s: cannot unpack gzip data of this size", opt, path);
    }
    z.next_in = (Bytef *)(uintptr_t)src;
    z.avail_in = (uInt)len;
    size_t cap = 4 * len + 4096;
    int rc = Z_OK;
    while (rc == Z_OK) {
        uint8_t *p = realloc(out->bytes, cap);
        if (p == NULL) {
            break;
        }
        out->bytes = p;
        size_t room = cap - out->len < MIB ? cap - out->len : MIB;
        z.next_out = out->bytes + out->len;
        z.avail_out = (uInt)room;
        rc = inflate(&z, Z_NO_FLUSH);
        out->len += room - z.avail_out;
        if (out->len > max) {
            rc = Z_BUF_ERROR;
            break;
        }
        cap = out->len == cap ? 2 * cap : cap;
    }
    bool short_input = rc == Z_BUF_ERROR && z.avail_in == 0;
    inflateEnd(&z);
    if (rc == Z_STREAM_END) {
        return true;
    }
    bool large = out->len > max;
    file_free(out);
    if (large) {
        return err_set(err, "%s %s: unpacks to more than the %" PRIu64 " MiB of RAM", opt, path, max / MIB);
    }
    return err_set(err, "%s %s: %s gzip data, expected a whole gzip file", opt, path,
                   short_input ? "truncated" : "corrupt");
}

/* The EFI zboot wrapper (Linux 6.1 and later): "MZ", "zimg" at 4, payload offset and size at 8 and 12, compression at 24. */
static bool is_zboot(const struct file_data *f)
{
    return f->len >= 64 && memcmp(f->bytes, "MZ", 2) == 0 && memcmp(f->bytes + 4, "zimg", 4) == 0;
}

bool file_gunzip(const char *opt, const char *path, uint64_t max, struct file_data *f, struct err *err)
{
    const uint8_t *src = f->bytes;
    size_t len = f->len;
    if (is_zboot(f)) {
        uint32_t off = le32(f->bytes + 8), size = le32(f->bytes + 12);
        if (memcmp(f->bytes + 24, "gzip", 5) != 0) {
            return err_set(err, "%s %s: EFI zboot image packed with '%.8s', expected gzip or an unpacked Image", opt, path,
                           (const char *)f->bytes + 24);
        }
        if (off > f->len || size > f->len - off) {
            return err_set(err, "%s %s: truncated: payload ends at byte %" PRIu64 " of a file of %zu", opt, path,
                           (uint64_t)off + size, f->len);
        }
        src += off;
        len = size;
    }
    if (len < 2 || src[0] != 0x1f || src[1] != 0x8b) {
        return true;
    }
    struct file_data out;
    if (!inflate_gzip(opt, path, max, src, len, &out, err)) {
        return false;
    }
    file_free(f);
    *f = out;
    return true;
}

uint8_t *load_ram(struct bus *bus, const char *opt, const char *path, uint64_t addr, uint64_t len, struct err *err)
{
    uint8_t *p = bus_ram(bus, addr, len);
    if (p == NULL) {
        err_set(err, "%s %s: needs 0x%" PRIx64 "..0x%" PRIx64 ", RAM is 0x%" PRIx64 "..0x%" PRIx64 " (see --mem)", opt, path,
                addr, addr + len, bus->ram.base, bus->ram.base + bus->ram.size);
    }
    return p;
}

/* End of the last section's data by the PE/COFF header that an EFI stub kernel starts with; 0 when there is none. */
static uint64_t pe_file_end(const struct file_data *f)
{
    if (f->len < 64 || memcmp(f->bytes, "MZ", 2) != 0) {
        return 0;
    }
    uint64_t pe = le32(f->bytes + 0x3c);
    if (pe + 24 > f->len || memcmp(f->bytes + pe, "PE\0", 4) != 0) {
        return 0;
    }
    unsigned n = le16(f->bytes + pe + 6);
    uint64_t sect = pe + 24 + le16(f->bytes + pe + 20), end = 0;
    for (unsigned i = 0; i < n && sect + 40 <= f->len; i++, sect += 40) {
        uint64_t raw_end = (uint64_t)le32(f->bytes + sect + 16) + le32(f->bytes + sect + 20);
        end = raw_end > end ? raw_end : end;
    }
    return end;
}

/* Documentation/arch/arm64/booting: code0, code1, text_offset, image_size, flags, three reserved, magic, PE offset. */
static bool load_image(struct bus *bus, const char *opt, const char *path, const struct file_data *f, struct image *out,
                       struct err *err)
{
    uint64_t text_offset = le64(f->bytes + 8), image_size = le64(f->bytes + 16);
    uint64_t file_end = pe_file_end(f);
    if (file_end > f->len) {
        return err_set(err, "%s %s: truncated: %zu bytes, its header promises %" PRIu64, opt, path, f->len, file_end);
    }
    if (image_size == 0) {
        text_offset = FLAT_OFFSET;      /* kernels before 3.17: text_offset is of unknown endianness */
        image_size = f->len;
    } else if (text_offset < 4096) {
        text_offset += 2 * MIB;
    }
    uint64_t need = image_size > f->len ? image_size : f->len;
    if (text_offset > bus->ram.size || need > bus->ram.size - text_offset) {
        return err_set(err, "%s %s: Image needs %" PRIu64 " MiB at RAM + 0x%" PRIx64 ", there are %" PRIu64
                       " MiB (see --mem)", opt, path, (need + MIB - 1) / MIB, text_offset, bus->ram.size / MIB);
    }
    out->kind = IMAGE_LINUX;
    out->entry = out->start = bus->ram.base + text_offset;
    out->end = out->start + need;
    return bus_dma_write(bus, out->start, f->bytes, f->len) || err_set(err, "%s %s: does not fit in RAM", opt, path);
}

static bool load_flat(struct bus *bus, const char *opt, const char *path, const struct file_data *f, struct image *out,
                      struct err *err)
{
    if (f->len > 0x206 && memcmp(f->bytes + 0x202, "HdrS", 4) == 0) {
        return err_set(err, "%s %s: an x86 kernel, expected one for arm64", opt, path);
    }
    out->kind = IMAGE_FLAT;
    out->entry = out->start = bus->ram.base + FLAT_OFFSET;
    out->end = out->start + f->len;
    if (load_ram(bus, opt, path, out->start, f->len, err) == NULL) {
        return false;
    }
    return bus_dma_write(bus, out->start, f->bytes, f->len) || err_set(err, "%s %s: does not fit in RAM", opt, path);
}

bool load_program_data(struct bus *bus, const char *opt, const char *path, struct file_data *f, struct image *out,
                       struct err *err)
{
    *out = (struct image){ 0 };
    if (!file_gunzip(opt, path, bus->ram.size, f, err)) {
        return false;
    }
    if (f->len == 0) {
        return err_set(err, "%s %s: empty, expected an arm64 Image, an ELF or a flat binary", opt, path);
    }
    if (f->len >= 64 && memcmp(f->bytes + 56, "ARM\x64", 4) == 0) {
        return load_image(bus, opt, path, f, out, err);
    }
    if (f->len >= 4 && memcmp(f->bytes, "\177ELF", 4) == 0) {
        return load_elf(bus, opt, path, f, out, err);
    }
    return load_flat(bus, opt, path, f, out, err);
}

bool load_program(struct bus *bus, const char *opt, const char *path, struct image *out, struct err *err)
{
    struct file_data f;
    /* An ELF may carry gigabytes of debugging information that never get loaded. */
    if (!file_read(opt, path, UINT64_C(4) << 30, &f, err)) {
        return false;
    }
    bool ok = load_program_data(bus, opt, path, &f, out, err);
    file_free(&f);
    return ok;
}

bool load_blob(struct bus *bus, const char *opt, const char *path, uint64_t addr, uint64_t *len, struct err *err)
{
    struct file_data f;
    if (!file_read(opt, path, bus->ram.size, &f, err)) {
        return false;
    }
    bool ok = load_ram(bus, opt, path, addr, f.len, err) != NULL;
    if (ok && !bus_dma_write(bus, addr, f.bytes, f.len)) {
        ok = err_set(err, "%s %s: does not fit in RAM", opt, path);
    }
    if (ok && len != NULL) {
        *len = f.len;
    }
    file_free(&f);
    return ok;
}
