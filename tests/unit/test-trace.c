/* SPDX-License-Identifier: Apache-2.0 */
/* Trace files: what is written is read back; a file that is cut off or damaged anywhere gives the records before that place and
   then an error that says where; no wrong record ever. */
#include "traces/file.h"
#include "traces/kinds.h"
#include "traces/reader.h"
#include "traces/writer.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct trace_header header = {
    .hypscope = "9.9", .model = "neoverse-n1", .n_pes = 4, .ns_per_insn = 1, .kinds = KINDS_DEFAULT, .classes = 7, .filter = "pe=1",
    .command = "--append 'a\\b\nc'", .images = {"kernel Image", "initrd x"}, .n_images = 2,
};

static bool symbol_at(void *opaque, uint64_t va, struct trace_symbol *sym)
{
    (void)opaque;
    static const char *const names[] = {"zero", "one", "two", "three"};
    *sym = (struct trace_symbol){va & ~UINT64_C(0xff), 0x100, names[va >> 8 & 3]};
    return va < 0x100000;
}

static const char *sysreg_at(void *opaque, uint16_t enc, unsigned *cls)
{
    (void)opaque;
    *cls = enc & 7;
    return enc % 5 == 0 ? NULL : "SOME_EL1";
}

static const struct trace_namer namer = {.symbol = symbol_at, .sysreg = sysreg_at};

/* ---- records to write ---- */

struct random {
    uint64_t s;
};

static uint64_t rnd(struct random *x)
{
    x->s ^= x->s << 13;
    x->s ^= x->s >> 7;
    x->s ^= x->s << 17;
    return x->s;
}

/* A number that is often small, often like another, sometimes anything */
static uint64_t number(struct random *x)
{
    switch (rnd(x) % 6) {
    case 0: return 0;
    case 1: return rnd(x) % 16;
    case 2: return UINT64_MAX - rnd(x) % 4;
    case 3: return UINT64_C(0xffff800008000000) + rnd(x) % 4096;
    case 4: return rnd(x) % 0x8000 * 4;
    default: return rnd(x);
    }
}

/* Anything that struct rec can hold */
static void wild(struct random *x, struct rec *r)
{
    *r = (struct rec){
        .kind = (uint8_t)(1 + rnd(x) % (REC_KIND_COUNT - 1)), .pe = (uint8_t)(rnd(x) % 4), .from_el = (uint8_t)number(x),
        .el = (uint8_t)number(x), .daif = (uint8_t)number(x), .pending = (uint8_t)number(x), .type = (uint16_t)number(x),
        .icount = number(x), .time_ns = number(x), .cycle = number(x), .pc = number(x), .a = number(x), .b = number(x), .c = number(x),
        .d = number(x), .hcr = number(x), .vttbr = number(x),
    };
}

/* A loop of few places whose numbers move regularly, now and then not: as in a run */
static void tame(struct random *x, uint64_t i, struct rec *r)
{
    uint64_t k = i % 7, turn = i / 7;
    *r = (struct rec){
        .kind = (uint8_t)(1 + k * 4), .pe = (uint8_t)(turn / 100 % 4), .from_el = 1, .el = 2, .icount = i * 3, .time_ns = i * 3,
        .cycle = i * 3, .pc = 0x1000 + k * 4, .a = turn * 8, .b = k, .c = turn & 1, .d = 42, .hcr = turn / 50, .vttbr = 1,
    };
    if (rnd(x) % 16 == 0) {
        r->b = number(x);
    }
    if (rnd(x) % 32 == 0) {
        r->pc = number(x);
    }
}

static void make(struct random *x, uint64_t i, bool is_wild, struct rec *r)
{
    if (is_wild) {
        wild(x, r);
    } else {
        tame(x, i, r);
    }
}

/* ---- files ---- */

struct bytes {
    char *p;
    size_t len;
};

static struct bytes write_clocked(uint64_t seed, uint64_t n, bool is_wild, const struct trace_header *h)
{
    struct bytes b;
    struct err err = {.msg = ""};
    struct random x = {seed};
    FILE *f = open_memstream(&b.p, &b.len);
    ck_assert_ptr_nonnull(f);
    struct trace_writer *w = trace_writer_new(f, "out", h, &namer, &err);
    ck_assert_msg(w != NULL, "%s", err.msg);
    for (uint64_t i = 0; i < n; i++) {
        struct rec r;
        make(&x, i, is_wild, &r);
        ck_assert(trace_writer_put(w, &r));
    }
    ck_assert_uint_eq(trace_writer_count(w), n);
    ck_assert_msg(trace_writer_close(w, &err), "%s", err.msg);
    fclose(f);
    return b;
}

static struct bytes write_trace(uint64_t seed, uint64_t n, bool is_wild)
{
    return write_clocked(seed, n, is_wild, &header);
}

static bool equal(const struct rec *a, const struct rec *b)
{
    return a->kind == b->kind && a->pe == b->pe && a->from_el == b->from_el && a->el == b->el && a->daif == b->daif &&
           a->pending == b->pending && a->type == b->type && a->icount == b->icount && a->time_ns == b->time_ns &&
           a->cycle == b->cycle && a->pc == b->pc && a->a == b->a && a->b == b->b && a->c == b->c && a->d == b->d &&
           a->hcr == b->hcr && a->vttbr == b->vttbr;
}

/* Reads on; every record must be the one that was written. Returns how many there were. */
static uint64_t read_all(struct trace_reader *r, uint64_t seed, bool is_wild, enum trace_read *how)
{
    struct random x = {seed};
    struct rec got, want;
    for (uint64_t i = 0;; i++) {
        *how = trace_reader_next(r, &got);
        if (*how != TRACE_RECORD) {
            return i;
        }
        make(&x, i, is_wild, &want);
        ck_assert_msg(equal(&got, &want), "record %llu differs", (unsigned long long)i);
    }
}

START_TEST(what_is_written_is_read)
{
    static const struct { uint64_t n; bool is_wild; } cases[] = {{0, false}, {1, true}, {1000, true}, {1000, false}, {300000, true}, {2500000, false}};
    uint64_t n = cases[_i].n;
    struct bytes b = write_trace(7, n, cases[_i].is_wild);
    struct err err;
    struct trace_reader *r = trace_reader_open_mem(b.p, b.len, "in", false, &err);
    ck_assert_msg(r != NULL, "%s", err.msg);
    enum trace_read how;
    ck_assert_uint_eq(read_all(r, 7, cases[_i].is_wild, &how), n);
    ck_assert_msg(how == TRACE_END, "%s", trace_reader_error(r));
    struct trace_summary s;
    trace_reader_summary(r, &s);
    ck_assert(s.whole);
    ck_assert_uint_eq(s.records, n);
    ck_assert_uint_eq(s.bytes, b.len);
    trace_reader_close(r);
    struct bytes again = write_trace(7, n, cases[_i].is_wild);
    ck_assert(again.len == b.len && memcmp(again.p, b.p, b.len) == 0);
    free(again.p);
    free(b.p);
}
END_TEST

START_TEST(clocks_of_every_sort)
{
    for (unsigned i = 0; i < 4; i++) {
        struct trace_header h = header;
        h.ns_per_insn = i == 0 ? 7 : 1;
        h.clock_hz = i == 0 ? 0 : i == 3 ? 999 : UINT64_C(2600000000);
        h.time_by_cycles = i >= 2;
        for (unsigned is_wild = 0; is_wild < 2; is_wild++) {
            struct bytes b = write_clocked(4, 20000, is_wild, &h);
            struct trace_reader *r = trace_reader_open_mem(b.p, b.len, "in", false, NULL);
            enum trace_read how;
            ck_assert(trace_reader_header(r)->time_by_cycles == h.time_by_cycles && trace_reader_header(r)->clock_hz == h.clock_hz);
            ck_assert_uint_eq(read_all(r, 4, is_wild, &how), 20000);
            ck_assert_msg(how == TRACE_END, "%s", trace_reader_error(r));
            trace_reader_close(r);
            free(b.p);
        }
    }
}
END_TEST

START_TEST(regular_records_are_small)
{
    struct bytes b = write_trace(7, 100000, false);
    ck_assert_uint_lt(b.len, 100000 * 3); /* of 104 bytes each in memory */
    free(b.p);
}
END_TEST

START_TEST(header_and_names)
{
    struct bytes b = write_trace(3, 2000, true);
    struct trace_reader *r = trace_reader_open_mem(b.p, b.len, "in", false, NULL);
    const struct trace_header *h = trace_reader_header(r);
    char buf[64];
    ck_assert_uint_eq(h->format, TRACE_VERSION);
    ck_assert_str_eq(h->hypscope, "9.9");
    ck_assert_str_eq(h->model, header.model);
    ck_assert_str_eq(h->filter, header.filter);
    ck_assert_str_eq(h->command, header.command);
    ck_assert_uint_eq(h->n_pes, 4);
    ck_assert_uint_eq(h->kinds, header.kinds);
    ck_assert_uint_eq(h->classes, 7);
    ck_assert_uint_eq(h->n_images, 2);
    ck_assert_str_eq(h->images[1], "initrd x");
    struct random x = {3};
    unsigned named = 0, regs = 0;
    for (uint64_t i = 0; i < 2000; i++) {
        struct rec c;
        wild(&x, &c);
        if (c.pc >= 4 && c.pc < 0x100000) {
            struct trace_symbol sym;
            char want[64];
            (void)symbol_at(NULL, c.pc, &sym);
            snprintf(want, sizeof(want), c.pc == sym.va ? "%s" : "%s+0x%x", sym.name, (unsigned)(c.pc - sym.va));
            ck_assert(trace_reader_symbol(r, c.pc, buf, sizeof(buf)));
            ck_assert_str_eq(buf, want);
            named++;
        }
        if (c.kind == REC_SYSREG) {
            const char *name = trace_reader_sysreg(r, (uint16_t)c.a);
            ck_assert((name != NULL) == ((uint16_t)c.a % 5 != 0));
            ck_assert_int_eq(trace_reader_sysreg_class(r, (uint16_t)c.a), name != NULL ? (int)(c.a & 7) : -1);
            regs++;
        }
    }
    ck_assert_uint_gt(named, 100);
    ck_assert_uint_gt(regs, 10);
    ck_assert(!trace_reader_symbol(r, UINT64_MAX, buf, sizeof(buf)));
    trace_reader_close(r);
    free(b.p);
}
END_TEST

START_TEST(seeks)
{
    const uint64_t n = 2500000;
    struct bytes b = write_trace(5, n, false);
    struct trace_reader *r = trace_reader_open_mem(b.p, b.len, "in", false, NULL);
    struct trace_summary s;
    struct rec x;
    trace_reader_summary(r, &s);
    ck_assert_uint_gt(s.chunks, 2);
    const uint64_t at[] = {0, 1, 1048575, 1048576, 2000001, n - 1, 3};
    for (unsigned i = 0; i < ARRAY_LEN(at); i++) {
        ck_assert(trace_reader_seek(r, SEEK_EVENT, -1, at[i]));
        ck_assert_uint_eq(trace_reader_position(r), at[i]);
        ck_assert(trace_reader_next(r, &x) == TRACE_RECORD);
        ck_assert_uint_eq(x.icount, at[i] * 3);
        ck_assert(trace_reader_seek(r, SEEK_ICOUNT, -1, at[i] * 3));
        ck_assert_uint_eq(trace_reader_position(r), at[i]);
        ck_assert(trace_reader_seek(r, SEEK_CYCLE, -1, at[i] * 3));
        ck_assert_uint_eq(trace_reader_position(r), at[i]);
        ck_assert(trace_reader_next(r, &x) == TRACE_RECORD);
        ck_assert_uint_eq(x.icount, at[i] * 3);
    }
    ck_assert(trace_reader_seek(r, SEEK_ICOUNT, 2, 10)); /* PE 2 begins with turn 200 */
    ck_assert_uint_eq(trace_reader_position(r), 1400);
    ck_assert(trace_reader_seek(r, SEEK_EVENT, -1, n));
    ck_assert(trace_reader_next(r, &x) == TRACE_END);
    trace_reader_close(r);
    free(b.p);
}
END_TEST

/* ---- damage ---- */

START_TEST(cut_off_anywhere)
{
    const uint64_t n = 60;
    struct bytes b = write_trace(9, n, true);
    ck_assert_uint_lt(b.len, 12000);
    for (size_t len = 0; len < b.len; len++) {
        struct err err = {.msg = ""};
        char *copy = malloc(len != 0 ? len : 1); /* so that a read beyond it is found */
        memcpy(copy, b.p, len);
        struct trace_reader *r = trace_reader_open_mem(copy, len, "in", false, &err);
        if (r == NULL) {
            ck_assert_msg(strncmp(err.msg, "in: ", 4) == 0 && strchr(err.msg, '\n') == NULL, "%s", err.msg);
        } else {
            enum trace_read how;
            uint64_t got = read_all(r, 9, true, &how);
            ck_assert(how == TRACE_ERROR && got <= n);
            ck_assert_msg(strstr(trace_reader_error(r), "cut off") != NULL && strstr(trace_reader_error(r), "offset") != NULL, "%s",
                          trace_reader_error(r));
            trace_reader_close(r);
        }
        free(copy);
    }
    free(b.p);
}
END_TEST

START_TEST(cut_off_between_chunks)
{
    const uint64_t n = 300000;
    struct bytes b = write_trace(9, n, true);
    struct trace_reader *r = trace_reader_open_mem(b.p, b.len / 2, "in", false, NULL);
    enum trace_read how;
    uint64_t got = read_all(r, 9, true, &how);
    struct trace_summary s;
    trace_reader_summary(r, &s);
    ck_assert(how == TRACE_ERROR && !s.whole);
    ck_assert_uint_gt(got, n / 4); /* what lies before the cut is all there, but for one chunk */
    ck_assert_uint_eq(got, s.records);
    trace_reader_close(r);
    free(b.p);
}
END_TEST

START_TEST(every_byte_damaged)
{
    const uint64_t n = 60;
    struct bytes b = write_trace(11, n, true);
    for (size_t at = 0; at < b.len; at++) {
        unsigned bit = at * 5 & 7;
        struct err err = {.msg = ""};
        b.p[at] ^= (char)(1 << bit);
        struct trace_reader *r = trace_reader_open_mem(b.p, b.len, "in", false, &err);
        if (r == NULL) {
            ck_assert_msg(strncmp(err.msg, "in: ", 4) == 0 && strstr(err.msg, "offset") != NULL, "%s", err.msg);
        } else {
            enum trace_read how;
            uint64_t got = read_all(r, 11, true, &how);
            ck_assert_msg(how == TRACE_ERROR, "byte %zu bit %u: nothing noticed", at, bit);
            ck_assert_uint_le(got, n);
            ck_assert_msg(strstr(trace_reader_error(r), "offset") != NULL, "%s", trace_reader_error(r));
            trace_reader_close(r);
        }
        b.p[at] ^= (char)(1 << bit);
    }
    free(b.p);
}
END_TEST

/* Wrong contents under right checksums: the decoder itself must notice, or give some record; it must not crash. */
START_TEST(every_byte_damaged_unchecked)
{
    struct bytes b = write_trace(13, 200, false);
    for (size_t at = FILE_HEAD_LEN; at < b.len; at++) {
        for (unsigned v = 1u << (at & 3); v < 256; v <<= 4) {
            b.p[at] ^= (char)v;
            struct trace_reader *r = trace_reader_open_mem(b.p, b.len, "in", true, NULL);
            if (r != NULL) {
                struct rec x;
                unsigned n = 0;
                while (trace_reader_next(r, &x) == TRACE_RECORD && n < 100000) {
                    ck_assert(x.kind > 0 && x.kind < REC_KIND_COUNT && x.pe < TRACE_MAX_PES);
                    n++;
                }
                trace_reader_close(r);
            }
            b.p[at] ^= (char)v;
        }
    }
    free(b.p);
}
END_TEST

START_TEST(other_versions_and_other_files)
{
    struct bytes b = write_trace(1, 3, true);
    struct err err;
    put_le32(b.p + 8, TRACE_VERSION + 6);
    put_le32(b.p + 12, (uint32_t)crc32(crc32(0, NULL, 0), (uint8_t *)b.p, 12));
    ck_assert_ptr_null(trace_reader_open_mem(b.p, b.len, "in", false, &err));
    ck_assert_msg(strstr(err.msg, "in: trace format version 8 (offset 8), expected 2") != NULL, "%s", err.msg);
    ck_assert_ptr_null(trace_reader_open_mem("\177ELF and so on, long enough", 26, "in", false, &err));
    ck_assert_str_eq(err.msg, "in: not a hypscope trace (offset 0)");
    ck_assert_ptr_null(trace_reader_open("/nonexistent/x.trace", &err));
    ck_assert_msg(strstr(err.msg, "/nonexistent/x.trace: cannot open") != NULL, "%s", err.msg);
    free(b.p);
}
END_TEST

START_TEST(a_full_disk_is_an_error)
{
    FILE *f = fopen("/dev/full", "wb");
    struct err err = {.msg = ""};
    if (f == NULL) {
        return; /* not on this system */
    }
    struct trace_writer *w = trace_writer_new(f, "full", &header, &namer, &err);
    struct random x = {1};
    bool ok = w != NULL;
    for (uint64_t i = 0; ok && i < 1000000; i++) {
        struct rec r;
        wild(&x, &r);
        ok = trace_writer_put(w, &r);
    }
    ck_assert(!ok);
    ck_assert(w == NULL || !trace_writer_close(w, &err));
    ck_assert_msg(strncmp(err.msg, "full: cannot write the trace at offset ", 39) == 0 && strstr(err.msg, "No space") != NULL, "%s", err.msg);
    fclose(f);
}
END_TEST

/* Instruction i of a loop of few places, and its effects: regular but for some. Returns how many effects. */
static unsigned instruction(struct random *x, uint64_t i, struct rec *insn, struct rec_effect *e)
{
    uint64_t k = i % 9, turn = i / 9;
    *insn = (struct rec){
        .kind = REC_INSN, .pe = (uint8_t)(turn / 50 % 4), .from_el = 1, .el = 1, .icount = i, .time_ns = i, .cycle = i, .pc = 0x4000 + k * 4,
        .a = 0x91000421 + k, .b = 0x84000 + k * 4, .hcr = turn / 90,
    };
    if (rnd(x) % 64 == 0) {
        insn->cycle = number(x);
    }
    unsigned n = k % 4;
    for (unsigned j = 0; j < n; j++) {
        bool wild_one = rnd(x) % 16 == 0;
        e[j] = (struct rec_effect){.kind = (k + j) % 2 != 0 ? REC_REG : REC_MEM, .type = (uint8_t)(k & 1), .d = 8, .a = k, .b = turn * 8, .c = j};
        if (wild_one) {
            e[j] = (struct rec_effect){.kind = e[j].kind, .type = (uint8_t)number(x), .d = (uint32_t)number(x), .a = number(x), .b = number(x),
                                       .c = number(x)};
        }
    }
    return n;
}

static struct bytes write_instructions(uint64_t n, const struct trace_header *h, bool together)
{
    struct bytes b;
    struct err err = {.msg = ""};
    struct random x = {7};
    FILE *f = open_memstream(&b.p, &b.len);
    ck_assert_ptr_nonnull(f);
    struct trace_writer *w = trace_writer_new(f, "out", h, &namer, &err);
    ck_assert_msg(w != NULL, "%s", err.msg);
    for (uint64_t i = 0; i < n; i++) {
        struct rec insn, r;
        struct rec_effect e[4];
        unsigned n_effects = instruction(&x, i, &insn, e);
        ck_assert(trace_writer_put(w, &insn));
        if (together) {
            ck_assert(trace_writer_put_effects(w, &insn, e, n_effects));
        }
        for (unsigned j = 0; j < n_effects && !together; j++) {
            rec_of_effect(&r, &insn, &e[j]);
            ck_assert(trace_writer_put(w, &r));
        }
    }
    ck_assert_msg(trace_writer_close(w, &err), "%s", err.msg);
    fclose(f);
    return b;
}

/* Effects that come together are the records that they are one by one, whatever the clock and across the ends of chunks. */
START_TEST(effects_are_records)
{
    struct trace_header h = header;
    const struct { uint32_t ns; uint64_t hz; bool by_cycles; uint64_t n; } clocks[] = {
        {1, 0, false, 800000}, {3, 0, false, 20000}, {1, 2600000000, false, 20000}, {1, 2600000000, true, 20000},
    };
    for (unsigned i = 0; i < ARRAY_LEN(clocks); i++) {
        h.ns_per_insn = clocks[i].ns;
        h.clock_hz = clocks[i].hz;
        h.time_by_cycles = clocks[i].by_cycles;
        struct bytes a = write_instructions(clocks[i].n, &h, false), b = write_instructions(clocks[i].n, &h, true);
        ck_assert_uint_eq(a.len, b.len);
        ck_assert_int_eq(memcmp(a.p, b.p, a.len), 0);
        struct err err;
        struct trace_reader *t = trace_reader_open_mem(b.p, b.len, "in", false, &err);
        ck_assert_msg(t != NULL, "%s", err.msg);
        struct random x = {7};
        for (uint64_t k = 0; k < clocks[i].n; k++) {
            struct rec insn, r, got;
            struct rec_effect e[4];
            unsigned n = instruction(&x, k, &insn, e);
            ck_assert(trace_reader_next(t, &got) == TRACE_RECORD && equal(&got, &insn));
            for (unsigned j = 0; j < n; j++) {
                rec_of_effect(&r, &insn, &e[j]);
                ck_assert(trace_reader_next(t, &got) == TRACE_RECORD && equal(&got, &r));
            }
        }
        trace_reader_close(t);
        free(a.p);
        free(b.p);
    }
}
END_TEST

START_TEST(records_of_no_kind_are_refused)
{
    char *p;
    size_t len;
    FILE *f = open_memstream(&p, &len);
    struct err err;
    struct trace_writer *w = trace_writer_new(f, "out", &header, NULL, &err);
    ck_assert(!trace_writer_put(w, &(struct rec){.kind = REC_KIND_COUNT}));
    ck_assert(!trace_writer_close(w, &err));
    fclose(f);
    free(p);
}
END_TEST

START_TEST(kinds_by_name)
{
    uint64_t k;
    char bad[32];
    ck_assert(kinds_parse("exception,eret", &k, bad) && k == (REC_BIT(REC_EXC_ENTRY) | REC_BIT(REC_ERET)));
    ck_assert(kinds_parse("insn", &k, bad) && k == (REC_BIT(REC_INSN) | REC_BIT(REC_REG) | REC_BIT(REC_MEM)));
    ck_assert(kinds_parse("default", &k, bad) && k == KINDS_DEFAULT);
    ck_assert(kinds_parse("-eret", &k, bad) && k == (KINDS_DEFAULT & ~REC_BIT(REC_ERET)));
    ck_assert(kinds_parse("all,-walk", &k, bad) && (k & REC_BIT(REC_WALK_STEP)) == 0 && (k & REC_BIT(REC_REG)) != 0);
    ck_assert(!kinds_parse("eret,frob", &k, bad));
    ck_assert_str_eq(bad, "frob");
    ck_assert(!kinds_parse("", &k, bad));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("trace");
    TCase *t = tcase_create("trace");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, what_is_written_is_read, 0, 6);
    tcase_add_test(t, clocks_of_every_sort);
    tcase_add_test(t, regular_records_are_small);
    tcase_add_test(t, header_and_names);
    tcase_add_test(t, seeks);
    tcase_add_test(t, cut_off_anywhere);
    tcase_add_test(t, cut_off_between_chunks);
    tcase_add_test(t, every_byte_damaged);
    tcase_add_test(t, every_byte_damaged_unchecked);
    tcase_add_test(t, other_versions_and_other_files);
    tcase_add_test(t, a_full_disk_is_an_error);
    tcase_add_test(t, effects_are_records);
    tcase_add_test(t, records_of_no_kind_are_refused);
    tcase_add_test(t, kinds_by_name);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
