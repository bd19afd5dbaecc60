/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arm semihosting (HLT #0xf000), as much of it as a bare-metal test program
 * needs to print and to end with a status. Source: "Semihosting for AArch32
 * and AArch64", Arm ABI.
 */
#ifndef HYPSCOPE_SIM_SEMIHOST_H
#define HYPSCOPE_SIM_SEMIHOST_H

#include "cpu/pe.h"

#define SEMIHOST_HLT_IMM 0xf000

struct semihost {
    void *opaque;
    void (*out)(void *opaque, uint8_t byte);        /* SYS_WRITEC, SYS_WRITE0 */
    void (*exit)(void *opaque, unsigned code);      /* SYS_EXIT, SYS_EXIT_EXTENDED */
};

/* Serve the operation in W0 with parameter X1. false: an exception was raised while the parameter was read. An unknown
   operation is reported and gives -1. */
bool must_check semihost_call(const struct semihost *s, struct pe *pe);

#endif
