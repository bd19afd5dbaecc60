/* SPDX-License-Identifier: Apache-2.0 */
/* Reading of scenario files: the document's nodes, and what the parts of the reader take from them. */
#ifndef HYPSCOPE_SIM_SCENARIO_YAML_H
#define HYPSCOPE_SIM_SCENARIO_YAML_H

#include "sim/scenario.h"

#include <yaml.h>

struct yp {
    struct scn_arena *arena;
    yaml_document_t *doc;
    const char *file, *text;
    size_t text_len;
    struct err *err;
};

/* ---- scenario-yaml-node.c. Functions that return bool have set the error, with file and line, when it is false. ---- */

bool yp_bad(struct yp *p, const yaml_node_t *n, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
unsigned yp_line(const yaml_node_t *n);
yaml_node_t *yp_node(struct yp *p, int i);
/* Text of a scalar, NULL for other nodes */
const char *yp_scalar(const yaml_node_t *n);
/* Of a sequence; 0 for other nodes */
size_t yp_items(const yaml_node_t *n);
yaml_node_t *yp_item(struct yp *p, const yaml_node_t *n, size_t i);
/* Of a map; 0 for other nodes */
size_t yp_pairs(const yaml_node_t *n);
/* What the file says there, on one line */
const char *yp_source(struct yp *p, const yaml_node_t *n);

/* A key of a map, and who takes its value. */
typedef bool key_fn(struct yp *p, const yaml_node_t *v, void *obj);
struct key {
    const char *name;
    key_fn *fn;
};

const struct key *yp_key_find(const struct key *keys, size_t n, const char *name);
/* Complain about a key: says which are expected, and `more`. */
bool yp_unknown_key(struct yp *p, const yaml_node_t *k, const struct key *keys, size_t n, const char *more);
/* Give each value of a map to its key's function. */
bool yp_walk(struct yp *p, const yaml_node_t *map, const struct key *keys, size_t n, void *obj, const char *what);
#define WALK(p, map, keys, obj, what) yp_walk(p, map, keys, ARRAY_LEN(keys), obj, what)
/* Exactly one of the keys must be in the map. */
bool yp_one_of(struct yp *p, const yaml_node_t *v, const struct key *keys, size_t n, const char *what);
/* An array for the items of a sequence, or for the one thing that stands in its place */
bool yp_list(struct yp *p, const yaml_node_t *v, size_t size, void **out, unsigned *n);
yaml_node_t *yp_list_item(struct yp *p, const yaml_node_t *v, unsigned i);

bool yp_text(struct yp *p, const yaml_node_t *v, const char **out);
bool yp_texts(struct yp *p, const yaml_node_t *v, bool paths, const char ***out, unsigned *n);
/* A path relative to the file */
bool yp_path(struct yp *p, const yaml_node_t *v, const char **out);
bool yp_expr(struct yp *p, const yaml_node_t *v, struct scn_expr **out);
bool yp_value(struct yp *p, const yaml_node_t *v, struct scn_value *out);
bool yp_number(struct yp *p, const yaml_node_t *v, uint64_t min, uint64_t max, uint64_t *out);
bool yp_int(struct yp *p, const yaml_node_t *v, int min, int max, int *out);
bool yp_bool(struct yp *p, const yaml_node_t *v, bool *out);
/* 10us, 1.5s; a number alone is nanoseconds */
bool yp_time(struct yp *p, const yaml_node_t *v, uint64_t *out);
/* One word of several (NULL ones are holes): its index */
bool yp_word(struct yp *p, const yaml_node_t *v, const char *const *words, size_t n, int *out);

/* ---- scenario-yaml-event.c ---- */

/* A word, or a map with kind: and filters */
bool yp_event(struct yp *p, const yaml_node_t *v, struct scn_event *ev);
/* The event whose word or map is the value of main_key in `map`, with filters that stand beside that key. Keys of `own` are left
   alone. */
bool yp_event_beside(struct yp *p, const yaml_node_t *map, const char *main_key, const struct key *own, size_t n_own, struct scn_event *ev);
bool yp_pos(struct yp *p, const yaml_node_t *v, struct scn_pos *pos);

/* ---- scenario-yaml-do.c ---- */

bool yp_stimuli(struct yp *p, const yaml_node_t *v, struct scn_stimulus **out, unsigned *n);
bool yp_expects(struct yp *p, const yaml_node_t *v, struct scn_expect **out, unsigned *n);
/* obj: the struct scenario */
bool yp_sweep(struct yp *p, const yaml_node_t *v, void *obj);

#endif
