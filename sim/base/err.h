/* SPDX-License-Identifier: Apache-2.0 */
/* One line about what went wrong, for the person who typed the command or called the library. */
#ifndef HYPSCOPE_BASE_ERR_H
#define HYPSCOPE_BASE_ERR_H

#include <stdbool.h>

struct err {
    char msg[512];      /* no newline; names the file or the option and what was expected */
};

/* Fill *e (may be NULL) and return false, so that `return err_set(e, ...)` reads well. */
bool err_set(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
