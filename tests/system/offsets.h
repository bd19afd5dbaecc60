/* SPDX-License-Identifier: Apache-2.0 */
/* What assembly and C both know. Offsets are of struct probe (harness.h checks them). */
#ifndef HYPSCOPE_TESTS_SYSTEM_OFFSETS_H
#define HYPSCOPE_TESTS_SYSTEM_OFFSETS_H

#define SCTLR_EL2_BASE 0x30c50830       /* RES1 bits */
#define EXIT_IMM 0x5a5                  /* immediate of the instruction that ends a probe */

#define P_HCR 0
#define P_SCTLR 8
#define P_SPSR 16
#define P_PC 24
#define P_SP 32
#define P_LR 40
#define P_X 48
#define P_VEC 112
#define P_ESR2 120
#define P_FAR2 128
#define P_HPFAR 136
#define P_ELR2 144
#define P_SPSR2 152
#define P_ESR1 160
#define P_FAR1 168
#define P_ELR1 176
#define P_SPSR1 184
#define P_PSTATE 192
#define P_HCR_OUT 200

#endif
