/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An exception syndrome (ESR_ELx) in words, after the ISS encodings of the
 * Arm ARM (D17.2.37, "ESR_EL2").
 */
#ifndef HYPSCOPE_TRACES_ESR_H
#define HYPSCOPE_TRACES_ESR_H

#include "sim/base/bits.h"

/* Names of system registers and system instructions, by op0:op1:CRn:CRm:op2 (2:3:4:4:3 bits, op0 in bits 15:14).
   The callback returns NULL for an encoding that it does not know; then, and with sysreg == NULL, the generic
   name (S3_0_C1_C0_0) is printed. */
struct esr_names {
    const char *(*sysreg)(void *opaque, uint16_t enc);
    void *opaque;
};

/* ESR.EC, bits 31:26 */
static inline unsigned esr_ec(uint64_t esr)
{
    return (esr >> 26) & 0x3f;
}

/* Short name of an exception class: "HVC", "DABT", "sysreg". Classes that the architecture leaves unallocated
   are "EC 0x3f". The pointer is to static text; NULL only for those. */
const char *esr_ec_name(unsigned ec);

/* Fault status code of an abort in words: "translation fault L3". Writes at most len bytes, always terminated. */
void esr_fault_status(char *buf, size_t len, unsigned fsc);

/* The whole syndrome in words, on one line: "HVC #0", "DABT write 4 bytes from w1, translation fault L3",
   "sysreg read ID_AA64PFR0_EL1 to x0", "WFI". names may be NULL. Always terminated. */
void esr_describe(char *buf, size_t len, uint64_t esr, const struct esr_names *names);

/* What to count it under: the syndrome without immediates, sizes, levels and register numbers: "HVC",
   "DABT write, translation fault", "sysreg read ID_AA64PFR0_EL1". */
void esr_reason(char *buf, size_t len, uint64_t esr, const struct esr_names *names);

/* Name of a system-register encoding: the callback's, or the generic one. */
void esr_sysreg_name(char *buf, size_t len, uint16_t enc, const struct esr_names *names);

/* Does FAR_ELx hold an address for this syndrome? (ISS.FnV, and the classes that set FAR) */
bool esr_far_valid(uint64_t esr);

/* For an abort taken to EL2: the IPA that HPFAR_EL2 and FAR_EL2 give, when the syndrome says that HPFAR_EL2 is valid
   (stage 2 translation, Access flag and address size faults, and stage 2 faults on a stage 1 walk). For the latter
   the offset in the page is not known, and *ipa is the page. */
bool esr_ipa(uint64_t esr, uint64_t far, uint64_t hpfar, uint64_t *ipa);

#endif
