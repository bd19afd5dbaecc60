/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables (scripts/kallsyms.c of the kernel writes them; each is aligned to
 * eight bytes):
 *
 *   num_syms        the number n of symbols, 32 bits
 *   names           n times: a length (one byte; two when bit 7 is set, since
 *                   6.1), and as many bytes, each a token; the first
 *                   character of the text is the type
 *   markers         the offset in `names` of every 256th symbol, 32 bits each
 *   token_table     256 strings with a NUL at the end
 *   token_index     their offsets, 16 bits each
 *   offsets         n addresses, 32 bits each, above
 *   relative_base   this one, 64 bits
 *
 * Up to 6.3 offsets and relative_base come first, later they come last. The
 * kernel is linked as a position-independent program whose relocations are not
 * applied in the file: relative_base is 0 there, and its value is in a RELA
 * entry. Nothing points to the tables, so they are found by their contents:
 * the digits are tokens of their own in every kernel.
 */
#include "sim/kallsyms.h"

#include "sim/base/le.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define TOKENS 256
#define MAX_NAME 4096
#define MIN_SYMBOLS 16
#define MAX_SYMBOLS (1u << 23)
#define BEGIN_ALIGN UINT64_C(0x200000)
#define OLD_TEXT_OFFSET UINT64_C(0x80000)

struct tables {
    const uint8_t *b;       /* the Image */
    size_t len;
    size_t token_table, token_index;
    size_t num, names, names_end;
    uint32_t n;
    size_t offsets, base;
};

static size_t align8(size_t v)
{
    return (v + 7) & ~(size_t)7;
}

bool is_arm64_image(const uint8_t *image, size_t len)
{
    return len >= 64 && memcmp(image + 56, "ARM\x64", 4) == 0;
}

/* The table of tokens has "0" at digit0: is there an index behind it that says the same? */
static bool tokens_at(struct tables *t, size_t digit0)
{
    size_t p = digit0;
    for (unsigned i = '0'; i < TOKENS; i++) {
        const uint8_t *nul = memchr(t->b + p, '\0', t->len - p < MAX_NAME ? t->len - p : MAX_NAME);
        if (nul == NULL) {
            return false;
        }
        p = (size_t)(nul - t->b) + 1;
    }
    size_t end = p;
    p = align8(p);
    if (p > t->len || t->len - p < 2 * TOKENS || le16(t->b + p) != 0 || le16(t->b + p + 2 * '0') > digit0) {
        return false;
    }
    size_t table = digit0 - le16(t->b + p + 2 * '0');
    for (unsigned i = 1; i < TOKENS; i++) {
        size_t at = table + le16(t->b + p + 2 * i);
        if (at <= table + le16(t->b + p + 2 * (i - 1)) || at >= end || t->b[at - 1] != '\0') {
            return false;
        }
    }
    t->token_table = table;
    t->token_index = p;
    return true;
}

/* The bytes of a symbol at *p, which moves behind it; 0: none ends before `limit`. */
static size_t next_name(const struct tables *t, size_t *p, size_t limit, const uint8_t **bytes)
{
    size_t left = limit - *p, len;
    if (left < 2) {
        return 0;
    }
    len = t->b[*p];
    size_t head = 1;
    if ((len & 0x80) != 0) {
        len = (len & 0x7f) | (size_t)t->b[*p + 1] << 7;
        head = 2;
    }
    if (len == 0 || len > left - head) {
        return 0;
    }
    *bytes = t->b + *p + head;
    *p += head + len;
    return len;
}

/* Are there n names behind the number at t->num, with right markers behind them? */
static bool names_fit(struct tables *t)
{
    const uint8_t *bytes;
    size_t limit = t->token_table, p = t->num + 8;
    for (unsigned pass = 0; pass < 2; pass++) { /* find the end, then compare the markers there */
        size_t markers = align8(p);
        if (pass == 1 && (markers > limit || (limit - markers) / 4 < (t->n + 255) / 256)) {
            return false;
        }
        t->names = t->num + 8;
        t->names_end = p;
        p = t->names;
        for (uint32_t i = 0; i < t->n; i++) {
            if (pass == 1 && i % 256 == 0 && le32(t->b + markers + i / 256 * 4) != p - t->names) {
                return false;
            }
            if (next_name(t, &p, limit, &bytes) == 0) {
                return false;
            }
        }
    }
    return true;
}

static bool ascending(const struct tables *t, size_t at)
{
    if (at > t->len || (t->len - at) / 4 < t->n) {
        return false;
    }
    for (uint32_t i = 1; i < t->n; i++) {
        if (le32(t->b + at + 4 * (size_t)i) < le32(t->b + at + 4 * (size_t)i - 4)) {
            return false;
        }
    }
    return le32(t->b + at + 4 * (size_t)(t->n - 1)) != 0;
}

/* Where the addresses are: in front of the number, or behind the tokens. */
static bool find_offsets(struct tables *t)
{
    size_t size = align8(4 * (size_t)t->n);
    if (t->num >= 8 + size && ascending(t, t->num - 8 - size)) {
        t->offsets = t->num - 8 - size;
        t->base = t->num - 8;
        return true;
    }
    t->offsets = align8(t->token_index + 2 * TOKENS);
    t->base = t->offsets + size;
    return ascending(t, t->offsets) && t->base + 8 <= t->len;
}

static bool find_tables(struct tables *t)
{
    static const char digits[] = "0\0" "1\0" "2\0" "3\0" "4\0" "5\0" "6\0" "7\0" "8\0" "9";
    const uint8_t *p = t->b;
    while ((p = memmem(p, t->len - (size_t)(p - t->b), digits, sizeof(digits))) != NULL) {
        if (!tokens_at(t, (size_t)(p++ - t->b))) {
            continue;
        }
        for (size_t num = t->token_table & ~(size_t)7; num >= 8; num -= 8) {
            t->num = num - 8;
            t->n = le32(t->b + t->num);
            if (t->n >= MIN_SYMBOLS && t->n <= MAX_SYMBOLS && t->n < t->token_table - t->num && le32(t->b + t->num + 4) == 0 &&
                names_fit(t) && find_offsets(t)) {
                return true;
            }
        }
    }
    return false;
}

/* The text of a symbol; returns its length. */
static size_t expand(const struct tables *t, const uint8_t *bytes, size_t n, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        const char *token = (const char *)t->b + t->token_table + le16(t->b + t->token_index + 2 * (size_t)bytes[i]);
        size_t add = strlen(token); /* tokens_at() has seen the NUL */
        if (len + add >= MAX_NAME) {
            break;
        }
        memcpy(out + len, token, add);
        len += add;
    }
    out[len] = '\0';
    return len;
}

/* The value of relative_base, and the address at which the Image begins. In place, or by a relocation: the one whose place gives a
   beginning that kernels have (2 MiB; 512 KiB more before 5.8) with the base on a page not far behind it. The base is the lowest
   symbol, which is the Image's first byte or, when only code is in the table, the end of its header section. */
static bool find_base(const struct tables *t, uint64_t *base, uint64_t *begin)
{
    *base = le64(t->b + t->base);
    *begin = *base & ~(BEGIN_ALIGN - 1);
    for (size_t p = 0; *base == 0 && t->len - p >= sizeof(Elf64_Rela); p += 8) {
        uint64_t value = le64(t->b + p + 16);
        *begin = le64(t->b + p) - t->base;
        if (le64(t->b + p + 8) == R_AARCH64_RELATIVE && (*begin & (BEGIN_ALIGN - 1) & ~OLD_TEXT_OFFSET) == 0 &&
            value - *begin < BEGIN_ALIGN && (value & 0xfff) == 0 && value >> 63 != 0) {
            *base = value;
        }
    }
    return *base != 0;
}

bool kallsyms_read(const uint8_t *image, size_t len, kallsyms_fn *fn, void *opaque, const char *opt, const char *path, struct err *err)
{
    struct tables t = { .b = image, .len = len };
    char text[MAX_NAME];
    const uint8_t *bytes;
    uint64_t base, begin;
    bool has_text = false;
    if (!find_tables(&t)) {
        return err_set(err, "%s %s: no symbol table in this Image (a kernel since 4.20 with CONFIG_KALLSYMS has one)", opt, path);
    }
    if (!find_base(&t, &base, &begin)) {
        return err_set(err, "%s %s: the symbol table in this Image has no base address", opt, path);
    }
    size_t p = t.names;
    for (uint32_t i = 0; i < t.n; i++) {
        size_t n = next_name(&t, &p, t.names_end, &bytes), l = expand(&t, bytes, n, text);
        has_text |= l == 6 && strcmp(text + 1, "_text") == 0;
        if (l > 1 && !fn(opaque, base + le32(t.b + t.offsets + 4 * (size_t)i), text[0], text + 1, l - 1)) {
            return err_set(err, "%s %s: out of memory", opt, path);
        }
    }
    return has_text || fn(opaque, begin, 'T', "_text", 5) || err_set(err, "%s %s: out of memory", opt, path);
}
