/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/exclog.h"

#include <inttypes.h>
#include <stdlib.h>

struct exclog {
    struct rec_sink sink;
    FILE *out;
    struct esr_names names;
    bool (*symbol)(void *opaque, uint64_t va, char *buf, size_t len);
    void *symbol_opaque;
};

static const char *const async_names[] = {"", "IRQ", "FIQ", "SError", "vIRQ", "vFIQ", "vSError"};

static void put_place(struct exclog *x, uint64_t pc)
{
    char sym[96];
    fprintf(x->out, " %016" PRIx64, pc);
    if (x->symbol != NULL && x->symbol(x->symbol_opaque, pc, sym, sizeof(sym))) {
        fprintf(x->out, " <%s>", sym);
    }
}

static void put(void *opaque, const struct rec *r)
{
    struct exclog *x = opaque;
    if (r->kind == REC_ERET) {
        fprintf(x->out, "%14" PRIu64 " %u eret EL%u->EL%u", r->icount, r->pe, r->from_el, r->el);
        put_place(x, r->b);
        fputc('\n', x->out);
    } else if (r->kind == REC_EXC_ENTRY) {
        char what[160];
        fprintf(x->out, "%14" PRIu64 " %u exc  EL%u->EL%u", r->icount, r->pe, r->from_el, r->el);
        put_place(x, r->pc);
        if (r->type == 0 || r->a != 0) {
            esr_describe(what, sizeof(what), r->a, &x->names);
            fprintf(x->out, " esr %08" PRIx64 " %s", r->a, what);
            if (esr_far_valid(r->a)) {
                fprintf(x->out, " far %016" PRIx64, r->b);
            }
        } else {
            fprintf(x->out, " %s", async_names[r->type < 7 ? r->type : 0]);
        }
        fputc('\n', x->out);
    }
}

struct exclog *exclog_new(FILE *out, const struct esr_names *names,
                          bool (*symbol)(void *opaque, uint64_t va, char *buf, size_t len), void *symbol_opaque)
{
    struct exclog *x = calloc(1, sizeof(*x));
    if (x == NULL) {
        return NULL;
    }
    x->sink = (struct rec_sink){.put = put, .opaque = x};
    x->out = out;
    if (names != NULL) {
        x->names = *names;
    }
    x->symbol = symbol;
    x->symbol_opaque = symbol_opaque;
    return x;
}

struct rec_sink *exclog_sink(struct exclog *x)
{
    return &x->sink;
}

bool exclog_finish(struct exclog *x)
{
    if (x == NULL) {
        return true;
    }
    bool ok = fflush(x->out) == 0 && !ferror(x->out);
    free(x);
    return ok;
}
