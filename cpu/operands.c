/* SPDX-License-Identifier: Apache-2.0 */
/* Operands of the base encodings: one function a format of the encoding table, as in pack.c. */
#include "cpu/operands-int.h"
#include "cpu/features.h"

#include <stdio.h>

static unsigned rd_of(uint32_t insn) { return bits32(insn, 4, 0); }
static unsigned rn_of(uint32_t insn) { return bits32(insn, 9, 5); }
static unsigned rm_of(uint32_t insn) { return bits32(insn, 20, 16); }
static unsigned ra_of(uint32_t insn) { return bits32(insn, 14, 10); }

static void flags(struct operands *o)
{
    opd_dst(o, OPD_NZCV, OPD_FLAGS);
}

static void nothing(struct operands *o, uint32_t insn)
{
    (void)o;
    (void)insn;
}

static void ops_udf(struct operands *o, uint32_t insn)
{
    (void)insn;
    o->branch = OPD_BR_EXCEPTION;
}

/* ---- data processing ---- */
static void ops_adr(struct operands *o, uint32_t insn)
{
    o->is64 = o->reads_pc = true;
    o->disp = sext64(bits32(insn, 23, 5) << 2 | bits32(insn, 30, 29), 21) * (bit32(insn, 31) ? 4096 : 1);
    opd_dst_x(o, rd_of(insn), OPD_RESULT);
}

static void ops_adrp(struct operands *o, uint32_t insn)
{
    ops_adr(o, insn);
}

static void ops_addsub_imm(struct operands *o, uint32_t insn)
{
    opd_src(o, rn_of(insn), OPD_SRC);
    opd_dst(o, rd_of(insn), OPD_RESULT);
}

static void ops_addsubs_imm(struct operands *o, uint32_t insn)
{
    opd_src(o, rn_of(insn), OPD_SRC);
    opd_dst_x(o, rd_of(insn), OPD_RESULT);
    flags(o);
}

static void ops_logic_imm(struct operands *o, uint32_t insn)
{
    opd_src_x(o, rn_of(insn), OPD_SRC);
    if (bits32(insn, 30, 29) == 3) {
        opd_dst_x(o, rd_of(insn), OPD_RESULT);
        flags(o);
    } else {
        opd_dst(o, rd_of(insn), OPD_RESULT);
    }
}

static void ops_movw(struct operands *o, uint32_t insn)
{
    if (bits32(insn, 30, 29) == 3) { /* MOVK */
        opd_src_x(o, rd_of(insn), OPD_MERGE);
    }
    opd_dst_x(o, rd_of(insn), OPD_RESULT);
}

static void ops_bitfield(struct operands *o, uint32_t insn)
{
    opd_src_x(o, rn_of(insn), OPD_SRC);
    if (bits32(insn, 30, 29) == 1) { /* BFM */
        opd_src_x(o, rd_of(insn), OPD_MERGE);
    }
    opd_dst_x(o, rd_of(insn), OPD_RESULT);
}

static void ops_rrr(struct operands *o, uint32_t insn)
{
    opd_src_x(o, rn_of(insn), OPD_SRC);
    opd_src_x(o, rm_of(insn), OPD_SRC);
    if (bits32(insn, 28, 21) == 0xd0) { /* ADC, SBC */
        opd_src(o, OPD_NZCV, OPD_COND);
    }
    opd_dst_x(o, rd_of(insn), OPD_RESULT);
    if (bits32(insn, 28, 21) == 0xd0 && bit32(insn, 29)) {
        flags(o);
    }
}

static void ops_rrr_lsb(struct operands *o, uint32_t insn)
{
    ops_rrr(o, insn);
}

static void ops_rr(struct operands *o, uint32_t insn)
{
    opd_src_x(o, rn_of(insn), OPD_SRC);
    opd_dst_x(o, rd_of(insn), OPD_RESULT);
}

static void ops_rrrr(struct operands *o, uint32_t insn)
{
    opd_src_x(o, rn_of(insn), OPD_SRC);
    opd_src_x(o, rm_of(insn), OPD_SRC);
    opd_src_x(o, ra_of(insn), OPD_ACC);
    opd_dst_x(o, rd_of(insn), OPD_RESULT);
}

/* Logical and add/subtract, shifted register */
static void ops_shifted(struct operands *o, uint32_t insn)
{
    bool add = bit32(insn, 24), s = add ? bit32(insn, 29) : bits32(insn, 30, 29) == 3;
    o->shift = (uint8_t)bits32(insn, 23, 22);
    o->amount = (uint8_t)bits32(insn, 15, 10);
    opd_src_x(o, rn_of(insn), OPD_SRC);
    opd_src_x(o, rm_of(insn), o->shift == 0 && o->amount == 0 ? OPD_SRC : OPD_SHIFTED);
    opd_dst_x(o, rd_of(insn), OPD_RESULT);
    if (s) {
        flags(o);
    }
}

static void ops_extended(struct operands *o, uint32_t insn)
{
    o->extend = (uint8_t)bits32(insn, 15, 13);
    o->amount = (uint8_t)bits32(insn, 12, 10);
    opd_src(o, rn_of(insn), OPD_SRC);
    opd_src_x(o, rm_of(insn), OPD_EXTENDED);
    opd_dst(o, rd_of(insn), OPD_RESULT);
}

static void ops_extended_s(struct operands *o, uint32_t insn)
{
    ops_extended(o, insn);
    o->n_dst = 0;
    opd_dst_x(o, rd_of(insn), OPD_RESULT);
    flags(o);
}

static void ops_ccmp_imm(struct operands *o, uint32_t insn)
{
    opd_src_x(o, rn_of(insn), OPD_SRC);
    opd_src(o, OPD_NZCV, OPD_COND);
    flags(o);
}

static void ops_ccmp(struct operands *o, uint32_t insn)
{
    ops_ccmp_imm(o, insn);
    opd_src_x(o, rm_of(insn), OPD_SRC);
}

static void ops_csel(struct operands *o, uint32_t insn)
{
    opd_src_x(o, rn_of(insn), OPD_SRC);
    opd_src_x(o, rm_of(insn), OPD_SRC);
    opd_src(o, OPD_NZCV, OPD_COND);
    opd_dst_x(o, rd_of(insn), OPD_RESULT);
}

/* ---- branches ---- */
static void ops_b(struct operands *o, uint32_t insn)
{
    o->reads_pc = true;
    o->disp = sext64(bits32(insn, 25, 0), 26) * 4;
    o->branch = OPD_BR_DIRECT;
    if (bit32(insn, 31)) {
        o->branch = OPD_BR_CALL;
        opd_dst(o, 30, OPD_LINK);
    }
}

static void ops_bcond(struct operands *o, uint32_t insn)
{
    o->reads_pc = true;
    o->disp = sext64(bits32(insn, 23, 5), 19) * 4;
    o->branch = OPD_BR_COND;
    opd_src(o, OPD_NZCV, OPD_COND);
}

static void ops_cb(struct operands *o, uint32_t insn)
{
    o->reads_pc = true;
    o->disp = sext64(bits32(insn, 23, 5), 19) * 4;
    o->branch = OPD_BR_COND;
    opd_src_x(o, rd_of(insn), OPD_SRC);
}

static void ops_tb(struct operands *o, uint32_t insn)
{
    o->reads_pc = true;
    o->disp = sext64(bits32(insn, 18, 5), 14) * 4;
    o->branch = OPD_BR_COND;
    opd_src_x(o, rd_of(insn), OPD_SRC);
}

/* BR, BLR, RET by bits 22:21 */
static void indirect(struct operands *o, uint32_t insn, unsigned rn)
{
    static const uint8_t kind[4] = {OPD_BR_INDIRECT, OPD_BR_INDIRECT_CALL, OPD_BR_RET, OPD_BR_NONE};
    o->branch = kind[bits32(insn, 22, 21)];
    opd_src_x(o, rn, OPD_TARGET);
    if (o->branch == OPD_BR_INDIRECT_CALL) {
        o->reads_pc = true;
        opd_dst(o, 30, OPD_LINK);
    }
}

static void ops_br(struct operands *o, uint32_t insn)
{
    o->is64 = true;
    indirect(o, insn, rn_of(insn));
}

static void ops_pac_br(struct operands *o, uint32_t insn)
{
    unsigned opc = bits32(insn, 24, 21);
    o->is64 = o->system = true;
    if (opc == 4) { /* ERETAA, ERETAB: the address is in ELR_ELx */
        o->branch = OPD_BR_ERET;
        opd_src(o, OPD_SP, OPD_MODIFIER);
        return;
    }
    indirect(o, insn, opc == 2 ? 30 : rn_of(insn));
    if (opc == 2) { /* RETAA, RETAB */
        opd_src(o, OPD_SP, OPD_MODIFIER);
    } else if (bit32(insn, 24)) {
        opd_src(o, rd_of(insn), OPD_MODIFIER);
    }
}

static void ops_none_end(struct operands *o, uint32_t insn)
{
    (void)insn;
    o->system = true;
    o->branch = OPD_BR_ERET;
}

static void ops_imm16_end(struct operands *o, uint32_t insn)
{
    (void)insn;
    o->branch = OPD_BR_EXCEPTION;
}

/* ---- system ---- */
static void ops_hint(struct operands *o, uint32_t insn)
{
    nothing(o, insn);
}

static void ops_none(struct operands *o, uint32_t insn)
{
    (void)insn;
    o->system = true;
}

static void ops_barrier(struct operands *o, uint32_t insn)
{
    ops_none(o, insn);
}

static void ops_msr_imm(struct operands *o, uint32_t insn)
{
    ops_none(o, insn);
}

static int32_t sysreg_field(uint32_t insn)
{
    return (int32_t)(bits32(insn, 20, 19) << 14 | bits32(insn, 18, 5));
}

/* System registers that are registers here; OPD_NONE for others. */
static unsigned known_sysreg(int32_t enc)
{
    switch (enc) {
    case 0xda10: return OPD_NZCV;
    case 0xda20: return OPD_FPCR;
    case 0xda21: return OPD_FPSR;
    default: return OPD_NONE;
    }
}

static void ops_msr(struct operands *o, uint32_t insn)
{
    bool sys = bits32(insn, 20, 19) == 1;
    o->is64 = true;
    o->sysreg = sysreg_field(insn);
    opd_src_x(o, rd_of(insn), sys ? OPD_ADDR : OPD_DATA);
    unsigned known = known_sysreg(o->sysreg);
    if (known == OPD_NONE) {
        o->system = true;
    } else {
        opd_dst(o, known, known == OPD_NZCV ? OPD_FLAGS : OPD_RESULT);
    }
}

static void ops_mrs(struct operands *o, uint32_t insn)
{
    o->is64 = true;
    o->sysreg = sysreg_field(insn);
    unsigned known = known_sysreg(o->sysreg);
    if (known == OPD_NONE) {
        o->system = true;
    } else {
        opd_src(o, known, OPD_SRC);
    }
    opd_dst_x(o, rd_of(insn), OPD_RESULT);
}

/* DC ZVA stores a block of zeros. */
static void ops_rt(struct operands *o, uint32_t insn)
{
    o->is64 = o->system = true;
    o->sysreg = sysreg_field(insn);
    o->mem.access = o->mem.store = o->mem.block = true;
    o->mem.base = opd_src_x(o, rd_of(insn), OPD_ADDR);
}

/* ---- loads and stores ---- */
static uint8_t data_register(struct operands *o, unsigned n, bool vec)
{
    struct opd_mem *m = &o->mem;
    uint8_t reg = (uint8_t)(vec ? OPD_V0 + n : n == 31 ? OPD_ZR : n);
    m->data[m->n_data++] = reg;
    if (reg != OPD_ZR) {
        if (m->load) {
            opd_dst(o, reg, OPD_LOADED);
        } else {
            opd_src(o, reg, OPD_DATA);
        }
    }
    return reg;
}

static void write_back(struct operands *o, enum opd_writeback how)
{
    if (how != OPD_WB_NONE) {
        o->mem.writeback = (uint8_t)how;
        opd_dst(o, o->mem.base, OPD_WRITEBACK);
    }
}

static void literal(struct operands *o, uint32_t insn, bool vec)
{
    static const uint8_t bytes[2][4] = {{4, 8, 4, 0}, {4, 8, 16, 0}};
    struct opd_mem *m = &o->mem;
    unsigned opc = bits32(insn, 31, 30);
    o->reads_pc = true;
    o->is64 = opc != 0;
    m->access = m->literal = m->load = true;
    m->base = OPD_NONE;
    m->elements = 1;
    m->bytes = bytes[vec][opc];
    m->sign_extend = !vec && opc == 2;
    m->offset = (int32_t)sext64(bits32(insn, 23, 5), 19) * 4;
    data_register(o, rd_of(insn), vec);
}

static void ops_ldlit(struct operands *o, uint32_t insn)
{
    literal(o, insn, false);
}

static void ops_ldlit_v(struct operands *o, uint32_t insn)
{
    literal(o, insn, true);
}

/* Load/store register: what the forms have in common */
static void single(struct operands *o, uint32_t insn, bool vec)
{
    struct opd_mem *m = &o->mem;
    unsigned opc = bits32(insn, 23, 22), size = bits32(insn, 31, 30);
    m->access = true;
    m->load = vec ? (opc & 1) != 0 : opc != 0;
    m->store = !m->load;
    m->elements = 1;
    m->bytes = (uint8_t)(vec && (opc & 2) != 0 ? 16 : 1u << size);
    m->sign_extend = !vec && opc >= 2;
    o->is64 = m->sign_extend ? opc == 2 : size == 3;
    data_register(o, rd_of(insn), vec);
    m->base = opd_base(o, insn);
}

static void imm12(struct operands *o, uint32_t insn, bool vec)
{
    single(o, insn, vec);
    o->mem.offset = (int32_t)(bits32(insn, 21, 10) * o->mem.bytes);
}

static void imm9(struct operands *o, uint32_t insn, bool vec)
{
    static const uint8_t how[4] = {OPD_WB_NONE, OPD_WB_POST, OPD_WB_NONE, OPD_WB_PRE};
    single(o, insn, vec);
    o->mem.offset = (int32_t)sext64(bits32(insn, 20, 12), 9);
    write_back(o, (enum opd_writeback)how[bits32(insn, 11, 10)]);
}

static void register_index(struct operands *o, uint32_t insn)
{
    struct opd_mem *m = &o->mem;
    m->index = opd_src_x(o, rm_of(insn), OPD_INDEX);
    m->extend = (uint8_t)bits32(insn, 15, 13);
    m->shift = (uint8_t)(bit32(insn, 12) ? __builtin_ctz(m->bytes) : 0);
}

static void ops_ld_off(struct operands *o, uint32_t insn)
{
    imm12(o, insn, false);
}

static void ops_ld_off_v(struct operands *o, uint32_t insn)
{
    imm12(o, insn, true);
}

static void ops_ld_ur(struct operands *o, uint32_t insn)
{
    imm9(o, insn, false);
}

static void ops_ld_ur_v(struct operands *o, uint32_t insn)
{
    imm9(o, insn, true);
}

static void ops_ld_wb(struct operands *o, uint32_t insn)
{
    imm9(o, insn, false);
}

static void ops_ld_wb_v(struct operands *o, uint32_t insn)
{
    imm9(o, insn, true);
}

static void ops_ld_t(struct operands *o, uint32_t insn)
{
    imm9(o, insn, false);
    o->mem.unprivileged = true;
}

static void ops_ld_reg(struct operands *o, uint32_t insn)
{
    single(o, insn, false);
    register_index(o, insn);
}

static void ops_ld_reg_v(struct operands *o, uint32_t insn)
{
    single(o, insn, true);
    register_index(o, insn);
}

/* LDRAA, LDRAB: the base is authenticated first */
static void ops_pac_ld(struct operands *o, uint32_t insn)
{
    struct opd_mem *m = &o->mem;
    o->is64 = o->system = true;
    m->access = m->load = true;
    m->elements = 1;
    m->bytes = 8;
    m->offset = (int32_t)sext64(bit32(insn, 22) << 9 | bits32(insn, 20, 12), 10) * 8;
    data_register(o, rd_of(insn), false);
    m->base = opd_base(o, insn);
    write_back(o, bit32(insn, 11) ? OPD_WB_PRE : OPD_WB_NONE);
}

/* PRFM in its forms: an address, nothing loaded */
static void ops_prfm(struct operands *o, uint32_t insn)
{
    struct opd_mem *m = &o->mem;
    o->is64 = true;
    m->access = true;
    m->bytes = 8;
    if (o->op == OP_PRFM_lit) {
        o->reads_pc = m->literal = true;
        m->base = OPD_NONE;
        m->offset = (int32_t)sext64(bits32(insn, 23, 5), 19) * 4;
        return;
    }
    m->base = opd_base(o, insn);
    if (o->op == OP_PRFM_reg) {
        register_index(o, insn);
    } else {
        m->offset = o->op == OP_PRFM_off ? (int32_t)bits32(insn, 21, 10) * 8 : (int32_t)sext64(bits32(insn, 20, 12), 9);
    }
}

static void pair(struct operands *o, uint32_t insn, bool vec)
{
    static const uint8_t how[4] = {OPD_WB_NONE, OPD_WB_POST, OPD_WB_NONE, OPD_WB_PRE};
    struct opd_mem *m = &o->mem;
    unsigned opc = bits32(insn, 31, 30);
    unsigned each = vec ? 4u << opc : (opc & 2) != 0 ? 8 : 4;
    m->access = true;
    m->load = bit32(insn, 22);
    m->store = !m->load;
    m->elements = 2;
    m->bytes = (uint8_t)(2 * each);
    m->sign_extend = !vec && opc == 1;
    m->nontemporal = bits32(insn, 24, 23) == 0;
    o->is64 = opc != 0;
    m->offset = (int32_t)sext64(bits32(insn, 21, 15), 7) * (int32_t)each;
    data_register(o, rd_of(insn), vec);
    data_register(o, ra_of(insn), vec);
    m->base = opd_base(o, insn);
    write_back(o, (enum opd_writeback)how[bits32(insn, 24, 23)]);
}

static void ops_pair(struct operands *o, uint32_t insn)
{
    pair(o, insn, false);
}

static void ops_pair_v(struct operands *o, uint32_t insn)
{
    pair(o, insn, true);
}

/* ---- exclusive, ordered, atomic ---- */
static void exclusive(struct operands *o, uint32_t insn, bool two)
{
    struct opd_mem *m = &o->mem;
    o->system = true;
    o->is64 = bits32(insn, 31, 30) == 3;
    m->access = m->exclusive = true;
    m->load = bit32(insn, 22);
    m->store = !m->load;
    m->acquire = m->load && bit32(insn, 15);
    m->release = m->store && bit32(insn, 15);
    m->elements = two ? 2 : 1;
    m->bytes = (uint8_t)((1u << bits32(insn, 31, 30)) * m->elements);
    data_register(o, rd_of(insn), false);
    if (two) {
        data_register(o, ra_of(insn), false);
    }
    m->base = opd_base(o, insn);
    if (m->store) {
        opd_dst_x(o, rm_of(insn), OPD_STATUS);
    }
}

static void ops_excl(struct operands *o, uint32_t insn)
{
    exclusive(o, insn, false);
}

static void ops_exclp(struct operands *o, uint32_t insn)
{
    exclusive(o, insn, true);
}

/* Load-acquire and store-release; LDAPR has another encoding. */
static void ops_ldst_o(struct operands *o, uint32_t insn)
{
    struct opd_mem *m = &o->mem;
    o->is64 = bits32(insn, 31, 30) == 3;
    m->access = true;
    m->load = bit32(insn, 29) != 0 || bit32(insn, 22);
    m->store = !m->load;
    m->acquire = m->load;
    m->release = m->store;
    m->elements = 1;
    m->bytes = (uint8_t)(1u << bits32(insn, 31, 30));
    data_register(o, rd_of(insn), false);
    m->base = opd_base(o, insn);
}

static void read_modify_write(struct operands *o, uint32_t insn, unsigned acquire, unsigned release)
{
    struct opd_mem *m = &o->mem;
    o->is64 = bits32(insn, 31, 30) == 3;
    m->access = m->load = m->store = true;
    m->acquire = bit32(insn, acquire);
    m->release = bit32(insn, release);
    m->elements = 1;
    m->bytes = (uint8_t)(1u << bits32(insn, 31, 30));
    m->base = opd_base(o, insn);
}

/* Rs is compared with and gets what was in memory; Rt is stored. */
static void ops_cas(struct operands *o, uint32_t insn)
{
    read_modify_write(o, insn, 22, 15);
    opd_src_x(o, rm_of(insn), OPD_COMPARE);
    opd_src_x(o, rd_of(insn), OPD_DATA);
    data_register(o, rm_of(insn), false);
}

static void ops_casp(struct operands *o, uint32_t insn)
{
    read_modify_write(o, insn, 22, 15);
    o->is64 = bit32(insn, 30);
    o->mem.elements = 2;
    o->mem.bytes = o->is64 ? 16 : 8;
    for (unsigned i = 0; i < 2; i++) {
        opd_src_x(o, rm_of(insn) + i, OPD_COMPARE);
        opd_src_x(o, rd_of(insn) + i, OPD_DATA);
        data_register(o, rm_of(insn) + i, false);
    }
}

static void ops_amo(struct operands *o, uint32_t insn)
{
    read_modify_write(o, insn, 23, 22);
    opd_src_x(o, rm_of(insn), OPD_DATA);
    data_register(o, rd_of(insn), false);
}

/* ---- pointer authentication ---- */
static void pac_hint(struct operands *o, uint32_t insn)
{
    unsigned crm = bits32(insn, 11, 8), op2 = bits32(insn, 7, 5);
    if (crm == 1) { /* PACIA1716 and the like */
        opd_src(o, 17, OPD_SRC);
        opd_src(o, 16, OPD_MODIFIER);
        opd_dst(o, 17, OPD_RESULT);
        return;
    }
    opd_src(o, 30, OPD_SRC);
    if (crm == 3 && (op2 & 1) != 0) { /* PACIASP and the like, not PACIAZ, not XPACLRI */
        opd_src(o, OPD_SP, OPD_MODIFIER);
    }
    opd_dst(o, 30, OPD_RESULT);
}

static void ops_pac(struct operands *o, uint32_t insn)
{
    o->is64 = o->system = true;
    if ((insn & UINT32_C(0xfffff000)) == 0xd5032000) {
        pac_hint(o, insn);
    } else if (o->op == OP_PACGA) {
        opd_src_x(o, rn_of(insn), OPD_SRC);
        opd_src(o, rm_of(insn), OPD_MODIFIER);
        opd_dst_x(o, rd_of(insn), OPD_RESULT);
    } else {
        opd_src_x(o, rd_of(insn), OPD_SRC);
        if ((o->row->fields & FIELD_rn) != 0) {
            opd_src(o, rn_of(insn), OPD_MODIFIER);
        }
        opd_dst_x(o, rd_of(insn), OPD_RESULT);
    }
}

static void ops_v(struct operands *o, uint32_t insn)
{
    operands_v(o, insn);
}

typedef void (*ops_fn)(struct operands *o, uint32_t insn);

static const ops_fn ops_of_op[OP_COUNT] = {
#define X(name, format) [OP_##name] = ops_##format,
    A64_ROW_FORMATS(X)
#undef X
};

bool operands_of(uint32_t insn, const struct features *feat, struct operands *o)
{
    int op = a64_decode_for(insn, feat);
    *o = (struct operands){.sysreg = -1, .mem = {.base = OPD_NONE, .index = OPD_NONE}};
    if (op < 0) {
        return false;
    }
    o->row = &a64_rows[op];
    o->op = (uint16_t)op;
    o->cost = o->row->cost_class;
    o->is64 = bit32(insn, 31);
    ops_of_op[op](o, insn);
    return true;
}

static bool in_list(const struct opd *list, unsigned n, unsigned reg)
{
    for (unsigned i = 0; i < n; i++) {
        if (list[i].reg == reg) {
            return true;
        }
    }
    return false;
}

bool operands_reads(const struct operands *o, unsigned reg)
{
    return in_list(o->src, o->n_src, reg);
}

bool operands_writes(const struct operands *o, unsigned reg)
{
    return in_list(o->dst, o->n_dst, reg);
}

const char *opd_reg_name(unsigned reg)
{
    static const char *const names[OPD_REGS] = {
        "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16",
        "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "sp",
        "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16",
        "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31",
        "nzcv", "fpcr", "fpsr"};
    return reg < OPD_REGS ? names[reg] : reg == OPD_ZR ? "xzr" : "none";
}

const char *opd_role_name(unsigned role)
{
    static const char *const names[] = {
        "source", "shifted", "extended", "addend", "merged", "address", "index", "data", "compared", "condition", "target",
        "modifier", "control", "cumulative", "result", "loaded", "writeback", "flags", "status", "link", "sticky"};
    return role < ARRAY_LEN(names) ? names[role] : "?";
}

const char *a64_cost_name(unsigned cost)
{
    static const char *const names[COST_COUNT] = {
#define X(id, name) [COST_##id] = name,
        A64_COSTS(X)
#undef X
    };
    return cost < COST_COUNT ? names[cost] : "?";
}
