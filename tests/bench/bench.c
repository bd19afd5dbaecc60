/* SPDX-License-Identifier: Apache-2.0 */
/* Benchmark kernels, one chosen by -DKERNEL_<name> at build time, run N times. Freestanding; the result is a checksum. */
#include <stdint.h>

#ifndef N
#define N 1
#endif

uint64_t bench(void);
void finish(uint64_t unused, uint64_t sum);
void *memset(void *p, int v, unsigned long n);
void *memcpy(void *d, const void *s, unsigned long n);

void *memset(void *p, int v, unsigned long n)
{
    uint8_t *b = p;
    for (unsigned long i = 0; i < n; i++) {
        b[i] = (uint8_t)v;
    }
    return p;
}

void *memcpy(void *d, const void *s, unsigned long n)
{
    uint8_t *a = d;
    const uint8_t *b = s;
    for (unsigned long i = 0; i < n; i++) {
        a[i] = b[i];
    }
    return d;
}

void finish(uint64_t unused, uint64_t sum)
{
    volatile uint32_t *uart = (volatile uint32_t *)0x09000000;
    (void)unused;
    for (int i = 60; i >= 0; i -= 4) {
        *uart = (uint32_t)"0123456789abcdef"[(sum >> i) & 15];
    }
    *uart = '\n';
}

static uint64_t hvc(uint64_t x)
{
    register uint64_t r __asm__("x0") = x;
    __asm__ volatile("hvc #0" : "+r"(r) : : "memory");
    return r;
}

static uint8_t *const pool = (uint8_t *)0x50000000;

#if defined KERNEL_empty
uint64_t bench(void)
{
    return hvc(1);
}
#elif defined KERNEL_integer
#include "mix.inc"
#elif defined KERNEL_loops
struct node {
    struct node *next;
    uint32_t key, val;
};

static uint64_t list_part(uint64_t seed)
{
    struct node *n = (struct node *)pool;
    for (unsigned i = 0; i < 512; i++) {
        n[i].next = &n[(i * 5 + 1) % 512];
        n[i].key = (uint32_t)(seed * i * 2654435761u);
        n[i].val = i;
    }
    uint64_t s = 0;
    struct node *p = n;
    for (unsigned i = 0; i < 4096; i++) {
        if (p->key & 4) {
            s += p->val;
        } else {
            s ^= p->key;
        }
        p = p->next;
    }
    return s;
}

static uint64_t matrix_part(uint64_t seed)
{
    int32_t *a = (int32_t *)(pool + 0x10000), *b = a + 24 * 24, *c = b + 24 * 24;
    for (int i = 0; i < 24 * 24; i++) {
        a[i] = (int32_t)(seed + (uint64_t)i);
        b[i] = (int32_t)(seed ^ (uint64_t)(i * 3));
    }
    uint64_t s = 0;
    for (int i = 0; i < 24; i++) {
        for (int j = 0; j < 24; j++) {
            int32_t t = 0;
            for (int k = 0; k < 24; k++) {
                t += a[i * 24 + k] * b[k * 24 + j];
            }
            c[i * 24 + j] = t;
            s += (uint32_t)t;
        }
    }
    return s;
}

static uint64_t state_part(uint64_t seed)
{
    static const char text[] = "12,-45.6e3,0x1F,hello,+7,3.14159,,9e9,-1,foo42,77";
    unsigned count[8] = {0}, st = 0;
    for (unsigned r = 0; r < 16; r++) {
        for (const char *p = text; *p; p++) {
            char ch = *p;
            if (ch == ',') {
                count[st]++;
                st = 0;
            } else if (st == 0) {
                st = ch == '-' || ch == '+' ? 1 : ch >= '0' && ch <= '9' ? 2 : 7;
            } else if (st == 1) {
                st = ch >= '0' && ch <= '9' ? 2 : 7;
            } else if (st == 2) {
                st = ch == '.' ? 3 : ch == 'e' ? 4 : ch >= '0' && ch <= '9' ? 2 : 7;
            } else if (st == 3) {
                st = ch == 'e' ? 4 : ch >= '0' && ch <= '9' ? 3 : 7;
            } else if (st == 4) {
                st = ch >= '0' && ch <= '9' ? 5 : 7;
            }
        }
    }
    uint64_t s = seed;
    for (unsigned i = 0; i < 8; i++) {
        s = s * 31 + count[i];
    }
    return s;
}

static uint64_t crc_part(uint64_t seed)
{
    uint16_t crc = (uint16_t)seed;
    for (unsigned i = 0; i < 1024; i++) {
        crc ^= (uint16_t)((seed >> (i & 7)) & 0xff);
        for (int k = 0; k < 8; k++) {
            crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1);
        }
    }
    return crc;
}

static uint64_t string_part(uint64_t seed)
{
    char *d = (char *)(pool + 0x20000);
    static const char s[] = "the quick brown fox jumps over the lazy dog";
    uint64_t h = seed;
    for (unsigned r = 0; r < 40; r++) {
        unsigned n = 0;
        while (s[n]) {
            d[n] = (char)(s[n] ^ (char)(r & 1 ? 0x20 : 0));
            n++;
        }
        d[n] = 0;
        for (unsigned i = 0; d[i]; i++) {
            h = (h ^ (uint8_t)d[i]) * 0x100000001b3;
        }
    }
    return h;
}

uint64_t bench(void)
{
    uint64_t s = 1;
    for (unsigned i = 0; i < N; i++) {
        s += list_part(s);
        s ^= matrix_part(s);
        s += state_part(s);
        s ^= crc_part(s);
        s += string_part(s);
    }
    return s;
}
#elif defined KERNEL_copy
uint64_t bench(void)
{
    uint64_t *a = (uint64_t *)pool, s = 0;
    for (unsigned i = 0; i < 0x1000000 / 8; i++) {
        a[i] = i;
    }
    for (unsigned i = 0; i < N; i++) {
        uint8_t *src = pool, *dst = pool + 0x1000000;
        for (unsigned long left = 0x1000000; left != 0; left -= 64) {
            __asm__ volatile("ldp x4, x5, [%0], #16\n ldp x6, x7, [%0], #16\n ldp x8, x9, [%0], #16\n ldp x10, x11, [%0], #16\n"
                             "stp x4, x5, [%1], #16\n stp x6, x7, [%1], #16\n stp x8, x9, [%1], #16\n stp x10, x11, [%1], #16\n"
                             : "+r"(src), "+r"(dst) : : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "memory");
        }
        s += ((uint64_t *)(pool + 0x1000000))[i * 997];
    }
    return s;
}
#elif defined KERNEL_chase
uint64_t bench(void)
{
    uint64_t *a = (uint64_t *)pool, s = 0;
    const uint64_t n = 0x1000000 / 64;
    for (uint64_t i = 0; i < n; i++) {
        a[i * 8] = (uint64_t)&a[((i * 40503 + 12345) % n) * 8];
    }
    uint64_t *p = a;
    for (unsigned i = 0; i < N; i++) {
        for (unsigned k = 0; k < 1000000; k++) {
            p = (uint64_t *)*p;
        }
        s += (uint64_t)p;
    }
    return s;
}
#elif defined KERNEL_fp
uint64_t bench(void)
{
    double x = 0.5, y = 1.25, z = 0;
    for (unsigned i = 0; i < N; i++) {
        for (unsigned k = 1; k < 10000; k++) {
            x = x * 1.0000001 + y;
            y = y - x / (double)k;
            z += x * y;
            if (z > 1e100) {
                z = 1;
            }
        }
    }
    union { double d; uint64_t u; } r = {z + x + y};
    return r.u;
}
#elif defined KERNEL_fmla
#include <arm_neon.h>
uint64_t bench(void)
{
    float32x4_t a = vdupq_n_f32(1.5f), b = vdupq_n_f32(0.999f), c = vdupq_n_f32(0), d = a, e = b, f = c;
    for (unsigned i = 0; i < N; i++) {
        for (unsigned k = 0; k < 10000; k++) {
            c = vfmaq_f32(c, a, b);
            d = vfmaq_f32(d, c, b);
            e = vfmaq_f32(e, d, b);
            f = vfmaq_f32(f, e, b);
            f = vmulq_f32(f, b);
            c = vmulq_f32(c, b);
            d = vmulq_f32(d, b);
            e = vmulq_f32(e, b);
        }
    }
    uint64x2_t r = vreinterpretq_u64_f32(vaddq_f32(vaddq_f32(c, d), vaddq_f32(e, f)));
    return vgetq_lane_u64(r, 0) ^ vgetq_lane_u64(r, 1);
}
#elif defined KERNEL_neon
#include <arm_neon.h>
uint64_t bench(void)
{
    uint8_t *p = pool;
    for (unsigned i = 0; i < 65536; i++) {
        p[i] = (uint8_t)(i * 7);
    }
    uint8x16_t acc = vdupq_n_u8(0), k = vdupq_n_u8(77);
    for (unsigned i = 0; i < N; i++) {
        for (unsigned j = 0; j < 65536; j += 32) {
            uint8x16_t a = vld1q_u8(p + j), b = vld1q_u8(p + j + 16);
            acc = vaddq_u8(acc, veorq_u8(a, vcgtq_u8(b, k)));
            acc = vorrq_u8(acc, vandq_u8(vmaxq_u8(a, b), k));
            vst1q_u8(p + j, vqaddq_u8(a, acc));
        }
    }
    uint64x2_t r = vreinterpretq_u64_u8(acc);
    return vgetq_lane_u64(r, 0) ^ vgetq_lane_u64(r, 1);
}
#elif defined KERNEL_branchy
uint64_t bench(void)
{
    uint64_t s = 88172645463325252u, c[4] = {0};
    for (unsigned i = 0; i < N; i++) {
        for (unsigned k = 0; k < 10000; k++) {
            s ^= s << 13;
            s ^= s >> 7;
            s ^= s << 17;
            if (s & 1) {
                c[0]++;
            } else if (s & 2) {
                c[1] += 3;
            } else if (s & 4) {
                c[2] ^= s;
            } else {
                c[3] -= s >> 3;
            }
            if ((s >> 20 & 3) == 0) {
                c[0] += c[3] & 1;
            }
        }
    }
    return c[0] ^ c[1] ^ c[2] ^ c[3];
}
#elif defined KERNEL_hvc || defined KERNEL_switch
uint64_t bench(void)
{
    uint64_t s = 0;
    for (unsigned i = 0; i < N; i++) {
        s += hvc(i + 1);
    }
    return s;
}
#elif defined KERNEL_wfi
/* 100 seconds in WFI, a timer interrupt every 100 s / N. Interrupts are masked, so that WFI just goes on. */
uint64_t bench(void)
{
    volatile uint32_t *dist = (volatile uint32_t *)0x08000000, *redist = (volatile uint32_t *)0x080a0000;
    uint64_t freq, cval, ctl, wakes = 0;
    dist[0] = 0x12; /* GICD_CTLR: EnableGrp1, ARE */
    redist[0x14 / 4] = 0; /* GICR_WAKER */
    redist[0x10080 / 4] = ~0u; /* GICR_IGROUPR0 */
    redist[0x10100 / 4] = 1u << 27; /* GICR_ISENABLER0: the virtual timer */
    __asm__ volatile("msr s3_0_c4_c6_0, %0\n msr s3_0_c12_c12_7, %1\n isb" : : "r"(0xfful), "r"(1ul)); /* ICC_PMR_EL1, ICC_IGRPEN1_EL1 */
    __asm__ volatile("mrs %0, cntfrq_el0\n mrs %1, cntvct_el0" : "=r"(freq), "=r"(cval));
    for (unsigned i = 0; i < N; i++) {
        cval += freq * 100 / N;
        __asm__ volatile("msr cntv_cval_el0, %0\n msr cntv_ctl_el0, %1\n isb" : : "r"(cval), "r"(1ul));
        do {
            __asm__ volatile("wfi\n mrs %0, cntv_ctl_el0" : "=r"(ctl) : : "memory");
            wakes++;
        } while ((ctl & 4) == 0);
    }
    return wakes;
}
#elif defined KERNEL_touch || defined KERNEL_bbm
/* level 3 tables of our own for 4 MiB at 2 GiB, mapped to the pool */
extern uint64_t l1[], l2[];
static uint64_t l2b[512] __attribute__((aligned(4096))), l3[1024] __attribute__((aligned(4096)));
uint64_t bench(void)
{
    uint64_t *root, s = 0;
    __asm__ volatile("mrs %0, ttbr0_el1" : "=r"(root));
    for (unsigned i = 0; i < 1024; i++) {
        l3[i] = ((uint64_t)pool + i * 4096) | 0x707;
    }
    l2b[0] = (uint64_t)l3 | 3;
    l2b[1] = (uint64_t)(l3 + 512) | 3;
    root[2] = (uint64_t)l2b | 3;
    __asm__ volatile("dsb ishst\nisb" ::: "memory");
    volatile uint64_t *p = (volatile uint64_t *)0x80000000;
    for (unsigned i = 0; i < N; i++) {
#ifdef KERNEL_touch
        for (unsigned k = 0; k < 256; k++) {
            s += p[k * 512];
        }
        __asm__ volatile("tlbi vmalle1\ndsb nsh\nisb" ::: "memory");
#else
        unsigned k = i & 1023;
        uint64_t old = l3[k];
        l3[k] = 0;
        __asm__ volatile("dsb ishst\ntlbi vae1, %0\ndsb nsh\nisb" : : "r"((0x80000000ul + k * 4096ul) >> 12) : "memory");
        l3[k] = old;
        __asm__ volatile("dsb ishst\nisb" ::: "memory");
        s += p[k * 512];
#endif
    }
    return s + hvc(1);
}
#endif
