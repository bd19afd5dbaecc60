/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparison of EL0 with another implementation, the peer: random blocks of instructions, made from the rows of the
 * encoding table, run here (el0-ours.c) and there (el0-guest.c, reached by el0-peer.c).
 */
#ifndef EL0_H
#define EL0_H

#include "cpu/a64.h"
#include "cpu/pe.h"
#include "el0-case.h"
#include "values.h"

#include <stdio.h>

/* ---- words (el0-word.c) ---- */
/* The kind of operands that suits a row. */
enum value_kind value_kind_of_row(struct rng *r, const struct a64_row *row);
bool row_matches(const struct a64_row *r, uint32_t w);
/* A random word of a row. Never one that would stop the peer or call the system behind it (word_allowed). */
uint32_t word_of_row(struct rng *r, int row);
/* false for a system call and for the peer's own semihosting call. */
bool word_allowed(uint32_t w);

/* How an instruction finds its address: the register, an index register (or -1), a constant offset. */
struct mem_form {
    bool memory;            /* accesses memory at a register's address */
    bool literal;           /* PC-relative load */
    int base;               /* 31: SP */
    int index;
    unsigned option, shift; /* of the index */
    int64_t offset;
    unsigned bytes;         /* size of the access, or something near it */
};
struct mem_form mem_form_of(uint32_t w);
/* What the index adds to the address when it holds v. */
uint64_t mem_index_value(const struct mem_form *f, uint64_t v);
/* Direct branches: is it one; and with another distance in bytes (cut to the field). */
bool branch_direct(uint32_t w);
uint32_t branch_with(uint32_t w, int64_t disp);
/* BR, BLR, RET: the register, or -1 */
int branch_register(uint32_t w);
uint32_t literal_with(uint32_t w, int64_t disp);
uint32_t adr_word(unsigned rd, int64_t disp);

/* ---- batches (el0-gen.c) ---- */
struct el0_case {
    struct el0_state s;
    int row;                /* that the block was made for, -1: a mixture or a random word */
};

struct el0_gen {
    struct rng rng;
    const struct features *feat;
    bool big_endian;
    const int *rows;        /* to choose from */
    unsigned n_rows;
    /* the batch being made */
    struct el0_batch head;
    uint32_t code[EL0_CODE_WORDS];
    uint8_t fill[EL0_FILL_SIZE];
    struct el0_case cases[EL0_MAX_CASES];
    unsigned at;            /* next free word of `code` */
};

void gen_begin(struct el0_gen *g);
/* One instruction of a row (a row's index), or a given word (row -1), with n states. false: the batch is full. */
bool gen_single(struct el0_gen *g, int row, uint32_t word, unsigned n);
/* A block of several instructions, the given row's among them. */
bool gen_block(struct el0_gen *g, int row, unsigned n);
void gen_end(struct el0_gen *g);

/* ---- running a case here (el0-ours.c) ---- */
enum { EL0_BUDGET = 1000 };             /* instructions after which a block counts as endless */
enum el0_mode {
    EL0_FAST,                           /* the fast instance */
    EL0_STEP,                           /* the stepping instance, with cold micro-TLBs; fills the trace */
    EL0_PIECES,                         /* both in turn: the budget comes in small pieces */
    EL0_MODES
};

struct el0_trace {
    unsigned n;
    uint64_t pc[EL0_BUDGET + 8];
};

struct el0_ours;
/* big_endian: SCTLR_EL1.E0E. NULL: a message says why. */
struct el0_ours *ours_new(const char *model, bool big_endian);
void ours_free(struct el0_ours *o);
const struct features *ours_features(const struct el0_ours *o);
/* Code and data for the cases that follow. */
void ours_load(struct el0_ours *o, const struct el0_batch *b, const uint32_t *code, const uint8_t *fill);
/* Run one case. `pieces` chooses the sizes for EL0_PIECES. false: it did not end within EL0_BUDGET. */
bool ours_run(struct el0_ours *o, const struct el0_state *s, enum el0_mode mode, uint64_t pieces,
              struct el0_full_result *f, struct el0_trace *t);

/* ---- the peer (el0-peer.c) ---- */
struct el0_peer;
/* Start `qemu -cpu cpu guest`. NULL: it cannot be started. */
struct el0_peer *peer_new(const char *qemu, const char *cpu, const char *guest);
void peer_free(struct el0_peer *p);
/* The pointer authentication keys of a peer that is QEMU: APIA, APIB, APDA, APDB, APGA, each its low half first. */
void peer_keys(uint64_t keys[10]);
/* Send a batch; then peer_get gives n_cases results. Both false when the peer has gone or hangs (a message says so). */
bool peer_send(struct el0_peer *p, const struct el0_batch *b, const uint32_t *code, const uint8_t *fill,
               const struct el0_case *cases);
bool peer_get(struct el0_peer *p, unsigned n, struct el0_full_result *f);

/* ---- comparing (el0-compare.c) ---- */
enum el0_diff {
    DIFF_SIG = 1, DIFF_CODE = 2, DIFF_ADDR = 4, DIFF_PC = 8, DIFF_X = 16, DIFF_SP = 32, DIFF_PSTATE = 64, DIFF_V = 128,
    DIFF_FPCR = 256, DIFF_FPSR = 512, DIFF_TPIDR = 1024, DIFF_MEM = 2048,
};
/* What differs (enum el0_diff). `insn` is the word at the place where a fault happened, 0 when unknown: what a faulting
   load or store leaves in its registers and in memory is not looked at. */
unsigned compare_results(const struct el0_full_result *ours, const struct el0_full_result *theirs, uint32_t insn);
void print_difference(FILE *f, unsigned diff, const struct el0_state *in, const struct el0_full_result *ours,
                      const struct el0_full_result *theirs);
const char *diff_names(unsigned diff, char *buf, size_t len);

/* ---- differences that are known (el0-explained.c): the file's entries ---- */
struct explained_entry {
    char id[48];
    char kind[24];
    char rows[512];         /* patterns of row names, blank-separated; - is a word without a row */
    char when[256];         /* comparisons of bit fields, joined by && */
    char exclusive[256];    /* rows of the load exclusive before it; empty: any or none */
    char peer[64];          /* the peer's CPU models it applies to; empty: all */
    bool failed_pointers, inverted_signatures;
    unsigned differs;       /* enum el0_diff: no others may differ */
    int ours, theirs;       /* signal numbers, -1: any */
    unsigned long used;
};
struct explained;
struct explained *explained_read(const char *file);
void explained_free(struct explained *e);
/* A difference at one instruction */
struct el0_difference {
    uint32_t word;
    int exclusive;          /* row of the last load exclusive before it in the block, or -1 */
    unsigned diff;          /* enum el0_diff */
    const struct el0_result *ours, *theirs;
};
/* The entry that explains it, or NULL. */
struct explained_entry *explained_find(struct explained *e, const char *cpu, const struct el0_difference *d);
struct explained_entry *explained_at(struct explained *e, unsigned i);

/* ---- regressions (el0-regress.c) ---- */
/* Replay the cases of a file for `model` and this byte order here, and on the peer when there is one. Returns the number of failures. */
unsigned regress_replay(const char *file, const char *model, bool big_endian, struct el0_ours *o, struct el0_peer *p,
                        unsigned *n_cases);
/* Print a case in the file's form, with the peer's answer as the expected one. */
void regress_print(FILE *f, const char *model, const struct el0_state *s, const struct el0_full_result *expect,
                   const uint32_t *code, const uint8_t *fill, const struct el0_trace *t);

/* ---- patterns of names: * and ?, several separated by blanks or commas ---- */
bool name_matches(const char *patterns, const char *name);

#endif
