/* SPDX-License-Identifier: Apache-2.0 */
/* Sequences of instructions from the empty pipeline, and what instructions have. */
#ifndef TEST_TIMING_MICRO_PIPE_H
#define TEST_TIMING_MICRO_PIPE_H

#include "tests/timing/micro.h"

#include "cpu/operands.h"
#include "sim/base/bits.h"

enum { LONG = 20, WIDE = 8, NAMES_MAX = 24, SEQ_MAX = 20 };

/* crc32w w9, w11, w12; ror w9, w11, #3; udiv x1, x11, x12; add x2, x1, x12 */
enum { CRC = 0x1acc4969, ROR = 0x138b0d69, UDIV = (int)0x9acc0961, ADD_AFTER_UDIV = (int)0x8b0c0022 };

/* An instruction of a class */
struct word {
    const char *class;
    uint32_t word;
};
extern const struct word micro_words[];
unsigned micro_n_words(void);
/* The class's first instruction */
uint32_t word_of(const char *class);

/* ---- sequences ---- */

struct seq {
    uint32_t word[SEQ_MAX];
    unsigned n, target; /* X10 and X24 are the address of this word */
    int cycle;          /* out: in which the last one issued */
};

struct batch {
    struct seq *seq;
    unsigned n, room;
};

unsigned batch_add(struct batch *b, const uint32_t *word, unsigned n);
unsigned batch_two(struct batch *b, uint32_t first, uint32_t second);
/* All of them in one program, twice: the second time branches are predicted. */
void batch_run(struct batch *b, const struct conf *c);
void batch_free(struct batch *b);
/* One sequence by itself */
int cycle_of(const struct conf *c, const uint32_t *word, unsigned n);

/* ---- what an instruction has ---- */

void operands(uint32_t word, struct operands *o);
/* The name that [forward] has for source i; NULL: it never waits, or not for one kind alone. */
const char *kind_of(const struct operands *o, unsigned i);
/* Something that waits for a register and forwards nothing: of the classes sys, vstore, fcsel */
uint32_t consumer_of(unsigned reg);
/* Something that makes a register, with a value that it may have: the class alu, of vector registers fimm */
uint32_t producer_of(unsigned reg);
/* The nth result with this role, or -1; the one that the class's latency is of */
int result(const struct operands *o, unsigned role, unsigned nth);
int main_result(const struct operands *o);

/* ---- names ---- */

struct names {
    const char *name[NAMES_MAX];
    unsigned n;
};

void section_keys(const struct conf *c, const char *section, struct names *l);
/* Groups that some class is of; the strings live in `rows`, which has CONF_ROWS. */
void groups_of(const struct conf *c, struct class_row *rows, struct names *l);

/* ---- one feature at a time ---- */

enum strip { KEEP_ALL = 0, NO_UNITS = 1, NO_EDGES = 2, NO_READ = 4, NOT_FREE = 8, LAT_LONG = 16, ONE_SLOT = 32 };

void strip_row(struct class_row *r, unsigned what);
/* A file with this width, order of results as given, and classes without what is not looked at. To be freed. */
struct conf *isolated(const struct conf *c, unsigned width, bool ordered, unsigned what);

/* ---- classes ---- */

struct measured {
    const char *class;
    struct class_row r;
    bool read_seen, group_seen; /* there is a source, a result */
};

struct pipe_lab {
    const struct conf *c;
    struct measured *m;
    unsigned n;
};

/* Groups and rows of [forward] of the classes, and a finding for each row of [forward] (micro-forward.c). all_used:
   what no class has a source for is a difference. */
void micro_forward(struct pipe_lab *p, bool all_used, struct findings *f);

#endif
