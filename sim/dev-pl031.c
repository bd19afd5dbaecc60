/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/dev-pl031.h"

#include "sim/dev.h"

#include <string.h>

enum pl031_reg {
    RTCDR = 0x00, RTCMR = 0x04, RTCLR = 0x08, RTCCR = 0x0c, RTCIMSC = 0x10, RTCRIS = 0x14, RTCMIS = 0x18, RTCICR = 0x1c,
    RTC_ID = 0xfe0,
};

#define NS_PER_S UINT64_C(1000000000)
#define PRIO_RTC 110

static const uint8_t pl031_ids[8] = { 0x31, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

static uint32_t pl031_count(const struct pl031 *r)
{
    return r->offset + (uint32_t)(r->clock->now_ns / NS_PER_S);
}

static void pl031_update(struct pl031 *r)
{
    irq_set(&r->irq, (r->ris & r->imsc) != 0);
}

static void pl031_match(void *opaque, uint64_t now_ns)
{
    struct pl031 *r = opaque;
    (void)now_ns;
    r->ris = 1;
    pl031_update(r);
}

/* Queue the next moment when the counter equals RTCMR; a match now raises the interrupt now. */
static void pl031_arm(struct pl031 *r)
{
    uint32_t left = r->mr - pl031_count(r);
    if (left == 0) {
        event_cancel(r->clock, &r->match);
        r->ris = 1;
        pl031_update(r);
    } else {
        uint64_t second = r->clock->now_ns / NS_PER_S;
        event_schedule(r->clock, &r->match, (second + left) * NS_PER_S);
    }
}

static bool pl031_read(void *opaque, uint64_t off, unsigned size, unsigned pe, uint64_t *val)
{
    struct pl031 *r = opaque;
    uint32_t v = 0;
    (void)pe;
    switch (off & ~UINT64_C(3)) {
    case RTCDR: v = pl031_count(r); break;
    case RTCMR: v = r->mr; break;
    case RTCLR: v = r->lr; break;
    case RTCCR: v = 1; break;       /* always enabled */
    case RTCIMSC: v = r->imsc; break;
    case RTCRIS: v = r->ris; break;
    case RTCMIS: v = r->ris & r->imsc; break;
    default:
        if (off >= RTC_ID) {
            v = pl031_ids[(off - RTC_ID) >> 2];
        }
        break;
    }
    *val = dev_part(v, off, size);
    return true;
}

static bool pl031_write(void *opaque, uint64_t off, unsigned size, unsigned pe, uint64_t val)
{
    struct pl031 *r = opaque;
    uint32_t v = (uint32_t)(val & ones64(8 * size));
    (void)pe;
    switch (off) {
    case RTCMR:
        r->mr = v;
        pl031_arm(r);
        break;
    case RTCLR:
        r->lr = v;
        r->offset += v - pl031_count(r);
        pl031_arm(r);
        break;
    case RTCIMSC: r->imsc = v & 1; break;
    case RTCICR: r->ris &= ~v; break;
    default: break;     /* RTCCR resets nothing that matters; the rest is read-only */
    }
    pl031_update(r);
    return true;
}

void pl031_init(struct pl031 *r, struct clock *clock, const struct irq_line *irq, uint64_t epoch, struct mmio_dev *d)
{
    memset(r, 0, sizeof(*r));
    r->offset = (uint32_t)epoch;
    r->clock = clock;
    r->irq = *irq;
    event_init(&r->match, "pl031 match", PRIO_RTC, pl031_match, r);
    *d = (struct mmio_dev){ .name = "pl031", .opaque = r, .read = pl031_read, .write = pl031_write };
}

void pl031_fini(struct pl031 *r)
{
    event_cancel(r->clock, &r->match);
}

uint32_t pl031_digest(const struct pl031 *r, uint32_t crc)
{
    crc = digest_u64(crc, r->mr);
    crc = digest_u64(crc, r->lr);
    crc = digest_u64(crc, r->imsc);
    crc = digest_u64(crc, r->ris);
    crc = digest_u64(crc, r->offset);
    return digest_u64(crc, r->match.queued ? r->match.when_ns : 0);
}
