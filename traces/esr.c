/* SPDX-License-Identifier: Apache-2.0 */
#include "traces/esr.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    EC_WFX = 0x01, EC_FP = 0x07, EC_PAC = 0x09, EC_BTI = 0x0d, EC_SVC32 = 0x11, EC_HVC32 = 0x12, EC_SMC32 = 0x13, EC_SVC = 0x15,
    EC_HVC = 0x16, EC_SMC = 0x17, EC_SYSREG = 0x18, EC_SVE = 0x19, EC_ERET = 0x1a, EC_IABT = 0x20, EC_IABT_CUR = 0x21,
    EC_PC_ALIGN = 0x22, EC_DABT = 0x24, EC_DABT_CUR = 0x25, EC_FP_EXC = 0x2c, EC_SERROR = 0x2f, EC_BREAKPT = 0x30, EC_SSTEP = 0x32,
    EC_WATCHPT = 0x34, EC_WATCHPT_CUR = 0x35, EC_BKPT32 = 0x38, EC_BRK = 0x3c
};

static const char *const ec_names[64] = {
    [0x00] = "UNDEF", [0x01] = "WFx", [0x03] = "CP15", [0x04] = "CP15 64-bit", [0x05] = "CP14", [0x06] = "CP14 LDC/STC",
    [0x07] = "FP access", [0x08] = "VMRS", [0x09] = "PAC", [0x0a] = "LD64B/ST64B", [0x0c] = "CP14 64-bit", [0x0d] = "BTI",
    [0x0e] = "illegal state", [0x11] = "SVC32", [0x12] = "HVC32", [0x13] = "SMC32", [0x15] = "SVC", [0x16] = "HVC",
    [0x17] = "SMC", [0x18] = "sysreg", [0x19] = "SVE access", [0x1a] = "ERET", [0x1c] = "PAC failure", [0x1d] = "SME access",
    [0x20] = "IABT", [0x21] = "IABT same EL", [0x22] = "PC alignment", [0x24] = "DABT", [0x25] = "DABT same EL",
    [0x26] = "SP alignment", [0x27] = "MOPS", [0x28] = "FP exception32", [0x2c] = "FP exception", [0x2f] = "SError",
    [0x30] = "breakpoint", [0x31] = "breakpoint same EL", [0x32] = "software step", [0x33] = "software step same EL",
    [0x34] = "watchpoint", [0x35] = "watchpoint same EL", [0x38] = "BKPT32", [0x3a] = "vector catch32", [0x3c] = "BRK",
};

/* Text that grows in a buffer of fixed size; what does not fit is left out. */
struct text {
    char *buf;
    size_t len, at;
};

static void __attribute__((format(printf, 2, 3))) add(struct text *t, const char *fmt, ...)
{
    if (t->at + 1 >= t->len) {
        return;
    }
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(t->buf + t->at, t->len - t->at, fmt, ap);
    va_end(ap);
    if (n > 0) {
        t->at = t->at + (size_t)n < t->len ? t->at + (size_t)n : t->len - 1;
    }
}

static struct text text_begin(char *buf, size_t len)
{
    if (len > 0) {
        buf[0] = '\0';
    }
    return (struct text){.buf = buf, .len = len};
}

const char *esr_ec_name(unsigned ec)
{
    return ec < 64 ? ec_names[ec] : NULL;
}

static void add_ec(struct text *t, unsigned ec)
{
    if (ec_names[ec] != NULL) {
        add(t, "%s", ec_names[ec]);
    } else {
        add(t, "EC %#x", ec);
    }
}

/* ISS.DFSC/IFSC. Level -1 exists with FEAT_LPA2 only, and has codes of its own. */
static void add_fault_status(struct text *t, unsigned fsc, bool with_level)
{
    static const char *const by_level[16] = {
        [0] = "address size fault", [1] = "translation fault", [2] = "access flag fault", [3] = "permission fault",
        [5] = "external abort on walk", [7] = "parity error on walk",
    };
    const char *single = NULL;
    switch (fsc) {
    case 0x10: single = "external abort"; break;
    case 0x11: single = "tag check fault"; break;
    case 0x13: single = "external abort on walk L-1"; break;
    case 0x18: single = "parity error"; break;
    case 0x21: single = "alignment fault"; break;
    case 0x29: single = "address size fault L-1"; break;
    case 0x2b: single = "translation fault L-1"; break;
    case 0x30: single = "TLB conflict"; break;
    case 0x31: single = "unsupported atomic update"; break;
    case 0x34: single = "lockdown fault"; break;
    case 0x35: single = "unsupported exclusive"; break;
    }
    if (single != NULL) {
        add(t, "%s", single);
    } else if (by_level[(fsc >> 2) & 0xf] == NULL) {
        add(t, "fault status %#x", fsc);
    } else if (with_level) {
        add(t, "%s L%u", by_level[fsc >> 2], fsc & 3);
    } else {
        add(t, "%s", by_level[fsc >> 2]);
    }
}

void esr_fault_status(char *buf, size_t len, unsigned fsc)
{
    struct text t = text_begin(buf, len);
    add_fault_status(&t, fsc & 0x3f, true);
}

void esr_sysreg_name(char *buf, size_t len, uint16_t enc, const struct esr_names *names)
{
    struct text t = text_begin(buf, len);
    const char *known = names != NULL && names->sysreg != NULL ? names->sysreg(names->opaque, enc) : NULL;
    if (known != NULL) {
        add(&t, "%s", known);
    } else {
        add(&t, "S%u_%u_C%u_C%u_%u", bits32(enc, 15, 14), bits32(enc, 13, 11), bits32(enc, 10, 7), bits32(enc, 6, 3),
            bits32(enc, 2, 0));
    }
}

/* The encoding in the order of the instruction, from the order of the ISS of EC 0x18. */
static uint16_t sysreg_enc(uint32_t iss)
{
    return (uint16_t)(bits32(iss, 21, 20) << 14 | bits32(iss, 16, 14) << 11 | bits32(iss, 13, 10) << 7 |
                      bits32(iss, 4, 1) << 3 | bits32(iss, 19, 17));
}

static void add_gpr(struct text *t, bool is64, unsigned n)
{
    if (n == 31) {
        add(t, is64 ? "xzr" : "wzr");
    } else {
        add(t, "%c%u", is64 ? 'x' : 'w', n);
    }
}

static void add_sysreg(struct text *t, uint32_t iss, bool full, const struct esr_names *names)
{
    bool read = bit32(iss, 0);
    uint16_t enc = sysreg_enc(iss);
    char name[64];
    esr_sysreg_name(name, sizeof(name), enc, names);
    if (enc >> 14 == 1) { /* op0 = 1: SYS, SYSL and their aliases */
        add(t, "sysop %s", name);
    } else {
        add(t, "sysreg %s %s", read ? "read" : "write", name);
    }
    if (full) {
        add(t, read ? " to " : " from ");
        add_gpr(t, true, bits32(iss, 9, 5));
    }
}

static void add_abort_tail(struct text *t, uint32_t iss, bool full)
{
    add(t, ", ");
    add_fault_status(t, iss & 0x3f, full);
    if (bit32(iss, 7)) {
        add(t, " on stage 1 walk");
    }
}

/* Data abort: WnR, CM, and the instruction's size and register when ISV. */
static void add_dabt(struct text *t, uint32_t iss, bool full)
{
    if (bit32(iss, 8)) {
        add(t, " cache maintenance");
    } else {
        add(t, bit32(iss, 6) ? " write" : " read");
    }
    if (full && bit32(iss, 24)) {
        unsigned bytes = 1U << bits32(iss, 23, 22);
        add(t, " %u byte%s %s ", bytes, bytes == 1 ? "" : "s", bit32(iss, 6) ? "from" : "to");
        add_gpr(t, bit32(iss, 15), bits32(iss, 20, 16));
    }
    add_abort_tail(t, iss, full);
}

static void add_serror(struct text *t, uint32_t iss)
{
    static const char *const aet[8] = {
        "uncontainable", "unrecoverable", "restartable", "recoverable", "AET 4", "AET 5", "corrected", "AET 7",
    };
    if (bit32(iss, 24)) {
        add(t, " implementation defined %#x", bits32(iss, 23, 0));
    } else if (bits32(iss, 5, 0) == 0x11) {
        add(t, " %s", aet[bits32(iss, 12, 10)]);
    }
}

static void add_fp_exception(struct text *t, uint32_t iss)
{
    static const struct {
        uint8_t bit;
        const char *name;
    } flag[] = {{0, "invalid"}, {1, "divide by zero"}, {2, "overflow"}, {3, "underflow"}, {4, "inexact"}, {7, "denormal"}};
    if (!bit32(iss, 23)) {
        return;
    }
    for (unsigned i = 0; i < ARRAY_LEN(flag); i++) {
        if (bit32(iss, flag[i].bit)) {
            add(t, " %s", flag[i].name);
        }
    }
}

static void describe(struct text *t, uint64_t esr, bool full, const struct esr_names *names)
{
    static const char *const wfx[4] = {"WFI", "WFE", "WFIT", "WFET"};
    static const char *const eret[4] = {"ERET", "ERET", "ERETAA", "ERETAB"};
    unsigned ec = esr_ec(esr);
    uint32_t iss = (uint32_t)(esr & 0x1ffffff);

    switch (ec) {
    case EC_WFX: add(t, "%s", wfx[iss & 3]); return;
    case EC_SYSREG: add_sysreg(t, iss, full, names); return;
    case EC_ERET: add(t, "%s", eret[iss & 3]); return;
    }
    add_ec(t, ec);
    switch (ec) {
    case EC_SVC32: case EC_HVC32: case EC_SVC: case EC_HVC: case EC_SMC: case EC_BKPT32: case EC_BRK:
        if (full) {
            add(t, " #%u", iss & 0xffff);
        }
        break;
    case EC_IABT: case EC_IABT_CUR:
        add_abort_tail(t, iss, full);
        break;
    case EC_DABT: case EC_DABT_CUR:
        add_dabt(t, iss, full);
        break;
    case EC_WATCHPT: case EC_WATCHPT_CUR:
        add(t, bit32(iss, 6) ? " write" : " read");
        break;
    case EC_SERROR:
        add_serror(t, iss);
        break;
    case EC_FP_EXC:
        add_fp_exception(t, iss);
        break;
    case EC_SSTEP:
        if (full && bit32(iss, 24) && bit32(iss, 6)) {
            add(t, " of an exclusive");
        }
        break;
    case EC_BTI:
        if (full) {
            add(t, " BTYPE %u", iss & 3);
        }
        break;
    }
}

void esr_describe(char *buf, size_t len, uint64_t esr, const struct esr_names *names)
{
    struct text t = text_begin(buf, len);
    describe(&t, esr, true, names);
}

void esr_reason(char *buf, size_t len, uint64_t esr, const struct esr_names *names)
{
    struct text t = text_begin(buf, len);
    describe(&t, esr, false, names);
}

bool esr_far_valid(uint64_t esr)
{
    switch (esr_ec(esr)) {
    case EC_IABT: case EC_IABT_CUR: case EC_DABT: case EC_DABT_CUR:
        /* ISS.FnV is only meaningful for a synchronous external abort that is not on a walk */
        return !((esr & 0x3f) == 0x10 && bit64(esr, 10));
    case EC_PC_ALIGN: case EC_WATCHPT: case EC_WATCHPT_CUR:
        return true;
    default:
        return false;
    }
}

bool esr_ipa(uint64_t esr, uint64_t far, uint64_t hpfar, uint64_t *ipa)
{
    unsigned ec = esr_ec(esr);
    unsigned kind = (esr >> 2) & 0xf;
    bool s1ptw = bit64(esr, 7);
    if (ec != EC_IABT && ec != EC_DABT) {
        return false;
    }
    /* HPFAR_EL2 is UNKNOWN for a permission fault that is not on a stage 1 walk, and for aborts that are not stage 2's */
    if (kind > 3 || (kind == 3 && !s1ptw)) {
        return false;
    }
    *ipa = bits64(hpfar, 43, 4) << 12;
    if (!s1ptw) {
        *ipa |= far & 0xfff;
    }
    return true;
}
