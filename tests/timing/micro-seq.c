/* SPDX-License-Identifier: Apache-2.0 */
/* Sequences of instructions from the empty pipeline, and what instructions have. */
#include "tests/timing/micro-pipe.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct word micro_words[] = {
#include "tests/timing/micro-words.inc"
};

unsigned micro_n_words(void) { return ARRAY_LEN(micro_words); }

enum { PASSES = 2 };

enum {
    FMOV = 0x1e6e1000,
    CMP = (int)0xeb1902ff,
    MSR = (int)0xd51bd040,
    STR_D = (int)0xfd000280,
    FCSEL = 0x1e700de9,
    ADD = (int)0x8b190000
};

/* ---- sequences ---- */

unsigned batch_add(struct batch *b, const uint32_t *word, unsigned n)
{
    if (b->n == b->room) {
        b->room = b->room * 2 + 64;
        b->seq = realloc(b->seq, b->room * sizeof(b->seq[0]));
        ck_assert_ptr_nonnull(b->seq);
    }
    struct seq *s = &b->seq[b->n];
    *s = (struct seq){.n = n};
    ck_assert_uint_le(n, SEQ_MAX);
    memcpy(s->word, word, n * sizeof(word[0]));
    for (unsigned i = 0; i < n; i++) {
        s->target = (word[i] & UINT32_C(0xfffffc1f)) == 0xd61f0000 || (word[i] & UINT32_C(0xfffffc1f)) == 0xd63f0000
                        ? i + 1
                        : s->target;
    }
    return b->n++;
}

unsigned batch_two(struct batch *b, uint32_t first, uint32_t second)
{
    const uint32_t word[2] = {first, second};
    return batch_add(b, word, 2);
}

void batch_run(struct batch *b, const struct conf *c)
{
    struct lab l;
    static const unsigned data[] = {20, 22};
    lab_open(&l, c, 1);
    lab_prologue(&l);
    for (unsigned i = 0; i < 26; i++) {
        lab_mov(&l, i, 0);
    }
    for (unsigned i = 0; i < ARRAY_LEN(data); i++) {
        lab_mov(&l, data[i], LAB_DATA);
    }
    lab_mov(&l, 27, PASSES);
    uint64_t top = l.pc;
    lab_word(&l, A64_SVC); /* nothing: what the exception itself takes */
    lab_mark(&l, 2);
    for (unsigned i = 0; i < b->n; i++) {
        const struct seq *s = &b->seq[i];
        lab_word(&l, UINT32_C(0x10000018) | (s->target + 3) << 5); /* adr x24 */
        lab_word(&l, 0x8b19030a);                                  /* add x10, x24, x25 */
        lab_word(&l, A64_SVC);
        lab_words(&l, s->word, s->n);
        lab_mark(&l, 2);
    }
    lab_word(&l, 0xd100077b); /* sub x27, x27, #1 */
    lab_cbnz(&l, 27, top);
    lab_run(&l);
    ck_assert_uint_eq(l.n_snaps, PASSES * 2 * (b->n + 1));
    const struct snap *last = &l.snap[(PASSES - 1) * 2 * (b->n + 1)];
    int64_t none = (int64_t)(snap_pipe(&last[1]) - snap_pipe(&last[0]));
    for (unsigned i = 0; i < b->n; i++) {
        b->seq[i].cycle = (int)((int64_t)(snap_pipe(&last[2 * i + 3]) - snap_pipe(&last[2 * i + 2])) - none);
    }
    lab_close(&l);
}

void batch_free(struct batch *b)
{
    free(b->seq);
    *b = (struct batch){.n = 0};
}

int cycle_of(const struct conf *c, const uint32_t *word, unsigned n)
{
    struct batch b = {.n = 0};
    batch_add(&b, word, n);
    batch_run(&b, c);
    int cycle = b.seq[0].cycle;
    batch_free(&b);
    return cycle;
}

/* ---- what an instruction has ---- */

void operands(uint32_t word, struct operands *o) { ck_assert_msg(operands_of(word, NULL, o), "%08x", word); }

const char *kind_of(const struct operands *o, unsigned i)
{
    unsigned plain = 0;
    if (o->src[i].reg == OPD_FPCR || o->src[i].reg == OPD_FPSR) {
        return NULL;
    }
    for (unsigned k = 0; k < o->n_src; k++) {
        if (k != i && o->src[k].reg == o->src[i].reg) {
            return NULL;
        }
    }
    for (unsigned k = 0;; k++) {
        const char *name = NULL;
        switch (o->src[k].role) {
        case OPD_SHIFTED: name = "shifted"; break;
        case OPD_EXTENDED: name = "extended"; break;
        case OPD_ACC: name = "acc"; break;
        case OPD_MERGE: name = "merge"; break;
        case OPD_ADDR: name = "addr"; break;
        case OPD_INDEX: name = "index"; break;
        case OPD_DATA:
        case OPD_COMPARE: name = "data"; break;
        case OPD_COND: name = "cond"; break;
        default: name = plain++ == 0 ? "src" : "src2"; break;
        }
        if (k == i) {
            return name;
        }
    }
}

uint32_t consumer_of(unsigned reg)
{
    return reg == OPD_NZCV ? (uint32_t)FCSEL : reg >= OPD_V0 ? (uint32_t)STR_D | (reg - OPD_V0) : (uint32_t)MSR | reg;
}

uint32_t producer_of(unsigned reg)
{
    unsigned from = reg == 20 ? 22 : reg == 10 ? 24 : 23;
    return reg == OPD_NZCV ? (uint32_t)CMP
           : reg >= OPD_V0 ? (uint32_t)FMOV | (reg - OPD_V0)
                           : (uint32_t)ADD | 25u << 16 | from << 5 | reg;
}

uint32_t word_of(const char *class)
{
    for (unsigned i = 0; i < micro_n_words(); i++) {
        if (strcmp(micro_words[i].class, class) == 0) {
            return micro_words[i].word;
        }
    }
    ck_abort_msg("no instruction of class %s", class);
}

int result(const struct operands *o, unsigned role, unsigned nth)
{
    for (unsigned i = 0; i < o->n_dst; i++) {
        if (o->dst[i].role == role && o->dst[i].reg != OPD_FPSR && nth-- == 0) {
            return o->dst[i].reg;
        }
    }
    return -1;
}

int main_result(const struct operands *o)
{
    static const unsigned roles[] = {OPD_RESULT, OPD_LOADED, OPD_STATUS, OPD_LINK, OPD_FLAGS};
    int reg = -1;
    for (unsigned i = 0; i < ARRAY_LEN(roles) && reg < 0; i++) {
        reg = result(o, roles[i], 0);
    }
    return reg;
}

/* ---- names ---- */

void section_keys(const struct conf *c, const char *section, struct names *l)
{
    l->n = 0;
    for (unsigned i = 0; i < c->n; i++) {
        if (strcmp(c->row[i].section, section) == 0) {
            ck_assert(l->n < NAMES_MAX);
            l->name[l->n++] = c->row[i].key;
        }
    }
}

void groups_of(const struct conf *c, struct class_row *rows, struct names *l)
{
    l->n = 0;
    for (unsigned i = 0, k = 0; i < c->n; i++) {
        if (strcmp(c->row[i].section, "classes") != 0) {
            continue;
        }
        class_get(c, c->row[i].key, &rows[k]);
        bool known = rows[k].group[0] == '\0';
        for (unsigned j = 0; j < l->n; j++) {
            known = known || strcmp(l->name[j], rows[k].group) == 0;
        }
        if (!known) {
            ck_assert(l->n < NAMES_MAX);
            l->name[l->n++] = rows[k].group;
        }
        k++;
    }
}

/* ---- one feature at a time ---- */

void strip_row(struct class_row *r, unsigned what)
{
    r->n_uses = (what & NO_UNITS) != 0 ? 0 : r->n_uses;
    if ((what & NO_EDGES) != 0) {
        r->first = r->last = false;
    }
    if ((what & NO_READ) != 0) {
        r->read[0] = '\0';
    }
    r->free = (what & NOT_FREE) != 0 ? false : r->free;
    r->uops = (what & ONE_SLOT) != 0 ? 1 : r->uops;
    if ((what & LAT_LONG) != 0) {
        r->lat = r->second = LONG;
    }
}

struct conf *isolated(const struct conf *c, unsigned width, bool ordered, unsigned what)
{
    struct conf *k = malloc(sizeof(*k));
    struct class_row r;
    ck_assert_ptr_nonnull(k);
    *k = *c;
    conf_set(k, "pipeline", "width", "%u", width);
    conf_set(k, "pipeline", "ordered_results", "%d", ordered);
    for (unsigned i = 0; i < k->n; i++) {
        if (strcmp(k->row[i].section, "classes") == 0) {
            class_get(k, k->row[i].key, &r);
            strip_row(&r, what);
            class_set(k, k->row[i].key, &r);
        }
    }
    conf_set(k, "branch", "indirect", "%u", BTB_MAX);
    return k;
}
