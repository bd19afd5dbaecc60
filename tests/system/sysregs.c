/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every register of cpu/sysreg.tbl written with patterns and read back, in each state that gives it another meaning; every
 * encoding of the MRS/MSR space, whether it is anything; and which registers share storage.
 */
#include "harness.h"

struct setting {
    const char *name;
    unsigned el;
    u64 hcr;
    bool vhe;                   /* only with VHE */
    bool open;                  /* EL0 may access what EL1 can let it access */
};

static const struct setting settings[] = {
    { "el2", 2, HCR_BASE, false, false },
    { "el2.e2h", 2, HCR_BASE | BIT(HCR_E2H), true, false },
    { "el2.host", 2, HCR_HOST, true, false },
    { "el1", 1, HCR_BASE, false, false },
    { "el1.e2h", 1, HCR_BASE | BIT(HCR_E2H), true, false },
    { "el1.virt", 1, HCR_BASE | BIT(HCR_AMO) | BIT(HCR_IMO) | BIT(HCR_FMO), false, false },
    { "el0", 0, HCR_BASE, false, true },
    { "el0.host", 0, HCR_HOST, true, true },
};

/* Let EL0 in everywhere. */
static void open_el0(struct probe *p)
{
    const u64 bits = BIT(26) | BIT(18) | BIT(16) | BIT(15) | BIT(14);       /* UCI nTWE nTWI UCT DZE */
    WR(sctlr_el1, SCTLR_EL1_BASE | bits | BIT(9));
    p->sctlr_el2 |= bits;
    WR(cntkctl_el1, 0x303);
    WR(pmuserenr_el0, 15);
    if (p->hcr & BIT(HCR_E2H)) {
        WR(cnthctl_el2, 0xf03);
        WR(cptr_el2, 0x300000);
    }
}

/* How a register is treated: bits that are never written as one, bits that are not compared. */
struct special {
    uint16_t enc;
    u64 never;
    u64 ignore;
};

#define TVAL(n) { ENC_##n, 0, ~UINT64_C(0) }
#define CTL(n) { ENC_##n, 0, 4 }

static const struct special specials[] = {
    { ENC_SCTLR_EL1, 1, 0 }, { ENC_SCTLR_EL12, 1, 0 }, { ENC_SCTLR_EL2, 1, 0 },
    { ENC_RMR_EL1, 2, 0 }, { ENC_RMR_EL2, 2, 0 },
    { ENC_CNTPCT_EL0, 0, ~UINT64_C(0) }, { ENC_CNTVCT_EL0, 0, ~UINT64_C(0) },
    TVAL(CNTP_TVAL_EL0), TVAL(CNTV_TVAL_EL0), TVAL(CNTP_TVAL_EL02), TVAL(CNTV_TVAL_EL02), TVAL(CNTHP_TVAL_EL2), TVAL(CNTHV_TVAL_EL2),
    CTL(CNTP_CTL_EL0), CTL(CNTV_CTL_EL0), CTL(CNTP_CTL_EL02), CTL(CNTV_CTL_EL02), CTL(CNTHP_CTL_EL2), CTL(CNTHV_CTL_EL2),
};

static const struct special *special_of(unsigned enc)
{
    static const struct special none = { 0, 0, 0 };
    for (unsigned i = 0; i < ARRAY_LEN(specials); i++) {
        if (specials[i].enc == enc) {
            return &specials[i];
        }
    }
    return &none;
}

/* Writes with effects that have no place here (the gic group has them). */
static bool write_is_action(unsigned enc)
{
    switch (enc) {
    case ENC_ICC_EOIR0_EL1: case ENC_ICC_EOIR1_EL1: case ENC_ICC_DIR_EL1:
    case ENC_ICC_SGI0R_EL1: case ENC_ICC_SGI1R_EL1: case ENC_ICC_ASGI1R_EL1:
        return true;
    default:
        return false;
    }
}

static const u64 patterns[] = {
    0, ~UINT64_C(0), UINT64_C(0x5555555555555555), UINT64_C(0xaaaaaaaaaaaaaaaa), UINT64_C(0x0123456789abcdef), UINT64_C(0xf0e1d2c3b4a59687),
};

static struct outcome swap(struct probe *p, const struct probe *init, unsigned i, u64 val)
{
    *p = *init;
    p->pc = (u64)(uintptr_t)stub_swap(i);
    p->x[0] = val & ~special_of(regs[i].enc)->never;
    p->x[1] = UINT64_C(0xbad0bad0bad0bad0);
    return probe_go(p);
}

/* Walking ones and walking zeros, a line each: the bits that keep what is written to them, those that are one whatever is
   written, and those that another bit than their own changes. */
static void walk(const struct probe *init, const struct setting *s, unsigned i)
{
    u64 seen = ~special_of(regs[i].enc)->ignore;
    for (unsigned inv = 0; inv < 2; inv++) {
        u64 keeps = 0, ones = seen, zeros = 0;
        struct outcome o = { 0 };
        struct probe p;
        for (unsigned b = 0; b < 64 && o.el == 0; b++) {
            o = swap(&p, init, i, inv ? ~BIT(b) : BIT(b));
            keeps |= (inv ? ~p.x[0] : p.x[0]) & BIT(b) & seen;
            ones &= p.x[0] | BIT(b);
            zeros |= p.x[0] & ~BIT(b) & seen;
        }
        say("%s.%s.walk%d", regs[i].name, s->name, 1 - inv);
        if (o.el != 0) {
            say_outcome(&p, &o, 0);
            say("\n");
        } else {
            say(" %x %x %x\n", keeps, ones, zeros & ~ones);
        }
    }
}

static void one_reg(const struct setting *s, const struct probe *init, unsigned i)
{
    const struct reg_row *r = &regs[i];
    u64 ignore = special_of(r->enc)->ignore;
    struct probe p = *init;
    p.pc = (u64)(uintptr_t)stub_read(i);
    struct outcome o = probe_go(&p);
    bool readable = o.el == 0;
    say("%s.%s.r", r->name, s->name);
    say_outcome(&p, &o, 0);
    if (readable) {
        say(" %x", p.x[0] & ~ignore);
    }
    say("\n");
    p = *init;
    p.pc = (u64)(uintptr_t)stub_write(i);
    if (readable) {
        /* back to the value that it had: a plain write must not disturb */
        struct probe q = *init;
        q.pc = (u64)(uintptr_t)stub_read(i);
        probe_go(&q);
        p.x[0] = q.x[0];
    } else if (write_is_action(r->enc)) {
        p.x[0] = (r->enc == ENC_ICC_EOIR0_EL1 || r->enc == ENC_ICC_EOIR1_EL1 || r->enc == ENC_ICC_DIR_EL1) ? 1023 : 0;
    } else if (r->cls == CLS_op) {
        p.x[0] = (u64)(uintptr_t)low_start;
    }
    o = probe_go(&p);
    bool writable = o.el == 0;
    say("%s.%s.w", r->name, s->name);
    say_outcome(&p, &o, 0);
    say("\n");
    if (!readable || !writable) {
        return;
    }
    for (unsigned k = 0; k < ARRAY_LEN(patterns); k++) {
        o = swap(&p, init, i, patterns[k]);
        say("%s.%s.%x", r->name, s->name, patterns[k]);
        say_outcome(&p, &o, 0);
        if (o.el == 0) {
            say(" %x", p.x[0] & ~ignore);
        }
        say("\n");
    }
    walk(init, s, i);
}

static void patterns_everywhere(void)
{
    for (unsigned k = 0; k < ARRAY_LEN(settings); k++) {
        const struct setting *s = &settings[k];
        if (s->vhe && !has_vhe()) {
            continue;
        }
        for (unsigned i = 0; i < N_REGS; i++) {
            if (k == 5 && regs[i].cls != CLS_vgic && regs[i].cls != CLS_ras) {
                continue;
            }
            struct probe init;
            base_state();
            probe_init(&init, s->el, NULL);
            init.hcr = s->hcr;
            if (s->open) {
                open_el0(&init);
            }
            one_reg(s, &init, i);
        }
    }
}

/* ---- shared storage: which registers change when one is written ---- */

/* Not these: their change would break the probe, every exception writes them, or they count. */
static bool shares_storage(const struct reg_row *r)
{
    switch (r->enc) {
    case ENC_HCR_EL2: case ENC_SCTLR_EL2: case ENC_RMR_EL2: case ENC_CNTPCT_EL0: case ENC_CNTVCT_EL0: case ENC_CNTFRQ_EL0:
    case ENC_CNTP_TVAL_EL0: case ENC_CNTV_TVAL_EL0: case ENC_CNTP_TVAL_EL02: case ENC_CNTV_TVAL_EL02: case ENC_CNTHP_TVAL_EL2:
    case ENC_CNTHV_TVAL_EL2:
        return false;
    default:
        return (r->cls == CLS_el1sys || r->cls == CLS_el2cfg || r->cls == CLS_el2vm || r->cls == CLS_timer || r->cls == CLS_ras ||
                r->cls == CLS_id) && r->acc[2] == 3;
    }
}

enum { MAX_SHARED = 200 };
static u32 share_code[MAX_SHARED][16] __attribute__((section(".bss.code")));
static u32 share_body[MAX_SHARED * 2 + 2] __attribute__((section(".bss.code")));
static unsigned shared[MAX_SHARED];
static u64 before[MAX_SHARED], after[MAX_SHARED];

/* body: every readable register of shared[] into the table at x2 */
static unsigned share_make(const struct probe *init)
{
    unsigned n = 0, k = 0;
    for (unsigned i = 0; i < N_REGS; i++) {
        struct probe p = *init;
        p.pc = (u64)(uintptr_t)stub_read(i);
        if (shares_storage(&regs[i]) && n < MAX_SHARED && probe_go(&p).el == 0) {
            shared[n++] = i;
            share_body[k++] = 0xd5200003u | (u32)regs[i].enc << 5;      /* mrs x3, REG */
            share_body[k++] = 0xf8008443u;                              /* str x3, [x2], #8 */
        }
    }
    share_body[k++] = 0xd65f00e0u;                                      /* ret x7 */
    for (unsigned i = 0; i < n; i++) {
        u32 enc = (u32)regs[shared[i]].enc << 5;
        const u32 code[] = {
            0xd5200001u | enc,                      /* mrs x1, REG */
            0xca010000u,                            /* eor x0, x0, x1 */
            0x10000067u,                            /* adr x7, .+12 */
            0xd61f00a0u,                            /* br x5 */
            0xd503201fu,                            /* nop */
            0xd5000000u | enc,                      /* msr REG, x0 */
            0xd5033fdfu,                            /* isb */
            0xaa0603e2u,                            /* mov x2, x6 */
            0x10000067u,                            /* adr x7, .+12 */
            0xd61f00a0u,                            /* br x5 */
            0xd503201fu,                            /* nop */
            0xd5000001u | enc,                      /* msr REG, x1 */
            0xd5033fdfu,                            /* isb */
            0xd65f03c0u,                            /* ret */
        };
        memcpy(share_code[i], code, sizeof(code));
    }
    sync_code(share_code, sizeof(share_code));
    sync_code(share_body, sizeof(share_body));
    return n;
}

static void sharing(const struct setting *s)
{
    struct probe init;
    base_state();
    probe_init(&init, s->el, NULL);
    init.hcr = s->hcr;
    unsigned n = share_make(&init);
    for (unsigned i = 0; i < n; i++) {
        struct probe p = init;
        base_state();
        p.pc = (u64)(uintptr_t)share_code[i];
        p.x[0] = UINT64_C(0x00000aa0a8a0a8a0);
        p.x[2] = (u64)(uintptr_t)before;
        p.x[5] = (u64)(uintptr_t)share_body;
        p.x[6] = (u64)(uintptr_t)after;
        struct outcome o = probe_go(&p);
        say("%s.%s.shares", regs[shared[i]].name, s->name);
        say_outcome(&p, &o, 0);
        for (unsigned k = 0; k < n; k++) {
            if (before[k] != after[k]) {
                say(" %s", regs[shared[k]].name);
            }
        }
        say("\n");
    }
}

/* ---- every encoding ---- */

static u32 space_code[2][128][2] __attribute__((section(".bss.code")));

static u64 table_map[65536 / 64];

static void map_table(void)
{
    for (unsigned i = 0; i < N_REGS; i++) {
        table_map[regs[i].enc / 64] |= BIT(regs[i].enc & 63);
    }
    table_map[0x5ba1 / 64] |= BIT(0x5ba1 & 63);     /* DC ZVA: not a row of that table */
}

static bool in_table(unsigned enc)
{
    return (table_map[enc / 64] >> (enc & 63) & 1) != 0;
}

/* The 128 encodings of one op0, op1, CRn that the table has not: which are there, and which are trapped. */
static void space_block(const struct setting *s, unsigned block)
{
    struct probe init;
    probe_init(&init, s->el, NULL);
    init.hcr = s->hcr;
    for (unsigned dir = 0; dir < 2; dir++) {
        u64 live[2] = { 0, 0 }, other = 0;
        for (unsigned i = 0; i < 128; i++) {
            unsigned enc = block << 7 | i;
            if (in_table(enc)) {
                continue;
            }
            struct probe p = init;
            p.pc = (u64)(uintptr_t)space_code[dir][i];
            p.x[0] = block >> 7 == 1 ? (u64)(uintptr_t)low_start : 0;
            struct outcome o = probe_go(&p);
            live[i >> 6] |= o.el == 0 ? BIT(i & 63) : 0;
            other += o.el != 0 && esr_ec(o.esr) != 0;
        }
        say("S%d_%d_c%d.%s.%c ok %x %x %x\n", block >> 7, (block >> 4) & 7, block & 15, s->name, dir ? 'w' : 'r', live[1], live[0], other);
    }
}

static void whole_space(const struct setting *s, unsigned n)
{
    for (unsigned block = 1 << 7; block < 4 << 7; block++) {
        for (unsigned i = 0; i < 128; i++) {
            for (unsigned dir = 0; dir < 2; dir++) {
                space_code[dir][i][0] = (dir ? 0xd5000000u : 0xd5200000u) | (block << 7 | i) << 5;
                space_code[dir][i][1] = 0xd65f03c0u;
            }
        }
        sync_code(space_code, sizeof(space_code));
        for (unsigned k = 0; k < n; k++) {
            space_block(&s[k], block);
        }
    }
}

void group_sysregs(void)
{
    static const struct setting space[] = {
        { "el2", 2, HCR_BASE, false, false },
        { "el1", 1, HCR_BASE, false, false },
        { "el0", 0, HCR_BASE, false, false },
    };
    patterns_everywhere();
    sharing(&settings[0]);
    sharing(&settings[3]);
    if (has_vhe()) {
        sharing(&settings[1]);
        sharing(&settings[2]);
        sharing(&settings[4]);
    }
    map_table();
    whole_space(space, ARRAY_LEN(space));
}
