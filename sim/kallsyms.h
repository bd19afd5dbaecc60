/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The symbol table that a Linux kernel carries for its own messages
 * (CONFIG_KALLSYMS): every arm64 Image of a distribution has one, so that names
 * need no debug package.
 */
#ifndef HYPSCOPE_SIM_KALLSYMS_H
#define HYPSCOPE_SIM_KALLSYMS_H

#include "sim/base/bits.h"
#include "sim/base/err.h"

#include <stddef.h>

/* A symbol: link address, the letter that nm prints, name (with a NUL at name[len]). false: stop. */
typedef bool kallsyms_fn(void *opaque, uint64_t va, char type, const char *name, size_t len);

/* Does the file begin like an unpacked arm64 Image? */
bool is_arm64_image(const uint8_t *image, size_t len);
/* Call fn for each symbol of an unpacked arm64 Image, in the order of addresses; _text, the Image's first byte, last when its table
   leaves it out. Tables in the layouts of Linux 4.20 to 6.3 and of
   6.4 and later are found by what they must contain; addresses are those of the link, where a kernel runs that is not moved
   (no KASLR). false: no complete table, or fn said stop; *err has one line that begins with `opt` and the path. */
bool must_check kallsyms_read(const uint8_t *image, size_t len, kallsyms_fn *fn, void *opaque, const char *opt, const char *path,
                              struct err *err);

#endif
