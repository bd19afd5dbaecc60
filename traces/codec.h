/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records to bytes and back: the inside of a chunk of records, explained in traces/FORMAT.md. Writer and reader run the
 * same model of what comes next; only what it does not foresee is written.
 */
#ifndef HYPSCOPE_TRACES_CODEC_H
#define HYPSCOPE_TRACES_CODEC_H

#include "sim/base/bits.h"
#include "traces/trace.h"

/* The streams of a chunk: numbers of one sort side by side compress better. */
enum column { COL_CTRL, COL_PLACE, COL_TIME, COL_META, COL_A, COL_B, COL_C, COL_D, COL_WORLD, COL_COUNT };

/* Limits of a chunk: whichever is reached first ends it. */
#define CHUNK_MAX_RECORDS (1u << 20)
#define CHUNK_MAX_SITES (1u << 16)
#define CHUNK_RAW_BYTES (1u << 20)

struct codec;

/* With `encoder` room for a chunk is made. NULL: no memory. */
struct codec *codec_new(const struct trace_header *h, bool encoder);
void codec_free(struct codec *c);
/* Forget everything: a new chunk begins. */
void codec_reset(struct codec *c);

/* What came of a record that was put: a set of these bits */
enum codec_put_flags {
    CODEC_NO_MEMORY = 1,    /* it was not encoded */
    CODEC_FRESH = 2,        /* its PC may be new in this chunk */
    CODEC_FULL = 4,         /* the chunk must end before another record */
};

/* Encode one record, whose kind and PE are in range. */
unsigned must_check codec_put(struct codec *c, const struct rec *r);
/* Encode effects of an instruction: as codec_put of each in turn, only faster. *done: how many; less than n when the last of them
   raised a flag. */
unsigned must_check codec_put_effects(struct codec *c, const struct rec *insn, const struct rec_effect *e, unsigned n, unsigned *done);
uint32_t codec_count(const struct codec *c);
/* Instruction count and cycle of the last record of a PE in this chunk; 0 when it has none. */
void codec_last(const struct codec *c, unsigned pe, uint64_t *icount, uint64_t *cycle);
/* Length of the chunk that codec_flush would write */
size_t codec_raw_len(const struct codec *c);
/* Write the chunk's bytes: table of column lengths, then the columns. */
void codec_flush(struct codec *c, uint8_t *out);

/* Begin to decode n records from bytes, which must stay. false: *why says what is wrong with them. */
bool must_check codec_open(struct codec *c, const uint8_t *raw, size_t len, uint32_t n, const char **why);
/* The next record; false: the bytes make no sense, *why says how. */
bool must_check codec_get(struct codec *c, struct rec *r, const char **why);
/* After the last: were all bytes used? */
bool must_check codec_done(const struct codec *c, const char **why);

#endif
