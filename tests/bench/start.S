// SPDX-License-Identifier: Apache-2.0
// Start-up of the benchmark kernels: entered at EL2 on the `virt` board, MMU off. Identity maps the first 2 GiB (devices
// below RAM, RAM in 2 MiB blocks) for EL1 and for EL2, each with tables of its own and its MMU on; turns stage 2 on with
// NESTED, drops to EL1 and calls bench(). EL2 answers HVC: x0 = 0 powers off, anything else returns at once after saving
// and restoring x0..x30, with SWITCH also 23 EL1 registers, and on to the other VMID.
    .text
    .global _start
_start:
    adrp    x0, stack_top
    mov     sp, x0
    // level 1 table: 0..1 GiB device block, 1..2 GiB normal blocks through level 2
    adrp    x1, l1
    mov     x2, #0x401              // device (attr 0), AF
    str     x2, [x1]
    adrp    x3, l2
    orr     x4, x3, #3
    str     x4, [x1, #8]
    adrp    x11, h1                 // the same for EL2, where AP[1] is RES1
    mov     x2, #0x441
    str     x2, [x11]
    adrp    x12, h2
    orr     x4, x12, #3
    str     x4, [x11, #8]
    mov     x5, #0x40000000
    movz    x6, #0x705              // normal (attr 1), inner shareable, AF, block
    mov     x7, #512
1:  orr     x8, x5, x6
    str     x8, [x3], #8
    orr     x8, x8, #0x40
    str     x8, [x12], #8
    add     x5, x5, #0x200000
    subs    x7, x7, #1
    b.ne    1b
    mov     x0, #0xff04
    msr     mair_el1, x0
    ldr     x0, =0x200803519        // TCR_EL1: T0SZ 25, 4 KiB, EPD1, IPS 40 bits, walks cacheable inner shareable
    msr     tcr_el1, x0
    msr     ttbr0_el1, x1
    msr     ttbr1_el1, x1
    mov     x0, #0xff04
    msr     mair_el2, x0
    ldr     x0, =0x80823519         // TCR_EL2: T0SZ 25, 4 KiB, 40 bits, walks cacheable inner shareable
    msr     tcr_el2, x0
    msr     ttbr0_el2, x11
    tlbi    alle2
    dsb     sy
    isb
    ldr     x0, =0x30c5183d         // SCTLR_EL2: MMU, caches, SP check
    msr     sctlr_el2, x0
    isb
    adr     x0, vectors2
    msr     vbar_el2, x0
    mov     x0, #0x33ff
    msr     cptr_el2, x0
    mov     x0, #(3 << 20)
    msr     cpacr_el1, x0
    mov     x0, #3
    msr     cnthctl_el2, x0
#ifdef GIC
    mov     x0, #0xf
    msr     s3_4_c12_c9_5, x0       // ICC_SRE_EL2
#endif
#ifdef NESTED
    adrp    x1, s2l1
    ldr     x2, =0x7fd              // stage 2: normal, RW, inner shareable, AF, block
    mov     x5, #0
    mov     x7, #4
    ldr     x9, =0x4c5              // devices: MemAttr 0001, RW, AF
    str     x9, [x1], #8
    mov     x5, #0x40000000
    adrp    x3, s2l2
    orr     x4, x3, #3
    str     x4, [x1]
    mov     x7, #512
2:  orr     x8, x5, x2
    str     x8, [x3], #8
    add     x5, x5, #0x200000
    subs    x7, x7, #1
    b.ne    2b
    ldr     x0, =0x80023559         // VTCR_EL2: 39-bit IPA, level 1 first
    msr     vtcr_el2, x0
    adrp    x0, s2l1
    mov     x1, #1
    bfi     x0, x1, #48, #8
    msr     vttbr_el2, x0
    ldr     x0, =0x80000001
#else
    ldr     x0, =0x80000000
#endif
    msr     hcr_el2, x0
    tlbi    alle1
    dsb     sy
    isb
    adrp    x0, stack2_top
    mov     x1, sp
    msr     sp_el1, x1
    mov     sp, x0
    ldr     x0, =0x30d0181d         // SCTLR_EL1: MMU, caches, SP check
    msr     sctlr_el1, x0
    mov     x0, #0x3c5
    msr     spsr_el2, x0
    adr     x0, el1
    msr     elr_el2, x0
    isb
    eret
el1:
    bl      bench
    mov     x1, x0
    bl      finish
    mov     x0, #0
    hvc     #0

    .balign 2048
vectors2:
    .rept 8
    .balign 128
    b       .
    .endr
    .balign 128
    cbz     x0, off
    sub     sp, sp, #256
    stp     x0, x1, [sp]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x19, [sp, #144]
    stp     x20, x21, [sp, #160]
    stp     x22, x23, [sp, #176]
    stp     x24, x25, [sp, #192]
    stp     x26, x27, [sp, #208]
    stp     x28, x29, [sp, #224]
    str     x30, [sp, #240]
    b       back
    .balign 128
    b       .
    .balign 128
    b       .
    .balign 128
    b       .
back:
#ifdef SWITCH
    bl      vcpu_switch
#endif
    ldp     x0, x1, [sp]
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x19, [sp, #144]
    ldp     x20, x21, [sp, #160]
    ldp     x22, x23, [sp, #176]
    ldp     x24, x25, [sp, #192]
    ldp     x26, x27, [sp, #208]
    ldp     x28, x29, [sp, #224]
    ldr     x30, [sp, #240]
    add     sp, sp, #256
    eret
off:
    ldr     x0, =0x84000008
    smc     #0
    b       .

#ifdef SWITCH
    .macro each op
    \op sctlr_el1, 0
    \op cpacr_el1, 8
    \op ttbr0_el1, 16
    \op ttbr1_el1, 24
    \op tcr_el1, 32
    \op esr_el1, 40
    \op afsr0_el1, 48
    \op afsr1_el1, 56
    \op far_el1, 64
    \op mair_el1, 72
    \op vbar_el1, 80
    \op contextidr_el1, 88
    \op amair_el1, 96
    \op cntkctl_el1, 104
    \op par_el1, 112
    \op tpidr_el1, 120
    \op sp_el1, 128
    \op elr_el1, 136
    \op spsr_el1, 144
    \op tpidr_el0, 152
    \op tpidrro_el0, 160
    \op csselr_el1, 168
    \op mdscr_el1, 176
    .endm
    .macro save reg, off
    mrs     x1, \reg
    str     x1, [x0, #\off]
    .endm
    .macro load reg, off
    ldr     x1, [x0, #\off]
    msr     \reg, x1
    .endm
vcpu_switch:
    adrp    x0, area
    each    save
    each    load
    mrs     x1, vttbr_el2           // the other VMID
    eor     x1, x1, #(3 << 48)
    msr     vttbr_el2, x1
    ret
#endif

    .bss
    .balign 4096
l1: .skip 4096
l2: .skip 4096
h1: .skip 4096
h2: .skip 4096
s2l1: .skip 4096
s2l2: .skip 4096
area: .skip 4096
    .skip 65536
stack_top:
    .skip 16384
stack2_top:
