/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of addresses, from the symbol table of an ELF, from a System.map, or
 * from the table that an arm64 Image carries in itself.
 *
 * A kernel does not run everywhere at the addresses that it was linked for:
 * KVM's nVHE code runs at EL2 at addresses that the kernel chooses when it
 * boots, and KASLR moves all of it. What stays is where it is in memory.
 * symbols_set_loaded() tells that, and symbols_learn() a page at which it was
 * seen to run; from then on names are found there as well.
 */
#ifndef HYPSCOPE_SIM_SYMBOLS_H
#define HYPSCOPE_SIM_SYMBOLS_H

#include "sim/base/bits.h"
#include "sim/base/err.h"

#define SYMBOLS_ALIASES 4

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
/* The symbol that symbols_name() would tell: its name, its address at the place where va is, and its length (to the next one when its
   own is not known). The name stays until symbols are added. */
bool symbols_at(const struct symbols *s, uint64_t va, const char **name, uint64_t *base, uint64_t *size);
/* First and last address of a name, as linked; `symbols` may be NULL. */
bool symbols_range(void *symbols, const char *name, uint64_t *first, uint64_t *last);
/* Address of a name, as linked. */
bool symbols_find(const struct symbols *s, const char *name, uint64_t *va);

/* The kernel that these symbols are of has been loaded at the physical range [pa, end). false: they have no _text. */
bool symbols_set_loaded(struct symbols *s, uint64_t pa, uint64_t end);
/* Code at va was found at pa. true: this was news. An identity mapping is not kept, as it is everybody's. */
bool symbols_learn(struct symbols *s, uint64_t va, uint64_t pa);
/* The address at which the code at va was linked; va itself when nothing else is known. */
uint64_t symbols_link(const struct symbols *s, uint64_t va);
/* All addresses at which the code that was linked at va is known to run, va first; returns how many. */
unsigned symbols_places(const struct symbols *s, uint64_t va, uint64_t out[SYMBOLS_ALIASES + 1]);

#endif
