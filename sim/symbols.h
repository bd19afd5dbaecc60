/* SPDX-License-Identifier: Apache-2.0 */
/* Names of addresses, from the symbol table of an ELF or from a System.map. */
#ifndef HYPSCOPE_SIM_SYMBOLS_H
#define HYPSCOPE_SIM_SYMBOLS_H

#include "sim/base/bits.h"
#include "sim/err.h"

struct symbols;

struct symbols *symbols_new(void);      /* NULL: no memory */
void symbols_free(struct symbols *s);
/* Add the functions and data of a file, every address moved by `bias` bytes. May be called for several files.
   false: *err has a line that starts with `opt` and the path. */
bool must_check symbols_add(struct symbols *s, const char *opt, const char *path, uint64_t bias, struct err *err);
/* The same from bytes in memory, which are not kept; `path` is only for messages. */
struct file_data;
bool must_check symbols_add_data(struct symbols *s, const char *opt, const char *path, const struct file_data *f, uint64_t bias,
                                 struct err *err);
size_t symbols_count(const struct symbols *s);
/* The last symbol at or before va, unless va is beyond its size (or 1 MiB, when it has none): true with "name" or
   "name+0x10" in buf, cut to len. Of several at one address a global function wins, then the first that was added. */
bool symbols_name(const struct symbols *s, uint64_t va, char *buf, size_t len);
/* Address of a name. */
bool symbols_find(const struct symbols *s, const char *name, uint64_t *va);

#endif
