/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The switch observer: finds every guest entry and exit from exception entries
 * and ERETs alone, with no knowledge of the hypervisor. The rule of worlds is
 * explained in hyp/README.md.
 */
#ifndef HYPSCOPE_HYP_SWITCHES_H
#define HYPSCOPE_HYP_SWITCHES_H

#include "sim/base/bits.h"
#include "sim/base/record.h"
#include "traces/esr.h"

#include <stdio.h>

struct switches;

enum world {
    WORLD_HYP,      /* EL2 */
    WORLD_HOST,     /* below EL2, but not in a guest: the host kernel of nVHE and pKVM, host userspace of VHE */
    WORLD_GUEST,    /* below EL2, with stage 2 translation under a VMID of its own */
};

/* The world that runs at `el` under these register values. */
enum world world_of(unsigned el, uint64_t hcr_el2, uint64_t vttbr_el2);

/* VTTBR_EL2.VMID. The upper 8 bits are zero where VTCR_EL2.VS selects 8-bit VMIDs. */
static inline unsigned vttbr_vmid(uint64_t vttbr_el2)
{
    return (unsigned)(vttbr_el2 >> 48);
}

/* A guest exit: an exception taken to EL2 from the guest world. A guest entry: an ERET from EL2 to it. */
static inline bool rec_is_guest_exit(const struct rec *r)
{
    return r->kind == REC_EXC_ENTRY && r->el == 2 && world_of(r->from_el, r->hcr, r->vttbr) == WORLD_GUEST;
}
static inline bool rec_is_guest_entry(const struct rec *r)
{
    return r->kind == REC_ERET && r->from_el == 2 && world_of(r->el, r->hcr, r->vttbr) == WORLD_GUEST;
}

/* What a guest exit was for, as tables say it: "HVC", "IRQ". */
void exit_reason(char *buf, size_t len, const struct rec *r, const struct esr_names *names);

enum switches_format { SWITCHES_TEXT, SWITCHES_JSON };

struct switches_opts {
    enum switches_format format;
    bool table_only;            /* leave out the line for each switch */
    /* Address to name: writes "name+0x10" and returns true, or returns false. NULL: no symbols. */
    bool (*symbol)(void *opaque, uint64_t va, char *buf, size_t len);
    void *symbol_opaque;
    struct esr_names names;     /* of system registers */
};

/* Start a list that is written to `out` (not closed by switches_free). The options are copied. NULL: no memory. */
struct switches *switches_new(FILE *out, const struct switches_opts *opts);
/* Where the machine's records go. Valid until switches_free. */
const struct rec_sink *switches_sink(struct switches *s);
/* Write the table of exits by reason. false: something could not be written. Call once. */
bool must_check switches_finish(struct switches *s);
void switches_free(struct switches *s);

/* Guest entries and exits seen so far. */
uint64_t switches_entries(const struct switches *s);
uint64_t switches_exits(const struct switches *s);

#endif
