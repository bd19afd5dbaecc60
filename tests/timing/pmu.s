// SPDX-License-Identifier: Apache-2.0
// The PMU at EL1, for tests/timing/pmu.sh. EL2 sets six counters and the cycle counter to count at EL1 alone, runs code at EL1
// with its MMU on, reads them and powers off: the values are in X19 to X25, PMCEID0_EL0 and PMCEID1_EL0 in X8 and X9. What to do is in memory at `orders`, put there by
// --load: words 0 to 5 are events; word 6, when it is not 0, is a number after which counter 0 (word 7 = 0) or the cycle
// counter (1) is to overflow: then EL1 counts interrupts instead, see `overflows`.

        .equ    orders, 0x44000000
        .equ    tables, 0x44100000          // level 1 of EL1's stage 1
        .equ    area, 0x44200000            // 64 KiB that is read and written
        .equ    interrupts, 16

        .text
        .globl  _start
_start: ldr     x0, =0x30d00800 | 1 << 29   // SCTLR_EL1, MMU off
        msr     sctlr_el1, x0
        mov     x0, #1 << 31                // HCR_EL2.RW
        msr     hcr_el2, x0
        mov     x0, #0xf
        msr     icc_sre_el2, x0             // ICC_SRE_EL2: system registers, EL1 may use its own
        ldr     x0, =0x33ff                 // CPTR_EL2: no traps
        msr     cptr_el2, x0
        mov     x0, #3 << 20                // CPACR_EL1.FPEN
        msr     cpacr_el1, x0
        isb
        adr     x0, vectors2
        msr     vbar_el2, x0
        adr     x0, vectors1
        msr     vbar_el1, x0

        ldr     x1, =tables                 // 0: devices; 1 GiB: RAM
        ldr     x2, =0x0060000000000405     // AF, attribute 1, UXN, PXN, block
        str     x2, [x1]
        ldr     x2, =0x40000701             // AF, inner shareable, attribute 0, block
        str     x2, [x1, #8]
        msr     ttbr0_el1, x1
        mov     x0, #0xff                   // 0: write-back; 1: Device-nGnRnE
        msr     mair_el1, x0
        ldr     x0, =25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 2 << 32
        msr     tcr_el1, x0
        isb
        ldr     x0, =0x30d01805             // SCTLR_EL1: MMU, data and instruction caches
        msr     sctlr_el1, x0
        isb

        ldr     x28, =orders
        ldr     w0, [x28]
        msr     pmevtyper0_el0, x0
        ldr     w0, [x28, #4]
        msr     pmevtyper1_el0, x0
        ldr     w0, [x28, #8]
        msr     pmevtyper2_el0, x0
        ldr     w0, [x28, #12]
        msr     pmevtyper3_el0, x0
        ldr     w0, [x28, #16]
        msr     pmevtyper4_el0, x0
        ldr     w0, [x28, #20]
        msr     pmevtyper5_el0, x0
        msr     pmccfiltr_el0, xzr
        mov     x0, #0x3f
        orr     x0, x0, #1 << 31
        msr     pmcntenset_el0, x0
        mov     x0, #7
        msr     pmcr_el0, x0

        mov     x0, #0x3c5                  // EL1h, masked
        msr     spsr_el2, x0
        adr     x0, work
        ldr     w27, [x28, #24]
        cbz     w27, 1f
        adr     x0, overflows
1:      msr     elr_el2, x0
        eret

        .macro  vector target
        .balign 0x80
        b       \target
        .endm

        .balign 0x800
vectors2:
        .rept   8
        vector  .
        .endr
        vector  finish                      // HVC from EL1
        .rept   7
        vector  .
        .endr

        .balign 0x800
vectors1:
        .rept   4
        vector  .
        .endr
        vector  back                        // SVC from EL1
        vector  interrupt
        .rept   10
        vector  .
        .endr
back:   eret

finish: mrs     x8, pmceid0_el0
        mrs     x9, pmceid1_el0
        mrs     x19, pmevcntr0_el0
        mrs     x20, pmevcntr1_el0
        mrs     x21, pmevcntr2_el0
        mrs     x22, pmevcntr3_el0
        mrs     x23, pmevcntr4_el0
        mrs     x24, pmevcntr5_el0
        mrs     x25, pmccntr_el0
        ldr     x0, =0x84000008             // PSCI SYSTEM_OFF
        smc     #0
        b       .

// Code whose loads, stores, branches and exceptions the script knows. Values that are read in the middle go into X10 to X12, where
// equal runs must find equal ones.
        .balign 64
work:   mov     x1, #area
        mov     x2, #3
1:      mov     x3, #1024                   // a load and a store a line: 64 KiB, three times
        mov     x4, x1
2:      ldr     x5, [x4]
        add     x5, x5, x3
        str     x5, [x4], #64
        subs    x3, x3, #1
        b.ne    2b
        subs    x2, x2, #1
        b.ne    1b
        mrs     x10, pmevcntr0_el0
        add     x4, x1, #60                 // both cross into the next line
        ldr     x5, [x4]
        stp     x5, x5, [x4]
        ld1     {v0.16b, v1.16b}, [x1]
        mrs     x11, pmccntr_el0
        mov     x6, #0x09000000             // the UART: two reads of a device
        ldr     w5, [x6, #24]
        ldr     w5, [x6, #24]
        dsb     sy
        isb
        svc     #0
        svc     #0
        mov     x3, #200                    // conditional branches that follow a long pattern; calls
        mov     x5, #0x1234
        movk    x5, #0x9d2c, lsl #16
3:      eor     x5, x5, x5, lsl #13
        eor     x5, x5, x5, lsr #7
        eor     x5, x5, x5, lsl #17
        tbz     x5, #20, 4f
        add     x7, x7, #1
4:      bl      5f
        subs    x3, x3, #1
        b.ne    3b
        mrs     x12, pmevcntr5_el0
        hvc     #0
        b       .
        .balign 64
5:      ret

// Interrupts of the PMU: X27 events (or cycles) after each other, `interrupts` times. What was counted since the overflow when the
// handler reads its counter, at the most, the first four times left out, is X13; X14 is a hash of the interrupted addresses, X15
// how often it was interrupted.
        .balign 64
overflows:
        mov     x1, #0x08000000             // GICD_CTLR: ARE, EnableGrp1
        mov     w0, #0x12
        str     w0, [x1]
        movk    x1, #0x080a, lsl #16        // the redistributor
        ldr     w0, [x1, #0x14]
        bic     w0, w0, #2                  // GICR_WAKER
        str     w0, [x1, #0x14]
        add     x1, x1, #0x10000
        mov     w0, #-1
        str     w0, [x1, #0x80]
        mov     w0, #0xa0
        mov     x2, #0x400 + 23             // the PMU's PPI
        strb    w0, [x1, x2]
        mov     w0, #1 << 23
        str     w0, [x1, #0x100]
        mov     x0, #0xf0
        msr     icc_pmr_el1, x0
        mov     x0, #1
        msr     icc_igrpen1_el1, x0
        isb
        mov     x13, #0
        mov     x14, #0
        mov     x15, #0
        ldr     w29, [x28, #28]
        mov     x18, #1                     // the counter's bit in PMOVSCLR_EL0 and its like
        cbz     w29, 1f
        mov     x18, #1 << 31
1:      msr     pmintenset_el1, x18
        bl      again
        msr     daifclr, #2
        mov     x1, #area
2:      ldr     x5, [x1, #64]
        add     x5, x5, #1
        eor     x6, x6, x5
        b       2b

again:  neg     x0, x27
        cbz     w29, 1f
        msr     pmccntr_el0, x0
        ret
1:      msr     pmevcntr0_el0, x0
        ret

        .balign 64
interrupt:
        mrs     x16, pmccntr_el0
        mrs     x17, pmevcntr0_el0
        cmp     w29, #0
        csel    x16, x16, x17, ne
        mrs     x0, elr_el1
        mov     x2, #31
        madd    x14, x14, x2, x0
        add     x15, x15, #1
        cmp     x15, #4
        b.ls    3f
        cmp     x16, x13
        csel    x13, x16, x13, hi
3:      bl      again
        msr     pmovsclr_el0, x18
        mrs     x0, icc_iar1_el1
        msr     icc_eoir1_el1, x0
        cmp     x15, #interrupts
        b.eq    4f
        isb
        eret
4:      hvc     #0
        b       .
