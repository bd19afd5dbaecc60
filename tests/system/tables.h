/* SPDX-License-Identifier: Apache-2.0 */
/* Translation tables at random: a tree for one stage and one range of addresses. */
#ifndef HYPSCOPE_TESTS_SYSTEM_TABLES_H
#define HYPSCOPE_TESTS_SYSTEM_TABLES_H

#include "harness.h"

#define POOL UINT64_C(0x42000000)       /* tables, each aligned to 64 KiB */
#define POOL_END UINT64_C(0x43000000)
#define DATA UINT64_C(0x43000000)       /* what random mappings lead to; DATA's bits 29:24 are in every random address */
#define DATA_END UINT64_C(0x44000000)
#define CODE_OFF 0x18                   /* in every 4 KiB of DATA: RET and the page's number */
#define STORE_OFF 0x40                  /* ... and where stores go */

enum { PAGE_4K = 12, PAGE_16K = 14, PAGE_64K = 16 };

enum { MAX_PENDING = 64 };

/* IPAs that stage 1 uses and that stage 2 is to map at random: to a data page of its choice, or (table) to that table. */
struct pending {
    u64 ipa;
    u64 table;                  /* 0: data */
};

struct tree {
    unsigned granule;           /* PAGE_* */
    unsigned iasize;
    int start;                  /* level */
    unsigned concat;            /* tables side by side at the start level */
    bool stage2;
    bool el2;                   /* one privilege: the EL2 regime */
    bool then_stage2;           /* outputs are IPAs */
    bool hafdbs;
    bool fwb;                   /* stage 2 with HCR_EL2.FWB: other memory attributes */
    unsigned oasize;            /* outputs that should be in range */
    unsigned bad;               /* of 100 entries, how many are to be wrong in some way */
    u64 root;                   /* physical */
    struct pending *pending;
    unsigned *n_pending;
};

void pool_reset(void);
u64 pool_alloc(unsigned granule, unsigned count);
void data_init(void);
/* Level that a walk of iasize bits starts at, for stage 1. */
int start_level(unsigned granule, unsigned iasize);
/* Maps one page, at level 3, with these low and high attribute bits; every table on the way is without restrictions. */
void map_page(struct tree *t, u64 va, u64 pa, u64 attrs);
/* The same for a leaf at any level; returns where the descriptor is. */
u64 *map_leaf(struct tree *t, u64 va, u64 pa, u64 attrs, int level);
/* What is there for va, made at random where nothing is. Returns the address of the last descriptor. */
u64 *map_random(struct tree *t, u64 va, u64 table);
/* A random address below 2^iasize with DATA's bits in place. */
u64 random_address(unsigned iasize);

#endif
