/* SPDX-License-Identifier: Apache-2.0 */
/* The cost of straight code, from the pipeline's model (pipe.h), remembered beside the code. */
#include "cpu/timing/timing-int.h"

#include <stdlib.h>
#include <string.h>

/* What a page of code remembers besides struct block: the pipeline's own form of its instructions. */
struct timing_page {
    struct pipe_insn insn[PAGE_INSNS];
    uint64_t known[PAGE_INSNS / 64];    /* those that are there, as bits */
    uint8_t slack[PAGE_INSNS];          /* of loads: cycles until the first use, plus one; 0: not known yet */
};

void timing_page_free(void *page)
{
    free(page);
}

static struct timing_page *page_of(struct code_page *p)
{
    if (p->timing == NULL) {
        struct timing_page *tp = malloc(sizeof(*tp));
        if (tp == NULL) {
            abort(); /* as the library's users expect of memory that the model needs in the middle of a run */
        }
        memset(tp->known, 0, sizeof(tp->known));
        memset(tp->slack, 0, sizeof(tp->slack));
        p->timing = tp;
    }
    return p->timing;
}

/* n instructions from slot `at` on. *fixed: they do not change without the page being forgotten, which is so of those that are
   decoded; others may belong to a run that has just changed its own code. */
static const struct pipe_insn *insns_at(const struct timing *t, struct code_page *p, unsigned at, unsigned n, bool *fixed)
{
    struct timing_page *tp = page_of(p);
    const uint8_t *mem = bus_ram(t->pe->bus, p->pa, 4096);
    *fixed = true;
    for (unsigned i = at; i < at + n; i++) {
        bool decoded = p->hid[i] != HID_DECODE;
        if ((tp->known[i / 64] >> i % 64 & 1) == 0) {
            uint32_t word;
            memcpy(&word, mem + i * 4, 4);
            pipe_insn_make(t->m->pipe, word, &t->pe->feat, &tp->insn[i]);
            tp->known[i / 64] |= decoded ? BIT64(i % 64) : 0;
        }
        *fixed &= decoded;
    }
    return &tp->insn[at];
}

uint32_t timing_cost_anew(const struct timing *t, const struct slot *s, unsigned n, uint16_t key, uint16_t *next)
{
    if (n == 0) {
        *next = key; /* the slot that leads on to the next page */
        return 0;
    }
    struct code_page *p = code_page_of(t->pe->slots_base);
    bool fixed;
    unsigned state = key - 1u;
    const struct pipe_insn *insn = insns_at(t, p, (unsigned)(s - p->slots), n, &fixed);
    /* States of the pipeline are numbers. When there are too many they are forgotten before another one is wanted
       (timing_forget_states). */
    bool ends = s[n - 1].run == 1;
    uint32_t ticks = pipe_run(t->m->pipe, fixed ? timing_place(p, s, n) : 0, insn, n, ends, &state);
    *next = (uint16_t)(state + 1);
    return ticks;
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
static unsigned slack_at(const struct timing *t, struct code_page *p, unsigned at)
{
    unsigned use = first_use(t, p, at), end = at + p->slots[at].run;
    if (use == at || pipe_out_of_order(t->m->pipe)) {
        return use == at ? 0 : (use - at - 1) / pipe_width(t->m->pipe);
    }
    bool fixed;
    unsigned n = (use < end ? use + 1 : end) - at;
    return pipe_slack(t->m->pipe, insns_at(t, p, at, n, &fixed), n);
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
