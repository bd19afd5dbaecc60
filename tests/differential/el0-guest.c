/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs blocks of instructions on the machine it is on, an AArch64 Linux of either byte order: reads batches (el0-case.h)
 * from standard input and writes what became of each case to standard output. Uses no C library, since there is none
 * for big-endian.
 *
 * Every block ends with a signal. The handler notes the registers that the signal frame holds, puts those of the next
 * case there and returns: so all of them are set and seen, and no instruction of ours runs in between.
 */
#include "el0-case.h"

#include <asm/sigcontext.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <asm/ucontext.h>
#include <asm/unistd.h>
#include <linux/mman.h>

typedef unsigned __int128 u128;

static struct el0_state states[EL0_MAX_CASES];
static struct el0_batch batch;
static uint64_t fill[EL0_FILL_SIZE / 8];
static uint8_t out[EL0_MAX_CASES * sizeof(struct el0_full_result)] __attribute__((aligned(16)));
static unsigned long out_used;
static unsigned now;            /* the running case */
static unsigned running;
static unsigned long serial, seen_by_timer; /* number of the running case since the beginning */
static uint64_t own_tpidr;
static struct ucontext home;    /* where the first signal came from: main */

void *memcpy(void *to, const void *from, unsigned long len);
void *memset(void *to, int c, unsigned long len);
void *memcpy(void *to, const void *from, unsigned long len)
{
    for (unsigned long i = 0; i < len; i++) {
        ((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
    }
    return to;
}

void *memset(void *to, int c, unsigned long len)
{
    for (unsigned long i = 0; i < len; i++) {
        ((volatile uint8_t *)to)[i] = (uint8_t)c;
    }
    return to;
}

/* ---- the system ---- */
static long call(long n, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = n, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}

static void __attribute__((noreturn)) quit(int status)
{
    for (;;) {
        call(__NR_exit, status, 0, 0, 0, 0, 0);
    }
}

static int get(void *to, long len)
{
    for (long done = 0; done < len;) {
        long n = call(__NR_read, 0, (long)to + done, len - done, 0, 0, 0);
        if (n <= 0) {
            return 0;
        }
        done += n;
    }
    return 1;
}

static void put(const void *from, long len)
{
    for (long done = 0; done < len;) {
        long n = call(__NR_write, 1, (long)from + done, len - done, 0, 0, 0);
        if (n <= 0) {
            quit(3);
        }
        done += n;
    }
}

static void map(uint64_t at, long len, int prot)
{
    if (call(__NR_mmap, (long)at, len, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != (long)at) {
        quit(6);
    }
}

static void protect(uint64_t at, long len, int prot)
{
    call(__NR_mprotect, (long)at, len, prot, 0, 0, 0);
}

/* ---- byte order: the stream is little-endian ---- */
#if defined(__AARCH64EB__)
#define LE32(v) __builtin_bswap32(v)
#define LE64(v) __builtin_bswap64(v)
#else
#define LE32(v) (v)
#define LE64(v) (v)
#endif

/* ---- registers ---- */
static struct fpsimd_context *fp_of(struct ucontext *uc)
{
    uint8_t *p = uc->uc_mcontext.__reserved;
    struct _aarch64_ctx *head = (struct _aarch64_ctx *)p;
    while (head->magic != FPSIMD_MAGIC) {
        if (head->magic == 0) {
            quit(4);
        }
        p += head->size;
        head = (struct _aarch64_ctx *)p;
    }
    return (struct fpsimd_context *)p;
}

static void set_tpidr(uint64_t v)
{
    __asm__ volatile("msr tpidr_el0, %0" : : "r"(v));
}

static uint64_t get_tpidr(void)
{
    uint64_t v;
    __asm__ volatile("mrs %0, tpidr_el0" : "=r"(v));
    return v;
}

/* Registers of the frame to the state, or the other way round */
static void note(struct el0_state *s, struct ucontext *uc, uint64_t tpidr)
{
    struct fpsimd_context *fp = fp_of(uc);
    for (unsigned i = 0; i < 31; i++) {
        s->x[i] = LE64(uc->uc_mcontext.regs[i]);
    }
    s->sp = LE64(uc->uc_mcontext.sp);
    s->pc = LE64(uc->uc_mcontext.pc);
    s->pstate = LE32((uint32_t)uc->uc_mcontext.pstate & EL0_PSTATE);
    s->tpidr = LE64(tpidr);
    s->fpcr = LE32(fp->fpcr);
    s->fpsr = LE32(fp->fpsr);
    s->pad = 0;
    for (unsigned i = 0; i < 32; i++) {
        s->v[i][0] = LE64((uint64_t)fp->vregs[i]);
        s->v[i][1] = LE64((uint64_t)(fp->vregs[i] >> 64));
    }
}

static void begin(const struct el0_state *s, struct ucontext *uc)
{
    struct fpsimd_context *fp = fp_of(uc);
    for (unsigned i = 0; i < 31; i++) {
        uc->uc_mcontext.regs[i] = LE64(s->x[i]);
    }
    uc->uc_mcontext.sp = LE64(s->sp);
    uc->uc_mcontext.pc = LE64(s->pc);
    uc->uc_mcontext.pstate = (uc->uc_mcontext.pstate & ~(uint64_t)(EL0_PSTATE | 0xc00)) | LE32(s->pstate);
    fp->fpcr = LE32(s->fpcr);
    fp->fpsr = LE32(s->fpsr);
    for (unsigned i = 0; i < 32; i++) {
        fp->vregs[i] = LE64(s->v[i][0]) | (u128)LE64(s->v[i][1]) << 64;
    }
    set_tpidr(LE64(s->tpidr));
}

/* ---- memory ---- */

/* What changed is told, as bytes in memory order, and put back. */
static uint32_t note_memory(struct el0_chunk *c)
{
    uint64_t *mem = (uint64_t *)EL0_RW;
    const uint64_t *orig = fill + EL0_RO_SIZE / 8;
    uint32_t n = 0;
    for (unsigned i = 0; i < EL0_RW_SIZE / 8; i += 2) {
        if (((mem[i] ^ orig[i]) | (mem[i + 1] ^ orig[i + 1])) != 0) {
            if (n < EL0_MAX_CHUNKS) {
                c[n] = (struct el0_chunk){LE32(i * 8), 0, {mem[i], mem[i + 1]}};
            }
            n++;
            mem[i] = orig[i];
            mem[i + 1] = orig[i + 1];
        }
    }
    return n;
}

static void note_case(int sig, const siginfo_t *info, struct ucontext *uc, uint64_t tpidr)
{
    struct el0_full_result *f = (struct el0_full_result *)(out + out_used);
    struct el0_result *r = &f->r;
    note(&r->s, uc, tpidr);
    r->sig = LE32((uint32_t)sig);
    r->code = LE32((uint32_t)info->si_code);
    r->addr = LE64((uint64_t)info->si_addr);
    r->case_index = LE32(now);
    uint32_t n = note_memory(f->chunk), told = n < EL0_MAX_CHUNKS ? n : EL0_MAX_CHUNKS;
    r->n_chunks = LE32(n);
    out_used += sizeof(*r) + told * sizeof(struct el0_chunk);
}

static void on_signal(int sig, siginfo_t *info, struct ucontext *uc)
{
    uint64_t tpidr = get_tpidr();
    if (sig == SIGALRM) {
        if (!running || seen_by_timer != serial) {
            seen_by_timer = serial;
            return;
        }
    }
    if (!running) {
        if (sig != SIGTRAP) {
            quit(5); /* a fault of this program */
        }
        home = *uc;
        own_tpidr = tpidr;
        running = 1;
        now = 0;
    } else {
        note_case(sig, info, uc, tpidr);
        now++;
    }
    serial++;
    if (now < batch.n_cases) {
        begin(&states[now], uc);
        return;
    }
    running = 0;
    uc->uc_mcontext = home.uc_mcontext;
    uc->uc_mcontext.pc += 4; /* after its BRK */
    set_tpidr(own_tpidr);
}

/* ---- batches ---- */

/* The code was written as data. */
static void sync_code(uint64_t at, uint64_t len)
{
    for (uint64_t a = at; a < at + len; a += 16) {
        __asm__ volatile("dc cvau, %0" : : "r"(a) : "memory");
    }
    __asm__ volatile("dsb ish" : : : "memory");
    for (uint64_t a = at; a < at + len; a += 16) {
        __asm__ volatile("ic ivau, %0" : : "r"(a) : "memory");
    }
    __asm__ volatile("dsb ish\n\tisb" : : : "memory");
}

static int get_batch(void)
{
    if (!get(&batch, sizeof(batch))) {
        return 0;
    }
    batch.n_cases = LE32(batch.n_cases);
    batch.code_words = LE32(batch.code_words);
    if (batch.n_cases > EL0_MAX_CASES || batch.code_words > EL0_CODE_WORDS) {
        quit(7);
    }
    protect(EL0_CODE, EL0_CODE_SIZE, PROT_READ | PROT_WRITE);
    if (!get((void *)EL0_CODE, batch.code_words * 4u) || !get(fill, sizeof(fill)) ||
        !get(states, (long)(batch.n_cases * sizeof(states[0])))) {
        return 0;
    }
    sync_code(EL0_CODE, batch.code_words * 4u);
    protect(EL0_CODE, EL0_CODE_SIZE, PROT_READ | PROT_EXEC);
    protect(EL0_RO, EL0_RO_SIZE, PROT_READ | PROT_WRITE);
    memcpy((void *)EL0_RO, fill, EL0_FILL_SIZE);
    protect(EL0_RO, EL0_RO_SIZE, PROT_READ);
    return 1;
}

static void prepare(void)
{
    static const int signals[] = {SIGILL, SIGTRAP, SIGBUS, SIGSEGV, SIGFPE, SIGALRM, SIGSYS};
    static uint8_t stack[262144] __attribute__((aligned(16)));
    static const long tick[4] = {0, 500000, 0, 500000}; /* struct itimerval */
    struct {
        void *sp;
        int flags;
        unsigned long size;
    } ss = {stack, 0, sizeof(stack)};
    struct {
        void (*handler)(int, siginfo_t *, struct ucontext *);
        unsigned long flags;
        void *restorer;
        uint64_t mask;
    } sa = {on_signal, SA_SIGINFO | SA_ONSTACK | SA_RESTART, 0, ~UINT64_C(0)};
    call(__NR_sigaltstack, (long)&ss, 0, 0, 0, 0, 0);
    for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        call(__NR_rt_sigaction, signals[i], (long)&sa, 0, 8, 0, 0);
    }
    map(EL0_CODE, EL0_CODE_SIZE, PROT_READ | PROT_WRITE);
    map(EL0_RO, EL0_FILL_SIZE, PROT_READ | PROT_WRITE);
    map(EL0_NONE, 0x1000, PROT_NONE);
    for (uint32_t *w = (uint32_t *)EL0_CODE; w < (uint32_t *)(EL0_CODE + EL0_CODE_SIZE); w++) {
        *w = LE32(EL0_STOP);
    }
    call(__NR_setitimer, 0, (long)tick, 0, 0, 0, 0);
}

static void __attribute__((used, noreturn)) guest_main(void)
{
    prepare();
    while (get_batch()) {
        out_used = 0;
        if (batch.n_cases > 0) {
            __asm__ volatile("brk #1" : : : "memory");
        }
        put(out, (long)out_used);
    }
    quit(0);
}

/* the stack pointer at entry is aligned: nothing to set up */
__asm__(".global _start\n_start:\n    bl guest_main\n");
