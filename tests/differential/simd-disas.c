/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares the Advanced SIMD rows with Capstone: reads lines "WORD NAME MNEMONICS" (simd-host words) from standard
 * input; the disassembly's mnemonic must be one of the alternatives.
 */
#include <capstone/capstone.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool one_of(const char *mnemonics, const char *m)
{
    size_t n = strlen(m);
    for (const char *p = mnemonics; p != NULL; p = strchr(p, '|')) {
        p += *p == '|';
        if (strncmp(p, m, n) == 0 && (p[n] == '|' || p[n] == '\0')) {
            return true;
        }
    }
    return false;
}

/* Capstone 4 has neither RDM nor dot product, and wants zero in the bits of imm5 and imm4 of DUP (general) and INS
   (element) that the architecture ignores. */
static bool beyond_capstone4(uint32_t word, const char *name)
{
    if (strncmp(name, "sqrdml", 6) == 0 || strstr(name, "dot_") != NULL) {
        return true;
    }
    unsigned imm5 = word >> 16 & 31, imm4 = word >> 11 & 15, lowest = imm5 & -imm5;
    if (strncmp(name, "dup_gen", 7) == 0) {
        return imm5 != lowest;
    }
    return strcmp(name, "ins_ve") == 0 && (imm4 & (lowest - 1)) != 0;
}

int main(void)
{
    csh cs;
    if (cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &cs) != CS_ERR_OK) {
        fprintf(stderr, "cs_open failed\n");
        return 1;
    }
    uint32_t word;
    char name[64], mnemonics[128];
    unsigned long n = 0, bad = 0, unknown = 0;
    while (scanf("%" SCNx32 " %63s %127s", &word, name, mnemonics) == 3) {
        cs_insn *i;
        n++;
        if (cs_disasm(cs, (const uint8_t *)&word, 4, 0, 1, &i) != 1) {
            if (beyond_capstone4(word, name)) {
                unknown++;
                continue;
            }
            printf("%08x %s: Capstone does not know it\n", word, name);
            bad++;
            continue;
        }
        if (!one_of(mnemonics, i->mnemonic)) {
            printf("%08x %s (%s): Capstone says %s %s\n", word, name, mnemonics, i->mnemonic, i->op_str);
            bad++;
        }
        cs_free(i, 1);
    }
    printf("%lu words, %lu differ, %lu not known to Capstone\n", n, bad, unknown);
    cs_close(&cs);
    return bad != 0;
}
