/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/psci.h"

#define SMC64 0x40000000u
#define MPIDR_AFF UINT64_C(0xff00ffffff)
#define MPIDR_AFF0 UINT64_C(0xff)

static struct pe *psci_target(const struct pe *pe, uint64_t mpidr)
{
    if ((mpidr & ~MPIDR_AFF0) != 0 || mpidr >= pe->host->n_pes) {
        return NULL;
    }
    return pe->host->pes[mpidr];
}

static int64_t psci_cpu_on(const struct psci *p, struct pe *pe, uint64_t mpidr, uint64_t entry, uint64_t context)
{
    struct pe *t = psci_target(pe, mpidr);
    if (t == NULL) {
        return PSCI_INVALID_PARAMETERS;
    }
    if ((entry & 3) != 0 || bus_ram(pe->bus, entry, 4) == NULL) {
        return PSCI_INVALID_ADDRESS;
    }
    if (t->powered_on) {
        return PSCI_ALREADY_ON;
    }
    p->cpu_on(p->opaque, t->id, entry, context);
    return PSCI_SUCCESS;
}

/* Every state is a standby state: a power-down request is met by its shallowest form, which returns to the caller
   when an interrupt comes. power_state in the original format: bits 31:26 and 23:17 are reserved. */
static int64_t psci_cpu_suspend(const struct psci *p, struct pe *pe, uint64_t power_state)
{
    if ((power_state & 0xfcfe0000) != 0) {
        return PSCI_INVALID_PARAMETERS;
    }
    p->suspend(p->opaque, pe->id);
    return PSCI_SUCCESS;
}

static int64_t psci_affinity_info(struct pe *pe, uint64_t mpidr, uint64_t level)
{
    struct pe *t = psci_target(pe, mpidr & MPIDR_AFF);
    if (t == NULL || level != 0) {      /* levels above 0 are optional from PSCI 1.0 on */
        return PSCI_INVALID_PARAMETERS;
    }
    return t->powered_on ? 0 : 1;
}

static int64_t psci_features(uint32_t fn)
{
    switch (fn) {
    case PSCI_FN_VERSION:
    case PSCI_FN_CPU_SUSPEND:           /* original power_state format, no OS-initiated mode */
    case PSCI_FN_CPU_SUSPEND | SMC64:
    case PSCI_FN_CPU_OFF:
    case PSCI_FN_CPU_ON:
    case PSCI_FN_CPU_ON | SMC64:
    case PSCI_FN_AFFINITY_INFO:
    case PSCI_FN_AFFINITY_INFO | SMC64:
    case PSCI_FN_MIGRATE_INFO_TYPE:
    case PSCI_FN_SYSTEM_OFF:
    case PSCI_FN_SYSTEM_RESET:
    case PSCI_FN_SYSTEM_RESET2:
    case PSCI_FN_SYSTEM_RESET2 | SMC64:
    case PSCI_FN_FEATURES:
    case SMCCC_FN_VERSION:
        return PSCI_SUCCESS;
    default:
        return PSCI_NOT_SUPPORTED;
    }
}

/* The speculation workarounds (0x80008000, 0x80007fff, 0x80003fff) are NOT_SUPPORTED, as by firmware that has none:
   what a model is affected by is for its ID registers to say. */
static int64_t smccc_arch_features(uint32_t fn)
{
    return fn == SMCCC_FN_VERSION || fn == SMCCC_FN_ARCH_FEATURES ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED;
}

/* Architectural reset types have bit 31 clear; only SYSTEM_WARM_RESET (0) is defined. */
static int64_t psci_reset2(const struct psci *p, uint64_t type)
{
    if (type != 0) {
        return PSCI_INVALID_PARAMETERS;
    }
    p->system_reset(p->opaque);
    return PSCI_SUCCESS;
}

static int64_t psci_dispatch(const struct psci *p, struct pe *pe, uint32_t fn, const uint64_t arg[3])
{
    switch (fn) {
    case SMCCC_FN_VERSION: return 0x10001;
    case SMCCC_FN_ARCH_FEATURES: return smccc_arch_features((uint32_t)arg[0]);
    case PSCI_FN_VERSION: return PSCI_VERSION_1_1;
    case PSCI_FN_CPU_SUSPEND:
    case PSCI_FN_CPU_SUSPEND | SMC64: return psci_cpu_suspend(p, pe, arg[0]);
    case PSCI_FN_CPU_OFF: p->cpu_off(p->opaque, pe->id); return PSCI_SUCCESS;
    case PSCI_FN_CPU_ON:
    case PSCI_FN_CPU_ON | SMC64: return psci_cpu_on(p, pe, arg[0], arg[1], arg[2]);
    case PSCI_FN_AFFINITY_INFO:
    case PSCI_FN_AFFINITY_INFO | SMC64: return psci_affinity_info(pe, arg[0], arg[1]);
    case PSCI_FN_MIGRATE_INFO_TYPE: return 2;       /* no trusted OS that would need migration */
    case PSCI_FN_SYSTEM_OFF: p->system_off(p->opaque); return PSCI_SUCCESS;
    case PSCI_FN_SYSTEM_RESET: p->system_reset(p->opaque); return PSCI_SUCCESS;
    case PSCI_FN_SYSTEM_RESET2:
    case PSCI_FN_SYSTEM_RESET2 | SMC64: return psci_reset2(p, arg[0]);
    case PSCI_FN_FEATURES: return psci_features((uint32_t)arg[0]);
    default: return PSCI_NOT_SUPPORTED;
    }
}

bool psci_call(const struct psci *p, struct pe *pe)
{
    uint32_t fn = (uint32_t)pe->x[0];
    uint64_t mask = (fn & SMC64) != 0 ? UINT64_MAX : UINT32_MAX;
    const uint64_t arg[3] = { pe->x[1] & mask, pe->x[2] & mask, pe->x[3] & mask };
    int64_t ret = psci_dispatch(p, pe, fn, arg);
    pe->x[0] = (uint64_t)ret;
    pe_record(pe, REC_PSCI, pe->el, 0, pe_pc(pe), fn, (uint64_t)ret, 0, 0);
    return true;
}
