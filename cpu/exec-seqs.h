/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sequences of instructions that have a handler of their own besides the pairs of common ones (exec-pairs.inc): those that make
 * up a thousandth of the instructions or more (fifteen ten-thousandths those of four) of a boot of Debian's kernel or of the integer
 * kernels of the benchmark, as tests/bench/sequences counts them. tools/choose-seqs writes SEQUENCES.
 */
#ifndef HYPSCOPE_CPU_EXEC_SEQS_H
#define HYPSCOPE_CPU_EXEC_SEQS_H

#include "cpu/slot.h"

/* X(name, hid): what is in a sequence */
#define SEQUENCE_OPS(X) \
    X(ADDS_W_imm, OP_ADDS_W_imm) X(ADD_W_imm, OP_ADD_W_imm) X(ADD_W_r, HID_VARIANT(ADD_W_sr, PLAIN))         \
    X(ADD_W_sr, OP_ADD_W_sr) X(ADD_X_er, OP_ADD_X_er) X(ADD_X_imm, OP_ADD_X_imm)                             \
    X(ADD_X_r, HID_VARIANT(ADD_X_sr, PLAIN)) X(ADD_X_sr, OP_ADD_X_sr) X(ANDS_W_imm, OP_ANDS_W_imm)           \
    X(ANDS_W_r, HID_VARIANT(ANDS_W_sr, PLAIN)) X(AND_W_imm, OP_AND_W_imm)                                    \
    X(AND_X_r, HID_VARIANT(AND_X_sr, PLAIN)) X(B, OP_B) X(BL, OP_BL) X(BLR, OP_BLR) X(CBNZ_W, OP_CBNZ_W)     \
    X(CBNZ_X, OP_CBNZ_X) X(CBZ_W, OP_CBZ_W) X(CBZ_X, OP_CBZ_X) X(CCMP_W_imm_1, HID_CCMP + 17)                \
    X(CCMP_W_reg_1, HID_CCMP + 1) X(CCMP_X_imm_1, HID_CCMP + 49) X(CCMP_X_reg_3, HID_CCMP + 35)              \
    X(CMP_W_imm, HID_VARIANT(SUBS_W_imm, CMP)) X(CMP_W_r, HID_VARIANT(SUBS_W_sr, CMP))                       \
    X(CMP_X_imm, HID_VARIANT(SUBS_X_imm, CMP)) X(CMP_X_r, HID_VARIANT(SUBS_X_sr, CMP))                       \
    X(CSEL_W_0, HID_CSEL + 0) X(CSEL_X_1, HID_CSEL + 65) X(CSEL_X_11, HID_CSEL + 75)                         \
    X(CSINC_W_10, HID_CSEL + 26) X(CSINC_W_9, HID_CSEL + 25) X(CSINV_W_2, HID_CSEL + 34)                     \
    X(EOR_W_r, HID_VARIANT(EOR_W_sr, PLAIN)) X(EOR_X_r, HID_VARIANT(EOR_X_sr, PLAIN)) X(EXTR_W, OP_EXTR_W)   \
    X(LDP_X_off, OP_LDP_X_off) X(LDP_X_off_sp, OP_LDP_X_off + OP_COUNT)                                      \
    X(LDP_X_post_sp, OP_LDP_X_post + OP_COUNT) X(LDRB_lsl, OP_LDRB_reg + 2 * OP_COUNT)                       \
    X(LDRB_off, OP_LDRB_off) X(LDRB_pre, OP_LDRB_pre) X(LDRB_reg, OP_LDRB_reg)                               \
    X(LDRH_lsl, OP_LDRH_reg + 2 * OP_COUNT) X(LDRH_off, OP_LDRH_off) X(LDRSH_W_off, OP_LDRSH_W_off)          \
    X(LDRSH_W_post, OP_LDRSH_W_post) X(LDRSH_W_ur, OP_LDRSH_W_ur) X(LDR_W_lsl, OP_LDR_W_reg + 2 * OP_COUNT)  \
    X(LDR_W_off, OP_LDR_W_off) X(LDR_W_post, OP_LDR_W_post) X(LDR_X_lsl, OP_LDR_X_reg + 2 * OP_COUNT)        \
    X(LDR_X_off, OP_LDR_X_off) X(LDR_X_off_sp, OP_LDR_X_off + OP_COUNT) X(LSLV_X, OP_LSLV_X)                 \
    X(LSRV_X, OP_LSRV_X) X(MADD_W, OP_MADD_W) X(MADD_X, OP_MADD_X) X(MOVK_W, OP_MOVK_W) X(MOVN_W, OP_MOVN_W) \
    X(MOVZ_W, OP_MOVZ_W) X(MOVZ_X, OP_MOVZ_X) X(RET, OP_RET) X(REV_X, OP_REV_X) X(SBFM_X, OP_SBFM_X)         \
    X(STP_W_off, OP_STP_W_off) X(STP_X_off, OP_STP_X_off) X(STP_X_off_sp, OP_STP_X_off + OP_COUNT)           \
    X(STP_X_pre_sp, OP_STP_X_pre + OP_COUNT) X(STRB_off, OP_STRB_off) X(STRB_post, OP_STRB_post)             \
    X(STRB_ur, OP_STRB_ur) X(STRH_lsl, OP_STRH_reg + 2 * OP_COUNT) X(STRH_off, OP_STRH_off)                  \
    X(STRH_post, OP_STRH_post) X(STRH_ur, OP_STRH_ur) X(STR_W_lsl, OP_STR_W_reg + 2 * OP_COUNT)              \
    X(STR_W_off, OP_STR_W_off) X(STR_W_post, OP_STR_W_post) X(STR_W_ur, OP_STR_W_ur)                         \
    X(STR_X_lsl, OP_STR_X_reg + 2 * OP_COUNT) X(STR_X_off, OP_STR_X_off)                                     \
    X(STR_X_off_sp, OP_STR_X_off + OP_COUNT) X(SUBS_W_imm, OP_SUBS_W_imm)                                    \
    X(SUBS_X_r, HID_VARIANT(SUBS_X_sr, PLAIN)) X(SUB_W_imm, OP_SUB_W_imm)                                    \
    X(SUB_W_r, HID_VARIANT(SUB_W_sr, PLAIN)) X(SUB_W_sr, OP_SUB_W_sr) X(SUB_X_imm, OP_SUB_X_imm)             \
    X(SUB_X_r, HID_VARIANT(SUB_X_sr, PLAIN)) X(TBNZ, OP_TBNZ) X(TST_X_imm, HID_VARIANT(ANDS_X_imm, CMP))     \
    X(UBFM_W, OP_UBFM_W) X(UBFM_X, OP_UBFM_X) X(UMADDL, OP_UMADDL) X(bc_0, HID_BCOND + 0)                    \
    X(bc_1, HID_BCOND + 1) X(bc_10, HID_BCOND + 10) X(bc_11, HID_BCOND + 11) X(bc_2, HID_BCOND + 2)          \
    X(bc_3, HID_BCOND + 3) X(bc_8, HID_BCOND + 8) X(bc_9, HID_BCOND + 9) X(bl_far, OP_BL + OP_COUNT)         \
    X(mov_w, HID_MOV_W) X(mov_x, HID_MOV_X) X(nop, HID_NOP)

/* Sn: n instructions that go on; En: the last ends the run; Cn: the last two are a compare and a branch on a condition */
#define SEQUENCES(S2, S3, S4, E2, E3, E4, C3, C4) \
    E2(ADDS_W_imm, bc_1) E2(ADD_X_r, bc_0) E2(CCMP_W_imm_1, bc_0) E2(CCMP_W_imm_1, bc_1) \
    E2(CCMP_W_reg_1, bc_1) E2(CCMP_X_imm_1, bc_0) E2(CCMP_X_imm_1, bc_1) E2(CCMP_X_reg_3, bc_3) \
    E2(CSINC_W_9, RET) E2(LDRB_pre, CBZ_W) E2(LDR_X_off, BLR) E2(LSRV_X, CBZ_W) E2(MADD_X, CBNZ_W) \
    E2(MOVZ_X, bc_1) E2(STP_X_off_sp, bc_0) E2(STRB_off, CBNZ_W) E2(STR_X_lsl, CBZ_X) E2(SUB_X_imm, bc_1) \
    E2(mov_x, BLR) S2(ADD_W_imm, ADD_X_er) S2(ADD_W_imm, CMP_W_imm) S2(ADD_W_imm, CMP_X_r) \
    S2(ADD_W_imm, STRB_ur) S2(ADD_W_imm, STRH_post) S2(ADD_W_imm, STR_W_lsl) S2(ADD_W_imm, STR_W_post) \
    S2(ADD_W_r, CMP_W_r) S2(ADD_W_r, CMP_X_r) S2(ADD_W_r, EXTR_W) S2(ADD_W_sr, SUB_W_sr) \
    S2(ADD_X_er, ADD_X_imm) S2(ADD_X_er, LDRB_reg) S2(ADD_X_imm, CMP_W_imm) S2(ADD_X_imm, CMP_W_r) \
    S2(ADD_X_imm, CMP_X_imm) S2(ADD_X_imm, CMP_X_r) S2(ADD_X_imm, CSINC_W_10) S2(ADD_X_imm, LDRSH_W_ur) \
    S2(ADD_X_imm, LSLV_X) S2(ADD_X_imm, STRB_off) S2(ADD_X_imm, STR_W_ur) S2(ADD_X_r, CMP_X_r) \
    S2(ADD_X_r, LDRB_lsl) S2(ADD_X_r, LDRSH_W_post) S2(ADD_X_r, SUBS_X_r) S2(ADD_X_r, TST_X_imm) \
    S2(ANDS_W_imm, UBFM_W) S2(AND_W_imm, CCMP_W_imm_1) S2(AND_W_imm, CMP_W_imm) S2(AND_W_imm, CMP_W_r) \
    S2(AND_W_imm, CSEL_W_0) S2(AND_W_imm, LDR_W_lsl) S2(CCMP_X_imm_1, ADD_X_imm) S2(CMP_W_imm, AND_W_imm) \
    S2(CMP_W_imm, CCMP_W_reg_1) S2(CMP_W_imm, CSEL_X_11) S2(CMP_W_imm, LDRB_reg) S2(CMP_W_r, ADD_X_imm) \
    S2(CMP_X_imm, CCMP_X_imm_1) S2(CMP_X_imm, CSEL_X_1) S2(CMP_X_imm, LDR_X_off) S2(CMP_X_r, CCMP_X_reg_3) \
    S2(CMP_X_r, CSINV_W_2) S2(CMP_X_r, STRB_post) S2(CSEL_W_0, SUBS_W_imm) S2(CSEL_X_1, STR_X_off) \
    S2(CSEL_X_11, ADD_X_sr) S2(CSINC_W_10, CMP_X_r) S2(CSINV_W_2, CSINC_W_9) S2(EOR_W_r, LDRB_lsl) \
    S2(EOR_W_r, LDRB_pre) S2(EOR_X_r, SUBS_W_imm) S2(EXTR_W, ADD_W_r) S2(EXTR_W, EXTR_W) \
    S2(LDP_X_off, STP_X_off) S2(LDRB_lsl, ADD_X_imm) S2(LDRB_lsl, LDRB_off) S2(LDRB_lsl, STRB_post) \
    S2(LDRB_off, CMP_W_r) S2(LDRB_off, CMP_X_r) S2(LDRB_off, LDRH_off) S2(LDRB_pre, CMP_W_imm) \
    S2(LDRB_pre, MADD_W) S2(LDRB_reg, CMP_W_imm) S2(LDRB_reg, MADD_X) S2(LDRB_reg, STRB_off) \
    S2(LDRB_reg, TST_X_imm) S2(LDRH_lsl, STRH_lsl) S2(LDRH_off, ADD_W_imm) S2(LDRH_off, SUB_W_r) \
    S2(LDRSH_W_post, LDRSH_W_ur) S2(LDRSH_W_post, UBFM_W) S2(LDRSH_W_ur, ADD_X_imm) S2(LDRSH_W_ur, MADD_W) \
    S2(LDR_W_lsl, ADD_W_imm) S2(LDR_W_off, ADDS_W_imm) S2(LDR_W_off, SUBS_W_imm) S2(LDR_W_post, LDR_W_post) \
    S2(LDR_W_post, MADD_W) S2(LDR_X_lsl, STR_X_lsl) S2(LDR_X_off, CCMP_X_imm_1) S2(LDR_X_off, CMP_W_r) \
    S2(LDR_X_off, CMP_X_imm) S2(LDR_X_off, CMP_X_r) S2(LDR_X_off, SBFM_X) S2(LDR_X_off, SUBS_X_r) \
    S2(LSLV_X, ADD_X_r) S2(LSLV_X, LSLV_X) S2(LSRV_X, AND_W_imm) S2(MADD_W, CMP_X_r) S2(MOVN_W, EOR_W_r) \
    S2(MOVZ_W, CMP_W_imm) S2(MOVZ_W, CMP_X_r) S2(MOVZ_W, LSRV_X) S2(MOVZ_W, MOVK_W) S2(MOVZ_W, MOVN_W) \
    S2(REV_X, REV_X) S2(STP_W_off, ADD_X_r) S2(STP_X_off, LDP_X_off) S2(STP_X_pre_sp, CMP_X_imm) \
    S2(STRB_post, CMP_X_r) S2(STRB_post, SUB_X_imm) S2(STRB_ur, CMP_W_imm) S2(STRH_lsl, ADD_X_imm) \
    S2(STRH_off, CMP_X_r) S2(STRH_post, CMP_X_r) S2(STRH_ur, STRH_off) S2(STR_W_lsl, ADD_X_er) \
    S2(STR_W_lsl, CMP_W_imm) S2(STR_W_off, CMP_X_r) S2(STR_W_post, ADD_X_imm) S2(STR_W_post, CMP_X_r) \
    S2(STR_W_ur, ADD_W_imm) S2(STR_X_lsl, STR_X_lsl) S2(SUBS_W_imm, LDR_X_off) S2(SUBS_X_r, MOVZ_X) \
    S2(SUB_W_imm, CMP_W_imm) S2(SUB_W_r, CMP_W_r) S2(SUB_W_r, LSRV_X) S2(SUB_W_r, STR_W_post) \
    S2(SUB_W_sr, mov_w) S2(TST_X_imm, AND_W_imm) S2(UBFM_W, TST_X_imm) S2(UBFM_X, ADD_W_sr) \
    S2(UBFM_X, STP_W_off) S2(UBFM_X, STRH_ur) S2(UMADDL, ADD_X_r) S2(mov_x, CMP_W_imm) S2(mov_x, CMP_X_imm) \
    S2(mov_x, LDRB_pre) S2(nop, ANDS_W_imm) S2(nop, LDR_W_post) C3(ADD_W_r, CMP_W_r, 11) \
    C3(CSEL_W_0, SUBS_W_imm, 1) C3(CSINC_W_10, CMP_X_r, 1) C3(STRB_post, CMP_X_r, 1) \
    C3(STRB_ur, CMP_W_imm, 8) C3(STRH_off, CMP_X_r, 1) C3(STRH_post, CMP_X_r, 1) C3(STR_W_lsl, CMP_W_imm, 0) \
    C3(STR_W_post, CMP_X_r, 1) C3(SUB_W_r, CMP_W_r, 2) E3(ADD_W_imm, LDRB_reg, CBNZ_W) \
    E3(ADD_X_imm, MADD_W, CBZ_W) E3(ADD_X_imm, STRB_off, CBNZ_W) E3(ADD_X_imm, nop, RET) \
    E3(ADD_X_r, ADD_X_r, CBNZ_X) E3(ADD_X_r, SUBS_X_r, bc_10) E3(ADD_X_r, TST_X_imm, bc_1) \
    E3(AND_W_imm, CCMP_W_imm_1, bc_0) E3(AND_W_imm, CCMP_W_imm_1, bc_1) E3(CMP_X_imm, CCMP_X_imm_1, bc_1) \
    E3(CMP_X_r, CCMP_X_reg_3, bc_3) E3(CSINV_W_2, CSINC_W_9, RET) E3(LDP_X_off_sp, LDP_X_post_sp, B) \
    E3(LDP_X_post_sp, nop, RET) E3(LDRB_pre, MADD_W, CBNZ_W) E3(LDRB_reg, MADD_X, CBNZ_W) \
    E3(LDRB_reg, STRB_off, CBNZ_W) E3(LDRB_reg, TST_X_imm, bc_1) E3(LDRSH_W_off, SUB_W_r, RET) \
    E3(LDR_W_off, mov_w, TBNZ) E3(LDR_X_off, ADD_X_r, bc_0) E3(LDR_X_off, CCMP_X_imm_1, bc_0) \
    E3(LDR_X_off, LDR_X_off, CBZ_X) E3(LDR_X_off_sp, LDP_X_post_sp, RET) E3(STRB_post, SUB_X_imm, bc_1) \
    E3(STR_X_lsl, STR_X_lsl, CBZ_X) E3(STR_X_off, mov_x, CBNZ_X) E3(SUBS_X_r, MOVZ_X, bc_1) \
    E3(SUB_W_r, LSRV_X, CBZ_W) E3(SUB_W_r, mov_x, BL) E3(UBFM_X, ADD_X_r, BL) E3(mov_x, ADD_X_imm, B) \
    E3(mov_x, STP_X_off_sp, bc_0) E3(mov_x, mov_x, BL) E3(mov_x, mov_x, BLR) E3(mov_x, mov_x, CBZ_X) \
    E3(mov_x, mov_x, bl_far) S3(ADD_W_imm, ADD_W_r, ADD_X_imm) S3(ADD_W_imm, ADD_X_er, LDRB_reg) \
    S3(ADD_W_imm, ADD_X_imm, CMP_W_r) S3(ADD_W_imm, AND_X_r, UBFM_X) S3(ADD_W_imm, EOR_X_r, LDRB_reg) \
    S3(ADD_W_imm, LDRB_off, ADD_X_imm) S3(ADD_W_imm, LDR_X_off, CMP_W_r) S3(ADD_W_imm, MOVZ_W, CMP_X_r) \
    S3(ADD_W_imm, STRB_ur, CMP_W_imm) S3(ADD_W_imm, STRH_post, CMP_X_r) S3(ADD_W_imm, STR_W_lsl, ADD_X_er) \
    S3(ADD_W_imm, STR_W_lsl, CMP_W_imm) S3(ADD_W_imm, STR_W_off, ADD_W_imm) \
    S3(ADD_W_imm, STR_W_post, ADD_X_imm) S3(ADD_W_imm, STR_X_off, ADD_W_imm) S3(ADD_W_r, ADD_W_r, ADD_W_r) \
    S3(ADD_W_r, ADD_X_imm, CMP_W_imm) S3(ADD_W_sr, SUB_W_sr, mov_w) S3(ADD_X_er, ADD_X_imm, CMP_W_imm) \
    S3(ADD_X_er, LDRB_reg, STRB_off) S3(ADD_X_imm, ADD_W_imm, MOVZ_W) S3(ADD_X_imm, CSINC_W_10, CMP_X_r) \
    S3(ADD_X_imm, LDRSH_W_ur, ADD_X_imm) S3(ADD_X_imm, LSLV_X, LSLV_X) S3(ADD_X_imm, STP_X_off_sp, mov_x) \
    S3(ADD_X_imm, STR_W_ur, ADD_W_imm) S3(ADD_X_imm, STR_X_off_sp, mov_x) S3(ADD_X_imm, UBFM_W, UBFM_X) \
    S3(ADD_X_imm, UBFM_X, ADD_W_sr) S3(ADD_X_imm, mov_x, mov_x) S3(ADD_X_r, ADD_W_imm, AND_X_r) \
    S3(ADD_X_r, ADD_W_imm, STR_X_off) S3(ADD_X_r, ADD_X_r, ADD_W_imm) S3(ADD_X_r, EOR_W_r, LDRB_lsl) \
    S3(ADD_X_r, LDRB_lsl, LDRB_off) S3(ADD_X_r, LDRSH_W_post, LDRSH_W_ur) S3(ADD_X_r, mov_w, mov_x) \
    S3(ADD_X_sr, ADD_X_r, CMP_X_r) S3(ANDS_W_imm, UBFM_W, EOR_W_r) S3(AND_W_imm, AND_W_imm, MOVZ_W) \
    S3(AND_W_imm, CSEL_W_0, SUBS_W_imm) S3(AND_W_imm, EOR_W_r, nop) S3(AND_W_imm, LDR_W_lsl, ADD_W_imm) \
    S3(AND_W_imm, MOVZ_W, LSRV_X) S3(AND_W_imm, MOVZ_W, MOVN_W) S3(AND_X_r, SUB_X_r, UBFM_X) \
    S3(AND_X_r, UBFM_X, ADD_X_r) S3(AND_X_r, mov_x, SUB_X_r) S3(CCMP_X_imm_1, ADD_X_imm, STP_X_off_sp) \
    S3(CMP_W_imm, AND_W_imm, CCMP_W_imm_1) S3(CMP_W_imm, CSEL_X_11, ADD_X_sr) \
    S3(CMP_W_imm, LDRB_reg, AND_W_imm) S3(CMP_W_r, ADD_X_imm, CSINC_W_10) \
    S3(CMP_X_imm, CCMP_X_imm_1, ADD_X_imm) S3(CMP_X_imm, CSEL_X_1, STR_X_off) \
    S3(CMP_X_imm, LDR_X_off, CCMP_X_imm_1) S3(CMP_X_r, CSINV_W_2, CSINC_W_9) \
    S3(CMP_X_r, STRB_post, SUB_X_imm) S3(CSEL_X_1, STR_X_off, LDP_X_off_sp) S3(CSEL_X_11, ADD_X_sr, ADD_X_r) \
    S3(EOR_W_r, ADD_X_imm, STR_W_ur) S3(EOR_W_r, AND_W_imm, CSEL_W_0) S3(EOR_W_r, EOR_W_r, EOR_W_r) \
    S3(EOR_W_r, LDRB_lsl, ADD_X_imm) S3(EOR_W_r, LDRB_pre, MADD_W) S3(EOR_W_r, UBFM_W, EOR_W_r) \
    S3(EOR_W_r, UBFM_W, TST_X_imm) S3(EOR_W_r, nop, ANDS_W_imm) S3(EOR_X_r, LDRB_reg, MADD_X) \
    S3(EXTR_W, ADD_W_r, EXTR_W) S3(LDP_X_off, STP_X_off, LDP_X_off) \
    S3(LDP_X_off_sp, LDP_X_off_sp, LDP_X_off_sp) S3(LDP_X_off_sp, LDP_X_off_sp, LDP_X_post_sp) \
    S3(LDP_X_off_sp, LDP_X_off_sp, LDR_X_off_sp) S3(LDP_X_off_sp, LDP_X_post_sp, nop) \
    S3(LDP_X_off_sp, LDR_X_off_sp, LDP_X_post_sp) S3(LDRB_lsl, ADD_X_imm, STRB_off) \
    S3(LDRB_lsl, LDRB_off, LDRH_off) S3(LDRB_lsl, STRB_post, CMP_X_r) S3(LDRB_off, ADD_W_imm, LDRB_off) \
    S3(LDRB_off, ADD_X_imm, LSLV_X) S3(LDRB_off, CMP_X_r, STRB_post) S3(LDRB_off, LDRH_off, SUB_W_r) \
    S3(LDRB_pre, CMP_W_imm, LDRB_reg) S3(LDRB_reg, AND_W_imm, CCMP_W_imm_1) \
    S3(LDRB_reg, CMP_W_imm, AND_W_imm) S3(LDRH_lsl, STRH_lsl, ADD_X_imm) S3(LDRH_off, ADD_W_imm, STRH_post) \
    S3(LDRH_off, SUB_W_r, LSRV_X) S3(LDRSH_W_off, ADD_X_imm, LDRSH_W_ur) \
    S3(LDRSH_W_off, LDRSH_W_off, SUB_W_r) S3(LDRSH_W_post, LDRSH_W_ur, MADD_W) \
    S3(LDRSH_W_post, UBFM_W, SUB_W_r) S3(LDRSH_W_ur, ADD_X_imm, MADD_W) S3(LDRSH_W_ur, MADD_W, CMP_X_r) \
    S3(LDR_W_lsl, ADD_W_imm, STR_W_lsl) S3(LDR_W_off, ADD_W_r, CMP_W_r) S3(LDR_W_off, SUBS_W_imm, LDR_X_off) \
    S3(LDR_W_off, SUB_W_r, CMP_W_r) S3(LDR_W_post, LDR_W_post, MADD_W) S3(LDR_W_post, MADD_W, CMP_X_r) \
    S3(LDR_X_lsl, LDR_X_lsl, STR_X_lsl) S3(LDR_X_lsl, STR_X_lsl, STR_X_lsl) \
    S3(LDR_X_off, CMP_X_imm, CCMP_X_imm_1) S3(LDR_X_off, CMP_X_r, CSINV_W_2) \
    S3(LDR_X_off, EOR_X_r, SUBS_W_imm) S3(LDR_X_off, LDR_X_off, CMP_X_r) S3(LDR_X_off, LDR_X_off, LDR_X_off) \
    S3(LDR_X_off, STR_X_off, mov_x) S3(LDR_X_off, STR_X_off_sp, MOVZ_X) S3(LDR_X_off, SUBS_X_r, MOVZ_X) \
    S3(LDR_X_off, mov_x, mov_x) S3(LDR_X_off, nop, nop) S3(LDR_X_off_sp, AND_X_r, SUB_X_r) \
    S3(LDR_X_off_sp, LDP_X_post_sp, nop) S3(LDR_X_off_sp, LDR_X_off, SUBS_X_r) S3(LDR_X_off_sp, mov_x, mov_x) \
    S3(LSLV_X, ADD_X_r, ADD_X_r) S3(LSLV_X, LSLV_X, ADD_X_r) S3(LSRV_X, AND_W_imm, EOR_W_r) \
    S3(MADD_W, ADD_W_r, CMP_X_r) S3(MADD_W, ADD_X_imm, UBFM_W) S3(MOVN_W, EOR_W_r, UBFM_W) \
    S3(MOVZ_W, ADD_W_imm, LDR_X_off) S3(MOVZ_W, LSRV_X, AND_W_imm) S3(MOVZ_W, MOVN_W, EOR_W_r) \
    S3(MOVZ_W, nop, LDRSH_W_off) S3(MOVZ_W, nop, LDR_W_post) S3(STP_W_off, ADD_X_r, ADD_W_imm) \
    S3(STP_X_off, LDP_X_off, STP_X_off) S3(STP_X_off_sp, ADD_X_imm, STP_X_off_sp) \
    S3(STP_X_off_sp, mov_x, STP_X_off_sp) S3(STP_X_off_sp, mov_x, STR_X_off_sp) \
    S3(STP_X_off_sp, mov_x, UBFM_W) S3(STP_X_off_sp, mov_x, mov_x) S3(STP_X_pre_sp, ADD_X_imm, CMP_X_imm) \
    S3(STP_X_pre_sp, ADD_X_imm, STP_X_off_sp) S3(STP_X_pre_sp, ADD_X_imm, STR_X_off_sp) \
    S3(STP_X_pre_sp, CMP_X_imm, CCMP_X_imm_1) S3(STRB_post, CMP_X_r, CCMP_X_reg_3) \
    S3(STRH_lsl, ADD_X_imm, CMP_X_r) S3(STRH_ur, STRH_off, CMP_X_r) S3(STR_W_lsl, ADD_X_er, ADD_X_imm) \
    S3(STR_W_off, ADD_W_imm, CMP_X_r) S3(STR_W_post, ADD_X_imm, CMP_W_imm) S3(STR_W_ur, ADD_W_imm, STR_W_off) \
    S3(STR_X_off, ADD_W_imm, ADD_W_r) S3(STR_X_off, LDP_X_off_sp, LDP_X_off_sp) \
    S3(STR_X_off, mov_x, CMP_X_imm) S3(STR_X_off, mov_x, LDR_X_off) S3(STR_X_off, mov_x, LDR_X_off_sp) \
    S3(STR_X_off_sp, mov_x, CMP_W_imm) S3(SUBS_W_imm, LDR_X_off, ADD_X_r) S3(SUB_W_imm, AND_W_imm, CMP_W_imm) \
    S3(SUB_W_imm, AND_W_imm, LDR_W_lsl) S3(SUB_W_r, STR_W_post, CMP_X_r) S3(SUB_W_sr, mov_w, ADD_W_imm) \
    S3(SUB_X_imm, LDR_X_lsl, LDR_X_lsl) S3(SUB_X_imm, mov_x, MOVZ_W) S3(SUB_X_r, UBFM_X, ADD_X_r) \
    S3(SUB_X_r, mov_x, AND_X_r) S3(SUB_X_r, mov_x, LDR_X_off_sp) S3(TST_X_imm, AND_W_imm, CSEL_W_0) \
    S3(UBFM_W, EOR_W_r, AND_W_imm) S3(UBFM_W, EOR_W_r, UBFM_W) S3(UBFM_W, MOVZ_W, ADD_W_imm) \
    S3(UBFM_W, SUB_W_r, STR_W_post) S3(UBFM_W, TST_X_imm, AND_W_imm) S3(UBFM_W, UBFM_X, STRH_ur) \
    S3(UBFM_X, ADD_W_sr, SUB_W_sr) S3(UBFM_X, ADD_X_r, LDRB_lsl) S3(UBFM_X, MADD_W, ADD_W_r) \
    S3(UBFM_X, STP_W_off, ADD_X_r) S3(UBFM_X, STRH_ur, STRH_off) S3(UBFM_X, UBFM_X, MADD_W) \
    S3(UMADDL, ADD_X_r, mov_w) S3(mov_w, ADD_W_imm, STRB_ur) S3(mov_w, LDR_W_off, ADD_W_r) \
    S3(mov_w, SUB_W_imm, AND_W_imm) S3(mov_w, mov_x, ADD_X_imm) S3(mov_w, mov_x, mov_x) \
    S3(mov_x, ADD_X_imm, UBFM_X) S3(mov_x, ADD_X_r, ADD_X_r) S3(mov_x, ADD_X_r, EOR_W_r) \
    S3(mov_x, AND_X_r, mov_x) S3(mov_x, CMP_X_imm, LDR_X_off) S3(mov_x, LDP_X_off_sp, LDP_X_post_sp) \
    S3(mov_x, LDRB_pre, CMP_W_imm) S3(mov_x, LDR_X_off, CMP_X_imm) S3(mov_x, LDR_X_off, STR_X_off) \
    S3(mov_x, LDR_X_off_sp, AND_X_r) S3(mov_x, LDR_X_off_sp, LDP_X_post_sp) S3(mov_x, MOVZ_W, nop) \
    S3(mov_x, STP_X_off_sp, mov_x) S3(mov_x, SUB_X_r, mov_x) S3(mov_x, UBFM_W, MOVZ_W) \
    S3(mov_x, mov_x, LDP_X_off_sp) S3(mov_x, mov_x, STP_X_off_sp) S3(mov_x, mov_x, mov_x) S3(mov_x, nop, nop) \
    S3(nop, ANDS_W_imm, UBFM_W) S3(nop, LDRSH_W_off, ADD_X_imm) S3(nop, LDR_W_post, LDR_W_post) \
    S3(nop, LDR_X_off, CMP_X_r) S3(nop, STP_X_pre_sp, ADD_X_imm) S3(nop, nop, LDR_X_off) \
    S3(nop, nop, STP_X_pre_sp) S3(nop, nop, SUB_X_imm) S3(nop, nop, nop) C4(ADD_W_imm, LDR_X_off, CMP_W_r, 1) \
    C4(ADD_W_imm, MOVZ_W, CMP_X_r, 0) C4(ADD_W_imm, STR_W_lsl, CMP_W_imm, 0) \
    C4(ADD_W_r, ADD_X_imm, CMP_W_imm, 1) C4(ADD_X_er, ADD_X_imm, CMP_W_imm, 1) \
    C4(ADD_X_sr, ADD_X_r, CMP_X_r, 8) C4(AND_W_imm, CSEL_W_0, SUBS_W_imm, 1) \
    C4(LDR_W_off, ADD_W_r, CMP_W_r, 11) C4(LDR_W_post, MADD_W, CMP_X_r, 1) \
    C4(LDR_X_off, EOR_X_r, SUBS_W_imm, 1) C4(MADD_W, ADD_W_r, CMP_X_r, 1) \
    C4(STP_X_pre_sp, ADD_X_imm, CMP_X_imm, 0) C4(STRH_lsl, ADD_X_imm, CMP_X_r, 1) \
    C4(STR_W_off, ADD_W_imm, CMP_X_r, 1) C4(STR_W_post, ADD_X_imm, CMP_W_imm, 1) \
    C4(STR_X_off_sp, mov_x, CMP_W_imm, 9) E4(ADD_X_er, LDRB_reg, STRB_off, CBNZ_W) \
    E4(CMP_W_imm, AND_W_imm, CCMP_W_imm_1, bc_0) E4(CMP_X_imm, LDR_X_off, CCMP_X_imm_1, bc_0) \
    E4(CMP_X_r, CSINV_W_2, CSINC_W_9, RET) E4(EOR_W_r, LDRB_pre, MADD_W, CBNZ_W) \
    E4(EOR_X_r, LDRB_reg, MADD_X, CBNZ_W) E4(LDP_X_off_sp, LDP_X_post_sp, nop, RET) \
    E4(LDP_X_off_sp, LDR_X_off_sp, LDP_X_post_sp, RET) E4(LDRB_lsl, ADD_X_imm, STRB_off, CBNZ_W) \
    E4(LDRH_off, SUB_W_r, LSRV_X, CBZ_W) E4(LDRSH_W_off, LDRSH_W_off, SUB_W_r, RET) \
    E4(LDRSH_W_ur, ADD_X_imm, MADD_W, CBZ_W) E4(LDR_X_lsl, STR_X_lsl, STR_X_lsl, CBZ_X) \
    E4(LDR_X_off, CMP_X_imm, CCMP_X_imm_1, bc_1) E4(LDR_X_off, STR_X_off, mov_x, CBNZ_X) \
    E4(LDR_X_off_sp, LDP_X_post_sp, nop, RET) E4(SUBS_W_imm, LDR_X_off, ADD_X_r, bc_0) \
    E4(SUB_X_r, UBFM_X, ADD_X_r, BL) E4(mov_x, ADD_X_r, ADD_X_r, CBNZ_X) \
    E4(mov_x, LDP_X_off_sp, LDP_X_post_sp, B) E4(mov_x, LDR_X_off_sp, LDP_X_post_sp, RET) \
    E4(mov_x, mov_x, STP_X_off_sp, bc_0) E4(mov_x, mov_x, mov_x, BL) E4(mov_x, mov_x, mov_x, CBZ_X) \
    S4(ADD_W_imm, ADD_W_r, ADD_X_imm, CMP_W_imm) S4(ADD_W_imm, ADD_X_er, LDRB_reg, STRB_off) \
    S4(ADD_W_imm, EOR_X_r, LDRB_reg, MADD_X) S4(ADD_W_imm, LDRB_off, ADD_X_imm, LSLV_X) \
    S4(ADD_W_imm, STR_W_lsl, ADD_X_er, ADD_X_imm) S4(ADD_W_imm, STR_W_off, ADD_W_imm, CMP_X_r) \
    S4(ADD_W_imm, STR_W_post, ADD_X_imm, CMP_W_imm) S4(ADD_W_imm, STR_X_off, ADD_W_imm, ADD_W_r) \
    S4(ADD_X_imm, ADD_W_imm, MOVZ_W, CMP_X_r) S4(ADD_X_imm, LDRSH_W_ur, ADD_X_imm, MADD_W) \
    S4(ADD_X_imm, LSLV_X, LSLV_X, ADD_X_r) S4(ADD_X_imm, STP_X_off_sp, mov_x, mov_x) \
    S4(ADD_X_imm, STR_W_ur, ADD_W_imm, STR_W_off) S4(ADD_X_imm, STR_X_off_sp, mov_x, CMP_W_imm) \
    S4(ADD_X_r, ADD_W_imm, STR_X_off, ADD_W_imm) S4(ADD_X_r, EOR_W_r, LDRB_lsl, ADD_X_imm) \
    S4(ADD_X_r, LDRB_lsl, LDRB_off, LDRH_off) S4(ANDS_W_imm, UBFM_W, EOR_W_r, AND_W_imm) \
    S4(AND_W_imm, EOR_W_r, nop, ANDS_W_imm) S4(AND_W_imm, LDR_W_lsl, ADD_W_imm, STR_W_lsl) \
    S4(AND_W_imm, MOVZ_W, LSRV_X, AND_W_imm) S4(AND_X_r, SUB_X_r, UBFM_X, ADD_X_r) \
    S4(AND_X_r, UBFM_X, ADD_X_r, LDRB_lsl) S4(AND_X_r, mov_x, SUB_X_r, mov_x) \
    S4(CCMP_X_imm_1, ADD_X_imm, STP_X_off_sp, mov_x) S4(CMP_W_imm, CSEL_X_11, ADD_X_sr, ADD_X_r) \
    S4(CMP_W_imm, LDRB_reg, AND_W_imm, CCMP_W_imm_1) S4(CMP_X_imm, CCMP_X_imm_1, ADD_X_imm, STP_X_off_sp) \
    S4(CMP_X_imm, CSEL_X_1, STR_X_off, LDP_X_off_sp) S4(CSEL_X_1, STR_X_off, LDP_X_off_sp, LDP_X_off_sp) \
    S4(CSEL_X_11, ADD_X_sr, ADD_X_r, CMP_X_r) S4(EOR_W_r, ADD_X_imm, STR_W_ur, ADD_W_imm) \
    S4(EOR_W_r, AND_W_imm, CSEL_W_0, SUBS_W_imm) S4(EOR_W_r, LDRB_lsl, ADD_X_imm, STRB_off) \
    S4(EOR_W_r, UBFM_W, EOR_W_r, UBFM_W) S4(EOR_W_r, UBFM_W, TST_X_imm, AND_W_imm) \
    S4(EOR_W_r, nop, ANDS_W_imm, UBFM_W) S4(LDP_X_off_sp, LDP_X_off_sp, LDR_X_off_sp, LDP_X_post_sp) \
    S4(LDRB_lsl, LDRB_off, LDRH_off, SUB_W_r) S4(LDRB_off, ADD_W_imm, LDRB_off, ADD_X_imm) \
    S4(LDRB_off, ADD_X_imm, LSLV_X, LSLV_X) S4(LDRB_off, LDRH_off, SUB_W_r, LSRV_X) \
    S4(LDRB_pre, CMP_W_imm, LDRB_reg, AND_W_imm) S4(LDRB_reg, CMP_W_imm, AND_W_imm, CCMP_W_imm_1) \
    S4(LDRSH_W_off, ADD_X_imm, LDRSH_W_ur, ADD_X_imm) S4(LDR_W_lsl, ADD_W_imm, STR_W_lsl, CMP_W_imm) \
    S4(LDR_W_off, SUBS_W_imm, LDR_X_off, ADD_X_r) S4(LDR_W_post, LDR_W_post, MADD_W, CMP_X_r) \
    S4(LDR_X_lsl, LDR_X_lsl, STR_X_lsl, STR_X_lsl) S4(LDR_X_off, CMP_X_r, CSINV_W_2, CSINC_W_9) \
    S4(LDR_X_off, nop, nop, LDR_X_off) S4(LDR_X_off_sp, AND_X_r, SUB_X_r, UBFM_X) \
    S4(LDR_X_off_sp, LDR_X_off, SUBS_X_r, MOVZ_X) S4(LDR_X_off_sp, mov_x, mov_x, LDP_X_off_sp) \
    S4(LSLV_X, ADD_X_r, ADD_X_r, ADD_W_imm) S4(LSLV_X, LSLV_X, ADD_X_r, ADD_X_r) \
    S4(LSRV_X, AND_W_imm, EOR_W_r, nop) S4(MOVZ_W, ADD_W_imm, LDR_X_off, CMP_W_r) \
    S4(MOVZ_W, LSRV_X, AND_W_imm, EOR_W_r) S4(MOVZ_W, nop, LDRSH_W_off, ADD_X_imm) \
    S4(MOVZ_W, nop, LDR_W_post, LDR_W_post) S4(STP_W_off, ADD_X_r, ADD_W_imm, STR_X_off) \
    S4(STP_X_off_sp, mov_x, UBFM_W, MOVZ_W) S4(STP_X_off_sp, mov_x, mov_x, STP_X_off_sp) \
    S4(STP_X_pre_sp, ADD_X_imm, STP_X_off_sp, mov_x) S4(STP_X_pre_sp, ADD_X_imm, STR_X_off_sp, mov_x) \
    S4(STP_X_pre_sp, CMP_X_imm, CCMP_X_imm_1, ADD_X_imm) S4(STR_W_lsl, ADD_X_er, ADD_X_imm, CMP_W_imm) \
    S4(STR_W_ur, ADD_W_imm, STR_W_off, ADD_W_imm) S4(STR_X_off, ADD_W_imm, ADD_W_r, ADD_X_imm) \
    S4(STR_X_off, LDP_X_off_sp, LDP_X_off_sp, LDR_X_off_sp) S4(STR_X_off, mov_x, CMP_X_imm, LDR_X_off) \
    S4(STR_X_off, mov_x, LDR_X_off, CMP_X_imm) S4(STR_X_off, mov_x, LDR_X_off_sp, LDP_X_post_sp) \
    S4(SUB_W_imm, AND_W_imm, LDR_W_lsl, ADD_W_imm) S4(SUB_X_imm, LDR_X_lsl, LDR_X_lsl, STR_X_lsl) \
    S4(SUB_X_imm, mov_x, MOVZ_W, nop) S4(SUB_X_r, mov_x, AND_X_r, mov_x) \
    S4(SUB_X_r, mov_x, LDR_X_off_sp, AND_X_r) S4(TST_X_imm, AND_W_imm, CSEL_W_0, SUBS_W_imm) \
    S4(UBFM_W, EOR_W_r, AND_W_imm, CSEL_W_0) S4(UBFM_W, EOR_W_r, UBFM_W, TST_X_imm) \
    S4(UBFM_W, MOVZ_W, ADD_W_imm, LDR_X_off) S4(UBFM_W, TST_X_imm, AND_W_imm, CSEL_W_0) \
    S4(UBFM_X, ADD_X_r, LDRB_lsl, LDRB_off) S4(UBFM_X, MADD_W, ADD_W_r, CMP_X_r) \
    S4(UBFM_X, STP_W_off, ADD_X_r, ADD_W_imm) S4(UBFM_X, UBFM_X, MADD_W, ADD_W_r) \
    S4(mov_w, LDR_W_off, ADD_W_r, CMP_W_r) S4(mov_w, SUB_W_imm, AND_W_imm, LDR_W_lsl) \
    S4(mov_w, mov_x, mov_x, mov_x) S4(mov_x, ADD_X_r, EOR_W_r, LDRB_lsl) S4(mov_x, AND_X_r, mov_x, SUB_X_r) \
    S4(mov_x, CMP_X_imm, LDR_X_off, CCMP_X_imm_1) S4(mov_x, LDRB_pre, CMP_W_imm, LDRB_reg) \
    S4(mov_x, LDR_X_off, CMP_X_imm, CCMP_X_imm_1) S4(mov_x, LDR_X_off, STR_X_off, mov_x) \
    S4(mov_x, LDR_X_off_sp, AND_X_r, SUB_X_r) S4(mov_x, MOVZ_W, nop, LDRSH_W_off) \
    S4(mov_x, MOVZ_W, nop, LDR_W_post) S4(mov_x, SUB_X_r, mov_x, LDR_X_off_sp) \
    S4(mov_x, UBFM_W, MOVZ_W, ADD_W_imm) S4(mov_x, mov_x, LDP_X_off_sp, LDP_X_post_sp) \
    S4(mov_x, nop, nop, STP_X_pre_sp) S4(nop, ANDS_W_imm, UBFM_W, EOR_W_r) \
    S4(nop, LDRSH_W_off, ADD_X_imm, LDRSH_W_ur) S4(nop, LDR_W_post, LDR_W_post, MADD_W) \
    S4(nop, LDR_X_off, CMP_X_r, CSINV_W_2) S4(nop, STP_X_pre_sp, ADD_X_imm, CMP_X_imm) \
    S4(nop, STP_X_pre_sp, ADD_X_imm, STP_X_off_sp) S4(nop, nop, LDR_X_off, CMP_X_r) \
    S4(nop, nop, STP_X_pre_sp, ADD_X_imm)

#endif
