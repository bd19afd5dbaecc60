/* SPDX-License-Identifier: Apache-2.0 */
/* The peer: a process that runs el0-guest, with a pipe each way. */
#include "el0.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 120000 };
/* The seed that QEMU is given. Its halves are those of peer_keys(). */
#define SEED "4294967297"

struct el0_peer {
    pid_t pid;
    int to, from;
    unsigned done;      /* results of the batch that have come */
    unsigned words;     /* of code that it holds, the rest being BRK #0 */
};

static void child(const char *qemu, const char *cpu, const char *guest, const int to[2], const int from[2])
{
    dup2(to[0], 0);
    dup2(from[1], 1);
    close(to[0]);
    close(to[1]);
    close(from[0]);
    close(from[1]);
    if (qemu[0] != '\0') {
        execlp(qemu, qemu, "-seed", SEED, "-cpu", cpu, guest, (char *)NULL);
    } else {
        execlp(guest, guest, (char *)NULL); /* an AArch64 host */
    }
    perror(qemu);
    _exit(127);
}

struct el0_peer *peer_new(const char *qemu, const char *cpu, const char *guest)
{
    int to[2], from[2];
    struct el0_peer *p = calloc(1, sizeof(*p));
    if (p == NULL || pipe(to) != 0 || pipe(from) != 0) {
        free(p);
        return NULL;
    }
    signal(SIGPIPE, SIG_IGN);
    p->pid = fork();
    if (p->pid == 0) {
        child(qemu, cpu, guest, to, from);
    }
    close(to[0]);
    close(from[1]);
    p->to = to[1];
    p->from = from[0];
    if (p->pid < 0) {
        peer_free(p);
        return NULL;
    }
    return p;
}

void peer_free(struct el0_peer *p)
{
    if (p == NULL) {
        return;
    }
    close(p->to);
    close(p->from);
    if (p->pid > 0) {
        kill(p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
    }
    free(p);
}

static bool say_gone(const char *what)
{
    fprintf(stderr, "el0: %s\n", what);
    return false;
}

static bool put(struct el0_peer *p, const void *from, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = write(p->to, (const char *)from + done, len - done);
        if (n <= 0 && errno != EINTR) {
            return say_gone("the peer has gone");
        }
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool get(struct el0_peer *p, void *to, size_t len)
{
    for (size_t done = 0; done < len;) {
        struct pollfd f = {.fd = p->from, .events = POLLIN};
        if (poll(&f, 1, PATIENCE_MS) == 0) {
            return say_gone("the peer hangs");
        }
        ssize_t n = read(p->from, (char *)to + done, len - done);
        if (n == 0 || (n < 0 && errno != EINTR)) {
            return say_gone("the peer has ended early");
        }
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

bool peer_send(struct el0_peer *p, const struct el0_batch *b, const uint32_t *code, const uint8_t *fill,
               const struct el0_case *cases)
{
    struct el0_batch head = *b;
    head.code_words = p->words > b->code_words ? p->words : b->code_words;
    p->words = b->code_words;
    if (!put(p, &head, sizeof(head)) || !put(p, code, head.code_words * 4u) || !put(p, fill, EL0_FILL_SIZE)) {
        return false;
    }
    struct el0_state *s = calloc(b->n_cases, sizeof(*s));
    for (unsigned i = 0; s != NULL && i < b->n_cases; i++) {
        s[i] = cases[i].s;
    }
    bool ok = s != NULL && put(p, s, b->n_cases * sizeof(*s));
    free(s);
    p->done = 0;
    return ok;
}

bool peer_get(struct el0_peer *p, unsigned n, struct el0_full_result *f)
{
    for (unsigned i = 0; i < n; i++, p->done++) {
        if (!get(p, &f[i].r, sizeof(f[i].r))) {
            fprintf(stderr, "el0: after %u of %u results\n", i, n);
            return false;
        }
        uint32_t told = f[i].r.n_chunks < EL0_MAX_CHUNKS ? f[i].r.n_chunks : EL0_MAX_CHUNKS;
        if (f[i].r.case_index != p->done || !get(p, f[i].chunk, told * sizeof(f[i].chunk[0]))) {
            return say_gone("the peer's answer makes no sense");
        }
    }
    return true;
}

/* ---- the peer's keys ----
 * QEMU draws what a program may take for random from a Mersenne Twister (MT19937) that -seed initialises: first the 16
 * bytes of AT_RANDOM, then the keys.
 */
enum { MT_N = 624, MT_M = 397 };

static void mt_init(uint32_t mt[MT_N], uint32_t s)
{
    mt[0] = s;
    for (uint32_t i = 1; i < MT_N; i++) {
        mt[i] = 1812433253 * (mt[i - 1] ^ mt[i - 1] >> 30) + i;
    }
}

/* Initialisation by an array of two words, both 1 */
static void mt_init_by_seed(uint32_t mt[MT_N])
{
    unsigned i = 1;
    mt_init(mt, 19650218);
    for (unsigned k = 0; k < MT_N; k++) {
        mt[i] = (mt[i] ^ (mt[i - 1] ^ mt[i - 1] >> 30) * 1664525) + 1 + k % 2;
        if (++i == MT_N) {
            mt[0] = mt[MT_N - 1];
            i = 1;
        }
    }
    for (unsigned k = 1; k < MT_N; k++) {
        mt[i] = (mt[i] ^ (mt[i - 1] ^ mt[i - 1] >> 30) * 1566083941) - i;
        if (++i == MT_N) {
            mt[0] = mt[MT_N - 1];
            i = 1;
        }
    }
    mt[0] = UINT32_C(1) << 31;
}

/* The n-th number of the first round */
static uint32_t mt_number(const uint32_t mt[MT_N], unsigned n)
{
    uint32_t y = (mt[n] & UINT32_C(0x80000000)) | (mt[n + 1] & 0x7fffffff);
    y = mt[n + MT_M] ^ y >> 1 ^ ((y & 1) != 0 ? UINT32_C(0x9908b0df) : 0);
    y ^= y >> 11;
    y ^= y << 7 & UINT32_C(0x9d2c5680);
    y ^= y << 15 & UINT32_C(0xefc60000);
    return y ^ y >> 18;
}

void peer_keys(uint64_t keys[10])
{
    uint32_t mt[MT_N];
    mt_init_by_seed(mt);
    for (unsigned i = 0; i < 10; i++) {
        keys[i] = mt_number(mt, 4 + 2 * i) | (uint64_t)mt_number(mt, 5 + 2 * i) << 32;
    }
}
