/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fuzz targets without libFuzzer: each file given, and N mutations of each that depend on nothing but --seed.
 *
 *   replay-NAME [--mutations N] [--seed S] FILE...
 */
#include "sim/dev.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define MAX_LEN 65536

static size_t mutate(uint8_t *buf, size_t len, uint64_t *state)
{
    static const uint8_t corners[] = { 0, 1, 0x7f, 0x80, 0xff };
    for (unsigned n = 1 + (unsigned)(splitmix64(state) % 6); n > 0 && len > 0; n--) {
        uint64_t r = splitmix64(state);
        size_t at = (size_t)((r >> 16) % len), span = (size_t)(1 + (r >> 8) % 8);
        span = span < len - at ? span : len - at;
        switch (r & 7) {
        case 0: len = at; break;
        case 1: memset(buf + at, corners[(r >> 4) % sizeof(corners)], span); break;
        case 2: memmove(buf + at, buf + at + span, len - at - span); len -= span; break;
        case 3: memmove(buf + at, buf + (r >> 40) % (len - span + 1), span); break;
        default: buf[at] ^= (uint8_t)(1u << (r >> 4 & 7)); break;
        }
    }
    return len;
}

static int replay(const char *path, unsigned long mutations, uint64_t seed)
{
    static uint8_t data[MAX_LEN], buf[MAX_LEN];
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        fprintf(stderr, "replay: cannot open %s\n", path);
        return 2;
    }
    size_t len = fread(data, 1, sizeof(data), f);
    fclose(f);
    LLVMFuzzerTestOneInput(data, len);
    for (unsigned long i = 0; i < mutations; i++) {
        uint64_t state = seed + i;
        memcpy(buf, data, len);
        LLVMFuzzerTestOneInput(buf, mutate(buf, len, &state));
    }
    return 0;
}

int main(int argc, char **argv)
{
    unsigned long mutations = 0;
    uint64_t seed = 1;
    int files = 0;
    for (int i = 1; i < argc; i++) {
        if (i + 1 < argc && strcmp(argv[i], "--mutations") == 0) {
            mutations = strtoul(argv[++i], NULL, 0);
        } else if (i + 1 < argc && strcmp(argv[i], "--seed") == 0) {
            seed = strtoull(argv[++i], NULL, 0);
        } else {
            int rc = replay(argv[i], mutations, seed);
            if (rc != 0) {
                return rc;
            }
            files++;
        }
    }
    printf("%d files, %lu mutations of each\n", files, mutations);
    return files == 0 ? 2 : 0;
}
