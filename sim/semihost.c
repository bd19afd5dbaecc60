/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/semihost.h"

enum semihost_op { SYS_WRITEC = 0x03, SYS_WRITE0 = 0x04, SYS_EXIT = 0x18, SYS_EXIT_EXTENDED = 0x20 };

#define APPLICATION_EXIT 0x20026    /* ADP_Stopped_ApplicationExit: the second word is the status */
#define MAX_STRING 65536

static bool semihost_write0(const struct semihost *s, struct pe *pe, uint64_t va)
{
    for (unsigned i = 0; i < MAX_STRING; i++) {
        uint64_t c;
        if (!mem_read(pe, va + i, 1, 0, &c)) {
            return false;
        }
        if (c == 0) {
            break;
        }
        s->out(s->opaque, (uint8_t)c);
    }
    return true;
}

static bool semihost_exit(const struct semihost *s, struct pe *pe, uint64_t block)
{
    uint64_t reason, code;
    if (!mem_read(pe, block, 8, 0, &reason) || !mem_read(pe, block + 8, 8, 0, &code)) {
        return false;
    }
    s->exit(s->opaque, reason == APPLICATION_EXIT ? (unsigned)code : 1);
    return true;
}

bool semihost_call(const struct semihost *s, struct pe *pe)
{
    uint64_t c;
    switch ((uint32_t)pe->x[0]) {
    case SYS_WRITEC:
        if (!mem_read(pe, pe->x[1], 1, 0, &c)) {
            return false;
        }
        s->out(s->opaque, (uint8_t)c);
        return true;
    case SYS_WRITE0: return semihost_write0(s, pe, pe->x[1]);
    case SYS_EXIT:
    case SYS_EXIT_EXTENDED: return semihost_exit(s, pe, pe->x[1]);
    default:
        pe->host->report(pe->host->opaque, pe, "semihosting operation 0x%x is not implemented", (uint32_t)pe->x[0]);
        pe->x[0] = UINT64_MAX;
        return true;
    }
}
