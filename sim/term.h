/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terminal as the guest's console: raw input with an escape key, restored
 * on every way out. Part of the command, not of the library.
 */
#ifndef HYPSCOPE_SIM_TERM_H
#define HYPSCOPE_SIM_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum term_key { TERM_NONE = -1, TERM_QUIT = -2, TERM_EOF = -3 };

/* Make the terminal on `fd` raw (output processing stays). false: it is none. Signals that end or stop the process
   restore it first. Only one terminal at a time. */
bool term_raw(int fd);
/* Put it back; harmless when it is not raw. */
void term_restore(void);
/* The next byte for the guest, or an enum term_key. Ctrl-A is the escape: then x quits, a or Ctrl-A sends Ctrl-A, h explains
   on stderr. Never waits. */
int term_key(void);
/* Wait until a key may be there, or for at most `ms` (-1: no limit), or until a signal. */
void term_wait(int ms);

/* Have SIGINT, SIGTERM and SIGHUP call `stop` once (it must be async-signal-safe); the second signal ends the process. */
void term_on_signal(void (*stop)(void));
/* The signal that came, 0: none. */
int term_signal(void);

#endif
