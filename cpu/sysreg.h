/* SPDX-License-Identifier: Apache-2.0 */
/* System registers for those who look at them from outside: names, classes, fields. The accesses are in cpu/pe.h. */
#ifndef HYPSCOPE_CPU_SYSREG_H
#define HYPSCOPE_CPU_SYSREG_H

#include "cpu/pe.h"

/* State class of a register, so that reports can break a switch down. */
enum sysreg_class {
    SRC_gp, SRC_fp, SRC_el1sys, SRC_el2cfg, SRC_el2vm, SRC_vgic, SRC_timer, SRC_debug, SRC_pmu, SRC_keys, SRC_ras, SRC_id, SRC_op,
    SRC_COUNT
};

struct sysreg_field {
    const char *name;
    uint8_t hi, lo;
};

enum sysreg_class sysreg_class_of(unsigned idx);
/* The register that a name means: with `at_el2_with_e2h` the one that HCR_EL2.E2H redirects it to, and of _EL12 and _EL02 names the
   EL1 or EL0 register. */
unsigned sysreg_redirected(unsigned idx, bool at_el2_with_e2h);
/* The controls that can trap a read or a write of the register below EL2, in the order in which they are tried: name, and the bit of
   HCR_EL2 that it is, or 0 for one of another register. How many, at most `max`. */
unsigned sysreg_trap_controls(unsigned idx, bool write, const char *name[], uint64_t hcr[], unsigned max);
const char *sysreg_class_name(enum sysreg_class cls);
/* op0:op1:CRn:CRm:op2 of a register */
uint16_t sysreg_encoding(unsigned idx);
/* The named fields of a register, high bits first as in the table; *n of them. */
const struct sysreg_field *sysreg_fields_of(unsigned idx, unsigned *n);
/* Is pe->sr[idx] the register's value, and does the model have it? (false for names, instructions, GIC registers) */
bool sysreg_has_storage(const struct pe *pe, unsigned idx);

/* What cache maintenance does to a line, or a cache: its rows' arg */
enum maint {
    MAINT_CLEAN = 1, MAINT_INVALIDATE = 2,
    MAINT_POU = 4,          /* to the point of unification, which is L2; else to that of coherency, memory */
    MAINT_SHARED = 8,       /* of all PEs */
};

#endif
