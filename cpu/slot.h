/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Predecoded code. A page of guest RAM that is executed has 1024 slots, one an
 * instruction, plus one that leads on to the next page. Slots are decoded a
 * run at a time: a run ends with the instruction that can change the PC.
 *
 * The instruction budget is charged a run at a time too: on entering a run the
 * core subtracts slot->run. So straight-line instructions count nothing, and
 * yet the number of instructions retired is known exactly in the middle of a
 * run: what was charged less the run field of the current slot.
 */
#ifndef HYPSCOPE_CPU_SLOT_H
#define HYPSCOPE_CPU_SLOT_H

#include "cpu/a64.h"
#include "cpu/pe.h"

enum { PAGE_SHIFT = 12, PAGE_INSNS = 1024 };
#define PAGE_MASK (~UINT64_C(0xfff))

/* Handlers are named by hid: op + variant * OP_COUNT, then the pseudo handlers. A variant is the same instruction with
   operands that allow shorter code, or need a check (stack pointer base), or a different shift. */
enum { N_VARIANTS = 5,
       VARIANT_CMP = 3,   /* SUBS, ANDS into XZR, of a plain register or an immediate */
       VARIANT_PLAIN = 4  /* of a register that is not shifted */
};
#define HID_VARIANT(op, variant) (OP_##op + VARIANT_##variant * OP_COUNT)
enum pseudo_hid {
    HID_DECODE = N_VARIANTS * OP_COUNT, /* not decoded yet */
    HID_PAGE_END,                       /* slot 1024: go on in the next page */
    HID_UNDEF,                          /* no row, or its feature is absent */
    HID_VCALL,                          /* format v: call a64_v_functions[aux] with imm = the word */
    HID_BCOND,                          /* 16 handlers: B.cond within the page */
    HID_BCOND_FAR = HID_BCOND + 16,     /* 16 handlers: B.cond to another page */
    HID_MOV_X = HID_BCOND_FAR + 16,     /* ORR Xd, XZR, Xm */
    HID_MOV_W,
    HID_NOP,
    HID_CSEL,                           /* 8 x 16 handlers: CSEL, CSINC, CSINV, CSNEG of W, then of X, by condition */
    HID_CSEL_LAST = HID_CSEL + 127,
    HID_CCMP,                           /* 4 x 16 handlers: CCMP of W, register and immediate, then of X, by condition */
    HID_CCMP_LAST = HID_CCMP + 63,
    HID_COUNT
};

struct slot {
    const void *fn;              /* handler of the fast instance */
    union {
        int32_t imm;
        struct {
            uint8_t rm, ra;
            uint16_t aux;
        };
    };
    uint8_t rd, rn;
    uint16_t run;                /* instructions from here to the end of the run, this one included */
};
_Static_assert(sizeof(struct slot) == 16, "four slots a cache line");

#define CODE_IDS (UINT64_C(1) << 22)

struct code_page {
    uint64_t pa;
    uint64_t id;                 /* of this content, a multiple of CODE_IDS: no other page, and not this one with other code, has or had it */
    struct slot slots[PAGE_INSNS + 1];
    uint16_t hid[PAGE_INSNS];    /* for the other instances, which have their own handler tables */
    uint64_t decoded[PAGE_INSNS / 64];
    void *timing;                /* what a timing model remembers of it besides blocks; NULL: nothing */
};

/* What the timed instance remembers of the run that begins at a slot: its cost when it is entered with the pipeline in a
   certain state. Blocks follow the code page, one beside each slot, in machines that have a timing model. */
struct block {
    uint16_t key;                /* state of the pipeline on entry that the rest is for; 0: nothing remembered */
    uint16_t next;               /* its state after the run */
    uint8_t cycles;              /* in ticks (pipe_ticks()) */
    uint8_t octet;               /* its first line in the page, / 8 */
    uint16_t lines;              /* its lines from 8 * octet on, as bits; 0: none, or too many */
    uint64_t ops;                /* loads, stores and lines of the run (OPS_*) */
};

static inline struct block *block_of(const struct slot *s)
{
    return (struct block *)((char *)(uintptr_t)s + sizeof(struct code_page) - offsetof(struct code_page, slots));
}
_Static_assert(sizeof(struct block) == sizeof(struct slot), "the distance from a slot to its block is a constant");

/* Handlers of an instance that runs from the slots. */
struct handlers {
    const void *const *by_hid;
    const void *(*fuse)(const uint16_t *hid, unsigned n); /* its handler for 2 to 4 in a row, or NULL */
    const void *(*simd)(unsigned op, uint32_t word); /* its handler for an instruction of format v, NULL: that of calls */
};

/* All predecoded pages of a machine, by RAM page. */
struct code_cache {
    struct code_page **pages;
    uint64_t n_pages;
    uint64_t last_id;            /* struct code_page.id; never 0 */
    uint64_t ram_base;
    const struct handlers *in_use;
    bool blocks;                 /* pages have blocks behind them */
    void (*drop)(void *timing);  /* frees code_page.timing */
};

/* What decoding produces. */
struct packed {
    unsigned hid;
    bool ends_run;
};

/* Decode one word into the operand fields of *s (fn and run excluded). `index` is its slot number. */
struct packed slot_pack(uint32_t insn, unsigned index, const struct features *feat, struct slot *s);

struct code_cache *code_new(uint64_t ram_base, uint64_t ram_size, const struct handlers *h, bool blocks, void (*drop)(void *timing));
void code_free(struct code_cache *c);
/* Decode everything anew, for the handlers of another instance. Not while a handler runs. */
void code_use(struct code_cache *c, const struct handlers *h);
/* The states of pipelines that blocks know mean nothing any more. */
void code_forget_blocks(struct code_cache *c);
/* The page of predecoded code for physical address pa, made when it does not exist. NULL: no host memory. `pe` gives the bus
   and the other PEs, whose store fast paths to this page are closed. */
struct code_page *code_get(struct pe *pe, uint64_t pa);
/* Decode the run that begins at slot `index`. */
void code_decode_run(struct pe *pe, struct code_page *p, unsigned index);
/* RAM at [pa, pa+len), within a page, is about to change or has changed: forget what was decoded from it. */
void code_write(struct pe *pe, uint64_t pa, uint64_t len);

/* DecodeBitMasks(): s + 1 ones in an element of esize bits, rotated right by r and repeated to 64 bits */
static inline uint64_t rotated_mask(unsigned s, unsigned r, unsigned esize)
{
    uint64_t elem = ones64(s + 1);
    elem = ((elem >> r) | (r != 0 ? elem << (esize - r) : 0)) & ones64(esize);
    for (unsigned e = esize; e < 64; e *= 2) {
        elem |= elem << e;
    }
    return elem;
}

/* ExtendReg() of a value: option as in the instruction, then the left shift */
static inline uint64_t extend_reg(uint64_t v, unsigned option, unsigned shift)
{
    switch (option) {
    case 0: v = (uint8_t)v; break;
    case 1: v = (uint16_t)v; break;
    case 2: v = (uint32_t)v; break;
    case 4: v = (uint64_t)(int64_t)(int8_t)v; break;
    case 5: v = (uint64_t)(int64_t)(int16_t)v; break;
    case 6: v = (uint64_t)(int64_t)(int32_t)v; break;
    default: break;
    }
    return v << shift;
}

/* The code page that a slot array belongs to. */
static inline struct code_page *code_page_of(const struct slot *slots_base)
{
    return (struct code_page *)((char *)(uintptr_t)slots_base - offsetof(struct code_page, slots));
}

#endif
