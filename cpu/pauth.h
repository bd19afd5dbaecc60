/* SPDX-License-Identifier: Apache-2.0 */
/* Pointer authentication. Functions that return bool: false when an exception was raised. */
#ifndef HYPSCOPE_CPU_PAUTH_H
#define HYPSCOPE_CPU_PAUTH_H

#include "cpu/slot.h"

/* Which registers a hint form works on: X17 with X16, X30 with SP, X30 with zero */
enum pac_form { PAC_1716, PAC_SP, PAC_Z };

/* ComputePAC() with QARMA5: data, modifier, key<127:64>, key<63:0> */
uint64_t pauth_qarma5(uint64_t data, uint64_t modifier, uint64_t key0, uint64_t key1);
/* The IMPLEMENTATION DEFINED algorithm of models with ID_AA64ISAR1_EL1.API != 0: quick, and no cryptography */
uint64_t pauth_fast(uint64_t data, uint64_t modifier, uint64_t key0, uint64_t key1);

/* HCR_EL2.API = 0: raises EC 0x09 to EL2 and returns true */
bool pauth_trapped(struct pe *pe);
bool must_check pauth_hint(struct pe *pe, enum pac_form form, bool is_auth, bool key_b);
/* PACIA.. AUTDB: key 0 IA, 1 IB, 2 DA, 3 DB; `zero`: modifier 0 (the Z forms) */
bool must_check pauth_reg(struct pe *pe, const struct slot *s, unsigned key, bool is_auth, bool zero);
bool pauth_strip(struct pe *pe, unsigned rd, bool data);
bool must_check pauth_ga(struct pe *pe, const struct slot *s);
/* The authenticated target of BRAA, RETAA, ERETAA ... */
bool must_check pauth_target(struct pe *pe, uint64_t ptr, uint64_t modifier, bool key_b, uint64_t *target);
bool must_check pauth_load(struct pe *pe, const struct slot *s, bool key_b, bool pre);

#endif
