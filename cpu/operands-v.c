/* SPDX-License-Identifier: Apache-2.0 */
/* Operands of FP and Advanced SIMD rows (format v) and of Advanced SIMD structure accesses. */
#include "cpu/operands-int.h"

#include <string.h>

/* Vd is also an addend */
#define V_ACC(X) \
    X(FMLA_v_h) X(FMLA_v_s) X(FMLA_v_d) X(FMLS_v_h) X(FMLS_v_s) X(FMLS_v_d) X(FMLA_e_h) X(FMLA_e_s) X(FMLA_e_d) \
    X(FMLS_e_h) X(FMLS_e_s) X(FMLS_e_d) X(FMLA_ae_h) X(FMLA_ae_s) X(FMLA_ae_d) X(FMLS_ae_h) X(FMLS_ae_s) \
    X(FMLS_ae_d) X(saba_v) X(mla_v) X(uaba_v) X(mls_v) X(sqrdmlah_v) X(sqrdmlah_sc) X(sqrdmlsh_v) X(sqrdmlsh_sc) \
    X(sdot_v) X(udot_v) X(sabal_v) X(uabal_v) X(smlal_v) X(umlal_v) X(sqdmlal_v) X(sqdmlal_sc) X(smlsl_v) \
    X(umlsl_v) X(sqdmlsl_v) X(sqdmlsl_sc) X(sadalp_v) X(uadalp_v) X(ssra_v) X(ssra_2d) X(ssra_sc) X(srsra_v) \
    X(srsra_2d) X(srsra_sc) X(usra_v) X(usra_2d) X(usra_sc) X(ursra_v) X(ursra_2d) X(ursra_sc) X(smlal_ve) \
    X(sqdmlal_ve) X(sqdmlal_sce) X(smlsl_ve) X(sqdmlsl_ve) X(sqdmlsl_sce) X(mla_ve) X(umlal_ve) X(mls_ve) \
    X(umlsl_ve) X(sqrdmlah_ve) X(sqrdmlah_sce) X(sqrdmlsh_ve) X(sqrdmlsh_sce) X(sdot_ve) X(udot_ve)

/* The second form (Q = 1) leaves the lower half of Vd */
#define V_NARROW(X) \
    X(FCVTN_sh) X(FCVTN_ds) X(FCVTXN_v) X(addhn_v) X(raddhn_v) X(subhn_v) X(rsubhn_v) X(xtn_v) X(sqxtn_v) \
    X(sqxtun_v) X(uqxtn_v) X(shrn_v) X(rshrn_v) X(sqshrn_v) X(sqrshrn_v) X(sqshrun_v) X(sqrshrun_v) X(uqshrn_v) \
    X(uqrshrn_v)

/* A part of Vd stays, or goes into the result otherwise */
#define V_MERGE(X) \
    X(FMOV_vx) X(bsl_v) X(bit_v) X(bif_v) X(suqadd_v) X(suqadd_2d) X(suqadd_sc) X(usqadd_v) X(usqadd_2d) \
    X(usqadd_sc) X(ins_gen) X(ins_ve) X(tbx_v) X(orr_vi32) X(orr_vi16) X(bic_vi32) X(bic_vi16) X(sri_v) X(sri_2d) \
    X(sri_sc) X(sli_v) X(sli_2d) X(sli_sc) X(aese_v) X(aesd_v) X(sha1c_v) X(sha1p_v) X(sha1m_v) X(sha1su0_v) \
    X(sha256h_v) X(sha256h2_v) X(sha256su1_v) X(sha1su1_v) X(sha256su0_v)

/* A general register in place of Vn or Vd */
#define V_GENERAL_SOURCE(X) X(FMOV_sw) X(FMOV_dx) X(FMOV_vx) X(FMOV_hg) X(dup_gen) X(dup_gen_2d) X(ins_gen)
#define V_GENERAL_RESULT(X) X(FMOV_ws) X(FMOV_xd) X(FMOV_xv) X(FMOV_gh) X(smov_w) X(smov_x) X(umov_w) X(umov_x)

enum trait { T_ACC = 1, T_NARROW = 2, T_MERGE = 4 };
static const uint8_t traits[OP_COUNT] = {
#define X(name) [OP_##name] = T_ACC,
    V_ACC(X)
#undef X
#define X(name) [OP_##name] = T_NARROW,
    V_NARROW(X)
#undef X
#define X(name) [OP_##name] = T_MERGE,
    V_MERGE(X)
#undef X
};

enum general { G_SOURCE = 1, G_RESULT = 2 };
static const uint8_t general_of_op[OP_COUNT] = {
#define X(name) [OP_##name] = G_SOURCE,
    V_GENERAL_SOURCE(X)
#undef X
#define X(name) [OP_##name] = G_RESULT,
    V_GENERAL_RESULT(X)
#undef X
};

static unsigned vreg(uint32_t insn, unsigned lo)
{
    return OPD_V0 + bits32(insn, lo + 4, lo);
}

/* ---- structures: C4.1 "Advanced SIMD load/store multiple structures" and "single structure" ---- */
static void structure_form(struct operands *o, uint32_t insn, bool single)
{
    struct opd_mem *m = &o->mem;
    if (!single) {
        static const uint8_t regs[16] = {[0] = 4, [2] = 4, [4] = 3, [6] = 3, [7] = 1, [8] = 2, [10] = 2};
        m->n_data = regs[bits32(insn, 15, 12)];
        m->bytes = (uint8_t)(m->n_data * (bit32(insn, 30) ? 16 : 8));
        m->elements = (uint8_t)(m->bytes >> bits32(insn, 11, 10));
        return;
    }
    unsigned scale = bits32(insn, 15, 14);
    m->replicate = scale == 3;
    m->lane = !m->replicate;
    if (scale == 3) {
        scale = bits32(insn, 11, 10);
    } else if (scale == 2 && bit32(insn, 10)) {
        scale = 3;
    }
    m->n_data = (uint8_t)((bit32(insn, 13) << 1 | bit32(insn, 21)) + 1);
    m->elements = m->n_data;
    m->bytes = (uint8_t)(m->n_data << scale);
}

static void structures(struct operands *o, uint32_t insn)
{
    struct opd_mem *m = &o->mem;
    bool load = bit32(insn, 22), post = bit32(insn, 23);
    structure_form(o, insn, bit32(insn, 24));
    m->access = true;
    m->load = load;
    m->store = !load;
    for (unsigned i = 0; i < m->n_data; i++) {
        m->data[i] = (uint8_t)(OPD_V0 + ((insn + i) & 31));
        if (load) {
            opd_dst(o, m->data[i], OPD_LOADED);
            if (m->lane) {
                opd_src(o, m->data[i], OPD_MERGE);
            }
        } else {
            opd_src(o, m->data[i], OPD_DATA);
        }
    }
    m->base = opd_base(o, insn);
    if (post) {
        m->writeback = OPD_WB_POST;
        opd_dst(o, m->base, OPD_WRITEBACK);
        if (bits32(insn, 20, 16) == 31) {
            m->offset = m->bytes;
        } else {
            m->index = (uint8_t)bits32(insn, 20, 16);
            m->extend = 3;
            opd_src(o, m->index, OPD_INDEX);
        }
    }
}

/* ---- arithmetic ---- */

/* Conversions between FP and general registers; FMOV is in the lists above. G_SOURCE, G_RESULT or 0 */
static unsigned conversion(uint32_t insn)
{
    if ((insn & UINT32_C(0x5f20fc00)) != 0x1e200000 && (insn & UINT32_C(0x5f200000)) != 0x1e000000) {
        return 0;
    }
    unsigned opcode = bits32(insn, 18, 16);
    return opcode == 2 || opcode == 3 ? G_SOURCE : G_RESULT;
}

/* Saturating instructions set FPSR.QC. */
static bool saturates(const char *mnemonic)
{
    return strncmp(mnemonic, "sq", 2) == 0 || strncmp(mnemonic, "uq", 2) == 0 || strncmp(mnemonic, "suq", 3) == 0 ||
           strncmp(mnemonic, "usq", 3) == 0;
}

static void fp_status(struct operands *o)
{
    bool arithmetic = strncmp(o->row->cost, "fp.", 3) == 0 && o->cost != COST_fp_mov && o->op != OP_URECPE && o->op != OP_URSQRTE;
    if (arithmetic) {
        opd_src(o, OPD_FPCR, OPD_CONTROL);
    }
    if (arithmetic || saturates(o->row->mnemonic)) {
        opd_src(o, OPD_FPSR, OPD_CUMULATIVE);
        opd_dst(o, OPD_FPSR, OPD_STICKY);
    }
}

/* Scalar compare (conditional or not): NZCV is the result. true when the word is one. */
static bool compare(struct operands *o, uint32_t insn)
{
    bool fcmp = (insn & UINT32_C(0xff20fc07)) == 0x1e202000, fccmp = (insn & UINT32_C(0xff200c00)) == 0x1e200400;
    if (!fcmp && !fccmp) {
        return false;
    }
    opd_src(o, vreg(insn, 5), OPD_SRC);
    if (fccmp || !bit32(insn, 3)) {
        opd_src(o, vreg(insn, 16), OPD_SRC);
    }
    if (fccmp) {
        opd_src(o, OPD_NZCV, OPD_COND);
    }
    opd_dst(o, OPD_NZCV, OPD_FLAGS);
    return true;
}

/* The table's registers, from Vn on (wrapping) */
static void table_sources(struct operands *o, uint32_t insn)
{
    for (unsigned i = 0; i <= bits32(insn, 14, 13); i++) {
        opd_src(o, OPD_V0 + ((bits32(insn, 9, 5) + i) & 31), OPD_SRC);
    }
}

static void sources(struct operands *o, uint32_t insn, unsigned general)
{
    unsigned fields = o->row->fields;
    if (o->cost == COST_simd_tbl) {
        table_sources(o, insn);
    } else if ((fields & FIELD_rn) != 0) {
        if (general & G_SOURCE) {
            opd_src_x(o, bits32(insn, 9, 5), OPD_SRC);
        } else {
            opd_src(o, vreg(insn, 5), OPD_SRC);
        }
    }
    if ((fields & FIELD_rm4) != 0) { /* by element: 4 bits for halfwords, else M:Rm */
        opd_src(o, OPD_V0 + (bits32(insn, 23, 22) == 2 ? bits32(insn, 20, 16) : bits32(insn, 19, 16)), OPD_SRC);
    } else if ((fields & FIELD_rm) != 0) {
        opd_src(o, vreg(insn, 16), OPD_SRC);
    }
    if ((fields & FIELD_ra) != 0) {
        opd_src(o, vreg(insn, 10), OPD_ACC);
    }
    if ((insn & UINT32_C(0xff200c00)) == 0x1e200c00) { /* FCSEL */
        opd_src(o, OPD_NZCV, OPD_COND);
    }
    unsigned t = traits[o->op];
    if ((t & T_ACC) != 0) {
        opd_src(o, vreg(insn, 0), OPD_ACC);
    } else if ((t & T_MERGE) != 0 || ((t & T_NARROW) != 0 && bit32(insn, 30))) {
        opd_src(o, vreg(insn, 0), OPD_MERGE);
    }
}

void operands_v(struct operands *o, uint32_t insn)
{
    if ((insn & UINT32_C(0xbe000000)) == 0x0c000000) {
        structures(o, insn);
        return;
    }
    if (!compare(o, insn)) {
        unsigned general = general_of_op[o->op] | (o->cost == COST_fp_cvt ? conversion(insn) : 0);
        sources(o, insn, general);
        if (general & G_RESULT) {
            opd_dst_x(o, bits32(insn, 4, 0), OPD_RESULT);
        } else {
            opd_dst(o, vreg(insn, 0), OPD_RESULT);
        }
    }
    fp_status(o);
}
