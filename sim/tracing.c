/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/tracing.h"

#include "cpu/pe.h"
#include "cpu/sysreg.h"
#include "cpu/timing/timing.h"
#include "hyp/filter.h"
#include "hyp/switches.h"
#include "include/hypscope.h"
#include "sim/machine-int.h"
#include "sim/trace-insn.h"
#include "traces/kinds.h"
#include "traces/writer.h"

#include <errno.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE_WORDS 200
#define INSN_KINDS (REC_BIT(REC_INSN) | REC_BIT(REC_REG) | REC_BIT(REC_MEM))
#define WORLD_KINDS (REC_BIT(REC_WORLD) | REC_BIT(REC_GUEST_ENTRY) | REC_BIT(REC_GUEST_EXIT))

struct tracing {
    FILE *out;
    char *path;
    struct trace_writer *w;
    struct machine *m;
    struct filter filter;
    struct rec_sink sink;
    uint8_t world[MACHINE_MAX_PES];
    uint64_t entries[MACHINE_MAX_PES], exits[MACHINE_MAX_PES];
    struct insn_trace *insns;       /* NULL: no single instructions */
    enum probing { PROBE_NONE, PROBE_PLACE, PROBE_ALL } probing;
    bool plain;                     /* no filter but kinds and classes */
    bool no_repeats;                /* walks that tlb_fill has told of are left out */
    uint8_t last_kind;              /* of the records that came */
    bool armed;                     /* probes may be set */
    bool failed;
};

/* ---- what the file says of the run ---- */

static bool symbol_at(void *opaque, uint64_t va, struct trace_symbol *sym)
{
    return symbols_at(opaque, va, &sym->name, &sym->va, &sym->size);
}

static const char *sysreg_at(void *opaque, uint16_t enc, unsigned *cls)
{
    int i = sysreg_lookup(enc);
    (void)opaque;
    if (i < 0) {
        return NULL;
    }
    *cls = sysreg_class_of((unsigned)i);
    return sysreg_name((unsigned)i);
}

struct text {
    char s[4096];
    size_t at;
};

static void __attribute__((format(printf, 2, 3))) add(struct text *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(t->s + t->at, sizeof(t->s) - t->at, fmt, ap);
    va_end(ap);
    t->at += n > 0 && (size_t)n < sizeof(t->s) - t->at ? (size_t)n : 0;
}

static const char *without_folders(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static void timed_words(struct text *t, const struct timed_opts *o)
{
    if (o->from != NULL) {
        add(t, " --timed-from %s", o->from);
    }
    if (o->to != NULL) {
        add(t, " --timed-to %s", o->to);
    }
    if (o->warm_all) {
        add(t, " --warm-up all");
    } else if (o->warm != 0) {
        add(t, " --warm-up %" PRIu64, o->warm);
    }
}

/* Of the options, what the guest can see, or what decides about times and cycles */
static void command(struct text *t, const struct trace_opts *o, const struct machine_config *mc, const struct boot_config *bc)
{
    add(t, "--cpu %s --smp %u --mem %" PRIu64 " --el %u --ns-per-insn %" PRIu32 " --seed %" PRIu64, mc->model, mc->n_pes, mc->ram_size,
        mc->el, mc->ns_per_insn, bc->seed);
    if (mc->quantum != 0) {
        add(t, " --quantum %" PRIu32, mc->quantum);
    }
    if (mc->board.rtc_epoch != 0) {
        add(t, " --rtc %" PRIu64, mc->board.rtc_epoch);
    }
    if (bc->has_kaslr_seed) {
        add(t, " --kaslr-seed %" PRIu64, bc->kaslr_seed);
    }
    if (mc->timing_file != NULL) {
        add(t, " --timing-file %s", without_folders(mc->timing_file));
    } else if (mc->timing != NULL) {
        add(t, " --timing %s", mc->timing);
    }
    add(t, "%s", mc->clock_insns ? " --clock insns" : "");
    if (o->timed != NULL) {
        timed_words(t, o->timed);
    }
    for (unsigned i = 0; i < BOARD_MAX_DRIVES; i++) {
        const struct board_drive *d = &mc->board.drives[i];
        if (d->path != NULL) {
            add(t, " --drive %s%s", without_folders(d->path), d->writable ? ",rw" : "");
        }
    }
    if (o->input != NULL) {
        add(t, " --input %s", without_folders(o->input));
    }
    add(t, "%s%s", mc->semihosting ? " --semihosting" : "", mc->marks ? " --trace-marks" : "");
    if (bc->append != NULL) {
        add(t, " --append '%s'", bc->append);
    }
}

/* One line for something that was loaded: role, name without folders, length, CRC-32 */
static void image_line(const struct trace_header *h, char words[][IMAGE_WORDS], const char *role, const char *path, const uint8_t *bytes,
                       size_t len)
{
    snprintf(words[h->n_images], IMAGE_WORDS, "%s %.100s %zu bytes crc32 %08" PRIx32, role, without_folders(path), len,
             libdeflate_crc32(0, bytes, len));
}

static bool add_image(struct trace_header *h, char words[][IMAGE_WORDS], const char *role, const char *path, struct err *err)
{
    struct file_data f;
    if (path == NULL || h->n_images == TRACE_MAX_IMAGES) {
        return true;
    }
    if (!file_read("--trace", path, UINT64_C(4) << 30, &f, err)) {
        return false;
    }
    image_line(h, words, role, path, f.bytes, f.len);
    h->images[h->n_images] = words[h->n_images];
    h->n_images++;
    file_free(&f);
    return true;
}

static bool add_images(struct trace_header *h, char words[][IMAGE_WORDS], const struct boot_config *bc, struct err *err)
{
    if (bc->image != NULL) {
        image_line(h, words, "image", bc->image, bc->image_bytes, bc->image_len);
        h->images[h->n_images] = words[h->n_images];
        h->n_images++;
    }
    bool ok = add_image(h, words, "kernel", bc->kernel, err) && add_image(h, words, "initrd", bc->initrd, err) &&
              add_image(h, words, "dtb", bc->dtb, err);
    for (unsigned i = 0; i < bc->n_loads && ok; i++) {
        ok = add_image(h, words, "load", bc->loads[i].path, err);
    }
    for (unsigned i = 0; i < bc->n_modules && ok; i++) {
        ok = add_image(h, words, "module", bc->modules[i].path, err);
    }
    return ok;
}

/* ---- recording ---- */

static void probe(void *opaque, struct pe *pe);

/* The instructions that a probe must see now: all, while they are recorded or a count is waited for; those of a page, while a place
   is waited for; else none. */
static void set_probes(struct tracing *t)
{
    const struct filter *f = &t->filter;
    const struct filter_cond *next = !f->on ? &f->start : &f->stop;
    enum probing want = PROBE_NONE;
    uint64_t page = next->range.first;
    if (!f->over && next->when == WHEN_PC) {
        want = PROBE_PLACE;
    }
    if (t->insns != NULL && (filter_is_on(f) || (!f->on && next->when >= WHEN_INSNS && next->when <= WHEN_CYCLE))) {
        want = PROBE_ALL;
    }
    if (want == t->probing) {
        return;
    }
    if (t->probing == PROBE_ALL) {
        insn_trace_flush(t->insns);
    }
    t->probing = want;
    for (unsigned i = 0; i < machine_n_pes(t->m); i++) {
        machine_set_probe(t->m, i, PROBE_USER_TRACING, want != PROBE_NONE ? probe : NULL, t, &page, want == PROBE_PLACE);
    }
}

static __attribute__((noinline, cold)) void fail(struct tracing *t)
{
    if (!t->failed) {
        t->failed = true;
        machine_stop_here(t->m);
    }
}

static inline void keep(void *opaque, const struct rec *r)
{
    struct tracing *t = opaque;
    /* a filter of kinds alone is asked nothing more */
    bool wanted = t->plain ? (t->filter.kinds >> r->kind & 1) != 0 : filter_keep(&t->filter, r);
    if (wanted && unlikely(!trace_writer_put(t->w, r))) {
        fail(t);
    }
}

static void keep_effects(void *opaque, const struct rec *insn, const struct rec_effect *e, unsigned n)
{
    struct tracing *t = opaque;
    const uint64_t both = REC_BIT(REC_REG) | REC_BIT(REC_MEM);
    if (likely(t->plain && (t->filter.kinds & both) == both)) {
        if (unlikely(!trace_writer_put_effects(t->w, insn, e, n))) {
            fail(t);
        }
        return;
    }
    for (unsigned i = 0; i < n; i++) {
        struct rec r;
        rec_of_effect(&r, insn, &e[i]);
        keep(t, &r);
    }
}

static void probe(void *opaque, struct pe *pe)
{
    struct tracing *t = opaque;
    struct filter *f = &t->filter;
    if (f->probed) {
        filter_reached(f, pe->pc);
    }
    if (t->insns != NULL && (filter_is_on(f) || t->probing == PROBE_ALL)) {
        insn_trace_probe(t->insns, pe);
    }
    if (!t->plain) {
        set_probes(t);
    }
}

/* Records that follow from exception entries and returns: changes of world, entries and exits of a guest */
static void derive(struct tracing *t, const struct rec *r)
{
    uint8_t from = t->world[r->pe], to = (uint8_t)world_of(r->el, r->hcr, r->vttbr);
    if (from == to) {
        return;
    }
    struct rec x = *r;
    t->world[r->pe] = to;
    x.kind = REC_WORLD;
    x.type = 0;
    x.a = from;
    x.b = to;
    x.c = to == WORLD_GUEST || from == WORLD_GUEST ? vttbr_vmid(r->vttbr) : 0;
    x.d = 0;
    keep(t, &x);
    if (to == WORLD_GUEST) {
        x.kind = REC_GUEST_ENTRY;
        x.a = x.c;
        x.b = ++t->entries[r->pe];
        x.c = 0;
        keep(t, &x);
    } else if (from == WORLD_GUEST) {
        x.kind = REC_GUEST_EXIT;
        x.a = x.c;
        x.b = ++t->exits[r->pe];
        x.c = r->kind == REC_EXC_ENTRY ? r->a : 0;
        keep(t, &x);
    }
}

/* Has the record before this one told all of it? Where another observer, or a condition, wants all walks, each comes right after the
   tlb_fill that it made. */
static inline bool repeats(struct tracing *t, const struct rec *r)
{
    bool filled = t->last_kind == REC_TLB_FILL;
    t->last_kind = r->kind;
    return unlikely(r->kind == REC_WALK) && filled && r->d == 0 && t->no_repeats && t->m->tells_repeats;
}

static void put(void *opaque, const struct rec *r)
{
    struct tracing *t = opaque;
    if (repeats(t, r)) {
        (void)!filter_keep(&t->filter, r);
        return;
    }
    if (unlikely(t->probing == PROBE_ALL)) {
        insn_trace_before(t->insns, r);
    }
    keep(t, r);
    if (r->kind == REC_EXC_ENTRY || r->kind == REC_ERET) {
        derive(t, r);
    }
    if (t->armed && !t->plain) {
        set_probes(t);
    }
}

/* The same where there is no filter but kinds and classes, and no single instructions: what most recordings are */
static void put_plain(void *opaque, const struct rec *r)
{
    struct tracing *t = opaque;
    if (likely((t->filter.kinds >> r->kind & 1) != 0 && !repeats(t, r)) && unlikely(!trace_writer_put(t->w, r))) {
        fail(t);
    }
    if (unlikely((REC_BIT(r->kind) & (REC_BIT(REC_EXC_ENTRY) | REC_BIT(REC_ERET))) != 0)) {
        derive(t, r);
    }
}

/* ---- opening and closing ---- */

static bool parse(struct tracing *t, const struct trace_opts *o, const struct symbols *s, struct err *err)
{
    char bad[32];
    uint64_t kinds = KINDS_DEFAULT;
    const struct filter_names names = {symbols_range, (void *)(uintptr_t)s};
    if (o->kinds != NULL && !kinds_parse(o->kinds, &kinds, bad)) {
        return err_set(err, "--trace-kinds %s: expected names of kinds or groups, default or all (hypscope trace kinds lists them)", bad);
    }
    filter_init(&t->filter, kinds);
    t->filter.classes &= ~(UINT32_C(1) << SRC_op); /* tlbi and walk tell what they do; caches are not there */
    for (unsigned i = 0; i < o->n_filters; i++) {
        if (!filter_parse(&t->filter, "--trace-filter", o->filter[i], &names, err)) {
            return false;
        }
    }
    return true;
}

static bool start(struct tracing *t, const struct trace_opts *o, const struct machine_config *mc, const struct boot_config *bc,
                  const struct symbols *s, struct err *err)
{
    static const char *const none = "";
    char filters[1024] = "";
    struct text words = {.at = 0};
    char (*images)[IMAGE_WORDS] = calloc(TRACE_MAX_IMAGES, sizeof(*images));
    if (images == NULL) {
        return err_set(err, "--trace: out of memory");
    }
    for (unsigned i = 0; i < o->n_filters; i++) {
        size_t n = strlen(filters);
        snprintf(filters + n, sizeof(filters) - n, "%s%s", n != 0 ? "," : none, o->filter[i]);
    }
    command(&words, o, mc, bc);
    struct trace_header h = {
        .hypscope = hypscope_version(), .model = mc->model, .n_pes = mc->n_pes, .ns_per_insn = mc->ns_per_insn,
        .clock_hz = t->m->timing != NULL ? UINT64_C(1000000) * t->m->timing->params.mhz : 0,
        .time_by_cycles = machine_by_cycles(t->m),
        .kinds = t->filter.kinds, .classes = t->filter.classes & ((1u << SRC_COUNT) - 1), .filter = filters, .command = words.s,
    };
    const struct trace_namer namer = {.symbol = s != NULL ? symbol_at : NULL, .symbol_opaque = (void *)(uintptr_t)s, .sysreg = sysreg_at};
    bool ok = add_images(&h, images, bc, err);
    if (ok) {
        t->w = trace_writer_new(t->out, t->path, &h, &namer, err);
        ok = t->w != NULL;
    }
    free(images);
    return ok;
}

static bool waits_for(const struct filter *f, unsigned kind)
{
    return (f->start.when == WHEN_EVENT && f->start.value == kind) || (f->stop.when == WHEN_EVENT && f->stop.value == kind);
}

static bool listen_to(struct tracing *t)
{
    const uint64_t both = REC_BIT(REC_WALK) | REC_BIT(REC_TLB_FILL);
    uint64_t kinds = t->filter.kinds | filter_needs(&t->filter);
    kinds |= (kinds & WORLD_KINDS) != 0 ? REC_BIT(REC_EXC_ENTRY) | REC_BIT(REC_ERET) : 0;
    kinds |= t->insns != NULL ? REC_BIT(REC_MMIO) : 0; /* of some accesses nothing else tells the value */
    t->no_repeats = (t->filter.kinds & (both | REC_BIT(REC_WALK_STEP))) == both;
    t->sink = (struct rec_sink){.put = t->plain && t->insns == NULL ? put_plain : put, .opaque = t, .kinds = kinds,
                                .classes = t->filter.classes, .no_repeats = t->no_repeats && !waits_for(&t->filter, REC_WALK)};
    return machine_add_rec_sink(t->m, &t->sink);
}

struct tracing *tracing_open(const struct trace_opts *o, struct machine *m, const struct machine_config *mc, const struct boot_config *bc,
                             const struct symbols *s, struct err *err)
{
    struct tracing *t = calloc(1, sizeof(*t));
    if (t == NULL || (t->path = strdup(o->file)) == NULL) {
        free(t);
        err_set(err, "--trace: out of memory");
        return NULL;
    }
    t->m = m;
    bool ok = parse(t, o, s, err);
    if (ok) {
        t->out = fopen(o->file, "wb");
        ok = t->out != NULL || err_set(err, "--trace %s: cannot write: %s", o->file, strerror(errno));
    }
    ok = ok && start(t, o, mc, bc, s, err);
    if (ok && (t->filter.kinds & INSN_KINDS) != 0) {
        t->insns = insn_trace_new(m, &(struct insn_trace_to){keep, keep_effects, t});
        ok = t->insns != NULL || err_set(err, "--trace: out of memory");
    }
    t->plain = o->n_filters == 0 && !o->marks;
    ok = ok && (listen_to(t) || err_set(err, "--trace: too many observers"));
    if (!ok) {
        struct err ignored;
        (void)!tracing_close(t, &ignored);
        return NULL;
    }
    t->filter.probed = t->filter.start.when == WHEN_PC || t->filter.stop.when == WHEN_PC;
    memset(t->world, mc->el == 2 ? WORLD_HYP : WORLD_HOST, sizeof(t->world));
    signal(SIGXFSZ, SIG_IGN); /* a limit of the file's size is an error of writing, not the end of the process */
    return t;
}

uint64_t tracing_begin(struct tracing *t)
{
    if (t == NULL || t->armed) {
        return 0;
    }
    const struct filter *f = &t->filter;
    if (t->insns != NULL && f->start.when == WHEN_INSNS && !f->on && f->start.value > machine_icount(t->m)) {
        return f->start.value;
    }
    t->armed = true;
    set_probes(t);
    return 0;
}

bool tracing_failed(const struct tracing *t)
{
    return t != NULL && t->failed;
}

bool tracing_close(struct tracing *t, struct err *err)
{
    if (t == NULL) {
        return true;
    }
    if (t->insns != NULL && t->probing == PROBE_ALL) {
        insn_trace_flush(t->insns);
    }
    bool ok = trace_writer_close(t->w, err);
    insn_trace_free(t->insns);
    if (t->out != NULL && fclose(t->out) != 0 && ok) {
        ok = err_set(err, "%s: cannot write the trace: %s", t->path, strerror(errno));
    }
    free(t->path);
    free(t);
    return ok;
}
