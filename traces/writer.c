/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/writer.h"

#include "traces/file.h"
#include "traces/kinds.h"

#include <errno.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The fastest: what the columns hold is mostly small already. libdeflate takes half the time of zlib for it. */
enum { PACK_LEVEL = 1 };

/* Text that grows; `failed` once memory is short. */
struct text {
    char *s;
    size_t len, cap;
    bool failed;
};

struct index_entry {
    uint64_t offset, first;
    uint32_t n, type;
    uint64_t mark[TRACE_MAX_PES][2];
};

/* A set of numbers that have been seen: open addressing, 0 is free (values are stored plus one). */
struct seen {
    uint64_t *v;
    size_t n, cap;
};

struct trace_writer {
    FILE *out;
    const char *path;
    unsigned n_pes;
    struct trace_namer namer;
    struct codec *codec;
    struct libdeflate_compressor *packer;
    uint64_t mark[TRACE_MAX_PES][2];
    struct text names;              /* that the next chunk of records needs */
    struct seen symbols, sysregs;
    struct index_entry *index;
    size_t n_index, cap_index;
    uint64_t count, offset;         /* records, bytes written */
    bool failed;
    struct err err;
};

static bool fail(struct trace_writer *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct trace_writer *w, const char *fmt, ...)
{
    if (!w->failed) {
        char msg[400];
        va_list ap;
        va_start(ap, fmt);
        vsnprintf(msg, sizeof(msg), fmt, ap);
        va_end(ap);
        err_set(&w->err, "%s: %s", w->path, msg);
        w->failed = true;
    }
    return false;
}

/* ---- bytes ---- */

static bool write_bytes(struct trace_writer *w, const void *bytes, size_t len)
{
    if (w->failed) {
        return false;
    }
    errno = 0;
    if (fwrite(bytes, 1, len, w->out) != len) {
        return fail(w, "cannot write the trace at offset %" PRIu64 ": %s", w->offset, strerror(errno));
    }
    w->offset += len;
    return true;
}

static void __attribute__((format(printf, 2, 3))) add_text(struct text *t, const char *fmt, ...)
{
    for (;;) {
        va_list ap;
        va_start(ap, fmt);
        size_t room = t->cap - t->len;
        int n = vsnprintf(t->s != NULL ? t->s + t->len : NULL, t->s != NULL ? room : 0, fmt, ap);
        va_end(ap);
        if (n < 0) {
            t->failed = true;
            return;
        }
        if (t->s != NULL && (size_t)n < room) {
            t->len += (size_t)n;
            return;
        }
        size_t cap = t->cap * 2 + (size_t)n + 256;
        char *s = realloc(t->s, cap);
        if (s == NULL) {
            t->failed = true;
            return;
        }
        t->s = s;
        t->cap = cap;
    }
}

/* A word and text, the text with its newlines and backslashes escaped. */
static void add_line(struct text *t, const char *word, const char *value)
{
    add_text(t, "%s ", word);
    for (const char *p = value != NULL ? value : ""; *p != '\0'; p++) {
        if (*p == '\n' || *p == '\\') {
            add_text(t, "\\%c", *p == '\n' ? 'n' : '\\');
        } else {
            add_text(t, "%c", *p);
        }
    }
    add_text(t, "\n");
}

static bool remember_chunk(struct trace_writer *w, enum chunk_type type, uint64_t first, uint32_t n)
{
    if (w->n_index == w->cap_index) {
        size_t cap = w->cap_index * 2 + 64;
        struct index_entry *e = realloc(w->index, cap * sizeof(*e));
        if (e == NULL) {
            return fail(w, "out of memory for the index of the trace");
        }
        w->index = e;
        w->cap_index = cap;
    }
    struct index_entry *e = &w->index[w->n_index++];
    *e = (struct index_entry){.offset = w->offset, .first = first, .n = n, .type = type};
    memcpy(e->mark, w->mark, sizeof(e->mark));
    return true;
}

/* Write a chunk: `prefix` bytes as they are, then raw bytes packed. */
static bool write_chunk(struct trace_writer *w, enum chunk_type type, const uint8_t *prefix, size_t prefix_len, const uint8_t *raw,
                        size_t raw_len, uint32_t n, uint64_t first)
{
    if (w->failed) {
        return false;
    }
    uint8_t *body = malloc(prefix_len + raw_len + 1);
    if (body == NULL) {
        return fail(w, "out of memory for a chunk of the trace");
    }
    if (prefix_len != 0) {
        memcpy(body, prefix, prefix_len);
    }
    struct chunk_head h = {.type = type, .packing = PACK_ZLIB, .raw_len = (uint32_t)raw_len, .n = n, .first = first, .seq = w->n_index};
    size_t packed = libdeflate_zlib_compress(w->packer, raw, raw_len, body + prefix_len, raw_len); /* 0: it takes more */
    if (packed == 0 || packed >= raw_len) {
        h.packing = PACK_STORED;
        packed = raw_len;
        memcpy(body + prefix_len, raw, raw_len);
    }
    h.len = (uint32_t)(prefix_len + packed);
    uint8_t head[CHUNK_HEAD_LEN];
    chunk_head_put(head, &h);
    put_le32(head + 20, chunk_crc(head, body, h.len));
    bool ok = remember_chunk(w, type, first, n) && write_bytes(w, head, sizeof(head)) && write_bytes(w, body, h.len);
    free(body);
    return ok;
}

/* ---- header ---- */

static bool write_header(struct trace_writer *w, const struct trace_header *h)
{
    struct text t = {0};
    uint8_t head[FILE_HEAD_LEN];
    memcpy(head, FILE_MAGIC, 8);
    put_le32(head + 8, TRACE_VERSION);
    put_le32(head + 12, (uint32_t)crc32(crc32(0, NULL, 0), head, 12));
    add_line(&t, "hypscope", h->hypscope);
    add_line(&t, "model", h->model);
    add_text(&t, "pes %u\nns-per-insn %" PRIu32 "\nclock-hz %" PRIu64 "\nclasses %" PRIu32 "\n", h->n_pes, h->ns_per_insn, h->clock_hz,
             h->classes);
    if (h->time_by_cycles) {
        add_text(&t, "time cycles\n");
    }
    add_text(&t, "kinds");
    for (unsigned k = 1; k < REC_KIND_COUNT; k++) {
        if (h->kinds >> k & 1) {
            add_text(&t, " %s", kind_info(k)->name);
        }
    }
    add_text(&t, "\n");
    add_line(&t, "filter", h->filter);
    add_line(&t, "command", h->command);
    for (unsigned i = 0; i < h->n_images && i < TRACE_MAX_IMAGES; i++) {
        add_line(&t, "image", h->images[i]);
    }
    bool ok = !t.failed ? write_bytes(w, head, sizeof(head)) && write_chunk(w, CHUNK_HEADER, NULL, 0, (const uint8_t *)t.s, t.len, 0, 0)
                        : fail(w, "out of memory for the header of the trace");
    free(t.s);
    return ok;
}

struct trace_writer *trace_writer_new(FILE *out, const char *path, const struct trace_header *h, const struct trace_namer *namer,
                                      struct err *err)
{
    struct trace_writer *w = calloc(1, sizeof(*w));
    if (w == NULL || h->n_pes == 0 || h->n_pes > TRACE_MAX_PES) {
        free(w);
        err_set(err, "%s: %s", path, w == NULL ? "out of memory for the trace" : "a trace of 1 to 8 PEs expected");
        return NULL;
    }
    w->out = out;
    w->path = path;
    w->n_pes = h->n_pes;
    if (namer != NULL) {
        w->namer = *namer;
    }
    w->codec = codec_new(h, true);
    w->packer = libdeflate_alloc_compressor(PACK_LEVEL);
    if (w->codec == NULL || w->packer == NULL) {
        (void)fail(w, "out of memory for the trace");
    } else {
        codec_reset(w->codec);
        (void)write_header(w, h);
    }
    if (w->failed) {
        (void)!trace_writer_close(w, err);
        return NULL;
    }
    return w;
}

/* ---- names ---- */

/* true when v was not in the set, and is now */
static bool see(struct trace_writer *w, struct seen *s, uint64_t v)
{
    if (v == UINT64_MAX) {
        return false;
    }
    if (s->n * 2 >= s->cap) {
        struct seen grown = {.cap = s->cap == 0 ? 1024 : s->cap * 2};
        grown.v = calloc(grown.cap, sizeof(grown.v[0]));
        if (grown.v == NULL) {
            return fail(w, "out of memory for the names in the trace");
        }
        for (size_t i = 0; i < s->cap; i++) {
            if (s->v[i] != 0) {
                (void)see(w, &grown, s->v[i] - 1);
            }
        }
        free(s->v);
        *s = grown;
    }
    for (size_t i = v * UINT64_C(0x9e3779b97f4a7c15) >> 20 & (s->cap - 1);; i = (i + 1) & (s->cap - 1)) {
        if (s->v[i] == v + 1) {
            return false;
        }
        if (s->v[i] == 0) {
            s->v[i] = v + 1;
            s->n++;
            return true;
        }
    }
}

static void name_address(struct trace_writer *w, uint64_t va)
{
    struct trace_symbol sym;
    if (w->namer.symbol != NULL && va != 0 && w->namer.symbol(w->namer.symbol_opaque, va, &sym) && see(w, &w->symbols, sym.va)) {
        add_text(&w->names, "symbol %" PRIx64 " %" PRIx64 " %s\n", sym.va, sym.size, sym.name);
    }
}

static void name_sysreg(struct trace_writer *w, uint16_t enc)
{
    if (w->namer.sysreg == NULL || !see(w, &w->sysregs, enc)) {
        return;
    }
    unsigned cls = 0;
    const char *name = w->namer.sysreg(w->namer.sysreg_opaque, enc, &cls);
    if (name != NULL) {
        add_text(&w->names, "sysreg %x %u %s\n", enc, cls, name);
    }
}

/* A place that this chunk had not: its names go with the chunk, unless the file has them. */
static void name_place(struct trace_writer *w, const struct rec *r)
{
    name_address(w, r->pc);
    switch (r->kind) {
    case REC_EXC_ENTRY:
        name_address(w, r->d);
        if (r->a >> 26 == 0x18) { /* the ISS of EC 0x18 has the encoding in another order */
            name_sysreg(w, (uint16_t)(bits64(r->a, 21, 20) << 14 | bits64(r->a, 16, 14) << 11 | bits64(r->a, 13, 10) << 7 |
                                      bits64(r->a, 4, 1) << 3 | bits64(r->a, 19, 17)));
        }
        break;
    case REC_ERET:
        name_address(w, r->b);
        break;
    case REC_SYSREG: case REC_SYSREG_READ:
        name_sysreg(w, (uint16_t)r->a);
        break;
    case REC_MEM:
        name_address(w, r->a);
        break;
    default:
        break;
    }
}

/* ---- records ---- */

static bool write_names(struct trace_writer *w)
{
    if (w->names.failed) {
        return fail(w, "out of memory for the names in the trace");
    }
    bool ok = w->names.len == 0 ||
              write_chunk(w, CHUNK_NAMES, NULL, 0, (const uint8_t *)w->names.s, w->names.len, 0, w->count - codec_count(w->codec));
    w->names.len = 0;
    return ok;
}

static bool write_records(struct trace_writer *w)
{
    uint32_t n = codec_count(w->codec);
    if (n == 0) {
        return !w->failed;
    }
    uint8_t marks[TRACE_MAX_PES * MARK_LEN];
    for (unsigned i = 0; i < w->n_pes; i++) {
        uint64_t icount, cycle;
        codec_last(w->codec, i, &icount, &cycle);
        w->mark[i][0] = icount > w->mark[i][0] ? icount : w->mark[i][0];
        w->mark[i][1] = cycle > w->mark[i][1] ? cycle : w->mark[i][1];
        put_le64(marks + MARK_LEN * i, w->mark[i][0]);
        put_le64(marks + MARK_LEN * i + 8, w->mark[i][1]);
    }
    size_t len = codec_raw_len(w->codec);
    uint8_t *raw = malloc(len);
    if (raw == NULL) {
        return fail(w, "out of memory for a chunk of the trace");
    }
    codec_flush(w->codec, raw);
    bool ok = write_names(w) && write_chunk(w, CHUNK_RECORDS, marks, MARK_LEN * w->n_pes, raw, len, n, w->count - n);
    codec_reset(w->codec);
    free(raw);
    return ok;
}

/* What the codec said of a record: take its names along, end the chunk. */
static bool written(struct trace_writer *w, const struct rec *r, unsigned flags)
{
    if ((flags & CODEC_NO_MEMORY) != 0) {
        return fail(w, "out of memory for the trace");
    }
    w->count++;
    if ((flags & CODEC_FRESH) != 0) {
        name_place(w, r);
    }
    return (flags & CODEC_FULL) == 0 || write_records(w);
}

bool trace_writer_put(struct trace_writer *w, const struct rec *r)
{
    if (unlikely(w->failed)) {
        return false;
    }
    if (unlikely(r->kind == 0 || r->kind >= REC_KIND_COUNT || r->pe >= w->n_pes)) {
        return fail(w, "record %" PRIu64 " of kind %u and PE %u fits no trace", w->count, r->kind, r->pe);
    }
    unsigned flags = codec_put(w->codec, r);
    if (unlikely(flags != 0)) {
        return written(w, r, flags);
    }
    w->count++;
    return true;
}

bool trace_writer_put_effects(struct trace_writer *w, const struct rec *insn, const struct rec_effect *e, unsigned n)
{
    while (n != 0) {
        unsigned done;
        if (unlikely(w->failed)) {
            return false;
        }
        unsigned flags = codec_put_effects(w->codec, insn, e, n, &done);
        if (unlikely(flags != 0)) {
            struct rec r;
            rec_of_effect(&r, insn, &e[done - 1]);
            w->count += done - 1;
            if (!written(w, &r, flags)) {
                return false;
            }
        } else {
            w->count += done;
        }
        e += done;
        n -= done;
    }
    return true;
}

uint64_t trace_writer_count(const struct trace_writer *w)
{
    return w->count;
}

/* ---- end ---- */

static bool write_end(struct trace_writer *w)
{
    size_t entry = INDEX_ENTRY_LEN + MARK_LEN * w->n_pes, len = w->n_index * entry;
    uint8_t *b = malloc(len != 0 ? len : 1), *p = b, end[END_LEN] = {0};
    uint64_t at = w->offset;
    if (b == NULL) {
        return fail(w, "out of memory for the index of the trace");
    }
    for (size_t i = 0; i < w->n_index; i++, p += entry) {
        const struct index_entry *e = &w->index[i];
        put_le64(p, e->offset);
        put_le64(p + 8, e->first);
        put_le32(p + 16, e->n);
        put_le32(p + 20, e->type);
        for (unsigned k = 0; k < w->n_pes; k++) {
            put_le64(p + INDEX_ENTRY_LEN + MARK_LEN * k, e->mark[k][0]);
            put_le64(p + INDEX_ENTRY_LEN + MARK_LEN * k + 8, e->mark[k][1]);
        }
    }
    memcpy(end, END_MAGIC, 8);
    put_le64(end + 8, at);
    put_le64(end + 16, w->count);
    put_le32(end + 24, (uint32_t)crc32(crc32(0, NULL, 0), end, 24));
    bool ok = write_chunk(w, CHUNK_INDEX, NULL, 0, b, len, (uint32_t)w->n_index, w->count) && write_bytes(w, end, sizeof(end));
    free(b);
    return ok;
}

bool trace_writer_close(struct trace_writer *w, struct err *err)
{
    if (w == NULL) {
        return true;
    }
    bool ok = !w->failed && write_records(w) && write_end(w);
    if (ok && fflush(w->out) != 0) {
        ok = fail(w, "cannot write the trace: %s", strerror(errno));
    }
    if (!ok && w->err.msg[0] != '\0') {
        err_set(err, "%s", w->err.msg);
    }
    codec_free(w->codec);
    libdeflate_free_compressor(w->packer);
    free(w->names.s);
    free(w->symbols.v);
    free(w->sysregs.v);
    free(w->index);
    free(w);
    return ok;
}
