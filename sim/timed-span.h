/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of a run that is timed: --timed-from, --timed-to, --warm-up. Until it begins and after it ended the machine runs as one
 * without a timing model. Where it begins and ends is a condition of the language of trace filters (hyp/filter.h).
 */
#ifndef HYPSCOPE_SIM_TIMED_SPAN_H
#define HYPSCOPE_SIM_TIMED_SPAN_H

#include "hyp/filter.h"
#include "sim/machine.h"

struct timed_opts {
    const char *from, *to;      /* conditions; NULL: power-on, the end */
    bool warm_all;              /* the model warms up from power-on */
    uint64_t warm;              /* or for so many instructions; 0: it begins empty */
};

struct timed_span;

/* Watch a machine that was made with timing_later when there is `from`. `changed` is called when counting begins and when it ended.
   NULL: *err says what is wrong with the options. */
struct timed_span *timed_span_new(struct machine *m, const struct timed_opts *o, const struct filter_names *names,
                                  void (*changed)(void *opaque, bool counting), void *opaque, struct err *err);
/* machine_run(), timed where it is to be. */
enum machine_stop timed_span_run(struct timed_span *s, const struct machine_limits *limits);
/* The option whose condition has not been met; NULL: none. */
const char *timed_span_missed(const struct timed_span *s);
void timed_span_free(struct timed_span *s);

#endif
