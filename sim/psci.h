/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firmware: PSCI 1.1 (ARM DEN 0022) and SMCCC 1.1 (ARM DEN 0028), called
 * by SMC, or by HVC on a machine without EL2.
 */
#ifndef HYPSCOPE_SIM_PSCI_H
#define HYPSCOPE_SIM_PSCI_H

#include "cpu/pe.h"

#define PSCI_VERSION_1_1 0x00010001u

enum psci_fn {
    PSCI_FN_VERSION = 0x84000000, PSCI_FN_CPU_SUSPEND = 0x84000001, PSCI_FN_CPU_OFF = 0x84000002,
    PSCI_FN_CPU_ON = 0x84000003, PSCI_FN_AFFINITY_INFO = 0x84000004, PSCI_FN_MIGRATE = 0x84000005,
    PSCI_FN_MIGRATE_INFO_TYPE = 0x84000006, PSCI_FN_SYSTEM_OFF = 0x84000008, PSCI_FN_SYSTEM_RESET = 0x84000009,
    PSCI_FN_FEATURES = 0x8400000a, PSCI_FN_SYSTEM_RESET2 = 0x84000012,
    SMCCC_FN_VERSION = 0x80000000, SMCCC_FN_ARCH_FEATURES = 0x80000001,
};

enum psci_ret {
    PSCI_SUCCESS = 0, PSCI_NOT_SUPPORTED = -1, PSCI_INVALID_PARAMETERS = -2, PSCI_DENIED = -3, PSCI_ALREADY_ON = -4,
    PSCI_INVALID_ADDRESS = -9,
};

/* What the machine does when a call asks for it. The other PEs are those of pe->host. */
struct psci {
    void *opaque;
    /* Power the PE on: reset state at the machine's EL, PC = entry, X0 = context, DAIF masked. It is off now. */
    void (*cpu_on)(void *opaque, unsigned pe, uint64_t entry, uint64_t context);
    /* Power the calling PE off; it does not come back from the call. */
    void (*cpu_off)(void *opaque, unsigned pe);
    /* The calling PE waits as in WFI after the call. */
    void (*suspend)(void *opaque, unsigned pe);
    void (*system_off)(void *opaque);
    void (*system_reset)(void *opaque);
};

/* Serve the call in pe->x[0..3] and leave the result in x[0]; x[1..17] stay. Unknown functions give NOT_SUPPORTED,
   so the result is always true: the call is handled. */
bool psci_call(const struct psci *p, struct pe *pe);

#endif
