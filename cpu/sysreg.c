/* SPDX-License-Identifier: Apache-2.0 */
/* MRS, MSR, SYS and SYSL: privilege, traps, redirection, and the registers that are plain storage. */
#include "cpu/sysreg-int.h"

#include "sim/base/cover.h"

/*
 * Indices from SR_COUNT on stand for the IMPLEMENTATION DEFINED space, S1_<op1>_C<11|15>_* and S3_<op1>_C<11|15>_*: the
 * encoding is needed for the syndrome, and no register is there.
 */

static bool enc_is_impdef(uint16_t enc)
{
    return (enc & (1u << 14)) != 0 && ((enc >> 7) & 0xb) == 0xb;
}

static unsigned impdef_pack(uint16_t enc)
{
    return (unsigned)(enc >> 15) << 11 | ((enc >> 11) & 7u) << 8 | ((enc >> 9) & 1u) << 7 | (enc & 0x7fu);
}

static uint16_t impdef_unpack(unsigned k)
{
    return (uint16_t)(((k >> 11) & 1) << 15 | 1u << 14 | ((k >> 8) & 7) << 11 | 0xbu << 7 | ((k >> 7) & 1) << 9 | (k & 0x7f));
}

int sysreg_lookup(uint16_t enc)
{
    int id = sysreg_index[enc];
    if (id != SR_NONE) {
        return id;
    }
    return enc_is_impdef(enc) ? SR_COUNT + (int)impdef_pack(enc) : -1;
}

/* HCR_EL2.TIDCP traps EL1; for EL0 the choice made is UNDEFINED. */
static bool access_impdef(struct pe *pe, unsigned idx, unsigned rt, bool read)
{
    uint16_t enc = impdef_unpack(idx - SR_COUNT);
    if (pe->el == 1 && bit64(pe->sr[SR_HCR_EL2], 20)) {
        return pe_raise(pe, 2, EC_SYSREG, pe_sysreg_iss(enc, rt, read));
    }
    if (pe->host != NULL && pe->host->report != NULL && pe->el != 0) {
        pe->host->report(pe->host->opaque, pe, "no IMPLEMENTATION DEFINED register S%u_%u_C%u_C%u_%u: UNDEFINED", enc >> 14,
                         (enc >> 11) & 7, (enc >> 7) & 15, (enc >> 3) & 15, enc & 7);
    }
    return pe_undef(pe);
}

/* The trap controls of the row, in order. false: one of them raised an exception. */
static bool check_traps(struct pe *pe, const struct sysreg *r, unsigned rt, bool write)
{
    const struct sysreg_step *s = &sysreg_steps[r->trap_first];
    for (unsigned i = 0; i < r->trap_n; i++) {
        if ((s[i].dir & (write ? 2 : 1)) == 0) {
            continue;
        }
        const struct sysreg_control *c = &sysreg_controls[s[i].trap];
        unsigned target = TRAP_NONE;
        if (c->fn != NULL) {
            target = c->fn(pe, write);
        } else if ((pe->sr[SR_HCR_EL2] & c->hcr) != 0 && (pe->el == 1 || !pe_host_mode(pe))) {
            target = 2;
        }
        COVER(COVER_TRAP, cover_trap((unsigned)(r - sysreg_table), i, pe->el, write, target != TRAP_NONE));
        if (target == TRAP_UNDEF) {
            return pe_undef(pe);
        }
        if (target != TRAP_NONE) {
            return pe_raise(pe, target, EC_SYSREG, pe_sysreg_iss(r->enc, rt, !write));
        }
    }
    return true;
}

/* For the report of what tests exercised: the controls of a row that the shortcut below did not ask */
static inline void cover_not_trapped(const struct pe *pe, const struct sysreg *r, bool write)
{
#ifdef HYPSCOPE_COVERAGE
    for (unsigned i = 0; i < r->trap_n; i++) {
        if ((sysreg_steps[r->trap_first + i].dir & (write ? 2 : 1)) != 0) {
            COVER(COVER_TRAP, cover_trap((unsigned)(r - sysreg_table), i, pe->el, write, false));
        }
    }
#else
    (void)pe;
    (void)r;
    (void)write;
#endif
}

/* Everything that comes before the register itself; NULL: raised. */
static inline const struct sysreg *resolve(struct pe *pe, unsigned idx, unsigned rt, bool write)
{
    const struct sysreg *r = &sysreg_table[idx];
    unsigned el = pe->el;
    if (unlikely(((pe->sr_acc[idx] >> (2 * el + write)) & 1) == 0)) {
        COVER(COVER_ACCESS, cover_access(idx, el, write, ACCESS_UNDEFINED));
        (void)pe_undef(pe);
        return NULL;
    }
    if (el == 2) {
        if (pe_e2h(pe)) {
            COVER(COVER_ACCESS, cover_access(idx, el, write, r->e2h != SR_NONE ? ACCESS_REDIRECTED : ACCESS_DONE));
            return r->e2h != SR_NONE ? &sysreg_table[r->e2h] : r;
        }
        COVER(COVER_ACCESS, cover_access(idx, el, write, r->alias ? ACCESS_UNDEFINED : ACCESS_DONE));
        if (unlikely(r->alias)) {
            (void)pe_undef(pe);
            return NULL;
        }
        return r;
    }
    uint64_t mask = r->trap_mask[write];
    if (unlikely((pe->sr[SR_HCR_EL2] & mask) != 0 || mask == ~UINT64_C(0))) {
        if (!check_traps(pe, r, rt, write)) {
            COVER(COVER_ACCESS, cover_access(idx, el, write, ACCESS_TRAPPED));
            return NULL;
        }
    } else {
        cover_not_trapped(pe, r, write);
    }
    COVER(COVER_ACCESS, cover_access(idx, el, write, ACCESS_DONE));
    return r;
}

bool sysreg_read(struct pe *pe, unsigned idx, unsigned rt, uint64_t *val)
{
    if (unlikely(idx >= SR_COUNT)) {
        return access_impdef(pe, idx, rt, true);
    }
    const struct sysreg *r = resolve(pe, idx, rt, false);
    if (unlikely(r == NULL)) {
        return false;
    }
    if (r->rd != NULL) {
        return r->rd(pe, r, rt, val);
    }
    *val = pe->sr[r->sr];
    return true;
}

uint64_t sysreg_legal(const struct pe *pe, const struct sysreg *r, uint64_t val)
{
    return (val & pe->sr_wmask[r->sr]) | pe->sr_res1[r->sr];
}

bool sysreg_lower_only(unsigned sr)
{
    switch (sr) {
    case SR_SCTLR_EL1: case SR_TCR_EL1: case SR_TTBR0_EL1: case SR_TTBR1_EL1: case SR_MAIR_EL1: case SR_CPACR_EL1:
    case SR_VTCR_EL2: case SR_VTTBR_EL2:
        return true;
    default:
        return false;
    }
}

/* A register that derived state depends on has changed. What is quickly brought up to date is, without leaving the fast loop. */
static void changed(struct pe *pe, uint32_t dirty)
{
    if ((dirty & DIRTY_FP) != 0) {
        pe_update_fp_trap(pe);
        dirty &= ~(uint32_t)DIRTY_FP;
    }
    if ((dirty & DIRTY_DEBUG) != 0 && pe->debug_mode == 0) {
        debug_update(pe);
        dirty = pe->debug_mode == 0 ? dirty & ~(uint32_t)DIRTY_DEBUG : dirty | DIRTY_XLAT;
    }
    pe->dirty |= dirty;
}

void sysreg_put(struct pe *pe, const struct sysreg *r, uint64_t val)
{
    uint64_t old = pe->sr[r->sr];
    if (old != val) {
        pe->sr[r->sr] = val;
        if (r->dirty != 0 && !(pe->el == 2 && sysreg_lower_only(r->sr))) {
            changed(pe, r->dirty);
        }
    }
}

static inline bool write_resolved(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    if (r->wr != NULL) {
        return r->wr(pe, r, rt, val);
    }
    sysreg_put(pe, r, sysreg_legal(pe, r, val));
    return true;
}

/* What the register held before is told for those that are storage; of the others the record has the value written. */
static __attribute__((noinline, cold)) bool write_recorded(struct pe *pe, const struct sysreg *r, unsigned rt, uint64_t val)
{
    bool stored = r->cls != SRC_vgic && r->cls != SRC_op;
    uint64_t pc = pe_pc(pe), old = stored ? pe->sr[r->sr] : 0;
    if (!write_resolved(pe, r, rt, val)) {
        return false;
    }
    pe_record(pe, REC_SYSREG, pe->el, r->cls, pc, r->enc, stored ? pe->sr[r->sr] : val, old, 0);
    return true;
}

bool sysreg_write(struct pe *pe, unsigned idx, unsigned rt, uint64_t val)
{
    if (unlikely(idx >= SR_COUNT)) {
        return access_impdef(pe, idx, rt, false);
    }
    const struct sysreg *r = resolve(pe, idx, rt, true);
    if (unlikely(r == NULL)) {
        return false;
    }
    if (unlikely((pe->rec_classes >> r->cls & 1) != 0) && r->sr != SR_DAIF) { /* of the masks REC_MASK tells */
        return write_recorded(pe, r, rt, val);
    }
    return write_resolved(pe, r, rt, val);
}

const char *sysreg_name(unsigned idx)
{
    return idx < SR_COUNT ? sysreg_infos[idx].name : "IMPLEMENTATION DEFINED";
}

enum sysreg_class sysreg_class_of(unsigned idx)
{
    return idx < SR_COUNT ? (enum sysreg_class)sysreg_table[idx].cls : SRC_op;
}

unsigned sysreg_redirected(unsigned idx, bool at_el2_with_e2h)
{
    if (idx >= SR_COUNT) {
        return idx;
    }
    const struct sysreg *r = &sysreg_table[idx];
    return at_el2_with_e2h && r->e2h != SR_NONE ? r->e2h : r->sr;
}

unsigned sysreg_trap_controls(unsigned idx, bool write, const char *name[], uint64_t hcr[], unsigned max)
{
    unsigned n = 0;
    for (unsigned i = 0; idx < SR_COUNT && i < sysreg_table[idx].trap_n && n < max; i++) {
        const struct sysreg_step *s = &sysreg_steps[sysreg_table[idx].trap_first + i];
        if ((s->dir & (write ? 2 : 1)) != 0) {
            name[n] = sysreg_controls[s->trap].name;
            hcr[n++] = sysreg_controls[s->trap].hcr;
        }
    }
    return n;
}

const char *sysreg_class_name(enum sysreg_class cls)
{
    static const char *const names[SRC_COUNT] = {
        [SRC_gp] = "gp", [SRC_fp] = "fp", [SRC_el1sys] = "el1sys", [SRC_el2cfg] = "el2cfg", [SRC_el2vm] = "el2vm",
        [SRC_vgic] = "vgic", [SRC_timer] = "timer", [SRC_debug] = "debug", [SRC_pmu] = "pmu", [SRC_keys] = "keys",
        [SRC_ras] = "ras", [SRC_id] = "id", [SRC_op] = "op",
    };
    return names[cls];
}

uint16_t sysreg_encoding(unsigned idx)
{
    return idx < SR_COUNT ? sysreg_table[idx].enc : impdef_unpack(idx - SR_COUNT);
}

const struct sysreg_field *sysreg_fields_of(unsigned idx, unsigned *n)
{
    if (idx >= SR_COUNT) {
        *n = 0;
        return NULL;
    }
    *n = sysreg_infos[idx].field_n;
    return &sysreg_fields[sysreg_infos[idx].field_first];
}

bool sysreg_has_storage(const struct pe *pe, unsigned idx)
{
    if (idx == SR_NONE || idx >= SR_COUNT) {
        return false;
    }
    const struct sysreg *r = &sysreg_table[idx];
    return r->sr == idx && r->cls != SRC_op && r->cls != SRC_vgic && feat_has(&pe->feat, r->feat) != r->feat_not;
}

/* Registers whose reset value depends on the PE or on whether EL2 is there. */
static void reset_special(struct pe *pe)
{
    pe->sr[SR_MPIDR_EL1] = BIT64(31) | pe->id;
    pe->sr[SR_VPIDR_EL2] = pe->sr[SR_MIDR_EL1];
    pe->sr[SR_VMPIDR_EL2] = pe->sr[SR_MPIDR_EL1];
    pe->sr[SR_MDCR_EL2] = bits64(pe->sr[SR_PMCR_EL0], 15, 11); /* HPMN: all counters */
    if (!feat_has(&pe->feat, FEAT_EL2)) {
        pe->sr[SR_ID_AA64PFR0_EL1] = set_bits64(pe->sr[SR_ID_AA64PFR0_EL1], 11, 8, 0);
        pe->sr[SR_HCR_EL2] = 0;
        pe->sr[SR_CPTR_EL2] = 0;
    }
}

/* What the features make of the table: access rights and masks. */
static void derive_rows(struct pe *pe)
{
    for (unsigned i = 0; i < SR_COUNT; i++) {
        const struct sysreg *r = &sysreg_table[i];
        bool there = feat_has(&pe->feat, r->feat) != r->feat_not;
        pe->sr_acc[i] = there ? (uint8_t)(r->acc[0] | r->acc[1] << 2 | r->acc[2] << 4) : 0;
        pe->sr_wmask[i] = r->wmask;
        pe->sr_res1[i] = r->res1;
        for (unsigned k = 0; k < r->gate_n; k++) {
            const struct sysreg_gate *g = &sysreg_gates[r->gate_first + k];
            if (feat_has(&pe->feat, g->feat)) {
                pe->sr_wmask[i] |= g->mask;
                pe->sr_res1[i] &= ~g->mask;
            }
        }
    }
}

/* Bits that no write reaches and no feature gates keep what the table says. */
static uint64_t reset_value(const struct pe *pe, unsigned i)
{
    const struct sysreg *r = &sysreg_table[i];
    uint64_t variable = r->wmask;
    for (unsigned k = 0; k < r->gate_n; k++) {
        variable |= sysreg_gates[r->gate_first + k].mask;
    }
    uint64_t reset = sysreg_infos[i].reset;
    return r->sr != i || i == SR_NONE ? 0 : (reset & ~variable) | sysreg_legal(pe, r, reset);
}

void sysreg_reset(struct pe *pe)
{
    derive_rows(pe);
    sysreg_direct_reset(pe);
    for (unsigned i = 0; i < SR_COUNT; i++) {
        pe->sr[i] = reset_value(pe, i);
    }
    for (const struct model_id *m = pe->model->ids; m->sr != SR_COUNT; m++) {
        pe->sr[m->sr] = m->val;
    }
    reset_special(pe);
    timers_reset(pe);
    pmu_reset(pe);
    pe->dirty |= DIRTY_XLAT | DIRTY_IRQ | DIRTY_FP | DIRTY_DEBUG;
}
