/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sequences through the physical and the virtual CPU interface: after every step the whole state is printed. Interrupts are ended
 * in the order in which they were acknowledged, as the architecture asks.
 */
#include "harness.h"

#define GICD UINT64_C(0x08000000)
#define GICR UINT64_C(0x080a0000)
#define GICR_SGI (GICR + 0x10000)

enum { SPI_FIRST = 40, N_SPI = 8 };     /* SPIs used here: nothing is wired to them */

void gic_setup(void)
{
    mmio_wr(GICR + 0x14, 0);                        /* GICR_WAKER */
    while ((mmio_rd(GICR + 0x14) & 4) != 0) {
    }
    mmio_wr(GICD, 0x13);                            /* both groups, affinity routing */
    mmio_wr(GICR_SGI + 0x80, UINT32_MAX);           /* GICR_IGROUPR0 */
    mmio_wr(GICR_SGI + 0x180, UINT32_MAX);          /* GICR_ICENABLER0 */
    mmio_wr(GICR_SGI + 0x100, 0xffff);              /* GICR_ISENABLER0 */
    for (unsigned i = 0; i < 8; i++) {
        mmio_wr(GICR_SGI + 0x400 + 4 * i, 0xa0a0a0a0);
    }
    WR(icc_igrpen0_el1, 1);
    WR(icc_igrpen1_el1, 1);
    WR(icc_pmr_el1, 0xff);
    ISB();
    gic_quiet();
}

void gic_quiet(void)
{
    mmio_wr(GICR_SGI + 0x280, UINT32_MAX);          /* GICR_ICPENDR0 */
    mmio_wr(GICR_SGI + 0x380, UINT32_MAX);          /* GICR_ICACTIVER0 */
    mmio_wr(GICD + 0x284, UINT32_MAX);
    mmio_wr(GICD + 0x384, UINT32_MAX);
    WR(icc_igrpen0_el1, 1);
    WR(icc_igrpen1_el1, 1);
    WR(icc_pmr_el1, 0xff);
    WR(icc_ap0r0_el1, 0);
    WR(icc_ap1r0_el1, 0);
    ISB();
}

void gic_pend_sgi(unsigned intid, unsigned group, unsigned prio)
{
    u64 reg = GICR_SGI + 0x400 + (intid & ~3u), shift = 8 * (intid & 3);
    u32 groups = (u32)mmio_rd(GICR_SGI + 0x80);
    mmio_wr(GICR_SGI + 0x80, group ? groups | 1u << intid : groups & ~(1u << intid));
    mmio_wr(reg, (u32)((mmio_rd(reg) & ~(UINT64_C(0xff) << shift)) | (u64)prio << shift));
    mmio_wr(GICR_SGI + 0x200, 1u << intid);         /* GICR_ISPENDR0 */
    ISB();
}

/* ---- accesses to the CPU interface from EL1 or EL2 ---- */

static u64 access(unsigned el, u64 hcr, unsigned enc, bool write, u64 val)
{
    struct probe p;
    probe_init(&p, el, write ? stub_write(reg_index(enc)) : stub_read(reg_index(enc)));
    p.hcr = hcr;
    p.x[0] = val;
    struct outcome o = probe_go(&p);
    return o.el == 0 ? p.x[0] : 0xdead0000u | esr_ec(o.esr);
}

/* What is acknowledged and not ended yet, the last one on top; what has had its priority dropped and is to be deactivated */
struct held {
    unsigned n, n_dropped;
    u32 intid[64];
    u32 group[64];
    u32 dropped[64];
};

static void push(struct held *h, u64 intid, unsigned group)
{
    if (intid < 1020 && h->n < 64) {
        h->intid[h->n] = (u32)intid;
        h->group[h->n++] = group;
    }
}

/* ---- the physical interface ---- */

struct physical {
    u64 hcr;
    bool eoimode;
    bool one_group;             /* all interrupts are of one group: then each group's enable can be switched by itself */
    struct held held;
};

static void physical_state(void)
{
    say(" rpr=%x ap=%x,%x isr=%x p=%x a=%x spi=%x,%x", RD(icc_rpr_el1), RD(icc_ap0r0_el1), RD(icc_ap1r0_el1), RD(isr_el1),
        mmio_rd(GICR_SGI + 0x200) & 0xffff, mmio_rd(GICR_SGI + 0x300) & 0xffff, mmio_rd(GICD + 0x204), mmio_rd(GICD + 0x304));
}

static u64 end_one(struct physical *s, unsigned el)
{
    struct held *h = &s->held;
    unsigned i = --h->n;
    access(el, s->hcr, h->group[i] ? ENC_ICC_EOIR1_EL1 : ENC_ICC_EOIR0_EL1, true, h->intid[i]);
    if (s->eoimode) {
        h->dropped[h->n_dropped++] = h->intid[i];
    }
    return h->intid[i];
}

static const char *physical_step(struct physical *s, u64 *v)
{
    unsigned el = 1 + (unsigned)rng_below(2), g = (unsigned)rng_below(2), k = (unsigned)rng_below(16);
    struct held *h = &s->held;
    *v = 0;
    switch (rng_below(18)) {
    case 0: case 1: case 2:
        mmio_wr(GICR_SGI + 0x200, 1u << k);
        *v = k;
        return "pend";
    case 3:
        mmio_wr(GICD + 0x204, 1u << (SPI_FIRST - 32 + k % N_SPI));
        return "pend_spi";
    case 4:
        mmio_wr(GICR_SGI + 0x280, 1u << k);
        return "unpend";
    case 5:
        /* ICC_SGI1R_EL1 for an SGI of Group 0: see forwarding() */
        g = g != 0 && (mmio_rd(GICR_SGI + 0x80) >> k & 1) != 0;
        *v = (u64)k << 24 | 1;
        access(el, s->hcr, g ? ENC_ICC_SGI1R_EL1 : ENC_ICC_SGI0R_EL1, true, *v);
        return g ? "sgi1r" : "sgi0r";
    case 6: case 7: case 8: case 9:
        *v = access(el, s->hcr, g ? ENC_ICC_IAR1_EL1 : ENC_ICC_IAR0_EL1, false, 0);
        push(h, *v, g);
        return g ? "iar1" : "iar0";
    case 10: case 11: case 12:
        if (h->n != 0) {
            *v = end_one(s, el);
            return "eoir";
        }
        access(el, s->hcr, g ? ENC_ICC_EOIR1_EL1 : ENC_ICC_EOIR0_EL1, true, 1023);
        return "eoir_special";
    case 13:
        if (h->n_dropped != 0) {
            *v = h->dropped[--h->n_dropped];
            access(el, s->hcr, ENC_ICC_DIR_EL1, true, *v);
            return "dir";
        }
        return "nothing";
    case 14:
        *v = access(el, s->hcr, g ? ENC_ICC_HPPIR1_EL1 : ENC_ICC_HPPIR0_EL1, false, 0);
        return g ? "hppir1" : "hppir0";
    case 15:
        *v = rng_below(3) == 0 ? 0xff : rng() & 0xff;
        access(el, s->hcr, ENC_ICC_PMR_EL1, true, *v);
        *v = access(el, s->hcr, ENC_ICC_PMR_EL1, false, 0);
        return "pmr";
    case 16:
        *v = rng_below(4) != 0;
        access(el, s->hcr, g ? ENC_ICC_IGRPEN1_EL1 : ENC_ICC_IGRPEN0_EL1, true, *v);
        if (!s->one_group) {
            /* whether a pending interrupt of a disabled group hides one of the other group is left open */
            access(el, s->hcr, g ? ENC_ICC_IGRPEN0_EL1 : ENC_ICC_IGRPEN1_EL1, true, *v);
        }
        return g ? "igrpen1" : "igrpen0";
    default:
        *v = access(el, s->hcr, ENC_ICC_CTLR_EL1, false, 0) << 8 | access(el, s->hcr, ENC_ICC_BPR0_EL1, false, 0) << 4 |
             access(el, s->hcr, ENC_ICC_BPR1_EL1, false, 0);
        return "ctlr";
    }
}

static void physical(unsigned seq)
{
    struct physical s;
    memset(&s, 0, sizeof(s));
    gic_setup();
    for (unsigned i = 0; i < 16; i++) {
        mmio_wr(GICR_SGI + 0x400 + (i & ~3u), (u32)(rng() & 0xf8f8f8f8));
    }
    u32 group0 = (u32)rng() | 0xffff0000, group1 = (u32)rng();
    s.one_group = rng_below(3) == 0;
    if (s.one_group) {
        group0 = rng_below(2) ? 0xffffffff : 0xffff0000;
        group1 = group0 & 1 ? 0xffffffff : 0;
    }
    mmio_wr(GICR_SGI + 0x80, group0);
    mmio_wr(GICD + 0x84, group1);
    mmio_wr(GICD + 0x104, 0xffu << (SPI_FIRST - 32));
    for (unsigned i = 0; i < N_SPI; i++) {
        mmio_wr(GICD + 0x400 + ((SPI_FIRST + i) & ~3u), (u32)(rng() & 0xf8f8f8f8));
        *(volatile u64 *)(uintptr_t)(GICD + 0x6000 + 8 * (SPI_FIRST + i)) = 0;
    }
    u64 ctlr = rng() & 3;                                       /* CBPR, EOImode */
    s.hcr = HCR_BASE;
    s.eoimode = (ctlr & 2) != 0;
    WR(icc_ctlr_el1, ctlr);
    WR(icc_bpr0_el1, rng() & 7);
    WR(icc_bpr1_el1, rng() & 7);
    ISB();
    say("phys.%d.start %x %x", seq, RD(icc_ctlr_el1), RD(icc_bpr0_el1) << 4 | RD(icc_bpr1_el1));
    physical_state();
    say("\n");
    for (unsigned k = 0; k < 40; k++) {
        u64 v;
        const char *what = physical_step(&s, &v);
        ISB();
        say("phys.%d.%d.%s %x", seq, k, what, v);
        physical_state();
        say("\n");
    }
    gic_quiet();
    WR(icc_ctlr_el1, 0);
}

/* ---- the virtual interface ---- */

#define HCR_VIRTUAL (HCR_BASE | BIT(HCR_IMO) | BIT(HCR_FMO) | BIT(HCR_AMO))

static u64 lr_rd(unsigned i)
{
    switch (i) {
    case 0: return RD(ich_lr0_el2);
    case 1: return RD(ich_lr1_el2);
    case 2: return RD(ich_lr2_el2);
    default: return RD(ich_lr3_el2);
    }
}

static void lr_wr(unsigned i, u64 v)
{
    switch (i) {
    case 0: WR(ich_lr0_el2, v); break;
    case 1: WR(ich_lr1_el2, v); break;
    case 2: WR(ich_lr2_el2, v); break;
    default: WR(ich_lr3_el2, v); break;
    }
    ISB();
}

static void virtual_state(void)
{
    say(" lr=%x,%x,%x,%x ap=%x,%x", lr_rd(0), lr_rd(1), lr_rd(2), lr_rd(3), RD(ich_ap0r0_el2), RD(ich_ap1r0_el2));
    say(" hcr=%x vmcr=%x misr=%x eisr=%x elrsr=%x isr=%x a=%x m=%d", RD(ich_hcr_el2), RD(ich_vmcr_el2), RD(ich_misr_el2), RD(ich_eisr_el2),
        RD(s3_4_c12_c11_5), access(1, HCR_VIRTUAL, ENC_ISR_EL1, false, 0), mmio_rd(GICD + 0x304),
        (unsigned)(mmio_rd(GICR_SGI + 0x200) >> 25 & 1));
}

/* A list register that no other one contradicts: its own vINTID (32 + 8 i + 0..7) and its own pINTID. */
static u64 random_lr(unsigned i)
{
    u64 v = 32 + 8 * i + rng_below(8);
    u64 state = rng_below(4);
    if (rng_below(10) == 0) {
        v = 1020 + rng_below(4);                                /* a special INTID */
        state &= 1;
    }
    v |= (rng() & 0xf8) << 48 | (rng() & BIT(60));
    if (rng_below(4) == 0) {
        v |= BIT(61) | (u64)(SPI_FIRST + i) << 32;
        state = state == 3 ? 1 : state;                         /* not pending and active with HW */
        mmio_wr(GICD + 0x304, 1u << (SPI_FIRST - 32 + i));      /* the physical one is active */
    } else {
        v |= rng() & BIT(41);                                   /* EOI */
    }
    return v | state << 62;
}

struct virtual {
    bool eoimode;
    struct held held;
};

static u64 guest(unsigned enc, bool write, u64 val)
{
    return access(1, HCR_VIRTUAL, enc, write, val);
}

static const char *virtual_control(struct virtual *s, u64 *v)
{
    unsigned g = (unsigned)rng_below(2);
    switch (rng_below(7)) {
    case 0:
        *v = rng_below(3) == 0 ? 0xff : rng() & 0xff;
        guest(ENC_ICC_PMR_EL1, true, *v);
        *v = guest(ENC_ICC_PMR_EL1, false, 0);
        return "pmr";
    case 1:
        *v = rng_below(4) != 0;
        guest(g ? ENC_ICC_IGRPEN1_EL1 : ENC_ICC_IGRPEN0_EL1, true, *v);
        *v = guest(g ? ENC_ICC_IGRPEN1_EL1 : ENC_ICC_IGRPEN0_EL1, false, 0);
        return g ? "igrpen1" : "igrpen0";
    case 2:
        *v = rng() & 7;
        guest(g ? ENC_ICC_BPR1_EL1 : ENC_ICC_BPR0_EL1, true, *v);
        *v = guest(ENC_ICC_BPR0_EL1, false, 0) << 4 | guest(ENC_ICC_BPR1_EL1, false, 0);
        return g ? "bpr1" : "bpr0";
    case 3:
        if (s->held.n != 0 || s->held.n_dropped != 0) {
            *v = guest(ENC_ICC_CTLR_EL1, false, 0);
            return "ctlr_read";
        }
        *v = rng() & 3;
        s->eoimode = (*v & 2) != 0;
        guest(ENC_ICC_CTLR_EL1, true, *v);
        *v = guest(ENC_ICC_CTLR_EL1, false, 0);
        return "ctlr";
    case 4:
        *v = guest(g ? ENC_ICC_AP1R0_EL1 : ENC_ICC_AP0R0_EL1, false, 0);
        return g ? "ap1r" : "ap0r";
    case 5:
        WR(ich_hcr_el2, 1 | (rng() & rng() & 0xde) | (RD(ich_hcr_el2) & (UINT64_C(31) << 27)));
        return "ich_hcr";
    default:
        WR(ich_vmcr_el2, (RD(ich_vmcr_el2) & 0x210) | (rng() & UINT64_C(0xf8fc0003)));
        *v = RD(ich_vmcr_el2);
        return "ich_vmcr";
    }
}

static const char *virtual_step(struct virtual *s, u64 *v)
{
    unsigned g = (unsigned)rng_below(2), i = (unsigned)rng_below(4);
    struct held *h = &s->held;
    *v = 0;
    switch (rng_below(16)) {
    case 0: case 1: case 2: case 3:
        *v = guest(g ? ENC_ICC_IAR1_EL1 : ENC_ICC_IAR0_EL1, false, 0);
        push(h, *v, g);
        return g ? "iar1" : "iar0";
    case 4: case 5: case 6:
        if (h->n == 0) {
            guest(g ? ENC_ICC_EOIR1_EL1 : ENC_ICC_EOIR0_EL1, true, 1020 + i);
            return "eoir_special";
        }
        h->n--;
        *v = h->intid[h->n];
        guest(h->group[h->n] ? ENC_ICC_EOIR1_EL1 : ENC_ICC_EOIR0_EL1, true, *v);
        if (s->eoimode) {
            h->dropped[h->n_dropped++] = (u32)*v;
        }
        return "eoir";
    case 7:
        if (h->n_dropped == 0) {
            return "nothing";
        }
        *v = h->dropped[--h->n_dropped];
        guest(ENC_ICC_DIR_EL1, true, *v);
        return "dir";
    case 8:
        *v = guest(g ? ENC_ICC_HPPIR1_EL1 : ENC_ICC_HPPIR0_EL1, false, 0);
        return g ? "hppir1" : "hppir0";
    case 9:
        *v = guest(ENC_ICC_RPR_EL1, false, 0);
        return "rpr";
    case 10: case 11:
        if ((lr_rd(i) >> 62 & 2) != 0) {
            /* the hypervisor takes an active one out: its end is counted (see eoi_count() for EOImode 1) */
            if (rng_below(3) != 0 || s->eoimode) {
                return "nothing";
            }
            lr_wr(i, 0);
            return "lr_out";
        }
        lr_wr(i, random_lr(i));
        *v = lr_rd(i);
        return "lr";
    default:
        return virtual_control(s, v);
    }
}

static void virtual(unsigned seq)
{
    struct virtual s;
    memset(&s, 0, sizeof(s));
    gic_quiet();
    mmio_wr(GICD + 0x104, 0xffu << (SPI_FIRST - 32));
    mmio_wr(GICR_SGI + 0x100, 1u << 25);                        /* the maintenance interrupt, so that it is pending */
    WR(icc_igrpen0_el1, 0);
    WR(icc_igrpen1_el1, 0);
    WR(ich_hcr_el2, 1 | (rng() & 0xde));
    u64 vmcr = (rng() & 0x213) | (rng() & UINT64_C(0xf8fc0000));
    s.eoimode = (vmcr & 0x200) != 0;
    WR(ich_vmcr_el2, vmcr);
    WR(ich_ap0r0_el2, 0);
    WR(ich_ap1r0_el2, 0);
    for (unsigned i = 0; i < 4; i++) {
        u64 lr = random_lr(i);
        lr_wr(i, lr & ~BIT(63));                                /* nothing active yet */
    }
    say("virt.%d.start %x", seq, vmcr);
    virtual_state();
    say("\n");
    for (unsigned k = 0; k < 40; k++) {
        u64 v;
        const char *what = virtual_step(&s, &v);
        ISB();
        say("virt.%d.%d.%s %x", seq, k, what, v);
        virtual_state();
        say("\n");
    }
    WR(ich_hcr_el2, 0);
    for (unsigned i = 0; i < 4; i++) {
        lr_wr(i, 0);
    }
    mmio_wr(GICR_SGI + 0x180, 1u << 25);
    gic_quiet();
}

/* ---- states of list registers: every one of them, and what the hypervisor reads ---- */

static void lr_states(void)
{
    for (unsigned n = 0; n < 400; n++) {
        base_state();
        WR(ich_vmcr_el2, (rng() & UINT64_C(0xf8fc0213)));
        WR(ich_ap0r0_el2, rng() & rng() & rng() & UINT64_C(0x0000ffff));
        WR(ich_ap1r0_el2, rng() & rng() & rng() & UINT64_C(0xffff0000));
        for (unsigned i = 0; i < 4; i++) {
            lr_wr(i, random_lr(i));
        }
        WR(ich_hcr_el2, (rng() & 0xde) | (rng_below(8) != 0) | (rng_below(4) == 0 ? (rng() & 31) << 27 : 0));
        ISB();
        say("lr.%d", n);
        virtual_state();
        say(" hppi=%x,%x rpr=%x bpr=%x,%x\n", guest(ENC_ICC_HPPIR0_EL1, false, 0), guest(ENC_ICC_HPPIR1_EL1, false, 0),
            guest(ENC_ICC_RPR_EL1, false, 0), guest(ENC_ICC_BPR0_EL1, false, 0), guest(ENC_ICC_BPR1_EL1, false, 0));
    }
    base_state();
}

/* ---- what the peer has its own view of: each by itself ---- */

/* ICH_MISR_EL2 for every enable of the groups and every request about them */
static void group_maintenance(void)
{
    for (unsigned n = 0; n < 64; n++) {
        WR(ich_vmcr_el2, n & 3);
        WR(ich_hcr_el2, (n >> 2) << 4);
        ISB();
        say("vgrp.%d %x\n", n, RD(ich_misr_el2));
    }
    WR(ich_hcr_el2, 0);
}

/* Ends of interrupts that no list register holds any more: ICH_HCR_EL2.EOIcount counts those that would have deactivated one. */
static void eoi_count(void)
{
    for (unsigned n = 0; n < 32; n++) {
        bool eoimode = (n & 1) != 0, by_dir = (n & 2) != 0, there = (n & 4) != 0, group = (n & 8) != 0, dir_too = (n & 16) != 0;
        WR(ich_vmcr_el2, UINT64_C(0xff4c0003) | (eoimode ? 0x200 : 0));
        WR(ich_ap0r0_el2, 0);
        WR(ich_ap1r0_el2, 0);
        WR(ich_hcr_el2, 1 | 4);
        lr_wr(0, BIT(62) | (group ? BIT(60) : 0) | UINT64_C(0x40) << 48 | 50);
        u64 iar = guest(group ? ENC_ICC_IAR1_EL1 : ENC_ICC_IAR0_EL1, false, 0);
        if (!there) {
            lr_wr(0, 0);
        }
        if (!by_dir || dir_too) {
            guest(group ? ENC_ICC_EOIR1_EL1 : ENC_ICC_EOIR0_EL1, true, iar);
        }
        if (by_dir && eoimode) {
            guest(ENC_ICC_DIR_EL1, true, iar);
        }
        say("count.%d %x lr=%x hcr=%x ap=%x,%x misr=%x\n", n, iar, lr_rd(0), RD(ich_hcr_el2), RD(ich_ap0r0_el2), RD(ich_ap1r0_el2), RD(ich_misr_el2));
    }
    WR(ich_hcr_el2, 0);
    lr_wr(0, 0);
}

/* Which SGI register reaches SGIs of which group */
static void forwarding(void)
{
    static const struct {
        const char *name;
        unsigned enc;
    } sgi[] = { { "sgi0r", ENC_ICC_SGI0R_EL1 }, { "sgi1r", ENC_ICC_SGI1R_EL1 }, { "asgi1r", ENC_ICC_ASGI1R_EL1 } };
    for (unsigned r = 0; r < ARRAY_LEN(sgi); r++) {
        for (unsigned group = 0; group < 2; group++) {
            for (unsigned el = 1; el <= 2; el++) {
                gic_quiet();
                mmio_wr(GICR_SGI + 0x80, group ? 0xffffffff : 0xffff0000);
                access(el, HCR_BASE, sgi[r].enc, true, UINT64_C(5) << 24 | 1);
                say("forward.%s.group%d.el%d %x\n", sgi[r].name, group, el, mmio_rd(GICR_SGI + 0x200) & 0xffff);
                gic_quiet();
                access(el, HCR_BASE, sgi[r].enc, true, UINT64_C(5) << 24 | BIT(40) | 1);
                say("forward.%s.group%d.el%d.others %x\n", sgi[r].name, group, el, mmio_rd(GICR_SGI + 0x200) & 0xffff);
            }
        }
    }
    gic_quiet();
}

/* ---- what is taken, from which state ---- */

extern const u32 insn_nop[];

/*
 * A pending interrupt of each group or of one, with a priority, a mask, a running priority and binary points: is it signalled, and is
 * it taken as IRQ or FIQ, and where? Which of two comes first is not asked: the outcome names the first only if there is one.
 */
static void taken_physical(unsigned n)
{
    const struct world *w = &worlds[rng_below(N_WORLDS)];
    unsigned group = (unsigned)rng_below(2), prio = (unsigned)rng() & 0xf8, running = (unsigned)rng_below(4);
    u64 pmr = rng_below(3) == 0 ? rng() & 0xf8 : 0xf8, route = rng_below(4), daif = rng_below(4), enable = rng_below(4) != 0;
    u64 active = running == 0 ? BIT(rng_below(32)) : 0, bpr = rng() & 0x77;
    struct probe p;
    if (world_missing(w)) {
        return;
    }
    gic_setup();
    WR(icc_bpr0_el1, bpr & 7);
    WR(icc_bpr1_el1, bpr >> 4);
    WR(icc_pmr_el1, pmr);
    WR(icc_ap1r0_el1, group ? active : 0);
    WR(icc_ap0r0_el1, group ? 0 : active);
    WR(icc_igrpen1_el1, group ? enable : 1);
    WR(icc_igrpen0_el1, group ? 1 : enable);
    probe_init(&p, w->el, insn_nop);
    p.hcr = w->hcr | route << HCR_FMO;
    p.spsr = (p.spsr & ~UINT64_C(0xc0)) | daif << 6;
    gic_pend_sgi(5, group, prio);
    struct outcome o = probe_go(&p);
    say("taken%d.%s.group%d.prio%x.pmr%x.ap%x.bpr%x.route%x.mask%x.%s", n, w->name, group, (u64)prio, pmr, active, bpr, route, daif,
        enable ? "on" : "off");
    say_outcome(&p, &o, SHOW_ELR | SHOW_SPSR | SHOW_PSTATE);
    say(" isr=%x hppi=%x,%x", RD(isr_el1), RD(icc_hppir0_el1), RD(icc_hppir1_el1));
    u64 iar = group ? RD(icc_iar1_el1) : RD(icc_iar0_el1);
    say(" iar=%x rpr=%x ap=%x,%x\n", iar, RD(icc_rpr_el1), RD(icc_ap0r0_el1), RD(icc_ap1r0_el1));
    gic_quiet();
    WR(icc_bpr0_el1, 0);
    WR(icc_bpr1_el1, 0);
}

/* The same for virtual interrupts: one list register, and the state of the virtual interface; EL1 and EL0 with HCR_EL2.IMO and FMO. */
static void taken_virtual(unsigned n)
{
    static const unsigned char guests[] = { 0, 1, 5, 6 };       /* the worlds that virtual interrupts are for */
    const struct world *w = &worlds[rng_below(6) != 0 ? guests[rng_below(ARRAY_LEN(guests))] : rng_below(N_WORLDS)];
    unsigned group = (unsigned)rng_below(2), state = rng_below(3) != 0 ? 1 : (unsigned)rng_below(4);
    u64 prio = rng() & 0xf8, vmcr = (rng() & UINT64_C(0x00fc0210)) | (rng_below(4) != 0 ? 3 : rng() & 3);
    u64 route = rng_below(3) != 0 ? 3 : rng_below(4), daif = rng_below(2) != 0 ? 0 : rng_below(4), active = rng_below(4) == 0 ? BIT(rng_below(32)) : 0, on = rng_below(5) != 0;
    struct probe p;
    if (world_missing(w)) {
        return;
    }
    gic_quiet();
    vmcr |= (rng_below(3) == 0 ? rng() & 0xf8 : UINT64_C(0xf8)) << 24;
    probe_init(&p, w->el, insn_nop);
    p.hcr = w->hcr | route << HCR_FMO;
    p.spsr = (p.spsr & ~UINT64_C(0xc0)) | daif << 6;
    WR(ich_vmcr_el2, vmcr);
    WR(ich_ap0r0_el2, group ? 0 : active);
    WR(ich_ap1r0_el2, group ? active : 0);
    lr_wr(1, (u64)state << 62 | (u64)group << 60 | prio << 48 | 77);
    WR(ich_hcr_el2, on);
    ISB();
    struct outcome o = probe_go(&p);
    say("vtaken%d.%s.group%d.prio%x.state%d.vmcr%x.ap%x.route%x.mask%x.%s", n, w->name, group, prio, state, vmcr, active, route, daif,
        on ? "on" : "off");
    say_outcome(&p, &o, SHOW_ELR | SHOW_SPSR | SHOW_PSTATE);
    say(" isr=%x", access(1, HCR_VIRTUAL, ENC_ISR_EL1, false, 0));
    say(" iar=%x", guest(group ? ENC_ICC_IAR1_EL1 : ENC_ICC_IAR0_EL1, false, 0));
    say(" lr=%x ap=%x,%x\n", lr_rd(1), RD(ich_ap0r0_el2), RD(ich_ap1r0_el2));
    WR(ich_hcr_el2, 0);
    lr_wr(1, 0);
    WR(ich_ap0r0_el2, 0);
    WR(ich_ap1r0_el2, 0);
}

/* ---- a level-sensitive SPI: the UART's transmit interrupt ---- */

#define UART UINT64_C(0x09000000)
enum { SPI_UART = 33 };

static void spi_state(void)
{
    say(" p=%d a=%d isr=%x hppi=%x ris=%x\n", (unsigned)(mmio_rd(GICD + 0x204) >> 1 & 1), (unsigned)(mmio_rd(GICD + 0x304) >> 1 & 1),
        RD(isr_el1), RD(icc_hppir1_el1), mmio_rd(UART + 0x3c) & 0x20);
}

/* Pending, active and signalled as the line moves, with the SPI level-sensitive or edge-triggered, enabled or not, here or elsewhere */
static void spi_sequence(unsigned seq)
{
    unsigned cfg = (unsigned)rng_below(2);
    u32 held = 1023;
    gic_setup();
    WR(icc_ctlr_el1, 0);
    mmio_wr(UART + 0x38, 0);                                    /* UARTIMSC: the line is down */
    mmio_wr(GICD + 0x180 + 4, 2);
    mmio_wr(GICD + 0xc08, (u32)(mmio_rd(GICD + 0xc08) & ~12u) | cfg << 3);
    mmio_wr(GICD + 0x84, (u32)mmio_rd(GICD + 0x84) | 2);
    mmio_wr(GICD + 0x420, 0xa0a0a0a0);
    *(volatile u64 *)(uintptr_t)(GICD + 0x6000 + 8 * SPI_UART) = 0;
    mmio_wr(GICD + 0x284, 2);
    mmio_wr(GICD + 0x104, 2);
    for (unsigned k = 0; k < 30; k++) {
        const char *what;
        u64 v = 0;
        switch (rng_below(14)) {
        case 0: case 1: case 2: mmio_wr(UART + 0x38, 0x20); what = "up"; break;
        case 3: case 4: mmio_wr(UART + 0x38, 0); what = "down"; break;
        case 5: mmio_wr(GICD + 0x204, 2); what = "ispendr"; break;
        case 6: mmio_wr(GICD + 0x284, 2); what = "icpendr"; break;
        case 7: mmio_wr(GICD + 0x184, 2); what = "icenabler"; break;
        case 8: case 9: mmio_wr(GICD + 0x104, 2); what = "isenabler"; break;
        case 10: case 11:
            v = RD(icc_iar1_el1);
            held = v == SPI_UART ? SPI_UART : held;
            what = "iar";
            break;
        default:
            if (held != 1023) {
                WR(icc_eoir1_el1, held);
                held = 1023;
            }
            what = "eoir";
        }
        ISB();
        DSB();
        say("spi.%d.%s.%d.%s %x", seq, cfg ? "edge" : "level", k, what, v);
        spi_state();
    }
    if (held != 1023) {
        WR(icc_eoir1_el1, held);
    }
    mmio_wr(UART + 0x38, 0);
    mmio_wr(GICD + 0x184, 2);
    gic_quiet();
}

/* ---- the registers in memory ---- */

static void memory_registers(void)
{
    static const struct {
        const char *name;
        u64 addr;
        bool walk;
    } list[] = {
        { "GICD_CTLR", GICD, false }, { "GICD_TYPER", GICD + 4, false }, { "GICD_IGROUPR1", GICD + 0x84, true },
        { "GICD_IGROUPR8", GICD + 0xa0, true }, { "GICD_ISENABLER1", GICD + 0x104, true }, { "GICD_ICENABLER1", GICD + 0x184, true },
        { "GICD_IPRIORITYR8", GICD + 0x420, true }, { "GICD_IPRIORITYR71", GICD + 0x51c, true }, { "GICD_ICFGR2", GICD + 0xc08, true },
        { "GICD_ICFGR3", GICD + 0xc0c, true }, { "GICD_ISACTIVER2", GICD + 0x308, true }, { "GICD_ICACTIVER2", GICD + 0x388, true },
        { "GICD_IGRPMODR1", GICD + 0xd04, true }, { "GICD_IROUTER40", GICD + 0x6140, false }, { "GICD_ITARGETSR8", GICD + 0x820, true },
        { "GICR_TYPER", GICR + 8, false }, { "GICR_WAKER", GICR + 0x14, false }, { "GICR_IGROUPR0", GICR_SGI + 0x80, true },
        { "GICR_ISENABLER0", GICR_SGI + 0x100, true }, { "GICR_ICENABLER0", GICR_SGI + 0x180, true },
        { "GICR_IPRIORITYR0", GICR_SGI + 0x400, true }, { "GICR_IPRIORITYR7", GICR_SGI + 0x41c, true }, { "GICR_ICFGR0", GICR_SGI + 0xc00, true },
        { "GICR_ICFGR1", GICR_SGI + 0xc04, true }, { "GICR_ISACTIVER0", GICR_SGI + 0x300, true }, { "GICR_IGRPMODR0", GICR_SGI + 0xd00, true },
        { "GICD_PIDR2", GICD + 0xffe8, false }, { "GICR_PIDR2", GICR + 0xffe8, false },
    };
    static const u32 patterns[] = { 0, 0xffffffff, 0x55555555, 0xaaaaaaaa, 0x12345678, 0x87654321, 0xf0f0f0f0, 0x00ff00ff };
    WR(icc_igrpen0_el1, 0);
    WR(icc_igrpen1_el1, 0);
    for (unsigned i = 0; i < ARRAY_LEN(list); i++) {
        u32 old = (u32)mmio_rd(list[i].addr);
        say("%s.r %x\n", list[i].name, (u64)old);
        for (unsigned k = 0; list[i].walk && k < ARRAY_LEN(patterns); k++) {
            mmio_wr(list[i].addr, patterns[k]);
            say("%s.%x %x\n", list[i].name, (u64)patterns[k], mmio_rd(list[i].addr));
        }
        if (list[i].walk) {
            mmio_wr(list[i].addr, old);
        }
    }
}

void group_gic(void)
{
    rng_seed(6);
    gic_setup();
    memory_registers();
    for (unsigned seq = 0; seq < 60; seq++) {
        physical(seq);
    }
    for (unsigned seq = 0; seq < 100; seq++) {
        virtual(seq);
    }
    lr_states();
    group_maintenance();
    eoi_count();
    gic_setup();
    forwarding();
    for (unsigned n = 0; n < 700; n++) {
        taken_physical(n);
    }
    for (unsigned n = 0; n < 900; n++) {
        taken_virtual(n);
    }
    for (unsigned seq = 0; seq < 40; seq++) {
        spi_sequence(seq);
    }
}
