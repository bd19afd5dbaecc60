/* SPDX-License-Identifier: Apache-2.0 */
/* What the exporters share. */
#ifndef HYPSCOPE_HYP_EXPORT_INT_H
#define HYPSCOPE_HYP_EXPORT_INT_H

#include "hyp/export.h"

/* Lines and changes are put in order of time: PEs take turns of many instructions, and each turn begins at the time
   at which the others began theirs. */
enum { EXPORT_MAX_PES = 256 };

struct export_ops {
    const char *name;
    size_t state_size;                  /* of what begin() finds zeroed in x->state */
    uint64_t kinds;                     /* records that it asks for */
    void (*begin)(struct export *x);
    void (*put)(struct export *x, const struct rec *r);
    void (*end)(struct export *x);
    void (*drop)(struct export *x);     /* what else state holds; NULL: nothing */
};

struct export {
    FILE *out;
    struct export_opts opts;
    struct rec_sink sink;
    const struct export_ops *ops;
    void *state;
    uint64_t last_ns[EXPORT_MAX_PES];   /* of each PE */
    bool failed;                        /* no memory */
};

extern const struct export_ops export_tarmac, export_chrome, export_vcd, export_ftrace, export_kvmstat;

/* " <name+0x10>" at va into buf, or "" */
const char *export_place(const struct export *x, uint64_t va, char *buf, size_t len);
/* Room for one more element of `elem` bytes in *v, which has *cap of them and holds n. false: x->failed is set. */
bool export_grow(struct export *x, void **v, size_t *cap, size_t n, size_t elem);
/* "SERROR", "IRQ", "TRAP": the kernel's word for how an exit came about; *ec is the class that it prints with it. */
const char *export_kvm_type(const struct rec *r, unsigned *ec);
/* The kernel's name of an exception class, "HVC64"; NULL: it has none. */
const char *export_kvm_class(unsigned ec);

#endif
