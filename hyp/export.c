/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/export-int.h"

#include <stdlib.h>
#include <string.h>

static const struct export_ops *const formats[EXPORT_COUNT] = {
    [EXPORT_TARMAC] = &export_tarmac, [EXPORT_CHROME] = &export_chrome, [EXPORT_VCD] = &export_vcd,
    [EXPORT_FTRACE] = &export_ftrace, [EXPORT_KVMSTAT] = &export_kvmstat,
};

bool export_format_of(const char *name, enum export_format *format)
{
    for (unsigned i = 0; i < EXPORT_COUNT; i++) {
        if (strcmp(formats[i]->name, name) == 0) {
            *format = (enum export_format)i;
            return true;
        }
    }
    return false;
}

const char *export_format_name(enum export_format format)
{
    return formats[format]->name;
}

static void put(void *opaque, const struct rec *r)
{
    struct export *x = opaque;
    if (x->failed || (x->opts.pe != EXPORT_ALL_PES && x->opts.pe != r->pe)) {
        return;
    }
    /* Readers want time that goes on. With several PEs the time of one may step back, when another one is powered on or woken
       in the middle of its turn. */
    struct rec at = *r;
    at.time_ns = r->time_ns < x->last_ns[r->pe] ? x->last_ns[r->pe] : r->time_ns;
    x->last_ns[r->pe] = at.time_ns;
    x->ops->put(x, &at);
}

struct export *export_new(FILE *out, const struct export_opts *opts)
{
    struct export *x = calloc(1, sizeof(*x));
    if (x == NULL) {
        return NULL;
    }
    x->out = out;
    x->opts = *opts;
    x->ops = formats[opts->format];
    x->state = calloc(1, x->ops->state_size);
    if (x->state == NULL) {
        free(x);
        return NULL;
    }
    x->sink = (struct rec_sink){.put = put, .opaque = x, .kinds = x->ops->kinds, .classes = UINT32_MAX};
    x->ops->begin(x);
    return x;
}

const struct rec_sink *export_sink(struct export *x)
{
    return &x->sink;
}

bool export_finish(struct export *x)
{
    if (!x->failed) {
        x->ops->end(x);
    }
    return fflush(x->out) == 0 && !ferror(x->out) && !x->failed;
}

void export_free(struct export *x)
{
    if (x != NULL) {
        if (x->ops->drop != NULL) {
            x->ops->drop(x);
        }
        free(x->state);
        free(x);
    }
}

const char *export_place(const struct export *x, uint64_t va, char *buf, size_t len)
{
    char name[128];
    buf[0] = '\0';
    if (x->opts.symbol != NULL && x->opts.symbol(x->opts.symbol_opaque, va, name, sizeof(name))) {
        snprintf(buf, len, " <%s>", name);
    }
    return buf;
}

bool export_grow(struct export *x, void **v, size_t *cap, size_t n, size_t elem)
{
    if (n < *cap) {
        return true;
    }
    size_t more = *cap == 0 ? 1024 : *cap * 2;
    void *p = reallocarray(*v, more, elem);
    if (p == NULL) {
        x->failed = true;
        return false;
    }
    *v = p;
    *cap = more;
    return true;
}
