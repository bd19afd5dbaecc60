/* SPDX-License-Identifier: Apache-2.0 */
/* What the PMU counts. X1: how often around, two instructions each time. */
        .section .low, "ax"
        .globl  insn_pmu_span, insn_pmu_spin, insn_pmu_swinc
        .balign 64
/* Counters of the mask X0 are enabled for the loop */
insn_pmu_span:
        isb
        msr     pmcntenset_el0, x0
        isb
1:      subs    x1, x1, #1
        b.ne    1b
        msr     pmcntenclr_el0, x0
        isb
        ret
insn_pmu_spin:
        subs    x1, x1, #1
        b.ne    insn_pmu_spin
        ret
insn_pmu_swinc:
        msr     pmswinc_el0, x0
        isb
        subs    x1, x1, #1
        b.ne    insn_pmu_swinc
        ret
