/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gen-blob NAME FILE OUT.c: writes the bytes of FILE as a C array
 * `const unsigned char NAME[]` with its length `const unsigned long NAME_len`.
 */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: gen-blob NAME FILE OUT.c\n");
        return 2;
    }
    FILE *in = fopen(argv[2], "rb");
    if (in == NULL) {
        perror(argv[2]);
        return 1;
    }
    FILE *out = fopen(argv[3], "w");
    if (out == NULL) {
        perror(argv[3]);
        return 1;
    }
    fprintf(out, "/* made by gen-blob */\nextern const unsigned char %s[];\nextern const unsigned long %s_len;\n", argv[1],
            argv[1]);
    fprintf(out, "const unsigned char %s[] __attribute__((aligned(16))) = {", argv[1]);
    unsigned long n = 0;
    for (int c; (c = getc(in)) != EOF; n++) {
        fprintf(out, "%s%d,", n % 24 == 0 ? "\n" : "", c);
    }
    fprintf(out, "\n};\nconst unsigned long %s_len = %lu;\n", argv[1], n);
    if (ferror(in) || fclose(out) != 0) {
        fprintf(stderr, "gen-blob: cannot read %s or write %s\n", argv[2], argv[3]);
        remove(argv[3]);
        return 1;
    }
    fclose(in);
    return EXIT_SUCCESS;
}
