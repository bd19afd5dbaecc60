/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timing classes: finer than the cost classes of the encoding tables, as fine as any of the modelled cores tells
 * instructions apart. The names are the keys of section [classes] in parameter files.
 */
#ifndef HYPSCOPE_CPU_TIMING_CLASSES_H
#define HYPSCOPE_CPU_TIMING_CLASSES_H

#include "cpu/operands.h"

#define TIMING_CLASSES(X) \
    /* integer */ \
    X(imm, "move of an immediate: MOVZ, MOVN") \
    X(alu, "add, subtract, logical, conditional select and compare, one-source; no shift") \
    X(alu_lsl, "add, subtract with LSL #1 to #4") \
    X(alu_shift, "add, subtract with any other shift") \
    X(alu_ext, "add, subtract of an extended register") \
    X(logic_reg, "AND, BIC, ORR, ORN, EOR, EON of two registers, no shift") \
    X(logic_shift, "the same with a shift") \
    X(logic_flags, "ANDS, BICS of two registers") \
    X(shift_reg, "LSLV, LSRV, ASRV, RORV") \
    X(bitfield, "SBFM, UBFM: shifts by a constant, extensions, extractions") \
    X(insert, "BFM") \
    X(extr_w, "EXTR of two 32-bit registers") \
    X(extr_x, "EXTR of two 64-bit registers") \
    X(ror_w, "EXTR of the same 32-bit register twice: ROR by a constant") \
    X(ror_x, "EXTR of the same 64-bit register twice") \
    X(mul_w, "32-bit MADD, MSUB") \
    X(mul_x, "64-bit MADD, MSUB") \
    X(mul_long, "SMADDL, UMADDL and the subtracting ones") \
    X(mul_high, "SMULH, UMULH") \
    X(div_w, "32-bit SDIV, UDIV") \
    X(div_x, "64-bit SDIV, UDIV") \
    X(crc, "CRC32") \
    X(pac, "pointer authentication") \
    /* branches and system */ \
    X(branch, "direct branch, conditional or not") \
    X(branch_call, "BL") \
    X(branch_reg, "BR, RET") \
    X(branch_reg_call, "BLR") \
    X(nop, "hints, prefetches") \
    X(barrier, "DMB, DSB, ISB") \
    X(sys, "MSR, MRS, SYS, exceptions: their cost proper is in section [system]") \
    /* loads and stores of general registers */ \
    X(load, "LDR, LDUR and the narrow ones, base with offset; LDTR") \
    X(load_lit, "LDR from a PC-relative address") \
    X(load_idx, "LDR with a register as index") \
    X(load_wb, "LDR that writes its base back") \
    X(load_pair_w, "LDP of 32-bit registers") \
    X(load_pair_x, "LDP of 64-bit registers") \
    X(load_pair_sw, "LDPSW") \
    X(load_pair_w_wb, "LDP of 32-bit registers that writes its base back") \
    X(load_pair_x_wb, "LDP of 64-bit registers that writes its base back") \
    X(load_pair_sw_wb, "LDPSW that writes its base back") \
    X(load_acq, "LDAR, LDLAR, LDAPR") \
    X(load_excl, "LDXR, LDAXR and their pairs") \
    X(store, "STR, STUR and the narrow ones, base with offset; STTR") \
    X(store_idx, "STR with a register as index") \
    X(store_wb, "STR that writes its base back") \
    X(store_pair_w, "STP of 32-bit registers") \
    X(store_pair_x, "STP of 64-bit registers") \
    X(store_pair_w_wb, "STP of 32-bit registers that writes its base back") \
    X(store_pair_x_wb, "STP of 64-bit registers that writes its base back") \
    X(store_rel, "STLR, STLLR") \
    X(store_excl, "STXR, STLXR and their pairs") \
    X(atomic, "LSE atomics, compare-and-swap") \
    /* loads and stores of vector registers */ \
    X(vload, "LDR of B to D registers, base with offset or literal") \
    X(vload_q, "LDR of a Q register") \
    X(vload_idx, "LDR of B to D with a register as index") \
    X(vload_q_idx, "LDR of Q with a register as index") \
    X(vload_wb, "LDR of B to D that writes its base back") \
    X(vload_q_wb, "LDR of Q that writes its base back") \
    X(vload_pair_s, "LDP of S registers") \
    X(vload_pair_d, "LDP of D registers") \
    X(vload_pair_q, "LDP of Q registers") \
    X(vload_pair_s_wb, "LDP of S registers that writes its base back") \
    X(vload_pair_d_wb, "LDP of D registers that writes its base back") \
    X(vload_pair_q_wb, "LDP of Q registers that writes its base back") \
    X(vload_lane, "LD1 to LD4 of single structures") \
    X(vload_1, "LD1 of one register") \
    X(vload_2, "LD1, LD2 of two registers") \
    X(vload_3, "LD1, LD3 of three registers") \
    X(vload_4, "LD1, LD4 of four registers") \
    X(vstore, "STR of B to D registers, base with offset") \
    X(vstore_q, "STR of a Q register") \
    X(vstore_idx, "STR of B to D with a register as index") \
    X(vstore_q_idx, "STR of Q with a register as index") \
    X(vstore_wb, "STR of B to D that writes its base back") \
    X(vstore_q_wb, "STR of Q that writes its base back") \
    X(vstore_pair_s, "STP of S registers") \
    X(vstore_pair_d, "STP of D registers") \
    X(vstore_pair_q, "STP of Q registers") \
    X(vstore_pair_s_wb, "STP of S registers that writes its base back") \
    X(vstore_pair_d_wb, "STP of D registers that writes its base back") \
    X(vstore_pair_q_wb, "STP of Q registers that writes its base back") \
    X(vstore_lane, "ST1 to ST4 of single structures") \
    X(vstore_1, "ST1 of one register") \
    X(vstore_2, "ST1, ST2 of two registers") \
    X(vstore_3, "ST1, ST3 of three registers") \
    X(vstore_4, "ST1, ST4 of four registers") \
    /* scalar FP */ \
    X(fadd, "FADD, FSUB, FMAX, FMIN and the like") \
    X(fmul, "FMUL, FNMUL") \
    X(fma, "FMADD, FMSUB, FNMADD, FNMSUB") \
    X(fdiv_h, "FDIV of half precision") \
    X(fdiv_s, "FDIV of single precision") \
    X(fdiv_d, "FDIV of double precision") \
    X(fsqrt_h, "FSQRT of half precision") \
    X(fsqrt_s, "FSQRT of single precision") \
    X(fsqrt_d, "FSQRT of double precision") \
    X(fcmp, "FCMP, FCCMP") \
    X(fcsel, "FCSEL") \
    X(fmov, "FMOV of a register") \
    X(fabs, "FABS, FNEG") \
    X(fimm, "FMOV of an immediate") \
    X(fcvt, "FCVT between precisions") \
    X(frint, "FRINT") \
    X(fcvt_to_g, "FP to a general register") \
    X(fcvt_from_g, "a general register to FP") \
    X(fmov_to_g, "FMOV to a general register") \
    X(fmov_from_g, "FMOV from a general register") \
    /* Advanced SIMD, by the width of the operation */ \
    X(simd_d, "integer, 64 bits") \
    X(simd_q, "integer, 128 bits") \
    X(simd_mul_d, "integer multiply, 64 bits") \
    X(simd_mul_q, "integer multiply, 128 bits") \
    X(simd_fp_d, "FP add, compare, convert, 64 bits") \
    X(simd_fp_q, "FP add, compare, convert, 128 bits") \
    X(simd_fmul_d, "FP multiply, 64 bits") \
    X(simd_fmul_q, "FP multiply, 128 bits") \
    X(simd_fma_d, "FP multiply-add, steps of reciprocals, 64 bits") \
    X(simd_fma_q, "FP multiply-add, steps of reciprocals, 128 bits") \
    X(simd_fdiv, "FP divide, square root") \
    X(simd_to_g, "UMOV, SMOV") \
    X(simd_from_g, "DUP, INS from a general register") \
    X(simd_tbl, "TBL, TBX") \
    X(crypto, "AES, SHA, PMULL") \
    X(undefined, "UNDEFINED words")

enum timing_class {
#define X(name, text) TC_##name,
    TIMING_CLASSES(X)
#undef X
    TC_COUNT
};

/* The class of an instruction; *o from operands_of() (TC_undefined when that returned false). */
enum timing_class timing_class_of(uint32_t insn, const struct operands *o);
const char *timing_class_name(enum timing_class c);
/* What belongs to it, for people */
const char *timing_class_text(enum timing_class c);

#endif
