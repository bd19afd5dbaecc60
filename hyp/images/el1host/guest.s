// SPDX-License-Identifier: Apache-2.0
// What the guest of el1host does: each kind of exit, and an excursion to EL0. guest_extra is the image's own part.
.include "defs.s"
.include "guest-macros.s"

.section .guest.text, "ax"

func guest_main
    stp     x29, x30, [sp, #-16]!
    say     text_hello
    mov_imm x0, CALL_ADD
    mov     x1, #40
    mov     x2, #2
label guest_hvc
    hvc     #0
    adr_l   x10, guest_results
    str     x0, [x10, #8]
    mov_imm x0, PSCI_VERSION
    smc     #0
    mov_imm x1, (GUEST_MMIO_IPA + GUEST_KOFF)
    mov     w2, #0x42
label guest_mmio_write
    str     w2, [x1]
label guest_mmio_read
    ldr     w3, [x1]
    str     x3, [x10]
    mov_imm x1, (GUEST_VA + 0x200000)
label guest_touch
    str     x3, [x1]
    bl      guest_gic_init
    adr_l   x10, guest_ticks
    mov_imm x0, 6250                 // 100 us of a 62.5 MHz counter
    bl      guest_set_timer
label guest_wfi
    wfi                              // ends with the interrupt pending, but masked
    msr     daifclr, #6              // IRQs, and SErrors as well
1:  ldr     x0, [x10]
    cbz     x0, 1b
    mov     x0, #1250                // 20 us
    bl      guest_set_timer
label guest_loop
    ldr     x0, [x10]
    cmp     x0, #2
    b.lo    guest_loop
    msr     daifset, #2
    bl      guest_extra
    bl      guest_user
    ldp     x29, x30, [sp], #16
    ret
endfunc guest_main

.section .guest.rodata, "a"
text_hello: .asciz "hello from EL1"

.section .guest.data, "aw"
    .balign 8
label guest_results                  // what the device gave, what the call gave, and what guest_extra found
    .quad   0, 0, 0, 0
