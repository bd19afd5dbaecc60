/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a trace file, in order or from a given place. Whatever the bytes are: records, or a message that names file, chunk and offset. */
#ifndef HYPSCOPE_TRACES_READER_H
#define HYPSCOPE_TRACES_READER_H

#include "sim/base/bits.h"
#include "traces/trace.h"

#include <stddef.h>

struct trace_reader;

/* NULL: *err says why: no file, not a trace, another version, no header. A file that is cut off opens. */
struct trace_reader *trace_reader_open(const char *path, struct err *err);
/* The same on bytes in memory, which must stay. With `unchecked` wrong checksums are taken as right: for fuzzing. */
struct trace_reader *trace_reader_open_mem(const void *bytes, size_t len, const char *path, bool unchecked, struct err *err);
void trace_reader_close(struct trace_reader *r);

/* Valid until the reader is closed. */
const struct trace_header *trace_reader_header(const struct trace_reader *r);
/* Name of an address, "name+0x10". Its parameters are those of the callbacks of hyp/ and traces/: opaque is the reader. false: none. */
bool trace_reader_symbol(void *reader, uint64_t va, char *buf, size_t len);
/* Name of a system register by encoding, as struct esr_names wants it: opaque is the reader. NULL: not in the file. */
const char *trace_reader_sysreg(void *reader, uint16_t enc);
/* Its class (SRC_*, by number), or -1. */
int trace_reader_sysreg_class(const struct trace_reader *r, uint16_t enc);
/* All symbols of the file by address, *n of them. Those that records mention as code, not the whole tables of the images. */
const struct trace_symbol *trace_reader_symbols(const struct trace_reader *r, size_t *n);

enum trace_read {
    TRACE_RECORD,
    TRACE_END,      /* all records of a whole file have been read */
    TRACE_ERROR,    /* trace_reader_error says what; every record before that place has been given */
};
enum trace_read trace_reader_next(struct trace_reader *r, struct rec *out);
/* One line without newline: file, chunk, offset, what is wrong. */
const char *trace_reader_error(const struct trace_reader *r);
/* Number of the record that trace_reader_next gives next, from 0. */
uint64_t trace_reader_position(const struct trace_reader *r);

enum trace_seek {
    SEEK_EVENT,     /* number of a record, from 0 */
    SEEK_ICOUNT,    /* the first record of `pe` (-1: of any PE) with at least so many instructions retired by its PE */
    SEEK_CYCLE,     /* the same with cycles */
};
/* The next record read is that one. After all of them: the end. false: an error on the way. */
bool must_check trace_reader_seek(struct trace_reader *r, enum trace_seek by, int pe, uint64_t value);

/* Of the whole file, from its index: what can be told without decoding. */
struct trace_summary {
    uint64_t records;               /* in chunks that are there */
    uint64_t bytes;                 /* of the file */
    unsigned chunks;                /* of records */
    bool whole;                     /* false: cut off or damaged */
    uint64_t last_icount[TRACE_MAX_PES], last_cycle[TRACE_MAX_PES];
};
void trace_reader_summary(const struct trace_reader *r, struct trace_summary *s);

/* Feed all records from here on to a sink that wants them. false: an error; the reader tells it. */
bool must_check trace_reader_feed(struct trace_reader *r, const struct rec_sink *sink);

#endif
