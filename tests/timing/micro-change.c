/* SPDX-License-Identifier: Apache-2.0 */
/* A parameter file with every parameter of the pipeline changed. */
#include "tests/timing/micro-pipe.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *other_name(const struct names *l, const char *name)
{
    for (unsigned i = 0; i < l->n; i++) {
        if (strcmp(l->name[i], name) == 0) {
            return l->name[(i + 1) % l->n];
        }
    }
    return name;
}

static void change_class(struct conf *c, const char *name, unsigned h, const struct names *groups_,
                         const struct names *forward)
{
    struct class_row r;
    class_get(c, name, &r);
    unsigned gap = r.second - r.lat + (r.has_second ? 1 + h % 2 : 0);
    r.lat += 1 + h % 3;
    r.second = r.lat + gap;
    r.base += r.has_base ? 1 + h % 2 : 0;
    r.uops = 1 + (r.uops + h % 2) % 3;
    r.first = (h & 4) != 0 ? r.first : !r.first;
    r.last = (h & 8) != 0 ? r.last : !r.last;
    r.free = (h & 16) != 0 ? r.free : !r.free;
    for (unsigned i = 0; i < r.n_uses; i++) {
        r.use[i].cycles += r.use[i].cycles < r.lat;
    }
    snprintf(r.group, CONF_WORD, "%s", groups_->n == 1 && (h & 32) != 0 ? "" : other_name(groups_, r.group));
    snprintf(r.read, CONF_WORD, "%s", other_name(forward, r.read));
    class_set(c, name, &r);
}

/* Every number of a row of [forward] */
static void change_forward(struct conf *c, const char *name, unsigned how)
{
    char text[200], out[200], *save = NULL;
    int n = 0;
    snprintf(text, sizeof(text), "%s", conf_get(c, "forward", name));
    for (const char *w = strtok_r(text, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
        bool is_number = w[0] >= '0' && w[0] <= '9';
        n += is_number ? snprintf(out + n, sizeof(out) - (size_t)n, " %d", atoi(w) + 1 + (int)((how + (unsigned)n) % 3))
                       : snprintf(out + n, sizeof(out) - (size_t)n, " %s", w);
    }
    conf_set(c, "forward", name, "%s", out + 1);
}

void micro_pipe_change(struct conf *c, unsigned how)
{
    struct class_row *rows = calloc(CONF_ROWS, sizeof(rows[0]));
    struct names g, forward, res;
    ck_assert_ptr_nonnull(rows);
    groups_of(c, rows, &g);
    section_keys(c, "forward", &forward);
    section_keys(c, "resources", &res);
    conf_set(c, "pipeline", "width", "%ld", conf_int(c, "pipeline", "width") + 1 + (long)how % 2);
    conf_set(c, "pipeline", "ordered_results", "%ld", 1 - conf_int(c, "pipeline", "ordered_results"));
    for (unsigned i = 0; i < res.n; i++) {
        long n = conf_int(c, "resources", res.name[i]);
        conf_set(c, "resources", res.name[i], "%d", n == 1 && (i & 1) == (how & 1) ? 2 : 1);
    }
    for (unsigned i = 0; i < forward.n; i++) {
        change_forward(c, forward.name[i], how);
    }
    for (unsigned i = 0; i < c->n; i++) {
        if (strcmp(c->row[i].section, "classes") == 0 && strcmp(c->row[i].key, "undefined") != 0) {
            change_class(c, c->row[i].key, (i * 2654435761u + how) >> 7, &g, &forward);
        }
    }
    free(rows);
}
