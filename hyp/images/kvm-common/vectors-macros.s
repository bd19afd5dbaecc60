// SPDX-License-Identifier: Apache-2.0
// Macros for the vectors of kvm414, kvm56 and vhe. An image may define `after_eret`: what stands behind each ERET.

.macro get_host_ctxt reg
    mrs     \reg, tpidr_el2
.endm

.macro get_vcpu_ptr vcpu, ctxt
    get_host_ctxt \ctxt
    ldr     \vcpu, [\ctxt, #HOST_VCPU]
.endm

// Call the function in x0 with x1..x3 as its arguments.
.macro do_el2_call
    str     x30, [sp, #-16]!
    mov     x30, x0
    mov     x0, x1
    mov     x1, x2
    mov     x2, x3
    blr     x30
    ldr     x30, [sp], #16
.endm

// To guest_exit with EXIT_*; x0 and x1 of the guest are on the stack.
.macro leave_guest code
    get_vcpu_ptr x1, x0
    mov     x0, #\code
    b       guest_exit
.endm

// A synchronous exception from EL1 or EL0; x0 and x1 are on the stack. The host's HVC is a call, or one of the stub's; two calls of
// the guest are answered at once; everything else goes on at el1_trap.
.macro sync_from_lower
    mrs     x0, esr_el2
    lsr     x0, x0, #26
    cmp     x0, #EC_HVC
    b.ne    el1_trap
    mrs     x1, vttbr_el2            // a stage 2 is loaded while a guest runs, and only then
    cbnz    x1, el1_hvc_guest

    // the host
    ldp     x0, x1, [sp], #16
    cmp     x0, #HVC_STUB_LIMIT
    b.lo    handle_stub_hvc
label el2_call_begin
    do_el2_call
label el2_call_eret
    eret
    after_eret

    // The guest: the two calls that it may make often. x0..x3 may be lost (SMCCC), so x1 need not come back.
el1_hvc_guest:
    ldr     x1, [sp]                 // the guest's x0
    mov_imm x0, ARCH_WORKAROUND_1
    cmp     w1, w0
    b.eq    wa_epilogue              // nothing to do: to be at EL2 is the workaround
    mov_imm x0, ARCH_WORKAROUND_2
    cmp     w1, w0
    b.ne    el1_trap
    get_vcpu_ptr x2, x0
    ldr     x0, [x2, #VCPU_WA_FLAGS]
    ldr     w1, [sp, #8]             // the guest's x1: on or off
    cmp     w1, #0
    cset    w1, ne
    bfi     x0, x1, #VCPU_WA2_FLAG_SHIFT, #1
    str     x0, [x2, #VCPU_WA_FLAGS]
    adr_l   x0, wa2_callback_required
    ldr     w0, [x0]
    cbz     w0, 1f
    mov_imm x0, ARCH_WORKAROUND_2    // x1 is the argument
    smc     #0
    mov     x3, xzr                  // nothing of the firmware's reaches the guest
1:  mov     x2, xzr
    mov     x1, xzr
wa_epilogue:
    mov     x0, xzr
    add     sp, sp, #16
label wa_eret
    eret
    after_eret
.endm

// An SError at EL2. Either it comes from the window: x0 gets the mark, and the exit goes on there; x0 and x1 are free, the code is in
// x5 too. Or from anywhere else, which is a bug or a broken machine: `number` in x0 for `otherwise`.
.macro serror_at_el2 otherwise, number
    mrs     x0, elr_el2
    adr     x1, window_start
    cmp     x0, x1
    adr     x1, window_end
    ccmp    x0, x1, #4, ne           // equal to one of the two
    .ifnb   \number
    mov     x0, #\number
    .endif
    b.ne    \otherwise
    mov     x0, #(1 << EXIT_WITH_SERROR_BIT)
.endm

.macro invalid_vector name, number
func \name
    mov     x0, #\number
    b       hyp_panic
endfunc \name
.endm

.macro invalid_vectors
    invalid_vector el2t_sync_invalid, 0
    invalid_vector el2t_irq_invalid, 1
    invalid_vector el2t_fiq_invalid, 2
    invalid_vector el2t_error_invalid, 3
    invalid_vector el2h_sync_invalid, 4
    invalid_vector el2h_irq_invalid, 5
    invalid_vector el2h_fiq_invalid, 6
    invalid_vector el1_fiq_invalid, 10
.endm

// The first seven of the table: exceptions that EL2 does not take from itself.
.macro invalid_at_el2
    vector  el2t_sync_invalid        // EL2 with SP_EL0
    vector  el2t_irq_invalid
    vector  el2t_fiq_invalid
    vector  el2t_error_invalid
    vector  el2h_sync_invalid        // EL2 with SP_EL2
    vector  el2h_irq_invalid
    vector  el2h_fiq_invalid
.endm

// With RAS, ESB comes first: an SError that was on its way when the exception was taken is the interrupted world's. It is
// pending or becomes so now, and because PSTATE.A is set it is put into DISR_EL1. Without RAS, ESB is a NOP.
.macro valid_vector target
    .balign 0x80
    hint    #16                      // ESB
    stp     x0, x1, [sp, #-16]!
    b       \target
.endm

// Names of the vectors, for scenarios.
.macro vector_names
.set vector_el2_error, hyp_vectors + 0x380
.set vector_el1_sync, hyp_vectors + 0x400
.set vector_el1_irq, hyp_vectors + 0x480
.set vector_el1_error, hyp_vectors + 0x580
.global vector_el2_error, vector_el1_sync, vector_el1_irq, vector_el1_error
.endm

.macro vectors_data
.section .data
    .balign 8
label use_pauth
    .word   USE_PAUTH
label wa2_callback_required          // must the firmware be told? no such CPU here, but it can be set
    .word   0
.endm
