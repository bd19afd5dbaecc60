// SPDX-License-Identifier: Apache-2.0
// Several PEs at EL2 with the MMU on, for tests/timing/smp.sh. PE 0 starts the others by PSCI; each adds to a counter under a lock
// (load-exclusive, WFE) and to another by exclusives alone, and writes lines of its own between; PE 0 waits for all and powers off.
// X20: the counter under the lock, X21 the other one, X22 how many PEs there were.

        .equ    tables, 0x44100000
        .equ    shared, 0x44200000          // lock; +64 counter under it; +128 counter by exclusives; +192 PEs that are done
        .equ    private, 0x44300000         // 64 KiB a PE
        .equ    rounds, 50

        .text
        .globl  _start
_start: ldr     x1, =tables
        ldr     x2, =0x405                  // 0: devices, attribute 1
        str     x2, [x1]
        ldr     x2, =0x40000701             // 1 GiB: RAM, write-back, inner shareable
        str     x2, [x1, #8]
        mov     x19, #0
1:      add     x19, x19, #1                // CPU_ON, until there is no such PE
        ldr     x0, =0xc4000003
        mov     x1, x19
        adr     x2, begin
        mov     x3, x19
        smc     #0
        cbz     x0, 1b
        mov     x22, x19
        mov     x0, #0

begin:  mov     x10, x0                     // this PE's number
        ldr     x1, =tables
        msr     ttbr0_el2, x1
        mov     x1, #0xff
        msr     mair_el2, x1
        ldr     x1, =0x80823519
        msr     tcr_el2, x1
        isb
        ldr     x1, =0x30c51835             // M, C, I
        msr     sctlr_el2, x1
        isb
        mov     x1, #shared
        mov     x2, #private
        add     x2, x2, x10, lsl #16
        mov     x3, #rounds
2:      sevl                                // take the lock
3:      wfe
4:      ldaxr   w4, [x1]
        cbnz    w4, 3b
        mov     w5, #1
        stxr    w4, w5, [x1]
        cbnz    w4, 4b
        ldr     x4, [x1, #64]
        add     x4, x4, #1
        str     x4, [x1, #64]
        stlr    wzr, [x1]
        add     x6, x1, #128
5:      ldxr    x4, [x6]
        add     x4, x4, #1
        stxr    w5, x4, [x6]
        cbnz    w5, 5b
        mov     x7, #20
        and     x8, x3, #15
        add     x9, x2, x8, lsl #12
6:      ldr     x4, [x9]
        add     x4, x4, x3
        str     x4, [x9], #64
        subs    x7, x7, #1
        b.ne    6b
        subs    x3, x3, #1
        b.ne    2b
        add     x6, x1, #192
7:      ldaxr   x4, [x6]
        add     x4, x4, #1
        stlxr   w5, x4, [x6]
        cbnz    w5, 7b
        sev
        cbz     x10, 9f
        ldr     x0, =0x84000002             // CPU_OFF
        smc     #0
8:      wfi
        b       8b

9:      ldar    x4, [x6]
        cmp     x4, x22
        b.eq    10f
        wfe
        b       9b
10:     ldr     x20, [x1, #64]
        ldr     x21, [x1, #128]
        ldr     x0, =0x84000008             // SYSTEM_OFF
        smc     #0
        b       .
