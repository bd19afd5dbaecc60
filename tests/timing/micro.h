/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Microbenchmarks of the timing models: guest programs, run by the machine with a parameter file, whose cycles give a
 * parameter back. Here: parameter files that can be edited, and a machine with a program that is put together.
 *
 * Failures of the harness itself end the test (libcheck).
 */
#ifndef TEST_TIMING_MICRO_H
#define TEST_TIMING_MICRO_H

#include "cpu/timing/timing.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- a parameter file, to be edited ---- */

enum { CONF_ROWS = 320, CONF_WORD = 24, CONF_USES = 8 };

struct conf {
    char core[32];
    unsigned n;
    struct conf_row {
        char section[CONF_WORD], key[CONF_WORD], value[200];
    } row[CONF_ROWS];
};

/* The rows of a core that is part of the program. */
void conf_load(struct conf *c, const char *core);
/* A value; NULL: there is none. */
const char *conf_get(const struct conf *c, const char *section, const char *key);
long conf_int(const struct conf *c, const char *section, const char *key);
/* Change or add a row; drop one. */
void conf_set(struct conf *c, const char *section, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void conf_drop(struct conf *c, const char *section, const char *key);

/* A row of [classes] in its parts. */
struct class_row {
    unsigned lat, second, base, uops;
    bool has_second, has_base, first, last, free;
    unsigned n_uses;
    struct {
        char unit[CONF_WORD];
        unsigned cycles;
    } use[CONF_USES];
    char group[CONF_WORD], read[CONF_WORD]; /* "": none */
};

/* `as CLASS` is followed. */
void class_get(const struct conf *c, const char *name, struct class_row *r);
void class_set(struct conf *c, const char *name, const struct class_row *r);
/* How much later than at issue row `read` of [forward] needs a kind of source, of results of a group */
unsigned forward_get(const struct conf *c, const char *read, const char *kind, const char *group);

/* ---- a machine with a program ---- */

#define LAB_CODE    UINT64_C(0x40080000)
#define LAB_DATA    UINT64_C(0x43000000) /* RAM for data; a move of 16 bits makes this address */
#define LAB_ROOT    UINT64_C(0x40001000) /* of the tables of EL2: level 1 */
#define LAB_TABLES  UINT64_C(0x5c000000) /* tables that lab_table makes */
#define LAB_RAM_END UINT64_C(0x60000000)

/* What the counters said when the program came to a mark */
struct snap {
    unsigned imm;
    uint64_t cycles, insns, time_ns;
    uint64_t stall[STALLS], event[TIMING_EVENTS];
};

struct lab {
    struct machine *m;
    uint64_t pc;           /* where the next word goes */
    uint64_t tables;       /* free memory for translation tables */
    uint64_t table_offset; /* from their addresses to what descriptors have: the guest's IPA */
    struct snap *snap;
    unsigned n_snaps, room;
    unsigned *pair, n_pairs; /* snapshots before an access that is timed */
    bool ooo;              /* the cycles of snapshots are rounded down: time is counted in parts of them */
};

/* Marks before and after an access that is timed; others are the test's own. */
enum { MARK_BEFORE = 10, MARK_AFTER = 11 };

/* A machine of `pes` PEs with the parameters of c. */
void lab_open(struct lab *l, const struct conf *c, unsigned pes);
void lab_close(struct lab *l);
/* Memory of the guest */
void *lab_at(const struct lab *l, uint64_t pa, size_t len);

void lab_word(struct lab *l, uint32_t word);
void lab_words(struct lab *l, const uint32_t *words, unsigned n);
/* Xn = value, by as few words as are needed; by four */
void lab_mov(struct lab *l, unsigned n, uint64_t value);
void lab_mov4(struct lab *l, unsigned n, uint64_t value);
/* MSR of X9 = value; `msr` with X0 */
void lab_msr(struct lab *l, uint32_t msr, uint64_t value);
/* A branch from here to there (B, BL), and one if Xn is not zero (CBNZ) */
void lab_b(struct lab *l, uint64_t to);
void lab_bl(struct lab *l, uint64_t to);
void lab_cbnz(struct lab *l, unsigned n, uint64_t to);
/* A mark: a snapshot is taken when it is executed */
void lab_mark(struct lab *l, unsigned imm);

/* Entry at EL2: vectors, FP, stage 1 on with RAM and devices where they are in blocks of 1 GiB, caches on. */
void lab_prologue(struct lab *l);
/* The end of the program, and its run. */
void lab_run(struct lab *l);
/* Table of a translation regime: a page (level 3) or block (levels 1, 2) of 4 KiB granule; tables are made as needed.
   `top` is the level that the root is of, attr the lower and upper attributes. */
void lab_map(struct lab *l, uint64_t root, unsigned top, uint64_t va, uint64_t pa, unsigned level, uint64_t attr);
uint64_t lab_table(struct lab *l);

/* ---- accesses, one at a time ---- */

/* Subroutines: a load from the address in X0, with a use of what it brings; a store there; a call of the RET that is
   there; time goes by (more than any miss). The first three are between marks. */
uint64_t sub_load(struct lab *l);
uint64_t sub_store(struct lab *l);
uint64_t sub_fetch(struct lab *l);
uint64_t sub_wait(struct lab *l);
/* Call one with X0 = addr, from the empty pipeline. `count` addresses from base at a stride, `passes` times over. */
void lab_touch(struct lab *l, uint64_t sub, uint64_t addr);
void lab_sweep(struct lab *l, uint64_t sub, uint64_t base, uint64_t stride, unsigned count, unsigned passes);

/* What the i-th access between marks cost: all cycles, and those lost by cause */
struct cost {
    uint64_t cycles, data, dtlb, fetch, itlb, branch;
};
struct cost lab_cost(const struct lab *l, unsigned i);
unsigned lab_n_costs(const struct lab *l);
/* How much longer access i took than access `than`, of the same subroutine by lab_touch: the stalls' sum says so too.
 */
long lab_longer(const struct lab *l, unsigned i, unsigned than);

/* Where a descriptor is */
uint64_t lab_descriptor(const struct lab *l, uint64_t root, unsigned top, uint64_t va, unsigned level);

/* Leave a word for a branch over subroutines; here goes the program on. */
uint64_t lab_main(struct lab *l);
void lab_main_here(struct lab *l, uint64_t skip);
/* A RET in memory, to be called */
void lab_ret_at(const struct lab *l, uint64_t pa);

/* From here on at EL1 under stage 2; tables whose level is 0 translate 48 bits, level 1: 39 bits. */
struct guest {
    uint64_t s1_root, s2_root;
    unsigned s1_top, s2_top;
};
void lab_guest(struct lab *l, const struct guest *g);

/* Cycles less what stalls account for: the pipeline's own */
uint64_t snap_pipe(const struct snap *s);

enum lab_insn {
    A64_NOP = 0xd503201f,
    A64_ERET = 0xd69f03e0,
    A64_ISB = 0xd5033fdf,
    A64_DSB = 0xd5033f9f,
    A64_SVC = 0xd4000001,
    A64_HVC = 0xd4000002,
    A64_RET = 0xd65f03c0,
    A64_WFI = 0xd503207f,
    A64_HLT_MARK = 0xd449a000
};

/* Stage 1 attributes: access flag, inner shareable, write-back; the same, Device */
#define MAP_NORMAL UINT64_C(0x700)
#define MAP_DEVICE UINT64_C(0x404)
/* Stage 2: the same, read and write */
#define MAP_STAGE2 UINT64_C(0x7fc)

/* ---- benchmarks ---- */

/* What was found out: a line for each parameter. */
struct finding {
    char section[CONF_WORD], key[CONF_WORD];
    char file[200], measured[200]; /* what the file says, what the cycles say, in the same words */
    const char *reason;            /* why it cannot be measured; NULL: it was */
};

struct findings {
    unsigned n;
    struct finding f[CONF_ROWS];
};

struct finding *finding_add(struct findings *f, const char *section, const char *key);

/* [pipeline], [resources], [forward], [classes] of an in-order core: a finding for each row. all_used: what has no
   effect because no instruction has it is a difference. */
void micro_pipe(const struct conf *c, bool all_used, struct findings *f);
/* [pipeline] alone, also of a core that is not in order */
void micro_whole(const struct conf *c, struct findings *f);
/* The same file with all of these changed. */
void micro_pipe_change(struct conf *c, unsigned how);

/* The other sections: a row for each parameter. */
struct micro_row {
    const char *section, *key;
    long (*measure)(const struct conf *c);
    const char *const *words; /* what the numbers stand for; NULL: themselves */
    const char *other[3]; /* values that it is changed to: "VALUE", or "VALUE, KEY VALUE" with another of the section */
    const char *reason;   /* why it is not measured here */
};
extern const struct micro_row micro_rows[];
unsigned micro_n_rows(void);

#endif
