/* SPDX-License-Identifier: Apache-2.0 */
/* The cost of straight code, from the pipeline's model (pipe.h), remembered beside the code. */
#include "cpu/timing/timing-int.h"

#include <stdlib.h>
#include <string.h>

/* What was asked for last of the parts of runs that end with an instruction */
struct part {
    uint32_t generation, cycles;
    uint16_t from, key, next;   /* first slot; entry state, 0: none; state after it */
};

void timing_page_free(void *page)
{
    struct timing_page *tp = page;
    for (unsigned i = 0; i < PAGE_INSNS; i++) {
        if (tp->run[i] != NULL) {
            pipe_block_free(tp->run[i]->block);
            free(tp->run[i]);
        }
        free(tp->part[i]);
        pipe_block_free(tp->one[i]);
    }
    free(tp);
}

static struct timing_page *page_of(struct code_page *p)
{
    if (p->timing == NULL) {
        p->timing = calloc(1, sizeof(struct timing_page));
        if (p->timing == NULL) {
            abort(); /* as the library's users expect of memory that the model needs in the middle of a run */
        }
    }
    return p->timing;
}

static struct pipe_block *make(const struct timing *t, const struct code_page *p, unsigned at, unsigned n)
{
    const uint8_t *mem = bus_ram(t->pe->bus, p->pa, 4096);
    uint32_t words[PAGE_INSNS];
    memcpy(words, mem + at * 4, n * 4);
    return pipe_block_new(t->m->pipe, words, n, &t->pe->feat);
}

/* States of the pipeline are numbers. When there are too many they are forgotten before another one is wanted (timing_forget_states). */
static unsigned run_block(const struct timing *t, struct pipe_block *b, uint16_t *key)
{
    unsigned state = *key - 1u, cycles = pipe_block_run(t->m->pipe, b, &state);
    *key = (uint16_t)(state + 1);
    return cycles;
}

static unsigned step(const struct timing *t, struct code_page *p, unsigned at, uint16_t *key)
{
    struct timing_page *tp = page_of(p);
    if (tp->one[at] == NULL) {
        tp->one[at] = make(t, p, at, 1);
    }
    return run_block(t, tp->one[at], key);
}

static struct run *run_new(const struct timing *t, const struct code_page *p, unsigned at)
{
    struct run *r = calloc(1, sizeof(*r));
    if (r == NULL) {
        abort();
    }
    r->block = make(t, p, at, p->slots[at].run);
    return r;
}

uint32_t timing_cost_run(struct timing *t, const struct slot *s, uint16_t key, uint16_t *next)
{
    struct code_page *p = code_page_of(t->pe->slots_base);
    struct timing_page *tp = page_of(p);
    unsigned at = (unsigned)(s - p->slots);
    if (unlikely(s->run == 0)) {
        *next = key; /* the slot that leads on to the next page */
        return 0;
    }
    struct run *r = tp->run[at];
    if (unlikely(r == NULL)) {
        r = tp->run[at] = run_new(t, p, at);
    }
    if (unlikely(r->generation != t->m->generation)) {
        memset(r->state, 0, sizeof(r->state));
        r->generation = t->m->generation;
    }
    if (likely(r->state[key % RUN_STATES].key == key)) {
        *next = r->state[key % RUN_STATES].next;
        return r->state[key % RUN_STATES].cycles;
    }
    *next = key;
    uint32_t cycles = run_block(t, r->block, next);
    if (cycles <= UINT16_MAX) {
        r->state[key % RUN_STATES].key = key;
        r->state[key % RUN_STATES].next = *next;
        r->state[key % RUN_STATES].cycles = (uint16_t)cycles;
    }
    return cycles;
}

static struct part *part_at(struct timing_page *tp, unsigned at)
{
    if (tp->part[at] == NULL) {
        tp->part[at] = calloc(1, sizeof(*tp->part[at]));
        if (tp->part[at] == NULL) {
            abort();
        }
    }
    return tp->part[at];
}

uint32_t timing_cost(const struct timing *t, const struct slot *s, unsigned n, uint16_t key, uint16_t *next)
{
    struct code_page *p = code_page_of(t->pe->slots_base);
    struct timing_page *tp = page_of(p);
    unsigned at = (unsigned)(s - p->slots), cycles = 0;
    *next = key;
    if (tp->run[at] == NULL) {
        for (unsigned i = 0; i < n; i++) {
            cycles += step(t, p, at + i, next);
        }
        return cycles;
    }
    struct part *part = part_at(tp, at + n - 1);
    if (part->key != key || part->from != at || part->generation != t->m->generation) {
        unsigned state = key - 1u;
        part->cycles = pipe_block_part(t->m->pipe, tp->run[at]->block, n, &state);
        part->generation = t->m->generation;
        part->from = (uint16_t)at;
        part->key = key;
        part->next = (uint16_t)(state + 1);
    }
    *next = part->next;
    return part->cycles;
}

/* The first instruction after a load, in the same run, that needs what it brings, or the run's end; `at`: no load. */
static unsigned first_use(const struct timing *t, const struct code_page *p, unsigned at)
{
    const uint8_t *mem = bus_ram(t->pe->bus, p->pa, 4096);
    unsigned end = at + p->slots[at].run;
    struct operands load, o;
    uint32_t insn;
    memcpy(&insn, mem + at * 4, 4);
    if (!operands_of(insn, &t->pe->feat, &load) || !load.mem.load) {
        return at;
    }
    unsigned i = at + 1;
    for (; i < end; i++) {
        bool uses = false;
        memcpy(&insn, mem + i * 4, 4);
        (void)operands_of(insn, &t->pe->feat, &o);
        for (unsigned k = 0; k < load.n_dst; k++) {
            uses |= load.dst[k].role == OPD_LOADED && (operands_reads(&o, load.dst[k].reg) || operands_writes(&o, load.dst[k].reg));
        }
        if (uses) {
            break;
        }
    }
    return i;
}

/* By how much the load at `at` may be late unnoticed: fixed by the code. In order it is what lies between, less what the
   load takes when it hits, which is waited for anyway. */
static unsigned slack_at(const struct timing *t, const struct code_page *p, unsigned at)
{
    unsigned use = first_use(t, p, at), end = at + p->slots[at].run;
    if (use == at || pipe_out_of_order(t->m->pipe)) {
        return use == at ? 0 : (use - at - 1) / pipe_width(t->m->pipe);
    }
    struct pipe_block *b = make(t, p, at, (use < end ? use + 1 : end) - at);
    unsigned slack = pipe_block_slack(t->m->pipe, b);
    pipe_block_free(b);
    return slack;
}

unsigned timing_slack(const struct timing *t, const struct slot *s)
{
    struct code_page *p = code_page_of(t->pe->slots_base);
    struct timing_page *tp = page_of(p);
    unsigned at = (unsigned)(s - p->slots);
    if (tp->slack[at] == 0) {
        unsigned d = slack_at(t, p, at);
        tp->slack[at] = (uint8_t)(d < 254 ? d + 1 : 255);
    }
    return tp->slack[at] - 1u;
}
