/* SPDX-License-Identifier: Apache-2.0 */
/* What each kind of record holds, as sim/base/events.def says it, for those who print, parse or select records. */
#ifndef HYPSCOPE_TRACES_KINDS_H
#define HYPSCOPE_TRACES_KINDS_H

#include "sim/base/bits.h"
#include "sim/base/record.h"

/* The form of a field: how its number is meant. */
enum field_form {
    FORM_NONE,          /* not used */
    FORM_HEX, FORM_DEC, FORM_VA, FORM_IPA, FORM_PA, FORM_SYSREG, FORM_ESR, FORM_SPSR, FORM_DAIF,
    FORM_WORDS,         /* one of `words`, by number from 0 */
};

struct kind_field {
    char name[16];      /* "" when not used */
    enum field_form form;
    char words[80];     /* FORM_WORDS: "sync/irq/fiq" */
};

/* The fields of struct rec that depend on the kind, in the order of events.def */
enum { FIELD_TYPE, FIELD_A, FIELD_B, FIELD_C, FIELD_D, FIELD_COUNT };

struct kind_info {
    const char *id;         /* "EXC_ENTRY" */
    const char *name;       /* "exception" */
    enum rec_group group;
    const char *meaning;
    const char *spec[FIELD_COUNT];  /* as in events.def: "name:form" or "" */
};

/* NULL for a number that is no kind. */
const struct kind_info *kind_info(unsigned kind);
/* Field i of a kind, taken apart. */
void kind_field(unsigned kind, unsigned i, struct kind_field *f);
/* The value of field i */
static inline uint64_t rec_field(const struct rec *r, unsigned i)
{
    switch (i) {
    case FIELD_TYPE: return r->type;
    case FIELD_A: return r->a;
    case FIELD_B: return r->b;
    case FIELD_C: return r->c;
    default: return r->d;
    }
}
/* Word number v of "a/b/c" into buf; false: there is no such word, and buf has the number. */
bool kind_word(const char *words, uint64_t v, char *buf, size_t len);
const char *rec_group_name(enum rec_group g);      /* "exc", "sysreg" */

/* What a trace records unless told otherwise: all kinds but instructions with their effects, the steps of walks, and barriers, which the
   stepping instance alone tells of. */
#define KINDS_DEFAULT (~(REC_BIT(REC_INSN) | REC_BIT(REC_REG) | REC_BIT(REC_MEM) | REC_BIT(REC_WALK_STEP) | REC_BIT(REC_BARRIER) | \
                         REC_BIT(REC_NONE)) & \
                       (REC_BIT(REC_KIND_COUNT) - 1))
/* A list of names of kinds and groups, `default` and `all`, with commas between; a - before a name takes it away. false: bad[] has
   the word that is none. */
bool must_check kinds_parse(const char *list, uint64_t *kinds, char bad[32]);

#endif
