/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs blocks of instructions on the machine it is on, an AArch64 Linux: reads batches (el0-case.h) from standard
 * input and writes what became of each case to standard output.
 *
 * Every block ends with a signal. The handler notes the registers that the signal frame holds, puts those of the next
 * case there and returns: so all of them are set and seen, and no instruction of ours runs in between.
 */
#include "el0-case.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

static struct el0_state states[EL0_MAX_CASES];
static struct el0_batch batch;
static uint64_t fill[EL0_FILL_SIZE / 8];
static uint8_t out[EL0_MAX_CASES * sizeof(struct el0_full_result)];
static size_t out_used;
static unsigned now;            /* the running case */
static bool running;
static unsigned long serial, seen_by_timer; /* number of the running case since the beginning */
static uint64_t own_tpidr;
static ucontext_t home;         /* where the first signal came from: main */

static struct fpsimd_context *fp_of(ucontext_t *uc)
{
    uint8_t *p = uc->uc_mcontext.__reserved;
    struct _aarch64_ctx *head = (struct _aarch64_ctx *)p;
    while (head->magic != FPSIMD_MAGIC) {
        if (head->magic == 0) {
            _exit(4);
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
static void note(struct el0_state *s, ucontext_t *uc, uint64_t tpidr)
{
    struct fpsimd_context *fp = fp_of(uc);
    memcpy(s->x, uc->uc_mcontext.regs, sizeof(s->x));
    s->sp = uc->uc_mcontext.sp;
    s->pc = uc->uc_mcontext.pc;
    s->pstate = (uint32_t)uc->uc_mcontext.pstate & EL0_PSTATE;
    s->tpidr = tpidr;
    s->fpcr = fp->fpcr;
    s->fpsr = fp->fpsr;
    s->pad = 0;
    memcpy(s->v, fp->vregs, sizeof(s->v));
}

static void begin(const struct el0_state *s, ucontext_t *uc)
{
    struct fpsimd_context *fp = fp_of(uc);
    memcpy(uc->uc_mcontext.regs, s->x, sizeof(s->x));
    uc->uc_mcontext.sp = s->sp;
    uc->uc_mcontext.pc = s->pc;
    uc->uc_mcontext.pstate = (uc->uc_mcontext.pstate & ~(uint64_t)(EL0_PSTATE | 0xc00)) | s->pstate;
    fp->fpcr = s->fpcr;
    fp->fpsr = s->fpsr;
    memcpy(fp->vregs, s->v, sizeof(s->v));
    set_tpidr(s->tpidr);
}

/* Changed memory: told and put back. */
static uint32_t note_memory(struct el0_chunk *c)
{
    uint64_t *mem = (uint64_t *)EL0_RW;
    const uint64_t *orig = fill + EL0_RO_SIZE / 8;
    uint32_t n = 0;
    for (unsigned i = 0; i < EL0_RW_SIZE / 8; i += 2) {
        if (((mem[i] ^ orig[i]) | (mem[i + 1] ^ orig[i + 1])) != 0) {
            if (n < EL0_MAX_CHUNKS) {
                c[n] = (struct el0_chunk){i * 8, 0, {mem[i], mem[i + 1]}};
            }
            n++;
            mem[i] = orig[i];
            mem[i + 1] = orig[i + 1];
        }
    }
    return n;
}

static void note_case(int sig, const siginfo_t *info, ucontext_t *uc, uint64_t tpidr)
{
    struct el0_full_result *f = (struct el0_full_result *)(out + out_used);
    struct el0_result *r = &f->r;
    note(&r->s, uc, tpidr);
    r->sig = (uint32_t)sig;
    r->code = (uint32_t)info->si_code;
    r->addr = (uint64_t)(uintptr_t)info->si_addr;
    r->case_index = now;
    r->n_chunks = note_memory(f->chunk);
    uint32_t told = r->n_chunks < EL0_MAX_CHUNKS ? r->n_chunks : EL0_MAX_CHUNKS;
    out_used += sizeof(*r) + told * sizeof(struct el0_chunk);
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    uint64_t tpidr = get_tpidr();
    if (sig == SIGALRM) {
        if (!running || seen_by_timer != serial) {
            seen_by_timer = serial;
            return;
        }
    }
    if (!running) {
        if (sig != SIGTRAP) {
            _exit(5); /* a fault of this program */
        }
        home = *uc;
        memcpy(home.uc_mcontext.__reserved, uc->uc_mcontext.__reserved, sizeof(home.uc_mcontext.__reserved));
        own_tpidr = tpidr;
        running = true;
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
    running = false;
    uc->uc_mcontext = home.uc_mcontext;
    uc->uc_mcontext.pc += 4; /* after its BRK */
    set_tpidr(own_tpidr);
}

static bool get(void *to, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = read(0, (char *)to + done, len - done);
        if (n <= 0) {
            return false;
        }
        done += (size_t)n;
    }
    return true;
}

static void put(const void *from, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = write(1, (const char *)from + done, len - done);
        if (n <= 0) {
            _exit(3);
        }
        done += (size_t)n;
    }
}

static void map(uint64_t at, size_t len, int prot)
{
    void *want = (void *)(uintptr_t)at;
    if (mmap(want, len, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != want) {
        _exit(6);
    }
}

static bool get_batch(void)
{
    char *code = (char *)EL0_CODE;
    if (!get(&batch, sizeof(batch))) {
        return false;
    }
    if (batch.n_cases > EL0_MAX_CASES || batch.code_words > EL0_CODE_WORDS) {
        _exit(7);
    }
    mprotect(code, EL0_CODE_SIZE, PROT_READ | PROT_WRITE);
    if (!get(code, batch.code_words * 4u) || !get(fill, sizeof(fill)) ||
        !get(states, batch.n_cases * sizeof(states[0]))) {
        return false;
    }
    __builtin___clear_cache(code, code + batch.code_words * 4u);
    mprotect(code, EL0_CODE_SIZE, PROT_READ | PROT_EXEC);
    mprotect((void *)EL0_RO, EL0_RO_SIZE, PROT_READ | PROT_WRITE);
    memcpy((void *)EL0_RO, fill, EL0_FILL_SIZE);
    mprotect((void *)EL0_RO, EL0_RO_SIZE, PROT_READ);
    return true;
}

static void prepare(void)
{
    static const int signals[] = {SIGILL, SIGTRAP, SIGBUS, SIGSEGV, SIGFPE, SIGALRM, SIGSYS};
    static uint8_t stack[262144] __attribute__((aligned(16)));
    stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)};
    struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    sigfillset(&sa.sa_mask);
    sigaltstack(&ss, NULL);
    for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        sigaction(signals[i], &sa, NULL);
    }
    map(EL0_CODE, EL0_CODE_SIZE, PROT_READ | PROT_WRITE);
    map(EL0_RO, EL0_FILL_SIZE, PROT_READ | PROT_WRITE);
    map(EL0_NONE, 0x1000, PROT_NONE);
    for (uint32_t *w = (uint32_t *)EL0_CODE; w < (uint32_t *)(EL0_CODE + EL0_CODE_SIZE); w++) {
        *w = EL0_STOP;
    }
    struct itimerval tick = {.it_interval = {0, 500000}, .it_value = {0, 500000}};
    setitimer(ITIMER_REAL, &tick, NULL);
}

int main(void)
{
    prepare();
    while (get_batch()) {
        out_used = 0;
        if (batch.n_cases > 0) {
            __asm__ volatile("brk #1" : : : "memory");
        }
        put(out, out_used);
    }
    return 0;
}
