/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the counters of sim/base/cover.h say: accesses to system registers, trap rules, exceptions and walks that a test run
 * exercised, and by name those that it did not.
 *
 *   exercised FILE
 *
 * FILE is what HYPSCOPE_COVER named during the run, of a build with the same tables.
 */
#include "cpu/models.h"
#include "sysreg-decls.h"
#include "sim/base/cover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t counters[COVER_KINDS][COVER_SLOTS];

static bool seen(enum cover_kind kind, unsigned index)
{
    return counters[kind][index] != 0;
}

/* ---- lists of names, by group ---- */

struct tally {
    unsigned seen, all;
    size_t column;
};

static void item(struct tally *t, bool was_seen, const char *title, const char *name)
{
    t->all++;
    t->seen += was_seen;
    if (was_seen) {
        return;
    }
    size_t len = strlen(name);
    if (t->seen + 1 == t->all || t->column == 0 || t->column + len + 2 > 118) {
        printf("%s", t->column == 0 ? title : "");
        printf("\n   ");
        t->column = 3;
    }
    printf(" %s", name);
    t->column += len + 1;
}

static void done(const struct tally *t, const char *what)
{
    printf("%s%s: %u of %u exercised\n\n", t->column != 0 ? "\n" : "", what, t->seen, t->all);
}

/* ---- system registers ---- */

static bool in_gic(unsigned row)
{
    return sysreg_table[row].rd == sysreg_rd_gic || sysreg_table[row].wr == sysreg_wr_gic;
}

/* Can a register that needs, or needs the absence of, this feature be there, at this EL, on any model? */
static bool possible_on_some_model(unsigned feat, bool absent, unsigned el)
{
    static struct pe pe;
    for (unsigned m = 0; cpu_model_at(m) != NULL; m++) {
        for (unsigned el2 = el == 2; el2 < 2; el2++) {
            memset(&pe, 0, sizeof(pe));
            pe.model = cpu_model_at(m);
            features_derive(&pe, el2 != 0);
            if (feat_has(&pe.feat, feat) != absent) {
                return true;
            }
        }
    }
    return false;
}

static bool permitted(unsigned row, unsigned el, unsigned write)
{
    const struct sysreg *r = &sysreg_table[row];
    return (r->acc[el] >> write & 1) != 0 && possible_on_some_model(r->feat, r->feat_not, el);
}

static void accesses(void)
{
    static const char *const verbs[2][2] = {{"read", "write"}, {"read", "executed"}};
    struct tally good = {0}, bad = {0};
    char name[64];
    for (unsigned row = 1; row < SR_COUNT; row++) {
        for (unsigned k = 0; k < 6; k++) {
            unsigned el = k / 2, write = k % 2;
            bool there = seen(COVER_ACCESS, cover_access(row, el, write, ACCESS_DONE)) ||
                         seen(COVER_ACCESS, cover_access(row, el, write, ACCESS_REDIRECTED));
            snprintf(name, sizeof(name), "%s:%s@EL%u", sysreg_name(row), verbs[sysreg_class_of(row) == SRC_op][write], el);
            if (permitted(row, el, write)) {
                item(&good, there, "never accessed:", name);
            }
        }
    }
    done(&good, "accesses to system registers, and SYS instructions (row x EL x direction)");
    for (unsigned row = 1; row < SR_COUNT; row++) {
        for (unsigned k = 0; k < 6; k++) {
            unsigned el = k / 2, write = k % 2;
            snprintf(name, sizeof(name), "%s:%s@EL%u", sysreg_name(row), write ? "write" : "read", el);
            if ((sysreg_table[row].acc[el] >> write & 1) == 0 && !(sysreg_class_of(row) == SRC_op && !write)) {
                item(&bad, seen(COVER_ACCESS, cover_access(row, el, write, ACCESS_UNDEFINED)), "never tried:", name);
            }
        }
    }
    done(&bad, "accesses that are UNDEFINED (row x EL x direction)");
    struct tally e2h = {0};
    for (unsigned row = 1; row < SR_COUNT; row++) {
        for (unsigned write = 0; write < 2 && sysreg_table[row].e2h != SR_NONE; write++) {
            snprintf(name, sizeof(name), "%s:%s", sysreg_name(row), write ? "write" : "read");
            if (permitted(row, 2, write)) {
                item(&e2h, seen(COVER_ACCESS, cover_access(row, 2, write, ACCESS_REDIRECTED)), "never redirected:", name);
            }
        }
    }
    done(&e2h, "redirections at EL2 by HCR_EL2.E2H (row x direction)");
}

/* ---- trap controls of the table ---- */

/* Controls that concern EL0 alone; at EL1 they cannot trap. */
static bool of_el0_only(const char *control)
{
    static const char *const names[] = {"UCT", "UCI", "UMA", "TDCC", "PMUEN", "PMUSW", "PMUCR", "PMUER", "CNTFRQ_EL0", "CNTVCT", "CNTV"};
    for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(control, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void trap_rules(bool taken)
{
    struct tally t = {0};
    char name[96];
    for (unsigned row = 1; row < SR_COUNT; row++) {
        const struct sysreg *r = &sysreg_table[row];
        for (unsigned k = 0; k < r->trap_n * 4u; k++) {
            unsigned step = k / 4, el = k / 2 % 2, write = k % 2;
            const struct sysreg_step *s = &sysreg_steps[r->trap_first + step];
            const char *control = sysreg_controls[s->trap].name;
            bool exists = strcmp(control, "TID4") != 0 || possible_on_some_model(FEAT_EVT, false, el);
            if (!permitted(row, el, write) || (taken && !exists) || (s->dir >> write & 1) == 0 || (taken && el == 1 && of_el0_only(control))) {
                continue;
            }
            snprintf(name, sizeof(name), "%s:%s%s@EL%u", control, sysreg_name(row), sysreg_class_of(row) == SRC_op ? "" : write ? ":write" : ":read", el);
            item(&t, seen(COVER_TRAP, cover_trap(row, step, el, write, taken)), taken ? "never trapped:" : "never let through:", name);
        }
    }
    done(&t, taken ? "trap controls that trapped (control x register x EL x direction)" : "trap controls that did not trap");
}

/* ---- the GIC's CPU interface ---- */

/* Registers of more priority bits and list registers than there are: UNDEFINED is all that they can be. */
static bool not_implemented(const char *name)
{
    unsigned n;
    return (sscanf(name, "ICC_AP%*1uR%u_EL1", &n) == 1 && n > 0) || (sscanf(name, "ICH_AP%*1uR%u_EL2", &n) == 1 && n > 0) ||
           (sscanf(name, "ICH_LR%u_EL2", &n) == 1 && n > 3);
}

static void gic_rules(void)
{
    static const char *const words[] = {"physical", "virtual", "UNDEFINED", "TC", "TALL0", "TALL1", "TDIR", "SRE", "SGI"};
    struct tally t = {0};
    char name[96];
    for (unsigned row = 1; row < SR_COUNT; row++) {
        unsigned enc = sysreg_encoding(row), crn = enc >> 7 & 15, op1 = enc >> 11 & 7, crm = enc >> 3 & 15, op2 = enc & 7;
        if (!in_gic(row)) {
            continue;
        }
        unsigned key = crn == 4 ? 256 : (op1 == 4 ? 128u : 0) | (enc & 127);
        bool g0 = crm == 8 || (crm == 12 && op2 == 6), g1 = crm == 9 || (crm == 12 && op2 != 4 && op2 != 5 && op2 != 6);
        bool sgi = crm == 11 && op2 >= 5, sre = crm == 12 && op2 == 5, el2 = op1 == 4;
        if (crn == 4) {
            g0 = g1 = sgi = sre = false;
        }
        for (unsigned write = 0; write < 2; write++) {
            if (!permitted(row, 2, write)) {
                continue;
            }
            for (unsigned what = 0; what < COVER_GIC_OUTCOMES; what++) {
                bool possible = what == COVER_GIC_PHYSICAL ||
                                (!el2 && ((what == COVER_GIC_VIRTUAL && !sgi && !sre) || (what == COVER_GIC_TC && !g0 && !g1 && !sre) ||
                                          (what == COVER_GIC_TALL0 && g0) || (what == COVER_GIC_TALL1 && g1) ||
                                          (what == COVER_GIC_TDIR && crn == 12 && crm == 11 && op2 == 1) || (what == COVER_GIC_SRE && sre) ||
                                          (what == COVER_GIC_SGI && sgi)));
                possible = not_implemented(sysreg_name(row)) ? what == COVER_GIC_UNDEFINED : possible;
                snprintf(name, sizeof(name), "%s:%s:%s", sysreg_name(row), write ? "write" : "read", words[what]);
                if (possible) {
                    item(&t, seen(COVER_GIC, cover_gic(key, write, what)), "never seen:", name);
                }
            }
        }
    }
    done(&t, "GIC CPU interface: who answers, and traps by ICH_HCR_EL2, ICC_SRE_EL2 and routing");
}

/* ---- exceptions ---- */

struct class_row {
    uint8_t what;
    const char *name;
    uint8_t routes;     /* bits: EL0->1, EL0->2, EL1->1, EL1->2, EL2->2 */
};

/* The type of a record of exception entry (sim/base/events.def) */
enum { ASYNC_IRQ = 1, ASYNC_FIQ, ASYNC_SERROR, ASYNC_VIRQ, ASYNC_VFIQ, ASYNC_VSERROR };
enum { R01 = 1, R02 = 2, R11 = 4, R12 = 8, R22 = 16, ANY = 31 };

static void exceptions(void)
{
    /* Which routes an exception of the class can take without EL3: AArch64.TakeException's callers */
    static const struct class_row rows[] = {
        {EC_UNKNOWN, "unknown", R01 | R02 | R11 | R22}, {EC_WFX, "WFx", R01 | R02 | R12}, {EC_FP_ACCESS, "FP access", ANY},
        {EC_PAC, "PAC", R02 | R12}, {EC_ILLEGAL_STATE, "illegal state", R01 | R02 | R11 | R22},
        {EC_SVC64, "SVC", R01 | R02 | R11 | R22}, {EC_HVC64, "HVC", R12 | R22}, {EC_SMC64, "SMC", R12},
        {EC_SYSREG, "system register", R01 | R02 | R12}, {EC_IABT_LOWER, "instruction abort, lower EL", R01 | R02 | R12},
        {EC_IABT_SAME, "instruction abort, same EL", R11 | R22}, {EC_PC_ALIGN, "PC alignment", R01 | R02 | R11 | R22},
        {EC_DABT_LOWER, "data abort, lower EL", R01 | R02 | R12}, {EC_DABT_SAME, "data abort, same EL", R11 | R22},
        {EC_SP_ALIGN, "SP alignment", R01 | R02 | R11 | R22}, {EC_FP_TRAP64, "FP exception", 0},
        {EC_BREAKPT_LOWER, "breakpoint, lower EL", R01 | R02 | R12}, {EC_BREAKPT_SAME, "breakpoint, same EL", R11 | R22},
        {EC_SSTEP_LOWER, "software step, lower EL", R01 | R02 | R12}, {EC_SSTEP_SAME, "software step, same EL", R11 | R22},
        {EC_WATCHPT_LOWER, "watchpoint, lower EL", R01 | R02 | R12}, {EC_WATCHPT_SAME, "watchpoint, same EL", R11 | R22},
        {EC_BRK64, "BRK", ANY},
        {64 + ASYNC_IRQ, "IRQ", ANY}, {64 + ASYNC_FIQ, "FIQ", ANY}, {64 + ASYNC_SERROR, "SError", ANY},
        {64 + ASYNC_VIRQ, "virtual IRQ", R01 | R11}, {64 + ASYNC_VFIQ, "virtual FIQ", R01 | R11},
        {64 + ASYNC_VSERROR, "virtual SError", R01 | R11},
    };
    static const uint8_t from[] = {0, 0, 1, 1, 2}, to[] = {1, 2, 1, 2, 2};
    struct tally t = {0};
    char name[96];
    for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
        for (unsigned k = 0; k < 5; k++) {
            snprintf(name, sizeof(name), "[%s EL%u->EL%u]", rows[i].name, from[k], to[k]);
            if ((rows[i].routes >> k & 1) != 0) {
                item(&t, seen(COVER_EXCEPTION, cover_exception(rows[i].what, from[k], to[k])), "never taken:", name);
            }
        }
    }
    done(&t, "exceptions (class x EL left x EL taken to)");
}

/* ---- walks ---- */

static void walks(void)
{
    static const char *const types[] = {[FAULT_ADDRESS_SIZE] = "address size", [FAULT_TRANSLATION] = "translation",
                                        [FAULT_ACCESS_FLAG] = "access flag", [FAULT_PERMISSION] = "permission",
                                        [FAULT_EXTERNAL_WALK] = "external on walk"};
    struct tally leaf = {0}, fault = {0};
    char name[96];
    for (unsigned k = 0; k < 2 * 3 * 4; k++) {
        unsigned stage2 = k / 12, granule = 12 + 2 * (k / 4 % 3);
        int level = (int)(k % 4);
        /* VMSAv8-64 without 52-bit addresses: blocks at level 1 of 4K, at level 2 of all, pages at level 3 */
        if (level == 3 || level == 2 || (level == 1 && granule == 12)) {
            snprintf(name, sizeof(name), "[stage %u, %uK, level %d]", stage2 + 1, 1u << (granule - 10), level);
            item(&leaf, seen(COVER_LEAF, cover_leaf(stage2 != 0, granule, level)), "never found:", name);
        }
    }
    done(&leaf, "leaves of walks (stage x granule x level)");
    for (unsigned type = 0; type < ARRAY_LEN(types); type++) {
        for (unsigned k = 0; k < 12 && types[type] != NULL; k++) {
            unsigned kind = k / 4;  /* stage 1; stage 2; stage 2 on a stage 1 table access */
            int level = (int)(k % 4);
            bool by_leaf = type == FAULT_ACCESS_FLAG || type == FAULT_PERMISSION;
            snprintf(name, sizeof(name), "[%s, %s, level %d]", types[type], kind == 0 ? "stage 1" : kind == 1 ? "stage 2" : "stage 2 of a table access", level);
            if (!by_leaf || level != 0) {
                item(&fault, seen(COVER_FAULT, cover_fault(type, level, kind != 0, kind == 2)), "never reported:", name);
            }
        }
    }
    done(&fault, "faults of walks (type x stage x level)");
}

/* ---- other rules ---- */

static void rules(void)
{
    static const char *const texts[] = {
#define X(id, text) text,
        COVER_RULES(X)
#undef X
    };
    struct tally t = {0};
    char name[128];
    for (unsigned i = 0; i < RULE_COUNT * 2; i++) {
        /* an EL2 host's EL0 may never write DAIF */
        if (i != cover_rule(RULE_DAIF_HOST, false)) {
            snprintf(name, sizeof(name), "[%s%s]", texts[i / 2], i % 2 != 0 ? "" : ": the other way");
            item(&t, seen(COVER_RULE, i), "never seen:", name);
        }
    }
    done(&t, "trap rules outside of the tables, both ways");
}

int main(int argc, char **argv)
{
    FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (f == NULL || fread(counters, sizeof(counters), 1, f) != 1) {
        fprintf(stderr, argc == 2 ? "exercised: cannot read counters from %s: was it a build with --enable-coverage?\n" : "usage: exercised FILE\n",
                argc == 2 ? argv[1] : "");
        return 2;
    }
    fclose(f);
    accesses();
    trap_rules(true);
    trap_rules(false);
    gic_rules();
    exceptions();
    walks();
    rules();
    return 0;
}
