/* SPDX-License-Identifier: Apache-2.0 */
/* The execution core: instances, condition flags, the loop. */
#ifndef HYPSCOPE_CPU_CORE_H
#define HYPSCOPE_CPU_CORE_H

#include "cpu/pe.h"
#include "cpu/slot.h"

/* Handler tables by hid. */
extern const void *const fast_handlers[];
extern const void *const step_handlers[];
extern const void *const timed_handlers[];
extern const void *const timed_step_handlers[];
/* An instance's handler for n (2 or 3) instructions in a row, by their hids; NULL: none. */
const void *fast_fuse(const uint16_t *hid, unsigned n);
const void *timed_fuse(const uint16_t *hid, unsigned n);
/* The two instances that run from decoded pages */
extern const struct handlers fast_instance, timed_instance;

/* Run the PE for its budget (pe->n instructions): returns when the budget is used up or when DIRTY_STOP is set. On return pe->pc
   and pe->n (instructions left) are valid. */
void core_run(struct pe *pe);
/* The same with every instruction through the stepping instance: same results, slower. */
void core_run_stepping(struct pe *pe);
/* Either of these with a timing model (pe->timing), also until its cycles reach the limit of the turn. Code pages must be
   decoded for the timed instance: code_use(). */
void core_run_timed(struct pe *pe, bool stepping);
/* Run straight code in the fast instance from pe->pc until a handler leaves; used by core_run. */
void fast_enter(struct pe *pe, const struct slot *s, int64_t n);
/* Execute one instruction in the stepping instance. */
void step_one(struct pe *pe, const struct slot *s);
/* The same of the timed instance. timed_enter: the run at s was charged by timing_enter_run(). timed_step_one: false when
   the turn was over before it. */
void timed_enter(struct pe *pe, const struct slot *s, int64_t n);
bool timed_step_one(struct pe *pe, const struct slot *s);

/* Tell the person about an encoding that is not implemented, once a place. */
void core_report_undef(struct pe *pe, uint32_t insn);

/* Semantics of system instructions (core-sys.c). false: exception raised. */
bool core_msr_uao(struct pe *pe, int crm);
bool core_msr_pan(struct pe *pe, int crm);
bool core_msr_spsel(struct pe *pe, int crm);
bool core_msr_ssbs(struct pe *pe, int crm);
bool core_msr_daif(struct pe *pe, int crm, bool set);
bool core_wfx(struct pe *pe, bool is_wfe);
bool core_sev(struct pe *pe);
bool core_svc(struct pe *pe, unsigned imm);
bool core_hvc(struct pe *pe, unsigned imm);
bool core_smc(struct pe *pe, unsigned imm);
bool core_brk(struct pe *pe, unsigned imm);
bool core_hlt(struct pe *pe, unsigned imm);
/* ERETAA, ERETAB: authenticate the ELR of the current EL, which pe_eret() then uses. false: raised. */
bool core_eret_auth(struct pe *pe, bool key_b);
/* Is DC ZVA allowed now (SCTLR_EL1.DZE, HCR_EL2.TDZ)? false: raised. */
bool core_zva_allowed(struct pe *pe, unsigned rt);
/* CRC32 (poly 0x04c11db7) and CRC32C (0x1edc6f41) of `bytes` low bytes of v, bit-reflected */
uint32_t core_crc32(uint32_t acc, uint64_t v, unsigned bytes, bool castagnoli);

/* ConditionHolds() on the flags as kept in struct pe */
static inline bool cond_eq(const struct pe *c) { return c->zf == 0; }
static inline bool cond_cs(const struct pe *c) { return pe_flag_c(c); }
static inline bool cond_mi(const struct pe *c) { return pe_flag_n(c); }
static inline bool cond_vs(const struct pe *c) { return pe_flag_v(c); }
static inline bool cond_hi(const struct pe *c) { return pe_flag_c(c) && c->zf != 0; }
static inline bool cond_ge(const struct pe *c) { return !pe_flag_lt(c); }
static inline bool cond_gt(const struct pe *c) { return c->zf != 0 && cond_ge(c); }

/* For each condition the set of flag values that satisfy it: no branch to be mispredicted */
static inline bool cond_holds(const struct pe *c, unsigned cond)
{
    static const uint16_t holds[16] = {
        0xf0f0, 0x0f0f, /* EQ NE: Z */
        0xcccc, 0x3333, /* CS CC: C */
        0xff00, 0x00ff, /* MI PL: N */
        0xaaaa, 0x5555, /* VS VC: V */
        0x0c0c, 0xf3f3, /* HI LS: C and not Z */
        0xaa55, 0x55aa, /* GE LT: N == V */
        0x0a05, 0xf5fa, /* GT LE: not Z and N == V */
        0xffff, 0xffff, /* AL NV */
    };
    return holds[cond] >> pe_flags(c) & 1;
}

#endif
