// SPDX-License-Identifier: Apache-2.0
// All of the FP and SIMD registers, to and from a context.
.include "defs.s"

// Both take x0: context, and lose x1..x3.

.macro fp_all op
    \op     q0, q1, [x1, #0 * 16]
    \op     q2, q3, [x1, #2 * 16]
    \op     q4, q5, [x1, #4 * 16]
    \op     q6, q7, [x1, #6 * 16]
    \op     q8, q9, [x1, #8 * 16]
    \op     q10, q11, [x1, #10 * 16]
    \op     q12, q13, [x1, #12 * 16]
    \op     q14, q15, [x1, #14 * 16]
    \op     q16, q17, [x1, #16 * 16]
    \op     q18, q19, [x1, #18 * 16]
    \op     q20, q21, [x1, #20 * 16]
    \op     q22, q23, [x1, #22 * 16]
    \op     q24, q25, [x1, #24 * 16]
    \op     q26, q27, [x1, #26 * 16]
    \op     q28, q29, [x1, #28 * 16]
    \op     q30, q31, [x1, #30 * 16]
.endm

func fp_save
    add     x1, x0, #CTX_FP
    fp_all  stp
    mrs     x2, fpsr
    mrs     x3, fpcr
    str     x2, [x0, #CTX_FPSR]
    str     x3, [x0, #CTX_FPCR]
    ret
endfunc fp_save

func fp_restore
    add     x1, x0, #CTX_FP
    fp_all  ldp
    ldr     x2, [x0, #CTX_FPSR]
    ldr     x3, [x0, #CTX_FPCR]
    msr     fpsr, x2
    msr     fpcr, x3
    ret
endfunc fp_restore
