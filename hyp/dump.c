/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/dump.h"

#include "hyp/switches.h"
#include "hyp/text.h"
#include "traces/kinds.h"

#include <inttypes.h>
#include <string.h>

static const char *const world_names[] = {[WORLD_HYP] = "hyp", [WORLD_HOST] = "host", [WORLD_GUEST] = "guest"};

static bool symbol_of(const struct dump_names *n, uint64_t va, char *buf, size_t len)
{
    return n->symbol != NULL && n->symbol(n->symbol_opaque, va, buf, len);
}

static void daif_text(char buf[8], uint64_t daif)
{
    unsigned k = 0;
    for (unsigned i = 0; i < 4; i++) {
        if (daif >> (3 - i) & 1) {
            buf[k++] = "DAIF"[i];
        }
    }
    if (k == 0) {
        buf[k++] = '-';
    }
    buf[k] = '\0';
}

/* A field without its explanation; false: it is a number, not a word */
static bool value_text(const struct kind_field *f, uint64_t v, const struct dump_names *n, char *buf, size_t len)
{
    switch (f->form) {
    case FORM_DEC:
        snprintf(buf, len, "%" PRIu64, v);
        return false;
    case FORM_DAIF:
        daif_text(buf, v);
        return true;
    case FORM_SYSREG:
        esr_sysreg_name(buf, len, (uint16_t)v, &n->names);
        return true;
    case FORM_WORDS:
        return kind_word(f->words, v, buf, len);
    default:
        snprintf(buf, len, "0x%" PRIx64, v);
        return true;
    }
}

/* What a value means, for those that have more to tell. false: nothing */
static bool explain(const struct kind_field *f, uint64_t v, const struct rec *r, const struct dump_names *n, char *buf, size_t len)
{
    if (f->form == FORM_ESR && (r->type == 0 || v != 0)) {
        esr_describe(buf, len, v, &n->names);
        return true;
    }
    return f->form == FORM_VA && v != 0 && symbol_of(n, v, buf, len);
}

static bool used(const struct rec *r, unsigned i, struct kind_field *f)
{
    kind_field(r->kind, i, f);
    return f->form != FORM_NONE;
}

void dump_text(FILE *out, const struct rec *r, uint64_t number, const struct dump_names *n)
{
    char buf[200];
    const struct kind_info *k = kind_info(r->kind);
    fprintf(out, "%9" PRIu64 " %12" PRIu64 " %u %-5s ", number, r->icount, r->pe, world_names[world_of(r->el, r->hcr, r->vttbr)]);
    if (r->from_el != r->el) {
        fprintf(out, "EL%u->EL%u", r->from_el, r->el);
    } else {
        fprintf(out, "EL%u     ", r->el);
    }
    fprintf(out, " %016" PRIx64, r->pc);
    if (symbol_of(n, r->pc, buf, sizeof(buf))) {
        fprintf(out, " <%s>", buf);
    }
    fprintf(out, " %s", k != NULL ? k->name : "?");
    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        struct kind_field f;
        if (!used(r, i, &f)) {
            continue;
        }
        uint64_t v = rec_field(r, i);
        (void)value_text(&f, v, n, buf, sizeof(buf));
        fprintf(out, " %s=%s", f.name, buf);
        if (explain(&f, v, r, n, buf, sizeof(buf))) {
            fprintf(out, " <%s>", buf);
        }
    }
    fputc('\n', out);
}

void dump_json(FILE *out, const struct rec *r, uint64_t number, const struct dump_names *n)
{
    char buf[200], daif[8], key[32];
    const struct kind_info *k = kind_info(r->kind);
    daif_text(daif, r->daif);
    fprintf(out, "{\"n\":%" PRIu64 ",\"kind\":\"%s\",\"pe\":%u,\"icount\":%" PRIu64 ",\"time_ns\":%" PRIu64 ",\"cycle\":%" PRIu64
            ",\"from_el\":%u,\"el\":%u,\"world\":\"%s\",\"daif\":\"%s\",\"pending\":%u,\"hcr\":\"0x%" PRIx64 "\",\"vttbr\":\"0x%" PRIx64
            "\",\"pc\":\"0x%" PRIx64 "\"",
            number, k != NULL ? k->name : "?", r->pe, r->icount, r->time_ns, r->cycle, r->from_el, r->el,
            world_names[world_of(r->el, r->hcr, r->vttbr)], daif, r->pending, r->hcr, r->vttbr, r->pc);
    if (symbol_of(n, r->pc, buf, sizeof(buf))) {
        hyp_json_string(out, "symbol", buf);
    }
    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        struct kind_field f;
        if (!used(r, i, &f)) {
            continue;
        }
        uint64_t v = rec_field(r, i);
        /* a field may have a name that all records use */
        snprintf(key, sizeof(key), "%s%s", strcmp(f.name, "kind") == 0 ? "of_" : "", f.name);
        if (value_text(&f, v, n, buf, sizeof(buf))) {
            hyp_json_string(out, key, buf);
        } else {
            fprintf(out, ",\"%s\":%s", key, buf);
        }
        if (explain(&f, v, r, n, buf, sizeof(buf))) {
            snprintf(key, sizeof(key), "%s_text", f.name);
            hyp_json_string(out, key, buf);
        }
    }
    fputs("}\n", out);
}
