// SPDX-License-Identifier: Apache-2.0
// The end of a run, and the checks that lead to it.
.include "defs.s"

// PSCI SYSTEM_OFF of the machine itself.
func power_off
    mov_imm x0, PSCI_SYSTEM_OFF
    smc     #0
1:  wfi                              // not reached
    b       1b
endfunc power_off

// PSCI SYSTEM_RESET: how an image says that it failed (hypscope ends with status 120).
func power_reset
    mov_imm x0, PSCI_SYSTEM_RESET
    smc     #0
1:  wfi                              // not reached
    b       1b
endfunc power_reset

// check(x0: name, x1: expected, x2: seen): prints a line and counts. Keeps x19..x30.
func check
    stp     x29, x30, [sp, #-16]!
    mov     x3, x2
    mov     x2, x1
    mov     x1, x0
    adr_l   x4, checks_passed
    adr_l   x5, checks_failed
    adr     x0, msg_pass
    adr     x6, msg_fail
    cmp     x2, x3
    csel    x0, x0, x6, eq
    csel    x4, x4, x5, eq
    ldr     w5, [x4]
    add     w5, w5, #1
    str     w5, [x4]
    bl      print
    ldp     x29, x30, [sp], #16
    ret
endfunc check

// finish(x0: the image's name): the sum of the checks, then off, or reset if one failed. `result` is 1 or 2.
func finish
    mov     x1, x0
    adr_l   x4, checks_passed
    ldr     w2, [x4]
    adr_l   x4, checks_failed
    ldr     w3, [x4]
    mov     x19, x3
    cmp     w3, #0
    cset    w5, ne
    add     w5, w5, #1
    adr_l   x4, result
    str     w5, [x4]
    adr     x0, msg_finish
    bl      print
label image_done
    cbnz    x19, power_reset
    b       power_off
endfunc finish

msg_pass:   .asciz "PASS %s\n"
msg_fail:   .asciz "FAIL %s: expected %x, saw %x\n"
msg_finish: .asciz "%s: %d checks passed, %d failed\n"

.section .bss, "aw", %nobits
    .balign 8
label result                         // 0: still running, 1: all checks passed, 2: some failed
    .skip   4
label checks_passed
    .skip   4
label checks_failed
    .skip   4
