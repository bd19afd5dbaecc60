/* SPDX-License-Identifier: Apache-2.0 */
/* From operands to the timing class. */
#include "cpu/timing/classes.h"
#include "sim/base/bits.h"

static enum timing_class alu_class(uint32_t insn, const struct operands *o)
{
    if (bits32(insn, 28, 24) == 0x0a) { /* logical, shifted register */
        if (bits32(insn, 30, 29) == 3) {
            return TC_logic_flags;
        }
        return o->shift == 0 && o->amount == 0 ? TC_logic_reg : TC_logic_shift;
    }
    if (bits32(insn, 28, 24) == 0x0b) {
        if (bit32(insn, 21)) {
            return TC_alu_ext;
        }
        if (o->amount == 0 && o->shift == 0) {
            return TC_alu;
        }
        return o->shift == 0 && o->amount <= 4 ? TC_alu_lsl : TC_alu_shift;
    }
    /* MOVZ and MOVN, not MOVK */
    return bits32(insn, 28, 23) == 0x25 && bits32(insn, 30, 29) != 3 ? TC_imm : TC_alu;
}

static enum timing_class shift_class(uint32_t insn, const struct operands *o)
{
    if (bits32(insn, 28, 23) == 0x26) {
        return bits32(insn, 30, 29) == 1 ? TC_insert : TC_bitfield;
    }
    if (bits32(insn, 28, 23) == 0x27) {
        bool same = bits32(insn, 9, 5) == bits32(insn, 20, 16);
        return same ? o->is64 ? TC_ror_x : TC_ror_w : o->is64 ? TC_extr_x : TC_extr_w;
    }
    return TC_shift_reg;
}

static enum timing_class mul_class(uint32_t insn, const struct operands *o)
{
    switch (bits32(insn, 23, 21)) {
    case 0: return o->is64 ? TC_mul_x : TC_mul_w;
    case 2: case 6: return TC_mul_high;
    default: return TC_mul_long;
    }
}

static enum timing_class branch_class(const struct operands *o)
{
    switch (o->branch) {
    case OPD_BR_CALL: return TC_branch_call;
    case OPD_BR_RET: case OPD_BR_INDIRECT: return TC_branch_reg;
    case OPD_BR_INDIRECT_CALL: return TC_branch_reg_call;
    default: return TC_branch;
    }
}

/* Structures: by the number of registers */
static enum timing_class structure_class(const struct opd_mem *m)
{
    if (m->lane || m->replicate) {
        return m->load ? TC_vload_lane : TC_vstore_lane;
    }
    return (enum timing_class)((m->load ? TC_vload_1 : TC_vstore_1) + m->n_data - 1);
}

/* _s, _d, _q follow each other, and after them the same with write-back */
static enum timing_class vector_pair_class(const struct opd_mem *m)
{
    unsigned size = m->bytes == 8 ? 0 : m->bytes == 16 ? 1 : 2;
    enum timing_class first = m->load ? TC_vload_pair_s : TC_vstore_pair_s;
    return (enum timing_class)(first + size + (m->writeback != OPD_WB_NONE ? 3 : 0));
}

static enum timing_class vector_memory_class(uint32_t insn, const struct opd_mem *m)
{
    if ((insn & UINT32_C(0xbe000000)) == 0x0c000000) {
        return structure_class(m);
    }
    if (m->n_data == 2) {
        return vector_pair_class(m);
    }
    unsigned form = m->index != OPD_NONE ? 2 : m->writeback != OPD_WB_NONE ? 4 : 0;
    return (enum timing_class)((m->load ? TC_vload : TC_vstore) + form + (m->bytes == 16));
}

static enum timing_class memory_class(uint32_t insn, const struct operands *o)
{
    const struct opd_mem *m = &o->mem;
    bool wb = m->writeback != OPD_WB_NONE;
    if (m->n_data != 0 && m->data[0] >= OPD_V0 && m->data[0] < OPD_NZCV) {
        return vector_memory_class(insn, m);
    }
    if (m->load && m->store) {
        return TC_atomic;
    }
    if (m->exclusive) {
        return m->load ? TC_load_excl : TC_store_excl;
    }
    if (m->acquire || m->release) {
        return m->load ? TC_load_acq : TC_store_rel;
    }
    if (m->n_data == 2) {
        if (m->load) {
            unsigned size = m->sign_extend ? 2 : o->is64;
            return (enum timing_class)(TC_load_pair_w + size + (wb ? 3 : 0));
        }
        return (enum timing_class)(TC_store_pair_w + o->is64 + (wb ? 2 : 0));
    }
    if (m->load) {
        return m->literal ? TC_load_lit : m->index != OPD_NONE ? TC_load_idx : wb ? TC_load_wb : TC_load;
    }
    return m->index != OPD_NONE ? TC_store_idx : wb ? TC_store_wb : TC_store;
}

static bool general(const struct operands *o, bool result)
{
    const struct opd *list = result ? o->dst : o->src;
    unsigned n = result ? o->n_dst : o->n_src;
    for (unsigned i = 0; i < n; i++) {
        if (list[i].reg < OPD_V0) {
            return true;
        }
    }
    return false;
}

/* Scalar FP proper: bits 28:24 are 1111x, bits 31:30 are not 01 (Advanced SIMD scalar) */
static enum timing_class scalar_fp_class(uint32_t insn, const struct operands *o)
{
    unsigned type = bits32(insn, 23, 22), size = type == 3 ? 0 : type == 0 ? 1 : 2;
    bool to_g = (o->row->fields & FIELD_rd) != 0 && (o->n_dst == 0 || o->dst[0].reg < OPD_V0 || o->dst[0].reg >= OPD_NZCV);
    bool integer = (insn & UINT32_C(0x5f20fc00)) == 0x1e200000 || (insn & UINT32_C(0x5f200000)) == 0x1e000000;
    switch (o->cost) {
    case COST_fp_mul: return TC_fmul;
    case COST_fp_fma: return TC_fma;
    case COST_fp_div: return (enum timing_class)(TC_fdiv_h + size);
    case COST_fp_sqrt: return (enum timing_class)(TC_fsqrt_h + size);
    case COST_fp_cmp: return TC_fcmp;
    case COST_fp_cvt:
        if (integer) {
            return to_g ? TC_fcvt_to_g : TC_fcvt_from_g;
        }
        return bits32(insn, 20, 17) == 1 ? TC_fcvt : TC_frint;
    case COST_fp_mov:
        if (integer) {
            return to_g ? TC_fmov_to_g : TC_fmov_from_g;
        }
        if (bits32(insn, 11, 10) == 3) {
            return TC_fcsel;
        }
        return bits32(insn, 12, 10) == 4 ? TC_fimm : bits32(insn, 20, 15) == 0 ? TC_fmov : TC_fabs;
    default: return TC_fadd;
    }
}

static enum timing_class simd_class(uint32_t insn, const struct operands *o)
{
    unsigned q = bit32(insn, 30) && !bit32(insn, 28);
    switch (o->cost) {
    case COST_simd_mul: return (enum timing_class)(TC_simd_mul_d + q);
    case COST_simd_tbl: return TC_simd_tbl;
    case COST_fp_mul: return (enum timing_class)(TC_simd_fmul_d + q);
    case COST_fp_fma: return (enum timing_class)(TC_simd_fma_d + q);
    case COST_fp_div: case COST_fp_sqrt: return TC_simd_fdiv;
    case COST_simd: break;
    default: return (enum timing_class)(TC_simd_fp_d + q);
    }
    if (general(o, true) || o->n_dst == 0) {
        return TC_simd_to_g;
    }
    return general(o, false) ? TC_simd_from_g : (enum timing_class)(TC_simd_d + q);
}

enum timing_class timing_class_of(uint32_t insn, const struct operands *o)
{
    if (o->row == NULL) {
        return TC_undefined;
    }
    switch (o->cost) {
    case COST_alu: return alu_class(insn, o);
    case COST_shift: return shift_class(insn, o);
    case COST_mul: return mul_class(insn, o);
    case COST_div: return o->is64 ? TC_div_x : TC_div_w;
    case COST_crc: return TC_crc;
    case COST_pac: return TC_pac;
    case COST_branch: return branch_class(o);
    case COST_nop: return TC_nop;
    case COST_barrier: return TC_barrier;
    case COST_sys: return TC_sys;
    case COST_load: case COST_store: case COST_atomic: return memory_class(insn, o);
    case COST_crypto: return TC_crypto;
    default: return bits32(insn, 28, 25) == 15 && !bit32(insn, 30) ? scalar_fp_class(insn, o) : simd_class(insn, o);
    }
}

const char *timing_class_name(enum timing_class c)
{
    static const char *const names[TC_COUNT] = {
#define X(name, text) #name,
        TIMING_CLASSES(X)
#undef X
    };
    return c < TC_COUNT ? names[c] : "?";
}

const char *timing_class_text(enum timing_class c)
{
    static const char *const texts[TC_COUNT] = {
#define X(name, text) text,
        TIMING_CLASSES(X)
#undef X
    };
    return c < TC_COUNT ? texts[c] : "?";
}
