// SPDX-License-Identifier: Apache-2.0
// vhe: what the host (kvm-common/host.s) needs at EL2, and a guest that uses what the run loop settles by itself.
.arch armv8.1-a
.include "defs.s"
.include "kvm.s"
.include "vhe.s"
.include "host-macros.s"
.include "guest-macros.s"

.equ HOST_DEBUG_VALUE, 0x40201230
.equ GUEST_DEBUG_VALUE, 0x40004560

func host_install
    mov_imm x0, HOST_DEBUG_VALUE
    msr     dbgbvr0_el1, x0          // a breakpoint that is not enabled
    ret
endfunc host_install

// x0: vcpu. Nothing of an earlier virtual machine with its VMID may be left. TGE makes TLBI mean EL2&0: off for a moment, with
// EL1&0 of no one.
func host_vcpu_ready
    stp     x29, x30, [sp, #-16]!
    ldr     x1, [x0, #VCPU_VTTBR]
    msr     vttbr_el2, x1
    mov_imm x1, (HCR_VHE_GUEST)
    msr     hcr_el2, x1
    isb
    tlbi    vmalls12e1is
    dsb     ish
    adr_l   x1, hcr_host
    ldr     x1, [x1]
    msr     hcr_el2, x1
    isb
    bl      vcpu_load
    ldp     x29, x30, [sp], #16
    ret
endfunc host_vcpu_ready

func run_guest
    b       vcpu_run_vhe
endfunc run_guest

// The vCPU leaves this PE.
func host_leave
    stp     x29, x30, [sp, #-16]!
    adr_l   x0, vcpu
    bl      vcpu_put
    adr_l   x0, vcpu
    ldr     x0, [x0, #CTX_SCTLR_EL1]
    and     x0, x0, #1
    expect_x0 name_put, 1
    ldp     x29, x30, [sp], #16
    ret
endfunc host_leave

func host_extra_checks
    stp     x29, x30, [sp, #-16]!
    adr_l   x5, fixups_fp
    ldp     x1, x2, [x5]
    ldr     x3, [x5, #16]
    adr     x0, msg_fixups
    bl      print
    mrs     x0, currentel
    expect_x0 name_el, 8
    mrs     x0, dbgbvr0_el1
    expect_x0 name_debug, HOST_DEBUG_VALUE
    expect  name_guest_debug, 1, guest_notes + 8 * NOTE_EXTRA
    expect  name_id, 1, fixups_id
    expect  name_tvm, 5, fixups_tvm
    ldp     x29, x30, [sp], #16
    ret
endfunc host_extra_checks

msg_fixups:       .asciz "host: settled in the run loop: %d FP traps, %d ID registers, %d writes that an erratum traps\n"
name_el:          .asciz "the host is at EL2"
name_debug:       .asciz "host's debug registers kept"
name_guest_debug: .asciz "guest: its debug registers kept, ID_AA64PFR0_EL1 limited"
name_id:          .asciz "one ID register was emulated"
name_tvm:         .asciz "five writes of stage 1 controls were done for the guest"
name_put:         .asciz "the guest's EL1 is in its context after vcpu_put"

.section .guest.text, "ax"

func guest_extra
    mov_imm x9, GUEST_DEBUG_VALUE
    msr     dbgbvr0_el1, x9
label guest_id_read
    mrs     x10, id_aa64pfr0_el1
    mov_imm x0, PSCI_VERSION         // an exit to the host
    hvc     #0
    mrs     x11, dbgbvr0_el1
    cmp     x11, x9
    cset    x2, eq
    tst     x10, #0xf0000000         // RAS is not shown
    csel    x2, xzr, x2, ne
    mov_imm x0, CALL_NOTE
    mov     x1, #NOTE_EXTRA
    hvc     #0
    ret
endfunc guest_extra
