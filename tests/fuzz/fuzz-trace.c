/* SPDX-License-Identifier: Apache-2.0 */
/* Trace files. The first byte chooses: 0 the reader on the bytes as a file, 1 the same with checksums taken as right, 2 the decoder of a
   chunk on the bytes, and what it gives written and read again, 3 records made of the bytes written and read, whole and cut off. */
#include "tests/fuzz/fuzz.h"
#include "traces/codec.h"
#include "traces/reader.h"
#include "traces/writer.h"

#include <string.h>

#define MAX_READ 50000u
#define MAX_RECORDS 3000u

static const struct trace_header header = {
    .hypscope = "0", .model = "m", .n_pes = TRACE_MAX_PES, .ns_per_insn = 3, .filter = "", .command = "",
};

static bool equal(const struct rec *a, const struct rec *b)
{
    return a->kind == b->kind && a->pe == b->pe && a->from_el == b->from_el && a->el == b->el && a->daif == b->daif &&
           a->pending == b->pending && a->type == b->type && a->icount == b->icount && a->time_ns == b->time_ns &&
           a->cycle == b->cycle && a->pc == b->pc && a->a == b->a && a->b == b->b && a->c == b->c && a->d == b->d &&
           a->hcr == b->hcr && a->vttbr == b->vttbr;
}

static uint64_t u64(const uint8_t *p, size_t len)
{
    uint8_t b[8] = {0};
    uint64_t v = 0;
    memcpy(b, p, len < 8 ? len : 8);
    for (unsigned i = 0; i < 8; i++) {
        v |= (uint64_t)b[i] << 8 * i;
    }
    return v;
}

static void check_error(const char *msg)
{
    FUZZ_CHECK(strncmp(msg, "in: ", 4) == 0 && strchr(msg, '\n') == NULL);
}

static void try_reader(const uint8_t *data, size_t len, bool unchecked)
{
    struct err err = {.msg = ""};
    struct rec r;
    char name[64];
    struct trace_reader *t = trace_reader_open_mem(data, len, "in", unchecked, &err);
    if (t == NULL) {
        check_error(err.msg);
        return;
    }
    const struct trace_header *h = trace_reader_header(t);
    FUZZ_CHECK(h->n_pes >= 1 && h->n_pes <= TRACE_MAX_PES && h->n_images <= TRACE_MAX_IMAGES && h->command != NULL);
    uint64_t value = len >= 8 ? u64(data + len - 8, 8) : len;
    for (unsigned pass = 0; pass < 3; pass++) {
        enum trace_read how = TRACE_RECORD;
        for (uint64_t n = 0; n < MAX_READ && how == TRACE_RECORD; n++) {
            uint64_t at = trace_reader_position(t);
            how = trace_reader_next(t, &r);
            if (how == TRACE_RECORD) {
                FUZZ_CHECK(r.kind != 0 && r.kind < REC_KIND_COUNT && r.pe < TRACE_MAX_PES && trace_reader_position(t) > at);
                (void)trace_reader_symbol(t, r.pc, name, sizeof(name));
                (void)trace_reader_sysreg(t, (uint16_t)r.a);
            }
        }
        if (how == TRACE_ERROR) {
            check_error(trace_reader_error(t));
        }
        if (pass < 2 && !trace_reader_seek(t, pass == 0 ? SEEK_EVENT : SEEK_ICOUNT, -1, value % 5000)) {
            check_error(trace_reader_error(t));
            break;
        }
    }
    trace_reader_close(t);
}

static void try_codec(const uint8_t *data, size_t len)
{
    const char *why = NULL;
    struct codec *dec = codec_new(&header, false), *enc = codec_new(&header, true);
    struct rec *got = malloc(MAX_RECORDS * sizeof(*got)), again;
    FUZZ_CHECK(dec != NULL && enc != NULL && got != NULL);
    uint32_t want = len >= 2 ? (data[0] | (uint32_t)data[1] << 8) % MAX_RECORDS : 0, n = 0;
    codec_reset(enc);
    if (len >= 2 && codec_open(dec, data + 2, len - 2, want, &why)) {
        while (n < want && codec_get(dec, &got[n], &why)) {
            FUZZ_CHECK((codec_put(enc, &got[n]) & CODEC_NO_MEMORY) == 0);
            n++;
        }
        FUZZ_CHECK(n == want || why != NULL);
    } else {
        FUZZ_CHECK(len < 2 || why != NULL);
    }
    FUZZ_CHECK(codec_count(enc) == n);
    size_t size = codec_raw_len(enc);
    uint8_t *raw = malloc(size);
    FUZZ_CHECK(raw != NULL);
    codec_flush(enc, raw);
    FUZZ_CHECK(codec_open(dec, raw, size, n, &why));
    for (uint32_t i = 0; i < n; i++) {
        FUZZ_CHECK(codec_get(dec, &again, &why) && equal(&again, &got[i]));
    }
    FUZZ_CHECK(codec_done(dec, &why));
    free(raw);
    free(got);
    codec_free(dec);
    codec_free(enc);
}

/* The next record out of the bytes: the last but `back` with one field changed */
static size_t next_record(const uint8_t *p, size_t len, const struct rec *before, uint32_t n, struct rec *r)
{
    size_t width = len > 2 ? (size_t)(p[1] >> 5) + 1 : 0;
    if (len < 2 + width) {
        return 0;
    }
    uint32_t back = 1 + (p[0] & 15);
    uint64_t v = u64(p + 2, width);
    *r = back <= n ? before[n - back] : (struct rec){.kind = REC_INSN};
    r->icount += 1 + (p[0] >> 4);
    r->time_ns = r->icount * 3;
    r->cycle = r->icount;
    uint64_t *const wide[] = {&r->icount, &r->time_ns, &r->cycle, &r->pc, &r->a, &r->b, &r->c, &r->d, &r->hcr, &r->vttbr};
    unsigned field = p[1] & 31;
    if (field < 10) {
        *wide[field] = v;
    } else if (field < 20) {
        *wide[field - 10] += v;
    } else {
        switch (field) {
        case 20: case 21: r->kind = (uint8_t)(1 + v % (REC_KIND_COUNT - 1)); break;
        case 22: r->pe = v % TRACE_MAX_PES; break;
        case 23: r->type = (uint16_t)v; break;
        case 24: r->el = (uint8_t)v; break;
        case 25: r->from_el = (uint8_t)v; break;
        case 26: r->daif = (uint8_t)v; break;
        case 27: r->pending = (uint8_t)v; break;
        default: break;
        }
    }
    return 2 + width;
}

static void try_round_trip(const uint8_t *data, size_t len)
{
    struct err err;
    struct rec *recs = malloc(MAX_RECORDS * sizeof(*recs)), r;
    char *file;
    size_t size;
    FILE *f = open_memstream(&file, &size);
    FUZZ_CHECK(recs != NULL && f != NULL);
    struct trace_writer *w = trace_writer_new(f, "in", &header, NULL, &err);
    FUZZ_CHECK(w != NULL);
    uint32_t n = 0;
    for (size_t used; n < MAX_RECORDS && (used = next_record(data, len, recs, n, &recs[n])) != 0; n++) {
        FUZZ_CHECK(trace_writer_put(w, &recs[n]));
        data += used;
        len -= used;
    }
    FUZZ_CHECK(trace_writer_close(w, &err));
    fclose(f);
    struct trace_reader *t = trace_reader_open_mem(file, size, "in", false, &err);
    FUZZ_CHECK(t != NULL);
    for (uint32_t i = 0; i < n; i++) {
        FUZZ_CHECK(trace_reader_next(t, &r) == TRACE_RECORD && equal(&r, &recs[i]));
    }
    FUZZ_CHECK(trace_reader_next(t, &r) == TRACE_END);
    trace_reader_close(t);
    size_t cut = n * (size_t)7919 % size;
    t = trace_reader_open_mem(file, cut, "in", false, &err);
    if (t != NULL) {
        uint32_t i = 0;
        enum trace_read how;
        while ((how = trace_reader_next(t, &r)) == TRACE_RECORD) {
            FUZZ_CHECK(i < n && equal(&r, &recs[i]));
            i++;
        }
        FUZZ_CHECK(how == TRACE_ERROR && strstr(trace_reader_error(t), "cut off") != NULL);
        trace_reader_close(t);
    }
    free(file);
    free(recs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0) {
        return 0;
    }
    uint8_t *copy = malloc(len); /* aligned as it comes, and its end is watched */
    FUZZ_CHECK(copy != NULL);
    memcpy(copy, data + 1, len - 1);
    switch (data[0] & 3) {
    case 0: try_reader(copy, len - 1, false); break;
    case 1: try_reader(copy, len - 1, true); break;
    case 2: try_codec(copy, len - 1); break;
    default: try_round_trip(copy, len - 1); break;
    }
    free(copy);
    return 0;
}
