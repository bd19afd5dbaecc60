/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests exercised of the tables, which line counts cannot tell: accesses to system registers, trap controls that did and
 * did not trap, exceptions, walks. Counted only in a build with --enable-coverage, which defines HYPSCOPE_COVERAGE; elsewhere COVER()
 * is nothing. The counters are a file that all processes of a test run map, named by HYPSCOPE_COVER in the environment;
 * tests/exercised prints it in words (tools/coverage).
 */
#ifndef HYPSCOPE_BASE_COVER_H
#define HYPSCOPE_BASE_COVER_H

#include <stdbool.h>
#include <stdint.h>

enum cover_kind { COVER_ACCESS, COVER_TRAP, COVER_GIC, COVER_EXCEPTION, COVER_LEAF, COVER_FAULT, COVER_RULE, COVER_KINDS };
enum { COVER_SLOTS = 32768 };

/* An access to a system register: row of cpu/sysreg.tbl, EL, direction */
enum cover_access { ACCESS_DONE, ACCESS_REDIRECTED, ACCESS_UNDEFINED, ACCESS_TRAPPED };
static inline unsigned cover_access(unsigned row, unsigned el, bool write, enum cover_access what)
{
    return ((row * 3 + el) * 2 + write) * 4 + (unsigned)what;
}

/* The step-th trap control of a row, at EL0 or EL1 */
static inline unsigned cover_trap(unsigned row, unsigned step, unsigned el, bool write, bool taken)
{
    return (((row * 8 + step) * 2 + el) * 2 + write) * 2 + taken;
}

/* A register of the GIC's CPU interface, by op1 bit 2, CRm and op2 (256: ICC_PMR_EL1) */
enum cover_gic {
    COVER_GIC_PHYSICAL, COVER_GIC_VIRTUAL, COVER_GIC_UNDEFINED, COVER_GIC_TC, COVER_GIC_TALL0, COVER_GIC_TALL1, COVER_GIC_TDIR,
    COVER_GIC_SRE, COVER_GIC_SGI, COVER_GIC_OUTCOMES
};
static inline unsigned cover_gic(unsigned key, bool write, unsigned what)
{
    return (key * 2 + write) * 16 + what;
}

/* Exception class, or 64 + type of an asynchronous one; the EL left and the EL taken to */
static inline unsigned cover_exception(unsigned what, unsigned from, unsigned to)
{
    return (what * 4 + from) * 4 + to;
}

/* A leaf that a walk found: stage, granule (log2), level */
static inline unsigned cover_leaf(bool stage2, unsigned granule, int level)
{
    return (stage2 * 32u + granule) * 8 + (unsigned)(level + 1);
}

/* A fault of a stage: type, level, and whether stage 2 was translating a table access */
static inline unsigned cover_fault(unsigned type, int level, bool stage2, bool s1ptw)
{
    return (type * 8 + (unsigned)(level + 1)) * 4 + stage2 * 2u + s1ptw;
}

/* Trap rules that are not a row of a table, with who is subject to them */
#define COVER_RULES(X)                                                                             \
    X(DAIF_UMA, "MSR DAIFSet, DAIFClr at EL0: SCTLR_EL1.UMA = 0")                                    \
    X(DAIF_HOST, "MSR DAIFSet, DAIFClr at EL0 of an EL2 host")                                       \
    X(WFI_EL0, "WFI at EL0: SCTLR_EL1.nTWI = 0")                                                     \
    X(WFI_EL0_HOST, "WFI at EL0 of an EL2 host: SCTLR_EL2.nTWI = 0")                                 \
    X(WFI_TWI_EL0, "WFI at EL0: HCR_EL2.TWI")                                                        \
    X(WFI_TWI_EL1, "WFI at EL1: HCR_EL2.TWI")                                                        \
    X(WFE_EL0, "WFE at EL0: SCTLR_EL1.nTWE = 0")                                                     \
    X(WFE_EL0_HOST, "WFE at EL0 of an EL2 host: SCTLR_EL2.nTWE = 0")                                 \
    X(WFE_TWE_EL0, "WFE at EL0: HCR_EL2.TWE")                                                        \
    X(WFE_TWE_EL1, "WFE at EL1: HCR_EL2.TWE")                                                        \
    X(HVC_HCD, "HVC at EL1 or EL2: HCR_EL2.HCD")                                                     \
    X(SMC_TSC, "SMC at EL1: HCR_EL2.TSC")                                                            \
    X(BRK_TGE, "BRK below EL2: HCR_EL2.TGE")                                                         \
    X(BRK_TDE, "BRK below EL2: MDCR_EL2.TDE")                                                        \
    X(ZVA_DZE, "DC ZVA at EL0: SCTLR_EL1.DZE = 0")                                                   \
    X(ZVA_DZE_HOST, "DC ZVA at EL0 of an EL2 host: SCTLR_EL2.DZE = 0")                               \
    X(ZVA_TDZ, "DC ZVA below EL2: HCR_EL2.TDZ")                                                      \
    X(FP_CPACR_EL0, "FP at EL0: CPACR_EL1.FPEN")                                                     \
    X(FP_CPACR_EL1, "FP at EL1: CPACR_EL1.FPEN")                                                     \
    X(FP_CPTR_TFP, "FP with E2H = 0: CPTR_EL2.TFP")                                                  \
    X(FP_CPTR_FPEN, "FP with E2H = 1: CPTR_EL2.FPEN")                                                \
    X(PAC_API_EL0, "pointer authentication at EL0: HCR_EL2.API = 0")                                 \
    X(PAC_API_EL1, "pointer authentication at EL1: HCR_EL2.API = 0")                                 \
    X(DEBUG_TDE, "debug exception from EL0 or EL1 to EL2: MDCR_EL2.TDE")                             \
    X(DEBUG_TGE, "debug exception from EL0 or EL1 to EL2: HCR_EL2.TGE")                              \
    X(ABORT_TEA, "synchronous external abort to EL2: HCR_EL2.TEA")

enum cover_rule {
#define X(id, text) RULE_##id,
    COVER_RULES(X)
#undef X
    RULE_COUNT
};
static inline unsigned cover_rule(enum cover_rule rule, bool taken)
{
    return (unsigned)rule * 2 + taken;
}

#ifdef HYPSCOPE_COVERAGE
void cover_count(enum cover_kind kind, unsigned index);
#define COVER(kind, index) cover_count(kind, index)
#else
#define COVER(kind, index) ((void)sizeof(index))
#endif

#endif
