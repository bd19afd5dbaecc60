/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the debug group share. */
#ifndef HYPSCOPE_TESTS_SYSTEM_DEBUG_H
#define HYPSCOPE_TESTS_SYSTEM_DEBUG_H

#include "harness.h"

enum { MDSCR_SS = 0, MDSCR_KDE = 13, MDSCR_MDE = 15, MDCR_TDE = 8, SPSR_D = 9, SPSR_SS = 21 };
/* DBGBCR<n>_EL1 and DBGWCR<n>_EL1 */
enum { CR_E = 0, CR_PXC = 1, CR_LSC = 3, CR_BAS = 5, CR_HMC = 13, CR_SSC = 14, CR_LBN = 16, CR_BT = 20, CR_WT = 20, CR_MASK = 24 };
enum { N_BRP = 6, N_CTX = 2, N_WRP = 4 };

/* Every breakpoint and watchpoint off, the OS lock open, nothing enabled or routed. */
void debug_off(void);
void breakpoint(unsigned n, u64 value, u64 control);
void watchpoint(unsigned n, u64 value, u64 control);

/* Selects all of EL0, EL1 and EL2 that there is */
#define CR_EVERYWHERE (BIT(CR_E) | BIT(CR_HMC) | UINT64_C(3) << CR_PXC)
#define CR_BAS_ALL (UINT64_C(0xf) << CR_BAS)

/* The settings that say whether debug exceptions are taken, as a number of six bits and its effect. */
enum { SET_ENABLE = 1, SET_KDE = 2, SET_TDE = 4, SET_D = 8, SET_OSLK = 16, SET_DLK = 32, N_SETTINGS = 64 };
/* MDSCR_EL1 gets `enable` with SET_ENABLE. D is of the EL that the probe runs at. */
void settings_apply(struct probe *p, unsigned settings, u64 enable);
void settings_undo(void);
void say_settings(unsigned settings);

void debug_step(void);
void debug_breakpoints(void);
void debug_watchpoints(void);
#endif
