/* SPDX-License-Identifier: Apache-2.0 */
/* The window observer's state, and how its parts call each other. */
#ifndef HYPSCOPE_HYP_WINDOWS_INT_H
#define HYPSCOPE_HYP_WINDOWS_INT_H

#include "hyp/switches.h"
#include "hyp/windows.h"

enum { WIN_MAX_PES = 8, WIN_MAX_PLACES = 512, WIN_WORLDS = 3, WIN_BIT_A = 2 };

/* op0:op1:CRn:CRm:op2 */
enum { WIN_ENC_ISR = 0xc608, WIN_ENC_DISR = 0xc609, WIN_ENC_VDISR = 0xe609 };

/* A mask bit that is clear at EL2 since an instruction. */
struct win_open {
    bool is_open;
    uint64_t pc;                /* of the instruction that cleared it */
    uint64_t since;             /* instructions executed up to it */
};

/* The physical or the virtual SError of a PE. */
struct win_serror {
    bool pending, masked, deferred;
    enum world world;           /* in which it became pending */
    uint64_t insns, ns, iss;
    uint64_t deferred_insns;
};

struct win_pe {
    bool outside;               /* between a guest exit and the next entry */
    bool had_window;
    struct rec exit;            /* the exit */
    struct win_open open[4];
    struct win_serror serror[2];
};

/* Windows by the place that opens them. */
struct win_place {
    uint8_t bit;
    uint64_t pc;
    uint64_t count, insns, min, max;
    uint64_t taken;             /* ended by an asynchronous exception */
};

/* Reads of a register by place. */
struct win_reader {
    uint16_t enc;
    uint64_t pc;
    uint64_t count, set;        /* set: with a bit set (ISR_EL1), with A set (DISR) */
};

struct win_flow {
    uint64_t count, sum, min, max;
};

struct windows {
    FILE *out;
    struct windows_opts opts;
    struct rec_sink sink;
    struct win_pe pes[WIN_MAX_PES];
    struct win_place places[WIN_MAX_PLACES];
    unsigned n_places;
    struct win_reader readers[WIN_MAX_PLACES];
    unsigned n_readers;
    struct win_flow flow[WIN_WORLDS][WIN_WORLDS];   /* raised in, accounted to */
    struct windows_counts n;
    uint64_t masked, entered;
    bool head_done;
};

struct win_place *win_place_of(struct windows *w, unsigned bit, uint64_t pc);

/* windows-text.c: a line for each event. p is the PE's state before the event changes it. */
void win_show_window(struct windows *w, const struct win_pe *p, unsigned bit, const struct win_open *o, const struct rec *r, uint64_t insns);
void win_show_pended(struct windows *w, const struct win_pe *p, const struct win_serror *s, const struct rec *r);
void win_show_taken(struct windows *w, const struct win_pe *p, const struct win_serror *s, const struct rec *r, enum world world);
void win_show_deferred(struct windows *w, const struct win_pe *p, const struct win_serror *s, const struct rec *r, enum world world);
void win_show_read(struct windows *w, const struct win_pe *p, const struct win_serror *s, const struct rec *r, bool consumed);
void win_show_cleared(struct windows *w, const struct win_pe *p, const struct rec *r);

#endif
