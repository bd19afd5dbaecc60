/* SPDX-License-Identifier: Apache-2.0 */
/* ELF64 AArch64 programs. Sources: the System V ABI, "ELF for the Arm 64-bit Architecture". */
#include "sim/base/le.h"
#include "sim/load.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>

#define DYN_OFFSET UINT64_C(0x200000)

struct elf {
    struct bus *bus;
    const char *opt, *path;
    const struct file_data *f;
    struct err *err;
    const uint8_t *ph;      /* program headers; a byte pointer, since nothing says that they are aligned */
    unsigned phnum, phentsize;
    bool move;              /* place by virtual address plus bias, else at p_paddr */
    uint64_t bias;
};

static Elf64_Phdr elf_phdr(const struct elf *e, unsigned i)
{
    const uint8_t *p = e->ph + (size_t)i * e->phentsize;
    return (Elf64_Phdr){ .p_type = le32(p), .p_flags = le32(p + 4), .p_offset = le64(p + 8), .p_vaddr = le64(p + 16),
                         .p_paddr = le64(p + 24), .p_filesz = le64(p + 32), .p_memsz = le64(p + 40), .p_align = le64(p + 48) };
}

static bool elf_headers(struct elf *e, uint16_t *type, uint64_t *entry)
{
    const uint8_t *b = e->f->bytes;
    size_t len = e->f->len;
    if (len < sizeof(Elf64_Ehdr)) {
        return err_set(e->err, "%s %s: truncated: %zu bytes, an ELF header has %zu", e->opt, e->path, len, sizeof(Elf64_Ehdr));
    }
    if (b[EI_CLASS] != ELFCLASS64 || b[EI_DATA] != ELFDATA2LSB || le16(b + 18) != EM_AARCH64) {
        return err_set(e->err, "%s %s: ELF for machine %u class %u, expected little-endian ELF64 AArch64 (%u)", e->opt, e->path,
                       le16(b + 18), b[EI_CLASS], EM_AARCH64);
    }
    *type = le16(b + 16);
    if (*type != ET_EXEC && *type != ET_DYN) {
        return err_set(e->err, "%s %s: ELF of type %u, expected an executable (ET_EXEC or ET_DYN)", e->opt, e->path, *type);
    }
    *entry = le64(b + 24);
    uint64_t phoff = le64(b + 32);
    e->phentsize = le16(b + 54);
    e->phnum = le16(b + 56);
    if (e->phentsize < sizeof(Elf64_Phdr) || phoff > len || (uint64_t)e->phnum * e->phentsize > len - phoff) {
        return err_set(e->err, "%s %s: truncated: program headers are not in the file", e->opt, e->path);
    }
    e->ph = b + phoff;
    return true;
}

/* Where the segments want to be: bounds of the virtual addresses and the largest alignment. */
static bool elf_extent(const struct elf *e, uint64_t *low, uint64_t *align)
{
    bool any = false;
    *low = UINT64_MAX;
    *align = 4096;
    for (unsigned i = 0; i < e->phnum; i++) {
        Elf64_Phdr p = elf_phdr(e, i);
        if (p.p_type != PT_LOAD || p.p_memsz == 0) {
            continue;
        }
        if (p.p_filesz > p.p_memsz || p.p_offset > e->f->len || p.p_filesz > e->f->len - p.p_offset) {
            return err_set(e->err, "%s %s: truncated: segment %u ends at byte %" PRIu64 " of a file of %zu", e->opt, e->path, i,
                           p.p_offset + p.p_filesz, e->f->len);
        }
        any = true;
        *low = p.p_vaddr < *low ? p.p_vaddr : *low;
        if (p.p_align > *align && p.p_align <= DYN_OFFSET && (p.p_align & (p.p_align - 1)) == 0) {
            *align = p.p_align;
        }
    }
    return any || err_set(e->err, "%s %s: ELF has nothing to load", e->opt, e->path);
}

static uint64_t elf_place(const struct elf *e, const Elf64_Phdr *p)
{
    return e->move ? p->p_vaddr + e->bias : p->p_paddr;
}

static bool elf_segments(const struct elf *e, struct image *out)
{
    out->start = UINT64_MAX;
    for (unsigned i = 0; i < e->phnum; i++) {
        Elf64_Phdr p = elf_phdr(e, i);
        if (p.p_type != PT_LOAD || p.p_memsz == 0) {
            continue;
        }
        uint64_t pa = elf_place(e, &p);
        uint8_t *host = load_ram(e->bus, e->opt, e->path, pa, p.p_memsz, e->err);
        if (host == NULL) {
            return false;
        }
        if (!bus_dma_write(e->bus, pa, e->f->bytes + p.p_offset, p.p_filesz)) {
            return err_set(e->err, "%s %s: segment %u does not fit in RAM", e->opt, e->path, i);
        }
        memset(host + p.p_filesz, 0, p.p_memsz - p.p_filesz);
        out->start = pa < out->start ? pa : out->start;
        out->end = pa + p.p_memsz > out->end ? pa + p.p_memsz : out->end;
    }
    return true;
}

/* Virtual address of the file to RAM, through the bias. */
static uint8_t *elf_at(const struct elf *e, uint64_t va, uint64_t len)
{
    return bus_ram(e->bus, va + e->bias, len);
}

static bool elf_bad_reloc(const struct elf *e, const char *what, uint64_t at)
{
    return err_set(e->err, "%s %s: %s 0x%" PRIx64 ": only R_AARCH64_RELATIVE inside the program is supported", e->opt, e->path,
                   what, at);
}

static bool elf_rela(const struct elf *e, uint64_t va, uint64_t size)
{
    for (uint64_t o = 0; o + sizeof(Elf64_Rela) <= size; o += sizeof(Elf64_Rela)) {
        const uint8_t *r = elf_at(e, va + o, sizeof(Elf64_Rela));
        if (r == NULL) {
            return elf_bad_reloc(e, "relocation table outside RAM at", va + o);
        }
        uint64_t where = le64(r), info = le64(r + 8), addend = le64(r + 16);
        uint8_t *p = elf_at(e, where, 8);
        if (ELF64_R_TYPE(info) == R_AARCH64_NONE) {
            continue;
        }
        if (ELF64_R_TYPE(info) != R_AARCH64_RELATIVE || p == NULL) {
            return elf_bad_reloc(e, "relocation at", where);
        }
        put_le64(p, addend + e->bias);
    }
    return true;
}

/* RELR: an even word is an address to relocate; an odd one is a bitmap over the 63 words that follow the last address. */
static bool elf_relr(const struct elf *e, uint64_t va, uint64_t size)
{
    uint64_t where = 0;
    for (uint64_t o = 0; o + 8 <= size; o += 8) {
        const uint8_t *r = elf_at(e, va + o, 8);
        if (r == NULL) {
            return elf_bad_reloc(e, "relocation table outside RAM at", va + o);
        }
        uint64_t word = le64(r), map = word >> 1;
        bool single = (word & 1) == 0;
        if (single) {
            where = word;
            map = 1;
        }
        for (unsigned i = 0; map != 0; i++, map >>= 1) {
            uint8_t *p = elf_at(e, where + 8 * i, 8);
            if ((map & 1) != 0 && p == NULL) {
                return elf_bad_reloc(e, "relocation at", where + 8 * i);
            }
            if ((map & 1) != 0) {
                put_le64(p, le64(p) + e->bias);
            }
        }
        where += single ? 8 : 63 * 8;
    }
    return true;
}

static bool elf_relocate(const struct elf *e)
{
    uint64_t rela = 0, relasz = 0, relr = 0, relrsz = 0;
    for (unsigned i = 0; i < e->phnum; i++) {
        Elf64_Phdr p = elf_phdr(e, i);
        if (p.p_type != PT_DYNAMIC || p.p_offset > e->f->len || p.p_filesz > e->f->len - p.p_offset) {
            continue;
        }
        for (uint64_t o = 0; o + 16 <= p.p_filesz; o += 16) {
            const uint8_t *d = e->f->bytes + p.p_offset + o;
            uint64_t v = le64(d + 8);
            switch (le64(d)) {
            case DT_RELA: rela = v; break;
            case DT_RELASZ: relasz = v; break;
            case 36: relr = v; break;       /* DT_RELR */
            case 35: relrsz = v; break;     /* DT_RELRSZ */
            default: break;
            }
        }
    }
    return elf_rela(e, rela, relasz) && elf_relr(e, relr, relrsz);
}

/* Physical address of the entry point: through the segment that holds it. */
static bool elf_entry(const struct elf *e, uint64_t entry, uint64_t *pa)
{
    for (unsigned i = 0; i < e->phnum; i++) {
        Elf64_Phdr p = elf_phdr(e, i);
        if (p.p_type == PT_LOAD && entry - p.p_vaddr < p.p_memsz) {
            *pa = entry - p.p_vaddr + elf_place(e, &p);
            return true;
        }
    }
    return err_set(e->err, "%s %s: entry point 0x%" PRIx64 " is in no segment", e->opt, e->path, entry);
}

bool load_elf(struct bus *bus, const char *opt, const char *path, const struct file_data *f, struct image *out,
              struct err *err)
{
    struct elf e = { .bus = bus, .opt = opt, .path = path, .f = f, .err = err };
    uint16_t type = ET_NONE;
    uint64_t entry = 0, low = 0, align = 4096;
    if (!elf_headers(&e, &type, &entry) || !elf_extent(&e, &low, &align)) {
        return false;
    }
    bool upper_half = (low >> 63) != 0;
    if (type == ET_DYN || upper_half) {
        e.move = true;
        e.bias = bus->ram.base + DYN_OFFSET - (low & ~(align - 1));
    }
    *out = (struct image){ .kind = IMAGE_ELF };
    if (!elf_segments(&e, out)) {
        return false;
    }
    if (type == ET_DYN && !upper_half && !elf_relocate(&e)) {
        return false;
    }
    return elf_entry(&e, entry, &out->entry);
}
