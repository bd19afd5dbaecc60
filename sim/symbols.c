/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/symbols.h"

#include "sim/base/le.h"
#include "sim/kallsyms.h"
#include "sim/load.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILE (UINT64_C(4) << 30)
#define NO_SIZE_REACH UINT64_C(0x100000)

struct symbol {
    uint64_t va, size;
    uint32_t name;      /* offset in the pool */
    uint8_t rank;       /* lower is preferred at equal addresses */
};

struct symbols {
    struct symbol *v;
    size_t n, cap;
    char *pool;
    size_t pool_len, pool_cap;
    uint64_t pa, pa_end, text;      /* symbols_set_loaded(); pa_end 0: not told */
    uint64_t bias[SYMBOLS_ALIASES]; /* symbols_learn() */
    unsigned n_alias;
};

struct symbols *symbols_new(void)
{
    return calloc(1, sizeof(struct symbols));
}

void symbols_free(struct symbols *s)
{
    if (s != NULL) {
        free(s->v);
        free(s->pool);
        free(s);
    }
}

static bool grow(void **p, size_t *cap, size_t need, size_t elem)
{
    if (need <= *cap) {
        return true;
    }
    size_t c = *cap == 0 ? 4096 : *cap;
    while (c < need) {
        c *= 2;
    }
    void *q = realloc(*p, c * elem);
    if (q == NULL) {
        return false;
    }
    *p = q;
    *cap = c;
    return true;
}

static bool add(struct symbols *s, uint64_t va, uint64_t size, uint8_t rank, const char *name, size_t len)
{
    void *v = s->v, *pool = s->pool;
    bool ok = grow(&v, &s->cap, s->n + 1, sizeof(s->v[0]));
    s->v = v;
    ok = ok && s->pool_len + len + 1 < UINT32_MAX && grow(&pool, &s->pool_cap, s->pool_len + len + 1, 1);
    s->pool = pool;
    if (!ok) {
        return false;
    }
    s->v[s->n++] = (struct symbol){ va, size, (uint32_t)s->pool_len, rank };
    memcpy(s->pool + s->pool_len, name, len);
    s->pool[s->pool_len + len] = '\0';
    s->pool_len += len + 1;
    return true;
}

/* Symbols of interest in a symbol table entry: defined functions, data and labels, no mapping symbols ($x, $d). */
static bool elf_wanted(unsigned type, unsigned shndx, const char *name)
{
    return (type == STT_FUNC || type == STT_OBJECT || type == STT_NOTYPE) && shndx != SHN_UNDEF && shndx != SHN_ABS
        && name[0] != '\0' && name[0] != '$';
}

static bool elf_table(struct symbols *s, const struct file_data *f, const uint8_t *sh, const uint8_t *strsh, uint64_t bias)
{
    uint64_t off = le64(sh + 24), size = le64(sh + 32), stroff = le64(strsh + 24), strsize = le64(strsh + 32);
    if (off > f->len || size > f->len - off || stroff > f->len || strsize > f->len - stroff) {
        return false;
    }
    const char *strs = (const char *)f->bytes + stroff;
    for (uint64_t o = 0; o + sizeof(Elf64_Sym) <= size; o += sizeof(Elf64_Sym)) {
        const uint8_t *p = f->bytes + off + o;
        uint32_t name = le32(p);
        if (name >= strsize) {
            continue;
        }
        size_t len = strnlen(strs + name, strsize - name);
        unsigned type = ELF64_ST_TYPE(p[4]), bind = ELF64_ST_BIND(p[4]);
        if (len == strsize - name || !elf_wanted(type, le16(p + 6), strs + name)) {
            continue;
        }
        uint8_t rank = (uint8_t)((type == STT_FUNC ? 0 : 2) + (bind == STB_GLOBAL ? 0 : 1));
        if (!add(s, le64(p + 8) + bias, le64(p + 16), rank, strs + name, len)) {
            return false;
        }
    }
    return true;
}

static bool elf_symbols(struct symbols *s, const char *opt, const char *path, const struct file_data *f, uint64_t bias,
                        struct err *err)
{
    const uint8_t *b = f->bytes;
    if (f->len < sizeof(Elf64_Ehdr) || b[EI_CLASS] != ELFCLASS64 || b[EI_DATA] != ELFDATA2LSB) {
        return err_set(err, "%s %s: expected a little-endian ELF64 file", opt, path);
    }
    uint64_t shoff = le64(b + 40);
    unsigned n = le16(b + 60);
    if (le16(b + 58) != sizeof(Elf64_Shdr) || shoff > f->len || n * sizeof(Elf64_Shdr) > f->len - shoff) {
        return err_set(err, "%s %s: truncated: section headers are not in the file", opt, path);
    }
    for (unsigned i = 0; i < n; i++) {
        const uint8_t *sh = b + shoff + i * sizeof(Elf64_Shdr);
        uint32_t link = le32(sh + 40);
        if (le32(sh + 4) == SHT_SYMTAB && link < n && !elf_table(s, f, sh, b + shoff + link * sizeof(Elf64_Shdr), bias)) {
            return err_set(err, "%s %s: broken symbol table", opt, path);
        }
    }
    return true;
}

/* A symbol as nm prints it. */
static bool add_nm(struct symbols *s, uint64_t va, char type, const char *name, size_t len)
{
    if (strchr("tTwWdDbBrRvV", type) == NULL || name[0] == '$' || va == UINT64_MAX) {
        return true;
    }
    return add(s, va, 0, (uint8_t)((type | 0x20) == 't' ? 0 : 2), name, len);
}

struct kernel {
    struct symbols *s;
    uint64_t bias;
};

static bool add_kernel(void *opaque, uint64_t va, char type, const char *name, size_t len)
{
    const struct kernel *k = opaque;
    return add_nm(k->s, va + k->bias, type, name, len);
}

/* Lines of "address type name", as nm prints and Linux ships. */
static bool map_symbols(struct symbols *s, const char *opt, const char *path, const struct file_data *f, uint64_t bias,
                        struct err *err)
{
    const char *p = (const char *)f->bytes, *end = p + f->len;
    for (unsigned line = 1; p < end; line++) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        size_t len = (size_t)((nl != NULL ? nl : end) - p);
        char text[256], name[200], type;
        uint64_t va;
        snprintf(text, sizeof(text), "%.*s", (int)(len < sizeof(text) ? len : sizeof(text) - 1), p);
        int got = sscanf(text, "%" SCNx64 " %c %199s", &va, &type, name);
        if (got != 3 && len != 0) {
            return err_set(err, "%s %s: line %u: expected 'ADDRESS TYPE NAME' (System.map), an ELF file or an arm64 Image", opt, path, line);
        }
        if (got == 3 && !add_nm(s, va == UINT64_MAX ? va : va + bias, type, name, strlen(name))) {
            return err_set(err, "%s %s: out of memory", opt, path);
        }
        p += len + 1;
    }
    return true;
}

/* qsort has no argument for the pool, so names are compared by their order in the file: stable by construction. */
static int by_address(const void *a, const void *b)
{
    const struct symbol *x = a, *y = b;
    if (x->va != y->va) {
        return x->va < y->va ? -1 : 1;
    }
    if (x->rank != y->rank) {
        return x->rank < y->rank ? -1 : 1;
    }
    return x->name < y->name ? -1 : x->name > y->name;
}

bool symbols_add_data(struct symbols *s, const char *opt, const char *path, const struct file_data *f, uint64_t bias,
                      struct err *err)
{
    size_t before = s->n;
    struct kernel k = { s, bias };
    bool ok;
    if (f->len >= 4 && memcmp(f->bytes, "\177ELF", 4) == 0) {
        ok = elf_symbols(s, opt, path, f, bias, err);
    } else if (is_arm64_image(f->bytes, f->len)) {
        ok = kallsyms_read(f->bytes, f->len, add_kernel, &k, opt, path, err);
    } else {
        ok = map_symbols(s, opt, path, f, bias, err);
    }
    if (!ok) {
        return false;
    }
    if (s->n == before) {
        return err_set(err, "%s %s: no symbols in it (a stripped ELF, or the stub of a System.map)", opt, path);
    }
    qsort(s->v, s->n, sizeof(s->v[0]), by_address);
    return true;
}

bool symbols_add(struct symbols *s, const char *opt, const char *path, uint64_t bias, struct err *err)
{
    struct file_data f;
    if (!file_read(opt, path, MAX_FILE, &f, err)) {
        return false;
    }
    bool ok = file_gunzip(opt, path, MAX_FILE, &f, err) && symbols_add_data(s, opt, path, &f, bias, err);
    file_free(&f);
    return ok;
}

size_t symbols_count(const struct symbols *s)
{
    return s->n;
}

bool symbols_set_loaded(struct symbols *s, uint64_t pa, uint64_t end)
{
    if (!symbols_find(s, "_text", &s->text)) {
        return false;
    }
    s->pa = pa;
    s->pa_end = end;
    return true;
}

/* Within the kernel's image as it was linked? */
static bool linked(const struct symbols *s, uint64_t va)
{
    return va - s->text < s->pa_end - s->pa;
}

bool symbols_learn(struct symbols *s, uint64_t va, uint64_t pa)
{
    uint64_t at = pa - s->pa + s->text;     /* where it was linked */
    if (va == pa || va == at || !linked(s, at) || linked(s, symbols_link(s, va)) || s->n_alias == SYMBOLS_ALIASES) {
        return false;
    }
    s->bias[s->n_alias++] = va - at;
    return true;
}

uint64_t symbols_link(const struct symbols *s, uint64_t va)
{
    for (unsigned i = 0; i < s->n_alias && !linked(s, va); i++) {
        if (linked(s, va - s->bias[i])) {
            return va - s->bias[i];
        }
    }
    return va;
}

unsigned symbols_places(const struct symbols *s, uint64_t va, uint64_t out[SYMBOLS_ALIASES + 1])
{
    unsigned n = 0;
    out[n++] = va;
    for (unsigned i = 0; i < s->n_alias && linked(s, va); i++) {
        out[n++] = va + s->bias[i];
    }
    return n;
}

bool symbols_at(const struct symbols *s, uint64_t va, const char **name, uint64_t *base, uint64_t *size)
{
    size_t lo = 0, hi = s->n;
    uint64_t link = symbols_link(s, va);
    while (lo < hi) {       /* first symbol after it */
        size_t mid = lo + (hi - lo) / 2;
        if (s->v[mid].va <= link) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    if (lo == 0) {
        return false;
    }
    const struct symbol *sym = &s->v[lo - 1];
    while (sym > s->v && sym[-1].va == sym->va) {
        sym--;
    }
    uint64_t off = link - sym->va, reach = sym->size != 0 ? sym->size : NO_SIZE_REACH;
    if (off >= reach) {
        return false;
    }
    if (sym->size == 0 && lo < s->n && s->v[lo].va - sym->va < reach) {
        reach = s->v[lo].va - sym->va;
    }
    *name = s->pool + sym->name;
    *base = va - off;
    *size = reach;
    return true;
}

bool symbols_name(const struct symbols *s, uint64_t va, char *buf, size_t len)
{
    const char *name;
    uint64_t base, size;
    if (!symbols_at(s, va, &name, &base, &size)) {
        return false;
    }
    if (va == base) {
        snprintf(buf, len, "%s", name);
    } else {
        snprintf(buf, len, "%s+0x%" PRIx64, name, va - base);
    }
    return true;
}

bool symbols_find(const struct symbols *s, const char *name, uint64_t *va)
{
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->pool + s->v[i].name, name) == 0) {
            *va = s->v[i].va;
            return true;
        }
    }
    return false;
}

bool symbols_range(void *symbols, const char *name, uint64_t *first, uint64_t *last)
{
    const struct symbols *s = symbols;
    const char *found;
    uint64_t size;
    if (s == NULL || !symbols_find(s, name, first)) {
        return false;
    }
    *last = symbols_at(s, *first, &found, first, &size) ? *first + size - 1 : *first;
    return true;
}
