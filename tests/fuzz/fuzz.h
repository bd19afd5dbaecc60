/* SPDX-License-Identifier: Apache-2.0 */
/* The entry that libFuzzer and tests/fuzz/replay.c call; each fuzz-NAME.c defines it. */
#ifndef HYPSCOPE_TESTS_FUZZ_H
#define HYPSCOPE_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* A property that must hold whatever the input is. */
#define FUZZ_CHECK(cond)                                                                        \
    do {                                                                                        \
        if (!(cond)) {                                                                          \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #cond);           \
            abort();                                                                            \
        }                                                                                       \
    } while (0)

#endif
