/* SPDX-License-Identifier: Apache-2.0 */
/* Output, probes, the base state. */
#define REGS_TABLE
#include "harness.h"

#include <stdarg.h>

#define UART 0x09000000u

static struct {
    u64 seed;
} state = { 1 };

extern u64 area[8];

void harness_main(void);
void harness_stray(u64 vec);

/* By doublewords where that is possible: with the MMU off every access is one to Device memory. */
void *memset(void *d, int c, size_t n)
{
    unsigned char *p = d;
    if (((uintptr_t)d & 7) == 0) {
        for (; n >= 8; n -= 8, p += 8) {
            *(u64 *)p = (unsigned char)c * UINT64_C(0x0101010101010101);
        }
    }
    while (n-- != 0) {
        *p++ = (unsigned char)c;
    }
    return d;
}

void *memcpy(void *d, const void *s, size_t n)
{
    unsigned char *p = d;
    const unsigned char *q = s;
    if ((((uintptr_t)d | (uintptr_t)s) & 7) == 0) {
        for (; n >= 8; n -= 8, p += 8, q += 8) {
            *(u64 *)p = *(const u64 *)q;
        }
    }
    while (n-- != 0) {
        *p++ = *q++;
    }
    return d;
}

/* ---- output ---- */

static void put(char c)
{
    *(volatile u32 *)(uintptr_t)UART = (unsigned char)c;
}

static void put_number(u64 v, unsigned base)
{
    char buf[24];
    unsigned n = 0;
    do {
        buf[n++] = "0123456789abcdef"[v % base];
        v /= base;
    } while (v != 0);
    while (n != 0) {
        put(buf[--n]);
    }
}

void say(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    for (; *fmt != '\0'; fmt++) {
        if (*fmt != '%') {
            put(*fmt);
            continue;
        }
        switch (*++fmt) {
        case 's':
            for (const char *s = va_arg(ap, const char *); *s != '\0'; s++) {
                put(*s);
            }
            break;
        case 'd':
            put_number(va_arg(ap, unsigned), 10);
            break;
        case 'c':
            put((char)va_arg(ap, int));
            break;
        default:
            put_number(va_arg(ap, u64), 16);
        }
    }
    va_end(ap);
}

void harness_stray(u64 vec)
{
    say("\n# stray exception vector %x esr %x elr %x far %x spsr %x\n", vec, RD(esr_el2), RD(elr_el2), RD(far_el2), RD(spsr_el2));
    for (;;) {
        __asm__ volatile("mov w0, #8\n movk w0, #0x8400, lsl #16\n smc #0" : : : "x0", "x1", "x2", "x3", "memory");
    }
}

/* ---- small things ---- */

bool has_vhe(void)
{
    return ((RD(id_aa64mmfr1_el1) >> 8) & 15) != 0;
}

bool has_fwb(void)
{
    return ((RD(s3_0_c0_c7_2) >> 40) & 15) != 0;        /* ID_AA64MMFR2_EL1.FWB */
}

void rng_seed(u64 seed)
{
    state.seed = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
}

u64 rng(void)
{
    u64 x = state.seed;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    state.seed = x;
    return x * UINT64_C(0x2545f4914f6cdd1d);
}

void sync_code(const void *start, size_t size)
{
    u64 a = (u64)(uintptr_t)start & ~UINT64_C(63), end = (u64)(uintptr_t)start + size;
    for (; a < end; a += 64) {
        __asm__ volatile("dc cvau, %0" : : "r"(a) : "memory");
    }
    DSB();
    __asm__ volatile("ic iallu\n dsb sy\n isb" : : : "memory");
}

u64 mmio_rd(u64 addr)
{
    return *(volatile u32 *)(uintptr_t)addr;
}

void mmio_wr(u64 addr, u32 val)
{
    *(volatile u32 *)(uintptr_t)addr = val;
}

/* ---- probes ---- */

void probe_init(struct probe *p, unsigned el, const void *pc)
{
    memset(p, 0, sizeof(*p));
    p->hcr = HCR_BASE;
    p->sctlr_el2 = SCTLR_EL2_BASE;
    p->spsr = 0x3c0 | el << 2 | (el != 0);
    p->pc = (u64)(uintptr_t)pc;
    p->lr = (u64)(uintptr_t)(el == 1 ? exit_hvc : exit_svc);
}

void probe_end_by_smc(struct probe *p)
{
    if (p->lr == (u64)(uintptr_t)exit_hvc) {
        p->lr = (u64)(uintptr_t)exit_smc;
    }
    WR(vbar_el1, el1_vectors_smc);
}

const struct world worlds[N_WORLDS] = {
    { "el0", 0, HCR_BASE, false },
    { "el1", 1, HCR_BASE, false },
    { "el2", 2, HCR_BASE, false },
    { "el0.tge", 0, HCR_BASE | BIT(HCR_TGE), false },
    { "el2.tge", 2, HCR_BASE | BIT(HCR_TGE), false },
    { "el0.e2h", 0, HCR_BASE | BIT(HCR_E2H), true },
    { "el1.e2h", 1, HCR_BASE | BIT(HCR_E2H), true },
    { "el2.e2h", 2, HCR_BASE | BIT(HCR_E2H), true },
    { "el0.host", 0, HCR_HOST, true },
    { "el2.host", 2, HCR_HOST, true },
};

bool world_missing(const struct world *w)
{
    return w->vhe && !has_vhe();
}

static bool is_exit(u32 esr)
{
    unsigned ec = esr_ec(esr);
    return ec >= 0x15 && ec <= 0x17 && (esr & 0xffff) == EXIT_IMM;
}

struct outcome probe_go(struct probe *p)
{
    struct outcome o = { 0 };
    probe_run(p);
    unsigned ec = esr_ec((u32)p->esr2);
    bool handed = (p->vec & 3) == 0 && (ec == 0x16 || ec == 0x17) && (p->esr2 & 0xfff0) == 0x100 && ((p->spsr2 >> 2) & 3) == 1;
    if (!handed) {
        o.spsr = p->spsr2;
        if ((p->vec & 3) == 0 && is_exit((u32)p->esr2)) {
            return o;
        }
        o.el = 2;
        o.vec = (unsigned)p->vec;
        o.esr = (u32)p->esr2;
        o.far = p->far2;
        o.hpfar = p->hpfar;
        o.elr = p->elr2;
        o.pstate = p->pstate;
        return o;
    }
    unsigned vec = p->esr2 & 15;
    o.spsr = p->spsr1;
    if ((vec & 3) == 0 && is_exit((u32)p->esr1)) {
        return o;
    }
    o.el = 1;
    o.vec = vec;
    o.esr = (u32)p->esr1;
    o.far = p->far1;
    o.elr = p->elr1;
    o.pstate = p->spsr2;
    return o;
}

/* FAR_ELx is UNKNOWN but for aborts, PC alignment and watchpoints. */
static bool has_far(unsigned ec)
{
    return ec == 0x20 || ec == 0x21 || ec == 0x22 || ec == 0x24 || ec == 0x25 || ec == 0x34 || ec == 0x35;
}

/* HPFAR_EL2 is UNKNOWN for permission faults that are not on a table walk, and for what stage 2 has no part in. */
static bool has_hpfar(const struct probe *p, const struct outcome *o)
{
    unsigned ec = esr_ec(o->esr), fsc = o->esr & 0x3f;
    bool stage2_alone = (p->hcr & (BIT(HCR_E2H) | BIT(HCR_VM))) == BIT(HCR_VM) && fsc >= 4;
    if (o->el != 2 || (ec != 0x20 && ec != 0x24) || ((p->hcr & BIT(HCR_TGE)) != 0 && !stage2_alone)) {
        return false;
    }
    return fsc < 0xc || (fsc < 0x10 && (o->esr & 0x80) != 0);
}

void say_outcome(const struct probe *p, const struct outcome *o, unsigned show)
{
    unsigned ec = esr_ec(o->esr);
    bool sync = (o->vec & 3) == 0;
    if (o->el == 0) {
        say(" ok");
        return;
    }
    say(" %d/%x", o->el, (u64)o->vec);
    if (sync || (o->vec & 3) == 3) {
        say(" %x", (u64)o->esr);
    }
    if (sync && has_far(ec) && (o->esr & 0x400) == 0 && (show & SHOW_NO_FAR) == 0) {
        say(" f=%x", o->far);
    }
    if (sync && has_hpfar(p, o)) {
        say(" h=%x", o->hpfar);
    }
    if (show & SHOW_ELR) {
        say(" e=%x", o->elr - p->pc);
    }
    if (show & SHOW_SPSR) {
        say(" s=%x", o->spsr);
    }
    if (show & SHOW_PSTATE) {
        say(" p=%x", o->pstate & ~UINT64_C(0xf0000000));      /* an entry leaves the flags alone, but nobody may rely on it */
    }
}

/* ---- stubs ---- */

enum { STUB_WORDS = 12 };
/* in pages without data: a simulator that translates code finds writes beside it slow */
static u32 stubs[N_REGS][STUB_WORDS] __attribute__((section(".bss.code")));

static u32 mrs(unsigned enc, unsigned rt)
{
    return 0xd5200000u | enc << 5 | rt;
}

static u32 msr(unsigned enc, unsigned rt)
{
    return 0xd5000000u | enc << 5 | rt;
}

unsigned reg_index(unsigned enc)
{
    unsigned i = 0;
    while (regs[i].enc != enc) {
        i++;
    }
    return i;
}

void stubs_make(void)
{
    const u32 ret = 0xd65f03c0, isb = 0xd5033fdf;
    for (unsigned i = 0; i < N_REGS; i++) {
        unsigned enc = regs[i].enc;
        const u32 code[STUB_WORDS] = {
            mrs(enc, 0), ret, msr(enc, 0), ret, mrs(enc, 1), msr(enc, 0), isb, mrs(enc, 0), msr(enc, 1), isb, ret,
        };
        memcpy(stubs[i], code, sizeof(code));
    }
    sync_code(stubs, sizeof(stubs));
}

const void *stub_read(unsigned reg)
{
    return &stubs[reg][0];
}

const void *stub_write(unsigned reg)
{
    return &stubs[reg][2];
}

const void *stub_swap(unsigned reg)
{
    return &stubs[reg][4];
}

/* ---- state ---- */

static u64 stage2_table[512] __attribute__((aligned(4096)));

void stage2_on(void)
{
    memset(stage2_table, 0, sizeof(stage2_table));
    stage2_table[1] = 0x40000000 | 0x7fd;           /* block, AF, inner shareable, read and write, Normal WB */
    WR(vttbr_el2, stage2_table);
    WR(vtcr_el2, BIT(31) | 2 << 16 | 1 << 6 | 25);  /* 39 bits of IPA from level 1, 40 of PA, 4K */
    DSB();
    ISB();
    __asm__ volatile("tlbi vmalls12e1\n dsb sy\n isb" : : : "memory");
}

static void base_el1(void)
{
    WR(sctlr_el1, SCTLR_EL1_BASE);
    WR(cpacr_el1, 3 << 20);
    WR(ttbr0_el1, 0);
    WR(ttbr1_el1, 0);
    WR(tcr_el1, 0);
    WR(mair_el1, 0);
    WR(vbar_el1, el1_vectors);
    WR(contextidr_el1, 0);
    WR(csselr_el1, 0);
    WR(cntkctl_el1, 0);
    WR(cntp_ctl_el0, 0);
    WR(cntv_ctl_el0, 0);
    WR(par_el1, 0);
    WR(esr_el1, 0);
    WR(far_el1, UINT64_C(0xf00f00f00f0));
    WR(spsr_el1, 0);
    WR(elr_el1, 0);
    WR(tpidr_el0, 0);
    WR(tpidrro_el0, 0);
    WR(tpidr_el1, 0);
    WR(tpidr_el2, 0);
    WR(cntp_cval_el0, 0);
    WR(cntv_cval_el0, 0);
    WR(cnthp_cval_el2, 0);
    WR(sp_el0, image_end);
    WR(sp_el1, image_end);
}

static void base_debug(void)
{
    WR(oslar_el1, 0);
    WR(mdscr_el1, 0);
    WR(pmcr_el0, 0x40);
    WR(pmcntenclr_el0, UINT32_MAX);
    WR(pmintenclr_el1, UINT32_MAX);
    WR(pmovsclr_el0, UINT32_MAX);
    WR(pmselr_el0, 0);
    WR(pmuserenr_el0, 0);
}

static void base_gic(void)
{
    WR(icc_sre_el2, 15);
    ISB();
    WR(icc_sre_el1, 7);
    ISB();
    WR(icc_igrpen0_el1, 0);
    WR(icc_igrpen1_el1, 0);
    WR(icc_pmr_el1, 0);
    WR(icc_ctlr_el1, 0);
    WR(icc_bpr0_el1, 0);
    WR(icc_bpr1_el1, 0);
    WR(icc_ap0r0_el1, 0);
    WR(icc_ap1r0_el1, 0);
    WR(ich_hcr_el2, 0);
    WR(ich_vmcr_el2, 0);
    WR(ich_ap0r0_el2, 0);
    WR(ich_ap1r0_el2, 0);
    WR(ich_lr0_el2, 0);
    WR(ich_lr1_el2, 0);
    WR(ich_lr2_el2, 0);
    WR(ich_lr3_el2, 0);
}

void base_state(void)
{
    base_el1();
    WR(cptr_el2, 0x33ff);
    WR(mdcr_el2, 6);
    WR(hstr_el2, 0);
    WR(cnthctl_el2, 3);
    WR(cntvoff_el2, 0);
    WR(cnthp_ctl_el2, 0);
    WR(vttbr_el2, 0);
    WR(vtcr_el2, BIT(31));
    WR(ttbr0_el2, 0);
    WR(tcr_el2, 0x80800000u);
    WR(mair_el2, 0);
    WR(vpidr_el2, RD(midr_el1));
    WR(vmpidr_el2, RD(mpidr_el1));
    if (has_vhe()) {
        WR(s3_4_c2_c0_1, 0);            /* TTBR1_EL2 */
        WR(s3_4_c13_c0_1, 0);           /* CONTEXTIDR_EL2 */
        WR(s3_4_c14_c3_1, 0);           /* CNTHV_CTL_EL2 */
        WR(s3_4_c14_c3_2, 0);           /* CNTHV_CVAL_EL2 */
        WR(s3_4_c5_c2_3, 0);            /* VSESR_EL2 */
    }
    base_debug();
    base_gic();
    __asm__ volatile("dsb sy\n tlbi alle1\n tlbi alle2\n dsb sy\n isb" : : : "memory");
}

static void group(const char *name, void (*run)(void))
{
    say("# group %s\n", name);
    base_state();
    run();
    base_state();
}

void harness_main(void)
{
    mmio_wr(UART + 0x30, 0x301);
    area[4] = has_vhe();
    stubs_make();
    say("# model %x\n", RD(midr_el1));
#ifndef GROUPS
#define GROUPS 0xffff
#endif
    static const struct {
        const char *name;
        void (*run)(void);
    } groups[] = {
        { "sysregs", group_sysregs },
        { "traps", group_traps },
        { "exceptions", group_exceptions },
        { "mmu", group_mmu },
        { "tlbi", group_tlbi },
        { "gic", group_gic },
        { "timers", group_timers },
        { "debug", group_debug },
        { "pmu", group_pmu },
    };
    for (unsigned i = 0; i < ARRAY_LEN(groups); i++) {
        /* the peer has no model that is like max in all; max is here for what the others lack, which is FWB */
        if (((GROUPS >> i) & 1) != 0 && (!has_fwb() || groups[i].run == group_mmu)) {
            group(groups[i].name, groups[i].run);
        }
    }
    say("# end\n");
    __asm__ volatile("mov w0, #8\n movk w0, #0x8400, lsl #16\n smc #0" : : : "x0", "x1", "x2", "x3", "memory");
}
