/* SPDX-License-Identifier: Apache-2.0 */
/* The event stream of the generic timers, for WFE. The timers themselves are in cpu/pe.h. */
#ifndef HYPSCOPE_CPU_TIMER_H
#define HYPSCOPE_CPU_TIMER_H

#include "cpu/pe.h"

/* Nanoseconds of guest time a tick of the system counter: 62.5 MHz. */
#define TIMER_TICK_NS 16

/* WFE is about to look at the event register: set it if the event stream (CNTKCTL_EL1.EVNTEN, CNTHCTL_EL2.EVNTEN) had an event
   since the last look. */
void timers_wfe_check(struct pe *pe);
/* The PE starts to wait in WFE: queue the next event of the stream, which sets the event register. Nothing when the stream is
   disabled. */
void timers_wfe_wait(struct pe *pe);

#endif
