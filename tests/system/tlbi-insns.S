/* SPDX-License-Identifier: Apache-2.0 */
/* TLB maintenance with operand X2 (X3: the second of a pair), completed. */
        .section .low, "ax"
        .balign 64
        .macro  inv name, op:vararg
        .globl  inv_\name
inv_\name:
        dsb     sy
        tlbi    \op
        dsb     sy
        isb
        ret
        .endm
        .macro  pair name, first, second
        .globl  inv_\name
inv_\name:
        dsb     sy
        tlbi    \first, x2
        dsb     sy
        tlbi    \second
        dsb     sy
        isb
        ret
        .endm
        inv     vmalle1, vmalle1
        inv     vmalle1is, vmalle1is
        inv     vae1, vae1, x2
        inv     vae1is, vae1is, x2
        inv     vaae1, vaae1, x2
        inv     vaae1is, vaae1is, x2
        inv     vale1, vale1, x2
        inv     vale1is, vale1is, x2
        inv     vaale1, vaale1, x2
        inv     vaale1is, vaale1is, x2
        inv     aside1, aside1, x2
        inv     aside1is, aside1is, x2
        inv     alle1, alle1
        inv     alle1is, alle1is
        inv     vmalls12e1, vmalls12e1
        inv     vmalls12e1is, vmalls12e1is
        inv     vae2, vae2, x2
        inv     vae2is, vae2is, x2
        inv     vale2, vale2, x2
        inv     vale2is, vale2is, x2
        inv     alle2, alle2
        inv     alle2is, alle2is
        pair    ipas2e1, ipas2e1, vmalle1
        pair    ipas2e1is, ipas2e1is, vmalle1is
        pair    ipas2le1, ipas2le1, vmalle1
        pair    ipas2le1is, ipas2le1is, vmalle1is
