/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/reader.h"

#include "traces/file.h"
#include "traces/kinds.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NO_SIZE_REACH UINT64_C(0x100000)

struct entry {
    uint64_t offset, first;
    uint32_t n;
    uint16_t type;
    uint64_t mark[TRACE_MAX_PES][2];
};

struct sysreg_name {
    uint16_t enc;
    uint8_t cls;
    const char *name;
};

/* Text of the header or of names, cut into lines; strings of the reader point into it. */
struct words {
    struct words *next;
    char text[];
};

struct trace_reader {
    char *path;
    FILE *in;                   /* NULL: the bytes are in memory */
    const uint8_t *mem;
    uint8_t *own;               /* mem, when it is ours */
    uint64_t size;
    bool unchecked;

    struct trace_header header;
    struct words *words;
    struct trace_symbol *symbols;
    size_t n_symbols, cap_symbols;
    struct sysreg_name *sysregs;
    size_t n_sysregs, cap_sysregs;

    struct entry *entry;        /* all chunks before the index */
    size_t n_entries, cap_entries;
    bool whole;
    struct err tail;            /* why the file is not whole: told when all chunks have been read */

    struct codec *codec;
    uint8_t *raw;               /* of the chunk being decoded */
    size_t chunk;               /* its number, or of the next one when `left` is 0 */
    uint32_t left;              /* records of it still to decode */
    uint64_t position;
    bool has_held;
    struct rec held;            /* read ahead by a seek */
    bool failed;
    struct err err;
};

static bool fail_at(struct err *e, const struct trace_reader *r, size_t chunk, uint64_t offset, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
static bool fail_at(struct err *e, const struct trace_reader *r, size_t chunk, uint64_t offset, const char *fmt, ...)
{
    char what[200];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    return err_set(e, "%s: chunk %zu at offset %" PRIu64 ": %s", r->path, chunk, offset, what);
}

/* ---- bytes ---- */

/* Bytes [offset, offset + len) of the file; false when it has not so many (or cannot be read). */
static bool read_at(struct trace_reader *r, uint64_t offset, void *to, size_t len)
{
    if (offset > r->size || len > r->size - offset) {
        return false;
    }
    if (r->in == NULL) {
        memcpy(to, r->mem + offset, len);
        return true;
    }
    return fseeko(r->in, (off_t)offset, SEEK_SET) == 0 && fread(to, 1, len, r->in) == len;
}

static bool read_head(struct trace_reader *r, size_t chunk, uint64_t offset, uint8_t head[CHUNK_HEAD_LEN], struct chunk_head *h, struct err *e)
{
    if (!read_at(r, offset, head, CHUNK_HEAD_LEN)) {
        return fail_at(e, r, chunk, offset, "the file is cut off here");
    }
    if (le32(head) != CHUNK_MAGIC) {
        return fail_at(e, r, chunk, offset, "no chunk begins here: the file is damaged");
    }
    *h = (struct chunk_head){.type = (enum chunk_type)le16(head + 4), .packing = (enum packing)le16(head + 6), .len = le32(head + 8),
                             .raw_len = le32(head + 12), .n = le32(head + 16), .crc = le32(head + 20), .first = le64(head + 24),
                             .seq = le64(head + 32)};
    if (h->len > CHUNK_MAX_LEN || h->raw_len > CHUNK_MAX_LEN || h->raw_len / 1100 > h->len || h->packing > PACK_ZLIB ||
        h->type < CHUNK_HEADER || h->type > CHUNK_INDEX || h->seq != chunk || h->n > CHUNK_MAX_RECORDS) {
        return fail_at(e, r, chunk, offset, "its head makes no sense: the file is damaged");
    }
    if (h->len > r->size - offset - CHUNK_HEAD_LEN) {
        return fail_at(e, r, chunk, offset, "the file is cut off in it");
    }
    return true;
}

/* Read, check and unpack a chunk; `prefix` bytes of it are not packed and are skipped. The caller frees *out, which has one byte
   more than raw_len. */
static bool read_chunk(struct trace_reader *r, size_t chunk, uint64_t offset, size_t prefix, struct chunk_head *h, uint8_t **out, struct err *e)
{
    uint8_t head[CHUNK_HEAD_LEN];
    if (!read_head(r, chunk, offset, head, h, e)) {
        return false;
    }
    uint8_t *body = malloc((size_t)h->len + 1), *raw = malloc((size_t)h->raw_len + 1);
    bool ok = body != NULL && raw != NULL;
    if (!ok) {
        fail_at(e, r, chunk, offset, "out of memory");
    } else if (!read_at(r, offset + CHUNK_HEAD_LEN, body, h->len)) {
        ok = fail_at(e, r, chunk, offset, "cannot read: %s", strerror(errno));
    } else if (!r->unchecked && chunk_crc(head, body, h->len) != h->crc) {
        ok = fail_at(e, r, chunk, offset, "the checksum is wrong: the file is damaged");
    } else if (prefix > h->len) {
        ok = fail_at(e, r, chunk, offset, "too short for what it should hold");
    } else if (h->packing == PACK_STORED) {
        ok = h->len - prefix == h->raw_len || fail_at(e, r, chunk, offset, "its lengths do not agree");
        memcpy(raw, body + prefix, ok ? h->raw_len : 0);
    } else {
        uLongf len = h->raw_len;
        ok = (uncompress(raw, &len, body + prefix, (uLong)(h->len - prefix)) == Z_OK && len == h->raw_len) ||
             fail_at(e, r, chunk, offset, "it cannot be unpacked");
    }
    free(body);
    if (!ok) {
        free(raw);
        return false;
    }
    raw[h->raw_len] = '\0';
    *out = raw;
    return true;
}

/* ---- header and names ---- */

static bool grow(void **p, size_t *cap, size_t n, size_t elem)
{
    if (n < *cap) {
        return true;
    }
    size_t c = *cap * 2 + 256;
    void *q = realloc(*p, c * elem);
    if (q != NULL) {
        *p = q;
        *cap = c;
    }
    return q != NULL;
}

/* Undo the escapes of a line, in place. */
static void unescape(char *s)
{
    char *to = s;
    for (; *s != '\0'; s++) {
        if (*s == '\\' && s[1] != '\0') {
            s++;
            *to++ = *s == 'n' ? '\n' : *s;
        } else {
            *to++ = *s;
        }
    }
    *to = '\0';
}

static void header_kinds(struct trace_header *h, char *value)
{
    for (char *save = NULL, *w = strtok_r(value, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
        for (unsigned k = 1; k < REC_KIND_COUNT; k++) {
            h->kinds |= strcmp(kind_info(k)->name, w) == 0 ? REC_BIT(k) : 0;
        }
    }
}

static bool header_line(struct trace_reader *r, const char *word, char *value)
{
    struct trace_header *h = &r->header;
    const struct { const char *word; const char **to; } strings[] = {
        {"hypscope", &h->hypscope}, {"model", &h->model}, {"filter", &h->filter}, {"command", &h->command},
    };
    for (unsigned i = 0; i < ARRAY_LEN(strings); i++) {
        if (strcmp(word, strings[i].word) == 0) {
            unescape(value);
            *strings[i].to = value;
        }
    }
    if (strcmp(word, "pes") == 0) {
        h->n_pes = (unsigned)strtoul(value, NULL, 10);
    } else if (strcmp(word, "ns-per-insn") == 0) {
        h->ns_per_insn = (uint32_t)strtoul(value, NULL, 10);
    } else if (strcmp(word, "clock-hz") == 0) {
        h->clock_hz = strtoull(value, NULL, 10);
    } else if (strcmp(word, "time") == 0) {
        h->time_by_cycles = strcmp(value, "cycles") == 0;
    } else if (strcmp(word, "classes") == 0) {
        h->classes = (uint32_t)strtoul(value, NULL, 10);
    } else if (strcmp(word, "kinds") == 0) {
        header_kinds(h, value);
    } else if (strcmp(word, "image") == 0 && h->n_images < TRACE_MAX_IMAGES) {
        unescape(value);
        h->images[h->n_images++] = value;
    }
    return true;
}

static bool name_line(struct trace_reader *r, const char *word, char *value)
{
    char *p = value;
    uint64_t first = strtoull(p, &p, 16), second = strtoull(p, &p, strcmp(word, "symbol") == 0 ? 16 : 10);
    if (*p != ' ' || p[1] == '\0') {
        return true;
    }
    void *v;
    bool ok = true;
    if (strcmp(word, "symbol") == 0) {
        v = r->symbols;
        ok = grow(&v, &r->cap_symbols, r->n_symbols, sizeof(r->symbols[0]));
        r->symbols = v;
        if (ok) {
            r->symbols[r->n_symbols++] = (struct trace_symbol){first, second, p + 1};
        }
    } else if (strcmp(word, "sysreg") == 0 && first <= UINT16_MAX && second < 32) {
        v = r->sysregs;
        ok = grow(&v, &r->cap_sysregs, r->n_sysregs, sizeof(r->sysregs[0]));
        r->sysregs = v;
        if (ok) {
            r->sysregs[r->n_sysregs++] = (struct sysreg_name){(uint16_t)first, (uint8_t)second, p + 1};
        }
    }
    return ok;
}

/* The lines of a chunk of text. Words that are not known are left for later versions. */
static bool read_lines(struct trace_reader *r, size_t chunk, uint64_t offset, bool (*line)(struct trace_reader *, const char *, char *),
                       struct chunk_head *h, struct err *e)
{
    uint8_t *raw;
    if (!read_chunk(r, chunk, offset, 0, h, &raw, e)) {
        return false;
    }
    struct words *w = malloc(sizeof(*w) + h->raw_len + 1);
    bool ok = w != NULL;
    if (ok) {
        memcpy(w->text, raw, (size_t)h->raw_len + 1);
        w->next = r->words;
        r->words = w;
        for (char *save = NULL, *l = strtok_r(w->text, "\n", &save); l != NULL && ok; l = strtok_r(NULL, "\n", &save)) {
            char *space = strchr(l, ' ');
            if (space != NULL) {
                *space = '\0';
                ok = line(r, l, space + 1);
            }
        }
    }
    free(raw);
    return ok || fail_at(e, r, chunk, offset, "out of memory");
}

static int by_va(const void *a, const void *b)
{
    const struct trace_symbol *x = a, *y = b;
    return x->va != y->va ? (x->va < y->va ? -1 : 1) : strcmp(x->name, y->name);
}

static int by_enc(const void *a, const void *b)
{
    const struct sysreg_name *x = a, *y = b;
    return x->enc != y->enc ? (x->enc < y->enc ? -1 : 1) : strcmp(x->name, y->name);
}

/* All names of the file. A damaged chunk of names is reported when reading comes to it. */
static void load_names(struct trace_reader *r)
{
    for (size_t i = 0; i < r->n_entries; i++) {
        struct chunk_head h;
        if (r->entry[i].type == CHUNK_NAMES) {
            (void)read_lines(r, i, r->entry[i].offset, name_line, &h, NULL);
        }
    }
    if (r->n_symbols != 0) {
        qsort(r->symbols, r->n_symbols, sizeof(r->symbols[0]), by_va);
    }
    if (r->n_sysregs != 0) {
        qsort(r->sysregs, r->n_sysregs, sizeof(r->sysregs[0]), by_enc);
    }
}

static bool load_header(struct trace_reader *r, struct err *e)
{
    struct chunk_head h;
    if (!read_lines(r, 0, FILE_HEAD_LEN, header_line, &h, e)) {
        return false;
    }
    if (h.type != CHUNK_HEADER || r->header.n_pes < 1 || r->header.n_pes > TRACE_MAX_PES || r->header.ns_per_insn == 0) {
        return fail_at(e, r, 0, FILE_HEAD_LEN, "not a header that makes sense: the file is damaged");
    }
    r->header.format = TRACE_VERSION;
    return true;
}

/* ---- index ---- */

static bool add_entry(struct trace_reader *r, const struct entry *e)
{
    void *v = r->entry;
    bool ok = grow(&v, &r->cap_entries, r->n_entries, sizeof(r->entry[0]));
    r->entry = v;
    if (ok) {
        r->entry[r->n_entries++] = *e;
    }
    return ok;
}

static void read_marks(const struct trace_reader *r, struct entry *e, const uint8_t *p)
{
    for (unsigned k = 0; k < r->header.n_pes; k++) {
        e->mark[k][0] = le64(p + MARK_LEN * k);
        e->mark[k][1] = le64(p + MARK_LEN * k + 8);
    }
}

/* The index that the end mark tells of. false: there is none that is good. */
static bool load_index(struct trace_reader *r)
{
    uint8_t end[END_LEN], *raw;
    struct chunk_head h;
    if (r->size < END_LEN || !read_at(r, r->size - END_LEN, end, END_LEN) || memcmp(end, END_MAGIC, 8) != 0 ||
        (!r->unchecked && le32(end + 24) != crc32(crc32(0, NULL, 0), end, 24)) || le32(end + 28) != 0) {
        return false;
    }
    uint64_t at = le64(end + 8), n = le64(end + 16);
    uint8_t head[CHUNK_HEAD_LEN];
    if (!read_at(r, at, head, sizeof(head)) || le16(head + 4) != CHUNK_INDEX ||
        !read_chunk(r, (size_t)le64(head + 32), at, 0, &h, &raw, NULL)) {
        return false;
    }
    size_t len = INDEX_ENTRY_LEN + MARK_LEN * r->header.n_pes;
    uint64_t records = 0, expect = FILE_HEAD_LEN;
    bool ok = h.raw_len == len * h.n && h.n == h.seq && h.first == n && at + CHUNK_HEAD_LEN + h.len + END_LEN == r->size;
    for (uint32_t i = 0; ok && i < h.n; i++) {
        const uint8_t *p = raw + len * i;
        struct entry e = {.offset = le64(p), .first = le64(p + 8), .n = le32(p + 16), .type = (uint16_t)le32(p + 20)};
        read_marks(r, &e, p + INDEX_ENTRY_LEN);
        ok = e.offset >= expect && e.offset < at && e.first == records && add_entry(r, &e);
        expect = e.offset + CHUNK_HEAD_LEN;
        records += e.n;
    }
    free(raw);
    ok = ok && records == n;
    r->n_entries = ok ? r->n_entries : 0;
    return ok;
}

/* Go from chunk to chunk, as far as they can be told apart. */
static void scan(struct trace_reader *r)
{
    uint64_t offset = FILE_HEAD_LEN, records = 0;
    for (size_t chunk = 0;; chunk++) {
        uint8_t head[CHUNK_HEAD_LEN], marks[TRACE_MAX_PES * MARK_LEN];
        struct chunk_head h;
        if (!read_head(r, chunk, offset, head, &h, &r->tail)) {
            return;
        }
        if (h.type == CHUNK_INDEX) {
            fail_at(&r->tail, r, chunk, offset, "the index or the end mark after it is cut off or damaged");
            return;
        }
        struct entry e = {.offset = offset, .first = records, .n = h.n, .type = (uint16_t)h.type};
        if (h.type == CHUNK_RECORDS && read_at(r, offset + CHUNK_HEAD_LEN, marks, MARK_LEN * r->header.n_pes)) {
            read_marks(r, &e, marks);
        }
        if (!add_entry(r, &e)) {
            fail_at(&r->tail, r, chunk, offset, "out of memory");
            return;
        }
        records += h.n;
        offset += CHUNK_HEAD_LEN + h.len;
    }
}

/* ---- open and close ---- */

static bool check_file_head(struct trace_reader *r, struct err *e)
{
    uint8_t b[FILE_HEAD_LEN];
    if (!read_at(r, 0, b, sizeof(b))) {
        return err_set(e, "%s: %" PRIu64 " bytes: too short for a trace, which begins with %d bytes of file head", r->path, r->size,
                       FILE_HEAD_LEN);
    }
    if (memcmp(b, FILE_MAGIC, 8) != 0) {
        return err_set(e, "%s: not a hypscope trace (offset 0)", r->path);
    }
    if (!r->unchecked && le32(b + 12) != crc32(crc32(0, NULL, 0), b, 12)) {
        return err_set(e, "%s: the checksum of the file head is wrong (offset 12): the file is damaged", r->path);
    }
    if (le32(b + 8) != TRACE_VERSION) {
        return err_set(e, "%s: trace format version %" PRIu32 " (offset 8), expected %d: made by another version of hypscope", r->path,
                       le32(b + 8), TRACE_VERSION);
    }
    return true;
}

static struct trace_reader *finish_open(struct trace_reader *r, struct err *err)
{
    r->header.hypscope = r->header.model = r->header.filter = r->header.command = "";
    bool ok = check_file_head(r, err) && load_header(r, err);
    if (ok) {
        r->codec = codec_new(&r->header, false);
        ok = r->codec != NULL || err_set(err, "%s: out of memory", r->path);
    }
    if (!ok) {
        trace_reader_close(r);
        return NULL;
    }
    r->whole = load_index(r);
    if (!r->whole) {
        scan(r);
    }
    load_names(r);
    return r;
}

static struct trace_reader *new_reader(const char *path, struct err *err)
{
    struct trace_reader *r = calloc(1, sizeof(*r));
    char *copy = r != NULL ? strdup(path) : NULL;
    if (copy == NULL) {
        free(r);
        err_set(err, "%s: out of memory", path);
        return NULL;
    }
    r->path = copy;
    return r;
}

/* What cannot be read at any place (a pipe) is read whole. */
static bool slurp(struct trace_reader *r, struct err *err)
{
    size_t cap = 0;
    for (;;) {
        if (r->size + 65536 > cap) {
            cap = cap * 2 + 65536;
            uint8_t *p = realloc(r->own, cap);
            if (p == NULL) {
                return err_set(err, "%s: out of memory", r->path);
            }
            r->own = p;
        }
        size_t n = fread(r->own + r->size, 1, 65536, r->in);
        r->size += n;
        if (n == 0) {
            break;
        }
    }
    if (ferror(r->in)) {
        return err_set(err, "%s: cannot read: %s", r->path, strerror(errno));
    }
    r->mem = r->own;
    fclose(r->in);
    r->in = NULL;
    return true;
}

struct trace_reader *trace_reader_open(const char *path, struct err *err)
{
    struct trace_reader *r = new_reader(path, err);
    struct stat st;
    if (r == NULL) {
        return NULL;
    }
    r->in = fopen(path, "rb");
    if (r->in == NULL || fstat(fileno(r->in), &st) != 0) {
        err_set(err, "%s: cannot open: %s", path, strerror(errno));
    } else if (S_ISDIR(st.st_mode)) {
        err_set(err, "%s: is a directory, expected a trace", path);
    } else if (S_ISREG(st.st_mode)) {
        r->size = (uint64_t)st.st_size;
        return finish_open(r, err);
    } else if (slurp(r, err)) {
        return finish_open(r, err);
    }
    trace_reader_close(r);
    return NULL;
}

struct trace_reader *trace_reader_open_mem(const void *bytes, size_t len, const char *path, bool unchecked, struct err *err)
{
    struct trace_reader *r = new_reader(path, err);
    if (r == NULL) {
        return NULL;
    }
    r->mem = bytes;
    r->size = len;
    r->unchecked = unchecked;
    return finish_open(r, err);
}

void trace_reader_close(struct trace_reader *r)
{
    if (r == NULL) {
        return;
    }
    if (r->in != NULL) {
        fclose(r->in);
    }
    while (r->words != NULL) {
        struct words *next = r->words->next;
        free(r->words);
        r->words = next;
    }
    codec_free(r->codec);
    free(r->own);
    free(r->raw);
    free(r->symbols);
    free(r->sysregs);
    free(r->entry);
    free(r->path);
    free(r);
}

/* ---- what the file says of itself ---- */

const struct trace_header *trace_reader_header(const struct trace_reader *r)
{
    return &r->header;
}

const struct trace_symbol *trace_reader_symbols(const struct trace_reader *r, size_t *n)
{
    *n = r->n_symbols;
    return r->symbols;
}

bool trace_reader_symbol(void *reader, uint64_t va, char *buf, size_t len)
{
    const struct trace_reader *r = reader;
    size_t lo = 0, hi = r->n_symbols;
    while (lo < hi) { /* the first symbol after va */
        size_t mid = lo + (hi - lo) / 2;
        if (r->symbols[mid].va <= va) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    if (lo == 0) {
        return false;
    }
    const struct trace_symbol *s = &r->symbols[lo - 1];
    uint64_t off = va - s->va;
    if (off >= (s->size != 0 ? s->size : NO_SIZE_REACH)) {
        return false;
    }
    if (off == 0) {
        snprintf(buf, len, "%s", s->name);
    } else {
        snprintf(buf, len, "%s+0x%" PRIx64, s->name, off);
    }
    return true;
}

static const struct sysreg_name *sysreg_entry(const struct trace_reader *r, uint16_t enc)
{
    size_t lo = 0, hi = r->n_sysregs;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (r->sysregs[mid].enc < enc) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo < r->n_sysregs && r->sysregs[lo].enc == enc ? &r->sysregs[lo] : NULL;
}

const char *trace_reader_sysreg(void *reader, uint16_t enc)
{
    const struct sysreg_name *s = sysreg_entry(reader, enc);
    return s != NULL ? s->name : NULL;
}

int trace_reader_sysreg_class(const struct trace_reader *r, uint16_t enc)
{
    const struct sysreg_name *s = sysreg_entry(r, enc);
    return s != NULL ? s->cls : -1;
}

void trace_reader_summary(const struct trace_reader *r, struct trace_summary *s)
{
    *s = (struct trace_summary){.bytes = r->size, .whole = r->whole};
    for (size_t i = 0; i < r->n_entries; i++) {
        if (r->entry[i].type == CHUNK_RECORDS) {
            s->chunks++;
            s->records += r->entry[i].n;
            for (unsigned k = 0; k < r->header.n_pes; k++) {
                s->last_icount[k] = r->entry[i].mark[k][0];
                s->last_cycle[k] = r->entry[i].mark[k][1];
            }
        }
    }
}

/* ---- records ---- */

const char *trace_reader_error(const struct trace_reader *r)
{
    return r->err.msg;
}

uint64_t trace_reader_position(const struct trace_reader *r)
{
    return r->position;
}

static enum trace_read stop(struct trace_reader *r)
{
    r->failed = true;
    size_t n = strlen(r->err.msg);
    snprintf(r->err.msg + n, sizeof(r->err.msg) - n, "; %" PRIu64 " records before it are good", r->position);
    return TRACE_ERROR;
}

/* Make chunk number `chunk` the one that is decoded. Chunks that are not of records are only checked. */
static bool open_chunk(struct trace_reader *r, size_t chunk)
{
    const struct entry *e = &r->entry[chunk];
    size_t prefix = e->type == CHUNK_RECORDS ? MARK_LEN * (size_t)r->header.n_pes : 0;
    struct chunk_head h;
    uint8_t *raw;
    const char *why;
    r->left = 0;
    if (!read_chunk(r, chunk, e->offset, prefix, &h, &raw, &r->err)) {
        return false;
    }
    if ((uint16_t)h.type != e->type || h.n != e->n || h.first != e->first) {
        free(raw);
        return fail_at(&r->err, r, chunk, e->offset, "records are missing before it: %" PRIu64 " expected, it begins with number %" PRIu64,
                       e->first, h.first);
    }
    if (h.type != CHUNK_RECORDS) {
        free(raw);
        return true;
    }
    free(r->raw);
    r->raw = raw;
    r->position = h.first;
    if (!codec_open(r->codec, raw, h.raw_len, h.n, &why)) {
        return fail_at(&r->err, r, chunk, e->offset, "%s", why);
    }
    r->left = h.n;
    return true;
}

/* The next record as it is in the file */
static enum trace_read decode(struct trace_reader *r, struct rec *out)
{
    const char *why = "";
    while (r->left == 0) {
        if (r->chunk == r->n_entries) {
            if (r->whole) {
                return TRACE_END;
            }
            r->err = r->tail;
            return stop(r);
        }
        if (!open_chunk(r, r->chunk++)) {
            return stop(r);
        }
    }
    if (!codec_get(r->codec, out, &why)) {
        fail_at(&r->err, r, r->chunk - 1, r->entry[r->chunk - 1].offset, "%s", why);
        return stop(r);
    }
    r->left--;
    r->position++;
    if (r->left == 0 && !codec_done(r->codec, &why)) {
        fail_at(&r->err, r, r->chunk - 1, r->entry[r->chunk - 1].offset, "%s", why);
        return stop(r);
    }
    return TRACE_RECORD;
}

enum trace_read trace_reader_next(struct trace_reader *r, struct rec *out)
{
    if (r->has_held) {
        *out = r->held;
        r->has_held = false;
        r->position++;
        return TRACE_RECORD;
    }
    return r->failed ? TRACE_ERROR : decode(r, out);
}

/* Is this record at or after the place? */
static bool reached(const struct rec *x, uint64_t number, enum trace_seek by, int pe, uint64_t value)
{
    if (by == SEEK_EVENT) {
        return number >= value;
    }
    return (pe < 0 || x->pe == pe) && (by == SEEK_ICOUNT ? x->icount : x->cycle) >= value;
}

static bool chunk_reaches(const struct trace_reader *r, const struct entry *e, enum trace_seek by, int pe, uint64_t value)
{
    if (e->type != CHUNK_RECORDS) {
        return false;
    }
    if (by == SEEK_EVENT) {
        return e->first + e->n > value;
    }
    for (unsigned k = 0; k < r->header.n_pes; k++) {
        if ((pe < 0 || (int)k == pe) && e->mark[k][by == SEEK_ICOUNT ? 0 : 1] >= value) {
            return true;
        }
    }
    return false;
}

bool trace_reader_seek(struct trace_reader *r, enum trace_seek by, int pe, uint64_t value)
{
    size_t lo = 0;
    r->failed = r->has_held = false;
    r->left = 0;
    while (lo < r->n_entries && !chunk_reaches(r, &r->entry[lo], by, pe, value)) {
        lo++;
    }
    r->chunk = lo;
    if (lo == r->n_entries && lo != 0) {
        r->position = r->entry[lo - 1].first + r->entry[lo - 1].n;
    }
    for (;;) {
        switch (decode(r, &r->held)) {
        case TRACE_ERROR: return false;
        case TRACE_END: return true;
        default: break;
        }
        if (reached(&r->held, r->position - 1, by, pe, value)) {
            r->has_held = true;
            r->position--;
            return true;
        }
    }
}

bool trace_reader_feed(struct trace_reader *r, const struct rec_sink *sink)
{
    struct rec x;
    struct rec_sink s = *sink;
    s.kinds = s.kinds != 0 ? s.kinds : REC_USUAL;
    s.classes = s.classes != 0 ? s.classes : UINT32_MAX;
    for (;;) {
        switch (trace_reader_next(r, &x)) {
        case TRACE_ERROR: return false;
        case TRACE_END: return true;
        default:
            if (rec_wanted(&s, &x)) {
                s.put(s.opaque, &x);
            }
        }
    }
}
