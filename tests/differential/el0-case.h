/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two sides of the EL0 comparison share: the memory map that a block of instructions sees, the state that it
 * starts from, and what is left when it has ended. Both sides are little-endian and 64-bit.
 */
#ifndef EL0_CASE_H
#define EL0_CASE_H

#include <stdint.h>

/* Memory map. Around it nothing is mapped; the data are within reach of ADR and of literal loads. */
#define EL0_CODE UINT64_C(0x20000000)   /* read-only, executable */
#define EL0_CODE_SIZE 0x40000u
#define EL0_DATA UINT64_C(0x20080000)   /* four pages: read-only, two read-write, one without access */
#define EL0_RO EL0_DATA
#define EL0_RO_SIZE 0x1000u
#define EL0_RW (EL0_DATA + 0x1000)
#define EL0_RW_SIZE 0x2000u
#define EL0_NONE (EL0_DATA + 0x3000)
#define EL0_DATA_END (EL0_DATA + 0x4000)
#define EL0_FILL_SIZE (EL0_RO_SIZE + EL0_RW_SIZE)

enum {
    EL0_CODE_WORDS = EL0_CODE_SIZE / 4,
    EL0_MAX_CASES = 2048,   /* in one batch */
    EL0_MAX_CHUNKS = 64,    /* changed memory that a result tells, in pieces of 16 bytes */
    EL0_NO_END = 14,        /* signal number of a block that did not come to an end: SIGALRM */
};

#define EL0_PSTATE UINT32_C(0xf0001000) /* the PSTATE bits that are set and compared: NZCV, SSBS */
#define EL0_STOP UINT32_C(0xd4200000)   /* BRK #0: what the code area is filled with; ends a block */

struct el0_state {
    uint64_t x[31];
    uint64_t sp, pc;
    uint64_t tpidr;
    uint32_t pstate;
    uint32_t fpcr, fpsr;
    uint32_t pad;
    uint64_t v[32][2];
};

struct el0_chunk {
    uint32_t offset;        /* from EL0_RW, a multiple of 16 */
    uint32_t pad;
    uint64_t d[2];
};

/* How a block ended: with a signal of Linux (number, si_code, si_addr), SIGTRAP when it came to an EL0_STOP. */
struct el0_result {
    struct el0_state s;
    uint32_t sig, code;
    uint64_t addr;
    uint32_t n_chunks;      /* changed pieces of memory; the first EL0_MAX_CHUNKS of them are told */
    uint32_t case_index;
};

struct el0_full_result {
    struct el0_result r;
    struct el0_chunk chunk[EL0_MAX_CHUNKS];
};

/* The stream: this, `code_words` words for the beginning of the code area, EL0_FILL_SIZE bytes of data, the states. The
   answer: for each case a struct el0_result and its chunks. Each case starts with the data as they were sent. */
struct el0_batch {
    uint32_t n_cases;
    uint32_t code_words;
};

#endif
