/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/model.h"

#include <stdlib.h>

/* Give every name of a field in events.def a slot, the same for equal names. Those of instructions, SYSREG and MASK have none. */
static void name_slots(struct model *m)
{
    char names[N_NAMES][16] = {""};
    unsigned n = 1;
    for (unsigned k = 1; k < REC_KIND_COUNT; k++) {
        for (unsigned i = 0; i < 4 && kind_info(k)->group != REC_GROUP_INSN && k != REC_SYSREG && k != REC_MASK; i++) {
            struct kind_field f;
            kind_field(k, FIELD_A + i, &f);
            if (f.form == FORM_NONE) {
                continue;
            }
            /* an address is an address: FAR, the target of a walk and what enters the TLB move together */
            const char *name = strcmp(f.name, "far") == 0 || strcmp(f.name, "target") == 0 ? "va" : f.name;
            unsigned s = 1;
            while (s < n && strcmp(names[s], name) != 0) {
                s++;
            }
            if (s == n && n < N_NAMES) {
                memcpy(names[n++], name, strlen(name) + 1);
            }
            m->name_of[k][i] = (uint8_t)(s < N_NAMES ? s : 0);
        }
    }
}

bool model_grow(struct model *m)
{
    if (m->n_sites < m->cap_sites) {
        return true;
    }
    uint32_t cap = m->cap_sites == 0 ? 256 : m->cap_sites * 4;
    struct site *site = realloc(m->site, cap * sizeof(*site));
    if (site == NULL) {
        return false;
    }
    m->site = site;
    uint32_t *hash = calloc((size_t)cap * 2, sizeof(*hash));
    if (hash == NULL) {
        return false;
    }
    free(m->hash);
    m->hash = hash;
    m->cap_sites = cap;
    for (uint32_t i = 1; i < m->n_sites; i++) {
        const struct site *s = &site[i];
        uint32_t slot = 0;
        (void)model_find(m, s->id, s->at, &slot);
        m->hash[slot] = i;
    }
    return true;
}

bool model_init(struct model *m, const struct trace_header *h)
{
    memset(m, 0, sizeof(*m));
    m->ns_per_insn = h->ns_per_insn != 0 ? h->ns_per_insn : 1;
    m->clock_hz = h->clock_hz;
    m->time_by_cycles = h->time_by_cycles && h->clock_hz >= 1000;
    name_slots(m);
    if (!model_grow(m)) {
        model_free(m);
        return false;
    }
    model_reset(m);
    return true;
}

void model_free(struct model *m)
{
    free(m->site);
    free(m->hash);
    m->site = NULL;
    m->hash = NULL;
}

void model_reset(struct model *m)
{
    if (m->n_sites > 1) {
        memset(m->hash, 0, 2 * (size_t)m->cap_sites * sizeof(m->hash[0]));
    }
    memset(&m->site[0], 0, sizeof(m->site[0]));
    m->n_sites = 1;
    m->prev = 0;
    memset(m->of_kind, 0, sizeof(m->of_kind));
    memset(m->pe, 0, sizeof(m->pe));
    memset(m->mem, 0, sizeof(m->mem));
}

void model_born(struct site *s)
{
    uint16_t key = site_key_of(s);
    uint64_t type = s->meta >> 48;
    unsigned known = 0;     /* how many of a, b are in the key */
    switch (site_kind(s)) {
    case REC_REG: case REC_SYSREG: case REC_SYSREG_READ:
        s->v[0] = key;
        known = 1;
        break;
    case REC_MEM:
        type = key & 1;
        break;
    case REC_EXC_ENTRY:
        type = key;
        break;
    case REC_WALK_STEP:
        type = key >> 8;
        s->v[0] = key & 0xff;
        known = 1;
        break;
    case REC_WORLD:
        s->v[0] = key & 0xff;
        s->v[1] = key >> 8;
        known = 2;
        break;
    default:
        break;
    }
    s->meta = (s->meta & ones64(48)) | type << 48;
    for (unsigned i = 0; i < known; i++) {
        s->step[i] = 0;
        s->guess[i] = GUESS_STEP;
    }
}
