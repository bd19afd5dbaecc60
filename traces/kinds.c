/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/kinds.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct kind_info infos[REC_KIND_COUNT] = {
#define EVENT(kind, name, group, meaning, type, a, b, c, d) [REC_##kind] = {#kind, #name, REC_GROUP_##group, meaning, {type, a, b, c, d}},
#include "sim/base/events.def"
#undef EVENT
};

static const char *const group_names[REC_GROUP_COUNT] = {
    "none", "exc", "sysreg", "wait", "psci", "serror", "barrier", "irq", "timer", "mmio", "tlbi", "tlb", "walk", "mark", "world", "insn",
};

const struct kind_info *kind_info(unsigned kind)
{
    return kind < REC_KIND_COUNT ? &infos[kind] : NULL;
}

const char *rec_group_name(enum rec_group g)
{
    return g < REC_GROUP_COUNT ? group_names[g] : NULL;
}

void kind_field(unsigned kind, unsigned i, struct kind_field *f)
{
    static const struct { const char *name; enum field_form form; } forms[] = {
        {"x", FORM_HEX}, {"d", FORM_DEC}, {"va", FORM_VA}, {"ipa", FORM_IPA}, {"pa", FORM_PA}, {"sysreg", FORM_SYSREG},
        {"esr", FORM_ESR}, {"spsr", FORM_SPSR}, {"daif", FORM_DAIF},
    };
    *f = (struct kind_field){.form = FORM_NONE};
    const char *spec = kind < REC_KIND_COUNT && i < FIELD_COUNT ? infos[kind].spec[i] : "", *colon = strchr(spec, ':');
    if (colon == NULL) {
        return;
    }
    snprintf(f->name, sizeof(f->name), "%.*s", (int)(colon - spec), spec);
    f->form = FORM_WORDS;
    for (unsigned k = 0; k < ARRAY_LEN(forms); k++) {
        if (strcmp(colon + 1, forms[k].name) == 0) {
            f->form = forms[k].form;
        }
    }
    if (f->form == FORM_WORDS) {
        snprintf(f->words, sizeof(f->words), "%s", colon + 1);
    }
}

bool kind_word(const char *words, uint64_t v, char *buf, size_t len)
{
    const char *p = words;
    for (uint64_t i = 0; p != NULL; i++) {
        size_t n = strcspn(p, "/");
        if (i == v) {
            snprintf(buf, len, "%.*s", (int)n, p);
            return true;
        }
        p = p[n] == '/' ? p + n + 1 : NULL;
    }
    snprintf(buf, len, "%" PRIu64, v);
    return false;
}

/* The set that a name means; 0: none */
static uint64_t set_of(const char *name)
{
    if (strcmp(name, "all") == 0) {
        return (REC_BIT(REC_KIND_COUNT) - 1) & ~REC_BIT(REC_NONE);
    }
    if (strcmp(name, "default") == 0) {
        return KINDS_DEFAULT;
    }
    uint64_t set = 0;
    for (unsigned k = 1; k < REC_KIND_COUNT; k++) {
        if (strcmp(infos[k].name, name) == 0) {
            set |= REC_BIT(k);
        }
    }
    for (unsigned g = 1; g < REC_GROUP_COUNT; g++) {
        if (strcmp(group_names[g], name) == 0) {
            set |= rec_group_kinds((enum rec_group)g);
        }
    }
    return set;
}

bool kinds_parse(const char *list, uint64_t *kinds, char bad[32])
{
    *kinds = 0;
    for (const char *p = list;; p++) {
        size_t n = strcspn(p, ",");
        snprintf(bad, 32, "%.*s", (int)(n < 31 ? n : 31), p);
        bool minus = bad[0] == '-';
        uint64_t set = set_of(bad + minus);
        if (set == 0) {
            return false;
        }
        *kinds = minus ? (p == list ? KINDS_DEFAULT : *kinds) & ~set : *kinds | set;
        p += n;
        if (*p == '\0') {
            return true;
        }
    }
}
