/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operand packing: from an instruction word to the fields of a slot, one
 * function a format of the encoding table. A function may choose a variant of
 * the handler; false means that the operands are reserved: UNDEFINED.
 */
#include "cpu/slot.h"

#include <string.h>

struct packer {
    uint32_t insn;
    unsigned op;
    unsigned hid;
    unsigned index;      /* slot number in the page */
    bool ends_run;
    struct slot *s;
};

static void variant(struct packer *p, unsigned v)
{
    p->hid = p->op + v * OP_COUNT;
}

/* Register 31 as XZR (source), as a sink (destination), as SP. */
static uint8_t dst_zr(uint32_t insn, unsigned lo)
{
    unsigned r = bits32(insn, lo + 4, lo);
    return (uint8_t)(r == 31 ? X_SINK : r);
}

static uint8_t src_zr(uint32_t insn, unsigned lo)
{
    return (uint8_t)bits32(insn, lo + 4, lo);
}

static uint8_t reg_sp(uint32_t insn, unsigned lo)
{
    unsigned r = bits32(insn, lo + 4, lo);
    return (uint8_t)(r == 31 ? X_SP : r);
}

static bool pack_udf(struct packer *p)
{
    p->s->imm = (int32_t)bits32(p->insn, 15, 0);
    p->ends_run = true;
    return true;
}

static bool pack_adr(struct packer *p)
{
    p->s->rd = dst_zr(p->insn, 0);
    p->s->imm = (int32_t)sext64(bits32(p->insn, 23, 5) << 2 | bits32(p->insn, 30, 29), 21) + (int32_t)(p->index * 4);
    return true;
}

static bool pack_adrp(struct packer *p)
{
    p->s->rd = dst_zr(p->insn, 0);
    p->s->imm = (int32_t)sext64(bits32(p->insn, 23, 5) << 2 | bits32(p->insn, 30, 29), 21);
    return true;
}

static bool pack_addsub_imm(struct packer *p)
{
    p->s->rd = reg_sp(p->insn, 0);
    p->s->rn = reg_sp(p->insn, 5);
    p->s->imm = (int32_t)(bits32(p->insn, 21, 10) << (bit32(p->insn, 22) ? 12 : 0));
    return true;
}

static bool pack_addsubs_imm(struct packer *p)
{
    pack_addsub_imm(p);
    p->s->rd = dst_zr(p->insn, 0);
    if (bit32(p->insn, 30) && p->s->rd == X_SINK) {
        variant(p, VARIANT_CMP);
    }
    return true;
}

/* DecodeBitMasks(): variant 0 has the value as a sign-extended 32-bit number, variant 1 the general form as
   immr in rm, imms in ra, element size in aux. */
static bool pack_logic_imm(struct packer *p)
{
    bool x = bit32(p->insn, 31);
    unsigned n = bit32(p->insn, 22), immr = bits32(p->insn, 21, 16), imms = bits32(p->insn, 15, 10);
    bool ands = bits32(p->insn, 30, 29) == 3;
    p->s->rd = ands ? dst_zr(p->insn, 0) : reg_sp(p->insn, 0);
    p->s->rn = src_zr(p->insn, 5);
    unsigned combined = n << 6 | (~imms & 0x3f);
    if (combined == 0) {
        return false;
    }
    unsigned len = 31 - (unsigned)__builtin_clz(combined);
    if (len < 1) {
        return false;
    }
    unsigned esize = 1u << len, levels = esize - 1;
    unsigned s = imms & levels, r = immr & levels;
    if (s == levels) {
        return false;
    }
    uint64_t elem = rotated_mask(s, r, esize);
    if (!x || (int64_t)elem == (int64_t)(int32_t)elem) {
        p->s->imm = (int32_t)elem;
        if (ands && p->s->rd == X_SINK) {
            variant(p, VARIANT_CMP);
        }
        return true;
    }
    p->s->rm = (uint8_t)r;
    p->s->ra = (uint8_t)s;
    p->s->aux = (uint16_t)esize;
    variant(p, esize == 64 ? 1 : 2);
    return true;
}

static bool pack_movw(struct packer *p)
{
    p->s->rd = dst_zr(p->insn, 0);
    p->s->rm = (uint8_t)(bits32(p->insn, 22, 21) * 16);
    p->s->aux = (uint16_t)bits32(p->insn, 20, 5);
    return true;
}

/* Every SBFM/UBFM is a left shift (rm) followed by a right shift (ra) */
static bool pack_bitfield(struct packer *p)
{
    unsigned top = bit32(p->insn, 31) ? 63 : 31;
    unsigned r = bits32(p->insn, 21, 16), s = bits32(p->insn, 15, 10);
    p->s->rd = dst_zr(p->insn, 0);
    p->s->rn = src_zr(p->insn, 5);
    p->s->rm = (uint8_t)(top - s);
    p->s->ra = (uint8_t)(s >= r ? top - s + r : r - s - 1);
    return true;
}

static bool pack_rrr(struct packer *p)
{
    p->s->rd = dst_zr(p->insn, 0);
    p->s->rn = src_zr(p->insn, 5);
    p->s->rm = src_zr(p->insn, 16);
    return true;
}

static bool pack_rr(struct packer *p)
{
    return pack_rrr(p);
}

static bool pack_rrrr(struct packer *p)
{
    p->s->ra = src_zr(p->insn, 10);
    return pack_rrr(p);
}

static bool pack_rrr_lsb(struct packer *p)
{
    p->s->ra = (uint8_t)bits32(p->insn, 15, 10);
    return pack_rrr(p);
}

static bool pack_shifted(struct packer *p)
{
    unsigned type = bits32(p->insn, 23, 22), amount = bits32(p->insn, 15, 10);
    pack_rrr(p);
    p->s->ra = (uint8_t)amount;
    variant(p, type);
    if (type == 0 && amount == 0) {
        bool compare = p->op == OP_SUBS_X_sr || p->op == OP_SUBS_W_sr;
        variant(p, compare && p->s->rd == X_SINK ? VARIANT_CMP : VARIANT_PLAIN);
    }
    if (type == 0 && amount == 0 && p->s->rn == X_ZR && (p->op == OP_ORR_X_sr || p->op == OP_ORR_W_sr)) {
        p->hid = p->op == OP_ORR_X_sr ? HID_MOV_X : HID_MOV_W;
    }
    return true;
}

static bool pack_extended(struct packer *p)
{
    p->s->rd = reg_sp(p->insn, 0);
    p->s->rn = reg_sp(p->insn, 5);
    p->s->rm = src_zr(p->insn, 16);
    p->s->ra = (uint8_t)bits32(p->insn, 15, 13);
    p->s->aux = (uint16_t)bits32(p->insn, 12, 10);
    return true;
}

static bool pack_extended_s(struct packer *p)
{
    pack_extended(p);
    p->s->rd = dst_zr(p->insn, 0);
    return true;
}

static bool pack_ccmp(struct packer *p)
{
    p->s->rn = src_zr(p->insn, 5);
    p->s->rm = (uint8_t)bits32(p->insn, 20, 16);
    p->s->ra = (uint8_t)bits32(p->insn, 15, 12);
    p->s->aux = (uint16_t)bits32(p->insn, 3, 0);
    if (bit32(p->insn, 30)) { /* CCMP */
        p->hid = HID_CCMP + (bit32(p->insn, 31) << 1 | bit32(p->insn, 11)) * 16 + p->s->ra;
    }
    return true;
}

static bool pack_ccmp_imm(struct packer *p)
{
    return pack_ccmp(p);
}

static bool pack_csel(struct packer *p)
{
    pack_rrr(p);
    unsigned kind = bit32(p->insn, 31) << 2 | bit32(p->insn, 30) << 1 | bit32(p->insn, 10);
    p->hid = HID_CSEL + kind * 16 + bits32(p->insn, 15, 12);
    return true;
}

/* Direct branches: within the page imm is the distance in bytes between the slots (variant 0), else the distance in bytes from
   the start of the page (variant 1) */
static bool branch_to(struct packer *p, int64_t disp)
{
    int64_t off = (int64_t)p->index * 4 + disp;
    p->ends_run = true;
    if (off >= 0 && off < 4096) {
        p->s->imm = (int32_t)(disp / 4 * (int64_t)sizeof(struct slot));
        return true;
    }
    p->s->imm = (int32_t)off;
    return false;
}

static bool pack_b(struct packer *p)
{
    variant(p, branch_to(p, sext64(bits32(p->insn, 25, 0), 26) * 4) ? 0 : 1);
    return true;
}

static bool pack_bcond(struct packer *p)
{
    bool near = branch_to(p, sext64(bits32(p->insn, 23, 5), 19) * 4);
    p->hid = (near ? HID_BCOND : HID_BCOND_FAR) + bits32(p->insn, 3, 0);
    return true;
}

static bool pack_cb(struct packer *p)
{
    p->s->rn = src_zr(p->insn, 0);
    variant(p, branch_to(p, sext64(bits32(p->insn, 23, 5), 19) * 4) ? 0 : 1);
    return true;
}

static bool pack_tb(struct packer *p)
{
    p->s->rn = src_zr(p->insn, 0);
    p->s->rd = (uint8_t)(bit32(p->insn, 31) << 5 | bits32(p->insn, 23, 19));
    variant(p, branch_to(p, sext64(bits32(p->insn, 18, 5), 14) * 4) ? 0 : 1);
    return true;
}

static bool pack_br(struct packer *p)
{
    p->s->rn = src_zr(p->insn, 5);
    p->ends_run = true;
    return true;
}

static bool pack_none(struct packer *p)
{
    (void)p;
    return true;
}

static bool pack_none_end(struct packer *p)
{
    p->ends_run = true;
    return true;
}

static bool pack_imm16_end(struct packer *p)
{
    p->s->imm = (int32_t)bits32(p->insn, 20, 5);
    p->ends_run = true;
    return true;
}

static bool pack_hint(struct packer *p)
{
    p->hid = HID_NOP;
    return true;
}

static bool pack_barrier(struct packer *p)
{
    p->s->imm = (int32_t)bits32(p->insn, 11, 8);
    return true;
}

static bool pack_prfm(struct packer *p)
{
    p->hid = HID_NOP;
    return true;
}

static bool pack_msr_imm(struct packer *p)
{
    p->s->imm = (int32_t)bits32(p->insn, 11, 8);
    return true;
}

/* imm = op0:op1:CRn:CRm:op2 in 16 bits; the register's table index replaces it when it exists */
static bool pack_sysreg(struct packer *p)
{
    uint16_t enc = (uint16_t)(bits32(p->insn, 20, 19) << 14 | bits32(p->insn, 18, 5));
    int idx = sysreg_lookup(enc);
    if (idx < 0) {
        return false;
    }
    p->s->imm = idx;
    return true;
}

/* MRS and MSR: variant 1 is DAIF, variant 2 an IMPLEMENTATION DEFINED register, whose index is beyond the tables. SYS and SYSL have
   the same operands and no variants. */
static bool pack_moved(struct packer *p)
{
    if (!pack_sysreg(p)) {
        return false;
    }
    if (p->op != OP_MRS && p->op != OP_MSR) {
        return true;
    }
    if (p->s->imm == SR_DAIF) {
        variant(p, 1);
    } else if (p->s->imm >= SR_COUNT) {
        variant(p, 2);
    }
    return true;
}

static bool pack_msr(struct packer *p)
{
    p->s->rn = src_zr(p->insn, 0);
    return pack_moved(p);
}

static bool pack_mrs(struct packer *p)
{
    p->s->rd = dst_zr(p->insn, 0);
    return pack_moved(p);
}

static bool pack_rt(struct packer *p)
{
    p->s->rn = src_zr(p->insn, 0);
    return true;
}

static bool pack_ldlit(struct packer *p)
{
    p->s->rd = dst_zr(p->insn, 0);
    p->s->imm = (int32_t)sext64(bits32(p->insn, 23, 5), 19) * 4 + (int32_t)(p->index * 4);
    return true;
}

static bool pack_ldlit_v(struct packer *p)
{
    pack_ldlit(p);
    p->s->rd = src_zr(p->insn, 0);
    return true;
}

/* Load/store register: rd is the data register. Loads write it, stores read it; variant 1 has SP as base. */
static void ls_common(struct packer *p, bool vec)
{
    bool load = vec ? bit32(p->insn, 22) : bits32(p->insn, 23, 22) != 0;
    p->s->rd = load && !vec ? dst_zr(p->insn, 0) : src_zr(p->insn, 0);
    p->s->rn = reg_sp(p->insn, 5);
    variant(p, p->s->rn == X_SP ? 1 : 0);
}

static bool ls_off(struct packer *p, bool vec)
{
    unsigned scale = bits32(p->insn, 31, 30);
    if (vec && bit32(p->insn, 23)) {
        scale = 4;
    }
    ls_common(p, vec);
    p->s->imm = (int32_t)(bits32(p->insn, 21, 10) << scale);
    return true;
}

static bool ls_imm9(struct packer *p, bool vec)
{
    ls_common(p, vec);
    p->s->imm = (int32_t)sext64(bits32(p->insn, 20, 12), 9);
    return true;
}

static bool ls_reg(struct packer *p, bool vec)
{
    unsigned scale = bits32(p->insn, 31, 30);
    if (vec && bit32(p->insn, 23)) {
        scale = 4;
    }
    ls_common(p, vec);
    p->s->rm = src_zr(p->insn, 16);
    p->s->ra = (uint8_t)bits32(p->insn, 15, 13);
    p->s->aux = (uint16_t)(bit32(p->insn, 12) ? scale : 0);
    /* variant 2: the index is a plain 64-bit register (LSL), the commonest form */
    if (p->s->ra == 3 && p->s->rn != X_SP) {
        variant(p, 2);
    }
    return true;
}

static bool pack_ld_off(struct packer *p)
{
    return ls_off(p, false);
}

static bool pack_ld_off_v(struct packer *p)
{
    return ls_off(p, true);
}

static bool pack_ld_ur(struct packer *p)
{
    return ls_imm9(p, false);
}

static bool pack_ld_ur_v(struct packer *p)
{
    return ls_imm9(p, true);
}

static bool pack_ld_wb(struct packer *p)
{
    return ls_imm9(p, false);
}

static bool pack_ld_wb_v(struct packer *p)
{
    return ls_imm9(p, true);
}

static bool pack_ld_t(struct packer *p)
{
    return ls_imm9(p, false);
}

static bool pack_ld_reg(struct packer *p)
{
    return ls_reg(p, false);
}

static bool pack_ld_reg_v(struct packer *p)
{
    return ls_reg(p, true);
}

static bool pair(struct packer *p, bool vec)
{
    bool load = bit32(p->insn, 22);
    unsigned opc = bits32(p->insn, 31, 30);
    unsigned scale = vec ? 2 + opc : (opc & 2 ? 3 : 2);
    p->s->rd = load && !vec ? dst_zr(p->insn, 0) : src_zr(p->insn, 0);
    p->s->rn = reg_sp(p->insn, 5);
    p->s->imm = 0;
    p->s->ra = load && !vec ? dst_zr(p->insn, 10) : src_zr(p->insn, 10);
    /* the offset, at most +-1024, in aux */
    p->s->aux = (uint16_t)(sext64(bits32(p->insn, 21, 15), 7) * (1 << scale));
    variant(p, p->s->rn == X_SP ? 1 : 0);
    return true;
}

static bool pack_pair(struct packer *p)
{
    return pair(p, false);
}

static bool pack_pair_v(struct packer *p)
{
    return pair(p, true);
}

/* Exclusive, ordered, compare-and-swap, atomics: rd = Rt, rn = base, rm = Rs, ra = Rt2, raw numbers (the semantics
   choose zero or sink) */
static bool pack_excl(struct packer *p)
{
    p->s->rd = src_zr(p->insn, 0);
    p->s->rn = reg_sp(p->insn, 5);
    p->s->rm = src_zr(p->insn, 16);
    p->s->ra = src_zr(p->insn, 10);
    return true;
}

static bool pack_exclp(struct packer *p)
{
    return pack_excl(p);
}

static bool pack_ldst_o(struct packer *p)
{
    return pack_excl(p);
}

static bool pack_cas(struct packer *p)
{
    return pack_excl(p);
}

static bool pack_casp(struct packer *p)
{
    return pack_excl(p);
}

static bool pack_amo(struct packer *p)
{
    return pack_excl(p);
}

/* Pointer authentication: rd, rn, rm raw; LDRAA's offset in imm */
static bool pack_pac(struct packer *p)
{
    p->s->rd = (uint8_t)bits32(p->insn, 4, 0);
    p->s->rn = (uint8_t)bits32(p->insn, 9, 5);
    p->s->rm = (uint8_t)bits32(p->insn, 20, 16);
    return true;
}

static bool pack_pac_br(struct packer *p)
{
    p->ends_run = true;
    p->s->rm = (uint8_t)bits32(p->insn, 4, 0);
    p->s->rn = (uint8_t)bits32(p->insn, 9, 5);
    return true;
}

static bool pack_pac_ld(struct packer *p)
{
    p->s->rd = (uint8_t)bits32(p->insn, 4, 0);
    p->s->rn = reg_sp(p->insn, 5);
    p->s->imm = (int32_t)sext64(bit32(p->insn, 22) << 9 | bits32(p->insn, 20, 12), 10) * 8;
    return true;
}

static bool pack_v(struct packer *p)
{
    p->s->imm = (int32_t)p->insn;
    p->s->rd = (uint8_t)p->op;
    p->s->rn = (uint8_t)(p->op >> 8);
    p->hid = HID_VCALL;
    return true;
}

typedef bool (*pack_fn)(struct packer *p);

static const pack_fn pack_of_op[OP_COUNT] = {
#define X(name, format) [OP_##name] = pack_##format,
    A64_ROW_FORMATS(X)
#undef X
};

struct packed slot_pack(uint32_t insn, unsigned index, const struct features *feat, struct slot *s)
{
    int op = a64_decode_for(insn, feat);
    s->imm = 0;
    s->rd = s->rn = 0;
    if (op >= 0) {
        struct packer p = {.insn = insn, .op = (unsigned)op, .hid = (unsigned)op, .index = index, .s = s};
        if (pack_of_op[op](&p)) {
            return (struct packed){p.hid, p.ends_run};
        }
    }
    s->imm = (int32_t)insn;
    return (struct packed){HID_UNDEF, true};
}
