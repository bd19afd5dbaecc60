/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameter files of the timing models: cpu/timing/CORE.conf, one a core. Every number has a source and says how it was
 * come by. The grammar, line by line (# begins a comment):
 *
 *   core NAME                       first line that is not a comment
 *   [sources]
 *   LABEL = TEXT                    what a label stands for
 *   [SECTION]
 *   KEY = VALUE | STATUS | LABEL: where in it
 *
 * STATUS is one of seen (read in the source), measured, fitted, assumed. LABEL is one of those under [sources]; what
 * follows the colon is free text. VALUE is an integer, or words that the section's reader explains. Whoever needs a
 * section reads it by name with the functions below: [pipeline], [resources], [classes], [forward] are pipe.c's, others
 * ([memory], [branch], [system]) belong to other parts. Keys that nobody asked for are errors: timing_params_check_used().
 *
 * Errors are one line "FILE:LINE: what is wrong and what is expected" in struct timing_error.
 */
#ifndef HYPSCOPE_CPU_TIMING_PARAMS_H
#define HYPSCOPE_CPU_TIMING_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum timing_status { TIMING_SEEN, TIMING_MEASURED, TIMING_FITTED, TIMING_ASSUMED };

struct timing_error {
    char text[256];
};

struct timing_param {
    const char *section, *key, *value;
    const char *label, *where;      /* source: its label, and the text after the colon ("" when there is none) */
    enum timing_status status;
    int line;
    bool used;                      /* somebody asked for it */
};

struct timing_source {
    const char *label, *text;
    int line;
    bool used;
};

struct timing_params {
    char *file;                     /* its name, for messages */
    const char *core;               /* what the `core` line says */
    char *text;                     /* the file, cut into strings */
    struct timing_param *param;
    unsigned n_params;
    struct timing_source *source;
    unsigned n_sources;
};

/* Read a file; read a text that is called `name` in messages. NULL and *err on failure. */
struct timing_params *timing_params_read(const char *file, struct timing_error *err);
struct timing_params *timing_params_parse(const char *name, const char *text, size_t len, struct timing_error *err);
/* The parameter files that are part of the program, by core: "cortex-a53". NULL: there is none; *err lists them. */
struct timing_params *timing_params_builtin(const char *core, struct timing_error *err);
/* Names of those, in order; NULL after the last. */
const char *timing_params_builtin_name(unsigned i);
void timing_params_free(struct timing_params *p);

/* A parameter, NULL when it is not there; it counts as used. The values stay valid until timing_params_free(). */
const struct timing_param *timing_param_find(struct timing_params *p, const char *section, const char *key);
/* The i-th parameter of a section in the order of the file, NULL after the last; it counts as used. */
const struct timing_param *timing_param_nth(struct timing_params *p, const char *section, unsigned i);
/* An integer in [min, max]. false and *err: not there, not an integer, or out of range. */
bool timing_param_int(struct timing_params *p, const char *section, const char *key, long min, long max, long *value,
                      struct timing_error *err);
/* A word among `words` (ends with NULL): its index. */
bool timing_param_word(struct timing_params *p, const char *section, const char *key, const char *const *words, unsigned *value,
                       struct timing_error *err);
/* false and *err when a parameter was not asked for by anybody, or a source is used by no parameter. */
bool timing_params_check_used(const struct timing_params *p, struct timing_error *err);
/* *err = "FILE:LINE: ..."; returns false. */
bool timing_params_fail(const struct timing_params *p, int line, struct timing_error *err, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
const char *timing_status_name(enum timing_status s);

#endif
