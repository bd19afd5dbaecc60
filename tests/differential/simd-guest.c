/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judge's side: reads struct simd_case records from standard input, runs
 * each instruction and writes struct simd_state records to standard output.
 * Freestanding AArch64 Linux program; the C code must not touch V registers
 * (-mgeneral-regs-only).
 */
#include "simd-case.h"

enum { SYS_read = 63, SYS_write = 64, SYS_exit = 93, SYS_sigaltstack = 132, SYS_rt_sigaction = 134, SYS_mmap = 222 };
enum { SIGILL = 4, SIGBUS = 7, SIGSEGV = 11 };

/* used by the assembly below */
struct simd_state st __attribute__((aligned(16)));
uint64_t host_sp;
void run_slot(void);
void slot_done(void);
void _start(void);

#define UP_TO_30 \
    "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30"

__asm__(
    ".arch armv8-a+fp+simd\n"
    ".text\n"
    ".global run_slot, slot_done\n"
    "run_slot:\n"
    "    sub sp, sp, #96\n"
    "    stp x19, x20, [sp]\n    stp x21, x22, [sp, #16]\n    stp x23, x24, [sp, #32]\n"
    "    stp x25, x26, [sp, #48]\n    stp x27, x28, [sp, #64]\n    stp x29, x30, [sp, #80]\n"
    "    adrp x9, host_sp\n    mov x10, sp\n    str x10, [x9, :lo12:host_sp]\n"
    "    adrp x0, st\n    add x0, x0, :lo12:st\n"
    "    .irp r, 0, " UP_TO_30 ", 31\n"
    "    ldr q\\r, [x0, #16 * \\r]\n"
    "    .endr\n"
    "    ldr x1, [x0, #512 + 8 * 32]\n    msr fpsr, x1\n    msr fpcr, xzr\n"
    "    ldr x1, [x0, #512 + 8 * 31]\n    mov sp, x1\n"
    "    .irp r, " UP_TO_30 ", 0\n"
    "    ldr x\\r, [x0, #512 + 8 * \\r]\n"
    "    .endr\n"
    "    br x17\n"
    "slot_done:\n"
    "    msr tpidr_el0, x0\n"
    "    adrp x0, st\n    add x0, x0, :lo12:st\n"
    "    .irp r, " UP_TO_30 "\n"
    "    str x\\r, [x0, #512 + 8 * \\r]\n"
    "    .endr\n"
    "    .irp r, 0, " UP_TO_30 ", 31\n"
    "    str q\\r, [x0, #16 * \\r]\n"
    "    .endr\n"
    "    mrs x1, tpidr_el0\n    str x1, [x0, #512]\n"
    "    mov x1, sp\n    str x1, [x0, #512 + 8 * 31]\n"
    "    mrs x1, fpsr\n    str x1, [x0, #512 + 8 * 32]\n"
    "    adrp x9, host_sp\n    ldr x10, [x9, :lo12:host_sp]\n    mov sp, x10\n"
    "    ldp x19, x20, [sp]\n    ldp x21, x22, [sp, #16]\n    ldp x23, x24, [sp, #32]\n"
    "    ldp x25, x26, [sp, #48]\n    ldp x27, x28, [sp, #64]\n    ldp x29, x30, [sp, #80]\n"
    "    add sp, sp, #96\n"
    "    ret\n");

static long sys6(long n, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = n, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}

/* Signal frame: siginfo, then struct ucontext: flags, link, stack (24), sigmask (128), sigcontext at 176: fault address,
   x0..x30, sp, pc */
static void on_signal(int sig, void *info, uint64_t *uc)
{
    (void)info;
    st.undefined = sig == SIGILL ? 1 : 2;
    uc[22 + 1 + 32] = (uint64_t)(uintptr_t)slot_done;
}

struct ksigaction {
    void (*handler)(int, void *, uint64_t *);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};

static struct {
    void *sp;
    int flags;
    unsigned long size;
} alt_stack;
static uint8_t alt_stack_mem[65536] __attribute__((aligned(16)));
static struct simd_case cases[SLOT_COUNT];

static void *map_at(uint64_t base, uint64_t len)
{
    return (void *)sys6(SYS_mmap, (long)base, (long)len, 7, 0x32, -1, 0); /* RWX, private anonymous fixed */
}

static long read_full(void *to, long len)
{
    long done = 0;
    while (done < len) {
        long n = sys6(SYS_read, 0, (long)((char *)to + done), len - done, 0, 0, 0);
        if (n <= 0) {
            break;
        }
        done += n;
    }
    return done;
}

static void write_full(const void *from, long len)
{
    long done = 0;
    while (done < len) {
        long n = sys6(SYS_write, 1, (long)((const char *)from + done), len - done, 0, 0, 0);
        if (n <= 0) {
            sys6(SYS_exit, 3, 0, 0, 0, 0, 0);
        }
        done += n;
    }
}

/* the slots were written as data */
static void sync_code(const uint32_t *slots)
{
    for (unsigned i = 0; i < 2 * SLOT_COUNT; i += 4) {
        __asm__ volatile("dc cvau, %0" : : "r"(slots + i) : "memory");
    }
    __asm__ volatile("dsb ish" : : : "memory");
    for (unsigned i = 0; i < 2 * SLOT_COUNT; i += 4) {
        __asm__ volatile("ic ivau, %0" : : "r"(slots + i) : "memory");
    }
    __asm__ volatile("dsb ish\n\tisb" : : : "memory");
}

static void run_case(unsigned i)
{
    uint8_t *arena = (uint8_t *)(uintptr_t)(ARENA_BASE + ARENA_AT);
    case_state(&st, &cases[i], SLOT_BASE + 8 * i);
    for (unsigned k = 0; k < ARENA_LEN; k++) {
        arena[k] = st.mem[k];
    }
    run_slot();
    for (unsigned k = 0; k < ARENA_LEN; k++) {
        st.mem[k] = arena[k];
    }
    write_full(&st, sizeof(st));
}

static void __attribute__((used)) guest_main(void)
{
    uint32_t *slots = map_at(SLOT_BASE, SLOT_COUNT * 8);
    map_at(ARENA_BASE, 4096);
    alt_stack.sp = alt_stack_mem;
    alt_stack.size = sizeof(alt_stack_mem);
    sys6(SYS_sigaltstack, (long)&alt_stack, 0, 0, 0, 0, 0);
    struct ksigaction sa = {on_signal, 0x48000004, 0, 0}; /* SA_SIGINFO, SA_ONSTACK, SA_NODEFER */
    sys6(SYS_rt_sigaction, SIGILL, (long)&sa, 0, 8, 0, 0);
    sys6(SYS_rt_sigaction, SIGSEGV, (long)&sa, 0, 8, 0, 0);
    sys6(SYS_rt_sigaction, SIGBUS, (long)&sa, 0, 8, 0, 0);
    for (;;) {
        unsigned n = (unsigned)(read_full(cases, sizeof(cases)) / (long)sizeof(cases[0]));
        if (n == 0) {
            break;
        }
        for (unsigned i = 0; i < n; i++) {
            int64_t disp = (int64_t)(uintptr_t)slot_done - (int64_t)(SLOT_BASE + 8 * i + 4);
            slots[2 * i] = cases[i].insn;
            slots[2 * i + 1] = 0x14000000 | ((uint32_t)(disp >> 2) & 0x3ffffff); /* B slot_done */
        }
        sync_code(slots);
        for (unsigned i = 0; i < n; i++) {
            run_case(i);
        }
    }
    sys6(SYS_exit, 0, 0, 0, 0, 0, 0);
}

/* the stack pointer at entry is aligned: nothing to set up */
__asm__(".global _start\n_start:\n    bl guest_main\n");
