/* SPDX-License-Identifier: Apache-2.0 */
/* The outside of a trace file: head, chunks, end mark. Numbers are little-endian. */
#ifndef HYPSCOPE_TRACES_FILE_H
#define HYPSCOPE_TRACES_FILE_H

#include "sim/base/bits.h"
#include "sim/base/le.h"
#include "traces/codec.h"
#include "traces/trace.h"

#include <zlib.h>

/* File head: magic, version (u32), CRC-32 of the 12 bytes before it (u32). */
#define FILE_MAGIC "\211HSTRC\r\n"
#define FILE_HEAD_LEN 16

/*
 * Chunk head, 40 bytes:
 *   0 u32 magic   4 u16 type   6 u16 packing   8 u32 length of what follows   12 u32 its length unpacked
 *   16 u32 records in it   20 u32 CRC-32 of the head up to here and from here on, and of what follows
 *   24 u64 number of its first record   32 u64 number of chunks before it
 */
#define CHUNK_MAGIC UINT32_C(0x6b635348)    /* "HSck" */
#define CHUNK_HEAD_LEN 40
enum chunk_type { CHUNK_HEADER = 1, CHUNK_NAMES = 2, CHUNK_RECORDS = 3, CHUNK_INDEX = 4 };
enum packing { PACK_STORED = 0, PACK_ZLIB = 1 };

struct chunk_head {
    enum chunk_type type;
    enum packing packing;
    uint32_t len, raw_len, n;
    uint32_t crc;
    uint64_t first, seq;
};

/* A records chunk begins, before the packed bytes, with two u64 for each PE: instruction count and cycle of its last
   record so far. */
#define MARK_LEN 16

/* An entry of the index chunk: u64 offset, u64 first record, u32 records, u32 type, and the marks. */
#define INDEX_ENTRY_LEN 24

/* End mark, 32 bytes: magic, u64 offset of the index chunk, u64 number of records, u32 CRC-32 of the 24 bytes before, u32 0. */
#define END_MAGIC "HSTRCEND"
#define END_LEN 32

/* No chunk is longer than this, so that a damaged length asks for no absurd memory. */
#define CHUNK_MAX_LEN (UINT32_C(64) << 20)

static inline void chunk_head_put(uint8_t b[CHUNK_HEAD_LEN], const struct chunk_head *h)
{
    put_le32(b, CHUNK_MAGIC);
    put_le16(b + 4, (uint16_t)h->type);
    put_le16(b + 6, (uint16_t)h->packing);
    put_le32(b + 8, h->len);
    put_le32(b + 12, h->raw_len);
    put_le32(b + 16, h->n);
    put_le32(b + 20, h->crc);
    put_le64(b + 24, h->first);
    put_le64(b + 32, h->seq);
}

/* CRC-32 of a chunk, as its head has it */
static inline uint32_t chunk_crc(const uint8_t head[CHUNK_HEAD_LEN], const uint8_t *body, size_t len)
{
    uLong crc = crc32(crc32(0, NULL, 0), head, 20);
    crc = crc32(crc, head + 24, CHUNK_HEAD_LEN - 24);
    return (uint32_t)crc32(crc, body, (uInt)len);
}

#endif
