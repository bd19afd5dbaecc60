// SPDX-License-Identifier: Apache-2.0
// kvm56: a host and a guest that use pointer authentication, each with keys of its own.
.arch armv8.3-a
.include "defs.s"
.include "context.s"
.include "kvm.s"
.include "host-macros.s"
.include "guest-macros.s"

.equ SCTLR_ENIA_BIT, 31

// Five keys from one number, then PACIA and AUTIA on.
.macro set_keys seed, a, b
    mov_imm \a, \seed
    .irp    r, s3_0_c2_c1_0, s3_0_c2_c1_1, s3_0_c2_c1_2, s3_0_c2_c1_3, s3_0_c2_c2_0, s3_0_c2_c2_1, s3_0_c2_c2_2, s3_0_c2_c2_3, s3_0_c2_c3_0, s3_0_c2_c3_1
    msr     \r, \a
    ror     \a, \a, #7
    .endr
    mrs     \a, sctlr_el1
    mov     \b, #(1 << SCTLR_ENIA_BIT)
    orr     \a, \a, \b
    msr     sctlr_el1, \a
    isb
.endm

func host_extra_prepare
    adr_l   x0, has_pauth
    ldr     w0, [x0]
    cbz     w0, 1f
    set_keys 0x0123456789abcdef, x0, x1
    adr_l   x0, host_extra_prepare
    mov     x1, #1
    pacia   x0, x1
    adr_l   x2, host_signed
    str     x0, [x2]
1:  ret
endfunc host_extra_prepare

func host_extra_checks
    stp     x29, x30, [sp, #-16]!
    adr_l   x19, has_pauth
    ldr     w19, [x19]
    adr_l   x2, guest_notes
    ldr     x2, [x2, #(8 * NOTE_EXTRA)]
    adr_l   x0, name_guest_pac
    mov     x1, x19
    bl      check
    cbz     x19, 1f
    adr_l   x0, host_signed
    ldr     x0, [x0]
    mov     x1, #1
    autia   x0, x1                   // with the host's key: the pointer again
    mov     x2, x0
    adr_l   x0, name_host_pac
    adr_l   x1, host_extra_prepare
    bl      check
1:  ldp     x29, x30, [sp], #16
    ret
endfunc host_extra_checks

name_guest_pac: .asciz "guest: its pointer authentication keys kept (1), or no such thing (0)"
name_host_pac:  .asciz "host's pointer authentication keys kept"

.section .bss, "aw", %nobits
    .balign 8
host_signed:
    .skip   8

.section .guest.text, "ax"

// A pointer that is signed, an exit, the same pointer signed again: equal, and good.
func guest_extra
    mov     x2, #0
    mrs     x0, id_aa64isar1_el1
    tst     x0, #0xff0               // APA, API
    b.eq    1f
    set_keys 0xfedcba9876543210, x0, x1
    adr_l   x9, guest_extra
    mov     x10, x9
    mov     x11, #5
    pacia   x10, x11                 // differs from x9
    mov_imm x0, CALL_NOTE
    mov     x1, #NOTE_EXTRA
label guest_pauth_hvc
    hvc     #0
    mov     x12, x9
    pacia   x12, x11
    mov     x13, x12
    autia   x13, x11
    cmp     x10, x12
    ccmp    x13, x9, #0, eq
    cset    x2, eq
    cmp     x10, x9
    csel    x2, xzr, x2, eq
1:  mov_imm x0, CALL_NOTE
    mov     x1, #NOTE_EXTRA
    hvc     #0
    ret
endfunc guest_extra
