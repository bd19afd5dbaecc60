/* SPDX-License-Identifier: Apache-2.0 */
/* The arguments of `hypscope run`, split at NUL bytes. They are parsed; nothing runs and no file is opened. */
#include "sim/cli.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define MAX_ARGS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static char name[] = "run";
    char *argv[MAX_ARGS + 2] = { name };
    int argc = 1;
    /* one allocation an argument, for AddressSanitizer */
    for (size_t at = 0; at < len && argc <= MAX_ARGS; argc++) {
        size_t n = strnlen((const char *)data + at, len - at);
        argv[argc] = strndup((const char *)data + at, n);
        FUZZ_CHECK(argv[argc] != NULL);
        at += n + 1;
    }
    char *owned[MAX_ARGS + 2];
    memcpy(owned, argv, sizeof(owned));     /* getopt may reorder argv */
    struct run_opts o;
    int rc = cli_parse_run(argc, argv, &o);
    FUZZ_CHECK(rc == EXIT_OK || rc == EXIT_USAGE || rc == -1);
    if (rc == EXIT_OK) {
        FUZZ_CHECK(o.machine.n_pes >= 1 && o.machine.n_pes <= MACHINE_MAX_PES && (o.machine.el == 1 || o.machine.el == 2));
        FUZZ_CHECK(o.machine.ram_size % 4096 == 0 && o.machine.ns_per_insn >= 1);
    }
    for (int i = 1; i < argc; i++) {
        free(owned[i]);
    }
    return 0;
}
