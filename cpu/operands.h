/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an instruction reads and writes, from its word and its row in the encoding tables: registers by role, the form
 * of its memory access, what kind of branch it is. One home for the timing model and for traces of register and
 * memory effects. Pure functions of the word: no state of a PE is looked at.
 */
#ifndef HYPSCOPE_CPU_OPERANDS_H
#define HYPSCOPE_CPU_OPERANDS_H

#include "cpu/a64.h"

/* Registers as numbers. X0..X30 are 0..30, V0..V31 are OPD_V0 + n. XZR is in no list of sources or destinations. */
enum opd_reg {
    OPD_SP = 31,
    OPD_V0 = 32,
    OPD_NZCV = 64,
    OPD_FPCR,
    OPD_FPSR,
    OPD_REGS,           /* how many there are */
    OPD_ZR = 254,       /* only in struct opd_mem: XZR or WZR as a base, as an index or as data */
    OPD_NONE = 255
};

enum opd_role {
    /* sources */
    OPD_SRC,            /* a plain operand */
    OPD_SHIFTED,        /* shifted by a constant other than LSL #0 (struct operands.shift, .amount) */
    OPD_EXTENDED,       /* extended, perhaps shifted (.extend, .amount) */
    OPD_ACC,            /* the addend of a multiply-add, the sum that is added to */
    OPD_MERGE,          /* the destination's old value, of which a part stays or goes into the result */
    OPD_ADDR,           /* base of an address, or the address of a SYS instruction */
    OPD_INDEX,          /* index of an address, or the register of a post-index */
    OPD_DATA,           /* what a store, an atomic or a system-register write stores */
    OPD_COMPARE,        /* what CAS compares with */
    OPD_COND,           /* NZCV as condition or carry */
    OPD_TARGET,         /* where an indirect branch goes */
    OPD_MODIFIER,       /* of pointer authentication */
    OPD_CONTROL,        /* FPCR */
    OPD_CUMULATIVE,     /* FPSR, to which an instruction adds bits */
    /* destinations */
    OPD_RESULT,
    OPD_LOADED,         /* from memory */
    OPD_WRITEBACK,      /* the base, with its new address */
    OPD_FLAGS,          /* NZCV */
    OPD_STATUS,         /* of a store exclusive */
    OPD_LINK,           /* the return address */
    OPD_STICKY          /* FPSR */
};

struct opd {
    uint8_t reg;        /* enum opd_reg */
    uint8_t role;       /* enum opd_role */
};

enum opd_writeback { OPD_WB_NONE, OPD_WB_PRE, OPD_WB_POST };

/* Memory access. The address is base + index (extended, shifted) + offset; OPD_WB_POST: base alone, and the sum goes to the
   base. `literal`: PC + offset. */
struct opd_mem {
    bool access;        /* there is one; also set for PRFM, which is neither load nor store */
    bool load, store;   /* both: an atomic operation or compare-and-swap */
    bool literal;
    bool exclusive, acquire, release, unprivileged;
    bool sign_extend;
    bool lane;          /* a single structure, to or from one lane of each register */
    bool replicate;     /* LD1R to LD4R */
    bool nontemporal;
    bool block;         /* DC ZVA: the aligned block around the address; `bytes` is 0, its size is in DCZID_EL0 */
    uint8_t base;       /* OPD_NONE when literal */
    uint8_t index;      /* OPD_NONE: none */
    uint8_t extend;     /* of the index: option as in the instruction (2 UXTW, 3 LSL, 6 SXTW, 7 SXTX) */
    uint8_t shift;
    uint8_t writeback;  /* enum opd_writeback */
    uint8_t bytes;      /* of all elements together */
    uint8_t elements;   /* single-copy pieces: registers of a pair, elements of a structure */
    uint8_t n_data;     /* registers loaded or stored */
    uint8_t data[4];    /* which; V registers wrap around. Of CAS and atomics: what is loaded */
    int32_t offset;
};

enum opd_branch {
    OPD_BR_NONE, OPD_BR_DIRECT, OPD_BR_COND, OPD_BR_CALL, OPD_BR_RET, OPD_BR_INDIRECT, OPD_BR_INDIRECT_CALL,
    OPD_BR_EXCEPTION,   /* SVC, HVC, SMC, BRK, HLT, UDF */
    OPD_BR_ERET
};

enum { OPD_MAX = 8 };

struct operands {
    const struct a64_row *row;
    uint16_t op;        /* enum a64_op */
    uint8_t cost;       /* enum a64_cost */
    bool is64;          /* of general registers: X, not W */
    bool reads_pc;      /* ADR, ADRP, literals, direct branches, links */
    bool system;        /* reads or writes state beyond these registers: system registers, monitor, keys, events */
    uint8_t n_src, n_dst;
    struct opd src[OPD_MAX], dst[OPD_MAX];
    uint8_t shift;      /* type of OPD_SHIFTED: 0 LSL, 1 LSR, 2 ASR, 3 ROR */
    uint8_t extend;     /* option of OPD_EXTENDED */
    uint8_t amount;     /* of either */
    uint8_t branch;     /* enum opd_branch */
    int64_t disp;       /* of a direct branch, ADR (bytes) and ADRP (bytes, from the page) */
    int32_t sysreg;     /* MSR, MRS, SYS, SYSL: op0:op1:CRn:CRm:op2 in 16 bits; else -1 */
    struct opd_mem mem;
};

/* The operands of a word, among the rows that `feat` has (NULL: all). false: no row, UNDEFINED, and *o has row NULL. A word
   whose operands are reserved within its row is described as if they were not. */
bool operands_of(uint32_t insn, const struct features *feat, struct operands *o);
/* Is `reg` among the sources, the destinations? */
bool operands_reads(const struct operands *o, unsigned reg);
bool operands_writes(const struct operands *o, unsigned reg);
/* "x0", "sp", "v3", "nzcv", "xzr"; a word for each role; the name of a cost class as in the tables */
const char *opd_reg_name(unsigned reg);
const char *opd_role_name(unsigned role);
const char *a64_cost_name(unsigned cost);

#endif
