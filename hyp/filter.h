/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which records to keep: by PE, EL, world, VMID, place and class of system register, from a starting condition on and up to a
 * stopping one, and as the guest says by marks. One language for recording and for reading; doc/hypscope.1 (--trace-filter) is its manual.
 */
#ifndef HYPSCOPE_HYP_FILTER_H
#define HYPSCOPE_HYP_FILTER_H

#include "sim/base/bits.h"
#include "sim/base/err.h"
#include "sim/base/record.h"

#define FILTER_MAX_RANGES 16

/* Marks (REC_MARK) by which a guest switches recording off and on */
enum { FILTER_MARK_OFF = 0xf0, FILTER_MARK_ON = 0xf1 };

struct filter_range {
    uint64_t first, last;       /* both included */
};

enum filter_when { WHEN_NONE, WHEN_INSNS, WHEN_TIME, WHEN_CYCLE, WHEN_PC, WHEN_EVENT, WHEN_MARK };

struct filter_cond {
    enum filter_when when;
    uint64_t value;             /* count, time in ns, cycle, address, kind or mark */
    uint64_t times;             /* WHEN_PC, WHEN_EVENT, WHEN_MARK: at the n-th time */
    struct filter_range range;  /* WHEN_PC */
};

struct filter {
    uint64_t kinds;             /* set of REC_BIT */
    uint32_t classes;           /* of REC_SYSREG */
    uint8_t pes, els, worlds;   /* sets of bits */
    bool has_vmid;
    uint16_t vmid;
    struct filter_range pc[FILTER_MAX_RANGES];
    unsigned n_pc;              /* 0: everywhere */
    struct filter_cond start, stop;
    bool probed;                /* WHEN_PC is told by filter_reached(), not seen in records */
    /* state */
    bool there;                 /* the last record was at the place of WHEN_PC */
    bool on, over;              /* recording; the stopping condition has been met */
    bool marked_off;            /* by the guest */
    uint64_t start_left, stop_left;
};

/* Where names of places come from: first and last address of a name. May be NULL. */
struct filter_names {
    bool (*place)(void *opaque, const char *name, uint64_t *first, uint64_t *last);
    void *opaque;
};

/* A condition: insns:N time:NS cycle:N pc:PLACE[:N] event:KIND[:N] mark:N[:N]. false: it is none. */
bool must_check filter_condition(const char *s, const struct filter_names *names, struct filter_cond *c);
/* A filter that lets these kinds through, with all classes. */
void filter_init(struct filter *f, uint64_t kinds);
/* Add "pe=0+1,world=guest,pc=a..b,start=event:guest_entry:3,..."; `opt` begins the message. false: *err. */
bool must_check filter_parse(struct filter *f, const char *opt, const char *text, const struct filter_names *names, struct err *err);
/* Conditions alone: do kinds, PE, world and place agree? Keeps no state. */
bool filter_selects(const struct filter *f, const struct rec *r);
/* Shall this record be kept? All records that could meet a condition have to be shown, in order: filter_needs(). */
bool filter_keep(struct filter *f, const struct rec *r);
/* Kinds that filter_keep must see, beyond those that are kept. */
uint64_t filter_needs(const struct filter *f);
/* The instruction at pc is about to be executed: for conditions on the PC, when f->probed. */
void filter_reached(struct filter *f, uint64_t pc);
/* Does it record at present? */
static inline bool filter_is_on(const struct filter *f)
{
    return f->on && !f->over && !f->marked_off;
}

#endif
