/* SPDX-License-Identifier: Apache-2.0 */
/* For those who make records of a PE themselves; pe_record() is in cpu/pe.h. */
#ifndef HYPSCOPE_CPU_RECORD_H
#define HYPSCOPE_CPU_RECORD_H

#include "cpu/pe.h"

/* The fields that every record has: PE, EL, masks, pending, counts, time, HCR_EL2, VTTBR_EL2; the others become 0. */
void pe_rec_fill(const struct pe *pe, struct rec *r);

#endif
