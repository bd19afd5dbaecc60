/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs single instructions on the machine it is on: reads a stream of instruction words and register states (see
 * fp-case.h) from standard input, and writes the states after execution to standard output. For AArch64 Linux.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "fp-case.h"

/* Loads the state, calls the stub, stores the state. */
void fp_execute(struct fp_state *s, const void *stub, const uint64_t *fill);
__asm__(
    ".text\n.global fp_execute\n.arch armv8-a\nfp_execute:\n"
    "stp x29, x30, [sp, #-96]!\n"
    "stp d8, d9, [sp, #16]\nstp d10, d11, [sp, #32]\nstp d12, d13, [sp, #48]\nstp d14, d15, [sp, #64]\n"
    "str x19, [sp, #80]\n"
    "mov x19, x0\nmov x9, x1\n"
    "add x2, x2, #64\n"
    "ldp q4, q5, [x2], #32\nldp q6, q7, [x2], #32\nldp q8, q9, [x2], #32\nldp q10, q11, [x2], #32\n"
    "ldp q12, q13, [x2], #32\nldp q14, q15, [x2], #32\nldp q16, q17, [x2], #32\nldp q18, q19, [x2], #32\n"
    "ldp q20, q21, [x2], #32\nldp q22, q23, [x2], #32\nldp q24, q25, [x2], #32\nldp q26, q27, [x2], #32\n"
    "ldp q28, q29, [x2], #32\nldr q30, [x2]\n"
    "ldp q0, q1, [x19]\nldp q2, q3, [x19, #32]\nldr q31, [x19, #64]\n"
    "ldp w10, w11, [x19, #112]\nldr w12, [x19, #120]\n"
    "msr fpcr, x10\nmsr fpsr, x11\nmsr nzcv, x12\n"
    "ldp x0, x1, [x19, #80]\nldp x2, x3, [x19, #96]\n"
    "blr x9\n"
    "stp x0, x1, [x19, #80]\nstp x2, x3, [x19, #96]\n"
    "mrs x10, fpcr\nmrs x11, fpsr\nmrs x12, nzcv\n"
    "stp w10, w11, [x19, #112]\nstr w12, [x19, #120]\n"
    "stp q0, q1, [x19]\nstp q2, q3, [x19, #32]\nstr q31, [x19, #64]\n"
    "msr fpcr, xzr\n"
    "ldp d8, d9, [sp, #16]\nldp d10, d11, [sp, #32]\nldp d12, d13, [sp, #48]\nldp d14, d15, [sp, #64]\n"
    "ldr x19, [sp, #80]\n"
    "ldp x29, x30, [sp], #96\nret\n");

_Static_assert(sizeof(struct fp_state) == 128, "layout known to fp_execute");

static void get(void *p, size_t n)
{
    if (fread(p, 1, n, stdin) != n) {
        fprintf(stderr, "fp-guest: the stream ends early\n");
        exit(1);
    }
}

int main(void)
{
    struct fp_header h;
    uint32_t *code;
    size_t size;
    uint64_t fill[64];

    for (unsigned i = 0; i < 64; i++) {
        fill[i] = fp_fill(i);
    }
    get(&h, sizeof(h));
    size = (size_t)h.n_words * 8;
    code = mmap(NULL, size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (code == MAP_FAILED) {
        perror("fp-guest: mmap");
        return 1;
    }
    for (uint32_t i = 0; i < h.n_words; i++) {
        get(&code[2 * i], 4);
        code[2 * i + 1] = 0xd65f03c0;   /* RET */
    }
    __builtin___clear_cache((char *)code, (char *)code + size);
    for (uint32_t i = 0; i < h.n_cases; i++) {
        struct fp_state s;

        get(&s, sizeof(s));
        fp_execute(&s, &code[2 * s.word], fill);
        fwrite(&s, sizeof(s), 1, stdout);
    }
    return fflush(stdout) != 0;
}
