// SPDX-License-Identifier: Apache-2.0
.include "el1host.s"

.equ HCR_HOST_NVHE, HCR_RW | HCR_VM  // the host: interrupts and SErrors are its own
.equ S2_DEVICE, 1 << 2               // stage 2 MemAttr: Device-nGnRE
.equ MDCR_TDA, 1 << 9                // debug registers
.equ MDCR_TDOSA, 1 << 10             // OS lock
.equ MDCR_TDRA, 1 << 11              // debug ROM
.equ MDCR_TPM, 1 << 6                // performance monitors

// The HVC of the host: x0 is the function, x1 its argument, the result is in x0. As in a function call, x0..x17 are lost.
.equ HYP_RUN, 0                      // run the vCPU x1 until an exit that EL2 cannot deal with -> EXIT_*
.equ HYP_GET_VTR, 1                  // -> ICH_VTR_EL2

// The host's context: what EL2 keeps of the host while a guest runs
.struct 0
HOST_CTX:        .skip CTX_SIZE
HOST_DBG_REGS:   .skip 4 * 16
HOST_PMCNTENSET: .skip 8
HOST_PMUSERENR:  .skip 8
HOST_SIZE:
.text
