/* SPDX-License-Identifier: Apache-2.0 */
/* `hypscope trace ...`: tools that read trace files. */
#include "sim/cli-trace.h"

#include <stdio.h>
#include <string.h>

static const struct trace_command commands[] = {
    {"info", "what a trace holds: where it comes from, how many records of each kind", cli_trace_info},
    {"dump", "its records, as text or as lines of JSON", cli_trace_dump},
    {"switches", "guest entries and exits, and a table of exits by reason", cli_trace_switches},
    {"phases", "a switch broken down by state class and by symbol", cli_trace_phases},
    {"explain", "one fault or exit in words", cli_trace_explain},
    {"diff", "where two traces part, and how they differ", cli_trace_diff},
    {"export", "the trace as Tarmac, Chrome JSON, VCD, ftrace text or a table of perf kvm stat", cli_trace_export},
    {"kinds", "the kinds of records that there are, and their fields", cli_trace_kinds},
};

static void help(void)
{
    fputs("usage: hypscope trace COMMAND [OPTION...] FILE\n"
          "\n"
          "Reads what `hypscope run --trace FILE` recorded. Each command tells more with --help.\n"
          "\n",
          stdout);
    for (unsigned i = 0; i < ARRAY_LEN(commands); i++) {
        printf("  %-10s %s\n", commands[i].name, commands[i].title);
    }
    fputs("\n"
          "Begin with:  hypscope run --image first --trace first.trace\n"
          "             hypscope trace dump first.trace\n",
          stdout);
}

int cli_trace(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        help();
        return EXIT_OK;
    }
    for (unsigned i = 0; i < ARRAY_LEN(commands); i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    return name[0] == '\0' ? cli_bad("trace: expected a command (see hypscope trace --help)")
                           : cli_bad("trace %s: unknown command (see hypscope trace --help)", name);
}
