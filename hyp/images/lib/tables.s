// SPDX-License-Identifier: Apache-2.0
// The hypervisor's translation tables, as data. Both regimes have 39-bit input addresses and begin at level 1,
// where an entry covers 1 GiB; a level 2 entry covers 2 MiB.
.include "defs.s"

.equ HYP_RX, AF | SH_INNER | AP_EL0 | AP_RO | ATTR_NORMAL | DESC_BLOCK
.equ HYP_RW, AF | SH_INNER | AP_EL0 | UXN | ATTR_NORMAL | DESC_BLOCK
.equ HYP_IO, AF | AP_EL0 | UXN | ATTR_DEVICE | DESC_BLOCK

.section .tables, "aw"

// Stage 1 of EL2: everything at its own address.
    .balign 4096
    .global hyp_l1
hyp_l1:
    .quad   0 | HYP_IO                      // 0..1 GiB: devices
    .quad   hyp_l2 + DESC_TABLE             // 1..2 GiB: RAM
    .fill   510, 8, 0
hyp_l2:
    .quad   0                               // 0x40000000
    .quad   HYP_TEXT | HYP_RX               // 0x40200000
    .quad   HYP_DATA | HYP_RW               // 0x40400000
    .fill   5, 8, 0
    .quad   GUEST_PA | HYP_RW               // 0x41000000: the guest's RAM, to read its strings
    .quad   (GUEST_PA + 0x200000) | HYP_RW
    .fill   502, 8, 0

// Stage 2 of the guest: RAM only. What is not here traps, and is a device or a page to be given.
    .global s2_l1
s2_l1:
    .quad   0
    .quad   s2_l2 + DESC_TABLE              // IPA 1..2 GiB
    .fill   510, 8, 0
    .global s2_l2
s2_l2:
    .quad   GUEST_PA | AF | SH_INNER | S2_RW | S2_NORMAL | DESC_BLOCK
    .fill   511, 8, 0                       // entry 1 is filled when the guest touches it
