/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of caches, TLBs, branch prediction and system operations. Times are in cycles of the core. */
#ifndef HYPSCOPE_TIMING_PARAMS_MEM_H
#define HYPSCOPE_TIMING_PARAMS_MEM_H

#include "cpu/timing/params.h"
#include "sim/base/bits.h"

struct params_cache {
    uint32_t size, ways, replacement;   /* bytes; enum replacement */
    uint32_t latency;                   /* what a hit here adds for who missed the level before; of L1I: 0 */
};

struct params_mem {
    struct params_cache l1i, l1d, l2;
    uint32_t dram_latency;      /* added when L2 misses */
    uint32_t snoop_latency;     /* a line that another core's L1 holds dirty, instead of DRAM */
    uint32_t fetch_ahead;       /* lines that are fetched with one that is missing, or that came this way and is wanted for the first time */
    uint32_t prefetch_lines;    /* how many strides ahead of a detected stream; 0: no prefetcher */
    uint32_t prefetch_train;    /* equal strides before it starts */
    uint32_t store_buffer;      /* stores that may wait for a line */
    uint32_t itlb, dtlb;        /* entries of the micro-TLBs, fully associative, first in first out */
    uint32_t utlb_shift;        /* log2 of the largest page that an entry of them is for */
    uint32_t tlb_entries, tlb_ways, tlb_latency;
    uint32_t walk_entries, walk_ways;   /* last-level stage 1 tables by VA */
    uint32_t ipa_entries, ipa_ways;     /* stage 2 results by IPA */
    uint32_t walk_overhead;     /* besides its accesses */
    uint32_t walk_from_l1d;     /* do walks look into L1D (1), or begin at L2 (0) */
    uint32_t device_read, device_write;
    uint32_t hide;              /* cycles of a load miss that go unnoticed, besides the distance to its first use */
    uint32_t overlap;           /* a miss within so many instructions of another one is in its shadow */
};

struct params_branch {
    uint32_t predictor;         /* entries of two-bit counters */
    uint32_t history;           /* branches of global history that select one; 0: the address alone */
    uint32_t indirect;          /* entries for targets of BR and BLR */
    uint32_t return_stack;
    uint32_t mispredict;        /* cycles lost */
};

/* Classes of system-register accesses: state class of cpu/sysreg.tbl */
enum { SYS_CLASSES = 16 };

struct params_sys {
    uint32_t exception, eret, isb, dsb, dmb;
    uint32_t msr[SYS_CLASSES], mrs[SYS_CLASSES];
    uint32_t msr_pstate, tlbi, cache_op, at;
    uint32_t tlbi_broadcast;    /* the first DSB after a TLBI that others are told of */
};

struct params_timing {
    char name[32];
    uint32_t mhz;
    struct params_mem mem;
    struct params_branch branch;
    struct params_sys sys;
};

/* Read these parts of a parameter file. false: *err says what is missing or wrong. */
bool params_timing_load(struct params_timing *p, struct timing_params *src, struct timing_error *err);

#endif
